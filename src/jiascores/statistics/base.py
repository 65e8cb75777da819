"""What the statistics share: optional libraries, checks of arguments, and the result of a test."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import MissingExtraError, RequestError

CONFIDENCE = 0.95
PER_MONTHS = 100
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def library(name: str, why: str) -> Any:
    """Return a module of an optional package.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        package = name.partition(".")[0]
        raise MissingExtraError(
            f"{why} needs {package}, which is not installed: "
            f"python -m pip install 'jiascores[stats]'",
            variable=package,
        ) from error


def check_confidence(confidence: Any) -> None:
    """Raise unless a confidence lies between 0 and 1."""
    if not isinstance(confidence, float | np.floating) or not 0 < confidence < 1:
        raise RequestError(
            f"confidence={confidence!r}: give a number between 0 and 1, for example 0.95.",
            variable="confidence",
            values=(confidence,),
        )


def check_counts(**counts: float) -> None:
    """Raise unless each is a whole number, 0 or more."""
    for name, count in counts.items():
        if not count >= 0 or count != int(count):
            raise RequestError(
                f"{name}={count!r}: a count is a whole number, 0 or more.",
                variable=name,
                values=(count,),
            )


def check_times(**times: float) -> None:
    """Raise unless each is more than 0."""
    for name, time in times.items():
        if not 0 < time < math.inf:
            raise RequestError(
                f"{name}={time!r}: the time under observation is more than 0.",
                variable=name,
                values=(time,),
            )


@attrs.frozen(kw_only=True)
class Comparison:
    """One test: its name, what it assumes, its estimate, interval and p.

    Attributes
    ----------
    name : str
        The test.
    assumes : str
        What it takes for granted.
    n : str
        What it is based on.
    measure : str
        What is estimated.
    estimate, low, high : float
        The estimate and its interval; NaN where it has none.
    p : float
        Two-sided, from the method that the interval is from.
    method : str
        ``"central"``: twice the smaller tail, and the interval with equal tails.
        ``"minimum-likelihood"``: the outcomes that are no likelier. Else the test's own.
    confidence : float
        Of the interval.
    """

    name: str
    assumes: str
    n: str
    measure: str
    estimate: float
    low: float = math.nan
    high: float = math.nan
    p: float
    method: str = ""
    confidence: float = CONFIDENCE

    def __str__(self) -> str:
        method = f", {self.method}" if self.method else ""
        lines = [
            f"{self.name}{method}: p = {p_shown(self.p)}",
            f"  {self.measure} {self._estimated()}",
            f"  n: {self.n}",
            f"  assumes: {self.assumes}",
        ]
        return "\n".join(lines)

    def _estimated(self) -> str:
        if math.isnan(self.low):
            return short(self.estimate)
        interval = f"{short(self.low)} to {short(self.high)}"
        return f"{short(self.estimate)} ({self.confidence * 100:g} % interval {interval})"


def p_shown(p: float) -> str:
    """Return a p value for print."""
    if math.isnan(p):
        return "not computed"
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


def short(value: float) -> str:
    """Return a number for print, with four figures."""
    if math.isnan(value):
        return "not defined"
    return "∞" if math.isinf(value) else f"{value:.4g}".replace("-", "−")
