"""`jiascores adam`: files in, data sets as files out, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result

import jiascores as jia
from jiascores.cli import main
from tests.commands import Runner

MADE = ("--created", "2026-01-31T12:00:00")
VISITS = """site;Datum;AVISIT;Arzt;Eltern;chaq;active_joints;limited_joints;BSG
S-01;10.01.2024;Week 0;60;50;1,5;8;4;40
S-01;06.03.2024;Week 8;20;20;0,5;1;1;20
S-01;06.04.2024;Week 12;10;10;0,25;0;0;10
S-02;11.01.2024;Week 0;50;50;1;7;5;30
S-02;09.03.2024;Week 8;;10;1;2;4;20
"""
ADSL = """STUDYID;USUBJID;TRT01P;TRTSDT;RANDDT;EOTDT;DCTREAS;AGE
JIA-1;S-01;active;10.01.2024;10.01.2024;;;9
JIA-1;S-02;placebo;11.01.2024;11.01.2024;20.03.2024;LACK OF EFFICACY;12
"""
MAPPING = """
[csv]
decimal = ","
date_format = "%d.%m.%Y"

[columns]
patient = "site"
date = "Datum"
physician_global = "Arzt"
patient_global = "Eltern"
esr = "BSG"

[units]
physician_global = "mm"
patient_global = "mm"

[study]
baseline = "first"
measures = ["jadas10", "responder:50:missing=nri"]

[patients]
file = "adsl.csv"

[adam]
keep = ["TRT01P"]
variables = ["esr"]
visit = "AVISIT"
due = {8 = "Week 8", 12 = "Week 12"}

[adam.event]
measure = "flare:prcsg-printo:baseline"
origin = "RANDDT"
undetermined = "no"
"""


def needs(ending: str) -> None:
    """Skip where the package is not installed that such a file needs."""
    pytest.importorskip({"xpt": "pyreadstat", "parquet": "pyarrow"}.get(ending, "json"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("visits.csv", VISITS), ("adsl.csv", ADSL), ("m.toml", MAPPING)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, command: str, *more: object) -> Result:
    files = (folder / "visits.csv", "--mapping", folder / "m.toml")
    return Runner().invoke(main, ["adam", command, *map(str, (*files, *more))])


def in_python(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return visits and ADSL as somebody reads them in Python."""
    visits = jia.prepare.read(folder / "visits.csv", folder / "m.toml")
    adsl = pd.read_csv(folder / "adsl.csv", sep=";", dtype=str)
    for name in ("TRTSDT", "RANDDT", "EOTDT"):
        adsl[name] = pd.to_datetime(adsl[name], format="%d.%m.%Y")
    return visits, adsl


HOW: dict[str, Any] = {
    "columns": {
        "patient": "site",
        "date": "Datum",
        "physician_global": "Arzt",
        "patient_global": "Eltern",
        "esr": "BSG",
    },
    "units": {"physician_global": "mm", "patient_global": "mm"},
    "baseline": "first",
}


@pytest.mark.parametrize("ending", ["xpt", "json", "parquet", "csv"])
def test_adeff_is_that_of_python(folder: Path, ending: str) -> None:
    needs(ending)
    out = folder / f"adeff.{ending}"
    done = run(folder, "adeff", "-o", out, *MADE)
    assert done.exit_code == 0, done.output
    assert f"rows in {out}" in done.output
    visits, adsl = in_python(folder)
    expected = jia.adam.adeff(
        visits,
        measures=["jadas10", jia.ask.responder(50, missing="nri")],
        variables=["esr"],
        subjects=adsl,
        keep=["TRT01P"],
        visit=jia.column("AVISIT"),
        due={8: "Week 8", 12: "Week 12"},
        **HOW,
    )
    pd.testing.assert_frame_equal(jia.adam.read(out), expected.pandas, check_dtype=False)
    assert jia.adam.check(expected).empty
    again = folder / f"again.{ending}"
    assert run(folder, "adeff", "-o", again, *MADE).exit_code == 0
    assert again.read_bytes() == out.read_bytes()


@pytest.mark.parametrize("ending", ["xpt", "json", "parquet", "csv"])
def test_adtte_is_that_of_python(folder: Path, ending: str) -> None:
    needs(ending)
    out = folder / f"adtte.{ending}"
    done = run(folder, "adtte", "-o", out, *MADE)
    assert done.exit_code == 0, done.output
    visits, adsl = in_python(folder)
    expected = jia.adam.adtte(
        visits,
        jia.ask.flare(criteria="prcsg-printo", reference="baseline"),
        subjects=adsl,
        keep=["TRT01P"],
        origin="RANDDT",
        undetermined="no",
        **HOW,
    )
    pd.testing.assert_frame_equal(jia.adam.read(out), expected.pandas, check_dtype=False)
    assert expected.pandas["AVAL"].tolist() == [88, 59]


def test_why_subjects_stopped_stands_in_the_mapping(folder: Path) -> None:
    path = folder / "m.toml"
    path.write_text(
        f'{MAPPING}stopped = "EOTDT"\nreason = "DCTREAS"\nstop_is_event = ["LACK OF EFFICACY"]\n'
        'param = "Time to flare or stopping"\n'
    )
    out = folder / "adtte.csv"
    done = run(folder, "adtte", "--keep", "AGE", "--keep", "EOTDT", "-o", out)
    assert done.exit_code == 0, done.output
    table = jia.adam.read(out)
    assert table["CNSR"].tolist() == [1, 0]
    assert table["AVAL"].tolist() == [88, 70]
    assert table["EVNTDESC"].tolist()[1] == "STOPPED: LACK OF EFFICACY"
    assert set(table["PARAM"]) == {"Time to flare or stopping"}
    assert table["AGE"].tolist() == ["9", "12"]
    assert [pd.isna(table["EOTDT"].iloc[0]), str(table["EOTDT"].iloc[1])[:10]] == [
        True,
        "2024-03-20",
    ]


def test_options_come_before_the_mapping(folder: Path) -> None:
    done = run(
        folder,
        *("adeff", "--measure", "cjadas10", "--variable", "chaq", "--keep", "AGE"),
        *("--visit", "AVISIT", "--baseline", "first"),
    )
    assert done.exit_code == 0, done.output
    lines = [line.split(",") for line in done.stdout.splitlines()]
    assert lines[0][:4] == ["STUDYID", "USUBJID", "AGE", "PARAMCD"]
    assert {line[3] for line in lines[1:]} == {"CJADAS10", "CHAQ"}
    event = run(
        folder,
        *("adtte", "--event", "column.inactive", "--paramcd", "TTINACT", "--origin", "TRTSDT"),
        *("--undetermined", "censor", "--param", "Time to inactive disease"),
    )
    assert event.exit_code == 1
    assert "inactive" in event.output


def test_without_adsl_study_says_studyid(folder: Path) -> None:
    text = MAPPING.replace('[patients]\nfile = "adsl.csv"\n', "").replace('keep = ["TRT01P"]\n', "")
    (folder / "m.toml").write_text(text)
    done = run(folder, "adeff")
    assert done.exit_code == 1
    assert "--subjects adsl.xpt" in done.output
    done = run(folder, "adeff", "--study", "JIA-9")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[1].startswith("JIA-9,S-01,")
    done = run(folder, "adeff", "--subjects", folder / "adsl.csv", "--keep", "TRT01P")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("ending", ["xpt", "json", "parquet"])
def test_adsl_of_other_kinds(folder: Path, ending: str) -> None:
    needs(ending)
    _, adsl = in_python(folder)
    subjects = folder / f"adsl.{ending}"
    if ending == "parquet":
        adsl.to_parquet(subjects)
    else:
        visits = pd.DataFrame({"patient": adsl["USUBJID"], "date": adsl["TRTSDT"], "esr": 5.0})
        made = jia.adam.adeff(
            visits, variables=["esr"], subjects=adsl, keep=["TRT01P", "TRTSDT", "RANDDT"]
        )
        jia.adam.write(made, subjects, created=MADE[1])
    whole, other = folder / "whole.csv", folder / "other.csv"
    assert run(folder, "adeff", "-o", whole).exit_code == 0
    done = run(folder, "adeff", "-o", other, "--subjects", subjects)
    assert done.exit_code == 0, done.output
    assert other.read_bytes() == whole.read_bytes()


def test_metadata_is_written_with_the_data_or_neither_is(folder: Path) -> None:
    out, about = folder / "adeff.csv", folder / "define.csv"
    done = run(folder, "adeff", "-o", out, "--metadata", about)
    assert done.exit_code == 0, done.output
    table = pd.read_csv(about)
    assert {"ADT", "AVAL", "TRT01P"} <= set(table["variable"])
    assert {"JADAS10", "ACR50", "ESR"} <= set(table["paramcd"].dropna())
    assert table.loc[table["variable"] == "ADT", "type"].tolist() == ["date"]
    before = out.read_bytes()
    again = run(folder, "adeff", "-o", folder / "new.csv", "--metadata", about)
    assert again.exit_code == 1
    assert "--force" in again.output
    assert not (folder / "new.csv").exists()
    odd = run(folder, "adeff", "-o", folder / "new.csv", "--metadata", folder / "define.docx")
    assert odd.exit_code == 1
    assert not (folder / "new.csv").exists()
    same = run(folder, "adeff", "-o", folder / "new.csv", "--metadata", folder / "new.csv")
    assert "name one file" in same.output
    assert run(folder, "adeff", "-o", out, "--metadata", about, "--force").exit_code == 0
    assert out.read_bytes() == before
    assert sorted(each.name for each in folder.iterdir()) == [
        *("adeff.csv", "adsl.csv", "define.csv", "m.toml", "visits.csv")
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-o", "adeff.xpt"), "--created 2026-01-31T12:00:00"),
        (("-o", "adeff.xpt", "--created", "yesterday"), "--created yesterday: say when"),
        (("-o", "adeff.sas7bdat"), "--out adeff.sas7bdat: choose a name that ends in .xpt"),
        (("-o", "adeff"), "choose a name that ends in"),
        (("-o", "visits.csv"), "is what is read"),
        (("-o", "nowhere/adeff.csv"), "there is no folder"),
        (("-o", "new.csv", "--keep", "TRT02P"), "'TRT02P'"),
        (("-o", "new.csv", "--measure", "jadas11"), "jadas11"),
        (("-o", "new.csv", "--variable", "esrr"), "esrr"),
        (("-o", "new.csv", "--visit", "VISIT"), "the table has no column 'VISIT'"),
        (("-o", "new.csv", "--visit-number", "VISIT"), "the table has no column 'VISIT'"),
        (("-o", "new.csv", "--visit-number", "AVISIT"), "column 'AVISIT' must hold numbers"),
        (("-o", "new.csv", "--subjects", "none.csv"), "none.csv"),
        (("-o", "new.csv", "--baseline", "AVISIT"), "flagged:COLUMN"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    folder: Path, options: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    done = run(folder, "adeff", *options)
    assert done.exit_code != 0
    assert words in done.output
    assert "Traceback" not in done.output
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("S-01;10.01.2024;Week 0", "S-03;10.01.2024;Week 0"), "1 of 3 subjects with visits"),
        (("Week 12;10", "Week 8;10"), "two rows of one subject are Week 8"),
        (("Week 12;10", "later;10"), "--visit-number"),
    ],
)
def test_advice_is_in_the_words_of_the_command_line(
    folder: Path, change: tuple[str, str], words: str
) -> None:
    (folder / "visits.csv").write_text(VISITS.replace(*change), encoding="utf-8")
    done = run(folder, "adeff")
    assert done.exit_code == 1
    assert words in done.output
    for python in ("jia.", "subjects=", "keep=", "paramcd=", "visit_number="):
        assert python not in done.output


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ("[adam.paramcd]\nother = 'X'", "paramcd in [adam]"),
        ("[adam.paramcd]\njadas10 = 'jadas'", '[adam.paramcd] of the --mapping: jadas10 = "CODE"'),
        ("[adam.thresholds]\njadas10 = ['low']", "thresholds in [adam]"),
        ("[adam.periods]\nA = 'RANDDT'\nB = 'TRT9DT'", "--subjects has no column 'TRT9DT'"),
        ("[adam.carry]\nAVAL = 'BSG'", "carry in [adam]"),
    ],
)
def test_advice_on_what_the_mapping_says_is_in_its_words(
    folder: Path, own: str, words: str
) -> None:
    path = folder / "m.toml"
    path.write_text(f"{MAPPING}\n{own}\n", encoding="utf-8")
    done = run(folder, "adeff")
    assert done.exit_code == 1
    assert words in done.output
    for python in ("jia.", "subjects=", "keep=", "paramcd=", "thresholds=", "carry="):
        assert python not in done.output


@pytest.mark.parametrize(
    ("own", "options", "words"),
    [
        ("censored = {nothing = 2}", (), "censored in [adam.event]"),
        ("", ("--paramcd", "toolongacode"), "--paramcd"),
        ("", ("--origin", "RFSTDT"), "--subjects has no column 'RFSTDT'"),
        ("measure = 'flare'", (), "flare"),
    ],
)
def test_advice_on_times_is_in_the_words_of_the_command_line(
    folder: Path, own: str, options: tuple[str, ...], words: str
) -> None:
    text = MAPPING.replace('measure = "flare', '# "flare') if "measure" in own else MAPPING
    (folder / "m.toml").write_text(f"{text}\n{own}\n", encoding="utf-8")
    done = run(folder, "adtte", *options)
    assert done.exit_code == 1
    assert words in done.output
    for python in ("jia.ask", "subjects=", "keep=", "paramcd=", "censored="):
        assert python not in done.output


@pytest.mark.parametrize(
    ("own", "options", "words"),
    [
        ("weeks = {0 = 3, 8 = 7}", (), "rule in [visits] of the --mapping"),
        ('rule = "nearest"', (), "weeks in [visits] of the --mapping"),
        (
            'rule = "nearest"\nweeks = {0 = 3, 8 = 7}\nday_zero = "first"',
            ("--visit", "AVISIT"),
            "windows in [adam] of the --mapping says which visit a row is, and so do --visit",
        ),
    ],
)
def test_advice_on_windows_is_in_the_words_of_the_mapping(
    folder: Path, own: str, options: tuple[str, ...], words: str
) -> None:
    table = MAPPING.replace('visit = "AVISIT"', "windows = true")
    (folder / "m.toml").write_text(f"{table}\n[visits]\n{own}\n", encoding="utf-8")
    done = run(folder, "adeff", *options)
    assert done.exit_code == 1
    assert words in " ".join(done.output.split())
    for python in ("windows=", "weeks=", "--rule", "--week", "--day-zero", "jia."):
        assert python not in done.output


def test_times_without_an_event_ask_for_one(folder: Path) -> None:
    table = MAPPING.replace('measure = "flare:prcsg-printo:baseline"\n', "")
    (folder / "m.toml").write_text(table, encoding="utf-8")
    done = run(folder, "adtte", "-o", folder / "adtte.csv")
    assert done.exit_code == 1
    assert "which event? Give --event" in done.output
    assert not (folder / "adtte.csv").exists()


def test_help_has_an_example_that_is_there() -> None:
    for command in ("adeff", "adtte"):
        words = Runner().invoke(main, ["adam", command, "--help"]).output
        assert f"jiascores adam {command} visits.csv" in words
        for option in ("--subjects", "--created", "--metadata", "--force", "--keep"):
            assert option in words
        assert "--prefix" not in words
    assert "adeff" in Runner().invoke(main, ["adam", "--help"]).output


def test_windows_periods_and_criteria_stand_in_the_mapping(folder: Path) -> None:
    table = MAPPING.replace('keep = ["TRT01P"]', 'keep = ["TRTP=TRTxxP"]').replace(
        'visit = "AVISIT"\n',
        """windows = true
terminology = "2025-03-28"
improvement = ["esr"]
thresholds = {jadas10 = ["<= 2.7", "<= 6"], esr_improvement = ">= 50"}
periods = {"Open label" = "TRTSDT"}
phases = {"ON TREATMENT" = "TRTSDT"}
sources = {esr = ["LB", "LBSTRESN", "number"]}
""",
    )
    table += """
[visits]
rule = "nearest"
weeks = {0 = 3, 8 = 7, 12 = 7}
"""
    (folder / "m.toml").write_text(table, encoding="utf-8")
    lines = VISITS.splitlines()
    numbered = [f"{line};{'number' if not at else 10 + at}" for at, line in enumerate(lines)]
    (folder / "visits.csv").write_text("\n".join(numbered), encoding="utf-8")
    out, metadata = folder / "adeff.csv", folder / "define.csv"
    result = run(folder, "adeff", "-o", out, "--metadata", metadata)
    assert result.exit_code == 0, result.output
    data = jia.adam.read(out)
    esr = data[(data["PARAMCD"] == "ESR") & (data["USUBJID"] == "S-01")]
    assert esr["AWTARGET"].tolist() == [1, 57, 85]
    assert esr["SRCSEQ"].tolist() == [11, 12, 13]
    assert esr["APERDY"].tolist() == [1, 57, 88]
    assert set(esr["APHASE"]) == {"ON TREATMENT"}
    assert set(esr["TRTP"]) == {"active"}
    improved = data[(data["PARAMCD"] == "ESRIMP") & (data["USUBJID"] == "S-01")]
    assert improved["CRIT1FL"].tolist() == ["Y", "Y"]
    assert set(data.loc[data["PARAMCD"] == "JADAS10", "CRIT2"]) == {"AVAL <= 6"}
    define = pd.read_csv(metadata)
    assert set(define["part"]) == {"variable", "value", "term"}
    assert "2025-03-28" in set(define["terminology"].dropna())
