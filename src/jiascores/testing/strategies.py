"""Hypothesis strategies for what jiascores takes: numbers as a person types them, gaps, and bounds.

Values are allowed values, and numbers are decimals as they are typed: 3.7, not the doubles around
it. Later visits often lie at the percentages at which definitions decide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias, get_args, get_origin

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from jiascores.core.core_set import CoreSet
from jiascores.core.definition import lookup
from jiascores.core.errors import ArgumentError, is_among, shown, suggestion
from jiascores.core.joints import INJECTION_RULES, JOINTS_71, JointExam
from jiascores.core.measure import Score
from jiascores.core.variables import CORE_VARIABLES, UNBOUNDED, VARIABLES

Row: TypeAlias = dict[str, float | None]
Marker: TypeAlias = Literal["esr", "crp"]

# ----------------------------------------------------------------------------------------- Numbers


def decimals(low: int, high: int, places: int) -> SearchStrategy[float]:
    """Draw numbers of so many decimals."""
    scale = 10**places
    return st.integers(low * scale, high * scale).map(
        lambda whole: float(Decimal(whole).scaleb(-places))
    )


def steps(low: int, high: int, per_unit: int) -> SearchStrategy[float]:
    """Draw numbers in halves, eighths, or the thirds and sevenths of a mean."""
    return st.integers(low * per_unit, high * per_unit).map(lambda whole: whole / per_unit)


# 21 circles, a ruler, and a ruler read to the hundredth of a millimetre.
GLOBALS = st.one_of(steps(0, 10, 2), decimals(0, 10, 1), decimals(0, 10, 3))
# All eight domains, or a mean of six or seven of them.
CHAQ = st.one_of(steps(0, 3, 8), steps(0, 3, 6), steps(0, 3, 7))
FLAGS = st.sampled_from([0.0, 1.0])
WRITTEN: dict[str, SearchStrategy[float]] = {
    "physician_global": GLOBALS,
    "patient_global": GLOBALS,
    "chaq": CHAQ,
    "esr": st.one_of(st.integers(0, 140).map(float), decimals(0, 40, 1)),
    "crp": st.one_of(decimals(0, 200, 1), decimals(0, 30, 3)),
}


def values_of(variable: str) -> SearchStrategy[float]:
    """Draw allowed values of a variable, in its unit.

    Parameters
    ----------
    variable : str
        A declared variable, one of ``jia.variables()``. Yes is 1 and no is 0.

    Returns
    -------
    SearchStrategy of float

    Examples
    --------
    >>> from jiascores.testing import values_of
    >>> esr = values_of("esr")
    """
    if not is_among(variable, VARIABLES):
        raise ArgumentError(
            f"{shown(variable)} is not a variable.{suggestion(variable, tuple(VARIABLES))}",
            variable="variable",
        )
    declared = VARIABLES[variable]
    if variable in WRITTEN:
        return WRITTEN[variable]
    if declared.flag:
        return FLAGS
    low = int(max(declared.low, -500))
    high = 500 if declared.high == UNBOUNDED else int(declared.high)
    return st.integers(low, high).map(float) if declared.whole else decimals(low, high, 1)


def or_gap(values: SearchStrategy[float]) -> SearchStrategy[float | None]:
    """Draw a value, or a gap one time in five."""
    return st.one_of(*[values] * 4, st.none())


def _value(name: str, *, gaps: bool) -> SearchStrategy[float | None]:
    return or_gap(values_of(name)) if gaps else values_of(name)


@st.composite
def score_inputs(draw: st.DrawFn, score: str | Score, *, gaps: bool = True) -> Row:
    """Draw what a score takes, with one of ESR and CRP where it takes either.

    Parameters
    ----------
    score : str or Score
        For example ``"jadas71"``.
    gaps : bool
        Whether a value may be None.

    Returns
    -------
    SearchStrategy of dict
        The keyword arguments of the score.

    Examples
    --------
    >>> from hypothesis import given
    >>> import jiascores as jia
    >>> from jiascores.testing import score_inputs
    >>> @given(score_inputs("jadas71", gaps=False))
    ... def test_a_jadas_is_at_most_101(values):
    ...     assert 0 <= jia.jadas71(**values) <= 101
    >>> test_a_jadas_is_at_most_101()
    """
    asked = lookup(Score, score, parameter="score")
    either = (draw(st.sampled_from(asked.either)),) if asked.either else ()
    return {name: draw(_value(name, gaps=gaps)) for name in (*asked.inputs, *either)}


# --------------------------------------------------------------------------------------- Core sets

markers: SearchStrategy[Marker] = st.sampled_from(get_args(Marker))


def _chosen(draw: st.DrawFn, marker: Marker | None) -> Marker:
    return draw(markers) if marker is None else marker


def core_names(marker: str) -> tuple[str, ...]:
    """Return the six variables, the marker last."""
    return (*CORE_VARIABLES, marker)


@st.composite
def core_values(draw: st.DrawFn, marker: Marker | None = None, *, gaps: bool = True) -> Row:
    """Draw the six variables of one visit, as keyword arguments of `CoreSet`."""
    names = core_names(_chosen(draw, marker))
    return {name: draw(_value(name, gaps=gaps)) for name in names}


def core_sets(marker: Marker | None = None, *, gaps: bool = True) -> SearchStrategy[CoreSet[float]]:
    """Draw the core set of one patient at one visit.

    Parameters
    ----------
    marker : {"esr", "crp"}, optional
        The acute-phase reactant; either if left out.
    gaps : bool
        Whether values may be missing.

    Returns
    -------
    SearchStrategy of CoreSet

    Examples
    --------
    >>> from hypothesis import given
    >>> import jiascores as jia
    >>> from jiascores.testing import core_sets
    >>> @given(core_sets(gaps=False))
    ... def test_no_change_is_no_response(visit):
    ...     assert jia.acr_ped(baseline=visit, now=visit).level == 0
    >>> test_no_change_is_no_response()
    """
    return core_values(marker, gaps=gaps).map(lambda row: CoreSet(**row))


# At these per cents of the earlier value the definitions decide.
DECISIVE = (0, 10, 30, 50, 70, 100, 110, 130, 140, 200)


def near(name: str, earlier: float, percent: int) -> float:
    """Return so many per cent of an earlier value, as the variable may be; counts round down."""
    variable = VARIABLES[name]
    value = Decimal(str(earlier)) * percent / 100
    return min(float(int(value) if variable.whole else value), variable.high)


@st.composite
def later_value(
    draw: st.DrawFn, name: str, earlier: float | None, *, gaps: bool = True
) -> float | None:
    """Draw a value of the next visit, which is often just where a definition decides."""
    if earlier is None or draw(st.booleans()):
        return draw(_value(name, gaps=gaps))
    return near(name, earlier, draw(st.sampled_from(DECISIVE)))


@st.composite
def two_visits(
    draw: st.DrawFn, marker: Marker | None = None, *, gaps: bool = True
) -> tuple[Row, Row]:
    """Draw the six variables at an earlier and at a later visit, with zeros."""
    earlier = {
        name: draw(st.one_of(_value(name, gaps=gaps), st.just(0.0)))
        for name in core_names(_chosen(draw, marker))
    }
    return earlier, {
        name: draw(later_value(name, value, gaps=gaps)) for name, value in earlier.items()
    }


def core_set_pairs(
    marker: Marker | None = None, *, gaps: bool = True
) -> SearchStrategy[tuple[CoreSet[float], CoreSet[float]]]:
    """Draw the core sets of one patient at an earlier and a later visit.

    Later values often lie at the percentages at which definitions of response and flare decide,
    and earlier values are often zero.

    Parameters
    ----------
    marker : {"esr", "crp"}, optional
        The acute-phase reactant of both; either if left out.
    gaps : bool
        Whether values may be missing.

    Returns
    -------
    SearchStrategy of (CoreSet, CoreSet)

    Examples
    --------
    >>> from hypothesis import given
    >>> import jiascores as jia
    >>> from jiascores.testing import core_set_pairs
    >>> @given(core_set_pairs())
    ... def test_bounds_hold(visits):
    ...     response = jia.acr_ped(baseline=visits[0], now=visits[1])
    ...     assert response.level_min <= response.level_max
    >>> test_bounds_hold()
    """
    rows = two_visits(marker, gaps=gaps)
    return rows.map(lambda pair: (CoreSet(**pair[0]), CoreSet(**pair[1])))


# ------------------------------------------------------------------------------------------ Joints


@st.composite
def joint_exams(draw: st.DrawFn, *, gaps: bool = True) -> JointExam:
    """Draw examinations of the joints.

    Active joints are named, or follow from what was found; joints may be injected.

    Parameters
    ----------
    gaps : bool
        Whether joints may be unexamined or excluded, and findings not recorded.

    Returns
    -------
    SearchStrategy of JointExam

    Examples
    --------
    >>> from hypothesis import given
    >>> from jiascores.testing import joint_exams
    >>> @given(joint_exams(gaps=False))
    ... def test_every_joint_is_counted_once(exam):
    ...     assert exam.active_joints_27 <= exam.active_joints <= 71
    >>> test_every_joint_is_counted_once()
    """
    some = st.sets(st.sampled_from(JOINTS_71), max_size=4)
    unseen = sorted(draw(some)) if gaps else []
    seen = st.sets(st.sampled_from([one for one in JOINTS_71 if one not in unseen]), max_size=12)
    known = {
        name: draw(st.one_of(seen, st.none()) if gaps else seen)
        for name in ("swollen", "limited", "painful_on_motion", "tender")
    }
    if draw(st.booleans()):
        known = {"active": draw(seen), "limited": known["limited"]}
    found: dict[str, Any] = {**known, "not_examined": unseen[::2], "excluded": unseen[1::2]}
    if gaps and draw(st.booleans()):
        rule = draw(st.sampled_from(INJECTION_RULES))
        days = st.integers(0, 120).map(float)
        injected = {joint: draw(days) for joint in sorted(draw(seen))[:3]}
        if injected:
            found |= {"injected": injected, "injection_rule": rule, "injection_days": draw(days)}
    return JointExam(**found)


# ------------------------------------------------------------------------------------------ Visits

courses: SearchStrategy[str | None] = st.sampled_from(["oligo", "poly", None])
# Patients by number or by text; text sorts otherwise than numbers do.
PATIENTS: tuple[list[Any], ...] = ([1, 2, 10, 3], ["01", "NL-2", "é", "10"])
FIRST_DAY = pd.Timestamp("2019-01-01")


def _indexes(size: int) -> list[pd.Index[Any]]:
    """Return indexes that a frame may come with: plain, shuffled, of text, or all the same."""
    return [
        pd.RangeIndex(size),
        pd.Index(np.arange(size)[::-1] * 7),
        pd.Index([f"row {at}" for at in range(size)]),
        pd.Index([0] * size),
    ]


def _day(days: int) -> pd.Timestamp:
    return FIRST_DAY + dt.timedelta(days=days)


@st.composite
def visits(
    draw: st.DrawFn,
    *,
    marker: Marker | None = None,
    gaps: bool = True,
    ties: bool = False,
    most: int = 12,
    extra: Mapping[str, SearchStrategy[Any]] | None = None,
) -> pd.DataFrame:
    """Draw a table of visits: `patient`, `date` and a core set, in any order of rows.

    Patients are numbers or text, with one visit or many; dates lie days or years apart. Baselines
    are often zero, and the index may be anything.

    Parameters
    ----------
    marker : {"esr", "crp"}, optional
        The acute-phase reactant; either if left out.
    gaps : bool
        Whether values may be missing.
    ties : bool
        Whether two visits of a patient may fall on one day.
    most : int
        At most so many rows.
    extra : dict of str to SearchStrategy, optional
        Further columns, and how to draw each value.

    Returns
    -------
    SearchStrategy of pandas.DataFrame
        At least one row; the values are float64 with NaN.

    Examples
    --------
    >>> from hypothesis import given
    >>> import jiascores as jia
    >>> from jiascores.testing import visits
    >>> @given(visits(marker="esr"))
    ... def test_no_row_is_lost(table):
    ...     assert len(jia.assess(table, measures=["jadas71"])) == len(table)
    >>> test_no_row_is_lost()
    """
    marker = _chosen(draw, marker)
    place = st.tuples(st.sampled_from(draw(st.sampled_from(PATIENTS))), st.integers(0, 1500))
    places = draw(
        st.lists(place, min_size=1, max_size=most, unique_by=None if ties else lambda one: one)
    )
    columns: dict[str, list[Any]] = {
        "patient": [patient for patient, _ in places],
        "date": [_day(day) for _, day in places],
    }
    for name in core_names(marker):
        value = st.one_of(_value(name, gaps=gaps), st.just(0.0))
        columns[name] = [draw(value) for _ in places]
    for name, values in (extra or {}).items():
        columns[name] = [draw(values) for _ in places]
    return _table(columns, marker, draw(st.sampled_from(_indexes(len(places)))))


def _table(columns: Any, marker: str, index: pd.Index[Any]) -> pd.DataFrame:
    table = pd.DataFrame(columns, index=index)
    return table.astype(dict.fromkeys(core_names(marker), np.float64))


@st.composite
def course_of_disease(
    draw: st.DrawFn, marker: Marker, *, ties: bool, gaps: bool = True
) -> list[tuple[int, Row]]:
    """Draw the visits of one patient: days, and values that often fall or rise together."""
    day = draw(st.integers(0, 1000))
    drawn = [(day, draw(core_values(marker, gaps=gaps)))]
    first = {
        name: draw(values_of(name)) if value is None else value
        for name, value in drawn[0][1].items()
    }
    for _ in range(draw(st.integers(0, 5))):
        day += draw(st.sampled_from([0, 1, 60] if ties else [1, 60]))
        row: Row | None = draw(st.sampled_from([None, *(row for _, row in drawn[1:])]))
        if row is None:
            percent = draw(st.sampled_from(DECISIVE))
            row = {}
            for name, value in first.items():
                same = round(near(name, value, percent), 3)
                row[name] = draw(
                    st.one_of(*[st.just(same)] * 7, later_value(name, value, gaps=gaps))
                )
        drawn.append((day, row))
    return drawn


@st.composite
def histories(
    draw: st.DrawFn, *, marker: Marker | None = None, gaps: bool = True, ties: bool = False
) -> pd.DataFrame:
    """Draw the histories of up to three patients, with columns for every rule of baselines.

    Visits often respond, and flare.

    Parameters
    ----------
    marker : {"esr", "crp"}, optional
        The acute-phase reactant; either if left out.
    gaps : bool
        Whether values may be missing.
    ties : bool
        Whether two visits of a patient may fall on one day.

    Returns
    -------
    SearchStrategy of pandas.DataFrame
        As from `visits`, and: `ablfl` flags a visit of most patients, rarely two; `first_dose` and
        `end_of_lead_in` are one day for each patient, on a visit, between visits or outside them,
        with gaps; `course` may be missing.

    Examples
    --------
    >>> from hypothesis import given
    >>> import jiascores as jia
    >>> from jiascores.testing import histories
    >>> @given(histories(marker="crp"))
    ... def test_the_first_visit_has_no_response(table):
    ...     out = jia.assess(table, baseline="first", measures=["acr_ped"])
    ...     first = out.groupby("patient")["date"].transform("min") == out["date"]
    ...     assert out.loc[first.to_numpy(), "acr_ped_level"].isna().all()
    >>> test_the_first_visit_has_no_response()
    """
    marker = _chosen(draw, marker)
    rows: list[dict[str, Any]] = []
    for patient in draw(st.sampled_from(PATIENTS))[: draw(st.integers(1, 3))]:
        mine = draw(course_of_disease(marker, ties=ties, gaps=gaps))
        flags = draw(
            st.lists(st.integers(0, len(mine) - 1), max_size=draw(st.sampled_from([0, 1, 1, 2])))
        )
        limits = {
            name: draw(st.sampled_from(mine))[0] + draw(st.sampled_from([-1, 0, 0, 1, 5000]))
            for name in ("first_dose", "end_of_lead_in")
        }
        for at, (day, values) in enumerate(mine):
            dates = {
                name: _day(limit) if at == 0 or draw(st.booleans()) else None
                for name, limit in limits.items()
            }
            course = draw(courses)
            about = {"ablfl": at in flags, "course": course}
            rows.append({"patient": patient, "date": _day(day), **dates, **values, **about})
    rows = draw(st.permutations(rows))
    table = _table(rows, marker, draw(st.sampled_from(_indexes(len(rows)))))
    for name in ("first_dose", "end_of_lead_in"):
        table[name] = pd.to_datetime(table[name])
    return table.astype({"course": object})


# ----------------------------------------------------------------------------------- Second tables


def _days_of(visits: pd.DataFrame) -> list[tuple[Any, list[pd.Timestamp]]]:
    return [(patient, sorted(mine["date"])) for patient, mine in visits.groupby("patient")]


def _about(draw: st.DrawFn, days: list[pd.Timestamp]) -> pd.Timestamp:
    """Draw a day on a visit, the day before or after one, or outside them."""
    beside = draw(st.sampled_from([-400, -1, 0, 0, 1, 30, 400]))
    return draw(st.sampled_from(days)) + dt.timedelta(days=beside)


@st.composite
def infusions(draw: st.DrawFn, visits: pd.DataFrame, *, most: int = 3) -> pd.DataFrame:
    """Draw a table of infusions beside a table of visits.

    Parameters
    ----------
    visits : pandas.DataFrame
        With `patient` and `date`, as from `histories`.
    most : int
        At most so many infusions of a patient; each has at least one.

    Returns
    -------
    SearchStrategy of pandas.DataFrame
        `patient` and `date`, every date of a patient once, on, near or far from visits, and none
        before the first visit.

    Examples
    --------
    >>> from hypothesis import strategies as st
    >>> from jiascores.testing import histories, infusions
    >>> both = histories(marker="esr").flatmap(
    ...     lambda table: st.tuples(st.just(table), infusions(table))
    ... )
    """
    rows = [
        (patient, day)
        for patient, days in _days_of(visits)
        for day in {max(_about(draw, days), days[0]) for _ in range(draw(st.integers(1, most)))}
    ]
    return pd.DataFrame(draw(st.permutations(rows)), columns=["patient", "date"])


@st.composite
def medications(draw: st.DrawFn, visits: pd.DataFrame, *, most: int = 3) -> pd.DataFrame:
    """Draw a table of periods with a drug beside a table of visits.

    Parameters
    ----------
    visits : pandas.DataFrame
        With `patient` and `date`, as from `histories`.
    most : int
        At most so many periods of a patient, who may have none.

    Returns
    -------
    SearchStrategy of pandas.DataFrame
        `patient`, `drug`, `start` and `stop`; `stop` may be missing, periods may overlap.

    Examples
    --------
    >>> from hypothesis import strategies as st
    >>> from jiascores.testing import histories, medications
    >>> both = histories(marker="esr").flatmap(
    ...     lambda table: st.tuples(st.just(table), medications(table))
    ... )
    """
    rows: list[tuple[Any, ...]] = []
    for patient, days in _days_of(visits):
        for _ in range(draw(st.integers(0, most))):
            start, stop = sorted((_about(draw, days), _about(draw, days)))
            drug = draw(st.sampled_from(["methotrexate", "etanercept"]))
            rows.append((patient, drug, start, draw(st.sampled_from([stop, None]))))
    table = pd.DataFrame(rows, columns=["patient", "drug", "start", "stop"])
    return table.astype({"start": "datetime64[ns]", "stop": "datetime64[ns]"})


# ------------------------------------------------------------------------------------ Registration


def _core_sets_of(thing: Any) -> SearchStrategy[CoreSet[Any]]:
    """Draw core sets of one patient, or of several where arrays or Series are asked for."""
    (kind,) = get_args(thing) or (float,)
    kind = get_origin(kind) or kind
    makers: dict[Any, Any] = {np.ndarray: np.array, pd.Series: pd.Series}
    if kind not in makers:
        return core_sets()

    @st.composite
    def several(draw: st.DrawFn) -> CoreSet[Any]:
        rows = draw(st.lists(core_values(draw(markers)), min_size=1, max_size=5))
        return CoreSet(
            **{name: makers[kind]([row[name] for row in rows], dtype=float) for name in rows[0]}
        )

    return several()


# Tells Hypothesis how to draw our types, whichever of it and this module is imported first.
st.register_type_strategy(CoreSet, _core_sets_of)
st.register_type_strategy(JointExam, joint_exams())
