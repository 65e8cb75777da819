"""Course of disease (oligo, poly, systemic) from the ILAR category and the joints."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, overload

import attrs
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import NotCoveredError, listing
from jiascores.core.logic import NAN, at_most, at_place, either
from jiascores.core.measure import verdict
from jiascores.core.values import Listed, Scalar, T
from jiascores.core.variables import COURSES, ILAR_CATEGORIES, Course
from jiascores.measures.states import ANY_COURSE, CutoffSet

SYSTEMIC, EXTENDED = "systemic", "oligoarthritis_extended"
COUNTS = {"active_joints": "active joints at the visit", "joints_ever": "joints ever"}


@attrs.frozen(kw_only=True)
class CourseRule(Definition):
    """How an ILAR category becomes a course.

    Parameters
    ----------
    oligo : tuple of str
        Categories that are always oligo.
    poly : tuple of str
        Categories that are always poly.
    by_joints : tuple of str
        Categories that are oligo or poly by a count of joints.
    joints : {"active_joints", "joints_ever"}
        The count: active joints at this visit, or joints affected since the onset.
    oligo_at_most : int
        The highest count that is oligo.
    """

    kind: ClassVar[str] = "course rule"
    reads: ClassVar[tuple[str, ...]] = ("ilar_category",)

    oligo: tuple[str, ...] = ("oligoarthritis_persistent",)
    poly: tuple[str, ...] = (
        EXTENDED,
        "polyarthritis_rf_negative",
        "polyarthritis_rf_positive",
    )
    by_joints: tuple[str, ...] = ("psoriatic", "enthesitis_related")
    joints: Literal["active_joints", "joints_ever"] = "active_joints"
    oligo_at_most: int = 4

    def _check(self) -> None:
        named = (*self.oligo, *self.poly, *self.by_joints)
        unknown = [name for name in named if name not in ILAR_CATEGORIES or name == SYSTEMIC]
        once = not unknown and len(set(named)) == len(named)
        what = "each ILAR category but systemic may be oligo, poly or by joints, once"
        self._require(once, "by_joints", f"{what}: {listing(unknown or named)}")

    @property
    def allows(self) -> tuple[str, ...]:
        """The count of joints, which some categories need."""
        return (self.joints,)

    def check_options(self, *, cutoffs: str | CutoffSet | None = None, **_: Any) -> None:
        """Raise where the cut-off set reads every course alike."""
        _refuse_set_without_courses(lookup(CutoffSet, cutoffs, parameter="cutoffs"))

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            f"{', '.join(self.oligo)}: oligo; {', '.join(self.poly)}: poly; "
            f"{', '.join(self.by_joints)}: {COUNTS[self.joints]} ≤ {self.oligo_at_most} oligo, "
            f"else poly; systemic: as the cut-off set says; any other: missing"
        )


COURSE_RULES = publish(
    CourseRule.cited(
        "joints-at-visit",
        "A psoriatic or enthesitis-related course may change between visits.",
        source="acr-abstract-psa-era-rf",
    ),
    CourseRule.cited(
        "joints-ever",
        "The source chooses by the joints at the visit; this reading is by name only.",
        source="acr-abstract-psa-era-rf",
        joints="joints_ever",
        derives_from="joints-at-visit",
    ),
)


@overload
def course(
    ilar_category: str | None,
    *,
    cutoffs: str | CutoffSet,
    active_joints: Scalar = ...,
    joints_ever: Scalar = ...,
    rule: str | CourseRule = ...,
) -> Course | None: ...
@overload
def course(
    ilar_category: T,
    *,
    cutoffs: str | CutoffSet,
    active_joints: T | Scalar = ...,
    joints_ever: T | Scalar = ...,
    rule: str | CourseRule = ...,
) -> T: ...
@overload
def course(
    ilar_category: list[str | None] | list[str] | tuple[str | None, ...],
    *,
    cutoffs: str | CutoffSet,
    active_joints: Listed = ...,
    joints_ever: Listed = ...,
    rule: str | CourseRule = ...,
) -> NDArray[Any]: ...
@verdict(
    CourseRule,
    gives="word",
    words=COURSES,
    parameter="rule",
    default="joints-at-visit",
)
def course(
    rule: CourseRule,
    category: Any,
    active_joints: Any,
    joints_ever: Any,
    *,
    cutoffs: str | CutoffSet | None = None,
) -> Any:
    """Return the course of disease by which a cut-off set reads a score.

    Parameters
    ----------
    ilar_category : str, array or Series
        One of ``systemic``, ``oligoarthritis_persistent``, ``oligoarthritis_extended``,
        ``polyarthritis_rf_negative``, ``polyarthritis_rf_positive``, ``psoriatic``,
        ``enthesitis_related``, ``undifferentiated``; missing gives a missing course.
    cutoffs : str or CutoffSet
        The set that the course is for: sets read systemic arthritis differently.
    active_joints : float, array or Series, optional
        Active joints at this visit, whole number, 0–71. Needed for psoriatic and
        enthesitis-related arthritis only, whose course may change between visits.
    joints_ever : float, array or Series, optional
        Joints affected since the onset of disease; for ``rule="joints-ever"`` alone.
    rule : str or CourseRule
        ``"joints-at-visit"``, or by name ``"joints-ever"``.

    Returns
    -------
    str or None, array of str and None, or ordered categorical Series
        ``oligo``, ``poly`` or ``systemic``; missing where the category, or the count of joints
        that decides, is missing, where the category is undifferentiated, and where the set has
        no cut-offs for the course.

    Raises
    ------
    UnknownDefinitionError
        If no cut-off set, or an unknown one, is named.
    NotCoveredError
        If a category is none of the eight, or the set reads every course alike.
    RequestError
        If the count of joints is not the one that the rule reads.

    See Also
    --------
    jiascores.course_notes : The doubts that go with a course.
    jiascores.from_category : The course from a column with the category.
    jiascores.disease_state : The state that goes with a score.

    Notes
    -----
    ============================ =================================================
    category                     course
    ============================ =================================================
    oligoarthritis_persistent    oligo
    oligoarthritis_extended      poly
    polyarthritis_rf_negative    poly
    polyarthritis_rf_positive    poly
    psoriatic                    oligo up to 4 joints, poly from 5
    enthesitis_related           oligo up to 4 joints, poly from 5
    systemic                     by the set, see below
    undifferentiated             missing
    ============================ =================================================

    Systemic arthritis is poly for consolaro-2012-2014 and consolaro-2014, though plain JADAS was
    not validated there; systemic for rosina-2024, which has no other course; and missing for the
    other sets, whose papers do not say. `course_notes` gives the doubts that go with the answer.

    References
    ----------
    Joints at the visit: JADAS10 and cJADAS10-based disease activity states for PsA, ERA, and RF+
    polyarthritis (ACR congress abstract).

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.course("oligoarthritis_extended", cutoffs="consolaro-2014")
    'poly'
    >>> jia.course("psoriatic", active_joints=4, cutoffs="trincianti-2021")
    'oligo'
    >>> jia.course("systemic", cutoffs="rosina-2024")
    'systemic'
    """
    definition = lookup(CutoffSet, cutoffs, parameter="cutoffs")
    joints = active_joints if rule.joints == "active_joints" else joints_ever
    return at_place(category, ILAR_CATEGORIES, lambda each: _course(rule, definition, each, joints))


def _course(rule: CourseRule, cutoffs: CutoffSet, category: str, joints: Any) -> Any:
    """Return the place of one category's course, NaN where it has none in the set."""
    oligo, poly = (
        float(COURSES.index(each)) if each in cutoffs.courses else NAN for each in ("oligo", "poly")
    )
    if category == SYSTEMIC:
        read_as = cutoffs.systemic_as
        return NAN if read_as is None else float(COURSES.index(read_as))
    if category in rule.by_joints:
        few = at_most(joints, rule.oligo_at_most)
        return either(few == 1, oligo, either(few == 0, poly, NAN))
    return oligo if category in rule.oligo else poly if category in rule.poly else NAN


def _refuse_set_without_courses(cutoffs: CutoffSet) -> None:
    if cutoffs.courses == (ANY_COURSE,):
        alike = f"the cut-off set {cutoffs.name} reads every course alike"
        message = f"{alike}: call disease_state without course=."
        raise NotCoveredError(message, variable="cutoffs", values=(cutoffs.name,))


@as_declared
def course_notes(
    *, cutoffs: str | CutoffSet | None = None, rule: str | CourseRule = "joints-at-visit"
) -> dict[str, str]:
    """Return, for each ILAR category whose course needs a word under a cut-off set, that word.

    Parameters
    ----------
    cutoffs : str or CutoffSet
        The cut-off set.
    rule : str or CourseRule
        The course rule.

    Returns
    -------
    dict of str to str
        Category to note; categories whose course is plain are absent.

    See Also
    --------
    jiascores.course : The course itself.
    jiascores.definition : A cut-off set with its origin.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.course_notes(cutoffs="consolaro-2012-2014")["systemic"]
    'read as poly; plain JADAS was not validated in systemic arthritis'
    >>> jia.course_notes(cutoffs="trincianti-2021")["polyarthritis_rf_positive"]
    'none of the children in whom the set was made had this category'
    """
    definition = lookup(CutoffSet, cutoffs, parameter="cutoffs")
    how = lookup(CourseRule, rule, parameter="rule")
    _refuse_set_without_courses(definition)
    no_state = "no course, and so no state"
    if SYSTEMIC in definition.courses:
        others = [name for name in ILAR_CATEGORIES if name != SYSTEMIC]
        return dict.fromkeys(others, f"for systemic arthritis alone: {no_state}")
    by_joints = f"by {COUNTS[how.joints]}; it may change between visits"
    plain = {*how.oligo, *how.poly, *how.by_joints, SYSTEMIC}
    left = [name for name in ILAR_CATEGORIES if name not in plain]
    notes = dict.fromkeys(how.by_joints, by_joints) | dict.fromkeys(left, no_state)
    notes[SYSTEMIC] = f"the set does not say how to read it: {no_state}"
    if definition.systemic_as is not None:
        validated = "plain JADAS was not validated in systemic arthritis"
        notes[SYSTEMIC] = f"read as {definition.systemic_as}; {validated}"
    unsaid = definition.origin and not definition.origin.extended_oligoarthritis
    if unsaid and EXTENDED in how.poly:
        notes[EXTENDED] = (
            "read as poly, though nothing that was seen says whether its authors do so"
        )
    outside = "none of the children in whom the set was made had this category"
    for each in definition.never_seen:
        if not notes.get(each, "").endswith(no_state):
            notes[each] = "; ".join(filter(None, (notes.get(each), outside)))
    return notes
