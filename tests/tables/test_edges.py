"""Edges that are easily moved by one: what is shown, what is suspicious, what may be left out."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.values import to_floats
from jiascores.core.variables import VARIABLES
from jiascores.statistics.proportions import METHODS
from jiascores.tables.problems import REASONS
from tests.tables.kinds import column


def test_a_definition_shows_120_characters_of_its_rule() -> None:
    cut = whole = 0
    for one in published():
        shown = repr(one).partition(f"{one.name}: ")[2][:-1]
        if len(one.rule) <= 120:
            whole += 1
            assert shown == one.rule
        else:
            cut += 1
            assert shown.endswith(" …")
            assert len(shown) <= 120
            # No shorter than it must be: the next word would not have fitted.
            following = one.rule[len(shown) - 2 :].split()[0]
            assert len(shown) + 1 + len(following) > 120
    assert cut
    assert whole


@pytest.mark.parametrize(
    ("length", "is_shown"), [(60, True), (62, True), (63, False), (100, False)]
)
def test_a_cell_is_shown_up_to_64_characters_with_its_quotes(length, is_shown) -> None:
    text = "x" * length
    with pytest.raises(jia.JiaScoresError) as raised:
        to_floats([text], VARIABLES["esr"])
    assert (repr(text) in str(raised.value)) is is_shown


def test_joints_of_an_exam_are_given_by_name() -> None:
    with pytest.raises(TypeError):
        jia.JointExam({"knee_left"})


# 0 of these is no unit but nothing; 0 of the others is hardly possible.
@pytest.mark.parametrize(
    ("name", "zero", "low"),
    [("ferritin", False, 0.9), ("morning_stiffness", False, 0.9), ("triglycerides", True, 14.9),
     ("fibrinogen", True, 19.9), ("crp_upper_limit", True, 1.9)],
)  # fmt: skip
def test_whether_0_is_suspicious(name, zero, low) -> None:
    usual = {"ferritin": 80, "morning_stiffness": 30, "triglycerides": 90, "fibrinogen": 300,
             "crp_upper_limit": 5}[name]  # fmt: skip

    def suspicious(value: float) -> bool:
        found = jia.check(pd.DataFrame({name: [usual + row for row in range(20)] + [value]}))
        return (found["finding"] == "suspicious").any()

    assert not suspicious(usual)
    assert suspicious(low)
    assert suspicious(0) == zero


def test_the_last_response_is_of_level_30_unless_another_is_asked_for() -> None:
    assert jia.last_responding().level == 30
    assert jia.last_responding(50).level == 50
    six = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
    # Better by 30 %, then nothing, then worse by 40 % than at the first.
    values = [10.0, 7.0, 10.0, 14.0]
    visits = {"patient": ["A"] * 4, "date": [f"2024-0{month}-01" for month in range(1, 5)]}
    visits |= {name: values if name != "chaq" else [2, 1.4, 2, 2.8] for name in six}
    visits |= {name: [10, 7, 10, 14] for name in ("active_joints", "limited_joints")}
    visits |= {name: [5.0, 3.5, 5.0, 7.0] for name in ("physician_global", "patient_global")}
    for rule in ("last-responding", jia.last_responding(), jia.last_responding(30)):
        request = jia.ask.flare(criteria="prcsg-printo", reference=rule)
        out = jia.assess(pd.DataFrame(visits), measures=[request], baseline="first", details=True)
        (name,) = [each for each in out.columns if each.endswith("_reference_date")]
        assert column(out, name) == [None, None, "2024-02-01", "2024-02-01"]


def test_what_can_be_left_out_of_a_table_is_a_value_and_never_a_visit() -> None:
    """With invalid="missing" a bad value is a gap; without patient, date or column nothing goes."""
    assert {name for name, reason in REASONS.items() if not reason.blank} == {
        "both-markers", "column-in-the-way", "dates-and-study-days", "gap-in-flag",
        "markers-disagree", "nested-ids", "no-baseline", "no-column", "no-date", "no-marker",
        "no-patient", "several-dates", "two-baselines", "two-ratings", "unread-date",
    }  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_a_tipping_point_names_its_method(method) -> None:
    visits = pd.DataFrame(
        {
            "patient": [f"P{row}" for row in range(40)],
            "date": "2024-01-10",
            "arm": ["A"] * 20 + ["B"] * 20,
            "responder": [True] * 15 + [None] * 5 + [True] * 6 + [False] * 12 + [None] * 2,
        }
    )
    visits["responder"] = visits["responder"].astype("boolean")
    found = jia.analysis.tipping_point(
        visits, jia.column("responder"), arm=jia.column("arm"), reference_arm="B", method=method
    )
    assert f"; p by {METHODS[method][0]}" in str(found)


def test_hours_of_two_tables_are_read_on_one_scale() -> None:
    """Half days of study count in both: a value is of the visit on its day."""
    visits = {"patient": ["A", "A"], "date": [0.5, 28.5]}
    values = {"patient": ["A", "A"], "date": [0, 28], "crp": [3.0, 9.0]}
    ask = {"values": ["crp"], "lab_window_days": 1}
    out = jia.prepare.laboratory_values(pd.DataFrame(visits), pd.DataFrame(values), **ask)
    assert column(out, "crp_lab") == [3.0, 9.0]
    swapped = jia.prepare.laboratory_values(
        pd.DataFrame(visits | {"date": [0, 28]}),
        pd.DataFrame(values | {"date": [0.5, 28.25]}),
        **ask,
    )
    assert column(swapped, "crp_lab") == [3.0, 9.0]
