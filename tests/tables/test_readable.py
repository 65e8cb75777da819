"""Tables as people read them, and recorded scores beside recomputed ones."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.variables import VARIABLES
from jiascores.tables.readable import rounded
from tests.tables.kinds import MAKERS, column

VISITS = {
    "patient": ["A", "A", "B", "B", "C", "C"],
    "date": [0, 56, 0, 56, 0, 56],
    "week": [0, 8] * 3,
    "arm": ["drug", "drug", "drug", "drug", "placebo", "placebo"],
    "physician_global": [6.0, 2, 4, 4, 5, None],
    "patient_global": [6.0, 3, 4, 4, 5, 5],
    "chaq": [1.5, 0.5, 1, 1.125, 2, 2],
    "active_joints": [10.0, 2, 4, 4, 5, 5],
    "limited_joints": [8.0, 8, 4, 4, 5, 5],
    "esr": [40.0, 20, 30, 30, 50, 50],
    "state": ["high", "low", "high", "low", "high", None],
    "response": [None, True, None, False, None, None],
}
BY = {"by": jia.column("week"), "arm": jia.column("arm")}


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (0.125, 2, "0.13"),
        (-0.125, 2, "−0.13"),
        (2.675, 2, "2.68"),
        (100 / 3, 1, "33.3"),
        (100 * 1 / 16, 1, "6.3"),
        (99.95, 1, "100.0"),
        (-0.004, 2, "0.00"),
        (float("nan"), 1, "–"),
        (float("inf"), 1, "–"),
    ],
)
def test_one_rounding_rule(value, decimals, printed) -> None:
    assert rounded(value, decimals) == printed


@pytest.mark.parametrize("kind", MAKERS)
def test_responders_by_visit_and_arm(kind) -> None:
    table = jia.analysis.responders_table(
        MAKERS[kind](VISITS), jia.column("response"), baseline="first", **BY
    )
    assert table.head[:4] == ("arm", "week", "n", "responders")
    assert [row[:4] + row[5:] for row in table.rows] == [
        ("drug", "8", "2", "1/2 (50.0 %)", "0", "50.0–50.0"),
        ("placebo", "8", "1", "0/0 (–)", "1", "0.0–100.0"),
    ]


@pytest.mark.parametrize("kind", MAKERS)
def test_change_of_each_core_variable(kind) -> None:
    table = jia.analysis.change_table(MAKERS[kind](VISITS), baseline="first", **BY)
    assert len(table.rows) == 6 * 2
    rows = {(row[0], row[2]): row[3:] for row in table.rows}
    chaq = ("2", "2", "1.25", "0.81", "−0.44", "−0.72 to −0.16", "0")
    assert rows["CHAQ disability index", "drug"] == chaq
    globals_ = [row for (name, _), row in rows.items() if name.startswith("physician global")]
    assert globals_[1] == ("1", "0", "–", "–", "–", "–", "1")
    some = jia.analysis.change_table(
        MAKERS[kind](VISITS), baseline="first", variables=["esr", "chaq"], **BY
    )
    assert [row[0] for row in some.rows[::2]] == [VARIABLES[name].label for name in ("esr", "chaq")]
    assert some.rows[2][3:] == chaq
    with pytest.raises(jia.errors.JiaScoresError, match="needs a baseline"):
        jia.analysis.change_table(MAKERS[kind](VISITS), **BY)


@pytest.mark.parametrize("kind", MAKERS)
def test_states_by_visit(kind) -> None:
    table = jia.analysis.states_table(MAKERS[kind](VISITS), jia.column("state"), **BY)
    assert table.head == ("week", "arm", "n", "low", "high", "not determinable")
    assert table.rows[2:] == (
        ("8", "drug", "2", "2/2 (100.0 %)", "0/2 (0.0 %)", "0"),
        ("8", "placebo", "1", "0/0 (–); 0.0–100.0", "0/0 (–); 0.0–100.0", "1"),
    )
    early = jia.analysis.states_table(MAKERS[kind](VISITS), jia.column("state"), data_cut=55, **BY)
    assert [row[0] for row in early.rows] == ["0", "0"]


@pytest.mark.parametrize("kind", MAKERS)
def test_times(kind) -> None:
    times = {"arm": ["a", "a", "b"], "duration": [28.0, 56, 28], "event": [True, False, False]}
    table = jia.analysis.times_table(MAKERS[kind](times), at=[0, 28], arm=jia.column("arm"))
    assert [row[:6] for row in table.rows] == [
        ("a", "0", "2", "2", "0", "0"),
        ("a", "28", "2", "2", "1", "0"),
        ("b", "0", "1", "1", "0", "0"),
        ("b", "28", "1", "1", "0", "1"),
    ]


def test_text_html_and_csv_say_the_same() -> None:
    odd = pd.DataFrame(VISITS).assign(arm=["<a & b>", "x, y"] * 3)
    table = jia.analysis.states_table(odd, jia.column("state"), **BY)
    assert list(csv.reader(io.StringIO(table.csv()))) == [list(table.head), *map(list, table.rows)]
    page = table.html()
    assert "&lt;a &amp; b&gt;" in page
    assert page.count("<tr>") == len(table.rows) + 1
    assert table._repr_html_() == page
    lines = table.text().splitlines()
    assert lines[0] == table.title
    assert len(lines) == 5 + len(table.rows) + len(table.notes)
    assert str(table) == table.text() == repr(table)


# --------------------------------------------------------------------------------------------

RECORDED = {
    "patient": list("ABCDE"),
    "date": ["2024-01-10"] * 5,
    "physician_global": [2.0, 3, 2, 2, None],
    "patient_global": [0.8, 1, None, 1.04, None],
    "active_joints": [1, 4, 1, 1, None],
    "crf": [3.8, 9.0, 4.0, 4.0, None],
    "crf_state": ["Low", "low", "low", None, None],
}


@pytest.mark.parametrize("kind", MAKERS)
def test_recorded_against_recomputed(kind) -> None:
    out = jia.prepare.compare_recorded(
        MAKERS[kind](RECORDED),
        {
            "cjadas10": jia.column("crf"),
            "state:cjadas10:consolaro-2014:course=oligo": jia.column("crf_state"),
        },
    )
    assert column(out, "patient") == list("ABCD") * 2
    assert column(out, "finding") == [
        "agrees",
        "differs",
        "recorded only",
        "agrees as rounded",
        "differs",
        "differs",
        "recorded only",
        "recomputed only",
    ]
    assert column(out, "recomputed") == [
        *("3.8", "8", None, "4.04"),
        *("moderate", "high", None, "high"),
    ]
    assert column(out, "difference")[:4] == pytest.approx([0, 1, None, -0.04], nan_ok=True)
    assert set(column(out, "date")) == {"2024-01-10"}


def test_recorded_yes_and_no_and_levels() -> None:
    table = pd.DataFrame(VISITS).assign(crf=[None, "Y", None, "Y", None, "N"], level=[None, 30] * 3)
    out = jia.prepare.compare_recorded(
        table,
        {"responder:50": jia.column("crf"), "acr_ped": jia.column("level")},
        baseline="first",
    )
    assert column(out, "recomputed") == ["yes", "no", "no", "50", "0", "0"]
    assert column(out, "finding")[:3] == ["agrees", "differs", "agrees"]
    assert column(out, "difference")[3:] == [-20, 30, 30]
    with pytest.raises(jia.errors.RequestError, match="maps each measure"):
        jia.prepare.compare_recorded(table, {})
    with pytest.raises(jia.errors.ColumnError, match="no column 'crff'"):
        jia.prepare.compare_recorded(table, {"cjadas10": jia.column("crff")})


def test_the_report_by_arm_and_until_a_data_cut() -> None:
    table = pd.DataFrame(VISITS)
    ask = {"measures": ["cjadas10", "acr_ped"], "baseline": "first", "pictures": False}
    plain = jia.report(table, by=jia.column("week"), **ask)
    by_arm = jia.report(table, **BY, **ask)
    assert by_arm != plain
    assert ">arm<" in by_arm
    assert ">arm<" not in plain
    assert by_arm.count("placebo") >= 2
    early = jia.report(table, data_cut=55, **BY, **ask)
    assert "The table has 3 rows of 3 patients" in early
    gap = jia.report(table.assign(arm=[None] * 2 + ["x"] * 4), **BY, **ask)
    assert "no arm" in gap
