"""Values in: numbers, arrays and Series become floats with NaN for gaps, checked.

Inside, everything is a float or a float64 array with NaN where a value is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from jiascores.core import decimals
from jiascores.core.errors import (
    SHOWN,
    JiaScoresError,
    NotNumericError,
    NotWholeError,
    OutOfRangeError,
    shown,
)
from jiascores.core.variables import UNBOUNDED, Course, Variable


class SeriesLike(Protocol):
    """A Series of pandas or Polars, whichever is installed."""

    @property
    def dtype(self) -> Any: ...
    def to_list(self) -> list[Any]: ...
    def __len__(self) -> int: ...


class ExpressionLike(Protocol):
    """An expression of Polars, where that is installed."""

    @property
    def meta(self) -> Any: ...
    def alias(self, name: str) -> Any: ...
    def over(self, partition_by: Any) -> Any: ...


# What a measure takes and gives back: T. Scalars may stand beside arrays or Series (`T | Scalar`),
# and where there are scalars alone, T is float. Many is the same without the single number, where
# a verdict on one number has a type of its own.
if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", bound="float | NDArray[Any] | SeriesLike | ExpressionLike", default=float)
else:
    from typing import TypeVar

    T = TypeVar("T", bound="float | NDArray[Any] | SeriesLike | ExpressionLike")
E = TypeVar("E", bound=JiaScoresError)
Many = TypeVar("Many", bound="NDArray[Any] | SeriesLike")
# Named one by one, so that T is float beside a truth value or a NumPy number too.
Scalar: TypeAlias = float | int | bool | np.float64 | np.integer[Any] | np.floating[Any] | None
FloatArray: TypeAlias = NDArray[np.float64]
# Lists and tuples may stand beside arrays, and give arrays.
Listed: TypeAlias = Sequence[float | None] | NDArray[Any] | Scalar
# One course for all, or one for each; a list, since a text is a sequence of texts too.
Courses: TypeAlias = Course | list[Any] | tuple[str | None, ...] | NDArray[Any] | SeriesLike | None
Numbers: TypeAlias = float | FloatArray

Kind: TypeAlias = Literal["number", "array", "pandas", "polars", "expression"]
NAN = float("nan")
# What NumPy turns into float64 as we would, None into NaN; a truth value is of another type.
_PLAIN = frozenset({float, int, type(None), np.float64, np.int64})
# One block of every column fits the processor's cache; no power of two, for arrays of such a size
# contend for the same lines of it.
BLOCK = 16_000
# A range that is as long as this is no list of values.
_LONG = 100_000_000


def _comes_from(package: str, value: Any) -> bool:
    """Return whether a value's class, or one that it derives from, is of a package."""
    return any(base.__module__.partition(".")[0] == package for base in type(value).__mro__)


def kind_of(value: Any) -> Kind:
    """Return what kind of thing a value is: a number, an array, or a Series of which package."""
    kind = type(value)
    if kind is float or kind is int:
        return "number"
    if isinstance(value, np.ndarray):
        return "array" if value.ndim else "number"
    if isinstance(value, list | tuple) or (isinstance(value, range) and len(value) < _LONG):
        return "array"
    if _comes_from("pandas", value):
        pandas = sys.modules["pandas"]
        if isinstance(value, pandas.Series):
            return "pandas"
        if isinstance(value, pandas.Index | pandas.api.extensions.ExtensionArray):
            return "array"
    if _comes_from("polars", value):
        polars = sys.modules["polars"]
        if isinstance(value, polars.Series):
            return "polars"
        if isinstance(value, polars.Expr):
            return "expression"
    return "number"


def shape_of(value: Any) -> tuple[int, ...]:
    """Return the shape of anything that is not a single number."""
    if isinstance(value, list | tuple | range):
        return from_list(value).shape
    if kind_of(value) == "polars":
        return (len(value),)
    return cast("tuple[int, ...]", np.shape(value))


# What to give in place of the arrays of other packages.
_INSTEAD = {
    "xarray": "Give its values, as a NumPy array: x.to_numpy()",
    "dask": "Compute it first, x.compute(); or assess the Dask frame as a whole: jia.assess",
    "pyspark": "Assess the Spark frame as a whole: jia.assess",
    "pyarrow": "Give a NumPy array, x.to_numpy(), or assess the table as a whole: jia.assess",
    "narwhals": "Give the Series that it wraps: x.to_native()",
    "polars": "Give one column, frame['name'], or assess the frame as a whole: jia.assess",
    "pandas": "Give one column, frame['name'], or assess the frame as a whole: jia.assess",
    **dict.fromkeys(("jax", "jaxlib"), "Give a NumPy array: numpy.asarray(x)"),
    "torch": "Give a NumPy array: x.detach().cpu().numpy()",
    "cupy": "Give a NumPy array: x.get()",
    "tensorflow": "Give a NumPy array: x.numpy()",
}


def instead_of(value: Any) -> str:
    """Return what to give in place of an array or a frame that is not taken; else nothing."""
    packages = {base.__module__.partition(".")[0] for base in type(value).__mro__}
    # A single value of such a package, as a time stamp of pandas, has no length.
    if not hasattr(type(value), "__len__") and not packages & {"pyspark", "narwhals"}:
        return ""
    return next((_INSTEAD[package] for package in packages if package in _INSTEAD), "")


# --------------------------------------------------------------------------------------------
# One number


def is_missing(value: Any) -> bool:
    """Return whether one value means missing: None, NaN, pd.NA, pd.NaT."""
    if value is None or value is np.ma.masked:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    if type(value).__module__.startswith("pandas"):
        pandas = sys.modules["pandas"]
        return value is pandas.NA or value is pandas.NaT
    if isinstance(value, float):
        return float.__ne__(value, value)
    # An object that is not equal to itself is no gap for that.
    if isinstance(value, np.datetime64 | np.timedelta64):
        return bool(np.isnat(value))
    return isinstance(value, np.number) and bool(value != value)


def number(value: Any, variable: Variable) -> float:
    """Return one checked number; NaN when missing."""
    if type(value) is not float and type(value) is not int:
        value = _to_number(value, variable)
    if variable.low <= value <= variable.high and abs(value) != np.inf:
        if variable.whole and value != int(value):
            raise _not_whole(variable, [value], [])
        try:
            return float(value)
        except OverflowError:
            raise _out_of_range(variable, [value], []) from None
    if value != value:
        return NAN
    raise _out_of_range(variable, [value], [])


def number_in(value: Any) -> float | None:
    """Return one number of any kind, NaN where it is missing; None where it is no finite number."""
    try:
        return number(value, _ANY)
    except JiaScoresError:
        return None


_HOLDS: tuple[type, ...] = (float, int)
_ANY = Variable("number", "number", "", -UNBOUNDED, UNBOUNDED)


def _to_number(value: Any, variable: Variable) -> float:
    """Return one thing that stands for a number as a float."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if is_missing(value):
        return NAN
    if isinstance(value, bool | np.bool_):
        if variable.flag:
            return float(value)
        raise _not_numeric(variable, [value], [])
    if isinstance(value, np.floating):
        return float(_from_binary(np.asarray(value)))
    if isinstance(value, np.timedelta64) or not isinstance(value, Real | Decimal):
        raise _not_numeric(variable, [value], [])
    # What it holds, whatever a class that derives from float or int says.
    kind = type(value)
    exact: Any = next((plain for plain in _HOLDS if issubclass(kind, plain)), kind)
    with suppress(Exception):
        try:
            return float(exact.__float__(value))
        except OverflowError:
            # Left to the range check, which knows where the value stands.
            return np.inf if cast(Any, value) > 0 else -np.inf
    raise _not_numeric(variable, [value], [])


# --------------------------------------------------------------------------------------------
# Arrays and Series


def to_floats(value: Any, variable: Variable, labels: Sequence[Any] | None = None) -> NDArray[Any]:
    """Return an array or Series as numbers, NaN where missing; ranges are not checked here.

    Whole-number arrays stay as they are, so that nothing is copied before it must be.
    """
    kind = kind_of(value)
    if kind == "pandas":
        return _from_pandas(value, variable)
    if kind == "polars":
        return _from_polars(value, variable)
    if _comes_from("pandas", value):
        # An Index or an array of an extension type.
        plain = isinstance(value.dtype, np.dtype)
        inner = value.to_numpy() if plain else sys.modules["pandas"].Series(value)
        return to_floats(inner, variable, labels)
    if isinstance(value, np.ma.MaskedArray):
        return _from_masked(value, variable, labels)
    array = np.asarray(value) if isinstance(value, np.ndarray) else from_list(value)
    return _from_numpy(array, variable, labels)


def listed(value: Iterable[Any]) -> list[Any]:
    """Return what a list or tuple holds, whatever a class that derives from these says."""
    if isinstance(value, list):
        return list.copy(value)
    return [*tuple.__iter__(value)] if isinstance(value, tuple) else [*value]


def mapped(value: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return what a mapping holds, whatever a class that derives from dict says."""
    return dict(dict.items(value)) if isinstance(value, dict) else dict(value)


def from_list(value: Sequence[Any]) -> NDArray[Any]:
    """Return an array of plain numbers, or of objects where anything else is among them.

    NumPy alone would take [True, 5.5] as 1.0 and 5.5, and ["a", 5.5] as text throughout.
    """
    value = listed(value)
    kinds = {type(one) for one in value}
    if kinds <= {float, int}:
        return np.asarray(value)
    if any(issubclass(kind, list | tuple | np.ndarray) for kind in kinds):
        with suppress(Exception):
            return np.array(value, dtype=object)
    return objects_of(value)


def objects_of(value: Collection[Any]) -> NDArray[Any]:
    """Return a flat array of objects, also where each of them is a sequence."""
    return np.fromiter(value, dtype=object, count=len(value))


def _from_masked(
    array: np.ma.MaskedArray[Any, Any], variable: Variable, labels: Sequence[Any] | None
) -> NDArray[Any]:
    gaps = np.ma.getmaskarray(array)
    data: NDArray[Any] = np.array(array.data)
    if data.dtype.kind == "O":
        data[gaps] = None
    numbers = _from_numpy(data, variable, labels).astype(np.float64)
    numbers[gaps] = np.nan
    return numbers


def _from_numpy(
    array: NDArray[Any], variable: Variable, labels: Sequence[Any] | None
) -> NDArray[Any]:
    if array.dtype == np.float64 or array.dtype.kind in "iu":
        return array
    if array.dtype.kind == "f":
        return _from_binary(array)
    if array.dtype.kind == "b" and variable.flag:
        return array.astype(np.float64)
    if array.dtype.kind == "O":
        return _from_objects(array, variable, labels)
    first = range(min(array.size, SHOWN))
    where = _where(first, labels, array.shape)
    raise _not_numeric(variable, list(array.ravel()[:SHOWN]), where, array.size)


def _from_binary(array: NDArray[Any]) -> FloatArray:
    """Return floats of another size or byte order as float64."""
    small = array.dtype.itemsize < np.dtype(np.float64).itemsize
    return decimals.from_float32(array) if small else array.astype(np.float64)


def _from_objects(
    array: NDArray[Any], variable: Variable, labels: Sequence[Any] | None
) -> FloatArray:
    flat = array.ravel()
    if {type(value) for value in flat} <= _PLAIN:
        with suppress(OverflowError):
            return flat.astype(np.float64).reshape(array.shape)
    out = np.empty(array.size, dtype=np.float64)
    refused: list[int] = []
    for position, value in enumerate(flat):
        # To raise and catch for each of a million texts takes its time.
        if isinstance(value, str):
            refused.append(position)
            continue
        try:
            out[position] = _to_number(value, variable)
        except NotNumericError:
            refused.append(position)
    if refused:
        values = [flat[position] for position in refused]
        raise _not_numeric(variable, values, _where(refused, labels, array.shape))
    return out.reshape(array.shape)


def _from_pandas(series: Any, variable: Variable) -> NDArray[Any]:
    labels = series.index
    if isinstance(series.dtype, np.dtype):
        return _from_numpy(series.to_numpy(), variable, labels)
    pandas = sys.modules["pandas"]
    types = pandas.api.types
    is_flag = types.is_bool_dtype(series.dtype)
    if (types.is_numeric_dtype(series.dtype) and not is_flag) or (is_flag and variable.flag):
        inner = getattr(series.dtype, "numpy_dtype", getattr(series.dtype, "subtype", None))
        if getattr(inner, "kind", "") == "f":
            return _from_binary(series.to_numpy(dtype=inner, na_value=np.nan))
        values: NDArray[Any] = series.to_numpy(dtype=np.float64, na_value=np.nan)
        return values
    return _from_objects(objects_of(series.tolist()), variable, labels)


def _from_polars(series: Any, variable: Variable) -> NDArray[Any]:
    polars = sys.modules["polars"]
    dtype = series.dtype
    # NumPy has no whole numbers of 128 bits.
    if dtype.is_integer() and "128" not in str(dtype):
        return np.asarray(series.to_numpy())
    if dtype.is_float():
        array: NDArray[Any] = series.to_numpy()
        return array if array.dtype == np.float64 else _from_binary(array)
    if dtype.is_numeric() or dtype == polars.Null or (dtype == polars.Boolean and variable.flag):
        return np.asarray(series.cast(polars.Float64).to_numpy())
    return _from_objects(objects_of(series.to_list()), variable, None)


def _where(
    positions: Iterable[int], labels: Sequence[Any] | None, shape: tuple[int, ...] = ()
) -> list[Any]:
    """Return row labels, or positions: one number, or one for each dimension."""
    places = np.fromiter(positions, dtype=np.int64)
    if labels is not None:
        return [labels[place] for place in places]
    if len(shape) > 1:
        axes = (axis.tolist() for axis in np.unravel_index(places, shape))
        return list(zip(*axes, strict=True))
    return list(places.tolist())


# --------------------------------------------------------------------------------------------
# Checks


def is_fine(variable: Variable, block: NDArray[Any]) -> bool:
    """Return whether every value of a block is missing or allowed; made to be quick."""
    if not block.size:
        return True
    low, high = np.fmin.reduce(block), np.fmax.reduce(block)
    if low < variable.low or high > variable.high or high == np.inf or low == -np.inf:
        return False
    if variable.whole and block.dtype.kind == "f":
        return not bool((np.floor(block) < block).any())
    return True


def refused(variable: Variable, array: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return which values are out of range, and which are not whole where they must be."""
    outside = (array < variable.low) | (array > variable.high) | np.isinf(array)
    broken = np.zeros(array.shape, dtype=bool)
    if variable.whole and array.dtype.kind == "f":
        broken = (np.floor(array) < array) & ~outside
    return outside, broken


def check(
    variable: Variable,
    array: NDArray[Any],
    labels: Sequence[Any] | None = None,
) -> None:
    """Raise one error that lists the values that are not allowed, and where they are."""
    flat = array.ravel()
    if is_fine(variable, flat):
        return
    outside, broken = refused(variable, flat)
    which, error = (outside, _out_of_range) if outside.any() else (broken, _not_whole)
    positions = np.flatnonzero(which)
    raise error(variable, list(flat[positions]), _where(positions, labels, array.shape))


def _found(
    variable: Variable,
    values: Sequence[Any],
    where: Sequence[Any],
    total: int | None = None,
) -> str:
    """Say what was found and where, the first few and how many."""
    total = len(values) if total is None else total
    said = [shown(value) for value in values[:SHOWN]]
    if where:
        said = [f"{value} at {place}" for value, place in zip(said, where[:SHOWN], strict=False)]
    text = ", ".join(said) + (f", … ({total} values in all)" if total > SHOWN else "")
    return f"{variable.name} = {text}"


def _refusal(
    error: type[E],
    variable: Variable,
    found: str,
    wrong: str,
    more: str,
    values: Sequence[Any],
    where: Sequence[Any],
) -> E:
    """Return an error that says what was found, what is wrong with it and what is allowed."""
    label = variable.label[:1].upper() + variable.label[1:]
    message = f"{found}: {wrong}. {label} is {variable.allowed}{more}."
    return error(message, variable=variable.name, values=values, where=where)


def _out_of_range(
    variable: Variable, values: Sequence[Any], where: Sequence[Any]
) -> OutOfRangeError:
    found, more = _found(variable, values, where), variable.advice_on(values)
    wrong = "neither yes nor no" if variable.flag else "out of range"
    return _refusal(OutOfRangeError, variable, found, wrong, more, values, where)


def _not_whole(variable: Variable, values: Sequence[Any], where: Sequence[Any]) -> NotWholeError:
    found = _found(variable, values, where)
    wrong, more = "not a whole number", ", counted"
    if variable.flag:
        wrong, more = "neither yes nor no", ""
    return _refusal(NotWholeError, variable, found, wrong, more, values, where)


def _not_numeric(
    variable: Variable, values: Sequence[Any], where: Sequence[Any], total: int | None = None
) -> NotNumericError:
    found, more = _found(variable, values, where, total), "; leave a gap as None, NaN or null"
    if not where and (advice := instead_of(values[0])):
        more = f". {advice}"
    wrong = "neither yes nor no" if variable.flag else "not a number"
    if isinstance(values[0], str):
        wrong = f"{wrong} but text"
    elif isinstance(values[0], bool | np.bool_):
        wrong = f"{wrong} but yes or no"
    return _refusal(NotNumericError, variable, found, wrong, more, values, where)
