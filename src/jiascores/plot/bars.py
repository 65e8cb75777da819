"""How many patients are where at each visit: responders, and states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import ColumnError, RequestError, VisitError, listing
from jiascores.plot.base import (
    GAP_HATCH,
    LEVEL_COLOURS,
    NOT_DETERMINABLE,
    STATE_HATCHES,
    Table,
    axes,
    edge_of,
    faded,
    in_order,
    in_words,
    inches,
    legend_beside,
    letters_on,
    places,
    plain,
    shown_visit,
    state_colours,
    table,
)
from jiascores.tables import table as tables
from jiascores.tables.table import Column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Narrower bars, in inches, have no room for figures.
NARROW = 0.3


def responders(
    visits: Any,
    outcome: Column,
    *,
    by: Column | None = None,
    columns: Mapping[str, str] | None = None,
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
    A patient whose lowest and highest level differ is drawn as not determinable. Rows in which
    both are empty, as on the baseline, are not drawn.

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
    groups, counts = _count(read, by, _outcomes(read, outcome))
    levels = sorted((word for word in counts if isinstance(word, int) and word), reverse=True)
    # The best at the foot, what is open above it, and what failed on top.
    order: list[Any] = [*levels, "yes", NOT_DETERMINABLE, "no", 0]
    names: dict[Any, str] = {level: f"ACR Ped {level}" for level in levels}
    names[0] = f"below ACR Ped {min([30, *levels])}"
    styles = {
        word: {
            "label": names.get(word, word),
            "facecolor": _colour(word),
            "hatch": GAP_HATCH if word == NOT_DETERMINABLE else None,
        }
        for word in order
        if word in counts
    }
    return _stack(ax, groups, counts, styles, by)


def state_bars(
    visits: Any,
    state: Column,
    *,
    by: Column | None = None,
    columns: Mapping[str, str] | None = None,
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

    See Also
    --------
    state_flow : Who moves from which state to which.

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
    groups, counts = _count(read, by, read.words(state))
    order = in_order(counts)
    colours = state_colours(order)
    styles = {
        word: {
            "label": in_words(word),
            "facecolor": colours[word],
            "hatch": STATE_HATCHES.get(word) or None,
        }
        for word in order
    }
    return _stack(ax, groups, counts, styles, by)


def _outcomes(read: Table, outcome: Column) -> NDArray[Any]:
    """Return the outcome of each row as a level or word, None where there is none to draw."""
    if not isinstance(outcome, Column):
        raise RequestError(f"give a column: jia.column({outcome!r}).", variable="outcome")
    ends = [f"{outcome.name}_level_{end}" for end in ("min", "max")]
    if all(read.has(end) for end in ends):
        low, high = (read.floats(Column(end)) for end in ends)
        words = np.full(low.size, NOT_DETERMINABLE, dtype=object)
        words[low == high] = low[low == high].astype(np.int64)
        words[np.isnan(low) | np.isnan(high)] = None
        return words
    if outcome.name not in read.frame:
        raise ColumnError(
            f"the table has neither {outcome.name!r} nor {ends[0]!r} and {ends[1]!r}.",
            variable="outcome",
            values=(outcome.name,),
        )
    flags = tables.Table(read.frame).flag(outcome.name)
    names = np.array(["no", "yes", NOT_DETERMINABLE], dtype=object)
    return np.asarray(names[np.where(np.isnan(flags), 2, flags).astype(np.int64)])


def _colour(word: Any) -> str:
    if word == NOT_DETERMINABLE:
        return "#ffffff"
    if word in ("yes", "no"):
        return LEVEL_COLOURS[70 if word == "yes" else 0]
    below = [level for level in LEVEL_COLOURS if level <= word]
    return LEVEL_COLOURS[max(below)]


def _count(
    read: Table, by: Column | None, words: NDArray[Any]
) -> tuple[list[Any], dict[Any, NDArray[np.int64]]]:
    """Return the visits in order, and how many patients have each word at each of them."""
    kinds, kind = places(words)
    visit = read.objects(by or Column("nominal_visit"))
    visit[kind < 0] = None
    groups, place = places(visit)
    if not groups:
        raise RequestError("no row has both a visit and something to draw.", variable="by")
    patients, labels = read.patients
    seen = (place >= 0) & (patients >= 0)
    cells, times = np.unique(place[seen] * len(labels) + patients[seen], return_counts=True)
    if (times > 1).any():
        at, codes = np.divmod(cells[times > 1], len(labels))
        twice = [str(labels[code]) for code in codes[at == at[0]].tolist()]
        raise VisitError(
            f"patient {listing(twice)} has two rows at visit {shown_visit(groups[at[0]])}; "
            f"each counts once.",
            variable="patient",
        )
    counts = np.zeros((len(kinds), len(groups)), dtype=np.int64)
    np.add.at(counts, (kind[place >= 0], place[place >= 0]), 1)
    return groups, {word: row for word, row in zip(kinds, counts, strict=True) if row.any()}


def _stack(
    ax: Axes | None,
    groups: Sequence[Any],
    counts: Mapping[Any, NDArray[np.int64]],
    styles: Mapping[Any, dict[str, Any]],
    by: Column | None,
) -> Axes:
    """Draw a bar for each visit, the first of the styles at the foot."""
    ax = axes(ax, float(np.clip(3.0 + 0.75 * len(groups), 4.8, 12.0)), 4.2)
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator

    totals = np.sum(list(counts.values()), axis=0)
    room = 0.78 * inches(ax).width / len(groups)
    foot = np.zeros(len(groups))
    handles = []
    for word, style in styles.items():
        look: dict[str, Any] = {**style, "edgecolor": edge_of(word), "linewidth": 0.6}
        handles.append(Patch(**look))
        for at, count in enumerate(counts[word].tolist()):
            if not count:
                continue
            ax.bar(at, count, bottom=foot[at], width=0.78, **look)
            if count / totals.max() > 0.04 and room >= NARROW:
                ax.text(
                    at,
                    foot[at] + count / 2,
                    f"{count}",
                    ha="center",
                    va="center",
                    fontsize=8.5,
                    color=letters_on(style["facecolor"]),
                    bbox={"boxstyle": "round,pad=0.15", "fc": style["facecolor"], "ec": "none"}
                    if style["hatch"]
                    else None,
                )
        foot += counts[word]
    for at, total in enumerate(totals.tolist()):
        ax.annotate(
            f"n {total}",
            (at, total),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            rotation=0 if room > 2 * NARROW else 90,
            fontsize=8.5,
            color=faded(0.65),
        )
    ax.set_xticks(range(len(groups)), [shown_visit(group) for group in groups])
    if len(groups) > 12:
        ax.tick_params(axis="x", labelrotation=90)
    above = 1.08 if room > 2 * NARROW else 1.16
    ax.set(xlim=(-0.6, len(groups) - 0.4), ylim=(0, totals.max() * above), ylabel="patients")
    ax.set_xlabel((by or Column("visit")).name.replace("_", " "))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    plain(ax, grid="y")
    legend_beside(ax, handles[::-1])
    return ax
