"""The check values that ship with the package: complete, reproducible, and all given."""

from __future__ import annotations

import pytest

import jiascores as jia
from jiascores.tables.verify import FAMILIES, _text, conformance_rows

from .make_conformance import FILES, conformance


def test_every_check_value_comes_out() -> None:
    result = jia.verify(date="2026-01-31")
    assert not result.failures, "\n".join(map(str, result.failures[:20]))
    assert result.passed
    assert str(result).splitlines()[2] == "Date:         2026-01-31"


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_what_the_exact_arithmetic_writes(name: str) -> None:
    assert _text(name) == conformance(name)


def test_every_file_is_run() -> None:
    assert set(FAMILIES) == set(FILES)
    for family in FAMILIES:
        assert conformance_rows(family)


def test_a_row_is_one_case() -> None:
    for family in FAMILIES:
        rows = [tuple(row.values()) for row in conformance_rows(family)]
        assert len(set(rows)) == len(rows), family
