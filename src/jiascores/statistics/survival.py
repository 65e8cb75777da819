"""Times to an event: numbers at risk, the Kaplan–Meier curve, and the log-rank test over strata."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import require
from jiascores.statistics.base import (
    CONFIDENCE,
    Comparison,
    FloatArray,
    IntArray,
    confidence_of,
    library,
    normal_quantile,
)


def kaplan_meier(
    times: FloatArray, events: FloatArray, at: FloatArray, *, confidence: float = CONFIDENCE
) -> dict[str, NDArray[Any]]:
    """Return the Kaplan–Meier curve at some times.

    Parameters
    ----------
    times : array
        Time of each patient, 0 or more.
    events : array
        Whether it ends with the event, 1 or 0.
    at : array
        The times asked about.
    confidence : float
        Of the interval: Greenwood's, on the log–log scale, which stays between 0 and 1. It is
        missing where nobody or everybody has had the event, since it has no width there.

    Returns
    -------
    dict
        ``at_risk`` (followed to this time or longer), ``events`` and ``censored`` (on or before
        it), ``without_event`` (the probability of no event on or before it), ``low`` and ``high``. The
        curve is missing beyond the longest time.
    """
    confidence = confidence_of(confidence)
    z = normal_quantile(confidence, "an interval of a curve")
    over = times[:, None] <= at
    found: dict[str, NDArray[Any]] = {
        "at_risk": (times[:, None] >= at).sum(axis=0),
        "events": (over & (events[:, None] == 1)).sum(axis=0),
        "censored": (over & (events[:, None] == 0)).sum(axis=0),
    }
    steps = np.unique(times[events == 1])
    at_risk = (times[:, None] >= steps).sum(axis=0)
    died = ((times[:, None] == steps) & (events[:, None] == 1)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = np.append(1.0, np.cumprod(1 - died / at_risk))
        spread = np.append(0.0, np.cumsum(died / (at_risk * (at_risk - died))))
        place = np.searchsorted(steps, at, side="right")
        without = np.where(at <= times.max(initial=0.0), curve[place], np.nan)
        reach = z * np.sqrt(spread[place]) / np.abs(np.log(without))
        low, high = without ** np.exp(reach), without ** np.exp(-reach)
    some = (without > 0) & (without < 1)
    ends = {"low": np.where(some, low, np.nan), "high": np.where(some, high, np.nan)}
    return found | {"without_event": without} | ends


def logrank_test(
    times: FloatArray, events: FloatArray, arms: IntArray, strata: IntArray, *, left_out: int = 0
) -> Comparison:
    """Return the log-rank test of arms, stratified where there are several strata (statsmodels).

    Parameters
    ----------
    times, events : array
        Time of each patient, and whether it ends with the event, 1 or 0.
    arms, strata : array of int
        The arm and the stratum of each, as codes.
    left_out : int
        How many patients have no time, for the words of the result.
    """
    require(len(np.unique(arms)) > 1, "arm= has one arm: two or more are compared.", "arm")
    duration = library("statsmodels.duration.survfunc", "the log-rank test")
    many = len(np.unique(strata))
    degrees = len(np.unique(arms)) - 1
    chi2 = p = math.nan
    if (events == 1).any():
        # Raised where nobody of another arm was at risk at any event.
        with suppress(np.linalg.LinAlgError):
            chi2, p = duration.survdiff(times, events, arms, strata=strata if many > 1 else None)
    gone = f", {left_out} without a time left out" if left_out else ""
    return Comparison(
        name="log-rank test" if many == 1 else f"log-rank test, {many} strata",
        assumes=(
            "censoring does not depend on the outlook of a patient; events on the first visit at "
            "which they are seen; large samples"
            if not math.isnan(p)
            else "not computed: no events, or no stratum in which two arms were at risk at one"
        ),
        n=f"{times.size} patients, {int(events.sum())} events{gone}",
        measure=f"chi-square on {degrees} df",
        estimate=float(chi2),
        p=float(p),
    )
