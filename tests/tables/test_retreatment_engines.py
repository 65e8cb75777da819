"""Retreatment gives the same answers in frames that are lazy or come in pieces."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import polars as pl
import pytest

import jiascores as jia

TRIAL = Path(__file__).parents[2] / "examples" / "msc_trial"
COLUMNS = {
    "date": "visit_date",
    "physician_global": "physician_global_mm",
    "patient_global": "patient_global_mm",
}
ASK = {
    "protocol": "swart-2019",
    "columns": COLUMNS,
    "units": {"physician_global": "mm", "patient_global": "mm"},
    "marker": "esr",
    "infusion_columns": {"date": "infusion_date"},
}


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    return pd.read_csv(TRIAL / "visits.csv", parse_dates=["visit_date"])


@pytest.fixture(scope="module")
def infusions() -> pd.DataFrame:
    return pd.read_csv(TRIAL / "infusions.csv", parse_dates=["infusion_date"])


def answers(frame: pd.DataFrame) -> list[tuple]:
    frame = frame.sort_values(["patient", "visit_date"])
    names = ["retreatment_code", "retreatment_eligible", "retreatment_reason"]
    return [
        tuple(None if pd.isna(value) else str(value) for value in row)
        for row in frame[names].astype(object).itertuples(index=False)
    ]


@pytest.mark.parametrize("kind", ["polars lazy", "duckdb", "dask"])
def test_the_same_answers_in_every_kind(kind, visits, infusions) -> None:
    expected = answers(jia.retreatment(visits, infusions, **ASK))
    if kind == "polars lazy":
        given = pl.from_pandas(visits).lazy()
        out = jia.retreatment(given, pl.from_pandas(infusions).lazy(), **ASK)
        assert isinstance(out, pl.LazyFrame)
        found = out.collect().to_pandas()
    elif kind == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        connection = duckdb.connect()
        connection.register("visits", visits)
        out = jia.retreatment(connection.table("visits"), infusions, **ASK)
        assert type(out).__name__ == "DuckDBPyRelation"
        found = out.df()
    else:
        dask = pytest.importorskip("dask.dataframe")
        out = jia.retreatment(dask.from_pandas(visits, npartitions=4), infusions, **ASK)
        assert type(out).__module__.startswith("dask")
        found = out.compute()
    assert answers(found) == expected
    assert len({code for code, _, _ in expected}) > 5


def test_an_infusion_of_a_stranger_is_noticed_when_a_lazy_frame_is_read(visits, infusions) -> None:
    known = pl.from_pandas(visits[visits["patient"] != "MSC-1"]).lazy()
    out = jia.retreatment(known, infusions, **ASK)
    with pytest.raises(Exception, match="patient MSC-1 has no visit"):
        out.collect()
