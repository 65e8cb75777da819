"""CHAQ: from items or domains to the disability index, and important change."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.definition import lookup
from jiascores.core.errors import (
    DefinitionError,
    InconsistentError,
    MisalignedError,
    NotNumericError,
    NotWholeError,
    OutOfRangeError,
    RequestError,
    UnknownDefinitionError,
)
from jiascores.core.references import Evidence
from jiascores.measures.chaq import (
    CHAQ_DIFFERENCES,
    CHAQ_SCORINGS,
    DOMAINS,
    ITEM_COUNT,
    ITEMS,
    ChaqDifference,
    ChaqScoring,
)

NA = 9  # not applicable, as this data set writes it
__ = None  # not answered


def items(walking=(0, 0), **others: Any) -> dict[str, list[Any]]:
    """Return a form with zeros but for the domains named."""
    zeros = {name: [0] * size for name, size in ITEMS.items()}
    return zeros | {"walking": list(walking), **others}


# --------------------------------------------------------------------------------------------
# One domain

ONE_DOMAIN = [
    # items of a domain, aid or help: domain, incomplete
    ([0, 0], False, 0, False),
    ([0, 1], False, 1, False),
    ([3, 1], False, 3, False),
    ([NA, 1], False, 1, False),  # the highest applicable item
    ([NA, 0], False, 0, False),
    ([__, 1], False, 1, True),  # the highest answered item, flagged
    ([__, 0], False, 0, True),
    ([__, 3], False, 3, False),  # nothing could raise it
    ([__, NA], False, None, False),
    ([NA, NA], False, None, False),  # all not applicable: unanswered
    ([__, __], False, None, False),
    ([0, 0], True, 2, False),
    ([0, 1], True, 2, False),
    ([2, 0], True, 2, False),
    ([3, 0], True, 3, False),
    ([__, 1], True, 2, True),
    ([NA, NA], True, 2, False),  # an aid ticked with no item answered
    ([__, __], True, 2, True),
    ([__, NA], True, 2, True),
    ([], True, 2, True),
    (None, True, 2, True),
    (None, False, None, False),
]


@pytest.mark.parametrize(("answers", "aid", "score", "incomplete"), ONE_DOMAIN)
@pytest.mark.parametrize("ticks", ["aids", "help"])
def test_one_domain(answers, aid, score, incomplete, ticks):
    form = jia.chaq_form(
        items=items() | {"walking": answers},
        **{ticks: {"walking"} if aid else ()},
        not_applicable=NA,
    )
    walking = form.domains["walking"]
    assert math.isnan(walking) if score is None else walking == score
    assert form.incomplete["walking"] is incomplete
    assert form.answered == (7 if score is None else 8)
    assert form.index == (0 if score is None else score / 8)
    assert sum(form.incomplete.values()) == incomplete


AIDS = [
    # score from items, aids, help: domain; `__` where the tick itself is missing
    (1, False, False, 1),
    (1, True, False, 2),
    (1, False, True, 2),
    (1, True, True, 2),
    (1, __, True, 2),
    (1, __, False, "open"),
    (1, __, __, "open"),
    (2, __, __, 2),  # could not raise it
    (3, __, __, 3),
    (__, False, False, None),
    (__, True, __, 2),
    (__, __, False, "open"),  # 2, or unanswered
]


@pytest.mark.parametrize(("score", "aids", "help_", "expected"), AIDS)
def test_a_missing_tick_matters_only_where_it_could_raise_the_domain(score, aids, help_, expected):
    form = jia.chaq_form(
        domains=dict.fromkeys(DOMAINS, 0) | {"grip": score},
        aids={"grip": aids},
        help={"grip": help_},
    )
    if expected == "open":
        assert math.isnan(form.index)
        return
    assert form.index == (0 if expected is None else expected / 8)
    assert form.answered == (7 if expected is None else 8)


# --------------------------------------------------------------------------------------------
# The index

INDEX = [
    # eight domains: index
    ([0, 0, 0, 0, 0, 0, 0, 0], 0),
    ([3, 3, 3, 3, 3, 3, 3, 3], 3),
    ([1, 0, 0, 0, 0, 0, 0, 0], 0.125),
    ([2, 1, 0, 2, 1, 0, 1, 1], 1),
    ([3, 2, 3, 2, 3, 2, 3, 2], 2.5),
    ([2, 2, 2, 2, 2, 0, 0, __], 10 / 7),
    ([2, 2, 2, 2, 1, 1, __, __], 10 / 6),
    ([1, 1, 1, 1, 1, 1, __, __], 1),  # six
    ([1, 1, 1, 1, 1, __, __, __], None),  # five
    ([__, __, __, __, __, __, __, __], None),
]


@pytest.mark.parametrize(("domains", "index"), INDEX)
def test_mean_of_the_answered_domains(domains, index):
    found = jia.chaq_di(domains=domains)
    assert math.isnan(found) if index is None else found == index
    by_name = jia.chaq_di(domains=dict(zip(DOMAINS, domains, strict=True)))
    np.testing.assert_equal(by_name, found)
    # One item a domain is the same form.
    as_items = {name: [value] for name, value in zip(DOMAINS, domains, strict=True)}
    np.testing.assert_equal(jia.chaq_di(items=as_items), found)


def test_an_unrounded_mean_makes_thirty_per_cent_exact():
    before = jia.chaq_di(domains=[2, 2, 2, 2, 2, 0, 0, None])
    after = jia.chaq_di(domains=[1, 1, 1, 1, 1, 1, 1, None])
    others = {"physician_global": 5, "patient_global": 5, "active_joints": 5}
    now = {"physician_global": 2, "patient_global": 2, "active_joints": 5}
    response = jia.acr_ped(
        baseline=jia.CoreSet(**others, chaq=before, limited_joints=5, esr=20),
        now=jia.CoreSet(**now, chaq=after, limited_joints=5, esr=20),
    )
    assert response.level == 30
    assert response.change["chaq"] == -30


def test_aids_count_in_the_index():
    domains = [0, 0, 0, 0, 0, 0, None, None]
    assert jia.chaq_di(domains=domains) == 0
    assert jia.chaq_di(domains=domains, aids={"dressing"}) == 2 / 6
    # The aid answers a domain.
    assert jia.chaq_di(domains=domains, aids={"grip"}) == 2 / 7
    assert jia.chaq_di(domains=domains[:5] + [None] * 3, help={"activities"}) == 2 / 6
    assert jia.chaq_di(domains=domains, aids="dressing", help=["grip"]) == 4 / 7


def test_a_named_variant_of_the_scoring():
    singh = CHAQ_SCORINGS[0]
    assert singh.evidence is Evidence.SECONDARY
    assert "at least 6 of 8" in singh.rule
    strict = singh.variant(name="all-eight", domains_needed=8)
    any_number = singh.variant(name="any-number", domains_needed=1)
    domains = [3, *[None] * 7]
    assert math.isnan(jia.chaq_di(domains=[1] * 7 + [None], scoring=strict))
    assert jia.chaq_di(domains=[1] * 8, scoring=strict) == 1
    assert jia.chaq_di(domains=domains, scoring=any_number) == 3
    assert math.isnan(jia.chaq_di(domains=[None] * 8, scoring=any_number))
    harder = singh.variant(name="aids-3", raised_to=3)
    assert jia.chaq_di(domains=[0] * 8, aids={"grip"}, scoring=harder) == 3 / 8
    for needed in (0, 9):
        with pytest.raises(DefinitionError, match="8 domains"):
            singh.variant(name="impossible", domains_needed=needed)


def test_thirty_items_in_the_order_of_the_form():
    assert (ITEM_COUNT, len(DOMAINS)) == (30, 8)
    for place in range(ITEM_COUNT):
        answers = [0] * ITEM_COUNT
        answers[place] = 3
        form = jia.chaq_form(items=answers)
        raised = [name for name, score in form.domains.items() if score == 3]
        first = np.searchsorted(np.cumsum(list(ITEMS.values())), place, side="right")
        assert raised == [DOMAINS[first]]
        assert form.index == 0.375
        assert jia.chaq_di(items=np.array(answers)) == 0.375


# --------------------------------------------------------------------------------------------
# Many forms


def test_columns_of_arrays_and_series():
    forms = [
        ([1, 0, 0, 2, 1, 1, 0, 1], True),
        ([2, 2, 2, 2, 2, 0, 0, None], False),
        ([1, 1, 1, 1, 1, None, None, None], False),
    ]
    expected = [7 / 8, 10 / 7, np.nan]
    table = pd.DataFrame([values for values, _ in forms], columns=DOMAINS, index=["a", "b", "c"])
    reach = pd.Series([aid for _, aid in forms], index=table.index)
    series = jia.chaq_form(domains={name: table[name] for name in DOMAINS}, aids={"reach": reach})
    np.testing.assert_array_equal(series.index, expected)
    assert series.index.index.tolist() == ["a", "b", "c"]
    assert series.index.name == "chaq"
    assert series.answered.tolist() == [8, 7, 5]
    assert series.domains["reach"].iloc[0] == 2
    columns = [table[name].to_numpy() for name in DOMAINS]
    arrays = jia.chaq_di(domains=columns, aids={"reach": reach.to_numpy()})
    np.testing.assert_array_equal(arrays, expected)
    polars = jia.chaq_di(
        domains=[pl.Series(name, column) for name, column in zip(DOMAINS, columns, strict=True)],
        aids={"reach": pl.Series(reach.to_numpy())},
    )
    assert polars.to_list() == [7 / 8, 10 / 7, None]
    # Lists are columns too, and numbers go with them.
    lists = jia.chaq_di(domains=[[1, 2], 0, 0, 0, 0, 0, 0, 0])
    np.testing.assert_array_equal(lists, [1 / 8, 2 / 8])


def test_items_in_columns_with_a_code():
    walking = [pd.Series([NA, 1, np.nan, NA]), pd.Series([NA, 2, 1, np.nan])]
    form = jia.chaq_form(
        items=items() | {"walking": walking},
        aids={"walking": pd.Series([True, False, False, False])},
        not_applicable=NA,
    )
    assert form.domains["walking"].tolist()[:3] == [2, 2, 1]
    assert math.isnan(form.domains["walking"][3])
    assert form.incomplete["walking"].tolist() == [False, False, True, False]
    np.testing.assert_array_equal(form.index, [2 / 8, 2 / 8, 1 / 8, 0])
    assert repr(form) == "<CHAQ by singh-1994: 4 forms>"


def test_one_tick_for_many_forms():
    scores = jia.chaq_di(domains=[np.zeros(2)] * 8, help={"eating"})
    np.testing.assert_array_equal(scores, [0.25, 0.25])
    one = jia.chaq_form(domains=[0] * 8, help={"eating"})
    assert repr(one) == "<CHAQ by singh-1994: 0.25, 8 of 8 domains>"


# --------------------------------------------------------------------------------------------
# Against a reading of the page, form by form

answers = st.sampled_from([0, 1, 2, 3, NA, None])
forms = st.fixed_dictionaries(
    {name: st.lists(answers, min_size=size, max_size=size) for name, size in ITEMS.items()}
)


@given(forms, st.sets(st.sampled_from(DOMAINS)), st.sets(st.sampled_from(DOMAINS)))
def test_every_form_reads_as_the_page_says(form, aids, help_):
    expected = {}
    for name, given_items in form.items():
        scored = [value for value in given_items if value not in (NA, None)]
        score = max(scored, default=None)
        if name in aids | help_:
            score = max(score or 0, 2)
        expected[name] = score
    answered = [score for score in expected.values() if score is not None]
    mean = Fraction(sum(answered), len(answered)) if len(answered) >= 6 else None
    found = jia.chaq_form(items=form, aids=aids, help=help_, not_applicable=NA)
    assert found.answered == len(answered)
    for name, score in expected.items():
        assert math.isnan(found.domains[name]) if score is None else found.domains[name] == score
        gap = None in form[name] and score is not None and score < 3
        assert found.incomplete[name] is gap
    assert math.isnan(found.index) if mean is None else found.index == float(mean)


# --------------------------------------------------------------------------------------------
# What is refused


def test_what_the_form_cannot_hold():
    with pytest.raises(OutOfRangeError, match=r"walking item 2 = 4: out of range.*0–3"):
        jia.chaq_di(items=items([0, 4]))
    with pytest.raises(OutOfRangeError, match="walking item 1 = 9"):
        jia.chaq_di(items=items([NA, 0]))  # nobody said that 9 is "not applicable"
    with pytest.raises(OutOfRangeError, match="walking item 1 = 8"):
        jia.chaq_di(items=items([8, 0]), not_applicable=NA)
    with pytest.raises(NotWholeError, match=r"grip = 1\.5"):
        jia.chaq_di(domains=[0, 0, 0, 0, 0, 0, 1.5, 0])
    with pytest.raises(NotNumericError):
        jia.chaq_di(items=items(["much", 0]))
    with pytest.raises(NotNumericError):
        jia.chaq_di(domains=[True] * 8)
    with pytest.raises(NotNumericError, match="aids or help for grip"):
        jia.chaq_di(domains=[0] * 8, aids={"grip": "yes"})
    series = pd.Series([0, 7], index=["a", "b"])
    with pytest.raises(OutOfRangeError, match="1 = 7 at b"):
        jia.chaq_di(items=items([series, series]))


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_a_code_that_is_an_answer(code):
    with pytest.raises(InconsistentError, match="is an answer as well"):
        jia.chaq_di(items=items(), not_applicable=code)


REQUESTS: list[tuple[dict[str, Any], str]] = [
    ({}, "either items= or domains="),
    ({"items": items(), "domains": [0] * 8}, "either items= or domains="),
    ({"domains": [0] * 7}, "a list of 7, and the form has 8"),
    ({"items": [0] * 29}, "a list of 29, and the form has 30"),
    ({"items": np.zeros((30, 30))}, "a list of columns"),
    ({"items": items() | {"grip": np.zeros((5, 5))}}, "items of grip are a table"),
    ({"items": items() | {"grip": 1}}, "items of grip: give a list"),
    ({"items": pd.Series([0] * 30)}, "a dict by domain"),
    ({"domains": {"walking": 1}}, "domains has no dressing, arising"),
    ({"domains": dict.fromkeys((*DOMAINS, "runing"), 0)}, "'runing' is not a domain"),
    ({"domains": [0] * 8, "aids": {"walkin"}}, "Did you mean 'walking'"),
    ({"domains": [0] * 8, "help": {"walkin": True}}, "help: 'walkin' is not a domain"),
]


@pytest.mark.parametrize(("request_", "words"), REQUESTS, ids=[words for _, words in REQUESTS])
def test_what_cannot_be_understood(request_, words):
    with pytest.raises(RequestError, match=words):
        jia.chaq_di(**request_)


def test_columns_are_never_aligned():
    short = [np.zeros(2)] * 7 + [np.zeros(3)]
    with pytest.raises(MisalignedError, match="activities 1"):
        jia.chaq_di(domains=short)
    with pytest.raises(MisalignedError, match="help for grip"):
        jia.chaq_di(domains=[np.zeros(2)] * 8, help={"grip": np.zeros(3)})


# --------------------------------------------------------------------------------------------
# Important change

CHANGE = [
    # difference, baseline, now: verdict
    ("dempster-2001", 1, 0.87, "improved"),
    ("dempster-2001", 1, 0.871, "unchanged"),
    ("dempster-2001", 1, 0.875, "unchanged"),  # one step of eight domains
    ("dempster-2001", 1, 0.75, "improved"),
    ("dempster-2001", 1, 1.749, "unchanged"),
    ("dempster-2001", 1, 1.75, "worsened"),
    ("dempster-2001-step", 1, 0.875, "improved"),
    ("dempster-2001-step", 1, 0.876, "unchanged"),
    ("dempster-2001-step", 1, 1.749, "unchanged"),
    ("dempster-2001-step", 1, 1.75, "worsened"),
    ("brunner-2005", 1, 0.812, "improved"),
    ("brunner-2005", 1, 0.813, "unchanged"),
    ("brunner-2005", 1, 1.124, "unchanged"),
    ("brunner-2005", 1, 1.125, "worsened"),
    ("brunner-2005", 2.3, 2.112, "improved"),  # 0.18799999999999972 in binary
    ("brunner-2005", 1, 1, "unchanged"),
    ("brunner-2005", None, 1, None),
    ("brunner-2005", 1, None, None),
    ("brunner-2005", None, None, None),
]


@pytest.mark.parametrize(("difference", "baseline", "now", "verdict"), CHANGE)
def test_important_change(difference, baseline, now, verdict):
    assert jia.chaq_change(baseline=baseline, now=now, difference=difference) == verdict


@pytest.mark.parametrize("definition", CHAQ_DIFFERENCES, ids=lambda one: one.name)
def test_important_change_in_columns(definition):
    rows = [row for row in CHANGE if row[0] == definition.name]
    baseline = np.array([np.nan if row[1] is None else row[1] for row in rows])
    now = np.array([np.nan if row[2] is None else row[2] for row in rows])
    words = [row[3] for row in rows]
    assert jia.chaq_change(baseline=baseline, now=now, difference=definition).tolist() == words
    index = [f"row {row}" for row in range(len(rows))]
    series = jia.chaq_change(
        baseline=pd.Series(baseline, index=index),
        now=pd.Series(now, index=index),
        difference=definition,
    )
    assert series.astype(object).where(series.notna(), None).tolist() == words
    assert series.index.tolist() == index
    assert series.name == "chaq_change_" + definition.name.replace("-", "_")
    assert series.cat.categories.tolist() == ["worsened", "unchanged", "improved"]
    fixed = jia.chaq_change(baseline=1.0, now=now, difference=definition)
    assert fixed.shape == now.shape


@given(st.integers(0, 3000), st.integers(0, 3000), st.sampled_from(CHAQ_DIFFERENCES))
def test_important_change_is_that_of_thousandths(before, after, definition):
    change = after - before
    verdict = (
        "improved"
        if change <= round(definition.improvement * 1000)
        else "worsened"
        if change >= round(definition.worsening * 1000)
        else "unchanged"
    )
    found = jia.chaq_change(baseline=before / 1000, now=after / 1000, difference=definition)
    assert found == verdict


def test_differences_say_where_they_come_from():
    evidence = {one.name: one.evidence for one in CHAQ_DIFFERENCES}
    assert evidence == {
        "dempster-2001": Evidence.PRIMARY,
        "dempster-2001-step": Evidence.UNVERIFIED,
        "brunner-2005": Evidence.PRIMARY,
    }
    assert lookup(ChaqDifference, "brunner-2005", parameter="").rule == (
        "improved: change ≤ -0.188; worsened: change ≥ +0.125"
    )
    own = lookup(ChaqDifference, "brunner-2005", parameter="").variant(name="own", worsening=0.25)
    assert jia.chaq_change(baseline=1, now=1.2, difference=own) == "unchanged"


@pytest.mark.parametrize(("improvement", "worsening"), [(0.13, 0.75), (-0.13, -0.75), (0, 1)])
def test_differences_have_directions(improvement, worsening):
    with pytest.raises(DefinitionError, match="improvement is a fall") as caught:
        CHAQ_DIFFERENCES[0].variant(name="x", improvement=improvement, worsening=worsening)
    assert caught.value.variable == ("improvement" if improvement >= 0 else "worsening")


def test_a_difference_is_always_named():
    with pytest.raises(UnknownDefinitionError, match="papers disagree"):
        jia.chaq_change(baseline=1, now=1)
    with pytest.raises(UnknownDefinitionError, match="brunner-2005"):
        jia.chaq_change(baseline=1, now=1, difference="brunner")
    with pytest.raises(OutOfRangeError, match="chaq of now = 4"):
        jia.chaq_change(baseline=1, now=4, difference="brunner-2005")
    with pytest.raises(UnknownDefinitionError, match="scoring"):
        jia.chaq_di(domains=[0] * 8, scoring="haq")
    assert lookup(ChaqScoring, "singh-1994", parameter="scoring") is CHAQ_SCORINGS[0]
