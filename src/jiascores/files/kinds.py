"""Which kind a file is, and how files of each kind are recognised, read, written and added to."""

from __future__ import annotations

import contextlib
import gzip
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeAlias, cast

import attrs

from jiascores.core.errors import JiaScoresError, RequestError, say
from jiascores.files import excel, parquet, statistics, text
from jiascores.files.contents import STDIN, Contents, Piped, name_of, path_of, standard_input
from jiascores.files.mapping import Source
from jiascores.files.text import Style
from jiascores.tables.engines import need

GZIP = b"\x1f\x8b"
Progress: TypeAlias = Callable[[int], None]


@attrs.frozen(kw_only=True)
class Kind:
    """A kind of file.

    Parameters
    ----------
    words : str
        What messages call it.
    begins : bytes
        A pattern of what such a file begins with.
    endings : tuple of str
        How the name of such a file ends.
    package : str, optional
        What is needed to read and write it.
    read : callable, optional
        From a stream, its path and its `Source` to `Contents`.
    write : callable, optional
        Writes a table in a `Style` to a stream.
    append : callable, optional
        Writes `Contents` to a stream again, with the columns of a table added.
    in_pieces : bool
        Whether it can be read and written piece by piece.
    refused : str
        Why it is not read, and what to do.
    """

    words: str = ""
    begins: bytes
    endings: tuple[str, ...] = ()
    package: str | None = None
    read: Callable[[Any, Any, Source], Contents] | None = None
    write: Callable[[Any, Style, IO[bytes]], None] | None = None
    append: Callable[[Contents, Any, IO[bytes]], None] | None = None
    in_pieces: bool = False
    refused: str = ""


def _of_statistics(kind: str, words: str, begins: bytes, *endings: str) -> Kind:
    """Return a kind of file that pyreadstat reads."""
    return Kind(
        words=words,
        begins=begins,
        endings=endings,
        package="pyreadstat",
        read=lambda stream, path, _: statistics.read(stream, path, kind),
        write=lambda frame, _, out: statistics.write(frame, kind, out),
        append=statistics.append,
    )


KINDS = {
    "parquet": Kind(
        words="Parquet",
        begins=rb"PAR1",
        endings=(".parquet", ".pq"),
        package="pyarrow",
        read=parquet.read,
        write=parquet.write,
        append=parquet.append,
        in_pieces=True,
    ),
    "excel": Kind(
        words="Excel .xlsx",
        begins=rb"PK\x03\x04",
        endings=(".xlsx",),
        package="openpyxl",
        read=excel.read,
        write=excel.write,
        append=excel.append,
    ),
    "sav": _of_statistics("sav", "SPSS", rb"\$FL[23]", ".sav", ".zsav"),
    "dta": _of_statistics("dta", "Stata", rb"<stata_dta>|[\x69-\x73][\x01\x02]\x01\x00", ".dta"),
    "xport": _of_statistics("xport", "SAS transport", rb"HEADER RECORD\*{7}LIB", ".xpt"),
    # Nobody writes it but SAS.
    "sas7bdat": attrs.evolve(
        _of_statistics("sas7bdat", "SAS (.sas7bdat)", rb"\x00{12}\xc2\xea\x81\x60", ".sas7bdat"),
        write=None,
        append=None,
    ),
    "xls": Kind(
        begins=rb"\xd0\xcf\x11\xe0",
        refused="a workbook of Excel 97–2003, or one with a password. Save it as .xlsx, without a "
        "password.",
    ),
    "page": Kind(
        begins=rb"(?i:%PDF|\{\\rtf|\s*<(!doctype|html|\?xml))",
        refused="a page (HTML, XML, PDF or RTF), and no table. Open it in a spreadsheet, and save the "
        "table as .xlsx or CSV.",
    ),
    # What begins like nothing else.
    "text": Kind(
        words="text",
        begins=b"",
        endings=(".csv", ".tsv", ".txt"),
        read=text.read,
        write=text.write,
        append=text.append,
        in_pieces=True,
    ),
}
# The endings of the files that are written, the usual one of each kind and every one of text.
WRITTEN = [
    *KINDS["text"].endings,
    *(each.endings[0] for name, each in KINDS.items() if each.write and name != "text"),
]


@contextlib.contextmanager
def opened(path: Any, progress: Progress | None = None) -> Iterator[tuple[Any, str, bool]]:
    """Open a file once, since a pipe can be read once only; give it, its kind, and whether it is packed."""
    with contextlib.ExitStack() as stack:
        if str(path) == STDIN:
            raw: Any = io.BytesIO(path.held) if isinstance(path, Piped) else standard_input()
        else:
            file = path_of(path)
            if not file.exists():
                raise RequestError(f"there is no file {str(path)!r}.", values=(str(path),))
            if file.is_dir():
                raise RequestError(f"{str(path)!r} is a folder: give a file.", values=(str(path),))
            raw = stack.enter_context(file.open("rb", buffering=0))
        stream: Any = io.BufferedReader(_Counted(raw, progress))
        packed = stream.peek(2)[:2] == GZIP
        with readable(path, "gz" if packed else "text"):
            if packed:
                stream = io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=stream)))
            start = stream.peek(64)
        kind = next(name for name, each in KINDS.items() if re.match(each.begins, start))
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
        known = kind in KINDS and KINDS[kind].package is not None
        what = f"it begins like a file of {KINDS[kind].words}, but" if known else "it"
        said = str(error).strip(" .\n") or type(error).__name__
        archive = " An archive is to be unpacked first." if kind == "excel" else ""
        raise RequestError(
            f"{name_of(path)}: {what} cannot be read: {said}. Is it whole? "
            f"Save it again, or have it sent again.{archive}",
            reason="broken",
        ) from error


class _Counted(io.RawIOBase):
    """A file that says how much of it is read."""

    def __init__(self, raw: Any, progress: Progress | None) -> None:
        self._raw, self._progress = raw, progress

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._raw.read(len(buffer)) or b""
        buffer[: len(data)] = data
        if self._progress is not None:
            self._progress(len(data))
        return len(data)


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
        how = KINDS[kind]
        if how.read is None:
            raise RequestError(f"{name}: {how.refused}")
        if packed and kind != "text":
            raise RequestError(f"{name}: only text is read from a .gz file. Unpack it first.")
        if how.package is not None:
            need(how.package, "files", name)
        return how.read(stream, path, source)


def kind_to_write(path: Any, like: Contents | None = None) -> str:
    """Return the kind that a table is written as: by the name, else that of the input."""
    if path is None or str(path) == STDIN:
        return "text"
    whole_name = Path(path).name.lower()
    name = whole_name.removesuffix(".gz")
    kind = next((kind for kind, each in KINDS.items() if name.endswith(each.endings)), None)
    if kind is None and Path(path).exists() and not Path(path).is_file():
        # A pipe or a device has no ending.
        return "text" if like is None else like.kind
    if kind is None or KINDS[kind].write is None:
        what = (
            f"files of {KINDS[kind].words} cannot be written"
            if kind
            else "its name does not say what kind of file it is"
        )
        raise RequestError(
            f"{say('out', str(path))}: {what}. End the name in {', '.join(WRITTEN[:-1])} or "
            f"{WRITTEN[-1]}.",
            variable="out",
        )
    if name != whole_name and kind != "text":
        raise RequestError(f"{say('out', str(path))}: only text is written as .gz.", variable="out")
    return kind
