"""Gaps at nominal visits, filled by a rule that is named in every cell."""

from __future__ import annotations

from collections.abc import Mapping

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
# A second patient, who was seen at every visit: a week at which nobody was seen is refused.
SEEN = {
    "patient": ["B"] * 6,
    "nominal_visit": [f"week {week}" for week in WEEKS],
    "study_day": [7 * week for week in WEEKS],
    "response": [False] * 6,
    "stop": [None] * 6,
}
CONSTANT = {"arm": ["drug"] * 4 + ["placebo"] * 6, "sites": [7] * 4 + [None] * 6}
TWO = {name: TABLE[name] + SEEN[name] for name in TABLE} | CONSTANT
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
    table = MAKERS[kind](TWO)
    out = jia.prepare.fill_gaps(table, jia.column("response"), weeks=WEEKS, rule=rule, **more)
    rows = len(out) - len(WEEKS) if hasattr(out, "__len__") else len(weeks)
    assert column(out, "nominal_visit")[:rows] == [f"week {week}" for week in weeks]
    assert column(out, "response")[:rows] == responses
    assert column(out, "row_made") == [week in (4, 20) for week in weeks] + [False] * len(WEEKS)
    # What is the same in all rows of each patient stays, in the rows that were made too.
    assert column(out, "arm") == ["drug"] * rows + ["placebo"] * len(WEEKS)
    assert column(out, "sites") == [7] * rows + [None] * len(WEEKS)


def test_every_cell_says_which_rule_made_it() -> None:
    def marks(rule):
        more = FILLED[rule][0]
        table = pd.DataFrame(TWO)
        out = jia.prepare.fill_gaps(table, jia.column("response"), weeks=WEEKS, rule=rule, **more)
        return column(out[out["patient"] == "A"], "gap_rule")

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
        pd.DataFrame(TWO), jia.column("response"), weeks=[0, 4], rule="locf", limit_days=limit
    )
    assert column(out, "response")[:2] == [True, carried]


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
        jia.prepare.fill_gaps(pd.DataFrame(TWO), jia.column("response"), weeks=WEEKS, **more)


def test_what_gaps_need() -> None:
    table = pd.DataFrame(TABLE)
    ask = {"weeks": [0, 8, 12, 16], "rule": "nri"}
    with pytest.raises(jia.errors.ColumnError, match="nominal_visits"):
        jia.prepare.fill_gaps(table.drop(columns="study_day"), jia.column("response"), **ask)
    with pytest.raises(jia.errors.VisitError, match="2 rows of week 0"):
        jia.prepare.fill_gaps(pd.concat([table, table[:1]]), jia.column("response"), **ask)
    two = table.assign(stop=[100, 90, None, None])
    with pytest.raises(jia.errors.VisitError, match="two values for patient A"):
        jia.prepare.fill_gaps(two, jia.column("response"), stopped=jia.column("stop"), **ask)


def test_the_last_value_must_be_one() -> None:
    table = pd.DataFrame(
        {
            "patient": ["A", "A", "B", "B", "C"],
            "nominal_visit": [None, None, "week 0", None, "week 4"],
            "study_day": [20, 20, 0, 20, 28],
            "response": [1, 1, 0, 1, 0],
        }
    )
    ask = {"weeks": [0, 4], "rule": "locf", "limit_days": 10}
    out = jia.prepare.fill_gaps(table, jia.column("response"), **ask)
    assert column(out, "response") == [None, 1, 0, 1, None, 0]
    table.loc[1, "response"] = 0
    with pytest.raises(jia.errors.VisitError, match="patient A has two values on day 20"):
        jia.prepare.fill_gaps(table, jia.column("response"), **ask)
    # Too old to be carried, it need not be known.
    out = jia.prepare.fill_gaps(table, jia.column("response"), **{**ask, "limit_days": 7})
    assert column(out, "response") == [None, None, 0, None, None, 0]


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
            "patient": ["A"] * len(history) + ["Z"] * len(weeks),
            "nominal_visit": [f"week {week}" for week in [*history, *weeks]],
            "study_day": [7 * week for week in [*history, *weeks]],
            "level": [*history.values(), *[0] * len(weeks)],
        }
    )
    out = jia.prepare.fill_gaps(table, jia.column("level"), weeks=weeks, rule=rule, **RULES[rule])
    out = out[out["patient"] == "A"]
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
    every = pd.DataFrame({"patient": "Z", "week": WEEKS, "level": 0})
    table = pd.concat([table, every], ignore_index=True)
    table["nominal_visit"] = [f"week {week}" for week in table["week"]]
    table["study_day"] = [7 * week + random.randint(0, 9) for week in table["week"]]

    def cells(table: pd.DataFrame) -> list:
        ask = {"weeks": WEEKS, "rule": rule, **RULES[rule]}
        out = jia.prepare.fill_gaps(table, jia.column("level"), **ask)
        out = out[out["patient"] != "Z"]
        names = ("patient", "nominal_visit", "study_day", "level", "gap_rule", "row_made")
        return list(zip(*(column(out, name) for name in names), strict=True))

    seen = table["patient"] == "Z"
    alone = [
        cell
        for patient, visits in table[~seen].groupby("patient")
        for cell in cells(pd.concat([visits, table[seen]]))
    ]
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


# --------------------------------------------------------------------------------------------
# Non-responder imputation has one meaning


OPEN = {
    "patient": ["A", "B", "C", "D"],
    "nominal_visit": ["week 12"] * 4,
    "study_day": [84] * 4,
    "acr_ped_level": [50, None, None, 0],
    "acr_ped_level_min": [50, 30, 0, 0],
    "acr_ped_level_max": [50, 70, 30, 0],
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_response_that_is_certain_is_one_although_its_level_is_open(kind) -> None:
    def filled(outcome, **more):
        out = jia.prepare.fill_gaps(MAKERS[kind](OPEN), outcome, weeks=[12], rule="nri", **more)
        level = more.get("level")
        return column(out, "acr_ped_level" if level is None else f"acr_ped_{level}")

    assert filled(jia.column("acr_ped"), level=30) == [True, True, False, False]
    assert filled(jia.column("acr_ped_level"), level=30) == [True, True, False, False]
    assert filled(jia.column("acr_ped"), level=50) == [True, False, False, False]
    assert filled(jia.column("acr_ped_level")) == [50, 30, 0, 0]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("jadas10", [3.8, None]),
        ("my_score", [3.8, None]),
        ("my_score", [12, None]),
        ("jadas10", [0, None]),
        ("active_joints", [1, None]),
        ("flare_brunner_2002", [True, None]),
        ("acr_ped_30_lost", [False, None]),
        ("flared", [1, 0]),
    ],
)
def test_nobody_is_a_non_responder_in_what_is_no_response(name, values) -> None:
    table = pd.DataFrame({"patient": ["A", "B"], "nominal_visit": "week 4", "study_day": 28})
    table[name] = values
    ask = {"weeks": [4]}
    with pytest.raises(jia.errors.RequestError, match="nobody is a non-responder in it"):
        jia.prepare.fill_gaps(table, jia.column(name), rule="nri", **ask)
    worst = jia.prepare.fill_gaps(table, jia.column(name), rule="worst-case", worst=1, **ask)
    assert len(worst) == 2


@pytest.mark.parametrize("name", ["flare_free", "acr_ped_30", "inactive_disease_wallace_2011"])
def test_what_is_a_response_is_taken(name) -> None:
    table = pd.DataFrame({"patient": ["A", "B"], "nominal_visit": "week 4", "study_day": 28})
    table[name] = ["Y", None]
    out = jia.prepare.fill_gaps(table, jia.column(name), rule="nri", weeks=[4])
    assert column(out, name) == [True, False]


def test_a_planned_week_that_no_row_has_is_refused() -> None:
    table = pd.DataFrame(
        {
            "patient": ["A", "B"],
            "nominal_visit": pd.Categorical(["week 13", "week 13"], ["week 12", "week 13"]),
            "study_day": 91,
            "response": True,
        }
    )
    for rule, more in RULES.items():
        with pytest.raises(
            jia.errors.RequestError, match=r"week 12, and no row .* week 13"
        ) as caught:
            jia.prepare.fill_gaps(table, jia.column("response"), weeks=[12], rule=rule, **more)
        assert caught.value.variable == "weeks"


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("stop", ["2024-03-24", "2024-03-25", 83, 84])
def test_stops_are_dates_or_study_days(kind, stop) -> None:
    # Day zero is 2024-01-01, so that week 12 is on 2024-03-25.
    table = {
        "patient": ["A", "A"],
        "date": ["2024-01-01", "2024-03-25"],
        "nominal_visit": ["week 0", "week 12"],
        "study_day": [0, 84],
        "response": [False, True],
        "stop": [stop, stop],
    }
    ask = {"weeks": [12], "rule": "nri", "stopped": jia.column("stop")}
    out = jia.prepare.fill_gaps(MAKERS[kind](table), jia.column("response"), **ask)
    # A visit on the day of the stop counts as before it.
    assert column(out, "response") == [stop in ("2024-03-25", 84)]


def test_stops_that_are_dates_need_the_dates_of_the_visits() -> None:
    table = pd.DataFrame(TABLE).assign(stop="2024-03-24")
    ask = {"weeks": [8], "rule": "nri", "stopped": jia.column("stop")}
    with pytest.raises(jia.errors.ColumnError, match="Dates are turned into study days"):
        jia.prepare.fill_gaps(table, jia.column("response"), **ask)


def test_a_stop_on_a_date_beside_visits_on_study_days_is_refused() -> None:
    table = pd.DataFrame(TABLE).assign(date=[28] * len(TABLE["patient"]))
    ask = {"weeks": [8], "rule": "nri", "stopped": jia.column("stop")}
    with pytest.raises(jia.errors.VisitError, match="both as dates or both as study") as caught:
        jia.prepare.fill_gaps(table.assign(stop="2024-03-24"), jia.column("response"), **ask)
    assert caught.value.reason == "dates-and-study-days"
    assert len(jia.prepare.fill_gaps(table.assign(stop=60), jia.column("response"), **ask)) > 0


def test_what_was_measured_is_no_constant_of_the_patient() -> None:
    # One visit each, so that every column is the same in all rows of its patient.
    table = pd.DataFrame({"patient": ["A", "B"], "nominal_visit": ["week 4", "week 8"]})
    table = table.assign(study_day=[28, 56], date=[28, 56], esr=[20, 30], jadas10=3.0)
    table = table.assign(response=True, arm=["x", "y"], state_jadas10_x="low", born=[2010, 2011])
    out = jia.prepare.fill_gaps(table, jia.column("response"), weeks=[4, 8], rule="nri")
    assert [*out.columns][6:] == ["arm", "born"]
    assert column(out, "born") == [2010, 2010, 2011, 2011]


@pytest.mark.parametrize(
    ("data_cut", "weeks"), [(27, []), (28, [4]), (55, [4]), (56, [4, 8]), (84, [4, 8, 12])]
)
def test_a_visit_that_is_due_after_the_data_cut_is_no_gap_and_no_mistake(data_cut, weeks) -> None:
    visits = pd.DataFrame(
        {
            "patient": ["A", "A", "A", "A", "B"],
            "date": [0, 28, 56, 84, 0],
            "study_day": [0, 28, 56, 84, 0],
            "nominal_visit": ["week 0", "week 4", "week 8", "week 12", "week 0"],
            "response": pd.array([None, True, True, True, None], dtype="boolean"),
        }
    )
    ask = {"weeks": [4, 8, 12], "rule": "nri"}
    out = jia.prepare.fill_gaps(visits, jia.column("response"), data_cut=data_cut, **ask)
    words = [f"week {week}" for week in weeks]
    assert out["nominal_visit"].tolist() == words * 2
    assert out["response"].tolist() == [True] * len(weeks) + [False] * len(weeks)
    ask["weeks"] = [4, 13]
    with pytest.raises(jia.JiaScoresError, match="week 13, and no row is of that visit"):
        jia.prepare.fill_gaps(visits, jia.column("response"), data_cut=data_cut, **ask)


@pytest.mark.parametrize("data_cut", [pd.NaT, b"2024", "2024-13-01"])
def test_a_data_cut_is_a_date_or_a_day(data_cut) -> None:
    visits = pd.DataFrame(
        {"patient": ["A"], "date": [0], "study_day": [0], "nominal_visit": ["week 4"], "yes": [1]}
    )
    with pytest.raises(jia.errors.RequestError, match=r"^data_cut=.*: give a date such as "):
        jia.prepare.fill_gaps(visits, jia.column("yes"), weeks=[4], rule="nri", data_cut=data_cut)


class _Broken(Mapping):
    def __getitem__(self, key):
        raise RuntimeError

    def __iter__(self):
        raise RuntimeError

    def __len__(self):
        return 1


def test_weeks_that_cannot_be_read_are_refused() -> None:
    visits = pd.DataFrame({"patient": ["A"], "study_day": [0], "nominal_visit": ["x"], "yes": [1]})
    with pytest.raises(jia.errors.RequestError, match="weeks=<_Broken>: give a list of numbers"):
        jia.prepare.fill_gaps(visits, jia.column("yes"), weeks=_Broken(), rule="nri")


def _three(make, values):
    return make(
        {
            "patient": ["A", "A", "B"],
            "study_day": [0, 28, 0],
            "nominal_visit": ["week 0", "week 4", "week 0"],
            "outcome": values,
        }
    )


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("values", [[1, 2, 3], [1.0, 2.0, 3.0], [1.0, 2.5, 3.0]])
def test_a_fraction_stays_one_whatever_the_other_values_are(make, values) -> None:
    out = jia.prepare.fill_gaps(
        _three(make, values), jia.column("outcome"), weeks=[0, 4], rule="worst-case", worst=2.625
    )
    assert column(out, "outcome") == [*values, 2.625]


@pytest.mark.parametrize(("values", "kind"), [([1, 2, 3], "Int64"), ([1.0, 2.0, 3.0], "float64")])
def test_the_type_of_an_outcome_is_that_of_its_column(values, kind) -> None:
    table = _three(pd.DataFrame, values)
    out = jia.prepare.fill_gaps(table, jia.column("outcome"), weeks=[0, 4], rule="observed")
    assert str(out["outcome"].dtype) == kind


@pytest.mark.parametrize(
    ("values", "worst"), [([True, False, True], 0.5), ([1, 2, 3], "3"), ([1, 2, 3], float("nan"))]
)
def test_a_worst_value_that_is_none_is_refused(values, worst) -> None:
    table = _three(pd.DataFrame, values)
    with pytest.raises(jia.errors.RequestError, match="worst="):
        jia.prepare.fill_gaps(
            table, jia.column("outcome"), weeks=[0, 4], rule="worst-case", worst=worst
        )
