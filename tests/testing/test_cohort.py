"""`simulate_visits`: the same seed, the same table; plausible, and labelled."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.variables import VARIABLES
from jiascores.testing import simulate_visits

CORE = ["physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr"]


def test_a_seed_makes_one_table_and_another_seed_another():
    pd.testing.assert_frame_equal(simulate_visits(20, seed=4), simulate_visits(20, seed=4))
    assert not simulate_visits(20, seed=4).equals(simulate_visits(20, seed=5))


def test_it_says_that_it_is_synthetic():
    table = simulate_visits(20, seed=4)
    assert "describes nobody" in table.attrs["synthetic"]
    assert table["patient"].str.startswith("synthetic-").all()


def test_values_are_allowed_and_decimals_as_written():
    table = simulate_visits(5000, seed=1, markers=("esr", "crp"), missed=0.2)
    for name in [*CORE, "crp", "active_joints_27"]:
        variable, values = VARIABLES[name], table[name].dropna()
        assert values.between(variable.low, variable.high).all()
        assert not variable.whole or (values == values.round()).all()
    counted = table[table["active_joints"].notna()]
    assert (counted["active_joints_27"] <= counted["active_joints"]).all()
    found = jia.check(table, baseline="first", marker="esr", measures=["acr_ped", "jadas27"])
    assert {*found["finding"]} == {"missing"}  # and so nothing suspicious
    assert not table.duplicated(["patient", "date"]).any()
    assert table.groupby("patient")["date"].is_monotonic_increasing.all()


def test_variables_go_together_and_fall_over_time():
    table = simulate_visits(4000, seed=2)
    together = table[CORE].corr()
    assert (together.drop(index="esr", columns="esr") > 0.5).all(axis=None)
    assert together.loc["esr"].drop("esr").between(0.2, 0.7).all()
    means = table.groupby("month")[CORE].mean()
    assert (means.diff().dropna() < 0).all(axis=None)
    joints = table[table["month"] == 0].groupby("course")["active_joints"].mean()
    assert joints["oligo"] < joints["poly"]
    levels = jia.assess(table, baseline="first", measures=["acr_ped"])["acr_ped_level"]
    assert set(levels.dropna()) == {0, 30, 50, 70, 90, 100}


@pytest.mark.parametrize("gaps", [0, 0.05, 0.3])
def test_gaps_are_as_many_as_asked_for(gaps):
    shares = simulate_visits(4000, seed=3, gaps=gaps)[CORE].isna().mean()
    assert shares["patient_global"] == pytest.approx(gaps, abs=0.01)
    assert shares["active_joints"] <= shares["patient_global"] <= shares["esr"]


def test_visits_that_were_missed_have_no_row_and_the_first_is_never_missed():
    table = simulate_visits(2000, visits=4, seed=3, missed=0.25)
    assert len(table) == pytest.approx(2000 * (1 + 3 * 0.75), rel=0.03)
    assert table[table["month"] == 0]["patient"].nunique() == 2000


def test_shuffled_rows_are_the_same_rows():
    plain, shuffled = (simulate_visits(30, seed=3, ids="number", shuffled=s) for s in (False, True))
    again = shuffled.sort_values(["patient", "date"], ignore_index=True)
    pd.testing.assert_frame_equal(plain, again)
    assert not plain.equals(shuffled)


@pytest.mark.parametrize(
    "wrong",
    [{"patients": 0}, {"visits": 0}, {"gaps": 0.6}, {"missed": 1.1}, {"markers": ()},
     {"markers": ("ESR",)}],
)  # fmt: skip
def test_what_is_not_possible_is_refused_by_name(wrong):
    (name,) = wrong
    with pytest.raises(jia.errors.RequestError, match=f"{name}=.*it takes"):
        simulate_visits(**{"patients": 5, "seed": 1, **wrong})
