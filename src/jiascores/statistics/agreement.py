"""Agreement of two raters, or of two rules."""

from __future__ import annotations

import math

from jiascores.statistics.base import CONFIDENCE, FloatArray, library


def kappa_interval(
    table: FloatArray, *, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """Return Cohen's kappa, unweighted, and its normal interval.

    Parameters
    ----------
    table : array
        How often each pair of answers was given, square; NaN where there is one answer or none.
    confidence : float
        For example 0.95.
    """
    rater = library("statsmodels.stats.inter_rater", "Cohen's kappa")
    if len(table) <= 1:
        return math.nan, math.nan, math.nan
    found = rater.cohens_kappa(table)
    kappa = float(found.kappa)
    norm = library("scipy.stats", "an interval of kappa").norm
    reach = norm.ppf((1 + confidence) / 2) * float(found.std_kappa)
    return kappa, kappa - reach, kappa + reach
