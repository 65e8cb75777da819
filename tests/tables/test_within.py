"""Measures with an interval of their own: how far the visits are from it, and where they answer."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.definition import Definition, load, published
from jiascores.core.measure import VERDICTS
from tests.tables.kinds import MAKERS, column

# JADAS10 of 15 at baseline and 5 later: the fall is 10, as much as is needed.
VISITS = {
    "patient": ["A"] * 6,
    "date": ["2024-01-01", "2024-01-08", "2024-03-01", "2024-04-01", "2025-01-01", "2029-01-01"],
    "physician_global": [5.0, 2, 2, 2, 2, 2],
    "patient_global": [5.0, 2, 2, 2, 2, 2],
    "active_joints": [5, 1, 1, 1, 1, 1],
    "esr": [20, 20, 20, 20, 20, 20],
}
DAYS = [0, 7, 60, 91, 366, 1827]
STEM = "horneff_improvement_horneff_2014"


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    ("within", "answered"),
    [
        ((60, 120), [60, 91]),
        ((61, 91), [91]),
        ((7, 60), [7, 60]),
        ((92, 365), []),
        ((91, 91), [91]),
    ],
)
def test_it_answers_in_the_days_that_are_named_alone(kind, within, answered) -> None:
    ask = jia.ask.horneff_improvement(within=within)
    out = jia.assess(MAKERS[kind](VISITS), baseline="first", measures=[ask])
    assert column(out, STEM) == [True if day in answered else None for day in DAYS]
    # How far each visit is from three months, 91 days.
    assert column(out, f"{STEM}_days_off") == [None, *(day - 91 for day in DAYS[1:])]
    assert ask.columns == (STEM, f"{STEM}_days_off")


def test_study_days_are_counted_too() -> None:
    table = pd.DataFrame(VISITS | {"date": [0, 7, 60.5, 91, 366, 1827]})
    out = jia.assess(table, baseline="first", measures=["horneff_improvement:within=60..120"])
    assert column(out, STEM) == [None, None, True, True, None, None]
    assert column(out, f"{STEM}_days_off")[1:3] == [-84, -31]


@pytest.mark.parametrize("ask", ["horneff_improvement", jia.horneff_improvement])
def test_without_days_it_is_refused_and_the_advice_works(ask) -> None:
    table = pd.DataFrame(VISITS)
    with pytest.raises(
        jia.errors.RequestError, match=r"3 months apart.*within=\(60, 120\)"
    ) as said:
        jia.assess(table, baseline="first", measures=[ask])
    assert "horneff_improvement:within=60..120." in str(said.value)
    with pytest.raises(jia.errors.RequestError, match="3 months apart"):
        jia.ask.horneff_improvement()
    out = jia.assess(table, baseline="first", measures=["horneff_improvement:within=60..120"])
    same = jia.ask.horneff_improvement(within=[60, 120])
    assert out.equals(jia.assess(table, baseline="first", measures=[same]))


@pytest.mark.parametrize(
    "wrong", [(120, 60), (60,), 90, (60, 90, 120), ("a", "b"), (-1, 3), "3 months"]
)
def test_days_that_are_none(wrong) -> None:
    with pytest.raises(jia.errors.RequestError, match="within="):
        jia.ask.horneff_improvement(within=wrong)


def test_numbers_are_judged_as_they_are() -> None:
    assert jia.horneff_improvement(baseline=15, now=5) is True


def test_what_compares_visits_takes_days_and_nothing_else_does() -> None:
    table = pd.DataFrame(VISITS | {"chaq": [2.0, 1, 1, 1, 1, 1], "limited_joints": 5})
    ask = jia.ask.acr_ped(within=(60, 120))
    out = jia.assess(table, baseline="first", measures=[ask])
    assert column(out, "acr_ped_level") == [None, None, 50, 50, None, None]
    assert column(out, "acr_ped_level_max") == [None, None, 50, 50, None, None]
    with pytest.raises(jia.errors.RequestError, match="minimal_disease_activity reads one"):
        jia.ask.minimal_disease_activity("magni-manzoni-2008", within=(60, 120))


def test_every_definition_with_an_interval_asks_for_days() -> None:
    load()
    with_interval = {each.name for each in published(Definition) if each.months_apart is not None}
    assert with_interval == {"horneff-2014"}
    for asked in VERDICTS.values():
        for definition in published(asked.kind):
            words = f"{definition.rule} {' '.join(definition.notes)}"
            over = "over 3 months" in words or "after 3 months" in words
            assert over is (definition.months_apart is not None), definition.name


def test_a_variant_has_the_interval_that_it_is_given() -> None:
    published_ = jia.definition("horneff-2014", jia.typing.JadasImprovementCriteria)
    six = published_.variant(name="six months", months=6)
    with pytest.raises(jia.errors.RequestError, match=r"6 months apart.*within=\(150, 210\)"):
        jia.ask.horneff_improvement(six)
    ask = jia.ask.horneff_improvement(six, within=(365, 366))
    out = jia.assess(pd.DataFrame(VISITS), baseline="first", measures=[ask])
    assert column(out, ask.stem) == [None] * 4 + [True, None]
    # Six months are 183 days.
    assert column(out, f"{ask.stem}_days_off")[4] == 366 - 183


def test_the_report_counts_the_visits_that_answer() -> None:
    page = str(
        jia.report(
            pd.DataFrame(VISITS), baseline="first", measures=["horneff_improvement:within=60..120"],
            pictures=False,
        )
    )  # fmt: skip
    assert "horneff_improvement_horneff_2014" in page


@pytest.mark.parametrize("kind", MAKERS)
def test_a_month_is_that_of_the_days_that_are_named(kind) -> None:
    # A cJADAS71 of 5 in poly: nothing at month 3 (> 7), escalate at month 6 (> 4).
    days = ["2024-01-01", "2024-03-01", "2024-03-31", "2024-04-30", "2024-05-01", "2024-06-30"]
    table = MAKERS[kind](VISITS | {"date": days, "course": ["poly"] * 6})
    ask = jia.ask.escalation_indicated("swart-2018", within={6: (121, 210), 3: (61, 120)})
    out = jia.assess(table, baseline="first", measures=[ask])
    stem = "escalation_indicated_swart_2018"
    # Days 0, 60, 90, 120, 121 and 181.
    assert column(out, stem) == [None, None, False, False, True, True]
    assert column(out, f"{stem}_days_off") == [None, None, -1, 29, -62, -2]
    assert ask.columns == (stem, f"{stem}_days_off")


@pytest.mark.parametrize(
    "wrong", [(60, 120), {3: 60}, {3: (120, 60)}, {3: (60, 120), 6: (120, 210)}, {4: (60, 120)}, {}]
)
def test_days_of_months_that_are_none(wrong) -> None:
    with pytest.raises(
        jia.errors.RequestError, match=r"within=\{3: \(60, 120\), 6: \(150, 210\)\}"
    ):
        jia.ask.escalation_indicated("swart-2018", within=wrong)


def test_a_month_in_a_column_stays_as_it_is() -> None:
    table = pd.DataFrame(VISITS | {"month": [0, 3, 3, 6, 6, 9], "course": "poly"})
    out = jia.assess(table, measures=["escalation_indicated:swart-2018"])
    stem = "escalation_indicated_swart_2018"
    assert column(out, stem) == [None, False, False, True, True, None]
