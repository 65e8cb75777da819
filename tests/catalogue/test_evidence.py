"""Every deciding number says how well it was checked and where it was seen."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import attrs
import pytest

import jiascores as jia
from jiascores.core.definition import Definition, published
from jiascores.core.errors import DefinitionError
from jiascores.core.references import EVERY, FIGURES, NONE_SEEN, REFERENCES, Evidence, Figure

NOTED = Path(__file__).parent.parent / "data" / "identifiers.csv"
IDENTIFIER = re.compile(r"doi 10\.\S+|PMID \d+|PMC\d+|NCT\d{8}|NTR\d+")
IN_PRINT = (Evidence.PRIMARY, Evidence.SECONDARY)
PUBLISHED = published()


def noted() -> set[str]:
    """Return the identifiers that somebody saw, each with the place where it was seen."""
    with NOTED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(row["noted_at"] for row in rows)
    return {row["identifier"] for row in rows}


@pytest.mark.parametrize("definition", PUBLISHED, ids=lambda one: f"{one.kind} {one.name}")
def test_every_figure_has_an_address_or_is_open(definition: Definition) -> None:
    for figure in definition.figures:
        assert bool(figure.seen) or figure.evidence not in IN_PRINT
    for threshold in definition.thresholds:
        assert definition.evidence_of(threshold.key) in Evidence


def test_every_open_figure_says_what_to_look_up() -> None:
    for key, figures in FIGURES.items():
        for figure in figures:
            assert bool(figure.look_up) is (figure.evidence == Evidence.UNVERIFIED), (key, figure)
            assert not any("; " in address or not address.strip() for address in figure.seen)
            assert set(re.findall(r"PMC\d+|NCT\d+|NTR\d+|PMID \d+", figure.look_up)) <= noted()


def test_the_table_of_evidence_and_the_catalogue_are_the_same_definitions() -> None:
    named = {(one.kind, one.name) for one in PUBLISHED}
    kinds = {kind for kind, _ in named}
    others = {"variable", "patients' acceptable symptom state"}
    assert named <= set(FIGURES)
    assert all(
        key in named or (key[1] == EVERY and key[0] in kinds) or key[0] in others for key in FIGURES
    )
    # A part that begins with the name of a field speaks about numbers of the definition.
    for one in PUBLISHED:
        fields = {threshold.key.split()[0] for threshold in one.thresholds}
        for part in one.parts:
            if part.name.split()[0] in fields:
                assert any(part.covers(threshold.key) for threshold in one.thresholds), part


def test_every_source_has_an_identifier_that_was_seen_or_says_none() -> None:
    known = noted()
    for source in REFERENCES.values():
        assert source.identifiers or source.identifier == NONE_SEEN
        assert set(source.identifiers) <= known, source


def test_no_identifier_was_completed_from_memory() -> None:
    known = noted()
    package = Path(jia.__file__).parent
    docs = Path(__file__).parents[2] / "docs"
    texts = [*package.rglob("*.py"), *package.rglob("*.csv"), *docs.rglob("*.md")]
    for path in texts:
        if "generated" in path.parts:
            continue
        for found in re.findall(r"PMID \d+|doi 10\.\S+[^\s).,;'\"]", path.read_text("utf-8")):
            assert found in known, (path, found)
    assert all(IDENTIFIER.fullmatch(each) for each in known)


def test_a_part_decides_for_its_own_numbers_alone() -> None:
    jadas = jia.definition("jadas10", jia.typing.Score)
    assert jadas.evidence_of("active joints") == Evidence.PRIMARY
    assert jadas.evidence_of("esr from") == Evidence.SECONDARY
    assert jadas.evidence_of("crp to") == Evidence.UNVERIFIED
    assert jadas.evidence_in_words == "primary, in part secondary and unverified"
    # The name of a part is whole words: "level" says nothing about "levels".
    assert not Figure("level", Evidence.DERIVED).covers("levels 30")


def test_evidence_without_an_address_is_refused() -> None:
    criteria = jia.definition("giannini-1997", jia.typing.ResponseCriteria)
    ours = criteria.variant(name="ours", worsening=20)
    assert (ours.evidence, ours.seen, ours.parts) == (Evidence.UNVERIFIED, (), ())
    for evidence in IN_PRINT:
        with pytest.raises(DefinitionError, match="needs the address"):
            criteria.variant(name="ours", evidence=evidence)
        with pytest.raises(DefinitionError, match="needs the address"):
            attrs.evolve(ours, evidence=evidence)
        with pytest.raises(DefinitionError, match="needs the address"):
            Figure("worsening", evidence, ("",))
    with pytest.raises(DefinitionError, match="choose from primary, secondary"):
        criteria.variant(name="ours", evidence="certain")
    seen = criteria.variant(name="ours", evidence=Evidence.PRIMARY, seen=["our protocol, 5.1"])
    assert seen.evidence_in_words == "primary"


def test_the_counts_are_those_of_the_catalogue() -> None:
    result = jia.verify(date="2026-01-31")
    assert sum(n for n, _ in result.evidence.values()) == len(PUBLISHED)
    assert sum(n for _, n in result.evidence.values()) == result.bounds
    open_numbers = sum(
        one.evidence_of(each.key) == Evidence.UNVERIFIED
        for one in PUBLISHED
        for each in one.thresholds
    )
    assert result.evidence["unverified"][1] == open_numbers
    assert f"{open_numbers} unverified" in str(result)
    assert f"{result.in_part_unverified} in part unverified" in str(result)
    cited = {one.reference for one in PUBLISHED}
    assert (result.sources, result.sources_with_identifier) == (
        len(cited),
        sum(each.identifier != NONE_SEEN for each in cited),
    )
