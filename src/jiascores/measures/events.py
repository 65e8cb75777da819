"""Adverse events before and after treatment, in the same patients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
import numpy as np

from jiascores.core.definition import Definition, publish
from jiascores.core.errors import DefinitionError, require
from jiascores.statistics.base import (
    CONFIDENCE,
    PER_MONTHS,
    Answer,
    Comparison,
    IntArray,
    confidence_of,
    p_shown,
    short,
)
from jiascores.statistics.rates import compare_periods

if TYPE_CHECKING:
    import pandas as pd

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
    reads: ClassVar[tuple[str, ...]] = ("event_day", "infusion_day")
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
    def rule(self) -> str:
        """The windows in one line."""
        (first, last), (start, end) = self.before, self.after
        words = f"before: days {first} to {last}; after: days {start} to {end}".replace("-", "−")
        return f"{words}; a month is {self.days_per_month:g} days"


EVENT_WINDOWS = publish(
    EventWindows.cited(
        "swart-2019-windows",
        "The paper says three months before and after infusion; the days are a reading.",
        "That they run from the first infusion is a reading too.",
        source="swart-2019",
        before=(-91, -1),
        after=(0, 90),
        days_per_month=30.4375,
    ),
)


# --------------------------------------------------------------------------------------------
# Events, infusions and follow-up, counted


@attrs.frozen(kw_only=True, eq=False)
class EventComparison(Answer):
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
    poisson, poisson_minimum_likelihood : Comparison
        The conditional test of the two counts, central and by the minimum-likelihood method,
        which most programs print.
    mcnemar, sign_flip : Comparison
        For the units observed in both windows.
    fisher, fisher_minimum_likelihood : Comparison, optional
        Fisher's test, where it was asked for.
    n_unequal : int
        Units whose two windows were observed for different lengths, before any matching. If there
        are some and the windows are not matched, no comparison has a p or an interval.
    matched : bool
        Whether windows were cut to the shorter length of each unit.
    n_unmatched : int
        Events that were left out by that.
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
    poisson: Comparison
    poisson_minimum_likelihood: Comparison
    mcnemar: Comparison
    sign_flip: Comparison
    fisher: Comparison | None
    fisher_minimum_likelihood: Comparison | None
    n_unequal: int
    matched: bool
    n_unmatched: int
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
        values = attrs.asdict(self, recurse=False).values()
        return tuple(value for value in values if isinstance(value, Comparison))

    def to_frame(self) -> Any:
        """Return the counts, one row for each patient or infusion.

        Returns
        -------
        pandas.DataFrame
            `patient`, `infusion_day`, `events_before`, `events_after`, `days_before`,
            `days_after`.
        """
        import pandas as pd

        names = ("events_before", "events_after", "days_before", "days_after")
        counts = (self.before, self.after, self.days_before, self.days_after)
        columns = dict(zip(names, counts, strict=True))
        return pd.DataFrame(
            {"patient": self.patients, "infusion_day": self.infusion_days, **columns}
        )

    def _summary(self) -> list[tuple[str, str, str]]:
        """Return the rows of the table: words, before, after."""
        events, days = (self.before, self.after), (self.days_before, self.days_after)
        months = [each.sum() / self.windows.days_per_month for each in days]
        rates = [map(short, rate) for rate in (self.rate_before, self.rate_after)]
        rows: dict[str, list[Any]] = {
            f"{self.unit} observed": [np.count_nonzero(each) for each in days],
            f"{self.unit} with ≥ 1 event": [np.count_nonzero(each) for each in events],
            "events": [each.sum() for each in events],
            "patient-months": [f"{each:.1f}" for each in months],
            f"events per {PER_MONTHS} patient-months": [
                f"{rate} ({low} to {high})" for rate, low, high in rates
            ],
        }
        return [(words, str(before), str(after)) for words, (before, after) in rows.items()]

    def _notes(self) -> list[str]:
        counted = {
            "Events outside the windows or the follow-up": self.n_outside,
            "Events of patients without an infusion": self.n_not_infused,
            "Patients infused again within the window after": self.n_reinfused,
        }
        notes = [f"{self.windows.name}, {self.windows.rule}.", self._lengths()]
        notes += [f"{words}: {count}." for words, count in counted.items() if count]
        if self.unit == "infusions":
            notes.append(
                f"Second analysis, by infusion; {self.n_overlap} days lie in more than one window."
            )
        interval = f"{self.confidence * 100:g} % intervals"
        notes.append(f"{interval}; p is two-sided; nothing is corrected for the number of tests.")
        return notes

    def _lengths(self) -> str:
        """Say in how many units the windows differ in length, and what follows."""
        found = (
            f"Windows of different lengths: {self.n_unequal} of {len(self.patients)} {self.unit}"
        )
        if self.matched:
            return (
                f"{found}, cut to the shorter one, the days next to the infusion; events left out "
                f"by that: {self.n_unmatched}."
            )
        advice = "; match_windows=True cuts them to the shorter one" if self.n_unequal else ""
        return f"{found}{advice}."

    def __str__(self) -> str:
        notes = "".join(f"  {note}\n" for note in self._notes())
        rows = "".join(
            f"{words:<34}{before:>26}{after:>26}\n"
            for words, before, after in (("", "before", "after"), *self._summary())
        )
        tests = "\n".join(map(str, self.tests))
        return f"Adverse events before and after infusion\n{notes}\n{rows}\n{tests}"

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
            row((test.name, test.method, test._estimated(), p, test.n, test.assumes))
            for test in self.tests
            for p in [test.why_not or p_shown(test.p)]
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
    labels: Sequence[Any],
    infusions: pd.DataFrame,
    events: pd.DataFrame,
    n_not_infused: int = 0,
    per_infusion: bool = False,
    match_windows: bool = False,
    until_next: bool = False,
    fisher: bool = False,
    confidence: float = CONFIDENCE,
) -> EventComparison:
    """Count events around infusions, and run every test on the counts.

    Parameters
    ----------
    windows : EventWindows
        The windows.
    labels : sequence
        The patients; below, each stands by its place among them.
    infusions : pandas.DataFrame
        The `patient` and `day` of each infusion, and the `first` and `last` day on which the
        patient's events were recorded.
    events : pandas.DataFrame
        The `patient` and `day` of each event of these patients.
    n_not_infused : int
        How many events of others there are.
    per_infusion : bool
        Whether to count around every infusion, not only the first.
    match_windows : bool
        Whether to cut both windows of each unit to the shorter one, next to the infusion.
    until_next : bool
        Whether the window after an infusion ends before the patient's next one.
    fisher : bool
        Whether Fisher's test is made too.
    confidence : float
        Of the intervals.
    """
    confidence = confidence_of(confidence)
    units, owned, n_overlap, n_reinfused = _owned(
        windows, infusions, until_next=until_next, per_infusion=per_infusion
    )
    counted = _counted(events, owned, len(units), match_windows=match_windows)
    for window, end in (("before", "from"), ("after", "until")):
        words = f"nobody was observed in the window {window}: there is nothing to compare."
        require(counted[f"days_{window}"].any(), words, f"observed_{end}")
    unit = "infusions" if per_infusion else "patients"
    unequal = counted["n_unequal"]
    differ = f"the two windows differ in length in {unequal} of {len(units)} {unit}"
    repeated = units["patient"].duplicated().any()
    tests = compare_periods(
        **{name: counted[name] for name in ("before", "after", "days_before", "days_after")},
        days_per_month=windows.days_per_month,
        unit=unit,
        confidence=confidence,
        why_not=differ if unequal and not match_windows else "",
        why_not_paired="infusions of one patient are not independent" if repeated else "",
        fisher=fisher,
    )
    return EventComparison(
        windows=windows,
        unit=unit,
        patients=tuple(labels[place] for place in units["patient"]),
        infusion_days=tuple(units["day"].tolist()),
        **counted,
        **tests,
        matched=match_windows,
        n_not_infused=n_not_infused,
        n_overlap=n_overlap,
        n_reinfused=n_reinfused,
        confidence=confidence,
    )


def _counted(
    events: pd.DataFrame, owned: pd.DataFrame, units: int, *, match_windows: bool
) -> dict[str, Any]:
    """Count the events and the observed days of both windows, and what lies outside them."""
    happened = events.merge(owned, on=["patient", "day"])
    lengths = _by_window(owned, units)
    unequal = int(np.count_nonzero(lengths[0] != lengths[1]))
    if match_windows:
        owned = _matched(owned, lengths)
        lengths = _by_window(owned, units)
    kept = happened.merge(owned[["patient", "day"]], on=["patient", "day"])
    before, after = _by_window(kept, units)
    return {
        "before": before,
        "after": after,
        "days_before": lengths[0],
        "days_after": lengths[1],
        "n_unequal": unequal,
        "n_unmatched": len(happened) - len(kept),
        "n_outside": len(events) - len(happened),
    }


def _owned(
    windows: EventWindows, infusions: pd.DataFrame, *, until_next: bool, per_infusion: bool
) -> tuple[pd.DataFrame, pd.DataFrame, int, int]:
    """Return infusions, days given to one window each, days in two, and who was infused again."""
    # In the order in which patients come in the table.
    order = np.lexsort((infusions["day"], infusions.groupby("patient", sort=False).ngroup()))
    infusions = infusions.iloc[order].reset_index(drop=True)
    per_patient = infusions.groupby("patient")["day"]
    since_first = infusions["day"] - per_patient.transform("first")
    again = infusions["patient"][since_first.between(1, windows.after[1])]
    ends = per_patient.shift(-1) - 1 if until_next else np.nan
    infusions = infusions.assign(ends=ends).fillna({"ends": np.inf})
    units = infusions if per_infusion else infusions.drop_duplicates("patient", ignore_index=True)
    days = _days(windows, units)
    shared = days[days.duplicated(["patient", "day"])]
    overlap = len(shared.drop_duplicates(["patient", "day"]))
    return units, days.drop_duplicates(["patient", "day"]), overlap, again.nunique()


def _matched(days: pd.DataFrame, lengths: IntArray) -> pd.DataFrame:
    """Return of each unit as many days of both windows, those next to the infusion."""
    nearest = days.iloc[np.argsort(days["offset"].abs(), kind="stable")]
    place = nearest.groupby(["unit", "period"]).cumcount()
    kept = place.to_numpy() < lengths.min(axis=0)[nearest["unit"]]
    return nearest.iloc[np.flatnonzero(kept)]


def _days(windows: EventWindows, units: pd.DataFrame) -> pd.DataFrame:
    """Return the observed days of every window; where a day comes twice, it is the first's."""
    import pandas as pd

    # The windows after come first: a day in two belongs to the earlier after.
    parts = [
        units.assign(unit=units.index, period=period).merge(
            pd.DataFrame({"offset": range(opens, closes + 1)}), how="cross"
        )
        for period, (opens, closes) in ((1, windows.after), (0, windows.before))
    ]
    days = pd.concat(parts)
    days["day"] += days["offset"]
    last = np.where(days["period"] == 1, np.minimum(days["last"], days["ends"]), days["last"])
    return days[days["day"].between(days["first"], last)]


def _by_window(rows: pd.DataFrame, units: int) -> IntArray:
    """Return how many rows each unit has before, and after."""
    counts = np.zeros((2, units), dtype=np.int64)
    np.add.at(counts, (rows["period"], rows["unit"]), 1)
    counts.flags.writeable = False
    return counts
