"""A file as it is: its columns before anything is read into them, and how files are named and opened."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from jiascores.core.errors import ColumnError, RequestError, listing, plainly, say, shown

STDIN = "-"


@attrs.define(eq=False, kw_only=True)
class Contents:
    """A file as it is.

    Parameters
    ----------
    name : str
        What messages call it.
    kind : str
        Its kind, a key of `kinds.KINDS`.
    columns : dict
        Its columns in order, as pandas Series; those of a text file as `text.Coded`.
    places : sequence of int
        What each row is called: its line in a text file, its row in a sheet, else its number.
    labels : dict, optional
        By column, what a code stands for.
    gaps : dict, optional
        By column, the values that its owner declared as missing.
    about : object
        What else is needed to write the file again, by its kind: `text.TextFile` for text.
    lines : list of text.Block
        The lines of a text file.
    shaped : bool
        Whether the rows are visits that were made from the rows of the file.
    """

    name: str
    kind: str
    columns: Mapping[str, Any]
    places: Any
    labels: Mapping[str, Mapping[Any, str]] = attrs.field(factory=dict)
    gaps: Mapping[str, Sequence[Mapping[str, Any]]] = attrs.field(factory=dict)
    about: Any = None
    lines: Sequence[Any] = ()
    shaped: bool = False

    @property
    def place(self) -> str:
        """What messages call a row."""
        return "line" if self.kind == "text" else "row"


def contents_of(frame: Any, name: str, kind: str, **more: Any) -> Contents:
    """Return what was read as a pandas table."""
    names = [str(each) for each in frame.columns]
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise ColumnError(f"{name}: two columns have the name {listing(twice)}.", values=twice)
    columns = {each: frame[column] for each, column in zip(names, frame.columns, strict=True)}
    more = {"places": np.arange(1, len(frame) + 1), **more}
    return Contents(name=name, kind=kind, columns=columns, **more)


def name_of(path: Any) -> str:
    """Return what messages call a file."""
    return "standard input" if plainly(path) == STDIN else plainly(path)


def path_of(path: Any, name: str = "path") -> Path:
    """Return a path, or raise if it is none; a number would be a file that is open."""
    if not isinstance(path, str | os.PathLike) or not _can_be(path):
        raise RequestError(
            f"{say(name)} takes the path of a file, not {shown(path)}.",
            variable=name,
            values=(path,),
        )
    return Path(path)


def _can_be(path: Any) -> bool:
    """Return whether a file can be called so: not by nothing, NUL, half a character, or for ever."""
    try:
        os.stat(path)  # noqa: PTH116
    except OSError as error:
        return bool(str(path)) and error.errno != errno.ENAMETOOLONG
    except ValueError:
        return False
    return bool(str(path))


def size_of(path: Any) -> int:
    """Return the size of a file; that of a pipe is not known, and 0."""
    return Path(path).stat().st_size if str(path) != STDIN and Path(path).is_file() else 0


class Piped(str):
    """Standard input, read once, so that it can be opened several times."""

    __slots__ = ("held",)
    held: bytes

    @classmethod
    def read(cls) -> Piped:
        """Read standard input."""
        piped = cls(STDIN)
        piped.held = standard_input().read()
        return piped


def standard_input() -> Any:
    """Return standard input as a binary file."""
    if sys.stdin is None:
        raise RequestError("there is no standard input: name a file.")
    return sys.stdin.buffer


@contextlib.contextmanager
def named_file() -> Iterator[tuple[Any, str]]:
    """Give a temporary file, and a name for pyreadstat, which opens files by name only.

    On Linux the name goes with the process, so that nothing is left behind.
    """
    if Path("/proc/self/fd").is_dir():
        with tempfile.TemporaryFile() as file:
            yield file, f"/proc/self/fd/{file.fileno()}"
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        with path.open("w+b") as file:
            yield file, str(path)


def plain_cells(column: Any) -> list[Any]:
    """Return a column as Python's own numbers, texts and dates, None for gaps."""
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
