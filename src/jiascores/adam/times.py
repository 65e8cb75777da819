"""ADTTE: times to an event, one row for each subject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from jiascores.adam.datasets import AnalysisDataset
from jiascores.adam.parameters import (
    OWN_FROM,
    Parameter,
    codes,
    of_request,
    refuse_code,
    refuse_unknown,
)
from jiascores.adam.subjects import Subjects, frame_like
from jiascores.core.arguments import as_declared
from jiascores.core.errors import RequestError, listing, say, shown
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame
from jiascores.tables.naming import Column, column
from jiascores.tables.requests import Request
from jiascores.tables.time_to_event import time_to_first, time_to_flare

LABEL = "Time-to-Event Analysis Dataset"
KEYS = ("STUDYID", "USUBJID", "PARAMCD")
ORDER = (
    *("PARAMCD", "PARAM", "PARAMN", "PARCAT1", "STARTDT", "ADT", "ADY", "AVAL", "CNSR"),
    *("EVNTDESC", "CNSDTDSC"),
)
FRONT, CODE_LENGTH = "TT", 8


@as_declared
def adtte(
    visits: Any,
    event: Request | Column,
    *,
    subjects: Any,
    origin: str = "TRTSDT",
    keep: Sequence[str] | Mapping[str, str] = (),
    censored: Mapping[str, int] | None = None,
    paramcd: str | None = None,
    param: str | None = None,
    terminology: str = "",
    columns: Mapping[str, Any] | None = None,
    name: str = "ADTTE",
    **how: Any,
) -> AnalysisDataset:
    """Make a time-to-event data set (ADTTE) from visits and ADSL: one row for each subject.

    Parameters
    ----------
    visits : data frame
        One row for each visit, with dates, of any engine.
    event : Request or Column
        ``jia.ask.flare(criteria=…, reference=…)``; or a yes/no request or column, which has
        happened when it is yes for the first time.
    subjects : data frame
        ADSL: ``USUBJID``, ``STUDYID`` and the column of `origin`. Every subject gets a row.
    origin : str
        The column of ADSL with the date on which time starts; it becomes STARTDT.
    keep : list of str or dict
        Columns of ADSL to add to each row, as for `adeff`.
    censored : dict, optional
        CNSR by reason, for example ``{"stopped: moved away": 2}``. Every other reason gets 1.
    paramcd, param : str, optional
        PARAMCD and PARAM. Needed if the event has no code of its own.
    terminology : str
        The version of CDISC's controlled terminology that your study uses, for the metadata.
    columns : dict, optional
        Your own column names in `visits`.
    name : str
        The name of the data set.
    **how
        As for `jiascores.analysis.time_to_flare` and `jiascores.analysis.time_to_first`:
        ``baseline``, ``undetermined``, ``stopped``, ``reason``, ``intercurrent``, ``until`` and the others.

    Returns
    -------
    AnalysisDataset
        With STARTDT, ADT, AVAL (ADT − STARTDT + 1, in days), CNSR (0 is the event), EVNTDESC, and
        CNSDTDSC if CNSR is above 0.

    Raises
    ------
    RequestError
        If there is no code, or no subject has a reason that `censored` names.
    JiaScoresError
        As for `time_to_flare`.

    See Also
    --------
    jiascores.adam.adeff : Efficacy by visit.
    jiascores.analysis.time_to_first : The times themselves.
    jiascores.adam.write : Writes it to a file.

    Notes
    -----
    A subject who was never seen after the start is censored on that day, and AVAL is 1: AVAL counts
    the start as day 1, while `jiascores.analysis` gives elapsed days.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> adsl = pd.DataFrame({"STUDYID": "JIA-1", "USUBJID": ["S-01", "S-02"],
    ...                      "RANDDT": pd.to_datetime(["2024-01-10", "2024-01-12"])})
    >>> visits = pd.DataFrame({
    ...     "patient": "S-01", "date": pd.to_datetime(["2024-01-10", "2024-03-06"]),
    ...     "inactive": [False, True]})
    >>> adtte = jia.adam.adtte(
    ...     visits, jia.column("inactive"), subjects=adsl, origin="RANDDT", baseline="first",
    ...     paramcd="TTINACT", param="Time to inactive disease (days)")
    >>> adtte.data[["USUBJID", "AVAL", "CNSR", "EVNTDESC"]]
      USUBJID  AVAL  CNSR             EVNTDESC
    0    S-01  57.0     0             INACTIVE
    1    S-02   1.0     1  NO REFERENCE VISIT
    """
    frame, adsl = Frame(to_eager(visits)), Frame(to_eager(subjects))
    people = Subjects.of(adsl.native, None, keep, ())
    people.column(origin)
    parameter = _parameter(event, paramcd, param)
    given: dict[str, Any] = {
        "patients": frame_like(frame, pd.DataFrame({n: adsl.objects(n) for n in adsl.names})),
        "patient_columns": {"patient": "USUBJID"},
        "origin": column(origin),
        "columns": columns,
        **how,
    }
    if isinstance(event, Request) and event.measure.name == "flare":
        own = {"criteria": event.criteria, "reference": dict(event.bound).get("reference")}
        times = time_to_flare(frame.native, **{**own, **given})
    else:
        times = time_to_first(frame.native, event, **given)
    data = _rows(
        Frame(times), (columns or {}).get("patient", "patient"), people.days(origin), parameter
    )
    data["CNSR"] = _censored(data, censored or {})
    data["CNSDTDSC"] = data["CNSDTDSC"].where(data["CNSR"] > 0, None)
    data["EVNTDESC"] = data["EVNTDESC"].str.upper()
    about: dict[str, Any] = {"name": name, "label": LABEL, "keys": KEYS, "terminology": terminology}
    return people.dataset(data, frame, ORDER, parameters=(parameter,), **about)


def _rows(
    times: Frame, patient: Any, starts: pd.Series[float], parameter: Parameter
) -> pd.DataFrame:
    """Return a row for each subject, without CNSR."""
    ids = [str(each) for each in times.objects(patient)]
    origin, days = starts.name, starts.loc[ids].to_numpy(float)
    without = [each for each, day in zip(ids, days, strict=True) if np.isnan(day)]
    if without:
        raise RequestError(
            f"{origin} is missing for {listing(without)}, and time starts on it: fill it in, or leave "
            f"these subjects out of ADSL.",
            variable=str(origin),
            values=without,
        )
    durations = pd.Series(times.objects("duration"), dtype=object).astype(float)
    duration = np.floor(durations.fillna(0.0).to_numpy())
    event = pd.Series(times.objects("event"), dtype=object).map(
        lambda each: each is True or each == 1
    )
    return pd.DataFrame(
        {
            "USUBJID": ids,
            **parameter.columns,
            "STARTDT": days,
            "ADT": days + duration,
            "AVAL": duration + 1,
            "EVENT": event.to_numpy(bool),
            "EVNTDESC": [str(each) for each in times.objects("reason")],
            "CNSDTDSC": [str(each) for each in times.objects("rule")],
        }
    )


def _censored(data: pd.DataFrame, given: Mapping[str, int]) -> Any:
    """Return CNSR: 0 for the event, else the number of the reason."""
    reasons = data.loc[~data["EVENT"], "EVNTDESC"].unique()
    refuse_unknown("adam.event.censored", given, sorted(reasons), "a patient's reason")
    wrong = [number for number in given.values() if isinstance(number, bool) or number < 1]
    if wrong:
        raise RequestError(
            f"{say('adam.event.censored')} gives CNSR {wrong[0]!r}: 0 is the event, so give a reason 1 or more.",
            variable="censored",
            values=wrong,
        )
    return np.where(data.pop("EVENT"), 0, data["EVNTDESC"].map(given).fillna(1)).astype(int)


def _parameter(event: Any, code: str | None, label: str | None) -> Parameter:
    """Return the parameter; its code is TT and the code of the event."""
    stem = event.stem if isinstance(event, Request) else event.name
    asked = event if isinstance(event, Request) else None
    base = stem if asked is None else asked.measure.column(asked.criteria, **dict(asked.options))
    own, _, number = codes().get(base, ("", "", OWN_FROM))
    made = f"{FRONT}{own}" if own and len(own) <= CODE_LENGTH - len(FRONT) else ""
    chosen = made if code is None else code
    refuse_code(chosen, f"the time to {shown(stem)}", f"{say('paramcd')} and {say('param')}")
    called = stem if asked is None else of_request(asked, None)
    called = called if called[1:2].isupper() else f"{called[0].lower()}{called[1:]}"
    words = f"Time to {called} (days, day 1 is the start)"
    return Parameter(chosen, (label or words)[:200], number, "TIME TO EVENT", event, timed=True)
