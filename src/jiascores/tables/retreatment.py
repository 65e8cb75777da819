"""`retreatment`: who may be infused again at each visit; `deviations`: who was, and was it so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any, Literal, TypeVar, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.definition import lookup
from jiascores.core.errors import ColumnError, VisitError, listing, say, suggestion
from jiascores.core.measure import VERDICTS
from jiascores.core.variables import MarkerRule
from jiascores.measures.courses import (
    CODES,
    Decisions,
    RetreatmentProtocol,
    decide,
    reasons,
)
from jiascores.tables.answers import Given, answered, reference_rows, response_of
from jiascores.tables.assess import TableCall, policy_for
from jiascores.tables.baselines import Best, LastResponding, best_earlier, latest_earlier
from jiascores.tables.beside import Beside, Dates, read_infusions, whole_days
from jiascores.tables.details import of_core_sets
from jiascores.tables.engines import IN_PIECES, to_eager
from jiascores.tables.frame import NONE, Frame, Output, Positions, kind_of_frame
from jiascores.tables.ids import ColumnNames, Several
from jiascores.tables.naming import Units, as_mapping, nearest
from jiascores.tables.table import Table
from jiascores.tables.visits import Visits

FrameT = TypeVar("FrameT")


@as_declared
def retreatment(
    visits: FrameT,
    infusions: Any,
    *,
    protocol: str | RetreatmentProtocol,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    infusion_columns: ColumnNames | None = None,
    exclusions: Mapping[str, str] | None = None,
    marker: MarkerRule | None = None,
    details: bool = False,
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
        Your own column names in `visits`: variable → column.
    units : dict, optional
        Units in `visits` that are not canonical: variable → unit. Never guessed.
    infusion_columns : dict, optional
        Your own column names in `infusions`: ``{"patient": …, "date": …}``.
    exclusions : dict, optional
        Your own column names among the protocol's exclusions: exclusion → column of `visits`,
        yes or no.
    marker : {"esr", "crp", "esr-else-crp"}, optional
        Required where `visits` have both ESR and CRP.
    details : bool
        Whether to add what decided: the date of the baseline of the course, the reactant, how many
        of the six variables have improved by the protocol's level, worsened and are missing, and
        the change of each in per cent (``retreatment_baseline_date`` and so on).
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

    See Also
    --------
    jiascores.deviations : Infusions that were given against the rule.
    jiascores.loss_of_response : The loss that it goes by.

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
    'ACR Pedi 30 was reached after infusion 1 and is no longer met: infusion 2 may be given.'
    """
    in_pieces = kind_of_frame(visits) in IN_PIECES
    judge = _judge(protocol, infusions, infusion_columns, exclusions, in_pieces=in_pieces)
    return TableCall(
        outputs=partial(_retreated, judge=judge, details=details),
        columns=columns,
        units=units,
        marker=marker,
        invalid=invalid,
        prefix=prefix,
    ).on(visits)


@as_declared
def deviations(
    visits: Any,
    infusions: FrameT,
    *,
    protocol: str | RetreatmentProtocol,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    infusion_columns: ColumnNames | None = None,
    exclusions: Mapping[str, str] | None = None,
    marker: MarkerRule | None = None,
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

    See Also
    --------
    jiascores.retreatment : Who may be treated again.

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
    judge = _judge(protocol, infusions, infusion_columns, exclusions)
    frame, policy = Frame(to_eager(visits)), policy_for(invalid)
    table = Table(frame, columns, units, marker=marker, policy=policy)
    return cast(FrameT, _deviations(table, judge))


@attrs.frozen(eq=False)
class _Judge:
    """Judges the visits of a table by a protocol."""

    protocol: RetreatmentProtocol
    infusions: Dates
    exclusions: Mapping[str, str]
    in_pieces: bool

    def __call__(self, table: Table) -> tuple[_Courses, list[Output]]:
        """Return the courses of the patients, and what is decided for each visit."""
        protocol = self.protocol
        exclusions = _exclusions(table, protocol, self.exclusions)
        courses = _Courses.of(table, self.infusions, in_pieces=self.in_pieces)
        course = courses.before - 1 if protocol.baseline == "course" else courses.first
        table.judge_against(
            courses.of_infusion(courses.last_visits, course), marked_by=courses.first_visits
        )
        decided = _decided(protocol, courses, table, exclusions)
        # Back in the order of the rows.
        place = np.argsort(courses.visits.order)
        words = reasons(protocol, decided)
        return courses, _outputs(decided.codes[place], decided.eligible[place], words[place])


def _judge(
    protocol: str | RetreatmentProtocol,
    infusions: Any,
    columns: ColumnNames | None,
    exclusions: Mapping[str, str] | None,
    *,
    in_pieces: bool = False,
) -> _Judge:
    return _Judge(
        lookup(RetreatmentProtocol, protocol, parameter="protocol"),
        read_infusions(infusions, columns),
        as_mapping(exclusions, "exclusions"),
        in_pieces,
    )


def _retreated(table: Table, judge: _Judge, *, details: bool) -> list[Output]:
    """Return what is decided for each visit, which reactant counted and who rated."""
    _, outputs = judge(table)
    # Names of their own: `assess` adds the same against another baseline.
    further = list(reversed(table.which_counted()))
    if details:
        protocol = judge.protocol
        outputs += of_core_sets(
            "retreatment",
            table,
            table.baseline,
            table.earlier(table.baseline),
            protocol.criteria,
            "baseline",
            level=protocol.level,
        )
        further = [each for each in further if each.name != "marker"]
    return outputs + [attrs.evolve(each, name=f"retreatment_{each.name}") for each in further]


def _deviations(table: Table, judge: _Judge) -> Any:
    """Return the later infusions with what was decided at the last visit before each."""
    courses, (code, eligible, reason) = judge(table)
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
    beside = courses.infusions
    patients, dates = (
        beside.frame.objects(beside.column(role))[courses.rows[later]].tolist()
        for role in ("patient", "date")
    )
    who = beside.column("patient")
    listed = {
        who if isinstance(who, Several) else "patient": patients,
        "infusion_date": dates,
        "infusion_number": numbers.tolist(),
        "visit_date": table.frame.objects(table.column("date"))[rows].tolist(),
        "days_since_visit": (courses.infused[later] - courses.seen[rows]).tolist(),
    }
    return Frame(beside.frame.new(listed)).with_columns(_outputs(codes, allowed, words))


def _exclusions(
    table: Table, protocol: RetreatmentProtocol, named: Mapping[str, str]
) -> dict[str, NDArray[np.float64]]:
    """Return the exclusions of the protocol in each row, yes, no or unknown."""
    known = protocol.exclusions
    for name in named:
        if name not in known:
            raise ColumnError(
                f"{say('exclusions')} maps {name!r}; the exclusions of {protocol.name} are "
                f"{listing(known, shown=len(known)) or 'none'}.{suggestion(name, known)}",
                variable=name,
            )
    columns = {name: named.get(name, name) for name in known}
    absent = {name: column for name, column in columns.items() if column not in table.frame}
    if absent:
        name, column = next(iter(absent.items()))
        raise ColumnError(
            f"the table has no column {listing(map(repr, absent.values()))}, and {protocol.name} "
            f"excludes patients with {listing(absent)}. Name yours: "
            f"{say('exclusions', {name: 'your column'})}, or make a variant of the protocol.{nearest(column, table.frame.names)}",
            variable=name,
            values=tuple(absent.values()),
        )
    return {name: table.flag(column) for name, column in columns.items()}


def _outputs(codes: Positions, eligible: NDArray[np.float64], words: NDArray[Any]) -> list[Output]:
    return [
        Output("retreatment_code", "state", codes, CODES),
        Output("retreatment_eligible", "flag", eligible),
        Output("retreatment_reason", "word", words),
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
    infusions : Beside
        The table of infusions.
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
    infusions: Beside
    patients: Positions
    infused: Positions
    rows: Positions
    seen: Positions
    before: Positions
    first: Positions
    last_visits: Positions

    @classmethod
    def of(cls, visits_table: Table, dates: Dates, *, in_pieces: bool) -> _Courses:
        """Return the courses; infusions that contradict the visits raise.

        A piece of a larger table has the visits of some patients only, and a table without rows
        is how a lazy frame is planned: there, the infusions of others are left out.
        """
        visits = visits_table.visits
        table = dates.table
        patients = table.among(visits.labels, all_known=True, in_pieces=in_pieces)
        rows = np.flatnonzero(patients >= 0) if visits.size else np.empty(0, dtype=np.int64)
        if rows.size:
            dates.require(visits.per_day)
        rows = rows[np.lexsort((dates.days[rows], patients[rows]))]
        patients, infused = patients[rows], dates.days[rows]
        seen = whole_days(visits.dates, visits.per_day)
        order = visits.order
        # Numbers that order infusions and visits as one, patients first.
        low = min(infused.min(initial=0), seen.min(initial=0))
        span = max(infused.max(initial=0), seen.max(initial=0)) - low + 1
        given = patients * span + infused - low
        shown = (visits.patients * span + seen - low)[order]
        # Left: a visit on the day of an infusion counts as before it.
        before = visits.unordered(np.searchsorted(given, shown, side="left"))
        last = np.searchsorted(shown, given, side="right") - 1
        _check_last(visits_table, last, patients, table, rows)
        first = np.searchsorted(patients, np.arange(len(visits.labels)))
        firsts = visits.per_row(first)
        return cls(visits, table, patients, infused, rows, seen, before, firsts, order[last])

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
        within = Visits(codes, visits.dates, visits.per_day, labels)
        # Courses follow each other as their visits do, so nothing needs to be sorted again.
        within.order = visits.order
        return within


def _check_last(of: Table, last: Positions, patients: Positions, table: Beside, rows: Any) -> None:
    """Raise where an infusion has no visit before it, or two that can be the last."""
    visits = of.visits
    table.refuse_rows(
        VisitError,
        "infused before the first visit: {}. Nothing was recorded then that a response could be "
        "measured against; add the visit, or leave the infusion out.",
        "infusions",
        rows[(last < 0) | (visits.patients[visits.order[last]] != patients)],
    )
    starts = visits.day_starts[last]
    tied = np.flatnonzero(starts != last)
    if tied.size:
        both = zip(visits.order[starts[tied]], visits.order[last[tied]], strict=True)
        pairs = [f"{of.places[one]} and {of.places[other]}" for one, other in both]
        raise VisitError(
            f"two visits on one date can be the last before an infusion: {listing(pairs)}. Keep "
            f"one of them.",
            variable="baseline",
            where=pairs,
        )


# --------------------------------------------------------------------------------------------
# Decisions


def _decided(
    protocol: RetreatmentProtocol,
    courses: _Courses,
    table: Table,
    exclusions: Mapping[str, NDArray[np.float64]],
) -> Decisions:
    """Return what is decided for each visit, in their order."""
    order, within = courses.visits.order, courses.as_patients
    response = response_of(table, protocol.criteria)
    flared = _flared(protocol, within, table) if protocol.by_flare else None
    return decide(
        protocol,
        starts=within.starts,
        day_starts=within.day_starts,
        infusions=courses.number[order],
        days=courses.days[order],
        level_min=response.lowest[order],
        level_max=response.highest[order],
        exclusions={name: values[order] for name, values in exclusions.items()},
        flared=None if flared is None else (flared[0][order], flared[1][order]),
    )


def _flared(
    protocol: RetreatmentProtocol, within: Visits, table: Table
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each visit whether there certainly, and possibly, is a flare."""
    rows, known = _flare_references(protocol, within, table)
    bounds, _ = answered(table, VERDICTS["flare"], protocol.loss, bound={"reference": Given(rows)})
    after = within.after(rows)
    # Without a reference there is no flare, unless a gap hides which visit it is.
    return bounds.lowest & after, np.where(after, bounds.highest, ~known)


def _flare_references(
    protocol: RetreatmentProtocol, within: Visits, table: Table
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
    response = response_of(table, rule.criteria)
    if isinstance(rule, LastResponding):
        perhaps = latest_earlier(within, after & (response.highest >= rule.level))
        return latest_earlier(within, after & (response.lowest >= rule.level)), perhaps < 0
    rows = best_earlier(within, np.where(after, response.known(), np.nan), table.score("jadas71"))
    return rows, latest_earlier(within, after) < 0
