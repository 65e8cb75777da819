"""What all of the statistics share: what they refuse, and how they print."""

from __future__ import annotations

import math

import numpy as np
import pytest

import jiascores as jia
from jiascores.core.errors import RequestError
from jiascores.statistics.base import Comparison, confidence_of, p_said, p_shown, short
from jiascores.statistics.proportions import proportion_interval
from jiascores.statistics.survival import kaplan_meier, logrank_test


@pytest.mark.parametrize("confidence", [0.001, 0.5, 0.95, 0.999, np.float64(0.9)])
def test_a_confidence_between_0_and_1(confidence) -> None:
    confidence_of(confidence)
    low, high = proportion_interval(3, 20, method="wilson", confidence=confidence)
    assert low < 0.15 < high


@pytest.mark.parametrize(
    "confidence", [0.0, 1.0, 1.5, 95, 95.0, -0.1, 0, 1, None, "0.95", math.nan]
)
def test_another_is_refused_everywhere(confidence) -> None:
    words = "give a number between 0 and 1, for example 0.95"
    for ask in (
        lambda: confidence_of(confidence),
        lambda: kaplan_meier(np.ones(3), np.ones(3), np.ones(1), confidence=confidence),
        lambda: jia.analysis.stratified_difference(
            [3], [9], [1], [9], method="newcombe", confidence=confidence
        ),
    ):
        with pytest.raises(RequestError, match=words) as raised:
            ask()
        assert raised.value.variable == "confidence"


def test_numbers_in_print() -> None:
    assert [short(x) for x in (1.23456, -0.5, math.inf, math.nan, 0)] == [
        *("1.235", "−0.5", "∞", "not defined", "0")
    ]
    assert [p_shown(p) for p in (0.00009, 0.0001, 0.05, 1, math.nan)] == [
        *("< 0.0001", "0.0001", "0.0500", "1.0000", "not computed")
    ]
    assert [p_said(p) for p in (0.00009, 0.05, math.nan)] == [
        *("p < 0.0001", "p = 0.0500", "p not computed")
    ]


def test_a_comparison_in_print() -> None:
    one = Comparison(
        name="a test", assumes="nothing", n="4 patients", measure="rate ratio",
        estimate=2, low=0.5, high=8, p=0.25, method="central", confidence=0.9,
    )  # fmt: skip
    assert str(one) == (
        "a test, central: p = 0.2500\n  rate ratio 2 (90 % interval 0.5 to 8)\n"
        "  n: 4 patients\n  assumes: nothing"
    )
    without = one.withheld("the periods differ", "estimate")
    assert "no p: the periods differ\n  rate ratio not defined\n" in str(without)
    assert math.isnan(without.p)
    assert one.withheld("") is one
    with pytest.raises(RequestError, match="neither true nor false"):
        bool(one)


def test_a_difference_in_print() -> None:
    found = jia.analysis.stratified_difference([8], [10], [3], [10], method="inverse-variance")
    assert "0.5000 (95 % interval 0.1" in str(found)
    assert str(found).endswith("8 of 10 against 3 of 10")
    narrow = jia.analysis.stratified_difference(
        [8, 1], [10, 2], [3, 1], [10, 3], method="mantel-haenszel", confidence=0.5
    )
    assert "(50 % interval" in str(narrow)
    assert str(narrow).endswith("9 of 12 against 4 of 13, 2 strata")


@pytest.mark.stats
def test_a_log_rank_test_says_what_it_takes_for_granted() -> None:
    times, arms = np.array([1.0, 2, 3, 4]), np.array([0, 1, 0, 1])
    one = np.zeros(4, dtype=int)
    found = logrank_test(times, np.array([1.0, 1, 0, 1]), arms, one)
    assert found.assumes.startswith("censoring does not depend on the outlook")
    nothing = logrank_test(times, np.zeros(4), arms, one)
    assert nothing.assumes.startswith("not computed: no events")
    assert math.isnan(nothing.p)
