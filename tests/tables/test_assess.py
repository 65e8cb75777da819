"""`assess` on small tables, by every kind of frame."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from tests.eager import MAKERS, columns_of


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


VISITS = {
    "patient": ["B", "A", "A", "A", "B"],
    "date": ["2020-03-01", "2020-02-01", "2020-01-01", "2020-03-01", "2020-01-01"],
    "phga_mm": [20, 60, 60, 20, 60],
    "patient_global": [2.0, None, 5.0, 2.0, 5.0],
    "chaq": [0.75, 1.5, 1.5, None, 1.5],
    "active_joints": [4, 12, 12, 4, 12],
    "limited_joints": [6, 10, 10, 10, 10],
    "esr": [20, 40, 40, 20, 40],
}
ASK = {
    "columns": {"physician_global": "phga_mm"},
    "units": {"physician_global": "mm"},
    "baseline": "first",
}


def test_rows_keep_their_order_and_the_baseline_is_empty(make) -> None:
    out = columns_of(jia.assess(make(VISITS), measures=["jadas71", "acr_ped"], **ASK))
    assert out["patient"] == VISITS["patient"]
    assert out["jadas71"] == [8.0, None, 25.0, 8.0, 25.0]
    assert out["acr_ped_level"] == [50, 0, None, 50, None]
    assert out["acr_ped_level_min"] == [50, 0, None, 50, None]
    assert out["acr_ped_level_max"] == [50, 0, None, 50, None]


def test_states_by_the_course_of_each_row(make) -> None:
    visits = {**VISITS, "form": ["oligo", "poly", "poly", None, "oligo"]}
    request = jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.column("form"))
    out = columns_of(jia.assess(make(visits), measures=[request], **ASK))
    assert out["state_cjadas10_trincianti_2021"] == ["moderate", None, "high", None, "high"]


#   visit      1st   2nd   3rd   4th    5th (on the 4th's date: not an earlier visit)
COURSE = {
    "patient": ["A"] * 5,
    "date": ["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01", "2020-04-01"],
    "physician_global": [6.0, 3.0, 6.0, 2.0, 6.0],
    "patient_global": [6.0, 3.0, 6.0, 2.0, 6.0],
    "chaq": [1.5, 0.75, 1.5, 0.5, 1.5],
    "active_joints": [12, 6, 12, 4, 12],
    "limited_joints": [10, 10, 10, 10, 10],
    "esr": [40, 40, 40, 40, 40],
    "end_of_lead_in": ["2020-02-15"] * 5,
    "chosen": ["N", "Y", "N", "N", None],
}
FLARES = {
    # How the column's name ends, and the 1st, 2nd, 3rd, 4th and 5th visit.
    "baseline": ("baseline", "", [None, False, False, False, False]),
    "last-responding": ("last-responding", "_last_responding", [None, None, True, False, True]),
    "best": ("best", "_best", [None, None, True, False, True]),
    "end-of-lead-in": ("end-of-lead-in", "_end_of_lead_in", [None, None, True, False, True]),
    "flagged": (jia.flagged("chosen"), "_chosen", [None, None, True, False, True]),
    "on or before": (
        jia.on_or_before("end_of_lead_in"),
        "_end_of_lead_in",
        [None, None, True, False, True],
    ),
    "last responding at 70": (jia.last_responding(70), "_last_responding_70", [None] * 5),
}


@pytest.mark.parametrize("name", FLARES)
def test_flare_against_each_reference(make, name: str) -> None:
    reference, ending, expected = FLARES[name]
    request = jia.ask.flare(criteria="prcsg-printo", reference=reference)
    out = columns_of(jia.assess(make(COURSE), measures=[request], baseline="first"))
    assert out[f"flare_prcsg_printo{ending}"] == expected
    assert request.columns == (f"flare_prcsg_printo{ending}",)


def test_loss_needs_an_earlier_visit_with_the_level(make) -> None:
    requests = [jia.ask.loss_of_response(30), jia.ask.loss_of_response(70)]
    out = columns_of(jia.assess(make(COURSE), measures=requests, baseline="first"))
    assert out["acr_ped_30_lost"] == [None, False, True, False, True]
    assert out["acr_ped_70_lost"] == [None, False, False, False, False]
    assert jia.ask.loss_of_response(50).level == 50


def test_one_flare_against_two_references_makes_two_columns(make) -> None:
    requests = [
        jia.ask.flare(criteria="brunner-2002", reference=reference)
        for reference in ("baseline", "best")
    ]
    out = columns_of(jia.assess(make(COURSE), measures=requests, baseline="first"))
    assert out["flare_brunner_2002"] == [None, False, False, False, False]
    assert out["flare_brunner_2002_best"] == [None, None, True, False, True]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"criteria": "brunner-2002"}, "reference= must name the visit"),
        ({"reference": "baseline"}, "criteria= must name flare criteria"),
        ({"criteria": "brunner-2002", "reference": "lead-in"}, "reference='lead-in': choose"),
        (
            {"criteria": "canakinumab-sjia", "reference": "best", "flare_fever": "f"},
            "takes a column",
        ),
        (
            {"criteria": "brunner-2002", "reference": "best", "flare_fever": jia.column("f")},
            "does not read it",
        ),
        (
            {"criteria": "canakinumab-sjia", "reference": "best", "fever": jia.column("f")},
            "no parameter 'fever'. Did you mean 'flare_fever'?",
        ),
    ],
)
def test_a_flare_is_asked_for_in_full(wrong: dict, words: str) -> None:
    with pytest.raises(jia.JiaScoresError, match=words.replace("(", r"\(")):
        jia.ask.flare(**wrong)


def test_a_flare_with_fever_reads_the_column_of_that_name(make) -> None:
    request = jia.ask.flare(criteria="canakinumab-sjia", reference="baseline")
    with pytest.raises(jia.errors.ColumnError, match="'flare_fever'"):
        jia.assess(make(COURSE), measures=[request], baseline="first")
    visits = {**COURSE, "flare_fever": [False, False, True, None, False]}
    out = columns_of(jia.assess(make(visits), measures=[request], baseline="first"))
    assert out["flare_canakinumab_sjia"] == [None, False, True, None, False]


INACTIVE = {
    "physician_global": [0, 0, 1, 0, 0],
    "active_joints": [0, 0, 0, None, 0],
    **{
        name: [False] * 5
        for name in ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis")
    },
    "morning_stiffness": [15, 16, 0, 0, 0],
    "esr": [10, 10, 10, 10, 30],
    "esr_upper_limit": [20] * 5,
    "category": ["systemic", "psoriatic", None, "systemic", "systemic"],
}


def test_inactive_disease_with_its_items(make) -> None:
    request = jia.ask.inactive_disease(criteria="wallace-2011", components=True)
    within = jia.ask.within_categories(
        criteria="wallace-2011", ilar_category=jia.column("category")
    )
    out = columns_of(jia.assess(make(INACTIVE), measures=[request, within]))
    assert out["inactive_disease_wallace_2011"] == [True, False, False, None, False]
    assert out["inactive_disease_wallace_2011_active_joints"] == [True, True, True, None, True]
    assert out["inactive_disease_wallace_2011_acute_phase"] == [True, True, True, True, False]
    assert out["within_categories_wallace_2011"] == [True, False, None, True, True]
    older = jia.ask.inactive_disease(criteria="wallace-2004")
    out = columns_of(jia.assess(make(INACTIVE), measures=[older]))
    assert out["inactive_disease_wallace_2004"] == [True, True, False, None, False]


def test_inactive_disease_needs_a_reactant() -> None:
    visits = pd.DataFrame(INACTIVE).drop(columns=["esr", "esr_upper_limit"])
    with pytest.raises(jia.errors.MarkerError, match="esr_normal"):
        jia.assess(visits, measures=[jia.ask.inactive_disease(criteria="wallace-2011")])
