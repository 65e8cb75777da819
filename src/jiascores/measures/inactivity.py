"""Inactive disease at one visit: every item of the criteria, or it is not inactive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, Literal, TypeAlias, TypeVar, cast, overload

import attrs
from numpy.typing import NDArray

from jiascores.core.definition import Definition, publish
from jiascores.core.errors import RequestError, is_among, say
from jiascores.core.like import read_only
from jiascores.core.logic import (
    NAN,
    all_of,
    any_of,
    at_most,
    at_place,
    below,
    either,
    missing,
    no,
)
from jiascores.core.measure import Call, Contradiction, Items, Options, id_of, verdict
from jiascores.core.values import Listed, Many, Scalar, SeriesLike
from jiascores.core.variables import ILAR_CATEGORIES, MARKERS
from jiascores.measures.change import Result

# A column of numbers or flags, or one for all; flags and numbers may be of different types.
Cells: TypeAlias = "NDArray[Any] | SeriesLike | Scalar"
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


@attrs.frozen(kw_only=True)
class InactiveDiseaseCriteria(Definition):
    """Criteria for inactive disease at one visit; all of them must be met.

    Parameters
    ----------
    active_joints : int, optional
        Most active joints allowed; None where the criteria do not ask.
    absent : tuple of str
        Findings that must be absent.
    only_in : tuple of (str, tuple of str)
        Findings that are asked about in some ILAR categories alone, each with these.
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
    >>> criteria = jia.definition("wallace-2011", jia.typing.InactiveDiseaseCriteria)
    >>> str(criteria.evidence)
    'secondary'
    """

    kind: ClassVar[str] = "inactive disease criteria"

    active_joints: int | None = 0
    absent: tuple[str, ...]
    only_in: tuple[tuple[str, tuple[str, ...]], ...] = ()
    physician_global: float | None = 0
    physician_global_below: bool = False
    morning_stiffness: float | None = None
    markers: Literal["all", "any", "ask", "both"] | None = "all"
    raised_for_other_cause: bool = False
    categories: tuple[str, ...] = ILAR_CATEGORIES

    def _check(self) -> None:
        for field, choices in (("absent", FINDINGS), ("categories", ILAR_CATEGORIES)):
            known = set(getattr(self, field)) <= set(choices)
            self._require(known, field, f"choose from {', '.join(choices)}")
        for finding, categories in self.only_in:
            known = finding in self.absent and set(categories) <= set(ILAR_CATEGORIES)
            self._require(known, "only_in", "it names findings of absent=, and ILAR categories")
        if self.markers is not None:
            self._require_one_of("markers", MARKER_RULES)

    @property
    def rule(self) -> str:
        """The rule in one line."""
        only_in = dict(self.only_in)
        always = [name for name in self.absent if name not in only_in]
        parts = [f"no {', '.join(always)}"] if always else []
        for categories in dict.fromkeys(only_in.values()):
            asked = ", ".join(name for name in self.absent if only_in.get(name) == categories)
            parts.append(f"in {' and '.join(categories)} alone: no {asked}")
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
    def needs(self) -> tuple[str, ...]:
        """The variables that the criteria ask for."""
        reactants = MARKERS if self.markers == "both" else ("/".join(MARKERS),)
        asked = (
            ("active_joints", self.active_joints),
            *((name, True) for name in self.absent),
            ("ilar_category", self.only_in or None),
            ("physician_global", self.physician_global),
            ("morning_stiffness", self.morning_stiffness),
            *((name, self.markers) for name in reactants),
        )
        return tuple(name for name, value in asked if value is not None)

    @property
    def allows(self) -> tuple[str, ...]:
        """What is read of the acute-phase reactants where it is there."""
        return () if self.markers is None else ACUTE_PHASE_INPUTS

    def check_options(self, *, markers: str | None = None, **_: Any) -> None:
        """Raise where a choice between any and all reactants is not the caller's."""
        asked = is_among(markers, MARKER_CHOICES)
        if markers is None or (self.markers == "ask" and asked):
            return
        says = "says itself which reactants must be normal; leave the choice out"
        if self.markers == "ask":
            choices = (f"{name!r}: {words}" for name, words in MARKER_CHOICES.items())
            says = f"takes {'; '.join(choices)}"
        raise RequestError(f"{say('markers', markers)}: {self.name} {says}.", variable="markers")


SYSTEMIC_FINDINGS = ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy")
# What criteria may want absent.
FINDINGS = (
    *SYSTEMIC_FINDINGS,
    "uveitis",
    "stills_symptoms",
    "enthesitis",
    "glucocorticoids",
)
_WALLACE_ABSENT = (*SYSTEMIC_FINDINGS, "uveitis")
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
    InactiveDiseaseCriteria.cited(
        "wallace-2004",
        "If both ESR and CRP were tested, both must be normal: the congress abstract of the same "
        'consensus says so, the journal\'s has only "or".',
        "A reprint words the physician global as no active disease.",
        _CATEGORY_NOTE,
        absent=_WALLACE_ABSENT,
        categories=_WALLACE_CATEGORIES,
    ),
    InactiveDiseaseCriteria.cited(
        "wallace-no-markers",
        "wallace-2004 as ReACCh-Out used it: ESR and CRP are left out, since records lack them.",
        _CATEGORY_NOTE,
        source="reacch-out-2012",
        derives_from="wallace-2004",
        absent=_WALLACE_ABSENT,
        markers=None,
        categories=_WALLACE_CATEGORIES,
    ),
    InactiveDiseaseCriteria.cited(
        "wallace-2011",
        "The paper says ESR or CRP: where both were tested and disagree, the caller says.",
        "Physician global: best possible on the scale, 0. Uveitis: by SUN.",
        _CATEGORY_NOTE,
        absent=_WALLACE_ABSENT,
        morning_stiffness=15,
        markers="ask",
        raised_for_other_cause=True,
        categories=_WALLACE_CATEGORIES,
    ),
    InactiveDiseaseCriteria.cited(
        "wallace-2011-no-glucocorticoids",
        "wallace-2011, and no current glucocorticoid. FROST judged it at month 9.",
        source="frost-2022",
        derives_from="wallace-2011",
        absent=(*_WALLACE_ABSENT, "glucocorticoids"),
        morning_stiffness=15,
        markers="ask",
        raised_for_other_cause=True,
        categories=("systemic",),
    ),
    InactiveDiseaseCriteria.cited(
        "eular-pres-2024",
        "Still's disease: no symptoms, and ESR and CRP both normal.",
        active_joints=None,
        absent=("stills_symptoms",),
        physician_global=None,
        markers="both",
        categories=("systemic",),
    ),
    InactiveDiseaseCriteria.cited(
        "reacch-out",
        "Systemic manifestations are asked about in systemic arthritis alone, enthesitis in "
        "enthesitis-related and psoriatic arthritis alone. Where the category is unknown, a finding "
        "that would count in some category leaves the answer open.",
        absent=(*_WALLACE_ABSENT, "enthesitis"),
        only_in=(
            *((name, ("systemic",)) for name in SYSTEMIC_FINDINGS),
            ("enthesitis", ("enthesitis_related", "psoriatic")),
        ),
        physician_global=1,
        physician_global_below=True,
        markers=None,
    ),
    InactiveDiseaseCriteria.cited(
        "recapture-jia",
        "Simple inactive disease: no active joint and physician global < 1, nothing else.",
        absent=(),
        physician_global=1,
        physician_global_below=True,
        markers=None,
    ),
)


ACUTE_PHASE_INPUTS = (
    *("esr", "crp", "esr_upper_limit", "crp_upper_limit"),
    *("esr_normal", "crp_normal", "not_due_to_jia"),
)
# What may be given to criteria that do not ask for it: a form holds the items of them all.
ITEMS = (
    *("physician_global", "active_joints", *FINDINGS, "ilar_category", "morning_stiffness"),
    *ACUTE_PHASE_INPUTS,
)


# --------------------------------------------------------------------------------------------
# The acute-phase reactants


# What a reactant that was not tested counts as.
_UNTESTED = {"both": NAN, "any": 0.0, "all": 1.0}


def _of_marker(values: Mapping[str, Any], marker: str) -> tuple[Any, Any, Any]:
    return values[marker], values[f"{marker}_upper_limit"], values[f"{marker}_normal"]


def _normal(values: Mapping[str, Any], marker: str) -> tuple[Any, Any]:
    """Return whether a reactant was tested, and whether it was normal.

    Normal is the laboratory's flag; without one, a value at or below the upper limit. A value
    without flag or limit was tested, and is not known to be normal.
    """
    value, limit, flag = _of_marker(values, marker)
    untested = missing(value) & missing(flag)
    return no(untested) == 1, either(missing(flag), at_most(value, limit), flag)


def _is_gap(value: Any) -> bool:
    """Return whether nothing was recorded, for one patient or for all."""
    return isinstance(value, float) and missing(value)


def _never_tested(values: Mapping[str, Any], marker: str) -> bool:
    value, _, flag = _of_marker(values, marker)
    return _is_gap(value) and _is_gap(flag)


def _acute_phase(
    criteria: InactiveDiseaseCriteria, values: Mapping[str, Any], markers: str | None
) -> Any:
    each = []
    for marker in MARKERS:
        tested, normal = _normal(values, marker)
        if criteria.raised_for_other_cause:
            # Normal or raised for another cause: either way it is no sign of JIA.
            normal = either(values["not_due_to_jia"] == 1, 1.0, normal)
        each.append((tested, normal))
    rule = markers if criteria.markers == "ask" else criteria.markers
    untested = _UNTESTED[rule or "all"]
    join = any_of if rule == "any" else all_of
    answer = join(*(either(tested, normal, untested) for tested, normal in each))
    if rule == "both":
        return answer
    return either(each[0][0] | each[1][0], answer, NAN)


def _contradictions(
    criteria: InactiveDiseaseCriteria, values: Mapping[str, Any], options: Options
) -> Iterator[Contradiction]:
    """Find flags that say something else than value and limit, and reactants that disagree."""
    for marker in MARKERS:
        value, limit, flag = _of_marker(values, marker)
        if _is_gap(flag):
            continue
        yield Contradiction(
            at_most(value, limit) + flag == 1,  # one says yes and the other no
            {marker: value, f"{marker}_upper_limit": limit, f"{marker}_normal": flag},
            "the flag contradicts the value and its upper limit. Correct one of them, or give only "
            "the one that counts.",
        )
    asked = criteria.markers == "ask" and options["markers"] is None
    if asked and not any(_never_tested(values, marker) for marker in MARKERS):
        by_any, by_all = (_acute_phase(criteria, values, choice) for choice in MARKER_CHOICES)
        both = all_of(*(_normal(values, marker)[0] + 0.0 for marker in MARKERS))
        # One of the two is open only where the other is not.
        differ = no(either(missing(by_any) & missing(by_all), 1.0, (by_any == by_all) + 0.0))
        choices = "; ".join(
            f"{say('markers', name)}: {words}" for name, words in MARKER_CHOICES.items()
        )
        yield Contradiction(
            all_of(both, differ),
            {marker: values[marker] for marker in MARKERS},
            f"ESR and CRP were both tested and disagree, and {criteria.name} says ESR or CRP: say "
            f"which it is. Choose {choices}.",
            reason="markers-disagree",
            variable="markers",
            error=RequestError,
        )


# --------------------------------------------------------------------------------------------
# Inactive disease


def _absent(name: str, values: Mapping[str, Any], categories: tuple[str, ...] | None) -> Any:
    """Return whether a finding is absent, or not asked about in the patient's category."""
    if categories is None:
        return no(values[name])
    asked = at_place(
        values["ilar_category"], ILAR_CATEGORIES, lambda each: float(each in categories)
    )
    return any_of(no(values[name]), no(asked))


@overload
def inactive_disease(
    *,
    criteria: str | InactiveDiseaseCriteria,
    physician_global: Scalar = ...,
    active_joints: Scalar = ...,
    fever: Scalar = ...,
    rash: Scalar = ...,
    serositis: Scalar = ...,
    splenomegaly: Scalar = ...,
    lymphadenopathy: Scalar = ...,
    uveitis: Scalar = ...,
    stills_symptoms: Scalar = ...,
    enthesitis: Scalar = ...,
    glucocorticoids: Scalar = ...,
    ilar_category: str | None = ...,
    morning_stiffness: Scalar = ...,
    esr: Scalar = ...,
    crp: Scalar = ...,
    esr_upper_limit: Scalar = ...,
    crp_upper_limit: Scalar = ...,
    esr_normal: Scalar = ...,
    crp_normal: Scalar = ...,
    not_due_to_jia: Scalar = ...,
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
    enthesitis: Cells = ...,
    glucocorticoids: Cells = ...,
    ilar_category: Any = ...,
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
@overload
def inactive_disease(
    *,
    criteria: str | InactiveDiseaseCriteria,
    physician_global: Sequence[float | None],
    active_joints: Listed = ...,
    fever: Listed = ...,
    rash: Listed = ...,
    serositis: Listed = ...,
    splenomegaly: Listed = ...,
    lymphadenopathy: Listed = ...,
    uveitis: Listed = ...,
    stills_symptoms: Listed = ...,
    morning_stiffness: Listed = ...,
    esr: Listed = ...,
    crp: Listed = ...,
    esr_upper_limit: Listed = ...,
    crp_upper_limit: Listed = ...,
    esr_normal: Listed = ...,
    crp_normal: Listed = ...,
    not_due_to_jia: Listed = ...,
    markers: MarkerChoice | None = ...,
) -> NDArray[Any]: ...
@overload
def inactive_disease(
    *,
    criteria: str | InactiveDiseaseCriteria,
    stills_symptoms: Sequence[float | None],
    esr: Listed = ...,
    crp: Listed = ...,
    esr_upper_limit: Listed = ...,
    crp_upper_limit: Listed = ...,
    esr_normal: Listed = ...,
    crp_normal: Listed = ...,
) -> NDArray[Any]: ...
@verdict(InactiveDiseaseCriteria, steady=True, contradictions=_contradictions, passes_over=ITEMS)
def inactive_disease(
    criteria: InactiveDiseaseCriteria,
    physician_global: Any,
    active_joints: Any,
    fever: Any,
    rash: Any,
    serositis: Any,
    splenomegaly: Any,
    lymphadenopathy: Any,
    uveitis: Any,
    stills_symptoms: Any,
    enthesitis: Any,
    glucocorticoids: Any,
    ilar_category: Any,
    morning_stiffness: Any,
    esr: Any,
    crp: Any,
    esr_upper_limit: Any,
    crp_upper_limit: Any,
    esr_normal: Any,
    crp_normal: Any,
    not_due_to_jia: Any,
    *,
    markers: MarkerChoice | None = None,
) -> Items:
    """Return whether disease is inactive at a visit, by the criteria that you name.

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
    enthesitis : bool, array or Series
        Whether there is active enthesitis; for ``"reacch-out"``.
    glucocorticoids : bool, array or Series
        Whether glucocorticoids are taken now; for ``"wallace-2011-no-glucocorticoids"``.
    ilar_category : str, array or Series
        ILAR category, as `course` takes it; for ``"reacch-out"``, which asks about systemic
        manifestations and enthesitis in some categories alone.
    morning_stiffness : float, array or Series
        Duration in minutes, 0 or more; for ``"wallace-2011"``.
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

    See Also
    --------
    jiascores.within_categories : Whether criteria were made for a category.
    jiascores.remission : How long disease has been inactive.
    jiascores.ask.inactive_disease : Asks a table of visits for it.

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

    A missing reactant was not tested; if neither was, the item is unknown. A value without flag
    or upper limit is unknown too: no normal range is assumed.

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
    values = {name: value for name, value in locals().items() if name in ITEMS}
    physician_calm = below if criteria.physician_global_below else at_most
    items = {}
    for name in criteria.needs:
        if name in FINDINGS:
            items[name] = _absent(name, values, dict(criteria.only_in).get(name))
        elif name == "active_joints":
            items[name] = at_most(active_joints, criteria.active_joints)
        elif name == "physician_global":
            items[name] = physician_calm(physician_global, criteria.physician_global)
        elif name == "morning_stiffness":
            items[name] = at_most(morning_stiffness, criteria.morning_stiffness)
    if criteria.markers is not None:
        items[ACUTE_PHASE] = _acute_phase(criteria, values, markers)
    return Items(all_of(*items.values()), items)


@overload
def within_categories(
    ilar_category: str | None, *, criteria: str | InactiveDiseaseCriteria
) -> bool | None: ...
@overload
def within_categories(ilar_category: Many, *, criteria: str | InactiveDiseaseCriteria) -> Many: ...
@overload
def within_categories(
    ilar_category: list[str | None] | list[str] | tuple[str | None, ...],
    *,
    criteria: str | InactiveDiseaseCriteria,
) -> NDArray[Any]: ...
@verdict(InactiveDiseaseCriteria)
def within_categories(criteria: InactiveDiseaseCriteria, category: Any) -> Any:
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

    See Also
    --------
    jiascores.inactive_disease : The criteria themselves.
    jiascores.ask.within_categories : Asks a table of visits for it.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.within_categories("enthesitis_related", criteria="wallace-2011")
    False
    """
    return at_place(category, ILAR_CATEGORIES, lambda each: float(each in criteria.categories))


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
        injected = ("joint_injection",) if self.joint_injection else ()
        return ("inactive_before", "inactive_now", *injected, "treatment_intensified")

    @property
    def rule(self) -> str:
        """The rule in one line."""
        injected = ", or a joint injection" if self.joint_injection else ""
        return (
            f"any manifestation of disease{injected} after inactive disease ({self.inactive}); "
            f"significant if treatment was intensified"
        )


(REACCH_OUT,) = publish(
    RelapseCriteria.cited(
        "reacch-out",
        "That a joint injection alone is a flare: from a congress abstract.",
        inactive="reacch-out",
    )
)


RelapseT = TypeVar("RelapseT")


@attrs.frozen(eq=False, repr=False)
class Relapse(Result, Generic[RelapseT]):
    """Whether disease returned, and whether treatment was intensified for it."""

    answers: ClassVar[str] = "flared"

    criteria: RelapseCriteria
    _flared: Any = attrs.field(alias="flared")
    _significant: Any = attrs.field(alias="significant")

    @property
    def flared(self) -> RelapseT:
        """Whether any manifestation returned after inactive disease."""
        name = relapse_column(self.criteria)
        return cast(RelapseT, self._flag(read_only(self._flared), name))

    @property
    def significant(self) -> RelapseT:
        """Whether it did and treatment was intensified."""
        name = f"{relapse_column(self.criteria)}_significant"
        return cast(RelapseT, self._flag(read_only(self._significant), name))

    def __repr__(self) -> str:
        return f"Relapse(flared={self.flared!r}, significant={self.significant!r})"


def relapse_column(criteria: RelapseCriteria, **_: Any) -> str:
    """Return the name of the column that holds it."""
    return f"reacch_out_flare_{id_of(criteria)}"


def _relapse(call: Call, criteria: RelapseCriteria, _: Options, answer: Items) -> Relapse[Any]:
    significant = answer.items["significant"]
    return Relapse(criteria=criteria, flared=answer.answer, significant=significant, like=call.like)


@overload
def reacch_out_flare(
    *,
    inactive_before: Scalar,
    inactive_now: Scalar,
    joint_injection: Scalar = ...,
    treatment_intensified: Scalar,
    criteria: str | RelapseCriteria = ...,
) -> Relapse[bool | None]: ...
@overload
def reacch_out_flare(
    *,
    inactive_before: Many,
    inactive_now: Many,
    joint_injection: Many | Scalar = ...,
    treatment_intensified: Many | Scalar,
    criteria: str | RelapseCriteria = ...,
) -> Relapse[Many]: ...
@overload
def reacch_out_flare(
    *,
    inactive_before: Sequence[float | None],
    inactive_now: Sequence[float | None],
    joint_injection: Listed = ...,
    treatment_intensified: Listed,
    criteria: str | RelapseCriteria = ...,
) -> Relapse[NDArray[Any]]: ...
@verdict(
    RelapseCriteria, bad_news=True, default="reacch-out", titled=relapse_column, result=_relapse
)
def reacch_out_flare(
    criteria: RelapseCriteria,
    inactive_before: Any,
    inactive_now: Any,
    joint_injection: Any,
    treatment_intensified: Any,
) -> Items:
    """Return whether disease has returned after inactive disease: a flare by ReACCh-Out.

    Parameters
    ----------
    inactive_before, inactive_now : bool, array or Series
        Whether disease was inactive at the earlier visit, and is at this one; for the cohort's
        own reading, by `inactive_disease` with ``criteria="reacch-out"``.
    joint_injection : bool, array or Series
        Whether a joint was injected with steroid in between; a flare by itself. A variant with
        ``joint_injection=False`` does not read it.
    treatment_intensified : bool, array or Series
        Whether treatment was intensified: the flare is then significant.
    criteria : str or RelapseCriteria
        ``"reacch-out"``, or a variant of it.

    Returns
    -------
    Relapse
        `flared` and `significant`: yes, no, or not determinable.

    See Also
    --------
    jiascores.inactive_disease : Inactive disease by the same cohort.
    jiascores.flare : Flare by the core set.
    jiascores.ask.reacch_out_flare : Asks a table of visits for it.

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
    signs = no(inactive_now)
    if criteria.joint_injection:
        signs = any_of(signs, joint_injection)
    flared = all_of(inactive_before, signs)
    return Items(flared, {"significant": all_of(flared, treatment_intensified)}, shown=True)
