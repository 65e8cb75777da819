"""Checks of numbers, choices and columns in the arguments of a call."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import NotNumericError, RequestError, is_among, say, suggestion
from jiascores.core.values import number_in
from jiascores.core.variables import UNBOUNDED, Variable
from jiascores.tables.frame import Frame


def number_of(value: Any, name: str, why: str = "", *, zero: bool = False) -> float:
    """Return a number above 0, or 0 if allowed; raise for anything else.

    Parameters
    ----------
    value : object
        What the caller gave.
    name : str
        The parameter.
    why : str
        What it is for, in a sentence.
    zero : bool
        Whether 0 is allowed.
    """
    plain = number_in(value)
    if plain is not None and (plain > 0 or (zero and plain == 0)):
        return plain
    least = "0 or more" if zero else "above 0"
    raise _refusal(value, name, f"give a number {least}.{' ' if why else ''}{why}")


def _refusal(value: Any, name: str, words: str) -> RequestError:
    return RequestError(f"{say(name, value)}: {words}", variable=name, values=(value,))


def column_name(value: Any, name: str) -> Any:
    """Return the name of a column as given; raise if it cannot be one.

    Parameters
    ----------
    value : object
        What the caller gave.
    name : str
        The parameter.
    """
    with suppress(Exception):
        # A name is looked up by its hash and compared.
        hash(value)
        if value is not None:
            return value
    raise _refusal(value, name, "give the name of a column.")


def numbers_in(frame: Frame, name: str) -> NDArray[np.float64]:
    """Return a column of numbers with NaN for gaps; other columns raise.

    Parameters
    ----------
    frame : Frame
        The table.
    name : str
        The column.
    """
    try:
        return frame.floats(name, Variable(name, name, "", -UNBOUNDED, UNBOUNDED, flag=True))
    except NotNumericError:
        pass
    try:
        # Numbers written as text, mixed with others.
        return frame.objects(name).astype(np.float64)
    except (TypeError, ValueError) as problem:
        raise NotNumericError(f"column {name!r} must hold numbers.", variable=name) from problem


def one_of(value: Any, choices: Mapping[str, str], name: str) -> str:
    """Return a value that is one of the choices; else raise and explain the choices.

    Parameters
    ----------
    value : object
        What the caller gave.
    choices : dict
        Choice → what it means.
    name : str
        The parameter.
    """
    if is_among(value, choices):
        return str.__str__(value)
    raise _refusal(value, name, f"choose {in_words(choices)}.{suggestion(value, choices)}")


def plain_date(value: Any) -> str:
    """Return a date as ISO text, with the time where there is one.

    Parameters
    ----------
    value : date, timestamp or datetime64
        The date.
    """
    import pandas as pd

    return pd.Timestamp(value).isoformat().removesuffix("T00:00:00")


def in_words(choices: Mapping[str, str]) -> str:
    """Return the choices with their meaning as one text.

    Parameters
    ----------
    choices : dict
        Choice → what it means.
    """
    return "; ".join(f"{choice!r}: {words}" for choice, words in choices.items())
