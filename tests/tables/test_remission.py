"""Remission over visits: written out by hand, and against a reading day by day."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.errors import DefinitionError, RequestError
from tests.tables.kinds import MAKERS, column

NONE = "none"
ON, REMISSION_ON = "inactive, on medication", "clinical remission on medication"
OFF, REMISSION_OFF = "inactive, off medication", "clinical remission off medication"
COLUMN = "remission_wallace_2011"
DAY = dt.timedelta(days=1)


def states(visits: list[tuple], drugs: list[tuple], gap: float = 200, **more) -> list:
    """Return the states of one patient's (date, inactive) visits under (start, stop) periods."""
    table = pd.DataFrame(
        {
            "patient": "A",
            "date": [date for date, _ in visits],
            "inactive": pd.array([flag for _, flag in visits], dtype="boolean"),
        }
    )
    periods = pd.DataFrame(
        {
            "patient": ["A"] * len(drugs),
            "start": [start for start, _ in drugs],
            "stop": [stop for _, stop in drugs],
        }
    )
    ask = {"criteria": "wallace-2011", "inactive": jia.column("inactive"), "max_gap_days": gap}
    out = jia.remission(table, periods, **{**ask, **more})
    column = next(name for name in out.columns if name.startswith("remission"))
    return [None if pd.isna(state) else str(state) for state in out[column]]


EVER = [("2000-01-01", None)]
#   what it shows, the visits, the periods with a drug, the last visit's state
LAST = [
    ("six calendar months", [("2020-01-15", 1), ("2020-07-15", 1)], EVER, REMISSION_ON),
    ("a day less", [("2020-01-15", 1), ("2020-07-14", 1)], EVER, ON),
    ("31 August and 28 February", [("2020-08-31", 1), ("2021-02-28", 1)], EVER, REMISSION_ON),
    ("31 August and 27 February", [("2020-08-31", 1), ("2021-02-27", 1)], EVER, ON),
    (
        "a visit that was not inactive ends the run",
        [("2020-01-15", 1), ("2020-04-01", 0), ("2020-04-15", 1), ("2020-07-15", 1)],
        EVER,
        ON,
    ),
    ("not inactive now", [("2020-01-15", 1), ("2020-07-15", 0)], EVER, NONE),
    (
        "the drug must be there throughout: a day without starts the clock anew",
        [("2020-01-15", 1), ("2020-07-15", 1)],
        [("2000-01-01", "2020-03-01"), ("2020-03-03", None)],
        ON,
    ),
    (
        "one drug after another without a day between them is throughout",
        [("2020-01-15", 1), ("2020-07-15", 1)],
        [("2000-01-01", "2020-03-01"), ("2020-03-02", None)],
        REMISSION_ON,
    ),
    (
        "overlapping drugs, the longer one started first",
        [("2020-01-15", 1), ("2020-07-15", 1)],
        [("2000-01-01", None), ("2020-02-01", "2020-03-01")],
        REMISSION_ON,
    ),
    (
        "never any drug",
        [("2020-01-15", 1), ("2020-07-15", 1), ("2021-01-15", 1)],
        [],
        REMISSION_OFF,
    ),
    (
        "never any drug, a day less",
        [("2020-01-15", 1), ("2020-07-15", 1), ("2021-01-14", 1)],
        [],
        OFF,
    ),
    (
        "the last day with a drug is a day on it",
        [("2020-01-15", 1), ("2020-07-15", 1)],
        [("2000-01-01", "2020-07-15")],
        REMISSION_ON,
    ),
    (
        "the day after is off, remission on medication or not",
        [("2020-01-15", 1), ("2020-07-15", 1)],
        [("2000-01-01", "2020-07-14")],
        OFF,
    ),
    (
        "the clock off medication starts the day after the last drug",
        [("2020-01-15", 1), ("2020-07-15", 1), ("2021-01-15", 1), ("2021-02-02", 1)],
        [("2000-01-01", "2020-02-01")],
        REMISSION_OFF,
    ),
    (
        "and a day later it is a day short",
        [("2020-01-15", 1), ("2020-07-15", 1), ("2021-01-15", 1), ("2021-02-02", 1)],
        [("2000-01-01", "2020-02-02")],
        OFF,
    ),
    (
        "a restart ends it",
        [("2020-01-15", 1), ("2020-07-15", 1), ("2021-01-15", 1), ("2021-02-02", 1)],
        [("2000-01-01", "2020-02-01"), ("2021-02-02", None)],
        ON,
    ),
    ("200 days apart are one run", [("2020-01-01", 1), ("2020-07-19", 1)], EVER, REMISSION_ON),
    ("201 days apart are not", [("2020-01-01", 1), ("2020-07-20", 1)], EVER, ON),
    (
        "an undetermined visit in between decides",
        [("2020-01-15", 1), ("2020-04-01", None), ("2020-07-15", 1)],
        EVER,
        None,
    ),
    (
        "where the run is long enough without it, it does not",
        [("2019-10-01", None), ("2020-01-15", 1), ("2020-07-15", 1)],
        EVER,
        REMISSION_ON,
    ),
    (
        "nor where it is too short with it",
        [("2020-04-01", None), ("2020-07-15", 1)],
        EVER,
        ON,
    ),
    ("undetermined now", [("2020-01-15", 1), ("2020-07-15", None)], EVER, None),
    (
        "two rows of one date are one visit: not inactive if one says so",
        [("2020-01-15", 1), ("2020-04-01", 1), ("2020-04-01", 0), ("2020-07-15", 1)],
        EVER,
        ON,
    ),
]


@pytest.mark.parametrize(
    ("visits", "drugs", "last"), [case[1:] for case in LAST], ids=[c[0] for c in LAST]
)
def test_the_last_visit(visits, drugs, last) -> None:
    read = [(date, None if flag is None else bool(flag)) for date, flag in visits]
    assert states(read, drugs)[-1] == last


def test_still_s_disease_asks_about_no_medication() -> None:
    visits = [
        ("2020-01-15", True),
        ("2020-07-14", True),
        ("2020-07-15", True),
        ("2020-07-16", False),
    ]
    found = states(visits, [], criteria="eular-pres-2024")
    assert found == ["inactive", "inactive", "remission", "none"]


def test_it_is_judged_from_the_variables_too() -> None:
    visits = pd.DataFrame(
        {
            "patient": "A",
            "date": pd.to_datetime(["2020-01-15", "2020-04-15", "2020-07-15"]),
            "active_joints": 0,
            "physician_global": [0, 0, 0],
            "morning_stiffness": [15, 0, 0],
            "esr_normal": [True, True, True],
            **dict.fromkeys(
                ["fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis"], False
            ),
        }
    )
    drugs = pd.DataFrame({"patient": ["A"], "start": ["2019-01-01"], "stop": [None]})
    out = jia.remission(visits, drugs, criteria="wallace-2011", max_gap_days=100)
    assert list(out[COLUMN]) == [ON, ON, REMISSION_ON]
    visits.loc[1, "active_joints"] = 1
    out = jia.remission(visits, drugs, criteria="wallace-2011", max_gap_days=100)
    assert list(out[COLUMN]) == [ON, NONE, ON]


# --------------------------------------------------------------------------------------------
# Day by day


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the day with the same number, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


def by_days(visits: list[tuple], drugs: list[tuple], gap: int, at: int) -> str:
    """Return the state at one of (date, bool) visits, walking back over the days."""
    today, inactive_now = visits[at]
    if not inactive_now:
        return NONE
    quiet = {today}
    for (day, yes), (then, yes_then) in itertools.pairwise(visits[: at + 1]):
        if yes and yes_then and (then - day).days <= gap:
            quiet |= {day + DAY * n for n in range((then - day).days + 1)}

    def drugged(day: dt.date) -> bool:
        return any(first <= day and (last is None or day <= last) for first, last in drugs)

    on = drugged(today)
    day = today
    while day - DAY in quiet and drugged(day - DAY) == on:
        day -= DAY
    if on:
        return REMISSION_ON if months_later(day, 6) <= today else ON
    return REMISSION_OFF if months_later(day, 12) <= today else OFF


DAYS = st.integers(0, 900).map(lambda n: dt.date(2019, 8, 1) + DAY * n)
VISITS = st.lists(
    st.tuples(DAYS, st.sampled_from([True, True, True, True, None, False])),
    min_size=1,
    max_size=9,
    unique_by=lambda visit: visit[0],
).map(lambda visits: sorted(visits, key=lambda visit: visit[0]))
DRUGS = st.lists(
    st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 400))).map(
        lambda pair: (pair[0], None if pair[1] is None else pair[0] + DAY * pair[1])
    ),
    max_size=3,
)


@settings(max_examples=300, deadline=None)
@given(VISITS, DRUGS, st.sampled_from([60, 150, 400]))
def test_it_agrees_with_a_reading_day_by_day(visits, drugs, gap) -> None:
    gaps = [at for at, (_, flag) in enumerate(visits) if flag is None]
    expected: list[set] = [set() for _ in visits]
    for filling in itertools.product([True, False], repeat=len(gaps)):
        filled = list(visits)
        for at, flag in zip(gaps, filling, strict=True):
            filled[at] = (visits[at][0], flag)
        for at in range(len(visits)):
            expected[at].add(by_days(filled, drugs, gap, at))
    found = states(visits, drugs, gap)
    assert found == [one.pop() if len(one) == 1 else None for one in expected]


@settings(max_examples=60, deadline=None)
@given(VISITS, DRUGS, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_later_visits_change_nothing_earlier(
    visits, drugs, random
) -> None:
    found = dict(zip([date for date, _ in visits], states(visits, drugs), strict=True))
    mixed = random.sample(visits, len(visits))
    assert states(mixed, drugs) == [found[date] for date, _ in mixed]
    earlier = visits[:-1]
    if earlier:
        assert states(earlier, drugs) == [found[date] for date, _ in earlier]


def test_patients_do_not_mix() -> None:
    dates = ["2020-01-15", "2020-04-15", "2020-07-15"]
    visits = pd.DataFrame({"patient": list("AAABBB"), "date": dates * 2, "ok": True})
    drugs = pd.DataFrame({"patient": ["B"], "start": ["2019-01-01"], "stop": ["2020-05-01"]})
    out = jia.remission(
        visits, drugs, criteria="wallace-2011", max_gap_days=100, inactive=jia.column("ok")
    )
    assert list(out[COLUMN]) == [OFF, OFF, OFF, ON, ON, OFF]


# --------------------------------------------------------------------------------------------
# Tables


TABLE = {
    "who": ["A", "A", "B"],
    "seen": [dt.date(2020, 1, 15), dt.date(2020, 7, 15), dt.date(2020, 1, 1)],
    "ok": [True, True, None],
}
PERIODS = {"who": ["A"], "from": [dt.date(2019, 1, 1)], "to": [None], "drug": ["anakinra"]}
ASK = {
    "criteria": "wallace-2011",
    "max_gap_days": 200,
    "inactive": jia.column("ok"),
    "columns": {"patient": "who", "date": "seen"},
    "medication_columns": {"patient": "who", "start": "from", "stop": "to"},
    "counted": ["anakinra"],
}


@pytest.mark.parametrize("kind", MAKERS)
def test_every_kind_of_frame(kind) -> None:
    out = jia.remission(MAKERS[kind](TABLE), pd.DataFrame(PERIODS), **ASK)
    assert column(out, COLUMN) == [ON, REMISSION_ON, None]


def test_periods_in_another_kind_of_frame() -> None:
    for make in (pl.DataFrame, pa.table):
        out = jia.remission(pd.DataFrame(TABLE), make(PERIODS), **ASK)
        assert list(out[COLUMN][:2]) == [ON, REMISSION_ON]


@pytest.mark.parametrize(
    ("changes", "periods", "error", "words"),
    [
        ({"max_gap_days": None}, {}, jia.errors.RequestError, "how many days"),
        ({"criteria": None}, {}, jia.errors.UnknownDefinitionError, "wallace-2011"),
        ({"counted": None}, {}, jia.errors.RequestError, "which drugs count"),
        ({"counted": ["anakinar"]}, {}, jia.errors.RequestError, "Did you mean 'anakinra'"),
        ({"inactive": "ok"}, {}, jia.errors.RequestError, r"jia.column\('ok'\)"),
        ({}, {"to": [dt.date(2018, 1, 1)]}, jia.errors.VisitError, "before it starts: row 0"),
        ({}, {"who": [7]}, jia.errors.VisitError, "7 here, 'A', 'B' there"),
        ({}, {"who": [None]}, jia.errors.VisitError, "patient is missing in row 0"),
        ({}, {"who": ["a"]}, jia.errors.VisitError, "'a' here, 'A' there"),
        ({}, {"from": [7]}, jia.errors.VisitError, "'from' holds study days.*calendar months"),
        (
            {"medication_columns": {"patient": "who"}},
            {},
            jia.errors.ColumnError,
            r"no column 'start' for the start.*medication_columns=\{'start'",
        ),
        (
            {"markers": "any", "criteria": "eular-pres-2024", "inactive": None},
            {},
            jia.errors.RequestError,
            "leave the choice out",
        ),
    ],
)
def test_what_is_refused(changes, periods, error, words) -> None:
    with pytest.raises(error, match=words):
        jia.remission(
            pd.DataFrame(TABLE), pd.DataFrame({**PERIODS, **periods}), **{**ASK, **changes}
        )


def test_study_days_have_no_calendar_months() -> None:
    visits = pd.DataFrame({**TABLE, "seen": [1, 200, 1]})
    with pytest.raises(jia.errors.VisitError, match="calendar months"):
        jia.remission(visits, pd.DataFrame(PERIODS), **ASK)


def test_medication_must_be_said() -> None:
    with pytest.raises(jia.errors.RequestError, match="asks about medication"):
        jia.remission(pd.DataFrame(TABLE), **{**ASK, "counted": None})


def test_a_variant_has_other_months_and_says_so() -> None:
    definitions = jia.definitions("remission criteria").set_index("name")
    assert "≥ 6 calendar months on" in definitions.loc["wallace-2011", "rule"]
    with pytest.raises(jia.errors.DefinitionError, match="months_on and months_off"):
        jia.typing.RemissionCriteria(
            name="neither",
            reference=None,
            evidence=jia.Evidence.UNVERIFIED,
            inactive=None,
        )


def test_an_empty_table_stays_empty() -> None:
    out = jia.remission(pd.DataFrame(TABLE)[:0], pd.DataFrame(PERIODS), **ASK)
    assert list(out.columns) == [*TABLE, COLUMN]
    assert np.shape(out) == (0, 4)


# --------------------------------------------------------------------------------------------
# By a cut-off set that the caller names


def quiet_visits(dates: list[str], scores: list[float | None]) -> pd.DataFrame:
    parts = {"physician_global": scores, "patient_global": 0.0, "active_joints": 0}
    return pd.DataFrame({"patient": "A", "date": dates, **parts})


STATE = jia.ask.state("cjadas10", cutoffs="trincianti-2021", course="poly")


@pytest.mark.parametrize(
    ("last", "state"),
    [("2020-08-17", "inactive"), ("2020-08-18", "remission"), ("2020-08-19", "remission")],
)
def test_twenty_four_weeks_are_168_days(last: str, state: str) -> None:
    # Six calendar months after 3 March 2020 would be 3 September.
    visits = quiet_visits(["2020-03-03", "2020-06-01", last], [2.5, 2.5, 2.5])
    out = jia.remission(visits, criteria="jadas-24-weeks", max_gap_days=100, inactive=STATE)
    assert out["remission_jadas_24_weeks_cjadas10_trincianti_2021"].tolist()[-1] == state


def test_a_state_that_is_not_inactive_or_unknown_breaks_or_opens_the_run() -> None:
    dates = ["2020-01-01", "2020-04-01", "2020-07-01", "2020-10-01"]
    ask = {"criteria": "jadas-24-weeks", "max_gap_days": 100, "inactive": STATE}

    def states(scores: list[float | None]) -> list[str | None]:
        out = jia.remission(quiet_visits(dates, scores), **ask)
        return [None if pd.isna(each) else each for each in out.iloc[:, -1]]

    assert states([0, 0, 0, 0]) == ["inactive", "inactive", "remission", "remission"]
    assert states([0, 2.6, 0, 0]) == ["inactive", "none", "inactive", "inactive"]
    # Inactive in April makes it remission in July and October; else it lasts since July.
    assert states([0, None, 0, 0]) == ["inactive", None, None, None]


def test_a_yes_or_no_column_or_request_will_do_too() -> None:
    visits = quiet_visits(["2020-01-01", "2020-06-17"], [0, 0]).assign(calm=True)
    ask = {"criteria": "jadas-24-weeks", "max_gap_days": 200}
    out = jia.remission(visits, **ask, inactive=jia.column("calm"))
    assert out["remission_jadas_24_weeks"].tolist() == ["inactive", "remission"]
    simple = jia.ask.inactive_disease(criteria="recapture-jia")
    out = jia.remission(visits, **ask, inactive=simple)
    assert out.iloc[:, -1].tolist() == ["inactive", "remission"]
    # Criteria with their own inactive disease take another, and keep their column.
    out = jia.remission(visits, criteria="eular-pres-2024", max_gap_days=200, inactive=STATE)
    assert out["remission_eular_pres_2024"].tolist() == ["inactive", "inactive"]


def test_what_says_nothing_about_inactive_disease_is_refused() -> None:
    visits = quiet_visits(["2020-01-01"], [0])
    ask = {"criteria": "jadas-24-weeks", "max_gap_days": 100}
    with pytest.raises(RequestError, match="cut-off set that you name"):
        jia.remission(visits, **ask)
    for request in (jia.ask.state("jadas27", cutoffs="bulatovic-2014"), jia.ask.acr_ped()):
        with pytest.raises(RequestError, match="state that may be 'inactive'"):
            jia.remission(visits, **ask, inactive=request)
    for times in ({"days": 168, "months": 6}, {"days": None}, {"days": 0}):
        with pytest.raises(DefinitionError):
            jia.definition("jadas-24-weeks").variant(name="ours", **times)


def test_details_of_a_request_count_what_is_unknown_of_it() -> None:
    visits = quiet_visits(["2020-01-01", "2020-04-01", "2020-07-01"], [0, None, 0])
    ask = {"criteria": "jadas-24-weeks", "max_gap_days": 100, "inactive": STATE, "details": True}
    out = jia.remission(visits, **ask)
    column = "remission_jadas_24_weeks_cjadas10_trincianti_2021"
    assert out[f"{column}_missing"].tolist() == [0, 1, 0]
    # Whether the unknown visit joins the two runs is open.
    began = out[f"{column}_reference_date"].tolist()
    assert began[0] == "2020-01-01"
    assert pd.isna(began[1])
    assert began[2] == "2020-07-01"


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow", "lazy"])
def test_details_of_no_visits_are_columns_without_rows(kind) -> None:
    visits = MAKERS[kind]({"patient": ["A"], "date": ["2020-01-01"], "calm": [True]})[:0]
    ask = {"criteria": "jadas-24-weeks", "max_gap_days": 100, "inactive": jia.column("calm")}
    out = jia.remission(visits, **ask, details=True)
    assert column(out, "remission_jadas_24_weeks") == []
    assert column(out, "remission_jadas_24_weeks_reference_date") == []
