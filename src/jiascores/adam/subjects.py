"""The subjects of a data set: STUDYID, the treatment's start, and what else of ADSL is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.adam.datasets import (
    DATE,
    LABELS,
    NUMBER,
    TEXT,
    WHOLE,
    Variable,
    dates_of,
    days_of,
)
from jiascores.adam.datasets import VARIABLES as KNOWN
from jiascores.core.errors import ColumnError, RequestError, VisitError, listing, say
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame

# What stands for the number of the period in the name of a column, as in TRTxxP.
PERIOD = "xx"
IDS = ("STUDYID", "USUBJID")


@attrs.define(eq=False, slots=False)
class Subjects:
    """One row for each subject, by USUBJID as text.

    Parameters
    ----------
    table : pandas.DataFrame
        ADSL with STUDYID; the index is USUBJID.
    keep : dict
        What is taken along: the variable → the column of ADSL.
    """

    table: pd.DataFrame
    keep: Mapping[str, str]

    @cached_property
    def start(self) -> pd.Series[float] | None:
        """TRTSDT as days since 1970, where ADSL has it."""
        return self.days("TRTSDT") if "TRTSDT" in self.table else None

    def days(self, name: str) -> pd.Series[float]:
        """Return a date of ADSL as days since 1970."""
        if name not in self.table:
            raise ColumnError(f"{say('subjects')} has no column {name!r}.", variable=name)
        return pd.Series(days_of(self.table[name], name), index=self.table.index, name=name)

    @classmethod
    def of(cls, given: Any, study: str | None, keep: Any, seen: Iterable[str]) -> Subjects:
        """Return the subjects of ADSL, or those who have visits.

        Parameters
        ----------
        given : data frame or None
            ADSL.
        study : str or None
            STUDYID, where there is none.
        keep : list of str or dict
            Columns to take along, or what each is called → the column.
        seen : iterable of str
            The ids of those who have visits.
        """
        seen = list(dict.fromkeys(seen))
        names = dict(keep) if isinstance(keep, Mapping) else {each: each for each in keep}
        if given is None:
            if study is None or names:
                raise RequestError(
                    f"give ADSL, {say('subjects')}; without it {say('study')} says STUDYID, and "
                    f"{say('keep')} has nothing to take along.",
                    variable="subjects",
                )
            return cls(pd.DataFrame({"STUDYID": study}, index=seen), {})
        frame = Frame(to_eager(given))
        wanted = (name for name in names.values() if PERIOD not in name)
        for name in ("USUBJID", *([] if study else ["STUDYID"]), *wanted):
            if name not in frame:
                raise ColumnError(f"{say('subjects')} has no column {name!r}.", variable=name)
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
        table = pd.DataFrame({str(n): list(frame.objects(n)) for n in frame.names}, index=ids)
        table = table.assign(STUDYID=study) if study else table
        return cls(
            table.infer_objects(), {new: old for new, old in names.items() if new not in IDS}
        )

    def joined(self, data: pd.DataFrame) -> pd.DataFrame:
        """Return rows with what is taken along from ADSL and, where TRTSDT is known, ADY."""
        ids = data["USUBJID"]
        front = {"STUDYID": self.table["STUDYID"].loc[ids].to_numpy(), "USUBJID": ids.to_numpy()}
        front |= {new: self._cells(new, old, data) for new, old in self.keep.items()}
        ours = sorted(set(self.keep) & set(map(str, data)))
        if ours:
            raise RequestError(
                f"{say('keep')} takes {ours[0]} from ADSL, and {ours[0]} is made here: take it under "
                f"another name.",
                variable="keep",
                values=ours,
            )
        return pd.concat(
            [pd.DataFrame(front), data.drop(columns="USUBJID").reset_index(drop=True)], axis=1
        )

    def _cells(self, new: str, old: str, data: pd.DataFrame) -> Any:
        """Return what a column of ADSL says of each row's subject, in its period where it names one."""
        if PERIOD not in old:
            column = self.table[old].loc[data["USUBJID"]].to_numpy()
            dated = new.endswith("DT")
            return dates_of(column, old).astype("datetime64[s]") if dated else column
        if "APERIOD" not in data:
            raise RequestError(
                f"{say('keep')} takes {new} from {old}, one column for each period: say where periods "
                f"begin, {say('adam.periods')}.",
                variable="keep",
            )
        cells = np.full(len(data), None, dtype=object)
        period = data["APERIOD"].to_numpy(float)
        for number in np.unique(period[~np.isnan(period)]):
            name = old.replace(PERIOD, f"{int(number):02d}")
            if name not in self.table:
                raise ColumnError(f"{say('subjects')} has no column {name!r}.", variable=name)
            here = period == number
            cells[here] = self.table[name].loc[data["USUBJID"][here]].to_numpy()
        return cells


def taken(data: pd.DataFrame, origins: Mapping[str, str]) -> dict[str, Variable]:
    """Return what is known of variables that were taken over as they are, and from where."""
    return {
        name: Variable(LABELS.get(name, name), kind_of(data[name]), "Predecessor", origin)
        for name, origin in origins.items()
        if name not in KNOWN
    }


def kind_of(values: pd.Series[Any]) -> str:
    """Return what kind of variable holds these values."""
    if pd.api.types.is_datetime64_any_dtype(values) or _holds_dates(values):
        return DATE
    if pd.api.types.is_bool_dtype(values):
        return TEXT
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
    for name, values in data.items():
        kind = KNOWN[str(name)].type if name in KNOWN else kind_of(values)
        if kind == TEXT:
            words = [None if pd.isna(each) else str(each) for each in values]
            columns[str(name)] = frame.texts(words)
        elif kind == DATE:
            counted = pd.api.types.is_numeric_dtype(values)
            days = dates_of(pd.to_datetime(values, unit="D") if counted else values)
            columns[str(name)] = days.astype("datetime64[s]") if frame.kind == "pandas" else days
        elif frame.kind == "pandas":
            numbers = values.astype(float)
            columns[str(name)] = numbers.astype("Int64") if kind == WHOLE else numbers
        else:
            # What Arrow and Polars are given as NaN would be no gap.
            made = int if kind == WHOLE else float
            columns[str(name)] = [None if pd.isna(each) else made(each) for each in values]
    return frame.new(columns)
