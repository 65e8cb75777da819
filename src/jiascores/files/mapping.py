"""The mapping: how a file is written and what is asked of it, as TOML, checked as a whole."""

from __future__ import annotations

import collections.abc
import datetime as dt
import json
import math
import re
import tomllib
import types
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import (
    Any,
    ClassVar,
    Literal,
    TypeAlias,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs

from jiascores.core.definition import Definition, load, published
from jiascores.core.errors import (
    DefinitionError,
    RequestError,
    door,
    listing,
    say,
    shown,
    suggestion,
)
from jiascores.core.variables import VARIABLES
from jiascores.tables.baselines import BaselineRule, flagged, on_or_before
from jiascores.tables.ids import parts_of
from jiascores.tables.naming import ROLES, WORDS, Column

# For editors; it is made from the classes here, with the text below each key.
SCHEMA = Path(__file__).with_name("mapping.schema.json")
# The files beside that of the visits.
OTHERS = ("infusions", "medication", "laboratory", "events", "patients")
# The first day of each way to write dates as numbers.
EPOCHS = {
    "sas": "1960-01-01",
    "stata": "1960-01-01",
    "spss": "1582-10-14",
    "excel": "1899-12-30",
    "excel-1904": "1904-01-01",
}
# A date whose parts all differ.
_SOME_DAY = dt.datetime(2001, 2, 3, 4, 5, 6, tzinfo=dt.timezone.utc)  # noqa: UP017
_SHORTEST_MONTH = 28
# No mapping is larger (a device may have no end), and no header is further down.
_LARGEST = 1 << 22
_DEEPEST = 10_000
# What a key takes, in words, by its type.
_WORDS: dict[Any, str] = {
    bool: "true or false",
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    Any: "a value",
}


@attrs.frozen(kw_only=True)
class Csv:
    """How text is written: numbers, dates and words of a file of any kind."""

    separator: str | None = None
    """The character between fields; by default, the one in the header."""
    decimal: Literal[".", ","] = "."
    """The decimal sign."""
    thousands: str = ""
    """The sign between groups of three digits."""
    encoding: str | None = None
    """The encoding, such as cp1252 of many spreadsheets; by default utf-8."""
    skip: int = 0
    """How many lines come before the header."""
    trailing_separator: bool = False
    """Whether each row, not the header, ends in a separator."""
    missing: tuple[str | float, ...] = ()
    """Words that stand for a gap in measured columns."""
    yes: tuple[str, ...] = ()
    """Your words for yes."""
    no: tuple[str, ...] = ()
    """Your words for no."""
    date_format: str | None = None
    """The format of every date, such as %d.%m.%Y; excel, excel-1904, sas or stata for days."""
    day_first: bool = False
    """Dates are 05/02/2014, 5-2-2014 or 05.02.2014, the 5th of February."""
    month_first: bool = False
    """Dates are 02/05/2014, the 5th of February."""
    day_of_month: int | None = None
    """The day that a month without a day is read as."""
    dates: tuple[str, ...] = ()
    """Your columns with dates, beside those that are named elsewhere."""
    numbers: tuple[str, ...] = ()
    """Your columns with numbers, beside the variables."""


@attrs.frozen(kw_only=True)
class Excel:
    """Where the table is in a workbook."""

    sheet: str | None = None
    """Name of the sheet, if there are several."""
    skip: int = 0
    """How many rows come before the header."""


@attrs.frozen(kw_only=True)
class PerRow:
    """A column that holds the unit of each row."""

    inline: ClassVar[str] = '{column = "your column"}'
    column: str = ""
    """Your column with the unit."""


@attrs.frozen(kw_only=True)
class Limit:
    """How a value below a limit is read if another column holds the sign "<"."""

    inline: ClassVar[str] = '{rule = "half", comparator = "your column"}'
    rule: Literal["limit", "half", "zero"] = "limit"
    """The value that is used: the limit, half of it, or zero."""
    comparator: str | None = None
    """Your column that holds "<" beside the number."""


@attrs.frozen(kw_only=True)
class Source:
    """One file and its columns."""

    csv: Csv = Csv()
    """How the file is written."""
    excel: Excel = Excel()
    """Where the table is in a workbook."""
    columns: Mapping[str, str | list[str]] = attrs.field(factory=dict)
    """variable = your column."""
    units: Mapping[str, str | PerRow] = attrs.field(factory=dict)
    """variable = its unit in your file."""
    missing: Mapping[str, list[str | float]] = attrs.field(factory=dict)
    """variable = words or numbers that stand for a gap in it."""
    words: Mapping[str, Mapping[str, str | float | bool]] = attrs.field(factory=dict)
    """By variable: your word = the word or number as in jiascores."""
    below: Mapping[str, Literal["limit", "half", "zero"] | Limit] = attrs.field(factory=dict)
    """variable = what a value such as "< 5" is read as."""
    above: Mapping[str, Literal["limit"]] = attrs.field(factory=dict)
    """variable = what a value such as "> 200" is read as."""


@attrs.frozen(kw_only=True)
class Study:
    """What is asked of the visits."""

    title: str | None = None
    """Title of the study."""
    marker: Literal["esr", "crp", "esr-else-crp"] | None = None
    """Which reactant counts if the file has ESR and CRP."""
    markers: Literal["any", "all"] | None = None
    """If both reactants were tested: whether any or all must be normal."""
    baseline: str | None = None
    """The baseline: first, flagged:COLUMN or on-or-before:COLUMN."""
    measures: tuple[str, ...] = ()
    """What to compute, as at the command line."""
    prefix: str = ""
    """Text before the name of every added column."""
    course: Literal["column", "from-category"] = "column"
    """Whether the course is in a column or follows from the ILAR category."""
    invalid: Literal["raise", "missing"] = "raise"
    """Whether a value that is not allowed stops everything or is left out."""


@attrs.frozen(kw_only=True)
class Infusions(Source):
    """The infusions, one row for each."""

    file: str | None = None
    """The file, relative to the mapping."""


@attrs.frozen(kw_only=True)
class Medication(Infusions):
    """The periods with a drug, one row for each."""

    counted: tuple[str, ...] | Literal["all"] = ()
    """Which drugs count."""
    criteria: str | None = None
    """Name of the criteria of remission."""
    max_gap_days: float | None = None
    """The longest gap in days between two visits of one run."""
    inactive: str | None = None
    """Your yes/no column that holds inactive disease."""


@attrs.frozen(kw_only=True)
class Long:
    """The file has one row for each value; [columns] names patient, date, variable, value and unit."""

    variables: Mapping[str, str | list[str]] = attrs.field(factory=dict)
    """variable = what your column of variables calls it, or a list of such words."""
    by: Literal["date", "visit"] = "date"
    """Which rows are one visit: those with the same date, or the same name of the visit."""
    date_of: str | None = None
    """The variable that gives a visit its date if its rows have several."""
    only: Mapping[str, str | float | bool] = attrs.field(factory=dict)
    """your column = the value of the rows that count."""
    keep: tuple[str, ...] = ()
    """Your columns with one value for each visit, to take along."""


@attrs.frozen(kw_only=True)
class Laboratory(Infusions):
    """The blood draws, one row for each."""

    values: tuple[str, ...] = ()
    """Which variables to bring to the visits."""
    window_days: float | None = None
    """The longest gap in days between visit and blood draw."""
    long: Long | None = None
    """For a file with one row for each value."""

    @property
    def as_read(self) -> Mapping[str, Any]:
        """What the columns are called once the file is read; a long one has our names."""
        return self.columns if self.long is None else _ids_alone(self.columns)


@attrs.frozen(kw_only=True)
class Events(Infusions):
    """The adverse events, one row for each."""

    terms: Mapping[str, str] = attrs.field(factory=dict)
    """event = your term."""


@attrs.frozen(kw_only=True)
class Patients(Infusions):
    """The patients, one row for each."""

    categories: Mapping[str, str] = attrs.field(factory=dict)
    """your word = ILAR category as in jiascores."""


@attrs.frozen(kw_only=True)
class Timepoint:
    """A day after the first infusion, and how far from it a visit may be."""

    day: int = 0
    """Days after the first infusion."""
    within: int = 0
    """How many days before or after it a visit may be."""


@attrs.frozen(kw_only=True)
class NominalVisits:
    """The visits of the protocol."""

    weeks: Mapping[str, float | str] = attrs.field(factory=dict)
    """week = days that a visit may lie around it, or its first and last day, "8..21"."""
    months: Mapping[str, float | str] = attrs.field(factory=dict)
    """The same with calendar months."""
    study_day: bool = False
    """Whether first and last days are study days: day 1 is day zero."""
    same_day: str | None = None
    """Your column that flags which of two rows with one date counts."""
    rule: Literal["nearest", "first"] | None = None
    """Which of several visits in a window counts."""
    day_zero: str | None = None
    """first, flagged:COLUMN, on-or-before:COLUMN or column.COLUMN."""


@attrs.frozen(kw_only=True)
class Wide:
    """The file has one row for each patient; [columns] says what the names of columns call each."""

    pattern: str = "{variable}_{visit}"
    """How the columns are named, with {variable} and {visit}."""
    visits: tuple[str, ...] | Mapping[str, float] | None = None
    """The visits as they stand in the names; or visit = its study day, if there are no dates."""


@attrs.frozen(kw_only=True)
class Redcap:
    """The file is an export of REDCap; [columns] gives variable = field, or a list of fields."""

    events: tuple[str, ...] | None = None
    """The events that are visits; by default all."""
    once: tuple[str, ...] = ()
    """Fields that are recorded once for a patient."""
    keep: tuple[str, ...] | None = None
    """Which other fields to take along; by default all."""
    dictionary: str | None = None
    """The data dictionary, a file relative to the mapping."""


# What stands before or around the joint in the names of columns, a column that lists joints, or
# joint = column.
Named: TypeAlias = str | Mapping[str, str] | None


@attrs.frozen(kw_only=True)
class Joints:
    """How the file says which joints are active and limited."""

    active: Named = None
    """Columns of active joints: what stands before the joint, as active_."""
    limited: Named = None
    """Columns of joints with limited motion."""
    swollen: Named = None
    """Columns of swollen joints."""
    painful_on_motion: Named = None
    """Columns of joints painful on motion."""
    tender: Named = None
    """Columns of tender joints."""
    swollen_by_deformity: Named = None
    """Columns of joints that are swollen by deformity."""
    coded: Named = None
    """Columns with one code for each joint."""
    codes: Mapping[str, str | list[str]] = attrs.field(factory=dict)
    """code = the finding, or findings."""
    examined: str | None = None
    """Your column that says whether the joints were examined."""
    painful_from: Literal["tender"] | None = None
    """Take pain on motion from tenderness."""
    not_on_form: tuple[str, ...] = ()
    """Joints that the form does not have."""
    beyond_71: Literal["left-out"] | None = None
    """What happens to joints that are not among the 71."""
    joint: str | None = None
    """Your column with the joint, if there is a row for each joint."""
    by: tuple[str, ...] = ("patient", "date")
    """With joint: the columns that identify a visit."""
    unlisted: Literal["no-finding"] | None = None
    """With joint: how a joint without a row counts."""
    injected: Named = None
    """Columns with the days since the injection of a joint."""
    injection_rule: str | None = None
    """Name of the rule for injected joints."""
    injection_days: float | None = None
    """For how many days the rule of injections holds."""

    @property
    def call(self) -> dict[str, Any]:
        """The keys that were given, as arguments of `joint_counts`."""
        given = {name: getattr(self, name) for name in keys_of(type(self))}
        return {name: value for name, value in given.items() if value not in (None, (), {})}


@attrs.frozen(kw_only=True)
class Event:
    """The event of a time-to-event data set, ADTTE; dates and reasons stand in ADSL."""

    measure: str | None = None
    """A verdict in one word, as flare:prcsg-printo:baseline; or column.COLUMN of yes and no."""
    origin: str = "TRTSDT"
    """The column of ADSL with the day from which time runs."""
    undetermined: Literal["no", "event", "censor"] | None = None
    """What a visit counts as if the event cannot be determined there."""
    stopped: str | None = None
    """The column with the day on which a patient stopped."""
    reason: str | None = None
    """The column with the reason for stopping."""
    stop_is_event: tuple[str, ...] | None = None
    """Reasons for which stopping is the event."""
    stop_is_censored: tuple[str, ...] | None = None
    """Reasons for which a patient is censored at the last visit."""
    until: str | None = None
    """The column with the end of planned follow-up."""
    censored: Mapping[str, int] = attrs.field(factory=dict)
    """reason = CNSR, 1 or more; all others are 1."""
    paramcd: str | None = None
    """PARAMCD, if the event has no code yet."""
    param: str | None = None
    """PARAM, in place of the usual one."""


@attrs.frozen(kw_only=True)
class Adam:
    """The data sets that `jiascores adam` makes; ADSL is [patients]."""

    study: str | None = None
    """STUDYID, if there is no ADSL."""
    keep: tuple[str, ...] = ()
    """Columns of ADSL to take along; NEW=COLUMN gives one another name, as in TRTP=TRTxxP."""
    variables: tuple[str, ...] = ()
    """Recorded variables that become parameters too."""
    improvement: tuple[str, ...] = ()
    """Scores and variables whose improvement in per cent becomes a parameter too."""
    thresholds: Mapping[str, str | list[str]] = attrs.field(factory=dict)
    """score or variable = a criterion on its value, such as "<= 3.8", or several."""
    windows: bool = False
    """Whether AVISIT follows from the windows of [visits]; by default they count from TRTSDT."""
    periods: Mapping[str, str] = attrs.field(factory=dict)
    """What a period is called = the column of ADSL with its first day, in order."""
    phases: Mapping[str, str] = attrs.field(factory=dict)
    """The same with phases."""
    sources: Mapping[str, list[str]] = attrs.field(factory=dict)
    """recorded variable = domain, variable and, if you have it, your column with --SEQ."""
    visit: str | None = None
    """Your column with AVISIT; by default nominal_visit."""
    visit_number: str | None = None
    """Your column with AVISITN; by default the number at the end of AVISIT."""
    due: Mapping[str, str] = attrs.field(factory=dict)
    """AVISITN = AVISIT of the visits that each subject should have had."""
    carry: Mapping[str, str] = attrs.field(factory=dict)
    """Further variable = your column."""
    paramcd: Mapping[str, str] = attrs.field(factory=dict)
    """column = PARAMCD, where it has no code of its own."""
    terminology: str = ""
    """The version of CDISC's controlled terminology that your study uses."""
    event: Event = Event()
    """The event of ADTTE."""


@attrs.frozen(kw_only=True)
class FileMapping(Source):
    """How the files of a study are written, and what is asked of them."""

    confirmed: bool = True
    """False in a draft, which is not used until somebody sets true."""
    study: Study = Study()
    """What is asked of the visits, in place of options at the command line."""
    long: Long | None = None
    """For a file with one row for each value."""
    wide: Wide | None = None
    """For a file with one row for each patient."""
    redcap: Redcap | None = None
    """For an export of REDCap."""
    joints: Joints | None = None
    """For a file with a joint form and no counts."""
    visits: NominalVisits = NominalVisits()
    """The visits of the protocol."""
    definitions: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    """Your own variants: based_on = a definition's name, then what differs."""
    protocol: Mapping[str, Any] = attrs.field(factory=dict)
    """Retreatment: name, then what differs from it."""
    exclusions: Mapping[str, str] = attrs.field(factory=dict)
    """exclusion of the protocol = your column."""
    infusions: Infusions = Infusions()
    """The infusions."""
    medication: Medication = Medication()
    """The periods with a drug."""
    laboratory: Laboratory = Laboratory()
    """The laboratory's file."""
    events: Events = Events()
    """The adverse events."""
    patients: Patients = Patients()
    """The patients."""
    adam: Adam = Adam()
    """The data sets that `jiascores adam` makes."""
    timepoints: Mapping[str, Timepoint] = attrs.field(factory=dict)
    """Visits that are compared with the baseline."""
    # The keys that were written; for a second file, the others are those of the visits.
    given: Mapping[str, Any] = attrs.field(factory=dict, metadata={"hidden": True})
    path: Path | None = attrs.field(default=None, metadata={"hidden": True})

    def table(self, name: str) -> Source:
        """Return how a file is written; a second file inherits what its own [csv] leaves out."""
        if name == "visits":
            return self
        own: Source = getattr(self, name)
        written = self.given.get(name, {}).get("csv", {})
        kept = {each: getattr(own.csv, each) for each in written}
        shared = attrs.evolve(
            self.csv, separator=None, skip=0, dates=(), numbers=(), trailing_separator=False
        )
        return attrs.evolve(own, csv=attrs.evolve(shared, **kept))

    def call(self, **given: Any) -> dict[str, Any]:
        """Return columns, units, baseline and marker, in favour of what is given."""
        units = {
            name: Column(unit.column) if isinstance(unit, PerRow) else unit
            for name, unit in self.units.items()
        }
        said: dict[str, Any] = {"columns": self.columns, "units": units}
        said |= {"baseline": self.baseline, "marker": self.study.marker}
        return said | {name: value for name, value in given.items() if value is not None}

    @property
    def shape(self) -> Long | Wide | Redcap | None:
        """The shape of the file, if it is not one row for each visit."""
        return self.long or self.wide or self.redcap

    @property
    def as_read(self) -> FileMapping:
        """The mapping of the visits once they are read; in another shape they then have our names."""
        ours = self.columns if self.shape is None else _ids_alone(self.columns)
        return attrs.evolve(self, columns=ours)

    @property
    def baseline(self) -> BaselineRule | None:
        """The baseline as a rule."""
        rule: BaselineRule | None = baseline_rule(self.study.baseline)
        return rule

    @property
    def variants(self) -> tuple[Definition, ...]:
        """Your own definitions."""
        return tuple(_variant(self, name, dict(given)) for name, given in self.definitions.items())


def _ids_alone(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that are one id together, which keep their names in every shape."""
    return {name: of for name, of in columns.items() if name == "patient" and isinstance(of, list)}


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return schema


def meaning(*path: str) -> str:
    """Return what a table or key of the mapping means; nothing of names that are yours."""
    node = _schema()
    for part in path:
        named = _schema()["$defs"].get(node.get("$ref", "").rpartition("/")[2], node)
        node = named.get("properties", {}).get(part) or named.get("additionalProperties") or {}
    return str(node.get("description", ""))


def in_mapping(table: str, keys: Mapping[str, Any]) -> str:
    """Return how a message names a table of the mapping and what to write there."""
    pairs = _pairs(keys)
    return f"[{table}] of the {door().mapping}{f': {pairs}' if pairs else ''}"


def bare(key: str) -> str:
    """Return a key as TOML writes it."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml(key)


def _pairs(keys: Mapping[str, Any]) -> str:
    return ", ".join(f"{bare(key)} = {toml(value)}" for key, value in keys.items())


def toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, Mapping):
        return f"{{{_pairs(value)}}}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    # Escaped, as TOML writes characters that are not printable.
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def several(names: Any) -> list[str]:
    """Return one column, or several that are one id together, as a list."""
    return list(names) if isinstance(names, list | tuple) else list(parts_of(names))


def baseline_rule(text: str | None, what: str = "baseline") -> Any:
    """Return the rule that a word names: first, flagged:COLUMN or on-or-before:COLUMN.

    Parameters
    ----------
    text : str, optional
        The word.
    what : str
        The parameter that it stands for, as in Python.
    """
    if text is None or text == "first":
        return text
    if what == "day_zero" and text.startswith("column."):
        return Column(text.removeprefix("column."))
    # A column's own name may have a colon in it.
    said = re.fullmatch(r"([a-z-]+):(.+?)((?::(?:days|per_variable)=[^:]*)*)", text)
    kind, name, more = said.groups() if said else (text, "", "")
    options: dict[str, Any] = dict(each.split("=") for each in more.split(":")[1:])
    try:
        if "days" in options:
            options["days"] = float(options["days"])
        if "per_variable" in options:
            options["per_variable"] = {"true": True, "false": False}[options["per_variable"]]
    except (ValueError, KeyError):
        kind = "not known"
    rules: dict[str, Any] = {"flagged": flagged, "on-or-before": on_or_before}
    lacks_days = kind == "on-or-before" and options.get("per_variable") and "days" not in options
    if kind not in rules or lacks_days or ("days" in options and kind != "on-or-before"):
        known = ", ".join(f"{each}:COLUMN" for each in rules)
        more = (
            "or with a baseline for each variable flagged:ENDING:per_variable=true or "
            "on-or-before:COLUMN:per_variable=true:days=28"
        )
        more = "or column.COLUMN" if what == "day_zero" else more
        near = suggestion(text, ["first", *rules])
        raise RequestError(
            f"{say(what, text)}: give first, {known}, {more}.{near}",
            variable=what,
            values=(text,),
        )
    return rules[kind](name, **options)


def window_days(text: str) -> Any:
    """Return the days of a window: a number around the nominal day, or ``FIRST..LAST``."""
    first, dots, last = text.partition("..")
    try:
        ends = tuple(float(each) if each.strip() else None for each in (first, last))
    except ValueError as error:
        raise RequestError(
            f"{text!r}: give the days around the nominal one, such as 7, or the first and the last "
            f"day, such as 8..21 or ..7.",
            variable="weeks",
            values=(text,),
        ) from error
    return ends if dots else ends[0]


def _variant(mapping: FileMapping, name: str, given: dict[str, Any]) -> Definition:
    """Return a published definition with changes, under a name of its own."""
    load()
    base = given.pop("based_on", None)
    known = {each.name: each for each in published(Definition)}
    if base not in known:
        raise _wrong(
            mapping.path,
            f"definitions.{name}",
            "based_on",
            f"= {toml(base or '')}: give the name of a published definition."
            f"{suggestion(str(base), known)}",
        )
    if "name" in given:
        raise _wrong(
            mapping.path, f"definitions.{name}", "name", "says again what the heading says."
        )
    try:
        return known[base].variant(name=name, **given)
    except DefinitionError as error:
        raise DefinitionError(
            f"{mapping.path or 'the mapping'}: [definitions.{bare(name)}]: {error}",
            variable=error.variable,
            values=error.values,
        ) from error


# --------------------------------------------------------------------------------------------
# From TOML


def read_mapping(given: Any) -> FileMapping:
    """Return a mapping from its file, from what such a file holds, or the usual one.

    Parameters
    ----------
    given : path, mapping or FileMapping, optional
        A TOML file, or a dict as it would give.
    """
    if isinstance(given, FileMapping):
        return given
    if given is None or isinstance(given, Mapping):
        return _built(dict(given or {}), None)
    if not isinstance(given, str | PathLike):
        raise RequestError(
            f"{say('mapping')} takes the path of a TOML file or a dict, not {shown(given)}.",
            variable="mapping",
        )
    path = Path(given)
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST + 1)
        # The beginning of a file may be a valid mapping with another meaning.
        _require_short(len(text))
        lines = text.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        data = tomllib.loads(lines)
    except (OSError, ValueError, RecursionError) as error:
        said = getattr(error, "strerror", None) or str(error)
        if isinstance(error, tomllib.TOMLDecodeError):
            # It says the line and the column.
            said = f"not read as TOML. {said}."
        elif isinstance(error, RecursionError):
            said = "brackets in brackets in brackets, and no end of them: no mapping has so many."
        elif "digits" in said:
            said = "a number of thousands of digits: no mapping has one."
        if isinstance(error, UnicodeDecodeError):
            said = "not written in utf-8, as a TOML file is. Save it as UTF-8."
        raise RequestError(f"{path}: {said}", reason="mapping") from error
    return _built(data, path)


def _require_short(size: int) -> None:
    if size > _LARGEST:
        raise ValueError(f"more than {_LARGEST:,} bytes are no mapping.")


def _built(data: dict[str, Any], path: Path | None) -> FileMapping:
    mapping = cast(FileMapping, _as(FileMapping, data, path, "", ""))
    mapping = attrs.evolve(mapping, given=data, path=path)
    shapes = [name for name in ("long", "wide", "redcap") if getattr(mapping, name) is not None]
    if len(shapes) > 1:
        raise _wrong(path, shapes[0], "", f"and [{shapes[1]}] are two shapes: a file has one.")
    for name in ("visits", *OTHERS):
        source = mapping.table(name)
        for table, key, words in chain(_faults_of_text(source.csv), _faults_of_names(source)):
            raise _wrong(path, table if name == "visits" else f"{name}.{table}", key, words)
    return mapping


def _wrong(path: Path | None, table: str, key: str, words: str) -> RequestError:
    """Return the error that names file, table and key."""
    place = f"[{table}] {key}" if table and key else f"[{table}]" if table else key
    return RequestError(
        f"{path or 'the mapping'}: {place} {words}", reason="mapping", variable=key or table
    )


def _as(kind: Any, value: Any, path: Path | None, table: str, key: str) -> Any:
    """Return a value of the TOML file as the type of its key."""
    inside = f"{table}.{key}" if table and key else table or key
    of = next((part for part in _parts(kind) if _fits(part, value)), None)
    if of is None and attrs.has(kind):
        raise _wrong(path, table, key, f"is a table: write [{inside}] and its keys below.")
    if of is None:
        words = [
            word for part in _parts(kind) if get_origin(part) is Literal for word in get_args(part)
        ]
        near = suggestion(value, words) if isinstance(value, str) else ""
        raise _wrong(path, table, key, f"= {toml(value)}: give {takes(kind)}.{near}")
    if attrs.has(of):
        return _object(of, value, path, inside)
    if get_origin(of) in (tuple, list):
        cells = (_as(get_args(of)[0], each, path, table, key) for each in value)
        return get_origin(of)(cells)
    if get_origin(of) is collections.abc.Mapping:
        inner = get_args(of)[1]
        return {name: _as(inner, each, path, inside, name) for name, each in value.items()}
    return float(value) if of is float else value


def _object(kind: Any, value: dict[str, Any], path: Path | None, table: str) -> Any:
    """Return a table of the TOML file as its class; an unknown key raises."""
    known, hints = keys_of(kind), get_type_hints(kind)
    for name in (name for name in value if name not in known):
        near = suggestion(name, known)
        if isinstance(value[name], dict):
            what = f"there is no table [{table}{'.' if table else ''}{name}]"
            near = re.sub("'(.*?)'", r"[\1]", near, count=1)
        else:
            what = f"{f'[{table}]' if table else 'it'} has no key {name!r}"
        raise RequestError(
            f"{path or 'the mapping'}: {what}.{near or f' There are {listing(known, shown=20)}.'}",
            reason="mapping",
            variable=name,
        )
    return kind(**{name: _as(hints[name], of, path, table, name) for name, of in value.items()})


def keys_of(kind: Any) -> dict[str, Any]:
    """Return the keys of a table of the mapping, with the field that each is."""
    return {each.name: each for each in attrs.fields(kind) if "hidden" not in each.metadata}


def _parts(kind: Any) -> list[Any]:
    """Return the types that a key takes."""
    several = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else [kind]
    return [part for part in several if part is not type(None)]


def _fits(kind: Any, value: Any) -> bool:
    """Return whether a value of the TOML file has a type."""
    origin = get_origin(kind) or kind
    if origin is Literal:
        return isinstance(value, str) and value in get_args(kind)
    held: dict[Any, Any] = {
        float: (int, float),
        tuple: list,
        collections.abc.Mapping: dict,
        Any: object,
    }
    is_held = isinstance(value, dict if attrs.has(origin) else held.get(origin, origin))
    # For Python, true is an int.
    return is_held and (not isinstance(value, bool) or kind in (bool, Any))


def takes(kind: Any) -> str:
    """Return what a key takes, in words."""
    if len(_parts(kind)) > 1:
        return " or ".join(map(takes, _parts(kind)))
    (kind,) = _parts(kind)
    if get_origin(kind) is Literal:
        return " or ".join(map(toml, get_args(kind)))
    if get_origin(kind) in (tuple, list):
        return f"a list of {takes(get_args(kind)[0])}"
    return _WORDS.get(kind, getattr(kind, "inline", "a table"))


# --------------------------------------------------------------------------------------------
# Values that make no sense


@cache
def _shown_by(form: str) -> dt.datetime | None:
    """Return a date after writing and reading it by a format; None if its month or year is lost."""
    try:
        with warnings.catch_warnings():
            # Python warns of a day without a year.
            warnings.simplefilter("error")
            shown = dt.datetime.strptime(_SOME_DAY.strftime(form), form)  # noqa: DTZ007
    except (ValueError, re.error, Warning):
        return None
    return shown if (shown.year, shown.month) == (_SOME_DAY.year, _SOME_DAY.month) else None


def says_day(form: str) -> bool:
    """Return whether a format of dates has the day of the month."""
    shown = _shown_by(form)
    return shown is not None and shown.day == _SOME_DAY.day


def _faults_of_text(csv: Csv) -> Iterator[tuple[str, str, str]]:
    """Return the keys of [csv] whose values make no sense, and what is wrong with each."""
    form, day = csv.date_format, csv.day_of_month
    sign, mark = csv.separator, csv.thousands
    if sign is not None and (len(sign) != 1 or sign.isalnum() or sign in '"\r\n'):
        words = "give one character, no letter, digit or quotation mark."
        yield "csv", "separator", f"= {toml(sign)}: {words}"
    if mark and (len(mark) != 1 or mark.isalnum() or mark in (csv.decimal, sign, *"+-")):
        words = (
            "give one character that is neither the decimal sign nor the separator, nor a digit."
        )
        yield "csv", "thousands", f"= {toml(mark)}: {words}"
    for number in (word for word in csv.missing if isinstance(word, float)):
        if not math.isfinite(number):
            yield "csv", "missing", f"= [{number}]: give numbers that a file can hold."
    if csv.encoding == "":
        yield "csv", "encoding", '= "": give the name of one, or leave it out.'
    for word in {*csv.yes} & {*csv.no}:
        yield "csv", "yes", f"and no both have {toml(word)}: keep one."
    ways = [name for name in ("date_format", "day_first", "month_first") if getattr(csv, name)]
    if len(ways) > 1:
        yield "csv", ways[0], f"and {ways[1]} both say how dates are written: keep one."
    if form is not None and form not in EPOCHS:
        if _shown_by(form) is None:
            words = f"or days are counted: {', '.join(EPOCHS)}.{suggestion(form, EPOCHS)}"
            words = f"a date has a day, a month and a year, such as %d.%m.%Y; {words}"
            yield "csv", "date_format", f"= {toml(form)}: {words}"
        elif not says_day(form) and day is None:
            words = "a month without a day is not a date. Say which day it stands for: day_of_month = 15."
            yield "csv", "date_format", f"= {toml(form)}: {words}"
    if day is not None and not 1 <= day <= _SHORTEST_MONTH:
        yield "csv", "day_of_month", f"= {day}: give 1 to {_SHORTEST_MONTH}."


def _faults_of_names(source: Source) -> Iterator[tuple[str, str, str]]:
    """Return what is wrong with the rows to skip and with the tables by variable."""
    known = [*VARIABLES, *WORDS, *ROLES[1:]]
    for table, skip in (("csv", source.csv.skip), ("excel", source.excel.skip)):
        if not 0 <= skip <= _DEEPEST:
            yield table, "skip", f"= {skip}: give 0 to {_DEEPEST}."
    for table in ("missing", "words", "below", "above"):
        for name in getattr(source, table):
            if name == "patient":
                yield table, name, ": an id is never a gap."
            elif name not in known and name not in source.columns:
                meant = next((each for each, of in source.columns.items() if of == name), None)
                said = f" Use the variable's name: {meant}." if meant else suggestion(name, known)
                yield table, name, f"is not a variable of jiascores.{said}"
