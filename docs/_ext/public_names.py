"""The public names, as the reference lists them."""

from types import ModuleType

import jiascores as jia

# Types and requests are shown at work where they are used.
WITHOUT_EXAMPLES = ("typing.", "ask.")


def public():
    """Yield every public name, as it is called after `jiascores.`, and what it stands for.

    What stands at the top and in a door too is yielded once.
    """
    top = {name: getattr(jia, name) for name in jia.__all__ if name != "__version__"}
    doors = [name for name, value in top.items() if isinstance(value, ModuleType)]
    yield from ((name, value) for name, value in top.items() if name not in doors)
    for door in doors:
        for name in names_of(top[door]):
            value = getattr(top[door], name)
            if value is not top.get(name):
                yield f"{door}.{name}", value


def names_of(door):
    """Return the names of a door; pictures and data sets list theirs, beside modules of their own."""
    listed = door.__all__ if door in (jia.plot, jia.adam) else dir(door)
    return [name for name in listed if not name.startswith("_")]
