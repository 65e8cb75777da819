"""Macrophage activation syndrome: the 2016 criteria and the MS score."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.errors import (
    DefinitionError,
    MisalignedError,
    NotNumericError,
    OutOfRangeError,
    UnknownDefinitionError,
)
from jiascores.core.references import Evidence
from jiascores.core.variables import VARIABLES
from jiascores.measures.mas import MAS_CRITERIA, MAS_INPUTS, MAS_SCORE_CUTOFFS

YES = {
    "febrile": True,
    "known_or_suspected_sjia": True,
    "ferritin": 685,
    "platelets": 181,
    "ast": 49,
    "triglycerides": 157,
    "fibrinogen": 360,
}
NO = {
    "febrile": False,
    "known_or_suspected_sjia": False,
    "ferritin": 684,
    "platelets": 182,
    "ast": 48,
    "triglycerides": 156,
    "fibrinogen": 361,
}
FOUR = ("platelets", "ast", "triglycerides", "fibrinogen")


def patient(words: str) -> dict[str, float | bool | None]:
    """Return a patient from seven words: y, n or ? for each item, in the order of the criteria."""
    answers = dict(zip(MAS_INPUTS, words.replace(" ", ""), strict=True))
    return {
        name: None if answer == "?" else YES[name] if answer == "y" else NO[name]
        for name, answer in answers.items()
    }


TABLE = [
    # febrile, sJIA, ferritin; platelets, AST, triglycerides, fibrinogen: verdict
    ("y y y  y y y y", True),
    ("y y y  y y n n", True),
    ("y y y  y n y n", True),
    ("y y y  y n n y", True),
    ("y y y  n y y n", True),
    ("y y y  n y n y", True),
    ("y y y  n n y y", True),
    ("y y y  y n n n", False),
    ("y y y  n y n n", False),
    ("y y y  n n y n", False),
    ("y y y  n n n y", False),
    ("y y y  n n n n", False),
    ("n y y  y y y y", False),
    ("y n y  y y y y", False),
    ("y y n  y y y y", False),
    # gaps among the four
    ("y y y  y y ? ?", True),
    ("y y y  y ? n n", None),
    ("y y y  ? ? n n", None),
    ("y y y  ? n n n", False),
    ("y y y  y ? ? ?", None),
    ("y y y  ? ? ? ?", None),
    # gaps among the three
    ("? y y  y y n n", None),
    ("y ? y  y y n n", None),
    ("y y ?  y y n n", None),
    ("? ? ?  y y y y", None),
    ("? ? ?  y n n n", False),
    ("? n ?  y y y y", False),
    ("n ? ?  ? ? ? ?", False),
    ("? ? n  ? ? ? ?", False),
    ("? ? ?  ? ? ? ?", None),
]


@pytest.mark.parametrize(("words", "verdict"), TABLE)
def test_criteria(words, verdict):
    assert jia.mas_2016(**patient(words)) is verdict


@pytest.mark.parametrize(("words", "_"), TABLE)
def test_items(words, _):
    items = jia.components("mas_2016", **patient(words))
    expected = {"y": True, "n": False, "?": None}
    answers = zip(MAS_INPUTS, words.replace(" ", ""), strict=True)
    assert items == {name: expected[answer] for name, answer in answers}


def test_items_in_columns():
    ferritin = pd.Series([684, 685, None], index=["a", "b", "c"])
    items = jia.components("mas_2016", **patient("y y y y y n ?") | {"ferritin": ferritin})
    assert items["ferritin"].tolist() == [False, True, pd.NA]
    assert items["ast"].tolist() == [True] * 3
    assert items["fibrinogen"].isna().all()
    assert items["febrile"].index.tolist() == ["a", "b", "c"]
    assert items["febrile"].name == "febrile"


def test_unknown_exactly_where_a_gap_could_decide():
    """Every pattern of yes, no and gap, against every way of filling the gaps."""
    patterns = ["".join(pattern) for pattern in itertools.product("yn?", repeat=7)]
    table = pd.DataFrame([patient(pattern) for pattern in patterns]).astype("Float64")
    columns = {name: table[name].to_numpy(dtype=float, na_value=np.nan) for name in MAS_INPUTS}
    found = jia.mas_2016(**columns)
    known = {
        pattern: pattern[:3] == "yyy" and pattern[3:].count("y") >= 2
        for pattern in ("".join(one) for one in itertools.product("yn", repeat=7))
    }
    for pattern, verdict in zip(patterns, found, strict=True):
        filled = {
            known["".join(one)]
            for one in itertools.product(*("yn" if answer == "?" else answer for answer in pattern))
        }
        assert (None if math.isnan(verdict) else bool(verdict)) == (
            filled.pop() if len(filled) == 1 else None
        ), pattern


BOUNDS = [
    # variable, on which side yes lies: yes, no
    ("ferritin", 684.001, 684),
    ("platelets", 181, 181.001),
    ("ast", 48.001, 48),
    ("triglycerides", 156.001, 156),
    ("fibrinogen", 360, 360.001),
]


@pytest.mark.parametrize(("name", "yes", "no"), BOUNDS)
def test_both_sides_of_each_bound(name, yes, no):
    if name == "ferritin":
        decisive = patient("y y y y y n n")
    else:
        # One other of the four is fulfilled, so that this one decides.
        other = "ast" if name == "platelets" else "platelets"
        decisive = patient("y y y n n n n") | {other: YES[other]}
    assert jia.mas_2016(**decisive | {name: yes}) is True
    assert jia.mas_2016(**decisive | {name: no}) is False


def test_criteria_in_columns():
    rows = [patient(words) for words, _ in TABLE]
    expected = [verdict for _, verdict in TABLE]
    frame = pd.DataFrame(rows, index=[f"visit {row}" for row in range(len(rows))])
    series = jia.mas_2016(**{name: frame[name] for name in MAS_INPUTS})
    assert str(series.dtype) == "boolean"
    assert [None if one is pd.NA else bool(one) for one in series] == expected
    assert series.index.equals(frame.index)
    polars = pl.DataFrame(rows)
    assert jia.mas_2016(**{name: polars[name] for name in MAS_INPUTS}).to_list() == expected
    ferritin = np.array([684, 685, np.nan])
    with_numbers = jia.mas_2016(**patient("y y y y y n n") | {"ferritin": ferritin})
    np.testing.assert_array_equal(with_numbers, [0, 1, np.nan])


def test_a_variant_of_the_criteria():
    three = MAS_CRITERIA[0].variant(name="three-of-four", needed=3)
    assert jia.mas_2016(**patient("y y y y y n n"), criteria=three) is False
    assert jia.mas_2016(**patient("y y y y y y n"), criteria=three) is True
    assert jia.mas_2016(**patient("y y y y y n ?"), criteria=three) is None
    higher = MAS_CRITERIA[0].variant(name="ferritin-1000", ferritin_above=1000)
    assert jia.mas_2016(**patient("y y y y y n n"), criteria=higher) is False
    assert MAS_CRITERIA[0].evidence is Evidence.SECONDARY
    assert "ferritin > 684 ng/mL and ≥ 2 of: platelets ≤ 181" in MAS_CRITERIA[0].rule
    assert MAS_CRITERIA[0].needs == MAS_INPUTS
    for needed in (0, 5):
        with pytest.raises(DefinitionError, match="from 1 to 4"):
            MAS_CRITERIA[0].variant(name="x", needed=needed)
    with pytest.raises(UnknownDefinitionError, match="ravelli-2016"):
        jia.mas_2016(**patient("y y y y y n n"), criteria="hlh-2004")


def test_what_the_laboratory_cannot_have_measured():
    with pytest.raises(OutOfRangeError, match="per µL, divide by 1000"):
        jia.mas_2016(**patient("y y y y y n n") | {"platelets": 181_000})
    with pytest.raises(OutOfRangeError, match="ferritin = -1"):
        jia.mas_2016(**patient("y y y y y n n") | {"ferritin": -1})
    with pytest.raises(NotNumericError):
        jia.mas_2016(**patient("y y y y y n n") | {"febrile": "yes"})
    with pytest.raises(MisalignedError):
        jia.mas_2016(**patient("y y y y y n n") | {"ast": [1, 2], "ferritin": [1, 2, 3]})


@pytest.mark.parametrize(
    ("name", "unit", "given_", "canonical"),
    [
        ("fibrinogen", "g/L", 3.6, 360),
        ("ferritin", "ug/L", 684, 684),
        ("platelets", "/uL", 181_000, 181),
        ("triglycerides", "mmol/L", 1.76, 155.8832),
    ],
)
def test_other_units(name, unit, given_, canonical):
    assert VARIABLES[name].factor(unit) * given_ == pytest.approx(canonical)


# --------------------------------------------------------------------------------------------
# MS score

MS_INPUTS = ("cns", "haemorrhage", "arthritis", "platelets", "ldh", "fibrinogen", "ferritin")
MS_SCORES = [
    # CNS, haemorrhage, arthritis, platelets, LDH, fibrinogen, ferritin: score
    ((0, 0, 1, 150, 800, 200, 10_000), -0.75),
    ((0, 0, 1, 500, 300, 500, 1000), -4.40),
    ((0, 0, 0, 0, 0, 0, 0), 0),
    ((1, 0, 0, 0, 0, 0, 0), 2.44),
    ((0, 1, 0, 0, 0, 0, 0), 1.54),
    ((0, 0, 1, 0, 0, 0, 0), -1.30),
    ((0, 0, 0, 100, 0, 0, 0), -0.3),
    ((0, 0, 0, 0, 100, 0, 0), 0.1),
    ((0, 0, 0, 0, 0, 100, 0), -0.4),
    ((0, 0, 0, 0, 0, 0, 100), 0.01),
    ((0, 0, 1, 200, 200, 100, 0), -2.1),
]


@pytest.mark.parametrize(("values", "score"), MS_SCORES)
def test_ms_score(values, score):
    given_ = dict(zip(MS_INPUTS, values, strict=True))
    assert jia.ms_score(**given_) == score
    assert sum(jia.components("ms_score", **given_).values()) == pytest.approx(score)
    flags = {name: bool(given_[name]) for name in MS_INPUTS[:3]}
    assert jia.ms_score(**given_ | flags) == score


@pytest.mark.parametrize("name", MS_INPUTS)
def test_ms_score_with_a_gap(name):
    whole = dict(zip(MS_INPUTS, MS_SCORES[0][0], strict=True))
    score = jia.ms_score(**whole | {name: None})
    assert math.isnan(score)
    assert jia.suggests_mas(score) is None


def test_ms_score_in_columns():
    frame = pd.DataFrame([values for values, _ in MS_SCORES], columns=MS_INPUTS)
    expected = [score for _, score in MS_SCORES]
    scores = jia.ms_score(**{name: frame[name] for name in MS_INPUTS})
    assert scores.tolist() == expected
    verdicts = jia.suggests_mas(scores)
    assert verdicts.tolist() == [score >= -2.1 for score in expected]
    assert verdicts.name == "suggests_mas_minoia_2019"


MS_VERDICTS = [(-2.1, True), (-2.099, True), (-2.101, False), (-4.4, False), (5, True)]


@pytest.mark.parametrize(("score", "verdict"), MS_VERDICTS)
def test_suggests_mas(score, verdict):
    assert jia.suggests_mas(score) is verdict


def test_suggests_mas_in_columns():
    found = jia.suggests_mas(np.array([-2.1, -2.2, np.nan]))
    np.testing.assert_array_equal(found, [1, 0, np.nan])
    own = MAS_SCORE_CUTOFFS[0].variant(name="stricter", at_least=-1)
    assert jia.suggests_mas(-2.1, cutoff=own) is False
    assert own.rule == "MS score ≥ -1"
    assert own.needs == ("ms_score",)
    with pytest.raises(OutOfRangeError):
        jia.suggests_mas(math.inf)


WEIGHTS = ("2.44", "1.54", "-1.30", "-0.003", "0.001", "-0.004", "0.0001")


@given(
    st.tuples(
        *[st.integers(0, 1)] * 3,
        st.integers(0, 1500),
        st.integers(0, 9000),
        st.integers(0, 1200),
        st.integers(0, 300_000),
    )
)
def test_ms_score_is_exact(values):
    exact = sum(Decimal(weight) * value for weight, value in zip(WEIGHTS, values, strict=True))
    score = jia.ms_score(**dict(zip(MS_INPUTS, values, strict=True)))
    assert score == float(exact)
    assert jia.suggests_mas(score) is (exact >= Decimal("-2.1"))


def test_ms_score_says_that_it_has_no_bounds():
    row = jia.definitions("score").set_index("name").loc["ms_score"]
    assert row["rule"].endswith("without bounds")
    assert row["bounds"] == ""
    assert row["evidence"] == "primary"
