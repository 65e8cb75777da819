"""The tables that the package brings."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from jiascores.testing.samples import _HOMES


@pytest.mark.parametrize("name", _HOMES)
def test_a_sample_is_there_and_can_be_read(name):
    table = pd.read_csv(jia.testing.sample(name), sep=None, engine="python")
    assert len(table)


def test_the_first_tutorial_can_be_followed_from_the_package_alone():
    visits = pd.read_csv(jia.testing.sample("one_child"), parse_dates=["date"])
    out = jia.assess(visits, baseline="first", measures=["jadas10", "acr_ped"])
    assert out["acr_ped_level"].max() == 90


def test_a_sample_that_does_not_exist():
    with pytest.raises(jia.JiaScoresError, match="Did you mean 'one_child'"):
        jia.testing.sample("onechild")
