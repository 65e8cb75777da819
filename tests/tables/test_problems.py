"""What a registry's data manager reads: which cells, how often, where first, and what to do.

All tables here are invented.
"""

from __future__ import annotations

from pathlib import Path

import attrs
import pandas as pd
import pytest
from click.testing import Result

import jiascores as jia
from jiascores.cli import main
from tests.commands import Runner
from tests.eager import MAKERS, columns_of


@pytest.fixture(params=sorted(MAKERS))
def make(request):
    return MAKERS[request.param]


GOOD = {
    "patient": ["A", "A", "B", "B", "C", "C"],
    "date": ["2024-01-10", "2024-04-12"] * 3,
    "physician_global": [6.0, 2.0, 5.0, 1.0, 4.0, 3.5],
    "patient_global": [5.0, 2.0, 4.0, 1.0, 3.0, 3.5],
    "chaq": [1.5, 0.75, 1.0, 0.5, 0.25, 0.0],
    "active_joints": [30, 4, 12, 2, 5, 1],
    "limited_joints": [10, 6, 8, 2, 3, 1],
    "esr": [40, 20, 36, 12, 8, 10],
}


def said(visits, **given) -> str:
    with pytest.raises(jia.JiaScoresError) as caught:
        jia.assess(visits, **given)
    return str(caught.value)


def refused(visits, **given) -> list[tuple]:
    found = columns_of(jia.check(visits, **given))
    names = ("finding", "variable", "column", "row", "value", "message")
    rows = zip(*(found[name] for name in names), strict=True)
    return [row[1:] for row in rows if row[0] == "refused"]


# ------------------------------------------------------------------------------- words

COURSE = jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.column("Verlauf"))
CATEGORY = jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.from_category("ILAR"))
FEVER = jia.ask.flare(
    criteria="canakinumab-sjia", reference="baseline", flare_fever=jia.column("Fieber_seit")
)
FLAGGED = {"measures": ["acr_ped"], "baseline": jia.flagged("Basis")}
GERMAN = ["Oligo", "Poly, RF unbekannt", "Oligo", None, "SpA", "SpA"]

# What is added to the table, the call, what the error says, and the words that check lists.
WORDS = [
    (
        {"Verlauf": ["poly", "Polyarthritis", "Poly", "Polyarthritis", None, "oligo"]},
        {"measures": [COURSE]},
        [
            "column 'Verlauf'",
            "'Polyarthritis' in 2 rows, first in row 1 (patient A, date 2024-04-12); 'Poly' in row 2",
            "oligo, poly, or missing",
            "table['Verlauf'].replace({'Polyarthritis': …, 'Poly': 'poly'})",
        ],
        [("course", "Verlauf", 1, "Polyarthritis"), ("course", "Verlauf", 2, "Poly")],
    ),
    (
        {"ILAR": GERMAN},
        {"measures": [CATEGORY]},
        [
            "'Oligo' in 2 rows, first in row 0",
            "'Poly, RF unbekannt' in row 1 (patient A",
            "oligoarthritis_persistent",
            "'SpA': …",
        ],
        [
            ("ilar_category", "ILAR", 0, "Oligo"),
            ("ilar_category", "ILAR", 4, "SpA"),
            ("ilar_category", "ILAR", 1, "Poly, RF unbekannt"),
        ],
    ),
    (
        {"Basis": ["oben", "unten", "oben", "unten", "k.A.", "unten"]},
        FLAGGED,
        [
            "'unten' in 3 rows, first in row 1 (patient A",
            "not understood as yes or no",
            "True/False, 1/0, Y/N",
            "table['Basis'].replace({'unten': …, 'oben': …, 'k.A.': …})",
        ],
        [("Basis", "Basis", 1, "unten"), ("Basis", "Basis", 0, "oben"), ("Basis", "Basis", 4, "k.A.")],
    ),
    (
        {"Basis": [1, 2, 1, 2, 1, 2]},
        FLAGGED,
        ["column 'Basis': Basis = 2 in 3 rows, first in row 1", "not understood as yes or no"],
        [("Basis", "Basis", 1, "2")],
    ),
    (
        {"Fieber_seit": ["N", "fraglich", "N", "N", "N", "Y"]},
        {"measures": [FEVER], "baseline": "first"},
        ["'fraglich' in row 1 (patient A", "Y/N"],
        [("Fieber_seit", "Fieber_seit", 1, "fraglich")],
    ),
    (
        {"joint_injection": ["keine", "eine", "keine", "keine", "eine", "keine"],
         "treatment_intensified": [False] * 6,
         **{name: [False] * 6 for name in ("rash", "fever", "serositis", "splenomegaly",
            "hepatosplenomegaly", "lymphadenopathy", "uveitis", "enthesitis", "esr_normal")},
         "ilar_category": ["psoriatic"] * 6},
        {"measures": ["reacch_out_flare"]},
        [
            "joint_injection = 'keine' in 4 rows, first in row 0",
            "not understood as yes or no",
            "True/False, 1/0, Y/N or yes/no",
        ],
        [("joint_injection", "joint_injection", 0, "keine"),
         ("joint_injection", "joint_injection", 1, "eine")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("added", "given", "words", "listed"), WORDS)
def test_words_that_are_not_understood(make, added, given, words, listed) -> None:
    visits = make({**GOOD, **added})
    message = said(visits, **given)
    for part in words:
        assert part in message
    assert "not a number" not in message
    assert [row[:4] for row in refused(visits, **given)] == listed


def test_yes_and_no_are_understood_in_every_yes_no_column(make) -> None:
    flags = ["fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis"]
    base = {
        **GOOD,
        "active_joints": [0] * 6,
        "physician_global": [0] * 6,
        "esr_normal": ["Y", "yes", "True", "1", " y ", None],
        **{name: ["N", "no", "False", "0", " n ", "No"] for name in flags},
    }
    ask = {"measures": [jia.ask.inactive_disease(criteria="wallace-2004")]}
    out = columns_of(jia.assess(make(base), **ask))["inactive_disease_wallace_2004"]
    assert out == [True, True, True, True, True, None]
    base["rash"] = ["N", "no", "perhaps", "Y", "N", "N"]
    assert "rash = 'perhaps' in row 2" in said(make(base), **ask)
    assert [row[:4] for row in refused(make(base), **ask)] == [("rash", "rash", 2, "perhaps")]
    out = columns_of(jia.assess(make(base), **ask, invalid="missing"))
    assert out["inactive_disease_wallace_2004"] == [True, True, None, False, True, None]
    assert out["invalid_values"] == [None, None, "rash='perhaps'", None, None, None]


@pytest.mark.parametrize(
    ("added", "given", "answer", "blanked"),
    [
        (
            {"Verlauf": ["poly", "oligo", "Poly", None, "poly", "poly"]},
            {"measures": [COURSE, "cjadas10"]},
            (
                "state_cjadas10_trincianti_2021",
                ["high", "moderate", None, None, "moderate", "moderate"],
            ),
            [None, None, "Verlauf='Poly'", None, None, None],
        ),
        (
            {"Fieber_seit": ["N", "fraglich", "N", "N", "N", "Y"]},
            {"measures": [FEVER], "baseline": "first"},
            ("flare_canakinumab_sjia", [None, None, None, False, None, True]),
            [None, "Fieber_seit='fraglich'", None, None, None, None],
        ),
    ],
)
def test_words_that_are_not_understood_are_left_out_where_that_is_asked(
    make, added, given, answer, blanked
) -> None:
    out = columns_of(jia.assess(make({**GOOD, **added}), **given, invalid="missing"))
    name, expected = answer
    assert out[name] == expected
    assert out["invalid_values"] == blanked


def test_many_words_are_counted_and_the_first_few_named(make) -> None:
    words = [f"word {number:02}" for number in range(20)]
    visits = {name: (values * 4)[:20] for name, values in GOOD.items()}
    message = said(make({**visits, "Verlauf": words}), measures=[COURSE])
    assert "'word 04'" in message
    assert "… and 15 more (20 rows in all)" in message
    assert "'word 11': …}" in message
    assert "word 12" not in message


def test_columns_called_by_the_usual_names_are_looked_at_without_a_request(make) -> None:
    visits = make({**GOOD, "course": ["Poly"] * 6, "ilar_category": ["systemic", *["Oligo"] * 5]})
    (course, category) = refused(visits)
    assert course[:4] == ("course", "course", 0, "Poly")
    assert course[4].startswith("In 6 rows, first here. Not understood.")
    assert "{'Poly': 'poly'}" in course[4]
    assert category[:4] == ("ilar_category", "ilar_category", 1, "Oligo")


def test_a_course_that_one_of_two_requests_does_not_know_is_listed_once(make) -> None:
    visits = make({**GOOD, "Verlauf": ["systemic", "poly", "Poly", None, "poly", "systemic"]})
    systemic = jia.ask.state("sjadas10", cutoffs="rosina-2024", course=jia.column("Verlauf"))
    for measures, words in (
        ([COURSE], {"systemic", "Poly"}),
        ([systemic], {"poly", "Poly"}),
        ([COURSE, systemic], {"systemic", "poly", "Poly"}),
        ([systemic, COURSE], {"systemic", "poly", "Poly"}),
    ):
        # What is not there has no value.
        listed = [row[3] for row in refused(visits, measures=measures) if row[3] is not None]
        assert len(listed) == len(words)
        assert {*listed} == words


def test_a_column_of_lists_is_a_finding() -> None:
    visits = pd.DataFrame({**GOOD, "course": [["poly"]] * 6})
    assert [row[0] for row in refused(visits)] == ["course"]


def test_raters_are_looked_at_without_a_baseline(make) -> None:
    visits = make({**GOOD, "patient_global_rater": ["mother", "parent", "patient"] * 2})
    found = columns_of(jia.check(visits))
    at = found["variable"].index("patient_global_rater")
    assert found["finding"][at] == "suspicious"
    assert "'mother'" in found["message"][at]


WORD, YES, NUMBER, DATE = "unknown-word", "not-yes-or-no", "not-a-number", "unread-date"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (COURSE, {"Verlauf": ("course", WORD)}),
        (CATEGORY, {"ILAR": ("ilar_category", WORD)}),
        (FEVER, {"Fieber_seit": ("Fieber_seit", YES)}),
        (jia.ask.within_categories(
            criteria="eular-pres-2024", ilar_category=jia.column("Diagnose")),
         {"Diagnose": ("ilar_category", WORD)}),
        (jia.ask.flare(criteria="brunner-2002", reference=jia.flagged("from")),
         {"from": ("from", YES)}),
        (jia.ask.flare(criteria="brunner-2002", reference=jia.on_or_before("dose")),
         {"dose": ("dose", DATE)}),
        (jia.ask.acr_ped(missing="unchanged", attended=jia.column("there"), upper_limit=20),
         # Left out, it is a gap, and attendance must have none.
         {"there": ("there", YES, "gap-in-flag")}),
        (jia.ask.activity_level(
            criteria="beukelman-2011-systemic", upper_limit=jia.column("limit")),
         {"limit": ("esr_upper_limit", NUMBER)}),
        (jia.ask.escalation_indicated(
            criteria="swart-2018", course=jia.column("c"), month=jia.column("m")),
         {"c": ("course", WORD), "m": ("month", NUMBER)}),
        (jia.ask.minimal_disease_activity(criteria="magni-manzoni-2008", course=jia.column("c")),
         {"c": ("course", WORD)}),
        (jia.ask.chaq_di(
            domains=[jia.column(f"d{number}") for number in range(8)],
            aids={"dressing": jia.column("aid")}),
         {f"d{number}": ("chaq_item", NUMBER) for number in range(8)} | {"aid": ("aid", YES)}),
        ("jadas71", {}),
    ],
)  # fmt: skip
def test_the_columns_that_a_request_names_are_looked_at(make, given, named) -> None:
    # What two requests read is listed once.
    twice = isinstance(given, jia.typing.Request) and given is not CATEGORY
    again = [attrs.evolve(given, name="again")] if twice else []
    ask = {"measures": [given, *again], "baseline": "first"}
    good = {**GOOD, "swollen_joints": [0] * 6}
    visits = make({**good, **{name: ["vielleicht"] * 6 for name in named}})
    found = columns_of(jia.check(visits, **ask))
    rows = zip(*(found[name] for name in ("column", "variable", "reason", "finding")), strict=True)
    listed = [row for row in rows if row[0] in named]
    assert sorted(listed) == sorted(
        (name, variable, reason, "refused")
        for name, (variable, *reasons) in named.items()
        for reason in reasons
    )
    # Where a column is not there at all, that is said.
    found = columns_of(jia.check(make(good), **ask))
    absent = [
        (variable, message)
        for variable, reason, message in zip(
            found["variable"], found["reason"], found["message"], strict=True
        )
        if reason == "no-column"
    ]
    assert len(absent) == len(named)
    for name in named:
        assert any(f"no column {name!r}" in message for _, message in absent)


# ------------------------------------------------------------------------------ numbers

# What a column holds, its unit, what the error says, and what check lists: row, value, message.
NUMBERS = [
    ("physician_global", [60, 640, 20, 640, 999, 10], "mm",
     ["column 'physician_global', read as mm", "640 in 2 rows, first in row 1 (patient A",
      "999 in row 4", "0–10", "na_values={'physician_global': [999]}"],
     [(1, "640", "Read as mm: out of range"), (3, "640", "Read as mm"),
      (4, "999", "na_values={'physician_global': [999]}")]),
    ("esr", [40, 20, -1, 12, 8, 10], None,
     ["esr = -1 in row 2", "A code for a gap?", "na_values={'esr': [-1]}"],
     [(2, "-1", "na_values={'esr': [-1]}")]),
    ("active_joints", [3, 2.5, 1, 1, 1, 1], None, ["2.5 in row 1", "not a whole number"],
     [(1, "2.5", "Not a whole number")]),
    ("chaq", ["0,5", "1,25", "0,5", "0,375", None, None], None,
     ["'0,5' in 2 rows, first in row 0 (patient A", "a decimal comma", "decimal=','"],
     [(0, "0,5", "In 4 rows, first here. A decimal comma.")]),
    ("esr", ["40", "< 5", " 3 ", "n/a", "-", ""], None,
     ["'< 5' in row 1 (patient A", "jia.prepare.below_limit(…, 'esr', rule=…)",
      "'n/a' in row 3 (patient B, date 2024-04-12); '-' in row 4", "na_values={'esr': ['n/a', '-', '']}",
      "'40' in row 0", "' 3 ' in row 2", "pandas.to_numeric(table['esr'])",
      "0 or more mm/h; leave a gap"],
     [(1, "< 5", "below_limit"), (3, "n/a", "na_values={'esr': ['n/a']}"), (4, "-", "na_values={'esr': ['-']}"),
      (5, "", "na_values={'esr': ['']}"), (0, "40", "In 2 rows, first here. A number written as text")]),
    ("esr", ["> 120", "20", "> 120", "12", "8", "10"], None,
     ["'> 120' in 2 rows, first in row 0", "the protocol's decision"],
     [(0, "> 120", "In 2 rows, first here. Beyond a limit"),
      (1, "20", "In 4 rows, first here. A number written as text")]),
    ("esr", ["40", "20", "36", "12", "8", "10"], None,
     ["'40' in row 0", "pandas.to_numeric(table['esr'])"], [(0, "40", "In 6 rows, first here. A number")]),
    ("chaq", [True] * 6, None, ["True in 6 rows, first in row 0", "yes or no"],
     [(0, "True", "In 6 rows, first here. Not a number but yes or no.")]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "unit", "words", "listed"), NUMBERS)
def test_what_is_no_number_or_out_of_range(make, name, values, unit, words, listed) -> None:
    visits = make({**GOOD, name: values})
    units = {name: unit} if unit else {}
    message = said(visits, units=units, measures=["jadas71", "acr_ped"], baseline="first")
    for part in words:
        assert part in message
    found = refused(visits, units=units)
    assert [row[2:4] for row in found] == [(row, value) for row, value, _ in listed]
    for one, (_, _, part) in zip(found, listed, strict=True):
        assert part in one[4]


def test_the_values_of_the_error_are_as_typed(make) -> None:
    visits = make({**GOOD, "physician_global": [60, 640, 20, 30, 40, 10]})
    with pytest.raises(jia.errors.OutOfRangeError) as caught:
        jia.assess(visits, measures="cjadas10", units={"physician_global": "mm"})
    assert caught.value.values == (640,)


def test_a_flag_is_neither_yes_nor_no() -> None:
    five = dict.fromkeys(("rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis"))
    given = {"criteria": "wallace-2011", "physician_global": 0, "active_joints": 0, **five}
    given["morning_stiffness"] = None
    for fever, error in ((2, jia.errors.OutOfRangeError), ("nein", jia.errors.NotNumericError)):
        with pytest.raises(error) as caught:
            jia.inactive_disease(**given, fever=fever)
        assert f"fever = {fever!r}: neither yes nor no" in str(caught.value)
        assert "True, False, 1, 0" in str(caught.value)
    with pytest.raises(jia.errors.NotWholeError, match=r"0\.5 at 1: neither yes nor no"):
        jia.inactive_disease(**given, fever=[0, 0.5])


def test_below_limit_says_what_else_is_in_the_column(make) -> None:
    labs = make({"patient": list("AAB"), "crp": ["< 5", "0,4", "k.A."]})
    with pytest.raises(jia.errors.NotNumericError) as caught:
        jia.prepare.below_limit(labs, "crp", rule="half")
    for part in (
        "'0,4' in row 1 (patient A)",
        ".str.replace(',', '.')",
        "na_values={'crp': ['k.A.']}",
    ):
        assert part in str(caught.value)
    assert caught.value.values == ("0,4", "k.A.")


# -------------------------------------------------------------------------------- dates

# Dates, what the error says, and what check lists: row and value.
DATES = [
    (["12.03.2024", "18.06.2024", "02.04.2024", "09.07.2024", "12.03.2024", "18.06.2024"],
     ["'12.03.2024' in 2 rows, first in row 0 (patient A", "format='%d.%m.%Y')"],
     [(0, "12.03.2024")]),
    (["2024-03-12", "06/18/2024", "2024-03-12", "06/18/2024", "2024-03-12", "06/18/2024"],
     ["'06/18/2024' in 3 rows, first in row 1", "format='%m/%d/%Y')"], [(1, "06/18/2024")]),
    (["03/04/2024", "05/06/2024"] * 3,
     ["format='%d/%m/%Y' or '%m/%d/%Y') (which of them, the file does not say)"],
     [(0, "03/04/2024")]),
    (["12.03.2024 08:30", "18.06.2024 09:00"] * 3, ["format='%d.%m.%Y %H:%M')"],
     [(0, "12.03.2024 08:30")]),
    (["12.03.2024", "unbekannt", "18.06.2024"] * 2, ["format='%d.%m.%Y')", "needs correcting, or a gap"],
     [(0, "12.03.2024"), (1, "unbekannt")]),
    (["Frühjahr 2024", "2024-06-18"] * 3, ["'Frühjahr 2024' in 3 rows", "ISO text"],
     [(0, "Frühjahr 2024")]),
    ([20240312, 20240618] * 3, ["20240312 in 3 rows, first in row 0", "format='%Y%m%d')"],
     [(0, "20240312")]),
]  # fmt: skip


@pytest.mark.parametrize(("dates", "words", "listed"), DATES)
def test_dates_that_are_not_understood(make, dates, words, listed) -> None:
    visits = make({**GOOD, "date": dates})
    message = said(visits, measures=["acr_ped"], baseline="first")
    for part in words:
        assert part in message
    found = refused(visits)
    assert [row[2:4] for row in found] == listed


def test_study_days_end_where_dates_in_disguise_begin(make) -> None:
    days = [0, 90, 0, 999_999, -999_999, 0]
    jia.assess(make({**GOOD, "date": days}), measures=["acr_ped"], baseline="first")
    for wrong in (1_000_000, -1_000_000, 1_000_000.0):
        visits = make({**GOOD, "date": [*days[:5], wrong]})
        assert "1000000 in row 5" in said(visits, measures=["acr_ped"], baseline="first")


def test_the_day_numbers_of_a_spreadsheet_are_suspicious(make) -> None:
    found = columns_of(jia.check(make({**GOOD, "date": [45363, 45461] * 3})))
    (message,) = [text for text in found["message"] if "study days" in text]
    assert "origin='1899-12-30'" in message


# -------------------------------------------------------------------------------- names

ASK = {"measures": ["jadas71"]}
# Your own column names in the table, the call, and what the error says.
NAMES = [
    ({}, {**ASK, "columns": {"physican_global": "chaq"}}, ["Did you mean 'physician_global'?"]),
    ({}, {**ASK, "columns": {"physician_global": "Physician_Globl"}},
     ["'Physician_Globl'", "Did you mean 'physician_global'?"]),
    ({"physician_global": "Arzt"}, {**ASK, "columns": {"Arzt": "physician_global"}},
     ["'Arzt'", "Write columns={'physician_global': 'Arzt'}"]),
    ({"physician_global": "Arzt"}, {**ASK, "columns": {"physician_global": "Doktor_mm"}},
     ["'Doktor_mm'", "There are 'patient', 'date', 'Arzt'"]),
    ({"physician_global": "Physician_Global"}, ASK, ["Did you mean 'Physician_Global'?"]),
    ({"physician_global": "Arzt", "chaq": "HAQ"}, ASK,
     ["'physician_global'", "columns={'physician_global': 'your column'}", "'Arzt', 'HAQ'"]),
    ({"esr": "BSG"}, ASK, ["columns={'esr': 'your column'}", "There is 'BSG'"]),
    ({"patient": "Pat"}, {"measures": ["acr_ped"], "baseline": "first"}, ["'Pat'"]),
    ({"date": "Datum"}, {"measures": ["acr_ped"], "baseline": "first"}, ["'Datum'"]),
    ({}, {**ASK, "units": {"physician_global": "m"}}, ["mm, 0-100", "jia.column('your column')"]),
    ({}, {**ASK, "units": {"crp": "g/dL"}}, ["can be in mg/L, mg/dL, or in the unit that"]),
    ({"physician_global": "Arzt"},
     {**ASK, "columns": {"physician_global": "Arzt"}, "units": {"Arzt": "mm"}},
     ["units={'physician_global': 'mm'}"]),
    ({}, {"measures": ["JADAS71"]}, ["Did you mean 'jadas71'?", "cjadas10"]),
    ({}, {"measures": ["ACR_Ped"], "baseline": "first"}, ["Did you mean 'acr_ped'?"]),
    ({}, {"measures": ["acr_ped"], "baseline": "First"}, ["Did you mean 'first'?"]),
    ({}, {**ASK, "marker": "ESR"}, ["Did you mean 'esr'?"]),
    ({"esr": "verlauf"}, {"measures": [COURSE]}, ["'Verlauf'", "Did you mean 'verlauf'?"]),
]  # fmt: skip


@pytest.mark.parametrize(("renamed", "given", "words"), NAMES)
def test_names_of_what_is_not_there(make, renamed, given, words) -> None:
    visits = make({renamed.get(name, name): values for name, values in GOOD.items()})
    message = said(visits, **given)
    for part in words:
        assert part in message


def test_a_column_of_another_variable_is_not_meant(make) -> None:
    visits = make({name: values for name, values in GOOD.items() if name != "limited_joints"})
    message = said(visits, measures=["acr_ped"], baseline="first")
    assert "'limited_joints'" in message
    assert "active_joints" not in message


def test_a_set_that_reads_every_course_alike_takes_no_column() -> None:
    with pytest.raises(jia.errors.NotCoveredError, match="leave course out"):
        jia.ask.state("jadas27", cutoffs="bulatovic-2014", course=jia.column("Verlauf"))


# ----------------------------------------------------------------------- the command line

REGISTRY = """Patient;Besuch;Verlauf;Arzt_mm;Eltern_mm;CHAQ;Gelenke;BSG;Basis
007;12.03.2024;oligo;62;55;0,5;3;34;oben
007;18.06.2024;Oligo;18;20;0,375;1;k.A.;unten
023;02.04.2024;Polyarthritis;640;38;1,25;9;28;oben
023;09.07.2024;poly;7,5;k.A.;0,25;0;12;unten
"""
NAMED = """[columns]
patient = "Patient"
date = "Besuch"
physician_global = "Arzt_mm"
patient_global = "Eltern_mm"
chaq = "CHAQ"
active_joints = "Gelenke"
esr = "BSG"

[units]
physician_global = "mm"
patient_global = "mm"

[csv]
"""
FORM = 'separator = ";"\ndecimal = ","\nday_first = true\nmissing = ["k.A."]\n'


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    (tmp_path / "visits.csv").write_text(REGISTRY, encoding="utf-8")
    (tmp_path / "mapping.toml").write_text(NAMED + FORM, encoding="utf-8")
    return tmp_path


def run(folder: Path, command: str, *more: str) -> Result:
    files = [str(folder / "visits.csv"), "--mapping", str(folder / "mapping.toml")]
    return Runner().invoke(main, [command, *files, *more])


@pytest.mark.parametrize(
    ("left_out", "more", "words"),
    [
        ("decimal", ["--measure", "cjadas10"], ["'7,5' in line 5 (patient 023", 'decimal = ","']),
        ("missing", ["--measure", "jadas27", "--invalid", "raise"],
         ["'k.A.' in line 5", 'missing = ["k.A."]']),
        ("day_first", ["--measure", "bulatovic_change", "--baseline", "first"],
         ["'12.03.2024' in line 2", 'date_format = "%d.%m.%Y"']),
        ("", ["--measure", "cjadas10"], ["640 in line 4 (patient 023"]),
        ("", ["--measure", "CJADAS10"], ["Did you mean 'cjadas10'?"]),
    ],
)  # fmt: skip
def test_assess_says_what_the_mapping_lacks(registry: Path, left_out, more, words) -> None:
    form = "".join(line for line in FORM.splitlines(True) if not line.startswith(left_out or "?"))
    visits = REGISTRY if left_out in ("", "decimal") else REGISTRY.replace("640", "64")
    if left_out in ("missing", "day_first"):
        visits = visits.replace("Gelenke", "active_joints_27")
    (registry / "visits.csv").write_text(visits, encoding="utf-8")
    named = NAMED.replace('active_joints = "Gelenke"\n', "") if "_27" in visits else NAMED
    (registry / "mapping.toml").write_text(named + form, encoding="utf-8")
    done = run(registry, "assess", *more)
    assert done.exit_code == 1
    for part in words:
        assert part in done.output


def test_check_lists_what_a_request_would_refuse(registry: Path) -> None:
    done = run(
        *(registry, "check", "--measure", "state:cjadas10:trincianti-2021:course=column.Verlauf"),
        *("--baseline", "flagged:Basis"),
    )
    assert done.exit_code == 1
    found = [
        line.split(",")[1:8]
        for kind in ("refused", "suspicious,not-yes-or-no")
        for line in done.output.splitlines()
        if line.startswith(kind)
    ]
    assert found == [
        ["out-of-range", "physician_global", "Arzt_mm", "4", "023", "2024-04-02", "640"],
        ["unknown-word", "course", "Verlauf", "3", "007", "2024-06-18", "Oligo"],
        ["unknown-word", "course", "Verlauf", "4", "023", "2024-04-02", "Polyarthritis"],
        # A state needs no baseline.
        ["not-yes-or-no", "Basis", "Basis", "2", "007", "2024-03-12", "oben"],
        ["not-yes-or-no", "Basis", "Basis", "3", "007", "2024-06-18", "unten"],
    ]


def test_a_file_that_a_spreadsheet_wrote_in_its_own_encoding(registry: Path) -> None:
    (registry / "visits.csv").write_text(REGISTRY.replace("oligo", "früh"), encoding="cp1252")
    done = run(registry, "assess", "--measure", "cjadas10")
    assert done.exit_code == 1
    assert 'encoding = "cp1252"' in done.output
    (registry / "mapping.toml").write_text(f'{NAMED}{FORM}encoding = "cp1252"\n', "utf-8")
    assert (
        "physician_global = 640 in line 4"
        in run(registry, "assess", "--measure", "cjadas10").output
    )


def test_check_says_what_the_mapping_lacks(registry: Path) -> None:
    (registry / "mapping.toml").write_text(NAMED + 'separator = ";"\n', encoding="utf-8")
    done = run(registry, "check")
    assert done.exit_code == 1
    plain = done.output.replace('""', '"')
    for part in ('decimal = ","', 'missing = ["k.A."]', 'date_format = "%d.%m.%Y"'):
        assert f"[csv] of the --mapping: {part}" in plain


def test_a_set_that_reads_every_course_alike_needs_no_column(tmp_path: Path) -> None:
    (tmp_path / "mapping.toml").write_text("", encoding="utf-8")
    (tmp_path / "visits.csv").write_text(
        "physician_global,patient_global,active_joints_27,esr\n1,1,0,20\n", encoding="utf-8"
    )
    done = run(tmp_path, "assess", "--measure", "state:jadas27:bulatovic-2014")
    assert done.exit_code == 0, done.output


def test_a_request_that_names_no_column_reads_the_one_that_columns_names(make) -> None:
    words = ["poly", "oligo", "poly", None, "poly", "oligo"]
    visits = make({**GOOD, "Verlauf": words, "Diagnose": ["systemic", None] * 3})
    open_ = jia.ask.state("cjadas10", cutoffs="trincianti-2021")
    out = columns_of(jia.assess(visits, measures=[open_], columns={"course": "Verlauf"}))
    name = "state_cjadas10_trincianti_2021"
    assert out[name] == columns_of(jia.assess(visits, measures=[COURSE]))[name]
    assert out[name][:4] == ["high", "moderate", "high", None]
    within = jia.ask.within_categories(criteria="eular-pres-2024")
    out = columns_of(jia.assess(visits, measures=[within], columns={"ilar_category": "Diagnose"}))
    assert out["within_categories_eular_pres_2024"] == [True, None] * 3
    assert "no column 'course'" in said(visits, measures=[open_])
