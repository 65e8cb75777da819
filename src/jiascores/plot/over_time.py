"""Scores over time, over the states that they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import lookup, published
from jiascores.core.errors import NotCoveredError, RequestError, listing
from jiascores.core.measure import Score
from jiascores.measures.states import ANY_COURSE, Bounds, CutoffSet
from jiascores.plot.base import (
    LABELS,
    Table,
    axes,
    dark,
    faded,
    in_words,
    inches,
    ink,
    legend_below,
    mixed,
    number,
    paper,
    places,
    plain,
    shortened,
    state_colours,
    table,
    treatment,
)
from jiascores.tables.beside import Beside
from jiascores.tables.table import Column
from jiascores.tables.visits import CALENDAR, Visits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Up to how many patients each have a line of their own colour and a name.
FEW = 8
# From how many patients on there is no line of each; how many cells across and up are then shaded,
# and how strongly.
CROWD, CELLS, DARKEST = 500, (140, 70), 0.6
# Up to how many visits of one patient have room for their scores in figures.
WRITTEN = 12
# Far enough from every band in lightness, on light and on dark paper; dashes and signs tell them
# apart in grey.
LINES = (
    ("#000000", "#00558f", "#7a0177", "#005a41", "#4d4d4d", "#08306b", "#67001f", "#3f007d"),
    ("#ffffff", "#8ec9f0", "#f0b4dd", "#7fdcb9", "#c4c4c4", "#b9d4ee", "#ffc2ab", "#cfc3f5"),
)
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
SIGNS = ("o", "s", "^", "D", "v", "P", "X", "h")
# How much of a state's colour its band has: scores in ink must be read on it.
BAND_LIGHT, BAND_DARK = 0.42, 0.3
# Axes narrower than this many inches have little room beside them.
NARROW = 5.0
# At most so many groups of visits have a median.
GROUPS = 24
Since = Literal["first-visit", "first-treatment", "date"]


def trajectories(
    visits: Any,
    score: Column,
    *,
    cutoffs: str | CutoffSet | None = None,
    course: str | None = None,
    measure: str | None = None,
    treatments: Any = None,
    since: Since = "first-visit",
    by: Column | None = None,
    labels: bool | None = None,
    columns: Mapping[str, str] | None = None,
    treatment_columns: Mapping[str, str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a score of every patient over time, over shaded bands of its states.

    Parameters
    ----------
    visits : data frame
        One row for each visit, for example of `jiascores.assess`.
    score : Column
        The column with the score.
    cutoffs : str or CutoffSet, optional
        The cut-off set whose states are shaded; without it there are no bands.
    course : str, optional
        The course by which the set is read; it must be named where the set has courses.
    measure : str, optional
        Id of the score, where the column is called otherwise.
    treatments : data frame, optional
        One row for each treatment, with patient and date: marked on the patient's line.
    since : {"first-visit", "first-treatment", "date"}
        What time is counted from, in days; or the calendar.
    by : Column, optional
        The column with the planned visit: median and quartiles of many patients are those of its
        rows. Without it, visits that lie near each other are taken together; see Notes.
    labels : bool, optional
        Whether each score is written at its point, and what was missing where there is none. By
        default that is so for one patient with at most twelve visits.
    columns, treatment_columns : dict, optional
        What is called otherwise in `visits` and `treatments`: ``{"patient": …, "date": …}``.
    ax : matplotlib axes, optional
        Where to draw; without it, a new figure.

    Returns
    -------
    matplotlib axes

    Raises
    ------
    NotCoveredError
        If the set has no cut-offs for the score or the course.
    ColumnError, VisitError, RequestError
        If the tables do not have what is drawn.

    Notes
    -----
    A visit without the score is a cross at the foot, and the line is broken there. With more than
    eight patients the lines are thin, the median and quartiles of the visits lie over them, and
    figures above say of how many visits the score is missing. With more than 500 there are no
    lines: it is shaded how many visits lie where, and treatments are marked at the foot.

    Which visits belong together, `by` says. Without it, time is cut where visits are sparse: where
    they become half as dense as on both sides, within a quarter of the usual interval between a
    patient's visits. Stretches without such a place are cut into pieces as long as that interval,
    or a 24th of all the time if that is longer. Where fewer than one visit in 200 lies there is no
    median.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": "A", "date": [0, 90, 180], "jadas10": [18.0, 6.5, 3.0]})
    >>> ax = jia.plot.trajectories(visits, jia.column("jadas10"),
    ...                            cutoffs="consolaro-2012-2014", course="poly")
    >>> ax.get_ylabel()
    'JADAS10'
    """
    read = table(visits, columns)
    name = measure or read.name(score)
    values = read.floats(score)
    bounds = None if cutoffs is None else bounds_of(cutoffs, name, course)
    seen = read.visits
    given = None if treatments is None else treatments_of(treatments, treatment_columns, seen)
    days, treated = times_of(seen, given, since)
    ax = axes(ax, 7.6, 4.6)
    crowd = np.unique(seen.patients).size > CROWD
    rows = [] if crowd else list(_rows(seen))
    lines = [(str(seen.labels[seen.patients[mine[0]]]), days[mine], values[mine]) for mine in rows]
    few = not crowd and len(lines) <= FEW
    handles: list[Any] = []
    _limits(ax, values, bounds)
    if few:
        handles += _few(ax, lines)
        handles += _gaps(ax, days, values)
    else:
        groups = _near(days, seen.patients) if by is None else _together(read.objects(by))
        handles += _many(ax, lines, days, values, groups)
        handles += _gaps_of_many(ax, days, values, groups)
    handles += _marks(ax, lines, treated, few=few)
    if labels is None:
        labels = len(lines) == 1 and len(values) <= WRITTEN
    if labels:
        _write(ax, lines, rows, _what_is_missing(read, name, np.isnan(values)))
    if bounds is not None:
        _bands(ax, bounds)
    scores = {one.name: one.label for one in published(Score)}
    ax.set_ylabel(scores.get(name, in_words(name)))
    ax.set_xlabel("" if since == "date" else f"days since the {since.replace('-', ' ')}")
    if since == "date":
        _calendar(ax)
    elif not np.ptp(days):
        ax.set_xticks([float(days[0])])
    plain(ax)
    title = ""
    if bounds is not None:
        which = lookup(CutoffSet, cutoffs, parameter="cutoffs").name
        title = which if bounds.course == ANY_COURSE else f"{which}, {bounds.course}"
    legend_below(ax, handles, title=f"states by {title}" if title else "", labelled=since != "date")
    return ax


def bounds_of(cutoffs: str | CutoffSet, measure: str, course: str | None) -> Bounds:
    """Return the bounds of one score in one course, as the set has them."""
    definition = lookup(CutoffSet, cutoffs, parameter="cutoffs")
    known = definition.of(measure)
    if ANY_COURSE in known:
        return known[ANY_COURSE]
    if course not in known:
        raise NotCoveredError(
            f"course = {course!r}: {definition.name} has cut-offs for {' and '.join(known)}; "
            f"the bands of a picture are those of one course.",
            variable="course",
            values=(course,),
        )
    return known[course]


def treatments_of(
    given: Any, columns: Mapping[str, str] | None, seen: Visits
) -> list[tuple[str, int]]:
    """Return patient and date of each treatment, as the visits have them."""
    treatments = Beside(given, columns, what="treatments", parameter="treatment_columns")
    patients = treatments.among(seen.labels, all_known=True)
    dates = treatments.dates("date").on_scale(seen.per_day)
    return [(str(seen.labels[code]), int(date)) for code, date in zip(patients, dates, strict=True)]


def times_of(
    seen: Any,
    given: list[tuple[str, int]] | None,
    since: Since,
    *,
    untreated: Literal["refuse", "skip"] = "refuse",
) -> tuple[NDArray[Any], dict[str, list[Any]]]:
    """Return when each visit was, and each patient's treatments, on the axis of time."""
    ids = [str(label) for label in seen.labels]
    if since not in ("first-visit", "first-treatment", "date"):
        raise RequestError(
            f"since={since!r}: choose 'first-visit', 'first-treatment' or 'date'.", variable="since"
        )
    if since == "date":
        if seen.per_day != CALENDAR:
            raise RequestError("since='date' needs dates, not study days.", variable="since")
        of_patient = dict.fromkeys(ids, 0)
    elif since == "first-visit":
        first = np.full(len(ids), np.iinfo(np.int64).max)
        np.minimum.at(first, seen.patients, seen.dates)
        of_patient = dict(zip(ids, first.tolist(), strict=True))
    else:
        of_patient = {}
        for who, date in given or []:
            of_patient[who] = min(date, of_patient.get(who, date))
        without = [who for who in ids if who not in of_patient]
        if without and untreated == "refuse":
            raise RequestError(
                f"patient {listing(without)} has no treatment that time could be counted from.",
                variable="since",
                values=without,
            )
    starts = np.array([of_patient.get(who, 0) for who in ids], dtype=np.int64)
    treated: dict[str, list[Any]] = {}
    for who, date in given or []:
        when = _when(np.array([date - of_patient[who]]), seen.per_day, since)[0]
        treated.setdefault(who, []).append(when)
    return _when(seen.dates - starts[seen.patients], seen.per_day, since), treated


def _when(dates: NDArray[np.int64], per_day: float, since: Since) -> NDArray[Any]:
    return dates.astype("datetime64[us]") if since == "date" else dates / per_day


def _rows(seen: Any) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each patient, in order of time."""
    order = seen.order
    edges = np.flatnonzero(np.diff(seen.patients[order])) + 1
    yield from (rows for rows in np.split(order, edges) if rows.size)


def _few(ax: Axes, lines: list[Any]) -> list[Any]:
    colours = LINES[not dark(ink())]
    handles = []
    for place, (who, when, score) in enumerate(lines):
        (line,) = ax.plot(
            when,
            score,
            color=colours[place % len(colours)],
            linestyle=DASHES[place % len(DASHES)],
            marker=SIGNS[place % len(SIGNS)],
            markersize=5.5,
            linewidth=1.8,
            label=f"patient {shortened(who)}",
            zorder=3,
        )
        handles.append(line)
    return handles


def _many(
    ax: Axes,
    lines: list[Any],
    days: NDArray[Any],
    values: NDArray[np.float64],
    groups: list[NDArray[np.int64]],
) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    colour = ink()
    known = ~np.isnan(values)
    for _, when, score in lines:
        alpha = float(np.clip(12 / len(lines), 0.05, 0.5))
        # The point shows a score between two gaps, which no line does.
        ax.plot(when, score, color=colour, alpha=alpha, lw=0.7, marker=".", ms=2, zorder=2)
    handles: list[Any] = [Line2D([], [], color=colour, alpha=0.5, lw=0.8, label="each patient")]
    if not lines:
        handles = [_cloud(ax, days[known], values[known])] if known.any() else []
    pieces = [rows[known[rows]] for rows in groups]
    pieces = [rows for rows in pieces if rows.size >= max(1, known.sum() // 200)]
    if not pieces:
        return handles
    pieces.sort(key=lambda rows: _middle(days[rows]))
    when = np.array([_middle(days[rows]) for rows in pieces])
    low, middle, high = np.array(
        [np.quantile(values[rows], (0.25, 0.5, 0.75)) for rows in pieces]
    ).T
    ax.fill_between(when, low, high, facecolor=paper(), alpha=0.55, linewidth=0, zorder=3)
    for edge in (low, high):
        ax.plot(
            when,
            edge,
            color=colour,
            linewidth=1.1,
            linestyle=(0, (4, 2)),
            marker="_" if len(pieces) == 1 else "",
            markersize=14,
            zorder=4,
        )
    (line,) = ax.plot(
        when, middle, color=colour, lw=2.6, marker="o", ms=5, zorder=5, label="median of visits"
    )
    quartiles = Patch(facecolor=paper(), edgecolor=colour, ls="--", label="quartiles of visits")
    return [*handles, line, quartiles]


def _cloud(ax: Axes, days: NDArray[Any], values: NDArray[np.float64]) -> Any:
    """Shade by how many visits lie where; return the entry of the legend."""
    from matplotlib.colors import to_rgba
    from matplotlib.dates import date2num
    from matplotlib.patches import Patch

    in_days: Any = date2num
    when = in_days(days) if days.dtype.kind == "M" else days
    counts, x, y = np.histogram2d(when, values, bins=CELLS)
    shades = np.full((*counts.T.shape, 4), to_rgba(ink()))
    # The root, so that few visits are seen beside the many of one day.
    shades[..., 3] = DARKEST * np.sqrt(counts.T / counts.max())
    box = (x[0], x[-1], y[0], y[-1])
    ax.use_sticky_edges = False
    ax.imshow(shades, extent=box, origin="lower", aspect="auto", interpolation="nearest", zorder=2)
    return Patch(facecolor=ink(), alpha=DARKEST / 2, label="visits, darker where more are")


def _middle(days: NDArray[Any]) -> Any:
    """Return the middle one of times, which exists for dates too."""
    return np.sort(days)[len(days) // 2]


def _together(visit: NDArray[Any]) -> list[NDArray[np.int64]]:
    """Return the rows of each visit."""
    labels, place = places(visit)
    return [np.flatnonzero(place == at) for at in range(len(labels))]


def _near(days: NDArray[Any], patients: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the rows of visits that lie near each other: one visit, as it was planned."""
    if days.dtype.kind == "M":
        days = (days - days.min()) / np.timedelta64(1, "D")
    order = np.lexsort((days, patients))
    apart = np.diff(days[order])[np.diff(patients[order]) == 0]
    span = float(np.ptp(days))
    if not span:
        return [np.arange(days.size)]
    apart = apart[apart > 0]
    usual = max(float(np.median(apart)) if apart.size else 0.0, span / GROUPS)
    when = np.sort(days)
    cuts = [when[0], *_sparse(when, usual), when[-1]]
    edges = np.concatenate(
        [
            np.linspace(start, end, max(1, round((end - start) / usual)), endpoint=False)
            if end - start > 2 * usual
            else [start]
            for start, end in pairwise(cuts)
        ]
    )
    place = np.searchsorted(edges, days, side="right") - 1
    return [np.flatnonzero(place == at) for at in np.unique(place)]


def _sparse(when: NDArray[np.float64], usual: float) -> list[float]:
    """Return where visits are at most half as dense as on both sides."""
    times = np.arange(when[0], when[-1], usual / 32)
    reach = usual / 8
    dense = np.searchsorted(when, times + reach, "right") - np.searchsorted(when, times - reach)
    cuts: list[float] = []
    most = least = int(dense[0])
    first, last, start = 0, 0, when[0] - usual
    # Down from the densest place to the sparsest; the cut is in its middle once visits are dense
    # again.
    for at, count in enumerate(dense.tolist()):
        if count < least:
            least, first = count, at
        if count == least:
            last = at
        elif count >= max(1, 2 * least) and 2 * least <= most:
            cut = float((times[first] + times[last]) / 2)
            if cut - start >= usual / 4:
                cuts.append(cut)
                start = cut
            most = least = count
            first = last = at
        if count > most:
            most = least = count
            first = last = at
    return cuts


def _gaps(ax: Axes, days: NDArray[Any], values: NDArray[np.float64]) -> list[Any]:
    """Mark visits without a score at the foot of the picture."""
    gaps = np.isnan(values)
    if not gaps.any():
        return []
    (line,) = ax.plot(
        days[gaps],
        np.full(int(gaps.sum()), 0.025),
        transform=ax.get_xaxis_transform(),
        linestyle="",
        marker="x",
        markersize=7,
        markeredgewidth=1.8,
        color=ink(),
        clip_on=False,
        label=f"score missing ({gaps.sum()})",
        zorder=6,
    )
    return [line]


def _gaps_of_many(
    ax: Axes, days: NDArray[Any], values: NDArray[np.float64], groups: list[NDArray[np.int64]]
) -> list[Any]:
    """Write of how many visits the score is missing: crosses would be a bar."""
    from matplotlib.lines import Line2D

    gaps = np.isnan(values)
    if not gaps.any():
        return []
    crowded = inches(ax).width / len(groups) < 0.45
    for rows in groups:
        if gaps[rows].any():
            ax.annotate(
                f"×{gaps[rows].sum()}",
                (number(_middle(days[rows])), 1.0),
                xycoords=ax.get_xaxis_transform(),
                xytext=(0, -2),
                textcoords="offset points",
                ha="center",
                va="top",
                rotation=90 if crowded else 0,
                fontsize=8,
                zorder=6,
            )
    words = f"score missing ({gaps.sum()} of {gaps.size})"
    return [Line2D([], [], ls="", marker="x", color=ink(), ms=5, label=words)]


def _what_is_missing(read: Table, name: str, gaps: NDArray[np.bool_]) -> dict[int, list[str]]:
    """Return for each visit without the score which of its inputs the table does not have."""
    score = next((one for one in published(Score) if one.name == name), None)
    if score is None:
        return {}
    there = {
        one: read.objects(Column(column))
        for one in (*score.inputs, *score.either)
        if read.has(column := read.columns.get(one, one))
    }
    found = {}
    for row in np.flatnonzero(gaps).tolist():
        words = [one for one in score.inputs if one in there and _empty(there[one][row])]
        either = [one for one in score.either if one in there]
        if either and all(_empty(there[one][row]) for one in either):
            words += either
        if words:
            found[row] = [f"no {LABELS.get(one, in_words(one))}" for one in words]
    return found


def _empty(value: Any) -> bool:
    return value is None or value != value


def _write(
    ax: Axes,
    lines: list[tuple[str, NDArray[Any], NDArray[np.float64]]],
    rows: list[NDArray[np.int64]],
    missing: Mapping[int, list[str]],
) -> None:
    """Write scores at their points, beside the line; and over the gaps why there is no score."""
    top = ax.get_ylim()[1]
    ax.margins(x=0.08)
    width = 12 if inches(ax).width < NARROW else 40
    for (_, when, score), mine in zip(lines, rows, strict=True):
        around = np.concatenate([[np.nan], score, [np.nan]])
        for at, row in enumerate(mine.tolist()):
            x = number(when[at])
            before, after = around[at], around[at + 2]
            if not np.isnan(score[at]):
                falls, rises = before > score[at], after > score[at]
                side = 0 if falls == rises else 1 if falls else -1
                # In a valley there is room below, if not at the foot.
                below = falls and rises and score[at] > 0.08 * top
                ax.annotate(
                    f"{score[at]:g}",
                    (x, score[at]),
                    xytext=(4 * side, -6 if below else 5),
                    textcoords="offset points",
                    ha=("center", "left", "right")[side],
                    va="top" if below else "bottom",
                    zorder=8,
                )
            elif row in missing:
                # Above the neighbours' figures; the line is broken here.
                height = np.nanmax([before, after, 0.0]) / top + 0.16
                ax.annotate(
                    "\n".join(fill(words, width) for words in missing[row]),
                    (x, 0.05),
                    xycoords=ax.get_xaxis_transform(),
                    xytext=(x, min(height, 0.85)),
                    textcoords=ax.get_xaxis_transform(),
                    ha="center",
                    va="bottom",
                    linespacing=1.0,
                    arrowprops={"arrowstyle": "-", "color": faded(0.65), "linestyle": ":"},
                    zorder=8,
                )


def _calendar(ax: Axes) -> None:
    from matplotlib import dates

    untyped: Any = dates
    locator = untyped.AutoDateLocator(minticks=3, maxticks=7)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(untyped.ConciseDateFormatter(locator))


def _marks(ax: Axes, lines: list[Any], treated: Mapping[str, list[Any]], *, few: bool) -> list[Any]:
    """Mark treatments: on the line of their patient where there is one, else at the foot."""
    from matplotlib.lines import Line2D

    if not treated:
        return []
    style: dict[str, Any] = {
        "linestyle": "",
        "marker": "v",
        "color": treatment(),
        "markeredgecolor": paper(),
        "markersize": 11 if few else 5,
    }
    if not lines:
        when = np.unique(np.concatenate(list(treated.values())))
        foot = ax.get_xaxis_transform()
        ax.plot(when, np.full(when.size, 0.03), transform=foot, zorder=7, **style)
    for who, when, score in lines:
        known = ~np.isnan(score)
        for day in treated.get(who, ()):
            if len(lines) == 1:
                ax.axvline(day, color=treatment(), linewidth=1.2, linestyle=(0, (2, 2)), zorder=2)
            height, transform = 0.03, ax.get_xaxis_transform()
            if known.any():
                numbers = when[known].astype(float)
                height = float(
                    np.interp(float(np.asarray(day).astype(float)), numbers, score[known])
                )
                transform = ax.transData
            ax.plot([day], [height], transform=transform, zorder=7, **style)
    count = sum(len(days) for days in treated.values())
    return [Line2D([], [], label=f"treatment ({count})", **{**style, "markersize": 9})]


def _limits(ax: Axes, values: NDArray[np.float64], bounds: Bounds | None) -> None:
    top = max(np.nanmax(values, initial=1.0), *(bounds.upper if bounds else (0.0,)))
    ax.set_ylim(0, top * 1.12)


def _bands(ax: Axes, bounds: Bounds) -> None:
    """Shade the states between their bounds, to the top of the picture, and name them beside it."""
    colours = state_colours(bounds.states)
    share = BAND_LIGHT if dark(ink()) else BAND_DARK
    edges = (0.0, *bounds.upper, ax.get_ylim()[1])
    rules = [f"{'≤' if inclusive else '<'} {bound:g}" for _, bound, inclusive in bounds.steps]
    rules.append(f"{'>' if bounds.steps[-1][2] else '≥'} {bounds.upper[-1]:g}")
    middles = []
    for state, low, high in zip(bounds.states, edges[:-1], edges[1:], strict=True):
        shade = mixed(colours[state], paper(), share)
        ax.axhspan(low, high, zorder=0, label=state, facecolor=shade, linewidth=0)
        middles.append((low + high) / 2)
    for bound in bounds.upper:
        ax.axhline(bound, color=faded(0.55), linewidth=0.8, zorder=1)
    # Names of narrow bands make room for each other; those of wide ones have two lines in axes
    # that are narrow.
    inch = edges[-1] / inches(ax).height
    narrow = inches(ax).width < NARROW
    for at in range(1, len(middles)):
        middles[at] = max(middles[at], middles[at - 1] + 0.17 * inch)
    for at, (state, rule, place) in enumerate(zip(bounds.states, rules, middles, strict=True)):
        broken = narrow and edges[at + 1] - edges[at] > 0.4 * inch
        ax.annotate(
            ("\n" if broken else " ").join((in_words(state), rule)),
            (1.0, place),
            xycoords=ax.get_yaxis_transform(),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
        )
