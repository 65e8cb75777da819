"""What all pictures share: axes, colours, and how columns of a table are read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.errors import (
    NotNumericError,
    RequestError,
    VisitError,
    listing,
    shown,
)
from jiascores.core.values import number_in
from jiascores.core.variables import Variable
from jiascores.tables import table as tables
from jiascores.tables.engines import need, to_eager
from jiascores.tables.frame import NONE, Frame, Positions, list_of
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, as_mapping, column_of, or_else
from jiascores.tables.visits import UNSCHEDULED, Visits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# How something is drawn, in matplotlib's words; and pandas' frame of what is drawn, whose columns
# type checkers do not know.
Look: TypeAlias = dict[str, Any]
Rows: TypeAlias = Any
# Places among words, in whole numbers as narrow as they can be; −1 for none.
Places: TypeAlias = NDArray[np.signedinteger[Any]]

NOT_DETERMINABLE = "not determinable"
NO_VISIT = "no visit"
# Where the quartiles of a distribution lie.
QUARTILES = (0.25, 0.5, 0.75)
# What is drawn on coloured fields, which are the same on a light and on a dark page. All else has
# the ink of the user's style: see `ink` and `faded`.
INK = "#252525"
QUIET = "#737373"
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
    NO_VISIT: "---",
}
LEVEL_COLOURS = {
    0: "#ebebeb",
    30: "#bcd6eb",
    50: "#82b6d9",
    70: "#4a90c4",
    90: "#1c5ea8",
    100: "#08254f",
}
# What the variables are called where there is little room.
LABELS = {
    "physician_global": "physician global",
    "patient_global": "patient global",
    "chaq": "CHAQ",
    "active_joints": "active joints",
    "limited_joints": "limited joints",
    "esr": "ESR",
    "crp": "CRP",
}
SPARE = ("#f7f7f7", "#d0d1e6", "#a6bddb", "#74a9cf", "#3690c0", "#0570b0", "#034e7b")


def ink() -> str:
    """Return the colour of letters and lines in the style that is in use."""
    import matplotlib as mpl
    from matplotlib.colors import to_hex

    return to_hex(mpl.rcParams["text.color"])


def paper() -> str:
    """Return the colour behind them; where the style has none, black or white as fits the ink."""
    import matplotlib as mpl
    from matplotlib.colors import to_hex, to_rgba

    for part in ("axes.facecolor", "figure.facecolor"):
        if mpl.rcParams[part] != "auto" and to_rgba(mpl.rcParams[part])[3]:
            return to_hex(mpl.rcParams[part])
    return "#ffffff" if dark(ink()) else "#000000"


def mixed(colour: str, other: str, share: float) -> str:
    """Return a colour with this share of the first, the rest of the other."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = share * np.array(to_rgb(colour)) + (1 - share) * np.array(to_rgb(other))
    return to_hex((red, green, blue))


def faded(share: float) -> str:
    """Return the ink, thinned."""
    return mixed(ink(), paper(), share)


def edge_of(word: Any) -> str:
    """Return the colour of a field's edge and hatch, seen on the field and on the paper."""
    if word == "moderate_or_high":
        return INK
    white = word in (NOT_DETERMINABLE, "not_classified", NO_VISIT)
    return INK if dark(ink()) and not white else QUIET


def letters_on(colour: str) -> str:
    """Return the colour in which letters are read on a coloured field."""
    return "#ffffff" if dark(colour) else "#000000"


def axes(ax: Axes | None, width: float, height: float) -> Axes:
    """Return the caller's axes, or new ones of this size in inches."""
    need("matplotlib", "plot", "drawing")
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def inches(ax: Axes) -> float:
    """Return the width of the axes, as it is before the layout is made."""
    return float(ax.bbox.width / ax.figure.dpi)


def treatment() -> str:
    """Return the colour of treatments, which no state and no level has."""
    return TREATMENT if dark(ink()) else "#f28cc0"


def plain(ax: Axes, *, grid: Literal["", "x", "y"] = "") -> None:
    """Take off the frame that says nothing, and put the grid behind the data."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_axisbelow(True)
    if grid:
        # Thinned, because the grid of many styles is as strong as the data.
        ax.grid(axis=grid, alpha=0.4, linewidth=0.8)


def legend(ax: Axes, handles: Iterable[Any], *, title: str = "", **place: Any) -> None:
    """Draw the legend as all pictures have it."""
    style: Look = {"loc": "upper left", "borderaxespad": 0.0, "frameon": False, "alignment": "left"}
    sizes = {"fontsize": 9, "title_fontsize": 9}
    ax.legend(handles=list(handles), title=title or None, **{**style, **sizes, **place})


def legend_beside(ax: Axes, handles: Iterable[Any]) -> None:
    """Put the legend to the right of the axes, where it hides nothing."""
    legend(ax, handles, bbox_to_anchor=(1.01, 1.0), handlelength=1.6)


def legend_below(ax: Axes, handles: Sequence[Any], *, title: str = "") -> None:
    """Put the legend under the axis of numbers, in as many columns as fit."""
    from matplotlib.transforms import ScaledTranslation

    # The layout makes the axes wider than they are now.
    longest = max(len(str(handle.get_label())) for handle in handles)
    most = max(1, int(1.15 * inches(ax) / (0.55 + 0.07 * longest)))
    rows = -(-len(handles) // most)
    under = -(38 if ax.get_xlabel() else 22) / 72
    place = ax.transAxes + ScaledTranslation(0, under, ax.figure.dpi_scale_trans)
    look: Look = {"ncols": -(-len(handles) // rows), "handlelength": 2.2, "columnspacing": 1.4}
    legend(ax, handles, title=title, bbox_to_anchor=(0.0, 0.0), bbox_transform=place, **look)


def note(
    ax: Axes, words: str, at: tuple[Any, Any], away: tuple[float, float], **style: Any
) -> None:
    """Write beside a point of the picture, some points of print away from it."""
    ax.annotate(words, at, xytext=away, textcoords="offset points", **style)


def field(word: Any, colour: str) -> Look:
    """Return how a field is drawn that stands for a state or an answer."""
    hatch = GAP_HATCH if isinstance(word, AtLeast) else STATE_HATCHES.get(word)
    return {"facecolor": colour, "hatch": hatch, "edgecolor": edge_of(word), "linewidth": 0.6}


def fields(colours: Mapping[Any, str], names: Mapping[Any, str]) -> dict[Any, Look]:
    """Return how the field of each word is drawn, with what it is called."""
    return {
        word: {**field(word, colour), "label": names.get(word) or in_words(str(word))}
        for word, colour in colours.items()
    }


def state_fields(words: Iterable[str]) -> dict[str, Look]:
    """Return how the field of each state is drawn, with what it is called."""
    return fields(state_colours(words), {})


def patches(looks: Iterable[Look]) -> list[Any]:
    """Return the entries of a legend for fields that have a name."""
    from matplotlib.patches import Patch

    return [Patch(**look) for look in looks]


def write_on(ax: Axes, x: float, y: float, words: str, look: Look) -> None:
    """Write on the middle of a field, so that it is read over a hatch too."""
    colour = look["facecolor"]
    box = {"boxstyle": "round,pad=0.15", "fc": colour, "ec": "none"} if look["hatch"] else None
    middle: Look = {"ha": "center", "va": "center", "zorder": 4}
    ax.text(x, y, words, fontsize=8.5, color=letters_on(colour), bbox=box, **middle)


def visit_axis(ax: Axes, visits: Sequence[Any], by: Column | None) -> None:
    """Name the visits, which are counted from 0, and what they are."""
    ax.set_xticks(range(len(visits)), [shown_visit(visit) for visit in visits])
    ax.set_xlabel(in_words(or_else(by, "visit").name))


def counted(number: int, word: str) -> str:
    """Return a number with what is counted, in the plural where it is not one."""
    return f"{number} {word}" + ("" if number == 1 else "s")


def in_words(name: str) -> str:
    """Return a state or code as people write it."""
    return name.replace("_", " ")


def shortened(name: str, most: int = 22) -> str:
    """Return a name that leaves room for the picture; its end tells patients apart."""
    if len(name) <= most:
        return name
    return f"{name[: most // 3]}…{name[-(most - most // 3 - 1) :]}"


def state_colours(words: Iterable[str]) -> dict[str, str]:
    """Return a colour for each state; words of the caller's own get spare ones in order."""
    words = list(words)
    own = [word for word in words if word not in STATE_COLOURS]
    places = np.linspace(0, len(SPARE) - 1, max(len(own), 1)).round().astype(int)
    spare = {word: SPARE[place] for word, place in zip(own, places, strict=False)}
    return {word: STATE_COLOURS.get(word) or spare[word] for word in words}


def level_colour(level: int) -> str:
    """Return the colour of an ACR Pedi level, or of the nearest one below that has a colour."""
    return LEVEL_COLOURS[max(known for known in LEVEL_COLOURS if known <= level)]


def check_choice(parameter: str, value: object, choices: Sequence[str]) -> None:
    """Raise where a word is none of those that can be chosen."""
    if value not in choices:
        *first, last = map(repr, choices)
        raise RequestError(
            f"{parameter}={shown(value)}: choose {', '.join(first)} or {last}.", variable=parameter
        )


def dark(colour: str) -> bool:
    """Return whether white letters are read more easily on this colour than black ones."""
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    # The luminance of WCAG, and where the contrast against white and black is the same.
    return float(linear @ (0.2126, 0.7152, 0.0722)) < 0.179


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

    def objects(self, column: Column) -> NDArray[Any]:
        """Return a column as objects with None for gaps."""
        return self.frame.objects(self.name(column))

    def words(self, column: Column) -> Words:
        """Return a column as text; what is missing is not determinable."""
        codes, labels = self.frame.codes(self.name(column))
        texts = [*map(str, list_of(labels)), NOT_DETERMINABLE]
        known = list(dict.fromkeys(texts))
        place = {text: at for at, text in enumerate(known)}
        return Words(known, _narrow([place[text] for text in texts])[codes])

    def places(self, column: Column) -> tuple[list[Any], Places]:
        """Return the words of a column in order, and the place of each row, −1 for a gap."""
        codes, labels = self.frame.codes(self.name(column))
        return in_places(codes, list_of(labels))

    def floats(self, column: Column) -> NDArray[np.float64]:
        """Return a column of numbers as float64 with NaN for gaps."""
        name = self.name(column)
        try:
            return self.frame.floats(name, Variable(name, name, "", -np.inf, np.inf))
        except NotNumericError:
            values = self.frame.objects(name)
        try:
            return values.astype(np.float64)
        except (TypeError, ValueError):
            others = dict.fromkeys(shown(each) for each in values if number_in(each) is None)
            raise RequestError(
                f"column {name!r} is drawn as numbers, and holds {listing(others)}.", variable=name
            ) from None

    def has_levels(self, stem: str) -> bool:
        """Return whether there are the lowest and the highest level of a response."""
        return all(self.has(name) for name in level_columns(stem))

    def levels(self, stem: str, *, at_least: bool = False) -> Words:
        """Return the level of each row, or not determinable; nothing where there is no response.

        With `at_least`, a level that is surely reached is a word too, where a higher one is open.
        """
        low, high = (self.floats(Column(name)) for name in level_columns(stem))
        levels = np.unique(low[low == high])
        codes = np.searchsorted(levels, low).astype(np.int16)
        codes[low != high] = levels.size
        codes[np.isnan(low) | np.isnan(high)] = NONE
        words: list[Any] = [*levels.astype(np.int64).tolist(), NOT_DETERMINABLE]
        is_open = (low > 0) & (low < high)
        for level in np.unique(low[is_open]) if at_least else ():
            codes[is_open & (low == level)] = len(words)
            words.append(AtLeast(int(level)))
        return Words(words, codes)

    def at_visits(self, words: Words, by: Column | None) -> AtVisits:
        """Return what each patient has at each visit, of the rows with a word and a visit."""
        visits, place = self.places(or_else(by, "nominal_visit"))
        kind, kinds = _used(words.codes, words.known)
        kept = (place >= 0) & (kind >= 0)
        visit, visits = _used(place[kept], visits)
        if not visits:
            raise RequestError("no row has both a visit and something to draw.", variable="by")
        codes, labels = self.patients
        found = AtVisits(visits, kinds, codes[kept].astype(np.int32), visit, kind[kept])
        found.require_once(labels)
        return found

    def without(self, words: Words, visits: Sequence[Any], by: Column | None) -> Words:
        """Return words with none at some of the visits."""
        known, place = self.places(or_else(by, "nominal_visit"))
        left = np.array([*(visit in visits for visit in known), False])[place]
        return attrs.evolve(words, codes=np.where(left, NONE, words.codes))

    def name(self, column: Any) -> str:
        """Return the name of a column, checked."""
        return column_of(self.frame, column, "column")

    @property
    def patients(self) -> tuple[Positions, Any]:
        """A code for the patient of each row, and what the codes stand for."""
        name = self.columns.get("patient", "patient")
        return self.frame.codes(self.name(Column(name)))

    @property
    def visits(self) -> Visits:
        """Who was seen when."""
        return tables.Table(self.frame, self.columns).visits


@attrs.frozen
class AtLeast:
    """A level that is surely reached; whether a higher one is too cannot be determined."""

    level: int

    def __str__(self) -> str:
        return f"at least ACR Pedi {self.level}"


@attrs.frozen(eq=False)
class Words:
    """What there is to draw of each row: the words, and the place of each row's, −1 for nothing."""

    known: list[Any]
    codes: Places


@attrs.frozen(eq=False)
class AtVisits:
    """What patients have at visits: each row's patient, visit and word, as numbers.

    Parameters
    ----------
    visits, words : list
        What the numbers of visits and words stand for.
    patient, visit, word : array of int
        The patient of each row, −1 for none, its visit and its word.
    """

    visits: list[Any]
    words: list[Any]
    patient: NDArray[np.int32]
    visit: Places
    word: Places

    def require_once(self, labels: Any) -> None:
        """Raise where a patient has two rows at a visit."""
        size = len(self.visits)
        key = self.patient.astype(np.int64) * size + self.visit
        key = key[self.patient >= 0]
        key.sort()
        patient, visit = np.divmod(np.unique(key[1:][key[1:] == key[:-1]]), size)
        if patient.size:
            first = visit.min()
            who = [str(labels[code]) for code in patient[visit == first].tolist()]
            raise VisitError(
                f"patient {listing(who)} has two rows at visit {shown_visit(self.visits[first])}; "
                f"each counts once.",
                variable="patient",
                values=who,
            )

    @property
    def counts(self) -> Rows:
        """How many rows of each visit have each word."""
        size = len(self.words), len(self.visits)
        place = self.word * np.int32(size[1]) + self.visit
        counts = np.bincount(place, minlength=size[0] * size[1]).reshape(size)
        return pd.DataFrame(counts, index=pd.Index(self.words, dtype=object))

    def moves(self, otherwise: str, patients: Positions) -> tuple[list[Any], NDArray[np.int16]]:
        """Return the words, and which each of the patients has at each visit, or the other one."""
        there = self.patient >= 0
        seen = np.bincount(patients[patients >= 0]) > 0
        found = np.full((seen.size, len(self.visits)), len(self.words), dtype=np.int16)
        found[self.patient[there], self.visit[there]] = self.word[there]
        return [*self.words, otherwise], found[seen]


def table(native: Any, columns: ColumnNames | None = None) -> Table:
    """Return a table of any kind, ready to be read."""
    return Table(Frame(to_eager(native)), as_mapping(columns, "columns"))


def level_columns(stem: str) -> list[str]:
    """Return the columns of the lowest and the highest level of a response."""
    return [f"{stem}_level_{end}" for end in ("min", "max")]


def natural(word: Any) -> Any:
    """Return a key by which week 8 comes before week 12."""
    if isinstance(word, int | float):
        return [(0, float(word), "")]
    parts = re.split(r"(\d+(?:\.\d+)?)", str(word))
    return [(0, float(p), "") if at % 2 else (1, 0.0, p) for at, p in enumerate(parts) if p]


def in_order(words: Iterable[Any]) -> list[Any]:
    """Return words in order: states by activity, visits by number; what has no place last."""
    place = {word: at for at, word in enumerate(STATE_COLOURS)}
    last = (UNSCHEDULED, NOT_DETERMINABLE, NO_VISIT)
    return sorted(
        dict.fromkeys(words),
        key=lambda word: (word in last, place.get(word, len(place)), natural(word)),
    )


def in_places(codes: Positions, words: Sequence[Any]) -> tuple[list[Any], Places]:
    """Return words in order, and the place of each code among them, −1 for −1."""
    order = in_order(words)
    place = {word: at for at, word in enumerate(order)}
    return order, _narrow([*(place[word] for word in words), NONE])[codes]


def narrowest(size: int) -> np.dtype[Any]:
    """Return the narrowest type that holds −1, and the places up to a size."""
    return np.min_scalar_type(-size - 1)


def _narrow(places: Sequence[int]) -> Places:
    return np.array(places, dtype=narrowest(len(places)))


def _used(places: Places, words: Sequence[Any]) -> tuple[Places, list[Any]]:
    """Return places among the words that occur, and these."""
    used = np.flatnonzero(np.bincount(places + 1, minlength=1)[1:])
    new = np.full(len(words) + 1, NONE, dtype=places.dtype)
    new[used] = np.arange(used.size)
    return new[places], [words[each] for each in used.tolist()]


def shown_visit(value: Any) -> str:
    """Return what a visit is called on an axis."""
    return f"{value:g}" if isinstance(value, float) else str(value).removesuffix(" 00:00:00")
