"""Yes, no and unknown, written out: the rules of several items use nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from tests.exact import Value

Flag = bool | None


def all_true(flags: Iterable[Flag]) -> Flag:
    seen = list(flags)
    return False if False in seen else None if None in seen else True


def any_true(flags: Iterable[Flag]) -> Flag:
    seen = list(flags)
    return True if True in seen else None if None in seen else False


def at_least_true(needed: int, flags: Iterable[Flag]) -> Flag:
    """Return whether so many are true: yes when the known are enough, no when all would not be."""
    seen = list(flags)
    known = seen.count(True)
    if known >= needed:
        return True
    return None if known + seen.count(None) >= needed else False


def at_most(value: Value, bound: str | Value) -> Flag:
    return None if value is None else value <= Fraction(str(bound))


def at_least(value: Value, bound: str | Value) -> Flag:
    return None if value is None else value >= Fraction(str(bound))


def opposite(flag: Flag) -> Flag:
    return None if flag is None else not flag
