"""Cut-off sets beside each other, and patients from state to state."""

from __future__ import annotations

from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.definition import published
from tests.plot.pictures import (
    legend,
    texts,
)


@pytest.mark.parametrize("measure", ["jadas10", "jadas27", "jadas71", "cjadas10", "sjadas10"])
def test_every_set_and_bound_of_a_score_is_drawn(measure):
    sets = [one for one in published(jia.typing.CutoffSet) if measure in one.measures]
    ax = jia.plot.cutoff_sets(measure)
    rows = [label.get_text() for label in ax.get_yticklabels()]
    assert sorted(rows) == sorted(one.name for one in sets for _ in one.of(measure))
    drawn = sum(isinstance(patch, mpl.patches.Rectangle) for patch in ax.patches)
    assert drawn == sum(len(bounds.states) for one in sets for bounds in one.of(measure).values())
    shown = {text.rstrip("†") for text in texts(ax)}
    assert {
        f"{b:g}" for one in sets for bounds in one.of(measure).values() for b in bounds.upper
    } <= shown


def test_a_score_is_marked_and_must_be_one():
    assert "3.8" in texts(jia.plot.cutoff_sets("jadas10", score=3.8))
    with pytest.raises(jia.errors.OutOfRangeError):
        jia.plot.cutoff_sets("jadas10", score=41)
    with pytest.raises(jia.errors.NotCoveredError):
        jia.plot.cutoff_sets("cjadas71")


def test_one_course_alone():
    ax = jia.plot.cutoff_sets("cjadas10", course="poly")
    sets = [one for one in published(jia.typing.CutoffSet) if "cjadas10" in one.measures]
    assert len(ax.get_yticklabels()) == sum("poly" in one.of("cjadas10") for one in sets)
    assert "oligo" not in texts(ax)
    with pytest.raises(jia.errors.NotCoveredError, match="oligo and poly"):
        jia.plot.cutoff_sets("cjadas10", course="systemic")


def test_in_narrow_axes_the_names_stand_above_the_bars():
    ax = jia.plot.cutoff_sets("cjadas10", ax=plt.subplots(figsize=(3.9, 7))[1])
    assert not any(label.get_text() for label in ax.get_yticklabels())
    assert texts(ax).count("trincianti-2021") == 2


def test_figures_of_close_bounds_do_not_lie_on_each_other():
    ax = jia.plot.cutoff_sets("cjadas10", ax=plt.subplots(figsize=(3.9, 9))[1])
    ax.figure.canvas.draw()
    figures = [t.get_window_extent() for t in ax.texts if t.get_text()[0].isdigit()]
    assert len(figures) > 20
    assert not any(one.overlaps(other) for one, other in combinations(figures, 2))


def test_the_flow_keeps_every_patient_at_every_visit():
    table = pd.DataFrame(
        {
            "patient": ["A", "B", "C", "A", "B", "A", "B", "C"],
            "nominal_visit": ["week 0"] * 3 + ["week 8"] * 2 + ["week 12"] * 3,
            "state": ["high", "high", "low", "low", None, "inactive", "low", "low"],
        }
    )
    ax = jia.plot.state_flow(table, jia.column("state"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["week 0", "week 8", "week 12"]
    gids = {patch.get_gid() for patch in ax.patches}
    assert {gid for gid in gids if " to " not in gid} == {
        "0 low: 1", "0 high: 2", "1 low: 1", "1 not determinable: 1", "1 no visit: 1",
        "2 inactive: 1", "2 low: 2",
    }  # fmt: skip
    assert {gid for gid in gids if " to " in gid} == {
        "0 high to low: 1", "0 high to not determinable: 1", "0 low to no visit: 1",
        "1 low to inactive: 1", "1 not determinable to low: 1", "1 no visit to low: 1",
    }  # fmt: skip
    assert legend(ax) == ["no visit", "not determinable", "high", "low", "inactive"]
    with pytest.raises(jia.errors.VisitError, match="two rows"):
        jia.plot.state_flow(pd.concat([table, table]), jia.column("state"))


def test_the_flow_leaves_unscheduled_visits_out_and_says_so():
    table = pd.DataFrame(
        {
            "patient": ["A", "A", "A", "B", "B", "A"],
            "nominal_visit": [
                "week 0",
                "week 52",
                "unscheduled",
                "week 0",
                "week 52",
                "unscheduled",
            ],
            "state": ["high", "low", "high", "low", "low", "moderate"],
        }
    )
    ax = jia.plot.state_flow(table, jia.column("state"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["week 0", "week 52"]
    assert ax.get_title(loc="left") == "2 patients; 2 unscheduled visits left out"
    assert "moderate" not in legend(ax)


@pytest.mark.parametrize(
    ("axes", "figure", "letters", "behind"),
    [
        ("#fffff0", "#000000", "black", "#fffff0"),
        ("none", "#202020", "white", "#202020"),
        ("none", "none", "black", "#ffffff"),
        ("none", "none", "white", "#000000"),
    ],
)
def test_the_mark_of_a_score_has_an_edge_in_the_colour_behind(axes, figure, letters, behind):
    style = {"axes.facecolor": axes, "figure.facecolor": figure, "text.color": letters}
    with mpl.rc_context(style):
        ax = jia.plot.cutoff_sets("jadas10", score=3.8)
    assert behind in {mpl.colors.to_hex(line.get_color()) for line in ax.lines}
