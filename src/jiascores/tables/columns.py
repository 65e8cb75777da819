"""The columns of a table, read and checked: which variable each holds, and in what unit.

Whatever cannot be read becomes a problem, and the policy of the table decides what happens to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import NotNumericError, VisitError, plainly, say, shown
from jiascores.core.values import is_fine
from jiascores.core.variables import VARIABLES, Variable
from jiascores.core.words import meaning
from jiascores.tables.cells import mixed, not_allowed, not_numbers
from jiascores.tables.frame import NONE, Frame, Positions, list_of
from jiascores.tables.ids import ColumnNames, is_blank
from jiascores.tables.naming import (
    ROLES,
    Column,
    Units,
    as_mapping,
    check_columns,
    check_units,
    nearest,
)
from jiascores.tables.problems import (
    NOWHERE,
    Policy,
    Problem,
    Raise,
    about_dates,
    about_flags,
    about_words,
    measured,
)
from jiascores.tables.visits import CALENDAR, NO_DATE, parse_dates

# A form may have two ratings of well-being, by the child and by a parent.
RATINGS = ("patient_global", "parent_global")
JOINT_COUNTS = ("active_joints", "active_joints_27")
# Of the 71 joints, 44 are not among the 27.
OTHER_JOINTS = 44


class Places(dict[int, str]):
    """How messages name each row: label, patient and date. Made when first needed."""

    def __init__(self, frame: Frame, columns: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._frame = frame
        self._columns = columns
        self._cells: dict[str, NDArray[Any]] = {}

    def __missing__(self, row: int) -> str:
        where = []
        for role, name in self._columns:
            if name in self._frame:
                if role not in self._cells:
                    self._cells[role] = self._frame.objects(name)
                cell = self._cells[role][int(row)]
                if cell is not None:
                    where.append(f"{role} {plainly(cell).removesuffix(' 00:00:00')}")
        label = self._frame.place(int(row))
        return f"{label} ({', '.join(where)})" if where else label


class Columns:
    """The columns of a table, each read when it is first needed.

    Parameters
    ----------
    frame : Frame
        The table.
    columns, units : mapping, optional
        Which column is which variable, and the units that are not canonical.
    policy : Policy, optional
        What happens to problems; by default the first one raises.
    """

    def __init__(
        self,
        frame: Frame,
        columns: ColumnNames | None = None,
        units: Units | None = None,
        *,
        policy: Policy | None = None,
    ) -> None:
        self.frame = frame
        self.size: int = frame.size
        self.columns: dict[str, str] = as_mapping(columns, "columns")
        self.units: dict[str, str | Column] = as_mapping(units, "units")
        if self.columns or self.units:
            check_columns(frame, self.columns)
            check_units(frame, self.columns, self.units)
        self.policy: Policy = Raise() if policy is None else policy
        self.places: Places = Places(frame, [(role, self.column(role)) for role in ROLES[:2]])
        # By variable and column, the rows whose word can mean more than one of those allowed.
        self.words_read: dict[tuple[str, str], Positions] = {}
        self._read: dict[Any, NDArray[np.float64]] = {}

    # --- which column is which

    def column(self, name: str) -> str:
        """Return the caller's name for the column of a variable or role."""
        return self.columns.get(name, name)

    def has(self, name: str) -> bool:
        """Return whether the table has a column for a variable that is not given to another one."""
        return self.column(name) in self.frame and self._owner(name) is None

    def _owner(self, name: str) -> str | None:
        if not self.columns or name in self.columns:
            return None
        return next((other for other, column in self.columns.items() if column == name), None)

    def absent(self, name: str) -> Problem:
        """Return the problem of a missing column."""
        found, owner = self.column(name), self._owner(name)
        label = VARIABLES[name].label if name in VARIABLES else name.replace("_", " ")
        if owner is not None:
            message = (
                f"{say('columns')} gives the column {shown(found)} to {owner}, and {name} is asked for too: say "
                f"in which column that is, {say('columns', {name: 'your column'})}."
            )
        else:
            taken = {self.column(other) for other in (*ROLES, *VARIABLES) if other != name}
            free = [column for column in self.frame.names if column not in taken]
            message = (
                f"the table has no column {shown(found)} for {name}"
                f"{'' if label == name else f' ({label})'}. Name yours: "
                f"{say('columns', {name: 'your column'})}.{nearest(found, free)}"
            )
        return Problem("no-column", name, message, values=(found,))

    def require(self, names: Iterable[str]) -> None:
        """Report all columns that are missing among these, at once."""
        self.meet(*(self.absent(name) for name in dict.fromkeys(names) if not self.has(name)))

    def meet(self, *problems: Problem) -> None:
        """Hand problems of one column to the policy."""
        self.policy.meet(problems, self.places)

    def refuse(self, reason: str, variable: str, message: Any, **cells: Any) -> None:
        """Hand one problem to the policy; `cells` are its column, rows and values."""
        self.meet(Problem(reason, variable, message, **cells))

    # --- variables

    def values(self, name: str) -> NDArray[np.float64]:
        """Return a variable in its canonical unit, read and checked once."""
        if name not in self._read:
            if name == RATINGS[0] and self.both_ratings:
                self.refuse(
                    "two-ratings",
                    name,
                    "the table has both patient_global and parent_global: say which "
                    f"counts, {say('columns', {'patient_global': 'parent_global'})} or "
                    f"{say('columns', {'patient_global': 'patient_global'})}.",
                )
            if self.has(name):
                values = self._numbers(name)
                if name in JOINT_COUNTS and self._contradicting.size:
                    values = values.copy()
                    values[self._contradicting] = np.nan
            else:
                self.meet(self.absent(name))
                values = self._nothing()
            self._read[name] = values
        return self._read[name]

    def floats(
        self, column: str, name: str, *, code: float | None = None, start: float = 0
    ) -> NDArray[np.float64]:
        """Return a column that the call names, read as a variable.

        Cells equal to `code` are missing; a coding that begins at `start` is moved to begin at 0.
        """
        key = (name, column, code, start)
        if key not in self._read:
            there = self._exists(column, name)
            self._read[key] = self._numbers(name, column, code, start) if there else self._nothing()
        return self._read[key]

    def is_code(self, column: str, code: float) -> NDArray[np.bool_]:
        """Return the rows in which a column of CHAQ items has a code."""
        values, _ = self._cells(column, VARIABLES["chaq_item"])
        return np.equal(values, code)

    def named(self, column: str, words: Sequence[str], what: str) -> dict[str, NDArray[np.float64]]:
        """Return for each word whether a cell lists it, as a list or as text with commas.

        NaN where the cell is missing; an empty cell lists none.
        """
        cells = self.frame.objects(column) if self._exists(column, what) else ()
        flags = {word: self._nothing() for word in words}
        unknown: dict[int, Any] = {}
        for row, cell in enumerate(cells):
            if cell is None:
                continue
            there = cell if isinstance(cell, Iterable) else [cell]
            parts = re.split(r"[,;|/+]", cell) if isinstance(cell, str) else list(there)
            listed = {str(part).strip().casefold() for part in parts} - {"", "none"}
            if listed - flags.keys():
                unknown[row] = cell
                continue
            for word, values in flags.items():
                values[row] = word in listed
        if unknown:
            self.refuse(
                "unknown-word",
                column,
                f"no list of what is a {what}: {', '.join(words)}. Write none where it lists nothing.",
                **_listed(column, unknown),
            )
        return flags

    def _nothing(self) -> NDArray[np.float64]:
        """Return a column without any value."""
        return np.full(self.size, np.nan)

    def _exists(self, column: str, what: str) -> bool:
        """Return whether the table has a column that the call names; report it if not."""
        if column in self.frame:
            return True
        self.refuse(
            "no-column",
            what,
            f"the table has no column {column!r}{'' if what == column else f' for {what}'}."
            f"{nearest(column, self.frame.names)}",
            values=(column,),
        )
        return False

    def _cells(self, column: str, variable: Variable) -> tuple[NDArray[np.float64], dict[int, Any]]:
        """Return a column as numbers, and by row the cells that are not numbers."""
        try:
            return self.frame.floats(column, variable), {}
        except NotNumericError:
            values, cells = mixed(self.frame.objects(column), variable)
        if self.units.get(variable.name) == Column(column):
            # Each cell has its own unit: a number with a unit is read.
            read = {row: measured(variable, cell) for row, cell in cells.items()}
            for row, found in read.items():
                if found is not None:
                    values[row] = found.number
                    del cells[row]
        return values, cells

    def _in_canonical(
        self, variable: Variable, column: str, given: NDArray[np.float64], unit: str | Column
    ) -> tuple[NDArray[np.float64], list[Problem]]:
        """Return numbers in the canonical unit of a variable, and problems with unknown units.

        The unit is one for all rows, or stands in a column. If that is the column of the numbers
        themselves, the unit follows each number; without one, it is the canonical unit.
        """
        if isinstance(unit, str):
            declared = variable.unit_named(unit)
            return given if declared is None else declared.canonical(given), []
        codes, labels = self._codes(unit.name, variable.name) or (np.full(self.size, NONE), [])
        names = [str(label) for label in list_of(labels)] + [""]
        if unit.name == column:
            names = [_unit_in(variable, name) for name in names]
        units = {name: variable.unit_named(name) for name in dict.fromkeys(names)}
        at = np.array([[*units].index(name) for name in names])[codes]
        found = self._nothing()
        for place, known in enumerate(units.values()):
            if known is not None:
                found = np.where(at == place, known.canonical(given), found)
        rows = np.flatnonzero(np.isnan(found) & ~np.isnan(given))
        if not rows.size:
            return found, []
        cells = self.frame.objects(unit.name)[rows]
        words = (
            f"not a unit of {variable.label}, which can be in {', '.join(variable.units)}. "
            f"Correct the unit where it was written, or add it where it is missing."
        )
        values = ["" if cell is None else cell for cell in cells]
        return found, [
            Problem(
                "unknown-unit", variable.name, words, column=unit.name, rows=rows, values=values
            )
        ]

    def _numbers(
        self,
        name: str,
        column: str | None = None,
        code: float | None = None,
        start: float = 0,
        *,
        quietly: bool = False,
    ) -> NDArray[np.float64]:
        """Return a column of a variable, checked; cells that cannot be read are missing.

        With `quietly`, their problems are not reported: nobody asked for this column.
        """
        variable, unit = VARIABLES[name], self.units.get(name)
        if start:
            variable = attrs.evolve(variable, low=start + variable.low, high=start + variable.high)
        column = self.column(name) if column is None else column
        given, cells = self._cells(column, variable)
        problems = not_numbers(variable, column, cells) if cells else []
        if code is not None:
            given = np.where(given == code, np.nan, given)
        values = given
        if unit is not None:
            values, more = self._in_canonical(variable, column, given, unit)
            problems += more
        if not problems and is_fine(variable, values):
            return values - start if start else values
        problems += not_allowed(variable, column, given, values, _words_of(unit))
        if not quietly:
            self.meet(*problems)
        values = values - start
        for problem in problems:
            values[problem.rows] = np.nan
        return values

    def as_written(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the numbers of a variable in the unit of the table, and which cells are empty."""
        source, cells = self._cells(self.column(name), VARIABLES[name])
        gaps = np.isnan(source)
        gaps[list(cells)] = False
        return source, gaps

    @cached_property
    def _contradicting(self) -> Positions:
        """The rows whose two joint counts contradict each other, which are reported.

        One of the two is wrong, whichever of them was asked for.
        """
        if not all(self.has(name) for name in JOINT_COUNTS):
            return NOWHERE
        full, reduced = (self._numbers(name, quietly=True) for name in JOINT_COUNTS)
        rest = full - reduced
        rows = np.flatnonzero((rest < 0) | (rest > OTHER_JOINTS))
        if rows.size:
            self.refuse(
                "contradicting-counts",
                JOINT_COUNTS[0],
                f"the 71-joint count less the 27-joint count lies in 0–{OTHER_JOINTS}: "
                f"these two cannot be true together.",
                column=self.column(JOINT_COUNTS[0]),
                rows=rows,
                values=[f"{full[row]:g} of 71, {reduced[row]:g} of 27" for row in rows],
            )
        return rows

    @property
    def both_ratings(self) -> bool:
        """Whether the table has two ratings of the patient global and none is chosen."""
        return RATINGS[0] not in self.columns and all(name in self.frame for name in RATINGS)

    # --- yes and no, and words

    def flag(self, column: str, *, blank: float = np.nan) -> NDArray[np.float64]:
        """Return a yes/no column that the call names as 1, 0 and NaN; empty text counts as `blank`."""
        key = ("flag", column, blank == 0)
        if key not in self._read:
            values = self._nothing()
            if self._exists(column, column):
                variable = Variable(column, column, "", 0, 1, whole=True, flag=True)
                values, cells = self._cells(column, variable)
                for row in [row for row, cell in cells.items() if is_blank(cell)]:
                    values[row] = blank
                    del cells[row]
                others = np.flatnonzero(~np.isin(values, (0, 1)) & ~np.isnan(values))
                cells = {row: values[row] for row in others.tolist()} | cells
                if cells:
                    values = values.copy()
                    values[list(cells)] = np.nan
                    self.refuse(
                        "not-yes-or-no",
                        column,
                        partial(about_flags, column=column),
                        **_listed(column, dict(sorted(cells.items()))),
                    )
            self._read[key] = values
        return self._read[key]

    def surely(self, column: str) -> NDArray[np.bool_]:
        """Return a yes/no column that must not have gaps."""
        values = self.flag(column, blank=0.0)
        words = "it must say True or False in every row."
        self._no_gaps("gap-in-flag", column, column, np.isnan(values), words)
        return np.equal(values, 1)

    def word_codes(self, column: str, words: Sequence[str], what: str) -> Positions:
        """Return a column of words as positions in the allowed words, −1 where missing."""
        self.words_read[what, column] = NOWHERE
        if not self._exists(column, what):
            return np.full(self.size, NONE)
        codes, labels = self._codes(column, what) or (np.full(self.size, NONE), [])
        labels = list_of(labels)
        place = {word: position for position, word in enumerate(words)}
        meant = {label: meaning(what, label) for label in labels if label not in place}
        known = [place.get(meant.get(label) or label, NONE) for label in labels]
        found: Positions = np.array([*known, NONE])[codes]
        # A word that can mean more than one of the allowed words is missing.
        is_open = np.array([*(meant.get(label) == "" for label in labels), False])[codes]
        self.words_read[what, column] = np.flatnonzero(is_open)
        rows = np.flatnonzero((found < 0) & (codes >= 0) & ~is_open)
        if rows.size:
            self.refuse(
                "unknown-word",
                what,
                partial(about_words, allowed=words, column=column, what=what),
                **_listed(column, {row: labels[codes[row]] for row in rows.tolist()}),
            )
        self._read[what, column] = np.where(found < 0, np.nan, found)
        return found

    def _codes(self, column: str, what: str, *, ids: bool = False) -> tuple[Positions, Any] | None:
        try:
            return self.frame.ids(column) if ids else self.frame.codes(column)
        except VisitError as nested:
            self.refuse("nested-ids", what, str(nested))
            return None

    # --- patients and dates

    def patients(self) -> tuple[Positions, Any, NDArray[np.bool_]]:
        """Return the patient of each row as a code, the id of each code, and which rows have one."""
        name = self.column("patient")
        read = self._codes(name, "patient", ids=True) if name in self.frame else None
        if read is None:
            return np.full(self.size, NONE), [], np.zeros(self.size, dtype=bool)
        codes, labels = read
        self._no_gaps("no-patient", "patient", name, codes < 0)
        return codes, labels, codes >= 0

    def _no_gaps(
        self,
        reason: str,
        role: str,
        column: str,
        gaps: NDArray[np.bool_],
        words: str = "every row needs one.",
    ) -> None:
        if gaps.any():
            rows = np.flatnonzero(gaps).tolist()
            self.refuse(reason, role, words, **_listed(column, dict.fromkeys(rows)))

    def dates(
        self, column: str, role: str, *, gaps: bool
    ) -> tuple[NDArray[np.int64], float, NDArray[np.bool_]]:
        """Return dates as whole numbers, how many make a day, and which are known.

        Dates, timestamps, ISO 8601 text (2014-02-05) and numbers of study days are understood;
        other text is refused, since 03/04 is a day in March or in April, and so are dates written
        as numbers (20140205).
        """
        if column not in self.frame:
            if role not in ROLES:
                self._exists(column, role)
            return np.full(self.size, NO_DATE), CALENDAR, np.zeros(self.size, dtype=bool)
        dates, per_day, unread = parse_dates(self.frame, column)
        if unread:
            self.refuse(
                "unread-date",
                role,
                partial(about_dates, column=column),
                **_listed(
                    column, dict(zip(unread, self.frame.objects(column)[unread], strict=True))
                ),
            )
        missing = dates == NO_DATE
        missing[unread] = False
        if not gaps:
            self._no_gaps("no-date", role, column, missing)
        return dates, per_day, dates != NO_DATE

    # --- what was read

    def read_columns(self) -> Iterator[tuple[tuple[str, str], NDArray[np.float64]]]:
        """Yield the measured variables that were read, each with its column and its values."""
        for key, values in self._read.items():
            if isinstance(key, str) and key in VARIABLES:
                yield (key, self.column(key)), values
            elif isinstance(key, tuple) and key[0] in VARIABLES:
                yield key[:2], values

    def gaps(self) -> dict[str, NDArray[np.bool_]]:
        """Return the gaps of what was read, by variable or column."""
        return {
            key if isinstance(key, str) else key[1]: np.isnan(values)
            for key, values in self._read.items()
            if not (isinstance(key, str) and key not in VARIABLES)
        }


def _listed(column: str, cells: Mapping[int, Any]) -> dict[str, Any]:
    """Return the part of a problem that says where it is, from the cells by row."""
    return {"column": column, "rows": np.array([*cells]), "values": [*cells.values()]}


def _unit_in(variable: Variable, cell: str) -> str:
    """Return the unit after the number in a cell, or else the canonical unit."""
    found = measured(variable, cell)
    return (found and found.unit) or variable.unit


def _words_of(unit: str | Column | None) -> str | None:
    return "its own unit" if isinstance(unit, Column) else unit
