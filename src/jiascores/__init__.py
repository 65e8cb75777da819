"""Outcome measures of juvenile idiopathic arthritis, each number traceable to its paper.

Research software, not a medical device.
"""

from __future__ import annotations

from jiascores._version import __version__
from jiascores.core.core_set import CoreSet
from jiascores.core.measure import components
from jiascores.measures.jadas import cjadas10, cjadas27, cjadas71, jadas10, jadas27, jadas71
from jiascores.measures.response import acr_ped
from jiascores.measures.states import disease_state

__all__ = [
    "CoreSet",
    "__version__",
    "acr_ped",
    "cjadas10",
    "cjadas27",
    "cjadas71",
    "components",
    "disease_state",
    "jadas10",
    "jadas27",
    "jadas71",
]
