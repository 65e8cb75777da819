"""Text files: every line as it was written, and its fields; the number of fields is checked."""

from __future__ import annotations

import codecs
import contextlib
import csv
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import repeat
from typing import IO, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import ColumnError, RequestError, listing
from jiascores.files.contents import Contents, name_of, size_of
from jiascores.files.mapping import Csv, Source, in_mapping
from jiascores.tables.frame import NONE, Positions

SEPARATORS = (",", ";", "\t", "|")
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
QUOTE = '"'
BLOCK = 1 << 22
# From this size on, Arrow splits the lines, where it is installed.
ARROW = 1 << 16
# The lines of a larger file are kept in a temporary file until they are written, not in memory.
LARGE = 20_000_000
# No row is longer than this, even one with line ends inside quotation marks.
LONGEST = 1 << 27
# Control characters that a text file does not contain.
_CONTROL = bytes({*range(32)} - {*b"\t\n\v\f\r\x1a\x1b"})
_ONE_KIND = "Save the file anew with one kind of line ends."
_TWICE = 'Correct that line: inside quotation marks, write a quotation mark twice ("").'
# How a message of the csv module begins: what is wrong with the line, and what to do.
_BROKEN = {
    "unexpected end": ("a quotation mark opens a field here and nothing closes it", _TWICE),
    "field larger": ("a field of more than 131,072 characters, as if nothing closed it", _TWICE),
    "'": ("text follows the quotation mark that closes a field", _TWICE),
    "new-line": ("a line ends in another way than the header does", _ONE_KIND),
}


class Aside:
    """A temporary file that holds data for as long as this object lives."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (it is closed with this object)

    def __del__(self) -> None:
        self._file.close()

    def put(self, data: bytes) -> tuple[int, int]:
        """Keep data; return where they begin, and their size."""
        start = self._file.seek(0, 2)
        self._file.write(data)
        return start, len(data)

    def get(self, start: int, size: int) -> bytes:
        """Return data that were kept."""
        self._file.seek(start)
        return self._file.read(size)


@attrs.define(eq=False)
class Block:
    """Whole rows of a text file, as they were written and as fields.

    Parameters
    ----------
    text : str
        As it was written, line ends included.
    first : int
        The line of the file where it begins.
    starts, ends : sequence of int
        The lines of the block on which each row begins and ends, from 0.
    empty : list of int
        Lines of the block that hold separators only.
    columns : list
        The fields, column by column: Arrow arrays, or arrays of objects with None for gaps.
    """

    text: str
    first: int
    starts: Sequence[int]
    ends: Sequence[int]
    empty: list[int]
    columns: list[Any]
    _aside: tuple[Aside, int, int] | None = None

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lines(self) -> Positions:
        """The line of the file where each row begins."""
        return np.asarray(self.starts, dtype=np.int64) + self.first

    def put_aside(self, aside: Aside) -> None:
        """Keep the text in a file until it is written, and not in memory."""
        self._aside = (aside, *aside.put(self.text.encode()))
        self.text = ""

    def written(self) -> str:
        """Return the text, from the temporary file if it was put there."""
        if self._aside is None:
            return self.text
        aside, start, size = self._aside
        return aside.get(start, size).decode()

    def rows(self, newline: str) -> list[str]:
        """Return the text of each row, without the end of its last line."""
        lines = self.text.split(newline)
        places = zip(self.starts, self.ends, strict=True)
        return [newline.join(lines[start : end + 1]) for start, end in places]


class Coded:
    """A column of text: the distinct texts, and for each row the place of its text, −1 for a gap."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._parts: list[NDArray[Any]] = []

    def add(self, column: Any) -> None:
        """Add the fields of a block."""
        for texts, codes in _distinct(column):
            places = [self._places.setdefault(text, len(self._places)) for text in texts]
            # The smallest type that holds them: a large file has many columns of few texts.
            kind = np.min_scalar_type(-max(len(self._places), 1))
            self._parts.append(np.array([*places, NONE], dtype=kind)[codes])

    @property
    def texts(self) -> list[str]:
        """The distinct texts, in the order in which they come."""
        return list(self._places)

    @property
    def codes(self) -> NDArray[Any]:
        """The place of each row's text."""
        self._parts = [np.concatenate([np.empty(0, dtype=np.int8), *self._parts])]
        return self._parts[0]

    def series(self, *, compact: bool) -> Any:
        """Return the column for pandas: as text, or as categories, which take less room."""
        import pandas as pd

        if compact:
            return pd.Series(
                pd.Categorical.from_codes(self.codes, pd.Index(self.texts, dtype=object))
            )
        words = np.array([*self.texts, None], dtype=object)
        return pd.Series(words[self.codes], dtype=pd.StringDtype("python"))


def series_of(column: Any, *, compact: bool = False) -> Any:
    """Return a column of a file as a pandas Series: of text, or as its file holds it."""
    return column.series(compact=compact) if isinstance(column, Coded) else column


def _distinct(column: Any) -> Iterator[tuple[list[str], NDArray[Any]]]:
    """Return the distinct texts of a column and the place of each row's, part by part."""
    if isinstance(column, np.ndarray):
        import pandas as pd

        codes, texts = pd.factorize(column)
        yield texts.tolist(), codes
        return
    for chunk in getattr(column, "chunks", [column]):
        coded = chunk.dictionary_encode()
        yield coded.dictionary.to_pylist(), coded.indices.fill_null(NONE).to_numpy()


class TextFile:
    """A file of rows and fields, read block by block.

    Parameters
    ----------
    stream : binary file
        Where it is read from.
    name : str
        What it is called in messages.
    form : Csv
        How it is written.
    """

    def __init__(self, stream: IO[bytes], name: str, form: Csv) -> None:
        self.name: str = name
        self.form: Csv = form
        start = stream.read(BLOCK)
        mark, encoding = _mark(start, form.encoding)
        self.mark: bytes = mark
        self.encoding: str = encoding
        self._stream, self._start = stream, start[len(self.mark) :]
        self._decoder = codecs.getincrementaldecoder(self.encoding)()
        self._line = 1
        self._rest = self._more()
        lines = self._rest[: 1 << 16]
        self.newline = "\n" if "\n" in lines or "\r" not in lines else "\r"
        self.head: str = self._take_head()

    # --- decoding

    def _more(self) -> str:
        """Return the next part of the text; nothing at the end."""
        data, self._start = self._start or self._stream.read(BLOCK), b""
        try:
            text = self._decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            line = self._line + error.object[: error.start].count(b"\n")
            raise self._not_read(data, line) from error
        if "\0" in text:
            raise self._not_read(data, self._line + text.count("\n", 0, text.index("\0")))
        if "\r\r\n" in text:
            line = self._line + text.count("\n", 0, text.index("\r\r\n"))
            raise self._error(line, "a line ends in two carriage returns", _ONE_KIND, "line-end")
        # A part may hold less than one character.
        return text or (self._more() if data else "")

    def _not_read(self, data: bytes, line: int) -> RequestError:
        """Return the error for bytes that are not text in this encoding, or not text at all."""
        wide = self.encoding.startswith(("utf-16", "utf-32"))
        many = [
            other
            for other, place in (("utf-16", 1), ("utf-16-be", 0))
            if set(data[place:64:2]) == {0} != set(data[1 - place : 64 : 2])
        ]
        if not wide and not many and data.translate(None, _CONTROL) != data:
            words = "a character that is not text"
            advice = (
                "The file is broken there, or of no kind that is known (CSV, Excel .xlsx, SAS, SPSS, "
                "Stata, Parquet)."
            )
            return self._error(line, words, advice, "no-text")
        advice = (
            "Say how it is written, or save it anew as UTF-8."
            if self.encoding != "utf-8"
            else f"{in_mapping('csv', {'encoding': [*many, 'cp1252'][0]})} is what many spreadsheets write."
        )
        return self._error(line, f"not written in {self.encoding}", advice, "encoding")

    def _error(self, line: int, words: str, advice: str, reason: str) -> RequestError:
        return RequestError(f"{self.name}, line {line}: {words}. {advice}", reason=reason)

    def _refuse_longer(self, text: str) -> None:
        """Raise where a row does not end within the longest length of a row."""
        if len(text) > LONGEST:
            words = f"it does not end within {LONGEST:,} characters"
            raise self._error(self._line, words, "Is the file broken?", "fields")

    # --- the header

    def _take_head(self) -> str:
        """Take the lines to skip and the header, and read the names of the columns."""
        head = [self._take_line() for _ in range(self.form.skip)]
        self.header_line: int = self._line
        header = self._take_line()
        if not header.strip():
            skip = in_mapping("csv", {"skip": self.form.skip})
            ends = f"The file ends before it, and {skip} says that the header stands there."
            ends = ends if self.form.skip else "The file is empty."
            raise RequestError(
                f"{self.name}: there is no header in line {self.header_line}."
                f"{'' if self._rest else f' {ends}'}",
                reason="header",
            )
        self.separator: str = self.form.separator or _separator(header, self.name)
        while True:
            try:
                rows = list(self._reader([header]))
                break
            except csv.Error as error:
                more = self._take_line()
                if not more:
                    raise self._broken(self.header_line, error) from error
                header += more
        names = [name.strip().strip("\ufeff") for name in rows[0]]
        if len(names) == 1:
            other = next((mark for mark in SEPARATORS if mark in names[0]), None)
            if other is not None:
                raise RequestError(
                    f"{self.name}: one column only, {names[0]!r}. Say what stands between "
                    f"fields: {in_mapping('csv', {'separator': other})}.",
                    reason="separator",
                )
        self.names: list[Any] = [name or f"column {place}" for place, name in enumerate(names, 1)]
        twice = sorted(name for name, times in Counter(self.names).items() if times > 1)
        if twice:
            raise ColumnError(
                f"{self.name}, line {self.header_line}: two columns have the name "
                f"{listing(map(repr, twice))}. Rename one in the file.",
                variable=twice[0],
                values=twice,
            )
        return "".join((*head, header))

    def _take_line(self) -> str:
        """Take the next physical line, with its end."""
        while self.newline not in self._rest:
            more = self._more()
            self._rest += more
            if not more:
                break
            self._refuse_longer(self._rest)
        end = self._rest.find(self.newline) + 1 or len(self._rest)
        line, self._rest = self._rest[:end], self._rest[end:]
        self._line += 1
        return line

    def _reader(self, lines: Sequence[str]) -> Any:
        return csv.reader(iter(lines), delimiter=self.separator, strict=True)

    def _broken(self, line: int, error: csv.Error) -> RequestError:
        said = (words for begins, words in _BROKEN.items() if str(error).startswith(begins))
        return self._error(line, *next(said, (str(error), _TWICE)), "quotes")

    # --- the rows

    def blocks(self) -> Iterator[Block]:
        """Return the rows below the header, block by block."""
        rest, more = self._rest, "the first part is there already"
        self._rest = ""
        while more:
            more = self._more()
            text = rest + more
            cut = text.rfind(self.newline) + 1 if more else len(text)
            try:
                block = self._block(text[:cut])
            except csv.Error as error:
                # A field may contain line ends and continue in the next part.
                if more and str(error) == "unexpected end of data":
                    rest = text
                    self._refuse_longer(rest)
                    continue
                raise self._broken(self._open_at, error) from error
            self._line += text.count(self.newline, 0, cut)
            rest = text[cut:]
            self._refuse_longer(rest)
            if len(block) or block.text:
                yield block

    def _block(self, text: str) -> Block:
        again = f"{self.newline}{self.head.rstrip().rpartition(self.newline)[2]}{self.newline}"
        place = 0 if text.startswith(again[1:]) else text.find(again) + 1
        if (place or text.startswith(again[1:])) and again.strip(f"{self.separator}\r\n"):
            line = self._line + text.count(self.newline, 0, place)
            raise self._error(line, "the header again", "Take that line out.", "header")
        return self._by_arrow(text) or self._by_csv(text)

    def _by_arrow(self, text: str) -> Block | None:
        """Return lines split by Arrow, or nothing if some line needs the rules of CSV."""
        if (
            len(text) < ARROW
            or QUOTE in text
            or self.newline == "\r"
            or self.form.trailing_separator
        ):
            return None
        if find_spec("pyarrow") is None or not self.separator.isascii():
            return None
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        size = text.count("\n") + (not text.endswith("\n"))
        try:
            table = arrow_csv.read_csv(
                pa.BufferReader(text.encode()),
                read_options=arrow_csv.ReadOptions(column_names=self.names, use_threads=False),
                parse_options=arrow_csv.ParseOptions(delimiter=self.separator, quote_char=False),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(self.names, pa.string()),
                    strings_can_be_null=True,
                    null_values=[""],
                ),
            )
        except pa.ArrowInvalid:
            return None
        if len(table) != size or self._has_empty_rows(table):
            return None
        return Block(text, self._line, range(size), range(size), [], table.columns)

    @staticmethod
    def _has_empty_rows(table: Any) -> bool:
        import pyarrow.compute as pc

        empty = None
        for column in table.columns:
            gaps = column.is_null()
            empty = gaps if empty is None else pc.call_function("and", [empty, gaps])
            if not pc.call_function("any", [empty]).as_py():
                return False
        return True

    def _by_csv(self, text: str) -> Block:
        """Return lines split by the rules of CSV."""
        lines = [line + "\n" for line in text.split(self.newline)]
        if lines[-1] == "\n":
            lines.pop()
        reader = self._reader(lines)
        rows: list[list[str]] = []
        starts: list[int] = []
        ends: list[int] = []
        empty: list[int] = []
        begun = 0
        width = len(self.names)
        try:
            for fields in reader:
                end = reader.line_num - 1
                if any(map(str.strip, fields)):
                    if len(fields) != width or self.form.trailing_separator:
                        fields = self._fitting(fields, self._line + begun)  # noqa: PLW2901
                    rows.append(fields)
                    starts.append(begun)
                    ends.append(end)
                elif len(fields) > 1:
                    empty.append(end)
                begun = end + 1
        except csv.Error:
            self._open_at = self._line + begun
            raise
        columns = (
            [_objects(column) for column in zip(*rows, strict=True)]
            if rows
            else [_objects(()) for _ in self.names]
        )
        return Block(text, self._line, starts, ends, empty, columns)

    def _fitting(self, fields: list[str], line: int) -> list[str]:
        """Return as many fields as the header has names, or say in which line they are not."""
        width = len(self.names)
        ends = len(fields) == width + 1 and not fields[-1].strip()
        if self.form.trailing_separator and ends:
            return fields[:-1]
        if self.form.trailing_separator and len(fields) == width:
            words = "this row does not end in a separator, and trailing_separator = true says that all do"
            raise RequestError(
                f"{self.name}, line {line}: {words}. Take it out there, or add one here.",
                reason="fields",
            )
        advice = (
            f"It ends in a separator. Where every row does, say so: {in_mapping('csv', {'trailing_separator': True})}."
            if ends
            else "Where a separator stands inside a field, the field needs quotation marks."
            if len(fields) > width
            else "Is a line broken in two, or a separator missing?"
        )
        raise RequestError(
            f"{self.name}, line {line}: {len(fields)} fields, and the header in line {self.header_line} "
            f"names {width} columns. Every field beyond the fault would be read as another "
            f"column's. {advice}",
            reason="fields",
            values=(len(fields),),
        )

    # --- writing

    @property
    def style(self) -> Style:
        """How it is written."""
        end = "\r\n" if self.head.endswith("\r\n") else self.newline
        return Style(self.separator, self.form.decimal, self.encoding, self.mark, end)

    @property
    def before(self) -> str:
        """What stands between a line and what is added to it."""
        return "" if self.form.trailing_separator else self.separator

    def head_with(self, names: Sequence[str]) -> str:
        """Return the lines to skip and the header, with more names."""
        style = self.style
        body = self.head.removesuffix(style.end)
        more = "".join(self.separator + style.quoted(name) for name in names)
        return body + more + self.head[len(body) :]

    def block_with(self, block: Block, added: Sequence[str], width: int) -> str:
        """Return a block with fields added to each of its rows."""
        lines = block.written().split(self.newline)
        nothing = self.separator * (width - 1)
        before = self.before
        for ends, texts in ((block.ends, added), (block.empty, repeat(nothing))):
            for end, fields in zip(ends, texts, strict=False):
                line = lines[end]
                # Lines were split at \n; the \r of \r\n is still there.
                whole = f"{line[:-1]}{before}{fields}\r" if line.endswith("\r") else None
                lines[end] = whole or f"{line}{before}{fields}"
        return self.newline.join(lines)


@attrs.frozen
class Style:
    """How text is written.

    Parameters
    ----------
    separator, decimal, encoding : str
        Of the file.
    mark : bytes
        The byte-order mark that it begins with, or nothing.
    end : str
        The end of a line.
    """

    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    mark: bytes = b""
    end: str = "\n"

    def quoted(self, text: str) -> str:
        """Return a text as a field."""
        if any(mark in text for mark in (self.separator, QUOTE, "\n", "\r")):
            return f"{QUOTE}{text.replace(QUOTE, QUOTE + QUOTE)}{QUOTE}"
        return text

    def field(self, value: Any) -> str:
        """Return a cell as a field."""
        if isinstance(value, float):
            text = str(int(value)) if value.is_integer() else repr(value)
            return self.quoted(text.replace(".", self.decimal))
        if hasattr(value, "isoformat"):
            return str(value.isoformat()).removesuffix("T00:00:00")
        return self.quoted(str(value))

    def fields(self, column: Any) -> tuple[Any, NDArray[Any]]:
        """Return the place of each row's field among the distinct ones, and these, each made once."""
        import pandas as pd

        codes, distinct = pd.factorize(column)
        codes = codes.astype(np.min_scalar_type(-max(len(distinct), 1)))
        return codes, np.array([*map(self.field, distinct.tolist()), ""], dtype=object)

    def rows(
        self, columns: Sequence[tuple[Any, NDArray[Any]]], part: slice = slice(None)
    ) -> list[str]:
        """Return the fields of each row as one text."""
        texts = [words[codes[part]].tolist() for codes, words in columns]
        return list(map(self.separator.join, zip(*texts, strict=True)))

    def encoded(self, text: str) -> bytes:
        """Return text in the encoding of the file."""
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise RequestError(
                f"{error.object[error.start]!r} cannot be written in {self.encoding}, as the file is. "
                f"Write to a file of another kind, such as .xlsx.",
                reason="encoding",
            ) from error


# --------------------------------------------------------------------------------------------
# A whole file


def read(stream: Any, path: Any, source: Source) -> Contents:
    """Return a text file as it is."""
    file = TextFile(stream, name_of(path), source.csv)
    columns = {column: Coded() for column in file.names}
    aside = Aside() if size_of(path) > LARGE else None
    blocks = []
    for block in file.blocks():
        for column, fields in zip(columns.values(), block.columns, strict=True):
            column.add(fields)
        block.columns.clear()
        if aside is not None:
            block.put_aside(aside)
        blocks.append(block)
    places: Any = np.concatenate([np.empty(0, dtype=np.int64), *(block.lines for block in blocks)])
    if places.size and places[-1] - places[0] + 1 == places.size:
        places = range(places[0], places[-1] + 1)
    return Contents(
        name=file.name, kind="text", columns=columns, places=places, about=file, lines=blocks
    )


def write(frame: Any, style: Style, out: IO[bytes]) -> None:
    """Write a table as text."""
    rows = [style.separator.join(style.quoted(str(name)) for name in frame.columns)]
    rows += style.rows([style.fields(frame[name]) for name in frame.columns])
    out.write(style.mark + style.encoded("".join(row + style.end for row in rows)))


def append(file: Contents, added: Any, out: IO[bytes]) -> None:
    """Write each line of a text file as it was, with fields added."""
    text: TextFile = file.about
    style = text.style
    out.write(text.mark + style.encoded(text.head_with([str(name) for name in added.columns])))
    fields = [style.fields(added[name]) for name in added.columns]
    start = 0
    for block in file.lines:
        each = style.rows(fields, slice(start, start + len(block)))
        start += len(block)
        out.write(style.encoded(text.block_with(block, each, len(fields))))


# --------------------------------------------------------------------------------------------
# What the start of a file shows


def _mark(start: bytes, encoding: str | None) -> tuple[bytes, str]:
    """Return the byte-order mark of a file, and the encoding by that mark or by the mapping."""
    given, known = encoding or "utf-8", False
    with contextlib.suppress(LookupError, ValueError):
        given = codecs.lookup(given).name
        # Some of Python's encodings are not for text; idna and punycode are for host names.
        known = b"\n" in "a,\n1".encode(given) and given not in ("idna", "punycode")
    if not known:
        raise RequestError(
            f"{in_mapping('csv', {'encoding': encoding})}: no such encoding.", reason="mapping"
        )
    for mark, name in MARKS:
        if start.startswith(mark) and given.startswith("utf"):
            return mark, name
    # With these, each part that is written would begin with a mark.
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
    return b"", plain.get(given, given)


def _separator(header: str, name: str) -> str:
    """Return the separator that a header shows outside of quotation marks."""
    outside = "".join(header.split(QUOTE)[::2])
    there = [mark for mark in SEPARATORS if mark in outside]
    if len(there) > 1:
        raise RequestError(
            f"{name}: the header has {' and '.join(map(repr, there))} in it. Say what stands between "
            f"fields: {' or '.join(in_mapping('csv', {'separator': mark}) for mark in there)}.",
            reason="separator",
        )
    return there[0] if there else SEPARATORS[0]


def _objects(column: Sequence[str]) -> NDArray[Any]:
    """Return fields as an array of objects, each distinct text held once, None for an empty field."""
    seen: dict[str, str] = {}
    out = np.empty(len(column), dtype=object)
    out[:] = list(map(seen.setdefault, column, column))
    out[out == ""] = None
    return out
