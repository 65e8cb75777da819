"""Files to try the commands on: synthetic visits, written as a hospital writes them."""

from __future__ import annotations

from typing import Any

DEMO = """# How visits.csv is written. `jiascores init visits.csv` drafts such a file.

[csv]
separator = ";"
decimal = ","
date_format = "%d.%m.%Y"

[columns]                        # variable = "your column"
patient = "Patient"
date = "Datum"
physician_global = "Arzt (mm)"
patient_global = "Eltern (mm)"
chaq = "CHAQ"
active_joints = "akt. Gel."
limited_joints = "eingeschr. Gel."
esr = "BSG"

[units]
physician_global = "mm"
patient_global = "mm"

[below]
esr = "limit"                    # "<2"; all values below 20 give 0 points

[study]
baseline = "first"
measures = ["jadas10", "acr_ped", "state:jadas10:trincianti-2021"]
"""


def demo_visits() -> Any:
    """Return visits of nobody, with the names and numbers of a German hospital."""
    from jiascores.testing import simulate_visits

    visits = simulate_visits(8, visits=4, seed=1)
    number = visits.groupby("patient").cumcount()
    named = {
        "Patient": visits["patient"],
        "Datum": visits["date"].dt.strftime("%d.%m.%Y"),
        "visit": number.add(1),
        "Arzt (mm)": (visits["physician_global"] * 10).round(),
        "Eltern (mm)": (visits["patient_global"] * 10).round(),
        "CHAQ": visits["chaq"],
        "akt. Gel.": visits["active_joints"],
        "eingeschr. Gel.": visits["limited_joints"],
        "BSG": visits["esr"].astype(object).where(visits["esr"].ne(visits["esr"].min()), "<2"),
        "course": visits["course"],
    }
    return visits.assign(**named)[list(named)].assign(data_origin="synthetic")
