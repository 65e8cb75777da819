"""What each variable may be, written down once more from the forms, papers and laboratories."""

from __future__ import annotations

import math
from collections import OrderedDict
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.errors import NotNumericError, NotWholeError, OutOfRangeError
from jiascores.core.suspicions import Hours, Seen
from jiascores.core.values import BLOCK, check, is_missing, number, to_floats
from jiascores.core.variables import VARIABLES

# Unit, lowest and highest value of each that is measured or counted; * where it is whole.
ALLOWED = {
    "physician_global patient_global pain parent_disease_activity morning_stiffness_rating": (
        "0-10", 0, 10, ""
    ),
    "systemic_manifestations": ("0-10", 0, 10, "*"),
    "chaq": ("0-3", 0, 3, ""),
    "chaq_item": ("0-3", 0, 3, "*"),
    "active_joints limited_joints swollen_joints joints_ever parent_joints": ("joints", 0, 71, "*"),
    "active_joints_27": ("joints", 0, 27, "*"),
    "esr esr_upper_limit": ("mm/h", 0, math.inf, ""),
    "crp crp_upper_limit": ("mg/L", 0, math.inf, ""),
    "marker_upper_limit": ("as the marker", 0, math.inf, ""),
    "biologicals_tried": ("drugs", 0, math.inf, "*"),
    "entheses": ("entheses", 0, math.inf, "*"),
    "temperature highest_temperature": ("°C", 34, 43, ""),
    "haemoglobin": ("g/dL", 0, 30, ""),
    "platelets": ("10^9/L", 0, 10_000, ""),
    "ferritin": ("ng/mL", 0, math.inf, ""),
    "ast ldh": ("U/L", 0, math.inf, ""),
    "triglycerides fibrinogen": ("mg/dL", 0, math.inf, ""),
    "morning_stiffness": ("min", 0, math.inf, ""),
    "days_since_injection injection_days": ("days", 0, math.inf, ""),
    "month": ("months", 0, math.inf, ""),
}  # fmt: skip
BY_NAME = {name: row for names, row in ALLOWED.items() for name in names.split()}


def test_every_variable_is_written_down_or_is_a_yes_or_no() -> None:
    others = [VARIABLES[name] for name in VARIABLES if name not in BY_NAME]
    assert all((one.flag, one.whole, one.low, one.high) == (True, True, 0, 1) for one in others)
    assert not any(VARIABLES[name].flag for name in BY_NAME)


@pytest.mark.parametrize("name", BY_NAME)
def test_both_sides_of_each_end(name) -> None:
    unit, low, high, whole = BY_NAME[name]
    variable, step = VARIABLES[name], 1 if whole else 0.01
    assert variable.unit == unit

    def accepted(value: float) -> bool:
        try:
            check(variable, np.array([float(value)]))
        except OutOfRangeError:
            return False
        return True

    assert accepted(low)
    assert accepted(low + step)
    assert not accepted(low - step)
    assert accepted(1e6 if high == math.inf else high)
    assert not accepted(high + step if high < math.inf else high)
    if whole:
        for half in (low + 0.5, 3.5 if high > 3 else 1.5):
            with pytest.raises(NotWholeError):
                check(variable, np.array([half]))
    else:
        assert accepted(low + 0.5)


@pytest.mark.parametrize("name", [name for name in VARIABLES if VARIABLES[name].flag])
def test_a_yes_or_no_is_0_or_1(name) -> None:
    check(VARIABLES[name], np.array([0.0, 1.0, np.nan]))
    for value in (-1.0, 2.0):
        with pytest.raises(OutOfRangeError):
            check(VARIABLES[name], np.array([value]))


def test_a_factor_is_known_or_none() -> None:
    assert VARIABLES["crp"].factor("mg/dL") == 10
    assert VARIABLES["crp"].factor("mg/L") == 1
    # No factor alone makes °C of °F.
    assert VARIABLES["temperature"].factor("°F") is None
    for variable in VARIABLES.values():
        assert variable.factor("furlongs") is None


def test_all_that_is_no_number_is_named_wherever_it_stands() -> None:
    with pytest.raises(NotNumericError) as caught:
        to_floats(["x", 3, {}, 4, "y"], VARIABLES["esr"])
    assert caught.value.values == ("x", {}, "y")
    with pytest.raises(NotNumericError) as caught:
        jia.jadas10(
            physician_global=[1, "a", 2, "b"], patient_global=[1] * 4, active_joints=[1] * 4,
            esr=[1] * 4,
        )  # fmt: skip
    assert caught.value.values == ("a", "b")
    assert "'a' at 1, 'b' at 3:" in str(caught.value)


def test_a_count_and_a_yes_or_no_that_are_not_whole_say_what_is_allowed() -> None:
    with pytest.raises(NotWholeError, match="is 0–71 joints, counted"):
        check(VARIABLES["active_joints"], np.array([3.5]))
    with pytest.raises(NotWholeError, match="neither yes nor no") as raised:
        check(VARIABLES["rash"], np.array([0.5]))
    assert "counted" not in str(raised.value)


@pytest.mark.parametrize("count", [3.5, [3, 3.5], np.array([3.5])])
def test_half_a_joint_is_refused_by_every_measure_that_counts_joints(count) -> None:
    globals_ = {"physician_global": 2, "patient_global": 2}
    for ask in (
        lambda: jia.jadas10(**globals_, active_joints=count, esr=20),
        lambda: jia.cjadas71(**globals_, active_joints=count),
        lambda: jia.sjadas10(**globals_, active_joints=count, esr=20, systemic_manifestations=1),
    ):
        with pytest.raises(NotWholeError, match=r"active_joints = 3\.5"):
            ask()


def test_half_a_joint_is_refused_wherever_it_stands_among_many() -> None:
    """Long columns are looked at in blocks: the last number of the last one counts like the first."""
    counts = np.full(BLOCK + 3, 3.0)
    for place in (0, BLOCK - 1, BLOCK, BLOCK + 2):
        wrong = counts.copy()
        wrong[place] = 3.5
        with pytest.raises(NotWholeError) as raised:
            jia.cjadas10(
                physician_global=counts, patient_global=counts, active_joints=wrong
            )  # fmt: skip
        assert list(raised.value.where) == [place]


def test_durations_in_hours_are_those_above_0() -> None:
    values = np.array([0.0, 0.0, np.nan, *[0.25, 0.5, 1, 1.5] * 4])
    seen = Seen(values, {}, None, 1.0)
    assert Hours().which(seen).tolist() == (values > 0).tolist()
    # Many a multiple of five, too few, or longer than anybody is stiff: minutes, then.
    for other in (values * 60, values[:8], np.where(values == 1, 6.5, values)):
        assert Hours().which(Seen(other, {}, None, 1.0)) is None


def test_numbers_of_32_bits_are_the_decimals_that_were_typed() -> None:
    """All below 1,000 with one decimal, as laboratories give them."""
    typed = np.arange(10_000) / 10
    np.testing.assert_array_equal(to_floats(typed.astype(np.float32), VARIABLES["ferritin"]), typed)
    fine = np.array([0.125, 1.2345, 12.3456, 38.55])
    np.testing.assert_array_equal(to_floats(fine.astype(np.float32), VARIABLES["crp"]), fine)


@pytest.mark.parametrize(
    "name", ["mcp6_left", "mcp1_lefts", "mcp 6", "pip7_right", "toe_pip6_left"]
)
def test_a_joint_that_nobody_has_is_none(name) -> None:
    with pytest.raises(jia.JiaScoresError):
        jia.JointExam(active={name})
    visits = pd.DataFrame(
        {"patient": ["A"], "date": ["2024-01-10"], "joints": [name.replace("_", " ")]}
    )
    with pytest.raises(jia.JiaScoresError):
        jia.prepare.joint_counts(visits, active="joints")


def test_results_are_compared_by_identity_and_not_value_by_value() -> None:
    """Values may be columns, of which no single yes or no comes."""
    items = np.ones((30, 4), dtype=int)
    one, other = (jia.chaq_form(items=list(items)) for _ in range(2))
    assert one == one
    assert one != other


@pytest.mark.parametrize("code", [-999, -99, -9, -1, 99, 999, 9999])
def test_a_number_that_often_stands_for_a_gap_is_said_to(code) -> None:
    visits = pd.DataFrame({"physician_global": [1.0, float(code)]})
    (said,) = [m for m in jia.check(visits)["message"] if "A code for a gap?" in m]
    assert str(code) in said
    for other in (-998, -2, 98, 1000):
        found = jia.check(visits.replace(code, other))
        assert not any("A code for a gap?" in message for message in found["message"])


@pytest.mark.parametrize(
    "gap", [None, math.nan, np.float32("nan"), np.float64("nan"), np.float16("nan"), pd.NA, pd.NaT,
            np.datetime64("NaT", "D")],
)  # fmt: skip
def test_a_gap_of_any_kind_is_missing(gap) -> None:
    assert is_missing(gap)
    assert math.isnan(number(gap, VARIABLES["esr"]))


@pytest.mark.parametrize("value", [0, 0.0, False, "", np.float32(0), np.datetime64("2024-01-10")])
def test_nothing_else_is(value) -> None:
    assert not is_missing(value)


def test_a_mapping_of_any_kind_names_columns() -> None:
    visits = pd.DataFrame({"patient": ["A"], "date": ["2024-01-10"], "bsg": [20]})
    for columns in ({"esr": "bsg"}, MappingProxyType({"esr": "bsg"}), OrderedDict(esr="bsg")):
        found = jia.check(visits.assign(bsg=-1), columns=columns)
        assert found.loc[found["reason"] == "out-of-range", "column"].tolist() == ["bsg"]
