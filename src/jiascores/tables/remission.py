"""`remission`: at each visit, whether inactive disease has lasted, on and off medication."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.definition import lookup
from jiascores.core.errors import (
    ColumnError,
    LeftOutWarning,
    RequestError,
    VisitError,
    door,
    listing,
    say,
    shown,
    suggestion,
    warn,
)
from jiascores.core.measure import Verdict, verdict_named
from jiascores.measures.inactivity import MarkerChoice
from jiascores.measures.remission import (
    ONGOING,
    Periods,
    RemissionCriteria,
    remission_codes,
    run_starts,
)
from jiascores.tables.assess import TableCall
from jiascores.tables.beside import Beside, whole_days
from jiascores.tables.details import details_of
from jiascores.tables.engines import IN_PIECES
from jiascores.tables.frame import NONE, Output, Positions, kind_of_frame
from jiascores.tables.ids import SPELLING, ColumnNames, plain_id
from jiascores.tables.naming import Column, Units, require_column
from jiascores.tables.numbers import number_of
from jiascores.tables.requests import Request, request
from jiascores.tables.table import Table
from jiascores.tables.visits import CALENDAR

FrameT = TypeVar("FrameT")
ALL = "all"
# Drugs that a message lists.
SHOWN_DRUGS = 20
INACTIVE = "inactive"
NEED_DATES = "remission is counted in calendar months, which need dates"


@as_declared
def remission(
    visits: FrameT,
    medication: Any = None,
    *,
    criteria: str | RemissionCriteria | None = None,
    max_gap_days: float | None = None,
    counted: Sequence[str] | str | None = None,
    inactive: Column | Request | None = None,
    markers: MarkerChoice | None = None,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    medication_columns: ColumnNames | None = None,
    details: bool = False,
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
        ``"wallace-2004"``, ``"wallace-2011"``, ``"wallace-no-markers"``, ``"eular-pres-2024"``,
        ``"jadas-24-weeks"``; there is no default.
    max_gap_days : float
        The longest gap in days between two visits of one run; there is no default.
    counted : list of str or "all"
        Which drugs count as anti-arthritis or anti-uveitis medication. Required where
        `medication` has a column ``drug``. The others are listed in a warning.
    inactive : Column or Request, optional
        A yes/no column that holds inactive disease already, or a request: for yes or no, or for a
        state, of which ``inactive`` counts. By default inactive disease is judged from the
        variables by the criteria. ``"jadas-24-weeks"`` needs one, since the caller names the
        cut-off set: ``inactive=jia.ask.state("jadas10", cutoffs="trincianti-2021",
        course="poly")``.
    markers : {"any", "all"}, optional
        As for `inactive_disease`.
    columns, units : dict, optional
        As for `assess`.
    medication_columns : dict, optional
        Your own column names in `medication`, for example ``{"start": "first_day"}``.
    details : bool
        Whether to add what decided: ``…_reference_date``, the first visit of the run of inactive
        disease that the visit belongs to, and, where inactive disease is judged from the
        variables, ``…_missing``, how many of its items are unknown.
    invalid : {"raise", "missing"}
        As for `assess`.
    prefix : str
        Put before the name of the added column.

    Returns
    -------
    data frame
        `visits` with one column, for example ``remission_wallace_2011``: ``none``; ``inactive,
        on medication``; ``clinical remission on medication``; ``inactive, off medication``;
        ``clinical remission off medication``; missing where it cannot be determined. Where
        medication does not matter, ``none``, ``inactive`` and ``remission``. By a cut-off set the
        column bears its name: ``remission_jadas_24_weeks_jadas10_trincianti_2021``.

    Raises
    ------
    UnknownDefinitionError
        If the criteria are not in the catalogue.
    RequestError
        If `max_gap_days` or `counted` is missing, a counted drug is nobody's, or a drug differs
        from a counted one by its spelling alone.
    ColumnError
        If a column is missing, or the added one would replace another.
    VisitError
        If a patient or date is missing, a period ends before it starts, no patient of the
        medication is among the visits, an id differs from one of the visits by its spelling
        alone (``7`` and ``007``), or days are numbers: calendar months need dates.

    Warns
    -----
    LeftOutWarning
        If there are drugs that are not counted, or patients of the medication who are not among
        the visits; it says how many. In Dask and PySpark, whose pieces know only their own
        patients, the patients are not counted.

    See Also
    --------
    jiascores.inactive_disease : One visit by itself.
    jiascores.retreatment : Who may be treated again.

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
    # The request refuses markers= that the criteria do not take.
    is_inactive = _how_inactive(definition, inactive, markers)
    in_remission = partial(
        _in_remission,
        criteria=definition,
        max_gap_days=gap,
        inactive=is_inactive,
        periods=_periods_asked_about(definition, medication, medication_columns, counted),
        in_pieces=kind_of_frame(visits) in IN_PIECES,
        details=details,
    )
    return TableCall(
        outputs=in_remission, columns=columns, units=units, invalid=invalid, prefix=prefix
    ).on(visits)


def _how_inactive(
    criteria: RemissionCriteria, given: Column | Request | None, markers: str | None
) -> Column | Request:
    """Return what says whether disease is inactive at a visit."""
    if isinstance(given, Request):
        asked = given.measure
        words = asked.words_of(given.criteria, dict(given.options)) if _gives(asked, "word") else ()
        if _gives(asked, "flag") or INACTIVE in words:
            return given
        raise RequestError(
            f"inactive= takes a request for yes or no, or for a state that may be "
            f"{INACTIVE!r}, not {shown(given)}.",
            variable="inactive",
        )
    if given is not None:
        return require_column(given, "inactive")
    if criteria.inactive is None:
        state = "jia.ask.state('jadas10', cutoffs='…', course='…')"
        column = f"a yes/no column, {say('inactive', 'COLUMN')}"
        raise RequestError(
            f"{criteria.name} reads inactive disease from a cut-off set that you name: give "
            f"{column if door().of_a_file else f'inactive={state}, or a yes/no column'}.",
            variable="inactive",
        )
    return request(verdict_named("inactive_disease"), criteria=criteria.inactive, markers=markers)


def _gives(asked: Any, kind: str) -> bool:
    return isinstance(asked, Verdict) and asked.gives == kind


@attrs.frozen(eq=False)
class MedicationPeriods:
    """Periods with a drug that counts.

    Parameters
    ----------
    table : Beside
        The medication.
    rows, first, last : array of int
        Row of each period, its first and its last day since 1970-01-01.
    """

    table: Beside
    rows: Positions
    first: Positions
    last: Positions

    def of(self, labels: Any, *, in_pieces: bool) -> Periods:
        """Return the periods of these patients, numbered as they are."""
        patients = self.table.among(labels, in_pieces=in_pieces)[self.rows]
        known = patients >= 0
        return Periods.of(patients[known], self.first[known], self.last[known])


def _periods_asked_about(
    criteria: RemissionCriteria,
    medication: Any,
    columns: ColumnNames | None,
    counted: Sequence[str] | str | None,
) -> MedicationPeriods | None:
    """Return the periods with a drug, where the criteria ask about medication."""
    if not criteria.asks_about_medication:
        return None
    if medication is None:
        raise RequestError(
            f"{criteria.name} asks about medication: give the periods with a drug, one row each "
            f"with patient, start and stop; a table without rows if nobody took any.",
            variable="medication",
        )
    return read_periods(medication, columns, counted)


def read_periods(
    medication: Any, columns: ColumnNames | None, counted: Sequence[str] | str | None
) -> MedicationPeriods:
    """Return the periods with a drug that counts, checked."""
    table = Beside(
        medication,
        columns,
        what="medication",
        parameter="medication_columns",
        needs=("patient", "start", "stop"),
        takes=("drug",),
    )
    start, stop = table.dates("start"), table.dates("stop", gaps=True)
    for dates in (start, stop):
        dates.require(CALENDAR, NEED_DATES)
    last = np.where(stop.known, stop.days, ONGOING)
    backwards = np.flatnonzero(last < start.days)
    table.refuse_rows(VisitError, "ends before it starts: {}.", "stop", backwards)
    rows = np.flatnonzero(_counts(table, counted))
    return MedicationPeriods(table, rows, start.days[rows], last[rows])


def _counts(table: Beside, counted: Sequence[str] | str | None) -> NDArray[np.bool_]:
    """Return which rows hold a drug that counts as medication."""
    every = np.ones(table.frame.size, dtype=bool)
    if not table.has("drug"):
        if counted not in (None, ALL):
            words = (
                f"{say('counted')} names drugs, and there is no column {table.column('drug')!r}. "
                f"Name yours: {say('medication_columns', {'drug': 'your column'})}."
            )
            table.refuse(ColumnError, words, "drug")
        return every
    drugs = table.words("drug")
    rows = Counter(drug for drug in drugs if drug is not None)
    shown = f"The medication has {listing(rows, shown=SHOWN_DRUGS)}."
    if counted is None:
        raise RequestError(
            f"{say('counted')} must say which drugs count as medication, as a list or 'all'. {shown}",
            variable="counted",
        )
    if isinstance(counted, str) and counted == ALL:
        return every
    wanted = [counted] if isinstance(counted, str) else list(counted)
    absent = [drug for drug in wanted if drug not in rows]
    if absent and drugs:
        raise RequestError(
            f"{say('counted')} names {listing(map(repr, absent))}, which nobody took: it would count for "
            f"nothing.{suggestion(absent[0], rows)} {shown}",
            variable="counted",
            values=absent,
        )
    table.refuse_rows(
        VisitError,
        "the drug is not named, so that it is not known whether it counts: {}.",
        "drug",
        np.array([row for row, drug in enumerate(drugs) if drug is None], dtype=np.int64),
    )
    _say_left_out(table, {drug: many for drug, many in rows.items() if drug not in wanted}, wanted)
    return np.array([drug in wanted for drug in drugs], dtype=bool)


def _say_left_out(table: Beside, left_out: Mapping[str, int], wanted: Sequence[str]) -> None:
    """Warn of drugs that are not counted; one that is so by its spelling alone raises."""
    plain = {plain_id(drug): drug for drug in wanted}
    pairs = {drug: plain[plain_id(drug)] for drug in left_out if plain_id(drug) in plain}
    if pairs:
        said = listing(f"{shown(drug)} beside {shown(other)}" for drug, other in pairs.items())
        raise RequestError(
            f"{say('counted')} leaves out drugs that differ from those counted by {SPELLING} alone: "
            f"{said}. Name each spelling in {say('counted')}, or write the drug in one way.",
            variable="counted",
            values=tuple(pairs),
        )
    if left_out:
        said = listing(
            (f"{shown(drug)} ({many})" for drug, many in left_out.items()), shown=SHOWN_DRUGS
        )
        warn(
            f"in the table of {table.what}: not counted, with how many rows each: {said}. A "
            f"patient on these alone is off medication.",
            LeftOutWarning,
        )


def _in_remission(
    table: Table,
    criteria: RemissionCriteria,
    max_gap_days: float,
    inactive: Column | Request,
    periods: MedicationPeriods | None,
    *,
    in_pieces: bool,
    details: bool,
) -> list[Output]:
    """Return how long inactive disease has lasted at each visit."""
    visits, nobody = table.visits, np.empty(0, dtype=np.int64)
    if table.size and visits.per_day != CALENDAR:
        raise VisitError(
            f"column {table.column('date')!r} holds study days, and {NEED_DATES}.", variable="date"
        )
    column, answer = criteria.column, _answer(table, inactive)
    if isinstance(inactive, Request) and criteria.inactive is None:
        column = f"{column}_{inactive.stem.removeprefix('state_')}"
    in_order = (
        visits.patients[visits.order],
        whole_days(visits.dates, CALENDAR)[visits.order],
        answer[visits.order],
    )
    taken = Periods.of(nobody, nobody, nobody)
    if periods is not None:
        taken = periods.of(visits.labels, in_pieces=in_pieces)
    codes = remission_codes(criteria, *in_order, max_gap_days=max_gap_days, periods=taken)
    outputs = [Output(column, "state", visits.unordered(codes), criteria.words)]
    if details:
        places = run_starts(*in_order, max_gap_days)
        began = visits.unordered(np.append(visits.order, NONE)[places])
        dates = table.frame.taken(table.column("date"), began)
        outputs.append(Output(f"{column}_reference_date", "cells", dates))
        if isinstance(inactive, Request):
            further = details_of(attrs.evolve(inactive, name=column), table)
            outputs += [each for each in further if each.name.endswith("_missing")]
    return outputs


def _answer(table: Table, inactive: Column | Request) -> NDArray[np.float64]:
    """Return whether disease is inactive in each row: 1, 0, NaN."""
    if isinstance(inactive, Column):
        return table.flag(inactive.name)
    (*_, answer) = (each for each in inactive.compute(table) if each.name == inactive.stem)
    if answer.kind != "state":
        return answer.data
    return np.where(answer.data < 0, np.nan, answer.data == answer.words.index(INACTIVE))
