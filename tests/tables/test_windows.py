"""Nominal visits, laboratory values of other days, and values below detection."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from tests.tables.kinds import MAKERS, column

CHOSEN, UNSCHEDULED = "chosen", "unscheduled"
TIE = "chosen: of two as near, the earlier"
NEARER, EARLIER = "not chosen: another is nearer", "not chosen: another is earlier"
AS_NEAR = "not chosen: as near as another, and later"
#   day, status by nearest, status by first; week 8 ± 7 days is day 49 to 63
WEEK_8 = [
    (48, UNSCHEDULED, UNSCHEDULED),
    (49, NEARER, CHOSEN),
    (54, TIE, EARLIER),
    (58, AS_NEAR, EARLIER),
    (63, NEARER, EARLIER),
    (64, UNSCHEDULED, UNSCHEDULED),
]


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(("rule", "which"), [("nearest", 1), ("first", 2)])
def test_the_visit_of_a_window(kind, rule, which) -> None:
    days = [0, *(day for day, _, _ in WEEK_8)]
    dates = [dt.date(2020, 1, 1) + dt.timedelta(days=day) for day in days]
    table = MAKERS[kind]({"patient": ["A"] * 7, "date": dates})
    out = jia.prepare.nominal_visits(table, weeks={8: 7, 0: 0}, rule=rule, day_zero="first")
    status = [CHOSEN, *(row[which] for row in WEEK_8)]
    assert column(out, "nominal_status") == status
    labels = ["week 0", *("week 8" if s.startswith("chosen") else None for s in status[1:])]
    assert column(out, "nominal_visit") == labels
    assert column(out, "study_day") == days
    assert column(out, "nominal_days_off") == [0, None, -7, -2, 2, 7, None]


def test_days_from_a_date_in_a_column() -> None:
    table = pd.DataFrame(
        {
            "patient": ["A", "A", "B", "C"],
            "date": ["2020-01-10", "2020-03-01", "2020-01-10", "2020-01-10"],
            "dose": ["2020-01-05", None, "2020-01-10", None],
        }
    )
    out = jia.prepare.nominal_visits(
        table, weeks={0: 0, 8: 7}, rule="first", day_zero=jia.column("dose")
    )
    assert column(out, "study_day") == [5, 56, 0, None]
    assert column(out, "nominal_status") == [UNSCHEDULED, CHOSEN, CHOSEN, "no day zero"]
    assert column(out, "nominal_visit") == [None, "week 8", "week 0", None]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"weeks": {8: 14, 12: 14}}, "week 8 .to day 70. and week 12 .from day 70. meet"),
        ({"weeks": {}}, "maps each nominal week"),
        ({"weeks": [8]}, "maps each nominal week"),
        ({"same_day": "counts"}, "jia.flagged"),
        ({"weeks": {"8": 7}}, "weeks='8': give a number"),
        ({"weeks": {8: -1}}, "0 or more"),
        ({"rule": None}, "nearest.*first"),
        ({"day_zero": None}, "where days are counted from"),
    ],
)
def test_windows_that_are_refused(more, words) -> None:
    ask = {"weeks": {0: 0, 8: 7}, "rule": "nearest", "day_zero": "first", **more}
    with pytest.raises(jia.errors.RequestError, match=words):
        jia.prepare.nominal_visits(pd.DataFrame({"patient": ["A"], "date": [0]}), **ask)


def test_two_rows_of_the_chosen_day_are_refused() -> None:
    table = pd.DataFrame({"patient": "A", "date": [0, 56, 56]})
    with pytest.raises(jia.errors.VisitError, match="two rows can be week 8"):
        jia.prepare.nominal_visits(table, weeks={8: 7}, rule="nearest", day_zero="first")


@pytest.mark.parametrize("kind", MAKERS)
def test_windows_of_first_and_last_days(kind) -> None:
    days = [-100, 7, 8, 14, 21, 22, 42, 43]
    dates = [dt.date(2024, 2, 20) + dt.timedelta(days=day) for day in days]
    table = MAKERS[kind](
        {"patient": list("ABCDEFGH"), "date": dates, "dose": [dt.date(2024, 2, 20)] * 8}
    )
    ask = {"rule": "nearest", "day_zero": jia.column("dose")}
    weeks = {0: (None, 7), 2: (8, 21), 4: (22, 42)}
    out = jia.prepare.nominal_visits(table, weeks=weeks, **ask)
    visits = ["week 0"] * 2 + ["week 2"] * 3 + ["week 4"] * 2 + [None]
    assert column(out, "nominal_visit") == visits
    assert column(out, "nominal_days_off") == [-100, 7, -6, 0, 7, -6, 14, None]
    # The same as study days, where day 1 is day zero; the days that are added stay elapsed ones.
    weeks = {0: (None, 8), 2: (9, 22), 4: [23, 43]}
    again = jia.prepare.nominal_visits(table, weeks=weeks, study_day=True, **ask)
    assert column(again, "nominal_visit") == visits
    assert column(again, "study_day") == days


def test_study_days_before_day_zero_have_no_zero() -> None:
    table = pd.DataFrame({"patient": list("ABC"), "date": [-1, 0, 1], "zero": 0})
    ask = {"rule": "first", "day_zero": jia.column("zero"), "study_day": True}
    out = jia.prepare.nominal_visits(table, weeks={0: (-1, 1)}, **ask)
    assert column(out, "nominal_visit") == ["week 0", "week 0", None]
    with pytest.raises(jia.errors.RequestError, match="study day 0"):
        jia.prepare.nominal_visits(table, weeks={0: (0, 7)}, **ask)


@pytest.mark.parametrize(
    ("weeks", "words"),
    [
        ({2: (15, 21)}, r"week 2 the days 15, 21.*must hold the nominal one, day 14"),
        ({2: (8, 13)}, "day 14"),
        ({2: (21, 8)}, "day 14"),
        ({2: (8,)}, "first and its last day"),
        ({2: (8, 14, 21)}, "first and its last day"),
        ({2: ("8", 21)}, "give a number"),
        ({2: (8, True)}, "give a number"),
        ({0: (None, 8), 2: (8, 21)}, "to day 8. and week 2 .from day 8. meet"),
        ({0: (None, None), 2: (8, 21)}, "meet"),
        ({0: 7, 2: (7, 21)}, "meet"),
    ],
)
def test_windows_that_do_not_hold_their_day_or_meet(weeks, words) -> None:
    with pytest.raises(jia.errors.RequestError, match=words):
        jia.prepare.nominal_visits(
            pd.DataFrame({"patient": ["A"], "date": [0]}), weeks=weeks, rule="first",
            day_zero="first",
        )  # fmt: skip


@pytest.mark.parametrize("kind", MAKERS)
def test_months_are_those_of_the_calendar(kind) -> None:
    # Three months after 30 November 2023 is the last day of February, 91 days on.
    zero, days = dt.date(2023, 11, 30), ["2023-11-30", "2024-02-28", "2024-02-29", "2024-03-07"]
    dates = [dt.date.fromisoformat(day) for day in days]
    table = MAKERS[kind]({"patient": list("ABCD"), "date": dates, "dose": [zero] * 4})
    ask = {"rule": "nearest", "day_zero": jia.column("dose")}
    out = jia.prepare.nominal_visits(table, months={0: 0, 3: 7, 6: 7}, **ask)
    assert column(out, "nominal_visit") == ["month 0", "month 3", "month 3", "month 3"]
    assert column(out, "nominal_days_off") == [0, -1, 0, 7]
    out = jia.prepare.nominal_visits(table, months={0: 0, 3: (89, 97)}, **ask)
    assert column(out, "nominal_visit") == ["month 0", "month 3", "month 3", None]


@pytest.mark.parametrize(
    ("months", "fine"),
    [
        ({3: (89, 92)}, True),
        ({3: (90, 92)}, False),
        ({3: (89, 91)}, False),
        ({12: (365, 366)}, True),
        ({48: (1460, 1461)}, True),
        ({48: (1461, 1461)}, False),
        ({0: 13, 1: 14}, True),
        ({0: 14, 1: 14}, False),
        ({1.5: 3}, False),
    ],
)
def test_a_window_of_a_month_holds_whatever_month_it_is(months, fine) -> None:
    table = pd.DataFrame({"patient": ["A"], "date": ["2024-01-31"]})
    ask = {"months": months, "rule": "first", "day_zero": "first"}
    if fine:
        jia.prepare.nominal_visits(table, **ask)
    else:
        with pytest.raises(jia.errors.RequestError):
            jia.prepare.nominal_visits(table, **ask)


def test_months_need_dates_and_stand_instead_of_weeks() -> None:
    ask = {"rule": "first", "day_zero": "first"}
    with pytest.raises(jia.errors.VisitError, match="which need dates"):
        jia.prepare.nominal_visits(
            pd.DataFrame({"patient": ["A"], "date": [0]}), months={0: 3}, **ask
        )
    dated = pd.DataFrame({"patient": ["A"], "date": ["2024-01-01"]})
    for both in ({}, {"weeks": {0: 0}, "months": {0: 0}}):
        with pytest.raises(jia.errors.RequestError, match="one of the two"):
            jia.prepare.nominal_visits(dated, **both, **ask)


@pytest.mark.parametrize("kind", MAKERS)
def test_the_advice_about_two_rows_of_a_date_works(kind) -> None:
    rows = {"patient": ["A"] * 5, "date": [0, 0, 56, 56, 58]}
    ask = {"weeks": {0: 0, 8: 7}, "rule": "nearest", "day_zero": "first"}
    with pytest.raises(Exception, match=r"same_day=jia.flagged\('your column'\)"):
        column(jia.prepare.nominal_visits(MAKERS[kind](rows), **ask), "study_day")
    rows["counts"] = ["Y", "N", None, "Y", "N"]
    out = jia.prepare.nominal_visits(MAKERS[kind](rows), same_day=jia.flagged("counts"), **ask)
    assert column(out, "nominal_visit") == ["week 0", None, None, "week 8", None]
    passed = "not chosen: another of this date is flagged"
    assert column(out, "nominal_status") == [CHOSEN, passed, passed, CHOSEN, NEARER]
    # Both flagged, or neither, is as before.
    for flags in ([1, 1, 0, 1, 0], [0, 0, 0, 1, 0]):
        with pytest.raises(Exception, match="two rows can be week 0"):
            column(
                jia.prepare.nominal_visits(
                    MAKERS[kind](rows | {"counts": flags}), same_day=jia.flagged("counts"), **ask
                ),
                "study_day",
            )


@pytest.mark.parametrize("zero", ["first", jia.on_or_before("dose"), jia.flagged("counts")])
def test_two_rows_on_day_zero_leave_no_doubt_about_the_day(zero) -> None:
    rows = pd.DataFrame({"patient": "A", "date": [0, 0, 56], "dose": 3, "counts": [1, 0, 0]})
    out = jia.prepare.nominal_visits(
        rows, weeks={0: 0, 8: 7}, rule="first", day_zero=zero, same_day=jia.flagged("counts")
    )
    assert column(out, "nominal_visit") == ["week 0", None, "week 8"]


@pytest.mark.parametrize("zero", ["frist", jia.on_or_before("d", per_variable=True, days=3), 7])
def test_a_day_zero_that_is_none(zero) -> None:
    rows = pd.DataFrame({"patient": ["A"], "date": [0], "d": 0})
    with pytest.raises(jia.errors.RequestError, match="where days are counted from"):
        jia.prepare.nominal_visits(rows, weeks={0: 0}, rule="first", day_zero=zero)


DAYS = st.lists(st.integers(0, 130), min_size=1, max_size=8, unique=True)


def nominal(days: list[int], rule: str) -> dict:
    table = pd.DataFrame({"patient": "A", "date": days})
    table["zero"] = 0
    out = jia.prepare.nominal_visits(
        table, weeks={0: 3, 8: 7, 12: 10}, rule=rule, day_zero=jia.column("zero")
    )
    return dict(zip(days, column(out, "nominal_visit"), strict=True))


@settings(max_examples=60, deadline=None)
@given(DAYS, st.sampled_from(["nearest", "first"]), st.randoms(use_true_random=False))
def test_windows_by_hand(days, rule, random) -> None:
    expected = dict.fromkeys(days)
    for week, around in {0: 3, 8: 7, 12: 10}.items():
        inside = [day for day in sorted(days) if abs(day - 7 * week) <= around]
        if inside:
            best = min(inside, key=lambda day: abs(day - 7 * week))
            expected[best if rule == "nearest" else inside[0]] = f"week {week}"
    assert nominal(days, rule) == expected
    assert nominal(random.sample(days, len(days)), rule) == expected
    if rule == "first":
        assert nominal([*days, 140], rule) == {**expected, 140: None}


def test_a_day_zero_that_nobody_has() -> None:
    table = pd.DataFrame({"patient": ["A"], "date": [3], "dose": [None]})
    out = jia.prepare.nominal_visits(table, weeks={0: 3}, rule="first", day_zero=jia.column("dose"))
    assert column(out, "nominal_status") == ["no day zero"]


# --------------------------------------------------------------------------------------------
# The visit is on day 56: drawings as (day, ESR), and what is taken
LABS = [
    ([(56, 20)], 20, 0),
    ([(54, 20), (60, 8)], 20, -2),
    ([(54, 20), (58, 8)], 20, -2),
    ([(54, None), (60, 8)], 8, 4),
    ([(49, 20), (64, 8)], 20, -7),
    ([(48, 20)], None, None),
    ([(63, 8)], 8, 7),
    ([(56, None)], None, None),
]


@pytest.mark.parametrize(("drawn", "value", "off"), LABS)
def test_the_nearest_drawing(drawn, value, off) -> None:
    visits = pd.DataFrame({"patient": ["A", "B"], "date": [56, 56]})
    labs = pd.DataFrame(
        {
            "patient": ["A"] * len(drawn) + ["C"],
            "date": [*(day for day, _ in drawn), 56],
            "esr": [*(esr for _, esr in drawn), 99],
        }
    )
    with pytest.warns(jia.errors.LeftOutWarning, match=r"'C'\), so 1 row does not count"):
        out = jia.prepare.laboratory_values(visits, labs[::-1], values=["esr"], lab_window_days=7)
    assert column(out, "esr_lab") == [value, None]
    assert column(out, "esr_lab_days") == [off, None]


@pytest.mark.parametrize("kind", MAKERS)
def test_laboratory_values_in_every_kind_of_frame(kind) -> None:
    visits = {"patient": ["A", "A"], "date": [dt.date(2020, 1, 1), dt.date(2020, 3, 1)]}
    labs = {"who": ["A"], "date": [dt.date(2020, 2, 29)], "crp": [1.2]}
    out = jia.prepare.laboratory_values(
        MAKERS[kind](visits),
        pa.table(labs),
        values=["crp"],
        lab_window_days=3,
        lab_columns={"patient": "who"},
        units={"crp": "mg/dL"},
    )
    assert column(out, "crp_lab") == [None, 12]
    assert column(out, "crp_lab_days") == [None, -1]


def test_laboratory_values_that_are_refused() -> None:
    visits = pd.DataFrame({"patient": ["A"], "date": [56]})
    labs = pd.DataFrame({"patient": "A", "date": [54, 54], "esr": [20, 8]})
    ask = {"values": ["esr"], "lab_window_days": 7}
    with pytest.raises(jia.errors.VisitError, match="two different values of esr on one date"):
        jia.prepare.laboratory_values(visits, labs, **ask)
    labs["esr"] = 8
    assert column(jia.prepare.laboratory_values(visits, labs, **ask), "esr_lab") == [8]
    with pytest.raises(jia.errors.RequestError, match="how many days"):
        jia.prepare.laboratory_values(visits, labs, values=["esr"])
    with pytest.raises(jia.errors.RequestError, match="Did you mean 'esr'"):
        jia.prepare.laboratory_values(visits, labs, values=["esrr"], lab_window_days=7)
    with pytest.raises(jia.errors.VisitError, match="1 here, 'A' there"):
        jia.prepare.laboratory_values(visits, labs.assign(patient=1), **ask)
    with pytest.raises(jia.errors.VisitError, match="'a' here, 'A' there"):
        jia.prepare.laboratory_values(visits, labs.assign(patient="a"), **ask)
    with pytest.raises(
        jia.errors.VisitError, match="values: column 'date' holds dates, and the visits"
    ):
        jia.prepare.laboratory_values(visits, labs.assign(date="2020-01-01"), **ask)
    with pytest.raises(jia.errors.ColumnError, match=r"'bse' for the esr.*lab_columns=\{'esr'"):
        jia.prepare.laboratory_values(visits, labs, **ask, lab_columns={"esr": "bse"})
    labs["esr"] = ["< 5", "8"]
    with pytest.raises(
        jia.errors.NotNumericError, match="in the table of laboratory values: column"
    ):
        jia.prepare.laboratory_values(visits, labs, **ask)


@pytest.mark.filterwarnings("ignore::jiascores.errors.LeftOutWarning")
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 60)), min_size=1, max_size=9),
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(0, 60), st.integers(1, 90)),
        min_size=1,
        unique_by=lambda row: row[:2],
    ),
)
def test_each_visit_has_the_nearest_drawing_of_its_patient(visits, labs) -> None:
    table = pd.DataFrame([*visits, labs[0][:2]], columns=["patient", "date"])
    drawn = pd.DataFrame(labs, columns=["patient", "date", "esr"])
    out = jia.prepare.laboratory_values(table, drawn, values=["esr"], lab_window_days=10)
    for row, (patient, date) in enumerate(table.itertuples(index=False)):
        own = [(abs(day - date), day, esr) for who, day, esr in labs if who == patient]
        distance, day, esr = min(own, default=(99, None, None))
        expected = (esr, day - date) if distance <= 10 else (None, None)
        assert (column(out, "esr_lab")[row], column(out, "esr_lab_days")[row]) == expected


GIVEN = ["12", "< 5", "<5", "0", " 7.5 ", None, "<0.5", "< 2,5"]
BELOW = {
    "limit": [12, 5, 5, 0, 7.5, None, 0.5, 2.5],
    "half": [12, 2.5, 2.5, 0, 7.5, None, 0.25, 1.25],
    "zero": [12, 0, 0, 0, 7.5, None, 0, 0],
    "interval": [12, None, None, 0, 7.5, None, None, None],
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("rule", BELOW)
def test_values_below_a_limit(kind, rule) -> None:
    out = jia.prepare.below_limit(MAKERS[kind]({"crp": GIVEN}), "crp", rule=rule)
    assert column(out, "crp_value") == BELOW[rule]
    made = [rule if given and "<" in given else None for given in GIVEN]
    assert column(out, "crp_below_limit") == made
    ends = [column(out, f"crp_{end}") for end in ("low", "high")]
    if rule == "interval":
        assert ends == [BELOW["zero"], BELOW["limit"]]
    else:
        assert ends == [BELOW[rule]] * 2


def test_below_a_limit_needs_a_rule_and_numbers() -> None:
    with pytest.raises(jia.errors.RequestError, match=r"limit.*half.*zero.*interval"):
        jia.prepare.below_limit(pd.DataFrame({"crp": GIVEN}), "crp")
    with pytest.raises(jia.errors.NotNumericError, match="'positive' in row 1"):
        jia.prepare.below_limit(pd.DataFrame({"crp": [3, "positive"]}), "crp", rule="half")
    for wrong in ("inf", "nan", True):
        with pytest.raises(jia.errors.NotNumericError, match="in row 1"):
            jia.prepare.below_limit(pd.DataFrame({"crp": [3, wrong]}), "crp", rule="half")


def test_an_interval_decides_what_does_not_depend_on_it() -> None:
    table = pd.DataFrame(
        {"physician_global": 1, "patient_global": 1, "active_joints": 1, "crp": ["< 5", "< 20"]}
    )
    table = jia.prepare.below_limit(table, "crp", rule="interval")
    for end in ("low", "high"):
        table = jia.assess(
            table,
            columns={"crp": f"crp_{end}"},
            measures=["jadas10"],
            prefix=f"{end}_",
        )
    assert (table["low_jadas10"] == table["high_jadas10"]).tolist() == [True, False]


def test_a_value_above_a_limit_is_read_as_that_limit_or_refused() -> None:
    table = pd.DataFrame({"crp": ["12", ">250"]})
    ask = {"variable": "crp", "rule": "half"}
    with pytest.raises(jia.errors.NotNumericError, match="'>250' in row 1"):
        jia.prepare.below_limit(table, **ask)
    out = jia.prepare.below_limit(table, **ask, above="limit")
    assert out["crp_value"].tolist() == [12, 250]
    assert out["crp_below_limit"].tolist() == [pd.NA, "limit"]
    with pytest.raises(jia.errors.RequestError, match="'limit'") as caught:
        jia.prepare.below_limit(table, **ask, above="half")
    assert caught.value.variable == "above"


@pytest.mark.parametrize("kind", MAKERS)
def test_a_sign_in_a_column_of_its_own_is_read_like_one_in_the_cell(kind) -> None:
    signs = ["", None, " < ", "<=", "≤", "=", ">", ">="]
    table = MAKERS[kind]({"crp": ["5"] * len(signs), "sign": signs})
    ask = {"rule": "half", "above": "limit", "comparator": jia.column("sign")}
    out = jia.prepare.below_limit(table, "crp", **ask)
    assert column(out, "crp_value") == [5, 5, 2.5, 2.5, 2.5, 5, 5, 5]
    rules = [None, None, "half", "half", "half", None, "limit", "limit"]
    assert column(out, "crp_below_limit") == rules
    wrong = MAKERS[kind]({"crp": ["5", "6"], "sign": ["<", "~"]})
    # Old Polars hides the class of an error that comes from a lazy frame.
    errors = (jia.errors.NotCoveredError, pl.exceptions.ComputeError)
    with pytest.raises(errors, match="comparator = '~' in row 1: no comparator"):
        column(jia.prepare.below_limit(wrong, "crp", **ask), "crp_value")
