"""Chronically uncontrolled disease (Brunner 2020), beyond its check values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.errors import JiaScoresError, NotWholeError, UnknownDefinitionError

ACTIVE = {
    "physician_global": 3,
    "patient_global": 1,
    "active_joints": 0,
    "biologicals_tried": 2,
}


def test_arrays_and_series_give_their_own_kind_back() -> None:
    tried = np.array([1, 2, np.nan, 5])
    given = ACTIVE | {"biologicals_tried": tried}
    found = jia.chronically_uncontrolled(**given, criteria="brunner-2020")
    np.testing.assert_array_equal(found, [0, 1, np.nan, 1])
    series = pd.Series([3, None, 2], index=list("xyz"))
    given = ACTIVE | {"physician_global": series}
    found = jia.chronically_uncontrolled(**given, criteria="brunner-2020")
    assert found.tolist() == [True, pd.NA, False]
    assert found.dtype == "boolean"
    assert list(found.index) == list("xyz")


def test_assess_has_it() -> None:
    visits = pd.DataFrame(ACTIVE | {"patient": ["A", "B"], "date": "2020-01-01"})
    visits["biologicals_tried"] = [1, 2]
    request = jia.ask.chronically_uncontrolled(criteria="brunner-2020")
    out = jia.assess(visits, measures=[request])
    assert out["chronically_uncontrolled_brunner_2020"].tolist() == [False, True]
    with pytest.raises(JiaScoresError, match=r"jia\.ask\.chronically_uncontrolled\(criteria=…\)"):
        jia.assess(visits, measures=["chronically_uncontrolled"])


def test_what_is_refused() -> None:
    with pytest.raises(UnknownDefinitionError, match="brunner-2020"):
        jia.chronically_uncontrolled(**ACTIVE)
    with pytest.raises(NotWholeError):
        jia.chronically_uncontrolled(**ACTIVE | {"biologicals_tried": 1.5}, criteria="brunner-2020")


def test_a_trials_own_limits() -> None:
    published = jia.definition("brunner-2020", jia.typing.UncontrolledCriteria)
    ours = published.variant(name="ours", biologicals_tried=3)
    assert jia.chronically_uncontrolled(**ACTIVE, criteria=published) is True
    assert jia.chronically_uncontrolled(**ACTIVE, criteria=ours) is False
