"""The table of broken rules is about the source as it is, and its runner can tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules import ROOT, RULES, SOURCE, run, table


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.how)
def test_what_breaks_a_rule_is_one_place_of_the_source(rule) -> None:
    path = SOURCE / rule.file
    if not path.is_file():
        pytest.skip("the wheel is tried without the source")
    assert path.read_text(encoding="utf-8").count(rule.old) == 1
    file, _, name = rule.test.partition("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_a_test_that_fails_is_told_from_one_that_passes(tmp_path: Path) -> None:
    test = tmp_path / "test_it.py"
    for fact in (True, False):
        test.write_text(f"def test_it(): assert {fact}", encoding="utf-8")
        assert run(str(test), tmp_path) is fact


def test_the_table_has_a_row_for_each() -> None:
    assert len(table().splitlines()) == len(RULES) + 2
