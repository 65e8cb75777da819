"""What an analysis was made of: its input, call, versions and definitions, and the words for a plan."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from jiascores._version import __version__
from jiascores.catalogue.definitions import definition
from jiascores.core.arguments import as_declared
from jiascores.core.definition import Definition, lookup, published
from jiascores.core.errors import RequestError, require, say
from jiascores.core.measure import RESPONDER_POLICIES, Score
from jiascores.core.values import BLOCK
from jiascores.measures.flares import LossCriteria
from jiascores.measures.response import ResponseCriteria
from jiascores.measures.states import CutoffSet
from jiascores.tables.baselines import (
    BASELINES,
    Best,
    Flagged,
    LastResponding,
    OnOrBefore,
    check_baseline,
)
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, list_of
from jiascores.tables.intercurrent import IntercurrentEvents
from jiascores.tables.naming import Column
from jiascores.tables.numbers import one_of, plain_date
from jiascores.tables.requests import understand_requests
from jiascores.tables.table import MARKER_RULES

PACKAGES = ("numpy", "pandas", "narwhals", "scipy", "statsmodels")
# What stands in the place of a gap, and before text, so that "12" is not 12.
GAP, TEXT = "\x00", "\x01"
# What parts cells, and columns.
BETWEEN, END = "\x1f", "\x1e"


@attrs.frozen
class Input:
    """One table that went in.

    Parameters
    ----------
    name : str
        What it is: ``visits``, or what the caller calls it.
    rows, columns : int
        Its size.
    sha256 : str
        Of its names and cells, the same for every kind of frame.
    """

    name: str
    rows: int
    columns: int
    sha256: str


@attrs.frozen(repr=False)
class Manifest:
    """What an analysis was made of. Made by `jiascores.analysis.manifest`.

    Parameters
    ----------
    inputs : tuple of Input
        The tables that went in.
    call : mapping of str
        What was asked for, as JSON has it.
    versions : mapping of str
        Of jiascores, Python and what it stands on.
    definitions : tuple of Definition
        Every definition that was used.
    date : str, optional
        The date that the caller gave.
    """

    inputs: tuple[Input, ...]
    call: Mapping[str, Any]
    versions: Mapping[str, str]
    definitions: tuple[Definition, ...]
    date: str | None = None

    def json(self) -> str:
        """Return all of it as JSON, with keys in order: equal analyses give equal text."""
        whole = {
            "date": self.date,
            "inputs": [attrs.asdict(each) for each in self.inputs],
            "call": self.call,
            "versions": dict(self.versions),
            "definitions": [
                {
                    "kind": each.kind,
                    "name": each.name,
                    "rule": each.rule,
                    "derives_from": each.derives_from,
                    "thresholds": {one.key: one.value for one in each.thresholds},
                    "reference": each.reference.citation,
                    "identifier": each.reference.identifier,
                    "evidence": each.evidence_in_words,
                    "notes": list(each.notes),
                }
                for each in self.definitions
            ],
        }
        return json.dumps(whole, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)

    def methods(self) -> str:
        """Return the paragraph for a statistical analysis plan, from the definitions used."""
        return " ".join(self._sentences())

    def _sentences(self) -> Iterator[str]:
        yield f"Outcomes were computed with jiascores {self.versions['jiascores']}."
        scores = {each.name for each in self.definitions if isinstance(each, Score)}
        yield from (_in_a_sentence(each, scores) for each in self.definitions)
        yield from _of_the_table(self.call)
        doubtful = [
            each.name for each in self.definitions if "unverified" in each.evidence_in_words
        ]
        if doubtful:
            yield (
                f"Figures of {', '.join(doubtful)} are marked unverified: nobody has checked them "
                f"against the source yet."
            )

    def __str__(self) -> str:
        tables = (
            f"  {each.name}: {each.rows} rows, {each.columns} columns, sha256 {each.sha256}"
            for each in self.inputs
        )
        used = (f"  {each.kind} {each.name}" for each in self.definitions)
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return "\n".join(["Input", *tables, "Definitions", *used, f"Versions: {versions}"])

    __repr__ = __str__


@as_declared
def manifest(
    visits: Any,
    *,
    measures: Any = (),
    columns: Mapping[str, Any] | None = None,
    units: Mapping[str, Any] | None = None,
    baseline: Any = None,
    marker: str | None = None,
    definitions: Sequence[str | Definition] = (),
    tables: Mapping[str, Any] | None = None,
    date: str | None = None,
    **call: Any,
) -> Manifest:
    """Say what an analysis was made of, so that somebody else can do it again.

    Parameters
    ----------
    visits : data frame
        The table that went in, as for `assess`.
    measures, columns, units, baseline, marker
        What `assess` was asked for.
    definitions : list of str or Definition
        Further definitions that were used, for example ``"swart-2019"``.
    tables : dict of str to data frame
        Further tables that went in, by what they are: ``{"events": events}``.
    date : str, optional
        The date to write into it; there is no clock here.
    **call
        Everything else that was chosen, for example ``rule="nri"``, ``weeks={0: 0, 12: 14}``,
        ``criteria="prcsg-printo"``, ``intercurrent=`` with the strategies of
        `intercurrent_events` (their table goes into `tables`). Definitions among these, by ``criteria``, ``protocol`` and
        ``cutoffs``, count as used.

    Returns
    -------
    Manifest
        `json`, `methods`, and its parts; printed, a summary.

    Raises
    ------
    JiaScoresError
        If a measure, a definition, a baseline rule or a marker is not known.

    See Also
    --------
    jiascores.report : A page that ends with it.
    jiascores.definitions : The whole catalogue.

    Notes
    -----
    The hash is SHA-256 of the names of the columns and of all cells in their order. It is the same
    for a pandas, Polars and Arrow table with the same cells: whole numbers and floats of one value
    are one, a date is one however it is held, text is not the number that it spells.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": ["A"], "date": ["2024-01-10"], "physician_global": [2.0],
    ...                        "patient_global": [1.0], "active_joints": [1]})
    >>> made = jia.analysis.manifest(visits, measures=["cjadas10"], date="2026-01-31")
    >>> made.inputs[0].rows, [each.name for each in made.definitions]
    (1, ['cjadas10'])
    >>> print(made.methods().split(". ")[1])
    cJADAS10 was computed as PhGA + PtGA + active joints (at most 10); 0 to 30 (McErlane 2013, Ann
    Rheum Dis 72:1983).
    """
    check_baseline(baseline)
    if marker is not None:
        one_of(marker, MARKER_RULES, "marker")
    requests = understand_requests(measures) if _something(measures) else []
    used = [each for request in requests for each in used_by(request)]
    used += [definition(each) if isinstance(each, str) else each for each in definitions]
    used += _named(call)
    used += _of_rule(baseline)
    whole = {"visits": visits, **(tables or {})}
    inputs = [hashed(name, table) for name, table in whole.items()]
    given = {"columns": columns, "units": units, "baseline": baseline, "marker": marker, **call}
    return made_of(inputs, requests, used, date=date, **given)


def made_of(
    inputs: Iterable[Input],
    requests: Sequence[Any],
    used: Iterable[Definition],
    *,
    date: str | None = None,
    **given: Any,
) -> Manifest:
    """Return the manifest of inputs, requests and the definitions used; `given` is the call."""
    asked = {name: _plain(value) for name, value in given.items() if value is not None}
    if requests:
        asked["measures"] = [_plain(each) for each in requests]
    found = {"jiascores": __version__, "Python": platform.python_version()}
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return Manifest(
        inputs=tuple(inputs),
        call=asked,
        versions=found,
        definitions=tuple({(each.kind, each.name): each for each in used}.values()),
        date=date,
    )


def used_by(request: Any) -> Iterator[Definition]:
    """Yield every definition that a request uses.

    Parameters
    ----------
    request : Request
        What was asked for.
    """
    criteria, options = request.criteria, dict(getattr(request, "options", ()))
    bound = dict(getattr(request, "bound", ()))
    yield criteria
    measure = options.get("measure") or getattr(criteria, "measure", None)
    compared = getattr(criteria, "compared", None)
    scores = {each.name for each in published(Score)}
    for name in (measure, compared):
        if isinstance(name, str) and name in scores:
            yield lookup(Score, name, parameter="measure")
    if isinstance(criteria, LossCriteria):
        yield lookup(ResponseCriteria, options["criteria"], parameter="criteria")
    inactive = getattr(criteria, "inactive", None)
    if isinstance(inactive, str):
        yield definition(inactive, "inactive disease criteria")
    rule = getattr(bound.get("course"), "rule", None)
    if isinstance(rule, Definition):
        yield rule
    yield from _of_rule(bound.get("reference"))


def _of_rule(rule: Any) -> list[Definition]:
    """Return the response criteria by which a reference visit is chosen."""
    if rule in ("last-responding", "best"):
        rule = LastResponding()
    if not isinstance(rule, LastResponding | Best):
        return []
    return [lookup(ResponseCriteria, rule.criteria, parameter="criteria")]


def _named(call: Mapping[str, Any]) -> list[Definition]:
    """Return the definitions that other arguments name."""
    every: tuple[Definition, ...] = published()
    found: list[Definition] = []
    for name, value in call.items():
        if isinstance(value, Definition):
            found.append(value)
        elif name in ("criteria", "protocol", "cutoffs"):
            found += [each for each in every if each.name == value]
    return found


# How a sentence about some kinds of definition begins.
JUDGED = {
    "cut-off set": "Disease activity states were read by the cut-off set",
    "course rule": "The course of disease was read by the rule",
}


def _in_a_sentence(each: Definition, scores: Container[str]) -> str:
    """Return what a definition says, and its source, as the methods of a paper say it.

    Of a cut-off set, the cut-offs of the scores that were used.
    """
    source = ", ".join((each.reference.citation, *each.reference.identifiers))
    if isinstance(each, Score):
        return f"{each.rule.replace(' = ', ' was computed as ', 1)} ({source})."
    rule, about = each.rule, each.kind.removesuffix(" criteria")
    if isinstance(each, CutoffSet):
        used = [one for one in each.bounds if one.measure in scores] or each.bounds
        rule = "; ".join(f"{one.measure} {one.course}: {one.rule}" for one in used)
    derived = f", a variant of {each.derives_from}" if each.derives_from else ""
    if each.kind in JUDGED:
        by = JUDGED[each.kind]
    elif about != each.kind:
        by = f"{about[:1].upper()}{about[1:]} was judged by the criteria"
    else:
        by = f"The {each.kind} was"
    return f"{by} {each.name}{derived}: {rule} ({source})."


def _something(measures: Any) -> bool:
    return not isinstance(measures, list | tuple) or bool(measures)


def _of_the_table(call: Mapping[str, Any]) -> Iterator[str]:
    """Yield what the call says of baseline, reactant and gaps, in sentences."""
    baseline = call.get("baseline")
    if baseline is not None:
        yield f"Baseline was {BASELINES.get(str(baseline), baseline)}."
    marker = call.get("marker")
    if marker is not None:
        yield f"Acute-phase reactant: {MARKER_RULES.get(str(marker), marker)}."
    policies = {each.get("missing") for each in call.get("measures", ()) if "missing" in each}
    for policy in sorted(policies):
        yield f"Missing components ({policy}): {RESPONDER_POLICIES[policy]}."
    rest = {
        name: value
        for name, value in call.items()
        if name not in ("baseline", "marker", "measures", "columns", "units")
    }
    if rest:
        said = "; ".join(
            f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in rest.items()
        )
        yield f"Further choices: {said}."


# --------------------------------------------------------------------------------------------


def hashed(name: str, table: Any) -> Input:
    """Return a table's size, and the hash of its names and cells.

    Parameters
    ----------
    name : str
        What it is.
    table : data frame
        Of any kind.
    """
    frame = Frame(to_eager(table))
    digest = hashlib.sha256()
    for column in frame.names:
        digest.update(f"{TEXT}{column}".encode())
        for cells in _cells(frame, column):
            digest.update("".join(cells).encode())
        digest.update(f"{BETWEEN}{END}".encode())
    return Input(name, frame.size, len(frame.names), digest.hexdigest())


def hashed_file(path: Path, table: Any) -> Input:
    """Return a file's name, the size of the table that was read from it, and the file's hash."""
    frame = Frame(table)
    words = f"{say('source')}: there is no file {str(path)!r}."
    require(path.is_file(), words, "source", str(path))
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Input(path.name, frame.size, len(frame.names), digest)


def _cells(frame: Frame, column: Any) -> Iterator[Iterable[str]]:
    """Yield the cells of a column as text, block by block, those of one type by their distinct values."""
    blocks = range(0, frame.size, BLOCK)
    if "object" in str(frame.type_of(column)).lower() or frame.nested(column):
        values = frame.objects(column)
        yield from (map(_cell, values[at : at + BLOCK].tolist()) for at in blocks)
        return
    codes, labels = frame.codes(column)
    words = np.array([*map(_cell, [*list_of(labels), None])], dtype=object)
    yield from (words[codes[at : at + BLOCK]] for at in blocks)


def _cell(value: Any) -> str:
    """Return a cell as text with what parts it from the one before, alike in every kind of frame."""
    return BETWEEN + (GAP if value is None or value != value else _known(value))


def _known(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, str):
        return TEXT + value
    if isinstance(value, dt.date | np.datetime64):
        return plain_date(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        return TEXT + str(value)
    return str(int(number)) if number.is_integer() else repr(number)


def _plain(value: Any) -> Any:
    """Return an argument as JSON has it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | np.number):
        return float(value) if np.isfinite(value) else str(value)
    if isinstance(value, Column):
        return {"column": value.name}
    if isinstance(value, Definition):
        return value.name
    if isinstance(value, IntercurrentEvents):
        return dict(value.strategies)
    if isinstance(value, Flagged | OnOrBefore | LastResponding | Best):
        kind = {Flagged: "flagged", OnOrBefore: "on_or_before", Best: "best"}
        return {kind.get(type(value), "last_responding"): _plain(attrs.asdict(value))}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, dt.date | np.datetime64):
        return plain_date(value)
    if hasattr(value, "compute") and hasattr(value, "criteria"):
        chosen = {**dict(getattr(value, "options", ())), **dict(getattr(value, "bound", ()))}
        measure = getattr(getattr(value, "measure", None), "name", value.stem)
        return {"measure": measure, "by": value.criteria.name, **_plain(chosen)} | {
            "columns": list(value.columns)
        }
    if isinstance(value, Iterable):
        return [_plain(each) for each in value]
    if attrs.has(type(value)):
        return _plain(attrs.asdict(value, recurse=False))
    raise RequestError(
        f"{value!r} cannot be written into a manifest: give words, numbers, columns, definitions, "
        f"lists or dicts of these; tables go into tables=.",
        variable="call",
        values=(value,),
    )
