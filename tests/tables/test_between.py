"""A variable between two ends: what any value between them gives is said, and no more."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.measure import VERDICTS

ENDS = {"low": jia.column("crp_low"), "high": jia.column("crp_high")}
STATE = jia.ask.state("jadas10", cutoffs="consolaro-2012-2014", course="oligo")


def plain(values) -> list:
    return [None if pd.isna(value) else value for value in values]


#   CRP from, to; JADAS10; its ends; the state: low to 2, moderate to 4.2
ROWS = [
    (12, 12, 2.2, 2.2, 2.2, "moderate"),
    (0, 5, 2, 2, 2, "low"),
    (0, 10, 2, 2, 2, "low"),
    (0, 20, None, 2, 3, None),
    (20, 32, None, 3, 4.2, "moderate"),
    (20, 33, None, 3, 4.3, None),
    (None, None, None, None, None, None),
]


def test_a_state_that_both_ends_lead_to_is_decided() -> None:
    table = pd.DataFrame(
        {
            "physician_global": 1,
            "patient_global": 0,
            "active_joints": 1,
            "crp_low": [row[0] for row in ROWS],
            "crp_high": [row[1] for row in ROWS],
        }
    )
    out = jia.assess_between(table, "crp", measures=["jadas10", STATE], **ENDS)
    for place, name in enumerate(("jadas10", "jadas10_low", "jadas10_high"), start=2):
        assert plain(out[name]) == [row[place] for row in ROWS]
    assert plain(out["state_jadas10_consolaro_2012_2014"]) == [row[5] for row in ROWS]


CORE = {
    "physician_global": [8, 4],
    "patient_global": [8, 4],
    "chaq": [2, 2],
    "active_joints": [10, 10],
    "limited_joints": [10, 10],
}


@pytest.mark.parametrize(
    ("crp", "bounds"),
    [
        # Two variables have improved by 50 %: the CRP decides.
        ([(40, 40), (0, 20)], (50, 50)),
        ([(40, 40), (0, 28)], (30, 50)),
        ([(40, 40), (0, 29)], (0, 50)),
        ([(36, 40), (20, 20)], (30, 50)),
        ([(0, 5), (0, 5)], (0, 50)),
        ([(0, 5), (6, 6)], (0, 0)),
    ],
)
def test_the_ends_of_visit_and_baseline_are_combined(crp, bounds) -> None:
    table = pd.DataFrame({"patient": "A", "date": [0, 1], **CORE})
    table["crp_low"], table["crp_high"] = zip(*crp, strict=True)
    out = jia.assess_between(table, "crp", measures="acr_ped", baseline="first", **ENDS)
    found = plain(out["acr_ped_level_min"])[1], plain(out["acr_ped_level_max"])[1]
    assert found == bounds
    assert plain(out["acr_ped_level"]) == [None, bounds[0] if bounds[0] == bounds[1] else None]


INTERVAL = st.tuples(st.integers(0, 60), st.integers(0, 40)).map(lambda p: (p[0], p[0] + p[1]))
VISIT = st.tuples(
    st.integers(0, 10), st.integers(0, 10), st.sampled_from([0, 0.5, 1.5, 3]), st.integers(0, 20)
)
REQUESTS = [
    "jadas10",
    STATE,
    "acr_ped",
    jia.ask.flare(criteria="brunner-2002", reference="baseline"),
    jia.ask.flare(criteria="prcsg-printo", reference="baseline"),
]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(VISIT, INTERVAL), min_size=1, max_size=4), st.data())
def test_no_value_between_the_ends_gives_anything_else(rows, data) -> None:
    visits = pd.DataFrame(
        [visit for visit, _ in rows],
        columns=["physician_global", "patient_global", "chaq", "active_joints"],
    )
    visits["patient"], visits["date"] = "A", range(len(rows))
    visits["limited_joints"] = 5
    visits["crp_low"], visits["crp_high"] = zip(*(ends for _, ends in rows), strict=True)
    said = jia.assess_between(visits, "crp", measures=REQUESTS, baseline="first", **ENDS)
    inside = [data.draw(st.integers(low, high)) for _, (low, high) in rows]
    true = jia.assess(visits.assign(crp=inside), measures=REQUESTS, baseline="first")
    for name in set(true.columns) - set(visits.columns) - {"crp"}:
        for one, other in zip(plain(said[name]), plain(true[name]), strict=True):
            if name.endswith("_min"):
                assert one is None or one <= other
            elif name.endswith("_max"):
                assert one is None or one >= other
            else:
                assert one is None or one == other
    for low, score, high in zip(
        said["jadas10_low"], true["jadas10"], said["jadas10_high"], strict=True
    ):
        assert low <= score <= high


def test_which_verdicts_never_turn_while_one_variable_rises() -> None:
    """Of these two ends say all between them; a score never turns."""
    assert {name for name, verdict in VERDICTS.items() if verdict.steady} == {
        "acr_ped",
        "activity_level",
        "bulatovic_change",
        "chaq_change",
        "chronically_uncontrolled",
        "disease_state",
        "escalation_indicated",
        "flare",
        "inactive_disease",
        "mas_2016",
        "minimal_disease_activity",
        "suggests_mas",
    }


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        (
            {"measures": jia.ask.flare(criteria="brunner-2002", reference="best")},
            jia.errors.RequestError,
            "not settled by the ends",
        ),
        ({"measures": jia.ask.acr_ped(upper_limit=10)}, jia.errors.RequestError, "not settled"),
        ({"measures": jia.ask.loss_of_response(30)}, jia.errors.RequestError, "not settled"),
        ({"high": "crp_high"}, jia.errors.RequestError, "takes a column"),
        ({"high": jia.column("crp_hig")}, jia.errors.ColumnError, "Did you mean 'crp_high'"),
        (
            {"low": jia.column("crp_high"), "high": jia.column("crp_low")},
            jia.errors.InconsistentError,
            "5 to 0 in row 0",
        ),
    ],
)
def test_what_is_refused(more, error, words) -> None:
    table = pd.DataFrame({"patient": ["A"], "date": [0], "crp_low": [0], "crp_high": [5]})
    ask = {"measures": "acr_ped", "baseline": "first", **ENDS, **more}
    with pytest.raises(error, match=words):
        jia.assess_between(table, "crp", **ask)
    with pytest.raises(jia.errors.RequestError, match="not a variable"):
        jia.assess_between(table, "crpp", **ask)


# --------------------------------------------------------------------------------------------
# What lies between the ends and is at neither

JOINTS = {"low": jia.column("joints_low"), "high": jia.column("joints_high")}
BY_CATEGORY = jia.ask.state(
    "cjadas10", cutoffs="consolaro-2014", course=jia.from_category("category")
)
STATE_COLUMN = "state_cjadas10_consolaro_2014"


@pytest.mark.parametrize(
    ("category", "joints", "state"),
    [
        # cJADAS10 of 0.5 and the joints. Oligo to 4: low to 1.5, moderate to 4; poly: low to 2.5,
        # moderate to 8.5. Of 4 joints 4.5 is high, of 5 joints 5.5 is moderate.
        ("enthesitis_related", (3, 5), None),
        ("enthesitis_related", (3, 4), None),
        ("enthesitis_related", (4, 5), None),
        ("enthesitis_related", (4, 4), "high"),
        ("enthesitis_related", (5, 8), "moderate"),
        ("oligoarthritis_persistent", (4, 6), "high"),
        ("polyarthritis_rf_negative", (3, 8), "moderate"),
    ],
)
def test_a_course_that_changes_between_the_ends_leaves_the_state_open(
    category, joints, state
) -> None:
    table = pd.DataFrame({"physician_global": [0.5], "patient_global": 0, "category": category})
    table["joints_low"], table["joints_high"] = joints
    out = jia.assess_between(table, "active_joints", measures=BY_CATEGORY, **JOINTS)
    assert plain(out[STATE_COLUMN]) == [state]
    course = plain(out["course_consolaro_2014"])[0]
    changes = category == "enthesitis_related" and joints[0] <= 4 < joints[1]
    assert (course is None) == changes


def test_both_ends_moderate_and_high_between_them() -> None:
    """3 joints are moderate by the oligo bounds, 5 by the poly ones, and 4 are high."""
    table = pd.DataFrame({"physician_global": [0.5] * 3, "patient_global": 0})
    table = table.assign(category="psoriatic", active_joints=[3, 4, 5])
    each = jia.assess(table, measures=BY_CATEGORY)
    assert plain(each[STATE_COLUMN]) == ["moderate", "high", "moderate"]
    table = table[:1].assign(joints_low=3, joints_high=5).drop(columns="active_joints")
    out = jia.assess_between(table, "active_joints", measures=BY_CATEGORY, **JOINTS)
    assert plain(out[STATE_COLUMN]) == [None]
    by_course = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course="oligo")
    out = jia.assess_between(table, "active_joints", measures=by_course, **JOINTS)
    assert plain(out[STATE_COLUMN]) == [None]


GIANNINI, BRUNNER = jia.definition("giannini-1997"), jia.definition("brunner-2002-b")
VARIANTS = [
    request
    for words in ("unchanged", "missing", "worsened")
    for request in (
        jia.ask.acr_ped(
            GIANNINI.variant(name=f"zero {words}", zero_baseline=words)
            if words != "worsened"
            else "giannini-1997"
        ),
        jia.ask.flare(
            criteria=BRUNNER.variant(name=f"from zero {words}", zero_reference=words)
            if words != "worsened"
            else "brunner-2002-b",
            reference="baseline",
        ),
    )
]


def test_a_baseline_that_may_be_0_by_a_variant() -> None:
    """Baseline CRP 0 to 5, now 3: from 0 unchanged, from 5 improved, from 1 worsened.

    One other variable is worse and three are better by 50 %, so that level 50 is reached unless
    the CRP is worse.
    """
    table = pd.DataFrame(
        {
            "patient": "A",
            "date": [0, 1],
            "physician_global": [8, 4],
            "patient_global": [8, 4],
            "chaq": [2, 1],
            "active_joints": [10, 10],
            "limited_joints": [10, 20],
            "crp_low": [0, 3],
            "crp_high": [5, 3],
        }
    )
    variant = GIANNINI.variant(name="from zero unchanged", zero_baseline="unchanged")
    ask = {"measures": jia.ask.acr_ped(variant), "baseline": "first"}
    each = [
        jia.assess(table.assign(crp=[crp, 3]), **ask).filter(regex="level$").iloc[1, 0]
        for crp in (0, 1, 5)
    ]
    assert each == [50, 0, 50]
    out = jia.assess_between(table, "crp", **ENDS, **ask)
    ends = [out.filter(regex=f"level{end}$").iloc[1, 0] for end in ("_min", "_max", "")]
    assert plain(ends) == [0, 50, None]
    # On the other side: from 3 up nothing can be worse.
    out = jia.assess_between(table.assign(crp_low=[3, 3]), "crp", **ENDS, **ask)
    assert plain(out.filter(regex="level$").iloc[1]) == [50]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_value_from_0_up_gives_anything_else_by_a_variant(data) -> None:
    rows = [data.draw(VISIT) for _ in range(3)]
    names = ["physician_global", "patient_global", "chaq", "limited_joints"]
    visits = pd.DataFrame(rows, columns=names).assign(patient="A", date=range(3))
    counts = data.draw(st.booleans())
    name, other = ("active_joints", "crp") if counts else ("crp", "active_joints")
    ends = [sorted(data.draw(st.tuples(*[st.sampled_from([0, 0, 1, 2, 3, 7])] * 2))) for _ in rows]
    visits[other] = [6, 3, 9]
    visits["a"], visits["b"] = zip(*ends, strict=True)
    ask = {"measures": VARIANTS, "baseline": "first"}
    said = jia.assess_between(visits, name, low=jia.column("a"), high=jia.column("b"), **ask)
    step = 1 if counts else 0.25
    inside = [
        low + step * data.draw(st.integers(0, int((high - low) / step))) for low, high in ends
    ]
    true = jia.assess(visits.assign(**{name: inside}), **ask)
    for column in set(true.columns) - set(visits.columns) - {name}:
        for one, two in zip(plain(said[column]), plain(true[column]), strict=True):
            if column.endswith("_min"):
                assert one is None or one <= two
            elif column.endswith("_max"):
                assert one is None or one >= two
            else:
                assert one is None or one == two
