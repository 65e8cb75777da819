"""Tables of every kind that is held in memory, made of the same columns."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa

MAKERS = {
    "pandas": pd.DataFrame,
    "polars": lambda columns: pl.DataFrame(columns, strict=False),
    "pyarrow": pa.table,
}


def columns_of(frame) -> dict:
    """Return the columns of any of them as lists, None where a cell is missing."""
    if isinstance(frame, pd.DataFrame):
        return {name: [None if pd.isna(v) else v for v in frame[name]] for name in frame.columns}
    return frame.to_dict(as_series=False) if isinstance(frame, pl.DataFrame) else frame.to_pydict()
