"""The pictures of a report: which there are, and a matplotlib figure as SVG."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from jiascores import plot
from jiascores.core.definition import lookup
from jiascores.core.measure import Score
from jiascores.core.variables import COURSES
from jiascores.measures.response import ResponseCriteria
from jiascores.measures.states import ANY_COURSE
from jiascores.plot.base import shown_visit
from jiascores.plot.responses import changes
from jiascores.reporting.blocks import Block, Picture, Section
from jiascores.reporting.cohort import Cohort, Mask, State, is_response, is_score
from jiascores.reporting.memory import trimmed
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, as_mapping
from jiascores.tables.visits import UNSCHEDULED

# Visits side by side that can be read on a sheet of paper, as bars, and as bands or changes; and
# how many visits are drawn at all.
AS_BARS, AS_BANDS = 12, 7
VISITS_DRAWN = 24
# Patients who have a line of their own in the follow-up.
FOLLOWED = 1000
# What the follow-up shows where the table has it; of responses, where none is asked for.
FOLLOW_UP = ("retreatment_code", "acr_ped_level_min", "acr_ped_level_max")


def drawings(cohort: Cohort, treatments: Any, treatment_columns: ColumnNames | None) -> Section:
    """Return the pictures of one report, in their order."""
    given = {"treatments": treatments, "treatment_columns": treatment_columns}
    drawn: list[Block] = [*_over_time(cohort, given), *_by_visit(cohort), *_joints(cohort)]
    if treatments is not None:
        drawn.append(_follow_up(cohort, given))
    return Section("Pictures", drawn or ["Nothing to draw."])


def _picture(
    words: str, draw: Any, cohort: Cohort, table: Callable[[], Any], *given: Any, **named: Any
) -> Picture:
    """Return a picture; its table is made when it is drawn, and then let go of."""

    def drawn() -> Any:
        visits = table()
        trimmed()
        columns = {name: each for name, each in cohort.named.items() if each in visits}
        return draw(visits, *given, columns=columns, **named)

    return Picture(words, drawn)


def _over_time(cohort: Cohort, treatments: Mapping[str, Any]) -> Iterator[Picture]:
    """Yield every score, over the states that it is read by, in one picture for each course."""
    one_child = cohort.patients == 1

    def drawn(words: str, score: str, rows: Mask | None = None, **named: Any) -> Iterator[Picture]:
        output, columns = cohort.scores[score]
        if not np.isnan(output.data if rows is None else output.data[rows]).all():
            # What was missing is written for one child alone.
            table = partial(cohort.table, [output], columns if one_child else (), rows)
            named |= {} if cohort.visits.added else {"by": Column(cohort.visits.name)}
            yield _picture(words, plot.trajectories, cohort, table, Column(score), **named)

    states = [(request, state) for request in cohort.requests if (state := State.of(request))]
    for request, state in states:
        score, cutoffs, course = state.score, state.cutoffs, state.course
        words = f"{_label(score)} of every patient over time, over the states by {cutoffs.name}"
        if course is None or isinstance(course, str):
            named = {"course": None if ANY_COURSE in cutoffs.of(score) else course, **treatments}
            yield from drawn(f"{words}.", score, cutoffs=cutoffs, **named)
            continue
        for course in cutoffs.of(score):
            # Treatments of patients who are not drawn would be refused.
            said, rows = f"{words}: the visits read as {course}.", cohort.in_course(request, course)
            yield from drawn(said, score, rows, cutoffs=cutoffs, course=course)
    banded = {state.score for _, state in states}
    for score in (each.measure.name for each in cohort.requests if is_score(each)):
        if score not in banded:
            yield from drawn(f"{_label(score)} of every patient over time.", score, **treatments)


def _label(score: str) -> str:
    return lookup(Score, score, parameter="measure").label


def _by_visit(cohort: Cohort) -> Iterator[Picture]:
    """Yield states and answers by visit, and the change of the core set."""
    one_child, by = cohort.patients == 1, Column(cohort.visits.name)
    # What became of one child, the scores over their states show already.
    for answer in () if one_child else cohort.answers:
        name, kind, data = answer.name, answer.output.kind, answer.output.data
        draw: Callable[..., Any] = plot.responders
        words, across = f"Responders at each visit: {answer.title}", AS_BARS
        if kind == "state" and answer.output.words != COURSES and (data >= 0).any():
            words, across, draw = (
                f"Patients from state to state: {answer.title}",
                AS_BANDS,
                plot.state_flow,
            )
        elif kind == "flag" and answer.due.all() and not np.isnan(data).all():
            words = f"Yes and no at each visit: {answer.title}"
        elif answer.highest is None:
            continue
        for where, visits in _pieces(cohort, across, joined=draw is plot.state_flow):
            table = partial(cohort.table, answer.outputs, visits=visits)
            yield _picture(words + where, draw, cohort, table, Column(name), by=by)
    responses = [request for request in cohort.requests if is_response(request)]
    # The change is the same by every set of criteria.
    for request in responses[:1]:
        what = "values" if one_child else "medians and quartiles"
        words = (
            f"Change of the core set against the baseline, {what}; the lines are those of "
            f"{request.criteria.name}"
        )
        for where, visits in _pieces(cohort, AS_BANDS):
            yield Picture(words + where, partial(_changes, cohort, visits, request.criteria))


def _changes(cohort: Cohort, visits: range, criteria: ResponseCriteria) -> Any:
    return changes(cohort.read, cohort.at(visits), criteria)


def _pieces(cohort: Cohort, across: int, *, joined: bool = False) -> Iterator[tuple[str, range]]:
    """Yield visits that can be read side by side, and which they are, where there are more."""
    labels = cohort.visits.labels
    for piece in cohort.visits.pieces(across) if labels else ():
        first, after = int(piece[0]), int(piece[-1]) + 1
        if first >= VISITS_DRAWN:
            break
        # Bands begin where those before ended.
        first -= joined and first > 0
        where = ""
        if after - first < len(labels):
            last = after - 1 - (joined and labels[after - 1] == UNSCHEDULED)
            where = f", visits {shown_visit(labels[first])} to {shown_visit(labels[last])}"
        if VISITS_DRAWN <= after < len(labels):
            where += f"; the {len(labels) - after} later ones are not drawn"
        yield f"{where}.", range(first, after)


def _joints(cohort: Cohort) -> Iterator[Picture]:
    """Yield how often each joint is active, at the first and at the last of the visits."""
    labels = cohort.visits.labels
    if cohort.joints is None or not labels:
        return
    for visit in sorted({0, len(labels) - 1}):
        label, rows = shown_visit(labels[visit]), cohort.visits.rows[visit]
        words = f"How often each joint is active at visit {label}, of {len(rows)}."
        yield Picture(words, partial(plot.joint_frequency, cohort.joint_shares(rows)[0]))


def _follow_up(cohort: Cohort, treatments: Mapping[str, Any]) -> Block:
    """Return treatments and responses over each patient's follow-up."""
    words = "Follow-up of every patient who was treated, with treatments and responses."
    given = Frame(to_eager(treatments["treatments"]))
    named = as_mapping(treatments["treatment_columns"], "treatment_columns")
    patient = named.get("patient", "patient")
    treated = len(given.ids(patient)[1]) if patient in given else 0
    if treated > FOLLOWED:
        return f"Not drawn: {words} They are {treated}, and a page has room for {FOLLOWED}."
    responses = [answer for answer in cohort.answers if answer.highest is not None]
    table = partial(cohort.table, (), FOLLOW_UP)
    if responses:
        treatments = {"response": Column(responses[0].name), **treatments}
        table = partial(cohort.table, responses[0].outputs, FOLLOW_UP[:1])
    return _picture(words, plot.swimmer, cohort, table, **treatments)


def svg(draw: Callable[[], Any], number: int) -> str:
    """Draw a picture, and return it as an element of a page; `number` tells its names apart."""
    import matplotlib.pyplot as plt
    from matplotlib.text import Text

    trimmed()
    # The same table must give the same page, whatever style the caller draws in.
    style = {"svg.hashsalt": "jiascores", "svg.fonttype": "path"}
    with plt.style.context(["default", style]):
        figure = draw().get_figure()
        # A dollar in an id is a dollar, and no formula.
        for label in figure.findobj(Text):
            label.set_parse_math(False)
        text = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(text, format="svg", metadata=nothing, bbox_inches="tight", dpi=150)
        plt.close(figure)
    made = text.getvalue()
    made = made[made.index("<svg") :]
    # Pictures that are wider than the page scroll, so that letters of 8 points keep 10 pixels.
    least = r'<svg style="min-width: calc(0.94 * \2)" \1'
    made = re.sub(r'<svg ([^>]*?width="([\d.]+pt)")', least, made, count=1)
    # Names within the page must not meet; those of groups are looked up by nobody.
    made = re.sub(r'<g id="[^"]*"', "<g", made)
    return re.sub(r'( id="|href="#|url\(#)', rf"\g<1>p{number}-", made)
