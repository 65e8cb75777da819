"""Adverse events before and after infusion: windows, follow-up and what is refused."""

from __future__ import annotations

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core import errors
from jiascores.core.definition import published
from jiascores.measures.events import EventWindows
from jiascores.statistics import base

try:  # an optional engine, not there in the environment of the oldest versions
    import polars as pl
except ImportError:
    pl = None

SWART = "swart-2019-windows"


def near(value):
    return pytest.approx(value, rel=1e-6, abs=1e-9)


# ---------------------------------------------------------------- windows and counting


FOLLOWED = {"observed_from": jia.column("since"), "observed_until": jia.column("until")}


def frame(rows, **more):
    """Return a table of (patient, day)."""
    who, days = [who for who, _ in rows], [day for _, day in rows]
    return pd.DataFrame({"patient": who, "date": days, **more})


def compare(events, infusions, since=None, until=None, **more):
    """Compare events and infusions that are given as (patient, day)."""
    followed = {"since": since, "until": until}
    followed = {name: days for name, days in followed.items() if days is not None}
    named = {name: given for name, given in FOLLOWED.items() if given.name in followed}
    if isinstance(until, str):  # the option, not a column
        more, followed, named = {"until": until, **more}, {}, {}
    return jia.analysis.compare_events(
        frame(events), frame(infusions, **followed), **({"windows": SWART} | named | more)
    )


@pytest.mark.parametrize(
    ("day", "counts"),
    [(-92, (0, 0)), (-91, (1, 0)), (-1, (1, 0)), (0, (0, 1)), (90, (0, 1)), (91, (0, 0))],
)
def test_windows_on_both_sides_of_their_ends(day, counts):
    result = compare([("a", 1000 + day)], [("a", 1000)])
    assert (result.events_before, result.events_after) == counts
    assert result.n_outside == 1 - sum(counts)


def test_the_windows_say_what_they_are():
    (windows,) = published(EventWindows)
    assert windows.name == SWART
    assert "days −91 to −1; after: days 0 to 90; a month is 30.4375 days" in str(windows)
    assert "10.1093/rheumatology/kez157" in str(windows)
    half_year = windows.variant(name="half-year", before=(-182, -1), after=(0, 181))
    assert compare([("a", -150)], [("a", 0)], windows=half_year).events_before == 1


@pytest.mark.parametrize(
    "changes", [{"before": (-91, 0)}, {"after": (90, 0)}, {"days_per_month": 0}]
)
def test_impossible_windows_are_refused(changes):
    (windows,) = published(EventWindows)
    with pytest.raises(errors.DefinitionError):
        windows.variant(name="impossible", **changes)


def test_the_first_infusion_counts():
    infusions = [("a", 60), ("a", 0), ("b", 5)]
    result = compare([("a", 55), ("a", 120)], infusions)
    assert result.patients == ("a", "b")
    assert result.infusion_days == (0, 5)
    assert (result.events_before, result.events_after, result.n_outside) == (0, 1, 1)
    assert result.n_reinfused == 1


def test_whole_windows_of_six_patients():
    result = compare([("p1", -3), ("p1", 4), ("p2", -80)], [(f"p{n}", 0) for n in range(1, 7)])
    assert result.days_before.tolist() == result.days_after.tolist() == [91] * 6
    months = 6 * 91 / 30.4375
    assert result.rate_before[0] == near(2 / months * 100)
    assert result.rate_after[0] == near(1 / months * 100)
    assert result.poisson.estimate == near(0.5)
    assert result.fisher is None
    assert (result.n_unequal, result.matched, result.n_unmatched) == (0, False, 0)
    assert "Windows of different lengths: 0 of 6 patients.\n" in str(result)
    assert result.mcnemar.n.startswith("0 patients with events only after, 1 only before, of 6")
    assert result.sign_flip.n == "6 patients observed in both periods, 1 with a difference"


def test_partial_follow_up_shortens_exposure():
    result = compare(
        [("a", -20), ("a", -5), ("a", 40), ("b", 3)],
        [("a", 0), ("b", 0)],
        since=[-10, -400],
        until=[30, 400],
    )
    assert result.days_before.tolist() == [10, 91]
    assert result.days_after.tolist() == [31, 91]
    assert (result.before.tolist(), result.after.tolist()) == ([1, 0], [0, 1])
    assert result.n_outside == 2


# ---------------------------------------------------------------- windows of different lengths

TESTS = ("poisson", "poisson_minimum_likelihood", "mcnemar", "sign_flip", "fisher")
FISHER = {"test": "fisher-swart-2019"}
SIX = [(f"p{n}", 0) for n in range(1, 7)]


def test_a_constant_rate_over_unequal_windows_is_no_finding():
    """Each patient had an event every 45 days; follow-up after ended with day 29."""
    events = [(who, day) for who, _ in SIX for day in (-80, -35, 10 + 45)]
    result = compare(events, SIX, until=[29] * 6, **FISHER)
    assert (result.events_before, result.events_after, result.n_unequal) == (12, 0, 6)
    for name in TESTS:
        test = getattr(result, name)
        assert math.isnan(test.p)
        assert math.isnan(test.low)
        assert test.why_not == "the two windows differ in length in 6 of 6 patients"
        assert f"{test.name}" in str(result)
    assert result.poisson.estimate == 0
    assert result.sign_flip.estimate < 0
    assert math.isnan(result.mcnemar.estimate)
    assert "Windows of different lengths: 6 of 6 patients; match_windows=True cuts" in str(result)
    assert str(result).count("no p: the two windows differ in length") == 6
    assert "<td>the two windows differ" in result._repr_html_()


def test_matched_windows_hold_none_of_the_early_events():
    events = [(who, -60 - at) for at, (who, _) in enumerate(SIX)]
    result = compare(events, SIX, until=[29] * 6, match_windows=True, **FISHER)
    assert result.days_before.tolist() == result.days_after.tolist() == [30] * 6
    assert (result.events_before, result.events_after, result.n_unmatched) == (0, 0, 6)
    assert [getattr(result, name).p for name in TESTS] == [1, 1, 1, 1, 1]
    assert "6 of 6 patients, cut to the shorter one, the days next to the infusion" in str(result)
    assert "events left out by that: 6." in str(result)


@pytest.mark.parametrize(
    ("day", "counts", "unmatched"),
    [(-31, (0, 0), 1), (-30, (1, 0), 0), (-1, (1, 0), 0), (0, (0, 1), 0), (29, (0, 1), 0)],
)
def test_matched_windows_on_both_sides_of_their_ends(day, counts, unmatched):
    result = compare([("a", day)], [("a", 0)], until=[29], match_windows=True)
    assert (result.events_before, result.events_after) == counts
    assert (result.n_unmatched, result.n_outside) == (unmatched, 0)


@pytest.mark.parametrize(("until", "given"), [(90, True), (400, True), (89, False)])
def test_one_day_less_and_there_is_no_p(until, given):
    result = compare([("a", -5), ("b", 3)], [("a", 0), ("b", 0)], until=[until, 400])
    assert result.n_unequal == (not given)
    for name in ("poisson", "mcnemar", "sign_flip"):
        assert math.isnan(getattr(result, name).p) != given
    matched = compare(
        [("a", -5), ("b", 3)], [("a", 0), ("b", 0)], until=[until, 400], match_windows=True
    )
    assert matched.days_before.tolist() == matched.days_after.tolist() == [min(91, until + 1), 91]
    assert matched.poisson.p == matched.mcnemar.p == 1


def test_equal_is_within_each_patient_and_not_among_patients():
    result = compare([("a", -5), ("b", 3)], [("a", 0), ("b", 0)], since=[-10, -91], until=[9, 90])
    assert result.days_before.tolist() == result.days_after.tolist() == [10, 91]
    assert (result.n_unequal, result.mcnemar.p) == (0, 1)
    # As many days in all, and in no patient as many before as after.
    crossed = compare([("a", -5), ("b", 3)], [("a", 0), ("b", 0)], since=[-10, -91], until=[90, 9])
    assert crossed.days_before.sum() == crossed.days_after.sum()
    assert crossed.n_unequal == 2
    assert math.isnan(crossed.poisson.p)


def test_a_patient_without_time_before_is_unequal_and_has_no_matched_window():
    asked = ([("a", -5), ("b", 5)], [("a", 0), ("b", 0)], [-91, 0])
    result = compare(*asked, **FISHER)
    assert result.fisher.n == "1 of 2 patients with ≥ 1 event after, 1 of 1 before"
    assert "of 1 patients observed in both periods" in result.mcnemar.n
    assert result.n_unequal == 1
    assert math.isnan(result.sign_flip.p)
    matched = compare(*asked, match_windows=True)
    assert matched.days_before.tolist() == matched.days_after.tolist() == [91, 0]
    assert matched.sign_flip.n.startswith("1 patients")
    assert matched.sign_flip.p == 1
    with pytest.raises(errors.RequestError, match="nobody was observed in the window before"):
        compare([("a", 5)], [("a", 0)], since=[0], match_windows=True)


def test_windows_that_do_not_touch_day_0_are_matched_from_their_near_ends():
    (windows,) = published(EventWindows)
    apart = windows.variant(name="apart", before=(-91, -8), after=(7, 90))
    asked = {"windows": apart, "until": [16], "match_windows": True}
    for day, counts in ((-18, (0, 0)), (-17, (1, 0)), (-8, (1, 0)), (7, (0, 1)), (16, (0, 1))):
        result = compare([("a", day)], [("a", 0)], **asked)
        assert (result.events_before, result.events_after) == counts
        assert result.days_before.tolist() == result.days_after.tolist() == [10]


@pytest.mark.parametrize(
    ("day", "counts", "outside"), [(59, (0, 1), 0), (60, (0, 0), 1), (90, (0, 0), 1)]
)
def test_a_window_ends_before_the_next_infusion(day, counts, outside):
    infusions = [("a", 0), ("a", 60), ("b", 0)]
    result = compare([("a", day)], infusions, until="next-infusion")
    assert result.days_after.tolist() == [60, 91]
    assert (result.events_before, result.events_after) == counts
    assert (result.n_outside, result.n_unequal) == (outside, 1)
    whole = compare([("a", day)], infusions)
    assert (whole.events_after, whole.n_unequal) == (1, 0)
    matched = compare([("a", day)], infusions, until="next-infusion", match_windows=True)
    assert matched.days_before.tolist() == [60, 91]


def test_around_every_infusion_until_the_next():
    events = [("a", 59), ("a", 60)]
    result = compare(events, [("a", 0), ("a", 60)], until="next-infusion", per_infusion=True)
    assert result.after.tolist() == [1, 1]
    assert result.days_after.tolist() == [60, 91]


def test_infusions_of_one_patient_are_not_independent():
    result = compare([("a", -5), ("a", 200)], [("a", 0), ("a", 182)], per_infusion=True)
    assert result.n_unequal == 0
    for test in (result.mcnemar, result.sign_flip):
        assert test.why_not == "infusions of one patient are not independent"
    assert result.poisson.p == 1
    once = compare([("a", -5), ("b", 20)], [("a", 0), ("b", 182)], per_infusion=True)
    assert once.mcnemar.p == 1


def test_fisher_is_there_by_its_name_alone():
    result = compare([("a", -5)], [("a", 0), ("b", 0)], **FISHER)
    assert result.fisher.p == 1
    assert result.fisher.n == "0 of 2 patients with ≥ 1 event after, 1 of 2 before"
    assert "independent groups, which the same patients are not" in str(result)
    assert "Fisher" not in str(compare([("a", -5)], [("a", 0), ("b", 0)]))
    for wrong in ({"test": "fisher"}, {"until": "end"}):
        with pytest.raises(errors.RequestError, match="or nothing"):
            compare([("a", -5)], [("a", 0)], **wrong)


def test_one_end_of_follow_up_for_all():
    assert compare([], [("a", 0), ("b", 0)], until=9).days_after.tolist() == [10, 10]


def test_per_infusion_a_day_in_two_windows_belongs_to_the_earlier_after():
    events = [("a", -100), ("a", -70), ("a", 10), ("a", 60), ("a", 95), ("a", 160)]
    result = compare(events, [("a", 0), ("a", 60)], per_infusion=True)
    assert result.unit == "infusions"
    assert result.patients == ("a", "a")
    # The second window before, days −31 to 59, lies wholly in windows of the first infusion.
    assert result.days_before.tolist() == [91, 0]
    assert result.days_after.tolist() == [91, 60]
    assert (result.before.tolist(), result.after.tolist()) == ([1, 0], [2, 1])
    assert result.n_outside == 2
    assert result.n_overlap == 31 + 60 + 31
    assert "122 days lie in more than one window" in str(result)


def test_infusions_far_apart_do_not_overlap():
    result = compare([], [("a", 0), ("a", 182)], per_infusion=True)
    assert result.n_overlap == 0
    assert result.days_before.tolist() == result.days_after.tolist() == [91, 91]


patients = st.sampled_from("abcd")
day = st.integers(-150, 250)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(patients, day), max_size=20),
    st.dictionaries(patients, st.sets(st.integers(0, 120), min_size=1, max_size=3), min_size=4),
    st.booleans(),
    st.randoms(),
)
def test_events_are_conserved_and_order_does_not_matter(events, days, per_infusion, random):
    infusions = [(who, one) for who, ones in sorted(days.items()) for one in sorted(ones)]
    result = compare(events, infusions, per_infusion=per_infusion)
    assert result.events_before + result.events_after + result.n_outside == len(events)
    assert result.days_before.max() <= 91
    # No day of a patient is counted twice.
    frame = result.to_frame().groupby("patient")[["days_before", "days_after"]].sum().sum(axis=1)
    for who, total in frame.items():
        used = sorted(days[who])[: None if per_infusion else 1]
        assert total == len({d for one in used for d in range(one - 91, one + 91)})
    random.shuffle(events)
    random.shuffle(infusions)
    again = compare(events, infusions, per_infusion=per_infusion)
    # Windows, counts, every test with its p or why it has none.
    assert str(again) == str(result)


DATES = {
    "dates": list,
    "texts": lambda days: [day.isoformat() for day in days],
    "times of day": lambda days: [
        dt.datetime(d.year, d.month, d.day, 23, tzinfo=dt.UTC) for d in days
    ],
    "timestamps": pd.to_datetime,
    "with a zone": lambda days: pd.to_datetime(days).tz_localize("Europe/Amsterdam"),
}
MAKERS = {"pandas": pd.DataFrame}
if pl is not None:
    MAKERS |= {"polars": pl.DataFrame, "polars lazy": pl.LazyFrame}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("kind", DATES)
def test_dates_count_as_days(kind, make):
    """Days −5, 90 and 3 of an infusion, as dates of every kind, in tables of two kinds."""
    infusion = dt.date(2015, 3, 2)
    happened = DATES[kind]([infusion + dt.timedelta(days) for days in (-5, 90, 3)])
    given = DATES[kind]([infusion, infusion])
    result = jia.analysis.compare_events(
        make({"who": ["a", "a", "b"], "date": happened}),
        pd.DataFrame({"patient": ["a", "b"], "day": given}),
        event_columns={"patient": "who"},
        infusion_columns={"date": "day"},
        windows=SWART,
    )
    assert (result.before.tolist(), result.after.tolist()) == ([1, 0], [1, 1])
    assert result.infusion_days == (16496, 16496)


def test_the_first_infusion_as_the_table_has_it_comes_first():
    result = compare([(12, 5), (12, -5)], [(300, 7), (12, 0)])
    assert (result.patients, result.infusion_days) == ((300, 12), (7, 0))
    assert (result.before.tolist(), result.after.tolist()) == ([0, 1], [0, 1])


def test_events_of_patients_without_an_infusion_are_counted_as_such():
    with pytest.warns(errors.LeftOutWarning, match=r"2 of 3 patients.*'z', 'y'.*3 rows do not"):
        result = compare([("a", -5), ("z", 1), ("z", 2), ("y", 1)], [("a", 0), ("b", 0)])
    assert (result.events_before, result.n_outside, result.n_not_infused) == (1, 0, 3)
    assert "Events of patients without an infusion: 3." in str(result)


def test_no_event_at_all():
    result = compare([], [("a", 0)])
    assert result.poisson.p == result.mcnemar.p == result.sign_flip.p == 1
    assert "not defined" in str(result)


def test_the_report_names_each_test_its_assumption_and_its_n():
    result = compare([("a", -5), ("a", 5), ("b", -3)], [("a", 0), ("b", 0)], **FISHER)
    text = str(result)
    for test in result.tests:
        assert test.name in text
        assert f"assumes: {test.assumes}" in text
        assert f"n: {test.n}" in text
    assert "the same patients are not" in text
    assert repr(result).startswith("<EventComparison by swart-2019-windows: 2 patients")
    page = result._repr_html_()
    assert page.count("<tr>") == 1 + 5 + 1 + len(result.tests)


def test_a_result_cannot_be_changed():
    result = compare([], [("a", 0)])
    with pytest.raises(ValueError, match="read-only"):
        result.before[0] = 7
    with pytest.raises(AttributeError):
        result.before = None
    for answer in (result, result.poisson):
        with pytest.raises(errors.RequestError, match="neither true nor false"):
            bool(answer)


# ---------------------------------------------------------------- refused

EVENTS = {"patient": ["a", "b"], "date": [1, 2]}
INFUSIONS = {"patient": ["a", "b"], "date": [0, 0], "since": [-100, -100], "until": [100, 100]}
DAY = dt.date(2015, 1, 1)
REFUSED = [
    ({}, {}, {"windows": None}, errors.UnknownDefinitionError, "windows", "must name"),
    ({}, {}, {"windows": "swart-2019"}, errors.UnknownDefinitionError, "windows", "Did you mean"),
    ({"patient": ["a", None]}, {}, {}, errors.VisitError, "patient", "adverse events: column"),
    (
        {"patient": ["A", "B"]},
        {},
        {},
        errors.VisitError,
        "patient",
        "'A' here, 'a' there; 'B' here",
    ),
    ({"patient": [1, 2]}, {}, {}, errors.VisitError, "patient", "1, 2 here, 'a', 'b' there"),
    ({"date": [1, None]}, {}, {}, errors.VisitError, "date", "missing in row 1"),
    ({"date": [1, math.inf]}, {}, {}, errors.VisitError, "date", "adverse events: column 'date'"),
    ({"date": ["1/2/15", "x"]}, {}, {}, errors.VisitError, "date", "not understood"),
    ({"date": [DAY, DAY]}, {}, {}, errors.VisitError, "date", "dates, and the infusions have"),
    ({"date": [DAY, None]}, {}, {}, errors.VisitError, "date", "missing in row 1"),
    ({}, {"patient": ["a", "a"]}, {}, errors.VisitError, "date", "two infusions .* row 0 .* row 1"),
    ({}, {"date": [0, None]}, {}, errors.VisitError, "date", "infusions: column 'date'"),
    ({}, {"until": [5, None]}, {}, errors.VisitError, "observed_until", "missing in row 1"),
    ({}, {"until": [DAY, DAY]}, {}, errors.VisitError, "observed_until", "'until' holds dates"),
    (
        {},
        {"until": [5, -5]},
        {},
        errors.InconsistentError,
        "observed_until",
        "leaves an infusion out: row 1",
    ),
    (
        {},
        {"since": [0, 5]},
        {},
        errors.InconsistentError,
        "observed_from",
        "leaves an infusion out: row 1",
    ),
    ({}, {"since": [0, 0]}, {}, errors.RequestError, "observed_from", "nobody was observed"),
    ({}, {}, {"observed_from": 0}, errors.RequestError, "observed_from", "takes a column"),
    ({}, {}, {"observed_from": jia.column("x")}, errors.ColumnError, "observed_from", "column 'x'"),
    ({}, {}, {"confidence": 95}, errors.RequestError, "confidence", "confidence=95"),
    (
        {},
        {},
        {"event_columns": {"date": "day"}},
        errors.ColumnError,
        "date",
        "in the table of adverse events: there is no column 'day'.*event_columns={'date'",
    ),
    (
        {},
        {},
        {"infusion_columns": {"day": "date"}},
        errors.ColumnError,
        "day",
        "infusion_columns= maps 'day'; it can map patient, date",
    ),
]


@pytest.mark.parametrize(("events", "infusions", "changes", "error", "variable", "words"), REFUSED)
def test_refused(events, infusions, changes, error, variable, words):
    with pytest.raises(error, match=words) as raised:
        jia.analysis.compare_events(
            pd.DataFrame(EVENTS | events),
            pd.DataFrame(INFUSIONS | infusions),
            **({"windows": SWART} | FOLLOWED | changes),
        )
    assert raised.value.variable == variable


def test_no_infusion_at_all_is_refused():
    with pytest.raises(errors.RequestError, match="no infusion"):
        compare([("a", 1)], [])


def test_two_ends_of_follow_up_for_one_patient_are_refused():
    with pytest.raises(
        errors.InconsistentError,
        match="observed_until: two different values for one patient: row 0",
    ):
        compare([], [("a", 0), ("a", 10)], until=[50, 60])


def test_without_scipy_the_error_says_what_to_install(monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(base, "import_module", absent)
    with pytest.raises(errors.MissingExtraError, match=r"pip install 'jiascores\[stats\]'"):
        compare([("a", 1)], [("a", 0)])
    assert jia.analysis.paired_change([1, 2], [2, 3]).p_exact == 0.5
