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
from tests.tables.kinds import MAKERS, column

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
    return row["duration"], bool(row["event"]), row["last_without"], row["first_with"]


EVENTS = {"stop_is_event": ["lack of efficacy"], "stop_is_censored": ["moved away"]}
EFFICACY, MOVED = "lack of efficacy", "moved away"
CASES = [
    # visits, stop, why, undetermined -> duration, event, last without, first with
    ({28: False, 56: True}, None, None, None, (56, True, 28, 56)),
    ({28: False, 41: True, 56: True}, None, None, None, (41, True, 28, 41)),
    ({28: False, 56: False}, None, None, None, (56, False, 56, INF)),
    ({}, None, None, None, (0, False, 0, INF)),
    ({28: False}, 40, EFFICACY, None, (40, True, 28, 40)),
    ({28: False}, 40, MOVED, None, (28, False, 28, INF)),
    # The visit after stopping does not count, the one on the day does.
    ({28: False, 56: True}, 40, MOVED, None, (28, False, 28, INF)),
    ({28: False, 40: True}, 40, MOVED, None, (40, True, 28, 40)),
    ({28: False, 40: True}, 40, EFFICACY, None, (40, True, 28, 40)),
    ({28: True, 40: False}, 40, EFFICACY, None, (28, True, 0, 28)),
    # Undetermined visits: a certain event is where it is first certain.
    ({28: None, 56: True}, None, None, None, (56, True, 0, 56)),
    ({28: False, 56: None, 84: False, 112: True}, None, None, None, (112, True, 28, 112)),
    ({28: None, 56: True}, None, None, "no", (56, True, 0, 56)),
    ({28: None, 56: True}, None, None, "event", (28, True, 0, 56)),
    ({28: None, 56: True}, None, None, "censor", (0, False, 0, 56)),
    ({14: False, 28: None, 56: True}, None, None, "censor", (14, False, 14, 56)),
    ({28: None, 56: False}, None, None, "no", (56, False, 0, INF)),
    ({28: None, 56: False}, None, None, "event", (28, True, 0, INF)),
    ({28: True, 56: None}, None, None, None, (28, True, 0, 28)),
    ({28: None}, 40, EFFICACY, "no", (40, True, 0, 40)),
    ({28: False, 56: None}, 40, MOVED, None, (28, False, 28, INF)),
]


@pytest.mark.parametrize(("visits", "stop", "why", "undetermined", "expected"), CASES)
def test_which_visit_it_is(visits, stop, why, undetermined, expected) -> None:
    more = EVENTS if stop is not None else {}
    assert one(visits, stop, why, undetermined=undetermined, **more) == expected


def test_an_undetermined_visit_that_matters_is_asked_about() -> None:
    with pytest.raises(jia.errors.RequestError, match=r"undetermined='no'.*'event'.*'censor'"):
        one({28: None, 56: False})


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
    found = {
        name: list(out[name]) for name in ("patient", "duration", "event", "first_with", "rule")
    }
    plain = {name: [getattr(v, "as_py", lambda v=v: v)() for v in vs] for name, vs in found.items()}
    assert plain["patient"] == ["A", "B", "C"]
    assert plain["duration"] == [91, 19, 0]
    assert plain["event"] == [True, True, False]
    assert plain["first_with"] == [91, 19, INF]
    assert plain["rule"][2].startswith("no assessment after the start")


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
        "patient_global": [8, 8, None, None],
        "chaq": [2, 2, None, None],
        "active_joints": [10, 10, 5, 5],
        "limited_joints": [10, 10, 10, 5],
        "esr": [40, 40, 40, 40],
    }.items():
        table[name] = values
    ask = {"level": 50, "baseline": "first"}
    with pytest.raises(jia.errors.RequestError, match="undetermined="):
        jia.analysis.time_to_first(table, "acr_ped", **ask)
    out = jia.analysis.time_to_first(table, "acr_ped", undetermined="no", **ask)
    found = out.loc[0, ["duration", "event", "last_without", "first_with", "criteria"]].tolist()
    assert found == [91, False, 31, INF, "giannini-1997"]


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
        with pytest.raises(jia.errors.RequestError, match="not a word of the column"):
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
        ({"stop": [5, 6], "why": ["x", "x"]}, "two values for patient A"),
        ({"stop": [5, 5], "why": ["x", "y"]}, "two values for patient A"),
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
    assert len({(without, with_) for _, _, without, with_ in found}) == 1
    for duration, event, without, with_ in found:
        assert duration in {0, *visits, when}
        if event:
            assert without < duration <= with_ or duration == when == 0
    # Each filling of the gaps has its event after the one bound and not after the other.
    _, _, without, with_ = found[0]
    for filling in (True, False):
        filled = {day: filling if flag is None else flag for day, flag in visits.items()}
        duration, event, *_ = one(filled, when, why, **more)
        assert without < (duration if event else INF) <= with_ or duration == when == 0


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


# --------------------------------------------------------------------------------------------
# From when, until when, and who


RANDOMISED = {
    # Lead-in visits on days 0 and 56, randomised on day 84, then day 112; B moves away, C is never
    # seen after the lead-in, and D was randomised and never seen at all.
    "patient": ["A", "A", "A", "B", "B", "B", "C"],
    "date": [0, 56, 112, 0, 56, 100, 56],
    "flared": [False, False, True, False, False, False, False],
    "end_of_lead_in": [60] * 7,
}
PATIENTS = {
    "patient": ["D", "B", "A", "C"],
    "arm": ["drug", "placebo", "drug", "placebo"],
    "randomised": [90, 84, 84, 84],
    "planned": [258, 252, 252, 252],
    "stratum": [1, 2, 1, 2],
}


@pytest.mark.parametrize("kind", MAKERS)
def test_time_runs_from_randomisation_for_everybody_randomised(kind) -> None:
    out = jia.analysis.time_to_first(
        MAKERS[kind](RANDOMISED),
        jia.column("flared"),
        reference="end-of-lead-in",
        origin=jia.column("randomised"),
        until=jia.column("planned"),
        patients=MAKERS[kind](PATIENTS),
    )
    assert column(out, "patient") == ["A", "B", "C", "D"]
    assert column(out, "arm") == ["drug", "placebo", "placebo", "drug"]
    assert column(out, "stratum") == [1, 2, 2, 1]
    assert column(out, "duration") == [28, 16, 0, None]
    assert column(out, "event") == [True, False, False, None]
    assert column(out, "last_without") == [0, 16, 0, None]
    assert column(out, "first_with") == [28, INF, INF, None]
    assert column(out, "rule")[3] == "no reference visit"
    assert set(column(out, "reference")) == {"end-of-lead-in"}


def test_visits_before_the_origin_or_after_the_end_do_not_count() -> None:
    table = pd.DataFrame({"patient": "A", "date": [0, 10, 20, 30], "there": [0, 1, 0, 1]})
    ask = {"baseline": "first", "outcome": jia.column("there")}
    found = {
        until: jia.analysis.time_to_first(
            table.assign(start=10), origin=jia.column("start"), until=until, **ask
        ).loc[0, ["duration", "event"]].tolist()
        for until in (None, 30, 29, 10)
    }  # fmt: skip
    # The event on the day of the origin is not after it.
    assert found == {None: [20, True], 30: [20, True], 29: [10, False], 10: [0, False]}
    cut = jia.analysis.time_to_first(table, data_cut=9, **ask)
    assert cut.loc[0, ["duration", "event"]].tolist() == [0, False]
    with pytest.raises(jia.errors.RequestError, match="is a date, and the visits have study days"):
        jia.analysis.time_to_first(table, data_cut="2024-01-01", **ask)


def test_half_days_are_elapsed_days() -> None:
    table = pd.DataFrame({"patient": "A", "date": [0, 10.5, 20.25], "there": [0, 0, 1]})
    out = jia.analysis.time_to_first(table, jia.column("there"), baseline="first")
    assert out.loc[0, ["duration", "last_without", "first_with"]].tolist() == [20.25, 10.5, 20.25]


def test_patients_that_never_meet_are_refused_and_others_are_counted() -> None:
    table, ask = pd.DataFrame(RANDOMISED), {"reference": "end-of-lead-in"}
    others = pd.DataFrame({"patient": ["X", "Y"]})
    with pytest.raises(jia.errors.VisitError, match="'A', 'B' here, 'X', 'Y' there"):
        jia.analysis.time_to_first(table, jia.column("flared"), patients=others, **ask)
    with pytest.warns(jia.errors.LeftOutWarning, match="2 of 3 patients with visits"):
        out = jia.analysis.time_to_first(
            table, jia.column("flared"), patients=pd.DataFrame({"patient": ["C"]}), **ask
        )
    assert column(out, "patient") == ["C"]
    twice = pd.DataFrame({"patient": ["A", "A", "B", "C"]})
    with pytest.raises(jia.errors.VisitError, match="two rows of one patient"):
        jia.analysis.time_to_first(table, jia.column("flared"), patients=twice, **ask)


@pytest.mark.stats
def test_bounds_go_into_interval_censoring_as_they_are() -> None:
    from lifelines import KaplanMeierFitter

    out = jia.analysis.time_to_flare(pd.DataFrame(FLARES), **ASK)
    curve = KaplanMeierFitter().fit_interval_censoring(out["last_without"], out["first_with"])
    assert curve.survival_function_.shape[0] > 1


@pytest.mark.parametrize("of_patients", MAKERS)
@pytest.mark.parametrize("of_visits", MAKERS)
def test_the_table_of_patients_may_be_of_another_kind(of_visits: str, of_patients: str) -> None:
    visits = MAKERS[of_visits](
        {
            "patient": ["A", "A", "B", "B"],
            "date": [0, 28, 0, 28],
            "study_day": [0, 28, 0, 28],
            "nominal_visit": ["week 0", "week 4"] * 2,
            "there": [False, True] * 2,
        }
    )
    patients = MAKERS[of_patients](
        {"patient": ["A", "B", "C"], "arm": ["x", "y", None], "age": [9, 12, 7]}
    )
    out = jia.analysis.time_to_first(
        visits, jia.column("there"), baseline="first", patients=patients
    )
    assert column(out, "patient") == ["A", "B", "C"]
    assert column(out, "arm") == ["x", "y", None]
    assert column(out, "age") == [9, 12, 7]
    assert column(out, "duration") == [28, 28, None]
    filled = jia.prepare.fill_gaps(
        visits, jia.column("there"), weeks=[4], rule="nri", patients=patients
    )
    assert dict(zip(column(filled, "patient"), column(filled, "age"), strict=True)) == {
        "A": 9,
        "B": 12,
        "C": 7,
    }


def test_a_request_may_be_given_as_its_text() -> None:
    table = jia.testing.simulate_visits(20, seed=3)
    ask = {"baseline": "first", "undetermined": "no"}
    by_text = jia.analysis.time_to_first(table, "responder:100", **ask)
    pd.testing.assert_frame_equal(
        by_text, jia.analysis.time_to_first(table, jia.ask.responder(100), **ask)
    )
    assert 0 < by_text["event"].sum() < len(by_text)
    with pytest.raises(jia.errors.RequestError, match="outcome='responders': give"):
        jia.analysis.time_to_first(table, "responders", **ask)


def test_the_criteria_are_those_that_a_column_of_assess_is_named_by() -> None:
    table = jia.testing.simulate_visits(12, seed=5)
    ask = {"baseline": "first", "undetermined": "no"}
    asked = [
        jia.ask.responder(30),
        jia.ask.responder(30, criteria="ntr4146"),
        jia.ask.flare(criteria="brunner-2002", reference="baseline"),
    ]
    judged = jia.assess(table, measures=asked, baseline="first")
    for request, criteria in zip(asked, ("giannini-1997", "ntr4146", "brunner-2002"), strict=True):
        name = jia.column(request.columns[0])
        by_column = jia.analysis.time_to_first(judged, name, **ask)
        by_request = jia.analysis.time_to_first(table, request, **ask)
        assert set(by_column["criteria"]) == set(by_request["criteria"]) == {criteria}
        assert by_column["duration"].tolist() == by_request["duration"].tolist()
    renamed = judged.rename(columns={"acr_ped_30": "better"})
    out = jia.analysis.time_to_first(renamed, jia.column("better"), **ask)
    assert set(out["criteria"]) == {"better"}
