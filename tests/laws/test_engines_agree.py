"""Every engine gives, row by row, what the functions give for one patient."""

from __future__ import annotations

import dask.dataframe as dd
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings

import jiascores as jia
from jiascores.core.variables import CORE_VARIABLES
from tests import strategies as some

SET = "trincianti-2021"
MEASURES = [
    "jadas71",
    "acr_ped",
    jia.ask.state("cjadas10", cutoffs=SET, course=jia.column("form")),
    jia.ask.flare(criteria="prcsg-printo", reference="baseline"),
]
ADDED = (
    "jadas71",
    "acr_ped_level",
    "acr_ped_level_min",
    "acr_ped_level_max",
    "state_cjadas10_trincianti_2021",
    "flare_prcsg_printo",
)
CONNECTION = duckdb.connect()
few = settings(max_examples=max(settings.default.max_examples // 4, 1))


def assess(frame):
    return jia.assess(frame, measures=MEASURES, baseline="first")


def nullable(visits: pd.DataFrame) -> pd.DataFrame:
    return visits.convert_dtypes()


def in_parts(visits: pd.DataFrame):
    # More parts than patients: some come out empty.
    return dd.from_pandas(visits, npartitions=min(4, len(visits)), sort=False)


def relation(visits: pd.DataFrame):
    return CONNECTION.from_arrow(pa.Table.from_pandas(visits, preserve_index=False))


ENGINES = {
    "pandas": (lambda visits: visits, lambda out: out),
    "pandas nullable": (nullable, lambda out: out),
    "pandas of Arrow": (
        lambda visits: visits.convert_dtypes(dtype_backend="pyarrow"),
        lambda out: out,
    ),
    "Polars": (pl.from_pandas, lambda out: out),
    "Polars lazy": (lambda visits: pl.from_pandas(visits).lazy(), lambda out: out.collect()),
    "PyArrow": (
        lambda visits: pa.Table.from_pandas(visits, preserve_index=False),
        lambda out: out.to_pandas(),
    ),
    "DuckDB": (relation, lambda out: out.df()),
    "Dask": (in_parts, lambda out: out.compute()),
}


def plain(value):
    return None if value is None or value is pd.NA or value != value else value


def by_row(frame) -> dict[int, tuple]:
    """Return the added columns of each row, None for gaps."""
    columns = [[plain(value) for value in frame[name]] for name in ADDED]
    return dict(zip(list(frame["row"]), zip(*columns, strict=True), strict=True))


def one_by_one(visits: pd.DataFrame) -> dict[int, tuple]:
    """Ask the functions for one patient, row after row."""
    rows = [
        {name: plain(value) for name, value in row.items()} for row in visits.to_dict("records")
    ]
    marker = "esr" if "esr" in visits else "crp"
    firsts = {}
    for row in sorted(rows, key=lambda row: row["date"], reverse=True):
        firsts[row["patient"]] = row
    return {row["row"]: verdicts(row, firsts[row["patient"]], marker) for row in rows}


def verdicts(row: dict, first: dict, marker: str) -> tuple:
    parts = ("physician_global", "patient_global", "active_joints")
    score = jia.jadas71(**{name: row[name] for name in (*parts, marker)})
    clinical = jia.cjadas10(**{name: row[name] for name in parts})
    state = jia.disease_state(clinical, measure="cjadas10", cutoffs=SET, course=row["form"])
    if row["date"] <= first["date"]:
        return plain(score), None, None, None, state, None
    base, now = (
        jia.CoreSet(**{name: visit[name] for name in (*CORE_VARIABLES, marker)})
        for visit in (first, row)
    )
    found = jia.acr_ped(baseline=base, now=now)
    flared = jia.flare(reference=base, now=now, criteria="prcsg-printo").flared
    return plain(score), found.level, found.level_min, found.level_max, state, flared


@pytest.mark.parametrize("engine", ENGINES)
@few
@given(visits=some.visits(extra={"form": some.courses}))
def test_every_engine_agrees_with_the_functions_for_one_patient(engine, visits) -> None:
    visits = visits.assign(row=np.arange(len(visits)), form=visits["form"].astype("string"))
    into, out_of = ENGINES[engine]
    assert by_row(out_of(assess(into(visits)))) == one_by_one(visits)
