"""What holds for every verdict of the registry, by each of its definitions, wherever it is asked for.

A new verdict, or a new definition, is tested here as soon as it is there.
"""

from __future__ import annotations

import inspect
import re
import zlib
from collections.abc import Iterator
from html import escape
from io import StringIO
from itertools import product
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.cli import main
from jiascores.core.definition import Definition, load, published
from jiascores.core.errors import JiaScoresError
from jiascores.core.measure import CORE_SET, VERDICTS, Score, Verdict, measure_of, options_of
from jiascores.core.variables import CORE_VARIABLES, COURSES, ILAR_CATEGORIES, VARIABLES, Variable
from jiascores.measures.states import CutoffSet
from jiascores.tables.frame import Frame
from jiascores.tables.requests import Request, parse
from jiascores.tables.table import Table
from tests.commands import Runner

load()

PATIENTS, VISITS = 60, 4
ASSESSED = {"baseline": "first", "marker": "esr"}
# What may be chosen where there is no default; the first that a definition has is taken.
CHOICES = {
    "measure": [each.name for each in published(Score)],
    "level": [30],
    "cutoffs": [each.name for each in published(CutoffSet)],
}
# Days in which every visit after the first lies.
EVER = (0, 9999)


@attrs.frozen
class Case:
    """A verdict by one definition, and what is chosen beside it, as words of the command line."""

    verdict: Verdict
    definition: Definition
    chosen: dict[str, Any]

    @property
    def word(self) -> str:
        """The request in one word, as at the command line."""
        position = [str(self.chosen[name]) for name in self.verdict.order if name in self.chosen]
        others = [f"{name}={word(value)}" for name, value in self.chosen.items()
                  if name not in self.verdict.order]  # fmt: skip
        return ":".join((self.verdict.ask, *position, *others))

    @property
    def request(self) -> Request:
        """The request, as its function makes it."""
        request: Request = getattr(jia.ask, self.verdict.ask)(**self.chosen)
        return request


def word(value: Any) -> str:
    """Return a choice as it is written in one word."""
    return "..".join(map(str, value)) if isinstance(value, tuple) else str(value)


def cases() -> Iterator[Case]:
    for verdict in VERDICTS.values():
        for definition in published(verdict.kind):
            yield Case(verdict, definition, chosen(verdict, definition))


def chosen(verdict: Verdict, definition: Definition) -> dict[str, Any]:
    """Return what a request must choose: the definition, and the options without a default."""
    options = {
        name: [*([] if default is inspect.Parameter.empty else [default]), *CHOICES.get(name, [])]
        for name, default in verdict.options.items()
    }
    for values in product(*options.values()):
        taken = dict(zip(options, values, strict=True))
        try:
            options_of(verdict, definition, taken)
        except JiaScoresError:
            continue
        found = {verdict.parameter: definition.name}
        found |= {name: value for name, value in taken.items() if value != verdict.options[name]}
        found |= {"reference": "baseline"} if "reference" in verdict.inputs else {}
        return found | ({} if definition.months_apart is None else {"within": EVER})
    raise AssertionError(f"{verdict.name} by {definition.name}: nothing in CHOICES will do")


CASES = list(cases())
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.word)
YES_OR_NO = [case for case in CASES if case.verdict.gives == "flag"]


def table_for(case: Case) -> pd.DataFrame:
    """Return visits with every variable, often at or near a number of the definition, or missing.

    In every third row nearly all is calm. Of the reactants there is ESR alone, unless the
    definition needs both, and no flag of a normal one, since they may disagree.
    """
    random = np.random.default_rng(zlib.crc32(case.word.encode()))
    size = PATIENTS * VISITS
    calm = random.random(size) < 1 / 3
    columns: dict[str, Any] = {
        "patient": np.repeat(np.arange(PATIENTS), VISITS),
        "date": np.tile(np.arange(VISITS) * 30, PATIENTS),
    }
    for name, variable in VARIABLES.items():
        if (name == "crp" and "crp" not in case.definition.needs) or name.endswith("_normal"):
            continue
        decisive, scale = values_of(variable, case.definition)
        values = np.where(random.random(size) < 0.7, random.choice(decisive, size), np.nan)
        values = np.where(np.isnan(values), random.choice(scale, size), values)
        values = np.where(calm & (random.random(size) < 0.95), variable.low, values)
        columns[name] = np.where(random.random(size) < 0.08, np.nan, values)
    rest = columns["active_joints"] - columns["active_joints_27"]
    columns["active_joints_27"][(rest < 0) | (rest > 44)] = np.nan
    for name, words in (("course", COURSES), ("ilar_category", ILAR_CATEGORIES)):
        known = [word for word in words if word in getattr(case.definition, f"{name}s", words)]
        columns[name] = random.choice(np.array([*(known or words) * 3, None], dtype=object), size)
    if isinstance(months := getattr(case.definition, "months", None), tuple):
        columns["month"] = random.choice(months, size).astype(float)
    table = pd.DataFrame(columns).drop(columns=list(case.request.columns), errors="ignore")
    return table.sample(frac=1, random_state=1).reset_index(drop=True)


def values_of(variable: Variable, definition: Definition) -> tuple[list[float], list[float]]:
    """Return the values of a variable about the numbers of a definition, and some of its scale."""
    numbers = [variable.low, *(each.value for each in definition.thresholds)]
    low, high = variable.low, min(variable.high, max(500.0, 2 * max(numbers)))
    step, places = (1.0, 0) if variable.whole else (0.1, 1)
    around = {round(number + more, 1) for number in numbers for more in (-step, 0.0, step)}
    decisive = [value for value in around if low <= value <= high and value == round(value, places)]
    return sorted(decisive), sorted(set(np.linspace(low, high, 21).round(places)))


def plain(values: Any) -> list[Any]:
    return [None if pd.isna(value) else value for value in values]


def test_the_tables_of_this_file_ask_both_ways() -> None:
    """Each verdict gives more than one answer, by one of its definitions, and leaves some open."""
    answers: dict[str, set[Any]] = {}
    for case in CASES:
        out = jia.assess(table_for(case), measures=[case.request], **ASSESSED)
        answers.setdefault(case.verdict.name, set()).update(plain(out[case.request.columns[0]]))
    assert list(answers) == list(VERDICTS)
    for name, given in answers.items():
        assert None in given, name
        assert len(given) > 2, name


# ------------------------------------------------------------------------------------ The function


def arguments(case: Case, table: pd.DataFrame) -> dict[str, Any]:
    """Return what the public function takes: the columns, and of two visits what it compares."""
    definition: Any = case.definition
    of_tables = ("reference", "within")
    given = {name: value for name, value in case.chosen.items() if name not in of_tables}
    first = table.loc[table.groupby("patient")["date"].transform("idxmin")]
    first = first.set_axis(table.index)

    def value(what: str, visits: pd.DataFrame) -> Any:
        if what == CORE_SET:
            return jia.CoreSet(**{name: visits[name] for name in (*CORE_VARIABLES, "esr")})
        if what in VARIABLES:
            return visits[what]
        score = jia.definition(what, "score")
        names = (*score.inputs, *(("esr",) if score.either else ()))
        return score.function(**{name: visits[name] for name in names})

    for name, how in case.verdict.plan(definition).items():
        if name in ("baseline", "reference", "now"):
            given[name] = value(definition.compared, table if name == "now" else first)
        elif name in ("baseline_esr", "baseline_crp"):
            given[name] = first[name.removeprefix("baseline_")]
        elif name == "score":
            given[name] = value(measure_of(definition, case.chosen), table)
        elif name == "category":
            given["ilar_category"] = table["ilar_category"]
        elif name == "marker":
            given["esr"] = table["esr"]
        elif name == "upper_limit" and "upper_limit" in definition.needs:
            given[name] = table["esr_upper_limit"]
        elif how != "unread" and name in table:
            given[name] = table[name]
    return given


# What was reached is the best of all earlier visits, not that of one.
OF_TWO_VISITS = [case for case in CASES if "reached" not in case.verdict.inputs]


@pytest.mark.parametrize("case", OF_TWO_VISITS, ids=lambda case: case.word)
def test_each_row_is_answered_as_by_the_function(case: Case) -> None:
    table = table_for(case)
    answer = case.verdict.function(**arguments(case, table))
    for name in ("level", "flared"):
        answer = getattr(answer, name, answer)
    expected = pd.Series(plain(answer), dtype=object)
    if case.verdict.compares:
        expected[table["date"] == 0] = None
    answers = jia.assess(table, measures=[case.request], **ASSESSED)
    assert plain(answers[case.request.columns[0]]) == plain(expected)


# ---------------------------------------------------------------------------- At the command line


@every_case
def test_one_word_asks_for_it(case: Case) -> None:
    assert parse(case.word) == case.request
    by_name = [case.verdict.ask, *(f"{name}={word(value)}" for name, value in case.chosen.items())]
    assert parse(":".join(by_name)) == case.request


@pytest.mark.parametrize("verdict", VERDICTS.values(), ids=lambda verdict: verdict.name)
def test_the_bare_word_asks_for_it_or_says_what_is_to_be_chosen(verdict: Verdict) -> None:
    definition = verdict.default or published(verdict.kind)[0].name
    case = next(
        each for each in CASES if (each.verdict, each.definition.name) == (verdict, definition)
    )
    open_ = {name for name, value in case.chosen.items() if value != verdict.default}
    if not open_:
        assert parse(verdict.ask) == case.request
        return
    with pytest.raises(jia.JiaScoresError) as refused:
        parse(verdict.ask)
    for name in open_:
        assert f"{name}=" in str(refused.value)


@every_case
def test_the_command_line_answers_as_assess(case: Case, tmp_path) -> None:
    table = table_for(case)
    path = tmp_path / "visits.csv"
    table.to_csv(path, index=False)
    words = ["--measure", case.word, "--baseline", "first", "--marker", "esr"]
    ran = Runner().invoke(main, ["assess", str(path), *words])
    assert ran.exit_code == 0, ran.output
    said = pd.read_csv(StringIO(ran.stdout))
    answers = jia.assess(table, measures=[case.request], **ASSESSED)
    for name in case.request.columns:
        assert plain(said[name]) == plain(answers[name])


# ----------------------------------------------------------------------------------- Time to first


@pytest.mark.parametrize("case", YES_OR_NO, ids=lambda case: case.word)
@pytest.mark.parametrize("undetermined", ["no", "event", "censor"])
def test_time_to_the_first_is_that_to_the_first_of_its_column(
    case: Case, undetermined: str
) -> None:
    table = table_for(case)
    answers = jia.assess(table, measures=[case.request], **ASSESSED)
    ask = {"undetermined": undetermined, **ASSESSED}
    times = jia.analysis.time_to_first(table, outcome=case.request, **ask)
    column = jia.column(case.request.stem)
    by_column = jia.analysis.time_to_first(answers, outcome=column, **ask)
    name = case.verdict.name.replace("_", " ")
    by_column["reason"] = by_column["reason"].str.replace(column.name, name)
    pd.testing.assert_frame_equal(times, by_column)
    assert times["patient"].tolist() == list(range(PATIENTS))


def test_there_are_times_to_an_event_by_each_verdict_on_yes_or_no() -> None:
    seen: dict[str, set[Any]] = {}
    for case in YES_OR_NO:
        times = jia.analysis.time_to_first(
            table_for(case), outcome=case.request, undetermined="no", **ASSESSED
        )
        seen.setdefault(case.verdict.name, set()).update(plain(times["event"]))
    assert seen == {case.verdict.name: {True, False} for case in YES_OR_NO}


@pytest.mark.parametrize(
    "case", [case for case in CASES if case not in YES_OR_NO], ids=lambda case: case.word
)
def test_words_and_levels_have_no_time_to_the_first(case: Case) -> None:
    with pytest.raises(jia.errors.RequestError, match="a request for yes or no"):
        jia.analysis.time_to_first(table_for(case), outcome=case.request, baseline="first")


# -------------------------------------------------------------------------------------- The report


ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
HEAD = re.compile(r'<th scope="(row\w*)"[^>]*>(.*?)</th>')
CELL = re.compile(r"<td[^>]*>(.*?)</td>")


def results_in(page: str, name: str) -> list[tuple[str, ...]]:
    """Return the results of a report: visit, answer, how many of how many, and how many are open."""
    start = page.index(f'<span class="mark">{name}</span></h3>')
    part = re.split(r"<h3|</section>", page[start:])[0]
    found, visit = [], ""
    for row in ROW.findall(part):
        scope, head = HEAD.findall(row)[0] if HEAD.search(row) else ("", "")
        cells = CELL.findall(row)
        if scope == "rowgroup":
            visit = head
        elif cells:
            share, _, still_open, *_ = cells
            found.append((visit or head, head, share.split(" (")[0], still_open))
    return found


def counted(case: Case, answers: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return what a report must say, counted in the columns of `assess`."""
    rows: list[tuple[str, ...]] = []
    for day in range(30 if case.verdict.compares else 0, 30 * VISITS, 30):
        here = answers[answers["date"] == day]
        given = plain(here[case.request.columns[0]])
        visit, gaps = f"date {day}", given.count(None)
        known = len(given) - gaps
        if case.verdict.gives == "level":
            low, high = (np.array(plain(here[name])) for name in case.request.columns[1:])
            definition: Any = case.definition
            for level in definition.levels:
                yes, no = (low >= level).sum(), (high < level).sum()
                share, still_open = f"{yes}/{yes + no}", f"{len(given) - yes - no}"
                rows.append((visit, f"level {level}", share, still_open))
        elif case.verdict.gives == "flag":
            rows.append((visit, visit, f"{given.count(True)}/{known}", f"{gaps}"))
        else:
            words = case.verdict.words_of(case.definition, dict(case.request.options))
            rows += [
                (visit, word.replace("_", " "), f"{given.count(word)}/{known}", f"{gaps}")
                for word in words
            ]
    return rows


@every_case
def test_a_report_counts_it(case: Case) -> None:
    table = table_for(case)
    ask = {"by": jia.column("date"), "pictures": False, **ASSESSED}
    page = jia.report(table, measures=[case.word], **ask)
    assert page == jia.report(table, measures=[case.request], **ask)
    answers = jia.assess(table, measures=[case.request], **ASSESSED)
    assert results_in(page, case.request.stem) == counted(case, answers)
    definition, *_ = escape(str(case.definition)).splitlines()
    assert definition in page


# --------------------------------------------------------------------------- Where two ends are known


STEADY = [case for case in CASES if case.verdict.steady]


def numbers_read(case: Case, table: pd.DataFrame) -> list[str]:
    """Return the variables that a request reads, but for yes and no."""
    read = {"esr", *case.request.needs(Table(Frame(table), **ASSESSED))}
    return [name for name, each in VARIABLES.items() if name in read and not each.flag]


def ends_of(case: Case, values: pd.Series, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the two ends of a variable in each row, often the same."""
    random = np.random.default_rng(zlib.crc32(f"{case.word} {name}".encode()))
    variable, low = VARIABLES[name], values.to_numpy()
    width = random.choice([0, 0, 1, 2, 5, 30], low.size) * (1 if variable.whole else 0.1)
    return low, np.round(np.minimum(low + width, variable.high), 1)


def assessed_between(case: Case, table: pd.DataFrame, name: str, low: Any, high: Any) -> Any:
    ends = table.drop(columns=name).assign(low=low, high=high)
    columns = {"low": jia.column("low"), "high": jia.column("high")}
    return jia.assess_between(ends, name, **columns, measures=[case.request], **ASSESSED)


@pytest.mark.parametrize("case", STEADY, ids=lambda case: case.word)
def test_no_value_between_two_ends_gives_anything_else(case: Case) -> None:
    table = table_for(case)
    read = numbers_read(case, table)
    # The two joint counts may not contradict each other.
    table = table.drop(
        columns="active_joints" if "active_joints_27" in read else "active_joints_27"
    )
    random = np.random.default_rng(zlib.crc32(case.word.encode()))
    answer, *bounds = case.request.columns
    decided = 0
    for name in read:
        low, high = ends_of(case, table[name], name)
        said = assessed_between(case, table, name, low, high)
        decided += (said[answer].notna() & (low < high)).sum()
        for _ in range(5):
            inside = low + random.random(low.size) * (high - low)
            inside = np.round(inside, 0 if VARIABLES[name].whole else 1)
            true = jia.assess(table.assign(**{name: inside}), measures=[case.request], **ASSESSED)
            for one, other in zip(plain(said[answer]), plain(true[answer]), strict=True):
                assert one in (None, other)
            for bound in bounds:
                one, other = said[bound].fillna(0), true[bound].fillna(0)
                assert (one <= other if bound.endswith("_min") else one >= other).all()
    assert decided > 0


@pytest.mark.parametrize("case", STEADY, ids=lambda case: case.word)
def test_ends_that_are_alike_are_the_value(case: Case) -> None:
    table = table_for(case)
    answers = jia.assess(table, measures=[case.request], **ASSESSED)
    for name in numbers_read(case, table):
        said = assessed_between(case, table, name, table[name], table[name])
        for column in case.request.columns:
            assert plain(said[column]) == plain(answers[column])


@pytest.mark.parametrize(
    "case", [case for case in CASES if case not in STEADY], ids=lambda case: case.word
)
def test_what_may_turn_between_two_ends_is_refused(case: Case) -> None:
    table = table_for(case).assign(low=0, high=1)
    with pytest.raises(jia.errors.RequestError, match="is not settled by the ends"):
        jia.assess_between(
            table, "physician_global", low=jia.column("low"), high=jia.column("high"),
            measures=[case.request], **ASSESSED,
        )  # fmt: skip
