"""Print one checksum of many answers; `tests/laws/test_conditions.py` runs it where much differs."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

import pandas as pd

import jiascores as jia
from jiascores.cli import main
from jiascores.testing import simulate_visits
from tests.commands import Runner

MEASURES = (
    *("jadas71", "cjadas10", "acr_ped", "responder:30"),
    "state:cjadas10:trincianti-2021:course=column.course",
    "flare:prcsg-printo:last-responding",
)


def answers() -> list[bytes]:
    """Return what is asked everywhere: check values, a table, its file, and a report."""
    visits = simulate_visits(40, seed=11, gaps=0.1)
    verified = jia.verify(date="2026-01-31")
    table = jia.assess(visits, measures=[*MEASURES], baseline="first", marker="esr")
    refused = jia.check(
        visits.assign(esr="twenty"), measures=[*MEASURES], baseline="first", marker="esr"
    )
    with tempfile.TemporaryDirectory() as folder:
        given, out, page = (Path(folder) / name for name in ("visits.csv", "out.csv", "page.html"))
        visits.to_csv(given, index=False)
        asked = [word for each in MEASURES for word in ("--measure", each)]
        words = [*asked, "--baseline", "first", "--marker", "esr"]
        run = Runner().invoke(main, ["assess", str(given), *words, "--out", str(out), "--quiet"])
        assert_(run.exit_code == 0, run.output)
        jia.report(
            visits, page, measures=[*MEASURES], baseline="first", marker="esr", pictures=False
        )
        files = [out.read_bytes(), page.read_bytes()]
    return [
        f"{verified.passed} {verified.check_values}".encode(),
        pd.DataFrame(table).to_csv().encode(),
        refused.to_csv().encode(),
        *files,
    ]


def assert_(fact: bool, words: str) -> None:
    """Raise where a fact does not hold, under -O too."""
    if not fact:
        raise SystemExit(words)


def checksum() -> str:
    """Return the checksum of all answers."""
    return " ".join(hashlib.sha256(each).hexdigest()[:16] for each in answers())


if __name__ == "__main__":
    sys.stdout.write(checksum() + "\n")
