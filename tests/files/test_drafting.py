"""`init`: a draft from names and values, which gives the right numbers once it is confirmed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import jiascores as jia
from jiascores.cli import main
from jiascores.files.mapping import read_mapping
from tests.commands import Runner

CASES = Path(__file__).parent / "cases"


def run(*arguments: object):
    return Runner().invoke(main, [str(argument) for argument in arguments])


def confirmed(path: Path, folder: Path, *more: object) -> Path:
    """Draft a mapping, and confirm it as a person would who found nothing to fix."""
    mapping = folder / "mapping.toml"
    mapping.unlink(missing_ok=True)
    done = run("init", path, "-o", mapping, *more)
    assert done.exit_code == 0, done.output
    text = mapping.read_text(encoding="utf-8")
    assert "confirmed = false" in text
    mapping.write_text(text.replace("confirmed = false", "confirmed = true"), encoding="utf-8")
    read_mapping(mapping)
    return mapping


def column(done, name: str, separator: str = ",") -> list[str]:
    head, *rows = (line.split(separator) for line in done.output.splitlines())
    return [row[head.index(name)] for row in rows]


def test_a_draft_is_not_used(tmp_path) -> None:
    mapping = tmp_path / "mapping.toml"
    run("init", CASES / "german.csv", "-o", mapping)
    for command in (("check",), ("assess", "--measure", "jadas10")):
        done = run(*command, CASES / "german.csv", "--mapping", mapping)
        assert done.exit_code == 1
        assert "set confirmed = true" in done.output
    # Nothing is written over what somebody may have fixed.
    assert run("init", CASES / "german.csv", "-o", mapping).exit_code == 1


def test_the_german_file_needs_no_more_than_to_be_confirmed(tmp_path) -> None:
    mapping = confirmed(CASES / "german.csv", tmp_path)
    assert "a case number?" in mapping.read_text(encoding="utf-8")
    done = run("assess", CASES / "german.csv", "--mapping", mapping, "--measure", "jadas10")
    assert done.exit_code == 0, done.output
    assert column(done, "jadas10", ";")[0] == "16,1"
    assert [line.rpartition(";")[2] for line in done.output.splitlines()[1:]] == [
        "16,1",
        "4,8",
        "18,1",
    ]
    for line, before in zip(
        done.output.splitlines(), (CASES / "german.csv").read_text().splitlines(), strict=True
    ):
        assert line.startswith(before + ";")


@pytest.mark.parametrize(
    ("name", "measures", "values"),
    [
        ("us_dates.csv", ["jadas10"], ["15.2", "9", "3"]),
        ("trailing_separator.csv", ["cjadas10"], ["15", "3"]),
        ("below_limit.csv", ["jadas10"], ["15.1", "15.2", "15", "15.4"]),
        ("missing_codes.csv", ["jadas10"], ["28.9", "23", ""]),
    ],
)  # fmt: skip
def test_the_cases_come_out_right(tmp_path, name, measures, values) -> None:
    mapping = confirmed(CASES / name, tmp_path)
    asked = [word for measure in measures for word in ("--measure", measure)]
    assert run("check", CASES / name, "--mapping", mapping, *asked).exit_code == 0
    done = run("assess", CASES / name, "--mapping", mapping, *asked)
    assert done.exit_code == 0, done.output
    assert [line.rpartition(",")[2] for line in done.output.splitlines()[1:]] == values


def test_a_workbook_with_a_title_above(tmp_path) -> None:
    pytest.importorskip("openpyxl")
    mapping = confirmed(CASES / "visits.xlsx", tmp_path)
    out = tmp_path / "out.xlsx"
    done = run(
        "assess", CASES / "visits.xlsx", "--mapping", mapping, "--measure", "jadas10", "-o", out
    )
    assert done.exit_code == 0, done.output
    table = pd.read_excel(out, dtype={"id": str})
    assert table["jadas10"].fillna(-1).tolist() == [15.7, -1, 7.1]
    assert table["id"].tolist() == ["007", "007", "010"]


def test_numbers_that_come_at_two_sites(tmp_path) -> None:
    mapping = confirmed(CASES / "two_sites.csv", tmp_path)
    assert read_mapping(mapping).columns["patient"] == ["site", "patient"]
    asked = ("--measure", "acr_ped", "--baseline", "first")
    done = run("assess", CASES / "two_sites.csv", "--mapping", mapping, *asked)
    assert done.exit_code == 0, done.output
    assert column(done, "acr_ped_level") == ["", "0", "", "50"]


def test_what_may_be_thousands_is_asked(tmp_path) -> None:
    text = confirmed(CASES / "german_thousands.csv", tmp_path).read_text(encoding="utf-8")
    assert 'thousands = "."' in text
    assert "fibrinogen is read in mg/dL" in text


@pytest.mark.parametrize(
    ("names", "variables"),
    [
        ("PatientID;VisitDate;PhGA;PtGA;AJC;LOM;ESR", "patient date physician_global patient_global active_joints limited_joints esr"),
        ("pat_nr;besuchsdatum;arzt_vas;eltern_vas;gelenke_aktiv;gelenke_eingeschraenkt;bsg_mm_h", "patient date physician_global patient_global active_joints limited_joints esr"),
        ("subject;datum;VAS arts;VAS ouder;actieve gewrichten;beperkte gewrichten;BSE", "patient date physician_global patient_global active_joints limited_joints esr"),
    ],
)  # fmt: skip
def test_names_of_columns(tmp_path, names, variables) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(f"{names}\n007;2024-01-10;6.5;5;4;3;22\n", encoding="utf-8")
    columns = read_mapping(confirmed(path, tmp_path)).columns
    assert dict(columns) == dict(zip(variables.split(), names.split(";"), strict=True))


@pytest.mark.parametrize(
    "name", ["CRP date", "birth date", "physician", "joint", "esr_id", "visit"]
)
def test_a_name_of_two_things_is_not_taken(tmp_path, name) -> None:
    path = tmp_path / "visits.csv"
    path.write_text(f"patient,{name}\n1,word\n", encoding="utf-8")
    assert list(read_mapping(confirmed(path, tmp_path)).columns) == ["patient"]


def test_units_words_and_codes(tmp_path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(
        "Export der Ambulanz\r\n\r\n"
        "Patient;Datum;Arzt;CRP (mg/dl);Aktive Gelenke;Diagnose;Fieber\r\n"
        "1;5.2.2024;62;0,5;3;Oligoarthritis;ja\r\n"
        "1;15.12.2024;18;k.A.;99;Überlappung;nein\r\n".encode("cp1252")
    )
    how = read_mapping(confirmed(path, tmp_path))
    assert (how.csv.skip, how.csv.encoding, how.csv.decimal) == (2, "cp1252", ",")
    assert how.csv.date_format == "%d.%m.%Y"
    assert dict(how.units) == {"physician_global": "mm", "crp": "mg/dL"}
    assert dict(how.missing) == {"active_joints": [99]}
    assert how.csv.missing == ("k.A.",)
    assert dict(how.words["ilar_category"]) == {"Überlappung": "…"} | (
        {"Oligoarthritis": "…"} if "Oligoarthritis" in how.words["ilar_category"] else {}
    )


def test_dates_that_can_be_read_in_two_ways_are_asked_about(tmp_path) -> None:
    path = tmp_path / "visits.csv"
    path.write_text("patient,date\n1,03/04/2024\n1,05/06/2024\n", encoding="utf-8")
    mapping = confirmed(path, tmp_path)
    text = mapping.read_text(encoding="utf-8")
    assert "(03/04/2024 as 2024-04-03)" in text
    assert "(03/04/2024 as 2024-03-04)" in text
    assert read_mapping(mapping).csv.date_format is None


def test_a_dictionary_of_redcap(tmp_path) -> None:
    (tmp_path / "dictionary.csv").write_text(
        '"Variable / Field Name","Form Name","Field Type","Field Label","Choices, Calculations, OR Slider Labels"\n'
        'record_id,a,text,Record ID,\nv1,a,text,Visit date,\nq1,a,slider,"Physician global (0-10)",\n'
        'q2,a,text,<b>Patient</b> global,\nq3,a,text,Active joints,\nq4,a,radio,Uveitis,"1, Yes | 2, No"\n'
        'dx,a,dropdown,ILAR category,"1, Systemic | 2, Oligoarthritis persistent"\n',
        encoding="utf-8",
    )
    path = tmp_path / "export.csv"
    path.write_text("record_id,v1,q1,q2,q3,q4,dx\n1,2024-01-10,6,5,4,2,2\n", encoding="utf-8")
    mapping = confirmed(path, tmp_path, "--dictionary", tmp_path / "dictionary.csv")
    how = read_mapping(mapping)
    assert how.columns["physician_global"] == "q1"
    assert how.columns["active_joints"] == "q3"
    visits = jia.prepare.read(path, mapping)
    assert visits["dx"].tolist() == ["oligoarthritis_persistent"]
    done = run("assess", path, "--mapping", mapping, "--measure", "cjadas10")
    assert done.output.splitlines()[1].endswith(",15")


def test_choices_of_a_dictionary_that_are_numbers_need_no_words(tmp_path) -> None:
    (tmp_path / "dictionary.csv").write_text(
        'Variable / Field Name,Field Label,"Choices, Calculations, OR Slider Labels"\n'
        'q1,Active joints,"0, 0 | 1, 1 | 2, 2"\nq2,Uveitis,"1, Yes | 2, No"\n'
    )
    (file := tmp_path / "export.csv").write_text("record_id,date,q1,q2\n1,2024-01-10,2,2\n")
    how = read_mapping(confirmed(file, tmp_path, "--dictionary", tmp_path / "dictionary.csv"))
    assert how.columns["active_joints"] == "q1"
    assert {of: dict(words) for of, words in how.words.items()} == {"uveitis": {"2": False}}
    visits = jia.prepare.read(file, how)
    assert visits[["q1", "q2"]].to_numpy().tolist() == [[2, 0]]


def test_an_export_of_redcap_with_two_dates_and_a_course_that_changes(tmp_path) -> None:
    (file := tmp_path / "export.csv").write_text(
        "record_id,redcap_event_name,visit_date,exam_date,course,esr\n"
        "1,v1,2024-01-10,,oligo,20\n1,v2,,2024-02-10,poly,10\n"
    )
    mapping = confirmed(file, tmp_path)
    assert "once = []" in mapping.read_text()
    visits = jia.prepare.read(file, mapping)
    assert visits[["patient", "date", "course", "esr"]].astype(str).to_numpy().tolist() == [
        ["1", "2024-01-10", "oligo", "20.0"],
        ["1", "2024-02-10", "poly", "10.0"],
    ]


def test_an_export_of_redcap_whose_record_has_another_name(tmp_path) -> None:
    (file := tmp_path / "export.csv").write_text(
        "Event Name,patient,date,esr\nv1,007,2024-01-10,20\n"
    )
    visits = jia.prepare.read(file, confirmed(file, tmp_path))
    assert visits[["patient", "esr"]].to_numpy().tolist() == [["007", 20]]


def test_german_compounds(tmp_path) -> None:
    path = tmp_path / "kern.csv"
    path.write_bytes(
        (
            "Pat-ID;Untersuchungsdatum;Arzturteil (NRS 0-10);Patientenurteil;CHAQ-DI;Anzahl aktiver Gelenke;"
            "Anzahl bewegungseingeschränkter Gelenke;BSG (mm/h);JIA-Kategorie\n"
            "1001;03.01.2023;6,5;5;1,25;8;6;35;Polyarthritis RF-negativ\n"
            "1001;05.04.2023;2;2,5;0,375;1;2;n.d.;Polyarthritis RF-negativ\n"
        ).encode("cp1252")
    )
    mapping = confirmed(path, tmp_path)
    done = run("assess", path, "--mapping", mapping, "--measure", "jadas10")
    assert done.exit_code == 0, done.output
    assert [line.rpartition(";")[2] for line in done.output.splitlines()[1:]] == ["21", ""]


def test_days_that_excel_counts(tmp_path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["patient", "date", "esr"], ["007", 45301, 22]):
        book.active.append(row)
    path = tmp_path / "visits.xlsx"
    book.save(path)
    visits = jia.prepare.read(path, confirmed(path, tmp_path))
    assert visits["date"].tolist() == [pd.Timestamp("2024-01-10")]
    # Without it, they are days of a study that is a hundred years long.
    found = run("check", path, "--measure", "acr_ped", "--baseline", "first", "-q")
    assert 'date_format = ""excel""' in found.output


@pytest.mark.parametrize(
    ("name", "cells", "proposed"),
    [
        ("esr", "<2 <20", True), ("esr", "<2 <21", False), ("crp (mg/L)", "<10", True),
        ("crp (mg/dL)", "<0.5 <1", True), ("crp (mg/dL)", "<5", False), ("ferritin", "<5", False),
        ("crp (mg/L)", "<5mg/L", True),
    ],
)  # fmt: skip
def test_a_rule_below_a_limit_is_proposed_where_it_makes_no_difference(
    tmp_path, name, cells, proposed
) -> None:
    path = tmp_path / "visits.csv"
    rows = "".join(
        f"{number},{cell}\n" for number, cell in enumerate([*cells.split(), "12", "13", "14"])
    )
    path.write_text(f"patient,{name}\n{rows}")
    mapping = confirmed(path, tmp_path)
    assert bool(read_mapping(mapping).below) == proposed
    assert ("read as?" in mapping.read_text(encoding="utf-8")) != proposed


HEAD = "patient,date,physician_global,patient_global,active_joints,esr"
# A file, the measure, and what comes out once its draft is confirmed.
DRAFTED = {
    "thousands and decimals in one number": (
        HEAD.replace(",", ";") + ";Ferritin\n1;2024-01-01;6,5;5;3;24;1.234,5\n",
        "jadas10",
        ["14,9"],
    ),
    "a unit beside each value": (
        ("patient,date,physician_global,patient_global,active_joints,crp,crp_unit\n"
        "1,2024-01-01,6,5,3,2.5,mg/dL\n1,2024-02-01,1,1,0,25,mg/L\n"),
        "jadas10",
        ["15.5", "3.5"],
    ),
    "a unit in each cell": ("id,date,PhGA,PtGA,AJC,BSG\n1,2024-01-01,6,5,3,48 mm/h\n", "jadas10", ["16.8"]),
    "a date by its cells": (f"{HEAD.replace('date', 'visdt')}\n1,2024-01-01,6,5,3,24\n", "jadas10", ["14.4"]),
    "a list of joints": (
        ("id;date;physician_global;patient_global;active joint list\n"
        "A;2024-01-01;3;4;left knee, right knee, L wrist\nB;2024-01-01;3;4;none\nC;2024-01-01;3;4;\n"),
        "cjadas10",
        ["10", "7", ""],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DRAFTED)
def test_a_draft_that_is_confirmed_gives_the_right_numbers(tmp_path, case: str) -> None:
    text, measure, expected = DRAFTED[case]
    (file := tmp_path / "visits.csv").write_text(text)
    done = run("assess", file, "--mapping", confirmed(file, tmp_path), "--measure", measure)
    assert column(done, measure, ";" if ";" in text else ",") == expected


@pytest.mark.parametrize(
    ("cells", "form", "dates"),
    [
        (("15-Jan-2024", "03-May-2024"), "%d-%b-%Y", ["2024-01-15", "2024-05-03"]),
        (("03 May 2024", "04 June 2024"), "%d %B %Y", ["2024-05-03", "2024-06-04"]),
        (("05MAY2024", "06JUN2024"), "%d%b%Y", ["2024-05-05", "2024-06-06"]),
        (("45301", "45392"), "excel", ["2024-01-10", "2024-04-10"]),
    ],
)
def test_dates_with_the_name_of_a_month_and_days_as_text(tmp_path, cells, form, dates) -> None:
    rows = "".join(f"\n1,{cell},6,5,3,24" for cell in cells)
    (file := tmp_path / "visits.csv").write_text(f"{HEAD}{rows}\n")
    mapping = confirmed(file, tmp_path)
    assert f'date_format = "{form}"' in mapping.read_text()
    visits = jia.prepare.read(file, mapping)
    assert visits["date"].dt.date.astype(str).tolist() == dates


def test_a_sign_beside_a_value_is_asked_about(tmp_path) -> None:
    (file := tmp_path / "visits.csv").write_text(
        f"{HEAD},ESR comparator\n1,2024-01-01,6,5,3,30,<\n1,2024-02-01,1,1,0,48,\n"
    )
    mapping = confirmed(file, tmp_path)
    text = mapping.read_text()
    line = text.partition("[below] ")[2].partition(";")[0]
    mapping.write_text(text + f"\n[below]\n{line.replace('limit', 'half')}\n")
    done = run("assess", file, "--mapping", mapping, "--measure", "jadas10")
    assert column(done, "jadas10") == ["14", "4.8"]  # half of 30 gives no points


def test_words_with_labels_and_what_is_left_open(tmp_path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    visits = pd.DataFrame(
        {
            "patient": ["A", "B"],
            "physician_global": [1.0, 1.0],
            "patient_global": [1.0, 1.0],
            "active_joints": [1.0, 3.0],
            "course": [1.0, 2.0],
        }
    )
    labels = {"course": {1: "few joints", 2: "poly"}}
    pyreadstat.write_sav(visits, file := tmp_path / "visits.sav", variable_value_labels=labels)
    mapping = confirmed(file, tmp_path)
    ask = ("assess", file, "--mapping", mapping, "--measure", "state:cjadas10:consolaro-2014")
    refused = run(*ask)
    assert refused.exit_code == 1
    assert "'few joints'" in refused.output
    assert "oligo, poly" in refused.output
    mapping.write_text(mapping.read_text().replace("…", "oligo"))
    assert run(*ask).exit_code == 0


def test_a_row_for_each_joint_and_few_columns_of_joints(tmp_path) -> None:
    (file := tmp_path / "joints.csv").write_text(
        "id,date,joint,swollen,tender,limited\nA,2024-01-01,left_knee,1,0,0\n"
        "A,2024-01-01,right_knee,0,1,1\nA,2024-01-01,tmj_left,0,0,1\nB,2024-01-01,left_knee,0,0,0\n"
    )
    mapping = confirmed(file, tmp_path)
    text = mapping.read_text()
    assert 'joint = "joint"' in text
    mapping.write_text(
        text.replace("[study]", 'unlisted = "no-finding"\npainful_from = "tender"\n\n[study]')
    )
    done = run("joints", file, "--mapping", mapping)
    assert column(done, "id") == ["A", "B"]
    assert column(done, "active_joints") == ["2", "0"]
    assert column(done, "limited_joints") == ["2", "0"]
    file.write_text("id,date,left_knee,right_knee\nA,2024-01-01,1,0\n")
    assert "'left_knee', 'right_knee': is this a form of joints?" in run("init", file).output


def test_what_is_piped_in_is_opened_in_as_many_ways_as_a_file(tmp_path) -> None:
    text = f"Registry\n{HEAD.replace('patient,', 'Patiënt,').replace(',', ';')};\n1;2024-01-01;6;5;3;24;\n"
    for encoding in ("utf-8", "cp1252"):
        (file := tmp_path / "visits.csv").write_text(text, encoding=encoding)
        piped = Runner().invoke(main, ["init", "-"], input=file.read_bytes())
        assert piped.exit_code == 0, piped.output
        assert f'encoding = "{encoding}"' in piped.output
        named = run("init", file)
        assert piped.output == named.output.replace(str(file), "standard input")
