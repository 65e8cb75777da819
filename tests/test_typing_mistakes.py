"""The mistakes of tests/typing_mistakes.py, where the run must name each."""

from __future__ import annotations

import pytest

from tests.typing_mistakes import ALL


@pytest.mark.parametrize("mistake", ALL, ids=range(len(ALL)))
def test_the_run_names_it(mistake):
    with pytest.raises((Exception,)) as error:
        mistake()
    assert str(error.value)
