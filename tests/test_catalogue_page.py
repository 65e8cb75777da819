"""The catalogue and the table of variables of the documentation, as a browser shows them."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.variables import VARIABLES
from tests.chromium import Chromium

DOCS = Path(__file__).parent.parent / "docs"
sys.path.insert(0, str(DOCS / "_ext"))
STATIC = ("jiascores.css", "catalogue.js")


def page(text: str) -> str:
    """Return a page of Markdown with HTML in it, as far as these pages have it."""
    inside = re.sub(r"```({raw} html)?\n", "", text)
    inside = re.sub(r"^## (.*)$", r"</section><section><h2>\1</h2>", inside, flags=re.MULTILINE)
    head = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Page</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{STATIC[0]}"><script src="{STATIC[1]}"></script>'
        "<style>body { margin: 1rem; font-family: sans-serif; }</style>"
    )
    return f'{head}<main class="bd-article"><section>{inside}</section></main>'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("matplotlib")
    import generated_pages  # of docs/_ext

    folder = tmp_path_factory.mktemp("site")
    for name in STATIC:
        shutil.copy(DOCS / "_static" / name, folder)
    (folder / "catalogue.html").write_text(page(generated_pages.catalogue()), "utf-8")
    (folder / "variables.html").write_text(page(generated_pages.variables()), "utf-8")
    return folder


@pytest.fixture(scope="module")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    browser = Chromium(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


FILTER = """(wanted) => {
  const words = document.getElementById("catalogue-words");
  words.value = wanted;
  words.dispatchEvent(new Event("input", { bubbles: true }));
  const rows = [...document.querySelectorAll("table.catalogue > tbody > tr")].filter((row) => row.checkVisibility());
  return {
    shown: rows.map((row) => row.id),
    open: rows.flatMap((row) => [...row.querySelectorAll("details[open] > summary")].map((one) => one.textContent)),
    count: document.getElementById("catalogue-count").textContent,
    text: rows.map((row) => row.innerText).join(" "),
  };
}"""


@pytest.mark.browser
def test_what_the_filter_hits_is_opened(one_browser: Chromium, site: Path) -> None:
    one_browser.window(1280, 900)
    one_browser.open(site / "catalogue.html")

    def filtered(words: str) -> Any:
        return one_browser.evaluate(f"({FILTER})({words!r})")

    everything = filtered("")
    assert len(everything["shown"]) == len(published())
    assert everything["open"] == []
    found = filtered("EPOCA")
    assert found["shown"] == ["cut-off-set-trincianti-2021"]
    assert found["open"] == ["Made in 1936 children"]
    assert "multinational EPOCA study" in found["text"]
    assert found["count"] == "1 shown"
    # A word that stands in the open opens nothing.
    assert filtered("consolaro-2012-2014 10.5")["open"] == ["3 notes"]
    assert "4 notes" not in filtered("jadas27 bulatovic")["open"]
    # Without accents, and several words that stand in different parts of a row.
    assert "cut-off-set-backstrom-2016" in filtered("backstrom youden")["shown"]
    assert filtered("")["open"] == []


@pytest.mark.browser
def test_a_cutoff_set_says_where_it_comes_from(one_browser: Chromium, site: Path) -> None:
    one_browser.open(site / "catalogue.html")
    for cutoffs in published(jia.typing.CutoffSet):
        row = one_browser.evaluate(
            f"document.getElementById('cut-off-set-{cutoffs.name}').textContent"
        )
        for about, words in cutoffs.background.items():
            assert f"{about}: {words}" in row


@pytest.mark.browser
def test_the_variables_are_a_table(one_browser: Chromium, site: Path) -> None:
    one_browser.window(1280, 900)
    one_browser.open(site / "variables.html")
    rows = one_browser.evaluate(
        "[...document.querySelectorAll('table.variables > tbody > tr')].map((row) => "
        "[...row.cells].map((cell) => cell.textContent))"
    )
    assert [name for name, *_ in rows] == sorted(VARIABLES)
    by_name = {name: cells for name, *cells in rows}
    assert by_name["crp"][0] == "C-reactive protein"
    assert by_name["crp"][1] == "0 or more mg/L"
    assert "mg/dL × 10" in by_name["crp"][2]
    anchors = one_browser.evaluate("[...document.querySelectorAll('tr[id]')].map((row) => row.id)")
    assert len(set(anchors)) == len(VARIABLES)


BROKEN = """() => {
  const broken = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (!node.parentElement.checkVisibility()) continue;
    for (const { 0: word, index } of node.textContent.matchAll(/[\\p{L}\\d]+/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (tops.size > 1) broken.push(word);
    }
  }
  return [document.documentElement.scrollWidth - innerWidth, broken];
}"""


@pytest.mark.browser
@pytest.mark.parametrize("name", ["catalogue.html", "variables.html"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_word_is_broken_and_nothing_is_cut(
    one_browser: Chromium, site: Path, name: str, width: int
) -> None:
    one_browser.window(width, 900, touch=width < 500)
    one_browser.open(site / name)
    wider, broken = one_browser.evaluate(f"({BROKEN})()")
    assert wider <= 0
    assert broken == []
