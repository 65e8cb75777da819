# pyright: strict, reportUnnecessaryTypeIgnoreComment=true
"""Mistakes of users, each named by the type checkers, by the run, or by both.

mypy refuses a ``type: ignore`` that it does not need: where one stands, the checker named the
mistake. What both mypy and pyright let pass bears a comment; tests/test_typing_mistakes.py runs all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

import jiascores as jia

SET = "consolaro-2014"
PARTS = {"physician_global": 6.0, "patient_global": 5.5, "active_joints": 12.0}
array = np.array([1.0, 2.0])
series = pd.Series([1.0, 2.0])
visits = pd.DataFrame({"patient": ["A"], "date": ["2024-01-01"], "esr": [10.0]})
base = jia.CoreSet(
    physician_global=6, patient_global=5, chaq=1.5, active_joints=12, limited_joints=10, esr=40
)
arrays = jia.CoreSet(
    physician_global=array, patient_global=5, chaq=1.5, active_joints=2, limited_joints=2, esr=40
)
flare = jia.flare(reference=base, now=base, criteria="brunner-2002")


def a_result_as_a_truth_value() -> str:
    return "flare" if flare else "none"  # type: ignore[redundant-expr]


def words() -> list[Callable[[], object]]:
    return [
        lambda: jia.disease_state(3.8, measure="jadas10", course="pol", cutoffs=SET),  # type: ignore[call-overload]
        lambda: jia.acr_ped(baseline=base, now=base, missing="worst_case"),  # type: ignore[call-overload]
        lambda: jia.assess(visits, measures=["jadas71"], marker="ESR"),  # type: ignore[arg-type]
        lambda: jia.assess(visits, measures=["acr_ped"], baseline="frist"),  # type: ignore[arg-type]
        lambda: jia.assess(visits, measures=["jadas71"], invalid="drop"),  # type: ignore[arg-type]
        lambda: jia.ask.flare("brunner-2002", reference="last_responding"),  # type: ignore[arg-type]
        lambda: jia.ask.state("cjadas10", "trincianti-2021", course="polly"),  # type: ignore[arg-type]
        lambda: jia.prepare.below_limit(visits, "crp", rule="halve"),  # type: ignore[arg-type]
        lambda: jia.assess(visits, measures=["jadas72"]),  # the run
        lambda: jia.flare(reference=base, now=base, criteria="bruner-2002"),  # the run
    ]


def kinds() -> list[Callable[[], object]]:
    return [
        lambda: jia.cjadas10(physician_global="6", patient_global=5.5, active_joints=12),  # type: ignore[arg-type]
        lambda: jia.cjadas10(physician_global=[6.0, "5"], patient_global=5.5, active_joints=12),  # type: ignore[list-item]
        lambda: jia.acr_ped(baseline=6.0, now=base),  # type: ignore[call-overload]
        lambda: jia.definition("joints-71", "joint-set"),  # the run
        lambda: jia.assess(visits, measures=[71]),  # type: ignore[list-item]
        lambda: jia.assess(visits, measures=["jadas71"], columns=["esr"]),  # type: ignore[arg-type]
        lambda: jia.analysis.transitions(visits, "state"),  # type: ignore[arg-type]
        lambda: jia.flare(reference=base, now=base, criteria=30),  # type: ignore[call-overload]
        lambda: jia.cjadas10(
            physician_global=series, patient_global=array, active_joints=12
        ),  # the run
    ]


def forgotten() -> list[Callable[[], object]]:
    return [
        lambda: jia.jadas71(**PARTS),  # the run
        lambda: jia.jadas71(physician_global=6, patient_global=5.5, active_joints=12),  # type: ignore[call-overload]
        lambda: jia.jadas71(physician_global=6, patient_global=5, esr=48),  # type: ignore[call-overload]
        lambda: jia.jadas71(**PARTS, esr=48, crp=12),  # type: ignore[call-overload]
        lambda: jia.CoreSet(physician_global=6, patient_global=5, chaq=1.5, esr=40),  # type: ignore[call-overload]
        lambda: jia.flare(reference=base, now=base),  # type: ignore[call-overload]
        lambda: jia.disease_state(3.8, measure="jadas10", course="poly"),  # type: ignore[call-overload]
        lambda: jia.inactive_disease(
            criteria="wallace-2004", active_joints=0, esr_normal=True
        ),  # the run
        lambda: jia.assess(visits),  # type: ignore[call-arg]
        lambda: jia.retreatment(visits, visits),  # type: ignore[call-arg]
    ]


def misspelt() -> list[Callable[[], object]]:
    return [
        lambda: jia.jadas71(phga=6, patient_global=5.5, active_joints=12, esr=48),  # type: ignore[call-overload]
        lambda: flare.flare,  # type: ignore[attr-defined]
        lambda: jia.jadas17,  # type: ignore[attr-defined]
        lambda: jia.ask.flares("brunner-2002", "baseline"),  # type: ignore[attr-defined]
        lambda: setattr(base, "esr", 10.0),  # the run
    ]


def a_series_where_one_number_belongs() -> object:
    # The run answers for each: this one is for the checkers alone.
    return jia.acr_ped(baseline=base, now=base, upper_limit=series)  # type: ignore[misc]


ALL = [*words(), *kinds(), *forgotten(), *misspelt(), a_result_as_a_truth_value]
