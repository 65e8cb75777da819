"""Check the docstring of every public name by numpydoc's rules; `make docs` runs this first."""

import inspect
import sys

from numpydoc.validate import validate

import jiascores as jia
import jiascores.plot

# What these rules want is not wanted here.
LEFT_OUT = {
    "ES01",  # a short summary may say it all
    "SA01",  # the reference stands in groups, which show what belongs together
    "RT03",  # what is returned may be said by its kind alone
    "PR03",  # parameters that several functions share stand together, ...
    "PR04",  # ... on one line: "As for `assess`."
}
# The parameters of a base class are described there.
OF_CLASSES = {"PR01"}


def public():
    """Yield every public name that has a docstring of its own."""
    for name in jia.__all__:
        if name != "__version__" and not inspect.ismodule(getattr(jia, name)):
            yield f"jiascores.{name}", getattr(jia, name)
    sys.modules["jiascores.ask"] = jia.ask
    for name in jia.ask.__all__:
        yield f"jiascores.ask.{name}", getattr(jia.ask, name)
    for name in jiascores.plot.__all__:
        yield f"jiascores.plot.{name}", getattr(jiascores.plot, name)


def problems():
    """Yield what is wrong."""
    for name, value in public():
        left_out = LEFT_OUT | (OF_CLASSES if isinstance(value, type) else set())
        for code, message in validate(name)["errors"]:
            if code not in left_out:
                yield f"{name}: {code} {message}"


if __name__ == "__main__":
    found = list(problems())
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
