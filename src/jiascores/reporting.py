"""One page on a table of visits: what was read, what is missing, what was found, and by what."""

from __future__ import annotations

import io
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores import plot
from jiascores._version import __version__
from jiascores.core.definition import Definition, lookup
from jiascores.core.measure import Score
from jiascores.core.variables import VARIABLES
from jiascores.measures.proportions import CONFIDENCE, proportion_interval
from jiascores.measures.states import ANY_COURSE
from jiascores.plot.base import in_order, in_words, shown_visit, table
from jiascores.tables.ask import AcrPedRequest, ScoreRequest, StateRequest, understand_requests
from jiascores.tables.assess import add_columns
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.columns import ROLES, Column, Frame, Output, understand
from jiascores.tables.context import Context
from jiascores.tables.engines import need, to_eager
from jiascores.tables.findings import check

# Findings of one kind that are printed; the rest are counted.
SHOWN_FINDINGS = 40
# Columns of which no variable is known, that are named.
SHOWN_COLUMNS = 40
INTENDED_USE = (
    "Research software, not a medical device: not to be the basis of decisions about the "
    "treatment of an individual patient. Whoever uses a result is responsible for checking that "
    "the definition chosen fits the question asked."
)


def report(
    visits: Any,
    path: str | Path | None = None,
    *,
    measures: Any,
    by: Column | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    baseline: BaselineRule | None = None,
    marker: str | None = None,
    confidence: float = CONFIDENCE,
    pictures: bool = True,
    title: str = "Visits assessed",
) -> str:
    """Write one self-contained page on a table of visits.

    Parameters
    ----------
    visits : data frame
        One row for each visit, as for `assess`.
    path : str or path, optional
        Where to write the page; one that exists is replaced.
    measures : list of str and requests
        As for `assess`.
    by : Column, optional
        The column with the visit. Without it ``nominal_visit`` where the table has it, else the
        number of the visit among those of its patient.
    columns, units, baseline, marker
        As for `assess`.
    confidence : float
        Of the intervals (Clopper–Pearson).
    pictures : bool
        Whether to draw; then matplotlib is needed.
    title : str
        Title of the page.

    Returns
    -------
    str
        The page: HTML with its style and pictures within, which opens without a network.

    Raises
    ------
    MissingExtraError
        If scipy or, for pictures, matplotlib is not installed.
    JiaScoresError
        As for `assess`, but for values that are not allowed: these are left out and listed.

    Notes
    -----
    A proportion is of the patients in whom it is known; how many that leaves out stands beside it.
    There is no date on the page: the same table gives the same page.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": ["A", "B"], "date": [0, 0], "physician_global": [4, 62],
    ...                        "patient_global": [3.0, 2.0], "active_joints": [3, 0]})
    >>> page = jia.report(visits, measures=["cjadas10"], pictures=False)
    >>> "62" in page, page.startswith("<!doctype html>")
    (True, True)
    """
    frame = Frame(to_eager(visits))
    names = understand(frame, columns, units)
    requests = understand_requests(measures)
    context = Context(frame, names, baseline=baseline, marker=marker, invalid="missing")
    outputs: list[Output] = []
    levels: dict[str, tuple[int, ...]] = {}
    for request in requests:
        made = request.compute(context)
        outputs.extend(made)
        if isinstance(request, AcrPedRequest):
            levels |= {output.name: request.criteria.levels for output in made}
    groups = _groups(context, by)
    found = Frame(
        check(frame.native, columns=columns, units=units, baseline=baseline, marker=marker)
    )
    sections = [
        ("Intended use", f"<p>{escape(INTENDED_USE)}</p>"),
        ("What was read", _read(context, groups)),
        ("Missing", _missing(context, groups)),
        ("Refused and suspicious", _findings(found)),
        ("Results by visit", _results(outputs, levels, groups, context, confidence)),
    ]
    if pictures:
        drawn = _pictures(context, requests, outputs, groups, columns=columns, units=units)
        sections.append(("Pictures", "".join(drawn)))
    sections.append(("Definitions", _definitions(requests)))
    sections.append(("Versions", _versions(pictures=pictures)))
    page = _page(title, sections)
    if path is not None:
        Path(path).write_text(page, encoding="utf-8")
    return page


@attrs.frozen(eq=False)
class _Groups:
    """The visits that rows belong to: what they are called, and the rows of each."""

    name: str
    of_rows: NDArray[Any]
    added: bool
    words: str

    def __iter__(self) -> Iterator[tuple[Any, NDArray[np.int64]]]:
        for value in in_order(one for one in self.of_rows if one is not None):
            yield value, np.flatnonzero(self.of_rows == value)


def _groups(context: Context, by: Column | None) -> _Groups:
    frame = context.frame
    if by is None and "nominal_visit" in frame:
        by = Column("nominal_visit")
    if by is not None:
        name = table(frame.native).name(by)
        return _Groups(name, frame.objects(name), added=False, words=f"the column {name!r}")
    visits = context.visits
    numbers = np.empty(visits.size, dtype=object)
    numbers[visits.order] = [int(one) for one in np.arange(visits.size) - visits.starts + 1]
    name = next(one for one in ("visit", "visit_number", "visit_of_patient") if one not in frame)
    return _Groups(name, numbers, added=True, words="the number of the visit of its patient")


# --------------------------------------------------------------------------------------------
# Sections


def _read(context: Context, groups: _Groups) -> str:
    frame, names = context.frame, context.names
    facts = [("kind of table", frame.kind), ("rows", f"{frame.size}")]
    if names.column("patient") in frame:
        facts.append(("patients", f"{len(context.visits.labels)}"))
    facts.append(("a visit is", groups.words))
    if context.baseline_rule is not None:
        facts.append(("baseline", str(context.baseline_rule)))
    if context.marker_rule is not None:
        facts.append(("acute-phase reactant", context.marker_rule))
    rows = [(role, names.column(role), "", "") for role in ROLES if names.there(role, frame)]
    for name, variable in VARIABLES.items():
        if names.there(name, frame):
            unit = names.units.get(name, variable.unit)
            factor = names.factor(name)
            read_as = unit if factor == 1 else f"{unit}, × {factor:g} to {variable.unit}"
            rows.append((name, names.column(name), read_as, variable.allowed))
    used = {row[1] for row in rows} | {groups.name}
    others = [str(name) for name in frame.names if name not in used]
    shown = ", ".join(others[:SHOWN_COLUMNS]) + (" …" if len(others) > SHOWN_COLUMNS else "")
    more = f"<p>Columns of no known variable: {escape(shown)}.</p>" if others else ""
    return (
        _table(("", ""), facts, heads=False)
        + _table(("variable", "your column", "unit read", "allowed"), rows)
        + more
    )


def _missing(context: Context, groups: _Groups) -> str:
    names, frame = context.names, context.frame
    rows = []
    for name in VARIABLES:
        if not names.there(name, frame):
            continue
        gaps = np.isnan(context.values(name))
        cells = [name]
        for _, positions in groups:
            count = int(gaps[positions].sum())
            cells.append(_of(count, len(positions)) if count else "0")
        rows.append((*cells, _of(int(gaps.sum()), frame.size)))
    heads = ("variable", *(shown_visit(value) for value, _ in groups), "all rows")
    words = (
        "<p>Gaps at each visit, values that were refused among them. A patient without a row at a "
        "visit is in none of these numbers.</p>"
    )
    return words + _table(heads, rows)


def _of(count: int, total: int) -> str:
    return f"{count} of {total} ({100 * count / total:.0f} %)" if total else "0"


def _findings(found: Frame) -> str:
    kinds = [str(one) for one in found.objects("finding")] if found.size else []
    parts = []
    for kind, words in (
        ("refused", "Left out of everything that follows."),
        ("suspicious", "Used as they are; look at them."),
    ):
        rows = [at for at, one in enumerate(kinds) if one == kind]
        parts.append(f"<h3>{kind.capitalize()}: {len(rows)}</h3>")
        if not rows:
            continue
        heads = ("variable", "row", "patient", "date", "value", "message")
        cells = {name: found.objects(name) for name in heads}
        parts.append(f"<p>{words}</p>")
        parts.append(
            _table(
                heads,
                [
                    tuple(
                        "" if cells[name][at] is None else shown_visit(cells[name][at])
                        for name in heads
                    )
                    for at in rows[:SHOWN_FINDINGS]
                ],
            )
        )
        if len(rows) > SHOWN_FINDINGS:
            parts.append(f"<p>… and {len(rows) - SHOWN_FINDINGS} more: see jia.check.</p>")
    return "".join(parts)


def _results(
    outputs: Sequence[Output],
    levels: Mapping[str, tuple[int, ...]],
    groups: _Groups,
    context: Context,
    confidence: float,
) -> str:
    words = (
        f"<p>Proportions are of those known, with {100 * confidence:g} % intervals by Clopper and "
        f"Pearson. Rows are counted as visits are, once for each patient where a patient has one "
        f"row at a visit.</p>"
    )
    parts = [words]
    by_name = {output.name: output for output in outputs}
    for output in outputs:
        if output.kind == "score":
            parts += [f"<h3>{escape(output.name)}</h3>", _scores(output, groups)]
        elif output.kind in ("state", "flag"):
            parts += [f"<h3>{escape(output.name)}</h3>", _states(output, groups, confidence)]
        elif output.name.endswith("_level_min"):
            highest = by_name[output.name.removesuffix("_min") + "_max"]
            parts.append(f"<h3>{escape(output.name.removesuffix('_level_min'))}</h3>")
            parts.append(_levels(output, highest, levels[output.name], groups, context, confidence))
    return "".join(parts)


def _scores(output: Output, groups: _Groups) -> str:
    rows = []
    for value, positions in groups:
        given = output.data[positions]
        known = given[~np.isnan(given)]
        cells = ["–"] * 3
        if known.size:
            low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
            span = f"{known.min():.4g} – {known.max():.4g}"
            cells = [f"{middle:.4g}", f"{low:.4g} – {high:.4g}", span]
        rows.append((shown_visit(value), f"{known.size}", *cells, f"{len(given) - known.size}"))
    return _table(("visit", "known", "median", "quartiles", "range", "missing"), rows)


def _states(output: Output, groups: _Groups, confidence: float) -> str:
    flag = output.kind == "flag"
    words = ("yes",) if flag else output.words
    rows = []
    for value, positions in groups:
        given = output.data[positions]
        gaps = np.isnan(given) if flag else given < 0
        known = int((~gaps).sum())
        cells = [
            _proportion(int((given == (1 if flag else code)).sum()), known, confidence)
            for code in range(len(words))
        ]
        rows.append((shown_visit(value), f"{known}", *cells, f"{int(gaps.sum())}"))
    last = "not determinable, or before its reference" if flag else "not determinable"
    return _table(("visit", "known", *(in_words(word) for word in words), last), rows)


def _levels(
    lowest: Output,
    highest: Output,
    levels: Sequence[int],
    groups: _Groups,
    context: Context,
    confidence: float,
) -> str:
    """Return responders by level; a level is known where both bounds are on one side of it."""
    low, high = lowest.data, highest.data
    due = context.after_baseline & ~np.isnan(low) & ~np.isnan(high)
    rows = []
    for value, every in groups:
        positions = every[due[every]]
        if not positions.size:
            continue
        cells = []
        for level in levels:
            surely = int((low[positions] >= level).sum())
            known = surely + int((high[positions] < level).sum())
            gaps = len(positions) - known
            open_ = f"; {gaps} not determinable" if gaps else ""
            cells.append(_proportion(surely, known, confidence) + open_)
        rows.append((shown_visit(value), f"{len(positions)}", *cells))
    heads = ("visit", "patients", *(f"at least level {level}" for level in levels))
    return _table(heads, rows)


def _proportion(count: int, known: int, confidence: float) -> str:
    if not known:
        return "–"
    low, high = proportion_interval(count, known, method="exact", confidence=confidence)
    share = f"{100 * count / known:.0f} % ({100 * low:.1f} – {100 * high:.1f})"
    return f"{count} of {known}: {share}"


def _definitions(requests: Sequence[Any]) -> str:
    used: dict[tuple[str, str], Definition] = {}

    def add(value: Any) -> None:
        if isinstance(value, Definition):
            used[value.kind, value.name] = value
        elif attrs.has(type(value)):
            for field in attrs.fields(type(value)):
                add(getattr(value, field.name, None))

    for request in requests:
        if isinstance(request, ScoreRequest | StateRequest):
            add(lookup(Score, request.measure, parameter="measure"))
        add(request)
    parts = []
    for one in used.values():
        first, *rest = str(one).splitlines()
        items = "".join(f"<li>{escape(line.strip())}</li>" for line in rest)
        weak = f' <span class="mark">{escape(str(one.evidence))}</span>'
        parts.append(f"<h3>{escape(first)}{weak}</h3><ul>{items}</ul>")
    return "".join(parts)


def _versions(*, pictures: bool) -> str:
    packages = ["numpy", "pandas", "narwhals", "scipy", *(["matplotlib"] if pictures else [])]
    rows = [("jiascores", __version__), ("Python", platform.python_version())]
    rows += [(name, metadata.version(name)) for name in packages]
    return _table(("", ""), rows, heads=False)


# --------------------------------------------------------------------------------------------
# Pictures


def _pictures(
    context: Context,
    requests: Sequence[Any],
    outputs: Sequence[Output],
    groups: _Groups,
    *,
    columns: Mapping[str, str] | None,
    units: Mapping[str, str] | None,
) -> Iterator[str]:
    """Yield each picture with its caption."""
    need("matplotlib", "plot", "a report with pictures")
    frame = context.frame
    more = list(outputs)
    if groups.added:
        more.append(Output(groups.name, "level", groups.of_rows.astype(float)))
    states = [request for request in requests if isinstance(request, StateRequest)]
    scores = {request.measure for request in states} - {output.name for output in outputs}
    more += [
        Output(name, "score", context.score(name)) for name in sorted(scores - set(frame.names))
    ]
    whole = add_columns(frame, more, "")
    by = Column(groups.name)
    drawings: list[tuple[str, Callable[[], Any]]] = []

    def add(caption: str, draw: Callable[..., Any], *given: Any, **named: Any) -> None:
        drawings.append((caption, partial(draw, *given, **named)))

    banded = set()
    for request in states:
        measure, cutoffs = request.measure, request.cutoffs
        course = request.course if isinstance(request.course, str) else None
        if {course, ANY_COURSE} & set(cutoffs.of(measure)):
            banded.add(measure)
            add(
                f"{measure} of every patient, over the states by {cutoffs.name}",
                plot.trajectories,
                whole,
                Column(measure),
                cutoffs=cutoffs,
                course=course,
                columns=columns,
            )
    for request in requests:
        if isinstance(request, ScoreRequest) and request.measure not in banded:
            name = request.measure
            add(f"{name} of every patient", plot.trajectories, whole, Column(name), columns=columns)
    for output in outputs:
        if output.kind == "state" and output.name.startswith("state_"):
            words, column = f"Patients from state to state: {output.name}", Column(output.name)
            add(words, plot.state_flow, whole, column, by=by, columns=columns)
        if output.name.endswith("_level_min") and context.after_baseline.any():
            stem = output.name.removesuffix("_level_min")
            words, column = f"Responders by visit: {stem}", Column(stem)
            add(words, plot.responders, whole, column, by=by, columns=columns)
    for request in requests:
        if isinstance(request, AcrPedRequest) and context.after_baseline.any():
            add(
                f"Change of the core set against the baseline ({request.criteria.name})",
                plot.response_matrix,
                whole,
                baseline=context.baseline_rule or "first",
                by=by,
                criteria=request.criteria,
                marker=context.marker_rule,
                columns=columns,
                units=units,
                invalid="missing",
            )
    for measure in dict.fromkeys(request.measure for request in states):
        add(f"All cut-off sets of {measure}: how they conflict", plot.cutoff_sets, measure)
    for number, (caption, draw) in enumerate(drawings, start=1):
        yield _figure(caption, draw, number)


def _figure(caption: str, draw: Callable[[], Any], number: int) -> str:
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    # Names within the page must not meet, and the same table must give the same page.
    with mpl.rc_context({"svg.hashsalt": f"jiascores {number}", "svg.fonttype": "path"}):
        figure = draw().get_figure()
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None}, bbox_inches="tight")
        plt.close(figure)
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    words = escape(caption)
    return (
        f'<figure><div class="wide" role="img" aria-label="{words}" tabindex="0">{svg}</div>'
        f"<figcaption>{words}</figcaption></figure>"
    )


# --------------------------------------------------------------------------------------------
# The page


_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #ffffff; --soft: #5c5c5c;
  --line: #d4d4d4; --band: #f4f6f8; --mark: #7a3b00; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #16181b;
  --soft: #a9adb3; --line: #3a3e44; --band: #1f2226; --mark: #ffb870; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: .5rem 0; font-size: 1.7rem; } h2 { margin: 2.2rem 0 .6rem; font-size: 1.3rem;
  border-bottom: 1px solid var(--line); } h3 { margin: 1.4rem 0 .4rem; font-size: 1.02rem;
  overflow-wrap: anywhere; }
nav a { display: inline-block; margin-right: 1rem; padding: .2rem 0; color: inherit; }
.wide { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; } tbody tr:nth-child(odd) { background: var(--band); }
td { white-space: nowrap; } td.long { min-width: 16rem; white-space: normal; }
.wide + .wide { margin-top: 1rem; }
figure { margin: 1.2rem 0; } figcaption { color: var(--soft); font-size: .9rem; }
figure .wide { background: #ffffff; border: 1px solid var(--line); border-radius: 4px;
  padding: .6rem; }
figure svg { display: block; width: 100%; min-width: 34rem; height: auto; max-height: 42rem; }
li { overflow-wrap: anywhere; } .mark { color: var(--mark); font-size: .8rem; }
@media print { nav { display: none; } .wide { overflow: visible; } }
"""

# Characters from which a cell may run over several lines.
LONG = 60


def _table(names: Sequence[str], rows: Sequence[Sequence[str]], *, heads: bool = True) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in names) if heads else ""
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=long' if len(str(cell)) > LONG else ''}>{escape(str(cell))}</td>"
            for cell in row
        )
        + "</tr>"
        for row in rows
    )
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    return f'<div class="wide"><table>{top}<tbody>{body}</tbody></table></div>'


def _page(title: str, sections: Sequence[tuple[str, str]]) -> str:
    ids = {name: name.lower().replace(" ", "-") for name, _ in sections}
    links = "".join(f'<a href="#{ids[name]}">{name}</a>' for name, _ in sections)
    body = "".join(
        f'<section id="{ids[name]}"><h2>{name}</h2>{text}</section>' for name, text in sections
    )
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><header><h1>{escape(title)}</h1>"
        f"<p>jiascores {escape(__version__)}</p><nav>{links}</nav></header>"
        f"<main>{body}</main></body></html>\n"
    )
