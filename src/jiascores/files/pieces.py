"""`assess_files`: files larger than memory, piece by piece, each with all visits of its patients."""

from __future__ import annotations

import os
import tempfile
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import ColumnError, RequestError, listing, say
from jiascores.core.values import listed
from jiascores.core.variables import MarkerRule
from jiascores.files.contents import Contents, name_of, path_of
from jiascores.files.kinds import KINDS, kind_to_write, opened, readable
from jiascores.files.mapping import FileMapping, read_mapping
from jiascores.files.parquet import NotClosed
from jiascores.files.reading import NUMBER, asked_of, confirmed, kinds_of, typed
from jiascores.files.text import Coded, Style, TextFile
from jiascores.files.writing import bar, packed, whole
from jiascores.tables.assess import TableCall, measured
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.engines import need
from jiascores.tables.frame import ROW, Frame, list_of
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Units
from jiascores.tables.numbers import number_of
from jiascores.tables.requests import Measures, understand_requests

PathLike: TypeAlias = str | os.PathLike[str]

PIECE_ROWS = 1_000_000
# While the input is split, each piece is an open file.
MOST_PIECES = 500
BATCH_ROWS = 131_072
# The column that holds each line of a text file unchanged.
LINE = "__jiascores_line__"


@as_declared
def assess_files(
    source: PathLike | Sequence[PathLike],
    target: PathLike,
    *,
    measures: Measures,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    baseline: BaselineRule | None = None,
    marker: MarkerRule | None = None,
    details: bool = False,
    invalid: Literal["raise", "missing"] = "raise",
    prefix: str = "",
    mapping: PathLike | Mapping[str, Any] | None = None,
    separator: str | None = None,
    decimal: str | None = None,
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
        The Parquet or CSV file to write, as its suffix says; ``.csv.gz`` is compressed. A file
        that is there is replaced.
    measures, columns, units, baseline, marker, details, invalid, prefix
        As for `assess`.
    mapping : path or dict, optional
        How the files are written, as for `jiascores.prepare.read`, and what else is not said here:
        columns, units, baseline, marker, prefix.
    separator, decimal : str, optional
        Of CSV files, read and written, in place of what the mapping says.
    piece_rows : int
        About how many rows are in memory at a time.
    temporary : path, optional
        Folder for temporary files, about as large as the input in Parquet; else that of the
        target. Nothing is left of them, also where the process is killed.
    progress : bool, optional
        Whether to show a progress bar; else it is shown in a terminal.

    Returns
    -------
    pathlib.Path
        The target, with the rows of the source in another order and the columns added. It is
        written at the end, all of it or nothing.

    Raises
    ------
    JiaScoresError
        As for `assess` and `jiascores.prepare.read`. A row of a CSV file is called by its line in
        the file, one of Parquet by its number, from 0.
    MissingExtraError
        If pyarrow is not installed.

    See Also
    --------
    jiascores.assess : A table in memory.
    jiascores.prepare.read : One file, as the mapping says.

    Notes
    -----
    Where visits are compared, the rows are first split by patient into temporary Parquet files,
    so that a piece has all the visits of its patients.

    A line of a CSV file comes out as it was, with the fields added: an id keeps its zeros, and a
    number its digits. Lines without a visit are left out.

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
    need("pyarrow", "files", "assess_files")
    how = _how_written(mapping, separator=separator, decimal=decimal)
    piece_rows = int(number_of(piece_rows, "piece_rows"))
    kind = _kind_in_pieces(path_of(target, "target"))
    folder = Path(target).parent if temporary is None else _folder(temporary)
    work = TableCall(
        outputs=measured(measures, details=details),
        invalid=invalid,
        prefix=prefix or how.study.prefix,
        **how.call(columns=columns, units=units, baseline=baseline, marker=marker),
    )
    asked = asked_of(how, understand_requests(measures), work.baseline)
    reader = _reader(source, attrs.evolve(how, columns=work.columns), asked)
    patient = _patient_to_split_by(work, reader)
    show = bar(wanted=progress)
    with ExitStack() as stack:
        file = stack.enter_context(whole(target, force=True, inputs=reader.paths))
        writer = _TextWriter if kind == "text" else _ParquetWriter
        write = writer(reader, stack.enter_context(packed(file, target)), stack)
        # Column names and types are known without any row.
        write(*_assessed(reader.empty(), work, reader))
        for piece in show(_split(reader, patient, piece_rows, folder, show), "assessing"):
            write(*_assessed(piece, work, reader))
    return Path(target)


def _kind_in_pieces(target: Path) -> str:
    """Return the kind of the file to write, which must be one that is written in pieces."""
    kind = kind_to_write(target)
    if not KINDS[kind].in_pieces:
        raise RequestError(f"{str(target)!r}: give a name that ends in .csv or .parquet.")
    return kind


def _folder(temporary: PathLike) -> Path:
    """Return the folder for temporary files, which must exist."""
    folder = path_of(temporary, "temporary")
    if not folder.is_dir():
        raise RequestError(f"{say('temporary', str(folder))}: there is no such folder.")
    return folder


def _how_written(given: Any, **form: str | None) -> FileMapping:
    """Return the mapping with these options for text files; raise if rows are not visits."""
    how = confirmed(read_mapping(given))
    for name in ("long", "wide", "redcap", "joints"):
        if getattr(how, name) is not None:
            raise RequestError(
                f"[{name}] of the mapping: files in pieces have one row for each visit, and its "
                f"counts. Read the file, and assess what you get: jia.prepare.read(…, mapping).",
                variable="mapping",
            )
    said = {key: value for key, value in form.items() if value is not None}
    return read_mapping({**how.given, "csv": {**how.given.get("csv", {}), **said}})


def _patient_to_split_by(work: TableCall, reader: _Reader) -> str | None:
    """Return the column by which the rows are split, where visits are compared."""
    if not work.compares_visits(reader.table(reader.empty())):
        return None
    return work.columns.get("patient", "patient")


def _assessed(piece: Any, work: TableCall, reader: _Reader) -> tuple[Any, Any, Any]:
    """Return a piece as it was, the table that is read from it, and the columns to add."""
    table = reader.table(piece)
    answer = work(table)
    before, after = (list(getattr(each, "column_names", each)) for each in (table, answer))
    return piece, table, {name: answer[name] for name in after[len(before) :]}


# --------------------------------------------------------------------------------------------
# Reading


def _reader(
    source: PathLike | Sequence[PathLike], how: FileMapping, asked: Mapping[str, str]
) -> _Reader:
    sources: list[Any] = [source]
    if not isinstance(source, str | bytes | os.PathLike):
        # What cannot be listed is no path either.
        with suppress(Exception):
            sources = listed(source)
    given = [path_of(each, "source") for each in sources]
    paths = [each for path in given for each in _files_in(path)]
    if not paths:
        raise RequestError("there are no files to read.", values=tuple(map(str, given)))
    twice = [path for path, number in Counter(map(os.path.realpath, paths)).items() if number > 1]
    if twice:
        raise RequestError(
            f"source= has {twice[0]!r} twice: its rows would count twice.", values=twice
        )
    kinds: dict[str, Path] = {}
    for path in paths:
        with opened(path) as (_, kind, _):
            kinds.setdefault(kind, path)
    others = [path for kind, path in kinds.items() if not KINDS[kind].in_pieces]
    if others:
        raise RequestError(
            f"{others[0].name!r}: neither Parquet nor CSV. A file of another kind fits into memory: "
            f"jia.assess(jia.prepare.read(…), …)."
        )
    if len(kinds) > 1:
        raise RequestError("source= has Parquet and CSV files: give one kind at a time.")
    return _Text(paths, how, asked) if "text" in kinds else _Parquet(paths)


def _files_in(path: Path) -> list[Path]:
    """Return a file, or the files of a folder except those whose names begin with . or _."""
    if not path.is_dir():
        if not path.exists():
            raise RequestError(f"there is no file {str(path)!r}.", values=(str(path),))
        if not path.is_file():
            raise RequestError(
                f"{str(path)!r} is a pipe or a device: it is read once, give a file."
            )
        return [path]
    there = []
    for each in sorted(path.rglob("*")):
        if not any(part[0] in "._" for part in each.relative_to(path).parts):
            if not each.exists():
                raise RequestError(f"{str(each)!r} is a link to nothing.", values=(str(each),))
            there += [each] if each.is_file() else []
    return there


class _Reader(ABC):
    """Files as a stream of Arrow tables, whose rows have names for messages."""

    names: list[str]
    style: Style
    # Which columns of text hold numbers.
    numbers: Sequence[str] = ()

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        self.names = self.names_of(paths[0])
        for path in paths:
            apart = sorted({*self.names_of(path)} ^ {*self.names})
            if apart:
                raise ColumnError(
                    f"{paths[0].name!r} and {path.name!r} differ in the columns {listing(apart)}.",
                    values=apart,
                )

    @abstractmethod
    def names_of(self, path: Path) -> list[str]:
        """Return the columns of a file."""

    @abstractmethod
    def rows(self) -> int:
        """Return about how many rows there are."""

    @abstractmethod
    def empty(self) -> Any:
        """Return a table of no rows."""

    @abstractmethod
    def batches(self) -> Iterator[Any]:
        """Return the rows as tables with named rows."""

    @abstractmethod
    def table(self, piece: Any) -> Any:
        """Return a piece as the table that is assessed."""


class _Parquet(_Reader):
    """Parquet files; their types are kept."""

    def __init__(self, paths: Sequence[Path]) -> None:
        import pyarrow.dataset as ds

        super().__init__(paths)
        self.style = Style()
        self.dataset = ds.dataset([str(path) for path in paths], format="parquet")

    def names_of(self, path: Path) -> list[str]:
        import pyarrow.parquet as pq

        with readable(path, "parquet"):
            return list(pq.read_schema(path).names)

    def rows(self) -> int:
        return int(self.dataset.count_rows())

    def empty(self) -> Any:
        return _numbered(self.dataset.schema.empty_table(), 0)

    def batches(self) -> Iterator[Any]:
        import pyarrow as pa

        start = 0
        batches = self.dataset.to_batches(
            batch_size=BATCH_ROWS, batch_readahead=2, fragment_readahead=1
        )
        with readable(listing([path.name for path in self.paths]), "parquet"):
            for batch in batches:
                yield _numbered(pa.Table.from_batches([batch]), start)
                start += len(batch)

    def table(self, piece: Any) -> Any:
        return piece


def _numbered(table: Any, start: int) -> Any:
    return table.append_column(ROW, [np.arange(start, start + len(table))])


class _Text(_Reader):
    """Text files: each row has its line unchanged, its fields as text, and the line number."""

    def __init__(self, paths: Sequence[Path], how: FileMapping, asked: Mapping[str, str]) -> None:
        self.how, self.asked = how, asked
        with self._open(paths[0]) as file:
            self.first, self.style = file, file.style
        super().__init__(paths)
        kinds = kinds_of(how, self.names, asked)
        self.numbers = [name for name, (kind, _) in kinds.items() if kind == NUMBER]

    @contextmanager
    def _open(self, path: Path) -> Iterator[TextFile]:
        with opened(path) as (stream, _, _):
            yield TextFile(stream, name_of(path), self.how.csv)

    def names_of(self, path: Path) -> list[str]:
        with self._open(path) as file:
            return file.names

    def rows(self) -> int:
        """Return about how many rows there are, by how long the first ones are."""
        with self._open(self.paths[0]) as file:
            first = next(file.blocks(), None)
        if first is None or not len(first):
            return 0
        size = sum(path.stat().st_size * (10 if path.suffix == ".gz" else 1) for path in self.paths)
        return int(size / len(first.text) * len(first)) + 1

    def empty(self) -> Any:
        import pyarrow as pa

        return pa.table({name: pa.array([], pa.string()) for name in (*self.names, LINE, ROW)})

    def batches(self) -> Iterator[Any]:
        import pyarrow as pa

        several = len(self.paths) > 1
        for path in self.paths:
            with self._open(path) as file:
                order = [file.names.index(name) for name in self.names]
                for block in file.blocks():
                    fields = [block.columns[place] for place in order]
                    columns = [
                        pa.array(each, pa.string()) if isinstance(each, np.ndarray) else each
                        for each in fields
                    ]
                    where = block.lines.astype(str).astype(object)
                    if several:
                        where = where + f" of {path.name}"
                    lines = [line.removesuffix("\r") for line in block.rows(file.newline)]
                    more = [pa.array(texts, pa.string()) for texts in (lines, where)]
                    yield pa.table([*columns, *more], [*self.names, LINE, ROW])

    def table(self, piece: Any) -> Any:
        columns = {name: Coded() for name in self.names}
        for name, column in columns.items():
            column.add(piece[name])
        places = np.array(piece[ROW].to_pylist(), dtype=object)
        file = Contents(name="", kind="text", columns=columns, places=places)
        return typed(file, self.how, self.asked)


# --------------------------------------------------------------------------------------------
# Splitting by patient


def _split(
    reader: _Reader, patient: str | None, piece_rows: int, folder: Path, show: Any
) -> Iterator[Any]:
    """Return the rows in pieces with all rows of their patients; as they come without a patient."""
    import pyarrow.parquet as pq

    if patient is None:
        yield from reader.batches()
        return
    count = min(max(-(-reader.rows() // piece_rows), 1), MOST_PIECES)
    schema = reader.empty().schema
    with ExitStack() as stack:
        # Files without a name, so that nothing is left of them whatever happens.
        files = [stack.enter_context(tempfile.TemporaryFile(dir=folder)) for _ in range(count)]
        with ExitStack() as writing:
            writers = [
                writing.enter_context(pq.ParquetWriter(NotClosed(file), schema)) for file in files
            ]
            held: list[Any] = []
            for table in show(reader.batches(), "splitting"):
                held.append(table.cast(schema))
                if sum(map(len, held)) >= piece_rows:
                    _spread(held, patient, writers)
                    held = []
            _spread(held, patient, writers)
        for file in files:
            file.seek(0)
            yield pq.read_table(file)
            file.close()


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

    # A row without a patient goes to the first file, where it raises.
    codes, labels = Frame(table).ids(patient)
    words = np.array(list(map(str, list_of(labels))), dtype=object)
    numbers = (pd.util.hash_array(words) % count).astype(np.int64)
    return np.asarray(np.append(numbers, 0)[codes], dtype=np.int64)


# --------------------------------------------------------------------------------------------
# Writing


@attrs.define
class _TextWriter:
    """A text file: lines of text files as they were, rows of Parquet as new ones."""

    reader: _Reader
    sink: Any
    stack: ExitStack
    begun: bool = False

    def __call__(self, piece: Any, _: Any, added: Mapping[str, Any]) -> None:
        """Write a piece."""
        file = self.reader.first if isinstance(self.reader, _Text) else None
        style = self.reader.style
        columns = added if file else {**{name: piece[name] for name in self.reader.names}, **added}
        if not self.begun:
            names = style.separator.join(map(style.quoted, columns)) + style.end
            head = file.head_with(list(columns)) if file else names
            self.sink.write(style.mark + style.encoded(head))
            self.begun = True
        rows = style.rows([style.fields(_pandas(column)) for column in columns.values()])
        if file:
            before = piece[LINE].to_pylist()
            rows = [line + file.before + more for line, more in zip(before, rows, strict=True)]
        self.sink.write(style.encoded("".join(row + style.end for row in rows)))


@attrs.define
class _ParquetWriter:
    """A Parquet file: types of Parquet files as they were, numbers of text files as numbers."""

    reader: _Reader
    sink: Any
    stack: ExitStack
    writer: Any = None

    def __call__(self, piece: Any, table: Any, added: Mapping[str, Any]) -> None:
        """Write a piece."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        whole = piece.select(self.reader.names)
        for place, name in enumerate(self.reader.names):
            if name in self.reader.numbers:
                numbers = [cell if isinstance(cell, float) else None for cell in table[name]]
                whole = whole.set_column(
                    place, name, pa.array(numbers, pa.float64(), from_pandas=True)
                )
        for name, column in added.items():
            whole = whole.append_column(name, _arrow(column))
        if self.writer is None:
            self.writer = self.stack.enter_context(
                pq.ParquetWriter(NotClosed(self.sink), whole.schema)
            )
        self.writer.write_table(whole.cast(self.writer.schema))


def _pandas(column: Any) -> Any:
    return column.to_pandas() if hasattr(column, "combine_chunks") else column


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
