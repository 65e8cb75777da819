"""Adverse events before and after treatment, in the same patients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any, ClassVar

import attrs
import numpy as np

from jiascores.core.definition import Definition, publish
from jiascores.core.errors import DefinitionError, RequestError
from jiascores.core.references import Evidence, reference
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
    n_not_infused : int
        Events of patients without an infusion: not counted.
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
    n_not_infused: int
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
        if self.n_not_infused:
            notes.append(f"Events of patients without an infusion: {self.n_not_infused}.")
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


def around_infusions(
    windows: EventWindows,
    *,
    infusions: Mapping[Any, Sequence[int]],
    observed: Mapping[Any, tuple[float, float]],
    events: Iterable[tuple[Any, int]],
    n_not_infused: int = 0,
    per_infusion: bool = False,
    confidence: float = CONFIDENCE,
) -> EventComparison:
    """Count events around infusions, and run every test on the counts.

    Parameters
    ----------
    windows : EventWindows
        The windows.
    infusions : dict
        The days of each patient's infusions, in order.
    observed : dict
        First and last day on which the patient's events were recorded.
    events : iterable of (patient, day)
        Events of these patients.
    n_not_infused : int
        How many events of others there are.
    per_infusion : bool
        Whether to count around every infusion, not only the first.
    confidence : float
        Of the intervals.
    """
    check_confidence(confidence)
    counted = _count(windows, infusions, observed, events, per_infusion=per_infusion)
    counted.not_infused = n_not_infused
    return _compared(windows, counted, per_infusion=per_infusion, confidence=confidence)


@attrs.define
class _Counted:
    """What `_count` found, one entry for each patient or infusion."""

    patients: list[Any] = attrs.field(factory=list)
    infusion_days: list[int] = attrs.field(factory=list)
    events: list[list[int]] = attrs.field(factory=list)
    days: list[list[int]] = attrs.field(factory=list)
    outside: int = 0
    not_infused: int = 0
    overlap: int = 0
    reinfused: int = 0


def _count(
    windows: EventWindows,
    infusions: Mapping[Any, Sequence[int]],
    observed: Mapping[Any, tuple[float, float]],
    events: Iterable[tuple[Any, int]],
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
        start, end = observed[who]
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
    for who, day in events:
        if day in owners[who]:
            unit, period = owners[who][day]
            counted.events[unit][period] += 1
        else:
            counted.outside += 1
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
        n_not_infused=counted.not_infused,
        n_overlap=counted.overlap,
        n_reinfused=counted.reinfused,
        confidence=confidence,
    )


def _frozen(values: IntArray) -> IntArray:
    values = values.copy()
    values.flags.writeable = False
    return values
