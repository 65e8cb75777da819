"""The calculator of the documentation gives what the library gives.

What it computes with is written from the definition objects. The browser tests run its scripts in
a headless Chromium on thousands of inputs: `make test-browser`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import jiascores as jia
from jiascores.core.definition import lookup, published
from jiascores.core.joints import JOINTS_71
from jiascores.core.kinds import number
from jiascores.core.measure import Score
from jiascores.core.variables import VARIABLES
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.ilar import ILAR_CATEGORIES
from jiascores.measures.response import ResponseCriteria
from jiascores.measures.states import CutoffSet

DOCS = Path(__file__).parent.parent / "docs"
SCRIPTS = DOCS / "_static" / "calculator"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
sys.path.insert(0, str(DOCS / "_ext"))
import calculator  # noqa: E402 - of docs/_ext

CORE = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints")


@cache
def exported() -> Any:
    return calculator.definitions()


# --------------------------------------------------------------------------------------------
# What is handed to the page


def test_every_cutoff_set_and_criterion_is_on_the_page() -> None:
    for key, kind in (
        ("cutoff_sets", CutoffSet),
        ("response_criteria", ResponseCriteria),
        ("flare_criteria", FlareCriteria),
    ):
        assert [one["name"] for one in exported()[key]] == [one.name for one in published(kind)]


def numbers(value: Any) -> list[float]:
    """Return every number in nested data."""
    if isinstance(value, dict):
        return [found for each in value.values() for found in numbers(each)]
    if isinstance(value, list):
        return [found for each in value for found in numbers(each)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


@pytest.mark.parametrize("key", ["cutoff_sets", "response_criteria", "flare_criteria"])
def test_every_threshold_of_a_definition_is_handed_over(key: str) -> None:
    kinds = {
        "cutoff_sets": CutoffSet,
        "response_criteria": ResponseCriteria,
        "flare_criteria": FlareCriteria,
    }
    for one in exported()[key]:
        definition = lookup(kinds[key], one["name"], parameter="test")
        assert {each.value for each in definition.thresholds} <= set(numbers(one))
        assert one["rule"] == definition.rule
        assert one["evidence"] == str(definition.evidence)


def test_the_scripts_hold_no_number_of_a_paper() -> None:
    code = re.sub(
        r"/\*.*?\*/|//[^\n]*", "", (SCRIPTS / "engine.js").read_text("utf-8"), flags=re.DOTALL
    )
    code = re.sub(r"\"[^\"]*\"|`[^`]*`|/\^.*?\$/", "", code)
    # 10 ** decimals and half to even: arithmetic, and nothing clinical.
    assert set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?", code)) <= {"0", "1", "2", "10", "0.5"}


def test_nothing_leaves_the_page() -> None:
    sources = [*SCRIPTS.iterdir(), *(DOCS / "calculator").iterdir()]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    text = text.replace("http://www.w3.org/2000/svg", "")
    for word in (
        "http:",
        "https:",
        "fetch(",
        "XMLHttp",
        "Beacon",
        "localStorage",
        "cookie",
        "//cdn",
    ):
        assert word not in text, word


# --------------------------------------------------------------------------------------------
# In a browser

SIZE = 6000


def gaps(rng: np.random.Generator, values: np.ndarray, share: float = 0.08) -> np.ndarray:
    return np.where(rng.random(values.shape) < share, np.nan, values)


def visits(rng: np.random.Generator, size: int) -> dict[str, np.ndarray]:
    """Return visits of few and of many values, many on a bound, with gaps and zeros."""
    tenths = rng.integers(0, 101, (2, size)) / 10
    few = rng.choice([0, 0.5, 1, 1.4, 2, 2.5, 3.7, 7, 10], (2, size))
    globals_ = np.where(rng.random((2, size)) < 0.5, tenths, few)
    active = rng.integers(0, 72, size)
    active = np.where(rng.random(size) < 0.6, rng.integers(0, 8, size), active)
    made = {
        "physician_global": globals_[0],
        "patient_global": globals_[1],
        "chaq": rng.integers(0, 25, size) / 8,
        "active_joints": active,
        "active_joints_27": np.maximum(active - 44, np.minimum(active, rng.integers(0, 28, size))),
        "limited_joints": rng.integers(0, 12, size),
        "esr": rng.choice([0, 19, 20, 21, 22, 28, 29.9, 45, 119, 120, 121, 150.5], size),
        "crp": rng.choice([0, 9.9, 10, 10.1, 11, 11.001, 13, 60, 109.9, 110, 111, 300], size),
    }
    return {name: gaps(rng, values.astype(float)) for name, values in made.items()}


def later(rng: np.random.Generator, earlier: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return second visits, most of them on, just below or just above a limit of change."""
    now = {}
    for name, values in earlier.items():
        variable = VARIABLES[name]
        factor = rng.choice(
            [0, 0.1, 0.3, 0.5, 0.7, 0.6999, 0.7001, 1, 1.1, 1.3, 1.2999, 1.3001, 1.4, 1.5, 2],
            values.shape,
        )
        floor = rng.choice([0, 0, 0, 1, 2, 1.99, -1], values.shape)
        moved = np.round(values * factor + floor, 3)
        if variable.whole:
            moved = np.round(moved)
        now[name] = gaps(rng, np.clip(moved, variable.low, min(variable.high, 400)))
    return now


@cache
def cases() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]:
    rng = np.random.default_rng(20190101)
    earlier = visits(rng, SIZE)
    beside = {
        "highest_temperature": gaps(rng, rng.choice([36.5, 37.4, 37.5, 37.6, 38, 38.1], SIZE), 0.3),
        "fever": gaps(rng, rng.integers(0, 2, SIZE).astype(float), 0.4),
    }
    return earlier, later(rng, earlier), beside


def chromium() -> str:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert found, f"the browser tests need one of {', '.join(BROWSERS)}; none is installed"
    return found


def run_page(folder: Path, body: str) -> str:
    """Return the text that a page leaves in its element `out`, after its scripts have run."""
    page = folder / "page.html"
    page.write_text(f'<!doctype html><meta charset="utf-8">{body}', encoding="utf-8")
    done = subprocess.run(
        [
            chromium(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=60000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stdout[-2000:] + done.stderr[-2000:]
    return unescape(found[1])


def in_browser(folder: Path, data: Any, body: str) -> Any:
    """Return what a script finds from data, with the engine as E and missing as NaN."""
    (folder / "definitions.js").write_text(calculator.script(), encoding="utf-8")
    shutil.copy(SCRIPTS / "engine.js", folder)
    text = json.dumps(data, allow_nan=True).replace("NaN", "null")
    script = f"""
      try {{
        const D = globalThis.JIASCORES_DEFINITIONS;
        const E = globalThis.jiascoresEngine(D);
        const gap = (x) => (x === null ? NaN : x);
        const rows = (columns) => Object.values(columns)[0].map((_, at) =>
          Object.fromEntries(Object.entries(columns).map(([name, of]) => [name, gap(of[at])])));
        const data = {text};
        const found = (() => {{ {body} }})();
        document.getElementById("out").textContent = JSON.stringify(found);
      }} catch (error) {{
        document.getElementById("out").textContent = JSON.stringify({{error: String(error.stack)}});
      }}
    """
    out = json.loads(
        run_page(
            folder,
            '<pre id="out"></pre><script src="definitions.js"></script>'
            f'<script src="engine.js"></script><script>{script}</script>',
        )
    )
    assert not (isinstance(out, dict) and "error" in out), out
    return out


def listed(columns: dict[str, np.ndarray]) -> dict[str, list[float]]:
    return {name: values.tolist() for name, values in columns.items()}


def same(found: list[Any], expected: Any) -> None:
    """Compare numbers to the last bit; null is missing."""
    ours = np.array([np.nan if value is None else value for value in found], dtype=float)
    np.testing.assert_array_equal(ours, np.asarray(expected, dtype=float))


def core(columns: dict[str, np.ndarray], marker: str) -> jia.CoreSet[Any]:
    names = (*CORE, marker)
    return jia.CoreSet(**{name: columns[name] for name in names})


@pytest.mark.browser
@pytest.mark.parametrize("marker", ["esr", "crp"])
def test_scores_and_states_are_those_of_the_library(tmp_path: Path, marker: str) -> None:
    earlier, now, _ = cases()
    columns = {name: np.concatenate([earlier[name], now[name]]) for name in earlier}
    found = in_browser(
        tmp_path,
        {"columns": listed(columns), "marker": marker},
        """
        return Object.fromEntries(D.scores.map((score) => {
          const values = rows(data.columns).map((row) => E.score(score, row, data.marker));
          const states = {};
          for (const set of D.cutoff_sets) for (const one of set.bounds) {
            if (one.measure !== score.name) continue;
            states[`${set.name} ${one.course}`] =
              values.map((value) => E.state(set, score.name, one.course, value));
          }
          return [score.name, { values, states }];
        }));
        """,
    )
    for name in calculator.SCORES:
        score = lookup(Score, name, parameter="test")
        inputs = {each: columns[each] for each in score.inputs}
        if score.either:
            inputs[marker] = columns[marker]
        expected = score.function(**inputs)
        same(found[name]["values"], expected)
        for cutoffs in published(CutoffSet):
            for bounds in (one for one in cutoffs.bounds if one.measure == name):
                course = {} if bounds.course == "any" else {"course": bounds.course}
                states = jia.disease_state(expected, measure=name, cutoffs=cutoffs, **course)
                assert found[name]["states"][f"{cutoffs.name} {bounds.course}"] == states.tolist()


@pytest.mark.browser
def test_a_score_beside_its_bound_is_read_as_by_the_library(tmp_path: Path) -> None:
    """Also scores that were computed elsewhere, and carry binary noise."""
    shifts = np.array([-0.1, -2e-9, -5e-10, -4e-16, 0, 4e-16, 5e-10, 2e-9, 0.1])
    asked = [
        (cutoffs.name, one.measure, one.course, (np.array(upper) + shifts).tolist())
        for cutoffs in published(CutoffSet)
        for one in cutoffs.bounds
        for upper in one.upper
    ]
    found = in_browser(
        tmp_path,
        asked,
        """
        return data.map(([name, measure, course, values]) => values.map((value) =>
          E.state(D.cutoff_sets.find((set) => set.name === name), measure, course, value)));
        """,
    )
    for (name, measure, course, values), states in zip(asked, found, strict=True):
        known = {} if course == "any" else {"course": course}
        library = jia.disease_state(np.array(values), measure=measure, cutoffs=name, **known)
        assert states == library.tolist()


@pytest.mark.browser
@pytest.mark.parametrize("marker", ["esr", "crp"])
def test_responses_are_those_of_the_library(tmp_path: Path, marker: str) -> None:
    earlier, now, beside = cases()
    found = in_browser(
        tmp_path,
        {
            "earlier": listed(earlier),
            "now": listed(now),
            "temperature": beside["highest_temperature"].tolist(),
            "marker": marker,
        },
        """
        const [before, after] = [rows(data.earlier), rows(data.now)];
        return Object.fromEntries(D.response_criteria.map((criteria) => [
          criteria.name,
          before.map((one, at) => {
            const hot = gap(data.temperature[at]);
            const r = E.acrPed(criteria, one, after[at], data.marker, hot);
            return [r.level, r.lowest, r.highest, ...r.each.flatMap(
              (v) => v.unknown ? [null, null] : [Number(v.reached > 0), Number(v.worse)])];
          }),
        ]));
        """,
    )
    for criteria in published(ResponseCriteria):
        extra = (
            {"highest_temperature": beside["highest_temperature"]} if criteria.fever_limit else {}
        )
        r = jia.acr_ped(
            baseline=core(earlier, marker), now=core(now, marker), criteria=criteria, **extra
        )
        columns = list(zip(*found[criteria.name], strict=True))
        for ours, expected in zip(columns, (r.level, r.level_min, r.level_max), strict=False):
            same(list(ours), expected)
        for place, name in enumerate((*CORE, marker)):
            same(list(columns[3 + 2 * place]), r.improved[name])
            same(list(columns[4 + 2 * place]), r.worsened[name])


@pytest.mark.browser
@pytest.mark.parametrize("marker", ["esr", "crp"])
def test_flares_are_those_of_the_library(tmp_path: Path, marker: str) -> None:
    earlier, now, beside = cases()
    found = in_browser(
        tmp_path,
        {
            "earlier": listed(earlier),
            "now": listed(now),
            "fever": beside["fever"].tolist(),
            "marker": marker,
        },
        """
        const [before, after] = [rows(data.earlier), rows(data.now)];
        return Object.fromEntries(D.flare_criteria.map((criteria) => [
          criteria.name,
          E.refuses(criteria, data.marker) ? null : before.map((one, at) => {
            const f = E.flare(criteria, one, after[at], data.marker, gap(data.fever[at]));
            return [f.flared, f.certain, f.possible, ...f.each.flatMap(
              (v) => v.unknown ? [null, null] : [v.worse, v.better])];
          }),
        ]));
        """,
    )
    for criteria in published(FlareCriteria):
        sets = {"reference": core(earlier, marker), "now": core(now, marker)}
        fever = {"flare_fever": beside["fever"]} if criteria.fever_above else {}
        if found[criteria.name] is None:
            with pytest.raises(jia.NotCoveredError):
                jia.flare(**sets, criteria=criteria, **fever)
            continue
        f = jia.flare(**sets, criteria=criteria, **fever)
        columns = list(zip(*found[criteria.name], strict=True))
        for ours, expected in zip(columns, (f.flared, f.flared_min, f.flared_max), strict=False):
            same(list(ours), expected)
        for place, name in enumerate((*CORE, marker)):
            if name in f.worse:
                same(list(columns[3 + 2 * place]), f.worse[name])
            if name in f.better:
                same(list(columns[4 + 2 * place]), f.better[name])


@pytest.mark.browser
def test_changes_joints_and_courses_are_those_of_the_library(tmp_path: Path) -> None:
    earlier, now, _ = cases()
    rng = np.random.default_rng(71)
    exams = []
    for _ in range(300):
        seen = rng.random(len(JOINTS_71)) < rng.choice([0, 0.9, 0.98, 1])
        active, limited = rng.random((2, len(JOINTS_71))) < rng.choice([0.02, 0.2])
        exams.append(
            {
                name: {"active": bool(a), "limited": bool(limit)}
                for name, s, a, limit in zip(JOINTS_71, seen, active, limited, strict=True)
                if s
            }
        )
    joints = [None, 0, 4, 5, 71]
    found = in_browser(
        tmp_path,
        {"earlier": listed(earlier), "now": listed(now), "exams": exams, "joints": joints},
        """
        const [before, after] = [rows(data.earlier), rows(data.now)];
        return {
          change: before.map((one, at) => E.percentChange(one.esr, after[at].esr)),
          counts: data.exams.map((marks) => Object.values(E.counts(marks)).flatMap(
            (one) => [one.value, one.low, one.high])),
          courses: D.cutoff_sets.map((set) => D.ilar_categories.map((category) =>
            data.joints.map((count) => E.course(set, category, gap(count))))),
        };
        """,
    )
    r = jia.acr_ped(baseline=core(earlier, "esr"), now=core(now, "esr"))
    same(found["change"], r.change["esr"])
    for marks, ours in zip(exams, found["counts"], strict=True):
        exam = jia.JointExam(
            active={name for name, mark in marks.items() if mark["active"]},
            limited={name for name, mark in marks.items() if mark["limited"]},
            not_examined=set(JOINTS_71) - set(marks),
        )
        assert ours == [
            getattr(exam, f"{name}{end}")
            for name in ("active_joints", "active_joints_27", "limited_joints")
            for end in ("", "_min", "_max")
        ]
    for cutoffs, by_category in zip(published(CutoffSet), found["courses"], strict=True):
        if cutoffs.courses == ("any",):
            continue
        for category, by_count in zip(ILAR_CATEGORIES, by_category, strict=True):
            assert by_count == [
                jia.course(category, cutoffs=cutoffs, active_joints=count) for count in joints
            ]


# The place of a category that is always read so.
ALWAYS = {
    "oligo": ILAR_CATEGORIES.index("oligoarthritis_persistent"),
    "poly": ILAR_CATEGORIES.index("polyarthritis_rf_negative"),
}


@pytest.mark.browser
def test_open_counts_leave_open_what_the_counts_between_disagree_on(tmp_path: Path) -> None:
    """Between the fewest and the most active joints, every whole number is tried here."""
    rng = np.random.default_rng(27)
    asked = []
    for low in rng.integers(0, 14, 400).tolist():
        of71 = {"low": low, "high": low + int(rng.choice([0, 1, 2, 5, 40]))}
        of27 = {"low": min(low, 10), "high": min(low, 10) + int(rng.choice([0, 1, 3, 15]))}
        asked.append(
            {
                "physician_global": float(rng.choice([0, 0.5, 2.5, 6])),
                "patient_global": float(rng.choice([0, 0.2, 1, 5.5])),
                "esr": float(rng.choice([5, 21, 60])),
                "spans": {"active_joints": of71, "active_joints_27": of27},
            }
        )
    found = in_browser(
        tmp_path,
        {"asked": asked},
        """
        return data.asked.map((one) => D.scores.map((score) => {
          const span = E.scoreSpan(score, one, one.spans, "esr");
          return [span.low, span.high, D.cutoff_sets.map((set) => D.ilar_categories.map((name) =>
            E.stateSpan(set, score.name, name, span, one.spans).state))];
        }));
        """,
    )
    decided = 0
    for one, by_score in zip(asked, found, strict=True):
        for name, (low, high, by_set) in zip(calculator.SCORES, by_score, strict=True):
            score = lookup(Score, name, parameter="test")
            (joints,) = (each for each in score.inputs if each.startswith("active_joints"))
            span = one["spans"][joints]
            counts = np.arange(span["low"], span["high"] + 1)
            fixed = {key: one[key] for key in (*score.inputs, *score.either) if key in one}
            fixed.pop("crp", None)
            values = score.function(**fixed, **{joints: counts})
            assert (low, high) == (values[0], values[-1])
            for cutoffs, states in zip(published(CutoffSet), by_set, strict=True):
                if name not in cutoffs.measures:
                    assert set(states) == {None}
                    continue
                for course in ALWAYS.keys() & set(cutoffs.courses):
                    each = jia.disease_state(values, measure=name, course=course, cutoffs=cutoffs)
                    only = each[0] if len(set(each)) == 1 else None
                    assert states[ALWAYS[course]] == only
                    decided += only is not None and low != high
                if "oligo" in cutoffs.courses:
                    # By the joints at the visit: open wherever the count may cross the limit.
                    ends = one["spans"]["active_joints"]
                    across = ends["low"] <= 4 < ends["high"]
                    place = ILAR_CATEGORIES.index("psoriatic")
                    like = "oligo" if ends["high"] <= 4 else "poly"
                    assert states[place] == (None if across else states[ALWAYS[like]])
    assert decided > 100


TYPED = (
    [f"{value / 10:g}" for value in range(102)]
    + [str(value) for value in range(102)]
    + [
        "",
        " 7.5 ",
        "3.70",
        ".5",
        "5.",
        "+2",
        "-1",
        "−1",
        "7,5",
        "1e1",
        "0x5",
        "1_0",
        "7.5.1",
        "abc",
    ]
    + ["NaN", "Infinity", "62", "100.1", "71", "72", "3.0", "3.5", "1 000", "9" * 400]
)


@pytest.mark.browser
def test_what_is_typed_is_read_as_the_library_would(tmp_path: Path) -> None:
    asked = [
        ("physician_global", "0-10", float),
        ("physician_global", "mm", lambda value: round(value * 0.1, 9)),
        ("active_joints", "joints", float),
        ("esr", "mm/h", float),
        ("crp", "mg/dL", lambda value: round(value * 10, 9)),
        ("highest_temperature", "°C", float),
    ]
    found = in_browser(
        tmp_path,
        {"asked": [each[:2] for each in asked], "typed": TYPED},
        """
        return data.asked.map(([name, unit]) => data.typed.map((text) => {
          const { value, error } = E.read(name, text, unit);
          return [value, error !== undefined];
        }));
        """,
    )
    plain = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)\s*")
    for (name, _, convert), answers in zip(asked, found, strict=True):
        for text, (value, refused) in zip(TYPED, answers, strict=True):
            assert expected(name, text.replace("−", "-"), plain, convert) == (value, refused), (
                name,
                text,
            )


def expected(
    name: str, text: str, plain: re.Pattern[str], convert: Callable[[float], float]
) -> tuple[float | None, bool]:
    """Return the value and whether it is refused."""
    if not text.strip():
        return None, False
    if not plain.fullmatch(text):
        return None, True
    try:
        return number(convert(float(text)), VARIABLES[name]), False
    except jia.JiaScoresError:
        return None, True


# --------------------------------------------------------------------------------------------
# The page itself, filled in as a reader would

FILL = """
  const $ = (id) => document.getElementById(id);
  const put = (id, value) => {
    $(id).value = value;
    $(id).dispatchEvent(new Event($(id).tagName === "SELECT" ? "change" : "input"));
  };
  const press = (text) => [...document.querySelectorAll("button")]
    .filter((one) => one.textContent === text && one.closest("[hidden]") === null)
    .forEach((one) => one.click());
  const key = (label, key) => document.querySelector(`g[aria-label^="${label}:"]`)
    .dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const results = () => [...document.querySelectorAll(".jia-results tr")].map((row) =>
    [...row.cells].map((cell) => {
      const copy = cell.cloneNode(true);
      copy.querySelectorAll("details, small").forEach((one) => one.remove());
      return copy.textContent;
    }));
"""


def on_page(folder: Path, steps: str) -> Any:
    """Return what a script finds on the page of the calculator."""
    (folder / "definitions.js").write_text(calculator.script(), encoding="utf-8")
    for name in ("engine.js", "calculator.js"):
        shutil.copy(SCRIPTS / name, folder)
    names = ("definitions", "engine", "calculator")
    scripts = "".join(f'<script src="{name}.js"></script>' for name in names)
    body = (
        f'<div id="jia-calculator"></div>{scripts}<pre id="out"></pre>'
        f"<script>{FILL} document.getElementById('out').textContent = JSON.stringify("
        f"(() => {{ {steps} }})());</script>"
    )
    return json.loads(run_page(folder, body))


@pytest.mark.browser
def test_an_empty_page_and_every_gap_say_not_determinable(tmp_path: Path) -> None:
    found = on_page(
        tmp_path,
        """
        const empty = results();
        put("jia-category", "polyarthritis_rf_negative");
        put("jia-scale", "0-10");
        put("jia-marker", "esr|mm/h");
        press("Add a second visit");
        const chosen = results();
        for (const visit of [1, 2]) {
          put(`jia-physician_global-${visit}`, "0");
          put(`jia-patient_global-${visit}`, "0");
        }
        put("jia-esr-1", "5");
        return [empty, chosen, results()];
        """,
    )
    for rows in found:
        cells = [cell for row in rows if len(row) > 1 for cell in row[1:]]
        verdicts = [cell for cell in cells if cell not in ("Visit 1", "Visit 2", "", *HEADS)]
        assert len(verdicts) > 15
        # No joint was examined, so nothing is known, least of all that the disease is inactive.
        assert all(cell.startswith("not determinable") for cell in verdicts), verdicts


HEADS = ("Response", "Flare", "Reasons")


@pytest.mark.browser
def test_every_joint_is_reached_and_marked_by_the_keyboard(tmp_path: Path) -> None:
    reached, counted = on_page(
        tmp_path,
        """
        const name = (joint) => joint.getAttribute("aria-label").split(":")[0];
        const send = (joint, key) => joint.dispatchEvent(
          new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        const start = document.querySelector('svg.jia-body g[tabindex="0"]');
        start.focus();
        const seen = new Map([[name(start), start]]);
        for (const joint of seen.values()) {
          for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
            send(joint, key);
            const there = document.activeElement;
            if (!seen.has(name(there))) seen.set(name(there), there);
          }
        }
        for (const joint of seen.values()) send(joint, " ");
        const one = document.querySelectorAll('#jia-visit-1 svg.jia-body g[tabindex="0"]').length;
        return [[...seen.keys()], [one, document.querySelector(".jia-counted").textContent]];
        """,
    )
    assert sorted(reached) == sorted(one["label"] for one in exported()["joints"])
    assert counted == [1, "Active 71 of 71, 27 of the 27; limited 0."]


@pytest.mark.browser
def test_a_filled_page_shows_scores_states_response_and_flare(tmp_path: Path) -> None:
    before, after = on_page(
        tmp_path,
        """
        put("jia-category", "polyarthritis_rf_negative");
        put("jia-scale", "mm");
        put("jia-marker", "esr|mm/h");
        put("jia-physician_global-1", "60");
        put("jia-patient_global-1", "55");
        put("jia-chaq-1", "1.5");
        put("jia-esr-1", "48");
        press("All other joints are normal");
        for (const joint of ["left knee", "right MCP 2", "left DIP 3"]) key(joint, "a");
        for (const joint of ["left knee", "right hip"]) key(joint, joint === "left knee" ? "b" : "l");
        const first = results();
        press("Add a second visit");
        put("jia-physician_global-2", "10");
        put("jia-patient_global-2", "10");
        put("jia-chaq-2", "0");
        put("jia-esr-2", "12");
        document.getElementById("jia-type-2").click();
        put("jia-active_joints-2", "1");
        put("jia-active_joints_27-2", "1");
        put("jia-limited_joints-2", "2");
        return [first, results()];
        """,
    )
    shown = {row[0]: row[1:] for row in before if len(row) > 1}
    globals_ = {"physician_global": 6.0, "patient_global": 5.5}
    assert shown["JADAS10"] == [f"{jia.jadas10(**globals_, active_joints=3, esr=48):g}"]
    assert shown["JADAS27"] == [f"{jia.jadas27(**globals_, active_joints_27=2, esr=48):g}"]
    assert shown["cJADAS10"] == ["14.5"]
    assert shown["cJADAS10 · consolaro-2014"] == ["high"]
    assert shown["cJADAS10 · trincianti-2021"] == ["moderate"]
    later_rows = {row[0]: row[1:] for row in after if len(row) > 1}
    assert later_rows["cJADAS10 · trincianti-2021"] == ["moderate", "low"]
    baseline = jia.CoreSet(**globals_, chaq=1.5, active_joints=3, limited_joints=2, esr=48)
    now = jia.CoreSet(
        physician_global=1, patient_global=1, chaq=0, active_joints=1, limited_joints=2, esr=12
    )
    level = jia.acr_ped(baseline=baseline, now=now).level
    assert later_rows["giannini-1997"][0] == f"ACR Ped {level}"
    assert later_rows["prcsg-printo"][0] == "no flare"
    assert later_rows["ruperto-2012"][0].startswith("not determinable")
