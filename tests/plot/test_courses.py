"""The course of each patient: treatments, response and eligibility."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from tests.plot.pictures import (
    COURSES,
    GIVEN,
    legend,
    texts,
)


def test_a_swimmer_shows_treatments_response_and_eligibility():
    ax = jia.plot.swimmer(COURSES, GIVEN)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["A", "B"]
    bars = {bars.get_label(): len(bars.get_paths()) for bars in ax.collections}
    # The last visits too: A's level is open between 0 and 30, B's is 30.
    assert bars == {
        "before a response can be judged": 2,
        "50": 1,
        "0": 1,
        "30": 1,
        "not determinable": 1,
    }
    assert texts(ax) == ["1", "2", "1"]
    assert "may be treated again (1)" in legend(ax)
    assert "not determinable (1)" in legend(ax)
    treated = next(line for line in ax.lines if line.get_label() == "treatment")
    assert sorted(treated.get_xdata()) == [0, 0, 200]


def test_a_swimmer_shows_the_level_of_the_last_visit():
    one = COURSES[COURSES["patient"] == "A"].iloc[:1].assign(acr_ped_level_min=70)
    ax = jia.plot.swimmer(one.assign(acr_ped_level_max=70), GIVEN[GIVEN["patient"] == "A"])
    (bars,) = ax.collections
    assert bars.get_label() == "70"
    assert "ACR Pedi 70" in legend(ax)


def test_swimmers_come_in_the_order_asked_for():
    def names(**asked):
        ax = jia.plot.swimmer(COURSES[::-1], GIVEN, **asked)
        return [label.get_text() for label in ax.get_yticklabels()]

    assert names(order="table") == ["B", "A"]
    assert names(order="patient") == ["A", "B"]
    with pytest.raises(jia.errors.RequestError, match="order"):
        names(order="longest")
    with pytest.raises(jia.errors.RequestError, match="not a code"):
        jia.plot.swimmer(COURSES.replace("eligible", "yes"), GIVEN)


def test_of_many_patients_none_is_named():
    many = 200
    visits = pd.DataFrame({"patient": [*range(many)] * 2, "date": [0] * many + [90] * many})
    ax = jia.plot.swimmer(visits, visits.head(many))
    assert ax.get_ylabel() == "200 patients"
    assert not ax.get_yticklabels()
    assert not ax.texts
