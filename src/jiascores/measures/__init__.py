"""The outcome measures, one file per phenomenon, as short functions on numbers and arrays.

Importing any of them loads all, so that the catalogue is always whole.
"""

from jiascores.measures import change, flares, jadas, response, states

__all__ = ["change", "flares", "jadas", "response", "states"]
