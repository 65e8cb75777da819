"""Course of disease (oligo, poly, systemic) from the ILAR category and the joints."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Literal, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import (
    DefinitionError,
    NotCoveredError,
    RequestError,
    listing,
    suggestion,
)
from jiascores.core.exact import at_most
from jiascores.core.kinds import Like, Scalar, T, common, take
from jiascores.core.references import Evidence, reference
from jiascores.measures.states import ANY_COURSE, COURSES, NOT_GIVEN, CutoffSet, shaped, words

ILAR_CATEGORIES = (
    "systemic",
    "oligoarthritis_persistent",
    "oligoarthritis_extended",
    "polyarthritis_rf_negative",
    "polyarthritis_rf_positive",
    "psoriatic",
    "enthesitis_related",
    "undifferentiated",
)

# How other tables word them, part by part. Such words are refused with the name to write: their
# owner maps them, and "oligo" alone does not say whether the arthritis was extended.
_SAME_WORD = {
    "oligo": "oligoarthritis",
    "oligoarticular": "oligoarthritis",
    "ojia": "oligoarthritis",
    "poly": "polyarthritis",
    "polyarticular": "polyarthritis",
    "pjia": "polyarthritis",
    "neg": "negative",
    "seronegative": "negative",
    "pos": "positive",
    "seropositive": "positive",
    "sjia": "systemic",
    "sojia": "systemic",
    "still": "systemic",
    "stills": "systemic",
    "psa": "psoriatic",
    "jpsa": "psoriatic",
    "era": "enthesitis_related",
    "other": "undifferentiated",
    "unclassified": "undifferentiated",
}
_EMPTY_WORDS = {"arthritis", "jia", "onset", "disease", "factor", "rf"}

SYSTEMIC = "systemic"
NO_COURSE = -1


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

    oligo: tuple[str, ...] = ("oligoarthritis_persistent",)
    poly: tuple[str, ...] = (
        "oligoarthritis_extended",
        "polyarthritis_rf_negative",
        "polyarthritis_rf_positive",
    )
    by_joints: tuple[str, ...] = ("psoriatic", "enthesitis_related")
    joints: Literal["active_joints", "joints_ever"] = "active_joints"
    oligo_at_most: int = 4

    def _check(self) -> None:
        named = (*self.oligo, *self.poly, *self.by_joints)
        unknown = [name for name in named if name not in ILAR_CATEGORIES or name == SYSTEMIC]
        if unknown or len(set(named)) < len(named):
            raise DefinitionError(
                f"{self.name}: each ILAR category but systemic may be oligo, poly or by joints, "
                f"once: {listing(unknown or named)}",
                variable="by_joints",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that it needs."""
        return ("ilar_category", self.joints)

    @property
    def rule(self) -> str:
        """The rule in one line."""
        count = {"active_joints": "active joints at the visit", "joints_ever": "joints ever"}
        return (
            f"{', '.join(self.oligo)}: oligo; {', '.join(self.poly)}: poly; "
            f"{', '.join(self.by_joints)}: {count[self.joints]} ≤ {self.oligo_at_most} oligo, "
            f"else poly; systemic: as the cut-off set says; any other: missing"
        )


_EXTENDED_NOTE = "That extended oligoarthritis is read as poly is unverified under trincianti-2021."

COURSE_RULES = publish(
    CourseRule(
        name="joints-at-visit",
        reference=reference("acr-abstract-psa-era-rf"),
        evidence=Evidence.SECONDARY,
        notes=(
            "A psoriatic or enthesitis-related course may change between visits.",
            _EXTENDED_NOTE,
        ),
    ),
    CourseRule(
        name="joints-ever",
        reference=reference("acr-abstract-psa-era-rf"),
        evidence=Evidence.UNVERIFIED,
        joints="joints_ever",
        derives_from="joints-at-visit",
        notes=(
            "The source chooses by the joints at the visit; this reading is by name only.",
            _EXTENDED_NOTE,
        ),
    ),
)


# --------------------------------------------------------------------------------------------
# On flat arrays


def course_codes(
    rule: CourseRule, cutoffs: CutoffSet, categories: NDArray[np.int64], joints: NDArray[Any]
) -> NDArray[np.int64]:
    """Return positions in COURSES, −1 where missing, for positions in ILAR_CATEGORIES.

    Every caller comes through here. `joints` is the count that the rule reads, NaN missing.
    """
    course_of = np.full(len(ILAR_CATEGORIES) + 1, NO_COURSE)
    for course, names in (("oligo", rule.oligo), ("poly", rule.poly)):
        for name in names:
            course_of[ILAR_CATEGORIES.index(name)] = COURSES.index(course)
    if cutoffs.systemic_as is not None:
        course_of[ILAR_CATEGORIES.index(SYSTEMIC)] = COURSES.index(cutoffs.systemic_as)
    codes = course_of[categories]
    by_joints = np.isin(categories, [ILAR_CATEGORIES.index(name) for name in rule.by_joints])
    few = np.where(
        at_most(joints, rule.oligo_at_most), COURSES.index("oligo"), COURSES.index("poly")
    )
    codes = np.where(by_joints, np.where(np.isnan(joints), NO_COURSE, few), codes)
    covered = [COURSES.index(course) for course in cutoffs.courses]
    return np.where(np.isin(codes, covered), codes, NO_COURSE)


def category_codes(given: Any, like: Like) -> Any:
    """Return positions in ILAR_CATEGORIES, −1 where missing; other words raise."""
    found = words(given, "ilar_category", like)
    each = found.tolist() if isinstance(found, np.ndarray) else [found]
    code = {None: NO_COURSE} | {name: place for place, name in enumerate(ILAR_CATEGORIES)}
    if set(each) - code.keys():
        refused = [place for place, one in enumerate(each) if one not in code]
        labels = like.labels if like.labels is not None else range(len(each))
        shown = list(dict.fromkeys(each[place] for place in refused))
        raise NotCoveredError(
            f"ilar_category = {listing([repr(one) for one in shown])}: not one of "
            f"{', '.join(ILAR_CATEGORIES)}.{_hint(shown[0])} Leave the "
            f"category missing where there is none.",
            variable="ilar_category",
            values=[each[place] for place in refused],
            where=[labels[place] for place in refused],
        )
    codes = np.array([code[one] for one in each], dtype=np.int64)
    return codes if isinstance(found, np.ndarray) else codes[0]


def _hint(given: object) -> str:
    """Say which category a word of another table probably means."""
    text = str(given).lower().replace("+", " positive ")
    text = re.sub(r"\brf\s*-(?=\W|$)", "rf negative ", text)
    parts: list[str] = re.findall(r"[a-z]+", text)
    spoken = {
        part for word in parts for part in _SAME_WORD.get(word, word).split("_")
    } - _EMPTY_WORDS
    meant = [name for name in ILAR_CATEGORIES if spoken and spoken <= set(name.split("_"))]
    if meant:
        return f" Write {' or '.join(meant)} for {given!r}."
    return suggestion(str(given).lower(), ILAR_CATEGORIES)


# --------------------------------------------------------------------------------------------
# The public door


@overload
def course(
    ilar_category: str | None,
    *,
    cutoffs: str | CutoffSet,
    active_joints: Scalar = ...,
    joints_ever: Scalar = ...,
    rule: str | CourseRule = ...,
) -> str | None: ...
@overload
def course(
    ilar_category: T,
    *,
    cutoffs: str | CutoffSet,
    active_joints: T | Scalar = ...,
    joints_ever: T | Scalar = ...,
    rule: str | CourseRule = ...,
) -> T: ...
def course(
    ilar_category: Any,
    *,
    cutoffs: str | CutoffSet | None = None,
    active_joints: Any = NOT_GIVEN,
    joints_ever: Any = NOT_GIVEN,
    rule: str | CourseRule = "joints-at-visit",
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
    how = lookup(CourseRule, rule, parameter="rule")
    _refuse_set_without_courses(definition)
    given = {"active_joints": active_joints, "joints_ever": joints_ever}
    for name, value in given.items():
        if value is not NOT_GIVEN and name != how.joints:
            raise RequestError(
                f"{name}= was given, but the course rule {how.name} reads {how.joints}=. Choose "
                f"the rule by name: rule='joints-at-visit' or rule='joints-ever'.",
                variable=name,
            )
    joints = None if given[how.joints] is NOT_GIVEN else given[how.joints]
    like = common({"ilar_category": ilar_category, how.joints: joints})
    categories = category_codes(ilar_category, like)
    taken, _ = take({how.joints: joints})
    codes = course_codes(
        how,
        definition,
        np.broadcast_to(categories, (like.size,)),
        np.broadcast_to(np.ravel(taken[how.joints]), (like.size,)),
    )
    return like.text(shaped(codes, like), "course", COURSES)


def _refuse_set_without_courses(cutoffs: CutoffSet) -> None:
    if cutoffs.courses == (ANY_COURSE,):
        raise NotCoveredError(
            f"the cut-off set {cutoffs.name} reads every course alike: call disease_state "
            f"without course=.",
            variable="cutoffs",
            values=(cutoffs.name,),
        )


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

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.course_notes(cutoffs="consolaro-2014")["systemic"]
    'read as poly; plain JADAS was not validated in systemic arthritis'
    """
    definition = lookup(CutoffSet, cutoffs, parameter="cutoffs")
    how = lookup(CourseRule, rule, parameter="rule")
    _refuse_set_without_courses(definition)
    notes: dict[str, str] = {}
    if SYSTEMIC in definition.courses:
        only = "for systemic arthritis alone: no course, and so no state"
        notes |= {name: only for name in ILAR_CATEGORIES if name != SYSTEMIC}
    else:
        count = "active joints at the visit" if how.joints == "active_joints" else "joints ever"
        notes |= dict.fromkeys(how.by_joints, f"by {count}; it may change between visits")
        left = [
            name
            for name in ILAR_CATEGORIES
            if name not in (*how.oligo, *how.poly, *how.by_joints, SYSTEMIC)
        ]
        notes |= dict.fromkeys(left, "no course, and so no state")
        if definition.systemic_as is None:
            notes[SYSTEMIC] = "the set does not say how to read it: no course, and so no state"
        else:
            notes[SYSTEMIC] = (
                f"read as {definition.systemic_as}; plain JADAS was not validated in systemic "
                f"arthritis"
            )
    return notes
