"""Disease activity states: which cut-off set, which score, which course."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, overload

import attrs
from numpy.typing import NDArray

from jiascores.core.decimals import at_most, below
from jiascores.core.definition import Definition, Threshold, lookup, publish
from jiascores.core.errors import NotCoveredError
from jiascores.core.logic import NAN, at_place, count, known
from jiascores.core.measure import Score, id_of, verdict
from jiascores.core.references import Evidence, Figure
from jiascores.core.values import Courses, Scalar, T
from jiascores.core.variables import Course

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
    """

    measure: str
    course: str
    # Tuples, since a definition with a list in it has no hash.
    states: tuple[str, ...] = attrs.field(converter=tuple[str, ...])
    upper: tuple[float, ...] = attrs.field(converter=tuple[float, ...])
    exclusive: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])

    @property
    def steps(self) -> tuple[tuple[str, float, bool], ...]:
        """Each state with its upper bound, and whether the bound belongs to it."""
        ends = zip(self.states, self.upper, strict=False)
        return tuple((state, bound, state not in self.exclusive) for state, bound in ends)

    @property
    def wrong(self) -> str:
        """What contradicts itself; empty where nothing does."""
        if set(self.exclusive) - set(self.states):
            return f"has in exclusive what is none of its states, {', '.join(self.states)}"
        if list(self.upper) != sorted(set(self.upper)) or len(self.states) != len(self.upper) + 1:
            return "must have ascending upper bounds, one for each state but the last"
        return ""

    @property
    def rule(self) -> str:
        """The bounds in one line."""
        signs = {True: "≤", False: "<"}
        steps = [f"{state} {signs[inclusive]} {bound:g}" for state, bound, inclusive in self.steps]
        return f"{', '.join(steps)}, else {self.states[-1]}"


@attrs.frozen
class Finding:
    """What a source says, how well it was checked, and where it was seen.

    Parameters
    ----------
    says : str, int or tuple of str
        What it says.
    evidence : Evidence
        How well it was checked.
    seen : tuple of str
        Where it was seen.
    """

    says: str | int | tuple[str, ...]
    evidence: Evidence
    seen: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        Figure("", self.evidence, self.seen)

    @property
    def words(self) -> str:
        """What it says, as text."""
        text = ", ".join(self.says) if isinstance(self.says, tuple) else str(self.says)
        return text.replace("_rf_", " RF ").replace("_", " ")

    def __str__(self) -> str:
        return f"{self.words} ({self.evidence}; seen: {'; '.join(self.seen)})"


@attrs.frozen(kw_only=True)
class Origin:
    """How a cut-off set was made, and how it was judged; None where nothing that was seen says it.

    Parameters
    ----------
    children : Finding, optional
        The children in whom it was made.
    patients : Finding, optional
        How many they were.
    criterion : Finding, optional
        What the states were held against to find the cut-offs, and by which method.
    compared : Finding, optional
        What those conclude who compared several sets.
    extended_oligoarthritis : Finding, optional
        How it reads extended oligoarthritis.
    never_seen : Finding, optional
        The ILAR categories that were not among the children.
    """

    children: Finding | None = None
    patients: Finding | None = None
    criterion: Finding | None = None
    compared: Finding | None = None
    extended_oligoarthritis: Finding | None = None
    never_seen: Finding | None = None

    @property
    def in_words(self) -> dict[str, str]:
        """Each finding with its evidence and address, by what it is about."""
        findings = attrs.asdict(self, recurse=False)
        return {
            about.replace("_", " "): "not stated" if finding is None else str(finding)
            for about, finding in findings.items()
        }


# How findings that are no words stand in origins.csv.
_READ: dict[str, Any] = {"patients": int, "never_seen": lambda text: tuple(text.split("; "))}


def _origins() -> dict[str, Origin]:
    """Return the origin of each published set, by its name."""
    text = Path(__file__).with_name("origins.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, Finding]] = {}
    for row in csv.DictReader(text.splitlines()):
        says = _READ.get(row["about"], str)(row["says"])
        finding = Finding(says, Evidence(row["evidence"]), tuple(row["seen"].split("; ")))
        found.setdefault(row["name"], {})[row["about"]] = finding
    return {name: Origin(**findings) for name, findings in found.items()}


@attrs.frozen(kw_only=True)
class CutoffSet(Definition):
    """A published set of cut-offs for disease activity states.

    Parameters
    ----------
    bounds : tuple of Bounds
        One entry for each score and course that the set defines.
    systemic_as : str, optional
        The course that systemic arthritis is read as; None where the set does not say.
    origin : Origin, optional
        How the set was made: in which children, how many, by which criterion, what those conclude
        who compared it, and what it does not cover. A variant has none.

    Examples
    --------
    >>> import jiascores as jia
    >>> cutoffs = jia.definition("consolaro-2014", jia.typing.CutoffSet)
    >>> cutoffs.of("cjadas10")["poly"].rule
    'inactive ≤ 1, low ≤ 2.5, moderate ≤ 8.5, else high'
    """

    kind: ClassVar[str] = "cut-off set"
    no_thresholds: ClassVar[tuple[str, ...]] = ("origin",)
    of_its_source: ClassVar[Mapping[str, Any]] = {**Definition.of_its_source, "origin": None}

    bounds: tuple[Bounds, ...]
    systemic_as: str | None = None
    origin: Origin | None = None

    def _check(self) -> None:
        if self.systemic_as is not None:
            self._require_one_of("systemic_as", self.courses)
        for bounds in self.bounds:
            same = [each.course for each in self.bounds if each.measure == bounds.measure]
            wrong = "stands there twice" if same.count(bounds.course) > 1 else bounds.wrong
            self._require(not wrong, "bounds", f"{bounds.measure} {bounds.course} {wrong}")

    @property
    def measures(self) -> tuple[str, ...]:
        """The scores that the set has cut-offs for."""
        return tuple(dict.fromkeys(one.measure for one in self.bounds))

    @property
    def courses(self) -> tuple[str, ...]:
        """The courses that the set has cut-offs for."""
        return tuple(dict.fromkeys(one.course for one in self.bounds))

    @property
    def never_seen(self) -> tuple[str, ...]:
        """The ILAR categories that were not among the children in whom it was made."""
        finding = self.origin and self.origin.never_seen
        return finding.says if finding and isinstance(finding.says, tuple) else ()

    @property
    def background(self) -> dict[str, str]:
        """How it was made, by what each finding is about."""
        return self.origin.in_words if self.origin else {}

    @property
    def rule(self) -> str:
        """The upper bounds in one line."""
        return "; ".join(f"{one.measure} {one.course}: {one.rule}" for one in self.bounds)

    @property
    def needs(self) -> tuple[str, ...]:
        """The scores that it reads, and the course where it has one."""
        courses = any(one.course != ANY_COURSE for one in self.bounds)
        return (*self.measures, "course") if courses else self.measures

    def evidence_of_bounds(self, bounds: Bounds) -> tuple[Evidence, ...]:
        """Return how well each upper bound of one score in one course was checked."""
        names = (f"{bounds.measure} {bounds.course} {state}" for state, _, _ in bounds.steps)
        return tuple(map(self.evidence_of, names))

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """The upper bound of each state but the last."""
        return tuple(
            Threshold(f"{one.measure} {one.course} {state}", bound)
            for one in self.bounds
            for state, bound, _ in one.steps
        )

    def check_options(self, *, measure: str | None = None, **_: Any) -> None:
        """Raise where the set has no cut-offs for a score."""
        self.of(lookup(Score, measure, parameter="measure").name)

    def of(self, measure: str) -> dict[str, Bounds]:
        """Return the bounds of one score by course.

        Raises
        ------
        NotCoveredError
            If the set has no cut-offs for this score.
        """
        found = {one.course: one for one in self.bounds if one.measure == measure}
        if not found:
            has = f"it has them for {', '.join(self.measures)}"
            message = f"the cut-off set {self.name} has no cut-offs for {measure}; {has}."
            raise NotCoveredError(message, variable="measure", values=(measure,))
        return found


_SYSTEMIC_NOTE = "`course` reads systemic arthritis as poly; plain JADAS was not validated in it."


Upper: TypeAlias = tuple[float, ...]


def _pair(measure: str, oligo: Upper, poly: Upper) -> tuple[Bounds, Bounds]:
    """Return the bounds of one score for both courses: inactive, low and perhaps moderate."""
    states = COMPLETE if len(oligo) == len(COMPLETE) - 1 else OPEN
    of_measure = partial(Bounds, measure=measure, states=states)
    return of_measure(course="oligo", upper=oligo), of_measure(course="poly", upper=poly)


_ORIGINS = _origins()


def _set(name: str, *notes: str, **fields: Any) -> CutoffSet:
    return CutoffSet.cited(name, *notes, origin=_ORIGINS[name], **fields)


CUTOFF_SETS = publish(
    _set(
        "consolaro-2012-2014",
        "Inactive and low: Consolaro 2012. High: Consolaro 2014, PMID 24347571.",
        "The bound for high of JADAS27 poly is 8.5, that of the others 10.5.",
        _SYSTEMIC_NOTE,
        source="consolaro-2012",
        systemic_as="poly",
        bounds=(
            *_pair("jadas10", (1, 2, 4.2), (1, 3.8, 10.5)),
            *_pair("jadas27", (1, 2, 4.2), (1, 3.8, 8.5)),
            *_pair("jadas71", (1, 2, 4.2), (1, 3.8, 10.5)),
        ),
    ),
    _set(
        "consolaro-2014",
        _SYSTEMIC_NOTE,
        systemic_as="poly",
        bounds=_pair("cjadas10", (1, 1.5, 4), (1, 2.5, 8.5)),
    ),
    _set(
        "trincianti-2021",
        bounds=(
            *_pair("jadas10", (1.4, 4, 13), (2.7, 6, 17)),
            *_pair("cjadas10", (1.1, 4, 12), (2.5, 5, 16)),
        ),
    ),
    _set(
        "backstrom-2016",
        "No bound between moderate and high.",
        bounds=(
            *_pair("jadas10", (0.5, 2.7), (0.7, 3.9)),
            *_pair("cjadas10", (0.5, 2.7), (0.7, 3.9)),
        ),
    ),
    _set(
        "backstrom-2018",
        "backstrom-2016 with a bound for high.",
        bounds=(
            *_pair("jadas10", (0.5, 2.7, 6.6), (0.7, 3.9, 15.2)),
            *_pair("cjadas10", (0.5, 2.7, 6.6), (0.7, 3.9, 14.0)),
        ),
    ),
    _set(
        "backstrom-2019",
        "No bound between moderate and high.",
        bounds=(
            *_pair("jadas10", (0.5, 3.8), (0.7, 5.1)),
            *_pair("cjadas10", (0.5, 3.8), (0.7, 5.0)),
        ),
    ),
    _set(
        "rosina-2024",
        "For systemic arthritis alone.",
        systemic_as="systemic",
        bounds=(
            Bounds(
                measure="sjadas10",
                course="systemic",
                states=COMPLETE,
                upper=(2.9, 10, 20.6),
            ),
        ),
    ),
    _set(
        "bulatovic-2014",
        "Reads every course alike. Exactly 6 is high; what lies between has no name.",
        bounds=(
            Bounds(
                measure="jadas27",
                course=ANY_COURSE,
                states=("low", "between", "high"),
                upper=(2.7, 6),
                exclusive=("between",),
            ),
        ),
    ),
)


def state_words(cutoffs: CutoffSet, *, measure: str) -> tuple[str, ...]:
    """Return the states that a set gives for a score, in order."""
    return next(iter(cutoffs.of(measure).values())).states


def state_column(cutoffs: CutoffSet, *, measure: str) -> str:
    """Return the name of the column that holds this state."""
    return f"state_{measure}_{id_of(cutoffs)}"


def _state(score: Any, bounds: Bounds) -> Any:
    """Return the place of a state: one further for each upper bound that the score passes."""
    passed = (
        at_most(score, bound) if inclusive else below(score, bound)
        for _, bound, inclusive in bounds.steps
    )
    return known(len(bounds.steps) - count(passed), score)


@overload
def disease_state(  # type: ignore[overload-overlap]  # numbers alone come first
    score: Scalar, *, measure: str, course: Course | None = ..., cutoffs: str | CutoffSet
) -> str | None: ...
@overload
def disease_state(
    score: T, *, measure: str, course: Courses = ..., cutoffs: str | CutoffSet
) -> T: ...
@overload
def disease_state(
    score: Sequence[float | None], *, measure: str, course: Courses = ..., cutoffs: str | CutoffSet
) -> NDArray[Any]: ...
@verdict(
    CutoffSet,
    gives="word",
    words=state_words,
    parameter="cutoffs",
    titled=state_column,
    passes_over=("course",),
    steady=True,
    asked_as="state",
    in_order=("measure", "cutoffs"),
)
def disease_state(cutoffs: CutoffSet, score: Any, course: Any, *, measure: str) -> Any:
    """Return the disease activity state of a score, by the cut-off set that you name.

    Parameters
    ----------
    score : float, array or Series
        The score.
    measure : str
        Which score it is, for example ``"jadas10"`` or ``"cjadas10"``.
    course : {"oligo", "poly", "systemic"}, array or Series
        Disease course: see `course`. Missing gives a missing state. Only a set that reads every
        course alike (``"bulatovic-2014"``) does without.
    cutoffs : str or CutoffSet
        The set. There is no default: published sets conflict on the same score.

    Returns
    -------
    str or None, array of str and None, or ordered categorical Series
        ``inactive``, ``low`` (minimal), ``moderate``, ``high``; ``moderate_or_high`` where the
        set has no bound between these two; ``between`` for bulatovic-2014.

    Raises
    ------
    UnknownDefinitionError
        If no set, or an unknown one, is named.
    NotCoveredError
        If the set has no cut-offs for this score, or the course is not one of its courses.
    RequestError
        If the set reads the course, and it is not given.
    OutOfRangeError
        If the score is outside its range.

    See Also
    --------
    jiascores.course : The course from the ILAR category.
    jiascores.definitions : All cut-off sets, with their bounds and origin.
    jiascores.plot.cutoff_sets : Draws the sets side by side.
    jiascores.ask.state : Asks a table of visits for it.

    Notes
    -----
    Scores are compared as decimals: 3.7 + 0.1 is 3.8, and 3.8 is low.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.disease_state(3.8, measure="jadas10", course="poly", cutoffs="consolaro-2012-2014")
    'low'
    >>> jia.disease_state(3.9, measure="jadas10", course="poly", cutoffs="consolaro-2012-2014")
    'moderate'
    """
    bounds = cutoffs.of(measure)
    if ANY_COURSE in bounds:
        return _state(score, bounds[ANY_COURSE])
    return at_place(
        course,
        cutoffs.courses,
        lambda each: _state(score, bounds[each]) if each in bounds else NAN,
    )
