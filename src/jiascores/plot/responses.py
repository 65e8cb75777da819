"""Response: the six variables of a patient over visits, and responders of a cohort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from jiascores.core.core_set import CoreSet
from jiascores.core.definition import lookup
from jiascores.core.errors import ColumnError, RequestError, VisitError, listing
from jiascores.core.variables import CORE_VARIABLES
from jiascores.measures.response import ResponseCriteria, acr_ped
from jiascores.plot.base import (
    BETTER,
    FAINT,
    GAP_HATCH,
    INK,
    LEVEL_COLOURS,
    NOT_DETERMINABLE,
    QUIET,
    WORSE,
    Table,
    axes,
    dark,
    in_order,
    legend_beside,
    plain,
    shown_visit,
    table,
)
from jiascores.tables.baselines import BaselineRule, read_flag
from jiascores.tables.columns import Column, understand
from jiascores.tables.context import Context
from jiascores.tables.visits import codes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABELS = {
    "physician_global": "physician global",
    "patient_global": "patient global",
    "chaq": "CHAQ",
    "active_joints": "active joints",
    "limited_joints": "limited joints",
    "esr": "ESR",
    "crp": "CRP",
}
# Half the width of a column, in per cent of change.
REACH = 100
STEP = 2 * REACH + 24
# Behind words that lie on lines.
_CLEAR = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"}


def response_matrix(
    visits: Any,
    *,
    baseline: BaselineRule = "first",
    patient: Any = None,
    by: Column | None = None,
    criteria: str | ResponseCriteria = "giannini-1997",
    marker: str | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    invalid: Literal["raise", "missing"] = "raise",
    ax: Axes | None = None,
) -> Axes:
    r"""Draw the change of the six core set variables at every visit.

    Parameters
    ----------
    visits : data frame
        One row for each visit, with the core set, as for `jiascores.assess`.
    baseline : str or rule
        What change is measured against, as for `jiascores.assess`.
    patient : str or number, optional
        The one patient to draw, where the table has several.
    by : Column, optional
        The column with the visit. With several patients it must be given: each cell then shows
        the median change and its quartiles.
    criteria : str or ResponseCriteria
        The response criteria: the lines are their levels and their limit of worsening.
    marker : {"esr", "crp"}, optional
        Required where the table has both ESR and CRP.
    columns, units : dict, optional
        As for `jiascores.assess`.
    invalid : {"raise", "missing"}
        Whether a value that is not allowed raises, or is drawn as a gap.
    ax : matplotlib axes, optional
        Where to draw; without it, a new figure.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    RequestError
        If there are several patients and neither `patient` nor `by` is given.
    JiaScoresError
        As for `jiascores.assess`.

    Notes
    -----
    Improvement points to the right, worsening to the left; bars end at 100 %. A change that
    cannot be known, as from a missing value or a rise from 0, is a question mark.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": "A", "date": [0, 56], "physician_global": [6, 2], "patient_global": [5, 2],
    ...     "chaq": [1.5, 0.75], "active_joints": [12, 4], "limited_joints": [10, 6],
    ...     "esr": [40, 20]})
    >>> ax = jia.plot.response_matrix(visits)
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['day 56\nACR Ped 50']
    """
    rule = lookup(ResponseCriteria, criteria, parameter="criteria")
    read = table(visits, columns)
    names = understand(read.frame, columns, units)
    context = Context(read.frame, names, baseline=baseline, marker=marker, invalid=invalid)
    core = context.core_set
    base = context.baseline
    after = np.flatnonzero(context.after_baseline)
    after = context.visits.order[np.isin(context.visits.order, after)]
    if patient is not None:
        mine = [str(label) == str(patient) for label in context.visits.labels]
        if not any(mine):
            raise RequestError(f"no visit of patient {patient!r}.", variable="patient")
        after = after[np.array(mine)[context.visits.patients[after]]]
    who = np.unique(context.visits.patients[after])
    if not after.size:
        raise VisitError("no visit after the baseline, so no change to draw.", variable="baseline")
    if who.size > 1 and by is None:
        raise RequestError(
            "several patients: say which, patient='…', or the column with the visit, by=….",
            variable="patient",
        )
    of_visit = {name: values[after] for name, values in core.items()}
    of_base = {name: values[base[after]] for name, values in core.items()}
    name = list(core)[-1]
    # A mixed reactant is ESR or CRP by patient; change in per cent has no unit.
    as_named = name if name in LABELS else "esr"
    sets = [
        CoreSet(**{**{key: given[key] for key in CORE_VARIABLES}, as_named: given[name]})
        for given in (of_base, of_visit)
    ]
    temperature: dict[str, Any] = {}
    if rule.fever_limit is not None:
        temperature = {"highest_temperature": context.values("highest_temperature")[after]}
    response = acr_ped(baseline=sets[0], now=sets[1], criteria=rule, **temperature)
    changes = {key: -np.asarray(change) for key, change in response.change.items()}
    groups = _visits_of(read, context, after, by)
    ax = axes(ax, max(4.2, 2.2 + 1.35 * len(groups)), 4.4)
    single = who.size == 1
    for column, (_, rows) in enumerate(groups):
        for line, key in enumerate(changes):
            cell = _one if single else _several
            cell(
                ax,
                column * STEP,
                line,
                changes[key][rows],
                of_base[_key(key, core)][rows],
                of_visit[_key(key, core)][rows],
            )
    _lines(ax, rule, len(groups))
    labels = [_heading(words, rows, response, single=single) for words, rows in groups]
    ax.set_xticks([STEP * at for at in range(len(groups))], labels)
    ax.set_yticks(range(len(changes)), [_label(key, name) for key in changes])
    ax.set(xlim=(-STEP / 2, STEP * (len(groups) - 0.5)), ylim=(len(changes) - 0.4, -0.75))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    levels = ", ".join(f"{level}" for level in rule.levels if level in SHOWN_LEVELS)
    ax.set_xlabel(
        f"change against the baseline: worse ◂ | ▸ better; lines at {levels} % better and "
        f"{rule.worsening:g} % worse ({rule.name})",
        fontsize=8.5,
        loc="left",
    )
    return ax


SHOWN_LEVELS = (30, 50, 70)


def _key(key: str, core: Mapping[str, Any]) -> str:
    return key if key in core else list(core)[-1]


def _label(key: str, name: str) -> str:
    return LABELS[key] if key in CORE_VARIABLES or name in LABELS else "ESR or CRP"


def _visits_of(
    read: Table, context: Context, after: NDArray[np.int64], by: Column | None
) -> list[tuple[str, NDArray[np.int64]]]:
    """Return what each column is called, and which of the visits after baseline are in it."""
    if by is None:
        visits = context.visits
        days = (visits.dates[after] - visits.dates[context.baseline[after]]) / visits.per_day
        return [(f"day {day:g}", np.array([at])) for at, day in enumerate(days)]
    given = read.objects(by)[after]
    return [
        (shown_visit(value), np.flatnonzero(given == value))
        for value in in_order(value for value in given if value is not None)
    ]


def _heading(words: str, rows: NDArray[np.int64], response: Any, *, single: bool) -> str:
    if not single:
        return f"{words}\n{len(rows)} patients"
    low, high = (int(np.asarray(end)[rows[0]]) for end in (response.level_min, response.level_max))
    if low == high:
        return f"{words}\n{f'ACR Ped {low}' if low else 'below ACR Ped 30'}"
    return f"{words}\nACR Ped {low}–{high}?"


def _one(ax: Axes, middle: float, line: int, change: Any, earlier: Any, now: Any) -> None:
    """Draw one patient's change, and the two values in words."""
    known = not np.isnan(change[0])
    if known:
        _bar(ax, middle, line, float(change[0]))
    else:
        _unknown(ax, middle, line)
    values = " → ".join("?" if np.isnan(one[0]) else f"{one[0]:.4g}" for one in (earlier, now))
    ax.text(
        middle,
        line + 0.36,
        values,
        ha="center",
        va="center",
        fontsize=8,
        color=INK,
        bbox=_CLEAR,
        zorder=6,
    )


def _several(ax: Axes, middle: float, line: int, change: Any, earlier: Any, now: Any) -> None:
    """Draw the median change of several patients, its quartiles, and of how many."""
    del earlier, now
    known = change[~np.isnan(change)]
    if known.size:
        low, median, high = np.quantile(known, (0.25, 0.5, 0.75))
        _bar(ax, middle, line, float(median))
        ends = np.clip([low, high], -REACH, REACH) + middle
        ax.plot(ends, [line, line], color=INK, linewidth=1.6, zorder=4, solid_capstyle="butt")
        ax.plot(ends, [line, line], color=INK, marker="|", ls="", ms=7, zorder=4)
    else:
        _unknown(ax, middle, line)
    gaps = change.size - known.size
    words = f"{known.size} known" + (f", {gaps} not" if gaps else "")
    ax.text(
        middle,
        line + 0.37,
        words,
        ha="center",
        va="center",
        fontsize=7,
        color=QUIET,
        bbox=_CLEAR,
        zorder=6,
    )


def _bar(ax: Axes, middle: float, line: int, change: float) -> None:
    better = change >= 0
    ax.barh(
        line,
        float(np.clip(change, -REACH, REACH)),
        left=middle,
        height=0.42,
        color=BETTER if better else WORSE,
        hatch=None if better else "\\\\\\\\",
        edgecolor="white" if not better else BETTER,
        linewidth=0,
        zorder=2,
    )


def _unknown(ax: Axes, middle: float, line: int) -> None:
    ax.barh(
        line,
        2 * REACH,
        left=middle - REACH,
        height=0.42,
        color="white",
        hatch=GAP_HATCH,
        edgecolor=FAINT,
        linewidth=0,
        zorder=2,
    )
    ax.text(middle, line, "?", ha="center", va="center", fontweight="bold", zorder=5)


def _lines(ax: Axes, rule: ResponseCriteria, columns: int) -> None:
    """Draw the limits of the criteria through every column."""
    for column in range(columns):
        middle = column * STEP
        ax.vlines(middle, -0.5, 5.5, color=INK, linewidth=1.0, zorder=3)
        for level in rule.levels:
            if level not in SHOWN_LEVELS:
                continue
            ax.vlines(
                middle + level, -0.5, 5.5, color=QUIET, linewidth=0.8, linestyle=":", zorder=3
            )
            ax.text(middle + level, -0.62, f"{level}", ha="center", fontsize=6.5, color=QUIET)
        ax.vlines(
            middle - rule.worsening, -0.5, 5.5, color=WORSE, linewidth=1.0, linestyle="--", zorder=3
        )
        ax.text(
            middle - rule.worsening,
            -0.62,
            f"−{rule.worsening:g}",
            ha="center",
            fontsize=6.5,
            color=WORSE,
        )


# --------------------------------------------------------------------------------------------


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
    place = read.objects(by or Column("nominal_visit"))
    words, drawn = _outcomes(read, outcome)
    patients, labels = codes_of(read.frame, read.name(Column(_patient(read))))
    groups = in_order(
        one for one, seen in zip(place, drawn, strict=True) if seen and one is not None
    )
    if not groups:
        raise RequestError("no row has both a visit and an outcome.", variable="by")
    counts: dict[Any, list[int]] = {}
    totals = []
    for group in groups:
        rows = [at for at, one in enumerate(place) if one == group and drawn[at]]
        each = patients[rows]
        twice = np.flatnonzero(np.bincount(each[each >= 0], minlength=1) > 1)
        if twice.size:
            raise VisitError(
                f"patient {listing([str(labels[code]) for code in twice])} has two rows at visit "
                f"{shown_visit(group)}; each counts once.",
                variable="patient",
            )
        totals.append(len(rows))
        for word in {words[at] for at in rows}:
            counts.setdefault(word, [0] * len(groups))
        for at in rows:
            counts[words[at]][groups.index(group)] += 1
    ax = axes(ax, max(4.8, 3.0 + 0.75 * len(groups)), 4.2)
    from matplotlib.ticker import MaxNLocator

    _stack(ax, counts, totals)
    ax.set_xticks(range(len(groups)), [shown_visit(group) for group in groups])
    if len(groups) > 12:
        ax.tick_params(axis="x", labelrotation=90)
    ax.set(xlim=(-0.6, len(groups) - 0.4), ylim=(0, max(totals) * 1.08), ylabel="patients")
    ax.set_xlabel((by or Column("visit")).name.replace("_", " "))
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    plain(ax, grid="y")
    return ax


def _patient(read: Table) -> str:
    return read.columns.get("patient", "patient")


def _outcomes(read: Table, outcome: Column) -> tuple[list[Any], list[bool]]:
    """Return the outcome of each row as a level or word, and whether there is one to draw."""
    if not isinstance(outcome, Column):
        raise RequestError(f"give a column: jia.column({outcome!r}).", variable="outcome")
    ends = [f"{outcome.name}_level_{end}" for end in ("min", "max")]
    if all(read.has(end) for end in ends):
        low, high = (read.floats(Column(end)) for end in ends)
        drawn = ~(np.isnan(low) | np.isnan(high))
        words: list[Any] = [
            int(one) if one == other else NOT_DETERMINABLE
            for one, other in zip(low, high, strict=True)
        ]
        return words, drawn.tolist()
    if outcome.name not in read.frame:
        raise ColumnError(
            f"the table has neither {outcome.name!r} nor {ends[0]!r} and {ends[1]!r}.",
            variable="outcome",
            values=(outcome.name,),
        )
    flags = read_flag(read.frame, outcome.name, blank=np.nan)
    names = {1.0: "yes", 0.0: "no"}
    return [names.get(float(one), NOT_DETERMINABLE) for one in flags], [True] * len(flags)


def _stack(ax: Axes, counts: Mapping[Any, list[int]], totals: list[int]) -> None:
    """Draw the best at the foot, what is open above it, and what failed on top."""
    from matplotlib.patches import Patch

    levels = sorted((word for word in counts if isinstance(word, int) and word), reverse=True)
    order = [*levels, "yes", NOT_DETERMINABLE, "no", 0]
    lowest = min([30, *levels])
    foot = np.zeros(len(totals))
    handles = []
    for word in (word for word in order if word in counts):
        found = np.array(counts[word], dtype=float)
        colour = _colour(word)
        label = f"ACR Ped {word}" if isinstance(word, int) else word
        if word == 0:
            label = f"below ACR Ped {lowest}"
        style: dict[str, Any] = {
            "facecolor": colour,
            "edgecolor": QUIET if word == NOT_DETERMINABLE else INK,
            "hatch": GAP_HATCH if word == NOT_DETERMINABLE else None,
            "linewidth": 0.6,
        }
        for at, count in enumerate(found):
            if not count:
                continue
            ax.bar(at, count, bottom=foot[at], width=0.78, **style)
            if count / max(totals) > 0.025:
                ax.text(
                    at,
                    foot[at] + count / 2,
                    f"{count:.0f}",
                    ha="center",
                    va="center",
                    fontsize=7.5,
                    color="white" if dark(colour) else INK,
                    bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"}
                    if word == NOT_DETERMINABLE
                    else None,
                )
        foot += found
        handles.append(Patch(label=label, **style))
    for at, total in enumerate(totals):
        ax.annotate(
            f"n {total}",
            (at, total),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=QUIET,
        )
    legend_beside(ax, handles[::-1])


def _colour(word: Any) -> str:
    if word == NOT_DETERMINABLE:
        return "#ffffff"
    if word in ("yes", "no"):
        return LEVEL_COLOURS[70 if word == "yes" else 0]
    below = [level for level in LEVEL_COLOURS if level <= word]
    return LEVEL_COLOURS[max(below)]
