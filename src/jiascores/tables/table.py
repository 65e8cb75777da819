"""A table of visits, as read: which column is which, in what unit, who was seen when.

Whatever is asked of a table is read here, once, and what cannot be read meets the table's policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any
from weakref import proxy

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.definition import definition_named, lookup
from jiascores.core.errors import (
    SHOWN,
    ColumnError,
    NotNumericError,
    RequestError,
    VisitError,
    door,
    listing,
    made,
    plainly,
    say,
    shown,
    suggestion,
)
from jiascores.core.measure import (
    CORE_SET,
    RESPONSE,
    VERDICTS,
    Bounded,
    Score,
    Verdict,
    score_arrays,
    score_terms,
)
from jiascores.core.units import Unit
from jiascores.core.values import is_fine, mapped, refused, to_floats
from jiascores.core.variables import (
    CORE_VARIABLES,
    ILAR_CATEGORIES,
    MARKERS,
    VARIABLES,
    Variable,
)
from jiascores.core.words import meaning, truth
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.baselines import (
    Best,
    Flagged,
    LastResponding,
    OnOrBefore,
    best_earlier,
    check_baseline,
    check_reference,
    highest_before,
    latest_earlier,
)
from jiascores.tables.frame import NONE, Frame, Output, Positions, list_of
from jiascores.tables.ids import ColumnNames, Several, parts_of
from jiascores.tables.numbers import column_name, one_of
from jiascores.tables.problems import (
    NOWHERE,
    Policy,
    Problem,
    Raise,
    Refused,
    Why,
    about,
    about_dates,
    about_flags,
    about_words,
    by_reason,
    capital,
    gap_code,
    is_number,
    measured,
)
from jiascores.tables.visits import CALENDAR, NO_DATE, Visits, parse_dates

# Columns that are not measurements but that a table of visits has.
ROLES = ("patient", "date", "end_of_lead_in", "patient_global_rater")
# Columns that tell about a patient, which `check` looks at.
ABOUT_PATIENTS = ("site", "sex", "birth_date")
# What is no measurement but a choice: a column that holds these words.
WORDS = ("course", "ilar_category")
RATERS = ("parent", "patient")
# A form may have the well-being of the child by the child and by a parent.
RATINGS = ("patient_global", "parent_global")
# What is done about two rows of a date where no flag can choose.
KEEP_ONE = "Give a table with one row, or one value, of that date."
# Columns that are named where one is missing and none is near.
SHOWN_COLUMNS = 12
JOINT_COUNTS = ("active_joints", "active_joints_27")
# Of the 71 joints, 44 are not among the 27.
OTHER_JOINTS = 44
ESR_ELSE_CRP = "esr-else-crp"
MARKER_RULES = {
    "esr": "ESR for everybody",
    "crp": "CRP for everybody",
    ESR_ELSE_CRP: (
        "per patient: ESR where the baseline visit has one (without baselines: any visit), "
        "else CRP; shown in the column marker"
    ),
}
# The name of the reactant where it is ESR in some patients and CRP in others.
MIXED = "acute_phase_reactant"
# What a table of visits says by itself.
INACTIVE = ("inactive_before", "inactive_now")


@attrs.frozen
class Column:
    """The name of a column, where any other string would be an id. Made by `column`."""

    name: str


# Of variables, the unit, or the column with the unit of each row.
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
    """Return the name of a column that the caller gave as one and that the table has."""
    name = require_column(given, parameter).name
    if name not in frame:
        near = suggestion(name, map(str, frame.names))
        raise ColumnError(
            f"the table has no column {name!r}.{near}{hint}", variable=name, values=(name,)
        )
    return name


def require_variable(name: str, parameter: str) -> None:
    """Raise where a name that the caller gave is not that of a variable."""
    if name not in VARIABLES:
        raise RequestError(
            f"{say(parameter)} names {name!r}, which is not a variable of jiascores."
            f"{suggestion(name, VARIABLES)}",
            variable=parameter,
        )


def both_markers() -> str:
    """Return what is said where both reactants are there and neither is chosen."""
    return (
        f"the table has both ESR and CRP: say which one counts, {say('marker', 'esr')} or "
        f"{say('marker', 'crp')} (or 'esr-else-crp', per patient)."
    )


def require_column(given: Any, parameter: str) -> Column:
    """Return what the caller gave where a column is due; what is none raises."""
    if not isinstance(given, Column):
        raise RequestError(
            f"{parameter}= takes a column: {made('column', given)}.",
            variable=parameter,
            values=(given,),
        )
    return given


def term_names(score: Score) -> Iterable[str]:
    """Return what the terms of a score are called."""
    return score_terms(score, dict.fromkeys((*score.inputs, *score.either[:1]), 0.0))


@attrs.frozen(eq=False)
class Given:
    """The rows that are judged against, where they are given and not looked for."""

    rows: Positions


@attrs.frozen(eq=False)
class Gathered:
    """Values of other rows, looked up block by block so that no copy of a column is held.

    `Verdict.judge` asks for the blocks, as for those of an array.
    """

    values: NDArray[Any]
    rows: Positions

    def __getitem__(self, block: slice) -> NDArray[Any]:
        # A row without an earlier one is left out later; here it may stand for any.
        return self.values.take(self.rows[block], mode="clip")


class Places(Sequence[str]):
    """What to call a row in a message: its label, patient and date; made only when asked."""

    def __init__(self, frame: Frame, columns: Sequence[tuple[str, str]]) -> None:
        self._frame = frame
        self._columns = columns
        self._cells: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return self._frame.size

    def __getitem__(self, row: Any) -> Any:
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


class Table:
    """A table of visits, read as far as it is asked.

    Parameters
    ----------
    frame : Frame
        The table.
    columns, units : mapping, optional
        Which column is which variable, and the units that are not canonical.
    baseline, marker : optional
        As for `assess`.
    policy : Policy, optional
        What is done about problems; by default the first raises.
    """

    def __init__(
        self,
        frame: Frame,
        columns: ColumnNames | None = None,
        units: Units | None = None,
        *,
        baseline: Any = None,
        marker: str | None = None,
        policy: Policy | None = None,
    ) -> None:
        check_marker(marker)
        check_baseline(baseline, frame.names)
        self.frame = frame
        self.size: int = frame.size
        self.columns: dict[str, str] = as_mapping(columns, "columns")
        self.units: dict[str, str | Column] = as_mapping(units, "units")
        if self.columns or self.units:
            check_columns(frame, self.columns)
            check_units(frame, self.columns, self.units)
        if isinstance(baseline, Flagged | OnOrBefore) and not _there(baseline, frame):
            raise ColumnError(
                f"{say('baseline')} names the column {baseline.column!r}, and the table has no such column."
                f"{nearest(baseline.column, frame.names)}",
                variable="baseline",
                values=(baseline.column,),
            )
        self.baseline_rule = baseline
        self.marker_rule = marker
        self.policy: Policy = Raise() if policy is None else policy
        self.places: Places = Places(frame, [(role, self.column(role)) for role in ROLES[:2]])
        self.compared: list[Positions] = []
        # Which columns of words were read, and the rows whose word leaves open which is meant.
        self.words_read: dict[tuple[str, str], Positions] = {}
        self.judged_against: Positions | None = None
        self._given_rows: Positions | None = None
        self._marked_by: Positions | None = None
        self._contradicting: Positions | None = None
        self._read: dict[Any, NDArray[np.float64]] = {}
        self._answers: dict[Any, tuple[Any, Rows]] = {}
        self._own_baselines: dict[Any, OwnBaselines] = {}
        # The rows at which the last request answers, where it named the days for that.
        self.due: NDArray[np.bool_] | None = None
        # Where a variable is missing at an earlier visit, if each has its own.
        self.own_gaps: dict[str, NDArray[np.bool_]] | None = None

    # --- which column is which

    def column(self, name: str) -> str:
        """Return what the caller calls a variable or role."""
        return self.columns.get(name, name)

    def has(self, name: str) -> bool:
        """Return whether the table has a variable; a column given to another is that one's."""
        return self.column(name) in self.frame and self._owner(name) is None

    def _owner(self, name: str) -> str | None:
        if not self.columns or name in self.columns:
            return None
        return next((other for other, column in self.columns.items() if column == name), None)

    def absent(self, name: str) -> Problem:
        """Return the problem that a column is not there."""
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
        """Meet the policy with all of these columns that are not there, at once."""
        problems = [self.absent(name) for name in dict.fromkeys(names) if not self.has(name)]
        if problems:
            self.policy.meet(problems, self.places)

    def meet(self, *problems: Problem) -> None:
        """Meet the policy with problems of one column."""
        self.policy.meet(problems, self.places)

    def refuse(self, reason: str, variable: str, message: Any, **cells: Any) -> None:
        """Meet the policy with one problem; `cells` are its column, rows and values."""
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
                if name in JOINT_COUNTS:
                    values = self._consistent(name, values)
            else:
                self.meet(self.absent(name))
                values = np.full(self.size, np.nan)
            self._read[name] = values
        return self._read[name]

    def optional(self, name: str) -> NDArray[np.float64] | None:
        """Return a variable where the table has it."""
        return self.values(name) if self.has(name) else None

    def floats(
        self, column: str, name: str, *, code: float | None = None, start: float = 0
    ) -> NDArray[np.float64]:
        """Return a named column as the values of a variable.

        A `code` is a gap; numbers that are coded from `start` are those of the variable from 0.
        """
        key = (name, column, code, start)
        if key not in self._read:
            self._exists(column, name)
            there = column in self.frame
            nothing = np.full(self.size, np.nan)
            self._read[key] = self._numbers(name, column, code, start) if there else nothing
        return self._read[key]

    def is_code(self, column: str, code: float) -> NDArray[np.bool_]:
        """Return in which rows a column of items of the CHAQ has a code."""
        values, _ = self._cells(column, VARIABLES["chaq_item"])
        return np.equal(values, code)

    def named(self, column: str, words: Sequence[str], what: str) -> dict[str, NDArray[np.float64]]:
        """Return for each word whether a cell lists it: a list, or text with commas between.

        NaN where the cell is missing; one that is empty lists none.
        """
        self._exists(column, what)
        flags = {word: np.full(self.size, np.nan) for word in words}
        unknown: dict[int, Any] = {}
        cells = self.frame.objects(column) if column in self.frame else ()
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
                column=column,
                rows=np.array([*unknown]),
                values=[*unknown.values()],
            )
        return flags

    def _exists(self, column: str, what: str) -> None:
        if column not in self.frame:
            self.refuse(
                "no-column",
                what,
                f"the table has no column {column!r}{'' if what == column else f' for {what}'}."
                f"{nearest(column, self.frame.names)}",
                values=(column,),
            )

    def _cells(self, column: str, variable: Variable) -> tuple[NDArray[np.float64], dict[int, Any]]:
        """Return a column as numbers, and by row what is not a number."""
        try:
            return self.frame.floats(column, variable), {}
        except NotNumericError:
            values, cells = mixed(self.frame.objects(column), variable)
        if self.units.get(variable.name) == Column(column):
            # Numbers with their units are numbers here.
            read = {row: measured(variable, cell) for row, cell in cells.items()}
            for row, found in read.items():
                if found is not None:
                    values[row] = found.number
                    del cells[row]
        return values, cells

    def _in_canonical(
        self, variable: Variable, column: str, given: NDArray[np.float64], unit: str | Column
    ) -> tuple[NDArray[np.float64], list[Problem]]:
        """Return numbers in the canonical unit of a variable, and the units that are none of its.

        The unit is one for all, or that of each row in a column; in the column of the numbers
        itself, what follows them, and where nothing does, the canonical one.
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
        found = np.full(self.size, np.nan)
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
        """Return a column of a variable, checked; what cannot be read is missing.

        Of what nobody asked for it is left out `quietly`.
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
        problems += _not_allowed(variable, column, given, values, _words_of(unit))
        if not quietly:
            self.meet(*problems)
        values = values - start
        for problem in problems:
            values[problem.rows] = np.nan
        return values

    def as_written(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the numbers of a variable in the table's own unit, and where its cells are empty."""
        source, cells = self._cells(self.column(name), VARIABLES[name])
        gaps = np.isnan(source)
        gaps[list(cells)] = False
        return source, gaps

    def _consistent(self, name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a joint count without the rows in which the two counts contradict each other.

        The other count is looked at also where nothing needs it: such a row is wrong, whichever
        was asked for.
        """
        if self._contradicting is None:
            counts = {
                count: values if count == name else self._numbers(count, quietly=True)
                for count in JOINT_COUNTS
                if self.has(count)
            }
            self._contradicting = self._compare(*counts.values()) if len(counts) > 1 else NOWHERE
        if not self._contradicting.size:
            return values
        values = values.copy()
        values[self._contradicting] = np.nan
        return values

    def _compare(self, full: NDArray[np.float64], reduced: NDArray[np.float64]) -> Positions:
        """Meet the policy with joint counts that contradict each other; return where they do."""
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

    @cached_property
    def both_ratings(self) -> bool:
        """Whether the table has two ratings of the patient global and none is chosen."""
        return RATINGS[0] not in self.columns and all(name in self.frame for name in RATINGS)

    # --- yes and no, and words

    def flag(self, column: str, *, blank: float = np.nan) -> NDArray[np.float64]:
        """Return a named yes/no column as 1, 0 and NaN; `blank` says what an empty text means."""
        key = ("flag", column, blank == 0)
        if key not in self._read:
            self._exists(column, column)
            values = np.full(self.size, np.nan)
            if column in self.frame:
                values, cells = self._yes_or_no(column, blank)
                if cells:
                    self.refuse(
                        "not-yes-or-no",
                        column,
                        partial(about_flags, column=column),
                        column=column,
                        rows=np.array(list(cells)),
                        values=list(cells.values()),
                    )
            self._read[key] = values
        return self._read[key]

    def _yes_or_no(self, column: str, blank: float) -> tuple[NDArray[np.float64], dict[int, Any]]:
        flag = Variable(column, column, "", 0, 1, whole=True, flag=True)
        try:
            values = self.frame.floats(column, flag)
        except NotNumericError:
            values, cells = np.full(self.size, np.nan), {}
            for row, word in enumerate(self.frame.objects(column)):
                if word is None or word != word:
                    continue
                said = truth(str(word)) if str(word).strip() else blank
                if said is None:
                    cells[row] = word
                else:
                    values[row] = said
            return values, cells
        wrong = np.flatnonzero(~np.isnan(values) & (values != 0) & (values != 1))
        cells = {int(row): values[row] for row in wrong}
        return np.where((values == 0) | (values == 1), values, np.nan), cells

    def surely(self, column: str) -> NDArray[np.bool_]:
        """Return a named yes/no column that must have no gap."""
        values = self.flag(column, blank=0.0)
        words = "it must say True or False in every row."
        self._no_gaps("gap-in-flag", column, column, np.isnan(values), words)
        return np.equal(values, 1)

    def word_codes(self, column: str, words: Sequence[str], what: str) -> Positions:
        """Return a column of words as places among those allowed, −1 where missing."""
        self._exists(column, what)
        self.words_read[what, column] = NOWHERE
        if column not in self.frame:
            return np.full(self.size, NONE)
        codes, labels = self._codes(column, what) or (np.full(self.size, NONE), [])
        labels = list_of(labels)
        place = {word: position for position, word in enumerate(words)}
        meant = {label: meaning(what, label) for label in labels if label not in place}
        known = [place.get(meant.get(label) or label, NONE) for label in labels]
        found: Positions = np.array([*known, NONE])[codes]
        # What is understood and leaves open which word is meant is missing.
        is_open = np.array([*(meant.get(label) == "" for label in labels), False])[codes]
        self.words_read[what, column] = np.flatnonzero(is_open)
        rows = np.flatnonzero((found < 0) & (codes >= 0) & ~is_open)
        if rows.size:
            self.refuse(
                "unknown-word",
                what,
                partial(about_words, allowed=words, column=column, what=what),
                column=column,
                rows=rows,
                values=[labels[code] for code in codes[rows]],
            )
        self._read[what, column] = np.where(found < 0, np.nan, found)
        return found

    def _codes(self, column: str, what: str, *, ids: bool = False) -> tuple[Positions, Any] | None:
        try:
            return self.frame.ids(column) if ids else self.frame.codes(column)
        except VisitError as nested:
            self.refuse("nested-ids", what, str(nested))
            return None

    # --- visits

    @cached_property
    def visits(self) -> Visits:
        """Who was seen when."""
        self.require(("patient", "date"))
        codes, labels, who = self.patients()
        dates, per_day, when = self.dates(self.column("date"), "date", gaps=False)
        sure = who & when
        if not sure.all():
            # A row without a patient or a date is nobody's baseline.
            alone = np.flatnonzero(~sure)
            codes = codes.copy()
            codes[alone] = len(labels) + np.arange(alone.size)
            labels = [*labels, *[None] * alone.size]
            dates = np.where(sure, dates, 0)
        return Visits(codes, dates, per_day, labels, sure)

    def patients(self) -> tuple[Positions, Any, NDArray[np.bool_]]:
        """Return a code for each row's patient, the ids by code, and where there is one."""
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
            rows = np.flatnonzero(gaps)
            values = [None] * rows.size
            self.refuse(reason, role, words, column=column, rows=rows, values=values)

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
                column=column,
                rows=np.array(unread),
                values=list(self.frame.objects(column)[unread]),
            )
        missing = dates == NO_DATE
        missing[unread] = False
        if not gaps:
            self._no_gaps("no-date", role, column, missing)
        return dates, per_day, dates != NO_DATE

    @property
    def compares_visits(self) -> bool:
        """Whether anything so far has compared visits of a patient."""
        return "visits" in vars(self)

    @cached_property
    def baseline_of_patients(self) -> Positions:
        """Each patient's baseline row, by code."""
        if self.baseline_rule is None:
            self.refuse(
                "no-baseline",
                "baseline",
                f"a response, change or flare needs a baseline: {say('baseline', 'first')}, "
                f"{made('flagged')} or {made('on_or_before')}.",
            )
            return np.full(len(self.visits.labels), NONE)
        return self.chosen(self.baseline_rule, "the baseline")

    @cached_property
    def baseline(self) -> Positions:
        """Each row's baseline row."""
        if self._given_rows is not None:
            return self._given_rows
        return self.visits.per_row(self.baseline_of_patients)

    @cached_property
    def after_baseline(self) -> NDArray[np.bool_]:
        """Which rows come after their baseline."""
        if self._given_rows is not None:
            return self.visits.after(self._given_rows)
        return self.visits.after_patients(self.baseline_of_patients)

    def judge_against(self, rows: Positions, *, marked_by: Positions) -> None:
        """Take these rows as each row's baseline; they may differ within a patient.

        `marked_by` are the rows whose ESR decides by ``"esr-else-crp"``; without one, any visit.
        """
        self._given_rows, self._marked_by = rows, marked_by

    def chosen(self, rule: Any, what: str) -> Positions:
        """Return for each patient the row that a rule chooses, or `NONE`."""
        visits = self.visits
        if rule == "first":
            first = np.full(len(visits.labels), np.iinfo(np.int64).max)
            np.minimum.at(first, visits.patients, visits.dates)
            rows = np.flatnonzero(visits.dates == visits.per_row(first))
        elif rule.per_variable:
            own = self.own_baselines(rule)
            return own.dated(own.there)
        elif isinstance(rule, Flagged):
            return self.flagged_rows(rule.column)
        else:
            rows = self.last_rows(rule, np.ones(self.size, dtype=bool))
            what = f"the last visit {rule.words}"
        return self._one_of_each(rows, what)

    def flagged_rows(self, column: str) -> Positions:
        """Return each patient's row that a column flags, or `NONE`."""
        rows = np.flatnonzero(self.flag(column, blank=0.0) == 1)
        words = f"the visit flagged by {column}"
        return self._one_of_each(rows, words, "Flag the one that counts alone.")

    def _one_of_each(self, rows: Positions, what: str, advice: str = "") -> Positions:
        """Return each patient's row, or `NONE`; of a patient with two they meet the policy."""
        visits = self.visits
        per_patient, twice = visits.only_one(rows[visits.sure[rows]])
        if twice.size:
            self.with_two_baselines[visits.patients[twice]] = True
            self.refuse_two(twice, what, advice)
        return per_patient

    def own_baselines(self, rule: Any) -> OwnBaselines:
        """Return the baseline of each variable by itself."""
        if rule not in self._own_baselines:
            self._own_baselines[rule] = OwnBaselines(self, rule)
        return self._own_baselines[rule]

    def own_of(self, reference: Any) -> OwnBaselines | None:
        """Return the baselines of each variable, where a reference is a rule for these."""
        rule = self.baseline_rule if reference == "baseline" else reference
        each = getattr(rule, "per_variable", False) and self._given_rows is None
        return self.own_baselines(rule) if each else None

    def baseline_of(self, name: str) -> Positions:
        """Return for each row the baseline row of a variable."""
        own = self.own_of("baseline")
        return self.baseline if own is None else self.visits.per_row(own.rows(name))

    @cached_property
    def with_two_baselines(self) -> NDArray[np.bool_]:
        """Which patients have two rows that can be their baseline or reference."""
        return np.zeros(len(self.visits.labels), dtype=bool)

    def refuse_two(self, rows: Positions, what: str, advice: str = "") -> None:
        """Meet the policy with rows of a patient that are all the same thing."""
        advice = advice or (
            f"Flag the one that counts in a column, one row of each patient, and name that: "
            f"{made('flagged')}."
        )
        who = self.visits.patients[rows]
        codes = list(dict.fromkeys(who.tolist()))
        pairs = [
            " and ".join(self.places[row] for row in rows[who == each]) for each in codes[:SHOWN]
        ]
        self.refuse(
            "two-baselines",
            "date",
            f"two rows can be {what} of a patient: {listing(pairs, total=len(codes))}. {advice}",
            rows=rows,
        )

    def dates_beside(self, column: str) -> NDArray[np.int64]:
        """Return a column of dates on the scale of the visits' dates, `NO_DATE` where missing."""
        dates, per_day, known = self.dates(column, column, gaps=True)
        if per_day == self.visits.per_day or not known.any():
            return dates
        if CALENDAR in (per_day, self.visits.per_day):
            kind = "dates" if per_day == CALENDAR else "study days"
            self.refuse(
                "dates-and-study-days",
                column,
                f"column {column!r} holds {kind} and the visit dates are the other "
                f"kind; give both as dates or both as study days.",
            )
            return np.full(self.size, NO_DATE)
        scaled = np.where(known, dates, 0) * self.visits.per_day / per_day
        return np.where(known, np.floor(scaled).astype(np.int64), dates)

    def date_of_patients(self, column: str) -> NDArray[np.int64]:
        """Return for each row the date that a column gives its patient; two of a patient raise."""
        values, visits = self.dates_beside(column), self.visits
        given = np.flatnonzero(values != NO_DATE)
        per_patient = np.full(len(visits.labels), NO_DATE, dtype=np.int64)
        per_patient[visits.patients[given]] = values[given]
        differ = given[per_patient[visits.patients[given]] != values[given]]
        if differ.size:
            who = [str(visits.labels[code]) for code in np.unique(visits.patients[differ])]
            self.refuse(
                "several-dates",
                column,
                f"column {column!r} gives patient {listing(who)} more than one date; it "
                f"must give each patient one.",
                values=who,
            )
        return per_patient[visits.patients]

    def last_rows(self, rule: OnOrBefore, known: NDArray[np.bool_]) -> Positions:
        """Return the last rows of each patient, of those that are `known`, on or before a date."""
        visits = self.visits
        limit = self.date_of_patients(rule.column)
        wait = np.where(limit == NO_DATE, NONE, limit - visits.dates)
        most = np.inf if rule.days is None else rule.days * visits.per_day
        early = np.flatnonzero(known & visits.sure & (wait >= 0) & (wait <= most))
        last = np.full(len(visits.labels), NO_DATE, dtype=np.int64)
        np.maximum.at(last, visits.patients[early], visits.dates[early])
        is_last: NDArray[np.bool_] = visits.dates[early] == last[visits.patients[early]]
        return early[is_last]

    def reference(self, rule: Any) -> Positions:
        """Return for each row the position of the visit it is judged against, or `NONE`."""
        if isinstance(rule, Given):
            return rule.rows
        check_reference(rule)
        if rule == "baseline":
            return self.baseline
        if isinstance(rule, str):
            rule = {
                "end-of-lead-in": OnOrBefore(self.column("end_of_lead_in")),
                "last-responding": LastResponding(),
                "best": Best(),
            }[rule]
        if isinstance(rule, Flagged | OnOrBefore):
            return self.visits.per_row(self.chosen(rule, "the reference"))
        bounds = self.response(rule.criteria)
        if isinstance(rule, LastResponding):
            chosen = self.after_baseline & (bounds.lowest >= rule.level)
            rows = latest_earlier(self.visits, chosen)
            return self._no_twins(rows, "the last responding visit", chosen.astype(np.float64))
        keys = np.where(self.after_baseline, bounds.known(), np.nan), self.score("jadas71")
        return self._no_twins(best_earlier(self.visits, *keys), "the best visit", *keys)

    def _no_twins(self, rows: Positions, what: str, *keys: NDArray[np.float64]) -> Positions:
        """Return references, none of which has a twin: a row of its date, equal in `keys`.

        Which of the two were taken would be a matter of the order of rows.
        """
        # Nearly every date has one row; only the others need to be looked at.
        visits, places = self.visits, np.arange(self.size)
        crowded = visits.day_starts != places
        crowded[visits.day_starts[crowded]] = True
        here = visits.order[crowded]
        keys_here = [visits.day_starts[crowded], *(np.nan_to_num(k[here], nan=NONE) for k in keys)]
        sorted_ = np.lexsort(tuple(reversed(keys_here)))
        same = np.ones(max(here.size - 1, 0), dtype=bool)
        for key in keys_here:
            same &= key[sorted_[1:]] == key[sorted_[:-1]]
        one, other = here[sorted_[1:][same]], here[sorted_[:-1][same]]
        used = np.zeros(self.size, dtype=bool)
        used[rows[rows >= 0]] = True
        twice = used[one] | used[other]
        if twice.any():
            rows_of_both = np.unique(np.concatenate((one[twice], other[twice])))
            self.refuse_two(rows_of_both, what, KEEP_ONE)
        return rows

    def days_since(self, rows: Positions) -> NDArray[np.float64]:
        """Return the days of each row since an earlier one; of none, since any."""
        visits = self.visits
        if not visits.size:
            return np.zeros(0)
        days: NDArray[np.float64] = (
            visits.dates - visits.dates[np.maximum(rows, 0)]
        ) / visits.per_day
        return days

    def month_of(self, windows: Any) -> NDArray[np.float64]:
        """Return the month in whose days after the baseline each row is, NaN where in none."""
        days, months = self.days_since(self.baseline), np.full(self.size, np.nan)
        for month, (first, last) in windows:
            months[(self.baseline >= 0) & (days >= first) & (days <= last)] = month
        return months

    def after(self, rows: Positions) -> NDArray[np.bool_]:
        """Return which rows come after the earlier one that they are judged against."""
        self.judged_against = rows
        return self.after_baseline if rows is self.baseline_or_none else self.visits.after(rows)

    @property
    def baseline_or_none(self) -> Positions | None:
        """Each row's `baseline`, where that cached property has been looked for."""
        return vars(self).get("baseline")

    # --- the acute-phase reactant

    @cached_property
    def marker(self) -> str:
        """Which reactant the call uses: ``"esr"``, ``"crp"`` or ``"esr-else-crp"``."""
        if self.marker_rule is not None:
            return self.marker_rule
        there = [name for name in MARKERS if self.has(name)]
        if len(there) == 1:
            return there[0]
        if there:
            self.refuse("both-markers", "marker", both_markers())
        else:
            words = "the table has neither a column 'esr' nor 'crp', and an acute-phase reactant is needed"
            self.refuse("no-marker", "esr", f"{words}. {capital(self.absent('esr').about(()))}")
        return MARKERS[0]

    @cached_property
    def uses_esr(self) -> NDArray[np.bool_]:
        """By ``"esr-else-crp"``, which rows belong to patients whose reactant is ESR."""
        esr = ~np.isnan(self.values("esr"))
        own = self.own_of("baseline")
        if own is not None:
            return self.visits.per_row(own.rows(MARKERS[0])) >= 0
        if self.baseline_rule is not None and self._marked_by is None:
            return (self.baseline >= 0) & esr[np.maximum(self.baseline, 0)]
        any_esr = np.zeros(len(self.visits.labels), dtype=bool)
        np.logical_or.at(any_esr, self.visits.patients, esr)
        of_patient = any_esr[self.visits.patients]
        if self._marked_by is None:
            return of_patient
        return np.where(self._marked_by >= 0, esr[self._marked_by], of_patient)

    @cached_property
    def reactant(self) -> tuple[str, NDArray[np.float64]]:
        """The reactant's name and values, the same one at all visits of a patient."""
        return (MIXED if self.marker == ESR_ELSE_CRP else self.marker), self._of_marker("")

    def _of_marker(self, ending: str) -> NDArray[np.float64]:
        """Return the reactant of each row, or its variable with this ending."""
        if self.marker != ESR_ELSE_CRP:
            return self.values(f"{self.marker}{ending}")
        uses_esr = self.uses_esr
        return np.where(uses_esr, *(self.values(f"{name}{ending}") for name in MARKERS))

    def upper_limit(self, given: Any) -> Any:
        """Return the upper limit of normal of the reactant: a number, a column, or the usual one."""
        if given is None or (isinstance(given, Column) and self._is_limit_of_one(given.name)):
            return self._of_marker("_upper_limit")
        if isinstance(given, Column):
            name = self.marker if self.marker in MARKERS else "marker"
            return self.floats(given.name, f"{name}_upper_limit")
        if self.marker == ESR_ELSE_CRP:
            raise RequestError(
                f"upper_limit= is a limit of ESR or of CRP, and by {say('marker', ESR_ELSE_CRP)} some "
                f"patients have the one and some the other: give a column, "
                f"upper_limit={made('column', 'your column')}.",
                variable="upper_limit",
            )
        return given

    def _is_limit_of_one(self, column: str) -> bool:
        """Return whether a column has the limit of one reactant where patients differ in theirs.

        Then each patient's is that of the reactant; where it is not there, that is refused.
        """
        limits = {self.column(f"{name}_upper_limit"): name for name in MARKERS}
        named = [name for name in MARKERS if name in column.casefold()]
        if self.marker != ESR_ELSE_CRP or not (column in limits or len(named) == 1):
            return False
        if column in limits and all(limit in self.frame for limit in limits):
            return True
        both = {f"{name}_upper_limit": f"your limit of {name.upper()}" for name in MARKERS}
        raise RequestError(
            f"upper_limit= names {column!r}, the limit of one reactant, and by "
            f"{say('marker', ESR_ELSE_CRP)} some patients have ESR and some CRP. Name the limits of "
            f"both, {say('columns', both)}, and give one of them; or give a column with the limit "
            f"of each row's reactant.",
            variable="upper_limit",
            values=(column,),
        )

    # --- scores, core sets and responses

    def score(self, name: str) -> NDArray[np.float64]:
        """Return a score of every row."""
        if name not in self._read:
            score = lookup(Score, name, parameter="measures")
            self.require(score.inputs)
            self._read[name] = self._of_reactant(score, lambda inputs: score_arrays(score, inputs))
        return self._read[name]

    def terms(self, name: str) -> dict[str, NDArray[np.float64]]:
        """Return the terms of a score of every row."""
        score = lookup(Score, name, parameter="measures")
        return {
            term: self._of_reactant(
                score, lambda inputs, term=term: score_terms(score, inputs)[term]
            )
            for term in term_names(score)
        }

    def _of_reactant(self, score: Score, compute: Any, read: Any = None) -> NDArray[np.float64]:
        """Return what is computed of a score's inputs, by the reactant of each row."""
        values = read or self.values
        inputs = {each: values(each) for each in score.inputs}
        if not score.either:
            return np.asarray(compute(inputs))
        if self.marker != ESR_ELSE_CRP:
            return np.asarray(compute({**inputs, self.marker: values(self.marker)}))
        by_esr, by_crp = (compute({**inputs, name: values(name)}) for name in MARKERS)
        return np.asarray(np.where(self.uses_esr, by_esr, by_crp))

    @cached_property
    def core_set(self) -> Mapping[str, NDArray[np.float64]]:
        """The six variables of every row."""
        self.require(CORE_VARIABLES)
        name, values = self.reactant
        return {**{core: self.values(core) for core in CORE_VARIABLES}, name: values}

    def earlier(self, rows: Positions) -> Mapping[str, Gathered]:
        """Return the six variables of each row's earlier visit."""
        self.compared.append(rows)
        core_set = self.core_set
        if rows is self.baseline_or_none and self._given_rows is None:
            # One for each patient: far fewer values to look up among.
            of_patients, rows = self.baseline_of_patients, self.visits.patients
            core_set = {
                name: values.take(of_patients, mode="clip") if values.size else values
                for name, values in core_set.items()
            }
        return {name: Gathered(values, rows) for name, values in core_set.items()}

    def answer(
        self,
        verdict: Verdict,
        definition: Any,
        options: Mapping[str, Any] = MappingProxyType({}),
        bound: Mapping[str, Any] = MappingProxyType({}),
        *,
        items: bool = False,
    ) -> tuple[Any, Rows]:
        """Return what a verdict answers for every row, and the source that it read, once."""
        key = (verdict.name, definition, tuple(options.items()), tuple(bound.items()), items)
        if key not in self._answers:
            source = Rows(self, bound, definition)
            answer = verdict.of(source, definition, options, items=items)
            self._answers[key] = (answer, source)
        return self._answers[key]

    def response(self, criteria: Any) -> Bounded:
        """Return the ACR Pedi response of every row against its baseline, with its bounds."""
        definition = lookup(ResponseCriteria, criteria, parameter="criteria")
        bounds: Bounded = self.answer(VERDICTS["acr_ped"], definition)[0]
        return bounds

    # --- what is shown beside the answers

    def read_columns(self) -> Iterator[tuple[tuple[str, str], NDArray[np.float64]]]:
        """Yield the measured variables that were read, each with its column and its values."""
        for key, values in self._read.items():
            if isinstance(key, str) and key in VARIABLES:
                yield (key, self.column(key)), values
            elif isinstance(key, tuple) and key[0] in VARIABLES:
                yield key[:2], values

    def gaps(self) -> dict[str, NDArray[np.bool_]]:
        """Return where what was read is missing, by variable or column."""
        return {
            key if isinstance(key, str) else key[1]: np.isnan(values)
            for key, values in self._read.items()
            if not (isinstance(key, str) and key not in VARIABLES)
        }

    def raters(self) -> tuple[NDArray[np.int64], list[str]]:
        """Return who rated the patient global: a code for each row, −1 missing, and the words.

        Case and blanks around a word make no other rater.
        """
        import pandas as pd

        role = "patient_global_rater"
        none = np.full(self.size, NONE), ()
        codes, words = self._codes(self.column(role), role) or none
        plain, raters = pd.factorize(
            np.array([str(word).strip().lower() for word in words], object)
        )
        return np.append(plain, NONE)[codes].astype(np.int64), [str(rater) for rater in raters]

    def rater_column(self) -> list[Output]:
        """Return whether another person rated the patient global than at the visits compared with.

        Nothing where the table does not say who rated, or where no visit was compared with another;
        empty on the reference row and before it, and where one of the two raters is missing.
        """
        if not self.compared or self.column("patient_global_rater") not in self.frame:
            return []
        raters, _ = self.raters()
        same, other, unknown = np.zeros((3, self.size), dtype=bool)
        for rows in self.compared:
            after = self.visits.after(rows)
            earlier = raters[np.maximum(rows, 0)]
            known = (raters >= 0) & (earlier >= 0)
            unknown |= after & ~known
            other |= after & known & (raters != earlier)
            same |= after & known & (raters == earlier)
        changed = np.where(other, 1.0, np.where(same & ~unknown, 0.0, np.nan))
        return [Output("rater_changed", "flag", changed)]

    def which_counted(self) -> list[Output]:
        """Return which reactant counts for each row, where patients differ, and who rated."""
        outputs = self.rater_column()
        if self.marker_rule == ESR_ELSE_CRP:
            marker = np.where(self.uses_esr, "esr", "crp").astype(object)
            outputs.insert(0, Output("marker", "word", marker))
        return outputs


def _there(rule: Flagged | OnOrBefore, frame: Frame) -> bool:
    """Return whether a table has the column of a rule, or of one variable's rule."""
    if isinstance(rule, Flagged) and rule.per_variable:
        return any(rule.of(name) in frame for name in VARIABLES)
    return rule.column in frame


class OwnBaselines:
    """The baseline of each variable by itself: its last value on or before a date, or one flagged.

    Parameters
    ----------
    table : Table
        The table.
    rule : OnOrBefore or Flagged
        On or before which date, and how many days at most; or which columns flag it.
    """

    def __init__(self, table: Table, rule: OnOrBefore | Flagged) -> None:
        self.table: Table = proxy(table)
        self.rule = rule
        self._rows: dict[str, Positions] = {}

    def rows(self, name: str) -> Positions:
        """Return each patient's row with the baseline of a variable, or `NONE`."""
        if name not in self._rows:
            self._rows[name] = self._found(name)
        return self._rows[name]

    def _found(self, name: str) -> Positions:
        table, rule = self.table, self.rule
        if isinstance(rule, OnOrBefore):
            last = table.last_rows(rule, ~np.isnan(self._measured(name)))
            return table._one_of_each(
                last, f"the last with a value of {name} {rule.words}", KEEP_ONE
            )
        if name == MIXED:
            esr, crp = map(self.rows, MARKERS)
            return np.where(esr >= 0, esr, crp)
        return table.flagged_rows(rule.of(name))

    def _measured(self, name: str) -> NDArray[np.float64]:
        """Return a variable of each row, or the reactant that counts there."""
        return self.table.reactant[1] if name == MIXED else self.table.values(name)

    def values(self, name: str) -> NDArray[np.float64]:
        """Return the baseline of a variable for each row, NaN where there is none."""
        table, values = self.table, self._measured(name)
        rows = table.visits.per_row(self.rows(name))
        if not table.size:
            return values
        return np.where(rows >= 0, values[np.maximum(rows, 0)], np.nan)

    @property
    def there(self) -> list[str]:
        """The variables of the core set that the table has, and the reactant that counts."""
        table = self.table
        markers: list[str] = [name for name in MARKERS if table.has(name)]
        if len(markers) > 1:
            rule = table.marker_rule
            markers = [] if rule is None else [MIXED if rule == ESR_ELSE_CRP else rule]
        names = [*(name for name in CORE_VARIABLES if table.has(name)), *markers]
        own = self.rule
        return [
            name
            for name in names
            if isinstance(own, OnOrBefore) or name == MIXED or own.of(name) in table.frame
        ]

    def dated(self, names: Iterable[str]) -> Positions:
        """Return each patient's latest row among the baselines of variables, or `NONE`."""
        table = self.table
        latest = np.full(len(table.visits.labels), NONE, dtype=np.int64)
        for name in names:
            rows = self.rows(name)
            later = rows >= 0
            later[later] = (latest[later] < 0) | (
                table.visits.dates[rows[later]] > table.visits.dates[latest[later]]
            )
            latest = np.where(later, rows, latest)
        return latest

    def compared(self, what: str) -> tuple[Positions, Any]:
        """Return the row that dates each row's baseline, and the values at baseline."""
        table = self.table
        values: Any
        if what == CORE_SET:
            names = list(table.core_set)
            values = {name: self.values(name) for name in names}
        elif what in VARIABLES:
            names, values = [what], self.values(what)
        else:
            score = lookup(Score, what, parameter="measures")
            table.require(score.inputs)
            markers = [table.reactant[0]] if score.either else []
            names = [*score.inputs, *markers]
            values = table._of_reactant(score, partial(score_arrays, score), self.values)
        rows = table.visits.per_row(self.dated(names))
        table.own_gaps = {name: np.isnan(self.values(name)) for name in names}
        if RATINGS[0] in names:
            rated = table.visits.per_row(self.rows(RATINGS[0]))
            table.compared.append(np.where(table.visits.after(rows), rated, NONE))
        return rows, values


class Rows:
    """A table as the source of a rule's values: what is not bound is the column of that name.

    Parameters
    ----------
    table : Table
        The table.
    bound : mapping of str
        For names of values, a column, one value for all rows, or a rule.
    definition : Definition
        By which the rule judges.
    """

    def __init__(self, table: Table, bound: Mapping[str, Any], definition: Any) -> None:
        # The table keeps its answers with the rows that they were read from: held in turn, both
        # would live on until the collector of cycles comes by.
        self.table: Table = proxy(table)
        self.bound = bound
        self.definition = definition
        self.size: int | None = table.size
        # What reading leaves for `Request.compute`: columns to show, and the earlier rows.
        self.shown: list[Output] = []
        self.rows: Positions | None = None

    def values(self, name: str) -> Any:
        """Return a variable."""
        given = self.bound.get(name)
        if not isinstance(given, Column):
            if name in INACTIVE and not self.table.has(name):
                return self._inactive(name)
            return self.table.values(name)
        if VARIABLES[name].flag:
            return self.table.flag(given.name)
        return self.table.floats(given.name, name)

    def _inactive(self, name: str) -> NDArray[np.float64]:
        """Return inactive disease at this visit or at the one before, by the rule that the criteria name."""
        criteria = definition_named("inactive disease criteria", self.definition.inactive)
        answer, _ = self.table.answer(VERDICTS["inactive_disease"], criteria, {"markers": None})
        now: NDArray[np.float64] = answer.answer
        if name == "inactive_now":
            return now
        self.rows = latest_earlier(self.table.visits, np.ones(self.table.size, dtype=bool))
        return np.where(self.rows >= 0, now[np.maximum(self.rows, 0)], np.nan)

    def optional(self, name: str) -> Any:
        """Return a variable, or None where it is neither bound nor there."""
        bound = isinstance(self.bound.get(name), Column)
        return self.values(name) if bound or self.table.has(name) else None

    def course(self, definition: Any) -> Any:
        """Return the place of each course among those of a definition."""
        given = self.bound.get("course")
        if isinstance(given, str):
            return float(definition.courses.index(given))
        if given is not None and not isinstance(given, Column):
            places, self.shown = given.places(self.table, definition)
            return places
        return self._places("course", definition.courses)

    def category(self) -> Any:
        """Return the place of each ILAR category."""
        return self._places("ilar_category", ILAR_CATEGORIES)

    def _places(self, what: str, words: Sequence[str]) -> NDArray[np.float64]:
        """Return the places of words in the column that is bound, or in that of this name."""
        given = self.bound.get(what)
        name = self.table.column(what) if given is None else given.name
        codes = self.table.word_codes(name, words, what)
        return np.where(codes < 0, np.nan, codes)

    def score(self, measure: str) -> Any:
        """Return a score."""
        return self.table.score(measure)

    def marker(self) -> Any:
        """Return the acute-phase reactant."""
        return self.table.reactant[1]

    def upper_limit(self, *, needed: bool) -> Any:
        """Return the upper limit of normal of the reactant; None where it is not asked for."""
        given = self.bound.get("upper_limit")
        return self.table.upper_limit(given) if needed or given is not None else None

    def month(self, _: Any) -> Any:
        """Return the month of each visit; months that the definition lacks have no answer."""
        windows = self.bound.get("within")
        return self.values("month") if windows is None else self.table.month_of(windows)

    def compared(self, parameter: str, what: str, options: Mapping[str, Any]) -> Any:
        """Return what this visit, or the one that it is judged against, has."""
        table = self.table
        if what == RESPONSE:
            return self._response(parameter, options["criteria"])
        if parameter == "now":
            return table.core_set if what == CORE_SET else self._value(what)
        reference = self.bound.get("reference", "baseline")
        own = table.own_of(reference)
        if own is not None:
            self.rows, values = own.compared(what)
            return values
        rows = self.rows = table.reference(reference)
        if what == CORE_SET:
            return table.earlier(rows)
        if what not in VARIABLES:
            # A score reads the patient global, which another person may have rated.
            table.compared.append(rows)
        return Gathered(self._value(what), rows)

    def _value(self, what: str) -> NDArray[np.float64]:
        return self.table.values(what) if what in VARIABLES else self.table.score(what)

    def _response(self, parameter: str, criteria: Any) -> Bounded:
        """Return the response now, or the highest at any earlier visit since baseline."""
        table = self.table
        now = table.response(criteria)
        self.rows = table.baseline
        if parameter == "now":
            return now
        ends = (np.where(table.after_baseline, end, 0) for end in (now.lowest, now.highest))
        return Bounded(*(highest_before(table.visits, end) for end in ends))

    def contradiction(self, contradiction: Any) -> Any:
        """Meet the table's policy with values that contradict each other; return where they do."""
        wrong = np.broadcast_to(np.asarray(contradiction.where) == 1, (self.table.size,))
        rows = np.flatnonzero(wrong)
        if not rows.size:
            return None
        variable = list(contradiction.values)[-1]
        self.table.refuse(
            contradiction.reason,
            variable,
            contradiction.advice,
            column=self.table.column(variable),
            rows=rows,
            values=[contradiction.at(int(row)) for row in rows],
        )
        return wrong


# --------------------------------------------------------------------------------------------
# Cells that cannot be read


def mixed(objects: NDArray[Any], variable: Variable) -> tuple[NDArray[np.float64], dict[int, Any]]:
    """Return the numbers of a mixed column, and by row what is not a number.

    A number written as text is both.
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
            # An answer of the CHAQ in words; one that does not apply is none.
            values[row] = variable.low + float(answer or "nan")
        else:
            cells[row] = value
    return values, cells


def not_numbers(variable: Variable, column: str, cells: Mapping[int, Any]) -> list[Problem]:
    """Return the problems of cells that are no numbers, by what is wrong with them."""
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


def _unit_in(variable: Variable, cell: str) -> str:
    """Return the unit that a cell has after its number; the canonical one where it has none."""
    found = measured(variable, cell)
    return (found and found.unit) or variable.unit


def _words_of(unit: str | Column | None) -> str | None:
    return "its own unit" if isinstance(unit, Column) else unit


def _not_allowed(
    variable: Variable,
    column: str,
    given: NDArray[np.float64],
    values: NDArray[np.float64],
    unit: str | None,
) -> list[Problem]:
    """Return the problems of numbers that are out of range, or not whole."""
    outside, broken = refused(variable, values)
    advice = "" if unit or not variable.advice else f"; {variable.advice}"
    meant = next(
        (each for each in variable.other_units if fits(each, variable, given[outside])), None
    )
    if advice and meant is not None:
        what = _SPOKEN.get(meant.name, f"in {meant.name}")
        advice = f"; if these are {what}, say so: {say('units', {variable.name: meant.name})}"
    elif variable.other_units:
        # They are in none of them.
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
    """Return whether numbers that are out of range would be in it, if they were in this unit."""
    inside = unit.canonical(values)
    return not unit.same and bool(((inside >= variable.low) & (inside <= variable.high)).all())


# --------------------------------------------------------------------------------------------
# What a call says of a table


def as_mapping(given: Any, parameter: str) -> dict[str, Any]:
    """Return `columns` or `units` as a dict; what is none raises."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ColumnError(
            f"{parameter}= takes a dict, variable → {parameter.removesuffix('s')}, not {shown(given)}.",
            variable=parameter,
            values=(given,),
        )
    return {name: _one_column(name, column, parameter) for name, column in mapped(given).items()}


def _one_column(role: Any, column: Any, parameter: str) -> Any:
    """Return what is called so; several columns, which together may be the patient, as one name."""
    if not isinstance(column, list | tuple):
        return column
    named = {role: list(column)}
    if role != "patient" or not column or len({*column}) < len(column):
        raise ColumnError(
            f"{say(parameter, named)}: several columns can be the id of a patient alone, each once.",
            variable=str(role),
            values=tuple(column),
        )
    first, *more = column
    return Several(column) if more else first


def check_marker(marker: object) -> None:
    """Raise where `marker` is none of the choices."""
    if marker is not None:
        one_of(marker, MARKER_RULES, "marker")


def check_columns(frame: Frame, columns: Mapping[str, str]) -> None:
    """Raise where `columns` names what there is not, or a column twice."""
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
    """Raise where `units` names a variable or unit that there is not."""
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
            # No near one is suggested: it may be another unit.
            raise ColumnError(
                f"{say('units')} says that {name} is in {shown(unit)}; {VARIABLES[name].label} can be in "
                f"{', '.join(VARIABLES[name].units)}, or in the unit that a column gives for each "
                f"row: {door().unit_in(name, 'your column')}.",
                variable=name,
                values=(unit,),
            )


def nearest(wanted: Any, columns: Iterable[Any]) -> str:
    """Return a hint at the column that may be meant, or at what there is to choose from."""
    there = [str(column) for column in columns]
    near = suggestion(str(wanted), there)
    if near or not there:
        return near
    return f" There are {listing([repr(column) for column in there], shown=SHOWN_COLUMNS)}."
