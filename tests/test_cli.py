"""The command line: what it prints, what it writes, and how it says no."""

from __future__ import annotations

import inspect
import io
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result

import jiascores as jia
from jiascores.cli import main, running
from tests.commands import Runner

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
    return Runner().invoke(main, [str(argument) for argument in arguments])


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
    flags = rows.splitlines()
    names = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
    flags[0] += "".join(f",{name}_base" for name in names)
    flags[1:] = [
        f"{line},{','.join('Y' * 6 if at == 0 else [''] * 6)}" for at, line in enumerate(flags[1:])
    ]
    (folder / "visits.csv").write_text("\n".join(flags) + "\n")
    done = assess(folder, "--measure", "acr_ped", "--baseline", "flagged:base:per_variable=true")
    assert done.exit_code == 0, done.output
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
        *("--arm", "course", "--characteristic", "course"),
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
        arm=jia.column("course"),
        characteristics=[jia.column("course")],
        source=folder / "visits.csv",
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
    assert "ACR Pedi 50 is reached." in done.output
    done = run("explain", "--criteria", "brunner-2002", "--before", NOW, "--now", BEFORE)
    assert "brunner-2002" in done.output
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (BEFORE.replace("=6 ", "=62 "), "62"),
        (BEFORE.replace("esr=40", ""), "and esr or crp"),
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
    done = Runner().invoke(main, ["assess", str(tmp_path / "visits.csv"), *asked])
    assert done.exit_code == 1
    assert advice in done.output
    assert "jia." not in done.output
    assert "={" not in done.output
    with pytest.raises(jia.errors.RequestError, match="measures= asks for nothing"):
        jia.assess(table, measures=[])


CASES = Path(__file__).parent / "files" / "cases"


def test_a_mapping_with_an_unknown_table_is_refused(tmp_path: Path) -> None:
    file, mapping = CASES / "unknown_table.csv", CASES / "unknown_table.toml"
    done = run("assess", file, "--mapping", mapping, "--measure", "jadas10")
    assert done.exit_code == 1
    assert "no table [unit]. Did you mean [units]?" in done.output
    fixed = tmp_path / "mapping.toml"
    fixed.write_text(mapping.read_text().replace("[unit]", "[units]"))
    done = run("assess", file, "--mapping", fixed, "--measure", "jadas10")
    assert done.output.splitlines()[1].endswith(",24.2")


def test_ids_of_two_sites(tmp_path: Path) -> None:
    file, mapping = CASES / "two_sites.csv", tmp_path / "mapping.toml"
    found = run("check", file, "--measure", "acr_ped", "--baseline", "first")
    assert "suspicious" in found.output
    mapping.write_text('[columns]\npatient = ["site", "patient"]\n')
    asked = ("--measure", "acr_ped", "--baseline", "first", "--mapping", mapping)
    done = run("assess", file, *asked)
    assert [line.split(",")[9] for line in done.output.splitlines()[1:]] == ["", "0", "", "50"]
    listed = run("check", file, *asked, "--by", "site")
    assert listed.exit_code == 0, listed.output


def test_ids_that_never_meet_are_refused() -> None:
    done = run(
        *("remission", CASES / "remission_ids.csv", CASES / "remission_drugs.csv"),
        *("--criteria", "wallace-2011", "--max-gap-days", "400", "--counted", "methotrexate"),
        *("--inactive", "inactive"),
    )
    assert done.exit_code == 1
    assert "001" in done.output


def test_remission_from_files(tmp_path: Path) -> None:
    drugs = tmp_path / "drugs.csv"
    drugs.write_text((CASES / "remission_drugs.csv").read_text().replace("001", "1"))
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[medication]\nfile = "drugs.csv"\ncriteria = "wallace-2011"\nmax_gap_days = 400\n'
        'counted = ["methotrexate"]\ninactive = "inactive"\n'
    )
    options = (
        *("--criteria", "wallace-2011", "--max-gap-days", "400", "--counted", "methotrexate"),
        *("--inactive", "inactive"),
    )
    by_options = run("remission", CASES / "remission_ids.csv", drugs, *options)
    assert by_options.exit_code == 0, by_options.output
    states = [line.rpartition(",")[2].strip('"') for line in by_options.output.splitlines()]
    assert states[0] == "remission_wallace_2011"
    assert states[-1] == "clinical remission on medication"
    assert (
        run("remission", CASES / "remission_ids.csv", "--mapping", mapping).output
        == by_options.output
    )


EXAMPLE = Path(__file__).parents[1] / "examples" / "msc_trial"


def test_retreatment_of_the_trial_is_that_of_python(tmp_path: Path) -> None:
    mapping, out = EXAMPLE / "mapping.toml", tmp_path / "out.csv"
    files = (EXAMPLE / "visits.csv", EXAMPLE / "infusions.csv")
    done = run("retreatment", *files, "--mapping", mapping, "-o", out)
    assert done.exit_code == 0, done.output
    visits = jia.prepare.read(files[0], mapping)
    infusions = jia.prepare.read(files[1], mapping, table="infusions")
    expected = jia.retreatment(
        visits,
        infusions,
        protocol="swart-2019",
        columns={
            "date": "visit_date", "physician_global": "physician_global_mm",
            "patient_global": "patient_global_mm",
        },
        units={"physician_global": "mm", "patient_global": "mm"},
        infusion_columns={"date": "infusion_date"},
        marker="esr",
    )  # fmt: skip
    written = pd.read_csv(out)
    assert list(written["retreatment_code"]) == list(expected["retreatment_code"].astype(str))
    listed = run("retreatment", *files, "--mapping", mapping, "--deviations")
    assert len(listed.output.splitlines()) == 4
    named = tmp_path / "mapping.toml"
    named.write_text(mapping.read_text().replace("# min_days = 28 ", "min_days = 400 "))
    assert run("retreatment", *files, "--mapping", named, "-o", out, "--force").exit_code == 0
    assert "eligible" not in set(pd.read_csv(out)["retreatment_code"])
    done = run("retreatment", *files)
    assert "which protocol?" in done.output


def test_nominal_visits_and_laboratory_values(tmp_path: Path) -> None:
    visits, labs = tmp_path / "visits.csv", tmp_path / "labs.csv"
    visits.write_text("patient,date\na,2024-01-01\na,2024-02-26\na,2024-03-20\n")
    labs.write_text("patient,date,esr\na,2024-02-25,12\n")
    done = run(
        *("prepare", "nominal-visits", visits, "--week", "0:0", "--week", "8:7"),
        *("--rule", "nearest", "--day-zero", "first"),
    )
    assert [line.split(",")[3] for line in done.output.splitlines()] == [
        "nominal_visit", "week 0", "week 8", "",
    ]  # fmt: skip
    done = run(
        *("prepare", "laboratory-values", visits, labs, "--value", "esr", "--window-days", "7"),
    )
    assert [line.split(",")[2] for line in done.output.splitlines()] == ["esr_lab", "", "12", ""]


def test_a_variant_of_ones_own_is_a_measure(folder: Path) -> None:
    own = '\n[definitions.mine]\nbased_on = "giannini-1997"\nimproved_needed = 6\n'
    (folder / "mapping.toml").write_text(MAPPING + own)
    done = assess(folder, "--measure", "acr_ped:mine", "--baseline", "first")
    assert done.exit_code == 0, done.output
    assert "acr_ped_mine_level" in done.output.splitlines()[0]


def test_what_the_mapping_asks_for(folder: Path) -> None:
    study = (
        '\n[study]\nbaseline = "first"\nmeasures = ["acr_ped", "state:jadas71:consolaro-2012-2014"]\n'
        'prefix = "x_"\ncourse = "from-category"\n'
    )
    lines = VISITS.replace("course", "ilar_category").replace("poly", "oligoarthritis_persistent")
    (folder / "visits.csv").write_text(lines)
    (folder / "mapping.toml").write_text(MAPPING + study)
    done = assess(folder)
    assert done.exit_code == 0, done.output
    head = done.output.splitlines()[0]
    assert "x_acr_ped_level" in head
    assert "x_state_jadas71" in head
    assert run("check", folder / "visits.csv", "--mapping", folder / "mapping.toml").exit_code == 0
    (folder / "mapping.toml").write_text(MAPPING)
    assert "nothing to compute" in assess(folder).output


@pytest.mark.parametrize(
    ("typed", "goes_on"),
    [
        ("jadas1", ["jadas10"]),
        ("acr_ped:gian", ["acr_ped:giannini-1997"]),
        ("state:cjadas10:trinc", ["state:cjadas10:trincianti-2021"]),
        ("flare:brunner-2002:bas", ["flare:brunner-2002:baseline"]),
        ("nonsense:", []),
    ],
)
def test_completion(typed: str, goes_on: list[str]) -> None:
    from jiascores.cli.measures import completions

    assert completions(typed) == goes_on


def test_the_demonstration_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("demo")
    assert done.exit_code == 0, done.output
    commands = [
        line.split()[1:] for line in done.output.splitlines() if line.startswith("  jiascores")
    ]
    assert [command[0] for command in commands] == ["check", "assess", "report", "init"]
    for command in commands:
        more = ["--no-pictures"] if command[0] == "report" else []
        again = run(*command, *more)
        assert again.exit_code == 0, again.output
    assert "exists" in run("demo").output


def test_check_fails_exactly_where_assess_does(folder: Path) -> None:
    """Whatever is changed in the file, the status of the one is that of the other."""
    changes = [
        ("60,", "620,"),
        ("5.0", "x"),
        ("2020-03-01", ""),
        ("007,2020-03", ",2020-03"),
        ("poly", "foo"),
        ("esr", "bsg"),
        ("2020-03-01", "2020-01-01"),
        ("40", "<5"),
        ("4,6", "4.5,6"),
        ("", ""),
    ]
    for measure in ("jadas71", "acr_ped", "cjadas10", "state:cjadas10:consolaro-2014"):
        for old, new in changes:
            (folder / "visits.csv").write_text(VISITS.replace(old, new) if old else VISITS)
            for invalid in ("raise", "missing"):
                options = (
                    *("--mapping", folder / "mapping.toml", "--measure", measure),
                    *("--baseline", "first", "--invalid", invalid),
                )
                codes = [
                    run(command, folder / "visits.csv", *options).exit_code
                    for command in ("check", "assess")
                ]
                assert codes[0] == codes[1], (measure, old, new, invalid)


def test_details_arms_and_a_data_cut(tmp_path: Path) -> None:
    six = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
    table = pd.DataFrame({"patient": ["A", "A", "B", "B"], "week": [0, 8] * 2, "arm": list("xxyy")})
    table["date"] = ["2024-01-01", "2024-03-01"] * 2
    table = table.assign(**{name: [3.0, 1, 3, 3] for name in six})
    table.to_csv(tmp_path / "visits.csv", index=False)
    asked = (tmp_path / "visits.csv", "--baseline", "first", "--measure", "responder:50")
    assert run("assess", *asked, "--details", "-o", tmp_path / "out.csv").exit_code == 0
    out = pd.read_csv(tmp_path / "out.csv")
    by_python = jia.assess(table, measures=["responder:50"], baseline="first", details=True)
    assert list(out.columns)[10:] == list(by_python.columns)[10:]
    assert out["acr_ped_50_improved"].tolist()[1::2] == [6, 0]
    page = tmp_path / "page.html"
    more = ("--by", "week", "--arm", "arm", "--no-pictures", "-o", page, "--force")
    assert run("report", *asked, *more).exit_code == 0
    assert ">arm<" in page.read_text(encoding="utf-8")
    assert run("report", *asked, *more, "--data-cut", "2024-02-01").exit_code == 0
    assert "The table has 2 rows" in page.read_text(encoding="utf-8")
    refused = run("report", *asked, *more, "--data-cut", "20")
    assert "--data-cut 20 is a study day" in refused.output


def test_export_writes_what_the_library_makes(tmp_path: Path) -> None:
    out = tmp_path / "dictionary.csv"
    chosen = ("--score", "cjadas10", "--cutoffs", "consolaro-2014")
    assert run("export", "redcap", *chosen, "--out", out).exit_code == 0
    text = jia.adam.export("redcap", scores=["cjadas10"], cutoffs=["consolaro-2014"])
    assert out.read_text(encoding="utf-8") == text
    assert run("export", "json").output == jia.adam.export("json")
    refused = run("export", "redcap", "--score", "jspada")
    assert refused.exit_code != 0
    assert "jadas10" in refused.output


HEAD = "patient,date,physician_global,patient_global,active_joints,esr"
GOOD_ROW = "1,2024-01-01,1,2,3,24"
# What is wrong, and the options; the right list and exit status follow from `assess`.
LISTED = {
    "a date in two orders": (f"{HEAD}\n{GOOD_ROW}\n1,03/04/2024,1,2,3,24\n", ()),
    "an ESR that is not a number": (f"{HEAD}\n1,2024-01-01,1,2,3,abc\n", ()),
    "a row without a patient": (f"{HEAD}\n,2024-01-01,1,2,3,24\n{GOOD_ROW}\n", ()),
    "two visits on a date": (f"{HEAD}\n{GOOD_ROW}\n{GOOD_ROW}\n", ("--baseline", "first")),
    "no column": ("patient,date,esr\n1,2024-01-01,24\n", ()),
    "a column in the way": (f"{HEAD},cjadas10\n{GOOD_ROW},5\n", ()),
    "a prefix": (f"{HEAD},cjadas10\n{GOOD_ROW},5\n", ("--prefix", "x_")),
    "a prefix in the way": (f"{HEAD},x_cjadas10\n{GOOD_ROW},5\n", ("--prefix", "x_")),
    "both markers": (f"{HEAD},crp\n{GOOD_ROW},5\n", ()),
    "a course that nobody asks for": (f"{HEAD},course\n{GOOD_ROW},abc\n", ()),
    "nothing": (f"{HEAD}\n{GOOD_ROW}\n", ()),
}


@pytest.mark.parametrize("measure", ["cjadas10", "jadas10", "responder:30"])
@pytest.mark.parametrize("case", LISTED)
def test_check_lists_a_refusal_exactly_when_assess_refuses(
    tmp_path: Path, case: str, measure: str
) -> None:
    text, options = LISTED[case]
    (file := tmp_path / "visits.csv").write_text(text)
    ask = (file, "--measure", measure, *options)
    scored, checked = run("assess", *ask), run("check", *ask, "--json")
    assert checked.exit_code == scored.exit_code
    found = json.loads(checked.stdout)
    assert any(each["finding"] == "refused" for each in found) == bool(scored.exit_code)


def test_each_step_of_a_command_is_shown_as_long_as_it_goes_on(tmp_path, monkeypatch) -> None:
    steps: list[str] = []
    begin = running.Progress.begin

    def noted(self: Any, step: str, size: int = 0) -> None:
        steps.append(step)
        begin(self, step, size)

    monkeypatch.setattr(running.Progress, "begin", noted)
    visits = tmp_path / "visits.csv"
    visits.write_text("physician_global,patient_global,active_joints,esr\n1,1,1,20\n")
    out = tmp_path / "out.csv"
    assert run("assess", visits, "--measure", "jadas10", "-o", out).exit_code == 0
    assert steps == [f"reading {visits}", "computing", "writing"]
    steps.clear()
    assert run("check", visits, "--measure", "jadas10").exit_code == 0
    assert steps == [f"reading {visits}", "computing", "writing", "computing"]


def test_a_terminal_shows_how_far_a_step_is(monkeypatch) -> None:
    monkeypatch.setattr(running, "TICK", 0.001)
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    progress = running.Progress(shown=True)
    progress.begin("reading visits.csv", 200)
    with progress.told():
        progress.add(50)
        while "reading visits.csv 25 %, " not in told.getvalue():
            pass
        progress.begin("computing")
        while "computing, " not in told.getvalue():
            pass
    # Nothing of it stays in the line.
    assert told.getvalue().endswith(running.CLEAR)
    told.truncate(0)
    quiet = running.Progress(shown=False)
    with quiet.told():
        quiet.begin("computing")
    assert told.getvalue() == ""


@pytest.mark.parametrize(
    ("words", "functions"),
    [
        (["assess"], [jia.assess]),
        (["check"], [jia.assess]),
        (["report"], [jia.report]),
        (["retreatment"], [jia.retreatment]),
        (["remission"], [jia.remission]),
        (["prepare", "nominal-visits"], [jia.prepare.nominal_visits]),
        (["prepare", "laboratory-values"], [jia.prepare.laboratory_values]),
    ],
)
def test_a_command_has_the_options_that_its_function_takes(words, functions) -> None:
    shown = Runner().invoke(main, [*words, "--help"]).output
    for name in ("marker", "prefix", "invalid", "baseline"):
        takes = any(name in inspect.signature(each).parameters for each in functions)
        assert (f"--{name} " in shown) is takes, name
    assert ("--json" in shown) is (words != ["report"])


def test_verify_says_it_as_json() -> None:
    done = run("verify", "--date", "2026-01-31", "--json")
    said = json.loads(done.output)
    assert said["passed"] is True
    assert said["check_values"] == jia.verify(date="2026-01-31").check_values
    assert "Date:         2026-01-31" in said["report"]


def test_verify_ends_with_1_where_a_check_value_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    result = jia.verify(date="2026-01-31")
    monkeypatch.setattr(type(result), "passed", property(lambda _: False))
    monkeypatch.setattr(jia, "verify", lambda **_: result, raising=False)
    assert run("verify").exit_code == 1


def test_init_says_what_to_do_with_the_draft(folder: Path) -> None:
    out = folder / "draft.toml"
    done = run("init", folder / "visits.csv", "-o", out)
    assert done.exit_code == 0
    assert f"A draft in {out}: read each line, then set confirmed = true." in done.stderr


def test_a_second_file_that_nobody_names(folder: Path) -> None:
    done = run(
        "remission", folder / "visits.csv", "--mapping", folder / "mapping.toml",
        "--criteria", "wallace-2004", "--max-gap-days", "120", "-o", folder / "out.csv",
    )  # fmt: skip
    assert done.exit_code != 0
    assert not (folder / "out.csv").exists()
