"""Long and wide tables become visits, in every kind of eager frame."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest

import jiascores as jia
from tests.eager import MAKERS, columns_of

CODES = {"physician_global": "PHGA", "patient_global": "PTGA", "active_joints": "AJC"}


def long_columns(rows) -> dict:
    names = ("USUBJID", "ADT", "PARAMCD", "AVAL")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


ROWS = [
    ("007", "2024-01-10", "PHGA", 6.0),
    ("010", "2024-02-01", "PHGA", 3.5),
    ("007", "2024-01-10", "PTGA", 5.5),
    ("007", "2024-01-10", "AJC", 12.0),
    ("007", "2024-04-10", "PHGA", 1.0),
    ("007", "2024-04-10", "PTGA", 0.5),
    ("007", "2024-04-10", "AJC", 0.0),
    ("010", "2024-02-01", "PTGA", 2.0),
    ("010", "2024-02-01", "HEIGHT", 140.0),
]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_long_table_becomes_visits(kind):
    table = MAKERS[kind](long_columns(ROWS))
    out = jia.prepare.from_long(table, variables=CODES)
    assert type(out) is type(table)
    assert columns_of(out) == {
        "patient": ["007", "010", "007"],
        "date": ["2024-01-10", "2024-02-01", "2024-04-10"],
        "physician_global": [6.0, 3.5, 1.0],
        "patient_global": [5.5, 2.0, 0.5],
        "active_joints": [12.0, None, 0.0],
    }
    scored = columns_of(jia.assess(out, measures=["cjadas10"]))
    # 6 + 5.5 + 10, unknown, 1 + 0.5 + 0
    assert scored["cjadas10"] == [21.5, None, 1.5]


@pytest.mark.parametrize("kind", MAKERS)
def test_derived_rows_are_left_out_and_own_names_are_read(kind):
    table = MAKERS[kind](
        {
            "id": [1, 1, 1, 2],
            "day": [0, 0, 56, 0],
            "test": ["esr", "crp", "esr", "crp"],
            "result": ["20", "<5", "8", "12"],
            "unit": ["mm/h", "mg/L", "mm/h", "mg/dL"],
            "DTYPE": ["", None, "LOCF", None],
            "site": ["A", "A", "A", "B"],
        }
    )
    columns = {"patient": "id", "date": "day", "variable": "test", "value": "result"}
    variables = {"esr": "esr", "crp": ["crp", "crp"]}
    out = jia.prepare.from_long(table, variables=variables, columns=columns, keep=["site"])
    assert columns_of(out) == {
        "patient": [1, 2],
        "date": [0, 0],
        "site": ["A", "B"],
        # All numbers; the other has a text among its cells, and stays as it came.
        "esr": [20.0, None],
        "crp": ["<5", "12"],
        "esr_unit": ["mm/h", None],
        "crp_unit": ["mg/L", "mg/dL"],
    }


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("again", [6.0, 7.0])
def test_two_values_of_a_visit_raise_with_their_rows(kind, again):
    table = MAKERS[kind](long_columns([*ROWS, ("007", "2024-01-10", "PHGA", again)]))
    with pytest.raises(jia.errors.VisitError, match="more than one value") as caught:
        jia.prepare.from_long(table, variables=CODES)
    assert caught.value.variable == "physician_global"
    assert caught.value.where == (
        "row 0 (patient 007, date 2024-01-10)",
        "row 9 (patient 007, date 2024-01-10)",
    )


def test_the_advice_for_two_values_works():
    columns = long_columns([*ROWS, ("007", "2024-01-10", "PHGA", 7.0)])
    table = pd.DataFrame({**columns, "ANL01FL": ["Y"] * len(ROWS) + [None]})
    out = jia.prepare.from_long(table, variables=CODES, only={"ANL01FL": "Y"})
    assert out["physician_global"].tolist() == [6.0, 3.5, 1.0]
    with pytest.raises(jia.errors.RequestError, match="leaves no row"):
        jia.prepare.from_long(table, variables=CODES, only={"ANL01FL": "yes"})


def test_an_empty_cell_beside_a_value_is_no_second_value():
    table = pd.DataFrame(long_columns([("007", "2024-01-10", "PHGA", None), *ROWS]))
    out = jia.prepare.from_long(table, variables=CODES)
    assert out["physician_global"].tolist() == [6.0, 3.5, 1.0]


def test_dates_of_one_day_are_one_visit_whatever_the_hour():
    table = pd.DataFrame(
        {
            "patient": "A",
            "date": pd.to_datetime(["2024-01-10 08:00", "2024-01-10 15:00"]),
            "variable": ["esr", "crp"],
            "value": [20, 7],
        }
    )
    out = jia.prepare.from_long(table, variables={"esr": "esr", "crp": "crp"})
    assert out[["esr", "crp"]].to_numpy().tolist() == [[20, 7]]


@pytest.mark.parametrize("text", ["10.01.2024", "01/10/24"])
def test_dates_of_any_spelling_are_matched_as_they_stand(text):
    rows = [("A", text, "PHGA", 1.0), ("A", text, "PTGA", 2.0)]
    variables = {name: CODES[name] for name in ("physician_global", "patient_global")}
    out = jia.prepare.from_long(pd.DataFrame(long_columns(rows)), variables=variables)
    assert out.to_numpy().tolist() == [["A", text, 1.0, 2.0]]


def test_a_visit_by_its_name_has_the_date_that_is_named():
    table = pd.DataFrame(
        {
            "USUBJID": "A",
            "AVISIT": ["Week 8", "Week 8", "Week 8"],
            "ADT": ["2024-03-06", "2024-03-04", None],
            "PARAMCD": ["PHGA", "ESR", "PTGA"],
            "AVAL": [2.0, 12.0, 1.0],
        }
    )
    variables = {"physician_global": "PHGA", "patient_global": "PTGA", "esr": "ESR"}
    with pytest.raises(jia.errors.VisitError, match="date_of='physician_global'"):
        jia.prepare.from_long(table, variables=variables, by="visit")
    out = jia.prepare.from_long(table, variables=variables, by="visit", date_of="physician_global")
    assert out.to_numpy().tolist() == [["A", "2024-03-06", "Week 8", 2.0, 1.0, 12.0]]
    # By date, the row without one belongs to no visit for certain.
    with pytest.raises(jia.errors.VisitError, match=r"row 2 .*by='visit'"):
        jia.prepare.from_long(table, variables=variables)
    # And without it, each date is a visit.
    out = jia.prepare.from_long(
        table.iloc[:2], variables={"esr": "ESR", "physician_global": "PHGA"}
    )
    assert out["date"].tolist() == ["2024-03-06", "2024-03-04"]


def test_what_is_kept_says_one_thing_of_a_visit():
    table = pd.DataFrame(
        {**long_columns(ROWS), "ARM": ["x", "y", "x", "", "x", "x", "z", "y", "y"]}
    )
    with pytest.raises(jia.errors.VisitError, match="'ARM' has more than one value") as caught:
        jia.prepare.from_long(table, variables=CODES, keep=["ARM"])
    assert caught.value.where[-1] == "row 6 (patient 007, date 2024-04-10)"


@pytest.mark.parametrize(
    ("word", "there", "said"),
    [
        ("PHG", "PHGA", "Did you mean 'PHGA'"),
        ("PHGA", "phga", "by case or blanks alone"),
        ("PHGA", "PHGA ", "by case or blanks alone"),
    ],
)
def test_a_word_that_no_row_has_is_said(word, there, said):
    rows = [("A", "2024-01-10", there, 1.0), ("A", "2024-01-10", "ESR", 1.0)]
    variables = {"physician_global": word, "esr": "ESR"}
    with pytest.raises(jia.errors.RequestError, match=said):
        jia.prepare.from_long(pd.DataFrame(long_columns(rows)), variables=variables)


def test_words_that_differ_by_case_may_both_be_named():
    rows = [("A", "2024-01-10", "ESR", 20.0), ("A", "2024-04-10", "esr ", 8.0)]
    out = jia.prepare.from_long(
        pd.DataFrame(long_columns(rows)), variables={"esr": ["ESR", "esr "]}
    )
    assert out["esr"].tolist() == [20.0, 8.0]


WIDE = {
    "case": ["007", "010", "011"],
    "category": ["systemic", "systemic", None],
    "date_bl": ["2024-01-10", "2024-02-01", None],
    "phga_bl": [6, 3, None],
    "esr_bl": [48.0, None, None],
    "date_w8": ["2024-03-06", None, "2024-05-05"],
    "phga_w8": [2.5, None, 1.5],
}
NAMES = {"patient": "case", "physician_global": "phga"}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_wide_table_becomes_visits(kind):
    table = MAKERS[kind](WIDE)
    out = jia.prepare.from_wide(table, columns=NAMES)
    assert type(out) is type(table)
    assert columns_of(out) == {
        "patient": ["007", "007", "010", "011"],
        "visit": ["bl", "w8", "bl", "w8"],
        "date": ["2024-01-10", "2024-03-06", "2024-02-01", "2024-05-05"],
        "category": ["systemic", "systemic", "systemic", None],
        "physician_global": [6.0, 2.5, 3.0, 1.5],
        # There is not a column for week 8.
        "esr": [48.0, None, None, None],
    }


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("{visit}.{variable}", lambda word, visit: f"{visit}.{word}"),
        ("V{visit}{variable}", lambda word, visit: f"V{visit}{word}"),
        ("{variable} ({visit})", lambda word, visit: f"{word} ({visit})"),
    ],
)
def test_other_patterns_and_study_days(kind, pattern, named):
    table = MAKERS[kind](
        {
            "patient": [1, 2],
            named("phga", "1"): [6.0, 3.5],
            named("phga", "2"): [2.0, None],
            named("pga", "1"): [1.0, None],
        }
    )
    out = jia.prepare.from_wide(
        table,
        pattern=pattern,
        columns={"physician_global": "phga", "patient_global": "pga"},
        visits={"1": 0, "2": 56},
    )
    assert columns_of(out) == {
        "patient": [1, 1, 2],
        "visit": ["1", "2", "1"],
        "date": [0.0, 56.0, 0.0],
        "physician_global": [6.0, 2.0, 3.5],
        "patient_global": [1.0, None, None],
    }


def test_values_without_a_date_are_kept_and_assess_says_so():
    table = pd.DataFrame({**WIDE, "date_w8": [None, None, "2024-05-05"]})
    out = jia.prepare.from_wide(table, columns=NAMES)
    assert out["physician_global"].tolist() == [6.0, 2.5, 3.0, 1.5]
    with pytest.raises(jia.errors.VisitError, match=r"date is missing in row 1 .patient 007"):
        jia.assess(
            out.assign(patient_global=1.0, chaq=1.0, active_joints=1, limited_joints=1),
            baseline="first",
            measures=["acr_ped"],
        )


@pytest.mark.parametrize("kind", MAKERS)
def test_a_patient_with_two_rows_is_refused(kind):
    table = MAKERS[kind]({**WIDE, "case": ["007", "010", "007"]})
    with pytest.raises(jia.errors.VisitError, match=r"more than one row: row 0 .*row 2"):
        jia.prepare.from_wide(table, columns=NAMES)


def test_a_column_of_a_visit_without_a_date_is_said_and_the_advice_works():
    table = pd.DataFrame({**WIDE, "phga_w52": [0.5, None, None]})
    with pytest.raises(jia.errors.ColumnError, match=r"phga_w52.*visits=\['bl', 'w8'\]"):
        jia.prepare.from_wide(table, columns=NAMES)
    out = jia.prepare.from_wide(table, columns=NAMES, visits=["bl", "w8"])
    assert out["phga_w52"].tolist()[:2] == [0.5, 0.5]
    out = jia.prepare.from_wide(table, columns=NAMES, visits=["bl", "w8", "w52"])
    assert out["visit"].tolist() == ["bl", "w8", "w52", "bl", "w8"]


def test_a_name_that_is_part_of_another_is_not_mistaken():
    table = pd.DataFrame({"patient": ["A"], "date_bl": ["2024-01-10"], "crp_bl": ["7"]})
    table["crp_unit_bl"] = "mg/L"
    out = jia.prepare.from_wide(table, columns={"crp_unit": "crp_unit"})
    assert out[["crp", "crp_unit"]].to_numpy().tolist() == [[7.0, "mg/L"]]


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"columns": {"patient": "cas"}}, "ColumnError", "Did you mean 'case'"),
        ({"columns": {**NAMES, "esr": "bsg"}}, "ColumnError", "no column is called 'bsg_bl'"),
        ({"pattern": "{variable}"}, "RequestError", "must have both"),
        ({"pattern": "{variable}-{visit}"}, "RequestError", "nothing says which visits"),
        ({"visits": ["bl", "w9"]}, "ColumnError", "no column is of the visit 'w9'"),
        ({"columns": {**NAMES, "category": "phga"}}, "RequestError", "two variables"),
    ],
)
def test_what_is_wrong_with_a_call_on_a_wide_table_is_said(changes, error, said):
    with pytest.raises(getattr(jia.errors, error), match=said):
        jia.prepare.from_wide(pd.DataFrame(WIDE), **{"columns": NAMES, **changes})


def test_cells_of_several_kinds_are_kept():
    wide = {"patient": ["A"], "date_1": [1], "date_2": [2], "crp_1": ["<5"], "crp_2": [7.5]}
    assert jia.prepare.from_wide(pd.DataFrame(wide))["crp"].tolist() == ["<5", 7.5]
    out = jia.prepare.from_wide(pl.DataFrame(wide))
    assert out["crp"].to_list() == ["<5", "7.5"]
    read = jia.prepare.below_limit(out, "crp", rule="limit")
    assert read["crp_value"].to_list() == [5.0, 7.5]


@pytest.mark.parametrize("kind", MAKERS)
def test_tables_without_rows_give_visits_without_rows(kind):
    empty = MAKERS[kind]({name: [] for name in ("USUBJID", "ADT", "PARAMCD", "AVAL")})
    assert columns_of(jia.prepare.from_long(empty, variables=CODES))["patient"] == []
    empty = MAKERS[kind]({"patient": [], "date_1": [], "esr_1": []})
    assert columns_of(jia.prepare.from_wide(empty)) == {
        "patient": [],
        "visit": [],
        "date": [],
        "esr": [],
    }


@pytest.mark.parametrize("kind", MAKERS)
def test_several_columns_are_one_patient(kind):
    wide = {"site": ["01", "02"], "subject": ["7", "7"], "date_1": ["a", "b"], "esr_1": [20.0, 8.0]}
    names = {"patient": ["site", "subject"]}
    out = jia.prepare.from_wide(MAKERS[kind](wide), columns=names)
    assert columns_of(out) == {
        "site": ["01", "02"],
        "subject": ["7", "7"],
        "visit": ["1", "1"],
        "date": ["a", "b"],
        "esr": [20.0, 8.0],
    }
    with pytest.raises(jia.errors.VisitError, match="more than one row"):
        jia.prepare.from_wide(MAKERS[kind]({**wide, "site": ["01", "01"]}), columns=names)
    long = {"site": ["01", "02"], "subject": ["7", "7"], "date": [1, 1], "variable": ["esr", "esr"]}
    table = MAKERS[kind]({**long, "value": [20, 8]})
    out = jia.prepare.from_long(table, variables={"esr": "esr"}, columns=names)
    assert columns_of(out) == {
        "site": ["01", "02"],
        "subject": ["7", "7"],
        "date": [1, 1],
        "esr": [20, 8],
    }
    with pytest.raises(jia.errors.VisitError, match="more than one value"):
        jia.prepare.from_long(table, variables={"esr": "esr"}, columns={"patient": "subject"})


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("nobody", [None, " "])
def test_rows_of_nobody_are_refused(kind, nobody):
    table = MAKERS[kind](
        long_columns([(nobody, *row[1:]) if row[0] == "010" else row for row in ROWS])
    )
    with pytest.raises(jia.errors.VisitError, match="the patient is missing in row 1"):
        jia.prepare.from_long(table, variables=CODES)


@pytest.mark.parametrize("kind", MAKERS)
def test_words_may_be_numbers(kind):
    table = MAKERS[kind]({"patient": [1, 1], "date": [1, 1], "variable": [7, 8], "value": [20, 5]})
    out = jia.prepare.from_long(table, variables={"esr": 7, "crp": [8, 9]} | {"crp": "8"})
    assert columns_of(out) == {"patient": [1], "date": [1], "esr": [20], "crp": [5]}


@pytest.mark.parametrize("variables", [None, {}, "ESR", ["ESR"]])
def test_what_is_asked_for_must_be_said(variables):
    with pytest.raises(jia.errors.RequestError, match="which rows are which variable"):
        jia.prepare.from_long(pd.DataFrame(long_columns(ROWS)), variables=variables)


def test_study_days_beside_dates_are_refused_and_the_advice_works():
    with pytest.raises(jia.errors.RequestError, match=r"visits=\['bl', 'w8'\]"):
        jia.prepare.from_wide(pd.DataFrame(WIDE), columns=NAMES, visits={"bl": 0, "w8": 56})
    out = jia.prepare.from_wide(pd.DataFrame(WIDE), columns=NAMES, visits=["bl", "w8"])
    assert out["date"].tolist()[:2] == ["2024-01-10", "2024-03-06"]


def test_days_of_text_are_days_whatever_the_hour():
    rows = [("A", "2024-01-10T08:00", "PHGA", 1.0), ("A", "2024-01-10 15:30", "PTGA", 2.0)]
    variables = {name: CODES[name] for name in ("physician_global", "patient_global")}
    out = jia.prepare.from_long(pd.DataFrame(long_columns(rows)), variables=variables)
    assert out.to_numpy().tolist() == [["A", "2024-01-10T08:00", 1.0, 2.0]]


@pytest.mark.parametrize("kind", MAKERS)
def test_what_only_some_visits_ask_is_missing_at_the_others(kind):
    wide = {"id": [1, 2], "rash_0": [True, False], "chaq_0": [1.0, 2.0], "chaq_8": [0.5, 1.0]}
    out = jia.prepare.from_wide(
        MAKERS[kind](wide),
        pattern="{variable}_{visit}",
        columns={"patient": "id"},
        visits={"0": 0, "8": 56},
    )
    assert columns_of(out)["rash"] == [True, None, False, None]


def test_named_visits_need_no_date() -> None:
    long = pd.DataFrame(
        {
            "patient": ["A", "A", "A"],
            "visit": ["week 0", "week 0", "week 4"],
            "variable": ["PHGA", "ESR", "ESR"],
            "value": [3.0, 20.0, 12.0],
        }
    )
    variables = {"physician_global": "PHGA", "esr": "ESR"}
    out = jia.prepare.from_long(long, variables=variables, by="visit")
    assert list(out.columns) == ["patient", "visit", *variables]
    assert out["esr"].tolist() == [20, 12]
    assert out["physician_global"].isna().tolist() == [False, True]


def test_a_lazy_table_is_to_be_collected_first():
    lazy = pl.LazyFrame(long_columns(ROWS))
    with pytest.raises(jia.errors.RequestError, match="in memory here, not a LazyFrame: collect"):
        jia.prepare.from_long(lazy, variables=CODES)
    assert len(jia.prepare.from_long(lazy.collect(), variables=CODES)) == 3


@pytest.mark.parametrize("role", ["patient", "esr"])
def test_a_role_without_a_column_is_refused(role) -> None:
    table = pd.DataFrame({"patient": ["A"], "record_id": ["A"], "date_bl": [0], "esr_bl": [3]})
    calls = [
        lambda: jia.prepare.from_redcap(table, columns={"date": "date_bl", role: []}),
        lambda: jia.prepare.from_wide(table, columns={role: []}),
    ]
    if role == "patient":
        long = table.assign(variable="ESR", value=1, date=0)
        columns = {"patient": []}
        calls += [lambda: jia.prepare.from_long(long, variables={"esr": "ESR"}, columns=columns)]
    for call in calls:
        with pytest.raises(jia.errors.ColumnError, match=rf"columns=\{{'{role}': \[\]\}}"):
            call()


def test_wide_visits_that_are_named_need_no_date() -> None:
    wide = pd.DataFrame({"patient": ["A", "B"], "esr_bl": [20, 30], "esr_w8": [8, None]})
    out = jia.prepare.from_wide(wide, visits=["bl", "w8"])
    assert list(out.columns) == ["patient", "visit", "esr"]
    assert out["visit"].tolist() == ["bl", "w8", "bl"]
    assert out["esr"].tolist() == [20, 8, 30]
