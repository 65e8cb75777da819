"""Files of data sets: SAS transport version 5, Dataset-JSON 1.1, Parquet and CSV."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from jiascores._version import __version__
from jiascores.adam.checks import check
from jiascores.adam.datasets import DATE, NUMBER, TEXT, WHOLE, AnalysisDataset, kind_of, typed
from jiascores.adam.datasets import VARIABLES as KNOWN
from jiascores.core.arguments import as_declared
from jiascores.core.errors import RequestError, listing, say, shown
from jiascores.files.writing import whole
from jiascores.tables.engines import need

CREATED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")
# The rules that a transport file must follow.
OF_FILES = ("names-and-labels", "text", "dates", "unique-key")
JSON_TYPES = {TEXT: "string", WHOLE: "integer", DATE: "date", NUMBER: "float"}
KINDS = (".xpt", ".json", ".parquet", ".csv")


@as_declared
def write(dataset: AnalysisDataset, path: str | Path, *, created: str | None = None) -> None:
    """Write a data set to a file, completely or not at all.

    Parameters
    ----------
    dataset : AnalysisDataset
        From `adeff` or `adtte`.
    path : str or Path
        The file. Its ending sets the format: ``.xpt`` (SAS transport version 5), ``.json``
        (Dataset-JSON 1.1), ``.parquet`` or ``.csv``.
    created : str, optional
        The creation time that the file states, ``"2026-01-31T12:00:00"``. Needed for ``.xpt`` and
        ``.json``: no clock is read, so that the same data give the same file.

    Raises
    ------
    RequestError
        If ``.xpt`` or ``.json`` cannot hold the data: names of more than 8 characters, labels of
        more than 40, texts of more than 200 bytes or not ASCII, or two rows with the same key.
    MissingExtraError
        If the file needs a package that is not installed.

    See Also
    --------
    jiascores.adam.read : Reads what it writes.
    jiascores.adam.check : Checks a data set against the rules.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": "S-01", "date": pd.to_datetime(["2024-01-10"]), "physician_global": [6.0]})
    >>> adeff = jia.adam.adeff(visits, variables=["physician_global"], study="JIA-1")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     jia.adam.write(adeff, Path(folder) / "adeff.json", created="2026-01-31T12:00:00")
    ...     jia.adam.read(Path(folder) / "adeff.json")[["PARAMCD", "AVAL"]]
      PARAMCD  AVAL
    0    PHGA   6.0
    """
    kind = ending_to_write(path, created)
    content = content_of(dataset, kind, created or "")
    with whole(path, force=True) as file:
        file.write(content)


def ending(path: str | Path) -> str:
    """Return the ending of a file's name, which sets its format; an unknown one raises."""
    kind = Path(path).suffix.lower()
    if kind not in KINDS:
        raise RequestError(
            f"{say('path', str(path))}: choose a name that ends in {listing(KINDS, shown=4)}.",
            variable="path",
        )
    return kind


def ending_to_write(path: str | Path, created: str | None) -> str:
    """Return the ending of a file's name, by which it is written; raise where it cannot be."""
    kind = ending(path)
    if kind in (".xpt", ".json") and (created is None or not _is_moment(created)):
        raise RequestError(
            f"{say('created', created or '…')}: say when the file is made, "
            f"{say('created', '2026-01-31T12:00:00')}; no clock is read, so that the same data give "
            f"the same file.",
            variable="created",
        )
    return kind


def content_of(dataset: AnalysisDataset, kind: str, created: str) -> bytes:
    """Return the content of the file of a data set."""
    data = dataset.pandas
    if kind in (".xpt", ".json"):
        _refuse(dataset)
    if kind == ".xpt":
        return _as_transport(dataset, data, created)
    if kind == ".json":
        text = json.dumps(_as_json(dataset, data, created), ensure_ascii=False, indent=1)
        return f"{text}\n".encode()
    if kind == ".parquet":
        need("pyarrow", "files", "a Parquet file")
        sink = io.BytesIO()
        data.to_parquet(sink, index=False)
        return sink.getvalue()
    return data.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n").encode()


def _is_moment(created: str) -> bool:
    try:
        dt.datetime.fromisoformat(created)
    except ValueError:
        return False
    return CREATED.fullmatch(created) is not None


def _refuse(dataset: AnalysisDataset) -> None:
    """Raise if a transport file cannot hold the data."""
    found = check(dataset)
    found = found[found["rule"].isin(OF_FILES)]
    if len(found):
        raise RequestError(
            f"{dataset.name} cannot be written: {listing(found['finding'].tolist(), shown=20)}.",
            variable="data",
            values=found["finding"].tolist(),
        )


def _pyreadstat() -> Any:
    need("pyreadstat", "files", "a SAS transport file")
    import pyreadstat

    return pyreadstat


# The head of a transport file has the creation times of the library and of its member.
_STAMP = re.compile(rb"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d")
_HEAD = 800
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def _as_transport(dataset: AnalysisDataset, data: pd.DataFrame, created: str) -> bytes:
    """Return a data set as a SAS transport file with this creation time."""
    dates = [str(name) for name in data if dataset.about(str(name)).type == DATE]
    data = data.assign(
        **{name: data[name].dt.date.where(data[name].notna(), None) for name in dates}
    )
    # pyreadstat can only write to a file.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        _pyreadstat().write_xport(
            data,
            str(path),
            file_label=dataset.label[:40],
            column_labels={str(name): dataset.about(str(name)).label for name in data},
            table_name=dataset.name,
            file_format_version=5,
            variable_format=dict.fromkeys(dates, "DATE9"),
        )
        content = path.read_bytes()
    when = dt.datetime.fromisoformat(created)
    stamp = f"{when:%d}{_MONTHS[when.month - 1]}{when:%y:%H:%M:%S}".encode()
    return _STAMP.sub(stamp, content[:_HEAD]) + content[_HEAD:]


def _as_json(dataset: AnalysisDataset, data: pd.DataFrame, created: str) -> dict[str, Any]:
    """Return a data set as Dataset-JSON 1.1."""
    about = dataset.variables.astype(object).to_dict("records")
    # SAS stores dates as numbers; here they are text.
    date = {"targetDataType": "integer", "displayFormat": "DATE9."}
    columns = [
        {
            "itemOID": f"IT.{dataset.name}.{row['variable']}",
            "name": row["variable"],
            "label": row["label"],
            "dataType": JSON_TYPES[row["type"]],
            **({"length": row["length"]} if row["type"] == TEXT else {}),
            **(date if row["type"] == DATE else {}),
            **({} if pd.isna(row["key"]) else {"keySequence": row["key"]}),
        }
        for row in about
    ]
    cells = [_cells(data[row["variable"]], row["type"]) for row in about]
    return {
        "datasetJSONCreationDateTime": created,
        "datasetJSONVersion": "1.1.0",
        "sourceSystem": {"name": "jiascores", "version": __version__},
        "itemGroupOID": f"IG.{dataset.name}",
        "records": len(data),
        "name": dataset.name,
        "label": dataset.label,
        "columns": columns,
        "rows": [list(row) for row in zip(*cells, strict=True)],
    }


def _cells(values: pd.Series[Any], kind: str) -> list[Any]:
    """Return the cells of a column as JSON has them."""
    if kind == DATE:
        values = values.dt.strftime("%Y-%m-%d")
    elif kind == WHOLE:
        values = values.astype("Int64")
    return [None if pd.isna(cell) else cell for cell in values.tolist()]


@as_declared
def read(path: str | Path) -> pd.DataFrame:
    r"""Read a data set from a transport file, Dataset-JSON, Parquet or CSV.

    Parameters
    ----------
    path : str or Path
        The file, which ends in ``.xpt``, ``.json``, ``.parquet`` or ``.csv``.

    Returns
    -------
    pandas.DataFrame
        Numbers are floats, dates are timestamps; a gap in text is an empty text.

    Raises
    ------
    RequestError
        If the format is unknown, or the JSON is not Dataset-JSON 1.1.

    See Also
    --------
    jiascores.adam.write : Writes such files.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import jiascores as jia
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "adeff.csv"
    ...     _ = path.write_text("USUBJID,PARAMCD,AVAL\nS-01,PHGA,6\nS-02,PHGA,\n")
    ...     jia.adam.read(path)
      USUBJID PARAMCD  AVAL
    0    S-01    PHGA   6.0
    1    S-02    PHGA   NaN
    """
    path, kind = Path(path), ending(path)
    if kind == ".parquet":
        need("pyarrow", "files", "a Parquet file")
        data = pd.read_parquet(path)
        return pd.DataFrame({name: typed(data[name], kind_of(data[name])) for name in data})
    data, kinds = {".xpt": _from_transport, ".json": _from_json, ".csv": _from_csv}[kind](path)
    return pd.DataFrame({name: typed(data[name], kinds.get(str(name), TEXT)) for name in data})


def _from_transport(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return what a transport file holds, and what each column is."""
    data, meta = _pyreadstat().read_xport(str(path))
    formats, types = meta.original_variable_types, meta.readstat_variable_types
    numbers = {name: DATE if formats[name] == "DATE9" else NUMBER for name in types}
    return data, {n: kind for n, kind in numbers.items() if types[n] != "string"}


def _from_json(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return what a file of Dataset-JSON holds, and what each column is."""
    given = json.loads(path.read_text(encoding="utf-8"))
    version = str(given.get("datasetJSONVersion", ""))
    if not re.fullmatch(r"1\.1(\.\d+)?", version):
        raise RequestError(
            f"{path}: datasetJSONVersion is {shown(version)}, and Dataset-JSON 1.1 is read.",
            variable="path",
        )
    types = {each["name"]: each["dataType"] for each in given["columns"]}
    kinds = {name: {"string": TEXT, "date": DATE}.get(kind, NUMBER) for name, kind in types.items()}
    return pd.DataFrame(given["rows"], columns=[*kinds]), kinds


def _from_csv(path: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return what a CSV file holds; its names say what a column is, else it is text."""
    data = pd.read_csv(path, dtype=str, keep_default_na=False)
    names = [str(name) for name in data]
    dates = dict.fromkeys((name for name in names if name.endswith("DT")), DATE)
    return data, {name: KNOWN[name].type for name in names if name in KNOWN} | dates
