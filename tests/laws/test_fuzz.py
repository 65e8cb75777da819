"""The random questions of `make fuzz`: a few at each run, and what they can find."""

from __future__ import annotations

import pytest

from jiascores.catalogue.verification import VISIT_FAMILIES, expected_of, families
from tests.fuzz import CASES, DRAWS, SEED, cases_of, failures

# Fixed tables: every visit that is given counts, and single joints are drawn with the joints.
NOT_DRAWN = {"visits", "events"}


def test_every_family_of_check_values_is_drawn() -> None:
    assert {*DRAWS, *CASES} == {*families(), *VISIT_FAMILIES} - NOT_DRAWN


@pytest.mark.parametrize("family", [*DRAWS, *CASES])
def test_random_questions_get_the_exact_answer(family: str) -> None:
    assert failures(family, list(cases_of(family, 300, SEED))) == []


@pytest.mark.parametrize("family", [*DRAWS, *CASES])
def test_a_wrong_answer_would_be_found(family: str) -> None:
    cases = list(cases_of(family, 60, SEED))
    expected = {answer for case in cases for row in case for answer in expected_of(row).values()}
    assert len(expected) > 1
    wrong = [[row | dict.fromkeys(expected_of(row), "7777") for row in case] for case in cases]
    found = failures(family, wrong)
    rows = [row for case in cases for row in case]
    assert len(found) >= len(rows)
