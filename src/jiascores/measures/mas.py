"""Macrophage activation syndrome in systemic arthritis: 2016 criteria and the MS score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import Definition, publish
from jiascores.core.logic import above, all_of, at_least, at_least_of, at_most
from jiascores.core.measure import Items, Term, measure, verdict
from jiascores.core.values import Listed, Many, Scalar, T

_APPLIES_NOTE = "For a febrile patient with known or suspected systemic arthritis."
MAS_INPUTS = (
    *("febrile", "known_or_suspected_sjia", "ferritin"),
    *("platelets", "ast", "triglycerides", "fibrinogen"),
)


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
    >>> jia.definition("ravelli-2016", jia.typing.MasCriteria).rule
    'febrile, known or suspected systemic arthritis, ferritin > 684 ng/mL and ≥ 2 of: platelets ≤ 181 ×10⁹/L, AST > 48 U/L, triglycerides > 156 mg/dL, fibrinogen ≤ 360 mg/dL'
    """

    kind: ClassVar[str] = "MAS criteria"
    reads: ClassVar[tuple[str, ...]] = MAS_INPUTS

    ferritin_above: float
    needed: int
    platelets_at_most: float
    ast_above: float
    triglycerides_above: float
    fibrinogen_at_most: float

    def _check(self) -> None:
        self._require_between("needed", 1, 4)

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            f"febrile, known or suspected systemic arthritis, ferritin > "
            f"{self.ferritin_above:g} ng/mL and ≥ {self.needed} of: platelets ≤ "
            f"{self.platelets_at_most:g} ×10⁹/L, AST > {self.ast_above:g} U/L, triglycerides > "
            f"{self.triglycerides_above:g} mg/dL, fibrinogen ≤ {self.fibrinogen_at_most:g} mg/dL"
        )


MAS_CRITERIA = publish(
    MasCriteria.cited(
        "ravelli-2016",
        "Whether another cause explains a laboratory value is for the clinician: the "
        "criteria classify, they do not diagnose.",
        "Papers in SI units print triglycerides > 1.76 mmol/L, which is 156 mg/dL "
        "rounded; values between may be read differently.",
        ferritin_above=684,
        needed=2,
        platelets_at_most=181,
        ast_above=48,
        triglycerides_above=156,
        fibrinogen_at_most=360,
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
    >>> jia.definition("minoia-2019", jia.typing.MasScoreCutoff).at_least
    -2.1
    """

    kind: ClassVar[str] = "MS score cut-off"
    measure: ClassVar[str] = "ms_score"
    reads: ClassVar[tuple[str, ...]] = ("ms_score",)

    at_least: float

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return f"MS score ≥ {self.at_least:g}"


MAS_SCORE_CUTOFFS = publish(
    MasScoreCutoff.cited("minoia-2019", _APPLIES_NOTE, at_least=-2.1),
)


# --------------------------------------------------------------------------------------------
# 2016 criteria


@overload
def mas_2016(
    *,
    febrile: Scalar,
    known_or_suspected_sjia: Scalar,
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
@overload
def mas_2016(
    *,
    febrile: Listed,
    known_or_suspected_sjia: Listed,
    ferritin: Sequence[float | None],
    platelets: Listed,
    ast: Listed,
    triglycerides: Listed,
    fibrinogen: Listed,
    criteria: str | MasCriteria = ...,
) -> NDArray[Any]: ...
@verdict(MasCriteria, steady=True, bad_news=True, default="ravelli-2016")
def mas_2016(
    criteria: MasCriteria,
    febrile: Any,
    known_or_suspected_sjia: Any,
    ferritin: Any,
    platelets: Any,
    ast: Any,
    triglycerides: Any,
    fibrinogen: Any,
) -> Any:
    """Return whether the 2016 criteria classify macrophage activation syndrome in systemic arthritis.

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

    See Also
    --------
    jiascores.ms_score : A score instead of criteria.
    jiascores.ask.mas_2016 : Asks a table of visits for it.

    Notes
    -----
    Febrile, known or suspected systemic arthritis, ferritin > 684 ng/mL, and any two of:
    platelets ≤ 181 ×10⁹/L, AST > 48 U/L, triglycerides > 156 mg/dL, fibrinogen ≤ 360 mg/dL.
    If one item that is needed is not met, the answer is no, whatever else is missing.

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
    all_needed = {
        "febrile": febrile,
        "known_or_suspected_sjia": known_or_suspected_sjia,
        "ferritin": above(ferritin, criteria.ferritin_above),
    }
    some_needed = {
        "platelets": at_most(platelets, criteria.platelets_at_most),
        "ast": above(ast, criteria.ast_above),
        "triglycerides": above(triglycerides, criteria.triglycerides_above),
        "fibrinogen": at_most(fibrinogen, criteria.fibrinogen_at_most),
    }
    some = at_least_of(criteria.needed, *some_needed.values())
    return Items(all_of(*all_needed.values(), some), all_needed | some_needed)


# --------------------------------------------------------------------------------------------
# MS score


@overload
def ms_score(  # type: ignore[overload-overlap]
    *,
    cns: T | Scalar,
    haemorrhage: T | Scalar,
    arthritis: T | Scalar,
    platelets: T | Scalar,
    ldh: T | Scalar,
    fibrinogen: T | Scalar,
    ferritin: T | Scalar,
) -> T: ...
@overload
def ms_score(
    *,
    cns: Listed,
    haemorrhage: Listed,
    arthritis: Listed,
    platelets: Listed,
    ldh: Listed,
    fibrinogen: Listed,
    ferritin: Listed,
) -> NDArray[Any]: ...
@measure(
    "MS score",
    Term("cns", "2.44 × CNS", np.inf, lambda cns: 2.44 * cns),
    Term("haemorrhage", "1.54 × haemorrhage", np.inf, lambda haemorrhage: 1.54 * haemorrhage),
    Term("arthritis", "− 1.30 × arthritis", np.inf, lambda arthritis: -1.30 * arthritis),
    Term("platelets", "− 0.003 × platelets", np.inf, lambda platelets: -0.003 * platelets),
    Term("ldh", "0.001 × LDH", np.inf, lambda ldh: 0.001 * ldh),
    Term("fibrinogen", "− 0.004 × fibrinogen", np.inf, lambda fibrinogen: -0.004 * fibrinogen),
    Term("ferritin", "0.0001 × ferritin", np.inf, lambda ferritin: 0.0001 * ferritin),
    low=-np.inf,
    source="minoia-2019",
    notes=(
        _APPLIES_NOTE,
        "Platelets in 10⁹/L, LDH in U/L, fibrinogen in mg/dL, ferritin in ng/mL.",
        "In the paper's patients it ran from −8.4 to 41.8; the formula itself has no bounds.",
    ),
)
def ms_score(**given: Any) -> Any:
    """Return the MS score for macrophage activation syndrome in systemic arthritis (MAS/sJIA score).

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
    jiascores.suggests_mas : Whether the score suggests macrophage activation syndrome.

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


@overload
def suggests_mas(score: Scalar, *, cutoff: str | MasScoreCutoff = ...) -> bool | None: ...
@overload
def suggests_mas(score: Many, *, cutoff: str | MasScoreCutoff = ...) -> Many: ...
@overload
def suggests_mas(
    score: Sequence[float | None], *, cutoff: str | MasScoreCutoff = ...
) -> NDArray[Any]: ...
@verdict(MasScoreCutoff, steady=True, bad_news=True, parameter="cutoff", default="minoia-2019")
def suggests_mas(cutoff: MasScoreCutoff, score: Any) -> Any:
    """Return whether an MS score suggests macrophage activation syndrome.

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

    See Also
    --------
    jiascores.ms_score : The score that it reads.
    jiascores.mas_2016 : Criteria instead of a score.

    References
    ----------
    Minoia 2019, MS score.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.suggests_mas(-2.1), jia.suggests_mas(-4.4)
    (True, False)
    """
    return at_least(score, cutoff.at_least)
