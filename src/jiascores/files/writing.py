"""Outputs: whole or not at all, in the form of the input unless told otherwise."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np

from jiascores.core.errors import JiaScoresError, RequestError, say
from jiascores.files.kinds import ENDINGS, IN_WORDS, STDIN, Contents, named_file
from jiascores.files.text import Style
from jiascores.tables.engines import need

BLOCK = 1 << 20
# What a cell of a workbook holds; the rest would be cut off.
LONGEST_CELL = 32_767


@contextlib.contextmanager
def whole(path: Any, *, force: bool = False, inputs: Sequence[Any] = ()) -> Iterator[IO[bytes]]:
    """Give a file to write to, which takes its name when all of it is there, or never.

    Parameters
    ----------
    path : path
        Where to write; ``-`` is standard output. Links are followed; a device or pipe is written
        to and not replaced.
    force : bool
        Whether a file that exists may be replaced; its mode is kept.
    inputs : sequence of path
        What was read, and is never written over.
    """
    is_screen = path is None or str(path) == STDIN
    if is_screen or _is_pipe(path):
        # All of it is made first, so that nothing reaches the pipe where something fails.
        with tempfile.TemporaryFile() as made, _opened(None if is_screen else path) as there:
            yield made
            made.seek(0)
            while part := made.read(BLOCK):
                rest = memoryview(part)
                while rest:
                    # Standard output may take a part of what it is given, where it has no buffer.
                    rest = rest[there.write(rest) :]
            there.flush()
        return
    refuse_target(path, force=force, inputs=inputs)
    target = Path(os.path.realpath(str(path)))
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    with _nameless(target) as (file, name):
        yield file
        file.flush()
        if mode is not None:
            os.chmod(file.fileno() if name is None else name, mode)  # noqa: PTH101
        os.fsync(file.fileno())
        _take_place(file, name, target, force=force)


@contextlib.contextmanager
def _opened(path: Any) -> Iterator[IO[bytes]]:
    """Open a pipe or a device, or standard output, to write to."""
    if path is not None:
        with open(path, "wb") as there:  # noqa: PTH123
            yield there
        return
    if sys.stdout is None:
        raise RequestError(f"there is no standard output: give {say('out', 'FILE')}.")
    yield sys.stdout.buffer


def refuse_target(path: Any, *, force: bool, inputs: Sequence[Any] = ()) -> None:
    """Raise where a file must not be written: it exists, or was read, or its folder is not there."""
    if path is None or str(path) == STDIN:
        return
    target = Path(os.path.realpath(path))
    if _is_pipe(path):
        return
    if target.is_dir():
        raise RequestError(f"{str(path)!r} is a folder: give a file.", variable="out")
    if not target.parent.is_dir():
        raise RequestError(
            f"there is no folder {str(target.parent)!r}.", variable="out", values=(str(path),)
        )
    if not target.exists():
        return
    read = [Path(each) for each in inputs if str(each) != STDIN]
    if any(each.exists() and target.samefile(each) for each in read):
        raise RequestError(f"{str(path)!r} is what is read: write to another file.", variable="out")
    if not force:
        raise RequestError(
            f"{str(path)!r} exists: nothing is written over it. {say('force', True)} replaces it.",
            reason="exists",
            variable="out",
        )


def _is_pipe(path: Any) -> bool:
    """Return whether something is a device or a pipe; that of a shell has no name of its own."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


@contextlib.contextmanager
def _nameless(target: Path) -> Iterator[tuple[IO[bytes], str | None]]:
    """Give a file in the folder of the target that has no name yet, where the system has such.

    A process that is killed leaves nothing behind. Elsewhere it has a name until it is done.
    """
    flags = getattr(os, "O_TMPFILE", None)
    if flags is not None and os.path.isdir("/proc/self/fd"):  # noqa: PTH112
        try:
            descriptor = os.open(target.parent, flags | os.O_RDWR, 0o666)
        except OSError:
            # Not every file system has files without a name.
            pass
        else:
            with os.fdopen(descriptor, "w+b") as file:
                yield file, None
            return
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w+b") as file:
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(name, 0o666 & ~umask)  # noqa: PTH101
            yield file, name
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108


def _take_place(file: IO[bytes], name: str | None, target: Path, *, force: bool) -> None:
    """Give a file its name, in place of what had it."""
    if name is None:
        if not target.exists():
            with contextlib.suppress(FileExistsError):
                _link(file, target)
                return
            if not force:
                raise RequestError(f"{str(target)!r} exists now: nothing is written over it.")
        # A name can be given at once only where none is; for a moment there are two.
        name = str(target.with_name(f".{target.name}.{os.getpid()}"))
        _link(file, name)
    os.replace(name, target)  # noqa: PTH105


def _link(file: IO[bytes], name: Any) -> None:
    """Give a name to a file that has none."""
    folder = os.open("/proc/self/fd", os.O_RDONLY)
    try:
        # Only from a folder that is given does Python follow the link to the file.
        os.link(str(file.fileno()), name, src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def bar(*, wanted: bool | None) -> Callable[[Iterator[Any], str], Iterator[Any]]:
    """Return what shows tables going by: how many rows there were, in a terminal."""
    if wanted is False or (wanted is None and not sys.stderr.isatty()):
        return lambda tables, _: tables

    def show(tables: Iterator[Any], what: str) -> Iterator[Any]:
        rows = 0
        for table in tables:
            yield table
            rows += len(table)
            sys.stderr.write(f"\r{what}: {rows:,} rows")
            sys.stderr.flush()
        sys.stderr.write("\n")

    return show


# --------------------------------------------------------------------------------------------
# Tables


def kind_to_write(path: Any, like: Contents | None = None) -> str:
    """Return the kind that a table is written as: by the name, else that of the input."""
    if path is None or str(path) == STDIN:
        return "text"
    name = Path(path).name.lower().removesuffix(".gz")
    kind = next((kind for end, kind in ENDINGS.items() if name.endswith(end)), None)
    exists = os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113
    if kind is None and exists:
        return "text" if like is None or like.kind == "text" else like.kind
    if kind is None or kind == "sas7bdat":
        what = (
            "SAS files of this kind cannot be written"
            if kind
            else "what kind of file that is, its name does not say"
        )
        raise RequestError(
            f"{say('out', str(path))}: {what}. End the name in .csv, .tsv, .txt, .xlsx, .parquet, .sav, "
            f".dta or .xpt.",
            variable="out",
        )
    if name != Path(path).name.lower() and kind != "text":
        raise RequestError(f"{say('out', str(path))}: only text is written as .gz.", variable="out")
    return kind


def write_table(
    frame: Any,
    path: Any,
    *,
    force: bool = False,
    inputs: Sequence[Any] = (),
    style: Style | None = None,
) -> None:
    """Write a table of its own, such as findings or the catalogue."""
    kind = kind_to_write(path)
    with whole(path, force=force, inputs=inputs) as file:
        written(frame, kind, file, style or Style(), path)


def write_with(
    file: Contents, typed: Any, added: Any, path: Any, *, force: bool, inputs: Sequence[Any]
) -> None:
    """Write a file again, with columns added.

    Parameters
    ----------
    file : Contents
        What was read.
    typed : pandas.DataFrame
        The same, as it was understood, for a file of another kind.
    added : pandas.DataFrame
        The columns to add.
    path : path, optional
        Where to; without it, to standard output.
    force, inputs
        As for `whole`.
    """
    kind = kind_to_write(path, file)
    with whole(path, force=force, inputs=inputs) as out:
        if kind == "text" and file.kind == "text" and not file.shaped:
            with packed(out, path) as sink:
                _lines(file, added, sink)
        elif kind == file.kind and not file.shaped:
            with _writable(kind):
                _SAME[kind](file, added, out)
        else:
            import pandas as pd

            style = Style() if file.text is None else file.text.style
            if file.shaped and kind == "text":
                # The cells as they came.
                typed = pd.DataFrame(dict(file.columns)).set_axis(added.index)
            both = pd.concat([typed, added], axis=1).reset_index(drop=True)
            written(both, kind, out, style, path)


@contextlib.contextmanager
def _writable(kind: str) -> Iterator[None]:
    """Say what a library does not write, whatever it says of it."""
    try:
        yield
    except (JiaScoresError, OSError, MemoryError):
        raise
    except Exception as error:
        raise RequestError(
            f"the table does not fit into a file of {IN_WORDS.get(kind, kind)}: {str(error).strip('.')}. Write to .csv, "
            f"or change that in the input.",
            reason="unwritten",
            variable="out",
        ) from error


@contextlib.contextmanager
def packed(out: IO[bytes], path: Any) -> Iterator[Any]:
    """Give what packs what is written, where the name says so."""
    if not str(path).lower().endswith(".gz"):
        yield out
        return
    # Without a name or a time within: the same table gives the same bytes.
    with gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as sink:
        yield sink


def _lines(file: Contents, added: Any, sink: Any) -> None:
    """Write each line of a text file as it was, with fields added."""
    text = file.text
    assert text is not None
    style = text.style
    sink.write(text.mark + style.encoded(text.head_with([str(name) for name in added.columns])))
    fields = [style.fields(added[name]) for name in added.columns]
    start = 0
    for block in file.blocks:
        each = style.rows(fields, slice(start, start + len(block)))
        start += len(block)
        sink.write(style.encoded(text.block_with(block, each, len(fields))))


def written(frame: Any, kind: str, out: IO[bytes], style: Style, path: Any) -> None:
    """Write a table as a file of a kind."""
    if kind == "text":
        rows = [style.separator.join(style.quoted(str(name)) for name in frame.columns)]
        rows += style.rows([style.fields(frame[name]) for name in frame.columns])
        with packed(out, path) as sink:
            sink.write(style.mark + style.encoded("".join(row + style.end for row in rows)))
        return
    needed = {"parquet": "pyarrow", "excel": "openpyxl"}.get(kind, "pyreadstat")
    need(needed, "files", f"a file of {IN_WORDS[kind]}")
    with _writable(kind):
        if kind == "parquet":
            frame.to_parquet(NotClosed(out), index=False)
        elif kind == "excel":
            cells = zip(*(_plain(frame[name]) for name in frame.columns), strict=True)
            _to_excel([list(map(str, frame.columns)), *cells], "Sheet1", out)
        else:
            _to_statistics(frame, kind, out, {})


class NotClosed(io.RawIOBase):
    """A file that others write to, and that is not closed by them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def writable(self) -> bool:
        """Return that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Write bytes."""
        return self._file.write(data)


def _plain(column: Any) -> list[Any]:
    """Return a column as plain Python cells, None for gaps."""
    import pandas as pd

    cells = column.to_numpy(dtype=object, copy=True)
    cells[np.asarray(pd.isna(column))] = None
    return [
        cell.item()
        if isinstance(cell, np.generic)
        else cell.to_pydatetime()
        if hasattr(cell, "to_pydatetime")
        else cell
        for cell in cells
    ]


def _with_parquet(file: Contents, added: Any, out: IO[bytes]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = file.about
    more = pa.Table.from_pandas(added, preserve_index=False)
    for name in more.column_names:
        table = table.append_column(name, more[name])
    pq.write_table(table, NotClosed(out))


def _with_excel(file: Contents, added: Any, out: IO[bytes]) -> None:
    title, header, rows = file.about
    columns = [_plain(added[name]) for name in added.columns]
    width = len(file.columns)
    more = zip(*columns, strict=True) if columns else ([] for _ in rows)
    cells = ([*row[:width], *new] for row, new in zip(rows, more, strict=True))
    _to_excel([[*header[:width], *added.columns], *cells], title, out)


def _to_excel(rows: Sequence[Any], title: str, out: IO[bytes]) -> None:
    """Write one sheet of values; a cell that was read keeps how it is shown."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)

    def cell(given: Any) -> Any:
        value = getattr(given, "value", given)
        if isinstance(value, str) and len(value) > LONGEST_CELL:
            raise RequestError(
                f"a cell of {len(value):,} characters: Excel holds {LONGEST_CELL:,}. Write to .csv.",
                reason="long",
            )
        made = WriteOnlyCell(sheet, value)
        if made.data_type == "f":
            # It is text, and Excel would compute it.
            made.data_type = "s"
        if hasattr(given, "coordinate"):
            made.number_format = given.number_format
        return made

    try:
        for row in rows:
            sheet.append([cell(each) for each in row])
        book.save(out)
    except Exception:
        # What openpyxl has begun is ended, and its own file is taken away.
        with contextlib.suppress(Exception):
            sheet.close()
        raise


def _with_statistics(file: Contents, added: Any, out: IO[bytes]) -> None:
    import pandas as pd

    frame = pd.concat([pd.DataFrame(dict(file.columns)), added.reset_index(drop=True)], axis=1)
    about = file.about
    more: dict[str, Any] = {"column_labels": about.column_names_to_labels}
    if file.kind != "xport":
        more["variable_value_labels"] = about.variable_value_labels
    if file.kind == "spss":
        more |= {
            "missing_ranges": about.missing_ranges,
            "variable_measure": about.variable_measure,
            "variable_format": about.original_variable_types,
        }
    _to_statistics(frame, file.kind, out, more)


def _to_statistics(frame: Any, kind: str, out: IO[bytes], more: dict[str, Any]) -> None:
    """Write a file of SAS, SPSS or Stata."""
    import pandas as pd
    import pyreadstat

    plain = pd.DataFrame({name: _for_statistics(frame[name]) for name in frame.columns})
    writer = {"spss": "write_sav", "stata": "write_dta", "xport": "write_xport"}[kind]
    labels = more.pop("column_labels", {})
    more["column_labels"] = [labels.get(name) or "" for name in plain.columns]
    if kind == "xport":
        more["file_format_version"] = 8
    with named_file() as (made, by):
        getattr(pyreadstat, writer)(plain, by, **more)
        shutil.copyfileobj(made, out)


def _for_statistics(column: Any) -> Any:
    """Return a column as numbers, dates or text."""
    import pandas as pd

    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiM":
        return column
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.Series([("" if cell is None else cell) for cell in _plain(column)], dtype=object)


_SAME: dict[str, Callable[[Contents, Any, IO[bytes]], None]] = {
    "parquet": _with_parquet,
    "excel": _with_excel,
    **dict.fromkeys(("spss", "stata", "xport"), _with_statistics),
}
