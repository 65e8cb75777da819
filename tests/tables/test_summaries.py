"""Responders, differences, states and agreement; trials rebuilt from their published counts."""

from __future__ import annotations

import math

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import jiascores as jia


def patients(counts: dict) -> pd.DataFrame:
    """Return one row for each patient of {(arm, stratum): (responders, patients)}."""
    rows = [
        {"arm": arm, "stratum": stratum, "response": at < responders}
        for (arm, stratum), (responders, total) in counts.items()
        for at in range(total)
    ]
    return pd.DataFrame(rows).assign(patient=range(len(rows)))


def test_the_arms_of_tender_with_their_intervals() -> None:
    table = patients({("tocilizumab", "all"): (64, 75), ("placebo", "all"): (9, 37)})
    out = jia.analysis.responders_by_visit(table, jia.column("response"), by=jia.column("arm"))
    assert out["arm"].tolist() == ["placebo", "tocilizumab"]
    ends = ["exact_low", "exact_high", "wilson_low", "wilson_high"]
    placebo, tocilizumab = out[ends].to_numpy().tolist()
    # From statsmodels' proportion_confint, beta and wilson.
    assert tocilizumab == pytest.approx([0.75271, 0.92444, 0.75615, 0.91608], abs=1e-5)
    assert placebo == pytest.approx([0.11773, 0.41199, 0.13361, 0.40117], abs=1e-5)


def test_patients_give_what_their_counts_give() -> None:
    a, n1, b, n0 = [45, 8], [67, 15], [30, 4], [64, 17]  # CHERISH, ACR Pedi 70, by methotrexate
    table = patients(
        {
            ("tocilizumab", "yes"): (a[0], n1[0]),
            ("tocilizumab", "no"): (a[1], n1[1]),
            ("placebo", "yes"): (b[0], n0[0]),
            ("placebo", "no"): (b[1], n0[1]),
        }
    )
    ask = {"arm": jia.column("arm"), "reference_arm": "placebo", "strata": [jia.column("stratum")]}
    ask["method"] = "mantel-haenszel"
    found = jia.analysis.compare_responders(table, jia.column("response"), **ask)
    assert found.difference == pytest.approx(0.2215, abs=5e-5)
    assert "2 strata" in str(found)
    shuffled = table.sample(frac=1, random_state=1)
    assert jia.analysis.compare_responders(shuffled, jia.column("response"), **ask) == found
    table["response"] = table["response"].astype("boolean")
    table.loc[0, "response"] = pd.NA
    with pytest.raises(jia.errors.RequestError, match="undetermined="):
        jia.analysis.compare_responders(table, jia.column("response"), **ask)
    failed, left_out = (
        jia.analysis.compare_responders(table, jia.column("response"), undetermined=rule, **ask)
        for rule in ("non-responder", "exclude")
    )
    assert failed.difference < left_out.difference < found.difference
    assert str(failed).endswith("not determinable: 1, as non-responders")
    assert str(left_out).endswith(
        "52 of 81 against 34 of 81, 2 strata; not determinable: 1, left out"
    )


def test_a_comparison_names_its_method() -> None:
    table = patients({("a", "all"): (3, 5), ("b", "all"): (1, 5)})
    ask = {"arm": jia.column("arm"), "reference_arm": "b"}
    for more in ({}, {"method": "wald"}):
        with pytest.raises(jia.errors.RequestError, match="'newcombe', 'miettinen-nurminen'"):
            jia.analysis.compare_responders(table, jia.column("response"), **ask, **more)


# --------------------------------------------------------------------------------------------

LEVELS = {
    "patient": ["A", "B", "C", "A", "B", "C"],
    "nominal_visit": ["week 8", "week 8", "week 8", "week 12", "week 12", None],
    "acr_ped_level": [50, None, 0, 70, None, 90],
    "acr_ped_level_min": [50, 30, 0, 70, 0, 90],
    "acr_ped_level_max": [50, 70, 0, 70, 100, 90],
}


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table, pl.LazyFrame])
def test_responders_by_bounds_in_every_kind_of_frame(make) -> None:
    def counts(level):
        out = jia.analysis.responders_by_visit(make(LEVELS), jia.column("acr_ped"), level=level)
        names = ("nominal_visit", "patients", "responders", "not_determinable")
        return [[getattr(v, "as_py", lambda v=v: v)() for v in out[name]] for name in names]

    weeks = ["week 8", "week 12"]
    assert counts(30) == [weeks, [3, 2], [2, 1], [0, 1]]
    assert counts(50) == [weeks, [3, 2], [1, 1], [1, 1]]
    assert counts(100) == [weeks, [3, 2], [0, 0], [0, 1]]


def test_a_level_without_bounds_leaves_more_open() -> None:
    table = pd.DataFrame(LEVELS)
    out = jia.analysis.responders_by_visit(table, jia.column("acr_ped_level"), level=30)
    assert out["not_determinable"].tolist() == [1, 1]
    assert out["lowest"].tolist() == pytest.approx([1 / 3, 1 / 2])
    assert out["highest"].tolist() == pytest.approx([2 / 3, 1])


def test_of_nobody_determinable_nothing_is_said() -> None:
    table = pd.DataFrame({"patient": ["A"], "nominal_visit": ["week 8"], "response": [None]})
    out = jia.analysis.responders_by_visit(table, jia.column("response"))
    assert math.isnan(out.loc[0, "proportion"])
    assert math.isnan(out.loc[0, "exact_low"])
    assert out.loc[0, "not_determinable"] == 1


def test_two_rows_of_a_patient_at_a_visit_are_refused() -> None:
    table = pd.DataFrame(
        {"patient": ["A", "A"], "nominal_visit": ["week 8"] * 2, "response": [True, True]}
    )
    with pytest.raises(jia.errors.VisitError, match="patient A has two rows at a visit"):
        jia.analysis.responders_by_visit(table, jia.column("response"))


STATES = {
    "patient": ["A"] * 6 + ["B"],
    "date": [0, 30, 90, 120, 300, 310, 0],
    "state": ["high", "low", None, "inactive", "inactive", "low", "high"],
}


def test_days_and_visits_in_each_state() -> None:
    out = jia.analysis.time_in_states(pd.DataFrame(STATES), jia.column("state"), max_gap_days=100)
    out = out.set_index("state")
    assert out.index.tolist() == ["inactive", "low", "high", "not determinable"]
    assert out["days"].tolist() == [110, 60, 30, 30]
    assert out["visits"].tolist() == [2, 2, 2, 1]
    assert out["proportion_of_days"].sum() == pytest.approx(1)
    assert out.loc["inactive", "proportion_of_days"] == pytest.approx(110 / 230)


def test_steps_from_state_to_state() -> None:
    table = pd.DataFrame(STATES).sample(frac=1, random_state=3)
    out = jia.analysis.transitions(table, jia.column("state"))
    steps = {
        (row["from"], row["to"]): row["count"] for _, row in out.iterrows() if row["count"] > 0
    }
    assert steps == {
        ("high", "low"): 1,
        ("low", "not determinable"): 1,
        ("not determinable", "inactive"): 1,
        ("inactive", "inactive"): 1,
        ("inactive", "low"): 1,
    }
    assert len(out) == 16
    assert out.groupby("from")["proportion"].sum().loc["inactive"] == pytest.approx(1)


# The flares of two trials, and the test that gives the published p.
PUBLISHED = [
    ("abatacept", [[12, 48], [33, 29]], True, 0.0003, 4),
    ("adalimumab with methotrexate", [[14, 24], [24, 13]], False, 0.015, 3),
    ("adalimumab without", [[13, 17], [20, 8]], False, 0.031, 3),
]


@pytest.mark.parametrize(("trial", "table", "corrected", "p", "digits"), PUBLISHED)
def test_the_published_p_is_that_of_one_test_and_not_of_the_other(
    trial, table, corrected, p, digits
) -> None:
    from scipy.stats import chi2_contingency

    assert round(chi2_contingency(table, correction=corrected).pvalue, digits) == p
    assert round(chi2_contingency(table, correction=not corrected).pvalue, digits) != p


def test_the_published_p_of_etanercept_is_that_of_none() -> None:
    from scipy.stats import chi2_contingency, fisher_exact

    table = [[7, 18], [21, 5]]
    found = [chi2_contingency(table, correction=both).pvalue for both in (True, False)]
    assert all(p < 0.001 for p in [*found, fisher_exact(table)[1]])  # published: 0.003


def test_an_empty_table_has_the_same_columns() -> None:
    full = pd.DataFrame({**STATES, "response": True, "week": STATES["date"]})
    for summary in (
        lambda table: jia.analysis.responders_by_visit(
            table, jia.column("response"), by=jia.column("week")
        ),
        lambda table: jia.analysis.time_in_states(table, jia.column("state"), max_gap_days=9),
        lambda table: jia.analysis.transitions(table, jia.column("state")),
    ):
        assert list(summary(full).columns) == list(summary(full[:0]).columns)


def test_what_is_no_number_is_refused() -> None:
    table = pd.DataFrame({**STATES, "week": STATES["date"]})
    with pytest.raises(jia.errors.RequestError, match="max_gap_days='9'"):
        jia.analysis.time_in_states(table, jia.column("state"), max_gap_days="9")
    with pytest.raises(jia.errors.RequestError, match="confidence='95'"):
        jia.analysis.responders_by_visit(
            table, jia.column("week"), by=jia.column("week"), confidence="95"
        )
    with pytest.raises(jia.errors.NotNumericError, match="'state' must hold numbers"):
        jia.analysis.responders_by_visit(
            table, jia.column("state"), level=30, by=jia.column("week")
        )


# A rule for the reference, and the column of the flare against it.
REFERENCES = [
    ("baseline", "flare_prcsg_printo"),
    ("end-of-lead-in", "flare_prcsg_printo_end_of_lead_in"),
    ("last-responding", "flare_prcsg_printo_last_responding"),
    ("best", "flare_prcsg_printo_best"),
    (jia.flagged("chosen"), "flare_prcsg_printo_chosen"),
    (jia.on_or_before("dose"), "flare_prcsg_printo_dose"),
    (jia.last_responding(50), "flare_prcsg_printo_last_responding_50"),
]


@pytest.mark.parametrize(("rule", "column"), REFERENCES)
def test_every_reference_serves_assess_and_retreatment(rule, column) -> None:
    visits = pd.DataFrame(
        {
            "patient": "A",
            "date": ["2020-01-01", "2020-03-01", "2020-05-01", "2020-06-01"],
            "physician_global": [6, 2, 2, 6],
            "patient_global": [5, 2, 2, 5],
            "chaq": [1.5, 0.75, 0.5, 1.5],
            "active_joints": [12, 4, 4, 12],
            "limited_joints": [9, 6, 6, 9],
            "esr": [40, 20, 20, 40],
            **dict.fromkeys(["infection", "febrile_illness", "malignancy", "biological"], 0),
            "end_of_lead_in": "2020-03-15",
            "chosen": [0, 1, 0, 0],
            "dose": "2020-04-01",
        }
    )
    flare = jia.ask.flare(criteria="prcsg-printo", reference=rule)
    assessed = jia.assess(visits, measures=[flare], baseline="first")
    assert flare.columns == (column,)
    flared = assessed[column].tolist()[-1]
    # Against the first visit nothing is worse; against the second, everything.
    assert flared == (rule != "baseline")
    protocol = jia.definition("swart-2019", jia.typing.RetreatmentProtocol).variant(
        name="loss by flare", loss="prcsg-printo", flare_reference=rule
    )
    infusions = pd.DataFrame({"patient": ["A"], "date": ["2020-01-01"]})
    decided = jia.retreatment(visits, infusions, protocol=protocol)
    assert decided["retreatment_code"].tolist()[-1] == ("eligible" if flared else "holds")
