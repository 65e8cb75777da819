"""The pictures of a report: which there are, and a matplotlib figure as SVG."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import narwhals as nw

from jiascores import plot
from jiascores.measures.states import ANY_COURSE, COURSES
from jiascores.plot.base import shown_visit
from jiascores.reporting.cohort import Cohort
from jiascores.reporting.sections import Picture, Section
from jiascores.tables.ask import AcrPedRequest, ScoreRequest, StateRequest
from jiascores.tables.columns import Column

# Visits side by side that can be read on a sheet of paper, as bars, and as bands or changes; and
# how many visits are drawn at all.
AS_BARS, AS_BANDS = 12, 7
VISITS_DRAWN = 24


def pictures(
    cohort: Cohort, treatments: Any, treatment_columns: Mapping[str, str] | None
) -> Section:
    """Return the pictures of one report, in their order."""
    given = {"treatments": treatments, "treatment_columns": treatment_columns}
    drawn = [*_over_time(cohort, given), *_by_visit(cohort), *_joints(cohort)]
    if treatments is not None:
        stems = [answer.name for answer in cohort.answers if answer.highest is not None]
        response = Column(stems[0]) if stems else None
        words = "Follow-up of every patient who was treated, with treatments and responses."
        drawn.append(_picture(words, plot.swimmer, cohort, response=response, **given))
    return Section("Pictures", drawn or ["Nothing to draw."])


def _picture(
    caption: str, draw: Callable[..., Any], cohort: Cohort, *given: Any, **named: Any
) -> Picture:
    """Return the request of a picture of the whole table."""
    columns = cohort.arguments["columns"]
    return Picture(caption, lambda: draw(cohort.assessed, *given, columns=columns, **named))


def _over_time(cohort: Cohort, treatments: Mapping[str, Any]) -> Iterator[Picture]:
    """Yield every score, over the states that it is read by, in one picture for each course."""
    columns, whole = cohort.arguments["columns"], cohort.assessed

    def picture(words: str, drawn: Any, score: str, **named: Any) -> Iterator[Picture]:
        if not _empty(drawn, score):
            draw = partial(plot.trajectories, drawn, Column(score), columns=columns, **named)
            yield Picture(words, draw)

    banded = [request for request in cohort.requests if isinstance(request, StateRequest)]
    for request in banded:
        score, cutoffs, course = request.measure, request.cutoffs, request.course
        words = f"{score} of every patient over time, over the states by {cutoffs.name}"
        if course is None or isinstance(course, str):
            course = None if ANY_COURSE in cutoffs.of(score) else course
            named = {"cutoffs": cutoffs, "course": course, **treatments}
            yield from picture(f"{words}.", whole, score, **named)
            continue
        for course in cutoffs.of(score):
            rows = cohort.in_course(request, course)
            if rows is not None:
                # Treatments of patients who are not drawn would be refused.
                said = f"{words}: the visits read as {course}."
                yield from picture(said, rows, score, cutoffs=cutoffs, course=course)
    drawn = {request.measure for request in banded}
    for request in cohort.requests:
        if isinstance(request, ScoreRequest) and request.measure not in drawn:
            words = f"{request.measure} of every patient over time."
            yield from picture(words, whole, request.measure, **treatments)


def _by_visit(cohort: Cohort) -> Iterator[Picture]:
    """Yield states and answers by visit, and the change of the core set."""
    one_child = cohort.patients == 1
    # What became of one child, the scores over their states show already.
    for answer in () if one_child else cohort.answers:
        name, kind = answer.name, answer.output.kind
        if answer.highest is not None:
            words = f"Responders at each visit: {name}"
            yield from _pieces(words, AS_BARS, plot.responders, cohort, Column(name))
        elif kind == "state" and answer.output.words != COURSES:
            if not _empty(cohort.assessed, name):
                words = f"Patients from state to state: {name}"
                yield from _pieces(words, AS_BANDS, plot.state_flow, cohort, Column(name))
        elif kind == "flag" and answer.due.all() and not _empty(cohort.assessed, name):
            words = f"Yes and no at each visit: {name}"
            yield from _pieces(words, AS_BARS, plot.responders, cohort, Column(name))
    responses = [one for one in cohort.requests if isinstance(one, AcrPedRequest)]
    # The change is the same by every set of criteria.
    for request in responses[:1]:
        what = "values" if one_child else "medians and quartiles"
        words = (
            f"Change of the core set against the baseline, {what}; the lines are those of "
            f"{request.criteria.name}"
        )
        rules = {name: cohort.arguments[name] for name in ("units", "baseline", "marker")}
        yield from _pieces(
            words,
            AS_BANDS,
            plot.response_matrix,
            cohort,
            criteria=request.criteria,
            invalid="missing",
            **rules,
        )


def _pieces(
    words: str, across: int, draw: Callable[..., Any], cohort: Cohort, *given: Any, **named: Any
) -> Iterator[Picture]:
    """Yield a picture by visit, or several where there are more visits than can be read."""
    by, size = cohort.visits, len(cohort.visits.labels)
    for piece in by.pieces(across) if size else ():
        first, last = int(piece[0]), int(piece[-1])
        if first >= VISITS_DRAWN:
            break
        # Bands begin where those before ended.
        first -= draw is plot.state_flow and first > 0
        where = ""
        if last + 1 - first < size:
            where = f", visits {shown_visit(by.labels[first])} to {shown_visit(by.labels[last])}"
        if VISITS_DRAWN <= last + 1 < size:
            where += f"; the {size - last - 1} later ones are not drawn"
        part = cohort.at(range(first, last + 1))
        columns = cohort.arguments["columns"]
        made = partial(draw, part, *given, by=Column(by.name), columns=columns, **named)
        yield Picture(f"{words}{where}.", made)


def _joints(cohort: Cohort) -> Iterator[Picture]:
    """Yield how often each joint is active, at the first and at the last of the visits."""
    labels = cohort.visits.labels
    if cohort.joints is None or not labels:
        return
    for visit in sorted({0, len(labels) - 1}):
        of = f"{shown_visit(labels[visit])}, of {len(cohort.visits.rows[visit])}"
        words = f"How often each joint is active at visit {of}."
        yield Picture(words, partial(plot.joint_frequency, cohort.joint_shares(visit)))


def _empty(native: Any, column: str) -> bool:
    """Return whether a column has nothing to draw."""
    return bool(nw.from_native(native, eager_only=True)[column].is_null().all())


def svg(draw: Callable[[], Any], number: int) -> str:
    """Draw a picture, and return it as an element of a page; `number` tells its names apart."""
    import matplotlib.pyplot as plt
    from matplotlib.text import Text

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
    # Small screens scroll it rather than make its letters too small.
    width = float(made.partition('width="')[2].partition("pt")[0])
    made = made.replace("<svg", f'<svg style="min-width:{0.7 * width:.0f}pt"', 1)
    # Names within the page must not meet; those of groups are looked up by nobody.
    made = re.sub(r'<g id="[^"]*"', "<g", made)
    return re.sub(r'( id="|href="#|url\(#)', rf"\g<1>p{number}-", made)
