"""What all pictures share: axes, colours, and how columns of a table are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import ColumnError, RequestError, suggestion
from jiascores.tables.columns import Column, Frame, Places, as_mapping, understand
from jiascores.tables.engines import need, to_eager
from jiascores.tables.visits import Visits, read_visits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NOT_DETERMINABLE = "not determinable"
NO_VISIT = "no visit"
INK = "#252525"
QUIET = "#737373"
FAINT = "#d9d9d9"
# Colours that colour-blind readers tell apart (Okabe and Ito).
BETTER = "#0072b2"
WORSE = "#d55e00"
TREATMENT = "#a50f5c"
GAP_HATCH = "////"

# From light to dark, so that the order can be read in grey.
STATE_COLOURS = {
    "none": "#ffffff",
    "inactive": "#e3f2ee",
    "low": "#a6cee3",
    "between": "#d8b365",
    "moderate": "#e08a3c",
    "moderate_or_high": "#b4551f",
    "high": "#8c2d04",
    "not_classified": "#ffffff",
    NOT_DETERMINABLE: "#ffffff",
    NO_VISIT: "#f2f2f2",
}
STATE_HATCHES = {
    "moderate_or_high": "xx",
    "not_classified": "....",
    NOT_DETERMINABLE: GAP_HATCH,
    NO_VISIT: "",
}
LEVEL_COLOURS = {
    0: "#f7f7f7",
    30: "#bcd6eb",
    50: "#82b6d9",
    70: "#4a90c4",
    90: "#1c5ea8",
    100: "#08254f",
}
_SPARE = ("#f7f7f7", "#d0d1e6", "#a6bddb", "#74a9cf", "#3690c0", "#0570b0", "#034e7b")


def axes(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the caller's axes, or new ones of this size in inches."""
    need("matplotlib", "plot", "drawing")
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def plain(ax: Axes, *, grid: str = "") -> None:
    """Take off the frame that says nothing, and put the grid behind the data."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_axisbelow(True)
    if grid == "x":
        ax.grid(axis="x", color="#e6e6e6", linewidth=0.8)
    if grid == "y":
        ax.grid(axis="y", color="#e6e6e6", linewidth=0.8)


def legend_beside(ax: Axes, handles: Iterable[Any], *, title: str = "") -> None:
    """Put the legend to the right of the axes, where it hides nothing."""
    ax.legend(
        handles=list(handles),
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        borderaxespad=0.0,
        frameon=False,
        fontsize=9,
        title=title or None,
        title_fontsize=9,
        alignment="left",
        handlelength=1.6,
    )


def in_words(name: str) -> str:
    """Return a state or code as people write it."""
    return name.replace("_", " ")


def state_colours(words: Iterable[str]) -> dict[str, str]:
    """Return a colour for each state; words of the caller's own get spare ones in order."""
    words = list(words)
    own = [word for word in words if word not in STATE_COLOURS]
    places = np.linspace(0, len(_SPARE) - 1, max(len(own), 1)).round().astype(int)
    spare = {word: _SPARE[place] for word, place in zip(own, places, strict=False)}
    return {word: STATE_COLOURS.get(word) or spare[word] for word in words}


def dark(colour: str) -> bool:
    """Return whether white letters are read more easily on this colour than black ones."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


# --------------------------------------------------------------------------------------------
# Tables


@attrs.frozen(eq=False)
class Table:
    """A table of visits of any kind, as plain columns."""

    frame: Frame
    columns: Mapping[str, str]

    def has(self, name: str) -> bool:
        """Return whether there is such a column."""
        return name in self.frame

    def objects(self, given: Column) -> NDArray[Any]:
        """Return a column as objects with None for gaps."""
        return self.frame.objects(self.name(given))

    def floats(self, given: Column) -> NDArray[np.float64]:
        """Return a column of numbers as float64 with NaN for gaps."""
        name = self.name(given)
        found = self.frame.objects(name)
        try:
            return np.array([np.nan if one is None else float(one) for one in found])
        except (TypeError, ValueError) as problem:
            raise RequestError(
                f"column {name!r} is drawn as numbers, and holds others: {problem}.", variable=name
            ) from problem

    def name(self, given: Column) -> str:
        """Return the name of a column, checked."""
        if not isinstance(given, Column):
            raise RequestError(f"give a column: jia.column({given!r}).", values=(given,))
        if given.name not in self.frame:
            known = [str(one) for one in self.frame.names]
            raise ColumnError(
                f"the table has no column {given.name!r}.{suggestion(given.name, known)}",
                variable=given.name,
                values=(given.name,),
            )
        return given.name

    @property
    def visits(self) -> Visits:
        """Who was seen when."""
        names = understand(self.frame, self.columns, None)
        return read_visits(self.frame, names, Places(self.frame, names))


def table(given: Any, columns: Mapping[str, str] | None = None) -> Table:
    """Return a table of any kind, ready to be read."""
    return Table(Frame(to_eager(given)), as_mapping(columns, "columns"))


def natural(word: Any) -> Any:
    """Return a key by which week 8 comes before week 12."""
    if isinstance(word, int | float):
        return [(0, float(word), "")]
    parts = re.split(r"(\d+(?:\.\d+)?)", str(word))
    return [(0, float(p), "") if at % 2 else (1, 0.0, p) for at, p in enumerate(parts) if p]


def in_order(words: Iterable[Any]) -> list[Any]:
    """Return words in order: states by activity, visits by number; what is unknown last."""
    place = {word: at for at, word in enumerate(STATE_COLOURS)}
    last = (NOT_DETERMINABLE, NO_VISIT)
    return sorted(
        dict.fromkeys(words),
        key=lambda word: (word in last, place.get(word, len(place)), natural(word)),
    )


def shown_visit(value: Any) -> str:
    """Return what a visit is called on an axis."""
    return f"{value:g}" if isinstance(value, float) else str(value).removesuffix(" 00:00:00")
