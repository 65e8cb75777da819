"""The outcome measures, one file per phenomenon, as short functions on numbers and arrays.

Importing any of them loads all, and the joint sets, so that the catalogue is always whole.
"""

from importlib import import_module
from pkgutil import iter_modules

__all__ = sorted(module.name for module in iter_modules(__path__))

for _name in __all__:
    import_module(f"{__name__}.{_name}")
import_module("jiascores.core.joints")
