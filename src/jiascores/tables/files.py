"""`assess_files`: files larger than memory, piece by piece, each with all visits of its patients."""

from __future__ import annotations

import os
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, Self, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import ColumnError, RequestError, listing
from jiascores.core.variables import VARIABLES
from jiascores.tables.assess import TableCall, measured
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.engines import need, need_patient, plain_words
from jiascores.tables.frame import ROW, Frame, list_of
from jiascores.tables.requests import Request

PathLike: TypeAlias = str | os.PathLike[str]

PARQUET = (".parquet", ".pq")
TEXT = (".csv", ".tsv", ".txt")
PIECE_ROWS = 1_000_000
# Each piece is an open file while the input is split.
MOST_PIECES = 500
BATCH_ROWS = 131_072


def assess_files(
    source: PathLike | Sequence[PathLike],
    target: PathLike,
    *,
    measures: Sequence[str | Request] | str,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    baseline: BaselineRule | None = None,
    marker: str | None = None,
    invalid: Literal["raise", "missing"] = "raise",
    prefix: str = "",
    separator: str = ",",
    decimal: str = ".",
    piece_rows: int = PIECE_ROWS,
    temporary: PathLike | None = None,
    progress: bool | None = None,
) -> Path:
    """Compute measures for every visit of files that need not fit into memory.

    Parameters
    ----------
    source : path or list of paths
        Parquet or CSV files with one row for each visit, or a folder of them. Rows need not be
        sorted; all files have the same columns.
    target : path
        The Parquet or CSV file to write, as its suffix says; ``.csv.gz`` is compressed.
    measures, columns, units, baseline, marker, invalid, prefix
        As for `assess`.
    separator, decimal : str
        Of CSV files, read and written.
    piece_rows : int
        About how many rows are in memory at a time.
    temporary : path, optional
        Folder for temporary files, about as large as the input in Parquet; else that of the
        target. They are gone afterwards, also after an error.
    progress : bool, optional
        Whether to show a progress bar; else it is shown in a terminal where tqdm is installed.

    Returns
    -------
    pathlib.Path
        The target, with the rows of the source in another order and the columns added. It is
        written at the end, all of it or nothing.

    Raises
    ------
    JiaScoresError
        As for `assess`; a row is called by its number in the source, from 0.
    MissingExtraError
        If pyarrow is not installed, or tqdm where ``progress=True``.

    Notes
    -----
    Where visits are compared, the rows are first split by patient into temporary Parquet files,
    so that a piece has all the visits of its patients.

    In a CSV file an id keeps its leading zeros, since nothing but the measured variables is read
    as a number; what is not needed goes through as the text that it was.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> pd.DataFrame({"patient": ["01", "02"], "physician_global": [2.0, 0.5],
    ...               "patient_global": [1.0, 0.5], "active_joints": [3, 0]}
    ...              ).to_csv(folder / "visits.csv", index=False)
    >>> target = jia.assess_files(folder / "visits.csv", folder / "assessed.csv",
    ...                           measures=["cjadas10"])
    >>> print(target.read_text())
    patient,physician_global,patient_global,active_joints,cjadas10
    01,2.0,1.0,3,6
    02,0.5,0.5,0,1
    <BLANKLINE>
    """
    need("pyarrow", "pyarrow", "assess_files")
    work = TableCall(
        outputs=measured(measures),
        columns=columns,
        units=units,
        baseline=baseline,
        marker=marker,
        invalid=invalid,
        prefix=prefix,
    )
    target = Path(target)
    is_text = _form(target) == "csv"
    reader = _reader(source, separator, decimal)
    empty = _numbered(reader.schema.empty_table(), 0)
    schema = _assessed(empty, work, reader, to_text=is_text).schema
    patient = _patient_to_split_by(work, reader, empty)
    with ExitStack() as stack:
        beside = _folder(stack, target.parent)
        apart = _folder(stack, Path(temporary)) if temporary is not None else beside
        bar = _progress(stack, wanted=progress)
        with _Writer(beside / target.name, schema, separator, decimal, is_text=is_text) as writer:
            pieces = reader.batches()
            if patient is not None:
                pieces = _split(reader, patient, piece_rows, apart, bar)
            for piece in bar(pieces, "assessing"):
                writer.write(_assessed(piece, work, reader, to_text=is_text))
        (beside / target.name).replace(target)
    return target


def _patient_to_split_by(work: TableCall, reader: _Reader, empty: Any) -> str | None:
    """Return the column by which the rows are split, where visits are compared."""
    if not work.compares_visits(reader.typed(empty, work)[0]):
        return None
    patient = work.columns.get("patient", "patient")
    need_patient(patient, reader.schema.names)
    return patient


def _assessed(piece: Any, work: TableCall, reader: _Reader, *, to_text: bool) -> Any:
    """Return a piece with the columns added, and without the row numbers."""
    typed, mixed = reader.typed(piece, work)
    answer = work(_with_objects(typed, mixed) if mixed else typed)
    # What was text in a CSV file goes back as it was.
    whole = piece if to_text else typed
    for name in getattr(answer, "column_names", answer.columns):
        if name not in piece.column_names:
            whole = whole.append_column(name, _arrow(answer[name]))
    return whole.drop_columns([ROW])


def _with_objects(table: Any, columns: Mapping[str, NDArray[Any]]) -> Any:
    """Return an Arrow table as a pandas frame, where a column can hold numbers and text."""
    import pandas as pd

    frame = table.to_pandas(types_mapper=pd.ArrowDtype).set_index(ROW)
    for name, values in columns.items():
        frame[name] = values
    return frame


def _arrow(column: Any) -> Any:
    """Return an added column, of an Arrow table or of a pandas frame, as an Arrow array."""
    import pyarrow as pa

    if isinstance(column, pa.ChunkedArray):
        return column
    if hasattr(column, "cat"):
        codes = column.cat.codes.to_numpy().astype(np.int8)
        words = pa.array(column.cat.categories.tolist(), pa.string())
        return pa.DictionaryArray.from_arrays(
            pa.array(np.maximum(codes, 0), mask=codes < 0), words, ordered=True
        )
    array = pa.array(column, from_pandas=True)
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array


# --------------------------------------------------------------------------------------------
# Reading


def _form(path: Path) -> str:
    """Return whether a path says Parquet or CSV."""
    name = path.name.lower().removesuffix(".gz")
    for form, ends in (("parquet", PARQUET), ("csv", TEXT)):
        if name.endswith(ends):
            return form
    raise RequestError(
        f"{path.name!r}: neither Parquet nor CSV by its name; it should end in "
        f"{', '.join((*PARQUET, *TEXT))} (or .csv.gz).",
        values=(str(path),),
    )


def _reader(source: PathLike | Sequence[PathLike], separator: str, decimal: str) -> _Reader:
    given = [source] if isinstance(source, str | os.PathLike) else list(source)
    paths: list[Path] = []
    for path in map(Path, given):
        if not path.exists():
            raise RequestError(f"there is no file {str(path)!r}.", values=(str(path),))
        inside = filter(Path.is_file, sorted(path.rglob("[!._]*")))
        paths += inside if path.is_dir() else [path]
    if not paths:
        raise RequestError("there are no files to read.", values=tuple(map(str, given)))
    forms = {_form(path) for path in paths}
    if len(forms) > 1:
        raise RequestError("source= has Parquet and CSV files: give one kind at a time.")
    if forms == {"csv"}:
        return _Csv(paths, separator, decimal)
    return _Parquet(paths)


class _Reader(ABC):
    """Files as a stream of Arrow tables with numbered rows."""

    schema: Any

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        first = self.names(paths[0])
        for path in paths:
            names = self.names(path)
            apart = sorted({*names} ^ {*first})
            if apart:
                raise ColumnError(
                    f"{paths[0].name!r} and {path.name!r} differ in the columns {listing(apart)}.",
                    values=apart,
                )
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ColumnError(f"{path.name!r} has two columns {listing(twice)}.", values=twice)

    @abstractmethod
    def names(self, path: Path) -> list[str]:
        """Return the columns of a file."""

    @abstractmethod
    def rows(self) -> int:
        """Return how many rows there are, about."""

    @abstractmethod
    def record_batches(self) -> Iterator[Any]:
        """Return the rows in batches of some size."""

    def typed(self, piece: Any, work: TableCall) -> tuple[Any, dict[str, NDArray[Any]]]:
        """Return a piece with numbers where they are due, and columns that hold more than these."""
        del work
        return piece, {}

    def batches(self) -> Iterator[Any]:
        """Return the rows as tables with numbered rows."""
        import pyarrow as pa

        start = 0
        for batch in self.record_batches():
            yield _numbered(pa.Table.from_batches([batch]), start)
            start += len(batch)


def _numbered(table: Any, start: int) -> Any:
    return table.append_column(ROW, [np.arange(start, start + len(table))])


class _Parquet(_Reader):
    def __init__(self, paths: Sequence[Path]) -> None:
        import pyarrow.dataset as ds

        super().__init__(paths)
        self.dataset = ds.dataset([str(path) for path in paths], format="parquet")
        self.schema = self.dataset.schema

    def names(self, path: Path) -> list[str]:
        import pyarrow.parquet as pq

        return list(pq.read_schema(path).names)

    def rows(self) -> int:
        return int(self.dataset.count_rows())

    def record_batches(self) -> Iterator[Any]:
        yield from self.dataset.to_batches(
            batch_size=BATCH_ROWS, batch_readahead=2, fragment_readahead=1
        )


class _Csv(_Reader):
    """CSV files, every column as text: what is a number is decided by what it is needed for."""

    def __init__(self, paths: Sequence[Path], separator: str, decimal: str) -> None:
        import pyarrow as pa

        self.separator, self.decimal = separator, decimal
        super().__init__(paths)
        self.schema = pa.schema([(name, pa.string()) for name in self.names(paths[0])])

    def names(self, path: Path) -> list[str]:
        with self._open(path) as found:
            return list(found.schema.names)

    def _open(self, path: Path, names: Sequence[str] = ()) -> Any:
        import pyarrow as pa
        from pyarrow import csv

        return csv.open_csv(
            path,
            parse_options=csv.ParseOptions(delimiter=self.separator, newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=list(names),
                strings_can_be_null=True,
            ),
        )

    def rows(self) -> int:
        """Return about how many rows there are, by how long the first ones are."""
        with self._open(self.paths[0], self.schema.names) as found:
            first = next(iter(found), None)
        if first is None:
            return 0
        size = sum(path.stat().st_size * (10 if path.suffix == ".gz" else 1) for path in self.paths)
        return int(size / max(first.nbytes, 1) * len(first)) + 1

    def record_batches(self) -> Iterator[Any]:
        for path in self.paths:
            with self._open(path, self.schema.names) as batches:
                yield from batches

    def typed(self, piece: Any, work: TableCall) -> tuple[Any, dict[str, NDArray[Any]]]:
        """Return a piece with the measured variables as numbers, and those that hold other text."""
        mixed: dict[str, NDArray[Any]] = {}
        for name in VARIABLES:
            column = work.columns.get(name, name)
            if column in piece.column_names:
                numbers, objects = _numbers(piece[column], self.decimal)
                piece = piece.set_column(piece.column_names.index(column), column, numbers)
                if objects is not None:
                    mixed[column] = objects
        return piece, mixed


def _numbers(texts: Any, decimal: str) -> tuple[Any, NDArray[Any] | None]:
    """Return texts as numbers; where one is none, also as objects, numbers and that text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.call_function("utf8_trim_whitespace", [texts])
    if decimal != ".":
        plain = _replaced(plain, decimal, ".")
    try:
        return plain.cast(pa.float64()), None
    except pa.ArrowInvalid:
        words = plain.to_pylist()
    objects = np.empty(len(words), dtype=object)
    for position, (word, text) in enumerate(zip(words, texts.to_pylist(), strict=True)):
        try:
            objects[position] = None if word is None else float(word)
        except ValueError:
            objects[position] = text
    numbers = [value if isinstance(value, float) else None for value in objects]
    return pa.array(numbers, pa.float64()), objects


def _replaced(texts: Any, old: str, new: str) -> Any:
    import pyarrow.compute as pc

    options = pc.ReplaceSubstringOptions(pattern=old, replacement=new)
    return pc.call_function("replace_substring", [texts], options)


# --------------------------------------------------------------------------------------------
# Splitting by patient


def _split(reader: _Reader, patient: str, piece_rows: int, folder: Path, bar: Any) -> Iterator[Any]:
    """Write the rows to temporary files by patient, and return one after the other."""
    import pyarrow.parquet as pq

    count = min(max(-(-reader.rows() // piece_rows), 1), MOST_PIECES)
    paths = [folder / f"piece-{number}.parquet" for number in range(count)]
    schema = _numbered(reader.schema.empty_table(), 0).schema
    with ExitStack() as stack:
        writers = [stack.enter_context(pq.ParquetWriter(path, schema)) for path in paths]
        held: list[Any] = []
        for table in bar(reader.batches(), "splitting"):
            held.append(table.cast(schema))
            if sum(map(len, held)) >= piece_rows:
                _spread(held, patient, writers)
                held = []
        _spread(held, patient, writers)
    for path in paths:
        yield pq.read_table(path)
        path.unlink()


def _spread(tables: Sequence[Any], patient: str, writers: Sequence[Any]) -> None:
    """Write rows to the file of their patient."""
    import pyarrow as pa

    if not tables:
        return
    table = pa.concat_tables(tables)
    numbers = _number_of_patient(table, patient, len(writers))
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=len(writers)))
    for writer, start, end in zip(writers, [0, *ends[:-1]], ends, strict=True):
        if end > start:
            writer.write_table(table.take(order[start:end]))


def _number_of_patient(table: Any, patient: str, count: int) -> NDArray[np.int64]:
    """Return for each row a number below `count`, the same wherever the patient comes up."""
    import pandas as pd

    # A row without a patient goes to the first file, and raises there.
    codes, labels = Frame(table).ids(patient)
    words = np.array(list(map(str, list_of(labels))), dtype=object)
    numbers = (pd.util.hash_array(words) % count).astype(np.int64)
    return np.asarray(np.append(numbers, 0)[codes], dtype=np.int64)


# --------------------------------------------------------------------------------------------
# Writing


@attrs.define
class _Writer:
    """The target, as Parquet or as CSV."""

    path: Path
    schema: Any
    separator: str
    decimal: str
    is_text: bool
    stack: ExitStack = attrs.field(factory=ExitStack)
    sink: Any = None

    def __enter__(self) -> Self:
        import csv
        import io

        import pyarrow as pa
        import pyarrow.parquet as pq

        if self.is_text:
            self.sink = self.stack.enter_context(pa.output_stream(self.path, compression="detect"))
            header = io.StringIO()
            names = csv.writer(header, delimiter=self.separator, lineterminator="\n")
            names.writerow(self.schema.names)
            self.sink.write(header.getvalue().encode())
        else:
            self.sink = self.stack.enter_context(pq.ParquetWriter(self.path, self.schema))
        return self

    def __exit__(self, *error: object) -> None:
        self.stack.close()

    def write(self, table: Any) -> None:
        """Write a piece."""
        if not self.is_text:
            self.sink.write_table(table.cast(self.schema))
            return
        from pyarrow import csv

        table = self._in_words(table)
        # Arrow quotes every text or none.
        quoting = "needed" if self._asks_for_quotes(table) else "none"
        options = csv.WriteOptions(
            include_header=False, delimiter=self.separator, quoting_style=quoting
        )
        csv.write_csv(table, self.sink, options)

    def _asks_for_quotes(self, table: Any) -> bool:
        import pyarrow as pa
        import pyarrow.compute as pc

        special = pc.MatchSubstringOptions(f'[\r\n"{re.escape(self.separator)}]')
        return any(
            pc.call_function(
                "any", [pc.call_function("match_substring_regex", [table[field.name]], special)]
            ).as_py()
            for field in table.schema
            if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        )

    def _in_words(self, table: Any) -> Any:
        """Return a table as CSV can hold it: no categories, and decimals as asked for."""
        import pyarrow as pa

        table = plain_words(table)
        for place, field in enumerate(table.schema):
            if self.decimal != "." and pa.types.is_floating(field.type):
                text = _replaced(table[field.name].cast(pa.string()), ".", self.decimal)
                table = table.set_column(place, field.name, text)
        return table


def _folder(stack: ExitStack, parent: Path) -> Path:
    """Return a new folder for temporary files, which is gone when the stack closes."""
    if not parent.is_dir():
        raise RequestError(f"there is no folder {str(parent)!r}.", values=(str(parent),))
    return Path(stack.enter_context(TemporaryDirectory(dir=parent, prefix=".jiascores-")))


def _progress(stack: ExitStack, *, wanted: bool | None) -> Any:
    """Return what shows tables going by: a progress bar, or nothing."""
    if wanted is None:
        wanted = sys.stderr.isatty() and find_spec("tqdm") is not None
    if not wanted:
        return lambda tables, _: tables
    need("tqdm", "big", "progress=True")
    from tqdm import tqdm

    def show(tables: Iterator[Any], what: str) -> Iterator[Any]:
        bar = stack.enter_context(tqdm(desc=what, unit=" rows", unit_scale=True))
        for table in tables:
            yield table
            bar.update(len(table))
        bar.close()

    return show
