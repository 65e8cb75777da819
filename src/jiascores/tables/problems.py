"""Problems in a table, and the policies that say what happens to them.

`assess` raises it, ``invalid="missing"`` leaves the cells out, `check` and `report` keep it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any, Literal, Protocol, TypeAlias

import attrs
import numpy as np

from jiascores.core.errors import (
    SHOWN,
    ColumnError,
    InconsistentError,
    JiaScoresError,
    MarkerError,
    NotCoveredError,
    NotNumericError,
    NotWholeError,
    OutOfRangeError,
    RequestError,
    VisitError,
    door,
    listing,
    shown,
    text_of,
    written,
)
from jiascores.core.variables import VARIABLES, Variable
from jiascores.core.words import category_hint, english_months
from jiascores.tables.frame import Positions

Finding: TypeAlias = Literal["refused", "suspicious", "missing"]
NOWHERE: Positions = np.empty(0, dtype=np.int64)
NOWHERE.flags.writeable = False


def _whole(_: Any) -> str:
    """Return the same for every cell: all are one mistake in reading the file."""
    return ""


def _shape(value: Any) -> str:
    """Return the pattern of a cell, with digits replaced."""
    return re.sub(r"\d+", "0", text_of(value))


@attrs.frozen
class Reason:
    """What a kind of problem is.

    Parameters
    ----------
    error : type
        The error that it is where it raises.
    alike : callable, optional
        What cells have in common that are one finding; without it, each cell is one.
    blank : bool
        Whether its cells can be left out as missing.
    finding : {"refused", "missing"}
        How `check` lists it.
    """

    error: type[JiaScoresError]
    alike: Callable[[Any], str] | None = None
    blank: bool = False
    finding: Finding = "refused"


# Every reason for which a table is refused, by its code.
REASONS = {
    "no-column": Reason(ColumnError, finding="missing"),
    "two-ratings": Reason(ColumnError),
    "column-in-the-way": Reason(ColumnError),
    "nested-ids": Reason(VisitError),
    "out-of-range": Reason(OutOfRangeError, blank=True),
    "not-whole": Reason(NotWholeError, blank=True),
    "not-a-number": Reason(NotNumericError, alike=written, blank=True),
    "number-as-text": Reason(NotNumericError, alike=_whole, blank=True),
    "decimal-comma": Reason(NotNumericError, alike=_whole, blank=True),
    "thousands": Reason(NotNumericError, alike=_shape, blank=True),
    "number-with-unit": Reason(NotNumericError, alike=_shape, blank=True),
    "unknown-unit": Reason(NotCoveredError, alike=written, blank=True),
    "below-limit": Reason(NotNumericError, alike=written, blank=True),
    "beyond-limit": Reason(NotNumericError, alike=written, blank=True),
    "yes-or-no": Reason(NotNumericError, alike=written, blank=True),
    "not-yes-or-no": Reason(NotNumericError, alike=written, blank=True),
    "gap-in-flag": Reason(RequestError, alike=_whole),
    "unknown-word": Reason(NotCoveredError, alike=written, blank=True),
    "contradicting-counts": Reason(InconsistentError, blank=True),
    "contradiction": Reason(InconsistentError, blank=True),
    "markers-disagree": Reason(RequestError),
    "both-markers": Reason(MarkerError),
    "no-marker": Reason(MarkerError, finding="missing"),
    "no-patient": Reason(VisitError, finding="missing"),
    "no-date": Reason(VisitError, finding="missing"),
    "unread-date": Reason(VisitError, alike=_shape),
    "no-baseline": Reason(RequestError),
    "two-baselines": Reason(VisitError),
    "several-dates": Reason(VisitError),
    "dates-and-study-days": Reason(VisitError),
}


@attrs.frozen(eq=False)
class Problem:
    """Something in a table that cannot be read, or used as it is.

    Parameters
    ----------
    reason : str
        One of `REASONS`.
    variable : str
        The variable, role or parameter.
    message : str or callable
        What is wrong, what is allowed and what to do, after the cells, where there are any; or
        what says it of distinct cells.
    column : str, optional
        The column of the table.
    rows : array of int
        Where it is; none where it is about a whole column.
    values : sequence
        What stands in these rows, None where it is missing; nothing where the rows themselves
        are at odds.
    read_as : str
        The unit in which the cells were read, or nothing.
    """

    reason: str
    variable: str
    message: str | Callable[[Sequence[Refused]], str]
    column: str | None = attrs.field(default=None, kw_only=True)
    rows: Positions = attrs.field(default=NOWHERE, kw_only=True)
    values: Sequence[Any] = attrs.field(default=(), kw_only=True)
    read_as: str = attrs.field(default="", kw_only=True)

    @property
    def kind(self) -> Reason:
        """What kind of problem it is."""
        return REASONS[self.reason]

    @property
    def cells(self) -> list[Refused]:
        """Its cells, the equal ones together; none where it is about a column or about rows."""
        rows = self.rows.tolist()
        if not rows or not self.values:
            return []
        return distinct(dict(zip(rows, self.values, strict=True)))

    def about(self, kinds: Sequence[Refused]) -> str:
        """Say what is wrong with some of its cells."""
        return self.message if isinstance(self.message, str) else self.message(kinds)


class Policy(Protocol):
    """What happens to problems: one of `Raise`, `Blank` and `Collect`."""

    def meet(self, problems: Sequence[Problem], places: Mapping[int, Any], /) -> None:
        """Raise, note, or keep problems of one column."""
        ...


class Raise:
    """Raise the first problem, with the others of its column."""

    def meet(self, problems: Sequence[Problem], places: Mapping[int, Any], /) -> None:
        """Raise one error that says all."""
        if problems:
            raise error_of(problems, places)


class Blank:
    """Leave out cells that cannot be read and note them; raise any other problem."""

    def __init__(self) -> None:
        self.left_out: list[Problem] = []

    def meet(self, problems: Sequence[Problem], places: Mapping[int, Any], /) -> None:
        """Note problems of cells, and raise others."""
        others = [problem for problem in problems if not problem.kind.blank]
        if others:
            raise error_of(others, places)
        self.left_out += problems

    def words(self, size: int) -> Any:
        """Return per row what was left out, in words; None where nothing was."""
        said: dict[int, dict[str, None]] = {}
        for problem in self.left_out:
            # Two requests may read their words from different columns.
            name = problem.variable if problem.variable in VARIABLES else problem.column
            for row, value in zip(problem.rows.tolist(), problem.values, strict=True):
                shown = f"{value:g}" if isinstance(value, float) else repr(value)
                said.setdefault(row, {})[f"{name}={shown}"] = None
        out = np.full(size, None, dtype=object)
        for row, words in said.items():
            out[row] = "; ".join(words)
        return out


class Collect:
    """Keep every problem."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def meet(self, problems: Sequence[Problem], _: Mapping[int, Any], /) -> None:
        """Keep problems."""
        self.problems += problems


def error_of(problems: Sequence[Problem], places: Mapping[int, Any]) -> JiaScoresError:
    """Return the error for problems of one column."""
    first = problems[0]
    same = [problem for problem in problems if problem.kind.error is first.kind.error]
    said = [_said(problem, places) for problem in same]
    rows = np.concatenate([problem.rows for problem in same])
    between = "\n"
    if first.column is not None and rows.size:
        between = " " if len(said) == 1 else "\n  "
        said.insert(0, f"column {first.column!r}{first.read_as and f', {first.read_as}'}:")
    return first.kind.error(
        between.join(said),
        reason=first.reason,
        variable=first.variable,
        values=[value for problem in same for value in problem.values],
        where=[places[int(row)] for row in rows[:100]],
    )


def _said(problem: Problem, places: Mapping[int, Any]) -> str:
    kinds = problem.cells
    words = problem.about(kinds)
    if not kinds:
        return words
    if kinds[0].value is None:
        gaps = kinds[0].rows
        rows = listing((places[row] for row in gaps[:SHOWN]), total=len(gaps))
        return f"{problem.variable} is missing in {rows}: {words}"
    return f"{problem.variable} = {named(kinds, places)}: {words}"


def capital(text: str) -> str:
    """Return a sentence with its first letter as a capital."""
    return text[:1].upper() + text[1:]


# --------------------------------------------------------------------------------------------
# Equal cells

# Why a cell is not a number: the reason of the problem.
Why: TypeAlias = Literal[
    "decimal-comma",
    "below-limit",
    "beyond-limit",
    "yes-or-no",
    "not-yes-or-no",
    "not-a-number",
    "number-as-text",
    "number-with-unit",
    "thousands",
]

# How many words a translation lists.
SHOWN_WORDS = 12
# A longer text is not a word that stands for a gap.
LONGEST_WORD = 60
# What a yes/no column takes.
FLAG_WORDS = "True/False, 1/0, Y/N or yes/no"
# Numbers that often stand for a gap.
GAP_CODES = (-999, -99, -9, -1, 99, 999, 9999)

_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+,\d+")
# A number that is only known to lie below or above a limit.
LIMIT = re.compile(
    r"(?P<sign>[<>≤≥⩽⩾])\s*=?\s*(?P<number>\d+(?:[.,]\d+)?|[.,]\d+)\s*(?P<unit>[^\d\s].*)?"
)
BELOW, ABOVE = "<≤⩽", ">≥⩾"
# What may stand beside a number to say so.
SIGNS = ("", "=", "<", "<=", "≤", ">", ">=", "≥")
# A number and what follows it: its unit, a flag of the laboratory, or both.
_WITH_MORE = re.compile(r"(?P<number>[+-]?\d+(?:[.,]\d+)?)\s*(?P<more>[^\d\s.,].*)")
_FLAG = re.compile(
    r"(?:^|\s)\(?(?:h{1,2}|l{1,2}|high|low|hoch|niedrig)\)?(?=\s|$)|[*+!↑↓]", re.IGNORECASE
)
# What can be a unit, known or not: not a second number, as in 1/2 and 5–10.
_LIKE_A_UNIT = re.compile(r"[^\d]*[^\W\d_][^\d]*|%")
# Thousands, and maybe decimals, by marks that differ from country to country.
_THOUSANDS = re.compile(
    r"(?P<whole>[+-]?\d{1,3}(?P<mark>[.,' \u00a0\u202f])\d{3}(?:(?P=mark)\d{3})*)"
    r"(?:(?!(?P=mark))[.,](?P<decimals>\d+))?"
)


@attrs.frozen
class Refused:
    """Equal cells of a column.

    Parameters
    ----------
    value : object
        What they hold.
    rows : list of int
        Where they are, in order.
    """

    value: Any
    rows: list[int]

    @property
    def shown(self) -> str:
        """What they hold, as it is typed."""
        return shown(self.value)


def distinct(cells: Mapping[int, Any]) -> list[Refused]:
    """Return the distinct values of cells given by row, the most frequent first."""
    rows: dict[str, list[int]] = {}
    for row in sorted(cells):
        rows.setdefault(written(cells[row]), []).append(row)
    kinds = [Refused(cells[equal[0]], equal) for equal in rows.values()]
    return sorted(kinds, key=lambda kind: -len(kind.rows))


def named(kinds: Sequence[Refused], places: Mapping[int, Any]) -> str:
    """Return the first few of these cells in words, each with how often and where it occurs."""
    said = [f"{kind.shown} in {_where(kind, places)}" for kind in kinds[:SHOWN]]
    if len(kinds) > SHOWN:
        rows = sum(len(kind.rows) for kind in kinds)
        said.append(f"… and {len(kinds) - SHOWN} more ({rows} rows in all)")
    return "; ".join(said)


def _where(kind: Refused, places: Mapping[int, Any]) -> str:
    count = len(kind.rows)
    return f"{'' if count == 1 else f'{count} rows, first in '}{places[kind.rows[0]]}"


def translation(kinds: Sequence[Refused], allowed: Iterable[str] = ()) -> dict[str, str | None]:
    """Return what these words may mean; words that differ only by case are known."""
    by_case = {word.casefold(): word for word in allowed}
    return {
        kind.shown: by_case.get(text_of(kind.value).strip().casefold())
        for kind in kinds[:SHOWN_WORDS]
    }


def about_words(kinds: Sequence[Refused], allowed: Sequence[str], column: str, what: str) -> str:
    """Return which words a column can hold, and how to translate others."""
    words = door().translated(what, column, translation(kinds, allowed))
    hint = category_hint(kinds[0].value) if what == "ilar_category" else ""
    return f"not understood. Here it can be {', '.join(allowed)}, or missing.{hint} {words}"


def about_flags(kinds: Sequence[Refused], column: str) -> str:
    """Return what a yes/no column can hold, and how to translate its words."""
    words = door().flags(column, translation(kinds))
    return f"not understood as yes or no. It takes {FLAG_WORDS}. {words}"


# --------------------------------------------------------------------------------------------
# Cells that should be numbers


def is_number(text: str) -> bool:
    """Return whether a text is a number as jiascores writes it."""
    return bool(_DECIMAL.fullmatch(text.strip()))


@attrs.frozen
class Measured:
    """A number with what a laboratory writes after it: its unit, where it has one, or a flag."""

    number: float
    unit: str


def measured(variable: Variable, cell: Any) -> Measured | None:
    """Return the number that a cell holds, with its unit or what may be one; else None."""
    if not isinstance(cell, str):
        return None
    if is_number(cell):
        return Measured(float(cell), "")
    found = _WITH_MORE.fullmatch(cell.strip())
    if not found or "," in found["number"]:
        return None
    unit = own_unit(variable, found["more"])
    return None if unit is None else Measured(float(found["number"]), unit)


def own_unit(variable: Variable, text: str) -> str | None:
    """Return the unit in what follows a number, without a laboratory's flags; None if it is none."""
    if variable.unit_named(text) is None:
        # "2 h" of stiffness are hours, "45 H" of ESR is high.
        text = _FLAG.sub("", text).strip()
    known = not text or variable.unit_named(text) is not None
    return text if known or _LIKE_A_UNIT.fullmatch(text) else None


def thousands(variable: Variable, text: str) -> list[float]:
    """Return the numbers that a text with thousands separators can mean, within the range.

    ``1.234`` may be more than a thousand, or less than two.
    """
    found = _THOUSANDS.fullmatch(text.strip())
    if not found:
        return []
    whole = "".join(filter(str.isdigit, found["whole"]))
    may_be = [float(f"{whole}.{found['decimals'] or 0}")]
    if found["mark"] in ".," and text.count(found["mark"]) == 1 and not found["decimals"]:
        may_be.insert(0, float(text.replace(",", ".")))
    return [value for value in may_be if variable.low <= value <= variable.high]


def why(variable: Variable, value: Any) -> Why:
    """Return why a cell is not a number."""
    if isinstance(value, bool | np.bool_):
        return "yes-or-no"
    if not isinstance(value, str):
        return "not-a-number"
    text = value.strip()
    if is_number(text):
        return "number-as-text"
    if variable.flag:
        return "not-yes-or-no"
    may_be = thousands(variable, text)
    if len(may_be) > 1 or (may_be and not _COMMA.fullmatch(text)):
        return "thousands"
    if _COMMA.fullmatch(text):
        return "decimal-comma"
    limit = LIMIT.fullmatch(text)
    if limit:
        return "below-limit" if limit["sign"] in BELOW else "beyond-limit"
    if any(mark.isnumeric() and not mark.isdigit() for mark in text):
        # A half is written in one character, and is no unit.
        return "not-a-number"
    more = _WITH_MORE.fullmatch(text)
    if more and "," in more["number"]:
        return "decimal-comma"
    return "number-with-unit" if measured(variable, text) else "not-a-number"


def about(reason: Why, variable: Variable, column: str, kinds: Sequence[Refused]) -> str:
    """Return what is wrong with cells that are not numbers, and what to do."""
    protocol = "what it counts as is the protocol's decision"
    if reason == "not-yes-or-no":
        return about_flags(kinds, column)
    texts = [text_of(kind.value) for kind in kinds[:SHOWN_WORDS]]
    if reason == "not-a-number" and isinstance(kinds[0].value, str):
        return _no_number(variable, column, kinds)
    strange = _strange_units(variable, texts)
    if reason == "thousands":
        readings = {kind.shown: thousands(variable, kind.value) for kind in kinds[:SHOWN]}
        return f"marks between thousands, or a decimal mark. {door().thousands(readings)}"
    return {
        "decimal-comma": f"a decimal comma. {door().decimal_comma(column, texts)}",
        "number-with-unit": (
            f"a number with its unit or with a flag. Say that each cell has its own unit: "
            f"{door().unit_in(variable.name, column)}. A cell without one is then in "
            f"{variable.unit}.{strange}"
        ),
        "below-limit": (
            f"below a limit of detection; {protocol}. {door().below(variable.name)}{strange}"
        ),
        "beyond-limit": (
            f"beyond a limit of detection; {protocol}. {door().above(variable.name)}{strange}"
        ),
        "yes-or-no": "not a number but yes or no.",
        "number-as-text": f"a number written as text. {door().number_as_text(column, texts)}",
        "not-a-number": "not a number.",
    }[reason]


def _strange_units(variable: Variable, texts: Iterable[str]) -> str:
    """Return a sentence that names unknown units after numbers, or an empty text."""
    found = [LIMIT.fullmatch(text.strip()) or _WITH_MORE.fullmatch(text.strip()) for text in texts]
    more = [
        each["unit"] if "sign" in each.re.groupindex else each["more"] for each in found if each
    ]
    units = {text: own_unit(variable, text) for text in dict.fromkeys(filter(None, more))}
    strange = [
        repr(unit or text)
        for text, unit in units.items()
        if unit is None or (unit and variable.unit_named(unit) is None)
    ]
    if not strange:
        return ""
    return (
        f" {listing(strange)} is not a unit of {variable.label}, which can be in "
        f"{', '.join(variable.units)}: correct it where it was written."
    )


def _no_number(variable: Variable, column: str, kinds: Sequence[Refused]) -> str:
    """Return what to do about texts; only text without a digit can stand for a gap."""
    words = [
        text
        for text in (text_of(kind.value) for kind in kinds if isinstance(kind.value, str))
        if len(text) <= LONGEST_WORD and text.isprintable() and not any(map(str.isnumeric, text))
    ]
    if not words:
        return "not a number. Correct it where it was written."
    more = len(words) > SHOWN_WORDS
    gap = door().gap(variable.name, column, words[:SHOWN_WORDS], more=more)
    return f"not a number. Where this stands for a gap, leave it empty, or {gap}."


def by_reason(variable: Variable, cells: Mapping[int, Any]) -> dict[Why, list[Refused]]:
    """Return cells that are not numbers by reason, numbers written as text last."""
    found: dict[Why, list[Refused]] = {}
    for kind in distinct(cells):
        found.setdefault(why(variable, kind.value), []).append(kind)
    if {"decimal-comma", "thousands"} & {*found}:
        # Beside decimal commas, a point may stand between thousands.
        texts = found.pop("number-as-text", [])
        for kind in texts:
            two = len(thousands(variable, kind.value)) > 1
            found.setdefault("thousands" if two else "number-as-text", []).append(kind)
    if "number-as-text" in found:
        found["number-as-text"] = found.pop("number-as-text")
    return found


def gap_code(variable: str, column: str, values: Iterable[Any]) -> str:
    """Return a hint if numbers out of range are common codes for a gap, or an empty text."""
    codes = sorted({int(value) for value in values if value in GAP_CODES})
    if not codes:
        return ""
    return f" A code for a gap? Leave it empty, or {door().gap(variable, column, codes)}."


# --------------------------------------------------------------------------------------------
# Cells that should be dates

_ORDERS = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%Y{0}%m{0}%d", "%d{0}%m{0}%y", "%m{0}%d{0}%y")
_TIMES = ("", " %H:%M", " %H:%M:%S")
_FORMATS = (
    *(order.format(mark) + time for order, mark, time in product(_ORDERS, "./- ", _TIMES)),
    *("%Y%m%d", "%d-%b-%Y", "%d %b %Y", "%d%b%Y", "%d-%B-%Y", "%d %B %Y"),
    *("%d. %b %Y", "%d. %B %Y", "%d %b. %Y", "%d de %B de %Y"),
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# On how many distinct texts formats are tried first.
_TRIED = 200


def about_dates(kinds: Sequence[Refused], column: str) -> str:
    """Return how to read dates that are not understood, with their format if it is clear.

    A format is shown where it reads all that any reads. Two are shown where both do: whether
    03/04 is in March or in April, only who wrote the file can say.
    """
    texts = list(dict.fromkeys(_as_text(kind.value) for kind in kinds))
    forms, every = formats_of(texts)
    if all(_ISO.fullmatch(text) for text in texts):
        return "no day of the calendar. Correct it where it was written."
    if not forms:
        return f"not understood. {door().any_dates()}"
    rest = "" if every else " What else is there needs correcting, or a gap."
    return f"not understood. {door().dates(column, forms)}{rest}"


def formats_of(texts: Sequence[str]) -> tuple[list[str], bool]:
    """Return the date formats that read most texts, and whether they read all of them."""
    first, rest = texts[:_TRIED], texts[_TRIED:]
    read = {form: {text for text in first if _reads(text, form)} for form in _FORMATS}
    every = set[str]().union(*read.values())
    forms = [form for form in _FORMATS if every and read[form] == every]
    # "May" fits the short and the long form of a month.
    forms = [form for form in forms if "%B" not in form or form.replace("%B", "%b") not in forms]
    # Few formats are left by now, so that many texts can be tried.
    left = [form for form in forms if all(_reads(text, form) for text in rest)]
    return left or forms, len(every) == len(first) and bool(left)


def _as_text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else shown(value)


def _reads(text: str, form: str) -> bool:
    try:
        said = english_months(text, form) if door().of_a_file else text
        datetime.strptime(said, form)  # noqa: DTZ007  (only whether it can be read)
    except ValueError:
        return False
    return True
