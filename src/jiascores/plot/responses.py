"""The six variables of a response: their change at every visit."""

from __future__ import annotations

import re
from itertools import product
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.core_set import CoreSet
from jiascores.core.definition import lookup
from jiascores.core.errors import RequestError, VisitError, plainly, shown
from jiascores.core.variables import MarkerRule
from jiascores.measures.response import AcrPedResponse, ResponseCriteria, acr_ped
from jiascores.plot.base import (
    BETTER,
    GAP_HATCH,
    LABELS,
    QUARTILES,
    WORSE,
    Look,
    Places,
    axes,
    faded,
    inches,
    ink,
    note,
    paper,
    shown_visit,
    table,
)
from jiascores.tables import table as tables
from jiascores.tables.assess import policy_for
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.frame import Positions
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, Units

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Half the width of a column, in per cent of change.
REACH = 100
STEP = 2 * REACH + 24
# Columns narrower than this many inches have no room for figures, or for long headings.
NARROW, CLOSE = 0.8, 1.25
# The levels that have a line.
SHOWN_LEVELS = (30, 50, 70)


# What visits are called in their order, and the place of each row among them, −1 for none.
AllPlaces: TypeAlias = tuple[list[Any], Places]


@as_declared
def response_matrix(
    visits: Any,
    *,
    baseline: BaselineRule = "first",
    patient: Any = None,
    by: Column | None = None,
    criteria: str | ResponseCriteria = "giannini-1997",
    marker: MarkerRule | None = None,
    columns: ColumnNames | None = None,
    units: Units | None = None,
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

    See Also
    --------
    jiascores.acr_ped : The response that it draws.
    jiascores.plot.responders : Shares by visit.

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
    ['day 56\nACR Pedi 50']
    """
    rule = lookup(ResponseCriteria, criteria, parameter="criteria")
    read = table(visits, columns)
    context = tables.Table(
        read.frame, columns, units, baseline=baseline, marker=marker, policy=policy_for(invalid)
    )
    visits = None if by is None else read.places(by)
    return changes(context, visits, rule, patient=patient, ax=ax)


def changes(
    context: tables.Table,
    visits: AllPlaces | None,
    rule: ResponseCriteria,
    *,
    patient: Any = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the change of the core set of a table that is read; `visits` are those of its rows."""
    columns, names, single = _columns(context, patient, visits)
    ax = axes(ax, float(np.clip(2.0 + 1.4 * len(names), 4.6, 13.0)), 4.8)
    width = inches(ax) / len(names)
    found = [_of_column(context, rows, rule, single=single) for rows in columns]
    low, median, high = np.stack([each.quartiles for each in found], axis=1)
    _bars(ax, median)
    if not single:
        _whiskers(ax, low, high)
    if width >= NARROW:
        _write(ax, np.array([each.words for each in found]), single=single)
    _lines(ax, rule, len(names), width)
    names = [f"{name}\n{each.heading}" for name, each in zip(names, found, strict=True)]
    _name_visits(ax, names, width)
    variables = [LABELS.get(name, "ESR or CRP") for name in context.core_set]
    ax.set_yticks(range(len(variables)), variables)
    ax.set(xlim=(-STEP / 2, STEP * (len(names) - 0.5)), ylim=(len(variables) - 0.35, -0.8))
    ax.spines[:].set_visible(False)
    _foot(ax, rule, "" if single else "; bars: median, whiskers: quartiles")
    return ax


def _columns(
    context: tables.Table, patient: Any, visits: AllPlaces | None
) -> tuple[list[Positions], list[str], bool]:
    """Return the rows of each column, what the columns are called, and if they are one patient's."""
    seen, due = context.visits, context.after_baseline
    if visits is not None:
        due = due & (visits[1] >= 0)
    rows = seen.order[due[seen.order]]
    if patient is not None:
        asked = plainly(patient)
        codes = [code for code, label in enumerate(seen.labels) if str(label) == asked]
        if not codes:
            raise RequestError(f"no visit of patient {shown(patient)}.", variable="patient")
        rows = rows[np.isin(seen.patients[rows], codes)]
    single = np.unique(seen.patients[rows]).size == 1
    if rows.size and not single and visits is None:
        raise RequestError(
            "several patients: say which, patient='…', or the column with the visit, by=….",
            variable="patient",
        )
    if not rows.size:
        raise VisitError("no visit after the baseline, so no change to draw.", variable="baseline")
    if visits is None:
        days = (seen.dates[rows] - seen.dates[context.baseline[rows]]) / seen.per_day
        return np.split(rows, rows.size)[: rows.size], [f"day {day:g}" for day in days], single
    place = visits[1][rows]
    used = np.unique(place)
    columns = [rows[place == each] for each in used]
    names = [shown_visit(visits[0][each]) for each in used]
    return [each[:1] for each in columns] if single else columns, names, single


@attrs.frozen
class Shown:
    """What one column shows: the quartiles of the change of each variable, and what is written."""

    quartiles: NDArray[np.float64]
    words: list[str]
    heading: str


def _of_column(
    context: tables.Table, rows: Positions, rule: ResponseCriteria, *, single: bool
) -> Shown:
    """Return what a column shows of its rows: one visit of a patient, or one of several patients."""
    response, before, now = _response(context, rows, rule)
    change = -np.column_stack([np.asarray(each) for each in response.change.values()])
    quartiles = pd.DataFrame(change).quantile([*QUARTILES]).to_numpy()
    if single:
        words = [_from_to(*pair) for pair in zip(before[0], now[0], strict=True)]
        return Shown(quartiles, words, _level(response))
    gaps = np.isnan(change).sum(axis=0)
    words = [f"{len(rows) - n} known" + (f", {n} not" if n else "") for n in gaps.tolist()]
    return Shown(quartiles, words, f"{len(rows)} patients")


def _response(
    context: tables.Table, rows: Positions, rule: ResponseCriteria
) -> tuple[AcrPedResponse[Any, Any, Any], NDArray[Any], NDArray[Any]]:
    """Return the response at these visits, and the six variables before and now, side by side."""
    earlier, own = context.baseline[rows], context.own_of("baseline")
    base_values = {
        name: values[earlier] if own is None else own.values(name)[rows]
        for name, values in context.core_set.items()
    }
    pairs = [base_values, {name: values[rows] for name, values in context.core_set.items()}]
    # A mixed reactant is ESR or CRP by patient; change in per cent has no unit.
    base, now = (
        CoreSet(**{name if name in LABELS else "esr": values for name, values in pair.items()})
        for pair in pairs
    )
    fever: dict[str, Any] = {}
    if rule.fever_limit is not None:
        fever = {"highest_temperature": context.values("highest_temperature")[rows]}
    response = acr_ped(baseline=base, now=now, criteria=rule, **fever)
    before, after = (np.column_stack(list(pair.values())) for pair in pairs)
    return response, before, after


def _from_to(before: float, now: float) -> str:
    return " → ".join("?" if np.isnan(value) else f"{value:.4g}" for value in (before, now))


def _level(response: Any) -> str:
    """Return the level of one visit, or between which two it lies."""
    low, high = (int(end[0]) for end in (response.level_min, response.level_max))
    if low != high:
        return f"ACR Pedi {low}–{high}?"
    return f"ACR Pedi {low}" if low else "below ACR Pedi 30"


def _name_visits(ax: Axes, names: list[str], width: float) -> None:
    """Name the visits above, in letters that a column of this width has room for."""
    if width < NARROW:
        names = [name.replace("\n", ", ") for name in names]
        ax.tick_params(axis="x", labelrotation=90)
    elif width < CLOSE:
        names = [re.sub(r"\n(below|ACR Pedi) ", r"\n\1\n", name) for name in names]
    ax.set_xticks(STEP * np.arange(len(names)), names)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)


def _bars(ax: Axes, change: NDArray[np.float64]) -> None:
    """Draw the change of each variable at each visit; where it is not known, a question mark."""
    gap = np.isnan(change)
    ends = np.where(gap, REACH, np.clip(change, -REACH, REACH))
    unknown: Look = {"color": paper(), "hatch": GAP_HATCH, "edgecolor": faded(0.15)}
    worse: Look = {"color": WORSE, "hatch": "\\\\\\\\", "edgecolor": paper()}
    better: Look = {"color": BETTER}
    for which, look in ((change >= 0, better), (gap, unknown), (change < 0, worse)):
        visit, line = np.nonzero(which)
        start = np.where(gap, -REACH, 0)[which]
        ax.barh(
            line, ends[which] - start, 0.42, visit * STEP + start, linewidth=0, zorder=2, **look
        )
    for visit, line in np.argwhere(gap):
        style: Look = {"ha": "center", "va": "center", "fontweight": "bold"}
        ax.text(visit * STEP, line, "?", zorder=5, **style)


def _whiskers(ax: Axes, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
    visit, line = np.indices(low.shape).reshape(2, -1)
    ends = np.clip([low.ravel(), high.ravel()], -REACH, REACH) + visit * STEP
    ax.hlines(line, *ends, color=ink(), linewidth=1.6, zorder=4)
    ax.plot(ends, [line, line], color=ink(), marker="|", ls="", ms=7, zorder=4)


def _write(ax: Axes, words: NDArray[Any], *, single: bool) -> None:
    """Write figures under the bars; they lie on the lines of the criteria."""
    box = {"boxstyle": "square,pad=0.1", "facecolor": paper(), "edgecolor": "none"}
    size, colour = (8.5, ink()) if single else (8, faded(0.65))
    style: Look = {"ha": "center", "va": "center", "fontsize": size, "color": colour, "bbox": box}
    for (visit, line), text in np.ndenumerate(words):
        ax.text(visit * STEP, line + 0.38, text, zorder=6, **style)


def _lines(ax: Axes, rule: ResponseCriteria, visits: int, width: float) -> None:
    """Draw the limits of the criteria through every column, with as many figures as fit."""
    middles = STEP * np.arange(visits)
    levels = _shown_levels(rule)
    for changes, colour, thick, dashes in (
        ([0], ink(), 1.0, "-"),
        (levels, faded(0.55), 0.8, ":"),
        ([-rule.worsening], WORSE, 1.0, "--"),
    ):
        where = np.add.outer(middles, changes).ravel()
        ax.vlines(where, -0.5, 5.6, color=colour, linewidth=thick, ls=dashes, zorder=3)
    if width < NARROW:
        return
    written = levels if width > 2 * CLOSE else [*levels[:1], *levels[-1:]]
    marked: list[float] = [*dict.fromkeys(written), -rule.worsening]
    for middle, change in product(middles, marked):
        text = f"{change:g}".replace("-", "−")
        ax.text(middle + change, -0.58, text, ha="center", fontsize=8, color=faded(0.7))


def _shown_levels(rule: ResponseCriteria) -> list[int]:
    return [level for level in rule.levels if level in SHOWN_LEVELS]


def _foot(ax: Axes, rule: ResponseCriteria, more: str) -> None:
    """Say under the picture what bars and lines mean."""
    words = (
        f"change against the baseline: worse ◂ | ▸ better; lines at "
        f"{', '.join(map(str, _shown_levels(rule)))} % better and "
        f"{rule.worsening:g} % worse ({rule.name}){more}"
    )
    # It begins under the names of the variables, so that it is as wide as the picture.
    words = fill(words, int((inches(ax) + 1.0) / 0.078))
    note(ax, words, (0, 0), (-72, -4), xycoords="axes fraction", va="top", fontsize=9)
