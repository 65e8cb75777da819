"""Run the check values that ship with the package against the package that is installed."""

from __future__ import annotations

import csv
import hashlib
import math
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from itertools import groupby
from typing import Any

import attrs
import numpy as np

from jiascores._version import __version__
from jiascores.core.core_set import CoreSet
from jiascores.core.definition import Definition, load, lookup, published
from jiascores.core.errors import JiaScoresError, MissingExtraError, UnknownDefinitionError
from jiascores.core.joints import JointExam
from jiascores.core.measure import VERDICTS, Score, Verdict
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

REFUSED = "refused"
MISSING = ""
# Columns that say what a row is, and are no input.
ABOUT = ("case", "kind", "definition", "threshold", "side", "mistake")
EXPECTED = "expected"
SIDES = ("below", "at", "above")
# A mean of seven is no finite decimal: it is compared to the digits that are written.
WRITTEN_DIGITS = 9
NAN = float("nan")
_FLAGS = {"yes": True, "no": False, MISSING: None}
_NOT_APPLICABLE = 9
REPORTED_PACKAGES = ("numpy", "pandas", "attrs", "narwhals", "click")


# --------------------------------------------------------------------------------------------
# How a row is read


def _value(cell: Any) -> Any:
    """Return a number or None, or a column of numbers with NaN."""
    if isinstance(cell, tuple):
        return np.array([float(text) if text else NAN for text in cell])
    return float(cell) if cell else None


def _flag(cell: Any) -> Any:
    """Return a truth value or None, or a column of 1, 0 and NaN."""
    if isinstance(cell, tuple):
        return np.array([_FLAGS[text] for text in cell], dtype=np.float64)
    return _FLAGS[cell]


def _cell(cell: Any) -> Any:
    """Return a truth value where one stands there, else a number."""
    one = cell if isinstance(cell, str) else next((text for text in cell if text), MISSING)
    return _flag(cell) if one in ("yes", "no") else _value(cell)


def _word(cell: Any) -> Any:
    """Return a word or None, or a column of words."""
    if isinstance(cell, tuple):
        return np.array([text or None for text in cell], dtype=object)
    return cell or None


def _core_set(row: Row, prefix: str) -> CoreSet[Any]:
    names = (*CORE_VARIABLES, row["marker"])
    return CoreSet(**{name: _value(row[f"{prefix}_{name}"]) for name in names})


# --------------------------------------------------------------------------------------------
# What each file asks of the package


def _score(row: Row, name: str | None = None) -> Answers:
    score = lookup(Score, name or row.get("measure") or row["definition"], parameter="definition")
    inputs: dict[str, Any] = {key: _cell(row[key]) for key in score.inputs}
    if score.either:
        inputs[row["marker"]] = _value(row[row["marker"]])
    return {EXPECTED: score.function(**inputs)}


def _verdict(asked: Verdict, row: Row) -> Answers:
    """Return what a verdict answers; each column is named as its parameter."""
    given: dict[str, Any] = {}
    definition: Any = lookup(asked.kind, row["definition"], parameter=asked.parameter)
    plan = asked.plan(definition)
    if asked.parameter in asked.parameters:
        given[asked.parameter] = definition
    for name in asked.parameters:
        if name == asked.parameter or (
            plan.get(name) == "unread" and name not in asked.passes_over
        ):
            continue
        if name in ("baseline", "reference", "reached", "now") and name not in row:
            given[name] = _core_set(row, name)
        elif name in MARKERS and "marker" in asked.inputs:
            if name == row["marker"]:
                given[name] = _value(row[name])
        elif name in ("course", "ilar_category"):
            given[name] = _word(row[name])
        elif name == "level":
            given[name] = int(row[name])
        elif name in (*asked.options, "missing"):
            if row[name]:
                given[name] = row[name]
        elif name in row or name in VARIABLES:
            given[name] = _cell(row[name]) if name in row else None
    for name in ("attended", "upper_limit"):
        if name in given and name not in definition.needs and not row.get(name):
            del given[name]
    return _answers_of(asked.function(**given))


# What the answers of a result are called.
_RESULTS = {
    "lost": {EXPECTED: "lost"},
    "level": {EXPECTED: "level", "expected_min": "level_min", "expected_max": "level_max"},
    "flared": {EXPECTED: "flared", "expected_significant": "significant"},
}


def _answers_of(result: Any) -> Answers:
    for attribute, names in _RESULTS.items():
        if hasattr(result, attribute):
            return {
                name: getattr(result, each) for name, each in names.items() if hasattr(result, each)
            }
    return {EXPECTED: result}


def _state_from_parts(row: Row) -> Answers:
    score = _score(row)[EXPECTED]
    state = VERDICTS["disease_state"].function(
        score, measure=row["measure"], course=_word(row["course"]), cutoffs=row["definition"]
    )
    return {"expected_score": score, EXPECTED: state}


def _chaq(row: Row) -> Answers:
    index = chaq_di(
        domains={name: _value(row[name]) for name in DOMAINS},
        aids=row["aids"].split(),
        help=row["help"].split(),
        scoring=row["definition"],
    )
    return {EXPECTED: index}


def _chaq_items(row: Row) -> Answers:
    items = {
        domain: [
            _NOT_APPLICABLE
            if row[f"{domain}_{number}"] == "na"
            else _value(row[f"{domain}_{number}"])
            for number in range(1, count + 1)
        ]
        for domain, count in ITEMS.items()
    }
    index = chaq_di(
        items=items,
        aids=row["aids"].split(),
        help=row["help"].split(),
        not_applicable=_NOT_APPLICABLE,
        scoring=row["definition"],
    )
    return {EXPECTED: index}


def _joints(row: Row) -> Answers:
    more: dict[str, Any] = {}
    if row["injected"]:
        joint, days = row["injected"].split()
        more = {
            "injected": {joint: float(days)},
            "injection_rule": row["injection_rule"],
            "injection_days": float(row["injection_days"]),
        }
    exam = JointExam(active=row["active"].split(), not_examined=row["not_examined"].split(), **more)
    count = "active_joints_27" if row["definition"] == "joints-27" else "active_joints"
    return {
        EXPECTED: getattr(exam, count),
        "expected_min": getattr(exam, f"{count}_min"),
        "expected_max": getattr(exam, f"{count}_max"),
    }


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
    """Return the rows of a case as a table; a column without any value is left out."""
    import pandas as pd

    columns: dict[str, Any] = {"patient": "A", "date": [row["date"] for row in rows]}
    for name in numbers:
        if any(row[name] for row in rows):
            columns[name] = [_value(row[name]) for row in rows]
    for name in flags:
        columns[name] = [_flag(row[name]) for row in rows]
    return pd.DataFrame(columns)


def _visits(rows: Sequence[Row]) -> list[Answers]:
    ask = rows[0]
    chosen = [ask[name] for name in ("ask", "criteria", "reference") if ask[name]]
    request = parse(":".join(chosen))
    out = assess(
        _frame(rows, (*CORE_VARIABLES, *MARKERS)),
        measures=[request],
        baseline=ask["baseline"] or None,
        units=dict(unit.split("=") for unit in ask["units"].split()),
    )
    return [{EXPECTED: value} for value in out[request.columns[0]].astype(object)]


def _retreatment(rows: Sequence[Row]) -> list[Answers]:
    import pandas as pd

    protocol = lookup(RetreatmentProtocol, rows[0]["definition"], parameter="protocol")
    dates = rows[0]["infusions"].split()
    out = retreatment(
        _frame(rows, (*CORE_VARIABLES, "esr"), protocol.exclusions),
        pd.DataFrame({"patient": "A", "date": dates}),
        protocol=protocol,
    )
    columns = (out["retreatment_code"], out["retreatment_eligible"].astype(object))
    return [
        {EXPECTED: code, "expected_eligible": eligible}
        for code, eligible in zip(*columns, strict=True)
    ]


def _remission(rows: Sequence[Row]) -> list[Answers]:
    import pandas as pd

    criteria = lookup(RemissionCriteria, rows[0]["definition"], parameter="criteria")
    periods = [period.split("/") for period in rows[0]["medication"].split()]
    drugs = pd.DataFrame(
        [("A", start, stop or None) for start, stop in periods],
        columns=["patient", "start", "stop"],
    )
    out = remission(
        _frame(rows, (), ("inactive",)),
        drugs,
        criteria=criteria,
        max_gap_days=float(rows[0]["max_gap_days"]),
        inactive=column("inactive"),
    )
    return [{EXPECTED: state} for state in out[criteria.column].astype(object)]


def _families() -> dict[str, Callable[[Row], Answers]]:
    """Return what each file asks: the verdict of its name, or what stands here."""
    load()
    return {
        **dict.fromkeys(
            ("scores", "systemic_manifestations", "parjadas", "ms_score", "jspada"), _score
        ),
        "states_from_parts": _state_from_parts,
        **{
            name: partial(_verdict, each)
            for name, each in sorted(VERDICTS.items())
            if _is_there(name)
        },
        "chaq": _chaq,
        "chaq_items": _chaq_items,
        "joints": _joints,
        "events": _events,
    }


# Rows of one case that follow each other are the visits of one patient.
VISIT_FAMILIES: dict[str, Callable[[Sequence[Row]], list[Answers]]] = {
    "visits": _visits,
    "retreatment": _retreatment,
    "remission": _remission,
}
# Files that are read row by row alone: what they hold is no column.
ALONE = ("chaq", "chaq_items", "joints", "events")
# What is the same for all rows that are given together as columns.
CHOSEN = (
    "marker",
    "measure",
    "missing",
    "markers",
    "level",
    "criteria",
    "cutoffs",
    "attended",
    "upper_limit",
)


# --------------------------------------------------------------------------------------------
# Running them


def conformance_rows(family: str) -> list[dict[str, str]]:
    """Return the rows of one file of check values, as text."""
    text = _text(family)
    return list(csv.DictReader(text.splitlines()))


def _is_there(family: str) -> bool:
    return (files("jiascores.catalogue") / "check_values" / f"{family}.csv").is_file()


def _text(family: str) -> str:
    folder = files("jiascores.catalogue") / "check_values"
    return (folder / f"{family}.csv").read_text(encoding="utf-8")


def _agrees(expected: str, found: Any) -> bool:
    if expected == REFUSED or found is REFUSED:
        return expected == REFUSED and found is REFUSED
    if expected == MISSING or is_missing(found):
        return expected == MISSING and is_missing(found)
    if expected in ("yes", "no") and not isinstance(found, str):
        return bool(found == (expected == "yes"))
    if isinstance(found, str):
        return expected == found
    try:
        number = float(expected)
    except ValueError:
        return False
    digits = len(expected.partition(".")[2])
    return bool(found == number) or (
        digits >= WRITTEN_DIGITS and math.isclose(found, number, rel_tol=0, abs_tol=10**-digits)
    )


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


def _answers_to(family: str, rows: Sequence[Row]) -> list[Answers]:
    """Return what the package answers to the rows of one case."""
    answers: Any
    try:
        if family in VISIT_FAMILIES:
            return VISIT_FAMILIES[family](rows)
        return [_families()[family](row) for row in rows]
    except MissingExtraError:
        raise
    except JiaScoresError as error:
        # A name that is not in the catalogue is not a refused value.
        unknown = type(error) is UnknownDefinitionError
        answers = f"UnknownDefinitionError: {error}" if unknown else REFUSED
    except Exception as error:  # noqa: BLE001  # a crash is a failure to report, not an end
        answers = f"{type(error).__name__}: {error}"
    return [dict.fromkeys(_expected(row), answers) for row in rows]


def _expected(row: Row) -> dict[str, str]:
    return {name: text for name, text in row.items() if name.startswith(EXPECTED)}


def _cases(family: str) -> Iterator[Sequence[Row]]:
    """Return the rows of a file case by case; only tables have more than one in a case."""
    rows = conformance_rows(family)
    if family not in VISIT_FAMILIES:
        yield from ([row] for row in rows)
        return
    for _, group in groupby(rows, key=lambda row: (row["case"], row["definition"])):
        yield list(group)


def _failures(family: str, rows: Sequence[Row]) -> list[Failure]:
    return _differences(family, rows, _answers_to(family, rows))


def _differences(
    family: str, rows: Sequence[Row], found: Sequence[Answers], where: str = ""
) -> list[Failure]:
    return [
        Failure(
            family,
            row["kind"],
            row["definition"],
            f"{row['case']}{where}",
            name,
            text,
            "missing" if is_missing(answers.get(name)) else str(answers.get(name)),
            row["mistake"],
        )
        for row, answers in zip(rows, found, strict=True)
        for name, text in _expected(row).items()
        if not _agrees(text, answers.get(name))
    ]


def _together(family: str) -> Iterator[Sequence[Row]]:
    """Return the rows that can be given as columns: the same choices, and nothing refused."""
    if family in (*ALONE, *VISIT_FAMILIES):
        return

    def chosen(row: Row) -> tuple[str, ...]:
        return tuple(row.get(name, MISSING) for name in ("kind", "definition", *CHOSEN))

    rows = [row for row in conformance_rows(family) if row[EXPECTED] != REFUSED]
    for _, group in groupby(sorted(rows, key=chosen), key=chosen):
        yield list(group)


def _failures_in_columns(family: str, rows: Sequence[Row]) -> list[Failure]:
    """Give many rows at once, as arrays: each must come out as it does alone."""
    alone = (*ABOUT, *CHOSEN)
    columns = {
        name: rows[0][name] if name in alone else tuple(row[name] for row in rows)
        for name in rows[0]
    }
    found: list[Answers]
    try:
        answers = _families()[family](columns)
        found = [
            {name: values[place] for name, values in answers.items()} for place in range(len(rows))
        ]
    except Exception as error:  # noqa: BLE001  # a crash is a failure to report, not an end
        words = f"{type(error).__name__}: {error}"
        found = [dict.fromkeys(_expected(row), words) for row in rows]
    return _differences(family, rows, found, ", in a column")


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
    def unchecked(self) -> tuple[str, ...]:
        """Definitions without check values, or with a bound that has none on both sides."""
        return tuple(
            f"{one.name} ({one.kind})"
            for one in self.definitions
            if not one.check_values or one.bounds_checked < one.bounds
        )

    def __str__(self) -> str:
        return "\n".join(_report(self))

    def __repr__(self) -> str:
        words = "passed" if self.passed else f"{len(self.failures)} failures"
        return f"<Verification of {self.check_values} check values: {words}>"


def _report(found: Verification) -> Iterable[str]:
    yield "jiascores: verification of the installed package"
    yield ""
    yield f"Date:         {found.date}"
    yield "Versions:     " + ", ".join(f"{name} {number}" for name, number in found.versions)
    yield f"System:       {found.system}"
    yield f"Definitions:  {len(found.definitions)}"
    yield f"Bounds:       {found.bounds}"
    yield f"Check values: {found.check_values}, and {found.in_columns} of them again in columns"
    yield f"Failures:     {len(found.failures)}"
    yield f"Result:       {'PASSED' if found.passed else 'FAILED'}"
    yield ""
    names = ("definition", "evidence", "bounds", "check values", "failures")
    rows = [
        (one.name, one.evidence, str(one.bounds), str(one.check_values), str(one.failures))
        for one in found.definitions
    ]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    yield _line(names, widths)
    kind = ""
    for one, row in zip(found.definitions, rows, strict=True):
        if one.kind != kind:
            kind = one.kind
            yield f"[{kind}]"
        yield _line(row, widths)
    yield ""
    yield "Data (rows, SHA-256):"
    for name, count, digest in found.data:
        yield f"  {name}.csv  {count}  {digest}"
    if found.not_run:
        yield ""
        yield "Not run:"
        yield from (f"  {words}" for words in found.not_run)
    if found.unchecked:
        yield ""
        yield "Without check values, or not on both sides of every bound:"
        yield from (f"  {name}" for name in found.unchecked)
    if found.failures:
        yield ""
        yield "Failures:"
        yield from (f"  {failure}" for failure in found.failures)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cells[0].ljust(widths[0]), cells[1].ljust(widths[1])]
    padded += [cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=True)]
    return "  ".join(padded).rstrip()


def _verified(
    definition: Definition, rows: Sequence[Row], failed: Counter[tuple[str, str]]
) -> VerifiedDefinition:
    key = (definition.kind, definition.name)
    checked = [threshold for threshold in definition.thresholds if _on_both_sides(threshold, rows)]
    return VerifiedDefinition(
        kind=definition.kind,
        name=definition.name,
        evidence=str(definition.evidence),
        bounds=len(definition.thresholds),
        bounds_checked=len(checked),
        check_values=len(rows),
        failures=failed[key],
    )


def _on_both_sides(threshold: object, rows: Sequence[Row]) -> bool:
    """Return whether a number has check values at it and beside it, with different answers."""
    here = [row for row in rows if row["threshold"] == str(threshold)]
    answers = {side: {_answers(row) for row in here if row["side"] == side} for side in SIDES}
    beside = answers["below"] | answers["above"]
    return bool(answers["at"] and beside) and len(answers["at"] | beside) > 1


def _answers(row: Row) -> tuple[str, ...]:
    return tuple(text for name, text in row.items() if name.startswith(EXPECTED))


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
    rows_of: dict[tuple[str, str], list[Row]] = {}
    data: list[tuple[str, int, str]] = []
    failures: list[Failure] = []
    not_run: list[str] = []
    in_columns = 0
    for family in (*_families(), *VISIT_FAMILIES):
        digest = hashlib.sha256(_text(family).encode()).hexdigest()
        data.append((family, len(conformance_rows(family)), digest))
        try:
            found = [(rows, _failures(family, rows)) for rows in _cases(family)]
        except MissingExtraError as error:
            not_run.append(f"{family}.csv: {error}")
            continue
        for rows, failed_here in found:
            for row in rows:
                rows_of.setdefault((row["kind"], row["definition"]), []).append(row)
            failures.extend(failed_here)
        for rows in _together(family):
            in_columns += len(rows)
            failures.extend(_failures_in_columns(family, rows))
    failed = Counter((failure.kind, failure.definition) for failure in failures)
    every: tuple[Definition, ...] = published()
    return Verification(
        date=date or datetime.now(UTC).isoformat(timespec="seconds"),
        versions=(("jiascores", __version__), *_versions()),
        system=f"Python {platform.python_version()}, {platform.platform()}",
        definitions=tuple(
            _verified(one, rows_of.get((one.kind, one.name), []), failed) for one in every
        ),
        data=tuple(data),
        in_columns=in_columns,
        failures=tuple(failures),
        not_run=tuple(not_run),
    )


@cache
def _versions() -> tuple[tuple[str, str], ...]:
    found = []
    for name in REPORTED_PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "not found"))
    return tuple(found)
