"""Errors that say which variable, where, what was found, what is allowed and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

SHOWN = 5


class JiaScoresError(Exception):
    """Base of every error that jiascores raises on purpose.

    Parameters
    ----------
    message : str
        What is wrong and what to do about it.
    variable : str, optional
        The variable, column or parameter at fault.
    values : sequence, optional
        The offending values, in the order of `where`.
    where : sequence, optional
        Where they are: positions, row labels, or (row label, patient, date).
    """

    def __init__(
        self,
        message: str,
        *,
        variable: str | None = None,
        values: Sequence[Any] = (),
        where: Sequence[Any] = (),
    ) -> None:
        super().__init__(message)
        self.variable = variable
        self.values = tuple(values)
        self.where = tuple(where)

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments are lost by the default; engines carry errors between processes.
        return (_rebuild, (type(self), str(self), self.variable, self.values, self.where))


def _rebuild(
    kind: type[JiaScoresError],
    message: str,
    variable: str | None,
    values: tuple[Any, ...],
    where: tuple[Any, ...],
) -> JiaScoresError:
    return kind(message, variable=variable, values=values, where=where)


class OutOfRangeError(JiaScoresError, ValueError):
    """A value outside the range of its variable; infinities are always outside."""


class NotWholeError(JiaScoresError, ValueError):
    """A count that is not a whole number."""


class NotNumericError(JiaScoresError, TypeError):
    """A value that is not a number: text, a date, a truth value where a number is due."""


class MarkerError(JiaScoresError, ValueError):
    """Both ESR and CRP, or neither, or not the same one at both visits."""


class MisalignedError(JiaScoresError, ValueError):
    """Arrays of unequal length, or Series whose indexes differ."""


class InconsistentError(JiaScoresError, ValueError):
    """Values that are each possible and cannot be true together."""


class UnknownJointError(JiaScoresError, ValueError):
    """A name that is not that of a joint of the 71."""


class UnknownDefinitionError(JiaScoresError, ValueError):
    """A definition that was not named, or a name that the catalogue does not have."""


class DefinitionError(JiaScoresError, ValueError):
    """A definition that contradicts itself or takes a published name for other values."""


class NotCoveredError(JiaScoresError, ValueError):
    """A definition that says nothing about the measure, course or variable asked for."""


class ColumnError(JiaScoresError, ValueError):
    """A column that is missing, named twice, or in the way of an output column."""


class RequestError(JiaScoresError, ValueError):
    """A request to a table that cannot be understood or carried out."""


class VisitError(JiaScoresError, ValueError):
    """Visits that cannot be ordered or told apart: no patient, no date, two baselines."""


class MissingExtraError(JiaScoresError, ImportError):
    """An optional package that this call needs is not installed."""


def listing(items: Iterable[Any], *, total: int | None = None, shown: int = SHOWN) -> str:
    """Return the first few items and, where there are more, how many in all."""
    items = list(items)
    total = len(items) if total is None else total
    text = ", ".join(str(item) for item in items[:shown])
    return text if total <= shown else f"{text}, … ({total} in all)"


def suggestion(name: str, choices: Iterable[str]) -> str:
    """Return a hint at the nearest choice, or nothing when none is near."""
    near = get_close_matches(str(name), list(choices), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
