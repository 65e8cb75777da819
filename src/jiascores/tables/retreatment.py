"""`retreatment`: who may be infused again at each visit; `deviations`: who was, and was it so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, TypeVar, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import lookup
from jiascores.core.errors import ColumnError, VisitError, listing, suggestion
from jiascores.measures.courses import (
    CODES,
    Decisions,
    RetreatmentProtocol,
    decide,
    reasons,
)
from jiascores.measures.flares import flare_bounds
from jiascores.tables.assess import add_columns
from jiascores.tables.baselines import (
    Best,
    LastResponding,
    best_earlier,
    latest_earlier,
    read_flag,
    reference_rows,
)
from jiascores.tables.beside import Infusions, read_infusions, whole_days
from jiascores.tables.columns import Frame, Names, Output, Places, as_mapping, nearest, understand
from jiascores.tables.context import ESR_ELSE_CRP, Context, Gathered
from jiascores.tables.engines import IN_PIECES, always, kind_of_frame, run, to_eager
from jiascores.tables.visits import NONE, Positions, Visits, read_visits

FrameT = TypeVar("FrameT")
CODE = "retreatment_code"
ELIGIBLE = "retreatment_eligible"
REASON = "retreatment_reason"


def retreatment(
    visits: FrameT,
    infusions: Any,
    *,
    protocol: str | RetreatmentProtocol,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    infusion_columns: Mapping[str, str] | None = None,
    exclusions: Mapping[str, str] | None = None,
    marker: str | None = None,
    invalid: Literal["raise", "missing"] = "raise",
    prefix: str = "",
) -> FrameT:
    """Say for every visit whether the patient may be infused again, and why.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order: pandas, Polars or PyArrow.
    infusions : data frame
        One row for each infusion, with patient and date.
    protocol : str or RetreatmentProtocol
        ``"swart-2019"``, or a variant of it.
    columns : dict, optional
        What is called otherwise in `visits`: variable → column.
    units : dict, optional
        Units in `visits` that are not canonical: variable → unit. Never guessed.
    infusion_columns : dict, optional
        What is called otherwise in `infusions`: ``{"patient": …, "date": …}``.
    exclusions : dict, optional
        What is called otherwise among the protocol's exclusions: exclusion → column of `visits`,
        yes or no.
    marker : {"esr", "crp", "esr-else-crp"}, optional
        Required where `visits` have both ESR and CRP.
    invalid : {"raise", "missing"}
        Whether a value that is not allowed raises, or is left out and listed in the added
        column ``invalid_values``.
    prefix : str
        Put before the name of every added column.

    Returns
    -------
    data frame
        `visits` with three columns: ``retreatment_code``, one of ``before``, ``holds``,
        ``no_response``, ``undetermined``, ``used_up``, ``excluded``, ``outside_window``,
        ``eligible``; ``retreatment_eligible``, yes, no or missing; ``retreatment_reason``, a
        sentence. Where the table says who rated the patient global, also
        ``retreatment_rater_changed`` since the visits compared with; by ``"esr-else-crp"``, also
        ``retreatment_marker``.

    Raises
    ------
    UnknownDefinitionError
        If the protocol is not in the catalogue.
    ColumnError
        If a column is missing, also one for an exclusion, or an added column would replace one.
    VisitError
        If a patient or date is missing, a patient was infused before the first visit or twice on
        a day, was never seen, or two visits can be a baseline. Infusions of a patient who was
        never seen are not noticed in Dask and PySpark, whose pieces know only their own patients.
    MarkerError, OutOfRangeError, NotWholeError, NotNumericError, RequestError
        As for `assess`.

    Notes
    -----
    A course runs from one infusion to the next, and a visit on the day of an infusion counts as
    before it. The yes/no is *no* wherever no way of filling the gaps could make it yes: a patient
    whose response is open is not eligible all the same if no repeat is left. The whole table of
    three values stands at `jiascores.measures.courses.decide`.

    References
    ----------
    Swart 2019, Rheumatology 58:1812.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": "A", "date": ["2020-01-01", "2020-03-01", "2020-06-01"],
    ...     "physician_global": [6, 2, 6], "patient_global": [5.0, 2.0, 5.0],
    ...     "chaq": [1.5, 0.75, 1.5], "active_joints": [12, 4, 12], "limited_joints": [9, 6, 9],
    ...     "esr": [40, 20, 40],
    ...     "infection": 0, "febrile_illness": 0, "malignancy": 0, "biological": 0})
    >>> infusions = pd.DataFrame({"patient": ["A"], "date": ["2020-01-01"]})
    >>> out = jia.retreatment(visits, infusions, protocol="swart-2019")
    >>> out["retreatment_code"].tolist()
    ['before', 'holds', 'eligible']
    >>> out["retreatment_reason"][2]
    'ACR Ped 30 was reached after infusion 1 and is no longer met: infusion 2 may be given.'
    """
    work = _Retreatment(
        protocol=lookup(RetreatmentProtocol, protocol, parameter="protocol"),
        infusions=read_infusions(infusions, infusion_columns),
        columns=as_mapping(columns, "columns"),
        units=as_mapping(units, "units"),
        exclusions=as_mapping(exclusions, "exclusions"),
        marker=marker,
        invalid=invalid,
        prefix=prefix,
        in_pieces=kind_of_frame(visits) in IN_PIECES,
    )
    patient = work.columns.get("patient", "patient")
    return cast(FrameT, run(visits, work, patient=patient, together=always))


def deviations(
    visits: Any,
    infusions: FrameT,
    *,
    protocol: str | RetreatmentProtocol,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    infusion_columns: Mapping[str, str] | None = None,
    exclusions: Mapping[str, str] | None = None,
    marker: str | None = None,
    invalid: Literal["raise", "missing"] = "raise",
) -> FrameT:
    """List each later infusion with what the protocol said at the last visit on or before it.

    Parameters
    ----------
    visits, infusions, protocol, columns, units, infusion_columns, exclusions, marker, invalid
        As for `retreatment`.

    Returns
    -------
    data frame
        Of the kind of `infusions`: one row for each infusion but a patient's first, by patient
        and date, with ``patient``, ``infusion_date``, ``infusion_number``, ``visit_date``,
        ``days_since_visit``, and the three columns of `retreatment` at that visit. An infusion
        with ``retreatment_eligible`` false deviates from the protocol.

    Raises
    ------
    JiaScoresError
        As for `retreatment`.

    Notes
    -----
    Where nobody saw the patient between two infusions, no response to the first of them was
    seen: the code is ``no_response``.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": "A", "date": ["2020-01-01", "2020-03-01", "2020-06-01"],
    ...     "physician_global": [6, 2, 6], "patient_global": [5.0, 2.0, 5.0],
    ...     "chaq": [1.5, 0.75, 1.5], "active_joints": [12, 4, 12], "limited_joints": [9, 6, 9],
    ...     "esr": [40, 20, 40],
    ...     "infection": 0, "febrile_illness": 0, "malignancy": 0, "biological": 0})
    >>> infusions = pd.DataFrame({"patient": "A", "date": ["2020-01-01", "2020-03-08"]})
    >>> out = jia.deviations(visits, infusions, protocol="swart-2019")
    >>> out[["infusion_number", "days_since_visit", "retreatment_code", "retreatment_eligible"]]
       infusion_number  days_since_visit retreatment_code  retreatment_eligible
    0                2                 7            holds                 False
    """
    work = _Retreatment(
        protocol=lookup(RetreatmentProtocol, protocol, parameter="protocol"),
        infusions=read_infusions(infusions, infusion_columns),
        columns=as_mapping(columns, "columns"),
        units=as_mapping(units, "units"),
        exclusions=as_mapping(exclusions, "exclusions"),
        marker=marker,
        invalid=invalid,
    )
    return cast(FrameT, work.deviations(to_eager(visits)))


@attrs.frozen(eq=False, kw_only=True)
class _Retreatment:
    """What one call does to a table in memory; it can be sent to a cluster."""

    protocol: RetreatmentProtocol
    infusions: Infusions
    columns: Mapping[str, str]
    units: Mapping[str, str]
    exclusions: Mapping[str, str]
    marker: str | None
    invalid: Literal["raise", "missing"]
    prefix: str = ""
    in_pieces: bool = False

    def __call__(self, native: Any) -> Any:
        """Return an eager table of visits with the columns added."""
        _, table, outputs = self._judged(native)
        further = table.rater_column()
        if self.marker == ESR_ELSE_CRP:
            further.append(table.marker_column())
        # Names of their own: `assess` adds the same against another baseline.
        outputs += [attrs.evolve(output, name=f"retreatment_{output.name}") for output in further]
        if self.invalid == "missing":
            outputs.append(Output("invalid_values", "word", table.invalid_values()))
        return add_columns(table.frame, outputs, self.prefix)

    def deviations(self, native: Any) -> Any:
        """Return the later infusions with what was decided at the last visit before each."""
        courses, table, (code, eligible, reason) = self._judged(native)
        later = np.flatnonzero(courses.numbers > 1)
        rows, numbers = courses.last_visits[later], courses.numbers[later]
        codes, allowed, words = code.data[rows], eligible.data[rows], reason.data[rows]
        # The last visit may lie before the infusion that this one repeats.
        unseen = courses.number[rows] < numbers - 1
        codes[unseen], allowed[unseen] = CODES.index("no_response"), 0.0
        words[unseen] = [
            f"No visit since infusion {number - 1}, so no response to it was seen."
            for number in numbers[unseen]
        ]
        beside = self.infusions.table
        patients, dates = (
            beside.frame.objects(beside.names.column(role))[courses.rows[later]].tolist()
            for role in ("patient", "date")
        )
        listed = beside.frame.new(
            {
                "patient": patients,
                "infusion_date": dates,
                "infusion_number": numbers.tolist(),
                "visit_date": table.frame.objects(table.names.column("date"))[rows].tolist(),
                "days_since_visit": (courses.infused[later] - courses.seen[rows]).tolist(),
            }
        )
        return add_columns(Frame(listed), _outputs(codes, allowed, words), "")

    def _judged(self, native: Any) -> tuple[_Courses, _Against, list[Output]]:
        """Return the courses, the visits against their baselines, and what is decided for each."""
        frame = Frame(native)
        names = understand(frame, self.columns, self.units)
        exclusions = self._exclusions(frame)
        courses = _Courses.of(
            read_visits(frame, names, Places(frame, names)),
            self.infusions,
            in_pieces=self.in_pieces,
        )
        course = courses.before - 1 if self.protocol.baseline == "course" else courses.first
        table = _Against(
            frame,
            names,
            courses.visits,
            baseline=courses.of_infusion(courses.last_visits, course),
            marked_by=courses.first_visits,
            marker=self.marker,
            invalid=self.invalid,
        )
        decided = _decided(self.protocol, courses, table, exclusions)
        # Back in the order of the rows.
        place = np.argsort(courses.visits.order)
        words = reasons(self.protocol, decided)
        outputs = _outputs(decided.codes[place], decided.eligible[place], words[place])
        return courses, table, outputs

    def _exclusions(self, frame: Frame) -> dict[str, NDArray[np.float64]]:
        """Return the exclusions of the protocol in each row, yes, no or unknown."""
        protocol, known = self.protocol, self.protocol.exclusions
        for name in self.exclusions:
            if name not in known:
                raise ColumnError(
                    f"exclusions= maps {name!r}; the exclusions of {protocol.name} are "
                    f"{listing(known, shown=len(known)) or 'none'}.{suggestion(name, known)}",
                    variable=name,
                )
        columns = {name: self.exclusions.get(name, name) for name in known}
        absent = {name: column for name, column in columns.items() if column not in frame}
        if absent:
            name, column = next(iter(absent.items()))
            raise ColumnError(
                f"the table has no column {listing(map(repr, absent.values()))}, and "
                f"{protocol.name} excludes patients with {listing(absent)}. Name yours: "
                f"exclusions={{'{name}': 'your column'}}; or make a variant of the protocol that "
                f"names other exclusions.{nearest(column, frame.names)}",
                variable=name,
                values=tuple(absent.values()),
            )
        return {name: read_flag(frame, column, blank=np.nan) for name, column in columns.items()}


def _outputs(codes: Positions, eligible: NDArray[np.float64], words: NDArray[Any]) -> list[Output]:
    return [
        Output(CODE, "state", codes, CODES),
        Output(ELIGIBLE, "flag", eligible),
        Output(REASON, "word", words),
    ]


# --------------------------------------------------------------------------------------------
# Courses, and the visits against the baselines of their courses


@attrs.frozen(eq=False)
class _Courses:
    """Visits, and the infusions that part them into courses.

    Parameters
    ----------
    visits : Visits
        The visits.
    patients, infused, rows : array of int
        Of each infusion, by patient and day: the patient's code, the day, the row in its table.
    seen : array of int
        The day of each visit.
    before, first : array of int
        For each visit, how many of the ordered infusions, of any patient, come before it, and the
        place of its patient's first one, were there one.
    last_visits : array of int
        For each infusion, the row of the patient's last visit on or before its day.
    """

    visits: Visits
    patients: Positions
    infused: Positions
    rows: Positions
    seen: Positions
    before: Positions
    first: Positions
    last_visits: Positions

    @classmethod
    def of(cls, visits: Visits, infusions: Infusions, *, in_pieces: bool) -> _Courses:
        """Return the courses; infusions that contradict the visits raise.

        A piece of a larger table has the visits of some patients only, and a table without rows
        is how a lazy frame is planned: there, the infusions of others are left out.
        """
        table, dates = infusions.table, infusions.dates
        patients = table.among(visits.labels, all_known=True, in_pieces=in_pieces)
        rows = np.flatnonzero(patients >= 0) if visits.size else np.empty(0, dtype=np.int64)
        if rows.size:
            dates.require(visits.per_day)
        rows = rows[np.lexsort((dates.days[rows], patients[rows]))]
        patients, infused = patients[rows], dates.days[rows]
        seen = whole_days(visits.dates, visits.per_day)
        order = visits.order
        given, shown = _keys((patients, infused), (visits.patients[order], seen[order]))
        # Left: a visit on the day of an infusion counts as before it.
        before = visits.unordered(np.searchsorted(given, shown, side="left"))
        last = np.searchsorted(shown, given, side="right") - 1
        _check_last(visits, last, patients, infusions, rows)
        first = np.searchsorted(patients, np.arange(len(visits.labels)))
        return cls(
            visits, patients, infused, rows, seen, before, visits.per_row(first), order[last]
        )

    @cached_property
    def number(self) -> Positions:
        """How many infusions each visit's patient was given before it."""
        return self.before - self.first

    @cached_property
    def numbers(self) -> Positions:
        """Whether each infusion is the first, second, … of its patient."""
        return np.arange(self.rows.size) - np.searchsorted(self.patients, self.patients) + 1

    @property
    def days(self) -> Positions:
        """Days of each visit since the infusion that began the course; 0 before the first."""
        began = self.of_infusion(self.infused, self.before - 1)
        return np.where(self.number > 0, self.seen - began, 0)

    @property
    def first_visits(self) -> Positions:
        """For each visit, the row of its patient's visit before the first infusion, or `NONE`."""
        infused = np.append(self.patients, NONE)[self.first] == self.visits.patients
        return np.where(infused, np.append(self.last_visits, NONE)[self.first], NONE)

    def of_infusion(self, values: Positions, infusion: Positions) -> Positions:
        """Return what belongs to an infusion of each visit; `NONE` where there is none yet."""
        return np.append(values, NONE)[np.where(self.number > 0, infusion, NONE)]

    @cached_property
    def as_patients(self) -> Visits:
        """The visits with each course as if it were a patient of its own."""
        visits = self.visits
        # Both terms never fall along the order of visits, and one rises with every new course.
        codes = self.before + visits.patients
        labels = np.arange(self.rows.size + len(visits.labels))
        within = Visits(codes, visits.dates, visits.per_day, visits.places, labels)
        # Courses follow each other as their visits do, so nothing needs to be sorted again.
        within.order = visits.order
        return within


def _keys(
    infusions: tuple[Positions, Positions], visits: tuple[Positions, Positions]
) -> tuple[Positions, Positions]:
    """Return numbers that order two sets of (patient, day) as one, patients first."""
    days = np.concatenate([infusions[1], visits[1]])
    low = int(days.min(initial=0))
    span = int(days.max(initial=0)) - low + 1
    first, second = (patients * span + (day - low) for patients, day in (infusions, visits))
    return first, second


def _check_last(
    visits: Visits, last: Positions, patients: Positions, infusions: Infusions, rows: Positions
) -> None:
    """Raise where an infusion has no visit before it, or two that can be the last."""
    table = infusions.table
    early = rows[(last < 0) | (visits.patients[visits.order[last]] != patients)]
    if early.size:
        table.refuse(
            VisitError,
            f"infused before the first visit: {table.rows(early)}. Nothing was recorded then that "
            f"a response could be measured against; add the visit, or leave the infusion out.",
            "infusions",
            rows=early,
        )
    starts = visits.day_starts[last]
    tied = np.flatnonzero(starts != last)
    if tied.size:
        ones, others = visits.order[starts[tied]], visits.order[last[tied]]
        pairs = [
            f"{visits.places[one]} and {visits.places[other]}"
            for one, other in zip(ones, others, strict=True)
        ]
        raise VisitError(
            f"two visits on one date can be the last before an infusion: {listing(pairs)}. Keep "
            f"one of them.",
            variable="baseline",
            where=pairs,
        )


class _Against(Context):
    """A table whose baseline rows are given, and the rows whose reactant counts."""

    def __init__(
        self,
        frame: Frame,
        names: Names,
        visits: Visits,
        *,
        baseline: Positions,
        marked_by: Positions,
        marker: str | None,
        invalid: Literal["raise", "missing"],
    ) -> None:
        super().__init__(frame, names, baseline="first", marker=marker, invalid=invalid)
        vars(self).update(visits=visits, baseline=baseline, after_baseline=visits.after(baseline))
        self.marked_by = marked_by

    def earlier(self, rows: Positions) -> Mapping[str, Gathered]:
        """Return the six variables of each row's earlier one; rows of a patient may differ."""
        self.compared(rows)
        return {name: Gathered(values, rows) for name, values in self.core_set.items()}

    @cached_property
    def uses_esr(self) -> NDArray[np.bool_]:
        """By ``"esr-else-crp"``, whose reactant is ESR: by the row given, or any of the patient."""
        visits, esr = self.visits, ~np.isnan(self.values("esr"))
        any_esr = np.zeros(len(visits.labels), dtype=bool)
        np.logical_or.at(any_esr, visits.patients, esr)
        return np.where(self.marked_by >= 0, esr[self.marked_by], visits.per_row(any_esr))


# --------------------------------------------------------------------------------------------
# Decisions


def _decided(
    protocol: RetreatmentProtocol,
    courses: _Courses,
    table: Context,
    exclusions: Mapping[str, NDArray[np.float64]],
) -> Decisions:
    """Return what is decided for each visit, in their order."""
    order, within = courses.visits.order, courses.as_patients
    _, lowest, highest = table.response(protocol.criteria)
    flared = _flared(protocol, within, table) if protocol.by_flare else None
    return decide(
        protocol,
        starts=within.starts,
        day_starts=within.day_starts,
        infusions=courses.number[order],
        days=courses.days[order],
        level_min=lowest[order],
        level_max=highest[order],
        exclusions={name: values[order] for name, values in exclusions.items()},
        flared=None if flared is None else (flared[0][order], flared[1][order]),
    )


def _flared(
    protocol: RetreatmentProtocol, within: Visits, table: Context
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each visit whether there certainly, and possibly, is a flare."""
    rows, known = _flare_references(protocol, within, table)
    fever = table.values("flare_fever") if protocol.loss.fever_above is not None else np.nan
    certain, possible = flare_bounds(
        protocol.loss, table.earlier(rows), table.core_set, fever=fever
    )
    after = within.after(rows)
    # Without a reference there is no flare, unless a gap hides which visit it is.
    return certain & after, np.where(after, possible, ~known)


def _flare_references(
    protocol: RetreatmentProtocol, within: Visits, table: Context
) -> tuple[Positions, NDArray[np.bool_]]:
    """Return each visit's reference in its course, and where a missing one is missing for sure."""
    rule, after = protocol.flare_reference, table.after_baseline
    if rule == "last-responding":
        rule = LastResponding(protocol.level, protocol.criteria)
    if rule == "best":
        rule = Best(protocol.criteria)
    if not isinstance(rule, LastResponding | Best):
        rows = reference_rows(table, rule)
        return rows, rows >= 0
    level, lowest, highest = table.response(rule.criteria)
    if isinstance(rule, LastResponding):
        perhaps = latest_earlier(within, after & (highest >= rule.level))
        return latest_earlier(within, after & (lowest >= rule.level)), perhaps < 0
    rows = best_earlier(within, np.where(after, level, np.nan), table.jadas71)
    return rows, latest_earlier(within, after) < 0
