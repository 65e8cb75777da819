"""The CHAQ as forms have it: coded from 1, answered in words, with aids as lists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores import errors
from jiascores.measures.chaq import DOMAINS, ITEM_COUNT
from tests.eager import MAKERS, columns_of

ITEMS = [0, 1, 0, 1, 0, 0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 3, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 1, 1, 0]
FROM_1 = [item + 1 for item in ITEMS]
COLUMNS = [jia.column(f"i{number}") for number in range(ITEM_COUNT)]
WORDS = {
    0: "Without any difficulty",
    1: "With some difficulty",
    2: "with MUCH difficulty",
    3: "Unable to do",
}


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


def form(items: list, *more: list) -> dict:
    return {
        column.name: [row[place] for row in (items, *more)] for place, column in enumerate(COLUMNS)
    }


def test_coded_from_1() -> None:
    due = jia.chaq_di(items=ITEMS)
    assert jia.chaq_di(items=FROM_1, coded_from=1) == due
    assert jia.chaq_di(items=[*FROM_1[:-1], 9], coded_from=1, not_applicable=9) == due
    domains = [1, 0, 2, 1, 0, 0, 1, None]
    from_1 = [None if one is None else one + 1 for one in domains]
    assert jia.chaq_di(domains=from_1, coded_from=1) == jia.chaq_di(domains=domains)
    arrays = [np.array([item, item]) for item in FROM_1]
    assert jia.chaq_di(items=arrays, coded_from=1).tolist() == [due, due]


@pytest.mark.parametrize("wrong", [0, 5, 1.5])
def test_what_is_no_answer_where_items_are_coded_from_1(wrong) -> None:
    with pytest.raises((errors.OutOfRangeError, errors.NotWholeError), match=f"= {wrong}"):
        jia.chaq_di(items=[wrong, *FROM_1[1:]], coded_from=1)


def test_codings_that_there_are_not() -> None:
    for wrong in (2, -1, "1", None):
        with pytest.raises(errors.RequestError, match="coded from 0 or from 1"):
            jia.chaq_di(items=ITEMS, coded_from=wrong)
    for code in (1, 4):
        with pytest.raises(errors.InconsistentError, match="1–4"):
            jia.chaq_di(items=FROM_1, coded_from=1, not_applicable=code)
    assert jia.chaq_di(items=[0, *FROM_1[1:]], coded_from=1, not_applicable=0) > 0


def test_aids_in_the_order_of_the_form() -> None:
    named = jia.chaq_di(items=ITEMS, aids=["reach", "grip"])
    assert jia.chaq_di(items=ITEMS, aids=[0, 0, 0, 0, 0, 1, 1, 0]) == named
    assert (
        jia.chaq_di(items=ITEMS, aids=[domain in ("reach", "grip") for domain in DOMAINS]) == named
    )
    with pytest.raises(errors.RequestError, match="list of 7"):
        jia.chaq_di(items=ITEMS, aids=[0] * 7)


def test_columns_coded_from_1(make) -> None:
    table = make(form(FROM_1, [item and 1 + item for item in ITEMS]))
    ask = jia.ask.chaq_di(items=COLUMNS, coded_from=1, not_applicable=0, components=True)
    out = columns_of(jia.assess(table, measures=[ask]))
    assert out["chaq_di"][0] == jia.chaq_di(items=ITEMS)
    # What does not apply is no gap.
    assert out["chaq_dressing_incomplete"] == [False, False]
    wrong = make(form([5, *FROM_1[1:]]))
    with pytest.raises(errors.OutOfRangeError, match=r"= 5 in row 0.*1–4"):
        jia.assess(wrong, measures=[jia.ask.chaq_di(items=COLUMNS, coded_from=1)])


@pytest.mark.parametrize("coded_from", [0, 1])
def test_answers_in_words(make, coded_from) -> None:
    words = [WORDS[item] for item in ITEMS]
    table = make(form(words, ["not applicable", *words[1:]]))
    ask = jia.ask.chaq_di(items=COLUMNS, coded_from=coded_from)
    assert (
        columns_of(jia.assess(table, measures=[ask]))["chaq_di"] == [jia.chaq_di(items=ITEMS)] * 2
    )
    with pytest.raises(errors.NotNumericError, match="'with trouble' in row 0"):
        jia.assess(make(form(["with trouble", *words[1:]])), measures=[ask])


def test_aids_listed_in_a_column(make) -> None:
    table = {**form(*[ITEMS] * 4), "aids": ["reach, grip", "", "Reach", None]}
    ask = jia.ask.chaq_di(items=COLUMNS, aids=jia.column("aids"))
    out = columns_of(jia.assess(make(table), measures=[ask]))["chaq_di"]
    assert out[:3] == [
        jia.chaq_di(items=ITEMS, aids=["reach", "grip"]),
        jia.chaq_di(items=ITEMS),
        jia.chaq_di(items=ITEMS, aids=["reach"]),
    ]
    # A list that is missing could raise a domain.
    assert out[3] is None
    table["aids"] = ["reach; walking stick", "", "", ""]
    with pytest.raises(errors.NotCoveredError, match=r"'reach; walking stick' in row 0"):
        jia.assess(make(table), measures=[ask])


def test_aids_as_eight_columns(make) -> None:
    ticks = {f"aid{number}": ["no", "no"] for number in range(8)} | {"aid5": ["ja", "nein"]}
    ask = jia.ask.chaq_di(items=COLUMNS, aids=[jia.column(name) for name in ticks])
    out = columns_of(jia.assess(make({**form(ITEMS, ITEMS), **ticks}), measures=[ask]))
    due = [jia.chaq_di(items=ITEMS, aids=["reach"]), jia.chaq_di(items=ITEMS)]
    assert out["chaq_di"] == due


def test_forms_coded_from_1_are_suspicious_until_it_is_said() -> None:
    table = pd.DataFrame(form(*[FROM_1] * 6))
    found = jia.check(table, measures=[jia.ask.chaq_di(items=COLUMNS)])
    assert "coded_from=1" in " ".join(found["message"][found["finding"] == "suspicious"])
    found = jia.check(table, measures=[jia.ask.chaq_di(items=COLUMNS, coded_from=1)])
    assert "suspicious" not in found["finding"].tolist()
    # Too few forms say nothing.
    found = jia.check(table[:4], measures=[jia.ask.chaq_di(items=COLUMNS)])
    assert "suspicious" not in found["finding"].tolist()


@pytest.mark.parametrize("cell", ["no", 0, False])
def test_a_list_of_aids_that_is_none_is_refused_with_what_to_write(cell) -> None:
    items = {f"item_{number}": [1, 1] for number in range(30)}
    visits = pd.DataFrame({**items, "aid": ["reach, grip", cell]}, dtype=object)
    columns = [jia.column(name) for name in items]
    ask = jia.ask.chaq_di(items=columns, aids=jia.column("aid"))
    with pytest.raises(jia.errors.NotCoveredError, match="Write none where it lists nothing"):
        jia.assess(visits, measures=[ask])
    visits["aid"] = ["reach, grip", "none"]
    assert jia.assess(visits, measures=[ask])["chaq_di"].tolist() == [1.25, 1.0]
