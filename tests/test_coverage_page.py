"""The figures of `make coverage` for the documentation, and what is left out of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.coverage_page import excluded, page

SOURCE = Path(__file__).parents[1] / "src"


@pytest.mark.skipif(not SOURCE.is_dir(), reason="the wheel is tried without the source")
def test_each_line_that_is_left_out_has_a_reason() -> None:
    found = excluded()
    assert all(len(reason.split()) > 3 for reason in found.values()), found
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    # A pattern that nothing has any more is taken out; and nothing is left out beside them.
    assert all(re.search(pattern, source, re.MULTILINE) for pattern in found), found
    assert "pragma: no cover" not in source


def test_the_page_has_the_figures_and_the_reasons(tmp_path: Path) -> None:
    totals = {
        "num_statements": 20_000, "num_branches": 5_000, "missing_lines": 700,
        "missing_branches": 301, "percent_covered": 95.996,
    }  # fmt: skip
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps({"totals": totals}), encoding="utf-8")
    title, sentence, *rest = page(report).splitlines()
    assert title == "Branch coverage"
    assert "20,000 statements and 5,000 branches, 1,001 of them missed: 96.00 %" in sentence
    assert len([line for line in rest if line]) == len(excluded())
