"""Files of other shapes at the command line: what comes out, and what is said."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest
from click.testing import Result

import jiascores as jia
from jiascores.cli import main
from tests.commands import Runner

WIDE = """id;sex;datum_1;phga_1;ptga_1;ajc_1;datum_2;phga_2;ptga_2;ajc_2
007;w;10.01.2024;6,0;5,5;12;06.03.2024;2,50;NA;3
010;m;01.02.2024;3,5;2;4;NA;NA;NA;NA
"""
MAPPING = """[csv]
decimal = ","
date_format = "%d.%m.%Y"
missing = ["NA"]
[columns]
patient = "id"
date = "datum"
physician_global = "phga"
patient_global = "ptga"
active_joints = "ajc"
[wide]
[study]
measures = ["cjadas10"]
"""
# 6 + 5.5 + 10, unknown, 3.5 + 2 + 4
SCORED = """patient;visit;date;sex;physician_global;patient_global;active_joints;cjadas10
007;1;10.01.2024;w;6,0;5,5;12;21,5
007;2;06.03.2024;w;2,50;;3;
010;1;01.02.2024;m;3,5;2;4;9,5
"""


def run(*arguments: object, data: bytes | None = None) -> Result:
    return Runner().invoke(main, [str(argument) for argument in arguments], input=data)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "wide.csv").write_text(WIDE, encoding="utf-8")
    (tmp_path / "wide.csv.gz").write_bytes(gzip.compress(WIDE.encode()))
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("file", ["wide.csv", "wide.csv.gz", "-"])
def test_cells_come_out_as_they_came(folder: Path, file: str) -> None:
    data = WIDE.encode() if file == "-" else None
    path = file if file == "-" else folder / file
    out = folder / "out.csv"
    done = run("assess", path, "--mapping", folder / "mapping.toml", "-o", out, data=data)
    assert done.exit_code == 0, done.output
    assert out.read_text(encoding="utf-8") == SCORED


@pytest.mark.parametrize("ending", ["xlsx", "parquet", "dta", "sav", "xpt"])
def test_visits_are_written_as_any_kind(folder: Path, ending: str) -> None:
    pytest.importorskip("pyreadstat")
    out = folder / f"out.{ending}"
    done = run("assess", folder / "wide.csv", "--mapping", folder / "mapping.toml", "-o", out)
    assert done.exit_code == 0, done.output
    found = jia.prepare.read(out)
    assert found["cjadas10"].astype(float).fillna(-1).tolist() == [21.5, -1, 9.5]
    assert found["patient"].tolist() == ["007", "007", "010"]
    assert pd.to_datetime(found["date"]).dt.day.tolist() == [10, 6, 1]


def test_read_gives_visits_called_by_their_lines(folder: Path) -> None:
    visits = jia.prepare.read(folder / "wide.csv", folder / "mapping.toml")
    assert visits.index.tolist() == [2, 2, 3]
    assert visits["physician_global"].tolist() == [6.0, 2.5, 3.5]
    assert jia.assess(visits, measures=["cjadas10"])["cjadas10"].fillna(-1).tolist() == [
        21.5,
        -1,
        9.5,
    ]


def test_a_value_that_is_refused_is_called_by_its_line(folder: Path) -> None:
    (folder / "wide.csv").write_text(WIDE.replace("3,5", "35"), encoding="utf-8")
    done = run("assess", folder / "wide.csv", "--mapping", folder / "mapping.toml")
    assert done.exit_code == 1
    assert "35 in line 3 (patient 010, date 2024-02-01)" in done.output


def test_joints_counts_a_file_with_one_row_for_each_joint(tmp_path: Path) -> None:
    (tmp_path / "joints.csv").write_text(
        "child,day,joint,finding\n007,2024-01-10,left knee,S\n007,2024-01-10,right wrist,SL\n"
        "010,2024-02-01,neck,N\n"
    )
    (tmp_path / "mapping.toml").write_text(
        '[joints]\njoint = "joint"\nby = ["child", "day"]\ncoded = "finding"\n'
        'unlisted = "no-finding"\n[joints.codes]\nS = "swollen"\nSL = ["swollen", "limited"]\nN = ""\n'
    )
    out = tmp_path / "counts.csv"
    given = (tmp_path / "joints.csv", "--mapping", tmp_path / "mapping.toml")
    done = run("joints", *given, "-o", out)
    assert done.exit_code == 0, done.output
    counts = pd.read_csv(out, dtype=str)
    assert counts["child"].tolist() == ["007", "010"]
    assert counts["active_joints_min"].tolist() == ["2", "0"]
    assert counts["limited_joints"].tolist() == ["1", "0"]
    # A file of visits is due elsewhere, and the message says what to do.
    done = run("assess", *given, "--measure", "cjadas10")
    assert done.exit_code == 1
    assert "`jiascores joints` makes a file of counts" in done.output


def test_joints_by_options_and_by_the_mapping(tmp_path: Path) -> None:
    from jiascores.core.joints import JOINTS_71

    names = [f"act_{joint}" for joint in JOINTS_71]
    cells = ["ja" if name == "act_knee_left" else "nein" for name in names]
    (tmp_path / "form.csv").write_text(
        f"patient,{','.join(names)}\n01,{','.join(cells)}\n", encoding="utf-8"
    )
    by_option = run("joints", tmp_path / "form.csv", "--active", "act_")
    (tmp_path / "mapping.toml").write_text('[joints]\nactive = "act_"\n')
    by_mapping = run("joints", tmp_path / "form.csv", "--mapping", tmp_path / "mapping.toml")
    assert by_option.output == by_mapping.output
    counts = jia.prepare.read(tmp_path / "form.csv", tmp_path / "mapping.toml")
    assert counts[["active_joints", "active_joints_27"]].to_numpy().tolist() == [[1, 1]]
    # The line as it was, with fields added.
    assert by_option.output.splitlines()[1].startswith(f"01,{','.join(cells)},1,1,1,")
    nothing = run("joints", tmp_path / "form.csv")
    assert nothing.exit_code == 1
    assert "[joints] of the --mapping: active" in nothing.output


def test_a_piece_of_a_file_has_no_other_shape(folder: Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(jia.errors.RequestError, match=r"\[wide\]"):
        jia.assess_files(
            folder / "wide.csv",
            folder / "out.csv",
            measures=["cjadas10"],
            mapping=folder / "mapping.toml",
        )


def test_an_export_of_redcap_without_a_date(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("record_id,redcap_event_name,bsg\n1,v1,20\n1,v2,10\n")
    how = {"redcap": {}, "columns": {"esr": "bsg"}}
    visits = jia.prepare.read(tmp_path / "export.csv", how)
    assert list(visits) == ["patient", "visit", "esr"]
    assert visits.to_numpy().tolist() == [["1", "v1", 20], ["1", "v2", 10]]


@pytest.mark.parametrize("ids", ["one", "two"])
def test_laboratory_values_with_a_row_for_each(tmp_path: Path, ids: str) -> None:
    who, subject = ("child", '"child"') if ids == "one" else ("site,child", '["site", "child"]')
    a, b = ("007", "010") if ids == "one" else ("01,7", "02,7")
    (tmp_path / "visits.csv").write_text(
        f"{who},date\n{a},2024-01-10\n{b},2024-01-12\n", encoding="utf-8"
    )
    (tmp_path / "lab.csv").write_text(
        f'{who},drawn,test,result\n{a},08.01.2024,BSG,48\n{a},08.01.2024,CRP,"4,5"\n'
        f'{b},12.01.2024,BSG,"8"\n{b},30.01.2024,CRP,"1,0"\n',
        encoding="utf-8",
    )
    (tmp_path / "mapping.toml").write_text(
        f'[columns]\npatient = {subject}\n[laboratory]\nfile = "lab.csv"\n'
        'values = ["esr", "crp"]\nwindow_days = 7\n[laboratory.csv]\ndecimal = ","\n'
        f'date_format = "%d.%m.%Y"\n[laboratory.columns]\npatient = {subject}\ndate = "drawn"\n'
        'variable = "test"\nvalue = "result"\n[laboratory.long.variables]\nesr = "BSG"\ncrp = "CRP"\n',
        encoding="utf-8",
    )
    out = tmp_path / "out.csv"
    mapping = tmp_path / "mapping.toml"
    done = run(
        *("prepare", "laboratory-values", tmp_path / "visits.csv", "--mapping", mapping, "-o", out)
    )
    assert done.exit_code == 0, done.output
    found = pd.read_csv(out)
    assert found["esr_lab"].tolist() == [48, 8]
    assert found["crp_lab"].fillna(-1).tolist() == [4.5, -1]
    assert found["esr_lab_days"].tolist() == [-2, 0]
