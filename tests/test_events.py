"""Adverse events before and after, and paired change, against brute force and against scipy."""

from __future__ import annotations

import datetime as dt
import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import jiascores as jia
from jiascores.core import errors
from jiascores.core.definition import published
from jiascores.measures import exact_tests
from jiascores.measures.events import EventWindows
from jiascores.measures.exact_tests import (
    compare_rates,
    fisher_exact,
    mcnemar_exact,
    rate,
    sign_flip,
    wilcoxon_exact,
    wilcoxon_normal,
)

try:  # an optional engine, not there in the environment of the oldest versions
    import polars as pl
except ImportError:
    pl = None

SWART = "swart-2019-windows"
METHODS = ("central", "minimum-likelihood")
small = st.integers(0, 12)
times = st.integers(1, 200)


def near(value):
    return pytest.approx(value, rel=1e-6, abs=1e-9)


# ---------------------------------------------------------------- two Poisson counts


@pytest.mark.parametrize(("method", "p"), [("central", 0.0606), ("minimum-likelihood", 0.0421)])
def test_check_value_of_two_poisson_counts(method, p):
    test = compare_rates(after=2, before=10, time_after=17877, time_before=20000, method=method)
    assert round(test.estimate, 7) == 0.2237512
    assert round(test.p, 4) == p
    assert test.method == method
    if method == "central":
        assert (round(test.low, 8), round(test.high, 8)) == (0.02383738, 1.04995468)


def test_p_and_interval_come_from_one_method():
    """By the central method 1 lies inside and p is above 0.05; by the other neither."""
    central, likely = (
        compare_rates(after=2, before=10, time_after=17877, time_before=20000, method=method)
        for method in METHODS
    )
    assert central.high > 1
    assert central.p > 0.05
    assert likely.high < 1
    assert likely.p < 0.05


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("after", "before", "ratio", "low_is", "high_is", "p"),
    [
        (0, 0, math.nan, 0, math.inf, 1),
        (0, 5, 0, 0, None, 0.0625),
        (5, 0, math.inf, None, math.inf, 0.0625),
    ],
)
def test_no_event_in_a_period_has_a_stated_answer(method, after, before, ratio, low_is, high_is, p):
    test = compare_rates(after=after, before=before, time_after=10, time_before=10, method=method)
    assert test.estimate == pytest.approx(ratio, nan_ok=True)
    assert test.p == near(p)
    assert low_is is None or test.low == low_is
    assert high_is is None or test.high == high_is
    assert 0 <= test.low <= test.high


@given(small, small, times, times)
def test_two_poisson_counts_against_the_binomial_test(after, before, time_after, time_before):
    both, share = after + before, time_after / (time_after + time_before)
    central, likely = (
        compare_rates(
            after=after,
            before=before,
            time_after=time_after,
            time_before=time_before,
            method=method,
        )
        for method in METHODS
    )
    if both:
        binomial = stats.binomtest(after, both, share)
        interval = binomial.proportion_ci(0.95, method="exact")
        scale = time_before / time_after
        assert likely.p == near(binomial.pvalue)
        assert central.low == near(interval.low / (1 - interval.low) * scale)
        if before:
            assert central.high == near(interval.high / (1 - interval.high) * scale)
    tails = stats.binom.cdf(after, both, share), stats.binom.sf(after - 1, both, share)
    assert central.p == near(min(1, 2 * min(tails)))


@settings(max_examples=40, deadline=None)
@given(small, small, st.sampled_from([0.8, 0.95, 0.99]))
def test_minimum_likelihood_interval_holds_exactly_what_the_test_does_not_reject(
    after, before, confidence
):
    test = compare_rates(
        after=after,
        before=before,
        time_after=1,
        time_before=1,
        method="minimum-likelihood",
        confidence=confidence,
    )

    def p(ratio):
        """Return the p of the null hypothesis of this ratio."""
        return compare_rates(
            after=after,
            before=before,
            time_after=ratio,
            time_before=1,
            method="minimum-likelihood",
        ).p

    for end, outward in ((test.low, 1 / 1.0001), (test.high, 1.0001)):
        if 0 < end < math.inf:
            assert p(end / outward) > 1 - confidence - 1e-3
            # Beyond the end, however far, every ratio is rejected.
            for step in (1, 3, 10, 100, 1000, 20000):
                assert p(end * outward**step) <= 1 - confidence + 1e-9


@given(small, small, times, times, st.sampled_from(METHODS))
def test_exchanging_the_periods_turns_the_ratio_round(one, other, time_one, time_other, method):
    ahead = compare_rates(
        after=one, before=other, time_after=time_one, time_before=time_other, method=method
    )
    back = compare_rates(
        after=other, before=one, time_after=time_other, time_before=time_one, method=method
    )
    assert ahead.p == near(back.p)
    assert ahead.low * back.high == near(1) or {ahead.low, back.high} == {0, math.inf}


@pytest.mark.parametrize(
    ("count", "time", "expected"),
    [(3, 2.5, (1.2, 0.24747, 3.50691)), (0, 2.5, (0, 0, 1.47555))],
)
def test_exact_interval_of_a_rate(count, time, expected):
    assert tuple(round(value, 5) for value in rate(count, time)) == expected


# ---------------------------------------------------------------- Fisher, McNemar


@settings(deadline=None)
@given(small, small, st.integers(1, 12), st.integers(1, 12))
def test_fisher_against_scipy(after, before, n_after, n_before):
    after, before = min(after, n_after), min(before, n_before)
    table = [[after, n_after - after], [before, n_before - before]]
    central, likely = (
        fisher_exact(after=after, before=before, n_after=n_after, n_before=n_before, method=method)
        for method in METHODS
    )
    assert likely.p == near(stats.fisher_exact(table)[1])
    margins = stats.hypergeom(n_after + n_before, after + before, n_after)
    tails = margins.cdf(after), margins.sf(after - 1)
    assert central.p == near(min(1, 2 * min(tails)))
    if 0 < after + before < n_after + n_before:
        odds = stats.contingency.odds_ratio(table)
        interval = odds.confidence_interval(0.95)
        assert central.estimate == near(odds.statistic)
        assert central.low == near(interval.low)
        assert central.high == near(interval.high)
    else:
        assert math.isnan(central.estimate)
        assert (central.low, central.high, central.p) == (0, math.inf, 1)


@given(small, small)
def test_mcnemar_is_the_binomial_test_of_the_discordant(only_after, only_before):
    test = mcnemar_exact(only_after=only_after, only_before=only_before)
    both = only_after + only_before
    assert test.p == near(stats.binomtest(only_after, both).pvalue if both else 1)
    if not both:
        assert (test.low, test.high) == (0, math.inf)
        assert math.isnan(test.estimate)


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (compare_rates, {"after": -1, "before": 1, "time_after": 1, "time_before": 1}),
        (compare_rates, {"after": 1.5, "before": 1, "time_after": 1, "time_before": 1}),
        (compare_rates, {"after": 1, "before": 1, "time_after": 0, "time_before": 1}),
        (fisher_exact, {"after": 7, "before": 1, "n_after": 6, "n_before": 6}),
        (mcnemar_exact, {"only_after": 1, "only_before": math.nan}),
        (mcnemar_exact, {"only_after": 1, "only_before": 1, "method": "midp"}),
        (mcnemar_exact, {"only_after": 1, "only_before": 1, "confidence": 95}),
    ],
)
def test_impossible_counts_are_refused(function, given):
    with pytest.raises(errors.RequestError) as raised:
        function(**given)
    assert raised.value.variable in given


# ---------------------------------------------------------------- sign flips


def brute_force(weights):
    """Return the share of all sign flips at least as far from 0, one by one."""
    weights = [weight for weight in weights if weight]
    observed = abs(sum(weights))
    sums = [
        abs(sum(sign * weight for sign, weight in zip(signs, weights, strict=True)))
        for signs in product((1, -1), repeat=len(weights))
    ]
    return sum(total >= observed for total in sums) / len(sums)


@given(st.lists(st.tuples(small, small, st.integers(1, 91), st.integers(1, 91)), max_size=8))
def test_sign_flip_against_brute_force(rows):
    after, before, days_after, days_before = zip(*rows, strict=True) if rows else ([], [], [], [])
    test = sign_flip(
        after=after,
        before=before,
        time_after=days_after,
        time_before=days_before,
        days_per_month=30.4375,
    )
    assert test.p == near(brute_force([a * db - b * da for a, b, da, db in rows]))


def test_events_that_cluster_in_one_patient_are_one_difference():
    test = sign_flip(
        after=[0, 1, 1],
        before=[40, 1, 1],
        time_after=[91] * 3,
        time_before=[91] * 3,
        days_per_month=30.4375,
    )
    assert test.p == 1
    assert "1 with a difference" in test.n


def test_sign_flip_estimates_the_difference_of_rates():
    test = sign_flip(
        after=[1, 0], before=[2, 3], time_after=[30, 30], time_before=[30, 30], days_per_month=30
    )
    assert test.estimate == near(-200)


# ---------------------------------------------------------------- Wilcoxon

tenths = st.integers(-30, 30).map(lambda tenth: tenth / 10)


def mid_ranks(differences):
    kept = [round(value, 9) for value in differences if round(value, 9)]
    ranks = stats.rankdata(np.abs(kept)) if kept else []
    return [int(math.copysign(2 * rank, value)) for rank, value in zip(ranks, kept, strict=True)]


@given(st.lists(tenths, min_size=1, max_size=9))
def test_wilcoxon_against_brute_force_over_all_sign_flips(differences):
    assert wilcoxon_exact(np.array(differences)) == near(brute_force(mid_ranks(differences)))


@given(st.lists(st.integers(1, 500), min_size=1, max_size=25, unique=True), st.randoms())
def test_wilcoxon_without_ties_and_zeros_against_scipy(sizes, random):
    differences = np.array([size * random.choice([-1, 1]) for size in sizes], dtype=float)
    assert wilcoxon_exact(differences) == near(stats.wilcoxon(differences, method="exact").pvalue)


@given(st.lists(tenths, min_size=1, max_size=30))
def test_normal_approximation_from_its_formula(differences):
    ranks = np.array(mid_ranks(differences)) / 2
    if not ranks.size:
        assert wilcoxon_normal(np.array(differences)) == 1
        return
    n, rises = ranks.size, ranks[ranks > 0].sum()
    ties = np.unique(np.abs(ranks), return_counts=True)[1]
    variance = n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48
    z = (rises - n * (n + 1) / 4) / math.sqrt(variance)
    assert wilcoxon_normal(np.array(differences)) == near(2 * stats.norm.sf(abs(z)))


@given(st.lists(st.tuples(tenths, tenths), min_size=1, max_size=12), st.randoms())
def test_paired_change_does_not_depend_on_order_and_turns_round(pairs, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    first, again = (
        jia.paired_change([one for one, _ in rows], [other for _, other in rows])
        for rows in (pairs, shuffled)
    )
    assert str(first) == str(again)
    back = jia.paired_change([other for _, other in pairs], [one for one, _ in pairs])
    assert back.p_exact == first.p_exact
    assert back.rank_sum_up == first.rank_sum_down
    n = first.n_changed
    assert first.rank_sum_up + first.rank_sum_down == n * (n + 1) / 2


def test_six_pairs_that_all_fall():
    """The smallest p that six patients can give."""
    change = jia.paired_change(before=[6, 7, 8, 9, 10, 11], after=[5, 5, 5, 5, 5, 5])
    assert change.p_exact == 0.03125
    assert round(change.p_normal, 3) == 0.028
    assert (change.rank_sum_up, change.rank_sum_down) == (0, 21)


def test_five_of_six_is_not_enough():
    assert jia.paired_change([6, 7, 8, 9, 10, 4], [5, 5, 5, 5, 5, 5]).p_exact > 0.05


def test_zeros_are_dropped_and_both_n_are_printed():
    change = jia.paired_change([3, 5, 7, 2, None], [3, 4, 5, None, 1])
    assert (change.n_pairs, change.n_changed, change.n_incomplete) == (3, 2, 2)
    assert "n = 3 pairs, 2 of them with a change (1 unchanged, dropped; 2 incomplete" in str(change)
    assert change.p_exact == 0.5


def test_differences_are_freed_of_binary_noise():
    before, after = [0.1, 0.4, 5.3, 2.9], [0.3, 0.6, 5.5, 3.1]
    assert len({b - a for a, b in zip(before, after, strict=True)}) > 1
    change = jia.paired_change(before, after)
    assert change.rank_sum_up == 10
    noise = jia.paired_change([0.1 + 0.2, 1], [0.3, 2])
    assert noise.n_changed == 1


def test_no_change_and_no_pair_have_stated_answers():
    same = jia.paired_change([1, 2], [1, 2])
    assert (same.p_exact, same.p_normal, same.n_changed) == (1, 1, 0)
    none = jia.paired_change([1.0, None], [None, 2.0])
    assert (none.n_pairs, none.n_incomplete) == (0, 2)
    assert math.isnan(none.p_exact)
    assert "not computed" in str(none)


def test_two_hundred_pairs_have_an_exact_p():
    differences = np.random.default_rng(7).normal(0.1, 1, 200)
    exact = wilcoxon_exact(differences)
    assert exact == near(stats.wilcoxon(differences, method="exact").pvalue)
    assert exact == pytest.approx(wilcoxon_normal(differences), abs=0.005)


def test_too_many_pairs_leave_the_exact_p_open():
    assert math.isnan(wilcoxon_exact(np.arange(1, 2001, dtype=float)))


def test_paired_change_takes_series():
    series = pd.Series([1, 2, pd.NA], dtype="Int64", index=["a", "b", "c"])
    assert jia.paired_change(series, series + 1).n_pairs == 2
    with pytest.raises(errors.MisalignedError, match="index"):
        jia.paired_change(series, (series + 1).set_axis(["b", "a", "c"]))


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        (1, 2, errors.MisalignedError),
        ([1, 2], 2, errors.MisalignedError),
        ([1, 2], [1, 2, 3], errors.MisalignedError),
        ([[1, 2]], [[1, 2]], errors.MisalignedError),
        ([1, 2], ["a", "b"], errors.NotNumericError),
        ([1, math.inf], [1, 2], errors.OutOfRangeError),
    ],
)
def test_paired_change_refuses(before, after, error):
    with pytest.raises(error) as raised:
        jia.paired_change(before, after)
    assert raised.value.variable in ("before", "after")


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
    return jia.compare_events(
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
    assert result.fisher.n == "1 of 6 patients with ≥ 1 event after, 2 of 6 before"
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


def test_a_patient_without_time_before_is_left_out_of_the_paired_tests():
    result = compare(
        [("a", -5), ("b", 5)],
        [("a", 0), ("b", 0)],
        since=[-91, 0],
    )
    assert result.fisher.n == "1 of 2 patients with ≥ 1 event after, 1 of 1 before"
    assert "of 1 patients observed in both periods" in result.mcnemar.n
    assert result.sign_flip.n.startswith("1 patients")


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
    result = jia.compare_events(
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
    result = compare([("a", -5), ("z", 1), ("z", 2), ("y", 1)], [("a", 0), ("b", 0)])
    assert (result.events_before, result.n_outside, result.n_not_infused) == (1, 0, 3)
    assert "Events of patients without an infusion: 3." in str(result)


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

EVENTS = {"patient": ["a", "b"], "date": [1, 2]}
INFUSIONS = {"patient": ["a", "b"], "date": [0, 0], "since": [-100, -100], "until": [100, 100]}
DAY = dt.date(2015, 1, 1)
REFUSED = [
    ({}, {}, {"windows": None}, errors.UnknownDefinitionError, "windows", "must name"),
    ({}, {}, {"windows": "swart-2019"}, errors.UnknownDefinitionError, "windows", "Did you mean"),
    ({"patient": ["a", None]}, {}, {}, errors.VisitError, "patient", "adverse events: column"),
    ({"patient": ["A", "B"]}, {}, {}, errors.VisitError, "patient", "'A', 'B' here, 'a', 'b' the"),
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
        jia.compare_events(
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

    monkeypatch.setattr(exact_tests, "import_module", absent)
    with pytest.raises(errors.MissingExtraError, match=r"pip install 'jiascores\[stats\]'"):
        compare([("a", 1)], [("a", 0)])
    assert jia.paired_change([1, 2], [2, 3]).p_exact == 0.5
