"""Write ``cohort.csv``: 300 invented children with polyarthritis over a year.

The seed is fixed. The children describe nobody, and nothing can be learnt from them about the
disease: how severe it is and how fast it gets better is made up.

    python docs/data/cohort.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

PATIENTS = 300
MONTHS = np.array([0, 3, 6, 9, 12])


def cohort():
    """Return the visits, with gaps as in life."""
    rng = np.random.default_rng(20260131)
    shape = (PATIENTS, MONTHS.size)
    left = np.exp(-MONTHS / rng.gamma(3, 3, (PATIENTS, 1)))
    severity = rng.gamma(4, 1.1, (PATIENTS, 1)) * left

    def scale(most, step):
        noisy = severity * most / 10 + rng.normal(0, 0.06 * most, shape)
        return (np.round(np.clip(noisy, 0, most) / step) * step).ravel()

    late = rng.integers(-7, 15, shape)
    late[:, 0] = 0
    days = np.round(MONTHS * 30.4375) + late
    visits = pd.DataFrame(
        {
            "patient": np.repeat(
                [f"child-{number:03d}" for number in range(1, PATIENTS + 1)], MONTHS.size
            ),
            "date": pd.Timestamp("2024-01-08") + pd.to_timedelta(days.ravel(), "D"),
            "month": np.tile(MONTHS, PATIENTS),
            "physician_global": scale(10, 0.5),
            "patient_global": scale(10, 0.5),
            "chaq": scale(3, 0.125),
            "active_joints": rng.poisson(severity * 1.1).clip(0, 71).ravel(),
            "limited_joints": rng.poisson(severity * 0.9).clip(0, 71).ravel(),
            "esr": rng.poisson(9 + 5 * severity).ravel(),
        }
    )
    visits.loc[rng.random(len(visits)) < 0.06, "patient_global"] = np.nan
    visits["esr"] = visits["esr"].astype("Int64").mask(rng.random(len(visits)) < 0.08)
    return visits


if __name__ == "__main__":
    file = Path(__file__).parent / "cohort.csv"
    cohort().to_csv(file, index=False, date_format="%Y-%m-%d", lineterminator="\n")
