"""Joint counts from examinations and from wide forms."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core import errors
from jiascores.core.definition import published
from jiascores.core.joints import (
    JOINT_SET_27,
    JOINT_SET_71,
    JOINTS_27,
    JOINTS_71,
    InjectionRule,
    JointSet,
    active_by_findings,
)

try:  # optional engines, not there in the environments of the oldest and newest versions
    import polars as pl
    import pyarrow as pa
except ImportError:
    pl = pa = None

COUNTS = ("active_joints", "active_joints_27", "limited_joints")


def counts(exam):
    """Return all nine counts of an examination, as the table calls them."""
    return {
        f"{name}{end}": getattr(exam, f"{name}{end}")
        for name in COUNTS
        for end in ("", "_min", "_max")
    }


# ---------------------------------------------------------------- the lists


def test_71_joints_are_the_neck_and_35_on_each_side():
    left = {joint.removesuffix("_left") for joint in JOINTS_71 if joint.endswith("_left")}
    right = {joint.removesuffix("_right") for joint in JOINTS_71 if joint.endswith("_right")}
    assert left == right
    assert len(left) == 35
    assert len(set(JOINTS_71)) == len(JOINTS_71) == 71


def test_27_joints_are_among_the_71():
    assert len(set(JOINTS_27)) == len(JOINTS_27) == 27
    assert set(JOINTS_27) < set(JOINTS_71)


@pytest.mark.parametrize("region", ["mcp4", "subtalar", "dip2", "shoulder", "toe_ip1", "mtp1"])
def test_regions_outside_the_27(region):
    assert f"{region}_left" in JOINTS_71
    assert f"{region}_left" not in JOINTS_27


def test_lists_carry_their_evidence():
    assert str(JOINT_SET_71.evidence) == "unverified"
    assert str(JOINT_SET_27.evidence) == "derived"
    assert "PMID 19208532" in str(JOINT_SET_27)
    assert published(JointSet) == (JOINT_SET_71, JOINT_SET_27)
    assert JOINT_SET_27.rule.startswith("cervical_spine; on each side elbow, wrist, mcp1")


# ---------------------------------------------------------------- the rule

RULE = [
    # swollen, by deformity, limited, pain on motion, tender -> active
    (1, 0, 0, 0, 0, True),
    (1, 1, 0, 0, 0, False),
    (1, 1, 1, 1, 0, True),
    (0, 0, 1, 0, 0, False),
    (0, 0, 1, 1, 0, True),
    (0, 0, 1, 0, 1, True),
    (0, 0, 0, 1, 1, False),
    (0, 0, 0, 0, 0, False),
]
GROUPS = ("swollen", "swollen_by_deformity", "limited", "painful_on_motion", "tender")


@pytest.mark.parametrize("row", RULE)
def test_active_joint(row):
    *found, active = row
    exam = jia.JointExam(
        **{
            group: ["wrist_left"] if there else []
            for group, there in zip(GROUPS, found, strict=True)
        }
    )
    assert exam.active_joints == int(active)
    assert exam.surely_active == (("wrist_left",) if active else ())


@pytest.mark.parametrize("found", list(product([0.0, 1.0, math.nan], repeat=5)))
def test_unknown_findings_give_the_range_of_all_their_completions(found):
    """The bounds are exact: what every completion of the gaps says, and what some say."""
    choices = [[0, 1] if math.isnan(value) else [int(value)] for value in found]
    verdicts = set()
    for swollen, bony, limited, pain, tender in product(*choices):
        verdicts.add(bool((swollen and not bony) or (limited and (pain or tender))))
    active = active_by_findings(**dict(zip(GROUPS, found, strict=True)))
    assert (active == 1) == (verdicts == {True})
    assert (active != 0) == (True in verdicts)


def test_swelling_alone_leaves_the_other_joints_open():
    exam = jia.JointExam(swollen={"knee_left"})
    assert (exam.active_joints_min, exam.active_joints, exam.active_joints_max) == (1, None, 71)
    assert exam.limited_joints is None
    assert exam.limited_joints_max == 71


def test_free_motion_everywhere_closes_them():
    assert jia.JointExam(swollen={"knee_left"}, limited=()).active_joints == 1


# ---------------------------------------------------------------- direct, and gaps


def test_the_example_of_the_documentation():
    exam = jia.JointExam(active={"knee_left", "mcp2_right"}, limited={"knee_left"})
    assert exam.active_joints == exam.active_joints_27 == 2
    assert exam.limited_joints == 1


def test_71_joints_active():
    exam = jia.JointExam(active=JOINTS_71, limited=JOINTS_71)
    assert (exam.active_joints, exam.active_joints_27, exam.limited_joints) == (71, 27, 71)


@pytest.mark.parametrize("gap", ["not_examined", "excluded"])
def test_an_open_joint_makes_an_interval(gap):
    exam = jia.JointExam(active={"knee_left"}, limited=(), **{gap: {"hip_left", "mcp5_left"}})
    assert counts(exam) == {
        "active_joints": None,
        "active_joints_min": 1,
        "active_joints_max": 3,
        "active_joints_27": None,
        "active_joints_27_min": 1,
        "active_joints_27_max": 2,
        "limited_joints": None,
        "limited_joints_min": 0,
        "limited_joints_max": 2,
    }
    assert exam.possibly_active == ("mcp5_left", "hip_left")


def test_a_gap_outside_the_27_leaves_the_27_count_known():
    exam = jia.JointExam(active={"knee_left"}, not_examined={"toe_ip1_left"})
    assert (exam.active_joints, exam.active_joints_27) == (None, 1)


def test_a_fused_joint_may_be_counted_as_limited():
    exam = jia.JointExam(active=(), limited={"wrist_left"}, excluded={"wrist_left", "hip_left"})
    assert (exam.limited_joints_min, exam.limited_joints_max) == (1, 2)
    assert (exam.active_joints_min, exam.active_joints_max) == (0, 2)


def test_an_open_count_is_a_missing_score():
    exam = jia.JointExam(active=(), not_examined=["hip_left"])
    score = jia.cjadas10(physician_global=1, patient_global=1, active_joints=exam.active_joints)
    assert math.isnan(score)


# ---------------------------------------------------------------- injected joints

INJECTED = [
    # rule, its days, days since -> lowest and highest active count, lowest and highest limited
    ("carried-active", 90, 90, (1, 1), (0, 0)),
    ("carried-active", 90, 91, (0, 0), (0, 0)),
    ("carried-active", 90, 0, (1, 1), (0, 0)),
    ("not-assessable", 90, 90, (0, 1), (0, 1)),
    ("not-assessable", 90, 91, (0, 0), (0, 0)),
    ("not-assessable", None, 4000, (0, 1), (0, 1)),
]


@pytest.mark.parametrize(("rule", "days", "since", "active", "limited"), INJECTED)
def test_injected_joint(rule, days, since, active, limited):
    exam = jia.JointExam(
        active=(),
        limited=(),
        injected={"knee_left": since},
        injection_rule=rule,
        injection_days=days,
    )
    assert (exam.active_joints_min, exam.active_joints_max) == active
    assert (exam.limited_joints_min, exam.limited_joints_max) == limited


def test_an_injected_joint_that_is_found_active_stays_so_when_carried():
    exam = jia.JointExam(
        active={"knee_left"},
        injected={"knee_left": 5},
        injection_rule="carried-active",
        injection_days=30,
    )
    assert exam.active_joints == 1


def test_a_trial_may_name_its_own_rule():
    (carried, _) = published(InjectionRule)
    rule = carried.variant(name="my-trial", days=56)
    exam = jia.JointExam(active=(), injected={"knee_left": 56}, injection_rule=rule)
    assert exam.active_joints == 1
    assert "56 days" in str(exam)
    with pytest.raises(errors.RequestError, match="56 days of its own"):
        jia.JointExam(injected={"knee_left": 5}, injection_rule=rule, injection_days=30)


# ---------------------------------------------------------------- joint by joint


def test_findings_joint_by_joint():
    exam = jia.JointExam.from_findings(
        {
            "knee_left": "swollen",
            "hip_left": ("limited", "painful_on_motion"),
            "wrist_left": "tender",
            "elbow_left": (),
            "mcp1_left": "not_examined",
        }
    )
    assert exam.surely_active == ("hip_left", "knee_left")
    assert exam.possibly_active == ("mcp1_left",)


def test_findings_with_active_record_nothing_else():
    exam = jia.JointExam.from_findings({"knee_left": "active", "hip_left": ("active", "limited")})
    assert (exam.active_joints, exam.limited_joints) == (2, 1)
    assert jia.JointExam.from_findings({"knee_left": "active"}).limited_joints is None


# ---------------------------------------------------------------- refused

REFUSED = [
    ({"active": ["knee_lft"]}, errors.UnknownJointError, "Write knee_left or knee_right for"),
    ({"active": "left patella"}, errors.UnknownJointError, "active"),
    ({"limited": 5}, errors.UnknownJointError, "not int"),
    ({"injected": {"knee": 5}}, errors.UnknownJointError, "injected"),
    (
        {"active": ["knee_left"], "not_examined": ["knee_left"]},
        errors.InconsistentError,
        "knee_left: not_examined, and yet active",
    ),
    (
        {"swollen": ["knee_left"], "excluded": ["knee_left"]},
        errors.InconsistentError,
        "knee_left: excluded, and yet swollen",
    ),
    (
        {"limited": ["knee_left"], "not_examined": ["knee_left"]},
        errors.InconsistentError,
        "not_examined, and yet limited",
    ),
    (
        {"not_examined": ["knee_left"], "excluded": ["knee_left"]},
        errors.InconsistentError,
        "not_examined, and yet excluded",
    ),
    (
        {"active": [], "swollen": ["knee_left"]},
        errors.InconsistentError,
        "knee_left active by the findings",
    ),
    (
        {"active": ["knee_left"], "swollen": [], "limited": []},
        errors.InconsistentError,
        "knee_left named in active= without findings",
    ),
    ({"injected": {"knee_left": 5}}, errors.UnknownDefinitionError, "no default"),
    (
        {"injected": {"knee_left": 5}, "injection_rule": "carried-activ", "injection_days": 9},
        errors.UnknownDefinitionError,
        "Did you mean 'carried-active'?",
    ),
    (
        {"injected": {"knee_left": 5}, "injection_rule": "carried-active"},
        errors.RequestError,
        "needs injection_days=",
    ),
    (
        {
            "injected": {"knee_left": -1},
            "injection_rule": "carried-active",
            "injection_days": 9,
        },
        errors.OutOfRangeError,
        r"injected\['knee_left'\] = -1",
    ),
    (
        {"injected": {"knee_left": None}, "injection_rule": "not-assessable"},
        errors.NotNumericError,
        "missing for knee_left",
    ),
]


@pytest.mark.parametrize(("given", "error", "words"), REFUSED)
def test_refused(given, error, words):
    with pytest.raises(error, match=words.replace("?", r"\?")) as raised:
        jia.JointExam(**given)
    assert raised.value.variable


def test_an_unknown_finding_is_refused():
    with pytest.raises(errors.RequestError, match="Did you mean 'swollen'"):
        jia.JointExam.from_findings({"knee_left": "swolen"})


def test_an_exam_is_frozen_and_compares_by_what_was_found():
    exam = jia.JointExam(active=["knee_left"])
    assert exam == jia.JointExam(active={"knee_left"})
    assert exam != jia.JointExam(active={"knee_left"}, limited=())
    assert len({exam, jia.JointExam(active=("knee_left",))}) == 1
    with pytest.raises(AttributeError):
        exam.active = frozenset()


def test_how_an_exam_shows_itself():
    exam = jia.JointExam(active={"knee_left"}, not_examined={"hip_left"})
    assert repr(exam) == "<JointExam: active 1–2 of 71, 1–2 of 27; limited not recorded>"
    assert "active or not: hip_left" in str(exam)
    assert "<td>1–2</td>" in exam._repr_html_()


# ---------------------------------------------------------------- properties

joint_names = st.sets(st.sampled_from(JOINTS_71), max_size=12)


@given(joint_names, joint_names, st.randoms())
def test_counts_are_those_of_the_sets_in_any_order(active, unseen, random):
    active -= unseen
    shuffled = sorted(active)
    random.shuffle(shuffled)
    exam = jia.JointExam(active=shuffled, not_examined=unseen)
    assert exam.active_joints_min == len(active)
    assert exam.active_joints_max == len(active | unseen)
    assert exam.active_joints_27_min == len(active & set(JOINTS_27))
    # The 71-count less the 27-count lies between 0 and 44, as everywhere in the package.
    assert 0 <= exam.active_joints_min - exam.active_joints_27_min <= 44


cell = st.sampled_from([0.0, 1.0, math.nan])


@st.composite
def wide_forms(draw):
    """Make a small form in which a few joints are not all right."""
    rows = draw(st.integers(1, 3))
    form = {f"{position}_{joint}": [0.0] * rows for position in range(5) for joint in JOINTS_71}
    for column in draw(st.lists(st.sampled_from(sorted(form)), max_size=12)):
        form[column] = draw(st.lists(cell, min_size=rows, max_size=rows))
    return form


def exam_of(form, row):
    """Return the joint examination of a row without gaps."""
    named = {
        group: {joint for joint in JOINTS_71 if form[f"{position}_{joint}"][row] == 1}
        for position, group in enumerate(GROUPS)
    }
    return jia.JointExam(**named)


# Five findings of 71 joints make a frame of 355 columns: a few dozen of them are enough.
@settings(max_examples=25, deadline=None)
@given(wide_forms())
def test_a_form_without_gaps_counts_as_its_exams(form):
    form = {
        column: [0.0 if math.isnan(value) else value for value in values]
        for column, values in form.items()
    }
    prefixes = {group: f"{position}_" for position, group in enumerate(GROUPS)}
    out = jia.prepare.joint_counts(pd.DataFrame(form), **prefixes)
    for row in range(len(out)):
        expected = counts(exam_of(form, row))
        assert out[list(expected)].iloc[row].to_dict() == expected


# Five findings of 71 joints make a frame of 355 columns: a few dozen of them are enough.
@settings(max_examples=25, deadline=None)
@given(wide_forms())
def test_a_form_gives_the_range_of_its_completions(form):
    """Every gap as no and as yes: the bounds of each joint are reached, and not passed."""
    prefixes = {group: f"{position}_" for position, group in enumerate(GROUPS)}
    out = jia.prepare.joint_counts(pd.DataFrame(form), **prefixes)
    for row in range(len(out)):
        low = high = 0
        for joint in JOINTS_71:
            found = [form[f"{position}_{joint}"][row] for position in range(5)]
            active = active_by_findings(**dict(zip(GROUPS, found, strict=True)))
            low, high = low + (active == 1), high + (active != 0)
        assert out["active_joints_min"].iloc[row] == low
        assert out["active_joints_max"].iloc[row] == high
        known = out["active_joints"].iloc[row]
        assert known == low if low == high else pd.isna(known)


# ---------------------------------------------------------------- tables


def small_form():
    form = {f"act_{joint}": [0.0, 0.0, math.nan] for joint in JOINTS_71}
    form |= {f"rom_{joint}": [0.0, 1.0, 0.0] for joint in JOINTS_71}
    form["act_knee_left"] = [1.0, math.nan, 1.0]
    form["act_mtp3_left"] = [1.0, 0.0, 1.0]
    return form


EXPECTED = {
    "active_joints": [2, None, None],
    "active_joints_min": [2, 0, 2],
    "active_joints_max": [2, 1, 71],
    "active_joints_27": [1, None, None],
    "active_joints_27_min": [1, 0, 1],
    "active_joints_27_max": [1, 1, 27],
    "limited_joints": [0, 71, 0],
    "limited_joints_min": [0, 71, 0],
    "limited_joints_max": [0, 71, 0],
}
MAKERS = {
    "pandas": lambda form: pd.DataFrame(form, index=["c", "a", "b"]),
    "pandas nullable": lambda form: pd.DataFrame(form).convert_dtypes(),
    "pandas objects": lambda form: pd.DataFrame(form).astype(object).replace({math.nan: None}),
}
if pl is not None:
    MAKERS |= {
        "polars": pl.DataFrame,
        "polars nulls": lambda form: pl.DataFrame(form).fill_nan(None),
        "polars booleans": lambda form: pl.DataFrame(form).fill_nan(None).cast(pl.Boolean),
        "arrow": pa.table,
    }


@pytest.mark.parametrize("maker", MAKERS)
def test_every_kind_of_frame_gives_the_same_counts(maker):
    frame = MAKERS[maker](small_form())
    out = jia.prepare.joint_counts(frame, active="act_", limited="rom_")
    assert type(out) is type(frame)
    names = list(getattr(out, "column_names", out.columns))
    assert names[:142] == list(small_form())
    assert names[142:] == list(EXPECTED)
    for name, expected in EXPECTED.items():
        values = out[name].to_pylist() if maker == "arrow" else list(out[name])
        assert [None if value is pd.NA else value for value in values] == expected
    if maker == "pandas":
        assert list(out.index) == ["c", "a", "b"]
        assert str(out["active_joints"].dtype) == "Int64"


def test_a_mapping_names_columns_and_absent_joints():
    form = pd.DataFrame({f"x{n}": [1, 0] for n in range(70)})
    mapping = {joint: f"x{n}" for n, joint in enumerate(JOINTS_71[:70])} | {JOINTS_71[70]: None}
    out = jia.prepare.joint_counts(form, active=mapping, prefix="n_")
    assert out["n_active_joints_min"].tolist() == [70, 0]
    assert out["n_active_joints_max"].tolist() == [71, 1]
    assert "n_limited_joints" not in out


@pytest.mark.parametrize(
    ("rule", "low", "high"), [("carried-active", 1, 1), ("not-assessable", 0, 1)]
)
def test_injected_joints_of_a_form(rule, low, high):
    form = pd.DataFrame({f"act_{joint}": [0, 0] for joint in JOINTS_71})
    form["inj_knee_left"] = [30, 31]
    out = jia.prepare.joint_counts(
        form, active="act_", injected="inj_", injection_rule=rule, injection_days=30
    )
    assert out["active_joints_min"].tolist() == [low, 0]
    assert out["active_joints_max"].tolist() == [high, 0]


def form_with(**changes):
    form = pd.DataFrame({f"act_{joint}": [0, 0] for joint in JOINTS_71}, index=["v1", "v2"])
    return form.assign(**changes)


BAD_FORMS = [
    (form_with(act_knee_left=[0, 2]), {}, errors.OutOfRangeError, "act_knee_left = 2 at v2"),
    (form_with(act_knee_left=[0, 0.5]), {}, errors.NotWholeError, "act_knee_left"),
    (form_with(act_knee_left=["no", "swollen"]), {}, errors.NotNumericError, "act_knee_left"),
    (form_with().drop(columns="act_hip_left"), {}, errors.ColumnError, "'act_hip_left'"),
    (form_with(active_joints=1), {}, errors.ColumnError, "already has 'active_joints'"),
    (form_with(), {"active": None}, errors.RequestError, "at least one finding"),
    (form_with(), {"active": {"knee": "act_knee_left"}}, errors.UnknownJointError, "'knee'"),
    (form_with(), {"active": {"knee_left": "act_knee_left"}}, errors.ColumnError, "no column"),
    (
        form_with(),
        {"active": dict.fromkeys(JOINTS_71, "act_knee_left")},
        errors.ColumnError,
        "more than one joint",
    ),
    (form_with(), {"injected": "inj_"}, errors.UnknownDefinitionError, "injection_rule="),
    (
        form_with(),
        {"injected": "inj_", "injection_rule": "not-assessable"},
        errors.ColumnError,
        "'inj_'",
    ),
    (form_with(), {"swollen": "act_", "active": "act_"}, None, ""),
    (pd.concat([form_with(), form_with()], axis=1), {}, errors.ColumnError, "two columns"),
    ({"a": [1]}, {}, errors.RequestError, "dict"),
]
if pl is not None:
    BAD_FORMS.append((pl.LazyFrame({"a": [1]}), {}, errors.RequestError, "LazyFrame"))


@pytest.mark.parametrize(("frame", "changes", "error", "words"), BAD_FORMS)
def test_refused_forms(frame, changes, error, words):
    if error is None:
        assert jia.prepare.joint_counts(frame, **changes)["active_joints"].tolist() == [0, 0]
        return
    with pytest.raises(error, match=words) as raised:
        jia.prepare.joint_counts(frame, **({"active": "act_"} | changes))
    assert raised.value.variable or "table" in str(raised.value)


def test_a_form_that_contradicts_itself_says_where():
    form = form_with(**{f"sw_{joint}": [0, 0] for joint in JOINTS_71})
    form["sw_knee_left"] = [0, 1]
    with pytest.raises(errors.InconsistentError, match=r"knee_left: active disagrees .* row 1"):
        jia.prepare.joint_counts(form, active="act_", swollen="sw_")


def test_a_form_without_visits():
    out = jia.prepare.joint_counts(form_with().iloc[:0], active="act_")
    assert len(out) == 0
    assert "active_joints" in out


def test_the_form_is_left_as_it_was():
    form = form_with()
    before = form.copy()
    jia.prepare.joint_counts(form, active="act_")
    pd.testing.assert_frame_equal(form, before)
    assert np.all(form.columns == before.columns)


def test_an_exam_in_a_notebook_says_each_thing_once():
    exam = jia.JointExam(active={"knee_left"}, not_examined={"hip_left"})
    html = exam._repr_html_()
    title, *lines = str(exam).splitlines()
    assert title not in html
    assert html.count("<li>") == len(lines)
    assert all(line.strip() in html for line in lines)
