"""Proportions of responders and their difference between two arms, with intervals by name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, get_args

import attrs
import numpy as np

from jiascores.core.errors import RequestError, listing
from jiascores.statistics.base import CONFIDENCE, check_confidence, library, require

Method: TypeAlias = Literal["mantel-haenszel", "inverse-variance"]
Variance: TypeAlias = Literal["sato", "greenland-robins"]
VARIANCES = {"sato": "Sato", "greenland-robins": "Greenland–Robins"}


def proportion_interval(
    responders: int,
    patients: int,
    *,
    method: Literal["exact", "wilson"],
    confidence: float = CONFIDENCE,
) -> tuple[float, float]:
    """Return the interval of a proportion: exact (Clopper–Pearson) or Wilson's.

    Parameters
    ----------
    responders, patients : int
        How many of how many; of nobody, the interval is missing.
    method : {"exact", "wilson"}
        Clopper–Pearson, which never covers less than it says, or Wilson's score.
    confidence : float
        For example 0.95.
    """
    if patients == 0:
        return math.nan, math.nan
    stats = library("scipy.stats", "an interval of a proportion")
    found = stats.binomtest(responders, patients).proportion_ci(confidence, method)
    return float(found.low), float(found.high)


@attrs.frozen
class Difference:
    """A difference of two proportions, arm minus reference, over strata.

    Parameters
    ----------
    difference, low, high : float
        The estimate and its interval.
    standard_error : float
        Of the difference.
    confidence : float
        Of the interval.
    method : str
        How it was found, in words.
    strata : int
        How many strata had patients in both arms.
    left_out : int
        How many strata had patients in one arm only: they say nothing about a difference.

    Examples
    --------
    >>> import jiascores as jia
    >>> found = jia.analysis.stratified_difference([45, 8], [67, 15], [30, 4], [64, 17])
    >>> round(found.difference, 3), found.strata
    (0.222, 2)
    """

    difference: float
    low: float
    high: float
    standard_error: float
    confidence: float
    method: str
    strata: int
    left_out: int = 0

    def __str__(self) -> str:
        return (
            f"{self.difference:.4f} ({100 * self.confidence:g} % interval {self.low:.4f} to "
            f"{self.high:.4f}); {self.method}, {self.strata} strata"
            + (f", {self.left_out} left out: one arm only" if self.left_out else "")
        )


def stratified_difference(
    responders: Sequence[int],
    patients: Sequence[int],
    reference_responders: Sequence[int],
    reference_patients: Sequence[int],
    *,
    method: Method = "mantel-haenszel",
    variance: Variance = "sato",
    confidence: float = CONFIDENCE,
) -> Difference:
    """Return the difference of two proportions of responders over strata.

    Parameters
    ----------
    responders, patients : sequence of int
        How many of how many responded in each stratum of the arm.
    reference_responders, reference_patients : sequence of int
        The same of the reference arm, in the same strata.
    method : {"mantel-haenszel", "inverse-variance"}
        Weights n₁n₀/(n₁+n₀), or the inverse of each stratum's variance (statsmodels' fixed
        effect; a stratum in which everybody responded in one arm and nobody in the other would
        weigh infinitely and is refused).
    variance : {"sato", "greenland-robins"}
        Of the Mantel–Haenszel difference.
    confidence : float
        For example 0.95.

    Returns
    -------
    Difference
        Arm minus reference.

    Raises
    ------
    RequestError
        If counts do not fit each other, no stratum has patients in both arms, or a choice is not
        known.
    MissingExtraError
        If scipy or, for inverse variance, statsmodels is not installed.

    Notes
    -----
    In stratum i, a of n₁ responded in the arm and b of n₀ in the reference, N = n₁ + n₀. The
    difference is Σ(a·n₀ − b·n₁)/N ÷ Σ n₁n₀/N. Its variance is, over the square of Σ n₁n₀/N,

    * Greenland–Robins: Σ (a(n₁−a)n₀³ + b(n₀−b)n₁³) / (n₁n₀N²);
    * Sato: difference·ΣP + ΣQ, P = (n₁²b − n₀²a + n₁n₀(n₀−n₁)/2)/N², Q = (a(n₀−b) + b(n₁−a))/2N.

    The interval is the normal one and may reach beyond ±1 in small trials.

    References
    ----------
    Greenland and Robins 1985, Biometrics 41:55; Sato 1989, Biometrics 45:1323 (both recalled).

    Examples
    --------
    ACR Ped 70 at week 40 of CHERISH, with and without methotrexate:

    >>> import jiascores as jia
    >>> print(jia.analysis.stratified_difference([45, 8], [67, 15], [30, 4], [64, 17]))
    0.2215 (95 % interval 0.0735 to 0.3695); Mantel–Haenszel, variance by Sato, 2 strata
    """
    check_confidence(confidence)
    a, n1, b, n0 = _counts((responders, patients, reference_responders, reference_patients))
    words = (
        f"method={method!r}, variance={variance!r}: choose 'mantel-haenszel' with "
        f"{' or '.join(map(repr, VARIANCES))}, or 'inverse-variance'."
    )
    require(method in get_args(Method) and variance in VARIANCES, words, "method")
    both = (n1 > 0) & (n0 > 0)
    require(both.any(), "no stratum has patients in both arms.", "patients")
    left_out = int((((n1 > 0) | (n0 > 0)) & ~both).sum())
    a, n1, b, n0 = a[both], n1[both], b[both], n0[both]
    if method == "inverse-variance":
        difference, error = _inverse_variance(a, n1, b, n0)
        words = "inverse variance, fixed effect"
    else:
        difference, error = _mantel_haenszel(a, n1, b, n0, variance)
        words = f"Mantel–Haenszel, variance by {VARIANCES[variance]}"
    stats = library("scipy.stats", "an interval of a difference")
    reach = float(stats.norm.ppf((1 + confidence) / 2)) * error
    return Difference(
        difference,
        difference - reach,
        difference + reach,
        error,
        confidence,
        words,
        int(both.sum()),
        left_out,
    )


def _counts(given: Sequence[Sequence[int]]) -> tuple[Any, Any, Any, Any]:
    """Return the four counts of each stratum as arrays, where they can be."""
    try:
        a, n1, b, n0 = (np.array(counts, dtype=np.float64).ravel() for counts in given)
    except (TypeError, ValueError) as problem:
        raise RequestError("counts must be whole numbers.", variable="responders") from problem
    alike = a.size == n1.size == b.size == n0.size
    require(alike, "the four lists of counts must have one entry for each stratum.", "patients")
    whole = np.array([each % 1 == 0 for each in (a, n1, b, n0)]).all(axis=0)
    wrong = np.flatnonzero(~whole | (a < 0) | (b < 0) | (a > n1) | (b > n0))
    strata = listing([f"stratum {place}" for place in wrong])
    require(not wrong.size, f"counts that cannot be: {strata}.", "responders")
    return a, n1, b, n0


def _mantel_haenszel(a: Any, n1: Any, b: Any, n0: Any, variance: str) -> tuple[float, float]:
    n = n1 + n0
    weight = (n1 * n0 / n).sum()
    difference = ((a * n0 - b * n1) / n).sum() / weight
    if variance == "sato":
        p = (n1**2 * b - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2
        q = (a * (n0 - b) + b * (n1 - a)) / (2 * n)
        spread = difference * p.sum() + q.sum()
    else:
        spread = ((a * (n1 - a) * n0**3 + b * (n0 - b) * n1**3) / (n1 * n0 * n**2)).sum()
    # Below zero by rounding only, where everybody is alike.
    return float(difference), float(np.sqrt(max(spread, 0.0)) / weight)


def _inverse_variance(a: Any, n1: Any, b: Any, n0: Any) -> tuple[float, float]:
    meta = library("statsmodels.stats.meta_analysis", "pooling by inverse variance")
    effect, variance = meta.effectsize_2proportions(a, n1, b, n0, statistic="diff")
    words = (
        "in a stratum everybody in one arm and everybody or nobody in the other responded: its "
        "variance is 0 and its weight infinite. Use method='mantel-haenszel'."
    )
    require((variance > 0).all(), words, "method")
    weight = 1 / variance
    return float((weight * effect).sum() / weight.sum()), float(np.sqrt(1 / weight.sum()))
