"""What the statistics share: optional libraries, checks of arguments, and the result of a test."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any, NoReturn

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import MissingExtraError, RequestError, shown
from jiascores.core.values import number_in

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


def confidence_of(given: Any, name: str = "confidence", example: float = 0.95) -> float:
    """Return a confidence, or another share; one that is not between 0 and 1 raises."""
    number = number_in(given)
    if number is None or not _LEAST <= number <= 1 - _LEAST:
        words = f"{name}={shown(given)}: give a number between 0 and 1, for example {example}."
        raise RequestError(words, variable=name, values=(given,))
    return number


# Below this an interval is its own middle; as near to 1 its ends are no numbers.
_LEAST = 1e-9


def normal_quantile(confidence: float, why: str) -> float:
    """Return the normal quantile of a two-sided interval.

    Parameters
    ----------
    confidence : float
        For example 0.95.
    why : str
        What needs it, for the message where scipy is not installed.
    """
    return float(library("scipy.stats", why).norm.ppf((1 + confidence) / 2))


class Answer:
    """The result of an analysis: it has values, and is neither true nor false."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise RequestError(
            f"{type(self).__name__} is neither true nor false: ask for one of its values."
        )


@attrs.frozen(kw_only=True)
class Comparison(Answer):
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
    why_not : str
        Why there is no p and no interval, where the test's assumptions do not hold.
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
    why_not: str = ""

    def withheld(self, why: str, *names: str) -> Comparison:
        """Return it without p, interval and what is named, because of this; else as it is."""
        nothing: dict[str, Any] = dict.fromkeys(("p", "low", "high", *names), math.nan)
        return attrs.evolve(self, **nothing, why_not=why) if why else self

    def __str__(self) -> str:
        method = f", {self.method}" if self.method else ""
        p = f"no p: {self.why_not}" if self.why_not else p_said(self.p)
        return (
            f"{self.name}{method}: {p}\n  {self.measure} {self._estimated()}\n"
            f"  n: {self.n}\n  assumes: {self.assumes}"
        )

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


def p_said(p: float, name: str = "p") -> str:
    """Return a p value with its name, for print."""
    shown = p_shown(p)
    return f"{name} {shown}" if shown[0] in "<n" else f"{name} = {shown}"


def short(value: float) -> str:
    """Return a number for print, with four figures."""
    if math.isnan(value):
        return "not defined"
    return "∞" if math.isinf(value) else f"{value:.4g}".replace("-", "−")
