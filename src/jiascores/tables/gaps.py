"""Gaps in outcomes over nominal visits, filled by a named rule or left, and marked either way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from numbers import Real
from typing import Any, Literal, TypeVar, cast

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import RequestError, VisitError, listing, require, shown
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.engines import to_eager
from jiascores.tables.enrolled import Enrolled, cut, one_day
from jiascores.tables.frame import NONE, Frame, Output, Positions, list_of
from jiascores.tables.ids import ColumnNames, parts_of
from jiascores.tables.intercurrent import IntercurrentEvents, settle
from jiascores.tables.naming import Column, column_of
from jiascores.tables.numbers import number_of, numbers_in, one_of
from jiascores.tables.outcomes import (
    Outcome,
    is_measured,
    no_response,
    read_outcome,
    require_response,
)
from jiascores.tables.table import Table
from jiascores.tables.visits import CALENDAR
from jiascores.tables.windows import Window, differing_repeats, planned

FrameT = TypeVar("FrameT")

GapRule = Literal["observed", "complete-case", "nri", "worst-case", "locf", "bocf"]
GAP_RULES = {
    "observed": "what was observed; nothing is filled and no row made",
    "complete-case": "only patients with every visit determined; the others are emptied",
    "nri": (
        "a responder where the response is certain, also by the lower bound of its level; else, "
        "and where the visit is missing or after stopping, a non-responder"
    ),
    "worst-case": "a visit missing or not determinable has the value that worst= names",
    "locf": "the last determined value carried forward for at most limit_days",
    "bocf": "the last determined value on or before day zero, the baseline, carried forward",
}
# The rules for values that are filled together.
TOGETHER = ("observed", "locf", "bocf")
COME_FROM = " nominal_visit and study_day come from jia.prepare.nominal_visits()."
OTHER_SCALE = (
    "dates cannot be turned into study days here, since the visits have study days in their column "
    "of dates; give both as dates or both as study days."
)
DATES_NEEDED = " Dates are turned into study days by the dates of the visits."
OBSERVED = "observed"
OPEN = "observed: not determinable"
NOTHING_BEFORE, NOTHING_AT_BASELINE = ", nothing observed before", ", nothing observed at baseline"


@as_declared
def fill_gaps(
    visits: FrameT,
    outcome: Column | Sequence[Column],
    *,
    weeks: Sequence[float] | Mapping[float, Any] | None = None,
    months: Sequence[int] | Mapping[int, Any] | None = None,
    rule: GapRule | None = None,
    level: int | None = None,
    criteria: str | ResponseCriteria = "giannini-1997",
    worst: float | None = None,
    limit_days: float | None = None,
    stopped: Column | None = None,
    intercurrent: IntercurrentEvents | None = None,
    composite: float | None = None,
    patients: Any = None,
    data_cut: Any = None,
    columns: ColumnNames | None = None,
    patient_columns: ColumnNames | None = None,
) -> FrameT:
    """Return an outcome at every visit due, with each gap filled, or left, by a named rule.

    Parameters
    ----------
    visits : data frame
        With the columns of `nominal_visits`. Rows without a nominal visit are used by ``"locf"``
        and ``"bocf"`` only.
    outcome : Column or list of Column
        A column of yes/no, levels or numbers; with `level`, what the names of the columns
        ``…_level_min`` and ``…_level_max`` begin with, ``jia.column("acr_ped")``. Several columns,
        such as the six of the core set, are filled together, by ``"locf"`` or ``"bocf"``: what is
        missing at a visit comes from one other visit, the last that has all of them.
    weeks : list of float
        The weeks at which a visit was due (the mapping given to `nominal_visits` will do).
    months : list of int
        Instead of weeks: the months, by the dates of the visits.
    rule : {"observed", "complete-case", "nri", "worst-case", "locf", "bocf"}
        There is no default. ``"nri"`` is for a response alone, yes/no or ACR Pedi levels: a missed
        visit is no JADAS of 0 and no absence of flare.
    level : int, optional
        The ACR Pedi level that makes a responder; the outcome is then yes or no, in a column such
        as ``acr_ped_30``.
    criteria : str or ResponseCriteria
        Which levels there are.
    worst : float, optional
        The worst value, for ``"worst-case"``: 0 for a response, 1 for a flare.
    limit_days : float, optional
        For ``"locf"``: the most days for which a value is carried.
    stopped : Column, optional
        For ``"nri"``: the column with the date or study day on which the patient stopped or was
        rescued, the same in all rows of a patient, missing if never. Later visits are
        non-responses whatever was observed; a visit on that day counts as before it.
    intercurrent : IntercurrentEvents, optional
        What happened to patients and what it means, from `intercurrent_events`. Its strategies
        settle the visits after an event, the rule fills the gaps before it.
    composite : float, optional
        The value after an event with a composite strategy, where the outcome is no response.
    patients : data frame, optional
        One row for each patient who counts. Patients without a visit are in the result too, and
        the columns of this table stand beside the outcome.
    data_cut : date, text or number, optional
        One date for all: later visits are left out, and no visit due after it is a gap.
    columns, patient_columns : dict, optional
        Your own column names in `visits` (``{"patient": …, "date": …}``) and in `patients`.

    Returns
    -------
    data frame
        One row for each patient and visit, by patient and week: ``nominal_visit``,
        ``study_day`` (of a row that was made, the nominal day), the outcome, ``gap_rule`` (what
        made the value; ``observed`` where nothing did) and ``row_made``. Only ``"nri"``,
        ``"worst-case"``, ``"locf"`` and ``"bocf"`` make rows. Then what is the same in every row of each
        patient: arm, strata and the like.

    Raises
    ------
    RequestError
        If the rule or something that it needs is missing; if something is given that the rule
        does not take; if a week in `weeks` has no row; or if the outcome of ``"nri"`` is no
        response.
    ColumnError
        If the columns of `nominal_visits` are not there.
    VisitError
        If a patient has two rows of one nominal visit.

    See Also
    --------
    jiascores.prepare.intercurrent_events : What events mean for a gap.
    jiascores.prepare.nominal_visits : Which visit is which planned one.

    Notes
    -----
    A response at weeks 0, 4, 8, 12, 16 and 20, with a stop on day 100 and locf for 40 days:

    ====== ========== ========== ========= ============ ======== ========= ==========
    week   given      observed   complete  worst-case   nri      locf      day
    ====== ========== ========== ========= ============ ======== ========= ==========
    0      yes        yes        –         yes          yes      yes       0
    4      no row     no row     no row    no           no       yes       28
    8      unknown    –          –         no           no       –         56
    12     no         no         –         no           no       no        84
    16     yes        yes        –         yes          no       yes       112
    20     no row     no row     no row    no           no       yes       140
    ====== ========== ========== ========= ============ ======== ========= ==========

    In week 8 the last value is 56 days old. Rules within a visit (a component missing) belong to
    ``jia.ask.acr_ped(missing=…)``. By ``"complete-case"`` a later gap empties the earlier rows of
    its patient; no other rule looks ahead.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": ["A", "A", "B"], "study_day": [28, 56, 28],
    ...                        "nominal_visit": ["week 4", "week 8", "week 4"],
    ...                        "response": [True, True, True], "arm": ["active", "active", "placebo"]})
    >>> jia.prepare.fill_gaps(visits, jia.column("response"), weeks=[8], rule="nri")[
    ...     ["patient", "nominal_visit", "response", "gap_rule", "arm"]]
      patient nominal_visit  response            gap_rule      arm
    0       A        week 8      True            observed   active
    1       B        week 8     False  nri: visit missing  placebo
    """
    filling = _Filling(rule, criteria, worst, limit_days, stopped, intercurrent, composite)
    whole = Frame(to_eager(visits))
    table = Table(cut(whole, columns, data_cut), columns)
    outcomes = filling.take(_outcomes(table.frame, outcome, level, criteria))
    for name in ("nominal_visit", "study_day"):
        column_of(table.frame, Column(name), name, COME_FROM)
    codes, labels, _ = table.patients()
    enrolled = Enrolled.of(table, labels, patients, patient_columns)
    plan = _Plan.of(weeks, months)
    due = plan.due(table.frame)
    plan.require(whole, due if data_cut is None else plan.due(whole))
    rows = _rows(table.frame, enrolled.of_codes[codes], due, outcomes)
    days = StudyDays(table, enrolled, rows)
    cells = _cells(rows, enrolled.ids, plan, days)
    if data_cut is not None:
        cells = _due_until(cells, days, data_cut)
    cells = filling.fill(cells, rows, days, outcomes[0])
    return cast(FrameT, _table_of(enrolled, rows["patient"], cells, plan.words, outcomes))


@attrs.frozen(eq=False)
class _Filling:
    """How gaps are filled, as `fill_gaps` was asked."""

    rule: Any
    criteria: str | ResponseCriteria
    worst: float | None
    limit_days: float | None
    stopped: Column | None
    intercurrent: IntercurrentEvents | None
    composite: float | None

    def __attrs_post_init__(self) -> None:
        one_of(self.rule, GAP_RULES, "rule")
        for name, rule in (("worst", "worst-case"), ("limit_days", "locf")):
            there = getattr(self, name) is not None
            words = f"{name}= goes with rule={shown(rule)}, which needs it."
            require(there == (self.rule == rule), words, name)
        if self.limit_days is not None:
            number_of(self.limit_days, "limit_days")
        by_nri = self.stopped is None or self.rule == "nri"
        require(by_nri, "stopped= goes with rule='nri'.", "stopped")

    def take(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Return outcomes of the kind that the values filled in make them; others raise."""
        words = (
            f"several columns are filled together by rule= {listing(map(repr, TOGETHER))}, without "
            f"intercurrent=; fill an outcome that is made of them by the others."
        )
        together = self.rule in TOGETHER and self.intercurrent is None
        require(together or len(outcomes) == 1, words, "rule")
        kinds = [each.kind for each in outcomes]
        for name in ("worst", "composite"):
            value = getattr(self, name)
            if value is None:
                continue
            yes_or_no = "flag" in kinds
            number = isinstance(value, Real) and math.isfinite(value)
            kind = "1 or 0, the outcome is yes or no" if yes_or_no else "a number"
            words = f"{name}={shown(value)}: give {kind}."
            require(number and (not yes_or_no or value in (0, 1)), words, name, value)
            if value % 1:
                kinds = ["score" if each == "level" else each for each in kinds]
        if self.rule == "nri":
            require_response(outcomes[0], "rule='nri' makes non-responders", self.criteria)
        return [attrs.evolve(each, kind=kind) for each, kind in zip(outcomes, kinds, strict=True)]

    def fill(
        self, cells: pd.DataFrame, rows: pd.DataFrame, days: StudyDays, outcome: Outcome
    ) -> pd.DataFrame:
        """Return the visits due with their gaps filled, and without the rows that no rule makes."""
        if self.intercurrent is not None:
            composite, events = self.composite, days.of_events(self.intercurrent)
            if composite is None and no_response(outcome, self.criteria) is None:
                composite = 0.0
            settled = settle(cells, rows[rows["patient"] >= 0], events, composite)
            cells["settled"] = cells.index.isin(settled.index)
            _fill(cells, settled.index, settled["value"], settled["rule"])
        self._apply(cells, rows, days.enrolled.ids)
        if self.stopped is not None:
            end = days.of_stops(self.stopped)
            _fill(cells, cells["day"] > end[cells["patient"]], 0.0, "nri: after stopping")
        if self.rule in ("observed", "complete-case"):
            return cells[~cells["made"] | (cells["settled"] & cells["value"].notna())]
        return cells

    def _apply(self, cells: pd.DataFrame, rows: pd.DataFrame, ids: Sequence[Any]) -> None:
        """Fill the gaps before any intercurrent event by the rule."""
        gaps = cells["value"].isna()
        if self.rule == "complete-case":
            gaps = cells["patient"].isin(cells.loc[gaps, "patient"])
            _fill(cells, gaps, np.nan, "complete-case: the patient has a gap")
            return
        gaps &= ~cells["settled"]
        if self.rule in ("locf", "bocf"):
            limit = np.inf if self.limit_days is None else self.limit_days
            _carry(cells, gaps, rows, ids, self.rule, limit)
        elif self.rule != "observed":
            value = cells.loc[gaps, "least"].fillna(0.0) if self.worst is None else self.worst
            _fill(cells, gaps, value, _gap_in_words(self.rule, cells[gaps]))


def _table_of(
    enrolled: Enrolled,
    patients: pd.Series[int],
    cells: pd.DataFrame,
    words: tuple[str, ...],
    outcomes: Sequence[Outcome],
) -> Any:
    """Return the table of the visits due, with what is known of each patient."""
    table, wanted = enrolled.visits, cells["patient"]
    outputs = _outputs(cells, words, outcomes)
    taken = [output.name for output in outputs]
    if enrolled.beside is None:
        kept = _constants(table, patients, wanted, taken)
    else:
        kept = enrolled.outputs(wanted.to_numpy(), taken)
    ids = table.frame.new({table.column("patient"): enrolled.ids})
    return Frame(_repeated(ids, wanted)).with_columns([*outputs, *kept])


def _rows(
    frame: Frame, patients: Positions, due: Positions, outcomes: Sequence[Outcome]
) -> pd.DataFrame:
    """Return of each row the patient, the visit due, the day, and the outcome."""
    first, several = outcomes[0], len(outcomes) > 1
    complete = ~np.isnan([each.data for each in outcomes]).any(axis=0)
    return pd.DataFrame(
        {
            "patient": patients,
            "visit": due,
            "day": numbers_in(frame, "study_day"),
            "value": np.where(complete, first.data, np.nan),
            "least": first.least,
            # Of several columns it matters which row they come from; of one, what it says.
            "row": np.arange(frame.size) if several else 0,
        }
    )


def _due_until(cells: pd.DataFrame, days: StudyDays, data_cut: Any) -> pd.DataFrame:
    """Return the visits due without those that were due after a date."""
    patients = cells["patient"].to_numpy()
    cut_on = np.full(int(patients.max(initial=-1)) + 1, one_day(data_cut, "data_cut", days.scale))
    last = days.of_dates(cut_on, days.scale)
    kept: pd.DataFrame = cells[~cells["made"] | ~(cells["day"] > last[patients])]
    return kept


@attrs.frozen(eq=False)
class _Plan:
    """The visits that were due: what each is called, and its nominal day."""

    windows: tuple[Window, ...]
    name: str

    @classmethod
    def of(cls, weeks: Any, months: Any) -> _Plan:
        name, given = ("weeks", weeks) if months is None else ("months", months)
        # Days around the nominal one are chosen already.
        due = None if given is None else {number_of(each, name, zero=True): 0 for each in given}
        windows = planned(due) if months is None else planned(weeks, due)
        return cls(windows, name)

    @property
    def words(self) -> tuple[str, ...]:
        """What each visit is called."""
        return tuple(window.label for window in self.windows)

    def days(self, cells: pd.DataFrame, study_days: StudyDays) -> NDArray[np.float64]:
        """Return the nominal day of visits; months are counted from the dates of day zero."""
        visits: Positions = cells["visit"].to_numpy()
        if self.name == "weeks":
            return np.array([window.span[0] for window in self.windows])[visits]
        zero = study_days.dated_zero[cells["patient"]]
        whole = np.nan_to_num(zero).astype(np.int64)
        days = np.stack([window.nominal(whole) for window in self.windows])
        return np.where(np.isnan(zero), np.nan, days[visits, np.arange(visits.size)])

    def require(self, frame: Frame, due: Positions) -> None:
        """Raise where no row of a table is of a visit due."""
        rows = np.bincount(due[due >= 0], minlength=len(self.words))
        absent = [word for word, many in zip(self.words, rows, strict=True) if not many]
        if absent and frame.size:
            codes, labels = frame.codes("nominal_visit")
            there = list(map(str, list_of(labels)))
            held = [there[code] for code in np.unique(codes[codes >= 0])]
            raise RequestError(
                f"{self.name}= names {listing(absent)}, and no row is of that visit: everybody would "
                f"have missed it. The table has {listing(held, shown=20) or 'none'} in "
                f"'nominal_visit'.",
                variable=self.name,
                values=absent,
            )

    def due(self, frame: Frame) -> NDArray[np.int64]:
        """Return the place of each row among the visits due, or `NONE`."""
        codes, labels = frame.codes("nominal_visit")
        place = {word: at for at, word in enumerate(self.words)}
        return np.array([*(place.get(str(word), NONE) for word in list_of(labels)), NONE])[codes]


class StudyDays:
    """Dates as study days, by the visits that have both.

    Parameters
    ----------
    table : Table
        The visits.
    enrolled : Enrolled
        The patients who count.
    rows : DataFrame
        ``patient`` by place and ``day`` of each visit.
    """

    def __init__(self, table: Table, enrolled: Enrolled, rows: pd.DataFrame) -> None:
        self.enrolled: Enrolled = enrolled
        self._table, self._rows = table, rows

    @cached_property
    def scale(self) -> float:
        """Whether the visits have dates or, without a column of dates, study days alone."""
        name = self._table.column("date")
        return self._dates[1] if name in self._table.frame else 1.0

    @cached_property
    def _dates(self) -> tuple[NDArray[np.int64], float, NDArray[np.bool_]]:
        return self._table.dates(self._table.column("date"), "date", gaps=True)

    @cached_property
    def zero(self) -> NDArray[np.float64]:
        """Day zero of each patient; NaN without a visit that has a study day."""
        dates, per_day, known = self._dates
        zero = (pd.Series(dates / per_day) - self._rows["day"])[known]
        first = zero.groupby(self._rows["patient"]).first()
        days: NDArray[np.float64] = first.reindex(range(len(self.enrolled.ids))).to_numpy()
        return days

    @property
    def dated_zero(self) -> NDArray[np.float64]:
        """Day zero of each patient as a date, which months are counted from."""
        date = Column(self._table.column("date"))
        column_of(
            self._table.frame, date, "date", " Months are counted by the dates of the visits."
        )
        if self.scale != CALENDAR:
            raise VisitError(
                "months= are those of the calendar, and the visits have study days in their column "
                "of dates. Give weeks=, or dates.",
                variable="date",
            )
        return self.zero

    def of_dates(self, days: NDArray[np.float64], per_day: float) -> NDArray[np.float64]:
        """Return a date of each patient as a study day.

        If visits have dates, a number is a study day already. A patient who was never seen has no
        day zero, so that every visit comes after the date.
        """
        there = self._table.column("date") in self._table.frame
        if np.isnan(days).all() or (per_day != CALENDAR and (not there or self.scale == CALENDAR)):
            return days
        column_of(self._table.frame, Column(self._table.column("date")), "date", DATES_NEEDED)
        if per_day == CALENDAR and self.scale != CALENDAR:
            raise VisitError(OTHER_SCALE, reason="dates-and-study-days", variable="date")
        return np.where(np.isnan(self.zero) & ~np.isnan(days), -np.inf, days - self.zero)

    def of_stops(self, stopped: Column) -> NDArray[np.float64]:
        """Return the study day on which each patient stopped, NaN if never."""
        return self.of_dates(
            *self.enrolled.dates(stopped, "stopped", self._rows["patient"].to_numpy())
        )

    def of_events(self, intercurrent: IntercurrentEvents) -> pd.DataFrame:
        """Return the events that rule, with study days."""
        events = intercurrent.of(self.enrolled)
        dates = events["day"].to_numpy(dtype=np.float64)
        return events.assign(day=self.of_dates(dates, intercurrent.per_day))


def _constants(
    table: Table, rows: pd.Series[int], wanted: pd.Series[int], taken: Iterable[str]
) -> list[Output]:
    """Return what is the same in all rows of each patient, for the rows that are wanted."""
    first = rows.drop_duplicates()
    row_of = pd.Series(first.index, first)
    first_of_rows, first_wanted = (row_of.loc[each].to_numpy() for each in (rows, wanted))
    others = {*taken, *parts_of(table.column("patient")), table.column("date")}
    kept = []
    for name in map(str, table.frame.names):
        if name in others or is_measured(name) or table.frame.nested(name):
            continue
        codes, _ = table.frame.codes(name)
        if (codes == codes[first_of_rows]).all():
            kept.append(Output(name, "cells", table.frame.taken(name, first_wanted)))
    return kept


def _outcomes(frame: Frame, given: Any, level: Any, criteria: Any) -> list[Outcome]:
    """Return the columns that are filled, alone or together."""
    several = given if isinstance(given, list | tuple) else [given]
    alone = level is None or len(several) == 1
    require(alone, "level= goes with one outcome.", "level")
    found = [read_outcome(frame, each, level, criteria, COME_FROM) for each in several]
    once = found and len({each.name for each in found}) == len(found)
    require(once, "outcome= names each column once.", "outcome")
    return found


def _filled(cells: pd.DataFrame, outcomes: Sequence[Outcome]) -> Iterator[NDArray[np.float64]]:
    """Yield the values of each outcome; of several, those of the visit or else of its source."""
    if len(outcomes) == 1:
        yield cells["value"].to_numpy()
        return
    own, source = (cells[name].fillna(NONE).to_numpy(np.int64) for name in ("row", "source"))
    for each in outcomes:
        data = np.append(each.data, np.nan)
        yield np.where(np.isnan(data[own]), data[source], data[own])


def _outputs(
    cells: pd.DataFrame, words: tuple[str, ...], outcomes: Sequence[Outcome]
) -> list[Output]:
    """Return the columns of the visits due, but for the patient."""
    filled = zip(outcomes, _filled(cells, outcomes), strict=True)
    return [
        Output("nominal_visit", "state", cells["visit"].to_numpy(), words),
        Output("study_day", "level", cells["day"].to_numpy()),
        *(Output(each.name, each.kind, values) for each, values in filled),
        Output("gap_rule", "word", cells["rule"].to_numpy(dtype=object)),
        Output("row_made", "flag", cells["made"].to_numpy(dtype=np.float64)),
    ]


def _repeated(table: Any, rows: pd.Series[int]) -> Any:
    """Return rows of a table by position, as many times as they are named."""
    import narwhals as nw

    taken = nw.from_native(table, eager_only=True)[rows.to_numpy()]
    return nw.maybe_reset_index(taken).to_native()


def _cells(rows: pd.DataFrame, ids: Sequence[Any], plan: _Plan, days: StudyDays) -> pd.DataFrame:
    """Return every visit that was due of every patient, and what was observed at it."""
    seen = rows[(rows["visit"] >= 0) & (rows["patient"] >= 0)]
    due = len(plan.words)
    seen = seen.set_index(seen["patient"] * due + seen["visit"])
    if seen.index.has_duplicates:
        twice = int(seen.index[seen.index.duplicated()].min())
        patient, visit = divmod(twice, due)
        raise VisitError(
            f"patient {ids[patient]} has {len(seen.loc[twice])} rows of {plan.words[visit]}; keep one.",
            variable="nominal_visit",
        )
    cells = seen.reindex(range(len(ids) * due))
    cells["made"] = cells["patient"].isna()
    cells["patient"], cells["visit"] = np.divmod(cells.index.to_numpy(), due)
    cells["day"] = cells["day"].mask(cells["made"], plan.days(cells, days))
    rule = _either(cells["value"].isna(), OPEN, OBSERVED)
    return cells.assign(rule=rule, settled=False, source=np.nan)


def _either(where: Any, yes: str, no: str) -> NDArray[Any]:
    return np.array([no, yes], dtype=object)[np.asarray(where, dtype=np.int64)]


def _fill(cells: pd.DataFrame, where: Any, value: Any, rule: Any) -> None:
    """Write values and the rule that made them."""
    cells.loc[where, "value"] = value
    cells.loc[where, "rule"] = rule


def _gap_in_words(rule: Any, gaps: pd.DataFrame) -> NDArray[Any]:
    return _either(gaps["made"], f"{rule}: visit missing", f"{rule}: not determinable")


def _carry(
    cells: pd.DataFrame,
    is_gap: pd.Series[bool],
    rows: pd.DataFrame,
    ids: Sequence[Any],
    rule: str,
    limit: float,
) -> None:
    """Carry the last value before each gap forward, where it is not too old, or the baseline's."""
    there = rows["value"].notna() & (rows["day"] <= (0 if rule == "bocf" else np.inf))
    known = rows.loc[there, ["patient", "day", "value", "row"]].sort_values("day")
    twins = known.loc[differing_repeats(known, ["patient", "day"]), ["patient", "day"]]
    twins = twins.rename(columns={"day": "last"})
    known["last"] = known["day"]
    gaps = cells.loc[is_gap, ["patient", "day", "made"]]
    gaps = gaps.fillna({"day": -np.inf}).sort_values("day")
    found = pd.merge_asof(gaps, known, on="day", by="patient", allow_exact_matches=False)
    last, age = found["last"], found["day"] - found["last"]
    carried = age <= limit
    twice = found[carried].merge(twins) if len(twins) else twins
    if len(twice):
        raise VisitError(
            f"patient {ids[twice['patient'].iloc[0]]} has two values on day "
            f"{twice['last'].iloc[0]:g}: which is the last is not certain.",
            variable="study_day",
        )
    old = _worded(age, ", the last value is {:g} days old")
    nothing = NOTHING_AT_BASELINE if rule == "bocf" else NOTHING_BEFORE
    said = np.where(carried, _worded(last, ", from day {:g}"), np.where(age.notna(), old, nothing))
    value = found["value"].where(carried).to_numpy()
    cells.loc[gaps.index, "source"] = found["row"].where(carried).to_numpy()
    _fill(cells, gaps.index, value, _gap_in_words(rule, gaps) + said)


def _worded(numbers: pd.Series[float], words: str) -> NDArray[Any]:
    """Return each number in words, written once for each number that there is."""
    written = {number: words.format(number) for number in numbers.dropna().unique()}
    return numbers.map(written).to_numpy(dtype=object)
