"""The subjects of a data set: STUDYID, the treatment's start, and what else of ADSL is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.adam.datasets import DATE, NUMBER, TEXT, WHOLE, Variable, dates_of, days_of
from jiascores.adam.datasets import VARIABLES as KNOWN
from jiascores.core.errors import ColumnError, RequestError, VisitError, listing
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, list_of


@attrs.frozen(eq=False)
class Subjects:
    """One row for each subject, by USUBJID as text.

    Parameters
    ----------
    table : pandas.DataFrame
        STUDYID, and what else of ADSL is taken along; the index is USUBJID.
    start : pandas.Series, optional
        TRTSDT as days since 1970.
    """

    table: pd.DataFrame
    start: pd.Series[float] | None

    @property
    def ids(self) -> list[str]:
        """Each USUBJID."""
        return [str(each) for each in self.table.index]

    @property
    def taken(self) -> Mapping[str, Variable]:
        """What is known of the columns of ADSL."""
        return {
            str(name): Variable(str(name), _type(self.table[name]), "Predecessor", "ADSL")
            for name in self.table
            if name not in KNOWN
        }

    @classmethod
    def of(cls, given: Any, study: str | None, keep: Sequence[str], labels: Any) -> Subjects:
        """Return the subjects of ADSL, or those who have visits.

        Parameters
        ----------
        given : data frame or None
            ADSL.
        study : str or None
            STUDYID, where there is none.
        keep : list of str
            Columns to take along.
        labels : sequence
            The ids of those who have visits.
        """
        seen = [str(label) for label in list_of(labels)]
        if given is None:
            if study is None or keep:
                raise RequestError(
                    "give ADSL, subjects=; without it study= says STUDYID, and keep= has nothing to "
                    "take along.",
                    variable="subjects",
                )
            return cls(pd.DataFrame({"STUDYID": study}, index=seen), None)
        frame = Frame(to_eager(given))
        for name in ("USUBJID", *([] if study else ["STUDYID"]), *keep):
            if name not in frame:
                raise ColumnError(f"subjects= has no column {name!r}.", variable=name)
        ids = pd.Index([str(each) for each in frame.objects("USUBJID")])
        if ids.has_duplicates:
            who = listing(ids[ids.duplicated()].tolist())
            raise VisitError(f"two rows of ADSL are of one subject: {who}.", variable="USUBJID")
        others = sorted(set(seen) - set(ids))
        if others:
            raise VisitError(
                f"{len(others)} of {len(seen)} subjects with visits are not in ADSL: "
                f"{listing(map(repr, others))} here, {listing(map(repr, ids[:2]))} there.",
                variable="USUBJID",
                values=others,
            )
        names = ["STUDYID", *(name for name in keep if name not in ("STUDYID", "USUBJID"))]
        table = pd.DataFrame(
            {n: study if study and n == "STUDYID" else frame.objects(n) for n in names}, index=ids
        )
        start = None
        if "TRTSDT" in frame:
            start = pd.Series(days_of(frame.objects("TRTSDT")), index=ids)
        return cls(table.infer_objects(), start)

    def joined(self, data: pd.DataFrame) -> pd.DataFrame:
        """Return rows with the columns of ADSL and, where TRTSDT is known, ADY."""
        front = self.table.loc[data["USUBJID"]].reset_index(drop=True)
        data = data.reset_index(drop=True)
        if self.start is not None:
            days = data["ADT"].to_numpy(float) - self.start.loc[data["USUBJID"]].to_numpy(float)
            data["ADY"] = days + (days >= 0)
        rest = [name for name in front if name != "STUDYID"]
        return pd.concat([front[["STUDYID"]], data[["USUBJID"]], front[rest],
                          data.drop(columns="USUBJID")], axis=1)  # fmt: skip


def _type(values: pd.Series[Any]) -> str:
    if pd.api.types.is_datetime64_any_dtype(values) or _holds_dates(values):
        return DATE
    return NUMBER if pd.api.types.is_numeric_dtype(values) else TEXT


def _holds_dates(values: pd.Series[Any]) -> bool:
    known = values.dropna()
    return bool(len(known)) and all(hasattr(each, "toordinal") for each in known)


def words_where(where: Any, words: Any) -> NDArray[Any]:
    """Return words where something holds, and gaps elsewhere."""
    holds = np.asarray(where, dtype=bool)
    cells = np.full(holds.size, None, dtype=object)
    cells[holds] = words if isinstance(words, str) else np.asarray(words, dtype=object)[holds]
    return cells


def frame_like(frame: Frame, data: pd.DataFrame) -> Any:
    """Return a frame of the kind of another, dates as dates and whole numbers as such."""
    columns: dict[str, Any] = {}
    for name in data:
        values = data[name]
        if (name in KNOWN and KNOWN[str(name)].type == DATE) or _type(values) == DATE:
            columns[str(name)] = _dates(values, frame)
        elif pd.api.types.is_numeric_dtype(values):
            columns[str(name)] = _numbers(str(name), values, frame)
        else:
            words = [None if pd.isna(each) else str(each) for each in values]
            columns[str(name)] = frame.texts(words)
    return frame.new(columns)


def _dates(values: pd.Series[Any], frame: Frame) -> Any:
    days = _days(values) if pd.api.types.is_numeric_dtype(values) else dates_of(values)
    return days.astype("datetime64[s]") if frame.kind == "pandas" else days


def _days(values: pd.Series[Any]) -> Any:
    numbers = values.to_numpy(float)
    gone = np.isnan(numbers)
    days = np.nan_to_num(numbers).astype("int64").astype("datetime64[D]")
    days[gone] = np.datetime64("NaT", "D")
    return days


def _numbers(name: str, values: pd.Series[Any], frame: Frame) -> Any:
    numbers = values.to_numpy(float)
    known = KNOWN.get(name)
    if known is None or known.type != WHOLE:
        # What Arrow and Polars are given as NaN would be no gap.
        gaps = [None if np.isnan(each) else each for each in numbers.tolist()]
        return numbers if frame.kind == "pandas" else gaps
    whole = [None if np.isnan(each) else int(each) for each in numbers]
    return pd.array(whole, dtype="Int64") if frame.kind == "pandas" else whole
