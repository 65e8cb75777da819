"""Every generated file goes through `init`, `check` and `assess`, and gives the right scores.

What is refused says what to write, and with that written the scores are right too.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from jiascores.cli import main
from tests.commands import Runner
from tests.files.generated import CASES, Case

pytest.importorskip("openpyxl")
pytest.importorskip("pyreadstat")
pytest.importorskip("pyarrow")


def run(*arguments: object) -> Result:
    return Runner().invoke(main, [str(argument) for argument in arguments])


def toml(value: Any) -> str:
    """Return a value as TOML has it."""
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)} = {toml(each)}" for key, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables of a mapping with those of another written over them."""
    out = dict(one)
    for key, value in other.items():
        both = isinstance(value, Mapping) and isinstance(out.get(key), Mapping)
        out[key] = merged(out[key], value) if both else value
    return out


ONE_OF = {"date_format", "day_first", "month_first"}


def answered(draft: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft as a person fixes it: how dates are written is said once."""
    csv = draft.get("csv", {})
    if ONE_OF & set(answers.get("csv", {})):
        draft = {**draft, "csv": {key: of for key, of in csv.items() if key not in ONE_OF}}
    if "joints" in answers:
        # Counted from the form, and not taken from a column.
        columns = {key: of for key, of in draft["columns"].items() if not key.endswith("_joints")}
        draft = {**draft, "columns": columns}
    return merged(draft, answers)


def write(path: Path, mapping: Mapping[str, Any]) -> Path:
    path.write_text("".join(f"{key} = {toml(of)}\n" for key, of in mapping.items()), "utf-8")
    return path


def drafted(case: Case, file: Path, folder: Path) -> dict[str, Any]:
    """Return the mapping that `init` drafts, or nothing where the file cannot be opened."""
    if "init" not in main.commands:
        return {}
    done = run("init", file, *case.init, "-o", folder / "draft.toml")
    if done.exit_code:
        assert case.refused or case.remade, done.output
        return {}
    draft = tomllib.loads((folder / "draft.toml").read_text(encoding="utf-8"))
    # Nothing is read by a draft.
    refused = run("check", file, "--mapping", folder / "draft.toml", "--measure", "jadas10")
    assert refused.exit_code != 0
    assert "confirmed = true" in refused.output
    return draft


def assess(file: Path, mapping: Path, folder: Path) -> Result:
    # Of another kind than the file, and read by another reader than ours.
    out = folder / "out.parquet"
    out.unlink(missing_ok=True)
    return run("assess", file, "--mapping", mapping, "--measure", "jadas10", "-o", out)


def scores_of(folder: Path) -> list[float | None]:
    import pyarrow.parquet as pq

    return pq.read_table(folder / "out.parquet", columns=["jadas10"])["jadas10"].to_pylist()


def same(found: list[float | None], wanted: list[float | None]) -> bool:
    return len(found) == len(wanted) and all(
        one is other is None or (None not in (one, other) and abs(one - other) < 1e-9)
        for one, other in zip(found, wanted, strict=True)
    )


def test_there_are_many() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_generated_file(case: Case, tmp_path: Path) -> None:
    file = case.make(tmp_path)
    before = file.read_bytes()
    draft = drafted(case, file, tmp_path)
    mapping = {**case.answers, "confirmed": True}
    if case.refused:
        for command in ("check", "assess"):
            path = write(tmp_path / "mapping.toml", mapping)
            options = ("--mapping", path, "--measure", "jadas10")
            more = ("-o", tmp_path / "out.parquet") if command == "assess" else ()
            done = run(command, file, *options, *more)
            assert done.exit_code != 0, done.output
            assert case.refused in done.output
            assert "Traceback" not in done.output
            assert not (tmp_path / "out.parquet").exists()
        # The message says it in the words of the mapping.
        for table, keys in case.advice.items():
            assert f"[{table}" in done.output
            for key in keys:
                assert str(key) in done.output
        mapping = merged(mapping, case.advice)
        if case.remade is not None:
            file = case.remade(tmp_path)
            before = file.read_bytes()
    if case.listed:
        path = write(tmp_path / "mapping.toml", mapping)
        listed = run("check", file, "--mapping", path, "--measure", "jadas10")
        assert f"[{next(iter(case.advice))}]" in listed.output
        assert case.listed in listed.output
        mapping = merged(mapping, case.advice)
    # With the draft, and what a person answers, the file is read as without it.
    for whole in (mapping, answered(draft, mapping)):
        path = write(tmp_path / "mapping.toml", whole)
        checked = run("check", file, "--mapping", path, "--measure", "jadas10")
        assert checked.exit_code == 0, checked.output
        assert "refused," not in checked.output
        done = assess(file, path, tmp_path)
        assert done.exit_code == 0, done.output
        assert same(scores_of(tmp_path), list(case.scores)), scores_of(tmp_path)
        assert file.read_bytes() == before


# What names and values do not say, so that a draft is refused, or scores stay open.
NEEDS_A_PERSON = {
    "long with own names, units and semicolons",
    "long with a value twice",
    "long with visits by name and blood of another day",
    "71 columns with the finding behind the joint",
    "a list in one cell",
    "one code for each joint",
    "REDCap, a field filled twice for a visit",
    "REDCap, a dictionary says what the boxes are",
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_draft_that_is_confirmed_as_it_is_gives_no_wrong_score(
    case: Case, tmp_path: Path
) -> None:
    file = case.make(tmp_path)
    draft = drafted(case, file, tmp_path)
    if not draft:
        return
    done = assess(file, write(tmp_path / "mapping.toml", {**draft, "confirmed": True}), tmp_path)
    if case.name not in NEEDS_A_PERSON:
        assert done.exit_code == 0, done.output
        assert same(scores_of(tmp_path), list(case.scores))
    elif done.exit_code == 0:
        assert {score for score in scores_of(tmp_path) if score is not None} <= {*case.scores}


# Names that nothing here was made for, each a header and a row; and what is drafted.
DRAFTED = {
    "visits in two parts, in front": (
        (
            "pat_id,visit_1_date,visit_1_phga,visit_1_ajc,visit_2_date,visit_2_phga,visit_2_ajc\n"
            "A01,2024-01-10,6,12,2024-04-10,1,0\n"
        ),
        {
            "wide": {"pattern": "{visit}_{variable}", "visits": ["visit_1", "visit_2"]},
            "columns": {"physician_global": "phga", "active_joints": "ajc", "date": "date"},
        },
    ),
    "visits in words, behind": (
        (
            "ID;Arzt VAS Baseline;BSG Baseline;Datum Baseline;Arzt VAS 3 Monate;BSG 3 Monate;"
            "Datum 3 Monate\nA01;6,0;48;10.01.2024;1,0;8;16.04.2024\n"
        ),
        {
            "wide": {"pattern": "{variable} {visit}", "visits": ["Baseline", "3 Monate"]},
            "columns": {"physician_global": "Arzt VAS", "esr": "BSG", "date": "Datum"},
        },
    ),
    "laboratory values by the standard of tabulations": (
        (
            "STUDYID,USUBJID,LBTESTCD,LBORRES,LBORRESU,LBDTC\n"
            "X,X-01,ESR,48,mm/h,2024-01-10\nX,X-01,CRP,<5,mg/L,2024-01-10\n"
        ),
        {
            "columns": {
                "patient": "USUBJID",
                "variable": "LBTESTCD",
                "value": "LBORRES",
                "unit": "LBORRESU",
                "date": "LBDTC",
            },
            "long": {"variables": {"esr": "ESR", "crp": "CRP"}},
        },
    ),
    "REDCap with what it adds by itself": (
        (
            "record_id,redcap_event_name,redcap_data_access_group,visit_timestamp,visit_date,phys_glob,"
            "pt_glob,visit_complete\n1,base_arm_1,site_a,,2024-01-10,6,5,2\n"
        ),
        {
            "columns": {
                "patient": "record_id",
                "date": "visit_date",
                "physician_global": "phys_glob",
                "patient_global": "pt_glob",
            },
            "redcap": {"once": []},
        },
    ),
    "one row for each visit, with numbers in names": (
        "patient,date,esr,phga,ptga,chaq_1,chaq_2\nA01,2024-01-10,48,6,5,1,2\n",
        {"columns": {"patient": "patient", "esr": "esr", "physician_global": "phga"}},
    ),
}


@pytest.mark.parametrize("what", DRAFTED)
def test_what_init_drafts_of_other_names(what: str, tmp_path: Path) -> None:
    text, wanted = DRAFTED[what]
    (tmp_path / "visits.csv").write_text(text, encoding="utf-8")
    done = run("init", tmp_path / "visits.csv", "-o", tmp_path / "draft.toml")
    assert done.exit_code == 0, done.output
    draft = tomllib.loads((tmp_path / "draft.toml").read_text(encoding="utf-8"))
    assert {"long", "wide", "redcap"} & set(draft) == {"long", "wide", "redcap"} & set(wanted)
    for table, keys in wanted.items():
        for key, value in keys.items():
            assert draft[table][key] == value
