"""Macrophage activation syndrome in systemic arthritis: 2016 criteria and the MS score."""

from __future__ import annotations

from typing import Any, ClassVar, cast, overload

import attrs
import numpy as np

from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import DefinitionError
from jiascores.core.exact import above, at_least, at_most
from jiascores.core.kinds import Many, Scalar, T, check, common, number, take, to_floats
from jiascores.core.measure import Score, add, measure
from jiascores.core.references import Evidence, reference
from jiascores.core.three_valued import all_of, at_least_of, unless_missing
from jiascores.core.variables import Variable

_APPLIES_NOTE = "For a febrile patient with known or suspected systemic arthritis."


@attrs.frozen(kw_only=True)
class MasCriteria(Definition):
    """Criteria that classify macrophage activation syndrome in systemic arthritis.

    Parameters
    ----------
    ferritin_above : float
        Ferritin in ng/mL that must be exceeded.
    needed : int
        How many of the four others are needed.
    platelets_at_most : float
        Platelets in 10⁹/L, this many or fewer.
    ast_above : float
        Aspartate aminotransferase in U/L that is exceeded.
    triglycerides_above : float
        Triglycerides in mg/dL that are exceeded.
    fibrinogen_at_most : float
        Fibrinogen in mg/dL, this much or less.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.definition("ravelli-2016", jia.MasCriteria).rule
    'febrile, known or suspected systemic arthritis, ferritin > 684 ng/mL and ≥ 2 of: platelets ≤ 181 ×10⁹/L, AST > 48 U/L, triglycerides > 156 mg/dL, fibrinogen ≤ 360 mg/dL'
    """

    kind: ClassVar[str] = "MAS criteria"

    ferritin_above: float
    needed: int
    platelets_at_most: float
    ast_above: float
    triglycerides_above: float
    fibrinogen_at_most: float

    def _check(self) -> None:
        if not 1 <= self.needed <= 4:
            raise DefinitionError(
                f"needed={self.needed!r}: there are four items to choose from", variable="needed"
            )

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            f"febrile, known or suspected systemic arthritis, ferritin > "
            f"{self.ferritin_above:g} ng/mL and ≥ {self.needed} of: platelets ≤ "
            f"{self.platelets_at_most:g} ×10⁹/L, AST > {self.ast_above:g} U/L, triglycerides > "
            f"{self.triglycerides_above:g} mg/dL, fibrinogen ≤ {self.fibrinogen_at_most:g} mg/dL"
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that it needs."""
        return MAS_INPUTS


MAS_INPUTS = (
    "febrile",
    "known_or_suspected_sjia",
    "ferritin",
    "platelets",
    "ast",
    "triglycerides",
    "fibrinogen",
)

# The four of which some are needed.
_CHOICE = ("platelets", "ast", "triglycerides", "fibrinogen")

MAS_CRITERIA = publish(
    MasCriteria(
        name="ravelli-2016",
        reference=reference("ravelli-2016"),
        evidence=Evidence.SECONDARY,
        ferritin_above=684,
        needed=2,
        platelets_at_most=181,
        ast_above=48,
        triglycerides_above=156,
        fibrinogen_at_most=360,
        notes=(
            (
                "Whether another cause explains a laboratory value is for the clinician: the "
                "criteria classify, they do not diagnose."
            ),
            (
                "Papers in SI units print triglycerides > 1.76 mmol/L, which is 156 mg/dL "
                "rounded; values between may be read differently."
            ),
        ),
    ),
)


@attrs.frozen(kw_only=True)
class MasScoreCutoff(Definition):
    """From which MS score on macrophage activation syndrome is to be considered.

    Parameters
    ----------
    at_least : float
        The score, this or more.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.definition("minoia-2019", jia.MasScoreCutoff).at_least
    -2.1
    """

    kind: ClassVar[str] = "MS score cut-off"

    at_least: float

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return f"MS score ≥ {self.at_least:g}"

    @property
    def needs(self) -> tuple[str, ...]:
        """The score that it reads."""
        return ("ms_score",)


MAS_SCORE_CUTOFFS = publish(
    MasScoreCutoff(
        name="minoia-2019",
        reference=reference("minoia-2019"),
        evidence=Evidence.PRIMARY,
        at_least=-2.1,
        notes=(_APPLIES_NOTE,),
    ),
)


# --------------------------------------------------------------------------------------------
# 2016 criteria


def mas_item_verdicts(criteria: MasCriteria, values: dict[str, Any]) -> dict[str, Any]:
    """Return 1, 0 or missing for each item, from checked numbers or arrays."""
    bounds = {
        "ferritin": (above, criteria.ferritin_above),
        "platelets": (at_most, criteria.platelets_at_most),
        "ast": (above, criteria.ast_above),
        "triglycerides": (above, criteria.triglycerides_above),
        "fibrinogen": (at_most, criteria.fibrinogen_at_most),
    }
    return {
        "febrile": values["febrile"],
        "known_or_suspected_sjia": values["known_or_suspected_sjia"],
        **{
            name: unless_missing(values[name], lies(values[name], bound))
            for name, (lies, bound) in bounds.items()
        },
    }


def mas_verdict(criteria: MasCriteria, items: dict[str, Any]) -> Any:
    """Return 1, 0 or missing from the items: known only where no gap matters."""
    four = at_least_of(criteria.needed, *(items[name] for name in _CHOICE))
    return all_of(*(items[name] for name in MAS_INPUTS if name not in _CHOICE), four)


@overload
def mas_2016(
    *,
    febrile: bool | Scalar,
    known_or_suspected_sjia: bool | Scalar,
    ferritin: Scalar,
    platelets: Scalar,
    ast: Scalar,
    triglycerides: Scalar,
    fibrinogen: Scalar,
    criteria: str | MasCriteria = ...,
) -> bool | None: ...
@overload
def mas_2016(
    *,
    febrile: Many | Scalar,
    known_or_suspected_sjia: Many | Scalar,
    ferritin: Many,
    platelets: Many | Scalar,
    ast: Many | Scalar,
    triglycerides: Many | Scalar,
    fibrinogen: Many | Scalar,
    criteria: str | MasCriteria = ...,
) -> Many: ...
def mas_2016(
    *,
    febrile: Any,
    known_or_suspected_sjia: Any,
    ferritin: Any,
    platelets: Any,
    ast: Any,
    triglycerides: Any,
    fibrinogen: Any,
    criteria: str | MasCriteria = "ravelli-2016",
) -> Any:
    """2016 classification criteria for macrophage activation syndrome in systemic arthritis.

    Parameters
    ----------
    febrile : bool, array or Series
        Whether the patient is febrile.
    known_or_suspected_sjia : bool, array or Series
        Whether systemic arthritis is known or suspected.
    ferritin : float, array or Series
        Ferritin in ng/mL (the same number as in µg/L).
    platelets : float, array or Series
        Platelets in 10⁹/L.
    ast : float, array or Series
        Aspartate aminotransferase in U/L.
    triglycerides : float, array or Series
        Triglycerides in mg/dL.
    fibrinogen : float, array or Series
        Fibrinogen in mg/dL (g/L × 100).
    criteria : str or MasCriteria
        The criteria, or a trial's own variant.

    Returns
    -------
    bool or None, array of 1/0/NaN, or nullable boolean Series
        Whether the criteria are fulfilled; None or missing where a gap could decide.

    Raises
    ------
    OutOfRangeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    Notes
    -----
    Febrile, known or suspected systemic arthritis, ferritin > 684 ng/mL, and any two of:
    platelets ≤ 181 ×10⁹/L, AST > 48 U/L, triglycerides > 156 mg/dL, fibrinogen ≤ 360 mg/dL.
    One item that is not fulfilled settles a conjunction whatever else is missing.

    References
    ----------
    Ravelli 2016, EULAR/ACR/PRINTO.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.mas_2016(febrile=True, known_or_suspected_sjia=True, ferritin=5200, platelets=140,
    ...              ast=96, triglycerides=None, fibrinogen=None)
    True
    """
    definition = lookup(MasCriteria, criteria, parameter="criteria")
    taken, like = take(
        {
            "febrile": febrile,
            "known_or_suspected_sjia": known_or_suspected_sjia,
            "ferritin": ferritin,
            "platelets": platelets,
            "ast": ast,
            "triglycerides": triglycerides,
            "fibrinogen": fibrinogen,
        }
    )
    items = mas_item_verdicts(definition, taken)
    return like.flag(mas_verdict(definition, items), "mas_2016")


def mas_2016_items(
    *,
    febrile: Many | Scalar,
    known_or_suspected_sjia: Many | Scalar,
    ferritin: Many | Scalar,
    platelets: Many | Scalar,
    ast: Many | Scalar,
    triglycerides: Many | Scalar,
    fibrinogen: Many | Scalar,
    criteria: str | MasCriteria = "ravelli-2016",
) -> dict[str, Any]:
    """Which items of the 2016 criteria for macrophage activation syndrome are fulfilled.

    Parameters
    ----------
    febrile, known_or_suspected_sjia : bool, array or Series
        As `mas_2016` takes them.
    ferritin, platelets, ast, triglycerides, fibrinogen : float, array or Series
        As `mas_2016` takes them: ng/mL, 10⁹/L, U/L, mg/dL and mg/dL.
    criteria : str or MasCriteria
        The criteria, or a trial's own variant.

    Returns
    -------
    dict of str to bool or None, array of 1/0/NaN, or nullable boolean Series
        For each item by its name; None or missing where its value is.

    Raises
    ------
    OutOfRangeError, NotNumericError, MisalignedError
        As `mas_2016` does.

    References
    ----------
    Ravelli 2016, EULAR/ACR/PRINTO.

    Examples
    --------
    >>> import jiascores as jia
    >>> items = jia.mas_2016_items(febrile=True, known_or_suspected_sjia=True, ferritin=5200,
    ...                            platelets=140, ast=48, triglycerides=None, fibrinogen=240)
    >>> items["platelets"], items["ast"], items["triglycerides"]
    (True, False, None)
    """
    definition = lookup(MasCriteria, criteria, parameter="criteria")
    taken, like = take(
        {
            "febrile": febrile,
            "known_or_suspected_sjia": known_or_suspected_sjia,
            "ferritin": ferritin,
            "platelets": platelets,
            "ast": ast,
            "triglycerides": triglycerides,
            "fibrinogen": fibrinogen,
        }
    )
    return {
        name: like.flag(np.broadcast_to(verdict, like.shape), f"mas_2016_{name}")
        for name, verdict in mas_item_verdicts(definition, taken).items()
    }


# --------------------------------------------------------------------------------------------
# MS score


def weighted(weight: float, value: T | Scalar) -> T:
    """Return a value times its coefficient."""
    return cast(T, weight * cast(Any, value))


@measure(
    label="MS score",
    formula=(
        "2.44 × CNS + 1.54 × haemorrhage − 1.30 × arthritis − 0.003 × platelets + 0.001 × LDH "
        "− 0.004 × fibrinogen + 0.0001 × ferritin"
    ),
    low=-np.inf,
    high=np.inf,
    reference=reference("minoia-2019"),
    evidence=Evidence.PRIMARY,
    notes=(
        _APPLIES_NOTE,
        "Platelets in 10⁹/L, LDH in U/L, fibrinogen in mg/dL, ferritin in ng/mL.",
        "In the paper's patients it ran from −8.4 to 41.8; the formula itself has no bounds.",
    ),
)
def ms_score(
    *,
    cns: T | Scalar,
    haemorrhage: T | Scalar,
    arthritis: T | Scalar,
    platelets: T | Scalar,
    ldh: T | Scalar,
    fibrinogen: T | Scalar,
    ferritin: T | Scalar,
) -> T:
    """MS score for macrophage activation syndrome in systemic arthritis (MAS/sJIA score).

    Parameters
    ----------
    cns : bool, array or Series
        Central nervous system involvement.
    haemorrhage : bool, array or Series
        Haemorrhagic manifestations.
    arthritis : bool, array or Series
        Active arthritis.
    platelets : float, array or Series
        Platelets in 10⁹/L.
    ldh : float, array or Series
        Lactate dehydrogenase in U/L.
    fibrinogen : float, array or Series
        Fibrinogen in mg/dL (g/L × 100).
    ferritin : float, array or Series
        Ferritin in ng/mL (the same number as in µg/L).

    Returns
    -------
    float, array or Series
        The score, without bounds; missing where any part is missing.

    Raises
    ------
    OutOfRangeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    suggests_mas : Whether the score suggests macrophage activation syndrome.

    References
    ----------
    Minoia 2019, MS score.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.ms_score(cns=False, haemorrhage=False, arthritis=True, platelets=150, ldh=800,
    ...              fibrinogen=200, ferritin=10_000)
    -0.75
    """
    return add(
        cns=weighted(2.44, cns),
        haemorrhage=weighted(1.54, haemorrhage),
        arthritis=weighted(-1.30, arthritis),
        platelets=weighted(-0.003, platelets),
        ldh=weighted(0.001, ldh),
        fibrinogen=weighted(-0.004, fibrinogen),
        ferritin=weighted(0.0001, ferritin),
    )


def suggestion_of_mas(cutoff: MasScoreCutoff, scores: Any) -> Any:
    """Return 1, 0 or missing for checked scores."""
    return unless_missing(scores, at_least(scores, cutoff.at_least))


@overload
def suggests_mas(score: Scalar, *, cutoff: str | MasScoreCutoff = ...) -> bool | None: ...
@overload
def suggests_mas(score: Many, *, cutoff: str | MasScoreCutoff = ...) -> Many: ...
def suggests_mas(score: Any, *, cutoff: str | MasScoreCutoff = "minoia-2019") -> Any:
    """Whether an MS score suggests macrophage activation syndrome.

    Parameters
    ----------
    score : float, array or Series
        The MS score.
    cutoff : str or MasScoreCutoff
        From which score on.

    Returns
    -------
    bool or None, array of 1/0/NaN, or nullable boolean Series
        Whether the score is −2.1 or more; None or missing where the score is.

    References
    ----------
    Minoia 2019, MS score.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.suggests_mas(-2.1), jia.suggests_mas(-4.4)
    (True, False)
    """
    definition = lookup(MasScoreCutoff, cutoff, parameter="cutoff")
    of = lookup(Score, "ms_score", parameter="measure")
    variable = Variable(of.name, of.label, "", of.low, of.high)
    like = common({"score": score})
    values: Any
    if like.kind == "number":
        values = number(score, variable)
    else:
        values = to_floats(score, variable, like.labels).astype(np.float64, copy=False)
        check(variable, values, like.labels)
    return like.flag(suggestion_of_mas(definition, values), "suggests_mas")
