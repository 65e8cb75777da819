"""Flare and loss of response: the check values, every boundary, every gap."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.errors import (
    ArgumentError,
    DefinitionError,
    MarkerError,
    MisalignedError,
    NotCoveredError,
    RequestError,
    UnknownDefinitionError,
)
from tests.conftest import check_values, value

try:
    import polars as pl
except ImportError:  # an optional engine, not there in the environments of the oldest versions
    pl = None

SIX = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
GLOBALS = SIX[:2]
CRITERIA = {criteria.name: criteria for criteria in published(jia.typing.FlareCriteria)}
NAMES = tuple(CRITERIA)
CHECKED = (
    "brunner-2002",
    "brunner-2002-b",
    "brunner-2002-c",
    "prcsg-printo",
    "lovell-2000",
    "lovell-2008",
    "ruperto-2008",
    "review-floors",
)
WORDS = {"yes": True, "no": False, "": None}
ROWS = check_values("flare")

Six = dict[str, float | None]


def core(values: Six) -> jia.CoreSet[Any]:
    return jia.CoreSet(**values)


def flared(earlier: Six, now: Six, name: str, **more: Any) -> bool | None:
    if name == "canakinumab-sjia":
        more.setdefault("flare_fever", False)
    return jia.flare(reference=core(earlier), now=core(now), criteria=name, **more).flared


# --------------------------------------------------------------------------------------------
# The papers in integers: thousandths in, no tolerance and no division anywhere

THOUSAND = 1000
NO_FLOOR = dict.fromkeys(SIX, 0)
FLOORS = NO_FLOOR | {
    "physician_global": 2000,
    "patient_global": 2000,
    "active_joints": 2000,
    "limited_joints": 2000,
}
# worse from %, itself included, needed; better from %, itself included, allowed; active joints at
# the visit; floors
COUNTED: dict[str, tuple[int, bool, int, int, bool, int, int, dict[str, int]]] = {
    "brunner-2002": (40, True, 2, 30, True, 1, 0, NO_FLOOR),
    "brunner-2002-b": (30, True, 3, 30, True, 6, 0, NO_FLOOR),
    "prcsg-printo": (30, True, 3, 30, True, 1, 0, NO_FLOOR),
    "lovell-2000": (30, True, 3, 30, True, 1, 2, NO_FLOOR),
    "lovell-2008": (30, True, 3, 30, False, 1, 2, NO_FLOOR),
    "ruperto-2008": (30, True, 3, 30, True, 1, 0, FLOORS),
    "ruperto-2008-strict": (30, False, 3, 30, False, 1, 0, FLOORS),
    "review-floors": (30, True, 3, 30, True, 1, 0, FLOORS | {"limited_joints": 0}),
    "canakinumab-sjia": (30, True, 3, 30, True, 1, 0, NO_FLOOR),
}


def exact_flags(name: str, variable: str, earlier: Any, now: Any) -> tuple[Any, Any]:
    """Worse and better of one variable, exactly, from thousandths without gaps."""
    percent, inclusive, _, gain, gain_inclusive, _, _, floors = COUNTED[name]
    rise, fall = 100 * (now - earlier), 100 * (earlier - now)
    worse = rise >= percent * earlier if inclusive else rise > percent * earlier
    better = fall >= gain * earlier if gain_inclusive else fall > gain * earlier
    return (
        worse & (now > earlier) & (now - earlier >= floors[variable]),
        better & (earlier > 0),
    )


def exact_bounds(name: str, earlier: Any, now: Any, known: Any) -> tuple[Any, Any]:
    """Certain and possible, exactly, as the rule for gaps says."""
    if name == "brunner-2002-c":
        limits = (("chaq", 0), ("esr", 30), ("active_joints", 10))
        meets = [
            (100 * (now[n] - earlier[n]) >= percent * earlier[n]) & (now[n] > earlier[n])
            for n, percent in limits
        ]
        there = [known["earlier"][n] & known["now"][n] for n, _ in limits]
        certain = np.all([m & t for m, t in zip(meets, there, strict=True)], axis=0)
        return certain, np.all([m | ~t for m, t in zip(meets, there, strict=True)], axis=0)
    _, _, needed, _, _, allowed, joints, _ = COUNTED[name]
    worse = better = gaps = 0
    for variable in SIX:
        both = known["earlier"][variable] & known["now"][variable]
        up, down = exact_flags(name, variable, earlier[variable], now[variable])
        worse = worse + (up & both).astype(int)
        better = better + (down & both).astype(int)
        gaps = gaps + (~both).astype(int)
    enough = now["active_joints"] >= joints * THOUSAND
    there = known["now"]["active_joints"]
    # brunner-2002-b asks nothing of improvement: six of six allowed is no limit, gaps or not.
    limited = better + gaps <= allowed if allowed < len(SIX) else True
    certain = (worse >= needed) & limited & ((enough & there) | (joints == 0))
    possible = (worse + gaps >= needed) & (better <= allowed) & (enough | ~there | (joints == 0))
    return certain, possible


STEPS = {"chaq": 125, "active_joints": THOUSAND, "limited_joints": THOUSAND}
TOPS = {"chaq": 3000, "active_joints": 71_000, "limited_joints": 71_000, "esr": 150_000}


def random_visits(seed: int, size: int, gaps: float) -> tuple[Any, Any, Any]:
    """Core sets in thousandths on the steps that clinics use, many of them near a boundary."""
    rng = np.random.default_rng(seed)
    earlier, now = {}, {}
    known: dict[str, dict[str, Any]] = {"earlier": {}, "now": {}}
    for variable in SIX:
        step, top = STEPS.get(variable, 100), TOPS.get(variable, 10_000)
        before = rng.integers(0, top // step // 2, size) * step
        factor = rng.choice([0, 69, 70, 71, 100, 110, 129, 130, 131, 139, 140, 141, 300], size)
        after = np.clip(before * factor // 100 // step * step, 0, top)
        after = np.clip(after + rng.choice([0, 0, 0, 1, 2, 20], size) * step, 0, top)
        earlier[variable], now[variable] = before, after
        known["earlier"][variable] = rng.random(size) >= gaps
        known["now"][variable] = rng.random(size) >= gaps
    return earlier, now, known


def typed(values: Any, there: Any) -> dict[str, Any]:
    """The decimals that a clinician would have typed, NaN in the gaps."""
    return {name: np.where(there[name], values[name] / THOUSAND, np.nan) for name in values}


@pytest.mark.parametrize(("seed", "gaps"), [(0, 0.0), (1, 0.02), (2, 0.08), (3, 0.2)])
def test_agrees_with_exact_arithmetic_on_a_million_core_sets(seed: int, gaps: float) -> None:
    earlier, now, known = random_visits(seed, 250_000, gaps)
    before, after = typed(earlier, known["earlier"]), typed(now, known["now"])
    for criteria in CRITERIA.values():
        certain, possible = exact_bounds(criteria.name, earlier, now, known)
        more = {"flare_fever": False} if criteria.fever_above else {}
        found = jia.flare(
            reference=jia.CoreSet(**before), now=jia.CoreSet(**after), criteria=criteria, **more
        )
        assert (found.flared_min == certain).all(), criteria.name
        assert (found.flared_max == possible).all(), criteria.name
        # The data reach every answer.
        assert certain.any()
        assert (~possible).any()
        assert (possible & ~certain).any() == (gaps > 0)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "brunner-2002-c"])
@pytest.mark.parametrize("variable", SIX)
def test_worse_and_better_on_the_whole_grid(name: str, variable: str) -> None:
    step, top = STEPS.get(variable, 100), min(TOPS.get(variable, 10_000), 71_000)
    if variable == "esr":
        step = THOUSAND
    grid = np.arange(0, top + step, step)
    earlier, now = (part.ravel() for part in np.meshgrid(grid, grid))
    rest = dict.fromkeys(SIX, 1.0)
    verdict = jia.flare(
        reference=jia.CoreSet(**rest | {variable: earlier / THOUSAND}),
        now=jia.CoreSet(**rest | {variable: now / THOUSAND}),
        criteria=name,
        **({"flare_fever": False} if name == "canakinumab-sjia" else {}),
    )
    worse, better = exact_flags(name, variable, earlier, now)
    assert (verdict.worse[variable] == worse).all()
    if name == "brunner-2002-b":
        assert verdict.better == {}
    else:
        assert (verdict.better[variable] == better).all()


# --------------------------------------------------------------------------------------------
# Check values


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_check_values(row: dict[str, str]) -> None:
    earlier = {name: value(row[f"reference_{name}"]) for name in SIX}
    now = {name: value(row[f"visit_{name}"]) for name in SIX}
    found = {name: flared(earlier, now, name) for name in CHECKED}
    assert found == {name: WORDS[row[name]] for name in CHECKED}


KINDS = [np.array, pd.Series, *([pl.Series] if pl else [])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CHECKED)
def test_arrays_and_series_are_the_same_call(kind: Any, name: str) -> None:
    def column(prefix: str) -> jia.CoreSet[Any]:
        cells = {n: [value(row[f"{prefix}_{n}"]) for row in ROWS] for n in SIX}
        if pl and kind is pl.Series:
            return jia.CoreSet(
                **{n: pl.Series(n, cell, dtype=pl.Float64) for n, cell in cells.items()}
            )
        return jia.CoreSet(**{n: kind(np.array(cell, dtype=float)) for n, cell in cells.items()})

    verdict = jia.flare(reference=column("reference"), now=column("visit"), criteria=name)
    expected = [WORDS[row[name]] for row in ROWS]
    assert nullable(verdict.flared) == expected
    assert [bool(one) for one in verdict.flared_min] == [one is True for one in expected]
    assert [bool(one) for one in verdict.flared_max] == [one is not False for one in expected]
    if kind is pd.Series:
        assert verdict.flared.dtype == "boolean"
        assert verdict.flared.name == f"flare_{name.replace('-', '_')}"
        assert list(verdict.flared.index) == list(range(len(ROWS)))
    if pl and kind is pl.Series:
        assert verdict.flared.dtype == pl.Boolean
        assert verdict.flared_min.null_count() == 0
    if kind is np.array:
        assert verdict.flared.dtype == np.float64
        assert verdict.flared_min.dtype == bool


def nullable(values: Any) -> list[bool | None]:
    return [None if one is None or one is pd.NA or one != one else bool(one) for one in values]


# --------------------------------------------------------------------------------------------
# Both sides of every boundary, as typed

# Worse by 30 % exactly, just below and just above; by 40 %; better by 30 %. All floors are met.
FROM: Six = dict(zip(SIX, (6, 6, 2, 20, 20, 50), strict=True))
WORSE = {
    "29.9": dict(zip(SIX, (7.79, 7.79, 2.59, None, None, 64.9), strict=True)),
    "30": dict(zip(SIX, (7.8, 7.8, 2.6, 26, 26, 65), strict=True)),
    "30.1": dict(zip(SIX, (7.81, 7.81, 2.61, 27, 27, 65.1), strict=True)),
    "39.9": dict(zip(SIX, (8.39, 8.39, 2.79, 27, 27, 69.9), strict=True)),
    "40": dict(zip(SIX, (8.4, 8.4, 2.8, 28, 28, 70), strict=True)),
}
BETTER = {
    "29.9": dict(zip(SIX, (4.21, 4.21, 1.41, 15, 15, 35.1), strict=True)),
    "30": dict(zip(SIX, (4.2, 4.2, 1.4, 14, 14, 35), strict=True)),
    "30.1": dict(zip(SIX, (4.19, 4.19, 1.39, 13, 13, 34.9), strict=True)),
}
# Variables without a floor of 2 reached only by joints: CHAQ, ESR and the joint counts.
FREE = ("chaq", "esr", "active_joints", "limited_joints")


def changed(**changes: float | None) -> Six:
    return FROM | changes


def by(amount: dict[str, Any], *names: str) -> Six:
    return {name: amount[name] for name in names}


@pytest.mark.parametrize(
    ("name", "just_below", "just_at", "needed"),
    [
        ("brunner-2002", "39.9", "40", 2),
        ("brunner-2002-b", "29.9", "30", 3),
        ("prcsg-printo", "29.9", "30", 3),
        ("lovell-2000", "29.9", "30", 3),
        ("lovell-2008", "29.9", "30", 3),
        ("ruperto-2008", "29.9", "30", 3),
        ("ruperto-2008-strict", "30", "30.1", 3),
        ("review-floors", "29.9", "30", 3),
        ("canakinumab-sjia", "29.9", "30", 3),
    ],
)
def test_how_much_worse_and_how_many(name: str, just_below: str, just_at: str, needed: int) -> None:
    enough = ("esr", "active_joints", "limited_joints")[:needed]
    now = changed(**by(WORSE[just_at], *enough))
    assert flared(FROM, now, name) is True
    assert flared(FROM, now | by(FROM, "esr"), name) is False
    assert flared(FROM, now | by(WORSE[just_below], "esr"), name) is False


@pytest.mark.parametrize(
    ("name", "still_unchanged", "better"),
    [
        ("brunner-2002", "29.9", "30"),
        ("prcsg-printo", "29.9", "30"),
        ("lovell-2000", "29.9", "30"),
        ("lovell-2008", "30", "30.1"),
        ("ruperto-2008", "29.9", "30"),
        ("ruperto-2008-strict", "30", "30.1"),
        ("review-floors", "29.9", "30"),
        ("canakinumab-sjia", "29.9", "30"),
    ],
)
def test_how_much_better_and_how_many(name: str, still_unchanged: str, better: str) -> None:
    worse = changed(**by(WORSE["40"], "esr", "active_joints", "limited_joints"))
    assert flared(FROM, worse | by(BETTER[better], "chaq"), name) is True
    assert flared(FROM, worse | by(BETTER[better], "chaq", "patient_global"), name) is False
    assert (
        flared(
            FROM, worse | by(BETTER[better], "chaq") | by(BETTER[still_unchanged], *GLOBALS), name
        )
        is True
    )


def test_brunner_2002_b_sets_no_limit_on_improvement() -> None:
    now = changed(**by(WORSE["30"], "esr", "active_joints", "limited_joints"))
    assert flared(FROM, now | by(BETTER["30.1"], "chaq", *GLOBALS), "brunner-2002-b") is True


LOW: Six = dict(zip(SIX, (2, 2, 0.5, 3, 3, 20), strict=True))
TWO_WORSE: Six = LOW | {"chaq": 1.0, "esr": 40}


@pytest.mark.parametrize(
    ("variable", "below_floor", "at_floor", "floored"),
    [
        ("physician_global", 3.99, 4, ("ruperto-2008", "ruperto-2008-strict", "review-floors")),
        ("patient_global", 3.99, 4, ("ruperto-2008", "ruperto-2008-strict", "review-floors")),
        ("active_joints", 4, 5, ("ruperto-2008", "ruperto-2008-strict", "review-floors")),
        ("limited_joints", 4, 5, ("ruperto-2008", "ruperto-2008-strict")),
    ],
)
def test_floors(
    variable: str, below_floor: float, at_floor: float, floored: tuple[str, ...]
) -> None:
    for name in NAMES:
        if name in ("brunner-2002-c", "brunner-2002"):
            continue
        # brunner-2002 needs two only, and has them.
        assert flared(LOW, TWO_WORSE, name) is False
        assert flared(LOW, TWO_WORSE | {variable: at_floor}, name) is True
        assert flared(LOW, TWO_WORSE | {variable: below_floor}, name) is (name not in floored)


@pytest.mark.parametrize("name", NAMES)
def test_active_joints_at_the_visit(name: str) -> None:
    three = {"physician_global": 5.0, "patient_global": 5.0, "chaq": 1.0}
    few = LOW | {"active_joints": 1}
    for joints, expected in ((2, True), (1, name not in ("lovell-2000", "lovell-2008"))):
        if name != "brunner-2002-c":
            now = few | three | {"active_joints": joints}
            assert flared(few, now, name) is expected
            # The visit's own count, also when the reference count is missing.
            assert flared(few | {"active_joints": None}, now, name) is expected


@pytest.mark.parametrize(
    ("chaq", "esr", "joints", "expected"),
    [
        (1.125, 26, 11, True),
        (1.001, 26, 11, True),
        (1, 26, 11, False),
        (1.125, 25.9, 11, False),
        (1.125, 26, 10, False),
    ],
)
def test_brunner_2002_c(chaq: float, esr: float, joints: float, expected: bool) -> None:
    before: Six = dict(zip(SIX, (2, 2, 1, 10, 4, 20), strict=True))
    now = before | {"chaq": chaq, "esr": esr, "active_joints": joints}
    assert flared(before, now, "brunner-2002-c") is expected


YES_NO_GAP = {
    "chaq": {True: 1.5, False: 1, None: None},
    "esr": {True: 30, False: 20, None: None},
    "active_joints": {True: 12, False: 10, None: None},
}


@pytest.mark.parametrize("answers", list(product((True, False, None), repeat=3)))
def test_brunner_2002_c_is_a_three_valued_and(answers: tuple[bool | None, ...]) -> None:
    before: Six = dict(zip(SIX, (2, 2, 1, 10, 4, 20), strict=True))
    now = before | {
        name: YES_NO_GAP[name][answer] for name, answer in zip(YES_NO_GAP, answers, strict=True)
    }
    expected = False if False in answers else None if None in answers else True
    assert flared(before, now, "brunner-2002-c") is expected
    verdict = jia.flare(reference=core(before), now=core(now), criteria="brunner-2002-c")
    assert verdict.worse == dict(zip(YES_NO_GAP, answers, strict=True))


def test_a_variant_that_names_variables_and_limits_improvement() -> None:
    ours = CRITERIA["brunner-2002-c"].variant(name="ours", improved_allowed=0, improvement=30)
    before: Six = dict(zip(SIX, (2, 2, 1, 10, 4, 20), strict=True))
    now = before | {"chaq": 1.125, "esr": 26, "active_joints": 11}
    for patient, expected in ((2, True), (1.4, False), (None, None)):
        found = jia.flare(
            reference=core(before), now=core(now | {"patient_global": patient}), criteria=ours
        )
        assert found.flared is expected
        assert set(found.worse) == {"chaq", "esr", "active_joints"}
        assert set(found.better) == set(SIX)
    assert "patient (or parent) global assessment of well-being" in found.explain()
    assert "(3 worse, 0 better, 1 unknown)" in found.explain()


# --------------------------------------------------------------------------------------------
# Zeros, gaps and fever


@pytest.mark.parametrize(
    ("rule", "expected"), [("worsened", True), ("unchanged", False), ("missing", None)]
)
def test_a_rise_from_zero(rule: Any, expected: bool | None) -> None:
    criteria = CRITERIA["prcsg-printo"].variant(name="ours", zero_reference=rule)
    zeros: Six = dict.fromkeys(SIX, 0)
    now = zeros | {"chaq": 0.125, "patient_global": 0.1, "limited_joints": 1}
    verdict = jia.flare(reference=core(zeros), now=core(now), criteria=criteria)
    assert verdict.flared is expected
    assert jia.flare(reference=core(zeros), now=core(zeros), criteria=criteria).flared is False


def test_gaps_as_the_rule_says() -> None:
    worse3 = changed(**by(WORSE["40"], "esr", "active_joints", "limited_joints"))
    # Certain: three worse, and a gap that could only be the one better that is allowed.
    assert flared(FROM, worse3 | {"chaq": None}, "prcsg-printo") is True
    # Open: two gaps could be two better.
    assert flared(FROM, worse3 | {"chaq": None, "patient_global": None}, "prcsg-printo") is None
    # No: two known better decide, whatever the gaps.
    gone = by(BETTER["30"], "chaq", "patient_global") | {"esr": None, "physician_global": None}
    assert flared(FROM, worse3 | gone, "prcsg-printo") is False
    # Two worse and a gap that may be the third.
    two = changed(**by(WORSE["40"], "esr", "active_joints")) | {"limited_joints": None}
    assert flared(FROM, two, "prcsg-printo") is None
    # One worse and one gap are never three.
    one = changed(**by(WORSE["40"], "esr")) | {"limited_joints": None}
    assert flared(FROM, one, "prcsg-printo") is False


@pytest.mark.parametrize(
    ("core_set_flare", "fever", "expected"),
    [
        (True, True, True),
        (True, False, True),
        (True, None, True),
        (False, True, True),
        (False, False, False),
        (False, None, None),
        (None, True, True),
        (None, False, None),
        (None, None, None),
    ],
)
def test_fever_or_core_set(
    core_set_flare: bool | None, fever: bool | None, expected: bool | None
) -> None:
    now = {
        True: changed(**by(WORSE["30"], "esr", "active_joints", "limited_joints")),
        False: dict(FROM),
        None: changed(**by(WORSE["30"], "esr", "active_joints")) | {"chaq": None},
    }[core_set_flare]
    assert flared(FROM, now, "canakinumab-sjia", flare_fever=fever) is expected


def test_fever_beside_arrays() -> None:
    many = {name: np.array([FROM[name]] * 3, dtype=float) for name in SIX}
    verdict = jia.flare(
        reference=jia.CoreSet(**many),
        now=jia.CoreSet(**many),
        criteria="canakinumab-sjia",
        flare_fever=np.array([1, 0, np.nan]),
    )
    assert nullable(verdict.flared) == [True, False, None]
    with pytest.raises(MisalignedError, match="flare_fever"):
        jia.flare(
            reference=jia.CoreSet(**many),
            now=jia.CoreSet(**many),
            criteria="canakinumab-sjia",
            flare_fever=np.array([1.0, 0.0]),
        )


# --------------------------------------------------------------------------------------------
# Properties

SMALL = {
    "physician_global": (0, 1, 1.3, 3.4),
    "patient_global": (0, 2, 2.8),
    "chaq": (0, 0.5, 0.625),
    "active_joints": (0, 1, 2, 4),
    "limited_joints": (0, 2, 3),
    "esr": (5, 10, 13),
}
small = st.fixed_dictionaries({n: st.sampled_from((*grid, None)) for n, grid in SMALL.items()})


@settings(max_examples=60, deadline=None)
@given(earlier=small, now=small, name=st.sampled_from(NAMES), fever=st.sampled_from((False, None)))
def test_the_bounds_hold_every_completion_of_the_gaps(
    earlier: Six, now: Six, name: str, fever: bool | None
) -> None:
    gaps = [(w, n) for w, six in (("a", earlier), ("b", now)) for n in SIX if six[n] is None][:5]
    filled_now, filled_earlier = dict(now), dict(earlier)
    more = {"flare_fever": fever} if name == "canakinumab-sjia" else {}
    fills = list(product(*(SMALL[n] for _, n in gaps)))
    cells = {
        (w, n): np.array([fill[position] for fill in fills], dtype=float)
        for position, (w, n) in enumerate(gaps)
    }
    for (w, n), cell in cells.items():
        (filled_earlier if w == "a" else filled_now)[n] = cell
    verdict = jia.flare(reference=core(earlier), now=core(now), criteria=name, **more)
    completed = jia.flare(
        reference=core(filled_earlier), now=core(filled_now), criteria=name, **more
    )
    assert np.all(np.asarray(completed.flared_min) >= verdict.flared_min)
    assert np.all(np.asarray(completed.flared_max) <= verdict.flared_max)


@settings(max_examples=100, deadline=None)
@given(earlier=small, now=small, name=st.sampled_from(NAMES), variable=st.sampled_from(SIX))
def test_worse_never_ends_a_flare(earlier: Six, now: Six, name: str, variable: str) -> None:
    if now[variable] is None:
        return
    worse = now | {variable: min(now[variable] * 2 + 1, 3 if variable == "chaq" else 10)}
    if worse[variable] < now[variable]:
        return
    before, after = flared(earlier, now, name), flared(earlier, worse, name)
    order = {False: 0, None: 1, True: 2}
    assert order[after] >= order[before]


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.tuples(small, small), min_size=1, max_size=6),
    name=st.sampled_from(NAMES),
    shuffler=st.randoms(use_true_random=False),
)
def test_each_row_is_judged_alone(rows: list[tuple[Six, Six]], name: str, shuffler: Any) -> None:
    order = list(range(len(rows)))
    shuffler.shuffle(order)

    def column(side: int) -> jia.CoreSet[Any]:
        return jia.CoreSet(
            **{n: np.array([rows[i][side][n] for i in order], dtype=float) for n in SIX}
        )

    more = {"flare_fever": False} if name == "canakinumab-sjia" else {}
    together = jia.flare(reference=column(0), now=column(1), criteria=name, **more).flared
    assert nullable(together) == [flared(*rows[i], name) for i in order]


# --------------------------------------------------------------------------------------------
# What is refused


def test_criteria_must_be_named() -> None:
    for criteria in (None, "brunner"):
        with pytest.raises(UnknownDefinitionError, match="brunner-2002-b"):
            jia.flare(reference=core(FROM), now=core(FROM), criteria=criteria)


def test_brunner_2002_c_names_esr() -> None:
    with_crp = {("crp" if n == "esr" else n): one for n, one in FROM.items()}
    with pytest.raises(NotCoveredError, match="names ESR") as raised:
        flared(with_crp, with_crp, "brunner-2002-c")
    assert raised.value.variable == "crp"
    ours = CRITERIA["brunner-2002-c"].variant(
        name="with CRP", all_of=(("chaq", 0), ("crp", 30), ("active_joints", 10))
    )
    now = with_crp | {"chaq": 2.125, "crp": 65, "active_joints": 22}
    assert jia.flare(reference=core(with_crp), now=core(now), criteria=ours).flared is True
    assert flared(with_crp, now, "brunner-2002") is False


def test_different_markers_do_not_compare() -> None:
    with_crp = {("crp" if n == "esr" else n): one for n, one in FROM.items()}
    with pytest.raises(MarkerError, match="reference holds esr and now holds crp"):
        flared(FROM, with_crp, "brunner-2002")


def test_series_with_different_indexes_are_refused() -> None:
    one = {n: pd.Series([FROM[n]], index=["a"]) for n in SIX}
    other = {n: pd.Series([FROM[n]], index=["b"]) for n in SIX}
    with pytest.raises(MisalignedError, match="different indexes"):
        flared(one, other, "brunner-2002")


def test_fever_is_asked_for_where_it_counts_and_only_there() -> None:
    with pytest.raises(
        ArgumentError,
        match=r"^flare\(\) by canakinumab-sjia needs flare_fever=: give each, None where it is",
    ):
        jia.flare(reference=core(FROM), now=core(FROM), criteria="canakinumab-sjia")
    with pytest.raises(
        ArgumentError, match=r"^flare_fever= was given, and prcsg-printo does not read it"
    ):
        jia.flare(reference=core(FROM), now=core(FROM), criteria="prcsg-printo", flare_fever=True)


@pytest.mark.parametrize(
    "changes",
    [
        {"zero_reference": "better"},
        {"floors": (("weight", 2),)},
        {"all_of": (("weight", 2),)},
        {"worsened_needed": 0},
        {"worsened_needed": 7},
        {"fever_above": 38.0},
        {"all_of": (("chaq", 0),)},
        {"worsened_needed": None},
        {"worsening": None},
        {"improvement": None},
        {"improved_allowed": None},
    ],
)
def test_definitions_that_contradict_themselves(changes: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        CRITERIA["brunner-2002"].variant(name="ours", **changes)


# --------------------------------------------------------------------------------------------
# Words


def test_explain_says_what_each_variable_counts_as() -> None:
    now = TWO_WORSE | {"physician_global": 3, "patient_global": 1, "limited_joints": None}
    text = jia.flare(reference=core(LOW), now=core(now), criteria="ruperto-2008").explain()
    for words in (
        "+50.0 %  rose by less than 2: does not count as worse",
        "-50.0 %  better",
        "+100.0 %  worse",
        "0 %  unchanged by the criteria",
        "missing           unknown",
        "A flare is not determinable: the gaps could tip it (2 worse, 1 better, 1 unknown).",
    ):
        assert words in text


def test_explain_of_other_rules() -> None:
    zeros: Six = dict.fromkeys(SIX, 0)
    text = jia.flare(
        reference=core(zeros), now=core(zeros | {"chaq": 1}), criteria="brunner-2002-c"
    ).explain()
    assert "from 0  worse" in text
    assert "not asked about" in text
    assert "A flare has not occurred (1 worse, 0 better, 0 unknown)." in text
    many = {n: np.array([FROM[n], WORSE["40"][n]], dtype=float) for n in SIX}
    once = jia.flare(reference=core(FROM), now=core(many), criteria="lovell-2000")
    assert "not occurred (0 worse, 0 better, 0 unknown; active joints at the visit: 20)" in (
        once.explain(0)
    )
    assert "has occurred (6 worse, 0 better, 0 unknown; active joints at the visit: 28)" in (
        once.explain(1)
    )
    fever = jia.flare(
        reference=core(FROM), now=core(FROM), criteria="canakinumab-sjia", flare_fever=None
    )
    assert "fever unknown" in fever.explain()
    assert "2 visits" in repr(once)
    assert repr(fever) == (
        "<flare by canakinumab-sjia: flared=None, flared_min=False, flared_max=True>"
    )
    assert once.change["esr"].tolist() == [0, 40]


@pytest.mark.parametrize("criteria", CRITERIA.values(), ids=lambda one: one.name)
def test_each_definition_says_its_rule_and_source(criteria: jia.typing.FlareCriteria) -> None:
    first, rule, source, evidence, *notes = str(criteria).splitlines()
    assert first.startswith(f"{criteria.name} (flare criteria")
    assert criteria.rule in rule
    assert "worse" in rule
    assert criteria.reference.citation in source
    assert criteria.evidence in evidence
    assert any("zero at the reference" in note for note in notes)


def test_only_numbers_that_the_rule_uses_are_its_bounds() -> None:
    assert [str(one) for one in CRITERIA["brunner-2002-c"].thresholds] == [
        "all_of chaq 0",
        "all_of esr 30",
        "all_of active_joints 10",
    ]
    assert CRITERIA["brunner-2002-c"].needs == ("chaq", "esr", "active_joints")
    assert [str(one) for one in CRITERIA["brunner-2002-b"].thresholds] == [
        "worsened_needed 3",
        "worsening 30",
    ]
    assert CRITERIA["canakinumab-sjia"].needs[-1] == "flare_fever"


def test_rules_in_one_line() -> None:
    assert CRITERIA["ruperto-2008-strict"].rule == (
        "> 30 % worse in ≥ 3 of 6 and > 30 % better in ≤ 1; counts as worse only if it rose by at "
        "least: physician_global 2, patient_global 2, active_joints 2, limited_joints 2"
    )
    assert CRITERIA["brunner-2002-c"].rule == (
        "chaq any worsening and esr ≥ 30 % worse and active_joints ≥ 10 % worse"
    )
    assert CRITERIA["canakinumab-sjia"].rule == (
        "fever > 38 °C on ≥ 2 consecutive days, not due to infection, or: ≥ 30 % worse in ≥ 3 of 6 "
        "and ≥ 30 % better in ≤ 1"
    )
    assert CRITERIA["lovell-2000"].rule.endswith("and ≥ 2 active joints at the visit")


# --------------------------------------------------------------------------------------------
# Loss of a level

BASE: Six = dict(zip(SIX, (6, 6, 2, 20, 20, 50), strict=True))
MET = BASE | {"physician_global": 4.2, "patient_global": 4.2, "chaq": 1.4}
OPEN = BASE | {"physician_global": 4.2, "patient_global": 4.2, "chaq": None}
NOT_MET = BASE | {"physician_global": 4.2, "patient_global": 4.2, "chaq": 1.41}


@pytest.mark.parametrize(
    ("reached", "now", "expected"),
    [
        (MET, MET, False),
        (MET, OPEN, None),
        (MET, NOT_MET, True),
        (OPEN, MET, False),
        (OPEN, OPEN, None),
        (OPEN, NOT_MET, None),
        (NOT_MET, MET, False),
        (NOT_MET, OPEN, False),
        (NOT_MET, NOT_MET, False),
    ],
)
def test_loss_of_a_level(reached: Six, now: Six, expected: bool | None) -> None:
    loss = jia.loss_of_response(baseline=core(BASE), reached=core(reached), now=core(now), level=30)
    assert loss.lost is expected
    assert loss.lost_min is (expected is True)
    assert loss.lost_max is (expected is not False)
    words = {True: "yes", False: "no", None: "not determinable"}
    assert loss.explain().endswith(f"lost: {words[expected]}.")
    assert loss.criteria.name == "giannini-1997"


def test_loss_says_its_rule_and_source() -> None:
    (loss,) = (one for one in published() if one.kind == "loss of response")
    assert loss.name == "loss-of-acr-ped"
    assert loss.rule.endswith("is no longer met against the same baseline")
    assert loss.evidence == "derived"


def test_loss_asks_for_the_level_named() -> None:
    half = BASE | {"physician_global": 3, "patient_global": 3, "chaq": 1}
    for level, expected in ((30, False), (50, True), (70, False)):
        loss = jia.loss_of_response(
            baseline=core(BASE), reached=core(half), now=core(MET), level=level
        )
        assert loss.lost is expected
    with pytest.raises(RequestError, match="numbers 30, 50"):
        jia.loss_of_response(baseline=core(BASE), reached=core(MET), now=core(MET), level=40)


def test_loss_by_the_registers_criteria() -> None:
    worse = MET | {"active_joints": 26, "esr": 65}
    for criteria, expected in (("giannini-1997", False), ("ntr4146", True)):
        loss = jia.loss_of_response(
            baseline=core(BASE), reached=core(MET), now=core(worse), level=30, criteria=criteria
        )
        assert loss.lost is expected


def test_loss_for_many_visits_against_one_baseline() -> None:
    visits = (MET, OPEN, NOT_MET)
    many = {n: pd.Series([one[n] for one in visits], index=[7, 8, 9], dtype=float) for n in SIX}
    loss = jia.loss_of_response(baseline=core(BASE), reached=core(MET), now=core(many), level=30)
    assert nullable(loss.lost) == [False, None, True]
    assert list(loss.lost.index) == [7, 8, 9]
    assert loss.lost.name == "acr_ped_30_lost"
    assert list(loss.lost_min) == [False, False, True]
    assert list(loss.lost_max) == [False, True, True]
    assert "3 visits" in repr(loss)
    turned = jia.loss_of_response(
        baseline=core(BASE), reached=core(many), now=core(NOT_MET), level=30
    )
    assert nullable(turned.lost) == [True, None, False]
    single = jia.loss_of_response(
        baseline=core(BASE), reached=core(MET), now=core(NOT_MET), level=30
    )
    assert repr(single) == "<loss of ACR Pedi 30: lost=True, lost_min=True, lost_max=True>"


def test_loss_over_visits_takes_the_highest_bounds_so_far() -> None:
    visits = pd.DataFrame([BASE, OPEN, MET, OPEN, NOT_MET, OPEN, MET])
    visits["patient"], visits["date"] = "A", range(len(visits))
    out = jia.assess(
        visits, baseline="first", measures=["acr_ped", jia.ask.loss_of_response(level=30)]
    )
    assert out["acr_ped_level_min"].tolist()[1:] == [0, 30, 0, 0, 0, 30]
    assert out["acr_ped_level_max"].tolist()[1:] == [30, 30, 30, 0, 30, 30]
    assert nullable(out["acr_ped_30_lost"]) == [None, False, False, None, True, None, False]
