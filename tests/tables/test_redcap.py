"""An export of REDCap becomes visits: events, repeating instruments, checkboxes, labels."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from tests.eager import MAKERS, columns_of

FIELDS = {
    "date": ["visit_date", "lab_date"],
    "physician_global": "phga",
    "patient_global": "ptga",
    "active_joints": "ajc",
    "esr": "esr",
}
NAMES = (
    "record_id",
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "category",
    "visit_date",
    "phga",
    "ptga",
    "ajc",
    "lab_date",
    "esr",
    "swollen___1",
    "swollen___2",
    "joints_complete",
)
# A child with an enrolment, a visit whose blood was drawn that day and later, and a second visit.
ROWS = [
    ("07", "enrol_arm_1", "", "", "3", "", "", "", "", "", "", "", "", ""),
    ("07", "base_arm_1", "", "", "", "2024-01-10", "6", "5.5", "12", "", "", "1", "0", "2"),
    ("07", "base_arm_1", "labs", "1", "", "", "", "", "", "2024-01-10", "48", "", "", ""),
    ("07", "base_arm_1", "labs", "2", "", "", "", "", "", "2024-01-20", "30", "", "", ""),
    ("07", "base_arm_1", "drugs", "1", "", "", "", "", "", "", "", "", "", ""),
    ("07", "month3_arm_1", "", "", "", "2024-04-10", "1", "0.5", "0", "", "", "0", "0", "0"),
    ("07", "month3_arm_1", "labs", "1", "", "", "", "", "", "", "8", "", "", ""),
    ("11", "enrol_arm_1", "", "", "5", "", "", "", "", "", "", "", "", ""),
    ("11", "base_arm_1", "", "", "", "2024-02-01", "3", "2", "4", "", "", "0", "0", "2"),
]


def export(rows=ROWS, names=NAMES) -> dict:
    return {name: [row[place] or None for row in rows] for place, name in enumerate(names)}


@pytest.mark.parametrize("kind", MAKERS)
def test_events_and_repeating_instruments_become_visits(kind):
    table = MAKERS[kind](export())
    out = jia.prepare.from_redcap(table, columns=FIELDS, once=["category"])
    assert type(out) is type(table)
    assert columns_of(out) == {
        "patient": ["07", "07", "07", "11"],
        "visit": ["base_arm_1", "base_arm_1", "month3_arm_1", "base_arm_1"],
        "date": ["2024-01-10", "2024-01-20", "2024-04-10", "2024-02-01"],
        "physician_global": [6.0, None, 1.0, 3.0],
        "patient_global": [5.5, None, 0.5, 2.0],
        "active_joints": [12.0, None, 0.0, 4.0],
        # The last laboratory form has no date of its own: it is of the visit of its event.
        "esr": [48.0, 30.0, 8.0, None],
        "category": ["3", "3", "3", "5"],
        "swollen___1": ["1", None, "0", "0"],
        "swollen___2": ["0", None, "0", "0"],
        "joints_complete": ["2", None, "0", "2"],
    }
    # 6 + 5.5 + 10 + 2.8; 1 + 0.5 + 0 + 0
    scored = columns_of(jia.assess(out, measures=["jadas10"]))["jadas10"]
    assert scored == [24.3, None, 1.5, None]


@pytest.mark.parametrize("kind", MAKERS)
def test_events_are_chosen_and_fields_taken_along(kind):
    table = MAKERS[kind](export())
    out = jia.prepare.from_redcap(
        table, columns=FIELDS, events=["month3_arm_1"], keep=["swollen___"]
    )
    assert columns_of(out)["date"] == ["2024-04-10"]
    assert list(columns_of(out))[-2:] == ["swollen___1", "swollen___2"]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_field_filled_twice_for_a_visit_raises_with_its_rows(kind):
    again = ("07", "base_arm_1", "labs", "3", "", "", "", "", "", "2024-01-10", "48", "", "", "")
    table = MAKERS[kind](export([*ROWS, again]))
    with pytest.raises(jia.errors.VisitError, match="esr is filled more than once") as caught:
        jia.prepare.from_redcap(table, columns=FIELDS)
    assert caught.value.where == (
        "row 2 (record 07, event base_arm_1, instrument labs, instance 1)",
        "row 9 (record 07, event base_arm_1, instrument labs, instance 3)",
    )


def test_two_answers_to_what_is_recorded_once_raise():
    rows = [*ROWS, ("11", "month3_arm_1", "", "", "4", "", "", "", "", "", "", "", "", "")]
    with pytest.raises(jia.errors.VisitError, match="'category' is recorded once") as caught:
        jia.prepare.from_redcap(pd.DataFrame(export(rows)), columns=FIELDS, once=["category"])
    assert len(caught.value.where) == 2


@pytest.mark.parametrize("kind", MAKERS)
def test_instances_of_a_repeating_event_are_visits(kind):
    rows = [
        ("1", "visit_arm_1", "", "1", "", "2024-01-10", "6", "", "", "", "", "", "", ""),
        ("1", "visit_arm_1", "", "2", "", "2024-02-10", "5", "", "", "", "", "", "", ""),
        # Neither has a date: they are still two visits.
        ("1", "visit_arm_1", "", "3", "", "", "4", "", "", "", "", "", "", ""),
        ("1", "visit_arm_1", "", "4", "", "", "3", "", "", "", "", "", "", ""),
    ]
    out = columns_of(jia.prepare.from_redcap(MAKERS[kind](export(rows)), columns=FIELDS))
    assert out["physician_global"] == [6.0, 5.0, 4.0, 3.0]
    assert out["date"] == ["2024-01-10", "2024-02-10", None, None]


def test_events_on_one_date_are_one_visit_unless_both_fill_a_field():
    rows = [
        ("1", "screen_arm_1", "", "", "", "2024-01-10", "", "", "", "", "48", "", "", ""),
        ("1", "base_arm_1", "", "", "", "2024-01-10", "6", "", "", "", "", "", "", ""),
    ]
    out = jia.prepare.from_redcap(pd.DataFrame(export(rows)), columns=FIELDS)
    assert out[["visit", "physician_global", "esr"]].to_numpy().tolist() == [
        ["screen_arm_1 + base_arm_1", 6.0, 48.0]
    ]
    rows.append(("1", "day0_arm_1", "", "", "", "2024-01-10", "6", "", "", "", "", "", "", ""))
    with pytest.raises(jia.errors.VisitError, match=r"events=\['event'\]"):
        jia.prepare.from_redcap(pd.DataFrame(export(rows)), columns=FIELDS)
    chosen = ["screen_arm_1", "base_arm_1"]
    out = jia.prepare.from_redcap(pd.DataFrame(export(rows)), columns=FIELDS, events=chosen)
    assert len(out) == 1


def test_an_instrument_without_a_date_in_an_event_with_two_stays_apart():
    rows = [
        ("1", "visit_arm_1", "", "1", "", "2024-01-10", "6", "", "", "", "", "", "", ""),
        ("1", "visit_arm_1", "", "2", "", "2024-02-10", "5", "", "", "", "", "", "", ""),
        ("1", "visit_arm_1", "", "3", "", "2024-01-10", "", "5", "", "", "", "", "", ""),
        ("1", "visit_arm_1", "labs", "1", "", "", "", "", "", "", "48", "", "", ""),
    ]
    out = jia.prepare.from_redcap(pd.DataFrame(export(rows)), columns=FIELDS)
    assert out["date"].isna().tolist() == [False, False, True]
    assert out["esr"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize("kind", MAKERS)
def test_an_export_with_labels(kind):
    table = {
        "Record ID": ["07", "07"],
        "Event Name": ["Baseline (Arm 1: MSC)", "Baseline (Arm 1: MSC)"],
        "Repeat Instrument": [None, "Laboratory"],
        "Repeat Instance": [None, 1],
        "Date of visit": ["2024-01-10", None],
        "Physician global": [6.0, None],
        "ESR (mm/h)": [None, 48],
        "Swollen joints (choice=Left knee)": ["Checked", None],
    }
    columns = {"date": "Date of visit", "physician_global": "Physician global", "esr": "ESR (mm/h)"}
    out = columns_of(jia.prepare.from_redcap(MAKERS[kind](table), columns=columns))
    assert out == {
        "patient": ["07"],
        "visit": ["Baseline (Arm 1: MSC)"],
        "date": ["2024-01-10"],
        "physician_global": [6.0],
        "esr": [48],
        "Swollen joints (choice=Left knee)": ["Checked"],
    }


DICTIONARY = {
    "Variable / Field Name": ["record_id", "category", "swollen"],
    "Form Name": ["enrol", "enrol", "joints"],
    "Field Type": ["text", "radio", "checkbox"],
    "Choices, Calculations, OR Slider Labels": [
        None,
        "3, Systemic arthritis | 5, Psoriatic arthritis",
        "1, Left knee | 2, Right knee",
    ],
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_data_dictionary_says_what_choices_are(kind):
    out = jia.prepare.from_redcap(
        MAKERS[kind](export()),
        columns={**FIELDS, "ilar_category": "category"},
        events=["enrol_arm_1"],
        dictionary=MAKERS[kind](DICTIONARY),
    )
    assert columns_of(out)["ilar_category"] == ["Systemic arthritis", "Psoriatic arthritis"]
    assert list(columns_of(out))[-3:] == [
        "swollen___Left knee",
        "swollen___Right knee",
        "joints_complete",
    ]


def test_codes_in_the_names_of_boxes_are_read_as_redcap_writes_them():
    dictionary = pd.DataFrame(
        {
            "field_name": ["sw"],
            "field_type": ["checkbox"],
            "select_choices_or_calculations": ["-1, Neck | KneeL, Left knee, any sign"],
        }
    )
    table = pd.DataFrame(
        {"record_id": [1], "phga": [2.0], "sw____1": [0], "sw___kneel": [1], "sw___9": [0]}
    )
    out = jia.prepare.from_redcap(
        table, columns={"physician_global": "phga"}, dictionary=dictionary
    )
    assert list(out.columns[2:]) == ["sw___Neck", "sw___Left knee, any sign", "sw___9"]


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"columns": {"esr": "bsg"}}, "ColumnError", "no column 'bsg' for esr"),
        (
            {"columns": {"patient": "rec", "esr": "esr"}},
            "ColumnError",
            "no column 'rec' for patient",
        ),
        ({"once": ["sex"]}, "ColumnError", "no column 'sex'"),
        ({"events": ["month6_arm_1"]}, "RequestError", "no row is of the event 'month6_arm_1'"),
        ({"keep": ["swolen___"]}, "ColumnError", "keep= names 'swolen___'"),
        ({"dictionary": pd.DataFrame({"a": [1]})}, "ColumnError", "not a data dictionary"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(changes, error, said):
    with pytest.raises(getattr(jia.errors, error), match=said):
        jia.prepare.from_redcap(pd.DataFrame(export()), **{"columns": FIELDS, **changes})


def test_a_row_with_two_dates_is_refused():
    rows = [("1", "a", "", "", "", "2024-01-10", "6", "", "", "2024-01-11", "48", "", "", "")]
    with pytest.raises(jia.errors.VisitError, match="more than one date"):
        jia.prepare.from_redcap(pd.DataFrame(export(rows)), columns=FIELDS)


def test_what_is_recorded_once_may_have_a_name_here():
    out = jia.prepare.from_redcap(
        pd.DataFrame(export()),
        columns={**FIELDS, "ilar_category": "category"},
        once=["category"],
        dictionary=pd.DataFrame(DICTIONARY),
        keep=[],
    )
    assert out["ilar_category"].tolist() == ["Systemic arthritis"] * 3 + ["Psoriatic arthritis"]
    assert "category" not in out


@pytest.mark.parametrize("kind", MAKERS)
def test_a_row_without_an_event_is_a_visit_without_a_name(kind):
    rows = [("1", "base_arm_1", "2024-01-01", 3), ("1", None, "2024-02-01", 4)]
    table = MAKERS[kind](export(rows, ("record_id", "redcap_event_name", "day", "esr")))
    out = jia.prepare.from_redcap(table, columns={"date": "day", "esr": "esr"})
    assert columns_of(out)["visit"] == ["base_arm_1", None]
    assert columns_of(out)["esr"] == [3, 4]
