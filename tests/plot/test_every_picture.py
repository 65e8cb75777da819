"""What is true of every picture, and of those on the site."""

from __future__ import annotations

import builtins
import runpy
import sys
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

import jiascores as jia
from jiascores.plot import base
from tests.plot.pictures import (
    BASE,
    BETTER,
    COURSES,
    GIVEN,
    ONE,
    SCORES,
    assessed,
    planned,
    visits_of,
)

DOCS = Path(__file__).parents[2] / "docs"


def all_pictures():
    exam = jia.JointExam(active={"knee_left"})
    week = jia.column("week")
    return {
        "joint_exam": lambda ax: jia.plot.joint_exam(exam, ax=ax),
        "joint_frequency": lambda ax: jia.plot.joint_frequency([exam], ax=ax),
        "trajectories": lambda ax: jia.plot.trajectories(SCORES, jia.column("jadas10"), ax=ax),
        "responders": lambda ax: jia.plot.responders(
            assessed(), jia.column("acr_ped"), by=week, ax=ax
        ),
        "state_bars": lambda ax: jia.plot.state_bars(
            COURSES, jia.column("retreatment_code"), by=jia.column("date"), ax=ax
        ),
        "response_matrix": lambda ax: jia.plot.response_matrix(visits_of([BASE, BETTER]), ax=ax),
        "swimmer": lambda ax: jia.plot.swimmer(COURSES, GIVEN, ax=ax),
        "state_flow": lambda ax: jia.plot.state_flow(
            COURSES, jia.column("retreatment_code"), by=jia.column("date"), ax=ax
        ),
        "cutoff_sets": lambda ax: jia.plot.cutoff_sets("jadas10", ax=ax),
    }


def test_every_picture_is_tested_here():
    from jiascores import plot

    assert set(all_pictures()) == set(plot.__all__)


@pytest.mark.parametrize("name", list(all_pictures()))
def test_the_callers_axes_are_used_and_come_back(name):
    figure, ax = plt.subplots()
    assert all_pictures()[name](ax) is ax
    assert plt.get_fignums() == [figure.number]
    figure.canvas.draw()


def luminance(colour):
    parts = np.array(to_rgb(colour))
    parts = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(parts @ (0.2126, 0.7152, 0.0722))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("style", ["default", "dark_background", "ggplot"])
@pytest.mark.parametrize("name", sorted(set(all_pictures()) - {"swimmer"}))
def test_letters_are_read_in_the_users_style(name, style):
    with plt.style.context(style):
        ax = all_pictures()[name](None)
        ax.figure.canvas.draw()
        paper = mpl.rcParams["axes.facecolor"]
    fields = [patch for patch in ax.patches if patch.get_fill()]
    for text in ax.texts:
        box = text.get_bbox_patch()
        middle = text.get_window_extent().get_points().mean(axis=0)
        under = [field for field in fields if field.get_window_extent().contains(*middle)]
        field = box or (under[-1] if under else None)
        colour = paper if field is None else field.get_facecolor()
        assert contrast(text.get_color(), colour) >= 4.5, text.get_text()


@pytest.mark.parametrize("style", ["default", "dark_background"])
def test_numbers_of_treatments_are_read(style):
    with plt.style.context(style):
        ax = jia.plot.swimmer(COURSES, GIVEN)
    disc = next(line for line in ax.lines if line.get_label() == "treatment")
    assert all(contrast(text.get_color(), disc.get_color()) >= 4.5 for text in ax.texts)


@pytest.mark.parametrize("style", ["default", "dark_background"])
@pytest.mark.parametrize("name", ["consolaro-2012-2014", "backstrom-2019"])
def test_scores_and_lines_are_seen_on_every_band(name, style):
    with plt.style.context(style):
        ax = jia.plot.trajectories(ONE, jia.column("jadas10"), cutoffs=name, course="poly")
        ink = mpl.rcParams["text.color"]
        lines = [line.get_color() for line in ax.lines if line.get_label().startswith("patient")]
        eight = planned(8, np.array([0, 90]), 0, 0)
        more = jia.plot.trajectories(eight, jia.column("jadas10"))
        lines += [line.get_color() for line in more.lines]
    assert len(lines) == 9
    for band in ax.patches:
        assert contrast(ink, band.get_facecolor()) >= 4.5
        assert all(contrast(line, band.get_facecolor()) >= 3 for line in lines)


@pytest.mark.parametrize("name", list(all_pictures()))
def test_without_matplotlib_the_error_names_the_extra(name, monkeypatch):
    for module in [one for one in sys.modules if one.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, module)
    from jiascores.tables import engines

    found = engines.find_spec
    monkeypatch.setattr(
        engines, "find_spec", lambda one: None if one == "matplotlib" else found(one)
    )
    imported = builtins.__import__

    def refuse(module, *args, **kwargs):
        if module.partition(".")[0] == "matplotlib":
            raise ImportError(module)
        return imported(module, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(jia.errors.MissingExtraError, match=r"jiascores\[plot\]"):
        all_pictures()[name](None)


def test_states_differ_in_lightness():
    def lightness(colour):
        return sum(
            w * int(colour[at : at + 2], 16) for w, at in ((0.299, 1), (0.587, 3), (0.114, 5))
        )

    shades = [
        lightness(base.STATE_COLOURS[state]) for state in ("inactive", "low", "moderate", "high")
    ]
    assert all(one - other > 30 for one, other in pairwise(shades))
    shades = [lightness(colour) for colour in base.LEVEL_COLOURS.values()]
    assert all(one - other > 20 for one, other in pairwise(shades))


def test_every_picture_is_shown_in_the_gallery():
    from jiascores import plot

    pages = (DOCS / "gallery_src").glob("plot_*.py")
    shown = "\n".join(page.read_text("utf-8") for page in pages)
    assert [name for name in plot.__all__ if f"jia.plot.{name}(" not in shown] == []


def test_the_cohort_of_the_gallery_is_what_its_script_writes():
    written = runpy.run_path(str(DOCS / "data" / "cohort.py"))["cohort"]()
    read = pd.read_csv(DOCS / "data" / "cohort.csv", parse_dates=["date"])
    # As one dtype, whose gaps are alike.
    read["date"] = read["date"].astype(written["date"].dtype)
    pd.testing.assert_frame_equal(read.convert_dtypes(), written)
