"""Yes, no and unknown as 1, 0 and NaN: unknown is an answer only where the gap could matter."""

from __future__ import annotations

from typing import Any

import numpy as np

from jiascores.core.kinds import missing


def unless_missing(value: Any, verdict: Any) -> Any:
    """Return a verdict on a value as 1 or 0, unknown where the value is missing."""
    return np.where(missing(value), np.nan, verdict)


def all_of(*items: Any) -> Any:
    """Return whether every item is yes: one no settles it, whatever the gaps.

    ========= ========= ===== =========
    and       yes       no    unknown
    ========= ========= ===== =========
    yes       yes       no    unknown
    no        no        no    no
    unknown   unknown   no    unknown
    ========= ========= ===== =========
    """
    each = np.broadcast_arrays(*items)
    return np.where(np.fmin.reduce(each) == 0, 0.0, np.minimum.reduce(each))


def any_of(*items: Any) -> Any:
    """Return whether some item is yes: one yes settles it, whatever the gaps."""
    each = np.broadcast_arrays(*items)
    return np.where(np.fmax.reduce(each) == 1, 1.0, np.maximum.reduce(each))


def at_least_of(need: int, *items: Any) -> Any:
    """Return whether at least `need` items are yes, where the gaps leave it certain."""
    each = np.array(np.broadcast_arrays(*items), dtype=np.float64)
    sure = (each == 1).sum(axis=0)
    possible = sure + np.isnan(each).sum(axis=0)
    return np.where(sure >= need, 1.0, np.where(possible < need, 0.0, np.nan))
