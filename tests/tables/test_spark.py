"""A real, local Spark gives what pandas gives. Needs Java; `make test-engines` runs it."""

from __future__ import annotations

import datetime as dt
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

import jiascores as jia
from jiascores.core.errors import ColumnError, MarkerError
from tests import strategies as some
from tests.laws.test_engines_agree import assess as assess_all
from tests.laws.test_engines_agree import by_row, one_by_one, plain
from tests.tables.test_engines import ANSWERS, MEASURES, VISITS, answers, assess

pytestmark = [
    pytest.mark.engines,
    # Spark's own: it is not yet at home with pandas 3, nor tidy with its sockets.
    pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::UserWarning"),
]
TYPES = (
    "row long, patient string, date string, physician_global double, patient_global double, "
    "chaq double, active_joints long, limited_joints long, esr long, form string"
)


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "3")
            .config("spark.sql.execution.arrow.maxRecordsPerBatch", "50")
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


def rows_of(visits) -> list[tuple]:
    return list(zip(*visits.values(), strict=True))


def collected(frame) -> pd.DataFrame:
    return pd.DataFrame([row.asDict() for row in frame.collect()], columns=frame.columns)


def test_the_same_answers(spark) -> None:
    frame = spark.createDataFrame(rows_of(VISITS), TYPES)
    out = assess(frame)
    assert type(out) is type(frame)
    assert out.columns == [*VISITS, *ANSWERS]
    assert answers(collected(out)) == ANSWERS
    types = dict(out.dtypes)
    assert types["jadas71"] == "double"
    assert types["acr_ped_level"] == "bigint"
    assert types["state_cjadas10_trincianti_2021"] == "string"


def test_what_is_wrong_with_columns_raises_at_the_call(spark) -> None:
    frame = spark.createDataFrame(rows_of(VISITS), TYPES)
    with pytest.raises(ColumnError, match="chaq"):
        assess(frame.drop("chaq"))
    with pytest.raises(ColumnError, match="patient"):
        assess(frame.withColumnRenamed("patient", "who"))
    with pytest.raises(MarkerError, match="both ESR and CRP"):
        assess(frame.withColumn("crp", frame.esr))
    with pytest.raises(ColumnError, match="'jadas71' beside 'JADAS71'"):
        assess(frame.withColumnRenamed("row", "JADAS71"))


def test_our_words_survive_in_the_exception_of_the_engine(spark) -> None:
    wrong = {**VISITS, "chaq": [0.75, 1.5, 1.5, 9.0, 1.5, 0.0]}
    out = assess(spark.createDataFrame(rows_of(wrong), TYPES))
    with pytest.raises(
        Exception, match=r"chaq = 9 in row \? \(patient A, date 2020-03-01\)"
    ) as caught:
        out.collect()
    assert type(caught.value).__module__.startswith("pyspark")


def test_patients_that_straddle_batches_and_a_zone_that_moves_the_clock(spark) -> None:
    spark.conf.set("spark.sql.session.timeZone", "America/New_York")
    random = np.random.default_rng(1)
    size, patients = 3000, 40
    visits = pd.DataFrame(
        {
            "row": np.arange(size),
            "patient": random.integers(0, patients, size),
            "physician_global": random.integers(0, 21, size) / 2,
            "patient_global": np.where(random.random(size) < 0.1, np.nan, 3.0),
            "chaq": random.integers(0, 25, size) / 8,
            "active_joints": random.integers(0, 20, size),
            "limited_joints": random.integers(0, 20, size),
            "esr": random.integers(1, 90, size),
            "form": random.choice(["oligo", "poly", None], size),
        }
    )
    first = dt.datetime(2015, 1, 1)  # noqa: DTZ001
    days = [first + dt.timedelta(days=int(day)) for day in random.permutation(size)]
    visits["date"] = pd.Series(days, dtype=object)
    there = jia.assess(visits, measures=MEASURES, baseline="first")
    rows = [
        tuple(None if pd.isna(value) else value for value in row)
        for row in visits.astype(object).itertuples(index=False, name=None)
    ]
    schema = (
        "row long, patient long, physician_global double, patient_global double, chaq double, "
        "active_joints long, limited_joints long, esr long, form string, date timestamp"
    )
    out = assess(spark.createDataFrame(rows, schema))
    assert answers(collected(out)) == answers(there)


def test_scores_alone_need_no_patients(spark) -> None:
    frame = spark.createDataFrame(rows_of(VISITS), TYPES).drop("patient", "date")
    out = jia.assess(frame, measures=["jadas71"])
    assert sorted(row.jadas71 for row in out.collect() if row.jadas71) == [8.0, 8.0, 25.0, 25.0]


def test_no_rows(spark) -> None:
    assert assess(spark.createDataFrame([], TYPES)).collect() == []


SPARK_TYPES = {"object": "string", "str": "string", "string": "string", "int64": "long"}


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(visits=some.visits(extra={"form": some.courses}))
def test_spark_agrees_with_the_functions_for_one_patient(spark, visits) -> None:
    visits = visits.assign(row=range(len(visits)), form=visits["form"].astype("string"))
    kinds = {name: SPARK_TYPES.get(str(kind), "double") for name, kind in visits.dtypes.items()}
    kinds["date"] = "date"
    rows = [
        tuple(plain(value) for value in row)
        for row in visits.assign(date=visits["date"].dt.date.astype(object))
        .astype(object)
        .itertuples(index=False, name=None)
    ]
    frame = spark.createDataFrame(rows, ", ".join(f"{name} {kind}" for name, kind in kinds.items()))
    assert by_row(collected(assess_all(frame))) == one_by_one(visits)
