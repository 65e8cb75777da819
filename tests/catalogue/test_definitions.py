"""One definition of the catalogue, by name."""

from __future__ import annotations

import pytest

import jiascores as jia
from jiascores.core.definition import Definition, published
from jiascores.core.errors import RequestError, UnknownDefinitionError


def test_by_name_and_by_kind() -> None:
    protocol = jia.definition("swart-2019", jia.typing.RetreatmentProtocol)
    assert protocol is jia.definition("swart-2019", "retreatment protocol")
    assert jia.definition("brunner-2002-b").kind == "flare criteria"


def test_every_row_of_the_catalogue_is_found() -> None:
    for row in jia.definitions().itertuples():
        assert jia.definition(row.name, row.kind).rule == row.rule


def test_a_name_that_two_kinds_share_needs_its_kind() -> None:
    catalogue = jia.definitions()
    shared = catalogue["name"][catalogue["name"].duplicated()].unique()
    for name in shared:
        with pytest.raises(RequestError, match="say which"):
            jia.definition(name)


def test_names_and_kinds_that_do_not_exist() -> None:
    with pytest.raises(UnknownDefinitionError, match="Did you mean 'swart-2019'"):
        jia.definition("swart-2091")
    with pytest.raises(UnknownDefinitionError):
        jia.definition("brunner-2002", jia.typing.RetreatmentProtocol)
    with pytest.raises(RequestError, match="choose from"):
        jia.definition("swart-2019", "protocol")


# Where a sum is full follows from where it begins; windows are said in words.
IN_OTHER_WORDS = ("score", "event windows")


@pytest.mark.parametrize("definition", published(), ids=lambda one: f"{one.kind} {one.name}")
def test_every_definition_states_its_rule_and_its_source(definition: Definition) -> None:
    text = str(definition)
    assert definition.rule in text
    assert str(definition.reference) in text
    # Each number at which a verdict turns is in the rule, and the catalogue knows its inputs.
    for threshold in definition.thresholds:
        assert f"{threshold.value:g}" in definition.rule or definition.kind in IN_OTHER_WORDS
    assert definition.needs
