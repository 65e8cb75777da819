"""Responders and states by visit: every patient is counted, and the undetermined are seen."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest

import jiascores as jia
from tests.plot.pictures import (
    BASE,
    BETTER,
    assessed,
    legend,
    texts,
    visits_of,
)


@pytest.mark.parametrize(
    "kind", [pd.DataFrame, pl.from_pandas, lambda t: pl.from_pandas(t).to_arrow()]
)
def test_responders_are_counted_and_the_undetermined_shown(kind):
    ax = jia.plot.responders(kind(assessed()), jia.column("acr_ped"), by=jia.column("week"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["4", "8"]
    assert legend(ax) == ["below ACR Pedi 30", "not determinable", "ACR Pedi 50"]
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


def test_a_level_that_is_surely_reached_is_seen_though_a_higher_one_is_open():
    lowest, highest = [0, 0, 30, 30, 50, 90, None], [0, 30, 30, 100, 100, 90, None]
    table = pd.DataFrame(
        {"patient": list("ABCDEFG"), "week": 8}
        | {"acr_ped_level_min": lowest, "acr_ped_level_max": highest}
    )
    ax = jia.plot.responders(table, jia.column("acr_ped"), by=jia.column("week"))
    from_the_foot = ["ACR Pedi 90", "at least ACR Pedi 50", "ACR Pedi 30", "at least ACR Pedi 30"]
    assert legend(ax)[::-1] == [*from_the_foot, "not determinable", "below ACR Pedi 30"]
    bars = sorted(ax.patches, key=lambda bar: bar.get_y())
    assert [bar.get_y() for bar in bars] == [*range(6)]
    assert [bool(bar.get_hatch()) for bar in bars] == [False, True, False, True, True, False]
    # Those of one level have one colour.
    assert bars[2].get_facecolor() == bars[3].get_facecolor() != bars[1].get_facecolor()
    assert texts(ax).count("n 6") == 1


def test_responders_of_a_yes_no_column():
    table = pd.DataFrame(
        {"patient": list("ABCD"), "nominal_visit": "week 8", "met": [True, True, None, False]}
    )
    ax = jia.plot.responders(table, jia.column("met"))
    assert legend(ax) == ["no", "not determinable", "yes"]
    first = pd.DataFrame({"patient": list("ABCD"), "nominal_visit": "baseline", "met": None})
    ax = jia.plot.responders(pd.concat([first.astype(object), table]), jia.column("met"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["week 8"]
    assert ax.get_title(loc="left") == "no answer at baseline, not drawn"
    ax = jia.plot.responders(first, jia.column("met"))
    assert legend(ax) == ["not determinable"]
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


def test_thirty_visits_leave_out_the_figures_under_the_bars():
    table = visits_of([BASE, *[BETTER] * 30])
    ax = jia.plot.response_matrix(table)
    assert "6 → 2" not in texts(ax)
    assert len(ax.get_xticklabels()) == 30
    assert ax.figure.get_figwidth() < 14


def test_visits_stand_in_their_order_and_unscheduled_ones_last():
    visits = pd.DataFrame(
        {"patient": "A", "visit": ["unscheduled", "week 12", "week 8", "baseline"]}
    )
    visits["state"] = "low"
    ax = jia.plot.state_bars(visits, jia.column("state"), by=jia.column("visit"))
    shown = [label.get_text() for label in ax.get_xticklabels()]
    assert shown == ["baseline", "week 8", "week 12", "unscheduled"]


def test_the_names_of_many_visits_are_upright_where_they_would_touch():
    for visits, turned in ((12, 0), (13, 90)):
        table = pd.DataFrame({"patient": "A", "week": range(visits), "state": "low"})
        ax = jia.plot.state_bars(table, jia.column("state"), by=jia.column("week"))
        assert {label.get_rotation() for label in ax.get_xticklabels()} == {turned}
