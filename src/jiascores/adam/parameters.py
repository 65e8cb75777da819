"""What a parameter is called: PARAMCD, PARAM, PARAMN and PARCAT1 of each request."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import attrs

from jiascores.core.errors import RequestError
from jiascores.core.measure import Score
from jiascores.core.variables import VARIABLES
from jiascores.tables.requests import Request

# By which visit a verdict is judged, where that is not the baseline: the last letter of its code.
REFERENCE_LETTERS = {"last-responding": "L", "best": "T", "end-of-lead-in": "E"}
# How what a policy made of a gap is called. Only WC is in the CDISC codelist.
IMPUTED = {"nri": "NRI", "worst-case": "WC", "unchanged": "UNCHANGED"}
CODE = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
# The numbers of codes that the caller gave come after all of the table.
OWN_FROM = 9000


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
    request : Request, optional
        What it is computed by; None for what was recorded.
    words : tuple of str
        The words that AVALC may be, in order of AVAL.
    variable : str
        The variable that was recorded, where nothing was computed.
    """

    code: str
    label: str
    number: int
    category: str
    request: Request | None = None
    words: tuple[str, ...] = ()
    variable: str = ""

    @property
    def derivation(self) -> str:
        """How it is derived, in words, with its source."""
        if self.request is None:
            return "As recorded, in the canonical unit."
        definition = self.request.criteria
        return f"{definition.rule}. Source: {definition.reference}."


@cache
def codes() -> dict[str, tuple[str, str, int]]:
    """Return the code, the category and the number of each column that has a code."""
    text = (files("jiascores.catalogue") / "parameters.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["column"]: (row["paramcd"], row["parcat"].upper(), number)
        for number, row in enumerate(rows, 1)
    }


def parameters(
    requests: Sequence[Request], variables: Sequence[str], own: Mapping[str, str], marker: str
) -> list[Parameter]:
    """Return the parameter of each variable and of each request.

    Parameters
    ----------
    requests, variables : list
        What is computed, and what was recorded.
    own : dict
        Codes that the caller chose, by column.
    marker : str
        The acute-phase reactant, for the names of scores that read one.
    """
    made = [_parameter(name, _of_variable(name), None, own) for name in variables]
    made += [_parameter(each.stem, of_request(each, marker), each, own) for each in requests]
    for attribute, name in (("code", "PARAMCD"), ("label", "PARAM")):
        given = [getattr(each, attribute) for each in made]
        twice = sorted({each for each in given if given.count(each) > 1})
        if twice:
            raise RequestError(
                f"two parameters have {name} {twice[0]!r}: give one of them its own code, "
                f"paramcd={{'column': 'CODE'}}, and name the request, name='column'.",
                variable="paramcd",
                values=twice,
            )
    unused = sorted(set(own) - {*variables, *(each.stem for each in requests)})
    if unused:
        raise RequestError(
            f"paramcd= names {unused[0]!r}, which is no column of this data set.",
            variable="paramcd",
            values=unused,
        )
    return made


def by_intervals(request: Request) -> Request:
    """Return a request without a policy that fills gaps: what it fills is a row with DTYPE."""
    if dict(request.options).get("missing") not in IMPUTED:
        return request
    options = tuple((n, "interval" if n == "missing" else v) for n, v in request.options)
    bound = tuple((n, v) for n, v in request.bound if n != "attended")
    return attrs.evolve(request, options=options, bound=bound)


def _parameter(
    column: str, label: str, request: Request | None, own: Mapping[str, str]
) -> Parameter:
    known = column if request is None else _known(by_intervals(request))
    code, category, number = codes().get(known, ("", "OTHER", 0))
    letter = _letter(request)
    code, number = f"{code}{letter}" if code else "", number + 200 * bool(letter)
    if column in own:
        code, number = own[column], OWN_FROM + list(own).index(column)
    if not code or not CODE.fullmatch(code):
        words = f"PARAMCD {code!r} is not" if code else f"the column {column!r} has no code:"
        raise RequestError(
            f"{words} a code of at most 8 capital letters and digits that begins with a letter. "
            f"Give one: paramcd={{{column!r}: 'CODE'}}.",
            variable="paramcd",
            values=(column,),
        )
    ranks: tuple[str, ...] = ()
    if request is not None and not isinstance(request.measure, Score):
        ranks = ("N", "Y") if request.gives == "flag" else ()
        if request.gives == "word":
            options = {n: v for n, v in request.options if n not in ("missing", "level")}
            ranks = request.measure.words_of(request.criteria, options)
    variable = column if request is None else ""
    return Parameter(code, label[:200], number, category, request, tuple(ranks), variable)


def _known(request: Request) -> str:
    """Return the column whose code it is: that against the baseline."""
    if not _letter(request):
        return request.stem
    return str(request.measure.column(request.criteria, **dict(request.options)))


def _letter(request: Request | None) -> str:
    if request is None or request.name is not None:
        return ""
    return REFERENCE_LETTERS.get(str(dict(request.bound).get("reference")), "")


def _of_variable(name: str) -> str:
    variable = VARIABLES[name]
    unit = f" ({variable.unit})" if variable.unit else ""
    return f"{variable.label[0].upper()}{variable.label[1:]}{unit}"


def of_request(request: Request, marker: str) -> str:
    """Return PARAM of what is computed."""
    options, by = dict(request.options), request.criteria.name
    if isinstance(request.measure, Score):
        of = f" with {marker.upper()}" if request.measure.either else ""
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
    against = "" if rule == "baseline" else f" against {rule}"
    label = f"{what[0].upper()}{what[1:]}, {by}{against}"
    return label if request.name is None else f"{label}: {request.name}"
