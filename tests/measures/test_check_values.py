"""Every check value, through the public functions."""

from __future__ import annotations

import math

import pytest

import jiascores as jia
from tests.conftest import check_values, value

SIX = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")


def core_set(row: dict[str, str], prefix: str) -> jia.CoreSet[float]:
    return jia.CoreSet(**{name: value(row[f"{prefix}_{name}"]) for name in SIX})


@pytest.mark.parametrize("row", check_values("jadas"), ids=lambda row: row["case"])
@pytest.mark.parametrize(
    "name", ["jadas10", "jadas27", "jadas71", "cjadas10", "cjadas27", "cjadas71"]
)
def test_jadas(name: str, row: dict[str, str]) -> None:
    inputs = {key: value(row[key]) for key in ("physician_global", "patient_global")}
    if "27" in name:
        inputs["active_joints_27"] = value(row["active_joints_27"])
    else:
        inputs["active_joints"] = value(row["active_joints_71"])
    if name.startswith("jadas"):
        marker = "crp" if row["crp_mg_l"] else "esr"
        inputs[marker] = value(row["crp_mg_l"] or row["esr_mm_h"])
    score = getattr(jia, name)(**inputs)
    expected = value(row[name])
    assert math.isnan(score) if expected is None else score == expected


@pytest.mark.parametrize(
    "row", check_values("states"), ids=lambda row: " ".join(list(row.values())[:4])
)
def test_states(row: dict[str, str]) -> None:
    state = jia.disease_state(
        value(row["score"]), measure=row["measure"], course=row["course"], cutoffs=row["cutoffs"]
    )
    assert state == row["state"]


@pytest.mark.parametrize("row", check_values("acr_ped"), ids=lambda row: row["case"])
def test_acr_ped(row: dict[str, str]) -> None:
    baseline, now = core_set(row, "baseline"), core_set(row, "visit")
    response = jia.acr_ped(baseline=baseline, now=now)
    bounds = (int(row["level_min"]), int(row["level_max"]))
    assert (response.level_min, response.level_max) == bounds
    assert response.level == (bounds[0] if bounds[0] == bounds[1] else None)
    register = jia.acr_ped(baseline=baseline, now=now, criteria="ntr4146")
    assert register.level_min == int(row["level_min_if_30_counts_as_worse"])
