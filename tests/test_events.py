"""Adverse events before and after infusion: windows, follow-up and what is refused."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
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


def compare(events, infusions, **more):
    """Compare events and infusions that are given as (patient, day)."""
    return jia.compare_events(
        event_patient=[who for who, _ in events],
        event_day=[day for _, day in events],
        patient=[who for who, _ in infusions],
        infusion_day=[day for _, day in infusions],
        **({"windows": SWART} | more),
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
    assert result.fisher.n == "1 of 6 patients with ≥ 1 event after, 2 of 6 before"
    assert result.mcnemar.n.startswith("0 patients with events only after, 1 only before, of 6")
    assert result.sign_flip.n == "6 patients observed in both periods, 1 with a difference"


def test_partial_follow_up_shortens_exposure():
    result = compare(
        [("a", -20), ("a", -5), ("a", 40), ("b", 3)],
        [("a", 0), ("b", 0)],
        observed_from=[-10, -400],
        observed_until=[30, 400],
    )
    assert result.days_before.tolist() == [10, 91]
    assert result.days_after.tolist() == [31, 91]
    assert (result.before.tolist(), result.after.tolist()) == ([1, 0], [0, 1])
    assert result.n_outside == 2


def test_a_patient_without_time_before_is_left_out_of_the_paired_tests():
    result = compare(
        [("a", -5), ("b", 5)],
        [("a", 0), ("b", 0)],
        observed_from=[-91, 0],
    )
    assert result.fisher.n == "1 of 2 patients with ≥ 1 event after, 1 of 1 before"
    assert "of 1 patients observed in both periods" in result.mcnemar.n
    assert result.sign_flip.n.startswith("1 patients")


def test_one_end_of_follow_up_for_all():
    assert compare([], [("a", 0), ("b", 0)], observed_until=9).days_after.tolist() == [10, 10]


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


@settings(max_examples=60, deadline=None)
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
    assert again.poisson.p == result.poisson.p
    assert again.sign_flip.p == result.sign_flip.p
    assert (again.events_before, again.events_after) == (result.events_before, result.events_after)


DATES = {
    "dates": list,
    "times of day": lambda days: [
        dt.datetime(d.year, d.month, d.day, 23, tzinfo=dt.UTC) for d in days
    ],
    "timestamps": lambda days: [pd.Timestamp(day) for day in days],
    "numpy": lambda days: np.array(days, dtype="datetime64[D]"),
    "pandas": lambda days: pd.Series(pd.to_datetime(days)),
    "pandas with a zone": lambda days: pd.Series(
        pd.to_datetime(days).tz_localize("Europe/Amsterdam")
    ),
}
if pl is not None:
    DATES |= {
        "polars": pl.Series,
        "polars with a zone": lambda days: (
            pl.Series(days).cast(pl.Datetime("us")).dt.replace_time_zone("America/Lima")
        ),
    }


@pytest.mark.parametrize("kind", DATES)
def test_dates_count_as_days(kind):
    """Days −5, 90 and 3 of an infusion, as dates of every kind."""
    infusion = dt.date(2015, 3, 2)
    event_day = DATES[kind]([infusion + dt.timedelta(days) for days in (-5, 90, 3)])
    infusion_day = DATES[kind]([infusion, infusion])
    series = type(event_day) if hasattr(event_day, "to_list") else list
    result = jia.compare_events(
        event_patient=series(["a", "a", "b"]),
        event_day=event_day,
        patient=series(["a", "b"]),
        infusion_day=infusion_day,
        windows=SWART,
    )
    assert (result.before.tolist(), result.after.tolist()) == ([1, 0], [1, 1])


def test_no_event_at_all():
    result = compare([], [("a", 0)])
    assert result.poisson.p == result.fisher.p == result.mcnemar.p == result.sign_flip.p == 1
    assert "not defined" in str(result)


def test_the_report_names_each_test_its_assumption_and_its_n():
    result = compare([("a", -5), ("a", 5), ("b", -3)], [("a", 0), ("b", 0)])
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


# ---------------------------------------------------------------- refused

GOOD = {
    "event_patient": ["a", "b"],
    "event_day": [1, 2],
    "patient": ["a", "b"],
    "infusion_day": [0, 0],
    "windows": SWART,
}
REFUSED = [
    ({"windows": None}, errors.UnknownDefinitionError, "windows"),
    ({"windows": "swart-2019"}, errors.UnknownDefinitionError, "windows"),
    ({"event_patient": ["a", None]}, errors.VisitError, "event_patient"),
    ({"event_patient": ["a", "zz"]}, errors.InconsistentError, "event_patient"),
    ({"event_day": [1, None]}, errors.VisitError, "event_day"),
    ({"event_day": [1, 2.5]}, errors.NotWholeError, "event_day"),
    ({"event_day": [1, math.inf]}, errors.OutOfRangeError, "event_day"),
    ({"event_day": ["2015-01-01", "2015-01-02"]}, errors.NotNumericError, "event_day"),
    ({"event_day": [dt.date(2015, 1, 1)] * 2}, errors.NotNumericError, "event_day"),
    ({"event_day": [dt.date(2015, 1, 1), None]}, errors.VisitError, "event_day"),
    ({"event_day": [1]}, errors.MisalignedError, "event_day"),
    ({"event_day": 1}, errors.MisalignedError, "event_patient"),
    ({"event_patient": "a", "event_day": 1}, errors.MisalignedError, "event_patient"),
    ({"patient": ["a", "a"]}, errors.VisitError, "infusion_day"),
    ({"patient": [], "infusion_day": []}, errors.RequestError, "infusion_day"),
    ({"infusion_day": [0, None]}, errors.VisitError, "infusion_day"),
    ({"observed_until": [5, None]}, errors.VisitError, "observed_until"),
    ({"observed_until": [5, -5]}, errors.InconsistentError, "observed_until"),
    ({"observed_from": [0, 5]}, errors.InconsistentError, "observed_from"),
    ({"observed_from": 0}, errors.RequestError, "observed_from"),
    ({"confidence": 95}, errors.RequestError, "confidence"),
]


@pytest.mark.parametrize(("changes", "error", "variable"), REFUSED)
def test_refused(changes, error, variable):
    with pytest.raises(error) as raised:
        jia.compare_events(**(GOOD | changes))
    assert raised.value.variable == variable


def test_two_ends_of_follow_up_for_one_patient_are_refused():
    with pytest.raises(errors.InconsistentError, match="two different values of observed_until"):
        compare([], [("a", 0), ("a", 10)], observed_until=[50, 60])


def test_without_scipy_the_error_says_what_to_install(monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(base, "import_module", absent)
    with pytest.raises(errors.MissingExtraError, match=r"pip install 'jiascores\[stats\]'"):
        compare([("a", 1)], [("a", 0)])
    assert jia.paired_change([1, 2], [2, 3]).p_exact == 0.5
