"""Files as they are: which kind each is, by its content, and its columns before anything is read into them."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import io
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, cast

import attrs
import numpy as np

from jiascores.core.errors import ColumnError, RequestError, listing
from jiascores.files.mapping import Source, in_mapping
from jiascores.files.text import Aside, Block, Coded, TextFile
from jiascores.tables.engines import need

# Which bytes a kind of file begins with.
BEGINNINGS = (
    (b"PAR1", "parquet"),
    (b"PK\x03\x04", "excel"),
    (b"$FL2", "spss"),
    (b"$FL3", "spss"),
    (b"HEADER RECORD*******LIB", "xport"),
    (b"<stata_dta>", "stata"),
    (bytes(12) + b"\xc2\xea\x81\x60", "sas7bdat"),
    (b"\xd0\xcf\x11\xe0", "xls"),
)
_OLD_STATA = re.compile(rb"[\x69-\x73][\x01\x02]\x01\x00", re.DOTALL)
GZIP = b"\x1f\x8b"
STDIN = "-"
# What a name says of the kind that is to be written.
ENDINGS = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), "text"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    ".xlsx": "excel",
    ".xpt": "xport",
    ".sav": "spss",
    ".zsav": "spss",
    ".dta": "stata",
    ".sas7bdat": "sas7bdat",
}
IN_WORDS = {"xport": "SAS transport", "sas7bdat": "SAS", "spss": "SPSS", "stata": "Stata"}
# From this size on lines wait in a file, and not in memory, until they are written again.
LARGE = 20_000_000
Progress: TypeAlias = Callable[[int], None]


@attrs.define(eq=False, kw_only=True)
class Contents:
    """A file as it is.

    Parameters
    ----------
    name : str
        What it is called in messages.
    kind : str
        ``text``, ``excel``, ``parquet``, ``spss``, ``stata``, ``xport`` or ``sas7bdat``.
    columns : dict
        Its columns in order, as pandas Series; those of a text file as `Coded`.
    places : sequence of int
        What each row is called: its line in a text file, its row in a sheet, else its number.
    labels : dict, optional
        By column, what a code stands for.
    gaps : dict, optional
        By column, the values that its owner declared as missing.
    text : TextFile, optional
        The reader of a text file.
    blocks : list of Block
        Its lines.
    about : object
        What else the file says, to be written again.
    shaped : bool
        Whether the rows are visits that were made of the rows of the file.
    """

    name: str
    kind: str
    columns: Mapping[str, Any]
    places: Any
    labels: Mapping[str, Mapping[Any, str]] = attrs.field(factory=dict)
    gaps: Mapping[str, Sequence[Mapping[str, Any]]] = attrs.field(factory=dict)
    text: TextFile | None = None
    blocks: Sequence[Block] = ()
    about: Any = None
    shaped: bool = False

    @property
    def place(self) -> str:
        """What a row is called in a message."""
        return "line" if self.kind == "text" else "row"


def name_of(path: Any) -> str:
    """Return what a file is called in messages."""
    return "standard input" if str(path) == STDIN else str(path)


class Piped(str):
    """Standard input, read once, so that it can be opened in several ways."""

    __slots__ = ("held",)
    held: bytes

    @classmethod
    def read(cls) -> Piped:
        """Read standard input."""
        piped = cls(STDIN)
        piped.held = sys.stdin.buffer.read()
        return piped


@contextlib.contextmanager
def opened(path: Any, progress: Progress | None = None) -> Iterator[tuple[Any, str, bool]]:
    """Open a file once, since a pipe can be read once only; give it, its kind, and whether it is packed."""
    with contextlib.ExitStack() as stack:
        if str(path) == STDIN:
            raw: Any = io.BytesIO(path.held) if isinstance(path, Piped) else sys.stdin.buffer
        else:
            if not os.path.exists(path):  # noqa: PTH110
                raise RequestError(f"there is no file {str(path)!r}.", values=(str(path),))
            if os.path.isdir(path):  # noqa: PTH112
                raise RequestError(f"{str(path)!r} is a folder: give a file.", values=(str(path),))
            raw = stack.enter_context(open(path, "rb", buffering=0))  # noqa: PTH123
        stream: Any = io.BufferedReader(_Counted(raw, progress))
        packed = stream.peek(2)[:2] == GZIP
        if packed:
            stream = io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=stream)))
        start = stream.peek(64)
        kind = next((kind for begins, kind in BEGINNINGS if start.startswith(begins)), "text")
        yield stream, "stata" if _OLD_STATA.match(start) else kind, packed


class _Counted(io.RawIOBase):
    """A file that says how far it was read."""

    def __init__(self, raw: Any, progress: Progress | None) -> None:
        self._raw, self._progress = raw, progress

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._raw.seekable())

    def seek(self, *where: int) -> int:
        return int(self._raw.seek(*where))

    def tell(self) -> int:
        return int(self._raw.tell())

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(len(buffer)) or b""
        buffer[: len(data)] = data
        if self._progress is not None:
            self._progress(len(data))
        return len(data)


def _size(path: Any) -> int:
    """Return how large a file is; nothing is known of a pipe."""
    return os.stat(path).st_size if str(path) != STDIN and os.path.isfile(path) else 0  # noqa: PTH113, PTH116


def contents(path: Any, source: Source, progress: Progress | None = None) -> Contents:
    """Return a file as it is.

    Parameters
    ----------
    path : path
        The file, or ``-`` for standard input.
    source : Source
        How it is written.
    progress : callable, optional
        Is told how many bytes were read.
    """
    name = name_of(path)
    with opened(path, progress) as (stream, kind, packed):
        if kind == "text":
            return _text(stream, name, source, large=_size(path) > LARGE)
        if kind == "xls":
            raise RequestError(f"{name}: a workbook of Excel 97–2003. Save it as .xlsx.")
        if packed:
            raise RequestError(f"{name}: only text is read from a .gz file. Unpack it first.")
        if kind == "excel":
            need("openpyxl", "files", name)
            return _excel(io.BytesIO(stream.read()), name, source)
        if kind == "parquet":
            need("pyarrow", "files", name)
            return _parquet(stream, name)
        if str(path) == STDIN:
            raise RequestError(
                f"{name}: a {IN_WORDS[kind]} file is read by its name, not from a pipe."
            )
    need("pyreadstat", "files", name)
    return _statistics(path, kind, name)


def _text(stream: Any, name: str, source: Source, *, large: bool) -> Contents:
    file = TextFile(stream, name, source.csv)
    columns = {column: Coded() for column in file.names}
    aside = Aside() if large else None
    blocks = []
    for block in file.blocks():
        for column, fields in zip(columns.values(), block.columns, strict=True):
            column.add(fields)
        block.columns.clear()
        if aside is not None:
            block.put_aside(aside)
        blocks.append(block)
    lines: Any = np.concatenate([np.empty(0, dtype=np.int64), *(block.lines for block in blocks)])
    if lines.size and lines[-1] - lines[0] + 1 == lines.size:
        lines = range(lines[0], lines[-1] + 1)
    return Contents(name=name, kind="text", columns=columns, places=lines, text=file, blocks=blocks)


def _parquet(stream: Any, name: str) -> Contents:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(stream.read()))
    except pa.ArrowInvalid as error:
        raise RequestError(f"{name}: a Parquet file that cannot be read ({error}).") from error
    frame = table.to_pandas(ignore_metadata=True)
    return _contents(frame, name, "parquet", about=table)


def _contents(frame: Any, name: str, kind: str, **more: Any) -> Contents:
    names = [str(each) for each in frame.columns]
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise ColumnError(f"{name}: two columns are called {listing(twice)}.", values=twice)
    columns = {
        each: frame[column].reset_index(drop=True)
        for each, column in zip(names, frame.columns, strict=True)
    }
    return Contents(
        name=name, kind=kind, columns=columns, places=np.arange(1, len(frame) + 1), **more
    )


def _statistics(path: Any, kind: str, name: str) -> Contents:
    """Return a file of SAS, SPSS or Stata, with its labels and the missing values that it declares."""
    import pyreadstat

    readers = {
        "spss": "read_sav",
        "stata": "read_dta",
        "xport": "read_xport",
        "sas7bdat": "read_sas7bdat",
    }
    options: dict[str, Any] = (
        {} if kind in ("xport", "sas7bdat") else {"apply_value_formats": False}
    )
    if kind == "spss":
        options["user_missing"] = True
    try:
        frame, about = getattr(pyreadstat, readers[kind])(os.fspath(path), **options)
    except (pyreadstat.ReadstatError, UnicodeDecodeError) as error:
        raise RequestError(
            f"{name}: a {IN_WORDS[kind]} file that cannot be read ({error})."
        ) from error
    labels = {column: dict(words) for column, words in about.variable_value_labels.items()}
    gaps = dict(about.missing_ranges) if kind == "spss" else {}
    return _contents(frame, name, kind, labels=labels, gaps=gaps, about=about)


# --------------------------------------------------------------------------------------------
# Excel


def _excel(data: io.BytesIO, name: str, source: Source) -> Contents:
    """Return a table in a sheet: what the cells hold, with the row of the sheet of each."""
    import openpyxl
    import pandas as pd

    try:
        book = openpyxl.load_workbook(data)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise RequestError(
            f"{name}: no workbook of Excel (.xlsx) that can be read ({error})."
        ) from error
    sheet: Any = _sheet(book, name, source.excel.sheet)
    where = f"{name}, sheet {sheet.title!r}"
    lines = list(_stored(data, sheet, where).iter_rows(min_row=source.excel.skip + 1))
    header, rows = (lines[0], lines[1:]) if lines else ((), [])
    rows = [row for row in rows if any(cell.value is not None for cell in row)]
    width = len(header)
    while width and all(row[width - 1].value is None for row in (header, *rows)):
        width -= 1
    _refuse_unsure(sheet, header[:width], rows, source.excel.skip + 1, where)
    names = [
        f"column {place}" if cell.value is None else str(cell.value).strip()
        for place, cell in enumerate(header[:width], 1)
    ]
    columns = {
        place: pd.Series([_cell(row[place]) for row in rows], dtype=object)
        for place in range(width)
    }
    frame = pd.DataFrame(columns)
    frame.columns = pd.Index(names, dtype=object)
    found = _contents(frame, name, "excel", about=(sheet.title, header, rows))
    return attrs.evolve(found, places=np.array([row[0].row for row in rows], dtype=np.int64))


def _stored(data: io.BytesIO, sheet: Any, where: str) -> Any:
    """Return a sheet with the values of its formulas, as Excel stored them."""
    import openpyxl

    formulas = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    if not formulas:
        return sheet
    stored: Any = openpyxl.load_workbook(data, data_only=True)[sheet.title]
    empty = [cell.coordinate for cell in formulas if stored[cell.coordinate].value is None]
    if empty:
        raise RequestError(
            f"{where}: formulas without a stored value in {listing(empty)}. Open the file in Excel "
            f"and save it, or put the values."
        )
    return stored


def _refuse_unsure(
    sheet: Any, header: Sequence[Any], rows: Sequence[Any], top: int, where: str
) -> None:
    """Raise where it is not certain which row or column a value belongs to."""
    skip = f"say how many rows stand above it: {in_mapping('excel', {'skip': top})}"
    if not any(cell.value is not None for cell in header):
        raise RequestError(f"{where}: there is no header in row {top}; {skip}.", reason="header")
    nameless = [cell.coordinate for cell in header[1:] if cell.value is None]
    if nameless:
        raise RequestError(
            f"{where}: {listing(nameless)} in the header has no name, and there are values below. "
            f"Where the header is further down, {skip}; else give it a name.",
            reason="header",
        )
    last = rows[-1][0].row if rows else top
    areas = [area for area in sheet.merged_cells.ranges if area.max_row > top]
    merged = [str(area) for area in areas if area.min_row <= last]
    if merged:
        raise RequestError(
            f"{where}: merged cells in the data, {listing(merged)}. Which row a value belongs to is "
            f"not certain: unmerge them, and fill each row."
        )
    wrong = [cell.coordinate for row in rows for cell in row if cell.data_type == "e"]
    if wrong:
        raise RequestError(f"{where}: an error of a formula in {listing(wrong)}.")


def _sheet(book: Any, name: str, wanted: str | None) -> Any:
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    titles = [sheet.title for sheet in book.worksheets]
    if wanted is not None:
        if wanted not in titles:
            raise RequestError(
                f"{name}: there is no sheet {wanted!r}; there are {listing(map(repr, titles), shown=20)}.",
                variable="sheet",
            )
        return book[wanted]
    filled = [sheet for sheet in sheets if sheet.max_row > 1 or sheet.max_column > 1]
    if len(filled or sheets) != 1:
        raise RequestError(
            f"{name}: several sheets, {listing([repr(sheet.title) for sheet in filled or sheets], shown=20)}. Say which: "
            f"{' or '.join(in_mapping('excel', {'sheet': sheet.title}) for sheet in (filled or sheets)[:2])}.",
            variable="sheet",
        )
    return (filled or sheets)[0]


def _cell(cell: Any) -> Any:
    """Return what a cell holds; a number that is shown with leading zeros has them."""
    value = cell.value
    if (
        isinstance(value, int)
        and not isinstance(value, bool)
        and re.fullmatch(r"00+", cell.number_format)
    ):
        return str(value).zfill(len(cell.number_format))
    if isinstance(value, dt.time):
        return value.isoformat()
    if isinstance(value, str) and not value.strip():
        return None
    return value
