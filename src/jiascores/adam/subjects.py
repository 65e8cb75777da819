"""The subjects of a data set: STUDYID, the treatment's start, and what else of ADSL is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.adam.datasets import (
    CRITERION,
    DATE,
    LABELS,
    TEXT,
    WHOLE,
    AnalysisDataset,
    Variable,
    dates_of,
    days_of,
    kind_of,
)
from jiascores.adam.datasets import VARIABLES as KNOWN
from jiascores.core.errors import ColumnError, RequestError, VisitError, listing, say, shown
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, Output, OutputKind

# The placeholder for the number of the period in the name of a column, as in TRTxxP.
PERIOD = "xx"
IDS = ("STUDYID", "USUBJID")


@attrs.define(eq=False, slots=False)
class Subjects:
    """ADSL: one row for each subject.

    Parameters
    ----------
    table : pandas.DataFrame
        ADSL with STUDYID; the index is USUBJID.
    keep : dict
        The columns to add to each row: variable → column of ADSL.
    """

    table: pd.DataFrame
    keep: Mapping[str, str]

    @cached_property
    def start(self) -> pd.Series[float] | None:
        """TRTSDT as days since 1970, where ADSL has it."""
        return self.days("TRTSDT") if "TRTSDT" in self.table else None

    def column(self, name: str) -> pd.Series[Any]:
        """Return a column of ADSL."""
        if name not in self.table:
            raise ColumnError(f"{say('subjects')} has no column {shown(name)}.", variable=name)
        column: pd.Series[Any] = self.table[name]
        return column

    def days(self, name: str) -> pd.Series[float]:
        """Return a date of ADSL as days since 1970."""
        return pd.Series(days_of(self.column(name), name), index=self.table.index, name=name)

    @classmethod
    def of(cls, given: Any, study: str | None, keep: Any, seen: Iterable[str]) -> Subjects:
        """Return the subjects of ADSL or, without one, those who have visits.

        Parameters
        ----------
        given : data frame or None
            ADSL.
        study : str or None
            STUDYID, if there is no ADSL.
        keep : list of str or dict
            Columns to add to each row; a dict renames them, new name → column.
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
        table = pd.DataFrame({str(n): list(frame.objects(n)) for n in frame.names}).infer_objects()
        people = cls(
            table.assign(STUDYID=study) if study else table,
            {new: old for new, old in names.items() if new not in IDS},
        )
        for name in (*reversed(IDS), *(old for old in names.values() if PERIOD not in old)):
            people.column(name)
        ids = people.table.index = pd.Index(people.column("USUBJID").map(str))
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
        return people

    def joined(self, data: pd.DataFrame) -> pd.DataFrame:
        """Return the rows with the columns of ADSL and, if TRTSDT is there, ADY."""
        ids = data["USUBJID"]
        ours = sorted(set(self.keep) & set(map(str, data)))
        if ours:
            raise RequestError(
                f"{say('keep')} takes {ours[0]} from ADSL, and the data set has a variable of this name: "
                f"give it another one.",
                variable="keep",
                values=ours,
            )
        if self.start is not None:
            data = data.assign(ADY=analysis_day(data["ADT"], self.start.loc[ids]))
        front = {"STUDYID": self.table["STUDYID"].loc[ids].to_numpy(), "USUBJID": ids.to_numpy()}
        front |= {new: self._cells(new, old, data) for new, old in self.keep.items()}
        data = data.drop(columns="USUBJID").reset_index(drop=True)
        return pd.concat([pd.DataFrame(front), data], axis=1)

    def dataset(
        self,
        data: pd.DataFrame,
        frame: Frame,
        order: Sequence[str],
        origins: Mapping[str, str] = MappingProxyType({}),
        **about: Any,
    ) -> AnalysisDataset:
        """Return the rows as a data set, sorted by its keys, as a frame of the kind of the visits.

        Parameters
        ----------
        data : DataFrame
            The rows, without the columns of ADSL.
        frame : Frame
            The visits.
        order : sequence of str
            The variables that are made here, in the order in which they are read.
        origins : mapping
            For each further variable, a sentence that says where it comes from.
        **about
            ``keys`` and the other fields of `AnalysisDataset`.
        """
        data = self.joined(data).sort_values(
            list(about["keys"]), kind="stable", na_position="first", ignore_index=True
        )
        known = [name for name in order if name in data]
        criteria = [name for name in data if CRITERION.fullmatch(str(name))]
        data = data[[*data.columns.difference([*known, *criteria], sort=False), *known, *criteria]]
        origins = {**{new: f"ADSL.{old}" for new, old in self.keep.items()}, **origins}
        taken = {
            name: Variable(LABELS.get(name, name), kind_of(data[name]), "Predecessor", origin)
            for name, origin in origins.items()
            if name not in KNOWN
        }
        return AnalysisDataset(data=frame_like(frame, data), taken=taken, **about)

    def _cells(self, new: str, old: str, data: pd.DataFrame) -> Any:
        """Return a column of ADSL for each row; the column of the row's period if it names one."""
        if PERIOD not in old:
            column = self.column(old).loc[data["USUBJID"]].to_numpy()
            return dates_of(column, old).astype("datetime64[s]") if new.endswith("DT") else column
        if "APERIOD" not in data:
            raise RequestError(
                f"{say('keep')} takes {new} from {old}, one column for each period: say where periods "
                f"begin, {say('adam.periods')}.",
                variable="keep",
            )
        cells = np.full(len(data), None, dtype=object)
        for number, rows in data.groupby("APERIOD"):
            of_period = self.column(old.replace(PERIOD, f"{number:02.0f}"))
            cells[data.index.isin(rows.index)] = of_period.loc[rows["USUBJID"]]
        return cells


def analysis_day(days: Any, start: Any) -> NDArray[np.float64]:
    """Return days since 1970 as days relative to a start: 1 on it, −1 the day before, no 0."""
    since: NDArray[np.float64] = np.asarray(days, dtype=float) - np.asarray(start, dtype=float)
    return since + (since >= 0)


def words_where(where: Any, words: Any) -> NDArray[Any]:
    """Return words where a condition holds, and gaps elsewhere."""
    holds = np.asarray(where, dtype=bool)
    cells = np.full(holds.size, None, dtype=object)
    cells[holds] = words if isinstance(words, str) else np.asarray(words, dtype=object)[holds]
    return cells


def frame_like(frame: Frame, data: pd.DataFrame) -> Any:
    """Return the data as a frame of the kind of another, with dates and whole numbers as such."""
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
        else:
            of: OutputKind = "level" if kind == WHOLE else "score"
            columns[str(name)] = frame.made(Output(str(name), of, values.to_numpy(float)))
    return frame.new(columns)
