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
from jiascores.measures.states import ANY_COURSE, CutoffSet
from jiascores.plot.base import (
    INK,
    NO_VISIT,
    NOT_DETERMINABLE,
    QUIET,
    STATE_HATCHES,
    axes,
    dark,
    in_order,
    in_words,
    legend_beside,
    plain,
    shown_visit,
    state_colours,
    table,
)
from jiascores.tables.columns import Column
from jiascores.tables.visits import codes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def cutoff_sets(measure: str, *, score: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw all published cut-off sets of one score side by side, for every course.

    Parameters
    ----------
    measure : str
        Id of the score, for example ``"jadas10"``.
    score : float, optional
        A score to mark: what each set would call it.
    ax : matplotlib axes, optional
        Where to draw; without it, a new figure.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    NotCoveredError
        If no set has cut-offs for the score.

    Notes
    -----
    Bars end a little after the highest bound of any set; the highest state goes on to the end of
    the scale. A bound with a dagger is not primary evidence.

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
    courses = list(dict.fromkeys(course for one in sets for course in one.of(measure)))
    rows = [
        (one.name, course, one.of(measure)[course])
        for course in courses
        for one in sets
        if course in one.of(measure)
    ]
    most = max(bound for _, _, bounds in rows for bound in bounds.upper)
    end = min(of.high, max(most * 1.18, (score or 0) * 1.05))
    ax = axes(ax, 9.0, 1.6 + 0.42 * len(rows) + 0.3 * len(courses))
    words = in_order(state for _, _, bounds in rows for state in bounds.states)
    colours = state_colours(words)
    places, doubtful, place = [], False, -1.0
    last = ""
    for _, course, bounds in rows:
        place += 1.0 if course == last else 1.8
        if course != last:
            title = "every course" if course == ANY_COURSE else course
            ax.text(0, place - 0.62, title, fontsize=10, fontweight="bold", va="center")
        last = course
        places.append(place)
        edges = (0.0, *bounds.upper, end)
        for state, low, high in zip(bounds.states, edges[:-1], edges[1:], strict=True):
            ax.barh(
                place,
                high - low,
                left=low,
                height=0.72,
                color=colours[state],
                hatch=STATE_HATCHES.get(state),
                edgecolor=INK,
                linewidth=0.6,
                label=state,
            )
        checked = bounds.evidence_of_bounds
        for bound, evidence in zip(bounds.upper, checked, strict=True):
            dagger = "" if evidence is Evidence.PRIMARY else "†"
            doubtful = doubtful or bool(dagger)
            state = bounds.states[bounds.upper.index(bound) + 1]
            ax.annotate(
                f"{bound:g}{dagger}",
                (bound, place),
                xytext=(3, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
                color="white" if dark(colours[state]) else INK,
                bbox={"boxstyle": "square,pad=0.1", "fc": colours[state], "ec": "none"}
                if STATE_HATCHES.get(state)
                else None,
            )
    if score is not None:
        ax.axvline(score, color="white", linewidth=3.4)
        ax.axvline(score, color=INK, linewidth=1.6, linestyle=(0, (3, 2)))
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
    ax.set_yticks(places, [name for name, _, _ in rows])
    ax.set(xlim=(0, end), ylim=(places[-1] + 0.7, places[0] - 1.0))
    ax.set_xlabel(of.label + ("     († not primary evidence)" if doubtful else ""))
    plain(ax)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    from matplotlib.patches import Patch

    legend_beside(
        ax,
        [
            Patch(
                facecolor=colours[word],
                hatch=STATE_HATCHES.get(word),
                edgecolor=QUIET,
                label=in_words(word),
            )
            for word in words
        ],
    )
    return ax


# Width of a visit's bar, and how much of the height lies between its states.
BAR = 0.16
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
    place = read.objects(by or Column("nominal_visit"))
    found = read.objects(state)
    patient = read.columns.get("patient", "patient")
    codes, labels = codes_of(read.frame, read.name(Column(patient)))
    groups = in_order(one for one in place if one is not None)
    if not groups or not len(labels):
        raise RequestError("no row has a visit.", variable="by")
    given = [NOT_DETERMINABLE if one is None else str(one) for one in found]
    here = in_order(one for one, visit in zip(given, place, strict=True) if visit is not None)
    words = [*here, NO_VISIT]
    at = np.full((len(labels), len(groups)), words.index(NO_VISIT))
    position = {group: number for number, group in enumerate(groups)}
    twice = []
    for row, visit in enumerate(place):
        if visit is None or codes[row] < 0:
            continue
        cell = (codes[row], position[visit])
        if words[at[cell]] != NO_VISIT:
            twice.append(str(labels[codes[row]]))
        at[cell] = words.index(given[row])
    if twice:
        raise VisitError(
            f"patient {listing(sorted(set(twice)))} has two rows at a visit; each counts once.",
            variable="patient",
            values=twice,
        )
    at = at[(at != words.index(NO_VISIT)).any(axis=1)]
    words = [word for number, word in enumerate(words) if (at == number).any()]
    kept = {(*here, NO_VISIT).index(word): number for number, word in enumerate(words)}
    at = np.vectorize(kept.__getitem__)(at)
    ax = axes(ax, max(5.2, 2.6 + 1.35 * len(groups)), 4.6)
    _flow(ax, at, words)
    ax.set_xticks(range(len(groups)), [shown_visit(group) for group in groups])
    ax.set_xlabel((by or Column("visit")).name.replace("_", " "))
    ax.set_title(f"{len(at)} patient{'s' if len(at) > 1 else ''}", fontsize=10, loc="left")
    ax.set(xlim=(-0.3, len(groups) - 0.7), yticks=[])
    plain(ax)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    from matplotlib.patches import Patch

    colours = state_colours(words)
    legend_beside(
        ax,
        [
            Patch(
                facecolor=colours[word],
                hatch=STATE_HATCHES.get(word) or None,
                edgecolor=QUIET,
                label=in_words(word),
            )
            for word in reversed(words)
        ],
    )
    return ax


def _flow(ax: Axes, at: Any, words: list[str]) -> None:
    """Draw a bar for each visit, the mildest state at the foot, and bands between the bars."""
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path

    patients, visits = at.shape
    space = SPACE * patients
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
                    edgecolor=INK,
                    linewidth=0.7,
                    zorder=3,
                    gid=f"{visit} {word}: {count}",
                )
            )
            if count >= 0.03 * patients:
                plain_face = not STATE_HATCHES.get(word)
                ax.text(
                    visit,
                    foot + count / 2,
                    f"{count}",
                    ha="center",
                    va="center",
                    fontsize=7.5,
                    color="white" if dark(colours[word]) and plain_face else INK,
                    bbox=None
                    if plain_face
                    else {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none"},
                    zorder=4,
                )
        if visit + 1 == visits:
            break
        leaving, entering = feet[visit].astype(float), feet[visit + 1].astype(float)
        x0, x1 = visit + BAR / 2, visit + 1 - BAR / 2
        middle = (x0 + x1) / 2
        for start, word in enumerate(words):
            for end in range(len(words)):
                count = int(((at[:, visit] == start) & (at[:, visit + 1] == end)).sum())
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
                        edgecolor=QUIET,
                        linewidth=0.3,
                        alpha=0.6,
                        zorder=2,
                        gid=f"{visit} {word} to {words[end]}: {count}",
                    )
                )
    ax.set_ylim(-space / 2, patients + space * len(words))
