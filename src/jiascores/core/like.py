"""Values out: what is computed comes back as the kind that was given.

One patient's numbers give plain numbers, arrays give arrays, a Series gives a Series.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

import attrs
import numpy as np
from numpy.typing import DTypeLike, NDArray

from jiascores.core.errors import MisalignedError, NotCoveredError, listing, shown
from jiascores.core.values import (
    FloatArray,
    Kind,
    check,
    from_list,
    instead_of,
    is_missing,
    kind_of,
    number,
    shape_of,
    to_floats,
)
from jiascores.core.variables import VARIABLES
from jiascores.core.words import meaning


@attrs.frozen(eq=False)
class Like:
    """What the caller gave, so that results come back as the same kind."""

    kind: Kind
    shape: tuple[int, ...] = ()
    index: Any = None

    @property
    def size(self) -> int:
        """How many values there are."""
        return prod(self.shape)

    @property
    def labels(self) -> Sequence[Any] | None:
        """Row labels for messages, where there are any."""
        return None if self.index is None else self.index

    @property
    def places(self) -> Sequence[Any]:
        """What messages call each row: its label, or its position."""
        return range(self.size) if self.labels is None else self.labels

    def score(self, values: Any, name: str) -> Any:
        """Give numbers back: float, float64 array, or Series of floats; NaN or null missing."""
        if self.kind == "number":
            return float(values)
        return self._series(self._full(values), name, "Float64")

    def level(self, values: Any, name: str) -> Any:
        """Give whole numbers or None back: int, float64 array with NaN, or nullable Series."""
        if self.kind == "number":
            return None if values != values else int(values)
        return self._series(self._full(values), name, "Int64")

    def bound(self, values: Any, name: str) -> Any:
        """Give whole numbers that are never missing back."""
        if self.kind == "number":
            return int(values)
        return self._series(self._never_missing(values, np.int64), name, "Int64")

    def flag(self, values: Any, name: str) -> Any:
        """Give yes, no or not determinable back: bool or None, 1/0/NaN, or nullable boolean."""
        if self.kind == "number":
            return None if values != values else bool(values)
        return self._series(self._full(values), name, "boolean")

    def surely(self, values: Any, name: str) -> Any:
        """Give yes or no back where it is never missing."""
        if self.kind == "number":
            return bool(values)
        return self._series(self._never_missing(values, np.bool_), name, "boolean")

    def text(self, values: Any, name: str, categories: Sequence[str]) -> Any:
        """Give one of a few ordered words back; None or null when not determinable.

        `values` holds places in `categories`: NaN where there is none, of many -1.
        """
        if self.kind == "number":
            return None if not values >= 0 else categories[int(values)]
        codes = np.broadcast_to(values, self.shape)
        if self.kind == "pandas":
            pandas = sys.modules["pandas"]
            words = pandas.Categorical.from_codes(codes, categories=list(categories), ordered=True)
            return self._pandas(words, name)
        if self.kind == "polars":
            polars = sys.modules["polars"]
            known = polars.Series(name, categories, dtype=polars.Enum(list(categories)))
            places = polars.Series(np.where(codes < 0, len(categories), codes).astype(np.uint32))
            return known.extend_constant(None, 1).gather(places)
        return np.array([*categories, None], dtype=object)[codes]

    def shaped(self, values: Any) -> Any:
        """Return flat values in the shape that was given; one number is that of every place."""
        several = isinstance(values, np.ndarray) and values.ndim
        return values.reshape(self.shape) if several else values

    def _never_missing(self, values: Any, dtype: DTypeLike) -> NDArray[Any]:
        return np.broadcast_to(np.asarray(values, dtype=dtype), self.shape)

    def _full(self, values: Any) -> FloatArray:
        array = np.asarray(values, dtype=np.float64)
        return array if array.shape == self.shape else np.broadcast_to(array, self.shape).copy()

    def _series(self, values: NDArray[Any], name: str, dtype: str) -> Any:
        if self.kind == "array":
            return values
        if self.kind == "polars":
            return _to_polars(values, name, dtype)
        pandas = sys.modules["pandas"]
        if dtype == "Float64":
            # Scores stay plain floats: NaN is what pandas users expect of a number.
            return self._pandas(values, name)
        gaps = np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, dtype=bool)
        filled = np.where(gaps, 0, values)
        if dtype == "Int64":
            array = pandas.arrays.IntegerArray(filled.astype(np.int64), gaps)
        else:
            array = pandas.arrays.BooleanArray(filled.astype(bool), gaps)
        return self._pandas(array, name)

    def _pandas(self, array: Any, name: str) -> Any:
        """Return a Series; or what a column of a frame holds, where there is no index."""
        if self.index is None:
            return array
        return sys.modules["pandas"].Series(array, index=self.index, name=name)


NUMBER = Like("number")


def read_only(values: Any) -> Any:
    """Return an array that nobody can write through; a number as it is."""
    if not isinstance(values, np.ndarray):
        return values
    view = values.view()
    view.flags.writeable = False
    return view


def _to_polars(values: NDArray[Any], name: str, dtype: str) -> Any:
    polars = sys.modules["polars"]
    series = polars.Series(name, np.ascontiguousarray(values), nan_to_null=True)
    kinds = {"Float64": polars.Float64, "Int64": polars.Int64, "boolean": polars.Boolean}
    return series.cast(kinds[dtype])


def common(given: Mapping[str, Any], *, expressions: bool = False) -> Like:
    """Return the kind that all the inputs of one call share; scalars go with any.

    Raises
    ------
    NotCoveredError
        If there are Polars expressions, where only scores take them.
    MisalignedError
        If lengths differ, indexes differ, or Series stand beside arrays: nothing is ever
        aligned, and nothing matched by position in silence.
    """
    first: str | None = None
    like = NUMBER
    for name, value in given.items():
        other = like_of(value)
        if other is NUMBER:
            continue
        if other.kind == "expression" and not expressions:
            raise NotCoveredError(
                f"{name} is a Polars expression, and scores alone take them. Give Series, or assess "
                f"the frame: jia.assess(frame, measures=[…]), lazy frames too.",
                variable=name,
            )
        if first is None:
            first, like = name, other
        else:
            require_same(like, other, first, name)
    return like


def like_of(value: Any) -> Like:
    """Return the kind of one input: a number, an array, a Series, or a core set of these."""
    if hasattr(type(value), "_like"):
        of_core_set: Like = value._like
        return NUMBER if of_core_set.kind == "number" else of_core_set
    kind = kind_of(value)
    if kind == "number":
        return NUMBER
    if kind == "expression":
        return Like(kind)
    return Like(kind, shape_of(value), value.index if kind == "pandas" else None)


def require_same(one: Like, other: Like, first: str, name: str) -> None:
    """Raise where two inputs are not of one kind, shape and index."""
    if one.kind != other.kind:
        kinds = f"{first} is {_KINDS[one.kind]} and {name} is {_KINDS[other.kind]}"
        advice = "which value goes with which is not certain. Give all inputs as one kind."
        raise MisalignedError(f"{kinds}: {advice}", variable=name)
    if one.shape != other.shape:
        sizes = f"{first} has {_size(one.shape)} and {name} has {_size(other.shape)}"
        message = f"{sizes}: give arrays of equal shape, or single numbers."
        raise MisalignedError(message, variable=name, values=(one.shape, other.shape))
    if one.index is not None and not one.index.equals(other.index):
        indexes = f"the Series {first} and {name} have different indexes, and are not aligned"
        advice = "Take them from one frame, or reindex one of them first."
        raise MisalignedError(f"{indexes} for you. {advice}", variable=name)


_KINDS: dict[str, str] = {
    "number": "one number",
    "array": "an array",
    "pandas": "a pandas Series",
    "polars": "a Polars Series",
    "expression": "a Polars expression",
}


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} values" if len(shape) == 1 else f"shape {shape}"


def as_expression(function: Callable[..., Any], given: Mapping[str, Any], name: str) -> Any:
    """Return a Polars expression that gives a function's answers where it is evaluated."""
    polars = sys.modules["polars"]
    columns = {each: value for each, value in given.items() if kind_of(value) == "expression"}
    fixed = {
        each: number(value, VARIABLES[each]) for each, value in given.items() if each not in columns
    }

    def answers(rows: Any) -> Any:
        return function(**fixed, **{each: rows.struct.field(each) for each in columns})

    rows = polars.struct(**columns)
    answered = rows.map_batches(answers, return_dtype=polars.Float64, is_elementwise=True)
    return answered.alias(name)


def take(given: Mapping[str, Any]) -> tuple[dict[str, Any], Like]:
    """Return every input as a checked float or float64 array, and what to give back like.

    Parameters
    ----------
    given : mapping of str to number, array or Series
        Names must be declared variables.
    """
    like = common(given)
    taken: dict[str, Any] = {}
    for name, value in given.items():
        variable = VARIABLES[name]
        if like.kind == "number" or kind_of(value) == "number":
            taken[name] = number(value, variable)
            continue
        array = to_floats(value, variable, like.labels)
        check(variable, array, like.labels)
        taken[name] = array.astype(np.float64, copy=False)
    return taken, like


def codes_of(places: Any) -> NDArray[np.int8]:
    """Return places among a few words as small whole numbers, -1 where there is none (NaN)."""
    codes = np.empty(np.shape(places), dtype=np.int8)
    np.fmax(places, -1.0, out=codes, casting="unsafe")
    return codes


def places_of(
    given: Any,
    name: str,
    words: Sequence[str],
    like: Like,
    *,
    known: str,
    advice: Callable[[object], str],
) -> Any:
    """Return the place of each word among those allowed, NaN where missing; others raise.

    Parameters
    ----------
    given : str, array or Series
        One word, or one for each of the other inputs.
    name : str
        What the parameter is called.
    words : sequence of str
        The words that are allowed.
    like : Like
        What results come back like.
    known : str
        What comes before the allowed words in the message.
    advice : callable
        What to do about a word that is not allowed.
    """
    if kind_of(given) == "number":
        if not isinstance(given, str) and (advice_on := instead_of(given)):
            raise NotCoveredError(f"{name} is not a column of words. {advice_on}.", variable=name)
        each, positions = [given], None
    else:
        if kind_of(given) == "polars":
            given_words = given.to_list()
        elif isinstance(given, list | tuple | range):
            given_words = from_list(given).ravel().tolist()
        else:
            given_words = np.asarray(given, dtype=object).ravel().tolist()
        given_words = _words(given_words, name)
        # A long column has few different words: each is looked at once.
        code = {word: place for place, word in enumerate(dict.fromkeys(given_words))}
        each = list(code)
        positions = np.fromiter((code[word] for word in given_words), np.int64, len(given_words))
    each = _words(each, name)
    place = {word: float(position) for position, word in enumerate(words)}
    for word in each:
        meant = meaning(name, word)
        if meant is not None and word not in place and (meant in place or not meant):
            place[word] = place.get(meant, np.nan)
    refused = [word for word in each if word not in place and not is_missing(word)]
    if refused:
        where: list[int] = []
        if positions is not None:
            codes = [each.index(word) for word in refused]
            where = np.flatnonzero(np.isin(positions, codes)).tolist()
        raise NotCoveredError(
            f"{name} = {listing(map(shown, refused))}: {known} "
            f"{', '.join(words)}.{advice(refused[0])} Leave the {name.replace('_', ' ')} missing "
            f"where there is none.",
            variable=name,
            values=refused if positions is None else [each[positions[at]] for at in where],
            where=[0] if positions is None else [like.places[at] for at in where],
        )
    found = [place.get(word, np.nan) for word in each]
    return found[0] if positions is None else np.array([*found, np.nan])[positions]


def _words(each: list[Any], name: str) -> list[Any]:
    """Return words with None for gaps; what cannot be one, as a list, raises."""
    if {type(word) for word in each} <= {str, type(None)}:
        return each
    each = [None if is_missing(word) else word for word in each]
    kinds = {type(word).__name__ for word in each if not isinstance(word, str | int | float | None)}
    if kinds:
        raise NotCoveredError(
            f"{name} holds {', '.join(sorted(kinds))}, and takes words.", variable=name
        )
    return [str.__str__(word) if isinstance(word, str) else word for word in each]
