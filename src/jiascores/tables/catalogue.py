"""The catalogue: every definition by name, with its rule, its numbers, its source and evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiascores.core.definition import Definition, published
from jiascores.core.errors import RequestError, listing

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "kind",
    "name",
    "needs",
    "rule",
    "bounds",
    "reference",
    "identifier",
    "evidence",
    "derives_from",
    "since",
    "notes",
)


def definitions(kind: str | None = None) -> pd.DataFrame:
    """Return the catalogue: one row for each score, cut-off set, criteria and protocol.

    Parameters
    ----------
    kind : str, optional
        Only this kind, for example ``"cut-off set"`` or ``"flare criteria"``.

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``name`` (unique within its kind), ``needs`` (variables), ``rule`` in one
        line, ``bounds`` (the numbers at which it turns), ``reference``, ``identifier`` (only
        where one was seen), ``evidence``, ``derives_from``, ``since`` and ``notes``.

    Raises
    ------
    RequestError
        If there is no such kind.

    Examples
    --------
    >>> import jiascores as jia
    >>> catalogue = jia.definitions("response criteria")
    >>> catalogue.set_index("name").loc["giannini-1997", "evidence"]
    'primary'
    """
    import pandas as pd

    found: tuple[Definition, ...] = published()
    kinds = tuple(dict.fromkeys(definition.kind for definition in found))
    if kind is not None and kind not in kinds:
        raise RequestError(
            f"kind={kind!r}: choose from {listing(kinds, shown=len(kinds))}.",
            variable="kind",
            values=(kind,),
        )
    rows = [
        (
            definition.kind,
            definition.name,
            ", ".join(definition.needs),
            definition.rule,
            "; ".join(str(threshold) for threshold in definition.thresholds),
            definition.reference.citation,
            definition.reference.identifier,
            str(definition.evidence),
            definition.derives_from or "",
            definition.since,
            " ".join(definition.notes),
        )
        for definition in found
        if kind in (None, definition.kind)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
