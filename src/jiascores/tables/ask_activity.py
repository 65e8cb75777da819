"""Requests for activity by several variables at once, and for important change in JADAS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import lookup
from jiascores.core.errors import NotCoveredError, RequestError
from jiascores.core.variables import MARKERS
from jiascores.measures.activity import (
    LEVELS,
    POLYARTHRITIS_STATES,
    ActivityLevelCriteria,
    EscalationCriteria,
    MinimalActivityCriteria,
    PolyarthritisCriteria,
    UncontrolledCriteria,
    activity_levels,
    escalations,
    minimal_activity,
    polyarthritis_states,
    uncontrolled,
)
from jiascores.measures.change_in_jadas import (
    CHANGES,
    JadasChangeCriteria,
    JadasImprovementCriteria,
    jadas_changes,
    jadas_improvements,
)
from jiascores.measures.ilar import ILAR_CATEGORIES, CourseRule, course_codes
from jiascores.measures.inactivity import (
    ACUTE_PHASE_INPUTS,
    InactiveDiseaseCriteria,
    RelapseCriteria,
    inactive_verdicts,
    relapse_verdicts,
)
from jiascores.measures.states import CutoffSet, id_of
from jiascores.tables.baselines import (
    ReferenceRule,
    check_reference,
    latest_earlier,
    reference_rows,
)
from jiascores.tables.columns import Column, Output
from jiascores.tables.context import ESR_ELSE_CRP, Context


@attrs.frozen
class FromCategory:
    """The course, from the column with the ILAR category. Made by `from_category`."""

    column: str
    rule: CourseRule

    def codes(self, context: Context, cutoffs: CutoffSet) -> NDArray[np.int64]:
        """Return positions in COURSES, −1 where missing."""
        categories = context.word_codes(self.column, ILAR_CATEGORIES, "ilar_category")
        return course_codes(self.rule, cutoffs, categories, context.values(self.rule.joints))


def from_category(column: str, *, rule: str | CourseRule = "joints-at-visit") -> FromCategory:
    """Say that the course follows from the ILAR category, which stands in a column.

    Parameters
    ----------
    column : str
        Name of the column with the ILAR category, worded as `course` takes it.
    rule : str or CourseRule
        How psoriatic and enthesitis-related arthritis become oligo or poly.

    Returns
    -------
    FromCategory
        For ``course=`` of `jiascores.ask.state`; the course of each row is then shown too, since
        it may change between visits.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.state("cjadas10", cutoffs="trincianti-2021",
    ...                         course=jia.from_category("ilar_category"))
    >>> request.course.column
    'ilar_category'
    """
    return FromCategory(column, lookup(CourseRule, rule, parameter="rule"))


def courses_of(context: Context, course: Any, known: Sequence[str]) -> NDArray[Any]:
    """Return the course of every row as words, from one course or a column of them."""
    if isinstance(course, Column):
        return context.words(course.name, known, "course")
    return np.full(context.size, course, dtype=object)


def check_course(course: Any, known: Sequence[str], owner: str) -> None:
    """Raise where a course is neither a column nor one that the criteria know."""
    if isinstance(course, Column) or course in known:
        return
    found = "was not given" if course is None else f"= {course!r}"
    raise NotCoveredError(
        f"course {found}: {owner} speaks of {' and '.join(known)}. Give one of them, or the "
        f"column that holds them: course=jia.column('your column').",
        variable="course",
        values=(course,),
    )


# --------------------------------------------------------------------------------------------
# States by several variables


@attrs.frozen
class MinimalActivityRequest:
    """Minimal disease activity; made by `minimal_disease_activity`."""

    criteria: MinimalActivityCriteria
    course: Any

    @property
    def courses(self) -> tuple[str, ...]:
        """The courses that the criteria speak of."""
        return _TWO_COURSES

    def compute(self, context: Context) -> list[Output]:
        """Return the verdict of every row."""
        found = minimal_activity(
            self.criteria,
            courses_of(context, self.course, self.courses),
            context.values("physician_global"),
            context.values("patient_global"),
            context.values(self.criteria.joints),
        )
        return [Output(f"minimal_activity_{id_of(self.criteria)}", "flag", found)]


_TWO_COURSES = ("oligo", "poly")


def minimal_disease_activity(
    *, criteria: str | MinimalActivityCriteria | None = None, course: Any = None
) -> MinimalActivityRequest:
    """Ask for minimal disease activity.

    Parameters
    ----------
    criteria : str or MinimalActivityCriteria
        The criteria, for example ``"magni-manzoni-2008"``.
    course : str or Column
        One course for all rows, or the column that holds it.

    Returns
    -------
    MinimalActivityRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.minimal_disease_activity(criteria="magni-manzoni-2008", course="poly")
    >>> request.criteria.name
    'magni-manzoni-2008'
    """
    definition = lookup(MinimalActivityCriteria, criteria, parameter="criteria")
    check_course(course, _TWO_COURSES, definition.name)
    return MinimalActivityRequest(definition, course)


@attrs.frozen
class ActivityLevelRequest:
    """Low, moderate or high activity; made by `activity_level`."""

    criteria: ActivityLevelCriteria
    upper_limit: Any

    def compute(self, context: Context) -> list[Output]:
        """Return the level of every row."""
        name, values = context.reactant
        if context.marker == ESR_ELSE_CRP and not isinstance(self.upper_limit, Column):
            raise RequestError(
                "with marker='esr-else-crp' the upper limit differs between patients: "
                "upper_limit=jia.column('your column').",
                variable="upper_limit",
            )
        limit = self.upper_limit
        if isinstance(limit, Column):
            variable = f"{name if name in MARKERS else MARKERS[0]}_upper_limit"
            limit = context.floats(limit.name, variable)
        codes = activity_levels(
            self.criteria,
            physician_global=context.values("physician_global"),
            patient_global=context.values("patient_global"),
            active_joints=context.values("active_joints"),
            marker=values,
            upper_limit=np.broadcast_to(np.asarray(limit, dtype=np.float64), (context.size,)),
        )
        return [Output(f"activity_{id_of(self.criteria)}", "state", _positions(codes), LEVELS)]


def activity_level(
    *, criteria: str | ActivityLevelCriteria | None = None, upper_limit: Any = None
) -> ActivityLevelRequest:
    """Ask for low, moderate or high disease activity by several variables.

    Parameters
    ----------
    criteria : str or ActivityLevelCriteria
        The criteria, for example ``"beukelman-2011-systemic"``.
    upper_limit : float or Column
        Upper limit of normal of the acute-phase reactant, in its unit.

    Returns
    -------
    ActivityLevelRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.activity_level(criteria="beukelman-2011-systemic", upper_limit=20)
    >>> request.criteria.name
    'beukelman-2011-systemic'
    """
    definition = lookup(ActivityLevelCriteria, criteria, parameter="criteria")
    if upper_limit is None:
        raise RequestError(
            f"{definition.name} asks whether the reactant is normal: upper_limit= takes a number "
            f"or jia.column('your column').",
            variable="upper_limit",
        )
    return ActivityLevelRequest(definition, upper_limit)


@attrs.frozen
class PolyarthritisRequest:
    """States of the ACR 2019 guideline; made by `polyarthritis_state`."""

    criteria: PolyarthritisCriteria

    def compute(self, context: Context) -> list[Output]:
        """Return the state of every row."""
        codes = polyarthritis_states(
            self.criteria, context.score("cjadas10"), context.values("active_joints")
        )
        name = f"polyarthritis_{id_of(self.criteria)}"
        return [Output(name, "state", _positions(codes), POLYARTHRITIS_STATES)]


def polyarthritis_state(
    *, criteria: str | PolyarthritisCriteria | None = None
) -> PolyarthritisRequest:
    """Ask for the states of the ACR 2019 guideline for polyarthritis.

    Parameters
    ----------
    criteria : str or PolyarthritisCriteria
        The criteria: ``"acr-2019"``.

    Returns
    -------
    PolyarthritisRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.polyarthritis_state(criteria="acr-2019")
    >>> request.criteria.name
    'acr-2019'
    """
    return PolyarthritisRequest(lookup(PolyarthritisCriteria, criteria, parameter="criteria"))


@attrs.frozen
class EscalationRequest:
    """Whether treatment is to be escalated; made by `escalation_indicated`."""

    criteria: EscalationCriteria
    course: Any
    month: Column

    @property
    def courses(self) -> tuple[str, ...]:
        """The courses that the criteria speak of."""
        return self.criteria.courses

    def compute(self, context: Context) -> list[Output]:
        """Return the verdict of every row, empty at months that the criteria do not speak of."""
        found = escalations(
            self.criteria,
            context.score(self.criteria.measure),
            context.floats(self.month.name, "month"),
            courses_of(context, self.course, self.courses),
        )
        return [Output(f"escalation_{id_of(self.criteria)}", "flag", found)]


def escalation_indicated(
    *,
    criteria: str | EscalationCriteria | None = None,
    course: Any = None,
    month: Column | None = None,
) -> EscalationRequest:
    """Ask whether the score calls for escalation of treatment at the months of the criteria.

    Parameters
    ----------
    criteria : str or EscalationCriteria
        The criteria: ``"swart-2018"``.
    course : str or Column
        One course for all rows, or the column that holds it.
    month : Column
        The column with the month of the visit since the start of methotrexate.

    Returns
    -------
    EscalationRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.escalation_indicated(
    ...     criteria="swart-2018", course="poly", month=jia.column("month")
    ... )
    >>> request.criteria.name
    'swart-2018'
    """
    definition = lookup(EscalationCriteria, criteria, parameter="criteria")
    check_course(course, definition.courses, definition.name)
    if not isinstance(month, Column):
        raise RequestError(
            f"{definition.name} reads the score at months "
            f"{' and '.join(str(each) for each in definition.months)}: month=jia.column('…') "
            f"names the column that holds the visit's month.",
            variable="month",
        )
    return EscalationRequest(definition, course, month)


def _positions(codes: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.where(np.isnan(codes), -1, codes).astype(np.int64)


# --------------------------------------------------------------------------------------------
# Change in JADAS


@attrs.frozen
class JadasChangeRequest:
    """Important change in a JADAS; made by `horneff_improvement` or `bulatovic_change`."""

    criteria: JadasImprovementCriteria | JadasChangeCriteria
    reference: ReferenceRule

    def compute(self, context: Context) -> list[Output]:
        """Return the verdict, empty on the reference row and before it."""
        rows = reference_rows(context, self.reference)
        scores = context.score(self.criteria.measure)
        context.compared(rows)
        earlier = np.where(rows >= 0, scores[np.maximum(rows, 0)], np.nan)
        after = context.after(rows)
        name = id_of(self.criteria)
        if isinstance(self.criteria, JadasImprovementCriteria):
            improved = jadas_improvements(self.criteria, earlier, scores)
            return [Output(f"improvement_{name}", "flag", np.where(after, improved, np.nan))]
        codes = _positions(np.where(after, jadas_changes(self.criteria, earlier, scores), np.nan))
        return [Output(f"change_{name}", "state", codes, CHANGES)]


def horneff_improvement(
    *,
    criteria: str | JadasImprovementCriteria = "horneff-2014",
    reference: ReferenceRule = "baseline",
) -> JadasChangeRequest:
    """Ask for improvement in JADAS10 by the fall that its baseline asks for.

    Parameters
    ----------
    criteria : str or JadasImprovementCriteria
        The criteria; they are for three months of treatment.
    reference : str or rule
        The earlier visit, as for `flare`.

    Returns
    -------
    JadasChangeRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.horneff_improvement()
    >>> request.criteria.name
    'horneff-2014'
    """
    check_reference(reference)
    return JadasChangeRequest(
        lookup(JadasImprovementCriteria, criteria, parameter="criteria"), reference
    )


def bulatovic_change(
    *,
    criteria: str | JadasChangeCriteria = "bulatovic-2014",
    reference: ReferenceRule = "baseline",
) -> JadasChangeRequest:
    """Ask for important improvement or worsening in JADAS27.

    Parameters
    ----------
    criteria : str or JadasChangeCriteria
        The criteria.
    reference : str or rule
        The earlier visit, as for `flare`.

    Returns
    -------
    JadasChangeRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.bulatovic_change()
    >>> request.criteria.name
    'bulatovic-2014'
    """
    check_reference(reference)
    return JadasChangeRequest(
        lookup(JadasChangeCriteria, criteria, parameter="criteria"), reference
    )


# --------------------------------------------------------------------------------------------
# Return of disease


@attrs.frozen
class RelapseRequest:
    """Return of disease after inactive disease; made by `reacch_out_flare`."""

    criteria: RelapseCriteria

    def compute(self, context: Context) -> list[Output]:
        """Return flare and significant flare, against the visit before."""
        inactive = lookup(InactiveDiseaseCriteria, self.criteria.inactive, parameter="inactive")
        values = {name: context.values(name) for name in inactive.needed}
        if inactive.markers is not None:
            values |= {n: context.values(n) for n in ACUTE_PHASE_INPUTS if context.has(n)}
        now = inactive_verdicts(inactive, values)
        rows = latest_earlier(context.visits, np.ones(context.size, dtype=bool))
        before = np.where(rows >= 0, now[np.maximum(rows, 0)], np.nan)
        after = context.after(rows)
        found = relapse_verdicts(
            self.criteria,
            before,
            now,
            context.values("joint_injection"),
            context.values("treatment_intensified"),
        )
        name = f"flare_{id_of(self.criteria)}"
        return [
            Output(column, "flag", np.where(after, verdict, np.nan))
            for column, verdict in zip((name, f"{name}_significant"), found, strict=True)
        ]


def reacch_out_flare(*, criteria: str | RelapseCriteria = "reacch-out") -> RelapseRequest:
    """Ask for the return of disease after inactive disease at the visit before.

    Parameters
    ----------
    criteria : str or RelapseCriteria
        The criteria. They read the columns ``joint_injection`` and ``treatment_intensified``.

    Returns
    -------
    RelapseRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.reacch_out_flare()
    >>> request.criteria.name
    'reacch-out'
    """
    return RelapseRequest(lookup(RelapseCriteria, criteria, parameter="criteria"))


@attrs.frozen
class UncontrolledRequest:
    """Chronically uncontrolled disease; made by `chronically_uncontrolled`."""

    criteria: UncontrolledCriteria

    def compute(self, context: Context) -> list[Output]:
        """Return the verdict of every row."""
        found = uncontrolled(
            self.criteria, **{name: context.values(name) for name in self.criteria.needs}
        )
        return [Output(f"chronically_uncontrolled_{id_of(self.criteria)}", "flag", found)]


def chronically_uncontrolled(
    *, criteria: str | UncontrolledCriteria | None = None
) -> UncontrolledRequest:
    """Ask for chronically uncontrolled disease.

    Parameters
    ----------
    criteria : str or UncontrolledCriteria
        The criteria, for example ``"brunner-2020"``. They read the column
        ``biologicals_tried``.

    Returns
    -------
    UncontrolledRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.chronically_uncontrolled(criteria="brunner-2020")
    >>> request.criteria.name
    'brunner-2020'
    """
    return UncontrolledRequest(lookup(UncontrolledCriteria, criteria, parameter="criteria"))
