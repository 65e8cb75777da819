"""The example end to end: on its own data, and on another study's files written differently."""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from . import msc_facts

FOLDER = Path(__file__).parents[1] / "examples" / "msc_trial"
SYNTHETIC = "synthetic reconstruction"


# The script runs in another folder, where relative paths lead nowhere.
IMPORTS = os.pathsep.join(
    str(Path(path).resolve()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path
)


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(FOLDER / "analysis.py"), *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={
            **os.environ,
            "PYTHONPATH": IMPORTS,
            "PYTHONWARNINGS": "error::FutureWarning",
            "PYTHONUTF8": "1",
        },
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------------ the trial


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    out = tmp_path_factory.mktemp("trial")
    done = run("--out", out, cwd=out)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout, out


def test_every_comparable_fact_is_reproduced(trial) -> None:
    printed, out = trial
    results = rows(out / "results.csv")
    assert list(results[0]) == ["fact", "published", "computed"]
    assert results[0]["computed"] == SYNTHETIC
    facts = len(results) - 1
    assert facts > 30
    assert printed.splitlines()[-1] == f"reproduced: {facts} of {facts} comparable facts"
    assert "differs" not in printed
    assert "Published, but not comparable, and why" in printed


def test_responders_by_visit_have_intervals_and_what_is_open(trial) -> None:
    printed, _ = trial
    _, _, section = printed.partition("Responders by visit, with 95 % intervals")
    lines = section.split("\n==")[0].splitlines()
    assert lines[2].split() == ["visit", "level", "reached", "open", "%", "Clopper–P.", "Wilson"]
    at = next(number for number, line in enumerate(lines) if line.startswith("  week 8 "))
    # Of six, four and none: from scipy's binomtest.
    assert lines[at].split()[2:] == ["30", "4", "of", "6", "0", "67", "22–96", "30–90"]
    assert lines[at + 1].split() == ["50", "0", "of", "6", "0", "0", "0–46", "0–39"]
    # One patient was not seen in week 2.
    assert lines[3].split()[:7] == ["week", "2", "30", "0", "of", "5", "1"]
    assert "unscheduled" not in section.split("\n==")[0]


def test_the_figures_are_those_of_the_paper(trial) -> None:
    _, out = trial
    computed = {row["fact"]: row["computed"] for row in rows(out / "results.csv")}
    for fact, value in {
        "Infusions: infusions": "9",
        "Infusions: repeats after response and its loss": "3 of 3",
        "Week 8: VAS well-being, mm: median at baseline": "75",
        "Week 8: VAS well-being, mm: median at week 8": "56",
        "Week 8: JADAS-71: median at baseline": "24.5",
        "Week 8: JADAS-71: median at week 8": "11",
        "Week 8: cJADAS10: median at baseline": "18",
        "Week 8: cJADAS10: median at week 8": "10.6",
        "Week 8: cJADAS10: Wilcoxon, two-tailed": "p = 0.031, normal 0.028",
        "Week 8: fewer active joints": "4 of 6",
        "Week 8: many clinical parameters improved": "5 of 6",
        "Week 8: inflammatory parameters fell": "3 of 4",
        "One year: inactive disease (Wallace 2011)": "3",
        "Adverse events: … weeks after infusion": "7",
        "Adverse events: … weeks after the last tocilizumab": "9",
    }.items():
        assert computed[fact] == value, fact


def test_everything_printed_says_what_it_is_and_fits_the_terminal(trial) -> None:
    printed, out = trial
    lines = [line for line in printed.splitlines() if str(out) not in line]
    headings = [line for line in lines if line.startswith("==")]
    assert len(headings) >= 8
    assert all(SYNTHETIC in line for line in headings)
    assert [line for line in lines if len(line) > 100] == []
    assert "nan" not in printed.lower().split()


def test_the_assessed_visits_hold_the_verdicts(trial) -> None:
    _, out = trial
    visits = rows(out / "visits_assessed.csv")
    assert len(visits) == 54
    assert {row["data_origin"] for row in visits} == {SYNTHETIC}
    files = msc_facts.Trial(FOLDER)
    for who in files.names:
        mine = [row for row in visits if row["patient"] == who]
        codes = msc_facts.course_codes(files.of(files.visits, who), files.infusion_days(who))
        assert [row["retreatment_code"] for row in mine] == [code for _, code in codes]
        assert all(row["retreatment_reason"].endswith(".") for row in mine)


def test_the_figure_is_a_picture(trial) -> None:
    _, out = trial
    assert (out / "trial.png").read_bytes().startswith(b"\x89PNG")
    assert (out / "trial.png").stat().st_size > 50_000


# ------------------------------------------------------------------ another study

SEED = 41
NINE = [f"{number:03d}" for number in range(7, 16)]
CATEGORIES = {
    "Oligo pers.": "oligoarthritis_persistent",
    "Oligo ext.": "oligoarthritis_extended",
    "Poly RF-": "polyarthritis_rf_negative",
    "SJIA": "systemic",
    "ERA": "enthesitis_related",
}
MAPPING = """
[study]
title = "Another study"
marker = "esr"

[csv]
separator = ";"
decimal = ","
day_first = true

[columns]
patient = "Nr"
date = "Datum"
physician_global = "Arzt"
patient_global = "Eltern (mm)"
chaq = "CHAQ-DI"
active_joints = "Gelenke aktiv"
limited_joints = "Gelenke eingeschr."
esr = "BSG"
crp = "CRP mg/dl"
esr_upper_limit = "BSG Grenze"
crp_upper_limit = "CRP Grenze"

[units]
physician_global = "cm"
patient_global = "mm"
crp = "mg/dL"
crp_upper_limit = "mg/dL"

[exclusions]
infection = "Infekt"
febrile_illness = "Fieber"
malignancy = "Tumor"
biological = "Biologikum"

[patients.columns]
patient = "Nr"
ilar_category = "Form"
age_years = "Alter"

[patients.categories]
"Oligo pers." = "oligoarthritis_persistent"
"Oligo ext." = "oligoarthritis_extended"
"Poly RF-" = "polyarthritis_rf_negative"
"SJIA" = "systemic"
"ERA" = "enthesitis_related"

[infusions.columns]
patient = "Nr"
date = "gegeben"

[events.csv]
separator = "\\t"
day_first = false

[events.columns]
patient = "id"
date = "onset"

[timepoints."week 8"]
day = 60
within = 10

[timepoints."month 9"]
day = 270
within = 20
"""


class Truth:
    """Nine invented patients, in the units of the exact reference."""

    def __init__(self) -> None:
        rng = random.Random(SEED)
        self.start = {who: dt.date(2021, 1, 28) + dt.timedelta(days=9 * int(who)) for who in NINE}
        self.form = {who: rng.choice(list(CATEGORIES)) for who in NINE}
        self.infusions = {
            who: sorted(rng.sample((0, 95, 200, 230), 1 + int(who) % 3)) for who in NINE
        }
        self.visits: dict[str, list[dict[str, str]]] = {}
        for who in NINE:
            self.infusions[who][0] = 0
            self.visits[who] = [
                self.visit(rng, who, day) for day in (-3, 0, 31, 60, 90, 150, 205, 268)
            ]
        self.events = [
            (who, self.start[who] + dt.timedelta(days=rng.randrange(-91, 91)))
            for who in NINE
            for _ in range(int(who) % 4)
        ]

    def visit(self, rng: random.Random, who: str, day: int) -> dict[str, str]:
        good = day > 0 and rng.random() < 0.6
        active = rng.randrange(0, 6) if good else rng.randrange(6, 14)
        row = {
            "patient": who,
            "visit_date": (self.start[who] + dt.timedelta(days=day)).isoformat(),
            "physician_global_mm": str(rng.randrange(5, 30) if good else rng.randrange(30, 80)),
            "patient_global_mm": str(rng.randrange(5, 30) if good else rng.randrange(30, 80)),
            "chaq": str(rng.randrange(0, 8) / 8 if good else rng.randrange(8, 24) / 8),
            "active_joints": str(active),
            "limited_joints": str(rng.randrange(2, 20)),
            "esr": str(rng.randrange(4, 60)),
            "crp": str(rng.randrange(1, 40)),
        }
        row |= {name: str(int(rng.random() < 0.1)) for name in msc_facts.EXCLUSIONS}
        if rng.random() < 0.15:
            row[rng.choice(["chaq", "esr", "limited_joints", "infection"])] = ""
        return row


def scaled(text: str, factor: Fraction) -> str:
    """Write a number in another unit, with a decimal comma."""
    if not text:
        return ""
    return f"{float(Fraction(text) * factor):g}".replace(".", ",")


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Write the truth as other people write files, and analyse it."""
    folder = tmp_path_factory.mktemp("other")
    truth = Truth()
    visits = [
        (
            "Nr;Datum;Arzt;Eltern (mm);CHAQ-DI;Gelenke aktiv;Gelenke eingeschr.;BSG;CRP mg/dl;"
            "BSG Grenze;CRP Grenze;Infekt;Fieber;Tumor;Biologikum"
        )
    ]
    yes_no = {"1": "Y", "0": "N", "": ""}
    shuffled = [row for rows_ in truth.visits.values() for row in rows_]
    random.Random(SEED).shuffle(shuffled)
    for row in shuffled:
        date = dt.date.fromisoformat(row["visit_date"])
        cells = [
            row["patient"],
            f"{date:%d/%m/%Y}",
            scaled(row["physician_global_mm"], Fraction(1, 10)),
        ]
        cells += [row["patient_global_mm"], scaled(row["chaq"], Fraction(1))]
        cells += [row["active_joints"], row["limited_joints"], row["esr"]]
        cells += [scaled(row["crp"], Fraction(1, 10)), "15", "0,5"]
        cells += [yes_no[row[name]] for name in msc_facts.EXCLUSIONS]
        visits.append(";".join(cells))
    patients = ["Nr;Form;Alter"]
    patients += [f"{who};{truth.form[who]};{scaled(f'{int(who)}/4', Fraction(1))}" for who in NINE]
    given = ["Nr;gegeben"]
    for who, days in truth.infusions.items():
        given += [f"{who};{truth.start[who] + dt.timedelta(days=day):%d.%m.%Y}" for day in days]
    events = ["id\tonset", *(f"{who}\t{date.isoformat()}" for who, date in truth.events)]
    for name, lines in (
        ("v.csv", visits), ("p.csv", patients), ("i.csv", given), ("e.tsv", events),
    ):  # fmt: skip
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    (folder / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    out = folder / "out"
    done = run(
        "--visits", folder / "v.csv", "--patients", folder / "p.csv",
        "--infusions", folder / "i.csv", "--events", folder / "e.tsv",
        "--mapping", folder / "mapping.toml", "--out", out,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return truth, done.stdout, out


def known(row: dict[str, str]) -> bool:
    return all(row[name] for name in ("physician_global_mm", "patient_global_mm", "esr"))


def test_another_study_gets_the_same_answers_as_exact_arithmetic(other) -> None:
    truth, _, out = other
    assessed = rows(out / "visits_assessed.csv")
    assert len(assessed) == 9 * 8
    seen = set()
    for who in NINE:
        mine = [row for row in assessed if row["Nr"] == who]
        expected = truth.visits[who]
        days = [
            msc_facts.day({"d": truth.start[who].isoformat()}, "d") + d
            for d in truth.infusions[who]
        ]
        assert [row["Datum"] for row in mine] == [row["visit_date"] for row in expected]
        for row, truly in zip(mine, expected, strict=True):
            if known(truly):
                assert Fraction(row["jadas71"]) == msc_facts.jadas71(truly)
            else:
                assert row["jadas71"] == ""
        codes = [code for _, code in msc_facts.course_codes(expected, days)]
        assert [row["retreatment_code"] for row in mine] == codes
        seen |= set(codes)
    assert {"before", "holds", "no_response", "eligible", "undetermined"} <= seen


def test_another_study_gets_its_own_figures(other) -> None:
    truth, printed, out = other
    results = rows(out / "results.csv")
    assert list(results[0]) == ["fact", "computed"]
    computed = {row["fact"]: row["computed"] for row in results}
    assert computed["Patients: patients"] == "9"
    assert computed["Patients: visits of each patient"] == "8"
    assert computed["Infusions: infusions"] == str(sum(map(len, truth.infusions.values())))
    after = [next(row for row in truth.visits[who] if _day(truth, who, row) == 60) for who in NINE]
    median = msc_facts.median([Fraction(row["patient_global_mm"]) for row in after])
    assert computed["Week 8: VAS well-being, mm: median at week 8"] == f"{float(median):.4g}"
    crp = msc_facts.median([Fraction(row["crp"]) for row in after])
    line = next(line for line in printed.splitlines() if line.startswith("  CRP, mg/L"))
    assert f"{float(crp):.4g} (" in line
    assert "Another study" in printed
    # What was not recorded is said, not guessed.
    assert "Not computed from these files, and why" in printed
    assert "jadas27" in printed.partition("Not computed")[2]


def _day(truth: Truth, who: str, row: dict[str, str]) -> int:
    return (dt.date.fromisoformat(row["visit_date"]) - truth.start[who]).days


def test_another_study_is_neither_the_trial_nor_synthetic(other) -> None:
    _, printed, out = other
    for words in ("beside computed", "Rheumatology 58", "synthetic", "SYNTHETIC", "reproduced"):
        assert words not in printed
    lines = [line for line in printed.splitlines() if str(out) not in line]
    assert [line for line in lines if len(line) > 100] == []


def test_the_one_year_group_is_left_out_where_there_is_no_such_timepoint(other) -> None:
    _, printed, out = other
    assert not any(row["fact"].startswith("One year") for row in rows(out / "results.csv"))
    assert "month 9" in printed


# ------------------------------------------------------------------ what is refused


def test_files_of_two_studies_do_not_go_together(tmp_path) -> None:
    done = run("--visits", FOLDER / "visits.csv", "--out", tmp_path)
    assert done.returncode == 2
    assert "--patients" in done.stderr


def test_one_patient_with_the_least_that_is_needed(tmp_path) -> None:
    names = (
        "patient,date,physician_global,patient_global,chaq,active_joints,limited_joints,esr,infekt"
    )
    visits = ["7,2020-01-01,8,8,2,10,10,50,0", "7,2020-02-01,4,4,1,5,5,25,0"]
    visits += ["7,2020-03-01,8,8,2,10,10,50,no", "7,2020-04-01,8,8,2,10,10,50,yes"]
    for name, lines in {
        "v": [names, *visits],
        "p": ["patient", "7"],
        "i": ["patient,date", "7,2020-01-01"],
        "e": ["patient,date"],
    }.items():
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "m").write_text(
        '[protocol]\nexclusions = ["infection"]\nmin_days = 30\n[exclusions]\ninfection = "infekt"\n',
        encoding="utf-8",
    )
    done = run(
        "--visits", tmp_path / "v", "--patients", tmp_path / "p", "--infusions", tmp_path / "i",
        "--events", tmp_path / "e", "--mapping", tmp_path / "m", "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assessed = rows(tmp_path / "out" / "visits_assessed.csv")
    codes = [row["retreatment_code"] for row in assessed]
    assert codes == ["before", "holds", "eligible", "excluded"]
    assert "swart-2019, changed" in done.stdout


def test_an_error_in_the_files_is_one_clear_message(tmp_path) -> None:
    for name in ("patients", "visits", "infusions", "adverse_events"):
        text = (FOLDER / f"{name}.csv").read_text(encoding="utf-8")
        if name == "visits":
            text = text.replace("MSC-1,week 2,2014-02-19,29,", "MSC-1,week 2,2014-02-19,290,")
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    done = run(
        "--patients", tmp_path / "patients.csv", "--visits", tmp_path / "visits.csv",
        "--infusions", tmp_path / "infusions.csv", "--events", tmp_path / "adverse_events.csv",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.returncode == 2
    assert "OutOfRangeError" in done.stderr
    assert "physician_global_mm" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
