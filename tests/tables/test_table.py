"""Wrong input to `assess`: one clear error each, that names the variable or column and the place."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import jiascores as jia
from tests.eager import MAKERS, columns_of


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


GOOD = {
    "patient": ["A", "A", "A", "B"],
    "date": ["2020-01-01", "2020-02-01", "2020-03-01", "2020-01-01"],
    "physician_global": [6.0, 2.0, 1.0, 4.0],
    "patient_global": [5.0, 2.0, 1.0, 4.0],
    "chaq": [1.5, 0.75, 0.5, 1.0],
    "active_joints": [30, 4, 2, 12],
    "limited_joints": [10, 6, 2, 8],
    "esr": [40, 20, 12, 36],
}
ASK = {"measures": ["jadas71", "acr_ped"], "baseline": "first"}
SCORES = [76 - 33.0, 8.0, 4.0, 21.6]
LEVELS = [None, 50, 70, None]


def without(name: str) -> dict:
    return {column: values for column, values in GOOD.items() if column != name}


def raised(visits, **given) -> jia.JiaScoresError:
    with pytest.raises(jia.JiaScoresError) as caught:
        jia.assess(visits, **{**ASK, **given})
    return caught.value


def assert_as_typed(out) -> None:
    found = columns_of(out)
    assert found["jadas71"] == SCORES
    assert found["acr_ped_level"] == LEVELS


def test_the_good_table(make) -> None:
    assert_as_typed(jia.assess(make(GOOD), **ASK))


# ------------------------------------------------------------------------------------- values

VALUES = [
    # What is changed, the error, its variable, and what its message must say.
    ({"physician_global": [6, 62, 1, 4]}, jia.errors.OutOfRangeError, "physician_global",
     ["physician_global", "62", "row 1", "patient A", "date 2020-02-01", "0–10", "mm"]),
    ({"active_joints": [30, 72, 2, 12]}, jia.errors.OutOfRangeError, "active_joints",
     ["72", "row 1", "patient A", "0–71"]),
    ({"active_joints": [30, 3.5, 2, 12]}, jia.errors.NotWholeError, "active_joints",
     ["3.5", "row 1", "whole"]),
    ({"esr": [40, -20, 12, 36]}, jia.errors.OutOfRangeError, "esr", ["-20", "row 1", "0 or more mm/h"]),
    ({"esr": [40, float("inf"), 12, 36]}, jia.errors.OutOfRangeError, "esr", ["inf", "row 1"]),
    ({"chaq": [1.5, float("-inf"), 0.5, 1]}, jia.errors.OutOfRangeError, "chaq", ["inf", "row 1"]),
    ({"chaq": [1.5, 3.5, 0.5, 1]}, jia.errors.OutOfRangeError, "chaq", ["3.5", "0–3"]),
    ({"esr": ["40", "< 5", "12", "36"]}, jia.errors.NotNumericError, "esr", ["esr", "< 5", "row 1"]),
    ({"esr": ["a", "b", "c", "d"]}, jia.errors.NotNumericError, "esr", ["'a'", "row 0", "patient A"]),
    ({"chaq": [True, False, True, True]}, jia.errors.NotNumericError, "chaq", ["chaq", "row 0"]),
    ({"chaq": [dt.date(2020, 1, 1)] * 4}, jia.errors.NotNumericError, "chaq", ["chaq"]),
    ({"active_joints_27": [10, 5, 2, 9]}, jia.errors.InconsistentError, "active_joints",
     ["4 of 71", "5 of 27", "row 1", "patient A", "0–44"]),
    ({"active_joints_27": [10, 4, 2, 9], "active_joints": [55, 4, 2, 12]}, jia.errors.InconsistentError,
     "active_joints", ["55 of 71", "10 of 27", "row 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "error", "variable", "said"), VALUES)
def test_a_value_that_is_not_allowed(make, changed, error, variable, said) -> None:
    problem = raised(make({**GOOD, **changed}))
    assert type(problem) is error
    assert variable in problem.variable
    for words in said:
        assert words in str(problem)


def test_every_wrong_value_is_counted_and_the_first_are_shown(make) -> None:
    visits = {name: values * 5 for name, values in GOOD.items()}
    visits["patient"] = [f"P{row}" for row in range(20)]
    visits["physician_global"] = [62.0] * 20
    problem = raised(make(visits), measures="cjadas10")
    assert "physician_global = 62 in 20 rows, first in row 0 (patient P0, date 2020" in str(problem)
    assert len(problem.values) == 20
    assert "P19" not in str(problem)


def test_text_among_numbers_in_a_column_of_objects() -> None:
    visits = pd.DataFrame({**GOOD, "esr": [40, "< 5", None, 36]})
    problem = raised(visits)
    assert type(problem) is jia.errors.NotNumericError
    assert "'< 5' in row 1 (patient A, date 2020-02-01)" in str(problem)
    assert problem.values == ("< 5",)


def test_counts_with_gaps_are_floats_and_fine(make) -> None:
    gaps = {**GOOD, "active_joints": [30.0, 4.0, float("nan"), 12.0]}
    assert (
        columns_of(jia.assess(make(gaps), measures="cjadas10", columns={}))["cjadas10"][3] == 18.0
    )
    assert raised(make({**GOOD, "active_joints": [30.0, 3.5, float("nan"), 12.0]}))


def test_units_name_the_unit_that_was_read(make) -> None:
    problem = raised(
        make({**GOOD, "physician_global": [60, 120, 1, 4]}), units={"physician_global": "mm"}
    )
    assert "read as mm" in str(problem)
    assert "divide by 10" not in str(problem)


# ---------------------------------------------------------------------------- invalid="missing"


def test_exactly_those_cells_are_left_out_and_listed(make) -> None:
    visits = {
        **GOOD,
        "physician_global": [6.0, 62.0, 1.0, 4.0],
        "esr": [40.0, 20.0, float("inf"), 36.0],
        "active_joints": [30.0, 4.0, 2.0, 3.5],
    }
    out = columns_of(jia.assess(make(visits), **ASK, invalid="missing"))
    assert out["jadas71"] == [43.0, None, None, None]
    assert out["invalid_values"] == [None, "physician_global=62", "esr=inf", "active_joints=3.5"]
    for name, values in visits.items():
        assert out[name] == values
    gaps = {
        **visits,
        "physician_global": [6.0, None, 1.0, 4.0],
        "esr": [40.0, 20.0, None, 36.0],
        "active_joints": [30.0, 4.0, 2.0, None],
    }
    expected = columns_of(jia.assess(make(gaps), **ASK))
    for name in ("jadas71", "acr_ped_level", "acr_ped_level_min", "acr_ped_level_max"):
        assert out[name] == expected[name]


def test_text_is_left_out_and_listed(make) -> None:
    visits = make({**GOOD, "esr": ["40", "< 5", None, "36"]})
    out = columns_of(jia.assess(visits, measures="jadas71", invalid="missing"))
    assert out["jadas71"] == [None] * 4
    assert out["invalid_values"] == ["esr='40'", "esr='< 5'", None, "esr='36'"]


def test_two_wrong_values_in_a_row_are_both_listed(make) -> None:
    visits = make({**GOOD, "physician_global": [62, 2, 1, 4], "patient_global": [-1, 2, 1, 4]})
    out = columns_of(jia.assess(visits, measures="cjadas10", invalid="missing"))
    assert out["invalid_values"] == ["physician_global=62; patient_global=-1", None, None, None]


def test_joint_counts_that_contradict_each_other_are_both_left_out(make) -> None:
    visits = make({**GOOD, "active_joints_27": [10, 5, 2, 9]})
    for measures in (["cjadas71", "cjadas27"], ["cjadas27", "cjadas71"]):
        out = columns_of(jia.assess(visits, measures=measures, invalid="missing"))
        assert out["cjadas71"] == [41.0, None, 4.0, 20.0]
        assert out["cjadas27"] == [21.0, None, 4.0, 17.0]
        assert out["invalid_values"] == [None, "active_joints='4 of 71, 5 of 27'", None, None]


def test_the_value_is_listed_as_it_stands_in_its_unit(make) -> None:
    visits = make({**GOOD, "physician_global": [60, 620, 10, 40]})
    out = jia.assess(
        visits, measures="cjadas10", units={"physician_global": "mm"}, invalid="missing"
    )
    assert columns_of(out)["invalid_values"] == [None, "physician_global=620", None, None]
    assert columns_of(out)["cjadas10"] == [21.0, None, 4.0, 18.0]


def test_invalid_is_raise_or_missing(make) -> None:
    assert raised(make(GOOD), invalid="ignore").variable == "invalid"


# ------------------------------------------------------------------------------------- columns


@pytest.mark.parametrize("name", [*GOOD])
def test_a_column_that_is_not_there(make, name) -> None:
    problem = raised(make(without(name)))
    assert type(problem) is (jia.errors.MarkerError if name == "esr" else jia.errors.ColumnError)
    assert name in problem.variable
    assert name in str(problem)
    assert "columns=" in str(problem)


def test_a_missing_patient_or_date(make) -> None:
    for name in ("patient", "date"):
        problem = raised(make({**GOOD, name: [GOOD[name][0], None, *GOOD[name][2:]]}))
        assert type(problem) is jia.errors.VisitError
        assert problem.variable == name
        assert name in str(problem)
        assert "row 1" in str(problem)


def test_scores_need_neither_patient_nor_date(make) -> None:
    visits = {**GOOD, "patient": [None] * 4, "date": ["x"] * 4}
    assert columns_of(jia.assess(make(visits), measures="jadas71"))["jadas71"] == SCORES


def test_two_baselines_on_one_day(make) -> None:
    problem = raised(
        make({**GOOD, "date": ["2020-01-01", "2020-01-01", "2020-03-01", "2020-01-01"]})
    )
    assert type(problem) is jia.errors.VisitError
    assert "baseline" in str(problem)
    assert "row 0 (patient A, date 2020-01-01)" in str(problem)
    assert "row 1 (patient A, date 2020-01-01)" in str(problem)
    assert problem.where == (
        "row 0 (patient A, date 2020-01-01)",
        "row 1 (patient A, date 2020-01-01)",
    )


def test_two_baselines_on_one_day_at_different_hours() -> None:
    times = ["2020-01-01 08:00", "2020-01-01 14:00", "2020-03-01 09:00", "2020-01-01 09:00"]
    hours = pd.to_datetime(times)
    assert type(raised(pd.DataFrame({**GOOD, "date": hours}))) is jia.errors.VisitError


def test_two_visits_on_a_later_day_are_no_baseline(make) -> None:
    visits = {**GOOD, "date": ["2020-01-01", "2020-03-01", "2020-03-01", "2020-01-01"]}
    assert_as_typed(jia.assess(make(visits), **ASK))


@pytest.mark.parametrize("flags", [[True, True, False, True], [1, 1, 0, 1], ["Y", "Y", None, "Y"]])
def test_two_flagged_baselines(make, flags) -> None:
    problem = raised(make({**GOOD, "ablfl": flags}), baseline=jia.flagged("ablfl"))
    assert type(problem) is jia.errors.VisitError
    assert "ablfl" in str(problem)
    assert "patient A" in str(problem)


@pytest.mark.parametrize("flags", [["Y", "maybe", None, None], [1, 2, 0, 0], [1.0, 0.5, 0.0, 0.0]])
def test_a_flag_that_is_neither_yes_nor_no(make, flags) -> None:
    problem = raised(make({**GOOD, "ablfl": flags}), baseline=jia.flagged("ablfl"))
    assert type(problem) is jia.errors.NotNumericError
    assert problem.variable == "ablfl"
    assert "row 1" in str(problem)


def test_a_first_dose_that_is_not_one_date(make) -> None:
    two = {**GOOD, "first_dose": ["2020-01-15", "2020-02-15", None, None]}
    problem = raised(make(two), baseline=jia.on_or_before("first_dose"))
    assert type(problem) is jia.errors.VisitError
    assert "first_dose" in str(problem)
    assert "A" in problem.values
    days = {**GOOD, "first_dose": [15, 15, 15, 15]}
    problem = raised(make(days), baseline=jia.on_or_before("first_dose"))
    assert "study days" in str(problem)
    text = {**GOOD, "first_dose": ["soon"] * 4}
    problem = raised(make(text), baseline=jia.on_or_before("first_dose"))
    assert "'soon' in 4 rows, first in row 0" in str(problem)


@pytest.mark.parametrize(
    ("dates", "doses"),
    [([0, 28, 56, 0], [28.5, 28.5, 28.5, 0]), ([0.0, 28.25, 56, 0], [29, 29, 29, 0])],
)
def test_study_days_may_be_whole_here_and_parts_of_days_there(make, dates, doses) -> None:
    visits = make({**GOOD, "date": dates, "dose": doses})
    call = {"measures": ["acr_ped"], "marker": "esr", "details": True}
    out = jia.assess(visits, baseline=jia.on_or_before("dose"), **call)
    assert columns_of(out)["acr_ped_baseline_date"] == [None, None, dates[1], None]


@pytest.mark.parametrize(
    "rule", [jia.flagged("nowhere"), jia.on_or_before("nowhere"), "earliest", "baseline", 7]
)
def test_a_baseline_that_cannot_be_found(make, rule) -> None:
    problem = raised(make(GOOD), baseline=rule)
    assert isinstance(problem, (jia.errors.ColumnError, jia.errors.RequestError))
    assert "nowhere" in str(problem) or "baseline" in str(problem)


def test_no_baseline_rule(make) -> None:
    assert "baseline=" in str(raised(make(GOOD), baseline=None))


def test_a_date_that_is_no_date(make) -> None:
    problem = raised(
        make({**GOOD, "date": ["2020-01-01", "03/04/2020", "2020-03-01", "2020-01-01"]})
    )
    assert type(problem) is jia.errors.VisitError
    assert problem.variable == "date"
    assert "'03/04/2020' in row 1" in str(problem)


def test_both_markers_and_none_chosen(make) -> None:
    visits = make({**GOOD, "crp": [60.0, 10.0, 5.0, 40.0]})
    problem = raised(visits)
    assert type(problem) is jia.errors.MarkerError
    assert "marker=" in str(problem)
    assert columns_of(jia.assess(visits, **ASK, marker="esr"))["jadas71"] == SCORES
    assert columns_of(jia.assess(visits, **ASK, marker="crp"))["jadas71"] == [46.0, 8.0, 4.0, 23.0]


def test_a_marker_that_is_not_there(make) -> None:
    assert "crp" in str(raised(make(GOOD), marker="crp"))
    assert "marker" in str(raised(make(GOOD), marker="ferritin"))


def test_both_ratings_and_none_chosen(make) -> None:
    visits = make({**GOOD, "parent_global": [7.0, 2.0, 1.0, 4.0]})
    problem = raised(visits)
    assert type(problem) is jia.errors.ColumnError
    assert "parent_global" in str(problem)
    chosen = {"columns": {"patient_global": "patient_global"}}
    assert_as_typed(jia.assess(visits, **ASK, **chosen))
    other = {"columns": {"patient_global": "parent_global"}}
    assert columns_of(jia.assess(visits, **ASK, **other))["jadas71"][0] == SCORES[0] + 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"columns": {"physician_globl": "chaq"}}, ["physician_globl", "physician_global"]),
        ({"columns": {"physician_global": "phga"}}, ["phga", "physician_global"]),
        ({"columns": {"chaq": "esr", "limited_joints": "esr"}}, ["esr", "chaq", "limited_joints"]),
        ({"units": {"phga": "mm"}}, ["phga", "units="]),
        ({"units": {"physician_global": "inch"}}, ["inch", "mm"]),
        ({"units": {"active_joints": "mm"}}, ["active_joints", "mm"]),
        ({"columns": "physician_global"}, ["columns="]),
        ({"units": ["mm"]}, ["units="]),
    ],
)
def test_columns_and_units_that_name_what_does_not_exist(make, given, said) -> None:
    problem = raised(make(GOOD), **given)
    assert type(problem) is jia.errors.ColumnError
    for words in said:
        assert words in str(problem)


def test_a_column_that_is_read_as_two_variables(make) -> None:
    problem = raised(make(GOOD), columns={"physician_global": "patient_global"})
    assert type(problem) is jia.errors.ColumnError
    assert "'patient_global' to physician_global" in str(problem)
    other = make({**without("crp"), "cc": [0.5] * 4})
    swapped = {"chaq": "cc", "esr": "chaq"}
    assert columns_of(jia.assess(other, **ASK, columns=swapped))["jadas71"][0] == 41.0


def test_a_column_given_to_another_variable_is_no_marker(make) -> None:
    out = columns_of(jia.assess(make(GOOD), **ASK, columns={"crp": "esr"}))
    assert out["jadas71"] == [44.0, 9.0, 4.2, 22.6]


def test_a_column_in_the_way_of_an_answer(make) -> None:
    visits = make({**GOOD, "jadas71": [0.0] * 4})
    problem = raised(visits)
    assert type(problem) is jia.errors.ColumnError
    assert "'jadas71'" in str(problem)
    assert "prefix=" in str(problem)
    out = columns_of(jia.assess(visits, **ASK, prefix="my_"))
    assert out["jadas71"] == [0.0] * 4
    assert out["my_jadas71"] == SCORES
    assert out["my_acr_ped_level"] == LEVELS


def test_the_same_asked_twice(make) -> None:
    assert "jadas71" in str(raised(make(GOOD), measures=["jadas71", "jadas71"]))


def test_columns_of_the_same_name() -> None:
    visits = pd.DataFrame(GOOD)
    visits.insert(0, "esr", 1, allow_duplicates=True)
    assert "esr" in str(raised(visits))
    table = pa.table(GOOD)
    assert "esr" in str(raised(table.append_column("esr", table["esr"])))


@pytest.mark.parametrize("measures", [[], [None], ["jadas12"], ["state"], ["flare"], 7])
def test_requests_that_cannot_be_understood(make, measures) -> None:
    assert isinstance(raised(make(GOOD), measures=measures), jia.errors.RequestError)


def test_components_are_asked_for_by_yes_or_no(make) -> None:
    problem = raised(make(GOOD), measures=["jadas71:components=perhaps"])
    assert "components='perhaps': give True or False" in str(problem)
    with pytest.raises(jia.errors.RequestError, match="components='yes': give True or False"):
        attrs.evolve(jia.ask.score("jadas71"), components="yes")


@pytest.mark.parametrize(
    "visits", [None, 7, "visits.csv", [1, 2], GOOD, np.zeros((3, 3)), pd.Series([1])]
)
def test_what_is_no_table(visits) -> None:
    problem = raised(visits)
    assert type(problem) is jia.errors.RequestError
    given = "None" if visits is None else type(visits).__name__
    assert given in str(problem)


# ------------------------------------------------------------------------------ odd and right


def test_an_empty_table_gets_its_columns(make) -> None:
    visits = make(GOOD)
    empty = visits.slice(0, 0) if isinstance(visits, pa.Table) else visits.head(0)
    out = jia.assess(empty, **ASK)
    assert type(out) is type(visits)
    assert columns_of(out) == {name: [] for name in columns_of(jia.assess(visits, **ASK))}


def test_an_empty_table_has_the_same_types() -> None:
    visits = pl.DataFrame(GOOD)
    assert jia.assess(visits.head(0), **ASK).schema == jia.assess(visits, **ASK).schema
    table = pa.table(GOOD)
    assert jia.assess(table.slice(0, 0), **ASK).schema == jia.assess(table, **ASK).schema


def test_one_row(make) -> None:
    out = columns_of(jia.assess(make({name: values[:1] for name, values in GOOD.items()}), **ASK))
    assert out["jadas71"] == SCORES[:1]
    assert out["acr_ped_level"] == [None]


INDEXES = {
    "duplicates": [5, 5, 5, 5],
    "text": list("wxyz"),
    "backwards": [3, 2, 1, 0],
    "pairs": pd.MultiIndex.from_tuples([("A", 1), ("A", 2), ("A", 3), ("B", 1)]),
    "dates": pd.to_datetime(GOOD["date"]),
    "gaps": [None, None, 1.0, 2.0],
}


@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
def test_odd_indexes_are_kept(index) -> None:
    visits = pd.DataFrame(GOOD)
    visits.index = pd.Index(index) if isinstance(index, list) else index
    out = jia.assess(visits, **ASK)
    assert_as_typed(out)
    pd.testing.assert_index_equal(out.index, visits.index)
    visits["physician_global"] = [6.0, 62.0, 1.0, 4.0]
    assert f"row {visits.index[1]} (patient A" in str(raised(visits))


IDS = {
    "int": [1, 1, 1, 2],
    "negative": [-1, -1, -1, 0],
    "float": [1.0, 1.0, 1.0, 2.0],
    "text": list("AAAB"),
    "bool": [True, True, True, False],
    "decimal": [Decimal(1)] * 3 + [Decimal(2)],
    "date": [dt.date(2010, 1, 1)] * 3 + [dt.date(2011, 1, 1)],
}


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS)
def test_ids_of_any_kind(make, ids) -> None:
    assert_as_typed(jia.assess(make({**GOOD, "patient": ids}), **ASK))
    problem = raised(make({**GOOD, "patient": [ids[0], None, *ids[2:]]}))
    assert type(problem) is jia.errors.VisitError
    assert "row 1" in str(problem)


def made(visits):
    """Return the table; what Polars would compute with threads waits until a test asks for it."""
    return visits() if callable(visits) else visits


ID_COLUMNS = {
    "pandas categorical": pd.DataFrame({**GOOD, "patient": pd.Categorical(list("AAAB"), list("ZBA"))}),
    "pandas objects": pd.DataFrame({**GOOD, "patient": pd.Series(["A", "A", "A", 1], dtype=object)}),
    "pandas string": pd.DataFrame(GOOD).astype({"patient": "string"}),
    "pandas arrow": pd.DataFrame(GOOD).astype({"patient": pd.ArrowDtype(pa.string())}),
    "pandas nullable": pd.DataFrame({**GOOD, "patient": pd.array([1, 1, 1, 2], dtype="Int64")}),
    "polars categorical": partial(pl.DataFrame(GOOD).cast, {"patient": pl.Categorical}),
    "polars enum": partial(pl.DataFrame(GOOD).cast, {"patient": pl.Enum(["Z", "B", "A"])}),
    "arrow dictionary": pa.table({**GOOD, "patient": pa.array(list("AAAB")).dictionary_encode()}),
    "arrow large": pa.table({**GOOD, "patient": pa.array(list("AAAB"), pa.large_string())}),
    "arrow chunks": pa.concat_tables([pa.table(GOOD).slice(0, 2), pa.table(GOOD).slice(2)]),
    "arrow word twice": pa.table(
        {**GOOD, "patient": pa.DictionaryArray.from_arrays(pa.array([0, 1, 0, 2]), ["A", "A", "B"])}
    ),
}  # fmt: skip


@pytest.mark.parametrize("visits", ID_COLUMNS.values(), ids=ID_COLUMNS)
def test_id_columns_of_any_type(visits) -> None:
    assert_as_typed(jia.assess(made(visits), **ASK))


DAYS = [dt.date.fromisoformat(day) for day in GOOD["date"]]
NOONS = [dt.datetime.combine(day, dt.time(12)) for day in DAYS]
# Late in the day in New York it is the next day in London; the date on the wall counts.
ZONED = pd.DatetimeIndex([f"{day} 23:30" for day in DAYS]).tz_localize("America/New_York")
DATES = {
    "date objects": pd.DataFrame({**GOOD, "date": pd.Series(DAYS, dtype=object)}),
    "datetime objects": pd.DataFrame({**GOOD, "date": pd.Series(NOONS, dtype=object)}),
    "timestamps": pd.DataFrame({**GOOD, "date": pd.to_datetime(NOONS)}),
    "seconds": pd.DataFrame({**GOOD, "date": np.array(NOONS, dtype="datetime64[s]")}),
    "zoned": pd.DataFrame({**GOOD, "date": ZONED}),
    "study days": pd.DataFrame({**GOOD, "date": [0, 31, 60, -5]}),
    "study days with nullable": pd.DataFrame({**GOOD, "date": pd.array([0, 31, 60, -5], "Int64")}),
    "half days": pd.DataFrame({**GOOD, "date": [0.0, 31.5, 60.0, -5.25]}),
    "pandas arrow date": pd.DataFrame({**GOOD, "date": pd.array(DAYS, pd.ArrowDtype(pa.date32()))}),
    "pandas arrow time": pd.DataFrame(
        {**GOOD, "date": pd.array(NOONS, pd.ArrowDtype(pa.timestamp("us")))}
    ),
    "polars dates": partial(pl.DataFrame, {**GOOD, "date": DAYS}),
    "polars times": partial(pl.DataFrame, {**GOOD, "date": NOONS}),
    "polars zoned": partial(
        pl.DataFrame,
        {**GOOD, "date": NOONS},
        schema_overrides={"date": pl.Datetime("us", "Asia/Tokyo")},
    ),
    "polars days": partial(pl.DataFrame, {**GOOD, "date": [0, 31, 60, -5]}),
    "arrow dates": pa.table({**GOOD, "date": DAYS}),
    "arrow 64": pa.table({**GOOD, "date": pa.array(DAYS, pa.date64())}),
    "arrow times": pa.table({**GOOD, "date": pa.array(NOONS, pa.timestamp("ns"))}),
    "arrow zoned": pa.table({**GOOD, "date": pa.array(ZONED)}),
}  # fmt: skip


@pytest.mark.parametrize("visits", DATES.values(), ids=DATES)
def test_dates_of_any_kind(visits) -> None:
    assert_as_typed(jia.assess(made(visits), **ASK))


def test_the_date_on_the_wall_counts() -> None:
    """23:30 in New York on the day of the first dose is on that day, though not in London."""
    dose = {"first_dose": ["2020-02-01"] * 3 + ["2020-01-01"]}
    for visits in (
        pd.DataFrame({**GOOD, "date": ZONED, **dose}),
        pl.from_pandas(pd.DataFrame({**GOOD, "date": ZONED, **dose})),
        pa.table({**GOOD, "date": pa.array(ZONED), **dose}),
    ):
        out = jia.assess(visits, measures="acr_ped", baseline=jia.on_or_before("first_dose"))
        assert columns_of(out)["acr_ped_level"] == [None, None, 50, None]


NUMBERS = ["physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr"]


def decimals(values):
    return [Decimal(str(value)) for value in values]


TYPES = {
    "nullable": pd.DataFrame(GOOD).convert_dtypes(),
    "Float64": pd.DataFrame(GOOD).astype(dict.fromkeys(NUMBERS, "Float64")),
    "float32": pd.DataFrame(GOOD).astype(dict.fromkeys(NUMBERS, "float32")),
    "arrow": pd.DataFrame(GOOD).convert_dtypes(dtype_backend="pyarrow"),
    "arrow float32": pd.DataFrame(GOOD).astype(
        dict.fromkeys(NUMBERS, pd.ArrowDtype(pa.float32()))
    ),
    "arrow decimals": pd.DataFrame(
        {
            **GOOD,
            **{
                name: pd.array(decimals(GOOD[name]), pd.ArrowDtype(pa.decimal128(10, 3)))
                for name in NUMBERS
            },
        }
    ),
    "objects": pd.DataFrame(GOOD).astype(dict.fromkeys(NUMBERS, object)),
    "decimals": pd.DataFrame({**GOOD, **{name: decimals(GOOD[name]) for name in NUMBERS}}),
    "small ints": pd.DataFrame(GOOD).astype({"active_joints": "uint8", "limited_joints": "int8"}),
    "polars float32": partial(pl.DataFrame(GOOD).cast, dict.fromkeys(NUMBERS, pl.Float32)),
    "polars decimals": partial(pl.DataFrame(GOOD).cast, dict.fromkeys(NUMBERS, pl.Decimal(10, 3))),
    "polars small": partial(pl.DataFrame(GOOD).cast, {"active_joints": pl.UInt8, "esr": pl.Int16}),
    "pyarrow decimals": pa.table(
        {**GOOD, **{name: pa.array(decimals(GOOD[name]), pa.decimal128(10, 3)) for name in NUMBERS}}
    ),
    "pyarrow float32": pa.table(
        {**GOOD, **{name: pa.array(GOOD[name], pa.float32()) for name in NUMBERS}}
    ),
    "pyarrow small": pa.table({**GOOD, "active_joints": pa.array([30, 4, 2, 12], pa.uint8())}),
}  # fmt: skip


@pytest.mark.parametrize("visits", TYPES.values(), ids=TYPES)
def test_numbers_of_any_type(visits) -> None:
    assert_as_typed(jia.assess(made(visits), **ASK))


NOTHING = {
    "pandas none": pd.DataFrame({**GOOD, "esr": [None] * 4}),
    "pandas nan": pd.DataFrame({**GOOD, "esr": [np.nan] * 4}),
    "pandas NA": pd.DataFrame({**GOOD, "esr": pd.array([pd.NA] * 4, dtype="Int64")}),
    "pandas NaT": pd.DataFrame({**GOOD, "esr": pd.Series([pd.NaT] * 4, dtype=object)}),
    "pandas arrow": pd.DataFrame({**GOOD, "esr": pd.array([None] * 4, pd.ArrowDtype(pa.int64()))}),
    "pandas arrow null": pd.DataFrame(
        {**GOOD, "esr": pd.array([None] * 4, pd.ArrowDtype(pa.null()))}
    ),
    "polars null": partial(pl.DataFrame, {**GOOD, "esr": [None] * 4}),
    "polars text": partial(pl.DataFrame, {**GOOD, "esr": pl.Series([None] * 4, dtype=pl.String)}),
    "polars nan": partial(pl.DataFrame, {**GOOD, "esr": [float("nan")] * 4}),
    "arrow null": pa.table({**GOOD, "esr": pa.nulls(4)}),
    "arrow text": pa.table({**GOOD, "esr": pa.nulls(4, pa.string())}),
}


@pytest.mark.parametrize("visits", NOTHING.values(), ids=NOTHING)
def test_gaps_of_any_kind(visits) -> None:
    out = columns_of(jia.assess(made(visits), **ASK))
    assert [None if value != value else value for value in out["jadas71"]] == [None] * 4
    assert out["acr_ped_level_max"] == [None, 50, 70, None]


# ------------------------------------------------------------------------ nothing is changed


@pytest.mark.parametrize("ask", [ASK, {"measures": ["jadas71"]}], ids=["columns", "a column"])
@pytest.mark.parametrize("invalid", ["raise", "missing"])
def test_the_callers_table_is_never_changed(make, invalid, ask) -> None:
    for changed in (
        {},
        {"physician_global": [6.0, 62.0, 1.0, 4.0]},
        {"esr": ["40", "< 5", "", "1"]},
    ):
        visits = make({**GOOD, **changed})
        before = columns_of(visits)
        try:
            out = jia.assess(visits, **ask, invalid=invalid)
        except jia.JiaScoresError:
            assert invalid == "raise"
            assert changed
        else:
            assert out is not visits
        assert columns_of(visits) == before
        jia.check(visits, baseline="first")
        assert columns_of(visits) == before


def test_writing_into_the_answer_does_not_reach_the_callers_table() -> None:
    visits = pd.DataFrame(GOOD)
    out = jia.assess(visits, **ASK)
    out.loc[0, "physician_global"] = 9.9
    assert visits.loc[0, "physician_global"] == 6.0


def test_change_of_rater(make) -> None:
    visits = {
        "patient": list("AAAABBB"),
        "date": [f"2020-0{month}-01" for month in (1, 2, 3, 4, 1, 2, 3)],
        **{name: [2.0] * 7 for name in NUMBERS},
        "patient_global_rater": ["parent", "Parent", "patient", None, None, "parent", "parent"],
    }
    out = columns_of(jia.assess(make(visits), **ASK))
    assert out["rater_changed"] == [None, False, True, None, None, None, None]
    assert "rater_changed" not in columns_of(jia.assess(make(visits), measures="jadas71"))
    plain = {name: values for name, values in visits.items() if name != "patient_global_rater"}
    assert "rater_changed" not in columns_of(jia.assess(make(plain), **ASK))
    mapped = {**plain, "who": visits["patient_global_rater"]}
    out = jia.assess(make(mapped), **ASK, columns={"patient_global_rater": "who"})
    assert columns_of(out)["rater_changed"] == [None, False, True, None, None, None, None]


@pytest.mark.parametrize(
    "ask", [partial(jia.ask.horneff_improvement, within=(0, 90)), jia.ask.bulatovic_change]
)
def test_change_of_rater_where_scores_are_compared(make, ask) -> None:
    visits = {
        "patient": list("AAA"),
        "date": [f"2020-0{month}-01" for month in (1, 2, 3)],
        **{name: [2.0] * 3 for name in NUMBERS},
        "active_joints_27": [2] * 3,
        "patient_global_rater": ["parent", "parent", "patient"],
    }
    asked = {"measures": [ask()], "baseline": "first", "marker": "esr"}
    assert columns_of(jia.assess(make(visits), **asked))["rater_changed"] == [None, False, True]
    asked["measures"] = [jia.ask.chaq_change(difference="brunner-2005")]
    assert "rater_changed" not in columns_of(jia.assess(make(visits), **asked))


def test_change_of_rater_since_the_reference_of_a_flare(make) -> None:
    visits = {
        "patient": list("AAA"),
        "date": [f"2020-0{month}-01" for month in (1, 2, 3)],
        **{name: [2.0] * 3 for name in NUMBERS},
        "patient_global_rater": ["parent", "patient", "patient"],
        "from": [False, True, False],
    }
    request = jia.ask.flare(criteria="prcsg-printo", reference=jia.flagged("from"))
    out = columns_of(jia.assess(make(visits), measures=[request]))
    assert out["rater_changed"] == [None, None, False]
    both = columns_of(jia.assess(make(visits), measures=[request, "acr_ped"], baseline="first"))
    assert both["rater_changed"] == [None, True, True]


# ---------------------------------------------------------------------- what nobody would give


LISTS = {
    "pandas": pd.DataFrame({**GOOD, "esr": [[40], [20], [12], [36]]}),
    "polars": partial(pl.DataFrame, {**GOOD, "esr": [[40], [20], [12], [36]]}),
    "pyarrow": pa.table({**GOOD, "esr": [[40], [20], [12], [36]]}),
    "polars structures": partial(pl.DataFrame, {**GOOD, "esr": [{"value": 40}] * 4}),
    "durations": pd.DataFrame({**GOOD, "esr": pd.to_timedelta([1, 2, 3, 4], "D")}),
    "complex": pd.DataFrame({**GOOD, "esr": [1j, 2, 3, 4]}),
    "periods": pd.DataFrame({**GOOD, "esr": pd.PeriodIndex(GOOD["date"], freq="D")}),
}


@pytest.mark.parametrize("visits", LISTS.values(), ids=LISTS)
def test_a_column_of_things_that_are_no_numbers(visits) -> None:
    visits = made(visits)
    problem = raised(visits)
    assert type(problem) is jia.errors.NotNumericError
    assert problem.variable == "esr"
    assert "'esr'" in str(problem)
    out = columns_of(jia.assess(visits, measures="jadas71", invalid="missing"))
    assert [value for value in out["jadas71"] if value is not None] == []
    assert any(one == "refused" for one in columns_of(jia.check(visits))["finding"])


@pytest.mark.parametrize("ids", [[["A"], ["A"], ["A"], ["B"]], [{"id": 1}] * 4])
def test_ids_that_are_lists_or_structures(make, ids) -> None:
    visits = make({**GOOD, "patient": ids})
    problem = raised(visits)
    assert type(problem) is jia.errors.VisitError
    assert "'patient'" in str(problem)
    assert columns_of(jia.check(visits))["variable"] == ["patient"]


def test_an_upper_limit_that_is_none(make) -> None:
    def asked(limit, **given):
        visits = make({**GOOD, "crp": [60.0, 10.0, 5.0, 40.0], "limit": [20.0] * 4})
        return raised(visits, measures=[jia.ask.acr_ped(upper_limit=limit)], **given)

    for limit, error in (("20", jia.errors.NotNumericError), (-20, jia.errors.OutOfRangeError)):
        with pytest.raises(error, match=f"^upper_limit = {limit!r}") as caught:
            jia.ask.acr_ped(upper_limit=limit)
        assert caught.value.variable == "upper_limit"
    assert type(asked(jia.column("nowhere"), marker="esr")) is jia.errors.ColumnError
    # One number is a limit of ESR or of CRP; a column can say the right one in each row.
    assert "upper_limit=" in str(asked(20, marker="esr-else-crp"))


@pytest.mark.parametrize(
    "given",
    [
        {"marker": ["esr"]},
        {"prefix": None},
        {"invalid": ["missing"]},
        {"baseline": ["first"]},
        {"baseline": jia.flagged(3)},
        {"baseline": jia.column("ablfl")},
        {"columns": {"physician_global": ["a"]}},
        {"columns": {("a",): "a"}},
        {"columns": {3: "chaq"}},
        {"units": {"physician_global": ["mm"]}},
        {"units": {3: "mm"}},
    ],
)
def test_parameters_of_another_kind(make, given) -> None:
    (parameter,) = given
    problem = raised(make(GOOD), **given)
    assert isinstance(problem, (jia.errors.ColumnError, jia.errors.RequestError))
    assert parameter in str(problem) or "3" in str(problem)


def test_columns_called_by_numbers() -> None:
    visits = pd.DataFrame(GOOD).rename(columns={"physician_global": 3})
    assert_as_typed(jia.assess(visits, **ASK, columns={"physician_global": 3}))
    assert "physician_global" in str(raised(visits))
    assert [*jia.check(visits)["variable"]] == ["physician_global"]
