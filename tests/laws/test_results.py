"""Results are what they say: frozen, also after pickle and copy; compared, hashed, never a truth value."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import attrs
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.variables import CORE_VARIABLES
from jiascores.errors import RequestError
from tests.laws.bad_data import CALLS

# What each way makes of a result.
WAYS: dict[str, Callable[[Any], Any]] = {
    "itself": lambda result: result,
    "copied": copy.copy,
    "copied deeply": copy.deepcopy,
    "pickled": lambda result: pickle.loads(pickle.dumps(result)),
    "pickled in the first protocol": lambda result: pickle.loads(pickle.dumps(result, protocol=2)),
    "evolved": lambda result: (
        attrs.evolve(result) if attrs.has(type(result)) else copy.copy(result)
    ),
}


def _results() -> dict[str, Any]:
    """Return one object of each class that right calls give, and of those that it holds."""
    found: dict[str, Any] = {}
    for function, given in CALLS.values():
        with mpl.rc_context():
            answer = function(**given)
        held = [
            getattr(answer, field.name)
            for field in (attrs.fields(type(answer)) if attrs.has(type(answer)) else ())
            if not field.name.startswith("_")
        ]
        for each in (answer, *held):
            if attrs.has(type(each)) or isinstance(each, jia.CoreSet):
                found.setdefault(type(each).__name__, each)
    # How a verdict is declared is no result.
    found.pop("Verdict")
    return found | {"Trial": jia.datasets.load_msc_trial()}


RESULTS = _results()


def fields_of(result: Any) -> list[str]:
    """Return the names of the fields of a result."""
    if attrs.has(type(result)):
        names = [field.name for field in attrs.fields(type(result))]
        return [name for name in names if not name.startswith("_")]
    return [*CORE_VARIABLES, "esr"]


def test_there_are_results_of_many_classes() -> None:
    assert {*RESULTS} >= {
        "AcrPedResponse", "FlareVerdict", "ResponseLoss", "CoreSet", "JointExam", "ChaqForm", "Request", "Column",
        "Difference", "Agreement", "PairedChange", "EventComparison", "TippingPoint", "Manifest",
        "AnalysisDataset", "Comparison", "ReadableTable", "Verification", "IntercurrentEvents",
    }  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", RESULTS)
def test_no_field_can_be_changed_or_taken_away(name: str, way: str) -> None:
    result = WAYS[way](RESULTS[name])
    assert type(result) is type(RESULTS[name])
    for field in fields_of(result):
        before = getattr(result, field)
        with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError, TypeError)):
            setattr(result, field, None)
        with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError, TypeError)):
            delattr(result, field)
        assert getattr(result, field) is before
    with pytest.raises((attrs.exceptions.FrozenInstanceError, AttributeError, TypeError)):
        result.a_field_that_there_is_not = 1


@pytest.mark.parametrize("way", [way for way in WAYS if way != "itself"])
@pytest.mark.parametrize("name", RESULTS)
def test_what_is_kept_is_what_was_there(name: str, way: str) -> None:
    result, kept = RESULTS[name], WAYS[way](RESULTS[name])
    assert repr(kept) == repr(result)
    for field in fields_of(result):
        _assert_same(getattr(kept, field), getattr(result, field))
    try:
        hashed = hash(result)
    except TypeError:
        # What holds tables has no hash, and then no copy of it has one.
        with pytest.raises(TypeError):
            hash(kept)
    else:
        if result == kept:
            assert hash(kept) == hashed


def _assert_same(one: Any, other: Any) -> None:
    """Assert that two fields hold the same."""
    if isinstance(one, pd.DataFrame | pd.Series):
        assert one.equals(other)
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, tuple | list):
        assert len(one) == len(other)
        for mine, yours in zip(one, other, strict=True):
            _assert_same(mine, yours)
    elif not callable(one):
        assert repr(one) == repr(other)


@pytest.mark.parametrize("name", RESULTS)
def test_a_verdict_is_no_truth_value(name: str) -> None:
    result = RESULTS[name]
    if hasattr(type(result), "__bool__"):
        with pytest.raises(RequestError, match="neither true nor false"):
            bool(result)


@pytest.mark.parametrize("name", RESULTS)
def test_to_compare_and_to_hash_never_fails_for_what_is_in_it(name: str) -> None:
    result, again = RESULTS[name], copy.deepcopy(RESULTS[name])
    assert (result == again) is not (result != again)
    assert result not in (None, 1, name, object())


@pytest.mark.parametrize(
    "name", ["JointExam", "Column", "Reference", "ResponseCriteria", "Flagged"]
)
def test_what_says_the_same_is_equal(name: str) -> None:
    result = RESULTS[name]
    assert len({result, WAYS["pickled"](result), WAYS["copied deeply"](result)}) == 1


def test_a_verdict_on_many_can_be_compared_too() -> None:
    base = jia.CoreSet(**dict.fromkeys([*CORE_VARIABLES, "esr"], (3.0, 2.0)))
    result = jia.acr_ped(baseline=base, now=base)
    assert result != copy.deepcopy(result)
    assert {result, result} == {result}
