"""The command line: what it prints, what it writes, and how it says no."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

import jiascores as jia
from jiascores.cli import main

VISITS = """pid,when,phga_mm,patient_global,chaq,active_joints,limited_joints,esr,course
007,2020-01-01,60,5.0,1.5,12,10,40,poly
007,2020-03-01,20,2.0,0.75,4,6,20,poly
"""
MAPPING = """[columns]
patient = "pid"
date = "when"
physician_global = "phga_mm"

[units]
physician_global = "mm"
"""
BEFORE = "physician_global=6 patient_global=5 chaq=1.5 active_joints=12 limited_joints=10 esr=40"
NOW = "physician_global=2 patient_global=2 chaq= active_joints=4 limited_joints=6 esr=20"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "visits.csv").write_text(VISITS)
    (tmp_path / "mapping.toml").write_text(MAPPING)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def assess(folder: Path, *more: object) -> Result:
    mapping = folder / "mapping.toml"
    return run("assess", folder / "visits.csv", "--mapping", mapping, *more)


def test_verify_writes_the_report_it_prints(tmp_path: Path) -> None:
    done = run("verify", "--date", "2026-01-31", "--out", tmp_path / "report.txt")
    assert done.exit_code == 0
    report = (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert report == done.output
    assert "Date:         2026-01-31" in report
    assert f"jiascores {jia.__version__}" in report


def test_definitions_by_kind_and_by_name(tmp_path: Path) -> None:
    done = run("definitions", "--kind", "flare criteria")
    assert done.output.startswith("brunner-2002 (flare criteria)")
    assert "trincianti-2021" not in done.output
    out = tmp_path / "catalogue.csv"
    assert run("definitions", "trincianti-2021", "--out", out).exit_code == 0
    assert len(pd.read_csv(out)) == len(jia.definitions())
    no = run("definitions", "trincianti-2020")
    assert no.exit_code == 1
    assert "Did you mean 'trincianti-2021'?" in no.output


def test_every_kind_is_a_choice() -> None:
    words = run("definitions", "--kind", "nonsense").output
    for kind in jia.definitions()["kind"].unique():
        assert f"'{kind}'" in words


def test_assess_adds_the_columns(folder: Path) -> None:
    done = assess(
        folder,
        *("--measure", "jadas71", "--measure", "acr_ped", "--baseline", "first"),
        *("--measure", "state:jadas10:trincianti-2021"),
        *("--measure", "flare:prcsg-printo:baseline", "--measure", "acr_ped"),
    )
    assert done.exit_code == 1  # acr_ped is asked for twice
    assert "acr_ped_level" in done.output
    out = folder / "out.csv"
    done = assess(
        folder,
        *("--measure", "jadas71", "--measure", "acr_ped", "--baseline", "first"),
        *("--measure", "state:jadas10:trincianti-2021", "--out", out),
    )
    assert done.exit_code == 0, done.output
    written = pd.read_csv(out, dtype={"pid": str})
    assert list(written["pid"]) == ["007", "007"]
    assert list(written["jadas71"]) == [25.0, 8.0]
    assert list(written["state_jadas10_trincianti_2021"]) == ["high", "moderate"]
    assert written["acr_ped_level"].isna()[0]
    assert written["acr_ped_level"][1] == 50


def test_others_may_read_what_is_written_as_they_may_read_any_file(folder: Path) -> None:
    out, plain = folder / "out.csv", folder / "plain.csv"
    plain.write_text("")
    assert assess(folder, "--measure", "jadas71", "--out", out).exit_code == 0
    assert out.stat().st_mode == plain.stat().st_mode
    assert sorted(folder.glob(".*")) == []


def test_a_baseline_for_each_variable(folder: Path) -> None:
    rows = (
        VISITS.replace("course", "dose")
        .replace("poly", "2020-01-08")
        .replace("0.75,4,6", "1.5,12,10")
    )
    late = "007,2020-01-08,60,5.0,1.5,12,10,,2020-01-08\n007,2020-03-01"
    (folder / "visits.csv").write_text(rows.replace("007,2020-03-01", late))
    rule = "on-or-before:dose:per_variable=true:days"
    for days, level in ((7, "50"), (6, "")):
        done = assess(folder, "--measure", "acr_ped", "--baseline", f"{rule}={days}")
        assert done.exit_code == 0, done.output
        assert done.output.splitlines()[3].split(",")[-3] == level
    for wrong in (rule.replace(":days", ""), f"{rule}=soon", "flagged:dose:days=7"):
        done = assess(folder, "--measure", "acr_ped", "--baseline", wrong)
        assert done.exit_code == 1
        assert "days=" in done.output


TWICE = """patient,date,counts
A,2024-01-01,1
A,2024-01-01,0
A,2024-01-22,0
A,2024-04-01,0
"""


@pytest.mark.parametrize(
    ("options", "mapping", "visits"),
    [
        (["--week", "0:..7", "--week", "2:8..21"], "", ["week 0", "", "week 2", ""]),
        (["--week", "0:..8", "--week", "2:9..22", "--study-day"], "", ["week 0", "", "week 2", ""]),
        (["--month", "0:0", "--month", "3:(89..92)"], "", None),
        (["--month", "0:0", "--month", "3:89..92"], "", ["month 0", "", "", "month 3"]),
        ([], 'weeks = {"0" = "..7", "2" = "8..21", "13" = 3}', ["week 0", "", "week 2", "week 13"]),
        (
            [],
            'study_day = true\nmonths = {"0" = "..2", "3" = "90..93"}',
            ["month 0", "", "", "month 3"],
        ),
    ],
)
def test_planned_visits(tmp_path: Path, options: list[str], mapping: str, visits: object) -> None:
    (tmp_path / "visits.csv").write_text(TWICE)
    (tmp_path / "mapping.toml").write_text(
        f'[visits]\nrule = "first"\nday_zero = "first"\n{mapping}\n'
    )
    call = ["prepare", "nominal-visits", tmp_path / "visits.csv"]
    call += ["--mapping", tmp_path / "mapping.toml", *options]
    refused = run(*call)
    assert refused.exit_code == 1
    if visits is None:
        assert "--month 8:43..70" in refused.output
        return
    # The advice is followed.
    assert "--same-day flagged:" in refused.output
    done = run(*call, "--same-day", "flagged:counts")
    assert done.exit_code == 0, done.output
    rows = [line.split(",") for line in done.output.splitlines()]
    assert [row[rows[0].index("nominal_visit")] for row in rows[1:]] == visits


def test_assess_by_other_criteria(folder: Path) -> None:
    done = assess(folder, "--measure", "acr_ped:ntr4146", "--baseline", "first")
    assert done.output.splitlines()[2].endswith("50,50,50")
    done = assess(folder, "--measure", "flare:brunner-2002:baseline", "--baseline", "first")
    assert done.output.splitlines()[2].endswith("False")


def report(folder: Path, *more: object) -> Result:
    mapping = folder / "mapping.toml"
    return run("report", folder / "visits.csv", "--mapping", mapping, *more)


def test_report_writes_the_page_that_the_library_makes(folder: Path) -> None:
    out = folder / "report.html"
    done = report(
        folder,
        *("-o", out, "--baseline", "first", "--title", "Two visits", "--no-pictures"),
        *("--measure", "acr_ped", "--measure", "state:cjadas10:consolaro-2014"),
    )
    assert done.exit_code == 0, done.output
    assert done.output == f"Report in {out}\n"
    page = jia.report(
        pd.read_csv(folder / "visits.csv", dtype={"pid": str}),
        columns={"patient": "pid", "date": "when", "physician_global": "phga_mm"},
        units={"physician_global": "mm"},
        baseline="first",
        title="Two visits",
        pictures=False,
        measures=[
            "acr_ped",
            jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.column("course")),
        ],
    )
    assert out.read_text(encoding="utf-8") == page


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("-o", "report.pdf", "--measure", "cjadas10"), ".html"),
        (("-o", "report.html", "--measure", "cjadas10", "--by", "week"), "'week'"),
        (("-o", "report.html", "--measure", "acr_ped"), "baseline"),
        (("--measure", "cjadas10"), "--out"),
    ],
)
def test_report_that_cannot_be_made_writes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    done = report(folder, "--no-pictures", *more)
    assert done.exit_code != 0
    assert words in done.output
    assert sorted(folder.iterdir()) == before


def test_parquet_in_and_out(folder: Path) -> None:
    pytest.importorskip("pyarrow")
    pd.read_csv(folder / "visits.csv").to_parquet(folder / "visits.parquet")
    out = folder / "out.parquet"
    done = run(
        *("assess", folder / "visits.parquet", "--mapping", folder / "mapping.toml"),
        *("--measure", "cjadas10", "--out", out),
    )
    assert done.exit_code == 0, done.output
    assert list(pd.read_parquet(out)["cjadas10"]) == [21.0, 8.0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--measure", "jadas99"), "jadas99"),
        (("--measure", "state:jadas10"), "state:MEASURE:CUTOFFS"),
        (("--measure", "state:jadas10:nobody-2020"), "nobody-2020"),
        (("--measure", "flare:prcsg-printo"), "last-responding"),
        (("--measure", "flare:prcsg:best", "--baseline", "first"), "prcsg-printo"),
        (("--measure", "acr_ped"), "baseline"),
        (("--measure", "acr_ped", "--baseline", "flag"), "on-or-before:COLUMN"),
        (("--measure", "jadas71", "--out", "out.doc"), ".parquet"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    folder: Path, more: tuple[str, ...], words: str
) -> None:
    before = sorted(folder.iterdir())
    done = assess(folder, *more)
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert words in done.output
    assert sorted(folder.iterdir()) == before


def test_a_refused_value_leaves_the_old_file_as_it_was(folder: Path) -> None:
    (folder / "visits.csv").write_text(VISITS.replace("60,", "620,"))
    out = folder / "out.csv"
    out.write_text("old")
    done = assess(folder, "--measure", "jadas71", "--out", out, "--force")
    assert done.exit_code == 1
    assert "line 2 (patient 007" in done.output
    assert out.read_text() == "old"
    done = assess(folder, "--measure", "jadas71", "--out", out, "--invalid", "missing")
    assert "--force replaces it" in done.output
    assert out.read_text() == "old"
    done = assess(folder, "--measure", "jadas71", "--out", out, "--invalid", "missing", "--force")
    assert done.exit_code == 0
    assert pd.read_csv(out)["jadas71"].isna()[0]


def test_check_lists_and_its_status_tells(folder: Path) -> None:
    mapping = folder / "mapping.toml"
    assert run("check", folder / "visits.csv", "--mapping", mapping).exit_code == 0
    done = run("check", folder / "visits.csv")
    assert "refused" in done.output or "physician_global" in done.output
    (folder / "visits.csv").write_text(VISITS.replace("60,", "620,"))
    done = run("check", folder / "visits.csv", "--mapping", mapping)
    assert done.exit_code == 1
    assert "refused,out-of-range,physician_global,phga_mm,2,007,2020-01-01,620," in done.output


def test_explain_a_response_and_a_flare() -> None:
    done = run("explain", "--before", BEFORE, "--now", NOW)
    assert "ACR Ped 50 is reached." in done.output
    done = run("explain", "--criteria", "brunner-2002", "--before", NOW, "--now", BEFORE)
    assert "brunner-2002" in done.output
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (BEFORE.replace("=6 ", "=62 "), "62"),
        (BEFORE.replace("esr=40", ""), "neither esr= nor crp="),
        (BEFORE.replace("chaq=1.5", "haq=1.5"), "haq"),
        (BEFORE.replace("chaq=1.5", "chaq:1.5"), "variable=number"),
        (BEFORE.replace("chaq=1.5", "chaq=x"), "variable=number"),
    ],
)
def test_explain_refuses_in_words(before: str, words: str) -> None:
    done = run("explain", "--before", before, "--now", NOW)
    assert done.exit_code == 1
    assert words in done.output


def test_day_first_and_decimal_comma(folder: Path) -> None:
    text = VISITS.replace(",", ";").replace(".", ",").replace("2020-01-01", "05/02/2020")
    (folder / "visits.csv").write_text(text.replace("2020-03-01", "01/03/2020"))
    form = '\n[csv]\nseparator = ";"\ndecimal = ","\nday_first = true\n'
    (folder / "mapping.toml").write_text(MAPPING + form)
    done = assess(folder, "--measure", "acr_ped", "--baseline", "first")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[2] == "007;01/03/2020;20;2,0;0,75;4;6;20;poly;50;50;50"
    (folder / "mapping.toml").write_text(MAPPING + '\n[csv]\nseperator = ";"\n')
    assert "Did you mean 'separator'?" in assess(folder, "--measure", "jadas71").output


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        (["--measure", "jadas71"], '[columns] of the --mapping: patient_global = "your column"'),
        (["--measure", "acr_ped"], "--baseline first, flagged:COLUMN or on-or-before:COLUMN"),
        (
            ["--measure", "flare"],
            "--measure asks for 'flare', where something is to be chosen: flare:",
        ),
        (["--measure", "sjadas10"], "which one counts, --marker esr or --marker crp"),
        (["--measure", "cjadas10"], '[units] of the --mapping: physician_global = "mm"'),
    ],
)
def test_advice_is_in_the_words_of_the_command_line(
    tmp_path: Path, asked: list[str], advice: str
) -> None:
    needed = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints")
    values = dict.fromkeys((*needed, "systemic_manifestations", "esr", "crp"), 1)
    table = pd.DataFrame({"patient": ["a"], "date": ["2024-01-01"], **values})
    if "jadas71" in asked:
        table = table.drop(columns="patient_global")
    if "sjadas10" not in asked:
        table = table.drop(columns="crp")
    if "cjadas10" in asked:
        table["physician_global"] = 62
    table.to_csv(tmp_path / "visits.csv", index=False)
    done = CliRunner().invoke(main, ["assess", str(tmp_path / "visits.csv"), *asked])
    assert done.exit_code == 1
    assert advice in done.output
    assert "jia." not in done.output
    assert "={" not in done.output
    with pytest.raises(jia.errors.RequestError, match="measures= asks for nothing"):
        jia.assess(table, measures=[])
