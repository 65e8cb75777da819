"""The domains of SDTM: their columns, their dates, and EX, CM, AE and DS as second tables."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Literal

import attrs
import numpy as np
import pandas as pd

from jiascores.core.arguments import as_declared
from jiascores.core.errors import ColumnError, NotNumericError, RequestError, VisitError, listing
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, Output
from jiascores.tables.numbers import one_of
from jiascores.tables.shapes import blank

PARTIAL_DATES = {
    "first-of-month": "a missing day is the first of the month",
    "middle-of-month": "a missing day is the 15th",
    "last-of-month": "a missing day is the last of the month",
    "first-of-year": "the same; where the month is missing too, 1 January",
    "middle-of-year": "as middle-of-month; where the month is missing too, 30 June",
    "last-of-year": "as last-of-month; where the month is missing too, 31 December",
}
# A date of SDTM with its day, without it, or without its month too; the time may be there anyway.
_DTC = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?|--T.*)?)?")
_MONTHS = {"first": 1, "middle": 6, "last": 12}
NOT_DONE = "NOT DONE"
# The columns of each second table: its name → the SDTM variables, the first that is filled.
_SECOND: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "EX": {"date": ("EXSTDTC",), "stop": ("EXENDTC",), "drug": ("EXTRT",), "dose": ("EXDOSE",)},
    "CM": {"drug": ("CMDECOD", "CMTRT"), "start": ("CMSTDTC",), "stop": ("CMENDTC",)},
    "AE": {"date": ("AESTDTC",), "event": ("AEDECOD", "AETERM"), "serious": ("AESER",)},
    "DS": {"date": ("DSSTDTC",), "what": ("DSDECOD", "DSTERM")},
}
_OPTIONAL = {("EX", "stop"), ("EX", "dose"), ("AE", "serious")}
_DATES = ("date", "start", "stop")
_GOES_ON = ("ONGOING", "AFTER")


@attrs.frozen(eq=False)
class Domain:
    """A table of SDTM.

    Parameters
    ----------
    frame : Frame
        Its rows.
    letters : str
        The letters with which its columns begin, such as QS.
    only : mapping
        Column → the value, or the values, of the rows to take.
    """

    frame: Frame
    letters: str
    only: Mapping[str, Any] = attrs.field(factory=dict)

    @classmethod
    def of(cls, given: Any, ending: str, only: Mapping[str, Any] | None) -> Domain:
        """Return a domain; its one column with this ending tells its letters."""
        frame = Frame(to_eager(given))
        found = [str(n)[:2] for n in frame.names if re.fullmatch(rf"[A-Z]{{2}}{ending}", str(n))]
        if len(found) != 1:
            raise ColumnError(
                f"a domain needs one column --{ending}, such as "
                f"{'QS' if ending == 'TESTCD' else 'AE'}{ending}.",
                variable=ending,
            )
        domain = cls(frame, found[0], dict(only or {}))
        domain.require("USUBJID")
        return domain

    def has(self, ending: str) -> bool:
        """Return whether it has a column with this ending after its letters."""
        return f"{self.letters}{ending}" in self.frame

    def require(self, *names: str) -> None:
        """Raise if none of these columns is there."""
        if not any(name in self.frame for name in names):
            raise ColumnError(
                f"the domain {self.letters} has no column {' or '.join(map(repr, names))}.",
                variable=names[0],
            )

    def cells(self, name: str) -> pd.Series[Any]:
        """Return a column with None for empty cells; all are None if there is no such column."""
        if name not in self.frame:
            return pd.Series([None] * self.frame.size, dtype=object)
        cells = self.frame.objects(name)
        cells[blank(self.frame, name)] = None
        return pd.Series(cells, dtype=object)

    @property
    def counted(self) -> pd.Series[Any]:
        """The rows that `only` takes."""
        kept = pd.Series(True, index=range(self.frame.size))
        for name, value in self.only.items():
            if name in self.frame:
                kept &= self.cells(name).isin(
                    value if pd.api.types.is_list_like(value) else [value]
                )
        return kept

    def days(
        self, rows: pd.Index[int], column: str, rule: str | None, *, gaps: bool = False
    ) -> pd.DataFrame:
        """Return the ``day`` of these rows, and ``completed``: what a rule added, D or M with the day.

        Parameters
        ----------
        rows : Index
            The places of the rows in the domain.
        column : str
            The column of dates.
        rule : str or None
            How to complete a partial date; without a rule, it is refused.
        gaps : bool
            Whether a date may be missing.
        """
        if rule is not None:
            one_of(rule, PARTIAL_DATES, "partial_dates")
        cells = self.cells(column)[rows]
        read = {cell: _completed(_as_text(cell), rule) for cell in cells.unique()}
        days = pd.DataFrame(cells.map(read.get).tolist(), rows, ["day", "completed"], dtype=object)
        lost = [*map(_as_text, cells[days["day"].isna() & (cells.notna() | (not gaps))])]
        if lost:
            raise VisitError(
                f"{column} is not a full date in {len(lost)} row{'' if len(lost) == 1 else 's'}: "
                f"{listing(map(repr, lost))}. Name the rule of your plan, "
                f"partial_dates='first-of-month' or another, or complete the dates first: no rule "
                f"completes a missing year or an interval.",
                variable=column,
                values=lost,
            )
        return days


def _as_text(cell: Any) -> str | None:
    if cell is None:
        return None
    return str(cell.isoformat() if hasattr(cell, "isoformat") else cell).strip()


def _completed(text: str | None, rule: str | None) -> tuple[str | None, str | None]:
    """Return the day that a text names, and what the rule added: D, or M for month and day."""
    found = _DTC.fullmatch(text or "")
    if found is None:
        return None, None
    year, month, day = found.groups()
    gap = "M" if month is None else "D" if day is None else None
    where, _, of = (rule or "").partition("-of-")
    if gap and (not rule or (gap == "M" and of != "year")):
        return None, None
    try:
        at = int(month or _MONTHS[where])
        last = calendar.monthrange(int(year), at)[1]
        days = {"first": 1, "middle": 15 if gap == "D" else last, "last": last}
        return dt.date(int(year), at, int(day or days[where])).isoformat(), gap
    except ValueError:
        return None, None


def filled(cells: pd.Series[Any], other: pd.Series[Any]) -> pd.Series[Any]:
    """Return cells, with those of another column for the gaps."""
    return pd.Series(np.where(cells.isna(), other, cells), cells.index, dtype=object)


def like(frame: Frame, data: pd.DataFrame) -> Any:
    """Return a table as a frame of the kind of another."""
    if frame.kind == "pandas":
        return data.reset_index(drop=True)
    columns: dict[str, Any] = {}
    for name in data:
        values = data[name]
        if pd.api.types.is_numeric_dtype(values):
            kind: Any = "flag" if values.dtype == bool else "score"
            columns[str(name)] = frame.made(Output(str(name), kind, values.to_numpy(float)))
        else:
            columns[str(name)] = frame.texts([None if pd.isna(c) else str(c) for c in values])
    return frame.new(columns)


@as_declared
def table_from_sdtm(
    domain: Any,
    *,
    only: Mapping[str, Any] | None = None,
    partial_dates: str | Mapping[str, str] | None = None,
    missing_end: Literal["ongoing"] | None = None,
) -> Any:
    """Make a second table from EX, CM, AE or DS, as `retreatment` and the analyses read it.

    Parameters
    ----------
    domain : data frame
        EX, CM, AE or DS; its columns say which.
    only : dict, optional
        Take only rows in which these columns have this value, or one of these values:
        ``{"EXTRT": "MSC"}``.
    partial_dates : str or dict, optional
        How to complete a partial date, as for `visits_from_sdtm`; or a rule for each column,
        ``{"start": "first-of-year", "stop": "last-of-year"}``. Without a rule, one is refused.
    missing_end : {"ongoing"}, optional
        For CM: treat a drug as ongoing if it has no end and neither CMENRTPT nor CMENRF says
        whether it goes on. Without this, such a row is refused.

    Returns
    -------
    data frame
        Of the kind that you gave, with a row for each record that counts, and dates as ISO text:

        ====== =================================== ==================================================
        domain columns                             read by
        ====== =================================== ==================================================
        EX     patient, date, stop, drug, dose     `jiascores.retreatment`, `jiascores.deviations`,
                                                   the infusions of `jiascores.analysis.compare_events`
        CM     patient, drug, start, stop          `jiascores.remission`
        AE     patient, date, event, serious       `jiascores.analysis.compare_events`
        DS     patient, date, what                 `jiascores.prepare.intercurrent_events`
        ====== =================================== ==================================================

        These functions take the table as it is.

    Raises
    ------
    ColumnError
        If it is another domain, or a column is not there.
    VisitError
        If a date is partial or missing and no rule completes it.
    RequestError
        If a drug has no end and nothing says that it is ongoing.

    See Also
    --------
    jiascores.adam.visits_from_sdtm : Makes visits from findings.
    jiascores.retreatment : Takes such a table of infusions.

    Notes
    -----
    Rows that say that something did not happen are left out (--OCCUR N, --STAT NOT DONE). If EX has
    no end, the first day is taken. From DS, only discontinuations are taken: rows with another DSCAT
    than DISPOSITION EVENT, such as the consent, and COMPLETED are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> cm = pd.DataFrame({
    ...     "USUBJID": "S-01", "CMTRT": ["MTX"], "CMDECOD": ["METHOTREXATE"], "CMSTDTC": ["2019-03"],
    ...     "CMENDTC": [None], "CMENRTPT": ["ONGOING"]})
    >>> jia.adam.table_from_sdtm(cm, partial_dates="first-of-month")
      patient          drug       start  stop
    0    S-01  METHOTREXATE  2019-03-01  None
    """
    sdtm = Domain.of(domain, "STDTC", only)
    letters = sdtm.letters
    if letters not in _SECOND:
        raise ColumnError(
            f"{letters} is none of {', '.join(_SECOND)}; findings such as QS are read by "
            f"visits_from_sdtm.",
            variable="domain",
            values=(letters,),
        )
    if missing_end is not None:
        one_of(missing_end, {"ongoing": "a drug without an end goes on"}, "missing_end")
    for name, columns in _SECOND[letters].items():
        if (letters, name) not in _OPTIONAL:
            sdtm.require(*columns)
    data = pd.DataFrame({"patient": sdtm.cells("USUBJID")})[sdtm.counted & _happened(sdtm)]
    for name, columns in _SECOND[letters].items():
        there = [column for column in columns if column in sdtm.frame]
        if there and name in _DATES:
            rule: Any = partial_dates
            rule = rule.get(name) if isinstance(rule, Mapping) else rule
            data[name] = sdtm.days(data.index, there[0], rule, gaps=name == "stop")["day"]
        elif there:
            first, other = sdtm.cells(there[0]), sdtm.cells(there[-1])
            data[name] = filled(first, other)[data.index]
    if letters == "EX" and "stop" in data:
        data["stop"] = filled(data["stop"], data["date"])
    if letters == "CM" and missing_end is None:
        _refuse_open_ends(sdtm, data)
    if "dose" in data:
        try:
            data["dose"] = pd.to_numeric(data["dose"])
        except (TypeError, ValueError) as problem:
            raise NotNumericError(
                "column 'EXDOSE' must hold numbers.", variable="EXDOSE"
            ) from problem
    return like(sdtm.frame, data)


def _happened(domain: Domain) -> pd.Series[bool]:
    """Return the rows of what did happen."""
    letters = domain.letters
    gone = (domain.cells(f"{letters}OCCUR") == "N") | (domain.cells(f"{letters}STAT") == NOT_DONE)
    if letters == "DS":
        gone |= domain.cells("DSDECOD") == "COMPLETED"
        if "DSCAT" in domain.frame:
            gone |= domain.cells("DSCAT") != "DISPOSITION EVENT"
    return ~gone


def _refuse_open_ends(domain: Domain, data: pd.DataFrame) -> None:
    """Raise if a drug has no end and nothing says that it is ongoing."""
    said = [domain.cells(name).isin(_GOES_ON) for name in ("CMENRTPT", "CMENRF")]
    lost = data[data["stop"].isna() & ~(said[0] | said[1])[data.index]]
    if len(lost):
        who = listing(lost["patient"].unique())
        raise RequestError(
            f"CMENDTC is missing in {len(lost)} row{'' if len(lost) == 1 else 's'} (of {who}), and "
            f"neither CMENRTPT nor CMENRF says ONGOING or AFTER. Fill it in; or, if these drugs go "
            f"on, say missing_end='ongoing'.",
            variable="CMENDTC",
            values=lost["drug"].tolist(),
        )
