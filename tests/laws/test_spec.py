"""The specification: the tables of docs/spec, each row run as it stands on the page.

A table is run when the line before it says how: ``<!-- spec: name key=value -->``. In a cell, ``?``
is unknown or missing, ``yes`` and ``no`` are verdicts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jiascores as jia

PAGES = sorted((Path(__file__).parents[2] / "docs" / "spec").glob("*.md"))
HEADING = re.compile(r"<!-- spec: (?P<name>\S+)(?P<more>.*) -->")
SIX = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
Cells = dict[str, str]


def tables() -> list[Any]:
    """Return every row that is run, with its page and line."""
    found = []
    for page in PAGES:
        lines = page.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            heading = HEADING.fullmatch(line.strip())
            if heading is None:
                continue
            given = dict(pair.split("=") for pair in heading["more"].split())
            start = number + 2
            names = cells(lines[start])
            for row, text in enumerate(lines[start + 2 :], start=start + 3):
                if not text.startswith("|"):
                    break
                values = dict(zip(names, cells(text), strict=True))
                identity = f"{page.stem}:{row}"
                found.append(pytest.param(heading["name"], given, values, id=identity))
    return found


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def number(text: str) -> float | None:
    return None if text == "?" else float(text)


def flag(text: str) -> bool | None:
    return {"yes": True, "no": False, "?": None}[text]


def words(value: Any) -> str:
    """Return an answer as a cell says it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "?"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


# What the six become: much better, much worse, unchanged, unknown.
BASE = (8.0, 8.0, 1.0, 20.0, 20.0, 50.0)
BETTER = (2.0, 2.0, 0.25, 5.0, 5.0, 12.5)
WORSE = (10.0, 10.0, 2.0, 40.0, 40.0, 100.0)


def two_visits(better: int, worse: int, unknown: int) -> tuple[Any, Any]:
    """Return visits with so many variables better, worse and unknown; the others are unchanged."""
    base = (5.0, 5.0, *BASE[2:])
    now = list(base)
    for place in range(6):
        if place < better:
            now[place] = base[place] / 4
        elif place < better + worse:
            now[place] = base[place] * 2
        elif place < better + worse + unknown:
            now[place] = math.nan
    return (
        jia.CoreSet(**dict(zip(SIX, base, strict=True))),
        jia.CoreSet(**dict(zip(SIX, now, strict=True))),
    )


def score(given: Cells, row: Cells) -> Cells:
    name = given["measure"]
    inputs = {key: number(text) for key, text in row.items() if key != name}
    return {name: words(getattr(jia, name)(**inputs))}


def state(given: Cells, row: Cells) -> Cells:
    measure = given["measure"]
    return {
        course: words(
            jia.disease_state(
                number(row[measure]), measure=measure, course=course, cutoffs=given["cutoffs"]
            )
        )
        for course in row
        if course != measure
    }


def response(given: Cells, row: Cells) -> Cells:
    base, now = two_visits(*(int(row[name]) for name in ("better", "worse", "unknown")))
    found = jia.acr_ped(baseline=base, now=now, criteria=given["criteria"])
    answers = {"level_min": found.level_min, "level_max": found.level_max, "level": found.level}
    return {name: words(answers[name]) for name in row if name in answers}


def change(given: Cells, row: Cells) -> Cells:
    """Whether one variable counts as worse or better: 'a → b' in a cell."""
    start, end = (number(text.strip()) for text in row["change"].split("→"))
    name = given["variable"]
    base = dict(zip(SIX, (5, 5, 1, 10, 10, 20), strict=True)) | {name: start}
    now = dict(zip(SIX, (5, 5, 1, 10, 10, 20), strict=True)) | {name: end}
    answers: Cells = {}
    for criteria in row:
        if criteria == "change":
            continue
        found: Any
        if criteria in ("giannini-1997", "ntr4146"):
            found = jia.acr_ped(
                baseline=jia.CoreSet(**base), now=jia.CoreSet(**now), criteria=criteria
            )
            worse, better = found.worsened[name], found.improved[name]
        else:
            found = jia.flare(
                reference=jia.CoreSet(**base), now=jia.CoreSet(**now), criteria=criteria
            )
            worse, better = found.worse[name], found.better.get(name)
        known = "worse" if worse else "better" if better else "unchanged"
        answers[criteria] = "?" if worse is None else known
    return answers


def flare(given: Cells, row: Cells) -> Cells:
    base, now = two_visits(*(int(row[name]) for name in ("better", "worse", "unknown")))
    return {
        criteria: words(jia.flare(reference=base, now=now, criteria=criteria).flared)
        for criteria in row
        if criteria not in ("better", "worse", "unknown")
    }


LOST = {"yes": (3, 0, 0), "no": (0, 2, 0), "?": (3, 1, 1)}


def loss(given: Cells, row: Cells) -> Cells:
    base, reached = two_visits(*LOST[row["reached earlier"]])
    _, now = two_visits(*LOST[row["met now"]])
    found = jia.loss_of_response(baseline=base, reached=reached, now=now, level=int(given["level"]))
    return {"lost": words(found.lost)}


MARKER = {"normal": 10, "raised": 50, "not tested": None, "no limit": 50}


def markers(given: Cells, row: Cells) -> Cells:
    well = dict.fromkeys(
        ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis"), False
    )
    given_: dict[str, Any] = {"physician_global": 0, "active_joints": 0, "morning_stiffness": 0}
    for name in ("esr", "crp"):
        given_[name] = MARKER[row[name]]
        given_[f"{name}_upper_limit"] = None if row[name] == "no limit" else 20
    answers: Cells = {}
    for column in row:
        criteria, _, rule = column.partition(", ")
        if criteria in ("esr", "crp"):
            continue
        more: dict[str, Any] = {"markers": rule} if rule else {}
        if criteria == "eular-pres-2024":
            more = {"stills_symptoms": False}
        answers[column] = words(jia.inactive_disease(criteria=criteria, **well, **given_, **more))
    return answers


def relapse(given: Cells, row: Cells) -> Cells:
    found = jia.reacch_out_flare(
        inactive_before=flag(row["inactive before"]),
        inactive_now=flag(row["inactive now"]),
        joint_injection=flag(row["joint injection"]),
        treatment_intensified=None,
    )
    return {"flare": words(found.flared)}


LABS = {
    "platelets": (100, 400),
    "ast": (90, 20),
    "triglycerides": (300, 90),
    "fibrinogen": (200, 500),
}


def mas(given: Cells, row: Cells) -> Cells:
    fulfilled, unknown = int(row["fulfilled"]), int(row["unknown"])
    labs: dict[str, float | None] = {}
    for place, (name, (ill, well)) in enumerate(LABS.items()):
        labs[name] = ill if place < fulfilled else None if place < fulfilled + unknown else well
    found = jia.mas_2016(
        febrile=True, known_or_suspected_sjia=True, ferritin=number(row["ferritin"]), **labs
    )
    return {"MAS": words(found)}


def manifestations(given: Cells, row: Cells) -> Cells:
    total = jia.systemic_manifestation_score(
        temperature=36.8,
        rash=False,
        lymphadenopathy=False,
        hepatosplenomegaly=False,
        serositis=False,
        haemoglobin=12,
        platelets=number(row["platelets"]),
        ferritin=number(row["ferritin"]),
    )
    return {"points": words(total)}


def chaq(given: Cells, row: Cells) -> Cells:
    domains = [number(text) for text in row["domains"].split()]
    return {"index": words(jia.chaq_di(domains=domains, aids=row["aids"].split()))}


def minimal(given: Cells, row: Cells) -> Cells:
    found = jia.minimal_disease_activity(
        course=given["course"],
        physician_global=number(row["physician_global"]),
        patient_global=number(row["patient_global"]),
        swollen_joints=number(row["swollen_joints"]),
        criteria=given["criteria"],
    )
    return {"minimal": words(found)}


RUN: dict[str, Callable[[Cells, Cells], Cells]] = {
    "score": score,
    "state": state,
    "response": response,
    "change": change,
    "flare": flare,
    "loss": loss,
    "markers": markers,
    "relapse": relapse,
    "mas": mas,
    "manifestations": manifestations,
    "chaq": chaq,
    "minimal": minimal,
}


@pytest.mark.parametrize(("name", "given", "row"), tables())
def test_the_page_is_right(name: str, given: Cells, row: Cells) -> None:
    answers = RUN[name](given, row)
    assert answers
    assert answers == {column: row[column] for column in answers}


def test_there_are_pages_and_every_kind_of_table_is_on_one() -> None:
    named = {parameter.values[0] for parameter in tables()}
    assert named == set(RUN)
