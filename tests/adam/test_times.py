"""ADTTE: one row for each subject."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.errors import ColumnError, RequestError

DATES = ("STARTDT", "ADT")
ADSL = pd.DataFrame(
    {
        "STUDYID": "JIA-1",
        "USUBJID": ["S-01", "S-02", "S-03", "S-04"],
        "RANDDT": pd.to_datetime(["2024-01-10", "2024-01-11", "2024-01-12", "2024-01-09"]),
        "stopped": pd.to_datetime([None, "2024-02-20", None, "2024-02-20"]),
        "why": [None, "moved away", None, "rescue"],
        "TRTP": list("ABAB"),
    }
)
VISITS = pd.DataFrame(
    {
        "patient": ["S-01"] * 3 + ["S-02"] * 2 + ["S-04"] * 2,
        "date": pd.to_datetime(
            [
                *("2024-01-10", "2024-02-07", "2024-03-06"),
                *("2024-01-11", "2024-02-08"),
                *("2024-01-09", "2024-02-06"),
            ]
        ),
        "calm": [False, False, True, False, False, False, False],
    }
)


def made(visits: Any = VISITS, **given: Any) -> pd.DataFrame:
    how: dict[str, Any] = {
        "subjects": ADSL,
        "origin": "RANDDT",
        "baseline": "first",
        "stopped": jia.column("stopped"),
        "reason": jia.column("why"),
        "stop_is_censored": ("moved away", "rescue"),
        "paramcd": "TTCALM",
        "param": "Time to calm (days)",
    }
    return jia.adam.adtte(visits, jia.column("calm"), **how | given).data


def test_the_day_of_the_start_is_day_1() -> None:
    data = made(censored={"stopped: moved away": 2, "stopped: rescue": 3})
    assert data["AVAL"].tolist() == [57, 29, 1, 29]
    assert data["CNSR"].tolist() == [0, 2, 1, 3]
    start, end = (data[name].to_numpy().astype("datetime64[D]").astype(int) for name in DATES)
    assert (end - start + 1 == data["AVAL"]).all()
    assert data["EVNTDESC"].tolist() == [
        "CALM", "STOPPED: MOVED AWAY", "NO REFERENCE VISIT", "STOPPED: RESCUE"
    ]  # fmt: skip
    assert data["CNSDTDSC"].isna().tolist() == [True, False, False, False]
    # Never seen: censored on the start.
    assert data.loc[2, "ADT"] == data.loc[2, "STARTDT"]


def test_elapsed_days_are_one_less() -> None:
    elapsed = jia.analysis.time_to_first(
        VISITS, jia.column("calm"), baseline="first", patients=ADSL, origin=jia.column("RANDDT"),
        patient_columns={"patient": "USUBJID"},
    )  # fmt: skip
    data = made(stopped=None, reason=None, stop_is_censored=())
    seen = elapsed["duration"].notna()
    assert (data.loc[seen, "AVAL"] - 1).tolist() == elapsed.loc[seen, "duration"].tolist()


def test_a_reason_that_never_comes_and_a_number_that_is_the_event() -> None:
    with pytest.raises(
        RequestError, match=r"not a patient's reason\. There are .*'stopped: rescue'"
    ):
        made(censored={"died": 2})
    for wrong in (0, -1, True):
        with pytest.raises(RequestError, match="0 is the event"):
            made(censored={"stopped: rescue": wrong})
    with pytest.raises(ColumnError, match="TRTSDT"):
        made(origin="TRTSDT")
    with pytest.raises(RequestError, match="give paramcd="):
        made(paramcd=None)
    with pytest.raises(RequestError, match="RANDDT is missing for S-03, and time starts on it"):
        made(subjects=ADSL.assign(RANDDT=ADSL["RANDDT"].mask(ADSL["USUBJID"] == "S-03")))


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_other_engines(kind: str) -> None:
    module = pytest.importorskip(kind)
    make = module.from_pandas if kind == "polars" else module.Table.from_pandas
    event = jia.column("calm")
    how: dict[str, Any] = {"subjects": ADSL, "origin": "RANDDT", "baseline": "first"}
    how |= {"paramcd": "TTCALM", "keep": ["TRTP"]}
    given = jia.adam.adtte(make(VISITS), event, **how)
    expected = jia.adam.adtte(VISITS, event, **how)
    pd.testing.assert_frame_equal(given.pandas, expected.pandas)


def test_a_flare_has_its_code() -> None:
    core = {"physician_global": 1.0, "patient_global": 1.0, "chaq": 0.5}
    core |= {"active_joints": 2, "limited_joints": 2, "esr": 10}
    visits = VISITS.assign(**core)
    worse = visits["calm"]
    for name in ("physician_global", "patient_global", "active_joints"):
        visits.loc[worse, name] = 5
    flare = jia.ask.flare(criteria="brunner-2002", reference="baseline")
    data = jia.adam.adtte(visits, flare, subjects=ADSL, origin="RANDDT", baseline="first").data
    assert set(data["PARAMCD"]) == {"TTFLBR2"}
    assert data["CNSR"].tolist() == [0, 1, 1, 1]
    assert data["AVAL"].tolist() == [57, 29, 1, 29]
