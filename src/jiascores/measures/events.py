"""Adverse events before and after treatment, in the same patients."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any, ClassVar

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import (
    DefinitionError,
    InconsistentError,
    MisalignedError,
    NotNumericError,
    RequestError,
    VisitError,
    listing,
)
from jiascores.core.kinds import check, common, is_missing, kind_of, to_floats
from jiascores.core.references import Evidence, reference
from jiascores.core.variables import UNBOUNDED, Variable
from jiascores.statistics.base import (
    CONFIDENCE,
    PER_MONTHS,
    Comparison,
    IntArray,
    check_confidence,
    p_shown,
    short,
)
from jiascores.statistics.rates import compare_periods

# --------------------------------------------------------------------------------------------
# Windows


@attrs.frozen(kw_only=True)
class EventWindows(Definition):
    """The days before and after an infusion in which events are counted.

    Parameters
    ----------
    before, after : tuple of int
        First and last day of each window, both included; day 0 is the day of the infusion.
    days_per_month : float
        Days of a month, for rates.
    """

    kind: ClassVar[str] = "event windows"
    no_thresholds: ClassVar[tuple[str, ...]] = ("days_per_month",)

    before: tuple[int, int]
    after: tuple[int, int]
    days_per_month: float

    def _check(self) -> None:
        (first, last), (start, end) = self.before, self.after
        if not first <= last < start <= end:
            raise DefinitionError(
                f"{self.name}: the window before ({first} to {last}) must end before the window "
                f"after ({start} to {end}) begins.",
                variable="before",
                values=(self.before, self.after),
            )
        if not self.days_per_month > 0:
            raise DefinitionError(
                f"{self.name}: a month has more than 0 days.", variable="days_per_month"
            )

    @property
    def needs(self) -> tuple[str, ...]:
        """The days of events and of infusions."""
        return ("event_day", "infusion_day")

    @property
    def rule(self) -> str:
        """The windows in one line."""
        (first, last), (start, end) = self.before, self.after
        return (
            f"before: days {_day(first)} to {_day(last)}; after: days {_day(start)} to "
            f"{_day(end)}; a month is {self.days_per_month:g} days"
        )


def _day(day: int) -> str:
    return str(day).replace("-", "−")


EVENT_WINDOWS = publish(
    EventWindows(
        name="swart-2019-windows",
        reference=reference("swart-2019"),
        evidence=Evidence.DERIVED,
        notes=(
            "The paper says three months before and after infusion; the days are a reading.",
            "That they run from the first infusion is a reading too.",
        ),
        before=(-91, -1),
        after=(0, 90),
        days_per_month=30.4375,
    ),
)


# --------------------------------------------------------------------------------------------
# Events, infusions and follow-up, counted


def _each(shown: Callable[[Any], Any], before: Any, after: Any) -> tuple[str, str]:
    """Return how a quantity is shown for both periods."""
    return str(shown(before)), str(shown(after))


def _with_interval(rate: tuple[float, float, float]) -> str:
    value, low, high = rate
    return f"{short(value)} ({short(low)} to {short(high)})"


@attrs.frozen(kw_only=True, eq=False)
class EventComparison:
    """Adverse events before and after infusion, with each test and what it assumes.

    Attributes
    ----------
    windows : EventWindows
        The windows.
    unit : str
        ``"patients"``, or ``"infusions"`` in the second analysis.
    patients : tuple
        Patient of each row below; in the second analysis once for each infusion.
    infusion_days : tuple of int
        Day of the infusion, as it was given or as days since 1970-01-01 for dates.
    before, after : array of int
        Events in each window.
    days_before, days_after : array of int
        Days of each window that were observed.
    rate_before, rate_after : tuple of float
        Events per 100 patient-months, with their exact interval.
    fisher, poisson : Comparison
        By the central method.
    fisher_minimum_likelihood, poisson_minimum_likelihood : Comparison
        By the minimum-likelihood method, which most programs print.
    mcnemar, sign_flip : Comparison
        For the units observed in both windows.
    n_outside : int
        Events outside every window, or before or after the patient was observed: not counted.
    n_overlap : int
        Days in more than one window; each belongs to the earlier window after, else to the
        earlier infusion.
    n_reinfused : int
        Patients with another infusion within the window after the first.
    confidence : float
        Of every interval.
    """

    windows: EventWindows
    unit: str
    patients: tuple[Any, ...]
    infusion_days: tuple[int, ...]
    before: IntArray
    after: IntArray
    days_before: IntArray
    days_after: IntArray
    rate_before: tuple[float, float, float]
    rate_after: tuple[float, float, float]
    fisher: Comparison
    fisher_minimum_likelihood: Comparison
    poisson: Comparison
    poisson_minimum_likelihood: Comparison
    mcnemar: Comparison
    sign_flip: Comparison
    n_outside: int
    n_overlap: int
    n_reinfused: int
    confidence: float

    @property
    def events_before(self) -> int:
        """Events in the windows before."""
        return int(self.before.sum())

    @property
    def events_after(self) -> int:
        """Events in the windows after."""
        return int(self.after.sum())

    @property
    def tests(self) -> tuple[Comparison, ...]:
        """The tests, in the order in which they are printed."""
        return (
            self.fisher,
            self.fisher_minimum_likelihood,
            self.poisson,
            self.poisson_minimum_likelihood,
            self.mcnemar,
            self.sign_flip,
        )

    def to_frame(self) -> Any:
        """Return the counts, one row for each patient or infusion.

        Returns
        -------
        pandas.DataFrame
            `patient`, `infusion_day`, `events_before`, `events_after`, `days_before`,
            `days_after`.
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "patient": list(self.patients),
                "infusion_day": list(self.infusion_days),
                "events_before": self.before,
                "events_after": self.after,
                "days_before": self.days_before,
                "days_after": self.days_after,
            }
        )

    def _summary(self) -> list[tuple[str, str, str]]:
        """Return the rows of the table: words, before, after."""
        per_month = self.windows.days_per_month
        return [
            (f"{self.unit} observed", *_each(np.count_nonzero, *self._days())),
            (f"{self.unit} with ≥ 1 event", *_each(np.count_nonzero, self.before, self.after)),
            ("events", str(self.events_before), str(self.events_after)),
            (
                "patient-months",
                *_each(lambda days: f"{days.sum() / per_month:.1f}", *self._days()),
            ),
            (
                f"events per {PER_MONTHS} patient-months",
                *_each(_with_interval, self.rate_before, self.rate_after),
            ),
        ]

    def _days(self) -> tuple[IntArray, IntArray]:
        return self.days_before, self.days_after

    def _notes(self) -> list[str]:
        notes = [f"{self.windows.name}, {self.windows.rule}."]
        if self.n_outside:
            notes.append(f"Events outside the windows or the follow-up: {self.n_outside}.")
        if self.n_reinfused:
            notes.append(f"Patients infused again within the window after: {self.n_reinfused}.")
        if self.unit == "infusions":
            notes.append(
                f"Second analysis, by infusion; {self.n_overlap} days lie in more than one window. "
                f"Every test takes infusions of one patient as independent, which they are not."
            )
        interval = f"{self.confidence * 100:g} % intervals"
        notes.append(f"{interval}; p is two-sided; nothing is corrected for the number of tests.")
        return notes

    def __str__(self) -> str:
        lines = ["Adverse events before and after infusion"]
        lines += [f"  {note}" for note in self._notes()]
        lines += ["", f"{'':<34}{'before':>26}{'after':>26}"]
        lines += [f"{words:<34}{one:>26}{other:>26}" for words, one, other in self._summary()]
        lines.append("")
        lines += [str(test) for test in self.tests]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"<EventComparison by {self.windows.name}: {len(self.patients)} {self.unit}, "
            f"{self.events_before} events before, {self.events_after} after>"
        )

    def _repr_html_(self) -> str:
        def row(cells: Iterable[str], tag: str = "td") -> str:
            return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"

        counts = "".join(row(cells) for cells in self._summary())
        tests = "".join(
            row((test.name, test.method, test._estimated(), p_shown(test.p), test.n, test.assumes))
            for test in self.tests
        )
        head = row(("test", "method", "estimate", "p", "n", "assumes"), "th")
        notes = "".join(f"<li>{escape(note)}</li>" for note in self._notes())
        return (
            f"<table>{row(('', 'before', 'after'), 'th')}{counts}</table>"
            f"<table>{head}{tests}</table><ul>{notes}</ul>"
        )


def compare_events(
    *,
    event_patient: Any,
    event_day: Any,
    patient: Any,
    infusion_day: Any,
    observed_from: Any = None,
    observed_until: Any = None,
    windows: str | EventWindows | None = None,
    per_infusion: bool = False,
    confidence: float = CONFIDENCE,
) -> EventComparison:
    """Compare adverse events before and after infusion, in the same patients.

    Days are whole numbers on one scale, or dates; a time of day is dropped.

    Parameters
    ----------
    event_patient, event_day : array or Series
        Patient and day of each adverse event; may be empty.
    patient, infusion_day : array or Series
        Patient and day of each infusion: every patient at least once. The first counts.
    observed_from, observed_until : array or Series, or one day, optional
        First and last day on which the patient's events were recorded, for each row of
        `patient`. Left out: the whole windows were observed.
    windows : str or EventWindows
        For example ``"swart-2019-windows"``. There is no default.
    per_infusion : bool
        Count around every infusion: a second analysis, for the windows of a patient may overlap.
    confidence : float
        Of the intervals.

    Returns
    -------
    EventComparison
        Counts, observed days, rates and tests; prints as a table that says of each test what it
        assumes.

    Raises
    ------
    UnknownDefinitionError
        If no windows, or unknown ones, are named.
    VisitError
        If a patient or day is missing, or an infusion is there twice.
    InconsistentError
        If an event's patient has no infusion, or follow-up ends before it begins or leaves the
        infusion out.
    NotNumericError, NotWholeError
        If days are text or not whole, or dates stand beside numbers.
    MisalignedError
        If arrays differ in length or Series in their index.
    RequestError
        If nobody was observed in one of the windows.
    MissingExtraError
        If scipy is not installed.

    Notes
    -----
    Days that were not observed shorten the exposure; events on them are not counted. A day in two
    windows belongs to the earlier window after, else to the earlier infusion. Fisher's table is
    patients with at least one event, before against after; McNemar's test and the sign-flip test
    take the patients observed in both windows.

    References
    ----------
    Swart 2019, Rheumatology 58:1812, doi 10.1093/rheumatology/kez157.

    Examples
    --------
    >>> import jiascores as jia
    >>> result = jia.compare_events(
    ...     event_patient=["a", "a", "b", "b", "b"], event_day=[-40, 12, -91, -1, 91],
    ...     patient=["a", "b", "c"], infusion_day=[0, 0, 0], windows="swart-2019-windows",
    ... )
    >>> result
    <EventComparison by swart-2019-windows: 3 patients, 3 events before, 1 after>
    >>> round(result.poisson.estimate, 4), result.sign_flip.p, result.n_outside
    (0.3333, 1.0, 1)
    """
    definition = lookup(EventWindows, windows, parameter="windows")
    check_confidence(confidence)
    events = _rows({"event_patient": event_patient, "event_day": event_day})
    rows = _rows({"patient": patient, "infusion_day": infusion_day})
    size = len(rows["patient"])
    for name, given in (("observed_from", observed_from), ("observed_until", observed_until)):
        if given is not None and kind_of(given) == "number":
            rows[name] = _whole_days([given] * size, name)
        elif given is not None:
            rows |= _rows({"patient": patient, name: given})
    _same_scale({name: days for name, days in (events | rows).items() if "patient" not in name})

    infusions = _infusions(rows)
    followed = _follow_up(rows, infusions)
    counted = _count(definition, infusions, followed, events, per_infusion=per_infusion)
    return _compared(definition, counted, per_infusion=per_infusion, confidence=confidence)


@attrs.frozen
class _Days:
    """Days as whole numbers, and whether they were dates."""

    days: IntArray
    dates: bool


def _rows(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return patients as a list, and days, of arrays that belong together."""
    like = common(given)
    if len(like.shape) != 1 or any(kind_of(values) == "number" for values in given.values()):
        raise MisalignedError(
            f"{' and '.join(given)}: give lists, arrays or Series, one entry for each row.",
            variable=next(iter(given)),
        )
    return {
        name: _patients(values, name) if "patient" in name else _whole_days(values, name)
        for name, values in given.items()
    }


def _patients(values: Any, name: str) -> list[Any]:
    found = list(values.to_list() if hasattr(values, "to_list") else values)
    gaps = [place for place, one in enumerate(found) if is_missing(one)]
    if gaps:
        raise VisitError(
            f"{name} is missing in row {listing(gaps)} (rows from 0).", variable=name, where=gaps
        )
    return [one.item() if isinstance(one, np.generic) else one for one in found]


def _whole_days(values: Any, name: str) -> _Days:
    """Return days, from whole numbers or dates; a missing one raises."""
    kind = kind_of(values)
    if kind == "pandas" and getattr(values.dtype, "tz", None) is not None:
        values = values.dt.tz_localize(None)
    if kind == "polars" and getattr(values.dtype, "time_zone", None) is not None:
        values = values.dt.replace_time_zone(None)
    array = values.to_numpy() if kind in ("pandas", "polars") else np.asarray(values)
    if array.dtype.kind == "O" and array.size:
        array = _dates(array)
    if array.dtype.kind == "M":
        days = array.astype("datetime64[D]")
        _refuse_gaps(np.isnat(days), name)
        return _Days(days.astype(np.int64), dates=True)
    variable = Variable(name, f"{name.replace('_', ' ')} (a day)", "", -UNBOUNDED, UNBOUNDED, True)
    if array.dtype.kind in "US" or (array.dtype.kind == "O" and _texts(array)):
        raise NotNumericError(
            f"{name} holds text, for example {array.ravel()[0]!r}: give whole numbers or dates; "
            f"pandas.to_datetime turns text into dates.",
            variable=name,
        )
    numbers = to_floats(array, variable)
    check(variable, numbers)
    numbers = np.asarray(numbers, dtype=np.float64)
    _refuse_gaps(np.isnan(numbers), name)
    return _Days(numbers.astype(np.int64), dates=False)


def _texts(array: NDArray[Any]) -> bool:
    return any(isinstance(one, str) for one in array)


def _dates(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of dates as NumPy's, and any other as it is."""
    if not all(hasattr(one, "year") or is_missing(one) for one in array):
        return array
    if all(is_missing(one) for one in array):
        return array
    days = [
        np.datetime64("NaT", "D")
        if is_missing(one)
        else np.datetime64(one.date() if hasattr(one, "date") else one, "D")
        for one in array
    ]
    return np.array(days, dtype="datetime64[D]")


def _refuse_gaps(gaps: NDArray[np.bool_], name: str) -> None:
    where = np.flatnonzero(gaps).tolist()
    if where:
        raise VisitError(
            f"{name} is missing in row {listing(where)} (rows from 0).", variable=name, where=where
        )


def _same_scale(days: Mapping[str, _Days]) -> None:
    used = {name: of.dates for name, of in days.items() if of.days.size}
    if len(set(used.values())) > 1:
        dates = [name for name, dated in used.items() if dated]
        raise NotNumericError(
            f"{' and '.join(dates)} {'are' if len(dates) > 1 else 'is'} in dates and "
            f"{' and '.join(name for name in used if name not in dates)} in numbers: give all as "
            f"dates, or all as days on one scale.",
            variable=dates[0],
        )


def _infusions(rows: Mapping[str, Any]) -> dict[Any, list[int]]:
    """Return the days of each patient's infusions, in order."""
    found: dict[Any, list[int]] = {}
    for who, day in zip(rows["patient"], rows["infusion_day"].days.tolist(), strict=True):
        days = found.setdefault(who, [])
        if day in days:
            raise VisitError(
                f"patient {who!r} has two infusions on one day.", variable="infusion_day"
            )
        days.append(day)
    if not found:
        raise RequestError("there is no infusion to compare around.", variable="infusion_day")
    return {who: sorted(days) for who, days in found.items()}


def _follow_up(
    rows: Mapping[str, Any], infusions: Mapping[Any, list[int]]
) -> dict[Any, tuple[float, float]]:
    """Return the first and last observed day of each patient."""
    ends: dict[str, dict[Any, float]] = {"observed_from": {}, "observed_until": {}}
    for name, found in ends.items():
        if name not in rows:
            continue
        for who, day in zip(rows["patient"], rows[name].days.tolist(), strict=True):
            if found.setdefault(who, day) != day:
                raise InconsistentError(
                    f"patient {who!r} has two different values of {name}; it is the same in "
                    f"every row of a patient.",
                    variable=name,
                )
    followed = {}
    for who, days in infusions.items():
        start = ends["observed_from"].get(who, -math.inf)
        end = ends["observed_until"].get(who, math.inf)
        if not start <= days[0] <= days[-1] <= end:
            raise InconsistentError(
                f"patient {who!r} was infused when not observed, or observed_until is before "
                f"observed_from; follow-up holds every infusion.",
                variable="observed_until" if days[-1] > end else "observed_from",
            )
        followed[who] = (start, end)
    return followed


@attrs.define
class _Counted:
    """What `_count` found, one entry for each patient or infusion."""

    patients: list[Any] = attrs.field(factory=list)
    infusion_days: list[int] = attrs.field(factory=list)
    events: list[list[int]] = attrs.field(factory=list)
    days: list[list[int]] = attrs.field(factory=list)
    outside: int = 0
    overlap: int = 0
    reinfused: int = 0


def _count(
    windows: EventWindows,
    infusions: Mapping[Any, list[int]],
    followed: Mapping[Any, tuple[float, float]],
    events: Mapping[str, Any],
    *,
    per_infusion: bool,
) -> _Counted:
    """Give each observed day to one window of one infusion, then each event to its day's."""
    counted = _Counted()
    owners: dict[Any, dict[int, tuple[int, int]]] = {}
    for who, all_days in infusions.items():
        used = all_days if per_infusion else all_days[:1]
        last = all_days[0] + windows.after[1]
        counted.reinfused += any(all_days[0] < day <= last for day in all_days[1:])
        start, end = followed[who]
        taken: dict[int, tuple[int, int]] = {}
        contested = set()
        # The windows after come first: a day in two belongs to the earlier after.
        for period, (opens, closes) in ((1, windows.after), (0, windows.before)):
            for number, infusion in enumerate(used):
                owner = (len(counted.patients) + number, period)
                for day in range(infusion + opens, infusion + closes + 1):
                    if start <= day <= end:
                        if taken.setdefault(day, owner) != owner:
                            contested.add(day)
        owners[who] = taken
        counted.overlap += len(contested)
        for infusion in used:
            counted.patients.append(who)
            counted.infusion_days.append(infusion)
            counted.events.append([0, 0])
            counted.days.append([0, 0])
        for unit, period in taken.values():
            counted.days[unit][period] += 1
    strangers = []
    for who, day in zip(events["event_patient"], events["event_day"].days.tolist(), strict=True):
        if who not in owners:
            strangers.append(who)
        elif day in owners[who]:
            unit, period = owners[who][day]
            counted.events[unit][period] += 1
        else:
            counted.outside += 1
    if strangers:
        raise InconsistentError(
            f"events of {listing(dict.fromkeys(map(repr, strangers)))}, who "
            f"{'have' if len(set(strangers)) > 1 else 'has'} no infusion: each patient must be "
            f"in patient=.",
            variable="event_patient",
            values=strangers,
        )
    return counted


def _compared(
    windows: EventWindows, counted: _Counted, *, per_infusion: bool, confidence: float
) -> EventComparison:
    """Run every test on the counts."""
    before, after = np.array(counted.events, dtype=np.int64).T
    days_before, days_after = np.array(counted.days, dtype=np.int64).T
    for name, days in (("before", days_before), ("after", days_after)):
        if not days.sum():
            raise RequestError(
                f"nobody was observed in the window {name}: there is nothing to compare.",
                variable="observed_from" if name == "before" else "observed_until",
            )
    unit = "infusions" if per_infusion else "patients"
    return EventComparison(
        windows=windows,
        unit=unit,
        patients=tuple(counted.patients),
        infusion_days=tuple(counted.infusion_days),
        before=_frozen(before),
        after=_frozen(after),
        days_before=_frozen(days_before),
        days_after=_frozen(days_after),
        **compare_periods(
            before=before,
            after=after,
            days_before=days_before,
            days_after=days_after,
            days_per_month=windows.days_per_month,
            unit=unit,
            confidence=confidence,
        ),
        n_outside=counted.outside,
        n_overlap=counted.overlap,
        n_reinfused=counted.reinfused,
        confidence=confidence,
    )


def _frozen(values: IntArray) -> IntArray:
    values = values.copy()
    values.flags.writeable = False
    return values
