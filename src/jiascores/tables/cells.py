"""Problems with the cells of a column: text instead of numbers, and numbers out of range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import NotNumericError, door, say
from jiascores.core.units import Unit
from jiascores.core.values import refused, to_floats
from jiascores.core.variables import Variable
from jiascores.core.words import meaning, truth
from jiascores.tables.problems import (
    Problem,
    Refused,
    Why,
    about,
    by_reason,
    capital,
    gap_code,
    is_number,
)


def mixed(objects: NDArray[Any], variable: Variable) -> tuple[NDArray[np.float64], dict[int, Any]]:
    """Return the numbers in a column of objects, and by row the cells that are not numbers.

    A number written as text appears in both.
    """
    values = np.full(objects.size, np.nan)
    cells: dict[int, Any] = {}
    cell = np.empty(1, dtype=object)
    for row, value in enumerate(objects):
        if not isinstance(value, str):
            cell[0] = value
            try:
                values[row] = to_floats(cell, variable)[0]
            except NotNumericError:
                cells[row] = value
        elif variable.flag and (said := truth(value)) is not None:
            values[row] = said
        elif is_number(value):
            cells[row] = value
            values[row] = float(value)
        elif (answer := meaning(variable.name, value)) is not None:
            # An answer of the CHAQ in words; "not applicable" is missing.
            values[row] = variable.low + float(answer or "nan")
        else:
            cells[row] = value
    return values, cells


def not_numbers(variable: Variable, column: str, cells: Mapping[int, Any]) -> list[Problem]:
    """Return one problem for each reason why cells are not numbers."""
    allowed = f"{capital(variable.label)} is {variable.allowed}; leave a gap as {door().nothing}."

    def said(kinds: Sequence[Refused], reason: Why) -> str:
        words = about(reason, variable, column, kinds)
        return words if variable.flag else f"{words} {allowed}"

    return [
        Problem(
            reason,
            variable.name,
            partial(said, reason=reason),
            column=column,
            rows=np.array([row for kind in kinds for row in kind.rows]),
            values=[kind.value for kind in kinds for _ in kind.rows],
        )
        for reason, kinds in by_reason(variable, cells).items()
    ]


def not_allowed(
    variable: Variable,
    column: str,
    given: NDArray[np.float64],
    values: NDArray[np.float64],
    unit: str | None,
) -> list[Problem]:
    """Return the problems with numbers that are out of range or not whole."""
    outside, broken = refused(variable, values)
    advice = "" if unit else variable.advice_on(given[outside])
    meant = next(
        (each for each in variable.other_units if fits(each, variable, given[outside])), None
    )
    if advice and meant is not None:
        what = _SPOKEN.get(meant.name, f"in {meant.name}")
        advice = f"; if these are {what}, say so: {say('units', {variable.name: meant.name})}"
    elif variable.other_units:
        # In no other unit would they be in range.
        advice = ""
    allowed = f"{capital(variable.label)} is {variable.allowed}"

    def out_of_range(kinds: Sequence[Refused]) -> str:
        code = gap_code(variable.name, column, (kind.value for kind in kinds))
        return f"out of range. {allowed}{advice}.{code}"

    broken_words = f"not a whole number. {allowed}, counted."
    return [
        Problem(
            reason,
            variable.name,
            f"neither yes nor no. {allowed}." if variable.flag else message,
            column=column,
            rows=np.flatnonzero(wrong),
            values=given[wrong].tolist(),
            read_as=f"read as {unit}" if unit else "",
        )
        for reason, wrong, message in (
            ("out-of-range", outside, out_of_range),
            ("not-whole", broken, broken_words),
        )
        if wrong.any()
    ]


_SPOKEN = {"mm": "millimetres", "/uL": "per µL"}


def fits(unit: Unit, variable: Variable, values: NDArray[np.float64]) -> bool:
    """Return whether numbers that are out of range would be in range in this unit."""
    inside = unit.canonical(values)
    return not unit.same and bool(((inside >= variable.low) & (inside <= variable.high)).all())
