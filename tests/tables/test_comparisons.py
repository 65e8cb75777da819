"""The tipping point: every outcome that the open patients could have, by counting them one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core import errors
from jiascores.statistics.proportions import METHODS

ASK = {"arm": jia.column("drug"), "reference_arm": "placebo"}
RESPONSE = jia.column("response")
YES, NO = [True], [False]


def patients(drug: list, placebo: list, **more) -> pd.DataFrame:
    response = pd.array([*drug, *placebo], dtype="boolean")
    arms = ["A"] * len(drug) + ["placebo"] * len(placebo)
    return pd.DataFrame({"patient": range(len(arms)), "drug": arms, "response": response, **more})


def tip(table, method="miettinen-nurminen", **more):
    return jia.analysis.tipping_point(table, RESPONSE, method=method, **(ASK | more))


def one_by_one(table, open_rows, base, strata=(), method="miettinen-nurminen", alpha=0.05):
    """Return the fewest switches to each conclusion, trying every assignment of the open rows."""
    fewest = {}
    for answers in product((False, True), repeat=len(open_rows)):
        tried = table.copy()
        tried.loc[open_rows, "response"] = answers
        found = jia.analysis.compare_responders(
            tried, RESPONSE, strata=list(strata), method=method, confidence=1 - alpha, **ASK
        )
        significant = found.p < alpha
        switches = sum(one != other for one, other in zip(answers, base, strict=True))
        fewest[significant] = min(switches, fewest.get(significant, 99))
    return fewest.get(True), fewest.get(False)


def test_a_finding_that_two_patients_turn() -> None:
    # 9 of 12 against 3 of 12 is p 0.016; with two more on placebo, 5 of 12, 0.105.
    table = patients(YES * 9 + NO * 2 + [None], YES * 3 + NO * 7 + [None] * 2)
    found = tip(table)
    assert (found.to_significant, found.to_not_significant) == (0, 2)
    assert found.p == pytest.approx(0.016489, abs=1e-6)
    assert len(found.table) == 2 * 3
    assert "open in A 1, in placebo 2" in str(found)
    assert "p ≥ 0.05: 2 switched, 0 and 2 of them responders" in str(found)
    assert "p < 0.05, placebo higher: not reached" in str(found)
    worst = found.table.iloc[2]
    assert worst[["responders_A", "responders_placebo", "switches"]].tolist() == [0, 2, 2]
    other = jia.analysis.stratified_difference([9], [12], [5], [12], method="newcombe")
    assert worst["p"] == pytest.approx(other.cmh_p)
    with pytest.raises(errors.RequestError, match="neither true nor false"):
        bool(found)


def test_no_finding_that_some_patients_make_one_of() -> None:
    table = patients(YES * 7 + NO + [None] * 4, YES * 4 + NO * 8)
    found = tip(table)
    assert (found.to_not_significant, found.to_significant) == (0, 2)
    # One less that is open, and the finding is out of reach by one.
    less = tip(patients(YES * 7 + NO * 4 + [None], YES * 4 + NO * 8))
    assert (less.to_not_significant, less.to_significant) == (0, None)
    assert "A higher: not reached" in str(less)


ANSWERS = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=7)


@settings(max_examples=25, deadline=None)
@given(ANSWERS, ANSWERS, st.sampled_from(["miettinen-nurminen", "newcombe", "summary-score"]))
def test_the_fewest_switches_of_patients_one_by_one(drug, placebo, method) -> None:
    table = patients(drug, placebo)
    open_rows = table.index[table["response"].isna()][:6]
    table.loc[table.index.difference(open_rows), "response"] = table["response"].fillna(value=True)
    found = tip(table, method)
    expected = one_by_one(table, open_rows, [False] * len(open_rows), method=method)
    assert (found.to_significant, found.to_not_significant) == expected


def test_by_arm_and_in_strata() -> None:
    random = np.random.default_rng(8)
    answers = random.choice([True, False], 40, p=[0.6, 0.4]).tolist()
    table = patients(answers[:20], [not one for one in answers[20:]], site=["N", "S"] * 20)
    open_rows = [0, 1, 5, 21, 22, 28]
    table.loc[open_rows, "response"] = pd.NA
    found = tip(table, strata=[jia.column("site")])
    assert (found.to_significant, found.to_not_significant) == one_by_one(
        table, open_rows, [False] * 6, [jia.column("site")]
    )
    names = ["responders_A_N", "responders_placebo_N", "responders_A_S", "responders_placebo_S"]
    assert found.table.columns.tolist() == [*names, "switches", "difference", "p"]
    assert len(found.table) == 2 * 3 * 3 * 2
    assert found.table[names].max().tolist() == [1, 2, 2, 1]


def test_a_stratum_with_one_arm_is_no_part_of_it() -> None:
    table = patients(YES * 6 + [None], NO * 6 + [None], site=["N"] * 6 + ["S"] + ["N"] * 7)
    found = tip(table, strata=[jia.column("site")])
    assert found.table.columns[:2].tolist() == ["responders_A_N", "responders_placebo_N"]
    assert len(found.table) == 2


# --------------------------------------------------------------------------------------------
# What is open


def test_imputed_outcomes_are_open_by_the_rule_that_made_them() -> None:
    """From visits to the tipping point: who missed week 12 is a non-responder, and open."""
    seen = [f"p{at}" for at in range(24)]
    visits = pd.DataFrame({"patient": seen, "nominal_visit": "week 0", "study_day": 0})
    visits["drug"] = ["A"] * 12 + ["placebo"] * 12
    at_12 = visits.drop([11, 22, 23]).assign(nominal_visit="week 12", study_day=84)
    at_12["response"] = [*YES * 9, *NO * 2, *YES * 3, *NO * 7]
    visits = pd.concat([visits.assign(response=None), at_12])
    filled = jia.prepare.fill_gaps(visits, RESPONSE, weeks=[12], rule="nri")
    if "drug" not in filled:
        filled = filled.merge(visits[["patient", "drug"]].drop_duplicates())
    nothing_open = tip(filled)
    assert len(nothing_open.table) == 1
    found = tip(filled, over=jia.column("gap_rule"))
    assert (found.to_significant, found.to_not_significant) == (0, 2)
    flagged = filled.assign(made=filled["gap_rule"] != "observed")
    assert str(tip(flagged, over=jia.column("made"))) == str(found)
    words = filled.assign(made=np.where(filled["gap_rule"] == "observed", "no", "yes"))
    assert str(tip(words, over=jia.column("made"))) == str(found)
    with pytest.raises(errors.RequestError, match="over='drug' holds 'A'"):
        tip(filled, over=jia.column("drug"))


def test_imputed_responders_are_switched_to_non_responders() -> None:
    table = patients(YES * 9 + NO * 3, YES * 3 + NO * 9, made=[True] * 3 + [False] * 21)
    found = tip(table, over=jia.column("made"))
    assert found.counts.open_responders.tolist() == [[3, 0]]
    assert (found.to_significant, found.to_not_significant) == (0, 2)
    assert found.table["switches"].tolist() == [3, 2, 1, 0]
    assert found.table["p"].tolist()[1:3] == pytest.approx([0.104956, 0.044938], abs=1e-6)


def test_levels_are_open_where_their_bounds_leave_them_open() -> None:
    rows = [(30, 50)] * 8 + [(0, 30)] * 2 + [(0, 0)] * 2 + [(0, 0)] * 9 + [(50, 50)] * 3
    table = pd.DataFrame(rows, columns=["acr_ped_level_min", "acr_ped_level_max"])
    table = table.assign(patient=range(24), drug=["A"] * 12 + ["placebo"] * 12)
    found = jia.analysis.tipping_point(
        table, jia.column("acr_ped"), level=30, method="miettinen-nurminen", **ASK
    )
    assert found.counts.open_patients.tolist() == [[2, 0]]
    assert found.counts.responders.tolist() == [[8, 3]]


def test_patients_who_were_never_seen_are_open() -> None:
    table = patients(YES * 9 + NO * 2, YES * 3 + NO * 7)
    absent = pd.DataFrame({"patient": [97, 98, 99], "drug": ["A", "placebo", "placebo"]})
    everybody = pd.concat([table[["patient", "drug"]], absent])
    found = tip(table, patients=everybody)
    assert found.counts.open_patients.tolist() == [[1, 2]]
    assert (found.to_significant, found.to_not_significant) == (0, 2)


# --------------------------------------------------------------------------------------------
# Methods, limits and kinds


@pytest.mark.parametrize("method", METHODS)
def test_p_is_that_of_the_comparison_by_every_method(method) -> None:
    table = patients(YES * 6 + NO * 5 + [None], YES * 4 + NO * 7 + [None])
    found = tip(table, method)
    for one, two, _, difference, p in found.table.itertuples(index=False):
        counts = [6 + one], [12], [4 + two], [12]
        other = jia.analysis.stratified_difference(*counts, method=method)
        assert (difference, p) == pytest.approx((other.difference, other.p))


def test_a_method_without_a_p_for_a_combination_is_refused_as_a_whole() -> None:
    table = patients(YES * 5 + [None], NO * 6)
    with pytest.raises(errors.RequestError, match=r"one of the 2 combinations has no p\. mantel-"):
        tip(table, "mantel-haenszel")
    assert tip(table).to_significant == 0


def test_alpha_and_the_number_of_combinations_have_limits() -> None:
    table = patients(YES * 9 + NO * 2 + [None], YES * 3 + NO * 7 + [None] * 2)
    assert tip(table, alpha=0.01).to_significant == 1
    for wrong in (0, 1, 5):
        with pytest.raises(errors.RequestError, match=r"alpha=.*for example 0\.05"):
            tip(table, alpha=wrong)
    many = patients([None] * 200, [None] * 200)
    with pytest.raises(errors.RequestError, match=r"400 open patients .* 40401 combinations"):
        tip(many)
    for more in ({"method": None}, {"method": "wald"}):
        with pytest.raises(errors.RequestError, match="There is no default"):
            tip(table, **more)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_the_table_is_of_the_kind_that_was_given(make) -> None:
    given = {"patient": [1, 2, 3, 4], "drug": ["A", "A", "placebo", "placebo"],
             "response": [True, None, False, None]}  # fmt: skip
    found = tip(make(given))
    assert isinstance(found.table, type(make({"a": [1]})))
    assert found.table.shape == (4, 5)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pd", "pl", "pa"])
def test_one_data_cut_for_the_comparison_and_its_tipping_point(make) -> None:
    drug, placebo = [True] * 6 + [False] * 2 + [None], [True] * 2 + [False] * 6 + [None]
    early = {
        "patient": [f"P{at:02}" for at in range(18)],
        "date": ["2024-03-01"] * 18,
        "drug": ["A"] * 9 + ["placebo"] * 9,
        "response": drug + placebo,
    }
    late = {key: [*values, *values] for key, values in early.items()}
    late["date"][18:] = ["2024-03-02"] * 18
    late["response"][18:] = [False] * 18
    compare = jia.analysis.compare_responders
    ask = {"method": "newcombe", **ASK}
    cut = {"data_cut": "2024-03-01"}
    counted = {"undetermined": "exclude", **ask}
    expected = str(compare(make(early), RESPONSE, **counted))
    assert str(compare(make(late), RESPONSE, **counted, **cut)) == expected
    expected = str(jia.analysis.tipping_point(make(early), RESPONSE, **ask))
    assert str(jia.analysis.tipping_point(make(late), RESPONSE, **ask, **cut)) == expected
    with pytest.raises(errors.VisitError, match="two rows"):
        compare(make(late), RESPONSE, **counted)


@pytest.mark.parametrize("values", [[0, 30, 50, 70], [0.0, 1.0, 2.5, 3.0], [0, 0, 1, 100]])
def test_levels_and_scores_are_no_yes_and_no(values) -> None:
    # Level 50 is not "not yes": without level= everybody would be a non-responder.
    table = pd.DataFrame(
        {"patient": range(4), "week": 12, "drug": ["A", "placebo"] * 2, "x": values}
    )
    outcome = jia.column("x")
    for ask in (
        lambda: jia.analysis.responders_by_visit(table, outcome, by=jia.column("week")),
        lambda: jia.analysis.compare_responders(table, outcome, method="newcombe", **ASK),
        lambda: jia.analysis.tipping_point(table, outcome, method="newcombe", **ASK),
        lambda: jia.analysis.responders_table(table, outcome, by=jia.column("week")),
    ):
        with pytest.raises(errors.RequestError, match="a response is yes or no: say which") as e:
            ask()
        assert e.value.variable == "level"
