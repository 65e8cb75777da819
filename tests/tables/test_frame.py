"""Tables of visits, row by row against the functions on one patient, in every kind of frame.

Baselines and references stand here a second time, in plain Python, one patient and one visit after
the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from jiascores.core.variables import CORE_VARIABLES
from jiascores.tables.answers import reference_rows
from jiascores.tables.frame import Frame
from jiascores.tables.table import Table
from tests import strategies as some

Rows = list[dict[str, Any]]


class TwoError(Exception):
    """Two visits can be the same thing."""


# ------------------------------------------------------------------------------ kinds of frame


def objects(visits: pd.DataFrame) -> pd.DataFrame:
    plain = visits.astype(object)
    return plain.where(plain.notna(), None)


def polars(visits: pd.DataFrame) -> pl.DataFrame:
    return pl.from_pandas(visits)


def arrow(visits: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(visits, preserve_index=False)


def in_chunks(visits: pd.DataFrame) -> pa.Table:
    whole = arrow(visits)
    return pa.concat_tables([whole.slice(0, 1), whole.slice(1, 2), whole.slice(3)])


def category(visits: pd.DataFrame) -> pd.DataFrame:
    return visits.assign(
        patient=visits["patient"].astype("category"), course=visits["course"].astype("category")
    )


KINDS: dict[str, Callable[[pd.DataFrame], Any]] = {
    "pandas": lambda visits: visits,
    "pandas, nullable": lambda visits: visits.convert_dtypes(),
    "pandas, Arrow": lambda visits: visits.convert_dtypes(dtype_backend="pyarrow"),
    "pandas, objects": objects,
    "pandas, categories": category,
    "Polars": polars,
    "Polars, categories": lambda visits: polars(visits).with_columns(
        pl.col("patient").cast(pl.String).cast(pl.Categorical)
    ),
    "PyArrow": arrow,
    "PyArrow, in chunks": in_chunks,
    "PyArrow, dictionary": lambda visits: arrow(visits).set_column(
        0, "patient", arrow(visits)["patient"].cast(pa.string()).dictionary_encode()
    ),
}

every_kind = pytest.mark.parametrize("kind", sorted(KINDS))
few = settings(max_examples=max(settings.default.max_examples // 5, 1))


def plain(values: Any) -> list[Any]:
    """Return a column as Python values, missing as None."""
    values = values.to_pylist() if isinstance(values, pa.ChunkedArray) else list(values)
    return [
        None if value is None or value is pd.NA or value != value else value for value in values
    ]


def rows_of(visits: pd.DataFrame) -> Rows:
    columns = {name: plain(visits[name]) for name in visits.columns}
    columns["date"] = [pd.Timestamp(date) for date in columns["date"]]
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


# ------------------------------------------------------------------------------- in plain Python


def of_patient(rows: Rows, at: int) -> list[int]:
    return [one for one, row in enumerate(rows) if row["patient"] == rows[at]["patient"]]


def only(candidates: list[int]) -> int | None:
    if len(candidates) > 1:
        raise TwoError
    return candidates[0] if candidates else None


def first(rows: Rows, at: int) -> int | None:
    mine = of_patient(rows, at)
    earliest = min(rows[one]["date"] for one in mine)
    return only([one for one in mine if rows[one]["date"] == earliest])


def flagged(rows: Rows, at: int) -> int | None:
    return only([one for one in of_patient(rows, at) if rows[one]["ablfl"]])


def on_or_before(column: str) -> Callable[[Rows, int], int | None]:
    def rule(rows: Rows, at: int) -> int | None:
        mine = of_patient(rows, at)
        days = {rows[one][column] for one in mine} - {None}
        if not days:
            return None
        (day,) = days
        early = [one for one in mine if rows[one]["date"] <= day]
        if not early:
            return None
        last = max(rows[one]["date"] for one in early)
        return only([one for one in early if rows[one]["date"] == last])

    return rule


BASELINES = {
    "first": ("first", first),
    "flagged": (jia.flagged("ablfl"), flagged),
    "on or before": (jia.on_or_before("first_dose"), on_or_before("first_dose")),
}


def core_set(row: dict[str, Any]) -> jia.CoreSet[float]:
    marker = "esr" if "esr" in row else "crp"
    return jia.CoreSet(**{name: row[name] for name in (*CORE_VARIABLES, marker)})


def jadas71(row: dict[str, Any]) -> float:
    marker = "esr" if "esr" in row else "crp"
    names = ("physician_global", "patient_global", "active_joints", marker)
    return jia.jadas71(**{name: row[name] for name in names})


def is_after(rows: Rows, at: int, base: int | None) -> bool:
    return base is not None and rows[at]["date"] > rows[base]["date"]


def response(rows: Rows, at: int, base: int | None) -> Any:
    """Return the response of a visit, None on the baseline and before it."""
    if base is None or not is_after(rows, at, base):
        return None
    return jia.acr_ped(baseline=core_set(rows[base]), now=core_set(rows[at]))


def earlier_since_baseline(rows: Rows, at: int, base: int | None) -> dict[int, Any]:
    """Return the responses at the patient's visits between the baseline and this visit."""
    found = {
        one: response(rows, one, base)
        for one in of_patient(rows, at)
        if rows[one]["date"] < rows[at]["date"]
    }
    return {one: answer for one, answer in found.items() if answer is not None}


def last_responding(rows: Rows, at: int, base: int | None) -> int | None:
    responding = [
        one
        for one, answer in earlier_since_baseline(rows, at, base).items()
        if answer.level_min >= 30
    ]
    if not responding:
        return None
    last = max(rows[one]["date"] for one in responding)
    return only([one for one in responding if rows[one]["date"] == last])


def best(rows: Rows, at: int, base: int | None) -> int | None:
    def merit(one: int, level: int) -> tuple[Any, ...]:
        score = jadas71(rows[one])
        return -level, float("inf") if score != score else score, rows[one]["date"]

    merits = {
        one: merit(one, answer.level)
        for one, answer in earlier_since_baseline(rows, at, base).items()
        if answer.level is not None
    }
    if not merits:
        return None
    return only([one for one, each in merits.items() if each == min(merits.values())])


def the_baseline(_rows: Rows, _at: int, base: int | None) -> int | None:
    return base


def whatever_the_baseline(rule: Callable[[Rows, int], int | None]) -> Callable[..., int | None]:
    return lambda rows, at, _base: rule(rows, at)


REFERENCES = {
    "baseline": ("baseline", the_baseline),
    "end of lead-in": ("end-of-lead-in", whatever_the_baseline(on_or_before("end_of_lead_in"))),
    "flagged": (jia.flagged("ablfl"), whatever_the_baseline(flagged)),
    "on or before": (
        jia.on_or_before("first_dose"),
        whatever_the_baseline(on_or_before("first_dose")),
    ),
    "last responding": ("last-responding", last_responding),
    "best": ("best", best),
}


BY_BASELINE = (the_baseline, last_responding, best)


def expected(found: Callable[[], list[Any]]) -> list[Any] | None:
    """Return what is due, or None where two visits can be the same thing."""
    try:
        return found()
    except TwoError:
        return None


# ----------------------------------------------------------------------------------------- tests


@every_kind
@few
@given(visits=some.histories())
def test_scores_and_states_are_those_of_each_row(kind: str, visits: pd.DataFrame) -> None:
    frame = KINDS[kind](visits)
    state = jia.ask.state("jadas10", cutoffs="consolaro-2012-2014", course=jia.column("course"))
    names = ["jadas10", "jadas71", "cjadas10", "cjadas71"]
    out = jia.assess(frame, measures=[*names, state])
    rows = rows_of(visits)
    for name in names:
        function = getattr(jia, name)
        marker = [] if name.startswith("c") else ["esr" if "esr" in visits else "crp"]
        inputs = ["physician_global", "patient_global", "active_joints", *marker]
        due = [function(**{each: row[each] for each in inputs}) for row in rows]
        assert plain(out[name]) == [None if score != score else score for score in due]
    due = [
        jia.disease_state(
            score, measure="jadas10", course=row["course"], cutoffs="consolaro-2012-2014"
        )
        for score, row in zip(plain(out["jadas10"]), rows, strict=True)
    ]
    assert plain(out["state_jadas10_consolaro_2012_2014"]) == due


def assert_responses(kind: str, rule: str, visits: pd.DataFrame) -> None:
    given_rule, naive = BASELINES[rule]
    rows = rows_of(visits)
    due = expected(lambda: [response(rows, at, naive(rows, at)) for at in range(len(rows))])
    frame = KINDS[kind](visits)
    if due is None:
        with pytest.raises(jia.errors.VisitError):
            jia.assess(frame, measures="acr_ped", baseline=given_rule)
        return
    out = jia.assess(frame, measures="acr_ped", baseline=given_rule)
    for part in ("level", "level_min", "level_max"):
        levels = [None if answer is None else getattr(answer, part) for answer in due]
        assert plain(out[f"acr_ped_{part}"]) == levels


@pytest.mark.parametrize("rule", sorted(BASELINES))
@given(visits=some.histories(ties=True))
def test_responses_are_those_of_each_row_and_its_baseline(rule: str, visits: pd.DataFrame) -> None:
    assert_responses("pandas", rule, visits)


@every_kind
@few
@given(visits=some.histories(ties=True), rule=st.sampled_from(sorted(BASELINES)))
def test_responses_in_every_kind(kind: str, rule: str, visits: pd.DataFrame) -> None:
    assert_responses(kind, rule, visits)


def assert_flares(kind: str, reference: str, visits: pd.DataFrame) -> None:
    given_reference, naive = REFERENCES[reference]
    rows = rows_of(visits)

    def flared(at: int) -> bool | None:
        base = first(rows, at) if naive in BY_BASELINE else None
        found = naive(rows, at, base)
        if found is None or not is_after(rows, at, found):
            return None
        earlier, now = core_set(rows[found]), core_set(rows[at])
        return jia.flare(reference=earlier, now=now, criteria="prcsg-printo").flared

    due = expected(lambda: [flared(at) for at in range(len(rows))])
    request = jia.ask.flare(criteria="prcsg-printo", reference=given_reference)
    frame = KINDS[kind](visits)
    baseline = "first" if naive in BY_BASELINE else None
    if due is None:
        with pytest.raises(jia.errors.VisitError):
            jia.assess(frame, measures=[request], baseline=baseline)
    else:
        out = jia.assess(frame, measures=[request], baseline=baseline)
        (name,) = request.columns
        assert plain(out[name]) == due


@pytest.mark.parametrize("reference", sorted(REFERENCES))
@given(visits=some.histories(ties=True))
def test_flares_are_those_of_each_row_and_its_reference(
    reference: str, visits: pd.DataFrame
) -> None:
    assert_flares("pandas", reference, visits)


@every_kind
@few
@given(visits=some.histories(ties=True), reference=st.sampled_from(sorted(REFERENCES)))
def test_flares_in_every_kind(kind: str, reference: str, visits: pd.DataFrame) -> None:
    assert_flares(kind, reference, visits)


@every_kind
@few
@given(visits=some.histories())
def test_rows_order_index_and_columns_stay(kind: str, visits: pd.DataFrame) -> None:
    frame = KINDS[kind](visits)
    before = KINDS[kind](visits.copy())
    out = jia.assess(frame, measures=["jadas71", "acr_ped"], baseline="first")
    assert type(out) is type(frame)
    added = ["jadas71", "acr_ped_level", "acr_ped_level_min", "acr_ped_level_max"]
    names = list(visits.columns)
    if isinstance(frame, pd.DataFrame):
        assert list(out.columns) == names + added
        pd.testing.assert_frame_equal(out[names], before)
        pd.testing.assert_frame_equal(frame, before)
    elif isinstance(frame, pl.DataFrame):
        assert out.columns == names + added
        assert out.select(names).equals(before)
        assert frame.equals(before)
    else:
        assert out.column_names == names + added
        assert out.select(names).equals(before)
        assert frame.equals(before)


@few
@given(visits=some.histories(ties=True))
def test_the_order_of_rows_changes_no_answer(visits: pd.DataFrame) -> None:
    visits = visits.reset_index(drop=True)
    requests = [
        "jadas71",
        "acr_ped",
        jia.ask.flare(criteria="brunner-2002", reference="best"),
        jia.ask.loss_of_response(30),
    ]
    shuffled = visits.iloc[np.random.default_rng(len(visits)).permutation(len(visits))]
    try:
        out = jia.assess(visits, measures=requests, baseline="first")
    except jia.errors.VisitError:
        with pytest.raises(jia.errors.VisitError):
            jia.assess(shuffled, measures=requests, baseline="first")
        return
    again = jia.assess(shuffled, measures=requests, baseline="first").loc[visits.index]
    pd.testing.assert_frame_equal(out, again)


@few
@given(visits=some.histories())
def test_check_of_allowed_values_refuses_none_of_them(visits: pd.DataFrame) -> None:
    found = jia.check(visits, baseline="first")
    assert list(found["finding"].unique()) in (
        [],
        ["missing"],
        ["suspicious"],
        ["suspicious", "missing"],
    )
    for name in some.core_names("esr" if "esr" in visits else "crp"):
        cells = found[(found["finding"] == "missing") & (found["variable"] == name)]
        gaps = int(visits[name].isna().sum())
        assert len(cells) == (0 if not gaps else 1 if gaps == len(visits) else gaps + 1)


# --------------------------------------------------------------------- references, one by one

BASE = dict(zip(some.core_names("esr"), (8.0, 6.0, 2.0, 20.0, 20.0, 60.0), strict=True))


def seen(patient: str, day: int, share: float, **other: float | None) -> dict[str, Any]:
    """Return a visit with so much of the baseline's activity."""
    return {"patient": patient, "date": day, **{k: v * share for k, v in BASE.items()}, **other}


def references(visits: Rows, rule: Any) -> list[int]:
    """Return the position of each row's reference, -1 where it has none."""
    table = Table(Frame(pd.DataFrame(visits)), baseline="first", marker="esr")
    return reference_rows(table, rule).tolist()


def test_the_last_responding_visit_is_the_latest_earlier_one_of_the_same_patient() -> None:
    visits = [
        seen("A", 0, 1),
        seen("A", 30, 0.5),
        seen("A", 60, 0.7),
        seen("A", 90, 0.9),
        seen("A", 90, 1),
        seen("B", 10, 1),
        seen("B", 200, 0.5),
        seen("B", 300, 1),
    ]
    assert references(visits, "last-responding") == [-1, -1, 1, 2, 2, -1, -1, 6]
    assert references(visits[::-1], "last-responding") == [1, -1, -1, 5, 5, 6, -1, -1]
    assert references(visits, jia.last_responding(50)) == [-1, -1, 1, 1, 1, -1, -1, 6]


def test_a_visit_that_may_have_responded_is_not_a_responding_one() -> None:
    gaps = {"esr": None, "chaq": None}
    visits = [seen("A", 0, 1), seen("A", 30, 0.5, **gaps), seen("A", 60, 1)]
    assert references(visits, "last-responding") == [-1, -1, -1]
    assert references(visits, "best") == [-1, -1, -1]


def test_the_best_visit_has_the_highest_level_then_the_lowest_jadas71_then_is_the_earliest() -> (
    None
):
    visits = [
        seen("A", 0, 1),
        seen("A", 30, 0.5),
        seen("A", 60, 0.3),
        seen("A", 90, 0.5, active_joints=2),
        seen("A", 120, 0.3, patient_global=1),
        seen("A", 150, 0.3, patient_global=1),
        seen("A", 180, 0.3, patient_global=None),
        seen("A", 210, 1),
        seen("B", 220, 1),
        seen("B", 230, 0.9),
        seen("B", 240, 1),
    ]
    expected = [-1, -1, 1, 2, 2, 4, 4, 4, -1, -1, 9]
    assert references(visits, "best") == expected
    backwards = [10 - at if at >= 0 else -1 for at in reversed(expected)]
    assert references(visits[::-1], "best") == backwards


@pytest.mark.parametrize("rule", ["last-responding", "best"])
def test_two_equal_references_on_a_day(rule: str) -> None:
    visits = [seen("A", 0, 1), seen("A", 30, 0.5), seen("A", 30, 0.5), seen("A", 60, 1)]
    with pytest.raises(jia.errors.VisitError, match=r"row 1 \(patient A, date 30\) and row 2"):
        references(visits, rule)
    # Nothing is compared with them.
    assert references(visits[:3], rule) == [-1, -1, -1]


def test_the_better_of_two_visits_on_a_day_is_the_best() -> None:
    visits = [seen("A", 0, 1), seen("A", 30, 0.5), seen("A", 30, 0.3), seen("A", 60, 1)]
    assert references(visits, "best") == [-1, -1, -1, 2]
    visits[1]["patient_global"] = 0.1
    visits[2] = seen("A", 30, 0.5)
    assert references(visits, "best") == [-1, -1, -1, 1]
