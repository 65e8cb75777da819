"""A limit of one reactant never judges the other, where patients differ in theirs."""

from __future__ import annotations

import pytest

import jiascores as jia
from tests.eager import MAKERS, columns_of

# The CHAQ worsens in both. A's ESR stays within its limit of 30; B's CRP worsens above its limit of
# 5, and would stay within that of ESR.
VISITS = {
    "patient": ["A", "A", "B", "B"],
    "date": ["2024-01-10", "2024-04-10"] * 2,
    "physician_global": [6.0, 2.0] * 2,
    "patient_global": [5.0, 2.0] * 2,
    "chaq": [0.5, 1.5] * 2,
    "active_joints": [12, 4] * 2,
    "limited_joints": [10, 3] * 2,
    "esr": [15, 24, None, None],
    "crp": [40.0, 40.0, 15.0, 24.0],
}
LIMITS = {"esr_upper_limit": [30] * 4, "crp_upper_limit": [5] * 4}


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


def levels(visits, limit: str, **more) -> list:
    ask = jia.ask.acr_ped(upper_limit=jia.column(limit))
    call = {"baseline": "first", "marker": "esr-else-crp", **more}
    return columns_of(jia.assess(visits, measures=[ask], **call))["acr_ped_level"]


@pytest.mark.parametrize("limit", LIMITS)
def test_the_limit_follows_the_reactant_where_both_are_there(make, limit) -> None:
    assert levels(make({**VISITS, **LIMITS}), limit) == [None, 50, None, 0]
    # By one reactant alone nothing changes.
    visits = make({**VISITS, **LIMITS})
    assert levels(visits, "crp_upper_limit", marker="crp") == [None, 50, None, 0]


def test_a_limit_of_each_rows_reactant_is_taken_as_it_is(make) -> None:
    assert levels(make({**VISITS, "limit": [30, 30, 5, 5]}), "limit") == [None, 50, None, 0]


@pytest.mark.parametrize("limit", ["esr_upper_limit", "ULN of ESR", "crp_uln"])
def test_the_limit_of_one_reactant_alone_is_refused(make, limit) -> None:
    with pytest.raises(jia.errors.RequestError, match="the limit of one reactant") as caught:
        levels(make({**VISITS, limit: [30] * 4}), limit)
    assert "your limit of CRP" in str(caught.value)


def test_the_advice_works(make) -> None:
    columns = {"esr_upper_limit": "ULN of ESR", "crp_upper_limit": "ULN of CRP"}
    visits = make({**VISITS, "ULN of ESR": [30] * 4, "ULN of CRP": [5] * 4})
    assert levels(visits, "ULN of CRP", columns=columns) == [None, 50, None, 0]
