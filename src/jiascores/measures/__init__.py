"""The outcome measures, one file per phenomenon, as short functions on numbers and arrays.

Importing any of them loads all, so that the catalogue is always whole.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
# The joint sets are definitions too.
import_module("jiascores.core.joints")
