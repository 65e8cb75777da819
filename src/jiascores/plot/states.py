"""Cut-off sets side by side, and how patients move between states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from jiascores.core.definition import lookup, published
from jiascores.core.errors import (
    NotCoveredError,
    OutOfRangeError,
    RequestError,
    VisitError,
    listing,
)
from jiascores.core.measure import Score
from jiascores.core.references import Evidence
from jiascores.measures.states import ANY_COURSE, Bounds, CutoffSet
from jiascores.plot.base import (
    NO_VISIT,
    STATE_HATCHES,
    axes,
    edge_of,
    faded,
    in_order,
    in_words,
    inches,
    ink,
    legend_below,
    legend_beside,
    letters_on,
    paper,
    places,
    plain,
    shown_visit,
    state_colours,
    table,
)
from jiascores.tables.table import Column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Axes narrower than this many inches have no room for names beside the bars.
NARROW = 5.0
# How thick a set's bar is, in rows.
THICK = 0.52


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
    of = lookup(Score, measure, parameter="measure")
    sets = [one for one in published(CutoffSet) if measure in one.measures]
    if not sets:
        raise NotCoveredError(
            f"no cut-off set has cut-offs for {measure}.", variable="measure", values=(measure,)
        )
    if score is not None and not of.low <= score <= of.high:
        raise OutOfRangeError(
            f"score = {score!r}: {of.label} is {of.low:g}–{of.high:g}.",
            variable="score",
            values=(score,),
        )
    courses = list(dict.fromkeys(one for each in sets for one in each.of(measure)))
    if course is not None:
        if course not in courses:
            raise NotCoveredError(
                f"course = {course!r}: {measure} has cut-offs for {' and '.join(courses)}.",
                variable="course",
                values=(course,),
            )
        courses = [course]
    rows = [
        (one.name, each, one.of(measure)[each])
        for each in courses
        for one in sets
        if each in one.of(measure)
    ]
    most = max(bound for _, _, bounds in rows for bound in bounds.upper)
    end = min(of.high, max(most * 1.18, (score or 0) * 1.05))
    ax = axes(ax, 7.6, 1.5 + 0.44 * len(rows) + 0.35 * len(courses))
    narrow = inches(ax).width < NARROW
    colours = state_colours(in_order(state for _, _, bounds in rows for state in bounds.states))
    # How far rows are apart, and where a bar begins.
    apart, top = (1.4, -0.2) if narrow else (1.0, -0.34)
    places: list[float] = []
    place, last = 0.0, courses[0]
    for name, each, bounds in rows:
        if places:
            place += apart + (0.75 if each != last else 0.0)
        if each != last or not places:
            title = "every course" if each == ANY_COURSE else each
            ax.text(
                0,
                place - (0.95 if narrow else 0.72),
                title,
                fontsize=10,
                fontweight="bold",
                va="center",
            )
        last = each
        places.append(place)
        if narrow:
            ax.text(0, place + top - 0.08, name, fontsize=9, va="bottom")
        _row(ax, place + top, bounds, colours, end)
    doubtful = any(
        evidence is not Evidence.PRIMARY
        for _, _, bounds in rows
        for evidence in bounds.evidence_of_bounds
    )
    if score is not None:
        ax.axvline(score, color=paper(), linewidth=3.4)
        ax.axvline(score, color=ink(), linewidth=1.6, linestyle=(0, (3, 2)))
        ax.annotate(
            f"{score:g}",
            (score, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=9,
            fontweight="bold",
        )
    ax.set_yticks(places, ["" if narrow else name for name, _, _ in rows])
    ax.set(
        xlim=(0, end),
        ylim=(places[-1] + (0.9 if narrow else 0.65), places[0] - (1.25 if narrow else 1.0)),
    )
    ax.set_xlabel(of.label + ("     († not primary evidence)" if doubtful else ""))
    plain(ax)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    legend_below(ax, _patches(colours), labelled=True)
    return ax


def _row(
    ax: Axes,
    place: float,
    bounds: Bounds,
    colours: Mapping[str, str],
    end: float,
) -> None:
    """Draw one set's states as a bar, and its bounds in figures below."""
    edges = (0.0, *bounds.upper, end)
    for state, low, high in zip(bounds.states, edges[:-1], edges[1:], strict=True):
        ax.barh(
            place,
            high - low,
            left=low,
            height=THICK,
            align="edge",
            color=colours[state],
            hatch=STATE_HATCHES.get(state),
            edgecolor=edge_of(state),
            linewidth=0.6,
            label=state,
        )
    words = [
        f"{bound:g}{'' if evidence is Evidence.PRIMARY else '†'}"
        for bound, evidence in zip(bounds.upper, bounds.evidence_of_bounds, strict=True)
    ]
    # Figures of bounds that lie close together push each other apart.
    where = list(bounds.upper)
    a_letter = 0.075 * end / inches(ax).width
    for at in range(1, len(where)):
        room = a_letter * (0.6 + (len(words[at - 1]) + len(words[at])) / 2)
        short = room - (where[at] - where[at - 1])
        if short > 0:
            where[at - 1] -= short / 2
            where[at] += short / 2
    for x, word in zip(where, words, strict=True):
        ax.annotate(
            word,
            (x, place + THICK),
            xytext=(0, -1.5),
            textcoords="offset points",
            ha="center",
            va="top",
            fontsize=8.5,
            bbox={"boxstyle": "square,pad=0.05", "fc": paper(), "ec": "none"},
            zorder=3,
        )


def _patches(colours: Mapping[str, str]) -> list[Any]:
    from matplotlib.patches import Patch

    return [
        Patch(
            facecolor=colour,
            hatch=STATE_HATCHES.get(word) or None,
            edgecolor=edge_of(word),
            label=in_words(word),
        )
        for word, colour in colours.items()
    ]


# Width of a visit's bar in `state_flow`, and how much of the height lies between its states.
BAR = 0.2
SPACE = 0.03


def state_flow(
    visits: Any,
    state: Column,
    *,
    by: Column | None = None,
    columns: Mapping[str, str] | None = None,
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
        What is called otherwise: ``{"patient": …}``.
    ax : matplotlib axes, optional
        Where to draw; without it, a new figure.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    VisitError
        If a patient has two rows at a visit.

    Notes
    -----
    Every patient is in every bar: a state that is missing is ``not determinable``, and a patient
    without a row at a visit is in ``no visit``. Bands have the colour of the state that they leave.

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
    groups, place = places(read.objects(by or Column("nominal_visit")))
    codes, labels = read.patients
    if not groups or not len(labels):
        raise RequestError("no row has a visit.", variable="by")
    here, word = places(read.words(state)[place >= 0])
    codes, place = codes[place >= 0], place[place >= 0]
    codes, place, word = (each[codes >= 0] for each in (codes, place, word))
    at = np.full((len(labels), len(groups)), len(here))
    at[codes, place] = word
    if (at < len(here)).sum() < word.size:
        cells = codes * len(groups) + place
        again = np.delete(np.arange(cells.size), np.unique(cells, return_index=True)[1])
        twice = [str(labels[code]) for code in codes[again].tolist()]
        raise VisitError(
            f"patient {listing(sorted(set(twice)))} has two rows at a visit; each counts once.",
            variable="patient",
            values=twice,
        )
    kept, at = np.unique(at[(at < len(here)).any(axis=1)], return_inverse=True)
    at = at.reshape(-1, len(groups))
    words = [(*here, NO_VISIT)[number] for number in kept.tolist()]
    ax = axes(ax, float(np.clip(2.6 + 1.35 * len(groups), 5.2, 13.0)), 4.6)
    _flow(ax, at, words)
    ax.set_xticks(range(len(groups)), [shown_visit(group) for group in groups])
    ax.set_xlabel((by or Column("visit")).name.replace("_", " "))
    ax.set_title(f"{len(at)} patient{'s' if len(at) > 1 else ''}", fontsize=10, loc="left")
    ax.set(xlim=(-0.3, len(groups) - 0.7), yticks=[])
    plain(ax)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    legend_beside(ax, _patches(state_colours(words))[::-1])
    return ax


def _flow(ax: Axes, at: Any, words: list[str]) -> None:
    """Draw a bar for each visit, the mildest state at the foot, and bands between the bars."""
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path

    patients, visits = at.shape
    space = SPACE * patients
    room = inches(ax).width / visits
    colours = state_colours(words)
    counts = np.array([np.bincount(at[:, visit], minlength=len(words)) for visit in range(visits)])
    feet = np.cumsum(counts, axis=1) - counts + space * np.arange(len(words))
    for visit in range(visits):
        for number, word in enumerate(words):
            count = int(counts[visit, number])
            if not count:
                continue
            foot = feet[visit, number]
            ax.add_patch(
                Rectangle(
                    (visit - BAR / 2, foot),
                    BAR,
                    count,
                    facecolor=colours[word],
                    hatch=STATE_HATCHES.get(word) or None,
                    edgecolor=edge_of(word),
                    linewidth=0.7,
                    zorder=3,
                    gid=f"{visit} {word}: {count}",
                )
            )
            if count >= 0.035 * patients and room >= 0.6:
                ax.text(
                    visit,
                    foot + count / 2,
                    f"{count}",
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color=letters_on(colours[word]),
                    bbox={"boxstyle": "round,pad=0.1", "fc": colours[word], "ec": "none"}
                    if STATE_HATCHES.get(word)
                    else None,
                    zorder=4,
                )
        if visit + 1 == visits:
            break
        leaving, entering = feet[visit].astype(float), feet[visit + 1].astype(float)
        x0, x1 = visit + BAR / 2, visit + 1 - BAR / 2
        middle = (x0 + x1) / 2
        moves = np.bincount(at[:, visit] * len(words) + at[:, visit + 1], minlength=len(words) ** 2)
        for start, word in enumerate(words):
            for end in range(len(words)):
                count = int(moves[start * len(words) + end])
                if not count:
                    continue
                low, then = leaving[start], entering[end]
                leaving[start] += count
                entering[end] += count
                points = [
                    (x0, low), (middle, low), (middle, then), (x1, then),
                    (x1, then + count), (middle, then + count), (middle, low + count),
                    (x0, low + count), (x0, low),
                ]  # fmt: skip
                steps = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]
                ax.add_patch(
                    PathPatch(
                        Path(points, [*steps, Path.CLOSEPOLY]),
                        facecolor=colours[word],
                        edgecolor=faded(0.55),
                        linewidth=0.3,
                        alpha=0.6,
                        zorder=2,
                        gid=f"{visit} {word} to {words[end]}: {count}",
                    )
                )
    ax.set_ylim(-space / 2, patients + space * len(words))
