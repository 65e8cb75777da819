"""Shared test data: the check values that definitions must give, as typed."""

from __future__ import annotations

import csv
import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Every run tries the same examples; `--hypothesis-profile thorough` tries new ones, and many.
settings.register_profile(
    "quick",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough", settings.get_profile("quick"), derandomize=False, max_examples=2000
)
settings.load_profile("quick")

DATA = Path(__file__).parent / "data"


def check_values(name: str) -> list[dict[str, str]]:
    """Return the rows of one file of check values, as text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def value(text: str) -> float | None:
    """Return what a cell says: a number, or None for a gap."""
    return float(text) if text else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs packages, a browser or R that may not be installed."""
    absent = set()
    if find_spec("pyspark") is None and os.environ.get("JIASCORES_ENGINES") != "all":
        absent.add("engines")
    # lifelines asks for pandas below 3.
    if find_spec("lifelines") is None or find_spec("statsmodels") is None:
        absent.add("stats")
    # These read the extensions of the documentation, which need docutils: `make docs` runs them.
    if find_spec("docutils") is None:
        absent.add("sphinx")
    # Only where they are asked for: `-m browser`, `-m r`.
    asked = config.getoption("markexpr").split()
    absent |= {"browser", "r"}.difference(asked)
    out = {item for item in items if any(item.get_closest_marker(name) for name in absent)}
    if out:
        config.hook.pytest_deselected(items=[item for item in items if item in out])
        items[:] = [item for item in items if item not in out]
