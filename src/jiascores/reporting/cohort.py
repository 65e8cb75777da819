"""The numbers of a report: a table of visits, read and assessed once, and counted by visit.

What a report needs of the tables below it, it gets here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs
import narwhals as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.variables import VARIABLES
from jiascores.measures.states import id_of
from jiascores.plot.base import in_order, shown_visit, table
from jiascores.tables.ask import StateRequest, understand_requests
from jiascores.tables.ask_activity import FromCategory
from jiascores.tables.assess import assess
from jiascores.tables.baselines import BASELINES, BaselineRule
from jiascores.tables.columns import ROLES, Column, Frame, Output, understand
from jiascores.tables.context import MARKER_RULES, Context
from jiascores.tables.engines import to_eager
from jiascores.tables.findings import check
from jiascores.tables.joint_forms import Columns, joint_shares
from jiascores.tables.reading import Answer, Mask, Reading, read_request
from jiascores.tables.visits import CALENDAR

FINDING = ("finding", "variable", "message", "value", "patient", "date", "row")


@attrs.frozen(eq=False)
class ByVisit:
    """The visits that rows belong to.

    Parameters
    ----------
    name : str
        The column with the visit; where it is `added`, the table does not have it.
    words : str
        How visits are told apart, in words.
    labels : sequence
        What the visits are called, in their order.
    codes : array of int
        The place in `labels` of each row's visit, −1 for none.
    """

    name: str
    words: str
    labels: Sequence[Any]
    codes: NDArray[np.int64]
    added: bool = False

    def counts(self, rows: Mask) -> NDArray[np.int64]:
        """Return how many of some rows each visit has, and last how many there are."""
        counts = np.bincount(self.codes[rows] + 1, minlength=len(self.labels) + 1)
        return np.append(counts[1:], counts.sum())

    @cached_property
    def rows(self) -> list[NDArray[np.int64]]:
        """The rows of each visit."""
        order = np.argsort(self.codes, kind="stable")
        starts = np.searchsorted(self.codes[order], np.arange(len(self.labels)))
        return np.split(order, starts)[1:] if self.labels else []

    def pieces(self, across: int) -> list[NDArray[np.int64]]:
        """Return the visits in pieces alike in length, none with more than fit side by side."""
        size = len(self.labels)
        return np.array_split(np.arange(size), max(1, -(-size // across)))


@attrs.frozen(eq=False)
class Cohort:
    """The table of one report: how it was read, its visits, and what was found in it.

    Parameters
    ----------
    context : Context
        The table; values that are not allowed are left out.
    visits : ByVisit
        The visits that its rows belong to.
    requests, readings : sequence
        What was asked for, and what was found.
    findings : pandas.DataFrame
        What is refused or suspicious.
    arguments : dict
        Those of `assess`, but for the measures.
    joints : str or mapping, optional
        The columns that say of each joint whether it is active.
    """

    context: Context
    visits: ByVisit
    requests: Sequence[Any]
    readings: Sequence[Reading]
    findings: pd.DataFrame
    arguments: Mapping[str, Any]
    joints: Columns | None

    @property
    def size(self) -> int:
        """How many rows the table has."""
        return self.context.size

    @property
    def kind(self) -> str:
        """The kind of table."""
        return self.context.frame.kind

    @property
    def patients(self) -> int | None:
        """How many patients there are; nothing where the table does not say who was seen when."""
        there = (self.context.names.column(role) in self.context.frame for role in ROLES[:2])
        return len(self.context.visits.labels) if all(there) else None

    @property
    def period(self) -> tuple[str, str]:
        """When the first and the last visit was."""
        visits = self.context.visits
        first, last = visits.dates.min(), visits.dates.max()
        if visits.per_day == CALENDAR:
            days = np.array([first, last]).astype("datetime64[us]").astype("datetime64[D]")
            return str(days[0]), str(days[1])
        return f"study day {first / visits.per_day:g}", f"study day {last / visits.per_day:g}"

    @property
    def rules(self) -> dict[str, str]:
        """The rules of the call, in words."""
        baseline, marker = self.context.baseline_rule, self.context.marker_rule
        words = {}
        if baseline is not None:
            words["baseline"] = BASELINES[baseline] if isinstance(baseline, str) else str(baseline)
        if marker is not None:
            words["acute-phase reactant"] = MARKER_RULES[marker]
        return words

    @property
    def answers(self) -> list[Answer]:
        """What was found, in the order in which it was asked for."""
        return [answer for reading in self.readings for answer in reading.answers]

    @cached_property
    def gaps(self) -> dict[str, Mask]:
        """Where each variable that the table has is missing or refused."""
        return {name: np.isnan(self.context.values(name)) for name in VARIABLES if self._has(name)}

    def _has(self, name: str) -> bool:
        return self.context.names.there(name, self.context.frame)

    @cached_property
    def read(self) -> list[tuple[str, str, str, str, str]]:
        """Of each column that is understood: variable, column, unit, what is allowed, if used."""
        names = self.context.names
        used = {name for reading in self.readings for name in reading.columns}
        rows = [(role, names.column(role), "", "", "") for role in ROLES if self._has(role)]
        for name, variable in VARIABLES.items():
            if self._has(name):
                unit, column = names.units.get(name, variable.unit), names.column(name)
                factor = names.factor(name)
                read_as = unit if factor == 1 else f"{unit}, × {factor:g} to {variable.unit}"
                use = "yes" if column in used else "no"
                rows.append((name, column, read_as, variable.allowed, use))
        asked = sorted(str(name) for name in used - {row[1] for row in rows})
        return [*rows, *(("named in the request", name, "", "", "yes") for name in asked)]

    @cached_property
    def joint_columns(self) -> list[str]:
        """The columns of the joints."""
        return self._shares(np.arange(0))[1] if self.joints is not None else []

    @property
    def unread(self) -> list[str]:
        """The columns that nothing reads."""
        taken = {self.visits.name, *self.joint_columns, *(row[1] for row in self.read)}
        return [str(name) for name in self.context.frame.names if name not in taken]

    def joint_shares(self, visit: int) -> Mapping[str, float]:
        """Return how often each joint is active at a visit."""
        return self._shares(self.visits.rows[visit])[0]

    def _shares(self, rows: NDArray[np.int64]) -> tuple[dict[str, float], list[str]]:
        assert self.joints is not None
        return joint_shares(self.context.frame, self.joints, rows)

    @cached_property
    def assessed(self) -> Any:
        """The table with all that was found, the scores behind states, and the visit."""
        frame = self.context.frame
        scores = {one.measure for one in self.requests if isinstance(one, StateRequest)}
        there = {*frame.names, *(answer.name for answer in self.answers)}
        measures = [*dict.fromkeys(self.requests), *sorted(scores - there)]
        whole = assess(frame.native, measures=measures, invalid="missing", **self.arguments)
        if not self.visits.added:
            return whole
        numbers = Output(self.visits.name, "level", self.visits.codes + 1.0)
        return Frame(whole).with_columns([numbers])

    def at(self, visits: Sequence[int]) -> Any:
        """Return the assessed table with the name of these visits alone.

        The rows of others stay: one of them may be the baseline.
        """
        if len(visits) == len(self.visits.labels):
            return self.assessed
        words = np.full(len(self.visits.labels) + 1, None, dtype=object)
        words[visits] = [shown_visit(self.visits.labels[visit]) for visit in visits]
        others = nw.from_native(self.assessed, eager_only=True).drop(self.visits.name)
        named = Output(self.visits.name, "word", words[self.visits.codes])
        return Frame(others.to_native()).with_columns([named])

    def in_course(self, request: StateRequest, course: str) -> Any | None:
        """Return the rows of the assessed table that a request read as of one course, if any."""
        whole = nw.from_native(self.assessed, eager_only=True)
        asked = request.course
        if isinstance(asked, FromCategory):
            asked = Column(f"course_{id_of(request.cutoffs)}")
        assert isinstance(asked, Column)
        rows = whole.filter(nw.col(asked.name).cast(nw.String) == course)
        return rows.to_native() if len(rows) else None


def read_cohort(
    visits: Any,
    measures: Any,
    *,
    by: Column | None,
    columns: Mapping[str, str] | None,
    units: Mapping[str, str] | None,
    baseline: BaselineRule | None,
    marker: str | None,
    joints: Columns | None,
) -> Cohort:
    """Read a table, and find all that was asked for; values that are refused are left out."""
    frame = Frame(to_eager(visits))
    names = understand(frame, columns, units)
    requests = understand_requests(measures)
    rules: dict[str, Any] = {"baseline": baseline, "marker": marker}
    readings = [read_request(frame.native, names, request, **rules) for request in requests]
    context = Context(frame, names, invalid="missing", **rules)
    grouped = _by_visit(context, by)
    arguments = {"columns": columns, "units": units, **rules}
    listed = check(frame.native, measures=measures, **arguments)
    others = nw.from_native(listed, eager_only=True).filter(nw.col("finding") != "missing")
    found = Frame(others.to_native())
    findings = pd.DataFrame({name: found.objects(name) for name in FINDING}, dtype=object)
    return Cohort(context, grouped, requests, readings, findings, arguments, joints)


def _by_visit(context: Context, by: Column | None) -> ByVisit:
    frame = context.frame
    if by is None and "nominal_visit" in frame:
        by = Column("nominal_visit")
    if by is not None:
        name = table(frame.native).name(by)
        codes, found = pd.factorize(frame.objects(name))
        labels = in_order(found)
        place = {label: at for at, label in enumerate(labels)}
        places = np.array([*(place[label] for label in found), -1], dtype=np.int64)
        return ByVisit(name, f"named by the column {name!r}", labels, places[codes])
    visits = context.visits
    numbers = np.empty(visits.size, dtype=np.int64)
    numbers[visits.order] = np.arange(visits.size) - visits.starts
    name = next(one for one in ("visit", "visit_number", "visit_of_patient") if one not in frame)
    labels = range(1, int(numbers.max(initial=-1)) + 2)
    return ByVisit(name, "numbered for each patient", labels, numbers, added=True)
