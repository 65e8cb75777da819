"""What few calls meet: refusals, and what objects say of themselves, each at a public function."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.definition import publish
from jiascores.core.joints import JOINTS_71
from jiascores.errors import (
    ArgumentError,
    ColumnError,
    DefinitionError,
    LeftOutWarning,
    NotNumericError,
    RequestError,
    UnknownJointError,
    VisitError,
)

ONE = {"physician_global": 1, "patient_global": 2, "chaq": 0.5, "active_joints": 1}
CORE = jia.CoreSet(**ONE, limited_joints=2, esr=10)
VISITS = pd.DataFrame(
    {
        "patient": ["a", "a"],
        "date": ["2020-01-01", "2020-02-01"],
        "physician_global": [1.0, 2.0],
        "patient_global": [3.0, 4.0],
        "active_joints": [1, 2],
        "limited_joints": [1, 1],
        "chaq": [0.0, 1.0],
        "esr": [1.0, 2.0],
    }
)
FORM = pd.DataFrame(
    {
        "patient": ["a", "b"],
        "date": ["2020-01-01"] * 2,
        "left_knee": [1, 0],
        "right_knee": [1, 0],
        "code_left": ["1", "0"],
        "code_right": ["1", "0"],
        "days_left": [3, 40],
    }
)
KNEES = {"left_knee": "left_knee", "right_knee": "right_knee"}
OTHERS = [joint for joint in JOINTS_71 if not joint.startswith("knee")]
LONG = pd.DataFrame(
    {"patient": ["a"], "date": ["2020-01-01"], "joint": ["left_knee"], "active": [1], "days": [3]}
)


class Silent:
    """An object that fails when it is to be shown."""

    def __repr__(self) -> str:
        raise ValueError


class Stubborn(Fraction):
    """A number that fails when it is to be a float."""

    def __float__(self) -> float:
        raise ValueError


def test_a_core_set_says_what_it_holds() -> None:
    assert repr(CORE) == (
        "CoreSet(physician_global=1, patient_global=2, chaq=0.5, active_joints=1, "
        "limited_joints=2, esr=10)"
    )
    columns = {name: [value, value] for name, value in ONE.items()}
    assert "crp=<2 values>" in repr(jia.CoreSet(**columns, limited_joints=[2, 2], crp=[1, 2]))
    assert CORE.reactant == CORE.esr == 10
    assert jia.acr_ped(baseline=CORE, now=CORE).marker == "esr"


def test_a_change_of_pairs_says_what_it_found() -> None:
    found = jia.analysis.paired_change([1, 2, 3], [2, 3, 5])
    # Three rises: 2 of the 8 ways to give signs to three ranks are as far out.
    assert repr(found).startswith("<PairedChange: n=3, changed=3, p_exact=0.2500, ")
    assert found._repr_html_().startswith("<pre>Wilcoxon&#x27;s signed-rank test")


def test_what_cannot_be_shown_or_read_is_named_by_its_type() -> None:
    hostile = VISITS.assign(physician_global=pd.Series([Silent(), 1], dtype=object))
    with pytest.raises(NotNumericError, match=r"physician_global = <Silent> in row 0"):
        jia.assess(hostile, measures=["jadas10"])
    with pytest.raises(NotNumericError, match="not a number"):
        jia.cjadas10(physician_global=Stubborn(1), patient_global=1, active_joints=1)


def test_calls_that_leave_out_or_mistake_an_argument() -> None:
    with pytest.raises(ArgumentError, match=r"takes a CoreSet as baseline=, not int"):
        jia.acr_ped(baseline=5, now=CORE)
    with pytest.raises(ArgumentError, match=r"loss_of_response\(\) needs level="):
        jia.loss_of_response(baseline=CORE, now=CORE, reference=CORE)
    with pytest.raises(ArgumentError, match="acr_ped takes criteria by position"):
        jia.ask.acr_ped("giannini-1997", "giannini-1997")
    with pytest.raises(AttributeError, match="no 'nothing'"):
        _ = jia.ask.responder(30).nothing
    with pytest.raises(RequestError, match="it takes measure, components, name"):
        jia.assess(VISITS, measures=["jadas10:jadas10:3:4:5"])
    for nothing in ([], None):
        with pytest.raises(
            RequestError, match=rf"name={re.escape(str(nothing))}: give the name of a"
        ):
            jia.column(nothing)
    with pytest.raises(RequestError, match="give True or False"):
        jia.flagged("baseline", per_variable=2)
    with pytest.raises(RequestError, match="give a text"):
        jia.ask.responder(30, name=3)
    for ask in (jia.assess, jia.check):
        for wrong in (3, 0, None, ["a"]):
            with pytest.raises(
                RequestError, match=rf"prefix={re.escape(str(wrong))[:2]}.*: give a text"
            ):
                ask(VISITS, measures=["jadas10"], prefix=wrong)
    domains = [jia.column(f"domain_{number}") for number in range(8)]
    with pytest.raises(RequestError, match="components='no': give True or False"):
        jia.ask.chaq_di(domains=domains, components="no")
    with pytest.raises(RequestError, match="name=None: give a text"):
        jia.ask.chaq_di(domains=domains, name=None)
    assert jia.best(criteria="giannini-1997") == jia.best()


def test_truth_values_in_a_request_as_text() -> None:
    long = jia.assess(VISITS, measures=["responder:30:components=true"], baseline="first")
    short = jia.assess(VISITS, measures=["responder:30:components=false"], baseline="first")
    assert {*short.columns} < {*long.columns}


def test_definitions_are_of_plain_parts_and_have_a_name_of_their_own() -> None:
    with pytest.raises(DefinitionError, match="a cut-off set takes a list of Bounds here"):
        jia.definition("trincianti-2021").variant(name="mine", bounds=({},))
    with pytest.raises(DefinitionError, match="are called 'trincianti-2021'"):
        publish(jia.definition("trincianti-2021"))


def test_joints_that_are_no_joints() -> None:
    with pytest.raises(UnknownJointError, match="none of the 71 joints is called 3"):
        jia.JointExam(active=[3])
    with pytest.raises(UnknownJointError, match="injected= takes a dict by joint, not list"):
        jia.JointExam(
            active=["left_knee"], injected=["left_knee"],
            injection_rule="carried-active", injection_days=30,
        )  # fmt: skip
    with pytest.raises(UnknownJointError, match="not_on_form= names 'left_hip_x'"):
        jia.prepare.joint_counts(FORM, active="", not_on_form=["left_hip_x"])


def test_forms_that_say_a_thing_twice_or_by_halves() -> None:
    counts = jia.prepare.joint_counts
    with pytest.raises(RequestError, match="active is given twice, by active= and by codes="):
        counts(
            FORM, active=KNEES, not_on_form=OTHERS,
            coded={"left_knee": "code_left", "right_knee": "code_right"},
            codes={"1": "active", "0": ""},
        )  # fmt: skip
    boxes = FORM.rename(columns={"left_knee": "active___left_knee"})
    mixed = {"left_knee": "active___left_knee", "right_knee": "right_knee"}
    with pytest.raises(ColumnError, match="some of the columns are boxes to tick"):
        counts(boxes, active=mixed, not_on_form=OTHERS)
    with pytest.raises(RequestError, match="with joint= it is the name of a column"):
        counts(LONG, joint="joint", active={"left_knee": "active"})
    with pytest.raises(RequestError, match="one column for each joint"):
        counts(
            LONG, joint="joint", active="active", injected="days",
            injection_rule="carried-active", injection_days=30,
        )  # fmt: skip


def test_days_of_an_injection_rule_of_ones_own() -> None:
    rule = jia.definition("carried-active").variant(name="month", days=30)
    form = FORM.assign(left_knee=0, right_knee=0)
    form = form.rename(columns=lambda name: name.replace("days_left", "days_knee_left"))
    given = {"active": KNEES, "not_on_form": OTHERS, "injection_rule": rule}
    for days in (None, 30):
        out = jia.prepare.joint_counts(
            form, **given, injected="days_", injection_days=days
        )  # 3 days ago counts as active, 40 days ago not; no other joint is on the form
        assert list(out["active_joints_min"]) == [1, 0]
    with pytest.raises(RequestError, match="has 30 days of its own"):
        jia.prepare.joint_counts(form, **given, injected="days_", injection_days=31)
    with pytest.raises(ColumnError, match="is called 'since_' and the name of a joint"):
        jia.prepare.joint_counts(form, **given, injected="since_")


def test_patients_whose_numbers_are_of_two_kinds() -> None:
    both = pd.concat([VISITS, VISITS.assign(patient=3)], ignore_index=True)
    out = jia.assess(both, measures=["acr_ped"], baseline="first")
    assert out["acr_ped_level"].isna().tolist() == [True, False, True, False]


ANSWERS = pd.DataFrame(
    {
        "patient": list("abcd"),
        "date": ["2020-01-01"] * 4,
        "acr_ped_30": [1, 0, 1, 0],
        "arm": list("xxyy"),
        "site": list("1122"),
    }
)
RESPONSE = jia.column("acr_ped_30")


def compared(visits=ANSWERS, reference_arm="x", method="newcombe", **more):
    return jia.analysis.compare_responders(
        visits, RESPONSE, arm=jia.column("arm"), reference_arm=reference_arm, method=method,
        undetermined="exclude", **more,
    )  # fmt: skip


def test_arms_and_strata_that_cannot_be_compared() -> None:
    with pytest.raises(VisitError, match="one is missing for patient b"):
        compared(ANSWERS.assign(arm=["x", None, "y", "y"]))
    with pytest.raises(RequestError, match="two arms are compared"):
        compared(reference_arm="z")
    apart = {"strata": [jia.column("site")], "method": "mantel-haenszel"}
    with pytest.raises(RequestError, match="patients in both arms"):
        compared(**apart)
    with pytest.raises(RequestError, match="no stratum has patients in both arms"):
        jia.analysis.tipping_point(
            ANSWERS, RESPONSE, arm=jia.column("arm"), reference_arm="x", **apart
        )


def test_patients_of_another_table() -> None:
    with pytest.raises(VisitError, match="4 of 4 patients with visits are not in the table"):
        compared(patients=pd.DataFrame({"patient": ["q"], "arm": ["x"]}))
    two = pd.DataFrame({"patient": ["a", "c"], "arm": ["x", "y"]})
    with pytest.warns(LeftOutWarning, match=r"2 of 4 patients .*'b', 'd'"):
        assert compared(patients=two).difference == 0
    with pytest.raises(VisitError, match="holds study days, and the visits have the other kind"):
        jia.analysis.time_to_first(
            VISITS, "responder:30", baseline="first", undetermined="event",
            patients=pd.DataFrame({"patient": ["a"], "day": [3]}), origin=jia.column("day"),
        )  # fmt: skip


def test_times_that_cannot_be() -> None:
    with pytest.raises(RequestError, match="duration holds days below 0"):
        jia.analysis.survival_table(pd.DataFrame({"duration": [-1.0, 2], "event": [1, 0]}), at=[1])
    twice = pd.DataFrame({"patient": "A", "date": [0, 0], "state": ["high", "low"]})
    with pytest.raises(VisitError, match="two visits of a patient on one date have no order"):
        jia.analysis.transitions(twice, jia.column("state"))
    with pytest.raises(RequestError, match="reference='best' differs from visit to visit"):
        jia.analysis.time_to_first(VISITS, "responder:30", reference="best", undetermined="event")


def test_second_tables_that_say_less_than_is_asked() -> None:
    with pytest.raises(RequestError, match="strategies= maps what happened to a strategy"):
        jia.prepare.intercurrent_events(
            pd.DataFrame({"patient": ["a"], "date": ["2020-01-15"], "what": ["rescue"]}),
            strategies=["rescue"],
        )
    drugs = pd.DataFrame({"patient": ["a"], "start": ["2020-01-15"], "stop": ["2020-01-16"]})
    with pytest.raises(ColumnError, match="counted= names drugs, and there is no column 'drug'"):
        jia.remission(
            VISITS.assign(inactive=1), drugs, criteria="wallace-2004", max_gap_days=90,
            inactive=jia.column("inactive"), counted=["methotrexate"],
        )  # fmt: skip
    with pytest.raises(ColumnError, match="no column 'redcap_event_name'"):
        jia.prepare.from_redcap(
            pd.DataFrame({"record_id": [1], "esr": [2.0], "day": ["2020-01-01"]}),
            columns={"patient": "record_id", "esr": "esr", "date": "day"}, events=["month 1"],
        )  # fmt: skip


def test_long_tables_that_are_mapped_in_two_ways() -> None:
    long = pd.DataFrame(
        {
            "patient": ["a", "a"], "date": ["2020-01-01"] * 2, "visit": [1, 1],
            "variable": ["p", "q"], "value": [1, 2], "form": ["1", "2"], "esr": [1, 1],
        }
    )  # fmt: skip
    both = {"esr": "p", "crp": "q"}
    read = jia.prepare.from_long
    with pytest.raises(RequestError, match="variables= gives 'p' to crp and to esr"):
        read(long, variables={"esr": "p", "crp": ["p", "q"]})
    with pytest.raises(ColumnError, match="columns= maps 'foo'"):
        read(long, variables=both, columns={"foo": "x"})
    with pytest.raises(RequestError, match="name one of the variables"):
        read(long, variables=both, by="visit", date_of="temperature")
    with pytest.raises(ColumnError, match="the visits would have two columns 'esr'"):
        read(long, variables=both, keep=["esr"])
    # In a file of text, the number 1 is the text "1".
    assert read(long, variables=both, only={"form": 1})[
        ["esr", "crp"]
    ].isna().to_numpy().tolist() == [[False, True]]


def test_a_column_that_says_another_unit_is_noticed() -> None:
    labs = VISITS.assign(crp=1.0, crp_unit="mg/dL")
    found = jia.check(labs, measures=["jadas10"], marker="crp")
    assert list(found["variable"]) == ["crp"]
    assert "units={'crp': jia.column('crp_unit')}" in found["message"][0]


def test_windows_without_a_day_zero() -> None:
    with pytest.raises(RequestError, match="must say where days are counted from"):
        jia.prepare.nominal_visits(VISITS, weeks={0: 7}, day_zero=5, rule="first")
    with pytest.raises(RequestError, match=r"same_day=: give jia\.flagged"):
        jia.prepare.nominal_visits(
            VISITS, weeks={0: 7}, day_zero="first", same_day="baseline", rule="first"
        )


def test_the_names_that_a_module_offers() -> None:
    assert {"assess", "jadas10", "ask"} < {*dir(jia)}
    assert {"responder", "state", "flare"} < {*dir(jia.ask)}
    for module, name in ((jia, "'jiascores'"), (jia.ask, "'jiascores.ask'")):
        with pytest.raises(AttributeError, match=f"module {name} has no attribute 'nothing'"):
            _ = module.nothing


def test_definitions_that_share_a_name_and_kinds_that_are_none() -> None:
    with pytest.raises(RequestError, match="say which, kind='inactive disease criteria'"):
        jia.definition("wallace-2004")
    with pytest.raises(RequestError, match="kind='score card': choose from"):
        jia.definitions(kind="score card")
    shown = jia.definition("trincianti-2021")._repr_html_()
    assert shown.startswith("<b>trincianti-2021 (cut-off set)</b><ul><li>jadas10 oligo: inactive")
    assert repr(jia.verify(date="2026-01-31")).endswith("check values: passed>")


def test_outcomes_that_are_asked_for_by_halves() -> None:
    def first(outcome, **more):
        return jia.analysis.time_to_first(
            VISITS.assign(state=["high", "low"], stop="2020-02-03"), outcome,
            baseline="first", undetermined="event", **more,
        )  # fmt: skip

    state = jia.column("state")
    with pytest.raises(RequestError, match="level= goes with outcome='acr_ped'"):
        first(state, level=30)
    with pytest.raises(RequestError, match="states= goes with a column of words"):
        first("responder:30", states=["low"])
    with pytest.raises(RequestError, match="states= names 'none', which is not a word"):
        first(state, states=["none"])
    with pytest.raises(RequestError, match="stopped= and reason= go together"):
        first(state, states=["low"], stopped=jia.column("stop"))
    # The second visit is the first that is low, 31 days after the first.
    assert first(state, states=["low"])["duration"].tolist() == [31]


def test_values_that_nobody_asks_for() -> None:
    labs = pd.DataFrame({"patient": ["a"], "date": ["2020-01-01"], "esr": [3]})
    with pytest.raises(RequestError, match="values= names no variable"):
        jia.prepare.laboratory_values(VISITS, labs, values=[], lab_window_days=3)
    assert {"visits", "core_sets"} < {*dir(jia.testing)}


def test_places_where_no_file_is(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="is a folder: give a file"):
        jia.prepare.read(tmp_path)
    out = tmp_path / "out.csv"
    with pytest.raises(RequestError, match="there are no files to read"):
        jia.assess_files([], out, measures=["jadas10"])
    assert not out.exists()
