"""The papers, registers and labels that the numbers come from, and how well each was checked.

They stand in references.csv: an identifier only where it was seen, none completed from memory.
"""

from __future__ import annotations

import csv
from enum import StrEnum
from pathlib import Path

import attrs


class Evidence(StrEnum):
    """How well a figure was checked against its source.

    Examples
    --------
    >>> import jiascores as jia
    >>> str(jia.definition("giannini-1997", jia.typing.ResponseCriteria).evidence)
    'primary'
    """

    PRIMARY = "primary"
    """Seen in the original paper's abstract, text or table."""
    SECONDARY = "secondary"
    """Seen in another group's paper, a label, a register or a review."""
    DERIVED = "derived"
    """Arithmetic from figures that were seen."""
    UNVERIFIED = "unverified"
    """Recalled, with no source at hand: waits for somebody to check the paper."""


@attrs.frozen
class Reference:
    """A source, as it is cited in the field.

    Parameters
    ----------
    key : str
        Short name used in this package, author and year.
    citation : str
        Author, year, journal, volume and first page as far as they were seen.
    identifier : str
        DOI, PMID or register number, only where it was seen; else empty.

    Examples
    --------
    >>> import jiascores as jia
    >>> print(jia.definition("brunner-2002", jia.typing.FlareCriteria).reference)
    Brunner 2002, J Rheumatol 29:1058 (PMID 12022323)
    """

    key: str
    citation: str
    identifier: str = ""

    def __str__(self) -> str:
        return f"{self.citation} ({self.identifier})" if self.identifier else self.citation


_TABLE = Path(__file__).with_name("references.csv").read_text(encoding="utf-8")
REFERENCES = {row["key"]: Reference(**row) for row in csv.DictReader(_TABLE.splitlines())}


def reference(key: str) -> Reference:
    """Return the source with this key."""
    return REFERENCES[key]
