"""What a parameter is called: PARAMCD, PARAM, PARAMN and PARCAT1 of each request."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from jiascores.core.definition import published
from jiascores.core.errors import RequestError, listing, say, suggestion
from jiascores.core.measure import Score
from jiascores.core.variables import VARIABLES
from jiascores.measures.remission import RemissionCriteria
from jiascores.tables.baselines import reference_name
from jiascores.tables.naming import Column
from jiascores.tables.requests import ChaqRequest, Request
from jiascores.tables.table import Table

# The last letter of a code, by the reference visit if that is not the baseline.
REFERENCE_LETTERS = {"last-responding": "L", "best": "T", "end-of-lead-in": "E"}
# DTYPE of what each policy for gaps imputes.
IMPUTED = {"nri": "NRI", "worst-case": "WC", "unchanged": "UNCHANGED"}
CODE = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
# PARAMN of the caller's own codes starts here, above that of every code of the table.
OWN_FROM = 9000
YES_OR_NO = ("N", "Y")
COLUMN = "a column of this data set"


@attrs.frozen
class Parameter:
    """An analysis parameter.

    Parameters
    ----------
    code, label : str
        PARAMCD and PARAM.
    number : int
        PARAMN.
    category : str
        PARCAT1.
    source : Request, ChaqRequest, Column or str
        The request that computes it, the column that holds it, or the recorded variable.
    words : tuple of str
        The words of AVALC, in the order of AVAL.
    improved : Parameter, optional
        The parameter whose improvement from baseline, in per cent, this is.
    timed : bool
        Whether this is the time to an event.
    """

    code: str
    label: str
    number: int
    category: str
    source: Any
    words: tuple[str, ...] = ()
    improved: Parameter | None = None
    timed: bool = False

    @property
    def column(self) -> str:
        """The name that arguments use: the column that `assess` would add, or the variable."""
        return f"{column_of(self.source)}{'_improvement' if self.improved else ''}"

    @property
    def columns(self) -> dict[str, Any]:
        """The variables that are the same in all of its rows."""
        names = ("PARAMCD", "PARAM", "PARAMN", "PARCAT1")
        return dict(zip(names, (self.code, self.label, self.number, self.category), strict=True))

    @property
    def recorded(self) -> bool:
        """Whether it is a variable that was recorded."""
        return isinstance(self.source, str) and self.improved is None

    @property
    def first(self) -> int:
        """AVAL of the first of its words."""
        return 0 if self.words == YES_OR_NO else 1

    @property
    def policy(self) -> str:
        """The policy for gaps."""
        return str(dict(getattr(self.source, "options", ())).get("missing", ""))

    @property
    def against(self) -> Any:
        """The visit that it is judged against."""
        return dict(getattr(self.source, "bound", ())).get("reference", "baseline")

    def needs(self, table: Table) -> Iterator[str]:
        """Return the variables that it reads."""
        if isinstance(self.source, Request):
            return self.source.needs(table)
        return iter([self.source] if isinstance(self.source, str) else [])

    @property
    def definition(self) -> Any:
        """The published definition that it is computed by, or None for what was recorded."""
        if isinstance(self.source, Column):
            return remission_of(self.source.name)
        return getattr(self.source, "criteria", None)

    @property
    def derivation(self) -> str:
        """How it is derived, in words."""
        if self.improved is not None:
            return (
                f"100 * (BASE - AVAL) / BASE of {self.improved.code}, after baseline; empty where "
                f"BASE is 0"
            )
        if self.timed:
            of = attrs.evolve(self, timed=False).derivation
            return f"ADT - STARTDT + 1 in days; ADT is that of the event or of the censoring. {of}"
        definition = self.definition
        if definition is None:
            how = "Taken over" if self.recorded else f"Taken from the column {self.column}"
            return f"{how}, in the canonical unit" if self.recorded else how
        further = []
        if self.against != "baseline":
            further.append(f"judged against {reference_name(self.against)}")
        further += [f"gaps by {self.policy}"] if self.policy not in ("", "interval") else []
        return "; ".join((getattr(definition, "rule", "") or definition.name, *further))

    @property
    def reference(self) -> str:
        """The paper, if there is one."""
        return "" if self.definition is None else str(self.definition.reference)


def column_of(source: Any) -> str:
    """Return the column of a request, a column or a variable."""
    if isinstance(source, str):
        return source
    return source.name if isinstance(source, Column) else str(source.stem)


def remission_of(column: str) -> Any:
    """Return the criteria of a column that `jiascores.remission` added, or None."""
    of = {each.column: each for each in published(RemissionCriteria)}
    return next((of[name] for name in of if column == name or column.startswith(f"{name}_")), None)


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the catalogue."""
    text = (files("jiascores.catalogue") / name).read_text(encoding="utf-8")
    return [*csv.DictReader(text.splitlines())]


@cache
def codes() -> dict[str, tuple[str, str, int]]:
    """Return the code, the category and the number of each column that has a code."""
    return {
        row["column"]: (row["paramcd"], row["parcat"].upper(), number)
        for number, row in enumerate(rows_of("parameters.csv"), 1)
    }


def parameters(
    asked: Sequence[Any], improvement: Collection[str], own: Mapping[str, str], table: Table
) -> list[Parameter]:
    """Return the parameter of each variable, request and column.

    Parameters
    ----------
    asked : list
        Recorded variables, requests and columns.
    improvement : collection of str
        Columns of these whose improvement in per cent is a parameter too.
    own : dict
        The caller's own codes, by column.
    table : Table
        The visits; its reactant is part of the labels of scores that read one.
    """
    made = [_parameter(each, _label(each, table), own) for each in asked]
    of = {each.column: each for each in made if not each.words}
    refuse_unknown("adam.improvement", improvement, of, "a score or variable of this data set")
    for name in improvement:
        label = f"Improvement from baseline (%) of {of[name].label}"
        made.append(_parameter(of[name].source, label, own, improved=of[name]))
    for attribute, name in (("code", "PARAMCD"), ("label", "PARAM")):
        given = [getattr(each, attribute) for each in made]
        twice = sorted({each for each in given if given.count(each) > 1})
        if twice:
            raise RequestError(
                f"two parameters have {name} {twice[0]!r}: give one of them its own code, "
                f"{say('adam.paramcd', {'column': 'CODE'})}, and name the request, name='column'.",
                variable="paramcd",
                values=twice,
            )
    refuse_unknown("adam.paramcd", own, [each.column for each in made], COLUMN)
    return made


def refuse_unknown(
    parameter: str, given: Iterable[str], allowed: Collection[str], what: str
) -> None:
    """Raise if a given name is not allowed.

    Parameters
    ----------
    parameter : str
        The argument that gave the names, after the table of the mapping that holds it.
    given : iterable of str
        The names.
    allowed : collection of str
        The names that are allowed.
    what : str
        What an allowed name is, for the message.
    """
    unknown = sorted(set(given) - set(allowed))
    if unknown:
        there = listing(map(repr, allowed), shown=20) or "none"
        raise RequestError(
            f"{say(parameter)} names {unknown[0]!r}, which is not {what}. There "
            f"{'are' if len(allowed) > 1 else 'is'} {there}.{suggestion(unknown[0], allowed)}",
            variable=parameter.rpartition(".")[2],
            values=unknown,
        )


def refuse_code(code: str, of: str, advice: str) -> None:
    """Raise if there is no code for something, or one that PARAMCD cannot have."""
    if not CODE.fullmatch(code):
        wrong = f"{code!r} is not one" if code else f"{of} has no code of its own"
        raise RequestError(
            f"{wrong}. PARAMCD is at most 8 capital letters and digits, a letter first: give {advice}.",
            variable="paramcd",
            values=(code or of,),
        )


def by_intervals(request: Request) -> Request:
    """Return a request that leaves gaps open; imputed values get rows of their own."""
    if dict(request.options).get("missing") not in IMPUTED:
        return request
    options = tuple((n, "interval" if n == "missing" else v) for n, v in request.options)
    bound = tuple((n, v) for n, v in request.bound if n != "attended")
    return attrs.evolve(request, options=options, bound=bound)


def _parameter(
    source: Any, label: str, own: Mapping[str, str], improved: Parameter | None = None
) -> Parameter:
    made = Parameter(
        "", label[:200], 0, "OTHER", source, () if improved else _words(source), improved
    )
    column, request = made.column, isinstance(source, Request) and not improved
    known, letter = _known(by_intervals(source)) if request else (column, "")
    code, category, number = codes().get(known, ("", "OTHER", 0))
    code, number = f"{code}{letter}" if code else "", number + 200 * bool(letter)
    if column in own:
        code, number = own[column], OWN_FROM + list(own).index(column)
    refuse_code(code, f"the column {column!r}", say("adam.paramcd", {column: "CODE"}))
    return attrs.evolve(made, code=code, number=number, category=category)


def _words(source: Any) -> tuple[str, ...]:
    """Return the words of a verdict, in order; a number has none."""
    if isinstance(source, Column):
        criteria = remission_of(source.name)
        return YES_OR_NO if criteria is None else tuple(criteria.words)
    if not isinstance(source, Request) or source.gives in ("score", "level"):
        return ()
    if source.gives == "flag":
        return YES_OR_NO
    options = {n: v for n, v in source.options if n not in ("missing", "level")}
    return tuple(source.measure.words_of(source.criteria, options))


def _known(request: Request) -> tuple[str, str]:
    """Return the column whose code is used, and the letter for the reference visit."""
    reference = dict(request.bound).get("reference")
    letter = REFERENCE_LETTERS.get(reference, "") if isinstance(reference, str) else ""
    if request.name is not None or not letter:
        return request.stem, ""
    return str(request.measure.column(request.criteria, **dict(request.options))), letter


def _label(source: Any, table: Table) -> str:
    """Return PARAM of a variable, request or column."""
    if isinstance(source, Request):
        return of_request(source, table)
    if isinstance(source, str):
        variable = VARIABLES[source]
        # Transport files are ASCII, and CDISC writes C.
        unit = f" ({variable.unit.removeprefix('°')})" if variable.unit else ""
        return f"{variable.label[0].upper()}{variable.label[1:]}{unit}"
    if isinstance(source, ChaqRequest):
        return f"CHAQ disability index, {source.criteria.name}"
    words = column_of(source).replace("_", " ")
    return f"{words[0].upper()}{words[1:]}"


def of_request(request: Request, table: Table | None) -> str:
    """Return PARAM of a request; a score names the reactant of the table, if one is given."""
    options, by = dict(request.options), request.criteria.name
    if isinstance(request.measure, Score):
        of = f" with {table.marker.upper()}" if request.measure.either and table else ""
        return f"{request.measure.label}{of}"
    what = request.measure.name.replace("_", " ")
    if request.measure.name == "disease_state":
        what = f"disease state by {options['measure']}"
    elif request.measure.name == "acr_ped":
        level = options.get("level")
        what = "ACR Pedi level" if level is None else f"ACR Pedi {level} response"
    elif request.measure.name == "loss_of_response":
        what = f"loss of ACR Pedi {options['level']} response"
        by = getattr(options.get("criteria"), "name", options.get("criteria")) or by
    rule = dict(request.bound).get("reference", "baseline")
    against = "" if rule == "baseline" else f" against {reference_name(rule)}"
    label = f"{what[0].upper()}{what[1:]}, {by}{against}"
    return label if request.name is None else f"{label}: {request.name}"
