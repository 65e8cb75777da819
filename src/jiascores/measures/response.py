"""ACR Pediatric 30/50/70/90/100 response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar, cast, overload

import attrs
import numpy as np

from jiascores.core import logic
from jiascores.core.core_set import CoreSet
from jiascores.core.decimals import above, at_least, at_most
from jiascores.core.definition import Definition, publish
from jiascores.core.errors import RequestError, is_among, say
from jiascores.core.like import read_only
from jiascores.core.logic import count, either, highest_of, known, missing, unless
from jiascores.core.measure import (
    NRI,
    POLICIES,
    RESPONDER_POLICIES,
    Bounded,
    Call,
    Items,
    MissingPolicy,
    Options,
    id_of,
    verdict,
)
from jiascores.core.values import Many, Scalar, number_in
from jiascores.core.variables import CORE_SET_NEEDS, CORE_SIZE, CORE_VARIABLES, MARKERS
from jiascores.measures.change import (
    FROM_ZERO,
    FromZero,
    VisitComparison,
    change_heading,
    change_line,
    improved_by,
    levels_improved,
    pick,
    unknown_or_worse,
    visit_line,
)


@attrs.frozen(kw_only=True)
class ResponseCriteria(Definition):
    """Criteria for ACR Pediatric response.

    Parameters
    ----------
    levels : tuple of int
        Levels in per cent, ascending.
    improved_needed : int
        How many of the six must have improved by the level.
    worsened_allowed : int
        How many of the six may have worsened.
    worsening : float
        Worsening in per cent beyond which a variable counts as worsened, at every level.
    worsening_from : bool
        Whether worsening by exactly that much counts already (≥ instead of >).
    zero_baseline : {"worsened", "unchanged", "missing"}
        What a rise from 0 counts as; 0 → 0 is unchanged, and nothing improves from 0.
    fever_limit : float, optional
        For systemic arthritis: temperature in °C above which there is fever, and no response.
    fever_from : bool
        Whether exactly that temperature is fever already (≥ instead of >).
    fever_days : int, optional
        How many days before the visit must be free of fever.
    systemic : bool
        Whether the systemic symptoms must have responded too, as `systemic_response` says.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.definition("giannini-1997", jia.typing.ResponseCriteria).rule
    'level L (30, 50, 70, 90, 100): ≥ L % better in ≥ 3 of 6 and > 30 % worse in ≤ 1'
    """

    kind: ClassVar[str] = "response criteria"
    no_thresholds: ClassVar[tuple[str, ...]] = ("fever_days",)
    common_note: ClassVar[str] = (
        "A zero at baseline has no published rule. Here 0 → 0 is unchanged, 0 → more counts as "
        "worsened, and nothing improves from 0 (zero_baseline)."
    )

    levels: tuple[int, ...] = (30, 50, 70, 90, 100)
    improved_needed: int = 3
    worsened_allowed: int = 1
    worsening: float = 30
    worsening_from: bool = False
    zero_baseline: FromZero = "worsened"
    fever_limit: float | None = None
    fever_from: bool = False
    fever_days: int | None = None
    systemic: bool = False

    def _check(self) -> None:
        ascend = bool(self.levels) and list(self.levels) == sorted(set(self.levels))
        self._require(ascend, "levels", "levels must ascend, each once")
        allowed = 0 < self.levels[0] <= self.levels[-1] <= 100
        self._require(allowed, "levels", "in per cent of the baseline, above 0 and up to 100")
        self._require_between("improved_needed", 1, CORE_SIZE)
        self._require_between("worsened_allowed", 0, CORE_SIZE)
        self._require(self.worsening >= 0, "worsening", "it cannot be negative")
        self._require_one_of("zero_baseline", FROM_ZERO)
        self._require_together("fever_limit", "fever_days")

    @property
    def _levels_in_words(self) -> str:
        return ", ".join(str(level) for level in self.levels)

    @property
    def fever_rule(self) -> str:
        """The fever rule in words; empty where there is none."""
        if self.fever_limit is None:
            return ""
        sign = "<" if self.fever_from else "≤"
        return f"temperature {sign} {self.fever_limit:g} °C in the preceding {self.fever_days} days"

    @property
    def needs(self) -> tuple[str, ...]:
        """The core set, and what else the rule asks about."""
        fever = () if self.fever_limit is None else ("highest_temperature",)
        systemic = ("systemic_response",) if self.systemic else ()
        return (*CORE_SET_NEEDS, *fever, *systemic)

    @property
    def allows(self) -> tuple[str, ...]:
        """What is read where it is given."""
        return ("upper_limit",)

    @property
    def rule(self) -> str:
        """The rule in one line."""
        sign = "≥" if self.worsening_from else ">"
        no_fever = f", and {self.fever_rule}" if self.fever_rule else ""
        no_fever += ", and response of systemic symptoms" if self.systemic else ""
        return (
            f"level L ({self._levels_in_words}): ≥ L % better in ≥ {self.improved_needed} of "
            f"{CORE_SIZE} and {sign} {self.worsening:g} % worse in ≤ {self.worsened_allowed}{no_fever}"
        )

    def check_options(
        self, *, missing: str = "interval", level: int | None = None, **_: Any
    ) -> None:
        """Raise where the policy for gaps does not exist, or the criteria lack a level."""
        policies = POLICIES if level is None else RESPONDER_POLICIES
        if not is_among(missing, policies):
            choices = "; ".join(f"{name}: {words}" for name, words in policies.items())
            of_one_level = (
                " Non-responder imputation is a rule for one level: "
                "jia.ask.responder(30, missing='nri'), in one word responder:30:missing=nri. What "
                "was called 'nri' here is 'unchanged'."
            )
            raise RequestError(
                f"{say('missing', missing)}: choose from {choices}.{of_one_level if is_among(missing, (NRI,)) else ''}",
                variable="missing",
            )
        if level is not None:
            self.require_level(level)

    def require_level(self, level: int) -> None:
        """Raise where the criteria do not have a level.

        Parameters
        ----------
        level : int
            The level asked for, in per cent.

        Raises
        ------
        RequestError
            If it is not one of `levels`.
        """
        if number_in(level) not in self.levels:
            message = (
                f"{say('level', level)}: give one of the numbers {self._levels_in_words}, the levels "
                f"of {self.name}."
            )
            raise RequestError(message, variable="level", values=(level,))

    def is_fever(self, temperature: Any) -> Any:
        """Return whether a temperature is fever by these criteria; no where it is missing."""
        compare = at_least if self.fever_from else above
        return compare(temperature, self.fever_limit)


RESPONSE_CRITERIA = publish(
    ResponseCriteria.cited("giannini-1997"),
    ResponseCriteria.cited(
        "ntr4146",
        "The register words worsening as ≥ 30 %; NCT03781375 does so too.",
        worsening_from=True,
        derives_from="giannini-1997",
    ),
    ResponseCriteria.cited(
        "ruperto-2012",
        "Adapted JIA ACR response of the canakinumab trials in systemic arthritis; they use "
        "CRP as the acute-phase reactant.",
        fever_limit=38.0,
        fever_days=7,
        derives_from="giannini-1997",
    ),
    ResponseCriteria.cited(
        "de-benedetti-2012",
        "Adapted response of the tocilizumab trial TENDER in systemic arthritis: 37.5 °C is "
        "fever. The 14 days in the label belong to another endpoint, becoming free of fever; "
        "for a response over 14 days make a variant with fever_days=14.",
        fever_limit=37.5,
        fever_from=True,
        fever_days=7,
        derives_from="giannini-1997",
    ),
    ResponseCriteria.cited(
        "quartier-2011",
        "Modified ACR Pedi of the placebo-controlled trial of anakinra in systemic arthritis. What "
        "response of systemic symptoms is stands in the criteria of that name.",
        systemic=True,
        derives_from="giannini-1997",
    ),
)


@attrs.frozen(kw_only=True)
class SystemicResponseCriteria(Definition):
    """Criteria for the response of systemic symptoms between two visits.

    Parameters
    ----------
    fever_limit : float
        Temperature in °C from which there is fever.
    fever_days : int
        For more than how many days before the visit there must be none.
    fall : float
        By how many per cent ESR and CRP must have fallen, where they are not normal.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.definition("quartier-2011", jia.typing.SystemicResponseCriteria).rule
    'temperature < 38 °C for more than 7 days; ESR and CRP each normal or lower by ≥ 50 %'
    """

    kind: ClassVar[str] = "systemic response criteria"
    no_thresholds: ClassVar[tuple[str, ...]] = ("fever_days",)
    compared: ClassVar[str] = "esr"
    reads: ClassVar[tuple[str, ...]] = ("highest_temperature", *MARKERS)

    fever_limit: float
    fever_days: int
    fall: float

    @property
    def allows(self) -> tuple[str, ...]:
        """The upper limits of normal, where they are there."""
        return tuple(f"{name}_upper_limit" for name in MARKERS)

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            f"temperature < {self.fever_limit:g} °C for more than {self.fever_days} days; "
            f"ESR and CRP each normal or lower by ≥ {self.fall:g} %"
        )


publish(
    SystemicResponseCriteria.cited(
        "quartier-2011",
        "Normal is at or below the laboratory's upper limit. In the trial CRP was normal up to "
        "6 mg/L and ESR up to 10 mm/h.",
        fever_limit=38,
        fever_days=7,
        fall=50,
    )
)


# --------------------------------------------------------------------------------------------
# The rule


def judged(
    criteria: ResponseCriteria, earlier: Any, now: Any, upper_limit: Any
) -> tuple[Any, Any, list[Any]]:
    """Return whether a variable is unknown, has worsened, and the levels it improved by.

    At or below an upper limit of normal at both visits it is unchanged.
    """
    percent, inclusive = criteria.worsening, criteria.worsening_from
    unknown, worse = unknown_or_worse(
        earlier, now, percent, inclusive=inclusive, from_zero=criteria.zero_baseline
    )
    better = levels_improved(earlier, now, criteria.levels)
    if upper_limit is not None:
        both_normal = at_most(earlier, upper_limit) & at_most(now, upper_limit)
        # Where the limit is missing, a change may have been one within normal.
        doubtful = missing(upper_limit) & (worse | better[0])
        unknown = unknown | doubtful
        worse = unless(worse, both_normal | doubtful)
        better = [unless(reached, both_normal | doubtful) for reached in better]
    return unknown, worse, better


LevelT = TypeVar("LevelT")
BoundT = TypeVar("BoundT")
FlagT = TypeVar("FlagT")


@attrs.frozen(eq=False, repr=False)
class AcrPedResponse(VisitComparison[Any], Generic[LevelT, BoundT, FlagT]):
    """An ACR Pediatric response, with its bounds and its reasons.

    Attributes are of the kind of the core sets: for one patient `level` is an int or None; for
    arrays a float64 array with NaN; for Series a nullable integer Series.
    """

    answers: ClassVar[str] = "level"

    criteria: ResponseCriteria
    _known: Any = attrs.field(alias="known")
    _limit: Any = attrs.field(alias="limit")
    _temperature: Any = attrs.field(alias="temperature")
    _systemic: Any = attrs.field(alias="systemic")

    @property
    def level(self) -> LevelT:
        """Highest level reached, 0 below the lowest; None or missing when not determinable."""
        known = self._like.shaped(read_only(self._known))
        return cast(LevelT, self._like.level(known, f"{self._column}_level"))

    @property
    def level_min(self) -> BoundT:
        """The level if every missing component had worsened, and a missing temperature were fever."""
        return cast(BoundT, self._bound(self._bounds.lowest, "level_min"))

    @property
    def level_max(self) -> BoundT:
        """The level if every missing component had improved fully, without fever."""
        return cast(BoundT, self._bound(self._bounds.highest, "level_max"))

    def _bound(self, levels: Any, end: str) -> Any:
        return self._like.bound(self._like.shaped(levels), f"{self._column}_{end}")

    @property
    def _column(self) -> str:
        return acr_ped_column(self.criteria, missing=self.missing)

    @property
    def _subject(self) -> str:
        return f"ACR Pedi by {self.criteria.name}"

    def meets(self, level: int) -> FlagT:
        """Return whether a level is reached: yes, no, or not determinable.

        Parameters
        ----------
        level : int
            One of the criteria's levels.

        Returns
        -------
        bool or None, array of 1/0/NaN, or nullable boolean Series
        """
        self.criteria.require_level(level)
        known = np.asarray(self._known, dtype=np.float64)
        met = np.where(missing(known), np.nan, known >= level)
        if self.missing != "complete-case":
            lowest, highest = self._bounds.lowest, self._bounds.highest
            met = np.where(missing(known) & (lowest >= level), 1.0, met)
            met = np.where(missing(known) & (highest < level), 0.0, met)
        return cast(FlagT, self._flag(met, f"{self._column}_{level}"))

    def _each(self, name: str) -> tuple[Any, Any, list[Any]]:
        limit = None if name in CORE_VARIABLES else self._limit
        return judged(self.criteria, self._earlier[name], self._now[name], limit)

    @property
    def improved(self) -> dict[str, FlagT]:
        """Per variable, whether it improved by at least the lowest level; missing if unknown."""
        each = {name: self._each(name) for name in self._now}
        return {n: self._unless_gap(gap, better[0], n) for n, (gap, _, better) in each.items()}

    @property
    def worsened(self) -> dict[str, FlagT]:
        """Per variable, whether it worsened beyond the limit; missing if unknown."""
        each = {name: self._each(name) for name in self._now}
        return {n: self._unless_gap(gap, worse, n) for n, (gap, worse, _) in each.items()}

    def _reasons(self, row: int) -> Iterator[str]:
        criteria = self.criteria
        yield change_heading("baseline")
        for name, now in self._now.items():
            gap, worse, better = self._each(name)
            each = zip(criteria.levels, better, strict=True)
            reached = [level for level, flags in each if pick(flags, row)]
            words = "worsened" if pick(worse, row) else "unchanged by the criteria"
            if pick(gap, row):
                words = "unknown"
            elif reached:
                words = f"improved by ≥ {reached[-1]} %"
            yield change_line(name, pick(self._earlier[name], row), pick(now, row), words)
        if criteria.fever_limit is not None:
            temperature = pick(self._temperature, row)
            words = "fever: no response" if criteria.is_fever(temperature) else "no fever"
            if missing(temperature):
                words = "not recorded, so fever is not excluded"
            label = f"highest temperature in {criteria.fever_days} days, °C"
            yield visit_line(label, temperature, words)
        if criteria.systemic:
            systemic = pick(self._systemic, row)
            words = "responded" if systemic else "no response"
            words = "unknown" if missing(systemic) else words
            yield visit_line("systemic symptoms", systemic, words)
        yield f"{criteria.name}: {criteria.rule}."
        policy = f" ({self.missing}: {POLICIES[self.missing]})"
        yield f"ACR Pedi {self._in_words(row)}{'' if self.missing == 'interval' else policy}."

    def _in_words(self, row: int) -> str:
        known, bounds = pick(self._known, row), self._bounds
        if missing(known):
            lowest, highest = (pick(levels, row) for levels in (bounds.lowest, bounds.highest))
            between = f"between level {lowest:g} and level {highest:g}"
            return f"response is not determinable: the gaps leave it {between}"
        first = self.criteria.levels[0]
        return f"{known:g} is reached" if known else f"{first} is not reached (level 0)"


def acr_ped_column(
    criteria: ResponseCriteria, *, missing: str = "interval", level: int | None = None, **_: Any
) -> str:
    """Return what the columns of a response begin with: what is not the default stands in it.

    Of a responder at one level it is the whole name.
    """
    parts = [] if criteria.name == DEFAULT else [id_of(criteria)]
    parts += [] if missing == "interval" else [missing.replace("-", "_")]
    parts += [] if level is None else [f"{level:g}"]
    return "_".join(["acr_ped", *parts])


DEFAULT = "giannini-1997"


def _response(
    call: Call, criteria: ResponseCriteria, options: Options, bounds: Bounded
) -> AcrPedResponse[Any, Any, Any]:
    """Return the public result of a call: the `result` of the verdict below."""
    policy = options["missing"]
    attended = call.optional("attended")
    gaps = [] if attended is None else np.flatnonzero(missing(attended)).tolist()
    if gaps:
        raise RequestError(
            "attended has gaps: whether a visit took place must be known; say True or False.",
            variable="attended",
            where=gaps,
        )
    return AcrPedResponse(
        criteria=criteria,
        missing=policy,
        earlier=call.read_values["baseline"],
        now=call.read_values["now"],
        like=call.like,
        bounds=bounds,
        known=bounds.known(policy, True if attended is None else attended == 1),
        limit=call.read_values["upper_limit"],
        temperature=call.read_values["highest_temperature"],
        systemic=call.read_values["systemic_response"],
    )


@overload
def acr_ped(
    *,
    baseline: CoreSet[float],
    now: CoreSet[float],
    criteria: str | ResponseCriteria = ...,
    missing: MissingPolicy = ...,
    attended: bool = ...,
    upper_limit: Scalar = ...,
    highest_temperature: Scalar = ...,
    systemic_response: Scalar = ...,
) -> AcrPedResponse[int | None, int, bool | None]: ...
@overload
def acr_ped(
    *,
    baseline: CoreSet[Many] | CoreSet[float],
    now: CoreSet[Many],
    criteria: str | ResponseCriteria = ...,
    missing: MissingPolicy = ...,
    attended: bool | Many = ...,
    upper_limit: Many | Scalar = ...,
    highest_temperature: Many | Scalar = ...,
    systemic_response: Many | Scalar = ...,
) -> AcrPedResponse[Many, Many, Many]: ...
@overload
def acr_ped(
    *,
    baseline: CoreSet[Many],
    now: CoreSet[float],
    criteria: str | ResponseCriteria = ...,
    missing: MissingPolicy = ...,
    attended: bool | Many = ...,
    upper_limit: Many | Scalar = ...,
    highest_temperature: Many | Scalar = ...,
    systemic_response: Many | Scalar = ...,
) -> AcrPedResponse[Many, Many, Many]: ...
@verdict(
    ResponseCriteria,
    gives="level",
    default=DEFAULT,
    titled=acr_ped_column,
    result=_response,
    policies=True,
    steady=True,
)
def acr_ped(
    criteria: ResponseCriteria,
    baseline: Mapping[str, Any],
    now: Mapping[str, Any],
    upper_limit: Any,
    highest_temperature: Any,
    systemic_response: Any,
) -> Bounded:
    """Return the ACR Pediatric (JIA ACR) response between two visits.

    Parameters
    ----------
    baseline, now : CoreSet
        The six variables at baseline and at the visit, with the same acute-phase reactant.
    criteria : str or ResponseCriteria
        Published criteria or a variant; ``"ntr4146"`` is the register of the mesenchymal
        stromal cell trial, which counts worsening by exactly 30 %.
    missing : {"interval", "worst-case", "unchanged", "complete-case"}
        What a gap does. The default leaves the level open where the gap could change it. By
        ``"unchanged"`` a missing variable has neither improved nor worsened. Non-responder
        imputation is a rule for one level, see `jiascores.ask.responder`.
    attended : bool, array or Series
        For ``"unchanged"``: False where the visit did not take place; the level is then 0.
    upper_limit : float, array or Series, optional
        Upper limit of normal of the marker, in its unit. Where given, a marker at or below it at
        both visits counts as unchanged and stays among the six (an unverified convention).
    highest_temperature : float, array or Series
        For criteria with a fever rule, and only for these: highest temperature in °C in the
        criteria's days before the visit, 34–43. Where none was recorded pass None: fever is then
        not excluded, and the response is not determinable unless it is level 0 anyhow.
    systemic_response : bool, array or Series
        For ``"quartier-2011"``, and only for it: whether the systemic symptoms have responded, as
        `systemic_response` says. No is level 0; unknown is a gap.

    Returns
    -------
    AcrPedResponse
        `level`, `level_min`, `level_max`, `meets()`, `improved`, `worsened`, `change`,
        `explain()`.

    Raises
    ------
    MarkerError
        If the two core sets hold different reactants.
    UnknownDefinitionError
        If the criteria are not in the catalogue.
    MisalignedError
        If they hold different numbers of visits.
    RequestError
        If a temperature is given to criteria without a fever rule, or none to those with one.

    See Also
    --------
    jiascores.flare : Worsening instead of response.
    jiascores.loss_of_response : A level that was reached and is no longer met.
    jiascores.ask.responder : Asks a table of visits for it.
    jiascores.analysis.responders_by_visit : Responders at each visit, with intervals.

    Notes
    -----
    A variable counts only when both visits have it. `level_min` takes every missing variable as
    worsened, `level_max` as fully improved; the level is known where they meet. Nothing can
    improve from 0, and a rise from 0 counts as worsened. Fever is level 0, whatever the gaps.
    A missing temperature is non-response for ``"unchanged"`` and a gap for ``"complete-case"``.

    References
    ----------
    Giannini 1997, Arthritis Rheum 40:1202. Systemic arthritis: ``"ruperto-2012"`` (canakinumab,
    ≤ 38 °C) and ``"de-benedetti-2012"`` (tocilizumab, < 37.5 °C).

    Examples
    --------
    >>> import jiascores as jia
    >>> base = jia.CoreSet(physician_global=6, patient_global=5, chaq=1.5,
    ...                    active_joints=12, limited_joints=10, esr=40)
    >>> now = jia.CoreSet(physician_global=2, patient_global=2, chaq=0.75,
    ...                   active_joints=4, limited_joints=6, esr=20)
    >>> r = jia.acr_ped(baseline=base, now=now)
    >>> r.level, r.level_min, r.level_max, r.meets(70)
    (50, 50, 50, False)
    >>> jia.acr_ped(
    ...     baseline=base, now=now, criteria="ruperto-2012", highest_temperature=38.4
    ... ).level
    0
    """
    each = [
        judged(criteria, baseline[name], now[name], None if name in CORE_VARIABLES else upper_limit)
        for name in now
    ]
    unknown = count(gap for gap, _, _ in each)
    worse = count(worsened for _, worsened, _ in each)
    by_level = zip(*(better for _, _, better in each), strict=True)
    better = [count(improved) for improved in by_level]
    need, allowed = criteria.improved_needed, criteria.worsened_allowed
    reached = highest_of(criteria.levels, [improved >= need for improved in better])
    possible = highest_of(criteria.levels, [improved + unknown >= need for improved in better])
    lowest = reached * (worse + unknown <= allowed)
    highest = possible * (worse <= allowed)
    unchanged = reached * (worse <= allowed)
    # Fever, or systemic symptoms that have not responded, is level 0 whatever the gaps; what was
    # not recorded may have been either.
    for asked, value, bars in (
        (criteria.fever_limit is not None, highest_temperature, criteria.is_fever),
        (criteria.systemic, systemic_response, lambda answer: answer == 0),
    ):
        if asked:
            gap, barred = missing(value), bars(value)
            lowest = either(barred | gap, 0, lowest)
            highest = either(barred, 0, highest)
            unchanged = either(barred | gap, 0, unchanged)
            unknown = unknown + gap
    return Bounded(lowest, highest, unchanged, unknown)


# --------------------------------------------------------------------------------------------
# Response of systemic symptoms


@overload
def systemic_response(
    *,
    criteria: str | SystemicResponseCriteria,
    highest_temperature: Scalar,
    baseline_esr: Scalar,
    baseline_crp: Scalar,
    esr: Scalar,
    crp: Scalar,
    esr_upper_limit: Scalar = ...,
    crp_upper_limit: Scalar = ...,
) -> bool | None: ...
@overload
def systemic_response(
    *,
    criteria: str | SystemicResponseCriteria,
    highest_temperature: Many,
    baseline_esr: Many,
    baseline_crp: Many,
    esr: Many,
    crp: Many,
    esr_upper_limit: Many | Scalar = ...,
    crp_upper_limit: Many | Scalar = ...,
) -> Many: ...
@verdict(SystemicResponseCriteria)
def systemic_response(
    criteria: SystemicResponseCriteria,
    highest_temperature: Any,
    baseline_esr: Any,
    baseline_crp: Any,
    esr: Any,
    crp: Any,
    esr_upper_limit: Any,
    crp_upper_limit: Any,
) -> Items:
    """Return whether the systemic symptoms of systemic arthritis have responded since baseline.

    Parameters
    ----------
    criteria : str or SystemicResponseCriteria
        ``"quartier-2011"``, or a variant of it.
    highest_temperature : float, array or Series
        Highest temperature in °C in more than the criteria's days before the visit, 34–43.
    baseline_esr, baseline_crp : float, array or Series
        ESR in mm/h and CRP in mg/L at baseline.
    esr, crp : float, array or Series
        The same at the visit.
    esr_upper_limit, crp_upper_limit : float, array or Series, optional
        The laboratory's upper limits of normal. Without one, only a fall decides.

    Returns
    -------
    bool or None, array of 1/0/NaN, or nullable boolean Series
        Yes where there was no fever and each reactant is normal or has fallen enough; no where any
        of this is known not to hold; else not determinable.

    Raises
    ------
    UnknownDefinitionError
        If no criteria, or unknown ones, are named.
    OutOfRangeError, NotNumericError, MisalignedError
        For values that are not allowed or do not go together.

    See Also
    --------
    jiascores.acr_ped : The response that it is added to.
    jiascores.inactive_disease : Whether disease is inactive.

    References
    ----------
    Quartier 2011, Ann Rheum Dis 70:747.

    Examples
    --------
    >>> import jiascores as jia
    >>> now = dict(esr=20, crp=6, esr_upper_limit=10, crp_upper_limit=6, highest_temperature=37.9)
    >>> jia.systemic_response(criteria="quartier-2011", baseline_esr=40, baseline_crp=90, **now)
    True
    >>> jia.systemic_response(criteria="quartier-2011", baseline_esr=39, baseline_crp=90, **now)
    False
    """
    reactants = {
        "esr": (baseline_esr, esr, esr_upper_limit),
        "crp": (baseline_crp, crp, crp_upper_limit),
    }
    items = {"no_fever": logic.below(highest_temperature, criteria.fever_limit)}
    for name, (before, now, limit) in reactants.items():
        fallen = known(improved_by(before, now, criteria.fall) + 0.0, before, now)
        items[name] = logic.any_of(logic.at_most(now, limit), fallen)
    return Items(logic.all_of(*items.values()), items)
