"""Rates and two Poisson counts, against scipy and against what an interval means."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from jiascores.statistics.rates import compare_rates, rate

METHODS = ("central", "minimum-likelihood")
small = st.integers(0, 12)
times = st.integers(1, 200)


def near(value):
    return pytest.approx(value, rel=1e-6, abs=1e-9)


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
def test_two_poisson_counts_against_the_binomial_distribution(
    after, before, time_after, time_before
):
    both = after + before
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
    # Whole numbers in proportion to the probabilities.
    weights = [
        math.comb(both, outcome) * time_after**outcome * time_before ** (both - outcome)
        for outcome in range(both + 1)
    ]
    tails = sum(weights[: after + 1]), sum(weights[after:])
    assert central.p == near(min(1, 2 * min(tails) / sum(weights)))
    no_likelier = sum(weight for weight in weights if weight <= weights[after])
    assert likely.p == near(no_likelier / sum(weights))
    if both:
        interval = stats.binomtest(after, both).proportion_ci(0.95, method="exact")
        scale = time_before / time_after
        assert central.low == near(interval.low / (1 - interval.low) * scale)
        if before:
            assert central.high == near(interval.high / (1 - interval.high) * scale)


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
