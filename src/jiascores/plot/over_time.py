"""Scores over time, over the states that they mean."""

from __future__ import annotations

from itertools import pairwise
from textwrap import fill
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.definition import lookup, published
from jiascores.core.errors import NotCoveredError, RequestError, listing, shown
from jiascores.core.measure import Score
from jiascores.measures.states import ANY_COURSE, Bounds, CutoffSet
from jiascores.plot.base import (
    LABELS,
    QUARTILES,
    Look,
    Rows,
    Table,
    axes,
    check_choice,
    dark,
    faded,
    in_words,
    inches,
    ink,
    legend_below,
    mixed,
    narrowest,
    note,
    paper,
    plain,
    shortened,
    state_colours,
    table,
    treatment,
)
from jiascores.tables.beside import Beside
from jiascores.tables.engines import need
from jiascores.tables.frame import Positions
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column
from jiascores.tables.visits import CALENDAR, UNSCHEDULED, Visits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Up to how many patients each have a line of their own colour and a name.
FEW = 8
# From how many patients on there is no line of each; how many cells across and up are then shaded,
# and how strongly.
CROWD, CELLS, DARKEST = 500, (140, 70), 0.6
# How many visits are looked at in one step, so that little stands beside them.
AT_ONCE = 250_000
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


@as_declared
def trajectories(
    visits: Any,
    score: Column,
    *,
    cutoffs: str | CutoffSet | None = None,
    course: str | None = None,
    measure: str | None = None,
    treatments: Any = None,
    since: Literal["first-visit", "first-treatment", "date"] = "first-visit",
    by: Column | None = None,
    labels: bool | None = None,
    columns: ColumnNames | None = None,
    treatment_columns: ColumnNames | None = None,
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
        Id of the score, where the column has another name.
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
        Your own column names in `visits` and `treatments`: ``{"patient": …, "date": …}``.
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

    See Also
    --------
    jiascores.plot.swimmer : Treatments over time.
    jiascores.plot.cutoff_sets : The bands of all sets.

    Notes
    -----
    A visit without the score is a cross at the foot, and the line is broken there. It is broken too
    where a visit was missed: with `by`, where a planned visit of the table has no row of the
    patient; without it, where more than twice the interval that is usual there lies between two: the
    longest of the median between all visits, that before the patient's visit, and with more than
    eight patients that between most patients' visits of these numbers. With more than
    eight patients the lines are thin, the median and quartiles of the visits lie over them, and
    figures above say of how many visits the score is missing. With more than 500 there are no
    lines: it is shaded how many visits lie where, and treatments are marked at the foot.

    Which visits belong together, `by` says; unscheduled ones have no median. Without it, time is cut where visits are sparse: where
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
    bounds = None if cutoffs is None else bounds_of(cutoffs, name, course)
    seen = read.visits
    treated = treatments_of(treatments, treatment_columns, seen)
    day, treated = on_time_axis(seen, treated, since)
    drawn = {"patient": seen.patients, "day": day, "score": read.floats(score)}
    rows: Rows = pd.DataFrame(drawn, copy=False)
    ax = axes(ax, 7.6, 4.6)
    top = max(1.0, *(bounds.upper if bounds else ()), np.fmax.reduce(rows["score"], initial=0.0))
    ax.set_ylim(0, 1.12 * top)
    patients = np.count_nonzero(np.bincount(seen.patients))
    lines = []
    if patients <= CROWD:
        rows["missed"] = _missed(rows, None if by is None else read.places(by), seen.order)
        lines = [mine for _, mine in rows.iloc[seen.order].groupby("patient")]
    if patients <= FEW:
        names = [f"patient {shortened(str(label))}" for label in seen.labels]
        handles = _few(ax, lines, names) + _gaps(ax, rows)
    else:
        place = _near(rows, seen.order) if by is None else _planned(*read.places(by))
        handles = _many(ax, lines, rows, place) + _gaps_of_many(ax, rows, place)
    handles += _marks(ax, lines, treated)
    if labels or (labels is None and patients == 1 and len(rows) <= WRITTEN):
        _write(ax, lines, _what_is_missing(read, name))
    title = "" if bounds is None else f"states by {_bands(ax, bounds, cutoffs)}"
    known = {each.name: each.label for each in published(Score)}
    ax.set_ylabel(known.get(name, in_words(name)))
    _ticks(ax, rows["day"], since)
    plain(ax)
    legend_below(ax, handles, title=title)
    return ax


def bounds_of(cutoffs: str | CutoffSet, measure: str, course: str | None) -> Bounds:
    """Return the bounds of one score in one course, as the set has them."""
    definition = lookup(CutoffSet, cutoffs, parameter="cutoffs")
    known = definition.of(measure)
    if ANY_COURSE in known:
        return known[ANY_COURSE]
    if course not in known:
        raise NotCoveredError(
            f"course = {shown(course)}: {definition.name} has cut-offs for {' and '.join(known)}; "
            f"the bands of a picture are those of one course.",
            variable="course",
            values=(course,),
        )
    return known[course]


# --------------------------------------------------------------------------------------------
# Time


def treatments_of(native: Any, columns: ColumnNames | None, seen: Visits) -> Rows:
    """Return patient and date of each treatment, as the visits have them."""
    if native is None:
        return pd.DataFrame({"patient": [], "date": []}, dtype=np.int64)
    treatments = Beside(native, columns, what="treatments", parameter="treatment_columns")
    patients = treatments.among(seen.labels, all_known=True)
    dates = treatments.dates("date").on_scale(seen.per_day)
    return pd.DataFrame({"patient": patients, "date": dates})


def on_time_axis(
    seen: Visits, treated: Rows, since: Since, *, all_treated: bool = True
) -> tuple[NDArray[np.float64], Rows]:
    """Return the day of each visit, and the treatments with theirs."""
    check_choice("since", since, get_args(Since))
    treatments = treated["patient"].to_numpy(), treated["date"].to_numpy()
    if since == "date":
        if seen.per_day != CALENDAR:
            raise RequestError("since='date' needs dates, not study days.", variable="since")
        return _on_calendar(seen.dates), treated.assign(day=_on_calendar(treatments[1]))
    never = np.iinfo(np.int64).max
    starts = np.full(len(seen.labels), never)
    counted = (seen.patients, seen.dates) if since == "first-visit" else treatments
    np.minimum.at(starts, *counted)
    without = np.unique(seen.patients[(starts == never)[seen.patients]])
    if without.size and all_treated:
        who = [str(seen.labels[code]) for code in without]
        raise RequestError(
            f"patient {listing(who)} has no treatment that time could be counted from.",
            variable="since",
            values=who,
        )

    def days(patients: Positions, dates: NDArray[np.int64]) -> NDArray[np.float64]:
        first = starts[patients]
        return np.asarray(np.subtract(dates, first, out=first) / seen.per_day)

    return days(seen.patients, seen.dates), treated.assign(day=days(*treatments))


def _on_calendar(dates: NDArray[np.int64]) -> Any:
    """Return dates as days, as matplotlib counts them."""
    need("matplotlib", "plot", "drawing")
    from matplotlib.dates import date2num

    in_days: Any = date2num
    return in_days(dates.astype("datetime64[us]"))


def time_axis(ax: Axes, since: Since) -> None:
    """Say what days are counted from, or show them as dates."""
    ax.set_xlabel("" if since == "date" else f"days since the {since.replace('-', ' ')}")
    if since == "date":
        ax.xaxis_date()


def _ticks(ax: Axes, days: Any, since: Since) -> None:
    """Name what time is counted from, and few dates, or the one day that there is."""
    from matplotlib import dates

    time_axis(ax, since)
    untyped: Any = dates
    if since == "date":
        locator = untyped.AutoDateLocator(minticks=3, maxticks=7)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(untyped.ConciseDateFormatter(locator))
    elif days.min() == days.max():
        ax.set_xticks(days.unique())


# --------------------------------------------------------------------------------------------
# Scores


def _few(ax: Axes, lines: list[Rows], names: list[str]) -> list[Any]:
    """Draw a line of its own for each patient."""
    colours = LINES[not dark(ink())]
    handles = []
    for place, mine in enumerate(lines):
        look: Look = {
            "color": colours[place % len(colours)],
            "linestyle": DASHES[place % len(DASHES)],
            "marker": SIGNS[place % len(SIGNS)],
            "label": names[mine["patient"].iloc[0]],
        }
        handles += ax.plot(*_broken(mine), ms=5.5, lw=1.8, zorder=3, **look)
    return handles


def _missed(
    rows: Rows, visits: tuple[list[Any], Positions] | None, order: NDArray[np.int64]
) -> Any:
    """Return before which rows a visit of the patient is missing."""
    ordered = rows.iloc[order]
    if visits is None:
        by_patient = ordered.groupby("patient")
        apart = by_patient["day"].diff()
        before = apart.groupby(ordered["patient"]).shift()
        # Where visits are planned to lie further apart, they do so for most patients.
        alike = apart.groupby(by_patient.cumcount())
        common = alike.transform("median").where(alike.transform("count") > FEW)
        return apart > 2 * pd.concat([before, common], axis=1).max(axis=1).clip(
            apart[apart > 0].median()
        )
    # Unscheduled visits are no step between planned ones.
    here = pd.Series(_planned(*visits), rows.index).iloc[order]
    here = here.where(here >= 0)
    before = here.groupby(ordered["patient"]).ffill().groupby(ordered["patient"]).shift()
    return here - before > 1


def _planned(visits: list[Any], place: Positions) -> Positions:
    """Return the place of each row among planned visits; unscheduled ones have none."""
    unscheduled = np.array([*(visit == UNSCHEDULED for visit in visits), False])
    return np.where(unscheduled[place], -1, place)


def _broken(mine: Rows) -> tuple[Any, Any]:
    """Return days and scores of a line, with a gap before each row that a missed visit precedes."""
    gaps = np.flatnonzero(mine["missed"])
    days, scores = (mine[each].to_numpy(np.float64) for each in ("day", "score"))
    return np.insert(days, gaps, np.nan), np.insert(scores, gaps, np.nan)


def _many(ax: Axes, lines: list[Rows], rows: Rows, place: NDArray[np.int64]) -> list[Any]:
    """Draw thin lines or a cloud, and over them the median and quartiles of each visit."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    colour, known = ink(), rows["score"].notna().to_numpy()
    for mine in lines:
        alpha = float(np.clip(12 / len(lines), 0.05, 0.5))
        # The point shows a score between two gaps, which no line does.
        thin: Look = {"color": colour, "alpha": alpha, "lw": 0.7, "marker": ".", "ms": 2}
        ax.plot(*_broken(mine), zorder=2, **thin)
    handles: list[Any] = [Line2D([], [], color=colour, alpha=0.5, lw=0.8, label="each patient")]
    if not lines:
        handles = [_cloud(ax, rows, known)] if known.any() else []
    day, score = (rows[each].to_numpy() for each in ("day", "score"))
    groups = [np.flatnonzero(known & (place == each)) for each in range(int(place.max()) + 1)]
    enough = [each for each in groups if each.size >= max(1, known.sum() // 200)]
    if not enough:
        return handles
    median = [np.quantile(day[each], 0.5, method="higher") for each in enough]
    turn = np.argsort(median, kind="stable")
    when = np.array(median)[turn]
    low, middle, high = np.array([np.quantile(score[each], QUARTILES) for each in enough])[turn].T
    ax.fill_between(when, low, high, facecolor=paper(), alpha=0.55, linewidth=0, zorder=3)
    edge: Look = {"color": colour, "marker": "_" if len(when) == 1 else "", "ms": 14}
    ax.plot(when, low, when, high, lw=1.1, ls=(0, (4, 2)), zorder=4, **edge)
    look: Look = {"color": colour, "lw": 2.6, "marker": "o", "ms": 5, "label": "median of visits"}
    handles += ax.plot(when, middle, zorder=5, **look)
    between = Patch(facecolor=paper(), edgecolor=colour, ls="--", label="quartiles of visits")
    return [*handles, between]


def _cloud(ax: Axes, rows: Rows, known: NDArray[np.bool_]) -> Any:
    """Shade by how many visits lie where; return the entry of the legend."""
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Patch

    day, score = (rows[each].to_numpy() for each in ("day", "score"))
    ends = [(each[known].min(), each[known].max()) for each in (day, score)]
    x, y = (np.histogram_bin_edges(each, n) for each, n in zip(ends, CELLS, strict=True))
    counts = np.zeros(CELLS)
    for at in range(0, day.size, AT_ONCE):
        part, there = slice(at, at + AT_ONCE), known[at : at + AT_ONCE]
        counts += np.histogram2d(day[part][there], score[part][there], bins=[x, y])[0]
    shades = np.full((*counts.T.shape, 4), to_rgba(ink()))
    # The root, so that few visits are seen beside the many of one day.
    shades[..., 3] = DARKEST * np.sqrt(counts.T / counts.max())
    box = (x[0], x[-1], y[0], y[-1])
    ax.use_sticky_edges = False
    ax.imshow(shades, extent=box, origin="lower", aspect="auto", interpolation="nearest", zorder=2)
    return Patch(facecolor=ink(), alpha=DARKEST / 2, label="visits, darker where more are")


def _near(rows: Rows, order: Positions) -> Any:
    """Return a number for each row that visits have in common that lie near each other."""
    when = np.sort(rows["day"].to_numpy())
    span = when[-1] - when[0]
    if not span:
        return np.zeros(len(when), dtype=np.int64)
    usual = max(_usual_interval(rows, order), span / GROUPS)
    edges: list[float] = []
    for start, end in pairwise([when[0], *_sparse(when, usual), when[-1]]):
        pieces = round((end - start) / usual) if end - start > 2 * usual else 1
        edges += np.linspace(start, end, pieces, endpoint=False).tolist()
    # As narrow as it can be, since other columns of this length are on their way.
    kind = narrowest(len(edges))
    return np.searchsorted(edges, rows["day"].to_numpy(), side="right").astype(kind) - kind.type(1)


def _usual_interval(rows: Rows, order: Positions) -> float:
    """Return the median of the days between a patient's visits, 0 where nobody has two."""
    patient, day = (rows[each].to_numpy() for each in ("patient", "day"))
    parts = []
    for at in range(0, order.size, AT_ONCE):
        here = order[at : at + AT_ONCE + 1]
        apart = np.diff(day[here])
        parts.append(apart[(np.diff(patient[here]) == 0) & (apart > 0)])
    apart = np.concatenate(parts)
    return float(np.median(apart, overwrite_input=True)) if apart.size else 0.0


def _sparse(when: NDArray[np.float64], usual: float) -> list[float]:
    """Return where visits are at most half as dense as on both sides."""
    times = np.arange(when[0], when[-1], usual / 32)
    reach = usual / 8
    dense = np.searchsorted(when, times + reach, "right") - np.searchsorted(when, times - reach)
    cuts: list[float] = []
    most = least = int(dense[0])
    first = last = 0
    # Down from the densest place to the sparsest; the cut is in its middle once visits are dense
    # again.
    for at, count in enumerate(dense.tolist()):
        if count < least:
            least, first = count, at
        if count == least:
            last = at
        elif count >= max(1, 2 * least) and 2 * least <= most:
            cuts.append(float((times[first] + times[last]) / 2))
            most = 0
        if count > most:
            most = least = count
            first = last = at
    return cuts


# --------------------------------------------------------------------------------------------
# Gaps, and what is written


def _gaps(ax: Axes, rows: Rows) -> list[Any]:
    """Mark visits without a score at the foot of the picture."""
    gaps = rows.loc[rows["score"].isna(), "day"]
    if gaps.empty:
        return []
    look: Look = {"ls": "", "marker": "x", "ms": 7, "mew": 1.8, "color": ink(), "clip_on": False}
    words = f"score missing ({len(gaps)})"
    foot = ax.get_xaxis_transform()
    return ax.plot(gaps, np.full(len(gaps), 0.025), transform=foot, zorder=6, label=words, **look)


def _gaps_of_many(ax: Axes, rows: Rows, place: NDArray[np.int64]) -> list[Any]:
    """Write of how many visits the score is missing: crosses would be a bar."""
    from matplotlib.lines import Line2D

    gaps = rows["score"].isna().to_numpy()
    if not gaps.any():
        return []
    counts = np.bincount(place[gaps & (place >= 0)], minlength=int(place.max()) + 1)
    day = rows["day"].to_numpy()
    marked = np.flatnonzero(counts)
    when = [np.quantile(day[place == visit], 0.5, method="higher") for visit in marked]
    # Far from each other, figures lie; they stand where they would touch.
    close = np.diff(np.sort(when)).min(initial=np.inf) * inches(ax) < 0.45 * np.ptp(day)
    turn = 90 if close else 0
    style: Look = {"xycoords": ax.get_xaxis_transform(), "ha": "center", "va": "top", "fontsize": 8}
    for visit, at in zip(marked, when, strict=True):
        note(ax, f"×{counts[visit]}", (at, 1.0), (0, -2), rotation=turn, zorder=6, **style)
    words = f"score missing ({gaps.sum()} of {gaps.size})"
    return [Line2D([], [], ls="", marker="x", color=ink(), ms=5, label=words)]


def _what_is_missing(read: Table, name: str) -> list[str]:
    """Return for each row which inputs of the score the table has a column for and no value."""
    score = next((each for each in published(Score) if each.name == name), None)
    words = np.full(read.frame.size, "", dtype=object)
    if score is None:
        return words.tolist()
    gaps: dict[str, Any] = {
        each: pd.isna(read.objects(Column(column)))
        for each in (*score.inputs, *score.either)
        if read.has(column := read.columns.get(each, each))
    }
    markers = [each for each in score.either if each in gaps]
    gaps |= dict.fromkeys(markers, np.all([gaps[each] for each in markers], axis=0))
    for each, gap in gaps.items():
        words[gap] += f"no {LABELS.get(each, in_words(each))}\n"
    return words.tolist()


def _write(ax: Axes, lines: list[Rows], missing: list[str]) -> None:
    """Write scores at their points, and over the gaps why there is no score."""
    top = ax.get_ylim()[1]
    ax.margins(x=0.08)
    width = 12 if inches(ax) < NARROW else 40
    for mine in lines:
        scores = mine["score"]
        around = mine.assign(before=scores.shift(), after=scores.shift(-1))
        for visit in around.itertuples():
            reasons = missing[visit.Index].splitlines()
            if visit.score == visit.score:
                _write_score(ax, visit, top)
            elif reasons:
                # Above the neighbours' figures; the line is broken here.
                height = np.nanmax([visit.before, visit.after, 0.0]) / top + 0.16
                over: Any = ax.get_xaxis_transform()
                ax.annotate(
                    "\n".join(fill(words, width) for words in reasons),
                    (visit.day, 0.05),
                    (visit.day, min(height, 0.85)),
                    xycoords=over,
                    textcoords=over,
                    ha="center",
                    va="bottom",
                    linespacing=1.0,
                    arrowprops={"arrowstyle": "-", "color": faded(0.65), "linestyle": ":"},
                    zorder=8,
                )


def _write_score(ax: Axes, visit: Any, top: float) -> None:
    """Write a score beside its line."""
    falls, rises = visit.before > visit.score, visit.after > visit.score
    side = 0 if falls == rises else 1 if falls else -1
    # In a valley there is room below, if not at the foot.
    below = falls and rises and visit.score > 0.08 * top
    place = {"ha": ("center", "left", "right")[side], "va": "top" if below else "bottom"}
    away = (4 * side, -6 if below else 5)
    note(ax, f"{visit.score:g}", (visit.day, visit.score), away, zorder=8, **place)


# --------------------------------------------------------------------------------------------
# Treatments and states


def _marks(ax: Axes, lines: list[Rows], treated: Rows) -> list[Any]:
    """Mark treatments: on the line of their patient where there is one, else at the foot."""
    from matplotlib.lines import Line2D

    if treated.empty:
        return []
    look: Look = {"ls": "", "marker": "v", "color": treatment(), "mec": paper()}
    size = 11 if 0 < len(lines) <= FEW else 5
    at_foot: Look = {"transform": ax.get_xaxis_transform(), "ms": size, "zorder": 7}
    if not lines:
        when = treated["day"].drop_duplicates().sort_values()
        ax.plot(when, np.full(when.size, 0.03), **at_foot, **look)
    for mine in lines:
        known = mine.dropna()
        for day in treated.loc[treated["patient"] == mine["patient"].iloc[0], "day"]:
            if len(lines) == 1:
                ax.axvline(day, color=treatment(), linewidth=1.2, linestyle=(0, (2, 2)), zorder=2)
            if known.empty:
                ax.plot([day], [0.03], **at_foot, **look)
            else:
                height = np.interp(day, known["day"], known["score"])
                ax.plot([day], [height], ms=size, zorder=7, **look)
    return [Line2D([], [], ms=9, label=f"treatment ({len(treated)})", **look)]


def _bands(ax: Axes, bounds: Bounds, cutoffs: Any) -> str:
    """Shade the states to the top of the picture, name them beside it, and return whose they are."""
    colours = state_colours(bounds.states)
    share = BAND_LIGHT if dark(ink()) else BAND_DARK
    edges = (0.0, *bounds.upper, ax.get_ylim()[1])
    rules = [f"{'≤' if inclusive else '<'} {bound:g}" for _, bound, inclusive in bounds.steps]
    rules.append(f"{'>' if bounds.steps[-1][2] else '≥'} {bounds.upper[-1]:g}")
    for bound in bounds.upper:
        ax.axhline(bound, color=faded(0.55), linewidth=0.8, zorder=1)
    # Names of narrow bands make room for each other; those of wide ones have two lines in axes
    # that are narrow.
    inch = edges[-1] / (ax.bbox.height / ax.figure.dpi)
    narrow, place = inches(ax) < NARROW, -inch
    style: Look = {"xycoords": ax.get_yaxis_transform(), "va": "center", "fontsize": 9.5}
    for state, rule, (low, high) in zip(bounds.states, rules, pairwise(edges), strict=True):
        shade = mixed(colours[state], paper(), share)
        ax.axhspan(low, high, zorder=0, label=state, facecolor=shade, linewidth=0)
        place = max((low + high) / 2, place + 0.17 * inch)
        gap = "\n" if narrow and high - low > 0.4 * inch else " "
        note(ax, f"{in_words(state)}{gap}{rule}", (1.0, place), (5, 0), **style)
    name = lookup(CutoffSet, cutoffs, parameter="cutoffs").name
    return name if bounds.course == ANY_COURSE else f"{name}, {bounds.course}"
