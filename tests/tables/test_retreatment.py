"""Retreatment: who may be infused again, at which visit, and why."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.errors import (
    ColumnError,
    DefinitionError,
    JiaScoresError,
    MarkerError,
    RequestError,
    UnknownDefinitionError,
    VisitError,
)
from jiascores.measures.courses import CODES, decide, reasons
from tests import msc_facts
from tests.eager import MAKERS

SWART = jia.definition("swart-2019", jia.typing.RetreatmentProtocol)
EXCLUSIONS = SWART.exclusions
SIX = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
# What a visit shows: no response, a response, one that a gap leaves open, a flare.
SHOWS = {
    "n": (8, 8, 2, 10, 10, 50),
    "R": (4, 4, 1, 10, 10, 50),
    "?": (4, 4, 2, 10, 10, None),
    "X": (8, 8, 2, 20, 10, 80),  # worse than R by far, and not better than n
    "m": (4, 4, 1, 13, 10, 50),  # still ACR Pedi 30, joints worse by exactly 30 %
    "f": (5.6, 5, 1.25, 14, 10, 50),  # still ACR Pedi 30, and a flare since R by brunner-2002
}
START = dt.date(2020, 1, 1)
ORDINARY = dict.fromkeys(EXCLUSIONS, 0)


def on(day: int) -> str:
    return (START + dt.timedelta(days=day)).isoformat()


def read(text: str, who: str = "A") -> tuple[list[dict], list[dict]]:
    """Read visits and infusions: ``0:n * 28:R 56:n+infection``; a star infuses on that day.

    ``56:n-infection`` is a visit where infection was not recorded, ``*30`` an infusion on day 30.
    """
    visits, infusions, day = [], [], 0
    for word in text.split():
        if word.startswith("*"):
            infusions.append({"patient": who, "date": on(int(word[1:] or day))})
            continue
        when, _, what = word.partition(":")
        day = int(when)
        row = {"patient": who, "date": on(day), **dict(zip(SIX, SHOWS[what[0]], strict=True))}
        row |= ORDINARY
        for part in what[1:].replace("+", " +").replace("-", " -").split():
            row[part[1:]] = 1 if part[0] == "+" else None
        visits.append(row)
    return visits, infusions


def frames(text: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    visits, infusions = read(text)
    return pd.DataFrame(visits), pd.DataFrame(infusions, columns=["patient", "date"])


def plain(values) -> list:
    return [None if pd.isna(value) else value for value in values]


def courses(text: str, protocol=SWART, **more) -> tuple[list[str], list[bool | None], list[str]]:
    out = jia.retreatment(*frames(text), protocol=protocol, **more)
    return (
        out["retreatment_code"].tolist(),
        plain(out["retreatment_eligible"]),
        out["retreatment_reason"].tolist(),
    )


def last(text: str, protocol=SWART, **more) -> tuple[str, bool | None]:
    codes, eligible, _ = courses(text, protocol, **more)
    return codes[-1], eligible[-1]


SIGN = {True: "yes", False: "no", None: "?"}


# ------------------------------------------------------------------ the rule as published

TABLE = """
visits and infusions                          code            eligible
0:n                                           before          no
0:n *                                         before          no
0:n * 28:n                                    no_response     no
0:n * 28:R                                    holds           no
0:n * 28:R 56:n                               eligible        yes
0:n * 28:R 56:n 84:R                          holds           no
0:n * 28:n 56:n                               no_response     no
0:n * 28:?                                    undetermined    no
0:n * 28:? 56:R                               holds           no
0:n * 28:? 56:n                               undetermined    ?
0:n * 28:R 56:?                               undetermined    ?
0:n * 28:? 56:?                               undetermined    ?
0:n * 28:R 56:? 84:n                          eligible        yes
0:n * 28:R 56:n+infection                     excluded        no
0:n * 28:R 56:n+biological+malignancy         excluded        no
0:n * 28:R 56:n-infection                     undetermined    ?
0:n * 28:R 56:n-infection+malignancy          excluded        no
0:n * 28:R 56:?-infection                     undetermined    ?
0:n * 28:R 56:?+febrile_illness               undetermined    no
0:n * 28:R 56:R+infection                     holds           no
0:n * 28:n 56:n+infection                     no_response     no
0:n * 28:R 56:n *                             eligible        yes
0:n * 28:R 56:n * 84:n                        no_response     no
0:n * 28:R 56:n * 84:R                        holds           no
0:n * 28:R 56:n * 84:R 99:n                   eligible        yes
0:n * 28:R 56:n * 84:R 99:n *                 eligible        yes
0:n * 28:R 56:n * 84:R 99:n * 120:R           holds           no
0:n * 28:R 56:n * 84:R 99:n * 120:n           no_response     no
0:n * 28:R 56:n * 84:R 99:n * 120:R 130:n     used_up         no
0:n * *5 *9 28:R 56:n                         used_up         no
0:n * *5 *9 28:R 56:n+infection               used_up         no
0:n * *5 *9 28:R 56:n-infection               used_up         no
0:n * *5 *9 28:R 56:?                         undetermined    no
0:n * *5 *9 28:? 56:n                         undetermined    no
0:n * *5 28:R 56:n                            eligible        yes
"""


@pytest.mark.parametrize(
    ("text", "code", "eligible"),
    [line.rsplit(maxsplit=2) for line in TABLE.strip().splitlines()[1:]],
)
def test_the_rule_line_by_line(text: str, code: str, eligible: str) -> None:
    found, yes = last(text)
    assert (found, SIGN[yes]) == (code, eligible)


def test_a_response_in_one_course_is_not_a_response_in_the_next() -> None:
    # Each course has its own baseline: against the second one, R is no improvement.
    codes, _, _ = courses("0:n * 28:R * 56:R 84:n")
    assert codes == ["before", "holds", "no_response", "no_response"]


def test_the_first_baseline_by_name() -> None:
    first = SWART.variant(name="first", baseline="first")
    assert last("0:n * 28:R * 56:R 84:n", first) == ("eligible", True)
    assert last("0:n * 28:R * 56:n", first) == ("no_response", False)


def test_the_register_words_worsening_differently() -> None:
    # 30 % worse is not more than 30 % worse; with a second variable worse, it decides.
    visits, infusions = frames("0:n * 28:R 56:R")
    visits.loc[2, ["active_joints", "limited_joints"]] = [13, 13]
    register = SWART.variant(name="by-register", criteria="ntr4146")
    out = jia.retreatment(visits, infusions, protocol=SWART)
    assert out["retreatment_code"].tolist()[-1] == "holds"
    out = jia.retreatment(visits, infusions, protocol=register)
    assert out["retreatment_code"].tolist()[-1] == "eligible"


def test_another_level() -> None:
    fifty = SWART.variant(name="fifty", level=50)
    assert last("0:n * 28:R 56:m", fifty)[0] == "holds"
    visits, infusions = frames("0:n * 28:R 56:R")
    visits["chaq"] = [2, 1, 1.25]
    visits.loc[2, ["physician_global", "patient_global"]] = [5, 5]
    for protocol, code in ((SWART, "holds"), (fifty, "eligible")):
        out = jia.retreatment(visits, infusions, protocol=protocol)
        assert out["retreatment_code"].tolist()[-1] == code


@pytest.mark.parametrize("repeats", [0, 1, 2, 3, None])
@pytest.mark.parametrize("given", [1, 2, 3, 4])
def test_as_many_repeats_as_the_protocol_allows(repeats: int | None, given: int) -> None:
    protocol = SWART.variant(name="repeats", max_repeats=repeats)
    extra = " ".join(f"*{day}" for day in range(1, given))
    left = repeats is None or given <= repeats
    expected = ("eligible", True) if left else ("used_up", False)
    assert last(f"0:n * {extra} 28:R 56:n", protocol) == expected


# ------------------------------------------------------------------ the window

WINDOWS = [
    ({"min_days": 56}, {55: False, 56: True, 57: True, 4000: True}),
    ({"max_days": 56}, {29: True, 55: True, 56: True, 57: False}),
    ({"min_days": 50, "max_days": 52}, {49: False, 50: True, 51: True, 52: True, 53: False}),
    ({"min_days": 50, "max_days": 50}, {49: False, 50: True, 51: False}),
    ({"min_days": 0}, {29: True}),
]


@pytest.mark.parametrize(
    ("window", "day", "inside"),
    [(window, day, inside) for window, days in WINDOWS for day, inside in days.items()],
)
def test_both_sides_of_each_end_of_the_window(window: dict, day: int, inside: bool) -> None:
    protocol = SWART.variant(name="window", **window)
    expected = ("eligible", True) if inside else ("outside_window", False)
    assert last(f"0:n * 28:R {day}:n", protocol) == expected
    # What is decided before the window stays.
    assert last(f"0:n * 28:R {day}:n+infection", protocol) == ("excluded", False)
    assert last(f"0:n * 28:R {day}:R", protocol) == ("holds", False)
    # A gap is only a gap where filling it could make the answer yes.
    unknown = None if inside else False
    assert last(f"0:n * 28:R {day}:n-infection", protocol) == ("undetermined", unknown)
    assert last(f"0:n * 28:R {day}:?", protocol) == ("undetermined", unknown)


def test_days_count_from_the_infusion_of_the_course_not_from_its_baseline() -> None:
    protocol = SWART.variant(name="window", min_days=50)
    assert last("0:n *10 28:R 59:n", protocol)[0] == "outside_window"
    assert last("0:n *10 28:R 60:n", protocol)[0] == "eligible"
    assert last("0:n * 28:R *40 60:n 70:R 89:n", protocol)[0] == "no_response"


# ------------------------------------------------------------------ loss by flare

FLARES = """
visits and infusions       reference         code          eligible
0:n * 28:R 56:R            last-responding   holds         no
0:n * 28:R 56:f            last-responding   eligible      yes
0:n * 28:R 56:X            last-responding   eligible      yes
0:n * 28:R 56:n 84:n       last-responding   eligible      yes
0:n * 28:n 56:X            last-responding   no_response   no
0:n * 28:R 56:f 84:f       last-responding   holds         no
0:n * 28:R 56:f 84:f       best              eligible      yes
0:n * 28:R 56:f            baseline          holds         no
0:n * 28:R 56:X            baseline          eligible      yes
0:n * 28:R 56:n            baseline          holds         no
0:n * 28:f                 best              holds         no
0:n * 28:R * 56:f          last-responding   no_response   no
0:n * 28:n * 56:R 84:f     best              eligible      yes
0:n * 28:? 56:X            last-responding   undetermined  ?
0:n * 28:R 56:f+infection  last-responding   excluded      no
"""


@pytest.mark.parametrize(
    ("text", "against", "code", "eligible"),
    [line.rsplit(maxsplit=3) for line in FLARES.strip().splitlines()[1:]],
)
def test_loss_by_flare(text: str, against: str, code: str, eligible: str) -> None:
    protocol = SWART.variant(name="by-flare", loss="brunner-2002", flare_reference=against)
    found, yes = last(text, protocol)
    assert (found, SIGN[yes]) == (code, eligible)


def test_loss_by_flare_and_by_level_differ() -> None:
    by_flare = SWART.variant(name="x", loss="prcsg-printo", flare_reference="best")
    assert last("0:n * 28:R 56:f", SWART)[0] == "holds"
    strict = SWART.variant(name="y", loss="brunner-2002", flare_reference="best")
    assert last("0:n * 28:R 56:f", strict)[0] == "eligible"
    # f is worse than R in two of six by 40 %, and in no third by 30 %.
    assert last("0:n * 28:R 56:f", by_flare)[0] == "holds"


def test_a_flagged_reference_and_one_by_date() -> None:
    visits, infusions = frames("0:n * 28:R 56:R 84:f")
    for column, values in (("seen", [0, 1, 0, 0]), ("lead_in", [on(30)] * 4)):
        rule = jia.flagged("seen") if column == "seen" else jia.on_or_before("lead_in")
        protocol = SWART.variant(name="x", loss="brunner-2002", flare_reference=rule)
        out = jia.retreatment(visits.assign(**{column: values}), infusions, protocol=protocol)
        assert out["retreatment_code"].tolist() == ["before", "holds", "holds", "eligible"]


def test_without_a_reference_the_loss_is_open_unless_there_can_be_none() -> None:
    visits, infusions = frames("0:n * 28:R 56:f")
    flagged = SWART.variant(name="x", loss="brunner-2002", flare_reference=jia.flagged("nobody"))
    out = jia.retreatment(visits.assign(nobody=0), infusions, protocol=flagged)
    assert out["retreatment_code"].tolist() == ["before", "holds", "undetermined"]
    # No visit reached ACR Pedi 90, nor could one have: there is no flare since such a visit.
    ninety = SWART.variant(name="y", loss="brunner-2002", flare_reference=jia.last_responding(90))
    assert last("0:n * 28:R 56:X", ninety) == ("holds", False)


def test_canakinumab_flares_need_the_fever_column() -> None:
    protocol = SWART.variant(name="x", loss="canakinumab-sjia", flare_reference="baseline")
    visits, infusions = frames("0:n * 28:R 56:R")
    with pytest.raises(ColumnError, match="flare_fever"):
        jia.retreatment(visits, infusions, protocol=protocol)
    out = jia.retreatment(visits.assign(flare_fever=[0, 0, 1]), infusions, protocol=protocol)
    assert out["retreatment_code"].tolist()[-1] == "eligible"


# ------------------------------------------------------------------ the sentence

REASONS = {
    "0:n": "No infusion has been given yet.",
    "0:n * 28:n": "ACR Pedi 30 has not been reached since infusion 1.",
    "0:n * 28:R": "ACR Pedi 30 is met: the response to infusion 1 holds.",
    "0:n * 28:R 56:n": "ACR Pedi 30 was reached after infusion 1 and is no longer met: infusion 2 "
    "may be given.",
    "0:n * 28:R 56:n+febrile_illness": "ACR Pedi 30 was reached after infusion 1 and is no longer "
    "met, but excluded by febrile illness.",
    "0:n * 28:R 56:n-infection-malignancy": "ACR Pedi 30 was reached after infusion 1 and is no "
    "longer met, but infection and malignancy is not recorded.",
    "0:n * *1 *2 28:R 56:n": "ACR Pedi 30 was reached after infusion 3 and is no longer met, but "
    "all 2 repeats have been given.",
    "0:n * 28:?": "Not determinable: ACR Pedi 30 after infusion 1 may not have been reached or may "
    "hold; not eligible in any case: it cannot have been lost.",
    "0:n * 28:R 56:?": "Not determinable: ACR Pedi 30 after infusion 1 may hold or may be lost.",
    "0:n * *1 *2 28:R 56:?": "Not determinable: ACR Pedi 30 after infusion 3 may hold or may be "
    "lost; not eligible in any case: all 2 repeats have been given.",
}


@pytest.mark.parametrize("text", REASONS)
def test_the_reason_in_words(text: str) -> None:
    assert courses(text)[2][-1] == REASONS[text]


def test_the_window_and_the_flare_in_words() -> None:
    window = SWART.variant(name="w", min_days=60, max_days=90)
    assert courses("0:n * 28:R 56:n", window)[2][-1] == (
        "ACR Pedi 30 was reached after infusion 1 and is no longer met, but day 56 after the "
        "infusion is outside the window (days 60 to 90)."
    )
    assert courses("0:n * 28:R 56:n-infection", window)[2][-1] == (
        "ACR Pedi 30 was reached after infusion 1 and is no longer met, but infection is not "
        "recorded; not eligible in any case: day 56 after the infusion is outside the window "
        "(days 60 to 90)."
    )
    flare = SWART.variant(name="f", loss="brunner-2002", flare_reference="best")
    sentences = courses("0:n * 28:R 56:R 84:f", flare)[2]
    assert sentences[-2] == (
        "ACR Pedi 30 was reached after infusion 1, and there is no flare by brunner-2002."
    )
    assert sentences[-1] == (
        "ACR Pedi 30 was reached after infusion 1, and there is a flare by brunner-2002: infusion "
        "2 may be given."
    )


def test_a_protocol_states_its_rule() -> None:
    assert "ACR Pedi 30 by giannini-1997" in SWART.rule
    assert "at most 2 repeats" in SWART.rule
    variant = SWART.variant(name="w", min_days=60, loss="brunner-2002", flare_reference="best")
    assert variant.derives_from == "swart-2019"
    for words in ("day 60 or later", "flare by brunner-2002 against best"):
        assert words in variant.rule


# ------------------------------------------------------------------ against brute force


def decided(protocol, numbers, days, bounds, exclusions, flared):
    """Call the kernel for one course."""
    size = len(numbers)
    return decide(
        protocol,
        starts=np.zeros(size, dtype=np.int64),
        day_starts=np.arange(size),
        infusions=np.array(numbers),
        days=np.array(days),
        level_min=np.array([low for low, _ in bounds]),
        level_max=np.array([high for _, high in bounds]),
        exclusions={name: np.array(values, dtype=float) for name, values in exclusions.items()},
        flared=None if flared is None else tuple(np.array(each) for each in flared),
    )


def code_of_complete(protocol, number, day, met, reached, flare, excluded) -> str:
    """Decide one visit without gaps, in the order in which the rule is stated."""
    if number == 0:
        return "before"
    lost = reached and (not met if flare is None else flare)
    if not lost and (met or reached):
        return "holds"
    if not lost:
        return "no_response"
    if protocol.max_repeats is not None and number > protocol.max_repeats:
        return "used_up"
    if excluded:
        return "excluded"
    low, high = protocol.min_days, protocol.max_days
    if (low is not None and day < low) or (high is not None and day > high):
        return "outside_window"
    return "eligible"


YES_NO_UNKNOWN = st.sampled_from([(0, 0), (0, 1), (1, 1)])


@settings(max_examples=150, deadline=None)
@given(data=st.data(), by_flare=st.booleans())
def test_three_values_are_what_every_completion_of_the_gaps_gives(data, by_flare: bool) -> None:
    """The code is that of all completions or undetermined; the yes/no likewise."""
    changes = {
        "max_repeats": data.draw(st.sampled_from([None, 0, 1, 2])),
        "min_days": data.draw(st.sampled_from([None, 1, 2])),
        "max_days": data.draw(st.sampled_from([None, 2, 3])),
        "exclusions": ("infection", "biological"),
    }
    if by_flare:
        changes |= {"loss": "brunner-2002", "flare_reference": "best"}
    protocol = SWART.variant(name="any", **changes)
    size = data.draw(st.integers(1, 4))
    number = data.draw(st.integers(0, 3))
    levels = [data.draw(YES_NO_UNKNOWN) for _ in range(size)]
    flares = [data.draw(YES_NO_UNKNOWN) for _ in range(size)] if by_flare else None
    gaps = [[data.draw(YES_NO_UNKNOWN) for _ in range(size)] for _ in range(2)]
    found = decided(
        protocol,
        [number] * size,
        range(1, size + 1),
        [(30 * low, 30 * high) for low, high in levels],
        {
            name: [low if low == high else np.nan for low, high in each]
            for name, each in zip(protocol.exclusions, gaps, strict=True)
        },
        None
        if flares is None
        else ([low == 1 for low, _ in flares], [high == 1 for _, high in flares]),
    )
    sentences = reasons(protocol, found)
    for now in range(size):
        open_parts = [sorted(set(level)) for level in levels[: now + 1]]
        open_parts += [sorted(set(each[now])) for each in gaps]
        open_parts.append(sorted(set(flares[now])) if flares else [None])
        codes = {
            code_of_complete(
                protocol,
                number,
                now + 1,
                filled[now] == 1,
                any(filled[:now]),
                flare,
                first == 1 or second == 1,
            )
            for *filled, first, second, flare in itertools.product(*open_parts)
        }
        code = CODES[found.codes[now]]
        # The status comes before what follows from a loss, so an open one is undetermined.
        assert code == (codes.pop() if len(codes) == 1 else "undetermined")
        codes.add(code)
        expected = {True} if codes == {"eligible"} else {True, False}
        if "eligible" not in codes:
            expected = {False}
        yes = found.eligible[now]
        assert expected == ({True, False} if np.isnan(yes) else {bool(yes)})
        assert sentences[now].endswith(".")
        assert ("may be given" in sentences[now]) == (code == "eligible")


VALUES = st.fixed_dictionaries(
    {
        "physician_global": st.sampled_from([0, 2, 2.8, 4, 5.6, 8, None]),
        "patient_global": st.sampled_from([2, 2.8, 4, 5.6, 8]),
        "chaq": st.sampled_from([0, 0.5, 1, 2]),
        "active_joints": st.sampled_from([0, 4, 7, 10, 13]),
        "limited_joints": st.sampled_from([3, 7, 10]),
        "esr": st.sampled_from([10, 35, 50, None]),
        **{name: st.sampled_from([0, 0, 0, 1, None]) for name in EXCLUSIONS[:2]},
        **{name: st.just(0) for name in EXCLUSIONS[2:]},
    }
)
PATIENTS = st.lists(
    st.tuples(
        st.lists(st.integers(0, 9), min_size=1, max_size=7, unique=True).map(sorted),
        st.sets(st.integers(0, 9), max_size=3),
        st.lists(VALUES, min_size=7, max_size=7),
    ),
    min_size=1,
    max_size=3,
)
PROTOCOLS = [
    SWART,
    SWART.variant(name="first", baseline="first", max_repeats=1),
    SWART.variant(name="window", min_days=2, max_days=4, criteria="ntr4146"),
    SWART.variant(name="flare", loss="brunner-2002", flare_reference="last-responding"),
    SWART.variant(name="best", loss="prcsg-printo", flare_reference="best", level=50),
    SWART.variant(name="base", loss="prcsg-printo", flare_reference="baseline"),
]


def core(row: dict) -> jia.CoreSet:
    return jia.CoreSet(**{name: row[name] for name in SIX})


def one_patient(protocol, visits: list[dict], infused: list[int]) -> list[tuple[str, bool | None]]:
    """Decide one patient's visits in order, one after the other, with the scalar functions."""
    answers = []
    for visit in visits:
        given = [day for day in infused if day < visit["day"]]
        if not given:
            answers.append(("before", False))
            continue
        anchor = given[-1] if protocol.baseline == "course" else given[0]
        base = [row for row in visits if row["day"] <= anchor][-1]
        course = [row for row in visits if given[-1] < row["day"] <= visit["day"]]
        levels = [
            jia.acr_ped(baseline=core(base), now=core(row), criteria=protocol.criteria)
            for row in course
        ]
        need = protocol.level
        lows, highs = [r.level_min >= need for r in levels], [r.level_max >= need for r in levels]
        flared = None
        if protocol.by_flare:
            flared = flare_since(protocol, base, visit, course[:-1], levels[:-1])
        exclusions = {visit[name] for name in protocol.exclusions}
        codes = set()
        for met, reached, flare, excluded in itertools.product(
            {lows[-1], highs[-1]},
            {any(lows[:-1]), any(highs[:-1])},
            [None] if flared is None else flared,
            [True] if 1 in exclusions else [True, False] if None in exclusions else [False],
        ):
            day = visit["day"] - given[-1]
            codes.add(code_of_complete(protocol, len(given), day, met, reached, flare, excluded))
        code = next(iter(codes)) if len(codes) == 1 else "undetermined"
        answers.append((code, "eligible" in codes and (code == "eligible" or None)))
    return answers


def flare_since(protocol, base, visit, earlier, levels) -> list[bool]:
    """Return the possible answers to whether there is a flare against the named reference."""
    reference = base
    if protocol.flare_reference == "last-responding":
        found = [
            row for row, r in zip(earlier, levels, strict=True) if r.level_min >= protocol.level
        ]
        reference = found[-1] if found else None
        if not found and all(r.level_max < protocol.level for r in levels):
            return [False]
    if protocol.flare_reference == "best":
        known = [
            (-r.level, jadas(row), row["day"], row)
            for row, r in zip(earlier, levels, strict=True)
            if r.level is not None
        ]
        reference = min(known, key=lambda one: one[:3])[3] if known else None
        if not earlier:
            return [False]
    if reference is None:
        return [True, False]
    verdict = jia.flare(reference=core(reference), now=core(visit), criteria=protocol.loss)
    return [True, False] if verdict.flared is None else [verdict.flared]


def jadas(row: dict) -> float:
    score = jia.jadas71(
        **{
            name: row[name]
            for name in ("physician_global", "patient_global", "active_joints", "esr")
        }
    )
    return float("inf") if np.isnan(score) else score


@settings(max_examples=60, deadline=None)
@given(patients=PATIENTS, seed=st.integers(0, 99))
@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.name)
def test_tables_agree_with_one_patient_at_a_time(protocol, patients, seed: int) -> None:
    rows, infusions, expected = [], [], []
    for who, (days, infused, values) in enumerate(patients):
        visits = [
            {"patient": who, "day": day, "date": on(day), **row}
            for day, row in zip(days, values, strict=False)
        ]
        treated = sorted(day for day in infused if day >= days[0])
        rows += visits
        infusions += [{"patient": who, "date": on(day)} for day in treated]
        expected += one_patient(protocol, visits, treated)
    shuffle = np.random.default_rng(seed).permutation(len(rows))
    table = pd.DataFrame([rows[place] for place in shuffle])
    given_ = pd.DataFrame(infusions, columns=["patient", "date"]).sample(frac=1, random_state=seed)
    out = jia.retreatment(table, given_, protocol=protocol)
    found = list(zip(out["retreatment_code"], plain(out["retreatment_eligible"]), strict=True))
    assert found == [expected[place] for place in shuffle]


def test_the_trial_agrees_with_exact_arithmetic() -> None:
    folder = Path(__file__).parents[2] / "examples" / "msc_trial"
    trial = msc_facts.Trial(folder)
    visits = pd.read_csv(folder / "visits.csv")
    infusions = pd.read_csv(folder / "infusions.csv")
    for changes in ({}, {"criteria": "ntr4146"}, {"baseline": "first"}):
        protocol = SWART.variant(name="any", **changes)
        out = jia.retreatment(visits, infusions, protocol=protocol, **TRIAL)
        expected = [
            code
            for name in trial.names
            for _, code in msc_facts.course_codes(
                trial.of(trial.visits, name),
                trial.infusion_days(name),
                thirty_is_worse="criteria" in changes,
                first_baseline="baseline" in changes,
            )
        ]
        assert out["retreatment_code"].tolist() == expected


TRIAL = {
    "columns": {
        "date": "visit_date",
        "physician_global": "physician_global_mm",
        "patient_global": "patient_global_mm",
    },
    "units": {"physician_global": "mm", "patient_global": "mm"},
    "infusion_columns": {"date": "infusion_date"},
    "marker": "esr",
}


# ------------------------------------------------------------------ frames

TEXT = "0:n * 28:R 56:? 70:n+infection 84:n-biological 90:n"


def columns_of(rows: list[dict]) -> dict[str, list]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def back(frame) -> dict[str, list]:
    if isinstance(frame, pd.DataFrame):
        return {name: plain(frame[name]) for name in frame.columns}
    return frame.to_dict(as_series=False) if isinstance(frame, pl.DataFrame) else frame.to_pydict()


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("other", MAKERS)
def test_every_kind_of_frame(kind: str, other: str) -> None:
    visits, infusions = read(TEXT)
    visits = [visits[place] for place in (3, 0, 5, 1, 4, 2)]
    made = MAKERS[kind](columns_of(visits))
    out = jia.retreatment(made, MAKERS[other](columns_of(infusions)), protocol=SWART)
    assert type(out) is type(made)
    found = back(out)
    assert found["date"] == [row["date"] for row in visits]
    assert found["retreatment_code"] == [
        "excluded", "before", "eligible", "holds", "undetermined", "undetermined",
    ]  # fmt: skip
    assert found["retreatment_eligible"] == [False, False, True, False, None, None]
    assert found["retreatment_reason"][1] == "No infusion has been given yet."


@pytest.mark.parametrize("kind", MAKERS)
def test_dates_study_days_and_moments(kind: str) -> None:
    visits, infusions = read(TEXT)
    expected = back(jia.retreatment(*frames(TEXT), protocol=SWART))["retreatment_code"]
    for make in (
        dt.date.fromisoformat,
        dt.datetime.fromisoformat,
        lambda text: (dt.date.fromisoformat(text) - START).days,
        lambda text: float((dt.date.fromisoformat(text) - START).days),
    ):
        tables = [
            MAKERS[kind](columns_of([{**row, "date": make(row["date"])} for row in rows]))
            for rows in (visits, infusions)
        ]
        assert back(jia.retreatment(*tables, protocol=SWART))["retreatment_code"] == expected


def test_a_visit_later_on_the_day_of_the_infusion_counts_as_before_it() -> None:
    visits, infusions = frames("0:n * 28:R 56:n")
    visits["date"] = [f"{date} 16:00:00" for date in visits["date"]]
    infusions["date"] = [f"{date} 09:00:00" for date in infusions["date"]]
    out = jia.retreatment(visits, infusions, protocol=SWART)
    assert out["retreatment_code"].tolist() == ["before", "holds", "eligible"]


def test_rows_index_and_columns_stay() -> None:
    visits, infusions = frames(TEXT)
    visits.index = [7, 7, "x", None, 3.5, (1, 2)]
    before = visits.copy()
    out = jia.retreatment(visits, infusions, protocol=SWART, prefix="p_")
    pd.testing.assert_frame_equal(visits, before)
    pd.testing.assert_frame_equal(out[visits.columns], before)
    assert list(out.columns[-3:]) == [
        "p_retreatment_code", "p_retreatment_eligible", "p_retreatment_reason",
    ]  # fmt: skip
    assert str(out["p_retreatment_eligible"].dtype) == "boolean"


def test_empty_tables() -> None:
    visits, infusions = frames("0:n * 28:R")
    out = jia.retreatment(visits, infusions.iloc[:0], protocol=SWART)
    assert out["retreatment_code"].tolist() == ["before", "before"]
    assert len(jia.deviations(visits, infusions.iloc[:0], protocol=SWART)) == 0
    out = jia.retreatment(visits.iloc[:0], infusions.iloc[:0], protocol=SWART)
    assert len(out) == 0
    assert "retreatment_code" in out


def test_the_reactant_is_chosen_where_both_are_there() -> None:
    visits, infusions = frames("0:n * 28:R 56:n")
    visits["crp"] = 5.0
    with pytest.raises(MarkerError):
        jia.retreatment(visits, infusions, protocol=SWART)
    out = jia.retreatment(visits, infusions, protocol=SWART, marker="esr-else-crp")
    assert out["retreatment_marker"].tolist() == ["esr"] * 3
    assert out["retreatment_code"].tolist() == ["before", "holds", "eligible"]
    visits["esr"] = [None, 50, 50]
    out = jia.retreatment(visits, infusions, protocol=SWART, marker="esr-else-crp")
    assert out["retreatment_marker"].tolist() == ["crp"] * 3
    assert out["retreatment_code"].tolist() == ["before", "holds", "eligible"]


def test_another_rater_than_at_the_baseline_of_the_course_is_shown() -> None:
    visits, infusions = frames("0:n * 28:R 56:n * 84:R")
    visits["patient_global_rater"] = ["parent", "parent", "patient", "patient"]
    assessed = jia.assess(visits, measures=["acr_ped"], baseline="first")
    out = jia.retreatment(assessed, infusions, protocol=SWART)
    assert plain(out["rater_changed"]) == [None, False, True, True]
    assert plain(out["retreatment_rater_changed"]) == [None, False, True, False]


def test_exclusions_by_other_names_and_words() -> None:
    visits, infusions = frames("0:n * 28:R 56:n 84:n 99:n")
    visits = visits.drop(columns="infection").assign(inf=["N", "n", "Y", "", "No"])
    out = jia.retreatment(visits, infusions, protocol=SWART, exclusions={"infection": "inf"})
    codes = ["before", "holds", "excluded", "undetermined", "eligible"]
    assert out["retreatment_code"].tolist() == codes


def test_values_that_are_not_allowed_can_be_left_out() -> None:
    visits, infusions = frames("0:n * 28:R 56:n")
    visits.loc[1, "esr"] = -1
    with pytest.raises(JiaScoresError, match="esr"):
        jia.retreatment(visits, infusions, protocol=SWART)
    out = jia.retreatment(visits, infusions, protocol=SWART, invalid="missing")
    assert plain(out["invalid_values"]) == [None, "esr=-1", None]
    assert out["retreatment_code"].tolist() == ["before", "holds", "eligible"]


# ------------------------------------------------------------------ deviations


def test_each_later_infusion_is_held_against_the_visit_before_it() -> None:
    visits, infusions = frames("0:n * 28:R 56:n *60 80:n *90 *95")
    out = jia.deviations(visits, infusions, protocol=SWART)
    assert out["infusion_number"].tolist() == [2, 3, 4]
    assert out["infusion_date"].tolist() == [on(60), on(90), on(95)]
    assert out["visit_date"].tolist() == [on(56), on(80), on(80)]
    assert out["days_since_visit"].tolist() == [4, 10, 15]
    assert out["retreatment_code"].tolist() == ["eligible", "no_response", "no_response"]
    assert plain(out["retreatment_eligible"]) == [True, False, False]
    assert out["retreatment_reason"].tolist()[2] == (
        "No visit since infusion 3, so no response to it was seen."
    )


def test_an_infusion_on_the_day_of_an_eligible_visit_is_none() -> None:
    visits, infusions = frames("0:n * 28:R 56:n *")
    out = jia.deviations(visits, infusions, protocol=SWART)
    assert plain(out["retreatment_eligible"]) == [True]
    visits, infusions = frames("0:n * 28:R *")
    out = jia.deviations(visits, infusions, protocol=SWART)
    assert out["retreatment_code"].tolist() == ["holds"]


def test_an_eligible_visit_of_an_earlier_course_does_not_count() -> None:
    visits, infusions = frames("0:n * 28:R 56:n *60 *70")
    out = jia.deviations(visits, infusions, protocol=SWART)
    assert plain(out["retreatment_eligible"]) == [True, False]


def test_an_open_answer_stays_open() -> None:
    visits, infusions = frames("0:n * 28:R 56:? *")
    assert plain(jia.deviations(visits, infusions, protocol=SWART)["retreatment_eligible"]) == [
        None
    ]


@pytest.mark.parametrize("kind", MAKERS)
def test_the_listing_is_of_the_kind_of_the_infusions(kind: str) -> None:
    visits, infusions = read("0:n * 28:R 56:n *")
    made = MAKERS[kind](columns_of(infusions))
    out = jia.deviations(pd.DataFrame(visits), made, protocol=SWART)
    assert type(out) is type(made)
    assert back(out)["retreatment_code"] == ["eligible"]


# ------------------------------------------------------------------ what is refused


def refuse(kind: type[Exception], match: str, text: str = TEXT, **more) -> None:
    visits, infusions = frames(text)
    arguments = {"visits": visits, "infusions": infusions, "protocol": SWART, **more}
    arguments["visits"] = arguments.pop("change_visits", lambda v: v)(arguments["visits"])
    arguments["infusions"] = arguments.pop("change_infusions", lambda v: v)(arguments["infusions"])
    for function in (jia.retreatment, jia.deviations):
        with pytest.raises(kind, match=match):
            function(
                arguments["visits"],
                arguments["infusions"],
                **{
                    name: value
                    for name, value in arguments.items()
                    if name not in ("visits", "infusions")
                },
            )


def test_an_infusion_before_the_first_visit() -> None:
    refuse(
        VisitError, r"before the first visit: row 0 \(patient A, date 2020-01-05\)", "10:n *4 28:R"
    )


def test_a_patient_without_visits() -> None:
    refuse(
        VisitError,
        "table of infusions: patient B has no visit",
        change_infusions=lambda frame: pd.concat([frame, frame.assign(patient="B")]),
    )
    refuse(
        VisitError,
        "written alike",
        change_visits=lambda frame: frame.assign(patient="12"),
        change_infusions=lambda frame: frame.assign(patient=12),
    )


def test_two_infusions_on_a_day() -> None:
    refuse(VisitError, "table of infusions: two infusions", "0:n * * 28:R")


@pytest.mark.parametrize("column", ["patient", "date"])
def test_missing_patients_and_dates(column: str) -> None:
    def without(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(**{column: [None, *frame[column][1:]]})

    refuse(VisitError, f"table of infusions: column '{column}'", change_infusions=without)
    refuse(VisitError, f"^column '{column}'", change_visits=without)


@pytest.mark.parametrize("column", ["patient", "date"])
def test_missing_columns(column: str) -> None:
    def without(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.drop(columns=column)

    refuse(ColumnError, f"infusion_columns={{'{column}'", change_infusions=without)
    refuse(ColumnError, f"[^_]columns={{'{column}'", change_visits=without)


def test_an_exclusion_without_a_column() -> None:
    refuse(
        ColumnError,
        r"no column 'malignancy'.*exclusions=\{'malignancy'",
        change_visits=lambda frame: frame.drop(columns="malignancy"),
    )
    refuse(ColumnError, "no column 'inf'", exclusions={"infection": "inf"})
    refuse(ColumnError, "Did you mean 'infection'", exclusions={"infektion": "inf"})


def test_names_that_lead_nowhere() -> None:
    refuse(UnknownDefinitionError, "swart-2019", protocol="swart-2018")
    refuse(UnknownDefinitionError, "must name", protocol=None)
    refuse(ColumnError, "can map patient, date", infusion_columns={"dose": "dose"})
    refuse(ColumnError, "no column 'day'", infusion_columns={"date": "day"})
    rule = SWART.variant(name="x", loss="brunner-2002", flare_reference="yesterday")
    refuse(RequestError, "yesterday", protocol=rule)


def test_two_baselines_on_a_day() -> None:
    refuse(VisitError, "two visits on one date", "0:n 0:R * 28:R")


def test_dates_beside_study_days() -> None:
    refuse(
        VisitError,
        "other kind",
        change_infusions=lambda frame: frame.assign(date=range(len(frame))),
    )


def test_a_column_is_never_replaced() -> None:
    visits, infusions = frames(TEXT)
    with pytest.raises(ColumnError, match="retreatment_code"):
        jia.retreatment(visits.assign(retreatment_code=1), infusions, protocol=SWART)


@pytest.mark.parametrize(
    "changes",
    [
        {"level": 40},
        {"baseline": "last"},
        {"loss": "brunner-2002"},
        {"flare_reference": "best"},
        {"loss": "brunner-1999", "flare_reference": "best"},
        {"criteria": "giannini-1979"},
        {"max_repeats": -1},
        {"max_repeats": 1.5},
        {"min_days": 30, "max_days": 29},
        {"exclusions": ("infection", "infection")},
        {"name": "swart-2019"},
    ],
)
def test_protocols_that_contradict_themselves(changes: dict) -> None:
    with pytest.raises((DefinitionError, RequestError, UnknownDefinitionError)):
        SWART.variant(**{"name": "x", **changes})
