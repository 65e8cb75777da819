"""Sign flips and paired change, against brute force and against scipy."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import jiascores as jia
from jiascores.core import errors
from jiascores.statistics.paired import sign_flip, wilcoxon_exact, wilcoxon_normal

small = st.integers(0, 12)


def near(value):
    return pytest.approx(value, rel=1e-6, abs=1e-9)


# ---------------------------------------------------------------- sign flips


def brute_force(weights):
    """Return the share of all sign flips at least as far from 0, one by one."""
    weights = [weight for weight in weights if weight]
    observed = abs(sum(weights))
    sums = [
        abs(sum(sign * weight for sign, weight in zip(signs, weights, strict=True)))
        for signs in product((1, -1), repeat=len(weights))
    ]
    return sum(total >= observed for total in sums) / len(sums)


@given(st.lists(st.tuples(small, small, st.integers(1, 91), st.integers(1, 91)), max_size=8))
def test_sign_flip_against_brute_force(rows):
    after, before, days_after, days_before = zip(*rows, strict=True) if rows else ([], [], [], [])
    test = sign_flip(
        after=after,
        before=before,
        time_after=days_after,
        time_before=days_before,
        days_per_month=30.4375,
    )
    assert test.p == near(brute_force([a - b for a, b, _, _ in rows]))


def test_events_that_cluster_in_one_patient_are_one_difference():
    test = sign_flip(
        after=[0, 1, 1],
        before=[40, 1, 1],
        time_after=[91] * 3,
        time_before=[91] * 3,
        days_per_month=30.4375,
    )
    assert test.p == 1
    assert "1 with a difference" in test.n


def test_sign_flip_estimates_the_difference_of_rates():
    test = sign_flip(
        after=[1, 0], before=[2, 3], time_after=[30, 30], time_before=[30, 30], days_per_month=30
    )
    assert test.estimate == near(-200)


# ---------------------------------------------------------------- Wilcoxon

tenths = st.integers(-30, 30).map(lambda tenth: tenth / 10)


def mid_ranks(differences):
    kept = [round(value, 9) for value in differences if round(value, 9)]
    ranks = stats.rankdata(np.abs(kept)) if kept else []
    return [int(math.copysign(2 * rank, value)) for rank, value in zip(ranks, kept, strict=True)]


@given(st.lists(tenths, min_size=1, max_size=9))
def test_wilcoxon_against_brute_force_over_all_sign_flips(differences):
    assert wilcoxon_exact(np.array(differences)) == near(brute_force(mid_ranks(differences)))


@given(st.lists(st.integers(1, 500), min_size=1, max_size=25, unique=True), st.randoms())
def test_wilcoxon_without_ties_and_zeros_against_scipy(sizes, random):
    differences = np.array([size * random.choice([-1, 1]) for size in sizes], dtype=float)
    assert wilcoxon_exact(differences) == near(stats.wilcoxon(differences, method="exact").pvalue)


@given(st.lists(tenths, min_size=1, max_size=30))
def test_normal_approximation_from_its_formula(differences):
    ranks = np.array(mid_ranks(differences)) / 2
    if not ranks.size:
        assert wilcoxon_normal(np.array(differences)) == 1
        return
    n, rises = ranks.size, ranks[ranks > 0].sum()
    ties = np.unique(np.abs(ranks), return_counts=True)[1]
    variance = n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48
    z = (rises - n * (n + 1) / 4) / math.sqrt(variance)
    assert wilcoxon_normal(np.array(differences)) == near(2 * stats.norm.sf(abs(z)))


@given(st.lists(st.tuples(tenths, tenths), min_size=1, max_size=12), st.randoms())
def test_paired_change_does_not_depend_on_order_and_turns_round(pairs, random):
    shuffled = list(pairs)
    random.shuffle(shuffled)
    first, again = (
        jia.analysis.paired_change([one for one, _ in rows], [other for _, other in rows])
        for rows in (pairs, shuffled)
    )
    assert str(first) == str(again)
    back = jia.analysis.paired_change([other for _, other in pairs], [one for one, _ in pairs])
    assert back.p_exact == first.p_exact
    assert back.rank_sum_up == first.rank_sum_down
    n = first.n_changed
    assert first.rank_sum_up + first.rank_sum_down == n * (n + 1) / 2


def test_six_pairs_that_all_fall():
    """The smallest p that six patients can give."""
    change = jia.analysis.paired_change(before=[6, 7, 8, 9, 10, 11], after=[5, 5, 5, 5, 5, 5])
    assert change.p_exact == 0.03125
    assert round(change.p_normal, 3) == 0.028
    assert (change.rank_sum_up, change.rank_sum_down) == (0, 21)


def test_five_of_six_is_not_enough():
    assert jia.analysis.paired_change([6, 7, 8, 9, 10, 4], [5, 5, 5, 5, 5, 5]).p_exact > 0.05


def test_zeros_are_dropped_and_both_n_are_printed():
    change = jia.analysis.paired_change([3, 5, 7, 2, None], [3, 4, 5, None, 1])
    assert (change.n_pairs, change.n_changed, change.n_incomplete) == (3, 2, 2)
    assert "n = 3 pairs, 2 of them with a change (1 unchanged, dropped; 2 incomplete" in str(change)
    assert change.p_exact == 0.5


def test_differences_are_freed_of_binary_noise():
    before, after = [0.1, 0.4, 5.3, 2.9], [0.3, 0.6, 5.5, 3.1]
    assert len({b - a for a, b in zip(before, after, strict=True)}) > 1
    change = jia.analysis.paired_change(before, after)
    assert change.rank_sum_up == 10
    noise = jia.analysis.paired_change([0.1 + 0.2, 1], [0.3, 2])
    assert noise.n_changed == 1


def test_no_change_and_no_pair_have_stated_answers():
    same = jia.analysis.paired_change([1, 2], [1, 2])
    assert (same.p_exact, same.p_normal, same.n_changed) == (1, 1, 0)
    none = jia.analysis.paired_change([1.0, None], [None, 2.0])
    assert (none.n_pairs, none.n_incomplete) == (0, 2)
    assert math.isnan(none.p_exact)
    assert "not computed" in str(none)


def test_two_hundred_pairs_have_an_exact_p():
    differences = np.random.default_rng(7).normal(0.1, 1, 200)
    exact = wilcoxon_exact(differences)
    assert exact == near(stats.wilcoxon(differences, method="exact").pvalue)
    assert exact == pytest.approx(wilcoxon_normal(differences), abs=0.005)


def test_a_small_p_is_printed_as_a_bound():
    fallen = jia.analysis.paired_change(list(range(1, 31)), [0.5] * 30)
    assert "p exact < 0.0001; p normal approximation < 0.0001" in str(fallen)
    with pytest.raises(errors.RequestError, match="PairedChange is neither true nor false"):
        bool(fallen)


def test_too_many_pairs_leave_the_exact_p_open():
    assert math.isnan(wilcoxon_exact(np.arange(1, 2001, dtype=float)))


def test_paired_change_takes_series():
    series = pd.Series([1, 2, pd.NA], dtype="Int64", index=["a", "b", "c"])
    assert jia.analysis.paired_change(series, series + 1).n_pairs == 2
    with pytest.raises(errors.MisalignedError, match="index"):
        jia.analysis.paired_change(series, (series + 1).set_axis(["b", "a", "c"]))


@pytest.mark.parametrize(
    ("before", "after", "error"),
    [
        (1, 2, errors.MisalignedError),
        ([1, 2], 2, errors.MisalignedError),
        ([1, 2], [1, 2, 3], errors.MisalignedError),
        ([[1, 2]], [[1, 2]], errors.MisalignedError),
        ([1, 2], ["a", "b"], errors.NotNumericError),
        ([1, math.inf], [1, 2], errors.OutOfRangeError),
    ],
)
def test_paired_change_refuses(before, after, error):
    with pytest.raises(error) as raised:
        jia.analysis.paired_change(before, after)
    assert raised.value.variable in ("before", "after")
