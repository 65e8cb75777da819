"""Files of SAS, SPSS and Stata, with their labels and the values that they declare as missing."""

from __future__ import annotations

import shutil
from typing import IO, Any

import numpy as np

from jiascores.files.contents import (
    Contents,
    contents_of,
    name_of,
    named_file,
    plain_cells,
    size_of,
)

# What pyreadstat is told for each kind, which is also how its functions are named.
OPTIONS: dict[str, dict[str, bool]] = {
    "sav": {"apply_value_formats": False, "user_missing": True},
    "dta": {"apply_value_formats": False},
    "xport": {},
    "sas7bdat": {},
}


def read(stream: Any, path: Any, kind: str) -> Contents:
    """Return a file of SAS, SPSS or Stata as it is."""
    if size_of(path):
        return _read(str(path), name_of(path), kind)
    with named_file() as (file, by):
        shutil.copyfileobj(stream, file)
        file.flush()
        return _read(by, name_of(path), kind)


def _read(path: str, name: str, kind: str) -> Contents:
    import pyreadstat

    frame, about = getattr(pyreadstat, f"read_{kind}")(path, **OPTIONS[kind])
    labels = {column: dict(words) for column, words in about.variable_value_labels.items()}
    gaps = dict(about.missing_ranges) if kind == "sav" else {}
    return contents_of(frame, name, kind, labels=labels, gaps=gaps, about=about)


def append(file: Contents, added: Any, out: IO[bytes]) -> None:
    """Write a file of SAS, SPSS or Stata again with columns added."""
    import pandas as pd

    frame = pd.concat([pd.DataFrame(dict(file.columns)), added.reset_index(drop=True)], axis=1)
    about = file.about
    labels = about.column_names_to_labels
    more: dict[str, Any] = {"column_labels": [labels.get(name) or "" for name in frame.columns]}
    if file.kind != "xport":
        more["variable_value_labels"] = about.variable_value_labels
    if file.kind == "sav":
        more |= {
            "missing_ranges": about.missing_ranges,
            "variable_measure": about.variable_measure,
            "variable_format": about.original_variable_types,
        }
    write(frame, file.kind, out, **more)


def write(frame: Any, kind: str, out: IO[bytes], **more: Any) -> None:
    """Write a table as a file of SAS transport, SPSS or Stata."""
    import pandas as pd
    import pyreadstat

    plain = pd.DataFrame({name: _written(frame[name]) for name in frame.columns})
    if kind == "xport":
        more["file_format_version"] = 8
    with named_file() as (made, by):
        getattr(pyreadstat, f"write_{kind}")(plain, by, **more)
        shutil.copyfileobj(made, out)


def _written(column: Any) -> Any:
    """Return a column as numbers, dates or text."""
    import pandas as pd

    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "fiM":
        return column
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.Series(["" if cell is None else cell for cell in plain_cells(column)], dtype=object)
