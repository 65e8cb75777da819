"""Visits as the protocol names them, laboratory values from other days, values below detection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache, partial
from itertools import pairwise
from numbers import Real
from typing import Any, Literal, TypeAlias, TypeVar

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import (
    RequestError,
    VisitError,
    is_among,
    listing,
    made,
    require,
    say,
    shown,
    written,
)
from jiascores.core.units import Unit
from jiascores.core.variables import UNBOUNDED, VARIABLES, Variable
from jiascores.measures.remission import months_after
from jiascores.tables.assess import TableCall
from jiascores.tables.baselines import BaselineRule, Flagged, OnOrBefore
from jiascores.tables.beside import Beside, Dates, whole_days
from jiascores.tables.cells import not_numbers
from jiascores.tables.engines import IN_PIECES
from jiascores.tables.frame import NONE, Output, Positions, kind_of_frame
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, Units, column_of, require_column, require_variable
from jiascores.tables.numbers import number_of, one_of
from jiascores.tables.problems import (
    ABOVE,
    BELOW,
    LIMIT,
    SIGNS,
    Problem,
    error_of,
    measured,
    own_unit,
)
from jiascores.tables.table import Table
from jiascores.tables.visits import CALENDAR, NO_DATE

FrameT = TypeVar("FrameT")
# Days around the nominal one, or the first and the last day, None for no end.
WindowDays: TypeAlias = "float | tuple[float | None, float | None]"
# When blood was drawn, and by row the known values of each variable.
Drawings: TypeAlias = "tuple[Dates, dict[str, pd.Series[float]]]"
DAYS_A_WEEK = 7
# The first and the last day of a window without ends.
NO_END = (-np.inf, np.inf)
NEAREST, FIRST = "nearest", "first"
WINDOW_RULES = {
    NEAREST: "the visit nearest the nominal day; of two as near, the earlier",
    FIRST: "the first visit in the window",
}
CHOSEN, TIE = "chosen", "chosen: of two as near, the earlier"
NOT_NEAREST, NOT_FIRST = "not chosen: another is nearer", "not chosen: another is earlier"
TIE_LOST = "not chosen: as near as another, and later"
NOT_FLAGGED = "not chosen: another of this date is flagged"
UNSCHEDULED, NO_ZERO = "unscheduled", "no day zero"


@attrs.frozen
class Window:
    """The visit of a plan, and the days on which it may be.

    Parameters
    ----------
    label : str
        What the visit is called.
    day : int, optional
        Its nominal day since day zero; None where months are counted.
    months : int, optional
        The calendar months from day zero to its nominal day.
    around : float, optional
        Days that a visit may lie before or after the nominal day.
    first, last : float
        Else the first and the last day on which it may be.
    """

    label: str
    day: float | None = None
    months: int | None = None
    around: float | None = None
    first: float = -np.inf
    last: float = np.inf

    @property
    def span(self) -> tuple[float, float]:
        """The earliest and the latest day that can be the nominal one."""
        if self.months is None:
            return float(self.day or 0), float(self.day or 0)
        return month_span(self.months)

    @property
    def ends(self) -> tuple[float, float]:
        """The first and the last day that can lie in it."""
        early, late = self.span
        if self.around is None:
            return self.first, self.last
        return early - self.around, late + self.around

    def nominal(self, zeros: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return its nominal day for each row, by the date of day zero (days since 1970)."""
        if self.months is None:
            return np.full(zeros.size, self.span[0])
        return (months_after(zeros, self.months) - zeros).astype(np.float64)

    def holds(self, days: NDArray[np.float64], nominal: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which days lie in it."""
        if self.around is not None:
            return np.abs(days - nominal) <= self.around
        return (days >= self.first) & (days <= self.last)


@cache
def month_span(months: int) -> tuple[float, float]:
    """Return the fewest and the most days that some calendar months can have."""
    # A leap year is missing in 2100, and four years have every month of the others.
    days = np.arange("2095-01-01", "2105-01-01", dtype="datetime64[D]").astype(np.int64)
    spans = months_after(days, months) - days
    return float(spans.min()), float(spans.max())


@as_declared
def nominal_visits(
    visits: FrameT,
    *,
    weeks: Mapping[float, WindowDays] | None = None,
    months: Mapping[int, WindowDays] | None = None,
    rule: Literal["nearest", "first"] | None = None,
    day_zero: Column | BaselineRule | None = None,
    study_day: bool = False,
    same_day: Flagged | None = None,
    columns: ColumnNames | None = None,
    prefix: str = "",
) -> FrameT:
    """Say which visit of the protocol each row is.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order.
    weeks : dict
        Nominal week → the days on which its visit may be: one number, how many days it may lie
        before or after the nominal day, for example ``{0: 0, 8: 7, 26: 14}``; or the first and
        the last day since day zero, both included, None where there is no end, for example
        ``{0: (None, 7), 2: (8, 21), 4: (22, 42)}``. Each window must hold its nominal day, and
        windows that meet are refused.
    months : dict
        Instead of weeks: nominal month → days, in the same two ways. Months are those of the
        calendar: month 6 after 31 August is the last day of February.
    rule : {"nearest", "first"}
        Which visit counts if there are several in a window; there is no default.
    day_zero : Column or baseline rule
        Where days are counted from: a column with a date that is the same in all rows of a
        patient, or a rule for the baseline visit (``"first"``, ``jia.flagged("column")``,
        ``jia.on_or_before("column")``). There is no default.
    study_day : bool
        Whether first and last days are numbered as study days: day 1 is day zero, and the day
        before it is −1.
    same_day : Flagged, optional
        ``jia.flagged("column")``: if two rows of one date could be chosen, take the one that the
        column flags.
    columns : dict, optional
        Your own column names: ``{"patient": …, "date": …}``.
    prefix : str
        Put before the name of every added column.

    Returns
    -------
    data frame
        `visits` with four columns: ``study_day``, the days since day zero, which is day 0 even if
        windows are numbered as study days; ``nominal_visit`` (``week 8`` or ``month 3``; missing
        in rows that were not chosen); ``nominal_days_off``, the distance from the nominal day of
        every row in a window; and ``nominal_status``: chosen, why not, ``unscheduled``, or
        ``no day zero``.

    Raises
    ------
    RequestError
        If windows meet or do not hold their nominal day, or a rule is missing.
    VisitError
        If two rows of a date would both be chosen, or months are counted from study days.

    See Also
    --------
    jiascores.prepare.fill_gaps : Fills the visits that are missing.
    jiascores.prepare.laboratory_values : Values that were drawn on other days.

    Notes
    -----
    Week 8 ± 7 days is day 49 to day 63:

    ====== ===== ============ ========== ================================================
    row    day   nearest      first      status by nearest
    ====== ===== ============ ========== ================================================
    1      48                            unscheduled
    2      49                 week 8     not chosen: another is nearer
    3      54    week 8                  chosen: of two as near, the earlier
    4      58                            not chosen: as near as another, and later
    5      63                            not chosen: another is nearer
    6      64                            unscheduled
    ====== ===== ============ ========== ================================================

    By ``"first"``, a visit that is added later changes nothing before it; by ``"nearest"`` it may
    take the place of an earlier one in its window.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": "A", "date": [0, 48, 49, 54, 58]})
    >>> out = jia.prepare.nominal_visits(visits, weeks={0: 0, 8: 7}, rule="nearest", day_zero="first")
    >>> out[["study_day", "nominal_visit", "nominal_days_off"]]
       study_day nominal_visit  nominal_days_off
    0          0        week 0                 0
    1         48           NaN              <NA>
    2         49           NaN                -7
    3         54        week 8                -2
    4         58           NaN                 2
    """
    windows = planned(weeks, months, study_day=study_day)
    one_of(rule, WINDOW_RULES, "rule")
    whole = isinstance(day_zero, OnOrBefore | Flagged) and not day_zero.per_variable
    if not (whole or is_among(day_zero, ("first",)) or isinstance(day_zero, Column)):
        raise RequestError(
            f"{say('day_zero')} must say where days are counted from: {made('column', 'first_dose')}, "
            f"'first', {made('flagged')} or {made('on_or_before')}.",
            variable="day_zero",
            values=() if day_zero is None else (day_zero,),
        )
    words = f"{say('same_day')}: give {made('flagged')}."
    require(same_day is None or isinstance(same_day, Flagged), words, "same_day")
    nominal = partial(
        _nominal,
        windows=windows,
        zero=day_zero,
        nearest=rule == NEAREST,
        flag=None if same_day is None else same_day.column,
    )
    return TableCall(outputs=nominal, columns=columns, prefix=prefix).on(visits)


def planned(weeks: Any, months: Any = None, *, study_day: bool = False) -> tuple[Window, ...]:
    """Return the windows of a plan, checked and in order.

    Parameters
    ----------
    weeks, months : mapping
        Nominal week or month → days, as for `nominal_visits`; one of the two.
    study_day : bool
        Whether first and last days are numbered as study days.
    """
    name, given = ("weeks", weeks) if months is None else ("months", months)
    if (weeks is None) == (months is None) or not isinstance(given, Mapping) or not given:
        raise RequestError(
            f"{say('weeks')} maps each nominal week to the days around it, such as 7, or to its first and "
            f"last day, such as 43 and 70; {say('months')} does so with months. Give one of the two.",
            variable=name,
        )
    windows = [_window(name, due, days, study_day=study_day) for due, days in given.items()]
    windows.sort(key=lambda window: window.span)
    for one, other in pairwise(windows):
        end, start = one.ends[1], other.ends[0]
        words = (
            f"the windows of {one.label} (to day {end:g}) and {other.label} (from day {start:g}) "
            f"meet: a visit could be either. Make them narrower."
        )
        require(end < start, words, name)
    return tuple(windows)


def _window(name: str, due: Any, days: Any, *, study_day: bool) -> Window:
    """Return one window of a plan."""
    number = number_of(due, name, zero=True)
    if name == "weeks":
        window = Window(f"week {number:g}", day=DAYS_A_WEEK * number)
    elif number.is_integer():
        window = Window(f"month {number:g}", months=int(number))
    else:
        raise RequestError(
            f"{say('months', due)}: give whole months.", variable=name, values=(due,)
        )
    if not isinstance(days, tuple | list):
        return attrs.evolve(window, around=number_of(days, name, zero=True))
    early, late = window.span
    pairs = zip(days, NO_END, strict=False)
    ends = [_end(day, name, no_end, study_day=study_day) for day, no_end in pairs]
    held = f"day {early:g}" if early == late else f"days {early:g} to {late:g}"
    words = (
        f"{say(name)} gives {window.label} the days {listing(map(written, days))}: give its first "
        f"and its last day since day zero, which must hold the nominal one, {held}."
    )
    both = len(days) == len(NO_END)
    require(both and ends[0] <= early <= late <= ends[1], words, name, days)
    return attrs.evolve(window, first=ends[0], last=ends[1])


def _end(day: Any, name: str, no_end: float, *, study_day: bool) -> float:
    """Return the first or last day of a window as days since day zero."""
    if day is None:
        return no_end
    # Days before day zero are below 0.
    sign = -1 if isinstance(day, int | float | np.number) and day < 0 else 1
    number = sign * number_of(day if sign > 0 else -day, name, zero=True)
    words = (
        f"{say(name)} has a study day 0, and there is none: day 1 is day zero, and the day before it "
        f"is -1."
    )
    require(number or not study_day, words, name, day)
    return number - 1 if study_day and number > 0 else number


def _nominal(
    table: Table, windows: Sequence[Window], zero: Any, *, nearest: bool, flag: str | None
) -> list[Output]:
    """Return the visit of the protocol that each row is."""
    visits, zeros = table.visits, _zero_dates(table, zero)
    known = zeros != NO_DATE
    days = np.floor((visits.dates - np.where(known, zeros, 0)) / visits.per_day)
    days = np.where(known, days, np.nan)
    counts_months = any(window.months is not None for window in windows)
    if counts_months and table.size and visits.per_day != CALENDAR:
        raise VisitError(
            f"column {table.column('date')!r} holds study days, and {say('months')} counts in calendar "
            f"months, which need dates. Give {say('weeks')}, or dates.",
            variable="date",
        )
    zero_days = whole_days(np.where(known, zeros, 0), visits.per_day)
    inside, off = np.full(table.size, NONE), np.full(table.size, np.nan)
    for place, window in enumerate(windows):
        due = window.nominal(zero_days)
        mine = window.holds(days, due)
        inside[mine], off[mine] = place, (days - due)[mine]
    words = tuple(window.label for window in windows)
    rows = pd.DataFrame({"patient": visits.patients, "window": inside, "off": off})[inside >= 0]
    status = np.where(known, UNSCHEDULED, NO_ZERO).astype(object)
    if flag is not None:
        passed = _passed_over(rows, table.flag(flag, blank=0.0) == 1)
        status[passed] = NOT_FLAGGED
        rows = rows[~rows.index.isin(passed)]
    said = _choose(table, rows, words, nearest=nearest)
    status[said.index] = said
    chosen = (status == CHOSEN) | (status == TIE)
    return [
        Output("study_day", "level", days),
        Output("nominal_visit", "state", np.where(chosen, inside, NONE), words),
        Output("nominal_days_off", "level", off),
        Output("nominal_status", "word", status),
    ]


def _passed_over(rows: pd.DataFrame, flagged: NDArray[np.bool_]) -> Positions:
    """Return the rows that are not flagged, where another row of their date alone is."""
    day = [rows["patient"], rows["window"], rows["off"]]
    mine = pd.Series(flagged[rows.index], rows.index)
    many = mine.groupby(day).transform("sum")
    return rows.index[~mine & (many == 1)].to_numpy(dtype=np.int64)


def _choose(
    table: Table, rows: pd.DataFrame, words: tuple[str, ...], *, nearest: bool
) -> pd.Series[Any]:
    """Return of each row in a window whether it is the visit, or why not."""
    window = ["patient", "window"]
    rows = rows.assign(distance=rows["off"].abs() if nearest else rows["off"])
    rows = rows.sort_values([*window, "distance", "off"])
    best = rows.groupby(window)[["distance", "off"]].transform("first")
    first, as_near = ~rows.duplicated(window), rows["distance"] == best["distance"]
    twice = rows[rows.duplicated([*window, "off"], keep=False) & (rows["off"] == best["off"])]
    if len(twice):
        option = say("same_day")
        table.refuse_two(
            twice.index.to_numpy(),
            words[twice["window"].iloc[0]],
            "Flag the one that counts in a column of yes and no, and say which column: "
            f"{option}{'' if option.endswith('=') else ' '}{made('flagged', 'your column')}.",
        )
    tied = (as_near & ~first).groupby([rows[key] for key in window]).transform("any")
    said = np.select(
        [first & tied, first, as_near],
        [TIE, CHOSEN, TIE_LOST],
        NOT_NEAREST if nearest else NOT_FIRST,
    )
    return pd.Series(said, rows.index, dtype=object)


def _zero_dates(table: Table, zero: Any) -> NDArray[np.int64]:
    """Return for each row the date of its patient's day zero, or `NO_DATE`."""
    if isinstance(zero, Column):
        return table.date_of_patients(zero.name)
    visits = table.visits
    if zero == "first":
        rows = np.arange(table.size)
    elif isinstance(zero, Flagged):
        rows = table.flagged_rows(zero.column)
        rows = rows[rows >= 0]
    else:
        rows = table.last_rows(zero, np.ones(table.size, dtype=bool))
    # Two rows of that date leave no doubt about the date.
    first = pd.Series(visits.dates[rows]).groupby(visits.patients[rows]).min()
    dates: NDArray[np.int64] = first.reindex(visits.patients, fill_value=NO_DATE).to_numpy()
    return dates


def differing_repeats(table: pd.DataFrame, keys: Sequence[str]) -> Positions:
    """Return the rows that differ from an earlier row with the same keys.

    Parameters
    ----------
    table : DataFrame
        A table without gaps.
    keys : sequence of str
        The columns that are the same; the rows differ in the others.
    """
    again = table[table.duplicated(keys, keep=False)].drop_duplicates()
    return again.index[again.duplicated(keys)].to_numpy(dtype=np.int64)


def one_for_each(said: pd.DataFrame, labels: Sequence[Any], name: str) -> pd.Series[Any]:
    """Return the value of a column for each patient, by code; two different ones raise.

    Parameters
    ----------
    said : DataFrame
        The code of the patient and the value of the column, without gaps.
    labels : sequence
        The ids, by code.
    name : str
        What the column is called.
    """
    patient, value = said.columns
    for code in said.loc[differing_repeats(said, [patient]), patient]:
        raise VisitError(
            f"column {name!r} has two values for patient {labels[code]}; give one.",
            variable=name,
            values=(labels[code],),
        )
    first: pd.Series[Any] = said.drop_duplicates(patient).set_index(patient)[value]
    return first


# --------------------------------------------------------------------------------------------
# Laboratory values from other days


@as_declared
def laboratory_values(
    visits: FrameT,
    labs: Any,
    *,
    values: Sequence[str],
    lab_window_days: float | None = None,
    columns: ColumnNames | None = None,
    lab_columns: ColumnNames | None = None,
    units: Units | None = None,
    prefix: str = "",
) -> FrameT:
    """Bring laboratory values to the visits that they were drawn nearest to.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order.
    labs : data frame
        One row for each drawing of blood: patient, date, and a column for each value.
    values : list of str
        Which variables to bring, for example ``["esr", "crp"]``.
    lab_window_days : float
        The most days between a visit and a blood draw, on either side; there is no default.
    columns, lab_columns : dict, optional
        Your own column names in `visits` and in `labs`.
    units : dict, optional
        Units in `labs` that are not canonical.
    prefix : str
        Put before the name of every added column.

    Returns
    -------
    data frame
        `visits` with ``esr_lab`` and ``esr_lab_days`` (days from the visit, negative before it)
        for each value; missing where none was near enough. Then
        ``assess(…, columns={"esr": "esr_lab"})``.

    Raises
    ------
    RequestError
        If `lab_window_days` is missing.
    VisitError
        If a patient has two different values of one variable on a date, no patient of `labs` is
        among the visits, or an id differs from one of the visits by its spelling alone (``7`` and
        ``007``).
    OutOfRangeError, NotNumericError
        For a value that is not allowed; for ``"< 5"`` see `below_limit`.

    Warns
    -----
    LeftOutWarning
        If some patients of `labs` are not among the visits; it says how many.

    See Also
    --------
    jiascores.prepare.below_limit : Values below a limit of detection.
    jiascores.prepare.nominal_visits : Which visit is which planned one.

    Notes
    -----
    The visit is on day 56 and ``lab_window_days`` is 7:

    ====== =============== ====== ==================================
    row    drawn on days   ESR    taken
    ====== =============== ====== ==================================
    1      56              20     20, 0 days off
    2      54, 60          20, 8  20, −2: the nearer
    3      54, 58          20, 8  20, −2: as near, the earlier
    4      54 (gap), 60    –, 8   8, 4: a gap is no value
    5      49, 64          20, 8  20, −7: 64 is too far
    6      48              20     missing
    ====== =============== ====== ==================================

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": ["A"], "date": [56]})
    >>> labs = pd.DataFrame({"patient": "A", "date": [54, 58], "esr": [20, 8]})
    >>> jia.prepare.laboratory_values(visits, labs, values=["esr"], lab_window_days=7)
      patient  date  esr_lab  esr_lab_days
    0       A    56     20.0            -2
    """
    within = number_of(
        lab_window_days,
        "lab_window_days",
        "Say how many days before or after the visit blood may have been drawn.",
        zero=True,
    )
    asked = [values] if isinstance(values, str) else list(values)
    require(asked, f"{say('values')} names no variable.", "values")
    for name in asked:
        require_variable(name, "values")
    drawings = _drawings(labs, asked, lab_columns, units)
    in_pieces = kind_of_frame(visits) in IN_PIECES
    nearest = partial(_labs, drawings=drawings, within=within, in_pieces=in_pieces)
    return TableCall(outputs=nearest, columns=columns, prefix=prefix).on(visits)


def _drawings(
    native: Any,
    asked: Sequence[str],
    columns: ColumnNames | None,
    units: Units | None,
) -> Drawings:
    """Return when blood was drawn, and by row the known values of each variable."""
    table = Beside(
        native,
        columns,
        what="laboratory values",
        parameter="lab_columns",
        needs=("patient", "date", *asked),
        takes=VARIABLES,
        units=units,
    )
    dates = table.dates("date")
    known = {}
    for name in asked:
        drawn = pd.DataFrame({"patient": table.patients, "date": dates.values})  # noqa: PD011
        drawn = drawn.assign(value=table.numbers(name)).dropna()
        table.refuse_rows(
            VisitError,
            f"two different values of {name} on one date: {{}}. Keep one.",
            name,
            differing_repeats(drawn, ["patient", "date"]),
        )
        known[name] = drawn.sort_values("date")["value"]
    return dates, known


def _labs(table: Table, drawings: Drawings, within: float, *, in_pieces: bool) -> list[Output]:
    """Return the nearest value of each variable, and how many days off it was drawn."""
    visits, (drawn, known) = table.visits, drawings
    patients = drawn.table.among(visits.labels, in_pieces=in_pieces)
    rows = pd.DataFrame({"patient": visits.patients, "date": visits.dates}).sort_values("date")
    # A table of no rows plans a lazy one, and its dates may be of any kind.
    drawn_on = drawn.on_scale(visits.per_day) if visits.size else drawn.values  # noqa: PD011
    outputs = []
    for name, of_name in known.items():
        dates = drawn_on[of_name.index]
        there = pd.DataFrame({"date": dates, "drawn": dates, "value": of_name.to_numpy()})
        there["patient"] = patients[of_name.index]
        # Of two as near, merge_asof takes the earlier.
        nearest = pd.merge_asof(rows, there, on="date", by="patient", direction="nearest")
        nearest["off"] = (nearest["drawn"] - nearest["date"]) / visits.per_day
        nearest = nearest.set_index(rows.index)[(nearest["off"].abs() <= within).to_numpy()]
        nearest = nearest.reindex(range(visits.size))
        outputs.append(Output(f"{name}_lab", "score", nearest["value"].to_numpy()))
        outputs.append(Output(f"{name}_lab_days", "level", nearest["off"].to_numpy()))
    return outputs


# --------------------------------------------------------------------------------------------
# Values below detection

BELOW_RULES = {
    "limit": "the limit itself",
    "half": "half the limit",
    "zero": "0",
    "interval": "anything from 0 to the limit: two columns, and no single value",
}


@as_declared
def below_limit(
    table: FrameT,
    variable: str,
    *,
    rule: Literal["limit", "half", "zero", "interval"] | None = None,
    above: Literal["limit"] | None = None,
    comparator: Column | None = None,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    prefix: str = "",
) -> FrameT:
    """Read a column in which some values are only known to lie below a limit, such as ``"< 5"``.

    Parameters
    ----------
    table : data frame
        Visits or laboratory values; `assess` refuses text among numbers.
    variable : str
        The variable, for example ``"crp"``.
    rule : {"limit", "half", "zero", "interval"}
        What such a value is read as; there is no default.
    above : {"limit"}, optional
        Reads a value above a limit, such as ``">250"``, as that limit; without it, it is refused.
    comparator : Column, optional
        The column with ``<``, ``≤``, ``>`` or nothing, where the limit stands alone.
    columns : dict, optional
        Your own column names.
    units : dict, optional
        The unit of the column, where it is not the canonical one. A cell may repeat it, as in
        ``"<5 mg/L"``; a cell with another unit of the variable is converted to that of the column.
    prefix : str
        Put before the name of every added column.

    Returns
    -------
    data frame
        `table` with ``crp_value``, ``crp_low``, ``crp_high`` in the unit of the column, and
        ``crp_below_limit``, the rule in the rows that it made, else missing.

    Raises
    ------
    RequestError
        If the rule is missing.
    NotNumericError
        If a text is neither a number nor a value below a limit, or has no unit of the variable.
    NotCoveredError
        If `comparator` holds something else.

    See Also
    --------
    jiascores.assess_between : What every value between two ends gives.
    jiascores.prepare.laboratory_values : Values from a laboratory's table.

    Notes
    -----
    ====== ======== ======= ====== ====== ================
    row    given    limit   half   zero   interval
    ====== ======== ======= ====== ====== ================
    1      12       12      12     12     12
    2      < 5      5       2.5    0      0 to 5
    3      ≤5 mg/L  5       2.5    0      0 to 5
    4      0        0       0      0      0
    5      "7.5"    7.5     7.5    7.5    7.5
    6      missing  –       –      –      –
    ====== ======== ======= ====== ====== ================

    With an interval, what does not depend on the value within it is decided all the same, by
    `assess_between`: a CRP below 10 mg/L adds nothing to a JADAS, so that ``< 5`` is as good as 3.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> labs = pd.DataFrame({"crp": ["12", "< 5"]})
    >>> jia.prepare.below_limit(labs, "crp", rule="half")[["crp_value", "crp_below_limit"]].values.tolist()
    [[12.0, <NA>], [2.5, 'half']]
    """
    words = f"above={shown(above)}: give 'limit', or leave it out."
    require(above is None or is_among(above, ("limit",)), words, "above")
    if comparator is not None:
        require_column(comparator, "comparator")
    below = partial(
        _below,
        variable=variable,
        rule=one_of(rule, BELOW_RULES, "rule"),
        signs=comparator,
        reads_above=above is not None,
    )
    return TableCall(outputs=below, columns=columns, units=units, prefix=prefix).on(table)


def _below(
    table: Table, variable: str, rule: str, signs: Column | None, *, reads_above: bool
) -> list[Output]:
    """Return the values that a column holds, and the ends between which they lie."""
    name = column_of(table.frame, Column(table.column(variable)), variable)
    # Any column will do, whether or not jiascores has such a variable.
    known = VARIABLES.get(variable, Variable(variable, variable, "", 0, UNBOUNDED))
    cells = table.frame.objects(name).tolist()
    units = _units_of_rows(table, known)
    if signs is not None:
        cells = _with_signs(table, column_of(table.frame, signs, "comparator"), cells)
    read = [_limited(cell, known, unit) for cell, unit in zip(cells, units, strict=True)]
    allowed = ("", BELOW, ABOVE) if reads_above else ("", BELOW)
    refused = {row: cells[row] for row, (sign, _) in enumerate(read) if sign not in allowed}
    if refused:
        raise error_of(not_numbers(known, name, refused), table.places)
    numbers = np.array([number for _, number in read], dtype=np.float64)
    below, above = (np.array([sign == of for sign, _ in read], dtype=bool) for of in (BELOW, ABOVE))
    made_of = {"limit": numbers, "half": numbers / 2, "zero": 0 * numbers}
    value = np.where(below, made_of.get(rule, np.nan * numbers), numbers)
    low, high = value, value
    if rule == "interval":
        low, high = np.where(below, 0.0, numbers), numbers
    made = np.full(table.size, None, dtype=object)
    made[below], made[above] = rule, "limit"
    return [
        Output(f"{variable}_value", "score", value),
        Output(f"{variable}_low", "score", low),
        Output(f"{variable}_high", "score", high),
        Output(f"{variable}_below_limit", "word", made),
    ]


def _units_of_rows(table: Table, variable: Variable) -> list[Unit | None]:
    """Return the unit that each row's number is read in: the canonical one where cells have their own."""
    given = table.units.get(variable.name, variable.unit)
    if given == Column(table.column(variable.name)):
        given = variable.unit
    if isinstance(given, Column):
        names = table.frame.objects(given.name)
        return [None if name is None else variable.unit_named(str(name)) for name in names]
    return [variable.unit_named(given)] * table.size


def _with_signs(table: Table, column: str, cells: list[Any]) -> list[Any]:
    """Return cells with the comparator that stands beside them in front."""
    given = table.frame.objects(column)
    signs = ["" if sign is None else str(sign).strip() for sign in given]
    wrong = [row for row, sign in enumerate(signs) if sign not in SIGNS]
    if wrong:
        words = f"no comparator. It can be {', '.join(filter(None, SIGNS))}, or missing."
        rows, values = np.array(wrong), given[wrong].tolist()
        problem = Problem(
            "unknown-word", "comparator", words, column=column, rows=rows, values=values
        )
        raise error_of([problem], table.places)
    return [
        f"{sign.strip('=')}{cell}" if sign.strip("=") and cell is not None else cell
        for sign, cell in zip(signs, cells, strict=True)
    ]


def _limited(cell: Any, variable: Variable, unit: Unit | None) -> tuple[str | None, float]:
    """Return whether a cell is a number, or below or above one; and that number in this unit.

    None instead where it is none, or has no unit of the variable.
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return "", np.nan
    if not isinstance(cell, str):
        fine = isinstance(cell, Real | Decimal) and not isinstance(cell, bool | np.bool_)
        return ("", float(cell)) if fine and np.isfinite(float(cell)) else (None, np.nan)
    found = LIMIT.fullmatch(cell.strip())
    if found:
        sign = BELOW if found["sign"] in BELOW else ABOVE
        number, text = (
            float(found["number"].replace(",", ".")),
            own_unit(variable, found["unit"] or ""),
        )
    elif (plain := measured(variable, cell)) is not None:
        sign, number, text = "", plain.number, plain.unit
    else:
        return None, np.nan
    if text == "":
        return sign, number
    own = None if text is None else variable.unit_named(text)
    if own is None or unit is None:
        return None, np.nan
    return sign, number if own == unit else float(unit.of_canonical(own.canonical(number)))
