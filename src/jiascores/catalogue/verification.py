"""Run the check values that ship with the package against the package that is installed."""

from __future__ import annotations

import csv
import hashlib
import math
import platform
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import version
from importlib.resources import files
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

import attrs
import numpy as np

from jiascores._version import __version__
from jiascores.core.core_set import CoreSet
from jiascores.core.definition import Definition, load, lookup, published
from jiascores.core.errors import JiaScoresError, MissingExtraError, UnknownDefinitionError
from jiascores.core.joints import JointExam
from jiascores.core.measure import VERDICTS, Score, Verdict
from jiascores.core.references import Evidence
from jiascores.core.values import is_missing
from jiascores.core.variables import CORE_VARIABLES, MARKERS, VARIABLES
from jiascores.measures.chaq import DOMAINS, ITEMS, chaq_di
from jiascores.measures.courses import RetreatmentProtocol
from jiascores.measures.remission import RemissionCriteria
from jiascores.tables.assess import assess
from jiascores.tables.events import compare_events
from jiascores.tables.remission import remission
from jiascores.tables.requests import parse
from jiascores.tables.retreatment import retreatment
from jiascores.tables.table import column

# A cell is a text; where many rows are given together as columns, a tuple of texts.
Row = Mapping[str, Any]
Answers = dict[str, Any]

CHECK_VALUES = files("jiascores.catalogue") / "check_values"
EXPECTED, REFUSED, MISSING = "expected", "refused", ""
# Columns that say what a row is, and are no input.
ABOUT = ("case", "kind", "definition", "threshold", "side", "mistake")
# A mean of seven is no finite decimal: it is compared to the digits that are written.
WRITTEN_DIGITS = 9
REPORTED_PACKAGES = ("numpy", "pandas", "attrs", "narwhals", "click")
_WORDS = {"yes": True, "no": False, MISSING: None}
_NOT_APPLICABLE = 9


# --------------------------------------------------------------------------------------------
# How a row is read


def _cell(cell: Any) -> Any:
    """Return a number, a truth value or None, or a column of numbers with NaN."""
    if isinstance(cell, tuple):
        return np.array([_cell(text) for text in cell], dtype=np.float64)
    return _WORDS[cell] if cell in _WORDS else float(cell)


def _word(cell: Any) -> Any:
    """Return a word or None, or a column of words."""
    if isinstance(cell, tuple):
        return np.array([text or None for text in cell], dtype=object)
    return cell or None


def _core_set(row: Row, prefix: str) -> CoreSet[Any]:
    names = (*CORE_VARIABLES, row["marker"])
    return CoreSet(**{name: _cell(row[f"{prefix}_{name}"]) for name in names})


# --------------------------------------------------------------------------------------------
# What each file asks of the package


def _score(row: Row) -> Answers:
    score = lookup(Score, row.get("measure") or row["definition"], parameter="definition")
    names = (*score.inputs, row["marker"]) if score.either else score.inputs
    return {EXPECTED: score.function(**{name: _cell(row[name]) for name in names})}


def _verdict(asked: Verdict, row: Row) -> Answers:
    """Return what a verdict answers; each column is named as its parameter."""
    given: dict[str, Any] = {}
    definition: Any = lookup(asked.kind, row["definition"], parameter=asked.parameter)
    plan, chosen = asked.plan(definition), (*asked.options, "missing")
    readers: dict[str, Any] = dict.fromkeys(("course", "ilar_category", *chosen), _word)
    readers["level"] = int
    if asked.parameter in asked.parameters:
        given[asked.parameter] = definition
    for name in asked.parameters:
        may_be_left_out = name in chosen or (
            name in ("attended", "upper_limit") and name not in definition.needs
        )
        if (
            name == asked.parameter
            or (plan.get(name) == "unread" and name not in asked.passes_over)
            or (name in MARKERS and "marker" in asked.inputs and name != row["marker"])
            or (may_be_left_out and not row.get(name))
        ):
            continue
        if name in ("baseline", "reference", "reached", "now") and name not in row:
            given[name] = _core_set(row, name)
        elif name in row or name in VARIABLES:
            given[name] = readers.get(name, _cell)(row.get(name, MISSING))
    result = asked.function(**given)
    answers = {
        column: getattr(result, name) for name, column in _ANSWERS.items() if hasattr(result, name)
    }
    return answers or {EXPECTED: result}


# What the answers of a result are called; a loss has a level too, and its answer is the loss.
_ANSWERS = {
    "level": EXPECTED,
    "level_min": "expected_min",
    "level_max": "expected_max",
    "lost": EXPECTED,
    "flared": EXPECTED,
    "significant": "expected_significant",
}


def _state_from_parts(row: Row) -> Answers:
    score = _score(row)[EXPECTED]
    state = VERDICTS["disease_state"].function(
        score, measure=row["measure"], course=_word(row["course"]), cutoffs=row["definition"]
    )
    return {"expected_score": score, EXPECTED: state}


def _chaq(row: Row) -> Answers:
    """Return the index from domains, or from items where the file has them."""
    answers: dict[str, Any] = {"domains": {name: _cell(row.get(name, MISSING)) for name in DOMAINS}}
    if DOMAINS[0] not in row:
        items = {
            domain: [row[f"{domain}_{number}"] for number in range(1, count + 1)]
            for domain, count in ITEMS.items()
        }
        coded = {
            domain: [_NOT_APPLICABLE if cell == "na" else _cell(cell) for cell in cells]
            for domain, cells in items.items()
        }
        answers = {"items": coded, "not_applicable": _NOT_APPLICABLE}
    aids = {name: row[name].split() for name in ("aids", "help")}
    return {EXPECTED: chaq_di(**answers, **aids, scoring=row["definition"])}


def _joints(row: Row) -> Answers:
    injected = row["injected"].split()
    exam = JointExam(
        active=row["active"].split(),
        not_examined=row["not_examined"].split(),
        injected={injected[0]: float(injected[1])} if injected else {},
        injection_rule=row["injection_rule"] or None,
        injection_days=_cell(row["injection_days"]),
    )
    count = "active_joints_27" if row["definition"] == "joints-27" else "active_joints"
    return {f"{EXPECTED}{end}": getattr(exam, f"{count}{end}") for end in ("", "_min", "_max")}


def _events(row: Row) -> Answers:
    import pandas as pd

    events, infusions = (
        pd.DataFrame({"patient": ["A"], "date": [day]}) for day in (int(row["day"]), 0)
    )
    found = compare_events(events, infusions, windows=row["definition"])
    return {"expected_before": int(found.before.sum()), "expected_after": int(found.after.sum())}


# --------------------------------------------------------------------------------------------
# What each file with several rows in a case asks


def _frame(rows: Sequence[Row], numbers: Iterable[str], flags: Iterable[str] = ()) -> Any:
    """Return the rows of a case as a table; a column without any number is left out."""
    import pandas as pd

    columns: dict[str, Any] = {"patient": "A", "date": [row["date"] for row in rows]}
    for name in (*numbers, *flags):
        if name in flags or any(row[name] for row in rows):
            columns[name] = [_cell(row[name]) for row in rows]
    return pd.DataFrame(columns)


def _visits(rows: Sequence[Row]) -> Answers:
    ask = rows[0]
    chosen = [ask[name] for name in ("ask", "criteria", "reference") if ask[name]]
    request = parse(":".join(chosen))
    out = assess(
        _frame(rows, (*CORE_VARIABLES, *MARKERS)),
        measures=[request],
        baseline=ask["baseline"] or None,
        units=dict(unit.split("=") for unit in ask["units"].split()),
    )
    return {EXPECTED: out[request.columns[0]]}


def _retreatment(rows: Sequence[Row]) -> Answers:
    import pandas as pd

    protocol = lookup(RetreatmentProtocol, rows[0]["definition"], parameter="protocol")
    infusions = pd.DataFrame({"patient": "A", "date": rows[0]["infusions"].split()})
    visits = _frame(rows, (*CORE_VARIABLES, "esr"), protocol.exclusions)
    out = retreatment(visits, infusions, protocol=protocol)
    return {EXPECTED: out["retreatment_code"], "expected_eligible": out["retreatment_eligible"]}


def _remission(rows: Sequence[Row]) -> Answers:
    import pandas as pd

    criteria = lookup(RemissionCriteria, rows[0]["definition"], parameter="criteria")
    periods = [period.split("/") for period in rows[0]["medication"].split()]
    drugs = [("A", start, stop or None) for start, stop in periods]
    out = remission(
        _frame(rows, (), ("inactive",)),
        pd.DataFrame(drugs, columns=["patient", "start", "stop"]),
        criteria=criteria,
        max_gap_days=float(rows[0]["max_gap_days"]),
        inactive=column("inactive"),
    )
    return {EXPECTED: out[criteria.column]}


@cache
def _families() -> dict[str, Callable[[Row], Answers]]:
    """Return what each file asks: the verdict of its name, or what stands here."""
    load()
    scores = ("scores", "systemic_manifestations", "parjadas", "ms_score", "jspada")
    verdicts = {name: partial(_verdict, asked) for name, asked in sorted(VERDICTS.items())}
    return {
        **dict.fromkeys(scores, _score),
        "states_from_parts": _state_from_parts,
        **{name: ask for name, ask in verdicts.items() if (CHECK_VALUES / f"{name}.csv").is_file()},
        "chaq": _chaq,
        "chaq_items": _chaq,
        "joints": _joints,
        "events": _events,
    }


# Rows of one case that follow each other are the visits of one patient.
VISIT_FAMILIES: dict[str, Callable[[Sequence[Row]], Answers]] = {
    "visits": _visits,
    "retreatment": _retreatment,
    "remission": _remission,
}
# Files that are read row by row alone: what they hold is no column.
ALONE = ("chaq", "chaq_items", "joints", "events")
# What is the same for all rows that are given together as columns.
CHOSEN: tuple[str, ...] = ("marker", "measure", "missing", "markers", "level")
CHOSEN += ("criteria", "cutoffs", "attended", "upper_limit")


# --------------------------------------------------------------------------------------------
# Running them


def conformance_rows(family: str) -> list[dict[str, str]]:
    """Return the rows of one file of check values, as text."""
    return list(csv.DictReader(_text(family).splitlines()))


def _text(family: str) -> str:
    return (CHECK_VALUES / f"{family}.csv").read_text(encoding="utf-8")


def _agrees(expected: str, answer: Any) -> bool:
    if expected == MISSING or is_missing(answer):
        return expected == MISSING and is_missing(answer)
    if isinstance(answer, str):
        return expected == answer
    if expected in _WORDS:
        return bool(answer == _WORDS[expected])
    try:
        number = float(expected)
    except ValueError:
        return False
    digits = len(expected.partition(".")[2])
    within = 10**-digits if digits >= WRITTEN_DIGITS else 0
    return math.isclose(answer, number, rel_tol=0, abs_tol=within)


@attrs.frozen
class Failure:
    """A check value that the installed package does not give."""

    family: str
    kind: str
    definition: str
    case: str
    column: str
    expected: str
    found: str
    mistake: str = ""
    """The mistake seen elsewhere that this check value catches, if it was made for one."""

    def __str__(self) -> str:
        expected = self.expected or "missing"
        catches = f" [catches: {self.mistake}]" if self.mistake else ""
        return (
            f"{self.family}: {self.definition} ({self.kind}), {self.case}: {self.column} is "
            f"{self.found}, expected {expected}{catches}"
        )


def _expected(row: Row) -> dict[str, str]:
    return {name: text for name, text in row.items() if name.startswith(EXPECTED)}


def _cases(family: str) -> Iterator[Sequence[Row]]:
    """Return the rows of a file case by case; only tables have more than one in a case."""

    def case(row: Row) -> Any:
        return (row["case"], row["definition"]) if family in VISIT_FAMILIES else id(row)

    for _, rows in groupby(conformance_rows(family), key=case):
        yield list(rows)


def _together(family: str) -> Iterator[Sequence[Row]]:
    """Return the rows that can be given as columns: the same choices, and nothing refused."""
    if family in (*ALONE, *VISIT_FAMILIES):
        return

    def chosen(row: Row) -> tuple[str, ...]:
        return tuple(row.get(name, MISSING) for name in ("kind", "definition", *CHOSEN))

    rows = [row for row in conformance_rows(family) if row[EXPECTED] != REFUSED]
    for _, group in groupby(sorted(rows, key=chosen), key=chosen):
        yield list(group)


def _answers_to(family: str, rows: Sequence[Row], *, in_columns: bool) -> Answers:
    """Return what the package answers to the rows of one case, or to many rows as arrays."""
    if family in VISIT_FAMILIES:
        answers = VISIT_FAMILIES[family](rows)
        return {name: values.astype(object).tolist() for name, values in answers.items()}
    if not in_columns:
        return {name: [value] for name, value in _families()[family](rows[0]).items()}
    columns = {
        name: first if name in (*ABOUT, *CHOSEN) else tuple(row[name] for row in rows)
        for name, first in rows[0].items()
    }
    return _families()[family](columns)


def _failures(family: str, rows: Sequence[Row], *, in_columns: bool = False) -> list[Failure]:
    """Return what does not come out: of one case, or of many rows that must be as they are alone."""
    words = ""
    answers: Answers = {}
    try:
        answers = _answers_to(family, rows, in_columns=in_columns)
    except MissingExtraError:
        raise
    except Exception as error:  # noqa: BLE001  # a crash is a failure to report, not an end
        # A name that is not in the catalogue is not a refused value.
        refused = isinstance(error, JiaScoresError) and type(error) is not UnknownDefinitionError
        words = REFUSED if refused else f"{type(error).__name__}: {error}"
    failures = []
    for place, row in enumerate(rows):
        for name, text in _expected(row).items():
            answer = words or (answers[name][place] if name in answers else None)
            if not _agrees(text, answer):
                case = f"{row['case']}, in a column" if in_columns else row["case"]
                shown = "missing" if is_missing(answer) else str(answer)
                about = (family, row["kind"], row["definition"], case)
                failures.append(Failure(*about, name, text, shown, row["mistake"]))
    return failures


@attrs.frozen
class VerifiedDefinition:
    """One definition, and what of it was checked."""

    kind: str
    name: str
    evidence: str
    bounds: int
    """Its numbers at which a verdict or a score turns."""
    bounds_checked: int
    """Those with check values at the number and on a side of it with another answer."""
    bounds_by_evidence: tuple[tuple[str, int], ...]
    """How many of its numbers were checked how well."""
    check_values: int
    failures: int


@attrs.frozen
class Verification:
    """What `verify` found; prints as a report for an installation-qualification file."""

    date: str
    versions: tuple[tuple[str, str], ...]
    system: str
    definitions: tuple[VerifiedDefinition, ...]
    data: tuple[tuple[str, int, str], ...]
    """Name, number of rows and SHA-256 of each file of check values."""
    in_columns: int
    """How many of the check values were run a second time, many at once, as columns."""
    failures: tuple[Failure, ...]
    sources: int
    """How many sources the definitions cite."""
    sources_with_identifier: int
    not_run: tuple[str, ...] = ()
    """Files that need an optional package which is not installed."""

    @property
    def passed(self) -> bool:
        """Whether every check value came out."""
        return not self.failures

    @property
    def check_values(self) -> int:
        """How many check values were run."""
        return sum(one.check_values for one in self.definitions)

    @property
    def bounds(self) -> int:
        """How many numbers the definitions turn at."""
        return sum(one.bounds for one in self.definitions)

    @property
    def evidence(self) -> dict[str, tuple[int, int]]:
        """How many definitions, and how many of their numbers, were checked how well."""
        definitions = Counter(one.evidence.partition(",")[0] for one in self.definitions)
        bounds: Counter[str] = Counter()
        for one in self.definitions:
            bounds.update(dict(one.bounds_by_evidence))
        return {each: (definitions[each], bounds[each]) for each in map(str, Evidence)}

    @property
    def in_part_unverified(self) -> int:
        """How many definitions have an unverified figure beside those that were seen."""
        unverified = str(Evidence.UNVERIFIED)
        return sum(unverified in one.evidence.partition(",")[2] for one in self.definitions)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Definitions without check values, or with a bound that has none on both sides."""
        return tuple(
            f"{one.name} ({one.kind})"
            for one in self.definitions
            if not one.check_values or one.bounds_checked < one.bounds
        )

    def __str__(self) -> str:
        facts = {
            "Date": self.date,
            "Versions": ", ".join(f"{name} {number}" for name, number in self.versions),
            "System": self.system,
            "Definitions": f"{len(self.definitions)}: {self._counts(0)}; "
            f"{self.in_part_unverified} in part unverified",
            "Bounds": f"{self.bounds}: {self._counts(1)}",
            "Sources": f"{self.sources}, {self.sources_with_identifier} with an identifier",
            "Check values": f"{self.check_values}, and {self.in_columns} of them again in columns",
            "Failures": len(self.failures),
            "Result": "PASSED" if self.passed else "FAILED",
        }
        lists: dict[str, Sequence[Any]] = {
            "Data (rows, SHA-256)": [f"{name}.csv  {n}  {digest}" for name, n, digest in self.data],
            "Not run": self.not_run,
            "Without check values, or not on both sides of every bound": self.unchecked,
            "Failures": self.failures,
        }
        lines = ["jiascores: verification of the installed package", ""]
        lines += [f"{f'{name}:':<14}{value}" for name, value in facts.items()]
        lines += ["", *self._table()]
        for title, entries in lists.items():
            lines += ["", f"{title}:", *(f"  {entry}" for entry in entries)] if entries else []
        return "\n".join(lines)

    def _counts(self, place: int) -> str:
        return ", ".join(f"{counts[place]} {each}" for each, counts in self.evidence.items())

    def _table(self) -> Iterator[str]:
        """Yield the definitions, line by line, under their kinds."""
        counts = ("bounds", "check values", "failures")
        heads = {"": [("definition", "evidence", *counts)]}
        rows = heads | {
            kind: [
                (
                    each.name,
                    each.evidence,
                    *map(str, (each.bounds, each.check_values, each.failures)),
                )
                for each in group
            ]
            for kind, group in groupby(self.definitions, key=attrgetter("kind"))
        }
        widths = [max(map(len, cells)) for cells in zip(*chain(*rows.values()), strict=True)]
        for kind, cells_of in rows.items():
            yield from [f"[{kind}]"] if kind else []
            for cells in cells_of:
                words = map(str.ljust, cells[:2], widths)
                numbers = map(str.rjust, cells[2:], widths[2:])
                yield "  ".join((*words, *numbers)).rstrip()

    def __repr__(self) -> str:
        words = "passed" if self.passed else f"{len(self.failures)} failures"
        return f"<Verification of {self.check_values} check values: {words}>"


def _verified(definition: Definition, rows: Sequence[Row], failures: int) -> VerifiedDefinition:
    bounds = definition.thresholds
    checked = sum(_on_both_sides(threshold, rows) for threshold in bounds)
    about = (definition.kind, definition.name, definition.evidence_in_words)
    evidence = Counter(str(definition.evidence_of(threshold.key)) for threshold in bounds)
    counts = (len(bounds), checked, tuple(sorted(evidence.items())))
    return VerifiedDefinition(*about, *counts, len(rows), failures)


def _on_both_sides(threshold: object, rows: Sequence[Row]) -> bool:
    """Return whether a number has check values at it and beside it, with different answers."""
    answers = {
        (row["side"] == "at", *_expected(row).values())
        for row in rows
        if row["threshold"] == str(threshold) and row["side"] in ("below", "at", "above")
    }
    at, beside = ({answer[1:] for answer in answers if answer[0] is here} for here in (True, False))
    return bool(at and beside) and len(at | beside) > 1


def verify(*, date: str | None = None) -> Verification:
    """Run every check value that ships with the package against the installed package.

    Parameters
    ----------
    date : str, optional
        The date that the report bears; the present one if left out.

    Returns
    -------
    Verification
        `passed`, `failures`, the counts of each definition; prints as a report.

    Notes
    -----
    The check values are plain CSV files in the folder ``catalogue/check_values`` of the package. Their
    expected values come from exact rational arithmetic written from the papers, not from this
    package.

    Examples
    --------
    >>> import jiascores as jia
    >>> result = jia.verify(date="2026-01-31")
    >>> result.passed
    True
    """
    rows_of: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    data: list[tuple[str, int, str]] = []
    failures: list[Failure] = []
    not_run: list[str] = []
    in_columns = 0
    for family in (*_families(), *VISIT_FAMILIES):
        rows = conformance_rows(family)
        data.append((family, len(rows), hashlib.sha256(_text(family).encode()).hexdigest()))
        try:
            failures += [each for case in _cases(family) for each in _failures(family, case)]
        except MissingExtraError as error:
            not_run.append(f"{family}.csv: {error}")
            continue
        for row in rows:
            rows_of[row["kind"], row["definition"]].append(row)
        for together in _together(family):
            in_columns += len(together)
            failures += _failures(family, together, in_columns=True)
    failed = Counter((failure.kind, failure.definition) for failure in failures)
    every: tuple[Definition, ...] = published()
    sources = {each.reference for each in every}
    packages = ((name, version(name)) for name in REPORTED_PACKAGES)
    return Verification(
        date=date or datetime.now(UTC).isoformat(timespec="seconds"),
        versions=(("jiascores", __version__), *packages),
        system=f"Python {platform.python_version()}, {platform.platform()}",
        definitions=tuple(
            _verified(each, rows_of[each.kind, each.name], failed[each.kind, each.name])
            for each in every
        ),
        data=tuple(data),
        in_columns=in_columns,
        failures=tuple(failures),
        sources=len(sources),
        sources_with_identifier=sum(bool(each.identifiers) for each in sources),
        not_run=tuple(not_run),
    )
