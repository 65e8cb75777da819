"""Cut-off sets side by side, and how patients move between states."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.definition import lookup, published
from jiascores.core.errors import NotCoveredError, OutOfRangeError, RequestError, shown
from jiascores.core.measure import Score
from jiascores.core.references import Evidence
from jiascores.measures.states import ANY_COURSE, Bounds, CutoffSet
from jiascores.plot.base import (
    NO_VISIT,
    Look,
    axes,
    counted,
    faded,
    in_order,
    inches,
    ink,
    legend_below,
    legend_beside,
    note,
    paper,
    patches,
    plain,
    state_fields,
    table,
    visit_axis,
    write_on,
)
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column
from jiascores.tables.visits import UNSCHEDULED

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@attrs.frozen
class Room:
    """How the sets of `cutoff_sets` lie under each other, in rows."""

    apart: float
    top: float  # of a bar, from its row
    title: float  # of a course, above its first row
    above: float
    below: float
    named_above: bool


# Axes narrower than this many inches have no room for names beside the bars.
NARROW = 5.0
ROOMS = {
    False: Room(1.0, top=-0.34, title=0.72, above=1.0, below=0.65, named_above=False),
    True: Room(1.4, top=-0.2, title=0.95, above=1.25, below=0.9, named_above=True),
}
# How thick a set's bar is, in rows.
THICK = 0.52
# Width of a visit's bar in `state_flow`, and how much of the height lies between its states.
BAR, SPACE = 0.2, 0.03
# The edge of a band from one bar to the next: level at both ends.
_STEPS = np.linspace(0, 1, 17)
UP = _STEPS**2 * (3 - 2 * _STEPS)
ACROSS = BAR / 2 + (1 - BAR) * (1.5 * _STEPS - 1.5 * _STEPS**2 + _STEPS**3)


@as_declared
def cutoff_sets(
    measure: str,
    *,
    score: float | None = None,
    course: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw all published cut-off sets of one score side by side.

    Parameters
    ----------
    measure : str
        Id of the score, for example ``"jadas10"``.
    score : float, optional
        A score to mark: what each set would call it.
    course : str, optional
        The one course to draw; without it, every course.
    ax : matplotlib axes, optional
        Where to draw; without it, a new figure.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    NotCoveredError
        If no set has cut-offs for the score, or for the course.

    See Also
    --------
    jiascores.disease_state : The state that goes with a score.
    jiascores.plot.trajectories : Scores over time on the bands of one set.

    Notes
    -----
    Bars end a little after the highest bound of any set; the highest state goes on to the end of
    the scale. A bound with a dagger is not primary evidence. In axes narrower than five inches
    the names of the sets stand above their bars.

    Examples
    --------
    >>> import jiascores as jia
    >>> ax = jia.plot.cutoff_sets("cjadas10", score=2.6)
    >>> [label.get_text() for label in ax.get_yticklabels()][:2]
    ['consolaro-2014', 'trincianti-2021']
    """
    scale = lookup(Score, measure, parameter="measure")
    if score is not None and not scale.low <= score <= scale.high:
        raise OutOfRangeError(
            f"score = {shown(score)}: {scale.label} is {scale.low:g}–{scale.high:g}.",
            variable="score",
            values=(score,),
        )
    rows = _rows(measure, course)
    courses = np.array([bounds.course for _, bounds in rows])
    most = max(bounds.upper[-1] for _, bounds in rows)
    end = min(scale.high, max(most * 1.18, (score or 0) * 1.05))
    ax = axes(ax, 7.6, 1.5 + 0.44 * len(rows) + 0.35 * len(set(courses)))
    room = ROOMS[inches(ax) < NARROW]
    looks = state_fields(in_order(state for _, bounds in rows for state in bounds.states))
    # A course begins a little below the one before it.
    begins = np.append(True, courses[1:] != courses[:-1])
    places = np.cumsum(room.apart + 0.75 * begins) - room.apart - 0.75
    for place, name in zip(places[begins], courses[begins], strict=True):
        title = "every course" if name == ANY_COURSE else name
        ax.text(0, place - room.title, title, fontsize=10, fontweight="bold", va="center")
    for place, (name, bounds) in zip(places + room.top, rows, strict=True):
        _bar(ax, place, bounds, looks, end)
        _figures(ax, place + THICK, (name, bounds), end)
        if room.named_above:
            ax.text(0, place - 0.08, name, fontsize=9, va="bottom")
    if score is not None:
        ax.axvline(score, color=paper(), linewidth=3.4)
        ax.axvline(score, color=ink(), linewidth=1.6, linestyle=(0, (3, 2)))
        style: Look = {"xycoords": ax.get_xaxis_transform(), "ha": "center", "fontsize": 9}
        note(ax, f"{score:g}", (score, 1.0), (0, 2), fontweight="bold", **style)
    ax.set_yticks(places, ["" if room.named_above else name for name, _ in rows])
    ax.set(xlim=(0, end), ylim=(places[-1] + room.below, places[0] - room.above))
    doubtful = any(_not_primary(name, bounds).any() for name, bounds in rows)
    ax.set_xlabel(scale.label + ("     († not primary evidence)" if doubtful else ""))
    plain(ax)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    legend_below(ax, patches(looks.values()))
    return ax


def _rows(measure: str, course: str | None) -> list[tuple[str, Bounds]]:
    """Return the bounds of every set for a score, with the set's name, course by course."""
    every = [
        (cutoffs.name, bounds)
        for cutoffs in published(CutoffSet)
        if measure in cutoffs.measures
        for bounds in cutoffs.of(measure).values()
    ]
    if not every:
        raise NotCoveredError(
            f"no cut-off set has cut-offs for {measure}.", variable="measure", values=(measure,)
        )
    courses = list(dict.fromkeys(bounds.course for _, bounds in every))
    if course is not None and course not in courses:
        raise NotCoveredError(
            f"course = {shown(course)}: {measure} has cut-offs for {' and '.join(courses)}.",
            variable="course",
            values=(course,),
        )
    chosen = [row for row in every if course in (None, row[1].course)]
    return sorted(chosen, key=lambda row: courses.index(row[1].course))


def _not_primary(name: str, bounds: Bounds) -> NDArray[np.bool_]:
    each = lookup(CutoffSet, name, parameter="cutoffs").evidence_of_bounds(bounds)
    return np.array([evidence != Evidence.PRIMARY for evidence in each])


def _bar(ax: Axes, place: float, bounds: Bounds, looks: Mapping[str, Look], end: float) -> None:
    """Draw the states of one set as a bar."""
    for state, (low, high) in zip(bounds.states, pairwise((0.0, *bounds.upper, end)), strict=True):
        ax.barh(place, high - low, THICK, low, align="edge", **looks[state])


def _figures(ax: Axes, place: float, row: tuple[str, Bounds], end: float) -> None:
    """Write the bounds of one set under its bar."""
    _, bounds = row
    daggers = np.where(_not_primary(*row), "†", "")
    words = [f"{bound:g}{dagger}" for bound, dagger in zip(bounds.upper, daggers, strict=True)]
    # Figures of bounds that lie close together push each other apart.
    where = list(bounds.upper)
    a_letter = 0.075 * end / inches(ax)
    for at in range(1, len(where)):
        room = a_letter * (0.6 + (len(words[at - 1]) + len(words[at])) / 2)
        short = max(0.0, room - (where[at] - where[at - 1]))
        where[at - 1] -= short / 2
        where[at] += short / 2
    box = {"boxstyle": "square,pad=0.05", "fc": paper(), "ec": "none"}
    style: Look = {"ha": "center", "va": "top", "fontsize": 8.5, "bbox": box}
    for x, word in zip(where, words, strict=True):
        note(ax, word, (x, place), (0, -1.5), zorder=3, **style)


@as_declared
def state_flow(
    visits: Any,
    state: Column,
    *,
    by: Column | None = None,
    columns: ColumnNames | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how patients move between states from visit to visit.

    Parameters
    ----------
    visits : data frame
        One row for each patient and visit, for example of `jiascores.assess`.
    state : Column
        The column with the state.
    by : Column, optional
        The column with the visit, by default ``nominal_visit``. Rows without one are not drawn.
    columns : dict, optional
        Your own column names: ``{"patient": …}``.
    ax : matplotlib axes, optional
        Where to draw; without it, a new figure.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    VisitError
        If a patient has two rows at a visit.

    See Also
    --------
    jiascores.plot.state_bars : Each visit by itself.
    jiascores.analysis.transitions : The numbers behind it.

    Notes
    -----
    Every patient is in every bar: a state that is missing is ``not determinable``, and a patient
    without a row at a visit is in ``no visit``. Bands have the colour of the state that they leave.
    Unscheduled visits lie between others at a time of each patient's own, so they are left out; the
    title says how many.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": list("ABAB"), "week": [0, 0, 8, 8],
    ...                        "state": ["high", "high", "low", None]})
    >>> ax = jia.plot.state_flow(visits, jia.column("state"), by=jia.column("week"))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['not determinable', 'high', 'low']
    """
    read = table(visits, columns)
    words = read.words(state)
    planned = read.without(words, [UNSCHEDULED], by)
    unscheduled = int((planned.codes != words.codes).sum())
    found = read.at_visits(planned, by)
    kinds, moves = found.moves(NO_VISIT, read.patients[0])
    if not len(moves):
        raise RequestError("no row has a patient.", variable="patient")
    groups = found.visits
    ax = axes(ax, float(np.clip(2.6 + 1.35 * len(groups), 5.2, 13.0)), 4.6)
    looks = state_fields(in_order(kinds[kind] for kind in np.unique(moves)))
    order = [*looks]
    ranks = [order.index(kind) if kind in looks else 0 for kind in kinds]
    _flow(ax, np.array(ranks, dtype=np.int16)[moves], looks)
    visit_axis(ax, groups, by)
    title = counted(len(moves), "patient")
    if unscheduled:
        title += f"; {counted(unscheduled, 'unscheduled visit')} left out"
    ax.set_title(title, fontsize=10, loc="left")
    ax.set(xlim=(-0.3, len(groups) - 0.7), yticks=[])
    ax.set_axisbelow(True)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    legend_beside(ax, patches(looks.values())[::-1])
    return ax


def _flow(ax: Axes, moves: NDArray[np.int16], looks: Mapping[str, Look]) -> None:
    """Draw a bar for each visit, the mildest state at the foot, and bands between the bars."""
    patients, visits = moves.shape
    space = SPACE * patients
    counts = np.array([np.bincount(here, minlength=len(looks)) for here in moves.T]).T
    feet = counts.cumsum(axis=0) - counts + space * np.arange(len(looks))[:, None]
    written = 0.035 * patients if inches(ax) / visits >= 0.6 else np.inf
    for visit, (place, word) in product(range(visits), enumerate(looks)):
        count, foot = counts[place, visit], feet[place, visit]
        if count:
            gid = f"{visit} {word}: {count}"
            ax.bar(visit, count, BAR, foot, zorder=3, gid=gid, **looks[word])
        if count >= written:
            write_on(ax, visit, foot + count / 2, f"{count}", looks[word])
    for here, _ in pairwise(range(visits)):
        _bands(ax, here, moves, feet, looks)
    ax.set_ylim(-space / 2, patients + space * len(looks))


def _bands(
    ax: Axes,
    here: int,
    moves: NDArray[np.int16],
    feet: NDArray[np.float64],
    looks: Mapping[str, Look],
) -> None:
    """Draw who moves from which state to which, from one visit to the next."""
    order, size = list(looks), len(looks)
    steps = moves[:, here].astype(np.int64) * size + moves[:, here + 1]
    counts = np.bincount(steps, minlength=size * size).reshape(size, size)
    # Bands leave a state in the order in which they lie at the next visit, and enter it so too.
    leaving = counts.cumsum(axis=1) - counts + feet[:, [here]]
    entering = counts.cumsum(axis=0) - counts + feet[:, here + 1]
    style: Look = {"edgecolor": faded(0.55), "linewidth": 0.3, "alpha": 0.6, "zorder": 2}
    for start, end in product(range(size), range(size)):
        count = counts[start, end]
        if count:
            low, high = leaving[start, end], entering[start, end]
            edge = low + (high - low) * UP
            x, y = here + ACROSS, np.append(edge, (edge + count)[::-1])
            gid = f"{here} {order[start]} to {order[end]}: {count}"
            colour = looks[order[start]]["facecolor"]
            ax.fill(np.append(x, x[::-1]), y, facecolor=colour, gid=gid, **style)
