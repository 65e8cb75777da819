"""Yes, no and unknown as 1, 0 and NaN, for one patient's numbers and for arrays alike.

A comparison with a missing value is unknown, and unknown is an answer only where the gap could
matter. Comparisons give what exact decimal arithmetic gives on the decimals that were typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any, TypeVar

import numpy as np

from jiascores.core import decimals

NAN = float("nan")
T = TypeVar("T")
_FLOATS = {float}


def missing(value: Any) -> Any:
    """Return whether a value is missing (NaN), elementwise."""
    return value != value


def known(answer: Any, *values: Any) -> Any:
    """Return an answer as a number, unknown where one of the values behind it is missing."""
    if not isinstance(answer, np.ndarray):
        for value in values:
            if value != value:
                return NAN
        return float(answer)
    found = np.array(answer, dtype=np.float64)
    for value in values:
        found[value != value] = NAN
    return found


def at_most(value: Any, bound: Any) -> Any:
    """Return whether value ≤ bound."""
    return known(decimals.at_most(value, bound), value, bound)


def at_least(value: Any, bound: Any) -> Any:
    """Return whether value ≥ bound."""
    return known(decimals.at_least(value, bound), value, bound)


def above(value: Any, bound: Any) -> Any:
    """Return whether value > bound."""
    return known(decimals.above(value, bound), value, bound)


def below(value: Any, bound: Any) -> Any:
    """Return whether value < bound."""
    return known(decimals.below(value, bound), value, bound)


def equal(value: Any, other: Any) -> Any:
    """Return whether two places or whole numbers are the same."""
    return known(value == other, value, other)


def no(answer: Any) -> Any:
    """Return the opposite: no for yes, yes for no, unknown for unknown."""
    return 1.0 - answer


def all_of(*answers: Any) -> Any:
    """Return whether every answer is yes: one no settles it, whatever the gaps.

    ========= ========= ===== =========
    and       yes       no    unknown
    ========= ========= ===== =========
    yes       yes       no    unknown
    no        no        no    no
    unknown   unknown   no    unknown
    ========= ========= ===== =========
    """
    if _numbers(answers):
        return 0.0 if 0.0 in answers else 1.0 if sum(answers) == len(answers) else NAN
    return np.where(reduce(np.fmin, answers) == 0, 0.0, reduce(np.minimum, answers))


def any_of(*answers: Any) -> Any:
    """Return whether some answer is yes: one yes settles it, whatever the gaps."""
    if _numbers(answers):
        return 1.0 if 1.0 in answers else 0.0 if sum(answers) == 0 else NAN
    return np.where(reduce(np.fmax, answers) == 1, 1.0, reduce(np.maximum, answers))


def at_least_of(need: int, *answers: Any) -> Any:
    """Return whether at least `need` answers are yes, where the gaps leave it certain."""
    if _numbers(answers):
        sure = answers.count(1.0)
        possible = sure + sum(answer != answer for answer in answers)
        return 1.0 if sure >= need else 0.0 if possible < need else NAN
    sure, refused = count(one == 1 for one in answers), count(one == 0 for one in answers)
    possible = len(answers) - refused
    return np.where(sure >= need, 1.0, np.where(possible < need, 0.0, NAN))


def choose(*cases: tuple[Any, float], otherwise: float) -> Any:
    """Return the place of the one case whose answer is yes; unknown unless a yes settles it.

    Parameters
    ----------
    *cases : tuple of (answer, place)
        Cases that exclude each other.
    otherwise : float
        The place where the answer to every case is no.
    """
    answers = [answer for answer, _ in cases]
    if _numbers(answers):
        for answer, place in cases:
            if answer == 1.0:
                return float(place)
        return float(otherwise) if sum(answers) == 0 else NAN
    gap = reduce(np.logical_or, map(missing, answers))
    places = np.where(gap, NAN, float(otherwise))
    for answer, place in reversed(cases):
        places = np.where(answer == 1, float(place), places)
    return places


def at_place(place: Any, each: Sequence[T], answer: Callable[[T], Any]) -> Any:
    """Return the answer for the one of several that stands at a place; unknown without a place."""
    if isinstance(place, float):
        return answer(each[int(place)]) if place >= 0 else known(answer(each[0]), place)
    found: Any = NAN
    for position, one in enumerate(each):
        found = np.where(place == position, answer(one), found)
    return found


def either(condition: Any, yes: Any, otherwise: Any) -> Any:
    """Return one of two values, by a condition that is true or false."""
    if isinstance(condition, bool):
        return yes if condition else otherwise
    return np.where(condition, yes, otherwise)


def unless(condition: Any, exception: Any) -> Any:
    """Return whether a condition is true and an exception is not."""
    return condition & (~exception if isinstance(exception, np.ndarray) else not exception)


def highest_of(levels: Sequence[int], reached: Sequence[Any]) -> Any:
    """Return the highest level that is reached, 0 where none is; levels nest.

    Parameters
    ----------
    levels : sequence of int
        Ascending.
    reached : sequence of conditions
        Whether each of them is.
    """
    if not isinstance(reached[0], np.ndarray):
        return max((level for level, is_ in zip(levels, reached, strict=True) if is_), default=0)
    highest = np.zeros(reached[0].shape, dtype=np.int8)
    for step, is_reached in zip(np.diff((0, *levels)).astype(np.int8), reached, strict=True):
        highest += step * is_reached.view(np.int8)
    return highest


def clamp(value: Any, low: float, high: float) -> Any:
    """Return a value, or the end of the range where it lies outside."""
    if isinstance(value, float):
        return min(max(value, low), high)
    return np.minimum(np.maximum(value, low), high)


def count(conditions: Iterable[Any]) -> Any:
    """Return how many of these conditions are true."""
    total: Any = 0
    for condition in conditions:
        if not isinstance(condition, np.ndarray):
            total = total + condition
        elif isinstance(total, np.ndarray):
            # Truth values are small whole numbers, added in place: a million visits pass here.
            total += condition.view(np.int8)
        else:
            total = total + condition.view(np.int8)
    return total


def _numbers(answers: Iterable[Any]) -> bool:
    return {*map(type, answers)} == _FLOATS
