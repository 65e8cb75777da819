"""Visits from SDTM findings."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.errors import ColumnError, RequestError, VisitError

CODES = {"physician_global": "PHGA", "patient_global": "PTGA", "active_joints": "ACTJT"}
CODES |= {"crp": "CRP"}


def questionnaire(**changes: Any) -> pd.DataFrame:
    rows = [
        ("S-01", "PHGA", 6.0, "2024-01-10", "Y", None, 1),
        ("S-01", "PTGA", 5.0, "2024-01-10T09:30", "Y", None, 1),
        ("S-01", "PHGA", 2.0, "2024-03-06", None, None, 2),
        ("S-01", "PTGA", None, "2024-03-06", None, "NOT DONE", 2),
        ("S-01", "OTHER", None, "2024-03", None, None, 2),
    ]
    names = ["USUBJID", "QSTESTCD", "QSSTRESN", "QSDTC", "QSLOBXFL", "QSSTAT", "VISITNUM"]
    return pd.DataFrame(rows, columns=names).assign(**changes)


def joints() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": "S-01",
            "RSTESTCD": "ACTJT",
            "RSSTRESN": [8.0, 1.0],
            "RSDTC": ["2024-01-10", "2024-03-06"],
            "VISITNUM": [1, 2],
        }
    )


def laboratory(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": "S-01",
            "LBTESTCD": "CRP",
            "LBSTRESN": [2.4, 5.0],
            "LBSTRESC": ["2.4", "5"],
            "LBSTRESU": ["mg/dL", "mg/L"],
            "LBDTC": ["2024-01-10T08:00", "2024-03-06"],
            "VISITNUM": [1, 2],
        }
    ).assign(**changes)


def test_domains_become_visits_that_assess() -> None:
    visits = jia.adam.visits_from_sdtm(questionnaire(), joints(), laboratory(), variables=CODES)
    assert visits["date"].tolist() == ["2024-01-10", "2024-03-06"]
    assert visits["baseline_flag"].tolist() == [True, False]
    assert visits["patient_global"].isna().tolist() == [False, True]
    out = jia.assess(
        visits,
        measures=["jadas10", "cjadas10"],
        units={"crp": jia.column("crp_unit")},
        baseline=jia.flagged("baseline_flag"),
    )
    # 2.4 mg/dL is 24 mg/L, and its item 1.4; what was not done is missing, and not 0.
    assert out["jadas10"].iloc[0] == 20.4
    assert out["cjadas10"].isna().tolist() == [False, True]


def test_other_rows_of_a_domain_do_not_count() -> None:
    visits = jia.adam.visits_from_sdtm(questionnaire(), variables={"physician_global": "PHGA"})
    assert list(visits["physician_global"]) == [6, 2]


def test_another_date_is_another_visit() -> None:
    late = laboratory(LBDTC=["2024-01-10", "2024-03-08"])
    only = {"active_joints": "ACTJT", "crp": "CRP"}
    assert len(jia.adam.visits_from_sdtm(joints(), late, variables=only)) == 3


@pytest.mark.parametrize("dtc", ["2024-03", "2024", "2024-03-06/2024-03-08", None, "--03-06"])
def test_partial_dates_are_refused(dtc: Any) -> None:
    late = laboratory(LBDTC=["2024-01-10", dtc])
    with pytest.raises(VisitError, match="no full date in 1 rows"):
        jia.adam.visits_from_sdtm(late, variables={"crp": "CRP"})


def test_results_that_are_no_numbers_are_refused() -> None:
    below = laboratory(LBSTRESN=[2.4, None], LBSTRESC=["2.4", "<5"])
    with pytest.raises(RequestError, match="LBSTRESC of CRP is '<5'"):
        jia.adam.visits_from_sdtm(below, variables={"crp": "CRP"})


def test_two_values_of_a_visit_and_what_is_not_a_domain() -> None:
    twice = pd.concat([laboratory(), laboratory()])
    with pytest.raises(VisitError):
        jia.adam.visits_from_sdtm(twice, variables={"crp": "CRP"})
    with pytest.raises(ColumnError, match="--TESTCD"):
        jia.adam.visits_from_sdtm(pd.DataFrame({"USUBJID": ["a"]}), variables=CODES)
    with pytest.raises(ColumnError, match="LBSTRESN"):
        jia.adam.visits_from_sdtm(laboratory().drop(columns="LBSTRESN"), variables={"crp": "CRP"})
    with pytest.raises(RequestError, match="at least one domain"):
        jia.adam.visits_from_sdtm(variables=CODES)


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_other_engines(kind: str) -> None:
    module = pytest.importorskip(kind)
    make = module.from_pandas if kind == "polars" else module.Table.from_pandas
    only = {"active_joints": "ACTJT", "crp": "CRP"}
    given = jia.adam.visits_from_sdtm(make(joints()), make(laboratory()), variables=only)
    expected = jia.adam.visits_from_sdtm(joints(), laboratory(), variables=only)
    pd.testing.assert_frame_equal(given, expected, check_dtype=False)
