"""Visits and second tables from SDTM."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.adam.domains import PARTIAL_DATES
from jiascores.core.errors import (
    ColumnError,
    JiaScoresError,
    NotNumericError,
    RequestError,
    UnknownJointError,
    VisitError,
)
from jiascores.core.joints import JOINTS_71, joint_named
from jiascores.testing import simulate_visits

CODES = {"physician_global": "PHGA", "patient_global": "PTGA", "active_joints": "ACTJT"}
CODES |= {"crp": "CRP"}
ONLY_CRP = {"crp": "CRP"}
CODES_OF_BOTH = {"active_joints": "ACTJT", "crp": "CRP"}


def questionnaire(**changes: Any) -> pd.DataFrame:
    rows = [
        ("S-01", "PHGA", 6.0, "2024-01-10", "Y", None, 1),
        ("S-01", "PTGA", 5.0, "2024-01-10T09:30", "Y", None, 1),
        ("S-01", "PHGA", 2.0, "2024-03-06", None, None, 2),
        ("S-01", "PTGA", None, "2024-03-06", None, "NOT DONE", 2),
        ("S-01", "OTHER", None, "2024-03", None, None, 2),
    ]
    names = ["USUBJID", "QSTESTCD", "QSSTRESN", "QSDTC", "QSLOBXFL", "QSSTAT", "VISITNUM"]
    return pd.DataFrame(rows, columns=names).assign(**changes)


def joints() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": "S-01",
            "RSTESTCD": "ACTJT",
            "RSSTRESN": [8.0, 1.0],
            "RSDTC": ["2024-01-10", "2024-03-06"],
            "VISITNUM": [1, 2],
        }
    )


def laboratory(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": "S-01",
            "LBTESTCD": "CRP",
            "LBSTRESN": [2.4, 5.0],
            "LBSTRESC": ["2.4", "5"],
            "LBSTRESU": ["mg/dL", "mg/L"],
            "LBDTC": ["2024-01-10T08:00", "2024-03-06"],
            "VISITNUM": [1, 2],
        }
    ).assign(**changes)


# CDISC's words for the 71 joints: MKLOC, without the side.
HAND, FOOT = "OF THE HAND", "OF THE FOOT"
PLACES = {
    "cervical_spine": "CERVICAL SPINE",
    "subtalar": "SUBTALAR JOINT",
    "intertarsal": "INTERTARSAL JOINT",
    "thumb_ip": f"INTERPHALANGEAL JOINT 1 {HAND}",
    "toe_ip1": f"INTERPHALANGEAL JOINT 1 {FOOT}",
    **{f"mcp{n}": f"METACARPOPHALANGEAL JOINT {n}" for n in range(1, 6)},
    **{f"mtp{n}": f"METATARSOPHALANGEAL JOINT {n}" for n in range(1, 6)},
    **{f"pip{n}": f"PROXIMAL INTERPHALANGEAL JOINT {n} {HAND}" for n in range(2, 6)},
    **{f"dip{n}": f"DISTAL INTERPHALANGEAL JOINT {n} {HAND}" for n in range(2, 6)},
    **{f"toe_ip{n}": f"PROXIMAL INTERPHALANGEAL JOINT {n} {FOOT}" for n in range(2, 6)},
}


def place(joint: str) -> tuple[str, str | None]:
    """Return MKLOC and MKLAT of a joint."""
    if joint in PLACES:
        return PLACES[joint], None
    stem, _, side = joint.rpartition("_")
    return PLACES.get(stem, f"{stem.upper()} JOINT"), side.upper()


def examined(found: dict[str, dict[str, str | None]], **changes: Any) -> pd.DataFrame:
    """Return MK of one visit: finding → joint → MKSTRESC, N for all others, None for not done."""
    rows = [
        {
            "USUBJID": "S-01",
            "MKTESTCD": test,
            "MKSTRESC": said.get(joint, "N"),
            "MKSTAT": "NOT DONE" if said.get(joint, "N") is None else None,
            "MKLOC": place(joint)[0],
            "MKLAT": place(joint)[1],
            "VISITNUM": 1,
            "MKDTC": "2024-01-10",
        }
        for test, said in found.items()
        for joint in JOINTS_71
    ]
    return pd.DataFrame(rows).assign(**changes)


def test_domains_become_visits_that_assess() -> None:
    visits = jia.adam.visits_from_sdtm(questionnaire(), joints(), laboratory(), variables=CODES)
    assert visits["date"].tolist() == ["2024-01-10", "2024-03-06"]
    assert visits["lobxfl"].tolist() == [True, False]
    assert "blfl" not in visits
    assert visits["patient_global"].isna().tolist() == [False, True]
    out = jia.assess(
        visits,
        measures=["jadas10", "cjadas10"],
        units={"crp": jia.column("crp_unit")},
        baseline=jia.flagged("lobxfl"),
    )
    # 2.4 mg/dL is 24 mg/L, and its item 1.4; what was not done is missing, and not 0.
    assert out["jadas10"].iloc[0] == 20.4
    assert out["cjadas10"].isna().tolist() == [False, True]


def test_other_rows_of_a_domain_do_not_count() -> None:
    visits = jia.adam.visits_from_sdtm(questionnaire(), variables={"physician_global": "PHGA"})
    assert list(visits["physician_global"]) == [6, 2]


def test_another_date_is_another_visit_unless_visitnum_says_so() -> None:
    late = laboratory(LBDTC=["2024-01-10", "2024-03-08"])
    only = {"active_joints": "ACTJT", "crp": "CRP"}
    assert len(jia.adam.visits_from_sdtm(joints(), late, variables=only)) == 3
    with pytest.raises(VisitError, match="date_of"):
        jia.adam.visits_from_sdtm(joints(), late, variables=only, by="visit")
    one = jia.adam.visits_from_sdtm(
        joints(), late, variables=only, by="visit", date_of="active_joints"
    )
    assert one["date"].tolist() == ["2024-01-10", "2024-03-06"]
    assert list(one["crp"]) == [2.4, 5.0]
    with pytest.raises(VisitError, match="VISITNUM is missing"):
        jia.adam.visits_from_sdtm(late.assign(VISITNUM=[1, None]), variables=ONLY_CRP, by="visit")


def test_by_visit_the_flag_is_of_the_visit_whatever_its_date() -> None:
    late = laboratory(LBDTC=["2024-01-02", "2024-03-08"], LBBLFL=["Y", None])
    one = jia.adam.visits_from_sdtm(
        joints(),
        late,
        variables={"active_joints": "ACTJT", "crp": "CRP"},
        by="visit",
        date_of="active_joints",
    )
    assert one["blfl"].tolist() == [True, False]
    assert "lobxfl" not in one


def test_each_variable_may_have_its_own_flag() -> None:
    lb = laboratory(LBDTC=["2024-01-02", "2024-03-06"], LBLOBXFL=["Y", None])
    mk = examined({"ACTIND": {"knee_left": "Y"}}, MKLOBXFL="Y")
    codes = {"physician_global": "PHGA", "patient_global": "PTGA", "crp": "CRP"}
    asked: dict[str, Any] = {"variables": codes, "joints": {"active": "ACTIND"}}
    how: dict[str, Any] = {
        "units": {"crp": jia.column("crp_unit")},
        "measures": ["jadas10", "acr_ped"],
    }
    whole = jia.adam.visits_from_sdtm(questionnaire(), lb, mk, **asked)
    assert whole["lobxfl"].tolist() == [True, False, True]
    whole = whole.assign(chaq=1.0, limited_joints=1)
    with pytest.raises(VisitError, match="two rows can be the visit flagged by lobxfl"):
        jia.assess(whole, baseline=jia.flagged("lobxfl"), **how)
    each = jia.adam.visits_from_sdtm(questionnaire(), lb, mk, flags="variable", **asked)
    assert "lobxfl" not in each
    assert each.loc[each["crp_lobxfl"], "date"].tolist() == ["2024-01-02"]
    assert each.loc[each["active_joints_lobxfl"], "date"].tolist() == ["2024-01-10"]
    each = each.assign(chaq=1.0, limited_joints=1, chaq_lobxfl=None, limited_joints_lobxfl=None)
    out = jia.assess(each, baseline=jia.flagged("lobxfl", per_variable=True), details=True, **how)
    last = out.set_index("date").loc["2024-03-06"]
    # CRP 24 at screening to 5, and the physician's global 6 to 2; the others are open.
    assert last["acr_ped_improved"] == 2
    # A count that was recorded has the flag of its own row, whatever the others have.
    counted = joints().assign(RSBLFL=[None, "Y"])
    recorded = jia.adam.visits_from_sdtm(
        counted, laboratory(LBBLFL=["Y", None]), variables=CODES_OF_BOTH, flags="variable"
    )
    assert recorded["active_joints_blfl"].tolist() == [False, True]
    assert recorded["crp_blfl"].tolist() == [True, False]
    with pytest.raises(RequestError, match="flags='test'"):
        jia.adam.visits_from_sdtm(lb, variables=ONLY_CRP, flags="test")  # type: ignore[arg-type]


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize("dtc", ["2024-03", "2024", "2024-03-06/2024-03-08", None, "--03-06"])
def test_partial_dates_are_refused(dtc: Any) -> None:
    late = laboratory(LBDTC=["2024-01-10", dtc])
    with pytest.raises(
        VisitError, match=r"not a full date in 1 row: .*partial_dates='first-of-month'"
    ):
        jia.adam.visits_from_sdtm(late, variables=ONLY_CRP)


@pytest.mark.parametrize(
    "dtc", ["2024-02-30", "2024-00-10", "2024-03-00", "2024-13", "2024---15", "24-01-10", "2024-1"]
)
@pytest.mark.parametrize("rule", [None, *PARTIAL_DATES])
def test_what_is_no_date_no_rule_makes_one(dtc: str, rule: Any) -> None:
    late = laboratory(LBDTC=["2024-01-10", dtc])
    with pytest.raises(VisitError, match="not a full date"):
        jia.adam.visits_from_sdtm(late, variables=ONLY_CRP, partial_dates=rule)


@settings(max_examples=25)
@given(
    day=st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31)), rule=st.sampled_from([*PARTIAL_DATES])
)
def test_partial_dates_are_completed_by_the_rule_that_is_named(day: dt.date, rule: Any) -> None:
    year, month = day.year, day.month
    last = calendar.monthrange(year, month)[1]
    which, _, of = rule.partition("-of-")
    of_month = dt.date(year, month, {"first": 1, "middle": 15, "last": last}[which])
    of_year = {"first": f"{year}-01-01", "middle": f"{year}-06-30", "last": f"{year}-12-31"}[which]
    expected = [(day.isoformat(), None), (of_month.isoformat(), "D"), (of_month.isoformat(), "D")]
    expected += [(of_year, "M")] if of == "year" else []
    given_ = [f"{day}T10:00", f"{day:%Y-%m}", f"{day:%Y-%m}--T08:30", f"{day:%Y}"]
    for dtc, (date, gap) in zip(given_, expected, strict=False):
        lb = laboratory(LBDTC=dtc)[:1]
        visits = jia.adam.visits_from_sdtm(lb, variables=ONLY_CRP, partial_dates=rule)
        assert visits[["date", "date_imputed"]].values.tolist() == [[date, gap]]
    if of == "month":
        with pytest.raises(VisitError, match="not a full date"):
            jia.adam.visits_from_sdtm(
                laboratory(LBDTC=f"{year}")[:1], variables=ONLY_CRP, partial_dates=rule
            )


def test_a_rule_that_is_not_known() -> None:
    with pytest.raises(RequestError, match="'last-of-month': a missing day is the last"):
        jia.adam.visits_from_sdtm(laboratory(), variables=ONLY_CRP, partial_dates="mid")


def test_dates_that_are_dates() -> None:
    lb = laboratory(LBDTC=[pd.Timestamp("2024-01-10 08:00"), dt.date(2024, 3, 6)])
    assert jia.adam.visits_from_sdtm(lb, variables=ONLY_CRP)["date"].tolist() == [
        "2024-01-10",
        "2024-03-06",
    ]


# ------------------------------------------------------------------ results


def test_results_below_a_limit_are_read_by_a_rule() -> None:
    below = laboratory(LBSTRESN=[None, None], LBSTRESC=["<0.6", ">200"])
    with pytest.raises(RequestError, match=r"LBSTRESC of CRP is '<0.6'.*below=\{'crp': 'half'\}"):
        jia.adam.visits_from_sdtm(below, variables=ONLY_CRP)
    with pytest.raises(RequestError, match=r"is '>200'.*above=\{'crp': 'limit'\}"):
        jia.adam.visits_from_sdtm(below, variables=ONLY_CRP, below={"crp": "half"})
    for rule, value in (("limit", 0.6), ("half", 0.3), ("zero", 0.0)):
        visits = jia.adam.visits_from_sdtm(
            below,
            variables=ONLY_CRP,
            below={"crp": rule},  # type: ignore[dict-item]
            above={"crp": "limit"},
        )
        assert list(visits["crp"]) == [value, 200.0]
        assert list(visits["crp_below_limit"]) == [rule, "limit"]
    out = jia.assess(
        visits.assign(physician_global=1.0, patient_global=1.0, active_joints=1),
        measures=["jadas10"],
        units={"crp": jia.column("crp_unit")},
    )
    assert list(out["jadas10"]) == [3.0, 13.0]
    with pytest.raises(RequestError, match="choose 'limit'"):
        jia.adam.visits_from_sdtm(below, variables=ONLY_CRP, below={"crp": "third"})  # type: ignore[dict-item]
    with pytest.raises(RequestError, match=r"below= names 'esr', .*There is 'crp'"):
        jia.adam.visits_from_sdtm(below, variables=ONLY_CRP, below={"esr": "half"})


def test_words_that_are_no_result_are_refused_and_numbers_in_stresc_are_read() -> None:
    odd = laboratory(LBSTRESN=[2.4, None], LBSTRESC=["2.4", "HAEMOLYSED"])
    with pytest.raises(RequestError, match=r"'HAEMOLYSED' .1 row.*Give the number in LBSTRESN"):
        jia.adam.visits_from_sdtm(odd, variables=ONLY_CRP)
    only = laboratory().drop(columns="LBSTRESN")
    assert list(jia.adam.visits_from_sdtm(only, variables=ONLY_CRP)["crp"]) == [2.4, 5.0]
    vs = pd.DataFrame(
        {"USUBJID": "S-01", "VSTESTCD": "TEMP", "VSSTRESN": [38.4], "VSDTC": "2024-01-10"}
    )
    visits = jia.adam.visits_from_sdtm(vs, variables={"highest_temperature": "TEMP"})
    assert list(visits["highest_temperature"]) == [38.4]


@pytest.mark.parametrize("wrong", [dt.date(2024, 1, 1), float("inf"), np.datetime64("2024-01-01")])
def test_what_is_neither_a_number_nor_a_text_is_no_result(wrong: Any) -> None:
    odd = laboratory(LBSTRESN=pd.Series([2.4, wrong], dtype=object))
    with pytest.raises(RequestError, match=r"LBSTRESC of CRP is .*1 row of LB"):
        jia.adam.visits_from_sdtm(odd, variables=ONLY_CRP)


EYES = st.lists(st.sampled_from(["Y", "N", "U", None]), min_size=1, max_size=2)


@given(eyes=EYES)
def test_uveitis_is_there_where_one_eye_has_it_and_absent_where_both_were_looked_at(
    eyes: list[str | None],
) -> None:
    oe = pd.DataFrame(
        {
            "USUBJID": "S-01",
            "OETESTCD": "UVEITIS",
            "OESTRESC": eyes,
            "OESTAT": [None if eye else "NOT DONE" for eye in eyes],
            "OELAT": ["LEFT", "RIGHT"][: len(eyes)],
            "OEDTC": "2024-01-10",
        }
    )
    codes = {"uveitis": "UVEITIS", "physician_global": "PHGA"}
    visits = jia.adam.visits_from_sdtm(oe, questionnaire(), variables=codes)
    expected = 1.0 if "Y" in eyes else 0.0 if eyes == ["N", "N"] else None
    assert [None if np.isnan(each) else each for each in visits["uveitis"]] == [expected, None]


def eyes(**columns: Any) -> pd.DataFrame:
    oe = {"USUBJID": "S-01", "OETESTCD": "UVEITIS", "OEDTC": "2024-01-10", "OELAT": None}
    return pd.DataFrame({**oe, **columns})


def test_what_was_recorded_of_the_patient_or_of_a_place_is_not_of_two_sides() -> None:
    asked: Any = {"variables": {"uveitis": "UVEITIS"}}
    whole = jia.adam.visits_from_sdtm(eyes(OESTRESC=["N"]), **asked)
    assert list(whole["uveitis"]) == [0]
    # Of two places without a side, each was looked at.
    places = eyes(OESTRESC=["N", "N"], OELOC=["IRIS", "RETINA"])
    assert list(jia.adam.visits_from_sdtm(places, **asked)["uveitis"]) == [0]
    # Two visits are two answers.
    both = eyes(OESTRESC=["N", "Y"], OELAT="LEFT", OEDTC=["2024-01-10", "2024-02-10"])
    read = jia.adam.visits_from_sdtm(both, **asked)["uveitis"]
    assert [None if pd.isna(each) else each for each in read] == [None, 1]


@pytest.mark.parametrize("dtype", [bool, object])
def test_true_and_false_are_yes_and_no(dtype: Any) -> None:
    oe = eyes(OESTRESN=pd.Series([True, False], dtype=dtype), OELAT=["LEFT", "RIGHT"])
    read = jia.adam.visits_from_sdtm(oe, variables={"uveitis": "UVEITIS"})
    assert list(read["uveitis"]) == [1.0]


def test_two_answers_about_one_eye_are_refused() -> None:
    twice = eyes(OESTRESC=["Y", "N", "N"], OELAT=["LEFT", "LEFT", "RIGHT"])
    with pytest.raises(VisitError, match="uveitis has more than one value at a visit"):
        jia.adam.visits_from_sdtm(twice, variables={"uveitis": "UVEITIS"})


def test_a_word_of_an_eye_that_says_neither_is_refused() -> None:
    with pytest.raises(RequestError, match="OESTRESC of UVEITIS is 'MILD'"):
        jia.adam.visits_from_sdtm(eyes(OESTRESC=["MILD"]), variables={"uveitis": "UVEITIS"})


def test_what_jiascores_does_not_know_comes_as_it_is() -> None:
    qs = questionnaire(QSSTRESC=["mild", "severe", " 3 ", "", "x"], QSSTRESN=None)
    read = jia.adam.visits_from_sdtm(qs, variables={"mood": ["PHGA", "PTGA"]}, only={"VISITNUM": 2})
    assert list(read["mood"]) == [3.0]
    read = jia.adam.visits_from_sdtm(qs, variables={"mood": "PHGA"}, only={"VISITNUM": [1]})
    assert list(read["mood"]) == ["mild"]


def test_what_was_never_done_is_there_and_empty() -> None:
    none = laboratory(LBSTRESN=None, LBSTRESC=None, LBSTAT="NOT DONE")
    visits = jia.adam.visits_from_sdtm(
        questionnaire(), none, variables={"physician_global": "PHGA", "crp": "CRP"}
    )
    assert visits["crp"].isna().all()
    assert len(visits) == 2


def test_two_values_of_a_visit_and_what_is_not_a_domain() -> None:
    twice = pd.concat([laboratory(), laboratory()]).assign(LBSPEC=["SERUM"] * 2 + ["PLASMA"] * 2)
    with pytest.raises(VisitError, match="only="):
        jia.adam.visits_from_sdtm(twice, variables=ONLY_CRP)
    one = jia.adam.visits_from_sdtm(
        twice, joints(), variables=ONLY_CRP | {"active_joints": "ACTJT"}, only={"LBSPEC": "SERUM"}
    )
    assert list(one["crp"]) == [2.4, 5.0]
    with pytest.raises(ColumnError, match="which no domain has"):
        jia.adam.visits_from_sdtm(twice, variables=ONLY_CRP, only={"LBMETHOD": "A"})
    with pytest.raises(ColumnError, match="--TESTCD"):
        jia.adam.visits_from_sdtm(pd.DataFrame({"USUBJID": ["a"]}), variables=CODES)
    bare = laboratory().drop(columns=["LBSTRESN", "LBSTRESC"])
    with pytest.raises(ColumnError, match="'LBSTRESN' or 'LBSTRESC'"):
        jia.adam.visits_from_sdtm(bare, variables=ONLY_CRP)
    with pytest.raises(RequestError, match="at least one domain"):
        jia.adam.visits_from_sdtm(variables=CODES)
    with pytest.raises(
        RequestError, match=r"no row says 'CPR' .crp. in --TESTCD. Did you mean 'CRP'"
    ):
        jia.adam.visits_from_sdtm(laboratory(), variables={"crp": "CPR"})
    with pytest.raises(RequestError, match="which rows are which variable"):
        jia.adam.visits_from_sdtm(laboratory())


# ------------------------------------------------------------------ joints


def test_every_joint_has_a_word_of_cdisc() -> None:
    for joint in JOINTS_71:
        loc, lat = place(joint)
        assert joint_named(f"{lat or ''} {loc}".strip().lower()) == joint


SWOLLEN = st.dictionaries(st.sampled_from(JOINTS_71), st.sampled_from(["Y", "N", None, "U"]))


@settings(max_examples=15)
@given(swollen=SWOLLEN, limited=SWOLLEN, tender=SWOLLEN)
def test_joint_rows_count_as_the_examination_does(swollen: Any, limited: Any, tender: Any) -> None:
    mk = examined({"SWLLIND": swollen, "LIMIND": limited, "TNDRIND": tender})
    codes = {"swollen": "SWLLIND", "limited": "LIMIND", "tender": "TNDRIND"}
    visits = jia.adam.visits_from_sdtm(mk.sample(frac=1, random_state=1), joints=codes)
    form = pd.DataFrame(
        {
            f"{what}_{joint}": [{"Y": 1.0, "N": 0.0}.get(said.get(joint, "N"), np.nan)]
            for what, said in (("swollen", swollen), ("limited", limited), ("tender", tender))
            for joint in JOINTS_71
        }
    )
    expected = jia.prepare.joint_counts(
        form, swollen="swollen_", limited="limited_", tender="tender_"
    )
    for name in (n for n in expected if n not in form):
        assert visits[name].astype(float).equals(expected[name].astype("Float64").astype(float)), (
            name
        )


def test_counts_stand_beside_the_other_values_of_the_visit() -> None:
    mk = examined({"SWLLIND": {"knee_left": "Y", "hip_right": None}})
    visits = jia.adam.visits_from_sdtm(
        questionnaire(),
        mk,
        variables={"physician_global": "PHGA", "patient_global": "PTGA"},
        joints={"swollen": "SWLLIND"},
    )
    first = visits.iloc[0]
    assert (first["active_joints_min"], first["active_joints_max"]) == (1, 71)
    active = examined({"ACTIND": {"knee_left": "Y", "hip_right": None}})
    visits = jia.adam.visits_from_sdtm(
        questionnaire(),
        active,
        variables={"physician_global": "PHGA", "patient_global": "PTGA"},
        joints={"active": "ACTIND"},
    )
    first = visits.iloc[0]
    assert (first["active_joints_min"], first["active_joints_max"]) == (1, 2)
    assert np.isnan(first["active_joints"])
    assert first["active_joints_27"] is not None
    out = jia.assess(visits.iloc[:1], measures=["cjadas10"])
    assert np.isnan(out["cjadas10"].iloc[0])


def test_joints_by_visit_and_what_is_wrong_with_them() -> None:
    mk = examined({"ACTIND": {"knee_left": "Y"}})
    asked: dict[str, Any] = {"joints": {"active": "ACTIND"}}
    assert list(jia.adam.visits_from_sdtm(mk, by="visit", **asked)["active_joints"]) == [1]
    with pytest.raises(VisitError, match="knee_left has more than one row"):
        jia.adam.visits_from_sdtm(pd.concat([mk, mk[mk["MKLOC"] == "KNEE JOINT"]]), **asked)
    readers = pd.concat([mk.assign(MKEVALID="READER 1"), mk.assign(MKEVALID="READER 2")])
    one = jia.adam.visits_from_sdtm(readers, only={"MKEVALID": "READER 2"}, **asked)
    assert list(one["active_joints"]) == [1]
    two_days = mk.assign(MKDTC=["2024-01-10"] * 70 + ["2024-01-11"])
    with pytest.raises(VisitError, match="on two days"):
        jia.adam.visits_from_sdtm(two_days, by="visit", **asked)
    odd = mk.assign(MKLOC=mk["MKLOC"].replace("KNEE JOINT", "PATELLA"))
    with pytest.raises(UnknownJointError, match="patella"):
        jia.adam.visits_from_sdtm(odd, **asked)
    more = pd.concat([mk, mk[:1].assign(MKLOC="SACROILIAC JOINT", MKLAT="LEFT")])
    with pytest.raises(UnknownJointError, match="beyond_71='left-out'"):
        jia.adam.visits_from_sdtm(more, **asked)
    assert list(
        jia.adam.visits_from_sdtm(more, beyond_71="left-out", **asked)["active_joints"]
    ) == [1]
    few = mk[mk["MKLOC"].isin(["KNEE JOINT"])]
    assert jia.adam.visits_from_sdtm(few, **asked)["active_joints"].isna().all()
    listed = jia.adam.visits_from_sdtm(few, unlisted="no-finding", **asked)
    assert list(listed["active_joints"]) == [1]
    with pytest.raises(RequestError, match="Did you mean 'swollen'"):
        jia.adam.visits_from_sdtm(mk, joints={"swolen": "ACTIND"})
    with pytest.raises(
        RequestError, match=r"'beyond', which is not a rule for joints.*Did you mean 'beyond_71'"
    ):
        jia.adam.visits_from_sdtm(mk, beyond="left-out", **asked)
    with pytest.raises(RequestError, match="counted from joints="):
        jia.adam.visits_from_sdtm(mk, joints(), variables={"active_joints": "ACTJT"}, **asked)


def test_a_joint_that_was_not_done_is_not_without_a_finding() -> None:
    few = examined({"ACTIND": {"knee_left": "Y", "knee_right": None}})
    few = few[few["MKLOC"] == "KNEE JOINT"]
    visits = jia.adam.visits_from_sdtm(few, joints={"active": "ACTIND"}, unlisted="no-finding")
    assert visits[["active_joints_min", "active_joints_max"]].values.tolist() == [[1, 2]]


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_other_engines(kind: str) -> None:
    module = pytest.importorskip(kind)
    make = module.from_pandas if kind == "polars" else module.Table.from_pandas
    only = {"active_joints": "ACTJT", "crp": "CRP"}
    lb = laboratory(LBBLFL=["Y", None])
    given_ = jia.adam.visits_from_sdtm(make(joints()), make(lb), variables=only)
    expected = jia.adam.visits_from_sdtm(joints(), lb, variables=only)
    assert type(given_).__module__.startswith(kind)
    back = given_.to_pandas()
    same = [each.astype(object).where(each.notna(), None) for each in (back[[*expected]], expected)]
    pd.testing.assert_frame_equal(*same, check_dtype=False)
    cm = pd.DataFrame(
        {
            "USUBJID": ["a"],
            "CMTRT": ["MTX"],
            "CMSTDTC": ["2019-01-01"],
            "CMENDTC": [None],
            "CMENRF": ["AFTER"],
        }
    )
    assert jia.adam.table_from_sdtm(make(cm)).to_pandas()["drug"].tolist() == ["MTX"]


@settings(max_examples=10)
@given(seed=st.integers(0, 50))
def test_what_is_written_as_findings_comes_back(seed: int) -> None:
    visits = simulate_visits(3, visits=3, seed=seed)
    names = ["physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr"]
    long = visits.melt(["patient", "date"], names, "QSTESTCD", "QSSTRESN")
    qs = pd.DataFrame(
        {
            "USUBJID": long["patient"],
            "QSTESTCD": long["QSTESTCD"].str[:8].str.upper(),
            "QSSTRESN": long["QSSTRESN"].astype(float),
            "QSDTC": long["date"].dt.strftime("%Y-%m-%d"),
            "QSSTAT": np.where(long["QSSTRESN"].isna(), "NOT DONE", ""),
        }
    ).sample(frac=1, random_state=seed)
    back = jia.adam.visits_from_sdtm(qs, variables={n: n[:8].upper() for n in names})
    asked: dict[str, Any] = {"measures": ["jadas71", "acr_ped"], "baseline": "first"}
    one = jia.assess(visits.astype({"patient": str}), **asked)
    two = jia.assess(back, **asked)
    both = one.assign(date=one["date"].dt.strftime("%Y-%m-%d")).merge(
        two, on=["patient", "date"], suffixes=("", "_back")
    )
    assert len(both) == len(two)
    for column in ("jadas71", "acr_ped_level", "acr_ped_level_min"):
        same = both[column].astype("Float64").fillna(-1) == both[f"{column}_back"].astype(
            "Float64"
        ).fillna(-1)
        assert same.all()


# ------------------------------------------------------------------ second tables


def exposure() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": ["S-01", "S-01", "S-02"],
            "EXTRT": ["MSC", "MSC", "PLACEBO"],
            "EXDOSE": [2, "2", 0],
            "EXSTDTC": ["2024-01-10T09:00", "2024-07-01", "2024-01-11"],
            "EXENDTC": ["2024-01-10", None, None],
        }
    )


def test_ex_is_what_retreatment_reads() -> None:
    infusions = jia.adam.table_from_sdtm(exposure(), only={"EXTRT": "MSC"})
    assert infusions["date"].tolist() == ["2024-01-10", "2024-07-01"]
    assert infusions["stop"].tolist() == ["2024-01-10", "2024-07-01"]
    assert infusions["dose"].tolist() == [2, 2]
    visits = pd.DataFrame(
        {
            "patient": "S-01",
            "date": ["2024-01-10", "2024-03-01", "2024-06-01"],
            "physician_global": [6, 2, 6],
            "patient_global": [5.0, 2.0, 5.0],
            "chaq": [1.5, 0.75, 1.5],
            "active_joints": [12, 4, 12],
            "limited_joints": [9, 6, 9],
            "esr": [40, 20, 40],
            **dict.fromkeys(["infection", "febrile_illness", "malignancy", "biological"], 0),
        }
    )
    out = jia.retreatment(visits, infusions, protocol="swart-2019")
    assert list(out["retreatment_code"]) == ["before", "holds", "eligible"]


def test_a_dose_that_is_no_number_is_refused() -> None:
    for wrong in ("two", dt.date(2024, 1, 1)):
        with pytest.raises(NotNumericError, match="'EXDOSE' must hold numbers"):
            jia.adam.table_from_sdtm(exposure().assign(EXDOSE=[2, wrong, 0]))


def test_ex_without_an_end_or_a_dose() -> None:
    table = jia.adam.table_from_sdtm(exposure().drop(columns=["EXENDTC", "EXDOSE"]))
    assert list(table) == ["patient", "date", "drug"]
    assert table["date"].tolist() == ["2024-01-10", "2024-07-01", "2024-01-11"]


def medication(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": ["A", "A", "A"],
            "CMTRT": ["MTX 15 mg", "Ibuprofen", "Prednisone"],
            "CMDECOD": ["METHOTREXATE", None, "PREDNISONE"],
            "CMSTDTC": ["2019", "2019-06-01", "2019-06-01"],
            "CMENDTC": ["2020-10", None, None],
            "CMENRTPT": [None, "ONGOING", None],
            "CMOCCUR": ["Y", "Y", "N"],
        }
    ).assign(**changes)


def test_cm_is_what_remission_reads() -> None:
    rules: Any = {"start": "first-of-year", "stop": "last-of-month"}
    drugs = jia.adam.table_from_sdtm(medication(), partial_dates=rules)
    assert drugs["drug"].tolist() == ["METHOTREXATE", "Ibuprofen"]
    assert drugs["start"].tolist() == ["2019-01-01", "2019-06-01"]
    assert [*drugs["stop"].dropna()] == ["2020-10-31"]
    visits = pd.DataFrame(
        {
            "patient": "A",
            "inactive": True,
            "date": ["2020-02-01", "2020-08-01", "2020-11-01", "2021-11-01"],
        }
    )
    with pytest.warns(jia.errors.LeftOutWarning, match="Ibuprofen"):
        out = jia.remission(
            visits,
            drugs,
            criteria="wallace-2011",
            max_gap_days=400,
            counted=["METHOTREXATE"],
            inactive=jia.column("inactive"),
        )
    assert out["remission_wallace_2011"].tolist() == [
        "inactive, on medication",
        "clinical remission on medication",
        "inactive, off medication",
        "clinical remission off medication",
    ]


def test_a_drug_without_an_end_is_not_taken_to_go_on() -> None:
    rules: Any = {"start": "first-of-year", "stop": "last-of-month"}
    open_ = medication(CMENRTPT=None)
    with pytest.raises(
        RequestError, match=r"CMENDTC is missing in 1 row \(of A\).*missing_end='ongoing'"
    ):
        jia.adam.table_from_sdtm(open_, partial_dates=rules)
    said = jia.adam.table_from_sdtm(open_, partial_dates=rules, missing_end="ongoing")
    assert [*said["stop"].dropna()] == ["2020-10-31"]
    assert len(jia.adam.table_from_sdtm(open_.assign(CMENRF="AFTER"), partial_dates=rules)) == 2
    with pytest.raises(VisitError, match="CMSTDTC is not a full date in 1 row: '2019'"):
        jia.adam.table_from_sdtm(medication(), partial_dates="last-of-month")
    with pytest.raises(RequestError, match="missing_end"):
        jia.adam.table_from_sdtm(open_, partial_dates=rules, missing_end="today")  # type: ignore[arg-type]


def test_ae_is_what_compare_events_reads() -> None:
    ae = pd.DataFrame(
        {
            "USUBJID": ["S-01", "S-01", "S-02"],
            "AETERM": ["cold", "rash on arm", "fever"],
            "AEDECOD": ["NASOPHARYNGITIS", "RASH", None],
            "AESTDTC": ["2023-12-01", "2024-01-22", "2024-02"],
            "AESER": ["N", "N", "Y"],
        }
    )
    with pytest.raises(VisitError, match="AESTDTC is not a full date in 1 row: '2024-02'"):
        jia.adam.table_from_sdtm(ae)
    events = jia.adam.table_from_sdtm(ae, partial_dates="first-of-month")
    assert events["event"].tolist() == ["NASOPHARYNGITIS", "RASH", "fever"]
    assert events["date"].tolist() == ["2023-12-01", "2024-01-22", "2024-02-01"]
    result = jia.analysis.compare_events(
        events,
        jia.adam.table_from_sdtm(exposure()).query("date != '2024-07-01'"),
        windows="swart-2019-windows",
    )
    assert repr(result).endswith("2 patients, 1 events before, 2 after>")


def test_ds_is_what_time_to_an_event_reads() -> None:
    ds = pd.DataFrame(
        {
            "USUBJID": ["A", "A", "B", "B", "C"],
            "DSCAT": ["PROTOCOL MILESTONE", "DISPOSITION EVENT"] * 2 + ["DISPOSITION EVENT"],
            "DSDECOD": [
                "INFORMED CONSENT OBTAINED",
                "LACK OF EFFICACY",
                "RANDOMIZED",
                "COMPLETED",
                "LOST TO FOLLOW-UP",
            ],
            "DSSTDTC": ["2024-01-01", "2024-02-20", "2024-01-02", "2024-06-01", "2024-02-10"],
        }
    )
    stops = jia.adam.table_from_sdtm(ds)
    assert stops.values.tolist() == [
        ["A", "2024-02-20", "LACK OF EFFICACY"],
        ["C", "2024-02-10", "LOST TO FOLLOW-UP"],
    ]
    after = jia.prepare.intercurrent_events(
        stops, {"LACK OF EFFICACY": "composite", "LOST TO FOLLOW-UP": "hypothetical"}
    )
    visits = pd.DataFrame(
        {
            "patient": ["A", "A", "B", "B", "C", "C"],
            "date": ["2024-01-01", "2024-03-01"] * 3,
            "flared": [False, False, False, True, False, True],
        }
    )
    out = jia.analysis.time_to_first(
        visits, jia.column("flared"), baseline="first", intercurrent=after
    )
    assert out["event"].tolist() == [True, True, False]
    assert out["duration"].tolist() == [50, 60, 0]


def test_ds_without_categories_is_taken_as_dispositions() -> None:
    ds = pd.DataFrame(
        {
            "USUBJID": ["A", "B"],
            "DSTERM": ["stopped", "finished"],
            "DSDECOD": [None, "COMPLETED"],
            "DSSTDTC": "2024-01-01",
        }
    )
    assert jia.adam.table_from_sdtm(ds)["what"].tolist() == ["stopped"]


def test_what_is_no_second_table() -> None:
    with pytest.raises(ColumnError, match="MH is none of EX, CM, AE, DS"):
        jia.adam.table_from_sdtm(pd.DataFrame({"USUBJID": ["a"], "MHSTDTC": ["2024-01-01"]}))
    with pytest.raises(ColumnError, match="--STDTC, such as AESTDTC"):
        jia.adam.table_from_sdtm(laboratory())
    with pytest.raises(ColumnError, match="'AEDECOD' or 'AETERM'"):
        jia.adam.table_from_sdtm(pd.DataFrame({"USUBJID": ["a"], "AESTDTC": ["2024-01-01"]}))
    with pytest.raises(JiaScoresError):
        jia.adam.table_from_sdtm(pd.DataFrame({"AESTDTC": ["2024-01-01"]}))


# ------------------------------------------------------------------ ADaM in


def test_a_data_set_of_adam_becomes_the_visits_it_was_made_of() -> None:
    visits = simulate_visits(4, visits=3, seed=3).astype({"patient": str})
    names = ["physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr"]
    adeff = jia.adam.adeff(
        visits.assign(
            nominal_visit=[f"week {4 * n}" for n in visits.groupby("patient").cumcount()]
        ),
        variables=names,
        measures=["jadas10", jia.ask.responder(30, missing="nri")],
        study="X",
        baseline="first",
    )
    codes = dict(zip(names, adeff.parameters["paramcd"], strict=False))
    back = jia.prepare.from_long(adeff.data, variables=codes)
    asked: dict[str, Any] = {"measures": ["jadas10", "acr_ped"], "baseline": "first"}
    one, two = jia.assess(visits, **asked), jia.assess(back, **asked)
    both = one.merge(two, on=["patient", "date"], suffixes=("", "_back"))
    assert len(both) == len(one) == len(two)
    assert both["jadas10"].equals(both["jadas10_back"])
    assert both["acr_ped_level"].equals(both["acr_ped_level_back"])
