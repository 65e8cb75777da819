"""Excel workbooks: one table in a sheet, of values that are certain."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import warnings
from collections.abc import Iterable, Sequence
from typing import IO, Any

from jiascores.core.errors import RequestError, listing
from jiascores.files.contents import Contents, contents_of, name_of, plain_cells
from jiascores.files.mapping import Source, in_mapping

# What a cell of a workbook holds; Excel would cut off the rest.
LONGEST_CELL = 32_767


def read(stream: Any, path: Any, source: Source) -> Contents:
    """Return the table in a sheet: what the cells hold, each row called by its number in the sheet."""
    import openpyxl
    import pandas as pd

    name, data = name_of(path), io.BytesIO(stream.read())
    with warnings.catch_warnings():
        # openpyxl warns of what it does not read, and no cell is among that.
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(data)
    sheet: Any = _sheet(book, name, source.excel.sheet)
    where, top = f"{name}, sheet {sheet.title!r}", source.excel.skip + 1
    header, *rows = _filled_rows(_stored(data, sheet, where), top)
    _refuse_unsure(sheet, header, rows, top, where)
    names = [
        f"column {place}" if cell.value is None else str(cell.value).strip()
        for place, cell in enumerate(header, 1)
    ]
    cells = [[_value(cell) for cell in row] for row in rows]
    frame = pd.DataFrame(cells, columns=range(len(names)), dtype=object)
    frame.columns = pd.Index(names, dtype=object)
    about = (sheet.title, header, rows)
    return contents_of(frame, name, "excel", places=[row[0].row for row in rows], about=about)


def _cells(sheet: Any) -> list[Any]:
    """Return the cells of a sheet that hold something; a sheet may be formatted down to its end."""
    return [cell for cell in sheet._cells.values() if cell.value is not None]


def _filled_rows(sheet: Any, top: int) -> list[Any]:
    """Return the row of the header, and each row below it that holds something."""
    below = [(cell.row, cell.column) for cell in _cells(sheet) if cell.row >= top]
    width = max((column for _, column in below), default=1)
    places = sorted({top, *(row for row, _ in below)})
    return [next(sheet.iter_rows(min_row=place, max_row=place, max_col=width)) for place in places]


def _stored(data: io.BytesIO, sheet: Any, where: str) -> Any:
    """Return a sheet with the values of its formulas, as Excel stored them."""
    import openpyxl

    formulas = [cell for cell in _cells(sheet) if cell.data_type == "f"]
    if not formulas:
        return sheet
    stored: Any = openpyxl.load_workbook(data, data_only=True)[sheet.title]
    empty = [cell.coordinate for cell in formulas if stored[cell.coordinate].value is None]
    if empty:
        raise RequestError(
            f"{where}: formulas without a stored value in {listing(empty)}. Open the file in Excel "
            f"and save it, or put the values."
        )
    return stored


def _refuse_unsure(
    sheet: Any, header: Sequence[Any], rows: Sequence[Any], top: int, where: str
) -> None:
    """Raise where it is not certain which row or column a value belongs to."""
    skip = f"say how many rows stand above it: {in_mapping('excel', {'skip': top})}"
    if not any(cell.value is not None for cell in header):
        raise RequestError(f"{where}: there is no header in row {top}; {skip}.", reason="header")
    nameless = [cell.coordinate for cell in header[1:] if cell.value is None]
    if nameless:
        raise RequestError(
            f"{where}: {listing(nameless)} in the header has no name, and there are values below. "
            f"Where the header is further down, {skip}; else give it a name.",
            reason="header",
        )
    last = rows[-1][0].row if rows else top
    areas = [area for area in sheet.merged_cells.ranges if area.max_row > top]
    merged = [str(area) for area in areas if area.min_row <= last]
    if merged:
        raise RequestError(
            f"{where}: merged cells in the data, {listing(merged)}. Which row a value belongs to is "
            f"not certain: unmerge them, and fill each row."
        )
    wrong = [cell.coordinate for row in rows for cell in row if cell.data_type == "e"]
    if wrong:
        raise RequestError(f"{where}: an error of a formula in {listing(wrong)}.")


def _sheet(book: Any, name: str, wanted: str | None) -> Any:
    titles = [sheet.title for sheet in book.worksheets]
    if wanted is not None:
        if wanted not in titles:
            raise RequestError(
                f"{name}: there is no sheet {wanted!r}; there are {listing(map(repr, titles), shown=20)}.",
                variable="sheet",
            )
        return book[wanted]
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not shown:
        raise RequestError(f"{name}: every sheet of the workbook is hidden.", variable="sheet")
    filled = [sheet for sheet in shown if sheet.max_row > 1 or sheet.max_column > 1] or shown
    if len(filled) > 1:
        titles = [sheet.title for sheet in filled]
        ways = (in_mapping("excel", {"sheet": title}) for title in titles[:2])
        raise RequestError(
            f"{name}: several sheets, {listing(map(repr, titles), shown=20)}. Say which: "
            f"{' or '.join(ways)}.",
            variable="sheet",
        )
    return filled[0]


def _value(cell: Any) -> Any:
    """Return what a cell holds; a number that is shown with leading zeros has them."""
    value = cell.value
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if is_whole and re.fullmatch(r"00+", cell.number_format):
        return str(value).zfill(len(cell.number_format))
    if isinstance(value, dt.time):
        return value.isoformat()
    if isinstance(value, str) and not value.strip():
        return None
    return value


def write(frame: Any, _: Any, out: IO[bytes]) -> None:
    """Write a table as a workbook."""
    cells = zip(*(plain_cells(frame[name]) for name in frame.columns), strict=True)
    _write([list(map(str, frame.columns)), *cells], "Sheet1", out)


def append(file: Contents, added: Any, out: IO[bytes]) -> None:
    """Write one sheet of a workbook again with columns added."""
    title, header, rows = file.about
    columns = [plain_cells(added[name]) for name in added.columns]
    more = zip(*columns, strict=True) if columns else ([] for _ in rows)
    cells = ([*row, *new] for row, new in zip(rows, more, strict=True))
    _write([[*header, *added.columns], *cells], title, out)


def _write(rows: Iterable[Any], title: str, out: IO[bytes]) -> None:
    """Write one sheet of values; a cell that was read keeps how it is shown."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)

    def cell(given: Any) -> Any:
        value = getattr(given, "value", given)
        if isinstance(value, str) and len(value) > LONGEST_CELL:
            raise RequestError(
                f"a cell of {len(value):,} characters: Excel holds {LONGEST_CELL:,}. Write to .csv.",
                reason="long",
            )
        made = WriteOnlyCell(sheet, value)
        if made.data_type == "f":
            # It is text, and Excel would compute it.
            made.data_type = "s"
        if hasattr(given, "coordinate"):
            made.number_format = given.number_format
        return made

    try:
        for row in rows:
            sheet.append([cell(each) for each in row])
        book.save(out)
    except Exception:
        # openpyxl ends what it has begun, and takes its own file away.
        with contextlib.suppress(Exception):
            sheet.close()
        raise
