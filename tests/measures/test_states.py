"""States by the cut-off sets of one course, and of none: rosina-2024 and bulatovic-2014."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import jiascores as jia
from jiascores.core.errors import ArgumentError, DefinitionError, NotCoveredError
from jiascores.core.references import Evidence
from jiascores.measures.states import CutoffSet

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
    with pytest.raises(ArgumentError, match=r"^disease_state\(\) by rosina-2024 needs course=\.$"):
        jia.disease_state(3, measure="sjadas10", cutoffs="rosina-2024")
    with pytest.raises(NotCoveredError, match="knows systemic"):
        jia.disease_state(3, measure="sjadas10", cutoffs="rosina-2024", course="poly")


def test_each_figure_says_how_well_it_was_checked() -> None:
    backstrom = jia.definition("backstrom-2016", CutoffSet)
    of_score = {each.measure: backstrom.evidence_of_bounds(each) for each in backstrom.bounds}
    assert of_score == {"jadas10": (Evidence.PRIMARY,) * 2, "cjadas10": (Evidence.SECONDARY,) * 2}
    assert backstrom.evidence_in_words == "primary, in part secondary"


def test_a_set_is_held_to_its_own_courses_and_bounds() -> None:
    rosina = jia.definition("rosina-2024", CutoffSet)
    with pytest.raises(DefinitionError, match="choose from systemic"):
        rosina.variant(name="ours", systemic_as="poly")
