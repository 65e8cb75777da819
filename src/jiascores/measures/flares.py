"""Disease flare by change of the core set, and loss of an ACR Pedi level.

Both compare a visit with an earlier one, which you name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar, cast, overload

import attrs
import numpy as np

from jiascores.core.core_set import CoreSet
from jiascores.core.decimals import at_least
from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import NotCoveredError
from jiascores.core.logic import count, missing
from jiascores.core.measure import RESPONSE, Bounded, Call, Options, id_of, verdict
from jiascores.core.values import Many, Scalar
from jiascores.core.variables import CORE_SET_NEEDS, CORE_SIZE, CORE_VARIABLES, MARKERS
from jiascores.measures.change import (
    FROM_ZERO,
    BoundedResult,
    FromZero,
    VisitComparison,
    change_heading,
    change_line,
    improved_by,
    pick,
    shown,
    unknown_or_worse,
)
from jiascores.measures.response import (
    DEFAULT,
    AcrPedResponse,
    ResponseCriteria,
    acr_ped,
    acr_ped_column,
)


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
    >>> jia.definition("brunner-2002", jia.typing.FlareCriteria).rule
    '≥ 40 % worse in ≥ 2 of 6 and ≥ 30 % better in ≤ 1'
    """

    kind: ClassVar[str] = "flare criteria"
    no_thresholds: ClassVar[tuple[str, ...]] = ("fever_above", "fever_days")
    common_note: ClassVar[str] = (
        "A zero at the reference has no published rule. Here 0 → 0 is unchanged, 0 → more counts "
        "as worse where it reaches its floor, and nothing improves from 0 (zero_reference)."
    )

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
        self._require_one_of("zero_reference", FROM_ZERO)
        for field in ("floors", "all_of"):
            inside = {name for name, _ in getattr(self, field)} <= {*CORE_VARIABLES, *MARKERS}
            self._require(inside, field, "it names what is not in the core set")
        counts = (self.worsened_needed is not None, self.worsening is not None)
        self._require(
            counts == (not self.all_of, not self.all_of),
            "all_of",
            "criteria either count (worsened_needed and worsening) or name variables (all_of): "
            "give the one and set the other to None",
        )
        self._require_together("improved_allowed", "improvement")
        self._require_together("fever_above", "fever_days")
        if self.worsened_needed is not None:
            self._require_between("worsened_needed", 1, CORE_SIZE)

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
            worse = f"{'≥' if self.worsening_from else '>'} {self.worsening:g} % worse"
            parts = [f"{worse} in ≥ {self.worsened_needed} of {CORE_SIZE}"]
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
            days = f"{self.fever_days} consecutive days, not due to infection"
            text = f"fever > {self.fever_above:g} °C on ≥ {days}, or: {text}"
        return text

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
_RUPERTO_FLOORS = (
    *((name, 2.0) for name in _GLOBALS),
    ("active_joints", 2.0),
    ("limited_joints", 2.0),
)

FLARE_CRITERIA = publish(
    FlareCriteria.cited(
        "brunner-2002",
        "The definition that the paper prefers.",
        worsened_needed=2,
        worsening=40,
    ),
    FlareCriteria.cited(
        "brunner-2002-b",
        "Sets no limit on improvement.",
        source="brunner-2002",
        improved_allowed=None,
        improvement=None,
    ),
    FlareCriteria.cited(
        "brunner-2002-c",
        "The paper names ESR: core sets with CRP are refused. A variant may name crp.",
        source="brunner-2002",
        worsened_needed=None,
        worsening=None,
        improved_allowed=None,
        improvement=None,
        all_of=(("chaq", 0), ("esr", 30), ("active_joints", 10)),
    ),
    FlareCriteria.cited("prcsg-printo", source="propel"),
    FlareCriteria.cited(
        "lovell-2000",
        "The trial's reference is day 90.",
        "The trial's register counts limited joints only with pain or tenderness.",
        active_joints_at_visit=2,
    ),
    FlareCriteria.cited(
        "lovell-2008",
        "As lovell-2000, but two may be better by exactly 30 %.",
        active_joints_at_visit=2,
        improvement_from=False,
    ),
    FlareCriteria.cited(
        "ruperto-2008",
        "The floors are the register's, which prints > 30 % for both limits: see "
        "ruperto-2008-strict.",
        floors=_RUPERTO_FLOORS,
    ),
    FlareCriteria.cited(
        "ruperto-2008-strict",
        "The abatacept trial as its register words it.",
        source="abatacept-register",
        derives_from="ruperto-2008",
        worsening_from=False,
        improvement_from=False,
        floors=_RUPERTO_FLOORS,
    ),
    FlareCriteria.cited(
        "review-floors",
        "As reviews give the abatacept trial's rule: the joint floor on active joints alone.",
        source="ruperto-2008",
        derives_from="ruperto-2008",
        floors=(*((name, 2.0) for name in _GLOBALS), ("active_joints", 2.0)),
    ),
    FlareCriteria.cited(
        "canakinumab-sjia",
        "For systemic arthritis; the trials' reactant is CRP.",
        source="ruperto-2012",
        derives_from="prcsg-printo",
        fever_above=38.0,
        fever_days=2,
    ),
)


# --------------------------------------------------------------------------------------------
# The rule


def _unknown_or_worse(
    criteria: FlareCriteria, name: str, earlier: Any, now: Any
) -> tuple[Any, Any]:
    """Return whether a variable is unknown, and whether it is worse before any floor."""
    percent, inclusive = criteria.worsening, criteria.worsening_from
    if criteria.all_of:
        percent, inclusive = dict(criteria.all_of).get(name), True
    if percent is None:
        unknown = missing(earlier) | missing(now)
        return unknown, unknown & False
    return unknown_or_worse(
        earlier, now, percent, inclusive=inclusive, from_zero=criteria.zero_reference
    )


def judged(criteria: FlareCriteria, name: str, earlier: Any, now: Any) -> tuple[Any, Any, Any]:
    """Return whether a variable is unknown, counts as worse, and counts as better."""
    unknown, worse = _unknown_or_worse(criteria, name, earlier, now)
    floor = dict(criteria.floors).get(name)
    if floor is not None:
        worse = worse & at_least(now - earlier, floor)
    better = unknown & False
    if criteria.improvement is not None:
        inclusive = criteria.improvement_from
        better = improved_by(earlier, now, criteria.improvement, inclusive=inclusive)
    return unknown, worse, better


FlagT = TypeVar("FlagT")
SureT = TypeVar("SureT")
ChangeT = TypeVar("ChangeT")


@attrs.frozen(eq=False, repr=False)
class FlareVerdict(VisitComparison[ChangeT], Generic[FlagT, SureT, ChangeT]):
    """Whether there was a flare, with its bounds and its reasons.

    Attributes are of the kind of the core sets: for one patient `flared` is True, False or None;
    for arrays a float64 array of 1, 0 and NaN; for Series a nullable boolean Series.
    """

    answers: ClassVar[str] = "flared"

    criteria: FlareCriteria
    _fever: Any = attrs.field(alias="fever")

    @property
    def _column(self) -> str:
        return flare_column(self.criteria)

    @property
    def _subject(self) -> str:
        return f"flare by {self.criteria.name}"

    @property
    def flared(self) -> FlagT:
        """Whether there was a flare: yes, no, or not determinable."""
        return cast(FlagT, self._flag(self._bounds.known(), self._column))

    @property
    def flared_min(self) -> SureT:
        """Whether there was a flare whatever the gaps hide."""
        return cast(SureT, self._surely(self._bounds.lowest, "min"))

    @property
    def flared_max(self) -> SureT:
        """Whether there may have been a flare."""
        return cast(SureT, self._surely(self._bounds.highest, "max"))

    @property
    def worse(self) -> dict[str, FlagT]:
        """Per variable that the criteria ask about, whether it counts as worse."""
        asked = dict(self.criteria.all_of) or self._now
        each = {name: self._each(name) for name in self._now if name in asked}
        return {n: self._unless_gap(gap, worse, n) for n, (gap, worse, _) in each.items()}

    @property
    def better(self) -> dict[str, FlagT]:
        """Per variable, whether it counts as better; empty where improvement has no limit."""
        limited = self.criteria.improved_allowed is not None
        each = {name: self._each(name) for name in self._now if limited}
        return {n: self._unless_gap(gap, better, n) for n, (gap, _, better) in each.items()}

    def _each(self, name: str) -> tuple[Any, Any, Any]:
        return judged(self.criteria, name, self._earlier[name], self._now[name])

    def _reasons(self, row: int) -> Iterator[str]:
        yield change_heading("reference")
        counts = {"worse": 0, "better": 0, "unknown": 0}
        for name in self._now:
            start, end = pick(self._earlier[name], row), pick(self._now[name], row)
            word = self._word(name, row, start, end)
            if word in counts:
                counts[word] += 1
            yield change_line(name, start, end, word)
        yield f"{self.criteria.name}: {self.criteria.rule}."
        bounds = (self._bounds.lowest, self._bounds.highest)
        certain, possible = (bool(pick(bound, row)) for bound in bounds)
        what = "is not determinable: the gaps could tip it"
        if certain or not possible:
            what = "has occurred" if certain else "has not occurred"
        counted = ", ".join(f"{number} {word}" for word, number in counts.items())
        yield f"A flare {what} ({counted}{self._further(row)})."

    def _word(self, name: str, row: int, start: float, end: float) -> str:
        """Return what a variable counts as."""
        criteria, floor = self.criteria, dict(self.criteria.floors).get(name)
        unknown, worse, better = (bool(pick(part, row)) for part in self._each(name))
        asked = not criteria.all_of or name in dict(criteria.all_of)
        limited = criteria.improved_allowed is not None
        if not asked and not limited:
            return "not asked about"
        if unknown:
            return "unknown"
        if worse and asked:
            return "worse"
        if better and limited:
            return "better"
        _, risen = _unknown_or_worse(criteria, name, np.float64(start), np.float64(end))
        if floor is not None and risen:
            return f"rose by less than {floor:g}: does not count as worse"
        return "unchanged by the criteria"

    def _further(self, row: int) -> str:
        """Return what else the criteria look at, in words."""
        words = ""
        if self.criteria.active_joints_at_visit is not None:
            joints = pick(self._now["active_joints"], row)
            words += f"; active joints at the visit: {shown(joints)}"
        if self.criteria.fever_above is not None:
            fever = pick(self._fever, row)
            words += f"; fever {'unknown' if missing(fever) else 'yes' if fever else 'no'}"
        return words


def flare_column(criteria: FlareCriteria, **_: Any) -> str:
    """Return the name of the column that holds a flare."""
    return f"flare_{id_of(criteria)}"


def _flare(
    call: Call, criteria: FlareCriteria, _: Options, bounds: Bounded
) -> FlareVerdict[Any, Any, Any]:
    return FlareVerdict(
        criteria=criteria,
        missing="interval",
        earlier=call.read_values["reference"],
        now=call.read_values["now"],
        like=call.like,
        bounds=bounds,
        fever=call.read_values["flare_fever"],
    )


@overload
def flare(
    *,
    reference: CoreSet[float],
    now: CoreSet[float],
    criteria: str | FlareCriteria,
    flare_fever: Scalar = ...,
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
@verdict(
    FlareCriteria,
    steady=True,
    bad_news=True,
    titled=flare_column,
    result=_flare,
    in_order=("criteria", "reference"),
)
def flare(
    criteria: FlareCriteria,
    reference: Mapping[str, Any],
    now: Mapping[str, Any],
    flare_fever: Any,
) -> Bounded:
    """Return whether disease has flared since a reference visit, by the criteria that you name.

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

    See Also
    --------
    jiascores.acr_ped : Response instead of worsening.
    jiascores.reacch_out_flare : Flare by the return of disease.
    jiascores.ask.flare : Asks a table of visits for it.
    jiascores.analysis.time_to_flare : Time to the first flare.

    Notes
    -----
    Worsening by exactly the limit counts here, unlike in ACR Pedi response. A variable that
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
    criteria.require(tuple(now)[-1])
    named_alone = criteria.all_of and criteria.improvement is None
    asked = dict(criteria.all_of) if named_alone else now
    each = {name: judged(criteria, name, reference[name], now[name]) for name in asked}
    unknown = count(gap for gap, _, _ in each.values())
    worse = count(worsened for _, worsened, _ in each.values())
    better = count(improved for _, _, improved in each.values())
    certain, possible = unknown >= 0, unknown >= 0
    for name, _ in criteria.all_of:
        gap, worsened, _ = each[name]
        certain, possible = certain & worsened, possible & (worsened | gap)
    if criteria.worsened_needed is not None:
        certain = certain & (worse >= criteria.worsened_needed)
        possible = possible & (worse + unknown >= criteria.worsened_needed)
    if criteria.improved_allowed is not None:
        certain = certain & (better + unknown <= criteria.improved_allowed)
        possible = possible & (better <= criteria.improved_allowed)
    if criteria.active_joints_at_visit is not None:
        joints = now["active_joints"]
        enough = at_least(joints, criteria.active_joints_at_visit)
        certain, possible = certain & enough, possible & (enough | missing(joints))
    if criteria.fever_above is not None:
        fever = flare_fever == 1
        certain, possible = certain | fever, possible | fever | missing(flare_fever)
    return Bounded(certain, possible)


# --------------------------------------------------------------------------------------------
# Loss of a level of response


@attrs.frozen(kw_only=True)
class LossCriteria(Definition):
    """What counts as loss of an ACR Pedi response; level and criteria are arguments of the call."""

    kind: ClassVar[str] = "loss of response"
    reads: ClassVar[tuple[str, ...]] = CORE_SET_NEEDS
    compared: ClassVar[str] = RESPONSE
    no_variants: ClassVar[str] = "level and criteria are arguments of loss_of_response()."

    def check_options(self, **options: Any) -> None:
        """Raise where the response criteria do not have the level."""
        criteria = lookup(ResponseCriteria, options["criteria"], parameter="criteria")
        criteria.require_level(options["level"])

    @property
    def rule(self) -> str:
        """The rule in one line."""
        reached = "an ACR Pedi level reached against a named baseline"
        return f"{reached} is no longer met against the same baseline"


(LOSS_OF_ACR_PED,) = publish(
    LossCriteria.cited(
        "loss-of-acr-ped",
        "Literal reading of the trial's abstract, which does not say how loss was defined.",
        source="swart-2019",
    )
)


@attrs.frozen(eq=False, repr=False)
class ResponseLoss(BoundedResult, Generic[FlagT, SureT]):
    """Whether a level of response is lost, with its bounds and the two responses behind it.

    `reached` and `now` are the ACR Pedi responses at the two visits; `explain` shows the later one.
    """

    answers: ClassVar[str] = "lost"

    criteria: ResponseCriteria
    level: int
    _visits: Mapping[str, CoreSet[Any]] = attrs.field(alias="visits")

    @property
    def _column(self) -> str:
        return _loss_column(LOSS_OF_ACR_PED, level=self.level, criteria=self.criteria)

    @property
    def _subject(self) -> str:
        return f"loss of ACR Pedi {self.level}"

    @property
    def reached(self) -> AcrPedResponse[Any, Any, Any]:
        """The response at the earlier visit."""
        return self._response("reached")

    @property
    def now(self) -> AcrPedResponse[Any, Any, Any]:
        """The response at the later visit."""
        return self._response("now")

    def _response(self, visit: str) -> AcrPedResponse[Any, Any, Any]:
        baseline, now = self._visits["baseline"], self._visits[visit]
        return acr_ped(baseline=baseline, now=now, criteria=self.criteria)

    @property
    def lost(self) -> FlagT:
        """Whether the level is lost: yes, no, or not determinable."""
        return cast(FlagT, self._flag(self._bounds.known(), self._column))

    @property
    def lost_min(self) -> SureT:
        """Whether the level is lost whatever the gaps hide."""
        return cast(SureT, self._surely(self._bounds.lowest, "min"))

    @property
    def lost_max(self) -> SureT:
        """Whether the level may be lost."""
        return cast(SureT, self._surely(self._bounds.highest, "max"))

    def _reasons(self, row: int) -> Iterator[str]:
        met = (response._bounds.reaches(self.level) for response in (self.reached, self.now))
        before, after, lost = (
            _WORDS[str(pick(bounds.known(), row))] for bounds in (*met, self._bounds)
        )
        yield self.now.explain(row)
        yield f"ACR Pedi {self.level}: reached earlier: {before}; met now: {after}; lost: {lost}."


_WORDS = {"1.0": "yes", "0.0": "no", "nan": "not determinable"}


def _loss(call: Call, _: LossCriteria, options: Options, bounds: Bounded) -> ResponseLoss[Any, Any]:
    criteria = lookup(ResponseCriteria, options["criteria"], parameter="criteria")
    level, visits = options["level"], dict(call.given)
    return ResponseLoss(
        criteria=criteria, level=level, visits=visits, like=call.like, bounds=bounds
    )


def _loss_column(_: LossCriteria, *, level: int, criteria: str | ResponseCriteria) -> str:
    response = lookup(ResponseCriteria, criteria, parameter="criteria")
    return f"{acr_ped_column(response)}_{level}_lost"


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
@verdict(
    LossCriteria,
    parameter="rule",
    default="loss-of-acr-ped",
    bad_news=True,
    titled=_loss_column,
    result=_loss,
    in_order=("level", "criteria"),
)
def loss_of_response(
    _: LossCriteria,
    reached: Bounded,
    now: Bounded,
    *,
    level: int,
    criteria: str | ResponseCriteria = DEFAULT,
) -> Bounded:
    """Return whether an ACR Pedi level that was reached against a baseline is lost.

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

    See Also
    --------
    jiascores.acr_ped : The response itself.
    jiascores.flare : Worsening by criteria of its own.
    jiascores.retreatment : Who may be treated again after a loss.
    jiascores.ask.loss_of_response : Asks a table of visits for it.

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
    return Bounded(
        (reached.lowest >= level) & (now.highest < level),
        (reached.highest >= level) & (now.lowest < level),
    )
