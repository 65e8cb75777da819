"""How many patients are where at each visit: responders, and states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from jiascores.core.arguments import as_declared
from jiascores.core.errors import ColumnError, listing, shown
from jiascores.plot.base import (
    NOT_DETERMINABLE,
    AtLeast,
    AtVisits,
    Look,
    Table,
    Words,
    axes,
    faded,
    fields,
    in_order,
    inches,
    legend_beside,
    level_colour,
    level_columns,
    note,
    patches,
    plain,
    shown_visit,
    state_colours,
    table,
    visit_axis,
    write_on,
)
from jiascores.tables import table as tables
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, require_column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The width of a bar, in visits; and in inches what has no room for figures.
WIDTH, NARROW = 0.78, 0.3


@as_declared
def responders(
    visits: Any,
    outcome: Column,
    *,
    by: Column | None = None,
    columns: ColumnNames | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many patients reached each level at every visit, and for how many that is open.

    Parameters
    ----------
    visits : data frame
        One row for each patient and visit, for example of `jiascores.assess`.
    outcome : Column
        The stem of the columns ``…_level_min`` and ``…_level_max``, for example ``"acr_ped"``; or
        a yes/no column.
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
    jiascores.analysis.responders_by_visit : The numbers behind it.
    jiascores.plot.response_matrix : Each patient by itself.

    Notes
    -----
    A patient whose lowest and highest level differ surely reached the lowest one: the bar has its
    colour, hatched, and is called "at least". Where not even the first level is sure, the response
    is not determinable. Rows without any level, as on the baseline, are not drawn. Of a yes/no column, visits at which nobody
    has an answer are not drawn, and the title names them.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": list("ABC"), "week": 8,
    ...                        "response": [True, None, False]})
    >>> ax = jia.plot.responders(visits, jia.column("response"), by=jia.column("week"))
    >>> sorted(float(bar.get_height()) for bar in ax.patches)
    [1.0, 1.0, 1.0]
    """
    read = table(visits, columns)
    words = _outcomes(read, outcome)
    found = read.at_visits(words, by)
    empty = found.counts.drop(index=NOT_DETERMINABLE, errors="ignore").sum() == 0
    left = [visit for visit, none in zip(found.visits, empty, strict=True) if none]
    title = ""
    if "yes" in found.words or "no" in found.words:
        found = read.at_visits(read.without(words, left, by), by)
        title = f"no answer at {listing(map(shown_visit, left))}, not drawn" if left else ""
    answers = set(found.words)
    levels: dict[Any, int] = {word: word for word in answers if isinstance(word, int) and word}
    names: dict[Any, str] = {level: f"ACR Pedi {level}" for level in levels}
    names[0] = f"below ACR Pedi {min([30, *levels])}"
    levels |= {word: word.level for word in answers if isinstance(word, AtLeast)}
    colours: dict[Any, str] = {word: level_colour(level) for word, level in levels.items()}
    colours |= dict.fromkeys([0, "no"], level_colour(0))
    colours |= {"yes": level_colour(70), NOT_DETERMINABLE: "#ffffff"}
    # The best at the foot, what is open above it, and what failed on top.
    best = sorted(levels, key=levels.__getitem__, reverse=True)
    order: list[Any] = [*best, "yes", NOT_DETERMINABLE, "no", 0]
    colours = {word: colours[word] for word in order if word in answers}
    ax = _stack(ax, found, colours, by, names)
    ax.set_title(title, fontsize=10, loc="left")
    return ax


@as_declared
def state_bars(
    visits: Any,
    state: Column,
    *,
    by: Column | None = None,
    columns: ColumnNames | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many patients are in each state at every visit, and for how many that is open.

    Parameters
    ----------
    visits : data frame
        One row for each patient and visit, for example of `jiascores.assess`.
    state : Column
        The column with the state.
    by : Column, optional
        The column with the visit, by default ``nominal_visit``; or with any other name that the
        bars are to have, as of the cut-off set. Rows without one are not drawn.
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
    jiascores.plot.state_flow : Who moves from which state to which.

    Notes
    -----
    The mildest state is at the foot. A state that is missing is drawn as not determinable, on top.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": list("ABC"), "week": 8,
    ...                        "state": ["low", None, "low"]})
    >>> ax = jia.plot.state_bars(visits, jia.column("state"), by=jia.column("week"))
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['not determinable', 'low']
    """
    read = table(visits, columns)
    found = read.at_visits(read.words(state), by)
    return _stack(ax, found, state_colours(in_order(found.words)), by, {})


def _outcomes(read: Table, outcome: Column) -> Words:
    """Return the outcome of each row as a level or word."""
    require_column(outcome, "outcome")
    if read.has_levels(outcome.name):
        return read.levels(outcome.name, at_least=True)
    if not read.has(outcome.name):
        low, high = level_columns(outcome.name)
        raise ColumnError(
            f"the table has neither {outcome.name!r} nor {shown(low)} and {shown(high)}.",
            variable="outcome",
            values=(outcome.name,),
        )
    met = tables.Table(read.frame).flag(outcome.name)
    return Words(["no", "yes", NOT_DETERMINABLE], np.where(np.isnan(met), 2, met).astype(np.int8))


def _stack(
    ax: Axes | None,
    found: AtVisits,
    colours: Mapping[Any, str],
    by: Column | None,
    names: Mapping[Any, str],
) -> Axes:
    """Draw a bar for each visit, the first of the colours at the foot."""
    visits = found.visits
    ax = axes(ax, float(np.clip(3.0 + 0.75 * len(visits), 4.8, 12.0)), 4.2)
    from matplotlib.ticker import MaxNLocator

    looks = fields(colours, names)
    counts = found.counts.reindex(list(looks))
    totals, tops = counts.sum(), counts.cumsum()
    highest, room = totals.max(), WIDTH * inches(ax) / len(visits)
    for word, look in looks.items():
        here = counts.loc[word][counts.loc[word] > 0]
        top = tops.loc[word, here.index]
        ax.bar(here.index, here, WIDTH, top - here, **look)
        for visit, count in here[(here > 0.04 * highest) & (room >= NARROW)].items():
            write_on(ax, visit, top[visit] - count / 2, f"{count}", look)
    upright = room <= 2 * NARROW
    style: Look = {"ha": "center", "va": "bottom", "fontsize": 8.5}
    for visit, total in totals.items():
        turn = 90 if upright else 0
        note(ax, f"n {total}", (visit, total), (0, 2), rotation=turn, color=faded(0.65), **style)
    visit_axis(ax, visits, by)
    if len(visits) > 12:
        ax.tick_params(axis="x", labelrotation=90)
    above = 1.16 if upright else 1.08
    ax.set(xlim=(-0.6, len(visits) - 0.4), ylim=(0, highest * above), ylabel="patients")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    plain(ax, grid="y")
    legend_beside(ax, patches(looks.values())[::-1])
    return ax
