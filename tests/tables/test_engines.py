"""Every kind of frame goes through one door, and comes back as it was, with the same answers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import dask.dataframe as dd
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import jiascores as jia
from jiascores.core.errors import (
    ColumnError,
    MarkerError,
    MissingExtraError,
    OutOfRangeError,
    RequestError,
    VisitError,
)
from jiascores.tables import engines

VISITS = {
    "row": [0, 1, 2, 3, 4, 5],
    "patient": ["B", "A", "A", "A", "B", "C"],
    "date": ["2020-03-01", "2020-02-01", "2020-01-01", "2020-03-01", "2020-01-01", "2020-01-01"],
    "physician_global": [2.0, 6.0, 6.0, 2.0, 6.0, None],
    "patient_global": [2.0, None, 5.0, 2.0, 5.0, 1.0],
    "chaq": [0.75, 1.5, 1.5, None, 1.5, 0.0],
    "active_joints": [4, 12, 12, 4, 12, 0],
    "limited_joints": [6, 10, 10, 10, 10, 0],
    "esr": [20, 40, 40, 20, 40, 5],
    "form": ["oligo", "poly", "poly", None, "oligo", "oligo"],
}
MEASURES = [
    "jadas71",
    "acr_ped",
    jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.column("form")),
]
ANSWERS = {
    "jadas71": [8.0, None, 25.0, 8.0, 25.0, None],
    "acr_ped_level": [50, 0, None, 50, None, None],
    "acr_ped_level_min": [50, 0, None, 50, None, None],
    "acr_ped_level_max": [50, 0, None, 50, None, None],
    "state_cjadas10_trincianti_2021": ["moderate", None, "high", None, "high", None],
}


def nullable(visits):
    return pd.DataFrame(visits).convert_dtypes()


def of_arrow(visits):
    return pd.DataFrame(visits).convert_dtypes(dtype_backend="pyarrow")


CONNECTION = duckdb.connect()


def relation(visits):
    return CONNECTION.from_arrow(pa.table(visits))


def in_parts(visits):
    return dd.from_pandas(pd.DataFrame(visits), npartitions=3)


MAKERS = {
    "pandas": pd.DataFrame,
    "pandas nullable": nullable,
    "pandas of Arrow": of_arrow,
    "Polars": pl.DataFrame,
    "Polars lazy": pl.LazyFrame,
    "PyArrow": pa.table,
    "DuckDB": relation,
    "Dask": in_parts,
}
EAGER = ("pandas", "pandas nullable", "pandas of Arrow", "Polars", "PyArrow")


def to_pandas(frame) -> pd.DataFrame:
    for method in ("collect", "compute", "df", "to_pandas"):
        frame = getattr(frame, method)() if hasattr(frame, method) else frame
    return frame


def answers(frame) -> dict[str, list]:
    """Return the added columns by row number, None for gaps."""
    frame = to_pandas(frame).sort_values("row")
    columns = {name: list(frame[name]) for name in ANSWERS}
    return {name: [None if pd.isna(v) else v for v in values] for name, values in columns.items()}


@pytest.fixture(params=list(MAKERS))
def make(request):
    return MAKERS[request.param]


def assess(frame, **other):
    return jia.assess(frame, **{"measures": MEASURES, "baseline": "first", **other})


def test_the_same_answers_in_the_same_kind(make) -> None:
    frame = make(VISITS)
    out = assess(frame)
    assert type(out) is type(frame)
    assert list(to_pandas(out).columns) == [*VISITS, *ANSWERS]
    assert answers(out) == ANSWERS


@pytest.mark.parametrize("kind", EAGER)
def test_eager_frames_keep_their_rows_in_order(kind) -> None:
    out = to_pandas(assess(MAKERS[kind](VISITS)))
    assert list(out["row"]) == VISITS["row"]


def test_no_rows(make) -> None:
    typed = pd.DataFrame(VISITS).iloc[:0]
    frame = {
        "LazyFrame": lambda: pl.from_pandas(typed).lazy(),
        "Table": lambda: pa.Table.from_pandas(typed, preserve_index=False),
    }.get(type(make(VISITS)).__name__, lambda: typed)()
    out = assess(frame)
    assert answers(out) == {name: [] for name in ANSWERS}


@pytest.mark.parametrize("kind", ["Polars lazy", "DuckDB", "Dask"])
def test_what_is_wrong_with_columns_raises_at_the_call(kind) -> None:
    make = MAKERS[kind]
    absent = {name: values for name, values in VISITS.items() if name != "chaq"}
    with pytest.raises(ColumnError, match="chaq"):
        assess(make(absent))
    with pytest.raises(ColumnError, match="patient"):
        assess(make({("who" if name == "patient" else name): v for name, v in VISITS.items()}))
    with pytest.raises(MarkerError, match="both ESR and CRP"):
        assess(make({**VISITS, "crp": VISITS["esr"]}))
    with pytest.raises(ColumnError, match="already has 'jadas71'"):
        assess(make({**VISITS, "jadas71": VISITS["esr"]}))
    with pytest.raises(RequestError, match="needs a baseline"):
        assess(make(VISITS), baseline=None)


def test_what_is_wrong_with_values_raises_when_they_are_computed() -> None:
    wrong = {**VISITS, "chaq": [0.75, 1.5, 1.5, 9.0, 1.5, 0.0]}
    lazy = assess(pl.LazyFrame(wrong))
    with pytest.raises((OutOfRangeError, pl.exceptions.ComputeError), match="chaq = 9"):
        lazy.collect()
    parts = assess(in_parts(wrong))
    with pytest.raises(OutOfRangeError, match="chaq = 9"):
        parts.compute()
    with pytest.raises(OutOfRangeError, match=r"chaq = 9 in row 3 \(patient A"):
        assess(relation(wrong))


def test_a_filter_after_a_lazy_assess_leaves_the_baselines() -> None:
    lazy = assess(pl.LazyFrame(VISITS))
    kept = lazy.filter(pl.col("row") == 0).select("acr_ped_level").collect()
    assert kept["acr_ped_level"].to_list() == [50]
    assert lazy.head(1).select("acr_ped_level").collect()["acr_ped_level"].to_list() == [50]


def test_a_lazy_frame_says_its_columns_before_it_is_collected() -> None:
    lazy = assess(pl.LazyFrame(VISITS))
    assert lazy.collect_schema() == lazy.collect().schema
    assert lazy.collect_schema()["acr_ped_level"] == pl.Int64


def test_duckdb_keeps_connection_types_and_leaves_no_views() -> None:
    connection = duckdb.connect()
    connection.register("given", pa.table(VISITS))
    given = connection.sql("select *, row::hugeint as large, uuid() as id from given")
    out = assess(given)
    types = dict(zip(out.columns, map(str, out.types), strict=True))
    assert types["large"] == "HUGEINT"
    assert types["id"] == "UUID"
    assert types["acr_ped_level"] == "BIGINT"
    assert types["state_cjadas10_trincianti_2021"].startswith("ENUM('inactive'")
    joined = out.set_alias("a").join(given.set_alias("b"), "row").aggregate("count(*)")
    assert joined.fetchall() == [(6,)]
    views = connection.sql("select view_name from duckdb_views() where not internal").fetchall()
    assert [name for (name,) in views if name.startswith("jiascores")] == []


def test_sql_does_not_see_upper_and_lower_case() -> None:
    frame = relation({**VISITS, "JADAS71": VISITS["esr"]})
    with pytest.raises(ColumnError, match="'jadas71' beside 'JADAS71'"):
        assess(frame)
    assert "new_jadas71" in assess(frame, prefix="new_").columns


def test_dask_keeps_the_index_and_splits_only_where_visits_are_compared() -> None:
    frame = in_parts(VISITS)
    scores = jia.assess(frame, measures=["cjadas10"])
    assert scores.known_divisions
    assert list(scores.compute().index) == VISITS["row"]
    assert sorted(assess(frame).compute().index) == VISITS["row"]


def test_dask_with_more_parts_than_patients_says_the_kinds_beforehand() -> None:
    frame = dd.from_pandas(pd.DataFrame(VISITS), npartitions=6)
    out = assess(frame)
    computed = out.compute()
    assert answers(computed) == ANSWERS
    assert dict(out.dtypes) == dict(computed.dtypes)


@pytest.mark.parametrize(
    ("given", "advice"),
    [
        (VISITS, "pandas.DataFrame"),
        (np.zeros((2, 2)), "column names"),
        (pd.Series([1.0]), "data frame of pandas, Polars"),
        ("visits.csv", r"jia\.prepare\.read"),
        (Path("visits.csv"), r"jia\.prepare\.read"),
    ],
)
def test_what_is_no_table(given, advice) -> None:
    with pytest.raises(RequestError, match=advice):
        assess(given)


def test_a_missing_package_names_the_extra(monkeypatch) -> None:
    frame = relation(VISITS)
    monkeypatch.delitem(sys.modules, "pyarrow")
    monkeypatch.setattr(engines, "find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"jiascores\[duckdb\]"):
        assess(frame)


def test_no_engine_is_imported_for_another() -> None:
    code = """
import sys, pandas as pd, jiascores as jia
jia.assess(pd.DataFrame({"physician_global": [1.0], "patient_global": [1.0],
                         "active_joints": [1]}), measures=["cjadas10"])
print([name for name in ("polars", "duckdb", "dask", "pyspark") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ------------------------------------------------------------- retreatment, remission and `check`

COURSE = {
    **{name: values for name, values in VISITS.items() if name != "form"},
    **dict.fromkeys(("infection", "febrile_illness", "malignancy", "biological"), [0] * 6),
}
# Of A after the response, of B before anything, and twice to nobody in most pieces.
INFUSIONS = pd.DataFrame({"patient": ["A", "B"], "date": ["2020-01-01", "2020-01-01"]})


def of_rows(frame, names) -> list[tuple]:
    frame = to_pandas(frame).sort_values("row")
    columns = [[None if pd.isna(value) else value for value in frame[name]] for name in names]
    return list(zip(*columns, strict=True))


def test_retreatment_on_every_kind(make) -> None:
    names = ["retreatment_code", "retreatment_eligible", "retreatment_reason"]
    want = jia.retreatment(pd.DataFrame(COURSE), INFUSIONS, protocol="swart-2019")
    frame = make(COURSE)
    out = jia.retreatment(frame, INFUSIONS, protocol="swart-2019")
    assert type(out) is type(frame)
    assert of_rows(out, names) == of_rows(want, names)
    assert {code for code, _, _ in of_rows(want, names)} > {"before", "holds"}


def test_infusions_may_be_lazy_too() -> None:
    names = ["retreatment_code"]
    want = jia.retreatment(pd.DataFrame(COURSE), INFUSIONS, protocol="swart-2019")
    infusions = pl.from_pandas(INFUSIONS).lazy()
    out = jia.retreatment(pl.LazyFrame(COURSE), infusions, protocol="swart-2019")
    assert of_rows(out, names) == of_rows(want, names)


@pytest.mark.parametrize("kind", [kind for kind in MAKERS if kind != "Dask"])
def test_an_infusion_of_nobody_raises(kind) -> None:
    nobody = pd.DataFrame({"patient": ["Z"], "date": ["2020-01-01"]})
    with pytest.raises((VisitError, pl.exceptions.ComputeError), match="'Z' here"):
        to_pandas(jia.retreatment(MAKERS[kind](COURSE), nobody, protocol="swart-2019"))


def test_ids_of_another_kind_raise_in_pieces_too() -> None:
    numbers = pd.DataFrame({"patient": [1], "date": ["2020-01-01"]})
    out = jia.retreatment(in_parts(COURSE), numbers, protocol="swart-2019")
    with pytest.raises(VisitError, match="written alike"):
        out.compute()


def test_remission_on_every_kind(make) -> None:
    visits = {**VISITS, "inactive": [True, False, True, True, True, None]}
    drugs = pd.DataFrame(
        {"patient": ["A"], "drug": ["methotrexate"], "start": ["2019-06-01"], "stop": [None]}
    )
    ask = {
        "criteria": "wallace-2011",
        "max_gap_days": 100,
        "counted": ["methotrexate"],
        "inactive": jia.column("inactive"),
    }
    names = ["remission_wallace_2011"]
    want = jia.remission(pd.DataFrame(visits), drugs, **ask)
    assert of_rows(jia.remission(make(visits), drugs, **ask), names) == of_rows(want, names)


def test_check_reads_every_kind(make) -> None:
    wrong = {**VISITS, "chaq": [0.75, 1.5, 1.5, 9.0, 1.5, 0.0]}
    found = to_pandas(jia.check(make(wrong), baseline="first"))
    want = jia.check(pd.DataFrame(wrong), baseline="first")
    assert sorted(found["variable"]) == sorted(want["variable"])
    assert "chaq" in set(found["variable"])
