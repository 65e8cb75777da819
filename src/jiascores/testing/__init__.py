"""For those who test code that uses jiascores, or an implementation of their own.

The Hypothesis strategies need the extra ``testing``; Hypothesis is imported when the first of them
is used. `simulate_visits`, `conformance` and `assert_same_answers` need nothing more.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from jiascores.core.lazy import attach

_get, __dir__ = attach(__name__, __file__)


def register_with_hypothesis() -> None:
    """Make ``st.from_type(jia.CoreSet)`` and ``st.from_type(jia.JointExam)`` work.

    Hypothesis calls this by itself where jiascores is installed.
    """
    import_module(f"{__name__}.strategies")


def __getattr__(name: str) -> Any:
    try:
        return _get(name)
    except ModuleNotFoundError:
        from jiascores.tables.engines import need

        need("hypothesis", "testing", f"jiascores.testing.{name}")
        raise


if sys.modules.get("hypothesis") is not None:
    register_with_hypothesis()
