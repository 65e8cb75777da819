"""Gaps of several columns filled together, the baseline carried forward, and months."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from tests.tables.kinds import MAKERS, column

PARTS = ("physician_global", "patient_global", "active_joints", "esr")
COLUMNS = [jia.column(name) for name in PARTS]


def _planned(**changes):
    """One child: baseline, week 2 without blood, an unscheduled visit, no week 4, week 8 empty."""
    rows = {
        "patient": ["A"] * 4,
        "study_day": [0, 14, 20, 56],
        "nominal_visit": ["week 0", "week 2", None, "week 8"],
        "physician_global": [6.0, 5, 4, None],
        "patient_global": [6.0, 5, 4, 3],
        "active_joints": [10, 8, 6, None],
        "esr": [40.0, None, 30, None],
    }
    # The plan has a week 4 that another child came to.
    other = {
        name: [values[0]] * 3 if name not in ("study_day", "nominal_visit") else None
        for name, values in rows.items()
    }
    other |= {"patient": ["B"] * 3, "study_day": [0, 28, 56]}
    other |= {"nominal_visit": ["week 0", "week 4", "week 8"]}
    return {name: [*values, *other[name]] for name, values in (rows | changes).items()}


def _of(out, name, patient="A"):
    pairs = zip(column(out, "patient"), column(out, name), strict=True)
    return [value for who, value in pairs if who == patient]


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_what_is_missing_comes_from_one_visit(kind) -> None:
    out = jia.prepare.fill_gaps(
        MAKERS[kind](_planned()), COLUMNS, weeks=[0, 2, 4, 8], rule="locf", limit_days=60
    )
    # Week 2 takes the ESR of week 0; weeks 4 and 8 the unscheduled visit, the last with all four.
    assert _of(out, "physician_global") == [6, 5, 4, 4]
    assert _of(out, "patient_global") == [6, 5, 4, 3]
    assert _of(out, "active_joints") == [10, 8, 6, 6]
    assert _of(out, "esr") == [40, 40, 30, 30]
    assert _of(out, "gap_rule") == [
        "observed",
        "locf: not determinable, from day 0",
        "locf: visit missing, from day 20",
        "locf: not determinable, from day 20",
    ]
    # The filled table is scored as any other.
    scored = jia.assess(out, columns={"date": "study_day"}, measures=["jadas10"])
    assert _of(scored, "jadas10") == [24, 20, 15, 14]


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_the_baseline_is_carried_forward(kind) -> None:
    ask = {"weeks": [0, 2, 4, 8], "rule": "bocf"}
    out = jia.prepare.fill_gaps(MAKERS[kind](_planned()), COLUMNS, **ask)
    assert _of(out, "esr") == [40, 40, 40, 40]
    assert _of(out, "physician_global") == [6, 5, 6, 6]
    assert _of(out, "gap_rule")[2] == "bocf: visit missing, from day 0"
    one = jia.prepare.fill_gaps(MAKERS[kind](_planned()), jia.column("esr"), **ask)
    assert _of(one, "esr") == [40, 40, 40, 40]
    # The last value on or before day zero, and no later one.
    days = _planned(study_day=[-7, 14, 20, 56], esr=[40.0, 35, 30, None])
    assert _of(jia.prepare.fill_gaps(MAKERS[kind](days), jia.column("esr"), **ask), "esr") == [
        40, 35, 40, 40,
    ]  # fmt: skip
    late = _planned(study_day=[1, 14, 20, 56])
    out = jia.prepare.fill_gaps(MAKERS[kind](late), COLUMNS, **ask)
    assert _of(out, "esr") == [40, None, None, None]
    assert _of(out, "gap_rule")[3] == "bocf: not determinable, nothing observed at baseline"


def test_a_limit_in_days_holds_for_all_of_them() -> None:
    for limit, esr in ((14, 40), (13, None)):
        out = jia.prepare.fill_gaps(
            pd.DataFrame(_planned()), COLUMNS, weeks=[2], rule="locf", limit_days=limit
        )
        assert _of(out, "esr") == [esr]
        assert _of(out, "physician_global") == [5]


def test_two_whole_visits_on_the_day_that_is_carried_are_refused() -> None:
    days = _planned(study_day=[20, 14, 20, 56], nominal_visit=[None, "week 2", None, "week 8"])
    with pytest.raises(jia.errors.VisitError, match="two values on day 20"):
        jia.prepare.fill_gaps(pd.DataFrame(days), COLUMNS, weeks=[2, 8], rule="locf", limit_days=60)


@pytest.mark.parametrize(
    "more",
    [
        {"rule": "nri"},
        {"rule": "worst-case", "worst": 10},
        {"rule": "complete-case"},
        {"rule": "bocf", "limit_days": 5},
        {"rule": "bocf", "level": 30},
        {"rule": "bocf", "outcome": [COLUMNS[0], COLUMNS[0]]},
        {"rule": "bocf", "outcome": []},
    ],
)
def test_what_is_not_filled_together(more) -> None:
    ask = {"outcome": COLUMNS, "weeks": [0, 2], **more}
    with pytest.raises(jia.errors.RequestError):
        jia.prepare.fill_gaps(pd.DataFrame(_planned()), **ask)


# --------------------------------------------------------------------------------------------

MONTHS = pd.DataFrame(
    {
        "patient": ["A", "A", "B", "B", "B"],
        "date": ["2023-11-30", "2024-06-01", "2024-01-31", "2024-04-30", "2024-07-31"],
        "response": [None, True, None, False, True],
    }
)


def test_months_that_nobody_came_to_are_those_of_the_calendar() -> None:
    named = jia.prepare.nominal_visits(
        MONTHS, months={0: 0, 3: 5, 6: 5}, rule="nearest", day_zero="first"
    )
    assert named["nominal_visit"].tolist() == [
        "month 0",
        "month 6",
        "month 0",
        "month 3",
        "month 6",
    ]
    out = jia.prepare.fill_gaps(
        named, jia.column("response"), months={0: 0, 3: 5, 6: 5}, rule="nri"
    )
    assert out["nominal_visit"].tolist() == ["month 0", "month 3", "month 6"] * 2
    # A's third month ended on 29 February, 91 days on.
    assert out["study_day"].tolist() == [0, 91, 184, 0, 90, 182]
    assert out["response"].tolist()[:3] == [False, False, True]
    assert out["row_made"].tolist() == [False, True, False, False, False, False]


def test_months_need_the_dates_of_the_visits() -> None:
    named = jia.prepare.nominal_visits(
        MONTHS, months={0: 0, 3: 5, 6: 5}, rule="nearest", day_zero="first"
    )
    ask = {"months": [3], "rule": "nri"}
    with pytest.raises(jia.errors.ColumnError, match="counted by the dates"):
        jia.prepare.fill_gaps(named.drop(columns="date"), jia.column("response"), **ask)
    with pytest.raises(jia.errors.VisitError, match="Give weeks="):
        jia.prepare.fill_gaps(named.assign(date=range(5)), jia.column("response"), **ask)
    with pytest.raises(jia.errors.RequestError, match="months= names month 9"):
        jia.prepare.fill_gaps(named, jia.column("response"), months=[3, 9], rule="nri")
    with pytest.raises(jia.errors.RequestError, match="one of the two"):
        jia.prepare.fill_gaps(named, jia.column("response"), weeks=[0], **ask)
