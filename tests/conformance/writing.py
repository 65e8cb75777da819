"""Rows of check values, and how they are written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from tests.exact import Value

DATA = Path(__file__).parent.parent / "data"
SEED = 20260101
ABOUT = ("case", "kind", "definition", "threshold", "side", "mistake")

Row = dict[str, str]
Values = dict[str, Value]


def decimal(value: Value) -> str:
    """Return a number as it is typed; digits that do not end are cut at nine."""
    if value is None:
        return ""
    whole = value * 10**9
    if whole.denominator != 1:
        return f"{float(value):.9f}"
    sign = "-" if whole < 0 else ""
    digits = f"{abs(whole.numerator):010d}"
    return (sign + f"{digits[:-9]}.{digits[-9:]}").rstrip("0").rstrip(".")


def cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction):
        return decimal(value)
    return str(value)


def row(case: str, kind: str, definition: str, **values: object) -> Row:
    """Return a row; `threshold`, `side` and `mistake` stand among the values."""
    about: dict[str, object] = {"case": case, "kind": kind, "definition": definition}
    return {name: cell(value) for name, value in (about | values).items()}


def write(name: str, rows: Iterable[Row], columns: Iterable[str]) -> str:
    """Return a file as text: the columns that every file has, then its own."""
    out = io.StringIO()
    names = list(dict.fromkeys((*ABOUT, *columns)))
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    # The same row may follow from two rules; it is written once.
    for each in {tuple(each.items()): each for each in rows}.values():
        unknown = set(each) - set(names)
        if unknown:
            raise ValueError(f"{name}: {unknown} in {each}")
        writer.writerow(each)
    return out.getvalue()


def F(text: str | int | Value) -> Fraction:  # noqa: N802
    """Return the decimal that was typed."""
    return Fraction(str(text))


def side(value: Fraction, bound: Fraction) -> str:
    return "below" if value < bound else "above" if value > bound else "at"


def given(name: str) -> list[dict[str, str]]:
    """Return check values that came with the project."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
