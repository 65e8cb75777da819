"""`read`: a file as a table of visits; only measured columns become numbers or dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from jiascores.core.errors import ColumnError, RequestError, listing, suggestion
from jiascores.core.variables import COURSES, ILAR_CATEGORIES, VARIABLES
from jiascores.core.words import english_months, truth
from jiascores.files.contents import Contents
from jiascores.files.mapping import (
    EPOCHS,
    Csv,
    FileMapping,
    Limit,
    PerRow,
    Source,
    in_mapping,
    says_day,
    several,
)
from jiascores.files.text import Coded, series_of
from jiascores.tables.baselines import Flagged, OnOrBefore
from jiascores.tables.naming import ROLES, WORDS, Column
from jiascores.tables.problems import BELOW, LIMIT

if TYPE_CHECKING:
    import pandas as pd

# The share of its limit that a value below it is read as, by rule.
SHARES = {"limit": 1.0, "half": 0.5, "zero": 0.0}
NUMBER, FLAG, DATE, WORD, ID = "number", "flag", "date", "word", "id"
DATE_ROLES = ("date", "end_of_lead_in", "start", "stop")
_MARKS = "./-"
# What `init` writes where a person has to fill something in.
OPEN = "…"
_TIMES = ("", " %H:%M", " %H:%M:%S")


def confirmed(mapping: FileMapping) -> FileMapping:
    """Return a mapping that somebody confirmed; a draft raises."""
    if not mapping.confirmed:
        raise RequestError(
            f"{mapping.path or 'the mapping'} is a draft. Read each line, correct what is wrong, then "
            f"set confirmed = true.",
            reason="draft",
            variable="confirmed",
        )
    tables: dict[str, Mapping[str, Any]] = {
        f"words.{of}": said for of, said in mapping.words.items()
    }
    if mapping.joints is not None:
        tables["joints.codes"] = mapping.joints.codes
    for table, said in tables.items():
        open_ = [word for word, meant in said.items() if meant == OPEN]
        if open_:
            raise RequestError(
                f"{mapping.path or 'the mapping'}: in [{table}], what {listing(map(repr, open_))} "
                f"means is still to be filled in, in place of {OPEN}.{_may_be(table)}",
                reason="draft",
                variable=table,
                values=open_,
            )
    return mapping


def _may_be(table: str) -> str:
    """Return what may stand in a table of words."""
    allowed = {"words.course": COURSES, "words.ilar_category": ILAR_CATEGORIES}.get(table)
    return f" It can be {listing(allowed, shown=12)}; or delete the line." if allowed else ""


# --------------------------------------------------------------------------------------------
# Which column is read as what


def asked_of(
    mapping: FileMapping, requests: Sequence[Any] = (), baseline: Any = None
) -> dict[str, str]:
    """Return how columns are read that requests and rules name, beside variables and roles."""
    asked: dict[str, str] = dict.fromkeys(mapping.exclusions.values(), FLAG)
    if mapping.medication.inactive:
        asked[mapping.medication.inactive] = FLAG
    rules = [baseline, mapping.baseline]
    for request in requests:
        for name, bound in request.bound:
            if isinstance(bound, Column):
                is_flag = name == "attended" or (name in VARIABLES and VARIABLES[name].flag)
                word = WORD if name in WORDS else name if name in VARIABLES else NUMBER
                asked[bound.name] = FLAG if is_flag else word
            elif hasattr(bound, "column") and name == "course":
                asked[bound.column] = WORD
            else:
                rules.append(bound)
    return asked | read_by(*rules)


def read_by(*rules: Any) -> dict[str, str]:
    """Return how the columns are read that rules of a baseline or of day zero name."""
    asked = {rule.column: DATE for rule in rules if isinstance(rule, OnOrBefore)}
    for rule in rules:
        if isinstance(rule, Flagged):
            names = map(rule.of, VARIABLES) if rule.per_variable else [rule.column]
            asked |= dict.fromkeys(names, FLAG)
    return asked | {rule.name: DATE for rule in rules if isinstance(rule, Column)}


def kinds_of(
    source: Source, names: Sequence[str], asked: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Return for each column that is read how it is read, and its variable or role."""
    columns, found = source.columns, {}
    taken = [name for of in columns.values() for name in several(of)]
    flags = [name for name, known in VARIABLES.items() if known.flag]
    kinds = {
        **dict.fromkeys(VARIABLES, NUMBER),
        **dict.fromkeys(flags, FLAG),
        **dict.fromkeys((*WORDS, *ROLES), WORD),
        **dict.fromkeys(DATE_ROLES, DATE),
        "patient": ID,
    }
    for role, kind in kinds.items():
        for name in several(columns.get(role, role)):
            if name in names and (role in columns or name not in taken):
                found[name] = (kind, role)
    own = dict.fromkeys(source.csv.dates, DATE) | dict.fromkeys(source.csv.numbers, NUMBER)
    for name, kind in (*own.items(), *asked.items()):
        if name in names and name not in found:
            found[name] = (NUMBER, kind) if kind in VARIABLES else (kind, name)
    return found


def typed(
    file: Contents, source: Source, asked: Mapping[str, str], *, compact: bool = False
) -> pd.DataFrame:
    """Return a file as a pandas table in which the columns that are used are numbers, dates or words."""
    import pandas as pd

    for key, named in (("dates", source.csv.dates), ("numbers", source.csv.numbers)):
        absent = [name for name in named if name not in file.columns]
        if absent and not file.shaped:
            raise ColumnError(
                f"{in_mapping('csv', {key: absent})}: {file.name} has no such column."
                f"{suggestion(absent[0], file.columns)}",
                variable=absent[0],
            )
    kinds = kinds_of(source, list(file.columns), asked)
    _check_codes(
        source, [name for kind, name in kinds.values() if kind == NUMBER and name in VARIABLES]
    )
    columns = {}
    for name, column in file.columns.items():
        kind, variable = kinds.get(name, (None, name))
        reader = None if kind is None else _reader(kind, variable, name, source, file)
        if reader is not None:
            cells = _with_signs(file, source, variable, column)
            columns[name] = _each(cells, reader, kind or "")
        else:
            columns[name] = series_of(column, compact=compact)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(file.places)), copy=False)
    places = file.places
    index: Any = pd.RangeIndex if isinstance(places, range) else pd.Index
    frame.index = index(places, name=file.place)
    return frame


def cells_read(
    column: Any, kind: str, variable: str, name: str, source: Source, file: Contents
) -> Any:
    """Return a column with its cells read as numbers, dates or words."""
    reader = _reader(kind, variable, name, source, file)
    return column if reader is None else _each(column, reader, kind)


def _check_codes(source: Source, variables: Sequence[str]) -> None:
    """Raise where a number stands for a gap in all columns and is a value of one of them."""
    for code in _numbers_in(source.csv.missing):
        possible = [
            name for name in variables if VARIABLES[name].low <= code <= VARIABLES[name].high
        ]
        if possible:
            # Suggest a variable of which the code is no possible value, so that no value is erased.
            other = next((name for name in variables if name not in possible), "VARIABLE")
            raise RequestError(
                f"missing = [{code:g}] for all columns: {code:g} is a possible value of "
                f"{listing(possible, shown=12)}. Name the variables in which it stands for a gap, "
                f"{in_mapping('missing', {other: [int(code) if code == int(code) else code]})}.",
                reason="missing-code",
                variable="missing",
                values=(code,),
            )


def _numbers_in(words: Iterable[Any]) -> list[float]:
    """Return the words that are numbers."""
    return [number for word in words if (number := _asnumber_in(word)) is not None]


def _asnumber_in(word: Any) -> float | None:
    if isinstance(word, int | float) and not isinstance(word, bool):
        return float(word)
    if not isinstance(word, str):
        return None
    return float(word) if re.fullmatch(r"[+-]?\d+(\.\d+)?", word.strip(), re.ASCII) else None


def _each(column: Any, reader: Callable[[Any], Any], kind: str) -> Any:
    """Return a column with each distinct cell read once."""
    import pandas as pd

    if isinstance(column, Coded):
        return _taken([reader(cell) for cell in column.texts], column.codes, kind)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        return column
    codes, distinct = pd.factorize(column)
    return _taken([reader(cell) for cell in distinct.tolist()], codes, kind)


def _taken(cells: list[Any], codes: Any, kind: str) -> Any:
    """Return cells by their codes, −1 for a gap, in the simplest type that holds them."""
    import pandas as pd

    there = [cell for cell in cells if cell is not None]
    if kind == DATE and all(isinstance(cell, dt.date) for cell in there):
        dates = [None if cell is None else np.datetime64(cell, "us") for cell in cells]
        return pd.Series(np.array([*dates, None], dtype="datetime64[us]")[codes])
    numbers = all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in there)
    if numbers and (there or kind in (NUMBER, FLAG)):
        return pd.Series(np.array([*cells, None], dtype=np.float64)[codes])
    objects = np.empty(len(cells) + 1, dtype=object)
    objects[:-1] = cells
    return pd.Series(objects[codes], dtype=object)


# --------------------------------------------------------------------------------------------
# What a cell holds


def _reader(
    kind: str, variable: str, name: str, source: Source, file: Contents
) -> Callable[[Any], Any] | None:
    """Return the function that reads a cell of a column."""
    if kind == ID:
        return None if file.kind == "text" else _id
    form = source.csv
    labels = dict(file.labels.get(name, {})) if kind in (WORD, FLAG) else {}
    gaps = (*form.missing, *source.missing.get(variable, source.missing.get(name, ())))
    words = {str(word).strip() for word in gaps if not isinstance(word, int | float)}
    codes = set(_numbers_in(gaps))
    declared = declared_gaps(file, name)
    said = dict(source.words.get(variable, source.words.get(name, {})))
    folded = {word.casefold(): meant for word, meant in said.items()} | said
    convert: dict[str, Callable[[Any], Any]] = {
        NUMBER: partial(
            _with_unit if isinstance(source.units.get(variable), PerRow) else number_in, form=form
        ),
        FLAG: partial(_flag, form=form),
        DATE: _dates(form),
        WORD: lambda cell: cell,
    }

    def read_cell(cell: Any) -> Any:
        if declared(cell):
            return None
        named = labels.get(cell, cell)
        if kind == WORD or isinstance(_flag(named, form), float):
            cell = named
        text = cell.strip() if isinstance(cell, str) else cell
        if isinstance(text, str) and (not text or text in words):
            return None
        for known in (text, text.casefold()) if isinstance(text, str) else ():
            if known in folded:
                return folded[known]
        value = convert[kind](text)
        if codes and _asnumber_in(value) in codes:
            return None
        value = _beyond(value, source, variable)
        return cell if value is text else value

    return read_cell


def declared_gaps(file: Contents, name: str) -> Callable[[Any], bool]:
    """Return whether a cell of a column is a gap, as the owner of its file declared it."""
    ranges = [(each["lo"], each["hi"]) for each in file.gaps.get(name, ())]
    return lambda cell: any(
        low <= cell <= high for low, high in ranges if isinstance(cell, type(low))
    )


def _id(cell: Any) -> Any:
    """Return an id as text: a number without a decimal point has none."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


@cache
def _number_form(decimal: str, thousands: str) -> re.Pattern[str]:
    mark = re.escape(decimal)
    group = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|" if thousands else ""
    number = rf"[+-]?(?:(?:{group}\d+)(?:{mark}\d*)?|{mark}\d+)(?:[eE][+-]?\d+)?"
    return re.compile(number, re.ASCII)


def number_in(cell: Any, form: Csv) -> Any:
    """Return a cell as a number; only the decimal sign of the mapping counts as one."""
    if not isinstance(cell, str):
        return cell
    if not _number_form(form.decimal, form.thousands).fullmatch(cell):
        return cell
    plain = cell.replace(form.thousands, "") if form.thousands else cell
    return float(plain.replace(form.decimal, "."))


def _with_unit(cell: Any, form: Csv) -> Any:
    """Return a cell as a number; one with a unit after it as text with a decimal point."""
    value = number_in(cell, form)
    more = re.search(r"\s*[^\W\d_].*|\s*%", value) if isinstance(value, str) else None
    number = number_in(value[: more.start()], form) if more else None
    return f"{number:.15g}{value[more.start() :]}" if more and isinstance(number, float) else value


def _flag(cell: Any, form: Csv) -> Any:
    if not isinstance(cell, str):
        return cell
    for words, meant in ((form.yes, 1.0), (form.no, 0.0)):
        if cell.casefold() in [word.casefold() for word in words]:
            return meant
    said = truth(cell)
    return cell if said is None else said


def _beyond(cell: Any, source: Source, variable: str) -> Any:
    """Return what a value below or above a limit is read as, where a rule is named for it."""
    found = LIMIT.fullmatch(cell) if isinstance(cell, str) else None
    if found is None:
        return cell
    rules = source.below if found["sign"] in BELOW else source.above
    rule = rules.get(variable)
    limit = number_in(found["number"], source.csv)
    if rule is None or not isinstance(limit, float):
        return cell
    known, unit = VARIABLES[variable], source.units.get(variable)
    if found["unit"]:
        # The limit has a unit of its own; the result is in the unit of the column.
        own = known.unit_named(found["unit"])
        of_column = known.unit_named(unit if isinstance(unit, str) else known.unit)
        beside = isinstance(unit, PerRow) and unit.column != source.columns.get(variable, variable)
        if beside or own is None or of_column is None:
            return cell
        limit = float(of_column.of_canonical(own.canonical(limit)))
    return limit * SHARES[rule.rule if isinstance(rule, Limit) else rule]


def _with_signs(file: Contents, source: Source, variable: str, column: Any) -> Any:
    """Return a column with the sign of its comparator column in front of each cell."""
    rule = source.below.get(variable)
    if not isinstance(rule, Limit) or rule.comparator is None:
        return column
    if rule.comparator not in file.columns:
        raise ColumnError(
            f"{in_mapping('below', {})}: {variable} has the comparator {rule.comparator!r}, and "
            f"{file.name} has no such column.{suggestion(rule.comparator, file.columns)}",
            variable=variable,
        )
    signs, cells = (_as_objects(each) for each in (file.columns[rule.comparator], column))
    joined = [
        f"{str(sign).strip()}{cell}"
        if sign is not None and str(sign).strip(" =") and cell is not None
        else cell
        for sign, cell in zip(signs, cells, strict=True)
    ]
    import pandas as pd

    return pd.Series(joined, dtype=object)


def _as_objects(column: Any) -> list[Any]:
    series = series_of(column)
    return list(series.astype(object).where(series.notna(), None))


def _dates(form: Csv) -> Callable[[Any], Any]:
    """Return the function that reads a date: by the mapping's format, else ISO text or a number of days."""
    if form.date_format in EPOCHS:
        epoch = dt.datetime.fromisoformat(EPOCHS[form.date_format])
        return lambda cell: _counted(cell, epoch, form.date_format or "")
    order = "%d{0}%m{0}%Y" if form.day_first else "%m{0}%d{0}%Y" if form.month_first else None
    formats = [form.date_format] if form.date_format else []
    if order is not None:
        formats = [order.format(mark) + time for mark, time in product(_MARKS, _TIMES)]

    def date(cell: Any) -> Any:
        if not isinstance(cell, str):
            return cell
        if not form.date_format:
            if re.match(r"\d{4}-\d", cell):
                try:
                    return dt.datetime.fromisoformat(cell).replace(tzinfo=None)
                except ValueError:
                    return cell
            if not formats:
                return number_in(cell, form)
        for each in formats:
            try:
                found = dt.datetime.strptime(english_months(cell, each), each)  # noqa: DTZ007
            except ValueError:
                continue
            day = form.day_of_month if form.day_of_month and not says_day(each) else found.day
            # A date has no zone.
            return found.replace(day=day, tzinfo=None)
        return cell

    return date


def _counted(cell: Any, epoch: dt.datetime, form: str) -> Any:
    """Return a date that is written as a number of days, or of seconds by SPSS."""
    number = (
        float(cell) if isinstance(cell, str) and re.fullmatch(r"[+-]?\d+(\.\d*)?", cell) else cell
    )
    if isinstance(number, bool) or not isinstance(number, int | float):
        return cell
    unit = "seconds" if form == "spss" else "days"
    return epoch + dt.timedelta(**{unit: number})
