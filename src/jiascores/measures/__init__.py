"""The outcome measures, one file per phenomenon, as short functions on numbers and arrays.

Importing any of them loads all, so that the catalogue is always whole.
"""

from jiascores.measures import jadas, response, states

__all__ = ["jadas", "response", "states"]
