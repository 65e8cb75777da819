"""The mapping: how a file is written and what is asked of it, as TOML, checked as a whole."""

from __future__ import annotations

import json
import re
import tomllib
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, Union, cast, get_args, get_origin, get_type_hints

import attrs

from jiascores.core.definition import Definition, load, published
from jiascores.core.errors import RequestError, door, listing, suggestion
from jiascores.core.variables import VARIABLES
from jiascores.tables.baselines import BaselineRule, flagged, on_or_before
from jiascores.tables.table import ROLES, WORDS, Column

SCHEMA = Path(__file__).with_name("mapping.schema.json")
# What the days of a number are counted from, where a date is written as a number.
EPOCHS = {
    "sas": "1960-01-01",
    "stata": "1960-01-01",
    "spss": "1582-10-14",
    "excel": "1899-12-30",
    "excel-1904": "1904-01-01",
}
# A format that says the day of the month, or the day of the year.
_DAYS = ("%d", "%j", "%e", "%c", "%x", "%D", "%F")
_MONTHS = ("%m", "%b", "%B", "%h")
# The words of the mapping for what TOML can hold.
_TYPES: dict[Any, tuple[str, str]] = {
    bool: ("true or false", "boolean"),
    str: ("text in quotes", "string"),
    int: ("a whole number", "integer"),
    float: ("a number", "number"),
}


def _key(text: str, default: Any = None) -> Any:
    """Return a key of the mapping with what it means, which the schema says too."""
    if isinstance(default, type):
        return attrs.field(factory=default, metadata={"says": text})
    return attrs.field(default=default, metadata={"says": text})


@attrs.frozen(kw_only=True)
class Csv:
    """How text is written: numbers, dates and words of a file of any kind."""

    separator: str | None = _key("What stands between fields; else what the header shows.")
    decimal: Literal[".", ","] = _key("The decimal sign.", ".")
    thousands: str = _key("What groups the digits of a number by three.", "")
    encoding: str | None = _key("For example cp1252, as many spreadsheets write; else utf-8.")
    skip: int = _key("How many lines stand above the header.", 0)
    trailing_separator: bool = _key("Whether each row, not the header, ends in a separator.", False)
    missing: tuple[str | float, ...] = _key("Words that stand for a gap in measured columns.", ())
    yes: tuple[str, ...] = _key("Your words for yes.", ())
    no: tuple[str, ...] = _key("Your words for no.", ())
    date_format: str | None = _key(
        "The format of every date, such as %d.%m.%Y; excel, excel-1904, sas or stata for days."
    )
    day_first: bool = _key(
        "Dates are 05/02/2014, 5-2-2014 or 05.02.2014, the 5th of February.", False
    )
    month_first: bool = _key("Dates are 02/05/2014, the 5th of February.", False)
    day_of_month: int | None = _key("The day that a month without a day is read as.")
    dates: tuple[str, ...] = _key(
        "Your columns with dates, beside those that are named elsewhere.", ()
    )
    numbers: tuple[str, ...] = _key("Your columns with numbers, beside the variables.", ())


@attrs.frozen(kw_only=True)
class Excel:
    """Where in a workbook the table stands."""

    sheet: str | None = _key("Name of the sheet; not needed where there is one only.")
    skip: int = _key("How many rows stand above the header.", 0)


@attrs.frozen(kw_only=True)
class PerRow:
    """A unit that stands in a column, row by row."""

    column: str = _key("Your column with the unit.", "")


@attrs.frozen(kw_only=True)
class Limit:
    """What a value below a limit is read as, where a column beside it says so."""

    rule: Literal["limit", "half", "zero"] = _key("What it is read as.", "limit")
    comparator: str | None = _key('Your column that holds "<", beside the number.')


@attrs.frozen(kw_only=True)
class Source:
    """One file and its columns."""

    csv: Csv = _key("How the file is written.", Csv)
    excel: Excel = _key("Where in a workbook the table stands.", Excel)
    columns: Mapping[str, str | tuple[str, ...]] = _key("variable = your column.", dict)
    units: Mapping[str, str | PerRow] = _key("variable = its unit in your file.", dict)
    missing: Mapping[str, tuple[str | float, ...]] = _key(
        "variable = words or numbers that stand for a gap in it.", dict
    )
    words: Mapping[str, Mapping[str, str | float | bool]] = _key(
        "By variable: your word = the word or number as in jiascores.", dict
    )
    below: Mapping[str, Literal["limit", "half", "zero"] | Limit] = _key(
        'variable = what a value such as "< 5" is read as.', dict
    )
    above: Mapping[str, Literal["limit"]] = _key(
        'variable = what a value such as "> 200" is read as.', dict
    )


@attrs.frozen(kw_only=True)
class Study:
    """What is asked of the visits."""

    title: str | None = _key("What the study is called.")
    marker: Literal["esr", "crp", "esr-else-crp"] | None = _key("Which reactant counts.")
    markers: Literal["any", "all"] | None = _key("Whether one reactant must be normal, or all.")
    baseline: str | None = _key("first, flagged:COLUMN or on-or-before:COLUMN.")
    measures: tuple[str, ...] = _key("What to compute, as at the command line.", ())
    prefix: str = _key("Put before the name of every added column.", "")
    course: Literal["column", "from-category"] = _key(
        "Whether the course stands in a column or follows from the ILAR category.", "column"
    )
    invalid: Literal["raise", "missing"] = _key("What a value that is not allowed does.", "raise")


@attrs.frozen(kw_only=True)
class Infusions(Source):
    """The infusions, one row for each."""

    file: str | None = _key("The file, beside the mapping.")


@attrs.frozen(kw_only=True)
class Medication(Infusions):
    """The periods with a drug, one row for each."""

    counted: tuple[str, ...] | Literal["all"] = _key("Which drugs count.", ())
    criteria: str | None = _key("Criteria of remission.")
    max_gap_days: float | None = _key("Most days between two visits of one run.")
    inactive: str | None = _key("Your yes/no column that holds inactive disease.")


@attrs.frozen(kw_only=True)
class Long:
    """The file has one row for each value; [columns] names patient, date, variable, value and unit."""

    variables: Mapping[str, str | tuple[str, ...]] = _key(
        "variable = what your column of variables calls it, or a list of such words.", dict
    )
    by: Literal["date", "visit"] = _key(
        "What makes rows one visit: their date, or its name.", "date"
    )
    date_of: str | None = _key("The variable whose date is that of a visit which has several.")
    only: Mapping[str, str | float | bool] = _key(
        "your column = the value of the rows that count.", dict
    )
    keep: tuple[str, ...] = _key("Your columns that say one thing of a visit.", ())


@attrs.frozen(kw_only=True)
class Laboratory(Infusions):
    """The drawings of blood, one row for each."""

    values: tuple[str, ...] = _key("Which variables to bring to the visits.", ())
    window_days: float | None = _key("Most days between visit and drawing.")
    long: Long | None = _key("Where the file has one row for each value.")

    @property
    def as_read(self) -> Mapping[str, Any]:
        """What the columns are called once the file is read; a long one has our names."""
        return self.columns if self.long is None else _ids_alone(self.columns)


@attrs.frozen(kw_only=True)
class Events(Infusions):
    """The adverse events, one row for each."""

    terms: Mapping[str, str] = _key("event = your term.", dict)


@attrs.frozen(kw_only=True)
class Patients(Infusions):
    """The patients, one row for each."""

    categories: Mapping[str, str] = _key("your word = ILAR category as in jiascores.", dict)


@attrs.frozen(kw_only=True)
class Timepoint:
    """A day after the first infusion, and how far a visit may lie from it."""

    day: int = _key("Days after the first infusion.", 0)
    within: int = _key("Most days away from it.", 0)


@attrs.frozen(kw_only=True)
class NominalVisits:
    """The visits of the protocol."""

    weeks: Mapping[str, float | str] = _key(
        'week = days that a visit may lie around it, or its first and last day, "8..21".', dict
    )
    months: Mapping[str, float | str] = _key("The same with months of the calendar.", dict)
    study_day: bool = _key("Whether first and last days are study days: day 1 is day zero.", False)
    same_day: str | None = _key("Your column that flags which of two rows of a date counts.")
    rule: Literal["nearest", "first"] | None = _key("Which of several visits in a window counts.")
    day_zero: str | None = _key("first, flagged:COLUMN, on-or-before:COLUMN or column.COLUMN.")


@attrs.frozen(kw_only=True)
class Wide:
    """The file has one row for each patient; [columns] says what the names of columns call each."""

    pattern: str = _key(
        "How the columns are named, with {variable} and {visit}.", "{variable}_{visit}"
    )
    visits: tuple[str, ...] | Mapping[str, float] | None = _key(
        "The visits as the names have them; or visit = its study day, where there are no dates."
    )


@attrs.frozen(kw_only=True)
class Redcap:
    """The file is an export of REDCap; [columns] gives variable = field, or a list of fields."""

    events: tuple[str, ...] | None = _key("The events that are visits; else all.")
    once: tuple[str, ...] = _key("Fields that are recorded once for a patient.", ())
    keep: tuple[str, ...] | None = _key("Which other fields to take along; else all.")
    dictionary: str | None = _key("The data dictionary, a file beside the mapping.")


# What stands before or around the joint in the names of columns, a column that lists joints, or
# joint = column.
Named: TypeAlias = str | Mapping[str, str] | None


@attrs.frozen(kw_only=True)
class Joints:
    """How the file says which joints are active and limited."""

    active: Named = _key("Columns of active joints: what stands before the joint, as active_.")
    limited: Named = _key("Columns of joints with limited motion.")
    swollen: Named = _key("Columns of swollen joints.")
    painful_on_motion: Named = _key("Columns of joints painful on motion.")
    tender: Named = _key("Columns of tender joints.")
    swollen_by_deformity: Named = _key("Columns of joints that are swollen by deformity.")
    coded: Named = _key("Columns with one code for each joint.")
    codes: Mapping[str, str | tuple[str, ...]] = _key("code = the finding, or findings.", dict)
    examined: str | None = _key("Your column that says whether the joints were examined.")
    painful_from: Literal["tender"] | None = _key("Take pain on motion from tenderness.")
    not_on_form: tuple[str, ...] = _key("Joints that the form does not have.", ())
    beyond_71: Literal["left-out"] | None = _key("What becomes of joints that are not of the 71.")
    joint: str | None = _key("Your column with the joint, where there is a row for each joint.")
    by: tuple[str, ...] = _key("With joint: the columns that make a visit.", ("patient", "date"))
    unlisted: Literal["no-finding"] | None = _key("With joint: what a joint without a row is.")
    injected: Named = _key("Columns with the days since the injection of a joint.")
    injection_rule: str | None = _key("What an injected joint counts as.")
    injection_days: float | None = _key("For how many days the rule of injections holds.")

    @property
    def call(self) -> dict[str, Any]:
        """What is given of it, as arguments of `joint_counts`."""
        given = {each.name: getattr(self, each.name) for each in _fields(type(self))}
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in given.items()
            if value not in (None, (), {})
        }


@attrs.frozen(kw_only=True)
class FileMapping(Source):
    """How the files of a study are written, and what is asked of them."""

    confirmed: bool = _key("False in a draft, which is not used until somebody sets true.", True)
    study: Study = _key("What is asked of the visits.", Study)
    long: Long | None = _key("Where the file has one row for each value.")
    wide: Wide | None = _key("Where the file has one row for each patient.")
    redcap: Redcap | None = _key("Where the file is an export of REDCap.")
    joints: Joints | None = _key("Where the file has a joint form and no counts.")
    visits: NominalVisits = _key("The visits of the protocol.", NominalVisits)
    definitions: Mapping[str, Mapping[str, Any]] = _key(
        "Your own variants: based_on = a definition's name, then what differs.", dict
    )
    protocol: Mapping[str, Any] = _key("Retreatment: name, then what differs from it.", dict)
    exclusions: Mapping[str, str] = _key("exclusion of the protocol = your column.", dict)
    infusions: Infusions = _key("The infusions.", Infusions)
    medication: Medication = _key("The periods with a drug.", Medication)
    laboratory: Laboratory = _key("The laboratory's file.", Laboratory)
    events: Events = _key("The adverse events.", Events)
    patients: Patients = _key("The patients.", Patients)
    timepoints: Mapping[str, Timepoint] = _key("Visits that are compared with the baseline.", dict)
    # Which keys somebody wrote, so that the others of a second file are those of the visits.
    given: Mapping[str, Any] = attrs.field(factory=dict, metadata={"hidden": True})
    path: Path | None = attrs.field(default=None, metadata={"hidden": True})

    def table(self, name: str) -> Source:
        """Return how a file is written; what a second file leaves out of [csv] is as in the first."""
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
        """Return columns, units, baseline and marker of a call; what is given there comes first."""
        units = {
            name: Column(unit.column) if isinstance(unit, PerRow) else unit
            for name, unit in self.units.items()
        }
        columns = {
            name: list(of) if isinstance(of, tuple) else of for name, of in self.columns.items()
        }
        said = {
            "columns": columns,
            "units": units,
            "baseline": self.baseline,
            "marker": self.study.marker,
        }
        return {
            name: value if given.get(name) is None else given[name] for name, value in said.items()
        }

    @property
    def shape(self) -> Long | Wide | Redcap | None:
        """Which other shape than one row for each visit the file has."""
        return self.long or self.wide or self.redcap

    @property
    def as_read(self) -> FileMapping:
        """The mapping of the visits as they are read; those of another shape have our names."""
        ours = self.columns if self.shape is None else _ids_alone(self.columns)
        return attrs.evolve(self, columns=ours)

    @property
    def baseline(self) -> BaselineRule | None:
        """The baseline as a rule."""
        rule: BaselineRule | None = baseline_rule(self.study.baseline)
        return rule

    @property
    def variants(self) -> tuple[Definition, ...]:
        """The definitions of one's own."""
        return tuple(_variant(self, name, dict(given)) for name, given in self.definitions.items())


def _ids_alone(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that are one id together, which keep their names in every shape."""
    return {name: of for name, of in columns.items() if name == "patient" and isinstance(of, tuple)}


def in_mapping(table: str, keys: Mapping[str, Any]) -> str:
    """Return where something is said in the mapping, in the words of the place of the message."""
    pairs = ", ".join(f"{bare(key)} = {toml(value)}" for key, value in keys.items())
    return f"[{table}] of the {door().mapping}{f': {pairs}' if pairs else ''}"


def bare(key: str) -> str:
    """Return a key as TOML writes it."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else toml(key)


def toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    return json.dumps(value, ensure_ascii=False, default=str)


def baseline_rule(text: str | None, what: str = "baseline") -> Any:
    """Return the rule that a word names: first, flagged:COLUMN or on-or-before:COLUMN."""
    if text is None or text == "first":
        return text
    if what == "day zero" and text.startswith("column."):
        return Column(text.removeprefix("column."))
    # A column's own name may have a colon in it.
    said = re.fullmatch(r"([a-z-]+):(.+?)((?::(?:days|per_variable)=[^:]*)*)", text)
    kind, name, more = said.groups() if said else (text, "", "")
    options: dict[str, Any] = dict(each.split("=") for each in more.split(":")[1:])
    if "per_variable" in options:
        options["per_variable"] = options["per_variable"] == "true"
    try:
        options |= {"days": float(options["days"])} if "days" in options else {}
    except ValueError:
        kind = "days"
    rules: dict[str, Any] = {"flagged": flagged, "on-or-before": on_or_before}
    lacks_days = options.get("per_variable") and "days" not in options
    if kind not in rules or lacks_days or (options and kind != "on-or-before"):
        known = ", ".join(f"{each}:COLUMN" for each in rules)
        known += ", column.COLUMN" if what == "day zero" else ""
        raise RequestError(
            f"{what} {text!r}: give first, {known}, or with a baseline for each variable "
            f"on-or-before:COLUMN:per_variable=true:days=28."
            f"{suggestion(text, ['first', *rules])}",
            variable=what,
            values=(text,),
        )
    return rules[kind](name, **options)


def window_days(text: float | str) -> Any:
    """Return the days of a window: a number around the nominal day, or ``FIRST..LAST``."""
    if not isinstance(text, str):
        return text
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
            f"names a published definition, not {base!r}.{suggestion(str(base), known)}",
        )
    changes = {
        each: tuple(value) if isinstance(value, list) else value for each, value in given.items()
    }
    return known[base].variant(name=name, **changes)


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
    path = Path(given)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RequestError(f"{path}: not written in utf-8, as a TOML file is.") from error
    except tomllib.TOMLDecodeError as error:
        # It says the line and the column.
        raise RequestError(f"{path}: {error}", reason="mapping") from error
    return _built(data, path)


def _built(data: dict[str, Any], path: Path | None) -> FileMapping:
    mapping = cast(FileMapping, _as(FileMapping, data, path, "", ""))
    mapping = attrs.evolve(mapping, given=data, path=path)
    shapes = [name for name in ("long", "wide", "redcap") if getattr(mapping, name) is not None]
    if len(shapes) > 1:
        raise _wrong(path, shapes[0], "", f"and [{shapes[1]}] are two shapes: a file has one.")
    for table in ("visits", "infusions", "medication", "laboratory", "events", "patients"):
        _check(mapping, "" if table == "visits" else f"{table}.", mapping.table(table))
    return mapping


def _wrong(path: Path | None, table: str, key: str, words: str) -> RequestError:
    """Return the error that names file, table and key."""
    place = f"[{table}] {key}" if table and key else f"[{table}]" if table else key
    return RequestError(
        f"{path or 'the mapping'}: {place} {words}", reason="mapping", variable=key or table
    )


def _as(kind: Any, value: Any, path: Path | None, table: str, key: str) -> Any:
    """Return a value of the TOML file as the type that its key has."""
    inside = f"{table}.{key}" if table and key else table or key
    if attrs.has(kind):
        if not isinstance(value, dict):
            raise _wrong(path, table, key, f"is a table: write [{inside}] and its keys below.")
        return _object(kind, value, path, inside)
    origin, parts = get_origin(kind), get_args(kind)
    if origin is tuple and isinstance(value, list):
        return tuple(_as(parts[0], each, path, table, key) for each in value)
    if origin in (dict, Mapping) and isinstance(value, dict):
        return {name: _as(parts[1], each, path, inside, name) for name, each in value.items()}
    if origin is Literal and value in parts and isinstance(value, str):
        return value
    if origin in (Union, types.UnionType):
        for part in parts:
            if _fits(part, value):
                return _as(part, value, path, table, key)
    elif kind is Any or _fits(kind, value):
        return float(value) if kind is float else value
    near = suggestion(value, _choices(kind)) if isinstance(value, str) else ""
    raise _wrong(path, table, key, f"= {toml(value)}: give {_words(kind)}.{near}")


def _object(kind: Any, value: dict[str, Any], path: Path | None, table: str) -> Any:
    hints = get_type_hints(kind)
    known = [each.name for each in _fields(kind)]
    for name, given in value.items():
        if name not in known:
            is_table = isinstance(given, dict)
            what = (
                f"there is no table [{f'{table}.' if table else ''}{name}]"
                if is_table
                else (f"{f'[{table}]' if table else 'it'} has no key {name!r}")
            )
            near = suggestion(name, known)
            if is_table and near:
                near = near.replace("'", "[", 1).replace("'", "]", 1)
            raise RequestError(
                f"{path or 'the mapping'}: {what}.{near or f' There are {listing(known, shown=20)}.'}",
                reason="mapping",
                variable=name,
            )
    return kind(
        **{name: _as(hints[name], given, path, table, name) for name, given in value.items()}
    )


def _fields(kind: Any) -> Iterator[Any]:
    return (each for each in attrs.fields(kind) if "hidden" not in each.metadata)


def _fits(kind: Any, value: Any) -> bool:
    """Return whether a value may be meant as a type, by what TOML calls it."""
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in (bool, str):
        return isinstance(value, kind)
    origin = get_origin(kind)
    if origin is Literal:
        return isinstance(value, str) and value in get_args(kind)
    if origin is tuple:
        return isinstance(value, list)
    return isinstance(value, dict) and (attrs.has(kind) or origin in (dict, Mapping))


def _choices(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [choice for part in get_args(kind) for choice in _choices(part)]


def _words(kind: Any) -> str:
    """Return what a key takes, in words."""
    origin, parts = get_origin(kind), get_args(kind)
    if kind in _TYPES:
        return _TYPES[kind][0]
    if origin is Literal:
        return " or ".join(json.dumps(part) for part in parts)
    if origin is tuple:
        return f"a list of {_words(parts[0])}"
    if origin in (Union, types.UnionType):
        return " or ".join(_words(part) for part in parts if part is not type(None))
    inline = {
        PerRow: '{column = "your column"}',
        Limit: '{rule = "half", comparator = "your column"}',
    }
    return inline.get(kind, "a table")


# --------------------------------------------------------------------------------------------
# What cannot be meant


def _check(mapping: FileMapping, prefix: str, source: Source) -> None:
    """Raise where keys of a file contradict each other."""
    csv, path = source.csv, mapping.path

    def wrong(key: str, words: str, table: str = "csv") -> RequestError:
        return _wrong(path, f"{prefix}{table}", key, words)

    if csv.separator is not None and len(csv.separator) != 1:
        raise wrong("separator", f"= {toml(csv.separator)}: give one character.")
    if csv.thousands and (len(csv.thousands) != 1 or csv.thousands in (csv.decimal, csv.separator)):
        raise wrong(
            "thousands",
            f"= {toml(csv.thousands)}: give one character that is neither the decimal sign nor "
            f"the separator.",
        )
    ways = [name for name in ("date_format", "day_first", "month_first") if getattr(csv, name)]
    if len(ways) > 1:
        raise wrong(ways[0], f"and {ways[1]} both say how dates are written: keep one.")
    form = csv.date_format
    if form is not None and form not in EPOCHS:
        day, month, year = (
            any(part in form for part in parts)
            for parts in (
                _DAYS,
                (*_MONTHS, "%j", "%c", "%x", "%D", "%F"),
                ("%Y", "%y", "%c", "%x", "%D", "%F", "%G"),
            )
        )
        if not year or not month:
            raise wrong(
                "date_format",
                f"= {toml(form)}: a date has a day, a month and a year, such as %d.%m.%Y; or "
                f"days are counted: {', '.join(EPOCHS)}.{suggestion(form, EPOCHS)}",
            )
        if not day and csv.day_of_month is None:
            raise wrong(
                "date_format",
                f"= {toml(form)}: a month without a day is no date. Say which day it stands for: "
                f"day_of_month = 15.",
            )
    if csv.day_of_month is not None and not 1 <= csv.day_of_month <= _SHORTEST_MONTH:
        raise wrong("day_of_month", f"= {csv.day_of_month}: give 1 to {_SHORTEST_MONTH}.")
    for table in ("missing", "words", "below", "above"):
        for name in getattr(source, table):
            known = [*VARIABLES, *WORDS, *ROLES[1:]]
            if name not in known and (name == "patient" or name not in source.columns):
                meant = next((each for each, of in source.columns.items() if of == name), None)
                said = f" Use the variable's name: {meant}." if meant else suggestion(name, known)
                words = (
                    "an id is never a gap." if name == "patient" else "is no variable of jiascores."
                )
                raise wrong(name, f"{words}{said if name != 'patient' else ''}", table)


_SHORTEST_MONTH = 28


# --------------------------------------------------------------------------------------------
# The schema, by which editors complete and check


def schema() -> dict[str, Any]:
    """Return the JSON schema of the mapping."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping of jiascores",
        **_schema(FileMapping),
    }


def _schema(kind: Any) -> dict[str, Any]:
    origin, parts = get_origin(kind), get_args(kind)
    if kind in _TYPES:
        return {"type": _TYPES[kind][1]}
    if attrs.has(kind):
        hints = get_type_hints(kind)
        return {
            "type": "object",
            "description": (kind.__doc__ or "").strip(),
            "properties": {
                each.name: {**_schema(hints[each.name]), "description": each.metadata["says"]}
                for each in _fields(kind)
            },
            "additionalProperties": False,
        }
    if origin is Literal:
        return {"enum": list(parts)}
    if origin is tuple:
        return {"type": "array", "items": _schema(parts[0])}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _schema(parts[1])}
    if origin in (Union, types.UnionType):
        some = [_schema(part) for part in parts if part is not type(None)]
        return some[0] if len(some) == 1 else {"anyOf": some}
    return {}
