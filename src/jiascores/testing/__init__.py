"""For those who test code that uses jiascores, or an implementation of their own.

The Hypothesis strategies need the extra ``testing``; Hypothesis is imported when the first of them
is used. `simulate_visits`, `conformance` and `assert_same_answers` need nothing more.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jiascores.testing.agreement import Case as Case
    from jiascores.testing.agreement import assert_same_answers as assert_same_answers
    from jiascores.testing.agreement import conformance as conformance
    from jiascores.testing.cohort import simulate_visits as simulate_visits
    from jiascores.testing.strategies import core_set_pairs as core_set_pairs
    from jiascores.testing.strategies import core_sets as core_sets
    from jiascores.testing.strategies import histories as histories
    from jiascores.testing.strategies import infusions as infusions
    from jiascores.testing.strategies import joint_exams as joint_exams
    from jiascores.testing.strategies import medications as medications
    from jiascores.testing.strategies import score_inputs as score_inputs
    from jiascores.testing.strategies import values_of as values_of
    from jiascores.testing.strategies import visits as visits

_HOMES = {
    "Case": "agreement",
    "assert_same_answers": "agreement",
    "conformance": "agreement",
    "simulate_visits": "cohort",
    "core_set_pairs": "strategies",
    "core_sets": "strategies",
    "histories": "strategies",
    "infusions": "strategies",
    "joint_exams": "strategies",
    "medications": "strategies",
    "score_inputs": "strategies",
    "values_of": "strategies",
    "visits": "strategies",
}


def register_with_hypothesis() -> None:
    """Make ``st.from_type(jia.CoreSet)`` and ``st.from_type(jia.JointExam)`` work.

    Hypothesis calls this by itself where jiascores is installed.
    """
    import_module(f"{__name__}.strategies")


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return sorted(_HOMES)
    if name not in _HOMES:
        raise AttributeError(f"module 'jiascores.testing' has no attribute {name!r}")
    if _HOMES[name] == "strategies":
        from jiascores.tables.engines import need

        need("hypothesis", "testing", f"jiascores.testing.{name}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)


if "hypothesis" in sys.modules:
    register_with_hypothesis()
