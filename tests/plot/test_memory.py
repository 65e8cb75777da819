"""Pictures of many patients are drawn from counts and quartiles, beside which little is held."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest

import jiascores as jia

PATIENTS, VISITS = 5000, 10
STATE = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course="poly")
WEEK = jia.column("week")
# How much of the size of the table each may take beside it; they take two thirds of that.
PICTURES = {
    "trajectories": (lambda t: jia.plot.trajectories(t, jia.column("jadas10")), 1.5),
    "responders": (lambda t: jia.plot.responders(t, jia.column("acr_ped"), by=WEEK), 0.5),
    "state_flow": (
        lambda t: jia.plot.state_flow(t, jia.column("state_cjadas10_consolaro_2014"), by=WEEK),
        0.6,
    ),
    "response_matrix": (lambda t: jia.plot.response_matrix(t, by=WEEK), 1.4),
}


@pytest.fixture(scope="module")
def assessed() -> pd.DataFrame:
    rng, rows = np.random.default_rng(1), PATIENTS * VISITS
    scales = {"physician_global": 10, "patient_global": 10, "chaq": 3}
    counts = {"active_joints": 30, "limited_joints": 30, "esr": 100}
    visits = pd.DataFrame(
        {
            "patient": np.repeat(np.arange(PATIENTS), VISITS),
            "date": np.tile(np.arange(VISITS) * 28, PATIENTS),
            "week": np.tile(np.arange(VISITS) * 4, PATIENTS),
            **{name: rng.integers(0, 8 * most, rows) / 8 for name, most in scales.items()},
            **{name: rng.integers(0, most, rows) * 1.0 for name, most in counts.items()},
        }
    )
    return jia.assess(visits, measures=["jadas10", "acr_ped", STATE], baseline="first")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_many_holds_little(assessed, name):
    draw, most = PICTURES[name]
    draw(assessed)
    tracemalloc.start()
    try:
        draw(assessed)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most * assessed.memory_usage().sum()
