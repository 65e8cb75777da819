"""Files as they are: which kind each is, by its content, and its columns before anything is read into them."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import io
import os
import re
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

import attrs
import numpy as np

from jiascores.core.errors import ColumnError, JiaScoresError, RequestError, listing, say
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
# What a page begins with, and no table.
_PAGE = re.compile(rb"%PDF|\{\\rtf|\s*<(!doctype|html|\?xml)", re.IGNORECASE)
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
IN_WORDS = {
    "xport": "SAS transport",
    "sas7bdat": "SAS",
    "spss": "SPSS",
    "stata": "Stata",
    "excel": "Excel .xlsx",
    "parquet": "Parquet",
}
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


def path_of(path: Any, name: str = "path") -> Path:
    """Return a path, or say that it is none; a number would be a file that is open."""
    if not isinstance(path, str | os.PathLike) or not str(path):
        raise RequestError(
            f"{say(name)} takes the path of a file, not {path!r}.", variable=name, values=(path,)
        )
    return Path(path)


class Piped(str):
    """Standard input, read once, so that it can be opened in several ways."""

    __slots__ = ("held",)
    held: bytes

    @classmethod
    def read(cls) -> Piped:
        """Read standard input."""
        piped = cls(STDIN)
        piped.held = cls.stream().read()
        return piped

    @staticmethod
    def stream() -> Any:
        """Return standard input."""
        if sys.stdin is None:
            raise RequestError("there is no standard input: name a file.")
        return sys.stdin.buffer


@contextlib.contextmanager
def opened(path: Any, progress: Progress | None = None) -> Iterator[tuple[Any, str, bool]]:
    """Open a file once, since a pipe can be read once only; give it, its kind, and whether it is packed."""
    with contextlib.ExitStack() as stack:
        if str(path) == STDIN:
            raw: Any = io.BytesIO(path.held) if isinstance(path, Piped) else Piped.stream()
        else:
            path_of(path)
            if not os.path.exists(path):  # noqa: PTH110
                raise RequestError(f"there is no file {str(path)!r}.", values=(str(path),))
            if os.path.isdir(path):  # noqa: PTH112
                raise RequestError(f"{str(path)!r} is a folder: give a file.", values=(str(path),))
            raw = stack.enter_context(open(path, "rb", buffering=0))  # noqa: PTH123
        stream: Any = io.BufferedReader(_Counted(raw, progress))
        packed = stream.peek(2)[:2] == GZIP
        with readable(path, "gz" if packed else "text"):
            if packed:
                stream = io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=stream)))
            start = stream.peek(64)
        kind = next((kind for begins, kind in BEGINNINGS if start.startswith(begins)), "text")
        kind = "stata" if _OLD_STATA.match(start) else "page" if _PAGE.match(start) else kind
        with readable(path, "gz" if packed else kind):
            yield stream, kind, packed


@contextlib.contextmanager
def readable(path: Any, kind: str) -> Iterator[None]:
    """Say which file it is that a library cannot read, whatever the library says of it."""
    try:
        yield
    except (JiaScoresError, MemoryError):
        raise
    except Exception as error:
        what = f"it begins as a file of {IN_WORDS[kind]} does, and" if kind in IN_WORDS else "it"
        said = str(error).strip(" .\n") or type(error).__name__
        archive = " An archive is to be unpacked first." if kind == "excel" else ""
        raise RequestError(
            f"{name_of(path)}: {what} cannot be read: {said}. Is it whole? "
            f"Save it, or have it sent, anew.{archive}",
            reason="broken",
        ) from error


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
            raise RequestError(
                f"{name}: a workbook of Excel 97–2003, or one with a password. Save it as .xlsx, "
                f"without a password."
            )
        if kind == "page":
            raise RequestError(
                f"{name}: a page (HTML, XML, PDF or RTF), and no table. Open it in a spreadsheet, and "
                f"save the table as .xlsx or CSV."
            )
        if packed:
            raise RequestError(f"{name}: only text is read from a .gz file. Unpack it first.")
        if kind == "excel":
            need("openpyxl", "files", name)
            return _excel(io.BytesIO(stream.read()), name, source)
        if kind == "parquet":
            need("pyarrow", "files", name)
            return _parquet(stream, name)
        need("pyreadstat", "files", name)
        if _size(path):
            return _statistics(path, kind, name)
        with named_file() as (file, by):
            shutil.copyfileobj(stream, file)
            file.flush()
            return _statistics(by, kind, name)


@contextlib.contextmanager
def named_file() -> Iterator[tuple[Any, str]]:
    """Give a temporary file with a name by which pyreadstat opens it, which knows files by name only.

    Where the system has such, the name goes with the process, so that nothing is left behind.
    """
    with contextlib.ExitStack() as stack:
        if os.path.isdir("/proc/self/fd"):  # noqa: PTH112
            file = stack.enter_context(tempfile.TemporaryFile())
            yield file, f"/proc/self/fd/{file.fileno()}"
            return
        path = os.path.join(stack.enter_context(tempfile.TemporaryDirectory()), "table")  # noqa: PTH118
        yield stack.enter_context(open(path, "w+b")), path  # noqa: PTH123


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

    table = pq.read_table(pa.BufferReader(stream.read()), page_checksum_verification=True)
    frame = table.to_pandas(ignore_metadata=True)
    return _contents(frame, name, "parquet", about=table)


def _contents(frame: Any, name: str, kind: str, **more: Any) -> Contents:
    names = [str(each) for each in frame.columns]
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise ColumnError(f"{name}: two columns have the name {listing(twice)}.", values=twice)
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
    frame, about = getattr(pyreadstat, readers[kind])(os.fspath(path), **options)
    labels = {column: dict(words) for column, words in about.variable_value_labels.items()}
    gaps = dict(about.missing_ranges) if kind == "spss" else {}
    return _contents(frame, name, kind, labels=labels, gaps=gaps, about=about)


# --------------------------------------------------------------------------------------------
# Excel


def _excel(data: io.BytesIO, name: str, source: Source) -> Contents:
    """Return a table in a sheet: what the cells hold, with the row of the sheet of each."""
    import openpyxl
    import pandas as pd

    with warnings.catch_warnings():
        # What openpyxl passes over in a workbook does not concern its cells.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(data)
    sheet: Any = _sheet(book, name, source.excel.sheet)
    where = f"{name}, sheet {sheet.title!r}"
    header, *rows = _filled_rows(_stored(data, sheet, where), source.excel.skip + 1)
    width = len(header)
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


def _cells(sheet: Any) -> list[Any]:
    """Return the cells of a sheet that hold something; a sheet may be formatted down to its end."""
    return [cell for cell in sheet._cells.values() if cell.value is not None]


def _filled_rows(sheet: Any, top: int) -> list[Any]:
    """Return the row of the header, and each row below it that holds something."""
    below = [(cell.row, cell.column) for cell in _cells(sheet) if cell.row >= top]
    width = max((column for _, column in below), default=1)
    places = sorted({top, *(row for row, _ in below)})
    return [next(sheet.iter_rows(min_row=place, max_row=place, max_col=width)) for place in places]


def _stored(data: io.BytesIO, sheet: Any, where: str) -> Any:
    """Return a sheet with the values of its formulas, as Excel stored them."""
    import openpyxl

    formulas = [cell for cell in _cells(sheet) if cell.data_type == "f"]
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
    if not sheets:
        raise RequestError(f"{name}: a workbook without a sheet that shows.", variable="sheet")
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
