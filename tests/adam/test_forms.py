"""Definitions for other systems: what REDCap would calculate, and JSON."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import Any

import pytest

import jiascores as jia
from jiascores.catalogue.exchange import SUMS
from jiascores.catalogue.verification import conformance_rows
from jiascores.core.definition import published
from jiascores.core.errors import NotCoveredError, RequestError
from jiascores.measures.states import CutoffSet

# How REDCap calculates: a blank is equal to "" alone, arithmetic with a blank is blank, and `sum`
# and `min` pass over blanks, for which reason they must not stand here.
TOKEN = re.compile(r'\s*(\[\w+\]|""|\d+(?:\.\d+)?|<=|>=|<|>|=|[-+*/(),]|\bor\b|\bif\b|\w+)')
BLANK = ""


class Redcap:
    """A calculated field, read as REDCap reads it."""

    def __init__(self, text: str, fields: dict[str, Any]) -> None:
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens) == re.sub(r"\s", "", text), text
        self.fields, self.at = fields, 0

    def value(self) -> Any:
        answer = self.either()
        assert self.at == len(self.tokens)
        return answer

    def take(self, *wanted: str) -> str:
        token: str = self.tokens[self.at]
        assert not wanted or token in wanted, (token, wanted)
        self.at += 1
        return token

    def next_is(self, *wanted: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at] in wanted

    def either(self) -> Any:
        answer = self.comparison()
        while self.next_is("or"):
            self.take()
            # Both sides are read, whatever the first says.
            other = self.comparison()
            answer = bool(answer) or bool(other)
        return answer

    def comparison(self) -> Any:
        left = self.total()
        if not self.next_is("=", "<", ">", "<=", ">="):
            return left
        sign, right = self.take(), self.total()
        if sign == "=":
            return left == right
        if BLANK in (left, right):
            return False
        return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[
            sign
        ]

    def total(self) -> Any:
        answer = self.product()
        while self.next_is("+", "-"):
            sign, other = self.take(), self.product()
            if BLANK in (answer, other):
                answer = BLANK
            else:
                answer = answer + other if sign == "+" else answer - other
        return answer

    def product(self) -> Any:
        answer = self.atom()
        while self.next_is("*", "/"):
            sign, other = self.take(), self.atom()
            if BLANK in (answer, other):
                answer = BLANK
            else:
                answer = answer * other if sign == "*" else answer / other
        return answer

    def atom(self) -> Any:
        token = self.take()
        if token == "(":
            answer = self.either()
            self.take(")")
            return answer
        if token == "if":
            self.take("(")
            condition = self.either()
            self.take(",")
            yes = self.either()
            self.take(",")
            no = self.either()
            self.take(")")
            return yes if condition else no
        if token == '""':
            return BLANK
        return self.fields[token[1:-1]] if token.startswith("[") else float(token)


def dictionary(**given: Any) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(jia.adam.export("redcap", **given)))
    return {row["Variable / Field Name"]: row for row in rows}


def calculation(row: dict[str, str]) -> str:
    return row["Choices, Calculations, OR Slider Labels"]


@pytest.mark.parametrize("marker", ["esr", "crp"])
@pytest.mark.parametrize("score", SUMS)
def test_redcap_calculates_the_check_values_of_scores(score: str, marker: str) -> None:
    fields = dictionary(scores=[score], marker=marker)
    text = calculation(fields[score])
    assert "sum(" not in text
    assert "min(" not in text
    done = 0
    for row in conformance_rows("scores"):
        other = row["marker"] not in ("", marker)
        if row["definition"] != score or row["expected"] == "refused" or other:
            continue
        given = {name: float(row[name]) if row[name] else BLANK for name in fields if name in row}
        found = Redcap(text, given).value()
        if row["expected"] == "":
            assert found == BLANK, row
        else:
            assert math.isclose(found, float(row["expected"]), rel_tol=0, abs_tol=1e-9), row
        done += 1
    assert done > 5


@pytest.mark.parametrize("cutoffs", published(CutoffSet), ids=lambda one: one.name)
def test_redcap_calculates_the_check_values_of_states(cutoffs: CutoffSet) -> None:
    scores = [name for name in cutoffs.measures if name in SUMS]
    if not scores:
        with pytest.raises(NotCoveredError, match="has no cut-offs for jadas10"):
            dictionary(scores=["jadas10"], cutoffs=[cutoffs])
        return
    fields = dictionary(scores=scores, cutoffs=[cutoffs])
    codes = {}
    if "course" in fields:
        choices = calculation(fields["course"]).split(" | ")
        codes = {word: float(code) for code, word in (each.split(", ") for each in choices)}
    done = 0
    for row in conformance_rows("disease_state"):
        if row["definition"] != cutoffs.name or row["expected"] == "refused":
            continue
        name = f"state_{row['measure']}_{cutoffs.name.replace('-', '_')}"
        score = float(row["score"]) if row["score"] else BLANK
        course = codes.get(row["course"], BLANK)
        found = Redcap(calculation(fields[name]), {row["measure"]: score, "course": course}).value()
        states = next(iter(cutoffs.of(row["measure"]).values())).states
        expected = BLANK if row["expected"] == "" else states.index(row["expected"]) + 1
        assert found == expected, row
        done += 1
    assert done > 5


def test_the_binary_noise_of_a_sum_does_not_decide() -> None:
    fields = dictionary(scores=["jadas10"], cutoffs=["consolaro-2012-2014"])
    given: dict[str, Any] = {"physician_global": 3.7, "patient_global": 0.0, "active_joints": 0.0}
    given |= {"esr": 21.0, "course": 2.0}
    given["jadas10"] = Redcap(calculation(fields["jadas10"]), given).value()
    assert given["jadas10"] > 3.8
    state = fields["state_jadas10_consolaro_2012_2014"]
    assert Redcap(calculation(state), given).value() == 2
    assert "2 low" in state["Field Note"]
    given["jadas10"] = 3.8001
    assert Redcap(calculation(state), given).value() == 3


def test_what_is_recorded_has_range_and_unit() -> None:
    fields = dictionary(scores=["jadas10"])
    assert next(iter(fields)) == "record_id"
    physician = fields["physician_global"]
    assert physician["Text Validation Type OR Show Slider Number"] == "number"
    assert (physician["Text Validation Min"], physician["Text Validation Max"]) == ("0", "10")
    assert fields["active_joints"]["Text Validation Type OR Show Slider Number"] == "integer"
    assert fields["esr"]["Field Note"] == "Unit: mm/h"
    assert fields["esr"]["Text Validation Max"] == ""
    # A name of a field is lower case, digits and _.
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in fields)


def test_json_holds_every_definition() -> None:
    whole = json.loads(jia.adam.export("json"))
    assert whole["format"] == "jiascores definitions 1"
    found = {(each["kind"], each["name"]): each for each in whole["definitions"]}
    assert set(found) == {(each.kind, each.name) for each in published()}
    for definition in published():
        each = found[definition.kind, definition.name]
        assert each["rule"] == definition.rule
        assert each["evidence"] == definition.evidence
        assert each["seen"] == list(definition.seen)
        assert each["reference"]["citation"] == definition.reference.citation
    bounds = found["cut-off set", "consolaro-2014"]["bounds"]
    assert [each["upper"] for each in bounds] == [[1, 1.5, 4], [1, 2.5, 8.5]]


def test_what_is_refused() -> None:
    with pytest.raises(RequestError, match="choose 'redcap': a data dictionary; 'json'"):
        jia.adam.export("openclinica")  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="marker='esr-else-crp': choose 'esr': "):
        jia.adam.export("redcap", marker="esr-else-crp")
    with pytest.raises(NotCoveredError, match="scores= takes jadas10"):
        jia.adam.export("redcap", scores=["jspada"])


def test_a_set_gives_the_states_of_the_scores_that_it_has_bounds_for() -> None:
    text = jia.adam.export("redcap", scores=["jadas10", "jadas27"], cutoffs=["trincianti-2021"])
    names = [row["Variable / Field Name"] for row in csv.DictReader(io.StringIO(text))]
    assert [name for name in names if name.startswith("state_")] == [
        "state_jadas10_trincianti_2021"
    ]
