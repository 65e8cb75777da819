"""Two trials as data sets: the reconstructed one of stem cells, and an invented withdrawal trial."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import jiascores as jia
from jiascores.adam.checks import RULES
from jiascores.adam.datasets import AnalysisDataset

ROOT = Path(__file__).parents[2]
TRIAL, DATA = ROOT / "examples" / "msc_trial", ROOT / "docs" / "data"
PAGE = ROOT / "docs" / "how-to" / "adam-trials.md"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the data sets that the page makes, by the code that it shows."""
    folder = tmp_path_factory.mktemp("page")
    code = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    reading = "".join(code).replace('read_csv("', 'read_csv(FOLDER + "/')
    for file in (*TRIAL.glob("*.csv"), *DATA.glob("withdrawal*.csv")):
        (folder / file.name).write_bytes(file.read_bytes())
    made: dict[str, Any] = {"FOLDER": str(folder), "kept": []}
    for call in ("adeff", "adtte"):
        reading = reading.replace(f"{call} = jia.adam.{call}(", f"{call} = keep(jia.adam.{call})(")

    def keep(function: Any) -> Any:
        def called(visits: Any, *more: Any, **given: Any) -> AnalysisDataset:
            dataset: AnalysisDataset = function(visits, *more, **given)
            made["kept"].append((dataset, visits, given))
            return dataset

        return called

    exec(compile(reading, str(PAGE), "exec"), {**made, "keep": keep, "print": lambda *_: None})
    names = ("trial", "responses", "flares", "withdrawal")
    return dict(zip(names, made["kept"], strict=True))


def test_the_trial_agrees_with_what_was_published(page: dict[str, Any]) -> None:
    data = page["trial"][0].pandas
    rows = data[data["ANL01FL"] == "Y"]
    scores = rows[rows["PARAMCD"] == "JADAS71"]
    assert scores.groupby("AVISIT")["AVAL"].median()[["Baseline", "Week 8"]].tolist() == [24.5, 11]
    # Inactive disease in three of six at one year.
    inactive = rows[(rows["PARAMCD"] == "IDWA11") & (rows["AVISITN"] == 52)]
    assert sorted(inactive["AVALC"]) == ["N", "N", "N", "Y", "Y", "Y"]


def test_every_subject_and_every_planned_visit_is_there_once(page: dict[str, Any]) -> None:
    dataset, visits, given = page["trial"]
    data = dataset.pandas
    assert set(data["USUBJID"]) == set(given["subjects"]["USUBJID"])
    planned = visits.dropna(subset="AVISIT")
    for code, after in (("JADAS71", 0), ("ACR30", 1)):
        rows = data[(data["PARAMCD"] == code) & (data["ANL01FL"] == "Y")]
        pairs = set(zip(rows["USUBJID"], rows["AVISITN"].astype(int), strict=True))
        assert len(pairs) == len(rows)
        expected = planned[planned["AVISITN"].astype(int) >= after]
        assert pairs == set(zip(expected["patient"], expected["AVISITN"].astype(int), strict=True))


@pytest.mark.parametrize("name", ["trial", "withdrawal"])
def test_a_score_is_that_of_assess(page: dict[str, Any], name: str) -> None:
    dataset, visits, given = page[name]
    asked = {n: v for n, v in given.items() if n in ("columns", "units", "baseline", "marker")}
    out = jia.assess(visits, measures=[given["measures"][0]], **asked)
    date = given.get("columns", {}).get("date", "date")
    rows = dataset.pandas[dataset.pandas["PARAMCD"] == given["measures"][0].upper()]
    both = rows.merge(out, left_on=["USUBJID", "ADT"], right_on=["patient", date])
    assert len(both) == len(out)
    assert both["AVAL"].equals(both[given["measures"][0]].astype(float))


@pytest.mark.parametrize("name", ["responses", "flares"])
def test_times_are_those_of_the_analysis_and_a_day_more(page: dict[str, Any], name: str) -> None:
    dataset, visits, given = page[name]
    how = {n: v for n, v in given.items() if n not in ("subjects", "keep", "censored")}
    how |= {"patients": given["subjects"], "patient_columns": {"patient": "USUBJID"}}
    how["origin"] = jia.column(how.pop("origin", "TRTSDT"))
    if name == "flares":
        times = jia.analysis.time_to_flare(
            visits, criteria="prcsg-printo", reference="end-of-lead-in", **how
        )
    else:
        times = jia.analysis.time_to_first(visits, jia.ask.responder(30), **how)
    data = dataset.pandas
    assert data["USUBJID"].tolist() == times["patient"].tolist()
    assert (data["AVAL"] - 1).tolist() == times["duration"].tolist()
    assert (data["CNSR"] == 0).tolist() == times["event"].astype(bool).tolist()
    assert ((data["ADT"] - data["STARTDT"]).dt.days + 1).tolist() == data["AVAL"].tolist()
    assert (data["CNSDTDSC"] != "").tolist() == (data["CNSR"] > 0).tolist()


@pytest.mark.parametrize("name", ["trial", "responses", "flares", "withdrawal"])
@pytest.mark.parametrize("ending", ["xpt", "json"])
def test_each_breaks_no_rule_and_comes_back_from_a_file(
    page: dict[str, Any], name: str, ending: str, tmp_path: Path
) -> None:
    pytest.importorskip({"xpt": "pyreadstat"}.get(ending, "json"))
    dataset = page[name][0]
    assert jia.adam.check(dataset).empty
    path = tmp_path / f"table.{ending}"
    jia.adam.write(dataset, path, created="2026-01-31T12:00:00")
    pd.testing.assert_frame_equal(jia.adam.read(path), dataset.pandas, check_dtype=False)


def test_every_finding_of_the_check_is_explained() -> None:
    explained = re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(explained) >= set(RULES)
