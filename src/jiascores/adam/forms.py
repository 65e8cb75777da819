"""Definitions for other systems: a REDCap data dictionary, and JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from jiascores.catalogue.exchange import SCHEMA, SUMS, definitions_as_json, terms
from jiascores.core import decimals
from jiascores.core.arguments import as_declared
from jiascores.core.definition import lookup
from jiascores.core.errors import NotCoveredError, require, say
from jiascores.core.measure import Score
from jiascores.core.variables import VARIABLES
from jiascores.measures.states import ANY_COURSE, Bounds, CutoffSet
from jiascores.tables.numbers import one_of

HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
FORM = "jia_visit"
SYSTEMS = {
    "redcap": "a data dictionary",
    "json": "every published definition",
    "schema": "the JSON schema of these",
}


@as_declared
def export(
    system: Literal["redcap", "json", "schema"],
    *,
    scores: Sequence[str] = ("jadas10", "cjadas10"),
    cutoffs: Sequence[str | CutoffSet] = (),
    marker: str = "esr",
) -> str:
    """Return definitions as the text of a file for another system.

    Parameters
    ----------
    system : {"redcap", "json", "schema"}
        ``"redcap"`` gives a data dictionary (CSV), with ranges and units of fields, and scores and
        states as calculated fields. ``"json"`` gives every published definition with its rule, its
        source and how well each figure was checked, the variables with their units, and the
        tolerance of comparisons; the calculator of this site uses this file. ``"schema"`` gives
        the JSON schema of that file.
    scores : list of str
        For REDCap: JADAS10, 27 and 71 and their clinical forms.
    cutoffs : list of str or CutoffSet
        For REDCap: the cut-off sets for the states of these scores. The course of the disease
        becomes a field if a set needs it.
    marker : {"esr", "crp"}
        For REDCap: the acute-phase reactant of scores that use one.

    Returns
    -------
    str
        The text. Write it to a file in UTF-8.

    Raises
    ------
    RequestError
        If the system or the marker is another one.
    NotCoveredError
        If a score is not one of these, or a set has bounds for none of the scores.

    See Also
    --------
    jiascores.definitions : The catalogue as a table.
    jiascores.prepare.from_redcap : Reads what REDCap exports.

    Notes
    -----
    A calculated field is blank if one of its fields is blank. REDCap's ``sum`` and ``min`` ignore
    blanks and would give a score without its ESR, so they are not used. Bounds are compared with a
    tolerance of 0.000000001, so that 3.7 + 0.1 is 3.8. A state is given as its rank, 1 for the
    lowest; the field note has the words. Importing a data dictionary into a project replaces its
    fields, so add these rows to yours.

    Examples
    --------
    >>> import jiascores as jia
    >>> text = jia.adam.export("redcap", scores=["cjadas10"], cutoffs=["consolaro-2014"])
    >>> [line.split(",")[0] for line in text.splitlines()[1:]]
    ['record_id', 'physician_global', 'patient_global', 'active_joints', 'course', 'cjadas10', 'state_cjadas10_consolaro_2014']
    """
    one_of(system, SYSTEMS, "system")
    if system == "json":
        return definitions_as_json()
    if system == "schema":
        return SCHEMA.read_text(encoding="utf-8")
    one_of(marker, {"esr": "scores are with ESR", "crp": "scores are with CRP"}, "marker")
    out = io.StringIO()
    writer: csv.DictWriter[str] = csv.DictWriter(out, HEADER, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(_dictionary(scores, cutoffs, marker))
    return out.getvalue()


# --------------------------------------------------------------------------------------------
# REDCap


def _dictionary(
    scores: Sequence[str], cutoffs: Sequence[str | CutoffSet], marker: str
) -> Iterator[dict[str, str]]:
    """Yield the rows of a data dictionary: recorded fields, then calculated ones."""
    asked = [
        lookup(Score, name, parameter="scores")
        for name in ([scores] if isinstance(scores, str) else scores)
    ]
    require(asked, f"{say('scores')} names no score.", "scores")
    for score in asked:
        if score.name not in SUMS:
            raise NotCoveredError(
                f"{say('scores')} takes {', '.join(SUMS)}, not {score.name}.",
                variable="scores",
                values=(score.name,),
            )
    sets = [lookup(CutoffSet, each, parameter="cutoffs") for each in cutoffs]
    for each in sets:
        if not set(each.measures) & set(scores):
            each.of(scores[0])
    yield _row("record_id", "text", "Record ID")
    inputs = {name: None for score in asked for name in _inputs(score, marker)}
    for name in inputs:
        yield _recorded(name)
    courses = sorted({course for each in sets for course in each.courses} - {ANY_COURSE})
    codes = {course: number for number, course in enumerate(courses, 1)}
    if codes:
        choices = " | ".join(f"{number}, {course}" for course, number in codes.items())
        yield _row("course", "radio", "Course of disease", choices=choices)
    for score in asked:
        note = f"{score.rule}. {score.reference}"
        yield _row(score.name, "calc", score.label, choices=formula(score, marker), note=note)
    for each in sets:
        for score in asked:
            if score.name in each.measures:
                yield _state(each, score, codes)


def _row(
    name: str, kind: str, label: str, *, choices: str = "", note: str = "", **more: str
) -> dict[str, str]:
    return {
        "Variable / Field Name": name,
        "Form Name": FORM,
        "Field Type": kind,
        "Field Label": label,
        "Choices, Calculations, OR Slider Labels": choices,
        "Field Note": note,
        **more,
    }


def _recorded(name: str) -> dict[str, str]:
    variable = VARIABLES[name]
    low, high = (f"{end:g}" if math.isfinite(end) else "" for end in (variable.low, variable.high))
    return _row(
        name,
        "text",
        f"{variable.label[0].upper()}{variable.label[1:]}",
        note=f"Unit: {variable.unit}",
        **{
            "Text Validation Type OR Show Slider Number": "integer" if variable.whole else "number",
            "Text Validation Min": low,
            "Text Validation Max": high,
        },
    )


def _inputs(score: Score, marker: str) -> tuple[str, ...]:
    return (*score.inputs, *((marker,) if score.either else ()))


def formula(score: Score, marker: str) -> str:
    """Return a score as a calculated field, which is blank if one of its fields is."""
    blank = " or ".join(f'[{name}] = ""' for name in _inputs(score, marker))
    return f'if({blank}, "", {" + ".join(_term(each, marker) for each in terms(score))})'


def _term(term: Mapping[str, Any], marker: str) -> str:
    if "either" not in term:
        name, cap = f"[{term['input']}]", term["cap"]
        return name if cap is None else f"if({name} > {cap:g}, {cap:g}, {name})"
    low, high, per = (term["either"][marker][part] for part in ("from", "to", "per"))
    item = f"([{marker}] - {low:g}) / {per:g}"
    most = f"{(high - low) / per:g}"
    return f"if([{marker}] < {low:g}, 0, if([{marker}] > {high:g}, {most}, {item}))"


def _state(cutoffs: CutoffSet, score: Score, codes: Mapping[str, int]) -> dict[str, str]:
    """Return the state of a score as a calculated field, by course if the set has several."""
    of_course = cutoffs.of(score.name)
    (first, *_) = of_course.values()
    if ANY_COURSE in of_course:
        blank, ranks = f'[{score.name}] = ""', _rank(score.name, of_course[ANY_COURSE])
    else:
        blank = f'[{score.name}] = "" or [course] = ""'
        ranks = '""'
        for course, bounds in reversed(of_course.items()):
            ranks = f"if([course] = {codes[course]}, {_rank(score.name, bounds)}, {ranks})"
    words = ", ".join(f"{rank} {word}" for rank, word in enumerate(first.states, 1))
    name = f"state_{score.name}_{cutoffs.name.replace('-', '_')}"
    label = f"State by {score.label}, {cutoffs.name}"
    note = f"{words}. {cutoffs.reference}"
    return _row(name, "calc", label, choices=f'if({blank}, "", {ranks})', note=note)


def _rank(name: str, bounds: Bounds) -> str:
    """Return the rank of a state: of the first upper bound that the score does not exceed."""
    tolerance = f"{decimals.TOLERANCE:.9f}"
    ranks = f"{len(bounds.states)}"
    for rank, (_, bound, inclusive) in reversed([*enumerate(bounds.steps, 1)]):
        limit = f"<= {bound:g} + {tolerance}" if inclusive else f"< {bound:g} - {tolerance}"
        ranks = f"if([{name}] {limit}, {rank}, {ranks})"
    return ranks
