"""Files in the shapes that hospitals and trials produce, made here of six invented visits.

Every file holds the same visits, so that every file must give the same scores.
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs

from jiascores.core.joints import JOINTS_71

# patient, date, physician global, patient global, active joints, ESR
VISITS = (
    ("007", "2024-01-10", "6.0", "5.5", 12, 48),
    ("007", "2024-04-10", "1.0", "0.5", 0, 8),
    ("010", "2024-01-15", "3.5", "2.0", 4, 21),
    ("010", "2024-05-02", "2.0", "1.5", 3, None),
    ("0012345", "2024-02-29", "0.0", "0.0", 0, 0),
    ("0012345", "2024-11-26", "9.5", "10.0", 25, 140),
)
KEYS = ("patient", "date", "physician_global", "patient_global", "active_joints", "esr")
ROWS = [dict(zip(KEYS, visit, strict=True)) for visit in VISITS]


def jadas10(row: Mapping[str, Any]) -> float | None:
    """Return the JADAS10 of a visit by the formula as the paper has it, in exact arithmetic."""
    if row["esr"] is None:
        return None
    globals_ = Fraction(row["physician_global"]) + Fraction(row["patient_global"])
    item = min(max(Fraction(row["esr"]) - 20, Fraction(0)) / 10, Fraction(10))
    return float(globals_ + min(row["active_joints"], 10) + item)


SCORES = [jadas10(row) for row in ROWS]


@attrs.frozen(kw_only=True)
class Case:
    """One file, what a data manager writes in the mapping, and the scores in their order."""

    name: str
    make: Callable[[Path], Path]
    answers: Mapping[str, Any] = attrs.field(factory=dict)
    scores: Sequence[float | None] = attrs.field(factory=lambda: list(SCORES))
    init: Sequence[str] = ()
    # What `check` lists although the scores do not need it.
    listed: str = ""
    # What is refused first, as the answers stand; and what the message says to write.
    refused: str = ""
    advice: Mapping[str, Any] = attrs.field(factory=dict)
    # Whether the file itself is at fault: then somebody must save it anew.
    remade: Callable[[Path], Path] | None = None


CASES: list[Case] = []


def case(name: str, **more: Any) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    """Enter a file among the cases."""

    def enter(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
        CASES.append(Case(name=name, make=make, **more))
        return make

    return enter


def add(name: str, make: Callable[[Path], Path], **more: Any) -> None:
    """Enter a file among the cases."""
    CASES.append(Case(name=name, make=make, **more))


# --------------------------------------------------------------------------------------------
# Text


def shown(value: Any, *, decimal: str = ".", date: str = "%Y-%m-%d", missing: str = "") -> str:
    """Return a value as a file has it."""
    if value is None:
        return missing
    text = str(value)
    if len(text) == len("2024-01-10") and text[4] == "-":
        return dt.date.fromisoformat(text).strftime(date)
    return text.replace(".", decimal)


def text(
    rows: Sequence[Mapping[str, Any]] = ROWS,
    *,
    names: Mapping[str, str] | None = None,
    separator: str = ",",
    newline: str = "\n",
    quoted: bool = False,
    above: Sequence[str] = (),
    below: Sequence[str] = (),
    trailing: bool = False,
    encoding: str = "utf-8",
    end: bool = True,
    **form: str,
) -> Callable[[Path], Path]:
    """Return what writes rows as separated text."""
    names = dict(names or {})

    def make(folder: Path) -> Path:
        lines = [separator.join(_field(names.get(key, key), separator, quoted) for key in rows[0])]
        for row in rows:
            fields = [_field(shown(value, **form), separator, quoted) for value in row.values()]
            lines.append(separator.join(fields) + (separator if trailing else ""))
        whole = newline.join((*above, *lines, *below)) + (newline if end else "")
        path = folder / "visits.csv"
        path.write_bytes(whole.encode(encoding))
        return path

    return make


def _field(text: str, separator: str, quoted: bool) -> str:
    needs = quoted or separator in text or '"' in text or "\n" in text
    return '"' + text.replace('"', '""') + '"' if needs else text


GERMAN = {
    "patient": "Patientennummer",
    "date": "Datum",
    "physician_global": "Arzt_VAS",
    "patient_global": "Eltern_VAS",
    "active_joints": "Aktive_Gelenke",
    "esr": "BSG",
}
ENGLISH = {
    "patient": "Subject",
    "date": "Visit_Date",
    "physician_global": "PhGA",
    "patient_global": "PtGA",
    "active_joints": "AJC",
    "esr": "ESR",
}


def columns(names: Mapping[str, str], **csv_form: Any) -> dict[str, Any]:
    """Return a mapping with names of columns, and how the text is written."""
    return {"columns": dict(names), **({"csv": csv_form} if csv_form else {})}


for mark, word in ((",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "bar")):
    add(f"text with {word} and decimal point", text(separator=mark))
for mark, word in ((";", "semicolon"), ("\t", "tab"), ("|", "bar")):
    add(
        f"text with {word}, decimal comma, German names and dates",
        text(names=GERMAN, separator=mark, decimal=",", date="%d.%m.%Y"),
        answers=columns(GERMAN, decimal=",", date_format="%d.%m.%Y"),
    )
for encoding in ("utf-8-sig", "utf-16", "cp1252"):
    names = {**GERMAN, "physician_global": "Ärztin_VAS"}
    add(
        f"text in {encoding}",
        text(names=names, separator=";", encoding=encoding),
        answers=columns(names, **({"encoding": "cp1252"} if encoding == "cp1252" else {})),
    )
add("lines that end as those of Windows, without a last one", text(newline="\r\n", end=False))
add("every field quoted", text(quoted=True, names=ENGLISH), answers=columns(ENGLISH))
add(
    "lines above the header, empty rows below",
    text(
        names=ENGLISH,
        above=["Register of children", "written 2024-12-01"],
        below=[",,,,,", ",,,,,"],
    ),
    answers=columns(ENGLISH, skip=2),
)
add(
    "a separator at the end of each row",
    text(names=ENGLISH, separator=";", trailing=True),
    answers=columns(ENGLISH),
    refused="trailing_separator",
    advice={"csv": {"trailing_separator": True}},
)

# ---------------------------------------------------------------- dates

FORMATS = {
    "month first, year of two digits": ("%m/%d/%y", {"date_format": "%m/%d/%y"}),
    "day first by points": ("%d.%m.%Y", {"day_first": True}),
    "day first by slashes": ("%d/%m/%Y", {"day_first": True}),
    "month first by slashes": ("%m/%d/%Y", {"month_first": True}),
    "names of months": ("%d-%b-%Y", {"date_format": "%d-%b-%Y"}),
    "names of months in capitals, as SAS": ("%d%b%Y", {"date_format": "%d%b%Y"}),
    "digits alone": ("%Y%m%d", {"date_format": "%Y%m%d"}),
    "ISO with an hour": ("%Y-%m-%dT08:30", {}),
    "day first with an hour": ("%d.%m.%Y 08:30", {"date_format": "%d.%m.%Y %H:%M"}),
}
for what, (form, answer) in FORMATS.items():
    add(f"dates: {what}", text(names=ENGLISH, date=form), answers=columns(ENGLISH, **answer))


def days_since(start: str) -> list[dict[str, Any]]:
    """Return the rows with dates as days since a day."""
    first = dt.date.fromisoformat(start)
    return [{**row, "date": str((dt.date.fromisoformat(row["date"]) - first).days)} for row in ROWS]


add(
    "dates as SAS counts days",
    text(days_since("1960-01-01"), names=ENGLISH),
    answers=columns(ENGLISH, date_format="sas"),
)
add(
    "dates as Excel counts days, in text",
    text(days_since("1899-12-30"), names=ENGLISH),
    answers=columns(ENGLISH, date_format="excel"),
)
add("study days", text(days_since("2024-01-10"), names=ENGLISH), answers=columns(ENGLISH))

# ---------------------------------------------------------------- gaps, units, limits

for word in ("NA", ".", "n/a", "nicht gemacht"):
    add(
        f"gaps written {word}",
        text(names=ENGLISH, missing=word),
        answers=columns(ENGLISH, missing=[word]),
    )
add(
    "a gap written -9",
    text(names=ENGLISH, missing="-9"),
    answers=columns(ENGLISH),
    refused="-9",
    advice={"missing": {"esr": [-9]}},
)
add(
    "a gap of joints written 99 where an ESR is 99",
    text(
        [{**row, "esr": 99, "active_joints": row["active_joints"] or 99} for row in ROWS],
        names=ENGLISH,
    ),
    answers={**columns(ENGLISH), "missing": {"active_joints": [99]}},
    scores=[None if not row["active_joints"] else jadas10({**row, "esr": 99}) for row in ROWS],
)


def in_millimetres(row: Mapping[str, Any]) -> dict[str, Any]:
    globals_ = ("physician_global", "patient_global")
    return {key: int(Fraction(of) * 10) if key in globals_ else of for key, of in row.items()}


MILLIMETRES = {"physician_global": "mm", "patient_global": "mm"}
add(
    "globals in millimetres",
    text([in_millimetres(row) for row in ROWS], names=ENGLISH),
    answers={**columns(ENGLISH), "units": MILLIMETRES},
)
add(
    "an ESR below a limit, read by a rule",
    text([{**row, "esr": "< 5" if row["esr"] == 0 else row["esr"]} for row in ROWS], names=ENGLISH),
    answers={**columns(ENGLISH), "below": {"esr": "half"}},
)
add(
    "an ESR below a limit without a rule",
    text([{**row, "esr": "< 5" if row["esr"] == 0 else row["esr"]} for row in ROWS], names=ENGLISH),
    answers=columns(ENGLISH),
    refused="below a limit",
    advice={"below": {"esr": "half"}},
)
add(
    "decimal commas that nobody declared",
    text(names=ENGLISH, separator=";", decimal=","),
    answers=columns(ENGLISH, decimal="."),
    refused="decimal",
    advice={"csv": {"decimal": ","}},
)
add(
    "dates that nobody declared",
    text(names=ENGLISH, date="%d.%m.%Y"),
    answers=columns(ENGLISH),
    listed="date_format",
    advice={"csv": {"date_format": "%d.%m.%Y"}},
)
add(
    "a code of two columns for a patient",
    text(
        [
            {
                "site": row["patient"][:2],
                "subject": row["patient"][2:],
                **dict(list(row.items())[1:]),
            }
            for row in ROWS
        ]
    ),
    answers={"columns": {"patient": ["site", "subject"]}},
)
add(
    "words of one's own beside a measured column",
    text([{**row, "remark": 'says "NA", 1E2; 007'} for row in ROWS], names=ENGLISH),
    answers=columns(ENGLISH, missing=["NA"]),
)


@case("packed text", answers=columns(ENGLISH))
def packed(folder: Path) -> Path:
    path = text(names=ENGLISH)(folder)
    there = folder / "visits.csv.gz"
    there.write_bytes(gzip.compress(path.read_bytes()))
    return there


@case("text under a name that says nothing", answers=columns(ENGLISH))
def nameless(folder: Path) -> Path:
    return text(names=ENGLISH)(folder).rename(folder / "EXPORT.DAT")


# ---------------------------------------------------------------- what the file is at fault for


def broken(change: Callable[[str], str]) -> Callable[[Path], Path]:
    """Return what writes a file with a mistake."""

    def make(folder: Path) -> Path:
        path = text(names=ENGLISH)(folder)
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
        return path

    return make


add(
    "one field too many in a row",
    broken(lambda whole: whole.replace(",21\n", ",21,\n")),
    answers=columns(ENGLISH),
    refused="line 4",
    remade=text(names=ENGLISH),
)
add(
    "one field too few in a row",
    broken(lambda whole: whole.replace("3.5,", "")),
    answers=columns(ENGLISH),
    refused="line 4",
    remade=text(names=ENGLISH),
)
add(
    "a header name twice",
    broken(lambda whole: whole.replace("PtGA", "PhGA", 1)),
    answers=columns(ENGLISH),
    refused="PhGA",
    remade=text(names=ENGLISH),
)


# --------------------------------------------------------------------------------------------
# Workbooks


def workbook(
    *,
    names: Mapping[str, str] = ENGLISH,
    above: Sequence[Sequence[Any]] = (),
    dates: str = "date",
    sheets: Sequence[str] = ("Visits",),
    mac: bool = False,
    as_text: bool = False,
    change: Callable[[Any], None] = lambda _: None,
) -> Callable[[Path], Path]:
    """Return what writes the visits as a workbook."""

    def make(folder: Path) -> Path:
        openpyxl = __import__("openpyxl")
        book = openpyxl.Workbook()
        book.remove(book.active)
        if mac:
            book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        for title in sheets[1:]:
            other = book.create_sheet(title)
            for cells in (["a remark"], ["by somebody"]):
                other.append(cells)
        sheet = book.create_sheet(sheets[0])
        for row in above:
            sheet.append(list(row))
        sheet.append([names[key] for key in KEYS])
        epoch = dt.date(1904, 1, 1) if mac else dt.date(1899, 12, 30)
        for row in ROWS:
            day = dt.date.fromisoformat(row["date"])
            as_day = {"date": dt.datetime.combine(day, dt.time()), "serial": (day - epoch).days}
            cells = [row["patient"], as_day.get(dates, row["date"])]
            cells += [float(row[key]) for key in KEYS[2:4]] + [row[key] for key in KEYS[4:]]
            sheet.append([str(of) if as_text and of is not None else of for of in cells])
        change(sheet)
        path = folder / "visits.xlsx"
        book.save(path)
        return path

    return make


add("a workbook", workbook(), answers=columns(ENGLISH))
add("a workbook with text as dates", workbook(dates="text"), answers=columns(ENGLISH))
add(
    "a workbook with rows above, German names",
    workbook(names=GERMAN, above=[["Register"], [], ["written by", "me"]]),
    answers={**columns(GERMAN), "excel": {"skip": 3}},
)
add(
    "a workbook with serial dates",
    workbook(dates="serial"),
    answers=columns(ENGLISH, date_format="excel"),
)
add("a workbook of the calendar of 1904", workbook(mac=True), answers=columns(ENGLISH))
add(
    "serial dates of the calendar of 1904",
    workbook(mac=True, dates="serial"),
    answers=columns(ENGLISH, date_format="excel-1904"),
)
add(
    "a workbook with everything as text",
    workbook(as_text=True, dates="text"),
    answers=columns(ENGLISH),
)
add(
    "a workbook with two sheets",
    workbook(sheets=("Visits", "Notes")),
    answers={**columns(ENGLISH), "excel": {}},
    init=("--sheet", "Visits"),
    refused="sheet",
    advice={"excel": {"sheet": "Visits"}},
)
add(
    "a workbook with merged cells",
    workbook(change=lambda sheet: sheet.merge_cells("A2:A3")),
    answers=columns(ENGLISH),
    refused="A2:A3",
    remade=workbook(),
)


def _formula(sheet: Any) -> None:
    sheet["C2"] = "=3+3"


add(
    "a workbook with a formula that has no value",
    workbook(change=_formula),
    answers=columns(ENGLISH),
    refused="C2",
    remade=workbook(),
)


# --------------------------------------------------------------------------------------------
# Parquet, SAS, SPSS, Stata


def frame(names: Mapping[str, str] = ENGLISH, *, as_dates: bool = True) -> Any:
    """Return the visits as a pandas table."""
    import pandas as pd

    columns = {names[key]: [row[key] for row in ROWS] for key in KEYS}
    for key in KEYS[2:4]:
        columns[names[key]] = [float(value) for value in columns[names[key]]]
    table = pd.DataFrame(columns)
    if as_dates:
        table[names["date"]] = pd.to_datetime(table[names["date"]])
    return table.astype({names["esr"]: "float64", names["active_joints"]: "float64"})


@case("Parquet", answers=columns(ENGLISH))
def parquet(folder: Path) -> Path:
    frame().to_parquet(folder / "visits.parquet")
    return folder / "visits.parquet"


@case("Parquet, .PQ", answers=columns(ENGLISH))
def upper_parquet(folder: Path) -> Path:
    frame(as_dates=False).to_parquet(folder / "VISITS.PQ")
    return folder / "VISITS.PQ"


@case("SAS transport", answers=columns(ENGLISH))
def xport(folder: Path) -> Path:
    import pyreadstat

    path = folder / "visits.xpt"
    pyreadstat.write_xport(frame(), str(path), file_format_version=8)
    return path


@case("Stata", answers=columns(ENGLISH))
def stata(folder: Path) -> Path:
    import pyreadstat

    path = folder / "visits.dta"
    pyreadstat.write_dta(frame(), str(path))
    return path


@case("SPSS with user-missing values", answers=columns(ENGLISH))
def spss(folder: Path) -> Path:
    import pyreadstat

    path = folder / "visits.sav"
    table = frame().fillna({"ESR": 999})
    pyreadstat.write_sav(table, str(path), missing_ranges={"ESR": [{"lo": 990, "hi": 999}]})
    return path


def labelled(writer: str, ending: str) -> Callable[[Path], Path]:
    """Return what writes the visits with the course as a labelled number."""

    def make(folder: Path) -> Path:
        import pyreadstat

        path = folder / f"visits.{ending}"
        table = frame().assign(course=[1, 1, 2, 2, 1, 1])
        getattr(pyreadstat, writer)(
            table, str(path), variable_value_labels={"course": {1: "poly", 2: "oligo"}}
        )
        return path

    return make


add("SPSS with labels", labelled("write_sav", "sav"), answers=columns(ENGLISH))
add("Stata with labels", labelled("write_dta", "dta"), answers=columns(ENGLISH))


# --------------------------------------------------------------------------------------------
# Long

CODES = {
    "physician_global": "PHGA",
    "patient_global": "PTGA",
    "active_joints": "ACTJT",
    "esr": "ESR",
}


def long_rows(names: Sequence[str] = ("USUBJID", "ADT", "PARAMCD", "AVAL")) -> list[dict[str, Any]]:
    """Return a row for each value that there is."""
    return [
        dict(zip(names, (row["patient"], row["date"], code, row[key]), strict=True))
        for row in ROWS
        for key, code in CODES.items()
        if row[key] is not None
    ]


LONG = {"long": {"variables": CODES}}
add("long as in ADaM", text(long_rows()), answers=LONG)
add(
    "long with derived rows",
    text(
        [
            *({**row, "DTYPE": ""} for row in long_rows()),
            {
                **long_rows()[0],
                "ADT": "2024-05-02",
                "USUBJID": "010",
                "PARAMCD": "ESR",
                "DTYPE": "LOCF",
            },
        ]
    ),
    answers=LONG,
)
add(
    "long with own names, units and semicolons",
    text(
        [
            {**row, "unit": "mm/h" if row["test"] == "ESR" else ""}
            for row in long_rows(("id", "day", "test", "result"))
        ],
        separator=";",
        decimal=",",
        date="%d.%m.%Y",
    ),
    answers={
        "csv": {"decimal": ",", "date_format": "%d.%m.%Y"},
        "columns": {"patient": "id", "date": "day", "variable": "test", "value": "result"},
        **LONG,
    },
)
add(
    "long with a value twice",
    text(
        [
            *({**row, "ANL01FL": "Y"} for row in long_rows()),
            {**long_rows()[0], "AVAL": "7.5", "ANL01FL": ""},
        ]
    ),
    answers=LONG,
    refused="long.only",
    advice={"long": {"only": {"ANL01FL": "Y"}}},
)
add(
    "long with a word that no row has",
    text(long_rows()),
    answers={"long": {"variables": {**CODES, "esr": "ESRT"}}},
    refused="Did you mean 'ESR'",
    advice={"long": {"variables": {"esr": "ESR"}}},
)


def by_name(folder: Path) -> Path:
    """Write a long table in which blood was drawn two days before the visit."""
    rows = []
    for place, row in enumerate(ROWS):
        for each in long_rows():
            if (each["USUBJID"], each["ADT"]) == (row["patient"], row["date"]):
                day = dt.date.fromisoformat(each["ADT"])
                drawn = day - dt.timedelta(2) if each["PARAMCD"] == "ESR" else day
                rows.append({**each, "AVISIT": f"Visit {1 + place % 2}", "ADT": str(drawn)})
    return text(rows)(folder)


add(
    "long with visits by name and blood of another day",
    by_name,
    answers={"long": {"variables": CODES, "by": "visit"}},
    refused="date_of",
    advice={"long": {"date_of": "physician_global"}},
)


@case("long in SAS transport", answers={**LONG, "columns": {}})
def long_xport(folder: Path) -> Path:
    import pandas as pd
    import pyreadstat

    table = pd.DataFrame(long_rows())
    table = table.assign(ADT=pd.to_datetime(table["ADT"]), AVAL=table["AVAL"].astype(float))
    pyreadstat.write_xport(table, str(folder / "adeff.xpt"), file_format_version=8)
    return folder / "adeff.xpt"


# --------------------------------------------------------------------------------------------
# Wide


def wide_rows(named: Callable[[str, int], str], *, dates: bool = True) -> list[dict[str, Any]]:
    """Return a row for each patient, whose visits are 1 and 2."""
    rows: dict[str, dict[str, Any]] = {}
    for place, row in enumerate(ROWS):
        patient = rows.setdefault(row["patient"], {"patient": row["patient"], "sex": "f"})
        for key in KEYS[1:] if dates else KEYS[2:]:
            patient[named(key, 1 + place % 2)] = row[key]
    return list(rows.values())


WORDS = {
    "date": "datum",
    "physician_global": "phga",
    "patient_global": "ptga",
    "active_joints": "ajc",
    "esr": "bsg",
}
PATTERNS = {
    "{variable}_{visit}": lambda key, visit: f"{WORDS[key]}_v{visit}",
    "{visit}.{variable}": lambda key, visit: f"v{visit}.{WORDS[key]}",
    "{variable}{visit}": lambda key, visit: f"{WORDS[key]}{visit}",
    "{visit} {variable} (VAS)": lambda key, visit: f"V{visit} {WORDS[key]} (VAS)",
}
for pattern, named in PATTERNS.items():
    add(
        f"wide, named {pattern}",
        text(wide_rows(named), separator=";", decimal=","),
        answers={"csv": {"decimal": ","}, "columns": WORDS, "wide": {"pattern": pattern}},
    )
add(
    "wide without dates",
    text(wide_rows(PATTERNS["{variable}_{visit}"], dates=False)),
    answers={
        "columns": {name: word for name, word in WORDS.items() if name != "date"},
        "wide": {},
    },
    refused="study days",
    advice={"wide": {"visits": {"v1": 0, "v2": 90}}},
)
add(
    "wide with gaps in words",
    text(wide_rows(PATTERNS["{variable}_{visit}"]), missing="NA"),
    answers={"csv": {"missing": ["NA"]}, "columns": WORDS, "wide": {}},
)


@case(
    "wide in SPSS with user-missing values",
    answers={"columns": WORDS, "wide": {}},
)
def wide_spss(folder: Path) -> Path:
    import pandas as pd
    import pyreadstat

    table = pd.DataFrame(wide_rows(PATTERNS["{variable}_{visit}"]))
    numbers = [name for name in table if name[:3] in ("phg", "ptg", "ajc", "bsg")]
    table = table.astype(dict.fromkeys(numbers, "float64")).fillna(dict.fromkeys(numbers, 999.0))
    gaps = {name: [{"lo": 999, "hi": 999}] for name in numbers}
    pyreadstat.write_sav(table, str(folder / "wide.sav"), missing_ranges=gaps)
    return folder / "wide.sav"


# --------------------------------------------------------------------------------------------
# Joint forms

# The joints of each visit, as many as are active.
ACTIVE = [set(JOINTS_71[: row["active_joints"]]) for row in ROWS]
FORM = {"columns": {key: ENGLISH[key] for key in KEYS if key != "active_joints"}}


def with_form(form: Callable[[set[str], int], Mapping[str, Any]]) -> Callable[[Path], Path]:
    """Return what writes the visits with a joint form in place of the count."""
    rows = []
    for place, (row, active) in enumerate(zip(ROWS, ACTIVE, strict=True)):
        plain = {ENGLISH[key]: row[key] for key in KEYS if key != "active_joints"}
        rows.append({**plain, **form(active, place)})
    return text(rows)


def people(joint: str) -> str:
    """Return a joint as a form may have it."""
    stem, _, side = joint.rpartition("_")
    if side not in ("left", "right"):
        return "Neck"
    stem = {"temporomandibular": "TMJ", "thumb_ip": "PIP1", "toe_ip1": "big toe IP"}.get(stem, stem)
    stem = f"toe {stem[-1]} IP" if stem.startswith("toe_ip") else stem
    return f"{side[0].upper()} {stem}"


def joints(**given: Any) -> dict[str, Any]:
    """Return a mapping with a joint form."""
    return {**FORM, "joints": given}


add(
    "71 columns of yes and no",
    with_form(lambda active, _: {f"act_{j}": "Yes" if j in active else "No" for j in JOINTS_71}),
    answers=joints(active="act_"),
)
add(
    "71 columns in the words of people, German yes and no",
    with_form(
        lambda active, _: {f"aktiv {people(j)}": "ja" if j in active else "nein" for j in JOINTS_71}
    ),
    answers=joints(active="aktiv "),
)
add(
    "71 columns with the finding behind the joint",
    with_form(lambda active, _: {f"{j}_sw": int(j in active) for j in JOINTS_71}),
    answers=joints(active="{joint}_sw"),
)
add(
    "swollen, limited and tender",
    with_form(
        lambda active, _: {
            f"{what}_{j}": int(j in active if what != "sw" else j in active and j == JOINTS_71[0])
            for what in ("sw", "lim", "ten")
            for j in JOINTS_71
        }
    ),
    answers=joints(swollen="sw_", limited="lim_", tender="ten_", painful_from="tender"),
)
add(
    "a list in one cell",
    with_form(lambda active, _: {"Active": "; ".join(map(people, sorted(active))) or "none"}),
    answers=joints(active="Active"),
)
add(
    "one code for each joint",
    with_form(
        lambda active, at: {f"j_{j}": (1 + at % 2 * 2) if j in active else 0 for j in JOINTS_71}
    ),
    answers=joints(coded="j_", codes={"0": "", "1": "swollen", "3": ["swollen", "limited"]}),
)
add(
    "75 joints",
    with_form(
        lambda active, _: {
            f"act_{j}": int(j in active)
            for j in (
                *JOINTS_71,
                "sacroiliac_left",
                "sacroiliac_right",
                "thoracic_spine",
                "lumbar_spine",
            )
        }
    ),
    answers=joints(active="act_"),
    refused="beyond_71",
    advice={"joints": {"beyond_71": "left-out"}},
)
add(
    "a form without the toes",
    with_form(
        lambda active, _: {f"act_{j}": int(j in active) for j in JOINTS_71 if "toe" not in j}
    ),
    answers=joints(active="act_"),
    refused="not_on_form",
    advice={"joints": {"not_on_form": [j for j in JOINTS_71 if "toe" in j]}},
    # What ten toes might add leaves the count open.
    scores=[None] * len(ROWS),
)


# --------------------------------------------------------------------------------------------
# REDCap


def redcap_rows(
    *, labels: bool = False, boxes: bool = False, blood: bool = False
) -> list[dict[str, Any]]:
    """Return the rows of an export: enrolment, visits as events, blood as a repeating instrument."""
    names = {
        "record": "Record ID" if labels else "record_id",
        "event": "Event Name" if labels else "redcap_event_name",
        "instrument": "Repeat Instrument" if labels else "redcap_repeat_instrument",
        "instance": "Repeat Instance" if labels else "redcap_repeat_instance",
        "category": "ILAR category" if labels else "category",
        "date": "Date of visit" if labels else "visit_date",
        "physician_global": "Physician global" if labels else "phga",
        "patient_global": "Patient global" if labels else "ptga",
        "active_joints": "Active joints" if labels else "ajc",
        "esr": "ESR" if labels else "esr",
    }
    box = {j: f"Active (choice={people(j)})" if labels else f"active___{j}" for j in JOINTS_71}
    yes, no = ("Checked", "Unchecked") if labels else ("1", "0")
    empty = {
        **dict.fromkeys(names.values(), ""),
        **(dict.fromkeys(box.values(), "") if boxes else {}),
    }
    if boxes:
        empty["Complete?" if labels else "exam_complete"] = ""
    rows = []
    for place, (row, active) in enumerate(zip(ROWS, ACTIVE, strict=True)):
        who = {**empty, names["record"]: row["patient"]}
        event = f"Month {3 * (place % 2)}" if labels else f"month_{3 * (place % 2)}_arm_1"
        if place % 2 == 0:
            rows.append(
                {
                    **who,
                    names["event"]: "Enrolment" if labels else "enrol_arm_1",
                    names["category"]: "Systemic" if labels else "1",
                }
            )
        visit = {**who, names["event"]: event}
        visit |= {names[key]: row[key] for key in ("date", "physician_global", "patient_global")}
        if boxes:
            visit |= {box[j]: yes if j in active else no for j in JOINTS_71}
            visit["Complete?" if labels else "exam_complete"] = "Complete" if labels else "2"
        else:
            visit[names["active_joints"]] = row["active_joints"]
        lab = {names["instrument"]: "Labs" if labels else "labs", names["instance"]: 1}
        if not blood:
            visit[names["esr"]] = row["esr"]
        rows.append(visit)
        if blood and row["esr"] is not None:
            rows.append({**who, names["event"]: event, **lab, names["esr"]: row["esr"]})
    return rows


REDCAP = {
    "columns": {
        "date": "visit_date",
        "physician_global": "phga",
        "patient_global": "ptga",
        "active_joints": "ajc",
        "esr": "esr",
    },
    "redcap": {"once": ["category"]},
}
LABELS = {
    "columns": {
        "date": "Date of visit",
        "physician_global": "Physician global",
        "patient_global": "Patient global",
        "active_joints": "Active joints",
        "esr": "ESR",
    },
    "redcap": {"once": ["ILAR category"]},
}


def without_count(answers: Mapping[str, Any], **form: Any) -> dict[str, Any]:
    """Return a mapping of an export whose joints are boxes to tick."""
    kept = {key: of for key, of in answers["columns"].items() if key != "active_joints"}
    return {**answers, "columns": kept, "joints": form}


add("REDCap, events", text(redcap_rows()), answers=REDCAP)
add("REDCap, labels", text(redcap_rows(labels=True)), answers=LABELS)
add("REDCap, blood as a repeating instrument", text(redcap_rows(blood=True)), answers=REDCAP)
add(
    "REDCap, boxes of a form that is complete",
    text(redcap_rows(boxes=True)),
    answers=without_count(REDCAP, active="active___", examined="exam_complete"),
)
add(
    "REDCap, boxes with labels",
    text(redcap_rows(boxes=True, labels=True)),
    answers=without_count(LABELS, active="Active (choice=", examined="Complete?"),
)
add(
    "REDCap, boxes of a form that nobody says to be complete",
    text([{**row, "exam_complete": ""} for row in redcap_rows(boxes=True)]),
    answers=without_count(REDCAP, active="active___", examined="exam_complete"),
    # Without a tick, nobody knows whether there was no joint.
    scores=[
        score if row["active_joints"] else None for score, row in zip(SCORES, ROWS, strict=True)
    ],
)
add(
    "REDCap, a field filled twice for a visit",
    text(
        [
            *redcap_rows(blood=True),
            {**redcap_rows(blood=True)[2], "redcap_repeat_instance": 2, "esr": 50},
        ]
    ),
    answers=REDCAP,
    refused="esr is filled more than once",
    remade=text(redcap_rows(blood=True)),
)


@case(
    "REDCap, a dictionary says what the boxes are",
    answers={
        **without_count(REDCAP, active="active___", examined="exam_complete"),
        "redcap": {"once": ["category"], "dictionary": "dictionary.csv"},
    },
)
def dictionary(folder: Path) -> Path:
    numbers = {f"active___{joint}": f"active___{at}" for at, joint in enumerate(JOINTS_71, 1)}
    rows = [
        {numbers.get(name, name): value for name, value in row.items()}
        for row in redcap_rows(boxes=True)
    ]
    choices = " | ".join(f"{at}, {people(joint)}" for at, joint in enumerate(JOINTS_71, 1))
    file = io.StringIO()
    csv.writer(file).writerows(
        [
            [
                "Variable / Field Name",
                "Form Name",
                "Field Type",
                "Field Label",
                "Choices, Calculations, OR Slider Labels",
            ],
            ["active", "exam", "checkbox", "Active joints", choices],
        ]
    )
    (folder / "dictionary.csv").write_text(file.getvalue(), encoding="utf-8")
    return text(rows)(folder)
