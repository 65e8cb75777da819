"""Proportions of responders and their difference between two arms, with intervals by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, NoReturn, TypeAlias

import attrs
import numpy as np

from jiascores.core.arguments import as_declared
from jiascores.core.errors import RequestError, is_among, listing, require, shown
from jiascores.core.values import kind_of, number, to_floats
from jiascores.core.variables import UNBOUNDED, Variable
from jiascores.statistics.base import (
    CONFIDENCE,
    Answer,
    Comparison,
    FloatArray,
    confidence_of,
    library,
    normal_quantile,
    p_said,
)

Method: TypeAlias = Literal[
    "newcombe", "miettinen-nurminen", "summary-score", "mantel-haenszel", "inverse-variance"
]
Limits: TypeAlias = tuple[float, float, float]
NEAR = 1e-10
STEPS = 200
WHY = "an interval of a difference"


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
        How many of how many; without patients, the interval is missing.
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


# --------------------------------------------------------------------------------------------
# Strata


def _fixed(counts: Any) -> FloatArray:
    array = np.array(counts, dtype=np.float64)
    array.flags.writeable = False
    return array


EQUAL = attrs.cmp_using(eq=np.array_equal)


@attrs.frozen
class Strata:
    """The counts of two arms in each stratum: a of n1 responded in the arm, b of n0 in the other.

    Parameters
    ----------
    a, n1, b, n0 : array of float
        One entry for each stratum, with patients in both arms.
    """

    a: FloatArray = attrs.field(converter=_fixed, eq=EQUAL)
    n1: FloatArray = attrs.field(converter=_fixed, eq=EQUAL)
    b: FloatArray = attrs.field(converter=_fixed, eq=EQUAL)
    n0: FloatArray = attrs.field(converter=_fixed, eq=EQUAL)

    @property
    def n(self) -> FloatArray:
        """Patients."""
        return self.n1 + self.n0

    @property
    def weights(self) -> FloatArray:
        """Mantel–Haenszel weights n₁n₀/N, as shares of their sum."""
        weights = self.n1 * self.n0 / self.n
        return np.asarray(weights / weights.sum())

    @property
    def differences(self) -> FloatArray:
        """Difference of the proportions, arm minus reference."""
        return self.a / self.n1 - self.b / self.n0

    @property
    def difference(self) -> float:
        """The Mantel–Haenszel difference."""
        return float((self.weights * self.differences).sum())

    @property
    def mirrored(self) -> Strata:
        """The same with the arms exchanged."""
        return Strata(self.b, self.n0, self.a, self.n1)

    def each(self) -> list[Strata]:
        """Return each stratum by itself."""
        columns = (self.a, self.n1, self.b, self.n0)
        return [Strata(*(column[[at]] for column in columns)) for at in range(self.n.size)]


def cmh_p(strata: Strata) -> float:
    """Return the p of the Cochran–Mantel–Haenszel test, without continuity correction.

    Parameters
    ----------
    strata : Strata
        The counts. Where nobody or everybody responded in each stratum, p is 1.
    """
    n, responded = strata.n, strata.a + strata.b
    excess = (strata.a - strata.n1 * responded / n).sum()
    spread = (strata.n1 * strata.n0 * responded * (n - responded) / (n**2 * (n - 1))).sum()
    return _p(float(excess), float(math.sqrt(spread))) if spread else 1.0


def _p(estimate: float, error: float) -> float:
    """Return the two-sided normal p of an estimate."""
    return math.erfc(abs(estimate) / error / math.sqrt(2))


# --------------------------------------------------------------------------------------------
# The methods: from strata and the normal quantile z to the difference and its limits.


def _refuse(method: str, why: str) -> NoReturn:
    raise RequestError(
        f"{method}: {why}. Use method='miettinen-nurminen', whose interval is defined for all counts.",
        variable="method",
    )


def _restricted(strata: Strata, difference: Any) -> FloatArray:
    """Return the likeliest proportion of the arm in each stratum where the difference is given.

    The root of the likelihood's cubic in closed form (Miettinen and Nurminen 1985, appendix).
    """
    d, share = difference, strata.n0 / strata.n1
    p1, p0 = strata.a / strata.n1, strata.b / strata.n0
    cubic = 1 + share
    square = -(1 + share + p1 + share * p0 + d * (share + 2))
    line = d * d + d * (2 * p1 + share + 1) + p1 + share * p0
    constant = -p1 * d * (1 + d)
    centre = square / (3 * cubic)
    v = centre**3 - square * line / (6 * cubic**2) + constant / (2 * cubic)
    u = np.copysign(np.sqrt(np.maximum(centre**2 - line / (3 * cubic), 0)), v)
    turn = np.divide(v, u**3, out=np.zeros_like(v), where=u != 0)
    angle = (math.pi + np.arccos(np.clip(turn, -1, 1))) / 3
    p = 2 * u * np.cos(angle) - centre
    return np.asarray(np.clip(p, np.maximum(0.0, d), np.minimum(1.0, 1 + d)))


def _score_low(strata: Strata, z: float) -> float:
    """Return the lowest difference that the score test does not reject.

    Over very unequal strata the test may reject some differences and none beyond them, so that it
    is looked for from −1 up, in steps first.
    """
    weights, found = strata.weights, strata.difference
    if found <= NEAR - 1:
        return -1.0

    def excess(difference: Any) -> Any:
        p1 = _restricted(strata, difference)
        p0 = p1 - difference
        spread = p1 * (1 - p1) / strata.n1 + p0 * (1 - p0) / strata.n0
        spread = (weights**2 * spread * strata.n / (strata.n - 1)).sum(axis=-1)
        return found - np.squeeze(difference) - z * np.sqrt(np.maximum(spread, 0.0))

    # At the found difference itself both terms may be 0.
    tried = np.linspace(-1.0, found - NEAR, STEPS)
    first = int(np.argmax(excess(tried[:, None]) <= 0))
    brentq = library("scipy.optimize", WHY).brentq
    return float(brentq(excess, tried[first - 1], tried[first], xtol=1e-13))


def _miettinen_nurminen(strata: Strata, z: float) -> Limits:
    return strata.difference, _score_low(strata, z), -_score_low(strata.mirrored, z)


def _summary_score(strata: Strata, z: float) -> Limits:
    limits = [_miettinen_nurminen(each, z)[1:] for each in strata.each()]
    low, high = np.array(limits).T
    weights = (2 * z / (high - low)) ** 2
    found = float((weights * (low + high) / 2).sum() / weights.sum())
    reach = z / math.sqrt(weights.sum())
    return found, found - reach, found + reach


def _wilson(counts: FloatArray, of: FloatArray, weights: FloatArray, z: float) -> tuple[Any, Any]:
    """Return the stratified Wilson limits of one arm's proportion (Yan and Su 2010)."""
    p = counts / of
    errors = weights * np.sqrt(p * (1 - p) / of)
    if p.size > 1:
        if not errors.any():
            _refuse("newcombe", "in each stratum all or none of an arm responded")
        z *= math.sqrt((errors**2).sum()) / errors.sum()
    centre = (p + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * np.sqrt(p * (1 - p) / of + (z / (2 * of)) ** 2) / (1 + z * z / of)
    # Of nobody and of everybody, one limit is 0 or 1, which the formula meets but for rounding.
    low = np.where(counts == 0, 0.0, centre - reach)
    high = np.where(counts == of, 1.0, centre + reach)
    return (weights * low).sum(), (weights * high).sum()


def _newcombe(strata: Strata, z: float) -> Limits:
    weights, found = strata.weights, strata.difference
    low1, high1 = _wilson(strata.a, strata.n1, weights, z)
    low0, high0 = _wilson(strata.b, strata.n0, weights, z)
    per1, per0 = (float((weights**2 / n).sum()) for n in (strata.n1, strata.n0))
    down = z * math.sqrt(per1 * low1 * (1 - low1) + per0 * high0 * (1 - high0))
    up = z * math.sqrt(per1 * high1 * (1 - high1) + per0 * low0 * (1 - low0))
    return found, found - down, found + up


def _mantel_haenszel(strata: Strata, z: float) -> Limits:
    a, n1, b, n0, n = strata.a, strata.n1, strata.b, strata.n0, strata.n
    p = (n1**2 * b - n0**2 * a + n1 * n0 * (n0 - n1) / 2) / n**2
    q = (a * (n0 - b) + b * (n1 - a)) / (2 * n)
    found, variance = strata.difference, float(strata.difference * p.sum() + q.sum())
    if variance <= NEAR:
        _refuse("mantel-haenszel", "the variance by Sato is 0")
    reach = z * math.sqrt(variance) / float((n1 * n0 / n).sum())
    return found, found - reach, found + reach


def _inverse_variance(strata: Strata, z: float) -> Limits:
    p1, p0 = strata.a / strata.n1, strata.b / strata.n0
    variance = p1 * (1 - p1) / strata.n1 + p0 * (1 - p0) / strata.n0
    if not variance.all():
        _refuse("inverse-variance", "in a stratum, all or none of each arm responded: variance 0")
    weights = 1 / variance
    found = float((weights * strata.differences).sum() / weights.sum())
    reach = z / math.sqrt(weights.sum())
    return found, found - reach, found + reach


METHODS: dict[str, tuple[str, Callable[[Strata, float], Limits]]] = {
    "newcombe": ("Newcombe", _newcombe),
    "miettinen-nurminen": ("Miettinen–Nurminen", _miettinen_nurminen),
    "summary-score": ("summary score", _summary_score),
    "mantel-haenszel": ("Mantel–Haenszel, variance by Sato", _mantel_haenszel),
    "inverse-variance": ("inverse variance", _inverse_variance),
}


def limits(strata: Strata, method: str, z: float) -> Limits:
    """Return a difference with its interval, where the method has one within −1 to 1.

    Parameters
    ----------
    strata : Strata
        The counts.
    method : str
        One of the `METHODS`.
    z : float
        The normal quantile of the interval.
    """
    found, low, high = METHODS[method][1](strata, z)
    if low < -1 - NEAR or high > 1 + NEAR:
        _refuse(method, f"the interval would reach from {low:.4g} to {high:.4g}, beyond ±1")
    return found, low, high


def estimate_and_p(strata: Strata, method: str, z: float) -> tuple[float, float]:
    """Return a difference with the two-sided p that belongs to its interval.

    Parameters
    ----------
    strata, method, z
        As for `limits`. Only the summary score depends on z, and only a little.
    """
    if method == "miettinen-nurminen":
        return strata.difference, cmh_p(strata)
    found, low, high = limits(strata, method, z)
    if method != "newcombe":
        return found, _p(found, (high - low) / 2 / z)
    if abs(found) < NEAR:
        return found, 1.0
    ahead = strata if found > 0 else strata.mirrored
    most = 2.0
    while _newcombe(ahead, most)[1] > 0:
        most *= 2
    brentq = library("scipy.optimize", WHY).brentq
    reached = float(brentq(lambda z: _newcombe(ahead, z)[1], NEAR, most, xtol=1e-13))
    return found, _p(reached, 1.0)


# --------------------------------------------------------------------------------------------
# The result


@attrs.frozen(repr=False)
class Difference(Answer):
    """A difference of two proportions, arm minus reference, over strata.

    Parameters
    ----------
    difference, low, high : float
        The estimate and its interval.
    p : float
        Two-sided, by the same method: below 0.05 where the 95 % interval leaves 0 out.
    confidence : float
        Of the interval.
    method : str
        How it was found.
    counts : Strata
        Responders and patients of the strata with both arms.
    left_out, patients_left_out : int
        How many strata had patients in one arm only, and how many these are: they say nothing
        about a difference.
    undetermined : int
        How many patients had no response that could be determined.
    undetermined_as : str
        What they counted as; empty where there are none.

    Examples
    --------
    >>> import jiascores as jia
    >>> found = jia.analysis.stratified_difference(
    ...     [8, 10, 5], [12, 11, 6], [3, 6, 1], [11, 12, 7], method="miettinen-nurminen")
    >>> round(found.difference, 3), round(found.low, 3), round(found.high, 3), found.strata
    (0.465, 0.221, 0.657, 3)
    >>> print(found.risk_ratio())
    Mantel–Haenszel risk ratio: p = 0.0012
      risk ratio, arm to reference 2.397 (95 % interval 1.412 to 4.069)
      n: 23 of 29 against 10 of 30, 3 strata
      assumes: the same ratio in all strata; many patients
    """

    difference: float
    low: float
    high: float
    p: float
    confidence: float
    method: str
    counts: Strata
    left_out: int
    patients_left_out: int
    undetermined: int = 0
    undetermined_as: str = ""

    @property
    def strata(self) -> int:
        """How many strata had patients in both arms."""
        return self.counts.n.size

    @property
    def cmh_p(self) -> float:
        """The p of the Cochran–Mantel–Haenszel test, without continuity correction."""
        return cmh_p(self.counts)

    @property
    def _n(self) -> str:
        counts = [int(each.sum()) for each in attrs.astuple(self.counts, recurse=False)]
        strata = f", {self.strata} strata" if self.strata > 1 else ""
        return "{} of {} against {} of {}".format(*counts) + strata

    def __str__(self) -> str:
        difference, low, high = (
            f"{each:.4f}".replace("-", "−") for each in (self.difference, self.low, self.high)
        )
        interval = f"{100 * self.confidence:g} % interval {low} to {high}"
        parts = [f"{difference} ({interval}), {p_said(self.p)}", METHODS[self.method][0], self._n]
        if self.left_out:
            patients = f"with their {self.patients_left_out} patients"
            parts.append(f"strata with one arm only left out: {self.left_out}, {patients}")
        if self.undetermined:
            parts.append(f"not determinable: {self.undetermined}, {self.undetermined_as}")
        return "; ".join(parts)

    __repr__ = __str__

    def risk_ratio(self) -> Comparison:
        """Return the Mantel–Haenszel risk ratio, with the interval of Greenland and Robins.

        Returns
        -------
        Comparison
            Arm to reference.

        Raises
        ------
        RequestError
            If nobody responded in an arm, or everybody in both: the ratio or its variance is 0.
        """
        t = self.counts
        top, bottom = (t.a * t.n0 / t.n).sum(), (t.b * t.n1 / t.n).sum()
        shared = ((t.n1 * t.n0 * (t.a + t.b) - t.a * t.b * t.n) / t.n**2).sum()
        return self._ratio("risk ratio", top, bottom, shared / (top * bottom or math.inf))

    def odds_ratio(self) -> Comparison:
        """Return the Mantel–Haenszel odds ratio, with the interval of Robins, Breslow and Greenland.

        Returns
        -------
        Comparison
            Arm to reference.

        Raises
        ------
        RequestError
            If the ratio would be 0 or infinite.
        """
        t = self.counts
        for_, against = t.a * (t.n0 - t.b) / t.n, t.b * (t.n1 - t.a) / t.n
        same, other = (t.a + t.n0 - t.b) / t.n, (t.b + t.n1 - t.a) / t.n
        top, bottom = for_.sum(), against.sum()
        one, two = top or math.inf, bottom or math.inf
        variance = (
            (same * for_).sum() / (2 * one**2)
            + (same * against + other * for_).sum() / (2 * one * two)
            + (other * against).sum() / (2 * two**2)
        )
        return self._ratio("odds ratio", top, bottom, variance)

    def _ratio(self, what: str, top: float, bottom: float, variance: float) -> Comparison:
        if not top or not bottom or variance <= NEAR:
            why = "the ratio is 0, infinite or not defined, or its variance is 0"
            _refuse(f"Mantel–Haenszel {what}", why)
        log, error = math.log(top / bottom), math.sqrt(variance)
        reach = normal_quantile(self.confidence, WHY) * error
        return Comparison(
            name=f"Mantel–Haenszel {what}",
            assumes="the same ratio in all strata; many patients",
            n=self._n,
            measure=f"{what}, arm to reference",
            estimate=math.exp(log),
            low=math.exp(log - reach),
            high=math.exp(log + reach),
            p=_p(log, error),
            confidence=self.confidence,
        )


@as_declared
def stratified_difference(
    responders: Sequence[int],
    patients: Sequence[int],
    reference_responders: Sequence[int],
    reference_patients: Sequence[int],
    *,
    method: Method | None = None,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Return the difference of two proportions of responders over strata.

    Parameters
    ----------
    responders, patients : sequence of int
        How many of how many responded in each stratum of the arm.
    reference_responders, reference_patients : sequence of int
        The same of the reference arm, in the same strata.
    method : str
        There is no default; name the one that the plan of the analysis names. See Notes.
    confidence : float
        For example 0.95.

    Returns
    -------
    Difference
        Arm minus reference, its interval and p by the method; prints with all that was counted.
        Its `cmh_p`, `risk_ratio()` and `odds_ratio()` are of the same strata.

    Raises
    ------
    RequestError
        If counts do not fit each other, no stratum has patients in both arms, no method is
        named, or the method has no interval for these counts: nothing is clipped and no 0.5
        added. ``"miettinen-nurminen"`` always has one.
    MissingExtraError
        If scipy is not installed.

    See Also
    --------
    jiascores.analysis.compare_responders : From a table of visits.

    Notes
    -----
    In stratum i, a of n₁ responded in the arm and b of n₀ in the reference, N = n₁ + n₀.

    ====================== =======================================================================
    method                 what it is
    ====================== =======================================================================
    ``newcombe``           Mantel–Haenszel difference, weights n₁n₀/N; interval from stratified
                           Wilson limits of each arm (Yan and Su 2010). p: where the interval
                           reaches 0
    ``miettinen-nurminen`` Mantel–Haenszel difference; the differences that the score test does not
                           reject, weights n₁n₀/N fixed, variance times N/(N − 1) in each stratum.
                           p: Cochran–Mantel–Haenszel without continuity correction, the same test
    ``summary-score``      midpoints of the strata's score intervals, weighted by the inverse of
                           their squared widths; what SAS calls summary score
    ``mantel-haenszel``    Mantel–Haenszel difference, variance by Sato
    ``inverse-variance``   strata's differences, weighted by the inverse of their variance
    ====================== =======================================================================

    With one stratum each is its unstratified form; ``inverse-variance`` is then Wald's interval,
    and ``summary-score`` the score interval around its midpoint. A stratum with one arm only is
    left out and counted. The last two methods need many patients in each stratum: see the
    simulated coverage in the documentation.

    References
    ----------
    Miettinen and Nurminen 1985, Stat Med 4:213; Newcombe 1998, Stat Med 17:873; Yan and Su 2010,
    Stat Biopharm Res 2:329; Sato 1989, Biometrics 45:1323; Agresti 2013, Categorical Data
    Analysis, p. 231; SAS/STAT User's Guide, The FREQ Procedure, Common Risk Difference.

    Examples
    --------
    ACR Pedi 70 at week 40 of CHERISH, with and without methotrexate:

    >>> import jiascores as jia
    >>> jia.analysis.stratified_difference([45, 8], [67, 15], [30, 4], [64, 17],
    ...                                    method="miettinen-nurminen")
    0.2215 (95 % interval 0.0696 to 0.3640), p = 0.0044; Miettinen–Nurminen; 53 of 82 against 34 of 81, 2 strata
    """
    confidence = confidence_of(confidence)
    check_method(method)
    strata = _counts((responders, patients, reference_responders, reference_patients))
    both = (strata.n1 > 0) & (strata.n0 > 0)
    require(both.any(), "no stratum has patients in both arms.", "patients")
    columns = attrs.astuple(strata, recurse=False)
    counted, z = Strata(*(column[both] for column in columns)), normal_quantile(confidence, WHY)
    return Difference(
        *limits(counted, str(method), z),
        estimate_and_p(counted, str(method), z)[1],
        confidence,
        str(method),
        counted,
        int(((strata.n > 0) & ~both).sum()),
        int(strata.n[~both].sum()),
    )


def check_method(method: Any) -> None:
    """Raise unless a method of a difference is named.

    Parameters
    ----------
    method : str
        What the caller gave.
    """
    words = (
        f"method={shown(method)}: name the method of the difference, one of "
        f"{listing(map(repr, METHODS))}. There is no default."
    )
    require(is_among(method, METHODS), words, "method", method)


_COUNT = Variable("responders", "a count", "", 0, UNBOUNDED, whole=True)


def _counts(given: Sequence[Sequence[int]]) -> Strata:
    """Return the four counts of each stratum, where they can be."""
    a, n1, b, n0 = (
        np.array([number(counts, _COUNT)])
        if kind_of(counts) in ("number", "expression")
        else to_floats(counts, _COUNT).astype(np.float64).ravel()
        for counts in given
    )
    alike = a.size == n1.size == b.size == n0.size
    sizes = f"they have {a.size}, {n1.size}, {b.size} and {n0.size}"
    words = f"the four lists of counts must have one entry for each stratum, and {sizes}."
    require(alike, words, "patients")
    whole = np.array([each == np.floor(each) for each in (a, n1, b, n0)]).all(axis=0)
    whole &= np.isfinite(n1) & np.isfinite(n0)
    wrong = np.flatnonzero(~whole | (a < 0) | (b < 0) | (a > n1) | (b > n0))
    strata = listing(
        [f"{a[at]:g} of {n1[at]:g} and {b[at]:g} of {n0[at]:g} in stratum {at}" for at in wrong]
    )
    words = (
        f"{strata}: responders and patients are whole numbers, and responders are 0 to patients."
    )
    require(not wrong.size, words, "responders")
    return Strata(a, n1, b, n0)
