"""Intercurrent events: one mapping, used alike by gaps, responders and times to event."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from tests.tables.kinds import MAKERS, column

INF = math.inf
Y, N, U = True, False, None
# Visits on days 28, 56, 84 and 112; the event on day 56, so that day 56 counts as before it.
VISITS = {
    "patient": ["A"] * 4 + ["B"] * 4,
    "date": [28, 56, 84, 112] * 2,
    "study_day": [28, 56, 84, 112] * 2,
    "nominal_visit": ["week 4", "week 8", "week 12", "week 16"] * 2,
    "response": [N, Y, N, Y, Y, Y, Y, Y],
}
EVENTS = {"patient": ["A"], "date": [56], "what": ["rescue"]}
BY_STRATEGY = {
    "treatment-policy": [N, Y, N, Y],
    "composite": [N, Y, N, N],
    "while-on-treatment": [N, Y, Y, Y],
    "hypothetical": [N, Y, U, U],
}
strategies = pytest.mark.parametrize("strategy", BY_STRATEGY)


def after(strategy: str, events=EVENTS, kind: str = "pandas"):
    return jia.prepare.intercurrent_events(MAKERS[kind](events), {"rescue": strategy})


@strategies
@pytest.mark.parametrize("kind", MAKERS)
def test_gaps_by_each_strategy(strategy, kind) -> None:
    ask = {"weeks": [4, 8, 12, 16], "rule": "nri", "intercurrent": after(strategy, kind=kind)}
    out = jia.prepare.fill_gaps(MAKERS[kind](VISITS), jia.column("response"), **ask)
    assert column(out, "response") == [*BY_STRATEGY[strategy], Y, Y, Y, Y]
    words = column(out, "gap_rule")[2]
    assert words == "observed" if strategy == "treatment-policy" else "after rescue" in words


@strategies
@pytest.mark.parametrize("kind", MAKERS)
def test_responders_by_each_strategy(strategy, kind) -> None:
    ask = {"intercurrent": after(strategy)}
    out = jia.analysis.responders_by_visit(MAKERS[kind](VISITS), jia.column("response"), **ask)
    found = BY_STRATEGY[strategy]
    assert column(out, "responders") == [(each is Y) + 1 for each in found]
    assert column(out, "not_determinable") == [int(each is U) for each in found]
    assert column(out, "patients") == [2] * 4


TIMES = {
    # strategy -> duration, event; of time to flare and of time to response
    "treatment-policy": ((84, True), (84, True)),
    "composite": ((40, True), (200, False)),
    "while-on-treatment": ((28, False), (28, False)),
    "hypothetical": ((28, False), (28, False)),
}


@strategies
def test_times_by_each_strategy(strategy) -> None:
    table = pd.DataFrame({"patient": "A", "date": [0, 28, 84], "there": [0, 0, 1]})
    intercurrent = after(strategy, {**EVENTS, "date": [40]})
    ask = {"baseline": "first", "until": 200, "intercurrent": intercurrent}
    flare, response = TIMES[strategy]
    for name, expected in (("flare_mine", flare), ("responded", response)):
        out = jia.analysis.time_to_first(
            table.rename(columns={"there": name}), jia.column(name), **ask
        )
        assert tuple(out.loc[0, ["duration", "event"]]) == expected, name


def test_a_composite_makes_a_flare_on_its_date() -> None:
    six = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
    table = pd.DataFrame({"patient": "A", "date": [0, 28, 84], **dict.fromkeys(six, 1.0)})
    out = jia.analysis.time_to_flare(
        table,
        criteria="prcsg-printo",
        reference="baseline",
        baseline="first",
        intercurrent=after("composite", {**EVENTS, "date": [40]}),
    )
    row = out.loc[0, ["duration", "event", "last_without", "first_with", "reason"]].tolist()
    assert row == [40, True, 28, 40, "stopped: rescue"]


def test_who_never_responds_is_censored_at_the_end_of_planned_follow_up() -> None:
    table = pd.DataFrame({"patient": ["A", "A"], "date": [0, 28], "there": [0, 0]})
    ask = {"baseline": "first", "intercurrent": after("composite", {**EVENTS, "date": [40]})}
    with pytest.raises(jia.errors.RequestError, match="patient A never responds") as caught:
        jia.analysis.time_to_first(table, jia.column("there"), **ask)
    assert caught.value.variable == "until"
    # A response before the event stays one.
    early = table.assign(there=[0, 1])
    out = jia.analysis.time_to_first(early, jia.column("there"), **ask)
    assert out.loc[0, ["duration", "event"]].tolist() == [28, True]


def test_the_earliest_event_rules_and_what_changes_nothing_is_passed_over() -> None:
    events = {
        "patient": ["A", "A", "A"],
        "date": [100, 30, 60],
        "what": ["rescue", "vaccination", "moved"],
    }
    mapping = {
        "rescue": "composite",
        "vaccination": "treatment-policy",
        "moved": "hypothetical",
        "death": "composite",
    }
    ruled = jia.prepare.intercurrent_events(pd.DataFrame(events), mapping)
    ask = {"weeks": [4, 8, 12, 16], "rule": "observed", "intercurrent": ruled}
    out = jia.prepare.fill_gaps(pd.DataFrame(VISITS), jia.column("response"), **ask)
    assert column(out, "response")[:4] == [N, Y, U, U]


def test_the_gap_rule_holds_before_the_event_and_the_strategy_after_it() -> None:
    table = pd.DataFrame(VISITS).drop(index=[0, 3])  # A has neither week 4 nor week 16
    table["response"] = table["response"].astype(object)
    table.loc[1, "response"] = None
    for strategy, expected in (("composite", [N, N, N, N]), ("hypothetical", [N, N, U, U])):
        ask = {"weeks": [4, 8, 12, 16], "rule": "nri", "intercurrent": after(strategy)}
        out = jia.prepare.fill_gaps(table, jia.column("response"), **ask)
        assert column(out, "response")[:4] == expected
    # A composite needs no visit: the row is made also where no gap is filled.
    ask = {"weeks": [4, 8, 12, 16], "rule": "observed", "intercurrent": after("composite")}
    out = jia.prepare.fill_gaps(table, jia.column("response"), **ask)
    assert column(out, "nominal_visit")[:3] == ["week 8", "week 12", "week 16"]
    assert column(out, "response")[:3] == [U, N, N]


def test_a_number_has_a_value_that_is_named() -> None:
    table = pd.DataFrame(VISITS).assign(jadas10=[9, 8, 3, 2, 5, 5, 5, 5.5])
    ask = {"weeks": [12], "rule": "observed", "intercurrent": after("composite")}
    with pytest.raises(jia.errors.RequestError, match="composite=") as caught:
        jia.prepare.fill_gaps(table, jia.column("jadas10"), **ask)
    assert caught.value.variable == "composite"
    out = jia.prepare.fill_gaps(table, jia.column("jadas10"), composite=40, **ask)
    assert column(out, "jadas10") == [40, 5]
    flared = table.rename(columns={"response": "flare_mine"})
    with pytest.raises(jia.errors.RequestError, match="composite="):
        jia.prepare.fill_gaps(flared, jia.column("flare_mine"), **ask)
    with pytest.raises(jia.errors.RequestError, match="nobody is a non-responder"):
        jia.analysis.responders_by_visit(
            flared, jia.column("flare_mine"), intercurrent=after("composite")
        )


def test_dates_of_events_are_turned_into_study_days() -> None:
    table = pd.DataFrame(VISITS)
    table["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(table["study_day"], "D")
    ask = {"weeks": [8, 12], "rule": "nri"}
    for date, expected in (("2024-02-25", [N, N]), ("2024-02-26", [Y, N])):  # days 55 and 56
        ruled = after("composite", {**EVENTS, "date": [date]})
        out = jia.prepare.fill_gaps(table, jia.column("response"), intercurrent=ruled, **ask)
        assert column(out, "response")[:2] == expected


WRONG = [
    ({"what": ["moved"]}, {"rescue": "composite"}, "without a strategy: 'moved'"),
    ({}, {"rescue": "compsite"}, "Did you mean 'composite'"),
    ({"what": [None]}, {"rescue": "composite"}, "what happened is missing"),
    (
        {"date": [None]},
        {"rescue": "composite"},
        "intercurrent events: column 'date': date is missing",
    ),
]


@pytest.mark.parametrize(("events", "mapping", "words"), WRONG)
def test_events_that_are_refused(events, mapping, words) -> None:
    with pytest.raises(jia.errors.JiaScoresError, match=words):
        jia.prepare.intercurrent_events(pd.DataFrame({**EVENTS, **events}), mapping)


def test_two_events_on_a_date_with_two_strategies_have_no_earliest() -> None:
    events = pd.DataFrame({"patient": "A", "date": [56, 56], "what": ["rescue", "moved"]})
    ask = {"weeks": [12], "rule": "nri"}
    for moved, fine in (("composite", True), ("hypothetical", False)):
        ruled = jia.prepare.intercurrent_events(events, {"rescue": "composite", "moved": moved})
        call = lambda r=ruled: jia.prepare.fill_gaps(  # noqa: E731
            pd.DataFrame(VISITS), jia.column("response"), intercurrent=r, **ask
        )
        if fine:
            assert column(call(), "response")[0] is not None
        else:
            with pytest.raises(jia.errors.VisitError, match="neither is the earliest"):
                call()


def test_a_stop_is_said_once() -> None:
    table = pd.DataFrame(VISITS).assign(stop=56, why="x")
    with pytest.raises(jia.errors.RequestError, match="give one"):
        jia.analysis.time_to_first(
            table, jia.column("response"), baseline="first", stopped=jia.column("stop"),
            reason=jia.column("why"), intercurrent=after("composite"),
        )  # fmt: skip


# --------------------------------------------------------------------------------------------
# Who counts


PATIENTS = {
    "patient": ["A", "B", "C", "D"],
    "arm": ["drug", "placebo", "drug", "placebo"],
    "sex": ["f", "m", "f", "f"],
}


@pytest.mark.parametrize("kind", MAKERS)
def test_patients_never_seen_are_counted(kind) -> None:
    visits, patients = MAKERS[kind](VISITS), MAKERS[kind](PATIENTS)
    out = jia.analysis.responders_by_visit(
        visits, jia.column("response"), arm=jia.column("arm"), patients=patients
    )
    assert column(out, "arm") == ["drug"] * 4 + ["placebo"] * 4
    assert column(out, "patients") == [2] * 8
    assert column(out, "responders") == [0, 1, 0, 1, 1, 1, 1, 1]
    assert column(out, "not_determinable") == [1] * 8
    filled = jia.prepare.fill_gaps(
        visits, jia.column("response"), weeks=[16], rule="nri", patients=patients
    )
    assert column(filled, "patient") == ["A", "B", "C", "D"]
    assert column(filled, "response") == [Y, Y, N, N]
    assert column(filled, "arm") == PATIENTS["arm"]
    assert column(filled, "sex") == PATIENTS["sex"]


@pytest.mark.stats
def test_arms_and_strata_of_the_table_of_patients_are_compared() -> None:
    visits = pd.DataFrame(VISITS).query("nominal_visit == 'week 16'")
    ask = {"arm": jia.column("arm"), "reference_arm": "placebo", "method": "newcombe"}
    ask |= {"patients": pd.DataFrame(PATIENTS), "outcome": jia.column("response")}
    with pytest.raises(jia.errors.RequestError, match="2 patients is not determinable"):
        jia.analysis.compare_responders(visits, **ask)
    found = jia.analysis.compare_responders(visits, undetermined="non-responder", **ask)
    assert found.difference == 0
    assert "1 of 2 against 1 of 2" in str(found)


def test_the_baseline_is_no_visit_at_which_a_response_is_undetermined() -> None:
    six = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
    table = pd.DataFrame({"patient": ["A", "A", "B", "B"], "date": [0, 56, 0, 56]})
    table = table.assign(**{name: [9.0, 1, 9, 9] for name in six}).assign(chaq=[2, 1, 2, 2])
    out = jia.assess(table, measures=["acr_ped", jia.ask.responder(30)], baseline="first")
    named = jia.prepare.nominal_visits(out, weeks={0: 0, 8: 7}, rule="nearest", day_zero="first")
    for outcome, more in (("acr_ped_30", {}), ("acr_ped", {"level": 30})):
        found = jia.analysis.responders_by_visit(named, jia.column(outcome), **more)
        assert column(found, "nominal_visit") == ["week 8"]
        assert column(found, "not_determinable") == [0]
    by_date = {"by": jia.column("date"), "baseline": "first"}
    found = jia.analysis.responders_by_visit(out, jia.column("acr_ped_30"), **by_date)
    assert column(found, "date") == [56]
    # Nobody is certain at week 8 without the visits: it is counted all the same.
    named.loc[named["study_day"] > 0, "acr_ped_30"] = pd.NA
    found = jia.analysis.responders_by_visit(named, jia.column("acr_ped_30"))
    assert column(found, "not_determinable") == [2]


def test_what_lies_after_the_data_cut_is_not_due() -> None:
    table = pd.DataFrame(VISITS)
    for cut, seen, due in ((111, [2, 2, 2], [N, N]), (112, [2, 2, 2, 2], [N, N, Y, Y])):
        found = jia.analysis.responders_by_visit(table, jia.column("response"), data_cut=cut)
        assert column(found, "patients") == seen
        weeks = [4, 16] if cut == 112 else [4]
        filled = jia.prepare.fill_gaps(
            table.drop(index=4), jia.column("response"), weeks=weeks, rule="nri", data_cut=cut
        )
        assert sorted(column(filled, "response"))[:2] == due[:2]
    late = table.drop(index=[3]).assign(date=lambda t: t["date"] + 30 * (t["patient"] == "A"))
    filled = jia.prepare.fill_gaps(
        late, jia.column("response"), weeks=[12, 16], rule="nri", data_cut=120
    )
    # A entered 30 days later: week 16 would have been on day 142.
    assert column(filled, "patient") == ["A", "B", "B"]


def test_a_missed_visit_that_is_a_row_is_not_determinable() -> None:
    table = pd.DataFrame(
        {
            "patient": list("ABABAB"),
            "visit": ["first", "first", "second", "second", "third", "third"],
            "acr_ped_level_min": [None, None, 50, None, None, None],
            "acr_ped_level_max": [None, None, 50, None, None, None],
        }
    )
    ask = {"level": 50, "by": jia.column("visit")}
    found = jia.analysis.responders_by_visit(table, jia.column("acr_ped"), **ask)
    # At the first visit, and here at the third, nobody has bounds.
    assert column(found, "visit") == ["second"]
    assert column(found, "not_determinable") == [1]
    named = table.assign(study_day=[0, 0, 56, 56, 84, 84])
    found = jia.analysis.responders_by_visit(named, jia.column("acr_ped"), **ask)
    assert column(found, "visit") == ["second", "third"]
    assert column(found, "not_determinable") == [1, 2]


SEEN = {"patient": list("AAABBB"), "date": [0, 28, 56] * 2}
LATER = {"patient": ["A", "B"], "date": [40, 70], "what": ["rescue", "rescue"]}
# What is asked -> duration, event and last_without of A and of B, by a composite strategy.
ENDS = {
    # The rescue is the event up to the last day of follow-up, and none after it.
    ("flare", 70, None): ((40, True, 28), (70, True, 56)),
    ("flare", 69, None): ((40, True, 28), (56, False, 56)),
    ("flare", None, 40): ((40, True, 28), (28, False, 28)),
    ("flare", 84, 39): ((28, False, 28), (28, False, 28)),
    # Never to respond is to have no response up to the end of follow-up, or to the data cut.
    ("response", 84, None): ((84, False, 84), (84, False, 84)),
    ("response", 69, None): ((69, False, 69), (56, False, 56)),
    ("response", 84, 60): ((60, False, 60), (56, False, 56)),
    ("response", None, 39): ((28, False, 28), (28, False, 28)),
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("asked", ENDS, ids=str)
def test_what_happens_after_the_end_of_follow_up_does_not_count(asked, kind) -> None:
    outcome, until, data_cut = asked
    out = jia.analysis.time_to_first(
        MAKERS[kind](SEEN | {outcome: [N] * 6}),
        jia.column(outcome),
        baseline="first",
        until=until,
        data_cut=data_cut,
        intercurrent=after("composite", LATER, kind),
    )
    found = zip(*(column(out, each) for each in ("duration", "event", "last_without")), strict=True)
    assert tuple(found) == ENDS[asked]


def test_an_open_visit_before_it_leaves_the_bound_of_never_where_it_was() -> None:
    visits = pd.DataFrame(SEEN | {"response": [N, U, N, N, N, N]})
    out = jia.analysis.time_to_first(
        visits, jia.column("response"), baseline="first", until=84, undetermined="no",
        intercurrent=after("composite", LATER),
    )  # fmt: skip
    assert out["duration"].tolist() == [84, 84]
    assert out["last_without"].tolist() == [0, 84]


@pytest.mark.parametrize("day", [27, 28, 41])
def test_a_stop_after_the_end_of_follow_up_is_no_event(day) -> None:
    visits = pd.DataFrame(SEEN | {"flare": [N] * 6})
    visits["stopped"], visits["why"] = day, "rescue"
    out = jia.analysis.time_to_first(
        visits, jia.column("flare"), baseline="first", until=28, stopped=jia.column("stopped"),
        reason=jia.column("why"), stop_is_event=["rescue"],
    )  # fmt: skip
    assert out["event"].tolist() == [day <= 28] * 2
    assert out["duration"].tolist() == [min(day, 28)] * 2


def test_follow_up_that_ends_before_it_starts_has_no_time() -> None:
    visits = pd.DataFrame(SEEN | {"flare": [N] * 6, "randomised": 30})
    out = jia.analysis.time_to_first(
        visits, jia.column("flare"), baseline="first", data_cut=29, origin=jia.column("randomised")
    )
    assert out["duration"].isna().all()
    assert set(out["reason"]) == {"follow-up ends before the start"}


@pytest.mark.parametrize(
    "given", ["03/04/2024", "25/03/2024", "now", "2024", "3 April 2024", pd.NaT]
)
@pytest.mark.parametrize("parameter", ["until", "data_cut"])
def test_one_date_for_all_is_iso_text_or_a_date(parameter, given) -> None:
    dates = ["2024-01-01", "2024-03-04", "2024-04-03"]
    visits = pd.DataFrame({"patient": "A", "date": dates, "flare": [N, N, N]})
    with pytest.raises(jia.errors.RequestError, match="give a date such as") as error:
        jia.analysis.time_to_first(
            visits, jia.column("flare"), baseline="first", **{parameter: given}
        )
    assert error.value.variable == parameter


@pytest.mark.parametrize(
    "given",
    [
        "2024-03-04",
        "2024-03-04T23:59",
        pd.Timestamp("2024-03-04", tz="UTC"),
        np.datetime64("2024-03-04"),
    ],
)
@pytest.mark.parametrize("parameter", ["until", "data_cut"])
def test_one_date_for_all_in_any_unmistakable_form(parameter, given) -> None:
    dates = ["2024-01-01", "2024-03-04", "2024-04-03"]
    visits = pd.DataFrame({"patient": "A", "date": dates, "flare": [N, N, N]})
    out = jia.analysis.time_to_first(
        visits, jia.column("flare"), baseline="first", **{parameter: given}
    )
    assert out["duration"].tolist() == [63]
