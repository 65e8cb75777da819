"""What values look like that are in another unit or coding: for each variable, as data.

The limits are of no paper. They were tried on simulated clean tables, on which they say nothing,
and on the same tables with mistakes. They refuse nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.decimals import TOLERANCE

# Numbers that often stand for a gap, where they are possible values too.
CODES = (99.0, 888.0, 999.0)


class Seen:
    """The values of a variable in its canonical unit, NaN where missing, with those beside them.

    Parameters
    ----------
    values : array
        One for each visit, at least one.
    beside : mapping of str to array
        Other variables of the same visits.
    unit : str, optional
        The unit that was declared; None where none was.
    step : float
        What one of that unit is in the canonical one.
    """

    def __init__(
        self,
        values: NDArray[np.float64],
        beside: Mapping[str, NDArray[np.float64]],
        unit: str | None = None,
        step: float = 1.0,
    ) -> None:
        self.values: NDArray[np.float64] = values
        self.beside: Mapping[str, NDArray[np.float64]] = beside
        self.unit: str | None = unit
        self.step: float = step
        self.low: Any = np.fmin.reduce(values)
        self.high: Any = np.fmax.reduce(values)

    @cached_property
    def known(self) -> NDArray[np.float64]:
        """The values that are there."""
        return np.asarray(self.values[self.values == self.values])


@attrs.frozen(kw_only=True)
class Outside:
    """Any value that is hardly possible in the canonical unit."""

    above: float = np.inf
    below: float = -np.inf
    # Whether 0 is possible all the same.
    zero: bool = False
    unit: str = ""
    # Whether each value is listed, and not the column.
    each: bool = False
    guess: str = ""

    def which(self, seen: Seen) -> Any:
        """Return which values these are; None where there is none."""
        if not (seen.high > self.above or seen.low < self.below):
            return None
        values = seen.values
        wrong = (values > self.above) | (values < self.below)
        if self.zero:
            wrong &= values != 0
        return wrong if wrong.any() else None

    @property
    def words(self) -> str:
        """What is suspicious, with ``{unit}`` where the unit is said."""
        above = f"above {self.above:g}{{unit}}" if self.above < np.inf else ""
        return above or f"below {self.below:g}{{unit}}"


@attrs.frozen(kw_only=True)
class Typical:
    """Values of which a given part lies below what that part would be."""

    part: float
    below: float
    visits: int
    unit: str

    def which(self, seen: Seen) -> Any:
        """Return which values these are: all, or None."""
        if seen.values.size < self.visits or not seen.low < self.below:
            return None
        if seen.known.size < self.visits or not np.quantile(seen.known, self.part) < self.below:
            return None
        return seen.values == seen.values

    @property
    def words(self) -> str:
        """What is suspicious, with ``{unit}`` where the unit is said."""
        part = {0.5: "half of them", 1.0: "all"}.get(self.part, f"{self.part:.0%} of them")
        return f"{part} below {self.below:g}{{unit}}"


@attrs.frozen(kw_only=True)
class Scale:
    """A global that never passes a few points, where joints say that it should."""

    highest: float
    visits: int
    whole: bool
    guess: str
    # Units for which alone it is looked at; none for the canonical one.
    declared: tuple[str, ...] = ()
    joints: float = 5
    share: float = 0.2

    def which(self, seen: Seen) -> Any:
        """Return which values these are: all, or None."""
        joints = seen.beside.get("active_joints")
        if seen.values.size < self.visits or not 0 < seen.high <= self.highest or joints is None:
            return None
        if seen.known.size < self.visits or (seen.unit in self.declared) != bool(self.declared):
            return None
        there = seen.values == seen.values
        if self.whole and (seen.known % 1).any():
            return None
        return there if (joints[there] >= self.joints).mean() >= self.share else None

    @property
    def words(self) -> str:
        """What is suspicious, with ``{unit}`` where the unit is said."""
        return f"{'whole numbers, ' if self.whole else ''}never above {self.highest:g}"


@attrs.frozen(kw_only=True)
class Hours:
    """Durations that nobody gives in minutes."""

    unit: str = "h"
    highest: float = 6
    visits: int = 10
    multiple: float = 5
    share: float = 0.5

    def which(self, seen: Seen) -> Any:
        """Return which values these are: all above 0, or None."""
        if not 0 < seen.high <= self.highest:
            return None
        positive = seen.known[seen.known > 0]
        rare = (positive % self.multiple == 0).mean() < self.share
        return seen.values > 0 if positive.size >= self.visits and rare else None

    @property
    def words(self) -> str:
        """What is suspicious, with ``{unit}`` where the unit is said."""
        return f"all at most {self.highest:g}{{unit}}, and few a multiple of {self.multiple:g}"


@attrs.frozen(kw_only=True)
class LowBeside:
    """Values that are low where another variable is high."""

    unit: str
    below: float
    other: str
    at_least: float
    visits: int = 5

    def which(self, seen: Seen) -> Any:
        """Return which values these are, or None."""
        other = seen.beside.get(self.other)
        if other is None:
            return None
        rows = (other >= self.at_least) & (seen.values == seen.values)
        enough = np.count_nonzero(rows) >= self.visits
        return rows if enough and np.median(seen.values[rows]) < self.below else None

    @property
    def words(self) -> str:
        """What is suspicious, with ``{unit}`` where the unit is said."""
        other = self.other.upper()
        return (
            f"half of them below {self.below:g}{{unit}} where {other} is {self.at_least:g} or more"
        )


@attrs.frozen(kw_only=True)
class Reduced:
    """A count that ends where a shorter list of joints ends."""

    guess: str
    lowest: float = 25
    highest: float = 27
    many: float = 20
    visits: int = 10

    def which(self, seen: Seen) -> Any:
        """Return which values these are: all, or None."""
        if not self.lowest <= seen.high <= self.highest:
            return None
        often = np.count_nonzero(seen.known >= self.many) >= self.visits
        return seen.values == seen.values if often else None

    @property
    def words(self) -> str:
        """What is suspicious, with ``{unit}`` where the unit is said."""
        return f"never above {self.highest:g}, and often {self.many:g} or more"


@attrs.frozen(kw_only=True)
class Always:
    """One value throughout, which a form or a program may have filled in."""

    visits: int = 20
    value: float | None = None
    guess: str = "a default that nobody changed"

    def which(self, seen: Seen) -> Any:
        """Return which values these are: all, or None."""
        if seen.low != seen.high or seen.known.size < self.visits:
            return None
        # No joints and no pain throughout are what remission is.
        wrong = seen.high != 0 if self.value is None else seen.high == self.value
        return seen.values == seen.values if wrong else None

    words = "always the same"


@attrs.frozen(kw_only=True)
class Codes:
    """A number that often stands for a gap, and comes far more often than those around it."""

    guess: str = "a code for a gap"
    times: int = 3
    as_often: float = 5
    around: int = 5

    def which(self, seen: Seen) -> Any:
        """Return which values these are, or None."""
        wrong = None
        for code in (code * seen.step for code in CODES):
            if not seen.high >= code - TOLERANCE:
                break
            same = np.abs(seen.known - code) < TOLERANCE
            often = np.count_nonzero(same)
            near = np.abs(seen.known - code) <= self.around * seen.step
            others = np.count_nonzero(near) - often
            if often >= self.times and often >= self.as_often * others:
                here = np.abs(seen.values - code) < TOLERANCE
                wrong = here if wrong is None else wrong | here
        return wrong

    words = "far more often than the numbers around it"


Suspicion: TypeAlias = Outside | Typical | Scale | Hours | LowBeside | Reduced | Always | Codes

_ANY: tuple[Suspicion, ...] = (Always(), Codes())
_GLOBAL = (
    Scale(highest=4, visits=30, whole=True, guess="a scale of four or five steps"),
    Scale(
        highest=1,
        visits=20,
        whole=False,
        declared=("mm", "0-100"),
        guess="centimetres already, so that its unit is to be left out",
    ),
)
_OF: dict[str, tuple[Suspicion, ...]] = {
    **dict.fromkeys(
        ("physician_global", "patient_global", "pain", "parent_disease_activity"), _GLOBAL
    ),
    "active_joints": (Reduced(guess="the count of 27 joints, which is active_joints_27"),),
    "esr": (
        Outside(above=200, each=True, guess="a slip, another unit, or a code for a gap"),
        Always(visits=4, value=0, guess="gaps written as 0"),
    ),
    "crp": (
        Outside(above=500, each=True, guess="a slip, another unit, or a code for a gap"),
        LowBeside(unit="mg/dL", below=5, other="esr", at_least=40),
    ),
    "crp_upper_limit": (Outside(below=2, unit="mg/dL"),),
    "haemoglobin": (
        Outside(above=20, unit="g/L"),
        Typical(part=0.95, below=10.5, visits=30, unit="mmol/L"),
    ),
    "platelets": (
        Outside(above=3000, unit="/uL"),
        Typical(part=1.0, below=10, visits=10, unit="lakh/uL"),
    ),
    "ferritin": (Outside(below=1, zero=True, unit="mg/L"),),
    "ast": (Typical(part=0.5, below=5, visits=5, unit="ukat/L"),),
    "ldh": (Typical(part=0.5, below=20, visits=5, unit="ukat/L"),),
    "triglycerides": (Outside(below=15, unit="mmol/L", guess="mmol/L, or g/L"),),
    "fibrinogen": (Outside(below=20, unit="g/L"), Outside(above=2000, unit="mg/L")),
    "morning_stiffness": (Outside(below=1, zero=True, unit="h"), Hours()),
}
# Upper limits are one number throughout by what they are.
_NO_LIMITS = ("esr_upper_limit", "crp_upper_limit", "marker_upper_limit")
# Signs that no cohort has at every visit.
_RARE = ("rash", "serositis", "haemorrhage", "cns", "uveitis")
_FLAG = (Always(value=1, guess="another coding, such as 1 for no and 2 for yes"),)


@cache
def suspicions_of(variable: str, *, flag: bool) -> tuple[Suspicion, ...]:
    """Return what is suspicious in a variable.

    Parameters
    ----------
    variable : str
        Its name.
    flag : bool
        Whether it is yes or no.
    """
    if flag:
        return _FLAG if variable in _RARE else ()
    return _OF.get(variable, ()) + (_ANY if variable not in _NO_LIMITS else ())
