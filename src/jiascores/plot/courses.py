"""Swimmer plot: who was followed how long, treated when, with which response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import RequestError
from jiascores.measures.courses import CODES
from jiascores.plot.base import (
    INK,
    NOT_DETERMINABLE,
    QUIET,
    Look,
    Rows,
    Table,
    axes,
    check_choice,
    field,
    ink,
    legend_beside,
    letters_on,
    level_colour,
    natural,
    paper,
    patches,
    plain,
    shortened,
    table,
    treatment,
)
from jiascores.plot.over_time import on_time_axis, time_axis, treatments_of
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, or_else

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Up to how many patients each have a name and marks of full size.
NAMED = 60
# How long the end after a last visit is, of all the time that is drawn.
LAST = 0.02
# What is worth a mark; the other codes are the absence of news.
MARKS: dict[str, tuple[str, str, str]] = {
    "eligible": ("^", "#1b7837", "may be treated again"),
    "used_up": ("s", "#54278f", "response lost, repeats used up"),
    "excluded": ("X", "#b2182b", "response lost, but excluded"),
    "outside_window": ("D", "#b35806", "response lost, outside the window"),
    "undetermined": ("$?$", INK, "not determinable"),
}
BEFORE = "before a response can be judged"
# What stands for no level.
WORDS = (NOT_DETERMINABLE, BEFORE)
Order = Literal["follow-up", "patient", "table"]


@as_declared
def swimmer(
    visits: Any,
    treatments: Any,
    *,
    response: Column | None = None,
    code: Column | None = None,
    since: Literal["first-visit", "first-treatment", "date"] = "first-treatment",
    order: Literal["follow-up", "patient", "table"] = "follow-up",
    columns: ColumnNames | None = None,
    treatment_columns: ColumnNames | None = None,
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
        Your own column names in `visits` and `treatments`: ``{"patient": …, "date": …}``.
    ax : matplotlib axes, optional
        Where to draw; without it, a new figure.

    Returns
    -------
    matplotlib axes

    See Also
    --------
    jiascores.plot.trajectories : Scores over time.
    jiascores.retreatment : What its codes say.

    Notes
    -----
    From a visit to the next the bar has the colour of the level found at that visit; it is hatched
    where the level is not determinable, and grey before the first level. After the last visit a
    short end shows what was found there. Nothing says that the level held in between: a tick stands
    where it was seen.

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
    treated = treatments_of(treatments, treatment_columns, seen)
    check_choice("order", order, get_args(Order))
    day, treated = on_time_axis(seen, treated, since, all_treated=False)
    level, with_levels = _levels(read, response)
    found = {"patient": seen.patients, "day": day, "level": level, "code": _codes(read, code)}
    rows = pd.DataFrame(found).iloc[seen.order]
    rows = rows[rows["patient"].isin(treated["patient"])]
    if rows.empty:
        raise RequestError("no patient of the table was treated.", variable="treatments")
    names = {code: str(seen.labels[code]) for code in rows["patient"].unique()}
    who = _in_turn(rows, names, order)
    place = {code: at for at, code in enumerate(who)}
    rows = rows.assign(place=rows["patient"].map(place))
    treated = treated.assign(place=treated["patient"].map(place))
    named = len(who) <= NAMED
    ax = axes(ax, 9.4, 1.6 + 0.34 * len(who) if named else 9.0)
    levels = _bars(ax, rows, named=named)
    _treatments(ax, treated, named=named)
    handles = [*_handles(levels if with_levels else []), *_marks(ax, rows, named=named)]
    labels = [shortened(names[code]) for code in who] if named else []
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(axis="y", length=0)
    if not named:
        ax.set_ylabel(f"{len(who)} patients")
    ax.set_ylim(len(who) - 0.4, -0.75)
    time_axis(ax, since)
    plain(ax, grid="x")
    ax.spines["left"].set_visible(False)
    legend_beside(ax, handles)
    return ax


def _in_turn(rows: Rows, names: Mapping[int, str], order: Order) -> list[int]:
    """Return patients from top to bottom."""
    if order == "patient":
        return sorted(names, key=lambda code: natural(names[code]))
    if order == "follow-up":
        last = rows.groupby("patient")["day"].last()
        return sorted(names, key=lambda code: last[code], reverse=True)
    return list(names)


def _levels(read: Table, response: Column | None) -> tuple[NDArray[Any], bool]:
    """Return what was found at each visit, a level, open, or nothing yet; and whether it was."""
    stem = "acr_ped" if response is None else response.name
    if response is None and not read.has_levels(stem):
        return np.full(read.frame.size, BEFORE, dtype=object), False
    levels = read.levels(stem)
    return np.array([*levels.known, BEFORE], dtype=object)[levels.codes], True


def _codes(read: Table, code: Column | None) -> NDArray[Any] | None:
    if code is None and not read.has("retreatment_code"):
        return None
    codes = read.objects(or_else(code, "retreatment_code"))
    unknown = sorted({str(word) for word in codes if word is not None} - set(CODES))
    if unknown:
        raise RequestError(
            f"{unknown[0]!r} is not a code of jia.retreatment: {', '.join(CODES)}.", variable="code"
        )
    return codes


def _style(level: Any) -> Look:
    if level == BEFORE:
        return {"facecolor": "#bdbdbd", "edgecolor": "none", "linewidth": 0}
    colour = "#ffffff" if level == NOT_DETERMINABLE else level_colour(level)
    return {**field(level, colour), "edgecolor": QUIET, "linewidth": 0.5}


def _bars(ax: Axes, rows: Rows, *, named: bool) -> list[Any]:
    """Draw a tick at each visit and a bar to the next; return which levels there are."""
    from matplotlib.collections import PolyCollection

    size, edge = (9, 0.8) if named else (1, 0.3)
    ax.plot(rows["day"], rows["place"], "|", ms=size, color=INK, mew=edge, zorder=3)
    # Bars of many patients touch each other, and edges would hide their colours.
    half = 0.3 if named else 0.5
    last = rows["day"] + max(LAST * (rows["day"].max() - rows["day"].min()), 1.0)
    spans = rows.assign(end=rows.groupby("patient")["day"].shift(-1).fillna(last))
    levels = [*sorted(set(spans["level"]) - set(WORDS)), *WORDS]
    levels = [level for level in levels if (spans["level"] == level).any()]
    for level in levels:
        mine = spans[spans["level"] == level]
        across = mine[["day", "end", "end", "day"]].to_numpy()
        up = mine[["place"]].to_numpy() + half * np.array([-1, -1, 1, 1])
        style = _style(level) if named else {**_style(level), "linewidth": 0}
        corners: Any = np.stack([across, up], axis=-1)
        ax.add_collection(PolyCollection(corners, zorder=2, label=str(level), **style))
    return levels


def _treatments(ax: Axes, treated: Rows, *, named: bool) -> None:
    """Draw a disc for each treatment, with its number where there is room."""
    look: Look = {"marker": ".", "ms": 3, "mec": "none"}
    if named:
        look = {"marker": "o", "ms": 13, "mec": paper()}
    day, place, colour = treated["day"], treated["place"], treatment()
    ax.plot(day, place, ls="", color=colour, zorder=4, label="treatment", **look)
    if named:
        style: Look = {"ha": "center", "va": "center", "fontsize": 8, "fontweight": "bold"}
        numbers = treated.groupby("place")["day"].rank("first").astype(int)
        for row, number in numbers.items():
            ax.text(day[row], place[row], str(number), color=letters_on(colour), zorder=5, **style)


def _marks(ax: Axes, rows: Rows, *, named: bool) -> list[Any]:
    """Mark what was decided at each visit; return the entries of the legend."""
    from matplotlib.lines import Line2D

    handles = []
    for code, (marker, colour, words) in MARKS.items():
        here = rows[rows["code"] == code]
        if here.empty:
            continue
        sign = code == "undetermined"
        edge = colour if sign else "white"
        # On the bar's upper edge, so that the number of a treatment on the same day is seen.
        height = here["place"] - (0.32 if named else 0.0)
        size, thick = (10, 0.8) if named else (2.5, 0)
        look: Look = {"ls": "", "marker": marker, "color": colour, "mec": edge}
        ax.plot(here["day"], height, ms=size, mew=thick, zorder=6, **look)
        if sign:
            look.update(color=ink(), mec=ink())
        handles.append(Line2D([], [], ms=8, label=f"{words} ({len(here)})", **look))
    return handles


def _handles(levels: list[Any]) -> list[Any]:
    from matplotlib.lines import Line2D

    names: dict[Any, str] = {0: "below ACR Pedi 30"} | {word: word for word in WORDS}
    return [
        Line2D([], [], ls="", marker="o", ms=10, color=treatment(), label="treatment 1, 2, …"),
        Line2D([], [], ls="", marker="|", ms=9, color=ink(), label="visit"),
        *patches(
            {**_style(level), "label": names.get(level, f"ACR Pedi {level}")} for level in levels
        ),
    ]
