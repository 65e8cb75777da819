"""The 71 and the 27 joints by name and side, and what an examination of them adds up to.

A joint that was not examined, or cannot be judged, is never "not active": it leaves the count
open between a lowest and a highest value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from html import escape
from itertools import compress, islice
from typing import Any, ClassVar, Literal, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import (
    InconsistentError,
    NotNumericError,
    RequestError,
    UnknownJointError,
    is_among,
    listing,
    say,
    shown,
    suggestion,
    text_of,
)
from jiascores.core.logic import NAN, all_of, any_of, missing, no
from jiascores.core.values import FloatArray, is_missing, mapped, number
from jiascores.core.variables import VARIABLES, Variable
from jiascores.core.words import ideas

SIDES = ("left", "right")

_MCP = tuple(f"mcp{digit}" for digit in range(1, 6))
_PIP = ("thumb_ip", *(f"pip{digit}" for digit in range(2, 6)))
_DIP = tuple(f"dip{digit}" for digit in range(2, 6))
_MTP = tuple(f"mtp{digit}" for digit in range(1, 6))
_TOES = tuple(f"toe_ip{digit}" for digit in range(1, 6))


def _both_sides(*regions: str) -> tuple[str, ...]:
    return tuple(f"{region}_{side}" for region in regions for side in SIDES)


@attrs.frozen(kw_only=True)
class JointSet(Definition):
    """The joints that a joint count looks at.

    Parameters
    ----------
    joints : tuple of str
        Names of the joints, with their side.
    """

    kind: ClassVar[str] = "joint set"
    reads: ClassVar[tuple[str, ...]] = ("joint_exam",)
    no_variants: ClassVar[str] = "the counts are of these joints."

    joints: tuple[str, ...]

    @property
    def rule(self) -> str:
        """The joints in one line, both sides together."""
        middle = [joint for joint in self.joints if not joint.endswith(SIDES)]
        paired = dict.fromkeys(
            joint.rpartition("_")[0] for joint in self.joints if joint.endswith(SIDES)
        )
        return f"{', '.join(middle)}; on each side {', '.join(paired)}; {len(self.joints)} in all"


(JOINT_SET_71, JOINT_SET_27) = publish(
    JointSet.cited(
        "joints-71",
        "The list's total agrees with JADAS71.",
        "PRINTO's tables have 68 joints for swelling and 71 for limited motion.",
        "Forms with 73 or 75 joints exist.",
        source="consolaro-2009",
        joints=(
            "cervical_spine",
            *_both_sides("temporomandibular", "sternoclavicular", "acromioclavicular"),
            *_both_sides("shoulder", "elbow", "wrist", *_MCP, *_PIP, *_DIP),
            *_both_sides("hip", "knee", "ankle", "subtalar", "intertarsal", *_MTP, *_TOES),
        ),
    ),
    JointSet.cited(
        "joints-27",
        "The source names the regions; that both sides count makes 27.",
        source="bazso-2009",
        joints=(
            "cervical_spine",
            *_both_sides("elbow", "wrist", *_MCP[:3], *_PIP, "hip", "knee", "ankle"),
        ),
    ),
)

JOINTS_71: tuple[str, ...] = JOINT_SET_71.joints
JOINTS_27: tuple[str, ...] = JOINT_SET_27.joints
_POSITION = {joint: position for position, joint in enumerate(JOINTS_71)}
# The counts: of which answers, and over which joints.
COUNTS = {
    "active_joints": ("active", JOINTS_71),
    "active_joints_27": ("active", JOINTS_27),
    "limited_joints": ("limited", JOINTS_71),
}

# --------------------------------------------------------------------------------------------
# Joints as people write them


def _ways(digit: int, kinds: tuple[str, ...], places: tuple[str, ...]) -> tuple[str, ...]:
    """Return how the joint of a finger or toe may be called: with and without its place."""
    return tuple(f"{kind} {digit}{place}" for kind in kinds for place in places)


# What else a joint may be called, but for its side: ideas of words.csv.
_ALSO = {
    "cervical_spine": ("neck", "neck spine", "c spine"),
    "ankle": ("ankle", "hock upper", "ankle upper"),
    "subtalar": ("subtalar", "hock lower", "ankle lower"),
    "intertarsal": ("intertarsal", "mid foot"),
    "thumb_ip": ("ip thumb", "pip 1", "pip thumb", "pip 1 hand", "ip 1 hand"),
    "mcp1": ("mcp 1", "mcp thumb", "mcp 1 hand"),
    "mtp1": ("mtp 1", "mtp 1 toe", "mtp 1 foot", "mtp big toe", "mtp hallux"),
    "toe_ip1": ("ip 1 toe", "ip 1 foot", "ip big toe", "ip hallux"),
    **{f"mcp{n}": (f"mcp {n}", f"mcp {n} hand") for n in range(2, 6)},
    **{f"pip{n}": _ways(n, ("pip", "ip proximal"), ("", " hand")) for n in range(2, 6)},
    **{f"dip{n}": _ways(n, ("dip", "ip distal"), ("", " hand")) for n in range(2, 6)},
    **{f"mtp{n}": _ways(n, ("mtp",), ("", " toe", " foot")) for n in range(2, 6)},
    **{
        f"toe_ip{n}": _ways(n, ("ip", "pip", "ip proximal"), (" toe", " foot")) for n in range(2, 6)
    },
}
_NO_REGION = frozenset({*SIDES, *"12345", "upper", "lower", "hand", "foot", "c", "mid", "big"})


@cache
def _named() -> Mapping[frozenset[str], str]:
    """Return the joint that ideas together name."""
    named = {}
    for joint in JOINTS_71:
        stem, _, side = joint.rpartition("_")
        if side not in SIDES:
            stem, side = joint, ""
        for words in _ALSO.get(stem, (stem,)):
            named[frozenset((*words.split(), *filter(None, [side])))] = joint
    return named


def _apart(name: str) -> str:
    """Return a name with its parts apart: LeftKnee, kneeL, mcp2."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", text)


def joint_named(name: object) -> str | None:
    """Return the joint of the 71 that a name means; None where it is not certain which.

    Parameters
    ----------
    name : object
        The name: ``"left_knee"``, ``"L knee"``, ``"tmj_left"``, ``"pip1_left"``, which is the
        joint of the thumb; also in German, Dutch, French, Italian or Spanish.
    """
    if not isinstance(name, str):
        return None
    if name in _POSITION:
        return name
    words = ideas("joint", _apart(name))
    return None if words is None else _named().get(words)


def joints_like(name: object) -> tuple[str, ...]:
    """Return all joints that a name which is none may mean: those of its stem, or none."""
    words = ideas("joint", _apart(text_of(name)), strict=False) or frozenset()
    if words <= _NO_REGION:
        return ()
    # A joint of a number that there is not may be any of its row.
    for named in (words, words - {*"12345"}):
        near = dict.fromkeys(joint for of, joint in _named().items() if named <= of)
        if near:
            return tuple(near)
    return ()


def joint_hint(name: object) -> str:
    """Return a hint at the joints that a name may mean, or nothing."""
    near = joints_like(name)
    return f" Write {' or '.join(near)} for {name!r}." if near else ""


# What an examiner records of a joint, in the order of the rule.
FINDINGS = ("swollen", "swollen_by_deformity", "limited", "painful_on_motion", "tender")


# --------------------------------------------------------------------------------------------
# Joints injected with a steroid


@attrs.frozen(kw_only=True)
class InjectionRule(Definition):
    """What a joint that was injected with a steroid counts as.

    Parameters
    ----------
    counts_as : {"active", "open"}
        Active whatever the examination finds, or not assessable.
    days : float, optional
        For how many days since the injection, the last one included; afterwards the joint counts
        as it is found. With None, you give the number of days.
    """

    kind: ClassVar[str] = "injection rule"
    reads: ClassVar[tuple[str, ...]] = ("joint_exam", "days_since_injection", "injection_days")

    counts_as: Literal["active", "open"]
    days: float | None = None

    @property
    def rule(self) -> str:
        """The rule in one line."""
        words = {"active": "counts as active", "open": "is not assessable"}[self.counts_as]
        until = "the number of days given" if self.days is None else f"{self.days:g} days"
        return f"an injected joint {words}, for {until} since the injection"


INJECTION_RULES = publish(
    InjectionRule.cited(
        "carried-active",
        "The number of days is the protocol's: give injection_days.",
        source="protocol",
        counts_as="active",
    ),
    InjectionRule.cited(
        "not-assessable",
        "Without injection_days an injected joint stays not assessable.",
        source="protocol",
        counts_as="open",
    ),
)


def rule_for_injections(
    given: str | InjectionRule | None, days: Any, *, injected: bool
) -> InjectionRule | None:
    """Return the rule that the caller named, with its number of days; None without injections.

    Raises
    ------
    UnknownDefinitionError
        If no rule, or an unknown one, is named.
    RequestError
        If the rule needs a number of days and has none, or has two.
    """
    if given is None and days is None and not injected:
        return None
    rule = lookup(InjectionRule, given, parameter="injection_rule")
    if days is None:
        if rule.days is None and rule.counts_as == "active":
            raise RequestError(
                f"{say('injection_rule', rule.name)} needs {say('injection_days')}: for how many days an "
                f"injected joint counts as active is the protocol's to say.",
                variable="injection_days",
            )
        return rule
    if rule.days not in (None, days):
        raise RequestError(
            f"{say('injection_rule', rule.name)} has {rule.days:g} days of its own, and "
            f"{say('injection_days', days)} says otherwise.",
            variable="injection_days",
            values=(days,),
        )
    checked = number(days, VARIABLES["injection_days"])
    if rule.days is not None:
        return rule
    return rule.variant(name=f"{rule.name}-{checked:g}-days", days=checked)


# --------------------------------------------------------------------------------------------
# The lines that decide: yes, no or unknown (1, 0, NaN) for many joints or many visits


def active_by_findings(
    *, swollen: Any, swollen_by_deformity: Any, limited: Any, painful_on_motion: Any, tender: Any
) -> Any:
    """Return whether joints are active.

    Active: swollen and not by deformity, or limited and (painful on motion or tender).
    """
    return any_of(
        all_of(swollen, no(swollen_by_deformity)),
        all_of(limited, any_of(painful_on_motion, tender)),
    )


def active_and_limited(
    findings: Mapping[str, Any], days_since: Any, rule: InjectionRule | None
) -> tuple[Any, Any, Any]:
    """Return whether joints are active, and limited, and where `active` and the findings disagree.

    Parameters
    ----------
    findings : mapping of str to array
        All of `FINDINGS`, and ``"active"`` as it was recorded directly.
    days_since : array
        Days since an injection, NaN where there was none.
    rule : InjectionRule, optional
        What an injected joint counts as.
    """
    recorded, limited = findings["active"], findings["limited"]
    found = active_by_findings(**{name: findings[name] for name in FINDINGS})
    active = np.where(missing(recorded), found, recorded)
    disagree = recorded == no(found)
    if rule is not None:
        within = days_since <= (np.inf if rule.days is None else rule.days)
        active = np.where(within, 1.0 if rule.counts_as == "active" else NAN, active)
        if rule.counts_as == "open":
            limited = np.where(within, NAN, limited)
    return active, limited, disagree


# Why `active` and the findings may not disagree, and what to do.
TO_AGREE = (
    "A joint is active when swollen (not by deformity), or limited and (painful on motion or "
    "tender). Give active= or the findings, or make them agree."
)

# --------------------------------------------------------------------------------------------
# One examination


# No list of joints is as long as this.
_MANY = 10_000


def _as_set(given: Any) -> Any:
    """Return names of joints as a set; what is no collection is refused once all are there."""
    names = (given,) if isinstance(given, str) else given
    with suppress(Exception):
        listed = names if isinstance(names, Mapping) else [*islice(names, _MANY)]
        if len(listed) < _MANY and not isinstance(listed, Mapping):
            return frozenset(map(_as_joint, listed))
    return names


def _as_joint(name: Any) -> Any:
    """Return the joint that a name means; what means none is refused once all are there."""
    return joint_named(name) or name


def by_joint(given: Any, parameter: str) -> dict[str, Any]:
    """Return what is given by joint, each under its name here; two names of one joint raise."""
    if not isinstance(given, Mapping):
        raise UnknownJointError(
            f"{parameter}= takes a dict by joint, not {type(given).__name__}.",
            variable=parameter,
            values=(given,),
        )
    found: dict[str, Any] = {}
    for name, value in mapped(given).items():
        joint = _as_joint(name)
        if joint in found:
            raise UnknownJointError(
                f"{parameter}: {joint} is named twice, once as {name!r}. Keep one.",
                variable=parameter,
                values=(name,),
            )
        found[joint] = value
    return found


def _check_names(given: Any, parameter: str, kind: Any = frozenset) -> None:
    """Raise where what was given is no collection of names of joints."""
    if not isinstance(given, kind):
        raise UnknownJointError(
            f"{parameter}= takes names of joints, not {type(given).__name__}.",
            variable=parameter,
            values=(given,),
        )
    unknown = [name for name in given if not is_among(name, _POSITION)]
    if unknown:
        unknown.sort(key=text_of)
        raise UnknownJointError(
            f"{parameter}: none of the 71 joints is called {listing(map(shown, unknown))}."
            f"{joint_hint(unknown[0])} Names are like 'knee_left', 'mcp2_right', "
            f"'thumb_ip_left', 'cervical_spine'; all are in jiascores.core.joints.JOINTS_71.",
            variable=parameter,
            values=unknown,
        )


def _as_rule(given: str | InjectionRule | None) -> InjectionRule | None:
    return None if given is None else lookup(InjectionRule, given, parameter="injection_rule")


def _days_since(given: Any) -> tuple[tuple[str, float], ...]:
    """Return the injected joints in their order, each with its days since the injection."""
    if isinstance(given, tuple) and all(isinstance(pair, tuple) for pair in given):
        # As an examination holds it, which attrs.evolve and copy.replace give again.
        given = dict(given)
    injected = by_joint({} if given is None else given, "injected")
    _check_names(injected, "injected", Mapping)
    gaps = [joint for joint, days in injected.items() if is_missing(days)]
    if gaps:
        raise NotNumericError(
            f"injected: the days since the injection are missing for {listing(gaps)}: give them.",
            variable="injected",
            where=gaps,
        )
    return tuple((joint, number(injected[joint], _days_of(joint))) for joint in _in_order(injected))


def _days_of(joint: str) -> Variable:
    return attrs.evolve(VARIABLES["days_since_injection"], name=f"injected[{joint!r}]")


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=_POSITION.__getitem__)


@as_declared
@attrs.frozen(kw_only=True, repr=False)
class JointExam:
    """One examination of the joints, and the counts that follow from it.

    Every parameter but `injected` takes names of joints (`JOINTS_71`), for example
    ``{"knee_left", "mcp2_right"}``. A finding that is given is known for every joint: joints that
    it does not name do not have it. A finding that is left out (None) was not recorded and is
    unknown for every joint.

    Parameters
    ----------
    active : iterable of str, optional
        Active joints, where the examiner recorded them as such.
    limited : iterable of str, optional
        Joints with limited range of motion.
    swollen : iterable of str, optional
        Swollen joints.
    painful_on_motion : iterable of str, optional
        Joints that hurt when moved.
    tender : iterable of str, optional
        Tender joints.
    swollen_by_deformity : iterable of str
        Joints whose swelling is bony deformity; it does not make them active.
    not_examined : iterable of str
        Joints that were not examined.
    excluded : iterable of str
        Joints that cannot be judged: replaced, fused. Such a joint may stand in `limited` where
        the protocol counts it there; its activity stays unknown.
    injected : mapping of str to float
        Days since the last steroid injection, for each injected joint.
    injection_rule : str or InjectionRule, optional
        What an injected joint counts as: ``"carried-active"`` or ``"not-assessable"``. Must be
        named where `injected` is given.
    injection_days : float, optional
        For how many days, the last one included, the injection rule holds.

    Raises
    ------
    UnknownJointError
        If a name is not that of a joint of the 71.
    InconsistentError
        If a joint that was not examined has a finding, or if `active` disagrees with the findings.
    UnknownDefinitionError, RequestError
        If joints are injected and no rule is named, or its number of days is missing.
    OutOfRangeError, NotNumericError
        If the days since an injection are negative, missing or no number.

    Notes
    -----
    A joint is active when it is swollen (not by bony deformity), or limited and (painful on
    motion or tender). A joint that is not examined or excluded may be active or not, so counts
    have a lowest and a highest value; `active_joints` is their common value, and None where they
    differ. A joint may be unknown and its count still be known: a swollen joint is active
    whatever its motion.

    The 71 joints are `unverified` as a list; of the 27 (Bazso 2009) the regions are primary and
    the sides derived.

    Examples
    --------
    >>> import jiascores as jia
    >>> exam = jia.JointExam(active={"knee_left", "mcp4_right"}, limited={"knee_left"})
    >>> exam.active_joints, exam.active_joints_27, exam.limited_joints
    (2, 1, 1)
    >>> exam = jia.JointExam(active={"knee_left", "mcp2_right"}, not_examined={"hip_left"})
    >>> exam.active_joints, exam.active_joints_min, exam.active_joints_max
    (None, 2, 3)
    >>> exam = jia.JointExam(
    ...     swollen={"knee_left"}, limited={"wrist_left", "hip_left"},
    ...     painful_on_motion={"wrist_left"}, tender=(),
    ... )
    >>> exam
    <JointExam: active 2 of 71, 2 of 27; limited 2 of 71>
    >>> exam.surely_active
    ('wrist_left', 'knee_left')
    """

    active: frozenset[str] | None = attrs.field(default=None, converter=_as_set)
    limited: frozenset[str] | None = attrs.field(default=None, converter=_as_set)
    swollen: frozenset[str] | None = attrs.field(default=None, converter=_as_set)
    painful_on_motion: frozenset[str] | None = attrs.field(default=None, converter=_as_set)
    tender: frozenset[str] | None = attrs.field(default=None, converter=_as_set)
    swollen_by_deformity: frozenset[str] = attrs.field(default=frozenset(), converter=_as_set)
    not_examined: frozenset[str] = attrs.field(default=frozenset(), converter=_as_set)
    excluded: frozenset[str] = attrs.field(default=frozenset(), converter=_as_set)
    injected: tuple[tuple[str, float], ...] = attrs.field(default=None, converter=_days_since)
    injection_rule: InjectionRule | None = attrs.field(default=None, converter=_as_rule)
    injection_days: float | None = attrs.field(default=None, eq=False)
    active_joints: int | None = attrs.field(init=False, eq=False)
    """Active joints of the 71; None where open joints leave the count open."""
    active_joints_min: int = attrs.field(init=False, eq=False)
    """Joints of the 71 that are surely active."""
    active_joints_max: int = attrs.field(init=False, eq=False)
    """Joints of the 71 that are or may be active."""
    active_joints_27: int | None = attrs.field(init=False, eq=False)
    """Active joints of the 27; None where open joints leave the count open."""
    active_joints_27_min: int = attrs.field(init=False, eq=False)
    """Joints of the 27 that are surely active."""
    active_joints_27_max: int = attrs.field(init=False, eq=False)
    """Joints of the 27 that are or may be active."""
    limited_joints: int | None = attrs.field(init=False, eq=False)
    """Joints with limited range of motion; None where open joints leave the count open."""
    limited_joints_min: int = attrs.field(init=False, eq=False)
    """Joints of the 71 that surely have limited range of motion."""
    limited_joints_max: int = attrs.field(init=False, eq=False)
    """Joints of the 71 that have or may have limited range of motion."""
    _answers: dict[str, FloatArray] = attrs.field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        found = {name: getattr(self, name) for name in ("active", *FINDINGS)}
        unseen = {name: getattr(self, name) for name in ("not_examined", "excluded")}
        for name, joints in {**found, **unseen}.items():
            if joints is not None or name in unseen:
                _check_names(joints, name)
        _refuse_findings(found, unseen)
        days = dict(self.injected)
        rule = rule_for_injections(self.injection_rule, self.injection_days, injected=bool(days))
        answers = _answers(found, self.not_examined | self.excluded, days, rule)
        object.__setattr__(self, "injection_rule", rule)
        object.__setattr__(self, "_answers", answers)
        for name, (what, joints) in COUNTS.items():
            counted = answers[what][np.isin(JOINTS_71, joints)]
            low, high = int((counted == 1).sum()), int((counted != 0).sum())
            ends = {"": low if low == high else None, "_min": low, "_max": high}
            for end, count in ends.items():
                object.__setattr__(self, f"{name}{end}", count)

    @classmethod
    @as_declared
    def from_findings(
        cls,
        findings: Mapping[str, str | Iterable[str]],
        *,
        injected: Mapping[str, float] | None = None,
        injection_rule: str | InjectionRule | None = None,
        injection_days: float | None = None,
    ) -> Self:
        """Return the examination whose findings are listed joint by joint.

        Parameters
        ----------
        findings : mapping of str to str or iterable of str
            For each joint one or more of ``"swollen"``, ``"swollen_by_deformity"``,
            ``"limited"``, ``"painful_on_motion"``, ``"tender"``, ``"active"``,
            ``"not_examined"``, ``"excluded"``. Joints that are not listed were examined and have
            no finding. Where ``"active"`` is used, only the findings that are used were recorded;
            else all were.
        injected, injection_rule, injection_days
            As for `JointExam`.

        Returns
        -------
        JointExam

        Raises
        ------
        RequestError
            If a finding is not one of these words.

        Examples
        --------
        >>> import jiascores as jia
        >>> jia.JointExam.from_findings({
        ...     "knee_left": "swollen", "hip_left": ("limited", "tender"), "wrist_left": "tender",
        ... })
        <JointExam: active 2 of 71, 2 of 27; limited 1 of 71>
        """
        words = (*FINDINGS, "active", "not_examined", "excluded")
        groups: dict[str, set[str]] = {}
        for joint, given in findings.items():
            for word in (given,) if isinstance(given, str) else given:
                if word not in words:
                    raise RequestError(
                        f"findings of {joint}: no finding is called {shown(word)}."
                        f"{suggestion(str(word), words)} Choose from {', '.join(words)}.",
                        variable="findings",
                        values=(word,),
                        where=(joint,),
                    )
                groups.setdefault(word, set()).add(joint)
        _check_names(findings, "findings", Mapping)
        if "active" not in groups:
            groups = {finding: set() for finding in FINDINGS} | groups
        return cls(
            **groups,
            injected=injected,
            injection_rule=injection_rule,
            injection_days=injection_days,
        )

    @property
    def surely_active(self) -> tuple[str, ...]:
        """The joints that are surely active, from the neck down."""
        return _chosen(self._answers["active"] == 1)

    @property
    def possibly_active(self) -> tuple[str, ...]:
        """The joints that may be active or not, from the neck down."""
        return _chosen(missing(self._answers["active"]))

    def _counts(self) -> list[tuple[str, str, int]]:
        """Return of each count what it counts, from where to where it lies, and of how many."""
        ends = [(getattr(self, f"{name}_min"), getattr(self, f"{name}_max")) for name in COUNTS]
        return [
            (what, f"{low}" if low == high else f"{low}–{high}", len(joints))
            for (low, high), (what, joints) in zip(ends, COUNTS.values(), strict=True)
        ]

    def __repr__(self) -> str:
        many, few, stiff = (f"{count} of {of}" for _, count, of in self._counts())
        nothing = f"0–{len(JOINTS_71)} of {len(JOINTS_71)}"
        active = "not recorded" if many == nothing else f"{many}, {few}"
        limited = "not recorded" if stiff == nothing else stiff
        return f"<JointExam: active {active}; limited {limited}>"

    def __str__(self) -> str:
        lines = [repr(self)[1:-1]]
        named = (
            ("active", self.surely_active),
            ("active or not", self.possibly_active),
            ("limited", _chosen(self._answers["limited"] == 1)),
            ("not examined", tuple(_in_order(self.not_examined))),
            ("excluded", tuple(_in_order(self.excluded))),
            ("injected", tuple(f"{joint} ({days:g} days ago)" for joint, days in self.injected)),
        )
        lines += [f"  {words}: {listing(of, shown=12)}" for words, of in named if of]
        if self.injection_rule is not None:
            lines.append(f"  injections: {self.injection_rule.rule}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{what}</td><td>{of}</td><td>{count}</td></tr>"
            for what, count, of in self._counts()
        )
        head = "<tr><th>joints</th><th>of</th><th>count</th></tr>"
        rest = "".join(f"<li>{escape(line.strip())}</li>" for line in str(self).splitlines()[1:])
        return f"<table>{head}{rows}</table><ul>{rest}</ul>"


def _chosen(which: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(compress(JOINTS_71, which))


def _answers(
    found: Mapping[str, frozenset[str] | None],
    unseen: frozenset[str],
    injected: Mapping[str, float],
    rule: InjectionRule | None,
) -> dict[str, FloatArray]:
    """Return for each of the 71 joints whether it is active and limited: 1, 0 or NaN."""
    findings = {name: _vector(named, unseen) for name, named in found.items()}
    days = np.array([injected.get(joint, NAN) for joint in JOINTS_71])
    active, limited, disagree = active_and_limited(findings, days, rule)
    _refuse_disagreement(_chosen(disagree), found["active"] or frozenset())
    return {"active": active, "limited": limited}


def _vector(named: frozenset[str] | None, unseen: frozenset[str]) -> FloatArray:
    """Return 1, 0 or NaN for each of the 71 joints."""
    if named is None:
        return np.full(len(JOINTS_71), NAN)
    answers = [1.0 if joint in named else NAN if joint in unseen else 0.0 for joint in JOINTS_71]
    return np.array(answers)


def _refuse_findings(
    found: Mapping[str, frozenset[str] | None], unseen: Mapping[str, frozenset[str]]
) -> None:
    """Raise where a joint has a finding that nobody can have made."""
    named = {**found, **unseen}
    # A joint that cannot be judged may count as limited.
    clashes = [(finding, "excluded") for finding in found if finding != "limited"]
    clashes += [(finding, "not_examined") for finding in (*found, "excluded")]
    for finding, words in clashes:
        both = _in_order((named[finding] or frozenset()) & unseen[words])
        if both:
            raise InconsistentError(
                f"{listing(both)}: {words}, and yet {finding.replace('_', ' ')}. A joint that was "
                f"not examined has no finding: take it out of one of {finding}= and {words}=.",
                variable=finding,
                values=both,
            )


def _refuse_disagreement(joints: tuple[str, ...], active: frozenset[str]) -> None:
    """Raise where `active` and the findings of a joint disagree."""
    parts = {
        "named in active= without findings that make it so": active.intersection(joints),
        "active by the findings and not named in active=": set(joints) - active,
    }
    said = [f"{listing(_in_order(named))} {words}" for words, named in parts.items() if named]
    if said:
        raise InconsistentError(f"{'; '.join(said)}. {TO_AGREE}", variable="active", values=joints)
