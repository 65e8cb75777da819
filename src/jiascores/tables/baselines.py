"""Which visit is the baseline, and against which visit a flare or a loss is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import (
    ColumnError,
    NotNumericError,
    RequestError,
    VisitError,
    listing,
    suggestion,
)
from jiascores.core.variables import Variable
from jiascores.tables.columns import NO_NAMES, Frame, Places, nearest
from jiascores.tables.refusals import about_flags, distinct, named, truth
from jiascores.tables.visits import CALENDAR, NO_DATE, NONE, Positions, Visits, read_dates

if TYPE_CHECKING:
    from jiascores.tables.context import Context


@attrs.frozen
class Flagged:
    """The one visit of each patient that a column flags. Made by `flagged`."""

    column: str


@attrs.frozen
class OnOrBefore:
    """The last visit on or before a date that a column gives. Made by `on_or_before`."""

    column: str


@attrs.frozen
class LastResponding:
    """The latest earlier visit at which an ACR Ped level was surely reached."""

    level: int = 30
    criteria: Any = "giannini-1997"


@attrs.frozen
class Best:
    """The one real visit since baseline with the best response so far."""

    criteria: Any = "giannini-1997"


BaselineRule: TypeAlias = str | Flagged | OnOrBefore
ReferenceRule: TypeAlias = str | Flagged | OnOrBefore | LastResponding | Best

BASELINES = {"first": "the first visit of each patient"}
REFERENCES = {
    "baseline": "the baseline of the call",
    "end-of-lead-in": "the last visit on or before the date in the column end_of_lead_in",
    "last-responding": "the latest earlier visit that surely reached the level (ACR Ped 30)",
    "best": (
        "the earlier visit since baseline with the highest determined ACR Ped level; ties by the "
        "lowest JADAS71, then the earliest"
    ),
}


def flagged(column: str) -> Flagged:
    """Say that a column flags the visit: True, 1 or Y once for each patient.

    Parameters
    ----------
    column : str
        Name of the column.

    Returns
    -------
    Flagged
        For ``baseline=`` or ``reference=``.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.flagged("ablfl")
    Flagged(column='ablfl')
    """
    return Flagged(column)


def on_or_before(column: str) -> OnOrBefore:
    """Say that the visit is the last one on or before a date that stands in a column.

    Parameters
    ----------
    column : str
        Name of the column with the date, the same in all rows of a patient (or missing).

    Returns
    -------
    OnOrBefore
        For ``baseline=`` or ``reference=``.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.on_or_before("first_dose")
    OnOrBefore(column='first_dose')
    """
    return OnOrBefore(column)


def last_responding(level: int = 30, *, criteria: Any = "giannini-1997") -> LastResponding:
    """Say that the reference is the latest earlier visit with `level_min` at or above a level.

    Parameters
    ----------
    level : int
        The ACR Ped level, against the baseline of the call.
    criteria : str or ResponseCriteria
        By which criteria.

    Returns
    -------
    LastResponding
        For ``reference=``; the string ``"last-responding"`` means level 30 by giannini-1997.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.last_responding(50)
    LastResponding(level=50, criteria='giannini-1997')
    """
    return LastResponding(level, criteria)


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

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.best()
    Best(criteria='giannini-1997')
    """
    return Best(criteria)


# --------------------------------------------------------------------------------------------


def baseline_rows(visits: Visits, frame: Frame, rule: BaselineRule) -> Positions:
    """Return for each row the position of its patient's baseline, or `NONE`."""
    return visits.per_row(baseline_of_patients(visits, frame, rule))


def baseline_of_patients(visits: Visits, frame: Frame, rule: BaselineRule) -> Positions:
    """Return for each patient, by code, the position of the baseline, or `NONE`.

    Raises
    ------
    VisitError
        If two rows of a patient can be the baseline.
    """
    chosen, what = candidates(visits, frame, rule)
    return visits.only_one(chosen, what)


def candidates(visits: Visits, frame: Frame, rule: BaselineRule) -> tuple[Positions, str]:
    """Return the rows that can be a baseline by a rule, and what the rule calls them."""
    if rule == "first":
        first = np.full(len(visits.labels), np.iinfo(np.int64).max)
        np.minimum.at(first, visits.patients, visits.dates)
        return np.flatnonzero(visits.dates == visits.per_row(first)), "the baseline"
    if isinstance(rule, Flagged):
        chosen = np.flatnonzero(read_flag(frame, rule.column, places=visits.places) == 1)
        return chosen, f"the visit flagged by {rule.column}"
    if isinstance(rule, OnOrBefore):
        return _on_or_before(visits, frame, rule.column)
    raise RequestError(
        f"baseline={rule!r}: choose 'first' ({BASELINES['first']}), jia.flagged('column') or "
        f"jia.on_or_before('column').{suggestion(str(rule), BASELINES)}",
        variable="baseline",
        values=(rule,),
    )


def _on_or_before(visits: Visits, frame: Frame, column: str) -> tuple[Positions, str]:
    limits, per_day = read_dates(frame, column, column, gaps=True)
    if per_day != visits.per_day:
        limits = _same_scale(limits, per_day, visits, column)
    limit = _one_per_patient(visits, limits, column)[visits.patients]
    early = np.flatnonzero((limit != NO_DATE) & (visits.dates <= limit))
    last = np.full(len(visits.labels), NO_DATE, dtype=np.int64)
    np.maximum.at(last, visits.patients[early], visits.dates[early])
    chosen = early[visits.dates[early] == last[visits.patients[early]]]
    return chosen, f"the last visit on or before {column}"


def _same_scale(
    limits: NDArray[np.int64], per_day: float, visits: Visits, column: str
) -> NDArray[np.int64]:
    """Return study days on the scale of the visits; dates and study days do not mix."""
    if CALENDAR not in (per_day, visits.per_day):
        gap = limits == NO_DATE
        scaled = np.where(gap, 0, limits) * visits.per_day / per_day
        return np.where(gap, limits, np.floor(scaled).astype(np.int64))
    raise VisitError(
        f"column {column!r} holds {'dates' if per_day == CALENDAR else 'study days'} and the visit dates "
        f"are the other kind; give both as dates or both as study days.",
        variable=column,
    )


def _one_per_patient(visits: Visits, values: NDArray[np.int64], column: str) -> NDArray[np.int64]:
    given = np.flatnonzero(values != NO_DATE)
    per_patient = np.full(len(visits.labels), NO_DATE, dtype=np.int64)
    per_patient[visits.patients[given]] = values[given]
    differ = given[per_patient[visits.patients[given]] != values[given]]
    if differ.size:
        who = [str(visits.labels[code]) for code in np.unique(visits.patients[differ])]
        raise VisitError(
            f"column {column!r} gives patient {listing(who)} more than one date; it must give "
            f"each patient one.",
            variable=column,
            values=who,
        )
    return per_patient


def read_flag(
    frame: Frame, name: str, *, blank: float = 0.0, places: Places | None = None
) -> NDArray[np.float64]:
    """Return a yes/no column as 1, 0 and NaN: True/False, 1/0, or Y/N as in trial tables.

    An empty text means no in a column that flags a visit; elsewhere `blank` says what it means.
    """
    values, refused = flags(frame, name, blank=blank)
    if refused:
        kinds = distinct(refused)
        raise NotNumericError(
            f"column {name!r} = {named(kinds, places or Places(frame, NO_NAMES))}: "
            f"{about_flags(kinds, name)}",
            variable=name,
            values=list(refused.values()),
            where=[frame.label(at) for at in refused],
        )
    return values


def flags(
    frame: Frame, name: str, *, blank: float = 0.0
) -> tuple[NDArray[np.float64], dict[int, Any]]:
    """Return a yes/no column as 1, 0 and NaN, and by row what is neither yes nor no."""
    if name not in frame:
        raise ColumnError(
            f"the table has no column {name!r}.{nearest(name, frame.names)}",
            variable=name,
            values=(name,),
        )
    try:
        values = frame.floats(name, Variable(name, name, "", 0, 1, whole=True, flag=True))
    except NotNumericError:
        return _words(frame, name, blank)
    wrong = np.flatnonzero(~np.isnan(values) & (values != 0) & (values != 1))
    return values, {int(at): values[at] for at in wrong}


def _words(frame: Frame, name: str, blank: float) -> tuple[NDArray[np.float64], dict[int, Any]]:
    objects = frame.objects(name)
    values = np.full(objects.size, np.nan)
    refused: dict[int, Any] = {}
    for position, word in enumerate(objects):
        if word is None or word != word:
            continue
        said = truth(str(word))
        if not str(word).strip():
            values[position] = blank
        elif said is None:
            refused[position] = word
        else:
            values[position] = said
    return values, refused


# --------------------------------------------------------------------------------------------


def reference_rows(context: Context, rule: ReferenceRule) -> Positions:
    """Return for each row the position of the visit it is judged against, or `NONE`."""
    check_reference(rule)
    visits, frame, names = context.visits, context.frame, context.names
    if rule == "baseline":
        return context.baseline
    if rule == "end-of-lead-in":
        rule = OnOrBefore(names.column("end_of_lead_in"))
    if isinstance(rule, Flagged | OnOrBefore):
        return baseline_rows(visits, frame, rule)
    if rule == "last-responding":
        rule = LastResponding()
    if rule == "best":
        rule = Best()
    if isinstance(rule, LastResponding):
        _, lowest, _ = context.response(rule.criteria)
        chosen = context.after_baseline & (lowest >= rule.level)
        rows = latest_earlier(visits, chosen)
        return _no_twins(visits, rows, "the last responding visit", chosen.astype(np.float64))
    if isinstance(rule, Best):
        level, _, _ = context.response(rule.criteria)
        level = np.where(context.after_baseline, level, np.nan)
        rows = best_earlier(visits, level, context.jadas71)
        return _no_twins(visits, rows, "the best visit", level, context.jadas71)
    raise AssertionError(f"no such reference: {rule!r}")


def _no_twins(visits: Visits, rows: Positions, what: str, *keys: NDArray[np.float64]) -> Positions:
    """Return references, none of which has a twin: a row of its patient and date, equal in `keys`.

    Which of the two were taken would be a matter of the order of rows.
    """
    # Nearly every date has one row; only the others need to be looked at.
    places = np.arange(visits.size)
    crowded = visits.day_starts != places
    crowded[visits.day_starts[crowded]] = True
    here = visits.order[crowded]
    keys_here = [visits.day_starts[crowded], *(np.nan_to_num(key[here], nan=NONE) for key in keys)]
    sorted_ = np.lexsort(tuple(reversed(keys_here)))
    same = np.ones(max(here.size - 1, 0), dtype=bool)
    for key in keys_here:
        same &= key[sorted_[1:]] == key[sorted_[:-1]]
    one, other = here[sorted_[1:][same]], here[sorted_[:-1][same]]
    used = np.zeros(visits.size, dtype=bool)
    used[rows[rows >= 0]] = True
    twice = used[one] | used[other]
    if twice.any():
        pair = np.minimum(one, other)[twice], np.maximum(one, other)[twice]
        visits.refuse_two(*pair, what)
    return rows


def check_reference(rule: object) -> None:
    """Raise where a reference is not known."""
    if isinstance(rule, Flagged | OnOrBefore | LastResponding | Best):
        return
    if isinstance(rule, str) and rule in REFERENCES:
        return
    choices = "; ".join(f"{name!r}: {words}" for name, words in REFERENCES.items())
    raise RequestError(
        f"reference={rule!r}: choose {choices}; or jia.flagged('column'), "
        f"jia.on_or_before('column'), jia.last_responding(level), jia.best()."
        f"{suggestion(str(rule), REFERENCES)}",
        variable="reference",
        values=(rule,),
    )


def reference_name(rule: ReferenceRule) -> str:
    """Return what a reference is called in the name of a column."""
    if isinstance(rule, Flagged | OnOrBefore):
        return rule.column
    if isinstance(rule, LastResponding):
        return f"last-responding-{rule.level}"
    return "best" if isinstance(rule, Best) else rule


def highest_before(visits: Visits, levels: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Return for each row the highest level at its patient's visits on earlier dates, else 0."""
    order = visits.order
    # Later patients get higher numbers, so a running maximum never looks back across patients.
    step = int(levels.max(initial=0)) + 1
    number = np.cumsum(visits.starts == np.arange(visits.size))
    running = np.maximum.accumulate(levels[order] + number * step)
    earlier = visits.day_starts > visits.starts
    found = running[np.maximum(visits.day_starts - 1, 0)] - number * step
    return visits.unordered(np.where(earlier, found, 0))


def latest_earlier(visits: Visits, chosen: NDArray[np.bool_]) -> Positions:
    """Return for each row its patient's latest chosen row on an earlier date, or `NONE`."""
    order = visits.order
    places = np.arange(visits.size)
    latest = np.maximum.accumulate(np.where(chosen[order], places, NONE))
    # What came before this date, in this patient.
    before = np.where(visits.day_starts > 0, latest[visits.day_starts - 1], NONE)
    before = np.where(before >= visits.starts, before, NONE)
    return visits.unordered(np.where(before >= 0, order[before], NONE))


def best_earlier(
    visits: Visits, level: NDArray[np.float64], jadas71: NDArray[np.float64]
) -> Positions:
    """Return for each row the best earlier row: highest level, lowest JADAS71, earliest."""
    order = visits.order
    level, jadas71 = level[order], jadas71[order]
    ranked = np.lexsort(
        (
            np.arange(visits.size),
            np.where(np.isnan(jadas71), np.inf, jadas71),
            -np.where(np.isnan(level), NONE, level),
        )
    )
    rank = np.empty(visits.size, dtype=np.int64)
    rank[ranked] = np.arange(visits.size)
    # Later patients get lower numbers, so a running minimum never looks back across patients.
    number = np.cumsum(visits.starts == np.arange(visits.size))
    shifted = rank - number * (visits.size + 1)
    shifted = np.where(np.isnan(level), visits.size - number * (visits.size + 1), shifted)
    running = np.minimum.accumulate(shifted)
    before = np.where(visits.day_starts > visits.starts, running[visits.day_starts - 1], 0)
    back = before + number * (visits.size + 1)
    found = (visits.day_starts > visits.starts) & (back < visits.size)
    rows = np.where(found, order[ranked[np.where(found, back, 0)]], NONE)
    return visits.unordered(rows)
