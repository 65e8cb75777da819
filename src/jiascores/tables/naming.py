"""Column names and units as the caller gives them, and the checks on both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from jiascores.core.arguments import as_declared
from jiascores.core.errors import (
    ColumnError,
    RequestError,
    door,
    listing,
    made,
    say,
    shown,
    suggestion,
    text_of,
)
from jiascores.core.values import mapped
from jiascores.core.variables import VARIABLES
from jiascores.tables.frame import Frame
from jiascores.tables.ids import Several, parts_of
from jiascores.tables.numbers import column_name

# Columns of a table of visits that hold no measurement.
ROLES = ("patient", "date", "end_of_lead_in", "patient_global_rater")
# Columns about the patient, which only `check` reads.
ABOUT_PATIENTS = ("site", "sex", "birth_date")
# Columns that hold one of a set of words.
WORDS = ("course", "ilar_category")
# How many columns a message lists when it has no near match to suggest.
SHOWN_COLUMNS = 12


@attrs.frozen
class Column:
    """The name of a column, as opposed to any other string. Made by `column`."""

    name: str


# Variable → its unit, or the column with the unit of each row.
Units = Mapping[str, str | Column]


@as_declared
def column(name: str) -> Column:
    """Say that a string names a column of the table.

    Parameters
    ----------
    name : str
        Name of the column.

    Returns
    -------
    Column
        The name, marked as that of a column.

    See Also
    --------
    jiascores.from_category : A course from a column with the category.
    jiascores.flagged : A baseline that a column flags.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.column("course")
    Column(name='course')
    """
    return Column(column_name(name, "name"))


def column_of(frame: Frame, given: Any, parameter: str, hint: str = "") -> str:
    """Return the name of a `Column` argument after checking that the table has it."""
    name = require_column(given, parameter).name
    if name not in frame:
        raise ColumnError(
            f"the table has no column {shown(name)}.{nearest(name, frame.names)}{hint}",
            variable=text_of(name),
            values=(name,),
        )
    return name


def or_else(given: Column | None, usual: str) -> Column:
    """Return the column that was given, or where none was the usual one."""
    return Column(usual) if given is None else given


def require_column(given: Any, parameter: str) -> Column:
    """Return an argument after checking that it is a `Column`."""
    if not isinstance(given, Column):
        raise RequestError(
            f"{say(parameter)} takes a column{_as_column(given)}.",
            variable=parameter,
            values=(given,),
        )
    return given


def _as_column(given: Any) -> str:
    """Say how a name is given as that of a column; of what can be no name, nothing."""
    named = given if isinstance(given, str) and given else "your column"
    return f": {made('column', named)}"


def require_variable(name: str, parameter: str) -> None:
    """Raise if a name is not that of a variable."""
    if name not in VARIABLES:
        raise RequestError(
            f"{say(parameter)} names {name!r}, which is not a variable of jiascores."
            f"{suggestion(name, VARIABLES)}",
            variable=parameter,
        )


def as_mapping(given: Any, parameter: str) -> dict[str, Any]:
    """Return `columns` or `units` as a dict after checking that it is a mapping."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ColumnError(
            f"{parameter}= takes a dict, variable → {'unit' if parameter == 'units' else 'column'}, not {shown(given)}.",
            variable=parameter,
            values=(given,),
        )
    return {name: _one_column(name, column, parameter) for name, column in mapped(given).items()}


def _one_column(role: Any, column: Any, parameter: str) -> Any:
    """Return a value of `columns`, with the columns of a patient's id joined to one name."""
    if not isinstance(column, list | tuple):
        return column
    if role == "patient" and column and len({*column}) == len(column):
        first, *more = column
        return Several(column) if more else first
    if not column:
        wrong = "name a column"
    elif len({*map(text_of, column)}) < len(column):
        wrong = "name each column once"
    else:
        wrong = "give one column; only the patient can be several together"
    raise ColumnError(
        f"{say(parameter, {role: list(column)})}: {wrong}.",
        variable=str(role),
        values=tuple(column),
    )


def check_columns(frame: Frame, columns: Mapping[str, str]) -> None:
    """Raise if `columns` has an unknown variable, an unknown column, or a column twice."""
    known = (*ROLES, *ABOUT_PATIENTS, *WORDS, *VARIABLES)
    for name, found in columns.items():
        if name not in known:
            swapped = name in frame and found in known
            right = {found: name} if swapped else {"variable": "your column"}
            raise ColumnError(
                f"{say('columns')} maps {name!r}, which is not a variable of jiascores."
                f"{suggestion(name, known)} Write {say('columns', right)}.",
                variable=name,
            )
        for part in parts_of(found):
            if part in frame:
                continue
            raise ColumnError(
                f"{say('columns')} says that {name} is in {shown(part)}, and the table has no such column."
                f"{nearest(part, frame.names)}",
                variable=name,
                values=(part,),
            )
        both = [role for role, column in columns.items() if column == found]
        if len(both) > 1:
            raise ColumnError(
                f"{say('columns')} gives the column {shown(found)} to {' and '.join(both)}.",
                variable=name,
            )


def check_units(
    frame: Frame, columns: Mapping[str, str], units: Mapping[str, str | Column]
) -> None:
    """Raise if `units` has an unknown variable or unit."""
    for name, unit in units.items():
        if name not in VARIABLES:
            meant = next((each for each, column in columns.items() if column == name), None)
            raise ColumnError(
                f"{say('units')} names {name!r}, which is not a variable of jiascores."
                f"{suggestion(name, list(VARIABLES))} Use the variable's name, not the column's"
                f"{': ' + say('units', {meant: unit}) if meant else ''}.",
                variable=name,
            )
        if isinstance(unit, Column):
            column_of(frame, unit, "units")
        elif VARIABLES[name].unit_named(str(unit)) is None:
            # A near match is never suggested: it may be another unit.
            raise ColumnError(
                f"{say('units')} says that {name} is in {shown(unit)}; {VARIABLES[name].label} can be in "
                f"{', '.join(VARIABLES[name].units)}, or in the unit that a column gives for each "
                f"row: {door().unit_in(name, 'your column')}.",
                variable=name,
                values=(unit,),
            )


def nearest(wanted: Any, columns: Iterable[Any]) -> str:
    """Return a hint that names the nearest column, or else lists the columns."""
    there = [str(column) for column in columns]
    near = suggestion(str(wanted), there)
    if near or not there:
        return near
    are = "is" if len(there) == 1 else "are"
    return f" There {are} {listing([repr(column) for column in there], shown=SHOWN_COLUMNS)}."
