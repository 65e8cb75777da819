"""Wrong input gives one clear error, which names the variable, the values and the place."""

from __future__ import annotations

import datetime as dt
import math
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.errors import (
    DefinitionError,
    JiaScoresError,
    MarkerError,
    MisalignedError,
    NotCoveredError,
    NotNumericError,
    NotWholeError,
    OutOfRangeError,
    RequestError,
    UnknownDefinitionError,
)
from jiascores.core.measure import Score
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.response import ResponseCriteria
from jiascores.measures.states import CutoffSet

FINE = {"physician_global": 2.0, "patient_global": 3.0, "active_joints": 4, "esr": 30}
SIX = FINE | {"chaq": 1.0, "limited_joints": 5}


def score(**given: Any) -> Any:
    return jia.jadas71(**FINE | given)


def visit(**given: Any) -> Any:
    return jia.CoreSet(**SIX | given)


def state(**given: Any) -> Any:
    asked = {"measure": "jadas10", "course": "poly", "cutoffs": "trincianti-2021"}
    return jia.disease_state(**{"score": 3.0} | asked | given)


def refusal(call: Callable[[], Any], kind: type[JiaScoresError]) -> JiaScoresError:
    """Return the error of a call, which is of this very kind and survives a process border."""
    with pytest.raises(JiaScoresError) as caught:
        call()
    error = caught.value
    assert type(error) is kind
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.variable) == (str(error), error.variable)
    return error


# ------------------------------------------------------------------------------------- One value

ONE_VALUE = [
    ("physician_global", 62, OutOfRangeError, "physician_global = 62: out of range"),
    ("physician_global", 10.1, OutOfRangeError, "0–10; if these are millimetres, divide by 10"),
    ("physician_global", -0.1, OutOfRangeError, "physician_global = -0.1: out of range"),
    ("patient_global", 75.0, OutOfRangeError, "declare mm as the unit of patient_global"),
    ("active_joints", 72, OutOfRangeError, "0–71 joints; a form with 73 or 75 joints"),
    ("active_joints", -1, OutOfRangeError, "active_joints = -1"),
    ("active_joints", 3.5, NotWholeError, "active_joints = 3.5: not a whole number"),
    ("active_joints", Fraction(7, 2), NotWholeError, "not a whole number"),
    ("esr", -1, OutOfRangeError, "esr = -1: out of range. Erythrocyte sedimentation rate"),
    ("esr", math.inf, OutOfRangeError, "esr = inf: out of range"),
    ("esr", -math.inf, OutOfRangeError, "esr = -inf"),
    ("esr", np.float64("inf"), OutOfRangeError, "esr = inf"),
    ("esr", np.float32("inf"), OutOfRangeError, "esr = inf"),
    ("esr", Decimal("Infinity"), OutOfRangeError, "esr = inf"),
    ("esr", 10**400, OutOfRangeError, "esr = a number of more than 64 bits"),
    ("esr", Fraction(10**400), OutOfRangeError, "esr = inf"),
    ("esr", 10**5000, OutOfRangeError, "esr = a number of more than 64 bits"),
    ("physician_global", math.inf, OutOfRangeError, "physician_global = inf"),
    ("physician_global", "3", NotNumericError, "physician_global = '3': not a number"),
    ("physician_global", "", NotNumericError, "leave a gap as None, NaN or null"),
    ("physician_global", b"3", NotNumericError, "not a number"),
    ("physician_global", True, NotNumericError, "physician_global = True: not a number"),
    ("active_joints", np.True_, NotNumericError, "active_joints = True: not a number"),
    ("esr", 3j, NotNumericError, "not a number"),
    ("esr", dt.date(2019, 1, 1), NotNumericError, "esr = datetime.date(2019, 1, 1)"),
    ("esr", pd.Timestamp("2019-01-01"), NotNumericError, "not a number"),
    ("esr", np.datetime64("2019-01-01"), NotNumericError, "not a number"),
    ("esr", {"value": 1}, NotNumericError, "not a number"),
    ("esr", pd.DataFrame({"esr": [1.0]}), NotNumericError, "esr = <DataFrame>: not a number"),
    ("esr", np.array("30"), NotNumericError, "esr = '30': not a number"),
]


@pytest.mark.parametrize("call", [score, visit], ids=["a score", "a core set"])
@pytest.mark.parametrize(
    ("variable", "value", "kind", "words"),
    ONE_VALUE,
    ids=[f"{name} {number}" for number, (name, _, _, _) in enumerate(ONE_VALUE)],
)
def test_one_value(
    call: Callable[..., Any], variable: str, value: Any, kind: type[JiaScoresError], words: str
) -> None:
    error = refusal(lambda: call(**{variable: value}), kind)
    assert words in str(error)
    assert error.variable == variable
    assert len(error.values) == 1
    assert error.where == ()


@pytest.mark.parametrize(
    "missing",
    [
        None,
        math.nan,
        np.nan,
        np.float32("nan"),
        pd.NA,
        pd.NaT,
        Decimal("NaN"),
        Decimal("sNaN"),
        np.ma.masked,
        np.array(np.nan),
        np.array(None),
    ],
)
def test_every_way_of_missing_is_a_gap_and_no_error(missing: Any) -> None:
    assert math.isnan(score(esr=missing))
    assert math.isnan(visit(esr=missing).esr)


@pytest.mark.parametrize(
    "value",
    [2, 2.0, np.int8(2), np.float16(2), np.longdouble(2), Decimal(2), Fraction(2), np.array(2)],
)
def test_every_way_of_writing_a_number_is_taken(value: Any) -> None:
    assert score(physician_global=value) == score()
    assert type(score(physician_global=value)) is float


@pytest.mark.parametrize("small", [np.float16, np.float32])
def test_small_floats_are_the_decimals_that_were_typed(small: type) -> None:
    for typed in (3.7, 0.1, 9.9, 0.125):
        expected = jia.cjadas10(physician_global=typed, patient_global=0, active_joints=0)
        for given in (small(typed), np.array(typed, dtype=small), [small(typed)]):
            found = jia.cjadas10(physician_global=given, patient_global=0, active_joints=0)
            assert np.all(found == expected)


# --------------------------------------------------------------------------------- Many values

LABELS = pd.Index(["ann", "bea", "cor", "dan"])
MANY = [
    pytest.param(list, (1, 3), id="list"),
    pytest.param(lambda values: np.array(values, dtype=object), (1, 3), id="objects"),
    pytest.param(
        lambda values: np.array(values, dtype=object).reshape(2, 2), ((0, 1), (1, 1)), id="2-d"
    ),
    pytest.param(
        lambda values: pd.Series(values, LABELS, dtype=object), ("bea", "dan"), id="pandas"
    ),
]
if find_spec("polars"):
    import polars as pl

    MANY.append(pytest.param(lambda values: pl.Series(values, strict=False), (1, 3), id="Polars"))


@pytest.mark.parametrize(("column", "where"), MANY)
@pytest.mark.parametrize(
    ("variable", "wrong", "kind", "words"),
    [
        ("physician_global", (62.0, 75.0), OutOfRangeError, "62 at {}, 75 at {}: out of range"),
        ("active_joints", (2.5, 3.5), NotWholeError, "2.5 at {}, 3.5 at {}: not a whole"),
        ("esr", (-1.0, math.inf), OutOfRangeError, "-1 at {}, inf at {}: out of range"),
    ],
)
def test_many_values(
    column: Callable[[Any], Any],
    where: tuple[Any, ...],
    variable: str,
    wrong: tuple[float, float],
    kind: type[JiaScoresError],
    words: str,
) -> None:
    values = [1.0, wrong[0], None, wrong[1]]
    for call in (score, visit):
        error = refusal(lambda call=call: call(**{variable: column(values)}), kind)
        assert words.format(*where) in str(error)
        assert (error.variable, error.values, error.where) == (variable, wrong, where)


@pytest.mark.parametrize("wrong", ["x", True, dt.date(2019, 1, 1), [1.0]])
def test_many_values_that_are_no_numbers(wrong: Any) -> None:
    cells = np.empty(3, dtype=object)
    cells[:] = [1.0, None, 2.0]
    cells[2] = wrong
    for given, place in ((cells, 2), (pd.Series(cells, index=["a", "b", "c"]), "c")):
        error = refusal(lambda given=given: score(esr=given), NotNumericError)
        assert (error.variable, error.values, error.where) == ("esr", (wrong,), (place,))


def kind_and_type(column: Any) -> str:
    return f"{type(column).__name__} of {getattr(column, 'dtype', 'any')}"


NO_NUMBERS = [
    pd.Series(["a", None]),
    pd.Series(["a", None], dtype="string"),
    pd.Series(["a", "b"], dtype="category"),
    pd.Series([True, False]),
    pd.Series([True, None], dtype="boolean"),
    pd.Series(pd.to_datetime(["2019-01-01", None])),
    pd.Series(pd.to_timedelta([1, 2])),
    pd.Series([1j, 2j]),
    pd.Series([[1.0], [2.0]]),
    pd.MultiIndex.from_tuples([(1, 2), (3, 4)]),
    np.array(["1", "2"]),
    np.array([True, False]),
    np.ma.array([True, False], mask=[False, True]),
    np.array(["2019-01-01"], dtype="M8[D]"),
    np.array([1j]),
    [True, 5.5],
    ["a", 5.5],
    [[1.0, 2.0], [3.0]],
]
if find_spec("pyarrow"):
    import pyarrow as pa

    NO_NUMBERS += [
        pd.Series([True, None], dtype="bool[pyarrow]"),
        pd.Series([[1.0], [2.0]], dtype=pd.ArrowDtype(pa.list_(pa.float64()))),
        pa.array([1.0, 2.0]),
    ]
if find_spec("polars"):
    NO_NUMBERS += [
        pl.Series(["a", None]),
        pl.Series(["a", None], dtype=pl.Categorical),
        pl.Series([True, None]),
        pl.Series([dt.date(2019, 1, 1), None]),
        pl.Series([[1.0, 2.0], [3.0, 4.0]]),
        pl.Series([[1.0, 2.0]], dtype=pl.Array(pl.Float64, 2)),
        pl.DataFrame({"esr": [1.0]}),
    ]


@pytest.mark.parametrize("wrong", NO_NUMBERS, ids=kind_and_type)
def test_whole_columns_that_are_no_numbers(wrong: Any) -> None:
    error = refusal(lambda: score(esr=wrong), NotNumericError)
    assert error.variable == "esr"
    assert "\n" not in str(error)


NUMBERS = [
    pd.Series([3, None], dtype="Float32"),
    pd.Series([3, None], dtype="category"),
    pd.Series(pd.arrays.SparseArray([3.0, np.nan])),
    pd.array([3, None], dtype="Int64"),
    pd.Index([3.0, np.nan]),
    np.ma.array([3.0, 99.0], mask=[False, True]),
    np.ma.array([3, 99], mask=[False, True]),
    np.ma.array(np.array([3, "x"], dtype=object), mask=[False, True]),
    np.array([3.0, np.nan], dtype=">f4"),
    np.array([3.0, np.nan], dtype=np.longdouble),
    (Decimal(3), pd.NA),
]
if find_spec("pyarrow"):
    NUMBERS += [
        pd.Series([3, None], dtype="float[pyarrow]"),
        pd.Series([3, None], dtype="int8[pyarrow]"),
        pd.Series([Decimal(3), None], dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
    ]
if find_spec("polars"):
    NUMBERS += [
        pl.Series([3, None], dtype=pl.UInt8),
        pl.Series([3.0, None], dtype=pl.Float32),
        pl.Series([Decimal(3), None]),
        pl.Series([3, None], dtype=pl.Object),
    ]
    # Since Polars 1.18.
    NUMBERS += [pl.Series([3, None], dtype=pl.Int128)] if hasattr(pl, "Int128") else []


@pytest.mark.parametrize("column", NUMBERS, ids=kind_and_type)
def test_columns_of_every_type_of_number(column: Any) -> None:
    found = jia.cjadas10(physician_global=column, patient_global=1, active_joints=1)
    first, second = found
    assert first == 5
    assert second is None or math.isnan(second)


def test_columns_that_are_missing_throughout() -> None:
    gaps: list[Any] = [[None, None], np.array([np.nan, np.nan]), pd.Series([None, None])]
    if find_spec("polars"):
        gaps.append(pl.Series([None, None]))
    for gap in gaps:
        found = list(score(esr=gap))
        assert all(value is None or math.isnan(value) for value in found)


def test_a_subclass_of_a_series_is_a_series() -> None:
    class Column(pd.Series):
        pass

    found = score(esr=Column([30.0, None]))
    assert isinstance(found, pd.Series)


def test_long_lists_of_wrong_values_show_the_first_few_and_how_many() -> None:
    error = refusal(lambda: score(esr=np.full(40_000, -1.0)), OutOfRangeError)
    assert "-1 at 4, … (40000 values in all)" in str(error)
    assert len(error.values) == len(error.where) == 40_000


def test_rows_are_named_by_every_level_of_the_index() -> None:
    index = pd.MultiIndex.from_tuples([("ann", 1), ("ann", 2)])
    error = refusal(lambda: score(esr=pd.Series([1.0, -1.0], index)), OutOfRangeError)
    assert error.where == (("ann", 2),)


# ------------------------------------------------------------------------------------------ Markers


def without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda: jia.jadas71(**FINE, crp=5), id="both, in a score"),
        pytest.param(lambda: jia.jadas71(**FINE, crp=None), id="both, one missing"),
        pytest.param(lambda: jia.jadas71(**without(FINE, "esr")), id="neither, in a score"),
        pytest.param(lambda: jia.CoreSet(**SIX, crp=5), id="both, in a core set"),
        pytest.param(lambda: jia.CoreSet(**without(SIX, "esr")), id="neither, in a core set"),
        pytest.param(lambda: jia.components("jadas71", **FINE, crp=5), id="both, in components"),
    ],
)
def test_both_or_neither_of_esr_and_crp(call: Callable[[], Any]) -> None:
    error = refusal(call, MarkerError)
    assert error.variable == "esr and crp"
    assert "exactly one" in str(error)


@pytest.mark.parametrize(
    "call",
    [
        lambda base, now: jia.acr_ped(baseline=base, now=now),
        lambda base, now: jia.flare(reference=base, now=now, criteria="prcsg-printo"),
    ],
    ids=["response", "flare"],
)
def test_core_sets_with_different_markers(call: Callable[..., Any]) -> None:
    other = jia.CoreSet(**without(SIX, "esr"), crp=5)
    error = refusal(lambda: call(visit(), other), MarkerError)
    assert error.variable == "esr and crp"
    assert "holds esr and now holds crp" in str(error)


def test_a_core_set_does_not_have_the_other_marker() -> None:
    with pytest.raises(AttributeError, match="holds esr, not crp"):
        _ = visit().crp


# ------------------------------------------------------------------------------- Parameters by name


def test_parameters_that_are_absent_or_unknown_are_named() -> None:
    with pytest.raises(TypeError, match=r"jadas71\(\) needs active_joints; pass None"):
        jia.jadas71(**without(FINE, "active_joints"))
    with pytest.raises(TypeError, match=r"no parameter 'active_joint'.* mean 'active_jo"):
        jia.jadas71(**without(FINE, "active_joints"), active_joint=3)
    with pytest.raises(TypeError, match="active_joints_27"):
        jia.jadas27(**FINE)
    with pytest.raises(TypeError):
        jia.jadas71(2.0, 3.0, 4, 30)
    with pytest.raises(TypeError, match="chaq"):
        jia.CoreSet(**without(SIX, "chaq"))


# ---------------------------------------------------------------------------------- Side by side

SHUFFLED = pd.Series([1.0, 0.0], index=[1, 0])
BESIDE = [
    pytest.param([1.0, 2.0, 3.0], [1.0, 0.0], "3 values and esr has 2", id="unequal length"),
    pytest.param(np.ones((2, 2)), np.ones(4), "shape (2, 2) and esr has 4", id="unequal shape"),
    pytest.param(np.ones(2), np.ones(1), "2 values and esr has 1 ", id="one is not broadcast"),
    pytest.param(pd.Series([1.0, 2.0]), SHUFFLED, "different indexes", id="different indexes"),
    pytest.param(pd.Series([1.0, 2.0]), np.ones(2), "a pandas Series and esr", id="with an array"),
    pytest.param(pd.Series([1.0]), [1.0], "a pandas Series and esr is an array", id="with a list"),
]
if find_spec("polars"):
    BESIDE += [
        pytest.param(pd.Series([1.0]), pl.Series([1.0]), "a Polars Series", id="with Polars"),
        pytest.param(pl.Series([1.0]), np.ones(1), "a Polars Series and", id="Polars with array"),
        pytest.param(pl.Series([1.0, 2.0]), pl.Series([1.0]), "2 values", id="Polars, unequal"),
    ]


@pytest.mark.parametrize(("one", "other", "words"), BESIDE)
def test_inputs_that_do_not_go_together(one: Any, other: Any, words: str) -> None:
    calls = [
        lambda: score(physician_global=one, esr=other),
        lambda: visit(physician_global=one, esr=other),
        lambda: jia.components("jadas71", **FINE | {"physician_global": one, "esr": other}),
    ]
    for call in calls:
        error = refusal(call, MisalignedError)
        assert error.variable == "esr"
        assert words in str(error)


@pytest.mark.parametrize(("one", "other", "words"), BESIDE)
def test_visits_that_do_not_go_together(one: Any, other: Any, words: str) -> None:
    del words
    base, now = visit(physician_global=one), visit(physician_global=other)
    calls = [
        lambda: jia.acr_ped(baseline=base, now=now),
        lambda: jia.flare(reference=base, now=now, criteria="brunner-2002"),
        lambda: jia.acr_ped(baseline=visit(), now=base, missing="unchanged", attended=other),
        lambda: jia.acr_ped(baseline=visit(), now=base, upper_limit=other),
    ]
    for call in calls:
        error = refusal(call, MisalignedError)
        assert error.variable in {"now", "attended", "upper_limit"}


def test_courses_that_do_not_go_with_the_scores() -> None:
    scores = pd.Series([1.0, 2.0])
    for courses in (["poly", "poly"], pd.Series(["poly", "poly"], index=[1, 0]), ["poly"]):
        error = refusal(
            lambda courses=courses: state(score=scores, course=courses), MisalignedError
        )
        assert error.variable == "course"


def test_courses_may_stand_beside_one_score() -> None:
    assert state(course=["oligo", "poly", None]).tolist() == ["low", "low", None]
    courses = pd.Series(["poly", "oligo"], index=["a", "b"])
    found = state(score=2.0, course=courses)
    assert found.tolist() == ["inactive", "low"]
    assert list(found.index) == ["a", "b"]


# ------------------------------------------------------------------------------------- Definitions


def test_a_cutoff_set_must_be_named() -> None:
    for call in (
        lambda: jia.disease_state(3.0, measure="jadas10", course="poly"),
        lambda: state(cutoffs=None),
    ):
        error = refusal(call, UnknownDefinitionError)
        assert error.variable == "cutoffs"
        assert "no default" in str(error)
        assert "trincianti-2021" in str(error)


@pytest.mark.parametrize("wrong", ["trincianti", "Trincianti-2021", "", 2021, ["trincianti-2021"]])
def test_a_cutoff_set_must_be_known(wrong: Any) -> None:
    error = refusal(lambda: state(cutoffs=wrong), UnknownDefinitionError)
    assert (error.variable, error.values) == ("cutoffs", (wrong,))


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    error = refusal(lambda: state(cutoffs="trincianti-2012"), UnknownDefinitionError)
    assert "Did you mean 'trincianti-2021'?" in str(error)


def test_a_cutoff_set_that_lacks_the_measure() -> None:
    error = refusal(lambda: state(measure="jadas71"), NotCoveredError)
    assert (error.variable, error.values) == ("measure", ("jadas71",))
    assert "trincianti-2021 has no cut-offs for jadas71; it has them for jadas10" in str(error)


@pytest.mark.parametrize("wrong", [None, "jadas", "JADAS10"])
def test_a_measure_must_be_known(wrong: Any) -> None:
    error = refusal(lambda: state(measure=wrong), UnknownDefinitionError)
    assert error.variable == "measure"


@pytest.mark.parametrize("wrong", ["systemic arthritis", "Poly", "", 1, True])
def test_a_course_must_be_known(wrong: Any) -> None:
    error = refusal(lambda: state(course=wrong), NotCoveredError)
    assert (error.variable, error.values, error.where) == ("course", (wrong,), (0,))
    assert "knows oligo, poly" in str(error)


def test_a_course_is_a_word() -> None:
    error = refusal(lambda: state(course={"oligo"}), NotCoveredError)
    assert (error.variable, str(error)) == ("course", "course holds set, and takes words.")
    lists = pd.Series([["oligo"], ["poly"]])
    error = refusal(lambda: state(score=pd.Series([1.0, 2.0]), course=lists), NotCoveredError)
    assert str(error) == "course holds list, and takes words."


def test_courses_must_be_known_and_are_named_with_their_rows() -> None:
    scores = pd.Series([1.0, 2.0, 3.0], index=["a", "b", "c"])
    courses = pd.Series(["poly", "psoriatic", None], index=["a", "b", "c"])
    error = refusal(lambda: state(score=scores, course=courses), NotCoveredError)
    assert (error.values, error.where) == (("psoriatic",), ("b",))


def test_a_score_beyond_its_range_has_no_state() -> None:
    for wrong in (40.1, -0.1, math.inf):
        error = refusal(lambda wrong=wrong: state(score=wrong), OutOfRangeError)
        assert (error.variable, error.values) == ("jadas10", (wrong,))
    error = refusal(lambda: state(score=[1.0, 41.0]), OutOfRangeError)
    assert error.where == (1,)
    assert refusal(lambda: state(score="low"), NotNumericError).variable == "jadas10"


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (lambda name: jia.acr_ped(baseline=visit(), now=visit(), criteria=name), "criteria"),
        (lambda name: jia.flare(reference=visit(), now=visit(), criteria=name), "criteria"),
        (lambda name: jia.components(name, **FINE), "measure"),
    ],
)
@pytest.mark.parametrize("wrong", ["acr-1997", "", 30, None])
def test_criteria_must_be_known(call: Callable[[Any], Any], parameter: str, wrong: Any) -> None:
    assert refusal(lambda: call(wrong), UnknownDefinitionError).variable == parameter


def test_policies_and_levels_must_be_known() -> None:
    error = refusal(
        lambda: jia.acr_ped(baseline=visit(), now=visit(), missing="locf"), RequestError
    )
    assert error.variable == "missing"
    assert "worst-case" in str(error)
    response = jia.acr_ped(baseline=visit(), now=visit())
    error = refusal(lambda: response.meets(40), RequestError)
    assert (error.variable, error.values) == ("level", (40,))


# ------------------------------------------------------------------------- Names belong to papers

CHANGES: dict[type, dict[str, Any]] = {
    CutoffSet: {"bounds": ()},
    ResponseCriteria: {"worsening": 25.0},
    FlareCriteria: {"worsening": 25.0},
    Score: {"high": 99.0},
}
PUBLISHED = [one for kind in CHANGES for one in published(kind)]


@pytest.mark.parametrize("definition", PUBLISHED, ids=lambda one: f"{one.kind} {one.name}")
def test_a_published_name_with_other_values(definition: Any) -> None:
    changes = CHANGES[type(definition)]
    assert attrs.evolve(definition) == definition
    fields = {
        field.name: getattr(definition, field.name) for field in attrs.fields(type(definition))
    }
    calls = [
        lambda: attrs.evolve(definition, **changes),
        lambda: type(definition)(**fields | changes),
    ]
    for call in calls:
        error = refusal(call, DefinitionError)
        assert (error.variable, error.values) == ("name", (definition.name,))
        assert f"different: {next(iter(changes))}" in str(error)
        assert "definition.variant(name=" in str(error)


@pytest.mark.parametrize("definition", PUBLISHED, ids=lambda one: f"{one.kind} {one.name}")
def test_a_variant_has_a_name_of_its_own_and_says_what_it_varies(definition: Any) -> None:
    taken = refusal(lambda: definition.variant(name=definition.name), DefinitionError)
    assert taken.variable == "name"
    if definition.no_variants:
        none = refusal(lambda: definition.variant(name="ours"), DefinitionError)
        assert definition.no_variants in str(none)
        return
    unknown = refusal(lambda: definition.variant(name="ours", worsenning=1), DefinitionError)
    assert unknown.variable == "worsenning"
    ours = definition.variant(name="ours")
    assert ours.derives_from == definition.name
    assert hash(ours) == hash(definition.variant(name="ours"))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        ours.name = "theirs"


def test_a_variant_computes_by_its_own_values() -> None:
    (giannini,) = (one for one in PUBLISHED if one.name == "giannini-1997")
    stricter = giannini.variant(name="ours", improved_needed=4)
    worse, better = {"physician_global": 4, "esr": 60}, {"chaq": 0, "patient_global": 0}
    found = jia.acr_ped(baseline=visit(), now=visit(active_joints=0, **better), criteria=stricter)
    assert found.level == 0
    assert jia.acr_ped(baseline=visit(), now=visit(active_joints=0, **better)).level == 100
    assert jia.acr_ped(baseline=visit(), now=visit(**worse)).level == 0


RESPONSE = published(ResponseCriteria)[0]
CUTOFFS = published(CutoffSet)[0]


@pytest.mark.parametrize(
    ("definition", "field", "wrong"),
    [
        (RESPONSE, "levels", ()),
        (RESPONSE, "levels", (50, 30)),
        (RESPONSE, "levels", (30, "50")),
        (RESPONSE, "levels", (30, 130)),
        (RESPONSE, "levels", (0, 30)),
        (RESPONSE, "improved_needed", 7),
        (RESPONSE, "improved_needed", 0),
        (RESPONSE, "improved_needed", 2.5),
        (RESPONSE, "improved_needed", True),
        (RESPONSE, "worsened_allowed", -1),
        (RESPONSE, "worsening", -30),
        (RESPONSE, "worsening", "30"),
        (RESPONSE, "worsening_from", "yes"),
        (RESPONSE, "zero_baseline", "ignored"),
        (RESPONSE, "notes", "one note"),
        (RESPONSE, "derives_from", 5),
        (CUTOFFS, "bounds", CUTOFFS.bounds + CUTOFFS.bounds[:1]),
        (CUTOFFS, "systemic_as", "systemic"),
    ],
)
def test_a_definition_that_cannot_be(definition: Any, field: str, wrong: Any) -> None:
    changes = {"name": "ours", "derives_from": definition.name, field: wrong}
    error = refusal(lambda: attrs.evolve(definition, **changes), DefinitionError)
    assert error.variable == field


@pytest.mark.parametrize("wrong", ["", " ", None, 5])
def test_a_definition_has_a_name(wrong: Any) -> None:
    assert refusal(lambda: RESPONSE.variant(name=wrong), DefinitionError).variable == "name"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("upper", (2, 1, 4)),
        ("upper", (1, 2)),
        ("exclusive", ("lowest",)),
    ],
)
def test_bounds_that_cannot_be(field: str, wrong: Any) -> None:
    bounds = (attrs.evolve(CUTOFFS.bounds[0], **{field: wrong}), *CUTOFFS.bounds[1:])
    refusal(lambda: CUTOFFS.variant(name="ours", bounds=bounds), DefinitionError)


def test_a_definition_may_be_written_with_lists() -> None:
    ours = RESPONSE.variant(name="ours", levels=[30, 50])
    assert ours.levels == (30, 50)
    bounds = [attrs.evolve(one, upper=list(one.upper)) for one in CUTOFFS.bounds]
    assert hash(CUTOFFS.variant(name="ours", bounds=bounds))


def test_every_score_says_which_inputs_it_wants() -> None:
    for definition in published(Score):
        with pytest.raises(TypeError, match=definition.inputs[0]):
            definition.function()
