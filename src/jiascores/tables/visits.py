"""Visits of patients in order, and the visits that others are compared with.

Everything here works on positions of rows, so that the caller's order is never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import ColumnError, VisitError, listing
from jiascores.tables.columns import NO_NAMES, ROLES, Frame, Names, Places, absent, nearest
from jiascores.tables.refusals import about_dates, distinct, named

Positions: TypeAlias = NDArray[np.int64]
NONE = -1


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
    places : Places
        What to call a row in a message.
    labels : array
        Each patient's id, by code.
    """

    def __init__(
        self,
        patients: NDArray[np.int64],
        dates: NDArray[np.int64],
        per_day: float,
        places: Places,
        labels: Any,
    ) -> None:
        self.patients = patients
        self.dates = dates
        self.per_day = per_day
        self.places = places
        self.labels = labels
        self.size = len(patients)

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
        patients = self.patients[self.order]
        first = np.ones(self.size, dtype=bool)
        first[1:] = patients[1:] != patients[:-1]
        return np.maximum.accumulate(np.where(first, np.arange(self.size), 0))

    @cached_property
    def day_starts(self) -> Positions:
        """For each place in `order`, the place where its patient's visits of that date start."""
        patients, dates = self.patients[self.order], self.dates[self.order]
        first = np.ones(self.size, dtype=bool)
        first[1:] = (patients[1:] != patients[:-1]) | (dates[1:] != dates[:-1])
        return np.maximum.accumulate(np.where(first, np.arange(self.size), 0))

    def unordered(self, in_order: Positions) -> Positions:
        """Return values that stand in `order` in the order of the rows."""
        out = np.empty_like(in_order)
        out[self.order] = in_order
        return out

    def per_row(self, per_patient: Positions) -> Positions:
        """Return what belongs to each row's patient."""
        return per_patient[self.patients]

    def after(self, rows: Positions) -> NDArray[np.bool_]:
        """Return which rows come after their reference row; no reference, not after."""
        return (rows >= 0) & (self.dates > self.dates[np.maximum(rows, 0)])

    def after_patients(self, per_patient: Positions) -> NDArray[np.bool_]:
        """Return which rows come after the reference row of their patient."""
        if not self.size:
            return np.zeros(0, dtype=bool)
        dates = self.dates[np.maximum(per_patient, 0)]
        none = np.iinfo(np.int64).max
        return self.dates > self.per_row(np.where(per_patient >= 0, dates, none))

    def only_one(self, chosen: Positions, what: str) -> Positions:
        """Return for each patient the one chosen row, or `NONE`; two raise.

        Parameters
        ----------
        chosen : array of int
            Positions of chosen rows.
        what : str
            What is chosen, for the message.
        """
        per_patient = np.full(len(self.labels), NONE, dtype=np.int64)
        per_patient[self.patients[chosen]] = chosen
        again = chosen[per_patient[self.patients[chosen]] != chosen]
        if again.size:
            self.refuse_two(again, per_patient[self.patients[again]], what)
        return per_patient

    def refuse_two(self, ones: Positions, others: Positions, what: str) -> None:
        """Raise because two rows of a patient are both the same thing."""
        pairs = [
            f"{self.places[one]} and {self.places[other]}"
            for one, other in zip(ones[:100], others[:100], strict=False)
        ]
        who = [str(self.labels[self.patients[one]]) for one in ones]
        raise VisitError(
            f"two rows can be {what} of a patient: {listing(pairs, total=len(ones))}. "
            f"Keep one of them, or flag the right one in a column: jia.flagged('column').",
            variable="baseline",
            values=who,
            where=pairs,
        )


def sorted_rows(codes: Positions, dates: NDArray[np.int64], per_day: int) -> Positions:
    """Return positions of rows by code, then date, then position.

    Where code, date and position fit into one whole number, that is sorted: many times quicker
    than sorting by one after the other.
    """
    dates = dates - dates.min()
    days, hours = np.divmod(dates, per_day)
    if not hours.any():
        dates = days
    size = len(codes)
    row_bits, date_bits = size.bit_length(), int(dates.max()).bit_length()
    if int(codes.max()).bit_length() + date_bits + row_bits > _BITS:
        return np.lexsort((dates, codes)).astype(np.int64)
    packed = ((codes << date_bits | dates) << row_bits) | np.arange(size)
    packed.sort()
    return packed & ((1 << row_bits) - 1)


# Of a whole number, without its sign.
_BITS = 63


# --------------------------------------------------------------------------------------------
# Reading who and when


def read_visits(frame: Frame, names: Names, places: Places) -> Visits:
    """Return the visits of a table, from its patient and date columns."""
    codes, labels = read_patients(frame, names)
    column = names.column("date")
    dates, per_day = read_dates(frame, column, "date", gaps=False, places=places)
    return Visits(codes, dates, per_day, places, labels)


def read_patients(frame: Frame, names: Names) -> tuple[Positions, Any]:
    """Return a code for each row's patient, and the ids by code."""
    name = _existing(frame, names, "patient")
    codes, labels = codes_of(frame, name)
    gaps = np.flatnonzero(codes < 0)
    if gaps.size:
        raise VisitError(
            f"column {name!r}: the patient is missing in {_rows(frame, gaps)}. "
            f"Every row needs one.",
            variable="patient",
            where=[frame.label(int(at)) for at in gaps],
        )
    return codes, labels


def codes_of(frame: Frame, name: str) -> tuple[Positions, Any]:
    """Return a column as codes, −1 where missing, and what each code stands for."""
    import pandas as pd

    series = frame.series(name)
    if frame.nested(name):
        raise _no_ids(name)
    numbers = _whole_numbers(frame, series)
    close = None if numbers is None else _close_numbers(numbers)
    if close is not None:
        return close
    if frame.kind == "pandas":
        try:
            codes, labels = pd.factorize(series)
        except TypeError as problem:
            raise _no_ids(name) from problem
        return codes.astype(np.int64, copy=False), labels
    if frame.kind == "pyarrow":
        return _arrow_codes(series)
    # Arrow is quicker where it is installed; Polars does not need it.
    arrow = find_spec("pyarrow") is not None
    return _arrow_codes(series.to_arrow()) if arrow else _polars_codes(series)


def list_of(labels: Any) -> list[Any]:
    """Return what the codes of a column stand for as a list."""
    return list(labels.to_pylist() if hasattr(labels, "to_pylist") else labels)


def other_words(codes: Positions, words: Sequence[Any], allowed: Sequence[str]) -> dict[int, Any]:
    """Return by row the words of a column that are none of these, from its codes."""
    others = [code for code, word in enumerate(words) if word not in allowed]
    rows = np.flatnonzero(np.isin(codes, others))
    return {int(row): words[codes[row]] for row in rows}


def _no_ids(name: str) -> VisitError:
    return VisitError(
        f"column {name!r} holds lists or structures: an id is one number or text.",
        variable=name,
        values=(name,),
    )


def _whole_numbers(frame: Frame, series: Any) -> NDArray[np.int64] | None:
    """Return a column of whole numbers without a gap as it is; else nothing."""
    if frame.kind == "pandas":
        there = isinstance(series.dtype, np.dtype) and series.dtype.kind in "iu"
    elif frame.kind == "polars":
        there = series.dtype.is_integer() and not series.null_count()
    else:
        there = str(series.type).startswith(("int", "uint")) and not series.null_count
    if not there:
        return None
    values = np.asarray(series.to_numpy())
    return values.astype(np.int64, copy=False) if np.can_cast(values.dtype, np.int64) else None


def _close_numbers(ids: NDArray[np.int64]) -> tuple[Positions, Any] | None:
    """Return the codes of whole numbers that lie close together, without hashing; else nothing."""
    if not ids.size:
        return None
    lowest, highest = int(ids.min()), int(ids.max())
    if highest - lowest >= _SPARSE * ids.size:
        return None
    codes = ids - lowest
    there = np.bincount(codes) > 0
    labels = np.flatnonzero(there) + lowest
    if not there.all():
        codes = (np.cumsum(there) - 1)[codes]
    return codes, labels


# Up to how many numbers for each row lie close together.
_SPARSE = 2


def _polars_codes(series: Any) -> tuple[Positions, Any]:
    """Return codes of a Polars column by its own hash table; −1 for null and NaN."""
    import polars as pl

    if series.dtype.is_float():
        series = series.fill_nan(None)
    if series.dtype == pl.Null:
        series = series.cast(pl.String)
    labels = series.unique(maintain_order=True).drop_nulls()
    codes = np.arange(len(labels))
    found = series.replace_strict(labels, codes, default=NONE, return_dtype=pl.Int64)
    return found.to_numpy(), labels.to_list()


def _arrow_codes(series: Any) -> tuple[Positions, Any]:
    """Return codes of an Arrow column, by Arrow's own hash table; −1 for null."""
    import pyarrow as pa

    array = series.combine_chunks() if isinstance(series, pa.ChunkedArray) else series
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    if pa.types.is_floating(array.type):
        array = pa.array(array.to_numpy(zero_copy_only=False), from_pandas=True)  # NaN is a gap
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    codes = _arrow_indices(encoded)
    if encoded is not array:
        return codes, encoded.dictionary
    # The caller's own dictionary may hold a word twice, or null.
    words = encoded.dictionary.dictionary_encode()
    return np.append(_arrow_indices(words), NONE)[codes], words.dictionary


def _arrow_indices(encoded: Any) -> Positions:
    import pyarrow as pa

    codes = encoded.indices.cast(pa.int64()).fill_null(NONE).to_numpy(zero_copy_only=False)
    return np.asarray(codes, dtype=np.int64)


def _existing(frame: Frame, names: Names, role: str) -> str:
    name = names.column(role)
    if name not in frame:
        raise ColumnError(
            f"the table has no column {name!r} for the {role}, and this request compares visits "
            f"of a patient. {absent(role, frame, names)}",
            variable=role,
            values=(name,),
        )
    return name


def _rows(frame: Frame, positions: NDArray[Any]) -> str:
    rows = [frame.label(int(position)) for position in positions[:100]]
    return f"row {listing(rows, total=len(positions))}"


def read_dates(
    frame: Frame, name: str, role: str, *, gaps: bool, places: Places | None = None
) -> tuple[NDArray[np.int64], float]:
    """Return dates as whole numbers, and how many make a day.

    Dates, timestamps, ISO 8601 text (2014-02-05) and numbers of study days are understood; other
    text is refused, since 03/04 is a day in March or in April, and so are dates written as
    numbers (20140205). Missing dates are the smallest number where `gaps` are allowed.
    """
    if name not in frame:
        yours = f" Name yours: columns={{'{role}': 'your column'}}." if role in ROLES else ""
        raise ColumnError(
            f"the table has no column {name!r} for the {role}.{yours}{nearest(name, frame.names)}",
            variable=role,
            values=(name,),
        )
    dates, per_day, refused = parse_dates(frame, name)
    if refused:
        values = frame.objects(name)
        kinds = distinct({row: values[row] for row in refused})
        raise VisitError(
            f"column {name!r}: {role} = {named(kinds, places or Places(frame, NO_NAMES))}: "
            f"{about_dates((kind.value for kind in kinds), name)}",
            variable=role,
            values=[values[at] for at in refused],
            where=[frame.label(at) for at in refused],
        )
    missing = np.flatnonzero(dates == NO_DATE)
    if missing.size and not gaps:
        raise VisitError(
            f"column {name!r}: the {role} is missing in {_rows(frame, missing)}. "
            f"Every row needs one.",
            variable=role,
            where=[frame.label(int(at)) for at in missing],
        )
    return dates, per_day


NO_DATE = np.iinfo(np.int64).min
# Calendar dates are held in microseconds; this many make a day.
CALENDAR = 86_400_000_000.0
_STUDY_DAY_SCALE = 1_000_000.0
# From here on a number is no study day but a date in disguise: 20240305, or seconds since 1970.
# Chosen here, from no paper.
NO_STUDY_DAY = 1_000_000


def parse_dates(frame: Frame, name: str) -> tuple[NDArray[np.int64], float, list[int]]:
    """Return dates as whole numbers, how many make a day, and the rows not understood.

    A date that is missing or not understood is `NO_DATE`.
    """
    values = _plain_array(frame, frame.series(name))
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


def _plain_array(frame: Frame, series: Any) -> NDArray[Any]:
    # Where there is a time zone, the date on the wall is what a visit date means.
    if frame.kind == "polars":
        zoned = getattr(series.dtype, "time_zone", None) is not None
        return np.asarray((series.dt.replace_time_zone(None) if zoned else series).to_numpy())
    if frame.kind == "pyarrow":
        import pyarrow.compute as pc

        zoned = getattr(series.type, "tz", None) is not None
        return np.asarray(
            (pc.call_function("local_timestamp", [series]) if zoned else series).to_numpy()
        )
    if isinstance(series.dtype, np.dtype):
        return np.asarray(series.to_numpy())
    if getattr(series.dtype, "tz", None) is not None:
        return np.asarray(series.dt.tz_localize(None).to_numpy())
    import pandas as pd

    if pd.api.types.is_numeric_dtype(series.dtype):
        return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.asarray(series.to_numpy(dtype=object))


def _study_days(values: NDArray[Any]) -> tuple[NDArray[np.int64], float]:
    if values.dtype.kind != "f":
        return values.astype(np.int64), 1.0
    gaps = ~np.isfinite(values)
    whole = np.round(np.where(gaps, 0, values) * _STUDY_DAY_SCALE).astype(np.int64)
    return np.where(gaps, NO_DATE, whole), _STUDY_DAY_SCALE


def _from_objects(values: NDArray[Any]) -> tuple[NDArray[Any], list[int]]:
    """Return dates and ISO texts as moments, and where there is neither."""
    import datetime as dt

    import pandas as pd

    moments = np.full(values.size, np.datetime64("NaT", "us"))
    refused: list[int] = []
    for position, value in enumerate(values):
        if isinstance(value, str):
            try:
                moments[position] = np.datetime64(
                    dt.datetime.fromisoformat(value).replace(tzinfo=None), "us"
                )
            except ValueError:
                refused.append(position)
        elif isinstance(value, dt.datetime) and not pd.isna(value):
            moments[position] = np.datetime64(value.replace(tzinfo=None), "us")
        elif isinstance(value, dt.date) and not pd.isna(value):
            moments[position] = np.datetime64(value, "us")
        elif not pd.isna(value):
            refused.append(position)
    return moments, refused
