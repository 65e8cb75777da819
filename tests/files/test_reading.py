"""The strict reader: nothing misread, only measured columns read, every fault by its line."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.errors import ColumnError, RequestError
from jiascores.files import text as text_module

CASES = Path(__file__).parent / "cases"
HEAD = "patient,date,physician_global,patient_global,active_joints,esr\n"


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes, name: str = "visits.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def days(column: pd.Series) -> list[str]:
    return [f"{each:%Y-%m-%d}" for each in column]


# ------------------------------------------------------------------ the cases


def test_a_trailing_separator() -> None:
    path = CASES / "trailing_separator.csv"
    with pytest.raises(RequestError, match=r"line 2: 7 fields.*trailing_separator = true"):
        jia.prepare.read(path)
    visits = jia.prepare.read(path, {"csv": {"trailing_separator": True}})
    assert jia.assess(visits, measures=["cjadas10"])["cjadas10"].tolist() == [15, 3]


def test_one_field_too_many_in_one_row(file) -> None:
    for row, line in (("1,2024-01-01,6,5,4,22,x", 2), ("1,2024-01-01,6,5,4", 2)):
        with pytest.raises(RequestError, match=f"line {line}: {row.count(',') + 1} fields"):
            jia.prepare.read(file(f"{HEAD}{row}\n1,2024-02-01,6,5,4,22\n"))
    with pytest.raises(RequestError, match="line 5: 7 fields"):
        jia.prepare.read(
            file(
                f'{HEAD}1,2024-01-01,6,5,4,22\n\n"a\nb"'.replace('\n\n"a\nb"', "\n\n")
                + "\n1,2024-02-01,6,5,4,22,\n"
            )
        )


def test_american_dates() -> None:
    visits = jia.prepare.read(CASES / "us_dates.csv", {"csv": {"date_format": "%m/%d/%y"}})
    assert days(visits["date"]) == ["2024-01-15", "2024-03-04", "2024-06-11"]
    # Neither order of days and months takes two-digit years: the advice is the format.
    visits = jia.prepare.read(CASES / "us_dates.csv", {"csv": {"day_first": True}})
    with pytest.raises(jia.errors.VisitError, match="%m/%d/%y"):
        jia.assess(visits, measures=["horneff_improvement:within=30..300"], baseline="first")


@pytest.mark.parametrize("order", ["day_first", "month_first"])
def test_iso_text_stays_iso(order) -> None:
    visits = jia.prepare.read(CASES / "day_first_iso.csv", {"csv": {order: True}})
    assert days(visits["date"]) == ["2014-02-05", "2014-06-03"]


def test_columns_of_ones_own_stay_as_they_are() -> None:
    visits = jia.prepare.read(CASES / "my_columns.csv", {"csv": {"missing": ["NA"]}})
    assert visits["site"].tolist() == ["01", "02"]
    assert visits["ward"].fillna("").tolist() == ["0012345", ""]
    assert visits["code"].tolist() == ["1E2", "NA"]


def test_a_number_as_missing_code_names_its_columns() -> None:
    path = CASES / "missing_codes.csv"
    with pytest.raises(RequestError, match=r"99 is a possible value of esr"):
        jia.prepare.read(path, {"csv": {"missing": ["99"]}})
    visits = jia.prepare.read(path, {"missing": {"active_joints": [99]}})
    assert visits["patient"].tolist() == ["999", "001", "001"]
    assert visits["esr"].tolist() == [99, 40, 40]
    assert visits["active_joints"].fillna(-1).tolist() == [12, 12, -1]
    # What no variable of the file can be may stand for a gap in all of them.
    assert len(jia.prepare.read(path, {"csv": {"missing": [-9]}})) == 3


def test_the_german_file() -> None:
    how = {
        "csv": {"encoding": "cp1252", "decimal": ",", "day_first": True, "no": ["nein"], "yes": ["ja"]},
        "columns": {
            "patient": "Fallnummer", "date": "Besuch", "physician_global": "Arzt (mm)",
            "patient_global": "Eltern (mm)", "chaq": "CHAQ", "active_joints": "akt. Gel.",
            "limited_joints": "eingeschr. Gel.", "esr": "BSG", "uveitis": "Uveitis",
        },
        "below": {"esr": "limit"},
    }  # fmt: skip
    visits = jia.prepare.read(CASES / "german.csv", how)
    out = jia.assess(
        visits,
        columns=how["columns"],
        units={"physician_global": "mm", "patient_global": "mm"},
        measures=["jadas10"],
    )
    assert out["jadas10"].tolist() == [16.1, 4.8, 18.1]
    assert out["Fallnummer"].tolist() == ["0017", "0017", "0023"]
    assert out["Uveitis"].tolist() == [0, 0, 1]


def test_thousands() -> None:
    how = {"csv": {"decimal": ",", "thousands": "."}}
    visits = jia.prepare.read(CASES / "german_thousands.csv", how)
    assert visits["ferritin"].tolist() == [12345]
    assert jia.assess(visits, measures=["mas_2016"]).iloc[0, -1]
    visits = jia.prepare.read(CASES / "german_thousands.csv", {"csv": {"decimal": ","}})
    with pytest.raises(jia.errors.NotNumericError, match=r"12\.345"):
        jia.assess(visits, measures=["mas_2016"])


def test_a_workbook() -> None:
    pytest.importorskip("openpyxl")
    path = CASES / "visits.xlsx"
    with pytest.raises(RequestError, match="no name"):
        jia.prepare.read(path)
    with pytest.raises(RequestError, match="'Notes'"):
        jia.prepare.read(path, {"excel": {"sheet": "visits"}})
    how = {"excel": {"sheet": "Visits", "skip": 1}, "columns": {"patient": "id"}}
    visits = jia.prepare.read(path, how)
    assert visits["id"].tolist() == ["007", "007", "010"]
    assert days(visits["date"]) == ["2024-01-10", "2024-04-10", "2024-01-10"]
    scores = jia.assess(visits, columns={"patient": "id"}, measures=["jadas10"])["jadas10"]
    assert scores.fillna(-1).tolist() == [15.7, -1, 7.1]
    assert (visits.index.name, visits.index.tolist()) == ("row", [3, 4, 5])


# ------------------------------------------------------------------ text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom", "cp1252"]
)
def test_encodings(file, encoding) -> None:
    content = "patient;date;physician_global\nJörg;2024-01-01;6,5\n"
    if encoding.endswith("-bom"):
        data = ("\ufeff" + content).encode(encoding.removesuffix("-bom"))
    else:
        data = content.encode(encoding)
    csv = {"decimal": ",", **({"encoding": "cp1252"} if encoding == "cp1252" else {})}
    visits = jia.prepare.read(file(data), {"csv": csv})
    assert visits["patient"].tolist() == ["Jörg"]
    assert visits["physician_global"].tolist() == [6.5]


def test_another_encoding_is_said_with_its_line(file) -> None:
    path = file("patient,esr\na,1\nJörg,2\n".encode("cp1252"))
    with pytest.raises(RequestError, match=r'line 3: .*encoding = "cp1252"'):
        jia.prepare.read(path)
    with pytest.raises(RequestError, match="no such encoding"):
        jia.prepare.read(path, {"csv": {"encoding": "cp-1252x"}})


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(file, mark, end) -> None:
    rows = [["patient", "esr", "note"], ["007", "12", f'"a{mark}b ""c"""'], ["008", "", ""]]
    visits = jia.prepare.read(file(end.join(mark.join(row) for row in rows) + end))
    assert visits["patient"].tolist() == ["007", "008"]
    assert visits["note"].fillna("").tolist() == [f'a{mark}b "c"', ""]
    assert visits["esr"].fillna(-1).tolist() == [12, -1]
    assert visits.index.tolist() == [2, 3]


def test_two_marks_in_the_header_are_asked_about(file) -> None:
    path = file("id;pain, mm\n1;2\n")
    with pytest.raises(RequestError, match=r'separator = ",".*separator = ";"'):
        jia.prepare.read(path)
    assert list(jia.prepare.read(path, {"csv": {"separator": ";"}})) == ["id", "pain, mm"]
    assert list(jia.prepare.read(file('id;"pain, mm"\n1;2\n'))) == ["id", "pain, mm"]


def test_rows_are_named_by_the_line_where_they_begin(file) -> None:
    path = file('patient,note,esr\na,"two\nlines",1\n\nb,x,-2\n,,\n')
    visits = jia.prepare.read(path)
    assert visits.index.tolist() == [2, 5]
    with pytest.raises(jia.errors.OutOfRangeError, match=r"esr = -2 in line 5 \(patient b\)"):
        jia.assess(
            visits.assign(physician_global=1.0, patient_global=1.0, active_joints=1),
            measures=["jadas10"],
        )


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        ("", RequestError, "no header"),
        ("\n\na,b\n", RequestError, "no header in line 1"),
        ("a,b,a\n1,2,3\n", ColumnError, "'a'"),
        ("a, a\n1,2\n", ColumnError, "'a'"),
        ('a,b\n1,"2\n3,4\n', RequestError, "line 2: a quotation mark opens"),
        ('a,b\n1,"2"x\n', RequestError, "line 2"),
        ("a,b\n1\n", RequestError, "line 2: 1 fields"),
        (b"\x00\x01\x02 binary", RequestError, "a character that is not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", RequestError, "Save it as .xlsx"),
        (b"PK\x03\x04 no zip", RequestError, "Excel .xlsx"),
    ],
)
def test_what_is_no_table_is_refused(file, content, error, words) -> None:
    with pytest.raises(error, match=words):
        jia.prepare.read(file(content))


def test_a_header_alone_and_columns_without_a_name(file) -> None:
    assert jia.prepare.read(file(HEAD)).shape == (0, 6)
    visits = jia.prepare.read(file(",patient,esr,\n1,a,2,\n"))
    assert list(visits) == ["column 1", "patient", "esr", "column 4"]


def test_the_kind_is_told_by_the_content(tmp_path) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"patient": ["a"], "esr": [2.0]})
    frame.to_parquet(tmp_path / "visits.csv")
    assert jia.prepare.read(tmp_path / "visits.csv")["esr"].tolist() == [2]
    (tmp_path / "packed.txt").write_bytes(gzip.compress(b"patient\tesr\na\t2\n"))
    assert jia.prepare.read(tmp_path / "packed.txt")["esr"].tolist() == [2]


def test_skipped_lines(file) -> None:
    visits = jia.prepare.read(file("Export of 1 May\n\npatient,esr\na,2\n"), {"csv": {"skip": 2}})
    assert visits.index.tolist() == [4]


def test_large_files_are_split_as_small_ones(file, monkeypatch) -> None:
    rng = np.random.default_rng(3)
    rows = [
        f"{number:05d},2024-01-{number % 28 + 1:02d},{rng.integers(0, 101) / 10},{'' if number % 7 else '5'}"
        for number in range(3000)
    ]
    path = file("patient,date,physician_global,patient_global\n" + "\n".join(rows) + "\n")
    small = jia.prepare.read(path)
    for block in (700, 20_000):
        monkeypatch.setattr(text_module, "BLOCK", block)
        monkeypatch.setattr(text_module, "ARROW", 0)
        pd.testing.assert_frame_equal(jia.prepare.read(path), small, check_dtype=False)
    # A field with line ends that goes on in the next part.
    path.write_text("patient,note\n" + "".join(f'a{n},"x\ny"\n' for n in range(400)))
    monkeypatch.setattr(text_module, "BLOCK", 70)
    visits = jia.prepare.read(path)
    assert visits.index.tolist() == list(range(2, 802, 2))
    assert visits["note"].unique().tolist() == ["x\ny"]
    path.write_text("patient,note\n" + "".join(f"a{n},y\n" for n in range(400)) + "b,c,d\n")
    with pytest.raises(RequestError, match="line 402: 3 fields"):
        jia.prepare.read(path)


# ------------------------------------------------------------------ cells


@pytest.mark.parametrize(
    ("cell", "form", "value"),
    [
        ("6.5", {}, 6.5), (" 6.5 ", {}, 6.5), (".5", {}, 0.5), ("5.", {}, 5), ("+5", {}, 5),
        ("1E1", {}, 10), ("6,5", {"decimal": ","}, 6.5), ("6,5", {}, "6,5"),
        ("6.5", {"decimal": ","}, "6.5"), ("1.234", {"decimal": ",", "thousands": "."}, 1234),
        ("12.34", {"decimal": ",", "thousands": "."}, "12.34"), ("1'234.5", {"thousands": "'"}, 1234.5),
        ("1,234,567", {"thousands": ","}, 1234567), ("1234", {"thousands": ","}, 1234),
        ("NA", {"missing": ["NA"]}, None), ("na", {"missing": ["NA"]}, "na"), ("", {}, None),
        ("12 mm/h", {}, "12 mm/h"), ("0x10", {}, "0x10"), ("1_000", {}, "1_000"), ("inf", {}, "inf"),
        ("nan", {}, "nan"), ("٣", {}, "٣"),
    ],
)  # fmt: skip
def test_numbers_are_read_by_the_signs_that_are_said(file, cell, form, value) -> None:
    visits = jia.prepare.read(file(f"patient|esr\na|{cell}\nb|1\n"), {"csv": form})
    found = visits["esr"].iloc[0]
    assert pd.isna(found) if value is None else found == value, found


@pytest.mark.parametrize(
    ("cell", "form", "day"),
    [
        ("2024-03-04", {}, "2024-03-04"), ("2024-03-04T08:30", {}, "2024-03-04"),
        ("04.03.2024", {"day_first": True}, "2024-03-04"), ("4/3/2024", {"day_first": True}, "2024-03-04"),
        ("4-3-2024 08:30", {"day_first": True}, "2024-03-04"), ("3/4/2024", {"month_first": True}, "2024-03-04"),
        ("4 Mar 2024", {"date_format": "%d %b %Y"}, "2024-03-04"), ("04MAR2024", {"date_format": "%d%b%Y"}, "2024-03-04"),
        ("20240304", {"date_format": "%Y%m%d"}, "2024-03-04"), ("4.3.24", {"date_format": "%d.%m.%y"}, "2024-03-04"),
        ("03/2024", {"date_format": "%m/%Y", "day_of_month": 15}, "2024-03-15"),
        ("23439", {"date_format": "sas"}, "2024-03-04"), ("45355", {"date_format": "excel"}, "2024-03-04"),
        ("43893", {"date_format": "excel-1904"}, "2024-03-04"),
        # Left as they are, and refused by whoever needs a date.
        ("04.03.2024", {}, None), ("3/4/24", {"day_first": True}, None), ("2024-03-04", {"date_format": "%d.%m.%Y"}, None),
        ("31.02.2024", {"day_first": True}, None), ("2024-02-31", {}, None), ("March", {"day_first": True}, None),
    ],
)  # fmt: skip
def test_dates_are_read_by_the_format_that_is_said(file, cell, form, day) -> None:
    visits = jia.prepare.read(file(f"patient;date\na;{cell}\n"), {"csv": form})
    found = visits["date"].iloc[0]
    assert found == cell if day is None else days(visits["date"]) == [day]


def test_every_column_of_dates_that_is_used_is_read_by_the_format(file) -> None:
    path = file(
        "patient;date;first_dose;seen;born\na;04.03.2024;01.02.2024;05.03.2024;01.01.2014\n"
    )
    how = {
        "csv": {"day_first": True, "dates": ["seen"]},
        "study": {"baseline": "on-or-before:first_dose"},
    }
    visits = jia.prepare.read(path, how)
    assert days(visits["first_dose"]) == ["2024-02-01"]
    assert days(visits["seen"]) == ["2024-03-05"]
    assert visits["born"].tolist() == ["01.01.2014"]


def test_study_days(file) -> None:
    visits = jia.prepare.read(file("patient,date\na,0\na,56\na,\n"))
    assert visits["date"].fillna(-1).tolist() == [0, 56, -1]


def test_words_of_another_language(file) -> None:
    path = file(
        "patient,course,rash,esr,chaq\na,Poly,ja,12,ohne\nb,oligo,NEIN,3,viel\nc,n.b.,n.b.,n.b.,n.b.\n"
    )
    how = {
        "csv": {"yes": ["ja"], "no": ["nein"], "missing": ["n.b."]},
        "words": {"course": {"Poly": "poly"}, "chaq": {"ohne": 0, "viel": 2}},
    }
    visits = jia.prepare.read(path, how)
    assert visits["course"].fillna("").tolist() == ["poly", "oligo", ""]
    assert visits["rash"].fillna(-1).tolist() == [1, 0, -1]
    assert visits["chaq"].fillna(-1).tolist() == [0, 2, -1]


@pytest.mark.parametrize(
    ("rule", "value"), [("limit", 5), ("half", 2.5), ("zero", 0), (None, "< 5")]
)
def test_values_below_a_limit_are_read_by_a_rule_that_is_named(file, rule, value) -> None:
    path = file("patient,crp,esr\na,< 5,<5\nb,≤ 5,1\n")
    how = {} if rule is None else {"below": {"crp": rule}}
    visits = jia.prepare.read(path, how)
    assert visits["crp"].iloc[0] == value
    assert visits["esr"].iloc[0] == "<5"


def test_a_draft_is_refused(file) -> None:
    with pytest.raises(RequestError, match="confirmed = true"):
        jia.prepare.read(file(HEAD), {"confirmed": False})


# ------------------------------------------------------------------ other kinds


def test_labels_and_missing_values_of_spss(tmp_path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame(
        {
            "patient": [7.0, 8.0, 9.0], "date": [dt.date(2024, 1, day) for day in (1, 2, 3)],
            "esr": [12.0, 999.0, 3.0], "course": [1.0, 2.0, 9.0], "rash": [1.0, 2.0, 2.0],
            "mine": [1.0, 999.0, 2.5],
        }
    )  # fmt: skip
    path = tmp_path / "visits.sav"
    pyreadstat.write_sav(
        frame,
        str(path),
        variable_value_labels={
            "course": {1: "oligo", 2: "poly", 9: "n"},
            "rash": {1: "yes", 2: "no"},
        },
        missing_ranges={"esr": [999], "course": [{"lo": 9, "hi": 9}]},
    )
    visits = jia.prepare.read(path)
    assert visits["patient"].tolist() == ["7", "8", "9"]
    assert days(visits["date"]) == ["2024-01-01", "2024-01-02", "2024-01-03"]
    assert visits["esr"].fillna(-1).tolist() == [12, -1, 3]
    assert visits["course"].fillna("").tolist() == ["oligo", "poly", ""]
    assert visits["rash"].tolist() == [1, 0, 0]
    assert visits["mine"].tolist() == [1, 999, 2.5]


@pytest.mark.parametrize("kind", ["dta", "xpt"])
def test_stata_and_sas(tmp_path, kind) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame(
        {
            "patient": ["007", "008"],
            "date": [dt.date(2024, 1, 1), dt.date(2024, 1, 2)],
            "esr": [0.0, np.nan],
        }
    )
    path = tmp_path / f"visits.{kind}"
    getattr(pyreadstat, "write_dta" if kind == "dta" else "write_xport")(frame, str(path))
    visits = jia.prepare.read(path)
    assert visits["patient"].tolist() == ["007", "008"]
    assert days(visits["date"]) == ["2024-01-01", "2024-01-02"]
    # pandas.read_sas would say 5e-79.
    assert visits["esr"].iloc[0] == 0
    assert visits["esr"].isna().tolist() == [False, True]


def workbook(path: Path, rows, **more) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, value in more.items():
        if name == "merge":
            book.active.merge_cells(value)
        elif name == "epoch":
            book.epoch = value
        elif name == "zeros":
            book.active[value].number_format = "000"
    book.save(path)
    return path


def test_workbooks_that_would_be_misread(tmp_path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    head = ["patient", "date", "esr"]
    path = tmp_path / "visits.xlsx"
    rows = [head, ["a", dt.date(2024, 1, 1), 2], [None, dt.date(2024, 2, 1), 3]]
    with pytest.raises(RequestError, match="merged cells in the data, A2:A3"):
        jia.prepare.read(workbook(path, rows, merge="A2:A3"))
    with pytest.raises(RequestError, match="formulas without a stored value in C2"):
        jia.prepare.read(workbook(path, [head, ["a", dt.date(2024, 1, 1), "=1+1"]]))
    with pytest.raises(RequestError, match="D1 in the header has no name"):
        jia.prepare.read(workbook(path, [head, ["a", dt.date(2024, 1, 1), 1, 5]]))
    visits = jia.prepare.read(
        workbook(
            path,
            [head, [7, dt.date(2024, 1, 1), 2], [None, None, None], ["8", "2024-02-01", "3.5"]],
            epoch=openpyxl.utils.datetime.CALENDAR_MAC_1904,
            zeros="A2",
        )
    )
    assert visits["patient"].tolist() == ["007", "8"]
    assert days(visits["date"]) == ["2024-01-01", "2024-02-01"]
    assert visits["esr"].tolist() == [2, 3.5]
    assert visits.index.tolist() == [2, 4]


def test_a_limit_with_its_unit_and_a_comparator_beside(file) -> None:
    path = file("patient,crp,op\na,<5 mg/L,\nb,5,<\nc,7,=\nd,< 0.5 mg/dL,\ne,> 100,\n")
    how = {"below": {"crp": {"rule": "half", "comparator": "op"}}, "above": {"crp": "limit"}}
    visits = jia.prepare.read(path, how)
    # A limit in another unit is read in that of the column: 0.5 mg/dL are 5 mg/L.
    assert visits["crp"].tolist() == [2.5, 2.5, 7, 2.5, 100]
    with pytest.raises(ColumnError, match="Did you mean 'op'"):
        jia.prepare.read(path, {"below": {"crp": {"rule": "half", "comparator": "ops"}}})


def test_a_limit_whose_unit_is_not_that_beside_it_stays_as_it_was(file) -> None:
    path = file("patient,crp,u\na,<5 mg/L,mg/dL\nb,<0.5,mg/dL\nc,<5 mg/acre,mg/L\n")
    for units, read in (
        (None, ["<5 mg/L", 0.5, "<5 mg/acre"]),
        ("mg/dL", [0.5, 0.5, "<5 mg/acre"]),
    ):
        how = {"units": {"crp": units or {"column": "u"}}, "below": {"crp": "limit"}}
        assert jia.prepare.read(path, how)["crp"].tolist() == read


def test_cells_with_their_unit_and_a_decimal_comma(file) -> None:
    path = file(
        "patient;date;physician_global;patient_global;active_joints;crp\n"
        "a;2024-01-01;1,0;1,0;1;12,5 mg/L\na;2024-02-01;1,0;1,5;1;1,85 mg/dl\n"
        "a;2024-03-01;1;1;1;<2,5 mg/dL\na;2024-04-01;1;1;1;1.234,5 mg/L\n"
        "a;2024-05-01;1;1;1;\n"
    )
    how = {
        "csv": {"separator": ";", "decimal": ",", "thousands": "."},
        "units": {"crp": {"column": "crp"}},
        "below": {"crp": "limit"},
    }
    visits = jia.prepare.read(path, how)
    out = jia.assess(visits, measures=["jadas10"], units={"crp": jia.column("crp")})
    assert out["jadas10"].dropna().tolist() == [3.25, 4.35, 4.5, 13.0]


def test_a_unit_in_each_row(file) -> None:
    path = file(
        "patient,physician_global,patient_global,active_joints,crp,u\na,1,1,1,2.4,mg/dL\nb,1,1,1,24,mg/L\n"
    )
    from jiascores.files.mapping import read_mapping

    how = read_mapping({"units": {"crp": {"column": "u"}}})
    said = {name: how.call()[name] for name in ("columns", "units")}
    out = jia.assess(jia.prepare.read(path, how), measures=["jadas10"], **said)
    assert out["jadas10"].tolist() == [4.4, 4.4]


def test_advice_on_a_number_for_gaps_erases_no_value() -> None:
    with pytest.raises(jia.JiaScoresError, match=r"possible value of esr") as caught:
        jia.prepare.read(CASES / "missing_codes.csv", {"csv": {"missing": [99]}})
    assert str(caught.value).endswith("physician_global = [99].")
