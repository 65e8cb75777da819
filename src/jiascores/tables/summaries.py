"""Summaries over visits: responders, differences between arms, time in states, agreement."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import ColumnError, RequestError, VisitError, listing, suggestion
from jiascores.statistics.agreement import kappa_interval
from jiascores.statistics.base import CONFIDENCE, check_confidence
from jiascores.statistics.proportions import (
    Difference,
    Method,
    Variance,
    proportion_interval,
    stratified_difference,
)
from jiascores.tables.baselines import read_flag
from jiascores.tables.columns import understand
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, Output
from jiascores.tables.numbers import number_of, numbers_in
from jiascores.tables.table import Column, Places
from jiascores.tables.visits import Visits, codes_of, read_visits

FloatArray = NDArray[np.float64]
NOT_DETERMINABLE = "not determinable"
COUNTED = ("patients", "responders", "not_determinable")
PROPORTIONS = (
    "proportion",
    "exact_low",
    "exact_high",
    "wilson_low",
    "wilson_high",
    "lowest",
    "highest",
)
DAYS_IN_STATES = ("proportion_of_visits", "days", "proportion_of_days")
# Whether an arm is the reference, and where its two counts stand among the four.
SIDES = ((False, 0), (True, 2))


def responders_by_visit(
    visits: Any,
    outcome: Column,
    *,
    level: int | None = None,
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
        The ACR Ped level that makes a responder.
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
    found = _outcome(frame, outcome, level)
    keys = [each for each in (arm, by or Column("nominal_visit")) if each is not None]
    groups = _groups(frame, keys)
    patients, labels = codes_of(frame, _patient(frame, columns))
    rows = []
    for _, positions in groups:
        _once(patients[positions], labels, "at a visit")
        values = found[positions]
        responders, unknown = int((values == 1).sum()), int(np.isnan(values).sum())
        known = len(values) - unknown
        rows.append(
            {
                "patients": len(values),
                "responders": responders,
                "not_determinable": unknown,
                "proportion": responders / known if known else np.nan,
                **_intervals(responders, known, confidence),
                "lowest": responders / len(values),
                "highest": (responders + unknown) / len(values),
            }
        )
    return _new(frame, keys, groups, rows)


def _intervals(responders: int, known: int, confidence: float) -> dict[str, float]:
    methods: tuple[Literal["exact", "wilson"], ...] = ("exact", "wilson")
    out: dict[str, float] = {}
    for method in methods:
        out[f"{method}_low"], out[f"{method}_high"] = proportion_interval(
            responders, known, method=method, confidence=confidence
        )
    return out


def compare_responders(
    visits: Any,
    outcome: Column,
    *,
    arm: Column,
    reference_arm: Any,
    level: int | None = None,
    strata: Sequence[Column] = (),
    undetermined: Literal["exclude", "non-responder"] | None = None,
    method: Method = "mantel-haenszel",
    variance: Variance = "sato",
    confidence: float = CONFIDENCE,
    columns: Mapping[str, str] | None = None,
) -> Difference:
    """Return the difference of responders between two arms, over strata.

    Parameters
    ----------
    visits : data frame
        One row for each patient: the visit at which arms are compared.
    outcome, level, columns
        As for `responders_by_visit`.
    arm : Column
        The column with the treatment arm; there must be two.
    reference_arm : str
        The arm that is subtracted.
    strata : list of Column
        The columns by which randomisation was stratified; without any, one stratum.
    undetermined : {"exclude", "non-responder"}, optional
        What a patient counts as whose response is not determinable. Required where there is one.
    method, variance, confidence
        As for `stratified_difference`.

    Returns
    -------
    Difference
        The other arm minus the reference arm.

    Raises
    ------
    RequestError
        If there are not two arms, or `undetermined` is missing and matters.
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
    ...                        reference_arm="placebo").difference
    0.5
    """
    frame = Frame(to_eager(visits))
    found = _outcome(frame, outcome, level)
    patients, labels = codes_of(frame, _patient(frame, columns))
    _once(patients, labels, "in the comparison; keep the rows of one visit")
    arms = [value for (value,), _ in _groups(frame, [arm])]
    if len(arms) != len(SIDES) or reference_arm not in arms:
        raise RequestError(
            f"column {arm.name!r} has {listing([repr(one) for one in arms]) or 'no arm'}, and "
            f"reference_arm={reference_arm!r}: two arms are compared, one of them the reference.",
            variable="reference_arm",
        )
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
    given = frame.objects(arm.name)
    no_arm = [frame.label(at) for at, value in enumerate(given) if value is None]
    grouped = _groups(frame, strata) if strata else [((), np.arange(frame.size))]
    if no_arm or sum(len(positions) for _, positions in grouped) != frame.size:
        raise VisitError(
            f"every patient needs an arm and a stratum; missing, among others, in row "
            f"{listing(no_arm) if no_arm else 'without a stratum'}.",
            variable="arm",
        )
    is_reference = np.array([value == reference_arm for value in given], dtype=bool)
    counts: list[list[int]] = [[], [], [], []]
    for _, positions in grouped:
        for side, place in SIDES:
            mine = positions[(is_reference[positions] == side) & counted[positions]]
            counts[place].append(int(found[mine].sum()))
            counts[place + 1].append(len(mine))
    a, n1, b, n0 = counts
    return stratified_difference(
        a, n1, b, n0, method=method, variance=variance, confidence=confidence
    )


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
    frame, seen, words = _states(visits, state, columns)
    order = seen.order
    codes, dates = words[1][order], seen.dates[order]
    days = np.zeros(frame.size)
    if frame.size > 1:
        same = seen.patients[order][1:] == seen.patients[order][:-1]
        waits = (dates[1:] - dates[:-1]) / seen.per_day
        days[:-1] = np.where(same, np.minimum(waits, max_gap_days), 0)
    rows = []
    for code, _ in enumerate(words[0]):
        mine = codes == code
        rows.append(
            {
                "visits": int(mine.sum()),
                "proportion_of_visits": float(mine.mean()) if frame.size else np.nan,
                "days": float(days[mine].sum()),
                "proportion_of_days": float(days[mine].sum() / days.sum())
                if days.any()
                else np.nan,
            }
        )
    new = Frame(frame.new({state.name: list(words[0])}))
    return new.with_columns(_outputs(rows, ("visits",), DAYS_IN_STATES))


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
    frame, seen, (names, codes) = _states(visits, state, columns)
    order = seen.order
    patients, dates, codes = seen.patients[order], seen.dates[order], codes[order]
    same = patients[1:] == patients[:-1]
    twice = np.flatnonzero(same & (dates[1:] == dates[:-1]))
    if twice.size:
        where = seen.places[int(order[twice[0] + 1])]
        raise VisitError(
            f"two visits of a patient on one date have no order: {where} and another "
            f"({twice.size} in all).",
            variable="date",
        )
    counts = np.zeros((len(names), len(names)), dtype=np.int64)
    np.add.at(counts, (codes[:-1][same], codes[1:][same]), 1)
    rows = []
    for start in range(len(names)):
        total = counts[start].sum()
        for end in range(len(names)):
            count = int(counts[start, end])
            rows.append({"count": count, "proportion": count / total if total else np.nan})
    new = Frame(
        frame.new(
            {
                "from": [name for name in names for _ in names],
                "to": [name for _ in names for name in names],
            }
        )
    )
    return new.with_columns(_outputs(rows, ("count",), ("proportion",)))


def agreement(
    visits: Any, one: Column, other: Column, *, confidence: float = CONFIDENCE
) -> dict[str, float]:
    """Return how well two columns of states agree: Cohen's kappa, unweighted.

    Parameters
    ----------
    visits : data frame
        One row for each visit.
    one, other : Column
        Two columns of words, for example states by two cut-off sets.
    confidence : float
        Of the interval of kappa.

    Returns
    -------
    dict
        ``visits`` where both are known, ``left_out`` where one is missing, ``agree`` (the
        proportion), ``kappa``, ``low`` and ``high``. Kappa is missing where both columns have one
        and the same state throughout.

    Raises
    ------
    MissingExtraError
        If statsmodels is not installed.

    Notes
    -----
    The interval takes visits as independent; with several of a patient it is too narrow.

    ====== ============ ============= ===========
    visit  one          other         counted
    ====== ============ ============= ===========
    1      low          low           agree
    2      low          moderate      differ
    3      low          missing       left out
    4      missing      missing       left out
    5      high         high          agree
    6      high         low           differ
    ====== ============ ============= ===========

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"one": ["low", "low", "high", None, "high"],
    ...                        "other": ["low", "moderate", "high", "low", "low"]})
    >>> found = jia.analysis.agreement(visits, jia.column("one"), jia.column("other"))
    >>> found["visits"], found["left_out"], found["agree"]
    (4, 1, 0.5)
    """
    check_confidence(confidence)
    frame = Frame(to_eager(visits))
    first, second = (_words(frame, each) for each in (one, other))
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    names = _in_order({word for pair in pairs for word in pair})
    table = np.zeros((len(names), len(names)))
    for a, b in pairs:
        table[names.index(a), names.index(b)] += 1
    out = {
        "visits": len(pairs),
        "left_out": frame.size - len(pairs),
        "agree": float(np.trace(table) / len(pairs)) if pairs else np.nan,
    }
    kappa, low, high = kappa_interval(table, confidence=confidence)
    return {**out, "kappa": kappa, "low": low, "high": high}


# --------------------------------------------------------------------------------------------


def _column(frame: Frame, given: Any) -> str:
    if not isinstance(given, Column):
        raise RequestError(f"give a column: jia.column({given!r}).", values=(given,))
    if given.name not in frame:
        known = [str(name) for name in frame.names]
        raise ColumnError(
            f"the table has no column {given.name!r}.{suggestion(given.name, known)}",
            variable=given.name,
            values=(given.name,),
        )
    return given.name


def _patient(frame: Frame, columns: Mapping[str, str] | None) -> str:
    return _column(frame, Column(understand(frame, columns, None).column("patient")))


def _outcome(frame: Frame, outcome: Any, level: int | None) -> FloatArray:
    """Return who responded: 1, 0, NaN."""
    if level is None:
        return read_flag(frame, _column(frame, outcome))
    ends = [f"{getattr(outcome, 'name', outcome)}_level_{end}" for end in ("min", "max")]
    if not all(end in frame for end in ends):
        ends = [_column(frame, outcome)] * 2
    lowest, highest = (numbers_in(frame, end) for end in ends)
    return np.where(lowest >= level, 1.0, np.where(highest < level, 0.0, np.nan))


def _words(frame: Frame, given: Any) -> list[Any]:
    return [None if word is None else str(word) for word in frame.objects(_column(frame, given))]


def _natural(word: Any) -> Any:
    """Return a key by which week 8 comes before week 12."""
    parts = re.split(r"(\d+(?:\.\d+)?)", str(word))
    return [(0, float(p), "") if at % 2 else (1, 0.0, p) for at, p in enumerate(parts) if p]


STATES_IN_ORDER = ("none", "inactive", "low", "between", "moderate", "moderate_or_high", "high")


def _in_order(words: Iterable[Any]) -> list[Any]:
    """Return words in order: states by activity, visits by number."""
    place = {word: at for at, word in enumerate(STATES_IN_ORDER)}
    return sorted(set(words), key=lambda word: (place.get(word, len(place)), _natural(word)))


def _groups(frame: Frame, keys: Sequence[Any]) -> list[tuple[tuple[Any, ...], NDArray[np.int64]]]:
    """Return the rows of each combination of values, in order; rows with a gap are in none."""
    values = [frame.objects(_column(frame, key)) for key in keys]
    found: dict[tuple[Any, ...], list[int]] = {}
    for row, key in enumerate(zip(*values, strict=True)):
        if all(part is not None for part in key):
            found.setdefault(key, []).append(row)
    order = sorted(found, key=lambda key: [_natural(part) for part in key])
    return [(key, np.array(found[key], dtype=np.int64)) for key in order]


def _once(patients: NDArray[np.int64], labels: Any, where: str) -> None:
    counts = np.bincount(patients[patients >= 0], minlength=len(labels))
    twice = [str(labels[code]) for code in np.flatnonzero(counts > 1)]
    if twice:
        raise VisitError(
            f"patient {listing(twice)} has two rows {where}; each counts once.",
            variable="patient",
            values=twice,
        )


def _states(
    visits: Any, state: Column, columns: Mapping[str, str] | None
) -> tuple[Frame, Visits, tuple[list[str], NDArray[np.int64]]]:
    """Return who was seen when, the words of the states in order, and each row's place in them."""
    frame = Frame(to_eager(visits))
    names = understand(frame, columns, None)
    given = _words(frame, state)
    words = _in_order({word for word in given if word is not None})
    if None in given:
        words.append(NOT_DETERMINABLE)
    place = {word: at for at, word in enumerate(words)}
    codes = np.array([place[word or NOT_DETERMINABLE] for word in given], dtype=np.int64)
    return frame, read_visits(frame, names, Places(frame, names)), (words, codes)


def _outputs(
    rows: Sequence[Mapping[str, float]], counts: Sequence[str], others: Sequence[str]
) -> list[Output]:
    """Return columns of counts, then of other numbers; also where there are no rows."""
    found = {name: np.array([float(row[name]) for row in rows]) for name in (*counts, *others)}
    return [
        Output(name, "level" if name in counts else "score", values)
        for name, values in found.items()
    ]


def _new(
    frame: Frame,
    keys: Sequence[Column],
    groups: Sequence[tuple[tuple[Any, ...], Any]],
    rows: Sequence[Mapping[str, float]],
) -> Any:
    columns = {key.name: [group[at] for group, _ in groups] for at, key in enumerate(keys)}
    return Frame(frame.new(columns)).with_columns(_outputs(rows, COUNTED, PROPORTIONS))
