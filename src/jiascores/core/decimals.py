"""Comparisons that give what exact decimal arithmetic gives on the decimals that were typed.

Binary numbers cannot hold 3.7 + 0.1 = 3.8; a bare ``<=`` moves children across a cut-off. Inputs
have at most a few decimals, so two values that really differ lie far more than the tolerance
apart, and two that are equal in decimals lie far less.

A comparison with a missing value (NaN) is false; who asks must treat missing first.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-9
SCORE_DECIMALS = 9
FLOAT32_DECIMALS = 4
PER_CENT = 0.01


def at_most(value: Any, bound: Any) -> Any:
    """Return whether value ≤ bound, in decimals."""
    return value <= bound + TOLERANCE


def at_least(value: Any, bound: Any) -> Any:
    """Return whether value ≥ bound, in decimals."""
    return value >= bound - TOLERANCE


def above(value: Any, bound: Any) -> Any:
    """Return whether value > bound, in decimals."""
    return value > bound + TOLERANCE


def below(value: Any, bound: Any) -> Any:
    """Return whether value < bound, in decimals."""
    return value < bound - TOLERANCE


def nearest_decimal(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the doubles nearest to the decimals that these values stand for; zero has no sign."""
    return np.round(value, SCORE_DECIMALS) + 0.0


def from_float32(value: NDArray[Any]) -> NDArray[np.float64]:
    """Return float32 values as the decimals that were typed: 3.7 is 3.70000005 in float32."""
    if value.dtype.itemsize < np.dtype(np.float32).itemsize:
        # Half precision has three digits, not four decimals: take the shortest that it prints.
        return value.astype(str).astype(np.float64)
    wide: NDArray[np.float64] = value.astype(np.float64)
    return wide.round(FLOAT32_DECIMALS)
