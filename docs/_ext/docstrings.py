"""Check the docstring of every public name by numpydoc's rules; `make docs` runs this first."""

import sys
from types import FunctionType

from numpydoc.validate import validate
from public_names import WITHOUT_EXAMPLES, public

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


def problems():
    """Yield what is wrong."""
    for name, value in public():
        if not isinstance(value, type | FunctionType):
            continue  # an alias of types
        left_out = LEFT_OUT | (OF_CLASSES if isinstance(value, type) else set())
        left_out |= {"EX01"} if name.startswith(WITHOUT_EXAMPLES) else set()
        for code, message in validate(f"jiascores.{name}")["errors"]:
            if code not in left_out:
                yield f"{name}: {code} {message}"


if __name__ == "__main__":
    found = list(problems())
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
