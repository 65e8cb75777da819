"""What `explain` and the messages say, line by line, for patients that show each word once."""

from __future__ import annotations

import math

import pytest

import jiascores as jia
from jiascores.core.errors import RequestError
from jiascores.measures.change import percent_change

SIX = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "crp")
BEFORE = jia.CoreSet(**dict(zip(SIX, (8, 8, 2, 0, 10, 0), strict=True)))
AFTER = jia.CoreSet(**dict(zip(SIX, (4, 9, None, 3, 14, 0), strict=True)))

RESPONSE = """\
                                                     baseline    visit   change
physician global assessment of disease activity             8        4  -50.0 %  improved by ≥ 50 %
patient (or parent) global assessment of well-being         8        9  +12.5 %  unchanged by the criteria
CHAQ disability index                                       2  missing           unknown
active joint count, 71 joints                               0        3   from 0  worsened
joints with limited range of motion, 71 joints             10       14  +40.0 %  worsened
C-reactive protein                                          0        0      0 %  unchanged by the criteria"""
CRITERIA = (
    "quartier-2011: level L (30, 50, 70, 90, 100): ≥ L % better in ≥ 3 of 6 and > 30 % worse in ≤ 1, "
    "and response of systemic symptoms."
)


@pytest.mark.parametrize(
    ("systemic", "shown", "words"),
    [(True, "1", "responded"), (False, "0", "no response"), (None, "missing", "unknown")],
)
def test_a_response_explained(systemic, shown, words) -> None:
    found = jia.acr_ped(
        baseline=BEFORE, now=AFTER, criteria="quartier-2011", systemic_response=systemic
    )
    *table, symptoms, criteria, answer = found.explain().splitlines()
    assert "\n".join(table) == RESPONSE
    assert symptoms == f"{'systemic symptoms':<52}{shown:>18}{'':>9}  {words}"
    assert criteria == CRITERIA
    assert answer == "ACR Pedi 30 is not reached (level 0)."
    assert found.change["crp"] == 0
    assert math.isnan(found.change["active_joints"])


def test_a_change_in_per_cent() -> None:
    """0 → 0 is no change; a rise from 0 has no per cent; other zeros are like any value."""
    for earlier, now, change in ((0, 0, 0), (1, 0, -100), (8, 9, 12.5), (3, 1, -66.7), (5, 5, 0)):
        assert round(float(percent_change(earlier, now)), 1) == change
    assert str(float(percent_change(0, 2))) == "nan"
    assert str(float(percent_change(None, 2))) == "nan"


FLARE = {"reference": BEFORE, "now": BEFORE, "criteria": "canakinumab-sjia"}


@pytest.mark.parametrize(
    ("fever", "answer", "word"),
    [
        (True, "A flare has occurred", "yes"),
        (False, "A flare has not occurred", "no"),
        (None, "A flare is not determinable: the gaps could tip it", "unknown"),
    ],
)
def test_a_flare_explained_by_its_fever(fever, answer, word) -> None:
    *_, last = jia.flare(**FLARE, flare_fever=fever).explain().splitlines()
    assert last == f"{answer} (0 worse, 0 better, 0 unknown; fever {word})."


def test_where_imputation_of_one_level_is_asked_for_the_way_is_said() -> None:
    way = "Non-responder imputation is a rule for one level"
    with pytest.raises(RequestError, match="missing='nri': choose from interval: ") as caught:
        jia.acr_ped(baseline=BEFORE, now=AFTER, missing="nri")
    assert way in str(caught.value)
    with pytest.raises(RequestError, match="missing='zero': choose from interval: ") as caught:
        jia.acr_ped(baseline=BEFORE, now=AFTER, missing="zero")
    assert way not in str(caught.value)
    with pytest.raises(RequestError, match="missing='zero': choose from interval: "):
        jia.ask.responder(30, missing="zero")
    jia.ask.responder(30, missing="nri")


def test_what_is_asked_for_in_some_categories_alone_is_in_the_rule() -> None:
    rule = jia.definition("reacch-out", jia.typing.InactiveDiseaseCriteria).rule
    assert rule == (
        "active joints ≤ 0; no uveitis; in systemic alone: no fever, rash, serositis, splenomegaly, "
        "lymphadenopathy; in enthesitis_related and psoriatic alone: no enthesitis; "
        "physician global < 1"
    )
