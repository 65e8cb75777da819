"""Patient ids: in one column or several, blank ids, and ids that differ only by spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, TypeAlias

import numpy as np

QUOTES = "'\"`´‘’‚“”„«»"
# How two spellings of one id can differ.
SPELLING = "leading zeros, blanks, case, quotes or .0"
# Role → column, or the columns that are one id together.
ColumnNames: TypeAlias = Mapping[str, str | Sequence[str]]

_WHOLE = re.compile(r"(\d+)\.0*")
_BLANKS = re.compile(r"(?<!\d)\s+|\s+(?!\d)")
# Not in 1.05, which is another number than 1.5.
_ZEROS = re.compile(r"(?<!\d)(?<!\d\.)0+(?=\d)")


class Several(str):
    """Several columns that make up one id, under a single name.

    Parameters
    ----------
    parts : sequence of str
        The columns.
    """

    __slots__ = ("parts",)
    parts: tuple[str, ...]

    def __new__(cls, parts: Iterable[str]) -> Self:
        """Return the columns under one name."""
        columns = tuple(parts)
        name = super().__new__(cls, " and ".join(map(str, columns)))
        name.parts = columns
        return name

    def __reduce__(self) -> tuple[Any, ...]:
        return (Several, (self.parts,))


class Id(tuple[Any, ...]):
    """The id of a patient by several columns."""

    __slots__ = ()

    def __str__(self) -> str:
        return "/".join(map(str, self))


def parts_of(name: str) -> tuple[str, ...]:
    """Return the columns behind a name."""
    return name.parts if isinstance(name, Several) else (name,)


def plain_id(label: Any) -> Any:
    """Return an id without the differences that arise on the way from one table to another.

    Leading zeros, blanks, case, quotes and the ``.0`` of a number that was read as a fraction.
    """
    if isinstance(label, tuple):
        return tuple(map(plain_id, label))
    text = str(label).strip().strip(QUOTES).strip().casefold()
    whole = _WHOLE.fullmatch(text)
    if whole:
        text = whole[1]
    return _ZEROS.sub("", " ".join(_BLANKS.sub("", text).split()))


def is_blank(label: Any) -> bool:
    """Return whether an id is empty or blank text."""
    return isinstance(label, str) and not label.strip()


def alike(ids: Sequence[Any]) -> list[list[int]]:
    """Return groups of positions of ids that differ only by spelling."""
    if all(type(label) is int for label in ids):
        # Different whole numbers are spelled differently.
        return []
    there = [place for place, each in enumerate(ids) if each is not None and not is_blank(each)]
    # A large table has many ids, of which few are alike: their hashes take little room.
    hashes = np.fromiter((hash(plain_id(ids[place])) for place in there), np.int64, len(there))
    _, hashed, often = np.unique(hashes, return_inverse=True, return_counts=True)
    same: dict[Any, list[int]] = {}
    for at in np.flatnonzero(often[hashed] > 1):
        same.setdefault(plain_id(ids[there[at]]), []).append(there[at])
    return [group for group in same.values() if len(group) > 1]
