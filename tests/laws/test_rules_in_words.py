"""A definition's rule in one line says each of its numbers and choices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from jiascores.core.definition import Definition, load, lookup, published
from jiascores.core.errors import JiaScoresError
from jiascores.core.measure import Score

load()
NO_PART_OF_THE_RULE = {"name", "reference", "notes", "evidence", "seen", "parts", "derives_from"}

# Choices about what these do not ask for.
WITHOUT_EFFECT = {
    ("brunner-2002-b", "improvement_from"),
    ("brunner-2002-c", "worsening_from"),
    ("brunner-2002-c", "improvement_from"),
    ("wallace-no-markers", "raised_for_other_cause"),
    ("eular-pres-2024", "physician_global_below"),
    ("reacch-out", "raised_for_other_cause"),
    ("recapture-jia", "raised_for_other_cause"),
    ("giannini-1997", "fever_from"),
    ("ntr4146", "fever_from"),
    ("quartier-2011", "fever_from"),
}


def changed(value: Any) -> Iterator[Any]:
    """Yield a value with one of its numbers, yeses or noes changed."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield value + 1
        yield value - 1
    elif isinstance(value, tuple):
        for at, part in enumerate(value):
            yield from ((*value[:at], other, *value[at + 1 :]) for other in changed(part))


CHANGES = {
    f"{definition.name} {field.name} {other}": (definition, field.name, other)
    for definition in published()
    for field in attrs.fields(type(definition))
    if field.name not in NO_PART_OF_THE_RULE
    for other in changed(getattr(definition, field.name))
}


@pytest.mark.parametrize(("definition", "field", "other"), CHANGES.values(), ids=CHANGES)
def test_a_change_of_the_definition_is_one_of_its_rule(
    definition: Definition, field: str, other: Any
) -> None:
    try:
        rule = definition.variant(name="own", **{field: other}).rule
    except JiaScoresError:
        return  # there is no such definition
    same = (definition.name, field) in WITHOUT_EFFECT
    assert (rule == definition.rule) is same


# A score's rule is its formula, which says its numbers in another way.
WITH_NUMBERS = {
    f"{one.kind} {one.name}": one
    for one in published()
    if one.thresholds and not isinstance(one, Score)
}


@pytest.mark.parametrize("definition", WITH_NUMBERS.values(), ids=WITH_NUMBERS)
def test_the_rule_holds_the_numbers(definition: Definition) -> None:
    said = re.findall(r"\d+(?:\.\d+)?", definition.rule)
    for threshold in definition.thresholds:
        # Worse by more than 0 % is "any worsening".
        assert threshold.value == 0 or f"{abs(threshold.value):g}" in said, threshold


KINDS = {type(one).__name__: type(one) for one in published()}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_definition_is_made_by_names_alone(kind: type[Definition]) -> None:
    """A number in the wrong place would be another definition."""
    assert all(field.kw_only for field in attrs.fields(kind))


def test_the_points_of_the_jspada_stand_in_their_order() -> None:
    (points,) = (one for one in published() if one.name == "weiss-2014")
    for words in ("joints > 0, > 2;", "pain > 0, ≥ 5;", "ESR or CRP > 1, > 2 × upper limit;"):
        assert words in points.rule


FORMULAS = {
    "jspada": ("ESR or CRP", "back mobility", 8),
    "jspada7_no_schober": ("ESR or CRP", "", 7),
    "jspada7_no_marker": ("", "back mobility", 7),
    "jspada6": ("", "", 6),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_names_the_items_that_it_has(name: str) -> None:
    marker, mobility, high = FORMULAS[name]
    rule = lookup(Score, name, parameter="measure").rule
    assert ("ESR or CRP" in rule.partition("=")[2]) is bool(marker)
    assert ("back mobility" in rule) is bool(mobility)
    items = rule.partition("=")[2].partition(",")[0].split(" + ")
    assert len(items) == high
    assert rule.endswith(f"0 to {high}")
