"""All that `check` lists for a table, finding by finding: nothing is missing, and nothing is more."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from tests.tables.kinds import column

# The baseline of B stands first, and a visit of B before others of A. A's visits are in order.
VISITS = {
    "patient": ["B", "B", "A", "A", "A", "B"],
    "date": ["2024-02-10", "2024-05-10", "2024-01-01", "2024-01-15", "2024-03-25", "2024-03-01"],
    "dose": ["2024-02-10", "2024-02-10", *["2024-01-15"] * 3, "2024-02-10"],
    "patient_global_rater": ["parent", "patient", "patient", "patient", "parent", None],
    "physician_global": [8.0, 4, 9, 8, 4, 5],
    "patient_global": [8.0, 4, 9, None, 4, 5],
    "chaq": [2.0, 2, 2, 2, None, 1],
    "active_joints": [10, 5, 20, 10, 5, 7],
    "limited_joints": [10, 5, 20, 10, 5, 7],
    "esr": [90.0, 60, None, 60, 30, 50],
    "crp": [5.0, 5, None, None, 7, 8],
}
OWN = jia.on_or_before("dose", per_variable=True, days=28)
LAST = jia.on_or_before("dose")
RESPONSE = {"measures": ["acr_ped"]}
PLAIN, LACKS = "Missing.", "Missing at baseline: nothing of this patient can be compared in it."
BEFORE = "Before the patient's baseline: no response, change or flare here."
OTHER_RATER = "Another rater than at baseline: the change is not the patient's alone."


def listed(visits, **ask) -> list[tuple[str, int | None, str]]:
    """Return variable, row and message of all that is found, but for how often there are gaps."""
    found = jia.check(pd.DataFrame(visits), **ask)
    rows = zip(*(column(found, name) for name in ("variable", "row", "message")), strict=True)
    return [row for row in rows if "of 6 visits" not in row[2]]


GAPS = [("patient_global", 3), ("chaq", 4), ("esr", 2), ("crp", 2), ("crp", 3)]
RATERS = [("patient_global_rater", row, OTHER_RATER) for row in (1, 4)]


def gaps(*at_baseline: tuple[str, int]) -> list[tuple[str, int, str]]:
    return [(*gap, LACKS if gap in at_baseline else PLAIN) for gap in GAPS]


def test_a_baseline_of_one_visit() -> None:
    found = listed(VISITS, **RESPONSE, baseline=LAST, marker="esr")
    assert found == [
        ("date", 2, BEFORE), *RATERS, *gaps(("patient_global", 3), ("crp", 3))
    ]  # fmt: skip


@pytest.mark.parametrize("marker", ["esr", "esr-else-crp"])
def test_a_baseline_of_each_variable(marker) -> None:
    assert listed(VISITS, **RESPONSE, baseline=OWN, marker=marker) == [*RATERS, *gaps()]


def test_a_variable_without_a_baseline_of_its_own_is_said_for_the_patient() -> None:
    found = jia.check(pd.DataFrame(VISITS), **RESPONSE, baseline=OWN, marker="crp")
    lacks = found[found["message"] == LACKS]
    assert lacks[["variable", "patient"]].to_numpy().tolist() == [["crp", "A"]]
    assert listed(VISITS, **RESPONSE, baseline=OWN, marker="crp")[1:] == [*RATERS, *gaps()]


def test_the_reactant_is_of_no_baseline_until_it_is_said_which() -> None:
    first, *others = listed(VISITS, **RESPONSE, baseline=OWN)
    assert first[:2] == ("marker", None)
    assert others == [*RATERS, *gaps()]


def test_a_patient_without_a_rated_baseline_is_compared_with_nobody() -> None:
    """Not with whoever rated in the first row of the table, who is another patient's."""
    visits = VISITS | {
        "patient_global": [8.0, 4, None, None, 4, 5],
        "patient_global_rater": ["parent", "patient", "patient", "patient", "patient", None],
    }
    found = listed(visits, **RESPONSE, baseline=OWN, marker="esr")
    assert [row for name, row, _ in found if name == "patient_global_rater"] == [1]
    # By one visit for all, the rater counts whether or not there is a value.
    found = listed(visits, **RESPONSE, baseline=LAST, marker="esr")
    assert [row for name, row, _ in found if name == "patient_global_rater"] == [1]


def test_rows_below_their_baseline_in_the_table_are_not_before_it_in_time() -> None:
    """B's visit of March stands below that of May: both come after the baseline of February."""
    found = listed(VISITS, **RESPONSE, baseline=LAST, marker="esr")
    assert [row for _, row, message in found if message == BEFORE] == [2]
    # The other way round: the baseline is the last row of its patient, and two were before it.
    later = VISITS | {"dose": ["2024-06-01"] * 2 + ["2024-01-15"] * 3 + ["2024-06-01"]}
    found = listed(later, **RESPONSE, baseline=LAST, marker="esr")
    assert [row for _, row, message in found if message == BEFORE] == [0, 2, 5]


def test_a_date_that_is_not_understood_is_not_missing_too() -> None:
    dates = ["10.02.2024", "2024-05-10", "2024-01-01", None, "2024-03-25", "2024-03-01"]
    found = jia.check(pd.DataFrame(VISITS | {"date": dates}), measures=["jadas71"], marker="esr")
    of_dates = found[found["variable"] == "date"]
    assert list(zip(of_dates["reason"], of_dates["row"], strict=True)) == [
        ("unread-date", 0), ("no-date", 3)
    ]  # fmt: skip


def test_a_number_that_is_not_understood_is_not_missing_too() -> None:
    """Nor for a variable that stands in a column of its own name, in the unit of the table."""
    visits = VISITS | {"esr": ["ca. 90", 60, None, 60, 30, 50]}
    found = jia.check(pd.DataFrame(visits), measures=["jadas71"], marker="esr")
    of_esr = found[(found["variable"] == "esr") & found["row"].notna()]
    assert [*zip(of_esr["finding"], of_esr["row"], strict=True)] == [("refused", 0), ("missing", 2)]
    assert "Missing at 1 of 6 visits (16.7%)." in found["message"].tolist()


def test_a_table_without_patients_or_groups_is_looked_at_all_the_same() -> None:
    """The globals of two sites differ tenfold; without patients that is not looked for."""
    size = 60
    visits = {
        "patient": [f"P{row}" for row in range(size)],
        "date": ["2024-01-01"] * size,
        "site": ["north"] * 30 + ["south"] * 30,
        "physician_global": [0.4 + row % 3 / 10 for row in range(30)] + [4.0 + row % 4 for row in range(30)],
        "esr": [20 + row for row in range(size)],
    }  # fmt: skip
    tenfold = "between groups of 'site'"
    found = jia.check(pd.DataFrame(visits))
    assert sum(tenfold in message for message in found["message"]) == 1
    for high, count in ((4.99, 0), (5.0, 1)):
        visits["physician_global"] = [0.5] * 30 + [high] * 30
        found = jia.check(pd.DataFrame(visits))
        assert sum(tenfold in message for message in found["message"]) == count
    alone = jia.check(pd.DataFrame(visits).drop(columns=["patient", "date"]))
    assert not any("groups of" in message for message in alone["message"])
    # No global: nothing to compare, and nothing breaks.
    assert not any(
        "groups of" in m for m in jia.check(pd.DataFrame(visits)[["patient", "esr"]])["message"]
    )


def test_a_visit_at_which_nobody_says_that_joints_were_examined() -> None:
    words = "Nothing says that the joints were examined at 2 of 6 visits"
    visits = VISITS | {"joints_examined": [1, 0, 1, 1, 0, 1]}
    assert sum(words in m for m in jia.check(pd.DataFrame(visits), marker="esr")["message"]) == 1
    all_of_them = VISITS | {"joints_examined": [1] * 6}
    for table in (VISITS, all_of_them):
        found = jia.check(pd.DataFrame(table), marker="esr")
        assert not any("examined" in message for message in found["message"])


def test_a_gap_at_baseline_hinders_what_is_compared_alone() -> None:
    """Nobody compares ferritin with a baseline."""
    visits = VISITS | {"ferritin": [None, 100.0, 90.0, None, 80.0, 70.0]}
    found = listed(visits, **RESPONSE, baseline=LAST, marker="esr")
    of_ferritin = [(row, message) for name, row, message in found if name == "ferritin"]
    assert of_ferritin == [(0, PLAIN), (3, PLAIN)]
