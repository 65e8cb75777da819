"""Every function that takes a definition takes a variant, and computes by the variant's values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

import jiascores as jia
from jiascores.catalogue.verification import VISIT_FAMILIES, cases_of, failures_of, families
from jiascores.core.definition import Definition, published
from jiascores.core.errors import JiaScoresError
from jiascores.core.variables import VARIABLES

jia.definitions()
VARIED = [one for one in published() if not one.no_variants]


def rows_of(definition: Any) -> list[tuple[str, Any]]:
    key = (definition.kind, definition.name)
    return [
        (family, rows)
        for family in (*families(), *VISIT_FAMILIES)
        for rows in cases_of(family)
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
        assert not failures_of(family, varied)


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


# What is not a variable of a visit: scores that a rule reads, and what stands in other tables.
BESIDE = {
    *(score.name for score in published(jia.typing.Score)),
    *("course", "month", "upper_limit", "ilar_category", "joint_exam", "inactive"),
    *("event_day", "infusion_day", "infection", "febrile_illness", "malignancy", "biological"),
}


@pytest.mark.parametrize("definition", published(), ids=lambda one: f"{one.kind} {one.name}")
def test_it_says_what_it_needs(definition: Any) -> None:
    assert definition.needs
    for need in definition.needs:
        for name in need.split("/"):
            assert name in VARIABLES or name in BESIDE, name


# Changes that change no answer: counts are whole, so that 1.9 joints more are two; JADAS10 ends at
# 40; and a variable that is not above its reference is never worse.
SAME = {
    "ruperto-2008": {"floors 2 down", "floors 3 down"},
    "ruperto-2008-strict": {"floors 2 down", "floors 3 down"},
    "review-floors": {"floors 2 down"},
    "horneff-2014": {"bands 7 up"},
    "brunner-2002-c": {"all_of 0 down"},
}


def changed(value: Any) -> Iterator[Any]:
    """Yield a value with one of its numbers changed, by one or by a tenth, up or down."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, int | float):
        step = 1 if isinstance(value, int) else 0.1
        yield (value + step, value - step)
    elif attrs.has(type(value)) and not isinstance(value, Definition):
        for field in attrs.fields(type(value)):
            for up, down in changed(getattr(value, field.name)):
                yield tuple(attrs.evolve(value, **{field.name: one}) for one in (up, down))
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            for pair in changed(part):
                yield tuple((*value[:place], one, *value[place + 1 :]) for one in pair)


def variants(definition: Any) -> Iterator[tuple[str, Any]]:
    """Yield variants in each of which one number is changed, where the definition allows it."""
    base = {field.name for field in attrs.fields(Definition)} | set(definition.no_thresholds)
    for field in attrs.fields(type(definition)):
        if field.name in base:
            continue
        for number, pair in enumerate(changed(getattr(definition, field.name))):
            for word, value in zip(("up", "down"), pair, strict=True):
                try:
                    ours = definition.variant(name="ours", **{field.name: value})
                except JiaScoresError:
                    continue
                yield f"{field.name} {number} {word}", ours


@pytest.mark.parametrize("definition", VARIED, ids=lambda one: f"{one.kind} {one.name}")
def test_a_changed_number_is_caught(definition: Any) -> None:
    cases = rows_of(definition)
    unseen = []
    for what, ours in variants(definition):
        for family, rows in cases:
            more = {"criteria": ours} if rows[0].get("criteria") == definition.name else {}
            varied: Any = [{**row, "definition": ours, **more} for row in rows]
            if failures_of(family, varied):
                break
        else:
            unseen.append(what)
    assert set(unseen) == SAME.get(definition.name, set())


def test_an_open_end_is_no_number_at_which_anything_turns() -> None:
    criteria = jia.definition("brunner-2002", jia.typing.FlareCriteria)
    never = criteria.variant(name="never better", improvement=float("inf"))
    assert "improvement" in {each.key for each in criteria.thresholds}
    assert "improvement" not in {each.key for each in never.thresholds}


BOUNDS = {"measure": "jadas10", "course": "oligo", "states": ("low", "high"), "upper": (1,)}
FALL = {"low": 5, "high": 15, "fall": 4}
LIMIT = {"month": 3, "course": "oligo", "above": 5}
LIMITS = {"physician_global": 2.5, "joints": 0}


@pytest.mark.parametrize(
    ("name", "kind", "field", "record", "good", "wrong"),
    [
        ("trincianti-2021", "CutoffSet", "bounds", "Bounds", BOUNDS, {"upper": ("1",)}),
        ("trincianti-2021", "CutoffSet", "bounds", "Bounds", BOUNDS, {"course": 3}),
        ("horneff-2014", "JadasImprovementCriteria", "bands", "FallNeeded", FALL, {"low": "5"}),
        ("swart-2018", "EscalationCriteria", "limits", "EscalationLimit", LIMIT, {"above": "5"}),
        ("swart-2018", "EscalationCriteria", "limits", "EscalationLimit", LIMIT, {"month": None}),
        (
            "magni-manzoni-2008",
            "MinimalActivityCriteria",
            "oligo",
            "MinimalActivityLimits",
            LIMITS,
            {"joints": 0.5},
        ),
    ],
)
def test_parts_of_a_variant_are_of_the_types_that_they_declare(
    name: str, kind: str, field: str, record: str, good: dict[str, Any], wrong: dict[str, Any]
) -> None:
    published_ = jia.definition(name, getattr(jia.typing, kind))
    several = isinstance(getattr(published_, field), tuple)

    def varied(part: Any) -> Any:
        return published_.variant(name="ours", **{field: (part,) if several else part})

    made = getattr(jia.typing, record)
    assert varied(made(**good)).rule
    for part in (made(**good | wrong), 5, "text", None):
        with pytest.raises(jia.errors.DefinitionError, match=rf"{field}=.*takes .*{record}"):
            varied(part)
    if several:
        with pytest.raises(jia.errors.DefinitionError, match=f"{field}="):
            published_.variant(name="ours", **{field: made(**good)})


def test_a_list_of_lists_is_the_same_variant_as_tuples():
    criteria = jia.definition("prcsg-printo", jia.typing.FlareCriteria)
    ours = criteria.variant(name="ours", floors=[["esr", 20.0]])
    assert ours == criteria.variant(name="ours", floors=(("esr", 20.0),))
    with pytest.raises(jia.errors.DefinitionError, match=r"floors={'esr': 20.0}: give numbers"):
        criteria.variant(name="ours", floors={"esr": 20.0})
