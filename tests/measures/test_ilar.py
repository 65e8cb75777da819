"""The course by which a cut-off set reads a score, from ILAR category and joints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.errors import (
    DefinitionError,
    MisalignedError,
    NotCoveredError,
    RequestError,
    UnknownDefinitionError,
)
from jiascores.measures.ilar import ILAR_CATEGORIES, CourseRule
from jiascores.measures.states import CutoffSet

# category                    | 2012-2014 | trincianti-2021 | rosina-2024
PLAIN = [
    ("oligoarthritis_persistent", "oligo", "oligo", None),
    ("oligoarthritis_extended", "poly", "poly", None),
    ("polyarthritis_rf_negative", "poly", "poly", None),
    ("polyarthritis_rf_positive", "poly", "poly", None),
    ("systemic", "poly", None, "systemic"),
    ("undifferentiated", None, None, None),
    (None, None, None, None),
    (float("nan"), None, None, None),
    (pd.NA, None, None, None),
]
SETS = ("consolaro-2012-2014", "trincianti-2021", "rosina-2024")


@pytest.mark.parametrize("row", PLAIN, ids=lambda row: str(row[0]))
@pytest.mark.parametrize("joints", [None, 0, 4, 5, 71])
def test_categories_whose_course_needs_no_joints(row: tuple[Any, ...], joints: Any) -> None:
    category, *courses = row
    for cutoffs, course in zip(SETS, courses, strict=True):
        assert jia.course(category, active_joints=joints, cutoffs=cutoffs) == course
        assert jia.course(category, cutoffs=cutoffs) == course


@pytest.mark.parametrize("category", ["psoriatic", "enthesitis_related"])
@pytest.mark.parametrize(
    ("joints", "course"),
    [(0, "oligo"), (4, "oligo"), (5, "poly"), (71, "poly"), (None, None)],
)
def test_psoriatic_and_enthesitis_related_by_joints(
    category: str, joints: int | None, course: str | None
) -> None:
    assert jia.course(category, active_joints=joints, cutoffs="trincianti-2021") == course
    ever = jia.course(category, joints_ever=joints, rule="joints-ever", cutoffs="consolaro-2014")
    assert ever == course
    assert jia.course(category, active_joints=joints, cutoffs="rosina-2024") is None
    assert jia.course(category, cutoffs="trincianti-2021") is None


def test_every_set_but_the_two_of_consolaro_and_rosina_leaves_systemic_missing() -> None:
    read_as = {
        one.name: jia.course("systemic", cutoffs=one)
        for one in published(CutoffSet)
        if "any" not in one.courses
    }
    assert {name: course for name, course in read_as.items() if course} == {
        "consolaro-2012-2014": "poly",
        "consolaro-2014": "poly",
        "rosina-2024": "systemic",
    }


def test_a_set_that_reads_every_course_alike_needs_none() -> None:
    with pytest.raises(NotCoveredError, match="without course="):
        jia.course("systemic", cutoffs="bulatovic-2014")
    with pytest.raises(NotCoveredError, match="without course="):
        jia.course_notes(cutoffs="bulatovic-2014")


def test_a_set_is_always_named() -> None:
    with pytest.raises(UnknownDefinitionError, match="papers disagree"):
        jia.course("systemic")  # type: ignore[call-overload]


def test_joints_that_the_rule_does_not_read_are_refused() -> None:
    with pytest.raises(RequestError, match="joints_ever= was given"):
        jia.course("psoriatic", joints_ever=3, cutoffs="consolaro-2014")
    with pytest.raises(RequestError, match="active_joints= was given"):
        jia.course("psoriatic", active_joints=3, rule="joints-ever", cutoffs="consolaro-2014")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("oligo", "oligoarthritis_persistent or oligoarthritis_extended"),
        ("poly", "polyarthritis_rf_negative or polyarthritis_rf_positive"),
        ("other", "Write undifferentiated for"),
        ("enthesitis_realted", "Did you mean 'enthesitis_related'"),
        ("M08.0", "does not say which category"),
        ("L40.0", "does not say which category"),
        ("non-systemic", "not one of systemic"),
        ("systemic?", "not one of systemic"),
        ("oligo/poly", "not one of systemic"),
        ("???", "not one of systemic"),
        (7, "not one of systemic"),
    ],
)
def test_other_words_are_refused_with_the_name_to_write(word: Any, meant: str) -> None:
    with pytest.raises(NotCoveredError, match=meant):
        jia.course(word, cutoffs="consolaro-2014")


def test_refused_words_say_where_they_are() -> None:
    categories = pd.Series(["systemic", "oligo", None, "oligo"], index=list("abcd"))
    with pytest.raises(NotCoveredError, match="'oligo'") as error:
        jia.course(categories, cutoffs="consolaro-2014")
    assert error.value.where == ("b", "d")
    assert error.value.variable == "ilar_category"


def test_text_in_text_out() -> None:
    given = ["systemic", "psoriatic", "psoriatic", None]
    joints = [1, 4, 5, 5]
    expected = ["poly", "oligo", "poly", None]
    array = jia.course(
        np.array(given, dtype=object), active_joints=joints, cutoffs="consolaro-2014"
    )
    assert array.tolist() == expected
    for dtype in ("object", "category", "string"):
        series = pd.Series(given, index=list("abcd"), dtype=dtype)
        found = jia.course(
            series, active_joints=pd.Series(joints, index=list("abcd")), cutoffs="consolaro-2014"
        )
        assert found.astype(object).where(found.notna(), None).tolist() == expected
        assert list(found.index) == list("abcd")
        assert found.name == "course_joints_at_visit"
    for kind in (pl.String, pl.Categorical, pl.Enum(ILAR_CATEGORIES)):
        polars = jia.course(
            pl.Series(given, dtype=kind), active_joints=pl.Series(joints), cutoffs="consolaro-2014"
        )
        assert polars.to_list() == expected
    alone = jia.course("psoriatic", active_joints=np.array([4, 5]), cutoffs="consolaro-2014")
    assert alone.tolist() == ["oligo", "poly"]
    fixed = jia.course(
        np.array(["psoriatic", "systemic"]), active_joints=5, cutoffs="consolaro-2014"
    )
    assert fixed.tolist() == ["poly", "poly"]
    empty = jia.course(np.array([], dtype=object), cutoffs="consolaro-2014")
    assert empty.tolist() == []


def test_other_indexes_are_never_aligned() -> None:
    with pytest.raises(MisalignedError):
        jia.course(
            pd.Series(["psoriatic"], index=[1]),
            active_joints=pd.Series([3], index=[2]),
            cutoffs="consolaro-2014",
        )


def test_the_course_goes_into_the_state() -> None:
    category = pd.Series(["oligoarthritis_persistent", "systemic", "undifferentiated"])
    course = jia.course(category, cutoffs="consolaro-2012-2014")
    scores = pd.Series([3.8, 3.8, 3.8])
    state = jia.disease_state(
        scores, measure="jadas10", course=course, cutoffs="consolaro-2012-2014"
    )
    assert state.astype(object).where(state.notna(), None).tolist() == ["moderate", "low", None]


def test_notes_say_what_a_careful_reader_must_know() -> None:
    assert "not validated" in jia.course_notes(cutoffs="consolaro-2012-2014")["systemic"]
    assert "does not say" in jia.course_notes(cutoffs="backstrom-2019")["systemic"]
    assert set(jia.course_notes(cutoffs="rosina-2024")) == set(ILAR_CATEGORIES) - {"systemic"}
    by_joints = jia.course_notes(cutoffs="trincianti-2021")
    assert "may change between visits" in by_joints["psoriatic"]
    assert "no course" in by_joints["undifferentiated"]
    assert "polyarthritis_rf_negative" not in by_joints


OUTSIDE = "none of the children in whom the set was made had this category"


def test_notes_say_where_a_set_is_applied_outside_its_children() -> None:
    for cutoffs in published(CutoffSet):
        if cutoffs.courses == ("any",):
            continue
        notes = jia.course_notes(cutoffs=cutoffs)
        for category in ILAR_CATEGORIES:
            course = jia.course(category, active_joints=3, cutoffs=cutoffs)
            outside = course is not None and category in cutoffs.never_seen
            assert notes.get(category, "").endswith(OUTSIDE) is outside, (cutoffs.name, category)
    trincianti = jia.course_notes(cutoffs="trincianti-2021")
    assert trincianti["psoriatic"] == f"{BY_JOINTS}; {OUTSIDE}"
    assert trincianti["polyarthritis_rf_positive"] == OUTSIDE
    assert jia.course_notes(cutoffs="consolaro-2014")["systemic"].endswith(f"arthritis; {OUTSIDE}")


BY_JOINTS = "by active joints at the visit; it may change between visits"


def test_notes_say_where_nobody_says_how_extended_oligoarthritis_is_read() -> None:
    extended = "oligoarthritis_extended"
    assert extended not in jia.course_notes(cutoffs="consolaro-2012-2014")
    assert jia.course_notes(cutoffs="trincianti-2021")[extended].startswith("read as poly, though")
    ours = published(CourseRule)[0].variant(
        name="ours", oligo=("oligoarthritis_persistent", extended), poly=()
    )
    assert extended not in jia.course_notes(cutoffs="trincianti-2021", rule=ours)
    # What its source vouches for is not said of a variant.
    variant = jia.definition("trincianti-2021", CutoffSet).variant(name="ours")
    assert jia.course_notes(cutoffs=variant)["psoriatic"] == BY_JOINTS
    assert extended not in jia.course_notes(cutoffs=variant)


def test_a_rule_of_ones_own() -> None:
    rule = published(CourseRule)[0].variant(
        name="ours", poly=("polyarthritis_rf_negative",), oligo_at_most=3
    )
    assert jia.course("psoriatic", active_joints=4, rule=rule, cutoffs="consolaro-2014") == "poly"
    assert jia.course("oligoarthritis_extended", rule=rule, cutoffs="consolaro-2014") is None
    with pytest.raises(DefinitionError, match="once"):
        rule.variant(name="twice", oligo=("psoriatic",))
    with pytest.raises(DefinitionError, match="once"):
        rule.variant(name="unheard", oligo=("gout",))


rows = st.lists(
    st.tuples(
        st.sampled_from((*ILAR_CATEGORIES, None)), st.none() | st.integers(0, 71), st.integers(0, 9)
    ),
    max_size=6,
)


@given(rows, st.sampled_from(SETS))
def test_one_child_arrays_and_series_agree(rows: list[Any], cutoffs: str) -> None:
    single = [
        jia.course(category, active_joints=joints, cutoffs=cutoffs) for category, joints, _ in rows
    ]
    categories = [row[0] for row in rows]
    joints = [row[1] for row in rows]
    array = jia.course(
        np.array(categories, dtype=object),
        active_joints=np.array(joints, dtype=np.float64),
        cutoffs=cutoffs,
    )
    assert array.tolist() == single
    polars = jia.course(
        pl.Series(categories, dtype=pl.String),
        active_joints=pl.Series(joints, dtype=pl.Int64),
        cutoffs=cutoffs,
    )
    assert polars.to_list() == single
