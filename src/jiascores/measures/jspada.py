"""Juvenile Spondyloarthritis Disease Activity index: JSpADA and its modified versions."""

from __future__ import annotations

from typing import Any, ClassVar, overload

import attrs
from numpy.typing import NDArray

from jiascores.core.definition import Definition, publish
from jiascores.core.logic import above, at_least
from jiascores.core.measure import Decorator, Term, measure
from jiascores.core.values import Listed, Scalar, T
from jiascores.core.variables import MARKERS


@attrs.frozen(kw_only=True)
class JspadaPoints(Definition):
    """From which value on an item of the JSpADA has half a point, and a whole one.

    Parameters
    ----------
    joints, entheses : tuple of int
        Counts above which an item has half a point and a point.
    pain_above : float
        Pain above which there is half a point.
    pain_full : float
        Pain from which on there is a point.
    times_upper_limit : tuple of float
        Multiples of the upper limit of normal above which the marker has half a point and a
        point.
    stiffness_above : float
        Minutes of morning stiffness above which there is a point.
    """

    kind: ClassVar[str] = "JSpADA points"
    reads: ClassVar[tuple[str, ...]] = (
        "active_joints",
        "entheses",
        "pain",
        "esr/crp",
        "marker_upper_limit",
        "morning_stiffness",
    )
    no_variants: ClassVar[str] = "the four scores read these points alone."

    joints: tuple[int, int] = (0, 2)
    entheses: tuple[int, int] = (0, 2)
    pain_above: float = 0
    pain_full: float = 5
    times_upper_limit: tuple[float, float] = (1, 2)
    stiffness_above: float = 15

    def _check(self) -> None:
        for field in ("joints", "entheses", "times_upper_limit"):
            half, full = getattr(self, field)
            self._require(half < full, field, "half a point comes before a point")

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            f"0, 0.5 and 1: joints > {self.joints[0]}, > {self.joints[1]}; entheses > "
            f"{self.entheses[0]}, > {self.entheses[1]}; pain > {self.pain_above:g}, ≥ "
            f"{self.pain_full:g}; ESR or CRP > {self.times_upper_limit[0]:g}, > "
            f"{self.times_upper_limit[1]:g} × upper limit; 0 and 1: stiffness > "
            f"{self.stiffness_above:g} min, sacroiliitis, uveitis, abnormal Schober"
        )


JSPADA_POINTS = publish(
    JspadaPoints.cited("weiss-2014"),
)

# --------------------------------------------------------------------------------------------
# The items, 0–1 each

_POINTS = JSPADA_POINTS[0]


def half_points(value: Any, half: Any, full: Any) -> Any:
    """Return 0, 0.5 above `half`, and 1 above `full`."""
    return 0.5 * above(value, half) + 0.5 * above(value, full)


def pain_points(pain: Any) -> Any:
    """Return 0 without pain, 0.5 below 5, and 1 from 5 on."""
    return 0.5 * above(pain, _POINTS.pain_above) + 0.5 * at_least(pain, _POINTS.pain_full)


def marker_points(esr: Any, crp: Any, marker_upper_limit: Any) -> Any:
    """Return 0 for a normal ESR or CRP, 0.5 up to twice the upper limit, 1 above."""
    half, full = (times * marker_upper_limit for times in _POINTS.times_upper_limit)
    return half_points(esr if crp is None else crp, half, full)


JOINTS = Term(
    "joints",
    "active joints",
    1,
    lambda active_joints: half_points(active_joints, *_POINTS.joints),
)
ENTHESES = Term(
    "entheses", "entheses", 1, lambda entheses: half_points(entheses, *_POINTS.entheses)
)
PAIN = Term("pain", "pain", 1, pain_points)
MARKER = Term("acute_phase", "ESR or CRP", 1, marker_points, either=MARKERS)
STIFFNESS = Term(
    "stiffness",
    "morning stiffness",
    1,
    lambda morning_stiffness: above(morning_stiffness, _POINTS.stiffness_above),
)
SACROILIITIS = Term("sacroiliitis", "sacroiliitis", 1)
UVEITIS = Term("uveitis", "uveitis", 1)
BACK = Term("back_mobility", "back mobility", 1, lambda abnormal_schober: abnormal_schober)


def _jspada(label: str, *items: Term, source: str) -> Decorator:
    formula = " + ".join(item.words for item in items)
    return measure(label, *items, source=source, formula=f"{formula}, 0–1 each")


# --------------------------------------------------------------------------------------------
# The index and its modified versions


@overload
def jspada(  # type: ignore[overload-overlap]
    *,
    active_joints: T | Scalar,
    entheses: T | Scalar,
    pain: T | Scalar,
    esr: T | Scalar,
    marker_upper_limit: T | Scalar,
    morning_stiffness: T | Scalar,
    sacroiliitis: T | Scalar,
    uveitis: T | Scalar,
    abnormal_schober: T | Scalar,
) -> T: ...
@overload
def jspada(  # type: ignore[overload-overlap]
    *,
    active_joints: T | Scalar,
    entheses: T | Scalar,
    pain: T | Scalar,
    crp: T | Scalar,
    marker_upper_limit: T | Scalar,
    morning_stiffness: T | Scalar,
    sacroiliitis: T | Scalar,
    uveitis: T | Scalar,
    abnormal_schober: T | Scalar,
) -> T: ...
@overload
def jspada(
    *,
    active_joints: Listed,
    entheses: Listed,
    pain: Listed,
    esr: Listed,
    marker_upper_limit: Listed,
    morning_stiffness: Listed,
    sacroiliitis: Listed,
    uveitis: Listed,
    abnormal_schober: Listed,
) -> NDArray[Any]: ...
@overload
def jspada(
    *,
    active_joints: Listed,
    entheses: Listed,
    pain: Listed,
    crp: Listed,
    marker_upper_limit: Listed,
    morning_stiffness: Listed,
    sacroiliitis: Listed,
    uveitis: Listed,
    abnormal_schober: Listed,
) -> NDArray[Any]: ...
@_jspada(
    "JSpADA",
    *(JOINTS, ENTHESES, PAIN, MARKER, STIFFNESS, SACROILIITIS, UVEITIS, BACK),
    source="weiss-2014",
)
def jspada(**given: Any) -> Any:
    """Juvenile Spondyloarthritis Disease Activity index.

    Parameters
    ----------
    active_joints : float, array or Series
        Active joints, whole number.
    entheses : float, array or Series
        Tender entheses, whole number.
    pain : float, array or Series
        Pain, 0–10.
    esr : float, array or Series, optional
        Erythrocyte sedimentation rate in mm/h. Give either `esr` or `crp`.
    crp : float, array or Series, optional
        C-reactive protein in mg/L.
    marker_upper_limit : float, array or Series
        The laboratory's upper limit of normal, in the unit of the marker.
    morning_stiffness : float, array or Series
        Duration of morning stiffness in minutes.
    sacroiliitis : bool, array or Series
        Clinical sacroiliitis.
    uveitis : bool, array or Series
        Active uveitis.
    abnormal_schober : bool, array or Series
        Whether back mobility is reduced by the modified Schober test.

    Returns
    -------
    float, array or Series
        0–8; missing where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MarkerError
        If both or neither of `esr` and `crp` are given.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.jspada7_no_schober, jiascores.jspada7_no_marker, jiascores.jspada6 : Versions without these items.

    Notes
    -----
    Eight items of 0–1: active joints and tender entheses (none 0, one or two 0.5, more 1), pain
    (0; above 0 and below 5: 0.5; 5 or more: 1), ESR or CRP (normal 0, up to twice the upper
    limit 0.5, above 1), and 1 each for morning stiffness of more than 15 minutes, clinical
    sacroiliitis, uveitis, and an abnormal Schober test. All these points are unverified.

    References
    ----------
    Weiss 2014, PMC4245319.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.jspada(active_joints=2, entheses=4, pain=5, esr=30, marker_upper_limit=20,
    ...            morning_stiffness=30, sacroiliitis=True, uveitis=False,
    ...            abnormal_schober=False)
    5.0
    """


@overload
def jspada7_no_schober(  # type: ignore[overload-overlap]
    *,
    active_joints: T | Scalar,
    entheses: T | Scalar,
    pain: T | Scalar,
    esr: T | Scalar,
    marker_upper_limit: T | Scalar,
    morning_stiffness: T | Scalar,
    sacroiliitis: T | Scalar,
    uveitis: T | Scalar,
) -> T: ...
@overload
def jspada7_no_schober(  # type: ignore[overload-overlap]
    *,
    active_joints: T | Scalar,
    entheses: T | Scalar,
    pain: T | Scalar,
    crp: T | Scalar,
    marker_upper_limit: T | Scalar,
    morning_stiffness: T | Scalar,
    sacroiliitis: T | Scalar,
    uveitis: T | Scalar,
) -> T: ...
@overload
def jspada7_no_schober(
    *,
    active_joints: Listed,
    entheses: Listed,
    pain: Listed,
    esr: Listed,
    marker_upper_limit: Listed,
    morning_stiffness: Listed,
    sacroiliitis: Listed,
    uveitis: Listed,
) -> NDArray[Any]: ...
@overload
def jspada7_no_schober(
    *,
    active_joints: Listed,
    entheses: Listed,
    pain: Listed,
    crp: Listed,
    marker_upper_limit: Listed,
    morning_stiffness: Listed,
    sacroiliitis: Listed,
    uveitis: Listed,
) -> NDArray[Any]: ...
@_jspada(
    "JSpADA7 without Schober",
    *(JOINTS, ENTHESES, PAIN, MARKER, STIFFNESS, SACROILIITIS, UVEITIS),
    source="srinivasalu-2023",
)
def jspada7_no_schober(**given: Any) -> Any:
    """JSpADA without back mobility.

    Parameters
    ----------
    active_joints : float, array or Series
        Active joints, whole number.
    entheses : float, array or Series
        Tender entheses, whole number.
    pain : float, array or Series
        Pain, 0–10.
    esr : float, array or Series, optional
        Erythrocyte sedimentation rate in mm/h. Give either `esr` or `crp`.
    crp : float, array or Series, optional
        C-reactive protein in mg/L.
    marker_upper_limit : float, array or Series
        The laboratory's upper limit of normal, in the unit of the marker.
    morning_stiffness : float, array or Series
        Duration of morning stiffness in minutes.
    sacroiliitis : bool, array or Series
        Clinical sacroiliitis.
    uveitis : bool, array or Series
        Active uveitis.

    Returns
    -------
    float, array or Series
        0–7; missing where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError, MarkerError, MisalignedError
        As `jspada` does.

    See Also
    --------
    jiascores.jspada : All eight items, and how each is counted.

    References
    ----------
    Srinivasalu 2023, J Rheumatol 50:532.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.jspada7_no_schober(active_joints=2, entheses=4, pain=5, crp=30, marker_upper_limit=5,
    ...                        morning_stiffness=30, sacroiliitis=True, uveitis=False)
    5.5
    """


@overload
def jspada7_no_marker(  # type: ignore[overload-overlap]
    *,
    active_joints: T | Scalar,
    entheses: T | Scalar,
    pain: T | Scalar,
    morning_stiffness: T | Scalar,
    sacroiliitis: T | Scalar,
    uveitis: T | Scalar,
    abnormal_schober: T | Scalar,
) -> T: ...
@overload
def jspada7_no_marker(
    *,
    active_joints: Listed,
    entheses: Listed,
    pain: Listed,
    morning_stiffness: Listed,
    sacroiliitis: Listed,
    uveitis: Listed,
    abnormal_schober: Listed,
) -> NDArray[Any]: ...
@_jspada(
    "JSpADA7 without CRP/ESR",
    *(JOINTS, ENTHESES, PAIN, STIFFNESS, SACROILIITIS, UVEITIS, BACK),
    source="srinivasalu-2023",
)
def jspada7_no_marker(**given: Any) -> Any:
    """JSpADA without acute-phase reactant.

    Parameters
    ----------
    active_joints : float, array or Series
        Active joints, whole number.
    entheses : float, array or Series
        Tender entheses, whole number.
    pain : float, array or Series
        Pain, 0–10.
    morning_stiffness : float, array or Series
        Duration of morning stiffness in minutes.
    sacroiliitis : bool, array or Series
        Clinical sacroiliitis.
    uveitis : bool, array or Series
        Active uveitis.
    abnormal_schober : bool, array or Series
        Whether back mobility is reduced by the modified Schober test.

    Returns
    -------
    float, array or Series
        0–7; missing where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError, MisalignedError
        As `jspada` does.

    See Also
    --------
    jiascores.jspada : All eight items, and how each is counted.

    References
    ----------
    Srinivasalu 2023, J Rheumatol 50:532.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.jspada7_no_marker(active_joints=2, entheses=4, pain=5, morning_stiffness=30,
    ...                       sacroiliitis=True, uveitis=False, abnormal_schober=True)
    5.5
    """


@overload
def jspada6(  # type: ignore[overload-overlap]
    *,
    active_joints: T | Scalar,
    entheses: T | Scalar,
    pain: T | Scalar,
    morning_stiffness: T | Scalar,
    sacroiliitis: T | Scalar,
    uveitis: T | Scalar,
) -> T: ...
@overload
def jspada6(
    *,
    active_joints: Listed,
    entheses: Listed,
    pain: Listed,
    morning_stiffness: Listed,
    sacroiliitis: Listed,
    uveitis: Listed,
) -> NDArray[Any]: ...
@_jspada(
    "JSpADA6 (modified JSpADA)",
    *(JOINTS, ENTHESES, PAIN, STIFFNESS, SACROILIITIS, UVEITIS),
    source="srinivasalu-2023",
)
def jspada6(**given: Any) -> Any:
    """JSpADA as modified in 2023: without back mobility and without acute-phase reactant.

    Parameters
    ----------
    active_joints : float, array or Series
        Active joints, whole number.
    entheses : float, array or Series
        Tender entheses, whole number.
    pain : float, array or Series
        Pain, 0–10.
    morning_stiffness : float, array or Series
        Duration of morning stiffness in minutes.
    sacroiliitis : bool, array or Series
        Clinical sacroiliitis.
    uveitis : bool, array or Series
        Active uveitis.

    Returns
    -------
    float, array or Series
        0–6; missing where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError, MisalignedError
        As `jspada` does.

    See Also
    --------
    jiascores.jspada : All eight items, and how each is counted.

    References
    ----------
    Srinivasalu 2023, J Rheumatol 50:532.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.jspada6(active_joints=2, entheses=4, pain=5, morning_stiffness=30,
    ...             sacroiliitis=True, uveitis=False)
    4.5
    """
