"""Tables for readers: one rounding rule; n and "not determinable" are always shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.variables import CORE_VARIABLES, VARIABLES
from jiascores.statistics.base import CONFIDENCE
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.engines import to_eager
from jiascores.tables.enrolled import cut
from jiascores.tables.frame import Frame, list_of
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, column_of, or_else
from jiascores.tables.summaries import (
    NOT_DETERMINABLE,
    in_natural_order,
    in_order,
    responders_by_visit,
)
from jiascores.tables.survival import survival_table
from jiascores.tables.table import MIXED, Table

# Decimals of percentages, and of all other numbers except counts.
OF_PERCENT, OF_NUMBERS = 1, 2
NOTHING = "–"
ROUNDED = "Percentages to one decimal, other numbers to two, halves away from zero."


def rounded(value: float | None, decimals: int) -> str:
    """Return a number as printed: its decimals rounded, halves away from zero.

    Parameters
    ----------
    value : float
        The number; missing is a dash.
    decimals : int
        How many decimals.
    """
    if value is None or not np.isfinite(value):
        return NOTHING
    step = Decimal(1).scaleb(-decimals)
    exact = Decimal(repr(round(float(value), 9))).quantize(step, ROUND_HALF_UP)
    return str(exact + 0).replace("-", "−")


def share(number: float, total: float) -> str:
    """Return how many of how many, and the percentage."""
    if not total:
        return f"0/0 ({NOTHING})"
    return f"{int(number)}/{int(total)} ({rounded(100 * number / total, OF_PERCENT)} %)"


@attrs.frozen(repr=False)
class ReadableTable:
    """A table for readers. Print it, or write it with `text`, `html` or `csv`.

    Parameters
    ----------
    title : str
        What it shows.
    head : tuple of str
        What stands above the columns.
    rows : tuple of tuple of str
        The cells, rounded.
    notes : tuple of str
        What a reader must know.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the table as plain text."""
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]

        def line(cells: Sequence[str]) -> str:
            each = zip(cells, widths, strict=True)
            return "  ".join(f"{cell:<{width}}" for cell, width in each).rstrip()

        ruled = "  ".join("-" * width for width in widths)
        return "\n".join(
            [self.title, "", line(self.head), ruled, *map(line, self.rows), "", *self.notes]
        )

    def html(self) -> str:
        """Return the table as HTML, without a style."""

        def line(cells: Sequence[str], kind: str) -> str:
            return "<tr>" + "".join(f"<{kind}>{escape(cell)}</{kind}>" for cell in cells) + "</tr>"

        body = "\n".join(line(row, "td") for row in self.rows)
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return (
            f"<table>\n<caption>{escape(self.title)}</caption>\n<thead>{line(self.head, 'th')}"
            f"</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n{notes}"
        )

    def csv(self) -> str:
        """Return head and rows as comma-separated text; no cell begins as a formula does.

        A spreadsheet would run a cell such as ``=1+1``, so it begins with an apostrophe.
        """
        out = io.StringIO()
        rows = [[_no_formula(cell) for cell in row] for row in (self.head, *self.rows)]
        csv.writer(out, lineterminator="\n").writerows(rows)
        return out.getvalue()

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.html()


def _no_formula(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


@as_declared
def responders_table(
    visits: Any,
    outcome: Column,
    *,
    level: int | None = None,
    by: Column | None = None,
    arm: Column | None = None,
    confidence: float = CONFIDENCE,
    title: str | None = None,
    **given: Any,
) -> ReadableTable:
    """Make a readable table of responders by visit and arm.

    Parameters
    ----------
    visits, outcome, level, by, arm, confidence
        As for `responders_by_visit`.
    title : str, optional
        Of the table.
    **given
        What else `responders_by_visit` takes.

    Returns
    -------
    ReadableTable
        One row for each visit and arm: patients, responders among those who are determinable with
        the exact interval, how many are not determinable, and the share of all patients if these
        had all failed or all responded.

    See Also
    --------
    jiascores.analysis.responders_by_visit : The numbers behind it.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": list("ABC"), "week": 8, "response": [True, False, None]})
    >>> print(jia.analysis.responders_table(visits, jia.column("response"), by=jia.column("week")))
    Responders by visit: response
    <BLANKLINE>
    week  n  responders    95 % interval  not determinable  all failed to all responded
    ----  -  ------------  -------------  ----------------  ---------------------------
    8     3  1/2 (50.0 %)  1.3–98.7       1                 33.3–66.7
    <BLANKLINE>
    Responders are of those determinable; exact interval (Clopper–Pearson), in per cent.
    Percentages to one decimal, other numbers to two, halves away from zero.
    """
    found = responders_by_visit(
        visits, outcome, level=level, by=by, arm=arm, confidence=confidence, **given
    )
    names, counted = _rows(found)
    keys = names[: names.index("patients")]
    rows = [
        (
            *(_word(row[key]) for key in keys),
            str(int(row["patients"])),
            share(row["responders"], row["patients"] - row["not_determinable"]),
            between(row["exact_low"], row["exact_high"]),
            str(int(row["not_determinable"])),
            between(row["lowest"], row["highest"]),
        )
        for row in counted
    ]
    name = outcome.name if level is None else f"{outcome.name} {level}"
    head = ("n", "responders", f"{100 * confidence:g} % interval", NOT_DETERMINABLE)
    notes = (
        "Responders are of those determinable; exact interval (Clopper–Pearson), in per cent.",
        ROUNDED,
    )
    return ReadableTable(
        title or f"Responders by visit: {name}",
        (*keys, *head, "all failed to all responded"),
        tuple(rows),
        notes,
    )


@as_declared
def change_table(
    visits: Any,
    *,
    by: Column | None = None,
    arm: Column | None = None,
    variables: Sequence[str] | None = None,
    baseline: BaselineRule | None = None,
    columns: ColumnNames | None = None,
    units: Mapping[str, Any] | None = None,
    marker: str | None = None,
    data_cut: Any = None,
    title: str = "Change from baseline",
) -> ReadableTable:
    """Make a readable table of the change since baseline, by variable, visit and arm.

    Parameters
    ----------
    visits : data frame
        One row for each visit.
    by : Column, optional
        The column with the visit, by default ``nominal_visit``. Rows without one are not counted.
    arm : Column, optional
        The column with the treatment arm.
    variables : list of str, optional
        Which variables; by default the six of the core set.
    baseline, columns, units, marker
        As for `assess`.
    data_cut : date, text or number, optional
        One date for all: later visits are left out.
    title : str
        Of the table.

    Returns
    -------
    ReadableTable
        One row for each variable, visit and arm, after baseline: how many patients, of these with
        both values, the medians at baseline, at the visit and of the change, the quartiles of the
        change, and how many lack one of the values.

    See Also
    --------
    jiascores.analysis.responders_table : Responders instead of change.
    jiascores.analysis.paired_change : A test of the change.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": ["A", "A", "B", "B"], "date": [0, 56, 0, 56],
    ...                        "week": [0, 8, 0, 8], "chaq": [1.5, 0.5, 2.0, None]})
    >>> table = jia.analysis.change_table(visits, by=jia.column("week"), baseline="first",
    ...                                   variables=["chaq"])
    >>> table.rows
    (('CHAQ disability index', '8', '2', '1', '1.50', '0.50', '−1.00', '−1.00 to −1.00', '1'),)
    """
    frame = cut(Frame(to_eager(visits)), columns, data_cut)
    table = Table(frame, columns, units, baseline=baseline, marker=marker)
    due = table.after_baseline
    keys, groups = _by_visit(frame, by, arm)
    rows = [
        (name, *words, *_change(now[mine & due], earlier[mine & due]))
        for name, now, earlier in _changes(table, variables)
        for words, mine in groups
        if (mine & due).any()
    ]
    head = ("n", "with both", "baseline", "visit", "change", "quartiles of change", "missing")
    notes = ("Medians, of the patients with both values; negative is better.", ROUNDED)
    return ReadableTable(title, ("variable", *keys, *head), tuple(rows), notes)


def _changes(table: Table, variables: Sequence[str] | None) -> Iterator[tuple[str, Any, Any]]:
    """Yield the label of each variable, its values, and those at baseline."""
    if variables is None:
        marker, values = table.reactant
        now = {name: table.values(name) for name in CORE_VARIABLES} | {marker: values}
    else:
        now = {name: table.values(name) for name in variables}
    for name, values in now.items():
        label = "acute-phase reactant" if name == MIXED else VARIABLES[name].label
        rows = table.baseline if name == MIXED else table.baseline_of(name)
        yield label, values, np.append(values, np.nan)[rows]


def _change(now: Any, earlier: Any) -> tuple[str, ...]:
    both = ~(np.isnan(now) | np.isnan(earlier))
    numbers = [NOTHING] * 4
    if both.any():
        change = now[both] - earlier[both]
        low, middle, high = np.quantile(change, (0.25, 0.5, 0.75))
        values = (np.median(earlier[both]), np.median(now[both]), middle)
        ends = " to ".join(rounded(end, OF_NUMBERS) for end in (low, high))
        numbers = [*(rounded(each, OF_NUMBERS) for each in values), ends]
    return (str(now.size), str(int(both.sum())), *numbers, str(int((~both).sum())))


@as_declared
def states_table(
    visits: Any,
    state: Column,
    *,
    by: Column | None = None,
    arm: Column | None = None,
    columns: ColumnNames | None = None,
    data_cut: Any = None,
    title: str | None = None,
) -> ReadableTable:
    """Make a readable table of how many patients are in each state at every visit.

    Parameters
    ----------
    visits : data frame
        One row for each visit.
    state : Column
        The column of words.
    by : Column, optional
        The column with the visit, by default ``nominal_visit``. Rows without one are not counted.
    arm : Column, optional
        The column with the treatment arm.
    columns : dict, optional
        Your own column names: ``{"date": …}``, for `data_cut`.
    data_cut : date, text or number, optional
        One date for all: later visits are left out.
    title : str, optional
        Of the table.

    Returns
    -------
    ReadableTable
        One row for each visit and arm: patients, how many of those determinable are in each
        state, and how many are not determinable. Where some are not, the lowest and the highest
        share of all patients follow: as if none, and as if all of these were in the state.

    See Also
    --------
    jiascores.plot.state_bars : Draws it.
    jiascores.analysis.time_in_states : How long each state lasts.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"week": [8, 8, 8], "state": ["low", "high", None]})
    >>> jia.analysis.states_table(visits, jia.column("state"), by=jia.column("week")).rows
    (('8', '3', '1/2 (50.0 %); 33.3–66.7', '1/2 (50.0 %); 33.3–66.7', '1'),)
    """
    frame = cut(Frame(to_eager(visits)), columns, data_cut)
    codes, labels = frame.codes(column_of(frame, state, "state"))
    words = [str(word) for word in list_of(labels)]
    there = in_order(words[code] for code in np.unique(codes[codes >= 0]))
    each = np.array([*words, None], dtype=object)[codes]
    keys, groups = _by_visit(frame, by, arm)
    rows = []
    for words_of, rows_of in groups:
        mine = each[rows_of]
        gaps = int(sum(word is None for word in mine))
        shares = [_state_share((mine == word).sum(), gaps, mine.size) for word in there]
        rows.append((*words_of, str(mine.size), *shares, str(gaps)))
    head = (*keys, "n", *(word.replace("_", " ") for word in there), NOT_DETERMINABLE)
    notes = (
        "Shares are of those determinable; after them, in per cent, the lowest and highest of all.",
        ROUNDED,
    )
    return ReadableTable(title or f"States by visit: {state.name}", head, tuple(rows), notes)


def _state_share(number: int, gaps: int, total: int) -> str:
    found = share(number, total - gaps)
    return f"{found}; {between(number / total, (number + gaps) / total)}" if gaps else found


@as_declared
def times_table(
    times: Any,
    *,
    at: Sequence[float],
    arm: Column | None = None,
    confidence: float = CONFIDENCE,
    title: str = "Time to the event",
) -> ReadableTable:
    """Make a readable table of numbers at risk and the Kaplan–Meier curve on chosen days.

    Parameters
    ----------
    times, at, arm, confidence
        As for `survival_table`.
    title : str
        Of the table.

    Returns
    -------
    ReadableTable
        One row for each arm and day.

    See Also
    --------
    jiascores.analysis.survival_table : The numbers behind it.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> times = pd.DataFrame({"duration": [28.0, 56], "event": [True, False]})
    >>> jia.analysis.times_table(times, at=[28]).rows
    (('28', '2', '2', '1', '0', '50.0', '0.6–91.0', '0'),)
    """
    arms = [] if arm is None else [arm.name]
    _, curve = _rows(survival_table(times, at=at, arm=arm, confidence=confidence))
    rows = [
        (
            *(_word(row[name]) for name in arms),
            f"{row['day']:g}",
            *(str(int(row[name])) for name in ("patients", "at_risk", "events", "censored")),
            rounded(100 * row["without_event"], OF_PERCENT),
            between(row["low"], row["high"]),
            str(int(row["without_time"])),
        )
        for row in curve
    ]
    head = ("day", "n", "at risk", "events", "censored", "without event, %")
    return ReadableTable(
        title,
        (*arms, *head, f"{100 * confidence:g} % interval", "without a time"),
        tuple(rows),
        ("Kaplan–Meier; Greenwood's interval on the log–log scale, in per cent.", ROUNDED),
    )


# --------------------------------------------------------------------------------------------


def _by_visit(
    frame: Frame, by: Column | None, arm: Column | None
) -> tuple[list[str], list[tuple[tuple[str, ...], NDArray[np.bool_]]]]:
    """Return the columns of visit and arm, and the cells and rows of each pair of these."""
    given = {"by": or_else(by, "nominal_visit"), "arm": arm}
    names = [column_of(frame, key, each) for each, key in given.items() if key is not None]
    groups: list[tuple[tuple[str, ...], NDArray[np.bool_]]] = [((), np.ones(frame.size, bool))]
    for name in names:
        codes, labels = frame.codes(name)
        there, places = in_natural_order(list_of(labels))
        groups = [
            ((*words, _word(label)), rows & (places[codes] == place))
            for words, rows in groups
            for place, label in enumerate(there)
        ]
    return names, [(words, rows) for words, rows in groups if rows.any()]


def between(low: float, high: float) -> str:
    """Return two shares as the ends of a range in per cent."""
    ends = [rounded(100 * end, OF_PERCENT) for end in (low, high)]
    return NOTHING if NOTHING in ends else "–".join(ends)


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _rows(native: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the column names of any frame, and its rows as dicts with NaN for gaps."""
    frame = Frame(to_eager(native))
    columns = [frame.objects(name) for name in frame.names]
    rows = [
        [np.nan if cell is None else cell for cell in row] for row in zip(*columns, strict=True)
    ]
    return list(frame.names), [dict(zip(frame.names, row, strict=True)) for row in rows]
