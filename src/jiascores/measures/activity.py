"""Activity states by definitions other than cut-offs of one score: several items at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal, overload

import attrs
from numpy.typing import NDArray

from jiascores.core.definition import Definition, Threshold, publish
from jiascores.core.errors import NotCoveredError, shown, text_of
from jiascores.core.logic import (
    NAN,
    above,
    all_of,
    any_of,
    at_least,
    at_least_of,
    at_most,
    at_place,
    below,
    choose,
    clamp,
    equal,
    no,
)
from jiascores.core.measure import Contradiction, Options, verdict
from jiascores.core.values import Courses, Listed, Scalar, T
from jiascores.core.variables import Course
from jiascores.measures.jadas import JOINT_CAP

LEVELS = ("low", "moderate", "high")
POLYARTHRITIS_STATES = ("not_classified", "low", "moderate_or_high")
_PARTS = ("physician_global", "patient_global", "active_joints")


# --------------------------------------------------------------------------------------------
# Minimal disease activity, Magni-Manzoni 2008


@attrs.frozen(kw_only=True)
class MinimalActivityLimits:
    """The highest values of minimal disease activity in one course, inclusive.

    Parameters
    ----------
    physician_global : float
        Physician global assessment.
    joints : int
        Count of joints.
    patient_global : float, optional
        Patient global assessment; None where it is not asked for.
    """

    physician_global: float
    joints: int
    patient_global: float | None = None

    @property
    def rule(self) -> str:
        """The limits in one line."""
        patient = "" if self.patient_global is None else f"PtGA ≤ {self.patient_global:g} and "
        return f"PhGA ≤ {self.physician_global:g} and {patient}joints ≤ {self.joints}"


@attrs.frozen(kw_only=True)
class MinimalActivityCriteria(Definition):
    """Criteria for minimal disease activity.

    Parameters
    ----------
    oligo, poly : MinimalActivityLimits
        The limits in each course.
    joints : {"swollen_joints", "active_joints"}
        Which count of joints they read.
    """

    kind: ClassVar[str] = "minimal disease activity criteria"
    courses: ClassVar[tuple[str, ...]] = ("oligo", "poly")

    oligo: MinimalActivityLimits
    poly: MinimalActivityLimits
    joints: Literal["swollen_joints", "active_joints"] = "swollen_joints"

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that it needs."""
        return ("physician_global", "patient_global", self.joints, "course")

    @property
    def rule(self) -> str:
        """The rule in one line."""
        limits = f"oligo: {self.oligo.rule}; poly: {self.poly.rule}"
        return limits.replace("joints", self.joints.replace("_", " "))


_NOT_SYSTEMIC = (
    "A reprint asks for absence of systemic features too in systemic arthritis, which has no "
    "limits of its own here."
)
_OLIGO_LIMITS = MinimalActivityLimits(physician_global=2.5, joints=0)
_POLY_LIMITS = MinimalActivityLimits(physician_global=3.4, patient_global=2.1, joints=1)

MINIMAL_ACTIVITY_CRITERIA = publish(
    MinimalActivityCriteria.cited(
        "magni-manzoni-2008",
        "The abstract counts swollen joints; a reprint says active.",
        _NOT_SYSTEMIC,
        oligo=_OLIGO_LIMITS,
        poly=_POLY_LIMITS,
    ),
    MinimalActivityCriteria.cited(
        "magni-manzoni-2008-active",
        "As a reprint has it: active joints instead of swollen ones.",
        _NOT_SYSTEMIC,
        source="magni-manzoni-2008",
        oligo=_OLIGO_LIMITS,
        poly=_POLY_LIMITS,
        joints="active_joints",
        derives_from="magni-manzoni-2008",
    ),
)


@overload
def minimal_disease_activity(  # type: ignore[overload-overlap]
    *,
    course: Course | None,
    physician_global: Scalar,
    patient_global: Scalar,
    swollen_joints: Scalar = ...,
    active_joints: Scalar = ...,
    criteria: str | MinimalActivityCriteria,
) -> bool | None: ...
@overload
def minimal_disease_activity(  # type: ignore[overload-overlap]
    *,
    course: Courses,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    swollen_joints: T | Scalar = ...,
    active_joints: T | Scalar = ...,
    criteria: str | MinimalActivityCriteria,
) -> T: ...
@overload
def minimal_disease_activity(
    *,
    course: Courses,
    physician_global: Listed,
    patient_global: Listed,
    swollen_joints: Listed = ...,
    active_joints: Listed = ...,
    criteria: str | MinimalActivityCriteria,
) -> NDArray[Any]: ...
@verdict(MinimalActivityCriteria, steady=True)
def minimal_disease_activity(
    criteria: MinimalActivityCriteria,
    course: Any,
    physician_global: Any,
    patient_global: Any,
    swollen_joints: Any,
    active_joints: Any,
) -> Any:
    """Return whether disease activity is minimal, by criteria on its parts.

    Parameters
    ----------
    course : {"oligo", "poly"}, array or Series
        Disease course; missing gives a missing verdict.
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10; it counts in the poly course.
    swollen_joints : float, array or Series
        Swollen joints, whole number, where the criteria read them.
    active_joints : float, array or Series
        Active joints of the 71, whole number, where the criteria read them instead.
    criteria : str or MinimalActivityCriteria
        ``"magni-manzoni-2008"``, on swollen joints, or ``"magni-manzoni-2008-active"``.

    Returns
    -------
    bool or None, array of 1/0/NaN, or nullable boolean Series
        Not determinable only where a gap could matter.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    NotCoveredError
        If the course is neither oligo nor poly.
    RequestError
        If the count of joints is not the one that the criteria read.

    See Also
    --------
    jiascores.disease_state : The state that goes with a score.
    jiascores.ask.minimal_disease_activity : Asks a table of visits for it.

    Notes
    -----
    Oligo: PhGA ≤ 2.5 and no swollen joint. Poly: PhGA ≤ 3.4, PtGA ≤ 2.1 and at most one swollen
    joint. "MDA" is *minimal* here; some papers mean *moderate* by it.

    References
    ----------
    Magni-Manzoni 2008, minimal disease activity.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.minimal_disease_activity(course="poly", physician_global=3.4, patient_global=2.1,
    ...                              swollen_joints=1, criteria="magni-manzoni-2008")
    True
    >>> jia.minimal_disease_activity(course="poly", physician_global=3.5, patient_global=None,
    ...                              swollen_joints=1, criteria="magni-manzoni-2008")
    False
    """
    joints = swollen_joints if criteria.joints == "swollen_joints" else active_joints

    def within(limits: MinimalActivityLimits) -> Any:
        items = [at_most(physician_global, limits.physician_global), at_most(joints, limits.joints)]
        if limits.patient_global is not None:
            items.append(at_most(patient_global, limits.patient_global))
        return all_of(*items)

    return at_place(course, (criteria.oligo, criteria.poly), within)


# --------------------------------------------------------------------------------------------
# Low, moderate and high activity, ACR recommendations of 2011 (Beukelman)


@attrs.frozen(kw_only=True)
class ActivityLevelCriteria(Definition):
    """Criteria for low, moderate and high activity from four items.

    Low needs all four of its items, high at least `high_needed` of its four; else moderate.

    Parameters
    ----------
    low_joints : int
        Highest count of active joints of low activity, inclusive.
    low_physician_global, low_patient_global : float
        The globals are below these in low activity. The marker is at most its upper limit.
    high_joints : int
        Lowest count of active joints of high activity, inclusive.
    high_marker : float
        The marker is above so many times its upper limit.
    high_physician_global, high_patient_global : float
        Lowest globals of high activity, inclusive.
    high_needed : int
        How many of the four items high activity needs.
    """

    kind: ClassVar[str] = "activity level criteria"
    reads: ClassVar[tuple[str, ...]] = (*_PARTS, "esr/crp", "upper_limit")

    low_joints: int
    low_physician_global: float
    low_patient_global: float
    high_joints: int
    high_physician_global: float
    high_patient_global: float
    high_marker: float = 2
    high_needed: int = 3

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            f"low if all of: active joints ≤ {self.low_joints}, ESR or CRP normal, "
            f"PhGA < {self.low_physician_global:g}, PtGA < {self.low_patient_global:g}; "
            f"high if ≥ {self.high_needed} of: active joints ≥ {self.high_joints}, ESR or CRP "
            f"> {self.high_marker:g} × upper limit, PhGA ≥ {self.high_physician_global:g}, "
            f"PtGA ≥ {self.high_patient_global:g}; else moderate"
        )


_ONE_MARKER = (
    "The recommendations say ESR or CRP; the caller gives one of them, with its upper limit."
)
_FIVE_OR_MORE: dict[str, Any] = {
    "low_joints": 4,
    "low_physician_global": 4,
    "low_patient_global": 2,
    "high_joints": 8,
    "high_physician_global": 7,
    "high_patient_global": 5,
}

ACTIVITY_LEVEL_CRITERIA = publish(
    ActivityLevelCriteria.cited(
        "beukelman-2011-systemic",
        "For systemic arthritis with active arthritis (table 5).",
        _ONE_MARKER,
        source="beukelman-2011",
        **_FIVE_OR_MORE,
    ),
    ActivityLevelCriteria.cited(
        "beukelman-2011-5-or-more-joints",
        "For a history of arthritis of 5 or more joints.",
        "Read with the limits of table 5, which is for systemic arthritis with active arthritis.",
        _ONE_MARKER,
        source="beukelman-2011",
        **_FIVE_OR_MORE,
    ),
    ActivityLevelCriteria.cited(
        "beukelman-2011-4-or-fewer-joints",
        "For a history of arthritis of 4 or fewer joints.",
        _ONE_MARKER,
        source="beukelman-2011",
        low_joints=1,
        low_physician_global=3,
        low_patient_global=2,
        high_joints=2,
        high_physician_global=7,
        high_patient_global=4,
    ),
)


@overload
def activity_level(  # type: ignore[overload-overlap]  # numbers alone come first
    *,
    physician_global: Scalar,
    patient_global: Scalar,
    active_joints: Scalar,
    esr: Scalar = ...,
    crp: Scalar = ...,
    upper_limit: Scalar,
    criteria: str | ActivityLevelCriteria,
) -> str | None: ...
@overload
def activity_level(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    esr: T | Scalar = ...,
    crp: T | Scalar = ...,
    upper_limit: T | Scalar,
    criteria: str | ActivityLevelCriteria,
) -> T: ...
@overload
def activity_level(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    esr: Listed = ...,
    crp: Listed = ...,
    upper_limit: Listed,
    criteria: str | ActivityLevelCriteria,
) -> NDArray[Any]: ...
@verdict(ActivityLevelCriteria, steady=True, gives="word", words=LEVELS)
def activity_level(
    criteria: ActivityLevelCriteria,
    physician_global: Any,
    patient_global: Any,
    active_joints: Any,
    marker: Any,
    upper_limit: Any,
) -> Any:
    """Return low, moderate or high activity, by criteria on four items.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints : float, array or Series
        Active joints of the 71, whole number.
    esr : float, array or Series, optional
        Erythrocyte sedimentation rate in mm/h. Give either `esr` or `crp`.
    crp : float, array or Series, optional
        C-reactive protein in mg/L.
    upper_limit : float, array or Series
        The laboratory's upper limit of normal of that marker, in its unit.
    criteria : str or ActivityLevelCriteria
        ``"beukelman-2011-systemic"``, ``"beukelman-2011-5-or-more-joints"`` or
        ``"beukelman-2011-4-or-fewer-joints"``.

    Returns
    -------
    str or None, array of str and None, or ordered categorical Series
        ``low``, ``moderate`` or ``high``; missing only where a gap could matter.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MarkerError
        If both or neither of `esr` and `crp` are given.

    See Also
    --------
    jiascores.disease_state : The state that goes with a score.
    jiascores.polyarthritis_state : Another state from several items.
    jiascores.ask.activity_level : Asks a table of visits for it.

    Notes
    -----
    Low needs all of: few active joints, a normal marker, both globals below their limits. High
    needs three of: many active joints, the marker above twice its upper limit, each global at or
    above its limit. Everything else is moderate.

    References
    ----------
    Beukelman 2011, ACR recommendations, table 5, PMC3222233.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.activity_level(physician_global=7, patient_global=5, active_joints=8, esr=None,
    ...                    upper_limit=20, criteria="beukelman-2011-systemic")
    'high'
    """
    low = all_of(
        at_most(active_joints, criteria.low_joints),
        at_most(marker, upper_limit),
        below(physician_global, criteria.low_physician_global),
        below(patient_global, criteria.low_patient_global),
    )
    high = at_least_of(
        criteria.high_needed,
        at_least(active_joints, criteria.high_joints),
        above(marker, criteria.high_marker * upper_limit),
        at_least(physician_global, criteria.high_physician_global),
        at_least(patient_global, criteria.high_patient_global),
    )
    return choose((low, 0), (high, 2), otherwise=1)


# --------------------------------------------------------------------------------------------
# Polyarthritis, ACR guideline of 2019


@attrs.frozen(kw_only=True)
class PolyarthritisCriteria(Definition):
    """Criteria for low and for moderate or high activity in polyarthritis.

    Parameters
    ----------
    measure : str
        Id of the score that they read.
    low_at_most : float
        Highest cJADAS10 of low activity, inclusive.
    active_joints_needed : int
        Active joints that low activity needs; with fewer the state is not classified.
    """

    kind: ClassVar[str] = "polyarthritis state criteria"

    measure: str = "cjadas10"
    low_at_most: float
    active_joints_needed: int

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that it needs."""
        return (self.measure, "active_joints")

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            f"moderate or high if cJADAS10 > {self.low_at_most:g}; low if ≤ {self.low_at_most:g} "
            f"with ≥ {self.active_joints_needed} active joint; else not classified"
        )


POLYARTHRITIS_CRITERIA = publish(
    PolyarthritisCriteria.cited(
        "acr-2019",
        "Moderate and high are one state in the guideline.",
        low_at_most=2.5,
        active_joints_needed=1,
    ),
)
_TWO_GLOBALS = 20


def _not_of_joints(
    _: PolyarthritisCriteria, values: Mapping[str, Any], options: Options
) -> Iterator[Contradiction]:
    """Find scores that cannot come from their active joints."""
    score, active_joints = values["score"], values["active_joints"]
    counted = clamp(active_joints, 0, JOINT_CAP)
    yield Contradiction(
        any_of(below(score, counted), above(score, counted + _TWO_GLOBALS)),
        values,
        "the score is the joints, at most 10, and two globals of 0–10 each. Give the active joints "
        "of the 71 that went into it.",
    )


@overload
def polyarthritis_state(  # type: ignore[overload-overlap]  # numbers alone come first
    score: Scalar, *, active_joints: Scalar, criteria: str | PolyarthritisCriteria
) -> str | None: ...
@overload
def polyarthritis_state(  # type: ignore[overload-overlap]
    score: T | Scalar, *, active_joints: T | Scalar, criteria: str | PolyarthritisCriteria
) -> T: ...
@overload
def polyarthritis_state(
    score: Listed, *, active_joints: Listed, criteria: str | PolyarthritisCriteria
) -> NDArray[Any]: ...
@verdict(
    PolyarthritisCriteria, gives="word", words=POLYARTHRITIS_STATES, contradictions=_not_of_joints
)
def polyarthritis_state(criteria: PolyarthritisCriteria, score: Any, active_joints: Any) -> Any:
    """Return the activity state in polyarthritis, from cJADAS10 and the active joints.

    Parameters
    ----------
    score : float, array or Series
        Clinical JADAS10, 0–30.
    active_joints : float, array or Series
        Active joints of the 71, whole number.
    criteria : str or PolyarthritisCriteria
        ``"acr-2019"``.

    Returns
    -------
    str or None, array of str and None, or ordered categorical Series
        ``low``, ``moderate_or_high``, or ``not_classified``: a score of low activity without an
        active joint. Missing only where a gap could matter.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    InconsistentError
        If a score cannot come from its active joints.

    See Also
    --------
    jiascores.disease_state : The state that goes with a score.
    jiascores.activity_level : Another state from several items.
    jiascores.ask.polyarthritis_state : Asks a table of visits for it.

    Notes
    -----
    cJADAS10 > 2.5: moderate or high, whatever the joints. ≤ 2.5 with at least one active joint:
    low. ≤ 2.5 without an active joint: not classified. Three active joints are above 2.5 even
    where the globals, and so the score, are missing.

    References
    ----------
    ACR 2019 guideline, polyarthritis.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.polyarthritis_state(2.5, active_joints=1, criteria="acr-2019")
    'low'
    >>> jia.polyarthritis_state(2.5, active_joints=0, criteria="acr-2019")
    'not_classified'
    """
    # The joints alone are a lower bound of the score: three of them make more than 2.5.
    raised = any_of(
        above(score, criteria.low_at_most),
        above(clamp(active_joints, 0, JOINT_CAP), criteria.low_at_most),
    )
    with_joints = at_least(active_joints, criteria.active_joints_needed)
    return choose((raised, 2), (all_of(no(raised), with_joints), 1), otherwise=0)


# --------------------------------------------------------------------------------------------
# Escalation of treatment, Swart 2018


@attrs.frozen(kw_only=True)
class EscalationLimit:
    """The score above which treatment is escalated at one visit, in one course.

    Parameters
    ----------
    month : int
        Months since the start of methotrexate.
    course : str
        ``"oligo"`` or ``"poly"``.
    above : float
        Treatment is escalated above this score, not at it.
    """

    month: int
    course: str
    above: float


@attrs.frozen(kw_only=True)
class EscalationCriteria(Definition):
    """Criteria for escalation of treatment.

    Parameters
    ----------
    measure : str
        Id of the score that they read.
    limits : tuple of EscalationLimit
        One for each visit and course.
    """

    kind: ClassVar[str] = "escalation criteria"

    measure: str
    limits: tuple[EscalationLimit, ...]

    @property
    def months(self) -> tuple[int, ...]:
        """The months that the criteria speak about."""
        return tuple(dict.fromkeys(one.month for one in self.limits))

    @property
    def courses(self) -> tuple[str, ...]:
        """The courses that the criteria speak about."""
        return tuple(dict.fromkeys(one.course for one in self.limits))

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that it needs."""
        return (self.measure, "month", "course")

    def check_options(self, *, measure: str | None = None, **_: Any) -> None:
        """Raise where the score is another than the one that the criteria read."""
        if measure is not None and text_of(measure) != self.measure:
            message = f"{self.name} reads {self.measure}, not {shown(measure)}."
            raise NotCoveredError(message, variable="measure", values=(measure,))

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The score above which treatment is escalated, at each visit in each course."""
        return tuple(Threshold(f"month {one.month} {one.course}", one.above) for one in self.limits)

    @property
    def rule(self) -> str:
        """The rule in one line."""
        limits = [f"> {one.above:g} at month {one.month} ({one.course})" for one in self.limits]
        return f"escalate if {self.measure} is {', '.join(limits)}"


ESCALATION_CRITERIA = publish(
    EscalationCriteria.cited(
        "swart-2018",
        "That cJADAS is JADAS71 without the ESR here is inferred.",
        measure="cjadas71",
        limits=(
            EscalationLimit(month=3, course="oligo", above=5),
            EscalationLimit(month=6, course="oligo", above=3),
            EscalationLimit(month=3, course="poly", above=7),
            EscalationLimit(month=6, course="poly", above=4),
        ),
    ),
)


@overload
def escalation_indicated(  # type: ignore[overload-overlap]
    score: Scalar,
    *,
    measure: str | None = ...,
    month: Scalar,
    course: Course | None,
    criteria: str | EscalationCriteria,
) -> bool | None: ...
@overload
def escalation_indicated(  # type: ignore[overload-overlap]
    score: T | Scalar,
    *,
    measure: str | None = ...,
    month: T | Scalar,
    course: Courses,
    criteria: str | EscalationCriteria,
) -> T: ...
@overload
def escalation_indicated(
    score: Listed,
    *,
    measure: str | None = ...,
    month: Listed,
    course: Courses,
    criteria: str | EscalationCriteria,
) -> NDArray[Any]: ...
@verdict(EscalationCriteria, steady=True, bad_news=True)
def escalation_indicated(
    criteria: EscalationCriteria, score: Any, month: Any, course: Any, *, measure: str | None = None
) -> Any:
    """Return whether a score calls for escalation of treatment, by criteria for set visits.

    Parameters
    ----------
    score : float, array or Series
        The score.
    measure : str, optional
        Which score it is; it must be the one that the criteria read, ``"cjadas71"``.
    month : int, array or Series
        Months since the start of methotrexate: 3 or 6.
    course : {"oligo", "poly"}, array or Series
        Disease course.
    criteria : str or EscalationCriteria
        ``"swart-2018"``.

    Returns
    -------
    bool or None, array of 1/0/NaN, or nullable boolean Series
        Missing where the score, the month or the course is missing.

    Raises
    ------
    OutOfRangeError, NotNumericError
        For a value that is not allowed, saying which and where.
    NotCoveredError
        If the criteria say nothing about the score, the month or the course.

    See Also
    --------
    jiascores.chronically_uncontrolled : Whether disease is uncontrolled.
    jiascores.ask.escalation_indicated : Asks a table of visits for it.

    Notes
    -----
    Escalate above 5 at month 3 and above 3 at month 6 in oligo, above 7 and above 4 in poly;
    a score equal to the limit does not call for it.

    References
    ----------
    Swart 2018, Ann Rheum Dis 77:336, doi 10.1136/annrheumdis-2017-212104.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.escalation_indicated(7.1, measure="cjadas71", month=3, course="poly",
    ...                          criteria="swart-2018")
    True
    """
    bounds = []
    for limit in criteria.limits:
        place = criteria.courses.index(limit.course)
        bounds.append((all_of(equal(month, limit.month), equal(course, place)), limit.above))
    return above(score, choose(*bounds, otherwise=NAN))


# --------------------------------------------------------------------------------------------
# Chronically uncontrolled disease, Brunner 2020


@attrs.frozen(kw_only=True)
class UncontrolledCriteria(Definition):
    """Criteria for disease that stays active in spite of biological treatment.

    Parameters
    ----------
    physician_global, patient_global : float
        Global assessments from which on disease is active.
    active_joints : int
        Active joints from which on disease is active; any of the three is enough.
    biologicals_tried : int
        How many biological DMARDs must have been tried.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.definitions("uncontrolled disease criteria")["name"].tolist()
    ['brunner-2020']
    """

    kind: ClassVar[str] = "uncontrolled disease criteria"
    reads: ClassVar[tuple[str, ...]] = (*_PARTS, "biologicals_tried")

    physician_global: float
    patient_global: float
    active_joints: int
    biologicals_tried: int

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            f"PhGA ≥ {self.physician_global:g}, PtGA ≥ {self.patient_global:g} or active joints ≥ "
            f"{self.active_joints}, after ≥ {self.biologicals_tried} biological DMARDs"
        )


UNCONTROLLED_CRITERIA = publish(
    UncontrolledCriteria.cited(
        "brunner-2020",
        "Which drugs count, and for how long each was tried, is the caller's to say.",
        physician_global=3,
        patient_global=3,
        active_joints=3,
        biologicals_tried=2,
    ),
)


@overload
def chronically_uncontrolled(  # type: ignore[overload-overlap]  # numbers alone come first
    *,
    physician_global: Scalar,
    patient_global: Scalar,
    active_joints: Scalar,
    biologicals_tried: Scalar,
    criteria: str | UncontrolledCriteria,
) -> bool | None: ...
@overload
def chronically_uncontrolled(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    biologicals_tried: T | Scalar,
    criteria: str | UncontrolledCriteria,
) -> T: ...
@overload
def chronically_uncontrolled(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    biologicals_tried: Listed,
    criteria: str | UncontrolledCriteria,
) -> NDArray[Any]: ...
@verdict(UncontrolledCriteria, steady=True, bad_news=True)
def chronically_uncontrolled(
    criteria: UncontrolledCriteria,
    physician_global: Any,
    patient_global: Any,
    active_joints: Any,
    biologicals_tried: Any,
) -> Any:
    """Return whether disease is chronically uncontrolled in spite of biological treatment.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints : float, array or Series
        Active joints of the 71, whole number.
    biologicals_tried : float, array or Series
        How many biological DMARDs were tried, whole number.
    criteria : str or UncontrolledCriteria
        ``"brunner-2020"``.

    Returns
    -------
    bool or None, array of 1/0/NaN, or nullable boolean Series
        Not determinable only where a gap could matter.

    Raises
    ------
    UnknownDefinitionError
        If no criteria, or unknown ones, are named.
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.escalation_indicated : Whether treatment should be escalated.
    jiascores.ask.chronically_uncontrolled : Asks a table of visits for it.

    Notes
    -----
    PhGA ≥ 3, PtGA ≥ 3 or at least three active joints, after at least two biological DMARDs.

    References
    ----------
    Brunner 2020, chronically uncontrolled JIA.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.chronically_uncontrolled(physician_global=2.5, patient_global=None, active_joints=3,
    ...                              biologicals_tried=2, criteria="brunner-2020")
    True
    """
    active = any_of(
        at_least(physician_global, criteria.physician_global),
        at_least(patient_global, criteria.patient_global),
        at_least(active_joints, criteria.active_joints),
    )
    return all_of(active, at_least(biologicals_tried, criteria.biologicals_tried))
