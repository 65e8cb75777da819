"""Scores and verdicts against exact arithmetic: whole grids, and a million random core sets."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.measure import Score
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.response import ResponseCriteria
from jiascores.measures.states import CutoffSet
from tests import exact
from tests.exact import SCORE_SCALE, SIX, THOUSAND, Gaps, Whole

MILLION = 1_000_000
JADAS_CASES = [
    (name, marker)
    for name, (_, _, with_marker) in exact.JADAS.items()
    for marker in (("esr", "crp") if with_marker else (None,))
]


def decimals(thousandths: Whole) -> np.ndarray:
    """Return the doubles that a person gets who types these decimals."""
    return thousandths / THOUSAND


# ------------------------------------------------------------------------------------------ JADAS


class Grid(NamedTuple):
    """Every pair of globals in tenths with every item in tenths; any joint count."""

    physician: Whole
    patient: Whole
    item: Whole


@cache
def grid() -> Grid:
    tenths = np.arange(0, 10_001, 100)
    return Grid(*(axis.ravel() for axis in np.meshgrid(tenths, tenths, tenths, indexing="ij")))


def joint_counts(most: int) -> Whole:
    """Return counts at random; none and all of them where the rest is near its ends."""
    rows = grid()
    rest = rows.physician + rows.patient + rows.item
    joints = np.random.default_rng(most).integers(0, most, rest.size, endpoint=True)
    joints[rest <= 2000] = 0
    joints[rest >= 28_000] = most
    return joints


def jadas_grid(name: str, marker: str | None) -> dict[str, Whole]:
    rows = grid()
    count, _, _ = exact.JADAS[name]
    most = 27 if count == "active_joints_27" else 71
    values = {"physician_global": rows.physician, "patient_global": rows.patient}
    values[count] = joint_counts(most) * THOUSAND
    if marker:
        # The item in tenths is the marker in whole units above the value at which it begins.
        values[marker] = rows.item * 10 + exact.ITEM_BEGINS[marker] * THOUSAND
    return values


@pytest.mark.parametrize(("name", "marker"), JADAS_CASES)
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_jadas_is_the_nearest_double_on_the_whole_grid(
    name: str, marker: str | None, kind: type[np.floating]
) -> None:
    values = jadas_grid(name, marker)
    expected = exact.jadas_fast(name, values)
    highest = next(score for score in published(Score) if score.name == name).high
    assert np.array_equal(np.unique(expected), np.arange(0, highest * SCORE_SCALE + 1, 1000))
    scores = getattr(jia, name)(**{key: decimals(of).astype(kind) for key, of in values.items()})
    assert np.array_equal(scores, expected / SCORE_SCALE)


@pytest.mark.parametrize(("name", "marker"), JADAS_CASES)
def test_jadas_with_three_decimals_and_gaps(name: str, marker: str | None) -> None:
    draw = np.random.default_rng(1009)
    count, _, _ = exact.JADAS[name]
    most = 27 if count == "active_joints_27" else 71
    values = {
        "physician_global": draw.integers(0, 10_000, MILLION, endpoint=True),
        "patient_global": draw.integers(0, 10_000, MILLION, endpoint=True),
        count: draw.integers(0, most, MILLION, endpoint=True) * THOUSAND,
    }
    if marker:
        values[marker] = draw.integers(0, 130_000, MILLION)
    gaps = {key: draw.random(MILLION) < 0.05 for key in values}
    expected = exact.jadas_fast(name, values) / SCORE_SCALE
    expected[np.logical_or.reduce(list(gaps.values()))] = np.nan
    scores = getattr(jia, name)(**with_gaps(values, gaps))
    assert np.array_equal(scores, expected, equal_nan=True)


@pytest.mark.parametrize(("name", "marker"), JADAS_CASES)
def test_the_two_forms_of_jadas_agree_and_so_do_single_patients(
    name: str, marker: str | None
) -> None:
    values = jadas_grid(name, marker)
    fast = exact.jadas_fast(name, values)
    some = np.random.default_rng(7).integers(0, fast.size, 300)
    for row in some:
        one = {key: Fraction(int(of[row]), THOUSAND) for key, of in values.items()}
        plain = exact.jadas(name, one)
        assert plain == Fraction(int(fast[row]), SCORE_SCALE)
        score = getattr(jia, name)(**{key: float(value) for key, value in one.items()})
        assert score == float(plain)


def test_float32_is_taken_as_four_decimals() -> None:
    draw = np.random.default_rng(11)
    physician = draw.uniform(0, 10, 500).astype(np.float32)
    scores = jia.cjadas71(physician_global=physician, patient_global=0.0, active_joints=0)
    for score, given in zip(scores.tolist(), physician.tolist(), strict=True):
        assert score == float(round(Fraction(given), 4))


# ----------------------------------------------------------------------------------------- States


def as_summed(marker: str | None, count: Whole) -> tuple[np.ndarray, Whole]:
    """Return sums with all their binary noise, as bare Python makes them, and what they stand for."""
    rows = grid()
    physician, patient = rows.physician / THOUSAND, rows.patient / THOUSAND
    total = rows.physician + rows.patient + count * THOUSAND
    if marker is None:
        return physician + patient + count, total * 10
    esr = rows.item // 100 + 20
    first = physician + patient + count + (esr - 20) / 10
    second = (esr / 10 - 2) + count + patient + physician
    summed = np.concatenate([first, second])
    stands_for = np.tile((total + rows.item) * 10, 2)
    summed, where = np.unique(np.clip(summed, 0, None), return_index=True)
    return summed, stands_for[where]


@cache
def noisy_sums(measure: str) -> tuple[np.ndarray, Whole]:
    return as_summed(None if measure.startswith("c") else "esr", joint_counts(10))


PUBLISHED_STATES = [
    (cutoffs.name, bounds.measure, bounds.course)
    for cutoffs in published(CutoffSet)
    for bounds in cutoffs.bounds
]


@pytest.mark.parametrize(("cutoffs", "measure", "course"), PUBLISHED_STATES)
def test_states_of_noisy_sums(cutoffs: str, measure: str, course: str) -> None:
    summed, stands_for = noisy_sums(measure)
    states = jia.disease_state(summed, measure=measure, course=course, cutoffs=cutoffs)
    expected = exact.state_fast(cutoffs, measure, course, stands_for)
    assert (states == expected).all()
    assert len(set(expected)) >= 3


def test_bare_comparison_would_fail() -> None:
    """The sums above are worth testing: a bare ≤ puts many of them on the wrong side."""
    summed, stands_for = noisy_sums("jadas10")
    wrong = (summed <= 3.8) != (stands_for <= 38_000)
    assert wrong.any()
    assert 3.7 + (21 - 20) / 10 > 3.8


@pytest.mark.parametrize(("cutoffs", "measure", "course"), PUBLISHED_STATES)
def test_states_of_single_scores_one_thousandth_around_each_bound(
    cutoffs: str, measure: str, course: str
) -> None:
    bounds = exact.CUTOFFS.get((cutoffs, measure, course), ("2.7", "6"))
    for bound in bounds:
        for step in (-1, 0, 1):
            score = Fraction(bound) + Fraction(step, THOUSAND)
            found = jia.disease_state(float(score), measure=measure, course=course, cutoffs=cutoffs)
            assert found == exact.state(cutoffs, measure, course, score)


@pytest.mark.parametrize("marker", ["esr", "crp"])
def test_states_of_a_million_scores(marker: str) -> None:
    values = jadas_grid("jadas10", marker)
    scores = jia.jadas10(**{key: decimals(of) for key, of in values.items()})
    courses = np.where(np.arange(scores.size) % 2, "oligo", "poly").astype(object)
    states = jia.disease_state(scores, measure="jadas10", course=courses, cutoffs="trincianti-2021")
    sums = exact.jadas_fast("jadas10", values)
    for course in ("oligo", "poly"):
        here = courses == course
        expected = exact.state_fast("trincianti-2021", "jadas10", course, sums[here])
        assert (states[here] == expected).all()


# ------------------------------------------------------------------------------ Pairs of core sets

# The highest value and the step in thousandths: what clinics write down.
WRITTEN = {
    "physician_global": (10_000, 100),
    "patient_global": (10_000, 100),
    "chaq": (3_000, 125),
    "active_joints": (71_000, 1000),
    "limited_joints": (71_000, 1000),
    "esr": (150_000, 1000),
    "crp": (300_000, 100),
}
# Near these changes in per cent the definitions decide.
DECISIVE = np.array([-100, -90, -70, -50, -30, 0, 10, 30, 40, 100])


class Pairs(NamedTuple):
    """Two visits of many patients × 1000, and where either visit lacks the variable."""

    earlier: dict[str, Whole]
    now: dict[str, Whole]
    earlier_gaps: dict[str, Gaps]
    now_gaps: dict[str, Gaps]

    @property
    def gaps(self) -> dict[str, Gaps]:
        return {name: self.earlier_gaps[name] | self.now_gaps[name] for name in self.now}

    def core_sets(self, kind: type = np.float64) -> tuple[jia.CoreSet, jia.CoreSet]:
        return (
            jia.CoreSet(**with_gaps(self.earlier, self.earlier_gaps, kind)),
            jia.CoreSet(**with_gaps(self.now, self.now_gaps, kind)),
        )

    def first(self, rows: int) -> Pairs:
        return Pairs(*({name: of[:rows] for name, of in part.items()} for part in self))

    def one(self, row: int) -> tuple[exact.Values, exact.Values]:
        return (
            one_row(self.earlier, self.earlier_gaps, row),
            one_row(self.now, self.now_gaps, row),
        )


def with_gaps(
    values: Mapping[str, Whole], gaps: Mapping[str, Gaps], kind: type = np.float64
) -> dict[str, np.ndarray]:
    return {
        name: np.where(gaps[name], np.nan, decimals(of)).astype(kind) for name, of in values.items()
    }


def one_row(values: Mapping[str, Whole], gaps: Mapping[str, Gaps], row: int) -> exact.Values:
    return {
        name: None if gaps[name][row] else Fraction(int(of[row]), THOUSAND)
        for name, of in values.items()
    }


@cache
def random_pairs(marker: str, size: int = MILLION) -> Pairs:
    """Return random visits; most changes lie on or one step beside what decides."""
    draw = np.random.default_rng(20_190_612)
    earlier, now, earlier_gaps, now_gaps = {}, {}, {}, {}
    for name in (*SIX, marker):
        most, step = WRITTEN[name]
        fine = draw.random(size) < 0.1
        step = np.where(fine, 1, step) if step < 1000 and name != "chaq" else np.int64(step)
        was = draw.integers(0, most, size, endpoint=True)
        # Small values have ties and zeros; large ones room to rise.
        was = np.where(draw.random(size) < 0.5, was // 10, was)
        was = np.where(draw.random(size) < 0.06, 0, was) // step * step
        percent = DECISIVE[draw.integers(0, DECISIVE.size, size)]
        near = (was * (100 + percent) // 100) // step * step + draw.integers(-1, 2, size) * step
        anywhere = draw.integers(0, most, size, endpoint=True) // step * step
        is_ = np.where(draw.random(size) < 0.3, anywhere, near)
        earlier[name], now[name] = was, np.clip(is_, 0, most)
        earlier_gaps[name] = draw.random(size) < 0.04
        now_gaps[name] = draw.random(size) < 0.04
    return Pairs(earlier, now, earlier_gaps, now_gaps)


# One variable decides; so go the other five, on the CHAQ's scale. None is a gap.
SAME = (2, 2)
OTHERS = {
    "may be the third to improve": [(3, 0), (3, 0), SAME, SAME, SAME],
    "may be the second to worsen": [(2, 0), (2, 0), (2, 0), (2, 3), SAME],
    "may be the second to worsen, one unknown": [(2, 0), (2, 0), (2, 0), (2, None), SAME],
}
FLARE_OTHERS = {
    "flare: may be the second to worsen": [(1, 3), SAME, SAME, SAME, SAME],
    "flare: may be the third to worsen": [(1, 3), (1, 3), SAME, SAME, SAME],
    "flare: may be the third to worsen, one better": [(1, 3), (1, 3), (3, 1), SAME, SAME],
    "flare: may be the third to worsen, one unknown": [(1, 3), (1, 3), (3, None), SAME, SAME],
    "flare: may be the second to improve": [(1, 3), (1, 3), (1, 3), (3, 1), SAME],
}
# The highest value and the step of the grid, in thousandths.
GRIDS = {
    "physician_global": (10_000, 100),
    "patient_global": (10_000, 100),
    "chaq": (3_000, 25),
    "active_joints": (71_000, 1000),
    "limited_joints": (71_000, 1000),
    "esr": (40_000, 100),
    "crp": (40_000, 100),
}


@cache
def decided_by(name: str, others: str) -> Pairs:
    most, step = GRIDS[name]
    axis = np.arange(0, most + 1, step)
    was, is_ = (each.ravel() for each in np.meshgrid(axis, axis, indexing="ij"))
    none = np.zeros(was.shape, dtype=bool)
    names = (*SIX, "crp" if name == "crp" else "esr")
    pairs = Pairs({name: was}, {name: is_}, dict.fromkeys(names, none), {name: none})
    rest = [each for each in names if each != name]
    for each, (start, end) in zip(rest, (OTHERS | FLARE_OTHERS)[others], strict=True):
        pairs.earlier[each] = np.full(was.shape, start * THOUSAND)
        pairs.now[each] = np.full(was.shape, (end or 0) * THOUSAND)
        pairs.now_gaps[each] = none if end is not None else ~none
    ordered = {each: pairs.now[each] for each in names}
    return pairs._replace(now=ordered, earlier={each: pairs.earlier[each] for each in names})


# --------------------------------------------------------------------------------- ACR Pediatric

# Criteria with a fever rule differ in that alone: see test_response_rules.
CRITERIA = [
    criteria.name
    for criteria in published(ResponseCriteria)
    if criteria.fever_limit is None and not criteria.systemic
]


def assert_acr_ped(criteria: str, pairs: Pairs, kind: type = np.float64) -> set[int]:
    lowest, highest = exact.acr_ped_fast(criteria, pairs.earlier, pairs.now, pairs.gaps)
    base, now = pairs.core_sets(kind)
    response = jia.acr_ped(baseline=base, now=now, criteria=criteria)
    assert np.array_equal(response.level_min, lowest)
    assert np.array_equal(response.level_max, highest)
    known = np.where(lowest == highest, lowest, np.nan)
    assert np.array_equal(response.level, known, equal_nan=True)
    return set(np.unique(lowest)) | set(np.unique(highest))


@pytest.mark.parametrize("others", OTHERS)
@pytest.mark.parametrize("criteria", CRITERIA)
@pytest.mark.parametrize("name", list(GRIDS))
def test_acr_ped_on_the_whole_grid_of_one_variable(name: str, criteria: str, others: str) -> None:
    levels = assert_acr_ped(criteria, decided_by(name, others))
    assert levels == ({0, 30, 50, 70, 90, 100} if "improve" in others else {0, 100})


@pytest.mark.parametrize("criteria", CRITERIA)
@pytest.mark.parametrize(
    ("marker", "kind"), [("esr", np.float64), ("crp", np.float64), ("crp", np.float32)]
)
def test_acr_ped_of_a_million_random_core_sets(criteria: str, marker: str, kind: type) -> None:
    levels = assert_acr_ped(criteria, random_pairs(marker), kind)
    assert levels == {0, 30, 50, 70, 90, 100}


@pytest.mark.parametrize("criteria", CRITERIA)
@pytest.mark.parametrize("marker", ["esr", "crp"])
def test_the_two_forms_of_acr_ped_agree_and_so_do_single_patients(
    criteria: str, marker: str
) -> None:
    pairs = random_pairs(marker).first(800)
    lowest, highest = exact.acr_ped_fast(criteria, pairs.earlier, pairs.now, pairs.gaps)
    for row in range(lowest.size):
        earlier, now = pairs.one(row)
        assert exact.acr_ped(criteria, earlier, now) == (lowest[row], highest[row])
        response = jia.acr_ped(
            baseline=jia.CoreSet(**as_floats(earlier)),
            now=jia.CoreSet(**as_floats(now)),
            criteria=criteria,
        )
        assert (response.level_min, response.level_max) == (lowest[row], highest[row])


def as_floats(values: exact.Values) -> dict[str, float | None]:
    return {name: None if of is None else float(of) for name, of in values.items()}


@pytest.mark.parametrize("criteria", CRITERIA)
@pytest.mark.parametrize("domains", [6, 7])
def test_acr_ped_of_a_chaq_that_is_a_mean_of_some_domains(criteria: str, domains: int) -> None:
    """10/7 → 1 is exactly 30 %."""
    sums = np.arange(3 * domains + 1)
    was, is_ = (each.ravel() for each in np.meshgrid(sums, sums, indexing="ij"))
    ends = [(5, 0), (5, 0), (5, 5), (5, 5), (5, 5)]
    names = ("physician_global", "patient_global", "active_joints", "limited_joints", "esr")
    rest = dict(zip(names, ends, strict=True))
    response = jia.acr_ped(
        baseline=jia.CoreSet(chaq=was / domains, **{name: one for name, (one, _) in rest.items()}),
        now=jia.CoreSet(chaq=is_ / domains, **{name: two for name, (_, two) in rest.items()}),
        criteria=criteria,
    )
    for start, end, level in zip(was.tolist(), is_.tolist(), response.level, strict=True):
        earlier = {name: Fraction(one) for name, (one, _) in rest.items()}
        now = {name: Fraction(two) for name, (_, two) in rest.items()}
        earlier["chaq"], now["chaq"] = Fraction(start, domains), Fraction(end, domains)
        assert exact.acr_ped(criteria, earlier, now) == (level, level)


@pytest.mark.parametrize("criteria", CRITERIA)
def test_acr_ped_of_globals_that_were_millimetres(criteria: str) -> None:
    """55 × 0.1 is not the double 5.5; the verdict is the same."""
    pairs = decided_by("physician_global", "may be the third to improve")
    lowest, _ = exact.acr_ped_fast(criteria, pairs.earlier, pairs.now, pairs.gaps)
    base, now = (
        jia.CoreSet(
            **{name: decimals(of) for name, of in part.items() if name != "physician_global"},
            physician_global=part["physician_global"] // 100 * 0.1,
        )
        for part in (pairs.earlier, pairs.now)
    )
    response = jia.acr_ped(baseline=base, now=now, criteria=criteria)
    assert np.array_equal(response.level, lowest)


# ----------------------------------------------------------------------------------------- Flares

FLARE_CASES = [
    (criteria.name, marker)
    for criteria in published(FlareCriteria)
    if criteria.fever_above is None
    for marker in ("esr", "crp")
    if (criteria.name, marker) != ("brunner-2002-c", "crp")
]


def assert_flare(criteria: str, pairs: Pairs, kind: type = np.float64) -> set[tuple[bool, bool]]:
    surely, maybe = exact.flare_fast(
        criteria, pairs.earlier, pairs.now, pairs.gaps, pairs.now_gaps["active_joints"]
    )
    reference, now = pairs.core_sets(kind)
    found = jia.flare(reference=reference, now=now, criteria=criteria)
    assert np.array_equal(found.flared_min, surely)
    assert np.array_equal(found.flared_max, maybe)
    assert np.array_equal(found.flared, np.where(surely == maybe, surely, np.nan), equal_nan=True)
    return set(zip(surely.tolist(), maybe.tolist(), strict=True))


@pytest.mark.parametrize("others", FLARE_OTHERS)
@pytest.mark.parametrize("criteria", dict.fromkeys(name for name, _ in FLARE_CASES))
@pytest.mark.parametrize("name", [name for name in GRIDS if name != "crp"])
def test_flare_on_the_whole_grid_of_one_variable(name: str, criteria: str, others: str) -> None:
    assert_flare(criteria, decided_by(name, others))


@pytest.mark.parametrize(("criteria", "marker"), FLARE_CASES)
def test_flare_of_a_million_random_core_sets(criteria: str, marker: str) -> None:
    answers = assert_flare(criteria, random_pairs(marker))
    assert answers == {(False, False), (False, True), (True, True)}


def test_flare_of_a_million_core_sets_in_float32() -> None:
    assert_flare("ruperto-2008", random_pairs("crp"), np.float32)


@pytest.mark.parametrize(("criteria", "marker"), FLARE_CASES)
def test_the_two_forms_of_flare_agree_and_so_do_single_patients(criteria: str, marker: str) -> None:
    pairs = random_pairs(marker).first(400)
    surely, maybe = exact.flare_fast(
        criteria, pairs.earlier, pairs.now, pairs.gaps, pairs.now_gaps["active_joints"]
    )
    for row in range(surely.size):
        earlier, now = pairs.one(row)
        flared = bool(surely[row]) if surely[row] == maybe[row] else None
        assert exact.flare(criteria, earlier, now) == flared
        found = jia.flare(
            reference=jia.CoreSet(**as_floats(earlier)),
            now=jia.CoreSet(**as_floats(now)),
            criteria=criteria,
        )
        assert found.flared == flared


# --------------------------------------------------------------------------- The other thresholds


def two_scores(most: int, kind: str) -> tuple[Whole, Whole, np.ndarray, np.ndarray]:
    """Return every pair of scores in tenths: × 10, and as a person or a computation gives them."""
    axis = np.arange(most * 10 + 1)
    earlier, now = (each.ravel() for each in np.meshgrid(axis, axis, indexing="ij"))
    if kind == "typed":
        return earlier, now, earlier / 10, now / 10
    # 3 × 0.1 is 0.30000000000000004; all that goes beyond the scale's end is the end.
    return earlier, now, np.minimum(earlier * 0.1, most), np.minimum(now * 0.1, most)


computed = pytest.mark.parametrize("kind", ["typed", "computed"])


@computed
def test_improvement_of_jadas10_on_the_whole_grid(kind: str) -> None:
    earlier, now, was, is_ = two_scores(40, kind)
    fall = np.select([earlier < 50, earlier < 150, earlier < 250], [np.nan, 40, 100], 170)
    expected = np.where(np.isnan(fall), np.nan, earlier - now >= fall)
    found = jia.horneff_improvement(baseline=was, now=is_)
    assert np.array_equal(found, expected, equal_nan=True)


@computed
def test_change_of_jadas27_on_the_whole_grid(kind: str) -> None:
    earlier, now, was, is_ = two_scores(57, kind)
    change = now - earlier
    expected = np.select([change <= -55, change >= 17], ["improved", "worsened"], "unchanged")
    assert (jia.bulatovic_change(baseline=was, now=is_) == expected).all()


@pytest.mark.parametrize("domains", [6, 7, 8])
@pytest.mark.parametrize(
    ("difference", "improved", "worsened"),
    [
        ("dempster-2001", "-0.13", "0.75"),
        ("dempster-2001-step", "-0.125", "0.75"),
        ("brunner-2005", "-0.188", "0.125"),
    ],
)
def test_change_of_the_chaq_on_the_whole_grid(
    difference: str, improved: str, worsened: str, domains: int
) -> None:
    sums = np.arange(3 * domains + 1)
    was, is_ = (each.ravel() for each in np.meshgrid(sums, sums, indexing="ij"))
    found = jia.chaq_change(baseline=was / domains, now=is_ / domains, difference=difference)
    for word, change in zip(found, (is_ - was).tolist(), strict=True):
        mean = Fraction(change, domains)
        if mean <= Fraction(improved):
            assert word == "improved"
        else:
            assert word == ("worsened" if mean >= Fraction(worsened) else "unchanged")


@pytest.mark.parametrize(
    ("course", "month", "above"), [("oligo", 3, 5), ("oligo", 6, 3), ("poly", 3, 7), ("poly", 6, 4)]
)
def test_escalation_of_noisy_sums(course: str, month: int, above: int) -> None:
    summed, stands_for = noisy_sums("cjadas71")
    found = jia.escalation_indicated(
        summed, measure="cjadas71", course=course, month=month, criteria="swart-2018"
    )
    assert np.array_equal(found, stands_for > above * SCORE_SCALE)


@pytest.mark.parametrize("joints", [0, 1])
def test_state_of_polyarthritis_of_noisy_sums(joints: int) -> None:
    summed, stands_for = noisy_sums("cjadas10")
    # The score is the joints and two globals.
    possible = (stands_for >= joints * SCORE_SCALE) & (stands_for <= (joints + 20) * SCORE_SCALE)
    found = jia.polyarthritis_state(summed[possible], active_joints=joints, criteria="acr-2019")
    low = "low" if joints else "not_classified"
    expected = np.where(stands_for[possible] <= 2.5 * SCORE_SCALE, low, "moderate_or_high")
    assert (found == expected).all()
