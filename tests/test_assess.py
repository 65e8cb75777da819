"""`assess` on small tables, by every kind of frame."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import jiascores as jia

MAKERS = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


def to_dict(frame) -> dict:
    if isinstance(frame, pd.DataFrame):
        return {name: [None if pd.isna(v) else v for v in frame[name]] for name in frame.columns}
    if isinstance(frame, pl.DataFrame):
        return frame.to_dict(as_series=False)
    return frame.to_pydict()


VISITS = {
    "patient": ["B", "A", "A", "A", "B"],
    "date": ["2020-03-01", "2020-02-01", "2020-01-01", "2020-03-01", "2020-01-01"],
    "phga_mm": [20, 60, 60, 20, 60],
    "patient_global": [2.0, None, 5.0, 2.0, 5.0],
    "chaq": [0.75, 1.5, 1.5, None, 1.5],
    "active_joints": [4, 12, 12, 4, 12],
    "limited_joints": [6, 10, 10, 10, 10],
    "esr": [20, 40, 40, 20, 40],
}
ASK = {
    "columns": {"physician_global": "phga_mm"},
    "units": {"physician_global": "mm"},
    "baseline": "first",
}


def test_rows_keep_their_order_and_the_baseline_is_empty(make) -> None:
    out = to_dict(jia.assess(make(VISITS), measures=["jadas71", "acr_ped"], **ASK))
    assert out["patient"] == VISITS["patient"]
    assert out["jadas71"] == [8.0, None, 25.0, 8.0, 25.0]
    assert out["acr_ped_level"] == [50, 0, None, 50, None]
    assert out["acr_ped_level_min"] == [50, 0, None, 50, None]
    assert out["acr_ped_level_max"] == [50, 0, None, 50, None]


def test_states_by_the_course_of_each_row(make) -> None:
    visits = {**VISITS, "form": ["oligo", "poly", "poly", None, "oligo"]}
    request = jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.column("form"))
    out = to_dict(jia.assess(make(visits), measures=[request], **ASK))
    assert out["state_cjadas10_trincianti_2021"] == ["moderate", None, "high", None, "high"]
