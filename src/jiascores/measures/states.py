"""Disease activity states: which cut-off set, which score, which course."""

from __future__ import annotations

from typing import Any, ClassVar, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import DefinitionError, MisalignedError, NotCoveredError, listing
from jiascores.core.exact import at_most, below
from jiascores.core.kinds import (
    Like,
    Scalar,
    T,
    check,
    common,
    is_missing,
    kind_of,
    number,
    to_floats,
)
from jiascores.core.measure import Score
from jiascores.core.references import Evidence, reference
from jiascores.core.variables import Variable

COURSES = ("oligo", "poly", "systemic")
ANY_COURSE = "any"
COMPLETE = ("inactive", "low", "moderate", "high")
# Where a set has no bound between moderate and high.
OPEN = ("inactive", "low", "moderate_or_high")


@attrs.frozen(kw_only=True)
class Bounds:
    """The upper bounds of one score in one course.

    Parameters
    ----------
    measure : str
        Id of the score, for example ``"jadas10"``.
    course : str
        ``"oligo"``, ``"poly"``, ``"systemic"``, or ``"any"`` where the set knows no course.
    states : tuple of str
        The states, from the lowest; the last has no upper bound.
    upper : tuple of float
        The upper bound of each state but the last.
    exclusive : tuple of str
        States to which their upper bound itself does not belong; to all others it does.
    evidence : Evidence
        How well these figures were checked.
    """

    measure: str
    course: str
    states: tuple[str, ...]
    upper: tuple[float, ...]
    exclusive: tuple[str, ...] = ()
    evidence: Evidence = Evidence.PRIMARY

    @property
    def steps(self) -> tuple[tuple[str, float, bool], ...]:
        """Each state with its upper bound, and whether the bound belongs to it."""
        return tuple(
            (state, bound, state not in self.exclusive)
            for state, bound in zip(self.states, self.upper, strict=False)
        )

    @property
    def rule(self) -> str:
        """The bounds in one line."""
        steps = [
            f"{state} {'≤' if inclusive else '<'} {bound:g}"
            for state, bound, inclusive in self.steps
        ]
        return f"{', '.join(steps)}, else {self.states[-1]}"


@attrs.frozen(kw_only=True)
class CutoffSet(Definition):
    """A published set of cut-offs for disease activity states.

    Parameters
    ----------
    bounds : tuple of Bounds
        One entry for each score and course that the set defines.
    """

    kind: ClassVar[str] = "cut-off set"

    bounds: tuple[Bounds, ...]

    def _check(self) -> None:
        for one in self.bounds:
            if list(one.upper) != sorted(set(one.upper)) or len(one.states) != len(one.upper) + 1:
                raise DefinitionError(
                    f"{self.name}: bounds of {one.measure} {one.course} must ascend, one for each "
                    f"state but the last: {one.upper} for {one.states}",
                    variable="bounds",
                )

    @property
    def measures(self) -> tuple[str, ...]:
        """The scores that the set has cut-offs for."""
        return tuple(dict.fromkeys(one.measure for one in self.bounds))

    @property
    def rule(self) -> str:
        """The upper bounds in one line."""
        return "; ".join(f"{one.measure} {one.course}: {one.rule}" for one in self.bounds)

    def of(self, measure: str) -> dict[str, Bounds]:
        """Return the bounds of one score by course.

        Raises
        ------
        NotCoveredError
            If the set has no cut-offs for this score.
        """
        found = {one.course: one for one in self.bounds if one.measure == measure}
        if not found:
            raise NotCoveredError(
                f"the cut-off set {self.name} has no cut-offs for {measure}; it has them for "
                f"{', '.join(self.measures)}.",
                variable="measure",
                values=(measure,),
            )
        return found


_INCLUSIVE_UNVERIFIED = "That the bounds are inclusive (≤) is unverified."
_SYSTEMIC_NOTE = (
    "Systemic arthritis is read as poly; plain JADAS was not validated in systemic arthritis."
)


def _pair(
    measure: str,
    oligo: tuple[float, ...],
    poly: tuple[float, ...],
    evidence: Evidence = Evidence.PRIMARY,
) -> tuple[Bounds, Bounds]:
    """Return the bounds of one score for both courses: inactive, low and perhaps moderate."""
    states = COMPLETE if len(oligo) == len(COMPLETE) - 1 else OPEN
    return (
        Bounds(measure=measure, course="oligo", states=states, upper=oligo, evidence=evidence),
        Bounds(measure=measure, course="poly", states=states, upper=poly, evidence=evidence),
    )


CUTOFF_SETS = publish(
    CutoffSet(
        name="consolaro-2012-2014",
        reference=reference("consolaro-2012"),
        evidence=Evidence.PRIMARY,
        notes=(
            "Inactive and low: Consolaro 2012. High: Consolaro 2014, PMID 24347571.",
            "The bound for high of JADAS27 poly is 8.5, that of the others 10.5.",
            _SYSTEMIC_NOTE,
        ),
        bounds=(
            *_pair("jadas10", (1, 2, 4.2), (1, 3.8, 10.5)),
            *_pair("jadas27", (1, 2, 4.2), (1, 3.8, 8.5)),
            *_pair("jadas71", (1, 2, 4.2), (1, 3.8, 10.5)),
        ),
    ),
    CutoffSet(
        name="consolaro-2014",
        reference=reference("consolaro-2014"),
        evidence=Evidence.PRIMARY,
        notes=(_SYSTEMIC_NOTE,),
        bounds=_pair("cjadas10", (1, 1.5, 4), (1, 2.5, 8.5)),
    ),
    CutoffSet(
        name="trincianti-2021",
        reference=reference("trincianti-2021"),
        evidence=Evidence.PRIMARY,
        notes=(
            _INCLUSIVE_UNVERIFIED,
            "That extended oligoarthritis is read as poly is unverified under this set.",
        ),
        bounds=(
            *_pair("jadas10", (1.4, 4, 13), (2.7, 6, 17)),
            *_pair("cjadas10", (1.1, 4, 12), (2.5, 5, 16)),
        ),
    ),
    CutoffSet(
        name="backstrom-2016",
        reference=reference("backstrom-2016"),
        evidence=Evidence.PRIMARY,
        notes=(
            "The cJADAS10 bounds are secondary evidence.",
            "No bound between moderate and high.",
        ),
        bounds=(
            *_pair("jadas10", (0.5, 2.7), (0.7, 3.9)),
            *_pair("cjadas10", (0.5, 2.7), (0.7, 3.9), Evidence.SECONDARY),
        ),
    ),
    CutoffSet(
        name="backstrom-2018",
        reference=reference("backstrom-2018"),
        evidence=Evidence.SECONDARY,
        notes=("backstrom-2016 with a bound for high.",),
        bounds=(
            *_pair("jadas10", (0.5, 2.7, 6.6), (0.7, 3.9, 15.2), Evidence.SECONDARY),
            *_pair("cjadas10", (0.5, 2.7, 6.6), (0.7, 3.9, 14.0), Evidence.SECONDARY),
        ),
    ),
    CutoffSet(
        name="backstrom-2019",
        reference=reference("backstrom-2019"),
        evidence=Evidence.PRIMARY,
        notes=("No bound between moderate and high.",),
        bounds=(
            *_pair("jadas10", (0.5, 3.8), (0.7, 5.1)),
            *_pair("cjadas10", (0.5, 3.8), (0.7, 5.0)),
        ),
    ),
)


def state_codes(scores: NDArray[Any], bounds: Bounds) -> NDArray[np.int64]:
    """Return positions in the states of these bounds, for flat scores; −1 where missing."""
    codes = np.full(scores.shape, len(bounds.upper), dtype=np.int64)
    for position, (_, bound, inclusive) in reversed(list(enumerate(bounds.steps))):
        codes[at_most(scores, bound) if inclusive else below(scores, bound)] = position
    codes[np.isnan(scores)] = -1
    return codes


def states_by_course(
    cutoffs: CutoffSet, measure: str, scores: NDArray[Any], courses: Any
) -> NDArray[np.int64]:
    """Return positions in the set's states, each score read by the bounds of its course.

    Every caller comes through here: one score, arrays, frames and clusters alike. `courses` is
    one course, or an array of courses; missing where it is None.
    """
    of_course = cutoffs.of(measure)
    if ANY_COURSE in of_course:
        return state_codes(scores, of_course[ANY_COURSE])
    codes = np.full(scores.shape, -1, dtype=np.int64)
    if not isinstance(courses, np.ndarray):
        return state_codes(scores, of_course[courses]) if courses in of_course else codes
    for course, bounds in of_course.items():
        here = courses == course
        codes[here] = state_codes(scores[here], bounds)
    return codes


def state_words(cutoffs: CutoffSet, measure: str) -> tuple[str, ...]:
    """Return the states that a set gives for a score, in order."""
    return next(iter(cutoffs.of(measure).values())).states


def state_column(measure: str, cutoffs: CutoffSet) -> str:
    """Return the name of the column that holds this state."""
    return f"state_{measure}_{cutoffs.name.replace('-', '_')}"


def score_variable(score: Score) -> Variable:
    """Return what a value of this score may be."""
    return Variable(score.name, score.label, "", score.low, score.high)


def checked_courses(course: Any, cutoffs: CutoffSet, measure: str, like: Like) -> Any:
    """Return one course or a flat array of courses, None where missing; others raise."""
    known = cutoffs.of(measure)
    if ANY_COURSE in known:
        return None
    if kind_of(course) == "number":
        course = None if is_missing(course) else course
        _refuse_courses([course], known, cutoffs, like)
        return course
    if kind_of(course) != like.kind or np.shape(course) != like.shape:
        raise MisalignedError(
            f"course has shape {np.shape(course)} and score {like.shape}: give one course, or "
            f"one for each score, of the same kind.",
            variable="course",
        )
    if like.kind == "pandas" and not course.index.equals(like.index):
        raise MisalignedError(
            "the Series score and course have different indexes, and are not aligned for you.",
            variable="course",
        )
    values = np.asarray(course, dtype=object).ravel()
    values = np.array([None if is_missing(one) else one for one in values], dtype=object)
    _refuse_courses(values, known, cutoffs, like)
    return values


def _refuse_courses(values: Any, known: dict[str, Bounds], cutoffs: CutoffSet, like: Like) -> None:
    refused = [
        (position, one)
        for position, one in enumerate(values)
        if one is not None and one not in known
    ]
    if refused:
        places = like.labels if like.labels is not None else range(len(values))
        where = [places[position] for position, _ in refused]
        raise NotCoveredError(
            f"course = {listing([repr(one) for _, one in refused])}: the cut-off set "
            f"{cutoffs.name} knows {', '.join(known)}. An ILAR category is turned into a course "
            f"first; leave the course missing where there is none.",
            variable="course",
            values=[one for _, one in refused],
            where=where,
        )


@overload
def disease_state(
    score: Scalar, *, measure: str, course: str | None, cutoffs: str | CutoffSet
) -> str | None: ...
@overload
def disease_state(score: T, *, measure: str, course: Any, cutoffs: str | CutoffSet) -> T: ...
def disease_state(
    score: Any,
    *,
    measure: str | None = None,
    course: Any = None,
    cutoffs: str | CutoffSet | None = None,
) -> Any:
    """Disease activity state of a score, by a cut-off set that the caller names.

    Parameters
    ----------
    score : float, array or Series
        The score.
    measure : str
        Which score it is, for example ``"jadas10"`` or ``"cjadas10"``.
    course : {"oligo", "poly"}, array or Series
        Disease course; missing gives a missing state.
    cutoffs : str or CutoffSet
        The set. There is no default: published sets conflict on the same score.

    Returns
    -------
    str or None, array of str and None, or ordered categorical Series
        ``inactive``, ``low`` (minimal), ``moderate``, ``high``; ``moderate_or_high`` where the
        set has no bound between these two.

    Raises
    ------
    UnknownDefinitionError
        If no set, or an unknown one, is named.
    NotCoveredError
        If the set has no cut-offs for this score, or the course is not one of its courses.
    OutOfRangeError
        If the score is outside its range.

    Notes
    -----
    A score is compared as the decimal that it stands for: 3.7 + 0.1 is 3.8, and 3.8 is low.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.disease_state(3.8, measure="jadas10", course="poly", cutoffs="consolaro-2012-2014")
    'low'
    >>> jia.disease_state(3.9, measure="jadas10", course="poly", cutoffs="consolaro-2012-2014")
    'moderate'
    """
    definition = lookup(CutoffSet, cutoffs, parameter="cutoffs")
    of = lookup(Score, measure, parameter="measure")
    definition.of(of.name)
    variable = score_variable(of)
    like = common({"score": score})
    courses = checked_courses(course, definition, of.name, like)
    if like.kind == "number":
        flat = np.array([number(score, variable)])
    else:
        flat = to_floats(score, variable, like.labels).astype(np.float64, copy=False).ravel()
        check(variable, flat, like.labels)
    codes = states_by_course(definition, of.name, flat, courses)
    return like.text(
        codes.reshape(like.shape) if like.shape else codes[0],
        state_column(of.name, definition),
        state_words(definition, of.name),
    )
