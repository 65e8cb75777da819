"""Synthetic tables without a mistake, on which nothing may be called suspicious."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jiascores.measures.chaq import ITEM_COUNT
from jiascores.testing import simulate_visits

ITEMS = [f"item_{number:02}" for number in range(1, ITEM_COUNT + 1)]
RARE = {"rash": 0.05, "serositis": 0.02, "haemorrhage": 0.01, "cns": 0.01, "uveitis": 0.08}


def with_all_variables(visits: pd.DataFrame, seed: int, *, ill: float = 0.05) -> pd.DataFrame:
    """Add what a laboratory and a form give: `ill` is the share with a macrophage activation."""
    random = np.random.default_rng(seed)
    size = len(visits)
    active = visits["active_joints"].fillna(0).to_numpy()
    mas = random.random(size) < ill
    halves = np.minimum(10, np.round(2 * (0.4 * active + random.gamma(1, 0.8, size))) / 2)

    def amount(middle: float, spread: float, when_ill: float, digits: int = 0) -> np.ndarray:
        values = middle * np.exp(random.normal(0, spread, size))
        return np.round(np.where(mas, values * when_ill, values), digits)

    added = {
        "pain": halves,
        "parent_disease_activity": halves[::-1],
        "ferritin": amount(80, 0.8, 60),
        "platelets": np.minimum(1200, amount(340, 0.25, 0.35)),
        "ast": amount(27, 0.25, 6),
        "ldh": amount(240, 0.2, 4),
        "triglycerides": np.maximum(30, amount(95, 0.35, 3)),
        "fibrinogen": np.clip(amount(380, 0.25, 0.5), 40, 1300),
        "haemoglobin": np.clip(amount(12.3, 0.1, 0.8, 1), 5, 17.5),
        "temperature": np.round(np.where(mas, 39, 36.7) + random.normal(0, 0.3, size), 1),
        "highest_temperature": np.round(np.where(mas, 39.5, 37) + random.normal(0, 0.4, size), 1),
        "morning_stiffness": random.choice([0, 0, 0, 5, 10, 15, 20, 30, 45, 60, 90, 2, 3], size),
        "morning_stiffness_rating": random.integers(0, 11, size),
        "esr_upper_limit": 20.0,
        "crp_upper_limit": 5.0,
        "swollen_joints": active,
        "joints_ever": np.minimum(71, active + random.integers(0, 9, size)),
        "parent_joints": np.minimum(71, active + random.integers(0, 3, size)),
        "entheses": random.poisson(0.6, size),
        "biologicals_tried": random.poisson(0.8, size),
        "days_since_injection": random.integers(0, 400, size),
        "systemic_manifestations": np.minimum(10, random.poisson(0.4, size)),
        "site": np.char.add("site ", random.integers(1, 6, size).astype(str)),
    }
    flags = {name: (random.random(size) < share).astype(float) for name, share in RARE.items()}
    level = np.clip(
        visits["chaq"].fillna(0.5).to_numpy()[:, None] + random.normal(0, 1, (size, ITEM_COUNT)),
        0,
        3,
    )
    items = pd.DataFrame(np.round(level), columns=ITEMS, index=visits.index)
    site = visits["patient"].map(
        {one: f"site {at % 5}" for at, one in enumerate(visits["patient"].unique())}
    )
    return visits.assign(**added, **flags).assign(site=site).join(items)


def cohort(seed: int, patients: int = 2000) -> pd.DataFrame:
    """Return children of every kind, three visits each, with every variable."""
    visits = simulate_visits(patients, visits=3, seed=seed, markers=("esr", "crp"))
    return with_all_variables(visits.drop(columns=["month", "course"]), seed)


def _visits(patients: int, each: int, **columns: object) -> pd.DataFrame:
    dates = pd.date_range("2024-01-10", periods=each, freq="90D")
    return pd.DataFrame(
        {
            "patient": np.repeat([f"P{number:02}" for number in range(1, patients + 1)], each),
            "date": np.tile(dates.to_numpy(), patients),
            **columns,
        }
    )


def _core(random: np.random.Generator, size: int, joints: np.ndarray, top: float) -> dict:
    halves = np.round(2 * random.uniform(0, top, (2, size))) / 2
    return {
        "physician_global": halves[0],
        "patient_global": halves[1],
        "chaq": np.round(8 * random.uniform(0, top / 5, size)) / 8,
        "active_joints": joints.astype(float),
        "limited_joints": np.round(joints * 0.8),
    }


def small_tables(seed: int) -> dict[str, pd.DataFrame]:
    """Return five small tables without a mistake."""
    random = np.random.default_rng(seed)
    refractory = _visits(
        6, 5, **_core(random, 30, random.integers(12, 60, 30), 9),
        esr=random.integers(35, 110, 30), crp=np.round(random.gamma(4, 12, 30) + 6, 1),
    )  # fmt: skip
    nothing = np.zeros(60)
    remission = _visits(
        20, 3, physician_global=nothing, patient_global=random.choice([0, 0, 0, 0.5, 1], 60),
        chaq=nothing, active_joints=nothing, limited_joints=nothing, active_joints_27=nothing,
        esr=random.integers(2, 15, 60), crp=np.round(random.gamma(1, 1, 60), 1),
        rash=nothing, uveitis=nothing, morning_stiffness=nothing,
    )  # fmt: skip
    few = random.integers(0, 5, 100)
    oligo = _visits(
        25, 4, **_core(random, 100, few, 4), active_joints_27=few,
        esr=random.integers(3, 40, 100), crp=np.round(random.gamma(1, 4, 100), 1),
    )  # fmt: skip
    systemic = _visits(
        8, 4, **_core(random, 32, random.integers(0, 30, 32), 8),
        esr=random.integers(10, 130, 32), crp=np.round(random.gamma(2, 40, 32), 1),
    )  # fmt: skip
    systemic = with_all_variables(systemic, seed, ill=0.5)
    one = _visits(
        1, 6, **_core(random, 6, random.integers(0, 9, 6), 6), esr=[48, 30, 22, 14, 9, 12]
    )
    return {
        "six refractory children": refractory,
        "sixty visits in remission": remission,
        "oligoarthritis only": oligo,
        "systemic onset with macrophage activation": systemic,
        "one child": one,
    }
