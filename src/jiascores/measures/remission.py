"""Clinical remission: how long inactive disease has lasted, with or without medication."""

from __future__ import annotations

from typing import Any, ClassVar, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import DefinitionError
from jiascores.core.logic import missing
from jiascores.measures.inactivity import InactiveDiseaseCriteria

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NONE = "none"
BY_MEDICATION = (
    NONE,
    "inactive, on medication",
    "clinical remission on medication",
    "inactive, off medication",
    "clinical remission off medication",
)
WHATEVER_MEDICATION = (NONE, "inactive", "remission")
ON, OFF = 1, 3
UNDETERMINED = -1

# Days before every date; a clock that starts here has always been running.
EVER = -10_000_000
# A period that has not ended.
ONGOING = 10_000_000
# Patients are this many days apart on one line, so that no period reaches into the next patient.
APART = 100_000_000


@attrs.frozen(kw_only=True)
class RemissionCriteria(Definition):
    """Criteria for remission: inactive disease for a number of calendar months, or of days.

    Parameters
    ----------
    inactive : InactiveDiseaseCriteria, optional
        What inactive disease at one visit is; None where the caller names a cut-off set.
    months_on : int, optional
        Months of inactive disease on medication; None where medication does not matter.
    months_off : int, optional
        Months of inactive disease off medication; None where medication does not matter.
    months : int, optional
        Months of inactive disease where medication does not matter, else None.
    days : int, optional
        Days of inactive disease in place of months; medication does not matter.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.definition("wallace-2011", jia.typing.RemissionCriteria).rule
    'inactive disease (wallace-2011) for ≥ 6 calendar months on medication; ≥ 12 off all medication that counts'
    """

    kind: ClassVar[str] = "remission criteria"

    inactive: InactiveDiseaseCriteria | None
    months_on: int | None = None
    months_off: int | None = None
    months: int | None = None
    days: int | None = None

    def _check(self) -> None:
        self._require_together("months_on", "months_off")
        times = {"months_on": self.months_on, "months": self.months, "days": self.days}
        given = [name for name, time in times.items() if time is not None]
        if len(given) != 1:
            raise DefinitionError(
                f"{self.name}: give months_on and months_off, or months alone, or days alone.",
                variable="months",
            )
        for name in ("months_on", "months_off", "months", "days"):
            time = getattr(self, name)
            self._require(time is None or time >= 1, name, "remission lasts at least 1")

    @property
    def rule(self) -> str:
        """The rule in one line."""
        by = "a cut-off set that the caller names" if self.inactive is None else self.inactive.name
        inactive = f"inactive disease ({by})"
        if self.days is not None:
            return f"{inactive} for ≥ {self.days} days"
        if self.months is not None:
            return f"{inactive} for ≥ {self.months} calendar months"
        return (
            f"{inactive} for ≥ {self.months_on} calendar months on medication; "
            f"≥ {self.months_off} off all medication that counts"
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that the criteria ask for."""
        return ("inactive",) if self.inactive is None else self.inactive.needs

    @property
    def asks_about_medication(self) -> bool:
        """Whether remission on medication is another than off it."""
        return self.months_on is not None

    @property
    def words(self) -> tuple[str, ...]:
        """The states that a visit can be in."""
        return BY_MEDICATION if self.asks_about_medication else WHATEVER_MEDICATION

    @property
    def column(self) -> str:
        """The name of the column that holds the state."""
        return f"remission_{self.name.replace('-', '_')}"


_CLOCK = (
    "Off medication the clock starts at the later of the first inactive visit and the day after "
    "the last drug; an earlier remission on medication is not required."
)


def _criteria(name: str, note: str, **months: Any) -> RemissionCriteria:
    inactive = lookup(InactiveDiseaseCriteria, name, parameter="inactive")
    return RemissionCriteria.cited(name, note, inactive=inactive, **months)


REMISSION_CRITERIA = publish(
    _criteria("wallace-2004", _CLOCK, months_on=6, months_off=12),
    _criteria("wallace-no-markers", _CLOCK, months_on=6, months_off=12, source="reacch-out-2012"),
    _criteria("wallace-2011", _CLOCK, months_on=6, months_off=12),
    RemissionCriteria.cited(
        "jadas-24-weeks",
        "A post hoc analysis of tofacitinib: inactive disease by JADAS10 with CRP and the cut-offs "
        "of trincianti-2021 for polyarthritis. 24 weeks are 168 days, not six calendar months.",
        source="tofacitinib-2025",
        inactive=None,
        days=168,
    ),
    _criteria(
        "eular-pres-2024",
        "Still's disease; the recommendations set no condition on medication here.",
        months=6,
    ),
)


@attrs.frozen(eq=False)
class Periods:
    """Days with a drug that counts, as periods that neither touch nor overlap, in order.

    Parameters
    ----------
    starts, stops : array of int
        First and last day of each period, on one line on which patients are `APART`; first one
        that is nobody's.
    """

    starts: IntArray
    stops: IntArray

    @classmethod
    def of(cls, patients: IntArray, first: IntArray, last: IntArray) -> Periods:
        """Join periods of a patient that overlap, or of which one starts the day after another.

        Parameters
        ----------
        patients : array of int
            The patient of each period, as a code from 0.
        first, last : array of int
            First and last day; `ONGOING` where it has not ended.
        """
        starts = np.append(-APART, patients * APART + first)
        stops = np.append(-APART, patients * APART + last)
        order = np.argsort(starts, kind="stable")
        starts, stops = starts[order], np.maximum.accumulate(stops[order])
        apart = starts[1:] > stops[:-1] + 1
        return cls(starts[np.append(True, apart)], stops[np.append(apart, True)])

    def on(self, patients: IntArray, days: IntArray) -> tuple[NDArray[np.bool_], IntArray]:
        """Return who is on medication, and since which day each has been on, or off, it.

        Off: since the day after the last drug, or for ever.
        """
        lines = patients * APART
        place = np.searchsorted(self.starts, lines + days, side="right") - 1
        start, stop = self.starts[place] - lines, self.stops[place] - lines
        own = start >= EVER
        on = own & (days <= stop)
        return on, np.where(on, start, np.where(own, stop + 1, EVER))


def months_after(days: IntArray, months: int | IntArray) -> IntArray:
    """Return the same day some calendar months later, or the last day of a shorter month.

    Parameters
    ----------
    days : array of int
        Days since 1970-01-01.
    months : int or array of int
        How many months.
    """
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    then = month + months
    same_day = _first_day(then) + days - _first_day(month)
    found: IntArray = np.minimum(same_day, _first_day(then + 1) - 1)
    return found


def _first_day(month: IntArray) -> IntArray:
    """Return the first day of months since January 1970, in days since then."""
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def remission_codes(
    criteria: RemissionCriteria,
    patients: IntArray,
    days: IntArray,
    inactive: FloatArray,
    *,
    max_gap_days: float,
    periods: Periods,
) -> IntArray:
    """Return the state of every visit as a position in ``criteria.words``, −1 if undetermined.

    Parameters
    ----------
    criteria : RemissionCriteria
        How many months.
    patients, days : array of int
        Patient code and day of each visit (since 1970-01-01), in order of both.
    inactive : array of float
        Inactive disease at the visit: 1, 0, NaN undetermined.
    max_gap_days : float
        Visits further apart break a run.
    periods : Periods
        When a drug that counts was taken.

    Notes
    -----
    A visit is undetermined where its own inactivity is, or where the answer would differ between
    the two extreme readings of the undetermined visits before it: all inactive, the longest run
    that can be, and none, the shortest. A longer run never ends a remission, so nothing between
    the two can give a third answer.

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
    """
    if not patients.size:
        return np.empty(0, dtype=np.int64)
    inactive, same_day = _by_day(patients, days, inactive)
    on, since = periods.on(patients, days)
    first: Any = 1
    months: Any = criteria.months
    if criteria.asks_about_medication:
        first = np.where(on, ON, OFF)
        months = np.where(on, cast(int, criteria.months_on), cast(int, criteria.months_off))
    else:
        since = np.full(days.size, EVER)
    answers = []
    for unknown in (True, False):
        read = np.where(missing(inactive), unknown, inactive == 1)
        runs = days[_run_starts(patients, days, read, same_day, max_gap_days)]
        begins = np.maximum(runs, since)
        due = months_after(begins, months) if criteria.days is None else begins + criteria.days
        lasts = days >= due
        answers.append(np.where(inactive == 0, 0, first + lasts))
    longest, shortest = answers
    certain = (longest == shortest) & ~missing(inactive)
    return np.where(certain, longest, UNDETERMINED)


def run_starts(
    patients: IntArray, days: IntArray, inactive: FloatArray, max_gap_days: float
) -> IntArray:
    """Return for each visit the place of the first of its run of inactive visits, else −1.

    Parameters
    ----------
    patients, days, inactive, max_gap_days
        As for `remission_codes`; a visit that is undetermined is in no run.
    """
    if not patients.size:
        return np.empty(0, dtype=np.int64)
    inactive, same_day = _by_day(patients, days, inactive)
    starts = _run_starts(patients, days, inactive == 1, same_day, max_gap_days)
    return np.where(inactive == 1, starts, -1)


def _by_day(
    patients: IntArray, days: IntArray, inactive: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return inactivity with rows of one date as one visit, and which rows repeat a date.

    One row that says no makes the day not inactive; else one unknown makes it unknown.
    """
    repeats = _follows(patients, days[1:] == days[:-1])
    heads = np.flatnonzero(~repeats)
    refused = np.fmin.reduceat(inactive, heads) == 0
    together = np.where(refused, 0.0, np.minimum.reduceat(inactive, heads))
    return together[np.cumsum(~repeats) - 1], repeats


def _follows(patients: IntArray, holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for which visits something holds between them and the patient's visit before."""
    return np.append(False, (patients[1:] == patients[:-1]) & holds)


def _run_starts(
    patients: IntArray,
    days: IntArray,
    inactive: NDArray[np.bool_],
    same_day: NDArray[np.bool_],
    max_gap_days: float,
) -> IntArray:
    """Return for each visit where its run of inactive visits starts; itself where it is not."""
    near = np.diff(days) <= max_gap_days
    goes_on = _follows(patients, inactive[1:] & inactive[:-1] & near) | same_day
    return np.maximum.accumulate(np.where(goes_on, 0, np.arange(patients.size)))
