"""Scores over time, over the states that they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import lookup, published
from jiascores.core.errors import NotCoveredError, RequestError, listing
from jiascores.core.measure import Score
from jiascores.measures.states import ANY_COURSE, Bounds, CutoffSet
from jiascores.plot.base import (
    INK,
    QUIET,
    TREATMENT,
    axes,
    in_words,
    legend_beside,
    plain,
    state_colours,
    table,
)
from jiascores.tables.columns import Column
from jiascores.tables.visits import CALENDAR, read_dates, read_patients

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Up to how many patients each have a line of their own colour and a name.
FEW = 8
# Dark enough on every band; told apart by their dashes and signs in grey.
LINES = ("#000000", "#0072b2", "#7a0177", "#00694d", "#4d4d4d", "#08306b", "#67001f", "#3f007d")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
SIGNS = ("o", "s", "^", "D", "v", "P", "X", "h")
BINS = 12
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
    eight patients the lines are thin, and the median and quartiles of the visits lie over them:
    at each time where visits fall on at most 30 of them, else in twelve intervals as long as each
    other. Where fewer than one visit in 200 lies there is no median.

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
    given = (
        None if treatments is None else treatments_of(treatments, treatment_columns, seen.per_day)
    )
    days, treated = times_of(seen, given, since)
    ax = axes(ax, 8.6, 4.6)
    lines = list(_lines(seen, days, values))
    handles: list[Any] = []
    if len(lines) <= FEW:
        handles += _few(ax, lines)
    else:
        handles += _many(ax, lines, days, values)
    handles += _gaps(ax, days, values)
    handles += _marks(ax, lines, treated, few=len(lines) <= FEW)
    _limits(ax, values, bounds)
    if bounds is not None:
        handles += _bands(ax, bounds)
    scores = {one.name: one.label for one in published(Score)}
    ax.set_ylabel(scores.get(name, in_words(name)))
    ax.set_xlabel("" if since == "date" else f"days since the {since.replace('-', ' ')}")
    plain(ax)
    title = ""
    if bounds is not None:
        which = lookup(CutoffSet, cutoffs, parameter="cutoffs").name
        title = which if bounds.course == ANY_COURSE else f"{which}, {bounds.course}"
    legend_beside(ax, handles, title=f"states by {title}" if title else "")
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
    given: Any, columns: Mapping[str, str] | None, per_day: float
) -> list[tuple[str, int]]:
    """Return patient and date of each treatment, dates counted as those of the visits are."""
    read = table(given, columns)
    names = read.columns.get("date", "date")
    from jiascores.tables.columns import Names

    codes, labels = read_patients(read.frame, Names(read.columns, {}))
    dates, own = read_dates(read.frame, names, "date", gaps=False)
    if len(dates) and (own == CALENDAR) != (per_day == CALENDAR):
        raise RequestError(
            "visits and treatments have dates of two kinds: give both as dates or as study days.",
            variable="treatments",
        )
    return [(str(labels[code]), int(date)) for code, date in zip(codes, dates, strict=True)]


def times_of(
    seen: Any,
    given: list[tuple[str, int]] | None,
    since: Since,
    *,
    untreated: Literal["refuse", "skip"] = "refuse",
) -> tuple[NDArray[Any], dict[str, list[Any]]]:
    """Return when each visit was, and each patient's treatments, on the axis of time."""
    ids = [str(label) for label in seen.labels]
    strangers = sorted({who for who, _ in given or []} - set(ids))
    if strangers:
        raise RequestError(
            f"patient {listing(strangers)} was treated and has no visit.", variable="treatments"
        )
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


def _lines(
    seen: Any, days: NDArray[Any], values: NDArray[np.float64]
) -> Iterator[tuple[str, NDArray[Any], NDArray[np.float64]]]:
    """Yield each patient's id, times and scores, in order of time."""
    order = seen.order
    edges = np.flatnonzero(np.diff(seen.patients[order])) + 1
    for rows in np.split(order, edges):
        if rows.size:
            yield str(seen.labels[seen.patients[rows[0]]]), days[rows], values[rows]


def _few(ax: Axes, lines: list[Any]) -> list[Any]:
    handles = []
    for place, (who, when, score) in enumerate(lines):
        (line,) = ax.plot(
            when,
            score,
            color=LINES[place % len(LINES)],
            linestyle=DASHES[place % len(DASHES)],
            marker=SIGNS[place % len(SIGNS)],
            markersize=5.5,
            linewidth=1.8,
            label=f"patient {who}",
            zorder=3,
        )
        handles.append(line)
    return handles


def _many(ax: Axes, lines: list[Any], days: NDArray[Any], values: NDArray[np.float64]) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    alpha = float(np.clip(12 / len(lines), 0.05, 0.5))
    for _, when, score in lines:
        ax.plot(when, score, color=INK, alpha=alpha, linewidth=0.7, zorder=2)
    known = ~np.isnan(values)
    found = _quartiles(days[known], values[known])
    handles: list[Any] = [Line2D([], [], color=INK, alpha=0.5, lw=0.8, label="each patient")]
    if found is None:
        return handles
    when, low, middle, high = found
    ax.fill_between(when, low, high, facecolor="#ffffff", alpha=0.55, linewidth=0, zorder=3)
    for edge in (low, high):
        ax.plot(when, edge, color=INK, linewidth=1.1, linestyle=(0, (4, 2)), zorder=4)
    (line,) = ax.plot(
        when, middle, color=INK, lw=2.6, marker="o", ms=5, zorder=5, label="median of visits"
    )
    quartiles = Patch(facecolor="white", edgecolor=INK, linestyle="--", label="quartiles of visits")
    return [*handles, line, quartiles]


def _quartiles(
    days: NDArray[Any], values: NDArray[np.float64]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]] | None:
    """Return times and the quartiles of the scores then."""
    times = np.unique(days)
    if not times.size:
        return None
    order = np.argsort(days, kind="stable")
    if times.size <= 30:
        pieces = [np.flatnonzero(days == when) for when in times]
    else:
        span = days[order[-1]] - days[order[0]]
        place = np.minimum((days - days[order[0]]) / span * BINS, BINS - 1).astype(int)
        pieces = [np.flatnonzero(place == at) for at in range(BINS)]
    pieces = [piece for piece in pieces if piece.size >= max(1, days.size // 200)]
    when = np.array([np.sort(days[piece])[len(piece) // 2] for piece in pieces])
    low, middle, high = np.array(
        [np.quantile(values[piece], (0.25, 0.5, 0.75)) for piece in pieces]
    ).T
    return when, low, middle, high


def _gaps(ax: Axes, days: NDArray[Any], values: NDArray[np.float64]) -> list[Any]:
    """Mark visits without a score at the foot of the picture."""
    gaps = np.isnan(values)
    if not gaps.any():
        return []
    (line,) = ax.plot(
        days[gaps],
        np.full(int(gaps.sum()), 0.015),
        transform=ax.get_xaxis_transform(),
        linestyle="",
        marker="x",
        markersize=6 if gaps.sum() < 50 else 3,
        markeredgewidth=1.6 if gaps.sum() < 50 else 0.6,
        color=INK,
        clip_on=False,
        zorder=6,
        label=f"score missing ({int(gaps.sum())})",
    )
    return [line]


def _marks(ax: Axes, lines: list[Any], treated: Mapping[str, list[Any]], *, few: bool) -> list[Any]:
    """Mark treatments: on the line of their patient where it can be, else at the foot."""
    from matplotlib.lines import Line2D

    if not treated:
        return []
    style: dict[str, Any] = {
        "linestyle": "",
        "marker": "v",
        "color": TREATMENT,
        "markeredgecolor": "white",
        "markersize": 11 if few else 5,
    }
    for who, when, score in lines:
        known = ~np.isnan(score)
        for day in treated.get(who, ()):
            if len(lines) == 1:
                ax.axvline(day, color=TREATMENT, linewidth=1.2, linestyle=(0, (2, 2)), zorder=2)
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


def _bands(ax: Axes, bounds: Bounds) -> list[Any]:
    """Shade the states between their bounds, to the top of the picture."""
    from matplotlib.patches import Patch

    colours = state_colours(bounds.states)
    edges = (0.0, *bounds.upper, ax.get_ylim()[1])
    handles = []
    rules = [f"{'≤' if inclusive else '<'} {bound:g}" for _, bound, inclusive in bounds.steps]
    rules.append(f"{'>' if bounds.steps[-1][2] else '≥'} {bounds.upper[-1]:g}")
    for state, low, high, rule in zip(bounds.states, edges[:-1], edges[1:], rules, strict=True):
        style: dict[str, Any] = {
            "facecolor": colours[state],
            "alpha": 0.42,
            "linewidth": 0,
        }
        ax.axhspan(low, high, zorder=0, label=state, **style)
        handles.append(Patch(label=f"{in_words(state)} {rule}", **style))
    for bound in bounds.upper:
        ax.axhline(bound, color=QUIET, linewidth=0.8, zorder=1)
    return handles[::-1]
