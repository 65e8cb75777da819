"""Where the joints are drawn."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from jiascores.core.joints import JOINTS_71
from jiascores.plot import homunculus


def test_every_joint_has_one_place_of_its_own():
    assert set(homunculus.JOINTS) == set(JOINTS_71)
    places = np.array(list(homunculus.JOINTS.values()))
    assert (places[:, 0] > 0).all()
    assert (places[:, 0] < homunculus.WIDTH).all()
    assert (places[:, 1] < homunculus.HEIGHT).all()
    apart = np.hypot(*(places[:, None, :2] - places[None, :, :2]).transpose(2, 0, 1))
    touching = places[:, None, 2] + places[None, :, 2]
    np.fill_diagonal(apart, np.inf)
    assert (apart > touching).all()


def test_left_is_the_patients_and_the_body_is_symmetric():
    for joint, (x, y, radius) in homunculus.JOINTS.items():
        if joint.endswith("_left"):
            assert x > homunculus.MIDDLE
            mirrored = homunculus.JOINTS[joint.replace("_left", "_right")]
            assert mirrored == pytest.approx((2 * homunculus.MIDDLE - x, y, radius))


def test_the_coordinates_load_no_matplotlib():
    code = "import sys, jiascores.plot.homunculus as h; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
