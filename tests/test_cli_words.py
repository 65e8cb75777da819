"""What the command line says of wrong options and mappings: never in the words of Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import jiascores as jia
from jiascores.cli import main
from tests.commands import Runner

HEAD = (
    "patient,date,visit,physician_global,patient_global,chaq,active_joints,limited_joints,esr,crp,"
    "course,ilar_category,febrile,site,inactive,screen"
)
ROWS = (
    "01,2020-01-01,1,6,5,1.5,12,10,40,3,poly,oligoarthritis_persistent,no,A,no,yes",
    "01,2020-03-01,2,2,2,0.5,4,4,20,1,poly,oligoarthritis_persistent,no,A,yes,no",
    "02,2020-01-01,1,3,5,1,2,1,10,1,oligo,rf_negative_polyarthritis,no,B,no,yes",
    "02,2020-03-01,2,1,0,0,0,0,5,1,oligo,rf_negative_polyarthritis,no,B,yes,no",
)
FILES = {
    "v.csv": "\n".join((HEAD, *ROWS)),
    "inf.csv": "patient,date\n01,2020-01-01",
    "drugs.csv": "patient,drug,start,stop\n01,methotrexate,2020-01-01,",
    "lab.csv": "patient,date,esr\n01,2020-01-02,20",
}
# Names of Python, calls, keyword arguments and types; a word in quotes was typed by the user.
PYTHON = re.compile(
    r"\bjia\.|\b(None|True|False|NaN|dict|tuple|str|int|float|array|Series|DataFrame|pandas)\b"
    r"|\b[a-z_]+=[,. )]|\b[a-z_]+=['\"{(]|\b[a-z_]\w*\(\)|Traceback|<class"
)
# What may stand in a cell of a file, and how a gap is written.
TYPED = ("True/False", '("chaq=")')
BASELINE = ("--baseline", "first", "--marker", "esr")
CORE = "physician_global=6 patient_global=5 chaq=1.5 active_joints=12 limited_joints=10 esr=40"

MEASURES = """
jadas72 acr_ped: acr_ped:nope responder responder:x responder:31 state state:cjadas10
state:cjadas10:nope state:nope:consolaro-2014 state:cjadas10:consolaro-2014:course=nope
state:cjadas10:consolaro-2014:course state:cjadas10:consolaro-2014:course=column.nope
flare flare:prcsg-printo flare:prcsg-printo:nope flare:prcsg-printo:flagged inactive_disease
inactive_disease:wallace-2004 inactive_disease:wallace-2011:markers=nope acr_ped:missing=nope
acr_ped:nope=1 acr_ped:missing jadas10:components=maybe jadas10:components=1
cjadas10:components=true:x responder:30:missing=nope responder:30:within=1
responder:30:attended=column.screen responder:30:missing=nri:attended=column.nope
jadas10:name=esr jadas10:name= jadas10:units=mm jadas10:esr=column.nope jadas71:attended=column.x
acr_ped:ruperto-2012 acr_ped:quartier-2011 flare:canakinumab-sjia:baseline mas_2016 jspada loss *
acr_ped:highest_temperature=38 acr_ped:upper_limit=x acr_ped:upper_limit=-1 chaq_change
acr_ped:level=30 within_categories course escalation_indicated horneff_improvement:within=1..2
"""
BASELINES = """
nope first:x flagged flagged: flagged:nope flagged:visit flagged:course flagged:screen:days=3
on-or-before on-or-before:nope on-or-before:visit on-or-before:course column.visit
on-or-before:date:per_variable=true on-or-before:date:per_variable=true:days=x
on-or-before:date:per_variable=true:days=-1 flagged:screen:per_variable=maybe
"""
OTHERS = (
    *(("remission", "v.csv", "drugs.csv", *more.split()) for more in (
        "", "--criteria wallace-2011", "--criteria wallace-2011 --max-gap-days -1",
        "--criteria wallace-2011 --max-gap-days x",
        "--criteria wallace-2011 --max-gap-days 365 --counted x",
        "--criteria wallace-2011 --max-gap-days 365 --counted methotrexate --inactive nope",
        "--criteria wallace-2011 --max-gap-days 365 --counted methotrexate --inactive course",
        "--criteria jadas-24-weeks --max-gap-days 365 --counted methotrexate",
    )),
    *(("prepare", "nominal-visits", "v.csv", *more.split()) for more in (
        "", "--week x", "--week 0:x", "--week 0:0", "--week 0:0 --day-zero first",
        "--week 0:0 --rule nearest --day-zero nope",
        "--week 0:0 --rule nearest --day-zero column.nope",
        "--week 0:0 --rule nearest --day-zero column.course",
        "--week 0:-1 --rule nearest --day-zero first",
        "--week 0:9..1 --rule nearest --day-zero first",
        "--week 0:0..9 --rule nearest --day-zero first --study-day",
        "--week 0:0 --month 0:0 --rule nearest --day-zero first",
        "--week 0:50 --week 1:50 --rule nearest --day-zero first",
        "--month 0.5:3 --rule nearest --day-zero first",
        "--week 0:0 --rule nearest --day-zero first --same-day nope",
        "--week 0:0 --rule nearest --day-zero first --same-day on-or-before:date",
        "--study-day",
    )),
    *(("prepare", "laboratory-values", "v.csv", *more.split()) for more in (
        "", "lab.csv", "lab.csv --value esr", "lab.csv --value nope --window-days 7",
        "lab.csv --value crp --window-days 7",
        "lab.csv --value esr --window-days -7 --prefix l_", "lab.csv --window-days 7",
    )),
    *(("retreatment", "v.csv", *more.split()) for more in (
        "", "inf.csv", "--protocol swart-2019", "inf.csv --protocol swart-2019",
        "lab.csv --protocol swart-2019 --deviations",
    )),
    *(("joints", "v.csv", *more) for more in (
        (), ("--active", "nope_"), ("--active", "{joint}"), ("--active", "course"),
    )),
    *(("report", "v.csv", "--no-pictures", *more.split()) for more in (
        "", "--measure cjadas10", "--measure cjadas10 -o r.txt",
        "--measure cjadas10 -o r.html --by nope", "--measure cjadas10 -o r.html --by visit --arm no",
        "--measure cjadas10 -o r.html --by visit --data-cut x",
        "--measure cjadas10 -o r.html --by visit --data-cut 12",
        "--measure acr_ped -o r.html --by visit --marker esr",
    )),
    *(("explain", "--before", before, "--now", now, *more.split()) for before, now, more in (
        (CORE, "x", ""), (CORE, "x=1", ""), (CORE, f"{CORE} crp=1", ""), ("", CORE, ""),
        (CORE, CORE.replace("=6", "=60"), ""), (CORE, CORE.replace("esr", "crp"), ""),
        (CORE, CORE, "--highest-temperature 38"),
        (CORE, CORE, "--highest-temperature 38 --criteria prcsg-printo"),
        (CORE, CORE, "--criteria ruperto-2012"), (CORE, CORE, "--criteria quartier-2011"),
        (CORE, CORE, "--criteria canakinumab-sjia"),
        (CORE, f"{CORE} flare_fever=maybe", "--criteria canakinumab-sjia"),
        (CORE, CORE, "--criteria ruperto-2012 --highest-temperature 380"),
    )),
    ("check", "v.csv", "--by", "nope"), ("export", "redcap", "--score", "nope"),
    ("export", "redcap", "--score", "jadas10", "--cutoffs", "consolaro-2014"),
    ("init", "v.csv", "--sheet", "x"), ("init", "v.csv", "--dictionary", "lab.csv"),
    ("definitions", "nope"), ("assess", "v.csv", "--measure", "cjadas10", "-o", "out.sas7bdat"),
)  # fmt: skip
MAPPINGS = """
[columns]|esr="nope"
[columns]|esrr="esr"
[columns]|patient=[]
[columns]|esr=["esr","crp"]
[units]|esr="nope"
[units]|nope="mm"
[units]|esr={}
[units]|esr={column="nope"}
[csv]|missing=[6]
[words.course]|poly="nope"
[words.febrile]|no="maybe"
[below]|esr={rule="half",comparator="nope"}
[study]|baseline="nope"
[study]|measures=["nope"]
[study]|markers="any"
[study]|course="from-category"
[definitions.mine]|
[definitions.mine]|based_on="nope"
[definitions.mine]|based_on="giannini-1997"|nope=1
[definitions.mine]|based_on="giannini-1997"|worsened_allowed="x"
[definitions.mine]|based_on="giannini-1997"|worsened_allowed=9
[definitions.mine]|based_on="giannini-1997"|levels=[30,200]
[definitions.mine]|based_on="giannini-1997"|levels=30
[definitions.mine]|based_on="giannini-1997"|name="x"
[definitions.mine]|based_on="giannini-1997"|derives_from="x"
[definitions.mine]|based_on="consolaro-2014"
[definitions.mine]|based_on="consolaro-2014"|bounds={}
[definitions.mine]|based_on="swart-2019"|min_days=-1
[definitions.giannini-1997]|based_on="giannini-1997"|worsened_allowed=2
[definitions.""]|based_on="giannini-1997"
[protocol]|name="nope"
[protocol]|name="swart-2019"|nope=1
[protocol]|name="swart-2019"|min_days="x"
[medication]|file="drugs.csv"|criteria="nope"
[medication]|file="drugs.csv"|criteria="wallace-2011"|max_gap_days=-1|counted="all"|inactive="inactive"
[laboratory]|file="lab.csv"|values=["nope"]|window_days=7
[laboratory]|file="lab.csv"|values=["esr"]|window_days=7|units={esr="x"}
[visits]|weeks={x=0}|rule="nearest"|day_zero="first"
[visits]|weeks={0="x"}|rule="nearest"|day_zero="first"
[visits]|weeks={0=1}|rule="nearest"|day_zero="nope"
[visits]|weeks={2="15..21"}|rule="nearest"|day_zero="first"|study_day=true
[visits]|weeks={0="0..7"}|rule="nearest"|day_zero="first"|study_day=true
[long]|
[wide]|pattern="x"
[redcap]|
[joints]|active="x_"
[joints]|coded="c_"
[joints]|active="course"|examined="nope"
[joints]|swollen="site"|injected="x"
[joints]|active="site"|injection_rule="x"
[joints]|active={knee_left="site",nope="course"}
[joints]|active={knee_left="course"}
[joints]|active={knee_left="inactive"}|injected={knee_left="course"}|injection_rule="carried-active"
"""
COMMANDS = (
    ("assess", "v.csv", "--measure", "acr_ped:mine", "--baseline", "first"),
    ("assess", "v.csv", "--measure", "jadas10", "--measure", "state:jadas10:trincianti-2021"),
    ("check", "v.csv", "--measure", "jadas10"),
    ("retreatment", "v.csv", "inf.csv"),
    ("remission", "v.csv"),
    ("joints", "v.csv"),
    ("prepare", "nominal-visits", "v.csv"),
    ("prepare", "laboratory-values", "v.csv"),
)


@pytest.fixture(autouse=True)
def _files(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(f"{text}\n")


def said(*arguments: str) -> tuple[int, str]:
    """Return the exit status of a command and what it says; a refusal speaks no Python."""
    done = Runner().invoke(main, arguments)
    assert done.exception is None or isinstance(done.exception, SystemExit), arguments
    words = done.stderr
    for each in (*TYPED, *arguments):
        words = words.replace(each, "")
    assert PYTHON.search(words) is None, (arguments, done.stderr)
    return done.exit_code, done.stderr


@pytest.mark.parametrize("measure", MEASURES.split())
def test_a_wrong_measure(measure: str) -> None:
    if measure != "chaq_di":
        assert said("assess", "v.csv", "--measure", measure)[0]
        said("assess", "v.csv", "--measure", measure, *BASELINE)
        said("check", "v.csv", "--measure", measure, *BASELINE)


@pytest.mark.parametrize("rule", BASELINES.split())
def test_a_wrong_baseline(rule: str) -> None:
    status, _ = said(
        "assess", "v.csv", "--measure", "acr_ped", "--marker", "esr", "--baseline", rule
    )
    assert status == 1


@pytest.mark.parametrize("arguments", OTHERS, ids=" ".join)
def test_a_wrong_option(arguments: tuple[str, ...]) -> None:
    assert said(*arguments)[0]


@pytest.mark.parametrize("mapping", MAPPINGS.strip().splitlines())
def test_a_wrong_mapping(mapping: str) -> None:
    Path("mapping.toml").write_text(mapping.replace("|", "\n") + "\n")
    statuses = [said(*command, "--mapping", "mapping.toml")[0] for command in COMMANDS]
    assert any(statuses)


def test_an_option_of_the_mapping_is_named_by_its_table() -> None:
    Path("mapping.toml").write_text('[joints]\nactive="site"\ninjection_rule="x"\n')
    words = said("joints", "v.csv", "--mapping", "mapping.toml")[1]
    assert '[joints] of the --mapping: injection_rule = "x"' in words
    assert "--max-gap-days -1: give" in said(
        "remission", "v.csv", "drugs.csv", "--criteria", "wallace-2011", "--max-gap-days", "-1",
        "--inactive", "inactive", "--counted", "all",
    )[1]  # fmt: skip


def test_explain_reads_what_else_the_criteria_ask_about() -> None:
    for criteria, item in (
        ("ruperto-2012", "highest_temperature=37"),
        ("quartier-2011", "systemic_response=yes"),
        ("canakinumab-sjia", "flare_fever=no"),
        ("canakinumab-sjia", "flare_fever="),
    ):
        now = f"{CORE.replace('=12', '=3')} {item}"
        done = Runner().invoke(
            main, ["explain", "--before", CORE, "--now", now, "--criteria", criteria]
        )
        assert done.exit_code == 0, done.output
    assert "no flare" in done.output or "not determinable" in done.output


@pytest.mark.parametrize("each", jia.definitions("response criteria")["name"].tolist())
@pytest.mark.parametrize("now", [CORE, CORE.replace("esr", "crp"), f"{CORE} x=1"])
def test_explain_by_every_criteria(each: str, now: str) -> None:
    said("explain", "--before", CORE, "--now", now, "--criteria", each)
