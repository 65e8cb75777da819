"""What makes the files of `bad_input.csv`, the table of bad and borderline input to the command line.

A row of the table has what is tried, the file, the mapping, the command, and what it must answer.
"""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import io
import lzma
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import attrs

TABLE = Path(__file__).with_name("bad_input.csv")
HEAD = "patient,date,physician_global,patient_global,active_joints,esr\n"
FIRST = "001,2024-01-10,6,5.5,12,48\n"
VISITS = f"{HEAD}{FIRST}001,2024-04-10,1,0.5,0,8\n"
PLACES = {name: place for place, name in enumerate(HEAD.strip().split(","))}


@attrs.frozen
class Row:
    """A row of the table.

    Parameters
    ----------
    subject : str
        What is tried.
    input : str
        The file: ``csv`` and its text with escapes, ``cell`` and a value of the first visit, or a
        maker of this module with its arguments.
    mapping : str
        The mapping, with escapes; empty for none.
    door : str
        The command; ``{file}``, ``{out}`` and ``{map}`` stand for paths.
    answer : str
        The class of the error; else what the output has in its last column, or ``~`` and a text
        that is in it.
    reason : str
        The reason of the error.
    status : str
        The exit status.
    """

    subject: str
    input: str
    mapping: str
    door: str
    answer: str
    reason: str
    status: str


def rows() -> list[Row]:
    """Return the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Row(**row) for row in csv.DictReader(file)]


def unescaped(text: str) -> bytes:
    r"""Return what a text with escapes such as ``\n`` and ``\xff`` stands for."""
    return codecs.escape_decode(text.encode())[0]  # type: ignore[attr-defined]


MAKERS: dict[str, Callable[..., bytes | Path]] = {}


def maker(make: Callable[..., bytes | Path]) -> Callable[..., bytes | Path]:
    """Enter what makes a file."""
    MAKERS[make.__name__.rstrip("_")] = make
    return make


def made(row: Row, folder: Path) -> Path:
    """Make the file of a row, and return its path."""
    name, _, rest = row.input.partition(" ")
    if name in ("csv", "cell"):
        content: bytes | Path = MAKERS[name](rest)
    else:
        content = MAKERS[name](*rest.split(), folder=folder)
    if isinstance(content, Path):
        return content
    path = folder / "visits.csv"
    path.write_bytes(content)
    return path


@maker
def csv_(text: str) -> bytes:
    """Return a text with escapes; HEAD, FIRST and VISITS stand for usual ones."""
    for name, usual in (("HEAD", HEAD), ("FIRST", FIRST), ("VISITS", VISITS)):
        text = text.replace(name, usual.replace("\n", "\\n"))
    return unescaped(text)


@maker
def cell(text: str) -> bytes:
    """Return the usual visits with another value in the first one."""
    name, _, value = text.partition("=")
    fields = FIRST.strip().split(",")
    fields[PLACES[name]] = unescaped(value).decode()
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(fields)
    return VISITS.replace(FIRST, out.getvalue()).encode()


@maker
def long(name: str, size: str, mark: str = "x", *, folder: Path) -> bytes:
    """Return the usual visits with a long value in the first one."""
    return cell(f"{name}={mark * int(size)}")  # type: ignore[return-value]


@maker
def coded(encoding: str, start: str = "", *, folder: Path) -> bytes:
    """Return the usual visits in an encoding, after a byte-order mark."""
    return unescaped(start) + VISITS.encode(encoding)


@maker
def many(rows: str, tail: str, *, folder: Path) -> bytes:
    """Return many visits, and something after them."""
    return (HEAD + FIRST * int(rows)).encode() + unescaped(tail)


@maker
def wide(columns: str, *, folder: Path) -> bytes:
    """Return the usual visits with many columns beside them."""
    more = "".join(f",c{number}" for number in range(int(columns)))
    head, *visits = VISITS.splitlines()
    return "".join(
        [f"{head}{more}\n", *(f"{visit}{',' * int(columns)}\n" for visit in visits)]
    ).encode()


# --------------------------------------------------------------------------------------------
# Files of other kinds


def saved(kind: str, folder: Path, name: str = "whole") -> Path:
    """Write the usual visits as a file of a kind."""
    import pandas as pd
    import pyreadstat

    visits = pd.read_csv(io.StringIO(VISITS), dtype={"patient": str}, parse_dates=["date"])
    path = folder / f"{name}.{kind}"
    write = {
        "xlsx": lambda: visits.to_excel(path, index=False),
        "parquet": lambda: visits.to_parquet(path, index=False),
        "sav": lambda: pyreadstat.write_sav(visits, path),
        "zsav": lambda: pyreadstat.write_sav(visits, path, compress=True),
        "dta": lambda: pyreadstat.write_dta(visits, path),
        "xpt": lambda: pyreadstat.write_xport(visits, path, file_format_version=8),
        "gz": lambda: path.write_bytes(gzip.compress(VISITS.encode(), mtime=0)),
    }
    write[kind]()
    return path


def taken(path: Path) -> bytes:
    """Return what a file holds, and take the file away."""
    data = path.read_bytes()
    path.unlink()
    return data


@maker
def kind(name: str, *, folder: Path) -> Path:
    """Return a sound file of a kind."""
    return saved(name, folder)


@maker
def named(kind: str, name: str, *, folder: Path) -> Path:
    """Return a sound file of a kind with the name of another."""
    return saved(kind, folder).rename(folder / name)


@maker
def cut(kind: str, share: str, *, folder: Path) -> bytes:
    """Return the first part of a file of a kind."""
    data = taken(saved(kind, folder))
    return data[: int(len(data) * float(share)) or 64]


@maker
def spoiled(kind: str, start: str, size: str, *, folder: Path) -> bytes:
    """Return a file of a kind with other bytes within, from a share of it on."""
    data = taken(saved(kind, folder))
    at = int(len(data) * float(start))
    return data[:at] + b"\xa5" * int(size) + data[at + int(size) :]


@maker
def after(kind: str, tail: str, *, folder: Path) -> bytes:
    """Return a file of a kind with something after it."""
    return taken(saved(kind, folder)) + unescaped(tail)


@maker
def packed(kind: str, *, folder: Path) -> bytes:
    """Return a packed file of a kind."""
    data = VISITS.encode() if kind == "csv" else taken(saved(kind, folder))
    return gzip.compress(data, mtime=0)


@maker
def pressed(by: str, *, folder: Path) -> bytes:
    """Return the usual visits packed in a way that is not read."""
    if by == "zip":
        return zipped({"visits.csv": VISITS.encode()})
    return {"bz2": bz2.compress, "xz": lzma.compress}[by](VISITS.encode())


def zipped(files: dict[str, bytes]) -> bytes:
    """Return files as a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@maker
def archive(*names: str, folder: Path) -> bytes:
    """Return a zip archive with such files."""
    return zipped(dict.fromkeys(names, b"<a/>"))


@maker
def part(name: str, what: str, *, folder: Path) -> bytes:
    """Return a workbook of which a part is absent, empty, no XML or another one."""
    with zipfile.ZipFile(io.BytesIO(taken(saved("xlsx", folder)))) as book:
        parts = {each: book.read(each) for each in book.namelist()}
    parts[name] = {"empty": b"", "text": b"hello", "other": b"<a/>", "laughs": LAUGHS}.get(
        what, b""
    )
    if what == "absent":
        del parts[name]
    return zipped(parts)


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b0 "lol">'
    + b"".join(
        b'<!ENTITY b%d "%s">' % (number, b"&b%d;" % (number - 1) * 10) for number in range(1, 10)
    )
    + b"]><a>&b9;</a>"
)


@maker
def sheet(place: str, *, folder: Path) -> bytes:
    """Return a workbook with something far away from its table: a value, or a mere format."""
    import openpyxl

    path = saved("xlsx", folder)
    book = openpyxl.load_workbook(path)
    if place.startswith("format:"):
        book.active[place.removeprefix("format:")].number_format = "0.00"
    else:
        book.active[place] = "x"
    book.save(path)
    return taken(path)


@maker
def folder_(*, folder: Path) -> Path:
    """Return a folder."""
    path = folder / "visits.csv"
    path.mkdir()
    return path


@maker
def absent(*, folder: Path) -> Path:
    """Return the path of a file that is not there."""
    return folder / "absent.csv"


@maker
def link(*, folder: Path) -> Path:
    """Return a link to a file."""
    (folder / "real.csv").write_text(VISITS)
    path = folder / "visits.csv"
    path.symlink_to("real.csv")
    return path


@maker
def loop(*, folder: Path) -> Path:
    """Return a link to itself."""
    path = folder / "visits.csv"
    path.symlink_to("visits.csv")
    return path


@maker
def device(path: str, *, folder: Path) -> Path:
    """Return a device."""
    return Path(path)


@maker
def fifo(kind: str = "", *, folder: Path) -> Path:
    """Return a named pipe into which a file is written."""
    import threading

    data = taken(saved(kind, folder)) if kind else VISITS.encode()
    path = folder / "pipe"
    os.mkfifo(path)
    threading.Thread(target=path.write_bytes, args=(data,), daemon=True).start()
    return path


@maker
def study(*, folder: Path) -> Path:
    """Return visits with all that the commands ask for; infusions, drugs and laboratory lie beside them."""
    days = ("2024-01-10", "2024-04-10", "2024-07-10")
    visits = [
        "patient,date,physician_global,patient_global,active_joints,limited_joints,chaq,esr,inactive,visit,arm"
    ]
    visits += [
        f"{who},{day},6,5.5,12,3,1.5,48,yes,{number},A"
        for who in ("01", "02")
        for number, day in enumerate(days)
    ]
    beside = {
        "visits.csv": visits,
        "infusions.csv": ["patient,date", "01,2024-01-12"],
        "drugs.csv": ["patient,drug,start,stop", "01,methotrexate,2024-01-01,2024-06-01"],
        "laboratory.csv": ["patient,date,esr", "01,2024-01-12,20", "02,2024-01-11,30"],
    }
    for name, lines in beside.items():
        (folder / name).write_text("\n".join((*lines, "")), encoding="utf-8")
    return folder / "visits.csv"
