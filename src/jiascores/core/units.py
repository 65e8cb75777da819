"""Units: what each variable may be in, how that is spelled, and the factor, from units.csv.

A spelling is folded within one variable's own table: ``G/L`` is 10⁹/L of platelets and g/L of
fibrinogen. Nothing near is ever suggested, for a near name is often another unit.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import attrs

from jiascores.core.decimals import nearest_decimal


@attrs.frozen
class Unit:
    """A unit of a variable.

    Parameters
    ----------
    name : str
        What it is called here.
    factor : float
        By how much its numbers are multiplied to be in the canonical unit.
    zero : float
        The number in it at which the canonical unit begins; taken off first.
    spellings : tuple of str
        How else it is written, beside what `folded` makes alike.
    source : str
        Where the factor comes from.
    """

    name: str
    factor: float
    zero: float
    spellings: tuple[str, ...]
    source: str

    def canonical(self, values: Any) -> Any:
        """Return numbers in this unit as numbers in the canonical one."""
        return values if self.same else nearest_decimal((values - self.zero) * self.factor)

    def of_canonical(self, values: Any) -> Any:
        """Return numbers in the canonical unit as numbers in this one."""
        return values if self.same else nearest_decimal(values / self.factor + self.zero)

    @property
    def same(self) -> bool:
        """Whether its numbers are those of the canonical unit."""
        return self.factor == 1 and self.zero == 0

    @property
    def rule(self) -> str:
        """How its numbers become those of the canonical unit."""
        name = f"({self.name} − {self.zero:g})" if self.zero else self.name
        return f"{name} × {self.factor:g}"


_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# What is written in several ways, in order; on text without case and blanks.
_ALIKE = [
    (re.compile(pattern), plain)
    for pattern, plain in (
        ("[μµ]", "u"),
        (r"mc(?=g|mol|kat|l\b)", "u"),
        ("[°º]", "deg"),
        (r"litre|liter", "l"),
        (r"[x×*·]?10[\^*e]?\+?0?([39])(?!\d)", r"10^\1"),
        (r"cu\.?mm|cmm|mm\^?3", "ul"),
        ("100ml", "dl"),
        (r"\[iu\]|\b(i\.?u|i\.?e|ui|units?|e)\.?(?=/|$)", "u"),
        (r"(hours?|hrs?)\b", "h"),
        (r"(cells?|zellen|plt)(?=/)", ""),
        ("^1/", "/"),
        (r"[–—−]|to(?=\d)", "-"),
        (r"[()]|\.$", ""),
    )
]


@cache
def folded(text: str) -> str:
    """Return a unit so that its spellings are equal: case, blanks, µ, IU, 10⁹, mm³."""
    plain = unicodedata.normalize("NFC", text).translate(_SUPERSCRIPTS).casefold()
    plain = "".join(plain.split())
    for pattern, alike in _ALIKE:
        plain = pattern.sub(alike, plain)
    return plain


@cache
def _table() -> Mapping[str, tuple[Unit, ...]]:
    text = Path(__file__).with_name("units.csv").read_text(encoding="utf-8")
    found: dict[str, tuple[Unit, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        unit = Unit(
            row["unit"],
            float(Fraction(row["factor"])),
            float(row["zero"]),
            tuple(filter(None, (each.strip() for each in row["spellings"].split(";")))),
            row["source"],
        )
        for variable in row["variables"].split():
            found[variable] = (*found.get(variable, ()), unit)
    return found


def units_of(variable: str) -> tuple[Unit, ...]:
    """Return the units that a variable may be in, the canonical one first."""
    return _table().get(variable, ())


@cache
def unit_named(variable: str, text: str) -> Unit | None:
    """Return the unit of a variable that a text means; None where it is none of them."""
    plain = folded(text)
    for unit in units_of(variable):
        if plain in {folded(each) for each in (unit.name, *unit.spellings)}:
            return unit
    return None
