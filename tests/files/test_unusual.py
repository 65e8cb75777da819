"""What files and commands seldom meet: odd workbooks, long rows, no standard input, other threads."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
import threading
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from click.shell_completion import ShellComplete

import jiascores as jia
from jiascores.cli import main
from jiascores.core.joints import JOINTS_71
from jiascores.files import contents, text, writing
from tests.commands import Runner

HEAD = "patient,date,physician_global,patient_global,active_joints"
ROW = "007,2024-01-10,6,5,4"
# The fewest joints that are taken for a form.
TEN = JOINTS_71[:10]
NONE_OF_TEN = ",0" * len(TEN)


def form(before: str) -> str:
    """Return the columns of a joint form, which begin as given."""
    return "".join(f",{before}{joint}" for joint in TEN)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("v.csv").write_text(f"{HEAD}\n{ROW}\n")
    return tmp_path


def run(*arguments: str, **more):
    return Runner().invoke(main, list(arguments), **more)


def test_completion_of_definitions_and_measures() -> None:
    complete = ShellComplete(main, {}, "jiascores", "_JIASCORES_COMPLETE").get_completions
    assert [each.value for each in complete(["definitions"], "prcsg")] == ["prcsg-printo"]
    words = [each.value for each in complete(["assess", "v.csv", "--measure"], "acr_ped:gi")]
    assert words == ["acr_ped:giannini-1997"]


def test_a_quiet_report_and_a_page_of_standard_input(folder) -> None:
    asked = ("report", "v.csv", "--measure", "cjadas10", "--by", "date", "--no-pictures")
    done = run(*asked, "-o", "r.html", "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Report in r.html" in run(*asked, "-o", "r.html", "--force").stderr


def test_standard_output_that_is_no_file() -> None:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        main(["definitions", "prcsg-printo"], standalone_mode=False)
    assert "prcsg-printo" in out.getvalue()


def test_signals_that_are_ignored_stay_so_and_other_threads_set_none(folder) -> None:
    asked = ["assess", "v.csv", "--measure", "cjadas10", "-o"]
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        assert run(*asked, "one.csv").exit_code == 0
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(run(*asked, "two.csv").exit_code))
    thread.start()
    thread.join()
    assert statuses == [0]
    assert Path("one.csv").read_text() == Path("two.csv").read_text()


def test_the_mapping_says_whether_any_or_all_reactants_must_be_normal(folder) -> None:
    names = "fever,rash,serositis,splenomegaly,lymphadenopathy,uveitis"
    head = f"patient,date,physician_global,active_joints,esr,crp,esr_upper_limit,crp_upper_limit,{names},morning_stiffness"
    Path("v.csv").write_text(f"{head}\n1,2024-01-10,0,0,5,30,15,10,0,0,0,0,0,0,0\n")
    answers = {}
    for choice in ("any", "all"):
        Path("m.toml").write_text(f'[study]\nmarkers = "{choice}"\nmarker = "esr-else-crp"\n')
        done = run(
            "assess", "v.csv", "--mapping", "m.toml", "--measure", "inactive_disease:wallace-2011"
        )
        assert done.exit_code == 0, done.output
        answers[choice] = pd.read_csv(io.StringIO(done.stdout))["inactive_disease_wallace_2011"][0]
    assert answers == {"any": True, "all": False}


@pytest.mark.parametrize(
    ("mapping", "cell", "words"),
    [
        ('decimal = ","', "12.345", 'Say which: [csv] of the --mapping: decimal = ","'),
        ("", '"1.234,5"', "Say which mark is which"),
    ],
)
def test_numbers_of_two_readings(folder, mapping: str, cell: str, words: str) -> None:
    Path("v.csv").write_text(f"{HEAD},crp,note\n{ROW},{cell},x\n")
    Path("m.toml").write_text(f'[csv]\nseparator = ","\n{mapping}\n')
    done = run("assess", "v.csv", "--mapping", "m.toml", "--measure", "jadas10")
    assert done.exit_code == 1
    assert words in done.stderr


# ------------------------------------------------------------------ workbooks


def workbook(*rows: list) -> None:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save("v.xlsx")


def test_a_workbook_with_a_name_twice_or_none(folder) -> None:
    workbook(["esr", "esr"], [1, 2])
    with pytest.raises(jia.errors.ColumnError, match="two columns have the name esr"):
        jia.prepare.read("v.xlsx")
    workbook([None, "esr"], [1, 2])
    assert list(jia.prepare.read("v.xlsx")) == ["column 1", "esr"]


def test_zeros_times_and_stored_formulas_of_a_workbook(folder) -> None:
    import datetime as dt

    workbook(["patient", "time", "blank", "esr"], [7, dt.time(8, 30), " ", "=6*7"])
    book = openpyxl.load_workbook("v.xlsx")
    book.active["A2"].number_format = "000"
    book.save("v.xlsx")
    with zipfile.ZipFile("v.xlsx") as old, zipfile.ZipFile("w.xlsx", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.endswith("sheet1.xml"):
                assert b"<f>6*7</f><v />" in data or b"<f>6*7</f><v></v>" in data
                data = data.replace(b"<v />", b"<v>42</v>").replace(b"<v></v>", b"<v>42</v>")
            new.writestr(name, data)
    read = jia.prepare.read("w.xlsx")
    assert read.iloc[0].tolist() == ["007", "08:30:00", None, 42.0]
    workbook(["esr"], ["#DIV/0!"])
    with pytest.raises(jia.errors.RequestError, match="an error of a formula in A2"):
        jia.prepare.read("v.xlsx")


# ------------------------------------------------------------------ streams and other libraries


def test_no_standard_input(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(jia.errors.RequestError, match="there is no standard input"):
        jia.prepare.read("-")


def test_a_system_without_names_of_open_files(folder, monkeypatch) -> None:
    there = Path.is_dir
    monkeypatch.setattr(
        contents.Path, "is_dir", lambda path: str(path) != "/proc/self/fd" and there(path)
    )
    assert run("assess", "v.csv", "--measure", "cjadas10", "-o", "out.sav").exit_code == 0
    assert pyreadstat.read_sav("out.sav")[0]["cjadas10"].tolist() == [15.0]
    done = run("assess", "-", "--measure", "cjadas10", "--prefix", "x_", input=Path("out.sav").read_bytes())  # fmt: skip
    assert (done.exit_code, done.stdout.splitlines()[1].endswith(",15,15")) == (0, True)
    assert sorted(path.name for path in folder.iterdir()) == ["out.sav", "v.csv"]


def test_nullable_types_in_a_file_of_statistics(folder) -> None:
    frame = pd.read_csv("v.csv").convert_dtypes().assign(seen=pd.array([True], dtype="boolean"))
    frame.to_parquet("v.parquet")
    assert run("assess", "v.parquet", "--measure", "cjadas10", "-o", "out.dta").exit_code == 0
    read = pyreadstat.read_dta("out.dta")[0]
    assert read[["active_joints", "seen", "cjadas10"]].iloc[0].tolist() == [4.0, 1.0, 15.0]


def test_files_in_pieces_of_another_kind_and_more_pieces_than_patients(folder) -> None:
    workbook(["patient"], [1])
    with pytest.raises(jia.errors.RequestError, match="neither Parquet nor CSV"):
        jia.assess_files("v.xlsx", "out.csv", measures=["cjadas10"])
    rows = "\n".join(f"7,2024-01-{day:02},6,5,4,1,2,3" for day in range(1, 21))
    Path("v.csv").write_text(f"{HEAD},chaq,limited_joints,esr\n{rows}\n")
    jia.assess_files("v.csv", "out.csv", measures=["acr_ped"], baseline="first", piece_rows=2)
    assert len(pd.read_csv("out.csv")) == 20


# ------------------------------------------------------------------ long text


def test_a_row_that_does_not_end(folder, monkeypatch) -> None:
    monkeypatch.setattr(text, "LONGEST", 2000)
    monkeypatch.setattr(text, "BLOCK", 512)
    Path("v.csv").write_text(f'{HEAD},note\n{ROW},"{"long " * 90}\n{"more " * 90}"\n')
    assert jia.prepare.read("v.csv")["note"].str.len().tolist() == [901]
    for endless in ("endless " * 900, "endless\n" * 900):
        Path("v.csv").write_text(f'{HEAD},note\n{ROW},"{endless}\n')
        with pytest.raises(jia.errors.RequestError) as caught:
            jia.prepare.read("v.csv")
        assert str(caught.value) == (
            "v.csv, line 2: it does not end within 2,000 characters. Is the file broken?"
        )


def test_a_large_text_that_is_not_plain(folder) -> None:
    rows = [f"{number},2024-01-10,6,5,{number % 9}" for number in range(5000)]
    for wrong, words in (
        ("5000,2024-01-10,6,5", "line 5002: 4 fields"),
        ("1,2,3,4,5,6", "6 fields"),
    ):
        Path("v.csv").write_text("\n".join((HEAD, *rows, wrong)) + "\n")
        with pytest.raises(jia.errors.RequestError, match=words):
            jia.prepare.read("v.csv")
    Path("v.csv").write_text("\n".join((HEAD, *rows, ",,,,", rows[0])) + "\n")
    assert len(jia.prepare.read("v.csv")) == 5001
    Path("v.csv").write_text("\n".join((HEAD, *rows)).replace(",", "§") + "\n")
    assert len(jia.prepare.read("v.csv", {"csv": {"separator": "§"}})) == 5000


# ------------------------------------------------------------------ the mapping


def test_a_table_that_a_mapping_does_not_have() -> None:
    with pytest.raises(jia.errors.RequestError, match="choose visits, infusions"):
        jia.prepare.read("v.csv", table="labs")


def test_a_cell_that_is_no_day_of_sas_and_windows_in_numbers(folder) -> None:
    Path("v.csv").write_text(f"{HEAD}\n{ROW.replace('2024-01-10', '23385')}\nx,soon,1,1,1\n")
    read = jia.prepare.read("v.csv", {"csv": {"date_format": "sas"}})
    assert [str(cell)[:10] for cell in read["date"]] == ["2024-01-10", "soon"]
    Path("v.csv").write_text(f"{HEAD}\n{ROW}\n")
    Path("m.toml").write_text('[visits]\nweeks = {0 = 7}\nrule = "nearest"\nday_zero = "first"\n')
    done = run("prepare", "nominal-visits", "v.csv", "--mapping", "m.toml")
    assert "week 0" in done.stdout


# ------------------------------------------------------------------ drafts


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (f"{HEAD},esr,crp\n{ROW},20,3", '# marker = "esr"  # both are there'),
        (f"{HEAD}\n{ROW.replace('2024-01-10', 'Jan the 10th')}", "Which column is the date?"),
        (f"{HEAD},esr\n{ROW},20\n{ROW},2-3", "'2-3' in 'esr' is not a number"),
        (f"{HEAD}\n{ROW}\n{ROW.replace(',6,', ',999,')}", "physician_global = [999]"),
        (
            "patient,date,param,value\n1,2024-01-10,ESR,5\n1,2024-01-10,active joints,2\n1,2024-01-10,Glucose,5",
            "What else is needed of 'Glucose'?",
        ),
        (f"{HEAD},active_knee_left,active_knee_right\n{ROW},0,1", "active_joints = "),
        (
            f"{HEAD}\n{ROW}\n{ROW.replace('2024-01-10', 'January 2024')}",
            "# - In which format are dates such as 'January 2024'? [csv] date_format = \"…\".\n",
        ),
        (
            f"{HEAD}{form('act_')}\n{ROW}{NONE_OF_TEN}",
            (
                "# - There is a form of joints too, 'act_cervical_spine' for example. The count is taken from "
                "its column; to count the joints, write [joints] and leave the count out of [columns].\n"
            ),
        ),
        (
            f"patient,date{form('act___')}\n1,2024-01-10{NONE_OF_TEN}",
            (
                "# - Boxes to tick: which column says that the joints were examined? Write it under [joints], "
                "examined = …; without it, a form without a tick is a gap.\n"
            ),
        ),
        (
            f"patient,date{form('x_')}{form('y_')}\n1,2024-01-10{NONE_OF_TEN}{NONE_OF_TEN}",
            "# - What do the columns named 'y_' say of a joint?\n",
        ),
    ],
)
def test_what_a_draft_asks(folder, lines: str, words: str) -> None:
    Path("v.csv").write_text(f"{lines}\n")
    done = run("init", "v.csv")
    assert done.exit_code == 0, done.output
    assert words in done.stdout


def test_what_a_draft_leaves_alone(folder) -> None:
    # A column beside a value that holds neither its unit nor a sign.
    Path("v.csv").write_text(f"{HEAD},esr,ESR site\n{ROW},20,Berlin\n")
    beside = run("init", "v.csv").stdout
    # One variable alone does not make a long table.
    Path("v.csv").write_text(
        "patient,date,variable,value\n1,2024-01-10,ESR,5\n1,2024-01-10,Glucose,5\n"
    )
    alone = run("init", "v.csv").stdout
    for drafted, names in ((beside, f"{HEAD},esr"), (alone, "patient,date")):
        lines = "".join(f'{name} = "{name}"\n' for name in names.split(","))
        assert f"[columns]  # variable = your column.\n{lines}\n[study]" in drafted
        assert "# To decide" not in drafted


def test_choices_of_a_dictionary_become_words(folder) -> None:
    choices = "Choices, Calculations, OR Slider Labels"
    pd.DataFrame(
        {
            "Variable / Field Name": ["record_id", "cat", "course", "esr"],
            "Field Label": ["", "ILAR category", "Course", "ESR"],
            choices: [None, "1, Systemic arthritis | 2, Martian", "1, poly | 2, other", None],
        }
    ).to_csv("d.csv", index=False)
    Path("v.csv").write_text(
        "record_id,redcap_event_name,date,cat,course,esr\n1,v1,2024-01-10,1,1,20\n2,v1,2024-01-11,2,2,20\n"
    )
    done = run("init", "v.csv", "--dictionary", "d.csv")
    assert done.exit_code == 0, done.output
    assert '1 = "systemic"  # Systemic arthritis' in done.stdout
    assert '2 = "…"  # Martian' in done.stdout


# ------------------------------------------------------------------ outputs


def test_a_file_that_appears_while_another_is_written(folder, monkeypatch) -> None:
    if not hasattr(writing.os, "O_TMPFILE"):
        pytest.skip("files have names here")
    link = writing._link
    out = folder / "out.csv"

    def late(file, name) -> None:
        out.write_text("of somebody else")
        link(file, name)

    monkeypatch.setattr(writing, "_link", late)
    ask = ("assess", "v.csv", "--measure", "cjadas10", "-o", "out.csv")
    done = run(*ask)
    assert (done.exit_code, out.read_text()) == (1, "of somebody else")
    assert done.stderr == f"Error: {str(out)!r} exists now: nothing is written over it.\n"
    out.unlink()
    assert run(*ask, "--force").exit_code == 0
    assert out.read_text() == f"{HEAD},cjadas10\n{ROW},15\n"
    assert sorted(path.name for path in folder.iterdir()) == ["out.csv", "v.csv"]


def test_a_file_system_without_nameless_files(folder, monkeypatch) -> None:
    opened = writing.os.open

    def refuse(path, flags, *more, **others):
        if flags & getattr(writing.os, "O_TMPFILE", 0) == getattr(writing.os, "O_TMPFILE", -1):
            raise OSError(95, "Operation not supported")
        return opened(path, flags, *more, **others)

    monkeypatch.setattr(writing.os, "open", refuse)
    assert run("assess", "v.csv", "--measure", "cjadas10", "-o", "out.csv").exit_code == 0
    assert Path("out.csv").read_text().splitlines()[1] == f"{ROW},15"
    assert sorted(path.name for path in folder.iterdir()) == ["out.csv", "v.csv"]
