"""Outputs: whole or not at all, in the form of the input, and never in the way of anybody."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.cli import main
from jiascores.files import text, writing
from tests.commands import Runner

ROWS = [("007", "2024-01-10", "6.0", "5", "4"), ("008", "2024-01-11", "3", "2.50", "")]
HEAD = ("patient", "date", "physician_global", "patient_global", "active_joints")


def run(*arguments: object, **more):
    return Runner().invoke(main, [str(argument) for argument in arguments], **more)


@pytest.fixture
def visits(tmp_path) -> Path:
    path = tmp_path / "visits.csv"
    path.write_text("\n".join(map(",".join, (HEAD, *ROWS))) + "\n")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ------------------------------------------------------------------ text, byte by byte


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("last", [True, False])
def test_a_line_is_the_same_line_with_fields_added(tmp_path, encoding, end, mark, last) -> None:
    decimal = "," if mark == ";" else "."
    lines = [
        mark.join((*HEAD, "Wörter")),
        mark.join(("007", "2024-01-10", " 6.0", "5", "4", f'"a{mark}""b"" {end}c"')).replace(
            ".", decimal
        ),
        mark.join(("008", "2024-01-11", "3", "1E0", "", "NA")),
        "",
        mark * 5,
        mark.join(("009", "2024-01-11", "3", "2.50", "1", "  x ")).replace(".", decimal),
    ]
    added = ["cjadas10", "15", "", None, "", f"6{decimal}5"]
    path, out, mapping = (tmp_path / name for name in ("in.csv", "out.csv", "mapping.toml"))
    tail = end if last else ""
    path.write_bytes((end.join(lines) + tail).encode(encoding))
    mapping.write_text(f'[csv]\nencoding = "{encoding}"\ndecimal = "{decimal}"\n')
    done = run("assess", path, "--mapping", mapping, "--measure", "cjadas10", "-o", out)
    assert done.exit_code == 0, done.output
    expected = [
        line if more is None else f"{line}{mark}{more}"
        for line, more in zip(lines, added, strict=True)
    ]
    assert out.read_bytes() == (end.join(expected) + tail).encode(encoding)


def test_lines_that_wait_in_a_file(tmp_path, visits, monkeypatch) -> None:
    whole = run("assess", visits, "--measure", "cjadas10").output
    monkeypatch.setattr(text, "LARGE", 0)
    monkeypatch.setattr(text, "BLOCK", 40)
    assert run("assess", visits, "--measure", "cjadas10").output == whole


def test_standard_input_and_output(visits) -> None:
    done = run("assess", "-", "--measure", "cjadas10", "-o", "-", input=visits.read_text())
    assert done.output.splitlines()[1] == "007,2024-01-10,6.0,5,4,15"
    done = run("assess", "-", "--measure", "cjadas10", input="patient\n")
    assert "Error" in done.output


def test_quotes_where_they_are_needed(tmp_path) -> None:
    path = tmp_path / "in.csv"
    path.write_text('patient,physician_global,patient_global,active_joints\na,6,5,"1, 5"\n')
    done = run("assess", path, "--measure", "cjadas10", "--invalid", "missing")
    assert done.output.splitlines()[1] == """a,6,5,"1, 5",,"active_joints='1, 5'\""""


# ------------------------------------------------------------------ other kinds


@pytest.mark.parametrize("end", ["xlsx", "sav", "dta", "xpt", "parquet"])
def test_other_kinds_come_out_as_what_they_were(tmp_path, end) -> None:
    pytest.importorskip("pyreadstat")
    pytest.importorskip("openpyxl")
    pytest.importorskip("pyarrow")
    import pyreadstat

    frame = pd.DataFrame(
        {
            "patient": ["007", "008"], "date": pd.to_datetime(["2024-01-10", "2024-01-11"]),
            "physician_global": [6.0, 3.0], "patient_global": [5.0, 2.5],
            "active_joints": [4.0, np.nan], "mine": ["x", "y"],
        }
    )  # fmt: skip
    path, out = tmp_path / f"in.{end}", tmp_path / f"out.{end}"
    labels = {"column_labels": ["", "", "", "", "", "Mine"]}
    dated = frame.assign(date=frame["date"].dt.date)
    {
        "xlsx": lambda: frame.to_excel(path, index=False),
        "parquet": lambda: frame.to_parquet(path, index=False),
        "sav": lambda: pyreadstat.write_sav(
            dated, str(path), **labels, missing_ranges={"active_joints": [99]}
        ),
        "dta": lambda: pyreadstat.write_dta(dated, str(path), **labels),
        "xpt": lambda: pyreadstat.write_xport(dated, str(path), **labels),
    }[end]()
    done = run("assess", path, "--measure", "cjadas10", "-o", out)
    assert done.exit_code == 0, done.output
    before, after = jia.prepare.read(path), jia.prepare.read(out)
    assert after["cjadas10"].astype(float).fillna(-1).tolist() == [15, -1]
    pd.testing.assert_frame_equal(after.drop(columns="cjadas10"), before)
    if end == "sav":
        _, about = pyreadstat.read_sav(str(out), user_missing=True)
        assert about.column_names_to_labels["mine"] == "Mine"
        assert about.missing_ranges["active_joints"] == [{"lo": 99.0, "hi": 99.0}]
    # As text, and from text to any kind.
    assert run("assess", path, "--measure", "cjadas10").output.splitlines()[1] == (
        "007,2024-01-10,6,5,4,x,15"
    )
    csv = tmp_path / "again.csv"
    assert run("assess", path, "--measure", "cjadas10", "-o", csv).exit_code == 0
    other = tmp_path / f"other.{end}"
    assert run("assess", csv, "--measure", "cjadas10", "--prefix", "x_", "-o", other).exit_code == 0
    assert jia.prepare.read(other)["x_cjadas10"].astype(float).fillna(-1).tolist() == [15, -1]


def test_what_cannot_be_written_is_said_before_anything_is_read(tmp_path, visits) -> None:
    for name, words in (
        ("out.sas7bdat", "cannot be written"),
        ("out.doc", "its name does not say"),
        ("out.xlsx.gz", "only text"),
        ("none/out.csv", "no folder"),
        (".", "folder"),
    ):
        done = run("assess", visits, "--measure", "cjadas10", "-o", tmp_path / name)
        assert done.exit_code != 0
        assert words in done.output or "is a directory" in done.output
    assert names(tmp_path) == ["visits.csv"]


def test_json(tmp_path, visits) -> None:
    import json

    rows = json.loads(run("assess", visits, "--measure", "cjadas10", "--json").output)
    assert rows[0] == {
        "patient": "007", "date": "2024-01-10", "physician_global": 6.0, "patient_global": 5.0,
        "active_joints": 4.0, "cjadas10": 15.0,
    }  # fmt: skip
    assert rows[1]["active_joints"] is None
    found = json.loads(run("check", visits, "--measure", "cjadas10", "--json").output)
    assert {each["finding"] for each in found} <= {"refused", "suspicious", "missing"}
    assert (
        json.loads(run("definitions", "giannini-1997", "--json").output)[0]["name"]
        == "giannini-1997"
    )


# ------------------------------------------------------------------ whole or not at all


def test_a_file_that_exists_is_replaced_only_where_told(tmp_path, visits) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    out.chmod(0o640)
    done = run("assess", visits, "--measure", "cjadas10", "-o", out)
    assert done.exit_code == 1
    assert "--force replaces it" in done.output
    assert out.read_text() == "old"
    done = run("assess", visits, "--measure", "cjadas10", "-o", out, "--force")
    assert done.exit_code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    assert out.read_text().startswith("patient,")
    # What is read is never written over.
    done = run("assess", visits, "--measure", "cjadas10", "-o", visits, "--force")
    assert "is what is read" in done.output
    (mapping := tmp_path / "m.toml").write_text("")
    done = run(
        *(
            "assess",
            visits,
            "--mapping",
            mapping,
            "--measure",
            "cjadas10",
            "-o",
            mapping,
            "--force",
        ),
    )
    assert done.exit_code == 1
    assert mapping.read_text() == ""
    mapping.unlink()
    assert names(tmp_path) == ["out.csv", "visits.csv"]


def test_a_new_file_has_the_mode_of_any_other(tmp_path, visits) -> None:
    plain, out = tmp_path / "plain", tmp_path / "out.csv"
    plain.write_text("")
    run("assess", visits, "--measure", "cjadas10", "-o", out)
    assert out.stat().st_mode == plain.stat().st_mode


def test_links_are_followed(tmp_path, visits) -> None:
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "out.csv", tmp_path / "there" / "real.csv"
    link.symlink_to(target)
    assert run("assess", visits, "--measure", "cjadas10", "-o", link).exit_code == 0
    assert link.is_symlink()
    assert target.read_text().startswith("patient,")
    assert names(tmp_path / "there") == ["real.csv"]


def test_pipes_and_devices_are_written_to(tmp_path, visits) -> None:
    pipe = tmp_path / "out.csv"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    done = run("assess", visits, "--measure", "cjadas10", "-o", pipe)
    reader.join()
    assert done.exit_code == 0, done.output
    assert got[0].splitlines()[1].endswith(",15")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert run("assess", visits, "--measure", "cjadas10", "-o", "/dev/null").exit_code == 0


def test_pipes_that_a_shell_makes(tmp_path, visits) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    command = (
        f"{sys.executable} -m jiascores assess <(cat {visits}) --measure cjadas10 "
        f"-o >(cat > {tmp_path / 'out.txt'}); sleep 1"
    )
    done = subprocess.run([bash, "-c", command], capture_output=True, text=True, check=False)
    assert "Error" not in done.stderr
    assert (tmp_path / "out.txt").read_text().splitlines()[1].endswith(",15")


@pytest.mark.parametrize("nameless", [True, False])
def test_an_error_while_writing_leaves_nothing(tmp_path, visits, monkeypatch, nameless) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    out = tmp_path / "out.csv"
    out.write_text("old")
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(text.TextFile, "block_with", Mock(side_effect=full))
    done = run("assess", visits, "--measure", "cjadas10", "-o", out, "--force")
    assert (done.exit_code, done.output) == (
        1,
        "Error: No space left on device. Make room, or write to another place.\n",
    )
    assert out.read_text() == "old"
    assert names(tmp_path) == ["out.csv", "visits.csv"]
    monkeypatch.undo()
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    assert run("assess", visits, "--measure", "cjadas10", "-o", out, "--force").exit_code == 0
    assert names(tmp_path) == ["out.csv", "visits.csv"]


SLOW = """
import signal, sys, time
# Whoever runs these tests may ignore them, as nohup and a shell's background do.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
from jiascores.cli import main
from jiascores.files import text
plain = text.TextFile.block_with
def slowly(*of):
    print("writing", flush=True)
    time.sleep(30)
    return plain(*of)
text.TextFile.block_with = slowly
main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("force", [True, False])
def test_killed_while_it_writes(tmp_path, visits, number, force) -> None:
    out, before = tmp_path / "out.csv", visits.read_bytes()
    if force:
        out.write_text("old")
    arguments = [
        "assess",
        str(visits),
        "--measure",
        "cjadas10",
        "-o",
        str(out),
        *(["--force"] if force else []),
    ]
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        time.sleep(0.1)
        process.send_signal(number)
        assert process.wait(timeout=20) != 0
    assert visits.read_bytes() == before
    assert names(tmp_path) == (["out.csv", "visits.csv"] if force else ["visits.csv"])
    if force:
        assert out.read_text() == "old"


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.05, 0.4, 0.8, 1.2, 1.6, 2.0, 2.6])
def test_killed_at_any_moment(tmp_path, visits, after) -> None:
    out, before = tmp_path / "out.csv", visits.read_bytes()
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jiascores",
            "assess",
            str(visits),
            "--measure",
            "cjadas10",
            "-o",
            str(out),
        ],
        stderr=subprocess.DEVNULL,
    ) as process:
        time.sleep(after)
        process.kill()
    assert visits.read_bytes() == before
    assert names(tmp_path) in (["visits.csv"], ["out.csv", "visits.csv"])
    if out.exists():
        assert out.read_text().count("\n") == 3


def test_a_reader_that_goes_away_is_no_error(visits) -> None:
    command = f"{sys.executable} -m jiascores definitions | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("where", "status", "words"),
    [("| head -c 9 > /dev/null", 141, ""), ("> /dev/full", 1, "Error: No space left")],
)
def test_standard_output_that_takes_no_more(visits, unbuffered, where, status, words) -> None:
    rows = "".join(f"{number},2024-01-10,6,5,{number % 9}\n" for number in range(20_000))
    visits.write_text(",".join(HEAD) + "\n" + rows)
    command = f"{sys.executable} -m jiascores assess {visits} --measure cjadas10 --json {where}"
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == status
    said = [line for line in done.stderr.splitlines() if not line.startswith("Warning: Suspicious")]
    assert [line[: len(words)] for line in said] == ([words] if words else [])


def test_standard_output_may_take_a_part_at_a_time(monkeypatch) -> None:
    class Slow:
        def __init__(self) -> None:
            self.taken = b""

        def write(self, data) -> int:
            self.taken += bytes(data[:7])
            return min(len(data), 7)

        def flush(self) -> None:
            pass

    class Out:
        buffer = Slow()

    monkeypatch.setattr(sys, "stdout", Out())
    with writing.whole(None) as file:
        file.write(bytes(range(200)))
    assert Out.buffer.taken == bytes(range(200))
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(jia.errors.RequestError, match="no standard output"), writing.whole(None):
        pass


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="files have names here")
@pytest.mark.parametrize("ending", ["sav", "dta", "xpt"])
def test_killed_while_another_library_writes(tmp_path, visits, ending) -> None:
    (folder := tmp_path / "temporary").mkdir()
    slow = (
        SLOW.replace("from jiascores.files import text", "import pyreadstat")
        .replace("text.TextFile.block_with", "pyreadstat.write_xxx")
        .replace("xxx", {"sav": "sav", "dta": "dta", "xpt": "xport"}[ending])
        .replace("slowly(*of)", "slowly(*of, **more)")
    )
    arguments = ["assess", str(visits), "--measure", "cjadas10", "-o", f"{tmp_path}/out.{ending}"]
    with subprocess.Popen(
        [sys.executable, "-c", slow, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(folder)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        process.kill()
    assert names(folder) == []
    assert names(tmp_path) == ["temporary", "visits.csv"]


def test_what_excel_would_compute_or_cut_off(tmp_path, visits) -> None:
    import openpyxl

    visits.write_text(f"{','.join(HEAD)},=2+2\n=1+1,2024-01-10,6,5,4,@SUM(A1)\n")
    out = tmp_path / "out.xlsx"
    for path, prefix in ((visits, ""), (out, "x_")):
        again = tmp_path / "again.xlsx"
        done = run("assess", path, "--measure", "cjadas10", "-o", again, "--prefix", prefix)
        assert done.exit_code == 0, done.output
        again.replace(out)
        cells = [cell for row in openpyxl.load_workbook(out).active for cell in row]
        assert {"=2+2", "=1+1", "@SUM(A1)", 15} <= {cell.value for cell in cells}
        assert not [cell.value for cell in cells if cell.data_type == "f"]
    for text_, words in (("x" * 40_000, "32,767"), ("a\x01b", "Excel")):
        visits.write_text(f"{','.join(HEAD)},note\n1,2024-01-10,6,5,4,{text_}\n")
        done = run("assess", visits, "--measure", "cjadas10", "-o", tmp_path / "new.xlsx")
        assert done.exit_code == 1
        assert words in done.output
    assert names(tmp_path) == ["out.xlsx", "visits.csv"]
