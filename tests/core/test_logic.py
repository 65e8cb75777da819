"""Yes, no and unknown: the tables as they stand, and numbers and arrays that never disagree."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiascores.core import logic
from tests.strategies import decimals

YES, NO, UNKNOWN = 1.0, 0.0, math.nan
ANSWERS = (YES, NO, UNKNOWN)


def same(found: Any, expected: float) -> bool:
    """Return whether two answers are the same, unknown like unknown."""
    return bool(found == expected or (found != found and expected != expected))


def assert_gives(function: Callable[..., Any], arguments: Sequence[Any], expected: float) -> None:
    """Ask with plain numbers, with arrays, and with each number among arrays."""
    one = function(*arguments)
    assert type(one) is float
    assert same(one, expected), (arguments, one)
    for alone in (None, *range(len(arguments))):
        mixed = [
            each if place == alone else np.full(3, each) for place, each in enumerate(arguments)
        ]
        if any(isinstance(each, np.ndarray) for each in mixed):
            many = function(*mixed)
            assert many.dtype == np.float64
            assert [same(each, expected) for each in many] == [True] * 3, (arguments, many)


# --------------------------------------------------------------------------------------------
# The tables

AND = [
    # yes, no, unknown
    (YES, [YES, NO, UNKNOWN]),
    (NO, [NO, NO, NO]),
    (UNKNOWN, [UNKNOWN, NO, UNKNOWN]),
]
OR = [
    (YES, [YES, YES, YES]),
    (NO, [YES, NO, UNKNOWN]),
    (UNKNOWN, [YES, UNKNOWN, UNKNOWN]),
]


@pytest.mark.parametrize(("function", "table"), [(logic.all_of, AND), (logic.any_of, OR)])
def test_two_answers(function: Callable[..., Any], table: list[tuple[float, list[float]]]) -> None:
    for one, row in table:
        for other, expected in zip(ANSWERS, row, strict=True):
            assert_gives(function, (one, other), expected)


@pytest.mark.parametrize(("answer", "opposite"), [(YES, NO), (NO, YES), (UNKNOWN, UNKNOWN)])
def test_the_opposite(answer: float, opposite: float) -> None:
    assert_gives(logic.no, (answer,), opposite)


def of_every_filling(answers: Sequence[float], counts: Callable[[int], bool]) -> float:
    """Return what every way of filling the gaps agrees on, else unknown."""
    fillings = itertools.product(*((YES, NO) if one != one else (one,) for one in answers))
    found = {counts(filling.count(YES)) for filling in fillings}
    return float(found.pop()) if len(found) == 1 else UNKNOWN


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_an_answer_is_unknown_just_where_a_gap_could_matter(size: int) -> None:
    for answers in itertools.product(ANSWERS, repeat=size):
        every = of_every_filling(answers, lambda yes: yes == size)
        assert_gives(logic.all_of, answers, every)
        some = of_every_filling(answers, lambda yes: yes > 0)
        assert_gives(logic.any_of, answers, some)
        for need in range(size + 2):
            enough = of_every_filling(answers, lambda yes, need=need: yes >= need)
            assert_gives(lambda *of, need=need: logic.at_least_of(need, *of), answers, enough)


@pytest.mark.parametrize(
    ("first", "second", "place"),
    [
        (YES, NO, 7),
        (YES, UNKNOWN, 7),
        (NO, YES, 8),
        (UNKNOWN, YES, 8),
        (NO, NO, 9),
        (NO, UNKNOWN, UNKNOWN),
        (UNKNOWN, NO, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_a_case_is_chosen_where_a_yes_settles_it(first: float, second: float, place: float) -> None:
    assert_gives(
        lambda one, two: logic.choose((one, 7), (two, 8), otherwise=9), (first, second), place
    )


@pytest.mark.parametrize(
    ("place", "answer"), [(0.0, YES), (1.0, NO), (2.0, UNKNOWN), (UNKNOWN, UNKNOWN)]
)
def test_the_answer_at_a_place(place: float, answer: float) -> None:
    assert_gives(lambda at, *of: logic.at_place(at, of, lambda one: one), (place, *ANSWERS), answer)


# --------------------------------------------------------------------------------------------
# Comparisons


COMPARISONS = [
    # function; below, at and above the bound
    (logic.at_most, (YES, YES, NO)),
    (logic.at_least, (NO, YES, YES)),
    (logic.above, (NO, NO, YES)),
    (logic.below, (YES, NO, NO)),
    (logic.equal, (NO, YES, NO)),
]


@pytest.mark.parametrize(("compare", "expected"), COMPARISONS)
def test_a_comparison_on_both_sides_and_with_a_gap(
    compare: Callable[..., Any], expected: tuple[float, float, float]
) -> None:
    for value, answer in zip((2.0, 3.0, 4.0), expected, strict=True):
        assert_gives(compare, (value, 3.0), answer)
        assert_gives(compare, (value, UNKNOWN), UNKNOWN)
    assert_gives(compare, (UNKNOWN, 3.0), UNKNOWN)
    assert_gives(compare, (UNKNOWN, UNKNOWN), UNKNOWN)


NOISE = 3.7 + 0.1
ROUNDED = 0.1 * 3


@pytest.mark.parametrize(("compare", "expected"), COMPARISONS[:4])
def test_decimals_compare_as_they_were_typed(
    compare: Callable[..., Any], expected: tuple[float, float, float]
) -> None:
    assert NOISE > 3.8
    assert ROUNDED > 0.3
    for value, bound in ((NOISE, 3.8), (3.8, NOISE), (ROUNDED, 0.3), (0.3, ROUNDED)):
        assert_gives(compare, (value, bound), expected[1])
    assert_gives(compare, (NOISE - 0.0001, 3.8), expected[0])
    assert_gives(compare, (NOISE + 0.0001, 3.8), expected[2])


# --------------------------------------------------------------------------------------------
# Conditions, which are true or false


def test_a_condition_with_its_exception() -> None:
    for condition, exception in itertools.product((True, False), repeat=2):
        assert logic.unless(condition, exception) is (condition and not exception)


def test_one_of_two_by_a_condition() -> None:
    assert logic.either(True, 1.0, 2.0) == 1.0
    assert logic.either(False, 1.0, 2.0) == 2.0


def test_how_many_are_true_and_which_level_is_reached() -> None:
    assert [logic.count([True] * many + [False] * 2) for many in range(4)] == [0, 1, 2, 3]
    assert [nested(many) for many in range(4)] == [0, 30, 50, 70]


def test_a_value_stays_in_its_range() -> None:
    inside = {1.9: 2, 2.0: 2, 2.1: 2.1, 9.9: 9.9, 10.0: 10, 10.1: 10, 71.0: 10}
    assert [logic.clamp(value, 2, 10) for value in inside] == [*inside.values()]
    assert math.isnan(logic.clamp(UNKNOWN, 2, 10))


def test_what_is_missing_and_what_is_known() -> None:
    assert (logic.missing(UNKNOWN), logic.missing(0.0)) == (True, False)
    assert_gives(lambda value: logic.known(value == 1, value), (1.0,), YES)
    assert_gives(lambda value: logic.known(value == 1, value), (2.0,), NO)
    assert_gives(lambda value: logic.known(value == 1, value), (UNKNOWN,), UNKNOWN)


# --------------------------------------------------------------------------------------------
# Numbers and arrays

answers = st.sampled_from(ANSWERS)
truths = st.booleans()
values = st.one_of(decimals(0, 10, 1), st.just(math.nan))
places = st.sampled_from([0.0, 1.0, 2.0, math.nan])
LEVELS = (30, 50, 70)


def nested(*reached: int) -> Any:
    """Reach so many of the levels, the lowest first."""
    return logic.highest_of(LEVELS, [reached[0] >= step for step in (1, 2, 3)])


# What each function takes, one strategy an argument; the last may come several times.
FUNCTIONS: dict[str, tuple[Callable[..., Any], list[st.SearchStrategy[Any]], int]] = {
    "missing": (logic.missing, [values], 1),
    "known": (logic.known, [truths, values], 3),
    "at_most": (logic.at_most, [values, values], 2),
    "at_least": (logic.at_least, [values, values], 2),
    "above": (logic.above, [values, values], 2),
    "below": (logic.below, [values, values], 2),
    "equal": (logic.equal, [places, places], 2),
    "no": (logic.no, [answers], 1),
    "all_of": (logic.all_of, [answers], 4),
    "any_of": (logic.any_of, [answers], 4),
    "at_least_of": (lambda *of: logic.at_least_of(2, *of), [answers], 4),
    "choose": (
        lambda *of: logic.choose(*((each, 10 * at) for at, each in enumerate(of)), otherwise=-1),
        [answers],
        4,
    ),
    "at_place": (
        lambda at, *of: logic.at_place(at, of, lambda one: one),
        [places, answers, answers, answers],
        4,
    ),
    "either": (logic.either, [truths, values, values], 3),
    "unless": (logic.unless, [truths, truths], 2),
    "highest_of": (nested, [st.integers(0, 3)], 1),
    "clamp": (lambda value: logic.clamp(value, 2, 4), [values], 1),
    "count": (lambda *of: logic.count(of), [truths], 6),
}


def test_every_function_is_tried() -> None:
    public = {
        name
        for name, each in vars(logic).items()
        if callable(each) and getattr(each, "__module__", "") == logic.__name__ and name[0] != "_"
    }
    assert public == set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(data=st.data())
def test_arrays_answer_as_their_numbers_do(name: str, data: st.DataObject) -> None:
    function, takes, most = FUNCTIONS[name]
    takes = takes + takes[-1:] * data.draw(st.integers(0, most - len(takes)))
    rows = data.draw(st.integers(1, 5))
    given_: list[Any] = [
        data.draw(st.one_of(each, st.lists(each, min_size=rows, max_size=rows))) for each in takes
    ]
    given_[0] = data.draw(st.lists(takes[0], min_size=rows, max_size=rows))
    many = function(*(np.array(each) if isinstance(each, list) else each for each in given_))
    alone = [
        function(*(each[row] if isinstance(each, list) else each for each in given_))
        for row in range(rows)
    ]
    assert np.shape(many) == (rows,)
    assert [same(each, one) for each, one in zip(many, alone, strict=True)] == [True] * rows
    assert {type(one) for one in alone} <= {float, bool, int}
