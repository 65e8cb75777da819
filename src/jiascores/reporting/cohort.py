"""The numbers of a report: a table of visits, read and assessed once, and counted by visit.

What a report needs of the tables below it, it gets here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.definition import lookup
from jiascores.core.measure import Score
from jiascores.core.variables import CORE_VARIABLES, COURSES, MARKERS, VARIABLES
from jiascores.plot.base import LABELS, in_words, narrowest, shown_visit, table
from jiascores.reporting.memory import trimmed
from jiascores.tables.baselines import BASELINES, reference_name
from jiascores.tables.checking import findings
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import NONE, Frame, Output, Positions, list_of
from jiascores.tables.joint_cells import Columns
from jiascores.tables.joint_forms import joint_shares
from jiascores.tables.naming import ROLES, Column, column_of
from jiascores.tables.problems import REASONS, Blank
from jiascores.tables.requests import score, understand_requests
from jiascores.tables.summaries import in_natural_order
from jiascores.tables.table import MARKER_RULES, Table
from jiascores.tables.visits import CALENDAR, Visits

Mask = NDArray[np.bool_]
# Places, in whole numbers as narrow as they can be.
Rows: TypeAlias = NDArray[np.signedinteger[Any]]
AT_REFERENCE = "at the visit compared with"
FINDING = ("finding", "variable", "message", "value", "patient", "date", "row")


def how_many(rows: Mask) -> int:
    """Return how many rows something is true of."""
    return int(np.count_nonzero(rows))


@attrs.frozen(eq=False)
class Answer:
    """One answer of a request at every row: a score, a state, a yes or no, or a response.

    Parameters
    ----------
    name, title : str
        What the answer is called: the name of its column, or what a response's share; and in words.
    output : Output
        The column; of a response its lowest level.
    highest : Output, optional
        Of a response, its highest level.
    levels : tuple of int
        Of a response, the levels of its criteria.
    due : array of bool
        The rows that are judged: for what compares visits, those after the earlier one.
    lacking : sequence of (str, int)
        At how many of the open rows each variable is missing, the most frequent first.
    unexplained : int
        How many rows are open although nothing is missing there.
    """

    name: str
    title: str
    output: Output
    highest: Output | None
    levels: tuple[int, ...]
    due: Mask
    lacking: Sequence[tuple[str, int]] = ()
    unexplained: int = 0

    @property
    def outputs(self) -> tuple[Output, ...]:
        """Its columns."""
        return (self.output,) if self.highest is None else (self.output, self.highest)

    @property
    def undetermined(self) -> Mask:
        """The rows that are judged and whose answer is not certain."""
        return self.due & self._open(slice(None))

    def _open(self, rows: Any) -> Mask:
        data = self.output.data[rows]
        gap: Mask = data < 0 if self.output.kind == "state" else np.isnan(data)
        return gap if self.highest is None else data != self.highest.data[rows]

    def shares(self, rows: Rows) -> list[tuple[str, int, int]]:
        """Of some rows that are judged, return how many surely have each answer, and are open."""
        data = self.output.data[rows]
        if self.highest is not None:
            # A level is known where both bounds are on one side of it.
            highest = self.highest.data[rows]
            both = [(n, how_many(data >= n), how_many(highest < n)) for n in self.levels]
            return [(f"level {n}", yes, rows.size - yes - no) for n, yes, no in both]
        codes = {"yes": 1}
        if self.output.kind == "state":
            codes = {in_words(word): code for code, word in enumerate(self.output.words)}
        gaps = how_many(self._open(rows))
        return [(word, how_many(data == code), gaps) for word, code in codes.items()]

    def because_of(self, gaps: Mapping[str, Mask]) -> Answer:
        """Return the answer with what is missing at its open rows, counted."""
        explained = np.zeros_like(self.due)
        counts, rows = {}, self.undetermined
        for name, gap in gaps.items():
            here = gap & rows
            explained |= here
            counts[name] = how_many(here)
        lacking = sorted(counts.items(), key=lambda one: -one[1])
        unexplained = how_many(rows) - how_many(explained)
        return attrs.evolve(self, lacking=lacking, unexplained=unexplained)


@attrs.frozen(eq=False)
class Reading:
    """What a request answered, and the columns that it looked at."""

    answers: tuple[Answer, ...]
    outputs: tuple[Output, ...]
    columns: frozenset[str]


def read_request(frame: Frame, request: Any, given: Mapping[str, Any]) -> Reading:
    """Return what a request finds in a table; values that are not allowed are left out."""
    seen = Frame(frame.native)
    read = Table(seen, **given, policy=Blank())
    outputs = tuple(request.compute(read))
    gaps = read.gaps()
    if "uses_esr" in vars(read):
        # Each patient has one reactant, and a gap in the other is no gap.
        gaps["esr"] = gaps["esr"] & read.uses_esr
        gaps["crp"] = gaps["crp"] & ~read.uses_esr
    due = np.ones(frame.size, dtype=bool)
    earlier = read.judged_against
    if earlier is not None:
        due = read.visits.after(earlier) if read.due is None else read.due
        before = np.maximum(earlier, 0)
        missed = read.own_gaps or {name: gap[before] for name, gap in gaps.items()}
        gaps |= {f"{name} {AT_REFERENCE}": gap for name, gap in missed.items()}
    outputs = tuple(_narrow(output) for output in outputs if output.kind not in ("word", "cells"))
    answers = [each.because_of(gaps) for each in _answers(request, outputs, due)]
    return Reading(tuple(answers), outputs, frozenset(seen.read))


def _narrow(output: Output) -> Output:
    """Return a column as it takes least room: only a score has many different values."""
    if output.kind == "score":
        return output
    kind = np.min_scalar_type(-len(output.words)) if output.kind == "state" else np.float32
    return attrs.evolve(output, data=output.data.astype(kind))


def _answers(request: Any, outputs: Sequence[Output], due: Mask) -> Iterator[Answer]:
    by_name = {output.name: output for output in outputs}
    for output in outputs:
        stem = output.name.removesuffix("_level_min")
        # What a request adds to its own answer is called as its column is.
        title = title_of(request) if request.stem in (output.name, stem) else in_words(output.name)
        if output.words == COURSES and title != title_of(request):
            title = f"Course of disease as {request.criteria.name} reads it"
        if output.kind in ("score", "state", "flag"):
            yield Answer(output.name, title, output, None, (), due)
        elif stem != output.name:
            highest = by_name[f"{stem}_level_max"]
            yield Answer(stem, title, output, highest, request.criteria.levels, due)


# --------------------------------------------------------------------------------------------
# What was asked for


def is_score(request: Any) -> bool:
    """Return whether a score was asked for."""
    return isinstance(getattr(request, "measure", None), Score)


def is_response(request: Any) -> bool:
    """Return whether a response with levels was asked for."""
    return getattr(request, "gives", "") == "level"


# What verdicts are called in a heading, where their names do not say it.
TITLES = {
    "acr_ped": "ACR Pedi response",
    "bulatovic_change": "Change of JADAS27",
    "chaq_change": "Change of the CHAQ",
    "horneff_improvement": "Improvement of JADAS10",
    "mas_2016": "Macrophage activation syndrome",
    "suggests_mas": "MS score that suggests macrophage activation syndrome",
    "reacch_out_flare": "Flare",
}


def title_of(request: Any) -> str:
    """Return what a request asks for, in words."""
    if request.name is not None:
        return in_words(request.name)
    if isinstance(request.measure, Score):
        return request.measure.label
    options, bound = dict(request.options), dict(request.bound)
    words = in_words(request.measure.name)
    words = TITLES.get(request.measure.name, words[:1].upper() + words[1:])
    measure, level, missing = (options.get(name) for name in ("measure", "level", "missing"))
    if measure is not None:
        label = lookup(Score, measure, parameter="measure").label
        words = f"{label} {words[:1].lower()}{words[1:]}"
    if level is not None:
        words = (
            f"ACR Pedi {level} response"
            if request.measure.gives == "level"
            else (f"{words} (ACR Pedi {level})")
        )
    words += f" by {request.criteria.name}"
    if missing not in (None, "interval"):
        words += f", missing values: {missing}"
    against = bound.get("reference", "baseline")
    return words if against == "baseline" else f"{words}, against {reference_name(against)}"


@attrs.frozen(eq=False)
class State:
    """A state that was asked for: of which score, by which set, in which course."""

    score: str
    cutoffs: Any
    course: Any

    @classmethod
    def of(cls, request: Any) -> State | None:
        """Return the state that a request asks for, where it asks for one."""
        if getattr(getattr(request, "measure", None), "name", "") != "disease_state":
            return None
        course = dict(request.bound).get("course")
        if course is None and "course" in request.criteria.needs:
            course = Column("course")
        return cls(dict(request.options)["measure"], request.criteria, course)


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
    codes: Rows
    added: bool = False

    def counts(self, rows: Mask) -> Rows:
        """Return how many of some rows each visit has, and last how many there are."""
        counts = np.bincount(self.codes[rows] + 1, minlength=len(self.labels) + 1)
        return np.append(counts[1:], counts.sum())

    @cached_property
    def rows(self) -> list[Rows]:
        """The rows of each visit."""
        counts = np.bincount(self.codes + 1, minlength=len(self.labels) + 1)
        order = np.argsort(self.codes, kind="stable").astype(np.min_scalar_type(-self.codes.size))
        return np.split(order, counts.cumsum()[:-1])[1:] if self.labels else []

    def pieces(self, across: int) -> list[NDArray[np.int64]]:
        """Return the visits in pieces alike in length, none with more than fit side by side."""
        size = len(self.labels)
        return np.array_split(np.arange(size), max(1, -(-size // across)))


@attrs.frozen(eq=False, kw_only=True)
class Cohort:
    """The table of one report: how it was read, its visits, and what was found in it.

    Parameters
    ----------
    frame : Frame
        The table.
    given : dict
        How the table is read: the arguments ``columns``, ``units``, ``baseline`` and ``marker``.
    patients : int, optional
        How many patients there are; nothing where the table does not say who was seen when.
    period : str
        When the first and the last visit was.
    visits : ByVisit
        The visits that its rows belong to.
    arms : dict of str to array of bool
        The rows of each arm, where the table is parted by arm.
    variables : list of str
        The variables that the table has.
    requests, readings : sequence
        What was asked for, and what was found.
    findings : pandas.DataFrame
        What is refused or suspicious.
    joints : str or mapping, optional
        The columns that say of each joint whether it is active.
    characteristics : list of str
        Further columns that describe the patients.
    parted_by : list of str
        The column of the arms, where the table is parted by arm.
    """

    frame: Frame
    given: Mapping[str, Any]
    patients: int | None
    period: str
    visits: ByVisit
    arms: Mapping[str, Mask]
    variables: Sequence[str]
    requests: Sequence[Any]
    readings: Sequence[Reading]
    findings: pd.DataFrame
    joints: Columns | None
    characteristics: Sequence[str]
    parted_by: Sequence[str]

    @property
    def read(self) -> Table:
        """The table, to be read anew: what is read of it is let go of with it."""
        return Table(self.frame, **self.given, policy=Blank())

    @property
    def rules(self) -> dict[str, Any]:
        """The arguments ``baseline`` and ``marker``."""
        return {rule: self.given[rule] for rule in ("baseline", "marker")}

    def label(self, name: str) -> str:
        """Return what a variable is called in words; what is none keeps its name."""
        stem = name.removesuffix(f" {AT_REFERENCE}")
        known = LABELS.get(stem) or (VARIABLES[stem].label if stem in VARIABLES else stem)
        return known + name.removeprefix(stem)

    @property
    def core_set(self) -> list[str]:
        """The variables of the core set that the table has."""
        return [name for name in (*CORE_VARIABLES, *MARKERS) if name in self.variables]

    @cached_property
    def by_visit(self) -> list[tuple[str, list[Rows]]]:
        """Each visit's name, and its rows in each arm; without arms, all of them."""
        return [
            (
                f"{in_words(self.visits.name)} {label:g}"
                if isinstance(label, int | float)
                else shown_visit(label),
                [rows[among[rows]] for among in self.arms.values()] or [rows],
            )
            for label, rows in zip(self.visits.labels, self.visits.rows, strict=True)
        ]

    def first_visits(self) -> tuple[Positions, NDArray[np.float64]]:
        """Return the row of each patient's first visit, and how many visits the patient has."""
        if self.patients is None:
            # Nothing says who was seen when.
            return np.empty(0, dtype=np.int64), np.empty(0)
        seen = self.read.visits
        first = seen.order[seen.starts == np.arange(seen.size)]
        first = first[seen.sure[first]]
        return first, np.bincount(seen.patients)[seen.patients[first]].astype(np.float64)

    def at_baseline(self, rows: Positions) -> Iterator[tuple[str, NDArray[np.float64]]]:
        """Yield each core variable at the baseline of some rows, or without a rule in these rows."""
        read = self.read
        for name in self.core_set:
            values = read.values(name)
            if self.rules["baseline"] is None:
                yield name, values[rows]
                continue
            earlier = read.baseline_of(name)[rows]
            yield name, np.where(earlier >= 0, values[np.maximum(earlier, 0)], np.nan)

    def column(self, name: str) -> tuple[NDArray[np.float64] | None, Any, list[Any]]:
        """Return a column as numbers, where it holds them, and as codes with words in order."""
        codes, labels = self.frame.codes(name)
        words = list_of(labels)
        if words and all(isinstance(word, int | float) for word in words):
            return np.array([*words, np.nan], dtype=np.float64)[codes], codes, words
        there, places = in_natural_order(words)
        return None, places[codes], there

    @property
    def rules_in_words(self) -> dict[str, str | None]:
        """The rules of the call, named; nothing where there is none."""
        baseline, marker = self.rules["baseline"], self.rules["marker"]
        words = BASELINES[baseline] if isinstance(baseline, str) else baseline and str(baseline)
        return {"baseline": words, "acute-phase reactant": marker and MARKER_RULES[marker]}

    @property
    def answers(self) -> list[Answer]:
        """What was found, in the order in which it was asked for."""
        return [answer for reading in self.readings for answer in reading.answers]

    @cached_property
    def understood(self) -> list[tuple[str, str, str, str, str]]:
        """Of each column that is understood: variable, column, unit, what is allowed, if used."""
        read, frame = self.read, self.frame
        used = {name for reading in self.readings for name in reading.columns}
        roles = [role for role in ROLES if read.column(role) in frame]
        rows = [(role, read.column(role), "", "", "") for role in roles]
        rows += [("arm", name, "", "", "yes") for name in self.parted_by]
        rows += [("characteristic", name, "", "", "yes") for name in self.characteristics]
        for name in self.variables:
            variable, column = VARIABLES[name], read.column(name)
            given = read.units.get(name, variable.unit)
            unit = None if isinstance(given, Column) else variable.unit_named(given)
            read_as = f"as in {given.name}" if isinstance(given, Column) else given
            if unit is not None and not unit.same:
                less = f"less {unit.zero:g}, " if unit.zero else ""
                read_as += f", {less}× {unit.factor:g} to {variable.unit}"
            use = "yes" if column in used else "no"
            rows.append((name, column, read_as, variable.allowed, use))
        asked = sorted(str(name) for name in used - {row[1] for row in rows})
        return [*rows, *(("named in the request", name, "", "", "yes") for name in asked)]

    @cached_property
    def joint_columns(self) -> list[str]:
        """The columns of the joints."""
        return self.joint_shares(np.arange(0))[1]

    @property
    def unread(self) -> list[str]:
        """The columns that nothing reads."""
        taken = {self.visits.name, *self.joint_columns, *(row[1] for row in self.understood)}
        return [str(name) for name in self.frame.names if name not in taken]

    def joint_shares(self, rows: NDArray[np.int64]) -> tuple[Mapping[str, float], list[str]]:
        """Return how often each joint is active in some rows, and the columns that say so."""
        return ({}, []) if self.joints is None else joint_shares(self.frame, self.joints, rows)

    @cached_property
    def scores(self) -> dict[str, tuple[Output, frozenset[str]]]:
        """Each score that was asked for or is behind a state, and the columns that it reads."""
        asked = zip(self.requests, self.readings, strict=True)
        readings = {each.measure.name: found for each, found in asked if is_score(each)}
        for state in filter(None, map(State.of, self.requests)):
            if state.score not in readings:
                readings[state.score] = read_request(self.frame, score(state.score), self.given)
        return {name: (found.outputs[0], found.columns) for name, found in readings.items()}

    def in_course(self, request: Any, course: str) -> Mask:
        """Return the rows that a request read as of one course."""
        state, read = State.of(request), self.read
        if state is not None and isinstance(state.course, Column):
            name = read.column(state.course.name)
            return np.equal(read.word_codes(name, COURSES, "course"), COURSES.index(course))
        reading = self.readings[self.requests.index(request)]
        output = next(each for each in reading.outputs if each.words == COURSES)
        return np.asarray(output.data == COURSES.index(course))

    def table(
        self,
        outputs: Iterable[Output],
        columns: Iterable[str] = (),
        rows: Mask | None = None,
        visits: range | None = None,
    ) -> pd.DataFrame:
        """Return what a picture is drawn from: who, when and at which visit, and no more than asked.

        Columns are those that were read already: `named` says what they are called.

        Parameters
        ----------
        outputs : iterable of Output
            What was found.
        columns : iterable of str
            The columns of the table that are needed too.
        rows : array of bool, optional
            The rows that are drawn.
        visits : range, optional
            The visits that are drawn; rows at others are at none, and their patients still count.
        """
        there: dict[str, Any] = {}
        if self.patients is not None:
            seen = self.read.visits
            who = np.where(seen.sure, seen.patients, NONE)
            known = list_of(seen.labels)[: len(seen.labels) - np.count_nonzero(~seen.sure)]
            there[self.named["patient"]] = _categories(who, known)
            there[self.named["date"]] = (
                seen.dates.view("datetime64[us]")
                if seen.per_day == CALENDAR
                else seen.dates / seen.per_day
            )
        labels = self.visits.labels
        codes = self.visits.codes if visits is None else self.at(visits)[1]
        there[self.visits.name] = _categories(codes, labels)
        for output in outputs:
            there[output.name] = output.data
            if output.kind == "state":
                there[output.name] = _categories(output.data, output.words)
        there |= {each: self.frame.objects(each) for each in columns if each in self.frame}
        if rows is not None:
            there = {name: values[rows] for name, values in there.items()}
        return pd.DataFrame(there, copy=False)

    @cached_property
    def named(self) -> dict[str, str]:
        """What the columns of `table` are called, where the caller calls another one so."""
        own: dict[str, str] = dict(self.read.columns)
        for role in ("patient", "date"):
            others = {self.visits.name, *self.frame.names} - {self.read.column(role)}
            own[role] = role
            while own[role] in others | {self.visits.name}:
                own[role] += "_"
        return own

    def at(self, visits: range) -> tuple[list[Any], Rows]:
        """Return what visits are called, and the place of each row that is at one of these."""
        codes = self.visits.codes
        inside = (codes >= visits.start) & (codes < visits.stop)
        return list(self.visits.labels), np.where(inside, codes, NONE)


def _categories(codes: NDArray[Any], words: Sequence[Any]) -> Any:
    """Return words by their codes, −1 for none; an id of several columns is one word."""
    labels: Any = pd.Index(words, tupleize_cols=False)
    return pd.Categorical.from_codes(codes, labels)


def read_cohort(
    visits: Any,
    measures: Any,
    *,
    by: Column | None,
    arm: Column | None,
    joints: Columns | None,
    characteristics: Sequence[Column],
    **given: Any,
) -> Cohort:
    """Read a table, and find all that was asked for; values that are refused are left out."""
    trimmed()
    frame = Frame(to_eager(visits))
    described = [column_of(frame, each, "characteristics") for each in characteristics]
    parted_by = [] if arm is None else [column_of(frame, arm, "arm")]
    requests = understand_requests(measures)
    # Gaps stand elsewhere on the page, which leaves out what cannot be read whoever needs it.
    found = Frame(findings(Frame(frame.native), measures, gaps=False, **given))
    trimmed()
    readings = [read_request(frame, request, given) for request in requests]
    read = Table(frame, **given, policy=Blank())
    listed = pd.DataFrame({name: found.objects(name) for name in FINDING}, dtype=object)
    unread = (REASONS.get(reason) for reason in found.objects("reason"))
    listed["finding"] = [
        finding if reason is None else reason.finding
        for finding, reason in zip(listed["finding"], unread, strict=True)
    ]
    dated = all(read.column(role) in frame for role in ("patient", "date"))
    return Cohort(
        frame=frame,
        given=given,
        patients=_patients(read.visits) if dated else None,
        period=_period(read.visits) if dated and frame.size else "",
        visits=_by_visit(read, by),
        arms={name: rows for each in parted_by for name, rows in _arms(frame, each).items()},
        variables=[name for name in VARIABLES if read.has(name)],
        requests=requests,
        readings=readings,
        findings=listed[listed["finding"] != "missing"],
        joints=joints,
        characteristics=described,
        parted_by=parted_by,
    )


def _patients(visits: Visits) -> int:
    return how_many(np.bincount(visits.patients[visits.sure]) > 0)


def _arms(frame: Frame, arm: str) -> dict[str, Mask]:
    """Return the rows of each arm, in order of the arms; a gap is an arm of its own."""
    labels, codes = table(frame.native).places(Column(arm))
    arms = {str(label): np.equal(codes, code) for code, label in enumerate(labels)}
    without = codes < 0
    return {**arms, "no arm": without} if without.any() else arms


def _period(visits: Visits) -> str:
    ends = np.array([visits.dates.min(), visits.dates.max()])
    if visits.per_day == CALENDAR:
        return " to ".join(ends.astype("datetime64[us]").astype("datetime64[D]").astype(str))
    return " to ".join(f"study day {end / visits.per_day:g}" for end in ends)


def _by_visit(read: Table, by: Column | None) -> ByVisit:
    frame = read.frame
    if by is None and "nominal_visit" in frame:
        by = Column("nominal_visit")
    if by is not None:
        seen = table(frame.native)
        name = seen.name(by)
        return ByVisit(name, f"named by the column {name!r}", *seen.places(by))
    visits = read.visits
    number = np.arange(visits.size) - visits.starts
    most = int(number.max(initial=-1)) + 1
    codes = np.empty(visits.size, dtype=narrowest(most))
    codes[visits.order] = number
    name = next(one for one in ("visit", "visit_number", "visit_of_patient") if one not in frame)
    return ByVisit(name, "numbered for each patient", range(1, most + 1), codes, added=True)
