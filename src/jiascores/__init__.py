"""Outcome measures of juvenile idiopathic arthritis, each number traceable to its paper.

Research software, not a medical device. The public names stand in ``__init__.pyi``.
"""

from jiascores._version import __version__ as __version__
from jiascores.core.lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
