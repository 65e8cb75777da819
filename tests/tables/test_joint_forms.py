"""Joint forms of every shape give the counts of one child's joints, by a rule of the test's own."""

from __future__ import annotations

import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.joints import JOINTS_27, JOINTS_71
from tests.eager import MAKERS, columns_of

# By visit: what was found. The second was not examined; in the third nothing was found.
SWOLLEN = [{"knee_left", "mcp2_right"}, None, set(), {"ankle_left"}]
LIMITED = [{"knee_left", "hip_left", "thumb_ip_left"}, None, set(), {"wrist_left"}]
TENDER = [{"thumb_ip_left", "cervical_spine"}, None, set(), {"wrist_left"}]
COUNTS = ("active_joints", "active_joints_27", "limited_joints")


def expected(swollen=SWOLLEN, limited=LIMITED, tender=TENDER) -> dict:
    """Return the counts of each visit, None where it was not examined."""
    rows = []
    for of in zip(swollen, limited, tender, strict=True):
        if None in of:
            rows.append((None, None, None))
            continue
        active = of[0] | (of[1] & of[2])
        rows.append((len(active), len(active & {*JOINTS_27}), len(of[1])))
    return {name: [row[place] for row in rows] for place, name in enumerate(COUNTS)}


def cells(found, joint, yes=1, no=0):
    return [None if of is None else yes if joint in of else no for of in found]


def wide(named, yes=1, no=0) -> dict:
    """Return a form with a column for each joint and finding, None where nobody looked."""
    findings = {"swollen": SWOLLEN, "limited": LIMITED, "tender": TENDER}
    return {
        named(what, joint): cells(found, joint, yes, no)
        for what, found in findings.items()
        for joint in JOINTS_71
    }


def counts_of(out) -> dict:
    columns = columns_of(out)
    return {name: columns[name] for name in COUNTS}


def people(joint: str) -> str:
    """Return a joint as a form may have it: L knee, R MCP 2, neck, R big toe IP."""
    if joint == "cervical_spine":
        return "Neck"
    stem, _, side = joint.rpartition("_")
    stem = {"temporomandibular": "TMJ", "thumb_ip": "PIP1", "toe_ip1": "big toe IP"}.get(stem, stem)
    if stem.startswith("toe_ip"):
        stem = f"toe {stem[-1]} IP"
    return f"{side[0].upper()} {stem}"


# ---------------------------------------------------------------- one column for each joint

NAMES = {
    "swollen_knee_left": lambda what, joint: f"{what}_{joint}",
    "swollen L knee": lambda what, joint: f"{what} {people(joint)}",
    "swollen_left_knee": lambda what, joint: (
        f"{what}_{'_'.join(reversed(joint.rsplit('_', 1)))}"
        if joint.endswith(("left", "right"))
        else f"{what}_{joint}"
    ),
    "swollen_KneeLeft": lambda what, joint: f"{what}_{joint.title().replace('_', '')}",
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("spelling", NAMES)
def test_names_in_the_usual_spellings_and_orders(kind, spelling):
    mark = " " if " " in spelling else "_"
    form = MAKERS[kind](wide(NAMES[spelling]))
    out = jia.prepare.joint_counts(
        form,
        swollen=f"swollen{mark}",
        limited=f"limited{mark}",
        tender=f"tender{mark}",
        painful_from="tender",
    )
    assert type(out) is type(form)
    assert counts_of(out) == expected()


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    ("yes", "no"), [("Yes", "No"), ("J", "N"), (True, False), ("1", "0"), ("oui", "non")]
)
def test_names_around_the_joint_and_words(kind, yes, no):
    form = MAKERS[kind](wide(lambda what, joint: f"{joint} {what} (exam)", yes, no))
    out = jia.prepare.joint_counts(
        form,
        swollen="{joint} swollen (exam)",
        limited="{joint} limited (exam)",
        tender="{joint} tender (exam)",
        painful_from="tender",
    )
    assert counts_of(out) == expected()


def test_without_the_rule_for_pain_what_pain_decides_stays_open():
    form = pd.DataFrame(wide(NAMES["swollen_knee_left"]))
    findings = {what: f"{what}_" for what in ("swollen", "limited", "tender")}
    out = jia.prepare.joint_counts(form, **findings)
    # The hip is limited and not tender: whether it hurt on motion, nobody wrote.
    assert out.loc[0, ["active_joints_min", "active_joints_max"]].tolist() == [3, 4]
    with pytest.raises(jia.errors.RequestError, match="does not record tender"):
        jia.prepare.joint_counts(form, swollen="swollen_", painful_from="tender")
    with pytest.raises(jia.errors.RequestError, match="records pain on motion itself"):
        jia.prepare.joint_counts(
            form, painful_on_motion="limited_", tender="tender_", painful_from="tender"
        )


def test_joints_that_the_form_lacks_are_named_and_leave_counts_open():
    names = NAMES["swollen_knee_left"]
    form = pd.DataFrame(wide(names)).drop(columns=["swollen_hip_left", "swollen_hip_right"])
    with pytest.raises(jia.errors.ColumnError, match="'swollen_hip_left'") as caught:
        jia.prepare.joint_counts(form, swollen="swollen_")
    assert "not_on_form=['hip_left', 'hip_right']" in str(caught.value)
    out = jia.prepare.joint_counts(form, swollen="swollen_", not_on_form=["L hip", "hip_right"])
    assert out.loc[2, "active_joints_max"] - out.loc[2, "active_joints_min"] == 71
    out = jia.prepare.joint_counts(
        pd.DataFrame(wide(lambda what, joint: f"{what}_{joint}")).drop(
            columns=["swollen_hip_left", "swollen_hip_right"]
        ),
        active="swollen_",
        not_on_form=["hip_left", "hip_right"],
    )
    assert out.loc[2, ["active_joints_min", "active_joints_max"]].tolist() == [0, 2]


def test_a_misspelt_joint_is_shown():
    form = pd.DataFrame(wide(NAMES["swollen_knee_left"]))
    form = form.rename(columns={"swollen_knee_left": "swollen_kne_left"})
    with pytest.raises(jia.errors.ColumnError, match=r"not clear which joint.*'swollen_kne_left'"):
        jia.prepare.joint_counts(form, active="swollen_")


def test_two_columns_of_one_joint_are_refused():
    form = pd.DataFrame(wide(NAMES["swollen_knee_left"])).assign(**{"swollen_L knee": 1})
    with pytest.raises(jia.errors.ColumnError, match="'swollen_knee_left', 'swollen_L knee'"):
        jia.prepare.joint_counts(form, active="swollen_")


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    "others",
    [
        ("sacroiliac_left", "sacroiliac_right"),
        ("thoracic_spine", "lumbar_spine", "SI_left", "SI_right"),
    ],
)
def test_forms_with_more_than_71_joints(kind, others):
    columns = wide(NAMES["swollen_knee_left"])
    columns |= {f"swollen_{name}": [1, None, 0, 0] for name in others[:1]}
    columns |= {f"swollen_{name}": [0, None, 0, 1] for name in others[1:]}
    form = MAKERS[kind](columns)
    findings = {what: f"{what}_" for what in ("swollen", "limited", "tender")}
    with pytest.raises(jia.errors.UnknownJointError, match="left-out") as caught:
        jia.prepare.joint_counts(form, **findings)
    assert caught.value.values == tuple(f"swollen_{name}" for name in others)
    out = jia.prepare.joint_counts(form, **findings, painful_from="tender", beyond_71="left-out")
    assert counts_of(out) == expected()
    assert columns_of(out)["joints_beyond_71"] == [
        f"swollen_{others[0]}",
        None,
        None,
        "; ".join(f"swollen_{name}" for name in others[1:]),
    ]


# ---------------------------------------------------------------- boxes to tick, and lists

STATUS = {"joints_complete": ["2", "0", "2", "1"]}
FINDINGS = {"swollen": SWOLLEN, "limited": LIMITED, "tender": TENDER}


def ticks(named, yes="1", no="0") -> dict:
    """Return an export in which what nobody ticked is no, whether or not anybody looked."""
    return {
        named(what, joint): [yes if joint in (of or ()) else no for of in found]
        for what, found in FINDINGS.items()
        for joint in JOINTS_71
    }


BOXES = {
    "raw": (lambda what, joint: f"{what}___{joint.lower()}", "{}___", "1", "0"),
    "labels": (
        lambda what, joint: f"{what} (choice={people(joint)})",
        "{} (choice=",
        "Checked",
        "Unchecked",
    ),
    "dictionary": (lambda what, joint: f"{what}___{people(joint)}", "{}___", 1, 0),
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("form", BOXES)
def test_boxes_without_a_tick_are_no_only_where_the_form_is_complete(kind, form):
    named, before, yes, no = BOXES[form]
    table = MAKERS[kind]({**ticks(named, yes, no), **STATUS})
    findings = {what: before.format(what) for what in FINDINGS}
    out = jia.prepare.joint_counts(
        table, **findings, painful_from="tender", examined="joints_complete"
    )
    # The last form is not complete and has ticks: somebody filled it.
    assert counts_of(out) == expected()
    assert columns_of(out)["joints_examined"] == [True, False, True, True]
    # Without anything that says so, a form without a tick is a gap.
    out = jia.prepare.joint_counts(table, **findings, painful_from="tender")
    swollen, limited, tender = ([*of[:2], None, of[3]] for of in FINDINGS.values())
    assert counts_of(out) == expected(swollen, limited, tender)
    assert columns_of(out)["active_joints_max"][1:3] == [71, 71]


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("words", [("yes", "no", "yes", "yes"), (1, 0, 1, None)])
def test_a_named_field_says_whether_the_joints_were_examined(kind, words):
    table = MAKERS[kind]({**ticks(BOXES["raw"][0]), "seen": list(words)})
    findings = {what: f"{what}___" for what in FINDINGS}
    out = jia.prepare.joint_counts(table, **findings, painful_from="tender", examined="seen")
    assert counts_of(out) == expected()


@pytest.mark.parametrize("kind", MAKERS)
def test_a_tick_where_nobody_examined_is_a_contradiction(kind):
    table = MAKERS[kind]({**ticks(BOXES["raw"][0]), "seen": ["no", "no", "yes", "yes"]})
    with pytest.raises(jia.errors.InconsistentError, match=r"not examined in row 0,") as caught:
        jia.prepare.joint_counts(table, swollen="swollen___", examined="seen")
    assert caught.value.where == ("row 0",)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_form_that_says_no_joint_by_joint_is_open_where_nobody_examined(kind):
    columns = wide(NAMES["swollen_knee_left"])
    table = MAKERS[kind]({**columns, "seen": ["yes", "no", "no", None]})
    findings = {what: f"{what}_" for what in FINDINGS}
    out = jia.prepare.joint_counts(table, **findings, painful_from="tender", examined="seen")
    swollen, limited, tender = ([*of[:2], None, of[3]] for of in FINDINGS.values())
    assert counts_of(out) == expected(swollen, limited, tender)
    assert columns_of(out)["joints_examined"] == [True, False, False, True]


def test_labels_of_an_api_export_are_ticks():
    named = BOXES["dictionary"][0]
    table = {
        named("active", joint): [people(joint) if joint == "knee_left" else None, None]
        for joint in JOINTS_71
    }
    out = jia.prepare.joint_counts(pd.DataFrame(table), active="active___")
    assert columns_of(out)["active_joints"] == [1, None]


LISTS = {
    "semicolons": lambda of: "; ".join(people(joint) for joint in sorted(of)),
    "commas": lambda of: ", ".join(sorted(of)),
    "and": lambda of: " and ".join(people(joint) for joint in sorted(of)),
    "lines": lambda of: "\n".join(people(joint) for joint in sorted(of)),
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("how", LISTS)
@pytest.mark.parametrize("nothing", ["none", "no", "-", "keine"])
def test_a_list_of_joints_in_one_cell(kind, how, nothing):
    table = {
        f"{what} joints": [None if of is None else LISTS[how](of) or nothing for of in found]
        for what, found in FINDINGS.items()
    }
    findings = {what: f"{what} joints" for what in FINDINGS}
    out = jia.prepare.joint_counts(MAKERS[kind](table), **findings, painful_from="tender")
    assert counts_of(out) == expected()


@pytest.mark.parametrize("blank", ["", "  ", None])
def test_an_empty_list_is_no_joint_only_where_somebody_examined(blank):
    table = pd.DataFrame({"joints": ["left knee", blank, blank], "seen": ["yes", "yes", None]})
    out = jia.prepare.joint_counts(table, active="joints", examined="seen")
    assert columns_of(out)["active_joints"] == [1, 0, None]
    out = jia.prepare.joint_counts(table.drop(columns="seen"), active="joints")
    assert columns_of(out)["active_joints"] == [1, None, None]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("both knees", 2),
        ("Knie beidseits; L wrist", 3),
        ("bilateral ankle, neck", 3),
        ("left knee; left knee", 1),
        ("PIP1 left", 1),
    ],
)
def test_what_a_list_may_say(text, count):
    out = jia.prepare.joint_counts(pd.DataFrame({"joints": [text]}), active="joints")
    assert out["active_joints"].tolist() == [count]


@pytest.mark.parametrize(
    ("text", "said"), [("knee", "knee_left or knee_right"), ("left foo", "'left foo' in row 1")]
)
def test_a_list_with_what_is_no_joint_says_where(text, said):
    table = pd.DataFrame({"joints": ["left knee", f"left wrist; {text}"]})
    with pytest.raises(jia.errors.UnknownJointError, match=said):
        jia.prepare.joint_counts(table, active="joints")


def test_a_list_with_a_joint_beyond_the_71():
    table = pd.DataFrame({"joints": ["left knee; left SI joint", "left knee"]})
    with pytest.raises(jia.errors.UnknownJointError, match="left-out"):
        jia.prepare.joint_counts(table, active="joints")
    out = jia.prepare.joint_counts(table, active="joints", beyond_71="left-out")
    assert columns_of(out)["active_joints"] == [1, 1]
    assert columns_of(out)["joints_beyond_71"] == ["left SI joint", None]


# ---------------------------------------------------------------- one code a joint

CODES = {
    "0": "",
    "1": "swollen",
    "2": ["limited", "painful on motion"],
    "3": ["swollen", "limited"],
    "4": "limited",
    "9": "not examined",
}


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("as_kind", [int, float, str])
def test_one_code_for_each_joint(kind, as_kind):
    table = {f"jt_{joint}": [as_kind(0), as_kind(0), as_kind(9)] for joint in JOINTS_71}
    table["jt_knee_left"] = [as_kind(3), as_kind(0), as_kind(9)]
    table["jt_hip_left"] = [as_kind(2), as_kind(4), as_kind(9)]
    table["jt_wrist_left"] = [as_kind(1), as_kind(9), as_kind(9)]
    out = columns_of(jia.prepare.joint_counts(MAKERS[kind](table), coded="jt_", codes=CODES))
    # Tenderness has no code: the second hip, limited without pain on motion, may be active or not.
    assert out["active_joints"] == [3, None, None]
    assert out["active_joints_min"] == [3, 0, 0]
    assert out["active_joints_max"] == [3, 2, 71]
    assert out["limited_joints"] == [2, None, None]


def test_codes_together_and_unknown_ones():
    table = pd.DataFrame({f"jt_{joint}": ["", "N"] for joint in JOINTS_71})
    table["jt_knee_left"] = ["S+L", "N"]
    codes = {"S": "swollen", "L": "limited", "N": ""}
    out = jia.prepare.joint_counts(table, coded="jt_", codes=codes)
    assert out[["active_joints_min", "active_joints_max"]].to_numpy().tolist() == [[1, 71], [0, 0]]
    table.loc[1, "jt_hip_left"] = "X"
    with pytest.raises(jia.errors.NotCoveredError, match="the code 'X' in row 1"):
        jia.prepare.joint_counts(table, coded="jt_", codes=codes)


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (None, "needs codes="),
        ({"1": "swolen"}, "Did you mean 'swollen'"),
        ({"1": ""}, "names no finding"),
    ],
)
def test_codes_that_are_not_explained(codes, said):
    table = pd.DataFrame({f"jt_{joint}": ["1"] for joint in JOINTS_71})
    with pytest.raises(jia.errors.RequestError, match=said):
        jia.prepare.joint_counts(table, coded="jt_", codes=codes)


# ---------------------------------------------------------------- one row for each joint


def rows_of_joints(joints=JOINTS_71, visits=("v1", "v3", "v4")) -> dict:
    """Return a row for each joint of each visit that was examined."""
    at = {"v1": 0, "v3": 2, "v4": 3}
    pairs = [(visit, joint) for visit in visits for joint in joints]
    columns = {"patient": ["7"] * len(pairs), "date": [visit for visit, _ in pairs]}
    columns["joint"] = [people(joint) for _, joint in pairs]
    for what, found in FINDINGS.items():
        columns[what] = [int(joint in found[at[visit]]) for visit, joint in pairs]
    return columns


@pytest.mark.parametrize("kind", MAKERS)
def test_a_row_for_each_joint(kind):
    table = MAKERS[kind](rows_of_joints())
    out = jia.prepare.joint_counts(
        table,
        joint="joint",
        swollen="swollen",
        limited="limited",
        tender="tender",
        painful_from="tender",
    )
    assert type(out) is type(table)
    of = expected()
    assert counts_of(out) == {name: [of[name][at] for at in (0, 2, 3)] for name in COUNTS}
    assert columns_of(out)["patient"] == ["7", "7", "7"]
    assert columns_of(out)["date"] == ["v1", "v3", "v4"]


@pytest.mark.parametrize("kind", MAKERS)
def test_joints_without_a_row(kind):
    joints = (
        "knee_left",
        "mcp2_right",
        "hip_left",
        "thumb_ip_left",
        "cervical_spine",
        "wrist_left",
        "ankle_left",
    )
    table = MAKERS[kind](rows_of_joints(joints))
    findings = {what: what for what in FINDINGS}
    out = columns_of(
        jia.prepare.joint_counts(table, joint="joint", **findings, painful_from="tender")
    )
    assert out["active_joints"] == [None, None, None]
    assert out["active_joints_max"] == [3 + 64, 64, 2 + 64]
    out = jia.prepare.joint_counts(
        table, joint="joint", **findings, painful_from="tender", unlisted="no-finding"
    )
    of = expected()
    assert counts_of(out) == {name: [of[name][at] for at in (0, 2, 3)] for name in COUNTS}


@pytest.mark.parametrize("kind", MAKERS)
def test_rows_with_a_code(kind):
    table = MAKERS[kind](
        {
            "patient": ["1", "1", "2"],
            "date": [1, 1, 1],
            "joint": ["left knee", "left hip", "lumbar spine"],
            "finding": ["swollen", "limited", "swollen"],
        }
    )
    codes = {"swollen": "swollen", "limited": "limited"}
    out = jia.prepare.joint_counts(
        table,
        joint="joint",
        coded="finding",
        codes=codes,
        unlisted="no-finding",
        beyond_71="left-out",
    )
    assert columns_of(out)["limited_joints"] == [1, 0]
    assert columns_of(out)["active_joints_min"] == [1, 0]
    assert columns_of(out)["joints_beyond_71"] == [None, "lumbar spine"]


def test_two_rows_of_a_joint_raise_and_unknown_joints_too():
    columns = rows_of_joints(("knee_left", "knee_left"))
    with pytest.raises(jia.errors.VisitError, match="knee_left has more than one row") as caught:
        jia.prepare.joint_counts(pd.DataFrame(columns), joint="joint", swollen="swollen")
    assert len(caught.value.where) == 6
    table = pd.DataFrame(rows_of_joints()).replace({"joint": {"L knee": "knee"}})
    with pytest.raises(jia.errors.UnknownJointError, match="knee_left or knee_right"):
        jia.prepare.joint_counts(table, joint="joint", swollen="swollen")


def test_whether_a_visit_was_examined_stands_in_its_rows():
    table = pd.DataFrame(rows_of_joints(("knee_left", "hip_left"))).assign(swollen=0)
    table["seen"] = ["yes", None, "no", "no", "yes", "yes"]
    given = {"joint": "joint", "active": "swollen", "unlisted": "no-finding", "examined": "seen"}
    assert columns_of(jia.prepare.joint_counts(table, **given))["active_joints"] == [0, None, 0]
    table["seen"] = ["yes", "no", "no", "no", "yes", "yes"]
    with pytest.raises(jia.errors.VisitError, match="says both yes and no at one visit"):
        jia.prepare.joint_counts(table, **given)


@pytest.mark.parametrize("kind", MAKERS)
def test_check_counts_the_forms_that_nobody_filled(kind):
    table = {**ticks(BOXES["raw"][0]), **STATUS, "patient": ["1", "1", "2", "2"]}
    table["date"] = ["2024-01-10", "2024-02-10", "2024-01-10", "2024-02-10"]
    findings = {what: f"{what}___" for what in FINDINGS}
    out = jia.prepare.joint_counts(
        MAKERS[kind](table), **findings, painful_from="tender", examined="joints_complete"
    )
    found = columns_of(jia.check(out, measures=["cjadas10"]))
    rows = [at for at, name in enumerate(found["variable"]) if name == "joints_examined"]
    assert [found["finding"][at] for at in rows] == ["missing", "missing"]
    assert [found["value"][at] for at in rows] == ["1", None]
    assert [found["row"][at] for at in rows] == [None, 1]


def test_a_field_for_each_joint_whose_boxes_are_the_findings():
    table = {f"{joint}___{code}": ["0", "0"] for joint in JOINTS_71 for code in (1, 2, 3)}
    table |= {"knee_left___1": ["1", "0"], "hip_left___2": ["1", "0"], "hip_left___3": ["1", "0"]}
    out = jia.prepare.joint_counts(
        pd.DataFrame({**table, "exam_complete": ["1", "1"]}),
        swollen="{joint}___1",
        tender="{joint}___2",
        limited="{joint}___3",
        painful_from="tender",
        examined="exam_complete",
    )
    # The knee is swollen, the hip limited and tender; the second form is not complete.
    assert columns_of(out)["active_joints"] == [2, None]
    assert columns_of(out)["limited_joints"] == [1, None]


@pytest.mark.parametrize("kind", MAKERS)
def test_a_finding_beyond_the_71_is_a_finding_where_nobody_examined(kind):
    """And "no" there is none."""
    table = {f"jt_{joint}": [0, 0, 0] for joint in JOINTS_71} | {"jt_lumbar_spine": [1, 0, 0]}
    table["seen"] = ["yes", "no", "yes"]
    ask = {"coded": "jt_", "codes": CODES, "examined": "seen", "beyond_71": "left-out"}
    counts = columns_of(jia.prepare.joint_counts(MAKERS[kind](table), **ask))
    assert counts["active_joints_min"][0] == 0
    assert counts["joints_beyond_71"] == ["jt_lumbar_spine", None, None]
    table["seen"] = ["no", "no", "yes"]
    with pytest.raises(jia.errors.InconsistentError, match=r"not examined in row 0") as caught:
        jia.prepare.joint_counts(MAKERS[kind](table), **ask)
    assert caught.value.where == ("row 0",)


@pytest.mark.parametrize("by", [(), ["date"]])
def test_a_visit_is_of_a_patient_and_a_date(by) -> None:
    rows = pd.DataFrame({"patient": ["A"], "date": [0], "joint": ["left knee"], "active": [1]})
    form = pd.DataFrame({"patient": ["A"], "date": [0], "list": ["left knee"]})
    with pytest.raises(jia.errors.RequestError, match=r"by=.*\['patient', 'date'\]"):
        jia.prepare.joint_counts(form, active="list", by=by, cumulative=True)
    if not by:
        with pytest.raises(jia.errors.RequestError, match=r"by=\[\]: name the columns"):
            jia.prepare.joint_counts(rows, active="active", joint="joint", by=by)


def test_a_joint_without_a_box_stays_open_where_the_others_are_no() -> None:
    boxes = [joint for joint in JOINTS_71 if joint != "hip_left"]
    form = pd.DataFrame({f"active___{joint}": [0, 0] for joint in boxes} | {"done": ["yes", "no"]})
    form.loc[0, "active___knee_left"] = 1
    ask = {"active": "active___", "examined": "done", "not_on_form": ["hip_left"]}
    out = columns_of(jia.prepare.joint_counts(form, **ask))
    assert out["active_joints_min"] == [1, 0]
    assert out["active_joints_max"] == [2, 71]
    assert out["joints_examined"] == [True, False]


@pytest.mark.parametrize("kind", MAKERS)
def test_rows_of_joints_leave_a_joint_open_that_the_form_does_not_have(kind) -> None:
    rows = {"patient": ["A", "A"], "date": [0, 0], "joint": ["left knee", "R hip"]}
    table = MAKERS[kind](rows | {"active": [1, 0]})
    ask = {"active": "active", "joint": "joint", "unlisted": "no-finding"}
    out = columns_of(jia.prepare.joint_counts(table, **ask, not_on_form=["hip_left"]))
    assert (out["active_joints_min"], out["active_joints_max"]) == ([1], [2])
    assert columns_of(jia.prepare.joint_counts(table, **ask))["active_joints"] == [1]


def test_injections_are_read_from_the_columns_of_a_mapping() -> None:
    form = pd.DataFrame({f"a_{joint}": [0, 0, 0] for joint in JOINTS_71})
    form["a_knee_left"] = 1
    form["since"] = [30, 31, None]
    rule = {"injection_rule": "not-assessable", "injection_days": 30}
    for named in ({"knee_left": "since"}, {"L knee": "since"}):
        out = columns_of(jia.prepare.joint_counts(form, active="a_", injected=named, **rule))
        # The 30th day is the last on which nobody can say.
        assert out["active_joints"] == [None, 1, 1]
        assert out["active_joints_min"] == [0, 1, 1]
    rows = pd.DataFrame({"patient": ["A"], "date": [0], "joint": ["left knee"], "active": [1]})
    with pytest.raises(jia.errors.RequestError, match="with one column for each joint"):
        jia.prepare.joint_counts(rows, active="active", joint="joint", injected="since", **rule)
