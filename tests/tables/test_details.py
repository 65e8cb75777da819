"""`details=True`: what decided stands beside each answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from tests.tables.kinds import MAKERS, column

NAMES = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
# A: baseline, a clear response with one gap, then a flare. B: no visit but the baseline.
VISITS = {
    "patient": ["A", "A", "A", "B"],
    "date": ["2024-01-10", "2024-03-10", "2024-06-10", "2024-02-01"],
    "physician_global": [8.0, 2, 6, 3],
    "patient_global": [8.0, 4, 8, 3],
    "chaq": [2.0, None, 2, 1],
    "active_joints": [10.0, 5, 10, 2],
    "limited_joints": [10.0, 14, 10, 2],
    "esr": [40.0, 20, 60, 10],
}


@pytest.mark.parametrize("kind", MAKERS)
def test_details_of_a_response(kind) -> None:
    out = jia.assess(
        MAKERS[kind](VISITS), measures=["acr_ped", jia.ask.responder(70)], baseline="first",
        details=True,
    )  # fmt: skip
    assert column(out, "acr_ped_baseline_date") == [None, "2024-01-10", "2024-01-10", None]
    assert column(out, "acr_ped_marker") == [None, "esr", "esr", None]
    # 75, 50, gap, 50, 40 % worse, 50; then 25, 0, 0, 0, 0 and 50 % worse.
    assert column(out, "acr_ped_improved") == [None, 4, 0, None]
    assert column(out, "acr_ped_worsened") == [None, 1, 1, None]
    assert column(out, "acr_ped_missing") == [None, 1, 0, None]
    assert column(out, "acr_ped_change_physician_global") == [None, -75, -25, None]
    assert column(out, "acr_ped_change_chaq") == [None, None, 0, None]
    assert column(out, "acr_ped_change_esr") == [None, -50, 50, None]
    # By the level of the responder.
    assert column(out, "acr_ped_70_improved") == [None, 1, 0, None]
    assert column(out, "acr_ped_70_baseline_date")[1] == "2024-01-10"


def test_details_of_a_flare_name_the_reference() -> None:
    table = pd.DataFrame(VISITS).assign(date=lambda t: pd.to_datetime(t["date"]))
    table["chaq"] = [2.0, 2.0, None, 1]
    request = jia.ask.flare(criteria="prcsg-printo", reference="last-responding")
    out = jia.assess(table, measures=[request], baseline="first", details=True)
    stem = "flare_prcsg_printo_last_responding"
    dates = out[f"{stem}_reference_date"]
    assert dates.dtype == table["date"].dtype
    assert column(out, f"{stem}_reference_date") == [None, None, pd.Timestamp("2024-03-10"), None]
    # Against March: 200 % worse, 100 %, gap, 100 %, 29 % better, 200 %.
    assert column(out, f"{stem}_worsened")[2] == 4
    assert column(out, f"{stem}_improved")[2] == 0
    assert column(out, f"{stem}_missing")[2] == 1
    assert out[f"{stem}_change_limited_joints"][2] == pytest.approx(-100 * 4 / 14)


def test_details_of_scores_states_changes_and_items() -> None:
    table = pd.DataFrame(VISITS).assign(crp=[5.0, 6, 7, 8], course="poly")
    table.loc[0, "esr"] = None
    flags = ["stills_symptoms", "rash", "fever", "serositis", "splenomegaly", "uveitis"]
    flags += ["generalized_lymphadenopathy", "lymphadenopathy", "esr_normal", "crp_normal"]
    table = table.assign(**dict.fromkeys(flags, 0), morning_stiffness_minutes=np.nan)
    state = jia.ask.state("jadas10", cutoffs="consolaro-2012-2014")
    ask = {"baseline": "first", "marker": "esr-else-crp", "details": True}
    out = jia.assess(table, measures=["jadas71", state, "cjadas10"], **ask)
    # A has no ESR at baseline, so that CRP counts at all visits.
    assert column(out, "jadas71_marker") == ["crp", "crp", "crp", "esr"]
    assert column(out, "jadas71_missing") == [0, 0, 0, 0]
    assert column(out, "state_jadas10_consolaro_2012_2014_marker")[3] == "esr"
    assert "cjadas10_marker" not in out.columns
    assert column(out, "cjadas10_missing") == [0, 0, 0, 0]
    asked = jia.ask.horneff_improvement("horneff-2014", within=(50, 120))
    within = jia.assess(table, measures=[asked], **ask)
    stem = "horneff_improvement_horneff_2014"
    assert column(within, f"{stem}_baseline_date")[:2] == [None, "2024-01-10"]
    assert column(within, f"{stem}_missing") == [None, 0, 0, None]
    # 8 + 8 + 10 and a CRP of 5, then 2 + 4 + 5 and one of 6: neither CRP adds anything.
    assert column(within, f"{stem}_change_jadas10")[1] == -15


def test_details_of_baselines_of_each_variable() -> None:
    table = pd.DataFrame(VISITS).assign(first_dose="2024-01-20")
    table.loc[4] = {"patient": "A", "date": "2024-01-15", "first_dose": "2024-01-20", "esr": 80.0}
    rule = jia.on_or_before("first_dose", per_variable=True, days=28)
    out = jia.assess(table, measures=["acr_ped"], baseline=rule, details=True)
    # The ESR of the 15th, the rest of the 10th.
    assert column(out, "acr_ped_change_esr")[1] == -75
    assert column(out, "acr_ped_change_patient_global")[1] == -50
    assert column(out, "acr_ped_baseline_date")[1] == "2024-01-15"


def test_details_of_retreatment() -> None:
    table = pd.DataFrame(VISITS).assign(infection=0, febrile_illness=0, malignancy=0, biological=0)
    infusions = pd.DataFrame({"patient": ["A"], "date": ["2024-01-10"]})
    ask = {"protocol": "swart-2019"}
    plain = jia.retreatment(table, infusions, **ask)
    out = jia.retreatment(table, infusions, details=True, **ask)
    assert [*out.columns][: len(plain.columns)] == [*plain.columns]
    assert column(out, "retreatment_baseline_date") == [None, "2024-01-10", "2024-01-10", None]
    assert column(out, "retreatment_improved") == [None, 4, 0, None]
    assert column(out, "retreatment_change_esr") == [None, -50, 50, None]


def test_details_of_remission() -> None:
    dates = ["2023-01-01", "2023-03-01", "2023-06-01", "2023-07-01", "2024-07-01"]
    table = pd.DataFrame({"patient": "A", "date": dates})
    table["inactive"] = pd.array([False, True, True, None, True], dtype="boolean")
    drugs = pd.DataFrame({"patient": ["A"], "start": ["2020-01-01"], "stop": [None]})
    out = jia.remission(
        table.sample(frac=1, random_state=2), drugs, criteria="wallace-2004", max_gap_days=200,
        inactive=jia.column("inactive"), details=True,
    ).sort_index()  # fmt: skip
    name = "remission_wallace_2004_reference_date"
    assert column(out, name) == [None, "2023-03-01", "2023-03-01", None, "2024-07-01"]


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "lazy", "duckdb"])
def test_a_prefix_and_no_rows(kind) -> None:
    ask = {"measures": ["acr_ped"], "baseline": "first", "details": True}
    whole = jia.assess(MAKERS[kind](VISITS), prefix="x_", **ask)
    assert "x_acr_ped_change_esr" in list(
        whole.collect_schema().names() if kind == "lazy" else
        whole.column_names if kind == "pyarrow" else whole.columns
    )  # fmt: skip


def test_details_from_file_to_file(tmp_path) -> None:
    table = pd.DataFrame(VISITS)
    ask = {"measures": ["acr_ped"], "baseline": "first", "details": True}
    by_frame = jia.assess(table, **ask)
    for name in ("visits.csv", "visits.parquet"):
        source, target = tmp_path / name, tmp_path / f"out_{name}"
        if name.endswith("csv"):
            table.to_csv(source, index=False)
        else:
            table.to_parquet(source, index=False)
        jia.assess_files(source, target, **ask)
        out = pd.read_csv(target) if name.endswith("csv") else pd.read_parquet(target)
        assert [*out.columns] == [*by_frame.columns]
        dates = out.sort_values(["patient", "date"])["acr_ped_baseline_date"]
        assert [None if pd.isna(each) else str(each)[:10] for each in dates] == [
            *(None, "2024-01-10", "2024-01-10", None)
        ]


COMPARED = {
    "patient": ["A", "A", "B", "B", "C", "C", "D"],
    "date": ["2024-01-10", "2024-03-10"] * 3 + ["2024-01-10"],
    "chaq": [2.0, 1.5, None, 1.0, None, None, 1.0],
    "physician_global": [8.0, 2, None, 1, 3, 1, 1],
    "patient_global": [8.0, 2, 1, 1, 3, 1, 1],
    "active_joints": [10.0, 5, 4, 0, 3, 1, 1],
    "esr": [40.0, 20, 20, 20, 60, 20, 20],
}


@pytest.mark.parametrize("kind", MAKERS)
def test_details_of_a_variable_and_of_a_score_at_two_visits(kind) -> None:
    ask = {"baseline": "first", "details": True}
    table = MAKERS[kind](COMPARED)
    of_chaq = jia.assess(table, measures=[jia.ask.chaq_change(difference="brunner-2005")], **ask)
    stem = "chaq_change_brunner_2005"
    # Both values, the later one alone, none; the baseline itself is compared with nothing.
    assert column(of_chaq, f"{stem}_missing") == [None, 0, None, 1, None, 2, None]
    assert column(of_chaq, f"{stem}_change_chaq")[1::2] == [-0.5, None, None]
    assert column(of_chaq, f"{stem}_baseline_date")[1::2] == ["2024-01-10"] * 3
    names = of_chaq.collect_schema() if kind == "lazy" else of_chaq
    names = (
        names.names() if kind == "lazy" else getattr(names, "column_names", None) or names.columns
    )
    assert f"{stem}_marker" not in list(names)
    of_jadas = jia.assess(table, measures=[jia.ask.horneff_improvement(within=(50, 70))], **ask)
    stem = "horneff_improvement_horneff_2014"
    # 8 + 8 + 10 + 2, then 2 + 2 + 5 + 0.
    assert column(of_jadas, f"{stem}_change_jadas10")[1::2] == [-19, None, -10]
    assert column(of_jadas, f"{stem}_missing")[1::2] == [0, 1, 0]
    assert column(of_jadas, f"{stem}_marker")[:4] == [None, "esr", None, "esr"]


def test_details_of_a_responder_are_those_of_its_level() -> None:
    """A variable that is better by 60 % has improved for level 50, and not for 70 or 90."""
    table = pd.DataFrame(
        {"patient": ["A", "A"], "date": ["2024-01-10", "2024-03-10"]}
        | {name: [10.0, 4.0] if name != "chaq" else [2.0, 0.8] for name in NAMES}
    )
    asked = [jia.ask.responder(level) for level in (30, 50, 70)]
    out = jia.assess(table, measures=["acr_ped", *asked], baseline="first", details=True)
    assert [column(out, f"acr_ped{of}_improved")[1] for of in ("", "_30", "_50", "_70")] == [
        6,
        6,
        6,
        0,
    ]
    # Of the answer without a level, the lowest: better by 30 %.
    table.loc[1, [*NAMES]] = [7.0, 7.0, 1.4, 7.0, 7.0, 7.0]
    out = jia.assess(table, measures=["acr_ped", *asked], baseline="first", details=True)
    assert [column(out, f"acr_ped{of}_improved")[1] for of in ("", "_30", "_50", "_70")] == [
        6,
        6,
        0,
        0,
    ]


def test_a_verdict_without_a_variable_of_its_own_has_no_count_of_gaps() -> None:
    table = pd.DataFrame(COMPARED).assign(physician_global=[1, None, 1, 1, 1, 1, 1])
    asked = jia.ask.minimal_disease_activity("magni-manzoni-2008-active", course="poly")
    out = jia.assess(table, measures=[asked], details=True)
    (name,) = [each for each in out.columns if each.endswith("_missing")]
    assert column(out, name) == [0, 1, 0, 0, 0, 0, 0]


def test_details_of_a_reactant_within_its_limit_of_normal() -> None:
    """The ESR rose by 60 % and stayed normal: it has not worsened, as the level says."""
    table = pd.DataFrame(
        {"patient": ["A", "A"], "date": ["2024-01-10", "2024-03-10"]}
        | {name: [10.0, 4.0] if name != "chaq" else [2.0, 0.8] for name in NAMES}
    ).assign(esr=[10.0, 16.0], limited_joints=[4, 10])
    for limit, worsened in ((20, 1), (16, 1), (15, 2)):
        asked = jia.ask.acr_ped(upper_limit=limit)
        out = jia.assess(table, measures=[asked], baseline="first", details=True)
        assert column(out, "acr_ped_worsened")[1] == worsened
        assert column(out, "acr_ped_level")[1] == (50 if worsened < 2 else 0)


@pytest.mark.parametrize("components", [False, True])
def test_details_of_several_items_count_the_unknown_ones(components) -> None:
    absent = ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis")
    table = pd.DataFrame(
        {
            "physician_global": [0.0, None],
            "active_joints": [0, 0],
            **dict.fromkeys(absent, False),
            "esr": [5, None],
            "esr_upper_limit": 20,
            "morning_stiffness": [None, 5.0],
        }
    )
    asked = jia.ask.inactive_disease("wallace-2011", markers="all", components=components)
    out = jia.assess(table, measures=[asked], details=True)
    # The stiffness; then the physician's global and the acute phase.
    assert column(out, "inactive_disease_wallace_2011_missing") == [1, 2]


def test_details_of_a_lost_response_are_those_of_its_level() -> None:
    # What was reached is lost in June: the ESR and five others are back.
    visits = pd.DataFrame(VISITS).assign(chaq=[2.0, 1, 2, 1])
    asked = jia.ask.loss_of_response(50)
    out = jia.assess(visits, measures=[asked, "acr_ped"], baseline="first", details=True)
    (stem,) = asked.columns
    assert column(out, f"{stem}_baseline_date") == column(out, "acr_ped_baseline_date")
    # 75, 50, 50, 50 and 50 %; the limited joints are worse.
    assert column(out, f"{stem}_improved") == [None, 5, 0, None]
    assert column(out, f"{stem}_worsened") == [None, 1, 1, None]


def test_a_form_has_no_details() -> None:
    table = pd.DataFrame({f"d{number}": [1, 2] for number in range(8)})
    form = jia.ask.chaq_di(domains=[jia.column(name) for name in table.columns])
    out = jia.assess(table, measures=[form], details=True)
    assert list(out.columns) == [*table.columns, "chaq_di"]
