"""Exact tests of paired counts and of paired change.

Each test says what it assumes; its p and its interval come from one method.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from importlib import import_module
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import MisalignedError, MissingExtraError, RequestError
from jiascores.core.decimals import nearest_decimal
from jiascores.core.values import check, kind_of, to_floats
from jiascores.core.like import common
from jiascores.core.variables import UNBOUNDED, Variable

Method: TypeAlias = Literal["central", "minimum-likelihood"]
FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]

CONFIDENCE = 0.95
PER_MONTHS = 100
# Outcomes whose probabilities differ by less than rounding are equally likely.
EQUALLY_LIKELY = 1e-7
# Steps of the exact distribution beyond which it would take minutes.
MOST_STEPS = 4_000_000_000


def _scipy(module: str) -> Any:
    try:
        return import_module(f"scipy.{module}")
    except ImportError as error:
        raise MissingExtraError(
            "comparing events needs scipy, which is not installed: "
            "python -m pip install 'jiascores[stats]'",
            variable="scipy",
        ) from error


# --------------------------------------------------------------------------------------------
# One exact test for three: outcomes y with P(y) proportional to exp(weight[y] + y·theta).
# Two Poisson counts and McNemar's given their total are binomial, Fisher's table given its
# margins is hypergeometric; theta is the log of the odds ratio, or of the ratio of rates plus
# a constant.


@attrs.frozen
class _Exact:
    """A count, its possible values, and their log weights at theta = 0."""

    count: int
    outcomes: IntArray
    weights: FloatArray

    def log_probabilities(self, theta: float) -> FloatArray:
        logs = self.weights + self.outcomes * theta
        top = logs.max()
        return np.asarray(logs - top - math.log(np.exp(logs - top).sum()))

    def tails(self, theta: float) -> tuple[float, float]:
        """Return P(at most the count) and P(at least the count)."""
        probability = np.exp(self.log_probabilities(theta))
        return (
            float(probability[self.outcomes <= self.count].sum()),
            float(probability[self.outcomes >= self.count].sum()),
        )

    def p(self, theta: float, method: Method) -> float:
        """Return the two-sided p at theta."""
        if method == "central":
            return min(1.0, 2 * min(self.tails(theta)))
        logs = self.log_probabilities(theta)
        own = logs[self.outcomes == self.count][0]
        return min(1.0, float(np.exp(logs[logs <= own + EQUALLY_LIKELY]).sum()))

    def interval(self, confidence: float, method: Method) -> tuple[float, float]:
        """Return the lowest and highest theta that the test does not reject."""
        high = partial(_highest, alpha=1 - confidence, method=method)
        return -high(self.mirrored()), high(self)

    def mirrored(self) -> _Exact:
        """Return the same test counted from the other end, where theta changes its sign."""
        return _Exact(-self.count, -self.outcomes[::-1], self.weights[::-1])

    def estimate(self) -> float:
        """Return the theta under which the count is the mean."""
        if self.outcomes.size == 1:
            return math.nan
        if self.count == self.outcomes[0]:
            return -math.inf
        if self.count == self.outcomes[-1]:
            return math.inf
        return _root(
            lambda theta: float(
                (np.exp(self.log_probabilities(theta)) * self.outcomes).sum() - self.count
            )
        )


def _highest(test: _Exact, *, alpha: float, method: Method) -> float:
    """Return the highest theta that is not rejected; infinite where the count is the highest."""
    if test.count == test.outcomes[-1]:
        return math.inf
    if method == "central":
        return _root(lambda theta: alpha / 2 - test.tails(theta)[0])
    return _highest_by_likelihood(test, alpha)


def _highest_by_likelihood(test: _Exact, alpha: float) -> float:
    """Return the highest theta whose minimum-likelihood p is above alpha.

    To the right of the count's own theta the p is P(Y ≤ count) + P(Y ≥ y) for the first y that is
    no likelier than the count. That y is the same between two breakpoints, where y and the count
    are equally likely; the breakpoints rise with y, for the weights are concave. Between two of
    them the p falls and then perhaps rises, so its ends tell whether it is above alpha.
    """
    own = test.weights[test.outcomes == test.count][0]
    upper = test.outcomes > test.count
    others = test.outcomes[upper]
    breakpoints = (own - test.weights[upper]) / (others - test.count)
    below = test.outcomes <= test.count

    def p(theta: float, first: float) -> float:
        probability = np.exp(test.log_probabilities(theta))
        return float(probability[below | (test.outcomes >= first)].sum())

    # Beyond the last breakpoint every outcome above the count is likelier than it.
    beyond = partial(p, first=math.inf)
    position = others.size - 1
    if beyond(breakpoints[position]) > alpha:
        return _root(lambda theta: alpha - beyond(theta))
    # At the first breakpoint p is 1, so this ends.
    while p(breakpoints[position], others[position]) <= alpha:
        first, left, right = others[position], breakpoints[position - 1], breakpoints[position]
        if p(left, first) > alpha:
            return _root(lambda theta, first=first: alpha - p(theta, first), (left, right))
        position -= 1
    return float(breakpoints[position])


def _root(function: Any, bracket: tuple[float, float] | None = None) -> float:
    """Return where a rising function crosses 0."""
    low, high = bracket or (-1.0, 1.0)
    if bracket is None:
        while function(low) > 0:
            low *= 2
        while function(high) < 0:
            high *= 2
    return float(_scipy("optimize").brentq(function, low, high, xtol=1e-14, rtol=1e-14))


def _log_choose(total: int, chosen: IntArray) -> FloatArray:
    gammaln = _scipy("special").gammaln
    return np.asarray(gammaln(total + 1) - gammaln(chosen + 1) - gammaln(total - chosen + 1))


def _binomial(count: int, total: int) -> _Exact:
    outcomes = np.arange(total + 1)
    return _Exact(count, outcomes, _log_choose(total, outcomes))


def _hypergeometric(count: int, other: int, of: int, of_other: int) -> _Exact:
    """Return the distribution of the first of two counts, given their sum and both sizes."""
    total = count + other
    outcomes = np.arange(max(0, total - of_other), min(total, of) + 1)
    weights = _log_choose(of, outcomes) + _log_choose(of_other, total - outcomes)
    return _Exact(count, outcomes, weights)


# --------------------------------------------------------------------------------------------
# The tests


@attrs.frozen(kw_only=True)
class Comparison:
    """One test: its name, what it assumes, its estimate, interval and p.

    Attributes
    ----------
    name : str
        The test.
    assumes : str
        What it takes for granted.
    n : str
        What it is based on.
    measure : str
        What is estimated.
    estimate, low, high : float
        The estimate and its interval; NaN where it has none.
    p : float
        Two-sided, from the method that the interval is from.
    method : str
        ``"central"``: twice the smaller tail, and the interval with equal tails.
        ``"minimum-likelihood"``: the outcomes that are no likelier. Else the test's own.
    confidence : float
        Of the interval.
    """

    name: str
    assumes: str
    n: str
    measure: str
    estimate: float
    low: float = math.nan
    high: float = math.nan
    p: float
    method: str = ""
    confidence: float = CONFIDENCE

    def __str__(self) -> str:
        method = f", {self.method}" if self.method else ""
        lines = [
            f"{self.name}{method}: p = {p_shown(self.p)}",
            f"  {self.measure} {self._estimated()}",
            f"  n: {self.n}",
            f"  assumes: {self.assumes}",
        ]
        return "\n".join(lines)

    def _estimated(self) -> str:
        if math.isnan(self.low):
            return short(self.estimate)
        interval = f"{short(self.low)} to {short(self.high)}"
        return f"{short(self.estimate)} ({self.confidence * 100:g} % interval {interval})"


def p_shown(p: float) -> str:
    """Return a p value for print."""
    if math.isnan(p):
        return "not computed"
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


def short(value: float) -> str:
    """Return a number for print, with four figures."""
    if math.isnan(value):
        return "not defined"
    return "∞" if math.isinf(value) else f"{value:.4g}".replace("-", "−")


def _checked_method(method: str) -> None:
    if method not in ("central", "minimum-likelihood"):
        raise RequestError(
            f"method={method!r}: choose 'central' or 'minimum-likelihood'.",
            variable="method",
            values=(method,),
        )


def checked_confidence(confidence: float) -> None:
    """Raise unless a confidence lies between 0 and 1."""
    if not 0 < confidence < 1:
        raise RequestError(
            f"confidence={confidence!r}: a number between 0 and 1, for example 0.95.",
            variable="confidence",
            values=(confidence,),
        )


def _checked_counts(counts: Mapping[str, float]) -> None:
    for name, count in counts.items():
        if not count >= 0 or count != int(count):
            raise RequestError(
                f"{name}={count!r}: a count is a whole number, 0 or more.",
                variable=name,
                values=(count,),
            )


def _checked_times(times: Mapping[str, float]) -> None:
    for name, time in times.items():
        if not 0 < time < math.inf:
            raise RequestError(
                f"{name}={time!r}: the time under observation is more than 0.",
                variable=name,
                values=(time,),
            )


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

    Raises
    ------
    RequestError
        If the count is negative or not whole, or the time is not above 0.

    Examples
    --------
    >>> from jiascores.measures.exact_tests import rate
    >>> tuple(round(value, 5) for value in rate(3, 2.5))
    (1.2, 0.24747, 3.50691)
    """
    _checked_counts({"count": count})
    _checked_times({"time": time})
    checked_confidence(confidence)
    alpha = 1 - confidence
    chi2 = _scipy("stats").chi2
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

    Raises
    ------
    RequestError
        If a count is negative or not whole, or a time is not above 0.
    MissingExtraError
        If scipy is not installed.

    Notes
    -----
    Given their sum, the events after are binomial. Both counts are taken as independent Poisson:
    events that come in clusters in a patient make the true p larger.

    Examples
    --------
    >>> from jiascores.measures.exact_tests import compare_rates
    >>> test = compare_rates(after=2, before=10, time_after=17877, time_before=20000)
    >>> round(test.estimate, 7), round(test.low, 8), round(test.high, 8), round(test.p, 4)
    (0.2237512, 0.02383738, 1.04995468, 0.0606)
    """
    _checked_method(method)
    checked_confidence(confidence)
    _checked_counts({"after": after, "before": before})
    _checked_times({"time_after": time_after, "time_before": time_before})
    after, before = int(after), int(before)
    test = _binomial(after, after + before)
    equal = math.log(time_after / time_before)
    low, high = test.interval(confidence, method)
    rates = after / time_after, before / time_before
    return Comparison(
        name="Two Poisson counts, exact conditional test",
        assumes="events are independent of each other, also in one patient",
        n=f"{after} events after, {before} before",
        measure="ratio of rates, after to before",
        estimate=_ratio(*rates),
        low=_exp(low - equal),
        high=_exp(high - equal),
        p=test.p(equal, method),
        method=method,
        confidence=confidence,
    )


def _ratio(top: float, bottom: float) -> float:
    if bottom:
        return top / bottom
    return math.inf if top else math.nan


def _exp(value: float) -> float:
    return math.inf if value == math.inf else math.exp(value)


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

    Raises
    ------
    RequestError
        If a count is negative, not whole, or above the number of patients.
    MissingExtraError
        If scipy is not installed.

    Notes
    -----
    The test is for two independent groups. Here both are the same patients.

    Examples
    --------
    >>> from jiascores.measures.exact_tests import fisher_exact
    >>> test = fisher_exact(after=1, before=5, n_after=6, n_before=6, method="minimum-likelihood")
    >>> round(test.p, 4)
    0.0801
    """
    _checked_method(method)
    checked_confidence(confidence)
    _checked_counts({"after": after, "before": before, "n_after": n_after, "n_before": n_before})
    if after > n_after or before > n_before:
        raise RequestError(
            f"{after} of {n_after} after and {before} of {n_before} before: more patients with "
            f"events than patients.",
            variable="after" if after > n_after else "before",
        )
    test = _hypergeometric(int(after), int(before), int(n_after), int(n_before))
    low, high = test.interval(confidence, method)
    return Comparison(
        name="Fisher's exact test",
        assumes="the two periods are independent groups, which the same patients are not",
        n=f"{after} of {n_after} {unit} with ≥ 1 event after, {before} of {n_before} before",
        measure="odds ratio, after to before",
        estimate=_exp(test.estimate()),
        low=_exp(low),
        high=_exp(high),
        p=test.p(0.0, method),
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

    Raises
    ------
    RequestError
        If a count is negative or not whole.
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> from jiascores.measures.exact_tests import mcnemar_exact
    >>> round(mcnemar_exact(only_after=0, only_before=5).p, 4)
    0.0625
    """
    _checked_method(method)
    checked_confidence(confidence)
    _checked_counts({"only_after": only_after, "only_before": only_before})
    test = _binomial(int(only_after), int(only_after + only_before))
    low, high = test.interval(confidence, method)
    pairs = "" if n is None else f", of {n} {unit} observed in both periods"
    return Comparison(
        name="McNemar's exact test",
        assumes="patients are independent of each other; how many events each had is not used",
        n=f"{only_after} {unit} with events only after, {only_before} only before{pairs}",
        measure="odds ratio, after to before",
        estimate=_ratio(only_after, only_before),
        low=_exp(low),
        high=_exp(high),
        p=test.p(0.0, method),
        method=method,
        confidence=confidence,
    )


# --------------------------------------------------------------------------------------------
# Sign flips


def _flip_p(signed: IntArray) -> float:
    """Return P(|sum of ± weights| ≥ |their sum|) where each sign is + or − with even chances.

    All 2ⁿ sign flips at once: the distribution of the sum of the positive ones, built up one
    weight at a time. 1 where every weight is 0; NaN where it would take minutes.
    """
    signed = signed[signed != 0]
    if not signed.size:
        return 1.0
    signed = signed // np.gcd.reduce(signed)
    weights = np.sort(np.abs(signed))
    total = int(weights.sum())
    if weights.size * total > MOST_STEPS:
        return math.nan
    probability = np.zeros(total + 1)
    probability[0] = 1.0
    reached = 0
    for weight in weights.tolist():
        half = probability[: reached + 1] / 2
        probability[: reached + 1] = half
        probability[weight : weight + reached + 1] += half
        reached += weight
    sums = 2 * np.arange(total + 1) - total
    return min(1.0, float(probability[np.abs(sums) >= abs(int(signed.sum()))].sum()))


def sign_flip(
    *,
    after: Sequence[int] | IntArray,
    before: Sequence[int] | IntArray,
    time_after: Sequence[int] | IntArray,
    time_before: Sequence[int] | IntArray,
    days_per_month: float,
    unit: str = "patients",
) -> Comparison:
    """Exact sign-flip test on the differences within patients.

    Parameters
    ----------
    after, before : array of int
        Number of events of each patient.
    time_after, time_before : array of int
        Days that each patient was observed, above 0.
    days_per_month : float
        Days of a month, for the estimate.
    unit : str
        What is counted, for the text.

    Returns
    -------
    Comparison
        The mean difference of rates, after less before, per 100 patient-months, and p; no
        interval. p is 1 where no patient differs.

    Notes
    -----
    A patient's difference is events after × days before − events before × days after: the
    difference in counts where both periods are equally long. Were the treatment without effect,
    it would be as likely with the other sign; p is the share of all 2ⁿ sign flips whose sum is at
    least as far from 0. However many events cluster in one patient, the patient is one of n.

    Examples
    --------
    >>> from jiascores.measures.exact_tests import sign_flip
    >>> sign_flip(after=[0, 1, 0, 0, 2], before=[3, 2, 1, 1, 3], time_after=[91] * 5,
    ...           time_before=[91] * 5, days_per_month=30.4375).p
    0.0625
    """
    counts = [np.asarray(values, dtype=np.int64) for values in (after, before)]
    times = [np.asarray(values, dtype=np.int64) for values in (time_after, time_before)]
    differences = counts[0] * times[1] - counts[1] * times[0]
    weight = float((times[0] * times[1]).sum())
    mean = float(differences.sum()) / weight if weight else math.nan
    changed = int(np.count_nonzero(differences))
    return Comparison(
        name="Sign-flip test on differences within patients, exact",
        assumes=(
            "patients are independent of each other; without an effect a difference is as likely "
            "with the other sign"
        ),
        n=f"{differences.size} {unit} observed in both periods, {changed} with a difference",
        measure=f"difference of rates, after − before, per {PER_MONTHS} patient-months",
        estimate=mean * days_per_month * PER_MONTHS,
        p=_flip_p(differences),
        method="all sign flips",
    )


# --------------------------------------------------------------------------------------------
# Wilcoxon's signed-rank test


def _signed_ranks(differences: FloatArray) -> IntArray:
    """Return twice the mid-rank of each difference that is not 0, with its sign."""
    differences = nearest_decimal(differences)
    differences = differences[differences != 0]
    sizes, where, ties = np.unique(np.abs(differences), return_inverse=True, return_counts=True)
    last = np.cumsum(ties)
    doubled = 2 * last - ties + 1
    ranks = doubled[where.reshape(differences.shape)] if sizes.size else np.zeros(0)
    return (np.sign(differences) * ranks).astype(np.int64)


def wilcoxon_exact(differences: FloatArray) -> float:
    """Two-sided exact p of Wilcoxon's signed-rank test, over all sign flips.

    Parameters
    ----------
    differences : array of float
        Differences within pairs, without gaps. They are freed of binary noise (rounded to 9
        decimals); zeros are dropped; equal sizes share their mean rank.

    Returns
    -------
    float
        p; 1 where every difference is 0, NaN above about 1500 differences, where the
        normal approximation serves.

    Examples
    --------
    >>> import numpy as np
    >>> from jiascores.measures.exact_tests import wilcoxon_exact
    >>> wilcoxon_exact(np.array([-19, -10, -16, -23, -16, -7.0]))
    0.03125
    """
    return _flip_p(_signed_ranks(differences))


def wilcoxon_normal(differences: FloatArray) -> float:
    """Two-sided p of Wilcoxon's signed-rank test by the normal approximation.

    Parameters
    ----------
    differences : array of float
        As for `wilcoxon_exact`.

    Returns
    -------
    float
        p; 1 where every difference is 0. The variance is that of the mid-ranks; there is no
        correction for continuity.

    Examples
    --------
    >>> import numpy as np
    >>> from jiascores.measures.exact_tests import wilcoxon_normal
    >>> round(wilcoxon_normal(np.array([-19, -10, -15, -23, -16, -7.0])), 4)
    0.0277
    """
    ranks = _signed_ranks(differences).astype(np.float64)
    if not ranks.size:
        return 1.0
    return math.erfc(abs(ranks.sum()) / math.sqrt(2 * (ranks**2).sum()))


@attrs.frozen(kw_only=True, eq=False)
class PairedChange:
    """Change within pairs, and Wilcoxon's signed-rank test of it.

    Attributes
    ----------
    n_pairs : int
        Pairs with both values.
    n_incomplete : int
        Pairs left out because a value is missing.
    n_changed : int
        Pairs whose difference is not 0: those that the test ranks.
    median_before, median_after, median_change : float
        Medians over the pairs with both values; NaN where there is none.
    rank_sum_up, rank_sum_down : float
        Sums of the ranks of rises and of falls.
    p_exact : float
        Two-sided, over all sign flips; 1 where nothing changed, NaN where there is no pair or too
        many.
    p_normal : float
        Two-sided, by the normal approximation without continuity correction.
    """

    n_pairs: int
    n_incomplete: int
    n_changed: int
    median_before: float
    median_after: float
    median_change: float
    rank_sum_up: float
    rank_sum_down: float
    p_exact: float
    p_normal: float

    def __str__(self) -> str:
        unchanged = self.n_pairs - self.n_changed
        change = f"{self.median_change:+g}".replace("-", "−")
        left_out = f"{unchanged} unchanged, dropped; {self.n_incomplete} incomplete, left out"
        lines = [
            "Wilcoxon's signed-rank test, two-sided",
            f"  n = {self.n_pairs} pairs, {self.n_changed} of them with a change ({left_out})",
            f"  median {self.median_before:g} → {self.median_after:g}, median change {change}",
            f"  rank sum of rises {self.rank_sum_up:g}, of falls {self.rank_sum_down:g}",
            f"  p exact = {p_shown(self.p_exact)}; p normal approximation = {p_shown(self.p_normal)}",
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"<PairedChange: n={self.n_pairs}, changed={self.n_changed}, "
            f"p_exact={p_shown(self.p_exact)}, p_normal={p_shown(self.p_normal)}>"
        )

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def paired_change(before: Any, after: Any) -> PairedChange:
    """Change within pairs, with Wilcoxon's signed-rank test, exact and normal.

    Parameters
    ----------
    before, after : array or Series of float
        One value for each patient, in the same order; missing as None, NaN or null.

    Returns
    -------
    PairedChange
        Both numbers of pairs, medians, rank sums and p values; prints as a short report.

    Raises
    ------
    MisalignedError
        If lengths differ, or Series have different indexes.
    NotNumericError, OutOfRangeError
        If a value is no number, or infinite.

    Notes
    -----
    Differences are after − before, freed of binary noise: 0.3 − 0.1 and 0.6 − 0.4 are equal.
    Differences of 0 are dropped, equal ones share their mean rank, and p counts all 2ⁿ sign
    flips. With six pairs the exact p is at least 0.031, and that needs all six to fall or rise.

    Examples
    --------
    >>> import jiascores as jia
    >>> change = jia.paired_change(before=[75, 80, 66, 90, 41, 76], after=[56, 64, 57, 74, 25, 51])
    >>> print(change)
    Wilcoxon's signed-rank test, two-sided
      n = 6 pairs, 6 of them with a change (0 unchanged, dropped; 0 incomplete, left out)
      median 75.5 → 56.5, median change −16
      rank sum of rises 0, of falls 21
      p exact = 0.0312; p normal approximation = 0.0260
    """
    given = {"before": before, "after": after}
    like = common(given)
    values = []
    for name, value in given.items():
        if kind_of(value) == "number" or len(like.shape) != 1:
            raise MisalignedError(
                f"{name}: give one value for each pair, as a list, array or Series.",
                variable=name,
            )
        variable = Variable(name, f"value {name}", "", -UNBOUNDED, UNBOUNDED)
        array = to_floats(value, variable, like.labels)
        check(variable, array, like.labels)
        values.append(array.astype(np.float64))
    there = ~(np.isnan(values[0]) | np.isnan(values[1]))
    first, second = values[0][there], values[1][there]
    differences = nearest_decimal(second - first)
    ranks = _signed_ranks(differences)
    pairs = int(there.sum())
    return PairedChange(
        n_pairs=pairs,
        n_incomplete=int(there.size) - pairs,
        n_changed=int(ranks.size),
        median_before=_median(first),
        median_after=_median(second),
        median_change=_median(differences),
        rank_sum_up=float(ranks[ranks > 0].sum()) / 2,
        rank_sum_down=float(-ranks[ranks < 0].sum()) / 2,
        p_exact=wilcoxon_exact(differences) if pairs else math.nan,
        p_normal=wilcoxon_normal(differences) if pairs else math.nan,
    )


def _median(values: FloatArray) -> float:
    return float(nearest_decimal(np.asarray(np.median(values)))) if values.size else math.nan
