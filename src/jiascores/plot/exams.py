"""Joints on the body: one examination, and how often each joint is active in many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from jiascores.core.arguments import as_declared
from jiascores.core.errors import OutOfRangeError, RequestError, UnknownJointError, shown
from jiascores.core.joints import JointExam, by_joint, joint_hint
from jiascores.plot.base import (
    BETTER,
    INK,
    QUIET,
    WORSE,
    Look,
    axes,
    dark,
    faded,
    in_words,
    ink,
    legend,
)
from jiascores.plot.homunculus import HEAD, HEIGHT, JOINTS, MIDDLE, SIDES, STROKES, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# How much of the ink the body has, on light and on dark paper.
SKIN = (0.08, 0.2)
ACTIVE, LIMITED, BOTH = "active", "limited", "active and limited"
OPEN, UNSEEN, EXCLUDED = "may be active", "not examined", "excluded"
NOTHING = "neither"
# How the disc of a joint is drawn, and what is written on it.
FULL: Look = {"facecolor": WORSE, "edgecolor": INK}
EMPTY: Look = {"facecolor": "white", "edgecolor": QUIET}
DOTTED: Look = {"facecolor": "white", "edgecolor": INK, "linestyle": ":"}
HATCHED: Look = {"facecolor": "white", "edgecolor": WORSE, "hatch": "/////"}
DISCS = {ACTIVE: FULL, BOTH: FULL, LIMITED: EMPTY, NOTHING: EMPTY}
DISCS |= {OPEN: HATCHED, UNSEEN: DOTTED, EXCLUDED: DOTTED}
SIGNS = {UNSEEN: "?", EXCLUDED: "×"}


@as_declared
def joint_exam(exam: JointExam, *, names: bool = False, ax: Axes | None = None) -> Axes:
    """Draw an examination of the joints on the body.

    Parameters
    ----------
    exam : JointExam
        The examination.
    names : bool
        Whether to write the name of each joint with a finding beside the body.
    ax : matplotlib axes, optional
        Where to draw; without it, a new figure.

    Returns
    -------
    matplotlib axes

    See Also
    --------
    jiascores.plot.joint_frequency : How often each joint is active.
    jiascores.JointExam : The examination that it draws.

    Notes
    -----
    A filled disc is an active joint, a square frame a limited one, both together both. A hatched
    disc may be active or not, as after an injection that makes a joint not assessable. Joints that
    were not examined carry a question mark, excluded ones a cross: neither is drawn as healthy.

    Examples
    --------
    >>> import jiascores as jia
    >>> exam = jia.JointExam(active={"knee_left", "wrist_right"}, limited={"wrist_right"})
    >>> jia.plot.joint_exam(exam).get_title()
    '2 active, 1 limited of 71 joints'
    """
    if not isinstance(exam, JointExam):
        raise RequestError(f"give a jia.JointExam, not {type(exam).__name__}.", variable="exam")
    ax = _body(ax)
    from matplotlib.patches import Rectangle

    findings = _findings(exam)
    for joint, finding in findings.items():
        _disc(ax, joint, finding, DISCS[finding], SIGNS.get(finding))
    for joint in _limited(exam):
        x, y, radius = JOINTS[joint]
        half = radius + 1.1
        frame: Look = {"facecolor": "none", "edgecolor": BETTER, "linewidth": 2.0}
        ax.add_patch(Rectangle((x - half, y - half), 2 * half, 2 * half, zorder=4, **frame))
    if names:
        _names(ax, [joint for joint, finding in findings.items() if finding != NOTHING])
    active = _count(exam.active_joints_min, exam.active_joints_max)
    limited = _count(exam.limited_joints_min, exam.limited_joints_max)
    ax.set_title(f"{active} active, {limited} limited of {len(JOINTS)} joints", fontsize=11)
    # Under the hand there is room; with names, beyond them.
    loc, place = "lower left", (WIDTH - 48, HEIGHT)
    if names:
        loc, place = "upper left", (WIDTH + 28, 0)
    style: Look = {"bbox_to_anchor": place, "bbox_transform": ax.transData, "handlelength": 1.2}
    legend(ax, _handles(findings, exam), loc=loc, **style)
    return ax


def _findings(exam: JointExam) -> dict[str, str]:
    """Return one word for each joint; what an excluded or unseen joint is stays unknown."""
    limited = _limited(exam)
    findings = dict.fromkeys(JOINTS, NOTHING) | dict.fromkeys(limited, LIMITED)
    findings |= dict.fromkeys(exam.possibly_active, OPEN)
    findings |= {joint: BOTH if joint in limited else ACTIVE for joint in exam.surely_active}
    return (
        findings | dict.fromkeys(exam.not_examined, UNSEEN) | dict.fromkeys(exam.excluded, EXCLUDED)
    )


def _limited(exam: JointExam) -> frozenset[str]:
    return (exam.limited or frozenset()) - exam.not_examined


def _disc(ax: Axes, joint: str, finding: Any, style: Look, sign: str | None) -> None:
    """Draw a joint, and a sign as large as it, whatever the size of the figure."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import Circle, PathPatch
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    x, y, radius = JOINTS[joint]
    gid = f"{joint}: {finding}"
    ax.add_patch(Circle((x, y), radius, linewidth=0.8, zorder=3, gid=gid, **style))
    if sign is not None:
        shape: Any = TextPath((0, 0), sign, size=10, prop=FontProperties(weight="bold"))
        box = shape.get_extents()
        scale = 1.35 * radius / max(box.width, box.height)
        middle = Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2)
        # The y axis points down.
        shape = middle.scale(scale, -scale).translate(x, y).transform_path(shape)
        ax.add_patch(PathPatch(shape, color=INK, linewidth=0, zorder=4))


def _names(ax: Axes, joints: list[str]) -> None:
    """Write names beside the body, each with a line to its joint."""
    ax.set_xlim(-32, WIDTH + 84)
    for side, edge in ((-1, 6.0), (1, WIDTH - 6.0)):
        mine = [joint for joint in joints if (JOINTS[joint][0] > MIDDLE) == (side > 0)]
        mine.sort(key=lambda joint: JOINTS[joint][1])
        # As near to the height of the joint as the names above allow.
        lowest = HEIGHT - 6.0 * len(mine)
        height = -np.inf
        for joint in mine:
            x, y, radius = JOINTS[joint]
            height = max(height + 6.0, min(y, lowest))
            lowest += 6.0
            ax.annotate(
                in_words(joint.removesuffix("_left").removesuffix("_right")),
                (x + side * radius, y),
                xytext=(edge, height),
                ha="left" if side > 0 else "right",
                va="center",
                fontsize=8.5,
                arrowprops={"arrowstyle": "-", "color": faded(0.55), "lw": 0.7, "shrinkB": 0},
                zorder=2,
            )


def _count(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low}–{high}"


def _handles(findings: Mapping[str, str], exam: JointExam) -> list[Any]:
    """Return the entries of the legend for what is drawn."""
    from matplotlib.lines import Line2D

    many = Counter(findings.values())
    frame = {"marker": "s", "ms": 10, "mfc": "none", "mec": BETTER, "mew": 2}
    looks: tuple[tuple[object, str, Look], ...] = (
        (many[ACTIVE] + many[BOTH], ACTIVE, {"marker": "o", "mfc": WORSE, "mec": INK}),
        (_limited(exam), LIMITED, frame),
        (many[OPEN], OPEN, {"marker": "o", "color": WORSE, "mfc": "white", "fillstyle": "left"}),
        (many[UNSEEN], f"{UNSEEN} ({many[UNSEEN]})", {"marker": "$?$", "ms": 8}),
        (many[EXCLUDED], f"{EXCLUDED} ({many[EXCLUDED]})", {"marker": "$×$", "ms": 8}),
        (many[NOTHING], NOTHING, {"marker": "o", "ms": 7, "mfc": "white", "mec": QUIET}),
    )
    common: Look = {"ls": "", "ms": 9, "color": ink()}
    drawn = [{**common, **look, "label": words} for there, words, look in looks if there]
    return [Line2D([], [], **look) for look in drawn]


@as_declared
def joint_frequency(
    joints: Iterable[JointExam] | Mapping[str, float],
    *,
    label: str = "patients with the joint active",
    ax: Axes | None = None,
) -> Axes:
    """Draw how often each joint is active, on the body.

    Parameters
    ----------
    joints : iterable of JointExam, or mapping of str to float
        Examinations; or for each joint a proportion, 0–1. Joints that the mapping leaves out are
        drawn as not known.
    label : str
        What the proportion is of.
    ax : matplotlib axes, optional
        Where to draw; without it, a new figure.

    Returns
    -------
    matplotlib axes

    See Also
    --------
    jiascores.plot.joint_exam : One examination.
    jiascores.prepare.joint_counts : Joints from forms.

    Notes
    -----
    Of examinations, the proportion is that of the joint surely active among those in which its
    activity is known: an examination that left a joint out says nothing of it.

    Examples
    --------
    >>> import jiascores as jia
    >>> exams = [jia.JointExam(active={"knee_left"}), jia.JointExam(active={"hip_left"})]
    >>> jia.plot.joint_frequency(exams).get_title()
    '2 examinations'
    """
    if isinstance(joints, Mapping):
        shares, title = _checked(cast("Mapping[str, float]", joints)), ""
    else:
        exams = list(joints)
        if not exams or not all(isinstance(exam, JointExam) for exam in exams):
            raise RequestError(
                "give examinations, or a mapping from joint to proportion.", variable="joints"
            )
        shares = _shares(exams)
        title = f"{len(exams)} examination{'s' if len(exams) > 1 else ''}"
    ax = _body(ax)
    import matplotlib as mpl
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.ticker import PercentFormatter

    most = max((share for share in shares.values() if share > 0), default=1.0)
    colours: Any = ScalarMappable(Normalize(0, most), mpl.colormaps["cividis_r"])
    for joint, share in shares.items():
        if np.isnan(share):
            _disc(ax, joint, share, DOTTED, SIGNS[UNSEEN])
        else:
            colour = colours.to_rgba(share) if share else "white"
            _disc(ax, joint, f"{share:g}", {"facecolor": colour, "edgecolor": QUIET}, None)
    bar = ax.figure.colorbar(colours, ax=ax, shrink=0.6, pad=0.02, aspect=18)
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
    bar.set_label(f"{label} (white: none)")
    ax.set_title(title, fontsize=11)
    return ax


def _checked(proportions: Mapping[str, float]) -> dict[str, float]:
    shares = dict.fromkeys(JOINTS, np.nan)
    for joint, share in by_joint(proportions, "joints").items():
        if joint not in shares:
            raise UnknownJointError(
                f"{shown(joint)} is not one of the 71 joints.{joint_hint(joint)}",
                variable="joints",
                values=(joint,),
            )
        if share < 0 or share > 1:
            raise OutOfRangeError(
                f"{joint} = {shown(share)}: a proportion lies in 0–1.",
                variable=joint,
                values=(share,),
            )
        shares[joint] = float(share)
    return shares


def _shares(exams: list[JointExam]) -> dict[str, float]:
    surely = Counter(joint for exam in exams for joint in exam.surely_active)
    perhaps = Counter(joint for exam in exams for joint in exam.possibly_active)
    known = {joint: len(exams) - perhaps[joint] for joint in JOINTS}
    return {joint: surely[joint] / known[joint] if known[joint] else np.nan for joint in JOINTS}


def _body(ax: Axes | None) -> Axes:
    """Return axes with the outline of the body; the patient's right is on the reader's left."""
    ax = axes(ax, 7.8, 6.6)
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Ellipse

    ax.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), aspect="equal")
    ax.axis("off")
    skin = faded(SKIN[not dark(ink())])
    x, y, across, down = HEAD
    ax.add_patch(Ellipse((x, y), 2 * across, 2 * down, color=skin, linewidth=0, zorder=1))
    pieces = [
        _capsule(start, end, width / 2)
        for width, points in STROKES
        for start, end in pairwise(points)
    ]
    ax.add_collection(PolyCollection(pieces, facecolor=skin, linewidth=0, zorder=1))
    for side, (x, y) in SIDES.items():
        ax.text(x, y, f"patient's {side}", ha="center", va="center", fontsize=9, color=faded(0.65))
    return ax


def _capsule(start: tuple[float, float], end: tuple[float, float], half: float) -> Any:
    """Return the outline of a thick line with round ends."""
    (x0, y0), (x1, y1) = start, end
    towards = np.arctan2(y1 - y0, x1 - x0)
    turn = np.linspace(-np.pi / 2, np.pi / 2, 17)
    ends = [
        np.column_stack([x + half * np.cos(angle + turn), y + half * np.sin(angle + turn)])
        for (x, y), angle in ((end, towards), (start, towards + np.pi))
    ]
    return np.vstack(ends)
