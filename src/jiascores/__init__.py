"""Outcome measures of juvenile idiopathic arthritis, each number traceable to its paper.

Research software, not a medical device. The public names stand in ``__init__.pyi``.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jiascores._version import __version__ as __version__


@cache
def _homes() -> dict[str, str]:
    """Return where each public name lives: what the list says to type checkers, read once.

    A module loads when one of its names is first used, so that importing jiascores costs little
    more than importing NumPy.
    """
    import ast
    from pathlib import Path

    listed = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    return {
        alias.name: str(node.module)
        for node in listed.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "__all__":
        return sorted(_homes())
    if name not in _homes():
        raise AttributeError(f"module 'jiascores' has no attribute {name!r}")
    home = _homes()[name]
    # What the list imports from jiascores itself is a module: `ask`, `errors`, `plot`.
    is_module = home == __name__
    value = import_module(f"{home}.{name}") if is_module else getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_homes())
