"""The rules in exact arithmetic, written from the papers and not from the library.

Every rule stands here twice. The plain form reads like the paper, on `Fraction`s, and finds the
bounds by going through every completion of the gaps. The fast form does the same for a million
rows on whole numbers: values × 1000 as int64, percentages by cross-multiplication. The two are
held against each other in test_exact.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Value = Fraction | None
Values = Mapping[str, Value]
Whole = NDArray[np.int64]
Gaps = NDArray[np.bool_]

THOUSAND = 1000


def typed(value: float | str | None) -> Value:
    """Return the decimal that a person typed: 3.8 is 38/10, not the double next to it."""
    return None if value is None else Fraction(str(value))


# ------------------------------------------------------------------------------------------ JADAS

# Which joint count, where the joint term is capped, whether there is an acute-phase item.
JADAS = {
    "jadas10": ("active_joints", 10, True),
    "jadas27": ("active_joints_27", 27, True),
    "jadas71": ("active_joints", 71, True),
    "cjadas10": ("active_joints", 10, False),
    "cjadas27": ("active_joints_27", 27, False),
    "cjadas71": ("active_joints", 71, False),
}
# The marker's value at which its item begins; ten more are one point, and ten points the most.
ITEM_BEGINS = {"esr": 20, "crp": 10}


def acute_phase_item(marker: str, value: Fraction) -> Fraction:
    item = (value - ITEM_BEGINS[marker]) / 10
    return max(Fraction(0), min(Fraction(10), item))


def jadas(name: str, values: Values) -> Value:
    """Return the score, None where any part is missing."""
    count, cap, with_marker = JADAS[name]
    parts = [values["physician_global"], values["patient_global"], values[count]]
    marker = "esr" if "esr" in values else "crp"
    if with_marker:
        parts.append(values[marker])
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    total = known[0] + known[1] + min(known[2], Fraction(cap))
    return total + acute_phase_item(marker, known[3]) if with_marker else total


SCORE_SCALE = 10 * THOUSAND


def jadas_fast(name: str, values: Mapping[str, Whole]) -> Whole:
    """Return the score × 10 000, for values × 1000 without gaps."""
    count, cap, with_marker = JADAS[name]
    joints = np.minimum(values[count], cap * THOUSAND)
    total = 10 * (values["physician_global"] + values["patient_global"] + joints)
    if with_marker:
        marker = "esr" if "esr" in values else "crp"
        above = values[marker] - ITEM_BEGINS[marker] * THOUSAND
        total = total + np.clip(above, 0, 10 * SCORE_SCALE)
    return total


# ----------------------------------------------------------------------------------------- States

# Upper bounds, which belong to their state: of inactive, low and, where there is one, moderate.
CUTOFFS: dict[tuple[str, str, str], tuple[str, ...]] = {
    ("consolaro-2012-2014", "jadas10", "oligo"): ("1", "2", "4.2"),
    ("consolaro-2012-2014", "jadas10", "poly"): ("1", "3.8", "10.5"),
    ("consolaro-2012-2014", "jadas27", "oligo"): ("1", "2", "4.2"),
    ("consolaro-2012-2014", "jadas27", "poly"): ("1", "3.8", "8.5"),
    ("consolaro-2012-2014", "jadas71", "oligo"): ("1", "2", "4.2"),
    ("consolaro-2012-2014", "jadas71", "poly"): ("1", "3.8", "10.5"),
    ("consolaro-2014", "cjadas10", "oligo"): ("1", "1.5", "4"),
    ("consolaro-2014", "cjadas10", "poly"): ("1", "2.5", "8.5"),
    ("trincianti-2021", "jadas10", "oligo"): ("1.4", "4", "13"),
    ("trincianti-2021", "jadas10", "poly"): ("2.7", "6", "17"),
    ("trincianti-2021", "cjadas10", "oligo"): ("1.1", "4", "12"),
    ("trincianti-2021", "cjadas10", "poly"): ("2.5", "5", "16"),
    ("backstrom-2016", "jadas10", "oligo"): ("0.5", "2.7"),
    ("backstrom-2016", "jadas10", "poly"): ("0.7", "3.9"),
    ("backstrom-2016", "cjadas10", "oligo"): ("0.5", "2.7"),
    ("backstrom-2016", "cjadas10", "poly"): ("0.7", "3.9"),
    ("backstrom-2018", "jadas10", "oligo"): ("0.5", "2.7", "6.6"),
    ("backstrom-2018", "jadas10", "poly"): ("0.7", "3.9", "15.2"),
    ("backstrom-2018", "cjadas10", "oligo"): ("0.5", "2.7", "6.6"),
    ("backstrom-2018", "cjadas10", "poly"): ("0.7", "3.9", "14.0"),
    ("backstrom-2019", "jadas10", "oligo"): ("0.5", "3.8"),
    ("backstrom-2019", "jadas10", "poly"): ("0.7", "5.1"),
    ("backstrom-2019", "cjadas10", "oligo"): ("0.5", "3.8"),
    ("backstrom-2019", "cjadas10", "poly"): ("0.7", "5.0"),
    ("rosina-2024", "sjadas10", "systemic"): ("2.9", "10", "20.6"),
}
# Bulatović 2014: no course; low up to 2.7, high from 6 on, and what lies between is between.
BULATOVIC_LOW, BULATOVIC_HIGH = Fraction("2.7"), Fraction(6)


def state(cutoffs: str, measure: str, course: str, score: Value) -> str | None:
    if score is None:
        return None
    if cutoffs == "bulatovic-2014":
        if score <= BULATOVIC_LOW:
            return "low"
        return "high" if score >= BULATOVIC_HIGH else "between"
    bounds = [Fraction(bound) for bound in CUTOFFS[cutoffs, measure, course]]
    if score <= bounds[0]:
        return "inactive"
    if score <= bounds[1]:
        return "low"
    if len(bounds) == 2:
        return "moderate_or_high"
    return "moderate" if score <= bounds[2] else "high"


def state_fast(cutoffs: str, measure: str, course: str, scores: Whole) -> NDArray[np.object_]:
    """Return the states of scores × 10 000, by the table of every score that occurs."""
    found, back = np.unique(scores, return_inverse=True)
    words = [state(cutoffs, measure, course, Fraction(int(score), SCORE_SCALE)) for score in found]
    return np.array(words, dtype=object)[back]


# --------------------------------------------------------------------------------- ACR Pediatric

SIX = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints")
LEVELS = (30, 50, 70, 90, 100)
# Whether worsening by exactly 30 % counts.
ACR_CRITERIA = {"giannini-1997": False, "ntr4146": True}


def rise(earlier: Fraction, now: Fraction) -> Fraction | None:
    """Return the rise in per cent; None for a rise from 0, which is beyond any limit."""
    if earlier:
        return (now - earlier) / earlier * 100
    return None if now else Fraction(0)


def improved(earlier: Fraction, now: Fraction, percent: int) -> bool:
    change = rise(earlier, now)
    return change is not None and -change >= percent


def acr_worsened(earlier: Fraction, now: Fraction, *, from_thirty: bool) -> bool:
    change = rise(earlier, now)
    if change is None:
        return True
    return change >= 30 if from_thirty else change > 30


def completions(earlier: Values, now: Values) -> Iterator[dict[str, str | None]]:
    """Yield each way in which the gaps could be filled: worse, fully better, or unchanged."""
    open_ = [name for name in now if earlier[name] is None or now[name] is None]
    for filling in product(("worse", "better", "same"), repeat=len(open_)):
        yield dict.fromkeys(now) | dict(zip(open_, filling, strict=True))


def acr_level(criteria: str, earlier: Values, now: Values, filled: Mapping[str, str | None]) -> int:
    level, worse = 0, 0
    better = dict.fromkeys(LEVELS, 0)
    for name, filling in filled.items():
        was, is_ = earlier[name], now[name]
        if filling is not None:
            worse += filling == "worse"
            for each in LEVELS:
                better[each] += filling == "better"
        else:
            assert was is not None
            assert is_ is not None
            worse += acr_worsened(was, is_, from_thirty=ACR_CRITERIA[criteria])
            for each in LEVELS:
                better[each] += improved(was, is_, each)
    for each in LEVELS:
        if better[each] >= 3 and worse <= 1:
            level = each
    return level


def acr_ped(criteria: str, earlier: Values, now: Values) -> tuple[int, int]:
    """Return the lowest and the highest level that the gaps leave open."""
    levels = [acr_level(criteria, earlier, now, filled) for filled in completions(earlier, now)]
    return min(levels), max(levels)


def acr_ped_fast(
    criteria: str,
    earlier: Mapping[str, Whole],
    now: Mapping[str, Whole],
    gaps: Mapping[str, Gaps],
) -> tuple[Whole, Whole]:
    """Return the bounds of the level, for values × 1000; under a gap they may be anything."""
    open_ = sum(gaps[name].astype(np.int64) for name in now)
    worse = np.zeros_like(open_)
    better = {level: np.zeros_like(open_) for level in LEVELS}
    for name in now:
        was, is_ = earlier[name], now[name]
        limit = (is_ - was) * 100 - was * 30
        beyond = limit >= 0 if ACR_CRITERIA[criteria] else limit > 0
        worse += beyond & (is_ > was) & ~gaps[name]
        for level in LEVELS:
            better[level] += ((was - is_) * 100 >= was * level) & (was > 0) & ~gaps[name]
    lowest, highest = np.zeros_like(open_), np.zeros_like(open_)
    for level in LEVELS:
        lowest[(better[level] >= 3) & (worse + open_ <= 1)] = level
        highest[(better[level] + open_ >= 3) & (worse <= 1)] = level
    return lowest, highest


# ----------------------------------------------------------------------------------------- Flares

GLOBALS = ("physician_global", "patient_global")
JOINTS = ("active_joints", "limited_joints")
NO_LIMIT = 6


class FlareRule(NamedTuple):
    """Worse by so many per cent in so many of the six, and better in at most so many."""

    worse_by: int = 30
    worse_needed: int = 3
    better_by: int = 30
    better_allowed: int = 1
    # Whether only more than the per cent counts.
    worse_by_more: bool = False
    better_by_more: bool = False
    active_joints: int = 0
    least_rise: Mapping[str, int] = {}


FLARES = {
    "brunner-2002": FlareRule(worse_by=40, worse_needed=2),
    "brunner-2002-b": FlareRule(better_allowed=NO_LIMIT),
    "prcsg-printo": FlareRule(),
    "lovell-2000": FlareRule(active_joints=2),
    "lovell-2008": FlareRule(active_joints=2, better_by_more=True),
    "ruperto-2008": FlareRule(least_rise=dict.fromkeys(GLOBALS + JOINTS, 2)),
    "ruperto-2008-strict": FlareRule(
        worse_by_more=True, better_by_more=True, least_rise=dict.fromkeys(GLOBALS + JOINTS, 2)
    ),
    "review-floors": FlareRule(least_rise=dict.fromkeys((*GLOBALS, "active_joints"), 2)),
}
# Any worsening of the CHAQ, and these two by so many per cent.
BRUNNER_C = {"chaq": 0, "esr": 30, "active_joints": 10}


def flare_worse(
    earlier: Fraction, now: Fraction, percent: int, *, more: bool = False, floor: int = 0
) -> bool:
    change = rise(earlier, now)
    if change is not None and (change <= 0 or change < percent or (more and change == percent)):
        return False
    return now - earlier >= floor


def flare_better(earlier: Fraction, now: Fraction, percent: int, *, more: bool) -> bool:
    change = rise(earlier, now)
    if change is None:
        return False
    return -change > percent if more else -change >= percent


def flare(criteria: str, earlier: Values, now: Values) -> bool | None:
    """Return whether it is a flare; None where the gaps leave it open."""
    if criteria == "brunner-2002-c":
        return brunner_c(earlier, now)
    rule = FLARES[criteria]
    found = set()
    for filled in completions(earlier, now):
        worse = better = 0
        for name, filling in filled.items():
            was, is_ = earlier[name], now[name]
            if filling is not None:
                worse += filling == "worse"
                better += filling == "better"
            else:
                assert was is not None
                assert is_ is not None
                floor = rule.least_rise.get(name, 0)
                worse += flare_worse(was, is_, rule.worse_by, more=rule.worse_by_more, floor=floor)
                better += flare_better(was, is_, rule.better_by, more=rule.better_by_more)
        counted = worse >= rule.worse_needed and better <= rule.better_allowed
        count = now["active_joints"]
        if count is None and rule.active_joints:
            found |= {False, counted}
        else:
            found.add(counted and (count or 0) >= rule.active_joints)
    return found.pop() if len(found) == 1 else None


def brunner_c(earlier: Values, now: Values) -> bool | None:
    verdicts = []
    for name, by in BRUNNER_C.items():
        was, is_ = earlier[name], now[name]
        known = was is not None and is_ is not None
        verdicts.append(flare_worse(was, is_, by) if known else None)
    if False in verdicts:
        return False
    return None if None in verdicts else True


def flare_fast(
    criteria: str,
    earlier: Mapping[str, Whole],
    now: Mapping[str, Whole],
    gaps: Mapping[str, Gaps],
    count_missing: Gaps,
) -> tuple[Gaps, Gaps]:
    """Return whether it is a flare for certain, and whether it may be one.

    `count_missing` tells where the visit has no active joint count; a gap in active joints may
    also be that of the reference.
    """

    def worse_by(name: str, percent: int, *, more: bool = False, floor: int = 0) -> Gaps:
        was, is_ = earlier[name], now[name]
        limit = (is_ - was) * 100 - was * percent
        far_enough = (is_ > was) & (limit > 0 if more else limit >= 0)
        return far_enough & (is_ - was >= floor * THOUSAND) & ~gaps[name]

    if criteria == "brunner-2002-c":
        three = [(worse_by(name, by), gaps[name]) for name, by in BRUNNER_C.items()]
        surely = np.logical_and.reduce([worse for worse, _ in three])
        return surely, np.logical_and.reduce([worse | unknown for worse, unknown in three])
    rule = FLARES[criteria]
    open_ = sum(gaps[name].astype(np.int64) for name in now)
    worse, better = np.zeros_like(open_), np.zeros_like(open_)
    for name in now:
        floor = rule.least_rise.get(name, 0)
        worse += worse_by(name, rule.worse_by, more=rule.worse_by_more, floor=floor)
        was, is_ = earlier[name], now[name]
        limit = (was - is_) * 100 - was * rule.better_by
        far_enough = limit > 0 if rule.better_by_more else limit >= 0
        better += far_enough & (was > 0) & ~gaps[name]
    joints = now["active_joints"] >= rule.active_joints * THOUSAND
    may_have, has = joints | count_missing, joints & ~count_missing
    if not rule.active_joints:
        may_have = has = ~np.zeros_like(joints)
    need, allowed = rule.worse_needed, rule.better_allowed
    surely = (worse >= need) & (better + open_ <= allowed) & has
    return surely, (worse + open_ >= need) & (better <= allowed) & may_have
