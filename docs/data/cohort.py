"""Write ``cohort.csv``: 300 invented children with polyarthritis over a year.

The seed is fixed. The children describe nobody, and nothing can be learnt from them about the
disease: how severe it is and how fast it gets better is made up.

    python docs/data/cohort.py
"""

from pathlib import Path

from jiascores.testing import simulate_visits

PATIENTS = 300


def cohort():
    """Return the visits, with gaps as in life."""
    visits = simulate_visits(2 * PATIENTS, seed=20260131)
    poly = visits[visits["course"] == "poly"]
    chosen = poly["patient"].drop_duplicates()[:PATIENTS]
    names = {patient: f"child-{number:03d}" for number, patient in enumerate(chosen, 1)}
    children = poly[poly["patient"].isin(chosen)].assign(patient=lambda one: one.patient.map(names))
    return (
        children.drop(columns=["course", "active_joints_27"])
        .reset_index(drop=True)
        .convert_dtypes()
    )


if __name__ == "__main__":
    file = Path(__file__).parent / "cohort.csv"
    cohort().to_csv(file, index=False, date_format="%Y-%m-%d", lineterminator="\n")
