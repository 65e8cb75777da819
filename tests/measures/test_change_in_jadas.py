"""Improvement and change in JADAS."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.errors import DefinitionError, OutOfRangeError
from jiascores.measures.change_in_jadas import (
    FallNeeded,
    JadasChangeCriteria,
    JadasImprovementCriteria,
)
from tests.strategies import back

# --------------------------------------------------------------------------------------------
# Horneff & Becker 2014

# baseline, highest score now that is an improvement (None: never)
HORNEFF = [
    (5, 1),
    (10, 6),
    (14.9, 10.9),
    (15, 5),
    (24.9, 14.9),
    (25, 8),
    (40, 23),
]


@pytest.mark.parametrize(("baseline", "highest"), HORNEFF)
def test_horneff_2014(baseline: float, highest: float) -> None:
    assert jia.horneff_improvement(baseline=baseline, now=highest) is True
    assert jia.horneff_improvement(baseline=baseline, now=highest - 0.1) is True
    assert jia.horneff_improvement(baseline=baseline, now=highest + 0.1) is False
    assert jia.horneff_improvement(baseline=baseline, now=None) is None


@pytest.mark.parametrize("baseline", [0, 4.9, None])
def test_horneff_2014_is_not_defined_below_5(baseline: float | None) -> None:
    for now in (0, 4, 40, None):
        assert jia.horneff_improvement(baseline=baseline, now=now) is None


def test_horneff_in_series() -> None:
    baseline = pd.Series([4.9, 5, 14.9, 15, None, 30], index=list("abcdef"))
    now = pd.Series([0, 1, 10.9, 5.1, 1, None], index=list("abcdef"))
    found = jia.horneff_improvement(baseline=baseline, now=now)
    assert back(found) == [None, True, True, False, None, None]
    assert list(found.index) == list("abcdef")
    assert found.dtype == "boolean"


@given(st.integers(0, 400), st.integers(0, 400), st.integers(1, 400))
def test_horneff_as_decimals_and_monotone(baseline: int, now: int, less: int) -> None:
    need = next((fall for low, fall in ((250, 170), (150, 100), (50, 40)) if baseline >= low), None)
    expected = None if need is None else baseline - now >= need
    answer = jia.horneff_improvement(baseline=baseline / 10, now=now / 10)
    assert answer is expected
    if answer:
        lower = max(now - less, 0)
        assert jia.horneff_improvement(baseline=baseline / 10, now=lower / 10) is True


def test_the_bands_of_a_variant_must_join() -> None:
    criteria = jia.definition("horneff-2014", JadasImprovementCriteria)
    with pytest.raises(DefinitionError, match="without gap or overlap"):
        criteria.variant(name="gap", bands=(criteria.bands[0], criteria.bands[2]))
    with pytest.raises(DefinitionError, match="without gap or overlap"):
        criteria.variant(name="empty", bands=(FallNeeded(low=5, high=5, fall=4),))
    assert criteria.rule.startswith("jadas10 over 3 months")
    assert criteria.rule.endswith("25–40 falls by ≥ 17")
    first = criteria.variant(name="first band only", bands=criteria.bands[:1])
    assert jia.horneff_improvement(baseline=15, now=11, criteria=first) is True
    assert jia.horneff_improvement(baseline=15.1, now=11, criteria=first) is None


# --------------------------------------------------------------------------------------------
# Bulatović Ćalasan 2014

CHANGES = [
    (12, 6.4, "improved"),
    (12, 6.5, "improved"),
    (12, 6.6, "unchanged"),
    (12, 12, "unchanged"),
    (12, 13.6, "unchanged"),
    (12, 13.7, "worsened"),
    (12, 13.8, "worsened"),
    (2.0, 3.7, "worsened"),
    (0, 1.6, "unchanged"),
    (57, 51.5, "improved"),
    (None, 57, None),
    (0, None, None),
    (None, None, None),
]


@pytest.mark.parametrize(("baseline", "now", "change"), CHANGES)
def test_bulatovic_change(baseline: Any, now: Any, change: str | None) -> None:
    assert jia.bulatovic_change(baseline=baseline, now=now) == change


def test_bulatovic_change_in_arrays_and_series() -> None:
    baseline, now, changes = (list(values) for values in zip(*CHANGES, strict=True))
    for make in (
        lambda values: np.array(values, dtype=object),
        lambda values: pd.Series(values, dtype="Float64"),
        lambda values: pl.Series(values, dtype=pl.Float64, strict=False),
    ):
        assert back(jia.bulatovic_change(baseline=make(baseline), now=make(now))) == changes


@given(st.integers(0, 570), st.integers(0, 570))
def test_bulatovic_change_as_decimals(baseline: int, now: int) -> None:
    rise = now - baseline
    expected = "improved" if rise <= -55 else "worsened" if rise >= 17 else "unchanged"
    assert jia.bulatovic_change(baseline=baseline / 10, now=now / 10) == expected


def test_a_change_of_ones_own() -> None:
    change = jia.definition("bulatovic-2014", JadasChangeCriteria).variant(name="ours", worsening=2)
    assert jia.bulatovic_change(baseline=1, now=2.9, criteria=change) == "unchanged"


def test_changes_are_ordered_from_worsened_to_improved() -> None:
    found = jia.bulatovic_change(baseline=pd.Series([12.0, 12, 12]), now=pd.Series([20.0, 12, 1]))
    assert found.tolist() == ["worsened", "unchanged", "improved"]
    assert found.is_monotonic_increasing
    assert found.cat.ordered
    assert found.name == "bulatovic_change_bulatovic_2014"


def test_the_change_of_a_score_out_of_range_names_the_visit() -> None:
    with pytest.raises(OutOfRangeError, match="baseline = 58"):
        jia.bulatovic_change(baseline=58, now=1)
    with pytest.raises(OutOfRangeError, match="now = 41"):
        jia.horneff_improvement(baseline=10, now=41)
