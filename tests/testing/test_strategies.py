"""The Hypothesis strategies that we ship: what they draw is allowed, and reaches the bounds."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores import testing
from jiascores.core.definition import published
from jiascores.core.measure import Score
from jiascores.core.variables import VARIABLES


@given(st.from_type(jia.CoreSet), st.from_type(jia.JointExam))
def test_hypothesis_knows_our_types(visit, exam):
    assert isinstance(visit, jia.CoreSet)
    assert isinstance(visit.chaq, float)
    assert isinstance(exam, jia.JointExam)


@given(st.from_type(jia.CoreSet[np.ndarray]), st.from_type(jia.CoreSet[pd.Series]))
def test_and_of_which_kind_a_core_set_is(arrays, series):
    assert isinstance(arrays.chaq, np.ndarray)
    assert isinstance(series.chaq, pd.Series)


@pytest.mark.parametrize("name", sorted(VARIABLES))
def test_values_are_within_the_range_of_their_variable(name):
    variable = VARIABLES[name]

    @settings(max_examples=10)
    @given(testing.values_of(name))
    def within(value):
        assert variable.low <= value <= variable.high
        assert not variable.whole or value == int(value)

    within()


@given(st.sampled_from(published(Score)).flatmap(
    lambda score: st.tuples(st.just(score), testing.score_inputs(score))))  # fmt: skip
def test_scores_take_what_is_drawn_for_them(drawn):
    score, values = drawn
    assert np.isnan(score.function(**values)) == (None in values.values())


@pytest.mark.parametrize("level", [50, None])
def test_pairs_reach_levels_and_leave_them_open(level):
    pair = find(
        testing.core_set_pairs(gaps=level is None),
        lambda pair: jia.acr_ped(baseline=pair[0], now=pair[1]).level == level,
    )
    assert jia.acr_ped(baseline=pair[0], now=pair[1]).level == level


@given(testing.visits(gaps=False), testing.histories(gaps=False))
def test_without_gaps_there_are_none(visits, histories):
    assert not visits.isna().any(axis=None)
    optional = ["course", "first_dose", "end_of_lead_in"]
    assert not histories.drop(columns=optional).isna().any(axis=None)


@given(st.data())
def test_second_tables_are_read_beside_their_visits(data):
    table = data.draw(testing.histories(marker="esr"))
    infusions = data.draw(testing.infusions(table))
    medications = data.draw(testing.medications(table))
    assert {*infusions["patient"]} == {*table["patient"]}
    assert not infusions.duplicated().any()
    out = jia.retreatment(
        table.assign(infection=False, febrile_illness=False, malignancy=False, biological=False),
        infusions,
        protocol="swart-2019",
    )
    assert len(out) == len(table)
    out = jia.remission(
        table.assign(inactive=True),
        medications,
        criteria="wallace-2004",
        max_gap_days=200,
        inactive=jia.column("inactive"),
        counted="all",
    )
    assert len(out) == len(table)


def test_hypothesis_is_imported_only_when_a_strategy_is_asked_for():
    code = (
        "import sys, jiascores.testing as t; t.simulate_visits(1, seed=1);"
        "assert 'hypothesis' not in sys.modules; t.core_sets(); assert 'hypothesis' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_strategy_is_there_where_hypothesis_loads_our_entry_point_in_between(tmp_path):
    # As where jiascores is installed and nobody has imported Hypothesis yet.
    about = tmp_path / "importer-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: importer\nVersion: 1\n")
    entry = "[hypothesis]\nimporter = jiascores.testing:register_with_hypothesis\n"
    (about / "entry_points.txt").write_text(entry)
    code = (
        f"import sys; sys.path.append({str(tmp_path)!r});"
        "from jiascores.testing import core_sets; import jiascores as jia;"
        "from hypothesis import strategies as st; core_sets(); st.from_type(jia.CoreSet).validate();"
        "st.from_type(jia.JointExam).validate()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_hypothesis_the_message_says_what_to_install():
    code = (
        "import sys; sys.modules['hypothesis'] = None; import jiascores as jia\n"
        "try: jia.testing.core_sets\n"
        "except jia.errors.MissingExtraError as error: print(error)\n"
        "jia.testing.simulate_visits(1, seed=1)"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "jiascores.testing.core_sets needs hypothesis" in ran.stdout
    assert "pip install 'jiascores[testing]'" in ran.stdout


def test_a_file_that_is_missing_is_not_blamed_on_hypothesis(monkeypatch):
    monkeypatch.delattr(testing, "assert_same_answers", raising=False)
    monkeypatch.setitem(sys.modules, "jiascores.testing.agreement", None)
    with pytest.raises(ModuleNotFoundError, match=r"jiascores\.testing\.agreement"):
        _ = testing.assert_same_answers


def test_a_name_that_is_none_of_the_names_for_tests():
    with pytest.raises(AttributeError, match="no attribute 'core_set'"):
        _ = testing.core_set


def test_a_variable_that_does_not_exist():
    with pytest.raises(jia.JiaScoresError, match="Did you mean 'chaq'"):
        testing.values_of("chak")
