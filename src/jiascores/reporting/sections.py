"""What a report says: each section as a title, and the paragraphs, tables and pictures below it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from typing import Any, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores._version import __version__
from jiascores.catalogue.manifest import used_by
from jiascores.core.definition import Definition
from jiascores.core.errors import MissingExtraError, listing
from jiascores.plot.base import counted, in_words, shown_visit
from jiascores.reporting.cohort import Answer, ByVisit, Cohort, Mask
from jiascores.statistics.proportions import proportion_interval
from jiascores.tables.engines import need

# What the page goes without where a package is not installed: package, extra, and what it is for.
INTERVALS = ("scipy", "stats", "an interval of a proportion")
PICTURES = ("matplotlib", "plot", "a picture")
# Findings of one kind that are printed, and of each the rows that are named.
SHOWN_FINDINGS = 40
SHOWN_ROWS = 5
# Columns that nothing reads, that are named.
SHOWN_COLUMNS = 40
# Visits side by side in a table that can be read on a sheet of paper.
IN_TABLE = 10


@attrs.frozen
class Heading:
    """A heading within a section, and a remark beside it; one with an id is in the contents."""

    words: str
    remark: str = ""
    id: str = ""


@attrs.frozen
class Items:
    """A list; of each item what is printed strongly, and the rest."""

    items: Sequence[tuple[str, str]]


@attrs.frozen
class Table:
    """A table; what stands first in a row is its heading."""

    caption: str
    rows: Sequence[Sequence[str]]
    heads: Sequence[str] = ()


@attrs.frozen
class Picture:
    """A picture that is drawn when the page is made."""

    caption: str
    draw: Callable[[], Any]


@attrs.frozen
class Note:
    """A paragraph that stands out."""

    words: str


# A text is a paragraph.
Block: TypeAlias = str | Note | Heading | Items | Table | Picture


@attrs.frozen
class Section:
    """A part of the page."""

    title: str
    blocks: Sequence[Block]


def lacking(package: str, extra: str, why: str) -> str:
    """Return what to install for something, where it is not installed."""
    try:
        need(package, extra, why)
    except MissingExtraError as problem:
        return str(problem)
    return ""


def summary(cohort: Cohort, *, pictures: bool) -> Section:
    """Say in sentences what was read, what is open, and what the page goes without."""
    first = f"The table has {counted(cohort.frame.size, 'row')}"
    if cohort.patients is not None and cohort.frame.size:
        first += f" of {counted(cohort.patients, 'patient')}, from {cohort.period}"
    visits = f"{counted(len(cohort.visits.labels), 'visit')}, {cohort.visits.words}."
    kinds = cohort.findings["finding"].value_counts()
    wrong = "No value was refused or suspicious."
    if len(kinds):
        wrong = (
            f"{counted(kinds.get('refused', 0), 'value')} refused and left out, "
            f"{counted(kinds.get('suspicious', 0), 'finding')} suspicious and used as they are."
        )
    items = Items([(answer.name, f": {_determined(answer)}") for answer in cohort.answers])
    without = [lacking(*INTERVALS), lacking(*PICTURES) if pictures else ""]
    notes = [Note(f"Left out: {words}") for words in without if words]
    return Section("Summary", [f"{first}. {visits} {wrong}", items, *notes])


def _determined(answer: Answer) -> str:
    """Say how often an answer is open, and which gaps are the most frequent among those rows."""
    due, number = int(answer.due.sum()), int(answer.undetermined.sum())
    if not due:
        return "there is no visit to judge."
    judged = counted(due, "visit")
    if not answer.due.all():
        judged += " after the one compared with"
    if not number:
        return f"determined at all {judged}."
    reasons = [f"{name} ({times})" for name, times in _reasons(answer)[:3]]
    chiefly = f"; missing there most often: {', '.join(reasons)}" if reasons else ""
    return f"not determinable at {number} of {judged} ({_percent(number, due)}){chiefly}."


def _reasons(answer: Answer) -> list[tuple[str, int]]:
    """Return in how many open rows each variable is missing, the most frequent first."""
    open_ = answer.undetermined
    counted = [(name, int((gap & open_).sum())) for name, gap in answer.gaps.items()]
    return sorted((one for one in counted if one[1]), key=lambda one: -one[1])


def what_was_read(cohort: Cohort) -> Section:
    """Say how the table and its columns were understood."""
    visits, joints = cohort.visits, cohort.joint_columns
    nowhere = int((visits.codes < 0).sum())
    facts = {
        "kind of table": cohort.frame.kind,
        "rows": f"{cohort.frame.size}",
        "patients": "" if cohort.patients is None else f"{cohort.patients}",
        "visits": f"{len(visits.labels)}, {visits.words}",
        "rows without a visit": nowhere and f"{nowhere}, in none of the numbers by visit",
        **cohort.rules_in_words,
        "joints": joints and f"{counted(len(joints), 'column')}, from {joints[0]!r} on",
    }
    told = [(name, str(fact)) for name, fact in facts.items() if fact]
    heads = ("variable", "your column", "unit read", "allowed", "used")
    blocks: list[Block] = [
        Table("The table", told),
        Table("How its columns were understood", cohort.understood, heads),
    ]
    if cohort.unread:
        unread = listing(cohort.unread, shown=SHOWN_COLUMNS)
        blocks.append(f"Columns that nothing reads: {unread}.")
    return Section("What was read", blocks)


def missing(cohort: Cohort) -> Section:
    """Count the gaps of each variable by visit."""
    words = (
        "Gaps at each visit, values that were refused among them. A patient without a row at a "
        "visit is in none of these numbers."
    )
    everywhere = np.ones(cohort.frame.size, dtype=bool)
    whole = [name for name, gap in cohort.gaps.items() if not gap.any()]
    lines = [((name,), gap, everywhere) for name, gap in cohort.gaps.items() if gap.any()]
    blocks = [words, f"Without a gap: {', '.join(whole)}."] if whole else [words]
    caption = "Missing values by variable and visit"
    return Section("Missing", [*blocks, *_by_visit(caption, ("variable",), lines, cohort.visits)])


def _by_visit(
    caption: str,
    heads: tuple[str, ...],
    lines: Iterable[tuple[tuple[str, ...], Mask, Mask]],
    visits: ByVisit,
) -> Iterator[Table]:
    """Yield how many of some rows have something, by visit, as many visits as fit in a table."""
    rows = [
        (words, list(map(_share, visits.counts(here & among), visits.counts(among))))
        for words, here, among in lines
    ]
    pieces = visits.pieces(IN_TABLE) if rows else []
    for number, piece in enumerate(pieces, start=1):
        of = f" ({number} of {len(pieces)})" if len(pieces) > 1 else ""
        shown = (shown_visit(visits.labels[visit]) for visit in piece)
        body = [(*words, *(cells[visit] for visit in piece), cells[-1]) for words, cells in rows]
        yield Table(caption + of, body, (*heads, *shown, "all rows"))


def _share(number: int, total: int, *, always: bool = False) -> str:
    """Return how many of how many, and the percentage; of none only where it is always due."""
    if not total:
        return "–"
    return f"{number} of {total}" + (f"\n{_percent(number, total)}" if number or always else "")


def _percent(number: int, total: int) -> str:
    return f"{100 * number / total:.1f} %"


def refused_and_suspicious(cohort: Cohort) -> Section:
    """List what `check` finds, but for what is missing; findings that are alike stand together."""
    if cohort.findings.empty:
        return Section("Refused and suspicious", ["None."])
    blocks: list[Block] = []
    heads = ("variable", "number", "message", "value and where")
    kinds = {
        "refused": "Left out of everything that follows.",
        "suspicious": "Used as they are; look at them.",
    }
    for kind, words in kinds.items():
        found = cohort.findings[cohort.findings["finding"] == kind]
        alike = list(found.groupby(["variable", "message"], sort=False, dropna=False))
        lines = [
            (str(variable), f"{len(rows)}", str(message), _where(rows))
            for (variable, message), rows in alike[:SHOWN_FINDINGS]
        ]
        blocks.append(Heading(f"{kind.capitalize()}: {len(found)}"))
        blocks += [words, Table(kind.capitalize(), lines, heads)] if lines else []
        if len(alike) > SHOWN_FINDINGS:
            blocks.append(f"… and {len(alike) - SHOWN_FINDINGS} more: see jia.check.")
    return Section("Refused and suspicious", blocks)


def _where(found: pd.DataFrame) -> str:
    """Return value, row, patient and date of the first few findings, each on a line."""
    lines = []
    for finding in found.head(SHOWN_ROWS).to_dict("records"):
        where = [name for name in ("patient", "date", "row") if finding[name] is not None]
        place = ", ".join(f"{name} {shown_visit(finding[name])}" for name in where)
        value = "" if finding["value"] is None else str(finding["value"])
        lines.append(": ".join(filter(None, (value, place))))
    more = len(found) - SHOWN_ROWS
    return "\n".join([*lines, f"… and {more} more"] if more > 0 else lines)


def not_determinable(cohort: Cohort) -> Section:
    """Count by visit how often each answer is open, and what was missing there."""
    title = "Not determinable"
    open_ = [answer for answer in cohort.answers if answer.undetermined.any()]
    if not open_:
        none = "Everything that was asked for is determined at every visit that is judged."
        return Section(title, [none])
    counts = [((answer.name,), answer.undetermined, answer.due) for answer in open_]
    lines = []
    for answer in open_:
        rows, gaps = answer.undetermined, answer.gaps
        lines += [((answer.name, name), gaps[name], rows) for name, _ in _reasons(answer)]
        none_missing = rows & ~np.logical_or.reduce([*gaps.values(), np.zeros_like(rows)])
        if none_missing.any():
            lines.append(((answer.name, "nothing: see the definition"), none_missing, rows))
    words = (
        "An answer is given only where no way of filling the gaps could change it. What compares "
        "visits is judged after the visit that it is compared with."
    )
    reasons = (
        "Of the visits at which an answer is not determinable: at how many each variable that "
        "its request read is missing. A visit may lack several."
    )
    often = _by_visit("Not determinable, by visit", ("measure",), counts, cohort.visits)
    why = _by_visit("What was missing there", ("measure", "missing"), lines, cohort.visits)
    return Section(title, [words, *often, reasons, *why])


def results(cohort: Cohort, confidence: float) -> Section:
    """Summarise each answer by visit; without scipy there are no intervals."""
    within = None if lacking(*INTERVALS) else confidence
    by = "" if within is None else f", with {100 * within:g} % intervals by Clopper and Pearson"
    words = (
        f"Proportions are of the visits at which the answer is known{by}. Where some are not "
        f"determinable, the lowest and the highest share of all visits stand below: as if none of "
        f"them, and as if all of them, counted. Every row counts, once for each patient where a "
        f"patient has one row at a visit."
    )
    blocks: list[Block] = [words]
    for number, answer in enumerate(cohort.answers, start=1):
        heads, rows = _rows(answer, cohort.visits, within, cohort.arms)
        table = Table(f"{answer.name} by visit", rows, heads)
        blocks += [Heading(answer.name, id=f"result-{number}"), table]
    return Section("Results by visit", blocks)


def _rows(
    answer: Answer, visits: ByVisit, confidence: float | None, arms: Mapping[str, Mask]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the heads of an answer's table, and a row for each visit at which it is judged.

    Where there are arms, it is a row for each visit and arm.
    """
    data, open_ = answer.output.data, answer.undetermined
    keys = ("visit", "arm") if arms else ("visit",)
    groups = [
        ((shown_visit(label), *arm), mine)
        for label, rows in zip(visits.labels, visits.rows, strict=True)
        for arm, mine in _by_arm(rows, arms)
    ]
    if answer.output.kind == "score":
        heads = (*keys, "known", "median", "quartiles", "range", "not determinable")
        return heads, [(*label, *_score(data[rows])) for label, rows in groups]
    judged = [(label, rows[answer.due[rows]]) for label, rows in groups]
    judged = [(label, rows) for label, rows in judged if rows.size]
    if answer.highest is not None:
        # A level is known where both bounds are on one side of it.
        highest = answer.highest.data
        levels = [(data >= level, (data >= level) | (highest < level)) for level in answer.levels]
        lines = [
            (*label, f"{rows.size}", *(_open_too(*level, rows, confidence) for level in levels))
            for label, rows in judged
        ]
        return (*keys, "visits judged", *(f"at least level {n}" for n in answer.levels)), lines
    codes = {"yes": 1}
    if answer.output.kind != "flag":
        codes = {in_words(word): code for code, word in enumerate(answer.output.words)}
    lines = []
    for label, rows in judged:
        gaps = int(open_[rows].sum())
        known = rows.size - gaps
        numbers = (int((data[rows] == code).sum()) for code in codes.values())
        shares = (
            _proportion(number, known, confidence) + _of_all(number, gaps, rows.size)
            for number in numbers
        )
        lines.append((*label, f"{known}", *shares, f"{gaps}"))
    return (*keys, "known", *codes, "not determinable"), lines


def _by_arm(
    rows: NDArray[np.int64], arms: Mapping[str, Mask]
) -> list[tuple[tuple[str, ...], NDArray[np.int64]]]:
    """Return the rows of each arm under its name; without arms, all of them under none."""
    return [((name,), rows[among[rows]]) for name, among in arms.items()] or [((), rows)]


def _score(values: NDArray[np.float64]) -> list[str]:
    known = values[~np.isnan(values)]
    cells = ["–"] * 3
    if known.size:
        low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
        span = f"{known.min():.4g} – {known.max():.4g}"
        cells = [f"{middle:.4g}", f"{low:.4g} – {high:.4g}", span]
    return [f"{known.size}", *cells, f"{values.size - known.size}"]


def _open_too(surely: Mask, known: Mask, rows: NDArray[np.int64], confidence: float | None) -> str:
    """Return a proportion, at how many of the rows it is not known, and what it can be of all."""
    number, gaps = int(surely[rows].sum()), int((~known[rows]).sum())
    share = _proportion(number, rows.size - gaps, confidence)
    return f"{share}\n{gaps} not determinable{_of_all(number, gaps, rows.size)}" if gaps else share


def _of_all(number: int, gaps: int, total: int) -> str:
    """Return the lowest and the highest share of all rows that the open ones allow."""
    if gaps in (0, total):
        return ""
    return f"\nof all {total}: {_percent(number, total)} to {_percent(number + gaps, total)}"


def _proportion(number: int, known: int, confidence: float | None) -> str:
    if not known or confidence is None:
        return _share(number, known, always=True)
    low, high = proportion_interval(number, known, method="exact", confidence=confidence)
    interval = f"({100 * low:.1f} – {100 * high:.1f})"
    return f"{_share(number, known, always=True)} {interval}"


def definitions(requests: Sequence[Any]) -> Section:
    """Print each definition that was used, with its source and evidence."""
    used: dict[tuple[str, str], Definition] = {
        (definition.kind, definition.name): definition
        for request in requests
        for definition in used_by(request)
    }
    blocks: list[Block] = []
    for definition in used.values():
        first, *rest = str(definition).splitlines()
        blocks.append(Heading(first, remark=definition.evidence_in_words))
        blocks.append(Items([("", line.strip()) for line in rest]))
    return Section("Definitions", blocks)


def versions(*, pictures: bool) -> Section:
    """Name what computed the page."""
    packages = ["numpy", "pandas", "narwhals"]
    packages += [] if lacking(*INTERVALS) else ["scipy"]
    packages += ["matplotlib"] if pictures else []
    rows = [("jiascores", __version__), ("Python", platform.python_version())]
    rows += [(name, metadata.version(name)) for name in packages]
    return Section("Versions", [Table("What computed this page", rows)])
