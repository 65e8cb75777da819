"""Outputs: whole or not at all, in the form of the input unless told otherwise."""

from __future__ import annotations

import contextlib
import gzip
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from jiascores.core.errors import JiaScoresError, RequestError, say
from jiascores.files.contents import STDIN, Contents
from jiascores.files.kinds import KINDS, kind_to_write
from jiascores.files.text import Style
from jiascores.tables.engines import need

BLOCK = 1 << 20


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
        # Everything is made first, so that nothing reaches the pipe if something fails.
        with tempfile.TemporaryFile() as made, _opened(None if is_screen else path) as there:
            yield made
            made.seek(0)
            while part := made.read(BLOCK):
                rest = memoryview(part)
                while rest:
                    # Standard output without a buffer may take only a part of what it is given.
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
    """Return whether a path is a device or a pipe."""
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
        # A new name cannot replace one that exists: link under a temporary name, then rename.
        name = str(target.with_name(f".{target.name}.{os.getpid()}"))
        _link(file, name)
    os.replace(name, target)  # noqa: PTH105


def _link(file: IO[bytes], name: Any) -> None:
    """Give a name to a file that has none."""
    folder = os.open("/proc/self/fd", os.O_RDONLY)
    try:
        # Python follows the link to the file only with a folder descriptor.
        os.link(str(file.fileno()), name, src_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def bar(*, wanted: bool | None) -> Callable[[Iterator[Any], str], Iterator[Any]]:
    """Return what passes tables on and shows in a terminal how many rows have passed."""
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


def write_table(
    frame: Any,
    path: Any,
    *,
    force: bool = False,
    inputs: Sequence[Any] = (),
    style: Style | None = None,
) -> None:
    """Write a table that is not a file with columns added, such as findings or the catalogue."""
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
    import pandas as pd

    kind = kind_to_write(path, file)
    append = KINDS[kind].append
    with whole(path, force=force, inputs=inputs) as out:
        if kind == file.kind and not file.shaped and append is not None:
            with _writable(kind), packed(out, path) as sink:
                append(file, added, sink)
            return
        style = file.about.style if file.kind == "text" else Style()
        if file.shaped and kind == "text":
            # The cells as they came.
            typed = pd.DataFrame(dict(file.columns)).set_axis(added.index)
        both = pd.concat([typed, added], axis=1).reset_index(drop=True)
        written(both, kind, out, style, path)


@contextlib.contextmanager
def _writable(kind: str) -> Iterator[None]:
    """Turn any error of a library that writes a file into one of ours."""
    try:
        yield
    except (JiaScoresError, OSError, MemoryError):
        raise
    except Exception as error:
        raise RequestError(
            f"the table does not fit into a file of {KINDS[kind].words}: {str(error).strip('.')}. Write "
            f"to .csv, or change that in the input.",
            reason="unwritten",
            variable="out",
        ) from error


@contextlib.contextmanager
def packed(out: IO[bytes], path: Any) -> Iterator[Any]:
    """Give a file that compresses what is written, if the name ends in .gz."""
    if not str(path).lower().endswith(".gz"):
        yield out
        return
    # No name and no time inside, so that the same table gives the same bytes.
    with gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as sink:
        yield sink


def written(frame: Any, kind: str, out: IO[bytes], style: Style, path: Any) -> None:
    """Write a table as a file of a kind."""
    how = KINDS[kind]
    if how.package is not None:
        need(how.package, "files", f"a file of {how.words}")
    assert how.write is not None
    with _writable(kind), packed(out, path) as sink:
        how.write(frame, style, sink)
