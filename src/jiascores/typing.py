"""The types of definitions, results and requests, for annotations and for variants."""

from jiascores.core.lazy import attach

__getattr__, __dir__ = attach(__name__, __file__)
