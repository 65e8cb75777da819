"""The catalogue: every definition by name, with its rule, its numbers, its source and evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from jiascores.core.arguments import as_declared
from jiascores.core.definition import Definition, lookup, published
from jiascores.core.errors import (
    RequestError,
    UnknownDefinitionError,
    is_among,
    listing,
    shown,
    suggestion,
)
from jiascores.core.variables import VARIABLES

if TYPE_CHECKING:
    import pandas as pd

D = TypeVar("D", bound=Definition)


@as_declared
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
        line, ``bounds`` (the numbers at which it turns), ``reference``, ``identifier`` (``none
        seen`` where none was), ``evidence`` (``primary, in part unverified`` where its figures
        differ), ``seen`` (the addresses where they were seen), ``background`` (of a cut-off set: the
        children in whom it was made, how many, by which criterion, what those conclude who compared
        it, and what it does not cover), ``derives_from``, ``since`` and ``notes``.

    Raises
    ------
    RequestError
        If there is no such kind.

    See Also
    --------
    jiascores.definition : One of them, to read it or to vary it.
    jiascores.variables : The variables that they need.

    Examples
    --------
    >>> import jiascores as jia
    >>> catalogue = jia.definitions("response criteria")
    >>> catalogue.set_index("name").loc["giannini-1997", "evidence"]
    'primary'
    """
    import pandas as pd

    rows = [
        {
            "kind": each.kind,
            "name": each.name,
            "needs": ", ".join(each.needs),
            "rule": each.rule,
            "bounds": "; ".join(map(str, each.thresholds)),
            "reference": each.reference.citation,
            "identifier": each.reference.identifier,
            "evidence": each.evidence_in_words,
            "seen": "; ".join(str(part) for part in each.figures if part.seen),
            "background": "; ".join(f"{about}: {it}" for about, it in each.background.items()),
            "derives_from": each.derives_from or "",
            "since": each.since,
            "notes": " ".join(each.notes),
        }
        for each in _of_kind(kind)
    ]
    return pd.DataFrame(rows)


def _of_kind(kind: Any) -> list[Definition]:
    """Return the definitions of one kind, or all; raise where there is no such kind."""
    every: tuple[Definition, ...] = published()
    kinds = tuple(dict.fromkeys(each.kind for each in every))
    if kind is not None and not is_among(kind, kinds):
        raise RequestError(
            f"kind={shown(kind)}: choose from {listing(kinds, shown=len(kinds))}.",
            variable="kind",
            values=(kind,),
        )
    return [each for each in every if kind in (None, each.kind)]


@overload
def definition(name: str, kind: type[D]) -> D: ...
@overload
def definition(name: str, kind: str | None = ...) -> Definition: ...
@as_declared
def definition(name: str, kind: Any = None) -> Any:
    """Return a published definition, to read it or to make a variant of it.

    Parameters
    ----------
    name : str
        Its name, for example ``"swart-2019"``.
    kind : str or type, optional
        Of which kind, for example ``"retreatment protocol"`` or ``jia.typing.RetreatmentProtocol``;
        needed where definitions of two kinds share the name.

    Returns
    -------
    Definition
        Frozen and hashable; prints as its rule, source, evidence and notes.

    Raises
    ------
    UnknownDefinitionError
        If there is none of this name and kind.
    RequestError
        If there is no such kind, or the name stands for definitions of several kinds.

    See Also
    --------
    jiascores.definitions : The whole catalogue as a table.
    jiascores.verify : Recomputes the check values.

    Examples
    --------
    >>> import jiascores as jia
    >>> protocol = jia.definition("swart-2019", jia.typing.RetreatmentProtocol)
    >>> protocol.variant(name="one repeat only", max_repeats=1).derives_from
    'swart-2019'
    """
    if isinstance(kind, type) and issubclass(kind, Definition):
        return lookup(kind, name, parameter="name")
    of_kind = _of_kind(kind)
    found = [each for each in of_kind if is_among(name, (each.name,))]
    if not found:
        near = suggestion(name, [each.name for each in of_kind])
        what = kind or "definition"
        raise UnknownDefinitionError(
            f"name={shown(name)}: no {what} has this name.{near} jia.definitions() lists all.",
            variable="name",
            values=(name,),
        )
    if len(found) > 1:
        several = " and a ".join(each.kind for each in found)
        raise RequestError(
            f"name={name!r} is a {several}: say which, kind={found[0].kind!r}.",
            variable="kind",
            values=(name,),
        )
    return found[0]


@as_declared
def variables() -> pd.DataFrame:
    """Return every variable: its name, label, unit, range and kind, as a table.

    Returns
    -------
    pandas.DataFrame
        One row for each variable: ``name`` (of the parameter and, unless mapped, of the column),
        ``label``, ``unit`` (the canonical one), ``low`` and ``high`` (the ends of its range,
        infinite where it is open), ``kind`` (``number``, ``whole number`` or ``yes or no``) and
        ``other_units`` (what a table may declare too, with the factor to the canonical unit).

    See Also
    --------
    jiascores.definitions : What the variables are needed for.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.variables().set_index("name").loc["crp", ["unit", "kind", "other_units"]].tolist()
    ['mg/L', 'number', 'mg/dL × 10']
    """
    import pandas as pd

    rows = [
        {
            "name": each.name,
            "label": each.label,
            "unit": each.unit,
            "low": float(each.low),
            "high": float(each.high),
            "kind": "yes or no" if each.flag else "whole number" if each.whole else "number",
            "other_units": "; ".join(unit.rule for unit in each.other_units),
        }
        for each in VARIABLES.values()
    ]
    return pd.DataFrame(rows)
