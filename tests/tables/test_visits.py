"""How rows are put in order and patients are numbered, by the quick ways and by the plain ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiascores.tables import frame, visits
from jiascores.tables.frame import Frame
from jiascores.tables.visits import CALENDAR, Visits, sorted_rows

DAY = int(CALENDAR)
# Days, hours within days, and dates so far apart that they fit into no packed number.
STEPS = st.sampled_from([DAY, DAY // 24, 1, 2**40])
rows = st.lists(st.tuples(st.integers(0, 5), st.integers(-50, 50)), min_size=1, max_size=40)


@given(rows=rows, step=STEPS, far=st.booleans())
def test_rows_are_sorted_by_patient_then_date_then_position(rows, step, far) -> None:
    codes = np.array([code for code, _ in rows]) + (2**40 if far else 0)
    dates = np.array([date for _, date in rows]) * step
    want = sorted(range(len(rows)), key=lambda row: (codes[row], dates[row], row))
    assert sorted_rows(codes, dates, DAY).tolist() == want


def test_rows_in_order_are_not_sorted_again(monkeypatch) -> None:
    monkeypatch.setattr(visits, "sorted_rows", None)
    days = np.array([0, 1, 0, 0]) * DAY
    given_ = Visits(np.array([0, 0, 1, 1]), days, CALENDAR, [0, 1])
    assert given_.order.tolist() == [0, 1, 2, 3]


IDS = {
    "close numbers": [5, 3, 5, 9],
    "numbers far apart": [5, 10**15, 5, -(10**15)],
    "numbers with a gap": [5, None, 5, 9],
    "fractions": [0.5, 1.5, 0.5, None],
    "text": ["b", "a", "b", None],
    "nothing but gaps": [None, None, None, None],
}
MAKERS = {
    "pandas": lambda ids: pd.DataFrame({"id": ids}),
    "pandas nullable": lambda ids: pd.DataFrame({"id": ids}).convert_dtypes(),
    "pandas of categories": lambda ids: pd.DataFrame({"id": pd.Series(ids, dtype="category")}),
    "Polars": lambda ids: pl.DataFrame({"id": ids}),
    "PyArrow": lambda ids: pa.table({"id": ids}),
    "PyArrow in chunks": lambda ids: pa.concat_tables(
        [pa.table({"id": ids}).slice(0, 1), pa.table({"id": ids}).slice(1)]
    ),
}


@pytest.mark.parametrize("ids", list(IDS))
@pytest.mark.parametrize("make", list(MAKERS))
@pytest.mark.parametrize("arrow", [True, False])
def test_each_id_has_a_code_and_each_code_its_id(ids, make, arrow, monkeypatch) -> None:
    if not arrow:  # Polars then numbers the ids itself
        monkeypatch.setattr(frame, "find_spec", lambda _: None)
    codes, labels = Frame(MAKERS[make](IDS[ids])).codes("id")
    labels = labels.to_pylist() if hasattr(labels, "to_pylist") else list(labels)
    assert [None if code < 0 else labels[code] for code in codes] == IDS[ids]
    assert sorted(set(codes[codes >= 0])) == list(range(max(codes) + 1))


@pytest.mark.parametrize("kind", ["uint64", "int8", "uint8", "int64"])
def test_numbers_of_every_width(kind) -> None:
    ends = [np.iinfo(kind).min, np.iinfo(kind).max, np.iinfo(kind).min]
    codes, labels = Frame(pd.DataFrame({"id": np.array(ends * 200, dtype=kind)})).codes("id")
    assert [int(labels[code]) for code in codes[:3]] == ends
