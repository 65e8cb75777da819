"""The six variables of a response: their change at every visit."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from jiascores.core.core_set import CoreSet
from jiascores.core.definition import lookup
from jiascores.core.errors import RequestError, VisitError
from jiascores.core.variables import CORE_VARIABLES
from jiascores.measures.response import ResponseCriteria, acr_ped
from jiascores.plot.base import (
    BETTER,
    GAP_HATCH,
    LABELS,
    WORSE,
    Table,
    axes,
    faded,
    inches,
    ink,
    paper,
    places,
    shown_visit,
    table,
)
from jiascores.tables import table as tables
from jiascores.tables.assess import policy_for
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.table import Column

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Half the width of a column, in per cent of change.
REACH = 100
STEP = 2 * REACH + 24
# Columns narrower than this many inches have no room for figures, or for long headings.
NARROW, CLOSE = 0.8, 1.25


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
    context = tables.Table(
        read.frame, columns, units, baseline=baseline, marker=marker, policy=policy_for(invalid)
    )
    core = context.core_set
    base = context.baseline
    after = context.visits.order[context.after_baseline[context.visits.order]]
    if patient is not None:
        mine = [str(label) == str(patient) for label in context.visits.labels]
        if not any(mine):
            raise RequestError(f"no visit of patient {patient!r}.", variable="patient")
        after = after[np.array(mine)[context.visits.patients[after]]]
    who = np.unique(context.visits.patients[after])
    if who.size > 1 and by is None:
        raise RequestError(
            "several patients: say which, patient='…', or the column with the visit, by=….",
            variable="patient",
        )
    after, groups = _visits_of(read, context, after, by)
    if not after.size:
        raise VisitError("no visit after the baseline, so no change to draw.", variable="baseline")
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
    ax = axes(ax, float(np.clip(2.0 + 1.4 * len(groups), 4.6, 13.0)), 4.8)
    single = who.size == 1
    wide = inches(ax).width / len(groups)
    for column, (_, rows) in enumerate(groups):
        for line, key in enumerate(changes):
            change = changes[key][rows]
            if single:
                _one(ax, column * STEP, line, float(change[0]))
                ends = (values[_key(key, core)][rows[0]] for values in (of_base, of_visit))
                words = " → ".join("?" if np.isnan(end) else f"{end:.4g}" for end in ends)
            else:
                words = _several(ax, column * STEP, line, change)
            if wide >= NARROW:
                _write(ax, column * STEP, line, words, single=single)
    _lines(ax, rule, len(groups), wide)
    labels = [_heading(words, rows, response, single=single) for words, rows in groups]
    if wide < NARROW:
        labels = [label.replace("\n", ", ") for label in labels]
        ax.tick_params(axis="x", labelrotation=90)
    elif wide < CLOSE:
        labels = [_broken(label) for label in labels]
    ax.set_xticks([STEP * at for at in range(len(groups))], labels)
    ax.set_yticks(range(len(changes)), [_label(key, name) for key in changes])
    ax.set(xlim=(-STEP / 2, STEP * (len(groups) - 0.5)), ylim=(len(changes) - 0.35, -0.8))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    levels = ", ".join(f"{level}" for level in rule.levels if level in SHOWN_LEVELS)
    foot = (
        f"change against the baseline: worse ◂ | ▸ better; lines at {levels} % better and "
        f"{rule.worsening:g} % worse ({rule.name})"
    )
    if not single:
        foot += "; bars: median, whiskers: quartiles"
    # The foot begins under the names of the variables, so that it is as wide as the picture.
    ax.annotate(
        fill(foot, int((inches(ax).width + 1.0) / 0.078)),
        (0, 0),
        xycoords="axes fraction",
        xytext=(-72, -4),
        textcoords="offset points",
        va="top",
        fontsize=9,
    )
    return ax


SHOWN_LEVELS = (30, 50, 70)


def _key(key: str, core: Mapping[str, Any]) -> str:
    return key if key in core else list(core)[-1]


def _label(key: str, name: str) -> str:
    return LABELS[key] if key in CORE_VARIABLES or name in LABELS else "ESR or CRP"


def _visits_of(
    read: Table, context: tables.Table, after: NDArray[np.int64], by: Column | None
) -> tuple[NDArray[np.int64], list[tuple[str, NDArray[np.int64]]]]:
    """Return the visits that are drawn; and what each column is called, and which are in it."""
    if by is None:
        visits = context.visits
        days = (visits.dates[after] - visits.dates[context.baseline[after]]) / visits.per_day
        return after, [(f"day {day:g}", np.array([at])) for at, day in enumerate(days)]
    labels, place = places(read.objects(by)[after])
    after, place = after[place >= 0], place[place >= 0]
    names = map(shown_visit, labels)
    return after, [(name, np.flatnonzero(place == at)) for at, name in enumerate(names)]


def _heading(words: str, rows: NDArray[np.int64], response: Any, *, single: bool) -> str:
    if not single:
        return f"{words}\n{len(rows)} patients"
    low, high = (int(np.asarray(end)[rows[0]]) for end in (response.level_min, response.level_max))
    if low == high:
        return f"{words}\n{f'ACR Ped {low}' if low else 'below ACR Ped 30'}"
    return f"{words}\nACR Ped {low}–{high}?"


def _broken(label: str) -> str:
    """Return a heading in shorter lines."""
    first, _, last = label.partition("\n")
    for word in ("below ", "ACR Ped "):
        if last.startswith(word):
            return f"{first}\n{word.strip()}\n{last.removeprefix(word)}"
    return label


def _one(ax: Axes, middle: float, line: int, change: float) -> None:
    """Draw one patient's change."""
    if np.isnan(change):
        _unknown(ax, middle, line)
    else:
        _bar(ax, middle, line, change)


def _several(ax: Axes, middle: float, line: int, change: NDArray[np.float64]) -> str:
    """Draw the median change of several patients and its quartiles; return of how many."""
    known = change[~np.isnan(change)]
    if known.size:
        low, median, high = np.quantile(known, (0.25, 0.5, 0.75))
        _bar(ax, middle, line, float(median))
        ends = np.clip([low, high], -REACH, REACH) + middle
        ax.plot(ends, [line, line], color=ink(), linewidth=1.6, zorder=4, solid_capstyle="butt")
        ax.plot(ends, [line, line], color=ink(), marker="|", ls="", ms=7, zorder=4)
    else:
        _unknown(ax, middle, line)
    gaps = change.size - known.size
    return f"{known.size} known" + (f", {gaps} not" if gaps else "")


def _write(ax: Axes, middle: float, line: int, words: str, *, single: bool) -> None:
    """Write figures under a bar; they lie on the lines of the criteria."""
    ax.text(
        middle,
        line + 0.38,
        words,
        ha="center",
        va="center",
        fontsize=8.5 if single else 8,
        color=ink() if single else faded(0.65),
        bbox={"boxstyle": "square,pad=0.1", "facecolor": paper(), "edgecolor": "none"},
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
        edgecolor=BETTER if better else paper(),
        linewidth=0,
        zorder=2,
    )


def _unknown(ax: Axes, middle: float, line: int) -> None:
    ax.barh(
        line,
        2 * REACH,
        left=middle - REACH,
        height=0.42,
        color=paper(),
        hatch=GAP_HATCH,
        edgecolor=faded(0.15),
        linewidth=0,
        zorder=2,
    )
    ax.text(middle, line, "?", ha="center", va="center", fontweight="bold", zorder=5)


def _lines(ax: Axes, rule: ResponseCriteria, columns: int, wide: float) -> None:
    """Draw the limits of the criteria through every column, with as many figures as fit."""
    levels = [level for level in rule.levels if level in SHOWN_LEVELS]
    written = levels if wide > 2 * CLOSE else [*levels[:1], *levels[-1:]]
    for column in range(columns):
        middle = column * STEP
        ax.vlines(middle, -0.5, 5.6, color=ink(), linewidth=1.0, zorder=3)
        for level in levels:
            ax.vlines(middle + level, -0.5, 5.6, color=faded(0.55), linewidth=0.8, ls=":", zorder=3)
        ax.vlines(middle - rule.worsening, -0.5, 5.6, color=WORSE, linewidth=1.0, ls="--", zorder=3)
        if wide < NARROW:
            continue
        for change in (*dict.fromkeys(written), -rule.worsening):
            text = f"{change:g}".replace("-", "−")
            ax.text(middle + change, -0.58, text, ha="center", fontsize=8, color=faded(0.7))
