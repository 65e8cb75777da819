"""Rules that choose the baseline visit, and the visit that a flare or a loss is judged against."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.definition import lookup
from jiascores.core.errors import RequestError, door, is_among, made, say, suggestion
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.frame import NONE, Positions
from jiascores.tables.numbers import column_name, in_words, number_of
from jiascores.tables.visits import Visits


@attrs.frozen
class Flagged:
    """The one visit of each patient that a column flags, or that of each variable. Made by `flagged`."""

    column: str
    per_variable: bool = False

    def of(self, variable: str) -> str:
        """Return the column that flags the baseline of a variable."""
        return f"{variable}_{self.column}"


@attrs.frozen
class OnOrBefore:
    """The last visit, or the last value of each variable, on or before a date of a column.

    Made by `on_or_before`.
    """

    column: str
    per_variable: bool = False
    days: float | None = None

    @property
    def words(self) -> str:
        """The choice in words."""
        within = "" if self.days is None else f" and at most {self.days:g} days before it"
        return f"on or before {self.column}{within}"


@attrs.frozen
class LastResponding:
    """The latest earlier visit at which an ACR Pedi level was surely reached."""

    level: int = 30
    criteria: Any = "giannini-1997"


@attrs.frozen
class Best:
    """The one real visit since baseline with the best response so far."""

    criteria: Any = "giannini-1997"


BaselineRule: TypeAlias = Literal["first"] | Flagged | OnOrBefore
ReferenceRule: TypeAlias = (
    Literal["baseline", "last-responding", "best", "end-of-lead-in"]
    | Flagged
    | OnOrBefore
    | LastResponding
    | Best
)

BASELINES = {"first": "the first visit of each patient"}
REFERENCES = {
    "baseline": "the baseline of the call",
    "end-of-lead-in": "the last visit on or before the date in the column end_of_lead_in",
    "last-responding": "the latest earlier visit that surely reached the level (ACR Pedi 30)",
    "best": (
        "the earlier visit since baseline with the highest determined ACR Pedi level; ties by the "
        "lowest JADAS71, then the earliest"
    ),
}


@as_declared
def flagged(column: str, *, per_variable: bool = False) -> Flagged:
    """Say that a column flags the visit: True, 1 or Y once for each patient.

    Parameters
    ----------
    column : str
        Name of the column.
    per_variable : bool
        Whether each variable has a baseline of its own, and a column that flags it: `column` is
        then what stands after the variable in its name, as in ``esr_lobxfl``. A trial flags the
        last value of each test before the first dose.

    Returns
    -------
    Flagged
        For ``baseline=`` or ``reference=``.

    See Also
    --------
    jiascores.on_or_before : The last visit on or before a date.
    jiascores.last_responding : The last visit that responded.
    jiascores.best : The best visit so far.

    Notes
    -----
    With `per_variable`, a core set or a score at baseline is made of these values, and its date is
    that of the latest, as for `on_or_before`.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.flagged("ablfl")
    Flagged(column='ablfl', per_variable=False)
    """
    return Flagged(column_name(column, "column"), bool(per_variable))


@as_declared
def on_or_before(
    column: str, *, per_variable: bool = False, days: float | None = None
) -> OnOrBefore:
    """Say that the visit is the last one on or before the date in a column.

    Parameters
    ----------
    column : str
        Name of the column with the date, the same in all rows of a patient (or missing).
    per_variable : bool
        Whether each variable has a baseline of its own: its last value on or before the date.
        Blood may have been drawn at screening, and the joints counted on the day of the dose.
    days : float, optional
        Most days that the visit, or the value, may lie before the date. Required with
        `per_variable`, since a value from years ago is no baseline; no paper says how many.

    Returns
    -------
    OnOrBefore
        For ``baseline=`` or ``reference=``.

    Raises
    ------
    RequestError
        If `days` is missing with `per_variable`, or is not a number of 0 or more.

    See Also
    --------
    jiascores.flagged : The visit that a column flags.
    jiascores.last_responding : The last visit that responded.
    jiascores.best : The best visit so far.

    Notes
    -----
    With `per_variable`, a core set or a score at baseline is made of these values, and its date
    is that of the latest. Rows on or before that date have no response or change. A variable
    without a value in these days is missing at baseline; two rows of one date that both have a
    value raise. With the first dose on day 0 and ``days=28``:

    ====== ==================== ==================== ==================================
    day    physician global     ESR                  what it is
    ====== ==================== ==================== ==================================
    −29    8                    70                   too early
    −14    –                    60                   the baseline of ESR
    0      7                    –                    the baseline of the physician global
    56     2                    20                   compared with 7 and 60
    ====== ==================== ==================== ==================================

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.on_or_before("first_dose", per_variable=True, days=28)
    OnOrBefore(column='first_dose', per_variable=True, days=28.0)
    """
    if per_variable and days is None:
        raise RequestError(
            "on_or_before(per_variable=True) needs days=: how many days before the date a value "
            "may be taken at most, for example days=28.",
            variable="days",
        )
    within = None if days is None else number_of(days, "days", zero=True)
    return OnOrBefore(column_name(column, "column"), bool(per_variable), within)


@as_declared
def last_responding(level: int = 30, *, criteria: Any = "giannini-1997") -> LastResponding:
    """Say that the reference is the latest earlier visit with `level_min` at or above a level.

    Parameters
    ----------
    level : int
        The ACR Pedi level, against the baseline of the call.
    criteria : str or ResponseCriteria
        By which criteria.

    Returns
    -------
    LastResponding
        For ``reference=``; the string ``"last-responding"`` means level 30 by giannini-1997.

    See Also
    --------
    jiascores.flagged : The visit that a column flags.
    jiascores.on_or_before : The last visit on or before a date.
    jiascores.best : The best visit so far.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.last_responding(50)
    LastResponding(level=50, criteria='giannini-1997')
    """
    lookup(ResponseCriteria, criteria, parameter="criteria").require_level(level)
    return LastResponding(int(level), criteria)


@as_declared
def best(*, criteria: Any = "giannini-1997") -> Best:
    """Say that the reference is the visit with the best response since baseline.

    Parameters
    ----------
    criteria : str or ResponseCriteria
        By which criteria.

    Returns
    -------
    Best
        For ``reference=``; the string ``"best"`` means giannini-1997.

    See Also
    --------
    jiascores.flagged : The visit that a column flags.
    jiascores.on_or_before : The last visit on or before a date.
    jiascores.last_responding : The last visit that responded.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.best()
    Best(criteria='giannini-1997')
    """
    lookup(ResponseCriteria, criteria, parameter="criteria")
    return Best(criteria)


# --------------------------------------------------------------------------------------------
# What may be named


def check_baseline(rule: object, columns: Container[Any] = ()) -> None:
    """Raise if a baseline rule is unknown; `columns` are those of the table."""
    if rule is None or isinstance(rule, Flagged | OnOrBefore) or is_among(rule, BASELINES):
        return
    if is_among(rule, columns):
        raise RequestError(
            f"{say('baseline', rule)} names a column: write {made('flagged', rule)} where it flags "
            f"the baseline visit, or {made('on_or_before', rule)} where it holds a date.",
            variable="baseline",
            values=(rule,),
        )
    raise RequestError(
        f"{say('baseline', rule)}: choose 'first' ({BASELINES['first']}), {made('flagged')} or "
        f"{made('on_or_before')}.{suggestion(rule, BASELINES)}",
        variable="baseline",
        values=(rule,),
    )


def check_reference(rule: object) -> None:
    """Raise if a reference is unknown."""
    if isinstance(rule, Flagged | OnOrBefore | LastResponding | Best) or is_among(rule, REFERENCES):
        return
    more = "" if door().of_a_file else ", jia.last_responding(level), jia.best()"
    raise RequestError(
        f"{say('reference', rule)}: choose {in_words(REFERENCES)}; or {made('flagged')}, "
        f"{made('on_or_before')}{more}."
        f"{suggestion(rule, REFERENCES)}",
        variable="reference",
        values=(rule,),
    )


def reference_name(rule: ReferenceRule) -> str:
    """Return the part of a column name that stands for a reference."""
    if isinstance(rule, Flagged | OnOrBefore):
        return rule.column
    if isinstance(rule, LastResponding):
        return f"last-responding-{rule.level}"
    return "best" if isinstance(rule, Best) else rule


# --------------------------------------------------------------------------------------------
# Looking back over a patient's visits


def _highest_earlier(visits: Visits, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the highest number at the visits of the same patient on earlier dates, or `NONE`.

    Numbers and what is returned are in the order of `visits`; none is below `NONE`.
    """
    # Later patients get higher numbers, so a running maximum never looks back across patients.
    step = int(numbers.max(initial=0)) + 2
    shift = step * np.cumsum(visits.starts == np.arange(visits.size))
    running = np.maximum.accumulate(numbers + shift)
    earlier = visits.day_starts > visits.starts
    return np.where(earlier, running[np.maximum(visits.day_starts - 1, 0)] - shift, NONE)


def highest_before(visits: Visits, levels: NDArray[Any]) -> NDArray[np.int64]:
    """Return the highest level at earlier visits of the patient of each row, or 0."""
    highest = _highest_earlier(visits, levels[visits.order].astype(np.int64))
    return visits.unordered(np.maximum(highest, 0))


def latest_earlier(visits: Visits, chosen: NDArray[np.bool_]) -> Positions:
    """Return the latest chosen row of the patient on an earlier date, or `NONE`."""
    places = np.where(chosen[visits.order], np.arange(visits.size), NONE)
    latest = _highest_earlier(visits, places)
    return visits.unordered(np.where(latest >= 0, visits.order[latest], NONE))


def best_earlier(
    visits: Visits, level: NDArray[np.float64], jadas71: NDArray[np.float64]
) -> Positions:
    """Return the best earlier row of the patient: highest level, then lowest JADAS71, then earliest."""
    level, jadas71 = level[visits.order], jadas71[visits.order]
    # From the worst to the best; what is missing is sorted last.
    ranked = np.lexsort((np.arange(visits.size), jadas71, -level))[::-1]
    ranks = np.empty(visits.size, dtype=np.int64)
    ranks[ranked] = np.arange(visits.size)
    best = _highest_earlier(visits, np.where(np.isnan(level), NONE, ranks))
    return visits.unordered(np.where(best >= 0, visits.order[ranked[best]], NONE))
