"""Inactive disease at one visit: every item of the criteria, or it is not inactive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeAlias, TypeVar, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import (
    DefinitionError,
    InconsistentError,
    RequestError,
    listing,
)
from jiascores.core.exact import at_most, below
from jiascores.core.kinds import BLOCK, FloatArray, Like, Many, Scalar, common, missing, take
from jiascores.core.references import Evidence, reference
from jiascores.core.variables import MARKERS
from jiascores.measures.change import shaped
from jiascores.measures.ilar import ILAR_CATEGORIES, category_codes
from jiascores.measures.states import NOT_GIVEN

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

# A column of numbers or flags, or one for all; flags and numbers may be of different types.
Cells: TypeAlias = "NDArray[Any] | pd.Series[Any] | pl.Series | Scalar"
MarkerChoice: TypeAlias = Literal["any", "all"]
MARKER_CHOICES: dict[str, str] = {
    "any": "where both were tested, one normal is enough",
    "all": "every one that was tested must be normal",
}
MARKER_RULES = {
    **MARKER_CHOICES,
    "ask": "where both were tested and disagree, the caller says whether any or all counts",
    "both": "both must have been tested and be normal",
}
ACUTE_PHASE = "acute_phase"
# NumPy's, so that what is computed from it is NumPy's too: ~ of a Python bool is a number.
UNKNOWN = np.float64("nan")


@attrs.frozen(kw_only=True)
class InactiveDiseaseCriteria(Definition):
    """Criteria for inactive disease at one visit; all of them must be met.

    Parameters
    ----------
    active_joints : int, optional
        Most active joints allowed; None where the criteria do not ask.
    absent : tuple of str
        Findings that must be absent.
    physician_global : float, optional
        Highest physician global assessment allowed; None where the criteria do not ask.
    physician_global_below : bool
        Whether it must lie below that value; else the value itself is allowed.
    morning_stiffness : float, optional
        Longest morning stiffness allowed, in minutes; None where the criteria do not ask.
    markers : {"all", "any", "ask", "both"}, optional
        What must be normal of ESR and CRP: every one that was tested; one that was tested;
        where both were tested, what the caller says; both, and both tested. None where the
        criteria do not ask.
    raised_for_other_cause : bool
        Whether a raised reactant that is not due to JIA is allowed.
    categories : tuple of str
        The ILAR categories that the criteria were made for.

    Examples
    --------
    >>> import jiascores as jia
    >>> criteria = jia.definition("wallace-2011", jia.InactiveDiseaseCriteria)
    >>> str(criteria.evidence)
    'primary'
    """

    kind: ClassVar[str] = "inactive disease criteria"

    active_joints: int | None = 0
    absent: tuple[str, ...]
    physician_global: float | None = 0
    physician_global_below: bool = False
    morning_stiffness: float | None = None
    markers: Literal["all", "any", "ask", "both"] | None = "all"
    raised_for_other_cause: bool = False
    categories: tuple[str, ...] = ILAR_CATEGORIES

    def _check(self) -> None:
        unknown = [name for name in self.absent if name not in FINDINGS]
        if unknown:
            raise DefinitionError(
                f"absent names {listing(unknown)}; choose from {', '.join(FINDINGS)}",
                variable="absent",
            )
        if self.markers is not None and self.markers not in MARKER_RULES:
            choices = "; ".join(f"{name}: {words}" for name, words in MARKER_RULES.items())
            raise DefinitionError(
                f"markers={self.markers!r}: choose from {choices}", variable="markers"
            )
        if not set(self.categories) <= set(ILAR_CATEGORIES):
            raise DefinitionError(
                f"categories must be ILAR categories: {', '.join(ILAR_CATEGORIES)}",
                variable="categories",
            )

    @property
    def rule(self) -> str:
        """The rule in one line."""
        parts = [f"no {', '.join(self.absent)}"] if self.absent else []
        if self.active_joints is not None:
            parts.insert(0, f"active joints ≤ {self.active_joints}")
        if self.markers is not None:
            other = " or raised but not due to JIA" if self.raised_for_other_cause else ""
            parts.append(f"ESR and CRP normal{other} ({MARKER_RULES[self.markers]})")
        if self.physician_global is not None:
            sign = "<" if self.physician_global_below else "≤"
            parts.append(f"physician global {sign} {self.physician_global:g}")
        if self.morning_stiffness is not None:
            parts.append(f"morning stiffness ≤ {self.morning_stiffness:g} min")
        return "; ".join(parts)

    @property
    def column(self) -> str:
        """The name of the column that holds this verdict."""
        return f"inactive_{self.name.replace('-', '_')}"

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that the criteria ask for."""
        if self.markers is None:
            return self.needed
        return (*self.needed, *(MARKERS if self.markers == "both" else ("/".join(MARKERS),)))

    @property
    def needed(self) -> tuple[str, ...]:
        """The variables that the criteria ask for, but the acute-phase reactants."""
        asked = (
            ("active_joints", self.active_joints),
            *((name, True) for name in self.absent),
            ("physician_global", self.physician_global),
            ("morning_stiffness", self.morning_stiffness),
        )
        return tuple(name for name, value in asked if value is not None)


# Findings due to JIA that criteria may want absent.
FINDINGS = (
    "fever",
    "rash",
    "serositis",
    "splenomegaly",
    "lymphadenopathy",
    "uveitis",
    "stills_symptoms",
)
_WALLACE_ABSENT = FINDINGS[:-1]
_WALLACE_CATEGORIES = (
    "systemic",
    "oligoarthritis_persistent",
    "oligoarthritis_extended",
    "polyarthritis_rf_negative",
    "polyarthritis_rf_positive",
)
_CATEGORY_NOTE = (
    "Enthesitis-related, psoriatic and undifferentiated arthritis are outside the criteria's "
    "categories: computed there, and marked by within_categories()."
)

INACTIVE_DISEASE_CRITERIA = publish(
    InactiveDiseaseCriteria(
        name="wallace-2004",
        reference=reference("wallace-2004"),
        evidence=Evidence.SECONDARY,
        absent=_WALLACE_ABSENT,
        categories=_WALLACE_CATEGORIES,
        notes=("If both ESR and CRP were tested, both must be normal.", _CATEGORY_NOTE),
    ),
    InactiveDiseaseCriteria(
        name="wallace-2011",
        reference=reference("wallace-2011"),
        evidence=Evidence.PRIMARY,
        absent=_WALLACE_ABSENT,
        morning_stiffness=15,
        markers="ask",
        raised_for_other_cause=True,
        categories=_WALLACE_CATEGORIES,
        notes=(
            "The paper says ESR or CRP: where both were tested and disagree, the caller says.",
            "Physician global: best possible on the scale, 0. Uveitis: by SUN.",
            _CATEGORY_NOTE,
        ),
    ),
    InactiveDiseaseCriteria(
        name="eular-pres-2024",
        reference=reference("eular-pres-2024"),
        evidence=Evidence.SECONDARY,
        active_joints=None,
        absent=("stills_symptoms",),
        physician_global=None,
        markers="both",
        categories=("systemic",),
        notes=("Still's disease: no symptoms, and ESR and CRP both normal.",),
    ),
    InactiveDiseaseCriteria(
        name="reacch-out",
        reference=reference("reacch-out"),
        evidence=Evidence.SECONDARY,
        absent=_WALLACE_ABSENT,
        physician_global=1,
        physician_global_below=True,
        markers=None,
        notes=(
            "No active joint, no extra-articular manifestation, physician global < 10 mm.",
            "That the six findings here are the extra-articular manifestations is our reading.",
        ),
    ),
    InactiveDiseaseCriteria(
        name="recapture-jia",
        reference=reference("recapture-jia"),
        evidence=Evidence.SECONDARY,
        absent=(),
        physician_global=1,
        physician_global_below=True,
        markers=None,
        notes=("Simple inactive disease: no active joint and physician global < 1, nothing else.",),
    ),
)


# --------------------------------------------------------------------------------------------
# Three-valued and, or: 1 yes, 0 no, NaN not determinable


def all_of(parts: Sequence[Any]) -> Any:
    """Return yes where all are yes, no where any is no whatever the gaps, else unknown."""
    stack = np.stack(np.broadcast_arrays(*parts))
    refused = (stack == 0).any(axis=0)
    return np.where(refused, 0.0, np.where(np.isnan(stack).any(axis=0), np.nan, 1.0))


def any_of(parts: Sequence[Any]) -> Any:
    """Return yes where any is yes whatever the gaps, no where all are no, else unknown."""
    return 1 - all_of([1 - np.asarray(part, dtype=np.float64) for part in parts])


def _where_known(value: Any, answer: Any) -> Any:
    return np.where(missing(value), np.nan, answer)


# --------------------------------------------------------------------------------------------
# The lines that decide, on flat arrays


def marker_normal(values: Mapping[str, Any], marker: str) -> tuple[Any, Any]:
    """Return whether a reactant was tested, and whether it was normal (1, 0, NaN unknown).

    Normal is the laboratory's flag; without one, a value at or below the upper limit. A value
    without flag or limit was tested, and is not known to be normal.
    """
    value, limit, flag = (values.get(name, UNKNOWN) for name in _of_marker(marker))
    by_limit = _where_known(value + limit, at_most(value, limit))
    return ~missing(value) | ~missing(flag), np.where(missing(flag), by_limit, flag)


def _of_marker(marker: str) -> tuple[str, str, str]:
    return marker, f"{marker}_upper_limit", f"{marker}_normal"


def contradictory(values: Mapping[str, Any], marker: str) -> Any:
    """Return where the flag says something else of a reactant than its value and limit say."""
    value, limit, flag = (values.get(name, UNKNOWN) for name in _of_marker(marker))
    known = ~missing(value) & ~missing(limit) & ~missing(flag)
    return known & (at_most(value, limit) != (flag == 1))


def _acute_phase(
    criteria: InactiveDiseaseCriteria, values: Mapping[str, Any], markers: str | None
) -> Any:
    tested, fine = [], []
    for marker in MARKERS:
        was_tested, normal = marker_normal(values, marker)
        if criteria.raised_for_other_cause:
            # Normal or raised for another cause: either way it is no sign of JIA.
            normal = np.where(values.get("not_due_to_jia", UNKNOWN) == 1, 1.0, normal)
        tested.append(was_tested)
        fine.append(normal)
    if criteria.markers == "both":
        return all_of([np.where(t, f, np.nan) for t, f in zip(tested, fine, strict=True)])
    any_normal = any_of([np.where(t, f, 0.0) for t, f in zip(tested, fine, strict=True)])
    all_normal = all_of([np.where(t, f, 1.0) for t, f in zip(tested, fine, strict=True)])
    rule = markers if criteria.markers == "ask" else criteria.markers
    differ = (any_normal != all_normal) & ~(np.isnan(any_normal) & np.isnan(all_normal))
    if rule is None and np.any(differ & tested[0] & tested[1]):
        choices = "; ".join(f"markers={name!r}: {words}" for name, words in MARKER_CHOICES.items())
        raise RequestError(
            f"ESR and CRP were both tested and disagree, and {criteria.name} says ESR or CRP: say "
            f"which it is. Choose {choices}.",
            variable="markers",
        )
    verdict = any_normal if rule == "any" else all_normal
    return np.where(tested[0] | tested[1], verdict, np.nan)


def item_verdicts(
    criteria: InactiveDiseaseCriteria, values: Mapping[str, Any], markers: str | None = None
) -> dict[str, Any]:
    """Return each item's verdict, 1, 0 or NaN, for flat arrays; an absent variable is unknown."""
    found: dict[str, Any] = {}
    for name in criteria.needed:
        value = values.get(name, UNKNOWN)
        if name == "active_joints":
            fine = at_most(value, criteria.active_joints)
        elif name == "physician_global":
            compare = below if criteria.physician_global_below else at_most
            fine = compare(value, criteria.physician_global)
        elif name == "morning_stiffness":
            fine = at_most(value, criteria.morning_stiffness)
        else:
            fine = value == 0
        found[name] = _where_known(value, fine)
    if criteria.markers is not None:
        found[ACUTE_PHASE] = _acute_phase(criteria, values, markers)
    return found


def inactive_verdicts(
    criteria: InactiveDiseaseCriteria,
    values: Mapping[str, NDArray[Any]],
    *,
    markers: str | None = None,
) -> FloatArray:
    """Return whether disease is inactive, 1, 0 or NaN, for flat arrays.

    Every caller comes through here: one patient, arrays, frames and clusters alike. A variable
    that is absent from `values` is unknown everywhere.
    """
    size = next(iter(values.values())).size
    out = np.empty(size, dtype=np.float64)
    for start in range(0, size, BLOCK):
        block = slice(start, start + BLOCK)
        part = {name: array[block] for name, array in values.items()}
        out[block] = all_of(list(item_verdicts(criteria, part, markers).values()))
    return out


# --------------------------------------------------------------------------------------------
# The public door


def _read(
    criteria: str | InactiveDiseaseCriteria | None, given: dict[str, Any], markers: str | None
) -> tuple[InactiveDiseaseCriteria, dict[str, FloatArray], Like]:
    """Return the criteria, and the inputs checked, as flat arrays."""
    definition = lookup(InactiveDiseaseCriteria, criteria, parameter="criteria")
    if markers is not None and (definition.markers != "ask" or markers not in MARKER_CHOICES):
        says = "says itself which reactants must be normal; leave markers out"
        choices = "; ".join(f"{name!r}: {words}" for name, words in MARKER_CHOICES.items())
        says = f"takes {choices}" if definition.markers == "ask" else says
        raise RequestError(f"markers={markers!r}: {definition.name} {says}.", variable="markers")
    absent = [name for name in definition.needed if given[name] is NOT_GIVEN]
    if absent:
        raise RequestError(
            f"{definition.name} asks for {', '.join(absent)}: give each, None where it is unknown.",
            variable=absent[0],
        )
    there = {name: value for name, value in given.items() if value is not NOT_GIVEN}
    common(there)
    taken, like = take(there)
    values = {
        name: np.broadcast_to(np.asarray(value, dtype=np.float64), like.shape).ravel()
        for name, value in taken.items()
    }
    refuse_contradictions(values, like.labels)
    return definition, values, like


def refuse_contradictions(
    values: Mapping[str, NDArray[Any]], labels: Sequence[Any] | None = None
) -> None:
    """Raise where a reactant's flag contradicts its value and upper limit.

    Parameters
    ----------
    values : mapping of str to array
        Flat arrays.
    labels : sequence, optional
        Row labels, for the message.

    Raises
    ------
    InconsistentError
        For the first reactant with such rows; it lists them.
    """
    for marker in MARKERS:
        positions = np.flatnonzero(contradictory(values, marker))
        if positions.size:
            names = _of_marker(marker)
            where = positions.tolist()
            places = [labels[place] if labels is not None else place for place in where]
            shown = [
                ", ".join(f"{name}={values[name][place]:g}" for name in names) for place in where
            ]
            at = [f"{one} at {place}" for one, place in zip(shown, places, strict=True)]
            raise InconsistentError(
                f"{listing(at)}: the flag contradicts the value and its upper limit. Correct one "
                f"of them, or give only the one that counts.",
                variable=names[-1],
                values=shown,
                where=places,
            )


@overload
def inactive_disease(
    *,
    criteria: str | InactiveDiseaseCriteria,
    physician_global: Scalar = ...,
    active_joints: Scalar = ...,
    fever: bool | Scalar = ...,
    rash: bool | Scalar = ...,
    serositis: bool | Scalar = ...,
    splenomegaly: bool | Scalar = ...,
    lymphadenopathy: bool | Scalar = ...,
    uveitis: bool | Scalar = ...,
    stills_symptoms: bool | Scalar = ...,
    morning_stiffness: Scalar = ...,
    esr: Scalar = ...,
    crp: Scalar = ...,
    esr_upper_limit: Scalar = ...,
    crp_upper_limit: Scalar = ...,
    esr_normal: bool | Scalar = ...,
    crp_normal: bool | Scalar = ...,
    not_due_to_jia: bool | Scalar = ...,
    markers: MarkerChoice | None = ...,
) -> bool | None: ...
@overload
def inactive_disease(
    *,
    criteria: str | InactiveDiseaseCriteria,
    physician_global: Many,
    active_joints: Cells = ...,
    fever: Cells = ...,
    rash: Cells = ...,
    serositis: Cells = ...,
    splenomegaly: Cells = ...,
    lymphadenopathy: Cells = ...,
    uveitis: Cells = ...,
    stills_symptoms: Cells = ...,
    morning_stiffness: Cells = ...,
    esr: Cells = ...,
    crp: Cells = ...,
    esr_upper_limit: Cells = ...,
    crp_upper_limit: Cells = ...,
    esr_normal: Cells = ...,
    crp_normal: Cells = ...,
    not_due_to_jia: Cells = ...,
    markers: MarkerChoice | None = ...,
) -> Many: ...
@overload
def inactive_disease(
    *,
    criteria: str | InactiveDiseaseCriteria,
    stills_symptoms: Many,
    esr: Cells = ...,
    crp: Cells = ...,
    esr_upper_limit: Cells = ...,
    crp_upper_limit: Cells = ...,
    esr_normal: Cells = ...,
    crp_normal: Cells = ...,
) -> Many: ...
def inactive_disease(
    *,
    criteria: str | InactiveDiseaseCriteria | None = None,
    physician_global: Any = NOT_GIVEN,
    active_joints: Any = NOT_GIVEN,
    fever: Any = NOT_GIVEN,
    rash: Any = NOT_GIVEN,
    serositis: Any = NOT_GIVEN,
    splenomegaly: Any = NOT_GIVEN,
    lymphadenopathy: Any = NOT_GIVEN,
    uveitis: Any = NOT_GIVEN,
    stills_symptoms: Any = NOT_GIVEN,
    morning_stiffness: Any = None,
    esr: Any = None,
    crp: Any = None,
    esr_upper_limit: Any = None,
    crp_upper_limit: Any = None,
    esr_normal: Any = None,
    crp_normal: Any = None,
    not_due_to_jia: Any = None,
    markers: str | None = None,
) -> Any:
    """Whether disease is inactive at a visit, by criteria that the caller names.

    Parameters
    ----------
    criteria : str or InactiveDiseaseCriteria
        The criteria. There is no default.
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    active_joints : float, array or Series
        Active joints of the 71, whole number.
    fever, rash, serositis, splenomegaly, lymphadenopathy : bool, array or Series
        Whether it is there and due to JIA.
    uveitis : bool, array or Series
        Whether there is active uveitis.
    stills_symptoms : bool, array or Series
        Whether there is any symptom of Still's disease; for ``"eular-pres-2024"``.
    morning_stiffness : float, array or Series, optional
        Duration in minutes, 0 or more.
    esr, crp : float, array or Series, optional
        ESR in mm/h and CRP in mg/L; missing where not tested.
    esr_upper_limit, crp_upper_limit : float, array or Series, optional
        The laboratory's upper limits of normal, in the same units.
    esr_normal, crp_normal : bool, array or Series, optional
        Whether it is normal, where that is recorded in place of value and limit.
    not_due_to_jia : bool, array or Series, optional
        Whether a raised reactant is known not to be due to JIA. Without this flag, raised is
        raised.
    markers : {"any", "all"}, optional
        For ``"wallace-2011"``, needed where both ESR and CRP were tested: whether any or all of
        them must be normal.

    Returns
    -------
    bool or None, array of 1/0/NaN, or nullable boolean Series
        Yes where every item is met; no where any known item is not, whatever the gaps; else not
        determinable.

    Raises
    ------
    UnknownDefinitionError
        If no criteria, or unknown ones, are named.
    RequestError
        If an item that the criteria ask for is not given (pass None where it is unknown), or
        `markers` is not named where it matters.
    InconsistentError
        If a flag contradicts the value and its upper limit.
    OutOfRangeError, NotWholeError, NotNumericError, MisalignedError
        For values that are not allowed or do not go together.

    Notes
    -----
    =====================  ========================  ========================================
    item                   wallace-2004              wallace-2011
    =====================  ========================  ========================================
    active joints          0                         0
    systemic features      none                      none
    uveitis                none                      none
    ESR, CRP               every one tested normal   normal, or raised but not due to JIA
    physician global       0                         0
    morning stiffness      –                         ≤ 15 min
    =====================  ========================  ========================================

    A missing reactant was not tested; where neither was, the item is unknown. A value without
    flag or upper limit is unknown too: nobody's normal range is assumed.

    References
    ----------
    Wallace 2011, Arthritis Care Res 63:929.

    Examples
    --------
    >>> import jiascores as jia
    >>> well = dict(physician_global=0, active_joints=0, fever=False, rash=False,
    ...             serositis=False, splenomegaly=False, lymphadenopathy=False, uveitis=False,
    ...             morning_stiffness=10, esr=12, esr_upper_limit=20)
    >>> jia.inactive_disease(criteria="wallace-2011", **well)
    True
    >>> print(jia.inactive_disease(criteria="wallace-2011", **well | {"uveitis": None}))
    None
    >>> jia.inactive_disease(criteria="wallace-2011", **well | {"uveitis": None, "esr": 21})
    False
    """
    here = locals()
    given = {name: here[name] for name in INPUTS}
    definition, values, like = _read(criteria, given, markers)
    (verdict,) = shaped([inactive_verdicts(definition, values, markers=markers)], like)
    return like.flag(verdict, definition.column)


def inactive_disease_items(
    *,
    criteria: str | InactiveDiseaseCriteria,
    markers: MarkerChoice | None = None,
    **inputs: Any,
) -> dict[str, Any]:
    """Return the verdict on each item of inactive disease, so that the reason is seen.

    Parameters
    ----------
    criteria : str or InactiveDiseaseCriteria
        The criteria.
    markers : {"any", "all"}, optional
        As in `inactive_disease`.
    **inputs : float, bool, array or Series
        What `inactive_disease` takes.

    Returns
    -------
    dict of str to bool or None, array or Series
        One entry for each item that the criteria ask for: True where it is met. ESR and CRP are
        the one item ``acute_phase``.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.inactive_disease_items(criteria="eular-pres-2024", stills_symptoms=False,
    ...                            esr_normal=True, crp=40, crp_upper_limit=10)
    {'stills_symptoms': True, 'acute_phase': False}
    """
    unknown = [name for name in inputs if name not in INPUTS]
    if unknown:
        raise TypeError(f"inactive_disease_items() has no parameter {unknown[0]!r}.")
    given = {name: inputs.get(name, NOT_GIVEN) for name in INPUTS}
    for name in OPTIONAL_INPUTS:
        given[name] = inputs.get(name)
    definition, values, like = _read(criteria, given, markers)
    found = item_verdicts(definition, values, markers)
    return {
        name: like.flag(shaped([np.broadcast_to(verdict, (like.size,))], like)[0], name)
        for name, verdict in found.items()
    }


NORMAL_FLAGS = ("esr_normal", "crp_normal")
ACUTE_PHASE_INPUTS = (
    "esr",
    "crp",
    "esr_upper_limit",
    "crp_upper_limit",
    *NORMAL_FLAGS,
    "not_due_to_jia",
)
OPTIONAL_INPUTS = ("morning_stiffness", *ACUTE_PHASE_INPUTS)
# Everything that inactive disease can ask for, in the order of the function's parameters.
INPUTS = ("physician_global", "active_joints", *FINDINGS, *OPTIONAL_INPUTS)


def within_categories(ilar_category: Any, *, criteria: str | InactiveDiseaseCriteria) -> Any:
    """Return whether criteria for inactive disease were made for a patient's ILAR category.

    The verdict is computed either way; this marks where it is used beyond its criteria.

    Parameters
    ----------
    ilar_category : str, array or Series
        ILAR category, as `course` takes it.
    criteria : str or InactiveDiseaseCriteria
        The criteria.

    Returns
    -------
    bool or None, array of 1/0/NaN, or nullable boolean Series
        Missing where the category is.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.within_categories("enthesitis_related", criteria="wallace-2011")
    False
    """
    definition = lookup(InactiveDiseaseCriteria, criteria, parameter="criteria")
    like = common({"ilar_category": ilar_category})
    codes = np.broadcast_to(category_codes(ilar_category, like), (like.size,))
    covered = [ILAR_CATEGORIES.index(name) for name in definition.categories]
    verdict = np.where(codes < 0, np.nan, np.isin(codes, covered))
    return like.flag(shaped([verdict], like)[0], f"within_{definition.name.replace('-', '_')}")


# --------------------------------------------------------------------------------------------
# Return of disease after inactive disease


@attrs.frozen(kw_only=True)
class RelapseCriteria(Definition):
    """Criteria for a flare as the return of disease after inactive disease.

    Parameters
    ----------
    inactive : str
        Name of the criteria for inactive disease that go with it.
    joint_injection : bool
        Whether a joint injected with steroid is a flare by itself.
    """

    kind: ClassVar[str] = "relapse criteria"

    inactive: str
    joint_injection: bool = True

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that the rule asks about."""
        asked = ("inactive_before", "inactive_now", "joint_injection", "treatment_intensified")
        return tuple(name for name in asked if self.joint_injection or name != "joint_injection")

    @property
    def rule(self) -> str:
        """The rule in one line."""
        injected = ", or a joint injection" if self.joint_injection else ""
        return (
            f"any manifestation of disease{injected} after inactive disease ({self.inactive}); "
            f"significant if treatment was intensified"
        )


(REACCH_OUT,) = publish(
    RelapseCriteria(
        name="reacch-out",
        reference=reference("reacch-out"),
        evidence=Evidence.PRIMARY,
        inactive="reacch-out",
        notes=("That a joint injection alone is a flare: from a congress abstract.",),
    )
)


def relapse_verdicts(
    criteria: RelapseCriteria,
    inactive_before: Any,
    inactive_now: Any,
    joint_injection: Any,
    treatment_intensified: Any,
) -> tuple[Any, Any]:
    """Return whether there was a flare, and a significant one, 1, 0 or NaN, for flat arrays."""
    signs = [1 - inactive_now]
    if criteria.joint_injection:
        signs.append(joint_injection)
    flared = all_of([inactive_before, any_of(signs)])
    return flared, all_of([flared, treatment_intensified])


RelapseT = TypeVar("RelapseT")


@attrs.frozen(eq=False)
class Relapse(Generic[RelapseT]):
    """Whether disease returned, and whether treatment was intensified for it."""

    flared: RelapseT
    """Whether any manifestation returned after inactive disease."""
    significant: RelapseT
    """Whether it did and treatment was intensified."""


@overload
def reacch_out_flare(
    *,
    inactive_before: bool | Scalar,
    inactive_now: bool | Scalar,
    joint_injection: bool | Scalar,
    treatment_intensified: bool | Scalar,
    criteria: str | RelapseCriteria = ...,
) -> Relapse[bool | None]: ...
@overload
def reacch_out_flare(
    *,
    inactive_before: Many,
    inactive_now: Many,
    joint_injection: Many | Scalar,
    treatment_intensified: Many | Scalar,
    criteria: str | RelapseCriteria = ...,
) -> Relapse[Many]: ...
def reacch_out_flare(
    *,
    inactive_before: Any,
    inactive_now: Any,
    joint_injection: Any,
    treatment_intensified: Any,
    criteria: str | RelapseCriteria = "reacch-out",
) -> Relapse[Any]:
    """Flare by ReACCh-Out: return of any manifestation of disease after inactive disease.

    Parameters
    ----------
    inactive_before, inactive_now : bool, array or Series
        Whether disease was inactive at the earlier visit, and is at this one; for the cohort's
        own reading, by `inactive_disease` with ``criteria="reacch-out"``.
    joint_injection : bool, array or Series
        Whether a joint was injected with steroid in between; a flare by itself.
    treatment_intensified : bool, array or Series
        Whether treatment was intensified: the flare is then significant.
    criteria : str or RelapseCriteria
        ``"reacch-out"``, or a variant of it.

    Returns
    -------
    Relapse
        `flared` and `significant`: yes, no, or not determinable.

    References
    ----------
    ReACCh-Out cohort, flares in children with JIA.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.reacch_out_flare(inactive_before=True, inactive_now=False, joint_injection=False,
    ...                      treatment_intensified=None)
    Relapse(flared=True, significant=None)
    """
    definition = lookup(RelapseCriteria, criteria, parameter="criteria")
    given = {
        "inactive_before": inactive_before,
        "inactive_now": inactive_now,
        "joint_injection": joint_injection,
        "treatment_intensified": treatment_intensified,
    }
    taken, like = take(given)
    flared, significant = relapse_verdicts(
        definition,
        *(np.broadcast_to(np.ravel(taken[name]), (like.size,)) for name in given),
    )
    shapes = shaped([flared, significant], like)
    return Relapse(
        flared=like.flag(shapes[0], "flare_reacch_out"),
        significant=like.flag(shapes[1], "significant_flare_reacch_out"),
    )
