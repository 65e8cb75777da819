"""What others may import: held by a file, typed by names that are public too."""

from __future__ import annotations

import ast
import builtins
import difflib
import inspect
import re
import sys
import typing
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

import jiascores as jia
from tests.surface import STUB, SURFACE, TYPES, stub, surface, types

ROOT = Path(__file__).parents[1]
ANEW = "If this is meant, run `python -m tests.surface`, and say in the changelog what changed."


def test_the_public_surface_is_what_the_file_says():
    written, now = SURFACE.read_text(encoding="utf-8"), surface()
    differ = difflib.unified_diff(written.splitlines(), now.splitlines(), "written", "now", n=0)
    assert written == now, f"{ANEW}\n" + "\n".join(differ)


def test_requests_are_typed_as_they_are_made():
    written, now = (
        [ast.unparse(each) for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)]
        for text in (STUB.read_text(encoding="utf-8"), stub())
    )
    assert written == now, ANEW


def test_the_class_of_each_definition_is_among_the_types():
    written, now = ({*TYPES.read_text(encoding="utf-8").splitlines()}, {*types().splitlines()})
    assert written == now, ANEW


# ------------------------------------------------------------------------------------------ Types


def _functions():
    """Yield every function that users call or get, with its name."""
    for name in jia.__all__:
        value = getattr(jia, name)
        if isinstance(value, ModuleType) and value is not jia.ask:
            yield from ((f"{name}.{each}", getattr(value, each)) for each in dir(value)
                        if not each.startswith("_"))  # fmt: skip
        else:
            yield name, value


# What tables call of a request, and what results and rules are made by.
INSIDE = {"reach", "check_options", "compute", "needs", "of", "places", "suspicions"}


def _members(value):
    """Yield the functions of a class that users call; its results are made by us."""
    made_by_users = value.__name__ in jia.__all__
    for name, each in vars(value).items():
        member = getattr(each, "__func__", getattr(each, "fget", each))
        called = not name.startswith("_") or (name == "__init__" and made_by_users)
        if isinstance(member, FunctionType) and called and name not in INSIDE:
            yield member


def _annotations(value):
    """Yield the annotations of a function, of its overloads, or of the members of a class."""
    if isinstance(value, type):
        for member in _members(value):
            yield from _annotations(member)
        return
    body = inspect.unwrap(value)
    for each in typing.get_overloads(body) or [body]:
        for annotation in getattr(each, "__annotations__", {}).values():
            yield body, str(annotation)


def _is_ours(name, module):
    """Return whether a name in a module is a type of ours: what comes from elsewhere is not."""
    said = vars(module).get(name)
    source = inspect.getsource(module)
    homes = re.findall(rf"from (\S+) import (?:\([^)]*)?[^\n]*\b{name}\b", source)
    elsewhere = homes and not homes[0].startswith("jiascores")
    return not (elsewhere or isinstance(said, typing.TypeVar) or hasattr(builtins, name))


def _ours(value):
    """Return the names of our own types in the signatures of something public."""
    return {
        name
        for body, annotation in _annotations(value)
        for name in re.findall(r"(?<![\w.'\"\-])[A-Z]\w+(?![\w'\"\-])", annotation)
        if body.__module__ in sys.modules and _is_ours(name, sys.modules[body.__module__])
    }


@pytest.mark.parametrize(("name", "value"), [
    pytest.param(name, value, id=name) for name, value in _functions() if callable(value)
])  # fmt: skip
def test_every_type_of_a_public_signature_is_public(name, value):
    if hasattr(value, "__origin__") or not isinstance(value, type | FunctionType):
        pytest.skip("an alias of types")
    public = {
        *dir(jia.typing),
        *dir(jia.errors),
        *dir(jia.testing),
        *dir(jia.adam),
        *dir(jia.datasets),
        *jia.__all__,
    }
    assert _ours(value) <= public


# --------------------------------------------------------------------------- Only from the outside


def _sources():
    for folder in ("docs", "examples"):
        for path in sorted((ROOT / folder).rglob("*")):
            inside = {"_build", "_ext", "generated", "gallery", "__pycache__"}
            if path.suffix in (".py", ".md", ".rst", ".js") and not inside & {*path.parts}:
                yield path
    yield ROOT / "README.md"


def test_documentation_and_examples_import_from_the_outside():
    public = {name for name in jia.__all__ if isinstance(getattr(jia, name), ModuleType)}
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in _sources()
        for line in path.read_text(encoding="utf-8").splitlines()
        for module in re.findall(r"(?:from|import) jiascores\.(\w+(?:\.\w+)*)", line)
        if module not in public
    ]
    assert found == []
