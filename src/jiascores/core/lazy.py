"""Modules that load what they name when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any


def attach(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a module whose names stand in the stub beside it.

    So one list serves people, type checkers and the loader. It is read when the first name is used,
    and importing jiascores costs little more than importing NumPy.

    Parameters
    ----------
    package, file : str
        `__name__` and `__file__` of the module.
    """

    @cache
    def homes() -> dict[str, str]:
        import ast

        stub = ast.parse(Path(file).with_suffix(".pyi").read_text(encoding="utf-8"))
        imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
        return {each.name: str(node.module) for node in imports for each in node.names}

    def get(name: str) -> Any:
        if name == "__all__":
            return sorted(homes())
        if name not in homes():
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = homes()[name]
        # What a module imports from itself is a module in it: `ask`, `errors`, `plot`.
        is_module = home == package
        value = import_module(f"{home}.{name}" if is_module else home)
        value = value if is_module else getattr(value, name)
        setattr(import_module(package), name, value)
        return value

    return get, lambda: sorted(homes())
