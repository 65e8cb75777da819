"""`compare_events`: adverse events before and after infusion, from two tables."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.definition import lookup
from jiascores.core.errors import InconsistentError, RequestError, require, shown
from jiascores.measures.events import EventComparison, EventWindows, around_infusions
from jiascores.statistics.base import CONFIDENCE
from jiascores.tables.beside import Beside, Dates, read_infusions
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, require_column


@as_declared
def compare_events(
    events: Any,
    infusions: Any,
    *,
    windows: str | EventWindows | None = None,
    event_columns: ColumnNames | None = None,
    infusion_columns: ColumnNames | None = None,
    observed_from: Column | None = None,
    observed_until: Column | None = None,
    until: Literal["next-infusion"] | None = None,
    match_windows: bool = False,
    per_infusion: bool = False,
    test: Literal["fisher-swart-2019"] | None = None,
    confidence: float = CONFIDENCE,
) -> EventComparison:
    """Compare adverse events before and after infusion, in the same patients.

    Parameters
    ----------
    events : data frame
        One row for each adverse event, with patient and date; may have no rows.
    infusions : data frame
        One row for each infusion, with patient and date: every patient at least once. The first
        counts.
    windows : str or EventWindows
        For example ``"swart-2019-windows"``. There is no default.
    event_columns, infusion_columns : dict, optional
        Your own column names in `events` and `infusions`: ``{"patient": …, "date": …}``.
    observed_from, observed_until : Column, optional
        The column of `infusions` with the first and the last day on which the patient's events
        were recorded, the same in all rows of a patient. Left out: the whole windows were
        observed.
    until : {"next-infusion"}, optional
        End the window after an infusion on the day before the patient's next one.
    match_windows : bool
        Cut both windows of each patient to the shorter one: of n days, −n to −1 and 0 to n − 1.
    per_infusion : bool
        Count around every infusion: a second analysis, for the windows of a patient may overlap.
    test : {"fisher-swart-2019"}, optional
        Add Fisher's test of patients with at least one event, which the trial names as its
        method. It assumes two independent groups; here both are the same patients.
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
    ColumnError
        If a column is missing.
    VisitError
        If a patient or day is missing, an infusion is there twice, dates stand beside study days,
        or no patient with an event has an infusion.
    InconsistentError
        If follow-up ends before it begins, leaves an infusion out, or differs between rows of a
        patient.
    RequestError
        If nobody was observed in one of the windows.
    MissingExtraError
        If scipy is not installed.

    Warns
    -----
    LeftOutWarning
        If some patients with events have no infusion; it says how many.

    See Also
    --------
    jiascores.analysis.paired_change : Change of a number in the same patients.

    Notes
    -----
    Days are dates or study days; a time of day is dropped. Days that were not observed shorten
    the exposure; events on them are not counted. A day in two windows belongs to the earlier
    window after, else to the earlier infusion. McNemar's test and the sign-flip test take the
    patients observed in both windows.

    Every test takes an event to be as likely in one window as in the other, were there no effect.
    That holds where both windows of each patient are equally long. Where those of one patient are
    not, rates and their ratio are given, and no p and no interval of a comparison: with a window
    after of 30 days against 91 before, McNemar's test would call a constant rate a fall. With
    ``match_windows=True`` the tests are made of equal windows. How many patients are unequal, and
    how many events the matching leaves out, is printed.

    ====== ============= ============= ========================= =============================
    row    observed      observed      as it is                  with match_windows=True
           before        after
    ====== ============= ============= ========================= =============================
    1      −91 to −1     0 to 90       91 days, 91 days          the same
    2      −91 to −1     0 to 29       91 days, 30 days          −30 to −1, 0 to 29
    3      −10 to −1     0 to 90       10 days, 91 days          −10 to −1, 0 to 9
    4      none          0 to 90       0 days, 91 days           left out
    ====== ============= ============= ========================= =============================

    With ``per_infusion=True`` and several infusions of a patient, the paired tests have no p:
    infusions of one patient are not independent.

    References
    ----------
    Swart 2019, Rheumatology 58:1812, doi 10.1093/rheumatology/kez157.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> events = pd.DataFrame({"patient": ["a", "a", "b", "b", "b"],
    ...                        "date": [-40, 12, -91, -1, 91]})
    >>> infusions = pd.DataFrame({"patient": ["a", "b", "c"], "date": 0})
    >>> result = jia.analysis.compare_events(events, infusions, windows="swart-2019-windows")
    >>> result
    <EventComparison by swart-2019-windows: 3 patients, 3 events before, 1 after>
    >>> round(result.poisson.estimate, 4), result.sign_flip.p, result.n_outside
    (0.3333, 1.0, 1)
    """
    import pandas as pd

    _check_word("until", until, "next-infusion")
    _check_word("test", test, "fisher-swart-2019")
    definition = lookup(EventWindows, windows, parameter="windows")
    infused = read_infusions(infusions, infusion_columns)
    table, days = infused.table, infused.days
    if not days.size:
        raise RequestError("there is no infusion to compare around.", variable="infusions")
    happened = Beside(events, event_columns, what="adverse events", parameter="event_columns")
    dates = happened.dates("date")
    dates.require(infused.per_day, "infusions")
    owners = happened.among(table.labels, whose="infusions")
    known = owners >= 0

    first = _observed(infused, "observed_from", observed_from, -1)
    last = _observed(infused, "observed_until", observed_until, 1)
    who = table.patients
    return around_infusions(
        definition,
        labels=table.labels,
        infusions=pd.DataFrame(
            {"patient": who, "day": days, "first": first[who], "last": last[who]}
        ),
        events=pd.DataFrame({"patient": owners[known], "day": dates.days[known]}),
        n_not_infused=int(np.count_nonzero(~known)),
        per_infusion=per_infusion,
        match_windows=match_windows,
        until_next=until is not None,
        fisher=test is not None,
        confidence=confidence,
    )


def _check_word(name: str, given: Any, word: str) -> None:
    words = f"{name}={shown(given)}: give {shown(word)}, or nothing."
    require(given in (None, word), words, name, given)


def _observed(infused: Dates, name: str, given: Column | None, sign: int) -> NDArray[np.float64]:
    """Return each patient's first (sign −1) or last (1) observed day, from a column of infusions."""
    table, days = infused.table, infused.days
    per_patient = np.full(len(table.labels), sign * np.inf)
    if given is None:
        return per_patient
    dates = table.dates(name, column=require_column(given, name).name)
    dates.require(infused.per_day, "infusions")
    per_patient[table.patients] = dates.days
    for wrong, words in (
        (per_patient[table.patients] != dates.days, "two different values for one patient"),
        (sign * days > sign * dates.days, "leaves an infusion out"),
    ):
        rows = np.flatnonzero(wrong)
        table.refuse_rows(InconsistentError, f"{name}: {words}: {{}}.", name, rows)
    return per_patient
