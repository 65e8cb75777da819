"""Joints that were active at this or an earlier visit, counted from forms."""

from __future__ import annotations

import random

import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.joints import JOINTS_71
from tests.eager import MAKERS, columns_of


def _form(rows):
    """Return a form from (patient, date, active joints, joints not examined)."""
    table = {"site": ["01"] * len(rows), "patient": [row[0] for row in rows]}
    table["date"] = [row[1] for row in rows]
    for joint in JOINTS_71:
        table[f"act_{joint}"] = [None if joint in row[3] else int(joint in row[2]) for row in rows]
    return table


ROWS = [
    ("A", "2024-03-01", {"knee_left"}, set()),
    ("A", "2024-01-01", {"knee_left", "ankle_left"}, set()),
    ("B", "2024-02-01", {"hip_left"}, set()),
    ("A", "2024-06-01", {"wrist_left"}, {"hip_left"}),
    ("A", "2024-09-01", set(), set()),
    ("B", "2024-02-01", {"elbow_left"}, set()),
]


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_joints_are_counted_over_the_visits_of_a_patient(kind) -> None:
    out = columns_of(
        jia.prepare.joint_counts(MAKERS[kind](_form(ROWS)), active="act_", cumulative=True)
    )
    assert out["active_joints"] == [1, 2, 1, None, 0, 1]
    # A hip that was not examined in June may have been active ever since.
    assert out["joints_ever_min"] == [2, 2, 2, 3, 3, 2]
    assert out["joints_ever_max"] == [2, 2, 2, 4, 4, 2]
    assert out["joints_ever"] == [2, 2, 2, None, None, 2]
    plain = columns_of(jia.prepare.joint_counts(MAKERS[kind](_form(ROWS)), active="act_"))
    assert "joints_ever" not in plain


def test_the_patient_may_be_of_several_columns() -> None:
    table = pd.DataFrame(_form(ROWS)).assign(site=["01", "02", "01", "01", "01", "02"])
    out = jia.prepare.joint_counts(
        table, active="act_", cumulative=True, by=["site", "patient", "date"]
    )
    assert out["joints_ever_min"].tolist() == [1, 2, 1, 2, 2, 1]
    with pytest.raises(jia.errors.ColumnError):
        jia.prepare.joint_counts(table, active="act_", cumulative=True, by=["who", "date"])


def test_long_forms_are_counted_too() -> None:
    rows = pd.DataFrame(
        {
            "patient": "A",
            "date": ["2024-01-01", "2024-01-01", "2024-04-01"],
            "joint": ["left knee", "left ankle", "left wrist"],
            "active": 1,
        }
    )
    out = jia.prepare.joint_counts(
        rows, joint="joint", active="active", unlisted="no-finding", cumulative=True
    )
    assert out["joints_ever"].tolist() == [2, 3]


def test_the_same_as_by_hand() -> None:
    draw = random.Random(5)
    rows = [
        (draw.choice("AB"), f"2024-01-{draw.randint(1, 6):02}", set(draw.sample(JOINTS_71, 3)),
         set())
        for _ in range(14)
    ]  # fmt: skip
    out = jia.prepare.joint_counts(pd.DataFrame(_form(rows)), active="act_", cumulative=True)
    for at, (who, date, _, _) in enumerate(rows):
        ever = set().union(*(row[2] for row in rows if row[0] == who and row[1] <= date))
        assert out["joints_ever"][at] == len(ever)
