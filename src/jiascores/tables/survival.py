"""Tables and a test of the times of `time_to_flare` and `time_to_first`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import VisitError, listing, require
from jiascores.statistics.base import CONFIDENCE, Comparison
from jiascores.statistics.survival import kaplan_meier, logrank_test
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, Positions, list_of
from jiascores.tables.naming import Column, column_of
from jiascores.tables.numbers import number_of, numbers_in
from jiascores.tables.summaries import in_natural_order, table_of


@as_declared
def survival_table(
    times: Any,
    *,
    at: Sequence[float],
    arm: Column | None = None,
    confidence: float = CONFIDENCE,
) -> Any:
    """Return numbers at risk and the Kaplan–Meier curve on some days.

    Parameters
    ----------
    times : data frame
        One row for each patient, of `time_to_flare` or `time_to_first`.
    at : list of float
        The days asked about, for example ``[0, 28, 56, 84]``.
    arm : Column, optional
        The column with the treatment arm, to count within each.
    confidence : float
        Of the interval: Greenwood's on the log–log scale. It is missing where nobody or everybody
        has had the event.

    Returns
    -------
    data frame
        One row for each arm and day: ``patients`` and ``without_time`` (no reference visit, or
        stopped before it: counted and left out), ``at_risk`` (followed to this day or longer),
        ``events`` and ``censored`` (on or before it), ``without_event`` (the probability of no
        event yet, missing beyond the longest time), ``low`` and ``high``.

    Raises
    ------
    RequestError
        If a day is below 0.
    VisitError
        If a patient has no arm.

    See Also
    --------
    jiascores.analysis.logrank : Whether the times of the arms differ.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> times = pd.DataFrame({"duration": [28.0, 56, 56, 84], "event": [True, False, True, False]})
    >>> out = jia.analysis.survival_table(times, at=[0, 28, 56])
    >>> out[["day", "at_risk", "events", "censored", "without_event"]]
        day  at_risk  events  censored  without_event
    0   0.0        4       0         0           1.00
    1  28.0        4       1         0           0.75
    2  56.0        3       2         1           0.50
    """
    days = np.array([number_of(day, "at", zero=True) for day in at])
    frame, rows, arms = _read(times, arm)
    tables = []
    for code in range(len(arms)):
        mine = rows[rows["arm"] == code]
        timed = mine.dropna()
        found = kaplan_meier(
            timed["duration"].to_numpy(), timed["event"].to_numpy(), days, confidence=confidence
        )
        counts = {"day": days, "patients": len(mine), "without_time": len(mine) - len(timed)}
        tables.append(pd.DataFrame(counts | found))
    whole = pd.concat(tables, ignore_index=True)
    keys = {} if arm is None else {arm.name: [each for each in arms for _ in days]}
    return table_of(frame, {**keys, "day": whole.pop("day").tolist()}, whole)


@as_declared
def logrank(times: Any, *, arm: Column, strata: Sequence[Column] = ()) -> Comparison:
    """Test whether the times to an event differ between arms: log-rank, over strata.

    Parameters
    ----------
    times : data frame
        One row for each patient, of `time_to_flare` or `time_to_first`.
    arm : Column
        The column with the treatment arm, two or more.
    strata : list of Column
        The columns by which randomisation was stratified.

    Returns
    -------
    Comparison
        Chi-square and p, from statsmodels. No p where there was no event.

    Raises
    ------
    RequestError
        If there is one arm.
    VisitError
        If a patient has no arm or stratum.
    MissingExtraError
        If statsmodels is not installed.

    See Also
    --------
    jiascores.analysis.survival_table : Numbers at risk and the curve.
    jiascores.analysis.time_to_first : The times that it takes.

    Notes
    -----
    Patients without a time are left out and counted. Events are taken to happen on the visit at
    which they are first certain; where visits are far apart or their days differ between arms, use
    ``last_without`` and ``first_with`` with a method for interval censoring.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> times = pd.DataFrame({
    ...     "arm": ["drug"] * 4 + ["placebo"] * 4, "duration": [84.0, 84, 56, 84, 28, 28, 56, 84],
    ...     "event": [False, False, True, False, True, True, True, False]})
    >>> round(jia.analysis.logrank(times, arm=jia.column("arm")).p, 4)
    0.1321
    """
    frame, rows, _ = _read(times, arm)
    stratum = np.zeros(len(rows), dtype=np.int64)
    for each in strata:
        codes, labels = frame.codes(column_of(frame, each, "strata"))
        _refuse_gaps(codes, each.name)
        stratum = stratum * (len(list_of(labels)) + 1) + codes
    timed = rows[["duration", "event"]].notna().all(axis=1).to_numpy()
    duration, event = (rows.loc[timed, name].to_numpy() for name in ("duration", "event"))
    return logrank_test(
        duration,
        event,
        rows["arm"].to_numpy()[timed],
        stratum[timed],
        left_out=int((~timed).sum()),
    )


def _read(times: Any, arm: Column | None) -> tuple[Frame, pd.DataFrame, list[Any]]:
    """Return the times, events and arms of patients, and what the arms are called, in order."""
    frame = Frame(to_eager(times))
    for name in ("duration", "event"):
        come_from = " Times come from jia.analysis.time_to_flare() or time_to_first()."
        column_of(frame, Column(name), name, come_from)
    rows = pd.DataFrame({name: numbers_in(frame, name) for name in ("duration", "event")})
    require(not (rows["duration"] < 0).any(), "duration holds days below 0.", "duration")
    rows["arm"], arms = 0, [None]
    if arm is not None:
        codes, labels = frame.codes(column_of(frame, arm, "arm"))
        _refuse_gaps(codes, arm.name)
        arms, places = in_natural_order(list_of(labels))
        rows["arm"] = places[codes]
    return frame, rows, arms


def _refuse_gaps(codes: Positions | NDArray[Any], name: str) -> None:
    gaps = np.flatnonzero(codes < 0)
    if gaps.size:
        raise VisitError(
            f"every patient needs a {name!r}; it is missing in row {listing(map(str, gaps))}.",
            variable=name,
        )
