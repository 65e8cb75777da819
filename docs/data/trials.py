"""Write the invented trials of the tutorials: parallel arms, and withdrawal after a lead-in.

Run it in this folder. No number describes a person.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

SIX = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")

# Parallel arms: at baseline, at week 12; a dash is a gap, and no second line is no visit.
PARALLEL = {
    "P01": ("drug", "yes", "8 7 2 12 10 40", "2 2 0.5 3 9 12"),
    "P02": ("drug", "no", "6 6 1.5 8 8 30", "3 3 1.5 4 8 30"),
    "P03": ("drug", "yes", "7 8 2 20 15 60", "3 4 - 10 15 30"),
    "P04": ("drug", "no", "5 5 1 6 6 25", "4 5 1 6 6 25"),
    "P05": ("drug", "yes", "6 7 1.75 9 9 36", ""),
    "P06": ("drug", "no", "8 8 2.5 16 14 50", "4 4 - 16 - 50"),
    "P07": ("placebo", "yes", "7 6 1.5 10 9 45", "6 6 1.5 9 9 45"),
    "P08": ("placebo", "no", "6 5 1.25 8 8 32", "2 2 0.5 2 4 10"),
    "P09": ("placebo", "yes", "8 7 2 14 12 55", "4 3 1 14 12 60"),
    "P10": ("placebo", "no", "5 6 1 7 7 28", "5 6 1 10 7 28"),
    "P11": ("placebo", "yes", "6 6 1.5 11 10 38", "6 3 1.5 5 10 38"),
    "P12": ("placebo", "no", "", ""),
}
# Withdrawal: what was seen 28, 56 and 84 days after randomisation.
CALM, FLARE, OPEN = "2 2 0.5 4 4 20", "3 3 0.75 4 4 20", "3 3 - 4 4 20"
WITHDRAWAL = {
    "W01": ("drug", (CALM, CALM, CALM)),
    "W02": ("drug", (CALM, FLARE)),
    "W03": ("drug", (CALM,)),
    "W04": ("drug", (OPEN, CALM, CALM)),
    "W05": ("drug", (CALM, CALM, CALM)),
    "W06": ("placebo", (FLARE,)),
    "W07": ("placebo", (CALM,)),
    "W08": ("placebo", (CALM, OPEN, FLARE)),
    "W09": ("placebo", (FLARE,)),
    "W10": ("placebo", ()),
}


def write(name: str, heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([heads, *rows])


def values(text: str) -> list[str]:
    return ["" if value == "-" else value for value in text.split()]


def parallel() -> None:
    visits, patients = [], []
    for number, (name, (arm, methotrexate, first, last)) in enumerate(PARALLEL.items()):
        start = date(2024, 1, 8) + timedelta(days=5 * number)
        patients.append((name, arm, methotrexate))
        for text, day in ((first, 0), (last, 84 + number % 4 - 1)):
            if text:
                visits.append((name, start + timedelta(days=day), *values(text)))
    write("parallel_visits.csv", ("patient", "date", *SIX), visits)
    write("parallel_patients.csv", ("patient", "arm", "methotrexate"), patients)
    rescued = date(2024, 1, 8) + timedelta(days=5 * 7 + 60)
    write("parallel_events.csv", ("patient", "date", "what"), [("P08", rescued, "rescue")])


def withdrawal() -> None:
    visits, patients = [], []
    for number, (name, (arm, seen)) in enumerate(WITHDRAWAL.items()):
        randomised = date(2024, 3, 4) + timedelta(days=3 * number)
        end = randomised + timedelta(days=84)
        patients.append((name, arm, randomised, end))
        visits.append((name, randomised - timedelta(days=28), randomised, *values(CALM)))
        for text, day in zip(seen, (28, 56, 84), strict=False):
            visits.append((name, randomised + timedelta(days=day), randomised, *values(text)))
    write("withdrawal_visits.csv", ("patient", "date", "end_of_lead_in", *SIX), visits)
    write("withdrawal_patients.csv", ("patient", "arm", "randomised", "planned_end"), patients)
    first = date(2024, 3, 4)
    happened = [
        ("W03", first + timedelta(days=3 * 2 + 40), "moved away"),
        ("W07", first + timedelta(days=3 * 6 + 45), "rescue"),
    ]
    write("withdrawal_events.csv", ("patient", "date", "what"), happened)


if __name__ == "__main__":
    parallel()
    withdrawal()
