"""Pictures: what is drawn is what the data say, and gaps are drawn too."""

from __future__ import annotations

import builtins
import runpy
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Circle

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.joints import JOINTS_71
from jiascores.plot import base, homunculus

DOCS = Path(__file__).parents[1] / "docs"
SIX = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")


@pytest.fixture(autouse=True)
def _closed_afterwards():
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before
    plt.close("all")


def visits_of(*patients: list[tuple[float | None, ...]]) -> pd.DataFrame:
    rows = [
        {"patient": f"P{who}", "date": 30 * at, "week": 4 * at, **dict(zip(SIX, six, strict=True))}
        for who, visits in enumerate(patients)
        for at, six in enumerate(visits)
    ]
    return pd.DataFrame(rows)


BASE = (6.0, 5.0, 1.5, 12, 10, 40)
BETTER = (2.0, 2.0, 0.75, 4, 6, 20)
GAPS = (2.0, 2.0, None, 9, 10, None)
WORSE = (9.0, 8.0, 2.5, 20, 15, 60)


def legend(ax) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


# ------------------------------------------------------------------ the data of the homunculus


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


# ------------------------------------------------------------------ joints


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
    with pytest.raises(jia.JiaScoresError, match="Did you mean 'knee_left'"):
        jia.plot.joint_frequency({"knee_lft": 0.25})
    with pytest.raises(jia.errors.OutOfRangeError, match="25"):
        jia.plot.joint_frequency({"knee_left": 25})


# ------------------------------------------------------------------ trajectories

SCORES = pd.DataFrame(
    {
        "patient": ["A", "A", "A", "B", "B"],
        "date": [0, 60, 120, 0, 60],
        "jadas10": [18.0, np.nan, 3.0, 9.0, 4.0],
    }
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


ONE = pd.DataFrame(
    {
        "patient": "A",
        "date": pd.to_datetime(["2024-01-01", "2024-04-01", "2024-07-01"]),
        "physician_global": [6.0, 2.0, 1.0],
        "ptga": [5.0, None, 0.5],
        "active_joints": [9, 1, 0],
        "esr": [46, None, 8],
        "jadas10": [22.6, np.nan, 1.5],
    }
)


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


def planned(patients, days, early, late, seed=1):
    """Visits near planned days, as in life; the scores are those days."""
    rng = np.random.default_rng(seed)
    near = np.tile(days, patients) + rng.integers(early, late + 1, patients * len(days))
    return pd.DataFrame(
        {
            "patient": np.repeat(np.arange(patients), len(days)),
            "date": np.maximum(near, 0),
            "jadas10": np.tile(days, patients) / 10,
        }
    )


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


# ------------------------------------------------------------------ response


def test_the_matrix_shows_changes_and_the_lines():
    ax = jia.plot.response_matrix(visits_of([BASE, BETTER, GAPS, WORSE]))
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "day 30\nACR Ped 50",
        "day 60\nACR Ped 0–50?",
        "day 90\nbelow ACR Ped 30",
    ]
    assert [label.get_text() for label in ax.get_yticklabels()][-1] == "ESR"
    assert "6 → 2" in texts(ax)
    assert "1.5 → ?" in texts(ax)
    assert texts(ax).count("?") == 2
    widths = [bar.get_width() for bar in ax.patches]
    assert widths[0] == pytest.approx(100 * 4 / 6)
    assert widths[-1] == pytest.approx(-50)
    assert texts(ax).count("30") == texts(ax).count("−30") == 3


def test_the_matrix_of_many_counts_the_known():
    visits = visits_of([BASE, BETTER], [BASE, GAPS], [BASE, WORSE])
    with pytest.raises(jia.errors.RequestError, match="several patients"):
        jia.plot.response_matrix(visits)
    ax = jia.plot.response_matrix(visits, by=jia.column("week"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["4\n3 patients"]
    assert texts(ax).count("3 known") == 4
    assert texts(ax).count("2 known, 1 not") == 2
    ax = jia.plot.response_matrix(visits, patient="P2")
    assert "6 → 9" in texts(ax)


def assessed() -> pd.DataFrame:
    visits = visits_of([BASE, BETTER, BASE], [BASE, GAPS, WORSE], [BASE, WORSE, BETTER])
    return jia.assess(visits, baseline="first", measures=["acr_ped", "jadas71"])


@pytest.mark.parametrize(
    "kind", [pd.DataFrame, pl.from_pandas, lambda t: pl.from_pandas(t).to_arrow()]
)
def test_responders_are_counted_and_the_undetermined_shown(kind):
    ax = jia.plot.responders(kind(assessed()), jia.column("acr_ped"), by=jia.column("week"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["4", "8"]
    assert legend(ax) == ["below ACR Ped 30", "not determinable", "ACR Ped 50"]
    by_week = [
        sorted(
            (bar.get_height(), bool(bar.get_hatch()))
            for bar in ax.patches
            if round(bar.get_x() + 0.39) == at
        )
        for at in (0, 1)
    ]
    assert by_week == [[(1, False), (1, False), (1, True)], [(1, False), (2, False)]]
    assert texts(ax).count("n 3") == 2


def test_responders_of_a_yes_no_column():
    table = pd.DataFrame(
        {"patient": list("ABCD"), "nominal_visit": "week 8", "met": [True, True, None, False]}
    )
    ax = jia.plot.responders(table, jia.column("met"))
    assert legend(ax) == ["no", "not determinable", "yes"]
    with pytest.raises(jia.errors.VisitError, match="two rows"):
        jia.plot.responders(pd.concat([table, table]), jia.column("met"))
    with pytest.raises(jia.errors.ColumnError, match="neither"):
        jia.plot.responders(table, jia.column("acr_ped"))


def test_state_bars_count_every_patient_and_show_the_undetermined():
    table = pd.DataFrame(
        {
            "patient": list("ABCD") * 2,
            "nominal_visit": ["week 0"] * 4 + ["week 12"] * 4,
            "state": ["high", "high", "low", None, "low", "inactive", None, None],
        }
    )
    ax = jia.plot.state_bars(table, jia.column("state"))
    assert legend(ax) == ["not determinable", "high", "low", "inactive"]
    drawn = [
        (round(bar.get_x() + 0.39), bar.get_y(), bar.get_height(), bool(bar.get_hatch()))
        for bar in ax.patches
    ]
    assert sorted(drawn) == [
        (0, 0, 1, False), (0, 1, 2, False), (0, 3, 1, True),
        (1, 0, 1, False), (1, 1, 1, False), (1, 2, 2, True),
    ]  # fmt: skip
    assert texts(ax).count("n 4") == 2
    with pytest.raises(jia.errors.VisitError, match="two rows"):
        jia.plot.state_bars(pd.concat([table, table]), jia.column("state"))


@pytest.mark.parametrize("visits", [2, 4, 5])
def test_the_foot_of_the_matrix_is_not_cut(visits):
    table = visits_of(*[[BASE, BETTER, GAPS, WORSE, BETTER][:visits]] * 2)
    ax = jia.plot.response_matrix(table, by=jia.column("week"))
    ax.figure.canvas.draw()
    foot = next(text for text in ax.texts if text.get_text().startswith("change against"))
    box, page = foot.get_window_extent(), ax.figure.bbox
    assert page.x0 <= box.x0
    assert box.x1 <= page.x1
    assert page.y0 <= box.y0


def test_thirty_visits_leave_out_the_figures_under_the_bars():
    table = visits_of([BASE, *[BETTER] * 30])
    ax = jia.plot.response_matrix(table)
    assert "6 → 2" not in texts(ax)
    assert len(ax.get_xticklabels()) == 30
    assert ax.figure.get_figwidth() < 14


# ------------------------------------------------------------------ cut-off sets


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


# ------------------------------------------------------------------ courses

COURSES = pd.DataFrame(
    {
        "patient": ["A"] * 4 + ["B"] * 2 + ["C"],
        "date": [0, 56, 182, 365, 0, 90, 0],
        "acr_ped_level_min": [None, 50, 0, 0, None, 30, None],
        "acr_ped_level_max": [None, 50, 0, 50, None, 30, None],
        "retreatment_code": [
            "before",
            "holds",
            "eligible",
            "undetermined",
            "before",
            "holds",
            None,
        ],
    }
)
GIVEN = pd.DataFrame({"patient": ["B", "A", "A"], "date": [0, 200, 0]})


def test_a_swimmer_shows_treatments_response_and_eligibility():
    ax = jia.plot.swimmer(COURSES, GIVEN)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["A", "B"]
    bars = {bars.get_label(): len(bars.get_paths()) for bars in ax.collections}
    assert bars == {"before a response can be judged": 2, "50": 1, "0": 1}
    assert texts(ax) == ["1", "2", "1"]
    assert "may be treated again (1)" in legend(ax)
    assert "not determinable (1)" in legend(ax)
    treated = next(line for line in ax.lines if line.get_label() == "treatment")
    assert sorted(treated.get_xdata()) == [0, 0, 200]


def test_swimmers_come_in_the_order_asked_for():
    def names(**asked):
        ax = jia.plot.swimmer(COURSES[::-1], GIVEN, **asked)
        return [label.get_text() for label in ax.get_yticklabels()]

    assert names(order="table") == ["B", "A"]
    assert names(order="patient") == ["A", "B"]
    with pytest.raises(jia.errors.RequestError, match="order"):
        names(order="longest")
    with pytest.raises(jia.errors.RequestError, match="no code"):
        jia.plot.swimmer(COURSES.replace("eligible", "yes"), GIVEN)


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


# ------------------------------------------------------------------ all of them


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


# ------------------------------------------------------------------ the site


def test_every_picture_is_shown_in_the_gallery():
    from jiascores import plot

    pages = (DOCS / "gallery_src").glob("plot_*.py")
    shown = "\n".join(page.read_text("utf-8") for page in pages)
    assert [name for name in plot.__all__ if f"jia.plot.{name}(" not in shown] == []


def test_the_cohort_of_the_gallery_is_what_its_script_writes():
    written = runpy.run_path(str(DOCS / "data" / "cohort.py"))["cohort"]()
    read = pd.read_csv(DOCS / "data" / "cohort.csv", parse_dates=["date"])
    # As one dtype, whose gaps are alike.
    pd.testing.assert_frame_equal(read.convert_dtypes(), written.convert_dtypes())


def test_visits_stand_in_their_order_and_unscheduled_ones_last():
    visits = pd.DataFrame(
        {"patient": "A", "visit": ["unscheduled", "week 12", "week 8", "baseline"]}
    )
    visits["state"] = "low"
    ax = jia.plot.state_bars(visits, jia.column("state"), by=jia.column("visit"))
    shown = [label.get_text() for label in ax.get_xticklabels()]
    assert shown == ["baseline", "week 8", "week 12", "unscheduled"]
