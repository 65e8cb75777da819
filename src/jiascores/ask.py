"""Requests for `assess` and its kin: every score and verdict that a table can be asked for.

Each function takes what is to be chosen and gives a request, one of the `measures` of `assess`. What
it does not bind is read from the column of that name: ``jia.ask.state("cjadas10",
cutoffs="consolaro-2014")`` reads the column ``course``, and ``course=jia.column("kind")`` another.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jiascores.core.definition import published
from jiascores.tables.requests import ask_names, bindable, chaq_di, request, responder, score

if TYPE_CHECKING:
    from jiascores.core.measure import Verdict
    from jiascores.tables.requests import Request

__all__ = ["chaq_di", "responder", "score"]


def __getattr__(name: str) -> Callable[..., Request]:
    asked = {} if name.startswith("_") else ask_names()
    if name not in asked:
        raise AttributeError(f"module 'jiascores.ask' has no attribute {name!r}")
    made = globals()[name] = _asking_for(asked[name])
    return made


def __dir__() -> list[str]:
    return sorted((*__all__, *ask_names()))


def _asking_for(asked: Verdict) -> Callable[..., Request]:
    """Return the function that asks for a verdict."""

    def ask(*position: Any, **given: Any) -> Request:
        return request(asked, *position, **given)

    ask.__name__ = ask.__qualname__ = asked.ask
    ask.__doc__ = _docstring(asked)
    ask.__signature__ = _signature(asked)  # type: ignore[attr-defined]
    return ask


def _parameters(asked: Verdict) -> dict[str, tuple[Any, str, str]]:
    """Return for each parameter its default, its type and what it says."""
    none = inspect.Parameter.empty
    names = ", ".join(f"``{each.name!r}``" for each in published(asked.kind))
    required = none if asked.default is None else asked.default
    kind = f"str or {asked.kind.__name__}"
    parameters: dict[str, tuple[Any, str, str]] = {
        asked.parameter: (required, kind, f"{names}, or your own variant.")
    }
    for name, default in asked.options.items():
        # Without a cut-off set there is no course.
        optional = ", optional" if default is None and name != "cutoffs" else ""
        takes = f"{_OPTION.get(name, 'str')}{optional}"
        parameters[name] = (default, takes, f"As for `{asked.name}`.")
    if asked.policies:
        parameters["missing"] = ("interval", "str", f"What a gap does, as for `{asked.name}`.")
    if "reference" in asked.inputs:
        parameters["reference"] = (none, "str or rule", _REFERENCE)
    elif "baseline" in asked.inputs and asked.name != "acr_ped":
        parameters["reference"] = ("baseline", "str or rule", _REFERENCE)
    if asked.compares:
        parameters["within"] = (None, "tuple of float, optional", _WITHIN)
    if "month" in asked.inputs:
        parameters["within"] = (None, "dict, optional", _WITHIN_MONTHS)
    for name in bindable(asked):
        parameters[name] = (None, *_BOUND.get(name, ("Column, optional", _COLUMN.format(name))))
    parameters["components"] = (False, "bool", "Whether to add each item as a column too.")
    parameters["name"] = (
        None,
        "str, optional",
        "A name for the column, in place of its usual one.",
    )
    ordered = {name: parameters[name] for name in asked.order}
    return ordered | parameters


_OPTION = {"level": "int", "cutoffs": "str or CutoffSet"}
_WITHIN = (
    "First and last day after the earlier visit on which it answers, for example ``(60, 120)``; "
    "other visits are empty. Required where the paper has an interval of its own."
)
_WITHIN_MONTHS = (
    "Instead of a column with the month: by month, the first and the last day after the baseline "
    "on which a visit is that of the month, for example ``{3: (60, 120), 6: (150, 210)}``; other "
    "visits are empty."
)
_COLUMN = "The column that holds it; by default the column ``{}``."
_BOUND = {
    "course": (
        "str, Column or FromCategory, optional",
        (
            "One course for all rows, the column that holds it, or "
            "``jia.from_category('column')``; by default the column ``course``."
        ),
    ),
    "upper_limit": (
        "float or Column, optional",
        "Upper limit of normal of the reactant, in its unit: one number, or the column.",
    ),
    "attended": (
        "Column, optional",
        "The column that says whether the visit took place; for ``missing='unchanged'`` alone.",
    ),
}
_REFERENCE = (
    "The earlier visit: ``'baseline'``, ``'last-responding'``, ``'best'``, ``'end-of-lead-in'``, "
    "``jia.flagged('column')`` or ``jia.on_or_before('column')``."
)


def _signature(asked: Verdict) -> inspect.Signature:
    position, keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature(
        [
            inspect.Parameter(name, position if name in asked.order else keyword, default=default)
            for name, (default, _, _) in _parameters(asked).items()
        ],
        return_annotation="Request",
    )


def _docstring(asked: Verdict) -> str:
    parameters = "\n".join(
        f"{name} : {kind}\n    {words}" for name, (_, kind, words) in _parameters(asked).items()
    )
    return (
        f"Ask for `{asked.name}` at each visit.\n\nParameters\n----------\n{parameters}\n\n"
        "Returns\n-------\nRequest\n    One of the `measures` of `assess`.\n\n"
        f"See Also\n--------\njiascores.{asked.name} : What it computes, and how.\n"
    )
