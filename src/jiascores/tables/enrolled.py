"""The patients who count, seen or not, from a table with one row for each patient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.errors import LeftOutWarning, RequestError, VisitError, listing, say, warn
from jiascores.core.values import number_in
from jiascores.tables.beside import Beside
from jiascores.tables.frame import NONE, Frame, Output, Positions, by_id, list_of
from jiascores.tables.ids import ColumnNames, parts_of
from jiascores.tables.naming import Column, column_of, require_column
from jiascores.tables.table import Table
from jiascores.tables.visits import CALENDAR, other_kind
from jiascores.tables.windows import one_for_each

FloatArray = NDArray[np.float64]


@attrs.frozen(eq=False)
class Enrolled:
    """The patients who count, in order of their ids.

    Parameters
    ----------
    ids : list
        Their ids.
    of_codes : array of int
        The place among them of each code of the visits' patients, `NONE` for who does not count.
    visits : Table
        The visits.
    beside : Beside, optional
        The table with one row for each, where there is one.
    rows : array of int
        The row of each in it.
    """

    ids: list[Any]
    of_codes: Positions
    visits: Table
    beside: Beside | None = None
    rows: Positions = attrs.field(factory=lambda: np.empty(0, dtype=np.int64))

    @classmethod
    def of(
        cls, visits: Table, labels: Any, patients: Any, columns: Mapping[str, Any] | None = None
    ) -> Enrolled:
        """Return the patients of a table of patients, or all who have a visit.

        Parameters
        ----------
        visits : Table
            The visits.
        labels : sequence
            The ids of their patients, by code.
        patients : data frame or None
            One row for each patient.
        columns : dict, optional
            Your own column names in it.
        """
        if patients is None:
            ids, ranks = by_id(labels)
            return cls(ids, ranks, visits)
        beside = Beside(
            patients, columns, what="patients", parameter="patient_columns", needs=("patient",)
        )
        rows = pd.Series(beside.patients)
        words = "two rows of one patient: {}. Keep one."
        beside.refuse_rows(
            VisitError, words, "patient", np.flatnonzero(rows.duplicated(keep=False))
        )
        beside.among(labels, in_pieces=True)
        ids, ranks = by_id(beside.labels)
        place = {label: at for at, label in enumerate(ids)}
        seen = list_of(labels)
        of_codes = np.array([place.get(label, NONE) for label in seen], dtype=np.int64)
        others = [label for label, at in zip(seen, of_codes, strict=True) if at < 0]
        if others:
            said = f"{len(others)} of {len(seen)} patients with visits are not in the table of patients"
            if len(others) == len(seen):
                raise VisitError(
                    f"{said}: {listing(map(repr, seen[:2]))} here, {listing(map(repr, ids[:2]))} "
                    f"there. Ids must be written alike in both tables (12 is not '12').",
                    reason="ids-never-meet",
                    variable="patient",
                    values=others,
                )
            warn(f"{said} ({listing(map(repr, others))}) and do not count.", LeftOutWarning)
        row_of = np.empty(len(ids), dtype=np.int64)
        row_of[ranks[beside.patients]] = np.arange(beside.frame.size)
        return cls(ids, of_codes, visits, beside, row_of)

    def has(self, name: str) -> bool:
        """Return whether the table of patients has a column."""
        return self.beside is not None and name in self.beside.frame

    def outputs(self, wanted: Positions, taken: Any = ()) -> list[Output]:
        """Return the columns of the table of patients, for patients by their place."""
        if self.beside is None:
            return []
        left_out = {*taken, *parts_of(self.beside.column("patient"))}
        names = [str(name) for name in self.beside.frame.names if name not in left_out]
        frame, there, rows = self.visits.frame, self.beside.frame, self.rows[wanted]
        return [Output(name, "cells", frame.column_from(there, name, rows)) for name in names]

    def codes(self, name: str, parameter: str, of: Positions) -> tuple[Positions, Any]:
        """Return a column as codes for the patient of each row, and what each code stands for.

        It is that of the table of patients where this has it, else that of the visits.
        """
        if not self.has(name):
            return self.visits.frame.codes(column_of(self.visits.frame, Column(name), parameter))
        assert self.beside is not None
        codes, labels = self.beside.frame.codes(name)
        return np.append(codes[self.rows], NONE)[of], labels

    def one_code(self, name: str, codes: Positions, patients: Positions) -> Positions:
        """Return `of_patients` after checking that visits give each patient one code."""
        if not self.has(name):
            said = pd.DataFrame({"patient": patients, "code": codes})
            one_for_each(said[(codes >= 0) & (patients >= 0)], self.ids, name)
        return self.of_patients(name, codes, patients)

    def of_patients(self, name: str, codes: Positions, patients: Any) -> Positions:
        """Return the one code of each patient in a column, `NONE` for none.

        Those of the visits where the table of patients does not have the column: who was never
        seen has none then.
        """
        if self.beside is not None and self.has(name):
            return self.beside.frame.codes(name)[0][self.rows]
        found = np.full(len(self.ids), NONE)
        known = (codes >= 0) & (patients >= 0)
        found[patients[known]] = codes[known]
        return found

    def dates(self, given: Any, parameter: str, patients: Positions) -> tuple[FloatArray, float]:
        """Return the day of each patient that a column gives, NaN for none, and its scale.

        Parameters
        ----------
        given : Column
            A column of the table of patients where this has it, else of the visits.
        parameter : str
            What the caller calls it.
        patients : array of int
            The place of each visit's patient.
        """
        name = require_column(given, parameter).name
        if self.beside is not None and self.has(name):
            dates = self.beside.dates(parameter, gaps=True, column=name)
            found = np.where(dates.known, dates.values, np.nan)[self.rows] / dates.per_day
            return found, dates.per_day
        column_of(self.visits.frame, given, parameter)
        values, per_day, known = self.visits.dates(name, name, gaps=True)
        said = pd.DataFrame({"patient": patients, "date": values})
        said = said[known & (patients >= 0)]
        each = one_for_each(said, self.ids, name).reindex(range(len(self.ids)))
        return np.asarray(each, dtype=np.float64) / per_day, per_day

    def days(self, given: Any, parameter: str, per_day: float, patients: Positions) -> FloatArray:
        """Return the `dates` of a column, or one date for all, on the scale of the visits.

        Parameters
        ----------
        given : Column, date, text or number
            The column, or the date.
        parameter : str
            What the caller calls it.
        per_day : float
            The scale of the visits' dates.
        patients : array of int
            The place of each visit's patient.
        """
        if not isinstance(given, Column):
            return np.full(len(self.ids), one_day(given, parameter, per_day))
        found, scale = self.dates(given, parameter, patients)
        if (scale == CALENDAR) != (per_day == CALENDAR) and not np.isnan(found).all():
            raise VisitError(
                other_kind(given.name, scale),
                reason="dates-and-study-days",
                variable=given.name,
            )
        return found


def one_day(given: Any, parameter: str, per_day: float) -> float:
    """Return a date, ISO text or study day as a number of days on the scale of the visits.

    Parameters
    ----------
    given : date, text or number
        What the caller gave.
    parameter : str
        The parameter.
    per_day : float
        The scale of the visits' dates.
    """
    number = number_in(given)
    is_number = number is not None and not np.isnan(number)
    day = np.nan
    if number is not None:
        day = number
    elif isinstance(given, str | dt.date | np.datetime64) and not pd.isna(given):
        try:
            # Text is ISO alone: of 03/04/2024 nobody knows which is the month, and "now" is a clock.
            date = dt.datetime.fromisoformat(given) if isinstance(given, str) else given
            day = float(np.datetime64(pd.Timestamp(date).tz_localize(None), "D").astype(np.int64))
        except ValueError:
            day = np.nan
    if np.isnan(day):
        raise RequestError(
            f"{say(parameter, given)}: give a date such as '2024-06-30', or a study day where the "
            f"visits have study days.",
            variable=parameter,
            values=(given,),
        )
    if is_number == (per_day == CALENDAR):
        kinds = ("a study day", "dates") if is_number else ("a date", "study days")
        raise RequestError(
            f"{say(parameter, given)} is {kinds[0]}, and the visits have {kinds[1]}.",
            variable=parameter,
            values=(given,),
        )
    return day


def cut(frame: Frame, columns: ColumnNames | None, data_cut: Any) -> Frame:
    """Return the visits on or before a date, or all without one.

    Parameters
    ----------
    frame : Frame
        The visits.
    columns : dict, optional
        Your own column names.
    data_cut : date, text or number, optional
        The date, the same for all patients.
    """
    if data_cut is None:
        return frame
    import narwhals as nw

    table = Table(frame, columns)
    name = column_of(frame, Column(table.column("date")), "date")
    dates, per_day, _ = table.dates(name, "date", gaps=False)
    rows = np.flatnonzero(dates / per_day <= one_day(data_cut, "data_cut", per_day))
    return Frame(nw.from_native(frame.native, eager_only=True)[rows].to_native())
