"""What cannot be drawn is refused, with what to give instead."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from jiascores.errors import RequestError, VisitError

STATES = pd.DataFrame(
    {"patient": ["A", "A"], "date": [0, 30], "week": [0, 4], "state": ["low", "high"]}
)
SCORES = pd.DataFrame(
    {
        "patient": ["A", "A", "B", "B"],
        "date": [0, 30, 0, 30],
        "jadas71": [10.0, 4.0, None, None],
        "words": list("abcd"),
    }
)
CORE = pd.DataFrame(
    {
        "patient": ["A", "A"],
        "date": [0, 30],
        "physician_global": [8.0, 2],
        "patient_global": [8.0, 4],
        "chaq": [2.0, 1],
        "active_joints": [10, 5],
        "limited_joints": [10, 4],
        "esr": [40.0, 20],
        "highest_temperature": [39.5, 37],
    }
)
TREATED = pd.DataFrame({"patient": ["A", "B"], "date": [10, 12]})


def test_columns_that_are_none() -> None:
    for draw in (jia.plot.responders, jia.plot.state_bars):
        with pytest.raises(RequestError, match=r"a column: jia\.column"):
            draw(STATES, "state", by=jia.column("week"))
    with pytest.raises(RequestError, match="'words' is drawn as numbers, and holds "):
        jia.plot.trajectories(SCORES, jia.column("words"))


def test_tables_with_nothing_to_draw() -> None:
    week = jia.column("week")
    empty = STATES.assign(week=pd.Series([None, None], dtype="Int64"))
    with pytest.raises(RequestError, match="no row has both a visit and something to draw"):
        jia.plot.state_bars(empty, jia.column("state"), by=week)
    nobody = TREATED.iloc[:0]
    with pytest.raises(RequestError, match="no patient of the table was treated"):
        jia.plot.swimmer(SCORES, nobody, since="first-visit")
    with pytest.raises(VisitError, match="no visit after the baseline"):
        jia.plot.response_matrix(CORE.iloc[:1], patient="A")
    with pytest.raises(RequestError, match="no visit of patient 'Q'"):
        jia.plot.response_matrix(CORE, patient="Q")


def test_examinations_that_are_none() -> None:
    with pytest.raises(RequestError, match=r"give a jia\.JointExam, not dict"):
        jia.plot.joint_exam({"knee_left": True})
    for none in ([], [{"knee_left"}]):
        with pytest.raises(RequestError, match="give examinations, or a mapping"):
            jia.plot.joint_frequency(none)


def test_a_response_that_fever_rules_out_is_none() -> None:
    # Fever decides where the criteria ask for it: the six variables are the same.
    drawn = []
    for temperature in (37.0, 39.5):
        visits = CORE.assign(highest_temperature=[39.5, temperature])
        ax = jia.plot.response_matrix(visits, patient="A", criteria="de-benedetti-2012")
        drawn.append([text.get_text() for text in ax.get_xticklabels()])
    assert "ACR Pedi 50" in drawn[0][0]
    assert "below" in drawn[1][0]


def test_treatments_of_one_child_and_of_a_child_without_a_score() -> None:
    one, other = SCORES.iloc[:2], SCORES.iloc[2:]
    score = jia.column("jadas71")
    ax = jia.plot.trajectories(one, score, treatments=TREATED.iloc[:1])
    # One line for the score, and an upright one on the day of the treatment.
    assert any(list(line.get_xdata()) == [10, 10] for line in ax.lines)
    with_gaps = jia.plot.trajectories(pd.concat([one, other]), score, treatments=TREATED)
    assert any(list(line.get_xdata()) == [12] for line in with_gaps.lines)


def test_states_of_nobody() -> None:
    nobody = pd.DataFrame({"patient": [None, None], "week": [0, 8], "state": ["low", "high"]})
    with pytest.raises(RequestError, match="no row has a patient"):
        jia.plot.state_flow(nobody, jia.column("state"), by=jia.column("week"))
