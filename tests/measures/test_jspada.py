"""JSpADA: eight items of half points, and the versions without some of them."""

from __future__ import annotations

import math

import attrs
import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.errors import DefinitionError, MarkerError, OutOfRangeError
from jiascores.core.references import Evidence
from jiascores.measures.jspada import JSPADA_POINTS

NONE = {
    "active_joints": 0,
    "entheses": 0,
    "pain": 0,
    "esr": 10,
    "marker_upper_limit": 20,
    "morning_stiffness": 0,
    "sacroiliitis": False,
    "uveitis": False,
    "abnormal_schober": False,
}

ITEMS = [
    # an item: value, its points
    ("active_joints", 0, 0),
    ("active_joints", 1, 0.5),
    ("active_joints", 2, 0.5),
    ("active_joints", 3, 1),
    ("active_joints", 71, 1),
    ("entheses", 0, 0),
    ("entheses", 1, 0.5),
    ("entheses", 2, 0.5),
    ("entheses", 3, 1),
    ("pain", 0, 0),
    ("pain", 0.001, 0.5),
    ("pain", 4.999, 0.5),
    ("pain", 5, 1),
    ("pain", 10, 1),
    ("esr", 0, 0),
    ("esr", 20, 0),
    ("esr", 20.001, 0.5),
    ("esr", 40, 0.5),
    ("esr", 40.001, 1),
    ("morning_stiffness", 0, 0),
    ("morning_stiffness", 15, 0),
    ("morning_stiffness", 15.001, 1),
    ("sacroiliitis", True, 1),
    ("uveitis", True, 1),
    ("abnormal_schober", True, 1),
]

VERSIONS = {
    # version: items that it leaves out
    "jspada": (),
    "jspada7_no_schober": ("abnormal_schober",),
    "jspada7_no_marker": ("esr", "marker_upper_limit"),
    "jspada6": ("abnormal_schober", "esr", "marker_upper_limit"),
}


def inputs(version, **changed):
    return {
        name: value for name, value in (NONE | changed).items() if name not in VERSIONS[version]
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("item", "value", "points"), ITEMS)
def test_points_of_one_item(version, item, value, points):
    score = getattr(jia, version)
    left_out = item in VERSIONS[version]
    assert score(**inputs(version, **{item: value})) == (0 if left_out else points)


@pytest.mark.parametrize(("version", "highest"), list(zip(VERSIONS, (8, 7, 7, 6), strict=True)))
def test_everything_at_its_worst(version, highest):
    worst = {
        "active_joints": 40,
        "entheses": 12,
        "pain": 10,
        "esr": 120,
        "morning_stiffness": 120,
        "sacroiliitis": True,
        "uveitis": True,
        "abnormal_schober": True,
    }
    assert getattr(jia, version)(**inputs(version, **worst)) == highest
    assert set(jia.components(version, **inputs(version, **worst)).values()) == {1}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("gap", NONE)
def test_a_missing_part_makes_the_score_missing(version, gap):
    score = getattr(jia, version)(**inputs(version, **{gap: None}))
    assert math.isnan(score) is (gap not in VERSIONS[version])


def test_crp_by_its_own_upper_limit():
    with_crp = {name: value for name, value in NONE.items() if name != "esr"}
    limits = {5.1: 0, 5.2: 0.5, 10.2: 0.5, 10.3: 1}
    for crp, points in limits.items():
        assert jia.jspada(**with_crp | {"marker_upper_limit": 5.1}, crp=crp) == points
    with pytest.raises(MarkerError):
        jia.jspada(**NONE, crp=5)
    with pytest.raises(MarkerError):
        jia.jspada(**with_crp)


def test_columns():
    frame = pd.DataFrame([inputs("jspada")] * len(ITEMS))
    for row, (item, value, _) in enumerate(ITEMS):
        frame[item] = frame[item].astype(object)
        frame.loc[row, item] = value
    found = jia.jspada(**{name: frame[name] for name in frame})
    np.testing.assert_array_equal(found, [points for _, _, points in ITEMS])


def test_points_are_a_definition_of_which_those_of_the_marker_are_open():
    points = JSPADA_POINTS[0]
    assert points.evidence_in_words == "secondary, in part unverified"
    assert points.evidence_of("times_upper_limit") == Evidence.UNVERIFIED
    assert "joints > 0, > 2" in points.rule
    rows = jia.definitions("score").set_index("name")
    for version in VERSIONS:
        own = {"jspada", "jspada7_no_schober"}
        assert ("unverified" in rows.loc[version, "evidence"]) is (version in own)
    for field in ("joints", "entheses", "times_upper_limit"):
        with pytest.raises(DefinitionError, match="half a point comes before"):
            attrs.evolve(points, name="x", **{field: (2, 2)})


def test_what_is_refused():
    with pytest.raises(OutOfRangeError, match="pain = 50"):
        jia.jspada(**NONE | {"pain": 50})
    with pytest.raises(TypeError, match="jspada6"):
        jia.jspada6(**inputs("jspada"))
