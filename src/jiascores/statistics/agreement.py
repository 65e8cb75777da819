"""Agreement of two raters, or of two rules: Cohen's kappa, plain or weighted."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import attrs
import numpy as np

from jiascores.statistics.base import CONFIDENCE, Answer, FloatArray, IntArray, normal_quantile

Weights: TypeAlias = Literal["linear", "quadratic"]
POWERS = {"linear": 1, "quadratic": 2}
# Fewer patients than this have no interval: the normal one is too narrow.
FEWEST = 20


@attrs.frozen(kw_only=True)
class Agreement(Answer):
    """How well two columns of words agree.

    Parameters
    ----------
    visits, left_out : int
        Visits at which both are known, and those at which one is missing.
    patients : int
        Patients with such a visit.
    words : tuple of str
        The words, in order.
    counts : tuple of tuple of int
        How often each word of the one (rows) met each of the other (columns).
    agree : float
        The proportion of visits with the same word; NaN of no visit.
    kappa : float
        Cohen's kappa; NaN where both columns have one and the same word throughout.
    low, high : float
        Its interval, which counts patients and not visits; NaN where there is none.
    why_not : str
        Why there is no interval; empty where there is one.
    weights : str, optional
        How a disagreement counts by its distance.
    confidence : float
        Of the interval.
    """

    visits: int
    left_out: int
    patients: int
    words: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    agree: float
    kappa: float
    low: float = math.nan
    high: float = math.nan
    why_not: str = ""
    weights: Weights | None = None
    confidence: float = CONFIDENCE

    def __str__(self) -> str:
        if self.why_not:
            interval = f"no interval: {self.why_not}"
        else:
            interval = f"{self.confidence * 100:g} % interval {self.low:.4f} to {self.high:.4f}"
        kind = f"{self.weights} weights" if self.weights else "unweighted"
        kappa = "not defined" if math.isnan(self.kappa) else f"{self.kappa:.4f}"
        of = f"{self.visits} visits of {self.patients} patients, {self.left_out} left out"
        return f"kappa {kappa} ({interval}), {kind}; {self.agree:.4f} agree; {of}".replace("-", "−")


def kappa_of(
    one: IntArray,
    other: IntArray,
    patients: IntArray,
    *,
    size: int,
    weights: Weights | None = None,
    confidence: float = CONFIDENCE,
) -> tuple[float, float, float, str]:
    """Return kappa, its interval, and why it has none.

    Parameters
    ----------
    one, other : array of int
        The place of each visit's two words.
    patients : array of int
        Whose visit it is.
    size : int
        How many words there are.
    weights : {"linear", "quadratic"}, optional
        How a disagreement counts by its distance.
    confidence : float
        Of the interval.

    Notes
    -----
    Kappa is 1 less the mean distance over that expected by chance. Its variance is that of the
    linear terms of its expansion, summed by patient; with one visit each it is that of Fleiss,
    Cohen and Everitt.
    """
    n, places = one.size, np.arange(size)
    far = np.abs(np.subtract.outer(places, places)) ** POWERS.get(weights or "", 0)
    far = np.where(places[:, None] == places, 0, far)
    shares = [np.bincount(each, minlength=size) / max(n, 1) for each in (one, other)]
    by_chance = float(shares[0] @ far @ shares[1])
    if not by_chance:
        return math.nan, math.nan, math.nan, "one word alone occurs" if n else "no visit has both"
    distance = far[one, other]
    seen = float(distance.mean())
    kappa = 1 - seen / by_chance
    why_not = ""
    if not seen:
        why_not = "agreement is perfect"
    elif any((share == 1).any() for share in shares):
        why_not = "one word alone occurs in a column"
    elif np.unique(patients).size < FEWEST:
        why_not = f"fewer than {FEWEST} patients"
    if why_not:
        return kappa, math.nan, math.nan, why_not
    expected = (far @ shares[1])[one] + (shares[0] @ far)[other] - 2 * by_chance
    terms: FloatArray = (distance - seen) / by_chance - seen / by_chance**2 * expected
    error = math.sqrt((np.bincount(patients, terms) ** 2).sum()) / n
    reach = normal_quantile(confidence, "an interval of kappa")
    low, high = kappa - reach * error, kappa + reach * error
    if low < -1 or high > 1:
        beyond = f"it would reach from {low:.4g} to {high:.4g}, beyond ±1"
        return kappa, math.nan, math.nan, beyond
    return kappa, low, high, ""
