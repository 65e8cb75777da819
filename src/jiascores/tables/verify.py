"""Run the check values that ship with the package against the package that is installed."""

from __future__ import annotations

import csv
import hashlib
import math
import platform
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from itertools import groupby
from typing import Any

import attrs
import numpy as np

import jiascores as jia
from jiascores.core.definition import Definition, lookup, published
from jiascores.core.errors import JiaScoresError, MissingExtraError, UnknownDefinitionError
from jiascores.core.kinds import NAN, is_missing
from jiascores.core.variables import CORE_VARIABLES, MARKERS
from jiascores.measures.activity import MinimalActivityCriteria, UncontrolledCriteria
from jiascores.measures.chaq import DOMAINS, ITEMS
from jiascores.measures.courses import RetreatmentProtocol
from jiascores.measures.mas import MAS_INPUTS
from jiascores.measures.remission import RemissionCriteria

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


def _word(text: str) -> str | None:
    return text or None


def _core_set(row: Row, prefix: str) -> jia.CoreSet[Any]:
    names = (*CORE_VARIABLES, row["marker"])
    return jia.CoreSet(**{name: _value(row[f"{prefix}_{name}"]) for name in names})


def _score(row: Row, name: str | None = None) -> Any:
    score = lookup(jia.Score, name or row["definition"], parameter="definition")
    inputs: dict[str, Any] = {key: _cell(row[key]) for key in score.inputs}
    if score.either:
        inputs[row["marker"]] = _value(row[row["marker"]])
    return score.function(**inputs)


# --------------------------------------------------------------------------------------------
# What each file asks of the package


def _scores(row: Row) -> Answers:
    return {EXPECTED: _score(row)}


def _state(row: Row) -> Answers:
    return _state_of(row, _value(row["score"]))


def _state_of(row: Row, score: Any) -> Answers:
    state = jia.disease_state(
        score, measure=row["measure"], course=_word(row["course"]), cutoffs=row["definition"]
    )
    return {EXPECTED: state}


def _state_from_parts(row: Row) -> Answers:
    score = _score(row, row["measure"])
    return {"expected_score": score, **_state_of(row, score)}


def _acr_ped(row: Row) -> Answers:
    more: dict[str, Any] = {}
    if row["missing"]:
        more["missing"] = row["missing"]
    if row["attended"]:
        more["attended"] = _flag(row["attended"])
    if row["upper_limit"]:
        more["upper_limit"] = _value(row["upper_limit"])
    if row["with_temperature"] == "yes":
        more["highest_temperature"] = _value(row["highest_temperature"])
    response = jia.acr_ped(
        baseline=_core_set(row, "baseline"),
        now=_core_set(row, "now"),
        criteria=row["definition"],
        **more,
    )
    return {
        EXPECTED: response.level,
        "expected_min": response.level_min,
        "expected_max": response.level_max,
    }


def _flare(row: Row) -> Answers:
    more = {"flare_fever": _flag(row["flare_fever"])} if row["with_fever"] == "yes" else {}
    verdict = jia.flare(
        reference=_core_set(row, "reference"),
        now=_core_set(row, "now"),
        criteria=row["definition"],
        **more,
    )
    return {EXPECTED: verdict.flared}


def _loss(row: Row) -> Answers:
    loss = jia.loss_of_response(
        baseline=_core_set(row, "baseline"),
        reached=_core_set(row, "reached"),
        now=_core_set(row, "now"),
        level=int(row["level"]),
        criteria=row["criteria"],
    )
    return {EXPECTED: loss.lost}


def _inactive_disease(row: Row) -> Answers:
    given: dict[str, Any] = {
        name: _cell(row[name])
        for name in row
        if name not in ABOUT and name not in ("markers", EXPECTED)
    }
    if row["markers"]:
        given["markers"] = row["markers"]
    return {EXPECTED: jia.inactive_disease(criteria=row["definition"], **given)}


def _relapse(row: Row) -> Answers:
    names = ("inactive_before", "inactive_now", "joint_injection", "treatment_intensified")
    flags = {name: _flag(row[name]) for name in names}
    relapse = jia.reacch_out_flare(**flags, criteria=row["definition"])
    return {EXPECTED: relapse.flared, "expected_significant": relapse.significant}


def _minimal_activity(row: Row) -> Answers:
    definition = lookup(MinimalActivityCriteria, row["definition"], parameter="criteria")
    verdict = jia.minimal_disease_activity(
        course=_word(row["course"]),
        physician_global=_value(row["physician_global"]),
        patient_global=_value(row["patient_global"]),
        criteria=definition,
        **{definition.joints: _value(row[definition.joints])},
    )
    return {EXPECTED: verdict}


def _activity_level(row: Row) -> Answers:
    level = jia.activity_level(
        physician_global=_value(row["physician_global"]),
        patient_global=_value(row["patient_global"]),
        active_joints=_value(row["active_joints"]),
        upper_limit=_value(row["upper_limit"]),
        criteria=row["definition"],
        **{row["marker"]: _value(row[row["marker"]])},
    )
    return {EXPECTED: level}


def _polyarthritis_state(row: Row) -> Answers:
    state = jia.polyarthritis_state(
        _value(row["cjadas10"]),
        active_joints=_value(row["active_joints"]),
        criteria=row["definition"],
    )
    return {EXPECTED: state}


def _escalation(row: Row) -> Answers:
    verdict = jia.escalation_indicated(
        _value(row["score"]),
        measure=row["measure"],
        month=_value(row["month"]),
        course=_word(row["course"]),
        criteria=row["definition"],
    )
    return {EXPECTED: verdict}


def _uncontrolled(row: Row) -> Answers:
    definition = lookup(UncontrolledCriteria, row["definition"], parameter="criteria")
    values = {name: _value(row[name]) for name in definition.needs}
    return {EXPECTED: jia.chronically_uncontrolled(criteria=definition, **values)}


def _two(row: Row) -> dict[str, Any]:
    return {"baseline": _value(row["baseline"]), "now": _value(row["now"])}


def _jadas_improvement(row: Row) -> Answers:
    return {EXPECTED: jia.horneff_improvement(criteria=row["definition"], **_two(row))}


def _jadas_change(row: Row) -> Answers:
    return {EXPECTED: jia.bulatovic_change(criteria=row["definition"], **_two(row))}


def _course(row: Row) -> Answers:
    counts = ("active_joints", "joints_ever")
    course = jia.course(
        _word(row["ilar_category"]),
        cutoffs=row["cutoffs"],
        rule=row["definition"],
        **{name: _value(row[name]) for name in counts if row[name]},
    )
    return {EXPECTED: course}


def _chaq(row: Row) -> Answers:
    index = jia.chaq_di(
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
    index = jia.chaq_di(
        items=items,
        aids=row["aids"].split(),
        help=row["help"].split(),
        not_applicable=_NOT_APPLICABLE,
        scoring=row["definition"],
    )
    return {EXPECTED: index}


def _chaq_change(row: Row) -> Answers:
    return {EXPECTED: jia.chaq_change(difference=row["definition"], **_two(row))}


def _suggests_mas(row: Row) -> Answers:
    return {EXPECTED: jia.suggests_mas(_value(row["score"]), cutoff=row["definition"])}


def _mas_2016(row: Row) -> Answers:
    values: dict[str, Any] = {name: _cell(row[name]) for name in MAS_INPUTS}
    return {EXPECTED: jia.mas_2016(criteria=row["definition"], **values)}


def _jspada(row: Row) -> Answers:
    return {EXPECTED: _score(row, row["measure"])}


def _joints(row: Row) -> Answers:
    more: dict[str, Any] = {}
    if row["injected"]:
        joint, days = row["injected"].split()
        more = {
            "injected": {joint: float(days)},
            "injection_rule": row["injection_rule"],
            "injection_days": float(row["injection_days"]),
        }
    exam = jia.JointExam(
        active=row["active"].split(), not_examined=row["not_examined"].split(), **more
    )
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
    found = jia.compare_events(events, infusions, windows=row["definition"])
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
    measure: Any = ask["ask"]
    column = {"acr_ped": "acr_ped_level"}.get(measure, measure)
    if measure == "flare":
        measure = jia.ask.flare(criteria=ask["criteria"], reference=ask["reference"])
        column = measure.criteria.column
    out = jia.assess(
        _frame(rows, (*CORE_VARIABLES, *MARKERS)),
        measures=[measure],
        baseline=ask["baseline"] or None,
        units=dict(unit.split("=") for unit in ask["units"].split()),
    )
    return [{EXPECTED: value} for value in out[column].astype(object)]


def _retreatment(rows: Sequence[Row]) -> list[Answers]:
    import pandas as pd

    protocol = lookup(RetreatmentProtocol, rows[0]["definition"], parameter="protocol")
    dates = rows[0]["infusions"].split()
    out = jia.retreatment(
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
    out = jia.remission(
        _frame(rows, (), ("inactive",)),
        drugs,
        criteria=criteria,
        max_gap_days=float(rows[0]["max_gap_days"]),
        inactive=jia.column("inactive"),
    )
    return [{EXPECTED: state} for state in out[criteria.column].astype(object)]


FAMILIES: dict[str, Callable[[Row], Answers]] = {
    "scores": _scores,
    "states": _state,
    "states_from_parts": _state_from_parts,
    "acr_ped": _acr_ped,
    "flare": _flare,
    "loss_of_response": _loss,
    "inactive_disease": _inactive_disease,
    "relapse": _relapse,
    "minimal_activity": _minimal_activity,
    "activity_level": _activity_level,
    "polyarthritis_state": _polyarthritis_state,
    "escalation": _escalation,
    "uncontrolled": _uncontrolled,
    "jadas_improvement": _jadas_improvement,
    "jadas_change": _jadas_change,
    "course": _course,
    "chaq": _chaq,
    "chaq_items": _chaq_items,
    "chaq_change": _chaq_change,
    "systemic_manifestations": _scores,
    "parjadas": _scores,
    "ms_score": _scores,
    "suggests_mas": _suggests_mas,
    "mas_2016": _mas_2016,
    "jspada": _jspada,
    "joints": _joints,
    "events": _events,
}
# What is not given as a column where the rows of a file are given together; the other files are
# read row by row alone.
CHOICES: dict[str, tuple[str, ...]] = {
    "scores": ("marker",),
    "states": ("measure", "course"),
    "states_from_parts": ("measure", "course", "marker"),
    "acr_ped": ("marker", "missing", "attended", "upper_limit", "with_temperature"),
    "flare": ("marker", "with_fever"),
    "loss_of_response": ("marker", "criteria", "level"),
    "inactive_disease": ("markers",),
    "relapse": (),
    "minimal_activity": ("course",),
    "activity_level": ("marker",),
    "polyarthritis_state": (),
    "escalation": ("measure", "month", "course"),
    "uncontrolled": (),
    "jadas_improvement": (),
    "jadas_change": (),
    "chaq_change": (),
    "systemic_manifestations": ("marker",),
    "parjadas": ("marker",),
    "ms_score": ("marker",),
    "suggests_mas": (),
    "mas_2016": (),
    "jspada": ("measure", "marker"),
}
# Rows of one case that follow each other are the visits of one patient.
VISIT_FAMILIES: dict[str, Callable[[Sequence[Row]], list[Answers]]] = {
    "visits": _visits,
    "retreatment": _retreatment,
    "remission": _remission,
}


# --------------------------------------------------------------------------------------------
# Running them


def conformance_rows(family: str) -> list[dict[str, str]]:
    """Return the rows of one file of check values, as text."""
    text = _text(family)
    return list(csv.DictReader(text.splitlines()))


def _text(family: str) -> str:
    folder = files("jiascores") / "conformance"
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
        return [FAMILIES[family](row) for row in rows]
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
    if family not in CHOICES:
        return

    def chosen(row: Row) -> tuple[str, ...]:
        return tuple(row[name] for name in ("kind", "definition", *CHOICES[family]))

    rows = [row for row in conformance_rows(family) if row[EXPECTED] != REFUSED]
    for _, group in groupby(sorted(rows, key=chosen), key=chosen):
        yield list(group)


def _failures_in_columns(family: str, rows: Sequence[Row]) -> list[Failure]:
    """Give many rows at once, as arrays: each must come out as it does alone."""
    alone = (*ABOUT, *CHOICES[family])
    columns = {
        name: rows[0][name] if name in alone else tuple(row[name] for row in rows)
        for name in rows[0]
    }
    found: list[Answers]
    try:
        answers = FAMILIES[family](columns)
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
    The check values are plain CSV files in the folder ``conformance`` of the package. Their
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
    for family in (*FAMILIES, *VISIT_FAMILIES):
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
    every: list[Definition] = sorted(published(), key=lambda one: one.kind)
    return Verification(
        date=date or datetime.now(UTC).isoformat(timespec="seconds"),
        versions=(("jiascores", jia.__version__), *_versions()),
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
