"""The kinds of frame that a table may come in, lazy ones too."""

from __future__ import annotations

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

MAKERS = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
    "lazy": pl.LazyFrame,
    "duckdb": lambda table: duckdb.from_arrow(pa.table(table)),
}


def column(frame, name: str) -> list:
    """Return a column of any frame as plain values with None for gaps."""
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    if not isinstance(frame, pd.DataFrame | pl.DataFrame | pa.Table):
        frame = frame.to_arrow_table() if hasattr(frame, "to_arrow_table") else frame.arrow()
    values = frame[name]
    plain = values.to_pylist() if hasattr(values, "to_pylist") else list(values)
    return [None if pd.isna(value) else value for value in plain]
