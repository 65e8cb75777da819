"""One page on a table of visits: what was read, what is missing, what was found, and by what."""

from __future__ import annotations

import io
import platform
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from html import escape
from importlib import metadata
from itertools import count
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores import plot
from jiascores._version import __version__
from jiascores.core.definition import Definition, lookup
from jiascores.core.errors import JiaScoresError, MissingExtraError, listing
from jiascores.core.measure import Score
from jiascores.core.variables import VARIABLES
from jiascores.measures.states import ANY_COURSE, COURSES, id_of
from jiascores.plot.base import in_order, in_words, shown_visit, table
from jiascores.statistics.base import CONFIDENCE
from jiascores.statistics.proportions import proportion_interval
from jiascores.tables.ask import AcrPedRequest, ScoreRequest, StateRequest
from jiascores.tables.assess import add_columns
from jiascores.tables.baselines import BASELINES, BaselineRule
from jiascores.tables.columns import Names, understand
from jiascores.tables.context import Context
from jiascores.tables.engines import need, to_eager
from jiascores.tables.findings import check
from jiascores.tables.frame import Frame, Output
from jiascores.tables.joint_forms import Columns, joint_shares
from jiascores.tables.reading import Answer, Mask, Reading, read_request
from jiascores.tables.requests import FromCategory, understand_requests
from jiascores.tables.table import MARKER_RULES, ROLES, Column
from jiascores.tables.visits import CALENDAR

# Findings of one kind that are printed, and of each the rows that are named.
SHOWN_FINDINGS = 40
SHOWN_ROWS = 5
# Columns that nothing reads, that are named.
SHOWN_COLUMNS = 40
# Visits side by side that can be read on a sheet of paper: in a table, as bars, and as bands or
# changes; and how many visits are drawn at all.
IN_TABLE, AS_BARS, AS_BANDS = 10, 12, 7
VISITS_DRAWN = 24
# Lines of a picture from which on they are stored as points and not as lines.
MANY_LINES = 500
# What the page goes without where a package is not installed: package, extra, and what it is for.
INTERVALS = ("scipy", "stats", "an interval of a proportion")
PICTURES = ("matplotlib", "plot", "a picture")
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
    joints: Columns | None = None,
    treatments: Any = None,
    treatment_columns: Mapping[str, str] | None = None,
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
    joints : str or mapping, optional
        The columns that say of each joint whether it is active, as `active` of `joint_counts`;
        then it is drawn how often each joint is.
    treatments : data frame, optional
        One row for each treatment, with patient and date; then follow-up is drawn with them.
    treatment_columns : dict, optional
        What is called otherwise in `treatments`: ``{"patient": …, "date": …}``.
    confidence : float
        Of the intervals (Clopper–Pearson).
    pictures : bool
        Whether to draw.
    title : str
        Title of the page.

    Returns
    -------
    str
        The page: HTML with its style and pictures within, which opens without a network and
        prints on A4.

    Raises
    ------
    JiaScoresError
        As for `assess`, but for values that are not allowed: these are left out and listed.

    Notes
    -----
    A proportion is of the visits at which it is known; how many that leaves out stands beside it,
    and which variables were missing at those. A picture that cannot be drawn, as where a patient
    has two rows at a visit, is named with the reason. A picture by visit shows the first 12.

    Intervals need scipy and pictures matplotlib. Where one is not installed, the page goes without,
    and its summary says so.

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
    readings = [
        read_request(frame.native, names, request, baseline=baseline, marker=marker)
        for request in requests
    ]
    context = Context(frame, names, baseline=baseline, marker=marker, invalid="missing")
    cohort = _Cohort(context, _groups(context, by), requests, readings, joints)
    found = Frame(
        check(
            frame.native,
            measures=measures,
            columns=columns,
            units=units,
            baseline=baseline,
            marker=marker,
        )
    )
    sections = [
        ("Summary", _summary(cohort, found) + _left_out(pictures=pictures)),
        ("What was read", _read(cohort)),
        ("Missing", _missing(cohort)),
        ("Refused and suspicious", _findings(found)),
        ("Not determinable", _undetermined(cohort)),
        ("Results by visit", _results(cohort, confidence)),
    ]
    pictures = pictures and not _lacking(*PICTURES)
    if pictures:
        drawings = _Pictures(cohort, columns, units, treatments, treatment_columns)
        sections.append(("Pictures", "".join(drawings.drawn()) or "<p>Nothing to draw.</p>"))
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

    @cached_property
    def rows(self) -> dict[Any, NDArray[np.int64]]:
        """The rows of each visit, in the order of the visits."""
        there = in_order(one for one in self.of_rows if one is not None)
        return {one: np.flatnonzero(self.of_rows == one) for one in there}

    def pieces(self, across: int) -> list[list[Any]]:
        """Return the visits in pieces alike in length, none with more than fit side by side."""
        visits = list(self.rows)
        places = np.array_split(np.arange(len(visits)), max(1, -(-len(visits) // across)))
        return [[visits[at] for at in piece] for piece in places]


@attrs.frozen(eq=False)
class _Cohort:
    """The table of one report: how it was read, its visits, and what was found in it."""

    context: Context
    groups: _Groups
    requests: Sequence[Any]
    readings: Sequence[Reading]
    joints: Columns | None

    @property
    def frame(self) -> Frame:
        """The table."""
        return self.context.frame

    @property
    def names(self) -> Names:
        """What its columns are called."""
        return self.context.names

    @property
    def answers(self) -> list[Answer]:
        """What was found, in the order in which it was asked for."""
        return [answer for reading in self.readings for answer in reading.answers]

    @property
    def dated(self) -> bool:
        """Whether the table says who was seen when."""
        return all(self.names.column(role) in self.frame for role in ("patient", "date"))


def _groups(context: Context, by: Column | None) -> _Groups:
    frame = context.frame
    if by is None and "nominal_visit" in frame:
        by = Column("nominal_visit")
    if by is not None:
        name = table(frame.native).name(by)
        return _Groups(
            name, frame.objects(name), added=False, words=f"named by the column {name!r}"
        )
    visits = context.visits
    numbers = np.empty(visits.size, dtype=object)
    numbers[visits.order] = [int(one) for one in np.arange(visits.size) - visits.starts + 1]
    name = next(one for one in ("visit", "visit_number", "visit_of_patient") if one not in frame)
    return _Groups(name, numbers, added=True, words="numbered for each patient")


# --------------------------------------------------------------------------------------------
# Sections


def _summary(cohort: _Cohort, found: Frame) -> str:
    size, groups = cohort.frame.size, cohort.groups
    first = f"The table has {_count(size, 'row')}"
    if cohort.dated and size:
        visits = cohort.context.visits
        first += f" of {_count(len(visits.labels), 'patient')}, from {' to '.join(_period(visits))}"
    sentences = [f"{first}. {_count(len(groups.rows), 'visit')}, {groups.words}."]
    kinds = list(found.objects("finding")) if found.size else []
    refused, suspicious = kinds.count("refused"), kinds.count("suspicious")
    sentences.append(
        f"{_count(refused, 'value')} refused and left out, {_count(suspicious, 'finding')} "
        f"suspicious and used as they are."
        if refused or suspicious
        else "No value was refused or suspicious."
    )
    items = "".join(f"<li>{_determined(answer)}</li>" for answer in cohort.answers)
    return f"<p>{escape(' '.join(sentences))}</p><ul>{items}</ul>"


def _left_out(*, pictures: bool) -> str:
    lacking = [_lacking(*INTERVALS), _lacking(*PICTURES) if pictures else ""]
    return "".join(f'<p class="note">Left out: {escape(one)}</p>' for one in lacking if one)


def _lacking(package: str, extra: str, why: str) -> str:
    """Return what to install for something, where it is not installed."""
    try:
        need(package, extra, why)
    except MissingExtraError as lacking:
        return str(lacking)
    return ""


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _period(visits: Any) -> list[str]:
    ends = [visits.dates.min(), visits.dates.max()]
    if visits.per_day == CALENDAR:
        return [str(np.datetime64(int(end), "us").astype("datetime64[D]")) for end in ends]
    return [f"study day {end / visits.per_day:g}" for end in ends]


def _determined(answer: Answer) -> str:
    """Say how often an answer is open, and which gaps are the most frequent among those rows."""
    due, open_ = int(answer.due.sum()), answer.undetermined
    judged = _count(due, "visit")
    if not answer.due.all():
        judged += " after the one compared with"
    what = f"<strong>{escape(answer.name)}</strong>: "
    if not due:
        return f"{what}there is no visit to judge."
    if not open_.any():
        return f"{what}determined at all {judged}."
    reasons = [f"{name} ({times})" for name, times in _reasons(answer)[:3] if times]
    chiefly = f"; missing there most often: {', '.join(reasons)}" if reasons else ""
    number = int(open_.sum())
    return f"{what}not determinable at {number} of {judged} ({_percent(number, due)}){escape(chiefly)}."


def _reasons(answer: Answer) -> list[tuple[str, int]]:
    """Return in how many open rows each variable is missing, the most frequent first."""
    open_ = answer.undetermined
    counted = [(name, int((gap & open_).sum())) for name, gap in answer.gaps.items()]
    return sorted(counted, key=lambda one: -one[1])


def _read(cohort: _Cohort) -> str:
    context, frame, names, groups = cohort.context, cohort.frame, cohort.names, cohort.groups
    facts = [("kind of table", frame.kind), ("rows", f"{frame.size}")]
    if cohort.dated:
        facts.append(("patients", f"{len(context.visits.labels)}"))
    facts.append(("visits", f"{len(groups.rows)}, {groups.words}"))
    nowhere = sum(one is None for one in groups.of_rows)
    if nowhere:
        facts.append(("rows without a visit", f"{nowhere}, in none of the numbers by visit"))
    rule = context.baseline_rule
    if rule is not None:
        facts.append(("baseline", BASELINES[rule] if isinstance(rule, str) else str(rule)))
    if context.marker_rule is not None:
        facts.append(("acute-phase reactant", MARKER_RULES[context.marker_rule]))
    read = {name for reading in cohort.readings for name in reading.columns}
    rows = [(role, names.column(role), "", "", "") for role in ROLES if names.there(role, frame)]
    for name, variable in VARIABLES.items():
        if names.there(name, frame):
            unit, column = names.units.get(name, variable.unit), names.column(name)
            factor = names.factor(name)
            read_as = unit if factor == 1 else f"{unit}, × {factor:g} to {variable.unit}"
            used = "yes" if column in read else "no"
            rows.append((name, column, read_as, variable.allowed, used))
    known = {row[1] for row in rows}
    asked = sorted(str(name) for name in read - known)
    rows += [("named in the request", name, "", "", "yes") for name in asked]
    taken = {*known, *asked, groups.name}
    if cohort.joints is not None:
        active = joint_shares(frame, cohort.joints, np.arange(0))[1]
        taken |= set(active)
        facts.append(("joints", f"{_count(len(active), 'column')}, from {active[0]!r} on"))
    others = [str(name) for name in frame.names if name not in taken]
    more = ""
    if others:
        shown = listing(others, shown=SHOWN_COLUMNS)
        more = f"<p>Columns that nothing reads: {escape(shown)}.</p>"
    heads = ("variable", "your column", "unit read", "allowed", "used")
    return (
        _table("The table", ("", ""), facts, heads=False)
        + _table("How its columns were understood", heads, rows)
        + more
    )


def _missing(cohort: _Cohort) -> str:
    context, frame = cohort.context, cohort.frame
    there = [name for name in VARIABLES if cohort.names.there(name, frame)]
    gaps = {name: np.isnan(context.values(name)) for name in there}
    whole = [name for name, gap in gaps.items() if not gap.any()]
    words = (
        "<p>Gaps at each visit, values that were refused among them. A patient without a row at a "
        "visit is in none of these numbers.</p>"
    )
    if whole:
        words += f"<p>Without a gap: {escape(', '.join(whole))}.</p>"
    with_gaps = {name: gap for name, gap in gaps.items() if gap.any()}
    if not with_gaps:
        return words
    everywhere = np.ones(frame.size, dtype=bool)
    lines = [((name,), gap, everywhere) for name, gap in with_gaps.items()]
    return words + _by_visit("Missing values by variable and visit", ("variable",), lines, cohort)


def _by_visit(
    caption: str,
    heads: tuple[str, ...],
    lines: Sequence[tuple[tuple[str, ...], Mask, Mask]],
    cohort: _Cohort,
) -> str:
    """Return how many of some rows have something, by visit, as many visits as fit in a table."""
    pieces, positions = cohort.groups.pieces(IN_TABLE), cohort.groups.rows
    parts = []
    for number, piece in enumerate(pieces, start=1):
        of = f" ({number} of {len(pieces)})" if len(pieces) > 1 else ""
        rows = [
            (
                *words,
                *(_share(here[positions[one]], among[positions[one]]) for one in piece),
                _share(here, among),
            )
            for words, here, among in lines
        ]
        visits = (shown_visit(value) for value in piece)
        parts.append(_table(caption + of, (*heads, *visits, "all rows"), rows))
    return "".join(parts)


def _share(here: Mask, among: Mask) -> str:
    number, total = int((here & among).sum()), int(among.sum())
    if not total:
        return "–"
    return f"{number} of {total}" + (f"\n{_percent(number, total)}" if number else "")


def _percent(number: int, total: int) -> str:
    return f"{100 * number / total:.1f} %"


def _findings(found: Frame) -> str:
    names = ("finding", "variable", "message", "value", "patient", "date", "row")
    cells = {name: found.objects(name) for name in names} if found.size else {}
    if not {"refused", "suspicious"} & set(cells.get("finding", ())):
        return "<p>None.</p>"
    parts = []
    for kind, words in (
        ("refused", "Left out of everything that follows."),
        ("suspicious", "Used as they are; look at them."),
    ):
        rows = [at for at, one in enumerate(cells["finding"]) if one == kind]
        parts.append(f"<h3>{kind.capitalize()}: {len(rows)}</h3>")
        if not rows:
            continue
        alike: dict[tuple[str, str], list[int]] = {}
        for at in rows:
            alike.setdefault((cells["variable"][at], cells["message"][at]), []).append(at)
        lines = [
            (variable, f"{len(here)}", message, _where(cells, here))
            for (variable, message), here in alike.items()
        ]
        parts.append(f"<p>{words}</p>")
        heads = ("variable", "number", "message", "value and where")
        parts.append(_table(kind.capitalize(), heads, lines[:SHOWN_FINDINGS]))
        if len(lines) > SHOWN_FINDINGS:
            parts.append(f"<p>… and {len(lines) - SHOWN_FINDINGS} more: see jia.check.</p>")
    return "".join(parts)


def _where(cells: Mapping[str, NDArray[Any]], rows: Sequence[int]) -> str:
    """Return value, row, patient and date of the first few findings, each on a line."""
    lines = []
    for at in rows[:SHOWN_ROWS]:
        value = cells["value"][at]
        place = [
            f"{name} {shown_visit(cells[name][at])}"
            for name in ("patient", "date", "row")
            if cells[name][at] is not None
        ]
        lines.append(": ".join([*([] if value is None else [str(value)]), ", ".join(place)]))
    if len(rows) > SHOWN_ROWS:
        lines.append(f"… and {len(rows) - SHOWN_ROWS} more")
    return "\n".join(line.removesuffix(": ") for line in lines)


def _undetermined(cohort: _Cohort) -> str:
    """Return how often each answer is open, and what was missing there."""
    open_ = [answer for answer in cohort.answers if answer.undetermined.any()]
    if not open_:
        return "<p>Everything that was asked for is determined at every visit that is judged.</p>"
    counts = [((answer.name,), answer.undetermined, answer.due) for answer in open_]
    lines = []
    for answer in open_:
        rows = answer.undetermined
        for name, times in _reasons(answer):
            if times:
                lines.append(((answer.name, name), answer.gaps[name], rows))
        none = rows & ~np.logical_or.reduce([*answer.gaps.values(), np.zeros_like(rows)])
        if none.any():
            lines.append(((answer.name, "nothing: see the definition"), none, rows))
    words = (
        "<p>An answer is given only where no way of filling the gaps could change it. What compares "
        "visits is judged after the visit that it is compared with.</p>"
    )
    reasons = (
        "<p>Of the visits at which an answer is not determinable: at how many each variable that "
        "its request read is missing. A visit may lack several.</p>"
    )
    return (
        words
        + _by_visit("Not determinable, by visit", ("measure",), counts, cohort)
        + reasons
        + _by_visit("What was missing there", ("measure", "missing"), lines, cohort)
    )


def _results(cohort: _Cohort, confidence: float) -> str:
    intervals = f", with {100 * confidence:g} % intervals by Clopper and Pearson"
    words = (
        f"<p>Proportions are of the visits at which the answer is known"
        f"{'' if _lacking(*INTERVALS) else intervals}. Every row counts, once for each "
        f"patient where a patient has one row at a visit.</p>"
    )
    parts = [words]
    for number, answer in enumerate(cohort.answers, start=1):
        name = escape(answer.name)
        parts.append(f'<h3 id="result-{number}">{name}</h3>')
        if answer.highest is not None:
            parts.append(_levels(answer, cohort.groups, confidence))
        elif answer.output.kind == "score":
            parts.append(_scores(answer, cohort.groups))
        else:
            parts.append(_states(answer, cohort.groups, confidence))
    return "".join(parts)


def _scores(answer: Answer, groups: _Groups) -> str:
    rows = []
    for value, positions in groups.rows.items():
        given = answer.output.data[positions]
        known = given[~np.isnan(given)]
        cells = ["–"] * 3
        if known.size:
            low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
            span = f"{known.min():.4g} – {known.max():.4g}"
            cells = [f"{middle:.4g}", f"{low:.4g} – {high:.4g}", span]
        rows.append((shown_visit(value), f"{known.size}", *cells, f"{len(given) - known.size}"))
    heads = ("visit", "known", "median", "quartiles", "range", "not determinable")
    return _table(f"{answer.name} by visit", heads, rows)


def _states(answer: Answer, groups: _Groups, confidence: float) -> str:
    output = answer.output
    flag = output.kind == "flag"
    words = ("yes",) if flag else output.words
    rows = []
    for value, every in groups.rows.items():
        positions = every[answer.due[every]]
        if not positions.size:
            continue
        given = output.data[positions]
        gaps = answer.undetermined[positions]
        known = int((~gaps).sum())
        cells = [
            _proportion(int((given == (1 if flag else code)).sum()), known, confidence)
            for code in range(len(words))
        ]
        rows.append((shown_visit(value), f"{known}", *cells, f"{int(gaps.sum())}"))
    heads = ("visit", "known", *(in_words(word) for word in words), "not determinable")
    return _table(f"{answer.name} by visit", heads, rows)


def _levels(answer: Answer, groups: _Groups, confidence: float) -> str:
    """Return responders by level; a level is known where both bounds are on one side of it."""
    assert answer.highest is not None
    low, high = answer.output.data, answer.highest.data
    rows = []
    for value, every in groups.rows.items():
        positions = every[answer.due[every]]
        if not positions.size:
            continue
        cells = []
        for level in answer.levels:
            surely = int((low[positions] >= level).sum())
            known = surely + int((high[positions] < level).sum())
            gaps = len(positions) - known
            open_ = f"\n{gaps} not determinable" if gaps else ""
            cells.append(_proportion(surely, known, confidence) + open_)
        rows.append((shown_visit(value), f"{len(positions)}", *cells))
    heads = ("visit", "visits judged", *(f"at least level {level}" for level in answer.levels))
    return _table(f"{answer.name} by visit", heads, rows)


def _proportion(number: int, known: int, confidence: float) -> str:
    if not known:
        return "–"
    share = f"{number} of {known}\n{_percent(number, known)}"
    if _lacking(*INTERVALS):
        return share
    low, high = proportion_interval(number, known, method="exact", confidence=confidence)
    return f"{share} ({100 * low:.1f} – {100 * high:.1f})"


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
    packages = ["numpy", "pandas", "narwhals"]
    packages += [] if _lacking(*INTERVALS) else ["scipy"]
    packages += ["matplotlib"] if pictures else []
    rows = [("jiascores", __version__), ("Python", platform.python_version())]
    rows += [(name, metadata.version(name)) for name in packages]
    return _table("What computed this page", ("", ""), rows, heads=False)


# --------------------------------------------------------------------------------------------
# Pictures


class _Pictures:
    """The pictures of one report, in their order."""

    def __init__(
        self,
        cohort: _Cohort,
        columns: Mapping[str, str] | None,
        units: Mapping[str, str] | None,
        treatments: Any,
        treatment_columns: Mapping[str, str] | None,
    ) -> None:
        self.cohort = cohort
        self.columns = columns
        self.units = units
        self.treatments = treatments
        self.treatment_columns = treatment_columns
        self.drawings: list[tuple[str, Callable[[], Any]]] = []
        self.whole = _with_answers(cohort)

    def drawn(self) -> Iterator[str]:
        """Yield each picture with its caption; one that cannot be drawn says why."""
        self._over_time()
        self._by_visit()
        self._joints()
        self._follow_up()
        for number, (caption, draw) in enumerate(self.drawings, start=1):
            try:
                yield _figure(caption, draw, number)
            except JiaScoresError as problem:
                yield f"<p>Not drawn: {escape(f'{caption} {problem}')}</p>"

    def _add(self, caption: str, draw: Callable[..., Any], *given: Any, **named: Any) -> None:
        self.drawings.append((caption, partial(draw, *given, **named)))

    def _over_time(self) -> None:
        """Add every score, over the states that it is read by, in one picture for each course."""
        banded = set()
        for request in self.cohort.requests:
            if not isinstance(request, StateRequest):
                continue
            score, cutoffs = request.measure, request.cutoffs
            words = f"{score} of every patient over time, over the states by {cutoffs.name}"
            banded.add(score)
            if isinstance(request.course, Column):
                of_rows = Frame(self.whole).objects(request.course.name)
            elif isinstance(request.course, FromCategory):
                of_rows = Frame(self.whole).objects(f"course_{id_of(cutoffs)}")
            else:
                course = None if ANY_COURSE in cutoffs.of(score) else request.course
                self._score(f"{words}.", score, cutoffs=cutoffs, course=course)
                continue
            for course in cutoffs.of(score):
                rows = of_rows == course
                if rows.any():
                    said = f"{words}: the visits read as {course}."
                    self._score(said, score, rows, cutoffs=cutoffs, course=course)
        for request in self.cohort.requests:
            if isinstance(request, ScoreRequest) and request.measure not in banded:
                self._score(f"{request.measure} of every patient over time.", request.measure)

    def _score(self, words: str, score: str, rows: Mask | None = None, **named: Any) -> None:
        if rows is None:
            # Treatments of patients who are not drawn would be refused.
            named |= {"treatments": self.treatments, "treatment_columns": self.treatment_columns}
        drawn = self.whole if rows is None else _rows(self.whole, rows)
        if not _empty(drawn, score):
            self._add(words, plot.trajectories, drawn, Column(score), columns=self.columns, **named)

    def _by_visit(self) -> None:
        """Add states and answers by visit, and the change of the core set."""
        context = self.cohort.context
        one_child = self.cohort.dated and len(context.visits.labels) == 1
        # What became of one child, the scores over their states show already.
        for answer in () if one_child else self.cohort.answers:
            name = answer.name
            if answer.highest is not None:
                words = f"Responders at each visit: {name}"
                self._pieces(words, AS_BARS, plot.responders, Column(name))
            elif _empty(self.whole, name):
                continue
            elif answer.output.kind == "state" and answer.output.words != COURSES:
                words = f"Patients from state to state: {name}"
                self._pieces(words, AS_BANDS, plot.state_flow, Column(name), joined=True)
            elif answer.output.kind == "flag" and answer.due.all():
                words = f"Yes and no at each visit: {name}"
                self._pieces(words, AS_BARS, plot.responders, Column(name))
        responses = [one for one in self.cohort.requests if isinstance(one, AcrPedRequest)]
        # The change is the same by every set of criteria.
        for request in responses[:1]:
            what = "values" if one_child else "medians and quartiles"
            words = (
                f"Change of the core set against the baseline, {what}; the lines are those of "
                f"{request.criteria.name}"
            )
            self._pieces(
                words,
                AS_BANDS,
                plot.response_matrix,
                baseline=context.baseline_rule,
                criteria=request.criteria,
                marker=context.marker_rule,
                units=self.units,
                invalid="missing",
            )

    def _pieces(
        self,
        words: str,
        across: int,
        draw: Callable[..., Any],
        *given: Any,
        joined: bool = False,
        **named: Any,
    ) -> None:
        """Add a picture by visit, or several where there are more visits than can be read."""
        groups = self.cohort.groups
        every, shown = list(groups.rows), 0
        for piece in groups.pieces(across):
            if shown >= VISITS_DRAWN:
                break
            # Bands begin where those before ended.
            visits = every[max(0, shown - joined) : shown + len(piece)]
            shown += len(piece)
            where = ""
            if len(visits) < len(every):
                where = f", visits {shown_visit(visits[0])} to {shown_visit(visits[-1])}"
            if VISITS_DRAWN <= shown < len(every):
                where += f"; the {len(every) - shown} later ones are not drawn"
            self._add(
                f"{words}{where}.",
                draw,
                self._at(visits),
                *given,
                by=Column(groups.name),
                columns=self.columns,
                **named,
            )

    def _at(self, visits: Sequence[Any]) -> Any:
        """Return the table with the name of these visits alone, so that others are not drawn.

        Their rows stay: one of them may be the baseline.
        """
        groups = self.cohort.groups
        if len(visits) == len(groups.rows):
            return self.whole
        named = np.full(self.cohort.frame.size, None, dtype=object)
        for visit in visits:
            named[groups.rows[visit]] = shown_visit(visit)
        others = Frame(self.whole).narwhal.drop(groups.name).to_native()
        return Frame(others).with_columns([Output(groups.name, "word", named)])

    def _joints(self) -> None:
        """Add how often each joint is active, at the first and at the last of the visits."""
        groups = list(self.cohort.groups.rows.items())
        if self.cohort.joints is None or not groups:
            return
        for value, rows in dict([groups[0], groups[-1]]).items():
            shares, _ = joint_shares(self.cohort.frame, self.cohort.joints, rows)
            words = f"How often each joint is active at visit {shown_visit(value)}, of {len(rows)}."
            self._add(words, plot.joint_frequency, shares)

    def _follow_up(self) -> None:
        """Add treatments and responses over each patient's follow-up."""
        if self.treatments is None:
            return
        stems = [answer.name for answer in self.cohort.answers if answer.highest is not None]
        self._add(
            "Follow-up of every patient who was treated, with treatments and responses.",
            plot.swimmer,
            self.whole,
            self.treatments,
            response=Column(stems[0]) if stems else None,
            columns=self.columns,
            treatment_columns=self.treatment_columns,
        )


def _with_answers(cohort: _Cohort) -> Any:
    """Return the table with everything that was found, and with what the pictures need beside."""
    context, groups = cohort.context, cohort.groups
    more = {output.name: output for reading in cohort.readings for output in reading.outputs}
    if groups.added:
        more[groups.name] = Output(groups.name, "level", groups.of_rows.astype(float))
    for request in cohort.requests:
        if isinstance(request, StateRequest) and request.measure not in (
            *more,
            *cohort.frame.names,
        ):
            score = Output(request.measure, "score", context.score(request.measure))
            more[request.measure] = score
    return add_columns(cohort.frame, list(more.values()), "")


def _rows(native: Any, chosen: Mask) -> Any:
    """Return some rows of a table."""
    return Frame(native).narwhal.filter(chosen.tolist()).to_native()


def _empty(native: Any, column: str) -> bool:
    """Return whether a column has nothing to draw."""
    return all(value is None for value in Frame(native).objects(column))


def _figure(caption: str, draw: Callable[[], Any], number: int) -> str:
    import matplotlib.pyplot as plt
    from matplotlib.text import Text

    # The same table must give the same page, whatever style the caller draws in.
    style = {"svg.hashsalt": "jiascores", "svg.fonttype": "path"}
    with plt.style.context(["default", style]):
        axes = draw()
        if len(axes.lines) > MANY_LINES:
            axes.set_rasterization_zorder(2.5)
        figure = axes.get_figure()
        # A dollar in an id is a dollar, and no formula.
        for label in figure.findobj(Text):
            label.set_parse_math(False)
        text = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(text, format="svg", metadata=nothing, bbox_inches="tight", dpi=150)
        plt.close(figure)
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    # Small screens scroll it rather than make its letters too small.
    width = float(svg.partition('width="')[2].partition("pt")[0])
    svg = svg.replace("<svg", f'<svg style="min-width:{0.7 * width:.0f}pt"', 1)
    # Names within the page must not meet; those of groups are looked up by nobody.
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r'( id="|href="#|url\(#)', rf"\g<1>p{number}-", svg)
    words = escape(caption)
    return (
        f'<figure><div class="wide" role="img" aria-label="{words}" tabindex="0">{svg}</div>'
        f"<figcaption>{words}</figcaption></figure>"
    )


# --------------------------------------------------------------------------------------------
# The page


_LIGHT = """--ink: #1b1b1b; --paper: #ffffff; --soft: #565656; --line: #d4d4d4; --band: #f4f6f8;
  --mark: #7a3b00; --link: #0b57a4;"""
_DARK = """--ink: #ececec; --paper: #16181b; --soft: #b0b4ba; --line: #3a3e44; --band: #1f2226;
  --mark: #ffb870; --link: #8ab8f0;"""
_STYLE = f"""
:root {{ color-scheme: light dark; {_LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }}
h1 {{ margin: .5rem 0; font-size: 1.7rem; }}
h2 {{ margin: 2.4rem 0 .6rem; font-size: 1.3rem; border-bottom: 1px solid var(--line); }}
h3 {{ margin: 1.6rem 0 .4rem; font-size: 1.02rem; }}
p, ul, ol {{ max-width: 50rem; }}
a {{ color: var(--link); }}
nav ol {{ padding-left: 1.4rem; margin: .4rem 0; }}
.note {{ border-left: 3px solid var(--mark); padding-left: .8rem; font-size: .92rem; }}
.wide {{ overflow-x: auto; max-width: 100%; margin: .8rem 0; }}
table {{ border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums;
  overflow-wrap: normal; }}
caption, figcaption {{ color: var(--soft); font-size: .9rem; text-align: left; padding: .2rem 0; }}
caption {{ white-space: nowrap; }}
th, td {{ padding: .3rem .7rem; text-align: left; vertical-align: top; font-weight: 400;
  border-bottom: 1px solid var(--line); white-space: pre-line; }}
thead th {{ color: var(--soft); font-weight: 600; vertical-align: bottom; white-space: nowrap; }}
tbody tr:nth-child(odd) {{ background: var(--band); }}
.short, .line {{ white-space: pre; }}
.long {{ min-width: 20rem; }}
figure {{ margin: 1.6rem 0; }}
figure .wide {{ background: #ffffff; border: 1px solid var(--line); border-radius: 4px;
  padding: .6rem; margin: 0; }}
figure svg {{ display: block; max-width: 100%; height: auto; margin: 0 auto; }}
.mark {{ color: var(--mark); font-size: .8rem; }}
@page {{ margin: 14mm; }}
@media print {{
  :root {{ color-scheme: light; {_LIGHT} }}
  body {{ max-width: none; padding: 0; font-size: 10pt; }}
  .wide {{ overflow: visible; }}
  table {{ font-size: 7.5pt; }}
  th, td {{ padding: 1.5pt 3pt; }}
  .line {{ white-space: pre-line; min-width: 40mm; }}
  .long {{ min-width: 0; }}
  tbody th {{ overflow-wrap: anywhere; }}
  thead th {{ white-space: normal; }}
  thead {{ display: table-header-group; }}
  tr, figure {{ break-inside: avoid; }}
  h2, h3, caption, thead {{ break-after: avoid; }}
  tbody tr:first-child {{ break-before: avoid; }}
  figure svg {{ min-width: 0 !important; max-height: 220mm; }}
}}
"""

# Up to how many characters a line of a cell is kept whole; the first on paper too.
SHORT, LINE, LONG = 30, 48, 60


def _table(
    caption: str, names: Sequence[str], rows: Sequence[Sequence[str]], *, heads: bool = True
) -> str:
    """Return a table; what stands first in a row is its heading."""
    top = "".join(f'<th scope="col">{escape(one)}</th>' for one in names)
    body = "".join(
        "<tr>"
        + "".join(_cell("th" if place == 0 else "td", cell) for place, cell in enumerate(row))
        + "</tr>"
        for row in rows
    )
    words = escape(caption)
    return (
        f'<div class="wide" role="region" aria-label="{words}" tabindex="0"><table>'
        f"<caption>{words}</caption>{f'<thead><tr>{top}</tr></thead>' if heads else ''}"
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(tag: str, text: str) -> str:
    longest = max(map(len, text.split("\n")))
    kind = "short" if longest <= SHORT else "line" if longest <= LINE else ""
    kind = "long" if longest > LONG else kind
    scope = ' scope="row"' if tag == "th" else ""
    return f'<{tag}{scope} class="{kind}">{escape(text)}</{tag}>'


def _page(title: str, sections: Sequence[tuple[str, str]]) -> str:
    links, body = "", ""
    for number, (name, text) in enumerate(sections, start=1):
        place = name.lower().replace(" ", "-")
        parts = re.findall(r'<h3 id="([^"]+)">(.*?)</h3>', text)
        below = "".join(f'<li><a href="#{one}">{words}</a></li>' for one, words in parts)
        links += f'<li><a href="#{place}">{name}</a>{f"<ul>{below}</ul>" if below else ""}</li>'
        body += f'<section id="{place}"><h2>{number}. {name}</h2>{text}</section>'
    body = _numbered(_numbered(body, "caption", "Table"), "figcaption", "Figure")
    return (
        "<!doctype html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><header><h1>{escape(title)}</h1>"
        f'<p>jiascores {escape(__version__)}</p><p class="note" id="intended-use">{INTENDED_USE}</p>'
        f'<nav aria-label="Contents"><ol>{links}</ol></nav></header>'
        f"<main>{body}</main></body></html>\n"
    )


def _numbered(body: str, tag: str, word: str) -> str:
    numbers = count(1)
    return re.sub(f"<{tag}>", lambda _: f"<{tag}>{word} {next(numbers)}. ", body)
