"""The bundled files satisfy every published fact of the MSC trial, by exact arithmetic."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from . import msc_facts

FOLDER = Path(__file__).parents[1] / "examples" / "msc_trial"
FILES = ("patients.csv", "visits.csv", "infusions.csv", "adverse_events.csv")
PUBLISHED = (
    msc_facts.cohort_facts,
    msc_facts.infusion_facts,
    msc_facts.week_8_facts,
    msc_facts.one_year_facts,
    msc_facts.event_facts,
)
BEYOND = (msc_facts.file_checks, msc_facts.promised)


@pytest.mark.parametrize("group", [*PUBLISHED, *BEYOND], ids=lambda group: group.__name__)
def test_the_files_satisfy_every_fact(group) -> None:
    facts = list(group(msc_facts.Trial(FOLDER)))
    assert facts
    missed = [(name, target, computed) for name, target, computed, met in facts if not met]
    assert missed == []


def test_a_fact_that_is_not_met_is_found(tmp_path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    changed = (FOLDER / "patients.csv").read_text(encoding="utf-8").replace(",8.8,", ",8.9,")
    (tmp_path / "patients.csv").write_text(changed, encoding="utf-8")
    missed = [
        name for name, _, _, met in msc_facts.cohort_facts(msc_facts.Trial(tmp_path)) if not met
    ]
    assert missed == ["median disease duration, years"]


def test_the_reconstruction_always_writes_the_same_bytes(tmp_path) -> None:
    script = FOLDER / "reconstruct.py"
    subprocess.run([sys.executable, str(script), "--out", str(tmp_path)], check=True)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
