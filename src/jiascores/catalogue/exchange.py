"""Every definition as JSON, for other systems and for the calculator of the documentation."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import attrs

from jiascores._version import __version__
from jiascores.core import decimals
from jiascores.core.definition import Definition, published
from jiascores.core.measure import Score
from jiascores.core.references import Evidence
from jiascores.core.variables import CORE_VARIABLES, ILAR_CATEGORIES, MARKERS, VARIABLES, Variable
from jiascores.measures.ilar import course_notes
from jiascores.measures.jadas import UNITS_PER_POINT
from jiascores.measures.response import ResponseCriteria
from jiascores.measures.states import ANY_COURSE, Bounds, CutoffSet

# The scores whose formula is a sum of `terms`.
SUMS = ("jadas10", "jadas27", "jadas71", "cjadas10", "cjadas27", "cjadas71")
FORMAT = "jiascores definitions 1"
# What every text that `definitions_as_json` returns is held to.
SCHEMA = Path(__file__).with_name("definitions.schema.json")


def definitions_as_json() -> str:
    """Return every published definition, the variables and the tolerance, as JSON."""
    every: tuple[Definition, ...] = published()
    whole = {
        "format": FORMAT,
        "version": __version__,
        "exact": {
            "tolerance": decimals.TOLERANCE,
            "score_decimals": decimals.SCORE_DECIMALS,
            "per_cent": decimals.PER_CENT,
        },
        "core_variables": CORE_VARIABLES,
        "markers": MARKERS,
        "ilar_categories": ILAR_CATEGORIES,
        "variables": {name: _variable(one) for name, one in VARIABLES.items()},
        "definitions": [_definition(each) for each in every],
    }
    return f"{json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False)}\n"


def terms(score: Score) -> list[dict[str, Any]]:
    """Return the terms of a sum: an input, perhaps capped, or an item from one of the reactants."""
    points = dict(score.points)
    found: list[dict[str, Any]] = [
        {"input": name, "cap": points.get("active joints") if name == "active_joints" else None}
        for name in score.inputs
    ]
    if score.either:
        items = {
            name: {
                "from": points[f"{name} from"],
                "to": points[f"{name} to"],
                "per": UNITS_PER_POINT,
            }
            for name in score.either
        }
        found.append({"either": items})
    return found


def _variable(one: Variable) -> dict[str, Any]:
    # By a factor alone; circles numbered from 1 and °F are for tables.
    factors = {unit: factor for unit in one.units if (factor := one.factor(unit)) is not None}
    own = {name: _plain(getattr(one, name)) for name in ("label", "unit", "low", "high", "whole")}
    return {**own, "allowed": one.allowed, "units": factors}


def _definition(definition: Definition) -> dict[str, Any]:
    own = {
        field.name: _plain(getattr(definition, field.name))
        for field in attrs.fields(type(definition))
        if field.name != "parts"
    }
    return {
        "kind": definition.kind,
        **own,
        **_derived(definition),
        "rule": definition.rule,
        "needs": list(definition.needs),
        "evidence_in_words": definition.evidence_in_words,
        "figures": _plain(definition.parts),
    }


def _derived(definition: Definition) -> dict[str, Any]:
    """Return what follows from the fields of a definition, so that a reader need not derive it."""
    if isinstance(definition, ResponseCriteria):
        return {"fever_rule": definition.fever_rule}
    if isinstance(definition, Score):
        return {"terms": terms(definition)} if definition.name in SUMS else {}
    if not isinstance(definition, CutoffSet):
        return {}
    alike = definition.courses == (ANY_COURSE,)
    return {
        "bounds": [_bounds(definition, each) for each in definition.bounds],
        "courses": list(definition.courses),
        "course_notes": {} if alike else course_notes(cutoffs=definition),
        "never_seen": list(definition.never_seen),
    }


def _bounds(cutoffs: CutoffSet, bounds: Bounds) -> dict[str, Any]:
    every = cutoffs.evidence_of_bounds(bounds)
    steps = [
        {"state": state, "upper": upper, "inclusive": inclusive}
        for state, upper, inclusive in bounds.steps
    ]
    evidence = ", in part ".join(each for each in Evidence if each in every)
    return {**_plain(bounds), "steps": steps, "rule": bounds.rule, "evidence": evidence}


def _plain(value: Any) -> Any:
    """Return what JSON holds; an infinite end is null, and a definition its name."""
    if isinstance(value, Definition):
        return value.name
    if attrs.has(type(value)):
        return {f.name: _plain(getattr(value, f.name)) for f in attrs.fields(type(value))}
    if isinstance(value, float) and math.isinf(value):
        return None
    return [_plain(each) for each in value] if isinstance(value, tuple) else value
