"""The JSON schema of the exported definitions, from their classes and from what is derived of them."""

from __future__ import annotations

import json
import types
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

import jiascores as jia
from jiascores.catalogue.exchange import FORMAT, SCHEMA
from jiascores.core.definition import Definition, published
from jiascores.core.references import Evidence, Figure

__all__ = ["SCHEMA", "schema"]

PLAIN = {bool: "boolean", str: "string", int: "integer", float: "number"}
TEXTS = {"type": "array", "items": {"type": "string"}}
BY_NAME = {"type": "object", "additionalProperties": {"type": "string"}}
NUMBER, TEXT = {"type": "number"}, {"type": "string"}
OPEN = {"type": ["number", "null"], "description": "null where this end is open"}
EVIDENCE = {"enum": list(Evidence)}


def strict(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the schema of an object with these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


ITEM = strict({"from": NUMBER, "to": NUMBER, "per": NUMBER})
TERM = {
    "oneOf": [
        strict({"input": TEXT, "cap": {"type": ["number", "null"]}}),
        strict({"either": {"type": "object", "additionalProperties": ITEM}}),
    ]
}
STEP = strict({"state": TEXT, "upper": NUMBER, "inclusive": {"type": "boolean"}})
# What is derived from the fields of a class, beside them.
DERIVED: dict[type[Definition], dict[str, Any]] = {
    jia.typing.Score: {"terms": {"type": "array", "items": TERM}},
    jia.typing.ResponseCriteria: {"fever_rule": TEXT},
    jia.typing.CutoffSet: {"courses": TEXTS, "course_notes": BY_NAME, "never_seen": TEXTS},
}
OPTIONAL = ("terms",)
# Fields of numbers whose end may be open.
OPEN_ENDED = {"low", "high"}


def schema() -> dict[str, Any]:
    """Return the schema, each kind of definition and each record once."""
    shared: dict[str, Any] = {}
    kinds = {type(each).kind: type(each) for each in published()}
    for kind, made in kinds.items():
        shared[kind] = _definition(kind, made, shared)
    units = {"type": "object", "additionalProperties": NUMBER}
    variable = strict(
        {
            "label": TEXT,
            "unit": TEXT,
            "low": OPEN,
            "high": OPEN,
            "whole": {"type": "boolean"},
            "allowed": TEXT,
            "units": {**units, "description": "each unit with its factor to the canonical one"},
        }
    )
    whole = strict(
        {
            "format": {"const": FORMAT},
            "version": TEXT,
            "exact": strict({"tolerance": NUMBER, "score_decimals": NUMBER, "per_cent": NUMBER}),
            "core_variables": TEXTS,
            "markers": TEXTS,
            "ilar_categories": TEXTS,
            "variables": {"type": "object", "additionalProperties": variable},
            "definitions": {
                "type": "array",
                "items": {"oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in kinds]},
            },
        }
    )
    title = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Definitions of jiascores",
        "description": "Scores, cut-off sets, criteria and protocols, as `jiascores export json` "
        "writes them.",
    }
    return {**title, **whole, "$defs": dict(sorted(shared.items()))}


def _definition(kind: str, made: type[Definition], shared: dict[str, Any]) -> dict[str, Any]:
    own = {name: it for name, it in _fields(made, shared).items() if name != "parts"}
    more = {"rule": TEXT, "needs": TEXTS, "evidence_in_words": TEXT}
    figures = {"type": "array", "items": _of(Figure, shared, "")}
    properties = {"kind": {"const": kind}, **own, **DERIVED.get(made, {}), **more}
    return strict({**properties, "figures": figures}, optional=OPTIONAL)


def _fields(made: type[Any], shared: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(made)
    return {field.name: _of(hints[field.name], shared, field.name) for field in attrs.fields(made)}


def _of(kind: Any, shared: dict[str, Any], name: str) -> dict[str, Any]:
    origin, parts = get_origin(kind), get_args(kind)
    if kind is float and name in OPEN_ENDED:
        return OPEN
    if kind in PLAIN:
        return {"type": PLAIN[kind]}
    if kind is Any:
        return {}
    if kind is type(None):
        return {"type": "null"}
    if origin is Literal:
        return {"enum": list(parts)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(part, shared, name) for part in parts]}
    if origin is tuple and parts[-1] is Ellipsis:
        return {"type": "array", "items": _of(parts[0], shared, name)}
    if origin is tuple:
        return {
            "type": "array",
            "prefixItems": [_of(part, shared, name) for part in parts],
            "items": False,
            "minItems": len(parts),
        }
    if issubclass(kind, StrEnum):
        return EVIDENCE
    if issubclass(kind, Definition):
        return {**TEXT, "description": "the name of a definition"}
    if kind.__name__ not in shared:
        shared[kind.__name__] = {}
        shared[kind.__name__] = _record(kind, shared)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _record(kind: type[Any], shared: dict[str, Any]) -> dict[str, Any]:
    own = _fields(kind, shared)
    if kind is jia.typing.Bounds:
        own |= {"steps": {"type": "array", "items": STEP}, "rule": TEXT, "evidence": TEXT}
    return strict(own)


def text() -> str:
    """Return the schema as it ships."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
