"""ADEFF: the rules of the basic data structure, on visits of invented children."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.adam.parameters import CODE, codes
from jiascores.core.definition import published
from jiascores.core.errors import ColumnError, RequestError, VisitError
from tests.laws.test_every_verdict import CASES

STATE = jia.ask.state("jadas10", cutoffs="trincianti-2021", course="poly")
LEVELS = ["jadas10", STATE, jia.ask.responder(50, missing="nri"), "acr_ped"]


def visits() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "patient": ["S-01"] * 3 + ["S-02"] * 2,
            "date": pd.to_datetime(
                ["2024-01-10", "2024-03-06", "2024-04-06", "2024-01-11", "2024-03-09"]
            ),
            "nominal_visit": ["week 0", "week 8", "week 12", "week 0", "week 8"],
            "physician_global": [6.0, 2.0, 1, 5, None],
            "patient_global": [5.0, 2.0, 1, 5, 1],
            "chaq": [1.5, 0.5, 0.2, 1, 1],
            "active_joints": [8, 1, 0, 7, 2],
            "limited_joints": [4, 1, 0, 5, 4],
            "esr": [40, 20, 10, 30, 20],
        }
    )


def adsl() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "STUDYID": "JIA-1",
            "USUBJID": ["S-01", "S-02", "S-03"],
            "TRTSDT": pd.to_datetime(["2024-01-11"] * 3),
            "TRTP": ["A", "B", "A"],
        }
    )


def made(**given: Any) -> pd.DataFrame:
    how = {"measures": LEVELS, "subjects": adsl(), "baseline": "first"} | given
    return jia.adam.adeff(how.pop("visits", visits()), **how).data


def of(data: pd.DataFrame, code: str, subject: str | None = None) -> pd.DataFrame:
    rows = data[data["PARAMCD"] == code]
    return rows if subject is None else rows[rows["USUBJID"] == subject]


def cells(values: Any) -> list[Any]:
    return [None if pd.isna(each) else each for each in values]


def test_a_score_has_base_change_and_per_cent() -> None:
    rows = of(made(), "JADAS10", "S-01")
    assert cells(rows["AVAL"]) == [21, 5, 2]
    assert cells(rows["BASE"]) == [21, 21, 21]
    assert cells(rows["CHG"]) == [None, -16, -19]
    assert cells(rows["PCHG"]) == [None, pytest.approx(-1600 / 21), pytest.approx(-1900 / 21)]
    assert cells(rows["ABLFL"]) == ["Y", None, None]
    assert set(rows["PARAMTYP"]) == {"DERIVED"}
    # Minus 16 of 21 points is better, so that the change is negative.
    assert cells(rows["AVALC"]) == [None] * 3


def test_there_is_no_day_0() -> None:
    rows = of(made(), "JADAS10")
    assert cells(rows["ADY"]) == [-1, 56, 87, 1, 59]
    without = adsl().drop(columns="TRTSDT")
    assert "ADY" not in made(subjects=without)


def test_a_state_is_a_word_and_its_rank() -> None:
    rows = of(made(), "SJ10T21")
    assert cells(rows["AVALC"]) == ["high", "low", "inactive", "high", None]
    assert cells(rows["AVAL"]) == [4, 2, 1, 4, None]
    assert cells(rows["BASEC"]) == ["high"] * 5
    assert cells(rows["CHG"]) == [None] * 5
    open_ = rows.iloc[-1]
    assert (open_["AVALMIN"], open_["AVALMAX"]) == (1, 4)
    assert open_["AREASND"] == "missing: physician_global"


def test_what_compares_visits_has_no_row_at_baseline() -> None:
    rows = of(made(), "ACRLEV")
    assert rows["AVISIT"].tolist() == ["Week 8", "Week 12", "Week 8"]
    assert cells(rows["AVAL"]) == [50, 70, None]
    assert cells(rows["AVALMIN"]) == [None, None, 30]
    assert cells(rows["AVALMAX"]) == [None, None, 70]
    assert rows["BASE"].isna().all()


def test_what_cannot_be_determined_is_never_n() -> None:
    rows = of(made(measures=[jia.ask.responder(50)]), "ACR50")
    assert cells(rows["AVALC"]) == ["Y", "Y", None]
    assert cells(rows["AVALMIN"]) == [None, None, 0]
    assert cells(rows["AVALMAX"]) == [None, None, 1]


def test_an_imputed_value_is_a_row_of_its_own() -> None:
    rows = of(made(due={8: "Week 8", 12: "Week 12"}), "ACR50")
    assert cells(rows["DTYPE"]) == [None, None, None, "NRI", "NRI", "NRI", "NRI"]
    assert cells(rows["AVALC"]) == ["Y", "Y", None, "N", "N", "N", "N"]
    assert cells(rows["ANL01FL"]) == ["Y", "Y", None, "Y", "Y", "Y", "Y"]
    # A visit that was missed has no date, and a subject who was never seen is there.
    assert rows["ADT"].isna().tolist() == [False] * 4 + [True] * 3
    assert rows["USUBJID"].tolist()[-2:] == ["S-03", "S-03"]
    observed = of(made(measures=[jia.ask.responder(50)]), "ACR50")
    same = rows[rows["DTYPE"].isna()][["AVAL", "AVALC", "ADT"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, observed[["AVAL", "AVALC", "ADT"]].reset_index(drop=True))


def test_a_row_that_is_no_visit_of_the_plan_has_no_flag() -> None:
    table = visits()
    table.loc[1, "nominal_visit"] = None
    rows = of(made(visits=table), "JADAS10", "S-01")
    assert sorted(cells(rows["ANL01FL"]), key=str) == [None, "Y", "Y"]
    table.loc[1, "nominal_visit"] = "week 12"
    with pytest.raises(VisitError, match=r"two rows of one subject are Week 12 \(of S-01\)"):
        made(visits=table)


def test_a_visit_without_a_name_does_not_count_whatever_its_number() -> None:
    table = visits().assign(
        number=[0, 8, 12, 0, 8], nominal_visit=["week 0", "", "end"] + ["w"] * 2
    )
    given: dict[str, Any] = {"visits": table, "visit_number": jia.column("number")}
    rows = of(made(measures=[], variables=["chaq"], **given), "CHAQ", "S-01")
    by_date = rows.sort_values("ADT")
    assert cells(by_date["AVISIT"]) == ["Week 0", None, "End"]
    assert cells(by_date["AVISITN"]) == [0, None, 12]
    assert cells(by_date["ANL01FL"]) == ["Y", None, "Y"]


def test_a_baseline_of_0_has_no_per_cent() -> None:
    table = visits().assign(physician_global=[0.0, 1, 2, 0, 1])
    rows = of(made(visits=table, measures=[], variables=["physician_global"]), "PHGA")
    assert cells(rows["CHG"]) == [None, 1, 2, None, 1]
    assert rows["PCHG"].isna().all()
    assert rows["PARAMTYP"].isna().all()


def test_a_withdrawal_trial_has_its_own_baseline() -> None:
    table = visits()
    table["randomised"] = [False, True, False, False, True]
    flare = jia.ask.flare(criteria="prcsg-printo", reference="baseline")
    rows = made(visits=table, measures=["cjadas10", flare], baseline=jia.flagged("randomised"))
    score = of(rows, "CJADAS10", "S-01")
    assert cells(score["BASE"]) == [5, 5, 5]
    # Before its baseline there is no change.
    assert cells(score["CHG"]) == [None, None, -3]
    assert of(rows, "FLPRI")["AVISIT"].tolist() == ["Week 12"]
    assert set(rows["BASETYPE"]) == {"RANDOMISED"}


def test_a_flare_against_another_visit_is_another_parameter() -> None:
    both = [jia.ask.flare(criteria="brunner-2002", reference=each) for each in ("baseline", "best")]
    data = made(measures=both)
    assert set(data["PARAMCD"]) == {"FLBR2", "FLBR2T"}
    assert data.groupby("PARAMCD")["PARAM"].nunique().eq(1).all()


def test_variants_need_their_own_code() -> None:
    ours = jia.definition("trincianti-2021", "cut-off set").variant(name="ours")
    request = jia.ask.state("jadas10", cutoffs=ours, course="poly")
    with pytest.raises(RequestError, match=r"has no code.*paramcd="):
        made(measures=[request])
    data = made(measures=[request], paramcd={request.stem: "SJ10OUR"})
    assert set(data["PARAMCD"]) == {"SJ10OUR"}
    for wrong in ("sj10our", "SJ10OURS1", "1J10", ""):
        with pytest.raises(RequestError, match="at most 8"):
            made(measures=[request], paramcd={request.stem: wrong})
    with pytest.raises(RequestError, match="not a column of this data set"):
        made(paramcd={"other": "OTHER"})
    with pytest.raises(RequestError, match="two parameters have PARAMCD 'JADAS10'"):
        made(measures=["jadas10", request], paramcd={request.stem: "JADAS10"})


def test_columns_of_adsl_and_of_the_visits_are_taken_along() -> None:
    table = visits().assign(seq=[1, 2, 3, 1, 2])
    data = made(visits=table, keep=["TRTP", "TRTSDT"], carry={"VISITNUM": jia.column("seq")})
    assert list(data)[:4] == ["STUDYID", "USUBJID", "TRTP", "TRTSDT"]
    assert of(data, "JADAS10")["TRTP"].tolist() == ["A"] * 3 + ["B"] * 2
    assert of(data, "JADAS10")["VISITNUM"].tolist() == [1, 2, 3, 1, 2]


@pytest.mark.parametrize("kind", ["polars", "pyarrow", "duckdb"])
def test_other_engines_give_the_same(kind: str) -> None:
    module = pytest.importorskip(kind)
    table = visits()
    if kind == "polars":
        given: Any = module.from_pandas(table)
    elif kind == "pyarrow":
        given = module.Table.from_pandas(table)
    else:
        given = module.from_df(table)
    dataset = jia.adam.adeff(given, measures=LEVELS, subjects=adsl(), baseline="first")
    expected = jia.adam.adeff(table, measures=LEVELS, subjects=adsl(), baseline="first")
    pd.testing.assert_frame_equal(dataset.pandas, expected.pandas)
    assert type(dataset.data).__module__.startswith("pyarrow" if kind == "duckdb" else kind)


def test_what_is_refused() -> None:
    with pytest.raises(VisitError, match="study days"):
        made(visits=visits().assign(date=[1, 2, 3, 1, 2]))
    with pytest.raises(VisitError, match="are not in ADSL"):
        made(subjects=adsl().head(1))
    with pytest.raises(VisitError, match="two rows of ADSL"):
        made(subjects=pd.concat([adsl(), adsl()]))
    with pytest.raises(ColumnError, match="USUBJID"):
        made(subjects=adsl().drop(columns="USUBJID"))
    with pytest.raises(RequestError, match="STUDYID"):
        made(subjects=None)
    with pytest.raises(RequestError, match="ask for nothing"):
        made(measures=[])
    with pytest.raises(RequestError, match="has no number at its end"):
        made(visits=visits().replace("week 8", "end of treatment"))


def test_every_score_and_verdict_has_a_code() -> None:
    known = codes()
    columns = [case.request.stem for case in CASES]
    columns += [score.name for score in published(jia.typing.Score)]
    assert [name for name in columns if name not in known] == []
    every = [code for code, _, _ in known.values()]
    assert len(set(every)) == len(every)
    assert all(CODE.fullmatch(code) for code in every)


def test_metadata_says_what_a_define_file_needs() -> None:
    dataset = jia.adam.adeff(
        visits(), measures=LEVELS, subjects=adsl(), keep=["TRTP"], baseline="first"
    )
    variables = dataset.variables
    assert variables["variable"].tolist() == list(dataset.data)
    assert variables["label"].str.len().max() <= 40
    assert variables["key"].dropna().tolist() == [1, 2, 3, 5, 6, 4, 7]
    assert variables.set_index("variable").loc["ADT", "display_format"] == "DATE9."
    parameters = dataset.parameters.set_index("paramcd")
    assert set(parameters.index) == {"JADAS10", "SJ10T21", "ACR50", "ACRLEV"}
    assert parameters.loc["SJ10T21", "codelist"] == (
        "1 = inactive; 2 = low; 3 = moderate; 4 = high"
    )
    assert parameters.loc["ACR50", "codelist"] == "0 = N; 1 = Y"
    assert "PMID 19405003" in parameters.loc["JADAS10", "reference"]
    assert parameters.loc["JADAS10", "evidence"] == "primary, in part secondary and unverified"
    assert np.isfinite(variables["length"]).all()
