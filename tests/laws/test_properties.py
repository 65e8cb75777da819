"""What must hold of every measure, whatever the values."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.measure import Score
from jiascores.core.values import BLOCK
from jiascores.core.variables import VARIABLES
from jiascores.measures.response import ResponseCriteria
from jiascores.measures.states import CutoffSet
from tests import exact
from tests import strategies as some
from tests.strategies import Row, back, columns, core_set, one

JADAS = [score for score in some.SCORES if score.name in exact.JADAS]
CRITERIA = [
    criteria.name
    for criteria in published(ResponseCriteria)
    if criteria.fever_limit is None and not criteria.systemic
]
BOUNDS = [(cutoffs, bounds) for cutoffs in published(CutoffSet) for bounds in cutoffs.bounds]

every_score = pytest.mark.parametrize("score", some.SCORES, ids=lambda score: score.name)
every_jadas = pytest.mark.parametrize("score", JADAS, ids=lambda score: score.name)
# As there are many kinds and scores, each gets fewer examples.
few = settings(max_examples=max(settings.default.max_examples // 6, 1))

every_kind = pytest.mark.parametrize("kind", some.KINDS)


def exactly(row: Row) -> dict[str, Fraction | None]:
    return {name: exact.typed(value) for name, value in row.items()}


# ---------------------------------------------------------------------------------- The same kind


@every_kind
@few
@given(data=st.data())
def test_scores_of_a_column_are_those_of_its_rows(kind: str, data: st.DataObject) -> None:
    score = data.draw(some.scores)
    rows = data.draw(some.score_rows(score))
    together = score.function(**columns(rows, kind))
    assert back(together) == [one(score.function(**row)) for row in rows]


@every_kind
@few
@given(pairs=some.many_pairs(), criteria=st.sampled_from(CRITERIA))
def test_responses_of_a_column_are_those_of_its_rows(
    kind: str, pairs: list[tuple[Row, Row]], criteria: str
) -> None:
    earlier, now = zip(*pairs, strict=True)
    together = jia.acr_ped(
        baseline=jia.CoreSet(**columns(earlier, kind)),
        now=jia.CoreSet(**columns(now, kind)),
        criteria=criteria,
    )
    alone = [
        jia.acr_ped(baseline=core_set(was), now=core_set(is_), criteria=criteria)
        for was, is_ in pairs
    ]
    for attribute in ("level", "level_min", "level_max"):
        assert back(getattr(together, attribute)) == [getattr(each, attribute) for each in alone]
    assert back(together.meets(50)) == [each.meets(50) for each in alone]
    for attribute in ("improved", "worsened", "change"):
        for name, found in getattr(together, attribute).items():
            assert back(found) == [one(getattr(each, attribute)[name]) for each in alone]


@every_kind
@few
@given(pairs=some.many_pairs())
def test_flares_of_a_column_are_those_of_its_rows(kind: str, pairs: list[tuple[Row, Row]]) -> None:
    earlier, now = zip(*pairs, strict=True)
    together = jia.flare(
        reference=jia.CoreSet(**columns(earlier, kind)),
        now=jia.CoreSet(**columns(now, kind)),
        criteria="ruperto-2008",
    )
    alone = [
        jia.flare(reference=core_set(was), now=core_set(is_), criteria="ruperto-2008")
        for was, is_ in pairs
    ]
    for attribute in ("flared", "flared_min", "flared_max"):
        assert back(getattr(together, attribute)) == [getattr(each, attribute) for each in alone]


@every_kind
@few
@given(data=st.data())
def test_states_of_a_column_are_those_of_its_rows(kind: str, data: st.DataObject) -> None:
    cutoffs, bounds = data.draw(st.sampled_from(BOUNDS))
    score = next(each for each in some.SCORES if each.name == bounds.measure)
    values = data.draw(st.lists(some.or_gap(some.score_values(score)), min_size=1, max_size=6))
    asked = {"measure": bounds.measure, "course": bounds.course, "cutoffs": cutoffs}
    together = jia.disease_state(some.KINDS[kind](values), **asked)
    assert back(together) == [jia.disease_state(value, **asked) for value in values]


# The other verdicts: what they take, from their declared variables or from the strategies given.
SCORE = some.decimals(0, 40, 1)
VERDICTS: dict[str, tuple[Callable[..., Any], dict[str, st.SearchStrategy[float] | None]]] = {
    "activity level": (
        partial(jia.activity_level, criteria="beukelman-2011-systemic", upper_limit=15),
        dict.fromkeys(["physician_global", "patient_global", "active_joints", "esr"]),
    ),
    "minimal disease activity, poly": (
        partial(jia.minimal_disease_activity, criteria="magni-manzoni-2008", course="poly"),
        {"physician_global": None, "patient_global": None, "swollen_joints": some.steps(0, 3, 1)},
    ),
    "state of polyarthritis": (
        partial(jia.polyarthritis_state, criteria="acr-2019"),
        {"score": some.decimals(2, 5, 1), "active_joints": some.steps(0, 2, 1)},
    ),
    "escalation": (
        partial(
            jia.escalation_indicated,
            criteria="swart-2018",
            measure="cjadas71",
            month=3,
            course="poly",
        ),
        {"score": some.decimals(0, 12, 1)},
    ),
    "improvement of JADAS10": (jia.horneff_improvement, {"baseline": SCORE, "now": SCORE}),
    "change of JADAS27": (jia.bulatovic_change, {"baseline": SCORE, "now": SCORE}),
    "change of CHAQ": (
        partial(jia.chaq_change, difference="brunner-2005"),
        {"baseline": some.CHAQ, "now": some.CHAQ},
    ),
    "MAS": (
        jia.mas_2016,
        {
            "febrile": some.FLAGS,
            "known_or_suspected_sjia": some.FLAGS,
            "ferritin": some.steps(500, 1000, 1),
            "platelets": some.steps(150, 200, 1),
            "ast": some.steps(30, 60, 1),
            "triglycerides": some.steps(100, 200, 1),
            "fibrinogen": some.steps(300, 400, 1),
        },
    ),
    "score of MAS": (jia.suggests_mas, {"score": some.decimals(-5, 5, 1)}),
    "inactive disease": (
        partial(jia.inactive_disease, criteria="wallace-2011", esr_upper_limit=15),
        {
            "physician_global": some.steps(0, 1, 1),
            "active_joints": some.steps(0, 1, 1),
            "esr": some.steps(10, 20, 1),
            "morning_stiffness": some.steps(10, 20, 1),
            **dict.fromkeys(
                ["fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis"],
                some.FLAGS,
            ),
        },
    ),
    "relapse": (
        lambda **given: jia.reacch_out_flare(**given).flared,
        dict.fromkeys(
            ["inactive_before", "inactive_now", "joint_injection", "treatment_intensified"],
            some.FLAGS,
        ),
    ),
    "uncontrolled disease": (
        partial(jia.chronically_uncontrolled, criteria="brunner-2020"),
        {
            **dict.fromkeys(["physician_global", "patient_global", "active_joints"]),
            "biologicals_tried": some.steps(0, 4, 1),
        },
    ),
    "course": (
        partial(jia.course, "psoriatic", cutoffs="trincianti-2021"),
        {"active_joints": some.steps(0, 8, 1)},
    ),
}


@pytest.mark.parametrize("verdict", VERDICTS)
@given(data=st.data(), kind=some.kinds)
def test_verdicts_of_a_column_are_those_of_its_rows(
    verdict: str, data: st.DataObject, kind: str
) -> None:
    function, takes = VERDICTS[verdict]
    row = {
        name: some.or_gap(some.values_of(name) if values is None else values)
        for name, values in takes.items()
    }
    rows = data.draw(st.lists(st.fixed_dictionaries(row), min_size=1, max_size=5))
    together = function(**columns(rows, kind))
    assert back(together) == [function(**each) for each in rows]


@pytest.mark.parametrize("verdict", VERDICTS)
@few
@given(data=st.data())
def test_verdicts_of_long_columns_leave_no_seam(verdict: str, data: st.DataObject) -> None:
    """What is longer than a block is judged block by block; no row falls between."""
    function, takes = VERDICTS[verdict]
    row = {
        name: some.or_gap(some.values_of(name) if values is None else values)
        for name, values in takes.items()
    }
    rows = data.draw(st.lists(st.fixed_dictionaries(row), min_size=2, max_size=5))
    size = 2 * BLOCK + 1
    whole = function(**{n: np.resize(v, size) for n, v in columns(rows, "float64").items()})
    alone = [function(**each) for each in rows]
    assert back(whole) == [alone[at % len(rows)] for at in range(size)]


@few
@given(pairs=some.many_pairs())
def test_responses_flares_and_losses_of_long_columns_leave_no_seam(
    pairs: list[tuple[Row, Row]],
) -> None:
    size = 2 * BLOCK + 1

    def long(visits: Any) -> jia.CoreSet[Any]:
        return jia.CoreSet(
            **{n: np.resize(v, size) for n, v in columns(list(visits), "float64").items()}
        )

    def answers(before: Any, after: Any) -> list[Any]:
        response = jia.acr_ped(baseline=before, now=after)
        flare = jia.flare(reference=before, now=after, criteria="ruperto-2008")
        loss = jia.loss_of_response(baseline=before, reached=after, now=before, level=30)
        return [
            *(response.level, response.level_min, response.level_max, response.improved["chaq"]),
            *(flare.flared, flare.flared_min, flare.flared_max, flare.worse["chaq"]),
            *(loss.lost, loss.lost_min, loss.lost_max),
        ]

    whole = answers(*(long(visits) for visits in zip(*pairs, strict=True)))
    alone = [answers(*(core_set(visit) for visit in pair)) for pair in pairs]
    for found, expected in zip(whole, zip(*alone, strict=True), strict=True):
        assert back(found) == [expected[at % len(pairs)] for at in range(size)]


@every_kind
def test_nothing_in_gives_nothing_out(kind: str) -> None:
    empty = some.KINDS[kind]([])
    found = jia.cjadas10(physician_global=empty, patient_global=1, active_joints=2)
    assert back(found) == []
    state = jia.disease_state(found, measure="cjadas10", course="oligo", cutoffs="consolaro-2014")
    assert back(state) == []
    visit = jia.CoreSet(
        physician_global=empty, patient_global=1, chaq=1, active_joints=1, limited_joints=1, esr=1
    )
    assert back(jia.acr_ped(baseline=visit, now=visit).level) == []


@every_kind
@few
@given(data=st.data())
def test_the_order_of_the_rows_does_not_matter(kind: str, data: st.DataObject) -> None:
    score = data.draw(st.sampled_from(JADAS))
    rows = data.draw(some.score_rows(score))
    order = data.draw(st.permutations(range(len(rows))))
    found = back(score.function(**columns(rows, kind)))
    shuffled = back(score.function(**columns([rows[at] for at in order], kind)))
    assert shuffled == [found[at] for at in order]


def test_blocks_leave_no_seam() -> None:
    """Long arrays are computed in blocks; every row is still computed by itself."""
    draw = np.random.default_rng(5)
    size = 50_001
    rows = {
        "physician_global": draw.integers(0, 101, size) / 10,
        "patient_global": draw.integers(0, 101, size) / 10,
        "active_joints": draw.integers(0, 72, size),
        "esr": draw.integers(0, 130, size),
    }
    whole = jia.jadas71(**rows)
    halves = [
        jia.jadas71(**{name: values[part] for name, values in rows.items()})
        for part in (slice(None, 20_000), slice(20_000, None))
    ]
    assert np.array_equal(whole, np.concatenate(halves))
    assert np.array_equal(
        whole.reshape(3, -1),
        jia.jadas71(**{name: values.reshape(3, -1) for name, values in rows.items()}),
    )


# ----------------------------------------------------------------------------------------- Scores


@every_jadas
@few
@given(data=st.data())
def test_jadas_is_the_double_nearest_to_its_decimal(score: Score, data: st.DataObject) -> None:
    row = data.draw(some.score_inputs(score))
    expected = exact.jadas(score.name, exactly(row))
    found = one(score.function(**row))
    assert found == (None if expected is None else float(expected))


@every_score
@few
@given(data=st.data())
def test_a_missing_part_gives_a_missing_score(score: Score, data: st.DataObject) -> None:
    row = data.draw(some.score_inputs(score, gaps=False))
    assert one(score.function(**row)) is not None
    name = data.draw(st.sampled_from(sorted(row)))
    gap = data.draw(st.sampled_from([None, float("nan"), np.float64("nan")]))
    assert one(score.function(**(row | {name: gap}))) is None


@every_score
@few
@given(data=st.data())
def test_a_score_stays_in_its_range(score: Score, data: st.DataObject) -> None:
    row = data.draw(some.score_inputs(score, gaps=False))
    assert score.low <= score.function(**row) <= score.high


@every_jadas
@few
@given(data=st.data())
def test_a_worse_part_never_lowers_jadas(score: Score, data: st.DataObject) -> None:
    row = data.draw(some.score_inputs(score, gaps=False))
    name = data.draw(st.sampled_from(sorted(row)))
    row[name], worse = sorted(data.draw(st.tuples(*[some.values_of(name)] * 2)))
    assert score.function(**(row | {name: worse})) >= score.function(**row)


@every_jadas
@few
@given(data=st.data())
def test_the_components_add_up_to_the_score(score: Score, data: st.DataObject) -> None:
    row = data.draw(some.score_inputs(score))
    parts = [one(part) for part in jia.components(score.name, **row).values()]
    total = one(score.function(**row))
    if None in parts:
        assert total is None
    else:
        assert total == float(sum(Fraction(str(part)) for part in parts))


@every_jadas
@few
@given(data=st.data())
def test_the_joint_term_is_capped_and_never_the_total(score: Score, data: st.DataObject) -> None:
    count, cap, _ = exact.JADAS[score.name]
    row = data.draw(some.score_inputs(score, gaps=False))
    row[count] = data.draw(st.integers(cap, int(VARIABLES[count].high)).map(float))
    parts = jia.components(score.name, **row)
    assert parts["joints"] == cap
    total = score.function(**row)
    assert total == score.function(**(row | {count: float(cap)}))
    assert total >= cap + max(row["physician_global"], row["patient_global"])


@given(row=some.score_inputs(JADAS[0], gaps=False), esr=st.integers(0, 20))
def test_an_esr_of_zero_is_a_value(row: Row, esr: int) -> None:
    rest = {name: value for name, value in row.items() if name not in ("esr", "crp")}
    assert jia.jadas10(**rest, esr=0) == jia.cjadas10(**rest)
    assert jia.jadas10(**rest, esr=esr) == jia.cjadas10(**rest)
    assert one(jia.jadas10(**rest, esr=None)) is None


@given(row=some.score_inputs(JADAS[0], gaps=False), item=some.decimals(0, 12, 1))
def test_esr_and_crp_give_the_same_item_ten_apart(row: Row, item: float) -> None:
    rest = {name: value for name, value in row.items() if name not in ("esr", "crp")}
    above = float(Fraction(str(item)) * 10)
    assert jia.jadas71(**rest, esr=above + 20) == jia.jadas71(**rest, crp=above + 10)


# ----------------------------------------------------------------------------------------- States


@pytest.mark.parametrize(
    ("cutoffs", "bounds"), BOUNDS, ids=lambda one: getattr(one, "course", None) or one.name
)
@few
@given(data=st.data())
def test_a_higher_score_is_never_a_lower_state(
    cutoffs: CutoffSet, bounds: Any, data: st.DataObject
) -> None:
    score = next(each for each in some.SCORES if each.name == bounds.measure)
    low, high = sorted(data.draw(st.tuples(*[some.score_values(score)] * 2)))
    asked = {"measure": bounds.measure, "course": bounds.course, "cutoffs": cutoffs}
    states = [jia.disease_state(value, **asked) for value in (score.low, low, high, score.high)]
    order = [bounds.states.index(state) for state in states]
    assert order == sorted(order)
    assert order[0] == 0
    assert order[-1] == len(bounds.states) - 1


# --------------------------------------------------------------------------------------- Responses


@given(pair=some.two_visits(), criteria=st.sampled_from(CRITERIA))
def test_response_is_that_of_exact_arithmetic(pair: tuple[Row, Row], criteria: str) -> None:
    # A mean of six or seven domains is no decimal; test_exact.py has these.
    for visit in pair:
        visit["chaq"] = None if visit["chaq"] is None else round(visit["chaq"] * 8) / 8
    earlier, now = pair
    found = jia.acr_ped(baseline=core_set(earlier), now=core_set(now), criteria=criteria)
    expected = exact.acr_ped(criteria, exactly(earlier), exactly(now))
    assert (found.level_min, found.level_max) == expected


@given(pair=some.two_visits(), criteria=st.sampled_from(CRITERIA))
def test_levels_nest(pair: tuple[Row, Row], criteria: str) -> None:
    earlier, now = pair
    found = jia.acr_ped(baseline=core_set(earlier), now=core_set(now), criteria=criteria)
    met = [found.meets(level) for level in (30, 50, 70, 90, 100)]
    # Yes, then not determinable, then no.
    assert met == sorted(met, key=[True, None, False].index)
    assert found.level_min <= found.level_max
    if found.level is not None:
        assert found.level == found.level_min == found.level_max


@given(data=st.data(), criteria=st.sampled_from(CRITERIA))
def test_the_bounds_hold_every_completion_of_the_gaps(data: st.DataObject, criteria: str) -> None:
    earlier, now = data.draw(some.two_visits())
    found = jia.acr_ped(baseline=core_set(earlier), now=core_set(now), criteria=criteria)
    whole = data.draw(some.completed(earlier, now))
    known = jia.acr_ped(
        baseline=core_set(whole[0]), now=core_set(whole[1]), criteria=criteria
    ).level
    assert known is not None
    assert found.level_min <= known <= found.level_max


@given(data=st.data(), criteria=st.sampled_from(CRITERIA))
def test_a_worse_value_never_raises_the_level(data: st.DataObject, criteria: str) -> None:
    earlier, now = data.draw(some.two_visits())
    name = data.draw(st.sampled_from(sorted(now)))
    if now[name] is None:
        now[name] = earlier[name] or 0.0
    now[name], worse = sorted([now[name], data.draw(some.values_of(name))])
    before, after = (
        jia.acr_ped(baseline=core_set(earlier), now=core_set(visit), criteria=criteria)
        for visit in (now, now | {name: worse})
    )
    assert after.level_min <= before.level_min
    assert after.level_max <= before.level_max


@given(pair=some.two_visits())
def test_the_register_of_the_msc_trial_never_gives_a_higher_level(pair: tuple[Row, Row]) -> None:
    base, now = (core_set(visit) for visit in pair)
    paper, register = (
        jia.acr_ped(baseline=base, now=now, criteria=name) for name in ("giannini-1997", "ntr4146")
    )
    assert register.level_min <= paper.level_min
    assert register.level_max <= paper.level_max


@given(pair=some.two_visits())
def test_the_policies_keep_to_the_bounds(pair: tuple[Row, Row]) -> None:
    base, now = (core_set(visit) for visit in pair)

    def by(missing: Any, **more: Any) -> int | None:
        return jia.acr_ped(baseline=base, now=now, missing=missing, **more).level

    bounds = jia.acr_ped(baseline=base, now=now)
    has_gaps = None in (*pair[0].values(), *pair[1].values())
    assert by("worst-case") == bounds.level_min
    assert (by("complete-case") is None) == has_gaps
    assert bounds.level_min <= by("unchanged") <= bounds.level_max
    assert by("unchanged", attended=False) == 0
    if not has_gaps:
        assert by("interval") == by("unchanged") == by("complete-case") == by("worst-case")


@given(data=st.data())
def test_one_baseline_serves_many_visits(data: st.DataObject) -> None:
    marker = data.draw(some.markers)
    base = data.draw(some.core_values(marker))
    rows = data.draw(st.lists(some.core_values(marker), min_size=1, max_size=5))
    together = jia.acr_ped(
        baseline=core_set(base), now=jia.CoreSet(**columns(rows, "pandas, nullable"))
    )
    alone = [jia.acr_ped(baseline=core_set(base), now=core_set(row)).level for row in rows]
    assert back(together.level) == alone


@given(pair=some.two_visits())
def test_explain_ends_with_the_verdict(pair: tuple[Row, Row]) -> None:
    base, now = (core_set(visit) for visit in pair)
    found = jia.acr_ped(baseline=base, now=now)
    last = found.explain().splitlines()[-1]
    if found.level is None:
        assert f"between level {found.level_min} and level {found.level_max}" in last
    elif found.level:
        assert f"ACR Pedi {found.level} is reached" in last
    else:
        assert "not reached" in last


# --------------------------------------------------------------------------------------- Core sets


@every_kind
@few
@given(data=st.data())
def test_a_core_set_gives_back_what_it_was_given(kind: str, data: st.DataObject) -> None:
    marker = data.draw(some.markers)
    rows = data.draw(st.lists(some.core_values(marker), min_size=1, max_size=4))
    visit = jia.CoreSet(**columns(rows, kind))
    for again in (visit, copy.deepcopy(visit), pickle.loads(pickle.dumps(visit))):
        assert again.marker == marker
        assert list(again) == [*exact.SIX, marker]
        for name in again:
            assert back(getattr(again, name)) == [row[name] for row in rows]


def test_a_core_set_is_frozen_and_keeps_its_own_copy() -> None:
    globals_ = np.array([1.0, 2.0])
    visit = jia.CoreSet(
        physician_global=globals_,
        patient_global=1,
        chaq=1,
        active_joints=1,
        limited_joints=1,
        esr=1,
    )
    globals_[0] = 9
    assert visit.physician_global.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        visit.physician_global[0] = 9
    with pytest.raises(AttributeError, match="frozen"):
        visit.physician_global = globals_
    with pytest.raises(AttributeError, match="frozen"):
        del visit.physician_global
