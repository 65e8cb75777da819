"""Agreement: kappa by its definition and by other code, and vocabularies that are not one."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core import errors
from tests.eager import MAKERS

ONE, OTHER = jia.column("one"), jia.column("other")
STATES = ("inactive", "low", "moderate", "high")
FIVE = tuple("abcde")


def agreement(table, **more):
    return jia.analysis.agreement(table, ONE, OTHER, **more)


def table_of(pairs, **more) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["one", "other"]).assign(**more)


def test_agreement_of_two_sets() -> None:
    # Cohen's own arithmetic: observed 0.7, expected 0.5, so kappa 0.4.
    pairs = [("low", "low")] * 35 + [("low", "high")] * 15 + [("high", "low")] * 15
    pairs += [("high", "high")] * 35 + [("low", None)]
    found = agreement(table_of(pairs))
    assert (found.visits, found.left_out, found.patients) == (100, 1, 100)
    assert found.agree == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    # Of two words alike often, the variance is (1 − kappa²)/n.
    reach = 1.959964 * math.sqrt((1 - 0.4**2) / 100)
    assert (found.low, found.high) == pytest.approx((0.4 - reach, 0.4 + reach))
    assert (found.words, found.counts) == (("low", "high"), ((35, 15), (15, 35)))
    assert str(found).startswith(
        "kappa 0.4000 (95 % interval 0.2204 to 0.5796), unweighted; 0.7000"
    )
    with pytest.raises(errors.RequestError, match="neither true nor false"):
        bool(found)


@pytest.mark.parametrize("kind", MAKERS)
def test_words_that_no_type_declares_are_those_that_are_there(kind) -> None:
    words = {"one": ["low", "high", "low"], "other": ["low", "high", "high"]}
    found = agreement(MAKERS[kind](words))
    assert (found.words, found.counts) == (("low", "high"), ((1, 1), (0, 1)))


PAIRS = st.lists(st.tuples(*[st.sampled_from(STATES)] * 2), min_size=20, max_size=60)


def by_definition(pairs, power):
    """Return weighted kappa from all pairs of ratings, those of one visit and those of any two."""

    def distance(a, b):
        far = abs(STATES.index(a) - STATES.index(b))
        return (far > 0) if power == 0 else far**power

    seen = sum(distance(a, b) for a, b in pairs) / len(pairs)
    firsts, seconds = zip(*pairs, strict=True)
    chance = sum(distance(a, b) for a, b in product(firsts, seconds)) / len(pairs) ** 2
    return 1 - seen / chance if chance else math.nan


@pytest.mark.stats
@settings(deadline=None)
@given(PAIRS, st.sampled_from([None, "linear", "quadratic"]))
def test_kappa_by_its_definition_and_by_statsmodels(pairs, weights) -> None:
    from statsmodels.stats.inter_rater import cohens_kappa

    found = agreement(table_of(pairs), weights=weights, order=STATES)
    expected = by_definition(pairs, {None: 0, "linear": 1, "quadratic": 2}[weights])
    assert found.kappa == pytest.approx(expected, nan_ok=True)
    if not found.why_not:
        other = cohens_kappa(np.array(found.counts, dtype=float), wt=weights)
        assert found.kappa == pytest.approx(other.kappa)
        assert (found.low, found.high) == pytest.approx((other.kappa_low, other.kappa_upp))
        assert found.low < found.high


def test_a_visit_again_of_the_same_patient_adds_nothing() -> None:
    random = np.random.default_rng(4)
    words = np.array(STATES)
    table = pd.DataFrame({name: words[random.integers(0, 4, 40)] for name in ("one", "other")})
    once, twice = table.assign(patient=range(40)), pd.concat([table.assign(patient=range(40))] * 2)
    single, double = agreement(once), agreement(twice)
    assert (double.visits, double.patients) == (80, 40)
    assert (double.kappa, double.low, double.high) == pytest.approx(
        (single.kappa, single.low, single.high)
    )
    alone = agreement(twice.assign(patient=range(80)))
    assert alone.high - alone.low < (double.high - double.low) * 0.75


# --------------------------------------------------------------------------------------------
# No interval


def pairs_of(patients: int) -> list:
    return [("low", "low"), ("low", "high"), ("high", "high"), ("high", "high")] * (patients // 4)


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        ([("low", "low")] * 15 + [("high", "high")] * 15, "agreement is perfect"),
        ([("low", "low")] * 30, "one word alone occurs"),
        ([("low", "low")] * 15 + [("high", "low")] * 15, "one word alone occurs in a column"),
        ([("low", None)] * 30, "no visit has both"),
        (
            [*pairs_of(16), ("low", "high"), ("low", "low"), ("low", "low")],
            "fewer than 20 patients",
        ),
        (pairs_of(20), ""),
    ],
)
def test_no_interval_where_it_would_say_too_much(pairs, why) -> None:
    found = agreement(table_of(pairs))
    assert found.why_not == why
    assert math.isnan(found.low) == math.isnan(found.high) == bool(why)
    assert (f"no interval: {why}" in str(found)) == bool(why)


@pytest.mark.parametrize(("agreed", "beyond"), [(21, True), (17, False)])
def test_no_interval_beyond_one(agreed, beyond) -> None:
    # One disagreement among few: the normal interval reaches beyond 1, which no kappa does.
    pairs = [("low", "low"), ("high", "high")] * agreed + [("low", "high")] * (1 if beyond else 8)
    found = agreement(table_of(pairs))
    assert found.why_not.endswith("beyond ±1") == beyond
    assert math.isnan(found.low) == math.isnan(found.high) == beyond
    assert found.kappa < 1
    assert beyond or found.high < 1


def test_patients_count_and_not_visits() -> None:
    many = table_of(pairs_of(20) * 5, patient=[at % 19 for at in range(100)])
    assert agreement(many).why_not == "fewer than 20 patients"
    enough = agreement(many.assign(patient=[at % 20 for at in range(100)]))
    assert (enough.why_not, enough.patients) == ("", 20)


# --------------------------------------------------------------------------------------------
# Vocabularies

FINE = ["inactive", "low", "moderate", "high"] * 6
COARSE = ["inactive", "low", "moderate_or_high", "moderate_or_high"] * 6


def typed(words, categories, ordered=True):
    return pd.Categorical(words, categories=categories, ordered=ordered)


OPEN = ("inactive", "low", "moderate_or_high")
REFUSED = {
    "states of two sets": (FINE, COARSE),
    "two words that are of no set together": (["low", "between"], ["low", "moderate"]),
    "no word in common": (["active", "remission"], ["high", "inactive"]),
    "a word each that the other has not": (["yes", "no", "maybe"], ["yes", "no", "open"]),
    "other spellings": (["Low", "High"], ["low", "high"]),
    "types with other categories": (typed(["low"], STATES), typed(["low"], OPEN)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_vocabularies_that_differ_are_refused(case) -> None:
    one, other = REFUSED[case]
    with pytest.raises(errors.RequestError, match="two vocabularies do not agree or disagree"):
        agreement(pd.DataFrame({"one": one, "other": other}))


ACCEPTED = {
    "words of one set": (["low", "moderate"], ["high", "inactive"]),
    "a word that did not occur": (["a", "b"], ["a", "a"]),
    "the same types": (typed(["low"], STATES), typed(["high"], STATES)),
    "yes and no": ([True, False], [True, True]),
    "levels": ([30, 50, 70], [30, 50, 30]),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_vocabularies_that_can_be_one_are_taken(case) -> None:
    one, other = ACCEPTED[case]
    assert agreement(pd.DataFrame({"one": one, "other": other})).visits == len(one)


def test_a_nesting_makes_one_vocabulary_of_two() -> None:
    nested = {"moderate_or_high": ["moderate", "high"]}
    found = agreement(pd.DataFrame({"one": FINE, "other": COARSE}), nested=nested)
    assert (found.words, found.agree, found.kappa) == (OPEN, 1, 1)
    assert found.why_not == "agreement is perfect"
    both = pd.DataFrame({"one": typed(FINE, STATES), "other": typed(COARSE, OPEN)})
    assert str(agreement(both, nested=nested)) == str(found)
    worse = pd.DataFrame({"one": FINE, "other": COARSE[3:] + COARSE[:3]})
    assert agreement(worse, nested=nested).agree == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("nested", "words"),
    [
        ({"moderate_or_high": ["moderate", "high"], "any": ["high"]}, "high in two words"),
        ({"moderat_or_hi": ["moderat", "hi"]}, "nested= names moderat_or_hi"),
        ({"moderate_or_high": ["moderate"]}, "two vocabularies"),
    ],
)
def test_a_nesting_that_cannot_be_is_refused(nested, words) -> None:
    with pytest.raises(errors.RequestError, match=words):
        agreement(pd.DataFrame({"one": FINE, "other": COARSE}), nested=nested)


def test_an_order_declares_the_vocabulary() -> None:
    table = table_of([("a", "b"), ("b", "c"), ("c", "a"), ("d", "d")] * 6)
    found = agreement(table, weights="linear", order=FIVE)
    assert found.words == FIVE
    with pytest.raises(errors.RequestError, match="order= does not name d"):
        agreement(table, weights="linear", order="abc")
    with pytest.raises(errors.RequestError, match="needs the order of a, b, c, d"):
        agreement(table, weights="linear")
    with pytest.raises(errors.RequestError, match="'linear' or 'quadratic'"):
        agreement(table, weights="cubic")


def test_weights_take_the_order_of_states_numbers_and_types() -> None:
    states = table_of([("high", "low"), ("inactive", "low"), ("moderate", "high")])
    assert agreement(states, weights="linear").words == STATES
    levels = table_of([(100, 30), (30, 0), (0, 100)])
    assert agreement(levels, weights="linear").words == ("0", "30", "100")
    sizes = ["tiny", "big", "huge"]
    typed_ = pd.DataFrame({"one": typed(["huge"], sizes), "other": typed(["big"], sizes)})
    assert agreement(typed_, weights="quadratic").words == tuple(sizes)
    loose = pd.DataFrame(
        {
            "one": typed(["huge"], sizes, ordered=False),
            "other": typed(["big"], sizes, ordered=False),
        }
    )
    with pytest.raises(errors.RequestError, match="needs the order"):
        agreement(loose, weights="quadratic")


VISITS = pd.DataFrame(
    {
        "patient": [f"p{at}" for at in range(30)],
        "physician_global": [at % 7 for at in range(30)],
        "patient_global": [at % 5 for at in range(30)],
        "active_joints": [at % 9 for at in range(30)],
    }
)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_states_of_assess_in_every_kind_of_frame(make) -> None:
    """Two sets of one vocabulary agree to some extent; of two, they are refused unless nested."""

    def column(cutoffs):
        return f"state_cjadas10_{cutoffs.replace('-', '_')}"

    sets = ("consolaro-2014", "trincianti-2021", "backstrom-2019")
    asked = [jia.ask.state("cjadas10", cutoffs=name, course="poly") for name in sets]
    out = jia.assess(make(VISITS.to_dict("list")), measures=asked)
    one, other, third = (jia.column(column(name)) for name in sets)
    found = jia.analysis.agreement(out, one, other, weights="linear")
    assert (found.words, found.visits, found.patients) == (STATES, 30, 30)
    assert found.low < found.kappa < found.high
    with pytest.raises(errors.RequestError, match="two vocabularies"):
        jia.analysis.agreement(out, one, third)
    nested = {"moderate_or_high": ["moderate", "high"]}
    assert jia.analysis.agreement(out, one, third, nested=nested).words == OPEN
