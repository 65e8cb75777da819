"""Columns that look as if they were in another unit or coding than declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import door, say
from jiascores.core.suspicions import Codes, Outside, Seen, Suspicion
from jiascores.core.variables import VARIABLES, Variable
from jiascores.tables.frame import Positions
from jiascores.tables.naming import Column
from jiascores.tables.problems import capital
from jiascores.tables.table import Table

# How many rows of a long table `assess` looks at.
LOOKED_AT = 50_000
# A form without any "no difficulty" is rare; this many answers without one are a pattern.
FORMS, ANSWERS = 5, 100
# How many suspicions a warning lists.
SAID = 3


@attrs.frozen(eq=False)
class Suspect:
    """A suspicion about a column, or about some of its rows."""

    variable: str
    message: str
    count: int
    column: str | None = None
    rows: Positions | None = None


def suspects(table: Table, read: Mapping[str, NDArray[np.float64]]) -> Iterator[Suspect]:
    """Yield suspicions about variables that were read, in their canonical units."""
    for name, values in read.items():
        variable = VARIABLES[name]
        given = table.units.get(name)
        unit = variable.unit_named(given) if isinstance(given, str) else None
        declared, step = (None, 1.0) if unit is None else (unit.name, unit.factor)
        if not values.size:
            continue
        seen = Seen(values, read, declared, step)
        for suspicion in variable.suspicions:
            # If each row has its own unit, one code cannot stand for a gap in all of them.
            if isinstance(suspicion, Codes) and not (given is None or unit):
                continue
            which = suspicion.which(seen)
            if which is not None:
                yield _suspect(variable, suspicion, np.flatnonzero(which), seen, table)
    items = [values for key, values in table.read_columns() if key[0] == "chaq_item"]
    if items:
        yield from _coded_from_one(items)


def _suspect(
    variable: Variable, suspicion: Suspicion, rows: Positions, seen: Seen, table: Table
) -> Suspect:
    """Return a suspicion with what to do about it."""
    given = table.units.get(variable.name)
    unit = "" if variable.unit[:1].isdigit() or variable.flag else f" {variable.unit}"
    meant = getattr(suspicion, "unit", "")
    guess = getattr(suspicion, "guess", "") or meant
    if isinstance(suspicion, Outside) and suspicion.each:
        message = f"{capital(suspicion.words.format(unit=unit))}: hardly possible; {guess}?"
        return Suspect(variable.name, message, rows.size, rows=rows)
    todo = ""
    if meant:
        todo = f" Then declare {say('units', {variable.name: meant})}."
        if seen.unit is not None:
            todo = f" It is declared as {seen.unit}."
        elif isinstance(given, Column):
            todo = f" Column {given.name!r} says the unit of each row."
    of = f"{rows.size} of {seen.known.size} visits"
    words = suspicion.words.format(unit=unit)
    if isinstance(suspicion, Codes):
        codes = np.unique(np.round(seen.values[rows] / seen.step)).astype(int).tolist()
        words = f"{' and '.join(map(str, codes))} {words}"
        todo = f" Then leave it empty, or {door().gap(variable.name, table.column(variable.name), codes)}."
    return Suspect(variable.name, f"{capital(words)}, at {of}: {guess}?{todo}", rows.size)


def _coded_from_one(items: list[NDArray[np.float64]]) -> Iterator[Suspect]:
    answers = np.array(items)
    known = answers[~np.isnan(answers)]
    forms = int((~np.isnan(answers)).any(axis=0).sum())
    if forms >= FORMS and known.size >= ANSWERS and not (known == 0).any():
        yield Suspect(
            "chaq_item",
            f"No 0 among {known.size} answers of {forms} forms: coded from 1 to 4? Then say "
            f"coded_from=1 where the index is asked for.",
            forms,
        )


def what_is_suspicious(table: Table) -> str:
    """Return a summary of suspicions about the columns that were read, or an empty text.

    A long table is sampled.
    """
    every = slice(None, None, max(1, table.size // LOOKED_AT))
    read = {
        name: values[every] for (name, *_), values in table.read_columns() if name != "chaq_item"
    }
    found = list(suspects(table, read))
    if not found:
        return ""
    more = f" And {len(found) - SAID} more." if len(found) > SAID else ""
    said = " ".join(f"{each.variable}: {each.message}" for each in found[:SAID])
    return f"Suspicious: {said}{more} {door().all_of_it()}"
