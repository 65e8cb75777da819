"""Every row of `bad_input.csv`: bad and borderline files, mappings and options at the command line."""

from __future__ import annotations

import csv
import errno
import os
import re
import shlex
import signal
import stat
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import click
import pytest

import jiascores as jia
from jiascores.cli import main
from jiascores.core.errors import JiaScoresError
from tests.commands import Runner
from tests.files.bad_input import Row, made, rows, unescaped

LONGEST = 5000
SECONDS = 120
BEGINNINGS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"p\0": "utf-16-le",
    b"\0p": "utf-16-be",
    b"": "cp1252",
}
EITHER = "whole or broken"
# What is Python's, and nothing that can be typed at the command line.
PYTHON = re.compile(
    r"\bjia\.|\w=[\[{]|__\w+__|positional argument|\bNone\b|keyword|Traceback|<class"
)


@attrs.frozen
class Outcome:
    """What a command did."""

    status: int
    out: bytes
    message: str
    error: BaseException | None


@contextmanager
def in_time() -> Iterator[None]:
    """End what does not end."""

    def stop(*_: Any) -> None:
        raise AssertionError(f"not done after {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def command(row: Row, folder: Path) -> tuple[dict[str, Any], Outcome]:
    """Make the file of a row and run its command; return what was there before."""
    path = made(row, folder)
    words = {"file": path, "out": folder / "out.csv", "folder": folder, "map": folder / "map.toml"}
    arguments = [each.format(**words) for each in shlex.split(row.door)]
    if row.mapping:
        words["map"].write_bytes(unescaped(row.mapping))
        arguments += ["--mapping", str(words["map"])]
    given = path.read_bytes() if "-" in arguments else None
    return state(folder), run(arguments, given)


def run(arguments: list[str], given: bytes | None = None) -> Outcome:
    """Run a command in this process."""
    with in_time(), warnings.catch_warnings():
        warnings.simplefilter("error")
        result = Runner().invoke(main, arguments, input=given, standalone_mode=False)
    error = result.exception
    if error is None:
        # An exit that is asked for comes back as its status.
        status = result.return_value if isinstance(result.return_value, int) else 0
        return Outcome(status, result.stdout_bytes, result.stderr, None)
    if isinstance(error, click.ClickException):
        message = f"{result.stderr}Error: {error.format_message()}"
        cause = error.__cause__ if isinstance(error.__cause__, JiaScoresError) else error
        return Outcome(error.exit_code, result.stdout_bytes, message, cause)
    if isinstance(error, SystemExit):
        return Outcome(result.exit_code, result.stdout_bytes, result.stderr, error)
    raise AssertionError(f"{type(error).__name__}: {error}") from error


def state(folder: Path) -> dict[str, Any]:
    """Return what is in a folder, as far as a command must leave it alone."""
    there = {}
    for path in sorted(folder.iterdir()):
        mode = path.lstat().st_mode
        there[path.name] = (mode, path.read_bytes() if stat.S_ISREG(mode) else None)
    return there


TABLE = rows()


@pytest.mark.parametrize("row", TABLE, ids=[f"{n}-{row.subject}" for n, row in enumerate(TABLE, 2)])
def test_bad_input(row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before, outcome = command(row, tmp_path)
    after = state(tmp_path)
    # Nothing that was there is another one, and what is refused leaves nothing behind.
    assert {name: after.get(name) for name in before} == before
    assert {*after} - {*before} <= ({"out.csv"} if not outcome.status else set())
    if row.answer == EITHER:
        # Where the spoiled bytes lie is for a library to say; no number may differ.
        answer = reason(outcome) if outcome.status else last_column(outcome.out)
        assert answer in ("broken", "24.3 1.5"), outcome
        return
    assert str(outcome.status) == row.status, outcome.message
    assert len(outcome.message) <= LONGEST
    assert not PYTHON.search(outcome.message), outcome.message
    if outcome.status:
        # The class itself; or, of click, one that it is of in every version.
        names = {each.__name__ for each in type(outcome.error).__mro__}
        assert (row.answer in names, reason(outcome)) == (True, row.reason), outcome
        assert outcome.message.strip()
        return
    if row.answer.startswith("~"):
        assert row.answer[1:] in outcome.out.decode() + outcome.message
    else:
        assert last_column(outcome.out) == row.answer


def reason(outcome: Outcome) -> str:
    """Return the reason of an error of ours."""
    return outcome.error.reason if isinstance(outcome.error, JiaScoresError) else ""


def last_column(out: bytes) -> str:
    """Return the last column of a text table, without its name."""
    text = next(out.decode(code) for start, code in BEGINNINGS.items() if out.startswith(start))
    mark = next((mark for mark in ",;\t|" if mark in text.splitlines()[0]), ",")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)
    return " ".join(fields[-1] for fields in list(csv.reader(lines, delimiter=mark))[1:])


def test_the_table_is_a_corpus() -> None:
    assert len(TABLE) >= 200
    assert len({(row.input, row.mapping, row.door) for row in TABLE}) == len(TABLE)


def test_a_disk_that_is_full_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = jia.datasets.load_one_child()
    visits.to_csv(tmp_path / "visits.csv", index=False)
    dataset = jia.adam.adeff(visits, measures=["cjadas10"], study="X")
    writes: dict[str, Callable[[Path], Any]] = {
        "page.html": lambda path: jia.report(visits, path, measures=["cjadas10"], pictures=False),
        "adeff.csv": lambda path: jia.adam.write(dataset, path),
        "out.csv": lambda path: jia.assess_files(
            tmp_path / "visits.csv", path, measures=["cjadas10"], progress=False
        ),
    }
    for name in ("page.html", "adeff.csv"):
        (tmp_path / name).write_text("what was there")
        (tmp_path / name).chmod(0o600)
    before = state(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    for name, write in writes.items():
        with pytest.raises(OSError, match="No space left"):
            write(tmp_path / name)
        assert state(tmp_path) == before
