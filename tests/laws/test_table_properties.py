"""What must hold of every table of visits: each row is the public functions on that row."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores import ask
from tests import strategies as some
from tests.strategies import back, core_set, one

few = settings(max_examples=max(settings.default.max_examples // 2, 1))

MEASURES = [
    "jadas71",
    "cjadas10",
    "acr_ped",
    ask.state("cjadas10", cutoffs="trincianti-2021", course="oligo"),
    ask.flare(criteria="brunner-2002", reference="baseline"),
]
ADDED = [
    "jadas71",
    "cjadas10",
    "acr_ped_level",
    "acr_ped_level_min",
    "acr_ped_level_max",
    "state_cjadas10_trincianti_2021",
    "flare_brunner_2002",
]


def marker_of(table: pd.DataFrame) -> str:
    return "esr" if "esr" in table else "crp"


def assessed(table: pd.DataFrame) -> pd.DataFrame:
    return jia.assess(table, measures=MEASURES, baseline="first")


def by_visit(result: pd.DataFrame) -> dict[Any, list[Any]]:
    """Return the added columns for each patient and date."""
    columns = [back(result[name]) for name in ADDED]
    keys = zip(result["patient"], result["date"], strict=True)
    return dict(zip(keys, zip(*columns, strict=True), strict=True))


@few
@given(table=some.visits())
def test_each_row_is_the_public_functions_on_that_row(table: pd.DataFrame) -> None:
    result = by_visit(assessed(table))
    marker = marker_of(table)
    names = some.core_names(marker)
    rows = table.to_dict("records")
    for row in rows:
        values = {name: one(row[name]) for name in names}
        joints = {name: values[name] for name in names[:2]} | {"active_joints": values[names[3]]}
        score = one(jia.cjadas10(**joints))
        expected = [
            one(jia.jadas71(**joints, **{marker: values[marker]})),
            score,
            *[None] * 3,
            jia.disease_state(score, measure="cjadas10", course="oligo", cutoffs="trincianti-2021"),
            None,
        ]
        first = min(
            (other for other in rows if other["patient"] == row["patient"]),
            key=lambda other: other["date"],
        )
        if first is not row:
            base, now = core_set({name: one(first[name]) for name in names}), core_set(values)
            response = jia.acr_ped(baseline=base, now=now)
            expected[2:5] = response.level, response.level_min, response.level_max
            expected[6] = jia.flare(reference=base, now=now, criteria="brunner-2002").flared
        assert result[row["patient"], row["date"]] == tuple(expected)


@few
@given(table=some.visits(), data=st.data())
def test_the_order_of_the_rows_does_not_matter(table: pd.DataFrame, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(table))))
    shuffled = table.iloc[order]
    result = assessed(shuffled)
    assert result.index.equals(shuffled.index)
    pd.testing.assert_frame_equal(result[table.columns], shuffled)
    assert by_visit(result) == by_visit(assessed(table))


@few
@given(table=some.visits())
def test_no_patient_matters_to_another(table: pd.DataFrame) -> None:
    together = by_visit(assessed(table))
    for _, alone in table.groupby("patient"):
        for key, found in by_visit(assessed(alone)).items():
            assert together[key] == found


@few
@given(table=some.visits())
def test_what_the_patients_are_called_does_not_matter(table: pd.DataFrame) -> None:
    names = {patient: f"patient {at}" for at, patient in enumerate(table["patient"].unique())}
    renamed = table.assign(patient=table["patient"].map(names).astype("category"))
    result = {
        (names[patient], date): of for (patient, date), of in by_visit(assessed(table)).items()
    }
    assert by_visit(assessed(renamed)) == result


@few
@given(table=some.visits(ties=True))
def test_two_visits_on_the_first_day_are_no_baseline(table: pd.DataFrame) -> None:
    first = table.groupby("patient")["date"].transform("min")
    tied = (table["date"] == first).groupby(table["patient"]).sum().max() > 1
    if tied:
        with pytest.raises(jia.errors.VisitError, match="patient"):
            assessed(table)
    else:
        assert len(assessed(table)) == len(table)


@few
@given(table=some.visits(), data=st.data())
def test_the_table_itself_is_left_alone(table: pd.DataFrame, data: st.DataObject) -> None:
    before = table.copy(deep=True)
    kind = data.draw(st.sampled_from(["float64", "Float64", "object"]))
    typed = table.astype(dict.fromkeys(some.core_names(marker_of(table)), kind))
    assert by_visit(assessed(typed)) == by_visit(assessed(table))
    pd.testing.assert_frame_equal(table, before)
