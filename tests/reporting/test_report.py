"""The report: one page that needs nothing else, and says what was left out."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tracemalloc
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import polars as pl
import pytest

import jiascores as jia
from jiascores.core.joints import JOINTS_71
from jiascores.reporting import blocks, pictures, sections
from jiascores.reporting.cohort import read_cohort

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
    plain = text.replace("\u00a0", " ").replace("\u2060", "")
    return [
        re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        for row in re.findall(r"<tr>(.*?)</tr>", plain, re.DOTALL)
    ]


def test_it_says_how_the_table_was_read(visits):
    text = section(page_of(visits), "what-was-read")
    assert ["rows", "6"] in rows(text)
    assert ["patients", "3"] in rows(text)
    assert ["physician_global", "phga_mm", "mm, × 0.1 to 0-10", "0–10", "yes"] in rows(text)
    assert ["baseline", "the first visit of each patient"] in rows(text)
    assert "Columns that nothing reads: site." in text


def test_gaps_are_counted_by_visit_and_refused_values_among_them(visits):
    found = rows(section(page_of(visits), "missing-values"))
    assert found[0] == ["variable", "0", "8", "all rows"]
    assert ["ESR", "0/3 (0.0 %)", "1/3 (33.3 %)", "1/6 (16.7 %)"] in found
    assert ["physician global", "1/3 (33.3 %)", "0/3 (0.0 %)", "1/6 (16.7 %)"] in found
    assert "Without a gap: CHAQ, active joints, limited joints." in section(
        page_of(visits), "missing-values"
    )


def test_refused_values_stand_there_with_their_patient(visits):
    text = section(page_of(visits), "refused-and-suspicious-values")
    assert "Refused: 1" in text
    assert "&lt;C&gt;" in text
    assert "620" in text


def test_results_are_counts_with_exact_intervals(visits):
    text = section(page_of(visits), "results-by-visit")
    # A reached 50, C reached 100 without the physician global; of B the level is open up to 50.
    found = rows(text)
    where = next(at for at, row in enumerate(found) if row[0] == "level 30")
    assert found[where - 1] == ["week 8"]
    assert found[where : where + 5] == [
        ["level 30", "2/2 (100.0 %)", "15.8–100.0", "1", "66.7–100.0"],
        ["level 50", "2/2 (100.0 %)", "15.8–100.0", "1", "66.7–100.0"],
        ["level 70", "1/3 (33.3 %)", "0.8–90.6", "0", "33.3–33.3"],
        ["level 90", "1/3 (33.3 %)", "0.8–90.6", "0", "33.3–33.3"],
        ["level 100", "1/3 (33.3 %)", "0.8–90.6", "0", "33.3–33.3"],
    ]
    # Of a single patient known, and low: Clopper and Pearson give 2.5 % at the least.
    alone = page_of(visits[visits["patient"] == "<C>"], measures=[STATE], baseline=None)
    found = rows(section(alone, "results-by-visit"))
    assert ["low", "1/1 (100.0 %)", "2.5–100.0", "0", "100.0–100.0"] in found
    assert found[1:3] == [["week 0"], ["inactive", "0/0 (–)", "–", "1", "0.0–100.0"]]


def test_values_by_visit_have_quartiles_and_n(visits):
    found = rows(section(page_of(visits), "core-set-by-visit"))
    at = found.index(["patient global"])
    assert found[0] == ["visit", "n", "median", "quartiles", "range", "missing"]
    assert found[at + 1 : at + 3] == [
        ["week 0", "3", "5.00", "5.00–5.00", "5.00–5.00", "0"],
        ["week 8", "2", "1.25", "0.88–1.63", "0.50–2.00", "1"],
    ]
    found = rows(section(page_of(visits, measures=["cjadas10"]), "results-by-visit"))
    assert found[1] == ["week 0", "2", "21.00", "21.00–21.00", "21.00–21.00", "1"]


def test_arms_stand_side_by_side(visits):
    visits["arm"] = ["drug", "drug", "placebo", "placebo", None, None]
    visits["sex"] = ["f", "f", "m", "m", "f", "f"]
    visits["age"] = [4.0, 4, 7, 7, None, None]
    named = [jia.column("sex"), jia.column("age")]
    page = page_of(visits, arm=jia.column("arm"), characteristics=named)
    found = rows(section(page, "results-by-visit"))
    assert ["visit", "drug", "placebo", "no arm"] in found
    where = next(at for at, row in enumerate(found) if row[0] == "level 30")
    assert found[where] == [
        "level 30",
        "1/1 (100.0 %, CI 2.5–100.0)",
        "0/0 (–)\nof all 1: 0.0–100.0 %",
        "1/1 (100.0 %, CI 2.5–100.0)",
    ]
    found = rows(section(page, "core-set-by-visit"))
    at = found.index(["patient global"])
    assert found[at + 2] == [
        "week 8",
        "2.00 (2.00–2.00)\nn 1",
        "–\nn 0 of 1",
        "0.50 (0.50–0.50)\nn 1",
    ]
    found = rows(section(page, "patients"))
    assert found[:2] == [
        ["characteristic", "drug", "placebo", "no arm", "all patients"],
        ["patients", "1", "1", "1", "3"],
    ]
    at = found.index(["sex"])
    assert found[at + 1] == ["f", "1/1 (100.0 %)", "0/1 (0.0 %)", "1/1 (100.0 %)", "2/3 (66.7 %)"]
    assert found[at + 3][0] == "age, median (quartiles)"
    assert found[at + 3][4] == "5.50 (4.75–6.25)\nn 2 of 3"
    assert "Arms: drug, placebo, no arm." in section(page, "summary")


def test_more_arms_than_fit_go_into_further_tables(visits):
    many = pd.concat(
        [visits.assign(arm=f"arm {n}", patient=visits["patient"] + f"{n}") for n in range(6)]
    )
    page = page_of(many, arm=jia.column("arm"), measures=["cjadas10"])
    found = [row for row in rows(section(page, "results-by-visit")) if row[0] == "visit"]
    assert found == [["visit", *(f"arm {n}" for n in part)] for part in ((0, 1, 2, 3), (4, 5))]
    assert "cJADAS10 by visit, arm 4 to arm 5" in page


def test_patients_are_described_at_their_baseline(visits):
    flagged = visits.assign(base=visits["week"] == 8)
    page = page_of(flagged, baseline=jia.flagged("base"), measures=["cjadas10"])
    found = rows(section(page, "patients"))
    # A 20, B unknown, C 5 at week 8; and the words of the rule.
    assert ["ESR", "12.50 (8.75–16.25)\nn 2 of 3"] in found
    assert "Table 1. Patients at baseline" in page
    without = page_of(visits, baseline=None, measures=["cjadas10"])
    assert "Table 1. Patients at the first visit" in without
    assert ["ESR", "40.00 (40.00–40.00)\nn 3"] in rows(section(without, "patients"))
    category = visits.assign(ilar_category="systemic")
    found = rows(section(page_of(category), "patients"))
    assert found[found.index(["ILAR category"]) + 1] == ["systemic", "3/3 (100.0 %)"]
    alone = visits.drop(columns=["patient", "day"])
    nobody = page_of(
        alone, measures=["cjadas10"], baseline=None, columns={"physician_global": "phga_mm"}
    )
    assert "no patient to describe" in section(nobody, "patients")


def test_the_methods_are_a_paragraph_to_paste(visits):
    text = section(page_of(visits, marker="esr"), "methods-paragraph")
    assert text.count("<p>") == 1
    for words in (
        f"Outcomes were computed with jiascores {jia.__version__}.",
        "cJADAS10 was computed as PhGA + PtGA + active joints (at most 10)",
        "Response was judged by the criteria giannini-1997: level L",
        "Giannini 1997, Arthritis Rheum 40:1202",
        "cut-off set consolaro-2014",
        "Baseline was the first visit of each patient.",
        "95 % Clopper–Pearson intervals",
        "lowest and highest proportion",
    ):
        assert words in text


def test_input_and_checksum_stand_there(visits, tmp_path):
    found = rows(section(page_of(visits), "what-was-read"))
    digest = jia.analysis.manifest(visits).inputs[0].sha256
    assert ["SHA-256", digest] in found
    file = tmp_path / "<visits>.csv"
    visits.to_csv(file, index=False)
    found = rows(section(page_of(visits, source=file), "what-was-read"))
    assert ["input", "&lt;visits&gt;.csv"] in found
    assert ["SHA-256", hashlib.sha256(file.read_bytes()).hexdigest()] in found


def test_a_long_table_breaks_between_visits_and_not_within_one(visits):
    many = pd.concat([visits.assign(week=at, day=visits["day"] + 100 * at) for at in range(30)])
    page = page_of(many, measures=["acr_ped"])
    (table,) = re.findall(r"<table.*?</table>", section(page, "results-by-visit"), re.DOTALL)
    # The head is repeated on each sheet of paper, and a visit has all of its levels on one.
    head, *groups = re.findall(r"<thead>.*?</thead>|<tbody>.*?</tbody>", table, re.DOTALL)
    assert [row[0] for row in rows(head)] == ["visit"]
    assert len(groups) == 30
    for at, group in enumerate(groups):
        names = [f"level {level}" for level in (30, 50, 70, 90, 100)]
        assert [row[0] for row in rows(group)] == [f"week {at}", *names]
    printed = page[page.index("@media print") : page.index("</style>")]
    assert re.search(r'tbody:has\(th\[scope="rowgroup"\]\) { break-inside: avoid; }', printed)


def test_results_come_before_gaps_and_definitions(visits):
    titles = re.findall(r"<h2>\d+\. (.*?)</h2>", page_of(visits))
    assert titles == [
        "Summary", "Patients", "Results by visit", "Core set by visit", "Missing values",
        "Not determinable", "Refused and suspicious values", "Methods paragraph", "What was read",
        "Definitions", "Versions",
    ]  # fmt: skip


def test_definitions_come_with_source_and_evidence(visits):
    text = section(page_of(visits), "definitions")
    for name in ("cjadas10", "consolaro-2014", "giannini-1997"):
        assert name in text
    assert "Arthritis Rheum 40:1202" in text
    assert "Evidence: primary" in text


def test_versions_and_intended_use_stand_there(visits):
    page = page_of(visits)
    assert ["jiascores", jia.__version__] in rows(section(page, "versions"))
    assert re.search(r'id="intended-use">[^<]*not a medical device', page)


class _Reader(HTMLParser):
    """What a page would load or run, its ids and its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []

    def handle_starttag(self, tag, attrs):
        assert tag not in ("script", "link", "img", "iframe", "foreignobject")
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href") and not value.startswith(("#", "data:image")):
                self.loads.append(value)
            if name == "id":
                self.ids.append(value)


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader


def test_with_pictures_it_is_one_file_that_loads_nothing(visits, tmp_path):
    path = tmp_path / "report.html"
    page = page_of(visits, path=path, pictures=True)
    assert path.read_text(encoding="utf-8") == page
    reader = read(page)
    assert reader.loads == []
    assert "url(http" not in page
    assert page.count("<svg") == page.count("<figcaption>") == 4
    assert "prefers-color-scheme: dark" in page
    assert "width=device-width" in page


def test_the_page_can_be_read_without_seeing_it(visits):
    page = page_of(visits, pictures=True)
    reader = read(page)
    assert len(reader.ids) == len(set(reader.ids))
    assert reader.headings[0] == 1
    steps = zip(reader.headings, reader.headings[1:], strict=False)
    assert all(after <= before + 1 for before, after in steps)
    links = re.findall(r'<a href="#([^"]+)">', page)
    assert len(links) > 8
    assert set(links) <= set(reader.ids)
    assert page.count("<table") == page.count("<caption>Table ")
    assert len(re.findall(r'role="img" aria-label="[^"]+"', page)) == page.count("<svg")


def test_the_same_table_gives_the_same_bytes(visits, tmp_path):
    visits.to_csv(tmp_path / "visits.csv")
    code = (
        "import hashlib, pandas as pd, jiascores as jia; "
        "page = jia.report(pd.read_csv('visits.csv'), measures=['cjadas10', 'acr_ped', "
        "jia.ask.state('cjadas10', cutoffs='consolaro-2014', course='poly')], baseline='first', "
        "columns={'physician_global': 'phga_mm', 'date': 'day'}); "
        "print(hashlib.sha256(page.encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed, "MPLBACKEND": "Agg"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 64


def test_markup_in_the_data_is_text(visits):
    nasty = "</td></style><script>alert(1)</script>"
    visits["patient"] = visits["patient"].replace({"<C>": nasty})
    visits[f'{nasty}" onload="x'] = 1
    visits["week"] = visits["week"].map({0: f"a{nasty}", 8: f"b{nasty}"})
    visits[nasty] = "poly"
    state = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.column(nasty))
    page = page_of(visits, measures=["acr_ped", state], title=nasty, pictures=True)
    assert "<script" not in page
    read(page)
    assert page.count("&lt;script&gt;alert(1)") > 5


def test_pictures_depend_on_nothing_but_the_table(visits):
    mpl = pytest.importorskip("matplotlib")
    visits["patient"] = visits["patient"].replace({"A": "$x^$"})
    page = page_of(visits, pictures=True, treatments=visits[["patient", "day"]].iloc[:2],
                   treatment_columns={"date": "day"})  # fmt: skip
    assert "Not drawn" not in page
    with mpl.rc_context({"lines.linewidth": 9.0, "axes.facecolor": "black", "font.size": 20}):
        again = page_of(visits, pictures=True, treatments=visits[["patient", "day"]].iloc[:2],
                        treatment_columns={"date": "day"})  # fmt: skip
    assert again == page


def test_summary_says_in_sentences_what_is_open_and_why(visits):
    text = section(page_of(visits), "summary")
    assert "6 rows of 3 patients, from study day 0 to study day 56." in text
    assert "1 value refused" in text
    assert (
        "<strong>ACR Pedi response by giannini-1997</strong>: determined at 2 of 3 visits after "
        "the one compared with." in text
    )
    assert "cJADAS10</strong>: determined at 4 of 6 visits." in text


def test_what_was_missing_is_counted_where_the_answer_is_open(visits):
    found = rows(section(page_of(visits), "not-determinable"))
    title = "ACR Pedi response by giannini-1997"
    assert [title, "–", "1/3 (33.3 %)", "1/3 (33.3 %)"] in found
    why = found[found.index(["missing", "of the visits not determinable"]) :]
    at = why.index([title])
    assert why[at + 1 : at + 3] == [["ESR", "1/1 (100.0 %)"], ["patient global", "1/1 (100.0 %)"]]
    # cJADAS10 does not read the ESR, and the response is certain in spite of C's physician global.
    assert len(why[at + 1 :]) == 5
    at = why.index(["cJADAS10"])
    assert why[at + 1 : at + 3] == [
        ["physician global", "1/2 (50.0 %)"],
        ["patient global", "1/2 (50.0 %)"],
    ]
    whole = section(page_of(visits[:2]), "not-determinable")
    assert "determined at every visit" in whole


def test_gaps_at_the_visit_compared_with_are_told_apart(visits):
    visits.loc[[0, 2, 4], "chaq"] = None
    visits.loc[[0, 2, 4], "esr"] = None
    found = rows(section(page_of(visits, measures=["acr_ped"]), "not-determinable"))
    assert "CHAQ at the visit compared with" in [row[0] for row in found]
    assert "CHAQ" not in [row[0] for row in found]


def test_a_change_is_judged_after_the_visit_that_it_is_compared_with(visits):
    page = page_of(visits, measures=["horneff_improvement:within=30..120"])
    found = rows(section(page, "results-by-visit"))
    # Not at baseline; and C has no physician global there, B no patient global now.
    assert [row[0] for row in found[1:]] == ["week 8"]
    assert found[1][-2:] == ["2", "33.3–100.0"]
    assert "Improvement of JADAS10 by horneff-2014" in section(page, "results-by-visit")
    reasons = rows(section(page, "not-determinable"))
    assert "physician global at the visit compared with" in [row[0] for row in reasons]


def test_of_two_reactants_only_the_one_that_counts_can_be_missing(visits):
    visits["crp"] = None
    visits.loc[[2, 3], "esr"] = None
    visits.loc[2, "crp"] = 30.0
    page = page_of(visits, measures=["jadas10"], marker="esr-else-crp")
    found = rows(section(page, "not-determinable"))
    # B alone has no ESR at baseline; of A and C no CRP is missed.
    assert ["CRP", "1/2 (50.0 %)"] in found
    assert "ESR" not in [row[0] for row in found]


def test_columns_that_requests_and_rules_use_are_not_unknown(visits):
    visits = visits.assign(course="poly", feverish=0, first=visits["week"] == 0)
    flare = jia.ask.flare(
        criteria="canakinumab-sjia", reference="baseline", flare_fever=jia.column("feverish")
    )
    state = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.column("course"))
    page = page_of(visits, measures=[flare, state], baseline=jia.flagged("first"))
    text = section(page, "what-was-read")
    for name in ("course", "feverish", "first"):
        assert ["named in the request", name, "", "", "yes"] in rows(text)
    assert "Columns that nothing reads: site." in text


def test_each_course_has_a_picture_of_its_own(visits):
    course = visits["patient"].map({"A": "oligo", "B": "poly", "<C>": "poly"})
    visits = visits.assign(course=course)
    state = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.column("course"))
    page = page_of(visits, measures=[state], pictures=True)
    for name in ("oligo", "poly"):
        assert f"the visits read as {name}.</figcaption>" in page


def test_many_visits_are_drawn_in_pieces_against_the_baseline_of_all(visits, monkeypatch):
    drawn, draw = [], pictures.changes

    def noted(context, places, *given):
        drawn.append((context, places))
        return draw(context, places, *given)

    monkeypatch.setattr(pictures, "changes", noted)
    two = visits[visits["patient"] != "<C>"]
    many = pd.concat(
        [two[two["day"] == (56 if at else 0)].assign(day=at, week=at) for at in range(30)]
    )
    page = page_of(many, measures=["acr_ped", STATE], pictures=True)
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page)
    changes = [one for one in captions if "Change of the core set" in one]
    assert [re.search(r"visits (\d+ to \d+)", one)[1] for one in changes] == [
        "0 to 5", "6 to 11", "12 to 17", "18 to 23",
    ]  # fmt: skip
    assert changes[-1].endswith("; the 6 later ones are not drawn.")
    flows = [one for one in captions if "state to state" in one]
    assert [re.search(r"visits (\d+ to \d+)", one)[1] for one in flows][:2] == ["0 to 5", "5 to 11"]
    assert "Not drawn" not in page
    assert "Missing values by variable and visit (4 of 4)" in page
    # Every picture is against the baseline of all, though it does not show it.
    assert all(context.baseline_of_patients.tolist() == [0, 1] for context, _ in drawn)
    shown = [{places[0][at] for at in places[1] if at >= 0} for _, places in drawn]
    assert shown[3] == set(range(18, 24))


def test_each_piece_of_a_flow_counts_every_patient(visits, monkeypatch):
    titles, draw = [], pictures.plot.state_flow

    def noted(*given, **named):
        ax = draw(*given, **named)
        titles.append(ax.get_title(loc="left"))
        return ax

    monkeypatch.setattr(pictures.plot, "state_flow", noted)
    one = visits[visits["patient"] == "A"]
    many = pd.concat(
        [one.tail(1).assign(day=at, week=at, patient=who) for at in range(9) for who in "AB"]
    )
    many = many[(many["patient"] == "A") | (many["week"] == 0)]
    page_of(many, measures=[STATE], pictures=True)
    assert titles == ["2 patients"] * 2


def test_pictures_scroll_and_no_range_is_broken(visits):
    page = page_of(visits, pictures=True)
    shares = re.findall(r'<svg style="min-width: calc\(([\d.]+) \* ([\d.]+)pt\)"', page)
    widths = re.findall(r'<svg [^>]*?width="([\d.]+)pt"', page)
    assert len(widths) == page.count("<svg") > 0
    assert [width for _, width in shares] == widths
    # However narrow the screen, letters of 8 points have 10 pixels.
    assert all(8 * 96 / 72 * float(least) >= 10 for least, _ in shares)
    assert not re.search(r"\d–\d", section(page, "results-by-visit"))


def test_many_patients_are_drawn_from_counts(visits):
    many = pd.concat([visits[visits["patient"] == "A"].assign(patient=who) for who in range(501)])
    treatments = pd.DataFrame({"patient": range(1001), "given": 0})
    page = page_of(many, pictures=True, measures=["cjadas10", "acr_ped"])
    assert "data:image/png" in section(page, "pictures")
    assert len(page) < 300_000
    page = page_of(
        many,
        pictures=True,
        measures=["horneff_improvement:within=30..120"],
        treatments=treatments,
        treatment_columns={"date": "given"},
    )
    assert "Not drawn: Follow-up of every patient" in page
    assert "They are 1001, and a page has room for 1000." in page


def test_a_table_without_rows_has_nothing_to_draw(visits):
    page = page_of(visits[:0], pictures=True)
    assert "<p>Nothing to draw.</p>" in section(page, "pictures")


def test_a_course_of_each_row_is_that_of_its_column(visits):
    visits["course"] = ["oligo", "oligo", "poly", "poly", "poly", "poly"]
    state = jia.ask.state("cjadas10", cutoffs="consolaro-2014")
    said = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.column("course"))
    pages = [page_of(visits, measures=[one], pictures=True) for one in (state, said)]
    drawn, also = (section(page, "pictures") for page in pages)
    assert drawn == also
    assert (
        drawn.count("over the states by consolaro-2014") == 4
    )  # caption and label, for each course


def test_treatments_are_drawn_without_a_response_too(visits):
    treatments = pd.DataFrame({"patient": ["A"], "given": [0]})
    page = page_of(
        visits,
        pictures=True,
        measures=["cjadas10"],
        treatments=treatments,
        treatment_columns={"date": "given"},
    )
    drawn = section(page, "pictures")
    assert "Follow-up of every patient who was treated" in drawn
    assert "ACR Pedi" not in drawn
    assert "Not drawn" not in page


def test_a_table_without_patients_says_what_is_not_drawn(visits):
    table = visits.drop(columns="patient")
    page = page_of(table, pictures=True, measures=["cjadas10"], baseline=None)
    assert "Not drawn: cJADAS10 of every patient over time. the table has no column" in page


def test_one_child_is_not_drawn_as_a_cohort(visits):
    page = page_of(visits[visits["patient"] == "A"], pictures=True)
    assert re.findall(r"<figcaption>(.*?)</figcaption>", page) == [
        "Figure 1. cJADAS10 of every patient over time, over the states by consolaro-2014.",
        "Figure 2. Change of the core set against the baseline, values; the lines are those of giannini-1997.",
    ]


def test_a_picture_that_cannot_be_drawn_says_why(visits):
    visits["week"] = 8
    page = page_of(visits, pictures=True)
    assert (
        "Not drawn: Patients from state to state: cJADAS10 disease state by consolaro-2014. patient A, B, "
        "&lt;C&gt; has two rows at visit 8; each counts once." in page
    )


def test_treatments_and_joints_are_drawn_where_they_are_given(visits):
    joints = pd.DataFrame(0.0, index=visits.index, columns=[f"act_{one}" for one in JOINTS_71])
    joints.loc[[0, 2], "act_knee_left"] = 1
    treatments = pd.DataFrame({"patient": ["A", "B"], "given": [0, 0]})
    page = page_of(
        pd.concat([visits, joints], axis=1),
        pictures=True,
        joints="act_",
        treatments=treatments,
        treatment_columns={"date": "given"},
    )
    assert "How often each joint is active at visit 0, of 3." in page
    assert "How often each joint is active at visit 8, of 3." in page
    assert "Follow-up of every patient who was treated" in page
    assert "Not drawn" not in page
    read_columns = section(page, "what-was-read")
    assert "Columns that nothing reads: site." in read_columns
    assert ["joints", "71 columns, from &#x27;act_cervical_spine&#x27; on"] in rows(read_columns)


@pytest.mark.parametrize("kind", [pl.from_pandas, lambda table: pl.from_pandas(table).to_arrow()])
def test_every_kind_of_table_gives_the_same_results(visits, kind):
    one, other = page_of(visits), page_of(kind(visits))
    for name in ("missing-values", "results-by-visit", "definitions"):
        assert section(one, name) == section(other, name)


def test_without_a_column_for_the_visit_they_are_numbered(visits):
    page = page_of(visits[::-1], by=None)
    assert "numbered for each patient" in page
    assert rows(section(page, "missing-values"))[0] == ["variable", "1", "2", "all rows"]
    named = page_of(visits.rename(columns={"week": "nominal_visit"}), by=None)
    assert rows(section(named, "missing-values"))[0] == ["variable", "0", "8", "all rows"]


def test_long_lists_are_cut_and_counted(visits, monkeypatch):
    visits["esr"] = -1.0
    text = section(page_of(visits), "refused-and-suspicious-values")
    assert "… and 1 more" in text
    assert ["ESR", "6"] in [row[:2] for row in rows(text)]
    monkeypatch.setattr(sections, "SHOWN_FINDINGS", 1)
    assert "more: see jia.check" in section(page_of(visits), "refused-and-suspicious-values")


def test_without_scipy_and_matplotlib_it_says_what_was_left_out(visits, monkeypatch):
    monkeypatch.setattr(blocks, "need", lacking)
    page = page_of(visits, measures=[STATE], pictures=True)
    assert section(page, "summary").count("Left out: ") == 2
    found = rows(section(page, "results-by-visit"))
    assert ["low", "1/2 (50.0 %)", "–", "1", "33.3–66.7"] in found
    assert "Clopper" not in page
    assert not {"scipy", "matplotlib"} & {row[0] for row in rows(section(page, "versions"))}
    assert section(page_of(visits), "summary").count("Left out: ") == 1


def lacking(package, extra, why):
    raise jia.errors.MissingExtraError(f"{why} needs {package}", variable=package)


def test_a_title_is_text_and_not_html(visits):
    assert "<title>a &lt; b</title>" in page_of(visits, title="a < b")


def test_the_course_is_in_the_results_and_is_no_picture(visits):
    visits["ilar"] = "polyarthritis_rf_negative"
    state = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.from_category("ilar"))
    page = page_of(visits, measures=[state], pictures=True)
    assert "course_consolaro_2014" in section(page, "results-by-visit")
    pictures = section(page, "pictures")
    assert "Patients from state to state: cJADAS10 disease state by consolaro-2014" in pictures
    assert "course_consolaro_2014" not in pictures


def test_words_that_are_not_understood_are_listed_and_left_out(visits):
    visits["pattern"] = ["poly", "Poly", "poly", "oligo", "poly", "poly"]
    state = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.column("pattern"))
    page = page_of(visits, measures=[state])
    found = section(page, "refused-and-suspicious-values")
    assert "Poly" in found
    assert "Not understood. Here it can be oligo, poly" in found
    assert ["pattern", "1/3 (33.3 %)"] in rows(section(page, "not-determinable"))


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.from_pandas])
def test_ids_of_several_columns_and_a_visit_that_is_called_date(visits, kind):
    odd = visits.drop(columns="patient").assign(
        site=[1, 1, 2, 2, 2, 2], subject=["01", "01", "01", "01", "02", "02"]
    )
    odd = odd.rename(columns={"day": "visit_day", "week": "date"})
    columns = {**NAMES, "patient": ["site", "subject"], "date": "visit_day"}
    asked = {"by": jia.column("date"), "columns": columns, "pictures": True}
    page = page_of(kind(odd), **asked)
    assert "Not drawn" not in page
    assert ["patients", "3"] in rows(section(page, "what-was-read"))
    found = rows(section(page, "results-by-visit"))
    assert found[1] == ["date 0", "2", "21.00", "21.00–21.00", "21.00–21.00", "1"]
    cohort = read_cohort(
        kind(odd),
        ["cjadas10"],
        by=jia.column("date"),
        arm=None,
        joints=None,
        characteristics=(),
        columns=columns,
        units={"physician_global": "mm"},
        baseline="first",
        marker=None,
    )
    table = cohort.table(cohort.readings[0].outputs, visits=range(1))
    # The visit keeps its name, and the day of the visit has another.
    assert cohort.named == {**columns, "patient": "patient", "date": "date_"}
    assert list(table) == ["patient", "date_", "date", "cjadas10"]
    assert table["patient"].nunique() == 3
    assert table["date_"].tolist() == [0, 56] * 3
    assert table["date"].tolist()[::2] == [0] * 3
    assert table["date"].isna().tolist() == [False, True] * 3


@pytest.mark.parametrize("visits", [126, 127, 128, 129])
def test_many_visits_are_each_counted(visits):
    table = pd.DataFrame(
        {"patient": ["A"] * visits + ["B"], "date": [*range(visits), 0], "active_joints": 2.0}
    ).assign(physician_global=3.0, patient_global=1.0)
    page = jia.report(table, measures=["cjadas10"], pictures=False)
    found = {row[0]: row[1] for row in rows(section(page, "results-by-visit"))}
    assert found["visit 1"] == "2"
    assert [found[f"visit {each}"] for each in range(2, visits + 1)] == ["1"] * (visits - 1)


def test_a_large_table_is_not_held_several_times():
    patients, visits = 3000, 10
    rng, rows_ = np.random.default_rng(1), 3000 * 10
    scales = {"physician_global": 10, "patient_global": 10, "chaq": 3}
    counts = {"active_joints": 30, "limited_joints": 30, "esr": 100}
    table = pd.DataFrame(
        {
            "patient": np.repeat(np.arange(patients), visits),
            "date": np.tile(np.arange(visits) * 30, patients),
            **{name: rng.integers(0, 8 * most, rows_) / 8 for name, most in scales.items()},
            **{name: rng.integers(0, most, rows_) * 1.0 for name, most in counts.items()},
        }
    )
    asked = {"measures": ["jadas10", "acr_ped", STATE], "baseline": "first", "pictures": False}
    jia.report(table.head(20), **asked)
    tracemalloc.start()
    try:
        jia.report(table, **asked)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # It was 2.6 when everything that was read stayed until the page was made, and is 1.6.
    assert peak < 2.1 * table.memory_usage().sum()


def test_headings_say_what_was_asked_for_where_a_name_does_not(visits):
    asked = [
        jia.ask.acr_ped(name="my_response"),
        jia.ask.acr_ped(missing="worst-case"),
        jia.ask.loss_of_response(50),
        jia.ask.responder(70),
    ]
    page = page_of(visits, measures=asked)
    titles = re.findall(r'<h3 id="result-\d">(.*?) <span', page)
    assert titles[0] == "my response"
    assert titles[1] == "ACR Pedi response by giannini-1997, missing values: worst-case"
    assert "(ACR Pedi 50)" in titles[2]
    assert titles[3] == "ACR Pedi 70 response by giannini-1997"


def test_a_characteristic_of_many_words_is_counted_and_a_calendar_gives_the_period(visits):
    many = pd.concat([visits.iloc[:1]] * 14).assign(patient=range(14), town=[*"abcdefghijklmn"])
    many["day"] = pd.date_range("2024-03-30", periods=14)
    page = page_of(many, measures=["cjadas10"], characteristics=[jia.column("town")])
    assert ["different entries", "14"] in rows(section(page, "patients"))
    assert "of 14 patients, from 2024-03-30 to 2024-04-12." in section(page, "summary")


def test_a_table_without_the_core_set_says_so():
    table = pd.DataFrame({"patient": ["A"], "date": [0], "ferritin": [900.0]})
    asked = {"platelets": [150.0], "ast": [60.0], "triglycerides": [2.0], "fibrinogen": [300.0]}
    page = jia.report(
        table.assign(**asked, febrile=True, known_or_suspected_sjia=True),
        measures=["mas_2016"],
        pictures=False,
    )
    assert "The table has no variable of the core set." in section(page, "core-set-by-visit")
