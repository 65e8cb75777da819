"""What `assess` says of activity by several variables is what the functions say, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from tests.eager import columns_of
from tests.tables.test_assess import make  # noqa: F401  # the fixture `make`

RANDOM = np.random.default_rng(1)
SIZE = 60


def with_gaps(values) -> list:
    return [None if RANDOM.random() < 0.1 else value for value in values]


VISITS = {
    "patient": [f"P{row // 6}" for row in range(SIZE)],
    "date": [f"2020-{1 + row % 6:02d}-01" for row in range(SIZE)],
    "physician_global": with_gaps((RANDOM.integers(0, 100, SIZE) / 10).tolist()),
    "patient_global": with_gaps((RANDOM.integers(0, 80, SIZE) / 10).tolist()),
    "active_joints": with_gaps(RANDOM.integers(0, 9, SIZE).tolist()),
    "swollen_joints": with_gaps(RANDOM.integers(0, 3, SIZE).tolist()),
    "esr": with_gaps(RANDOM.integers(2, 90, SIZE).tolist()),
    "limit": [20] * SIZE,
    "form": with_gaps(RANDOM.choice(["oligo", "poly"], SIZE).tolist()),
    "category": with_gaps(
        RANDOM.choice(["systemic", "psoriatic", "oligoarthritis_extended"], SIZE).tolist()
    ),
    "month": with_gaps(RANDOM.choice([3, 6], SIZE).tolist()),
}


def cell(name: str, row: int):
    return VISITS[name][row]


def cjadas(score, row: int) -> float:
    return score(
        physician_global=cell("physician_global", row),
        patient_global=cell("patient_global", row),
        active_joints=cell("active_joints", row),
    )


def baseline(row: int) -> int:
    return row - row % 6


# request, column, and the same answer for one row by the public function
CASES = {
    "minimal disease activity": (
        lambda: jia.ask.minimal_disease_activity(
            criteria="magni-manzoni-2008", course=jia.column("form")
        ),
        "minimal_disease_activity_magni_manzoni_2008",
        lambda row: jia.minimal_disease_activity(
            criteria="magni-manzoni-2008",
            course=cell("form", row),
            physician_global=cell("physician_global", row),
            patient_global=cell("patient_global", row),
            swollen_joints=cell("swollen_joints", row),
        ),
    ),
    "activity level": (
        lambda: jia.ask.activity_level(
            criteria="beukelman-2011-systemic", upper_limit=jia.column("limit")
        ),
        "activity_level_beukelman_2011_systemic",
        lambda row: jia.activity_level(
            criteria="beukelman-2011-systemic",
            physician_global=cell("physician_global", row),
            patient_global=cell("patient_global", row),
            active_joints=cell("active_joints", row),
            esr=cell("esr", row),
            upper_limit=20,
        ),
    ),
    "polyarthritis": (
        lambda: jia.ask.polyarthritis_state(criteria="acr-2019"),
        "polyarthritis_state_acr_2019",
        lambda row: jia.polyarthritis_state(
            cjadas(jia.cjadas10, row),
            active_joints=cell("active_joints", row),
            criteria="acr-2019",
        ),
    ),
    "escalation": (
        lambda: jia.ask.escalation_indicated(
            criteria="swart-2018", course=jia.column("form"), month=jia.column("month")
        ),
        "escalation_indicated_swart_2018",
        lambda row: jia.escalation_indicated(
            cjadas(jia.cjadas71, row),
            measure="cjadas71",
            month=cell("month", row),
            course=cell("form", row),
            criteria="swart-2018",
        ),
    ),
    "state by category": (
        lambda: jia.ask.state(
            "cjadas10", cutoffs="consolaro-2014", course=jia.from_category("category")
        ),
        "state_cjadas10_consolaro_2014",
        lambda row: jia.disease_state(
            cjadas(jia.cjadas10, row),
            measure="cjadas10",
            cutoffs="consolaro-2014",
            course=jia.course(
                cell("category", row),
                cutoffs="consolaro-2014",
                active_joints=cell("active_joints", row),
            ),
        ),
    ),
    "improvement in JADAS10": (
        lambda: "horneff_improvement:within=0..9999",
        "horneff_improvement_horneff_2014",
        lambda row: (
            None
            if row == baseline(row)
            else jia.horneff_improvement(
                baseline=jadas10(baseline(row)),
                now=jadas10(row),
            )
        ),
    ),
}


def jadas10(row: int) -> float:
    names = ("physician_global", "patient_global", "active_joints", "esr")
    return jia.jadas10(**{name: cell(name, row) for name in names})


@pytest.mark.parametrize("case", CASES)
def test_each_row_is_what_the_function_says(make, case: str) -> None:  # noqa: F811
    request, column, of_row = CASES[case]
    out = columns_of(jia.assess(make(VISITS), measures=[request()], baseline="first"))
    expected = [of_row(row) for row in range(SIZE)]
    assert out[column] == expected
    assert len({str(answer) for answer in expected}) > 2


def test_the_course_found_from_a_category_is_shown() -> None:
    request = jia.ask.state(
        "cjadas10", cutoffs="consolaro-2014", course=jia.from_category("category")
    )
    out = columns_of(jia.assess(pd.DataFrame(VISITS), measures=[request]))
    assert out["course_consolaro_2014"] == [
        jia.course(
            cell("category", row),
            cutoffs="consolaro-2014",
            active_joints=cell("active_joints", row),
        )
        for row in range(SIZE)
    ]


def test_return_of_disease_is_judged_against_the_visit_before(make) -> None:  # noqa: F811
    quiet = ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis")
    visits = {
        "patient": ["A"] * 5,
        "date": [f"2020-0{month}-01" for month in (1, 2, 3, 4, 5)],
        "physician_global": [0.0, 0.9, 1.0, 0.0, 0.0],
        "active_joints": [0, 0, 0, 0, 0],
        **{name: [False] * 5 for name in (*quiet, "enthesitis")},
        "ilar_category": ["psoriatic"] * 5,
        "joint_injection": [False, False, False, False, True],
        "treatment_intensified": [False, False, None, False, True],
    }
    out = columns_of(jia.assess(make(visits), measures="reacch_out_flare"))
    assert out["reacch_out_flare_reacch_out"] == [None, False, True, False, True]
    assert out["reacch_out_flare_reacch_out_significant"] == [None, False, None, False, True]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (
            lambda: jia.ask.escalation_indicated(criteria="swart-2018", course="poly", month=3),
            r"month= takes a column: jia.column\('your column'\)",
        ),
        (
            lambda: jia.ask.horneff_improvement(reference="before", within=(60, 120)),
            "reference='before'",
        ),
        (
            lambda: jia.ask.state(
                "jadas27", cutoffs="bulatovic-2014", course=jia.from_category("c")
            ),
            "reads every course alike",
        ),
    ],
)
def test_what_must_be_chosen_is_said(ask, words: str) -> None:
    with pytest.raises(jia.JiaScoresError, match=words):
        ask()


@pytest.mark.parametrize(
    ("request_", "column", "bound"),
    [
        (
            jia.ask.minimal_disease_activity(criteria="magni-manzoni-2008"),
            "course",
            {"course": jia.column("form")},
        ),
        (
            jia.ask.activity_level(criteria="beukelman-2011-systemic"),
            "esr_upper_limit",
            {"upper_limit": jia.column("limit")},
        ),
        (
            jia.ask.escalation_indicated(criteria="swart-2018", course=jia.column("form")),
            "month",
            {"course": jia.column("form"), "month": jia.column("month")},
        ),
    ],
)
def test_what_is_not_bound_is_read_from_the_column_of_that_name(
    make,  # noqa: F811
    request_,
    column: str,
    bound: dict,
) -> None:
    visits = {name: values for name, values in VISITS.items() if name != column}
    with pytest.raises(jia.errors.ColumnError, match=f"no column '{column}'"):
        jia.assess(make(visits), measures=[request_])
    ask = getattr(jia.ask, request_.measure.name)
    (expected,) = ask(criteria=request_.criteria, **bound).columns
    named = jia.assess(make(VISITS), measures=[ask(criteria=request_.criteria, **bound)])
    own = {column: VISITS[{"course": "form", "esr_upper_limit": "limit"}.get(column, column)]}
    unbound = jia.assess(make({**visits, **own}), measures=[request_])
    assert columns_of(unbound)[expected] == columns_of(named)[expected]
    assert request_.columns == (expected,)


def test_a_request_prints_as_it_is_asked() -> None:
    assert repr(jia.ask.acr_ped()) == "Request(acr_ped, criteria='giannini-1997')"
    assert (
        repr(jia.ask.state("cjadas10", cutoffs="trincianti-2021", course="poly"))
        == "Request(disease_state, cutoffs='trincianti-2021', measure='cjadas10', course='poly')"
    )
    assert (
        repr(jia.ask.score("jadas71", components=True, name="full"))
        == "Request(jadas71, components=True, name='full')"
    )


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: jia.ask.acr_ped(criterai="ntr4146"), "Did you mean 'criteria'"),
        (lambda: jia.ask.flare(referense="best", reference="baseline", criteria="brunner-2002"),
         "Did you mean 'reference'"),
        (lambda: jia.ask.acr_ped(baseline="first"), "beside the measures: baseline='first'"),
        (lambda: jia.ask.activity_level(criteria="beukelman-2011-systemic", upper_limit="limit"),
         r"takes a column: jia.column\('limit'\)"),
        (lambda: jia.assess(VISITS, measures=["acr_ped, jadas71"]),
         r"measures=\['acr_ped', 'jadas71'\]"),
        (lambda: jia.ask.acr_ped(criteria=30), "criteria=30: give a name or a ResponseCriteria"),
        (lambda: jia.acr_ped(now=jia.CoreSet(physician_global=1, patient_global=1, chaq=0,
                                             active_joints=1, limited_joints=1, esr=20)),
         r"needs baseline=\.$"),
    ],
)  # fmt: skip
def test_a_slip_is_answered_with_what_to_write(ask, words: str) -> None:
    with pytest.raises(jia.JiaScoresError, match=words):
        ask()


def test_a_baseline_that_is_a_column_is_answered_with_both_rules(make) -> None:  # noqa: F811
    with pytest.raises(jia.errors.RequestError, match=r"jia.flagged\('form'\) where it flags"):
        jia.assess(make(VISITS), measures=["acr_ped"], baseline="form")


def test_check_does_not_advise_a_prefix_that_it_does_not_take(make) -> None:  # noqa: F811
    visits = make({**VISITS, "jadas10": VISITS["esr"]})
    (message,) = [
        row
        for row in columns_of(jia.check(visits, measures=["jadas10"]))["message"]
        if "already has" in row
    ]
    assert "Rename or drop it." in message
    assert "prefix" not in message


def test_a_category_stands_in_a_column_or_under_its_name() -> None:
    assert jia.from_category(jia.column("ilar")) == jia.from_category("ilar")


def test_a_response_is_against_the_baseline_alone() -> None:
    with pytest.raises(jia.errors.ArgumentError, match="acr_ped has no parameter 'reference'"):
        jia.ask.acr_ped(reference="best")
