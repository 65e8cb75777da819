"""The Hypothesis strategies of the tests beside those we ship, and the kinds of values."""

from __future__ import annotations

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
from jiascores.core.variables import UNBOUNDED, VARIABLES
from jiascores.testing.strategies import *  # noqa: F403  # what we ship is used here as `some.…`
from jiascores.testing.strategies import (
    Row,
    core_names,
    decimals,
    histories,
    markers,
    or_gap,
    two_visits,
    values_of,
)

# ------------------------------------------------------------------------------------------ Scores

SCORES = published(Score)
scores = st.sampled_from(SCORES)


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
# The columns of `histories`, but for numbers.
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
    table = draw(histories(marker=marker, ties=draw(st.booleans()))).reset_index(drop=True)
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
