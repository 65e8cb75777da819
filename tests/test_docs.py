"""What the documentation shows runs, and prints what it says; every public name is explained."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import inspect
import io
import json
import os
import pkgutil
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import jiascores as jia
from jiascores.core.definition import published

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "_ext"))
import notebook  # noqa: E402 - of docs/_ext
from public_names import WITHOUT_EXAMPLES, public  # noqa: E402 - of docs/_ext

BLOCK = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(\n```text\n(?P<printed>.*?)^```$)?", re.DOTALL | re.MULTILINE
)
# A page that says this near its top runs on an engine of its own.
ENGINE = "% engine: pyspark"


def pages() -> list[Path]:
    """Return the pages people wrote; what is generated is made from the objects."""
    found = [
        page
        for ending in ("md", "rst")
        for page in DOCS.rglob(f"*.{ending}")
        if not {"_build", "generated", "gallery"} & set(page.relative_to(DOCS).parts)
    ]
    return [ROOT / "README.md", *sorted(found)]


def with_code() -> list[object]:
    """Return the pages with code, those that need an engine marked."""
    found: list[object] = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        if "```python" in text or ">>>" in text:
            marks = [pytest.mark.engines] if ENGINE in text else []
            name = page.relative_to(ROOT).as_posix()
            found.append(pytest.param(page, id=name, marks=marks))
    return found


def words(text: str) -> list[str]:
    """Return what was printed without its spacing, in which versions of pandas differ."""
    return re.sub(r"\b(NaN|None|NaT|nan)\b|<NA>", "NA", text).split()


@pytest.mark.parametrize("page", with_code())
def test_a_page_runs_and_prints_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in [*(DOCS / "data").iterdir(), *(ROOT / "examples/msc_trial").glob("*.*")]:
        if file.is_file():
            shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    names: dict[str, object] = {"__name__": "page"}
    ran = 0
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        code = block["code"]
        if ">>>" in code:
            parser, runner = doctest.DocTestParser(), doctest.DocTestRunner()
            test = parser.get_doctest(code, names, page.name, str(page), 0)
            assert runner.run(test, clear_globs=False).failed == 0
            names.update(test.globs)
        else:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(code, str(page), "exec"), names)
            assert words(printed.getvalue()) == words(block["printed"] or ""), code
        ran += 1
    assert ran, "code in this page is in no block that this test finds"


# Their examples need lifelines or statsmodels.
STATS = ("jiascores.tables.summaries",)


def modules() -> list[object]:
    """Return the modules of the package, whose docstrings hold examples."""
    return [
        pytest.param(each.name, marks=[pytest.mark.stats] if each.name in STATS else [])
        for each in pkgutil.walk_packages(jia.__path__, "jiascores.")
        if not each.name.endswith("__main__")
    ]


@pytest.mark.parametrize("name", modules())
def test_examples_in_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    assert doctest.testmod(module, optionflags=flags).failed == 0


def explained() -> str:
    """Return the pages of the reference, without the list of them."""
    pages = sorted((DOCS / "reference").glob("*.rst"))
    return "\n".join(page.read_text("utf-8") for page in pages if page.stem != "index")


def test_the_groups_of_the_reference_hold_public_names_once() -> None:
    # A page made with the site takes up what has no group yet, so that no name is left out.
    shown = re.findall(r"^   ([\w.]+)$", explained(), re.MULTILINE)
    assert len(shown) == len(set(shown))
    assert set(shown) <= {name for name, _ in public()}


def test_every_public_name_is_documented() -> None:
    for name, value in public():
        doc = inspect.getdoc(value) or ""
        assert doc or not isinstance(value, type), name
        if not name.startswith(WITHOUT_EXAMPLES):
            assert "Examples\n--------" in doc, f"{name} has no example"
        if inspect.isfunction(value) and inspect.signature(value).return_annotation != "None":
            assert "Returns\n-------" in doc or "Yields\n------" in doc, (
                f"{name} does not say what it returns"
            )


def test_every_function_says_what_else_to_look_at() -> None:
    known = dict(public())
    for name, value in known.items():
        if not inspect.isfunction(value) or name.startswith("testing."):
            continue
        doc = inspect.getdoc(value) or ""
        section = re.search(r"See Also\n-+\n(.*?)(?=\n\S[^\n]*\n-+\n|\Z)", doc, re.DOTALL)
        assert section, name
        for line in filter(None, map(str.strip, section[1].splitlines())):
            target, _, words = line.partition(" : ")
            named = [each.strip().removeprefix("jiascores.") for each in target.split(",")]
            assert set(named) <= set(known), (name, named)
            assert name not in named
            assert words.endswith(".") or not words, (name, line)


@pytest.mark.sphinx
def test_every_picture_is_drawn_in_the_gallery() -> None:
    import family  # of docs/_ext

    drawn = family.gallery()
    assert set(drawn) == {name for name, _ in public() if name.startswith("plot.")}
    lines = ["", "Draw it.", "", "Parameters"]
    family.show_picture(None, "function", "jiascores.plot.swimmer", None, None, lines)
    assert lines[:3] == ["", "Draw it.", ""]
    assert lines[3].startswith(".. image:: /gallery/images/sphx_glr_plot_")
    assert lines[-1] == "Parameters"


@pytest.mark.sphinx
def test_a_parameter_that_takes_a_definition_has_its_names_as_links() -> None:
    import links  # of docs/_ext

    for call, parameter in (
        (jia.disease_state, "cutoffs"),
        (jia.disease_state, "measure"),
        (jia.flare, "criteria"),
        (jia.retreatment, "protocol"),
        (jia.ask.course, "cutoffs"),
    ):
        lines = [f"    **{parameter}** : a type", "        What it is.", "", "**Returns**"]
        links.list_names(None, "function", "", call, None, lines)
        named = links.names_for(parameter, links.types_of(call))
        assert lines[0].startswith(f"    **{parameter}**")
        assert lines[-1] == "**Returns**"
        assert len(named) == lines[4].count(":definition:") > 0
        for each in named:
            assert f":definition:`{each.kind}|{each.name}`" in lines[4]
    sets = links.names_for("cutoffs", links.types_of(jia.disease_state))
    assert sets == list(published(jia.typing.CutoffSet))
    # A state is of a score that some set has bounds for.
    scores = {each.name for each in links.names_for("measure", links.types_of(jia.disease_state))}
    assert "sjadas10" in scores
    assert "jspada" not in scores
    # Every parameter whose type is a definition is one of these.
    found = [
        (name, parameter)
        for name, value in public()
        if inspect.isfunction(value)
        for parameter in links.types_of(value)
        if links.names_for(parameter, links.types_of(value))
    ]
    assert {"criteria", "cutoffs", "protocol", "rule", "difference", "scoring"} <= {
        parameter for _, parameter in found
    }


@pytest.mark.sphinx
def test_what_must_be_given_is_shown_without_a_default() -> None:
    import links  # of docs/_ext

    shown = {
        name: links.without_none(
            str(inspect.signature(value)).replace(" = None", "=None"), links.types_of(value)
        )
        for name, value in public()
        if inspect.isfunction(value)
    }
    for name, parameter in (
        ("course_notes", "cutoffs"),
        ("ask.course", "cutoffs"),
        ("remission", "max_gap_days"),
        ("analysis.time_to_flare", "criteria"),
        ("analysis.stratified_difference", "method"),
        ("prepare.below_limit", "rule"),
        ("prepare.laboratory_values", "lab_window_days"),
    ):
        assert f"{parameter}=None" not in shown[name], shown[name]
        assert re.search(rf"\b{parameter}\b", shown[name])
    assert "crp=None" in links.without_none("(*, esr=None, crp=None)", links.types_of(jia.jadas10))
    assert links.without_none("(score, course=Ellipsis)", {}) == "(score, course=...)"
    # A name that ends alike is another one.
    assert links.without_none("(a_rule=None, rule=None)", {"rule": "str"}) == "(a_rule=None, rule)"


def test_a_door_says_what_it_is_for() -> None:
    doors = {name.partition(".")[0] for name, _ in public() if "." in name}
    assert doors == {
        *("adam", "analysis", "ask", "datasets", "errors", "plot", "prepare", "testing", "typing")
    }
    assert all(getattr(jia, door).__doc__ for door in doors)


def test_every_error_is_behind_its_door() -> None:
    package = importlib.import_module("jiascores.core.errors")
    errors = [value for value in vars(package).values() if isinstance(value, type)]
    for error in errors:
        if issubclass(error, jia.JiaScoresError):
            assert getattr(jia.errors, error.__name__) is error


def test_the_tests_see_the_documentation_of_this_folder() -> None:
    assert (DOCS / "index.md").exists()
    assert os.fspath(DOCS / "index.md") in {os.fspath(page) for page in pages()}


def test_every_method_stands_in_the_simulated_coverage() -> None:
    """The page of the statistics has a figure for each method of each size, from enough simulations."""
    from jiascores.statistics.proportions import METHODS

    page = (ROOT / "benchmarks" / "coverage.md").read_text(encoding="utf-8")
    assert page.startswith("From 10,000 simulations of each cell (seed 20190508;")
    for method in METHODS:
        rows = [row for row in page.splitlines() if row.startswith(f"| `{method}` |")]
        assert len(rows) == 7
        assert all(row.count("|") == 7 and "–" not in row for row in rows)


@pytest.mark.parametrize("name", ["parallel-arms", "withdrawal", "registry", "msc-trial"])
def test_a_tutorial_goes_from_visits_to_a_table_without_a_loop_or_a_merge(name: str) -> None:
    text = (DOCS / "tutorials" / f"{name}.md").read_text(encoding="utf-8")
    code = "\n".join(block["code"] for block in BLOCK.finditer(text))
    assert not re.search(r"\bfor\b|\bwhile\b|\.merge\(|\.join\(|\.apply\(|groupby", code)
    assert "_table(" in code
    assert "By hand" in text


def test_the_invented_trials_are_those_that_their_program_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    source = DOCS / "data" / "trials.py"
    exec(compile(source.read_text(encoding="utf-8"), str(source), "exec"), names)
    written = sorted(tmp_path.iterdir())
    assert len(written) == 6
    for file in written:
        assert file.read_text(encoding="utf-8") == (DOCS / "data" / file.name).read_text(
            encoding="utf-8"
        )


def test_the_notebook_is_the_first_tutorial_and_runs_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = notebook.NOTEBOOK.read_text(encoding="utf-8")
    assert text == notebook.notebook(), "run python docs/_ext/notebook.py"
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for cell in json.loads(text)["cells"]:
        if cell["cell_type"] == "code":
            with contextlib.redirect_stdout(io.StringIO()):
                exec("".join(cell["source"]), names)
    assert (tmp_path / "assessed.csv").is_file()


def test_the_citation_is_of_this_version() -> None:
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert f"version: {jia.__version__}" in lines


def test_the_hazard_log_names_tests_that_exist() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", (DOCS / "validation/hazards.md").read_text("utf-8"))
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).is_file()] == []


# What nobody says who speaks English every day; and ACR Pedi has one spelling.
STILTED = re.compile(
    r"called otherwise|cannot be said|\bmend(s|ed|ing)?\b|\bown rules?\b|\bis none of the 71\b"
    r"|(?<!there )\bis no (number|variable|domain|column|workbook|full date|code|score|word)\b"
    r"|\bthat is none\b|\bnobody's reason\b|(?-i:\bMake it one\b)|\bnothing is asked for\b"
    r"|\bsays (two|more than one) things? of\b|\bis told by (its|the) content\b"
    r"|\bthe report bears\b|\b(findings|rows) are put in order\b|\ball of it at once\b"
    r"|(?-i:ACR[ -]Ped\b(?!\d))",
    re.IGNORECASE,
)


def helps() -> Iterator[tuple[str, str]]:
    """Yield each command of the command line, with what its `--help` prints."""
    from jiascores.cli import main

    waiting = [("jiascores", main)]
    while waiting:
        name, command = waiting.pop()
        yield f"{name} --help", command.get_help(click.Context(command, info_name=name))
        waiting += [
            (f"{name} {each}", below) for each, below in getattr(command, "commands", {}).items()
        ]


def test_what_users_read_has_no_stilted_phrase() -> None:
    sources = [path for kind in ("py", "pyi") for path in (ROOT / "src").rglob(f"*.{kind}")]
    scripts = [*(DOCS / "_static").rglob("*.js")]
    read = [*pages(), ROOT / "CHANGELOG.md", *sources, *scripts]
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in read}
    printed = dict(helps())
    assert len(printed) > 15
    found = [
        f"{name}: {match[0]}"
        for name, text in {**texts, **printed}.items()
        for match in STILTED.finditer(" ".join(text.split()))
    ]
    assert found == []
