"""What decided, beside each answer: the visit compared with, the reactant, and what has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from jiascores.core.decimals import nearest_decimal
from jiascores.core.definition import lookup
from jiascores.core.measure import CORE_SET, RESPONSE, Items, Score, measure_of
from jiascores.core.variables import CORE_VARIABLES, MARKERS, VARIABLES
from jiascores.measures import flares, response
from jiascores.measures.change import percent_change
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.frame import NONE, Output, Positions
from jiascores.tables.requests import Request, answer_of
from jiascores.tables.table import ESR_ELSE_CRP, Table


def details_of(request: Any, table: Table) -> list[Output]:
    """Return what decided the answers of a request, as columns beside its own.

    Parameters
    ----------
    request : Request
        What was asked for, and has been computed.
    table : Table
        The table.
    """
    if not isinstance(request, Request):
        return []
    if isinstance(request.measure, Score):
        return list(_of_score(request.stem, request.measure, table))
    measure, criteria, options = request.measure, request.criteria, dict(request.options)
    answer, source = answer_of(request, table)
    what = getattr(criteria, "compared", None) if measure.compares else None
    if source.rows is not None and what in (CORE_SET, RESPONSE):
        by: Any = criteria
        if what == RESPONSE:
            by = lookup(ResponseCriteria, options["criteria"], parameter="criteria")
        role = "reference" if "reference" in measure.inputs else "baseline"
        limit = source.upper_limit(needed=False) if "missing" in options else None
        earlier = source.compared(role, CORE_SET, {})
        level = options.get("level")
        return of_core_sets(
            request.stem, table, source.rows, earlier, by, role, level=level, limit=limit
        )
    if source.rows is not None and isinstance(what, str):
        earlier = source.compared("baseline", what, {})[slice(None)]
        return list(_of_two_values(request.stem, table, source.rows, earlier, what))
    if "score" in measure.inputs:
        score = lookup(Score, measure_of(criteria, options), parameter="measure")
        return list(_of_score(request.stem, score, table))
    if isinstance(answer, Items):
        parts = list(answer_of(request, table, items=True)[0].items.values())
    else:
        names = [name for name, how in measure.plan(criteria).items() if how == "needed"]
        parts = [source.values(name) for name in names if name in VARIABLES]
    missing = _count(np.isnan(np.broadcast_to(part, table.size)) for part in parts)
    return [Output(f"{request.stem}_missing", "level", missing)] if parts else []


def of_core_sets(
    stem: str,
    table: Table,
    rows: Positions,
    earlier: Mapping[str, Any],
    criteria: Any,
    role: str,
    *,
    level: int | None = None,
    limit: Any = None,
) -> list[Output]:
    """Return what decided a comparison of the six variables of two visits.

    Parameters
    ----------
    stem : str
        What the names of the columns begin with.
    table : Table
        The table.
    rows : array of int
        The earlier visit of each row, `NONE` for none.
    earlier : mapping of str
        The six variables there.
    criteria : ResponseCriteria or FlareCriteria
        By which a variable has improved or worsened.
    role : {"baseline", "reference"}
        What the earlier visit is.
    level : int, optional
        The level by which a variable must have improved; by default the lowest.
    limit : number or array, optional
        Upper limit of normal of the reactant.
    """
    after = table.visits.after(rows)
    now = table.core_set
    earlier = {name: values[slice(None)] for name, values in earlier.items()}
    gaps, worse, better = [], [], []
    for name, values in now.items():
        if isinstance(criteria, ResponseCriteria):
            of_marker = None if name in CORE_VARIABLES else limit
            gap, worsened, levels = response.judged(criteria, earlier[name], values, of_marker)
            improved = levels[criteria.levels.index(level) if level in criteria.levels else 0]
        else:
            gap, worsened, improved = flares.judged(criteria, name, earlier[name], values)
        gaps.append(gap)
        worse.append(worsened & ~gap)
        better.append(improved & ~gap)
    judged = np.where(after, rows, NONE)
    outputs = [
        Output(f"{stem}_{role}_date", "cells", table.frame.taken(table.column("date"), judged)),
        _marker(stem, table, after),
    ]
    for name, flags in (("improved", better), ("worsened", worse), ("missing", gaps)):
        outputs.append(Output(f"{stem}_{name}", "level", np.where(after, _count(flags), np.nan)))
    for name, values in now.items():
        change = np.where(after, percent_change(earlier[name], values), np.nan)
        outputs.append(Output(f"{stem}_change_{name}", "score", change))
    return outputs


def _of_two_values(
    stem: str, table: Table, rows: Positions, earlier: Any, what: str
) -> Iterator[Output]:
    """Yield what decided a comparison of one score or variable at two visits."""
    after = table.visits.after(rows)
    values = table.values(what) if what in VARIABLES else table.score(what)
    dates = table.frame.taken(table.column("date"), np.where(after, rows, NONE))
    yield Output(f"{stem}_baseline_date", "cells", dates)
    if what not in VARIABLES and lookup(Score, what, parameter="measure").either:
        yield _marker(stem, table, after)
    missing = np.isnan(values) * 1.0 + np.isnan(earlier)
    yield Output(f"{stem}_missing", "level", np.where(after, missing, np.nan))
    change = nearest_decimal(np.where(after, values - earlier, np.nan))
    yield Output(f"{stem}_change_{what}", "score", change)


def _of_score(stem: str, score: Score, table: Table) -> Iterator[Output]:
    """Yield which reactant a score read, and how many of its parts are missing."""
    parts = [table.values(name) for name in score.inputs]
    if score.either:
        yield _marker(stem, table, np.ones(table.size, dtype=bool))
        parts.append(table.reactant[1])
    yield Output(f"{stem}_missing", "level", _count(map(np.isnan, parts)))


def _marker(stem: str, table: Table, where: Any) -> Output:
    """Return which reactant was read."""
    names: Any = table.marker
    if names == ESR_ELSE_CRP:
        names = np.where(table.uses_esr, *MARKERS)
    words: Any = np.where(where, names, None)
    words = words.astype(object)
    return Output(f"{stem}_marker", "word", words)


def _count(flags: Any) -> Any:
    return sum((np.asarray(flag, dtype=np.float64) for flag in flags), 0.0)
