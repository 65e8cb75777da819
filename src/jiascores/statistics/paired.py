"""Change within pairs: exact sign flips, and Wilcoxon's signed-rank test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import attrs
import numpy as np

from jiascores.core.arguments import as_declared
from jiascores.core.decimals import nearest_decimal
from jiascores.core.errors import MisalignedError
from jiascores.core.like import common
from jiascores.core.values import check, kind_of, to_floats
from jiascores.core.variables import UNBOUNDED, Variable
from jiascores.statistics.base import (
    PER_MONTHS,
    Answer,
    Comparison,
    FloatArray,
    IntArray,
    p_said,
    p_shown,
)

# Steps of the exact distribution beyond which it would take minutes.
MOST_STEPS = 4_000_000_000

# --------------------------------------------------------------------------------------------
# Sign flips


def _flip_p(signed: IntArray) -> float:
    """Return P(|sum of ± weights| ≥ |their sum|) where each sign is + or − with even chances.

    All 2ⁿ sign flips at once: the distribution of the sum of the positive ones, built up one
    weight at a time. 1 where every weight is 0; NaN where it would take minutes.
    """
    signed = signed[signed != 0]
    if not signed.size:
        return 1.0
    signed = signed // np.gcd.reduce(signed)
    weights = np.sort(np.abs(signed))
    total = int(weights.sum())
    if weights.size * total > MOST_STEPS:
        return math.nan
    probability = np.zeros(total + 1)
    probability[0] = 1.0
    reached = 0
    for weight in weights.tolist():
        half = probability[: reached + 1] / 2
        probability[: reached + 1] = half
        probability[weight : weight + reached + 1] += half
        reached += weight
    sums = 2 * np.arange(total + 1) - total
    return min(1.0, float(probability[np.abs(sums) >= abs(int(signed.sum()))].sum()))


def sign_flip(
    *,
    after: Sequence[int] | IntArray,
    before: Sequence[int] | IntArray,
    time_after: Sequence[int] | IntArray,
    time_before: Sequence[int] | IntArray,
    days_per_month: float,
    unit: str = "patients",
) -> Comparison:
    """Exact sign-flip test on the differences within patients.

    Parameters
    ----------
    after, before : array of int
        Number of events of each patient.
    time_after, time_before : array of int
        Days that each patient was observed, for the estimate.
    days_per_month : float
        Days of a month, for the estimate.
    unit : str
        What is counted, for the text.

    Returns
    -------
    Comparison
        The difference of rates, after less before, per 100 patient-months, and p; no interval. p
        is 1 where no patient differs.

    Notes
    -----
    A patient's difference is events after − events before. Were the treatment without effect and
    both periods of the patient equally long, it would be as likely with the other sign; p is the
    share of all 2ⁿ sign flips whose sum is at least as far from 0. However many events cluster in
    one patient, the patient is one of n.

    Examples
    --------
    >>> from jiascores.statistics.paired import sign_flip
    >>> sign_flip(after=[0, 1, 0, 0, 2], before=[3, 2, 1, 1, 3], time_after=[91] * 5,
    ...           time_before=[91] * 5, days_per_month=30.4375).p
    0.0625
    """
    counts = [np.asarray(values, dtype=np.int64) for values in (after, before)]
    times = [float(np.sum(values)) for values in (time_after, time_before)]
    differences = counts[0] - counts[1]
    rates = [
        count.sum() / time if time else math.nan for count, time in zip(counts, times, strict=True)
    ]
    changed = int(np.count_nonzero(differences))
    return Comparison(
        name="Sign-flip test on differences within patients, exact",
        assumes=(
            "patients are independent of each other; without an effect a difference is as likely "
            "with the other sign, so that both periods of a patient are equally long"
        ),
        n=f"{differences.size} {unit} observed in both periods, {changed} with a difference",
        measure=f"difference of rates, after − before, per {PER_MONTHS} patient-months",
        estimate=float(rates[0] - rates[1]) * days_per_month * PER_MONTHS,
        p=_flip_p(differences),
        method="all sign flips",
    )


# --------------------------------------------------------------------------------------------
# Wilcoxon's signed-rank test


def _signed_ranks(differences: FloatArray) -> IntArray:
    """Return twice the mid-rank of each difference that is not 0, with its sign."""
    import pandas as pd

    differences = nearest_decimal(differences)
    differences = differences[differences != 0]
    ranks = pd.Series(np.abs(differences)).rank().to_numpy()
    return (np.sign(differences) * ranks * 2).astype(np.int64)


def wilcoxon_exact(differences: FloatArray) -> float:
    """Two-sided exact p of Wilcoxon's signed-rank test, over all sign flips.

    Parameters
    ----------
    differences : array of float
        Differences within pairs, without gaps. They are freed of binary noise (rounded to 9
        decimals); zeros are dropped; equal sizes share their mean rank.

    Returns
    -------
    float
        p; 1 where every difference is 0, NaN above about 1500 differences, where the
        normal approximation serves.

    Examples
    --------
    >>> import numpy as np
    >>> from jiascores.statistics.paired import wilcoxon_exact
    >>> wilcoxon_exact(np.array([-19, -10, -16, -23, -16, -7.0]))
    0.03125
    """
    return _flip_p(_signed_ranks(differences))


def wilcoxon_normal(differences: FloatArray) -> float:
    """Two-sided p of Wilcoxon's signed-rank test by the normal approximation.

    Parameters
    ----------
    differences : array of float
        As for `wilcoxon_exact`.

    Returns
    -------
    float
        p; 1 where every difference is 0. The variance is that of the mid-ranks; there is no
        correction for continuity.

    Examples
    --------
    >>> import numpy as np
    >>> from jiascores.statistics.paired import wilcoxon_normal
    >>> round(wilcoxon_normal(np.array([-19, -10, -15, -23, -16, -7.0])), 4)
    0.0277
    """
    ranks = _signed_ranks(differences).astype(np.float64)
    if not ranks.size:
        return 1.0
    return math.erfc(abs(ranks.sum()) / math.sqrt(2 * (ranks**2).sum()))


@attrs.frozen(kw_only=True, eq=False)
class PairedChange(Answer):
    """Change within pairs, and Wilcoxon's signed-rank test of it.

    Attributes
    ----------
    n_pairs : int
        Pairs with both values.
    n_incomplete : int
        Pairs left out because a value is missing.
    n_changed : int
        Pairs whose difference is not 0: those that the test ranks.
    median_before, median_after, median_change : float
        Medians over the pairs with both values; NaN where there is none.
    rank_sum_up, rank_sum_down : float
        Sums of the ranks of rises and of falls.
    p_exact : float
        Two-sided, over all sign flips; 1 where nothing changed, NaN where there is no pair or too
        many.
    p_normal : float
        Two-sided, by the normal approximation without continuity correction.
    """

    n_pairs: int
    n_incomplete: int
    n_changed: int
    median_before: float
    median_after: float
    median_change: float
    rank_sum_up: float
    rank_sum_down: float
    p_exact: float
    p_normal: float

    def __str__(self) -> str:
        unchanged = self.n_pairs - self.n_changed
        change = f"{self.median_change:+g}".replace("-", "−")
        left_out = f"{unchanged} unchanged, dropped; {self.n_incomplete} incomplete, left out"
        lines = [
            "Wilcoxon's signed-rank test, two-sided",
            f"  n = {self.n_pairs} pairs, {self.n_changed} of them with a change ({left_out})",
            f"  median {self.median_before:g} → {self.median_after:g}, median change {change}",
            f"  rank sum of rises {self.rank_sum_up:g}, of falls {self.rank_sum_down:g}",
            f"  {p_said(self.p_exact, 'p exact')}; {p_said(self.p_normal, 'p normal approximation')}",
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return (
            f"<PairedChange: n={self.n_pairs}, changed={self.n_changed}, "
            f"p_exact={p_shown(self.p_exact)}, p_normal={p_shown(self.p_normal)}>"
        )

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


@as_declared
def paired_change(before: Any, after: Any) -> PairedChange:
    """Change within pairs, with Wilcoxon's signed-rank test, exact and normal.

    Parameters
    ----------
    before, after : array or Series of float
        One value for each patient, in the same order; missing as None, NaN or null.

    Returns
    -------
    PairedChange
        Both numbers of pairs, medians, rank sums and p values; prints as a short report.

    Raises
    ------
    MisalignedError
        If lengths differ, or Series have different indexes.
    NotNumericError, OutOfRangeError
        If a value is not a number, or infinite.

    See Also
    --------
    jiascores.analysis.change_table : The change of each core variable.
    jiascores.analysis.compare_events : Events before and after.

    Notes
    -----
    Differences are after − before, freed of binary noise: 0.3 − 0.1 and 0.6 − 0.4 are equal.
    Differences of 0 are dropped, equal ones share their mean rank, and p counts all 2ⁿ sign
    flips. With six pairs the exact p is at least 0.031, and that needs all six to fall or rise.

    Examples
    --------
    >>> import jiascores as jia
    >>> change = jia.analysis.paired_change(before=[75, 80, 66, 90, 41, 76], after=[56, 64, 57, 74, 25, 51])
    >>> print(change)
    Wilcoxon's signed-rank test, two-sided
      n = 6 pairs, 6 of them with a change (0 unchanged, dropped; 0 incomplete, left out)
      median 75.5 → 56.5, median change −16
      rank sum of rises 0, of falls 21
      p exact = 0.0312; p normal approximation = 0.0260
    """
    given = {"before": before, "after": after}
    like = common(given)
    values = []
    for name, value in given.items():
        if kind_of(value) == "number" or len(like.shape) != 1:
            raise MisalignedError(
                f"{name}: give one value for each pair, as a list, array or Series.",
                variable=name,
            )
        variable = Variable(name, f"value {name}", "", -UNBOUNDED, UNBOUNDED)
        array = to_floats(value, variable, like.labels)
        check(variable, array, like.labels)
        values.append(array.astype(np.float64))
    there = ~(np.isnan(values[0]) | np.isnan(values[1]))
    first, second = values[0][there], values[1][there]
    differences = nearest_decimal(second - first)
    ranks = _signed_ranks(differences)
    pairs = int(there.sum())
    return PairedChange(
        n_pairs=pairs,
        n_incomplete=int(there.size) - pairs,
        n_changed=int(ranks.size),
        median_before=_median(first),
        median_after=_median(second),
        median_change=_median(differences),
        rank_sum_up=float(ranks[ranks > 0].sum()) / 2,
        rank_sum_down=float(-ranks[ranks < 0].sum()) / 2,
        p_exact=wilcoxon_exact(differences) if pairs else math.nan,
        p_normal=wilcoxon_normal(differences) if pairs else math.nan,
    )


def _median(values: FloatArray) -> float:
    return float(nearest_decimal(np.asarray(np.median(values)))) if values.size else math.nan
