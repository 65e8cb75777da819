"""ADEFF: windows, periods, criteria, improvement, baselines, sources and metadata."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.adam.parameters import codes
from jiascores.core.definition import published
from jiascores.core.errors import ColumnError, JiaScoresError, RequestError, VisitError
from jiascores.core.variables import VARIABLES
from tests.adam.test_basic import LEVELS, adsl, cells, made, of, visits

WEEKS = {"weeks": {0: 3, 8: 7, 12: (80, 90)}, "rule": "nearest"}


# --------------------------------------------------------------------------------------------
# Windows


def test_windows_are_analysis_days() -> None:
    table = visits().drop(columns="nominal_visit")
    rows = of(made(visits=table, measures=["jadas10"], windows=WEEKS), "JADAS10", "S-01")
    # The first visit is the day before the first dose, and there is no day 0.
    assert cells(rows["ADY"]) == [-1, 56, 87]
    assert cells(rows["AVISIT"]) == ["Week 0", "Week 8", "Week 12"]
    assert cells(rows["AWTARGET"]) == [1, 57, 85]
    assert cells(rows["AWLO"]) == [-3, 50, 81]
    assert cells(rows["AWHI"]) == [4, 64, 91]
    assert cells(rows["AWTDIFF"]) == [1, 1, 2]
    assert set(rows["AWU"]) == {"DAYS"}


def test_what_was_not_chosen_of_a_window_keeps_its_visit_without_the_flag() -> None:
    table = pd.DataFrame(
        {
            "patient": "S-01",
            "date": pd.to_datetime(["2024-01-11", "2024-03-01", "2024-03-06", "2024-05-30"]),
            "physician_global": [5.0, 3, 2, 1],
        }
    )
    rows = made(visits=table, measures=[], variables=["physician_global"], windows=WEEKS)
    by_date = rows.set_index(rows["ADT"].astype(str))
    assert cells(by_date["AVISIT"].sort_index()) == ["Week 0", "Week 8", "Week 8", None]
    assert cells(by_date["ANL01FL"].sort_index()) == ["Y", None, "Y", None]
    assert cells(by_date["AWTDIFF"].sort_index()) == [0, 6, 1, None]


def test_windows_count_from_the_day_that_is_named() -> None:
    table = visits().drop(columns="nominal_visit")
    windows = WEEKS | {"day_zero": "first"}
    rows = of(made(visits=table, measures=["jadas10"], windows=windows), "JADAS10", "S-01")
    # One day before TRTSDT, so that each target is one analysis day earlier.
    assert cells(rows["AWTARGET"]) == [-1, 56, 84]
    assert cells(rows["AWTDIFF"]) == [0, 0, 3]
    without = made(
        visits=table,
        measures=["jadas10"],
        windows=windows,
        subjects=adsl().drop(columns="TRTSDT"),
    )
    assert not {"ADY", "AWTARGET", "AWTDIFF"} & set(without)
    assert cells(without["AVISITN"])[:3] == [0, 8, 12]


def test_months_are_those_of_the_calendar() -> None:
    table = visits().drop(columns="nominal_visit")
    windows = {"months": {0: 3, 2: 10, 3: 10}, "rule": "nearest"}
    rows = of(made(visits=table, measures=["jadas10"], windows=windows), "JADAS10", "S-01")
    # 2024-03-11 and 2024-04-11 are days 60 and 91 after 2024-01-11.
    assert cells(rows["AWTARGET"]) == [1, 61, 92]
    assert cells(rows["AWTDIFF"]) == [1, 5, 5]


def test_missed_visits_have_windows_too() -> None:
    table = visits().drop(columns="nominal_visit")
    data = made(
        visits=table,
        measures=[jia.ask.responder(30, missing="nri")],
        windows=WEEKS,
        due={8: "week eight", 12: "w12"},
    )
    never = data[data["USUBJID"] == "S-03"]
    assert cells(never["AWTARGET"]) == [57, 85]
    # A visit is called what the windows call it.
    assert cells(never["AVISIT"]) == ["Week 8", "Week 12"]
    assert never["AWTDIFF"].isna().all()


def test_windows_that_are_not_known_are_refused() -> None:
    for wrong, words in (
        ({"week": {0: 3}}, "has no 'week'"),
        ({"weeks": {0: 30, 2: 30}, "rule": "nearest"}, "meet"),
        ({"weeks": {0: 3}}, r"windows=\{'rule': None\}: choose 'nearest'"),
        ({"weeks": {0: 3}, "rule": "nearest", "day_zero": 1}, r"windows=\{'day_zero': …\} must"),
    ):
        with pytest.raises(RequestError, match=words):
            made(visits=visits().drop(columns="nominal_visit"), windows=wrong)


# --------------------------------------------------------------------------------------------
# Periods and phases


def withdrawal() -> pd.DataFrame:
    return adsl().assign(
        SCRDT=pd.to_datetime(["2024-01-01"] * 3),
        RANDDT=pd.to_datetime(["2024-03-06", None, None]),
        TRT01P="open",
        TRT02P=["A", "B", "B"],
    )


def test_the_day_in_a_period_begins_with_1() -> None:
    data = made(
        measures=["jadas10"],
        subjects=withdrawal(),
        keep={"TRTP": "TRTxxP"},
        periods={"Open label": "TRTSDT", "Withdrawal": "RANDDT"},
        phases={"SCREENING": "SCRDT", "TREATMENT": "TRTSDT"},
    )
    rows = of(data, "JADAS10")
    assert cells(rows["APERIOD"]) == [None, 2, 2, 1, 1]
    assert cells(rows["APERIODC"]) == [None, "Withdrawal", "Withdrawal", "Open label", "Open label"]
    assert cells(rows["APERDY"]) == [None, 1, 32, 1, 59]
    assert cells(rows["APHASE"]) == ["SCREENING", *["TREATMENT"] * 4]
    assert cells(rows["TRTP"]) == [None, "A", "A", "open", "open"]


def test_periods_that_are_out_of_order_or_unknown_are_refused() -> None:
    early = withdrawal().assign(RANDDT=pd.to_datetime(["2024-01-01", None, None]))
    with pytest.raises(VisitError, match="begins before an earlier one of S-01"):
        made(subjects=early, periods={"Open": "TRTSDT", "Withdrawal": "RANDDT"})
    with pytest.raises(ColumnError, match="'RANDDT'"):
        made(periods={"Withdrawal": "RANDDT"})
    with pytest.raises(RequestError, match="one column for each period"):
        made(subjects=withdrawal(), keep={"TRTP": "TRTxxP"})
    with pytest.raises(RequestError, match="which adeff makes itself"):
        made(carry={"SRCSEQ": jia.column("esr")})


# --------------------------------------------------------------------------------------------
# Criteria and improvement


@pytest.mark.parametrize(
    ("criterion", "flags"),
    [
        ("<= 5", ["N", "Y", "Y", "N", None]),
        ("< 5", ["N", "N", "Y", "N", None]),
        (">= 21", ["Y", "N", "N", "N", None]),
        ("> 18", ["Y", "N", "N", "N", None]),
        ("=2", ["N", "N", "Y", "N", None]),
    ],
)
def test_a_criterion_holds_does_not_or_is_empty(criterion: str, flags: list[Any]) -> None:
    data = made(thresholds={"jadas10": criterion})
    rows = of(data, "JADAS10")
    assert cells(rows["CRIT1FL"]) == flags
    assert len(set(rows["CRIT1"])) == 1
    assert rows["CRIT1"].iloc[0].startswith("AVAL ")
    assert data.loc[data["PARAMCD"] != "JADAS10", ["CRIT1", "CRIT1FL"]].isna().all(axis=None)


@given(tenths=st.lists(st.integers(0, 100), min_size=2, max_size=2), limit=st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_a_criterion_is_exact_on_the_decimals_typed(tenths: list[int], limit: int) -> None:
    table = visits().iloc[:2].assign(physician_global=[each / 10 for each in tenths])
    rows = made(
        visits=table,
        measures=[],
        variables=["physician_global"],
        thresholds={"physician_global": [f"<= {limit / 10}", f"> {limit / 10}"]},
    )
    expected = ["Y" if each <= limit else "N" for each in tenths]
    assert cells(rows["CRIT1FL"]) == expected
    assert cells(rows["CRIT2FL"]) == ["N" if each == "Y" else "Y" for each in expected]


def test_criteria_are_for_numbers_of_the_data_set() -> None:
    state = LEVELS[1]
    assert not isinstance(state, str)
    with pytest.raises(RequestError, match="write a comparison"):
        made(thresholds={"jadas10": "low"})
    with pytest.raises(RequestError, match="not a number of this data set"):
        made(thresholds={"esr": "<= 20"})
    with pytest.raises(RequestError, match="not a number of this data set"):
        made(thresholds={state.stem: ">= 1"})


def test_improvement_is_a_parameter_of_its_own() -> None:
    table = visits().assign(physician_global=[7.0, 4.9, 0, 0, 1])
    data = made(
        visits=table,
        measures=[],
        variables=["physician_global"],
        improvement=["physician_global"],
        thresholds={"physician_global_improvement": ">= 30"},
    )
    rows = of(data, "PHGAIMP")
    assert cells(rows["AVISIT"]) == ["Week 8", "Week 12", "Week 8"]
    assert cells(rows["AVAL"]) == [30, 100, None]
    assert cells(rows["AREASND"]) == [None, None, "BASE is 0"]
    assert cells(rows["CRIT1FL"]) == ["Y", "Y", None]
    assert rows["PARAM"].iloc[0].startswith("Improvement from baseline (%) of ")
    assert cells(of(data, "PHGA")["PCHG"]) == [None, -30, -100, None, None]
    with pytest.raises(RequestError, match="not a score or variable"):
        made(improvement=["esr"])
    with pytest.raises(RequestError, match="baseline="):
        made(baseline=None, measures=["jadas10"], improvement=["jadas10"])


# --------------------------------------------------------------------------------------------
# Baselines


def test_a_baseline_of_each_variable_flags_its_own_row() -> None:
    table = pd.DataFrame(
        {
            "patient": "S-01",
            "date": pd.to_datetime(["2023-12-28", "2024-01-11", "2024-03-06"]),
            "first_dose": pd.to_datetime("2024-01-11"),
            "nominal_visit": ["screening -2", "week 0", "week 8"],
            "physician_global": [None, 7.0, 2],
            "patient_global": [None, 6.0, 3],
            "active_joints": [None, 8, 1],
            "esr": [60.0, None, 20],
        }
    )
    rule = jia.on_or_before("first_dose", per_variable=True, days=28)
    state = jia.ask.state("jadas10", cutoffs="trincianti-2021", course="poly")
    dataset = jia.adam.adeff(
        table,
        measures=["jadas10", "cjadas10", state],
        variables=["esr", "physician_global"],
        subjects=adsl(),
        baseline=rule,
        improvement=["jadas10"],
    )
    data = dataset.data
    esr, score = of(data, "ESR"), of(data, "JADAS10")
    assert cells(esr["ABLFL"]) == ["Y", None, None]
    assert cells(esr["CHG"]) == [None, None, -40]
    # Its parts are of two days: the baseline is a row of its own, dated by the last.
    assert cells(score["AVAL"]) == [None, None, 25, 6]
    assert cells(score["DTYPE"]) == [None, None, "COMPOSITE", None]
    assert cells(score["ABLFL"]) == [None, None, "Y", None]
    assert cells(score["ANL01FL"]) == ["Y", None, "Y", "Y"]
    assert cells(score["CHG"]) == [None, None, None, -19]
    assert cells(of(data, "J10IMP")["AVAL"]) == [76]
    # All parts of the clinical score are of one day, and its row is the baseline.
    assert cells(of(data, "CJADAS10")["ABLFL"]) == [None, "Y", None]
    assert of(data, "CJADAS10")["DTYPE"].isna().all()
    assert of(data, "SJ10T21")["BASE"].isna().all()
    assert jia.adam.check(dataset).empty


def test_two_rows_of_a_date_that_no_visit_tells_apart_are_refused() -> None:
    table = pd.concat([visits(), visits().iloc[[1]]]).assign(nominal_visit=None)
    with pytest.raises(VisitError, match=r"the same date and analysis visit \(of S-01\)"):
        made(visits=table, measures=[], variables=["esr"], baseline=None)


BOTH = {"esr": [40, None, 10, 30, 20], "crp": [60.0, 20, None, 50, 30]}


@pytest.mark.parametrize(
    ("marker", "missing"),
    [
        ("esr", {"Week 8": "missing: esr"}),
        ("crp", {"Week 12": "missing: crp"}),
        ("esr-else-crp", {"Week 8": "missing: esr"}),
    ],
)
def test_a_reason_names_the_reactant_that_counts(marker: Any, missing: dict[str, str]) -> None:
    data = made(
        visits=visits().assign(physician_global=[6.0, 2, 1, 5, 1], **BOTH),
        measures=[
            "jadas10",
            LEVELS[1],
            jia.ask.flare(criteria="brunner-2002", reference="baseline"),
        ],
        marker=marker,
    )
    for code in ("JADAS10", "SJ10T21"):
        rows = of(data, code)
        open_ = rows[rows["AREASND"].notna()]
        assert dict(zip(open_["AVISIT"], open_["AREASND"], strict=True)) == missing
    # A flare of six variables is determined by the other five, or waits for the one that counts.
    flares = of(data, "FLBR2")["AREASND"].dropna()
    assert set(flares) <= set(missing.values())


def test_a_level_of_activity_names_the_reactant_that_it_reads() -> None:
    request = jia.ask.activity_level(criteria="beukelman-2011-systemic")
    table = visits().assign(physician_global=1.0, crp_upper_limit=5.0, **BOTH)
    rows = of(made(visits=table, measures=[request], marker="crp"), "ALBEUS")
    reasons = dict(zip(rows["AVISIT"] + " " + rows["USUBJID"], rows["AREASND"], strict=True))
    assert reasons["Week 12 S-01"] == "missing: crp"


def test_by_patient_each_reactant_is_named_in_those_who_have_it() -> None:
    both = {"esr": [None, None, None, 30, None], "crp": [60.0, None, 8, 50, 30]}
    data = made(
        visits=visits().assign(physician_global=[6.0, 2, 1, 5, 1], **both),
        measures=["jadas10", "acr_ped"],
        marker="esr-else-crp",
    )
    rows = of(data, "JADAS10").dropna(subset="AREASND")
    assert cells(rows["USUBJID"]) == ["S-01", "S-02"]
    assert cells(rows["AREASND"]) == ["missing: crp", "missing: esr"]
    own = jia.flagged("flag", per_variable=True)
    names = ["physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "crp"]
    table = visits().assign(
        **both, **{f"{n}_flag": [True, False, False, True, False] for n in names}
    )
    table = table.assign(crp_flag=[False, False, False, True, False], esr_flag=False, chaq=None)
    reasons = of(made(visits=table, measures=["acr_ped"], marker="crp", baseline=own), "ACRLEV")
    assert reasons["AREASND"].iloc[0] == "missing: chaq, crp; missing at baseline: chaq, crp"


INACTIVE = dict.fromkeys(
    ["fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis"], False
)


def test_where_one_reactant_is_enough_both_must_be_missing_to_be_named() -> None:
    table = visits().assign(
        **INACTIVE,
        physician_global=[0.0, 0, 0, 0, None],
        active_joints=0,
        esr=[10.0, None, None, 10, None],
        crp=[None, 2.0, None, None, 2.0],
        esr_normal=None,
    )
    wallace = jia.ask.inactive_disease(criteria="wallace-2004")
    rows = of(made(visits=table, measures=[wallace]), "IDWA04").set_index(["USUBJID", "AVISIT"])
    assert rows.loc[("S-01", "Week 12"), "AREASND"] == "missing: esr, crp"
    assert rows.loc[("S-02", "Week 8"), "AREASND"] == "missing: physician_global"
    # These criteria want both tested and normal.
    both = jia.ask.inactive_disease(criteria="eular-pres-2024")
    table = table.assign(stills_symptoms=False)
    rows = of(made(visits=table, measures=[both]), "IDEULA").set_index(["USUBJID", "AVISIT"])
    assert rows.loc[("S-01", "Week 8"), "AREASND"] == "missing: esr"
    assert rows.loc[("S-01", "Week 12"), "AREASND"] == "missing: esr, crp"


def test_what_reads_no_reactant_never_names_one() -> None:
    table = visits().assign(
        ilar_category=[None, "systemic", "systemic", "systemic", "systemic"], esr=None
    )
    request = jia.ask.within_categories(criteria="wallace-2004")
    data = made(visits=table, measures=[request], paramcd={request.stem: "WITHIN"})
    assert cells(of(data, "WITHIN")["AREASND"]) == [
        "missing: within_categories_wallace_2004",
        *[None] * 4,
    ]


def test_several_baselines_repeat_the_rows_by_basetype() -> None:
    table = visits().assign(randomised=[False, True, False, False, True])
    both = {"FIRST DOSE": "first", "RANDOMISATION": jia.flagged("randomised")}
    dataset = jia.adam.adeff(table, measures=["cjadas10"], subjects=adsl(), baseline=both)
    rows = of(dataset.data, "CJADAS10", "S-01").set_index(["BASETYPE", "AVISITN"])
    assert cells(rows.loc["FIRST DOSE", "BASE"]) == [19] * 3
    assert cells(rows.loc["RANDOMISATION", "BASE"]) == [5] * 3
    assert cells(rows.loc["RANDOMISATION", "CHG"]) == [None, None, -3]
    assert rows["ABLFL"].notna().sum() == 2
    assert jia.adam.check(dataset).empty


def test_a_reference_that_moves_has_its_date() -> None:
    flare = jia.ask.flare(criteria="prcsg-printo", reference="last-responding")
    data = made(measures=[flare, jia.ask.flare(criteria="prcsg-printo", reference="baseline")])
    rows = of(data, "FLPRIL")
    assert cells(rows["AVISIT"]) == ["Week 12"]
    assert str(rows["REFDT"].iloc[0])[:10] == "2024-03-06"
    assert of(data, "FLPRI")["REFDT"].isna().all()
    assert rows[["BASE", "CHG"]].isna().all(axis=None)
    assert "REFDT" not in made()


def test_a_subject_without_a_baseline_says_so() -> None:
    table = visits().assign(randomised=[True, False, False, False, False])
    given: dict[str, Any] = {"visits": table, "baseline": jia.flagged("randomised")}
    rows = of(made(measures=[jia.ask.responder(30)], **given), "ACR30", "S-02")
    assert cells(rows["AREASND"]) == ["no baseline", "missing: physician_global; no baseline"]
    assert cells(rows["AVALC"]) == [None, None]
    assert cells(rows["AVALMIN"]) == [0, 0]
    assert cells(rows["AVALMAX"]) == [1, 1]
    imputed = of(made(measures=[jia.ask.responder(30, missing="nri")], **given), "ACR30", "S-02")
    assert cells(imputed["DTYPE"]) == [None, "NRI", None, "NRI"]
    assert cells(imputed["AVALC"]) == [None, "N", None, "N"]


def test_a_change_without_a_baseline_says_so() -> None:
    table = visits().assign(randomised=[True, False, False, False, False])
    change = jia.ask.chaq_change(difference="dempster-2001")
    rows = of(made(visits=table, measures=[change], baseline=jia.flagged("randomised")), "CCDEM1")
    open_ = rows[rows["USUBJID"] == "S-02"]
    assert cells(open_["AREASND"]) == ["no baseline"] * 2
    assert open_["AVALC"].isna().all()
    assert set(rows.loc[rows["USUBJID"] == "S-01", "AVALC"]) == {"improved"}


def test_the_baseline_visit_is_no_missed_visit() -> None:
    rows = of(
        made(measures=[jia.ask.responder(30, missing="nri")], due={0: "Week 0", 8: "Week 8"}),
        "ACR30",
    )
    assert set(rows.loc[rows["AVISITN"] == 0, "USUBJID"]) == {"S-03"}


def test_what_was_seen_after_withdrawal_stays_beside_what_counts() -> None:
    table = visits().assign(attended=[True, True, False, True, True])
    asked = jia.ask.responder(30, missing="nri", attended=jia.column("attended"))
    rows = of(made(visits=table, measures=[asked]), "ACR30", "S-01")
    assert cells(rows["AVALC"]) == ["Y", "Y", "N"]
    assert cells(rows["DTYPE"]) == [None, None, "NRI"]
    assert cells(rows["ANL01FL"]) == ["Y", None, "Y"]


# --------------------------------------------------------------------------------------------
# Parameters


def test_the_chaq_and_remission_are_parameters() -> None:
    table = visits()
    for number in range(8):
        table[f"d{number}"] = [2, 1, 0, 2, None]
    table["inactive"] = [False, False, True, False, False]
    words = ["none", "none", "inactive, on medication", "none", None]
    table["remission_wallace_2011"] = words
    chaq = jia.ask.chaq_di(domains=[jia.column(f"d{number}") for number in range(8)])
    dataset = jia.adam.adeff(
        table,
        measures=[chaq, jia.column("remission_wallace_2011"), jia.column("inactive")],
        subjects=adsl(),
        baseline="first",
        improvement=["chaq_di"],
        paramcd={"inactive": "CALM"},
    )
    data = dataset.data
    assert cells(of(data, "CHAQDI")["AVAL"]) == [2, 1, 0, 2, None]
    assert cells(of(data, "CHAQDIMP")["AVAL"]) == [50, 100, None]
    remission = of(data, "RMWA11")
    assert cells(remission["AVALC"]) == words
    assert cells(remission["AVAL"]) == [1, 1, 2, 1, None]
    assert cells(remission["AVALMAX"]) == [None] * 4 + [5]
    assert cells(of(data, "CALM")["AVALC"]) == ["N", "N", "Y", "N", "N"]
    about = dataset.parameters.set_index("paramcd")
    assert "6 calendar months" in about.loc["RMWA11", "derivation"]
    assert "PMID 21717596" in about.loc["RMWA11", "reference"] or about.loc["RMWA11", "reference"]
    with pytest.raises(RequestError, match="has no code"):
        jia.adam.adeff(table, measures=[jia.column("inactive")], study="J")


def test_retreatment_is_a_parameter() -> None:
    table = visits().assign(
        **dict.fromkeys(["infection", "febrile_illness", "malignancy", "biological"], 0)
    )
    infusions = pd.DataFrame({"patient": ["S-01", "S-02"], "date": ["2024-01-10", "2024-01-11"]})
    judged = jia.retreatment(table, infusions, protocol="swart-2019")
    dataset = jia.adam.adeff(
        judged, measures=[jia.column("retreatment_eligible")], subjects=adsl(), baseline="first"
    )
    rows = of(dataset.data, "RETRELIG")
    expected = {True: "Y", False: "N"}
    assert cells(rows["AVALC"]) == [expected.get(each) for each in judged["retreatment_eligible"]]
    assert dataset.parameters["derivation"].tolist() == [
        "Taken from the column retreatment_eligible"
    ]
    assert jia.adam.check(dataset).empty


def test_labels_and_derivations_say_what_is_judged_against_what() -> None:
    dataset = jia.adam.adeff(
        visits(),
        measures=[
            jia.ask.loss_of_response(level=50),
            jia.ask.flare(criteria="prcsg-printo", reference="last-responding"),
        ],
        subjects=adsl(),
        baseline="first",
    )
    about = dataset.parameters.set_index("paramcd")
    assert about.loc["LACR50", "param"] == "Loss of ACR Pedi 50 response, giannini-1997"
    assert about.loc["FLPRIL", "param"] == "Flare, prcsg-printo against last-responding"
    assert about.loc["FLPRIL", "derivation"].endswith("judged against last-responding")


def test_remission_by_each_definition_has_a_code() -> None:
    table = visits().assign(calm=False)
    for criteria in published(jia.typing.RemissionCriteria):
        column = criteria.column
        if criteria.inactive is None:
            states = [name for name in codes() if name.startswith("state_")]
            assert all(f"{column}_{name.removeprefix('state_')}" in codes() for name in states)
        data = made(
            visits=table.assign(**{column: criteria.words[-1]}), measures=[jia.column(column)]
        )
        assert set(data["AVALC"]) == {criteria.words[-1]}
        assert set(data["AVAL"]) == {len(criteria.words)}


def test_every_name_of_a_variable_is_ascii() -> None:
    for name in [name for name in codes() if name in VARIABLES]:
        table = visits()[["patient", "date"]].assign(**{name: max(VARIABLES[name].low or 0, 1)})
        dataset = jia.adam.adeff(table, variables=[name], study="J")
        assert jia.adam.check(dataset).empty, name


# --------------------------------------------------------------------------------------------
# Sources and metadata


def test_what_was_recorded_says_where() -> None:
    table = visits().assign(seq=[11, 12, 13, 21, 22])
    data = made(
        visits=table,
        variables=["physician_global", "esr"],
        sources={
            "physician_global": ("QS", "QSSTRESN", jia.column("seq")),
            "esr": ("LB", "LBSTRESN"),
        },
    )
    rows = of(data, "PHGA")
    # What is missing comes from nowhere.
    assert cells(rows["SRCSEQ"]) == [11, 12, 13, 21, None]
    assert cells(rows["SRCVAR"]) == ["QSSTRESN"] * 4 + [None]
    assert set(of(data, "ESR")["SRCDOM"]) == {"LB"}
    assert of(data, "JADAS10")[["SRCDOM", "SRCSEQ"]].isna().all(axis=None)
    with pytest.raises(RequestError, match="sources= names 'crp'"):
        made(sources={"crp": ("LB", "LBSTRESN")})


def test_metadata_has_each_parameter_each_term_and_the_standards() -> None:
    dataset = jia.adam.adeff(
        visits(),
        measures=LEVELS,
        variables=["physician_global"],
        subjects=adsl(),
        keep={"TRTP": "TRTP"},
        baseline="first",
        improvement=["physician_global"],
        thresholds={"jadas10": "<= 3.8"},
        terminology="2025-03-28",
    )
    variables = dataset.variables.set_index("variable")
    assert set(variables["standard"]) == {"ADaMIG 1.3"}
    assert variables.loc["DTYPE", "terminology"] == "2025-03-28"
    assert variables.loc["AVAL", "terminology"] == ""
    assert variables.loc["TRTP", ["label", "origin", "derivation"]].tolist() == [
        "Planned Treatment",
        "Predecessor",
        "ADSL.TRTP",
    ]
    assert variables.loc["CRIT1FL", "label"] == "Criterion 1 Evaluation Result Flag"
    parameters = dataset.parameters.set_index("paramcd")
    assert parameters.index.is_unique
    assert not (parameters[["origin", "derivation"]] == "").any(axis=None)
    assert parameters.loc["PHGA", "origin"] == "Predecessor"
    assert parameters.loc["ACR50", "derivation"].endswith("gaps by nri")
    assert "BASE" in parameters.loc["PHGAIMP", "derivation"]
    computed = parameters.loc[["JADAS10", "SJ10T21", "ACR50", "ACRLEV"]]
    assert computed["reference"].str.contains(r"\d{4}").all()
    terms = dataset.codelists.set_index(["codelist", "term"])
    assert bool(terms.loc[("DTYPE (C81224)", "NRI"), "extended"])
    assert terms.loc[("SJ10T21", "high"), "order"] == 4
    assert set(dataset.data["PARAMCD"]) <= {term for _, term in terms.index}


def test_worst_case_is_a_term_of_the_codelist() -> None:
    asked = jia.ask.responder(50, missing="worst-case")
    dataset = jia.adam.adeff(visits(), measures=[asked], subjects=adsl(), baseline="first")
    assert cells(of(dataset.data, "ACR50")["DTYPE"]) == [None, None, None, "WC"]
    terms = dataset.codelists.set_index("term")
    assert not terms.loc["WC", "extended"]


# --------------------------------------------------------------------------------------------
# What is refused


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"sources": {"esr": ("LB",)}}, RequestError, "domain, variable"),
        ({"sources": {"esr": "LB"}}, RequestError, "domain, variable"),
        ({"sources": {"esr": ("LB", "LBSTRESN", "seq")}}, RequestError, "takes a column"),
        ({"sources": {"esr": ("LB", "LBSTRESN", jia.column("no"))}}, ColumnError, "'no'"),
        ({"carry": {"VISITNUM": jia.column("no")}}, ColumnError, "'no'"),
        ({"visit": jia.column("no")}, ColumnError, "'no'"),
        ({"visit_number": jia.column("no")}, ColumnError, "'no'"),
        ({"keep": ["AVAL"]}, RequestError, "AVAL from ADSL, and the data set has"),
        ({"windows": WEEKS, "visit": jia.column("nominal_visit")}, RequestError, "give one"),
        ({"sources": {"crp": ("LB", "LBSTRESN")}, "variables": []}, RequestError, "There is none"),
        ({"keep": {"TRTP": "TRTP", "SEX": "GENDER"}}, ColumnError, "no column 'GENDER'"),
        ({"keep": {"TRTP": "TRTxxP"}, "periods": {"A": "TRTSDT"}}, ColumnError, "'TRT01P'"),
    ],
)
def test_what_names_nothing_or_too_much_is_refused(
    given: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        made(subjects=adsl().assign(AVAL=1), **{"variables": ["esr"], **given})


@pytest.mark.parametrize("date", ["2024-01", "2024", "11.01.2024", "January 2024"])
def test_a_date_of_adsl_is_never_completed(date: str) -> None:
    with pytest.raises(VisitError, match=f"TRTSDT is '{date}': give full dates"):
        made(subjects=adsl().assign(TRTSDT=["2024-01-11", date, ""]))


def test_text_dates_of_adsl_are_dates() -> None:
    people = adsl().assign(TRTSDT=["2024-01-11", "2024-01-11T08:30", ""])
    data = made(subjects=people, keep=["TRTSDT"])
    expected = made(keep=["TRTSDT"])
    pd.testing.assert_frame_equal(data, expected)


def test_a_table_without_rows_has_its_variables() -> None:
    none = made(visits=visits().head(0))
    assert len(none) == 0
    assert list(none) == list(made())
    missed = made(visits=visits().head(0), due={8: "Week 8"})
    assert cells(missed["USUBJID"]) == ["S-01", "S-02", "S-03"]


# --------------------------------------------------------------------------------------------
# Laws of every data set

number = st.one_of(st.none(), st.integers(0, 100).map(lambda each: each / 10))
count = st.one_of(st.none(), st.integers(0, 71))


@st.composite
def trials(draw: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Invented visits of a few subjects, some without any, and their ADSL."""
    ids = [f"S-{number}" for number in range(draw(st.integers(1, 4)))]
    start = np.datetime64("2024-02-01")
    rows = []
    for who in ids[: draw(st.integers(1, len(ids)))]:
        days = draw(st.lists(st.integers(-20, 120), min_size=1, max_size=5, unique=True))
        for day in days:
            row: dict[str, Any] = {"patient": who, "date": start + np.timedelta64(day, "D")}
            row |= {name: draw(number) for name in ("physician_global", "patient_global")}
            row |= {name: draw(count) for name in ("active_joints", "limited_joints", "esr")}
            row["chaq"] = draw(st.one_of(st.none(), st.integers(0, 24).map(lambda n: n / 8)))
            rows.append(row)
    visits = pd.DataFrame(rows)
    numbers = [name for name in visits if name not in ("patient", "date")]
    visits = visits.astype(dict.fromkeys(numbers, float))
    visits["date"] = pd.to_datetime(visits["date"])
    people = pd.DataFrame({"STUDYID": "J", "USUBJID": ids, "TRTSDT": pd.Timestamp(start)})
    return visits, people


@settings(max_examples=25, deadline=None)
@given(trial=trials(), policy=st.sampled_from(["nri", "worst-case", "unchanged", "interval"]))
def test_laws_of_the_basic_data_structure(
    trial: tuple[pd.DataFrame, pd.DataFrame], policy: str
) -> None:
    visits, people = trial
    how: dict[str, Any] = {"subjects": people, "baseline": "first", "windows": WEEKS}
    responder = jia.ask.responder(30, missing=policy)
    try:
        dataset = jia.adam.adeff(
            visits,
            measures=["jadas10", LEVELS[1], responder, "acr_ped"],
            variables=["physician_global"],
            improvement=["jadas10", "physician_global"],
            thresholds={"jadas10": ["<= 2.7", "<= 6"]},
            due={8: "Week 8", 12: "Week 12"},
            **how,
        )
    except JiaScoresError as refused:
        raise AssertionError(refused) from refused
    assert jia.adam.check(dataset).empty
    data = dataset.pandas
    keys = list(dataset.keys)
    assert not data.duplicated(keys).any()
    assert not (data["ADY"] == 0).any()
    by = ["USUBJID", "PARAMCD", "BASETYPE"]
    assert data[data["ABLFL"] == "Y"].groupby(by).size().le(1).all()
    planned = data[data["AVISITN"].notna()]
    flags = (planned["ANL01FL"] == "Y").groupby([planned[n] for n in [*by, "AVISITN"]]).sum()
    assert flags.eq(1).all()
    assert data.loc[data["BASE"].isin([0.0]) | data["BASE"].isna(), "PCHG"].isna().all()
    # What was observed is what it is without imputation.
    plain = jia.adam.adeff(visits, measures=[jia.ask.responder(30)], **how).pandas
    observed = data[(data["PARAMCD"] == "ACR30") & (data["DTYPE"] == "")]
    columns = ["USUBJID", "ADT", "AVAL", "AVALC", "AVALMIN", "AVALMAX", "AREASND"]
    pd.testing.assert_frame_equal(
        observed[columns].reset_index(drop=True), plain[columns].reset_index(drop=True)
    )


@pytest.mark.parametrize("kind", ["polars", "pyarrow", "duckdb"])
def test_other_engines_give_the_same(kind: str) -> None:
    module = pytest.importorskip(kind)
    table = visits().drop(columns="nominal_visit").assign(number=[1, 2, 3, 4, 5])

    def native(data: pd.DataFrame) -> Any:
        if kind == "pyarrow":
            return module.Table.from_pandas(data)
        return module.from_pandas(data) if kind == "polars" else module.from_df(data)

    how: dict[str, Any] = {
        "measures": LEVELS,
        "variables": ["esr"],
        "keep": {"TRTP": "TRTxxP"},
        "baseline": "first",
        "improvement": ["esr", "jadas10"],
        "thresholds": {"esr": "<= 20"},
        "windows": WEEKS,
        "periods": {"Open label": "TRTSDT", "Withdrawal": "RANDDT"},
        "sources": {"esr": ("LB", "LBSTRESN", jia.column("number"))},
        "carry": {"VISITNUM": jia.column("number")},
        "due": {8: "Week 8"},
    }
    expected = jia.adam.adeff(table, subjects=withdrawal(), **how)
    dataset = jia.adam.adeff(native(table), subjects=native(withdrawal()), **how)
    pd.testing.assert_frame_equal(dataset.pandas, expected.pandas)
    pd.testing.assert_frame_equal(dataset.metadata, expected.metadata)
    assert type(dataset.data).__module__.startswith("pyarrow" if kind == "duckdb" else kind)
    assert jia.adam.check(dataset).empty
