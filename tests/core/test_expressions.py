"""Polars expressions into scores, and what is said of arrays and frames that are not taken."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.measure import Score
from tests import strategies as some

pl = pytest.importorskip("polars")

VISITS = pl.DataFrame(
    {"phga": [1.0, 2.0, None, 7.5], "joints": [3, 14, 71, 0], "esr": [None, 40.0, 200.0, 19.0]}
)


def jadas():
    return jia.jadas10(
        physician_global=pl.col("phga"),
        patient_global=2,
        active_joints=pl.col("joints"),
        esr=pl.col("esr"),
    )


@given(st.data())
def test_an_expression_gives_what_series_give(data):
    score = data.draw(st.sampled_from(published(Score)))
    rows = data.draw(some.score_rows(score))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    frame = pl.DataFrame(
        {name: pl.Series(each, dtype=pl.Float64) for name, each in columns.items()}
    )
    expression = score.function(**{name: pl.col(name) for name in columns})
    assert isinstance(expression, pl.Expr)
    expected = score.function(**{name: frame[name] for name in columns})
    for answer in (frame.select(expression), frame.lazy().select(expression).collect()):
        assert answer.columns == [score.name]
        assert answer[score.name].to_list() == expected.to_list()


def test_its_schema_is_known_and_no_rows_are_no_trouble():
    lazy = VISITS.lazy().with_columns(jadas())
    assert lazy.collect_schema()["jadas10"] == pl.Float64
    assert VISITS.head(0).with_columns(jadas()).height == 0


def test_it_is_an_expression_like_others():
    out = VISITS.lazy().filter(pl.col("joints") < 71).with_columns(jadas().alias("mine"))
    assert out.collect()["mine"].to_list() == [None, 16.0, 9.5]
    assert VISITS.select(jadas().max()).item() == 16.0
    clipped = jia.jadas10(
        physician_global=pl.col("phga") / 10, patient_global=pl.lit(0.0), active_joints=0, esr=20
    )
    assert VISITS.select(clipped).to_series().to_list() == [0.1, 0.2, None, 0.75]


def test_a_value_that_is_not_allowed_is_said_when_it_is_computed():
    wrong = VISITS.with_columns(phga=pl.lit(62.0))
    with pytest.raises((jia.errors.OutOfRangeError, pl.exceptions.ComputeError), match="millimetr"):
        wrong.select(jadas())


def test_a_number_beside_it_is_checked_at_once():
    with pytest.raises(jia.errors.OutOfRangeError, match="patient_global = 62"):
        jia.cjadas10(physician_global=pl.col("phga"), patient_global=62, active_joints=3)


@pytest.mark.parametrize("beside", [VISITS["phga"], np.zeros(4), [0.0] * 4, pd.Series([0.0] * 4)])
def test_expressions_and_columns_do_not_mix(beside):
    with pytest.raises(jia.errors.MisalignedError, match="a Polars expression"):
        jia.cjadas10(physician_global=pl.col("phga"), patient_global=beside, active_joints=3)


CALLS = {
    "core set": lambda value: jia.CoreSet(
        physician_global=value, patient_global=1, chaq=1, active_joints=1, limited_joints=1, esr=1
    ),
    "state": lambda value: jia.disease_state(
        value, measure="jadas10", course="poly", cutoffs="trincianti-2021"
    ),
    "verdict": jia.suggests_mas,
    "terms": lambda value: jia.components(
        "cjadas10", physician_global=value, patient_global=1, active_joints=1
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_takes_no_expression_says_what_to_do(call):
    with pytest.raises(jia.errors.NotCoveredError, match=r"scores alone take them.*jia\.assess"):
        call(pl.col("phga"))


def foreign(module):
    """Return an array of a package that need not be installed."""
    kind = type("Array", (), {"__len__": lambda _: 2, "__array__": lambda *_: np.zeros(2)})
    kind.__module__ = module
    return kind()


@pytest.mark.parametrize(
    ("module", "advice"),
    [
        ("xarray.core.dataarray", r"x\.to_numpy\(\)"),
        ("dask.array.core", r"x\.compute\(\)"),
        ("jaxlib._jax", r"numpy\.asarray\(x\)"),
        ("jax._src.array", r"numpy\.asarray\(x\)"),
        ("torch", r"x\.detach\(\)"),
        ("pyarrow.lib", r"x\.to_numpy\(\)"),
    ],
)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_arrays_of_others_are_refused_with_what_to_do(call, module, advice):
    with pytest.raises(jia.errors.NotNumericError, match=advice):
        call(foreign(module))


@pytest.mark.parametrize("frame", [VISITS, VISITS.to_pandas()], ids=["Polars", "pandas"])
def test_a_frame_is_refused_with_what_to_do(frame):
    with pytest.raises(jia.errors.NotNumericError, match=r"frame\['name'\].*jia\.assess"):
        jia.suggests_mas(frame)


@pytest.mark.parametrize("value", [pd.Timestamp("2024-01-01"), "7", {"a": 1}])
def test_what_is_no_array_is_answered_without_such_advice(value):
    with pytest.raises(jia.errors.NotNumericError) as error:
        jia.suggests_mas(value)
    assert "frame" not in str(error.value)


def test_a_course_in_an_array_of_others_is_refused_with_what_to_do():
    with pytest.raises(jia.errors.NotCoveredError, match=r"x\.to_numpy\(\)"):
        jia.disease_state(
            [1.0, 2.0], measure="jadas10", course=foreign("xarray.core"), cutoffs="trincianti-2021"
        )
