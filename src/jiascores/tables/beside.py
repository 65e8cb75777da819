"""Second tables beside the visits: infusions, medication, laboratory values, events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import (
    SHOWN,
    ColumnError,
    JiaScoresError,
    LeftOutWarning,
    VisitError,
    listing,
    say,
    shown,
    suggestion,
    warn,
)
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import NONE, Frame, Positions, list_of
from jiascores.tables.ids import SPELLING, ColumnNames, plain_id
from jiascores.tables.naming import Units, as_mapping, nearest
from jiascores.tables.table import Table
from jiascores.tables.visits import CALENDAR, NO_DATE, other_kind

# How many rows an error names.
NAMED = 100
# Reasons why the ids of two tables are refused.
ALIKE, NEVER_MEET = "alike-ids", "ids-never-meet"


@attrs.frozen(eq=False)
class Dates:
    """Dates or study days of one column.

    Parameters
    ----------
    values : array of int
        A number for each row that orders and can be subtracted; `NO_DATE` where missing.
    per_day : float
        How many of these numbers make a day.
    table : Beside
        The table.
    role, column : str
        What they are, and the column they stand in.
    """

    values: NDArray[np.int64]
    per_day: float
    table: Beside
    role: str
    column: str

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which rows have one."""
        return np.not_equal(self.values, NO_DATE)

    @property
    def days(self) -> Positions:
        """The day of each date without the time; meaningless where missing."""
        return whole_days(self.values, self.per_day)

    def require(self, per_day: float, others: str = "visits") -> None:
        """Raise if these are dates and the others study days, or the reverse."""
        if self.known.any() and (self.per_day == CALENDAR) != (per_day == CALENDAR):
            words = other_kind(self.column, self.per_day, others)
            self.table.refuse(VisitError, words, self.role)

    def on_scale(self, per_day: float) -> NDArray[np.int64]:
        """Return the values on the scale of the visits; none may be missing."""
        self.require(per_day)
        if per_day == self.per_day or not self.known.any():
            return self.values
        return self.values * int(per_day) // int(self.per_day)


def whole_days(dates: NDArray[np.int64], per_day: float) -> Positions:
    """Return the day of each date, without the time."""
    return np.floor_divide(dates, int(per_day))


class Beside:
    """A second table beside the visits: the patient of each row, and what the row holds.

    Parameters
    ----------
    native : data frame
        Of any kind.
    columns : dict, optional
        The caller's own column names: role → column.
    what : str
        What its rows are, for messages: infusions.
    parameter : str
        The name of the caller's `columns`.
    needs : sequence of str
        Roles that it must have.
    takes : sequence of str
        Roles that it may have.
    units : dict, optional
        Units of variables that are not canonical.
    """

    def __init__(
        self,
        native: Any,
        columns: ColumnNames | None,
        *,
        what: str,
        parameter: str,
        needs: Sequence[str] = ("patient", "date"),
        takes: Iterable[str] = (),
        units: Units | None = None,
    ) -> None:
        self.what: str = what
        self.parameter: str = parameter
        with self._saying():
            self.frame: Frame = Frame(to_eager(native))
            self.table: Table = Table(self.frame, None, units)
        # Its roles are not those of visits, and are checked here.
        self.table.columns = as_mapping(columns, parameter)
        self.places: Any = self.table.places
        self._check_columns(needs, list(dict.fromkeys((*needs, *takes))))
        with self._saying():
            patients, labels, _ = self.table.patients()
        self.patients: Positions = patients
        self.labels: list[Any] = list_of(labels)

    def column(self, role: str) -> str:
        """Return the caller's name for the column of a role."""
        return self.table.column(role)

    def _check_columns(self, needs: Sequence[str], roles: list[str]) -> None:
        given = self.table.columns
        for role, column in given.items():
            if role not in roles:
                raise ColumnError(
                    f"{say(self.parameter)} maps {shown(role)}; it can map {listing(roles)}."
                    f"{suggestion(role, roles)}",
                    variable=role,
                )
            twice = [other for other in given if given[other] == column]
            if len(twice) > 1:
                raise ColumnError(
                    f"{say(self.parameter)} gives the column {column!r} to {' and '.join(twice)}.",
                    variable=role,
                    values=(column,),
                )
        for role in dict.fromkeys((*needs, *given)):
            column = self.column(role)
            if column not in self.frame:
                words = (
                    f"there is no column {column!r} for the {role}. Name yours: "
                    f"{say(self.parameter, {role: 'your column'})}.{nearest(column, self.frame.names)}"
                )
                self.refuse(ColumnError, words, role, values=(column,))

    @contextmanager
    def _saying(self) -> Iterator[None]:
        """Put the name of this table before the message of an error."""
        try:
            yield
        except JiaScoresError as problem:
            problem.args = (f"in the table of {self.what}: {problem}",)
            raise

    def refuse(
        self,
        kind: type[JiaScoresError],
        words: str,
        role: str,
        *,
        rows: Iterable[int] = (),
        values: Sequence[Any] = (),
        reason: str | None = None,
    ) -> NoReturn:
        """Raise an error about this table."""
        where = [self.places[int(row)] for row in list(rows)[:NAMED]]
        with self._saying():
            raise kind(words, reason=reason, variable=role, values=values, where=where)

    def refuse_rows(
        self, kind: type[JiaScoresError], words: str, role: str, rows: Positions
    ) -> None:
        """Raise if there are any of these rows; ``{}`` in `words` becomes their names."""
        if len(rows):
            first = listing((self.places[row] for row in rows[:SHOWN]), total=len(rows))
            self.refuse(kind, words.replace("{}", first), role, rows=rows)

    # --- what a row holds

    def has(self, role: str) -> bool:
        """Return whether there is a column for a role."""
        return self.column(role) in self.frame

    def dates(self, role: str, *, gaps: bool = False, column: str | None = None) -> Dates:
        """Return the dates or study days of a role; gaps raise unless `gaps` is True."""
        column = self.column(role) if column is None else column
        with self._saying():
            values, per_day, _ = self.table.dates(column, role, gaps=gaps)
        return Dates(values, per_day, self, role, column)

    def words(self, role: str) -> list[str | None]:
        """Return the words of a role, None where missing."""
        words = self.frame.objects(self.column(role))
        return [None if word is None else str(word) for word in words]

    def numbers(self, variable: str) -> NDArray[np.float64]:
        """Return the values of a variable in its canonical unit, checked."""
        with self._saying():
            return self.table.values(variable)

    # --- whose row each is

    def among(
        self,
        labels: Any,
        *,
        whose: str = "visits",
        all_known: bool = False,
        in_pieces: bool = False,
    ) -> Positions:
        """Return the place of each row's patient among other ids, or `NONE`.

        Parameters
        ----------
        labels : array
            The other ids.
        whose : str
            Whose ids they are, for the message.
        all_known : bool
            Whether a patient who is not among them raises; else it is said how many there are, and
            it raises only if nobody is.
        in_pieces : bool
            Whether the other ids are those of a piece of a larger table, so that others of this
            table may be elsewhere, and nobody here.
        """
        others = list_of(labels)
        place = {label: code for code, label in enumerate(others)}
        codes = np.array([place.get(label, NONE) for label in self.labels], dtype=np.int64)
        rows = np.append(codes, NONE)[self.patients]
        unknown = [label for label in self.labels if label not in place]
        if others and unknown:
            unseen = np.flatnonzero(rows < 0)
            self._refuse_spelling(unknown, others, unseen)
            nobody = len(unknown) == len(self.labels)
            if in_pieces:
                # Others of this table may be elsewhere, unless no id is of their kind.
                nobody = all_known = nobody and not _same_kind(self.labels, others)
            if nobody or all_known:
                self._refuse_unknown(unknown, others, unseen, whose if nobody else None)
            elif not in_pieces:
                self._say_unknown(unknown, others, unseen, whose)
        return rows

    def _refuse_spelling(
        self, unknown: Sequence[Any], others: Sequence[Any], rows: Positions
    ) -> None:
        """Raise if an id is missing from the other table only because of its spelling."""
        plain = {plain_id(label): label for label in others if label is not None}
        pairs = [(label, plain[plain_id(label)]) for label in unknown if plain_id(label) in plain]
        if pairs:
            shown = "; ".join(f"{here!r} here, {there!r} there" for here, there in pairs[:SHOWN])
            words = (
                f"ids differ from those of the other table by {SPELLING} alone: {shown}. Ids must "
                f"be written alike in both tables (12 is not '12'): read both columns as text, as "
                f"their sources have them, and correct the one that differs."
            )
            values = [here for here, _ in pairs]
            self.refuse(VisitError, words, "patient", values=values, rows=rows, reason=ALIKE)

    def _refuse_unknown(
        self, unknown: Sequence[Any], others: Sequence[Any], rows: Positions, whose: str | None
    ) -> None:
        """Raise because patients are not in the other table; `whose` is given if none of them is."""
        said = f"patient {listing(sorted(map(str, unknown)))} has no visit"
        if whose is not None:
            here, there = (listing(map(repr, ids[:2])) for ids in (unknown, others))
            said = f"no patient is among those of the {whose}: {here} here, {there} there"
        words = f"{said}. Ids must be written alike in both tables (12 is not '12')."
        if isinstance(others[0], tuple) != isinstance(unknown[0], tuple):
            words += (
                f" An id of several columns is one in both tables: "
                f"{say(self.parameter, {'patient': ['one column', 'another']})}."
            )
        self.refuse(VisitError, words, "patient", values=unknown, rows=rows, reason=NEVER_MEET)

    def _say_unknown(
        self, unknown: Sequence[Any], others: Sequence[Any], rows: Positions, whose: str
    ) -> None:
        """Warn that patients are not in the other table, and how many of the others have no row."""
        known = {label for label in others if label is not None}
        without = len(known.difference(self.labels))
        count = "1 row does" if len(rows) == 1 else f"{len(rows)} rows do"
        warn(
            f"in the table of {self.what}: {len(unknown)} of {len(self.labels)} patients not among "
            f"those of the {whose} ({listing(map(repr, unknown))}), so {count} not count. Patients "
            f"of the {whose} without a row here: {without} of {len(known)}.",
            LeftOutWarning,
        )


def _same_kind(ours: Sequence[Any], theirs: Sequence[Any]) -> bool:
    """Return whether both tables have ids that are text, or both have ids that are not."""
    kinds = ({isinstance(label, str) for label in ids} for ids in (ours, theirs))
    return not set.isdisjoint(*kinds)


def read_infusions(native: Any, columns: ColumnNames | None) -> Dates:
    """Return the dates of a table of infusions; raise if a patient has two on one day."""
    table = Beside(native, columns, what="infusions", parameter="infusion_columns")
    dates = table.dates("date")
    order = np.lexsort((dates.days, table.patients))
    again = (np.diff(table.patients[order]) == 0) & (np.diff(dates.days[order]) == 0)
    table.refuse_rows(
        VisitError,
        "two infusions of a patient on one day: {}. Keep one row for each infusion; where two "
        "patients share a number, their id is of two columns: "
        f"{say('infusion_columns', {'patient': ['site', 'patient']})}.",
        "date",
        np.column_stack([order[:-1][again], order[1:][again]]).ravel(),
    )
    return dates
