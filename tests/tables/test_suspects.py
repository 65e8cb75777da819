"""Suspicion: nothing on clean tables, and each of many mistakes by its name."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import jiascores as jia
from jiascores.core.suspicions import Seen
from jiascores.core.variables import VARIABLES
from jiascores.errors import SuspiciousWarning
from tests.eager import MAKERS
from tests.tables.clean import ITEMS, cohort, small_tables

CHAQ = jia.ask.chaq_di(items=[jia.column(name) for name in ITEMS])
ASK = {"measures": ["jadas71", CHAQ], "marker": "esr"}


@pytest.fixture(scope="module")
def clean() -> pd.DataFrame:
    return cohort(1)


def findings(visits: Any, **ask: Any) -> pd.DataFrame:
    found = jia.check(visits, **ask)
    return found[found["finding"] != "missing"]


# ---------------------------------------------------------------------- clean tables


@pytest.mark.parametrize("seed", [1, 2])
def test_a_clean_cohort_says_nothing(seed) -> None:
    assert findings(cohort(seed), **ASK).empty


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", small_tables(0))
def test_small_clean_tables_say_nothing(name, seed) -> None:
    assert findings(small_tables(seed)[name]).empty


# ---------------------------------------------------------------------- mistakes


def times(name: str, factor: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda visits: visits.assign(**{name: (visits[name] * factor).round(3)})


def always(name: str, value: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda visits: visits.assign(**{name: value})


def code(name: str, value: float, every: int = 12) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda visits: visits.assign(
        **{name: visits[name].where(np.arange(len(visits)) % every > 0, value)}
    )


def at_a_site(visits: pd.DataFrame) -> pd.DataFrame:
    mm = visits["physician_global"] * 10
    return visits.assign(physician_global=mm.where(visits["site"] != "site 3", mm / 10))


def some(name: str, at: int, value: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(visits: pd.DataFrame) -> pd.DataFrame:
        column = visits[name].copy()
        column.iloc[at] = value
        return visits.assign(**{name: column})

    return change


def copied_day(visits: pd.DataFrame) -> pd.DataFrame:
    return visits.assign(date=visits["date"].where(visits.index != 1, visits["date"].iloc[0]))


MM = {"units": {"physician_global": "mm"}}
# What is done to the clean cohort, how `check` is asked, and the variable and words of the finding.
MISTAKES: list[tuple[str, Callable[[pd.DataFrame], pd.DataFrame], dict, str, str]] = [
    ("fibrinogen in g/L", times("fibrinogen", 0.01), {}, "fibrinogen", "g/L?"),
    ("fibrinogen in mg/L", times("fibrinogen", 10), {}, "fibrinogen", "mg/L?"),
    ("triglycerides in mmol/L", times("triglycerides", 1 / 88.57), {}, "triglycerides", "mmol/L"),
    ("triglycerides in g/L", times("triglycerides", 0.01), {}, "triglycerides", "mmol/L, or g/L?"),
    ("AST in µkat/L", times("ast", 1 / 60), {}, "ast", "ukat/L?"),
    ("LDH in µkat/L", times("ldh", 1 / 60), {}, "ldh", "ukat/L?"),
    ("haemoglobin in mmol/L", times("haemoglobin", 1 / 1.6114), {}, "haemoglobin", "mmol/L?"),
    ("haemoglobin in g/L", times("haemoglobin", 10), {}, "haemoglobin", "g/L"),
    ("platelets per µL", times("platelets", 1000), {}, "platelets", "/uL"),
    ("platelets in lakh", times("platelets", 0.01), {}, "platelets", "lakh/uL?"),
    ("ferritin in mg/L", times("ferritin", 0.001), {}, "ferritin", "mg/L?"),
    ("CRP in mg/dL", times("crp", 0.1), {}, "crp", "mg/dL?"),
    ("upper limit of CRP in mg/dL", always("crp_upper_limit", 0.5), {}, "crp_upper_limit", "mg/dL?"),
    ("stiffness in hours", times("morning_stiffness", 1 / 60), {}, "morning_stiffness", "h?"),
    ("stiffness in whole hours", lambda v: v.assign(morning_stiffness=v["morning_stiffness"] // 15),
     {}, "morning_stiffness", "h?"),
    ("temperature in °F", lambda v: v.assign(temperature=v["temperature"] * 1.8 + 32), {},
     "temperature", "°F"),
    ("highest temperature in °F",
     lambda v: v.assign(highest_temperature=v["highest_temperature"] * 1.8 + 32), {},
     "highest_temperature", "°F"),
    ("physician global on four steps", lambda v: v.assign(physician_global=v["physician_global"] // 3.4),
     {}, "physician_global", "four or five steps"),
    ("patient global on five steps", lambda v: v.assign(patient_global=v["patient_global"] // 2.5),
     {}, "patient_global", "four or five steps"),
    ("pain on five steps", lambda v: v.assign(pain=v["pain"] // 2.5), {}, "pain", "four or five"),
    ("globals in mm, undeclared", times("physician_global", 10), {}, "physician_global", "millimetres"),
    ("centimetres declared as mm", lambda v: v, MM, "physician_global", "centimetres already"),
    ("0–10 declared as 0–100", lambda v: v, {"units": {"patient_global": "0-100"}},
     "patient_global", "centimetres already"),
    ("one site in cm, the others in mm", at_a_site, MM, "physician_global", "groups of 'site'"),
    ("27 joints as 71", lambda v: v.drop(columns="active_joints").rename(
        columns={"active_joints_27": "active_joints"}), {}, "active_joints", "27 joints"),
    ("27 joints copied", lambda v: v.assign(active_joints_27=v["active_joints"].clip(upper=27),
                                            active_joints=v["active_joints"].clip(upper=27)), {},
     "active_joints", "copy of the other"),
    ("CHAQ coded from 1", lambda v: v.assign(**(v[ITEMS].clip(upper=2) + 1)), {}, "chaq_item", "coded_from=1"),
    *((f"{name} always", always(name, 1), {}, name, "another coding")
      for name in ("rash", "serositis", "haemorrhage", "cns", "uveitis")),
    ("one ESR of 999", some("esr", 7, 999), {}, "esr", "Above 200"),
    ("ESR 99 for a gap", code("esr", 99), {}, "esr", "code for a gap"),
    ("CRP 888 for a gap", code("crp", 888), {}, "crp", "code for a gap"),
    ("ferritin 999 for a gap", code("ferritin", 999), {}, "ferritin", "code for a gap"),
    ("platelets 999 for a gap", code("platelets", 999, 50), {}, "platelets", "code for a gap"),
    ("stiffness 999 for a gap", code("morning_stiffness", 999), {}, "morning_stiffness", "code for a gap"),
    ("entheses 99 for a gap", code("entheses", 99, 500), {}, "entheses", "code for a gap"),
    ("99 mm for a gap", lambda v: code("physician_global", 99, 5)(times("physician_global", 10)(v)), MM,
     "physician_global", "code for a gap"),
    ("joints 99 for a gap", code("active_joints", 99), {}, "active_joints", "code for a gap"),
    ("ESR 0 for a gap", always("esr", 0), {}, "esr", "gaps written as 0"),
    ("a default of 5 joints", always("limited_joints", 5), {}, "limited_joints", "default"),
    ("two visits on a day", copied_day, {}, "date", "Another visit"),
    ("a visit in 1900", some("date", 4, pd.Timestamp("1900-01-01")), {}, "date", "Hardly possible"),
    ("an id in lower case", some("patient", 1, "SYNTHETIC-0001"), {}, "patient", "one patient?"),
]  # fmt: skip


def test_there_are_mistakes_enough() -> None:
    assert len({mistake[0] for mistake in MISTAKES}) == len(MISTAKES) >= 40


@pytest.mark.parametrize(("change", "more", "variable", "words"), [each[1:] for each in MISTAKES],
                         ids=[each[0] for each in MISTAKES])  # fmt: skip
def test_a_mistake_is_named(clean, change, more, variable, words) -> None:
    found = findings(change(clean), **ASK, **more)
    messages = found["message"][found["variable"] == variable]
    assert messages.str.contains(words, regex=False).any()
    # And what is not wrong is not called so.
    assert set(found["variable"][found["finding"] == "suspicious"]) <= {variable}


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ({}, "g/L? Then declare units={'fibrinogen': 'g/L'}."),
        ({"fibrinogen": "mg/dL"}, "g/L? It is declared as mg/dL."),
        ({"fibrinogen": jia.column("unit")}, "g/L? Column 'unit' says the unit of each row."),
    ],
)
def test_what_is_said_of_a_unit_goes_with_what_was_declared(units, words) -> None:
    visits = pd.DataFrame({"patient": ["A"], "date": [0], "fibrinogen": [3.5], "unit": ["mg/dL"]})
    found = jia.check(visits, measures=["mas_2016"], units=units)
    assert any(message.endswith(words) for message in found["message"])


def test_a_column_of_lists_groups_nobody() -> None:
    visits = cohort(1, patients=20)
    visits["site"] = [["a"]] * len(visits)
    visits["other"] = [{"a": 1}] * len(visits)
    assert findings(visits).empty


# ---------------------------------------------------------------------- both sides of each limit


def repeated(*parts: tuple[float, int]) -> np.ndarray:
    return np.concatenate([np.full(count, value, dtype=float) for value, count in parts])


JOINTS = {"active_joints": repeated((5, 6), (4, 24))}
ESR = {"esr": repeated((40, 5), (39, 20))}
# Values of a variable, those beside them and the unit that is declared: just suspicious, and just not.
SIDES: list[tuple[str, np.ndarray, np.ndarray, dict, str | None]] = [
    ("fibrinogen", repeated((19.9, 1), (300, 9)), repeated((20, 1), (300, 9)), {}, None),
    ("fibrinogen", repeated((2001, 1), (300, 9)), repeated((2000, 1), (300, 9)), {}, None),
    ("triglycerides", repeated((14.9, 1)), repeated((15, 1)), {}, None),
    ("ast", repeated((4.9, 3), (30, 2)), repeated((4.9, 2), (5, 1), (30, 2)), {}, None),
    ("ast", repeated((0.5, 5)), repeated((0.5, 4)), {}, None),
    ("ldh", repeated((4, 5)), repeated((4, 4)), {}, None),
    ("ldh", repeated((19.9, 5)), repeated((20, 5)), {}, None),
    ("haemoglobin", repeated((20.1, 1)), repeated((20, 1)), {}, None),
    ("haemoglobin", repeated((7, 29), (10.4, 1)), repeated((7, 28), (10.4, 1)), {}, None),
    ("haemoglobin", repeated((7, 27), (10.4, 3)), repeated((7, 27), (10.6, 3)), {}, None),
    ("platelets", repeated((3001, 1)), repeated((3000, 1)), {}, None),
    ("platelets", repeated((2, 9), (9.9, 1)), repeated((2, 9), (10, 1)), {}, None),
    ("platelets", repeated((2, 9), (3, 1)), repeated((2, 8), (3, 1)), {}, None),
    ("ferritin", repeated((0.9, 1)), repeated((1, 1), (0, 1)), {}, None),
    ("morning_stiffness", repeated((0.5, 1), (15, 3)), repeated((0, 3), (1, 1)), {}, None),
    ("morning_stiffness", repeated((2, 9), (6, 1)), repeated((2, 9), (7, 1)), {}, None),
    ("morning_stiffness", repeated((2, 10), (0, 5)), repeated((2, 9), (0, 5)), {}, None),
    ("morning_stiffness", repeated((2, 6), (5, 4)), repeated((2, 5), (5, 5)), {}, None),
    ("crp_upper_limit", repeated((1.9, 1)), repeated((2, 1)), {}, None),
    ("crp", repeated((501, 1)), repeated((500, 1)), {}, None),
    ("crp", repeated((4.9, 3), (9, 22)), repeated((5, 3), (9, 22)), ESR, None),
    ("crp", repeated((2, 24), (3, 1)), repeated((np.nan, 1), (2, 23), (3, 1)), ESR, None),
    ("esr", repeated((201, 1)), repeated((200, 1)), {}, None),
    ("esr", repeated((0, 4)), repeated((0, 3)), {}, None),
    ("esr", repeated((99, 8), (40, 51), (79, 1)), repeated((99, 1), (40, 59)), {}, None),
    ("esr", repeated((99, 5), (95, 1)), repeated((99, 5), (95, 2)), {}, None),
    ("esr", repeated((99, 3), (40, 9)), repeated((99, 2), (40, 9)), {}, None),
    ("physician_global", repeated((2, 29), (4, 1)), repeated((2, 29), (5, 1)), JOINTS, None),
    ("physician_global", repeated((2, 29), (3, 1)), repeated((2, 29), (3.5, 1)), JOINTS, None),
    ("physician_global", repeated((2, 29), (3, 1)), repeated((2, 28), (3, 1)), JOINTS, None),
    ("physician_global", repeated((0.4, 29), (1, 1)), repeated((0.4, 29), (1.1, 1)), JOINTS, "mm"),
    ("physician_global", repeated((0.4, 19), (1, 1)), repeated((0.4, 18), (1, 1)), JOINTS, "mm"),
    ("active_joints", repeated((20, 9), (25, 1)), repeated((20, 9), (28, 1)), {}, None),
    ("active_joints", repeated((20, 9), (27, 1)), repeated((20, 8), (27, 1)), {}, None),
    ("active_joints", repeated((20, 9), (25, 1)), repeated((20, 9), (24, 1)), {}, None),
    ("rash", repeated((1, 20)), repeated((1, 19)), {}, None),
    ("uveitis", repeated((1, 20)), repeated((1, 20), (0, 1)), {}, None),
    ("limited_joints", repeated((5, 20)), repeated((5, 19)), {}, None),
    ("limited_joints", repeated((5, 20)), repeated((0, 20)), {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "wrong", "right", "beside", "unit"), SIDES)
def test_both_sides_of_each_limit(name, wrong, right, beside, unit) -> None:
    def doubts(values: np.ndarray) -> int:
        there = {other: column[: values.size] for other, column in beside.items()}
        seen = Seen(values, there, unit, 0.1 if unit else 1.0)
        return sum(each.which(seen) is not None for each in VARIABLES[name].suspicions)

    assert (doubts(wrong), doubts(right)) == (1, 0)


def test_every_measured_variable_has_suspicions_and_every_kind_is_tried() -> None:
    tried = {name for name, *_ in SIDES}
    for variable in VARIABLES.values():
        kinds = {type(each).__name__ for each in variable.suspicions} - {"Always", "Codes"}
        if not variable.flag:
            assert variable.suspicions or variable.name in ("esr_upper_limit", "marker_upper_limit")
        if kinds - {"Scale"}:
            assert variable.name in tried


# ---------------------------------------------------------------------- the warning of assess

MAS = {
    "febrile": [True] * 3,
    "known_or_suspected_sjia": [True] * 3,
    "ferritin": [900.0, 700.0, 650.0],
    "platelets": [300, 150, 200],
    "ast": [30, 60, 40],
    "triglycerides": [100, 200, 100],
    "fibrinogen": [4.0, 3.0, 3.5],
}


def warned(call: Callable[[], Any]) -> list[str]:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        call()
    assert {each.category for each in said} <= {SuspiciousWarning}
    return [str(each.message) for each in said]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_assess_warns_once(make) -> None:
    said = warned(lambda: jia.assess(make(MAS), measures=["mas_2016"]))
    assert len(said) == 1
    assert "fibrinogen: Below 20 mg/dL, at 3 of 3 visits: g/L?" in said[0]
    assert "units={'fibrinogen': 'g/L'}" in said[0]
    assert "jia.check(…)" in said[0]
    # Declared, all is well; and what is not read is not looked at.
    units = {"fibrinogen": "g/L"}
    assert warned(lambda: jia.assess(make(MAS), measures=["mas_2016"], units=units)) == []
    visits = {
        **MAS,
        "physician_global": [1.0] * 3,
        "patient_global": [1.0] * 3,
        "active_joints": [1] * 3,
    }
    assert warned(lambda: jia.assess(make(visits), measures=["cjadas10"])) == []


def test_the_warning_is_of_the_line_that_asked() -> None:
    with pytest.warns(SuspiciousWarning) as said:
        jia.assess(pd.DataFrame(MAS), measures=["mas_2016"])
    assert said[0].filename == __file__


def test_lazy_frames_say_nothing() -> None:
    lazy = pl.DataFrame(MAS).lazy()
    assert warned(lambda: jia.assess(lazy, measures=["mas_2016"]).collect()) == []


def test_two_suspicions_are_one_warning() -> None:
    visits = pd.DataFrame({**MAS, "triglycerides": [1.0, 2.0, 1.5]})
    (said,) = warned(lambda: jia.assess(visits, measures=["mas_2016"]))
    assert "fibrinogen: " in said
    assert "triglycerides: " in said


def test_the_command_line_says_it_on_one_line(tmp_path) -> None:
    from jiascores.cli import main
    from tests.commands import Runner

    file = tmp_path / "labs.csv"
    pd.DataFrame(MAS).to_csv(file, index=False)
    done = Runner().invoke(main, ["assess", str(file), "--measure", "mas_2016"])
    assert done.exit_code == 0
    lines = done.stderr.splitlines()
    assert sum("Suspicious: " in line for line in lines) == 1
    assert '[units] of the --mapping: fibrinogen = "g/L"' in done.stderr
    assert "jiascores check" in done.stderr
    done = Runner().invoke(main, ["check", str(file), "--measure", "mas_2016"])
    assert "suspicious,suspicious,fibrinogen" in done.stdout
    assert "Suspicious: " not in done.stderr


def test_a_long_table_is_looked_at_here_and_there() -> None:
    visits = pd.concat([pd.DataFrame(MAS)] * 60_000, ignore_index=True)
    assert len(warned(lambda: jia.assess(visits, measures=["mas_2016"]))) == 1


def test_where_each_row_says_its_unit_no_other_is_advised() -> None:
    visits = pd.DataFrame(
        {"patient": range(30), "date": 0, "esr": range(40, 70), "crp": np.linspace(0.2, 9, 30) / 2}
    ).assign(crp_unit="mg/L", physician_global=1.5, patient_global=2.5, active_joints=range(30))
    ask = {"measures": ["jadas10"], "marker": "crp"}
    for units, todo in ((None, "Then declare"), ({"crp": jia.column("crp_unit")}, "'crp_unit'")):
        found = jia.check(visits, units=units, **ask)
        (said,) = found["message"][(found["variable"] == "crp")]
        assert "mg/dL?" in said
        assert todo in said
