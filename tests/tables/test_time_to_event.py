"""Time to flare and to first response: which visit, which rule, and what stays open."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiascores as jia

NAN = math.nan
INF = math.inf


def one(visits: dict, stop=None, why=None, **more) -> tuple:
    """Return what is said of one patient with (day: yes, no or None) visits; day 0 is seen too."""
    table = pd.DataFrame({"patient": "A", "date": [0, *visits]})
    table["there"] = pd.array([False, *visits.values()], dtype="boolean")
    table["stop"], table["why"] = stop, why
    ask = {"stopped": jia.column("stop"), "reason": jia.column("why")} if stop is not None else {}
    out = jia.analysis.time_to_first(
        table, jia.column("there"), baseline="first", **{**ask, **more}
    )
    assert len(out) == 1
    row = out.iloc[0]
    return row["duration"], bool(row["event"]), row["earliest"], row["latest"]


EVENTS = {"stop_is_event": ["lack of efficacy"], "stop_is_censored": ["moved away"]}
CASES = [
    # visits, stop, why, undetermined -> duration, event, earliest, latest
    ({28: False, 56: True}, None, None, None, (56, True, 56, 56)),
    ({28: False, 41: True, 56: True}, None, None, None, (41, True, 41, 41)),
    ({28: False, 56: False}, None, None, None, (56, False, 56, INF)),
    ({}, None, None, None, (0, False, 0, INF)),
    ({28: False}, 40, "lack of efficacy", None, (40, True, 40, 40)),
    ({28: False}, 40, "moved away", None, (28, False, 28, INF)),
    # The visit after stopping does not count, the one on the day does.
    ({28: False, 56: True}, 40, "moved away", None, (28, False, 28, INF)),
    ({28: False, 40: True}, 40, "moved away", None, (40, True, 40, 40)),
    ({28: False, 40: True}, 40, "lack of efficacy", None, (40, True, 40, 40)),
    ({28: True, 40: False}, 40, "lack of efficacy", None, (28, True, 28, 28)),
    # Undetermined visits
    ({28: None, 56: True}, None, None, "no", (56, True, 28, 56)),
    ({28: None, 56: True}, None, None, "event", (28, True, 28, 56)),
    ({28: None, 56: True}, None, None, "censor", (0, False, 28, 56)),
    ({14: False, 28: None, 56: True}, None, None, "censor", (14, False, 28, 56)),
    ({28: None, 56: False}, None, None, "no", (56, False, 28, INF)),
    ({28: None, 56: False}, None, None, "event", (28, True, 28, INF)),
    ({28: True, 56: None}, None, None, None, (28, True, 28, 28)),
    ({28: None}, 40, "lack of efficacy", "no", (40, True, 28, 40)),
    ({28: False, 56: None}, 40, "moved away", None, (28, False, 28, INF)),
]


@pytest.mark.parametrize(("visits", "stop", "why", "undetermined", "expected"), CASES)
def test_which_visit_it_is(visits, stop, why, undetermined, expected) -> None:
    more = EVENTS if stop is not None else {}
    assert one(visits, stop, why, undetermined=undetermined, **more) == expected


def test_an_undetermined_visit_that_matters_is_asked_about() -> None:
    with pytest.raises(jia.errors.RequestError, match=r"undetermined='no'.*'event'.*'censor'"):
        one({28: None, 56: True})


def test_every_reason_is_named() -> None:
    with pytest.raises(jia.errors.RequestError, match="no rule knows: adverse event"):
        one({28: False}, 40, "adverse event", **EVENTS)
    with pytest.raises(jia.errors.RequestError, match="cannot be the event and censored"):
        one({28: False}, 40, "x", stop_is_event=["x"], stop_is_censored=["x"])


FLARES = {
    #          reference  no     no    flare | reference  flare, unscheduled | no visit after
    "patient": ["A", "A", "A", "A", "B", "B", "C"],
    "date": [
        "2020-01-01",
        "2020-02-01",
        "2020-03-01",
        "2020-04-01",
        "2020-01-01",
        "2020-01-20",
        "2020-01-01",
    ],
    "physician_global": [1, 1, 1, 6, 1, 6, 1],
    "patient_global": [1, 1, 1, 6, 1, 6, 1],
    "chaq": [0.5, 0.5, 0.5, 1.5, 0.5, 1.5, 0.5],
    "active_joints": [2, 2, 2, 8, 2, 8, 2],
    "limited_joints": [2, 2, 2, 8, 2, 8, 2],
    "esr": [10, 10, 10, 40, 10, 40, 10],
}
ASK = {"criteria": "prcsg-printo", "reference": "baseline", "baseline": "first"}


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table, pl.LazyFrame])
def test_time_to_flare_in_every_kind_of_frame(make) -> None:
    out = jia.analysis.time_to_flare(make(FLARES), **ASK)
    found = {name: list(out[name]) for name in ("patient", "duration", "event", "earliest", "rule")}
    plain = {name: [getattr(v, "as_py", lambda v=v: v)() for v in vs] for name, vs in found.items()}
    assert plain["patient"] == ["A", "B", "C"]
    assert plain["duration"] == [91, 19, 0]
    assert plain["event"] == [True, True, False]
    assert plain["earliest"] == [91, 19, 0]
    assert plain["rule"][2].startswith("no assessment after the reference")


def test_a_patient_without_a_reference_stays_in_sight() -> None:
    table = pd.DataFrame({**FLARES, "start": [0, 1, 0, 0, 0, 0, 0]})
    out = jia.analysis.time_to_flare(table, **{**ASK, "reference": jia.flagged("start")})
    assert out["duration"].tolist()[0] == 60
    assert out["duration"].isna().tolist() == [False, True, True]
    assert out["event"].isna().tolist() == [False, True, True]
    assert out["reason"][1] == "no reference visit"


def test_a_reference_that_moves_is_refused() -> None:
    for moving in ("last-responding", "best", jia.last_responding(50), jia.best()):
        with pytest.raises(jia.errors.RequestError, match="differs from visit to visit"):
            jia.analysis.time_to_flare(pd.DataFrame(FLARES), **{**ASK, "reference": moving})


def test_time_to_the_first_response_by_its_bounds() -> None:
    table = pd.DataFrame(FLARES)[["patient", "date"]].iloc[:4]
    for name, values in {
        "physician_global": [8, 8, 4, 4],
        "patient_global": [8, 8, None, 4],
        "chaq": [2, 2, None, 1],
        "active_joints": [10, 10, 5, 5],
        "limited_joints": [10, 10, 10, 5],
        "esr": [40, 40, 40, 40],
    }.items():
        table[name] = values
    ask = {"level": 50, "baseline": "first"}
    with pytest.raises(jia.errors.RequestError, match="undetermined="):
        jia.analysis.time_to_first(table, "acr_ped", **ask)
    out = jia.analysis.time_to_first(table, "acr_ped", undetermined="no", **ask)
    assert out.loc[0, ["duration", "earliest", "latest"]].tolist() == [91, 60, 91]


def test_time_to_remission_by_words() -> None:
    table = pd.DataFrame(
        {"patient": "A", "date": [0, 100, 200], "state": ["none", "inactive", "remission"]}
    )
    out = jia.analysis.time_to_first(
        table, jia.column("state"), states=["remission"], baseline="first"
    )
    assert out.loc[0, "duration"] == 200
    assert out.loc[0, "reason"] == "remission"


def test_a_word_that_can_never_come_is_refused() -> None:
    table = pd.DataFrame({"patient": "A", "date": [0, 100], "state": ["none", "inactive"]})
    ask = {"baseline": "first"}
    with pytest.raises(jia.errors.RequestError, match="Did you mean 'remission'"):
        jia.analysis.time_to_first(table, jia.column("state"), states=["remision"], **ask)
    out = jia.analysis.time_to_first(table, jia.column("state"), states=["remission"], **ask)
    assert not out.loc[0, "event"]
    for make in (
        lambda t: t.assign(state=pd.Categorical(["low", None], ["low", "high"])),
        lambda t: pl.DataFrame(t.to_dict("list")).with_columns(
            state=pl.Series(["low", None], dtype=pl.Enum(["low", "high"]))
        ),
        lambda t: pa.table(
            {
                **t.to_dict("list"),
                "state": pa.DictionaryArray.from_arrays(pa.array([0, None]), ["low", "high"]),
            }
        ),
    ):
        frame = make(table)
        more = {"undetermined": "no", **ask}
        assert (
            len(jia.analysis.time_to_first(frame, jia.column("state"), states=["high"], **more))
            == 1
        )
        with pytest.raises(jia.errors.RequestError, match="no word of the column"):
            jia.analysis.time_to_first(frame, jia.column("state"), states=["hihg"], **more)


@pytest.mark.stats
def test_it_goes_into_lifelines_as_it_is() -> None:
    from lifelines import KaplanMeierFitter

    out = jia.analysis.time_to_flare(pd.DataFrame(FLARES), **ASK)
    curve = KaplanMeierFitter().fit(out["duration"], event_observed=out["event"])
    assert curve.survival_function_at_times([0, 19, 91]).tolist() == [1.0, 0.5, 0.0]


@pytest.mark.parametrize(
    ("stops", "words"),
    [
        ({"stop": [5, 6], "why": ["x", "x"]}, "two things of patient A"),
        ({"stop": [5, 5], "why": ["x", "y"]}, "two things of patient A"),
        ({"stop": [5, 5], "why": [None, None]}, "'why' is missing"),
        ({"stop": [None, None], "why": ["x", None]}, "'stop' is missing"),
    ],
)
def test_a_stop_is_one_date_and_one_reason(stops, words) -> None:
    table = pd.DataFrame({"patient": "A", "date": [0, 9], "there": [False, False], **stops})
    with pytest.raises(jia.errors.VisitError, match=words):
        jia.analysis.time_to_first(
            table,
            jia.column("there"),
            baseline="first",
            stopped=jia.column("stop"),
            reason=jia.column("why"),
            stop_is_censored=["x", "y"],
        )


HISTORY = st.dictionaries(
    st.integers(1, 200), st.sampled_from([True, False, False, None]), max_size=6
).map(lambda visits: dict(sorted(visits.items())))
STOP = st.one_of(
    st.none(), st.tuples(st.integers(0, 220), st.sampled_from(["lack of efficacy", "moved away"]))
)


@given(HISTORY, STOP)
def test_no_rule_leaves_the_bounds_and_no_day_is_invented(visits, stop) -> None:
    when, why = stop or (None, None)
    more = EVENTS if stop else {}
    found = [
        one(visits, when, why, undetermined=rule, **more) for rule in ("no", "event", "censor")
    ]
    assert len({(earliest, latest) for _, _, earliest, latest in found}) == 1
    for duration, event, earliest, latest in found:
        assert duration in {0, *visits, when}
        if event:
            assert earliest <= duration <= latest
    # Each filling of the gaps has its event between the bounds.
    _, _, earliest, latest = found[0]
    for filling in (True, False):
        filled = {day: filling if flag is None else flag for day, flag in visits.items()}
        duration, event, *_ = one(filled, when, why, **more)
        assert earliest <= (duration if event else INF) <= latest


@given(
    st.lists(st.tuples(HISTORY, STOP), min_size=1, max_size=4),
    st.sampled_from(["no", "event", "censor"]),
)
def test_patients_together_are_patients_alone(patients, rule) -> None:
    table = pd.DataFrame(
        [
            (f"P{place}", day, there, *(stop or (None, None)))
            for place, (visits, stop) in enumerate(patients)
            for day, there in {0: False, **visits}.items()
        ],
        columns=["patient", "date", "there", "stop", "why"],
    )
    ask = {
        "stopped": jia.column("stop"),
        "reason": jia.column("why"),
        "baseline": "first",
        "undetermined": rule,
        **EVENTS,
    }
    together = jia.analysis.time_to_first(table, jia.column("there"), **ask)
    alone = [
        jia.analysis.time_to_first(visits, jia.column("there"), **ask)
        for _, visits in table.groupby("patient")
    ]
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True))


@given(HISTORY, st.randoms(use_true_random=False))
def test_order_does_not_matter(visits, random) -> None:
    days = random.sample(list(visits), len(visits))
    mixed = {day: visits[day] for day in days}
    assert one(mixed, undetermined="no") == one(visits, undetermined="no")


@given(HISTORY)
def test_a_later_visit_changes_no_event_before_it(visits) -> None:
    duration, event, _, _ = one(visits, undetermined="no")
    later = {**visits, 300: True}
    now = one(later, undetermined="no")
    assert now[:2] == ((duration, True) if event else (300, True))
    assert np.isfinite(now[3])
