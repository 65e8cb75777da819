"""What a page is made of: sections as data, and what it goes without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import attrs

from jiascores.core.errors import MissingExtraError
from jiascores.tables.engines import need

# What the page goes without where a package is not installed: package, extra, and what it is for.
INTERVALS = ("scipy", "stats", "an interval of a proportion")
PICTURES = ("matplotlib", "plot", "a picture")


@attrs.frozen
class Heading:
    """A heading within a section, and a remark beside it; one with an id is in the contents."""

    words: str
    remark: str = ""
    id: str = ""


@attrs.frozen
class Items:
    """A list; of each item what is printed strongly, and the rest."""

    items: Sequence[tuple[str, str]]


@attrs.frozen
class Table:
    """A table; what stands first in a row is its heading, and what stands alone heads the rows below."""

    caption: str
    rows: Sequence[Sequence[str]]
    heads: Sequence[str] = ()


@attrs.frozen
class Picture:
    """A picture that is drawn when the page is made."""

    caption: str
    draw: Callable[[], Any]


@attrs.frozen
class Note:
    """A paragraph that stands out."""

    words: str


# A text is a paragraph.
Block: TypeAlias = str | Note | Heading | Items | Table | Picture


@attrs.frozen
class Section:
    """A part of the page."""

    title: str
    blocks: Sequence[Block]


def lacking(package: str, extra: str, why: str) -> str:
    """Return what to install for something, where it is not installed."""
    try:
        need(package, extra, why)
    except MissingExtraError as problem:
        return str(problem)
    return ""
