"""The tables that the package brings."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from jiascores.datasets import _FILES


@pytest.mark.parametrize("name", _FILES)
def test_a_file_is_there_and_can_be_read(name: str) -> None:
    table = pd.read_csv(jia.datasets.path(name), sep=None, engine="python")
    assert len(table)


def test_the_first_tutorial_can_be_followed_from_the_package_alone() -> None:
    visits = jia.datasets.load_one_child()
    out = jia.assess(visits, baseline="first", measures=["jadas10", "acr_ped"])
    assert out["acr_ped_level"].max() == 90


def test_every_trial_has_its_tables() -> None:
    for load in (
        jia.datasets.load_parallel_trial,
        jia.datasets.load_withdrawal_trial,
        jia.datasets.load_msc_trial,
    ):
        trial = load()
        assert set(trial.visits["patient"]) <= set(trial.patients["patient"])
        assert set(trial.events["patient"]) <= set(trial.patients["patient"])
    assert set(trial.infusions["patient"]) == set(trial.patients["patient"])


def test_each_load_is_a_table_of_its_own() -> None:
    visits = jia.datasets.load_one_child()
    visits["esr"] = 0
    assert jia.datasets.load_one_child()["esr"].sum() > 0


def test_a_file_that_does_not_exist() -> None:
    with pytest.raises(jia.JiaScoresError, match="Did you mean 'one_child'"):
        jia.datasets.path("onechild")
