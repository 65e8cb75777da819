"""Every function that takes a definition takes a variant, and computes by the variant's values."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.variables import VARIABLES
from jiascores.tables.verify import FAMILIES, VISIT_FAMILIES, _cases, _failures

jia.definitions()
VARIED = [one for one in published() if not one.no_variants]


def rows_of(definition: Any) -> list[tuple[str, Any]]:
    key = (definition.kind, definition.name)
    return [
        (family, rows)
        for family in (*FAMILIES, *VISIT_FAMILIES)
        for rows in _cases(family)
        if (rows[0]["kind"], rows[0]["definition"]) == key
    ]


@pytest.mark.parametrize("definition", VARIED, ids=lambda one: f"{one.kind} {one.name}")
def test_a_variant_without_changes_gives_the_same_answers(definition: Any) -> None:
    ours = definition.variant(name="ours")
    field = "injection_rule" if definition.kind == "injection rule" else "definition"
    # Tables name the criteria once more, for the request.
    cases = rows_of(definition)[:40]
    assert cases
    for family, rows in cases:
        more = {"criteria": ours} if rows[0].get("criteria") == definition.name else {}
        varied: Any = [{**row, field: ours, **more} for row in rows]
        assert not _failures(family, varied)


@pytest.mark.parametrize("definition", published(), ids=lambda one: f"{one.kind} {one.name}")
def test_it_prints_at_a_prompt_and_in_a_notebook(definition: Any) -> None:
    words = str(definition)
    assert words.startswith(f"{definition.name} ({definition.kind}")
    for part in (definition.rule, str(definition.reference), str(definition.evidence)):
        assert part in words
    assert definition.name in repr(definition)
    assert len(repr(definition)) < 200
    assert definition._repr_html_().count("<li>") == len(words.splitlines()) - 1


def test_a_variant_says_what_it_varies() -> None:
    ours = attrs.evolve(VARIED[0], name="ours", derives_from=VARIED[0].name)
    assert f"a variant of {VARIED[0].name}" in str(ours)


# What is no variable of a visit: scores that a rule reads, and what stands in other tables.
BESIDE = {
    *(score.name for score in published(jia.Score)),
    *("course", "month", "upper_limit", "ilar_category", "joint_exam"),
    *("event_day", "infusion_day", "infection", "febrile_illness", "malignancy", "biological"),
}


@pytest.mark.parametrize("definition", published(), ids=lambda one: f"{one.kind} {one.name}")
def test_it_says_what_it_needs(definition: Any) -> None:
    assert definition.needs
    for need in definition.needs:
        for name in need.split("/"):
            assert name in VARIABLES or name in BESIDE, name
