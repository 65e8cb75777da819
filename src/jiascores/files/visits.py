"""`read`: a file of visits of whatever shape; long, wide or of REDCap, with a joint form or without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from jiascores.core.arguments import as_declared
from jiascores.core.errors import RequestError, is_among, listing, shown
from jiascores.core.joints import FINDINGS
from jiascores.files.contents import Contents, path_of
from jiascores.files.kinds import contents
from jiascores.files.mapping import (
    OTHERS,
    FileMapping,
    Joints,
    Laboratory,
    Long,
    Redcap,
    Source,
    Wide,
    read_mapping,
    several,
)
from jiascores.files.reading import (
    DATE,
    FLAG,
    WORD,
    asked_of,
    cells_read,
    confirmed,
    declared_gaps,
    typed,
)
from jiascores.files.text import series_of
from jiascores.tables.frame import Frame, Positions
from jiascores.tables.joint_forms import joint_counts
from jiascores.tables.naming import ROLES
from jiascores.tables.redcap import redcap_visits
from jiascores.tables.shapes import ADAM, long_visits, wide_visits

if TYPE_CHECKING:
    import pandas as pd


@as_declared
def read(path: Any, mapping: Any = None, *, table: str = "visits") -> pd.DataFrame:
    r"""Read a file of visits, and only what the mapping says.

    Parameters
    ----------
    path : path
        CSV or other separated text (also ``.gz``), Excel, SAS, SPSS, Stata or Parquet. The kind
        is recognised from the content, not from the name.
    mapping : path or dict, optional
        A mapping in TOML, or what such a file holds: separator, decimal sign, format of dates,
        words, which column is which. Without it, everything is as jiascores writes it.
    table : {"visits", "infusions", "medication", "laboratory", "events", "patients"}
        Which of the files that the mapping describes this is.

    Returns
    -------
    pandas.DataFrame
        With the file's own column names; a file of another shape than one row for each visit
        (``[long]``, ``[wide]``, ``[redcap]``) gives visits under the names that variables have
        here, and ``[joints]`` adds the counts of a joint form. Measured columns are numbers, columns of dates that are
        used are dates; all others are as they stand in the file, text in a text file: an id
        ``007`` keeps its zeros. A measured cell that is not understood stays as it was, and
        `check` lists it. The index is the line of the file in which each row begins (``line``),
        or the row of the sheet (``row``), by which messages name it.

    Raises
    ------
    RequestError
        If the mapping has an unknown key, a row has more or fewer fields than the header, or the
        file is of no kind that is known.
    ColumnError
        If two columns have one name.
    MissingExtraError
        If openpyxl, pyreadstat or pyarrow is needed and not installed.

    See Also
    --------
    jiascores.assess_files : Files that are larger than memory.
    jiascores.prepare.from_long : A table with a row for each value.

    Notes
    -----
    Words for a gap (``missing = ["NA"]``) act on measured columns alone, never on ids or on
    columns of your own. A number that stands for a gap is named by variable, since 99 is a
    possible ESR.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> import jiascores as jia
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "visits.csv"
    >>> _ = file.write_text("patient;date;physician_global\n007;12.03.2024;6,5\n")
    >>> mapping = {"csv": {"decimal": ",", "date_format": "%d.%m.%Y"}}
    >>> jia.prepare.read(file, mapping).reset_index()
       line patient       date  physician_global
    0     2     007 2024-03-12               6.5
    """
    how = confirmed(read_mapping(mapping))
    path_of(path)
    if not is_among(table, ("visits", *OTHERS)):
        raise RequestError(
            f"table={shown(table)}: choose {listing(['visits', *OTHERS], shown=9)}.",
            variable="table",
        )
    if table != "visits":
        beside: pd.DataFrame = read_beside(
            contents(path, how.table(table)), how, table, asked_of(how)
        )
        return beside
    visits: pd.DataFrame = read_visits(contents(path, how), how, asked_of(how))[1]
    if how.joints is not None:
        visits = with_counts(visits, how)
    return visits


# Columns of parsed dates, by which rows are matched however the dates are written.
_DAY = "day of {}"


def shaped(file: Contents, how: FileMapping) -> Contents:
    """Return a file as one row for each visit, by the shape that the mapping names.

    Each visit is called by the line or row in which it comes first.
    """
    import pandas as pd

    shape = how.shape
    if shape is None:
        return file
    columns = {name: series_of(column) for name, column in file.columns.items()}
    ids = several(how.columns.get("patient", "patient"))
    columns = {
        name: column if name in ids else _without_gaps(column, name, file, how)
        for name, column in columns.items()
    }
    frame = pd.DataFrame(columns, index=pd.RangeIndex(len(file.places)), copy=False)
    frame.index = pd.Index(file.places, name=file.place)
    visits, first = _SHAPES[type(shape)](frame, shape, how, file)
    # Columns with one value for each visit or patient get our names too.
    ours = {of: name for name, of in how.columns.items() if isinstance(of, str) and of not in ids}
    visits = visits.rename(columns=ours)
    return attrs.evolve(
        file,
        columns={
            name: visits[name] for name in visits.columns if not str(name).startswith(_DAY[:7])
        },
        places=np.asarray(file.places)[first],
        lines=(),
        shaped=True,
    )


def _without_gaps(column: Any, name: str, file: Contents, how: FileMapping) -> Any:
    """Return a column without the words that stand for a gap, and what its owner declared as one."""
    words = {str(word).strip() for word in how.csv.missing if isinstance(word, str)}
    if not words and name not in file.gaps:
        return column
    declared = declared_gaps(file, name)
    return column.mask(
        [(isinstance(cell, str) and cell.strip() in words) or declared(cell) for cell in column]
    )


def _days(frame: Any, names: Iterable[str], how: Source, file: Contents) -> dict[str, str]:
    """Add the parsed dates of columns to a table; return the name of each added column."""
    found = {}
    for name in names:
        if name in frame:
            found[name] = _DAY.format(name)
            dates = cells_read(frame[name], DATE, "date", name, how, file)
            frame[found[name]] = dates.set_axis(frame.index)
    return found


def _from_long(frame: Any, shape: Long, how: FileMapping, file: Contents) -> tuple[Any, Positions]:
    columns = {role: of for role, of in how.columns.items() if role in ADAM}
    others = [str(of) for role, of in how.columns.items() if role not in ADAM]
    date = columns.get("date", "date" if "date" in frame else ADAM["date"])
    day = _days(frame, [str(date)], how, file).get(str(date))
    return long_visits(
        Frame(frame),
        shape.variables,
        columns,
        shape.by,
        shape.date_of,
        shape.only,
        [*dict.fromkeys((*shape.keep, *others))],
        day=day,
    )


def _from_wide(frame: Any, shape: Wide, how: FileMapping, _: Contents) -> tuple[Any, Positions]:
    # A column named in full holds one value for all visits of a patient.
    columns = {name: of for name, of in how.columns.items() if name == "patient" or of not in frame}
    return wide_visits(Frame(frame), shape.pattern, columns, shape.visits)


def _from_redcap(
    frame: Any, shape: Redcap, how: FileMapping, file: Contents
) -> tuple[Any, Positions]:
    dictionary = None
    if shape.dictionary is not None:
        path = (how.path or Path()).parent / shape.dictionary
        dictionary = typed(contents(path, Source()), Source(), {})
    dates = several(how.columns.get("date", "date"))
    return redcap_visits(
        Frame(frame),
        how.columns,
        shape.events,
        shape.once,
        shape.keep,
        dictionary,
        days=_days(frame, dates, how, file),
    )


_SHAPES: Mapping[Any, Any] = {Long: _from_long, Wide: _from_wide, Redcap: _from_redcap}


# --------------------------------------------------------------------------------------------
# Joint forms


def joint_columns(joints: Joints | None, names: Iterable[str]) -> dict[str, str]:
    """Return what the columns of a joint form are read as."""
    if joints is None:
        return {}
    asked = {}
    for name in names:
        for what in ("active", *FINDINGS, "coded"):
            given = getattr(joints, what)
            of = list(given.values()) if isinstance(given, Mapping) else [given]
            for begins in filter(None, of):
                before, _, after = str(begins).partition("{joint}")
                if name != begins and name.startswith(before) and name.endswith(after):
                    asked[name] = WORD if what == "coded" else FLAG
                elif name == begins:
                    asked[name] = FLAG if joints.joint is not None and what != "coded" else WORD
    return asked


def read_visits(
    file: Contents, how: FileMapping, asked: Mapping[str, str], *, compact: bool = False
) -> tuple[Contents, Any]:
    """Return a file of visits, of whatever shape, as it is and as a table."""
    file = shaped(file, how)
    asked = {**joint_columns(how.joints, map(str, file.columns)), **asked}
    return file, typed(file, how.as_read, asked, compact=compact)


def read_beside(
    file: Contents,
    how: FileMapping,
    table: str,
    asked: Mapping[str, str],
    *,
    compact: bool = False,
) -> Any:
    """Return a second file as a table; laboratory values may have a row for each of them."""
    source = how.table(table)
    if isinstance(source, Laboratory) and source.long is not None:
        own = FileMapping(
            **{each.name: getattr(source, each.name) for each in attrs.fields(Source)},
            long=source.long,
            path=how.path,
        )
        file, source = shaped(file, own), own.as_read
    return typed(file, source, asked, compact=compact)


def with_counts(frame: Any, how: FileMapping, **more: Any) -> Any:
    """Return a table with the counts of its joint form, as the mapping and the options say."""
    given = {} if how.joints is None else how.joints.call
    if "joint" in given and how.joints is not None and how.joints.by == ROLES[:2]:
        # Unless somebody says otherwise, the patient and the date are those of [columns].
        named = (how.as_read.columns.get(role, role) for role in ROLES[:2])
        given["by"] = [name for of in named for name in several(of)]
    return joint_counts(frame, **{**given, **more})
