"""Cut-off sets side by side, and how patients move between states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jiascores.core.definition import lookup, published
from jiascores.core.errors import NotCoveredError, OutOfRangeError
from jiascores.core.measure import Score
from jiascores.core.references import Evidence
from jiascores.measures.states import ANY_COURSE, CutoffSet
from jiascores.plot.base import (
    INK,
    QUIET,
    STATE_HATCHES,
    axes,
    dark,
    in_order,
    in_words,
    legend_beside,
    plain,
    state_colours,
)

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
