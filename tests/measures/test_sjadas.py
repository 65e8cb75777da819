"""Systemic JADAS, the systemic manifestation score and the parents' JADAS, as the papers say."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.definition import lookup
from jiascores.core.measure import Score

WELL: dict[str, Any] = {
    "temperature": 36.8,
    "rash": False,
    "lymphadenopathy": False,
    "hepatosplenomegaly": False,
    "serositis": False,
    "haemoglobin": 12.0,
    "platelets": 300,
    "ferritin": 50,
}
SICK: dict[str, Any] = {
    "temperature": 40.1,
    "rash": True,
    "lymphadenopathy": True,
    "hepatosplenomegaly": True,
    "serositis": True,
    "haemoglobin": 8.9,
    "platelets": 601,
    "ferritin": 501,
}


def score(**items: Any) -> float:
    return jia.systemic_manifestation_score(**{**WELL, **items})


# --------------------------------------------------------------------------------------------
# mSMS


def test_it_runs_from_0_to_10() -> None:
    assert score() == 0
    assert score(**SICK) == 10


@pytest.mark.parametrize(
    ("temperature", "points"),
    [
        (34, 0),
        (37.4, 0),
        (37.5, 0),
        (37.6, 1),
        (38, 1),
        (38.1, 2),
        (39, 2),
        (39.1, 3),
        (40, 3),
        (40.1, 4),
        (43, 4),
    ],
)
def test_fever_bands(temperature: float, points: int) -> None:
    assert score(temperature=temperature) == points


@pytest.mark.parametrize("binary_noise", [37.5 + 4e-15, np.float32(37.5), 37.3 + 0.2])
def test_a_temperature_counts_as_the_decimal_that_was_typed(binary_noise: Any) -> None:
    assert score(temperature=binary_noise) == 0
    assert score(temperature=np.array([binary_noise])).tolist() == [0]


@pytest.mark.parametrize("item", ["rash", "lymphadenopathy", "hepatosplenomegaly", "serositis"])
def test_each_finding_is_one_point(item: str) -> None:
    assert score(**{item: True}) == 1
    assert math.isnan(score(**{item: None}))


@pytest.mark.parametrize(("haemoglobin", "points"), [(8.9, 1), (9, 0), (9.1, 0)])
def test_anaemia_is_below_9(haemoglobin: float, points: int) -> None:
    assert score(haemoglobin=haemoglobin) == points


# Platelets or ferritin: yes, no and unknown, all nine.
OR_TABLE = [
    (601, 501, 1),
    (601, 500, 1),
    (601, None, 1),
    (600, 501, 1),
    (600, 500, 0),
    (600, None, None),
    (None, 501, 1),
    (None, 500, None),
    (None, None, None),
]


@pytest.mark.parametrize(("platelets", "ferritin", "points"), OR_TABLE)
def test_platelets_or_ferritin(platelets: Any, ferritin: Any, points: int | None) -> None:
    found = score(platelets=platelets, ferritin=ferritin)
    assert math.isnan(found) if points is None else found == points


@pytest.mark.parametrize("item", ["temperature", "haemoglobin"])
def test_an_unknown_measurement_leaves_the_score_unknown(item: str) -> None:
    assert math.isnan(score(**{item: None}))
    assert math.isnan(score(**{**SICK, item: float("nan")}))


@pytest.mark.parametrize(
    ("item", "value", "advice"),
    [
        ("temperature", 102, "34–43"),
        ("haemoglobin", 92, "g/L"),
        ("platelets", 450_000, "per µL"),
        ("ferritin", -1, "0 or more"),
    ],
)
def test_a_value_in_another_unit_is_refused(item: str, value: float, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        score(**{item: value})


def test_components_are_seen() -> None:
    parts = jia.components("systemic_manifestation_score", **SICK)
    assert list(parts.values()) == [4, 1, 1, 1, 1, 1, 1]


VALUES = {
    "temperature": st.integers(340, 430).map(lambda tenth: tenth / 10),
    "rash": st.booleans(),
    "lymphadenopathy": st.booleans(),
    "hepatosplenomegaly": st.booleans(),
    "serositis": st.booleans(),
    "haemoglobin": st.integers(40, 160).map(lambda tenth: tenth / 10),
    "platelets": st.integers(0, 1200),
    "ferritin": st.integers(0, 1000),
}
complete = st.fixed_dictionaries(VALUES)
items = st.fixed_dictionaries({name: st.none() | values for name, values in VALUES.items()})


def by_the_form(given: dict[str, Any]) -> int | None:
    """Return the score as one fills in the form, in exact decimals."""
    unknown = False
    total = 0
    heat = given["temperature"]
    if heat is None:
        unknown = True
    else:
        total += sum(Decimal(str(heat)) > Decimal(band) for band in ("37.5", "38", "39", "40"))
    for finding in ("rash", "lymphadenopathy", "hepatosplenomegaly", "serositis"):
        unknown |= given[finding] is None
        total += bool(given[finding])
    unknown |= given["haemoglobin"] is None
    total += given["haemoglobin"] is not None and given["haemoglobin"] < 9
    raised = [
        None if given[name] is None else given[name] > limit
        for name, limit in (("platelets", 600), ("ferritin", 500))
    ]
    total += True in raised
    unknown |= True not in raised and None in raised
    return None if unknown else total


@given(st.lists(items, min_size=1, max_size=5))
def test_one_child_arrays_and_series_agree_with_the_form(rows: list[dict[str, Any]]) -> None:
    expected = [by_the_form(row) for row in rows]
    wanted = [math.nan if one is None else float(one) for one in expected]
    single = [jia.systemic_manifestation_score(**row) for row in rows]
    np.testing.assert_array_equal(single, wanted)
    columns = {name: [row[name] for row in rows] for name in WELL}
    arrays = {name: np.array(values, dtype=object) for name, values in columns.items()}
    np.testing.assert_array_equal(jia.systemic_manifestation_score(**arrays), wanted)
    index = [f"visit {position}" for position in range(len(rows))]
    series = {
        name: pd.Series(values, index=index, dtype=object) for name, values in columns.items()
    }
    found = jia.systemic_manifestation_score(**series)
    assert list(found.index) == index
    np.testing.assert_array_equal(found, wanted)
    polars = {name: pl.Series(name, values, strict=False) for name, values in columns.items()}
    assert jia.systemic_manifestation_score(**polars).to_list() == expected


@given(complete, complete)
def test_worse_findings_never_lower_the_score(one: dict[str, Any], other: dict[str, Any]) -> None:
    worse = {name: (min if name == "haemoglobin" else max)(one[name], other[name]) for name in WELL}
    highest = jia.systemic_manifestation_score(**worse)
    assert jia.systemic_manifestation_score(**one) <= highest
    assert jia.systemic_manifestation_score(**other) <= highest


# --------------------------------------------------------------------------------------------
# sJADAS

FORMS = [
    # name, joints, the JADAS that it adds to, highest
    ("sjadas10", "active_joints", "jadas10", 50),
    ("sjadas27", "active_joints_27", "jadas27", 67),
    ("sjadas71", "active_joints", "jadas71", 111),
    ("csjadas10", "active_joints", "cjadas10", 40),
    ("csjadas27", "active_joints_27", "cjadas27", 57),
    ("csjadas71", "active_joints", "cjadas71", 101),
]
MARKER = {"jadas": ({"esr": 48}, {"crp": 31.5}), "cjadas": ({},)}
HIGHEST = {"esr": 500, "crp": 900}


@pytest.mark.parametrize(("name", "joints", "plain", "highest"), FORMS)
def test_sjadas_is_jadas_and_systemic_manifestations(
    name: str, joints: str, plain: str, highest: float
) -> None:
    systemic, jadas = getattr(jia, name), getattr(jia, plain)
    for marker in MARKER[plain.rstrip("0127")]:
        inputs = {"physician_global": 6.0, "patient_global": 5.5, joints: 12, **marker}
        for manifestations in (0, 1, 10):
            total = systemic(**inputs, systemic_manifestations=manifestations)
            assert total == round(jadas(**inputs) + manifestations, 9)
        assert math.isnan(systemic(**inputs, systemic_manifestations=None))
        for missing in inputs:
            gap = {**inputs, missing: None}
            assert math.isnan(systemic(**gap, systemic_manifestations=3))
        most = {each: HIGHEST[each] for each in marker}
        count = 27 if joints.endswith("27") else 71
        most |= {"physician_global": 10, "patient_global": 10, joints: count}
        assert systemic(**most, systemic_manifestations=10) == highest
        least = dict.fromkeys(inputs, 0)
        assert systemic(**least, systemic_manifestations=0) == 0
    declared = lookup(Score, name, parameter="measure")
    assert (declared.low, declared.high) == (0, highest)


@pytest.mark.parametrize(
    ("name", "highest"), [("systemic_manifestation_score", 10), ("parjadas", 40)]
)
def test_the_catalogue_has_the_range(name: str, highest: float) -> None:
    declared = lookup(Score, name, parameter="measure")
    assert (declared.low, declared.high) == (0, highest)


def test_only_the_joint_term_is_capped() -> None:
    parts = jia.components(
        "sjadas10",
        physician_global=9.5,
        patient_global=9,
        active_joints=40,
        crp=60,
        systemic_manifestations=8,
    )
    assert parts == {
        "physician_global": 9.5,
        "patient_global": 9.0,
        "joints": 10.0,
        "acute_phase": 5.0,
        "systemic_manifestations": 8.0,
    }


@pytest.mark.parametrize("name", ["sjadas10", "sjadas27", "sjadas71"])
def test_exactly_one_marker(name: str) -> None:
    joints = "active_joints_27" if "27" in name else "active_joints"
    inputs = {"physician_global": 1, "patient_global": 1, joints: 1, "systemic_manifestations": 1}
    with pytest.raises(ValueError, match="both esr= and crp="):
        getattr(jia, name)(**inputs, esr=20, crp=10)
    with pytest.raises(ValueError, match="neither esr= nor crp="):
        getattr(jia, name)(**inputs)


@pytest.mark.parametrize("value", [-1, 11, 2.5])
def test_a_systemic_manifestation_score_is_whole_and_0_to_10(value: float) -> None:
    with pytest.raises(ValueError, match="systemic_manifestations"):
        jia.csjadas10(
            physician_global=1, patient_global=1, active_joints=1, systemic_manifestations=value
        )


# --------------------------------------------------------------------------------------------
# parJADAS


@pytest.mark.parametrize(
    ("activity", "pain", "joints", "stiffness", "expected"),
    [
        (0, 0, 0, 0, 0),
        (4.5, 3, 9, 6, 22.5),
        (4.5, 3, 10, 6, 23.5),
        (4.5, 3, 11, 6, 23.5),
        (10, 10, 71, 10, 40),
    ],
)
def test_parjadas(
    activity: float, pain: float, joints: int, stiffness: float, expected: float
) -> None:
    assert expected == jia.parjadas(
        parent_disease_activity=activity,
        pain=pain,
        parent_joints=joints,
        morning_stiffness_rating=stiffness,
    )


def test_parjadas_with_a_gap_is_missing() -> None:
    full = {
        "parent_disease_activity": 4.5,
        "pain": 3,
        "parent_joints": 12,
        "morning_stiffness_rating": 6,
    }
    for gaps in itertools.combinations(full, 1):
        assert math.isnan(jia.parjadas(**(full | dict.fromkeys(gaps))))


def test_stiffness_in_minutes_is_refused() -> None:
    with pytest.raises(ValueError, match="duration in minutes"):
        jia.parjadas(
            parent_disease_activity=1, pain=1, parent_joints=1, morning_stiffness_rating=45
        )
