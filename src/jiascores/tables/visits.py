"""Visits of patients in order, and dates as numbers.

Everything here works on positions of rows, so that the caller's order is never changed.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.values import is_missing
from jiascores.tables.frame import NONE, Frame, Positions

# The label of a visit outside the windows of the plan.
UNSCHEDULED = "unscheduled"


@attrs.define(eq=False, slots=False)
class Visits:
    """Who was seen when: patient codes and dates, and the order of visits.

    Parameters
    ----------
    patients : array of int
        A code for each row's patient.
    dates : array of int
        A number for each row's date that orders and can be subtracted.
    per_day : float
        How many of these numbers make a day.
    labels : sequence
        Each patient's id, by code.
    sure : array of bool, optional
        Which rows have both a patient and a date; the others are patients of their own.
    """

    patients: NDArray[np.int64]
    dates: NDArray[np.int64]
    per_day: float
    labels: Any
    sure: NDArray[np.bool_] = attrs.field(
        default=attrs.Factory(lambda self: np.ones(self.size, dtype=bool), takes_self=True)
    )

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.patients)

    @cached_property
    def order(self) -> Positions:
        """Positions of rows by patient and date; rows in order stay as they are."""
        patients, dates = self.patients, self.dates
        step, wait = np.diff(patients), np.diff(dates)
        if bool(((step > 0) | ((step == 0) & (wait >= 0))).all()):
            return np.arange(self.size)
        return sorted_rows(patients, dates, int(self.per_day))

    @cached_property
    def starts(self) -> Positions:
        """For each place in `order`, the place where its patient's visits start."""
        return self._starts(self.patients)

    @cached_property
    def day_starts(self) -> Positions:
        """For each place in `order`, the place where its patient's visits of that date start."""
        return self._starts(self.patients, self.dates)

    def _starts(self, *columns: Positions) -> Positions:
        """For each place in `order`, the place where the run of equal values starts."""
        same = np.ones(self.size, dtype=bool)
        for column in columns:
            ordered = column[self.order]
            same[1:] &= ordered[1:] == ordered[:-1]
        starts = np.arange(self.size)
        starts[same] = 0
        return np.maximum.accumulate(starts, out=starts)

    def unordered(self, in_order: Positions) -> Positions:
        """Return values given in `order` in the order of the rows."""
        out = np.empty_like(in_order)
        out[self.order] = in_order
        return out

    def per_row(self, per_patient: Positions) -> Positions:
        """Return what belongs to each row's patient."""
        return per_patient[self.patients]

    def after(self, rows: Positions) -> NDArray[np.bool_]:
        """Return which rows come after their reference row; False without one."""
        return (rows >= 0) & (self.dates > self.dates[np.maximum(rows, 0)])

    def after_patients(self, per_patient: Positions) -> NDArray[np.bool_]:
        """Return which rows come after the reference row of their patient."""
        if not self.size:
            return np.zeros(0, dtype=bool)
        dates = self.dates[np.maximum(per_patient, 0)]
        none = np.iinfo(np.int64).max
        return self.dates > self.per_row(np.where(per_patient >= 0, dates, none))

    def so_far(self, found: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return whether a condition held at any visit of the patient up to the date of each row."""
        places = np.arange(self.size)
        # Later patients get higher numbers, so a running maximum never looks back across patients.
        number = 2 * np.cumsum(self.starts == places)
        running = np.maximum.accumulate(found[self.order] + number) > number
        # All rows of one date count for each of them.
        last = np.flatnonzero(np.append(np.diff(self.day_starts) > 0, True)[: self.size])
        there: NDArray[np.bool_] = running[last[np.searchsorted(last, places)]]
        return there[np.argsort(self.order)]

    def only_one(self, chosen: Positions) -> tuple[Positions, Positions]:
        """Return the one chosen row of each patient, or `NONE`, and the rows of patients with two."""
        per_patient = np.full(len(self.labels), NONE, dtype=np.int64)
        per_patient[self.patients[chosen]] = chosen
        again = per_patient[self.patients[chosen]] != chosen
        if not again.any():
            return per_patient, chosen[:0]
        twice = np.zeros(len(self.labels), dtype=bool)
        twice[self.patients[chosen[again]]] = True
        return np.where(twice, NONE, per_patient), np.sort(chosen[twice[self.patients[chosen]]])


def sorted_rows(codes: Positions, dates: NDArray[np.int64], per_day: int) -> Positions:
    """Return positions of rows by code, then date, then position.

    Where code, date and position fit into one whole number, that is sorted: many times quicker
    than sorting by one after the other.
    """
    dates = dates - dates.min()
    if not (dates % per_day).any():
        dates //= per_day
    size = len(codes)
    row_bits, date_bits = size.bit_length(), int(dates.max()).bit_length()
    if int(codes.max()).bit_length() + date_bits + row_bits > _BITS:
        return np.lexsort((dates, codes)).astype(np.int64)
    # In place, because a large table has no room for many such columns.
    packed = codes << date_bits
    packed |= dates
    packed <<= row_bits
    packed |= np.arange(size)
    packed.sort()
    packed &= (1 << row_bits) - 1
    return packed


# Of a whole number, without its sign.
_BITS = 63


# --------------------------------------------------------------------------------------------
# Dates as numbers

NO_DATE = np.iinfo(np.int64).min
# Calendar dates are held in microseconds; this many make a day.
CALENDAR = 86_400_000_000.0
_STUDY_DAY_SCALE = 1_000_000.0
# From here on a number is no study day but a date in disguise: 20240305, or seconds since 1970.
# Chosen here, from no paper.
NO_STUDY_DAY = 1_000_000


def other_kind(column: str, per_day: float, others: str = "visits") -> str:
    """Return the message that a column holds dates and others hold study days, or the reverse."""
    kind = "dates" if per_day == CALENDAR else "study days"
    return (
        f"column {column!r} holds {kind}, and the {others} have the other kind; give both as dates "
        f"or both as study days."
    )


def parse_dates(frame: Frame, name: str) -> tuple[NDArray[np.int64], float, list[int]]:
    """Return dates as whole numbers, how many make a day, and the rows that were not understood.

    A date that is missing or not understood is `NO_DATE`.
    """
    values = frame.moments(name)
    if values.dtype.kind in "iuf":
        disguised = np.flatnonzero(np.abs(values.astype(np.float64)) >= NO_STUDY_DAY)
        if disguised.size:
            values = values.copy()
            values[disguised] = 0
        dates, per_day = _study_days(values)
        dates[disguised] = NO_DATE
        return dates, per_day, disguised.tolist()
    refused: list[int] = []
    if values.dtype.kind != "M":
        values, refused = _from_objects(values)
    # A visit is on a date: the hour neither makes it another day nor puts it after the day's dose.
    days = values.astype("datetime64[D]").astype("datetime64[us]")
    return days.astype(np.int64), CALENDAR, refused


def _study_days(values: NDArray[Any]) -> tuple[NDArray[np.int64], float]:
    if values.dtype.kind != "f":
        return values.astype(np.int64), 1.0
    gaps = ~np.isfinite(values)
    whole = np.round(np.where(gaps, 0, values) * _STUDY_DAY_SCALE).astype(np.int64)
    return np.where(gaps, NO_DATE, whole), _STUDY_DAY_SCALE


def _from_objects(values: NDArray[Any]) -> tuple[NDArray[Any], list[int]]:
    """Return dates and ISO texts as moments, and the positions of anything else."""
    moments = np.full(values.size, np.datetime64("NaT", "us"))
    refused: list[int] = []
    for position, value in enumerate(values):
        moment = _moment(value)
        if moment is None:
            refused.append(position)
        else:
            moments[position] = moment
    return moments, refused


def _moment(value: Any) -> np.datetime64 | None:
    """Return a date or ISO text as a moment without its time zone, or None for anything else."""
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    elif is_missing(value):
        return np.datetime64("NaT", "us")
    if isinstance(value, dt.datetime):
        value = value.replace(tzinfo=None)
    return np.datetime64(value, "us") if isinstance(value, dt.date) else None
