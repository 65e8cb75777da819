"""Disease flare by change of the core set, and loss of an ACR Ped level.

Always against a reference visit that the caller names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar, cast, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.core_set import CoreSet, arrays, paired
from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import DefinitionError, NotCoveredError, RequestError
from jiascores.core.exact import at_least
from jiascores.core.kinds import BLOCK, Like, Many, Scalar, missing
from jiascores.core.references import Evidence, reference
from jiascores.core.variables import CORE_SET_NEEDS, CORE_SIZE, CORE_VARIABLES, MARKERS
from jiascores.measures.change import (
    FromZero,
    beside,
    change_heading,
    change_line,
    check_from_zero,
    flat,
    improved_by,
    percent_changes,
    pick,
    shaped,
    shown,
    unknown_or_worse,
)
from jiascores.measures.response import AcrPedResponse, ResponseCriteria, acr_ped
from jiascores.measures.states import NOT_GIVEN


@attrs.frozen(kw_only=True)
class FlareCriteria(Definition):
    """Criteria for a flare between a reference visit and a later one.

    Parameters
    ----------
    worsened_needed : int, optional
        How many of the six must have worsened; None where `all_of` says which.
    worsening : float, optional
        Worsening in per cent from which a variable counts as worse; None with `all_of`.
    worsening_from : bool
        Whether worsening by exactly that much counts (≥); else only more (>).
    improved_allowed : int, optional
        How many of the six may have improved; None where the criteria set no limit.
    improvement : float, optional
        Improvement in per cent from which a variable counts as better; None without a limit.
    improvement_from : bool
        Whether improvement by exactly that much counts (≥); else only more (>).
    floors : tuple of (str, float)
        Variables that count as worse only if they rose by at least so much, in their own unit.
    active_joints_at_visit : int, optional
        How many active joints the visit itself must show, whatever the reference.
    all_of : tuple of (str, float)
        In place of counting: each of these variables must be worse by at least so many per cent;
        0 means by anything at all.
    fever_above : float, optional
        Temperature in °C above which fever on `fever_days` days is a flare by itself.
    fever_days : int, optional
        Consecutive days of such fever, not due to infection, that make a flare.
    zero_reference : {"worsened", "unchanged", "missing"}
        What a rise from 0 counts as; 0 → 0 is unchanged, and nothing improves from 0. Floors
        apply all the same.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.definition("brunner-2002", jia.FlareCriteria).rule
    '≥ 40 % worse in ≥ 2 of 6 and ≥ 30 % better in ≤ 1'
    """

    kind: ClassVar[str] = "flare criteria"
    no_thresholds: ClassVar[tuple[str, ...]] = ("fever_above", "fever_days")

    worsened_needed: int | None = 3
    worsening: float | None = 30
    worsening_from: bool = True
    improved_allowed: int | None = 1
    improvement: float | None = 30
    improvement_from: bool = True
    floors: tuple[tuple[str, float], ...] = ()
    active_joints_at_visit: int | None = None
    all_of: tuple[tuple[str, float], ...] = ()
    fever_above: float | None = None
    fever_days: int | None = None
    zero_reference: FromZero = "worsened"

    def _check(self) -> None:
        check_from_zero(self.zero_reference, "zero_reference")
        for field in ("floors", "all_of"):
            for name, _ in getattr(self, field):
                if name not in CORE_VARIABLES + MARKERS:
                    raise DefinitionError(
                        f"{field} names {name!r}, which is not in the core set", variable=field
                    )
        counts = (self.worsened_needed is not None, self.worsening is not None)
        if counts != (not self.all_of, not self.all_of):
            raise DefinitionError(
                "criteria either count (worsened_needed and worsening) or name variables "
                "(all_of): give the one and set the other to None",
                variable="all_of",
            )
        if (self.improved_allowed is None) != (self.improvement is None):
            raise DefinitionError(
                "improved_allowed and improvement go together: give both or neither",
                variable="improvement",
            )
        if self.worsened_needed is not None and not 1 <= self.worsened_needed <= CORE_SIZE:
            raise DefinitionError(
                f"worsened_needed={self.worsened_needed}: of {CORE_SIZE} variables, from 1 to "
                f"{CORE_SIZE} can be needed",
                variable="worsened_needed",
            )
        if (self.fever_above is None) != (self.fever_days is None):
            raise DefinitionError(
                "fever_above and fever_days go together: give both or neither",
                variable="fever_above",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        """The core set, or as much of it as the rule asks about, and what else it asks about."""
        if self.all_of and self.improved_allowed is None:
            return tuple(name for name, _ in self.all_of)
        return CORE_SET_NEEDS if self.fever_above is None else (*CORE_SET_NEEDS, "flare_fever")

    @property
    def rule(self) -> str:
        """The rule in one line."""
        if self.all_of:
            parts = [_threshold(name, percent) for name, percent in self.all_of]
        else:
            sign = "≥" if self.worsening_from else ">"
            parts = [
                f"{sign} {self.worsening:g} % worse in ≥ {self.worsened_needed} of {CORE_SIZE}"
            ]
        if self.improved_allowed is not None:
            sign = "≥" if self.improvement_from else ">"
            parts.append(f"{sign} {self.improvement:g} % better in ≤ {self.improved_allowed}")
        if self.active_joints_at_visit is not None:
            parts.append(f"≥ {self.active_joints_at_visit} active joints at the visit")
        text = " and ".join(parts)
        if self.floors:
            least = ", ".join(f"{name} {floor:g}" for name, floor in self.floors)
            text += f"; counts as worse only if it rose by at least: {least}"
        if self.fever_above is not None:
            text = (
                f"fever > {self.fever_above:g} °C on ≥ {self.fever_days} consecutive days, not "
                f"due to infection, or: {text}"
            )
        return text

    @property
    def column(self) -> str:
        """The name of the column that holds this flare."""
        return f"flare_{self.name.replace('-', '_')}"

    def require(self, marker: str) -> None:
        """Raise where the criteria name an acute-phase reactant that a core set does not hold.

        Parameters
        ----------
        marker : str
            The reactant that the core set holds.

        Raises
        ------
        NotCoveredError
            If the criteria name the other one.
        """
        for name, _ in self.floors + self.all_of:
            if name in MARKERS and name != marker:
                raise NotCoveredError(
                    f"{self.name} names {name.upper()}, and the core set here holds {marker}. "
                    f"Use {name}, or make a variant of the criteria that names another reactant.",
                    variable=marker,
                )


def _threshold(name: str, percent: float) -> str:
    return f"{name} ≥ {percent:g} % worse" if percent else f"{name} any worsening"


_GLOBALS = ("physician_global", "patient_global")
_ZERO_NOTE = (
    "A zero at the reference has no published rule. Here 0 → 0 is unchanged, 0 → more counts as "
    "worse where it reaches its floor, and nothing improves from 0 (zero_reference)."
)
_RUPERTO_FLOORS = (
    *((name, 2.0) for name in _GLOBALS),
    ("active_joints", 2.0),
    ("limited_joints", 2.0),
)

FLARE_CRITERIA = publish(
    FlareCriteria(
        name="brunner-2002",
        reference=reference("brunner-2002"),
        evidence=Evidence.PRIMARY,
        worsened_needed=2,
        worsening=40,
        notes=("The definition that the paper prefers.", _ZERO_NOTE),
    ),
    FlareCriteria(
        name="brunner-2002-b",
        reference=reference("brunner-2002"),
        evidence=Evidence.PRIMARY,
        improved_allowed=None,
        improvement=None,
        notes=("Sets no limit on improvement.", _ZERO_NOTE),
    ),
    FlareCriteria(
        name="brunner-2002-c",
        reference=reference("brunner-2002"),
        evidence=Evidence.PRIMARY,
        worsened_needed=None,
        worsening=None,
        improved_allowed=None,
        improvement=None,
        all_of=(("chaq", 0), ("esr", 30), ("active_joints", 10)),
        notes=(
            "The paper names ESR: core sets with CRP are refused. A variant may name crp.",
            _ZERO_NOTE,
        ),
    ),
    FlareCriteria(
        name="prcsg-printo",
        reference=reference("propel"),
        evidence=Evidence.SECONDARY,
        notes=(_ZERO_NOTE,),
    ),
    FlareCriteria(
        name="lovell-2000",
        reference=reference("lovell-2000"),
        evidence=Evidence.SECONDARY,
        active_joints_at_visit=2,
        notes=(
            "The trial's reference is day 90.",
            "The trial's register counts limited joints only with pain or tenderness.",
            "A floor of 2 units on the globals is unverified there and left out.",
            _ZERO_NOTE,
        ),
    ),
    FlareCriteria(
        name="lovell-2008",
        reference=reference("lovell-2008"),
        evidence=Evidence.SECONDARY,
        active_joints_at_visit=2,
        improvement_from=False,
        notes=("As lovell-2000, but two may be better by exactly 30 %.", _ZERO_NOTE),
    ),
    FlareCriteria(
        name="ruperto-2008",
        reference=reference("ruperto-2008"),
        evidence=Evidence.SECONDARY,
        floors=_RUPERTO_FLOORS,
        notes=(
            "The abstract says ≥ 30 % for both limits and has no floors.",
            "The floors are the register's, which prints > 30 %: see ruperto-2008-strict.",
            _ZERO_NOTE,
        ),
    ),
    FlareCriteria(
        name="ruperto-2008-strict",
        reference=reference("abatacept-register"),
        evidence=Evidence.SECONDARY,
        derives_from="ruperto-2008",
        worsening_from=False,
        improvement_from=False,
        floors=_RUPERTO_FLOORS,
        notes=("The abatacept trial as its register words it.", _ZERO_NOTE),
    ),
    FlareCriteria(
        name="review-floors",
        reference=reference("ruperto-2008"),
        evidence=Evidence.SECONDARY,
        derives_from="ruperto-2008",
        floors=(*((name, 2.0) for name in _GLOBALS), ("active_joints", 2.0)),
        notes=(
            "As reviews give the abatacept trial's rule: the joint floor on active joints alone.",
            _ZERO_NOTE,
        ),
    ),
    FlareCriteria(
        name="canakinumab-sjia",
        reference=reference("ruperto-2012"),
        evidence=Evidence.UNVERIFIED,
        derives_from="prcsg-printo",
        fever_above=38.0,
        fever_days=2,
        notes=(
            "For systemic arthritis; the trials' reactant is CRP.",
            "That fever alone is a flare, and how it is measured, is unverified.",
            _ZERO_NOTE,
        ),
    ),
)


# --------------------------------------------------------------------------------------------
# The lines that decide, on numbers or arrays


def _limit(criteria: FlareCriteria, name: str) -> tuple[float | None, bool]:
    """Return from how many per cent a variable is worse, and whether exactly that counts.

    None where the criteria do not ask whether it is worse.
    """
    if criteria.all_of:
        return dict(criteria.all_of).get(name), True
    return criteria.worsening, criteria.worsening_from


def _unknown_or_worse(
    criteria: FlareCriteria, name: str, earlier: Any, now: Any
) -> tuple[Any, Any]:
    """Return whether a variable is unknown, and whether it is worse before any floor."""
    percent, inclusive = _limit(criteria, name)
    if percent is None:
        unknown = missing(earlier) | missing(now)
        return unknown, np.zeros_like(unknown)
    return unknown_or_worse(
        earlier, now, percent, inclusive=inclusive, from_zero=criteria.zero_reference
    )


def _one_variable(
    criteria: FlareCriteria, name: str, earlier: Any, now: Any
) -> tuple[Any, Any, Any]:
    """Return whether a variable is unknown, counts as worse, and counts as better."""
    unknown, worse = _unknown_or_worse(criteria, name, earlier, now)
    floor = dict(criteria.floors).get(name)
    if floor is not None:
        worse = worse & at_least(now - earlier, floor)
    better = np.zeros_like(unknown)
    if criteria.improvement is not None:
        inclusive = criteria.improvement_from
        better = improved_by(earlier, now, criteria.improvement, inclusive=inclusive)
    return unknown, worse, better


def _block(
    criteria: FlareCriteria,
    earlier: Mapping[str, NDArray[Any]],
    now: Mapping[str, NDArray[Any]],
    fever: Any,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return whether there certainly, and possibly, is a flare."""
    size = next(iter(now.values())).shape
    unknown = np.zeros(size, dtype=np.int8)
    worse = np.zeros(size, dtype=np.int8)
    better = np.zeros(size, dtype=np.int8)
    certain = np.ones(size, dtype=bool)
    possible = np.ones(size, dtype=bool)
    for name in now:
        gap, worsened, improved = _one_variable(criteria, name, earlier[name], now[name])
        unknown += gap
        worse += worsened
        better += improved
        if name in dict(criteria.all_of):
            certain &= worsened
            possible &= worsened | gap
    if criteria.worsened_needed is not None:
        certain &= worse >= criteria.worsened_needed
        possible &= worse + unknown >= criteria.worsened_needed
    if criteria.improved_allowed is not None:
        certain &= better + unknown <= criteria.improved_allowed
        possible &= better <= criteria.improved_allowed
    if criteria.active_joints_at_visit is not None:
        joints = now["active_joints"]
        enough = at_least(joints, criteria.active_joints_at_visit)
        certain &= enough
        possible &= enough | missing(joints)
    if criteria.fever_above is not None:
        certain |= fever == 1
        possible |= (fever == 1) | missing(fever)
    return certain, possible


def flare_bounds(
    criteria: FlareCriteria,
    earlier: Mapping[str, Any],
    now: Mapping[str, NDArray[Any]],
    *,
    fever: Any = np.nan,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return whether there certainly, and possibly, is a flare, for flat arrays.

    Every caller comes through here: one patient, arrays, frames and clusters alike. A missing
    component is at most one of worse and better, so these bounds are safe, not sharp.
    """
    criteria.require(next(name for name in now if name not in CORE_VARIABLES))
    size = next(iter(now.values())).size
    certain = np.empty(size, dtype=np.bool_)
    possible = np.empty(size, dtype=np.bool_)
    for start in range(0, size, BLOCK):
        block = slice(start, start + BLOCK)
        certain[block], possible[block] = _block(
            criteria,
            {name: values[block] for name, values in earlier.items()},
            {name: values[block] for name, values in now.items()},
            fever[block] if isinstance(fever, np.ndarray) else fever,
        )
    return certain, possible


def verdict(certain: Any, possible: Any) -> Any:
    """Return 1 where certain, 0 where not even possible, NaN between."""
    return np.where(certain, 1.0, np.where(possible, np.nan, 0.0))


# --------------------------------------------------------------------------------------------
# The public door

FlagT = TypeVar("FlagT")
SureT = TypeVar("SureT")
ChangeT = TypeVar("ChangeT")


@attrs.frozen(eq=False, repr=False)
class FlareVerdict(Generic[FlagT, SureT, ChangeT]):
    """Whether there was a flare, with its bounds and its reasons.

    Attributes are of the kind of the core sets: for one patient `flared` is True, False or None;
    for arrays a float64 array of 1, 0 and NaN; for Series a nullable boolean Series.
    """

    criteria: FlareCriteria
    marker: str
    _earlier: Mapping[str, Any] = attrs.field(alias="earlier")
    _now: Mapping[str, Any] = attrs.field(alias="now")
    _like: Like = attrs.field(alias="like")
    _raw: tuple[Any, Any] = attrs.field(alias="raw")
    _fever: Any = attrs.field(alias="fever")

    @property
    def flared(self) -> FlagT:
        """Whether there was a flare: yes, no, or not determinable."""
        return cast(FlagT, self._like.flag(verdict(*self._raw), self.criteria.column))

    @property
    def flared_min(self) -> SureT:
        """Whether there was a flare whatever the gaps hide."""
        return cast(SureT, self._like.surely(self._raw[0], f"{self.criteria.column}_min"))

    @property
    def flared_max(self) -> SureT:
        """Whether there may have been a flare."""
        return cast(SureT, self._like.surely(self._raw[1], f"{self.criteria.column}_max"))

    @property
    def worse(self) -> dict[str, FlagT]:
        """Per variable that the criteria ask about, whether it counts as worse."""
        asked = dict(self.criteria.all_of) or self._now
        return {name: self._one(name, 1) for name in self._now if name in asked}

    @property
    def better(self) -> dict[str, FlagT]:
        """Per variable, whether it counts as better; empty where improvement has no limit."""
        if self.criteria.improved_allowed is None:
            return {}
        return {name: self._one(name, 2) for name in self._now}

    def _one(self, name: str, which: int) -> FlagT:
        parts = self._each(name)
        return cast(FlagT, self._like.flag(np.where(parts[0], np.nan, parts[which]), name))

    def _each(self, name: str) -> tuple[Any, Any, Any]:
        earlier, now = np.asarray(self._earlier[name]), np.asarray(self._now[name])
        return _one_variable(self.criteria, name, earlier, now)

    @property
    def change(self) -> dict[str, ChangeT]:
        """Per variable, the change in per cent of the reference, negative when better.

        Missing where a value is missing and where a value rose from 0; 0 → 0 is 0.
        """
        return percent_changes(self._earlier, self._now, self._like)

    def explain(self, row: int = 0) -> str:
        """Return the six variables with their change, and the verdict in words.

        Parameters
        ----------
        row : int
            Which visit, by position, where there are many.

        Returns
        -------
        str
            A table and a sentence.
        """
        return _explain(self, row)

    def __repr__(self) -> str:
        if self._like.kind == "number":
            bounds = f"flared_min={self.flared_min}, flared_max={self.flared_max}"
            return f"<flare by {self.criteria.name}: flared={self.flared}, {bounds}>"
        return f"<flare by {self.criteria.name}: {self._like.size} visits>"


def _explain(found: FlareVerdict[Any, Any, Any], row: int) -> str:
    criteria = found.criteria
    lines = [change_heading("reference")]
    counts = {"worse": 0, "better": 0, "unknown": 0}
    for name in found._now:
        start, end = pick(found._earlier[name], row), pick(found._now[name], row)
        unknown, worse, better = (bool(pick(part, row)) for part in found._each(name))
        asked = not criteria.all_of or name in dict(criteria.all_of)
        limited = criteria.improved_allowed is not None
        word = "unchanged by the criteria"
        if not asked and not limited:
            word = "not asked about"
        elif unknown:
            word = "unknown"
        elif worse and asked:
            word = "worse"
        elif better and limited:
            word = "better"
        elif _missed_floor(criteria, name, start, end):
            word = f"rose by less than {dict(criteria.floors)[name]:g}: does not count as worse"
        if word in counts:
            counts[word] += 1
        lines.append(change_line(name, start, end, word))
    lines.append(f"{criteria.name}: {criteria.rule}.")
    certain, possible = (bool(pick(part, row)) for part in found._raw)
    what = "is not determinable: the gaps could tip it"
    if certain or not possible:
        what = "has occurred" if certain else "has not occurred"
    found_words = f"{counts['worse']} worse, {counts['better']} better, {counts['unknown']} unknown"
    lines.append(f"A flare {what} ({found_words}{_further(found, row)}).")
    return "\n".join(lines)


def _missed_floor(criteria: FlareCriteria, name: str, start: float, end: float) -> bool:
    """Return whether a variable that does not count as worse would without its floor."""
    _, worse = _unknown_or_worse(criteria, name, np.float64(start), np.float64(end))
    return bool(worse) and name in dict(criteria.floors)


def _further(found: FlareVerdict[Any, Any, Any], row: int) -> str:
    """Return what else the criteria look at, in words."""
    words = ""
    if found.criteria.active_joints_at_visit is not None:
        joints = pick(found._now["active_joints"], row)
        words += f"; active joints at the visit: {shown(joints)}"
    if found.criteria.fever_above is not None:
        fever = pick(found._fever, row)
        words += f"; fever {'unknown' if missing(fever) else 'yes' if fever else 'no'}"
    return words


@overload
def flare(
    *,
    reference: CoreSet[float],
    now: CoreSet[float],
    criteria: str | FlareCriteria,
    flare_fever: bool | Scalar = ...,
) -> FlareVerdict[bool | None, bool, float]: ...
@overload
def flare(
    *,
    reference: CoreSet[Many] | CoreSet[float],
    now: CoreSet[Many],
    criteria: str | FlareCriteria,
    flare_fever: Many | Scalar = ...,
) -> FlareVerdict[Many, Many, Many]: ...
@overload
def flare(
    *,
    reference: CoreSet[Many],
    now: CoreSet[float],
    criteria: str | FlareCriteria,
    flare_fever: Many | Scalar = ...,
) -> FlareVerdict[Many, Many, Many]: ...
def flare(
    *,
    reference: CoreSet[Any],
    now: CoreSet[Any],
    criteria: str | FlareCriteria | None = None,
    flare_fever: Any = NOT_GIVEN,
) -> FlareVerdict[Any, Any, Any]:
    """Flare of disease since a reference visit, by criteria that the caller names.

    Parameters
    ----------
    reference, now : CoreSet
        The six variables at the reference visit and at the visit, with the same acute-phase
        reactant.
    criteria : str or FlareCriteria
        The criteria. There is no default: published ones disagree on the same change.
    flare_fever : bool, array or Series, optional
        Only for criteria that also count fever, and needed there: whether there was fever as
        the criteria word it; None where unknown.

    Returns
    -------
    FlareVerdict
        `flared` (yes, no, or not determinable), `flared_min`, `flared_max`, `worse`, `better`,
        `change`, `explain()`.

    Raises
    ------
    UnknownDefinitionError
        If no criteria, or unknown ones, are named.
    MarkerError
        If the two core sets hold different reactants.
    NotCoveredError
        If the criteria name the other reactant (``"brunner-2002-c"`` names ESR), or do not know
        `flare_fever`.
    RequestError
        If the criteria count fever and `flare_fever` is not given.
    MisalignedError
        If the core sets hold different numbers of visits, or Series with different indexes.

    Notes
    -----
    Worsening by exactly the limit counts here, unlike in ACR Ped response. A variable that
    misses its floor is unchanged. A variable counts only when both visits have it. A flare is
    certain when the known worse are enough and the known better with every gap are still
    allowed; possible when the known worse with every gap would be enough and the known better
    are allowed. The number of active joints that some criteria ask for is that of the visit
    itself, also when the reference count is missing.

    References
    ----------
    Brunner 2002, J Rheumatol 29:1058. Lovell 2000, N Engl J Med 342:763. Ruperto 2008, Lancet
    372:383.

    Examples
    --------
    >>> import jiascores as jia
    >>> best = jia.CoreSet(physician_global=2, patient_global=2, chaq=0.5,
    ...                    active_joints=4, limited_joints=4, esr=20)
    >>> now = jia.CoreSet(physician_global=3, patient_global=3, chaq=0.5,
    ...                   active_joints=4, limited_joints=None, esr=20)
    >>> jia.flare(reference=best, now=now, criteria="brunner-2002").flared
    True
    >>> f = jia.flare(reference=best, now=now, criteria="prcsg-printo")
    >>> f.flared, f.flared_min, f.flared_max
    (None, False, True)
    """
    definition = lookup(FlareCriteria, criteria, parameter="criteria")
    like = paired(reference, now, names=("reference", "now"))
    fever = _fever(definition, flare_fever, like)
    earlier, later = arrays(reference), arrays(now)
    bounds = flare_bounds(
        definition,
        flat(earlier, now.names, like),
        flat(later, now.names, like),
        fever=np.ravel(fever) if np.ndim(fever) else fever,
    )
    return FlareVerdict(
        criteria=definition,
        marker=now.marker,
        earlier={name: earlier[name] for name in now.names},
        now={name: later[name] for name in now.names},
        like=like,
        raw=cast("tuple[Any, Any]", shaped(bounds, like)),
        fever=fever,
    )


def _fever(criteria: FlareCriteria, given: Any, like: Like) -> Any:
    """Return the fever that the criteria count, checked; missing where they count none."""
    if criteria.fever_above is None:
        if given is not NOT_GIVEN:
            raise NotCoveredError(
                f"{criteria.name} does not count fever; leave flare_fever out.",
                variable="flare_fever",
            )
        return np.nan
    if given is NOT_GIVEN:
        raise RequestError(
            f"{criteria.name} counts fever (> {criteria.fever_above:g} °C on "
            f"≥ {criteria.fever_days} consecutive days, not due to infection): give "
            f"flare_fever=, None where it is unknown.",
            variable="flare_fever",
        )
    return beside(like, "flare_fever", given, what="the core sets")


# --------------------------------------------------------------------------------------------
# Loss of a level of response


@attrs.frozen(kw_only=True)
class LossCriteria(Definition):
    """What counts as loss of an ACR Ped response; the level and its criteria are the caller's."""

    kind: ClassVar[str] = "loss of response"
    no_variants: ClassVar[str] = "level and criteria are arguments of loss_of_response()."

    @property
    def needs(self) -> tuple[str, ...]:
        """The core set, and what else the rule asks about."""
        return CORE_SET_NEEDS

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            "an ACR Ped level reached against a named baseline is no longer met against the same "
            "baseline"
        )


(LOSS_OF_ACR_PED,) = publish(
    LossCriteria(
        name="loss-of-acr-ped",
        reference=reference("swart-2019"),
        evidence=Evidence.DERIVED,
        notes=(
            "Literal reading of the trial's abstract, which does not say how loss was defined.",
        ),
    )
)


def loss_bounds(
    level: int, earlier_min: Any, earlier_max: Any, now_min: Any, now_max: Any
) -> tuple[Any, Any]:
    """Return whether a level reached earlier is certainly, and possibly, no longer met.

    `earlier_min` and `earlier_max` bound the level at the earlier visit, `now_min` and `now_max`
    now, all against the same baseline. For "reached at any earlier visit" give the highest
    `level_min` and the highest `level_max` of these visits. Every caller comes through here.
    """
    certain = (earlier_min >= level) & (now_max < level)
    possible = (earlier_max >= level) & (now_min < level)
    return certain, possible


@attrs.frozen(eq=False, repr=False)
class ResponseLoss(Generic[FlagT, SureT]):
    """Whether a level of response is lost, with its bounds and the two responses behind it.

    `reached` and `now` are the ACR Ped responses at the two visits.
    """

    level: int
    reached: AcrPedResponse[Any, Any, Any]
    now: AcrPedResponse[Any, Any, Any]
    _like: Like = attrs.field(alias="like")
    _raw: tuple[Any, Any] = attrs.field(alias="raw")

    @property
    def criteria(self) -> ResponseCriteria:
        """The response criteria."""
        return self.now.criteria

    @property
    def lost(self) -> FlagT:
        """Whether the level is lost: yes, no, or not determinable."""
        return cast(FlagT, self._like.flag(verdict(*self._raw), f"acr_ped{self.level}_lost"))

    @property
    def lost_min(self) -> SureT:
        """Whether the level is lost whatever the gaps hide."""
        return cast(SureT, self._like.surely(self._raw[0], f"acr_ped{self.level}_lost_min"))

    @property
    def lost_max(self) -> SureT:
        """Whether the level may be lost."""
        return cast(SureT, self._like.surely(self._raw[1], f"acr_ped{self.level}_lost_max"))

    def explain(self, row: int = 0) -> str:
        """Return the change since baseline at the later visit, and the verdict in words.

        Parameters
        ----------
        row : int
            Which visit, by position, where there are many.

        Returns
        -------
        str
            A table and a sentence.
        """
        before, after = (
            _WORDS[str(pick(verdict(low >= self.level, high >= self.level), row))]
            for low, high in (self.reached._raw[1:], self.now._raw[1:])
        )
        lost = _WORDS[str(pick(verdict(*self._raw), row))]
        return (
            f"{self.now.explain(row)}\n"
            f"ACR Ped {self.level}: reached earlier: {before}; met now: {after}; lost: {lost}."
        )

    def __repr__(self) -> str:
        if self._like.kind == "number":
            bounds = f"lost_min={self.lost_min}, lost_max={self.lost_max}"
            return f"<loss of ACR Ped {self.level}: lost={self.lost}, {bounds}>"
        return f"<loss of ACR Ped {self.level}: {self._like.size} visits>"


_WORDS = {"1.0": "yes", "0.0": "no", "nan": "not determinable"}


@overload
def loss_of_response(
    *,
    baseline: CoreSet[float],
    reached: CoreSet[float],
    now: CoreSet[float],
    level: int,
    criteria: str | ResponseCriteria = ...,
) -> ResponseLoss[bool | None, bool]: ...
@overload
def loss_of_response(
    *,
    baseline: CoreSet[Many] | CoreSet[float],
    reached: CoreSet[Many] | CoreSet[float],
    now: CoreSet[Many],
    level: int,
    criteria: str | ResponseCriteria = ...,
) -> ResponseLoss[Many, Many]: ...
def loss_of_response(
    *,
    baseline: CoreSet[Any],
    reached: CoreSet[Any],
    now: CoreSet[Any],
    level: int,
    criteria: str | ResponseCriteria = "giannini-1997",
) -> ResponseLoss[Any, Any]:
    """Loss of an ACR Ped level: reached against a baseline, and no longer met against it.

    Parameters
    ----------
    baseline : CoreSet
        The six variables at the baseline of both responses.
    reached : CoreSet
        The earlier visit, at which the level had been reached.
    now : CoreSet
        The later visit.
    level : int
        The level in per cent, one of the criteria's.
    criteria : str or ResponseCriteria
        The response criteria.

    Returns
    -------
    ResponseLoss
        `lost` (yes, no, or not determinable), `lost_min`, `lost_max`, the responses `reached`
        and `now`, and `explain()`.

    Raises
    ------
    RequestError
        If the criteria do not have this level.
    UnknownDefinitionError
        If the criteria are not in the catalogue.
    MarkerError, MisalignedError
        If the core sets do not go together.

    Notes
    -----
    Where it had not been reached, there is nothing to lose:

    ==================  =========  ==================  ==================
    reached earlier     met now    not determinable    not met now
    ==================  =========  ==================  ==================
    yes                 no         not determinable    yes
    not determinable    no         not determinable    not determinable
    no                  no         no                  no
    ==================  =========  ==================  ==================

    References
    ----------
    Swart 2019, Rheumatology 58:1812 (literal reading of the abstract).

    Examples
    --------
    >>> import jiascores as jia
    >>> base = jia.CoreSet(physician_global=6, patient_global=5, chaq=1.5,
    ...                    active_joints=12, limited_joints=10, esr=40)
    >>> month3 = jia.CoreSet(physician_global=2, patient_global=2, chaq=0.75,
    ...                      active_joints=4, limited_joints=6, esr=20)
    >>> month9 = jia.CoreSet(physician_global=5, patient_global=5, chaq=1.5,
    ...                      active_joints=10, limited_joints=6, esr=20)
    >>> jia.loss_of_response(baseline=base, reached=month3, now=month9, level=30).lost
    True
    """
    definition = lookup(ResponseCriteria, criteria, parameter="criteria")
    definition.require_level(level)
    like = paired(baseline, reached, names=("baseline", "reached"))
    later = paired(baseline, now, names=("baseline", "now"))
    paired(reached, now, names=("reached", "now"))
    before = acr_ped(baseline=baseline, now=reached, criteria=definition)
    after = acr_ped(baseline=baseline, now=now, criteria=definition)
    bounds = loss_bounds(level, *before._raw[1:], *after._raw[1:])
    return ResponseLoss(
        level=level,
        reached=before,
        now=after,
        like=later if like.kind == "number" else like,
        raw=bounds,
    )
