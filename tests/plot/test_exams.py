"""Joints: every finding is seen, and names are read."""

from __future__ import annotations

from itertools import combinations

import matplotlib as mpl
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle

import jiascores as jia
from jiascores.core.joints import JOINTS_71
from jiascores.plot import base
from tests.plot.pictures import (
    legend,
    texts,
)


def circles(ax) -> dict[str, Circle]:
    return {
        patch.get_gid().split(":")[0]: patch for patch in ax.patches if isinstance(patch, Circle)
    }


def test_an_examination_shows_every_finding():
    exam = jia.JointExam(
        active={"knee_left", "wrist_right"},
        limited={"wrist_right", "elbow_left"},
        not_examined={"cervical_spine"},
        excluded={"hip_right"},
    )
    ax = jia.plot.joint_exam(exam)
    what = {
        patch.get_gid().split(": ")[0]: patch.get_gid().split(": ")[1]
        for patch in ax.patches
        if isinstance(patch, Circle)
    }
    assert len(what) == 71
    assert {joint: found for joint, found in what.items() if found != "neither"} == {
        "knee_left": "active",
        "wrist_right": "active and limited",
        "elbow_left": "limited",
        "cervical_spine": "not examined",
        "hip_right": "excluded",
    }
    assert ax.get_title() == "2–4 active, 2–4 limited of 71 joints"
    assert "not examined (1)" in legend(ax)
    assert "excluded (1)" in legend(ax)
    active = to_hex(circles(ax)["knee_left"].get_facecolor())
    assert active == base.WORSE
    assert to_hex(circles(ax)["cervical_spine"].get_facecolor()) == "#ffffff"


def test_a_joint_that_may_be_active_is_hatched():
    exam = jia.JointExam(
        active=set(), limited=set(), injected={"ankle_left": 3},
        injection_rule="not-assessable", injection_days=90,
    )  # fmt: skip
    drawn = circles(jia.plot.joint_exam(exam))
    assert drawn["ankle_left"].get_hatch()
    assert not drawn["ankle_right"].get_hatch()


def test_names_do_not_lie_on_each_other_or_on_the_body():
    exam = jia.JointExam(active={name for name in JOINTS_71 if "mcp" in name or "pip" in name})
    ax = jia.plot.joint_exam(exam, names=True)
    ax.figure.canvas.draw()
    names = [text for text in ax.texts if not text.get_text().startswith("patient")]
    assert len(names) == 18
    # The box of a note holds its line too.
    boxes = [mpl.text.Text.get_window_extent(text) for text in names]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    discs = [disc.get_window_extent() for disc in circles(ax).values()]
    assert not any(box.overlaps(disc) for box in boxes for disc in discs)


def test_names_are_written_beside_findings_alone():
    exam = jia.JointExam(active={"knee_left"}, limited=set())
    assert "knee" in texts(jia.plot.joint_exam(exam, names=True))
    assert "hip" not in texts(jia.plot.joint_exam(exam, names=True))


def test_frequencies_count_only_joints_that_were_examined():
    exams = [
        jia.JointExam(active={"knee_left"}, not_examined={"hip_left"}),
        jia.JointExam(active={"hip_left"}),
        jia.JointExam(active={"knee_left", "hip_left"}),
        jia.JointExam(active=set()),
    ]
    gids = [patch.get_gid() for patch in jia.plot.joint_frequency(exams).patches if patch.get_gid()]
    assert "knee_left: 0.5" in gids
    assert "hip_left: 0.666667" in gids
    assert "elbow_left: 0" in gids


def test_frequencies_by_name_leave_the_rest_unknown():
    ax = jia.plot.joint_frequency({"knee_left": 0.25})
    assert to_hex(circles(ax)["knee_right"].get_facecolor()) == "#ffffff"
    assert circles(ax)["knee_right"].get_linestyle() in (":", "dotted")
    with pytest.raises(jia.JiaScoresError, match="Write knee_left or knee_right"):
        jia.plot.joint_frequency({"knee_lft": 0.25})
    with pytest.raises(jia.errors.OutOfRangeError, match="25"):
        jia.plot.joint_frequency({"knee_left": 25})
