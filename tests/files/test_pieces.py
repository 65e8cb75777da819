"""Files larger than memory: the same answers piece by piece, all of it or nothing."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import jiascores as jia
from jiascores.core.errors import (
    ColumnError,
    NotNumericError,
    OutOfRangeError,
    RequestError,
)
from jiascores.files import pieces

ASK = {
    "measures": [
        "jadas71",
        "acr_ped",
        jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.column("form")),
        jia.ask.flare(criteria="prcsg-printo", reference="last-responding"),
    ],
    "baseline": "first",
}
ADDED = [
    "jadas71",
    "acr_ped_level",
    "acr_ped_level_min",
    "acr_ped_level_max",
    "state_cjadas10_trincianti_2021",
    "flare_prcsg_printo_last_responding",
]


@pytest.fixture(scope="module")
def visits() -> pd.DataFrame:
    random = np.random.default_rng(7)
    size, patients = 3000, 200

    def with_gaps(values):
        return np.where(random.random(size) < 0.05, np.nan, values)

    frame = pd.DataFrame(
        {
            # Ids that are the same number and not the same patient.
            "patient": [
                f"{'0' * (one % 3)}{one // 3}" for one in random.integers(0, patients, size)
            ],
            "date": pd.Timestamp("2015-01-01")
            + pd.to_timedelta(random.permutation(size), "D").astype("timedelta64[us]"),
            "physician_global": with_gaps(random.integers(0, 21, size) / 2),
            "patient_global": with_gaps(random.integers(0, 21, size) / 2),
            "chaq": with_gaps(random.integers(0, 25, size) / 8),
            "active_joints": with_gaps(random.integers(0, 20, size)),
            "limited_joints": with_gaps(random.integers(0, 20, size)),
            "esr": with_gaps(random.integers(1, 90, size)),
            "form": random.choice(["oligo", "poly", None], size),
            "note": random.choice(['said "ouch"', "two\nlines", "a, b; c", "plain"], size),
        }
    )
    frame["row"] = np.arange(size)
    return frame


def answers(frame: pd.DataFrame) -> dict[str, list]:
    frame = frame.assign(row=frame["row"].astype(int)).sort_values("row")
    return {
        name: [None if pd.isna(value) else value for value in frame[name]]
        for name in ("row", "patient", "note", *ADDED)
    }


def read(path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, dtype={"patient": str})


def files_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("source", ["visits.parquet", "visits.csv", "visits.csv.gz"])
@pytest.mark.parametrize("target", ["out.parquet", "out.csv", "out.csv.gz"])
def test_pieces_give_what_the_whole_gives(visits, tmp_path, source, target) -> None:
    path = tmp_path / source
    if path.suffix == ".parquet":
        visits.to_parquet(path, index=False)
    else:
        visits.to_csv(path, index=False)
    made = jia.assess_files(path, tmp_path / target, piece_rows=200, **ASK)
    assert made == tmp_path / target
    assert answers(read(made)) == answers(jia.assess(visits, **ASK))
    assert files_in(tmp_path) == sorted([source, target])


def test_parquet_keeps_its_types(visits, tmp_path) -> None:
    visits.to_parquet(tmp_path / "visits.parquet", index=False)
    jia.assess_files(tmp_path / "visits.parquet", tmp_path / "out.parquet", **ASK)
    before, after = (pq.read_schema(tmp_path / f"{name}.parquet") for name in ("visits", "out"))
    assert [after.field(name).type for name in before.names] == before.types
    assert after.names == [*before.names, *ADDED]
    assert after.field("acr_ped_level").type == pa.int64()
    assert after.field("flare_prcsg_printo_last_responding").type == pa.bool_()


def test_scores_alone_are_not_split_and_stay_in_order(visits, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(pieces, "_spread", None)
    visits.drop(columns=["patient", "date"]).to_parquet(tmp_path / "visits.parquet")
    jia.assess_files(tmp_path / "visits.parquet", tmp_path / "out.parquet", measures=["jadas71"])
    assert list(read(tmp_path / "out.parquet")["row"]) == list(visits["row"])


def test_a_folder_of_files_is_one_table(visits, tmp_path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        visits.iloc[number::3].to_csv(tmp_path / "in" / f"{number}.csv", index=False)
    jia.assess_files(tmp_path / "in", tmp_path / "out.csv", piece_rows=500, **ASK)
    assert answers(read(tmp_path / "out.csv")) == answers(jia.assess(visits, **ASK))


def test_semicolons_and_decimal_commas(visits, tmp_path) -> None:
    visits.to_csv(tmp_path / "visits.csv", index=False, sep=";", decimal=",")
    out = tmp_path / "out.csv"
    jia.assess_files(tmp_path / "visits.csv", out, separator=";", decimal=",", **ASK)
    found = pd.read_csv(out, sep=";", decimal=",", dtype={"patient": str})
    assert answers(found) == answers(jia.assess(visits, **ASK))


def test_text_goes_through_a_csv_file_as_it_was(tmp_path) -> None:
    given = "patient,note,physician_global,patient_global,active_joints\n007,1e3,2.50,1,3\n"
    (tmp_path / "visits.csv").write_text(given)
    jia.assess_files(tmp_path / "visits.csv", tmp_path / "out.csv", measures=["cjadas10"])
    assert (tmp_path / "out.csv").read_text() == (
        "patient,note,physician_global,patient_global,active_joints,cjadas10\n"
        "007,1e3,2.50,1,3,6.5\n"
    )


def test_no_rows(visits, tmp_path) -> None:
    visits.iloc[:0].to_csv(tmp_path / "visits.csv", index=False)
    jia.assess_files(tmp_path / "visits.csv", tmp_path / "out.csv", **ASK)
    assert list(read(tmp_path / "out.csv").columns) == [*visits.columns, *ADDED]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_an_error_leaves_nothing_behind_and_the_old_target_as_it_was(
    visits, tmp_path, kind
) -> None:
    wrong = visits.copy()
    wrong.loc[2999, "chaq"] = 9
    path, target = tmp_path / f"visits.{kind}", tmp_path / "out.csv"
    (wrong.to_parquet if kind == "parquet" else wrong.to_csv)(path, index=False)
    target.write_text("what was there")
    # Notes of two lines stand above it in the file.
    line = path.read_bytes().rstrip().count(b"\n") + (0 if "\n" in visits["note"].iloc[-1] else 1)
    place = "row 2999" if kind == "parquet" else f"line {line}"
    with pytest.raises(OutOfRangeError, match=rf"chaq = 9 in {place} \(patient"):
        jia.assess_files(path, target, piece_rows=200, **ASK)
    assert target.read_text() == "what was there"
    assert files_in(tmp_path) == ["out.csv", path.name]


def test_a_text_where_a_number_is_due(visits, tmp_path) -> None:
    wrong = visits.astype({"chaq": object})
    wrong.loc[2999, "chaq"] = "many"
    wrong.to_csv(tmp_path / "visits.csv", index=False)
    with pytest.raises(NotNumericError, match=r"chaq = 'many' in line \d{4} \(patient"):
        jia.assess_files(tmp_path / "visits.csv", tmp_path / "out.csv", piece_rows=200, **ASK)
    for name in ("out.csv", "out.parquet"):
        jia.assess_files(
            tmp_path / "visits.csv", tmp_path / name, piece_rows=200, invalid="missing", **ASK
        )
        found = read(tmp_path / name)
        row = found[found["row"].astype(int) == 2999].iloc[0]
        assert row["invalid_values"] == "chaq='many'"
        assert found["invalid_values"].notna().sum() == 1


def test_what_is_wrong_with_the_files(visits, tmp_path) -> None:
    visits.to_parquet(tmp_path / "visits.parquet")
    visits.to_csv(tmp_path / "visits.csv", index=False)
    visits.drop(columns="esr").to_parquet(tmp_path / "other.parquet")
    out = tmp_path / "out.csv"
    before = files_in(tmp_path)
    with pytest.raises(RequestError, match="no file"):
        jia.assess_files(tmp_path / "absent.csv", out, **ASK)
    with pytest.raises(RequestError, match=r"ends in \.csv or \.parquet"):
        jia.assess_files(tmp_path / "visits.csv", tmp_path / "out.xlsx", **ASK)
    with pytest.raises(RequestError, match="one kind at a time"):
        jia.assess_files(tmp_path, out, **ASK)
    with pytest.raises(RequestError, match="no folder"):
        jia.assess_files(tmp_path / "visits.csv", tmp_path / "absent" / "out.csv", **ASK)
    with pytest.raises(ColumnError, match="differ in the columns esr"):
        jia.assess_files([tmp_path / "visits.parquet", tmp_path / "other.parquet"], out, **ASK)
    with pytest.raises(ColumnError, match="patient is in 'usubjid'"):
        jia.assess_files(tmp_path / "visits.csv", out, columns={"patient": "usubjid"}, **ASK)
    with pytest.raises(ColumnError, match="esr"):
        jia.assess_files(tmp_path / "other.parquet", out, marker="esr", **ASK)
    assert files_in(tmp_path) == before


def test_the_same_column_twice(tmp_path) -> None:
    (tmp_path / "visits.csv").write_text("patient,esr,esr\n1,2,3\n")
    with pytest.raises(ColumnError, match="two columns have the name 'esr'"):
        jia.assess_files(tmp_path / "visits.csv", tmp_path / "out.csv", measures=["cjadas10"])


def test_temporary_files_go_where_they_are_told_and_away(visits, tmp_path) -> None:
    (tmp_path / "elsewhere").mkdir()
    visits.to_parquet(tmp_path / "visits.parquet")
    jia.assess_files(
        tmp_path / "visits.parquet", tmp_path / "out.csv", temporary=tmp_path / "elsewhere", **ASK
    )
    assert files_in(tmp_path / "elsewhere") == []


def test_progress(visits, tmp_path, capsys) -> None:
    visits.to_parquet(tmp_path / "visits.parquet")
    source, target = tmp_path / "visits.parquet", tmp_path / "out.csv.gz"
    jia.assess_files(source, target, progress=True, **ASK)
    said = capsys.readouterr().err
    assert "splitting: 3,000 rows" in said
    assert "assessing: 3,000 rows" in said
    assert gzip.decompress(target.read_bytes()).startswith(b"patient,date,")
    jia.assess_files(source, target, **ASK)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"source": ["a.csv", "a.csv"]}, "twice"),
        ({"source": ["a.csv", "."]}, "twice"),
        ({"source": ""}, "path of a file"),
        ({"source": 5}, "path of a file"),
        ({"source": ["a.csv", None]}, "path of a file"),
        ({"source": "nope.csv"}, "no file"),
        ({"source": "*.csv"}, "no file"),
        ({"source": "links"}, "link to nothing"),
        ({"source": "pipe"}, "read once"),
        ({"target": None}, "path of a file"),
        ({"piece_rows": 0}, "above 0"),
        ({"piece_rows": float("nan")}, "above 0"),
        ({"piece_rows": "x"}, "above 0"),
        ({"separator": ";;"}, "one character"),
        ({"separator": '"'}, "one character"),
        ({"decimal": ""}, "decimal"),
        ({"temporary": "nope"}, "no such folder"),
        ({"mapping": 5}, "path of a TOML file"),
        ({"mapping": "nope.toml"}, "nope.toml"),
    ],
)
def test_calls_that_cannot_be_meant(tmp_path, monkeypatch, more, words) -> None:
    import os

    monkeypatch.chdir(tmp_path)
    text = "patient,physician_global,patient_global,active_joints\n1,6,5,4\n"
    (tmp_path / "a.csv").write_text(text)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "b.csv").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    call = {"source": "a.csv", "target": "out.csv", "measures": ["cjadas10"], **more}
    if more.get("source") == ["a.csv", "."]:
        (tmp_path / "links" / "b.csv").unlink()
    with pytest.raises(RequestError, match=words):
        jia.assess_files(**call)
    assert not (tmp_path / "out.csv").exists()


def test_what_a_program_left_behind_is_no_data(tmp_path) -> None:
    text = "patient,physician_global,patient_global,active_joints\n{},6,5,4\n"
    for name in ("a.csv", ".a.csv.17", "_temporary/0/b.csv", ".hidden/c.csv", "more/d.csv"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(path.name[0]))
    out = jia.assess_files(tmp_path / "in", tmp_path / "out.csv", measures=["cjadas10"])
    assert pd.read_csv(out)["patient"].tolist() == ["a", "d"]
