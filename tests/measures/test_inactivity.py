"""Inactive disease: every item, every boundary, every gap, and which marker must be normal."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.errors import (
    ArgumentError,
    ColumnError,
    DefinitionError,
    InconsistentError,
    MisalignedError,
    NotCoveredError,
    OutOfRangeError,
    RequestError,
    UnknownDefinitionError,
)
from jiascores.core.variables import ILAR_CATEGORIES
from jiascores.measures.inactivity import ITEMS

try:
    import polars as pl
except ImportError:  # an optional engine, not there in the environments of the oldest versions
    pl = None

FINDINGS = ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis")
WELL: dict[str, Any] = {
    "physician_global": 0,
    "active_joints": 0,
    **dict.fromkeys(FINDINGS, False),
    "morning_stiffness": 0,
    "esr": 10,
    "esr_upper_limit": 20,
}
# What only some criteria ask about.
OF_SOME: dict[str, dict[str, Any]] = {
    "eular-pres-2024": {"stills_symptoms": False},
    "reacch-out": {"enthesitis": False, "ilar_category": "systemic"},
    "wallace-2011-no-glucocorticoids": {"glucocorticoids": False},
}
CRITERIA = {one.name: one for one in published(jia.typing.InactiveDiseaseCriteria)}
WALLACE = ("wallace-2004", "wallace-2011")


def needed(criteria: Any) -> list[str]:
    """Return what criteria ask for, but the acute-phase reactants, which each may be missing."""
    return [name for name in criteria.needs if name not in ("esr", "crp", "esr/crp")]


def inactive(name: str, **changes: Any) -> bool | None:
    asked = {**WELL, **OF_SOME.get(name, {}), **changes}
    return jia.inactive_disease(criteria=name, **asked)


# --------------------------------------------------------------------------------------------
# Items and their boundaries


@pytest.mark.parametrize(
    ("item", "met", "not_met", "criteria"),
    [
        ("active_joints", 0, 1, (*WALLACE, "reacch-out")),
        *((finding, False, True, (*WALLACE, "reacch-out")) for finding in FINDINGS),
        ("physician_global", 0, 0.1, WALLACE),
        ("physician_global", 0.9, 1, ("reacch-out",)),
        ("physician_global", 0.999, 1.001, ("reacch-out",)),
        ("morning_stiffness", 15, 15.1, ("wallace-2011",)),
        ("esr", 20, 20.1, WALLACE),
        ("esr", 20, 21, WALLACE),
        ("stills_symptoms", False, True, ("eular-pres-2024",)),
    ],
)
def test_each_item_decides(item: str, met: Any, not_met: Any, criteria: tuple[str, ...]) -> None:
    for name in CRITERIA:
        if name in criteria:
            more = {"crp_normal": True} if name == "eular-pres-2024" else {}
            assert inactive(name, **more | {item: met}) is True
            assert inactive(name, **more | {item: not_met}) is False
            if item != "esr":
                assert inactive(name, **more | {item: None}) is None
                # A known no decides, whatever the gaps.
                other = "rash" if item != "rash" else "uveitis"
                if name != "eular-pres-2024":
                    assert inactive(name, **more | {item: None, other: True}) is False
                    assert inactive(name, **more | {item: not_met, other: None}) is False


def test_what_is_not_asked_does_not_matter() -> None:
    assert inactive("wallace-2004", morning_stiffness=120) is True
    assert inactive("wallace-2011", morning_stiffness=120) is False
    assert inactive("reacch-out", morning_stiffness=120, esr=100) is True
    assert inactive("eular-pres-2024", crp_normal=True, active_joints=5) is True


def test_sixteen_minutes_and_physician_global_half() -> None:
    assert inactive("wallace-2011", morning_stiffness=16) is False
    assert inactive("wallace-2011", physician_global=0.5) is False


def test_morning_stiffness_not_recorded_is_unknown() -> None:
    given = WELL | {"morning_stiffness": None}
    assert jia.inactive_disease(criteria="wallace-2011", **given) is None
    assert jia.inactive_disease(criteria="wallace-2011", **given | {"rash": True}) is False
    del given["morning_stiffness"]
    assert jia.inactive_disease(criteria="wallace-2004", **given) is True
    with pytest.raises(ArgumentError, match="needs morning_stiffness=: give each, None where"):
        jia.inactive_disease(criteria="wallace-2011", **given)


@pytest.mark.parametrize("answers", list(product((True, False, None), repeat=3)))
def test_a_three_valued_and(answers: tuple[bool | None, ...]) -> None:
    """Three items, met, not met or unknown; the others met."""
    met = dict(zip(("rash", "uveitis", "fever"), answers, strict=True))
    expected = False if False in answers else None if None in answers else True
    given = {item: None if answer is None else not answer for item, answer in met.items()}
    for name in (*WALLACE, "reacch-out"):
        assert inactive(name, **given) is expected


# --------------------------------------------------------------------------------------------
# ESR and CRP

# What was recorded of one reactant.
RECORDED: dict[str, dict[str, Any]] = {
    "not tested": {"{}": None, "{}_upper_limit": 20},
    "normal": {"{}": 20, "{}_upper_limit": 20},
    "raised": {"{}": 20.1, "{}_upper_limit": 20},
    "unknown": {"{}": 20},
}


def recorded(esr: str, crp: str) -> dict[str, Any]:
    cells = {"esr_upper_limit": None}
    for marker, what in (("esr", esr), ("crp", crp)):
        cells |= {key.format(marker): cell for key, cell in RECORDED[what].items()}
    return {"esr": None, **cells}


# (esr, crp): wallace-2004, wallace-2011 any, wallace-2011 all, eular-pres-2024
MARKERS = {
    ("normal", "normal"): (True, True, True, True),
    ("normal", "raised"): (False, True, False, False),
    ("normal", "unknown"): (None, True, None, None),
    ("normal", "not tested"): (True, True, True, None),
    ("raised", "normal"): (False, True, False, False),
    ("raised", "raised"): (False, False, False, False),
    ("raised", "unknown"): (False, None, False, False),
    ("raised", "not tested"): (False, False, False, False),
    ("unknown", "normal"): (None, True, None, None),
    ("unknown", "raised"): (False, None, False, False),
    ("unknown", "unknown"): (None, None, None, None),
    ("unknown", "not tested"): (None, None, None, None),
    ("not tested", "normal"): (True, True, True, None),
    ("not tested", "raised"): (False, False, False, False),
    ("not tested", "unknown"): (None, None, None, None),
    ("not tested", "not tested"): (None, None, None, None),
}


@pytest.mark.parametrize(("markers", "expected"), MARKERS.items(), ids=str)
def test_which_reactant_must_be_normal(
    markers: tuple[str, str], expected: tuple[bool | None, ...]
) -> None:
    cells = recorded(*markers)
    assert (
        inactive("wallace-2004", **cells),
        inactive("wallace-2011", **cells, markers="any"),
        inactive("wallace-2011", **cells, markers="all"),
        inactive("eular-pres-2024", **cells),
    ) == expected


@pytest.mark.parametrize("markers", MARKERS, ids=str)
def test_the_choice_is_asked_for_only_where_it_matters(markers: tuple[str, str]) -> None:
    cells = recorded(*markers)
    if MARKERS[markers][1] is MARKERS[markers][2]:
        assert inactive("wallace-2011", **cells) is MARKERS[markers][1]
    else:
        assert "not tested" not in markers
        with pytest.raises(RequestError, match="markers='any'") as raised:
            inactive("wallace-2011", **cells)
        assert raised.value.variable == "markers"


def test_the_choice_is_asked_for_where_one_reactant_is_flagged_and_the_other_measured() -> None:
    nothing = {"esr": None, "esr_upper_limit": None}
    for flag, crp in ((True, 40), (False, 5)):
        cells = nothing | {"esr_normal": flag, "crp": crp, "crp_upper_limit": 10}
        with pytest.raises(RequestError, match="disagree") as raised:
            inactive("wallace-2011", **cells)
        assert raised.value.variable == "markers"
        assert inactive("wallace-2011", **cells, markers="any") is True
        assert inactive("wallace-2011", **cells, markers="all") is False
    cells = nothing | {"esr_normal": True, "crp_normal": False}
    with pytest.raises(RequestError, match="disagree"):
        inactive("wallace-2011", **cells)
    assert inactive("wallace-2011", **nothing, esr_normal=True) is True


def test_one_visit_where_they_disagree_is_enough_to_ask() -> None:
    crp = np.array([np.nan, 40.0, np.nan])
    with pytest.raises(RequestError, match="disagree"):
        inactive("wallace-2011", crp=crp, crp_upper_limit=10)
    found = inactive("wallace-2011", crp=crp, crp_upper_limit=10, markers="all")
    assert nullable(found) == [True, False, True]
    assert nullable(inactive("wallace-2011", crp=crp * np.nan)) == [True, True, True]


# Raised but not due to JIA: wallace-2011 any, all; the others do not know it.
NOT_DUE = {
    ("raised", "not tested"): (True, True),
    ("raised", "raised"): (True, True),
    ("normal", "raised"): (True, True),
    ("unknown", "not tested"): (True, True),
    ("raised", "unknown"): (True, True),
    ("not tested", "not tested"): (None, None),
}


@pytest.mark.parametrize(("markers", "expected"), NOT_DUE.items(), ids=str)
def test_raised_but_not_due_to_jia(
    markers: tuple[str, str], expected: tuple[bool | None, bool | None]
) -> None:
    cells = recorded(*markers)
    found = [
        inactive("wallace-2011", **cells, not_due_to_jia=True, markers=choice)
        for choice in ("any", "all")
    ]
    assert tuple(found) == expected
    # Without the flag, and with the flag unknown, raised is raised.
    for flag in (False, None):
        for choice, plain in zip(("any", "all"), MARKERS[markers][1:3], strict=True):
            assert inactive("wallace-2011", **cells, not_due_to_jia=flag, markers=choice) is plain
    assert inactive("wallace-2004", **cells, not_due_to_jia=True) is MARKERS[markers][0]
    assert inactive("eular-pres-2024", **cells, not_due_to_jia=True) is MARKERS[markers][3]


@pytest.mark.parametrize("marker", ["esr", "crp"])
def test_normal_by_flag(marker: str) -> None:
    nothing = dict.fromkeys(("esr", "esr_upper_limit"))
    for flag, expected in ((True, True), (False, False), (None, None)):
        assert inactive("wallace-2004", **nothing | {f"{marker}_normal": flag}) is expected
        # The flag beside a value without a limit.
        cells = nothing | {f"{marker}_normal": flag, marker: 60}
        assert inactive("wallace-2004", **cells) is expected


def test_a_flag_that_contradicts_the_value() -> None:
    for value, flag in ((21, True), (20, False)):
        with pytest.raises(InconsistentError, match="contradicts the value") as raised:
            inactive("wallace-2004", esr=value, esr_normal=flag)
        assert raised.value.variable == "esr_normal"
    assert inactive("wallace-2004", esr=20, esr_normal=True) is True
    assert inactive("wallace-2004", esr=21, esr_normal=False) is False
    series = {
        "crp": pd.Series([1.0, 30.0], index=["a", "b"]),
        "crp_upper_limit": 10,
        "crp_normal": pd.Series([True, True], index=["a", "b"]),
    }
    with pytest.raises(
        InconsistentError, match=r"crp=30, crp_upper_limit=10, crp_normal=1 at b"
    ) as raised:
        inactive("wallace-2004", **series)
    assert raised.value.where == ("b",)


# --------------------------------------------------------------------------------------------
# Many visits

VISITS: list[dict[str, Any]] = [
    {},
    {"active_joints": 1},
    {"uveitis": None},
    {"uveitis": None, "rash": True},
    {"esr": None},
    {"esr": 21},
    {"morning_stiffness": 16},
]
EXPECTED = {
    "wallace-2004": [True, False, None, False, None, False, True],
    "wallace-2011": [True, False, None, False, None, False, False],
}


def columns(kind: Any) -> dict[str, Any]:
    rows = [{**WELL, **visit} for visit in VISITS]
    return {name: kind(np.array([row[name] for row in rows], dtype=float)) for name in WELL}


@pytest.mark.parametrize("name", WALLACE)
def test_arrays_and_series_are_the_same_call(name: str) -> None:
    expected = EXPECTED[name]
    assert [inactive(name, **visit) for visit in VISITS] == expected
    array = jia.inactive_disease(criteria=name, **columns(np.array))
    assert array.dtype == np.float64
    assert nullable(array) == expected
    series = jia.inactive_disease(
        criteria=name, **columns(lambda cells: pd.Series(cells, index=range(5, 12)))
    )
    assert series.dtype == "boolean"
    assert series.name == f"inactive_disease_{name.replace('-', '_')}"
    assert list(series.index) == list(range(5, 12))
    assert nullable(series) == expected
    if pl:
        polar = jia.inactive_disease(criteria=name, **columns(pl.Series))
        assert polar.dtype == pl.Boolean
        assert nullable(polar) == expected
    square = {key: cells[:6].reshape(2, 3) for key, cells in columns(np.array).items()}
    assert jia.inactive_disease(criteria=name, **square).shape == (2, 3)


def nullable(values: Any) -> list[bool | None]:
    return [None if one is None or one is pd.NA or one != one else bool(one) for one in values]


def test_boolean_columns_with_gaps() -> None:
    flags = {
        name: pd.Series([False, None, True], dtype="boolean") for name in (*FINDINGS, "esr_normal")
    }
    numbers = dict.fromkeys(("active_joints", "physician_global"), 0)
    found = jia.inactive_disease(
        criteria="wallace-2004", **numbers, **flags | {"esr_normal": ~flags["esr_normal"]}
    )
    assert nullable(found) == [True, None, False]


def test_each_block_is_judged_alike() -> None:
    rng = np.random.default_rng(1)
    size = 40_000
    values = {
        name: rng.choice([0.0, 1.0, np.nan], size, p=[0.9, 0.05, 0.05])
        for name in ("active_joints", "physician_global", *FINDINGS, "esr_normal", "crp_normal")
    }
    found = jia.inactive_disease(criteria="wallace-2004", **values)
    ok = np.array([1 - values[name] for name in values if name[3:] != "_normal"])
    normal = np.array([values["esr_normal"], values["crp_normal"]])
    no = (ok < 1).any(axis=0) | (normal == 0).any(axis=0)
    unknown = np.isnan(ok).any(axis=0) | np.isnan(normal).all(axis=0)
    assert (found[no] == 0).all()
    assert np.isnan(found[~no & unknown]).all()
    assert (found[~no & ~unknown] == 1).all()
    assert {0.0, 1.0} <= set(found[~np.isnan(found)])


# --------------------------------------------------------------------------------------------
# Properties

ANSWERS: dict[str, tuple[Any, ...]] = {
    "physician_global": (0, 0.5, 1),
    "active_joints": (0, 2),
    **dict.fromkeys((*FINDINGS, "stills_symptoms", "enthesitis", "glucocorticoids"), (False, True)),
    "ilar_category": ("systemic", "psoriatic", "oligoarthritis_extended"),
    "morning_stiffness": (15, 16),
    "esr": (20, 21),
    "crp": (10, 11),
}
visits = st.fixed_dictionaries(
    {name: st.sampled_from((*answers, None)) for name, answers in ANSWERS.items()}
)


@settings(max_examples=150, deadline=None)
@given(
    visit=visits,
    name=st.sampled_from(sorted(CRITERIA)),
    markers=st.sampled_from(["any", "all"]),
    gap=st.sampled_from([name for name in ANSWERS if name not in ("esr", "crp")]),
)
def test_filling_a_gap_never_changes_a_determined_answer(
    visit: dict[str, Any], name: str, markers: str, gap: str
) -> None:
    limits = {"esr_upper_limit": 20, "crp_upper_limit": 10}
    choice = markers if CRITERIA[name].markers == "ask" else None
    before = jia.inactive_disease(criteria=name, **visit | {gap: None}, **limits, markers=choice)
    after = {
        jia.inactive_disease(criteria=name, **visit | {gap: answer}, **limits, markers=choice)
        for answer in ANSWERS[gap]
    }
    if before is not None:
        assert after == {before}
    elif None not in after:
        # Unknown only where the gap could matter.
        assert len(after) == 2


@settings(max_examples=100, deadline=None)
@given(visit=visits, name=st.sampled_from(sorted(CRITERIA)))
def test_items_and_verdict_agree(visit: dict[str, Any], name: str) -> None:
    limits = {"esr_upper_limit": 20, "crp_upper_limit": 10}
    choice = "all" if CRITERIA[name].markers == "ask" else None
    items = jia.components("inactive_disease", criteria=name, **visit, **limits, markers=choice)
    verdict = jia.inactive_disease(criteria=name, **visit, **limits, markers=choice)
    answers = list(items.values())
    assert verdict is (False if False in answers else None if None in answers else True)
    asked = set(needed(CRITERIA[name])) - {"ilar_category"}
    assert set(items) - {"acute_phase"} == asked


def test_items_name_the_reason() -> None:
    items = jia.components(
        "inactive_disease", criteria="wallace-2011", **WELL | {"rash": True, "uveitis": None}
    )
    assert [name for name, met in items.items() if met is False] == ["rash"]
    assert [name for name, met in items.items() if met is None] == ["uveitis"]
    many = jia.components("inactive_disease", criteria="wallace-2004", **columns(pd.Series))
    assert nullable(many["acute_phase"]) == [True, True, True, True, None, False, True]
    assert nullable(many["active_joints"]) == [True, False, True, True, True, True, True]
    assert many["rash"].dtype == "boolean"


# --------------------------------------------------------------------------------------------
# What is refused


def test_criteria_must_be_named() -> None:
    for criteria in (None, "wallace"):
        with pytest.raises(UnknownDefinitionError, match="wallace-2011"):
            jia.inactive_disease(criteria=criteria, **WELL)


@pytest.mark.parametrize("name", CRITERIA)
def test_an_item_that_is_asked_for_must_be_given(name: str) -> None:
    asked = needed(CRITERIA[name])
    with pytest.raises(ArgumentError, match="None where it is missing") as raised:
        jia.inactive_disease(criteria=name)
    for item in asked:
        assert item in str(raised.value)
    assert raised.value.variable == min(asked, key=ITEMS.index)
    assert jia.inactive_disease(criteria=name, **dict.fromkeys(asked)) is None


def test_markers_that_are_not_a_choice() -> None:
    with pytest.raises(RequestError, match="takes 'any'"):
        inactive("wallace-2011", markers="both")
    with pytest.raises(RequestError, match="says itself"):
        inactive("wallace-2004", markers="any")


def test_values_are_checked() -> None:
    with pytest.raises(OutOfRangeError, match="physician_global"):
        inactive("wallace-2004", physician_global=62)
    with pytest.raises(OutOfRangeError, match="rash"):
        inactive("wallace-2004", rash=2)
    with pytest.raises(MisalignedError):
        inactive("wallace-2004", rash=np.array([0, 1]), fever=np.array([0, 1, 0]))
    for call in (partial(jia.components, "inactive_disease"), jia.inactive_disease):
        with pytest.raises(ArgumentError, match="no parameter 'weight'"):
            call(criteria="wallace-2004", weight=3)


@pytest.mark.parametrize(
    "changes",
    [{"absent": ("weight",)}, {"markers": "none"}, {"categories": ("other",)}],
)
def test_definitions_that_contradict_themselves(changes: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        CRITERIA["wallace-2011"].variant(name="ours", **changes)


def test_a_variant_of_ones_own() -> None:
    ours = CRITERIA["wallace-2011"].variant(name="ours", markers="any", morning_stiffness=None)
    cells = recorded("normal", "raised")
    assert jia.inactive_disease(criteria=ours, **WELL | cells) is True
    assert jia.inactive_disease(criteria=ours, **WELL | cells | {"morning_stiffness": 60}) is True


# --------------------------------------------------------------------------------------------
# Categories and words


@pytest.mark.parametrize(
    ("category", "wallace", "eular"),
    [
        ("systemic", True, True),
        ("oligoarthritis_persistent", True, False),
        ("oligoarthritis_extended", True, False),
        ("polyarthritis_rf_negative", True, False),
        ("polyarthritis_rf_positive", True, False),
        ("psoriatic", False, False),
        ("enthesitis_related", False, False),
        ("undifferentiated", False, False),
        (None, None, None),
    ],
)
def test_categories(category: str | None, wallace: bool | None, eular: bool | None) -> None:
    for name in WALLACE:
        assert jia.within_categories(category, criteria=name) is wallace
    assert jia.within_categories(category, criteria="eular-pres-2024") is eular


def test_categories_of_a_column() -> None:
    column = pd.Series(["psoriatic", None, "systemic"], index=[3, 4, 5])
    found = jia.within_categories(column, criteria="wallace-2011")
    assert nullable(found) == [False, None, True]
    assert list(found.index) == [3, 4, 5]
    with pytest.raises(NotCoveredError, match="ilar_category"):
        jia.within_categories("other", criteria="wallace-2011")


def test_rules_in_one_line() -> None:
    assert CRITERIA["wallace-2011"].rule == (
        "active joints ≤ 0; no fever, rash, serositis, splenomegaly, lymphadenopathy, uveitis; "
        "ESR and CRP normal or raised but not due to JIA (where both were tested and disagree, "
        "the caller says whether any or all counts); physician global ≤ 0; morning stiffness ≤ 15 min"
    )
    assert CRITERIA["eular-pres-2024"].rule == (
        "no stills_symptoms; ESR and CRP normal (both must have been tested and be normal)"
    )
    assert "physician global < 1" in CRITERIA["reacch-out"].rule


def test_every_input_is_known() -> None:
    assert set(WELL) <= set(ITEMS)
    for criteria in CRITERIA.values():
        assert set(needed(criteria)) <= set(ITEMS)


# --------------------------------------------------------------------------------------------
# Return of disease


@pytest.mark.parametrize(
    ("before", "now", "injected", "flared"),
    [
        (True, True, False, False),
        (True, False, False, True),
        (True, True, True, True),
        (True, False, None, True),
        (True, True, None, None),
        (True, None, False, None),
        (True, None, True, True),
        (False, False, True, False),
        (False, None, None, False),
        (None, True, False, False),
        (None, False, False, None),
    ],
)
def test_reacch_out_flare(
    before: bool | None, now: bool | None, injected: bool | None, flared: bool | None
) -> None:
    """Significant is flare and intensified, three-valued."""
    for intensified in (True, False, None):
        found = jia.reacch_out_flare(
            inactive_before=before,
            inactive_now=now,
            joint_injection=injected,
            treatment_intensified=intensified,
        )
        assert found.flared is flared
        both = (flared, intensified)
        assert found.significant is (False if False in both else None if None in both else True)


def test_reacch_out_flare_of_series() -> None:
    found = jia.reacch_out_flare(
        inactive_before=pd.Series([True, True, None], dtype="boolean"),
        inactive_now=pd.Series([True, False, False], dtype="boolean"),
        joint_injection=False,
        treatment_intensified=True,
    )
    assert nullable(found.flared) == [False, True, None]
    assert found.flared.name == "reacch_out_flare_reacch_out"
    assert found.significant.name == "reacch_out_flare_reacch_out_significant"
    assert nullable(found.significant) == [False, True, None]


def test_reacch_out_says_its_rule() -> None:
    (relapse,) = (one for one in published() if one.kind == "relapse criteria")
    assert relapse.rule == (
        "any manifestation of disease, or a joint injection after inactive disease (reacch-out); "
        "significant if treatment was intensified"
    )
    assert relapse.inactive in CRITERIA
    assert relapse.needs == (
        "inactive_before",
        "inactive_now",
        "joint_injection",
        "treatment_intensified",
    )
    assert CRITERIA["wallace-2011"].needs[-2:] == ("morning_stiffness", "esr/crp")
    assert CRITERIA["eular-pres-2024"].needs == ("stills_symptoms", "esr", "crp")
    assert CRITERIA["reacch-out"].needs[-1] == "physician_global"


# --------------------------------------------------------------------------------------------
# Criteria that ask about some findings in some categories alone, and those beside Wallace's


@pytest.mark.parametrize(
    ("finding", "categories"),
    [
        ("fever", ("systemic",)),
        ("lymphadenopathy", ("systemic",)),
        ("enthesitis", ("enthesitis_related", "psoriatic")),
        ("uveitis", None),
    ],
)
def test_reacch_out_asks_about_a_finding_where_it_counts(
    finding: str, categories: tuple[str, ...] | None
) -> None:
    for category in ILAR_CATEGORIES:
        counts = categories is None or category in categories
        given = {"ilar_category": category, finding: True}
        assert inactive("reacch-out", **given) is (not counts)
        assert inactive("reacch-out", **given | {finding: None}) is (None if counts else True)
    # The category unknown: a finding that would count in some category leaves it open.
    unknown = inactive("reacch-out", ilar_category=None, **{finding: True})
    assert unknown is (False if categories is None else None)
    assert inactive("reacch-out", ilar_category=None) is True
    assert inactive("reacch-out", ilar_category=None, active_joints=1) is False


def test_reacch_out_needs_the_category() -> None:
    given = WELL | {"enthesitis": False}
    with pytest.raises(ArgumentError, match=r"^inactive_disease\(\) by reacch-out needs ilar_cat"):
        jia.inactive_disease(criteria="reacch-out", **given)
    words = "fever and a category that is not a word"
    with pytest.raises(NotCoveredError, match="ilar_category"):
        jia.inactive_disease(criteria="reacch-out", **given, ilar_category=words)
    # Others pass it over, as they do all that a form holds.
    assert inactive("wallace-2004", ilar_category="psoriatic", enthesitis=True) is True


def test_reacch_out_of_a_table() -> None:
    table = pd.DataFrame({name: [value] * 4 for name, value in WELL.items()})
    table = table.assign(patient=list("abcd"), date=1, fever=True, enthesitis=False)
    table["ilar_category"] = ["systemic", "psoriatic", None, "oligoarthritis_extended"]
    request = jia.ask.inactive_disease(criteria="reacch-out")
    out = jia.assess(table, measures=[request])
    assert nullable(out["inactive_disease_reacch_out"]) == [False, True, None, True]
    other = table.rename(columns={"ilar_category": "kind"})
    bound = jia.ask.inactive_disease(criteria="reacch-out", ilar_category=jia.column("kind"))
    assert nullable(jia.assess(other, measures=[bound])["inactive_disease_reacch_out"]) == [
        False, True, None, True
    ]  # fmt: skip
    with pytest.raises(ColumnError, match="ilar_category"):
        jia.assess(other, measures=[request])


def test_without_markers_the_physician_global_is_still_zero() -> None:
    assert inactive("wallace-no-markers", esr=100, morning_stiffness=120) is True
    assert inactive("wallace-no-markers", physician_global=0.1) is False
    assert inactive("wallace-no-markers", uveitis=None) is None


def test_without_glucocorticoids() -> None:
    name = "wallace-2011-no-glucocorticoids"
    assert inactive(name) is True
    assert inactive(name, glucocorticoids=True) is False
    assert inactive(name, glucocorticoids=None) is None
    assert inactive(name, glucocorticoids=None, morning_stiffness=16) is False
    assert inactive("wallace-2011", glucocorticoids=True) is True


def test_a_variant_of_relapse_that_does_not_read_joint_injections() -> None:
    ours = jia.definition("reacch-out", jia.typing.RelapseCriteria).variant(
        name="ours", joint_injection=False
    )
    well = {"inactive_before": True, "inactive_now": True, "treatment_intensified": False}
    assert jia.reacch_out_flare(**well, criteria=ours).flared is False
    assert jia.reacch_out_flare(**{**well, "inactive_now": False}, criteria=ours).flared is True
    with pytest.raises(jia.errors.ArgumentError, match="ours does not read it"):
        jia.reacch_out_flare(**well, joint_injection=True, criteria=ours)
    with pytest.raises(jia.errors.ArgumentError, match="reacch-out needs joint_injection="):
        jia.reacch_out_flare(**well)
