"""Ids: of several columns, blank, spelled in two ways, one number at two sites, two tables."""

from __future__ import annotations

import pickle
import warnings

import pandas as pd
import pytest

import jiascores as jia
from jiascores.tables.ids import Id, Several, plain_id
from tests.tables.kinds import MAKERS, column

# The children of two hospitals that both number from 1.
TWO_SITES = {
    "site": ["01", "01", "02", "02"],
    "patient": ["7", "7", "7", "7"],
    "date": ["2024-01-10", "2024-04-10", "2024-02-01", "2024-05-01"],
    "physician_global": [8.0, 7.0, 2.0, 1.0],
    "patient_global": [8.0, 8.0, 2.0, 1.0],
    "chaq": [2.0, 2.0, 0.5, 0.25],
    "active_joints": [20, 19, 2, 1],
    "limited_joints": [12, 12, 1, 1],
    "esr": [60, 55, 20, 12],
}
BOTH = {"patient": ["site", "patient"]}


@pytest.mark.parametrize("kind", MAKERS)
def test_several_columns_are_one_id_in_every_kind_of_frame(kind) -> None:
    out = jia.assess(MAKERS[kind](TWO_SITES), columns=BOTH, baseline="first", measures=["acr_ped"])
    assert column(out, "acr_ped_level") == [None, 0, None, 50]
    assert column(out, "site") == TWO_SITES["site"]


def test_several_columns_are_one_id_of_a_partitioned_frame() -> None:
    dask = pytest.importorskip("dask.dataframe")
    # A child's visits are apart, so that they must be brought together by both columns.
    table = pd.concat([pd.DataFrame(TWO_SITES).assign(ward=ward) for ward in "abc"])
    table = table.assign(patient=table["patient"] + table["ward"]).sort_values("date")
    frame = dask.from_pandas(table.reset_index(drop=True), npartitions=4)
    out = jia.assess(frame, columns=BOTH, baseline="first", measures=["acr_ped"]).compute()
    levels = out.sort_values(["patient", "site", "date"])["acr_ped_level"].tolist()
    assert levels == [pd.NA, 0, pd.NA, 50] * 3


def test_several_columns_are_one_id_in_files(tmp_path) -> None:
    pd.DataFrame(TWO_SITES).to_csv(tmp_path / "in.csv", index=False)
    target = jia.assess_files(
        tmp_path / "in.csv", tmp_path / "out.csv", columns=BOTH, baseline="first",
        measures=["acr_ped"], piece_rows=2,
    )  # fmt: skip
    out = pd.read_csv(target, dtype=str).sort_values(["site", "date"])
    assert out["acr_ped_level"].fillna("").tolist() == ["", "0", "", "50"]


@pytest.mark.parametrize("kind", MAKERS)
def test_several_columns_beside_a_second_table(kind) -> None:
    visits = pd.DataFrame(TWO_SITES)[["site", "patient", "date"]].to_dict("list")
    labs = {"centre": ["02", "01"], "no": ["7", "7"], "date": ["2024-04-30", "2024-01-10"]}
    out = jia.prepare.laboratory_values(
        MAKERS[kind](visits),
        pd.DataFrame(labs | {"crp": [3.0, 90.0]}),
        values=["crp"],
        lab_window_days=7,
        columns=BOTH,
        lab_columns={"patient": ["centre", "no"]},
    )
    assert column(out, "crp_lab") == [90.0, None, None, 3.0]
    with pytest.raises(jia.errors.VisitError, match="'7' here"):
        jia.prepare.laboratory_values(
            pd.DataFrame(visits), pd.DataFrame(labs | {"crp": 3.0}), values=["crp"],
            lab_window_days=7, columns=BOTH, lab_columns={"patient": "no"},
        )  # fmt: skip


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_several_columns_come_back_as_they_are(kind) -> None:
    visits = MAKERS[kind]({**TWO_SITES, "well": [False, True, False, False]})
    times = jia.analysis.time_to_first(visits, jia.column("well"), baseline="first", columns=BOTH)
    assert (column(times, "site"), column(times, "patient")) == (["01", "02"], ["7", "7"])
    assert column(times, "event") == [True, False]
    named = jia.prepare.nominal_visits(
        visits, weeks={0: 0, 13: 7}, rule="nearest", day_zero="first", columns=BOTH
    )
    filled = jia.prepare.fill_gaps(
        named, jia.column("well"), weeks=[0, 13], rule="observed", columns=BOTH
    )
    assert column(filled, "site") == ["01", "01", "02", "02"]


def test_a_gap_or_a_blank_in_one_of_several_columns_is_a_missing_id() -> None:
    for gap in (None, "", "  "):
        table = pd.DataFrame(TWO_SITES | {"site": ["01", gap, "02", "02"]})
        with pytest.raises(jia.errors.VisitError, match="patient is missing in row 1") as raised:
            jia.assess(table, columns=BOTH, baseline="first", measures=["acr_ped"])
        assert raised.value.reason == "no-patient"
        found = jia.check(table, columns=BOTH)
        assert found.loc[found["reason"] == "no-patient", "row"].tolist() == [1]


@pytest.mark.parametrize("blank", ["", " ", "\t", "\xa0"])
@pytest.mark.parametrize("kind", MAKERS)
def test_a_blank_id_is_missing(kind, blank) -> None:
    visits = MAKERS[kind](TWO_SITES | {"patient": ["7", "7", blank, "8"]})
    found = jia.check(visits, baseline="first", measures=["acr_ped"])
    where = [at for at, why in enumerate(column(found, "reason")) if why == "no-patient"]
    assert [column(found, "row")[at] for at in where] == [2]
    labs = pd.DataFrame({"patient": ["7", blank], "date": "2024-01-10", "crp": 3.0})
    with pytest.raises(jia.errors.VisitError, match="laboratory values: column 'patient'"):
        jia.prepare.laboratory_values(
            MAKERS[kind](TWO_SITES), labs, values=["crp"], lab_window_days=7
        )


def test_what_columns_may_be_together_is_checked() -> None:
    visits = pd.DataFrame(TWO_SITES)
    for wrong in (
        {"date": ["site", "date"]},
        {"patient": []},
        {"patient": ["site", "site"]},
        {"patient": ["site", "patjent"]},
    ):
        with pytest.raises(jia.errors.ColumnError) as raised:
            jia.assess(visits, columns=wrong, measures=["jadas10"])
        assert raised.value.variable in wrong
    assert "Did you mean 'patient'?" in str(raised.value)
    one = jia.assess(visits, columns={"patient": ["patient"]}, measures=["jadas10"])
    assert one["jadas10"].tolist() == jia.assess(visits, measures=["jadas10"])["jadas10"].tolist()


def test_the_name_and_the_id_of_several_columns_survive_another_process() -> None:
    name = pickle.loads(pickle.dumps(Several(["site", "no"])))
    assert (name, name.parts) == ("site and no", ("site", "no"))
    assert str(Id(("01", 7))) == "01/7"


# --------------------------------------------------------------------------------------------

SAME = [
    ("007", "7"), ("007", 7), (7.0, 7), ("7.0", "7"), ("'7", "7"), ('"A-1"', "a-1"), (" A1", "A1"),
    ("A 1", "A1"), ("A-01", "A-1"), ("“7”", "7"), ("\xa07", 7), ("7.", "7"), ("0", "00"),
]  # fmt: skip
OTHER = [
    ("7", "70"), ("1 11", "11 1"), ("A1", "B1"), ("1.05", "1.5"), ("7.5", "75"), ("10", "1"),
    ("A", "AA"), ("0", "O"), ("-7", "7"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_ids_that_are_one_but_for_spelling(one, other) -> None:
    assert plain_id(one) == plain_id(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_ids_that_are_two(one, other) -> None:
    assert plain_id(one) != plain_id(other)


@pytest.mark.parametrize("kind", MAKERS)
def test_two_spellings_in_one_table_are_suspicious(kind) -> None:
    visits = {**TWO_SITES, "patient": ["007", "'7'", "A-8", "a-8"]}
    del visits["site"]
    found = jia.check(MAKERS[kind](visits))
    said = [word for word in column(found, "message") if "differ by leading zeros" in word]
    assert sum("'007', \"'7'\"" in word for word in said) == 2
    assert sum("'A-8', 'a-8'" in word for word in said) == 2
    assert len(said) == 4
    assert not any(
        "differ by" in word for word in column(jia.check(pd.DataFrame(TWO_SITES)), "message")
    )


DRUGS = {"patient": ["001", "2"], "drug": "methotrexate", "start": "2021-09-01", "stop": None}
REMISSION = {
    "criteria": "wallace-2011",
    "max_gap_days": 365,
    "counted": ["methotrexate"],
    "inactive": jia.column("inactive"),
}


def _inactive(ids):
    dates = ["2022-01-11", "2022-07-12", "2023-04-25"]
    rows = [(one, date, True) for one in ids for date in dates]
    return pd.DataFrame(rows, columns=["patient", "date", "inactive"])


def _states(visits, drugs):
    out = jia.remission(visits, drugs, **REMISSION)
    return out.compute() if hasattr(out, "compute") else column(out, "remission_wallace_2011")


@pytest.mark.parametrize("kind", [*MAKERS, "dask"])
@pytest.mark.parametrize("ids", [["1", "2"], ["001 ", "2"]])
def test_two_spellings_in_two_tables_are_refused(kind, ids) -> None:
    if kind == "dask":
        make = pytest.importorskip("dask.dataframe").from_pandas
        visits = make(_inactive(ids), npartitions=1)
    else:
        visits = MAKERS[kind](_inactive(ids).to_dict("list"))
    shown = f"'001' here, {ids[0]!r} there"
    with pytest.raises(Exception, match=shown) as raised:
        _states(visits, pd.DataFrame(DRUGS))
    if kind not in ("lazy", "dask"):
        assert raised.value.reason == "alike-ids"
        assert raised.value.where == ("row 0 (patient 001)",)


def test_numbers_and_their_texts_are_refused_and_the_advice_works(tmp_path) -> None:
    _inactive([1]).to_csv(tmp_path / "visits.csv", index=False)
    pd.DataFrame(DRUGS | {"patient": "1", "drug": ["methotrexate"] * 1}, index=[0]).to_csv(
        tmp_path / "drugs.csv", index=False
    )
    visits = pd.read_csv(tmp_path / "visits.csv")
    drugs = pd.read_csv(tmp_path / "drugs.csv", dtype=str)
    with pytest.raises(jia.errors.VisitError, match="read both columns as text"):
        jia.remission(visits, drugs, **REMISSION)
    visits = pd.read_csv(tmp_path / "visits.csv", dtype={"patient": str})
    out = jia.remission(visits, drugs, **REMISSION)["remission_wallace_2011"].tolist()
    assert out[-1] == "clinical remission on medication"


def test_both_spellings_in_both_tables_are_two_patients() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        jia.remission(
            _inactive(["1", "01"]), pd.DataFrame(DRUGS | {"patient": ["1", "01"]}), **REMISSION
        )


def test_how_many_do_not_meet_is_said() -> None:
    drugs = pd.DataFrame(DRUGS | {"patient": ["1", "x"]})
    with pytest.warns(jia.errors.LeftOutWarning) as said:
        out = jia.remission(_inactive(["1", "2", "3"]), drugs, **REMISSION)
    (words,) = [str(each.message) for each in said]
    assert words == (
        "in the table of medication: 1 of 2 patients not among those of the visits ('x'), so 1 row "
        "does not count. Patients of the visits without a row here: 2 of 3."
    )
    assert said[0].filename == __file__
    assert "remission on" in out["remission_wallace_2011"][2]


def test_drugs_that_are_not_counted_are_listed() -> None:
    rows = {"patient": ["1", "1", "2", "2"], "drug": ["methotrexate", "MTX", "ibuprofen", "MTX"]}
    drugs = pd.DataFrame(DRUGS | rows)
    with pytest.warns(jia.errors.LeftOutWarning, match=r"'MTX' \(2\), 'ibuprofen' \(1\)"):
        jia.remission(_inactive(["1", "2"]), drugs, **REMISSION)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        jia.remission(_inactive(["1", "2"]), drugs, **REMISSION | {"counted": "all"})


def test_a_drug_in_two_spellings_is_refused_and_the_advice_works() -> None:
    rows = {"patient": ["1", "2"], "drug": ["methotrexate", " Methotrexate"]}
    drugs, visits = pd.DataFrame(DRUGS | rows), _inactive(["1", "2"])
    with pytest.raises(jia.errors.RequestError, match="' Methotrexate' beside 'methotrexate'"):
        jia.remission(visits, drugs, **REMISSION)
    both = {"counted": ["methotrexate", " Methotrexate"]}
    out = jia.remission(visits, drugs, **REMISSION | both)["remission_wallace_2011"]
    assert out.tolist()[2::3] == ["clinical remission on medication"] * 2


# --------------------------------------------------------------------------------------------


def _doubts(table, **more):
    found = jia.check(table, **more)
    return found.loc[
        (found["variable"] == "patient") & (found["finding"] == "suspicious"), "message"
    ].tolist()


def test_a_number_at_two_sites_in_turn_is_suspicious_and_the_advice_works() -> None:
    (said,) = _doubts(pd.DataFrame(TWO_SITES))
    assert "at the sites 01, 02, with visits at both in turn" in said
    assert "columns={'patient': ['site', 'patient']}" in said
    assert _doubts(pd.DataFrame(TWO_SITES), columns=BOTH) == []


@pytest.mark.parametrize("name", ["Centre", "SITE_ID", "klinik"])
def test_the_site_is_known_by_its_usual_names_or_by_columns(name) -> None:
    table = pd.DataFrame(TWO_SITES).rename(columns={"site": name})
    more = {"columns": {"site": name}} if name == "klinik" else {}
    assert len(_doubts(table, **more)) == 1
    assert len(_doubts(table)) == (name != "klinik")


MOVED = TWO_SITES | {"date": ["2024-01-10", "2024-04-10", "2024-04-11", "2024-07-01"]}


@pytest.mark.parametrize(
    ("further", "why"),
    [
        ({}, None),
        ({"date": ["2024-01-10", "2024-04-10", "2024-04-10", "2024-07-01"]}, "in turn"),
        ({"date": ["2024-01-10", "2024-07-10", "2024-04-10", "2024-05-01"]}, "in turn"),
        ({"sex": ["F", "F", "f ", "f"]}, None),
        ({"sex": ["F", "F", "M", "M"]}, "another sex"),
        ({"sex": ["F", None, None, None]}, None),
        ({"dob": ["2010-01-02", "2010-01-02", "2010-01-02", "2010-01-02"]}, None),
        ({"dob": ["2010-01-02", "2010-01-02", "2012-01-02", "2012-01-02"]}, "another birth date"),
        ({"ilar_category": ["systemic", "systemic", "psoriatic", "psoriatic"]}, "ilar category"),
        (
            {
                "ilar_category": [
                    *["oligoarthritis_persistent"] * 3,
                    "oligoarthritis_extended",
                ]
            },
            None,
        ),
        (
            {
                "ilar_category": [
                    *["oligoarthritis_persistent"] * 2,
                    *["oligoarthritis_extended"] * 2,
                ]
            },
            None,
        ),
    ],
)
def test_a_child_that_moved_is_no_two_children(further, why) -> None:
    said = _doubts(pd.DataFrame(MOVED | further))
    assert len(said) == (why is not None)
    assert why is None or why in said[0]


@pytest.mark.parametrize("kind", MAKERS)
def test_findings_are_listed_by_site(kind) -> None:
    wrong = TWO_SITES | {"physician_global": [80.0, 7.0, 2.0, 1.0], "esr": ["x", "20", "x", "x"]}
    found = jia.check(MAKERS[kind](wrong), columns=BOTH, by=jia.column("site"))
    rows = list(
        zip(*(column(found, name) for name in ("site", "variable", "row", "reason")), strict=True)
    )
    of_sites = [row for row in rows if row[0] is not None]
    assert [row[0] for row in of_sites] == sorted(row[0] for row in of_sites)
    assert rows[: len(of_sites)] == of_sites
    assert ("01", "physician_global", 0, "out-of-range") in rows
    # One query for each site, where the whole table has one.
    assert [row[:3] for row in rows if row[3] == "not-a-number"] == [
        ("01", "esr", 0),
        ("02", "esr", 2),
    ]
    (second,) = [
        words
        for row, words in zip(rows, column(found, "message"), strict=True)
        if row[3] == "not-a-number" and row[0] == "02"
    ]
    assert second.startswith("In 2 rows, first here.")
    with pytest.raises(jia.errors.ColumnError):
        jia.check(MAKERS[kind](wrong), by=jia.column("hospital"))
