"""Analysis visits and their windows, periods and phases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from functools import cache
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.adam.subjects import Subjects, analysis_day, words_where
from jiascores.core.errors import UNSAID, WORDS, RequestError, VisitError, door, listing, say, shown
from jiascores.tables.frame import Frame, Output
from jiascores.tables.naming import Column, column_of
from jiascores.tables.numbers import numbers_in
from jiascores.tables.table import Table
from jiascores.tables.visits import CALENDAR
from jiascores.tables.windows import Window, nominal_visits, planned

FloatArray = NDArray[np.float64]

VISIT_COLUMN = "nominal_visit"
NUMBER_AT_END = re.compile(r"-?\d+(\.\d+)?$")
WINDOW_OPTIONS = ("weeks", "months", "rule", "day_zero", "study_day", "same_day")
# The prefix of helper columns, which no table of a caller has.
OWN = "jiascores."


def capital(word: str) -> str:
    """Return the name of a visit as AVISIT has it."""
    return f"{word[:1].upper()}{word[1:]}"


@cache
def number_of_visit(word: str) -> float:
    """Return AVISITN, the number at the end of the name of a visit."""
    found = NUMBER_AT_END.search(word)
    if found is None:
        raise RequestError(
            f"AVISIT {word!r} has no number at its end: say which column holds AVISITN, "
            f"{say('visit_number')}.",
            variable="visit_number",
            values=(word,),
        )
    return float(found[0])


@attrs.frozen(eq=False)
class Plan:
    """The analysis visit of each row.

    Parameters
    ----------
    about : dict
        AVISIT and AVISITN of each row, and whether it is ``chosen``, the one that counts.
    windows : dict
        The windows of a protocol by AVISITN, where they say which visit a row is.
    zeros : dict
        The day from which each subject's windows are counted, in days since 1970.
    """

    about: Mapping[str, Any]
    windows: Mapping[float, Window] = attrs.field(factory=dict)
    zeros: Mapping[str, float] = attrs.field(factory=dict)

    def joined(self, data: pd.DataFrame, people: Subjects) -> pd.DataFrame:
        """Return the rows with their windows as analysis days, if TRTSDT is there."""
        if people.start is None or not self.windows:
            return data
        start = people.start.loc[data["USUBJID"]].to_numpy(float)
        zero = data["USUBJID"].map(dict(self.zeros)).to_numpy(float)
        ends = np.full((3, len(data)), np.nan)
        for number, window in self.windows.items():
            here = (data["AVISITN"] == number).to_numpy()
            due = window.nominal(np.nan_to_num(zero[here]).astype(np.int64))
            days: tuple[Any, Any] = window.first, window.last
            if window.around is not None:
                days = np.ceil(due - window.around), np.floor(due + window.around)
            ends[:, here] = zero[here] + np.stack(np.broadcast_arrays(due, *days))
        ends[np.isinf(ends)] = np.nan
        for name, dates in zip(("AWTARGET", "AWLO", "AWHI"), ends, strict=True):
            data[name] = analysis_day(dates, start)
        data["AWTDIFF"] = np.abs(data["ADT"].to_numpy(float) - ends[0])
        data["AWU"] = words_where(~np.isnan(ends[0]), "DAYS")
        return data


def visits_in_columns(frame: Frame, visit: Column | None, number: Column | None) -> Plan:
    """Return the visits as the columns of AVISIT and AVISITN name them."""
    name = VISIT_COLUMN if visit is None else column_of(frame, visit, "visit")
    words = frame.objects(name) if name in frame else [None] * frame.size
    visits = [None if pd.isna(word) or word == "" else capital(str(word)) for word in words]
    if number is None:
        known = [np.nan if visit is None else number_of_visit(visit) for visit in visits]
        numbers = np.array(known, dtype=float)
    else:
        of_rows = numbers_in(frame, column_of(frame, number, "visit_number"))
        numbers = np.where([visit is None for visit in visits], np.nan, of_rows)
    return Plan({"AVISIT": visits, "AVISITN": numbers, "chosen": ~np.isnan(numbers)})


def visits_in_windows(table: Table, ids: Any, people: Subjects, given: Mapping[str, Any]) -> Plan:
    """Return the visit in whose window each row lies.

    Parameters
    ----------
    table : Table
        The visits.
    ids : array
        USUBJID of each row.
    people : Subjects
        The subjects, whose TRTSDT is day zero unless another is given.
    given : dict
        As for `nominal_visits`.
    """
    options = {name: value for name, value in given.items() if value is not None}
    unknown = sorted(set(options) - set(WINDOW_OPTIONS))
    if unknown:
        raise RequestError(
            f"{say('adam.windows')} has no {unknown[0]!r}: it takes "
            f"{listing(WINDOW_OPTIONS, shown=6)}, as nominal_visits does.",
            variable="windows",
            values=unknown,
        )
    native = table.frame.native
    zeros: dict[Any, float] = {}
    if "day_zero" not in options and people.start is not None:
        # Subjects without visits have windows too.
        zeros = people.start.dropna().to_dict()
        days = (zeros.get(who) for who in ids)
        dates = [None if day is None else str(np.datetime64(int(day), "D")) for day in days]
        zero = Output(f"{OWN}TRTSDT", "word", np.array(dates, dtype=object))
        native, options["day_zero"] = table.frame.with_columns([zero]), Column(zero.name)
    with _spoken_of_windows():
        out = Frame(nominal_visits(native, columns=table.columns, prefix=OWN, **options))
        weeks, months = options.get("weeks"), options.get("months")
        windows = planned(weeks, months, study_day=options.get("study_day", False))
    day = pd.to_numeric(pd.Series(out.objects(f"{OWN}study_day"), dtype=object)).to_numpy(float)
    zero_of_row = table.visits.dates // int(CALENDAR) - day
    zeros |= {who: zero for who, zero in zip(ids, zero_of_row, strict=True) if zero == zero}
    visits, numbers = np.full(day.size, None, dtype=object), np.full(day.size, np.nan)
    for window in windows:
        due = window.nominal(np.nan_to_num(zero_of_row).astype(np.int64))
        here = window.holds(day, due) & ~np.isnan(day)
        visits[here], numbers[here] = capital(window.label), number_of_visit(window.label)
    status = out.objects(f"{OWN}nominal_status")
    chosen = np.array([str(each).startswith("chosen") for each in status], dtype=bool)
    about = {"AVISIT": visits, "AVISITN": numbers, "chosen": chosen}
    return Plan(about, {number_of_visit(each.label): each for each in windows}, zeros)


@contextmanager
def _spoken_of_windows() -> Iterator[None]:
    """Make messages about arguments of `nominal_visits` name the place that holds them here."""
    own, words = door(), copy(door())

    def argument(name: str, value: Any = UNSAID) -> str:
        if name not in WINDOW_OPTIONS:
            return own.argument(name, value)
        if own.of_a_file:
            return own.argument(f"visits.{name}", value)
        return f"windows={{{name!r}: {'…' if value is UNSAID else shown(value)}}}"

    words.argument = argument  # type: ignore[method-assign]
    before = WORDS.set(words)
    try:
        yield
    finally:
        WORDS.reset(before)


def with_periods(
    data: pd.DataFrame,
    people: Subjects,
    periods: Mapping[str, str] | None,
    phases: Mapping[str, str] | None,
) -> pd.DataFrame:
    """Return the rows with their period, their phase and the day in the period.

    Parameters
    ----------
    data : DataFrame
        Rows with USUBJID and ADT.
    people : Subjects
        ADSL.
    periods, phases : dict or None
        The name of each, in order → the column of ADSL with its first day.
    """
    if phases:
        place, _ = _begun(data, people, "phases", phases)
        data["APHASE"] = np.array([None, *phases], dtype=object)[place]
    if periods:
        place, first = _begun(data, people, "periods", periods)
        data["APERIOD"] = np.where(place > 0, place, np.nan)
        data["APERIODC"] = np.array([None, *periods], dtype=object)[place]
        start = first[np.maximum(place - 1, 0), np.arange(len(data))]
        data["APERDY"] = np.where(place > 0, analysis_day(data["ADT"], start), np.nan)
    return data


def _begun(
    data: pd.DataFrame, people: Subjects, name: str, given: Mapping[str, str]
) -> tuple[NDArray[np.int64], FloatArray]:
    """Return for each row the number of the period or phase that it is in, and when each began."""
    first = np.array([people.days(each).loc[data["USUBJID"]] for each in given.values()], float)
    # A subject may skip some; each of the others must not begin before an earlier one.
    latest = np.fmax.accumulate(first)[:-1]
    wrong = np.asarray((first[1:] < latest).any(axis=0))
    if wrong.any():
        who = data["USUBJID"][wrong].unique().tolist()
        raise VisitError(
            f"{say(f'adam.{name}')} gives {listing(given, shown=9)} in this order, and a later one begins "
            f"before an earlier one of {listing(who)}.",
            variable=name,
            values=who,
        )
    begun = first <= data["ADT"].to_numpy(float)
    return np.where(begun, np.arange(1, len(given) + 1)[:, None], 0).max(axis=0), first
