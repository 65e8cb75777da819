"""Frames with thousands of columns, and markup and formulas in names and ids: work and words."""

from __future__ import annotations

import csv
import html
import io
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import polars as pl
import pytest

import jiascores as jia
from tests.laws.bad_data import visits

MARKS = (
    "=1+1",
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "&amp;",
    "$x^{2}$",
    "{joint}",
    'a"b',
    "%s",
)


# ------------------------------------------------------------------------------------- many columns


def wide(columns: int) -> pd.DataFrame:
    """Return visits with many columns beside them, all of them numbers."""
    more = pd.DataFrame({f"c{place}": [1.0, 2.0, 3.0, 4.0] for place in range(columns)})
    return pd.concat([visits(), more], axis=1)


@contextmanager
def calls_counted() -> Iterator[Counter[str]]:
    """Count the calls of functions, Python's own too: the work of a call, whatever the machine."""
    found: Counter[str] = Counter()

    def count(_: FrameType, event: str, __: Any) -> None:
        found[event] += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield found
    finally:
        sys.setprofile(before)


WORK: dict[str, Callable[[Any], Any]] = {
    "assess": lambda table: jia.assess(table, measures=["jadas71", "acr_ped"], baseline="first"),
    "assess with another name": lambda table: jia.assess(
        table.rename(columns={"esr": "bsg"}), columns={"esr": "bsg"}, measures=["jadas71"]
    ),
    "check": lambda table: jia.check(table, measures=["jadas71"]),
    "nominal_visits": lambda table: jia.prepare.nominal_visits(
        table, weeks={0: 0, 8: 30}, rule="nearest", day_zero="first"
    ),
    "below_limit": lambda table: jia.prepare.below_limit(table, "esr", rule="half"),
    "responders_by_visit": lambda table: jia.analysis.responders_by_visit(
        table, jia.column("response"), by=jia.column("week")
    ),
    "time_to_first": lambda table: jia.analysis.time_to_first(
        table, jia.column("response"), baseline="first"
    ),
    "remission": lambda table: jia.remission(
        table.assign(inactive=True), criteria="wallace-2011", max_gap_days=365,
        inactive=jia.column("inactive"), counted="all",
        medication=pd.DataFrame({"patient": ["A"], "drug": "x", "start": ["2019-01-01"], "stop": None}),
    ),
    "from_wide": lambda table: jia.prepare.from_wide(
        table.iloc[::2].rename(columns={"date": "date_a", "esr": "esr_a"})
    ),
    "manifest": lambda table: jia.analysis.manifest(table, measures=["jadas71"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WORK)
def test_work_grows_with_the_columns_and_not_with_their_square(name: str) -> None:
    done = []
    for columns in (1250, 5000):
        table = wide(columns)
        WORK[name](table)
        with calls_counted() as counted:
            WORK[name](table)
        done.append(counted.total())
    # Four times the columns; their square would be sixteen times the work.
    assert done[1] <= 6 * done[0], done


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_five_thousand_columns_stay_as_they_are(kind: Any) -> None:
    table = wide(5000)
    given = table if kind is pd.DataFrame else pl.from_pandas(table)
    out = jia.assess(given, measures=["jadas71"])
    assert list(out.columns) == [*table.columns, "jadas71"]
    out = out if kind is pd.DataFrame else out.to_pandas()
    pd.testing.assert_frame_equal(out[list(table.columns)], table, check_dtype=False)


def test_a_message_about_five_thousand_columns_is_short() -> None:
    with pytest.raises(jia.JiaScoresError) as refused:
        jia.assess(wide(5000).drop(columns="esr"), measures=["jadas71"])
    assert len(str(refused.value)) < 1000


# ------------------------------------------------------------------------------- markup and formulas


def marked(mark: str) -> pd.DataFrame:
    """Return visits with a mark as an id, an arm, a state, a word and the name of a column."""
    table = visits()
    return table.assign(
        patient=table["patient"].replace("A", mark), arm=table["arm"].replace("x", mark),
        state=table["state"].replace("high", mark), **{mark: table["week"]},
    )  # fmt: skip


@pytest.mark.parametrize("mark", MARKS)
def test_the_page_shows_marks_as_text(mark: str) -> None:
    page = jia.report(
        marked(mark), measures=["jadas71", "acr_ped"], baseline="first", title=mark,
        by=jia.column(mark), arm=jia.column("arm"), pictures=True,
    )  # fmt: skip
    assert "<script>alert" not in page
    assert html.escape(mark) in page or html.escape(mark, quote=False) in page
    # No tag within another: what is left after the tags has no half of one.
    assert "<" not in re.sub(r"<[^<>]*>", "", page.replace("<!--", "").replace("-->", ""))


@pytest.mark.parametrize("mark", MARKS)
def test_pictures_show_marks_as_they_are(mark: str, tmp_path: Path) -> None:
    plt.close("all")
    table = marked(mark)
    jia.plot.state_bars(table, jia.column("state"), by=jia.column(mark))
    jia.plot.trajectories(table, jia.column("esr"), labels=True)
    jia.plot.swimmer(table, pd.DataFrame({"patient": [mark], "date": ["2020-01-02"]}))
    jia.plot.responders(table, jia.column("response"), by=jia.column("week"))
    jia.plot.state_flow(table, jia.column("state"), by=jia.column("week"))
    drawn = plt.get_fignums()
    assert len(drawn) == 5
    for number in drawn:
        plt.figure(number).savefig(tmp_path / f"{number}.svg")
        assert (tmp_path / f"{number}.svg").stat().st_size
    assert "<script>alert" not in "".join(file.read_text() for file in tmp_path.glob("*.svg"))
    plt.close("all")


@pytest.mark.parametrize("mark", MARKS)
def test_tables_and_files_keep_marks_as_they_are(mark: str, tmp_path: Path) -> None:
    table = marked(mark)
    out = jia.assess(table, measures=["acr_ped"], baseline="first")
    pd.testing.assert_frame_equal(out[list(table.columns)], table)
    table.to_csv(tmp_path / "in.csv", index=False)
    jia.assess_files(
        tmp_path / "in.csv",
        tmp_path / "out.csv",
        measures=["jadas71"],
        separator=",",
        progress=False,
    )
    written = pd.read_csv(tmp_path / "out.csv")
    pd.testing.assert_frame_equal(written[list(table.columns)], pd.read_csv(tmp_path / "in.csv"))
    readable = jia.analysis.states_table(table, jia.column("state"), by=jia.column("week"))
    assert mark in html.unescape(readable.html())
    assert "<script>alert" not in readable.html()
    assert mark in readable.text()
    # A spreadsheet runs what begins as a formula.
    cells = [cell for row in csv.reader(io.StringIO(readable.csv())) for cell in row]
    assert any(mark in cell for cell in cells)
    assert not any(cell.startswith(("=", "@")) for cell in cells), cells
