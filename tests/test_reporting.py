"""The report: one page that needs nothing else, and says what was left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import polars as pl
import pytest

import jiascores as jia
from jiascores import reporting

STATE = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course="poly")
NAMES = {"physician_global": "phga_mm", "date": "day"}


@pytest.fixture
def visits() -> pd.DataFrame:
    six = [
        (60, 5.0, 1.5, 12, 10, 40), (20, 2.0, 0.75, 4, 6, 20),
        (60, 5.0, 1.5, 12, 10, 40), (20, None, 0.75, 9, 10, None),
        (620, 5.0, 1.5, 12, 10, 40), (10, 0.5, 0.0, 0, 0, 5),
    ]  # fmt: skip
    table = pd.DataFrame(
        six,
        columns=["phga_mm", "patient_global", "chaq", "active_joints", "limited_joints", "esr"],
    )
    return table.assign(
        patient=["A", "A", "B", "B", "<C>", "<C>"], day=[0, 56] * 3, week=[0, 8] * 3, site="x"
    )


def page_of(visits, **changes):
    asked = {
        "measures": ["cjadas10", "acr_ped", STATE],
        "by": jia.column("week"),
        "columns": NAMES,
        "units": {"physician_global": "mm"},
        "baseline": "first",
        "pictures": False,
    }
    return jia.report(visits, **{**asked, **changes})


def section(page: str, name: str) -> str:
    return re.search(rf'<section id="{name}">(.*?)</section>', page, re.DOTALL)[1]


def rows(text: str) -> list[list[str]]:
    return [
        re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)
        for row in re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    ]


def test_it_says_how_the_table_was_read(visits):
    text = section(page_of(visits), "what-was-read")
    assert ["rows", "6"] in rows(text)
    assert ["patients", "3"] in rows(text)
    assert ["physician_global", "phga_mm", "mm, × 0.1 to 0-10", "0–10"] in rows(text)
    assert "Columns of no known variable: site." in text


def test_gaps_are_counted_by_visit_and_refused_values_among_them(visits):
    found = rows(section(page_of(visits), "missing"))
    assert found[0] == ["variable", "0", "8", "all rows"]
    assert ["esr", "0", "1 of 3 (33 %)", "1 of 6 (17 %)"] in found
    assert ["physician_global", "1 of 3 (33 %)", "0", "1 of 6 (17 %)"] in found


def test_refused_values_stand_there_with_their_patient(visits):
    text = section(page_of(visits), "refused-and-suspicious")
    assert "Refused: 1" in text
    assert "&lt;C&gt;" in text
    assert "620" in text


def test_results_are_counts_with_exact_intervals(visits):
    text = section(page_of(visits), "results-by-visit")
    # A reached 50, C reached 100 without the physician global; of B the level is open up to 50.
    (found,) = (row for row in rows(text) if row[:2] == ["8", "3"])
    assert found[2:] == [
        "2 of 2: 100 % (15.8 – 100.0); 1 not determinable",
        "2 of 2: 100 % (15.8 – 100.0); 1 not determinable",
        "1 of 3: 33 % (0.8 – 90.6)",
        "1 of 3: 33 % (0.8 – 90.6)",
        "1 of 3: 33 % (0.8 – 90.6)",
    ]
    # Of a single patient known, and inactive: Clopper and Pearson give 2.5 % at the least.
    alone = page_of(visits[visits["patient"] == "<C>"], measures=[STATE], baseline=None)
    assert "1 of 1: 100 % (2.5 – 100.0)" in alone
    assert ["0", "0", "–", "–", "–", "–", "1"] in rows(section(alone, "results-by-visit"))


def test_definitions_come_with_source_and_evidence(visits):
    text = section(page_of(visits), "definitions")
    for name in ("cjadas10", "consolaro-2014", "giannini-1997"):
        assert name in text
    assert "Arthritis Rheum 40:1202" in text
    assert "Evidence: primary" in text


def test_versions_and_intended_use_stand_there(visits):
    page = page_of(visits)
    assert ["jiascores", jia.__version__] in rows(section(page, "versions"))
    assert "not a medical device" in section(page, "intended-use")


class _Outside(HTMLParser):
    """What a page would load, and elements left open."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "link", "img", "iframe", "image")
        for name, value in attrs:
            if name in ("src", "href", "xlink:href") and not value.startswith("#"):
                self.loads.append(value)


def test_with_pictures_it_is_one_file_that_loads_nothing(visits, tmp_path):
    path = tmp_path / "report.html"
    page = page_of(visits, path=path, pictures=True)
    assert path.read_text(encoding="utf-8") == page
    reader = _Outside()
    reader.feed(page)
    assert reader.loads == []
    assert "url(http" not in page
    assert page.count("<svg") == page.count("<figcaption>") == 6 - 1
    assert "prefers-color-scheme: dark" in page
    assert "width=device-width" in page
    assert page_of(visits, pictures=True) == page


@pytest.mark.parametrize("kind", [pl.from_pandas, lambda table: pl.from_pandas(table).to_arrow()])
def test_every_kind_of_table_gives_the_same_results(visits, kind):
    one, other = page_of(visits), page_of(kind(visits))
    for name in ("missing", "results-by-visit", "definitions"):
        assert section(one, name) == section(other, name)


def test_without_a_column_for_the_visit_they_are_numbered(visits):
    page = page_of(visits[::-1], by=None)
    assert "the number of the visit of its patient" in page
    assert rows(section(page, "missing"))[0] == ["variable", "1", "2", "all rows"]
    named = page_of(visits.rename(columns={"week": "nominal_visit"}), by=None)
    assert rows(section(named, "missing"))[0] == ["variable", "0", "8", "all rows"]


def test_long_lists_are_cut_and_counted(visits, monkeypatch):
    monkeypatch.setattr(reporting, "SHOWN_FINDINGS", 1)
    visits["esr"] = -1.0
    assert "… and 6 more" in section(page_of(visits), "refused-and-suspicious")


def test_a_title_is_text_and_not_html(visits):
    assert "<title>a &lt; b</title>" in page_of(visits, title="a < b")
