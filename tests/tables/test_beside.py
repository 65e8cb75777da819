"""A table beside the visits: what is read of it, and what is refused at each of its doors."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

import jiascores as jia
from jiascores.tables.beside import Beside

pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

VISITS = pd.DataFrame(
    {
        "patient": ["A", "A", "B"],
        "date": pd.to_datetime(["2020-01-01", "2020-03-01", "2020-01-01"]),
        "inactive": True,
        "infection": 0,
        "jadas10": 1.0,
        "physician_global": 1.0, "patient_global": 1.0, "chaq": 1.0, "active_joints": 1,
        "limited_joints": 1, "esr": 1.0,
    }
)  # fmt: skip
ROWS = pd.DataFrame(
    {
        "patient": ["A", "B"],
        "date": pd.to_datetime(["2020-01-01", "2020-01-01"]),
        "start": pd.to_datetime(["2020-01-01", "2020-01-01"]),
        "stop": pd.to_datetime([None, None]),
        "esr": 2.0,
    }
)
PROTOCOL = jia.definition("swart-2019", jia.typing.RetreatmentProtocol).variant(
    name="infection alone", exclusions=("infection",)
)
# Each door: what the table is called, the parameter with its columns, its date, and the call.
DOORS = {
    "retreatment": (
        "infusions",
        "infusion_columns",
        "date",
        lambda rows, **more: jia.retreatment(VISITS, rows, protocol=PROTOCOL, **more),
    ),
    "deviations": (
        "infusions",
        "infusion_columns",
        "date",
        lambda rows, **more: jia.deviations(VISITS, rows, protocol=PROTOCOL, **more),
    ),
    "remission": (
        "medication",
        "medication_columns",
        "start",
        lambda rows, **more: jia.remission(
            VISITS,
            rows,
            criteria="wallace-2011",
            max_gap_days=100,
            inactive=jia.column("inactive"),
            **more,
        ),
    ),
    "laboratory_values": (
        "laboratory values",
        "lab_columns",
        "date",
        lambda rows, **more: jia.prepare.laboratory_values(
            VISITS, rows, values=["esr"], lab_window_days=7, **more
        ),
    ),
    "trajectories": (
        "treatments",
        "treatment_columns",
        "date",
        lambda rows, **more: jia.plot.trajectories(
            VISITS, jia.column("jadas10"), treatments=rows, **more
        ),
    ),
    "swimmer": (
        "treatments",
        "treatment_columns",
        "date",
        lambda rows, **more: jia.plot.swimmer(VISITS, rows, **more),
    ),
    "events": (
        "adverse events",
        "event_columns",
        "date",
        lambda rows, **more: jia.analysis.compare_events(
            rows, VISITS[["patient", "date"]], windows="swart-2019-windows", **more
        ),
    ),
    "infusions": (
        "infusions",
        "infusion_columns",
        "date",
        lambda rows, **more: jia.analysis.compare_events(
            VISITS, rows, windows="swart-2019-windows", **more
        ),
    ),
}


@pytest.fixture(params=DOORS)
def door(request):
    return DOORS[request.param]


def test_what_is_fine_is_read_in_every_kind_of_frame(door) -> None:
    *_, call = door
    for make in (pd.DataFrame, pl.from_pandas, pa.Table.from_pandas):
        call(make(ROWS))


def test_ids_that_never_meet_are_shown(door) -> None:
    *_, call = door
    others = ["C", "D"], [12, 13]
    for ids in others:
        with pytest.raises(jia.errors.VisitError, match=r"here.*there.*written alike") as raised:
            call(ROWS.assign(patient=ids))
        assert raised.value.variable == "patient"
        assert repr(ids[0]) in str(raised.value)
        assert "'A', 'B'" in str(raised.value)


def test_dates_and_study_days_never_mix(door) -> None:
    what, _, date, call = door
    with pytest.raises(jia.errors.VisitError) as raised:
        call(ROWS.assign(**{date: [1, 2]}))
    # Of events and infusions, the events are those that differ.
    said = {f"table of {name}: column '{date}' holds" for name in (what, "adverse events")}
    assert any(words in str(raised.value) for words in said)


def test_what_is_missing_is_said_in_the_words_of_the_call(door) -> None:
    what, parameter, date, call = door
    for role in ("patient", date):
        with pytest.raises(jia.errors.ColumnError) as raised:
            call(ROWS.rename(columns={role: "mine"}))
        assert f"in the table of {what}: there is no column '{role}'" in str(raised.value)
        assert f"{parameter}={{'{role}': 'your column'}}" in str(raised.value)
        assert raised.value.variable == role
        call(ROWS.rename(columns={role: "mine"}), **{parameter: {role: "mine"}})
        gap = ROWS.assign(**{role: [None, ROWS[role][1]]}, index=["x", "y"]).set_index("index")
        with pytest.raises(
            jia.errors.VisitError, match=f"table of {what}: column '{role}'"
        ) as raised:
            call(gap)
        shown = [("patient", "patient A"), ("date", "date 2020-01-01")]
        where = ", ".join(words for name, words in shown if name != role)
        assert raised.value.where == (f"row x ({where})",)


def test_columns_that_lead_nowhere(door) -> None:
    _, parameter, date, call = door
    for columns, words in (
        ({"dose": "esr"}, "maps 'dose'; it can map patient"),
        ({date: "day"}, "there is no column 'day'"),
        ({"patient": date, date: date}, f"gives the column '{date}' to patient and {date}"),
        ("day", "takes a dict"),
    ):
        with pytest.raises(jia.errors.ColumnError, match=words):
            call(ROWS, **{parameter: columns})


def test_what_is_no_table_is_said_of_this_one(door) -> None:
    what, *_, call = door
    with pytest.raises(jia.errors.RequestError, match=f"in the table of {what}"):
        call([1, 2])


def test_a_patient_who_never_took_any_is_no_stranger() -> None:
    call = DOORS["remission"][-1]
    out = call(ROWS[:1])
    assert out["remission_wallace_2011"].tolist()[2] == "inactive, off medication"
    call(ROWS.iloc[:0])


def test_in_a_piece_nobody_may_be_there_but_ids_must_be_alike() -> None:
    table = Beside(pd.DataFrame({"patient": ["A"], "date": [1]}), None, what="x", parameter="y")
    assert table.among(["C"], in_pieces=True, all_known=True).tolist() == [-1]
    assert table.among([], all_known=True).tolist() == [-1]
    with pytest.raises(jia.errors.VisitError, match="'A' here, 3 there"):
        table.among([3], in_pieces=True)


def test_pieces_without_medication_are_no_strangers() -> None:
    dask = pytest.importorskip("dask.dataframe")
    visits = pd.DataFrame(
        {
            "patient": [f"p{at}" for at in range(20)],
            "date": dt.datetime(2020, 1, 1),  # noqa: DTZ001
            "inactive": True,
        }
    )
    drugs = pd.DataFrame({"patient": ["p3"], "start": [dt.datetime(2019, 1, 1)], "stop": [None]})  # noqa: DTZ001
    out = jia.remission(
        dask.from_pandas(visits, npartitions=4),
        drugs,
        criteria="wallace-2011",
        max_gap_days=100,
        inactive=jia.column("inactive"),
    ).compute()
    on = out["remission_wallace_2011"].astype(str) == "inactive, on medication"
    assert out["patient"][on].tolist() == ["p3"]
