"""Arguments of functions: where a call fails, the one that is missing, unknown or of another type."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from inspect import signature
from os import PathLike
from typing import Any, TypeVar, cast

import numpy as np

from jiascores.core.errors import (
    ArgumentError,
    JiaScoresError,
    RequestError,
    door,
    say,
    suggestion,
)
from jiascores.core.values import kind_of, listed, mapped, number_in

F = TypeVar("F", bound=Callable[..., Any])


def _is_named(name: str, value: Any) -> bool:
    """Return whether a value is of a class of this name, or of one that an alias stands for."""
    names = _ALIASES.get(name, (name,))
    return any(each.__name__ in names for each in type(value).__mro__)


_ALIASES = {"BaselineRule": ("str", "Flagged", "OnOrBefore")}


def _is_known(value: Any) -> bool:
    """Return whether a value is a number, and not missing."""
    found = number_in(value)
    return found is not None and found == found


# What declared types take, and how a message says it.
_TAKES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "None": (lambda value: value is None, ""),
    "str": (lambda value: isinstance(value, str), "a text"),
    "bool": (lambda value: isinstance(value, bool | np.bool_), ""),
    "int": (_is_known, "a whole number"),
    "float": (_is_known, "a number"),
    "Path": (lambda value: isinstance(value, PathLike), "a path"),
    **dict.fromkeys(
        ("Mapping", "Units", "ColumnNames"),
        (lambda value: isinstance(value, Mapping), "a dict"),
    ),
    **dict.fromkeys(
        ("Sequence", "Iterable"),
        (
            lambda value: (
                isinstance(value, set | frozenset)
                or kind_of(value) in ("array", "pandas", "polars")
            ),
            "a list",
        ),
    ),
    **dict.fromkeys(
        ("MarkerRule", "Marker", "Method", "Undetermined", "Weights", "MarkerChoice", "GapRule"),
        (lambda value: isinstance(value, str), "one of its words"),
    ),
    **{
        name: (partial(_is_named, name), words)
        for name, words in (
            ("Column", "a column, jia.column('…')"),
            ("Request", "a request of jia.ask"),
            ("JointExam", "a JointExam"),
            ("Flagged", "jia.flagged('…')"),
            ("BaselineRule", "'first', jia.flagged('…') or jia.on_or_before('…')"),
            ("Definition", "a definition"),
            ("Axes", "the Axes of a figure"),
            ("AnalysisDataset", "an AnalysisDataset"),
            ("IntercurrentEvents", "what prepare.intercurrent_events returns"),
        )
    },
}


def as_declared(function: F) -> F:
    """Say which argument is missing, unknown or of another type, where a call fails for it.

    What is neither True nor False where one of them is due is refused at once, since anything
    else would count as one of them; so is a text where a list is due.

    Parameters
    ----------
    function : callable
        A public function whose annotations are text, or a class with such an ``__init__``.
    """
    if isinstance(function, type):
        function.__init__ = as_declared(function.__init__)  # type: ignore[misc]
        return cast(F, function)
    declared = {name: str(each) for name, each in function.__annotations__.items()}
    flags = [name for name, each in declared.items() if each == "bool"]
    lists = [name for name, each in declared.items() if _is_for_lists(each)]

    @wraps(function)
    def call(*position: Any, **given: Any) -> Any:
        position = tuple(map(plain, position))
        given = {name: plain(value) for name, value in given.items()}
        for name in flags:
            if name in given and not isinstance(given[name], bool | np.bool_):
                raise _refusal(name, given[name], "bool")
        for name in lists:
            # A text is a list of letters.
            if isinstance(given.get(name), str):
                raise _refusal(name, given[name], declared[name])
        try:
            return function(*position, **given)
        except JiaScoresError:
            raise
        except RecursionError:
            raise RequestError(
                "an argument holds itself, and so has no end: give another."
            ) from None
        except Exception as problem:
            try:
                arguments = signature(function).bind(*position, **given).arguments
            except TypeError:
                raise wrong_call(function, position, given) from None
            for name, value in arguments.items():
                if not _fits(value, ast.parse(declared.get(name, "Any"), mode="eval").body):
                    raise _refusal(name, value, declared[name]) from problem
            raise

    return cast(F, call)


def _is_for_lists(declared: str) -> bool:
    """Return whether lists are taken, and neither a text nor a list of texts."""
    if "Sequence[" not in declared and "Iterable[" not in declared:
        return False
    heads = {_parts(each)[0] for each in _either(ast.parse(declared, mode="eval").body)}
    return bool(heads & {"Sequence", "Iterable"}) and heads <= {*_TAKES} and "str" not in declared


def plain(value: Any) -> Any:
    """Return what a text, a list or a dict of another class holds, whatever its class says."""
    kind = type(value)
    if kind is str or kind is list or kind is dict:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, list):
        return listed(value)
    return mapped(value) if isinstance(value, dict) else value


def wrong_call(
    function: Callable[..., Any], position: Sequence[Any], given: Mapping[str, Any]
) -> ArgumentError:
    """Return the error of a call with arguments that a function lacks, or does not take."""
    called = function.__qualname__.removesuffix(".__init__").rpartition(".")[2]
    named = [
        each
        for each in signature(function).parameters.values()
        if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    ]
    if named and named[0].name in ("self", "cls"):
        named, position = named[1:], position[1:]
    names = [each.name for each in named]
    by_position = [each.name for each in named if each.kind is not each.KEYWORD_ONLY]
    needed = [each.name for each in named if each.default is each.empty]
    taken = by_position[: len(position)]
    shape = ", ".join(name if name in by_position else f"{name}=…" for name in needed)
    advice = f"Write {called}({shape})."
    if wrong := [name for name in given if name not in names]:
        near = suggestion(wrong[0], names) or f" It takes {', '.join(names) or 'nothing'}."
        words = f"has no parameter {wrong[0]!r}.{near}"
    elif wrong := [name for name in given if name in taken]:
        words = f"was given {wrong[0]} twice, by its place and by its name."
    elif len(position) > len(by_position):
        places = ", ".join(by_position) or "nothing"
        words = f"takes {places} by position: name each argument. {advice}"
    else:
        wrong = [name for name in needed if name not in taken and name not in given]
        words = f"needs {', '.join(f'{name}=' for name in wrong)}. {advice}"
    return ArgumentError(f"{called}() {words}", variable=next(iter(wrong), None))


def _refusal(name: str, value: Any, declared: str) -> RequestError:
    return RequestError(
        f"{say(name, value)}: give {in_words(declared)}.", variable=name, values=(value,)
    )


def in_words(declared: str) -> str:
    """Say what a declared type takes."""
    tree = ast.parse(declared, mode="eval").body
    words = (_words(each) for each in _either(tree))
    return " or ".join(dict.fromkeys(filter(None, words)))


def _either(declared: ast.expr) -> list[ast.expr]:
    if isinstance(declared, ast.BinOp):
        return [*_either(declared.left), *_either(declared.right)]
    return [declared]


# How several are said.
_MANY = {
    "a text": "texts",
    "a number": "numbers",
    "a whole number": "whole numbers",
    "a definition": "definitions",
    "a list": "lists",
    "a dict": "dicts",
    "a column, jia.column('…')": "columns, jia.column('…')",
    "a request of jia.ask": "requests of jia.ask",
    "a JointExam": "JointExams",
}


def _words(declared: ast.expr, *, many: bool = False) -> str:
    """Say what one type is, or several of it."""
    head, inner = _parts(declared)
    if head == "Literal":
        return " or ".join(ast.unparse(each) for each in inner)
    if head == "bool":
        return door().yes_or_no
    words = _TAKES.get(head, (None, head))[1]
    inside = [" or ".join(_words(one, many=True) for one in _either(each)) for each in inner]
    said = _MANY.get(words, words) if many else words
    if words == "a list" and inside:
        return said if inside[0] == "Any" else f"{said} of {inside[0]}"
    if words == "a dict" and inside and "Any" not in inside:
        return f"{said} of {inside[0]} to {inside[1]}"
    return said


def _parts(declared: ast.expr) -> tuple[str, list[ast.expr]]:
    """Return a type without what it holds, and what it holds."""
    if not isinstance(declared, ast.Subscript):
        return ast.unparse(declared), []
    head, inner = ast.unparse(declared.value), declared.slice
    parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if head == "tuple" and ast.unparse(parts[-1]) == "...":
        return "Sequence", parts[:1]
    return head, parts


def _fits(value: Any, declared: ast.expr) -> bool:
    """Return whether a value is of a declared type; of one that is not known here, any is."""
    return any(_is(value, each) for each in _either(declared))


def _is(value: Any, declared: ast.expr) -> bool:
    head, inner = _parts(declared)
    if head == "Literal":
        words = [ast.literal_eval(each) for each in inner]
        return isinstance(value, str) and str.__str__(value) in words
    if head not in _TAKES:
        return True
    if not _TAKES[head][0](value):
        return False
    try:
        if head == "Mapping" and inner:
            pairs = mapped(value).items()
            return all(_fits(k, inner[0]) and _fits(v, inner[1]) for k, v in pairs)
        return not inner or all(_fits(each, inner[0]) for each in listed(value))
    except Exception:  # noqa: BLE001  (whatever an object of the caller's does)
        return False
