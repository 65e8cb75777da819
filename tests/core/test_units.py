"""Units: every spelling of a variable's own table, every factor, and nothing near it suggested."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.units import folded, unit_named, units_of
from jiascores.core.variables import VARIABLES
from tests.eager import MAKERS, columns_of

MEASURED = [each for each in VARIABLES.values() if not each.flag]


@pytest.mark.parametrize("variable", MEASURED, ids=lambda each: each.name)
def test_every_variable_has_its_units(variable) -> None:
    canonical, *others = units_of(variable.name)
    assert (canonical.name, canonical.same) == (variable.unit, True)
    assert all(unit.source for unit in others)
    spelled = {}
    for unit in (canonical, *others):
        for text in (unit.name, *unit.spellings):
            for written in (text, text.upper(), text.lower(), f" {text} ", text.replace("u", "µ")):
                assert variable.unit_named(written) is unit
            # One spelling is one unit.
            assert spelled.setdefault(folded(text), unit) is unit


# Of one number in each unit that is not canonical, what it is in the canonical one.
FACTORS = {
    ("physician_global", "mm"): (62, "6.2"),
    ("physician_global", "0-100"): (7, "0.7"),
    ("physician_global", "cm"): (6.2, "6.2"),
    ("physician_global", "circle 0-20"): (13, "6.5"),
    ("physician_global", "circle 1-21"): (14, "6.5"),
    ("crp", "mg/dL"): (1.7, "17"),
    ("temperature", "°F"): (101.3, "38.5"),
    ("haemoglobin", "g/L"): (123, "12.3"),
    ("haemoglobin", "mmol/L"): (7.5, "12.0855"),
    ("platelets", "10^3/uL"): (181, "181"),
    ("platelets", "/uL"): (181_000, "181"),
    ("platelets", "lakh/uL"): (1.81, "181"),
    ("ferritin", "ug/L"): (684, "684"),
    ("ferritin", "mg/L"): (0.684, "684"),
    ("ferritin", "pmol/L"): (1000, "445"),
    ("ast", "ukat/L"): (0.8, "48"),
    ("ast", "nkat/L"): (800, "48"),
    ("triglycerides", "mmol/L"): (1.76, "155.8832"),
    ("triglycerides", "g/L"): (1.56, "156"),
    ("fibrinogen", "g/L"): (3.6, "360"),
    ("fibrinogen", "mg/L"): (3600, "360"),
    ("morning_stiffness", "h"): (0.25, "15"),
    ("injection_days", "weeks"): (12, "84"),
}


def test_every_factor_gives_the_decimal_of_exact_arithmetic() -> None:
    tried = {
        (unit.name, unit.factor, unit.zero)
        for (name, text), _ in FACTORS.items()
        for unit in [unit_named(name, text)]
    }
    assert tried == {
        (unit.name, unit.factor, unit.zero) for each in MEASURED for unit in each.other_units
    }
    for (name, text), (given, due) in FACTORS.items():
        unit = unit_named(name, text)
        assert unit.canonical(np.array([given]))[0] == float(Fraction(due)), (name, text)


SPELLED = [
    ("crp", "mg/dl", "mg/dL"), ("crp", "µg/mL", "mg/L"), ("crp", "MG/L", "mg/L"),
    ("crp", "mcg/ml", "mg/L"), ("crp", "mg/100 mL", "mg/dL"),
    ("esr", "mm/hr", "mm/h"), ("esr", "mm/Std.", "mm/h"), ("esr", "mm (1h)", "mm/h"),
    ("ast", "IU/L", "U/L"), ("ast", "I.U./l", "U/L"), ("ast", "[iU]/L", "U/L"),
    ("ldh", "UI/L", "U/L"), ("ldh", "µkat/l", "ukat/L"), ("ldh", "E/l", "U/L"),
    ("platelets", "10*9/L", "10^9/L"), ("platelets", "×10⁹/L", "10^9/L"),
    ("platelets", "x 10E9/L", "10^9/L"), ("platelets", "G/L", "10^9/L"),
    ("platelets", "K/µL", "10^3/uL"), ("platelets", "/mm³", "/uL"), ("platelets", "/mm3", "/uL"),
    ("platelets", "10³/µL", "10^3/uL"), ("platelets", "cells/mcL", "/uL"),
    ("fibrinogen", "G/L", "g/L"), ("haemoglobin", "G/DL", "g/dL"), ("ferritin", "mcg/L", "ug/L"),
    ("temperature", "ºC", "°C"), ("temperature", "deg F", "°F"), ("temperature", "[degF]", "°F"),
    ("pain", "0–100", "0-100"), ("pain", "0 to 10", "0-10"), ("pain", "Circles 1–21", "circle 1-21"),
    ("morning_stiffness", "hours", "h"), ("morning_stiffness", "Min.", "min"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "unit"), SPELLED)
def test_spellings(name, text, unit) -> None:
    assert unit_named(name, text).name == unit


@pytest.mark.parametrize(
    ("name", "text"),
    [("crp", "g/L"), ("crp", "mg"), ("crp", "ng/mL"), ("platelets", "10^12/L"), ("esr", "cm/h"),
     ("platelets", "10^3/L"), ("ast", "mU/L"), ("temperature", "K"), ("pain", "21 circles"),
     ("haemoglobin", "mg/dL"), ("fibrinogen", "µmol/L"), ("crp", "")],
)  # fmt: skip
def test_what_is_no_unit_is_refused_and_no_other_suggested(name, text) -> None:
    assert unit_named(name, text) is None
    visits = pd.DataFrame({name: [1.0]})
    with pytest.raises(jia.errors.ColumnError) as caught:
        jia.check(visits, units={name: text})
    assert "Did you mean" not in str(caught.value)
    assert all(unit in str(caught.value) for unit in VARIABLES[name].units)


VISITS = {
    "physician_global": [6.0, 2.0, 5.0, 1.0],
    "patient_global": [5.0, 2.0, 4.0, 1.0],
    "active_joints": [4, 4, 2, 2],
}
CRP = {"crp": [3.0, 3.0, 30.0, None], "crp_unit": ["mg/dl", "mg/L", "µg/mL", None]}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_unit_in_each_row(make) -> None:
    by_row = {"units": {"crp": jia.column("crp_unit")}, "measures": ["jadas10"]}
    out = columns_of(jia.assess(make({**VISITS, **CRP}), **by_row))
    assert out["jadas10"] == [17.0, 8.0, 13.0, None]
    wrong = {**CRP, "crp_unit": ["mg/dl", "mg/x", "mg/x", "ng"]}
    with pytest.raises(jia.errors.NotCoveredError, match=r"'mg/x' in 2 rows, first in row 1"):
        jia.assess(make({**VISITS, **wrong}), **by_row)
    out = columns_of(jia.assess(make({**VISITS, **wrong}), **by_row, invalid="missing"))
    assert out["jadas10"] == [17.0, None, None, None]
    with pytest.raises(jia.errors.NotCoveredError, match=r"crp = '' in row 2"):
        jia.assess(make({**VISITS, **CRP, "crp_unit": ["mg/dl", "mg/L", None, None]}), **by_row)
    with pytest.raises(jia.errors.ColumnError, match="no column 'crp_units'"):
        jia.assess(
            make({**VISITS, **CRP}), units={"crp": jia.column("crp_units")}, measures=["jadas10"]
        )


CELLS = ["3 mg/dL", "3", "30 mg/l H", None]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_unit_in_each_cell(make) -> None:
    visits = make({**VISITS, "crp": CELLS})
    with pytest.raises(jia.errors.NotNumericError, match="a number with its unit") as caught:
        jia.assess(visits, measures=["jadas10"])
    assert "na_values" not in str(caught.value)
    assert "units={'crp': jia.column('crp')}" in str(caught.value)
    out = jia.assess(visits, measures=["jadas10"], units={"crp": jia.column("crp")})
    assert columns_of(out)["jadas10"] == [17.0, 8.0, 13.0, None]
    wrong = make({**VISITS, "crp": ["3 mmol/L", *CELLS[1:]]})
    with pytest.raises(jia.errors.NotCoveredError, match=r"'3 mmol/L' in row 0.*can be in mg/L"):
        jia.assess(wrong, measures=["jadas10"], units={"crp": jia.column("crp")})


@pytest.mark.parametrize("cell", ["12 mm/h", "45 H", "45 (H)", "45*", "12mm/1h", "12 approx."])
def test_a_result_with_its_unit_or_flag_is_never_called_a_gap(cell) -> None:
    visits = pd.DataFrame({**VISITS, "esr": [cell, 20, 36, "n/a"]})
    found = jia.check(visits, measures=["jadas10"])
    messages = found["message"][found["finding"] == "refused"].tolist()
    assert any("a number with its unit or with a flag" in message.lower() for message in messages)
    assert [message for message in messages if "na_values" in message] == [
        message for message in messages if "'n/a'" in message
    ]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["12.345", "7,5"], "'12.345' is 12.345 or 12345"),
        (["12.345,6", "7,5"], "'12.345,6' is 12345.6"),
        (["1,234", "7,5"], "'1,234' is 1.234 or 1234"),
        (["1 234 567", None], "'1 234 567' is 1234567"),
        (["1,234.5", "7.5"], "'1,234.5' is 1234.5"),
    ],
)
def test_marks_between_thousands_are_named_with_their_readings(cells, said) -> None:
    visits = pd.DataFrame({"ferritin": cells})
    found = jia.check(visits)
    refused = found[found["reason"] == "thousands"]
    assert len(refused) == 1
    assert said in refused["message"].iloc[0]


def test_a_decimal_comma_is_one_where_thousands_are_out_of_range() -> None:
    found = jia.check(pd.DataFrame({"chaq": ["1,125", "0,375"]}))
    assert found["reason"].tolist().count("decimal-comma") == 1
    assert "thousands" not in found["reason"].tolist()


def test_fahrenheit_is_named_and_read() -> None:
    visits = pd.DataFrame({"highest_temperature": [100.4, 98.6]})
    found = jia.check(visits)
    refused = found[found["reason"] == "out-of-range"]
    assert len(refused) == 2
    assert refused["message"].str.contains("if these are in °F, say so").all()
    read = jia.check(visits, units={"highest_temperature": "°F"})
    assert "refused" not in read["finding"].tolist()
    # 50 °F is no body's temperature either.
    found = jia.check(pd.DataFrame({"highest_temperature": [100.4, 50.0]}))
    assert not found["message"].str.contains("say so").any()


@pytest.mark.parametrize("cell", ["0x10", "1/2", "5-10", "5 to 10", "10^3", "5 ?", "1e3 mg/L"])
def test_what_is_no_number_with_a_unit_is_to_be_corrected(cell) -> None:
    visits = pd.DataFrame({**VISITS, "crp": [cell, "3", None, None]})
    for units in ({}, {"crp": jia.column("crp")}):
        with pytest.raises(jia.errors.NotNumericError) as refused:
            jia.assess(visits, measures=["jadas10"], units=units)
        assert "not a number. Correct it where it was written." in str(refused.value)
        assert "units=" not in str(refused.value)


@pytest.mark.parametrize("cell", ["12 foo", "5%", "<5 foo", ">5 foo"])
def test_a_unit_that_the_variable_does_not_have_is_named(cell) -> None:
    visits = pd.DataFrame({**VISITS, "crp": [cell, "3", None, None]})
    with pytest.raises(jia.errors.NotNumericError, match="is not a unit of C-reactive protein"):
        jia.assess(visits, measures=["jadas10"])


def test_a_decimal_comma_before_a_unit_is_one_first() -> None:
    visits = pd.DataFrame({**VISITS, "crp": ["12,5 mg/L", "3", None, "1,5 mg/dL"]})
    with pytest.raises(jia.errors.NotNumericError, match="a decimal comma") as refused:
        jia.assess(visits, measures=["jadas10"])
    assert "table['crp'].str.replace(',', '.')" in str(refused.value)
    visits["crp"] = visits["crp"].str.replace(",", ".")
    with pytest.raises(jia.errors.NotNumericError, match=r"units=\{'crp': jia.column\('crp'\)\}"):
        jia.assess(visits, measures=["jadas10"])
    out = jia.assess(visits, measures=["jadas10"], units={"crp": jia.column("crp")})
    assert columns_of(out)["jadas10"] == [15.25, 8.0, None, 4.5]


LIMITS = ["<5", "≤5", "<5 mg/L", "<= 5 mg/l", "< 5,0", "12 mg/L", 7.5, None]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_values_below_a_limit_with_their_unit(make) -> None:
    cells = [None if cell is None else str(cell) for cell in LIMITS]
    out = columns_of(jia.prepare.below_limit(make({"crp": cells}), "crp", rule="half"))
    assert out["crp_value"] == [2.5, 2.5, 2.5, 2.5, 2.5, 12.0, 7.5, None]
    assert out["crp_below_limit"] == ["half"] * 5 + [None] * 3
    # A limit in another unit is read in that of the column: 0.5 mg/dL are 5 mg/L.
    other = make({"crp": ["<0.5 mg/dL", "3", "1.2 mg/dL", "< 5 mg/L"]})
    for units in ({}, {"crp": jia.column("crp")}):
        out = columns_of(jia.prepare.below_limit(other, "crp", rule="half", units=units))
        assert out["crp_value"] == [2.5, 3.0, 12.0, 2.5]
    out = columns_of(jia.prepare.below_limit(other, "crp", rule="half", units={"crp": "mg/dL"}))
    assert out["crp_value"] == [0.25, 3.0, 1.2, 0.25]
    wrong = make({"crp": ["<5 mmol/L", "3"]})
    with pytest.raises(jia.errors.NotNumericError, match=r"'mmol/L' is not a unit of C-reactive"):
        jia.prepare.below_limit(wrong, "crp", rule="half")
    out = jia.prepare.below_limit(
        make({"crp": ["<0.5 mg/dL", "3"]}), "crp", rule="half", units={"crp": "mg/dl"}
    )
    assert columns_of(out)["crp_value"] == [0.25, 3.0]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_comparator_beside_the_number(make) -> None:
    table = {"crp": [5.0, 12.0, 250.0, None], "sign": ["<", None, ">", "<"]}
    ask = {"rule": "interval", "comparator": jia.column("sign")}
    with pytest.raises(jia.errors.NotNumericError, match="above='limit'"):
        jia.prepare.below_limit(make(table), "crp", **ask)
    out = columns_of(jia.prepare.below_limit(make(table), "crp", above="limit", **ask))
    assert out["crp_low"] == [0.0, 12.0, 250.0, None]
    assert out["crp_high"] == [5.0, 12.0, 250.0, None]
    assert out["crp_below_limit"] == ["interval", None, "limit", None]
    table["sign"] = ["<", "~", ">", None]
    with pytest.raises(jia.errors.NotCoveredError, match=r"'~' in row 1"):
        jia.prepare.below_limit(make(table), "crp", **ask)
