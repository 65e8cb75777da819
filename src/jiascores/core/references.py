"""The papers, registers and labels that the numbers come from, and how well each was checked.

The sources stand in references.csv: an identifier only where it was seen, none completed from
memory. How well each figure was checked, and where it was seen, stands in evidence.csv.
"""

from __future__ import annotations

import csv
from enum import StrEnum
from pathlib import Path

import attrs

from jiascores.core.errors import DefinitionError

NONE_SEEN = "none seen"


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


SEEN_IN_PRINT = (Evidence.PRIMARY, Evidence.SECONDARY)


@attrs.frozen
class Figure:
    """How well a figure of a definition was checked, and where it was seen.

    Parameters
    ----------
    name : str
        What it is: the beginning of the name of its thresholds (``"esr"`` stands for
        ``"esr from"`` and ``"esr to"``), or words where it is not a number; empty for every figure
        of the definition that has no entry of its own.
    evidence : Evidence
        How well it was checked.
    seen : tuple of str
        Where it was seen. Primary and secondary evidence need at least one address.
    look_up : str
        What somebody with a library should look up, and where.

    Examples
    --------
    >>> import jiascores as jia
    >>> print(jia.definition("rosina-2024", jia.typing.CutoffSet).figures[0])
    secondary; seen: EULAR 2025 abstract ABS0579
    """

    name: str
    evidence: Evidence
    seen: tuple[str, ...] = ()
    look_up: str = ""

    def __attrs_post_init__(self) -> None:
        if self.evidence not in tuple(Evidence):
            choices = ", ".join(Evidence)
            message = f"evidence={self.evidence!r}: choose from {choices}."
            raise DefinitionError(message, variable="evidence", values=(self.evidence,))
        if self.evidence in SEEN_IN_PRINT and not any(self.seen):
            raise DefinitionError(
                f"evidence={str(self.evidence)!r} needs the address where the figure was seen: give "
                f"seen=('…',), or evidence='{Evidence.UNVERIFIED}'.",
                variable="seen",
            )

    def covers(self, figure: str) -> bool:
        """Return whether it speaks about a figure of this name."""
        return not self.name or f"{figure} ".startswith(f"{self.name} ")

    def __str__(self) -> str:
        parts = [f"{self.name}: {self.evidence}" if self.name else str(self.evidence)]
        parts += [f"seen: {'; '.join(self.seen)}"] if self.seen else []
        parts += [f"to look up: {self.look_up}"] if self.look_up else []
        return "; ".join(parts)


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
        DOI, PMID or register number, only where it was seen; else ``"none seen"``.

    Examples
    --------
    >>> import jiascores as jia
    >>> print(jia.definition("brunner-2002", jia.typing.FlareCriteria).reference)
    Brunner 2002, J Rheumatol 29:1058 (PMID 12022323)
    """

    key: str
    citation: str
    identifier: str = NONE_SEEN

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Each identifier that was seen."""
        return () if self.identifier == NONE_SEEN else tuple(self.identifier.split(", "))

    def __str__(self) -> str:
        return f"{self.citation} ({self.identifier})" if self.identifiers else self.citation


def _rows(name: str) -> list[dict[str, str]]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


REFERENCES = {row["key"]: Reference(**row) for row in _rows("references.csv")}

# What all definitions of a kind have in common stands under this name.
EVERY = "*"


def _figures() -> dict[tuple[str, str], tuple[Figure, ...]]:
    """Return the figures of each definition, by its kind and name."""
    found: dict[tuple[str, str], tuple[Figure, ...]] = {}
    for row in _rows("evidence.csv"):
        seen = tuple(filter(None, row["seen"].split("; ")))
        figure = Figure(row["figure"], Evidence(row["evidence"]), seen, row["look_up"])
        key = (row["kind"], row["name"])
        found[key] = (*found.get(key, ()), figure)
    return found


FIGURES = _figures()


def reference(key: str) -> Reference:
    """Return the source with this key."""
    return REFERENCES[key]
