"""What the pictures of the tests are drawn from, and what is read off them."""

from __future__ import annotations

import numpy as np
import pandas as pd

import jiascores as jia

SIX = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")


def visits_of(*patients: list[tuple[float | None, ...]]) -> pd.DataFrame:
    rows = [
        {"patient": f"P{who}", "date": 30 * at, "week": 4 * at, **dict(zip(SIX, six, strict=True))}
        for who, visits in enumerate(patients)
        for at, six in enumerate(visits)
    ]
    return pd.DataFrame(rows)


BASE = (6.0, 5.0, 1.5, 12, 10, 40)
BETTER = (2.0, 2.0, 0.75, 4, 6, 20)
GAPS = (2.0, 2.0, None, 9, 10, None)
WORSE = (9.0, 8.0, 2.5, 20, 15, 60)


def legend(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


SCORES = pd.DataFrame(
    {
        "patient": ["A", "A", "A", "B", "B"],
        "date": [0, 60, 120, 0, 60],
        "jadas10": [18.0, np.nan, 3.0, 9.0, 4.0],
    }
)

ONE = pd.DataFrame(
    {
        "patient": "A",
        "date": pd.to_datetime(["2024-01-01", "2024-04-01", "2024-07-01"]),
        "physician_global": [6.0, 2.0, 1.0],
        "ptga": [5.0, None, 0.5],
        "active_joints": [9, 1, 0],
        "esr": [46, None, 8],
        "jadas10": [22.6, np.nan, 1.5],
    }
)


def planned(patients, days, early, late, seed=1):
    """Visits near planned days, as in life; the scores are those days."""
    rng = np.random.default_rng(seed)
    near = np.tile(days, patients) + rng.integers(early, late + 1, patients * len(days))
    return pd.DataFrame(
        {
            "patient": np.repeat(np.arange(patients), len(days)),
            "date": np.maximum(near, 0),
            "jadas10": np.tile(days, patients) / 10,
        }
    )


def assessed() -> pd.DataFrame:
    visits = visits_of([BASE, BETTER, BASE], [BASE, GAPS, WORSE], [BASE, WORSE, BETTER])
    return jia.assess(visits, baseline="first", measures=["acr_ped", "jadas71"])


COURSES = pd.DataFrame(
    {
        "patient": ["A"] * 4 + ["B"] * 2 + ["C"],
        "date": [0, 56, 182, 365, 0, 90, 0],
        "acr_ped_level_min": [None, 50, 0, 0, None, 30, None],
        "acr_ped_level_max": [None, 50, 0, 50, None, 30, None],
        "retreatment_code": [
            "before",
            "holds",
            "eligible",
            "undetermined",
            "before",
            "holds",
            None,
        ],
    }
)
GIVEN = pd.DataFrame({"patient": ["B", "A", "A"], "date": [0, 200, 0]})
