"""The manifest: the same input gives the same hash, and every definition used is named."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import jiascores as jia
from tests.tables.kinds import MAKERS

CELLS = {
    "patient": ["007", "7", None],
    "date": [dt.datetime(2024, 1, 10), dt.datetime(2024, 4, 10), None],  # noqa: DTZ001
    "esr": [12, None, 20],
    "chaq": [0.125, 1.0, None],
    "seen": [True, None, False],
}


def digest(table) -> str:
    return jia.analysis.manifest(table).inputs[0].sha256


def test_the_hash_is_of_the_cells_and_not_of_the_kind_of_frame() -> None:
    found = {digest(MAKERS[kind](CELLS)) for kind in MAKERS}
    assert len(found) == 1
    dates = {**CELLS, "date": [dt.date(2024, 1, 10), dt.date(2024, 4, 10), None]}
    assert digest(pl.DataFrame(dates)) in found
    assert digest(pa.table(dates)) in found
    assert digest(pd.DataFrame({**CELLS, "esr": [12.0, None, 20.0]})) in found
    for changed in (
        {**CELLS, "esr": [12, None, 20.5]},
        {**CELLS, "esr": ["12", None, "20"]},
        {**CELLS, "patient": ["7", "007", None]},
        {name: CELLS[name] for name in reversed(CELLS)},
        {name: values[::-1] for name, values in CELLS.items()},
        {("id" if name == "patient" else name): values for name, values in CELLS.items()},
    ):
        assert digest(pd.DataFrame(changed)) not in found


VISITS = pd.DataFrame({"patient": ["A"], "date": ["2024-01-10"]})


def test_every_definition_that_decides_is_named() -> None:
    made = jia.analysis.manifest(
        VISITS,
        measures=[
            "jadas71",
            jia.ask.responder(30, missing="nri"),
            jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.column("course")),
            jia.ask.flare(
                criteria="prcsg-printo", reference=jia.last_responding(50, criteria="ntr4146")
            ),
            jia.ask.loss_of_response(30),
        ],
        baseline=jia.on_or_before("first_dose"),
        marker="esr",
        units={"crp": "mg/dL"},
        protocol="swart-2019",
        weeks={0: 0, 12: 14},
    )
    names = {(each.kind, each.name) for each in made.definitions}
    assert {
        ("score", "jadas71"),
        ("score", "cjadas10"),
        ("response criteria", "giannini-1997"),
        ("response criteria", "ntr4146"),
        ("cut-off set", "trincianti-2021"),
        ("flare criteria", "prcsg-printo"),
        ("loss of response", "loss-of-acr-ped"),
        ("retreatment protocol", "swart-2019"),
    } <= names
    whole = json.loads(made.json())
    assert whole["call"]["weeks"] == {"0": 0, "12": 14}
    assert whole["call"]["baseline"]["on_or_before"]["column"] == "first_dose"
    assert whole["call"]["measures"][1]["columns"] == ["acr_ped_nri_30"]
    assert whole["versions"]["jiascores"] == jia.__version__
    paragraph = made.methods()
    for each in made.definitions:
        assert each.reference.citation in paragraph
        rule = each.formula if each.kind == "score" else each.rule
        assert rule in paragraph or each.kind == "cut-off set"
    # Of a cut-off set, what was used of it.
    assert "trincianti-2021: cjadas10 oligo: inactive ≤ 1.1, low ≤ 4, moderate ≤ 12" in paragraph
    assert "Response was judged by the criteria giannini-1997: level L" in paragraph
    assert "jadas27 oligo" not in paragraph
    assert "a responder where level_min reaches the level" in paragraph
    assert "ESR for everybody" in paragraph
    assert "\n" not in paragraph


def test_a_variant_says_what_it_varies() -> None:
    own = jia.definition("giannini-1997", jia.typing.ResponseCriteria).variant(
        name="ours", worsening=20
    )
    made = jia.analysis.manifest(VISITS, measures=[jia.ask.acr_ped(own)], baseline="first")
    assert "ours, a variant of giannini-1997" in made.methods()
    assert "marked unverified" in made.methods()
    assert json.loads(made.json())["definitions"][0]["thresholds"]["worsening"] == 20


def test_equal_analyses_give_equal_text_and_there_is_no_clock() -> None:
    ask = {"measures": ["cjadas10"], "tables": {"events": VISITS}}
    one, other = (jia.analysis.manifest(VISITS, **ask).json() for _ in range(2))
    assert one == other
    assert json.loads(one)["date"] is None
    assert [each["name"] for each in json.loads(one)["inputs"]] == ["visits", "events"]
    dated = jia.analysis.manifest(VISITS, date="2026-01-31", **ask)
    assert json.loads(dated.json())["date"] == "2026-01-31"
    assert "sha256" in str(dated)


def test_what_cannot_be_written_is_refused() -> None:
    with pytest.raises(jia.errors.RequestError, match="tables go into tables="):
        jia.analysis.manifest(VISITS, further=object())
    with pytest.raises(jia.errors.UnknownDefinitionError, match="Did you mean"):
        jia.analysis.manifest(VISITS, definitions=["swart-2091"])


def test_the_strategies_of_intercurrent_events_are_written() -> None:
    events = pd.DataFrame({"patient": ["A"], "date": [40], "what": ["rescue"]})
    strategies = {"rescue": "composite", "moved away": "hypothetical"}
    after = jia.prepare.intercurrent_events(events, strategies)
    made = jia.analysis.manifest(VISITS, intercurrent=after, tables={"events": events})
    assert json.loads(made.json())["call"]["intercurrent"] == strategies
    assert '"rescue": "composite"' in made.methods()


@pytest.mark.parametrize(
    ("asked", "variable"), [({"baseline": "frist"}, "baseline"), ({"marker": "ers"}, "marker")]
)
def test_a_manifest_names_no_rule_that_assess_would_refuse(asked, variable) -> None:
    for call in (jia.analysis.manifest, jia.assess):
        with pytest.raises(jia.errors.RequestError) as error:
            call(VISITS, measures=["cjadas10"], **asked)
        assert error.value.variable == variable


def test_cells_of_any_kind_are_told_apart() -> None:
    table = pd.DataFrame({"patient": ["A", "B"], "found": [["knee_left"], dt.timedelta(days=3)]})
    other = pd.DataFrame({"patient": ["A", "B"], "found": [["knee_left"], dt.timedelta(days=4)]})
    assert digest(table) == digest(table.copy()) != digest(other)


def test_further_choices_are_written_and_a_definition_among_them_is_used() -> None:
    cutoffs = jia.definition("trincianti-2021", jia.typing.CutoffSet)
    made = jia.analysis.manifest(VISITS, states=cutoffs, locked=dt.date(2026, 1, 31))
    assert made.definitions == (cutoffs,)
    call = json.loads(made.json())["call"]
    assert call == {"states": "trincianti-2021", "locked": "2026-01-31"}
    assert 'locked = "2026-01-31"' in made.methods()
