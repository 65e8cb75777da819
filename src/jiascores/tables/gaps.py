"""Gaps in outcomes over nominal visits, filled by a named rule or left, and marked either way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import (
    ColumnError,
    RequestError,
    VisitError,
    listing,
    suggestion,
)
from jiascores.tables.columns import understand
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, Output, OutputKind
from jiascores.tables.numbers import number_of, numbers_in
from jiascores.tables.table import Column
from jiascores.tables.visits import read_patients
from jiascores.tables.windows import DAYS_A_WEEK, week_label

GapRule = Literal["observed", "complete-case", "nri", "worst-case", "locf"]
GAP_RULES = {
    "observed": "what was observed; nothing is filled and no row made",
    "complete-case": "only patients with every visit determined; the others are emptied",
    "nri": "a visit missing, not determinable or after stopping is a non-response, 0",
    "worst-case": "a visit missing or not determinable has the value that worst= names",
    "locf": "the last determined value carried forward for at most limit_days",
}
OBSERVED = "observed"
OPEN = "observed: not determinable"


def fill_gaps(
    visits: Any,
    outcome: Column,
    *,
    weeks: Sequence[float] | Mapping[float, float],
    rule: GapRule | None = None,
    worst: float | None = None,
    limit_days: float | None = None,
    stopped: Column | None = None,
    columns: Mapping[str, str] | None = None,
) -> Any:
    """Return an outcome at every visit due, with each gap filled, or left, by a named rule.

    Parameters
    ----------
    visits : data frame
        With the columns of `nominal_visits`; rows that are no visit of the protocol serve
        ``"locf"`` alone.
    outcome : Column
        A column of yes/no, levels or numbers.
    weeks : list of float
        The weeks at which a visit was due (the mapping given to `nominal_visits` will do).
    rule : {"observed", "complete-case", "nri", "worst-case", "locf"}
        There is no default.
    worst : float, optional
        The worst value, for ``"worst-case"``: 0 for a response, 1 for a flare.
    limit_days : float, optional
        For ``"locf"``: most days for which a value is carried.
    stopped : Column, optional
        For ``"nri"``: the column with the study day on which the patient stopped or was rescued,
        the same in all rows of a patient, missing if never. Later visits are non-responses
        whatever was observed.
    columns : dict, optional
        What is called otherwise: ``{"patient": …}``.

    Returns
    -------
    data frame
        One row for each patient and visit, by patient and week: ``nominal_visit``,
        ``study_day`` (of a row that was made, the nominal day), the outcome, ``gap_rule`` (what
        made the value; ``observed`` where nothing did) and ``row_made``. Only ``"nri"``,
        ``"worst-case"`` and ``"locf"`` make rows.

    Raises
    ------
    RequestError
        If the rule, or what it needs, is missing, or something that it does not take is given.
    ColumnError
        If the columns of `nominal_visits` are not there.
    VisitError
        If a patient has two rows of one nominal visit.

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
    >>> visits = pd.DataFrame({"patient": ["A"], "nominal_visit": ["week 0"], "study_day": [0],
    ...                        "response": [True]})
    >>> jia.prepare.fill_gaps(visits, jia.column("response"), weeks=[0, 4], rule="nri")[
    ...     ["nominal_visit", "response", "gap_rule", "row_made"]]
      nominal_visit  response            gap_rule  row_made
    0        week 0      True            observed     False
    1        week 4     False  nri: visit missing      True
    """
    _check(rule, worst, limit_days, stopped)
    assert rule is not None
    frame = Frame(to_eager(visits))
    patient = understand(frame, columns, None).column("patient")
    if not isinstance(outcome, Column):
        raise RequestError(f"outcome= takes a column: jia.column({outcome!r}).", variable="outcome")
    needed = [outcome.name, "nominal_visit", "study_day", *([stopped.name] if stopped else [])]
    for name in needed:
        if name not in frame:
            known = [str(column) for column in frame.names]
            raise ColumnError(
                f"the table has no column {name!r}.{suggestion(name, known)} nominal_visit and "
                f"study_day come from jia.prepare.nominal_visits().",
                variable=name,
            )
    codes, labels = read_patients(frame, understand(frame, columns, None))
    values, kind = _values(frame, outcome.name)
    named = frame.objects("nominal_visit")
    days = numbers_in(frame, "study_day")
    stops = numbers_in(frame, stopped.name) if stopped else np.full(frame.size, np.nan)
    ids = labels.to_pylist() if hasattr(labels, "to_pylist") else list(labels)
    weeks = [number_of(week, "weeks", zero=True) for week in weeks]
    due = [(week_label(week), float(DAYS_A_WEEK * week)) for week in sorted(weeks)]
    filler = _Filler(rule, worst, limit_days)
    cells: list[tuple[Any, str, _Cell]] = []
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(ids) + 1))
    for code in _sorted(ids):
        rows = order[ends[code] : ends[code + 1]]
        history = _History(
            due,
            [None if word is None else str(word) for word in named[rows]],
            days[rows],
            values[rows],
            _one_stop(stops[rows], ids[code]),
            ids[code],
        )
        cells += [(ids[code], label, cell) for label, cell in filler.fill(history)]
    new = Frame(frame.new({patient: [one for one, _, _ in cells]}))
    words = tuple(label for label, _ in due)

    def numbers(name: str) -> NDArray[np.float64]:
        return np.array([getattr(cell, name) for _, _, cell in cells], dtype=np.float64)

    places = np.array([words.index(label) for _, label, _ in cells], dtype=np.int64)
    rules = np.array([cell.rule for _, _, cell in cells], dtype=object)
    return new.with_columns(
        [
            Output("nominal_visit", "state", places, words),
            Output("study_day", "level", numbers("day")),
            Output(outcome.name, kind, numbers("value")),
            Output("gap_rule", "word", rules),
            Output("row_made", "flag", numbers("made")),
        ]
    )


def _check(rule: Any, worst: Any, limit_days: Any, stopped: Any) -> None:
    if rule not in GAP_RULES:
        choices = "; ".join(f"{name!r}: {words}" for name, words in GAP_RULES.items())
        raise RequestError(f"rule={rule!r}: choose {choices}.", variable="rule", values=(rule,))
    for name, given, of in (("worst", worst, "worst-case"), ("limit_days", limit_days, "locf")):
        if (given is None) == (rule == of):
            raise RequestError(f"{name}= goes with rule={of!r}, and it needs it.", variable=name)
    if limit_days is not None:
        number_of(limit_days, "limit_days")
    if stopped is not None and (rule != "nri" or not isinstance(stopped, Column)):
        raise RequestError(
            "stopped= goes with rule='nri' and takes a column: jia.column('…').", variable="stopped"
        )


def _values(frame: Frame, name: str) -> tuple[NDArray[np.float64], OutputKind]:
    """Return an outcome as numbers, and whether they are flags, levels or other numbers."""
    given = [value for value in frame.objects(name) if value is not None]
    values = numbers_in(frame, name)
    if given and all(isinstance(value, bool | np.bool_) for value in given):
        return values, "flag"
    known = values[~np.isnan(values)]
    return values, "level" if (known % 1 == 0).all() else "score"


def _sorted(ids: list[Any]) -> list[int]:
    try:
        return sorted(range(len(ids)), key=lambda code: ids[code])
    except TypeError:
        return sorted(range(len(ids)), key=lambda code: str(ids[code]))


def _one_stop(stops: NDArray[np.float64], patient: Any) -> float:
    known = np.unique(stops[~np.isnan(stops)])
    if known.size > 1:
        raise VisitError(
            f"patient {patient} has more than one day of stopping: {listing(known.tolist())}.",
            variable="stopped",
        )
    return float(known[0]) if known.size else np.inf


@attrs.frozen
class _Cell:
    day: float
    value: float
    rule: str
    made: bool = False


@attrs.frozen(eq=False)
class _History:
    """One patient's rows, and the visits that were due."""

    due: list[tuple[str, float]]
    labels: list[str | None]
    days: NDArray[np.float64]
    values: NDArray[np.float64]
    stop: float
    patient: Any

    def row(self, label: str) -> int | None:
        rows = [at for at, own in enumerate(self.labels) if own == label]
        if len(rows) > 1:
            raise VisitError(
                f"patient {self.patient} has {len(rows)} rows of {label}; keep one.",
                variable="nominal_visit",
            )
        return rows[0] if rows else None


@attrs.frozen
class _Filler:
    """The rules."""

    rule: str
    worst: float | None
    limit_days: float | None

    def fill(self, history: _History) -> list[tuple[str, _Cell]]:
        """Return the cells of one patient, by visit."""
        cells: list[tuple[str, _Cell]] = []
        for label, nominal in history.due:
            row = history.row(label)
            if row is not None:
                day, value = float(history.days[row]), float(history.values[row])
                cell = _Cell(day, value, OPEN if np.isnan(value) else OBSERVED)
                cells.append((label, self._filled(cell, history, "not determinable")))
            elif self.rule not in ("observed", "complete-case"):
                cell = _Cell(nominal, np.nan, "", made=True)
                cells.append((label, self._filled(cell, history, "visit missing")))
        if self.rule != "complete-case":
            return cells
        whole = len(cells) == len(history.due) and not any(np.isnan(c.value) for _, c in cells)
        left_out = "complete-case: the patient has a gap"
        return [
            (label, cell if whole else attrs.evolve(cell, value=np.nan, rule=left_out))
            for label, cell in cells
        ]

    def _filled(self, cell: _Cell, history: _History, gap: str) -> _Cell:
        if self.rule == "nri" and cell.day > history.stop:
            return attrs.evolve(cell, value=0.0, rule="nri: after stopping")
        if not np.isnan(cell.value):
            return cell
        if self.rule == "nri":
            return attrs.evolve(cell, value=0.0, rule=f"nri: {gap}")
        if self.worst is not None:
            return attrs.evolve(cell, value=self.worst, rule=f"worst-case: {gap}")
        if self.rule != "locf":
            return cell
        assert self.limit_days is not None
        earlier = (history.days < cell.day) & ~np.isnan(history.values)
        if not earlier.any():
            return attrs.evolve(cell, rule=f"locf: {gap}, nothing observed before")
        last = history.days[earlier].max()
        at = np.flatnonzero(earlier & (history.days == last))
        age = cell.day - last
        if age > self.limit_days:
            return attrs.evolve(cell, rule=f"locf: {gap}, the last value is {age:g} days old")
        if np.unique(history.values[at]).size > 1:
            raise VisitError(
                f"patient {history.patient} has two values on day {last:g}: which is the last is "
                f"not certain.",
                variable="study_day",
            )
        return attrs.evolve(
            cell, value=float(history.values[at[0]]), rule=f"locf: {gap}, from day {last:g}"
        )
