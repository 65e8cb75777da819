"""States by other definitions than cut-offs of one JADAS, and change in JADAS."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.errors import (
    DefinitionError,
    InconsistentError,
    MarkerError,
    NotCoveredError,
    OutOfRangeError,
    RequestError,
    UnknownDefinitionError,
)
from jiascores.core.references import Evidence
from jiascores.measures.activity import (
    ActivityLevelCriteria,
    EscalationCriteria,
    MinimalActivityCriteria,
    PolyarthritisCriteria,
)
from jiascores.measures.change_in_jadas import (
    FallNeeded,
    JadasChangeCriteria,
    JadasImprovementCriteria,
)
from jiascores.measures.states import CutoffSet


def the(kind: Any, name: str) -> Any:
    return next(one for one in published(kind) if one.name == name)


def words(found: Any) -> list[Any]:
    """Return an answer of any kind as a list, None where it is missing."""
    if isinstance(found, pl.Series):
        return found.to_list()
    if isinstance(found, pd.Series):
        return found.astype(object).where(found.notna(), None).tolist()
    return [None if one != one else one for one in found.tolist()]


# --------------------------------------------------------------------------------------------
# rosina-2024 and bulatovic-2014

ROSINA = [
    (0, "inactive"),
    (2.8, "inactive"),
    (2.9, "inactive"),
    (3, "low"),
    (9.9, "low"),
    (10, "low"),
    (10.1, "moderate"),
    (20.5, "moderate"),
    (20.6, "moderate"),
    (20.7, "high"),
    (50, "high"),
    (None, None),
]
BULATOVIC = [
    (0, "low"),
    (2.6, "low"),
    (2.7, "low"),
    (2.8, "between"),
    (5.9, "between"),
    (6, "high"),
    (6.1, "high"),
    (57, "high"),
    (None, None),
]


@pytest.mark.parametrize(("score", "state"), ROSINA)
def test_rosina_2024(score: float | None, state: str | None) -> None:
    arguments = {"measure": "sjadas10", "cutoffs": "rosina-2024"}
    assert jia.disease_state(score, course="systemic", **arguments) == state
    assert jia.disease_state(score, course=None, **arguments) is None


@pytest.mark.parametrize(("score", "state"), BULATOVIC)
def test_bulatovic_2014(score: float | None, state: str | None) -> None:
    arguments = {"measure": "jadas27", "cutoffs": "bulatovic-2014"}
    for course in ({}, {"course": None}, {"course": "poly"}):
        assert jia.disease_state(score, **course, **arguments) == state
        found = jia.disease_state(np.array([score], dtype=object), **course, **arguments)
        assert found.tolist() == [state]


@pytest.mark.parametrize("noisy", [2.6 + 0.1, 2.4 + 0.3, np.float32(2.7)])
def test_the_decimal_that_was_typed_decides(noisy: Any) -> None:
    assert jia.disease_state(noisy, measure="jadas27", cutoffs="bulatovic-2014") == "low"


def test_a_set_with_courses_asks_for_one() -> None:
    with pytest.raises(NotCoveredError, match="course= was not given"):
        jia.disease_state(3, measure="sjadas10", cutoffs="rosina-2024")
    with pytest.raises(NotCoveredError, match="knows systemic"):
        jia.disease_state(3, measure="sjadas10", cutoffs="rosina-2024", course="poly")


def test_each_figure_says_how_well_it_was_checked() -> None:
    (bounds,) = the(CutoffSet, "rosina-2024").bounds
    weak = Evidence.UNVERIFIED
    assert bounds.evidence_of_bounds == (Evidence.SECONDARY, weak, weak)
    (bounds,) = the(CutoffSet, "bulatovic-2014").bounds
    assert bounds.evidence_of_bounds == (Evidence.PRIMARY, Evidence.PRIMARY)


def test_a_set_is_held_to_its_own_courses_and_bounds() -> None:
    rosina = the(CutoffSet, "rosina-2024")
    with pytest.raises(DefinitionError, match="none of its courses"):
        rosina.variant(name="ours", systemic_as="poly")
    import attrs

    short = attrs.evolve(rosina.bounds[0], each_evidence=(Evidence.PRIMARY,))
    with pytest.raises(DefinitionError, match="one entry"):
        rosina.variant(name="ours", bounds=(short,))


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
        assert words(found) == list(minimal)


@pytest.mark.parametrize(
    "joints",
    [{}, {"active_joints": 0}, {"active_joints": 0, "swollen_joints": 0}],
    ids=["none", "active", "both"],
)
def test_the_count_that_the_criteria_read_is_asked_for(joints: dict[str, Any]) -> None:
    with pytest.raises(RequestError, match="reads swollen_joints="):
        jia.minimal_disease_activity(
            course="oligo", physician_global=1, **joints, criteria="magni-manzoni-2008"
        )


def test_minimal_activity_has_no_limits_for_systemic_arthritis() -> None:
    with pytest.raises(NotCoveredError, match="knows oligo, poly"):
        jia.minimal_disease_activity(
            course="systemic", physician_global=1, swollen_joints=0, criteria="magni-manzoni-2008"
        )


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
    assert words(level(tuple(series), criteria)) == expected
    polars = [pl.Series(values.tolist(), dtype=pl.Float64) for values in columns]
    assert words(level(tuple(polars), criteria)) == expected


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
        assert words(found) == states


@pytest.mark.parametrize(("score", "joints"), [(0.9, 1), (9.9, 71), (20.1, 0), (21.1, 1), (30, 9)])
def test_a_score_that_cannot_come_from_its_joints_is_refused(score: float, joints: int) -> None:
    with pytest.raises(InconsistentError, match=f"with {joints} active joints"):
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
    assert words(series) == [True, False, None]
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
# Horneff & Becker 2014

# baseline, highest score now that is an improvement (None: never)
HORNEFF = [
    (5, 1),
    (10, 6),
    (14.9, 10.9),
    (15, 5),
    (24.9, 14.9),
    (25, 8),
    (40, 23),
]


@pytest.mark.parametrize(("baseline", "highest"), HORNEFF)
def test_horneff_2014(baseline: float, highest: float) -> None:
    assert jia.horneff_improvement(baseline=baseline, now=highest) is True
    assert jia.horneff_improvement(baseline=baseline, now=highest - 0.1) is True
    assert jia.horneff_improvement(baseline=baseline, now=highest + 0.1) is False
    assert jia.horneff_improvement(baseline=baseline, now=None) is None


@pytest.mark.parametrize("baseline", [0, 4.9, None])
def test_horneff_2014_is_not_defined_below_5(baseline: float | None) -> None:
    for now in (0, 4, 40, None):
        assert jia.horneff_improvement(baseline=baseline, now=now) is None


def test_horneff_in_series() -> None:
    baseline = pd.Series([4.9, 5, 14.9, 15, None, 30], index=list("abcdef"))
    now = pd.Series([0, 1, 10.9, 5.1, 1, None], index=list("abcdef"))
    found = jia.horneff_improvement(baseline=baseline, now=now)
    assert words(found) == [None, True, True, False, None, None]
    assert list(found.index) == list("abcdef")
    assert found.dtype == "boolean"


@given(st.integers(0, 400), st.integers(0, 400), st.integers(1, 400))
def test_horneff_as_decimals_and_monotone(baseline: int, now: int, less: int) -> None:
    need = next((fall for low, fall in ((250, 170), (150, 100), (50, 40)) if baseline >= low), None)
    expected = None if need is None else baseline - now >= need
    answer = jia.horneff_improvement(baseline=baseline / 10, now=now / 10)
    assert answer is expected
    if answer:
        lower = max(now - less, 0)
        assert jia.horneff_improvement(baseline=baseline / 10, now=lower / 10) is True


def test_the_bands_of_a_variant_must_join() -> None:
    criteria = the(JadasImprovementCriteria, "horneff-2014")
    with pytest.raises(DefinitionError, match="without gap or overlap"):
        criteria.variant(name="gap", bands=(criteria.bands[0], criteria.bands[2]))
    with pytest.raises(DefinitionError, match="without gap or overlap"):
        criteria.variant(name="empty", bands=(FallNeeded(low=5, high=5, fall=4),))
    assert criteria.rule.startswith("jadas10 over 3 months")
    assert criteria.rule.endswith("25–40 falls by ≥ 17")
    first = criteria.variant(name="first band only", bands=criteria.bands[:1])
    assert jia.horneff_improvement(baseline=15, now=11, criteria=first) is True
    assert jia.horneff_improvement(baseline=15.1, now=11, criteria=first) is None


# --------------------------------------------------------------------------------------------
# Bulatović Ćalasan 2014

CHANGES = [
    (12, 6.4, "improved"),
    (12, 6.5, "improved"),
    (12, 6.6, "unchanged"),
    (12, 12, "unchanged"),
    (12, 13.6, "unchanged"),
    (12, 13.7, "worsened"),
    (12, 13.8, "worsened"),
    (2.0, 3.7, "worsened"),
    (0, 1.6, "unchanged"),
    (57, 51.5, "improved"),
    (None, 57, None),
    (0, None, None),
    (None, None, None),
]


@pytest.mark.parametrize(("baseline", "now", "change"), CHANGES)
def test_bulatovic_change(baseline: Any, now: Any, change: str | None) -> None:
    assert jia.bulatovic_change(baseline=baseline, now=now) == change


def test_bulatovic_change_in_arrays_and_series() -> None:
    baseline, now, changes = (list(values) for values in zip(*CHANGES, strict=True))
    for make in (
        lambda values: np.array(values, dtype=object),
        lambda values: pd.Series(values, dtype="Float64"),
        lambda values: pl.Series(values, dtype=pl.Float64, strict=False),
    ):
        assert words(jia.bulatovic_change(baseline=make(baseline), now=make(now))) == changes


@given(st.integers(0, 570), st.integers(0, 570))
def test_bulatovic_change_as_decimals(baseline: int, now: int) -> None:
    rise = now - baseline
    expected = "improved" if rise <= -55 else "worsened" if rise >= 17 else "unchanged"
    assert jia.bulatovic_change(baseline=baseline / 10, now=now / 10) == expected


def test_the_change_of_a_score_out_of_range_names_the_visit() -> None:
    with pytest.raises(OutOfRangeError, match="baseline = 58"):
        jia.bulatovic_change(baseline=58, now=1)
    with pytest.raises(OutOfRangeError, match="now = 41"):
        jia.horneff_improvement(baseline=10, now=41)


# --------------------------------------------------------------------------------------------
# All of them


@pytest.mark.parametrize(
    "kind",
    [
        MinimalActivityCriteria,
        ActivityLevelCriteria,
        PolyarthritisCriteria,
        EscalationCriteria,
        JadasImprovementCriteria,
        JadasChangeCriteria,
    ],
)
def test_every_definition_states_its_rule_and_its_source(kind: Any) -> None:
    found = published(kind)
    assert found
    for definition in found:
        text = str(definition)
        assert definition.rule in text
        assert str(definition.reference) in text
        # Each number at which a verdict turns is in the rule, and the catalogue knows its inputs.
        for threshold in definition.thresholds:
            assert f"{threshold.value:g}" in definition.rule
        assert definition.thresholds
        assert definition.needs


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
def test_where_papers_disagree_the_criteria_are_named(call: Any) -> None:
    with pytest.raises(UnknownDefinitionError, match="papers disagree"):
        call()


def test_variants_are_accepted() -> None:
    stricter = the(PolyarthritisCriteria, "acr-2019").variant(name="ours", low_at_most=2)
    state = jia.polyarthritis_state(2.1, active_joints=1, criteria=stricter)
    assert state == "moderate_or_high"
    fewer = the(ActivityLevelCriteria, SYSTEMIC).variant(name="two of four", high_needed=2)
    assert level((7, 5, 0, 0), fewer) == "high"
    change = the(JadasChangeCriteria, "bulatovic-2014").variant(name="ours", worsening=2)
    assert jia.bulatovic_change(baseline=1, now=2.9, criteria=change) == "unchanged"
    lax = the(MinimalActivityCriteria, "magni-manzoni-2008").variant(
        name="active by us", joints="active_joints"
    )
    assert jia.minimal_disease_activity(
        course="poly", physician_global=1, patient_global=1, active_joints=1, criteria=lax
    )
