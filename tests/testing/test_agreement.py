"""`conformance` and `assert_same_answers`: the check values, for functions of others."""

from __future__ import annotations

import math

import pytest

import jiascores as jia
from jiascores.catalogue.verification import VISIT_FAMILIES, cases_of, families
from jiascores.testing import assert_same_answers, conformance

OURS = {
    "acr_ped": jia.acr_ped,
    "response criteria": jia.acr_ped,
    "flare": jia.flare,
    "loss_of_response": jia.loss_of_response,
    "disease_state": jia.disease_state,
    "inactive_disease": jia.inactive_disease,
    "course": jia.course,
    "chaq_di": jia.chaq_di,
    "chaq_change": jia.chaq_change,
    "JointExam": jia.JointExam,
    "injection rule": jia.JointExam,
    "event windows": jia.analysis.compare_events,
    "assess": jia.assess,
    "retreatment": jia.retreatment,
    "remission": jia.remission,
    "jadas71": jia.jadas71,
    "ms_score": jia.ms_score,
}


@pytest.mark.parametrize("kind", OURS)
def test_our_own_functions_agree(kind):
    assert_same_answers(OURS[kind], kind)


def test_every_check_value_can_be_had():
    for family in (*families(), *VISIT_FAMILIES):
        cases = list(conformance(family))
        assert len(cases) == len(list(cases_of(family)))
        assert all(case.arguments for case in cases)


def another_jadas10(physician_global, patient_global, active_joints, esr=None, crp=None):
    parts = (physician_global, patient_global, active_joints)
    if None in parts or esr is crp is None:
        return None
    acute = (esr - 20) / 10 if crp is None else (crp - 10) / 10
    return physician_global + patient_global + min(active_joints, 10) + min(max(acute, 0), 10)


def test_another_implementation_that_is_right():
    assert_same_answers(another_jadas10, "jadas10", refused=False)


def test_all_scores_by_one_function():
    def score(measure, **given):
        return getattr(jia, measure)(**given)

    assert_same_answers(score, "score")


def test_a_cap_that_is_forgotten_is_named():
    def cjadas10(physician_global, patient_global, active_joints):
        if None in (physician_global, patient_global, active_joints):
            return math.nan
        return physician_global + patient_global + active_joints

    with pytest.raises(AssertionError, match=r"(?s)cjadas10: \d+ answers of \d+ cases.*expected"):
        assert_same_answers(cjadas10, "cjadas10", refused=False)


def test_what_must_be_refused_and_is_answered_is_named():
    def cjadas10(physician_global, patient_global, active_joints):
        if None in (physician_global, patient_global, active_joints):
            return None
        return physician_global + patient_global + min(active_joints, 10)

    assert_same_answers(cjadas10, "cjadas10", refused=False)
    with pytest.raises(AssertionError, match="expected refused"):
        assert_same_answers(cjadas10, "cjadas10")


def test_a_crash_is_no_refusal():
    def crash(**_given):
        raise ZeroDivisionError

    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        assert_same_answers(crash, "jadas10")


def test_one_definition_is_not_among_the_arguments():
    for case in conformance("flare", definition="brunner-2002"):
        assert case.definition == "brunner-2002"
        assert "criteria" not in case.arguments
    assert "criteria" in conformance("flare")[0].arguments
    assert_same_answers(
        lambda **given: jia.flare(criteria="brunner-2002", **given).flared,
        "flare",
        definition="brunner-2002",
    )


def test_a_result_of_several_parts_is_a_mapping_or_its_main_part():
    def bounds(**given):
        response = jia.acr_ped(**given)
        return {"level": response.level, "level_min": response.level_min, "level_max": 100}

    assert_same_answers(lambda **given: jia.acr_ped(**given).level, "acr_ped")
    with pytest.raises(AssertionError, match="expected_max is 100"):
        assert_same_answers(bounds, "acr_ped")


def test_a_case_says_what_it_is():
    (case,) = [
        one for one in conformance("jadas10") if one.mistake.startswith("ESR item")
        and one.side == ""
    ][:1]  # fmt: skip
    assert case.function == "jadas10"
    assert case.kind == "score"
    assert not case.refused
    assert jia.jadas10(**case.arguments) == case.expected["expected"]


def test_what_does_not_exist_is_said_with_what_does():
    with pytest.raises(jia.JiaScoresError, match="Did you mean 'flare'"):
        conformance("flares")
    with pytest.raises(jia.JiaScoresError, match=r"There are .*brunner-2002"):
        conformance("flare", definition="brunner")
