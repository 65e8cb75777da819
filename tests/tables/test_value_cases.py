"""Values as people have them, each read or refused as it is, by every kind of frame and engine."""

from __future__ import annotations

import ast
import datetime as dt
import re

import numpy as np
import pandas as pd
import polars as pl
import pytest

import jiascores as jia
from jiascores.cli import main
from tests.commands import Runner
from tests.eager import MAKERS, columns_of


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


SYNDROME = {
    "cns": [0], "haemorrhage": [0], "arthritis": [1], "platelets": [200], "ldh": [300],
    "ferritin": [3000.0],
}  # fmt: skip
# Fibrinogen as laboratories give it, its unit, the score, and whether it suggests the syndrome.
FIBRINOGEN = [
    (4.0, "g/L", -2.9),
    (400.0, "mg/dL", -2.9),
    (4000.0, "mg/L", -2.9),
    (4.0, "G/l", -2.9),
]


@pytest.mark.parametrize(("value", "unit", "score"), FIBRINOGEN)
def test_one_fibrinogen_in_four_ways_is_one_score(make, value, unit, score) -> None:
    visits = make({**SYNDROME, "fibrinogen": [value]})
    out = jia.assess(visits, measures=["ms_score"], units={"fibrinogen": unit})
    assert columns_of(out)["ms_score"] == [pytest.approx(score, abs=1e-9)]


def test_a_fibrinogen_of_4_undeclared_is_suspicious(make) -> None:
    visits = make({**SYNDROME, "fibrinogen": [4.0]})
    found = columns_of(jia.check(visits, measures=["ms_score"]))
    assert list(zip(found["finding"], found["variable"], strict=True)) == [
        ("suspicious", "fibrinogen")
    ]
    cutoff = jia.ask.suggests_mas("minoia-2019")
    with pytest.warns(jia.errors.SuspiciousWarning, match="g/L"):
        out = jia.assess(visits, measures=["ms_score", cutoff])
    assert columns_of(out)["ms_score"] == [pytest.approx(-1.316)]
    declared = jia.assess(visits, measures=[cutoff], units={"fibrinogen": "g/L"})
    answers = [columns_of(each)[cutoff.columns[0]] for each in (out, declared)]
    assert answers == [[True], [False]]


@pytest.mark.parametrize(
    ("unit", "globals_"),
    [("circle 0-20", [12.0, 10.0]), ("Circles 0–20", [12.0, 10.0]), ("circle 1-21", [13.0, 11.0]),
     ("mm", [60.0, 50.0]), ("0-10", [6.0, 5.0]), ("CM", [6.0, 5.0])],
)  # fmt: skip
def test_globals_in_every_scale_are_one_score(make, unit, globals_) -> None:
    visits = {
        "physician_global": globals_[:1],
        "patient_global": globals_[1:],
        "active_joints": [3],
    }
    units = dict.fromkeys(("physician_global", "patient_global"), unit)
    assert columns_of(jia.assess(make(visits), measures=["cjadas10"], units=units))["cjadas10"] == [
        14.0
    ]


def test_the_first_circle_of_21_is_no_disease_and_0_is_none_of_them(make) -> None:
    visits = {"physician_global": [1, 21], "patient_global": [1, 21], "active_joints": [0, 0]}
    units = dict.fromkeys(("physician_global", "patient_global"), "circle 1-21")
    out = columns_of(jia.assess(make(visits), measures=["cjadas10"], units=units))
    assert out["cjadas10"] == [0.0, 20.0]
    visits["physician_global"] = [0, 21]
    with pytest.raises(jia.errors.OutOfRangeError, match="physician_global = 0 in row 0"):
        jia.assess(make(visits), measures=["cjadas10"], units=units)


def test_stiffness_in_hours_is_not_inactive_disease(make) -> None:
    found = jia.check(make({"morning_stiffness": [0.5, 2, 1]}), measures=["cjadas10"])
    assert any("h?" in message for message in columns_of(found)["message"])


@pytest.mark.parametrize(
    ("measures", "needs"),
    [
        (["mas_2016"], {"febrile", "known_or_suspected_sjia", "ferritin", "platelets", "ast",
                        "triglycerides", "fibrinogen"}),
        (["ms_score"], {"cns", "haemorrhage", "arthritis", "platelets", "ldh", "ferritin", "fibrinogen"}),
        (["cjadas10"], {"physician_global", "patient_global", "active_joints"}),
    ],
)  # fmt: skip
def test_check_lists_what_the_measures_need_and_no_more(make, measures, needs) -> None:
    found = columns_of(
        jia.check(make({"patient": ["A"], "date": ["2024-01-10"]}), measures=measures)
    )
    assert set(found["variable"]) == needs
    assert set(found["reason"]) == {"no-column"}


@pytest.mark.parametrize(("esr", "found"), [([99] * 8, True), ([99], False), ([999], True)])
def test_an_esr_of_99(make, esr, found) -> None:
    others = np.random.default_rng(2).integers(3, 80, 60 - len(esr)).tolist()
    said = columns_of(jia.check(make({"esr": [*esr, *others]}), measures=["jadas10"]))
    assert ("suspicious" in said["finding"]) == found


# ---------------------------------------------------------------- a unit in each row, by every engine

ROWS = {
    "patient": ["A", "B", "C", "D"],
    "physician_global": [1.0] * 4,
    "patient_global": [1.0] * 4,
    "active_joints": [0] * 4,
    "crp": [1.5, 15.0, 15.0, None],
    "crp_unit": ["mg/dL", "mg/l", "µg/mL", None],
}
DUE = [2.5, 2.5, 2.5, None]
BY_ROW = {"units": {"crp": jia.column("crp_unit")}, "measures": ["jadas10"]}


def test_a_cell_that_is_no_number_with_a_unit_is_named_where_others_have_one() -> None:
    visits = pd.DataFrame({**ROWS, "crp": ["1.5 mg/dL", "high", dt.date(2024, 1, 10), "15 mg/L"]})
    units = {"crp": jia.column("crp")}
    with pytest.raises(jia.errors.NotNumericError) as raised:
        jia.assess(visits, measures=["jadas10"], units=units)
    assert raised.value.values == ("high", dt.date(2024, 1, 10))
    known = jia.assess(visits, measures=["jadas10"], units=units, invalid="missing")
    assert columns_of(known)["jadas10"] == [2.5, None, None, 2.5]


def in_order(frame) -> list:
    return columns_of(frame.sort("patient") if isinstance(frame, pl.DataFrame) else frame)[
        "jadas10"
    ]


def test_a_unit_in_each_row_of_a_lazy_frame() -> None:
    lazy = jia.assess(pl.DataFrame(ROWS).lazy(), **BY_ROW)
    assert in_order(lazy.collect()) == DUE
    wrong = pl.DataFrame({**ROWS, "crp_unit": ["mg/dL", "mg", "mg", None]}).lazy()
    with pytest.raises(Exception, match="'mg' in 2 rows"):
        jia.assess(wrong, **BY_ROW).collect()


def test_a_unit_in_each_row_of_duckdb_and_dask() -> None:
    duckdb = pytest.importorskip("duckdb")
    table = pd.DataFrame(ROWS)
    connection = duckdb.connect()  # kept, or DuckDB 1.0 closes it
    relation = connection.from_df(table)
    out = jia.assess(relation, **BY_ROW).df().sort_values("patient")
    assert out["jadas10"].tolist()[:3] == DUE[:3]
    dask = pytest.importorskip("dask.dataframe")
    out = jia.assess(dask.from_pandas(table, npartitions=2), **BY_ROW).compute()
    assert out.sort_values("patient")["jadas10"].tolist()[:3] == DUE[:3]


def test_a_unit_in_each_row_of_a_file(tmp_path) -> None:
    visits, mapping = tmp_path / "visits.csv", tmp_path / "mapping.toml"
    pd.DataFrame(ROWS).to_csv(visits, index=False)
    mapping.write_text('[units]\ncrp = {column = "crp_unit"}\n', encoding="utf-8")
    call = ["assess", str(visits), "--mapping", str(mapping), "--measure", "jadas10"]
    done = Runner().invoke(main, call)
    assert done.exit_code == 0, done.output
    assert [line.rsplit(",", 1)[1] for line in done.stdout.splitlines()] == [
        "jadas10",
        "2.5",
        "2.5",
        "2.5",
        "",
    ]


def test_units_of_laboratory_values_in_each_row(make) -> None:
    visits = make({"patient": ["A", "B"], "date": ["2024-01-10", "2024-01-10"]})
    labs = make({**{name: ROWS[name][:2] for name in ("patient", "crp", "crp_unit")},
                 "date": ["2024-01-09", "2024-01-10"]})  # fmt: skip
    out = jia.prepare.laboratory_values(
        visits, labs, values=["crp"], lab_window_days=7, units={"crp": jia.column("crp_unit")}
    )
    assert columns_of(out)["crp_lab"] == [15.0, 15.0]


def test_advice_on_a_code_for_a_gap_is_for_its_column_alone(tmp_path) -> None:
    path = tmp_path / "visits.csv"
    lines = [
        "patient,date,physician_global,patient_global,active_joints,esr",
        "999,2024-01-01,1,2,99,99",
        *(f"{number},2024-01-01,1,2,3,20" for number in range(1, 7)),
    ]
    path.write_text("\n".join(lines))
    with pytest.raises(jia.JiaScoresError, match="A code for a gap") as caught:
        jia.assess(pd.read_csv(path), measures=["jadas10"])
    (advice,) = re.findall(r"na_values=(\{.*?\})", str(caught.value))
    read = pd.read_csv(path, na_values=ast.literal_eval(advice))
    assert read["esr"].tolist() == [99, *[20] * 6]
    assert read["patient"].tolist()[0] == 999
    assert jia.assess(read, measures=["jadas10"])["jadas10"].isna().tolist() == [True, *[False] * 6]


def test_a_suspicious_code_is_named_with_what_to_do() -> None:
    visits = pd.DataFrame(
        {"patient": range(60), "date": 0, "physician_global": 1.0, "patient_global": 2.0,
         "active_joints": range(60), "bsr": [99] * 8 + [20 + number % 30 for number in range(52)]}
    )  # fmt: skip
    found = jia.check(visits, columns={"esr": "bsr"}, measures=["jadas10"])
    (said,) = found["message"][found["variable"] == "esr"]
    assert said.startswith("99 far more often")
    assert "na_values={'bsr': [99]}" in said


def test_a_value_without_its_unit_is_refused_and_a_gap_needs_none(make) -> None:
    visits = {
        "patient": ["A", "A", "B", "B"], "date": [0, 30, 0, 30],
        "physician_global": [5.0, 3.0, 4.0, 2.0], "patient_global": [5.0, 3.0, 4.0, 2.0],
        "active_joints": [3, 2, 1, 0], "crp": [3.0, 20.0, None, 15.0],
        "crp_unit": ["mg/dL", "mg/L", None, "mg/l"],
    }  # fmt: skip
    ask = {"measures": ["jadas10"], "marker": "crp", "units": {"crp": jia.column("crp_unit")}}
    out = columns_of(jia.assess(make(visits), **ask))
    assert [None if pd.isna(each) else each for each in out["jadas10"]] == [15, 9, None, 4.5]
    visits["crp"][2] = 12.0
    with pytest.raises(jia.errors.NotCoveredError, match="add it where it is missing") as caught:
        columns_of(jia.assess(make(visits), **ask))
    assert caught.value.reason == "unknown-unit"
