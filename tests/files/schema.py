"""The JSON schema of the mapping, by which editors complete and check, from its classes."""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from jiascores.files.mapping import FileMapping, keys_of

PLAIN = {bool: "boolean", str: "string", int: "integer", float: "number"}


def schema() -> dict[str, Any]:
    """Return the schema; a class of the mapping that comes more than once stands in it once."""
    shared: dict[str, Any] = {}
    whole = _table(FileMapping, shared)
    title = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping of jiascores",
    }
    return {**title, **whole, "$defs": dict(sorted(shared.items()))}


def _table(kind: Any, shared: dict[str, Any]) -> dict[str, Any]:
    hints, said = get_type_hints(kind), _said(kind)
    return {
        "type": "object",
        "description": (kind.__doc__ or "").strip(),
        "properties": {
            name: {**_of(hints[name], shared), "description": said[name]} for name in keys_of(kind)
        },
        "additionalProperties": False,
    }


def _said(kind: Any) -> dict[str, str]:
    """Return what each key means: the text that stands below it."""
    said: dict[str, str] = {}
    for base in reversed(kind.__mro__[:-1]):
        tree = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        assert isinstance(tree, ast.ClassDef)
        for key, text in zip(tree.body, tree.body[1:], strict=False):
            if isinstance(key, ast.AnnAssign) and isinstance(text, ast.Expr):
                assert isinstance(key.target, ast.Name)
                assert isinstance(text.value, ast.Constant)
                said[key.target.id] = str(text.value.value)
    return said


def _of(kind: Any, shared: dict[str, Any]) -> dict[str, Any]:
    origin, parts = get_origin(kind), get_args(kind)
    if kind in PLAIN:
        return {"type": PLAIN[kind]}
    if attrs.has(kind):
        if kind.__name__ not in shared:
            shared[kind.__name__] = {}
            shared[kind.__name__] = _table(kind, shared)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if origin is Literal:
        return {"enum": list(parts)}
    if origin in (tuple, list):
        return {"type": "array", "items": _of(parts[0], shared)}
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(parts[1], shared)}
    if origin is not None and (origin is Union or type(None) in parts or len(parts) > 1):
        some = [_of(part, shared) for part in parts if part is not type(None)]
        return some[0] if len(some) == 1 else {"anyOf": some}
    return {}
