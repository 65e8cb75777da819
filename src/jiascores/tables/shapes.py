"""Long and wide tables, turned into one row for each visit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NoReturn, TypeVar, cast

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import (
    ColumnError,
    RequestError,
    VisitError,
    listing,
    require,
    say,
    shown,
    suggestion,
)
from jiascores.core.variables import VARIABLES
from jiascores.tables.columns import Places
from jiascores.tables.frame import NONE, Frame, Output, Positions, list_of
from jiascores.tables.naming import ROLES, WORDS, nearest
from jiascores.tables.numbers import one_of
from jiascores.tables.problems import is_number
from jiascores.tables.visits import NO_DATE, parse_dates

FrameT = TypeVar("FrameT")
# What the standard for clinical trials (CDISC ADaM, basic data structure) calls these columns.
ADAM = {
    "patient": "USUBJID",
    "date": "ADT",
    "visit": "AVISIT",
    "variable": "PARAMCD",
    "value": "AVAL",
    "unit": "AVALU",
    "derived": "DTYPE",
}
LONG_NEEDS = ("patient", "variable", "value")
BY = {"date": "a date of a patient is a visit", "visit": "a named visit of a patient is one"}


@as_declared
def from_long(
    table: FrameT,
    *,
    variables: Mapping[str, str | Sequence[str]],
    columns: Mapping[str, str | Sequence[str]] | None = None,
    by: Literal["date", "visit"] = "date",
    date_of: str | None = None,
    only: Mapping[str, Any] | None = None,
    keep: Sequence[str] = (),
) -> FrameT:
    """Make visits from a long table, which has one row for each value.

    Parameters
    ----------
    table : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each value of a patient, in any order.
    variables : dict
        What becomes a column: its name → how the table calls it, or a list of such words; for
        example ``{"physician_global": "PHGA", "esr": ["ESR", "BSG"]}``. Rows with other words
        are left out.
    columns : dict, optional
        Your own column names: ``patient``, ``date``, ``visit``, ``variable``, ``value``,
        ``unit``, ``derived``. Where a table has no column of such a name, that of CDISC ADaM is
        taken: USUBJID, ADT, AVISIT, PARAMCD, AVAL, AVALU, DTYPE.
    by : {"date", "visit"}
        What makes rows one visit: that they have the patient and the date in common, or the
        patient and the named visit.
    date_of : str, optional
        With ``by="visit"``: the variable whose date is that of the visit, where a visit has more
        than one.
    only : dict, optional
        Take only rows in which these columns hold these values, as ``{"ANL01FL": "Y"}``.
    keep : list of str
        Columns that say one thing of a visit, to be taken along: site, sex, treatment.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each visit, in the order in which they come first: ``patient``, ``date``,
        ``visit`` (where the table has these), what is kept, then each variable, and
        ``<variable>_unit`` where the table has a column of units. A variable that was not
        measured at a visit is missing there. A variable of jiascores that is text becomes numbers
        where each of its cells is a number, with a decimal point.

    Raises
    ------
    ColumnError
        If a column is not there.
    RequestError
        If no row has a word of `variables`, or words differ from one of them by case or blanks
        alone.
    VisitError
        If a variable has two values at one visit, be they equal or not, or a visit has two
        dates, or a row says neither when it was; with the rows.

    See Also
    --------
    jiascores.prepare.from_wide : One row for each patient.
    jiascores.prepare.from_redcap : An export of REDCap.
    jiascores.assess : Computes it for a table of visits.

    Notes
    -----
    Rows in which the column for ``derived`` is filled are left out: they hold what somebody
    computed, such as a last observation carried forward. Rows without a value make no cell.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> long = pd.DataFrame({
    ...     "USUBJID": "01-007", "ADT": "2024-01-10", "PARAMCD": ["PHGA", "PTGA", "ACTJT"],
    ...     "AVAL": [6.0, 5.5, 12.0]})
    >>> jia.prepare.from_long(long, variables={
    ...     "physician_global": "PHGA", "patient_global": "PTGA", "active_joints": "ACTJT"})
      patient        date  physician_global  patient_global  active_joints
    0  01-007  2024-01-10               6.0             5.5           12.0
    """
    visits, _ = long_visits(Frame(table), variables, columns, by, date_of, only, keep)
    return with_numbers(cast(FrameT, visits))


def long_visits(
    frame: Frame,
    variables: Mapping[str, str | Sequence[str]],
    columns: Mapping[str, str | Sequence[str]] | None = None,
    by: str = "date",
    date_of: str | None = None,
    only: Mapping[str, Any] | None = None,
    keep: Sequence[str] = (),
    *,
    day: str | None = None,
) -> tuple[Any, Positions]:
    """Return the visits of a long table, each cell as it came, and the first row of each.

    `day` is a column by which rows are of one day, where another than that of the dates says so;
    the others are as for `from_long`.
    """
    one_of(by, BY, "by")
    if not variables or not hasattr(variables, "items"):
        raise RequestError(
            f"which rows are which variable? Say what the table calls each: "
            f"{say('long.variables', {'esr': 'ESR'})}.",
            variable="variables",
        )
    long = _Long(frame, columns or {}, by, day)
    codes = _words_of(long, variables)
    visits = long.visits(np.flatnonzero(long.taken(only or {}) & (codes >= 0)))
    filled = visits.of(~blank(frame, long.column("value")))
    cells = {
        name: filled.of(codes == place).one(name, _one_value(name))
        for place, name in enumerate(variables)
    }
    out = ids_at(frame, long.ids, visits.first)
    if long.has("date"):
        out["date"] = frame.taken(long.column("date"), long.date(visits, cells, date_of))
    if long.has("visit"):
        out["visit"] = frame.taken(long.column("visit"), long.same("visit", visits))
    for name in keep:
        out[name] = frame.taken(name, long.same(name, visits))
    made = {name: frame.taken(long.column("value"), at) for name, at in cells.items()}
    if long.has("unit"):
        unit = long.column("unit")
        made |= {f"{name}_unit": frame.taken(unit, at) for name, at in cells.items()}
    return frame.new(joined(out, made)), visits.first


# --------------------------------------------------------------------------------------------
# Shared by long tables, wide tables and exports of REDCap


def _no_blank(cell: Any) -> Any:
    """Return a cell, None where it holds blanks alone."""
    return None if isinstance(cell, str) and not cell.strip() else cell


def blank(frame: Frame, name: str) -> NDArray[np.bool_]:
    """Return which cells of a column are empty, or hold blanks alone."""
    codes, labels = frame.codes(name)
    return np.array([*(_no_blank(label) is None for label in list_of(labels)), True])[codes]


@attrs.frozen(eq=False)
class Groups:
    """Rows of a table that belong together: those of a visit, or of a patient.

    Parameters
    ----------
    rows : array of int
        The rows.
    group : array of int
        The number of each one's group.
    count : int
        How many groups there are.
    place : callable
        What a row is called.
    """

    rows: Positions
    group: Positions
    count: int
    place: Callable[[int], Any]

    def of(self, chosen: NDArray[np.bool_]) -> Groups:
        """Return the groups with those of their rows that are chosen among all of the table."""
        here = chosen[self.rows]
        return attrs.evolve(self, rows=self.rows[here], group=self.group[here])

    @property
    def first(self) -> Positions:
        """The first row of each group, or `NONE`."""
        out = np.full(self.count, NONE)
        out[self.group[::-1]] = self.rows[::-1]
        return out

    def one(self, name: str, words: str, said: Positions | None = None) -> Positions:
        """Return the one row of each group, or `NONE`; two raise, with all of them in the words.

        With what each row of the table has `said`, rows that say the same are one.
        """
        if said is not None:
            told = group_of(self.group, said[self.rows])
            answers = np.unique(told, return_index=True)[1]
            rows, group = self.rows[answers], self.group[answers]
            return attrs.evolve(self, rows=rows, group=group).one(name, words)
        out = self.first
        again = out[self.group] != self.rows
        if again.any():
            within = np.flatnonzero(np.isin(self.group, self.group[again]))
            within = within[np.argsort(self.group[within], kind="stable")]
            refuse_rows(self.rows[within], self.place, words, name)
        return out


def grouped(rows: Positions, group: Positions, place: Callable[[int], Any]) -> Groups:
    """Return rows by their group."""
    return Groups(rows, group, int(group.max(initial=NONE)) + 1, place)


def _one_value(name: str) -> str:
    return (
        f"{name} has more than one value at a visit: {{}}. Keep one row, or name the column that "
        f"says which rows count: {say('long.only', {'column': 'value'})}."
    )


def refuse_rows(
    rows: Positions, place: Callable[[int], Any], words: str, variable: str
) -> NoReturn:
    """Raise about visits, with the first of their rows in the words."""
    where = [place(int(row)) for row in rows[:MOST_PLACES]]
    said = listing(where[:SHOWN_ROWS], total=len(rows))
    raise VisitError(words.replace("{}", said), variable=variable, where=where)


SHOWN_ROWS, MOST_PLACES = 6, 100


def with_numbers(native: FrameT) -> FrameT:
    """Return visits with the measured columns of text as numbers, where each cell is a number."""
    frame = Frame(native)
    columns = {name: frame.series(name) for name in frame.names}
    for name in VARIABLES:
        cells = [_no_blank(cell) for cell in frame.objects(name)] if name in columns else []
        texts = [cell for cell in cells if isinstance(cell, str)]
        if texts and all(is_number(cell) for cell in texts):
            values = np.array([np.nan if cell is None else float(cell) for cell in cells])
            columns[name] = frame.made(Output(name, "score", values))
    return cast(FrameT, frame.new(columns))


def day_codes(frame: Frame, name: str) -> Positions:
    """Return a number for each row's day, `NO_DATE` where it has none; text that is no date counts as it is."""
    codes, labels = frame.codes(name)
    cells = list_of(labels)
    if not any(isinstance(cell, str) for cell in cells):
        dates, _, unread = parse_dates(frame, name)
        return codes if unread else dates
    # Each distinct text is read once.
    texts = pd.DataFrame({"date": pd.Series(cells, dtype=object)})
    days, _, unread = parse_dates(Frame(texts), "date")
    days = np.arange(len(cells)) if [at for at in unread if cells[at].strip()] else days
    empty = np.array([_no_blank(cell) is None for cell in cells])
    return np.append(np.where(empty, NO_DATE, days), NO_DATE)[codes]


def group_of(*codes: NDArray[np.int64]) -> Positions:
    """Return the number of each row's group of equal codes, in the order in which groups come."""
    groups = np.zeros(len(codes[0]), dtype=np.int64)
    for code in codes:
        inner = pd.factorize(code)[0].astype(np.int64)
        groups = pd.factorize(groups * (inner.max(initial=0) + 1) + inner)[0].astype(np.int64)
    return groups


def joined(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of all parts as one table; a name that comes twice raises."""
    names = [name for part in parts for name in part]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ColumnError(
            f"the visits would have two columns {listing(map(repr, twice))}. Rename yours, or give "
            f"the variable another name.",
            variable=twice[0],
            values=twice,
        )
    return {name: column for part in parts for name, column in part.items()}


def require_column(frame: Frame, name: str, what: str, advice: str) -> None:
    """Raise where the table has no column of such a name."""
    if name not in frame:
        raise ColumnError(
            f"there is no column {name!r} for {what}. Name yours: {advice}."
            f"{nearest(name, frame.names)}",
            variable=what,
            values=(name,),
        )


def no_column(role: str, given: Any) -> ColumnError:
    """Return the error of a role for which the caller names no column, or not one."""
    return ColumnError(
        f"{say('columns', {role: given})}: name yours, {say('columns', {role: 'your column'})}.",
        variable=role,
        values=(given,),
    )


def require_ids(frame: Frame, given: str | Sequence[str]) -> list[str]:
    """Return the columns that together are the patient; one that is not there raises."""
    names = [given] if isinstance(given, str) else list(given)
    if not names:
        raise no_column("patient", names)
    for name in names:
        require_column(frame, name, "patient", say("columns", {"patient": "your column"}))
    return names


def patient_codes(frame: Frame, ids: Sequence[str]) -> Positions:
    """Return a number for each row's patient, `NONE` where a part of the id is missing."""
    parts = [np.where(blank(frame, name), NONE, frame.codes(name)[0]) for name in ids]
    return np.where(np.min(parts, axis=0) < 0, NONE, group_of(*parts))


def require_patients(patients: Positions, rows: Positions, place: Callable[[int], Any]) -> None:
    """Raise where a row that would be a visit has no patient."""
    lost = rows[patients[rows] < 0]
    if lost.size:
        words = "the patient is missing in {}: whose visit it is, is not certain. Fill it in, or "
        refuse_rows(lost, place, f"{words}leave these rows out.", "patient")


def ids_at(frame: Frame, ids: Sequence[str], rows: Positions) -> dict[str, Any]:
    """Return the patients of these rows: one id, or its parts under their own names."""
    return {"patient" if len(ids) == 1 else name: frame.taken(name, rows) for name in ids}


# --------------------------------------------------------------------------------------------
# Long tables


@attrs.frozen(eq=False)
class _Long:
    """A long table and the roles of its columns."""

    frame: Frame
    given: Mapping[str, Any]
    by: str
    day: str | None = None
    ids: list[str] = attrs.field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        for role in self.given:
            if role not in ADAM:
                raise ColumnError(
                    f"{say('columns')} maps {shown(role)}; it can map {', '.join(ADAM)}."
                    f"{suggestion(role, ADAM)}",
                    variable=role,
                )
        for role in dict.fromkeys((*LONG_NEEDS, self.by, *self.given)):
            if role != "patient":
                advice = say("columns", {role: "your column"})
                require_column(self.frame, self.column(role), role, advice)
        self.ids.extend(require_ids(self.frame, self.given.get("patient", self.column("patient"))))

    def column(self, role: str) -> str:
        """Return the column of a role: the caller's, that of its name, or that of ADaM."""
        if role in self.given:
            return str(self.given[role])
        return role if role in self.frame or ADAM[role] not in self.frame else ADAM[role]

    def has(self, role: str) -> bool:
        """Return whether the table has a column for a role."""
        return self.column(role) in self.frame

    @property
    def place(self) -> Callable[[int], Any]:
        """What a row is called."""
        named = [("patient" if len(self.ids) == 1 else name, name) for name in self.ids]
        return Places(self.frame, [*named, ("date", self.column("date"))]).__getitem__

    @property
    def days(self) -> Positions:
        """A number for each row's day."""
        return day_codes(self.frame, self.day or self.column("date"))

    def taken(self, only: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Return which rows are taken: neither derived nor left out by `only`."""
        taken = np.ones(self.frame.size, dtype=bool)
        if self.has("derived"):
            taken = blank(self.frame, self.column("derived"))
        for name, value in only.items():
            require_column(self.frame, name, "only", say("long.only", {"your column": value}))
            taken &= np.array([_same(cell, value) for cell in self.frame.objects(name)], dtype=bool)
        if self.frame.size and only and not taken.any():
            raise RequestError(
                f"{say('long.only', dict(only))} leaves no row. Is the value written so?",
                variable="only",
            )
        return taken

    def visits(self, rows: Positions) -> Groups:
        """Return these rows by their visit."""
        patients = patient_codes(self.frame, self.ids)
        require_patients(patients, rows, self.place)
        name = self.column(self.by)
        when = self.days if self.by == "date" else self.frame.codes(name)[0]
        lost = rows[blank(self.frame, name)[rows]]
        if lost.size:
            other = say("long.by", "visit" if self.by == "date" else "date")
            other += " where the visits have names" if self.by == "date" else ""
            words = (
                f"the {self.by} is missing in {{}}: which visit they belong to is not certain. "
                f"Fill it in, or leave these rows out; or {other}."
            )
            refuse_rows(lost, self.place, words, self.by)
        return grouped(rows, group_of(patients[rows], when[rows]), self.place)

    def same(self, role: str, visits: Groups) -> Positions:
        """Return for each visit a row with what a column says of it; two answers raise."""
        name = self.column(role) if role in ADAM else role
        require_column(self.frame, name, "keep", say("long.keep", ["your column"]))
        words = (
            f"column {name!r} has more than one value at a visit: {{}}. Keep one value, or do not "
            f"keep the column."
        )
        filled = visits.of(~blank(self.frame, name))
        return filled.one(name, words, self.frame.codes(name)[0])

    def date(
        self, visits: Groups, cells: Mapping[str, Positions], date_of: str | None
    ) -> Positions:
        """Return for each visit the row with its date."""
        if self.by == "date":
            return visits.first
        if date_of is None:
            words = (
                f"a visit has more than one date: {{}}. Name the variable whose date counts, "
                f"{say('long.date_of', next(iter(cells)))}, or make a visit of each date, "
                f"{say('long.by', 'date')}."
            )
            return visits.of(self.days != NO_DATE).one("date", words, self.days)
        if date_of not in cells:
            raise RequestError(
                f"{say('long.date_of', date_of)}: name one of the variables."
                f"{suggestion(date_of, cells)}",
                variable="date_of",
            )
        return cells[date_of]


def _same(cell: Any, value: Any) -> bool:
    """Return whether a cell holds a value; in a file of text, numbers are text too."""
    if isinstance(cell, str) and isinstance(value, int | float) and not isinstance(value, bool):
        return is_number(cell) and float(cell) == value
    return bool(cell == value)


def _words_of(long: _Long, variables: Mapping[str, str | Sequence[str]]) -> Positions:
    """Return for each row the place of its variable, `NONE` where it is not asked for."""
    wanted: dict[str, int] = {}
    for place, (name, words) in enumerate(variables.items()):
        for word in words if isinstance(words, list | tuple) else [words]:
            if wanted.setdefault(str(word), place) != place:
                raise RequestError(
                    f"{say('long.variables')} gives {shown(word)} to {name} and to "
                    f"{list(variables)[wanted[str(word)]]}.",
                    variable=name,
                )
    column = long.column("variable")
    codes, labels = long.frame.codes(column)
    said = [str(label) for label in list_of(labels)]
    there = dict.fromkeys(word for word in said if word.strip())
    plain = {word.strip().casefold() for word in wanted}
    near = [word for word in there if word not in wanted and word.strip().casefold() in plain]
    if near:
        raise RequestError(
            f"column {column!r} has {listing(map(repr, near))}, which differs from a word of "
            f"{say('long.variables')} by case or blanks alone. Name each as it is written: "
            f"{say('long.variables', {'variable': ['one', 'other']})}.",
            variable=column,
            values=near,
        )
    for word, place in wanted.items():
        if there and word not in there:
            name = list(variables)[place]
            raise RequestError(
                f"no row of column {column!r} says {shown(word)} ({name}).{suggestion(word, there)} It "
                f"has {listing(map(repr, there), shown=20)}. Write the word as it stands there, "
                f"{say('long.variables', {name: '…'})}, or leave {name} out.",
                variable=column,
                values=(word,),
            )
    return np.array([*(wanted.get(word, NONE) for word in said), NONE], dtype=np.int64)[codes]


# --------------------------------------------------------------------------------------------
# Wide tables


@as_declared
def from_wide(
    table: FrameT,
    *,
    pattern: str = "{variable}_{visit}",
    columns: Mapping[str, str | Sequence[str]] | None = None,
    visits: Sequence[str] | Mapping[str, float] | None = None,
) -> FrameT:
    """Make visits from a wide table, which has one row for each patient.

    Parameters
    ----------
    table : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each patient, with a column for each variable at each visit.
    pattern : str
        How the columns are named, with ``{variable}`` and ``{visit}``: ``"{variable}_{visit}"``
        for ``esr_w8``, ``"{visit}.{variable}"`` for ``w8.esr``.
    columns : dict, optional
        Your own column names: ``patient`` → its column; a variable, ``date``, or anything else
        that changes between visits → its word within the names, as
        ``{"physician_global": "phga"}`` for ``phga_w8``.
    visits : list of str, or dict of str to float, optional
        The visits, as the names of the columns have them; or each with its study day, where the
        table has no dates: ``{"bl": 0, "w8": 56}``. Without it, those that have a date.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each visit of a patient, in their order: ``patient``, ``visit``, ``date``, the
        columns of the patient, repeated, and each variable. A visit of which every cell is empty
        is left out. Where a variable's columns are of several kinds (numbers in one, text in
        another), pandas holds both, and Polars and PyArrow hold text.

    Raises
    ------
    ColumnError
        If a column is not there, or a column seems to be of a visit that is not among `visits`.
    RequestError
        If `pattern` does not name both, or nothing says which visits there are.
    VisitError
        If two rows have the same patient.

    See Also
    --------
    jiascores.prepare.from_long : One row for each value.
    jiascores.prepare.from_redcap : An export of REDCap.
    jiascores.assess : Computes it for a table of visits.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> wide = pd.DataFrame({
    ...     "patient": ["007", "010"], "sex": ["f", "m"],
    ...     "date_bl": ["2024-01-10", "2024-02-01"], "phga_bl": [6.0, 3.5],
    ...     "date_w8": ["2024-03-06", None], "phga_w8": [2.0, None]})
    >>> jia.prepare.from_wide(wide, columns={"physician_global": "phga"})
      patient visit        date sex  physician_global
    0     007    bl  2024-01-10   f               6.0
    1     007    w8  2024-03-06   f               2.0
    2     010    bl  2024-02-01   m               3.5
    """
    return with_numbers(cast(FrameT, wide_visits(Frame(table), pattern, columns, visits)[0]))


def wide_visits(
    frame: Frame,
    pattern: str = "{variable}_{visit}",
    columns: Mapping[str, str | Sequence[str]] | None = None,
    visits: Sequence[str] | Mapping[str, float] | None = None,
) -> tuple[Any, Positions]:
    """Return the visits of a wide table, each cell as it came, and the row of each.

    The arguments are as for `from_wide`.
    """
    given: dict[str, Any] = dict(columns or {})
    ids = require_ids(frame, given.pop("patient", "patient"))
    _one_row_a_patient(frame, ids)
    wide = _Wide(frame, pattern, given, ids)
    names = wide.visits(visits)
    cells = wide.cells(names)
    if isinstance(visits, Mapping) and "date" in cells:
        raise RequestError(
            f"{say('wide.visits')} gives study days, and the table has dates: name the visits "
            f"alone, {say('wide.visits', names)}.",
            variable="visits",
        )
    rows, places = wide.filled(cells)
    out = ids_at(frame, ids, rows)
    out["visit"] = frame.texts([names[at] for at in places])
    made = {name: wide.stacked(of_visit, rows, places) for name, of_visit in cells.items()}
    if isinstance(visits, Mapping):
        days = np.array([float(day) for day in visits.values()])[places]
        out["date"] = frame.made(Output("date", "score", days))
    elif "date" in made:
        out["date"] = made.pop("date")
    used = {*ids, *(name for of_visit in cells.values() for name in of_visit)}
    others = {name: frame.taken(name, rows) for name in frame.names if name not in used}
    return frame.new(joined(out, others, made)), rows


def _one_row_a_patient(frame: Frame, ids: Sequence[str]) -> None:
    """Raise where two rows have the same patient."""
    codes = patient_codes(frame, ids)
    rows = np.flatnonzero(codes >= 0)
    words = (
        "a patient has more than one row: {}. A wide table has one row for each patient; where "
        "yours has one for each visit, it is one of visits already."
    )
    places = Places(frame, [("patient", ids[0]), *((name, name) for name in ids[1:])])
    grouped(rows, codes[rows], places.__getitem__).one("patient", words)


@attrs.frozen(eq=False)
class _Wide:
    """A wide table and the pattern of its columns' names."""

    frame: Frame
    pattern: str
    given: Mapping[str, str]
    ids: Sequence[str]

    def __attrs_post_init__(self) -> None:
        if not {"{variable}", "{visit}"} <= set(re.findall(r"{\w+}", str(self.pattern))):
            raise RequestError(
                f"{say('wide.pattern', self.pattern)} must have both {{variable}} and {{visit}}, "
                f"as '{{variable}}_{{visit}}'.",
                variable="pattern",
                values=(self.pattern,),
            )
        for name, word in self.given.items():
            if not isinstance(word, str):
                raise ColumnError(
                    f"{say('columns', {name: word})}: give one text, what {name} is called within "
                    f"the names of the columns.",
                    variable="columns",
                    values=(word,),
                )
        words = list(self.given.values())
        twice = sorted({word for word in words if words.count(word) > 1})
        if twice:
            raise RequestError(
                f"{say('columns')} gives {twice[0]!r} to two variables.",
                variable="columns",
                values=twice,
            )

    @property
    def words(self) -> dict[str, str]:
        """How each variable is called within the names of columns."""
        own = (*VARIABLES, *WORDS, *ROLES[1:])
        taken = set(self.given.values())
        return dict(self.given) | {
            name: name for name in own if name not in self.given and name not in taken
        }

    def name(self, word: str, visit: str) -> str:
        """Return the name of the column of a variable at a visit."""
        return self.pattern.replace("{variable}", word).replace("{visit}", visit)

    def seen(self, word: str) -> dict[str, str]:
        """Return the columns that may be of a variable: visit → column."""
        parts = re.split(r"({variable}|{visit})", self.pattern)
        holes = {"{variable}": re.escape(word), "{visit}": "(.+)"}
        shape = re.compile("".join(holes.get(part, re.escape(part)) for part in parts))
        found = {
            name: shape.fullmatch(str(name)) for name in self.frame.names if name not in self.ids
        }
        return {match.group(1): name for name, match in found.items() if match}

    def visits(self, given: Any) -> list[str]:
        """Return the visits, in their order; those that have a date where none are given."""
        if given is not None:
            named = [str(visit) for visit in ([given] if isinstance(given, str) else given)]
            words = f"{say('wide.visits')} names none: leave it out where the visits have dates."
            require(named, words, "visits")
            return named
        dates = self.words.get("date", "date")
        names = list(self.seen(dates))
        if not names:
            raise RequestError(
                f"no column is called {self.name(dates, '…')!r}, so that nothing says which visits "
                f"there are. Name them, {say('wide.visits', ['bl', 'w8'])}, with their study days where "
                f"the table has no dates, {say('wide.visits', {'bl': 0, 'w8': 56})}; or say how dates "
                f"are called, {say('columns', {'date': 'visitdate'})}.",
                variable="visits",
            )
        known = {self.name(word, visit) for word in self.words.values() for visit in names}
        for variable, word in self.words.items():
            strange = [name for name in self.seen(word).values() if name not in known]
            if strange:
                raise ColumnError(
                    f"{listing(map(repr, strange))}: {variable} of a visit that has no date? Visits "
                    f"with a date are {listing(map(repr, names))}. Name the visits, "
                    f"{say('wide.visits', names)}; other columns then stay with the patient.",
                    variable=variable,
                    values=strange,
                )
        return names

    def cells(self, visits: Sequence[str]) -> dict[str, list[str | None]]:
        """Return for each variable its column at each visit, None where it has none."""
        found: dict[str, list[str | None]] = {}
        for variable, word in self.words.items():
            names = [self.name(word, visit) for visit in visits]
            there = [name if name in self.frame else None for name in names]
            if any(there):
                found[variable] = there
            elif variable in self.given:
                raise ColumnError(
                    f"no column is called {listing(map(repr, names))} for {variable}."
                    f"{nearest(names[0], self.frame.names)}",
                    variable=variable,
                    values=names,
                )
        for visit in visits:
            if not any(self.name(word, visit) in self.frame for word in self.words.values()):
                raise ColumnError(
                    f"no column is of the visit {shown(visit)}: none is called "
                    f"{self.name('variable', visit)!r}.",
                    variable="visits",
                    values=(visit,),
                )
        return found

    def filled(self, cells: Mapping[str, Sequence[str | None]]) -> tuple[Positions, Positions]:
        """Return the row and the place of each visit of which some cell is filled."""
        of_visits = zip(*cells.values(), strict=True)
        shown = [
            np.any([~blank(self.frame, name) for name in names if name is not None], axis=0)
            for names in of_visits
        ]
        rows, places = np.nonzero(
            np.array(shown, dtype=bool).reshape(len(shown), self.frame.size).T
        )
        return rows, places

    def stacked(self, names: Iterable[str | None], rows: Positions, visits: Positions) -> Any:
        """Return the cells of a variable at all visits as one column."""
        names = list(names)
        there = [name for name in names if name is not None]
        place = np.array([NONE if name is None else there.index(name) for name in names])[visits]
        at = np.where(place < 0, NONE, place * self.frame.size + rows)
        return self.frame.stacked(there, at)
