"""States by the cut-off sets of one course, and of none: rosina-2024 and bulatovic-2014."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.errors import ArgumentError, DefinitionError, NotCoveredError
from jiascores.core.references import Evidence
from jiascores.core.variables import ILAR_CATEGORIES
from jiascores.measures.states import CutoffSet, Finding, Origin

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


def test_every_set_says_in_whom_it_was_made_and_where_that_was_seen() -> None:
    for cutoffs in published(CutoffSet):
        origin = cutoffs.origin
        assert origin
        assert origin.children
        assert origin.patients
        assert isinstance(origin.patients.says, int)
        for finding in filter(None, attrs.astuple(origin, recurse=False)):
            assert finding.evidence in (Evidence.PRIMARY, Evidence.SECONDARY)
            assert all(finding.seen)
            assert str(finding) in str(cutoffs)
        assert set(cutoffs.never_seen) <= set(ILAR_CATEGORIES)
        # A course that the set has bounds for cannot be one that it never saw.
        assert set(cutoffs.never_seen) < set(ILAR_CATEGORIES)
        assert len(cutoffs.background) == 6


def test_how_the_sets_were_made() -> None:
    by_name = {one.name: one for one in published(CutoffSet)}
    patients = {name: one.origin and one.origin.patients for name, one in by_name.items()}
    assert {name: found and found.says for name, found in patients.items()} == {
        "consolaro-2012-2014": 609,
        "consolaro-2014": 609,
        "trincianti-2021": 1936,
        "backstrom-2016": 509,
        "backstrom-2018": 305,
        "backstrom-2019": 337,
        "rosina-2024": 400,
        "bulatovic-2014": 228,
    }
    never = {name: set(one.never_seen) for name, one in by_name.items()}
    assert never["rosina-2024"] == set(ILAR_CATEGORIES) - {"systemic"}
    assert "polyarthritis_rf_positive" in never["trincianti-2021"]
    assert never["backstrom-2019"] == {"systemic"}
    # Nothing that was seen says which categories were among these children.
    assert never["consolaro-2012-2014"] == never["bulatovic-2014"] == set()
    trincianti = by_name["trincianti-2021"]
    assert trincianti.background["extended oligoarthritis"] == "not stated"
    shown = str(trincianti)
    assert "  Patients: 1936 (primary; seen: explorer.cuni.cz/publication/601119)" in shown
    assert "  Never seen: systemic, polyarthritis RF positive, psoriatic" in shown
    table = jia.definitions("cut-off set").set_index("name")
    assert "patients: 1936 (primary" in table.loc["trincianti-2021", "background"]
    assert set(jia.definitions("flare criteria")["background"]) == {""}


def test_a_variant_has_no_origin_and_a_finding_needs_its_address() -> None:
    ours = jia.definition("consolaro-2014", CutoffSet).variant(name="ours")
    assert (ours.origin, ours.background, ours.never_seen) == (None, {}, ())
    assert hash(ours) != hash(jia.definition("consolaro-2014", CutoffSet))
    with pytest.raises(DefinitionError, match="needs the address"):
        Finding("in 12 children", Evidence.PRIMARY, ())
    made = Origin(children=Finding("our register", Evidence.PRIMARY, ("our protocol",)))
    assert attrs.evolve(ours, origin=made).background["children"].startswith("our register (")
