"""Columns of a table: which is which, in what unit, checked, and back in the frame's own kind."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core import decimals
from jiascores.core.errors import (
    ColumnError,
    JiaScoresError,
    NotNumericError,
    NotWholeError,
    OutOfRangeError,
    RequestError,
    listing,
    suggestion,
)
from jiascores.core.values import check, is_fine, refused, to_floats
from jiascores.core.like import Like
from jiascores.core.variables import VARIABLES, Variable
from jiascores.tables.refusals import gap_code, in_lines, not_numbers, truth

# In the metadata of an Arrow table that is a piece of a larger one: positions mean nothing.
PIECE = b"jiascores.piece"
# The column of a piece that holds the number of each row in the whole.
ROW = "jiascores.row"
# What is no measurement but a choice, and how a request names its column.
OF_REQUESTS = {
    "course": "course=jia.column({!r})",
    "ilar_category": "course=jia.from_category({!r})",
}
# Columns that are named where one is missing and none is near.
SHOWN_COLUMNS = 12
OutputKind: TypeAlias = Literal["score", "level", "flag", "state", "word"]
# Columns that are not measurements but that a table of visits has.
ROLES = ("patient", "date", "end_of_lead_in", "patient_global_rater")
RATERS = ("parent", "patient")
# A form may have the well-being of the child by the child and by a parent.
RATINGS = ("patient_global", "parent_global")
WHICH_RATING = (
    "the table has both patient_global and parent_global: say which counts, "
    "columns={'patient_global': 'parent_global'} or columns={'patient_global': 'patient_global'}."
)
# Of the 71 joints, 44 are not among the 27.
OTHER_JOINTS = 44
CONTRADICTION = (
    f"The 71-joint count less the 27-joint count lies in 0–{OTHER_JOINTS}: these two cannot be "
    f"true together."
)


@attrs.frozen
class Column:
    """The name of a column, where any other string would be an id. Made by `column`."""

    name: str


def column(name: str) -> Column:
    """Say that a string names a column of the table.

    Parameters
    ----------
    name : str
        Name of the column.

    Returns
    -------
    Column
        The name, marked as that of a column.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.column("course")).course
    Column(name='course')
    """
    return Column(name)


@attrs.frozen(eq=False)
class Output:
    """One column to add: numbers with NaN for gaps, and what they mean.

    Parameters
    ----------
    name : str
        Name of the column.
    kind : {"score", "level", "flag", "state", "word"}
        A number; a whole number; yes or no; one of ordered words; text.
    data : array
        Float64 with NaN for gaps; for ``"state"`` positions in `words`, −1 for gaps; for
        ``"word"`` an object array with None for gaps.
    words : tuple of str
        The ordered words of a state.
    """

    name: str
    kind: OutputKind
    data: NDArray[Any]
    words: tuple[str, ...] = ()


class Frame:
    """An eager frame of any kind, seen as named columns; pandas, Polars or PyArrow."""

    def __init__(self, native: Any) -> None:
        import narwhals as nw

        self.native = native
        try:
            self.narwhal = nw.from_native(native, eager_only=True)
        except nw.exceptions.DuplicateError as problem:
            raise _twice(list(getattr(native, "column_names", native.columns))) from problem
        except TypeError as problem:
            raise RequestError(
                f"a table of visits must be a data frame, not {type(native).__name__}."
            ) from problem
        self.names = _names(native, self.narwhal)
        self.size = len(self.narwhal)
        self.kind = self.narwhal.implementation.value
        # The columns that were looked at.
        self.read: set[str] = set()

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def series(self, name: str) -> Any:
        """Return a native column."""
        self.read.add(name)
        if self.kind == "pandas":
            return self.native[name]
        return self.narwhal.get_column(name).to_native()

    def floats(self, name: str, variable: Variable) -> NDArray[np.float64]:
        """Return a column as float64 with NaN for gaps; ranges are not checked here."""
        series = self.series(name)
        if self.nested(name):
            raise NotNumericError(
                f"{variable.name} = a list or a structure in each row: not a number. "
                f"{variable.label[:1].upper()}{variable.label[1:]} is {variable.allowed}.",
                variable=variable.name,
            )
        if self.kind == "pyarrow":
            series = _arrow_to_numpy(series)
        return to_floats(series, variable).astype(np.float64, copy=False)

    def nested(self, name: str) -> bool:
        """Return whether a column holds lists or structures by its type."""
        if self.kind == "polars":
            return bool(self.series(name).dtype.is_nested())
        if self.kind == "pyarrow":
            return bool(sys.modules["pyarrow"].types.is_nested(self.series(name).type))
        return False

    def objects(self, name: str) -> NDArray[Any]:
        """Return a column as objects with None for gaps."""
        import pandas as pd

        series = self.series(name)
        if self.kind != "pandas":
            values = np.empty(self.size, dtype=object)
            values[:] = series.to_list() if hasattr(series, "to_list") else series.to_pylist()
            return values
        values = np.array(series.to_numpy(dtype=object), dtype=object)
        values[np.asarray(pd.isna(values))] = None
        return values

    def with_columns(self, outputs: Sequence[Output]) -> Any:
        """Return the frame with columns added; rows, order and index stay as they are."""
        if self.kind == "pandas":
            like = Like("pandas", (self.size,), self.native.index)
            frame = self.native.copy(deep=not _copies_on_write())
            for output in outputs:
                frame[output.name] = _give_back(output, like)
            return frame
        if self.kind == "polars":
            like = Like("polars", (self.size,))
            return self.native.with_columns([_give_back(output, like) for output in outputs])
        table = self.native
        for output in outputs:
            table = table.append_column(output.name, _to_arrow(output))
        return table

    def new(self, columns: Mapping[str, Sequence[Any]]) -> Any:
        """Return a new frame of the same kind from plain columns."""
        if self.kind == "pandas":
            import pandas as pd

            return pd.DataFrame(dict(columns))
        if self.kind == "polars":
            return sys.modules["polars"].DataFrame(dict(columns), strict=False)
        return sys.modules["pyarrow"].table(dict(columns))

    def label(self, position: int) -> Any:
        """Return what a row is called: its index label, or its position."""
        if self.kind == "pandas":
            return self.native.index[position]
        if self.kind == "pyarrow":
            if ROW in self.names:
                return self.native[ROW][position].as_py()
            if PIECE in (self.native.schema.metadata or {}):
                return "?"
        return position


def _copies_on_write() -> bool:
    """Return whether pandas copies when somebody writes, so that a shallow copy is enough."""
    import pandas as pd

    first_with_it = 3
    if int(pd.__version__.partition(".")[0]) >= first_with_it:
        return True
    return pd.get_option("mode.copy_on_write") is True


def _names(native: Any, narwhal: Any) -> tuple[str, ...]:
    names = list(native.columns) if hasattr(native, "iloc") else list(narwhal.columns)
    if len(set(names)) < len(names):
        raise _twice(names)
    return tuple(names)


def _twice(names: list[Any]) -> ColumnError:
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    return ColumnError(
        f"two columns are called {listing(twice)}: which one is meant is not certain. Rename one.",
        variable=twice[0],
        values=twice,
    )


def _arrow_to_numpy(chunks: Any) -> NDArray[Any]:
    types = sys.modules["pyarrow"].types
    if types.is_decimal(chunks.type) or types.is_boolean(chunks.type) or types.is_null(chunks.type):
        values = np.empty(len(chunks), dtype=object)
        values[:] = chunks.to_pylist()
        return values
    return np.asarray(chunks.to_numpy())


def _give_back(output: Output, like: Like) -> Any:
    if output.kind == "score":
        return like.score(output.data, output.name)
    if output.kind == "level":
        return like.level(output.data, output.name)
    if output.kind == "flag":
        return like.flag(output.data, output.name)
    if output.kind == "state":
        return like.text(output.data, output.name, output.words)
    if like.kind == "polars":
        polars = sys.modules["polars"]
        return polars.Series(output.name, output.data.tolist(), dtype=polars.String)
    pandas = sys.modules["pandas"]
    return pandas.Series(output.data, index=like.index, name=output.name, dtype="string")


def _to_arrow(output: Output) -> Any:
    import pyarrow as pa

    if output.kind == "word":
        return pa.array(output.data.tolist(), pa.string())
    gaps = output.data < 0 if output.kind == "state" else np.isnan(output.data)
    filled = np.where(gaps, 0, output.data)
    if output.kind == "state":
        codes = pa.array(filled.astype(np.int8), mask=gaps)
        return pa.DictionaryArray.from_arrays(codes, pa.array(output.words), ordered=True)
    kinds = {"score": np.float64, "level": np.int64, "flag": np.bool_}
    return pa.array(filled.astype(kinds[output.kind]), mask=gaps)


# --------------------------------------------------------------------------------------------
# Which column is which


@attrs.frozen(eq=False)
class Names:
    """What the caller's columns are called and in which units they are."""

    columns: Mapping[str, str]
    units: Mapping[str, str]

    def column(self, name: str) -> str:
        """Return what the caller calls a variable or role."""
        return self.columns.get(name, name)

    def owner(self, name: str) -> str | None:
        """Return which other variable the caller gave the column of this name to."""
        if name in self.columns:
            return None
        return next((other for other, column in self.columns.items() if column == name), None)

    def there(self, name: str, frame: Frame) -> bool:
        """Return whether the table has a variable; a column given to another is that one's."""
        return self.column(name) in frame and self.owner(name) is None

    def factor(self, name: str) -> float:
        """Return the factor from the declared unit to the canonical one."""
        unit = self.units.get(name)
        if unit is None:
            return 1.0
        factor = VARIABLES[name].factor(unit)
        assert factor is not None
        return factor


# Where nothing is called otherwise.
NO_NAMES = Names({}, {})


def as_mapping(given: Any, parameter: str) -> dict[str, str]:
    """Return `columns` or `units` as a dict; what is none raises."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ColumnError(
            f"{parameter}= takes a dict, variable → {parameter.removesuffix('s')}, not {given!r}.",
            variable=parameter,
            values=(given,),
        )
    return dict(given)


def understand(
    frame: Frame, columns: Mapping[str, str] | None, units: Mapping[str, str] | None
) -> Names:
    """Check that `columns` and `units` name what there is."""
    columns, units = as_mapping(columns, "columns"), as_mapping(units, "units")
    known = (*ROLES, *VARIABLES)
    for name, found in columns.items():
        if name not in known:
            swapped = name in frame and found in known
            right = f"{found!r}: {name!r}" if swapped else "variable: your column"
            if name in OF_REQUESTS:
                advice = f" The request names its column: {OF_REQUESTS[name].format(found)}."
            else:
                advice = f"{suggestion(name, known)} Write columns={{{right}}}."
            raise ColumnError(
                f"columns= maps {name!r}, which is no variable of jiascores.{advice}",
                variable=name,
            )
        if found not in frame:
            raise ColumnError(
                f"columns= says that {name} is in {found!r}, and the table has no such column."
                f"{nearest(found, frame.names)}",
                variable=name,
                values=(found,),
            )
    used = list(columns.values())
    for name, found in columns.items():
        if used.count(found) > 1:
            both = [role for role, column in columns.items() if column == found]
            raise ColumnError(
                f"columns= gives the column {found!r} to {' and '.join(both)}.", variable=name
            )
    for name, unit in units.items():
        if name not in VARIABLES:
            meant = next((each for each, column in columns.items() if column == name), None)
            raise ColumnError(
                f"units= names {name!r}, which is no variable of jiascores."
                f"{suggestion(name, list(VARIABLES))} Use the variable's name, not the column's"
                f"{f': units={{{meant!r}: {unit!r}}}' if meant else ''}.",
                variable=name,
            )
        units_ = VARIABLES[name].units
        if unit not in units_:
            raise ColumnError(
                f"units= says that {name} is in {unit!r}; {VARIABLES[name].label} can be in "
                f"{', '.join(units_)}.{suggestion(unit, units_)}",
                variable=name,
                values=(unit,),
            )
    return Names(columns, units)


def nearest(wanted: Any, columns: Iterable[Any]) -> str:
    """Return a hint at the column that may be meant, or at what there is to choose from."""
    there = [str(column) for column in columns]
    near = suggestion(str(wanted), there)
    if near or not there:
        return near
    return f" There are {listing([repr(column) for column in there], shown=SHOWN_COLUMNS)}."


def absent(name: str, frame: Frame, names: Names) -> str:
    """Say how a variable's or role's column is named, and which column it may be.

    A column that is another variable's is not meant.
    """
    taken = {names.column(other) for other in (*ROLES, *VARIABLES) if other != name}
    free = [column for column in frame.names if column not in taken]
    return f"Name yours: columns={{'{name}': 'your column'}}.{nearest(names.column(name), free)}"


class Places(Sequence[Any]):
    """What to call a row in a message: its label, patient and date; made only when asked."""

    def __init__(self, frame: Frame, names: Names) -> None:
        self._frame = frame
        self._names = names
        self._values: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return self._frame.size

    def __getitem__(self, position: Any) -> Any:
        where = [f"row {self._frame.label(int(position))}"]
        for role in ("patient", "date"):
            name = self._names.column(role)
            if name in self._frame:
                if role not in self._values:
                    self._values[role] = self._frame.objects(name)
                found = self._values[role][int(position)]
                if found is not None:
                    where.append(f"{role} {_short(found)}")
        return f"{where[0]} ({', '.join(where[1:])})" if where[1:] else where[0]


def _short(value: Any) -> str:
    text = str(value)
    return text.removesuffix(" 00:00:00")


@attrs.frozen(eq=False)
class Blanked:
    """A value that was refused and left out, by ``invalid="missing"``."""

    name: str
    positions: NDArray[np.int64]
    values: NDArray[Any]


def read(
    frame: Frame,
    name: str,
    names: Names,
    places: Places,
    *,
    invalid: Literal["raise", "missing"] = "raise",
    code: float | None = None,
) -> tuple[NDArray[np.float64], Blanked | None]:
    """Return a variable in its canonical unit, checked; and what was blanked.

    A number that is a `code` for something else than a value is read as a gap.
    """
    if name == "patient_global" and both_ratings(frame, names):
        raise ColumnError(WHICH_RATING, variable=name, values=RATINGS)
    variable = VARIABLES[name]
    found = names.column(name)
    owner = names.owner(name)
    if owner is not None:
        raise ColumnError(
            f"columns= gives the column {found!r} to {owner}, and this request needs {name} too: "
            f"say in which column that is, columns={{'{name}': 'your column'}}.",
            variable=name,
            values=(found,),
        )
    if found not in frame:
        raise ColumnError(
            f"the table has no column {found!r} for {name} ({variable.label}). "
            f"{absent(name, frame, names)}",
            variable=name,
            values=(found,),
        )
    texts: dict[int, Any] = {}
    try:
        given = frame.floats(found, variable)
    except NotNumericError as problem:
        given, texts = numbers_only(frame.objects(found), variable)
        # Words for yes and no are no texts.
        if invalid == "raise" and (texts or not variable.flag):
            raise _in_column(problem, found, frame, places, variable) from None
    given = _without(code, given)
    factor = names.factor(name)
    values = given if factor == 1 else decimals.nearest_decimal(given * factor)
    if not texts and is_fine(variable, values):
        return values, None
    if invalid == "missing":
        values, blanked = _blank(variable, given, factor)
        return values, _joined(name, texts, blanked)
    try:
        check(variable, values, places, None if factor == 1 else given)
    except (OutOfRangeError, NotWholeError) as problem:
        raise _named(problem, found, names.units.get(name)) from None
    return values, None


def _without(code: float | None, given: NDArray[np.float64]) -> NDArray[np.float64]:
    return given if code is None else np.where(given == code, np.nan, given)


def _named(problem: JiaScoresError, column: str, unit: str | None) -> JiaScoresError:
    """Say which column a refused value stands in, and in which unit it was read."""
    said = f"column {column!r}" + (f", read as {unit}" if unit else "")
    text = str(problem)
    if unit and problem.variable:
        # The caller has said the unit already.
        text = text.replace(f"; {VARIABLES[problem.variable].advice}", "")
    return type(problem)(
        f"{said}: {text}{gap_code(problem.values)}",
        variable=problem.variable,
        values=problem.values,
        where=problem.where,
    )


def _in_column(
    problem: NotNumericError, column: str, frame: Frame, places: Places, variable: Variable
) -> JiaScoresError:
    """Say what a column holds that is no number, how often and where, and what to do."""
    _, texts = numbers_only(frame.objects(column), variable)
    if not texts:
        return _named(problem, column, None)
    said = not_numbers(variable, column, texts, places)
    if not variable.flag:
        label = f"{variable.label[:1].upper()}{variable.label[1:]}"
        allowed = f"{label} is {variable.allowed}; leave a gap as None, NaN or null."
        said = [*said, allowed] if len(said) > 1 else [f"{said[0]} {allowed}"]
    positions = sorted(texts)
    return NotNumericError(
        in_lines(f"column {column!r}:", *said),
        variable=variable.name,
        values=[texts[position] for position in positions],
        where=[places[position] for position in positions[:100]],
    )


def numbers_only(
    objects: NDArray[Any], variable: Variable
) -> tuple[NDArray[np.float64], dict[int, Any]]:
    """Return the numbers of a mixed column, and by position what is no number."""
    values = np.full(objects.size, np.nan)
    refused_: dict[int, Any] = {}
    cell = np.empty(1, dtype=object)
    for position, value in enumerate(objects):
        if isinstance(value, str):
            said = truth(value) if variable.flag else None
            if said is None:
                refused_[position] = value
            else:
                values[position] = said
            continue
        cell[0] = value
        try:
            values[position] = to_floats(cell, variable)[0]
        except NotNumericError:
            refused_[position] = value
    return values, refused_


def _blank(
    variable: Variable, given: NDArray[np.float64], factor: float
) -> tuple[NDArray[np.float64], dict[int, Any]]:
    values = given if factor == 1 else decimals.nearest_decimal(given * factor)
    outside, broken = refused(variable, values)
    wrong = outside | broken
    positions = np.flatnonzero(wrong)
    return np.where(wrong, np.nan, values), {int(at): given[at] for at in positions}


def _joined(name: str, texts: Mapping[int, Any], numbers: Mapping[int, Any]) -> Blanked | None:
    both = {**texts, **numbers}
    if not both:
        return None
    positions = np.array(sorted(both), dtype=np.int64)
    values = np.empty(len(positions), dtype=object)
    values[:] = [both[int(position)] for position in positions]
    return Blanked(name, positions, values)


def contradicting(
    active_joints: NDArray[np.float64], active_joints_27: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return where the two counts of one visit cannot be true together; a gap contradicts none."""
    others = active_joints - active_joints_27
    return (others < 0) | (others > OTHER_JOINTS)


def both_ratings(frame: Frame, names: Names) -> bool:
    """Return whether the table has two ratings of the patient global and none is chosen."""
    return RATINGS[0] not in names.columns and all(name in frame for name in RATINGS)


def read_raters(frame: Frame, names: Names) -> tuple[NDArray[np.int64], list[str]]:
    """Return who rated the patient global: a code for each row, −1 where missing, and the words.

    Case and blanks around a word make no other rater.
    """
    import pandas as pd

    codes, words = pd.factorize(frame.objects(names.column("patient_global_rater")))
    plain, raters = pd.factorize(np.array([str(word).strip().lower() for word in words], object))
    return np.append(plain, -1)[codes].astype(np.int64), [str(rater) for rater in raters]
