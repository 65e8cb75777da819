"""Long arrays are judged block by block: what stands beyond the first block is answered alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import jiascores as jia
from jiascores.core.values import BLOCK

VISITS = {
    "physician_global": [6, 2, 6, np.nan],
    "patient_global": [5, 2, 5, 2],
    "chaq": [1.5, 0.75, 1.5, 0.75],
    "active_joints": [12, 4, 12, 4],
    "limited_joints": [10, 6, 10, 6],
    "esr": [40, 20, 40, 20],
}
BASE, MET = (jia.CoreSet(**{name: each[row] for name, each in VISITS.items()}) for row in (0, 1))


@pytest.mark.parametrize(
    "answers",
    [
        lambda now: jia.acr_ped(baseline=BASE, now=now).level,
        lambda now: jia.acr_ped(baseline=BASE, now=now, missing="complete-case").meets(50),
        lambda now: jia.flare(reference=MET, now=now, criteria="prcsg-printo").flared,
        lambda now: jia.loss_of_response(baseline=BASE, reached=MET, now=now, level=30).lost,
        lambda now: jia.loss_of_response(baseline=BASE, reached=now, now=BASE, level=30).lost,
    ],
)
def test_a_visit_beyond_the_first_block(answers: Callable[[Any], Any]) -> None:
    times = BLOCK // 4 + 1
    few = answers(jia.CoreSet(**{name: np.array(each) for name, each in VISITS.items()}))
    many = answers(jia.CoreSet(**{name: np.tile(each, times) for name, each in VISITS.items()}))
    np.testing.assert_array_equal(many, np.tile(few, times))
