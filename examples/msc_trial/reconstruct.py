"""Make six synthetic patients that satisfy every published fact of the MSC trial at once.

The trial (Swart 2019, Rheumatology 58:1812, doi 10.1093/rheumatology/kez157) published medians
and counts, but no patient's values are in reach. What this script writes is therefore a
*synthetic reconstruction*: one of many data sets that agree with the published facts. No row
describes a person, and the calendar is invented.

Visits that carry a fact, or show something worth seeing, are written out in ``PATIENTS``; the
others (``None``) lie on the line between their neighbours, with seeded noise. ``README.md`` says
which fact binds which file, and the tests hold the files against every fact.
"""

import argparse
import csv
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

SEED = 2019
ORIGIN = "synthetic reconstruction"
DOSE_MILLION_PER_KG = 2
ESR_UPPER_LIMIT = 20
CRP_UPPER_LIMIT = 10


class Findings(NamedTuple):
    """What is measured at one visit, in the units of the trial (globals in mm, CRP in mg/L)."""

    physician_global_mm: float
    patient_global_mm: float
    chaq: float
    active_joints: float
    limited_joints: float
    esr: float
    crp: float
    morning_stiffness_min: float


# One step of each finding's scale, and how many steps an unwritten visit strays from the line.
STEP = Findings(1, 1, 0.125, 1, 1, 1, 1, 5)
NOISE = Findings(3, 3, 1, 1, 1, 2, 2, 1)

FLAGS = (
    "fever",
    "rash",
    "serositis",
    "splenomegaly",
    "lymphadenopathy",
    "uveitis",
    "infection",
    "febrile_illness",
    "malignancy",
    "biological",
)


class Visit(NamedTuple):
    """One visit: its name, its day from the first infusion, and its findings if written out."""

    name: str
    day: int
    findings: Findings | None = None
    flags: tuple[str, ...] = ()  # set at this visit; the rest of FLAGS are absent
    missing: tuple[str, ...] = ()  # columns that were not recorded


@dataclass(frozen=True, kw_only=True)
class Patient:
    """One invented patient; days count from the first infusion."""

    name: str
    ilar_category: str
    sex: str
    age_years: float
    disease_duration_years: float
    biologicals_failed: int
    first_infusion: date
    repeat_day: int | None = None
    last_tocilizumab_day: int | None = None
    outside_27_tenths: int  # of ten active joints, those that the 27-joint count leaves out
    visits: tuple[Visit, ...]
    events: tuple[tuple[int, str, bool], ...]  # day, event, serious


F = Findings
PATIENTS = (
    # Responds from week 4 and holds the response for the whole year.
    Patient(
        name="MSC-1",
        ilar_category="polyarthritis_rf_negative",
        sex="female",
        age_years=9.4,
        disease_duration_years=6.1,
        biologicals_failed=4,
        first_infusion=date(2014, 2, 5),
        outside_27_tenths=3,
        visits=(
            Visit("baseline", 0, F(33, 58, 1.375, 17, 19, 16, 8, 75)),
            Visit("week 2", 14),
            Visit("week 4", 28, F(21, 46, 0.875, 9, 17, 15, 6, 45)),
            Visit("week 8", 56, F(14, 36, 0.875, 5, 14, 13, 5, 30)),
            # A flare by prcsg-printo only, and the response against baseline still holds.
            Visit("week 12", 85, F(19, 48, 0.75, 5, 14, 17, 7, 30)),
            # Without the CHAQ the level is 50 or 70.
            Visit("week 20", 140, F(8, 28, 0.5, 3, 12, 12, 4, 20), missing=("chaq",)),
            Visit("week 26", 180),
            # ESR raised and CRP normal: whether this is inactive depends on which must be normal.
            Visit("week 39", 274, F(0, 10, 0.25, 0, 8, 24, 3, 10)),
            Visit("week 52", 364, F(0, 5, 0.125, 0, 8, 11, 2, 0)),
        ),
        events=(
            (-83, "nasopharyngitis", False),
            (-52, "nausea after methotrexate", False),
            (-20, "gastroenteritis", False),
            (12, "headache", False),
            (90, "nasopharyngitis", False),
            (201, "otitis media", False),
        ),
    ),
    # Responds, loses the response at week 26 and is infused on that day. At one year the
    # response to the second infusion is lost, while the first baseline is still bettered by 30 %.
    Patient(
        name="MSC-2",
        ilar_category="polyarthritis_rf_positive",
        sex="female",
        age_years=17.3,
        disease_duration_years=8.8,
        biologicals_failed=6,
        first_infusion=date(2014, 4, 16),
        repeat_day=182,
        outside_27_tenths=2,
        visits=(
            Visit("baseline", -1, F(62, 80, 2.125, 12, 15, 46, 24, 120)),
            Visit("week 2", 13),
            Visit("week 4", 28),
            Visit("week 8", 57, F(22, 60, 1.5, 3, 13, 28, 12, 45)),
            Visit("week 12", 83, F(27, 60, 1.5, 4, 13, 27, 11, 45)),
            Visit("week 26", 182, F(48, 71, 1.875, 9, 14, 38, 21, 90)),
            Visit("unscheduled", 238, F(20, 46, 1.375, 3, 12, 23, 9, 40)),
            Visit("week 39", 273, F(24, 48, 1.5, 3, 12, 22, 8, 40)),
            Visit("week 52", 365, F(34, 55, 1.75, 5, 13, 24, 9, 60)),
        ),
        events=(
            (-95, "nasopharyngitis", False),
            (-91, "raised transaminases", False),
            (-60, "upper respiratory tract infection", False),
            (-33, "nausea after methotrexate", False),
            (0, "headache", False),
            (41, "upper respiratory tract infection", False),
            (190, "headache", False),
        ),
    ),
    # The systemic patient: macrophage activation syndrome on day 49, a biological from week 8.
    Patient(
        name="MSC-3",
        ilar_category="systemic",
        sex="male",
        age_years=4.6,
        disease_duration_years=3.4,
        biologicals_failed=3,
        first_infusion=date(2014, 9, 10),
        last_tocilizumab_day=-14,
        outside_27_tenths=0,
        visits=(
            Visit("baseline", 0, F(55, 84, 2.0, 3, 10, 80, 71, 90), ("rash",)),
            Visit("week 2", 14),
            Visit("week 4", 28, F(36, 56, 1.625, 2, 9, 49, 38, 45)),
            # The ESR falls with the fibrinogen while the CRP soars.
            Visit(
                "unscheduled",
                49,
                F(88, 93, 2.375, 5, 11, 38, 118, 120),
                ("fever", "rash", "splenomegaly", "lymphadenopathy", "febrile_illness"),
                ("chaq",),
            ),
            Visit(
                "week 8", 56, F(47, 70, 1.875, 4, 11, 34, 52, 75), ("splenomegaly", "biological")
            ),
            # Limited joints worse by exactly 30 %: giannini-1997 and ntr4146 part ways.
            Visit("week 12", 86, F(38, 58, 1.75, 4, 13, 22, 15, 60), ("biological",)),
            Visit("week 26", 182, None, ("biological",)),
            Visit("week 39", 272, None, ("biological",)),
            # Inactive by Wallace 2004; by Wallace 2011 the stiffness says no.
            Visit("week 52", 364, F(0, 15, 0.75, 0, 8, 5, 2, 30), ("biological",)),
        ),
        events=(
            (-80, "upper respiratory tract infection", False),
            (-47, "gastroenteritis with dehydration", True),
            (-16, "injection-site reaction", False),
            (6, "abdominal pain", False),
            (49, "macrophage activation syndrome", True),
            (58, "hypertension under corticosteroids", False),
            (120, "nasopharyngitis", False),
        ),
    ),
    # Loses the response with an infection (excluded), is eligible two weeks later, and infused.
    Patient(
        name="MSC-4",
        ilar_category="oligoarthritis_extended",
        sex="female",
        age_years=12.3,
        disease_duration_years=9.6,
        biologicals_failed=5,
        first_infusion=date(2014, 11, 26),
        repeat_day=156,
        outside_27_tenths=2,
        visits=(
            Visit("baseline", 0, F(43, 77, 1.25, 4, 7, 28, 13, 60), ("uveitis",)),
            Visit("week 4", 28, None, ("uveitis",)),
            Visit("week 8", 55, F(16, 52, 0.75, 2, 6, 17, 6, 20)),
            # No blood was taken: whether the response still holds cannot be told.
            Visit("week 12", 84, F(24, 58, 1.0, 2, 6, 20, 8, 30), missing=("esr", "crp")),
            Visit("week 20", 140, F(35, 66, 1.0, 3, 7, 41, 37, 45), ("infection",)),
            Visit("unscheduled", 154, F(40, 74, 1.125, 4, 7, 26, 12, 60)),
            Visit("week 26", 184, F(18, 50, 0.75, 2, 6, 19, 6, 20)),
            Visit("week 39", 273),
            Visit("week 52", 363, F(0, 14, 0.25, 0, 5, 9, 2, 5)),
        ),
        events=(
            (-75, "nausea after methotrexate", False),
            (-29, "conjunctivitis", False),
            (-1, "fatigue", False),
            (33, "nasopharyngitis", False),
            (138, "tonsillitis", False),
        ),
    ),
    # Never responds; the one in whom few clinical parameters and no marker improved at week 8.
    Patient(
        name="MSC-5",
        ilar_category="psoriatic",
        sex="female",
        age_years=18.0,
        disease_duration_years=11.8,
        biologicals_failed=7,
        first_infusion=date(2015, 3, 4),
        outside_27_tenths=5,
        visits=(
            Visit("baseline", -1, F(56, 73, 1.5, 14, 17, 31, 14, 60)),
            Visit("week 2", 14),
            Visit("week 4", 29),
            Visit("week 8", 56, F(44, 68, 1.5, 14, 18, 34, 16, 60)),
            Visit("week 12", 84),
            Visit("week 20", 142),
            Visit("week 26", 181),
            Visit("week 39", 273),
            Visit("week 52", 366, F(47, 66, 1.5, 12, 17, 28, 13, 45)),
        ),
        events=(
            (-66, "nasopharyngitis", False),
            (-40, "cellulitis", True),
            (-8, "oral ulcers", False),
            (19, "headache", False),
            (72, "upper respiratory tract infection", False),
            (91, "nausea after methotrexate", False),
        ),
    ),
    # Loses the response at week 12 and is infused twelve days after that visit.
    Patient(
        name="MSC-6",
        ilar_category="polyarthritis_rf_negative",
        sex="male",
        age_years=13.7,
        disease_duration_years=10.3,
        biologicals_failed=5,
        first_infusion=date(2015, 6, 17),
        repeat_day=96,
        outside_27_tenths=2,
        visits=(
            Visit("baseline", 0, F(36, 70, 1.0, 6, 8, 12, 5, 45)),
            Visit("week 2", 12),
            Visit("week 4", 28),
            Visit("week 8", 56, F(14, 46, 0.625, 3, 7, 10, 3, 20)),
            Visit("week 12", 84, F(26, 60, 0.875, 5, 8, 11, 4, 40)),
            Visit("week 20", 139, F(12, 34, 0.5, 2, 7, 10, 3, 15)),
            Visit("week 26", 182),
            # The eyes were not examined: inactive disease cannot be told.
            Visit("week 39", 275, F(0, 18, 0.25, 0, 6, 9, 2, 10), missing=("uveitis",)),
            Visit("week 52", 364, F(0, 16, 0.25, 0, 6, 8, 2, 10)),
        ),
        events=(
            (-57, "upper respiratory tract infection", False),
            (-12, "nausea after methotrexate", False),
            (99, "headache", False),
            (233, "gastroenteritis", False),
        ),
    ),
)


def filled_visits(patient: Patient, rng: random.Random) -> Iterable[tuple[Visit, Findings]]:
    """Yield each visit with its findings, drawing those that are not written out.

    Parameters
    ----------
    patient
        Whose first and last visits are written out.
    rng
        Where the noise comes from.

    Yields
    ------
    tuple of Visit and Findings
        In the order of the visits.
    """
    written = [(v.day, v.findings) for v in patient.visits if v.findings is not None]
    for visit in patient.visits:
        if visit.findings is not None:
            yield visit, visit.findings
            continue
        earlier, before = max(pair for pair in written if pair[0] < visit.day)
        later, after = min(pair for pair in written if pair[0] > visit.day)
        share = (visit.day - earlier) / (later - earlier)
        # random() alone is promised to stay the same from one Python to the next.
        drawn = (
            max(round((a + (b - a) * share) / step + (2 * rng.random() - 1) * noise), 0) * step
            for a, b, step, noise in zip(before, after, STEP, NOISE, strict=True)
        )
        yield visit, Findings(*drawn)


def visit_rows(patients: Iterable[Patient], seed: int = SEED) -> list[dict[str, object]]:
    """Return the rows of ``visits.csv``.

    Parameters
    ----------
    patients
        In the order of the file.
    seed
        Of the noise on the visits that are not written out.

    Returns
    -------
    list of dict
        One row per visit.
    """
    rng = random.Random(seed)  # noqa: S311 - it guards nothing
    rows: list[dict[str, object]] = []
    for patient in patients:
        for visit, findings in filled_visits(patient, rng):
            active = round(findings.active_joints)
            row: dict[str, object] = {
                "patient": patient.name,
                "visit": visit.name,
                "visit_date": patient.first_infusion + timedelta(days=visit.day),
            }
            row |= {name: f"{value:g}" for name, value in findings._asdict().items()}
            row |= {
                "active_joints_27": active - active * patient.outside_27_tenths // 10,
                "esr_upper_limit": ESR_UPPER_LIMIT,
                "crp_upper_limit": CRP_UPPER_LIMIT,
            }
            row |= {flag: int(flag in visit.flags) for flag in FLAGS}
            row |= dict.fromkeys(visit.missing, "")
            rows.append(row)
    return rows


def patient_rows(patients: Iterable[Patient]) -> list[dict[str, object]]:
    """Return the rows of ``patients.csv``."""
    return [
        {
            "patient": p.name,
            "ilar_category": p.ilar_category,
            "sex": p.sex,
            "age_years": p.age_years,
            "disease_duration_years": p.disease_duration_years,
            "biologicals_failed": p.biologicals_failed,
            "methotrexate_failed": 1,
            "corticosteroids_failed": 1,
            "joint_damage": 1,
            "last_tocilizumab": (
                ""
                if p.last_tocilizumab_day is None
                else p.first_infusion + timedelta(days=p.last_tocilizumab_day)
            ),
        }
        for p in patients
    ]


def infusion_rows(patients: Iterable[Patient]) -> list[dict[str, object]]:
    """Return the rows of ``infusions.csv``."""
    return [
        {
            "patient": p.name,
            "infusion_date": p.first_infusion + timedelta(days=day),
            "infusion_number": number,
            "dose_million_per_kg": DOSE_MILLION_PER_KG,
        }
        for p in patients
        for number, day in enumerate((0, p.repeat_day), start=1)
        if day is not None
    ]


def event_rows(patients: Iterable[Patient]) -> list[dict[str, object]]:
    """Return the rows of ``adverse_events.csv``."""
    return [
        {
            "patient": p.name,
            "event_date": p.first_infusion + timedelta(days=day),
            "event": event,
            "serious": int(serious),
        }
        for p in patients
        for day, event, serious in p.events
    ]


def write(path: Path, rows: list[dict[str, object]]) -> None:
    """Write the rows as CSV, each marked as synthetic; the same bytes on every system."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], "data_origin"], lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "data_origin": ORIGIN} for row in rows)


def main(argv: list[str] | None = None) -> None:
    """Write the four files.

    Parameters
    ----------
    argv
        Command line, for tests; by default that of the process.
    """
    parser = argparse.ArgumentParser(description="Write the synthetic reconstruction.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to fill")
    out: Path = parser.parse_args(argv).out
    out.mkdir(parents=True, exist_ok=True)
    write(out / "patients.csv", patient_rows(PATIENTS))
    write(out / "visits.csv", visit_rows(PATIENTS))
    write(out / "infusions.csv", infusion_rows(PATIENTS))
    write(out / "adverse_events.csv", event_rows(PATIENTS))


if __name__ == "__main__":
    main()
