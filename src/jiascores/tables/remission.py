"""`remission`: at each visit, whether inactive disease has lasted, on and off medication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

import attrs
import numpy as np

from jiascores.core.definition import lookup
from jiascores.core.errors import ColumnError, RequestError, VisitError, listing, suggestion
from jiascores.measures.remission import ONGOING, Periods, RemissionCriteria, remission_codes
from jiascores.tables.ask import inactive_disease
from jiascores.tables.assess import add_columns
from jiascores.tables.columns import Column, Frame, Output, understand
from jiascores.tables.context import Context
from jiascores.tables.engines import always, run, to_eager
from jiascores.tables.numbers import number_of
from jiascores.tables.visits import CALENDAR, NO_DATE, Positions, codes_of, read_dates

FrameT = TypeVar("FrameT")
ROLES = ("patient", "start", "stop", "drug")
ALL = "all"


def remission(
    visits: FrameT,
    medication: Any = None,
    *,
    criteria: str | RemissionCriteria | None = None,
    max_gap_days: float | None = None,
    counted: Sequence[str] | str | None = None,
    inactive: Column | None = None,
    markers: str | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    medication_columns: Mapping[str, str] | None = None,
    invalid: Literal["raise", "missing"] = "raise",
    prefix: str = "",
) -> FrameT:
    """Say for every visit whether the patient is in remission, on or off medication.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order, with dates.
    medication : data frame, optional
        One row for each period with a drug: patient, first day (``start``), last day (``stop``,
        missing while it goes on) and, where not every drug counts, ``drug``. Required where the
        criteria ask about medication; a patient without a row never took any.
    criteria : str or RemissionCriteria
        ``"wallace-2004"``, ``"wallace-2011"``, ``"eular-pres-2024"``; there is no default.
    max_gap_days : float
        Most days between two visits of one run; there is no default.
    counted : list of str or "all"
        Which drugs count as anti-arthritis or anti-uveitis medication. Required where
        `medication` has a column ``drug``.
    inactive : Column, optional
        A yes/no column that holds inactive disease already; by default it is judged from the
        variables by the criteria.
    markers : {"any", "all"}, optional
        As for `inactive_disease`.
    columns, units : dict, optional
        As for `assess`.
    medication_columns : dict, optional
        What is called otherwise in `medication`, for example ``{"start": "first_day"}``.
    invalid : {"raise", "missing"}
        As for `assess`.
    prefix : str
        Put before the name of the added column.

    Returns
    -------
    data frame
        `visits` with one column, for example ``remission_wallace_2011``: ``none``; ``inactive,
        on medication``; ``clinical remission on medication``; ``inactive, off medication``;
        ``clinical remission off medication``; missing where it cannot be determined.

    Raises
    ------
    UnknownDefinitionError
        If the criteria are not in the catalogue.
    RequestError
        If `max_gap_days` or `counted` is missing, or a counted drug is nobody's.
    ColumnError
        If a column is missing, or the added one would replace another.
    VisitError
        If a patient or date is missing, a period ends before it starts, or days are numbers:
        calendar months need dates.

    Notes
    -----
    A run goes from its first to its last consecutive inactive visit; visits more than
    `max_gap_days` apart are not consecutive. A period with a drug includes its first and its last
    day. On medication, disease was inactive for the months with some counted drug on every day;
    off, the clock starts at the later of the first inactive visit and the day after the last
    drug, and a restart ends it. Calendar months: six after 31 August is the last day of February.

    A visit is undetermined where its own inactivity is, or where an undetermined visit before it
    decides. Rows of one date count as one visit: not inactive if one says so.

    ============ ========== ========= =======================================
    visit        inactive   drug      state (6 months on, 12 off)
    ============ ========== ========= =======================================
    2020-01-01   no         yes       none
    2020-02-01   yes        yes       inactive, on medication
    2020-05-01   unknown    yes       undetermined
    2020-08-01   yes        yes       undetermined (remission if May was)
    2020-11-01   yes        stopped   inactive, off medication
    2021-11-01   yes        no        clinical remission off medication
    ============ ========== ========= =======================================

    (The last drug was taken on 2020-10-31, and visits up to 365 days apart are one run.)

    References
    ----------
    Wallace 2004; Wallace 2011, Arthritis Care Res 63:929.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": "A", "inactive": [False, True, None, True, True, True],
    ...     "date": ["2020-01-01", "2020-02-01", "2020-05-01", "2020-08-01", "2020-11-01",
    ...              "2021-11-01"]})
    >>> drugs = pd.DataFrame({"patient": ["A"], "drug": ["methotrexate"],
    ...                       "start": ["2019-06-01"], "stop": ["2020-10-31"]})
    >>> out = jia.remission(visits, drugs, criteria="wallace-2011", max_gap_days=365,
    ...                     counted=["methotrexate"], inactive=jia.column("inactive"))
    >>> for state in out["remission_wallace_2011"]:
    ...     print(state)
    none
    inactive, on medication
    nan
    nan
    inactive, off medication
    clinical remission off medication
    """
    definition = lookup(RemissionCriteria, criteria, parameter="criteria")
    gap = number_of(
        max_gap_days,
        "max_gap_days",
        "Between two visits nobody saw whether disease stayed inactive, and no paper says how "
        "often to look: say how many days two visits of one run may be apart at most.",
    )
    if inactive is not None and not isinstance(inactive, Column):
        raise RequestError(
            f"inactive= takes a column: jia.column({inactive!r}).", variable="inactive"
        )
    if medication is None and definition.months is None:
        raise RequestError(
            f"{definition.name} asks about medication: give the periods with a drug, one row "
            f"each with patient, start and stop; a table without rows if nobody took any.",
            variable="medication",
        )
    periods = (
        None
        if medication is None or definition.months is not None
        else read_periods(to_eager(medication), medication_columns, counted)
    )
    if inactive is None:
        # Refuses markers= that the criteria do not take.
        inactive_disease(criteria=definition.inactive, markers=markers)
    work = _Remission(
        criteria=definition,
        periods=periods,
        max_gap_days=gap,
        inactive=inactive,
        markers=markers,
        columns=dict(columns or {}),
        units=dict(units or {}),
        invalid=invalid,
        prefix=prefix,
    )
    patient = work.columns.get("patient", "patient")
    return cast(FrameT, run(visits, work, patient=patient, together=always))


@attrs.frozen(eq=False)
class MedicationPeriods:
    """Periods with a drug that counts, by patient id.

    Parameters
    ----------
    labels : list
        The ids of patients.
    patients, first, last : array of int
        Position in `labels`, first and last day since 1970-01-01.
    """

    labels: list[Any]
    patients: Positions
    first: Positions
    last: Positions

    def of(self, labels: Sequence[Any]) -> Periods:
        """Return the periods of these patients, numbered as they are."""
        if self.labels and len(labels):
            ours, theirs = isinstance(labels[0], str), isinstance(self.labels[0], str)
            if ours != theirs:
                raise VisitError(
                    f"patients are text in one table and not in the other: {labels[0]!r} among the "
                    f"visits, {self.labels[0]!r} in the medication. Nobody would be found.",
                    variable="patient",
                )
        codes = {label: code for code, label in enumerate(labels)}
        number = np.array([codes.get(label, -1) for label in self.labels], dtype=np.int64)
        patients = number[self.patients] if self.labels else self.patients
        known = patients >= 0
        return Periods.of(patients[known], self.first[known], self.last[known])


def read_periods(
    medication: Any, columns: Mapping[str, str] | None, counted: Sequence[str] | str | None
) -> MedicationPeriods:
    """Return the periods with a drug that counts, checked."""
    frame = Frame(medication)
    names = {role: (columns or {}).get(role, role) for role in ROLES}
    for role in columns or {}:
        if role not in ROLES:
            raise ColumnError(
                f"medication_columns= maps {role!r}; it can map {', '.join(ROLES)}."
                f"{suggestion(role, ROLES)}",
                variable=role,
            )
    for role in ("patient", "start", "stop"):
        if names[role] not in frame:
            raise ColumnError(
                f"the medication has no column {names[role]!r} for the {role}. Name yours: "
                f"medication_columns={{'{role}': 'your column'}}.",
                variable=role,
                values=(names[role],),
            )
    codes, labels = codes_of(frame, names["patient"])
    if (codes < 0).any():
        rows = [frame.label(int(at)) for at in np.flatnonzero(codes < 0)]
        raise VisitError(
            f"the medication names no patient in row {listing(rows)}.", variable="patient"
        )
    first = _days(frame, names["start"], "start")
    last = _days(frame, names["stop"], "stop")
    backwards = np.flatnonzero(last < first)
    if backwards.size:
        rows = [frame.label(int(at)) for at in backwards]
        raise VisitError(
            f"the medication ends before it starts in row {listing(rows)}.", variable="stop"
        )
    counts = _counted(frame, names["drug"], counted)
    plain = labels.to_pylist() if hasattr(labels, "to_pylist") else list(labels)
    return MedicationPeriods(plain, codes[counts], first[counts], last[counts])


def _days(frame: Frame, name: str, role: str) -> Positions:
    if not frame.size:
        return np.empty(0, dtype=np.int64)
    may_miss = role == "stop"
    if may_miss and all(value is None for value in frame.objects(name)):
        return np.full(frame.size, ONGOING, dtype=np.int64)
    dates, per_day = read_dates(frame, name, role, gaps=may_miss)
    return np.where(dates == NO_DATE, ONGOING, _calendar_days(dates, per_day, name))


def _calendar_days(dates: Positions, per_day: float, name: str) -> Positions:
    if per_day != CALENDAR:
        raise VisitError(
            f"column {name!r} holds numbers of days; remission is counted in calendar months, "
            f"which need dates.",
            variable="date",
        )
    return np.asarray(dates // int(CALENDAR), dtype=np.int64)


def _counted(frame: Frame, name: str, counted: Sequence[str] | str | None) -> Any:
    if name not in frame:
        if counted not in (None, ALL):
            raise ColumnError(
                f"counted= names drugs, and the medication has no column {name!r}. Name yours: "
                f"medication_columns={{'drug': 'your column'}}.",
                variable="drug",
            )
        return np.ones(frame.size, dtype=bool)
    drugs = frame.objects(name)
    if counted is None:
        there = list(dict.fromkeys(str(drug) for drug in drugs))
        raise RequestError(
            f"counted= must say which drugs count as medication, as a list or 'all'. The "
            f"medication has {listing(there, shown=20)}.",
            variable="counted",
        )
    if isinstance(counted, str) and counted == ALL:
        return np.ones(frame.size, dtype=bool)
    wanted = [counted] if isinstance(counted, str) else list(counted)
    there = [str(drug) for drug in dict.fromkeys(drugs)]
    absent = [drug for drug in wanted if drug not in there]
    if absent and frame.size:
        raise RequestError(
            f"counted= names {listing([repr(drug) for drug in absent])}, which nobody took: it "
            f"would count for nothing.{suggestion(absent[0], there)} The medication has "
            f"{listing(there, shown=20)}.",
            variable="counted",
            values=absent,
        )
    unnamed = [frame.label(at) for at, drug in enumerate(drugs) if drug is None]
    if unnamed:
        raise VisitError(
            f"the medication does not name the drug in row {listing(unnamed)}, so that it is not "
            f"known whether it counts.",
            variable="drug",
        )
    return np.array([str(drug) in wanted for drug in drugs], dtype=bool)


@attrs.frozen(eq=False, kw_only=True)
class _Remission:
    """What one call does to a table in memory; it can be sent to other processes."""

    criteria: RemissionCriteria
    periods: MedicationPeriods | None
    max_gap_days: float
    inactive: Column | None
    markers: str | None
    columns: Mapping[str, str]
    units: Mapping[str, str]
    invalid: Literal["raise", "missing"]
    prefix: str

    def __call__(self, native: Any) -> Any:
        """Return an eager table with the column added."""
        frame = Frame(native)
        names = understand(frame, self.columns, self.units)
        context = Context(frame, names, baseline=None, marker=None, invalid=self.invalid)
        visits = context.visits
        if self.inactive is not None:
            inactive = context.flag(self.inactive.name)
        else:
            request = inactive_disease(criteria=self.criteria.inactive, markers=self.markers)
            inactive = request.compute(context)[0].data
        order = visits.order
        labels = visits.labels
        plain = labels.to_pylist() if hasattr(labels, "to_pylist") else list(labels)
        nobody = np.empty(0, dtype=np.int64)
        days = visits.dates
        if frame.size:
            days = _calendar_days(visits.dates, visits.per_day, names.column("date"))
        codes = remission_codes(
            self.criteria,
            visits.patients[order],
            days[order],
            inactive[order],
            max_gap_days=self.max_gap_days,
            periods=Periods(nobody, nobody) if self.periods is None else self.periods.of(plain),
        )
        state = Output(self.criteria.column, "state", visits.unordered(codes), self.criteria.words)
        outputs = [state]
        if self.invalid == "missing":
            outputs.append(Output("invalid_values", "word", context.invalid_values()))
        return add_columns(frame, outputs, self.prefix)
