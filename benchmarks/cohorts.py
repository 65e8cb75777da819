"""Synthetic visits for the benchmarks: nobody's data, made from a seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

CORE = (
    "physician_global",
    "patient_global",
    "chaq",
    "active_joints",
    "limited_joints",
    "esr",
)


def visits(
    size: int,
    *,
    per_patient: int = 10,
    text_ids: bool = False,
    shuffled: bool = True,
    gaps: float = 0.03,
    seed: int = 20_190_610,
) -> pd.DataFrame:
    """Return a registry of `size` visits, every 28 days or a little more, with gaps."""
    random = np.random.default_rng(seed)
    patients = max(size // per_patient, 1)
    number = (
        np.arange(size) % patients
        if size % per_patient
        else np.repeat(np.arange(patients), per_patient)
    )
    visit = (
        np.tile(np.arange(per_patient), patients)[:size]
        if not size % per_patient
        else (np.arange(size) // patients)
    )
    days = visit * 28 + random.integers(0, 20, size)
    columns = {
        "patient": number,
        "date": np.datetime64("2015-01-01", "us") + days.astype("timedelta64[D]"),
        "physician_global": random.integers(0, 21, size) / 2,
        "patient_global": random.integers(0, 21, size) / 2,
        "chaq": random.integers(0, 25, size) / 8,
        "active_joints": random.integers(0, 30, size).astype(np.float64),
        "limited_joints": random.integers(0, 30, size).astype(np.float64),
        "esr": random.integers(1, 90, size).astype(np.float64),
    }
    for name in CORE:
        columns[name][random.random(size) < gaps] = np.nan
    order = random.permutation(size) if shuffled else np.arange(size)
    frame = pd.DataFrame({name: values[order] for name, values in columns.items()})
    frame["course"] = random.choice(["oligo", "poly"], size)
    if text_ids:
        frame["patient"] = pd.Series([f"NL-{one:07d}" for one in frame["patient"]], dtype="str")
    return frame
