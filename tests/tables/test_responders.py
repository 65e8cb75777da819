"""Whether a level is reached: `ask.responder`, and the levels that a summary takes."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from jiascores.tables.requests import parse
from tests.tables.kinds import MAKERS, column

NAMES = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
# Against 10 10 2 10 10 40, by giannini-1997.
ROWS = [
    ((5, 5, 1, 10, 10, 40), True, False),  # level 50
    ((5, 5, 1, 10, None, 40), True, False),  # level 50: the gap cannot undo it, nor reach 70
    ((1, 1, None, 5, 10, 40), True, None),  # between 50 and 90
    ((5, 5, None, 10, 10, 40), None, False),  # between 0 and 50
    ((7, 7, 1.4, 13, 10, 40), True, False),  # level 30; 13 is worse by exactly 30 %
    ((10, 10, 2, 10, 10, 40), False, False),
]


def visits() -> dict:
    table: dict = {"patient": [], "date": [], **{name: [] for name in NAMES}}
    for at, (values, *_) in enumerate(ROWS):
        for day, six in ((0, (10, 10, 2, 10, 10, 40)), (56, values)):
            table["patient"].append(f"P{at}")
            table["date"].append(day)
            for name, value in zip(NAMES, six, strict=True):
                table[name].append(None if value is None else float(value))
    return table


@pytest.mark.parametrize("kind", MAKERS)
def test_a_level_is_surely_reached_or_not_although_the_level_is_open(kind) -> None:
    requests = [jia.ask.responder(50), "responder:70", jia.ask.responder(30, "ntr4146")]
    out = jia.assess(MAKERS[kind](visits()), measures=requests, baseline="first")
    found = {name: column(out, name) for name in ("acr_ped_50", "acr_ped_70")}
    assert found["acr_ped_50"][1::2] == [True, True, True, None, False, False]
    assert found["acr_ped_70"][1::2] == [False, False, None, False, False, False]
    assert found["acr_ped_50"][::2] == [None] * 6
    # By the register one is worse: that alone is still allowed.
    assert column(out, "acr_ped_ntr4146_30")[9]


POLICIES = {
    "interval": [True, True, None, None],
    "worst-case": [True, True, False, False],
    "nri": [True, True, False, False],
    "unchanged": [True, True, False, False],
    "complete-case": [True, None, None, None],
}


@pytest.mark.parametrize("policy", POLICIES)
def test_what_a_gap_does(policy) -> None:
    table = pd.DataFrame(visits())
    rows = {"A": (1, 1, 0.2, 10, 10, 40), "B": (1, 1, 0.2, 10, 10, None)}
    rows |= {"C": (1, 1, None, 10, 10, 40), "D": (None,) * 6}
    table = pd.DataFrame(
        [
            (patient, day, *six)
            for patient, values in rows.items()
            for day, six in ((0, (10, 10, 2, 10, 10, 40)), (56, values))
        ],
        columns=["patient", "date", *NAMES],
    )
    request = jia.ask.responder(70, missing=policy)
    stem = "" if policy == "interval" else f"{policy.replace('-', '_')}_"
    assert request.columns == (f"acr_ped_{stem}70",)
    out = jia.assess(table, measures=[request], baseline="first")
    assert column(out, request.stem)[1::2] == POLICIES[policy]


def test_non_responders_by_attendance_and_bounds_as_columns() -> None:
    table = pd.DataFrame(visits()).assign(seen=["Y", "N"] * 6)
    seen = jia.column("seen")
    request = jia.ask.responder(30, missing="nri", attended=seen, components=True)
    assert request.columns == ("acr_ped_nri_30", "acr_ped_nri_30_min", "acr_ped_nri_30_max")
    out = jia.assess(table, measures=[request], baseline="first")
    assert set(column(out, "acr_ped_nri_30")[1::2]) == {False}
    assert column(out, "acr_ped_nri_30_min")[1::2] == [True, True, True, False, True, False]
    assert column(out, "acr_ped_nri_30_max")[1::2] == [True, True, True, True, True, False]
    with pytest.raises(jia.errors.RequestError, match="missing='nri' alone"):
        jia.ask.responder(30, attended=seen)


def test_it_is_a_request_like_others() -> None:
    request = jia.ask.responder(50, "ntr4146", missing="nri", name="mine")
    assert parse("responder:50:ntr4146:missing=nri:name=mine") == request
    assert request.columns == ("mine",)
    assert (
        str(request) == "Request(acr_ped, criteria='ntr4146', missing='nri', level=50, name='mine')"
    )
    table = pd.DataFrame(visits())
    times = jia.analysis.time_to_first(
        table, jia.ask.responder(50), baseline="first", undetermined="no"
    )
    assert column(times, "event") == [True, True, True, False, False, False]
    assert column(times, "reason")[0] == "ACR Pedi 50"
    assert "acr_ped_50" in jia.report(
        table, measures=["responder:50"], baseline="first", pictures=False
    )
    assert len(jia.check(table, measures=["responder:50"], baseline="first")) > 0
    between = jia.assess_between(
        table.assign(low=table["esr"], high=table["esr"] * 2),
        variable="esr", low=jia.column("low"), high=jia.column("high"),
        measures=[jia.ask.responder(50)], baseline="first",
    )  # fmt: skip
    # An ESR that may be 80 is worse: certain only where nothing else is missing.
    assert column(between, "acr_ped_50")[1::2] == [True, None, None, None, False, False]


@pytest.mark.parametrize("level", [45, 0.3, 0, True, "30", None])
def test_a_level_that_the_criteria_do_not_have(level) -> None:
    table = pd.DataFrame({"patient": ["A"], "nominal_visit": ["week 8"], "acr_ped_level": [50]})
    with pytest.raises(jia.errors.RequestError, match="numbers 30, 50, 70, 90, 100"):
        jia.ask.responder(level)
    if level is not None:
        for call in (
            lambda: jia.analysis.responders_by_visit(
                table, jia.column("acr_ped_level"), level=level
            ),
            lambda: jia.prepare.fill_gaps(
                table.assign(study_day=56),
                jia.column("acr_ped_level"),
                weeks=[8],
                rule="nri",
                level=level,
            ),
            lambda: jia.analysis.time_to_first(table, "acr_ped", level=level),
        ):
            with pytest.raises(jia.errors.RequestError, match="the levels of"):
                call()


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([True, False, None], "yes and no"),
        ([1, 0, None], "holds 1:"),
        ([12.5, 30, None], "holds 12.5"),
    ],
)
def test_a_level_is_reached_in_a_column_of_levels_alone(kind, values, words) -> None:
    table = MAKERS[kind](
        {
            "patient": ["A", "B", "C"],
            "nominal_visit": ["week 8"] * 3,
            "drug": ["x", "x", "y"],
            "response": values,
        }
    )
    ask = {"level": 30}
    with pytest.raises(jia.errors.RequestError, match=words) as caught:
        jia.analysis.responders_by_visit(table, jia.column("response"), **ask)
    assert caught.value.variable == "level"
    with pytest.raises(jia.errors.RequestError, match=words):
        jia.analysis.compare_responders(
            table,
            jia.column("response"),
            arm=jia.column("drug"),
            reference_arm="y",
            method="newcombe",
            **ask,
        )


def test_a_trial_with_levels_of_its_own() -> None:
    giannini = jia.definition("giannini-1997", jia.typing.ResponseCriteria)
    own = giannini.variant(name="with 75", levels=(30, 50, 70, 75, 90, 100))
    table = pd.DataFrame({"patient": ["A", "B"], "nominal_visit": "week 8", "level": [75, 70]})
    out = jia.analysis.responders_by_visit(table, jia.column("level"), level=75, criteria=own)
    assert out["responders"].tolist() == [1]
    with pytest.raises(jia.errors.RequestError, match="holds 75"):
        jia.analysis.responders_by_visit(table, jia.column("level"), level=70)


def test_a_responder_is_who_reaches_the_level_by_the_same_policy() -> None:
    """Also where the level is exactly that one."""
    policies, levels = ("worst-case", "unchanged", "complete-case"), (30, 50, 70, 90, 100)
    reached = set()
    for policy in policies:
        asked = [jia.ask.responder(level, missing=policy) for level in levels]
        out = jia.assess(
            pd.DataFrame(visits()), measures=[jia.ask.acr_ped(missing=policy), *asked],
            baseline="first",
        )  # fmt: skip
        stem = f"acr_ped_{policy.replace('-', '_')}"
        whole = out[f"{stem}_level"]
        known = whole.notna()
        for level in levels:
            assert out.loc[known, f"{stem}_{level}"].tolist() == (whole[known] >= level).tolist()
            reached |= {(policy, level) for each in whole[known] if each == level}
    assert {(policy, level) for policy in policies for level in (30, 50)} <= reached
