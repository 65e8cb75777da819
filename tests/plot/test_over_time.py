"""Scores over time: each value, each gap, and what is said of many."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from tests.plot.pictures import (
    ONE,
    SCORES,
    legend,
    planned,
    texts,
)


def test_trajectories_draw_each_value_and_the_gap():
    ax = jia.plot.trajectories(SCORES, jia.column("jadas10"))
    first, second = (line for line in ax.lines if line.get_label().startswith("patient"))
    np.testing.assert_array_equal(first.get_ydata(), [18, np.nan, 3])
    np.testing.assert_array_equal(second.get_ydata(), [9, 4])
    np.testing.assert_array_equal(second.get_xdata(), [0, 60])
    assert "score missing (1)" in legend(ax)


@pytest.mark.parametrize("course", ["oligo", "poly"])
@pytest.mark.parametrize("name", ["consolaro-2012-2014", "backstrom-2019"])
def test_bands_are_the_bounds_of_the_set(name, course):
    ax = jia.plot.trajectories(SCORES, jia.column("jadas10"), cutoffs=name, course=course)
    bounds = jia.definition(name).of("jadas10")[course]
    bands = {patch.get_label(): patch for patch in ax.patches}
    assert tuple(bands) == bounds.states
    for state, upper in zip(bounds.states, bounds.upper, strict=False):
        # A rectangle, or before matplotlib 3.9 a polygon.
        outline = bands[state].get_patch_transform().transform_path(bands[state].get_path())
        assert outline.get_extents().y1 == pytest.approx(upper)


def test_bands_need_a_course_that_the_set_has():
    with pytest.raises(jia.errors.NotCoveredError, match="oligo and poly"):
        jia.plot.trajectories(SCORES, jia.column("jadas10"), cutoffs="backstrom-2019")
    ax = jia.plot.trajectories(
        SCORES, jia.column("jadas10"), measure="jadas27", cutoffs="bulatovic-2014"
    )
    assert {"high ≥ 6", "low ≤ 2.7"} <= set(texts(ax))


def test_treatments_lie_on_the_line_of_their_patient():
    given = pd.DataFrame({"patient": ["B", "B"], "date": [30, 60]})
    ax = jia.plot.trajectories(SCORES, jia.column("jadas10"), treatments=given)
    marks = [line for line in ax.lines if line.get_marker() == "v" and len(line.get_xdata()) == 1]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in marks] == [(30, 6.5), (60, 4)]
    assert "treatment (2)" in legend(ax)


def test_time_is_counted_from_what_is_asked():
    given = pd.DataFrame({"patient": ["A", "B"], "date": [60, 30]})
    ax = jia.plot.trajectories(
        SCORES, jia.column("jadas10"), treatments=given, since="first-treatment"
    )
    first = next(line for line in ax.lines if line.get_label() == "patient A")
    np.testing.assert_array_equal(first.get_xdata(), [-60, 0, 60])
    with pytest.raises(jia.errors.RequestError, match="B"):
        jia.plot.trajectories(
            SCORES, jia.column("jadas10"), treatments=given[:1], since="first-treatment"
        )
    with pytest.raises(jia.errors.RequestError, match="study days"):
        jia.plot.trajectories(SCORES, jia.column("jadas10"), since="date")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"patient": ["A", "C"]}, "table of treatments: patient C has no visit"),
        ({"patient": [1, 2]}, "1, 2 here, 'A', 'B' there"),
        ({"date": ["2020-01-01"] * 2}, "column 'date' holds dates, and the visits have the other"),
    ],
)
def test_treatments_that_do_not_go_with_the_visits(changes, words):
    given = pd.DataFrame({"patient": ["A", "B"], "date": [60, 30]} | changes)
    with pytest.raises(jia.errors.VisitError, match=words):
        jia.plot.trajectories(SCORES, jia.column("jadas10"), treatments=given)
    with pytest.raises(jia.errors.VisitError, match=words):
        jia.plot.swimmer(SCORES, given)


def test_treatments_on_days_that_are_written_as_floats():
    given = pd.DataFrame({"patient": ["B", "B"], "date": [30.0, 60.0]})
    ax = jia.plot.trajectories(SCORES, jia.column("jadas10"), treatments=given)
    marks = [line for line in ax.lines if line.get_marker() == "v" and len(line.get_xdata()) == 1]
    assert [line.get_xdata()[0] for line in marks] == [30, 60]


def test_many_patients_get_a_median():
    many = pd.DataFrame(
        {"patient": np.repeat(range(40), 2), "date": [0, 60] * 40, "jadas10": np.arange(80) / 4}
    )
    ax = jia.plot.trajectories(many, jia.column("jadas10"))
    median = next(line for line in ax.lines if line.get_label() == "median of visits")
    expected = [many["jadas10"][0::2].median(), many["jadas10"][1::2].median()]
    np.testing.assert_allclose(median.get_ydata(), expected)


def test_names_of_narrow_bands_do_not_lie_on_each_other():
    ax = jia.plot.trajectories(
        SCORES.assign(jadas10=[40, 1, 2, 3, 4]),
        jia.column("jadas10"),
        cutoffs="backstrom-2019",
        course="oligo",
    )
    ax.figure.canvas.draw()
    states = {"inactive ≤ 0.5", "low ≤ 3.8", "moderate or high > 3.8"}
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text() in states]
    assert len(boxes) == 3
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


@pytest.mark.parametrize("since", ["first-visit", "date"])
def test_one_patients_scores_are_written_and_what_is_missing(since):
    def drawn(**asked):
        return texts(
            jia.plot.trajectories(
                ONE, jia.column("jadas10"), columns={"patient_global": "ptga"}, since=since, **asked
            )
        )

    assert drawn() == ["22.6", "no patient global\nno ESR", "1.5"]
    assert drawn(labels=False) == []
    # Without the inputs the table does not say why; several patients have no room.
    bare = ONE[["patient", "date", "jadas10"]]
    assert texts(jia.plot.trajectories(bare, jia.column("jadas10"))) == ["22.6", "1.5"]
    assert texts(jia.plot.trajectories(SCORES, jia.column("jadas10"))) == []


def test_either_marker_is_enough():
    both = ONE.assign(crp=[3.0, 2.0, 1.0])
    ax = jia.plot.trajectories(both, jia.column("jadas10"), columns={"patient_global": "ptga"})
    assert "no patient global" in texts(ax)


def median(ax):
    return next(line for line in ax.lines if line.get_label() == "median of visits")


@pytest.mark.parametrize("patients", [9, 40, 400])
@pytest.mark.parametrize("width", [0, 7, 25])
def test_visits_of_one_planned_day_have_one_median(patients, width):
    days = np.array([0, 90, 180, 270, 360])
    ax = jia.plot.trajectories(planned(patients, days, -width, width), jia.column("jadas10"))
    np.testing.assert_allclose(median(ax).get_ydata(), days / 10)


def test_uneven_plans_are_found_too():
    days = np.array([0, 14, 28, 56, 182, 365])
    ax = jia.plot.trajectories(planned(60, days, -2, 2), jia.column("jadas10"))
    np.testing.assert_allclose(median(ax).get_ydata(), days / 10)


def test_visits_at_any_time_are_cut_into_pieces():
    rng = np.random.default_rng(2)
    when = np.sort(rng.integers(0, 2000, (300, 20)), axis=1)
    table = pd.DataFrame(
        {"patient": np.repeat(range(300), 20), "date": when.ravel(), "jadas10": when.ravel() / 100}
    )
    drawn = median(jia.plot.trajectories(table, jia.column("jadas10"), since="first-visit"))
    assert 10 <= len(drawn.get_xdata()) <= 26
    np.testing.assert_array_less(0, np.diff(drawn.get_xdata()))


def test_by_names_the_visit():
    table = planned(40, np.array([0, 90]), 0, 0).assign(visit=["a", "a", "b", None] * 20)
    ax = jia.plot.trajectories(table, jia.column("jadas10"), by=jia.column("visit"))
    np.testing.assert_allclose(sorted(median(ax).get_ydata()), [0.0, 4.5])


def test_a_crowd_is_shaded_and_has_no_lines():
    table = pd.DataFrame(
        {"patient": np.repeat(range(501), 2), "date": [0, 90] * 501, "jadas10": [20.0, 4.0] * 501}
    )
    given = pd.DataFrame({"patient": range(501), "date": [0, 7, 7] * 167})
    ax = jia.plot.trajectories(table, jia.column("jadas10"), treatments=given)
    (image,) = ax.images
    assert image.get_array()[..., 3].astype(bool).sum() == 2
    assert "visits, darker where more are" in legend(ax)
    (marks,) = [line for line in ax.lines if line.get_marker() == "v"]
    np.testing.assert_array_equal(marks.get_xdata(), [0, 7])
    dates = table.assign(date=pd.to_datetime("2020-01-01") + pd.to_timedelta(table["date"], "D"))
    ax = jia.plot.trajectories(dates, jia.column("jadas10"), since="date")
    (image,) = ax.images
    assert np.ptp(image.get_extent()[:2]) == 90


def test_missing_scores_of_many_are_counted_where_they_are():
    table = planned(100, np.array([0, 90, 180]), 0, 5)
    table.loc[table["jadas10"] == 9, "jadas10"] = [np.nan] * 60 + [9.0] * 40
    ax = jia.plot.trajectories(table, jia.column("jadas10"))
    assert texts(ax) == ["×60"]
    assert 90 <= ax.texts[0].xy[0] <= 95
    assert "score missing (60 of 300)" in legend(ax)


def test_long_names_leave_room_and_keep_their_end():
    name = "TRIAL-2026-SITE-045-CHILD-0007"
    ax = jia.plot.trajectories(ONE.assign(patient=name), jia.column("jadas10"))
    words = legend(ax)[0]
    assert words.startswith("patient TRIAL")
    assert words.endswith("CHILD-0007")
    assert len(words) <= len("patient ") + 22


def line_of_one(days: list[int], weeks: list[str] | None = None) -> np.ndarray:
    table = pd.DataFrame(
        {"patient": "A", "date": days, "jadas10": np.arange(len(days), dtype=float)}
    )
    by = None
    if weeks is not None:
        # Another patient had every planned visit.
        every = ["week 0", "week 4", "week 8", "week 12"]
        other = {"patient": "B", "date": [0, 28, 56, 84], "jadas10": 5.0, "week": every}
        table, by = pd.concat([table.assign(week=weeks), pd.DataFrame(other)]), jia.column("week")
    ax = jia.plot.trajectories(table, jia.column("jadas10"), by=by)
    return next(line for line in ax.lines if line.get_label() == "patient A").get_ydata()


def test_a_line_is_broken_where_a_planned_visit_is_missing():
    whole = line_of_one([0, 28, 56, 84], ["week 0", "week 4", "week 8", "week 12"])
    np.testing.assert_array_equal(whole, [0, 1, 2, 3])
    missed = line_of_one([0, 28, 84], ["week 0", "week 4", "week 12"])
    np.testing.assert_array_equal(missed, [0, 1, np.nan, 2])


def test_an_unscheduled_visit_is_no_planned_one():
    kept = line_of_one([0, 40, 56], ["week 4", "unscheduled", "week 8"])
    np.testing.assert_array_equal(kept, [0, 1, 2])
    missed = line_of_one([0, 40, 84], ["week 4", "unscheduled", "week 12"])
    np.testing.assert_array_equal(missed, [0, 1, np.nan, 2])


def test_without_a_plan_a_line_is_broken_at_more_than_twice_the_usual_interval():
    np.testing.assert_array_equal(line_of_one([0, 30, 60, 120]), [0, 1, 2, 3])
    np.testing.assert_array_equal(line_of_one([0, 30, 60, 121]), [0, 1, 2, np.nan, 3])
    np.testing.assert_array_equal(line_of_one([7]), [0])


def test_a_plan_whose_visits_lie_further_and_further_apart_has_whole_lines():
    days = [0, 14, 28, 56, 84, 112, 168, 252, 365]
    assert not np.isnan(line_of_one(days)).any()
    rows = [(f"P{who}", day + who % 3 * (day > 0), 5.0) for who in range(12) for day in days]
    rows = [row for row in rows if row[0] != "P3" or not 50 < row[1] < 200]
    table = pd.DataFrame(rows, columns=["patient", "date", "jadas10"])
    ax = jia.plot.trajectories(table, jia.column("jadas10"))
    broken = [np.isnan(line.get_ydata()).any() for line in ax.lines[:12]]
    assert [who for who in range(12) if broken[who]] == [3]


def test_unscheduled_visits_have_no_median():
    rows = [
        (f"P{who}", day, name, 5.0)
        for who in range(12)
        for day, name in [(0, "week 0"), (30, "unscheduled"), (56, "week 8")]
    ]
    table = pd.DataFrame(rows, columns=["patient", "date", "nominal_visit", "jadas10"])
    ax = jia.plot.trajectories(table, jia.column("jadas10"), by=jia.column("nominal_visit"))
    (median,) = (line for line in ax.lines if line.get_label() == "median of visits")
    assert list(median.get_xdata()) == [0, 56]


def test_many_patients_on_one_day_and_without_a_planned_visit():
    one_day = pd.DataFrame({"patient": range(9), "date": 0, "jadas10": range(9)})
    ax = jia.plot.trajectories(one_day, jia.column("jadas10"))
    (middle,) = (line for line in ax.lines if line.get_label() == "median of visits")
    assert middle.get_xydata().tolist() == [[0.0, 4.0]]
    unplanned = one_day.assign(visit="unscheduled")
    ax = jia.plot.trajectories(unplanned, jia.column("jadas10"), by=jia.column("visit"))
    assert "median of visits" not in [line.get_label() for line in ax.lines]


def test_labels_are_written_for_a_score_of_ones_own():
    own = pd.DataFrame({"patient": "A", "date": [0, 30], "mine": [4.0, None]})
    ax = jia.plot.trajectories(own, jia.column("mine"), labels=True)
    assert [text.get_text() for text in ax.texts] == ["4"]
