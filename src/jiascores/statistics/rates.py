"""Rates of events: of one period, of two, and every comparison of two periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jiascores.statistics.base import CONFIDENCE, PER_MONTHS, Comparison, IntArray, library
from jiascores.statistics.exact_tests import (
    Method,
    binomial_odds,
    fisher_exact,
    mcnemar_exact,
    ratio,
)
from jiascores.statistics.paired import sign_flip


def rate(count: int, time: float, *, confidence: float = CONFIDENCE) -> tuple[float, float, float]:
    """Rate of events and its exact Poisson interval.

    Parameters
    ----------
    count : int
        Number of events.
    time : float
        Time under observation.
    confidence : float
        Of the interval, equal tails.

    Returns
    -------
    tuple of float
        Rate, lower and upper end, per unit of time. No event has a rate and a lower end of 0.

    Examples
    --------
    >>> from jiascores.statistics.rates import rate
    >>> tuple(round(value, 5) for value in rate(3, 2.5))
    (1.2, 0.24747, 3.50691)
    """
    alpha = 1 - confidence
    chi2 = library("scipy.stats", "an interval of a rate").chi2
    low = float(chi2.ppf(alpha / 2, 2 * count)) / 2 if count else 0.0
    high = float(chi2.ppf(1 - alpha / 2, 2 * count + 2)) / 2
    return count / time, low / time, high / time


def compare_rates(
    *,
    after: int,
    before: int,
    time_after: float,
    time_before: float,
    method: Method = "central",
    confidence: float = CONFIDENCE,
) -> Comparison:
    """Exact conditional test of two Poisson counts.

    Parameters
    ----------
    after, before : int
        Numbers of events.
    time_after, time_before : float
        Times under observation, in one unit.
    method : {"central", "minimum-likelihood"}
        How p and interval are two-sided.
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        The ratio of the rates, after to before, with its interval and p. No event at all: the
        ratio is not defined (NaN), its interval 0 to ∞, p 1. None after: ratio 0, from 0. None
        before: ratio ∞, to ∞.

    Notes
    -----
    Given their sum, the events after are binomial. Both counts are taken as independent Poisson:
    events that come in clusters in a patient make the true p larger.

    Examples
    --------
    >>> from jiascores.statistics.rates import compare_rates
    >>> test = compare_rates(after=2, before=10, time_after=17877, time_before=20000)
    >>> round(test.estimate, 7), round(test.low, 8), round(test.high, 8), round(test.p, 4)
    (0.2237512, 0.02383738, 1.04995468, 0.0606)
    """
    times = time_after / time_before
    low, high, p = binomial_odds(after, before, times, method, confidence)
    return Comparison(
        name="Two Poisson counts, exact conditional test",
        assumes="events are independent of each other, also in one patient",
        n=f"{after} events after, {before} before",
        measure="ratio of rates, after to before",
        estimate=ratio(after / time_after, before / time_before),
        low=low / times,
        high=high / times,
        p=p,
        method=method,
        confidence=confidence,
    )


def compare_periods(
    *,
    before: IntArray,
    after: IntArray,
    days_before: IntArray,
    days_after: IntArray,
    days_per_month: float,
    unit: str,
    confidence: float,
    why_not: str = "",
    why_not_paired: str = "",
    fisher: bool = False,
) -> dict[str, Any]:
    """Compare the events of two periods by every test.

    Parameters
    ----------
    before, after : array of int
        Number of events of each patient.
    days_before, days_after : array of int
        Days that each patient was observed.
    days_per_month : float
        Days of a month, for rates.
    unit : str
        What is counted, for the text.
    confidence : float
        Of the intervals.
    why_not, why_not_paired : str
        Why no comparison, or no paired one, has a p and an interval; empty where they have.
    fisher : bool
        Whether to add Fisher's test, which takes the periods as independent groups.

    Returns
    -------
    dict
        ``rate_before`` and ``rate_after`` per 100 patient-months; ``poisson`` and ``fisher`` with
        and without ``_minimum_likelihood``, the last ones None where not asked for; and of the
        patients observed in both periods ``mcnemar`` and ``sign_flip``.
    """
    months = days_per_month * PER_MONTHS
    events: dict[str, Any] = {"after": int(after.sum()), "before": int(before.sum())}
    times: dict[str, Any] = {
        "time_after": float(days_after.sum()),
        "time_before": float(days_before.sum()),
    }
    observed = {"after": after, "before": before, "n_after": days_after, "n_before": days_before}
    patients: dict[str, Any] = {name: int((each > 0).sum()) for name, each in observed.items()}
    tests: dict[str, Any] = {
        f"rate_{period}": rate(many, times[f"time_{period}"] / months, confidence=confidence)
        for period, many in events.items()
    }
    ways: dict[str, Method] = {"": "central", "_minimum_likelihood": "minimum-likelihood"}
    for end, method in ways.items():
        asked: dict[str, Any] = {"method": method, "confidence": confidence}
        tests[f"poisson{end}"] = compare_rates(**events, **times, **asked).withheld(why_not)
        tests[f"fisher{end}"] = (
            fisher_exact(**patients, **asked, unit=unit).withheld(why_not, "estimate")
            if fisher
            else None
        )
    both = (days_before > 0) & (days_after > 0)
    pairs = [each[both] for each in (before, after, days_before, days_after)]
    mcnemar, flips = _paired_tests(pairs, days_per_month, unit, confidence)
    why_not = why_not or why_not_paired
    return tests | {
        "mcnemar": mcnemar.withheld(why_not, "estimate"),
        "sign_flip": flips.withheld(why_not),
    }


def _paired_tests(
    pairs: Sequence[IntArray], days_per_month: float, unit: str, confidence: float
) -> tuple[Comparison, Comparison]:
    """Return McNemar's and the sign-flip test of patients who were observed in both periods."""
    before, after, days_before, days_after = pairs
    mcnemar = mcnemar_exact(
        only_after=int(((after > 0) & (before == 0)).sum()),
        only_before=int(((before > 0) & (after == 0)).sum()),
        n=before.size,
        confidence=confidence,
        unit=unit,
    )
    flips = sign_flip(
        after=after,
        before=before,
        time_after=days_after,
        time_before=days_before,
        days_per_month=days_per_month,
        unit=unit,
    )
    return mcnemar, flips
