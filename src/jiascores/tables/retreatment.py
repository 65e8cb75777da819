"""`retreatment`: who may be infused again at each visit; `deviations`: who was, and was it so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Literal, TypeVar, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import lookup
from jiascores.core.errors import (
    ColumnError,
    JiaScoresError,
    VisitError,
    listing,
    suggestion,
)
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
from jiascores.tables.columns import Frame, Names, Output, Places, understand
from jiascores.tables.context import ESR_ELSE_CRP, Context, Gathered
from jiascores.tables.engines import IN_PIECES, always, kind_of_frame, run, to_eager
from jiascores.tables.visits import (
    CALENDAR,
    NONE,
    Positions,
    Visits,
    read_dates,
    read_patients,
)

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
        infusions=to_eager(infusions),
        columns=dict(columns or {}),
        units=dict(units or {}),
        infusion_columns=dict(infusion_columns or {}),
        exclusions=dict(exclusions or {}),
        marker=marker,
        invalid=invalid,
        prefix=prefix,
        in_pieces=kind_of_frame(visits) in IN_PIECES,
    )
    patient = work.columns.get("patient", "patient")
    return cast(FrameT, run(visits, work, patient=patient, together=always))


@attrs.frozen(eq=False, kw_only=True)
class _Retreatment:
    """What one call of `retreatment` does to a table in memory; it can be sent to a cluster."""

    protocol: RetreatmentProtocol
    infusions: Any
    columns: Mapping[str, str]
    units: Mapping[str, str]
    infusion_columns: Mapping[str, str]
    exclusions: Mapping[str, str]
    marker: str | None
    invalid: Literal["raise", "missing"]
    prefix: str
    in_pieces: bool

    def __call__(self, visits: Any) -> Any:
        """Return an eager table with the columns added."""
        courses = _courses(
            visits,
            self.infusions,
            self.protocol,
            self.columns,
            self.units,
            self.infusion_columns,
            self.exclusions,
            self.marker,
            self.invalid,
            in_pieces=self.in_pieces,
        )
        outputs = courses.outputs(courses.decided, courses.reasons)
        further = courses.rater_column()
        if self.marker == ESR_ELSE_CRP:
            further.append(courses.marker_column())
        # Names of their own: `assess` adds the same against another baseline.
        outputs += [attrs.evolve(output, name=f"retreatment_{output.name}") for output in further]
        if self.invalid == "missing":
            outputs.append(Output("invalid_values", "word", courses.invalid_values()))
        return add_columns(courses.frame, outputs, self.prefix)


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
    rule = lookup(RetreatmentProtocol, protocol, parameter="protocol")
    courses = _courses(
        to_eager(visits),
        to_eager(infusions),
        rule,
        columns,
        units,
        infusion_columns,
        exclusions,
        marker,
        invalid,
    )
    return cast(FrameT, courses.deviations())


def _courses(
    visits: Any,
    infusions: Any,
    protocol: RetreatmentProtocol,
    columns: Mapping[str, str] | None,
    units: Mapping[str, str] | None,
    infusion_columns: Mapping[str, str] | None,
    exclusions: Mapping[str, str] | None,
    marker: str | None,
    invalid: Literal["raise", "missing"],
    *,
    in_pieces: bool = False,
) -> Courses:
    frame = Frame(visits)
    names = understand(frame, columns, units)
    return Courses(
        frame,
        names,
        marker=marker,
        invalid=invalid,
        protocol=protocol,
        infusion_frame=_infusion_frame(infusions),
        infusion_columns=dict(infusion_columns or {}),
        exclusion_columns=_exclusion_columns(frame, protocol, exclusions),
        in_pieces=in_pieces,
    )


def _infusion_frame(infusions: Any) -> Frame:
    with _said_of_infusions():
        return Frame(infusions)


def _exclusion_columns(
    frame: Frame, protocol: RetreatmentProtocol, given: Mapping[str, str] | None
) -> dict[str, str]:
    """Return the column of each exclusion of the protocol."""
    given = dict(given or {})
    for name in given:
        if name not in protocol.exclusions:
            known = listing(protocol.exclusions, shown=len(protocol.exclusions)) or "none"
            raise ColumnError(
                f"exclusions= maps {name!r}; the exclusions of {protocol.name} are {known}."
                f"{suggestion(name, protocol.exclusions)}",
                variable=name,
            )
    found = {name: given.get(name, name) for name in protocol.exclusions}
    absent = {name: column for name, column in found.items() if column not in frame}
    if absent:
        name, column = next(iter(absent.items()))
        raise ColumnError(
            f"the table has no column {listing([repr(one) for one in absent.values()])}, and "
            f"{protocol.name} excludes patients with {listing(absent)}. Name yours: "
            f"exclusions={{'{name}': 'your column'}}; or make a variant of the protocol that "
            f"names other exclusions.{suggestion(column, [str(one) for one in frame.names])}",
            variable=name,
            values=tuple(absent.values()),
        )
    return found


@contextmanager
def _said_of_infusions() -> Iterator[None]:
    """Say of an error that it is about the table of infusions."""
    try:
        yield
    except JiaScoresError as problem:
        raise type(problem)(
            f"in the table of infusions: {problem}".replace("columns={", "infusion_columns={"),
            variable=problem.variable,
            values=problem.values,
            where=problem.where,
        ) from None


# --------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class Infusions:
    """Infusions in the order of patients and days.

    Parameters
    ----------
    patients : array of int
        The code that the patient has among the visits.
    days : array of int
        Day of each.
    rows : array of int
        Where each stands in its table.
    """

    patients: Positions
    days: Positions
    rows: Positions

    @cached_property
    def numbers(self) -> Positions:
        """Return whether each is a patient's first, second, … infusion."""
        first = np.searchsorted(self.patients, self.patients, side="left")
        return np.arange(len(self.rows)) - first + 1


class Courses(Context):
    """The visits of one call, each against the baseline of its course."""

    def __init__(
        self,
        frame: Frame,
        names: Names,
        *,
        marker: str | None,
        invalid: Literal["raise", "missing"],
        protocol: RetreatmentProtocol,
        infusion_frame: Frame,
        infusion_columns: Mapping[str, str],
        exclusion_columns: Mapping[str, str],
        in_pieces: bool,
    ) -> None:
        # The baselines are those of the courses, below.
        super().__init__(frame, names, baseline="first", marker=marker, invalid=invalid)
        self.protocol = protocol
        self.infusion_frame = infusion_frame
        self.infusion_columns = infusion_columns
        self.exclusion_columns = exclusion_columns
        self.in_pieces = in_pieces

    # --- infusions, and the course of each visit

    @cached_property
    def visit_days(self) -> Positions:
        """The day of each visit, without the time."""
        return _whole_days(self.visits.dates, self.visits.per_day)

    @cached_property
    def infusions(self) -> Infusions:
        """The infusions, in order."""
        visits = self.visits
        with _said_of_infusions():
            return read_infusions(
                self.infusion_frame, self.infusion_columns, visits, in_pieces=self.in_pieces
            )

    @cached_property
    def given_before(self) -> Positions:
        """For each visit, how many of the ordered infusions come before it, of any patient."""
        given, order = self.infusions, self.visits.order
        infused, seen = _keys(
            (given.patients, given.days), (self.visits.patients[order], self.visit_days[order])
        )
        # Left: a visit on the day of an infusion counts as before it.
        found = np.searchsorted(infused, seen, side="left")
        return self.visits.unordered(found.astype(np.int64))

    @cached_property
    def first_infusion(self) -> Positions:
        """For each visit, the place of its patient's first infusion, were there one."""
        codes = np.arange(len(self.visits.labels))
        return self.visits.per_row(np.searchsorted(self.infusions.patients, codes, side="left"))

    @cached_property
    def number(self) -> Positions:
        """How many infusions each visit's patient was given before it."""
        return self.given_before - self.first_infusion

    @cached_property
    def last_visits(self) -> Positions:
        """For each infusion, the row of the patient's last visit on or before its day."""
        visits, given, order = self.visits, self.infusions, self.visits.order
        seen, infused = _keys(
            (visits.patients[order], self.visit_days[order]), (given.patients, given.days)
        )
        place = np.searchsorted(seen, infused, side="right") - 1
        known = place >= 0
        known[known] = visits.patients[order][place[known]] == given.patients[known]
        if not known.all():
            self._refuse_before_first_visit(np.flatnonzero(~known))
        tied = np.flatnonzero(visits.day_starts[place] != place)
        if tied.size:
            self._refuse_tied_visits(place[tied])
        return order[place]

    def _refuse_before_first_visit(self, infusions: Positions) -> None:
        shown = self._infusions_in_words(infusions)
        raise VisitError(
            f"infused before the first visit: {listing(shown)}. Nothing was recorded then that a "
            f"response could be measured against; add the visit, or leave the infusion out.",
            variable="infusions",
            where=shown,
        )

    def _refuse_tied_visits(self, places: Positions) -> None:
        order, starts = self.visits.order, self.visits.day_starts
        pairs = [
            f"{self.places[order[starts[place]]]} and {self.places[order[place]]}"
            for place in places
        ]
        raise VisitError(
            f"two visits on one date can be the last before an infusion: {listing(pairs)}. Keep "
            f"one of them.",
            variable="baseline",
            where=pairs,
        )

    def _infusions_in_words(self, places: Positions) -> list[str]:
        dates = self.infusion_frame.objects(self.infusion_columns.get("date", "date"))
        given = self.infusions
        return [
            f"patient {self.visits.labels[given.patients[place]]} on "
            f"{str(dates[given.rows[place]]).removesuffix(' 00:00:00')}"
            for place in places
        ]

    @cached_property
    def baseline(self) -> Positions:
        """Each visit's baseline: that of its course, or of the patient's first one."""
        anchor = (
            self.given_before - 1 if self.protocol.baseline == "course" else self.first_infusion
        )
        return self._at_infusion(self.last_visits, anchor, NONE)

    @cached_property
    def after_baseline(self) -> NDArray[np.bool_]:
        """Which visits come after the baseline of their course."""
        return self.visits.after(self.baseline)

    def earlier(self, rows: Positions) -> Mapping[str, Gathered]:
        """Return the six variables of each visit's earlier one; courses share no baseline."""
        self._compared.append(rows)
        return {name: Gathered(values, rows) for name, values in self.core_set.items()}

    def _at_infusion(self, values: Positions, infusion: Positions, without: int) -> Positions:
        """Return what belongs to an infusion of each visit; `without` where there is none yet."""
        given = self.number > 0
        out = np.full(self.size, without, dtype=np.int64)
        out[given] = values[infusion[given]]
        return out

    @cached_property
    def days(self) -> Positions:
        """Days since the infusion that began the course; 0 before the first."""
        began = self._at_infusion(self.infusions.days, self.given_before - 1, 0)
        return np.where(self.number > 0, self.visit_days - began, 0)

    @cached_property
    def by_course(self) -> Visits:
        """The visits with each course as if it were a patient of its own."""
        visits = self.visits
        # Both terms never fall along the order of visits, and one rises with every new course.
        codes = self.given_before + visits.patients
        labels = np.arange(len(self.infusions.rows) + len(visits.labels))
        within = Visits(codes, visits.dates, visits.per_day, visits.places, labels)
        # Courses follow each other as their visits do, so nothing needs to be sorted again.
        within.order = visits.order
        return within

    @cached_property
    def uses_esr(self) -> NDArray[np.bool_]:
        """By ``"esr-else-crp"``, whose reactant is ESR: by the visit before the first infusion."""
        visits, esr = self.visits, ~np.isnan(self.values("esr"))
        whose = np.zeros(len(visits.labels), dtype=bool)
        np.logical_or.at(whose, visits.patients, esr)
        firsts = self.infusions.numbers == 1
        whose[self.infusions.patients[firsts]] = esr[self.last_visits[firsts]]
        return whose[visits.patients]

    # --- decisions

    @cached_property
    def decided(self) -> Decisions:
        """What is decided for each visit, in the order of `by_course`."""
        visits, order = self.by_course, self.by_course.order
        _, lowest, highest = self.response(self.protocol.criteria)
        flared = self.flared() if self.protocol.by_flare else None
        return decide(
            self.protocol,
            starts=visits.starts,
            day_starts=visits.day_starts,
            infusions=self.number[order],
            days=self.days[order],
            level_min=lowest[order],
            level_max=highest[order],
            exclusions={
                name: read_flag(self.frame, column, blank=np.nan)[order]
                for name, column in self.exclusion_columns.items()
            },
            flared=None if flared is None else (flared[0][order], flared[1][order]),
        )

    @cached_property
    def reasons(self) -> NDArray[Any]:
        """A sentence for each visit, in the order of `by_course`."""
        return reasons(self.protocol, self.decided)

    def flared(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return for each visit whether there certainly, and possibly, is a flare."""
        criteria, rule = self.protocol.loss, self.protocol.flare_reference
        rows, known = self.flare_references(rule)
        fever = self.values("flare_fever") if criteria.fever_above is not None else np.nan
        certain, possible = flare_bounds(criteria, self.earlier(rows), self.core_set, fever=fever)
        after = self.visits.after(rows)
        # Without a reference there is no flare, unless a gap hides which visit it is.
        return certain & after, np.where(after, possible, ~known)

    def flare_references(self, rule: Any) -> tuple[Positions, NDArray[np.bool_]]:
        """Return each visit's reference, and where a missing one is missing for sure."""
        within = self.by_course
        if rule == "last-responding":
            rule = LastResponding(self.protocol.level, self.protocol.criteria)
        if rule == "best":
            rule = Best(self.protocol.criteria)
        if isinstance(rule, LastResponding):
            _, lowest, highest = self.response(rule.criteria)
            perhaps = latest_earlier(within, self.after_baseline & (highest >= rule.level))
            rows = latest_earlier(within, self.after_baseline & (lowest >= rule.level))
            return rows, perhaps < 0
        if isinstance(rule, Best):
            level, _, _ = self.response(rule.criteria)
            level = np.where(self.after_baseline, level, np.nan)
            rows = best_earlier(within, level, self.jadas71)
            return rows, latest_earlier(within, self.after_baseline) < 0
        rows = reference_rows(self, rule)
        return rows, rows >= 0

    def outputs(self, decided: Decisions, sentences: NDArray[Any]) -> list[Output]:
        """Return the three columns in the order of the rows."""
        back = self.by_course.order
        codes = np.empty(self.size, dtype=np.int64)
        eligible = np.empty(self.size)
        words = np.empty(self.size, dtype=object)
        codes[back], eligible[back], words[back] = decided.codes, decided.eligible, sentences
        return [
            Output(CODE, "state", codes, CODES),
            Output(ELIGIBLE, "flag", eligible),
            Output(REASON, "word", words),
        ]

    def deviations(self) -> Any:
        """Return the later infusions with what was decided at the last visit before each."""
        given = self.infusions
        later = np.flatnonzero(given.numbers > 1)
        rows = self.last_visits[later]
        code, eligible, reason = self.outputs(self.decided, self.reasons)
        codes, allowed, words = code.data[rows], eligible.data[rows], reason.data[rows]
        # The last visit may lie before the infusion that this one repeats.
        unseen = self.number[rows] < given.numbers[later] - 1
        codes[unseen], allowed[unseen] = CODES.index("no_response"), 0.0
        words[unseen] = [
            f"No visit since infusion {number - 1}, so no response to it was seen."
            for number in given.numbers[later][unseen]
        ]
        names, frame = self.infusion_columns, self.infusion_frame
        patients = frame.objects(names.get("patient", "patient"))
        dates = frame.objects(names.get("date", "date"))
        visit_dates = self.frame.objects(self.names.column("date"))
        table = frame.new(
            {
                "patient": patients[given.rows[later]].tolist(),
                "infusion_date": dates[given.rows[later]].tolist(),
                "infusion_number": given.numbers[later].tolist(),
                "visit_date": visit_dates[rows].tolist(),
                "days_since_visit": (given.days[later] - self.visit_days[rows]).tolist(),
            }
        )
        return add_columns(
            Frame(table),
            [
                Output(CODE, "state", codes, CODES),
                Output(ELIGIBLE, "flag", allowed),
                Output(REASON, "word", words),
            ],
            "",
        )


def _whole_days(dates: Positions, per_day: float) -> Positions:
    return np.floor_divide(dates, int(per_day))


def _keys(
    one: tuple[Positions, Positions], other: tuple[Positions, Positions]
) -> tuple[Positions, Positions]:
    """Return numbers that order two sets of (patient, day) as one, patients first."""
    days = np.concatenate([one[1], other[1]])
    if not days.size:
        return one[1], other[1]
    low, span = int(days.min()), int(days.max() - days.min()) + 1
    first, second = (patients * span + (day - low) for patients, day in (one, other))
    return first, second


# --------------------------------------------------------------------------------------------
# Reading infusions


def read_infusions(
    frame: Frame, columns: Mapping[str, str], visits: Visits, *, in_pieces: bool = False
) -> Infusions:
    """Return the infusions by patient and day; those that contradict the visits raise.

    A piece of a larger table has the visits of some patients only, and a table without rows is
    how a lazy frame is planned: there, the infusions of others are left out.
    """
    for role, column in columns.items():
        if role not in ("patient", "date"):
            raise ColumnError(
                f"infusion_columns= maps {role!r}; an infusion has a patient and a date.",
                variable=role,
            )
        if column not in frame:
            known = [str(name) for name in frame.names]
            raise ColumnError(
                f"there is no column {column!r} for the {role}.{suggestion(str(column), known)}",
                variable=role,
                values=(column,),
            )
    names = Names(columns, {})
    codes, labels = read_patients(frame, names)
    dates, per_day = read_dates(frame, names.column("date"), "date", gaps=False)
    if len(dates) and visits.size and (per_day == CALENDAR) != (visits.per_day == CALENDAR):
        raise VisitError(
            f"these are {'dates' if per_day == CALENDAR else 'study days'} and the visits have the "
            f"other kind; give both as dates or both as study days.",
            variable="date",
        )
    patients = _same_patients(labels, visits)[codes] if len(codes) else codes
    strangers = np.flatnonzero(patients < 0)
    rows = np.arange(len(patients))
    if strangers.size and (in_pieces or not visits.size) and _alike(labels, visits):
        rows = np.flatnonzero(patients >= 0)
        patients, dates = patients[rows], dates[rows]
    elif strangers.size:
        who = sorted({str(labels[code]) for code in codes[strangers]})
        raise VisitError(
            f"patient {listing(who)} has no visit. Look whether ids are written alike in both "
            f"tables (12 is not '12'), or leave the infusion out.",
            variable="patient",
            values=who,
            where=[frame.label(int(row)) for row in strangers],
        )
    days = _whole_days(dates, per_day)
    order = np.lexsort((days, patients)).astype(np.int64)
    patients, days = patients[order], days[order]
    again = np.flatnonzero((np.diff(patients) == 0) & (np.diff(days) == 0)) + 1
    if again.size:
        places = Places(frame, names)
        twice = [
            f"{places[rows[order[place - 1]]]} and {places[rows[order[place]]]}" for place in again
        ]
        raise VisitError(
            f"two infusions of a patient on one day: {listing(twice)}. Keep one row for each "
            f"infusion.",
            variable="date",
            where=twice,
        )
    return Infusions(patients, days, rows[order])


def _same_patients(labels: Any, visits: Visits) -> Positions:
    """Return the code among the visits of each label, or `NONE`."""
    import pandas as pd

    known = pd.Index(_plain(visits.labels), dtype=object)
    found = known.get_indexer(pd.Index(_plain(labels), dtype=object))
    return np.asarray(found, dtype=np.int64)


def _alike(labels: Any, visits: Visits) -> bool:
    """Return whether ids are text in both tables or in none, as far as there are any."""
    ours, theirs = _plain(visits.labels)[:1], _plain(labels)[:1]
    return not ours or isinstance(ours[0], str) == isinstance(theirs[0], str)


def _plain(labels: Any) -> list[Any]:
    """Return labels as Python objects, whichever library they come from."""
    return list(labels.to_pylist() if hasattr(labels, "to_pylist") else labels)
