"""Every Hypothesis strategy of the tests, and the kinds in which values may come.

Numbers are decimals as a person types them: 3.7, not the doubles around it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

import jiascores as jia
from jiascores.core.definition import published
from jiascores.core.measure import Score
from jiascores.core.variables import CORE_VARIABLES, UNBOUNDED, VARIABLES

Row = dict[str, float | None]

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
ESR = st.one_of(st.integers(0, 140).map(float), decimals(0, 40, 1))
CRP = st.one_of(decimals(0, 200, 1), decimals(0, 30, 3))
FLAGS = st.sampled_from([0.0, 1.0])

WRITTEN = {
    "physician_global": GLOBALS,
    "patient_global": GLOBALS,
    "chaq": CHAQ,
    "esr": ESR,
    "crp": CRP,
}


def values_of(name: str) -> SearchStrategy[float]:
    """Draw allowed values of a declared variable."""
    variable = VARIABLES[name]
    if name in WRITTEN:
        return WRITTEN[name]
    if variable.flag:
        return FLAGS
    high = 500 if variable.high == UNBOUNDED else int(variable.high)
    if variable.whole:
        return st.integers(int(variable.low), high).map(float)
    return decimals(int(variable.low), high, 1)


def or_gap(values: SearchStrategy[float]) -> SearchStrategy[float | None]:
    """Draw a value, or a gap one time in five."""
    return st.one_of(*[values] * 4, st.none())


# ------------------------------------------------------------------------------------------ Scores

SCORES = published(Score)
scores = st.sampled_from(SCORES)


@st.composite
def score_inputs(draw: st.DrawFn, score: Score, *, gaps: bool = True) -> Row:
    """Draw what a score takes, with one of the acute-phase reactants where it takes either."""
    names = score.inputs
    if score.either:
        names = (*names, draw(st.sampled_from(score.either)))
    return {name: draw(or_gap(values_of(name)) if gaps else values_of(name)) for name in names}


@st.composite
def score_rows(draw: st.DrawFn, score: Score, *, most: int = 6) -> list[Row]:
    """Draw the inputs of some patients, all with the same acute-phase reactant."""
    names = score.inputs
    if score.either:
        names = (*names, draw(st.sampled_from(score.either)))
    row = st.fixed_dictionaries({name: or_gap(values_of(name)) for name in names})
    return draw(st.lists(row, min_size=1, max_size=most))


def score_values(score: Score) -> SearchStrategy[float]:
    """Draw values within a score's range, in tenths or finer."""
    low, high = int(np.ceil(score.low)), int(score.high)
    return st.one_of(decimals(low, high, 1), decimals(low, high, 4))


courses = st.sampled_from(["oligo", "poly", None])

# --------------------------------------------------------------------------------------- Core sets

markers = st.sampled_from(["esr", "crp"])


def core_names(marker: str) -> tuple[str, ...]:
    return (*CORE_VARIABLES, marker)


@st.composite
def core_values(draw: st.DrawFn, marker: str = "esr", *, gaps: bool = True) -> Row:
    """Draw the six variables of one visit."""
    return {
        name: draw(or_gap(values_of(name)) if gaps else values_of(name))
        for name in core_names(marker)
    }


# Near these per cents of the earlier value the definitions decide.
DECISIVE = (0, 10, 30, 50, 70, 100, 110, 130, 140, 200)


@st.composite
def later_value(draw: st.DrawFn, name: str, earlier: float | None) -> float | None:
    """Draw a value of the next visit, which is often just where a definition decides."""
    if earlier is None or draw(st.booleans()):
        return draw(or_gap(values_of(name)))
    variable = VARIABLES[name]
    percent = draw(st.sampled_from(DECISIVE))
    near = Decimal(str(earlier)) * percent / 100
    if variable.whole:
        return float(min(int(near), variable.high))
    return min(float(near), variable.high)


@st.composite
def two_visits(draw: st.DrawFn, marker: str | None = None) -> tuple[Row, Row]:
    """Draw the six variables at an earlier and at a later visit, with gaps and zeros."""
    marker = marker or draw(markers)
    zero_or_more = {
        name: st.one_of(or_gap(values_of(name)), st.just(0.0)) for name in core_names(marker)
    }
    earlier = {name: draw(values) for name, values in zero_or_more.items()}
    return earlier, {name: draw(later_value(name, value)) for name, value in earlier.items()}


@st.composite
def many_pairs(draw: st.DrawFn, most: int = 6) -> list[tuple[Row, Row]]:
    """Draw two visits of some patients, all with the same acute-phase reactant."""
    return draw(st.lists(two_visits(draw(markers)), min_size=1, max_size=most))


def core_set(values: Row) -> jia.CoreSet[float]:
    return jia.CoreSet(**values)


@st.composite
def completed(draw: st.DrawFn, *visits: Row) -> tuple[Row, ...]:
    """Fill every gap with a value, often one at an end of its scale."""
    filled = []
    for visit in visits:
        filled.append(dict(visit))
        for name, value in visit.items():
            if value is None:
                variable = VARIABLES[name]
                high = 300.0 if variable.high == UNBOUNDED else float(variable.high)
                ends = st.sampled_from([float(variable.low), high])
                filled[-1][name] = draw(st.one_of(ends, values_of(name)))
    return tuple(filled)


# ------------------------------------------------------------------------------------------- Kinds

Column = Sequence[float | None]


def _floats(values: Column) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _masked(values: Column) -> np.ndarray:
    gaps = [value is None for value in values]
    # What stands under a mask is nobody's value.
    return np.ma.array(np.where(gaps, -999.0, _floats(values)), mask=gaps)


def _nullable(values: Column) -> pd.Series:
    whole = all(value is None or float(value).is_integer() for value in values)
    missing = [pd.NA if value is None else value for value in values]
    return pd.Series(missing, dtype="Int64" if whole else "Float64")


def _odd_index(values: Column) -> pd.Series:
    return pd.Series(
        _floats(values), index=[f"row {len(values) - at}" for at in range(len(values))]
    )


def _decimals(values: Column) -> np.ndarray:
    return np.array([None if value is None else Decimal(str(value)) for value in values])


KINDS: dict[str, Callable[[Column], Any]] = {
    "list": list,
    "tuple": tuple,
    "float64": _floats,
    "every other of a float64": lambda values: np.repeat(_floats(values), 2)[::2],
    "big-endian": lambda values: _floats(values).astype(">f8"),
    "masked": _masked,
    "objects": lambda values: np.array(list(values), dtype=object),
    "Decimals": _decimals,
    "column of two dimensions": lambda values: _floats(values).reshape(-1, 1),
    "pandas": lambda values: pd.Series(_floats(values)),
    "pandas, odd index": _odd_index,
    "pandas, nullable": _nullable,
    "pandas, objects with None": lambda values: pd.Series(list(values), dtype=object),
    "pandas, objects with NA": lambda values: pd.Series(
        [pd.NA if value is None else value for value in values], dtype=object
    ),
    "pandas Index": lambda values: pd.Index(_floats(values)),
    "pandas array": lambda values: _nullable(values).array,
}
if find_spec("pyarrow"):
    KINDS["pandas, Arrow"] = lambda values: pd.Series(list(values), dtype="double[pyarrow]")
if find_spec("polars"):
    import polars as pl

    KINDS["Polars"] = lambda values: pl.Series(list(values), dtype=pl.Float64)
    KINDS["Polars, NaN"] = lambda values: pl.Series(_floats(values))

kinds = st.sampled_from(sorted(KINDS))


def columns(rows: Sequence[Row], kind: str) -> dict[str, Any]:
    """Turn rows into columns of a kind."""
    return {name: KINDS[kind]([row[name] for row in rows]) for name in rows[0]}


def back(result: Any) -> list[Any]:
    """Return what came back as a list, every way of missing as None."""
    values = result.ravel().tolist() if isinstance(result, np.ndarray) else list(result)
    return [None if value is pd.NA or value != value else value for value in values]


def one(result: Any) -> Any:
    """Return what came back for one patient, missing as None."""
    return None if result is None or result != result else result


# ------------------------------------------------------------------------------------------ Visits

# Patients by number or by text; text sorts otherwise than numbers do.
PATIENTS = ([1, 2, 10, 3], ["01", "NL-2", "é", "10"])
FIRST_DAY = dt.date(2019, 1, 1)


def _indexes(size: int) -> list[pd.Index]:
    """Return indexes that a frame may come with: plain, shuffled, of text, or all the same."""
    return [
        pd.RangeIndex(size),
        pd.Index(np.arange(size)[::-1] * 7),
        pd.Index([f"row {at}" for at in range(size)]),
        pd.Index([0] * size),
    ]


@st.composite
def visits(
    draw: st.DrawFn,
    *,
    marker: str | None = None,
    ties: bool = False,
    most: int = 12,
    extra: dict[str, SearchStrategy[Any]] | None = None,
) -> pd.DataFrame:
    """Draw a table of visits: `patient`, `date` and a core set, in any order of rows.

    Patients are numbers or text, with one visit or many; dates lie days or years apart, and with
    `ties` two visits of a patient may fall on one day. Baselines are often zero, any value may be
    missing, and the index may be anything. `extra` adds columns.
    """
    marker = marker or draw(markers)
    patients = draw(st.sampled_from(PATIENTS))
    place = st.tuples(st.sampled_from(patients), st.integers(0, 1500))
    places = draw(
        st.lists(place, min_size=1, max_size=most, unique_by=None if ties else lambda one: one)
    )
    frame: dict[str, list[Any]] = {
        "patient": [patient for patient, _ in places],
        "date": [pd.Timestamp(FIRST_DAY) + dt.timedelta(days=day) for _, day in places],
    }
    for name in core_names(marker):
        value = st.one_of(or_gap(values_of(name)), st.just(0.0))
        frame[name] = [draw(value) for _ in places]
    for name, values in (extra or {}).items():
        frame[name] = [draw(values) for _ in places]
    table = pd.DataFrame(frame, index=draw(st.sampled_from(_indexes(len(places)))))
    for name in core_names(marker):
        table[name] = table[name].astype(np.float64)
    return table


@st.composite
def course_of_disease(draw: st.DrawFn, marker: str, *, ties: bool) -> list[tuple[int, Row]]:
    """Draw the visits of one patient: days, and values that often fall or rise together."""
    day = draw(st.integers(0, 1000))
    found = [(day, draw(core_values(marker)))]
    first = {name: draw(values_of(name)) if value is None else value
             for name, value in found[0][1].items()}  # fmt: skip
    for _ in range(draw(st.integers(0, 5))):
        day += draw(st.sampled_from([0, 1, 60] if ties else [1, 60]))
        row = draw(st.sampled_from([None, *(row for _, row in found[1:])]))
        if row is None:
            percent = draw(st.sampled_from(DECISIVE))
            row = {}
            for name, value in first.items():
                near = min(value * percent / 100, float(VARIABLES[name].high))
                near = float(int(near)) if VARIABLES[name].whole else round(near, 3)
                row[name] = draw(st.one_of(*[st.just(near)] * 7, later_value(name, value)))
        found.append((day, row))
    return found


@st.composite
def visits_with_rules(
    draw: st.DrawFn, *, marker: str | None = None, ties: bool = False
) -> pd.DataFrame:
    """Draw a table of a few patients with columns for every rule of baselines and references.

    Visits often respond, and flare; with `ties` two may fall on one day. `ablfl` flags a visit of
    most patients, rarely two; `first_dose` and `end_of_lead_in` are one day for each patient, on a
    visit, between visits or outside them, with gaps; `course` may be missing.
    """
    marker = marker or draw(markers)
    rows: list[dict[str, Any]] = []
    for patient in draw(st.sampled_from(PATIENTS))[: draw(st.integers(1, 3))]:
        mine = draw(course_of_disease(marker, ties=ties))
        flags = draw(
            st.lists(st.integers(0, len(mine) - 1), max_size=draw(st.sampled_from([0, 1, 1, 2])))
        )
        limits = {
            name: draw(st.sampled_from(mine))[0] + draw(st.sampled_from([-1, 0, 0, 1, 5000]))
            for name in ("first_dose", "end_of_lead_in")
        }
        for at, (day, values) in enumerate(mine):
            dates = {"date": day} | {
                name: limit if at == 0 or draw(st.booleans()) else None
                for name, limit in limits.items()
            }
            rows.append(
                {"patient": patient}
                | {
                    name: None if day is None else pd.Timestamp(FIRST_DAY) + dt.timedelta(days=day)
                    for name, day in dates.items()
                }
                | values
                | {"ablfl": at in flags, "course": draw(courses)}
            )
    rows = draw(st.permutations(rows))
    table = pd.DataFrame(rows, index=draw(st.sampled_from(_indexes(len(rows)))))
    for name in core_names(marker):
        table[name] = table[name].astype(np.float64)
    for name in ("first_dose", "end_of_lead_in"):
        table[name] = pd.to_datetime(table[name])
    table["course"] = table["course"].astype(object)
    return table


# What cannot be read where a number is due, or not as it is.
BAD_CELLS = [62, -1, 3.5, float("inf"), "n/a", "< 5", "> 120", "0,5", "7", True, [1], ""]
BAD_DATES = [None, "10.01.2024", "Frühjahr", 20240110, 7]
# What other columns hold, and what they may hold and had better not.
OTHERS: dict[str, tuple[Any, list[Any]]] = {
    "seen": ("Y", ["maybe", None, 2]),
    "form": ("oligo", ["Poly", None, 7]),
    "category": ("psoriatic", ["sJIA", None]),
    "ilar_category": ("systemic", ["sJIA", None]),
    "month": (3, [7.5, "three", -1, None]),
    "limit": (20, ["20", -1, None]),
    "esr_upper_limit": (20, ["20", -1, None]),
    "crp_upper_limit": (10, ["< 10", None]),
    "flare_fever": (False, ["maybe", None, 2]),
    "patient_global_rater": ("parent", ["mother", None]),
    "morning_stiffness": (0, ["none", -1, None]),
    "highest_temperature": (37.0, ["none", 380, None]),
    "esr_normal": (None, ["perhaps", True, False]),
    **{
        name: (False, ["perhaps", None, 2, 0.5])
        for name in (
            *("fever", "rash", "serositis", "splenomegaly", "hepatosplenomegaly"),
            *("lymphadenopathy", "uveitis", "joint_injection", "treatment_intensified"),
            "stills_symptoms",
        )
    },
}
# The columns of `visits_with_rules`, but for numbers.
WRONG: dict[str, list[Any]] = {
    "patient": [None, ["A"], "01", ""],
    "date": BAD_DATES,
    "first_dose": BAD_DATES,
    "end_of_lead_in": BAD_DATES,
    "ablfl": ["maybe", None, "Y", 2],
    "course": ["Poly", None, 7],
    **{name: wrong for name, (_, wrong) in OTHERS.items()},
}


@st.composite
def bad_visits(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a table of visits with every column, a few of which are not as they should be."""
    marker = draw(markers)
    table = draw(visits_with_rules(marker=marker, ties=draw(st.booleans()))).reset_index(drop=True)
    for name, (good, _) in OTHERS.items():
        table[name] = pd.Series([good] * len(table), dtype=object)
    table["active_joints_27"] = table["active_joints"].clip(upper=27)
    rows = st.integers(0, len(table) - 1)
    numbers = [*core_names(marker), "active_joints_27"]
    wrong = WRONG | dict.fromkeys(numbers, BAD_CELLS)
    names = st.one_of(st.sampled_from(numbers), st.sampled_from(sorted(wrong)))
    for name in draw(st.lists(names, min_size=1, max_size=4)):
        value = draw(st.sampled_from(wrong[name]))
        everywhere, row = draw(st.booleans()), draw(rows)
        cells = [value if everywhere or at == row else cell for at, cell in enumerate(table[name])]
        table[name] = pd.Series(cells, dtype=object)
    other = "crp" if marker == "esr" else "esr"
    for name in draw(st.sampled_from([[]] * 6 + [["parent_global"], [other]])):
        table[name] = 5.0
    taken = draw(st.sampled_from([[]] * 6 + [[name] for name in table.columns]))
    return table.drop(columns=taken)
