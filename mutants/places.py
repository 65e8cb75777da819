"""The places in the source that can be changed, and a sample of them that a seed decides.

The changes are those of cosmic-ray's operators. What a place is called does not depend on its line
number, and the sample is the places with the lowest hashes: an edit elsewhere changes neither.
"""

from __future__ import annotations

import ast
import hashlib
import pickle
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
PACKAGE = SOURCE / "jiascores"
LAYERS = ("core", "measures", "statistics", "tables")
# Of the tables those that read: the analyses on top of them are not in the sample.
READERS = (
    "assess",
    "baselines",
    "beside",
    "checking",
    "details",
    "engines",
    "frame",
    "identities",
    "ids",
    "joint_cells",
    "joint_forms",
    "numbers",
    "problems",
    "redcap",
    "requests",
    "suspects",
    "table",
    "visits",
)


@dataclass(frozen=True)
class Mutant:
    """One change: what it is called, and the source that it gives."""

    name: str
    path: Path
    line: int
    source: str

    @property
    def layer(self) -> str:
        return self.path.relative_to(PACKAGE).parts[0]


@dataclass
class Place:
    """A position in a file, with the operators that can change what stands there."""

    path: Path
    start: tuple[int, int]
    name: str
    scope: str
    operators: list[tuple[str, int]]


def modules() -> list[Path]:
    """Return the files of the sample."""
    return [
        path
        for layer in LAYERS
        for path in sorted((PACKAGE / layer).glob("*.py"))
        if layer != "tables" or path.stem in READERS
    ]


def scopes(tree: ast.Module) -> dict[int, str]:
    """Return the function or class that each line is in; a line of the module itself is in none."""
    found: dict[int, str] = {}

    def walk(node: ast.AST, name: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = f"{name}.{child.name}".lstrip(".")
                first = min([child.lineno, *(d.lineno for d in child.decorator_list)])
                found.update(dict.fromkeys(range(first, (child.end_lineno or first) + 1), inner))
                walk(child, inner)
            else:
                walk(child, name)

    walk(tree, "")
    return found


def spans_without_effect(tree: ast.Module) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where only type checkers read: annotations, overloads, imports for types."""
    nodes: list[ast.AST] = []
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(
                decorator_list=[
                    ast.Name(id="overload", lineno=first)
                    | ast.Attribute(attr="overload", lineno=first),
                    *_,
                ]
            ):
                nodes.append(node)
                node.lineno, node.col_offset = first, 0
            case ast.FunctionDef(returns=ast.AST() as returns):
                nodes.append(returns)
            case ast.arg(annotation=ast.AST() as annotation):
                nodes.append(annotation)
            case ast.AnnAssign(annotation=annotation):
                nodes.append(annotation)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                nodes.append(node)
            case ast.Call(func=ast.Name(id="cast"), args=[kind, _]):
                nodes.append(kind)
    return [
        ((node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)) for node in nodes
    ]


def signature_mark(node) -> bool:
    """Tell whether this is the `*` or `/` of a list of parameters, which is no operation."""
    return node.type == "operator" and node.parent.type in {"parameters", "lambdef", "param"}


def places_of(path: Path) -> list[Place]:
    """Return the places of one file, in the order in which they stand."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.operators.provider import OperatorProvider

    source = path.read_text(encoding="utf-8")
    lines, tree = source.splitlines(), ast.parse(source)
    scope, silent = scopes(tree), spans_without_effect(tree)
    provider = OperatorProvider()
    operators = {name: provider[name]() for name in provider if not provider[name].arguments()}
    seen: Counter[str] = Counter()
    found: dict[tuple[tuple[int, int], str], list[tuple[str, int]]] = defaultdict(list)
    for node in ast_nodes(get_ast(source)):
        if node.type in {"name", "newline", "string", "endmarker"}:
            continue
        for name, operator in operators.items():
            for start, _ in operator.mutation_positions(node):
                occurrence, seen[name] = seen[name], seen[name] + 1
                if signature_mark(node) or any(a <= start < b for a, b in silent):
                    continue
                found[start, name.split("_")[0]].append((name, occurrence))
    named: Counter[str] = Counter()
    places = []
    for (start, family), changes in sorted(found.items()):
        text = lines[start[0] - 1].strip()
        where = f"{path.relative_to(PACKAGE)} {scope.get(start[0], '')} {family} {text}"
        named[where] += 1
        places.append(
            Place(path, start, f"{where} {named[where]}", scope.get(start[0], ""), changes)
        )
    return places


def order(seed: int, text: str) -> str:
    """Return by what to sort, as if at random."""
    return hashlib.sha256(f"{seed} {text}".encode()).hexdigest()


def mutant_at(place: Place, seed: int) -> Mutant | None:
    """Return the change that the seed picks for a place, or None where none is valid Python.

    What Python itself warns of, as comparing with a word by `is`, is no change that anybody makes.
    """
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.operators.provider import OperatorProvider

    source, provider = place.path.read_text(encoding="utf-8"), OperatorProvider()
    changes = enumerate(place.operators)
    for _, name, occurrence in sorted(
        (order(seed, f"{place.name} {name} {i}"), name, at) for i, (name, at) in changes
    ):
        changed = mutate_code(source, provider[name](), occurrence)
        if changed is None or changed == source:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                compile(changed, str(place.path), "exec")
        except (SyntaxError, SyntaxWarning):
            continue
        old, new = difference(source, changed)
        again = place.name.rsplit(" ", 1)[1]
        where = f"{place.path.relative_to(PACKAGE)} {place.scope or '(module)'}"
        title = f"{where}: `{old}` → `{new}`" + (f" ({again})" if again != "1" else "")
        return Mutant(title, place.path, place.start[0], changed)
    return None


def difference(old: str, new: str) -> tuple[str, str]:
    """Return the lines that differ, before and after, in one line each."""
    before, after = old.splitlines(), new.splitlines()
    start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 0)
    end = 0
    while end < min(len(before), len(after)) - start - 1 and before[-1 - end] == after[-1 - end]:
        end += 1
    cut = [" ".join(" ".join(x[start : len(x) - end]).split()) for x in (before, after)]
    return cut[0], cut[1]


def sample(size: int, seed: int, kept: Path) -> list[Mutant]:
    """Return so many mutants, one a place; the seed decides which.

    The mutants of a file are kept until it changes, because making them takes minutes.
    """
    cache: dict[tuple[str, str, int], Mutant | None] = {}
    if kept.exists():
        cache = pickle.loads(kept.read_bytes())  # what an earlier run has made here
    states = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in modules()}
    places = [place for path in states for place in places_of(path)]
    places.sort(key=lambda place: order(seed, place.name))
    found: list[Mutant] = []
    for place in places:
        if len(found) == size:
            break
        key = states[place.path], place.name, seed
        if key not in cache:
            cache[key] = mutant_at(place, seed)
        if (mutant := cache[key]) is not None:
            found.append(mutant)
    kept.write_bytes(pickle.dumps(cache))
    return found
