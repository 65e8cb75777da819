"""Visits as the protocol names them, laboratory values from other days, values below detection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, TypeVar, cast

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.errors import ColumnError, RequestError, VisitError, suggestion
from jiascores.core.variables import UNBOUNDED, VARIABLES, Variable
from jiascores.tables.assess import add_columns
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.beside import Beside, Dates
from jiascores.tables.engines import IN_PIECES, always, kind_of_frame, run
from jiascores.tables.frame import NONE, Frame, Output, Positions
from jiascores.tables.numbers import number_of
from jiascores.tables.problems import BELOW, error_of
from jiascores.tables.table import Column, Table, not_numbers
from jiascores.tables.visits import NO_DATE, Visits

FrameT = TypeVar("FrameT")
FloatArray = NDArray[np.float64]
DAYS_A_WEEK = 7
NEAREST, FIRST = "nearest", "first"
WINDOW_RULES = {
    NEAREST: "the visit nearest the nominal day; of two as near, the earlier",
    FIRST: "the first visit in the window",
}
CHOSEN, TIE = "chosen", "chosen: of two as near, the earlier"
NOT_NEAREST, NOT_FIRST = "not chosen: another is nearer", "not chosen: another is earlier"
TIE_LOST = "not chosen: as near as another, and later"
UNSCHEDULED, NO_ZERO = "unscheduled", "no day zero"


def column_of(frame: Frame, given: Any, parameter: str, hint: str = "") -> str:
    """Return the name of a column that the caller gave as one and that the table has.

    Parameters
    ----------
    frame : Frame
        The table.
    given : object
        What the caller gave.
    parameter : str
        As which parameter.
    hint : str
        What to say where the table has no such column.
    """
    if not isinstance(given, Column):
        raise RequestError(
            f"{parameter}= takes a column: jia.column({given!r}).", variable=parameter
        )
    if given.name not in frame:
        near = suggestion(given.name, [str(name) for name in frame.names])
        raise ColumnError(
            f"the table has no column {given.name!r}.{near}{hint}",
            variable=given.name,
            values=(given.name,),
        )
    return given.name


def week_label(week: float) -> str:
    """Return what the visit of a week is called.

    Parameters
    ----------
    week : float
        The nominal week.
    """
    return f"week {week:g}"


def nominal_visits(
    visits: FrameT,
    *,
    weeks: Mapping[float, float],
    rule: Literal["nearest", "first"] | None = None,
    day_zero: Column | BaselineRule | None = None,
    columns: Mapping[str, str] | None = None,
    prefix: str = "",
) -> FrameT:
    """Say which visit of the protocol each row is.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order.
    weeks : dict
        Nominal week → days that a visit may lie before or after it, for example
        ``{0: 0, 8: 7, 26: 14}``. Windows that meet are refused.
    rule : {"nearest", "first"}
        Which of several visits in a window counts; there is no default.
    day_zero : Column or baseline rule
        Where days are counted from: a column with a date, the same in all rows of a patient, or
        the visit that is the baseline (``"first"``, ``jia.flagged("column")``,
        ``jia.on_or_before("column")``). There is no default.
    columns : dict, optional
        What is called otherwise: ``{"patient": …, "date": …}``.
    prefix : str
        Put before the name of every added column.

    Returns
    -------
    data frame
        `visits` with ``study_day``; ``nominal_visit`` (``week 8``; missing in a row that counts
        as none); ``nominal_days_off``, the distance in days, in every row in a window; and
        ``nominal_status``: chosen, why not, ``unscheduled``, or ``no day zero``.

    Raises
    ------
    RequestError
        If windows meet, or a rule is missing.
    VisitError
        If two rows of a date would both be chosen.

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
    if rule not in WINDOW_RULES:
        choices = "; ".join(f"{name!r}: {words}" for name, words in WINDOW_RULES.items())
        raise RequestError(f"rule={rule!r}: choose {choices}.", variable="rule", values=(rule,))
    if day_zero is None:
        raise RequestError(
            "day_zero= must say where days are counted from: jia.column('first_dose'), 'first', "
            "jia.flagged('column') or jia.on_or_before('column').",
            variable="day_zero",
        )
    work = _Nominal(
        windows=_windows(weeks),
        rule=rule,
        zero=day_zero,
        columns=dict(columns or {}),
        prefix=prefix,
    )
    patient = work.columns.get("patient", "patient")
    return cast(FrameT, run(visits, work, patient=patient, together=always))


def _windows(weeks: Any) -> tuple[tuple[str, float, float], ...]:
    """Return label, nominal day and days around it of each window, in order."""
    if not isinstance(weeks, Mapping) or not weeks:
        raise RequestError(
            "weeks= maps each nominal week to the days around it: weeks={0: 0, 8: 7}.",
            variable="weeks",
        )
    around = {
        number_of(week, "weeks", zero=True): number_of(days, "weeks", zero=True)
        for week, days in weeks.items()
    }
    windows = [(week_label(w), DAYS_A_WEEK * w, around[w]) for w in sorted(around)]
    for (one, day, after), (two, then, before) in pairwise(windows):
        if day + after >= then - before:
            raise RequestError(
                f"the windows of {one} (to day {day + after:g}) and {two} (from day "
                f"{then - before:g}) meet: a visit could be either. Make them narrower.",
                variable="weeks",
            )
    return tuple(windows)


@attrs.frozen(eq=False, kw_only=True)
class _Nominal:
    """What one call does to a table in memory; it can be sent to other processes."""

    windows: tuple[tuple[str, float, float], ...]
    rule: str
    zero: Any
    columns: Mapping[str, str]
    prefix: str

    def __call__(self, native: Any) -> Any:
        """Return an eager table with the columns added."""
        table = Table(Frame(native), self.columns)
        frame, visits = table.frame, table.visits
        zero = _zero_dates(table, self.zero)
        known = zero != NO_DATE
        days = np.floor((visits.dates - np.where(known, zero, 0)) / visits.per_day)
        days = np.where(known, days, np.nan)
        inside = np.full(frame.size, NONE, dtype=np.int64)
        off = np.full(frame.size, np.nan)
        for place, (_, day, around) in enumerate(self.windows):
            mine = np.abs(days - day) <= around
            inside[mine] = place
            off[mine] = days[mine] - day
        status = np.where(known, UNSCHEDULED, NO_ZERO).astype(object)
        chosen = self._choose(table, inside, off, status)
        words = tuple(label for label, _, _ in self.windows)
        outputs = [
            Output("study_day", "level", days),
            Output("nominal_visit", "state", np.where(chosen, inside, NONE), words),
            Output("nominal_days_off", "level", off),
            Output("nominal_status", "word", status),
        ]
        return add_columns(frame, outputs, self.prefix)

    def _choose(
        self, table: Table, inside: Positions, off: FloatArray, status: NDArray[Any]
    ) -> NDArray[np.bool_]:
        """Return which rows are the visit of their window, and write every row's status."""
        visits = table.visits
        rows = np.flatnonzero(inside >= 0)
        nearest = self.rule == NEAREST
        distance = np.abs(off[rows]) if nearest else off[rows]
        rows = rows[np.lexsort((off[rows], distance, inside[rows], visits.patients[rows]))]
        chosen = np.zeros(inside.size, dtype=bool)
        if not rows.size:
            return chosen
        head = np.ones(rows.size, dtype=bool)
        head[1:] = (np.diff(visits.patients[rows]) != 0) | (np.diff(inside[rows]) != 0)
        best = rows[np.maximum.accumulate(np.where(head, np.arange(rows.size), 0))]
        again = ~head & (off[rows] == off[best])
        if again.any():
            label = self.windows[inside[rows[again][0]]][0]
            table.refuse_two(np.concatenate((best[again], rows[again])), label)
        tie = ~head & nearest & (np.abs(off[rows]) == np.abs(off[best]))
        chosen[rows[head]] = True
        status[rows] = np.where(head, CHOSEN, NOT_NEAREST if nearest else NOT_FIRST)
        status[rows[tie]] = TIE_LOST
        status[best[tie]] = TIE
        return chosen


def _zero_dates(table: Table, zero: Any) -> NDArray[np.int64]:
    """Return for each row the date of its patient's day zero, or `NO_DATE`."""
    if isinstance(zero, Column):
        return table.date_of_patients(zero.name)
    visits = table.visits
    rows = visits.per_row(table.chosen(zero, "day zero"))
    if not table.size:
        return visits.dates
    return np.where(rows >= 0, visits.dates[np.maximum(rows, 0)], NO_DATE)


def differing_repeats(table: pd.DataFrame, keys: Sequence[str]) -> Positions:
    """Return the rows that say something else than an earlier row with the same keys.

    Parameters
    ----------
    table : DataFrame
        Without gaps.
    keys : sequence of str
        Columns; what a row says is in the others.
    """
    again = table[table.duplicated(keys, keep=False)].drop_duplicates()
    return again.index[again.duplicated(keys)].to_numpy(dtype=np.int64)


# --------------------------------------------------------------------------------------------
# Laboratory values from other days


def laboratory_values(
    visits: FrameT,
    labs: Any,
    *,
    values: Sequence[str],
    lab_window_days: float | None = None,
    columns: Mapping[str, str] | None = None,
    lab_columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
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
        Most days between visit and drawing, on either side; there is no default.
    columns, lab_columns : dict, optional
        What is called otherwise in `visits` and in `labs`.
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
        If a patient has two different values of one variable on a date, or no patient of `labs`
        is among the visits.
    OutOfRangeError, NotNumericError
        For a value that is not allowed; for ``"< 5"`` see `below_limit`.

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
    if not asked:
        raise RequestError("values= asks for nothing.", variable="values")
    for name in asked:
        if name not in VARIABLES:
            raise RequestError(
                f"values= names {name!r}, which is no variable of jiascores."
                f"{suggestion(name, list(VARIABLES))}",
                variable="values",
            )
    work = _Labs(
        drawings=_drawings(labs, asked, lab_columns, units),
        within=within,
        in_pieces=kind_of_frame(visits) in IN_PIECES,
        columns=dict(columns or {}),
        prefix=prefix,
    )
    patient = work.columns.get("patient", "patient")
    return cast(FrameT, run(visits, work, patient=patient, together=always))


@attrs.frozen(eq=False)
class _Drawings:
    """Whose blood was drawn when, and by row the known values of each variable."""

    table: Beside
    dates: Dates
    known: Mapping[str, pd.Series[float]]


def _drawings(
    native: Any,
    asked: Sequence[str],
    columns: Mapping[str, str] | None,
    units: Mapping[str, str] | None,
) -> _Drawings:
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
        two = differing_repeats(drawn, ["patient", "date"])
        if two.size:
            table.refuse(
                VisitError,
                f"two different values of {name} on one date: {table.rows(two)}. Keep one.",
                name,
                rows=two,
            )
        known[name] = drawn.sort_values("date")["value"]
    return _Drawings(table, dates, known)


@attrs.frozen(eq=False, kw_only=True)
class _Labs:
    """What one call does to a table in memory; it can be sent to other processes."""

    drawings: _Drawings
    within: float
    columns: Mapping[str, str]
    prefix: str
    in_pieces: bool

    def __call__(self, native: Any) -> Any:
        """Return an eager table with the columns added."""
        table = Table(Frame(native), self.columns)
        visits = table.visits
        patients = self.drawings.table.among(visits.labels, in_pieces=self.in_pieces)
        rows = pd.DataFrame({"patient": visits.patients, "date": visits.dates}).sort_values("date")
        outputs = []
        for name, known in self.drawings.known.items():
            values, days = self._nearest(visits, rows, patients, known)
            outputs.append(Output(f"{name}_lab", "score", values))
            outputs.append(Output(f"{name}_lab_days", "level", days))
        return add_columns(table.frame, outputs, self.prefix)

    def _nearest(
        self, visits: Visits, rows: pd.DataFrame, patients: Positions, known: pd.Series[float]
    ) -> tuple[FloatArray, FloatArray]:
        """Return for each visit the nearest value, and how many days off it was drawn."""
        gaps = np.full(visits.size, np.nan)
        if rows.empty or known.empty:
            return gaps, gaps
        dates = self.drawings.dates.on_scale(visits.per_day)[known.index]
        of_whom = patients[known.index]
        keys = pd.DataFrame({"patient": of_whom, "date": dates, "at": range(known.size)})
        # Of two as near, merge_asof takes the earlier.
        found = pd.merge_asof(rows, keys, on="date", by="patient", direction="nearest")["at"]
        at = np.full(visits.size, NONE)
        at[rows.index] = found.fillna(NONE)
        days = (dates[at] - visits.dates) / visits.per_day
        near = (at >= 0) & (np.abs(days) <= self.within)
        return np.where(near, known.to_numpy()[at], gaps), np.where(near, days, gaps)


# --------------------------------------------------------------------------------------------
# Values below detection

BELOW_RULES = {
    "limit": "the limit itself",
    "half": "half the limit",
    "zero": "0",
    "interval": "anything from 0 to the limit: two columns, and no single value",
}


def below_limit(
    table: FrameT,
    variable: str,
    *,
    rule: Literal["limit", "half", "zero", "interval"] | None = None,
    columns: Mapping[str, str] | None = None,
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
    columns : dict, optional
        What is called otherwise.
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
        If a text is neither a number nor a value below a limit.

    Notes
    -----
    ====== ======== ======= ====== ====== ================
    row    given    limit   half   zero   interval
    ====== ======== ======= ====== ====== ================
    1      12       12      12     12     12
    2      < 5      5       2.5    0      0 to 5
    3      <5       5       2.5    0      0 to 5
    4      0        0       0      0      0
    5      "7.5"    7.5     7.5    7.5    7.5
    6      missing  –       –      –      –
    ====== ======== ======= ====== ====== ================

    With an interval, what does not depend on the value within it is decided all the same, by
    `assess_within`: a CRP below 10 mg/L adds nothing to a JADAS, so that ``< 5`` is as good as 3.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> labs = pd.DataFrame({"crp": ["12", "< 5"]})
    >>> jia.prepare.below_limit(labs, "crp", rule="half")[["crp_value", "crp_below_limit"]].values.tolist()
    [[12.0, <NA>], [2.5, 'half']]
    """
    if rule not in BELOW_RULES:
        choices = "; ".join(f"{name!r}: {words}" for name, words in BELOW_RULES.items())
        raise RequestError(f"rule={rule!r}: choose {choices}.", variable="rule", values=(rule,))
    work = _Below(variable=variable, rule=rule, columns=dict(columns or {}), prefix=prefix)
    return cast(FrameT, run(table, work, patient="patient", together=_row_by_row))


def _row_by_row(_: Any) -> bool:
    return False


@attrs.frozen(eq=False, kw_only=True)
class _Below:
    """What one call does to a table in memory; it can be sent to other processes."""

    variable: str
    rule: str
    columns: Mapping[str, str]
    prefix: str

    def __call__(self, native: Any) -> Any:
        """Return an eager table with the columns added."""
        frame = Frame(native)
        table = Table(frame, self.columns)
        name = table.column(self.variable)
        if name not in frame:
            known = [str(column) for column in frame.names]
            raise ColumnError(
                f"the table has no column {name!r} for {self.variable}.{suggestion(name, known)}",
                variable=self.variable,
            )
        cells = frame.objects(name)
        ends = [_ends(cell) for cell in cells]
        refused = {row: cells[row] for row, end in enumerate(ends) if end is None}
        if refused:
            # Any column will do, whether or not jiascores has such a variable.
            unknown = Variable(self.variable, self.variable, "", 0, UNBOUNDED)
            variable = VARIABLES.get(self.variable, unknown)
            raise error_of(not_numbers(variable, name, refused), table.places)
        low, high = np.array(ends, dtype=np.float64).reshape(-1, 2).T
        is_made = np.array([isinstance(cell, str) and "<" in cell for cell in cells], dtype=bool)
        made = np.full(frame.size, None, dtype=object)
        made[is_made] = self.rule
        single = {"limit": high, "half": high / 2, "zero": low, "interval": np.nan * low}
        value = np.where(is_made, single[self.rule], high)
        if self.rule != "interval":
            low, high = value, value
        outputs = [
            Output(f"{self.variable}_value", "score", value),
            Output(f"{self.variable}_low", "score", low),
            Output(f"{self.variable}_high", "score", high),
            Output(f"{self.variable}_below_limit", "word", made),
        ]
        return add_columns(frame, outputs, self.prefix)


def _ends(cell: Any) -> tuple[float, float] | None:
    """Return the least and the most that a cell may be; nothing where it is no number."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return np.nan, np.nan
    below = BELOW.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if below:
        return 0.0, float(below.group(1).replace(",", "."))
    try:
        value = np.nan if isinstance(cell, bool | np.bool_) else float(cell)
    except (TypeError, ValueError):
        return None
    return (value, value) if np.isfinite(value) else None
