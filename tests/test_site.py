"""The site that was built, as a reader finds it: three clicks to an answer, and no barrier on the way.

`make test-browser` runs these in a headless Chromium, on what `make docs` has built.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import metadata
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import Chromium

SITE = Path(__file__).parent.parent / "docs" / "_build" / "html"
MOST_CLICKS = 3


@pytest.fixture(scope="module")
def site() -> Path:
    if not (SITE / "index.html").is_file():
        pytest.fail("the site is not built: run `make docs` first", pytrace=False)
    return SITE


@pytest.fixture(scope="module")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    browser = Chromium(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


# --------------------------------------------------------------------------------------------
# Three clicks

# What a reader asks: the links to follow from the landing page, and what the last page answers.
QUESTIONS = {
    "Is exactly 30 % a response?": (
        ["Questions"],
        "Yes. Improvement counts from 30 % on.",
    ),
    "What does a missing ESR do?": (
        ["Missing values"],
        "An ESR that nobody measured is not an ESR of 0.",
    ),
    "Which cut-off set for extended oligoarthritis?": (
        ["Which measure, which cut-off set?"],
        "extended oligoarthritis all but rosina-2024 read as poly",
    ),
    "What is NRI, and how do I ask for it?": (
        ["Questions", "My data have gaps"],
        'jia.ask.responder(70, missing="nri")',
    ),
    "Can it read an Excel file without Python?": (
        ["Files without Python"],
        "an Excel workbook, SAS (.xpt, .sas7bdat), SPSS, Stata or Parquet",
    ),
    "Can it read a REDCap export?": (
        ["REDCap, long and wide"],
        "jia.prepare.from_redcap(",
    ),
    "How is a flare judged?": (
        ["Questions", "Flare"],
        "brunner-2002",
    ),
    "Who made this, and how do I report an error?": (
        ["Who made this, and how to report an error"],
        metadata("jiascores")["Author"],
    ),
}
# The first link with this text that a reader sees, outside the navigation of the theme.
FOLLOW = """(words) => [...document.querySelectorAll("main article a, .bd-article a")]
  .filter((one) => one.checkVisibility() && one.innerText.trim() === words)
  .map((one) => one.href)[0]"""


@pytest.mark.browser
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_in_three_clicks(
    one_browser: Chromium, site: Path, question: str
) -> None:
    links, answer = QUESTIONS[question]
    assert len(links) <= MOST_CLICKS
    one_browser.window(1280, 900)
    one_browser.open(site / "index.html")
    for words in links:
        target = one_browser.evaluate(f"({FOLLOW})({json.dumps(words)})")
        assert target, f"no link says {words!r} on {one_browser.evaluate('document.title')}"
        one_browser.visit(target)
    text = one_browser.evaluate("document.querySelector('article').innerText")
    assert answer in " ".join(text.split())


@pytest.mark.browser
def test_the_landing_page_has_a_door_for_each_reader(one_browser: Chromium, site: Path) -> None:
    one_browser.window(1280, 900)
    one_browser.open(site / "index.html")
    doors = one_browser.evaluate(
        """Object.fromEntries([...document.querySelectorAll(".landing-readers > li")].map((door) =>
          [door.querySelector("p").innerText, [...door.querySelectorAll("a")].map((one) => one.href)]))"""
    )
    assert list(doors) == [
        "In the clinic",
        "For statistics",
        "For data management",
        "For development",
    ]
    for links in doors.values():
        assert len(links) == 3
        assert all(Path(each.removeprefix("file://")).is_file() for each in links)


@pytest.mark.browser
def test_addresses_of_the_project_are_those_of_its_metadata(
    one_browser: Chromium, site: Path
) -> None:
    one_browser.open(site / "intended-use.html")
    found = one_browser.evaluate(
        """[...document.querySelectorAll("#who-made-this-and-how-to-report-an-error a")]
          .map((one) => one.getAttribute("href")).filter((one) => /^(https?|mailto):/.test(one))"""
    )
    named = metadata("jiascores").get_all("Project-URL") or []
    assert found == [each.partition(", ")[2] for each in named]


# --------------------------------------------------------------------------------------------
# No barriers

# A screen, and a phone that is touched.
WINDOWS = {"1280": (1280, 900, False), "390": (390, 844, True)}
# The other pages have the layout of one of these there.
ON_A_SCREEN = ("index.html", "calculator/index.html", "sample-report.html", "reference/states.html")
AXE = """axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => [one.id, one.impact, one.nodes.slice(0, 3).map((node) =>
    node.html.slice(0, 200) + " " + node.failureSummary.slice(0, 300))]))"""


def html_pages() -> list[str]:
    """Return the pages of the site, the sample report among them."""
    found = [path.relative_to(SITE) for path in SITE.rglob("*.html")]
    return sorted(path.as_posix() for path in found if path.parts[0] != "_static")


@pytest.mark.browser
def test_axe_finds_no_barrier_on_any_page(one_browser: Chromium, site: Path) -> None:
    """axe calls nothing serious or critical: every page on a phone, some on a screen too."""
    axe = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
    names = html_pages()
    assert set(ON_A_SCREEN) <= set(names)
    found: dict[str, Any] = {}
    for name in names:
        for window, (width, height, touch) in WINDOWS.items():
            if window != "390" and name not in ON_A_SCREEN:
                continue
            one_browser.window(width, height, touch=touch)
            one_browser.open(site / name)
            one_browser.evaluate(f"{axe}; true")
            if barriers := one_browser.evaluate(AXE):
                found[f"{name} at {window}"] = barriers
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)


@pytest.mark.browser
def test_axe_finds_a_barrier_that_is_there(one_browser: Chromium, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><title>Page</title><main><input><img src="a.png"></main>')
    axe = (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
    one_browser.open(page)
    one_browser.evaluate(f"{axe}; true")
    assert {"html-has-lang", "image-alt", "label"} <= {one for one, *_ in one_browser.evaluate(AXE)}
