"""What a report found, by visit and side by side for each arm: patients, values and answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from jiascores.plot.base import in_words, shown_visit
from jiascores.reporting.blocks import INTERVALS, Block, Heading, Section, Table, lacking
from jiascores.reporting.cohort import Answer, Cohort, how_many
from jiascores.statistics.proportions import proportion_interval
from jiascores.tables.readable import NOTHING, OF_NUMBERS, between, rounded, share

# Arms side by side in a table that can be read on a sheet of paper.
ARMS_ACROSS = 4
# Words of a column that are counted each; of one with more only how many there are.
WORDS_COUNTED = 12
ALL = "all patients"

Floats: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.int64]
# What a table says of some rows of one arm: a cell for each of its heads, and all as one cell.
Said: TypeAlias = tuple[tuple[str, ...], str]
# A heading over rows, and below it each row's name and what it says of each arm.
Band: TypeAlias = tuple[str, Sequence[tuple[str, Sequence[Said]]]]

OF_VALUES = ("n", "median", "quartiles", "range", "missing")


def of_values(values: Floats) -> Said:
    """Say median and quartiles of the values that are known, and how many are not."""
    known = values[~np.isnan(values)]
    n, gaps = f"{known.size}", f"{values.size - known.size}"
    if not known.size:
        return (n, *[NOTHING] * 3, gaps), f"{NOTHING}\nn 0 of {gaps}"
    low, middle, high = (
        rounded(each, OF_NUMBERS) for each in np.quantile(known, (0.25, 0.5, 0.75))
    )
    span = "–".join(rounded(each, OF_NUMBERS) for each in (known.min(), known.max()))
    n_of = f"n {n} of {values.size}" if known.size < values.size else f"n {n}"
    return (n, middle, f"{low}–{high}", span, gaps), f"{middle} ({low}–{high})\n{n_of}"


def of_share(number: int, gaps: int, total: int, confidence: float | None) -> Said:
    """Say how many of those determinable, with an interval, and what the others leave open."""
    known, interval = total - gaps, NOTHING
    found = share(number, known)
    if known and confidence is not None:
        ends = proportion_interval(number, known, method="exact", confidence=confidence)
        interval = between(*ends)
    extremes = between(number / total, (number + gaps) / total) if total else NOTHING
    cell = found if interval == NOTHING else f"{found[:-1]}, CI {interval})"
    if gaps:
        cell += f"\nof all {total}: {extremes} %"
    return (found, interval, f"{gaps}", extremes), cell


def _of_share(confidence: float | None) -> tuple[str, ...]:
    interval = "interval" if confidence is None else f"{100 * confidence:g} % interval"
    return ("of those determinable", interval, "not determinable", "lowest–highest of all, %")


def tables(
    caption: str, keys: Sequence[str], says: Sequence[str], bands: Sequence[Band], arms: Any
) -> Iterator[Table]:
    """Yield a table with the arms side by side, as many as fit; without arms, a cell for each head.

    Parameters
    ----------
    caption : str
        What it shows.
    keys, says : sequence of str
        What stands above the names of the rows, and above what is said where there are no arms.
    bands : sequence
        The rows, with their headings.
    arms : mapping of str
        The arms.
    """
    names = list(arms)
    for first in range(0, max(len(names), 1), ARMS_ACROSS):
        these = names[first : first + ARMS_ACROSS]
        rows: list[tuple[str, ...]] = []
        for title, lines in bands:
            rows += [(title,)] if title and lines else []
            for name, said in lines:
                cells = [text for _, text in said[first : first + ARMS_ACROSS]]
                rows.append((name, *(cells if these else said[0][0])))
        of = f", {these[0]} to {these[-1]}" if len(names) > ARMS_ACROSS else ""
        yield Table(caption + of, rows, (*keys, *(these or says)))


def patients(cohort: Cohort) -> Section:
    """Describe the patients at baseline, or where there is none at their first visit."""
    first, often = cohort.first_visits()
    if not first.size:
        return Section("Patients", ["There is no patient to describe."])
    groups = {name: rows[first] for name, rows in cohort.arms.items()}
    groups[ALL] = np.ones(first.size, dtype=bool)
    size: list[tuple[str, list[Said]]] = [
        ("patients", [((), f"{how_many(among)}") for among in groups.values()]),
        (
            "visits of each patient, median (quartiles)",
            [of_values(often[among]) for among in groups.values()],
        ),
    ]
    bands: list[Band] = [("", size)]
    wanted = [*cohort.characteristics]
    category = cohort.read.column("ilar_category")
    if category in cohort.frame and category not in wanted:
        wanted.append(category)
    rows = {name: first[among] for name, among in groups.items()}
    bands += [_characteristic(cohort, name, rows) for name in wanted]
    values = [
        (cohort.label(name), [of_values(found[among]) for among in groups.values()])
        for name, found in cohort.at_baseline(first)
    ]
    bands += [("core set: median (quartiles)", values)]
    when = "at baseline" if cohort.rules["baseline"] is not None else "at the first visit"
    words = (
        f"Each patient counts once, {when}: {cohort.rules_in_words['baseline']}."
        if cohort.rules["baseline"] is not None
        else "Each patient counts once, at the first visit."
    )
    table = tables(f"Patients {when}", ("characteristic",), (), bands, groups)
    return Section("Patients", [words, *table])


def _characteristic(cohort: Cohort, name: str, groups: Mapping[str, Rows]) -> Band:
    """Describe one column: numbers by median and quartiles, words by how many have each."""
    numbers, codes, labels = cohort.column(name)
    title = in_words(name).replace("ilar", "ILAR")
    if numbers is not None:
        said = [of_values(numbers[rows]) for rows in groups.values()]
        return "", [(f"{title}, median (quartiles)", said)]
    if len(labels) > WORDS_COUNTED:
        several = [((), f"{np.unique(codes[rows]).size}") for rows in groups.values()]
        return title, [("different entries", several)]
    names = [shown_visit(label) for label in labels]
    lines = []
    for code, word in [*enumerate(names), (-1, "missing")]:
        counts = [how_many(codes[rows] == code) for rows in groups.values()]
        if any(counts):
            pairs = zip(counts, groups.values(), strict=True)
            lines.append((in_words(word), [((), share(n, rows.size)) for n, rows in pairs]))
    return title, lines


def core_set(cohort: Cohort) -> Section:
    """Give median and quartiles of each core variable by visit and arm."""
    title = "Core set by visit"
    if not cohort.core_set:
        return Section(title, ["The table has no variable of the core set."])
    bands: list[Band] = []
    for name in cohort.core_set:
        values = cohort.read.values(name)
        lines = [
            (visit, [of_values(values[at]) for at in sides]) for visit, sides in cohort.by_visit
        ]
        bands.append((cohort.label(name), lines))
    words = "Medians with quartiles, and n: how many have a value, of the rows at the visit."
    return Section(title, [words, *tables(title, ("visit",), OF_VALUES, bands, cohort.arms)])


def results(cohort: Cohort, confidence: float) -> Section:
    """Summarise each answer by visit and arm; without scipy there are no intervals."""
    within = None if lacking(*INTERVALS) else confidence
    by = "" if within is None else f", with the {100 * within:g} % interval of Clopper and Pearson"
    words = (
        f"A share is of the visits at which the answer is determinable{by}. Beside it stands how "
        f"many are not determinable, and the lowest and highest share of all visits: as if none, "
        f"and as if all of these counted. A patient without a row at a visit is not counted there."
    )
    blocks: list[Block] = [words]
    for number, answer in enumerate(cohort.answers, start=1):
        blocks.append(Heading(answer.title, remark=answer.name, id=f"result-{number}"))
        blocks += _answer(answer, cohort, within)
    return Section("Results by visit", blocks)


def _answer(answer: Answer, cohort: Cohort, confidence: float | None) -> Iterable[Table]:
    caption = f"{answer.title} by visit"
    data = answer.output.data
    if answer.output.kind == "score":
        lines = [
            (visit, [of_values(data[rows]) for rows in sides]) for visit, sides in cohort.by_visit
        ]
        return tables(caption, ("visit",), OF_VALUES, [("", lines)], cohort.arms)
    bands = []
    for visit, every in cohort.by_visit:
        sides = [rows[answer.due[rows]] for rows in every]
        if not any(rows.size for rows in sides):
            continue
        # Of each arm, what is said of each answer.
        said = [
            [
                (name, of_share(yes, gaps, rows.size, confidence))
                for name, yes, gaps in answer.shares(rows)
            ]
            for rows in sides
        ]
        lines = [(each[0][0], [cell for _, cell in each]) for each in zip(*said, strict=True)]
        bands.append((visit, lines))
    keys = ("visit",)
    if all(len(lines) == 1 for _, lines in bands):
        # Of a yes or no, a row for each visit will do.
        bands = [("", [(visit, said) for visit, ((_, said),) in bands])]
    return tables(caption, keys, _of_share(confidence), bands, cohort.arms)
