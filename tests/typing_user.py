# pyright: strict
"""The public interface as a user writes it, for the type checkers; nothing here is run.

A float stays a float, and an array or a list gives an array. Neither pandas nor Polars is needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

import numpy as np
from hypothesis.strategies import SearchStrategy
from numpy.typing import NDArray

import jiascores as jia
from jiascores import testing

array = np.array([1.0, 2.0])


counts = np.array([3, 4])


def scores_of_one_patient() -> None:
    assert_type(
        jia.jadas71(physician_global=6.0, patient_global=5.5, active_joints=12.0, esr=48.0), float
    )
    assert_type(jia.jadas71(physician_global=6, patient_global=5, active_joints=12, crp=48), float)
    assert_type(
        jia.jadas10(physician_global=None, patient_global=5.5, active_joints=12, esr=None), float
    )
    assert_type(
        jia.jadas27(
            physician_global=np.float64(6), patient_global=5.5, active_joints_27=np.int64(9), esr=48
        ),
        float,
    )
    assert_type(jia.cjadas10(physician_global=6, patient_global=5.5, active_joints=12), float)
    assert_type(
        jia.components("cjadas10", physician_global=6, patient_global=5.5, active_joints=12),
        dict[str, float],
    )
    assert_type(
        jia.sjadas10(
            physician_global=6,
            patient_global=5.5,
            active_joints=12,
            esr=48,
            systemic_manifestations=3,
        ),
        float,
    )


def scores_of_arrays() -> None:
    assert_type(
        jia.jadas71(physician_global=array, patient_global=array, active_joints=counts, esr=array),
        NDArray[Any],
    )
    assert_type(
        jia.jadas71(physician_global=array, patient_global=5, active_joints=12, crp=None),
        NDArray[Any],
    )
    assert_type(
        jia.components("cjadas10", physician_global=6, patient_global=5.5, active_joints=counts),
        dict[str, NDArray[Any]],
    )


def states() -> None:
    score = jia.cjadas10(physician_global=1, patient_global=1.5, active_joints=0)
    cutoffs = "trincianti-2021"
    assert_type(
        jia.disease_state(score, measure="cjadas10", course="oligo", cutoffs=cutoffs), str | None
    )
    assert_type(
        jia.disease_state(None, measure="cjadas10", course=None, cutoffs=cutoffs), str | None
    )
    assert_type(
        jia.disease_state(array, measure="cjadas10", course="poly", cutoffs=cutoffs), NDArray[Any]
    )


base = jia.CoreSet(
    physician_global=6, patient_global=5, chaq=1.5, active_joints=12, limited_joints=10, esr=40
)


now = jia.CoreSet(
    physician_global=2.5, patient_global=None, chaq=0.75, active_joints=4, limited_joints=6, esr=20
)


arrays = jia.CoreSet(
    physician_global=array,
    patient_global=array,
    chaq=1.5,
    active_joints=counts,
    limited_joints=counts,
    crp=None,
)


def core_sets() -> None:
    assert_type(base, jia.CoreSet[float])
    assert_type(now, jia.CoreSet[float])
    assert_type(base.chaq, float)
    assert_type(base.marker, jia.typing.Marker)
    assert_type(arrays, jia.CoreSet[NDArray[Any]])
    assert_type(arrays.chaq, NDArray[Any])


def response_of_one_patient() -> None:
    response = jia.acr_ped(baseline=base, now=now)
    assert_type(response.level, int | None)
    assert_type(response.level_min, int)
    assert_type(response.level_max, int)
    assert_type(response.meets(30), bool | None)
    assert_type(response.improved, dict[str, bool | None])
    assert_type(response.worsened["chaq"], bool | None)
    assert_type(response.explain(), str)
    named = jia.acr_ped(baseline=base, now=now, criteria="ntr4146", missing="worst-case")
    assert_type(named.level, int | None)
    assert_type(
        jia.acr_ped(baseline=base, now=now, missing="unchanged", attended=False).level, int | None
    )
    assert_type(jia.acr_ped(baseline=base, now=now, upper_limit=20).level, int | None)


def response_of_many() -> None:
    assert_type(jia.acr_ped(baseline=arrays, now=arrays).level, NDArray[Any])
    assert_type(jia.acr_ped(baseline=arrays, now=arrays).level_min, NDArray[Any])
    assert_type(jia.acr_ped(baseline=arrays, now=now).level, NDArray[Any])


def flares() -> None:
    found = jia.flare(reference=base, now=now, criteria="prcsg-printo")
    assert_type(found.flared, bool | None)
    assert_type(found.flared_min, bool)
    assert_type(found.explain(), str)
    assert_type(
        jia.loss_of_response(baseline=base, reached=now, now=base, level=30).lost, bool | None
    )


def definitions() -> None:
    ours = jia.typing.CutoffSet(
        name="ours",
        reference=jia.Reference("ours", "the protocol of our trial"),
        evidence=jia.Evidence.UNVERIFIED,
        bounds=(),
    )
    assert_type(ours, jia.typing.CutoffSet)
    assert_type(ours.variant(name="ours, stricter"), jia.typing.CutoffSet)
    assert_type(jia.disease_state(2.0, measure="jadas10", course="poly", cutoffs=ours), str | None)


def errors() -> None:
    try:
        jia.cjadas10(physician_global=62, patient_global=5.5, active_joints=12)
    except jia.errors.OutOfRangeError as error:
        assert_type(error.variable, str | None)
        assert_type(error.values, tuple[Any, ...])


def other_verdicts() -> None:
    assert_type(
        jia.inactive_disease(
            criteria="wallace-2004",
            physician_global=0,
            active_joints=0,
            fever=False,
            rash=False,
            serositis=False,
            splenomegaly=False,
            lymphadenopathy=False,
            uveitis=None,
            esr=12,
            esr_upper_limit=15,
        ),
        bool | None,
    )
    assert_type(
        jia.horneff_improvement(baseline=12.0, now=5.0, criteria="horneff-2014"), bool | None
    )
    assert_type(
        jia.horneff_improvement(baseline=array, now=array, criteria="horneff-2014"), NDArray[Any]
    )
    assert_type(
        jia.activity_level(
            criteria="beukelman-2011",
            active_joints=3,
            physician_global=2.0,
            patient_global=1.5,
            esr=12.0,
            upper_limit=15.0,
        ),
        str | None,
    )
    assert_type(
        jia.ms_score(
            cns=0,
            haemorrhage=0,
            arthritis=1,
            platelets=150,
            ldh=800,
            fibrinogen=200,
            ferritin=10000.0,
        ),
        float,
    )
    assert_type(
        jia.ms_score(
            cns=False,
            haemorrhage=False,
            arthritis=True,
            platelets=np.int64(150),
            ldh=None,
            fibrinogen=200,
            ferritin=np.float64(10000),
        ),
        float,
    )
    assert_type(jia.suggests_mas(-0.75), bool | None)
    assert_type(jia.suggests_mas(array), NDArray[Any])


def lists() -> None:
    assert_type(
        jia.jadas71(
            physician_global=[6.0, None], patient_global=[5, 3], active_joints=(12, 4), esr=[48, 20]
        ),
        NDArray[Any],
    )
    assert_type(
        jia.cjadas10(physician_global=[6.0, None], patient_global=5.5, active_joints=[12, 4]),
        NDArray[Any],
    )
    of_lists = jia.CoreSet(
        physician_global=[6.0, 3.0],
        patient_global=[5.0, None],
        chaq=1.5,
        active_joints=[12, 4],
        limited_joints=[10, 2],
        esr=[40, 12],
    )
    assert_type(of_lists, jia.CoreSet[NDArray[Any]])
    assert_type(jia.acr_ped(baseline=of_lists, now=of_lists).level, NDArray[Any])
    assert_type(
        jia.disease_state(
            [1.0, 5.0], measure="jadas10", course=["oligo", "poly"], cutoffs="trincianti-2021"
        ),
        NDArray[Any],
    )
    assert_type(jia.course(["psoriatic", None], cutoffs="trincianti-2021"), NDArray[Any])
    assert_type(jia.suggests_mas([-2.0, None]), NDArray[Any])
    assert_type(jia.horneff_improvement(baseline=[12.0], now=[5.0]), NDArray[Any])


def courses() -> None:
    course = jia.course("psoriatic", cutoffs="trincianti-2021", active_joints=4)
    assert_type(course, jia.typing.Course | None)
    assert_type(
        jia.disease_state(4.0, measure="jadas10", course=course, cutoffs="trincianti-2021"),
        str | None,
    )


def joints() -> None:
    exam = jia.JointExam(active={"knee_left"}, not_examined=["hip_left"])
    assert_type(exam.active_joints, int | None)
    assert_type(exam.active_joints_max, int)
    assert_type(exam.surely_active, tuple[str, ...])


def requests() -> list[jia.typing.Measure]:
    made = [
        jia.ask.score("jadas71", components=True),
        jia.ask.state("cjadas10", cutoffs="trincianti-2021", course="poly"),
        jia.ask.state("cjadas10", "trincianti-2021", course=jia.column("kind")),
        jia.ask.state("cjadas10", "trincianti-2021", course=jia.from_category("ilar")),
        jia.ask.acr_ped(missing="worst-case", upper_limit=20.0),
        jia.ask.responder(30, criteria="ntr4146"),
        jia.ask.flare("brunner-2002", reference="last-responding"),
        jia.ask.flare("brunner-2002", reference=jia.on_or_before("randomised")),
        jia.ask.loss_of_response(50),
        jia.ask.inactive_disease("wallace-2011", markers="any"),
    ]
    assert_type(made, list[jia.typing.Request])
    return ["jadas71", jia.cjadas10, *made]


def tables() -> None:
    assert_type(
        jia.assess_files("visits.csv", Path("out.csv"), measures=["jadas71"], baseline="first"),
        Path,
    )


def looked_up() -> None:
    assert_type(jia.definition("joints-71", jia.typing.JointSet).joints, tuple[str, ...])
    assert_type(jia.verify().passed, bool)


def tested() -> None:
    assert_type(testing.conformance("flare"), list[testing.Case])
    assert_type(testing.assert_same_answers(jia.flare, "flare"), None)
    assert_type(testing.core_sets(), SearchStrategy[jia.CoreSet[float]])
