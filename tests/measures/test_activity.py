"""Activity by other definitions than cut-offs of one score: several items at once."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.errors import (
    ArgumentError,
    InconsistentError,
    JiaScoresError,
    MarkerError,
    NotCoveredError,
    NotWholeError,
    OutOfRangeError,
    UnknownDefinitionError,
)
from jiascores.measures.activity import (
    ActivityLevelCriteria,
    MinimalActivityCriteria,
    PolyarthritisCriteria,
    UncontrolledCriteria,
)
from tests.strategies import back

# --------------------------------------------------------------------------------------------
# Magni-Manzoni 2008

# course, PhGA, PtGA, swollen joints, minimal
MAGNI_MANZONI = [
    ("oligo", 2.5, None, 0, True),
    ("oligo", 2.6, None, 0, False),
    ("oligo", 2.5, 10, 0, True),
    ("oligo", 2.5, None, 1, False),
    ("poly", 3.4, 2.1, 1, True),
    ("poly", 3.4, 2.1, 0, True),
    ("poly", 3.5, 2.1, 1, False),
    ("poly", 3.4, 2.2, 1, False),
    ("poly", 3.4, 2.1, 2, False),
    # One failing item settles it; otherwise a gap leaves it open.
    ("oligo", None, None, 0, None),
    ("oligo", None, None, 1, False),
    ("oligo", 2.5, None, None, None),
    ("oligo", 2.6, None, None, False),
    ("poly", 3.4, None, 1, None),
    ("poly", 3.5, None, None, False),
    ("poly", None, 2.2, None, False),
    ("poly", None, 2.1, 1, None),
    ("poly", None, None, 2, False),
    ("poly", None, None, None, None),
    (None, 10, 10, 10, None),
]


@pytest.mark.parametrize("row", MAGNI_MANZONI, ids=str)
def test_magni_manzoni_2008(row: tuple[Any, ...]) -> None:
    course, physician, patient, joints, minimal = row
    inputs = {"course": course, "physician_global": physician, "patient_global": patient}
    swollen = jia.minimal_disease_activity(
        **inputs, swollen_joints=joints, criteria="magni-manzoni-2008"
    )
    active = jia.minimal_disease_activity(
        **inputs, active_joints=joints, criteria="magni-manzoni-2008-active"
    )
    assert swollen is minimal
    assert active is minimal


def test_magni_manzoni_in_arrays_and_series() -> None:
    course, physician, patient, joints, minimal = zip(*MAGNI_MANZONI, strict=True)
    columns = {
        "course": course,
        "physician_global": physician,
        "patient_global": patient,
        "swollen_joints": joints,
    }
    for make in (
        lambda values: np.array(values, dtype=object),
        lambda values: pd.Series(values, dtype=object, index=range(5, 5 + len(values))),
        lambda values: pl.Series(list(values), strict=False),
    ):
        found = jia.minimal_disease_activity(
            **{name: make(values) for name, values in columns.items()},
            criteria="magni-manzoni-2008",
        )
        assert back(found) == list(minimal)


@pytest.mark.parametrize(
    "joints",
    [{}, {"active_joints": 0}, {"active_joints": 0, "swollen_joints": 0}],
    ids=["none", "active", "both"],
)
def test_the_count_that_the_criteria_read_is_asked_for(joints: dict[str, Any]) -> None:
    asks = "minimal_disease_activity() by magni-manzoni-2008 needs swollen_joints=: give each"
    other = (
        "active_joints= was given, and magni-manzoni-2008 does not read it: it would be passed "
        "over in silence. It reads physician_global, patient_global, swollen_joints, course."
    )
    with pytest.raises(ArgumentError, match=re.escape(other if joints else asks)) as raised:
        jia.minimal_disease_activity(
            course="oligo",
            physician_global=1,
            patient_global=1,
            **joints,
            criteria="magni-manzoni-2008",
        )
    assert raised.value.variable == ("active_joints" if joints else "swollen_joints")


def test_minimal_activity_has_no_limits_for_systemic_arthritis() -> None:
    with pytest.raises(NotCoveredError, match="knows oligo, poly"):
        jia.minimal_disease_activity(
            course="systemic",
            physician_global=1,
            patient_global=1,
            swollen_joints=0,
            criteria="magni-manzoni-2008",
        )


def test_what_was_not_asked_of_the_patient_is_given_as_missing() -> None:
    seen = {"course": "oligo", "physician_global": 2.5, "swollen_joints": 0}
    with pytest.raises(ArgumentError, match="needs patient_global=: give each, None where"):
        jia.minimal_disease_activity(**seen, criteria="magni-manzoni-2008")
    minimal = jia.minimal_disease_activity(
        **seen, patient_global=None, criteria="magni-manzoni-2008"
    )
    assert minimal is True


# --------------------------------------------------------------------------------------------
# Beukelman 2011

SYSTEMIC, MANY, FEW = (
    "beukelman-2011-systemic",
    "beukelman-2011-5-or-more-joints",
    "beukelman-2011-4-or-fewer-joints",
)
# PhGA, PtGA, active joints, ESR (upper limit 20), level
FIVE_OR_MORE = [
    (3.9, 1.9, 4, 20, "low"),
    (4.0, 1.9, 4, 20, "moderate"),
    (3.9, 2.0, 4, 20, "moderate"),
    (3.9, 1.9, 5, 20, "moderate"),
    (3.9, 1.9, 4, 20.1, "moderate"),
    (7, 5, 8, 20, "high"),
    (7, 5, 7, 40.1, "high"),
    (7, 4.9, 8, 40.1, "high"),
    (6.9, 5, 8, 40.1, "high"),
    (7, 5, 7, 40, "moderate"),
    (6.9, 5, 8, 40, "moderate"),
    (7, 4.9, 8, 40, "moderate"),
    (10, 10, 71, 400, "high"),
    (0, 0, 0, 0, "low"),
    # Gaps, where they cannot matter and where they can.
    (None, 5, 8, 40.1, "high"),
    (None, 5, 8, 40, None),
    (None, 5, 7, 40, "moderate"),
    (None, 1.9, 4, 20, None),
    (None, 2.0, 4, 20, "moderate"),
    (None, None, 4, 20, None),
    (None, None, 5, 40, "moderate"),
    (None, None, 8, 40, None),
    (None, None, None, None, None),
    (7, 5, 8, None, "high"),
    (7, 1.9, 4, None, "moderate"),
]
FOUR_OR_FEWER = [
    (2.9, 1.9, 1, 20, "low"),
    (3.0, 1.9, 1, 20, "moderate"),
    (2.9, 2.0, 1, 20, "moderate"),
    (2.9, 1.9, 2, 20, "moderate"),
    (2.9, 1.9, 1, 20.1, "moderate"),
    (7, 4, 2, 40, "high"),
    (7, 3.9, 2, 40.1, "high"),
    (6.9, 4, 2, 40.1, "high"),
    (7, 4, 1, 40.1, "high"),
    (7, 3.9, 2, 40, "moderate"),
    (6.9, 4, 2, 40, "moderate"),
    (7, 4, 1, 40, "moderate"),
]


def level(row: tuple[Any, ...], criteria: str, marker: str = "esr", limit: Any = 20) -> Any:
    physician, patient, joints, value = row[:4]
    return jia.activity_level(
        physician_global=physician,
        patient_global=patient,
        active_joints=joints,
        **{marker: value},
        upper_limit=limit,
        criteria=criteria,
    )


@pytest.mark.parametrize("row", FIVE_OR_MORE, ids=str)
@pytest.mark.parametrize("marker", ["esr", "crp"])
def test_beukelman_2011_five_or_more_joints_and_systemic(row: tuple[Any, ...], marker: str) -> None:
    assert level(row, SYSTEMIC, marker) == row[4]
    assert level(row, MANY, marker) == row[4]


@pytest.mark.parametrize("row", FOUR_OR_FEWER, ids=str)
def test_beukelman_2011_four_or_fewer_joints(row: tuple[Any, ...]) -> None:
    assert level(row, FEW) == row[4]


def test_without_an_upper_limit_the_marker_says_nothing() -> None:
    assert level((3.9, 1.9, 4, 20), SYSTEMIC, limit=None) is None
    assert level((7, 5, 8, 20), SYSTEMIC, limit=None) == "high"
    assert level((7, 5, 7, 20), SYSTEMIC, limit=None) is None
    assert level((7, 2, 7, 20), SYSTEMIC, limit=None) == "moderate"


@pytest.mark.parametrize("markers", [{}, {"esr": 20, "crp": 5}])
def test_one_marker(markers: dict[str, Any]) -> None:
    with pytest.raises(MarkerError, match="exactly one"):
        jia.activity_level(
            physician_global=1,
            patient_global=1,
            active_joints=1,
            **markers,
            upper_limit=20,
            criteria=SYSTEMIC,
        )


GRID = {
    "physician_global": (0, 2.9, 3, 3.9, 4, 6.9, 7, 10),
    "patient_global": (0, 1.9, 2, 3.9, 4, 4.9, 5, 10),
    "active_joints": (0, 1, 2, 4, 5, 7, 8, 71),
    "esr": (0, 20, 20.1, 40, 40.1, 100),
}
FIGURES = {SYSTEMIC: (4, 4, 2, 8, 7, 5), FEW: (1, 3, 2, 2, 7, 4)}


def by_the_table(row: tuple[Any, ...], criteria: str) -> str:
    """Return the level of a row without gaps, as one reads the table."""
    # The values of the grid are compared with each other's equals: no sum, so no binary noise.
    physician, patient, joints, esr = row
    low_joints, low_physician, low_patient, high_joints, high_physician, high_patient = FIGURES[
        criteria
    ]
    if joints <= low_joints and esr <= 20 and physician < low_physician and patient < low_patient:
        return "low"
    high = (joints >= high_joints, esr > 40, physician >= high_physician, patient >= high_patient)
    return "high" if sum(high) >= 3 else "moderate"


@given(
    st.lists(
        st.tuples(*(st.none() | st.sampled_from(values) for values in GRID.values())),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(sorted(FIGURES)),
)
def test_a_level_is_open_just_where_a_gap_could_matter(rows: list[Any], criteria: str) -> None:
    expected = []
    for row in rows:
        fillings = [
            values if value is None else (value,)
            for value, values in zip(row, GRID.values(), strict=True)
        ]
        possible = {by_the_table(full, criteria) for full in itertools.product(*fillings)}
        expected.append(possible.pop() if len(possible) == 1 else None)
    assert [level(row, criteria) for row in rows] == expected
    columns = [np.array(values, dtype=object) for values in zip(*rows, strict=True)]
    assert level(tuple(columns), criteria).tolist() == expected
    series = [pd.Series(values, dtype="Float64") for values in columns]
    assert back(level(tuple(series), criteria)) == expected
    polars = [pl.Series(values.tolist(), dtype=pl.Float64) for values in columns]
    assert back(level(tuple(polars), criteria)) == expected


# --------------------------------------------------------------------------------------------
# ACR 2019

# cJADAS10, active joints, state
ACR_2019 = [
    (2.5, 1, "low"),
    (2.5, 2, "low"),
    (1, 1, "low"),
    (2.5, 0, "not_classified"),
    (0, 0, "not_classified"),
    (2.6, 0, "moderate_or_high"),
    (2.6, 1, "moderate_or_high"),
    (10, 11, "moderate_or_high"),
    (30, 71, "moderate_or_high"),
    # Gaps: a score above 2.5 needs no joints; three joints are above 2.5 by themselves.
    (2.6, None, "moderate_or_high"),
    (2.5, None, None),
    (None, 0, None),
    (None, 2, None),
    (None, 3, "moderate_or_high"),
    (None, None, None),
]


@pytest.mark.parametrize(("score", "joints", "state"), ACR_2019)
def test_acr_2019(score: Any, joints: Any, state: str | None) -> None:
    assert jia.polyarthritis_state(score, active_joints=joints, criteria="acr-2019") == state


def test_acr_2019_in_arrays_and_series() -> None:
    scores, joints, states = (list(values) for values in zip(*ACR_2019, strict=True))
    for make in (
        lambda values: np.array(values, dtype=np.float64),
        lambda values: pd.Series(values, dtype="Float64"),
        lambda values: pl.Series(values, dtype=pl.Float64, strict=False),
    ):
        found = jia.polyarthritis_state(
            make(scores), active_joints=make(joints), criteria="acr-2019"
        )
        assert back(found) == states


@pytest.mark.parametrize(("score", "joints"), [(0.9, 1), (9.9, 71), (20.1, 0), (21.1, 1), (30, 9)])
def test_a_score_that_cannot_come_from_its_joints_is_refused(score: float, joints: int) -> None:
    with pytest.raises(InconsistentError, match=f"^score={score:g}, active_joints={joints}: "):
        jia.polyarthritis_state(score, active_joints=joints, criteria="acr-2019")
    with pytest.raises(InconsistentError) as error:
        jia.polyarthritis_state(
            pd.Series([1.0, score], index=["fine", "wrong"]),
            active_joints=pd.Series([1, joints], index=["fine", "wrong"]),
            criteria="acr-2019",
        )
    assert error.value.where == ("wrong",)


@given(
    st.none() | st.integers(0, 100), st.none() | st.integers(0, 100), st.none() | st.integers(0, 71)
)
def test_acr_2019_from_the_parts(physician: Any, patient: Any, joints: Any) -> None:
    """Any state that is given agrees with every way to fill the gaps of the parts."""
    score = jia.cjadas10(
        physician_global=None if physician is None else physician / 10,
        patient_global=None if patient is None else patient / 10,
        active_joints=joints,
    )
    state = jia.polyarthritis_state(score, active_joints=joints, criteria="acr-2019")
    possible = set()
    for one, other, count in itertools.product(
        *(
            values if value is None else (value,)
            for value, values in (
                (physician, (0, 100)),
                (patient, (0, 100)),
                (joints, (0, 1, 3)),
            )
        )
    ):
        tenths = one + other + 10 * min(count, 10)
        low = "low" if count else "not_classified"
        possible.add("moderate_or_high" if tenths > 25 else low)
    if state is None:
        assert len(possible) > 1 or math.isnan(score)
    else:
        assert possible == {state}


# --------------------------------------------------------------------------------------------
# Swart 2018

# month, course, highest score that does not call for escalation
SWART = [(3, "oligo", 5), (6, "oligo", 3), (3, "poly", 7), (6, "poly", 4)]


def escalate(score: Any, month: Any, course: Any, measure: str = "cjadas71") -> Any:
    return jia.escalation_indicated(
        score, measure=measure, month=month, course=course, criteria="swart-2018"
    )


@pytest.mark.parametrize(("month", "course", "highest"), SWART)
def test_swart_2018(month: int, course: str, highest: float) -> None:
    assert escalate(highest - 0.1, month, course) is False
    assert escalate(highest, month, course) is False
    assert escalate(highest + 0.1, month, course) is True
    assert escalate(None, month, course) is None
    assert escalate(91, None, course) is None
    assert escalate(91, month, None) is None


def test_swart_2018_in_arrays_and_series() -> None:
    months, courses, highest = (list(values) for values in zip(*SWART, strict=True))
    found = escalate(np.array(highest) + 0.1, np.array(months), np.array(courses))
    assert found.tolist() == [1, 1, 1, 1]
    series = escalate(pd.Series([5.1, 5.0, None]), pd.Series([3, 3, 6]), pd.Series(courses[:3]))
    assert back(series) == [True, False, None]
    polars = escalate(pl.Series([5.1, 3.1]), 3, pl.Series(["oligo", None]))
    assert polars.to_list() == [True, None]
    assert escalate(4, np.array([3, 6]), "oligo").tolist() == [0, 1]


def test_swart_2018_speaks_about_two_visits_and_one_score() -> None:
    with pytest.raises(NotCoveredError, match="month 3 and 6 alone"):
        escalate(5, 4, "poly")
    with pytest.raises(NotCoveredError, match="reads cjadas71"):
        escalate(5, 3, "poly", measure="cjadas10")
    with pytest.raises(NotCoveredError, match="knows oligo, poly"):
        escalate(5, 3, "systemic")
    with pytest.raises(OutOfRangeError):
        escalate(92, 3, "poly")


# --------------------------------------------------------------------------------------------
# Brunner 2020

UNCONTROLLED = {
    "physician_global": 3,
    "patient_global": 1,
    "active_joints": 0,
    "biologicals_tried": 2,
}


def test_uncontrolled_disease_in_arrays_and_series() -> None:
    tried = np.array([1, 2, np.nan, 5])
    given = UNCONTROLLED | {"biologicals_tried": tried}
    found = jia.chronically_uncontrolled(**given, criteria="brunner-2020")
    np.testing.assert_array_equal(found, [0, 1, np.nan, 1])
    series = pd.Series([3, None, 2], index=list("xyz"))
    given = UNCONTROLLED | {"physician_global": series}
    found = jia.chronically_uncontrolled(**given, criteria="brunner-2020")
    assert found.tolist() == [True, pd.NA, False]
    assert found.dtype == "boolean"
    assert list(found.index) == list("xyz")


def test_assess_has_uncontrolled_disease() -> None:
    visits = pd.DataFrame(UNCONTROLLED | {"patient": ["A", "B"], "date": "2020-01-01"})
    visits["biologicals_tried"] = [1, 2]
    request = jia.ask.chronically_uncontrolled(criteria="brunner-2020")
    out = jia.assess(visits, measures=[request])
    assert out["chronically_uncontrolled_brunner_2020"].tolist() == [False, True]
    with pytest.raises(JiaScoresError, match=r"jia\.ask\.chronically_uncontrolled\(criteria=…\)"):
        jia.assess(visits, measures=["chronically_uncontrolled"])


def test_what_uncontrolled_disease_refuses() -> None:
    with pytest.raises(UnknownDefinitionError, match="brunner-2020"):
        jia.chronically_uncontrolled(**UNCONTROLLED)
    with pytest.raises(NotWholeError):
        jia.chronically_uncontrolled(
            **UNCONTROLLED | {"biologicals_tried": 1.5}, criteria="brunner-2020"
        )


def test_a_trials_own_limits_of_uncontrolled_disease() -> None:
    published = jia.definition("brunner-2020", UncontrolledCriteria)
    ours = published.variant(name="ours", biologicals_tried=3)
    assert jia.chronically_uncontrolled(**UNCONTROLLED, criteria=published) is True
    assert jia.chronically_uncontrolled(**UNCONTROLLED, criteria=ours) is False


# --------------------------------------------------------------------------------------------
# All of them


@pytest.mark.parametrize(
    "call",
    [
        lambda: jia.minimal_disease_activity(course="oligo", physician_global=1, swollen_joints=0),
        lambda: jia.activity_level(
            physician_global=1, patient_global=1, active_joints=1, esr=1, upper_limit=20
        ),
        lambda: jia.polyarthritis_state(1, active_joints=1),
        lambda: jia.escalation_indicated(1, measure="cjadas71", month=3, course="poly"),
    ],
)
def test_the_criteria_are_named_where_there_is_no_default(call: Any) -> None:
    with pytest.raises(UnknownDefinitionError, match=r"criteria= must name .* criteria"):
        call()


def test_variants_are_accepted() -> None:
    stricter = jia.definition("acr-2019", PolyarthritisCriteria).variant(name="ours", low_at_most=2)
    state = jia.polyarthritis_state(2.1, active_joints=1, criteria=stricter)
    assert state == "moderate_or_high"
    fewer = jia.definition(SYSTEMIC, ActivityLevelCriteria).variant(
        name="two of four", high_needed=2
    )
    assert level((7, 5, 0, 0), fewer) == "high"
    lax = jia.definition("magni-manzoni-2008", MinimalActivityCriteria).variant(
        name="active by us", joints="active_joints"
    )
    assert jia.minimal_disease_activity(
        course="poly", physician_global=1, patient_global=1, active_joints=1, criteria=lax
    )
