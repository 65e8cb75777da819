"""The wrapper around every score: the body is the paper's formula, the rest stands here once.

It takes a number, an array or a Series, checks ranges, lets missing values through as missing,
and gives the same kind back. Long arrays go through the body in blocks that fit the cache.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ClassVar, TypeVar, cast

import attrs
import numpy as np

from jiascores.core import exact
from jiascores.core.definition import Definition, Threshold, lookup, publish
from jiascores.core.errors import MarkerError, NotCoveredError, suggestion
from jiascores.core.kinds import (
    BLOCK,
    FloatArray,
    Like,
    Scalar,
    T,
    check,
    common,
    is_fine,
    kind_of,
    number,
    take,
    to_floats,
)
from jiascores.core.references import Evidence, Reference
from jiascores.core.variables import VARIABLES

F = TypeVar("F", bound=Callable[..., Any])
_SCALE = 10.0**exact.SCORE_DECIMALS


class Terms(dict[str, Any]):
    """The terms of a score that is a sum; the wrapper adds them."""


def add(**terms: T | Scalar) -> T:
    """Return the sum of named terms.

    The body hands the terms themselves to the wrapper, which adds them: so a total and its
    components come from the same line.
    """
    return cast(T, cast(object, Terms(terms)))


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
    >>> jia.definition("cjadas10", jia.Score).rule
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


_FUNCTIONS: dict[str, Callable[..., Any]] = {}
_BODIES: dict[str, Callable[..., Any]] = {}


def measure(
    *,
    label: str,
    formula: str,
    low: float,
    high: float,
    reference: Reference,
    evidence: Evidence,
    notes: tuple[str, ...] = (),
    either: tuple[str, ...] = (),
    points: tuple[tuple[str, float], ...] = (),
) -> Callable[[F], F]:
    """Make a formula on keyword arguments into a public score.

    The parameters of the body must be declared variables; one that is not fails at import.
    """

    def decorate(body: F) -> F:
        names = tuple(inspect.signature(body).parameters)
        undeclared = [name for name in names if name not in VARIABLES]
        if undeclared:
            raise NotCoveredError(
                f"{body.__name__} has parameters that core/variables.py does not declare: "
                f"{', '.join(undeclared)}"
            )
        score = Score(
            name=body.__name__,
            label=label,
            formula=formula,
            low=low,
            high=high,
            reference=reference,
            evidence=evidence,
            notes=notes,
            inputs=tuple(name for name in names if name not in either),
            either=either,
            points=points,
        )

        @wraps(body)
        def wrapper(**given: Any) -> Any:
            _check_names(score, given)
            return _compute(score, body, given)

        publish(score)
        _FUNCTIONS[score.name] = wrapper
        _BODIES[score.name] = body
        return cast(F, wrapper)

    return decorate


def _check_names(score: Score, given: Mapping[str, Any]) -> None:
    """Raise where an input is unknown, absent, or both or neither marker is there."""
    chosen = [name for name in given if name in score.either]
    if len(given) == len(score.inputs) + len(chosen) and len(chosen) == bool(score.either):
        if all(name in given for name in score.inputs):
            return
    for name in given:
        if name not in score.inputs and name not in score.either:
            near = suggestion(name, score.inputs + score.either)
            raise TypeError(f"{score.name}() has no parameter {name!r}.{near}")
    absent = [name for name in score.inputs if name not in given]
    if absent:
        raise TypeError(
            f"{score.name}() needs {', '.join(absent)}; pass None where a value is missing."
        )
    names = " and ".join(f"{name}=" for name in score.either)
    found = f"both {names}" if chosen else f"neither {names.replace(' and ', ' nor ')}"
    raise MarkerError(
        f"{score.name}() was given {found}: it takes exactly one of them. "
        f"Pass None to that one where it is missing.",
        variable=" and ".join(score.either),
    )


def _compute(score: Score, body: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    like = common(given)
    if like.kind == "number":
        numbers = {name: number(value, VARIABLES[name]) for name, value in given.items()}
        return _one(_total(body(**numbers)))
    return like.score(_in_blocks(body, given, like), score.name)


def _one(total: Any) -> float:
    """Return the double nearest to the decimal, by the same steps as for arrays."""
    return float(np.rint(total * _SCALE) / _SCALE)


def _total(result: Any) -> Any:
    if not isinstance(result, Terms):
        return result
    terms = iter(result.values())
    total = next(terms) + next(terms)
    for term in terms:
        total = total + term
    return total


def _in_blocks(
    body: Callable[..., Any], given: Mapping[str, Any], like: Like, *, checked: bool = False
) -> FloatArray:
    fixed: dict[str, float] = {}
    columns: dict[str, Any] = {}
    for name, value in given.items():
        if kind_of(value) == "number":
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
        total = np.asarray(_total(body(**values)), dtype=np.float64)
        # exact.nearest_decimal without its temporary arrays.
        np.rint(total * _SCALE, out=out[block])
        np.divide(out[block], _SCALE, out=out[block])
    return out.reshape(like.shape)


def score_arrays(score: Score, inputs: Mapping[str, FloatArray]) -> FloatArray:
    """Return a score of flat arrays that have been checked already."""
    size = next(iter(inputs.values())).size
    return _in_blocks(_BODIES[score.name], inputs, Like("array", (size,)), checked=True)


def score_terms(score: Score, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the terms of a score of checked inputs, each the double nearest its decimal."""
    terms = _BODIES[score.name](**inputs)
    if not isinstance(terms, Terms):
        raise NotCoveredError(f"{score.label} is not a sum of terms.", variable="measure")
    return {
        name: exact.nearest_decimal(np.asarray(term, dtype=np.float64))
        for name, term in terms.items()
    }


def components(measure: str | Score, **inputs: T | Scalar) -> dict[str, T]:
    """Return the terms of a score, so that its parts are seen and not only the total.

    Parameters
    ----------
    measure : str or Score
        A score that is a sum, for example ``"jadas10"``.
    **inputs : float, array or Series
        What the score takes.

    Returns
    -------
    dict of str to float, array or Series
        One entry for each term, in the order of the formula; they add up to the score.

    Raises
    ------
    NotCoveredError
        If the score is not a sum of terms.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.components(
    ...     "jadas10", physician_global=6.0, patient_global=5.5, active_joints=12, esr=48
    ... )
    {'physician_global': 6.0, 'patient_global': 5.5, 'joints': 10.0, 'acute_phase': 2.8}
    """
    score = lookup(Score, measure, parameter="measure")
    _check_names(score, inputs)
    taken, like = take(inputs)
    terms = score_terms(score, taken)
    return {name: like.score(term, name) for name, term in terms.items()}
