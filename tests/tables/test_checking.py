"""`check`: what a registry's data manager wants to be told about a table, by every kind of frame."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import jiascores as jia


def polars(columns: dict) -> pl.DataFrame:
    return pl.DataFrame(columns, strict=False)


def pyarrow(columns: dict) -> pa.Table:
    # Arrow has no column of mixed things; what is mixed is text there.
    mixed = {
        name: [None if value is None else str(value) for value in values]
        for name, values in columns.items()
        if any(isinstance(value, str) for value in values)
    }
    return pa.table(columns | mixed)


MAKERS = {"pandas": pd.DataFrame, "polars": polars, "pyarrow": pyarrow}


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


GOOD = {
    "patient": ["A", "A", "A", "B"],
    "date": ["2020-01-01", "2020-02-01", "2020-03-01", "2020-01-01"],
    "physician_global": [6.0, 2.5, 1.0, 4.5],
    "patient_global": [5.0, 2.0, 1.5, 4.0],
    "chaq": [1.5, 0.75, 0.5, 1.0],
    "active_joints": [30, 4, 2, 12],
    "limited_joints": [10, 6, 2, 8],
    "esr": [40, 20, 12, 36],
}
COLUMNS = [
    "finding", "reason", "variable", "column", "row", "patient", "date", "value", "message",
]  # fmt: skip


def rows(frame) -> list[dict]:
    if isinstance(frame, pd.DataFrame):
        frame = frame.astype(object).where(frame.notna(), None)
        return frame.to_dict("records")
    return frame.to_dicts() if isinstance(frame, pl.DataFrame) else frame.to_pylist()


def find(visits, **given) -> list[tuple]:
    found = rows(jia.check(visits, **given))
    return [(one["finding"], one["variable"], one["row"], one["value"]) for one in found]


def changed(**columns) -> dict:
    return {**GOOD, **columns}


def test_a_table_without_faults_gives_no_rows_and_all_columns(make) -> None:
    out = jia.check(make(GOOD), baseline="first", marker="esr")
    assert rows(out) == []
    assert (
        list(out.columns if hasattr(out, "iloc") or hasattr(out, "height") else out.schema.names)
        == COLUMNS
    )
    assert type(out) is type(make(GOOD))


# What is changed in the good table, and what must be found in it: finding, variable, row, value.
WRONG = [
    # Refused
    ({"physician_global": [62, 2, 1, 4]}, ("refused", "physician_global", 0, "62")),
    ({"physician_global": [-1, 2, 1, 4]}, ("refused", "physician_global", 0, "-1")),
    ({"chaq": [1.5, 3.1, 0.5, 1.0]}, ("refused", "chaq", 1, "3.1")),
    ({"active_joints": [72, 4, 2, 12]}, ("refused", "active_joints", 0, "72")),
    ({"active_joints": [30, 3.5, 2, 12]}, ("refused", "active_joints", 1, "3.5")),
    ({"esr": [40, -20, 12, 36]}, ("refused", "esr", 1, "-20")),
    ({"esr": [40.0, float("inf"), 12.0, 36.0]}, ("refused", "esr", 1, "inf")),
    ({"esr": ["40", "< 5", "12", None]}, ("refused", "esr", 1, "< 5")),
    ({"esr": ["40", "20", "12", "36"]}, ("refused", "esr", 0, "40")),
    ({"esr": ["40", "620,5", "12", None]}, ("refused", "esr", 1, "620,5")),
    ({"physician_global": ["62", "2", "1", "4"]}, ("refused", "physician_global", 0, "62")),
    ({"chaq": [True, False, True, True]}, ("refused", "chaq", 0, "True")),
    ({"active_joints_27": [5, 5, 2, 9]}, ("refused", "active_joints", 1, "4 of 71, 5 of 27")),
    ({"active_joints": [60, 4, 2, 12], "active_joints_27": [15, 4, 2, 9]},
     ("refused", "active_joints", 0, "60 of 71, 15 of 27")),
    ({"date": ["2020-01-01", "01.02.2020", "2020-03-01", "2020-01-01"]},
     ("refused", "date", 1, "01.02.2020")),
    ({"date": [20200101, 20200201, 20200301, 20200101]}, ("refused", "date", 0, "20200101")),
    ({"date": ["2020-01-01", "2020-01-01", "2020-03-01", "2020-01-01"]},
     ("refused", "date", 1, None)),
    ({"parent_global": [5.0, 2.0, 1.5, 4.0]}, ("refused", "patient_global", None, None)),
    # Suspicious
    ({"physician_global": [62, 25, 10, 45]}, ("suspicious", "physician_global", None, "3")),
    ({"esr": [0, 0, 0, 0]}, ("suspicious", "esr", None, "4")),
    ({"esr": [40, 20, 12, 999]}, ("suspicious", "esr", 3, "999")),
    ({"crp": [0.1, 20.0, 0.5, 501.0]}, ("suspicious", "crp", 3, "501")),
    ({"crp_upper_limit": [1.0, 1.0, 5.0, 5.0]}, ("suspicious", "crp_upper_limit", None, "2")),
    ({"fibrinogen": [4.0, 300, 350, 300]}, ("suspicious", "fibrinogen", None, "1")),
    ({"active_joints_27": [30, 4, 2, 12], "active_joints": [30, 4, 2, 12]},
     ("refused", "active_joints_27", 0, "30")),
    ({"active_joints_27": [None, 4, 2, 12]}, ("suspicious", "active_joints", None, "3")),
    ({"date": ["2020-01-01", "2020-03-01", "2020-03-01", "2020-01-01"]},
     ("suspicious", "date", 2, None)),
    ({"date": ["2020-01-01", "1900-01-01", "2020-03-01", "2020-01-01"]},
     ("suspicious", "date", 1, "1900")),
    ({"date": ["1980-01-01", "2020-02-01", "1980-03-01", "2020-01-01"]},
     ("suspicious", "date", 1, None)),
    ({"date": [43831, 43862, 43891, 43831]}, ("suspicious", "date", None, "4")),
    ({"patient": ["A", "a ", "A", "B"]}, ("suspicious", "patient", None, None)),
    ({"patient_global_rater": ["parent", "Parent", "patient", None]},
     ("suspicious", "patient_global_rater", 2, "patient")),
    ({"patient_global_rater": ["parent", "mother", None, None]},
     ("suspicious", "patient_global_rater", None, "1")),
    # Missing
    ({"patient": ["A", None, "A", "B"]}, ("missing", "patient", 1, None)),
    ({"date": ["2020-01-01", None, "2020-03-01", "2020-01-01"]}, ("missing", "date", 1, None)),
    ({"chaq": [1.5, None, None, 1.0]}, ("missing", "chaq", None, "2")),
    ({"chaq": [1.5, None, None, 1.0]}, ("missing", "chaq", 2, None)),
    ({"chaq": [None, None, None, None]}, ("missing", "chaq", None, "4")),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "finding"), WRONG)
def test_what_is_found(make, columns, finding) -> None:
    assert finding not in find(make(GOOD), baseline="first")
    assert finding in find(make(changed(**columns)), baseline="first")


@pytest.mark.parametrize(
    ("often", "most", "suspicious"), [(10, 27, True), (9, 27, False), (10, 28, False)]
)
def test_a_count_that_ends_at_27_is_suspicious_where_it_is_often_near(
    make, often, most, suspicious
) -> None:
    many = {name: values * 5 for name, values in GOOD.items()}
    many["patient"] = [f"child {number}" for number in range(20)]
    many["active_joints"] = [most, *[20] * (often - 1), *range(20 - often)]
    finding = ("suspicious", "active_joints", None, "20")
    assert (finding in find(make(many))) == suspicious


@pytest.mark.parametrize("name", ["patient", "date", "chaq", "physician_global", "esr"])
def test_a_variable_that_the_table_does_not_have_is_one_row(make, name) -> None:
    visits = {column: values for column, values in GOOD.items() if column != name}
    assert find(make(visits), baseline="first") == [("missing", name, None, None)]


def test_units(make) -> None:
    mm = {"physician_global": [60, 25, 10, 45], "patient_global": [6.0, 2.0, 1.0, 4.0]}
    units = {"physician_global": "mm", "patient_global": "mm"}
    visits = make(changed(**mm))
    assert find(visits, units=units) == []
    many = make(
        {name: values * 5 for name, values in changed(**mm).items()} | {"patient": [*range(20)]}
    )
    assert find(many, units=units) == [("suspicious", "patient_global", None, "20")]
    crp = make({**GOOD, "crp": [0.1, 0.2, 0.5, 12.0]})
    assert find(crp, units={"crp": "mg/dL"}, marker="crp") == []
    assert find(
        make({**GOOD, "crp": [60.0, 2.0, 5.0, 12.0]}), units={"crp": "mg/dL"}, marker="crp"
    ) == [("suspicious", "crp", 0, "60")]


def test_the_value_is_as_it_stands_and_the_row_and_patient_too() -> None:
    visits = pd.DataFrame(changed(physician_global=[60, 25, 130, 45]))
    visits.index = pd.Index(["w", "x", "y", "z"])
    visits["patient"] = [7, 7, 7, 8]
    visits["date"] = pd.to_datetime(visits["date"])
    found = jia.check(visits, units={"physician_global": "mm"})
    assert found[COLUMNS[:-1]].iloc[0].tolist() == [
        "refused", "out-of-range", "physician_global", "physician_global", "y", 7,
        pd.Timestamp("2020-03-01"), "130",
    ]  # fmt: skip
    assert found["message"][0].startswith("Read as mm: out of range.")


def test_baseline_rules(make) -> None:
    flags = {"ablfl": ["Y", "Y", None, None]}
    found = find(make({**GOOD, **flags}), baseline=jia.flagged("ablfl"))
    assert found == [
        ("refused", "date", 0, None),
        ("refused", "date", 1, None),
        ("suspicious", "date", None, None),
    ]
    late = {"ablfl": [False, True, False, True]}
    found = find(make({**GOOD, **late}), baseline=jia.flagged("ablfl"))
    assert found == [("suspicious", "date", 0, None)]
    dose = {"first_dose": ["2020-02-15", "2020-02-15", "2020-02-15", "2019-12-31"]}
    found = rows(jia.check(make({**GOOD, **dose}), baseline=jia.on_or_before("first_dose")))
    assert [(one["variable"], one["row"], one["patient"]) for one in found] == [
        ("date", None, "B"),
        ("date", 0, "A"),
    ]
    unclear = {"first_dose": ["2020-02-15", "2020-02-16", None, "soon"]}
    found = rows(jia.check(make({**GOOD, **unclear}), baseline=jia.on_or_before("first_dose")))
    refused = [one for one in found if one["finding"] == "refused"]
    assert [
        (one["reason"], one["variable"], one["column"], one["row"], one["value"]) for one in refused
    ] == [
        ("unread-date", "first_dose", "first_dose", 3, "soon"),
        ("several-dates", "first_dose", "first_dose", None, None),
    ]


def test_a_row_without_patient_or_date_is_nobodys_baseline(make) -> None:
    visits = changed(patient=[None, "A", "A", "B"], chaq=[1.5, None, 1.0, 1.0])
    found = rows(jia.check(make(visits), baseline="first"))
    assert [(one["finding"], one["variable"], one["row"]) for one in found] == [
        ("missing", "patient", 0),
        ("missing", "chaq", None),
        ("missing", "chaq", 1),
    ]
    assert "baseline" in found[-1]["message"]


def test_only_names_of_what_does_not_exist_raise(make) -> None:
    visits = make(GOOD)
    for wrong in (
        {"columns": {"physician_globl": "chaq"}},
        {"columns": {"physician_global": "phga"}},
        {"units": {"phga": "mm"}},
        {"units": {"physician_global": "inch"}},
        {"baseline": jia.flagged("ablfl")},
        {"baseline": jia.on_or_before("first_dose")},
    ):
        with pytest.raises(jia.errors.ColumnError):
            jia.check(visits, **wrong)
    for wrong in ({"marker": "ferritin"}, {"baseline": "earliest"}):
        with pytest.raises(jia.errors.RequestError):
            jia.check(visits, **wrong)
    with pytest.raises(jia.errors.RequestError):
        jia.check([1, 2])


def test_what_check_refuses_assess_refuses(make) -> None:
    """For values: a table in which nothing is refused is assessed, any other is not."""
    ask = {"measures": ["jadas71", "cjadas27", "acr_ped"], "baseline": "first", "marker": "esr"}
    good = {**GOOD, "active_joints_27": [20, 4, 2, 12]}
    jia.assess(make(good), **ask)
    for columns, (finding, variable, _, _) in WRONG:
        if "active_joints_27" in columns and columns["active_joints_27"][0] is None:
            continue
        visits = make({**good, **columns})
        found = rows(jia.check(visits, **ask))
        gap = finding == "missing" and variable in ("patient", "date")
        if gap or any(one["finding"] == "refused" for one in found):
            with pytest.raises(jia.JiaScoresError) as raised:
                jia.assess(visits, **ask)
            assert raised.value.reason in [one["reason"] for one in found]
        else:
            jia.assess(visits, **ask)


def test_an_empty_table(make) -> None:
    empty = jia.check(make(GOOD).head(0) if make is not pyarrow else make(GOOD).slice(0, 0))
    assert rows(empty) == []


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_many_visits(kind) -> None:
    random = np.random.default_rng(1)
    size = 100_000
    expected = random.integers(0, 100, size).astype(float)
    expected[::50] = np.nan
    visits = pd.DataFrame(
        {
            "patient": random.integers(0, 10_000, size).astype(str),
            "date": random.integers(0, 5_000, size),
            "physician_global": expected,
        }
    )
    frame = {"pandas": visits, "polars": pl.from_pandas(visits), "pyarrow": pa.table(visits)}[kind]
    found = pd.DataFrame(rows(jia.check(frame)))
    cells = found[found["row"].notna() & (found["variable"] == "physician_global")]
    for finding, where in (("missing", np.isnan(expected)), ("refused", expected > 10)):
        assert [*cells["row"][cells["finding"] == finding]] == [*np.flatnonzero(where)]


def test_a_column_of_lists_beside_a_measured_one_is_named_as_no_number(make) -> None:
    visits = make(changed(active_joints_27=[[1], [2], [3], [4]]))
    found = rows(jia.check(visits, measures=["jadas71"], marker="esr"))
    assert {(one["variable"], one["reason"]) for one in found if one["finding"] != "missing"} == {
        ("active_joints_27", "not-a-number")
    }


def test_groups_that_are_numbers_and_texts_are_in_order_as_texts() -> None:
    visits = pd.DataFrame(changed(esr=[-1, 20, -1, -1], site=["b", "b", 10, 9]))
    found = jia.check(visits, measures=["jadas71"], by=jia.column("site"))
    assert list(found["site"]) == [10, 9, "b"]


def test_a_column_of_remarks_is_no_group_of_patients() -> None:
    sites = ["x", "y"] * 75
    table = pd.DataFrame(
        {
            "patient": [f"p{place}" for place in range(150)],
            "date": 0,
            "physician_global": [0.4 if site == "x" else 5.0 for site in sites],
            "remark": [f"seen at {place}" for place in range(150)],
            "site": sites,
        }
    )
    found = jia.check(table)
    said = found["message"][found["message"].str.startswith("Medians")].tolist()
    assert len(said) == 1
    assert said[0].startswith("Medians from 0.4 to 5 between groups of 'site'")
