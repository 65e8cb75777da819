"""The public surface, written down: `python -m tests.surface` writes the files anew.

``tests/data/surface.txt`` has every public name with its parameters, and a test compares it: what is
changed there is changed for everybody who imports jiascores. ``src/jiascores/ask.pyi`` is what type
checkers read of the requests, which are made from the verdicts; and ``src/jiascores/typing.pyi``
names the classes of all published definitions, beside the other types, which stay as they stand.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import jiascores as jia
from jiascores import ask
from jiascores.core.definition import Definition, published
from jiascores.core.measure import Verdict
from jiascores.tables.requests import ask_names

ROOT = Path(__file__).parents[1]
SURFACE = ROOT / "tests" / "data" / "surface.txt"
STUB = Path(jia.__file__).parent / "ask.pyi"
TYPES = STUB.with_name("typing.pyi")


# ------------------------------------------------------------------------------- Names, parameters


def _called(value: Any) -> str:
    """Return how something is called: its parameters and defaults."""
    try:
        signature = inspect.signature(value)
    except ValueError:  # a warning or an error with what Python gives it
        return ""
    plain = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
    text = str(signature.replace(parameters=plain, return_annotation=signature.empty))
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def _members(value: type) -> Iterator[str]:
    for name in sorted(dir(value)):
        member = inspect.getattr_static(value, name)
        if name.startswith("_") or getattr(object, name, None) is member:
            continue
        called = isinstance(member, staticmethod | classmethod) or inspect.isfunction(member)
        yield f"{name}{_called(getattr(value, name))}" if called else name


def _lines_of(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, type) and issubclass(value, Enum):
        yield f"{name}: {', '.join(each.value for each in value)}"
    elif isinstance(value, type) and not getattr(value, "_is_protocol", False):
        yield f"{name}{_called(value)}"
        # What all definitions have stands with `Definition`.
        base = set(_members(Definition)) if value is not Definition else set()
        of_base = base if issubclass(value, Definition) else set()
        # Exceptions have what Python gives them too, which is not ours.
        yield from (
            f"{name}.{each}"
            for each in _members(value)
            if each not in of_base and not issubclass(value, BaseException)
        )
    elif callable(value) and not hasattr(value, "__origin__"):
        yield f"{name}{_called(value)}"
    else:
        yield name


def surface() -> str:
    """Return every public name with its parameters, a line each."""
    lines: list[str] = []
    for name in jia.__all__:
        value = getattr(jia, name)
        if isinstance(value, ModuleType):
            inside = [each for each in dir(value) if not each.startswith("_")]
            listed = getattr(value, "__all__", inside) if value is jia.plot else inside
            for each in sorted(listed):
                lines += _lines_of(f"{name}.{each}", getattr(value, each))
        else:
            lines += _lines_of(name, value)
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------------------------------- Requests

HEAD = """# Requests, for type checkers; `python -m tests.surface` writes them from the verdicts.

from collections.abc import Mapping, Sequence

from jiascores.core.measure import MissingPolicy
from jiascores.core.variables import Course
from jiascores.measures.inactivity import MarkerChoice
from jiascores.tables.baselines import ReferenceRule
from jiascores.tables.naming import Column
from jiascores.tables.requests import FromCategory, Request
from jiascores.tables.requests import chaq_di as chaq_di
from jiascores.tables.requests import responder as responder
from jiascores.tables.requests import score as score
"""
BOUND = {
    "course": "Course | Column | FromCategory | None",
    "upper_limit": "float | Column | None",
    "missing": "MissingPolicy",
    "reference": "ReferenceRule",
    "within": "Sequence[float] | None",
    "components": "bool",
    "name": "str | None",
}


def _types(asked: Verdict) -> dict[str, str]:
    options = inspect.signature(asked.rule).parameters
    chosen = {name: str(options[name].annotation) for name in asked.options}
    if "month" in asked.inputs:
        chosen["within"] = "Mapping[int, Sequence[float]] | None"
    return {asked.parameter: f"str | {asked.kind.__name__}", **BOUND, **chosen}


def stub() -> str:
    """Return the types of the requests."""
    homes: dict[str, set[str]] = {}
    functions = []
    for name, asked in sorted(ask_names().items()):
        types = _types(asked)
        for kind in (asked.kind, jia.typing.CutoffSet, jia.typing.ResponseCriteria):
            if any(re.search(rf"\b{kind.__name__}\b", types.get(each, ""))
                   for each in (asked.parameter, *asked.options)):  # fmt: skip
                homes.setdefault(kind.__module__, set()).add(kind.__name__)
        parts, keyword = [], False
        for each in inspect.signature(getattr(ask, name)).parameters.values():
            if each.kind is each.KEYWORD_ONLY and not keyword:
                parts.append("*")
                keyword = True
            default = "" if each.default is each.empty else " = ..."
            parts.append(f"{each.name}: {types.get(each.name, 'Column | None')}{default}")
        lines = "".join(f"    {part},\n" for part in parts)
        functions.append(f"def {name}(\n{lines}) -> Request: ...\n")
    imports = "".join(
        f"from {home} import {', '.join(sorted(names))}\n" for home, names in homes.items()
    )
    return f"{HEAD}{imports}\n{''.join(functions)}"


# ------------------------------------------------------------------------------------------- Types


def types() -> str:
    """Return the list of types, with the class of each published definition in it."""
    head, *lines = TYPES.read_text(encoding="utf-8").splitlines()
    classes = {type(each) for each in published()}
    named = {f"from {c.__module__} import {c.__name__} as {c.__name__}" for c in classes}
    return "\n".join((head, "", *sorted({*filter(None, lines), *named}))) + "\n"


if __name__ == "__main__":
    import subprocess
    import sys

    for path, text in ((TYPES, types), (STUB, stub)):
        path.write_text(text(), encoding="utf-8")
        for how in (("check", "-q", "--fix", "--select", "I"), ("format", "-q")):
            subprocess.run([sys.executable, "-m", "ruff", *how, str(path)], check=True)
    SURFACE.write_text(surface(), encoding="utf-8")
