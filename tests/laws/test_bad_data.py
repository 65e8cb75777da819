"""Every row of `bad_data/values.csv`: an answer or an error of jiascores, and never anything else."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import attrs
import matplotlib as mpl
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import jiascores as jia
from jiascores.core.variables import VARIABLES
from tests.laws import bad_data
from tests.laws.bad_data import CALLS, HOMES, Row

LONGEST = 5000
ROWS = bad_data.rows()
MEASURES = {"inactive_disease": "inactive_disease:wallace-2011:markers=all"} | {
    "eular_pres": "inactive_disease:eular-pres-2024",
    "chronically_uncontrolled": "chronically_uncontrolled:brunner-2020",
}
# An earlier value that is right stands before each that is not.
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "arrow": pa.table}


def value_of(given: str) -> Any:
    """Return what an expression of the table stands for."""
    return eval(given, vars(bad_data))


def several(door: str, value: Any, fine: Any) -> Any:
    """Return one right value and the given one, as one column."""
    if door == "polars":
        return pl.Series([fine, value], strict=False)
    both = np.empty(2, dtype=object)
    both[0], both[1] = fine, value
    return pd.Series(both) if door == "pandas" else both


def call(row: Row, value: Any) -> Any:
    """Give a value to its door, and return the answer."""
    if row.door in CALLS:
        function, right = CALLS[row.door]
        answer = function(**{**right, row.variable: value})
        return answer.collect() if isinstance(answer, pl.LazyFrame) else answer
    home = HOMES[row.variable]
    function, right = CALLS[home]
    if row.door == "function":
        return function(**{**right, row.variable: value})
    if row.door in FRAMES or row.door == "array":
        return function(**{**right, row.variable: several(row.door, value, right[row.variable])})
    kind, what = row.door.split()
    size = 4 if what == "column" else 2
    table: dict[str, Any] = {
        name: [one] * size for name, one in right.items() if name not in ("criteria", "markers")
    }
    table[row.variable] = value if what == "column" else several(kind, value, right[row.variable])
    if kind == "arrow" and what == "frame":
        table[row.variable] = pa.array([float(each) for each in table[row.variable]])
    measure = MEASURES.get(home, home)
    answer = jia.assess(FRAMES[kind](table), measures=measure)
    if kind == "pandas":
        return answer.iloc[:, -1].tolist()
    return answer[answer.columns[-1]].to_list() if kind == "polars" else answer[-1].to_pylist()


def shown(answer: Any) -> str:
    """Return an answer in few words: a number as it is, a table by its last column."""
    if isinstance(answer, pl.DataFrame | pa.Table):
        answer = answer.to_pandas()
    if hasattr(answer, "df") and not isinstance(answer, pd.DataFrame):
        answer = answer.df()
    if isinstance(answer, pd.DataFrame):
        return f"{len(answer)} rows: {answer.iloc[:, -1].tolist()}"[:60]
    if hasattr(answer, "to_list") or isinstance(answer, np.ndarray):
        return str(answer.to_list() if hasattr(answer, "to_list") else answer.tolist())[:60]
    words = type(attrs.evolve(answer)).__name__ if attrs.has(type(answer)) else ""
    return words or str(answer).partition("\n")[0].partition("(0.")[0][:60]


def outcome(row: Row) -> tuple[str, str]:
    """Return the answer to a row, or the class and reason of its error."""
    with warnings.catch_warnings(), mpl.rc_context():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of NumPy, of matrices
        warnings.simplefilter("ignore", jia.errors.SuspiciousWarning)
        warnings.simplefilter("ignore", jia.errors.LeftOutWarning)
        try:
            value = value_of(row.given)
        except (AttributeError, RuntimeError, UnicodeEncodeError, KeyError) as error:
            pytest.skip(f"this pandas or Polars cannot make it: {error}")
        try:
            return shown(call(row, value)), ""
        except jia.JiaScoresError as error:
            can_be_read = all(mark.isprintable() or mark == "\n" for mark in str(error))
            is_short = len(str(error)) <= LONGEST
            name = type(error).__name__ if can_be_read and is_short else "a message too long"
            return name, error.reason


@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{at} {row.door} {row.variable}" for at, row in enumerate(ROWS, 2)]
)
def test_every_row_is_answered_or_refused_as_the_table_says(
    row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A name such as "x" may be that of a file to write.
    monkeypatch.chdir(tmp_path)
    assert outcome(row) == (row.expected, row.reason)


def test_every_variable_is_refused_below_and_above_its_range_at_a_function_and_in_a_column() -> (
    None
):
    refused = Counter(
        (row.variable, row.door == "function") for row in ROWS if row.expected == "OutOfRangeError"
    )
    for name in HOMES:
        assert refused[name, True] > 1, name
    assert {*VARIABLES} - {*HOMES} == {
        "flare_fever", "enthesitis", "glucocorticoids", "systemic_response",
    }  # fmt: skip
    assert sum(1 for (_, at_function), _ in refused.items() if not at_function) > 50
