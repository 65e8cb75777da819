"""What a report says of the table, its gaps, and the definitions behind the answers."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from importlib import metadata

import numpy as np
import pandas as pd

from jiascores._version import __version__
from jiascores.catalogue.manifest import Input, Manifest
from jiascores.core.definition import Definition
from jiascores.core.errors import listing
from jiascores.plot.base import counted, shown_visit
from jiascores.reporting.blocks import (
    INTERVALS,
    PICTURES,
    Block,
    Heading,
    Items,
    Note,
    Section,
    Table,
    lacking,
)
from jiascores.reporting.cohort import Answer, ByVisit, Cohort, Mask, how_many
from jiascores.tables.readable import NOTHING, ROUNDED, share

# Findings of one kind that are printed, and of each the rows that are named.
SHOWN_FINDINGS = 40
SHOWN_ROWS = 5
# Columns that nothing reads, that are named.
SHOWN_COLUMNS = 40
# Visits side by side in a table that can be read on a sheet of paper.
IN_TABLE = 8


def summary(cohort: Cohort, *, pictures: bool) -> Section:
    """Say in sentences what was read, what is open, and what the page goes without."""
    first = f"The table has {counted(cohort.frame.size, 'row')}"
    if cohort.patients is not None and cohort.frame.size:
        first += f" of {counted(cohort.patients, 'patient')}, from {cohort.period}"
    visits = f"{counted(len(cohort.visits.labels), 'visit')}, {cohort.visits.words}."
    arms = f" Arms: {', '.join(cohort.arms)}." if cohort.arms else ""
    kinds = cohort.findings["finding"].value_counts()
    wrong = "No value was refused or suspicious."
    if len(kinds):
        wrong = (
            f"{counted(kinds.get('refused', 0), 'value')} refused and left out, "
            f"{counted(kinds.get('suspicious', 0), 'finding')} suspicious and used as they are."
        )
    items = Items([(answer.title, f": {_determined(answer)}") for answer in cohort.answers])
    without = [lacking(*INTERVALS), lacking(*PICTURES) if pictures else ""]
    notes = [Note(f"Left out: {words}") for words in without if words]
    return Section("Summary", [f"{first}. {visits}{arms} {wrong}", items, *notes])


def _determined(answer: Answer) -> str:
    """Say at how many visits an answer is determined."""
    due, number = how_many(answer.due), how_many(answer.undetermined)
    if not due:
        return "there is no visit to judge."
    judged = counted(due, "visit")
    if not answer.due.all():
        judged += " after the one compared with"
    return f"determined at {'all' if not number else f'{due - number} of'} {judged}."


def missing(cohort: Cohort) -> Section:
    """Count the gaps of each variable by visit."""
    words = (
        "Gaps at each visit, of the rows at the visit; values that were refused are among them. A "
        "patient without a row at a visit is in none of these numbers."
    )
    everywhere, read = np.ones(cohort.frame.size, dtype=bool), cohort.read
    gaps = [(cohort.label(name), np.isnan(read.values(name))) for name in cohort.variables]
    whole = [name for name, gap in gaps if not gap.any()]
    lines = [(name, gap, everywhere) for name, gap in gaps if gap.any()]
    blocks = [words, f"Without a gap: {', '.join(whole)}."] if whole else [words]
    caption = "Missing values by variable and visit"
    return Section(
        "Missing values", [*blocks, *_by_visit(caption, "variable", lines, cohort.visits)]
    )


def _by_visit(
    caption: str, key: str, lines: Iterable[tuple[str, Mask, Mask]], visits: ByVisit
) -> Iterator[Table]:
    """Yield how many of some rows have something, by visit, as many visits as fit in a table."""
    rows = []
    for name, here, among in lines:
        counts = zip(visits.counts(here & among), visits.counts(among), strict=True)
        rows.append((name, [share(n, of) if of else NOTHING for n, of in counts]))
    pieces = visits.pieces(IN_TABLE) if rows else []
    for number, piece in enumerate(pieces, start=1):
        of = f" ({number} of {len(pieces)})" if len(pieces) > 1 else ""
        shown = (shown_visit(visits.labels[visit]) for visit in piece)
        body = [(name, *(cells[visit] for visit in piece), cells[-1]) for name, cells in rows]
        yield Table(caption + of, body, (key, *shown, "all rows"))


def not_determinable(cohort: Cohort) -> Section:
    """Count by visit how often each answer is open, and what was missing there."""
    title = "Not determinable"
    open_ = [answer for answer in cohort.answers if answer.undetermined.any()]
    if not open_:
        none = "Everything that was asked for is determined at every visit that is judged."
        return Section(title, [none])
    counts = [(answer.title, answer.undetermined, answer.due) for answer in open_]
    reasons: list[tuple[str, ...]] = []
    for answer in open_:
        total = how_many(answer.undetermined)
        lines = [(cohort.label(name), count) for name, count in answer.lacking]
        lines.append(("nothing: see the definition", answer.unexplained))
        reasons.append((answer.title,))
        reasons += [(name, share(count, total)) for name, count in lines if count]
    words = (
        "An answer is given only where no way of filling the gaps could change it. What compares "
        "visits is judged after the visit that it is compared with."
    )
    why = (
        "Of the visits at which an answer is not determinable: at how many each variable that it "
        "reads is missing. A visit may lack several."
    )
    often = _by_visit("Not determinable, of the visits judged", "answer", counts, cohort.visits)
    heads = ("missing", "of the visits not determinable")
    return Section(title, [words, *often, why, Table("What was missing there", reasons, heads)])


def refused_and_suspicious(cohort: Cohort) -> Section:
    """List what `check` finds, but for what is missing; findings that are alike stand together."""
    title = "Refused and suspicious values"
    if cohort.findings.empty:
        return Section(title, ["None."])
    blocks: list[Block] = []
    heads = ("variable", "number", "what is wrong", "value and where")
    kinds = {
        "refused": "Left out of every number on this page.",
        "suspicious": "Used as they are; look at them.",
    }
    for kind, words in kinds.items():
        found = cohort.findings[cohort.findings["finding"] == kind]
        alike = list(found.groupby(["variable", "message"], sort=False, dropna=False))
        lines = [
            (cohort.label(str(variable)), f"{len(rows)}", str(message), _where(rows))
            for (variable, message), rows in alike[:SHOWN_FINDINGS]
        ]
        blocks.append(Heading(f"{kind.capitalize()}: {len(found)}"))
        blocks += [words, Table(kind.capitalize(), lines, heads)] if lines else []
        if len(alike) > SHOWN_FINDINGS:
            blocks.append(f"… and {len(alike) - SHOWN_FINDINGS} more: see jia.check.")
    return Section(title, blocks)


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


def methods(manifest: Manifest, confidence: float) -> Section:
    """Write the paragraph for the methods of a paper, from the definitions that were used."""
    paragraph = manifest.methods()
    interval = (
        "" if lacking(*INTERVALS) else f" with {100 * confidence:g} % Clopper–Pearson intervals"
    )
    paragraph += (
        f" Values are medians with quartiles. Proportions are of the visits at which the outcome "
        f"was determinable{interval}; the lowest and highest proportion of all visits count those "
        f"that are not determinable as no and as yes. {ROUNDED}"
    )
    return Section("Methods paragraph", [paragraph])


def what_was_read(cohort: Cohort, source: Input) -> Section:
    """Say which table it was, and how it and its columns were understood."""
    visits, joints = cohort.visits, cohort.joint_columns
    nowhere = how_many(visits.codes < 0)
    facts = {
        "input": source.name,
        "SHA-256": source.sha256,
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


def definitions(used: Iterable[Definition]) -> Section:
    """Print each definition that was used, with its source and evidence."""
    blocks: list[Block] = []
    for definition in used:
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
