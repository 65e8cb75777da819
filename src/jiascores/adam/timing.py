"""Analysis visits and their windows, periods and phases."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.adam.subjects import Subjects, words_where
from jiascores.core.errors import RequestError, VisitError, listing, say
from jiascores.tables.frame import Frame, Output
from jiascores.tables.naming import Column, column_of
from jiascores.tables.numbers import numbers_in
from jiascores.tables.table import Table
from jiascores.tables.windows import Window, nominal_visits, planned

FloatArray = NDArray[np.float64]

VISIT_COLUMN = "nominal_visit"
NUMBER_AT_END = re.compile(r"-?\d+(\.\d+)?$")
WINDOW_OPTIONS = ("weeks", "months", "rule", "day_zero", "study_day", "same_day")
# Before the names of columns that stand in no one's table.
OWN = "jiascores."


def capital(word: str) -> str:
    """Return what a visit is called in AVISIT."""
    return f"{word[:1].upper()}{word[1:]}"


def number_of_visit(word: str) -> float:
    """Return AVISITN: the number at the end of what a visit is called."""
    found = NUMBER_AT_END.search(word)
    if found is None:
        raise RequestError(
            f"AVISIT {word!r} has no number at its end: say which column holds AVISITN, "
            f"{say('visit_number')}.",
            variable="visit_number",
            values=(word,),
        )
    return float(found[0])


def visits_of(frame: Frame, visit: Column | None, number: Column | None) -> dict[str, Any]:
    """Return AVISIT and AVISITN of each row, and whether it counts, as columns say them."""
    if visit is None and VISIT_COLUMN not in frame:
        nothing = np.full(frame.size, np.nan)
        return {"AVISIT": words_where(nothing == 0, ""), "AVISITN": nothing, "chosen": nothing == 0}
    name = VISIT_COLUMN if visit is None else column_of(frame, visit, "visit")
    words = [None if pd.isna(word) else str(word) for word in frame.objects(name)]
    if number is None:
        of = {word: number_of_visit(word) for word in words if word}
        numbers = np.array([of.get(word, np.nan) if word else np.nan for word in words], float)
    else:
        numbers = numbers_in(frame, column_of(frame, number, "visit_number"))
        numbers = np.where([word is None for word in words], np.nan, numbers)
    return {
        "AVISIT": [capital(word) if word else None for word in words],
        "AVISITN": numbers,
        "chosen": ~np.isnan(numbers),
    }


@attrs.frozen(eq=False)
class Plan:
    """The windows of a protocol, and from which day each subject's are counted.

    Parameters
    ----------
    windows : dict
        Each window by AVISITN.
    zeros : dict
        Day zero of each subject, in days since 1970.
    about : dict
        AVISIT and AVISITN of each row, and whether it is the one that counts.
    """

    windows: Mapping[float, Window]
    zeros: Mapping[str, float]
    about: Mapping[str, Any]

    @classmethod
    def of(cls, frame: Frame, columns: Any, people: Subjects, given: Mapping[str, Any]) -> Plan:
        """Return the plan, and in which window each row is.

        Parameters
        ----------
        frame : Frame
            The visits.
        columns : dict or None
            As for `assess`.
        people : Subjects
            Whose TRTSDT is day zero, where no other is given.
        given : dict
            As for `nominal_visits`.
        """
        options = {name: value for name, value in given.items() if value is not None}
        unknown = sorted(set(options) - set(WINDOW_OPTIONS))
        if unknown:
            raise RequestError(
                f"windows= has no {unknown[0]!r}: it takes {listing(WINDOW_OPTIONS, shown=6)}, as "
                f"nominal_visits does.",
                variable="windows",
                values=unknown,
            )
        table = Table(frame, columns)
        ids = [str(label) for label in table.visits.labels]
        native = frame.native
        of_plan: dict[Any, float] = {}
        if "day_zero" not in options and people.start is not None:
            # A subject without visits has windows too.
            of_plan = people.start.dropna().to_dict()
            starts = people.start.loc[ids].to_numpy(float)[table.visits.patients]
            dates = [None if np.isnan(d) else str(np.datetime64(int(d), "D")) for d in starts]
            zero = Output(f"{OWN}TRTSDT", "word", np.array(dates, dtype=object))
            native, options["day_zero"] = frame.with_columns([zero]), Column(zero.name)
        out = Frame(nominal_visits(native, columns=columns, prefix=OWN, **options))
        days = pd.to_numeric(pd.Series(out.objects(f"{OWN}study_day"), dtype=object))
        chosen = [str(word).startswith("chosen") for word in out.objects(f"{OWN}nominal_status")]
        zeros = table.visits.dates // int(table.visits.per_day) - days.to_numpy(float)
        subjects = np.array(ids, dtype=object)[table.visits.patients]
        windows = planned(
            options.get("weeks"), options.get("months"), study_day=options.get("study_day", False)
        )
        return cls(
            {number_of_visit(each.label): each for each in windows},
            of_plan | {w: z for w, z in zip(subjects, zeros, strict=True) if not np.isnan(z)},
            _inside(windows, days.to_numpy(float), zeros) | {"chosen": np.array(chosen, bool)},
        )

    def joined(self, data: pd.DataFrame, people: Subjects) -> pd.DataFrame:
        """Return rows with their windows as analysis days, where TRTSDT is known."""
        if people.start is None:
            return data
        start = people.start.loc[data["USUBJID"]].to_numpy(float)
        zero = data["USUBJID"].map(dict(self.zeros)).to_numpy(float)
        target, low, high = (np.full(len(data), np.nan) for _ in range(3))
        for number, window in self.windows.items():
            here = data["AVISITN"].to_numpy(float) == number
            due = window.nominal(np.nan_to_num(zero).astype(np.int64))
            around = window.around
            first = window.first if around is None else np.ceil(due - around)
            last = window.last if around is None else np.floor(due + around)
            for ends, day in ((target, due), (low, first), (high, last)):
                ends[here] = (zero + day)[here]
        for name, dates in (("AWTARGET", target), ("AWLO", low), ("AWHI", high)):
            data[name] = analysis_day(np.where(np.isinf(dates), np.nan, dates), start)
        data["AWTDIFF"] = np.abs(data["ADT"].to_numpy(float) - target)
        data["AWU"] = words_where(~np.isnan(target), "DAYS")
        return data


def _inside(windows: Any, days: FloatArray, zeros: FloatArray) -> dict[str, Any]:
    """Return AVISIT and AVISITN of the window in which each row is, whether it counts or not."""
    words, numbers = np.full(days.size, None, dtype=object), np.full(days.size, np.nan)
    for window in windows:
        due = window.nominal(np.nan_to_num(zeros).astype(np.int64))
        here = window.holds(days, due) & ~np.isnan(days)
        words[here], numbers[here] = capital(window.label), number_of_visit(window.label)
    return {"AVISIT": words, "AVISITN": numbers}


def analysis_day(days: Any, start: Any) -> FloatArray:
    """Return days since 1970 as days relative to a start: 1 on it, −1 the day before, no 0."""
    since: FloatArray = np.asarray(days, dtype=float) - np.asarray(start, dtype=float)
    return since + (since >= 0)


def with_periods(
    data: pd.DataFrame,
    people: Subjects,
    periods: Mapping[str, str] | None,
    phases: Mapping[str, str] | None,
) -> pd.DataFrame:
    """Return rows with the period and the phase in which they are, and the day in the period.

    Parameters
    ----------
    data : DataFrame
        Rows with USUBJID and ADT.
    people : Subjects
        ADSL.
    periods, phases : dict or None
        What each is called, in order → the column of ADSL with its first day.
    """
    days = data["ADT"].to_numpy(float)
    for name, given in (("periods", periods), ("phases", phases)):
        if not given:
            continue
        first = np.array([people.days(each).loc[data["USUBJID"]] for each in given.values()], float)
        known = [row[~np.isnan(row)] for row in first.T]
        wrong = [bool((np.diff(row) < 0).any()) for row in known]
        if any(wrong):
            who = data["USUBJID"][wrong].unique().tolist()
            raise VisitError(
                f"{say(f'adam.{name}')} gives {listing(given, shown=9)} in this order, and a later one begins "
                f"before an earlier one of {listing(who)}.",
                variable=name,
                values=who,
            )
        begun = first <= days
        place = np.where(begun, np.arange(1, len(given) + 1)[:, None], 0).max(axis=0)
        words = np.array([None, *given], dtype=object)[place]
        if name == "phases":
            data["APHASE"] = words
            continue
        data["APERIOD"], data["APERIODC"] = np.where(place > 0, place, np.nan), words
        start = first[np.maximum(place - 1, 0), np.arange(len(data))]
        data["APERDY"] = np.where(place > 0, analysis_day(days, start), np.nan)
    return data
