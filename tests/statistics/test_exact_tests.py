"""Fisher's and McNemar's tests and the minimum-likelihood interval, against scipy and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from jiascores.statistics.exact_tests import (
    fisher_exact,
    mcnemar_exact,
    minimum_likelihood_interval,
)
from jiascores.statistics.rates import compare_rates

METHODS = ("central", "minimum-likelihood")
small = st.integers(0, 12)


def near(value):
    return pytest.approx(value, rel=1e-6, abs=1e-9)


def two_sided(weights, count):
    """Return p by both methods from whole-number weights of the outcomes, exactly."""
    total = sum(weights.values())
    tails = (
        sum(weight for outcome, weight in weights.items() if outcome <= count),
        sum(weight for outcome, weight in weights.items() if outcome >= count),
    )
    likely = sum(weight for weight in weights.values() if weight <= weights[count])
    return min(1, 2 * min(tails) / total), likely / total


@settings(deadline=None)
@given(small, small, st.integers(1, 12), st.integers(1, 12))
def test_fisher_against_its_distribution(after, before, n_after, n_before):
    after, before = min(after, n_after), min(before, n_before)
    total = after + before
    weights = {
        outcome: math.comb(n_after, outcome) * math.comb(n_before, total - outcome)
        for outcome in range(max(0, total - n_before), min(total, n_after) + 1)
    }

    def expected(odds, of):
        """Return the mean of a function of the outcomes where the odds ratio is this."""
        likelihoods = {outcome: weight * odds**outcome for outcome, weight in weights.items()}
        return sum(of(y) * likely for y, likely in likelihoods.items()) / sum(likelihoods.values())

    central, likely = (
        fisher_exact(after=after, before=before, n_after=n_after, n_before=n_before, method=method)
        for method in METHODS
    )
    assert (central.p, likely.p) == near(two_sided(weights, after))
    if len(weights) == 1:
        assert math.isnan(central.estimate)
        assert (central.low, central.high, central.p) == (0, math.inf, 1)
    else:
        assert (central.low == 0) == (central.estimate == 0) == (after == min(weights))
        assert math.isinf(central.high) == math.isinf(central.estimate) == (after == max(weights))
        if central.low:
            assert expected(central.low, lambda outcome: outcome >= after) == near(0.025)
        if math.isfinite(central.high):
            assert expected(central.high, lambda outcome: outcome <= after) == near(0.025)
        if 0 < central.estimate < math.inf:
            assert expected(central.estimate, lambda outcome: outcome) == near(after)


@given(small, small, st.sampled_from(METHODS))
def test_mcnemar_is_the_binomial_test_of_the_discordant(only_after, only_before, method):
    test = mcnemar_exact(only_after=only_after, only_before=only_before, method=method)
    both = only_after + only_before
    weights = {outcome: math.comb(both, outcome) for outcome in range(both + 1)}
    assert (test.p, test.p) == near(two_sided(weights, only_after))
    if not both:
        assert (test.low, test.high) == (0, math.inf)
        assert math.isnan(test.estimate)


# ---------------------------------------------------------------- the minimum-likelihood interval


def p_by_definition(weights, count, theta):
    """Return the probability of all outcomes that are no likelier than the count."""
    logs = weights + np.arange(weights.size) * theta
    probability = np.exp(logs - logs.max())
    return probability[logs <= logs[count] + 1e-7].sum() / probability.sum()


def concave(slopes):
    return np.concatenate(([0.0], np.cumsum(sorted(slopes, reverse=True))))


@settings(deadline=None)
@given(
    st.lists(st.integers(-40, 40).map(lambda tenth: tenth / 10), min_size=1, max_size=25),
    st.integers(0, 25),
    st.sampled_from([0.5, 0.8, 0.95, 0.99]),
)
def test_nothing_outside_the_interval_is_kept_and_its_ends_are_reached(slopes, count, confidence):
    """Of any concave weights, with every theta tried at which p can jump, and many between."""
    weights = concave(slopes)
    count = min(count, weights.size - 1)
    interval = minimum_likelihood_interval(weights, count, confidence)
    others = np.delete(np.arange(weights.size), count)
    jumps = (weights[count] - weights[others]) / (others - count)
    tried = np.concatenate((jumps, jumps - 1e-6, jumps + 1e-6, np.linspace(-12, 12, 200)))
    kept = [theta for theta in tried if p_by_definition(weights, count, theta) > 1 - confidence]
    low, high = (math.log(end) if end else -math.inf for end in interval)
    assert low - 1e-6 <= min(kept)
    assert max(kept) <= high + 1e-6
    for end, inward in ((low, 1e-6), (high, -1e-6)):
        if math.isfinite(end):
            inside = (p_by_definition(weights, count, theta) for theta in (end, end + inward))
            assert max(inside) > 1 - confidence - 1e-5
    assert (low == -math.inf) == (count == 0)
    assert (high == math.inf) == (count == weights.size - 1)


@pytest.mark.parametrize("events", [10_000, 50_000])
def test_many_events_have_a_minimum_likelihood_interval(events):
    """Its ends are where scipy's p crosses 0.05."""
    after = events * 2 // 5
    asked = {"after": after, "before": events - after, "time_before": 1}
    test = compare_rates(**asked, time_after=1, method="minimum-likelihood")
    for end, outward in ((test.low, 1 - 1e-5), (test.high, 1 + 1e-5)):
        inside, outside = (
            stats.binomtest(after, events, odds / (1 + odds)).pvalue
            for odds in (end / outward**40, end * outward)
        )
        assert outside <= 0.05 < inside


def test_the_interval_costs_as_much_as_its_outcomes(monkeypatch):
    """No more than some passes over the outcomes, not one for each of them."""
    passes = []
    exp = np.exp
    monkeypatch.setattr(np, "exp", lambda values: passes.append(np.size(values)) or exp(values))
    for events in (1_000, 10_000):
        passes.clear()
        compare_rates(
            after=events // 3, before=events, time_after=1, time_before=1,
            method="minimum-likelihood",
        )  # fmt: skip
        assert 0 < sum(passes) < 100 * events * 4 / 3
