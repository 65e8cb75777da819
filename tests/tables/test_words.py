"""Names and words that tables bring: in messages, in what comes back, and in columns of other kinds."""

from __future__ import annotations

import datetime as dt
import sys
from functools import partial

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import jiascores as jia
from jiascores.core.variables import VARIABLES
from jiascores.tables.engines import _in_pieces
from jiascores.tables.numbers import number_of
from jiascores.tables.problems import thousands
from tests.eager import MAKERS, columns_of

VISITS = {
    "patient": ["A", "A", "B", "B"],
    "date": ["2024-01-10", "2024-04-10", "2024-02-01", "2024-05-01"],
    "physician_global": [8.0, 4.0, 2.0, 1.0],
    "patient_global": [8.0, 4.0, 2.0, 1.0],
    "chaq": [2.0, 1.0, 0.5, 0.25],
    "active_joints": [20, 10, 2, 1],
    "limited_joints": [12, 6, 1, 1],
    "esr": [60, 30, 20, 12],
}


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


def test_a_request_adds_its_own_columns_alone(make) -> None:
    names = [*VISITS]
    for asked, added in (
        ("jadas71", ["jadas71"]),
        ("acr_ped", ["acr_ped_level", "acr_ped_level_min", "acr_ped_level_max"]),
        (jia.ask.responder(50), ["acr_ped_50"]),
    ):
        out = jia.assess(make(VISITS), measures=[asked], baseline="first")
        assert [*columns_of(out)] == [*names, *added]
    items = jia.ask.score("jadas71", components=True)
    parts = [*columns_of(jia.assess(make(VISITS), measures=[items]))][len(names) :]
    assert parts[-1] == "jadas71"
    assert len(parts) > 1
    assert all(name.startswith("jadas71_") for name in parts[:-1])


def test_a_column_that_is_not_there_is_named_with_what_it_is_for(make) -> None:
    state = {"cutoffs": "consolaro-2012-2014", "course": jia.column("form")}
    for asked, said in (
        (jia.ask.acr_ped(missing="unchanged", attended=jia.column("seen")), "'seen'. There are "),
        (jia.ask.acr_ped(upper_limit=jia.column("a")), "'a' for esr_upper_limit. There are "),
        (jia.ask.acr_ped(upper_limit=jia.column("lim")), "'lim' for esr_upper_limit. There are "),
        (jia.ask.state("jadas10", **state), "'form' for course. There are "),
    ):
        with pytest.raises(jia.errors.ColumnError) as raised:
            jia.assess(make(VISITS), measures=[asked], baseline="first")
        assert str(raised.value).startswith(f"the table has no column {said}")


def test_what_a_request_takes_is_listed_with_its_policies() -> None:
    with pytest.raises(jia.errors.ArgumentError) as raised:
        jia.ask.acr_ped(mising="unchanged")
    assert "missing" in str(raised.value)
    with pytest.raises(jia.errors.ArgumentError) as raised:
        jia.ask.chaq_change(difference="brunner-2005", polcy=1)
    assert "missing" not in str(raised.value)


@pytest.mark.parametrize("size", [2, 5, 6, 300])
def test_patients_with_two_baselines_are_counted_although_few_are_shown(size) -> None:
    visits = pd.DataFrame(
        {"patient": np.repeat(np.arange(size), 2), "date": "2024-01-10"}
        | {name: [2.0] * 2 * size for name in list(VISITS)[2:]}
    )
    with pytest.raises(jia.errors.VisitError) as raised:
        jia.assess(visits, measures=["acr_ped"], baseline="first")
    said = str(raised.value)
    assert "row 0" in said
    assert (f"({size} in all)" in said) is (size > 5)


BOTH = {"patient": ["site", "patient"]}
SITES = {**VISITS, "site": ["01", "01", None, "02"], "patient": ["7", "7", "7", "8"]}


def test_an_id_of_several_columns_is_one_text(make) -> None:
    found = jia.check(make(SITES), columns=BOTH, measures=["jadas71"])
    rows = columns_of(found)
    of_row = {
        row: one for row, one in zip(rows["row"], rows["patient"], strict=True) if row is not None
    }
    assert of_row[2] in (None, "None/7")
    visits = SITES | {"site": ["01", "01", "02", "02"], "esr": [60, -1, 20, -2]}
    found = jia.check(make(visits), columns=BOTH, measures=["jadas71"])
    rows = columns_of(found)
    said = {
        row: one for row, one in zip(rows["row"], rows["patient"], strict=True) if row is not None
    }
    assert said == {1: "01/7", 3: "02/8"}
    if isinstance(found, pd.DataFrame):
        assert isinstance(found["patient"].dtype, pd.StringDtype)


def test_a_category_that_no_row_has_is_no_second_spelling_of_an_id() -> None:
    visits = pd.DataFrame(VISITS)
    visits["patient"] = pd.Categorical(["a-1", "a-1", "B", "B"], ["A-1", "a-1", "B"])
    assert not any("differ by" in word for word in jia.check(visits)["message"])
    words = pa.array(["A-1", "a-1", "B"])
    arrow = pa.DictionaryArray.from_arrays(pa.array([1, 1, 2, 2]), words)
    enum = pl.DataFrame({**VISITS, "patient": ["a-1", "a-1", "B", "B"]})
    enum = enum.with_columns(pl.col("patient").cast(pl.Enum(words.to_pylist())))
    for table in (pa.table(VISITS | {"patient": arrow}), enum):
        said = columns_of(jia.check(table))["message"]
        assert not any("differ by" in word for word in said)
    visits["patient"] = pd.Categorical(["a-1", "A-1", "B", "B"], ["A-1", "a-1", "B"])
    (found,) = {word for word in jia.check(visits)["message"] if "differ by" in word}
    assert "'a-1', 'A-1'" in found


def test_a_visit_without_a_site_is_at_no_second_site() -> None:
    visits = {
        "patient": ["A"] * 4,
        "date": ["2024-01-10", "2024-02-10", "2024-03-10", "2024-04-10"],
        "site": ["north", None, "north", "north"],
        "esr": [10, 12, 14, 16],
    }
    assert not any("at the sites" in word for word in jia.check(pd.DataFrame(visits))["message"])
    moved = visits | {"site": ["north", "south", "north", "north"]}
    assert any("at the sites" in word for word in jia.check(pd.DataFrame(moved))["message"])


def test_dates_among_objects_are_dates_and_nothing_else_is() -> None:
    days = [dt.date(2024, 1, 10), 20240410, dt.datetime(2024, 2, 1, 12), 3.5]  # noqa: DTZ001
    visits = pd.DataFrame(VISITS)
    visits["date"] = pd.Series(days, dtype=object)
    found = jia.check(visits, measures=["jadas71"])
    assert found.loc[found["reason"] == "unread-date", "row"].tolist() == [1, 3]


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("esr", "1.234", [1.234, 1234]),
        ("platelets", "1,234", [1.234, 1234]),
        ("platelets", "12.345", [12.345]),
        ("temperature", "1.234", []),
        ("temperature", "36.500", [36.5]),
        ("haemoglobin", "12.345", [12.345]),
        ("ferritin", "1.234.567", [1234567]),
        ("ferritin", "1.234,5", [1234.5]),
        ("ferritin", "1234", []),
    ],
)
def test_what_a_mark_between_thousands_may_mean(name, text, values) -> None:
    assert thousands(VARIABLES[name], text) == values


@pytest.mark.parametrize("value", [3, 3.0, np.int64(3), np.float32(3), np.array(3), np.array(3.0)])
def test_a_number_of_any_kind_is_a_plain_number(value) -> None:
    found = number_of(value, "days")
    assert found == 3
    assert type(found) in (int, float)


def test_a_partition_comes_in_batches_and_is_read_as_a_whole_where_patients_are_compared() -> None:
    batches = pa.table(VISITS).to_batches(max_chunksize=2)
    for whole, sizes in ((True, [4]), (False, [2, 2])):
        seen = []

        def work(table, seen=seen):
            seen.append(table.num_rows)
            return table

        assert pa.Table.from_batches(_in_pieces(iter(batches), work, whole=whole)).num_rows == 4
        assert seen == sizes
    assert list(_in_pieces(iter([]), work, whole=True)) == []


def test_a_message_about_a_piece_of_a_table_gives_no_position() -> None:
    batches = pa.table(VISITS | {"esr": [60, 30, -20, 12]}).to_batches(max_chunksize=2)
    work = partial(jia.assess, measures=["jadas71"])
    with pytest.raises(jia.errors.OutOfRangeError) as raised:
        list(_in_pieces(iter(batches), work, whole=False))
    assert raised.value.where == ("row ? (patient B, date 2024-02-01)",)


class Named(pd.DataFrame):
    """A frame of a user's own class, as that of a map."""

    @property
    def _constructor(self):
        return Named


@pytest.mark.parametrize("measures", [["jadas71"], ["acr_ped"], ["jadas71", "acr_ped"]])
def test_a_frame_of_your_own_class_stays_one(measures) -> None:
    out = jia.assess(Named(VISITS), measures=measures, baseline="first")
    assert type(out) is Named
    plain = jia.assess(pd.DataFrame(VISITS), measures=measures, baseline="first")
    assert type(plain) is pd.DataFrame
    pd.testing.assert_frame_equal(pd.DataFrame(out), plain)


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_columns_of_several_types_are_stacked_as_text_and_those_of_one_as_they_are(kind) -> None:
    wide = {
        "patient": ["A", "B"],
        "date_bl": [dt.date(2024, 1, 10), dt.date(2024, 2, 1)],
        "date_w8": [dt.date(2024, 3, 10), dt.date(2024, 4, 1)],
        "esr_bl": [60, 20],
        "esr_w8": [30.5, None],
        "note_bl": ["good", "bad"],
        "note_w8": [1, 2],
    }
    out = jia.prepare.from_wide(
        MAKERS[kind](wide), columns={"date": "date", "esr": "esr", "note": "note"}
    )
    found = columns_of(out)
    assert found["date"] == [
        wide["date_bl"][0],
        wide["date_w8"][0],
        wide["date_bl"][1],
        wide["date_w8"][1],
    ]
    assert found["esr"] == [60, 30.5, 20, None]
    assert found["note"] == ["good", "1", "bad", "2"]


def test_a_kind_of_frame_needs_no_other_kind(monkeypatch) -> None:
    """PyArrow and pandas beside each other do without Polars."""
    monkeypatch.delitem(sys.modules, "polars")
    visits = pa.table({**VISITS, "well": [False, True, False, False]})
    patients = pd.DataFrame({"patient": ["A", "B"], "age": [7, 12]})
    out = jia.analysis.time_to_first(
        visits, jia.column("well"), baseline="first", patients=patients
    )
    assert out["age"].to_pylist() == [7, 12]


@pytest.mark.parametrize("beside", sorted(MAKERS))
def test_a_second_table_of_another_kind_gives_columns_of_this_kind(make, beside) -> None:
    visits = {**VISITS, "well": [False, True, False, False]}
    patients = {"patient": ["A", "B"], "age": [7, 12], "sex": ["f", None]}
    if beside == "pandas":
        patients["mixed"] = [7, "x"]
    out = jia.analysis.time_to_first(
        make(visits), jia.column("well"), baseline="first", patients=MAKERS[beside](patients)
    )
    assert type(out) is type(make(visits))
    assert columns_of(out)["age"] == [7, 12]
    assert columns_of(out)["sex"] == ["f", None]
    if beside == "pandas":
        # Columns of Polars and Arrow have one type.
        mixed = [7, "x"] if isinstance(out, pd.DataFrame) else ["7", "x"]
        assert columns_of(out)["mixed"] == mixed
    if isinstance(out, pl.DataFrame):
        assert out["age"].dtype == pl.Int64
    if isinstance(out, pa.Table):
        assert out["age"].type == pa.int64()
