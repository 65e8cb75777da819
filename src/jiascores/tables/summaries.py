"""Summaries over visits: responders, time in states, transitions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, Literal, TypeVar, cast

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import VisitError, listing
from jiascores.measures.response import ResponseCriteria
from jiascores.statistics.base import CONFIDENCE, confidence_of
from jiascores.statistics.proportions import proportion_interval
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.engines import to_eager
from jiascores.tables.enrolled import Enrolled, cut
from jiascores.tables.frame import NONE, Frame, Output, Positions, list_of
from jiascores.tables.ids import ColumnNames
from jiascores.tables.intercurrent import IntercurrentEvents, settle
from jiascores.tables.naming import Column, column_of, or_else, require_column
from jiascores.tables.numbers import number_of, numbers_in
from jiascores.tables.outcomes import Outcome, read_outcome, require_response, require_yes_or_no
from jiascores.tables.table import Table

FrameT = TypeVar("FrameT")

FloatArray = NDArray[np.float64]
NOT_DETERMINABLE = "not determinable"


@as_declared
def responders_by_visit(
    visits: FrameT,
    outcome: Column,
    *,
    level: int | None = None,
    criteria: str | ResponseCriteria = "giannini-1997",
    by: Column | None = None,
    arm: Column | None = None,
    baseline: BaselineRule | None = None,
    patients: Any = None,
    intercurrent: IntercurrentEvents | None = None,
    data_cut: Any = None,
    confidence: float = CONFIDENCE,
    columns: ColumnNames | None = None,
    patient_columns: ColumnNames | None = None,
) -> FrameT:
    """Count responders by visit, with exact and Wilson intervals and what is not determinable.

    Parameters
    ----------
    visits : data frame
        One row for each patient and visit, for example of `assess` or `fill_gaps`.
    outcome : Column
        A yes/no column; with `level`, a column of ACR Pedi levels, or the stem of two columns
        ``…_level_min`` and ``…_level_max``, which say more.
    level : int, optional
        The ACR Pedi level that makes a responder, one of the criteria's. With a column of yes and
        no it is refused.
    criteria : str or ResponseCriteria
        Which levels there are.
    by : Column, optional
        The column with the visit, by default ``nominal_visit``. Rows without one are not counted.
    arm : Column, optional
        The column with the treatment arm, to count within each; of `patients` where that has it.
    baseline : str or rule, optional
        As for `assess`. Rows on or before the baseline that have no outcome are not counted, since
        no response was due. Without a rule, these are the rows up to day 0 of the column
        ``study_day``; if there is none, and with `level`, the visits at which nobody has bounds.
    patients : data frame, optional
        One row for each patient who counts, seen or not. A patient without a row at a visit that
        others have counts there as not determinable.
    intercurrent : IntercurrentEvents, optional
        What happened to patients and what it means, from `intercurrent_events`. It applies to the
        rows that are there; `fill_gaps` adds rows for visits that were missed.
    data_cut : date, text or number, optional
        One date for all patients: later visits are left out.
    confidence : float
        Of the intervals.
    columns, patient_columns : dict, optional
        Your own column names in `visits` (``{"patient": …, "date": …}``) and in `patients`.

    Returns
    -------
    data frame
        One row for each arm and visit: ``patients``, ``responders``, ``not_determinable``,
        ``proportion`` among the determinable with ``exact_low``, ``exact_high``
        (Clopper–Pearson), ``wilson_low``, ``wilson_high``, and ``lowest``, ``highest``: the
        proportion of all patients if those not determinable had all failed, or all responded.

    Raises
    ------
    VisitError
        If a patient has two rows at a visit.
    MissingExtraError
        If scipy is not installed.

    See Also
    --------
    jiascores.analysis.responders_table : The same, to be read.
    jiascores.analysis.compare_responders : Two arms.
    jiascores.plot.responders : Draws it.

    Notes
    -----
    ====== =================================== ========= ========================= ==============
    visit  outcomes                            patients  responders                proportion
    ====== =================================== ========= ========================= ==============
    1      yes, yes, no                        3         2                         2 of 3
    2      yes, no, not determinable           3         1, 1 not determinable     1 of 2
    3      not determinable (all)              3         0, 3 not determinable     missing
    4      level 50, 30, 0 for level 50        3         1                         1 of 3
    5      level between 30 and 70, for 50     1         0, 1 not determinable     missing
    6      level between 50 and 70, for 50     1         1                         1 of 1
    ====== =================================== ========= ========================= ==============

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": list("ABCABC"), "week": [8, 8, 8, 52, 52, 52],
    ...                        "response": [True, True, False, True, None, False]})
    >>> out = jia.analysis.responders_by_visit(visits, jia.column("response"), by=jia.column("week"))
    >>> out[["week", "patients", "responders", "not_determinable", "proportion"]].round(3)
       week  patients  responders  not_determinable  proportion
    0     8         3           2                 0       0.667
    1    52         3           1                 1       0.500
    """
    confidence = confidence_of(confidence)
    asked = {"arm": arm, "by": or_else(by, "nominal_visit")}
    keys = {each: key for each, key in asked.items() if key is not None}
    who = Population(patients, patient_columns, intercurrent, data_cut)
    seen = seen_rows(visits, outcome, level, criteria, keys, columns, baseline, who)
    seen.once(["by"], "at a visit")
    seen = seen.with_absent("by")
    groups, group = seen.groups(keys)
    names = {key.name: [each[at] for each in groups] for at, key in enumerate(keys.values())}
    shares = _shares(seen.rows["value"], group, confidence)
    return cast(FrameT, table_of(seen.frame, names, shares))


def _shares(found: pd.Series[float], group: Positions, confidence: float) -> pd.DataFrame:
    """Return the responders of each group, their share with its intervals, and its bounds."""
    rows = pd.DataFrame(
        {"patients": True, "responders": found == 1, "not_determinable": found.isna()}
    )
    table = rows[group >= 0].groupby(group[group >= 0]).sum()
    known = table["patients"] - table["not_determinable"]
    table["proportion"] = table["responders"] / known.where(known > 0)
    methods: tuple[Literal["exact", "wilson"], ...] = ("exact", "wilson")
    for method in methods:
        ends = [
            proportion_interval(yes, of, method=method, confidence=confidence)
            for yes, of in zip(table["responders"].tolist(), known.tolist(), strict=True)
        ]
        table[[f"{method}_low", f"{method}_high"]] = np.reshape(ends, (-1, 2))
    table["lowest"] = table["responders"] / table["patients"]
    table["highest"] = (table["responders"] + table["not_determinable"]) / table["patients"]
    return table


@as_declared
def time_in_states(
    visits: FrameT,
    state: Column,
    *,
    max_gap_days: float,
    columns: ColumnNames | None = None,
) -> FrameT:
    """Return the proportion of visits and of days that patients spent in each state.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order.
    state : Column
        The column of words; missing is counted as ``not determinable``.
    max_gap_days : float
        A state holds from its visit until the next one, but no longer than this; the days after
        that were not observed.
    columns : dict, optional
        Your own column names: ``{"patient": …, "date": …}``.

    Returns
    -------
    data frame
        One row for each state: ``visits``, ``proportion_of_visits``, ``days``,
        ``proportion_of_days`` (of the days observed).

    See Also
    --------
    jiascores.analysis.transitions : From which state to which.
    jiascores.analysis.states_table : The states at each visit, to be read.

    Notes
    -----
    ====== ============== ======= ============================================
    visit  state          day     days, max_gap_days=100
    ====== ============== ======= ============================================
    1      high           0       30 days of high
    2      low            30      60 days of low
    3      missing        90      30 days not determinable
    4      inactive       120     100 days of inactive; 80 not observed
    5      inactive       300     10 days of inactive
    6      low            310     none: nobody knows until when
    ====== ============== ======= ============================================

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": "A", "date": [0, 30, 90], "state": ["high", "low", "low"]})
    >>> jia.analysis.time_in_states(visits, jia.column("state"), max_gap_days=100)
      state  visits  proportion_of_visits  days  proportion_of_days
    0   low       2              0.666667  60.0            0.666667
    1  high       1              0.333333  30.0            0.333333
    """
    number_of(max_gap_days, "max_gap_days")
    table_, names, codes = _states(visits, state, columns)
    frame, seen = table_.frame, table_.visits
    codes, days = codes[seen.order], np.zeros(frame.size)
    waits = np.diff(seen.dates[seen.order]) / seen.per_day
    same = np.diff(seen.patients[seen.order]) == 0
    days[:-1] = np.where(same, np.minimum(waits, max_gap_days), 0)
    table = pd.DataFrame({"visits": np.bincount(codes, minlength=len(names))})
    table["proportion_of_visits"] = table["visits"] / frame.size
    table["days"] = [days[codes == code].sum() for code in range(len(names))]
    table["proportion_of_days"] = table["days"] / (days.sum() or np.nan)
    return cast(FrameT, table_of(frame, {state.name: names}, table))


@as_declared
def transitions(visits: FrameT, state: Column, *, columns: ColumnNames | None = None) -> FrameT:
    """Count the steps of patients from state to state, between consecutive visits.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order; two on a date are refused.
    state : Column
        The column of words; missing is counted as ``not determinable``.
    columns : dict, optional
        Your own column names: ``{"patient": …, "date": …}``.

    Returns
    -------
    data frame
        One row for each pair of states: ``from``, ``to``, ``count`` and ``proportion`` of the
        steps from that state.

    See Also
    --------
    jiascores.plot.state_flow : Draws them.
    jiascores.analysis.time_in_states : How long each state lasts.

    Notes
    -----
    ====== ============== =================================
    visit  state          step
    ====== ============== =================================
    1      high           –
    2      low            high to low
    3      missing        low to not determinable
    4      low            not determinable to low
    5      low            low to low
    6      high           none: another patient's first
    ====== ============== =================================

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": "A", "date": [0, 30, 90], "state": ["high", "low", "low"]})
    >>> jia.analysis.transitions(visits, jia.column("state"))
       from    to  count  proportion
    0   low   low      1         1.0
    1   low  high      0         0.0
    2  high   low      1         1.0
    3  high  high      0         0.0
    """
    table_, names, codes = _states(visits, state, columns)
    frame, seen = table_.frame, table_.visits
    order = seen.order
    codes, same = codes[order], np.diff(seen.patients[order]) == 0
    twice = np.flatnonzero(same & (np.diff(seen.dates[order]) == 0))
    if twice.size:
        where = table_.places[int(order[twice[0] + 1])]
        raise VisitError(
            f"two visits of a patient on one date have no order: {where} and another "
            f"({twice.size} in all).",
            variable="date",
        )
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(counts, (codes[:-1][same], codes[1:][same]), 1)
    total = counts.sum(axis=1, keepdims=True)
    proportion = counts / np.where(total > 0, total, np.nan)
    table = pd.DataFrame({"count": counts.ravel(), "proportion": proportion.ravel()})
    pairs = list(product(names, names))
    return cast(
        FrameT,
        table_of(
            frame, {"from": [one for one, _ in pairs], "to": [other for _, other in pairs]}, table
        ),
    )


# --------------------------------------------------------------------------------------------


def _words(frame: Frame, given: Any, parameter: str) -> NDArray[Any]:
    """Return a column as text, None where missing."""
    codes, labels = frame.codes(column_of(frame, given, parameter))
    return np.array([*map(str, list_of(labels)), None], dtype=object)[codes]


def _natural(word: Any) -> Any:
    """Return a key by which week 8 comes before week 12."""
    parts = re.split(r"(\d+(?:\.\d+)?)", str(word))
    return [(0, float(p), "") if at % 2 else (1, 0.0, p) for at, p in enumerate(parts) if p]


def in_natural_order(labels: Sequence[Any]) -> tuple[list[Any], Positions]:
    """Return labels in order, week 8 before week 12, and the place of each code; `NONE` last.

    Parameters
    ----------
    labels : sequence
        The labels, by code.
    """
    order = sorted(range(len(labels)), key=list(map(_natural, labels)).__getitem__)
    places = np.append(np.argsort(order), NONE).astype(np.int64)
    return [labels[code] for code in order], places


STATES_IN_ORDER = ("none", "inactive", "low", "between", "moderate", "moderate_or_high", "high")


def in_order(words: Iterable[Any]) -> list[Any]:
    """Return words in order: states by activity, visits by number."""
    place = {word: at for at, word in enumerate(STATES_IN_ORDER)}
    return sorted(set(words), key=lambda word: (place.get(word, len(place)), _natural(word)))


@attrs.frozen(eq=False)
class Population:
    """Who counts, until when, and what an intercurrent event means; as for `responders_by_visit`."""

    patients: Any
    columns: ColumnNames | None
    intercurrent: IntercurrentEvents | None
    data_cut: Any


@attrs.frozen(eq=False)
class Seen:
    """The rows in which a response of a patient is due.

    Parameters
    ----------
    enrolled : Enrolled
        The patients who count.
    rows : DataFrame
        ``patient`` by place, ``value`` (the response) and the code of each key, in natural order.
    labels : mapping
        What the codes of each key stand for.
    of_patients : mapping
        The code of each patient, of the keys that a patient without a row has too.
    """

    enrolled: Enrolled
    rows: pd.DataFrame
    labels: Mapping[str, list[Any]]
    of_patients: Mapping[str, Positions]

    @property
    def frame(self) -> Frame:
        """The table of visits."""
        return self.enrolled.visits.frame

    def once(self, keys: list[str], where: str) -> None:
        """Raise where a patient has two rows of one visit, or, without keys, two rows."""
        rows = self.rows[(self.rows[keys] >= 0).all(axis=1)]
        twice = rows.loc[rows.duplicated(["patient", *keys]), "patient"].unique()
        if len(twice):
            who = [str(self.enrolled.ids[place]) for place in sorted(twice)]
            raise VisitError(
                f"patient {listing(who)} has two rows {where}; each counts once.",
                variable="patient",
                values=who,
            )

    def with_absent(self, *by: str) -> Seen:
        """Return the rows, and one that is not determinable for each enrolled patient who has none.

        With `by`, for each visit that somebody has. Without a table of patients, there is none.
        """
        if self.enrolled.beside is None:
            return self
        rows, keys = self.rows, ["patient", *by]
        due = [np.unique(rows.loc[rows[key] >= 0, key]) for key in by]
        every = pd.MultiIndex.from_product([range(len(self.enrolled.ids)), *due], names=keys)
        there = rows[keys].assign(there=True)
        merged = every.to_frame(index=False).merge(there, how="left", on=keys)
        is_absent = merged.pop("there").isna()
        absent = merged[is_absent]
        codes = {name: codes[absent["patient"]] for name, codes in self.of_patients.items()}
        whole = pd.concat([rows, absent.assign(value=np.nan, **codes)], ignore_index=True)
        return attrs.evolve(self, rows=whole)

    def groups(self, keys: Iterable[str]) -> tuple[list[tuple[Any, ...]], Positions]:
        """Return the combinations of values of keys in order, and which of them each row has.

        A row with a gap has none; without keys, every row has the same.
        """
        names, group = list(keys), np.zeros(len(self.rows), dtype=np.int64)
        if not names:
            return [()], group
        whole = self.rows.loc[(self.rows[names] >= 0).all(axis=1), names]
        group[:] = NONE
        group[whole.index] = whole.groupby(names).ngroup()
        codes = whole.drop_duplicates().sort_values(names).to_numpy().tolist()
        labels = [self.labels[name] for name in names]
        return [tuple(map(list.__getitem__, labels, each)) for each in codes], group


def seen_rows(
    visits: Any,
    outcome: Any,
    level: Any,
    criteria: Any,
    keys: Mapping[str, Column],
    columns: ColumnNames | None,
    baseline: BaselineRule | None,
    population: Population,
) -> Seen:
    """Return the rows in which a response of the patients who count is due."""
    frame = cut(Frame(to_eager(visits)), columns, population.data_cut)
    table = Table(frame, columns, baseline=baseline)
    found = read_outcome(frame, outcome, level, criteria)
    require_yes_or_no(found)
    column_of(frame, Column(table.column("patient")), "patient")
    who, names, _ = table.patients()
    enrolled = Enrolled.of(table, names, population.patients, population.columns)
    rows = pd.DataFrame({"patient": enrolled.of_codes[who], "value": found.data})
    labels, of_patients = {}, {}
    for parameter, key in keys.items():
        argument = parameter.split()[0]
        name = require_column(key, argument).name
        if parameter == "by":
            codes, there = frame.codes(column_of(frame, key, argument))
        else:
            codes, there = enrolled.codes(name, argument, rows["patient"].to_numpy())
        labels[parameter], places = in_natural_order(list_of(there))
        rows[parameter] = places[codes]
        if parameter != "by":
            each = enrolled.of_patients(name, codes, rows["patient"])
            of_patients[parameter] = places[each]
    if population.intercurrent is not None:
        require_response(found, "intercurrent= makes non-responders", criteria)
        _settle(rows, enrolled, population.intercurrent)
    due = _due(table, found, rows["by"].to_numpy() if "by" in rows else None)
    rows = rows[(rows["patient"] >= 0) & due].reset_index(drop=True)
    return Seen(enrolled, rows, labels, of_patients)


def _settle(rows: pd.DataFrame, enrolled: Enrolled, intercurrent: IntercurrentEvents) -> None:
    """Write what the strategies for intercurrent events make of the visits after them."""
    visits = enrolled.visits.visits
    intercurrent.require(visits.per_day)
    here = rows.assign(day=visits.dates / visits.per_day)[rows["patient"] >= 0]
    settled = settle(here, here, intercurrent.of(enrolled), 0.0)
    rows.loc[settled.index, "value"] = settled["value"]


def _due(table: Table, found: Outcome, by: Positions | None) -> NDArray[np.bool_]:
    """Return the rows in which a response is due: those after the baseline, or with an outcome.

    If nothing says which rows these are, no response was due at visits where nobody has a bound.
    """
    if table.baseline_rule is not None:
        before = ~table.after_baseline
    elif "study_day" in table.frame:
        before = numbers_in(table.frame, "study_day") <= 0
    else:
        before = np.zeros(table.size, dtype=bool)
        if by is not None and found.judged.any():
            judged = np.bincount(by + 1, weights=found.judged)[by + 1] > 0
            before = ~judged
    return ~(before & np.isnan(found.data))


def _states(
    visits: Any, state: Column, columns: ColumnNames | None
) -> tuple[Table, list[str], NDArray[np.int64]]:
    """Return the table, the words of the states in order, and each row's place in them."""
    table = Table(Frame(to_eager(visits)), columns)
    given = _words(table.frame, state, "state")
    words = in_order({*given} - {None})
    codes = pd.Categorical(given, categories=words).codes.astype(np.int64)
    if (codes < 0).any():
        codes[codes < 0] = len(words)
        words.append(NOT_DETERMINABLE)
    return table, words, codes


def table_of(frame: Frame, keys: Mapping[str, list[Any]], numbers: pd.DataFrame) -> Any:
    """Return a new table of keys, counts and other numbers."""
    outputs = [
        Output(
            str(name), "score" if values.dtype.kind == "f" else "level", values.to_numpy(np.float64)
        )
        for name, values in numbers.items()
    ]
    return Frame(frame.new(keys)).with_columns(outputs)
