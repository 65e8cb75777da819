"""Juvenile Spondyloarthritis Disease Activity index: JSpADA and its modified versions."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import attrs

from jiascores.core.definition import Definition, publish
from jiascores.core.errors import DefinitionError
from jiascores.core.logic import above, at_least
from jiascores.core.measure import add, measure
from jiascores.core.references import Evidence, reference
from jiascores.core.values import Scalar, T


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
            if half >= full:
                raise DefinitionError(
                    f"{field}={(half, full)}: half a point comes before a point", variable=field
                )

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

    @property
    def needs(self) -> tuple[str, ...]:
        """The items that have points."""
        return (
            "active_joints",
            "entheses",
            "pain",
            "esr/crp",
            "marker_upper_limit",
            "morning_stiffness",
        )


_POINTS_NOTE = "The items are primary evidence; all points and their bounds are unverified."

JSPADA_POINTS = publish(
    JspadaPoints(
        name="weiss-2014",
        reference=reference("weiss-2014"),
        evidence=Evidence.UNVERIFIED,
        notes=(_POINTS_NOTE,),
    ),
)
POINTS = JSPADA_POINTS[0]


def half_points(value: T | Scalar, half: float, full: float) -> T:
    """Return 0, 0.5 above `half`, and 1 above `full`."""
    return cast(T, 0.5 * above(value, half) + 0.5 * above(value, full))


def joint_points(active_joints: T | Scalar) -> T:
    """Return 0 for no active joint, 0.5 for one or two, 1 for more."""
    return half_points(active_joints, *POINTS.joints)


def enthesis_points(entheses: T | Scalar) -> T:
    """Return 0 for no tender enthesis, 0.5 for one or two, 1 for more."""
    return half_points(entheses, *POINTS.entheses)


def pain_points(pain: T | Scalar) -> T:
    """Return 0 for no pain, 0.5 below 5, 1 from 5 on."""
    return cast(T, 0.5 * above(pain, POINTS.pain_above) + 0.5 * at_least(pain, POINTS.pain_full))


def marker_points(esr: T | Scalar, crp: T | Scalar, upper_limit: T | Scalar) -> T:
    """Return 0 for a normal ESR or CRP, 0.5 up to twice the upper limit, 1 above."""
    marker = cast(Any, esr if crp is None else crp)
    limit = cast(Any, upper_limit)
    half, full = POINTS.times_upper_limit
    return cast(T, 0.5 * above(marker, half * limit) + 0.5 * above(marker, full * limit))


def stiffness_point(morning_stiffness: T | Scalar) -> T:
    """Return 1 for more than 15 minutes of morning stiffness."""
    return cast(T, above(morning_stiffness, POINTS.stiffness_above))


@measure(
    label="JSpADA",
    formula=(
        "active joints + entheses + pain + ESR or CRP + morning stiffness + sacroiliitis + "
        "uveitis + back mobility, 0–1 each"
    ),
    low=0,
    high=8,
    reference=reference("weiss-2014"),
    evidence=Evidence.UNVERIFIED,
    notes=(_POINTS_NOTE,),
    either=("esr", "crp"),
)
def jspada(
    *,
    active_joints: T | Scalar,
    entheses: T | Scalar,
    pain: T | Scalar,
    esr: T | Scalar = None,
    crp: T | Scalar = None,
    marker_upper_limit: T | Scalar,
    morning_stiffness: T | Scalar,
    sacroiliitis: T | Scalar,
    uveitis: T | Scalar,
    abnormal_schober: T | Scalar,
) -> T:
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
    jspada7_no_schober, jspada7_no_marker, jspada6 : Versions without these items.

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
    return add(
        joints=joint_points(active_joints),
        entheses=enthesis_points(entheses),
        pain=pain_points(pain),
        acute_phase=marker_points(esr, crp, marker_upper_limit),
        stiffness=stiffness_point(morning_stiffness),
        sacroiliitis=sacroiliitis,
        uveitis=uveitis,
        back_mobility=abnormal_schober,
    )


@measure(
    label="JSpADA7 without Schober",
    formula=(
        "active joints + entheses + pain + ESR or CRP + morning stiffness + sacroiliitis + "
        "uveitis, 0–1 each"
    ),
    low=0,
    high=7,
    reference=reference("srinivasalu-2023"),
    evidence=Evidence.UNVERIFIED,
    notes=(_POINTS_NOTE,),
    either=("esr", "crp"),
)
def jspada7_no_schober(
    *,
    active_joints: T | Scalar,
    entheses: T | Scalar,
    pain: T | Scalar,
    esr: T | Scalar = None,
    crp: T | Scalar = None,
    marker_upper_limit: T | Scalar,
    morning_stiffness: T | Scalar,
    sacroiliitis: T | Scalar,
    uveitis: T | Scalar,
) -> T:
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
    jspada : All eight items, and how each is counted.

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
    return add(
        joints=joint_points(active_joints),
        entheses=enthesis_points(entheses),
        pain=pain_points(pain),
        acute_phase=marker_points(esr, crp, marker_upper_limit),
        stiffness=stiffness_point(morning_stiffness),
        sacroiliitis=sacroiliitis,
        uveitis=uveitis,
    )


@measure(
    label="JSpADA7 without CRP/ESR",
    formula=(
        "active joints + entheses + pain + morning stiffness + sacroiliitis + uveitis + back "
        "mobility, 0–1 each"
    ),
    low=0,
    high=7,
    reference=reference("srinivasalu-2023"),
    evidence=Evidence.UNVERIFIED,
    notes=(_POINTS_NOTE,),
)
def jspada7_no_marker(
    *,
    active_joints: T | Scalar,
    entheses: T | Scalar,
    pain: T | Scalar,
    morning_stiffness: T | Scalar,
    sacroiliitis: T | Scalar,
    uveitis: T | Scalar,
    abnormal_schober: T | Scalar,
) -> T:
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
    jspada : All eight items, and how each is counted.

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
    return add(
        joints=joint_points(active_joints),
        entheses=enthesis_points(entheses),
        pain=pain_points(pain),
        stiffness=stiffness_point(morning_stiffness),
        sacroiliitis=sacroiliitis,
        uveitis=uveitis,
        back_mobility=abnormal_schober,
    )


@measure(
    label="JSpADA6 (modified JSpADA)",
    formula=(
        "active joints + entheses + pain + morning stiffness + sacroiliitis + uveitis, 0–1 each"
    ),
    low=0,
    high=6,
    reference=reference("srinivasalu-2023"),
    evidence=Evidence.UNVERIFIED,
    notes=(_POINTS_NOTE,),
)
def jspada6(
    *,
    active_joints: T | Scalar,
    entheses: T | Scalar,
    pain: T | Scalar,
    morning_stiffness: T | Scalar,
    sacroiliitis: T | Scalar,
    uveitis: T | Scalar,
) -> T:
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
    jspada : All eight items, and how each is counted.

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
    return add(
        joints=joint_points(active_joints),
        entheses=enthesis_points(entheses),
        pain=pain_points(pain),
        stiffness=stiffness_point(morning_stiffness),
        sacroiliitis=sacroiliitis,
        uveitis=uveitis,
    )
