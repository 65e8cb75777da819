"""The synthetic visits of `jiascores.testing`, by their number; nobody's data."""

from __future__ import annotations

import pandas as pd

from jiascores.testing import simulate_visits

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
    frame = simulate_visits(
        -(-size // per_patient),
        visits=per_patient,
        seed=seed,
        months=28 / 30.4375,
        gaps=gaps,
        ids="text" if text_ids else "number",
        shuffled=shuffled,
    ).head(size)
    frame = frame[["patient", "date", *CORE, "course"]]
    return frame.astype({"patient": "str"}) if text_ids else frame
