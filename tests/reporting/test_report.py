"""The report: one page that needs nothing else, and says what was left out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pandas as pd
import polars as pl
import pytest

import jiascores as jia
from jiascores.core.joints import JOINTS_71
from jiascores.reporting import sections

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
        re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        for row in re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    ]


def test_it_says_how_the_table_was_read(visits):
    text = section(page_of(visits), "what-was-read")
    assert ["rows", "6"] in rows(text)
    assert ["patients", "3"] in rows(text)
    assert ["physician_global", "phga_mm", "mm, × 0.1 to 0-10", "0–10", "yes"] in rows(text)
    assert ["baseline", "the first visit of each patient"] in rows(text)
    assert "Columns that nothing reads: site." in text


def test_gaps_are_counted_by_visit_and_refused_values_among_them(visits):
    found = rows(section(page_of(visits), "missing"))
    assert found[0] == ["variable", "0", "8", "all rows"]
    assert ["esr", "0 of 3", "1 of 3\n33.3 %", "1 of 6\n16.7 %"] in found
    assert ["physician_global", "1 of 3\n33.3 %", "0 of 3", "1 of 6\n16.7 %"] in found
    assert "Without a gap: chaq, active_joints, limited_joints." in section(
        page_of(visits), "missing"
    )


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
        "2 of 2\n100.0 % (15.8 – 100.0)\n1 not determinable\nof all 3: 66.7 % to 100.0 %",
        "2 of 2\n100.0 % (15.8 – 100.0)\n1 not determinable\nof all 3: 66.7 % to 100.0 %",
        "1 of 3\n33.3 % (0.8 – 90.6)",
        "1 of 3\n33.3 % (0.8 – 90.6)",
        "1 of 3\n33.3 % (0.8 – 90.6)",
    ]
    # Of a single patient known, and inactive: Clopper and Pearson give 2.5 % at the least.
    alone = page_of(visits[visits["patient"] == "<C>"], measures=[STATE], baseline=None)
    assert "1 of 1\n100.0 % (2.5 – 100.0)" in alone
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
        "<strong>acr_ped</strong>: not determinable at 1 of 3 visits after the one compared with "
        "(33.3 %); missing there most often: esr (1), patient_global (1)." in text
    )
    assert "cjadas10</strong>: not determinable at 2 of 6 visits (33.3 %)" in text


def test_what_was_missing_is_counted_where_the_answer_is_open(visits):
    found = rows(section(page_of(visits), "not-determinable"))
    assert ["acr_ped", "–", "1 of 3\n33.3 %", "1 of 3\n33.3 %"] in found
    assert ["acr_ped", "esr", "–", "1 of 1\n100.0 %", "1 of 1\n100.0 %"] in found
    # cJADAS10 does not read the ESR, and the response is certain in spite of C's physician global.
    assert not any(row[:2] in (["cjadas10", "esr"], ["acr_ped", "chaq"]) for row in found)
    assert next(row[:4] for row in found if row[:2] == ["cjadas10", "physician_global"]) == [
        "cjadas10",
        "physician_global",
        "1 of 1\n100.0 %",
        "0 of 1",
    ]
    whole = section(page_of(visits[:2]), "not-determinable")
    assert "determined at every visit" in whole


def test_gaps_at_the_visit_compared_with_are_told_apart(visits):
    visits.loc[[0, 2, 4], "chaq"] = None
    visits.loc[[0, 2, 4], "esr"] = None
    found = rows(section(page_of(visits, measures=["acr_ped"]), "not-determinable"))
    assert any(row[:2] == ["acr_ped", "chaq at the visit compared with"] for row in found)
    assert not any(row[:2] == ["acr_ped", "chaq"] for row in found)


def test_a_change_is_judged_after_the_visit_that_it_is_compared_with(visits):
    page = page_of(visits, measures=["horneff_improvement:within=30..120"])
    found = rows(section(page, "results-by-visit"))
    # Not at baseline; and C has no physician global there, B no patient global now.
    assert [row[0] for row in found[1:]] == ["8"]
    assert found[1][-1] == "2"
    reasons = rows(section(page, "not-determinable"))
    assert ["horneff_improvement_horneff_2014", "physician_global at the visit compared with"] in [
        row[:2] for row in reasons
    ]


def test_of_two_reactants_only_the_one_that_counts_can_be_missing(visits):
    visits["crp"] = None
    visits.loc[[2, 3], "esr"] = None
    visits.loc[2, "crp"] = 30.0
    page = page_of(visits, measures=["jadas10"], marker="esr-else-crp")
    found = rows(section(page, "not-determinable"))
    # B alone has no ESR at baseline; of A and C no CRP is missed.
    counts = {row[1]: row[3] for row in found if row[0] == "jadas10" and len(row) == 5}
    assert counts["crp"] == "1 of 1\n100.0 %"
    assert "esr" not in counts


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
    drawn, draw = [], jia.plot.response_matrix

    def noted(table, **named):
        drawn.append(table)
        return draw(table, **named)

    monkeypatch.setattr(jia.plot, "response_matrix", noted)
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
    assert "Missing values by variable and visit (3 of 3)" in page
    # Every picture has the rows of the baseline, though it does not show them.
    assert [table["day"].min() for table in drawn] == [0] * 4
    assert [set(table["week"].dropna()) for table in drawn][3] == {f"{at}" for at in range(18, 24)}


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


def test_one_child_is_not_drawn_as_a_cohort(visits):
    page = page_of(visits[visits["patient"] == "A"], pictures=True)
    assert re.findall(r"<figcaption>(.*?)</figcaption>", page) == [
        "Figure 1. cjadas10 of every patient over time, over the states by consolaro-2014.",
        "Figure 2. Change of the core set against the baseline, values; the lines are those of giannini-1997.",
    ]


def test_a_picture_that_cannot_be_drawn_says_why(visits):
    visits["week"] = 8
    page = page_of(visits, pictures=True)
    assert (
        "Not drawn: Patients from state to state: state_cjadas10_consolaro_2014. patient A, B, "
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
    for name in ("missing", "results-by-visit", "definitions"):
        assert section(one, name) == section(other, name)


def test_without_a_column_for_the_visit_they_are_numbered(visits):
    page = page_of(visits[::-1], by=None)
    assert "numbered for each patient" in page
    assert rows(section(page, "missing"))[0] == ["variable", "1", "2", "all rows"]
    named = page_of(visits.rename(columns={"week": "nominal_visit"}), by=None)
    assert rows(section(named, "missing"))[0] == ["variable", "0", "8", "all rows"]


def test_long_lists_are_cut_and_counted(visits, monkeypatch):
    visits["esr"] = -1.0
    text = section(page_of(visits), "refused-and-suspicious")
    assert "… and 1 more" in text
    assert ["esr", "6"] in [row[:2] for row in rows(text)]
    monkeypatch.setattr(sections, "SHOWN_FINDINGS", 1)
    assert "more: see jia.check" in section(page_of(visits), "refused-and-suspicious")


def test_without_scipy_and_matplotlib_it_says_what_was_left_out(visits, monkeypatch):
    monkeypatch.setattr(sections, "need", lacking)
    page = page_of(visits, measures=[STATE], pictures=True)
    assert section(page, "summary").count("Left out: ") == 2
    assert ">1 of 2\n50.0 %\nof all 3: 33.3 % to 66.7 %<" in section(page, "results-by-visit")
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
    assert "Patients from state to state: state_cjadas10_consolaro_2014" in pictures
    assert "course_consolaro_2014" not in pictures


def test_words_that_are_not_understood_are_listed_and_left_out(visits):
    visits["pattern"] = ["poly", "Poly", "poly", "oligo", "poly", "poly"]
    state = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.column("pattern"))
    page = page_of(visits, measures=[state])
    found = section(page, "refused-and-suspicious")
    assert "Poly" in found
    assert "Not understood. Here it can be oligo, poly" in found
    assert "pattern (1)" in section(page, "summary")
