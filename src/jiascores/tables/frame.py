"""Every branch on the kind of a frame: pandas, Polars and PyArrow, seen as named columns."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, Literal, TypeAlias, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import ColumnError, NotNumericError, RequestError, VisitError, listing
from jiascores.core.like import Like
from jiascores.core.values import BLOCK, Kind, objects_of, to_floats
from jiascores.core.variables import Variable
from jiascores.tables.ids import Id, Several, is_blank, parts_of

Positions: TypeAlias = NDArray[np.int64]
NONE = -1
# In the metadata of an Arrow table that is a piece of a larger one: positions mean nothing.
PIECE = b"jiascores.piece"
# The column of a piece that holds the number of each row in the whole.
ROW = "jiascores.row"
OutputKind: TypeAlias = Literal["score", "level", "flag", "state", "word", "cells"]


@attrs.frozen(eq=False)
class Output:
    """One column to add: numbers with NaN for gaps, and what they mean.

    Parameters
    ----------
    name : str
        Name of the column.
    kind : {"score", "level", "flag", "state", "word", "cells"}
        A number; a whole number; yes or no; one of ordered words; text; cells of another column,
        as `Frame.taken` gives them.
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


# The name of the index of a table whose rows are lines of a file.
LINE = "line"


# Kinds of frames, and what to do with objects that can be turned into one.
KINDS = "pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask or PySpark"
ADVICE = {
    "pyspark.pandas": "give its Spark frame: table.to_spark()",
    "dask.array": "give it column names: dask.dataframe.from_dask_array(…, columns=[…])",
    "numpy": "give it column names: pandas.DataFrame(table, columns=[…])",
    "builtins.list": "make it a table: pandas.DataFrame(table)",
    "builtins.dict": "make it a table: pandas.DataFrame(table)",
    "pandas.Series": "make it a table: table.to_frame()",
    "pathlib": "read it: jia.prepare.read(path)",
}
# Package and class name → kind, wherever in the package the class is defined.
_FRAMES = {
    ("pandas", "DataFrame"): "pandas",
    ("polars", "DataFrame"): "polars",
    ("polars", "LazyFrame"): "polars-lazy",
    ("pyarrow", "Table"): "pyarrow",
    ("duckdb", "DuckDBPyRelation"): "duckdb",
    ("_duckdb", "DuckDBPyRelation"): "duckdb",
    ("dask", "DataFrame"): "dask",
    ("dask_expr", "DataFrame"): "dask",
    ("pyspark", "DataFrame"): "pyspark",
}
# The kinds that `Frame` takes.
IN_MEMORY = ("pandas", "polars", "pyarrow")


def kind_of_frame(native: Any) -> str:
    """Return the kind of a frame without importing any library.

    Raises
    ------
    RequestError
        If it is not a frame of one of these kinds.
    """
    for parent in type(native).__mro__:
        kind = _FRAMES.get((parent.__module__.partition(".")[0], parent.__name__))
        if kind is not None and parent.__module__ not in ADVICE:
            return kind
    given = type(native)
    package, name = given.__module__.partition(".")[0], given.__qualname__
    full = f"{given.__module__}.{name}"
    paths = ["pathlib"] if isinstance(native, str) else [full, f"{package}.{name}"]
    hint = [
        f" Instead, {words}."
        for start, words in ADVICE.items()
        if any(path.startswith(start) for path in paths)
    ]
    found = "None" if native is None else name if package == "builtins" else f"{name} of {package}"
    raise RequestError(
        f"a table must be a data frame of {KINDS}, not {found}.{hint[0] if hint else ''}"
    )


class Frame:
    """An eager frame of any kind, seen as named columns; pandas, Polars or PyArrow."""

    def __init__(self, native: Any) -> None:
        self.native = native
        # A pandas frame is known at once: a table of six visits is as quick as it can be.
        self.kind: str = "pandas" if _is_pandas(native) else kind_of_frame(native)
        if self.kind not in IN_MEMORY:
            raise RequestError(
                f"a table must be a data frame in memory here, not a {type(native).__name__}: collect it first."
            )
        columns = native.column_names if self.kind == "pyarrow" else native.columns
        self.names: tuple[Any, ...] = tuple(columns)
        self.size: int = len(native)
        if len(set(self.names)) < len(self.names):
            twice = sorted({str(name) for name in self.names if self.names.count(name) > 1})
            raise ColumnError(
                f"two columns have the name {listing(twice)}: which one is meant is not certain. "
                f"Rename one.",
                variable=twice[0],
                values=twice,
            )
        # The columns that were read.
        self.read: set[str] = set()

    def __contains__(self, name: object) -> bool:
        if type(name) is str:
            return name in self.names
        return all(part in self.names for part in parts_of(name))  # type: ignore[arg-type]

    def series(self, name: str) -> Any:
        """Return a native column."""
        self.read.add(name)
        return self.native[name]

    def floats(self, name: str, variable: Variable) -> NDArray[np.float64]:
        """Return a column as float64 with NaN for gaps; ranges are not checked here."""
        series = self.series(name)
        if self.kind == "pandas" and series.dtype == np.float64:
            return np.asarray(series.to_numpy())  # as it is, at once
        if self.nested(name):
            raise NotNumericError(
                f"{variable.name} = a list or a structure in each row: not a number. "
                f"{variable.label[:1].upper()}{variable.label[1:]} is {variable.allowed}.",
                variable=variable.name,
            )
        if self.kind == "pyarrow":
            series = _arrow_to_numpy(series)
        return to_floats(series, variable).astype(np.float64, copy=False)

    def textual(self, name: str) -> bool:
        """Return whether a column may hold text, by its type."""
        import narwhals as nw

        kind = nw.from_native(self.native[name], series_only=True).dtype
        return not (kind.is_numeric() or kind == nw.Boolean)

    def nested(self, name: str) -> bool:
        """Return whether a column holds lists or structures by its type."""
        if self.kind == "polars":
            return bool(self.series(name).dtype.is_nested())
        if self.kind == "pyarrow":
            return bool(sys.modules["pyarrow"].types.is_nested(self.series(name).type))
        return False

    def type_of(self, name: str) -> Any:
        """Return the type of a column, as its kind of frame has it."""
        series = self.series(name)
        return series.type if self.kind == "pyarrow" else series.dtype

    def objects(self, name: str) -> NDArray[Any]:
        """Return a column as objects with None for gaps."""
        import pandas as pd

        if isinstance(name, Several):
            codes, labels = self.codes(name)
            return objects_of([*labels, None])[codes]
        series = self.series(name)
        if self.kind != "pandas":
            return objects_of(list_of(series))
        values = np.array(series.to_numpy(dtype=object), dtype=object)
        values[np.asarray(pd.isna(values))] = None
        return values

    def codes(self, name: str) -> tuple[Positions, Any]:
        """Return a column as codes, −1 where missing, and what each code stands for."""
        import pandas as pd

        if isinstance(name, Several):
            return _codes_together([self.ids(part) for part in name.parts])
        series = self.series(name)
        if self.nested(name):
            raise _nested(name)
        numbers = _whole_numbers(self, series)
        close = None if numbers is None else _close_numbers(numbers)
        if close is not None:
            return close
        if self.kind == "pandas":
            try:
                codes, labels = pd.factorize(series)
            except TypeError as problem:
                raise _nested(name) from problem
            return codes.astype(np.int64, copy=False), labels
        if self.kind == "pyarrow":
            return _arrow_codes(series)
        # Arrow is quicker where it is installed; Polars does not need it.
        arrow = find_spec("pyarrow") is not None
        return _arrow_codes(series.to_arrow()) if arrow else _polars_codes(series)

    def categories(self, name: str) -> tuple[list[str] | None, bool]:
        """Return the words that a column of categories declares, and whether they have an order.

        None of any other column, and of one whose type only knows the words that occurred.
        """
        series = self.series(name)
        if self.kind == "polars":
            # A Categorical has the words that it met, here or in another column.
            declared = series.dtype == sys.modules["polars"].Enum
            return (series.dtype.categories.to_list(), True) if declared else (None, False)
        if self.kind == "pyarrow":
            if not sys.modules["pyarrow"].types.is_dictionary(series.type):
                return None, False
            chunks = series.unify_dictionaries().chunks
            words = chunks[0].dictionary.to_pylist() if chunks else []
            return words, bool(series.type.ordered)
        if not hasattr(series, "cat"):
            return None, False
        return list(map(str, series.cat.categories)), bool(series.cat.ordered)

    def ids(self, name: str) -> tuple[Positions, Any]:
        """Return a column of ids as codes; a blank id is missing."""
        codes, labels = self.codes(name)
        blank = _blanks(labels)
        if blank.any():
            codes = np.where(np.append(blank, False)[codes], NONE, codes)
        return codes, labels

    def moments(self, name: str) -> NDArray[Any]:
        """Return a column of dates, numbers or texts as a NumPy array; a time zone is dropped."""
        series = self.series(name)
        # Where there is a time zone, the date on the wall is what a visit date means.
        if self.kind == "polars":
            zoned = getattr(series.dtype, "time_zone", None) is not None
            return np.asarray((series.dt.replace_time_zone(None) if zoned else series).to_numpy())
        if self.kind == "pyarrow":
            import pyarrow.compute as pc

            zoned = getattr(series.type, "tz", None) is not None
            return np.asarray(
                (pc.call_function("local_timestamp", [series]) if zoned else series).to_numpy()
            )
        if isinstance(series.dtype, np.dtype):
            return np.asarray(series.to_numpy())
        if getattr(series.dtype, "tz", None) is not None:
            return np.asarray(series.dt.tz_localize(None).to_numpy())
        import pandas as pd

        if pd.api.types.is_numeric_dtype(series.dtype):
            return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
        return np.asarray(series.to_numpy(dtype=object))

    def taken(self, name: str | None, rows: Positions) -> Any:
        """Return the cells of a column at these rows, empty where a row is `NONE`.

        Without a name, what the rows are called.
        """
        if isinstance(name, Several):
            there = objects_of([*self.objects(name), None])[rows]
            return self.texts([None if each is None else str(each) for each in there])
        if self.kind == "pandas":
            cells = self.native.index.to_flat_index() if name is None else self.native[name]
            return _pandas_taken(cells, rows)
        if self.kind == "polars":
            polars = sys.modules["polars"]
            places = polars.Series(rows, dtype=polars.Int64).replace(NONE, None)
            return places if name is None else self.series(name).gather(places)
        import pyarrow as pa

        places = pa.array(rows, pa.int64(), mask=rows == NONE)
        return places if name is None else self.series(name).take(places)

    def stacked(self, names: Sequence[str], rows: Positions) -> Any:
        """Return cells of several columns as one column, empty where a row is `NONE`.

        Row ``r`` of the column in place ``k`` is at ``k * size + r``.
        """
        columns = [self.series(name) for name in names]
        if self.kind == "pandas":
            return _pandas_taken(_pandas_stacked(columns), rows)
        if self.kind == "polars":
            return _polars_stacked(columns).gather(self.taken(None, rows))
        return _arrow_stacked(columns).take(self.taken(None, rows))

    def made(self, output: Output) -> Any:
        """Return an output as a column of this kind."""
        if self.kind == "pyarrow":
            return _to_arrow(output)
        return _give_back(output, Like(cast(Kind, self.kind), (len(output.data),)))

    def texts(self, values: Collection[str | None]) -> Any:
        """Return a column of text."""
        return self.made(Output("", "word", objects_of(values)))

    def column_from(self, other: Frame, name: str, rows: Positions) -> Any:
        """Return cells of another frame, perhaps of another kind, as a column of this kind."""
        if other.kind == self.kind:
            return other.taken(name, rows)
        values = other.objects(name)[rows].tolist()
        if self.kind == "pandas":
            import pandas as pd

            column = pd.Series(pd.array(values))  # whole numbers with gaps stay whole
            return column.astype(float) if column.dtype == "Float64" else column
        if self.kind == "polars":
            return sys.modules["polars"].Series(values, strict=False)
        import pyarrow as pa

        try:
            return pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # text and numbers in one column
            return pa.array([None if each is None else str(each) for each in values])

    def with_columns(self, outputs: Iterable[Output]) -> Any:
        """Return the frame with columns added; rows, order and index stay as they are.

        Outputs are taken one by one, so that the caller can free each.
        """
        if self.kind == "pandas":
            return _pandas_with(self.native, outputs)
        if self.kind == "polars":
            like = Like("polars", (self.size,))
            return self.native.with_columns([_give_back(output, like) for output in outputs])
        table = self.native
        for output in outputs:
            table = table.append_column(output.name, _to_arrow(output))
        return table

    def new(self, columns: Mapping[str, Any]) -> Any:
        """Return a new frame of the same kind; an id of several columns becomes these columns."""
        columns = {
            part: [each[at] for each in values] if isinstance(name, Several) else values
            for name, values in columns.items()
            for at, part in enumerate(parts_of(name))
        }
        if self.kind == "pandas":
            import pandas as pd

            return pd.DataFrame(dict(columns))
        if self.kind == "polars":
            return sys.modules["polars"].DataFrame(dict(columns), strict=False)
        return sys.modules["pyarrow"].table(dict(columns))

    def place(self, position: int) -> str:
        """Return how messages name a row: by its line in a file, or else by its label."""
        is_line = self.kind == "pandas" and self.native.index.name == LINE
        return f"{LINE if is_line else 'row'} {self.label(position)}"

    def label(self, position: int) -> Any:
        """Return the index label of a row, or its position."""
        if self.kind == "pandas":
            return self.native.index[position]
        if self.kind == "pyarrow":
            if ROW in self.names:
                return self.native[ROW][position].as_py()
            if PIECE in (self.native.schema.metadata or {}):
                return "?"
        return position


def _pandas_taken(cells: Any, rows: Positions) -> Any:
    """Return the cells at these places; numbers and truth values keep their type."""
    import pandas as pd

    there = rows >= 0
    # Only those: a range that is asked for its numbers keeps all of them.
    found = pd.Series(cells.take(rows[there])).reset_index(drop=True)
    kind = found.dtype.kind if isinstance(found.dtype, np.dtype) else None
    if kind in ("i", "u"):
        found = found.astype("Int64")
    elif kind == "b" and not there.all():
        # NumPy's truth values have no gap.
        found = found.astype("boolean")
    return found.reindex(np.where(there, there.cumsum() - 1, NONE)).reset_index(drop=True)


def _pandas_stacked(columns: Sequence[Any]) -> Any:
    """Return pandas columns one below the other, of one type where they have one."""
    import pandas as pd

    kinds = {column.dtype for column in columns}
    if len(kinds) == 1 or all(isinstance(kind, np.dtype) and kind.kind in "iuf" for kind in kinds):
        return pd.concat(columns, ignore_index=True)
    cells = np.concatenate([column.to_numpy(dtype=object) for column in columns])
    return pd.Series(cells, dtype=object).infer_objects()


def _polars_stacked(columns: Sequence[Any]) -> Any:
    """Return Polars columns one below the other: of their type, as numbers, or else as text."""
    import polars as pl

    kinds = {column.dtype for column in columns if column.dtype != pl.Null}
    if len(kinds) > 1 and not all(kind.is_numeric() for kind in kinds):
        columns = [column.cast(pl.String) for column in columns]
    frames = [column.alias("cells").to_frame() for column in columns]
    return pl.concat(frames, how="vertical_relaxed")["cells"]


def _arrow_stacked(columns: Sequence[Any]) -> Any:
    """Return Arrow columns one below the other: of their type, as numbers, or else as text."""
    import pyarrow as pa

    kinds = {column.type for column in columns if not pa.types.is_null(column.type)}
    numeric = all(pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in kinds)
    kind = kinds.pop() if len(kinds) == 1 else pa.float64() if numeric else pa.string()
    chunks = [chunk for column in columns for chunk in column.cast(kind).chunks]
    return pa.chunked_array(chunks, kind)


def _pandas_with(native: Any, outputs: Iterable[Output]) -> Any:
    """Return a pandas frame with columns added.

    A short frame is made at once, which is quicker; a long one column by column, which holds less.
    """
    import pandas as pd

    like = Like("pandas", (len(native),))
    if len(native) <= BLOCK:
        outputs = list(outputs)
    if isinstance(outputs, list) and len(outputs) > 1 and type(native) is pd.DataFrame:
        there = {name: native[name] for name in native.columns}
        columns = {output.name: _give_back(output, like) for output in outputs}
        frame = pd.DataFrame(there | columns, index=native.index, copy=not _copies_on_write())
        frame.columns.names = native.columns.names
        frame.attrs = native.attrs
        return frame
    frame = native.copy(deep=not _copies_on_write())
    for output in outputs:
        frame.insert(len(frame.columns), output.name, _give_back(output, like))
    return frame


def _copies_on_write() -> bool:
    """Return whether pandas copies on write, so that a shallow copy is enough."""
    return _always_copies_on_write() or sys.modules["pandas"].options.mode.copy_on_write is True


@cache
def _always_copies_on_write() -> bool:
    first_with_it = 3
    return int(sys.modules["pandas"].__version__.partition(".")[0]) >= first_with_it


def _is_pandas(native: Any) -> bool:
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(native, pandas.DataFrame)


def _arrow_to_numpy(chunks: Any) -> NDArray[Any]:
    types = sys.modules["pyarrow"].types
    if types.is_decimal(chunks.type) or types.is_boolean(chunks.type) or types.is_null(chunks.type):
        return objects_of(chunks.to_pylist())
    return np.asarray(chunks.to_numpy())


def _give_back(output: Output, like: Like) -> Any:
    if output.kind == "cells":
        cells: Any = output.data
        return cells.alias(output.name) if like.kind == "polars" else cells.array
    if output.kind == "state":
        return like.text(output.data, output.name, output.words)
    if output.kind != "word":
        return getattr(like, output.kind)(output.data, output.name)
    if like.kind == "polars":
        polars = sys.modules["polars"]
        return polars.Series(output.name, output.data.tolist(), dtype=polars.String)
    return sys.modules["pandas"].array(output.data, dtype="string")


def _to_arrow(output: Output) -> Any:
    import pyarrow as pa

    if output.kind == "cells":
        return output.data
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
# Columns as codes and as moments


def list_of(labels: Any) -> list[Any]:
    """Return labels, or the cells of a column, as a list."""
    for verb in ("to_pylist", "to_list", "tolist"):
        if hasattr(labels, verb):
            return list(getattr(labels, verb)())
    return list(labels)


def by_id(labels: Any) -> tuple[list[Any], NDArray[np.int64]]:
    """Return patients' ids in order, and the place of each code among them.

    Parameters
    ----------
    labels : array
        The ids, by code.
    """
    ids = list_of(labels)
    try:
        order = sorted(range(len(ids)), key=ids.__getitem__)
    except TypeError:
        order = sorted(range(len(ids)), key=lambda code: str(ids[code]))
    return [ids[code] for code in order], np.argsort(order)


def _blanks(labels: Any) -> NDArray[np.bool_]:
    """Return which ids are blank."""
    kind = str(getattr(labels, "type", getattr(labels, "dtype", "object")))
    if kind.startswith(("int", "uint", "float", "double", "date", "timestamp", "bool")):
        return np.zeros(len(labels), dtype=bool)
    if hasattr(labels, "to_pylist") and kind in ("string", "large_string"):
        import pyarrow.compute as pc

        trimmed = pc.call_function("utf8_trim_whitespace", [labels])
        return np.asarray(pc.call_function("equal", [trimmed, ""]).fill_null(False))
    return np.fromiter(map(is_blank, list_of(labels)), dtype=bool, count=len(labels))


def _codes_together(columns: Sequence[tuple[Positions, Any]]) -> tuple[Positions, list[Id]]:
    """Return codes by several columns; a gap in one of them is a gap."""
    import pandas as pd

    gap = np.any([codes < 0 for codes, _ in columns], axis=0)
    packed = columns[0][0]
    for codes, labels in columns[1:]:
        # Dense again after each column, so that the numbers stay small.
        packed = pd.factorize(packed * len(labels) + codes)[0].astype(np.int64)
    codes, first = np.full(packed.size, NONE), np.flatnonzero(~gap)
    codes[first] = pd.factorize(packed[first])[0]
    first = first[np.unique(codes[first], return_index=True)[1]]
    parts = [[_plain(label) for label in list_of(labels)] for _, labels in columns]
    places = [each[first].tolist() for each, _ in columns]
    ids = [
        Id(part[at] for part, at in zip(parts, place, strict=True))
        for place in zip(*places, strict=True)
    ]
    return codes, ids


def _plain(label: Any) -> Any:
    return label.item() if isinstance(label, np.generic) else label


def _nested(name: str) -> VisitError:
    return VisitError(
        f"column {name!r} holds lists or structures, where each row has one number or one text.",
        variable=name,
        values=(name,),
    )


def _whole_numbers(frame: Frame, series: Any) -> NDArray[np.int64] | None:
    """Return a column of whole numbers without gaps as an array, or None for any other."""
    if frame.kind == "pandas":
        there = isinstance(series.dtype, np.dtype) and series.dtype.kind in "iu"
    elif frame.kind == "polars":
        there = series.dtype.is_integer() and not series.null_count()
    else:
        there = str(series.type).startswith(("int", "uint")) and not series.null_count
    if not there:
        return None
    values = np.asarray(series.to_numpy())
    return values.astype(np.int64, copy=False) if np.can_cast(values.dtype, np.int64) else None


def _close_numbers(ids: NDArray[np.int64]) -> tuple[Positions, Any] | None:
    """Return codes of whole numbers that lie close together without hashing, or else None."""
    if not ids.size:
        return None
    lowest, highest = int(ids.min()), int(ids.max())
    if highest - lowest >= _SPARSE * ids.size:
        return None
    codes = ids - lowest
    there = np.bincount(codes) > 0
    labels = np.flatnonzero(there) + lowest
    if not there.all():
        codes = (np.cumsum(there) - 1)[codes]
    return codes, labels


# Up to how many numbers for each row lie close together.
_SPARSE = 2


def _polars_codes(series: Any) -> tuple[Positions, Any]:
    """Return codes of a Polars column by its own hash table; −1 for null and NaN."""
    import polars as pl

    if series.dtype.is_float():
        series = series.fill_nan(None)
    if series.dtype == pl.Null:
        series = series.cast(pl.String)
    labels = series.unique(maintain_order=True).drop_nulls()
    codes = np.arange(len(labels))
    found = series.replace_strict(labels, codes, default=NONE, return_dtype=pl.Int64)
    return found.to_numpy(), labels.to_list()


def _arrow_codes(series: Any) -> tuple[Positions, Any]:
    """Return codes of an Arrow column, by Arrow's own hash table; −1 for null."""
    import pyarrow as pa

    array = series.combine_chunks() if isinstance(series, pa.ChunkedArray) else series
    if pa.types.is_floating(array.type):
        array = pa.array(array.to_numpy(zero_copy_only=False), from_pandas=True)  # NaN is a gap
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    codes = _arrow_indices(encoded)
    if encoded is not array:
        return codes, encoded.dictionary
    # The caller's own dictionary may hold a word twice, or null.
    words = encoded.dictionary.dictionary_encode()
    return np.append(_arrow_indices(words), NONE)[codes], words.dictionary


def _arrow_indices(encoded: Any) -> Positions:
    import pyarrow as pa

    codes = encoded.indices.cast(pa.int64()).fill_null(NONE).to_numpy(zero_copy_only=False)
    return np.asarray(codes, dtype=np.int64)
