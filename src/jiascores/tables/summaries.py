"""Summaries over visits: responders, differences between arms, time in states, agreement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, Literal

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.errors import RequestError, VisitError, listing
from jiascores.measures.response import ResponseCriteria
from jiascores.statistics.base import CONFIDENCE, check_confidence
from jiascores.statistics.proportions import (
    Difference,
    Method,
    check_method,
    proportion_interval,
    stratified_difference,
)
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import NONE, Frame, Output, Positions, list_of
from jiascores.tables.numbers import number_of
from jiascores.tables.outcomes import read_outcome
from jiascores.tables.table import Column, Table, column_of

FloatArray = NDArray[np.float64]
NOT_DETERMINABLE = "not determinable"


def responders_by_visit(
    visits: Any,
    outcome: Column,
    *,
    level: int | None = None,
    criteria: str | ResponseCriteria = "giannini-1997",
    by: Column | None = None,
    arm: Column | None = None,
    confidence: float = CONFIDENCE,
    columns: Mapping[str, str] | None = None,
) -> Any:
    """Count responders by visit, with exact and Wilson intervals and what is not determinable.

    Parameters
    ----------
    visits : data frame
        One row for each patient and visit, for example of `assess` or `fill_gaps`.
    outcome : Column
        A yes/no column; with `level`, a column of ACR Ped levels, or the stem of two columns
        ``…_level_min`` and ``…_level_max``, which say more.
    level : int, optional
        The ACR Ped level that makes a responder, one of the criteria's. With a column of yes and
        no it is refused.
    criteria : str or ResponseCriteria
        Which levels there are.
    by : Column, optional
        The column with the visit, by default ``nominal_visit``. Rows without one are not counted.
    arm : Column, optional
        The column with the treatment arm, to count within each.
    confidence : float
        Of the intervals.
    columns : dict, optional
        What is called otherwise: ``{"patient": …}``.

    Returns
    -------
    data frame
        One row for each arm and visit: ``patients``, ``responders``, ``not_determinable``,
        ``proportion`` among the determinable with ``exact_low``, ``exact_high``
        (Clopper–Pearson), ``wilson_low``, ``wilson_high``, and ``lowest``, ``highest``: the
        proportion of all patients if those not determinable had all failed, or all responded.

    Raises
    ------
    VisitError
        If a patient has two rows at a visit.
    MissingExtraError
        If scipy is not installed.

    Notes
    -----
    ====== =================================== ========= ========================= ==============
    visit  outcomes                            patients  responders                proportion
    ====== =================================== ========= ========================= ==============
    1      yes, yes, no                        3         2                         2 of 3
    2      yes, no, not determinable           3         1, 1 not determinable     1 of 2
    3      not determinable (all)              3         0, 3 not determinable     missing
    4      level 50, 30, 0 for level 50        3         1                         1 of 3
    5      level between 30 and 70, for 50     1         0, 1 not determinable     missing
    6      level between 50 and 70, for 50     1         1                         1 of 1
    ====== =================================== ========= ========================= ==============

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": list("ABCABC"), "week": [8, 8, 8, 52, 52, 52],
    ...                        "response": [True, True, False, True, None, False]})
    >>> out = jia.analysis.responders_by_visit(visits, jia.column("response"), by=jia.column("week"))
    >>> out[["week", "patients", "responders", "not_determinable", "proportion"]].round(3)
       week  patients  responders  not_determinable  proportion
    0     8         3           2                 0       0.667
    1    52         3           1                 1       0.500
    """
    check_confidence(confidence)
    frame = Frame(to_eager(visits))
    found = read_outcome(frame, outcome, level, criteria).data
    keys = {"arm": arm, "by": by or Column("nominal_visit")}
    names = [column_of(frame, key, each) for each, key in keys.items() if key is not None]
    groups, group = _groups(frame, names)
    _once(frame, columns, group, "at a visit")
    rows = pd.DataFrame(
        {"patients": True, "responders": found == 1, "not_determinable": np.isnan(found)}
    )
    table = rows[group >= 0].groupby(group[group >= 0]).sum()
    known = table["patients"] - table["not_determinable"]
    table["proportion"] = table["responders"] / known.where(known > 0)
    methods: tuple[Literal["exact", "wilson"], ...] = ("exact", "wilson")
    for method in methods:
        ends = [
            proportion_interval(yes, of, method=method, confidence=confidence)
            for yes, of in zip(table["responders"].tolist(), known.tolist(), strict=True)
        ]
        table[[f"{method}_low", f"{method}_high"]] = np.reshape(ends, (-1, 2))
    table["lowest"] = table["responders"] / table["patients"]
    table["highest"] = (table["responders"] + table["not_determinable"]) / table["patients"]
    return _table(
        frame, {name: [key[at] for key in groups] for at, name in enumerate(names)}, table
    )


def compare_responders(
    visits: Any,
    outcome: Column,
    *,
    arm: Column,
    reference_arm: Any,
    level: int | None = None,
    criteria: str | ResponseCriteria = "giannini-1997",
    strata: Sequence[Column] = (),
    undetermined: Literal["exclude", "non-responder"] | None = None,
    method: Method | None = None,
    confidence: float = CONFIDENCE,
    columns: Mapping[str, str] | None = None,
) -> Difference:
    """Return the difference of responders between two arms, over strata.

    Parameters
    ----------
    visits : data frame
        One row for each patient: the visit at which arms are compared.
    outcome, level, criteria, columns
        As for `responders_by_visit`.
    arm : Column
        The column with the treatment arm; there must be two.
    reference_arm : str
        The arm that is subtracted.
    strata : list of Column
        The columns by which randomisation was stratified; without any, one stratum.
    undetermined : {"exclude", "non-responder"}, optional
        What a patient counts as whose response is not determinable. Required where there is one.
    method, confidence
        As for `stratified_difference`; there is no default method.

    Returns
    -------
    Difference
        The other arm minus the reference arm, with interval and p.

    Raises
    ------
    RequestError
        If there are not two arms, no method is named, or `undetermined` is missing and matters.
    VisitError
        If a patient has two rows, or no arm or stratum.

    Notes
    -----
    ====== ============================== =============== ==================
    row    response                       exclude         non-responder
    ====== ============================== =============== ==================
    1      yes                            responder       responder
    2      no                             non-responder   non-responder
    3      not determinable               left out        non-responder
    4      level 50, for level 30         responder       responder
    5      level 0, for level 30          non-responder   non-responder
    6      between 0 and 50, for level 30 left out        non-responder
    ====== ============================== =============== ==================

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": range(8), "drug": ["A"] * 4 + ["placebo"] * 4,
    ...                        "response": [1, 1, 1, 0, 1, 0, 0, 0]})
    >>> jia.analysis.compare_responders(visits, jia.column("response"), arm=jia.column("drug"),
    ...                        reference_arm="placebo", method="newcombe")
    0.5000 (95 % interval −0.1355 to 0.7891), p = 0.1483; Newcombe; 3 of 4 against 1 of 4
    """
    check_method(method)
    frame = Frame(to_eager(visits))
    found = read_outcome(frame, outcome, level, criteria).data
    _once(frame, columns, np.zeros(frame.size), "in the comparison; keep the rows of one visit")
    arms, side = _two_arms(frame, arm, reference_arm)
    unknown = np.isnan(found)
    if unknown.any():
        if undetermined not in ("exclude", "non-responder"):
            raise RequestError(
                f"the response of {int(unknown.sum())} patients is not determinable: say what "
                f"they count as, undetermined='exclude' or undetermined='non-responder'.",
                variable="undetermined",
            )
        found = np.where(unknown, 0.0, found)
    counted = ~unknown | (undetermined == "non-responder")
    strata_, stratum = _groups(frame, [column_of(frame, each, "strata") for each in strata])
    without = [frame.label(int(row)) for row in np.flatnonzero((side < 0) | (stratum < 0))]
    if without:
        raise VisitError(
            f"every patient needs an arm and a stratum; one is missing in row {listing(without)}.",
            variable="arm",
        )
    cell = (2 * stratum + (side == arms.index(reference_arm)))[counted]
    size = 2 * len(strata_)
    n1, n0 = np.bincount(cell, minlength=size).reshape(-1, 2).T.tolist()
    a, b = np.bincount(cell, found[counted], minlength=size).reshape(-1, 2).T.tolist()
    difference = stratified_difference(a, n1, b, n0, method=method, confidence=confidence)
    words = {"exclude": "left out", "non-responder": "as non-responders"}
    open_ = int(unknown.sum())
    return attrs.evolve(
        difference, undetermined=open_, undetermined_as=words[str(undetermined)] if open_ else ""
    )


def _two_arms(frame: Frame, arm: Column, reference: Any) -> tuple[list[Any], Positions]:
    """Return the arms that are compared, one of them the reference, and which each row is of."""
    groups, side = _groups(frame, [column_of(frame, arm, "arm")])
    arms = [value for (value,) in groups]
    if len(arms) != len(("arm", "reference")) or reference not in arms:
        raise RequestError(
            f"column {arm.name!r} has {listing([repr(one) for one in arms]) or 'no arm'}, and "
            f"reference_arm={reference!r}: two arms are compared, one of them the reference.",
            variable="reference_arm",
        )
    return arms, side


def time_in_states(
    visits: Any,
    state: Column,
    *,
    max_gap_days: float,
    columns: Mapping[str, str] | None = None,
) -> Any:
    """Return the proportion of visits and of days that patients spent in each state.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order.
    state : Column
        The column of words; missing is counted as ``not determinable``.
    max_gap_days : float
        A state holds from its visit until the next, and no longer than this; what lies beyond was
        not observed.
    columns : dict, optional
        What is called otherwise: ``{"patient": …, "date": …}``.

    Returns
    -------
    data frame
        One row for each state: ``visits``, ``proportion_of_visits``, ``days``,
        ``proportion_of_days`` (of the days observed).

    Notes
    -----
    ====== ============== ======= ============================================
    visit  state          day     days, max_gap_days=100
    ====== ============== ======= ============================================
    1      high           0       30 days of high
    2      low            30      60 days of low
    3      missing        90      30 days not determinable
    4      inactive       120     100 days of inactive; 80 not observed
    5      inactive       300     10 days of inactive
    6      low            310     none: nobody knows until when
    ====== ============== ======= ============================================

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": "A", "date": [0, 30, 90], "state": ["high", "low", "low"]})
    >>> jia.analysis.time_in_states(visits, jia.column("state"), max_gap_days=100)
      state  visits  proportion_of_visits  days  proportion_of_days
    0   low       2              0.666667  60.0            0.666667
    1  high       1              0.333333  30.0            0.333333
    """
    number_of(max_gap_days, "max_gap_days")
    table_, names, codes = _states(visits, state, columns)
    frame, seen = table_.frame, table_.visits
    codes, days = codes[seen.order], np.zeros(frame.size)
    waits = np.diff(seen.dates[seen.order]) / seen.per_day
    same = np.diff(seen.patients[seen.order]) == 0
    days[:-1] = np.where(same, np.minimum(waits, max_gap_days), 0)
    table = pd.DataFrame({"visits": np.bincount(codes, minlength=len(names))})
    table["proportion_of_visits"] = table["visits"] / frame.size
    table["days"] = [days[codes == code].sum() for code in range(len(names))]
    table["proportion_of_days"] = table["days"] / (days.sum() or np.nan)
    return _table(frame, {state.name: names}, table)


def transitions(visits: Any, state: Column, *, columns: Mapping[str, str] | None = None) -> Any:
    """Count the steps of patients from state to state, between consecutive visits.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order; two on a date are refused.
    state : Column
        The column of words; missing is counted as ``not determinable``.
    columns : dict, optional
        What is called otherwise: ``{"patient": …, "date": …}``.

    Returns
    -------
    data frame
        One row for each pair of states: ``from``, ``to``, ``count`` and ``proportion`` of the
        steps from that state.

    Notes
    -----
    ====== ============== =================================
    visit  state          step
    ====== ============== =================================
    1      high           –
    2      low            high to low
    3      missing        low to not determinable
    4      low            not determinable to low
    5      low            low to low
    6      high           none: another patient's first
    ====== ============== =================================

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": "A", "date": [0, 30, 90], "state": ["high", "low", "low"]})
    >>> jia.analysis.transitions(visits, jia.column("state"))
       from    to  count  proportion
    0   low   low      1         1.0
    1   low  high      0         0.0
    2  high   low      1         1.0
    3  high  high      0         0.0
    """
    table_, names, codes = _states(visits, state, columns)
    frame, seen = table_.frame, table_.visits
    order = seen.order
    codes, same = codes[order], np.diff(seen.patients[order]) == 0
    twice = np.flatnonzero(same & (np.diff(seen.dates[order]) == 0))
    if twice.size:
        where = table_.places[int(order[twice[0] + 1])]
        raise VisitError(
            f"two visits of a patient on one date have no order: {where} and another "
            f"({twice.size} in all).",
            variable="date",
        )
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(counts, (codes[:-1][same], codes[1:][same]), 1)
    total = counts.sum(axis=1, keepdims=True)
    proportion = counts / np.where(total > 0, total, np.nan)
    table = pd.DataFrame({"count": counts.ravel(), "proportion": proportion.ravel()})
    pairs = list(product(names, names))
    return _table(
        frame, {"from": [one for one, _ in pairs], "to": [other for _, other in pairs]}, table
    )


# --------------------------------------------------------------------------------------------


def _words(frame: Frame, given: Any, parameter: str) -> NDArray[Any]:
    """Return a column as text, None where missing."""
    codes, labels = frame.codes(column_of(frame, given, parameter))
    return np.array([*map(str, list_of(labels)), None], dtype=object)[codes]


def _natural(word: Any) -> Any:
    """Return a key by which week 8 comes before week 12."""
    parts = re.split(r"(\d+(?:\.\d+)?)", str(word))
    return [(0, float(p), "") if at % 2 else (1, 0.0, p) for at, p in enumerate(parts) if p]


STATES_IN_ORDER = ("none", "inactive", "low", "between", "moderate", "moderate_or_high", "high")


def _in_order(words: Iterable[Any]) -> list[Any]:
    """Return words in order: states by activity, visits by number."""
    place = {word: at for at, word in enumerate(STATES_IN_ORDER)}
    return sorted(set(words), key=lambda word: (place.get(word, len(place)), _natural(word)))


def _groups(frame: Frame, names: Sequence[str]) -> tuple[list[tuple[Any, ...]], Positions]:
    """Return the combinations of values of columns in order, and which of them each row has.

    A row with a gap has none; of no columns, every row has the same.
    """
    words: list[list[Any]] = []
    ranks = pd.DataFrame(index=range(frame.size))
    for name in names:
        codes, labels = frame.codes(name)
        given = list_of(labels)
        order = sorted(range(len(given)), key=list(map(_natural, given)).__getitem__)
        words.append([given[code] for code in order])
        ranks[name] = np.append(np.argsort(order), NONE).astype(np.int64)[codes]
    if not names:
        return [()], np.zeros(frame.size, dtype=np.int64)
    whole = ranks[(ranks >= 0).all(axis=1)]
    group = np.full(frame.size, NONE, dtype=np.int64)
    group[whole.index] = whole.groupby(list(names)).ngroup()
    there = whole.drop_duplicates().sort_values(list(names)).to_numpy()
    return [tuple(map(list.__getitem__, words, row)) for row in there], group


def _once(frame: Frame, columns: Mapping[str, str] | None, group: Any, where: str) -> None:
    """Raise where a patient has two rows of one group."""
    name = Table(frame, columns).column("patient")
    patients, labels = frame.codes(column_of(frame, Column(name), "patient"))
    rows = pd.DataFrame({"patient": patients, "group": group})
    rows = rows[(rows["patient"] >= 0) & (rows["group"] >= 0)]
    twice = [str(labels[code]) for code in np.unique(rows.loc[rows.duplicated(), "patient"])]
    if twice:
        raise VisitError(
            f"patient {listing(twice)} has two rows {where}; each counts once.",
            variable="patient",
            values=twice,
        )


def _states(
    visits: Any, state: Column, columns: Mapping[str, str] | None
) -> tuple[Table, list[str], NDArray[np.int64]]:
    """Return the table, the words of the states in order, and each row's place in them."""
    table = Table(Frame(to_eager(visits)), columns)
    given = _words(table.frame, state, "state")
    words = _in_order({*given} - {None})
    codes = pd.Categorical(given, categories=words).codes.astype(np.int64)
    if (codes < 0).any():
        codes[codes < 0] = len(words)
        words.append(NOT_DETERMINABLE)
    return table, words, codes


def _table(frame: Frame, keys: Mapping[str, list[Any]], numbers: pd.DataFrame) -> Any:
    """Return a new table of keys, counts and other numbers."""
    outputs = [
        Output(
            str(name), "score" if values.dtype.kind == "f" else "level", values.to_numpy(np.float64)
        )
        for name, values in numbers.items()
    ]
    return Frame(frame.new(keys)).with_columns(outputs)
