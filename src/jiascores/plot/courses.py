"""Swimmer plot: who was followed how long, treated when, with which response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import RequestError
from jiascores.measures.courses import CODES
from jiascores.plot.base import (
    GAP_HATCH,
    INK,
    LEVEL_COLOURS,
    NOT_DETERMINABLE,
    QUIET,
    axes,
    in_words,
    ink,
    legend_beside,
    letters_on,
    natural,
    number,
    paper,
    plain,
    shortened,
    table,
    treatment,
)
from jiascores.plot.over_time import Since, times_of, treatments_of
from jiascores.tables.table import Column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Up to how many patients each have a name and marks of full size.
NAMED = 60
# What is worth a mark; the other codes are the absence of news.
MARKS: dict[str, tuple[str, str, str]] = {
    "eligible": ("^", "#1b7837", "may be treated again"),
    "used_up": ("s", "#54278f", "response lost, repeats used up"),
    "excluded": ("X", "#b2182b", "response lost, but excluded"),
    "outside_window": ("D", "#b35806", "response lost, outside the window"),
    "undetermined": ("$?$", INK, "not determinable"),
}
BEFORE = "before a response can be judged"
Order = Literal["follow-up", "patient", "table"]


def swimmer(
    visits: Any,
    treatments: Any,
    *,
    response: Column | None = None,
    code: Column | None = None,
    since: Since = "first-treatment",
    order: Order = "follow-up",
    columns: Mapping[str, str] | None = None,
    treatment_columns: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw every patient's follow-up: treatments, response at each visit, loss and eligibility.

    Parameters
    ----------
    visits : data frame
        One row for each visit, for example of `jiascores.retreatment` after `jiascores.assess`.
    treatments : data frame
        One row for each treatment, with patient and date; patients without one are not drawn.
    response : Column, optional
        The stem of the columns ``…_level_min`` and ``…_level_max``; by default ``acr_ped`` where
        the table has it.
    code : Column, optional
        The column with the code of `jiascores.retreatment`; by default ``retreatment_code``
        where the table has it.
    since : {"first-treatment", "first-visit", "date"}
        What time is counted from, in days; or the calendar.
    order : {"follow-up", "patient", "table"}
        Longest follow-up first, by the patient's id, or as the table has them.
    columns, treatment_columns : dict, optional
        What is called otherwise in `visits` and `treatments`: ``{"patient": …, "date": …}``.
    ax : matplotlib axes, optional
        Where to draw; without it, a new figure.

    Returns
    -------
    matplotlib axes

    Notes
    -----
    From a visit to the next the bar has the colour of the level found at that visit; it is hatched
    where the level is not determinable, and grey before the first level. Nothing says that the
    level held in between: a tick stands where it was seen.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": "A", "date": [0, 56, 365],
    ...                        "retreatment_code": ["before", "holds", "eligible"]})
    >>> given = pd.DataFrame({"patient": ["A"], "date": [0]})
    >>> ax = jia.plot.swimmer(visits, given)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['treatment 1, 2, …', 'visit', 'may be treated again (1)']
    """
    read = table(visits, columns)
    seen = read.visits
    given = treatments_of(treatments, treatment_columns, seen)
    levels = _levels(read, response)
    codes = _codes(read, code)
    if order not in ("follow-up", "patient", "table"):
        raise RequestError(
            f"order={order!r}: choose 'follow-up', 'patient' or 'table'.", variable="order"
        )
    days, treated = times_of(seen, given, since, untreated="skip")
    who = [(str(label), at) for at, label in enumerate(seen.labels) if str(label) in treated]
    if not who:
        raise RequestError("no patient of the table was treated.", variable="treatments")
    in_turn = seen.patients[seen.order]
    edges = np.searchsorted(in_turn, np.arange(len(seen.labels) + 1))
    rows = {at: seen.order[edges[at] : edges[at + 1]] for _, at in who}
    if order == "patient":
        who.sort(key=lambda one: natural(one[0]))
    elif order == "follow-up":
        who.sort(key=lambda one: days[rows[one[1]][-1]], reverse=True)
    named = len(who) <= NAMED
    ax = axes(ax, 9.4, 1.6 + 0.34 * len(who) if named else 9.0)
    bars: dict[str, list[tuple[float, Any, Any]]] = {}
    ticks: list[tuple[float, Any]] = []
    for place, (_, at) in enumerate(who):
        mine = rows[at]
        ticks += [(place, day) for day in days[mine]]
        for start, end in pairwise(mine):
            word = BEFORE if levels is None else levels[start]
            bars.setdefault(word, []).append((place, days[start], days[end]))
    _bars(ax, bars, named=named)
    heights, when = _columns(ticks)
    size = 9 if named else 1.0
    ax.plot(
        when, heights, ls="", marker="|", ms=size, color=INK, mew=0.8 if named else 0.3, zorder=3
    )
    _treatments(ax, who, treated, named=named)
    shown = _marks(ax, who, rows, days, codes, named=named)
    if named:
        ax.set_yticks(range(len(who)), [shortened(name) for name, _ in who])
        ax.tick_params(axis="y", length=0)
    else:
        ax.set_yticks([])
        ax.set_ylabel(f"{len(who)} patients")
    ax.set_ylim(len(who) - 0.4, -0.75)
    ax.set_xlabel("" if since == "date" else f"days since the {since.replace('-', ' ')}")
    plain(ax, grid="x")
    ax.spines["left"].set_visible(False)
    legend_beside(ax, [*_handles(bars, with_levels=levels is not None), *shown])
    return ax


def _levels(read: Any, response: Column | None) -> list[str] | None:
    """Return what was found at each visit: a level in words, open, or nothing yet."""
    stem = response.name if response is not None else "acr_ped"
    ends = [f"{stem}_level_{end}" for end in ("min", "max")]
    if response is None and not all(read.has(end) for end in ends):
        return None
    low, high = (read.floats(Column(end)) for end in ends)
    return [
        BEFORE
        if np.isnan(one) or np.isnan(other)
        else str(int(one))
        if one == other
        else NOT_DETERMINABLE
        for one, other in zip(low, high, strict=True)
    ]


def _codes(read: Any, code: Column | None) -> list[str | None] | None:
    if code is None and not read.has("retreatment_code"):
        return None
    found = read.objects(code or Column("retreatment_code"))
    words = [None if one is None else str(one) for one in found]
    unknown = sorted({word for word in words if word is not None} - set(CODES))
    if unknown:
        raise RequestError(
            f"{unknown[0]!r} is no code of jia.retreatment: {', '.join(CODES)}.", variable="code"
        )
    return words


def _style(word: str) -> dict[str, Any]:
    if word == BEFORE:
        return {"facecolor": "#dedede", "edgecolor": "none", "linewidth": 0}
    if word == NOT_DETERMINABLE:
        return {"facecolor": "white", "hatch": GAP_HATCH, "edgecolor": QUIET, "linewidth": 0.5}
    below = [level for level in LEVEL_COLOURS if level <= int(word)]
    return {"facecolor": LEVEL_COLOURS[max(below)], "edgecolor": QUIET, "linewidth": 0.5}


def _bars(ax: Axes, bars: Mapping[str, list[tuple[float, Any, Any]]], *, named: bool) -> None:
    from matplotlib.collections import PolyCollection

    # Bars of many patients touch each other, and edges would hide their colours.
    half = 0.3 if named else 0.5
    for word, pieces in bars.items():
        style = _style(word) if named else {**_style(word), "linewidth": 0}
        corners = [
            [
                (number(a), y - half),
                (number(b), y - half),
                (number(b), y + half),
                (number(a), y + half),
            ]
            for y, a, b in pieces
        ]
        ax.add_collection(PolyCollection(corners, zorder=2, label=word, **style))


def _columns(points: Sequence[tuple[float, Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
    return np.array([y for y, _ in points]), np.array([x for _, x in points])


def _treatments(
    ax: Axes, who: list[tuple[str, int]], treated: Mapping[str, list[Any]], *, named: bool
) -> None:
    points = [
        (place, day, number)
        for place, (name, _) in enumerate(who)
        for number, day in enumerate(sorted(treated[name]), start=1)
    ]
    heights, when = _columns([(y, x) for y, x, _ in points])
    ax.plot(
        when,
        heights,
        linestyle="",
        marker="o" if named else ".",
        markersize=13 if named else 3,
        color=treatment(),
        markeredgecolor=paper() if named else "none",
        zorder=4,
        label="treatment",
    )
    if named:
        for y, x, number in points:
            ax.text(
                x, y, f"{number}", ha="center", va="center", color=letters_on(treatment()), fontsize=8, zorder=5,
                fontweight="bold",
            )  # fmt: skip


def _marks(
    ax: Axes,
    who: list[tuple[str, int]],
    rows: Mapping[int, NDArray[np.int64]],
    days: NDArray[Any],
    codes: list[str | None] | None,
    *,
    named: bool,
) -> list[Any]:
    """Mark what was decided at each visit; return the entries of the legend."""
    from matplotlib.lines import Line2D

    handles = []
    for word, (marker, colour, words) in MARKS.items():
        points = [
            (place, days[row])
            for place, (_, at) in enumerate(who)
            for row in rows[at]
            if codes is not None and codes[row] == word
        ]
        if not points:
            continue
        heights, when = _columns(points)
        style: dict[str, Any] = {"ls": "", "marker": marker, "color": colour, "mec": "white"}
        if word == "undetermined":
            style["mec"] = colour
        # On the bar's upper edge, so that the number of a treatment on the same day is seen.
        heights = heights - (0.32 if named else 0.0)
        ax.plot(when, heights, ms=10 if named else 2.5, mew=0.8 if named else 0, zorder=6, **style)
        if word == "undetermined":
            style.update(color=ink(), mec=ink())
        handles.append(Line2D([], [], ms=8, label=f"{words} ({len(points)})", **style))
    return handles


def _handles(bars: Mapping[str, Any], *, with_levels: bool) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    made: list[Any] = [
        Line2D([], [], ls="", marker="o", ms=10, color=treatment(), label="treatment 1, 2, …"),
        Line2D([], [], ls="", marker="|", ms=9, color=ink(), label="visit"),
    ]
    if not with_levels:
        return made
    levels = sorted((word for word in bars if word.isdigit()), key=int)
    names = {"0": "below ACR Ped 30", BEFORE: in_words(BEFORE), NOT_DETERMINABLE: NOT_DETERMINABLE}
    found = [word for word in (*levels, NOT_DETERMINABLE, BEFORE) if word in bars]
    return [
        *made,
        *(Patch(label=names.get(word, f"ACR Ped {word}"), **_style(word)) for word in found),
    ]
