# pyright: strict
"""The public interface as a user of pandas writes it, for the type checkers; nothing is run.

A Series gives a Series, and a frame a frame.
"""

from __future__ import annotations

from typing import Any, TypeAlias, assert_type

import pandas as pd

import jiascores as jia
from jiascores import testing
from tests.typing_user import requests

Series: TypeAlias = "pd.Series[Any]"

base = jia.CoreSet(
    physician_global=6, patient_global=5, chaq=1.5, active_joints=12, limited_joints=10, esr=40
)


now = jia.CoreSet(
    physician_global=2.5, patient_global=None, chaq=0.75, active_joints=4, limited_joints=6, esr=20
)


frame = pd.DataFrame({"global": [1.0, 2.0], "joints": [3, 4], "course": ["oligo", "poly"]})


def scores_of_series() -> None:
    assert_type(
        jia.jadas71(
            physician_global=frame["global"],
            patient_global=frame["global"],
            active_joints=frame["joints"],
            esr=30,
        ),
        Series,
    )
    assert_type(
        jia.cjadas71(physician_global=4.5, patient_global=None, active_joints=frame["joints"]),
        Series,
    )


def states() -> None:
    cutoffs = "trincianti-2021"
    assert_type(
        jia.disease_state(frame["global"], measure="cjadas10", course="poly", cutoffs=cutoffs),
        Series,
    )


series = jia.CoreSet(
    physician_global=frame["global"],
    patient_global=frame["global"],
    chaq=1.5,
    active_joints=frame["joints"],
    limited_joints=frame["joints"],
    crp=12,
)


def core_sets() -> None:
    assert_type(series, jia.CoreSet[Series])
    assert_type(series.chaq, Series)


def response_of_many() -> None:
    assert_type(jia.acr_ped(baseline=series, now=series).meets(30), Series)
    assert_type(jia.acr_ped(baseline=base, now=series).level, Series)


def flares() -> None:
    assert_type(jia.flare(reference=series, now=series, criteria="prcsg-printo").flared, Series)


def other_verdicts() -> None:
    assert_type(
        jia.inactive_disease(
            criteria="wallace-2004",
            physician_global=frame["global"],
            active_joints=frame["joints"],
            fever=False,
            rash=False,
            serositis=False,
            splenomegaly=False,
            lymphadenopathy=False,
            uveitis=None,
            esr=frame["global"],
            esr_upper_limit=15,
        ),
        Series,
    )


def courses() -> None:
    assert_type(
        jia.disease_state(
            frame["global"], measure="jadas10", course=frame["course"], cutoffs="trincianti-2021"
        ),
        Series,
    )


def tables() -> None:
    ours = jia.assess(
        frame,
        columns={"physician_global": "global", "active_joints": "joints"},
        units={"physician_global": "mm"},
        baseline="first",
        marker="esr",
        measures=[*requests(), jia.ask.flare(criteria="prcsg-printo", reference="baseline")],
    )
    assert_type(ours, pd.DataFrame)
    assert_type(jia.assess(frame, measures="jadas71", marker="esr-else-crp"), pd.DataFrame)
    assert_type(jia.assess(frame, measures=jia.jadas71), pd.DataFrame)
    assert_type(jia.check(frame), pd.DataFrame)
    assert_type(jia.check(frame, measures=["jadas10"], baseline=jia.flagged("b")), pd.DataFrame)
    assert_type(jia.retreatment(frame, frame, protocol="swart-2019"), pd.DataFrame)
    assert_type(jia.deviations(frame, frame, protocol="swart-2019"), pd.DataFrame)
    assert_type(
        jia.remission(frame, frame, criteria="wallace-2004", max_gap_days=200), pd.DataFrame
    )
    low, high = jia.column("low"), jia.column("high")
    assert_type(
        jia.assess_between(frame, "esr", low=low, high=high, measures=["jadas71"]), pd.DataFrame
    )
    assert_type(jia.report(frame, measures=["jadas71"]), str)


def prepared() -> None:
    assert_type(jia.prepare.nominal_visits(frame, weeks={4: 1}, rule="nearest"), pd.DataFrame)
    assert_type(
        jia.prepare.fill_gaps(frame, jia.column("acr_ped"), weeks=[4, 8], rule="nri", level=30),
        pd.DataFrame,
    )
    assert_type(jia.prepare.joint_counts(frame, active="active_"), pd.DataFrame)
    assert_type(jia.prepare.below_limit(frame, "crp", rule="half"), pd.DataFrame)


def analysed() -> None:
    level, state = jia.column("acr_ped"), jia.column("state")
    assert_type(jia.analysis.responders_by_visit(frame, level, level=30), pd.DataFrame)
    assert_type(jia.analysis.transitions(frame, state), pd.DataFrame)
    assert_type(jia.analysis.time_in_states(frame, state, max_gap_days=100), pd.DataFrame)
    assert_type(
        jia.analysis.time_to_flare(
            frame, criteria="brunner-2002", reference="baseline", baseline="first"
        ),
        pd.DataFrame,
    )
    assert_type(
        jia.analysis.time_to_first(frame, jia.ask.inactive_disease("wallace-2004")), pd.DataFrame
    )


def looked_up() -> None:
    assert_type(jia.definitions("score"), pd.DataFrame)
    assert_type(jia.variables(), pd.DataFrame)


def tested() -> None:
    assert_type(testing.simulate_visits(10, seed=1), pd.DataFrame)
