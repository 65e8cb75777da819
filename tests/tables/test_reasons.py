"""What `assess` refuses in a table, `check` lists, with the same code for the reason."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.tables.problems import REASONS
from tests import strategies as some
from tests.eager import MAKERS, columns_of

GOOD = {
    "patient": ["A", "A", "B", "B"],
    "date": ["2024-01-10", "2024-04-12", "2024-01-11", "2024-04-15"],
    "physician_global": [6.0, 2.0, 5.0, 1.0],
    "patient_global": [5.0, 2.0, 4.0, 1.0],
    "chaq": [1.5, 0.75, 1.0, 0.5],
    "active_joints": [30, 4, 12, 2],
    "limited_joints": [10, 6, 8, 2],
    "esr": [40, 20, 36, 12],
}
ASK = {"measures": ["jadas71", "acr_ped"], "baseline": "first"}
NO_SIGNS = dict.fromkeys(
    ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis"), [0] * 4
)
STATE = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.column("form"))
ATTENDED = jia.ask.acr_ped(missing="unchanged", attended=jia.column("seen"))
WALLACE = {"measures": [jia.ask.inactive_disease(criteria="wallace-2004")]}
WALLACE_2011 = {"measures": [jia.ask.inactive_disease(criteria="wallace-2011")]}
LIMITS = {"esr_upper_limit": [20] * 4, "crp_upper_limit": [10] * 4}

# For each reason: what is changed in the good table, None where a column is taken out, and what is
# changed in the call.
TABLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "no-column": ({"chaq": None}, {}),
    "two-ratings": ({"parent_global": [5.0, 2.0, 4.0, 1.0]}, {}),
    "column-in-the-way": ({"jadas71": [1.0] * 4}, {}),
    "nested-ids": ({"patient": [["A"], ["A"], ["B"], ["B"]]}, {}),
    "out-of-range": ({"physician_global": [6, 62, 5, 1]}, {}),
    "not-whole": ({"active_joints": [30, 3.5, 12, 2]}, {}),
    "not-a-number": ({"esr": ["n/a"] * 4}, {}),
    "number-as-text": ({"esr": ["40", "20", "36", "12"]}, {}),
    "decimal-comma": ({"chaq": ["1,5", "0,75", "1,0", "0,5"], "esr": ["40,5 mm/h"] * 4}, {}),
    "thousands": ({"esr": ["1.234,5", "20,0", "36,0", "12,0"]}, {}),
    "number-with-unit": ({"esr": ["40 mm/h", "20", "36 H", "12"]}, {}),
    "unknown-unit": (
        {"esr_unit": ["mm/h", "mm", "cm/h", None]},
        {"units": {"esr": jia.column("esr_unit")}},
    ),
    "below-limit": ({"esr": ["< 5", None, None, None]}, {}),
    "beyond-limit": ({"esr": ["> 120", None, None, None]}, {}),
    "yes-or-no": ({"chaq": [True, False, True, False]}, {}),
    "not-yes-or-no": ({**NO_SIGNS, "esr_normal": [1] * 4, "rash": ["perhaps"] * 4}, WALLACE),
    "gap-in-flag": ({"seen": ["Y", "Y", "N", None]}, {"measures": [ATTENDED]}),
    "unknown-word": ({"form": ["oligo", "Poly", None, "poly"]}, {"measures": [STATE]}),
    "contradicting-counts": ({"active_joints_27": [20, 5, 9, 2]}, {}),
    "contradiction": ({**NO_SIGNS, **LIMITS, "esr_normal": [1] * 4}, WALLACE),
    "markers-disagree": (
        {**NO_SIGNS, **LIMITS, "morning_stiffness": [0] * 4, "crp": [1] * 4},
        WALLACE_2011,
    ),
    "both-markers": ({"crp": [60.0, 10.0, 5.0, 40.0]}, {}),
    "no-marker": ({"esr": None}, {}),
    "no-patient": ({"patient": ["A", None, "B", "B"]}, {}),
    "no-date": ({"date": ["2024-01-10", None, "2024-01-11", "2024-04-15"]}, {}),
    "unread-date": ({"date": ["10.01.2024", "12.04.2024", "11.01.2024", "15.04.2024"]}, {}),
    "no-baseline": ({}, {"baseline": None}),
    "two-baselines": ({"date": ["2024-01-10", "2024-01-10", "2024-01-11", "2024-04-15"]}, {}),
    "several-dates": (
        {"dose": ["2024-01-10", "2024-01-11", None, None]},
        {"baseline": jia.on_or_before("dose")},
    ),
    "dates-and-study-days": ({"dose": [1, 1, 1, 1]}, {"baseline": jia.on_or_before("dose")}),
}


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


def findings(visits: Any, **ask: Any) -> list[tuple[str, str]]:
    found = columns_of(jia.check(visits, **ask))
    return list(zip(found["finding"], found["reason"], strict=True))


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_what_assess_refuses_check_lists(make, reason: str) -> None:
    changed, more = TABLES[reason]
    ask = {**ASK, **more}
    columns = {name: values for name, values in {**GOOD, **changed}.items() if values is not None}
    visits = make(columns)
    with pytest.raises(jia.JiaScoresError) as raised:
        jia.assess(visits, **ask)
    assert raised.value.reason == reason
    assert type(raised.value) is REASONS[reason].error
    assert "column None" not in str(raised.value)
    assert ("refused", reason) in findings(visits, **ask)
    # What can be left out raises no more; what cannot, does.
    if REASONS[reason].blank:
        out = columns_of(jia.assess(visits, **ask, invalid="missing"))
        assert any(out["invalid_values"])
    else:
        with pytest.raises(REASONS[reason].error) as raised:
            jia.assess(visits, **ask, invalid="missing")
        assert raised.value.reason == reason


def test_in_the_good_table_nothing_is_refused(make) -> None:
    assert findings(make(GOOD), **ASK) == []
    jia.assess(make(GOOD), **ASK)


CALLS_THAT_ARE_WRONG = {
    "a variable that there is not": {"columns": {"physician_globl": "chaq"}},
    "a column that there is not": {"columns": {"chaq": "haq"}},
    "no mapping": {"columns": ["chaq"]},
    "a unit that there is not": {"units": {"esr": "inch"}},
    "a baseline that there is not": {"baseline": "earliest"},
    "a baseline in no column": {"baseline": jia.flagged("ablfl")},
    "a marker that there is not": {"marker": "ferritin"},
    "a measure that there is not": {"measures": ["jadas99"]},
    "no measure": {"measures": []},
    "the same measure twice": {"measures": ["jadas71", "jadas71"]},
    "a verdict without its choice": {"measures": ["flare:brunner-2002"]},
    "one limit of two reactants": {
        "measures": [jia.ask.acr_ped(upper_limit=20)],
        "marker": "esr-else-crp",
    },
}


@pytest.mark.parametrize("wrong", CALLS_THAT_ARE_WRONG)
def test_what_is_wrong_in_the_call_raises_in_both(make, wrong: str) -> None:
    visits = make({**GOOD, "crp": [60.0, 10.0, 5.0, 40.0]})
    call = {**ASK, "marker": "esr", **CALLS_THAT_ARE_WRONG[wrong]}
    with pytest.raises(jia.JiaScoresError) as by_assess:
        jia.assess(visits, **call)
    with pytest.raises(jia.JiaScoresError) as by_check:
        jia.check(visits, **call)
    assert type(by_check.value) is type(by_assess.value)
    assert str(by_check.value) == str(by_assess.value)
    assert by_assess.value.reason not in REASONS


# ----------------------------------------------------------------------- what the source says

SOURCE = Path(jia.__file__).parent


def trees() -> list[ast.Module]:
    paths = [*(SOURCE / "tables").glob("*.py"), *(SOURCE / "measures").glob("*.py")]
    return [ast.parse(path.read_text(encoding="utf-8")) for path in paths]


def literals(node: ast.AST) -> set[str]:
    return {
        one.value
        for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def reasons_given() -> set[str]:
    """Return the codes of the problems and contradictions that the source makes."""
    found = {jia.errors.InconsistentError.reason}  # of a contradiction that names no other
    for tree in trees():
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.id if isinstance(call.func, ast.Name) else ast.unparse(call.func)
            if name == "Problem" or name.endswith(("_no_gaps", "table.refuse", "self.refuse")):
                found |= literals(call.args[0])
            if name in ("Problem", "Contradiction"):
                for keyword in call.keywords:
                    found |= literals(keyword.value) if keyword.arg == "reason" else set()
    return found


def reasons_of_cells() -> set[str]:
    """Return why a cell is not a number, as the alias of these words says."""
    (problems,) = [
        tree
        for tree in trees()
        if any(isinstance(one, ast.ClassDef) and one.name == "Problem" for one in tree.body)
    ]
    (alias,) = [
        one
        for one in problems.body
        if isinstance(one, ast.AnnAssign) and ast.unparse(one.target) == "Why"
    ]
    assert alias.value is not None
    return literals(alias.value)


def test_every_reason_in_the_source_has_its_table_here() -> None:
    given_ = reasons_given() | reasons_of_cells()
    assert len(given_) > 20
    assert given_ <= {*REASONS}
    assert {*TABLES} == {*REASONS}


# ------------------------------------------------------------------------ what holds of any table

REQUESTS = [
    "jadas71",
    "cjadas27",
    "acr_ped",
    STATE,
    ATTENDED,
    "reacch_out_flare",
    "bulatovic_change",
    jia.ask.acr_ped(criteria="ruperto-2012", upper_limit=jia.column("limit")),
    jia.ask.state("jadas10", cutoffs="consolaro-2012-2014", course=jia.from_category("category")),
    jia.ask.flare(criteria="brunner-2002", reference="best"),
    jia.ask.flare(criteria="prcsg-printo", reference=jia.flagged("ablfl")),
    jia.ask.flare(criteria="canakinumab-sjia", reference="end-of-lead-in"),
    jia.ask.loss_of_response(30),
    jia.ask.inactive_disease(criteria="wallace-2011"),
    jia.ask.inactive_disease(criteria="eular-pres-2024"),
    jia.ask.within_categories(criteria="wallace-2011"),
    jia.ask.activity_level(criteria="beukelman-2011-5-or-more-joints"),
    jia.ask.escalation_indicated(criteria="swart-2018", course="poly"),
    jia.ask.chaq_di(domains=[jia.column("chaq")] * 8),
]
CALLS = st.fixed_dictionaries(
    {
        "measures": st.lists(st.sampled_from(REQUESTS), min_size=1, max_size=4, unique_by=id),
        "baseline": st.sampled_from(
            ["first", "first", jia.flagged("ablfl"), jia.on_or_before("first_dose"), None]
        ),
        "marker": st.sampled_from([None] * 6 + ["esr", "crp", "esr-else-crp"]),
    }
)


@settings(max_examples=settings.default.max_examples * 4)
@given(visits=some.bad_visits(), call=CALLS, invalid=st.sampled_from(["raise", "missing"]))
def test_whatever_assess_refuses_check_lists_or_raises_too(
    visits: pd.DataFrame, call: dict[str, Any], invalid: str
) -> None:
    try:
        jia.assess(visits, **call, invalid=invalid)
    except jia.JiaScoresError as problem:
        error = problem
    else:
        return
    if error.reason in REASONS:
        assert ("refused", error.reason) in findings(visits, **call)
        return
    # What is wrong in the call itself, or in the two together.
    with pytest.raises(type(error)) as raised:
        jia.check(visits, **call)
    assert str(raised.value) == str(error)
