"""`init`: a mapping drafted from the names and values of a file, for a person to confirm."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Literal

from jiascores.core.errors import ColumnError, RequestError, listing
from jiascores.core.joints import COUNTS
from jiascores.core.variables import COURSES, VARIABLES
from jiascores.core.words import english_months, ideas, meaning, truth
from jiascores.files.contents import STDIN, Contents, Piped
from jiascores.files.drafts import Draft
from jiascores.files.guessing import Guess, guess, guess_joints
from jiascores.files.kinds import contents
from jiascores.files.mapping import Csv, Excel, Source, bare, toml
from jiascores.files.reading import number_in, typed
from jiascores.files.text import SEPARATORS, Coded, series_of
from jiascores.tables.problems import ABOVE, BELOW, GAP_CODES, LIMIT, formats_of, measured
from jiascores.tables.shapes import ADAM

# Up to here a variable adds nothing to a score, so all values below a smaller limit score the same.
NO_POINTS = {"esr": 20.0, "crp": 10.0}
ENCODINGS = ("utf-8", "cp1252")
# Which ideas in the name of a column make it a variable; the variable with the most ideas wins.
NAMED = Path(__file__).with_name("names.csv")
# Lines above a header, at most.
MOST_SKIPPED = 6
# The share of cells that must be yes or no in a column of flags.
MOST = 0.8
# A number from here on is a date as Excel counts days, and not a study day.
EXCEL_DAYS = 20_000
MILLIMETRES = 100
THOUSAND = 1000
SCALES = ("physician_global", "patient_global", "pain")


def draft(path: Any, *, sheet: str | None = None, dictionary: Any = None) -> str:
    """Return a mapping for a file, to be confirmed.

    Parameters
    ----------
    path : path
        The file.
    sheet : str, optional
        The sheet of a workbook.
    dictionary : path, optional
        The data dictionary of a REDCap project, which says what its fields mean.
    """
    made = Draft()
    file = _opened(path, sheet, made)
    if sheet is not None and file.kind != "excel":
        raise RequestError(f"{file.name}: no workbook, and so without a sheet.", variable="sheet")
    labels, choices = _dictionary(dictionary)
    labels = {**_labels_of(file), **labels}
    cells = {
        name: _in_words(column, file.labels.get(name, {}), choices.get(name, {}))
        for name, column in file.columns.items()
    }
    decimal, thousands = _signs(cells)
    if file.kind == "text" or decimal != ".":
        made.put("csv", "decimal", decimal)
    form = Csv(decimal=decimal, thousands=thousands)
    made.put_if("csv", "thousands", thousands)

    def named(name: str) -> str | None:
        variable = _variable_named(name)
        fits = variable is None or name not in cells or _can_be(variable, cells[name], form)
        return variable if fits else None

    shape = guess(cells, lambda name: _objects(file.columns[name]), named)
    counted = (of for name, of in shape.cells.items() if named(name) == "active_joints")
    guess_joints(shape, has_count=any(counted))
    if "joints" in shape.lines:
        # The counts come from the form.
        shape.cells = {
            name: of for name, of in shape.cells.items() if _variable_named(name) not in COUNTS
        }
    cells = {name: list(of) for name, of in shape.cells.items()}
    columns = _columns(cells, labels, form, made)
    _as_guessed(shape, columns, made)
    if not shape.shape:
        _site(file, columns, made)
    _dates(columns, cells, made)
    missing: dict[str, None] = {}
    for variable, name in columns.items():
        if variable in VARIABLES:
            _variable(variable, name, [*cells[name]], labels.get(name, name), form, made, missing)
            _beside(variable, name, cells, made)
        elif variable in ("ilar_category", "course"):
            _words(variable, cells[name], made)
        _choices(variable, choices.get(name, {}), made)
    made.put_if("csv", "missing", list(missing), "words that stand for a gap?")
    return made.text(file.name)


def _opened(path: Any, sheet: str | None, made: Draft) -> Contents:
    """Return a file as it is, and say in the draft how it is opened."""
    path = Piped.read() if str(path) == STDIN else path
    first: RequestError | ColumnError | None = None
    ways = product(ENCODINGS, (None, *SEPARATORS), range(MOST_SKIPPED), (False, True))
    for encoding, separator, skip, ends in ways:
        if separator is not None and (first is None or first.reason != "separator"):
            continue
        form = Csv(encoding=encoding, separator=separator, skip=skip, trailing_separator=ends)
        source = Source(csv=form, excel=Excel(sheet=sheet, skip=skip))
        try:
            file = contents(path, source)
        except (RequestError, ColumnError) as error:
            # A row of values taken for the header may repeat a value.
            if error.reason not in ("fields", "header", "separator", "encoding", "column"):
                raise
            if first is None or first.reason == "encoding":
                first = error
            continue
        # Names that are numbers are values; one name alone is a title.
        plain_names = not any(isinstance(number_in(name, form), float) for name in file.columns)
        if plain_names and (len(file.columns) > 1 or len(file.places)):
            _say_how(file, source, made)
            return file
    raise first or RequestError(f"{path}: no header was found.", reason="header")


def _say_how(file: Contents, source: Source, made: Draft) -> None:
    """Say in the draft how a file is opened."""
    form = source.csv
    if file.kind == "text":
        doubt = "" if form.encoding == "utf-8" else "are all letters right?"
        made.put("csv", "separator", file.about.separator)
        made.put("csv", "encoding", file.about.encoding, doubt)
        made.put_if("csv", "trailing_separator", form.trailing_separator)
        made.put_if("csv", "skip", form.skip)
    if file.kind == "excel":
        made.put("excel", "sheet", file.about[0])
        made.put_if("excel", "skip", source.excel.skip)


def _in_words(column: Any, labels: Mapping[Any, str], choices: Mapping[str, str]) -> list[Any]:
    """Return the distinct filled cells of a column, codes as the words that they stand for."""
    is_text = isinstance(column, Coded)
    cells: list[Any] = column.texts if is_text else column.dropna().unique().tolist()
    if labels and all(cell in labels for cell in cells):
        cells = [labels[cell] for cell in cells]
    return [choices.get(str(cell), cell) for cell in cells]


def _labels_of(file: Contents) -> dict[str, str]:
    """Return the labels of the columns in a file of SAS, SPSS or Stata."""
    found = getattr(file.about, "column_names_to_labels", None) or {}
    return {name: label for name, label in found.items() if label}


def _signs(cells: Mapping[str, Sequence[Any]]) -> tuple[Literal[".", ","], str]:
    """Return the decimal sign and the sign between thousands, as the cells show them."""
    texts = [cell.strip() for column in cells.values() for cell in column if isinstance(cell, str)]
    grouped = re.compile(r"[+-]?[1-9]\d{0,2}([.,]\d{3})+")
    either = re.compile(r"[+-]?\d+([.,])\d+")
    both = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(,)\d+|[+-]?[1-9]\d{0,2}(?:,\d{3})+(\.)\d+")
    mixed = {match[1] or match[2] for text in texts if (match := both.fullmatch(text))}
    surely = mixed | {
        match[1]
        for text in texts
        if not grouped.fullmatch(text) and (match := either.fullmatch(text))
    }
    maybe = {match[1][0] for text in texts if (match := grouped.fullmatch(text))}
    maybe |= {"." if mark == "," else "," for mark in mixed}
    if surely == {","} or (not surely and maybe == {","}):
        return ",", "." if "." in maybe else ""
    return ".", "," if "," in maybe and "," not in surely else ""


def _columns(
    cells: Mapping[str, Sequence[Any]], labels: Mapping[str, str], form: Csv, made: Draft
) -> dict[str, str]:
    """Return which column is which variable or role, by names, labels and values."""
    wanted: dict[str, list[str]] = {}
    for name in cells:
        known = name if name in _names() or name in VARIABLES else None
        for text in (name, labels.get(name, "")):
            variable = known or _variable_named(text)
            if variable is not None and _can_be(variable, cells[name], form):
                wanted.setdefault(variable, []).append(name)
                break
    if "date" not in wanted:
        taken = {name for names in wanted.values() for name in names}
        dated = [name for name in cells if name not in taken and _are_dates(cells[name])]
        if len(dated) == 1 and _variable_named(dated[0]) in (None, "date"):
            wanted["date"] = dated
    found = {}
    for variable, names in wanted.items():
        if variable == "date" and len(names) > 1:
            names = _likelier(names, cells)  # noqa: PLW2901
        exact = [name for name in names if name == variable]
        if len(names) > 1 and not exact:
            made.ask(f"{variable}: {' or '.join(map(repr, names))}? Write it under [columns].")
            continue
        found[variable] = (exact or names)[0]
    for variable, name in found.items():
        value: Any = name
        remark = labels.get(name, "")
        if variable == "patient":
            remark = ""
            if "case" in _ideas(name):
                remark = "a case number? One given anew at each admission is no patient"
                made.ask(
                    f"Is {name!r} the same at all visits of a child? A number that is given at "
                    f"each admission makes one child several patients."
                )
        if variable not in ("site", "sex", "birth_date"):
            made.put("columns", variable, value, remark)
    for role in ("patient", "date"):
        if role not in found:
            made.ask(f"Which column is the {role}? Write it under [columns].")
    return found


def _likelier(names: list[str], cells: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return those of several columns that hold dates and not numbers of visits."""
    dated = [n for n in names if not all(str(cell).strip().isdigit() for cell in cells[n])]
    names = dated or names
    return [name for name in names if "date" in _ideas(name)] or names


def _site(file: Contents, columns: Mapping[str, str], made: Draft) -> None:
    """Propose the site as part of the patient's id if a number occurs at two sites."""
    if not {"site", "patient"} <= set(columns):
        return
    import pandas as pd

    parts = [columns["site"], columns["patient"]]
    pairs = pd.DataFrame({name: _series(file.columns[name]) for name in parts}).drop_duplicates()
    if pairs[parts[1]].duplicated().any():
        made.put("columns", "patient", parts, "a number comes at several sites")
        made.ask(
            f"Is a {parts[1]!r} that comes at two sites two children? If it is one who moved, write "
            f"patient = {toml(parts[1])}."
        )


def _as_guessed(shape: Guess, columns: dict[str, str], made: Draft) -> None:
    """Write down the shape of a file, and what variables are called in it."""
    own = made.lines.get("columns", {})
    if shape.shape:
        made.lines.setdefault(shape.shape, {})
    for variable, name in columns.items():
        if name in shape.codes:
            made.put("long.variables", variable, *own.pop(variable))
    unknown = sorted(shape.codes - {*columns.values()})
    if unknown:
        made.ask(
            f"What else is needed of {listing(map(repr, unknown), shown=20)}? Write it under "
            f"[long.variables]: variable = the word."
        )
    for table, lines in shape.lines.items():
        made.lines.setdefault(table, {}).update(lines)
    known = set(shape.lines.get("columns", {}))
    known |= {"date"} if shape.shape == "long" and ADAM["date"] in shape.cells else set()
    asked = tuple(f"Which column is the {role}?" for role in known)
    made.questions = [each for each in made.questions if not each.startswith(asked or "\0")]
    if "unit" in known:
        made.ask(
            'Each value has its unit beside it: under [units], crp = {column = "crp_unit"} reads it.'
        )
    made.questions += shape.questions


def _objects(column: Any) -> list[Any]:
    """Return a column as plain cells, None for a gap."""
    import pandas as pd

    cells = _series(column)
    return [None if gap else cell for cell, gap in zip(cells, pd.isna(cells), strict=True)]


def _series(column: Any) -> Any:
    return series_of(column, compact=True).astype(object)


def _ideas(name: str) -> frozenset[str]:
    """Return the ideas that a name of a column is about."""
    apart = re.sub(r"(?<=[a-zäöüß])(?=[A-Z])|(?<=[^\W\d])(?=\d)|(?<=\d)(?=[^\W\d])", " ", name)
    return (ideas("column", name, strict=False) or frozenset()) | (
        ideas("column", apart, strict=False) or frozenset()
    )


@cache
def _names() -> dict[str, list[frozenset[str]]]:
    """Return which ideas in the name of a column together are a variable or role."""
    names: dict[str, list[frozenset[str]]] = {}
    with NAMED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names.setdefault(row["name"], []).append(frozenset(row["ideas"].split()))
    return names


def _variable_named(name: str) -> str | None:
    """Return the variable or role that a name is about, or nothing where two are as likely."""
    named = _ideas(name)
    sizes: dict[str, int] = {}
    for variable, alternatives in _names().items():
        fitting = [len(each) for each in alternatives if each <= named]
        if fitting:
            sizes[variable] = max(fitting)
    best = [variable for variable, size in sizes.items() if size == max(sizes.values())]
    return best[0] if len(best) == 1 else None


def _can_be(variable: str, cells: Sequence[Any], form: Csv) -> bool:
    """Return whether the cells of a column can be those of a variable or role."""
    if variable == "patient":
        # An id is not a number with decimals.
        read = [_read(cell, form) for cell in cells]
        return not any(isinstance(value, float) and value % 1 for value in read)
    if not cells or variable in ("site", "sex", "patient_global_rater", "birth_date"):
        return True
    if variable == "date":
        return any(map(_is_date, cells))
    if variable in ("ilar_category", "course"):
        return any(isinstance(cell, str) and not cell.strip().isdigit() for cell in cells)
    known = VARIABLES[variable]
    if known.flag:
        return sum(truth(str(cell)) is not None for cell in cells) >= MOST * len(cells)
    fine = [_is_amount(cell, form) or measured(known, cell) is not None for cell in cells]
    return sum(fine) * 2 >= len(fine)


def _read(cell: Any, form: Csv) -> Any:
    return number_in(cell.strip(), form) if isinstance(cell, str) else cell


def _is_amount(cell: Any, form: Csv) -> bool:
    value = _read(cell, form)
    return not isinstance(value, str) or value[:1] in BELOW + ABOVE


def _is_date(cell: Any) -> bool:
    if not isinstance(cell, str):
        return hasattr(cell, "year") or isinstance(cell, int | float)
    return bool(re.fullmatch(r"\d{4}-\d\d?-\d\d?.*|\d+(\.0)?", cell.strip())) or bool(
        formats_of([cell.strip()])[0]
    )


def _are_dates(cells: Sequence[Any]) -> bool:
    """Return whether all cells are dates that are not just numbers."""
    texts = [cell.strip() if isinstance(cell, str) else cell for cell in cells]
    return bool(texts) and all(
        _is_date(cell) and not isinstance(cell, int | float) and not str(cell).isdigit()
        for cell in texts
    )


def _dates(columns: Mapping[str, str], cells: Mapping[str, Sequence[Any]], made: Draft) -> None:
    """Say how dates are written."""
    if "date" not in columns:
        return
    found = cells[columns["date"]]
    texts = [cell.strip() for cell in found if isinstance(cell, str)]
    numbers = [cell for cell in found if isinstance(cell, int | float)]
    days = [*numbers, *(float(text) for text in texts if re.fullmatch(r"\d{5}(\.0)?", text))]
    if days and len(days) == len(found) and min(days) > EXCEL_DAYS:
        made.put("csv", "date_format", "excel", "days since 1900, as Excel counts them?")
    other = [text for text in texts if not re.match(r"\d{4}-\d\d?-\d", text)]
    if not other or all(re.fullmatch(r"\d{1,5}", text) for text in other):
        return
    forms, every = formats_of(other)
    if len(forms) == 1 and every and len(other) == len(texts):
        made.put("csv", "date_format", forms[0], f"{other[0]} as {_shown_date(other[0], forms[0])}")
    elif {"%d.%m.%Y", "%m.%d.%Y"} == set(forms):
        remark = f"{other[0]} as {_shown_date(other[0], '%d.%m.%Y')}? The dates do not say"
        made.put("csv", "date_format", "%d.%m.%Y", remark)
    elif forms:
        choices = " or ".join(
            f"date_format = {toml(form)} ({other[0]} as {_shown_date(other[0], form)})"
            for form in forms
        )
        made.ask(f"[csv] {choices}? The dates do not say; write it under [csv].")
    else:
        made.ask(f'In which format are dates such as {other[0]!r}? [csv] date_format = "…".')


def _shown_date(text: str, form: str) -> str:
    return datetime.strptime(english_months(text, form), form).date().isoformat()  # noqa: DTZ007  (a date has no zone)


def _variable(
    variable: str,
    name: str,
    cells: Sequence[Any],
    label: str,
    form: Csv,
    made: Draft,
    missing: dict[str, None],
) -> None:
    """Write down the unit of a variable, and how cells are read that are not numbers."""
    known = VARIABLES[variable]
    if known.flag:
        words = [cell for cell in cells if isinstance(cell, str) and truth(cell) is None]
        missing |= dict.fromkeys(word.strip() for word in words)
        return
    read = [_read(cell, form) for cell in cells]
    numbers = [float(cell) for cell in read if isinstance(cell, int | float)]
    unit = _scale(known, name, label, numbers, made)
    _two_readings(known, name, cells, form, made)
    texts = [cell for cell in read if isinstance(cell, str)]
    below = [text for text in texts if text[0] in BELOW]
    if below:
        _below(below, known, unit, form, made)
    for text in texts:
        own = measured(known, text)
        if text in below:
            continue
        if not re.search(r"\d", text):
            missing[text] = None
        elif own is not None and own.unit:
            made.put("units", variable, {"column": name}, "each cell with its own unit")
        else:
            made.ask(f"{text!r} in {name!r} is not a number: correct it in the file.")


def _scale(known: Any, name: str, label: str, numbers: Sequence[float], made: Draft) -> str:
    """Write down the unit of numbers and their codes for a gap; return the unit."""
    unit = _unit(known, f"{name} {label}")
    codes = sorted({cell for cell in numbers if cell in GAP_CODES and _beyond(cell, known, unit)})
    beyond = any(known.high < cell <= MILLIMETRES for cell in numbers if cell not in codes)
    why = ""
    if unit is None and known.name in SCALES and beyond:
        unit, why = "mm", "values above 10"
    if unit is not None and unit != known.unit:
        made.put("units", known.name, unit, why)
    elif unit is None and known.name not in SCALES and known.other_units:
        made.ask(
            f"{known.name} is read in {known.unit}. Else say under [units]: {known.name} = "
            f"{toml(known.other_units[0].name)}."
        )
    for code in sorted({*numbers} & {*GAP_CODES} - {*codes, *range(100)}):
        made.ask(
            f"Is {code:g} in {name!r} a code for a gap? Then write under [missing]: "
            f"{bare(known.name)} = [{code:g}]."
        )
    made.put_if("missing", known.name, [int(code) for code in codes], "a code for a gap")
    return unit or str(known.unit)


_SIGNS = {*BELOW, *ABOVE, "<=", ">=", "="}


def _beside(variable: str, name: str, cells: Mapping[str, Sequence[Any]], made: Draft) -> None:
    """Look for columns that hold the unit of each value, or the sign in front of it."""
    known = VARIABLES[variable]
    stems = {_plain(variable), _plain(re.split(r"[(\[]", name)[0])} - {""}
    for other, of in cells.items():
        texts = {str(cell).strip() for cell in of} - {""}
        if other == name or not texts or not any(stem in _plain(other) for stem in stems):
            continue
        if all(known.unit_named(text) is not None for text in texts):
            made.put("units", variable, {"column": other}, "the unit of each value")
            made.questions = [
                each for each in made.questions if not each.startswith(f"{variable} is read in ")
            ]
        elif texts <= _SIGNS:
            made.ask(
                f"{other!r} holds signs such as {min(texts)!r}. What is a value below a limit read "
                f'as? [below] {bare(variable)} = {{rule = "limit", comparator = {toml(other)}}}; '
                f"rule is limit, half or zero. Without it, the signs are not looked at."
            )


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def _below(texts: Sequence[str], known: Any, unit: str, form: Csv, made: Draft) -> None:
    """Propose a rule for values below a limit if it makes no difference; else ask."""
    if all(_limit(text, known, unit, form) <= NO_POINTS.get(known.name, 0) for text in texts):
        remark = f"{texts[0]}: all values below it give 0 points of a JADAS"
        made.put("below", known.name, "limit", remark)
    else:
        made.ask(
            f'What is {texts[-1]!r} read as? [below] {known.name} = "limit", "half" or "zero".'
        )


def _limit(text: str, known: Any, unit: str, form: Csv) -> float:
    """Return the limit below which a value lies, in the canonical unit; else infinity."""
    found = LIMIT.fullmatch(text)
    limit = number_in(found["number"], form) if found else None
    factor = known.factor((found and found["unit"]) or unit)
    return limit * factor if isinstance(limit, float) and factor else float("inf")


def _two_readings(known: Any, name: str, cells: Sequence[Any], form: Csv, made: Draft) -> None:
    """Ask whether numbers such as 12.345 are thousands, if no other number shows it."""
    if form.thousands or known.high < THOUSAND:
        return
    mark = re.escape(form.decimal)
    parts = [cell.strip() for cell in cells if isinstance(cell, str) and form.decimal in cell]
    if parts and all(re.fullmatch(rf"[1-9]\d{{0,2}}{mark}\d{{3}}", part) for part in parts):
        other = "," if form.decimal == "." else "."
        made.ask(
            f"Is {parts[0]!r} in {name!r} {parts[0].replace(form.decimal, '')}? Then write "
            f"decimal = {toml(other)} and thousands = {toml(form.decimal)} under [csv]."
        )


def _beyond(cell: float, known: Any, unit: str | None) -> bool:
    value = cell * (known.factor(unit or known.unit) or 1.0)
    # Values beyond these are hardly possible.
    above = (each.above for each in known.suspicions if getattr(each, "each", False))
    most = min(known.high, *above, float("inf"))
    if unit is None and known.name in SCALES:
        most = MILLIMETRES
    return not known.low <= value <= most


def _unit(known: Any, text: str) -> str | None:
    """Return the unit in a name or label."""
    words = re.split(r"[\s()\[\],;_]+", text)
    named = (known.unit_named(word) for word in words if word)
    return next((str(unit.name) for unit in named if unit is not None), None)


def _words(variable: str, cells: Sequence[Any], made: Draft) -> None:
    """Write down the words that are not understood, to be filled in."""
    for cell in cells:
        word = str(cell).strip()
        known = meaning(variable, word) if variable == "ilar_category" else word in COURSES
        if known is None or known is False:
            made.put(f"words.{variable}", word, "…", "which of those of jiascores?")


# --------------------------------------------------------------------------------------------
# The data dictionary of a REDCap project

FIELD, LABEL = "Variable / Field Name", "Field Label"
CHOICES = "Choices, Calculations, OR Slider Labels"


def _dictionary(path: Any) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return what each field means, and what its codes stand for."""
    if path is None:
        return {}, {}
    table = typed(contents(path, Source()), Source(), {})
    names = (FIELD, LABEL, CHOICES)
    absent = [name for name in names if name not in table]
    if absent:
        raise RequestError(
            f"{path}: no data dictionary of REDCap, which has the columns {listing(names)}."
        )
    labels, choices = {}, {}
    for field, label, choice in table[list(names)].fillna("").itertuples(index=False):
        labels[field] = re.sub(r"<[^>]*>", "", label)
        pairs = (each.partition(",") for each in choice.split("|") if "," in each)
        choices[field] = {code.strip(): words.strip() for code, _, words in pairs}
    return labels, choices


def _choices(variable: str, choices: Mapping[str, str], made: Draft) -> None:
    """Write down what the codes of a field mean, unless they are plain numbers."""
    for code, words in choices.items():
        meant: Any = None
        if variable == "ilar_category":
            meant = meaning(variable, words) or "…"
        elif variable == "course":
            meant = words if words in COURSES else "…"
        elif variable in VARIABLES and VARIABLES[variable].flag:
            said = truth(words)
            meant = None if said is None or said == truth(code) else bool(said)
        if meant is not None:
            made.put(f"words.{variable}", code, meant, words)
