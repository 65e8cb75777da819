"""Every definition as JSON, held to the schema that ships with it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.measure import Score
from tests.catalogue.schema import SCHEMA, text


def exported() -> Any:
    return json.loads(jia.adam.export("json"))


def test_the_schema_that_ships_is_that_of_the_classes() -> None:
    # `python -m tests.catalogue` writes it.
    assert SCHEMA.read_text(encoding="utf-8") == text()
    assert jia.adam.export("schema") == text()
    assert SCHEMA.is_relative_to(Path(jia.__file__).parent)


@pytest.fixture(scope="module")
def validator() -> Any:
    kind = pytest.importorskip("jsonschema").Draft202012Validator
    schema = json.loads(jia.adam.export("schema"))
    kind.check_schema(schema)
    return kind(schema)


def test_what_is_exported_keeps_to_the_schema(validator: Any) -> None:
    validator.validate(exported())


def broken(definition: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return a definition in ways in which it is none."""
    without = [
        (f"without {key}", {name: it for name, it in definition.items() if name != key})
        for key in definition
        if key != "terms"
    ]
    other = "score" if definition["kind"] != "score" else "cut-off set"
    return [
        *without,
        ("with a key that is none", {**definition, "doi": ""}),
        ("of another kind", {**definition, "kind": other}),
        ("of no kind", {**definition, "kind": "opinion"}),
        ("with no evidence", {**definition, "evidence": "certain"}),
        ("with a rule that is no text", {**definition, "rule": 3.8}),
        ("seen at one address as text", {**definition, "seen": "pubmed"}),
    ]


FIRST = {each.kind: place for place, each in reversed(list(enumerate(published())))}


@pytest.mark.parametrize("kind", FIRST)
def test_what_is_no_definition_is_refused(validator: Any, kind: str) -> None:
    definition = exported()["definitions"][FIRST[kind]]
    one = validator.evolve(schema=validator.schema["properties"]["definitions"]["items"])
    one = one.evolve(schema={**one.schema, "$defs": validator.schema["$defs"]})
    assert one.is_valid(definition)
    for why, wrong in broken(definition):
        assert not one.is_valid(wrong), why


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("bounds", 0, "upper", 0), "1"),
        (("bounds", 0, "steps", 0, "inclusive"), "yes"),
        (("bounds", 0, "steps", 0, "upper"), None),
        (("origin", "patients", "evidence"), "certain"),
        (("origin", "children"), "609 children"),
        (("never_seen",), "systemic"),
        (("course_notes", "systemic"), 1),
    ],
)
def test_what_is_no_cutoff_set_is_refused(
    validator: Any, path: tuple[Any, ...], value: Any
) -> None:
    whole = exported()
    sets = [one for one in whole["definitions"] if one["name"] == "consolaro-2014"]
    wrong = copy.deepcopy(sets[0])
    inner = wrong
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert not validator.is_valid({**whole, "definitions": [wrong]})


def test_the_bounds_of_the_file_are_those_of_the_sets() -> None:
    found = {one["name"]: one for one in exported()["definitions"] if one["kind"] == "cut-off set"}
    for cutoffs in published(jia.typing.CutoffSet):
        one = found[cutoffs.name]
        for bounds, written in zip(cutoffs.bounds, one["bounds"], strict=True):
            assert [tuple(step.values()) for step in written["steps"]] == list(bounds.steps)
            assert (written["measure"], written["course"]) == (bounds.measure, bounds.course)
        assert one["never_seen"] == list(cutoffs.never_seen)
        origin = one["origin"]
        assert origin["patients"]["says"] == cutoffs.origin.patients.says  # type: ignore[union-attr]
        if cutoffs.courses != ("any",):
            assert one["course_notes"] == jia.course_notes(cutoffs=cutoffs)


def test_the_terms_of_a_score_add_up_to_it() -> None:
    """Another system that adds up the terms gets what the function gives."""
    given = {"physician_global": 3.5, "patient_global": 2, "esr": 48, "crp": 130}
    counts = {"active_joints": 14, "active_joints_27": 12}
    done = 0
    for one in exported()["definitions"]:
        if one["kind"] != "score" or "terms" not in one:
            continue
        for marker in ("esr", "crp"):
            total, used = 0.0, {}
            for term in one["terms"]:
                name = marker if "either" in term else term["input"]
                used[name] = value = {**given, **counts}[name]
                if "either" in term:
                    item = term["either"][marker]
                    total += (min(max(value, item["from"]), item["to"]) - item["from"]) / item[
                        "per"
                    ]
                else:
                    total += value if term["cap"] is None else min(value, term["cap"])
            score = jia.definition(one["name"], Score)
            assert score.function(**used) == pytest.approx(total, abs=1e-9)
            done += 1
    assert done == 12
