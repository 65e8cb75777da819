"""What must work with the core dependencies alone; `make test-bare` runs it, where nothing else is.

The name keeps it out of the other environments' runs, and `--noconftest` keeps Hypothesis out.
"""

from __future__ import annotations

import re
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import jiascores as jia
from jiascores.cli import main

STATE = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course="poly")
VISITS = pd.DataFrame(
    {
        "patient": ["A", "A", "B", "B"],
        "date": ["2024-01-01", "2024-03-01"] * 2,
        "physician_global": [6.0, 2.0, 5.0, 62.0],
        "patient_global": [5.0, 2.0, 4.0, None],
        "chaq": [1.5, 0.75, 1.0, 1.0],
        "active_joints": [12, 4, 8, 8],
        "limited_joints": [10, 6, 5, 5],
        "esr": [40, 20, 30, 30],
    }
).assign(date=lambda table: pd.to_datetime(table["date"]))


def jiascores(*words: object):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    VISITS.to_csv(path, index=False)
    return path


def test_it_is_the_wheel_and_nothing_but_what_it_asks_for():
    assert "site-packages" in str(jia.__file__)
    asked = [one for one in metadata.requires("jiascores") or () if "extra ==" not in one]
    assert len(asked) == 5
    extras = ("scipy", "statsmodels", "matplotlib", "polars", "pyarrow", "duckdb", "dask",
              "pyspark", "tqdm", "hypothesis")  # fmt: skip
    assert [one for one in extras if find_spec(one)] == []


def test_every_public_name_can_be_had():
    for name in jia.__all__:
        # The one name that is an extra as a whole.
        if name != "testing":
            assert getattr(jia, name) is not None
    for door in (jia.analysis, jia.ask, jia.errors, jia.prepare, jia.typing):
        for name in dir(door):
            assert getattr(door, name) is not None


def test_scores_and_verdicts_of_one_visit():
    assert jia.jadas71(physician_global=6, patient_global=5.5, active_joints=12, esr=48) == 26.3
    before = jia.CoreSet(**VISITS.iloc[0, 2:])
    assert jia.acr_ped(baseline=before, now=jia.CoreSet(**VISITS.iloc[1, 2:])).level == 50
    assert "50" in jia.acr_ped(baseline=before, now=jia.CoreSet(**VISITS.iloc[1, 2:])).explain()
    found = jia.disease_state(3.8, measure="jadas10", course="poly", cutoffs="consolaro-2012-2014")
    assert found == "low"


def test_assess():
    asked = ["jadas71", "cjadas10", STATE, "acr_ped"]
    found = jia.assess(VISITS, measures=asked, baseline="first", invalid="missing")
    assert found["cjadas10"].tolist()[:3] == [21.0, 8.0, 17.0]
    assert found["state_cjadas10_consolaro_2014"].tolist()[:2] == ["high", "moderate"]
    assert found["acr_ped_level"].tolist()[1] == 50


def test_check():
    found = jia.check(VISITS)
    assert found.loc[found["finding"] == "refused", "variable"].tolist() == ["physician_global"]


@pytest.mark.parametrize("pictures", [True, False])
def test_a_report_goes_without_what_is_missing_and_says_so(pictures, tmp_path):
    page = jia.report(
        VISITS,
        tmp_path / "page.html",
        measures=["cjadas10", STATE, "acr_ped"],
        baseline="first",
        pictures=pictures,
    )
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page
    assert re.search(r"1/1 \(100\.0\s%\)", page)
    assert "Clopper" not in page
    assert "Left out: an interval of a proportion needs scipy" in page
    assert "jiascores[stats]" in page
    assert ("Left out: a picture needs matplotlib" in page) == pictures
    assert ("jiascores[plot]" in page) == pictures
    assert "<svg" not in page


def test_verify():
    found = jia.verify(date="2026-01-31")
    assert found.passed
    assert found.check_values > 1000
    assert all("jiascores[stats]" in words for words in found.not_run)


def test_what_an_extra_is_needed_for_names_the_extra():
    with pytest.raises(jia.errors.MissingExtraError, match=r"jiascores\[stats\]"):
        jia.analysis.stratified_difference([45], [67], [30], [64], method="newcombe")
    with pytest.raises(jia.errors.MissingExtraError, match=r"jiascores\[plot\]"):
        jia.plot.trajectories(VISITS, jia.column("active_joints"))
    with pytest.raises(jia.errors.MissingExtraError, match=r"jiascores\[files\]"):
        jia.assess_files("visits.csv", "out", measures=["cjadas10"])


def test_the_command_line(file):
    measures = ("--measure", "cjadas10", "--measure", "acr_ped", "--baseline", "first")
    assert jiascores("verify").exit_code == 0
    assert jiascores("definitions", "giannini-1997").exit_code == 0
    refused = jiascores("assess", file, *measures)
    assert refused.exit_code == 1
    assert "physician_global" in refused.output
    found = jiascores("assess", file, *measures, "--invalid", "missing")
    assert (found.exit_code, ",40,21," in found.output) == (0, True)
    assert jiascores("check", file).exit_code == 1
    page = file.with_suffix(".html")
    assert jiascores("report", file, *measures, "--out", page).exit_code == 0
    assert "Left out" in page.read_text(encoding="utf-8")
