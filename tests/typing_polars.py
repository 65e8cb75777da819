# pyright: strict
"""The public interface as a user of Polars writes it, for the type checkers; nothing is run."""

from __future__ import annotations

from typing import Any, assert_type

import polars as pl

import jiascores as jia

table = pl.DataFrame({"global": [1.0, 2.0], "joints": [3, 4]})
visits = jia.CoreSet(
    physician_global=table["global"],
    patient_global=table["global"],
    chaq=1.5,
    active_joints=table["joints"],
    limited_joints=table["joints"],
    crp=12,
)
one = jia.CoreSet(
    physician_global=6, patient_global=5, chaq=1.5, active_joints=12, limited_joints=10, crp=40
)


def scores() -> None:
    assert_type(
        jia.jadas71(
            physician_global=table["global"],
            patient_global=table["global"],
            active_joints=table["joints"],
            esr=30,
        ),
        pl.Series,
    )
    assert_type(
        jia.jadas71(
            physician_global=pl.col("global"),
            patient_global=pl.col("global") / 10,
            active_joints=3,
            esr=pl.col("esr"),
        ),
        pl.Expr,
    )
    assert_type(
        jia.components(
            "cjadas10",
            physician_global=table["global"],
            patient_global=1,
            active_joints=table["joints"],
        ),
        dict[str, pl.Series],
    )


def verdicts() -> None:
    assert_type(
        jia.disease_state(
            table["global"], measure="cjadas10", course="poly", cutoffs="trincianti-2021"
        ),
        pl.Series,
    )
    assert_type(visits.chaq, pl.Series)
    assert_type(jia.acr_ped(baseline=visits, now=visits).level, pl.Series)
    assert_type(jia.acr_ped(baseline=one, now=visits).meets(30), pl.Series)
    assert_type(jia.flare(reference=one, now=visits, criteria="brunner-2002").flared, pl.Series)
    assert_type(jia.suggests_mas(table["global"]), pl.Series)


def tables() -> None:
    assert_type(jia.assess(table, measures=["cjadas10"]), pl.DataFrame)
    assert_type(jia.assess(table.lazy(), measures=["cjadas10"]), pl.LazyFrame)
    assert_type(jia.check(table), pl.DataFrame)
    assert_type(jia.analysis.transitions(table, jia.column("state")), pl.DataFrame)
    assert_type(jia.prepare.below_limit(table, "crp", rule="half"), pl.DataFrame)
    kinds: dict[str, Any] = {"esr": table}
    assert_type(jia.retreatment(table, kinds["esr"], protocol="swart-2019"), pl.DataFrame)
