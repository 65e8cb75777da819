"""Exact tests of two counts: binomial, Fisher's, McNemar's.

scipy answers all but the interval that belongs to the minimum-likelihood p.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Any, Literal, TypeAlias

import numpy as np

from jiascores.statistics.base import CONFIDENCE, Comparison, FloatArray, IntArray, library

Method: TypeAlias = Literal["central", "minimum-likelihood"]
WHY = "an exact test"


def ratio(top: float, bottom: float) -> float:
    """Return a ratio; infinite above 0, and NaN for 0 to 0."""
    if bottom:
        return top / bottom
    return math.inf if top else math.nan


def fisher_exact(
    *,
    after: int,
    before: int,
    n_after: int,
    n_before: int,
    method: Method = "central",
    confidence: float = CONFIDENCE,
    unit: str = "patients",
) -> Comparison:
    """Fisher's exact test: patients with at least one event, after against before.

    Parameters
    ----------
    after, before : int
        Patients with at least one event.
    n_after, n_before : int
        Patients observed.
    method : {"central", "minimum-likelihood"}
        How p and interval are two-sided; most programs print the minimum-likelihood p.
    confidence : float
        Of the interval.
    unit : str
        What is counted, for the text.

    Returns
    -------
    Comparison
        The conditional maximum-likelihood odds ratio with its interval and p. Where every patient
        or none had an event, it is not defined (NaN), its interval 0 to ∞, p 1.

    Notes
    -----
    The test is for two independent groups. Here both are the same patients.

    Examples
    --------
    >>> from jiascores.statistics.exact_tests import fisher_exact
    >>> test = fisher_exact(after=1, before=5, n_after=6, n_before=6, method="minimum-likelihood")
    >>> round(test.p, 4)
    0.0801
    """
    stats, total = library("scipy.stats", WHY), after + before
    table = [[after, n_after - after], [before, n_before - before]]
    odds = stats.contingency.odds_ratio(table)
    if method == "central":
        low, high = odds.confidence_interval(confidence)
        p = _central_p(stats.hypergeom(n_after + n_before, total, n_after), after)
    else:
        outcomes = np.arange(max(0, total - n_before), min(total, n_after) + 1)
        weights = _log_choose(n_after, outcomes) + _log_choose(n_before, total - outcomes)
        low, high = minimum_likelihood_interval(weights, after - int(outcomes[0]), confidence)
        p = float(stats.fisher_exact(table).pvalue)
    return Comparison(
        name="Fisher's exact test",
        assumes="the two periods are independent groups, which the same patients are not",
        n=f"{after} of {n_after} {unit} with ≥ 1 event after, {before} of {n_before} before",
        measure="odds ratio, after to before",
        estimate=float(odds.statistic),
        low=float(low),
        high=float(high),
        p=p,
        method=method,
        confidence=confidence,
    )


def mcnemar_exact(
    *,
    only_after: int,
    only_before: int,
    n: int | None = None,
    method: Method = "central",
    confidence: float = CONFIDENCE,
    unit: str = "patients",
) -> Comparison:
    """McNemar's exact test: patients with events in one period only.

    Parameters
    ----------
    only_after, only_before : int
        Patients with at least one event after and none before, and the other way round.
    n : int, optional
        Patients observed in both periods, for the text.
    method : {"central", "minimum-likelihood"}
        How p and interval are two-sided; the p is the same by both.
    confidence : float
        Of the interval.
    unit : str
        What is counted, for the text.

    Returns
    -------
    Comparison
        The odds ratio with its interval and p; not defined (NaN), 0 to ∞ and p 1 where no patient
        changed.

    Examples
    --------
    >>> from jiascores.statistics.exact_tests import mcnemar_exact
    >>> round(mcnemar_exact(only_after=0, only_before=5).p, 4)
    0.0625
    """
    low, high, p = binomial_odds(only_after, only_before, 1.0, method, confidence)
    pairs = "" if n is None else f", of {n} {unit} observed in both periods"
    return Comparison(
        name="McNemar's exact test",
        assumes="patients are independent of each other; how many events each had is not used",
        n=f"{only_after} {unit} with events only after, {only_before} only before{pairs}",
        measure="odds ratio, after to before",
        estimate=ratio(only_after, only_before),
        low=low,
        high=high,
        p=p,
        method=method,
        confidence=confidence,
    )


def binomial_odds(
    count: int, other: int, odds: float, method: Method, confidence: float
) -> tuple[float, float, float]:
    """Return the interval of the odds of one count to the other, and the p of given odds."""
    stats, total = library("scipy.stats", WHY), count + other
    if not total:
        return 0.0, math.inf, 1.0
    share = odds / (1 + odds)
    if method == "minimum-likelihood":
        weights = _log_choose(total, np.arange(total + 1))
        low, high = minimum_likelihood_interval(weights, count, confidence)
        return low, high, float(stats.binomtest(count, total, share).pvalue)
    # Clopper and Pearson's limits, as odds: quantiles of F.
    tail, f = (1 - confidence) / 2, stats.f
    low = count / (other + 1) * f.ppf(tail, 2 * count, 2 * other + 2) if count else 0.0
    high = (count + 1) / other * f.isf(tail, 2 * count + 2, 2 * other) if other else math.inf
    return float(low), float(high), _central_p(stats.binom(total, share), count)


def _central_p(distribution: Any, count: int) -> float:
    """Return twice the smaller tail."""
    return min(1.0, 2 * float(min(distribution.cdf(count), distribution.sf(count - 1))))


def _log_choose(total: int, chosen: IntArray) -> FloatArray:
    gammaln = library("scipy.special", WHY).gammaln
    return np.asarray(gammaln(total + 1) - gammaln(chosen + 1) - gammaln(total - chosen + 1))


# --------------------------------------------------------------------------------------------
# The minimum-likelihood interval, for outcomes y with P(y) proportional to exp(weight[y] + y·theta):
# binomial, or hypergeometric given the margins. theta is the log of the odds, or of their ratio.


def minimum_likelihood_interval(
    weights: FloatArray, count: int, confidence: float
) -> tuple[float, float]:
    """Return the lowest and highest odds that the minimum-likelihood test does not reject.

    Parameters
    ----------
    weights : array of float
        Log weight of each outcome at odds of 1; concave.
    count : int
        Place of the outcome that was observed.
    confidence : float
        For example 0.95.

    Notes
    -----
    The p of odds is the probability of all outcomes that are no likelier than the observed one.
    It jumps, so that some odds within the interval may be rejected; none outside is.
    """
    low = _highest(weights[::-1], weights.size - 1 - count, 1 - confidence)
    return math.exp(-low), math.exp(_highest(weights, count, 1 - confidence))


def _highest(weights: FloatArray, count: int, alpha: float) -> float:
    """Return the highest theta whose p is above alpha; infinite where the count is the highest.

    Above the count's own theta, p is P(Y ≤ count) + P(Y ≥ first) for the first outcome that is no
    likelier than the count. Each outcome has a breakpoint, where it and the count are equally
    likely. For concave weights breakpoints rise with the outcomes, and p at them falls from 1 on;
    between two of them it falls and then perhaps rises. So p is last above alpha at the last
    breakpoint where it is, or before the next.
    """
    outcomes = np.arange(weights.size)
    if count == outcomes[-1]:
        return math.inf

    def excess(theta: float, first: int) -> float:
        logs = weights + outcomes * theta
        likelihoods = np.exp(logs - logs.max())
        p = (likelihoods[: count + 1].sum() + likelihoods[first:].sum()) / likelihoods.sum()
        return float(p) - alpha

    breakpoints = (weights[count] - weights[count + 1 :]) / (outcomes[count + 1 :] - count)
    # Beyond the last, P(Y ≤ count) is less than count + 1 times exp(-distance).
    breakpoints = np.append(breakpoints, breakpoints[-1] + math.log((count + 1) / alpha) + 1)

    def rejected(place: int) -> bool:
        return excess(float(breakpoints[place]), count + 1 + place) <= 0

    place = bisect_left(range(breakpoints.size), True, lo=1, key=rejected)
    first, (low, high) = count + 1 + place, breakpoints[place - 1 : place + 1].tolist()
    if excess(low, first) <= 0:
        return float(low)
    return float(library("scipy.optimize", WHY).brentq(excess, low, high, (first,), xtol=1e-14))
