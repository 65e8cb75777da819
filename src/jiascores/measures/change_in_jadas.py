"""Change in JADAS that matters: improvement by baseline activity, and important change."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar, overload

import attrs
from numpy.typing import NDArray

from jiascores.core.definition import Definition, Threshold, publish
from jiascores.core.logic import NAN, all_of, at_least, at_most, below, choose
from jiascores.core.measure import verdict
from jiascores.core.values import Listed, Scalar, T
from jiascores.measures.change import CHANGES, important_change


@attrs.frozen(kw_only=True)
class _ScoreCriteria(Definition):
    """Criteria on the change of a score."""

    measure: str

    @property
    def compared(self) -> str:  # type: ignore[override]
        """The score that is compared."""
        return self.measure

    @property
    def needs(self) -> tuple[str, ...]:
        """The score that it reads."""
        return (self.measure,)


# --------------------------------------------------------------------------------------------
# Improvement, Horneff & Becker 2014


@attrs.frozen(kw_only=True)
class FallNeeded:
    """How far a score must fall from baselines in one band.

    Parameters
    ----------
    low : float
        Lowest baseline of the band, inclusive.
    high : float
        End of the band; it belongs to the next band, or to this one where there is none.
    fall : float
        The fall that counts as improvement, inclusive.
    """

    low: float
    high: float
    fall: float


@attrs.frozen(kw_only=True)
class JadasImprovementCriteria(_ScoreCriteria):
    """Criteria for improvement that depend on the score at baseline.

    Parameters
    ----------
    measure : str
        Id of the score that they read.
    bands : tuple of FallNeeded
        Bands of baselines, ascending, each beginning where the one before ends.
    months : int
        Months between the two visits in the paper.
    """

    kind: ClassVar[str] = "JADAS improvement criteria"
    no_thresholds: ClassVar[tuple[str, ...]] = ("months",)

    bands: tuple[FallNeeded, ...]
    months: int

    @property
    def months_apart(self) -> int:  # type: ignore[override]
        """Months between the two visits, which a table must be near to."""
        return self.months

    def _check(self) -> None:
        ascend = all(band.low < band.high for band in self.bands)
        meet = all(one.high == following.low for one, following in pairwise(self.bands))
        what = "bands of baselines must ascend without gap or overlap"
        self._require(ascend and meet, "bands", what)

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Where each band of baselines begins, and the fall that it asks for."""
        thresholds = []
        for one in self.bands:
            thresholds.append(Threshold(f"baseline from {one.low:g}", one.low))
            thresholds.append(Threshold(f"fall from baseline {one.low:g}", one.fall))
        return tuple(thresholds)

    @property
    def rule(self) -> str:
        """The rule in one line."""
        last = self.bands[-1]
        return f"{self.measure} over {self.months} months, by baseline: " + ", ".join(
            f"{one.low:g}–{'' if one is last else '<'}{one.high:g} falls by ≥ {one.fall:g}"
            for one in self.bands
        )


publish(
    JadasImprovementCriteria.cited(
        "horneff-2014",
        "Not defined for a baseline below 5.",
        "The paper also gives relative falls, 41, 53 and 57 %; they are not used here.",
        measure="jadas10",
        months=3,
        bands=(
            FallNeeded(low=5, high=15, fall=4),
            FallNeeded(low=15, high=25, fall=10),
            FallNeeded(low=25, high=40, fall=17),
        ),
    )
)


@overload
def horneff_improvement(  # type: ignore[overload-overlap]  # numbers alone come first
    *, baseline: Scalar, now: Scalar, criteria: str | JadasImprovementCriteria = ...
) -> bool | None: ...
@overload
def horneff_improvement(  # type: ignore[overload-overlap]
    *, baseline: T | Scalar, now: T | Scalar, criteria: str | JadasImprovementCriteria = ...
) -> T: ...
@overload
def horneff_improvement(
    *, baseline: Listed, now: Listed, criteria: str | JadasImprovementCriteria = ...
) -> NDArray[Any]: ...
@verdict(JadasImprovementCriteria, default="horneff-2014")
def horneff_improvement(criteria: JadasImprovementCriteria, baseline: Any, now: Any) -> Any:
    """Return whether JADAS10 improved as much as its baseline asks for, over three months.

    A call takes two scores as they are. In a table, ``jia.ask.horneff_improvement(within=(60,
    120))`` answers at visits so many days after the baseline alone, and the column ``…_days_off``
    says how far each visit is from three months (91 days).

    Parameters
    ----------
    baseline : float, array or Series
        JADAS10 at baseline, 0–40.
    now : float, array or Series
        JADAS10 at the visit, three months later in the paper.
    criteria : str or JadasImprovementCriteria
        ``"horneff-2014"``, or a variant of it.

    Returns
    -------
    bool or None, array of 1/0/NaN, or nullable boolean Series
        Missing where a score is missing, and where the baseline is below 5.

    Raises
    ------
    OutOfRangeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.bulatovic_change : Change in JADAS27.
    jiascores.ask.horneff_improvement : Asks a table of visits for it.

    Notes
    -----
    ============= ===========
    baseline      fall needed
    ============= ===========
    below 5       not defined
    5 to < 15     4
    15 to < 25    10
    25 to 40      17
    ============= ===========

    References
    ----------
    Horneff & Becker 2014, PMID 24599918.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.horneff_improvement(baseline=14.9, now=10.9)
    True
    >>> jia.horneff_improvement(baseline=15, now=5.1)
    False
    """
    falls = []
    for band in criteria.bands:
        up_to = at_most if band is criteria.bands[-1] else below
        inside = all_of(at_least(baseline, band.low), up_to(baseline, band.high))
        falls.append((inside, band.fall))
    return at_least(baseline - now, choose(*falls, otherwise=NAN))


# --------------------------------------------------------------------------------------------
# Important change, Bulatović Ćalasan 2014


@attrs.frozen(kw_only=True)
class JadasChangeCriteria(_ScoreCriteria):
    """Criteria for important improvement and important worsening.

    Parameters
    ----------
    measure : str
        Id of the score that they read.
    improvement : float
        A fall by at least this much is an important improvement.
    worsening : float
        A rise by at least this much is an important worsening.
    """

    kind: ClassVar[str] = "JADAS change criteria"

    improvement: float
    worsening: float

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            f"change in {self.measure} ≤ −{self.improvement:g} improved, "
            f"≥ +{self.worsening:g} worsened, else unchanged"
        )


publish(
    JadasChangeCriteria.cited(
        "bulatovic-2014",
        "That a change of exactly −5.5 or +1.7 counts is our reading.",
        "Changes between consecutive visits; the abstract names no interval.",
        measure="jadas27",
        improvement=5.5,
        worsening=1.7,
    )
)


@overload
def bulatovic_change(  # type: ignore[overload-overlap]  # numbers alone come first
    *, baseline: Scalar, now: Scalar, criteria: str | JadasChangeCriteria = ...
) -> str | None: ...
@overload
def bulatovic_change(  # type: ignore[overload-overlap]
    *, baseline: T | Scalar, now: T | Scalar, criteria: str | JadasChangeCriteria = ...
) -> T: ...
@overload
def bulatovic_change(
    *, baseline: Listed, now: Listed, criteria: str | JadasChangeCriteria = ...
) -> NDArray[Any]: ...
@verdict(JadasChangeCriteria, steady=True, gives="word", words=CHANGES, default="bulatovic-2014")
def bulatovic_change(criteria: JadasChangeCriteria, baseline: Any, now: Any) -> Any:
    """Return whether JADAS27 changed by as much as matters to patients.

    Parameters
    ----------
    baseline : float, array or Series
        JADAS27 at baseline, 0–57.
    now : float, array or Series
        JADAS27 at the visit.
    criteria : str or JadasChangeCriteria
        ``"bulatovic-2014"``, or a variant of it.

    Returns
    -------
    str or None, array of str and None, or ordered categorical Series
        ``improved``, ``unchanged`` or ``worsened``; missing where a score is missing.

    Raises
    ------
    OutOfRangeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.horneff_improvement : Improvement in JADAS10.
    jiascores.ask.bulatovic_change : Asks a table of visits for it.

    Notes
    -----
    A fall of at least 5.5 is an important improvement, a rise of at least 1.7 an important
    worsening.

    References
    ----------
    Bulatović Ćalasan 2014, Rheumatology 53:307, PMID 24162034.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.bulatovic_change(baseline=12.0, now=6.5)
    'improved'
    >>> jia.bulatovic_change(baseline=2.0, now=3.7)
    'worsened'
    """
    return important_change(now - baseline, fall=-criteria.improvement, rise=criteria.worsening)
