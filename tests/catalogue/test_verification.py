"""The check values that ship with the package: complete, reproducible, and all given."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import jiascores as jia
from jiascores.catalogue.verification import VISIT_FAMILIES, _text, conformance_rows, families
from jiascores.core.definition import published
from jiascores.core.references import Evidence
from tests.conformance.files import FILES, conformance


def test_every_check_value_comes_out() -> None:
    result = jia.verify(date="2026-01-31")
    assert not result.failures, "\n".join(map(str, result.failures[:20]))
    assert result.passed
    assert str(result).splitlines()[2] == "Date:         2026-01-31"


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_what_the_exact_arithmetic_writes(name: str) -> None:
    assert _text(name) == conformance(name)


def test_every_file_is_run() -> None:
    assert set(families()) | set(VISIT_FAMILIES) == set(FILES)
    for family in FILES:
        assert conformance_rows(family)


def test_a_row_is_one_case() -> None:
    for family in FILES:
        rows = [tuple(row.values()) for row in conformance_rows(family)]
        assert len(set(rows)) == len(rows), family


# What released software got wrong; a case is named for each.
MISTAKES = (
    "ESR item computed as ESR/10 above 20",
    "JADAS-71 calling JADAS-27, or min(joints, 27)",
    "the total capped at 10 instead of the joint term",
    "high-activity bound 10.5 used for JADAS27 (8.5)",
    "missing ESR or joints read as 0",
    "globals in mm added as they are",
    "CRP in mg/dL used as mg/L",
    "bands with gaps or overlaps",
    "one cut-off set for oligo and poly",
    "score rounded, or binary-compared, before classifying",
    'band labels "MDA" for minimal and moderate',
    "a count column with one gap becomes float and is refused, or a gap becomes False",
    "two baseline rows on a date",
    'composite "worst of" several values in one visit',
)


def test_every_mistake_has_its_case() -> None:
    named = {row["mistake"] for family in FILES for row in conformance_rows(family)}
    assert named - {""} == set(MISTAKES)


def test_every_definition_has_a_source_and_each_of_its_bounds_check_values_on_both_sides() -> None:
    jia.definitions()
    for definition in published():
        assert definition.reference.citation, definition.name
        assert definition.evidence in Evidence
    assert not jia.verify(date="2026-01-31").unchecked


def test_the_page_explains_every_file_and_column_and_names_every_mistake() -> None:
    page = Path(__file__).parents[2] / "docs" / "validation" / "conformance.md"
    text = page.read_text(encoding="utf-8")
    for name in FILES:
        assert f"`{name}.csv`" in text
    for column in ("case", "kind", "definition", "threshold", "side", "mistake", "marker"):
        assert f"`{column}`" in text
    for mistake in MISTAKES:
        assert mistake in text


def test_a_checkout_is_named_by_its_commit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from jiascores.catalogue import verification

    root = tmp_path / "checkout"
    home = root / "src" / "jiascores" / "catalogue" / "verification.py"
    home.parent.mkdir(parents=True)
    home.touch()
    monkeypatch.setattr(verification, "__file__", str(home))
    assert verification._commit() == ""

    def git(*words: str) -> str:
        who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
        call = ["git", "-C", str(root), *who, *words]
        return subprocess.run(call, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "one")
    assert verification._commit() == git("rev-parse", "HEAD")
    home.write_text("changed")
    assert verification._commit() == f"{git('rev-parse', 'HEAD')}+changes"
    # An installed package that happens to lie in somebody's checkout is not of it.
    inside = root / "venv" / "site-packages" / "jiascores" / "catalogue" / "verification.py"
    inside.parent.mkdir(parents=True)
    monkeypatch.setattr(verification, "__file__", str(inside))
    assert verification._commit() == ""


def test_where_a_package_or_git_is_not_there_the_rest_is_verified() -> None:
    code = (
        "import sys; sys.modules['scipy'] = None; import jiascores as jia\n"
        "found = jia.verify(date='2026-01-31'); print(found.passed, [found.commit], found.not_run)\n"
    )
    environment = {**os.environ, "PATH": ""}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("True [''] (\"events.csv: ")
    assert "pip install 'jiascores[stats]'" in ran.stdout
