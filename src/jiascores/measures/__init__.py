"""The outcome measures, one file per phenomenon, as short functions on numbers and arrays.

Importing any of them loads all, so that the catalogue is always whole.
"""

<<<<<<< HEAD
from jiascores.measures import change, flares, jadas, response, states

__all__ = ["change", "flares", "jadas", "response", "states"]
=======
from jiascores.measures import (
    ilar,
    jadas,
    response,
    sjadas,
    states,
)

__all__ = ["ilar", "jadas", "response", "sjadas", "states"]
>>>>>>> 2765e28 (Turn an ILAR category into a course, and read sJADAS10 and JADAS27 by their own sets)
