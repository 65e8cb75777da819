"""Gaps at nominal visits, filled by a rule that is named in every cell."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from tests.tables.kinds import MAKERS, column

# Weeks 0, 4 (no row), 8 (not determinable), 12, 16, 20 (no row); stop on day 100
WEEKS = [0, 4, 8, 12, 16, 20]
TABLE = {
    "patient": ["A"] * 4,
    "nominal_visit": ["week 0", "week 8", "week 12", "week 16"],
    "study_day": [0, 56, 84, 112],
    "response": [True, None, False, True],
    "stop": [100, None, None, None],
}
Y, N, U = True, False, None
FILLED = {
    "observed": ({}, [0, 8, 12, 16], [Y, U, N, Y]),
    "complete-case": ({}, [0, 8, 12, 16], [U, U, U, U]),
    "worst-case": ({"worst": 0}, WEEKS, [Y, N, N, N, Y, N]),
    "nri": ({"stopped": jia.column("stop")}, WEEKS, [Y, N, N, N, N, N]),
    "locf": ({"limit_days": 40}, WEEKS, [Y, Y, U, N, Y, Y]),
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("rule", FILLED)
def test_gaps_by_each_rule(kind, rule) -> None:
    more, weeks, responses = FILLED[rule]
    table = MAKERS[kind](TABLE)
    out = jia.prepare.fill_gaps(table, jia.column("response"), weeks=WEEKS, rule=rule, **more)
    assert column(out, "nominal_visit") == [f"week {week}" for week in weeks]
    assert column(out, "response") == responses
    assert column(out, "row_made") == [week in (4, 20) for week in weeks]


def test_every_cell_says_which_rule_made_it() -> None:
    def marks(rule):
        more = FILLED[rule][0]
        table = pd.DataFrame(TABLE)
        out = jia.prepare.fill_gaps(table, jia.column("response"), weeks=WEEKS, rule=rule, **more)
        return column(out, "gap_rule")

    assert marks("observed") == ["observed", "observed: not determinable", "observed", "observed"]
    assert marks("nri") == [
        "observed",
        "nri: visit missing",
        "nri: not determinable",
        "observed",
        "nri: after stopping",
        "nri: after stopping",
    ]
    assert marks("locf") == [
        "observed",
        "locf: visit missing, from day 0",
        "locf: not determinable, the last value is 56 days old",
        "observed",
        "observed",
        "locf: visit missing, from day 112",
    ]
    assert set(marks("complete-case")) == {"complete-case: the patient has a gap"}
    assert marks("worst-case")[1:3] == ["worst-case: visit missing", "worst-case: not determinable"]


@pytest.mark.parametrize(("limit", "carried"), [(28, True), (27, None)])
def test_a_value_is_carried_for_so_many_days(limit, carried) -> None:
    out = jia.prepare.fill_gaps(
        pd.DataFrame(TABLE), jia.column("response"), weeks=[0, 4], rule="locf", limit_days=limit
    )
    assert column(out, "response") == [True, carried]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"rule": None}, "complete-case"),
        ({"rule": "locf"}, "limit_days= goes with rule='locf'"),
        ({"rule": "worst-case"}, "worst= goes with"),
        ({"rule": "nri", "worst": 0}, "worst= goes with"),
        ({"rule": "locf", "limit_days": 0}, "above 0"),
        ({"rule": "observed", "stopped": jia.column("stop")}, "stopped= goes with rule='nri'"),
        ({"rule": "nri", "stopped": "stop"}, "takes a column"),
    ],
)
def test_rules_that_are_refused(more, words) -> None:
    with pytest.raises(jia.errors.RequestError, match=words):
        jia.prepare.fill_gaps(pd.DataFrame(TABLE), jia.column("response"), weeks=WEEKS, **more)


def test_what_gaps_need() -> None:
    table = pd.DataFrame(TABLE)
    ask = {"weeks": WEEKS, "rule": "nri"}
    with pytest.raises(jia.errors.ColumnError, match="nominal_visits"):
        jia.prepare.fill_gaps(table.drop(columns="study_day"), jia.column("response"), **ask)
    with pytest.raises(jia.errors.VisitError, match="2 rows of week 0"):
        jia.prepare.fill_gaps(pd.concat([table, table[:1]]), jia.column("response"), **ask)
    two = table.assign(stop=[100, 90, None, None])
    with pytest.raises(jia.errors.VisitError, match="two things of patient A"):
        jia.prepare.fill_gaps(two, jia.column("response"), stopped=jia.column("stop"), **ask)


def test_the_last_value_must_be_one() -> None:
    table = pd.DataFrame(
        {
            "patient": ["A", "A", "B", "B"],
            "nominal_visit": [None, None, "week 0", None],
            "study_day": [20, 20, 0, 20],
            "response": [1, 1, 0, 1],
        }
    )
    ask = {"weeks": [0, 4], "rule": "locf", "limit_days": 10}
    out = jia.prepare.fill_gaps(table, jia.column("response"), **ask)
    assert column(out, "response") == [None, 1, 0, 1]
    table.loc[1, "response"] = 0
    with pytest.raises(jia.errors.VisitError, match="patient A has two values on day 20"):
        jia.prepare.fill_gaps(table, jia.column("response"), **ask)
    # Too old to be carried, it need not be known.
    out = jia.prepare.fill_gaps(table, jia.column("response"), **{**ask, "limit_days": 7})
    assert column(out, "response") == [None, None, 0, None]


HISTORY = st.dictionaries(st.sampled_from(WEEKS), st.sampled_from([0, 30, 50, None]), min_size=1)
RULES = {
    "observed": {},
    "complete-case": {},
    "nri": {},
    "worst-case": {"worst": 0},
    "locf": {"limit_days": 60},
}


def levels(history: dict, rule: str, weeks=WEEKS) -> dict:
    table = pd.DataFrame(
        {
            "patient": "A",
            "nominal_visit": [f"week {week}" for week in history],
            "study_day": [7 * week for week in history],
            "level": list(history.values()),
        }
    )
    out = jia.prepare.fill_gaps(table, jia.column("level"), weeks=weeks, rule=rule, **RULES[rule])
    assert len(column(out, "gap_rule")) == len(out)
    return {
        int(week.removeprefix("week ")): (level, mark, made)
        for week, level, mark, made in zip(
            *(column(out, name) for name in ("nominal_visit", "level", "gap_rule", "row_made")),
            strict=True,
        )
    }


@settings(max_examples=100, deadline=None)
@given(HISTORY, st.sampled_from(sorted(RULES)), st.randoms(use_true_random=False))
def test_no_rule_invents_a_value(history, rule, random) -> None:
    found = levels(history, rule)
    for week, (level, mark, made) in found.items():
        assert made == (week not in history)
        if mark == "observed":
            assert level == history[week]
        elif rule in ("nri", "worst-case"):
            assert level == 0
        elif rule == "locf" and level is not None:
            assert level in [history[w] for w in history if 0 < 7 * (week - w) <= 60]
        else:
            assert level is None
    mixed = random.sample(list(history), len(history))
    assert levels({week: history[week] for week in mixed}, rule) == found


@settings(max_examples=60, deadline=None)
@given(HISTORY, st.sampled_from(["observed", "nri", "worst-case", "locf"]))
def test_a_later_visit_changes_nothing_before_it(history, rule) -> None:
    before = levels(history, rule)
    after = levels({**history, 24: 50}, rule, [*WEEKS, 24])
    assert {week: cell for week, cell in after.items() if week < 24} == before


COHORT = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(WEEKS), st.sampled_from([0, 30, 50, None])),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[:2],
)


@settings(max_examples=60, deadline=None)
@given(COHORT, st.sampled_from(sorted(RULES)), st.randoms(use_true_random=False))
def test_patients_together_are_patients_alone(rows, rule, random) -> None:
    table = pd.DataFrame(rows, columns=["patient", "week", "level"])
    table["nominal_visit"] = [f"week {week}" for week in table["week"]]
    table["study_day"] = [7 * week + random.randint(0, 9) for week in table["week"]]

    def cells(table: pd.DataFrame) -> list:
        ask = {"weeks": WEEKS, "rule": rule, **RULES[rule]}
        out = jia.prepare.fill_gaps(table, jia.column("level"), **ask)
        return list(zip(*(column(out, name) for name in out.columns), strict=True))

    alone = [cell for _, visits in table.groupby("patient") for cell in cells(visits)]
    assert cells(table.sample(frac=1, random_state=random.randint(0, 9))) == alone


def test_from_visits_to_responders() -> None:
    visits = pd.DataFrame(
        {
            "patient": ["A", "A", "B", "B", "C"],
            "date": ["2020-01-01", "2020-02-26", "2020-01-01", "2020-03-01", "2020-01-01"],
            "response": pd.array([None, True, None, False, None], dtype="boolean"),
        }
    )
    weeks = {0: 0, 8: 7}
    named = jia.prepare.nominal_visits(visits, weeks=weeks, rule="nearest", day_zero="first")
    whole = jia.prepare.fill_gaps(named, jia.column("response"), weeks=[8], rule="nri")
    out = jia.analysis.responders_by_visit(whole, jia.column("response"))
    assert out[["patients", "responders", "not_determinable"]].to_numpy().tolist() == [[3, 1, 0]]
    assert np.isclose(out.loc[0, "proportion"], 1 / 3)
