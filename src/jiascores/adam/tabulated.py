"""Visits from SDTM: the findings domains, one row for each value, as one row for each visit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from jiascores.core.errors import ColumnError, RequestError, VisitError, listing
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame
from jiascores.tables.shapes import from_long

TEST = re.compile(r"([A-Z]{2})TESTCD")
FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")
NOT_DONE = "NOT DONE"


def visits_from_sdtm(
    *domains: Any, variables: Mapping[str, str | Sequence[str]], by: str = "date"
) -> pd.DataFrame:
    """Make visits from SDTM findings domains (QS, RS, LB, VS, OE, …): one row for each visit.

    Parameters
    ----------
    *domains : data frame
        Each with ``USUBJID`` and, by its two letters, ``--TESTCD``, ``--STRESN`` and ``--DTC``;
        ``--STRESC``, ``--STRESU``, ``--STAT``, ``VISITNUM``, and ``--LOBXFL`` or ``--BLFL`` where
        it has them.
    variables : dict
        What becomes a column: its name → the word in ``--TESTCD``, for example
        ``{"physician_global": "PHGA", "esr": "ESR"}``.
    by : {"date", "visit"}
        What makes rows one visit: their date, or VISITNUM.

    Returns
    -------
    pandas.DataFrame
        ``patient``, ``date``, ``visit`` (VISITNUM), each variable, ``<variable>_unit``, and
        ``baseline_flag``, yes where a value of the visit has --LOBXFL or --BLFL:
        ``baseline=jia.flagged("baseline_flag")``. Give units to `assess` as
        ``units={"crp": jia.column("crp_unit")}``.

    Raises
    ------
    ColumnError
        If a domain has no --TESTCD, --STRESN or --DTC.
    VisitError
        If a date is partial, or a variable has two values at one visit.
    RequestError
        If a result is a limit or a word and no number (``<5``): say first what it counts as.

    Notes
    -----
    A row that was not done has no value. A partial date (2024-03) is refused, not completed:
    impute it by the rule of your plan before. A data set in ADaM's basic structure is read by
    `jiascores.prepare.from_long`, which leaves out rows with DTYPE.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> qs = pd.DataFrame({
    ...     "USUBJID": "S-01", "QSTESTCD": ["PHGA", "PTGA"], "QSSTRESN": [6.0, 5.0],
    ...     "QSDTC": "2024-01-10", "QSLOBXFL": "Y"})
    >>> lb = pd.DataFrame({
    ...     "USUBJID": "S-01", "LBTESTCD": ["ESR"], "LBSTRESN": [40.0], "LBSTRESU": "mm/h",
    ...     "LBDTC": "2024-01-10T08:30"})
    >>> codes = {"physician_global": "PHGA", "patient_global": "PTGA", "esr": "ESR"}
    >>> visits = jia.adam.visits_from_sdtm(qs, lb, variables=codes)
    >>> visits[["patient", "date", "physician_global", "esr", "esr_unit", "baseline_flag"]]
      patient        date  physician_global   esr esr_unit  baseline_flag
    0    S-01  2024-01-10               6.0  40.0     mm/h           True
    """
    if not domains:
        raise RequestError("give at least one domain, such as QS.", variable="domains")
    words = {w for each in variables.values() for w in ([each] if isinstance(each, str) else each)}
    long = pd.concat([_values(each, words) for each in domains], ignore_index=True)
    columns = {"patient": "USUBJID", "variable": "TESTCD", "value": "STRESN", "date": "DTC"}
    columns |= {"unit": "STRESU", "visit": "VISITNUM"}
    if by == "date":
        long["VISITNUM"] = long.groupby(["USUBJID", "DTC"])["VISITNUM"].transform("first")
    out = from_long(long, variables=variables, columns=columns, by=by)  # type: ignore[arg-type]
    flagged = long[long["LOBXFL"]]
    pairs = set(zip(flagged["USUBJID"], flagged["DTC"], strict=True))
    out["baseline_flag"] = [pair in pairs for pair in zip(out["patient"], out["date"], strict=True)]
    return out


def _values(domain: Any, words: set[str]) -> pd.DataFrame:
    """Return the values of one domain that are asked for, under names without its letters."""
    frame = Frame(to_eager(domain))
    found = [match[1] for name in frame.names if (match := TEST.fullmatch(str(name)))]
    if len(found) != 1:
        raise ColumnError(
            "a domain needs one column --TESTCD, such as QSTESTCD.", variable="TESTCD"
        )
    letters = found[0]
    for name in ("USUBJID", f"{letters}STRESN", f"{letters}DTC"):
        if name not in frame:
            raise ColumnError(f"the domain {letters} has no column {name!r}.", variable=name)

    def cells(name: str, otherwise: Any = None) -> list[Any]:
        if name not in frame:
            return [otherwise] * frame.size
        return [None if pd.isna(each) or each == "" else each for each in frame.objects(name)]

    data = pd.DataFrame(
        {
            "USUBJID": cells("USUBJID"),
            "VISITNUM": cells("VISITNUM"),
            **{name: cells(f"{letters}{name}") for name in ("TESTCD", "STRESN", "STRESC")},
            **{name: cells(f"{letters}{name}") for name in ("DTC", "STRESU", "STAT")},
        },
        dtype=object,
    )
    flags = (cells(f"{letters}{name}") for name in ("LOBXFL", "BLFL"))
    data["LOBXFL"] = [each == "Y" or other == "Y" for each, other in zip(*flags, strict=True)]
    data = data[data["TESTCD"].isin(words)]
    data = data[data["STAT"] != NOT_DONE]
    said = data[data["STRESN"].isna() & data["STRESC"].notna()]
    if len(said):
        raise RequestError(
            f"{letters}STRESC of {said['TESTCD'].iloc[0]} is {said['STRESC'].iloc[0]!r} "
            f"({len(said)} rows of {letters} have a result that is no number): say what it counts "
            f"as, in {letters}STRESN, by the rule of your plan; jiascores.prepare.below_limit does "
            f"so for values below a limit.",
            variable=f"{letters}STRESC",
            values=said["STRESC"].tolist(),
        )
    data = data[data["STRESN"].notna()]
    partial = data[~data["DTC"].map(lambda each: bool(FULL_DATE.fullmatch(str(each))))]
    if len(partial):
        shown = listing(map(repr, partial["DTC"].tolist()))
        raise VisitError(
            f"{letters}DTC is no full date in {len(partial)} rows: {shown}. Complete it by the rule "
            f"of your plan before.",
            variable=f"{letters}DTC",
            values=partial["DTC"].tolist(),
        )
    data["DTC"] = data["DTC"].map(lambda each: str(each)[:10])
    data["STRESN"] = data["STRESN"].astype(np.float64)
    return data.drop(columns=["STAT", "STRESC"])
