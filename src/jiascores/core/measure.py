"""Scores and verdicts: one wrapper and one registry, whoever asks.

A rule is a short function that reads named values: plain numbers for one patient, flat float64
arrays for many. Where the values come from is the source's business: the arguments of a call
(`Call`), or a table of visits (`Rows` in tables/answers.py).
"""

from __future__ import annotations

import inspect
import operator
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, reduce, wraps
from types import FunctionType, MappingProxyType
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, cast

import attrs
import numpy as np

from jiascores.core import decimals
from jiascores.core.arguments import as_declared, wrong_call
from jiascores.core.core_set import CoreSet, the_marker
from jiascores.core.definition import (
    Definition,
    Threshold,
    is_published,
    load,
    lookup,
    publish,
)
from jiascores.core.errors import (
    ArgumentError,
    InconsistentError,
    JiaScoresError,
    MarkerError,
    NotCoveredError,
    is_among,
    listing,
    say,
    suggestion,
)
from jiascores.core.like import Like, as_expression, codes_of, common, places_of, take
from jiascores.core.logic import NAN
from jiascores.core.values import (
    BLOCK,
    FloatArray,
    Scalar,
    T,
    check,
    is_fine,
    kind_of,
    number,
    to_floats,
)
from jiascores.core.variables import (
    ILAR_CATEGORIES,
    MARKERS,
    VARIABLES,
    Variable,
)
from jiascores.core.words import category_hint

# What is made public: the body, or the rule, of a score or a verdict.
Decorator: TypeAlias = Callable[[Callable[..., Any]], Callable[..., Any]]
_SCALE = 10.0**decimals.SCORE_DECIMALS


def id_of(definition: Definition) -> str:
    """Return the name of a definition as a part of a column's name."""
    return definition.name.replace("-", "_")


# --------------------------------------------------------------------------------------------
# Scores


def _itself(value: Any) -> Any:
    return value


@attrs.frozen
class Term:
    """A term of a score.

    Parameters
    ----------
    name : str
        What the component is called.
    words : str
        How the formula says it.
    most : float
        Its highest value.
    formula : callable, optional
        What it is computed by; its parameters are the variables that it reads. By default the term
        is the variable of its name.
    either : tuple of str
        Variables of which exactly one is given; the other is None.
    points : tuple of (str, float)
        Where it turns: a cap, and values from and to which it counts.
    notes : tuple of str
        What a careful reader must know.
    """

    name: str
    words: str
    most: float
    formula: Callable[..., Any] = _itself
    either: tuple[str, ...] = ()
    points: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    reads: tuple[str, ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        plain = self.formula is _itself
        reads = (self.name,) if plain else tuple(inspect.signature(self.formula).parameters)
        object.__setattr__(self, "reads", reads)

    def value(self, values: Mapping[str, Any]) -> Any:
        """Return the term of these values, one number or an array for each variable."""
        return self.formula(*map(values.get, self.reads))


@attrs.frozen(kw_only=True)
class Score(Definition):
    """A score: what it needs, what it is computed from, and its range.

    Parameters
    ----------
    label : str
        Name as printed in papers.
    formula : str
        The formula in one line.
    low, high : float
        Range of the score.
    inputs : tuple of str
        The variables that it needs.
    either : tuple of str
        Variables of which exactly one is given.
    points : tuple of (str, float)
        Where its terms turn: caps, and values from and to which an item counts. The formula reads
        the same numbers.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.definition("cjadas10", jia.typing.Score).rule
    'cJADAS10 = PhGA + PtGA + active joints (at most 10); 0 to 30'
    """

    kind: ClassVar[str] = "score"
    no_variants: ClassVar[str] = "its formula is code; write a function of your own."

    label: str
    formula: str
    low: float
    high: float
    inputs: tuple[str, ...]
    either: tuple[str, ...] = ()
    points: tuple[tuple[str, float], ...] = ()

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Where its terms turn; the range follows from them."""
        return tuple(Threshold(key, float(value)) for key, value in self.points)

    @property
    def rule(self) -> str:
        """The formula in one line."""
        bounded = np.isfinite(self.low) and np.isfinite(self.high)
        extent = f"{self.low:g} to {self.high:g}" if bounded else "without bounds"
        return f"{self.label} = {self.formula}; {extent}"

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that it needs; of those in `either`, one."""
        return (*self.inputs, "/".join(self.either)) if self.either else self.inputs

    @property
    def function(self) -> Callable[..., Any]:
        """The public function."""
        return _FUNCTIONS[self.name]

    @property
    def home(self) -> str:
        """The module that states its formula."""
        return self.function.__module__

    @property
    def values(self) -> Variable:
        """What a value of this score may be."""
        return Variable(self.name, self.label, "", self.low, self.high)


_FUNCTIONS: dict[str, Callable[..., Any]] = {}
_TERMS: dict[str, tuple[Term, ...]] = {}


def measure(
    label: str,
    *terms: Term,
    source: str,
    notes: tuple[str, ...] = (),
    low: float = 0,
    formula: str = "",
) -> Decorator:
    """Make a sum of terms into a public score.

    The function below has the overloads and the docstring; the terms are the whole rule. What they
    read must be declared variables; one that is not fails at import.

    Parameters
    ----------
    label : str
        Name as printed in papers.
    *terms : Term
        What is added, in the order of the formula.
    source : str
        Key of references.csv.
    notes : tuple of str
        What a careful reader must know, beside the notes of the terms.
    low : float
        The lowest value of the score; the highest is that of the terms together.
    formula : str, optional
        The formula in one line, where it is not simply the words of the terms.
    """
    reads = tuple(dict.fromkeys(name for term in terms for name in term.reads))
    either = tuple(name for term in terms for name in term.either)

    def decorate(described: Callable[..., Any]) -> Callable[..., Any]:
        _refuse_undeclared(described.__name__, reads, VARIABLES)
        score = Score.cited(
            described.__name__,
            *(note for term in terms for note in term.notes),
            *notes,
            source=source,
            label=label,
            formula=formula or " + ".join(term.words for term in terms).replace("+ −", "−"),
            low=low,
            high=sum(term.most for term in terms),
            inputs=tuple(name for name in reads if name not in either),
            either=either,
            points=tuple(point for term in terms for point in term.points),
        )

        @wraps(described)
        def public(*position: Any, **given: Any) -> Any:
            if position:
                raise wrong_call(public, position, given)
            _check_names(score, given)
            return _compute(score, given)

        of_one = {True: None, False: inspect.Parameter.empty}
        parameters = (
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=of_one[name in either])
            for name in reads
        )
        public.__signature__ = inspect.Signature([*parameters])  # type: ignore[attr-defined]
        publish(score)
        _FUNCTIONS[score.name], _TERMS[score.name] = public, terms
        return public

    return decorate


def _refuse_undeclared(owner: str, names: tuple[str, ...], declared: typing.Container[str]) -> None:
    undeclared = [name for name in names if name not in declared]
    if undeclared:
        raise NotCoveredError(
            f"{owner} has parameters that core/variables.py does not declare: "
            f"{', '.join(undeclared)}"
        )


def _check_names(score: Score, given: Mapping[str, Any]) -> None:
    """Raise where an input is unknown, absent, or both or neither marker is there."""
    chosen = [name for name in given if name in score.either]
    if len(given) == len(score.inputs) + len(chosen) and len(chosen) == bool(score.either):
        if all(name in given for name in score.inputs):
            return
    _refuse_unknown(score.name, given, score.inputs + score.either)
    absent = [name for name in score.inputs if name not in given]
    if absent:
        raise ArgumentError(
            f"{score.name}() needs {', '.join(absent)}; pass None where a value is missing.",
            variable=absent[0],
        )
    the_marker(score.name, given)


def _refuse_unknown(owner: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise ArgumentError(
                f"{owner}() has no parameter {name!r}.{suggestion(name, known)}", variable=name
            )


def _compute(score: Score, given: Mapping[str, Any]) -> Any:
    like = common(given, expressions=True)
    if like.kind == "expression":
        return as_expression(score.function, given, score.name)
    if like.kind == "number":
        numbers = {name: number(value, VARIABLES[name]) for name, value in given.items()}
        # The double nearest to the decimal, by the same steps as for arrays.
        return float(np.rint(_total(score, numbers) * _SCALE) / _SCALE) + 0.0
    return like.score(_in_blocks(score, given, like), score.name)


def _total(score: Score, values: Mapping[str, Any]) -> Any:
    return reduce(operator.add, [term.value(values) for term in _TERMS[score.name]])


def _in_blocks(
    score: Score, given: Mapping[str, Any], like: Like, *, checked: bool = False
) -> FloatArray:
    fixed: dict[str, float] = {}
    columns: dict[str, Any] = {}
    for name, value in given.items():
        if checked:
            columns[name] = value
        elif kind_of(value) == "number":
            fixed[name] = number(value, VARIABLES[name])
        else:
            columns[name] = to_floats(value, VARIABLES[name], like.labels).ravel()
    out = np.empty(like.size, dtype=np.float64)
    for start in range(0, like.size, BLOCK):
        block = slice(start, start + BLOCK)
        values: dict[str, Any] = dict(fixed)
        for name, column in columns.items():
            part = column[block]
            if not checked and not is_fine(VARIABLES[name], part):
                check(VARIABLES[name], column.reshape(like.shape), like.labels)
            values[name] = part.astype(np.float64, copy=False)
        total = np.asarray(_total(score, values), dtype=np.float64)
        # decimals.nearest_decimal without its temporary arrays.
        np.rint(total * _SCALE, out=out[block])
        np.divide(out[block], _SCALE, out=out[block])
        np.add(out[block], 0.0, out=out[block])
    return out.reshape(like.shape)


def score_arrays(score: Score, inputs: Mapping[str, FloatArray]) -> FloatArray:
    """Return a score of flat arrays that have been checked already."""
    size = next(iter(inputs.values())).size
    return _in_blocks(score, inputs, Like("array", (size,)), checked=True)


def score_terms(score: Score, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the terms of a score of checked inputs, each the double nearest its decimal."""
    return {
        term.name: decimals.nearest_decimal(np.asarray(term.value(inputs), dtype=np.float64))
        for term in _TERMS[score.name]
    }


# --------------------------------------------------------------------------------------------
# What a rule gives

MissingPolicy: TypeAlias = Literal["interval", "worst-case", "unchanged", "complete-case"]
POLICIES: dict[str, str] = {
    "interval": "a gap leaves the level open between level_min and level_max",
    "worst-case": "every missing component has worsened: the level is level_min",
    "unchanged": "a missing component is neither improved nor worsened",
    "complete-case": "any gap makes the level not determinable",
}
# What a gap does to a yes or no at one level.
NRI = "nri"
RESPONDER_POLICIES: dict[str, str] = {
    **POLICIES,
    NRI: "a responder where level_min reaches the level, else a non-responder",
}


@attrs.frozen(eq=False)
class Bounded:
    """What a rule with bounds gives: the answer whatever the gaps hide, and the most they allow.

    Parameters
    ----------
    lowest, highest : number or array
        The answer if every gap counted against it, and for it; yes is 1 and no is 0.
    unchanged : number or array, optional
        The answer with every gap taken as no change.
    gaps : number or array, optional
        How many values are missing.
    """

    lowest: Any
    highest: Any
    unchanged: Any = None
    gaps: Any = None

    def known(self, policy: str = "interval", attended: Any = 1) -> Any:
        """Return the answer by a policy for gaps, NaN where it is not determinable."""
        if policy == "worst-case":
            return self.lowest + 0.0
        if policy in ("unchanged", NRI):
            return _where(attended, self.lowest if policy == NRI else self.unchanged, 0.0)
        settled = self.gaps == 0 if policy == "complete-case" else self.lowest == self.highest
        return _where(settled, self.lowest, NAN)

    def reaches(self, level: float) -> Bounded:
        """Return whether a level is reached."""
        unchanged = None if self.unchanged is None else self.unchanged >= level
        return Bounded(self.lowest >= level, self.highest >= level, unchanged, self.gaps)


def _where(condition: Any, yes: Any, otherwise: float) -> Any:
    if isinstance(condition, np.ndarray) or isinstance(yes, np.ndarray):
        return np.where(condition, yes, otherwise).astype(np.float64, copy=False)
    return float(yes) if condition else otherwise


@attrs.frozen(eq=False)
class Items:
    """What a rule of several items gives: its answer, and the answer to each item."""

    answer: Any
    items: Mapping[str, Any]
    shown: bool = False
    """Whether the items are part of the answer, and not only its reasons."""


@attrs.frozen(eq=False)
class Contradiction:
    """Values of one row that cannot be true together.

    Parameters
    ----------
    where : number or array
        Where they contradict each other, 1.
    values : mapping of str
        The values, by name.
    advice : str
        Why not, and what to do.
    reason : str
        The code of the error.
    variable : str, optional
        What to correct or to name; the last of the values if left out.
    error : type
        Its class.
    """

    where: Any
    values: Mapping[str, Any]
    advice: str
    reason: str = "contradiction"
    variable: str | None = None
    error: type[JiaScoresError] = InconsistentError

    def at(self, row: int) -> str:
        """Return what one row says."""
        columns = ((name, np.ravel(value)) for name, value in self.values.items())
        return ", ".join(
            f"{name}={float(column[row if column.size > 1 else 0]):g}" for name, column in columns
        )


def _filled(whole: Any, part: Any, block: slice, size: int) -> Any:
    """Return what a rule gave of all rows so far, one block more."""
    if isinstance(part, Mapping):
        return {
            name: _filled(whole and whole[name], each, block, size) for name, each in part.items()
        }
    if isinstance(part, Items | Bounded):
        whole = whole and attrs.asdict(whole, recurse=False)
        return type(part)(**_filled(whole, attrs.asdict(part, recurse=False), block, size))
    if not isinstance(part, np.ndarray):
        return part
    if whole is None:
        whole = np.empty(size, dtype=part.dtype)
    whole[block] = part
    return whole


def _part(value: Any, block: slice) -> Any:
    """Return what one block of rows has of an argument; one number is the same for all."""
    if isinstance(value, dict):
        return {name: _part(each, block) for name, each in value.items()}
    if isinstance(value, Bounded):
        return Bounded(_part(value.lowest, block), _part(value.highest, block))
    return value[block] if hasattr(value, "__getitem__") else value


# --------------------------------------------------------------------------------------------
# Where the values of a rule come from


class Source(Protocol):
    """Where the values of a rule come from, by name: `Call`, or `Rows` in tables/answers.py.

    `size` is None for one patient; values are then plain numbers, else flat arrays.
    """

    @property
    def size(self) -> int | None: ...
    def values(self, name: str) -> Any: ...
    def optional(self, name: str) -> Any: ...
    def course(self, definition: Any) -> Any: ...
    def category(self) -> Any: ...
    def score(self, measure: str) -> Any: ...
    def marker(self) -> Any: ...
    def upper_limit(self, *, needed: bool) -> Any: ...
    def compared(self, parameter: str, what: str, options: Mapping[str, Any]) -> Any: ...
    def month(self, definition: Any, /) -> Any: ...
    def contradiction(self, contradiction: Contradiction) -> Any: ...


# What a rule may compare of two visits; else a score or a variable.
CORE_SET = "core set"
RESPONSE = "response"

Reading: TypeAlias = Callable[[Source, Any, Mapping[str, Any]], Any]


def _compared(parameter: str) -> Reading:
    """Return what reads one of two visits; what of it is compared, the definition says."""
    return lambda source, definition, options: source.compared(
        parameter, definition.compared, options
    )


def _compared_marker(marker: str) -> Reading:
    """Return what reads one reactant at baseline, for rules that read both."""
    return lambda source, _, options: source.compared(f"baseline_{marker}", marker, options)


# What a parameter of a rule stands for; every other name is a variable.
READINGS: dict[str, Reading] = {
    "course": lambda source, definition, _: source.course(definition),
    "category": lambda source, *_: source.category(),
    # The same, for rules that read it by some definitions alone.
    "ilar_category": lambda source, *_: source.category(),
    "score": lambda source, definition, options: source.score(measure_of(definition, options)),
    "marker": lambda source, *_: source.marker(),
    "upper_limit": lambda source, definition, _: source.upper_limit(
        needed="upper_limit" in definition.needs
    ),
    **{name: _compared(name) for name in ("baseline", "reference", "reached", "now")},
    **{f"baseline_{marker}": _compared_marker(marker) for marker in MARKERS},
    "month": lambda source, definition, _: source.month(definition),
}
# What some readings are called in the needs of a definition, which is asked before they are read;
# and what a call names them.
_IN_NEEDS = {
    "course": "course",
    "ilar_category": "ilar_category",
    "marker": "/".join(MARKERS),
    "month": "month",
}
_ASKED_FIRST = ("course", "ilar_category", "month")
_IN_A_CALL = {"category": ("ilar_category",), "marker": MARKERS}


def measure_of(definition: Any, options: Mapping[str, Any]) -> str:
    """Return which score is read: the one that the caller names, or that of the definition."""
    return str(options.get("measure") or definition.measure)


class Call:
    """The arguments of one call, as the source of a rule's values."""

    def __init__(self, owner: str, given: Mapping[str, Any]) -> None:
        self.owner = owner
        self.given = given
        self.like: Like = common(given)
        # What the rule read, for the result; `_answer` sets it.
        self.read_values: dict[str, Any] = {}
        self.size: int | None = None if self.like.kind == "number" else self.like.size

    def read(self, name: str, variable: Variable) -> Any:
        """Return one argument, checked: a number, or a flat array."""
        value = self.given[name]
        if self.size is None or kind_of(value) == "number":
            return number(value, variable)
        array = to_floats(value, variable, self.like.labels)
        check(variable, array, self.like.labels)
        return array.astype(np.float64, copy=False).ravel()

    def values(self, name: str) -> Any:
        """Return a variable."""
        return self.read(name, VARIABLES[name])

    def optional(self, name: str) -> Any:
        """Return a variable, or None where it was not given."""
        return self.values(name) if name in self.given else None

    def course(self, definition: Any) -> Any:
        """Return the place of each course among those of a definition."""
        knows = f"{definition.name} knows"

        def advice(word: object) -> str:
            meant = suggestion(word, definition.courses)
            return meant or " jia.course() turns an ILAR category into a course."

        return self._places("course", definition.courses, knows, advice)

    def category(self) -> Any:
        """Return the place of each ILAR category."""
        return self._places("ilar_category", ILAR_CATEGORIES, "not one of", category_hint)

    def _places(
        self, name: str, words: Sequence[str], known: str, advice: Callable[[object], str]
    ) -> Any:
        return places_of(self.given[name], name, words, self.like, known=known, advice=advice)

    def score(self, measure: str) -> Any:
        """Return the score that was given."""
        return self.read("score", lookup(Score, measure, parameter="measure").values)

    def marker(self) -> Any:
        """Return the acute-phase reactant that was given."""
        return self.values(the_marker(self.owner, self.given))

    def upper_limit(self, *, needed: bool) -> Any:
        """Return the upper limit of normal of the reactant; None where it was not given."""
        if not needed and self.given.get("upper_limit") is None:
            return None
        core_set = self.given.get("now")
        marker = core_set.marker if core_set is not None else the_marker(self.owner, self.given)
        return self.read("upper_limit", VARIABLES[f"{marker}_upper_limit"])

    def compared(
        self, parameter: str, what: str, options: Mapping[str, Any] = MappingProxyType({})
    ) -> Any:
        """Return what one of two visits has: its core set, its response, a score or a variable."""
        if what == CORE_SET:
            return self._core_set(parameter)
        if what == RESPONSE:
            return self._response(parameter, options["criteria"])
        if what in VARIABLES:
            return self.read(
                parameter, attrs.evolve(VARIABLES[what], name=f"{what} of {parameter}")
            )
        score = lookup(Score, what, parameter="measure")
        return self.read(parameter, attrs.evolve(score.values, name=parameter))

    def _response(self, parameter: str, criteria: Any) -> Bounded:
        """Return the ACR Pedi response at one of two visits, against the baseline of both."""
        asked = VERDICTS["acr_ped"]
        definition = lookup(asked.kind, criteria, parameter="criteria")
        visits = {"baseline": self.given["baseline"], "now": self.given[parameter]}
        _check_arguments(asked, definition, visits)
        bounds: Bounded = asked.of(Call(self.owner, visits), definition, {})
        return bounds

    def _core_set(self, parameter: str) -> dict[str, Any]:
        core_set = self.given[parameter]
        if not isinstance(core_set, CoreSet):
            raise ArgumentError(
                f"{self.owner}() takes a CoreSet as {parameter}=, not {type(core_set).__name__}.",
                variable=parameter,
            )
        sets = {name: each for name, each in self.given.items() if isinstance(each, CoreSet)}
        if len({each.marker for each in sets.values()}) > 1:
            holds = " and ".join(f"{name} holds {each.marker}" for name, each in sets.items())
            raise MarkerError(
                f"{holds}: change needs the same acute-phase reactant at both visits.",
                variable=" and ".join(MARKERS),
            )
        return {
            name: value.ravel() if isinstance(value, np.ndarray) else value
            for name, value in core_set._values.items()
        }

    def month(self, definition: Any) -> Any:
        """Return the month of each visit; other months than those of the definition raise."""
        months = self.values("month")
        each = np.ravel(months)
        other = np.flatnonzero(~np.isnan(each) & ~np.isin(each, definition.months))
        if other.size:
            raise NotCoveredError(
                f"month = {listing([f'{each[at]:g}' for at in other])}: {definition.name} speaks "
                f"about month {' and '.join(map(str, definition.months))} alone. Give the month of "
                f"the planned visit, missing where there is none.",
                variable="month",
                values=list(each[other]),
                where=[self.like.places[int(at)] for at in other],
            )
        return months

    def contradiction(self, contradiction: Contradiction) -> Any:
        """Raise where values contradict each other."""
        if self.size is None and contradiction.where != 1:
            return
        rows = np.flatnonzero(np.ravel(contradiction.where) == 1)
        if rows.size:
            places = self.like.places
            said = [contradiction.at(int(row)) for row in rows]
            where = [places[int(row)] for row in rows]
            listed = [f"{words} at {place}" for words, place in zip(said, where, strict=True)]
            raise contradiction.error(
                f"{listing(said if self.size is None else listed)}: {contradiction.advice}",
                reason=contradiction.reason,
                variable=contradiction.variable or list(contradiction.values)[-1],
                values=said,
                where=where,
            )


# --------------------------------------------------------------------------------------------
# Verdicts

Options: TypeAlias = Mapping[str, Any]
# How a definition reads a value of the rule.
How: TypeAlias = Literal["reading", "needed", "allowed", "unread"]


@attrs.frozen(eq=False, slots=False)
class Verdict:
    """A verdict of a paper: by which definitions, from which values, and what it answers.

    Parameters
    ----------
    kind : type
        The class of its definitions.
    rule : callable
        The rule: takes the definition, values by name, and options as keyword-only parameters.
    gives : {"flag", "word", "level"}
        Yes or no; one of a few words, by its place; or a level with its bounds.
    words : tuple of str, or callable
        The words, or what gives them for a definition and the options.
    parameter : str
        What the public parameter for the definition is called.
    default : str, optional
        Name of the definition that stands where none is named.
    titled : callable, optional
        What the column is called, from the definition and the options, where it is not the name
        with that of the definition.
    result : callable, optional
        What makes the public result, where that is more than the answer; `_answer` calls it with
        the `Call`, the definition, the options and `missing`, and what the rule gave.
    contradictions : callable, optional
        What finds values that cannot be true together.
    passes_over : tuple of str
        What may be given to criteria that do not read it.
    policies : bool
        Whether the caller may choose what a gap does.
    steady : bool
        Whether it never turns while one variable rises, so that two ends say all between them.
    bad_news : bool
        Whether a yes is bad news, which is no response of a responder.
    asked_as : str
        What a request for it is called, where that is not its name.
    in_order : tuple of str
        What a request takes by position, where that is more than the definition.
    """

    kind: type[Definition]
    rule: Callable[..., Any]
    gives: Literal["flag", "word", "level"] = "flag"
    words: tuple[str, ...] | Callable[..., tuple[str, ...]] = ()
    parameter: str = "criteria"
    default: str | None = None
    titled: Callable[..., str] | None = None
    result: Callable[..., Any] | None = None
    contradictions: Callable[..., Iterable[Contradiction]] | None = None
    passes_over: tuple[str, ...] = ()
    policies: bool = False
    steady: bool = False
    bad_news: bool = False
    asked_as: str = ""
    in_order: tuple[str, ...] = ()
    _plans: dict[int, Mapping[str, How]] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        _refuse_undeclared(self.name, self.inputs, {*VARIABLES, *READINGS})
        names = (*self.inputs, *self.options, *(("missing", "attended") if self.policies else ()))
        due = {each for name in names for each in _IN_A_CALL.get(name, (name,))}
        if absent := due - set(self.parameters):
            raise NotCoveredError(f"no overload of {self.name} has {', '.join(sorted(absent))}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (verdict_named, (self.name,))

    @cached_property
    def name(self) -> str:
        """The name of the public function."""
        return self.rule.__name__

    @property
    def ask(self) -> str:
        """What a request for it is called."""
        return self.asked_as or self.name

    @property
    def order(self) -> tuple[str, ...]:
        """What a request takes by position."""
        return self.in_order or (self.parameter,)

    @property
    def function(self) -> Callable[..., Any]:
        """The public function."""
        return _FUNCTIONS[self.name]

    @cached_property
    def options(self) -> Options:
        """What the caller chooses beside the definition, with the defaults."""
        parameters = inspect.signature(self.rule).parameters.values()
        return {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The values that the rule reads: its parameters, each a variable or one of `READINGS`."""
        _, *names = inspect.signature(self.rule).parameters
        return tuple(name for name in names if name not in self.options)

    @cached_property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """The parameters of the public function: all that its overloads take."""
        parameters: dict[str, inspect.Parameter] = {}
        for overload in typing.get_overloads(self.rule):
            for each in inspect.signature(overload).parameters.values():
                if each.name not in parameters or each.default is not each.empty:
                    parameters[each.name] = each
        return parameters

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The arguments that every call gives, beside the definition and the options."""
        chosen = (self.parameter, *self.options)
        return tuple(
            name
            for name, each in self.parameters.items()
            if each.default is each.empty and name not in chosen
        )

    @property
    def compares(self) -> bool:
        """Whether it judges a visit against an earlier one."""
        return not {"now", "baseline_esr"}.isdisjoint(self.inputs)

    def column(self, definition: Definition, **options: Any) -> str:
        """Return what its column is called."""
        if self.titled is not None:
            return self.titled(definition, **options)
        return f"{self.name}_{id_of(definition)}"

    def words_of(self, definition: Definition, options: Options) -> tuple[str, ...]:
        """Return the words that it answers with, in their order."""
        return self.words if isinstance(self.words, tuple) else self.words(definition, **options)

    def plan(self, definition: Any) -> Mapping[str, How]:
        """Return how each value of the rule is read by a definition."""
        known = self._plans.get(id(definition))
        if known is not None:
            return known
        needs, allows = definition.needs, definition.allows
        plan: dict[str, How] = {name: _how(name, needs, allows) for name in self.inputs}
        if is_published(definition):
            self._plans[id(definition)] = plan
        return plan

    def of(
        self, source: Source, definition: Definition, options: Options, *, items: bool = False
    ) -> Any:
        """Return what the rule gives for the values of a source."""
        values = self.values(source, definition, options)
        return self.judge(source.size, definition, values, options, items=items)

    def values(self, source: Source, definition: Any, options: Options) -> dict[str, Any]:
        """Return what the rule reads of a source, by name."""
        values: dict[str, Any] = {}
        for name, how in self.plan(definition).items():
            if how == "reading":
                values[name] = READINGS[name](source, definition, options)
            elif how == "needed":
                values[name] = source.values(name)
            else:
                value = source.optional(name) if how == "allowed" else None
                values[name] = NAN if value is None else value
        if self.contradictions is not None:
            for contradiction in self.contradictions(definition, values, options):
                blanked = source.contradiction(contradiction)
                if blanked is not None:
                    for name in contradiction.values:
                        values[name] = np.where(blanked, NAN, values[name])
        return values

    def judge(
        self,
        size: int | None,
        definition: Definition,
        values: Mapping[str, Any],
        options: Options,
        *,
        items: bool = False,
    ) -> Any:
        """Return what the rule gives for these values, block by block where there are many.

        The items of an answer are kept where they are asked for, or belong to it. The words of
        many are small whole numbers, -1 where there is none.
        """
        if size is None:
            return self.rule(definition, **values, **options)
        answer: Any = None
        for start in range(0, max(size, 1), BLOCK):
            block = slice(start, start + BLOCK)
            each = {name: _part(value, block) for name, value in values.items()}
            part = self.rule(definition, **each, **options)
            if isinstance(part, Items) and not (items or part.shown):
                part = Items(part.answer, {})
            elif self.gives == "word":
                part = codes_of(part)
            answer = part if size <= BLOCK else _filled(answer, part, block, size)
        return answer


def _how(name: str, needs: Sequence[str], allows: Sequence[str]) -> How:
    asked = _IN_NEEDS.get(name, name if name in VARIABLES else None)
    if asked is not None and asked not in (*needs, *allows):
        return "unread"
    if name in READINGS:
        return "reading"
    return "allowed" if name in allows else "needed"


# Filled by `verdict` as the modules of measures/ are imported; `load` imports them all.
VERDICTS: dict[str, Verdict] = {}


def verdict_named(name: str) -> Verdict:
    """Return the verdict of this name, in whatever process."""
    load()
    return VERDICTS[name]


def verdict(kind: type[Definition], **how: Any) -> Decorator:
    """Make a rule into a public verdict; everybody who asks comes through it.

    Callers see the overloads and reach `_answer`; the rule itself is called by `Verdict.judge`.
    The rule's parameters after the definition must be declared variables or readings, and its
    overloads must cover them and its options; else it fails at import. For `how` see `Verdict`.
    """

    def decorate(rule: Callable[..., Any]) -> Callable[..., Any]:
        made = Verdict(kind, rule, **how)

        @wraps(rule)
        def public(*position: Any, **given: Any) -> Any:
            return _answer(made, _by_name(made, position, given) if position else given)

        ordered = sorted(made.parameters.values(), key=lambda each: each.kind)
        public.__signature__ = inspect.Signature(ordered)  # type: ignore[attr-defined]
        _FUNCTIONS[made.name] = public
        VERDICTS[made.name] = made
        return public

    return decorate


def _by_name(asked: Verdict, position: Sequence[Any], given: dict[str, Any]) -> dict[str, Any]:
    first = min(asked.parameters.values(), key=lambda each: each.kind)
    if first.kind is first.KEYWORD_ONLY or len(position) > 1 or first.name in given:
        takes = "no argument" if first.kind is first.KEYWORD_ONLY else f"{first.name} alone"
        raise ArgumentError(f"{asked.name}() takes {takes} by position: name each argument.")
    return {first.name: position[0], **given}


def _answer(asked: Verdict, given: dict[str, Any]) -> Any:
    """Return the public answer to one call."""
    definition, options, policy, call = _understood(asked, given)
    call.read_values = values = asked.values(call, definition, options)
    answer = asked.judge(call.size, definition, values, options)
    if asked.result is not None:
        return asked.result(call, definition, {**options, "missing": policy}, answer)
    return shown(asked, definition, options, call.like, answer)


def _understood(
    asked: Verdict, given: dict[str, Any]
) -> tuple[Definition, dict[str, Any], str, Call]:
    """Return by which definition, options and policy for gaps a call asks, and its arguments."""
    parameter = asked.parameter
    definition = lookup(asked.kind, given.pop(parameter, asked.default), parameter=parameter)
    choices = (*asked.options, "missing") if asked.policies else asked.options
    chosen = {name: given.pop(name) for name in choices if name in given}
    options = options_of(asked, definition, chosen)
    policy = options.pop("missing") if asked.policies else "interval"
    _check_arguments(asked, definition, given)
    return definition, options, policy, Call(asked.name, given)


def _check_arguments(asked: Verdict, definition: Definition, given: Mapping[str, Any]) -> None:
    """Raise where an argument is unknown, absent, or not read by the definition."""
    plan, parameters = asked.plan(definition), asked.parameters
    for name in given:
        if name not in parameters:
            _refuse_unknown(asked.name, given, tuple(parameters))
        if plan.get(name) == "unread" and name not in asked.passes_over:
            raise ArgumentError(
                f"{say(name)} was given, and {definition.name} does not read it: it would be passed "
                f"over in silence. It reads {', '.join(definition.needs)}.",
                variable=name,
            )
    needed = [
        name
        for name, how in plan.items()
        if (how == "needed" or (how == "reading" and name in _ASKED_FIRST)) and name not in given
    ]
    absent = [name for name in asked.required if name not in given and name not in needed] + needed
    if absent:
        raise ArgumentError(
            f"{asked.name}() by {definition.name} needs {', '.join(f'{name}=' for name in absent)}"
            f"{': give each, None where it is missing' if set(absent) & set(VARIABLES) else ''}.",
            variable=absent[0],
        )


def options_of(asked: Verdict, definition: Any, chosen: Options) -> dict[str, Any]:
    """Return the options of a verdict, the chosen ones checked by the definition."""
    defaults = {**asked.options, "missing": "interval"} if asked.policies else asked.options
    options = {name: chosen.get(name, default) for name, default in defaults.items()}
    options |= {name: str.__str__(v) for name, v in options.items() if isinstance(v, str)}
    absent = [name for name, value in options.items() if value is inspect.Parameter.empty]
    if absent:
        raise ArgumentError(
            f"{asked.name}() needs {', '.join(f'{name}=' for name in absent)}.", variable=absent[0]
        )
    definition.check_options(**options)
    if "level" in options:
        # As whole as the levels of the criteria, in the name of a column too.
        options["level"] = int(options["level"])
    return options


def shown(asked: Verdict, definition: Definition, options: Options, like: Like, answer: Any) -> Any:
    """Return an answer as the caller's kind."""
    if isinstance(answer, Items):
        answer = answer.answer
    name = asked.column(definition, **options)
    if asked.gives == "word":
        return like.text(like.shaped(answer), name, asked.words_of(definition, options))
    return like.flag(like.shaped(answer), name)


# --------------------------------------------------------------------------------------------


@typing.overload
def components(
    measure: Literal["inactive_disease", "mas_2016"], **inputs: Any
) -> dict[str, Any]: ...
@typing.overload
def components(measure: str | Score, **inputs: T | Scalar) -> dict[str, T]: ...
@as_declared
def components(measure: str | Score, **inputs: Any) -> dict[str, Any]:
    """Return the terms of a score, or the items of a verdict, so that its parts are seen.

    Parameters
    ----------
    measure : str or Score
        A score that is a sum, for example ``"jadas10"``, or a verdict of several items:
        ``"inactive_disease"`` or ``"mas_2016"``.
    **inputs : float, bool, array or Series
        What the score or the verdict takes.

    Returns
    -------
    dict of str to float or bool, array or Series
        One entry for each term, in the order of the formula; they add up to the score. Or one for
        each item: True where it is met, missing where that is unknown.

    Raises
    ------
    NotCoveredError
        If the verdict has no items.

    See Also
    --------
    jiascores.assess : With ``components=True`` in a request, the items as columns.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.components(
    ...     "jadas10", physician_global=6.0, patient_global=5.5, active_joints=12, esr=48
    ... )
    {'physician_global': 6.0, 'patient_global': 5.5, 'joints': 10.0, 'acute_phase': 2.8}
    >>> jia.components("inactive_disease", criteria="eular-pres-2024", stills_symptoms=False,
    ...                esr_normal=True, crp=40, crp_upper_limit=10)
    {'stills_symptoms': True, 'acute_phase': False}
    """
    load()
    if is_among(measure, VERDICTS):
        return _items(VERDICTS[cast(str, measure)], inputs)
    score = lookup(Score, measure, parameter="measure")
    _check_names(score, inputs)
    taken, like = take(inputs)
    terms = score_terms(score, taken)
    return {name: like.score(term, name) for name, term in terms.items()}


def _items(asked: Verdict, given: dict[str, Any]) -> dict[str, Any]:
    definition, options, _, call = _understood(asked, given)
    answer = asked.of(call, definition, options, items=True)
    if not isinstance(answer, Items):
        raise NotCoveredError(f"{asked.name} is not made of items.", variable="measure")
    return {
        name: call.like.flag(call.like.shaped(item), name) for name, item in answer.items.items()
    }


def is_measure(function: object) -> str | None:
    """Return the name of the measure that a function computes, where it is one of ours."""
    name = function.__name__ if isinstance(function, FunctionType) else ""
    return name if name in _FUNCTIONS and _FUNCTIONS[name] is function else None
