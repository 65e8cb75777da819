"""ACR Pedi: fever in systemic arthritis, the upper limit of normal, and the named policies."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.definition import lookup
from jiascores.core.errors import (
    ArgumentError,
    DefinitionError,
    MisalignedError,
    NotNumericError,
    OutOfRangeError,
    RequestError,
)
from jiascores.core.references import Evidence
from jiascores.measures.response import RESPONSE_CRITERIA, ResponseCriteria

SIX = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "crp")
CANAKINUMAB, TENDER = "ruperto-2012", "de-benedetti-2012"


def core(*values: float | None) -> jia.CoreSet[float]:
    return jia.CoreSet(**dict(zip(SIX, values, strict=True)))


START = core(8, 8, 2, 10, 10, 100)
BETTER = core(4, 4, 1, 5, 5, 50)  # each by 50 %
GAPS = core(4, 4, 1, None, None, 50)  # four better by 50 %, two unknown: 0 to 50
WORSE = core(8, 8, 2, 14, 14, 100)  # two worse by 40 %: level 0
EMPTY = core(None, None, None, None, None, None)

NO, YES, UNKNOWN = 37.0, 39.0, None


# --------------------------------------------------------------------------------------------
# Fever

BOUNDS = [
    # criteria, temperature, fever
    (CANAKINUMAB, 37.9, False),
    (CANAKINUMAB, 38.0, False),
    (CANAKINUMAB, 38.1, True),
    (CANAKINUMAB, 38.01, True),
    (TENDER, 37.4, False),
    (TENDER, 37.49, False),
    (TENDER, 37.5, True),
    (TENDER, 37.6, True),
]


@pytest.mark.parametrize(("criteria", "temperature", "fever"), BOUNDS)
def test_both_sides_of_the_fever_limit(criteria, temperature, fever):
    response = jia.acr_ped(
        baseline=START, now=BETTER, criteria=criteria, highest_temperature=temperature
    )
    assert response.level == (0 if fever else 50)
    words = "fever: no response" if fever else "no fever"
    assert words in response.explain().splitlines()[-3]


FEVER_TABLE = [
    # core set, temperature: level, level_min, level_max
    (BETTER, NO, 50, 50, 50),
    (BETTER, YES, 0, 0, 0),
    (BETTER, UNKNOWN, None, 0, 50),
    (GAPS, NO, None, 0, 50),
    (GAPS, YES, 0, 0, 0),
    (GAPS, UNKNOWN, None, 0, 50),
    (WORSE, NO, 0, 0, 0),
    (WORSE, YES, 0, 0, 0),
    (WORSE, UNKNOWN, 0, 0, 0),
    (EMPTY, NO, None, 0, 100),
    (EMPTY, YES, 0, 0, 0),
    (EMPTY, UNKNOWN, None, 0, 100),
]


@pytest.mark.parametrize("criteria", [CANAKINUMAB, TENDER])
@pytest.mark.parametrize(("now", "temperature", "level", "lowest", "highest"), FEVER_TABLE)
def test_fever_decides_whatever_the_gaps(criteria, now, temperature, level, lowest, highest):
    response = jia.acr_ped(
        baseline=START, now=now, criteria=criteria, highest_temperature=temperature
    )
    assert (response.level, response.level_min, response.level_max) == (level, lowest, highest)
    met = {known: response.meets(known) for known in response.criteria.levels}
    assert met == {
        known: True if known <= lowest else None if known <= highest else False for known in met
    }


POLICY_TABLE = [
    # core set, temperature: worst-case, unchanged, complete-case
    (BETTER, NO, 50, 50, 50),
    (BETTER, YES, 0, 0, 0),
    (BETTER, UNKNOWN, 0, 0, None),
    (GAPS, NO, 0, 50, None),
    (GAPS, YES, 0, 0, None),
    (GAPS, UNKNOWN, 0, 0, None),
    (WORSE, NO, 0, 0, 0),
    (WORSE, YES, 0, 0, 0),
    (WORSE, UNKNOWN, 0, 0, None),
    (EMPTY, NO, 0, 0, None),
    (EMPTY, YES, 0, 0, None),
    (EMPTY, UNKNOWN, 0, 0, None),
]


@pytest.mark.parametrize(("now", "temperature", "worst", "unchanged", "complete"), POLICY_TABLE)
def test_policies_with_a_fever_rule(now, temperature, worst, unchanged, complete):
    expected = {"worst-case": worst, "unchanged": unchanged, "complete-case": complete}
    for policy, level in expected.items():
        response = jia.acr_ped(
            baseline=START,
            now=now,
            criteria=CANAKINUMAB,
            highest_temperature=temperature,
            missing=policy,
        )
        assert response.level == level, policy
        assert response.meets(30) == (None if level is None else level >= 30), policy


def test_the_rule_is_told():
    canakinumab, tender = (lookup(ResponseCriteria, n, parameter="") for n in (CANAKINUMAB, TENDER))
    assert canakinumab.rule.endswith("temperature ≤ 38 °C in the preceding 7 days")
    assert tender.rule.endswith("temperature < 37.5 °C in the preceding 7 days")
    assert {canakinumab.evidence, tender.evidence} == {Evidence.SECONDARY}
    text = jia.acr_ped(
        baseline=START, now=BETTER, criteria=CANAKINUMAB, highest_temperature=None
    ).explain()
    assert "highest temperature in 7 days, °C" in text
    assert "not recorded, so fever is not excluded" in text
    assert "not determinable: the gaps leave it between level 0 and level 50" in text


def test_a_trial_with_another_window():
    fortnight = lookup(ResponseCriteria, TENDER, parameter="").variant(
        name="fever-14-days", fever_days=14
    )
    response = jia.acr_ped(baseline=START, now=BETTER, criteria=fortnight, highest_temperature=37.5)
    assert response.level == 0
    assert "temperature in 14 days" in response.explain()
    assert fortnight.derives_from == TENDER


def test_fever_rules_are_whole():
    giannini = RESPONSE_CRITERIA[0]
    with pytest.raises(DefinitionError, match="go together"):
        giannini.variant(name="no-window", fever_limit=38)
    with pytest.raises(DefinitionError, match="go together"):
        giannini.variant(name="no-limit", fever_days=7)


@pytest.mark.parametrize("criteria", ["giannini-1997", "ntr4146"])
@pytest.mark.parametrize("temperature", [39, None])
def test_a_temperature_without_a_fever_rule_is_an_error(criteria, temperature):
    with pytest.raises(
        ArgumentError, match=f"^highest_temperature= was given, and {criteria} does not read it"
    ):
        jia.acr_ped(baseline=START, now=BETTER, criteria=criteria, highest_temperature=temperature)


@pytest.mark.parametrize("criteria", [CANAKINUMAB, TENDER])
def test_a_fever_rule_without_a_temperature_is_an_error(criteria):
    with pytest.raises(
        ArgumentError,
        match=rf"^acr_ped\(\) by {criteria} needs highest_temperature=: give each, None where it",
    ):
        jia.acr_ped(baseline=START, now=BETTER, criteria=criteria)


def test_a_temperature_in_fahrenheit_is_refused():
    with pytest.raises(OutOfRangeError, match="34–43 °C"):
        jia.acr_ped(baseline=START, now=BETTER, criteria=CANAKINUMAB, highest_temperature=100.4)


def columns(*sets: jia.CoreSet[float]) -> dict[str, np.ndarray]:
    return {name: np.array([getattr(one, name) for one in sets]) for name in SIX}


def test_fever_in_arrays_and_series():
    rows = FEVER_TABLE
    temperature = [np.nan if row[1] is None else row[1] for row in rows]
    expected = [np.nan if row[2] is None else row[2] for row in rows]
    values = columns(*(row[0] for row in rows))
    response = jia.acr_ped(
        baseline=START,
        now=jia.CoreSet(**values),
        criteria=CANAKINUMAB,
        highest_temperature=np.array(temperature),
    )
    np.testing.assert_array_equal(response.level, expected)
    np.testing.assert_array_equal(response.level_min, [row[3] for row in rows])
    index = [f"child {row}" for row in range(len(rows))]
    frame = pd.DataFrame(values, index=index)
    series = jia.acr_ped(
        baseline=START,
        now=jia.CoreSet(**{name: frame[name] for name in SIX}),
        criteria=CANAKINUMAB,
        highest_temperature=pd.Series(temperature, index=index),
    )
    assert series.level.astype(object).where(series.level.notna(), None).tolist() == [
        row[2] for row in rows
    ]
    assert series.level.index.tolist() == index
    assert "fever: no response" in series.explain(1)
    one_for_all = jia.acr_ped(
        baseline=START, now=jia.CoreSet(**values), criteria=CANAKINUMAB, highest_temperature=40
    )
    assert (one_for_all.level == 0).all()
    square = {name: values[name].reshape(3, 4) for name in SIX}
    in_two = jia.acr_ped(
        baseline=START,
        now=jia.CoreSet(**square),
        criteria=CANAKINUMAB,
        highest_temperature=np.array(temperature).reshape(3, 4),
    )
    np.testing.assert_array_equal(in_two.level, np.reshape(expected, (3, 4)))


MISFITS: list[Any] = [
    np.array([37.0, 37.0]),
    np.array([[37.0], [37.0], [37.0]]),
    pd.Series([37.0, 37.0, 37.0]),
]


@pytest.mark.parametrize("misfit", MISFITS, ids=["short", "shape", "kind"])
@pytest.mark.parametrize("parameter", ["highest_temperature", "upper_limit", "attended"])
def test_what_goes_beside_the_core_sets_goes_row_by_row(misfit, parameter):
    now = jia.CoreSet(**columns(BETTER, GAPS, WORSE))
    given = {
        "highest_temperature": {"criteria": TENDER, "highest_temperature": misfit},
        "upper_limit": {"upper_limit": misfit},
        "attended": {"attended": misfit == 37},
    }
    with pytest.raises(MisalignedError, match=f" {parameter} "):
        jia.acr_ped(baseline=START, now=now, **given[parameter])


def test_series_beside_the_core_sets_have_their_index():
    frame = pd.DataFrame(columns(BETTER, GAPS), index=["a", "b"])
    now = jia.CoreSet(**{name: frame[name] for name in SIX})
    with pytest.raises(MisalignedError):
        jia.acr_ped(
            baseline=START,
            now=now,
            criteria=TENDER,
            highest_temperature=pd.Series([37.0, 37.0], index=["b", "a"]),
        )


# --------------------------------------------------------------------------------------------
# The upper limit of normal

# Two others better by 50 %, so that the CRP decides level 30; and one other worse, so that a
# CRP that counts as worse takes the response away.
DECIDES = (core(8, 8, 2, 10, 10, None), core(4, 4, 2, 10, 10, None))


def with_crp(pair, before, after):
    return [
        core(*(getattr(one, name) for name in SIX[:-1]), crp)
        for one, crp in zip(pair, (before, after), strict=True)
    ]


UPPER_LIMIT = [
    # CRP before, after, upper limit: level, unless the marker is what it was
    (10, 5, None, 50),
    (10, 5, 10, 0),  # at the limit is normal
    (10, 5, 9.9, 50),
    (10.1, 5, 10, 50),  # raised before
    (10.3, 5, 10.3, 0),
    (5, 10, 10, 0),
    (10, 0, 10, 0),
    (0, 0, 10, 0),
]


@pytest.mark.parametrize(("before", "after", "limit", "level"), UPPER_LIMIT)
def test_normal_at_both_visits_does_not_improve(before, after, limit, level):
    baseline, now = with_crp(DECIDES, before, after)
    response = jia.acr_ped(baseline=baseline, now=now, upper_limit=limit)
    assert response.level == level
    assert response.improved["crp"] is (level > 0)


WORSENING = (core(8, 8, 2, 10, 10, None), core(4, 4, 1, 10, 20, None))


@pytest.mark.parametrize(
    ("before", "after", "limit", "level"),
    [
        (2, 9, None, 0),
        (2, 9, 10, 50),
        (2, 10, 10, 50),
        (2, 10.1, 10, 0),  # risen above the limit
        (0, 9, 10, 50),  # from zero, within normal
        (0, 9, None, 0),
    ],
)
def test_normal_at_both_visits_does_not_worsen(before, after, limit, level):
    baseline, now = with_crp(WORSENING, before, after)
    response = jia.acr_ped(baseline=baseline, now=now, upper_limit=limit)
    assert response.level == level
    assert response.worsened["crp"] is (level == 0)


def test_only_the_marker_has_an_upper_limit():
    baseline, now = with_crp((START, BETTER), 100, 50)
    assert jia.acr_ped(baseline=baseline, now=now, upper_limit=1000).level == 50


@pytest.mark.parametrize(
    ("before", "after", "level", "lowest", "highest"),
    [
        # Without the limit of this laboratory the change may have been one within normal.
        (10, 5, None, 0, 50),
        (10, 10, 0, 0, 0),  # unchanged by either reading
        (10, 9, 0, 0, 0),
    ],
)
def test_a_missing_upper_limit_leaves_open_what_it_decides(before, after, level, lowest, highest):
    baseline, now = with_crp(DECIDES, before, after)
    rows = jia.CoreSet(**columns(now, now))
    response = jia.acr_ped(baseline=baseline, now=rows, upper_limit=np.array([np.nan, 10]))
    assert response.level_min[0] == lowest
    assert response.level_max[0] == highest
    assert (None if np.isnan(response.level[0]) else response.level[0]) == level
    assert response.level[1] == 0


def test_upper_limits_row_by_row():
    baseline, now = with_crp(DECIDES, 10, 5)
    rows = jia.CoreSet(**{k: v.reshape(2, 1) for k, v in columns(now, now).items()})
    response = jia.acr_ped(baseline=baseline, now=rows, upper_limit=np.array([[10.0], [8.0]]))
    np.testing.assert_array_equal(response.level, [[0], [50]])
    np.testing.assert_array_equal(response.improved["crp"], [[0], [1]])


def test_an_impossible_upper_limit_is_refused():
    with pytest.raises(OutOfRangeError, match="crp_upper_limit"):
        jia.acr_ped(baseline=START, now=BETTER, upper_limit=-1)


# --------------------------------------------------------------------------------------------
# Policies, against a reading of the page in rational numbers

LEVELS = (30, 50, 70, 90, 100)


def read(before: Fraction | None, after: Fraction | None) -> tuple[str, int]:
    """Return what one variable did: "gap", "worse" or "", and the level it improved by."""
    if before is None or after is None:
        return "gap", 0
    if before == 0:
        return ("worse" if after > 0 else ""), 0
    change = (before - after) * 100 / before
    reached = max((level for level in LEVELS if change >= level), default=0)
    return ("worse" if change < -30 else ""), reached


def level_of(read_six: list[tuple[str, int]]) -> int:
    worse = sum(word == "worse" for word, _ in read_six)
    if worse > 1:
        return 0
    reached = sorted((level for _, level in read_six), reverse=True)
    return reached[2]


def fill(read_six, word, level):
    return [(word, level) if was == "gap" else (was, by) for was, by in read_six]


tenths = st.integers(0, 100)
cells = st.one_of(st.none(), tenths)
six_cells = st.tuples(*[cells] * 6)


def built(values: tuple[int | None, ...]) -> jia.CoreSet[float]:
    """Six numbers of tenths as a core set; counts and the CHAQ kept inside their ranges."""
    scaled = [None if value is None else value for value in values]
    return core(
        None if scaled[0] is None else scaled[0] / 10,
        None if scaled[1] is None else scaled[1] / 10,
        None if scaled[2] is None else (scaled[2] % 31) / 10,
        None if scaled[3] is None else scaled[3] % 72,
        None if scaled[4] is None else scaled[4] % 72,
        None if scaled[5] is None else scaled[5] / 10,
    )


def fractions(values: tuple[int | None, ...]) -> list[Fraction | None]:
    scale = (100, 100, 31, 72, 72, 101)
    return [
        None if value is None else Fraction(value % limit if limit < 100 else value)
        for value, limit in zip(values, scale, strict=True)
    ]


@given(six_cells, six_cells, st.booleans())
def test_policies_agree_with_rational_numbers(before, after, attended):
    six = [read(b, a) for b, a in zip(fractions(before), fractions(after), strict=True)]
    lowest = level_of(fill(six, "worse", 0))
    highest = level_of(fill(six, "", 100))
    unchanged = level_of(fill(six, "", 0))
    complete = all(word != "gap" for word, _ in six)
    assert lowest <= unchanged <= highest
    expected = {
        "interval": lowest if lowest == highest else None,
        "worst-case": lowest,
        "unchanged": unchanged if attended else 0,
        "complete-case": lowest if complete else None,
    }
    for policy, level in expected.items():
        response = jia.acr_ped(
            baseline=built(before), now=built(after), missing=policy, attended=attended
        )
        assert response.level == level, policy
        assert (response.level_min, response.level_max) == (lowest, highest)


@given(
    st.lists(st.sampled_from([0, 4, 5, 7, 8, 10, 13, 14]), min_size=6, max_size=6),
    st.lists(st.sampled_from([0, 4, 5, 7, 8, 10, 13, 14]), min_size=6, max_size=6),
    st.sets(st.integers(0, 5), min_size=1, max_size=2),
)
def test_the_interval_holds_every_completion(before, after, hidden):
    """Whatever stood in the gaps, the answer lies within the bounds."""

    def made(values):
        return core(values[0] / 2, values[1] / 2, values[2] / 5, *values[3:])

    whole = jia.acr_ped(baseline=made(before), now=made(after))
    blanked = [None if place in hidden else value for place, value in enumerate(after)]
    gappy = core(
        *(
            None if value is None else value / scale
            for value, scale in zip(blanked, (2, 2, 5, 1, 1, 1), strict=True)
        )
    )
    open_ = jia.acr_ped(baseline=made(before), now=gappy)
    assert open_.level_min <= whole.level <= open_.level_max
    if open_.level is not None:
        assert open_.level == whole.level


def test_a_visit_that_was_not_attended():
    rows = jia.CoreSet(**columns(BETTER, BETTER, GAPS, GAPS))
    attended = np.array([True, False, True, False])
    by_it = jia.acr_ped(baseline=START, now=rows, missing="unchanged", attended=attended)
    np.testing.assert_array_equal(by_it.level, [50, 0, 50, 0])
    np.testing.assert_array_equal(by_it.meets(50), [1, 0, 1, 0])
    # The other policies read what was recorded.
    for policy, expected in (
        ("interval", [50, 50, np.nan, np.nan]),
        ("worst-case", [50, 50, 0, 0]),
        ("complete-case", [50, 50, np.nan, np.nan]),
    ):
        other = jia.acr_ped(baseline=START, now=rows, missing=policy, attended=attended)
        np.testing.assert_array_equal(other.level, expected)


@pytest.mark.parametrize("gap", [None, np.nan])
def test_attendance_is_known(gap):
    rows = jia.CoreSet(**columns(BETTER, BETTER))
    with pytest.raises(RequestError, match="attended has gaps") as caught:
        jia.acr_ped(
            baseline=START,
            now=rows,
            missing="unchanged",
            attended=np.array([True, gap], dtype=object),
        )
    assert caught.value.where == (1,)
    with pytest.raises(NotNumericError):
        jia.acr_ped(baseline=START, now=BETTER, missing="unchanged", attended="yes")


def test_an_unknown_policy_is_refused():
    with pytest.raises(RequestError, match="unchanged: a missing component is neither"):
        jia.acr_ped(baseline=START, now=BETTER, missing="locf")


def test_policies_meet_as_their_level_says():
    for policy, now in itertools.product(
        ("worst-case", "unchanged", "complete-case"), (GAPS, BETTER)
    ):
        response = jia.acr_ped(baseline=START, now=now, missing=policy)
        for level in LEVELS:
            expected = None if response.level is None else response.level >= level
            assert response.meets(level) is expected


# --------------------------------------------------------------------------------------------
# What a response says

OPEN = core(4, 4, 1, 7, 10, None)  # three better by 50 %: level 50, whatever the CRP was
HALF_OPEN = core(4, 4, 1.4, None, 10, 100)  # the CHAQ by 30 %: 30, or 50 if the joints are better


def test_what_is_certain_while_the_level_is_open():
    response = jia.acr_ped(baseline=START, now=HALF_OPEN)
    assert (response.level, response.level_min, response.level_max) == (None, 30, 50)
    met = {level: response.meets(level) for level in LEVELS}
    assert met == {30: True, 50: None, 70: False, 90: False, 100: False}
    assert response.improved == {
        "physician_global": True,
        "patient_global": True,
        "chaq": True,
        "active_joints": None,
        "limited_joints": False,
        "crp": False,
    }
    assert response.worsened["active_joints"] is None
    assert response.worsened["crp"] is False
    settled = jia.acr_ped(baseline=START, now=OPEN)
    assert (settled.level, settled.level_min, settled.level_max) == (50, 50, 50)
    with pytest.raises(RequestError, match="numbers 30, 50, 70, 90, 100"):
        response.meets(60)


def test_one_gap_and_no_temperature_are_two_gaps():
    response = jia.acr_ped(
        baseline=START,
        now=OPEN,
        criteria=CANAKINUMAB,
        highest_temperature=None,
        missing="complete-case",
    )
    assert response.level is None


def test_the_policy_is_told():
    told = {
        policy: jia.acr_ped(baseline=START, now=HALF_OPEN, missing=policy).explain()
        for policy in ("interval", "worst-case", "unchanged", "complete-case")
    }
    assert told["interval"].endswith("between level 30 and level 50.")
    assert told["worst-case"].endswith(
        "ACR Pedi 30 is reached (worst-case: every missing component has worsened: the level is "
        "level_min)."
    )
    assert "(unchanged: a missing component is neither" in told["unchanged"]
    assert "(complete-case: any gap" in told["complete-case"]
    one = jia.acr_ped(baseline=START, now=HALF_OPEN)
    assert repr(one) == "<ACR Pedi by giannini-1997: level=None, level_min=30, level_max=50>"
    many = jia.acr_ped(baseline=START, now=jia.CoreSet(**columns(OPEN, HALF_OPEN)))
    assert repr(many) == "<ACR Pedi by giannini-1997: 2 visits>"


def test_criteria_that_contradict_themselves():
    giannini = RESPONSE_CRITERIA[0]
    for levels in ((), (50, 30), (30, 30)):
        with pytest.raises(DefinitionError, match="levels must ascend"):
            giannini.variant(name="x", levels=levels)
    for given_, absent in (("fever_limit", "fever_days"), ("fever_days", "fever_limit")):
        with pytest.raises(DefinitionError) as caught:
            giannini.variant(name="x", **{given_: 7})
        assert caught.value.variable == absent


def test_what_criteria_need():
    for criteria in RESPONSE_CRITERIA:
        assert ("highest_temperature" in criteria.needs) is (criteria.fever_limit is not None)


# --------------------------------------------------------------------------------------------
# Response of systemic symptoms, and criteria that ask for it

SYSTEMIC = {"criteria": "quartier-2011", "esr_upper_limit": 10, "crp_upper_limit": 6}
HALVED = {"baseline_esr": 80, "baseline_crp": 90, "esr": 40, "crp": 45, "highest_temperature": 37.9}


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, True),
        ({"highest_temperature": 38}, False),
        ({"highest_temperature": None}, None),
        ({"esr": 40.1}, False),
        ({"crp": 45.1}, False),
        # Normal at the limit, whatever it was before; raised from normal has not halved.
        ({"baseline_esr": 10, "esr": 10}, True),
        ({"baseline_crp": 5, "crp": 6.1}, False),
        ({"baseline_esr": None, "esr": 10}, True),
        ({"baseline_esr": None}, None),
        ({"esr": None}, None),
        ({"esr": None, "crp": 90}, False),
        ({"baseline_crp": 0, "crp": 7}, False),
    ],
)
def test_systemic_symptoms_respond(change: dict[str, Any], answer: bool | None) -> None:
    given = SYSTEMIC | HALVED | change
    assert jia.systemic_response(**given) is answer
    many = {name: np.array([value] * 3, float) for name, value in (HALVED | change).items()}
    found = jia.systemic_response(**SYSTEMIC, **many)
    expected = np.nan if answer is None else float(answer)
    np.testing.assert_array_equal(found, [expected] * 3)


def test_without_a_limit_only_a_fall_decides() -> None:
    given = {"criteria": "quartier-2011", **HALVED}
    assert jia.systemic_response(**given) is True
    assert jia.systemic_response(**given | {"esr": 41}) is None
    assert jia.systemic_response(**given | {"esr": 41, "crp": 46, "esr_upper_limit": 50}) is None


def test_a_fall_is_read_as_the_decimals_that_were_typed() -> None:
    given = SYSTEMIC | HALVED | {"baseline_crp": 14.2, "crp": 7.1}
    assert jia.systemic_response(**given) is True
    assert jia.systemic_response(**given | {"crp": 7.1001}) is False


@pytest.mark.parametrize(
    ("systemic", "levels"), [(True, (50, 50)), (False, (0, 0)), (None, (0, 50))]
)
def test_the_response_asks_for_that_of_systemic_symptoms(
    systemic: bool | None, levels: tuple[int, int]
) -> None:
    whole = jia.acr_ped(baseline=START, now=BETTER).level
    found = jia.acr_ped(
        baseline=START, now=BETTER, criteria="quartier-2011", systemic_response=systemic
    )
    least, most = (whole if level else 0 for level in levels)
    assert (found.level_min, found.level_max) == (least, most)
    assert found.level == (least if least == most else None)
    assert "systemic symptoms" in str(found.explain())
    with pytest.raises(ArgumentError, match="needs systemic_response="):
        jia.acr_ped(baseline=START, now=BETTER, criteria="quartier-2011")
    with pytest.raises(ArgumentError, match="does not read it"):
        jia.acr_ped(baseline=START, now=BETTER, systemic_response=True)


@pytest.mark.parametrize("kind", ["pandas", "pyarrow"])
def test_systemic_response_of_a_table_is_against_the_baseline(kind: str) -> None:
    visits = pd.DataFrame(
        {
            "patient": ["a", "a", "a", "b", "b"],
            "date": [1, 30, 60, 1, 30],
            "highest_temperature": [39, 37.9, 38, 39, 37],
            "esr": [80, 40, 10, 60, None],
            "crp": [90, 45, 3, 90, 91],
            "esr_upper_limit": 10,
            "crp_upper_limit": 6,
        }
    )
    table = (
        pytest.importorskip("pyarrow").Table.from_pandas(visits) if kind == "pyarrow" else visits
    )
    request = jia.ask.systemic_response(criteria="quartier-2011")
    out = jia.assess(table, measures=[request], baseline="first")
    found = out["systemic_response_quartier_2011"]
    answers = (
        found.to_pylist()
        if kind == "pyarrow"
        else [None if pd.isna(each) else bool(each) for each in found]
    )
    assert answers == [None, True, False, None, False]
