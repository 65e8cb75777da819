"""Analyse the MSC trial from four files: published figures beside computed ones.

The files beside this script are a synthetic reconstruction of Swart 2019 (Rheumatology 58:1812):
nothing in them describes a person. Other files are read the same way through a mapping:

    python analysis.py --patients … --visits … --infusions … --events … --mapping … --out …
"""

from __future__ import annotations

import argparse
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

import jiascores as jia

HERE = Path(__file__).parent
FILES = {
    "patients": "patients.csv",
    "visits": "visits.csv",
    "infusions": "infusions.csv",
    "events": "adverse_events.csv",
}
MARKER = "esr"


def read(path: Path, mapping: dict[str, Any], table: str) -> pd.DataFrame:
    """Read one of the four files as its mapping says, with dates as dates.

    Parameters
    ----------
    path
        The file.
    mapping
        The whole of ``mapping.toml``.
    table
        Which of the four it is; the visits are described at the top of the mapping.

    Returns
    -------
    pandas.DataFrame
        With the file's own column names.
    """
    own = mapping if table == "visits" else mapping.get(table, {})
    csv = {**mapping.get("csv", {}), **own.get("csv", {})}
    names = own.get("columns", {})
    patient, date = names.get("patient", "patient"), names.get("date", "date")
    frame = pd.read_csv(
        path,
        sep=csv.get("separator", ","),
        decimal=csv.get("decimal", "."),
        dtype={patient: str, date: str},
    )
    if date in frame:
        plain = frame[date].str.replace(r"[./]", "-", regex=True)
        order = "%d-%m-%Y" if csv.get("day_first", False) else "%Y-%m-%d"
        frame[date] = pd.to_datetime(plain, format=order)
    return frame


def assess(tables: dict[str, pd.DataFrame], mapping: dict[str, Any]) -> pd.DataFrame:
    """Return the visits with scores and responses, in order, and the day of each."""
    names = {"patient": "patient", "date": "date"} | mapping.get("columns", {})
    given = mapping.get("infusions", {}).get("columns", {})
    infusions = tables["infusions"]
    first = infusions.groupby(given.get("patient", "patient"))[given.get("date", "date")].min()
    visits = tables["visits"].copy()
    visits["first_infusion"] = visits[names["patient"]].map(first)
    visits["day"] = (visits[names["date"]] - visits["first_infusion"]).dt.days
    known = set(visits.columns)
    return jia.assess(
        visits.sort_values([names["patient"], "day"], ignore_index=True),
        columns={name: column for name, column in names.items() if column in known},
        units=mapping.get("units"),
        baseline=jia.on_or_before("first_infusion"),
        marker=MARKER,
        measures=[
            jia.ask.score("jadas71"),
            jia.ask.score("cjadas10", components=True),
            jia.ask.acr_ped(),
            jia.ask.acr_ped(criteria="ntr4146"),
        ],
    )


def nearest(visits: pd.DataFrame, patient: str, day: int, within: int) -> pd.DataFrame:
    """Return each patient's visit nearest a day, by patient; none where it is too far away."""
    away = (visits["day"] - day).abs()
    there = visits[away <= within].assign(away=away)
    return there.sort_values([patient, "away", "day"]).groupby(patient).first()


def main(argv: list[str] | None = None) -> None:
    """Run the analysis.

    Parameters
    ----------
    argv
        Command line, for tests; by default that of the process.
    """
    parser = argparse.ArgumentParser(description="Analyse the MSC trial from four files.")
    for table, file in FILES.items():
        parser.add_argument(f"--{table}", type=Path, default=HERE / file)
    parser.add_argument("--mapping", type=Path, default=HERE / "mapping.toml")
    arguments = parser.parse_args(argv)
    mapping = tomllib.loads(arguments.mapping.read_text(encoding="utf-8"))
    tables = {table: read(getattr(arguments, table), mapping, table) for table in FILES}
    patient = mapping.get("columns", {}).get("patient", "patient")
    visits = assess(tables, mapping)

    print("The MSC trial (Swart 2019, Rheumatology 58:1812) from a SYNTHETIC RECONSTRUCTION")
    print("Six invented patients who agree with the published facts; nobody's data.\n")
    week_8 = mapping["timepoints"]["week 8"]
    points = {"baseline": visits[visits["day"] <= 0].groupby(patient).last()}
    points["week 8"] = nearest(visits, patient, **week_8)
    measures = {
        "JADAS-71": ("jadas71", 1, (24.5, 11.0)),
        "cJADAS10": ("cjadas10", 1, (18.0, 10.6)),
        "VAS well-being, mm": ("cjadas10_patient_global", 10, (75, 56)),
    }
    print(f"{'median':<34}{'published':>10}{'computed':>10}")
    for name, (column, factor, published) in measures.items():
        for (point, table), target in zip(points.items(), published, strict=True):
            computed = table[column].median() * factor
            print(f"{f'{name}, {point}':<34}{target:>10g}{computed:>10.4g}")
    print("\nACR-Ped level by visit day (giannini-1997)")
    for who, rows in visits[visits["day"] > 0].groupby(patient):
        levels = zip(rows["day"], rows["acr_ped_giannini_1997_level"], strict=True)
        cells = [f"{day}: {'?' if pd.isna(level) else level}" for day, level in levels]
        print(f"  {who}  " + "  ".join(cells))


if __name__ == "__main__":
    main()
