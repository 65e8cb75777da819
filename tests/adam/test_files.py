"""Data sets as files, and the rules that they must keep."""

from __future__ import annotations

import datetime as dt
import inspect
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.adam.checks import RULES
from jiascores.core.errors import RequestError
from tests.adam.test_basic import LEVELS, adsl, visits
from tests.adam.test_times import ADSL, VISITS

CREATED = "2026-01-31T12:00:00"
FLARE = jia.ask.flare(criteria="prcsg-printo", reference="last-responding")
ENDINGS = ("xpt", "json", "parquet", "csv")


def efficacy() -> Any:
    return jia.adam.adeff(
        visits().drop(columns="nominal_visit"),
        measures=[*LEVELS, FLARE],
        variables=["physician_global"],
        subjects=adsl(),
        keep=["TRTP", "TRTSDT"],
        baseline="first",
        improvement=["jadas10"],
        thresholds={"jadas10": ["<= 2.7", "<= 6"], "acr_ped": ">= 30"},
        windows={"weeks": {0: 3, 8: 7, 12: 7}, "rule": "nearest"},
        periods={"Open label": "TRTSDT"},
        phases={"ON TREATMENT": "TRTSDT"},
        sources={"physician_global": ("QS", "QSSTRESN")},
        due={8: "Week 8", 12: "Week 12"},
    )


def times() -> Any:
    return jia.adam.adtte(
        VISITS,
        jia.column("calm"),
        subjects=ADSL,
        origin="RANDDT",
        baseline="first",
        paramcd="TTCALM",
        param="Time to calm (days)",
    )


def needs(ending: str) -> None:
    pytest.importorskip({"xpt": "pyreadstat", "parquet": "pyarrow"}.get(ending, "json"))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("make", [efficacy, times])
def test_a_file_is_read_back_as_it_was(ending: str, make: Any, tmp_path: Path) -> None:
    needs(ending)
    dataset, path = make(), tmp_path / f"data.{ending}"
    jia.adam.write(dataset, path, created=CREATED)
    pd.testing.assert_frame_equal(jia.adam.read(path), dataset.pandas, check_dtype=ending != "xpt")
    # The same data give the same bytes.
    again = tmp_path / f"again.{ending}"
    jia.adam.write(make(), again, created=CREATED)
    assert again.read_bytes() == path.read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == [again.name, path.name]


words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)
values = st.one_of(st.none(), st.integers(0, 100).map(lambda tenth: tenth / 10))


@settings(max_examples=40, deadline=None)
@given(
    ids=st.lists(words, min_size=1, max_size=4, unique=True),
    globals_=st.lists(values, min_size=8, max_size=8),
)
@pytest.mark.parametrize("ending", ["xpt", "json"])
def test_files_keep_values_and_assess_to_the_same(
    ending: str, ids: list[str], globals_: list[float | None], tmp_path_factory: Any
) -> None:
    needs(ending)
    table = pd.DataFrame(
        {
            "patient": [each for each in ids for _ in range(2)],
            "date": pd.to_datetime(["2024-01-10", "2024-03-06"] * len(ids)),
            "physician_global": globals_[: 2 * len(ids)],
            "patient_global": globals_[::-1][: 2 * len(ids)],
            "active_joints": [3, None] * len(ids),
        }
    )
    variables = {"physician_global": "PHGA", "patient_global": "PTGA", "active_joints": "ACTJT"}
    dataset = jia.adam.adeff(table, measures=["cjadas10"], variables=list(variables), study="J-1")
    path = tmp_path_factory.mktemp("files") / f"adeff.{ending}"
    jia.adam.write(dataset, path, created=CREATED)
    back = jia.adam.read(path)
    pd.testing.assert_frame_equal(back, dataset.pandas, check_dtype=False)
    found = back[back["PARAMCD"] == "CJADAS10"].set_index(["USUBJID", "ADT"])["AVAL"]
    again = jia.assess(
        back[back["PARAMCD"].isin(variables.values())]
        .pivot_table(index=["USUBJID", "ADT"], columns="PARAMCD", values="AVAL", dropna=False)
        .reindex(columns=list(variables.values()))
        .rename(columns={code: name for name, code in variables.items()})
        .reset_index(),
        columns={"patient": "USUBJID", "date": "ADT"},
        measures=["cjadas10"],
    ).set_index(["USUBJID", "ADT"])["cjadas10"]
    pd.testing.assert_series_equal(
        found.sort_index(), again.sort_index(), check_names=False, check_index_type=False
    )


@settings(max_examples=15, deadline=None)
@given(
    notes=st.lists(
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=200),
        min_size=5,
        max_size=5,
    ),
    numbers=st.lists(
        st.one_of(st.none(), st.floats(-1e15, 1e15).map(lambda x: round(x, 6))),
        min_size=5,
        max_size=5,
    ),
    days=st.lists(
        st.one_of(st.none(), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))),
        min_size=3,
        max_size=3,
    ),
)
@pytest.mark.parametrize("ending", ["xpt", "json"])
def test_files_keep_texts_numbers_and_dates(
    ending: str, notes: list[str], numbers: list[Any], days: list[Any], tmp_path_factory: Any
) -> None:
    needs(ending)
    dataset = jia.adam.adeff(
        visits().assign(note=notes, number=[1.5, *numbers[1:]]),
        variables=["esr"],
        subjects=adsl().assign(EOSDT=days),
        keep=["EOSDT"],
        carry={"NOTE": jia.column("note"), "NUMBER": jia.column("number")},
    )
    path = tmp_path_factory.mktemp("files") / f"adeff.{ending}"
    jia.adam.write(dataset, path, created=CREATED)
    expected = dataset.pandas
    if ending == "xpt":
        # SAS pads texts with blanks, so that those at an end are not kept.
        expected["NOTE"] = expected["NOTE"].str.rstrip(" ")
    expected["NUMBER"] = expected["NUMBER"].astype(float)
    back = jia.adam.read(path)
    pd.testing.assert_frame_equal(back, expected, check_dtype=False, check_exact=ending == "json")


def test_dataset_json_is_as_the_standard_has_it(tmp_path: Path) -> None:
    import json

    path = tmp_path / "adeff.json"
    jia.adam.write(efficacy(), path, created=CREATED)
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert whole["datasetJSONVersion"] == "1.1.0"
    assert whole["datasetJSONCreationDateTime"] == CREATED
    assert whole["records"] == len(whole["rows"])
    columns = {each["name"]: each for each in whole["columns"]}
    assert columns["ADT"]["dataType"] == "date"
    assert columns["ADT"]["targetDataType"] == "integer"
    assert columns["ADT"]["displayFormat"] == "DATE9."
    assert columns["AVAL"]["dataType"] == "float"
    assert columns["ADY"]["dataType"] == "integer"
    assert columns["PARAMCD"]["keySequence"] == 3
    place = [*columns].index("ADT")
    assert whole["rows"][0][place] == "2024-03-06"
    keys = sorted(
        (each["keySequence"], at)
        for at, each in enumerate(whole["columns"])
        if "keySequence" in each
    )
    # A gap comes before every value, as in SAS.
    rows = [[(row[at] not in (None, ""), row[at]) for _, at in keys] for row in whole["rows"]]
    assert rows == sorted(rows)


def test_a_transport_file_has_dates_as_dates(tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    path = tmp_path / "adeff.xpt"
    jia.adam.write(efficacy(), path, created=CREATED)
    _, meta = pyreadstat.read_xport(str(path))
    assert meta.original_variable_types["ADT"] == "DATE9"
    assert meta.column_names_to_labels["ADY"] == "Analysis Relative Day"
    assert b"31JAN26:12:00:00" in path.read_bytes()


@pytest.mark.parametrize("created", [None, "2026-01-31", "2026-13-31T12:00:00", "yesterday"])
@pytest.mark.parametrize("ending", ["xpt", "json"])
def test_when_it_was_made_must_be_said(created: Any, ending: str, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no clock"):
        jia.adam.write(efficacy(), tmp_path / f"a.{ending}", created=created)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("Zoë", "not ASCII: 'Zoë'"),
        ("x" * 201, "more than 200 bytes"),
    ],
)
def test_what_a_transport_file_cannot_hold_is_refused(
    wrong: str, words: str, tmp_path: Path
) -> None:
    table = visits().replace({"patient": {"S-01": wrong}})
    people = adsl().replace({"USUBJID": {"S-01": wrong}})
    dataset = jia.adam.adeff(table, measures=["cjadas10"], subjects=people)
    for ending in ("xpt", "json"):
        with pytest.raises(RequestError, match=words):
            jia.adam.write(dataset, tmp_path / f"a.{ending}", created=CREATED)
    with pytest.raises(RequestError, match="ends in"):
        jia.adam.write(dataset, tmp_path / "a.sas7bdat", created=CREATED)
    assert not list(tmp_path.iterdir())


# --------------------------------------------------------------------------------------------
# Rules


def test_what_is_made_breaks_no_rule() -> None:
    for dataset in (efficacy(), times()):
        assert jia.adam.check(dataset).empty


def changed(dataset: Any, **columns: Any) -> Any:
    data = dataset.data.copy()
    for name, change in columns.items():
        data[name] = change(data) if callable(change) else change
    return attrs.evolve(dataset, data=data)


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("required-variables", {"STUDYID": ""}),
        ("parameter-code", {"PARAMCD": lambda d: d["PARAMCD"].replace("JADAS10", "jadas 10")}),
        ("one-to-one", {"PARAM": lambda d: [f"{p} {at}" for at, p in enumerate(d["PARAM"])]}),
        ("one-to-one", {"AVALC": lambda d: d["AVALC"].replace("high", "low")}),
        ("unique-key", {"PARAMCD": "JADAS10", "DTYPE": None, "AVISITN": 8.0}),
        ("one-baseline", {"ABLFL": "Y"}),
        ("change", {"CHG": lambda d: d["CHG"] + 1}),
        ("change", {"PCHG": lambda d: -d["PCHG"]}),
        ("relative-day", {"ADY": 0}),
        ("flags", {"ANL01FL": "N"}),
        ("one-analysis-record", {"ANL01FL": "Y"}),
        ("one-analysis-record", {"ANL01FL": None}),
        ("imputed-rows", {"DTYPE": "LOCF"}),
        ("imputed-rows", {"AVALMIN": 0.0}),
        ("imputed-rows", {"AREASND": None}),
        ("text", {"TRTP": "x" * 201}),
        ("one-baseline", {"ABLFL": None}),
        ("relative-day", {"APERDY": 0}),
        ("windows", {"AWTDIFF": 99.0}),
        ("windows", {"AWTARGET": 99.0}),
        ("windows", {"ADY": 99}),
        ("criteria", {"CRIT1": ""}),
        ("criteria", {"CRIT1": lambda d: [f"AVAL < {at}" for at in range(len(d))]}),
        ("criteria", {"CRIT1FL": "Y"}),
        ("flags", {"CRIT1FL": "U"}),
    ],
)
def test_each_rule_finds_what_breaks_it(rule: str, change: dict[str, Any]) -> None:
    found = jia.adam.check(changed(efficacy(), **change))
    assert rule in set(found["rule"]), found


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"BASE": 0.0}, "PCHG is there where BASE is 0"),
        ({"AVISITN": np.nan}, "ANL01FL is Y in a row without an analysis visit"),
    ],
)
def test_findings_say_what_is_wrong(change: dict[str, Any], finding: str) -> None:
    found = jia.adam.check(changed(efficacy(), **change))
    assert any(finding in words for words in found["finding"]), found


def test_what_must_be_there_and_what_a_data_set_is_called() -> None:
    dataset = efficacy()
    found = jia.adam.check(attrs.evolve(dataset, data=dataset.data.drop(columns="STUDYID")))
    assert "STUDYID is not there" in set(found["finding"])
    assert repr(dataset).startswith(f"<ADEFF: {len(dataset.data)} rows, ")


def test_what_was_added_or_dropped_by_hand_is_found(tmp_path: Path) -> None:
    dataset = changed(efficacy(), WEIGHT=20.5, NOTE="x", FUPDT=pd.Timestamp("2024-05-01"))
    found = jia.adam.check(dataset)
    assert set(found["rule"]) == {"names-and-labels"}
    assert [words.partition(" has no label")[0] for words in found["finding"]] == [
        *("WEIGHT", "NOTE", "FUPDT")
    ]
    assert "keep=" in found["finding"].iloc[0]
    about = dataset.variables.set_index("variable")
    assert about.loc[["WEIGHT", "NOTE", "FUPDT"], "type"].tolist() == ["float", "text", "date"]
    with pytest.raises(RequestError, match="WEIGHT has no label and no origin"):
        jia.adam.write(dataset, tmp_path / "a.json", created=CREATED)
    # What has no labels can be written as it is.
    jia.adam.write(dataset, tmp_path / "a.csv")
    assert set(jia.adam.read(tmp_path / "a.csv")["WEIGHT"]) == {"20.5"}
    for name in dataset.data:
        lacking = attrs.evolve(dataset, data=dataset.data.drop(columns=name))
        assert list(jia.adam.check(lacking)) == ["dataset", "rule", "finding"]
    for name in ("PARAMCD", "USUBJID"):
        lacking = attrs.evolve(dataset, data=efficacy().data.drop(columns=name))
        assert f"{name} is not there" in set(jia.adam.check(lacking)["finding"])
    lacking = attrs.evolve(dataset, data=efficacy().data.drop(columns="AREASND"))
    assert "AVAL is empty without a reason" in set(jia.adam.check(lacking)["finding"])


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"sex": "F"}, "'sex' is not a name of at most 8 capital letters"),
        ({"BIRTHDT": "2015-01-01"}, "BIRTHDT is not a date"),
    ],
)
def test_names_and_dates_that_a_file_cannot_have(change: dict[str, Any], finding: str) -> None:
    found = jia.adam.check(changed(efficacy(), **change))
    assert any(words.startswith(finding) for words in found["finding"]), found


def test_a_label_is_no_longer_than_40_characters() -> None:
    name = "A_COLUMN_OF_ADSL_WHOSE_NAME_IS_VERY_VERY_LONG"
    people = adsl().assign(**{name: 1})
    dataset = jia.adam.adeff(visits(), measures=["cjadas10"], subjects=people, keep=[name])
    found = jia.adam.check(dataset)["finding"]
    assert any(f"the label of {name} is not 1 to 40" in words for words in found)


def test_the_terms_of_times_are_those_that_are_used() -> None:
    assert set(times().codelists["codelist"]) == {"PARAMCD"}
    assert set(times().metadata["part"]) == {"variable", "value", "term"}


def test_what_is_read_must_be_known(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text('{"datasetJSONVersion": "1.0.0", "columns": [], "rows": []}')
    with pytest.raises(RequestError, match=r"datasetJSONVersion is '1\.0\.0'"):
        jia.adam.read(old)
    with pytest.raises(RequestError, match=r"ends in \.xpt, \.json"):
        jia.adam.read(tmp_path / "adeff.sas7bdat")
    # Capitals are no other kind.
    jia.adam.write(times(), tmp_path / "ADTTE.CSV")
    pd.testing.assert_frame_equal(jia.adam.read(tmp_path / "ADTTE.CSV"), times().pandas)


@pytest.mark.parametrize(("ending", "package"), [("xpt", "pyreadstat"), ("parquet", "pyarrow")])
def test_a_package_that_is_not_installed_is_named(
    ending: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, dataset = tmp_path / f"a.{ending}", times()
    monkeypatch.setattr("jiascores.tables.engines.find_spec", lambda _: None)
    # Only where it is asked for: a package that is loaded stays loaded.
    monkeypatch.setattr("jiascores.tables.engines.sys", SimpleNamespace(modules={}))
    for call in (jia.adam.read, lambda to: jia.adam.write(dataset, to, created=CREATED)):
        with pytest.raises(jia.errors.MissingExtraError, match=rf"{package}.*jiascores\[files\]"):
            call(path)


def test_the_rules_are_listed() -> None:
    listed = [
        line.split()[0] for line in (inspect.getdoc(jia.adam.check) or "").splitlines() if line
    ]
    assert [name for name in listed if name in RULES] == list(RULES)


def test_a_population_flag_may_be_no() -> None:
    people = adsl().assign(ITTFL=["Y", "N", "N"])
    dataset = jia.adam.adeff(visits(), measures=["cjadas10"], subjects=people, keep=["ITTFL"])
    assert jia.adam.check(dataset).empty


@pytest.mark.parametrize(
    "change",
    [
        {"AVAL": lambda d: d["AVAL"] - 1},
        {"EVNTDESC": ""},
        {"CNSDTDSC": None},
        {"CNSR": -1},
    ],
)
def test_times_have_rules_of_their_own(change: dict[str, Any]) -> None:
    found = jia.adam.check(changed(times(), **change))
    assert "time-to-event" in set(found["rule"]), found
