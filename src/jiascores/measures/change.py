"""Change of a core set variable between two visits: what response and flare rules share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Generic, Literal, NoReturn, TypeAlias, TypeVar

import attrs
import numpy as np

from jiascores.core.decimals import PER_CENT, TOLERANCE, above, nearest_decimal
from jiascores.core.definition import Definition
from jiascores.core.errors import RequestError
from jiascores.core.like import Like
from jiascores.core.logic import at_least, at_most, choose, missing, unless
from jiascores.core.measure import Bounded
from jiascores.core.variables import CORE_VARIABLES, MARKERS, VARIABLES

# Of the widest label and a space.
_WIDTH = 1 + max(len(VARIABLES[name].label) for name in (*CORE_VARIABLES, *MARKERS))
# What a rise from 0 counts as: no per cent of 0 can be taken, and no paper says.
FromZero: TypeAlias = Literal["worsened", "unchanged", "missing"]
FROM_ZERO = ("worsened", "unchanged", "missing")


def improved_by(earlier: Any, now: Any, percent: float, *, inclusive: bool = True) -> Any:
    """Return whether now is at least (not inclusive: more than) `percent` % below earlier.

    Nothing improves from 0.
    """
    fall = earlier - now
    limit = earlier * (percent * PER_CENT)
    enough = fall + TOLERANCE >= limit if inclusive else above(fall, limit)
    return (earlier > 0) & enough


def levels_improved(earlier: Any, now: Any, levels: Iterable[float]) -> list[Any]:
    """Return for each level what `improved_by` does, with what is common to them done once."""
    fall = earlier - now + TOLERANCE
    possible = earlier > 0
    return [possible & (fall >= earlier * (level * PER_CENT)) for level in levels]


def worsened_by(earlier: Any, now: Any, percent: float, *, inclusive: bool) -> Any:
    """Return whether now is more than (inclusive: at least) `percent` % above earlier.

    Any rise from 0 is worsening without limit.
    """
    rise = now - earlier
    limit = earlier * (percent * PER_CENT)
    if inclusive:
        return (rise + TOLERANCE >= limit) & above(now, earlier)
    return above(rise, limit)


def unknown_or_worse(
    earlier: Any, now: Any, percent: float, *, inclusive: bool, from_zero: FromZero
) -> tuple[Any, Any]:
    """Return whether a variable is unknown, and whether it has worsened by `percent` %."""
    unknown = missing(earlier) | missing(now)
    worse = worsened_by(earlier, now, percent, inclusive=inclusive)
    if from_zero != "worsened":
        rose = (earlier == 0) & (now > 0)
        worse = unless(worse, rose)
        if from_zero == "missing":
            unknown = unknown | rose
    return unknown, worse


def percent_change(earlier: Any, now: Any) -> Any:
    """Return the change in per cent of the earlier value, negative when better.

    Missing where a value is missing and where a value rose from 0; 0 → 0 is 0.
    """
    earlier, now = np.asarray(earlier, dtype=np.float64), np.asarray(now, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (now - earlier) / earlier / PER_CENT
    change = np.where(np.isinf(change), np.nan, change)
    return nearest_decimal(np.where((earlier == 0) & (now == 0), 0.0, change))


CHANGES = ("worsened", "unchanged", "improved")


def important_change(change: Any, *, fall: float, rise: float) -> Any:
    """Return the place in `CHANGES`: worsened from a rise on, improved from a fall (below 0) on."""
    return choose((at_least(change, rise), 0), (at_most(change, fall), 2), otherwise=1)


# --------------------------------------------------------------------------------------------
# Results


@attrs.frozen(eq=False, repr=False, kw_only=True)
class Result:
    """What criteria say of visits, where that is more than one answer."""

    # The attribute with the answer.
    answers: ClassVar[str]

    criteria: Definition
    _like: Like = attrs.field(alias="like")

    def _flag(self, answer: Any, name: str) -> Any:
        return self._like.flag(self._like.shaped(answer), name)

    def __bool__(self) -> NoReturn:
        raise RequestError(
            f"{type(self).__name__} is neither true nor false: ask for its .{self.answers}, "
            f"which is missing where the gaps leave it open.",
            variable=self.answers,
        )


@attrs.frozen(eq=False, repr=False, kw_only=True)
class BoundedResult(Result):
    """An answer with its bounds, and its reasons."""

    _bounds: Bounded = attrs.field(alias="bounds")

    @property
    def _column(self) -> str:
        raise AssertionError(f"{type(self).__name__} must name its column")

    @property
    def _subject(self) -> str:
        raise AssertionError(f"{type(self).__name__} must say what it is about")

    def _reasons(self, row: int) -> Iterator[str]:
        raise AssertionError(f"{type(self).__name__} must give its reasons for row {row}")

    def _surely(self, answer: Any, end: str) -> Any:
        return self._like.surely(self._like.shaped(answer), f"{self._column}_{end}")

    def explain(self, row: int = 0) -> str:
        """Return the six variables with their change, and the verdict in words.

        Parameters
        ----------
        row : int
            Which visit, by position, where there are many.

        Returns
        -------
        str
            A table and a sentence.
        """
        return "\n".join(self._reasons(row))

    def __repr__(self) -> str:
        if self._like.kind != "number":
            return f"<{self._subject}: {self._like.size} visits>"
        names = (self.answers, f"{self.answers}_min", f"{self.answers}_max")
        return f"<{self._subject}: {', '.join(f'{name}={getattr(self, name)}' for name in names)}>"


ChangeT = TypeVar("ChangeT")


@attrs.frozen(eq=False, repr=False, kw_only=True)
class VisitComparison(BoundedResult, Generic[ChangeT]):
    """Two visits compared by criteria."""

    missing: str
    _earlier: Mapping[str, Any] = attrs.field(alias="earlier")
    _now: Mapping[str, Any] = attrs.field(alias="now")

    @property
    def marker(self) -> str:
        """Which acute-phase reactant was compared: ``"esr"`` or ``"crp"``."""
        return tuple(self._now)[-1]

    @property
    def change(self) -> dict[str, ChangeT]:
        """Per variable, the change in per cent of the earlier value, negative when better.

        Missing where a value is missing and where a value rose from 0; 0 → 0 is 0.
        """
        return {
            name: self._like.score(
                self._like.shaped(percent_change(self._earlier[name], now)), f"{name}_change"
            )
            for name, now in self._now.items()
        }

    def _unless_gap(self, gap: Any, answer: Any, name: str) -> Any:
        return self._flag(np.where(gap, np.nan, answer), name)


# --------------------------------------------------------------------------------------------
# The table that every explanation begins with


def pick(values: Any, row: int) -> float:
    """Return the value of one row; a single value is that of every row."""
    array = np.asarray(values)
    return float(array) if array.ndim == 0 else float(array.ravel()[row])


def shown(value: float) -> str:
    """Show a number, or say that it is missing."""
    return "missing" if missing(value) else f"{value:g}"


def change_heading(earlier: str) -> str:
    """Return the heading of the table, with what the earlier visit is called."""
    return f"{'':<{_WIDTH}}{earlier:>9}{'visit':>9}{'change':>9}"


def change_line(name: str, start: float, end: float, words: str) -> str:
    """Return one variable's line: both values, the change in per cent, and what it counts as."""
    percent = pick(percent_change(start, end), 0)
    change = "" if missing(percent) else f"{percent:+.1f} %" if percent else "0 %"
    if start == 0 and end > 0:
        change = "from 0"
    label = VARIABLES[name].label
    return f"{label:<{_WIDTH}}{shown(start):>9}{shown(end):>9}{change:>9}  {words}"


def visit_line(label: str, value: float, words: str) -> str:
    """Return the line of something that this visit alone has, and what it counts as."""
    return f"{label:<{_WIDTH}}{'':>9}{shown(value):>9}{'':>9}  {words}"
