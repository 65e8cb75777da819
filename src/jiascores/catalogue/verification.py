"""Run the check values that ship with the package against the package that is installed."""

from __future__ import annotations

import csv
import hashlib
import math
import platform
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import version
from importlib.resources import files
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from jiascores._version import __version__
from jiascores.core.arguments import as_declared
from jiascores.core.core_set import CoreSet
from jiascores.core.definition import Definition, load, lookup, published
from jiascores.core.errors import JiaScoresError, MissingExtraError, UnknownDefinitionError
from jiascores.core.joints import JointExam
from jiascores.core.measure import VERDICTS, Score, Verdict
from jiascores.core.references import Evidence
from jiascores.core.values import is_missing
from jiascores.core.variables import CORE_VARIABLES, MARKERS
from jiascores.measures.chaq import DOMAINS, ITEMS, chaq_di
from jiascores.measures.courses import RetreatmentProtocol
from jiascores.measures.remission import RemissionCriteria
from jiascores.tables.assess import assess
from jiascores.tables.events import compare_events
from jiascores.tables.naming import column
from jiascores.tables.remission import remission
from jiascores.tables.requests import parse
from jiascores.tables.retreatment import retreatment

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


def typed(text: str) -> Any:
    """Return an expected value: a number, a word, a truth value, or None where it is missing."""
    try:
        return _WORDS[text] if text in _WORDS else float(text)
    except ValueError:
        return text


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


def _plain(result: Any, _: Row) -> Answers:
    """Return what a result answers: by its attributes or items where it has several, else itself."""
    answers = {
        column: part_of(result, name) for name, column in _ANSWERS.items() if has_part(result, name)
    }
    return answers or {EXPECTED: result}


def has_part(result: Any, name: str) -> bool:
    """Return whether a result has an answer of this name, as an attribute or in a mapping."""
    return name in result if isinstance(result, Mapping) else hasattr(result, name)


def part_of(result: Any, name: str) -> Any:
    """Return the answer of this name."""
    return result[name] if isinstance(result, Mapping) else getattr(result, name)


@attrs.frozen
class Family:
    """What one file of check values asks.

    Parameters
    ----------
    arguments : callable
        The arguments of the call, from a row (of a table: from the rows of a case).
    function : callable
        The function that is called, given a row.
    answers : callable
        What the result answers, for each column of expected values.
    """

    arguments: Callable[[Any], dict[str, Any]]
    function: Callable[[Any], Callable[..., Any]]
    answers: Callable[[Any, Any], Answers] = _plain

    def ask(self, row: Any, other: Callable[..., Any] | None = None) -> Answers:
        """Return what the package, or the function of another, answers to a row."""
        return self.answers((other or self.function(row))(**self.arguments(row)), row)


def _score_of(row: Row) -> Score:
    named: str = row.get("measure") or row["definition"]
    return lookup(Score, named, parameter="definition")


def _score_arguments(row: Row) -> dict[str, Any]:
    score = _score_of(row)
    names = (*score.inputs, row["marker"]) if score.either else score.inputs
    return {name: _cell(row[name]) for name in names}


_SCORE = Family(_score_arguments, lambda row: _score_of(row).function)


def _verdict_arguments(asked: Verdict, row: Row) -> dict[str, Any]:
    """Return the arguments of a verdict; each column is named as its parameter."""
    given: dict[str, Any] = {}
    definition: Any = lookup(asked.kind, row["definition"], parameter=asked.parameter)
    plan, chosen = asked.plan(definition), (*asked.options, "missing")
    readers: dict[str, Any] = dict.fromkeys(("course", "ilar_category", *chosen), _word)
    readers["level"] = int
    if asked.parameter in asked.parameters:
        given[asked.parameter] = row["definition"]
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
        else:
            given[name] = readers.get(name, _cell)(row.get(name, MISSING))
    return given


def _verdict(asked: Verdict) -> Family:
    return Family(partial(_verdict_arguments, asked), lambda _: asked.function)


# What the answers of a result are called; a loss has a level too, and its answer is the loss.
_ANSWERS = {
    "level": EXPECTED,
    "level_min": "expected_min",
    "level_max": "expected_max",
    "lost": EXPECTED,
    "flared": EXPECTED,
    "significant": "expected_significant",
}


def _state_from_parts(*, measure: str, course: Any, cutoffs: str, **parts: Any) -> Answers:
    """Return a score and its state, from the parts of the score."""
    score = lookup(Score, measure, parameter="measure").function(**parts)
    state = VERDICTS["disease_state"].function(
        score, measure=measure, course=course, cutoffs=cutoffs
    )
    return {"score": score, "state": state}


_STATE_FROM_PARTS = Family(
    lambda row: {
        "measure": row["measure"],
        "course": _word(row["course"]),
        "cutoffs": row["definition"],
        **_score_arguments(row),
    },
    lambda _: _state_from_parts,
    lambda result, _: {
        "expected_score": part_of(result, "score"),
        EXPECTED: part_of(result, "state"),
    },
)


def _chaq_arguments(row: Row) -> dict[str, Any]:
    """Return the domains, or the items where the file has them."""
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
    return {**answers, **aids, "scoring": row["definition"]}


_CHAQ = Family(_chaq_arguments, lambda _: chaq_di)


def _joints_arguments(row: Row) -> dict[str, Any]:
    injected = row["injected"].split()
    return {
        "active": row["active"].split(),
        "not_examined": row["not_examined"].split(),
        "injected": {injected[0]: float(injected[1])} if injected else {},
        "injection_rule": row["injection_rule"] or None,
        "injection_days": _cell(row["injection_days"]),
    }


def _joints_answers(exam: Any, row: Row) -> Answers:
    count = "active_joints_27" if row["definition"] == "joints-27" else "active_joints"
    return {f"{EXPECTED}{end}": part_of(exam, f"{count}{end}") for end in ("", "_min", "_max")}


def _events_arguments(row: Row) -> dict[str, Any]:
    import pandas as pd

    events, infusions = (
        pd.DataFrame({"patient": ["A"], "date": [day]}) for day in (int(row["day"]), 0)
    )
    return {"events": events, "infusions": infusions, "windows": row["definition"]}


def _events_answers(result: Any, _: Row) -> Answers:
    return {f"expected_{side}": int(np.sum(part_of(result, side))) for side in ("before", "after")}


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


def _visits_request(rows: Sequence[Row]) -> Any:
    ask = rows[0]
    return parse(":".join(ask[name] for name in ("ask", "criteria", "reference") if ask[name]))


def _visits_arguments(rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "visits": _frame(rows, (*CORE_VARIABLES, *MARKERS)),
        "measures": [_visits_request(rows)],
        "baseline": rows[0]["baseline"] or None,
        "units": dict(unit.split("=") for unit in rows[0]["units"].split()),
    }


def _retreatment_arguments(rows: Sequence[Row]) -> dict[str, Any]:
    import pandas as pd

    protocol = lookup(RetreatmentProtocol, rows[0]["definition"], parameter="protocol")
    return {
        "visits": _frame(rows, (*CORE_VARIABLES, "esr"), protocol.exclusions),
        "infusions": pd.DataFrame({"patient": "A", "date": rows[0]["infusions"].split()}),
        "protocol": rows[0]["definition"],
    }


def _remission_arguments(rows: Sequence[Row]) -> dict[str, Any]:
    import pandas as pd

    periods = [period.split("/") for period in rows[0]["medication"].split()]
    drugs = [("A", start, stop or None) for start, stop in periods]
    return {
        "visits": _frame(rows, (), ("inactive",)),
        "medication": pd.DataFrame(drugs, columns=["patient", "start", "stop"]),
        "criteria": rows[0]["definition"],
        "max_gap_days": float(rows[0]["max_gap_days"]),
        "inactive": column("inactive"),
    }


def _remission_answers(out: Any, rows: Sequence[Row]) -> Answers:
    criteria = lookup(RemissionCriteria, rows[0]["definition"], parameter="criteria")
    return {EXPECTED: out[criteria.column]}


@cache
def families() -> dict[str, Family]:
    """Return what each file asks: the verdict of its name, or what stands here."""
    load()
    scores = ("scores", "systemic_manifestations", "parjadas", "ms_score", "jspada")
    verdicts = {name: _verdict(asked) for name, asked in sorted(VERDICTS.items())}
    return {
        **dict.fromkeys(scores, _SCORE),
        "states_from_parts": _STATE_FROM_PARTS,
        **{name: ask for name, ask in verdicts.items() if (CHECK_VALUES / f"{name}.csv").is_file()},
        "chaq": _CHAQ,
        "chaq_items": _CHAQ,
        "joints": Family(_joints_arguments, lambda _: JointExam, _joints_answers),
        "events": Family(_events_arguments, lambda _: compare_events, _events_answers),
    }


# Rows of one case that follow each other are the visits of one patient.
VISIT_FAMILIES: dict[str, Family] = {
    "visits": Family(
        _visits_arguments,
        lambda _: assess,
        lambda out, rows: {EXPECTED: out[_visits_request(rows).columns[0]]},
    ),
    "retreatment": Family(
        _retreatment_arguments,
        lambda _: retreatment,
        lambda out, _: {
            EXPECTED: out["retreatment_code"],
            "expected_eligible": out["retreatment_eligible"],
        },
    ),
    "remission": Family(_remission_arguments, lambda _: remission, _remission_answers),
}
# Files that are read row by row alone: what they hold is not a column.
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


def _agrees(expected: str, answer: Any, tolerance: float = 0) -> bool:
    if expected == MISSING or is_missing(answer):
        return expected == MISSING and is_missing(answer)
    if isinstance(answer, str):
        return expected == answer
    if expected in _WORDS:
        return bool(answer == _WORDS[expected])
    try:
        number = float(expected)
        digits = len(expected.partition(".")[2])
        within = 10**-digits if digits >= WRITTEN_DIGITS else tolerance
        return math.isclose(answer, number, rel_tol=0, abs_tol=within)
    except (ValueError, TypeError):
        return False


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


def expected_of(row: Row) -> dict[str, str]:
    """Return what a row expects, by its columns."""
    return {name: text for name, text in row.items() if name.startswith(EXPECTED)}


def cases_of(family: str) -> Iterator[Sequence[Row]]:
    """Return the rows of a file case by case; only tables have more than one in a case."""

    def case(row: Row) -> Any:
        return (row["case"], row["definition"]) if family in VISIT_FAMILIES else id(row)

    for _, rows in groupby(conformance_rows(family), key=case):
        yield list(rows)


def rows_together(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    """Return the rows that can be given as columns: the same choices, and nothing refused."""

    def chosen(row: Row) -> tuple[str, ...]:
        return tuple(row.get(name, MISSING) for name in ("kind", "definition", *CHOSEN))

    accepted = [row for row in rows if row[EXPECTED] != REFUSED]
    for _, group in groupby(sorted(accepted, key=chosen), key=chosen):
        yield list(group)


def _answers_to(
    family: str, rows: Sequence[Row], other: Callable[..., Any] | None, *, in_columns: bool
) -> Answers:
    """Return the answers to the rows of one case, or to many rows as arrays."""
    if family in VISIT_FAMILIES:
        answers = VISIT_FAMILIES[family].ask(rows, other)
        return {name: np.asarray(values, dtype=object).tolist() for name, values in answers.items()}
    ask = families()[family].ask
    if not in_columns:
        return {name: [value] for name, value in ask(rows[0], other).items()}
    columns = {
        name: first if name in (*ABOUT, *CHOSEN) else tuple(row[name] for row in rows)
        for name, first in rows[0].items()
    }
    return ask(columns, other)


def _is_refusal(error: Exception, *, by_other: bool) -> bool:
    """Return whether an error refuses a value; a name that is not in the catalogue is no value."""
    if by_other:
        return isinstance(error, ValueError | TypeError | JiaScoresError)
    return isinstance(error, JiaScoresError) and type(error) is not UnknownDefinitionError


def failures_of(
    family: str,
    rows: Sequence[Row],
    other: Callable[..., Any] | None = None,
    *,
    in_columns: bool = False,
    tolerance: float = 0,
) -> list[Failure]:
    """Return what does not come out: of one case, or of many rows that must be as they are alone.

    Parameters
    ----------
    family : str
        The file of check values.
    rows : sequence of dict
        The rows of a case, or those that are given together.
    other : callable, optional
        Who answers in place of the package; only what it answers is compared.
    in_columns : bool
        Whether the rows are given together.
    tolerance : float
        How far a number may be off.
    """
    words = ""
    answers: Answers = {}
    try:
        answers = _answers_to(family, rows, other, in_columns=in_columns)
    except MissingExtraError:
        raise
    except Exception as error:  # noqa: BLE001  # a crash is a failure to report, not an end
        refused = _is_refusal(error, by_other=other is not None)
        words = REFUSED if refused else f"{type(error).__name__}: {error}"
    failures = []
    for place, row in enumerate(rows):
        for name, text in expected_of(row).items():
            if other is not None and answers and name not in answers:
                continue
            answer = words or (answers[name][place] if name in answers else None)
            if not _agrees(text, answer, tolerance):
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
    commit: str
    """The commit of the checkout that is used, "+changes" where it is not as committed; empty where
    the package is installed."""
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
            **({"Commit": self.commit} if self.commit else {}),
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
        (row["side"] == "at", *expected_of(row).values())
        for row in rows
        if row["threshold"] == str(threshold) and row["side"] in ("below", "at", "above")
    }
    at, beside = ({answer[1:] for answer in answers if answer[0] is here} for here in (True, False))
    return bool(at and beside) and len(at | beside) > 1


def _commit() -> str:
    """Return the commit of the checkout that this package is used from, if it is one."""
    package = Path(__file__).parents[1]
    root = package.parents[1]
    if package != root / "src" / "jiascores" or not (root / ".git").exists():
        return ""

    def git(*words: str) -> str:
        call = ["git", "-C", str(root), *words]
        ran = subprocess.run(call, capture_output=True, text=True, check=True)  # noqa: S603  # ours
        return ran.stdout.strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no")
        return git("rev-parse", "HEAD") + ("+changes" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


@as_declared
def verify(*, date: str | None = None) -> Verification:
    """Run every check value that ships with the package against the installed package.

    Parameters
    ----------
    date : str, optional
        The date in the report; today if left out.

    Returns
    -------
    Verification
        `passed`, `failures`, the counts of each definition; prints as a report.

    See Also
    --------
    jiascores.definitions : What was verified.
    jiascores.testing.conformance : The check values, for a program of your own.

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
    for family in (*families(), *VISIT_FAMILIES):
        rows = conformance_rows(family)
        data.append((family, len(rows), hashlib.sha256(_text(family).encode()).hexdigest()))
        try:
            failures += [each for case in cases_of(family) for each in failures_of(family, case)]
        except MissingExtraError as error:
            not_run.append(f"{family}.csv: {error}")
            continue
        for row in rows:
            rows_of[row["kind"], row["definition"]].append(row)
        for together in () if family in (*ALONE, *VISIT_FAMILIES) else rows_together(rows):
            in_columns += len(together)
            failures += failures_of(family, together, in_columns=True)
    failed = Counter((failure.kind, failure.definition) for failure in failures)
    every: tuple[Definition, ...] = published()
    sources = {each.reference for each in every}
    packages = ((name, version(name)) for name in REPORTED_PACKAGES)
    return Verification(
        date=date or datetime.now(UTC).isoformat(timespec="seconds"),
        versions=(("jiascores", __version__), *packages),
        commit=_commit(),
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
