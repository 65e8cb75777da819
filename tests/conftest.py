"""Shared test data: the check values that definitions must give, as typed."""

from __future__ import annotations

import csv
from pathlib import Path

DATA = Path(__file__).parent / "data"


def check_values(name: str) -> list[dict[str, str]]:
    """Return the rows of one file of check values, as text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def value(text: str) -> float | None:
    """Return what a cell says: a number, or None for a gap."""
    return float(text) if text else None
