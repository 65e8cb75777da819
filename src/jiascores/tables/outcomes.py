"""Outcomes in a column: yes or no, ACR Pedi levels with their bounds, and what is no response."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.definition import load, lookup, published
from jiascores.core.errors import NotNumericError, RequestError, listing
from jiascores.core.measure import VERDICTS, Score, id_of
from jiascores.core.variables import VARIABLES
from jiascores.measures.flares import LOSS_OF_ACR_PED
from jiascores.measures.response import DEFAULT, ResponseCriteria
from jiascores.tables.frame import Frame, OutputKind
from jiascores.tables.naming import column_of
from jiascores.tables.numbers import numbers_in
from jiascores.tables.table import Table

FloatArray = NDArray[np.float64]
ENDS = ("min", "max")
# Columns beside those of verdicts in which a yes is bad news, by what their names begin with.
BAD_NEWS = ("relapse", "retreatment", "rater_changed")


@attrs.frozen(eq=False)
class Outcome:
    """An outcome of every row.

    Parameters
    ----------
    name : str
        What its column is called.
    data : array
        Yes and no as 1 and 0, a level, or another number; NaN for a gap.
    kind : {"flag", "level", "score"}
        Which of these.
    least : array
        The lowest that it can be, where its bounds are there; else NaN.
    judged : array of bool
        Whether the row was judged at all: on the baseline row and before it no response is, and
        then its bounds are empty too.
    """

    name: str
    data: FloatArray
    kind: OutputKind
    least: FloatArray
    judged: NDArray[np.bool_]


def read_outcome(
    frame: Frame, given: Any, level: Any = None, criteria: Any = "giannini-1997", hint: str = ""
) -> Outcome:
    """Return an outcome; with a level, whether it is reached, by the bounds of the level.

    Parameters
    ----------
    frame : Frame
        The table.
    given : Column
        The column; of levels with bounds it may be what their names begin with.
    level : int, optional
        The level to reach.
    criteria : str or ResponseCriteria
        Which levels there are.
    hint : str
        What to add to the message if there is no such column.
    """
    if level is None:
        return _as_it_is(frame, column_of(frame, given, "outcome", hint))
    definition = lookup(ResponseCriteria, criteria, parameter="criteria")
    definition.require_level(level)
    name = str(getattr(given, "name", given))
    ends = [f"{name}_level_{end}" for end in ENDS]
    if not all(end in frame for end in ends):
        ends = [column_of(frame, given, "outcome", hint)] * 2
    lowest, highest = (_levels(frame, end, level, definition) for end in ends)
    least, judged = _least(frame, name) if ends[0] == name else (lowest, ~np.isnan(lowest))
    surely = np.where(np.isnan(least), np.nan, least >= level)
    reached = np.where(lowest >= level, 1.0, np.where(highest < level, 0.0, np.nan))
    return Outcome(f"{name.removesuffix('_level')}_{level}", reached, "flag", surely, judged)


def _least(frame: Frame, name: str) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the lowest that a level can be where the table says it, and which rows are judged."""
    if name.endswith("_level") and f"{name}_min" in frame:
        least = numbers_in(frame, f"{name}_min")
        return least, ~np.isnan(least)
    return np.full(frame.size, np.nan), np.ones(frame.size, dtype=bool)


def _other_than(values: FloatArray, allowed: Iterable[float]) -> list[str]:
    """Return the numbers of a column that are none of those allowed, in words."""
    wrong = ~np.isnan(values) & ~np.isin(values, tuple(allowed))
    return [f"{value:g}" for value in np.unique(values[wrong])]


def _levels(frame: Frame, name: str, level: int, criteria: ResponseCriteria) -> FloatArray:
    """Return a column of levels; yes and no, and other numbers, raise."""
    values = numbers_in(frame, name)
    other = _other_than(values, (0, *criteria.levels))
    if _is_yes_or_no(frame, name) or other:
        words = "yes and no" if not other or _is_yes_or_no(frame, name) else listing(other)
        raise RequestError(
            f"level={level} was given, and column {name!r} holds {words}: a level is reached in a "
            f"column of ACR Pedi levels, 0 or one of "
            f"{', '.join(map(str, criteria.levels))} by {criteria.name}. Leave level= out for a "
            f"column of yes and no; criteria= names others.",
            variable="level",
            values=(level,),
        )
    return values


def _is_yes_or_no(frame: Frame, name: str) -> bool:
    """Return whether a column holds truth values, by its type or by its cells."""
    kind = str(frame.type_of(name)).lower()
    if kind.startswith(("bool", "int", "uint", "float", "double")):
        return kind.startswith("bool")
    return pd.api.types.infer_dtype(frame.objects(name), skipna=True) == "boolean"


def _as_it_is(frame: Frame, name: str) -> Outcome:
    """Return a column of yes and no, levels or other numbers."""
    nothing, judged = np.full(frame.size, np.nan), np.ones(frame.size, dtype=bool)
    try:
        values = numbers_in(frame, name)
    except NotNumericError:
        return Outcome(name, Table(frame).flag(name, blank=0.0), "flag", nothing, judged)
    known = values[~np.isnan(values)]
    if np.isin(known, (0, 1)).all() and _is_yes_or_no(frame, name):
        return Outcome(name, values, "flag", nothing, judged)
    nothing, judged = _least(frame, name)
    # By the type of the column, so that 10.0 stays 10.0 whatever stands beside it.
    whole = str(frame.type_of(name)).lower().startswith(("int", "uint"))
    return Outcome(name, values, "level" if whole else "score", nothing, judged)


def no_response(outcome: Outcome, criteria: Any = "giannini-1997") -> str | None:
    """Return why an outcome is no response; None where it is one.

    Parameters
    ----------
    outcome : Outcome
        The outcome.
    criteria : str or ResponseCriteria
        Which levels there are.
    """
    load()
    definition = lookup(ResponseCriteria, criteria, parameter="criteria")
    levels = {0.0, 1.0, *definition.levels}
    levels |= {level for each in published(ResponseCriteria) for level in each.levels}
    name = outcome.name.lower()
    if name in VARIABLES or name in (each.name for each in published(Score)):
        return "of a score or a variable"
    if is_bad_news(name):
        return "of which a yes is no response"
    other = _other_than(outcome.data, levels)
    return f"with {listing(other)}" if other else None


def is_bad_news(name: str) -> bool:
    """Return whether a yes of this column, or this request, is no response: flare, loss, MAS."""
    load()
    of_verdicts = (asked.name for asked in VERDICTS.values() if asked.bad_news)
    begins = (*of_verdicts, *BAD_NEWS)
    return name.endswith("_lost") or (name.startswith(begins) and "free" not in name)


def require_response(outcome: Outcome, why: str, criteria: Any = "giannini-1997") -> None:
    """Raise if an outcome is no response, so that nobody can be a non-responder in it.

    Parameters
    ----------
    outcome : Outcome
        The outcome.
    why : str
        What was asked.
    criteria : str or ResponseCriteria
        Which levels there are.
    """
    words = no_response(outcome, criteria)
    if words is not None:
        raise RequestError(
            f"{why}, and {outcome.name!r} is a column {words}: nobody is a non-responder in it. "
            f"Name the value that a gap has there, rule='worst-case' with worst=…, or choose "
            f"another rule.",
            variable=outcome.name,
            values=(outcome.name,),
        )


def require_yes_or_no(outcome: Outcome) -> None:
    """Raise where an outcome holds other numbers than yes and no: levels, or a score.

    Parameters
    ----------
    outcome : Outcome
        The outcome.
    """
    other = _other_than(outcome.data, (0, 1))
    if other:
        raise RequestError(
            f"column {outcome.name!r} holds {listing(other)}, and a response is yes or no: say which "
            f"ACR Pedi level makes a responder, level=…, or give a column of yes and no.",
            variable="level",
            values=(outcome.name,),
        )


def is_measured(name: str) -> bool:
    """Return whether a column holds what was measured or found at a visit, by its name."""
    load()
    found = (*(set(VERDICTS) - {"course"}), "state_", "remission_", "retreatment_", "nominal_")
    scores = tuple(each.name for each in published(Score))
    return name in VARIABLES or name.startswith((*found, *scores))


def criteria_in(name: str) -> str:
    """Return the criteria by which a column was judged, if `assess` named it.

    Parameters
    ----------
    name : str
        Name of the column; any other name is returned as it is.
    """
    load()
    if name.startswith("acr_ped_") and name.endswith("_lost"):
        return LOSS_OF_ACR_PED.name
    found = {
        each.name
        for verdict in VERDICTS.values()
        for each in published(verdict.kind)
        if f"{name}_".startswith(f"{verdict.name}_{id_of(each)}_")
    }
    if not found and re.fullmatch(r"acr_ped(_[a-z_]+)?_\d+", name):
        return DEFAULT
    return max(found, key=len, default=name)
