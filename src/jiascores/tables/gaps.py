"""Gaps in outcomes over nominal visits, filled by a named rule or left, and marked either way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.errors import RequestError, VisitError
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import NONE, Frame, Output, OutputKind, by_id, list_of
from jiascores.tables.numbers import number_of, numbers_in, one_of
from jiascores.tables.table import Column, Table, column_of
from jiascores.tables.windows import DAYS_A_WEEK, differing_repeats, one_for_each, week_label

GapRule = Literal["observed", "complete-case", "nri", "worst-case", "locf"]
GAP_RULES = {
    "observed": "what was observed; nothing is filled and no row made",
    "complete-case": "only patients with every visit determined; the others are emptied",
    "nri": "a visit missing, not determinable or after stopping is a non-response, 0",
    "worst-case": "a visit missing or not determinable has the value that worst= names",
    "locf": "the last determined value carried forward for at most limit_days",
}
OBSERVED = "observed"
OPEN = "observed: not determinable"
NOTHING_BEFORE = ", nothing observed before"


def fill_gaps(
    visits: Any,
    outcome: Column,
    *,
    weeks: Sequence[float] | Mapping[float, float],
    rule: GapRule | None = None,
    worst: float | None = None,
    limit_days: float | None = None,
    stopped: Column | None = None,
    columns: Mapping[str, str] | None = None,
) -> Any:
    """Return an outcome at every visit due, with each gap filled, or left, by a named rule.

    Parameters
    ----------
    visits : data frame
        With the columns of `nominal_visits`; rows that are no visit of the protocol serve
        ``"locf"`` alone.
    outcome : Column
        A column of yes/no, levels or numbers.
    weeks : list of float
        The weeks at which a visit was due (the mapping given to `nominal_visits` will do).
    rule : {"observed", "complete-case", "nri", "worst-case", "locf"}
        There is no default.
    worst : float, optional
        The worst value, for ``"worst-case"``: 0 for a response, 1 for a flare.
    limit_days : float, optional
        For ``"locf"``: most days for which a value is carried.
    stopped : Column, optional
        For ``"nri"``: the column with the study day on which the patient stopped or was rescued,
        the same in all rows of a patient, missing if never. Later visits are non-responses
        whatever was observed.
    columns : dict, optional
        What is called otherwise: ``{"patient": …}``.

    Returns
    -------
    data frame
        One row for each patient and visit, by patient and week: ``nominal_visit``,
        ``study_day`` (of a row that was made, the nominal day), the outcome, ``gap_rule`` (what
        made the value; ``observed`` where nothing did) and ``row_made``. Only ``"nri"``,
        ``"worst-case"`` and ``"locf"`` make rows.

    Raises
    ------
    RequestError
        If the rule, or what it needs, is missing, or something that it does not take is given.
    ColumnError
        If the columns of `nominal_visits` are not there.
    VisitError
        If a patient has two rows of one nominal visit.

    Notes
    -----
    A response at weeks 0, 4, 8, 12, 16 and 20, with a stop on day 100 and locf for 40 days:

    ====== ========== ========== ========= ============ ======== ========= ==========
    week   given      observed   complete  worst-case   nri      locf      day
    ====== ========== ========== ========= ============ ======== ========= ==========
    0      yes        yes        –         yes          yes      yes       0
    4      no row     no row     no row    no           no       yes       28
    8      unknown    –          –         no           no       –         56
    12     no         no         –         no           no       no        84
    16     yes        yes        –         yes          no       yes       112
    20     no row     no row     no row    no           no       yes       140
    ====== ========== ========== ========= ============ ======== ========= ==========

    In week 8 the last value is 56 days old. Rules within a visit (a component missing) belong to
    ``jia.ask.acr_ped(missing=…)``. By ``"complete-case"`` a later gap empties the earlier rows of
    its patient; no other rule looks ahead.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": ["A"], "nominal_visit": ["week 0"], "study_day": [0],
    ...                        "response": [True]})
    >>> jia.prepare.fill_gaps(visits, jia.column("response"), weeks=[0, 4], rule="nri")[
    ...     ["nominal_visit", "response", "gap_rule", "row_made"]]
      nominal_visit  response            gap_rule  row_made
    0        week 0      True            observed     False
    1        week 4     False  nri: visit missing      True
    """
    _check(rule, worst, limit_days, stopped)
    assert rule is not None
    frame = Frame(to_eager(visits))
    table = Table(frame, columns)
    come_from = " nominal_visit and study_day come from jia.prepare.nominal_visits()."
    outcome_name = column_of(frame, outcome, "outcome", come_from)
    for name in ("nominal_visit", "study_day"):
        column_of(frame, Column(name), name, come_from)
    due = sorted(number_of(week, "weeks", zero=True) for week in weeks)
    words = tuple(week_label(week) for week in due)
    codes, labels, _ = table.patients()
    ids, ranks = by_id(labels)
    values, kind = _values(frame, outcome_name)
    visit, day = _visits_due(frame, words), numbers_in(frame, "study_day")
    rows = pd.DataFrame({"patient": ranks[codes], "visit": visit, "day": day, "value": values})
    cells = _cells(rows, ids, words, DAYS_A_WEEK * np.array(due))
    gaps = cells["value"].isna()
    if rule == "complete-case":
        gaps = cells["patient"].isin(cells.loc[gaps, "patient"])
        _fill(cells, gaps, np.nan, "complete-case: the patient has a gap")
    elif limit_days is not None:
        _carry(cells, rows, ids, limit_days)
    elif rule != "observed":
        _fill(cells, gaps, 0.0 if worst is None else worst, _gap_in_words(rule, cells[gaps]))
    if stopped is not None:
        name = column_of(frame, stopped, "stopped", come_from)
        said = pd.DataFrame({"patient": rows["patient"], "stop": numbers_in(frame, name)})
        stop = cells["patient"].map(one_for_each(said.dropna(), ids, name))
        _fill(cells, cells["day"] > stop, 0.0, "nri: after stopping")
    if rule in ("observed", "complete-case"):
        cells = cells[~cells["made"]]
    new = Frame(_repeated(frame.new({table.column("patient"): ids}), cells["patient"]))
    return new.with_columns(_outputs(cells, words, outcome_name, kind))


def _outputs(
    cells: pd.DataFrame, words: tuple[str, ...], outcome: str, kind: OutputKind
) -> list[Output]:
    """Return the columns of the visits due, but for the patient."""
    return [
        Output("nominal_visit", "state", cells["visit"].to_numpy(), words),
        Output("study_day", "level", cells["day"].to_numpy()),
        Output(outcome, kind, cells["value"].to_numpy()),
        Output("gap_rule", "word", cells["rule"].to_numpy(dtype=object)),
        Output("row_made", "flag", cells["made"].to_numpy(dtype=np.float64)),
    ]


def _check(rule: Any, worst: Any, limit_days: Any, stopped: Any) -> None:
    one_of(rule, GAP_RULES, "rule")
    for name, given, of in (("worst", worst, "worst-case"), ("limit_days", limit_days, "locf")):
        if (given is None) == (rule == of):
            raise RequestError(f"{name}= goes with rule={of!r}, and it needs it.", variable=name)
    if limit_days is not None:
        number_of(limit_days, "limit_days")
    if stopped is not None and rule != "nri":
        raise RequestError("stopped= goes with rule='nri'.", variable="stopped")


def _repeated(table: Any, rows: pd.Series[int]) -> Any:
    """Return rows of a table by position, as many times as they are named."""
    import narwhals as nw

    taken = nw.from_native(table, eager_only=True)[rows.to_numpy()]
    return nw.maybe_reset_index(taken).to_native()


def _values(frame: Frame, name: str) -> tuple[NDArray[np.float64], OutputKind]:
    """Return an outcome as numbers, and whether they are flags, levels or other numbers."""
    values = numbers_in(frame, name)
    known = values[~np.isnan(values)]
    if np.isin(known, (0, 1)).all() and pd.api.types.infer_dtype(frame.objects(name)) == "boolean":
        return values, "flag"
    whole = np.isfinite(known) & (known == np.floor(known))
    return values, "level" if whole.all() else "score"


def _visits_due(frame: Frame, words: Sequence[str]) -> NDArray[np.int64]:
    """Return which of the visits due each row is, or `NONE`."""
    codes, labels = frame.codes("nominal_visit")
    place = {word: at for at, word in enumerate(words)}
    return np.array([*(place.get(str(label), NONE) for label in list_of(labels)), NONE])[codes]


def _cells(
    rows: pd.DataFrame, ids: Sequence[Any], words: Sequence[str], days: NDArray[np.float64]
) -> pd.DataFrame:
    """Return every visit that was due of every patient, and what was observed at it."""
    cell = ["patient", "visit"]
    seen = rows[rows["visit"] >= 0].assign(made=False)
    many = seen.groupby(cell).size()
    for patient, visit in many.index[many > 1]:
        raise VisitError(
            f"patient {ids[patient]} has {many[patient, visit]} rows of {words[visit]}; keep one.",
            variable="nominal_visit",
        )
    due = pd.MultiIndex.from_product([range(len(ids)), range(len(words))], names=cell)
    cells = due.to_frame(index=False).merge(seen, how="left", on=cell)
    cells["made"] = cells["made"].isna()
    cells["day"] = np.where(cells["made"], days[cells["visit"]], cells["day"])
    return cells.assign(rule=_either(cells["value"].isna(), OPEN, OBSERVED))


def _either(where: Any, yes: str, no: str) -> NDArray[Any]:
    return np.array([no, yes], dtype=object)[np.asarray(where, dtype=np.int64)]


def _fill(cells: pd.DataFrame, where: Any, value: Any, rule: Any) -> None:
    """Write values and the rule that made them."""
    cells.loc[where, "value"] = value
    cells.loc[where, "rule"] = rule


def _gap_in_words(rule: Any, gaps: pd.DataFrame) -> NDArray[Any]:
    return _either(gaps["made"], f"{rule}: visit missing", f"{rule}: not determinable")


def _carry(cells: pd.DataFrame, rows: pd.DataFrame, ids: Sequence[Any], limit: float) -> None:
    """Carry the last value before each gap forward, where it is not too old."""
    known = rows[["patient", "day", "value"]].dropna().sort_values("day")
    twins = known.loc[differing_repeats(known, ["patient", "day"]), ["patient", "day"]]
    twins = twins.rename(columns={"day": "last"})
    known["last"] = known["day"]
    gaps = cells.loc[cells["value"].isna(), ["patient", "day", "made"]]
    gaps = gaps.fillna({"day": -np.inf}).sort_values("day")
    found = pd.merge_asof(gaps, known, on="day", by="patient", allow_exact_matches=False)
    last, age = found["last"], found["day"] - found["last"]
    carried = age <= limit
    twice = found[carried].merge(twins) if len(twins) else twins
    if len(twice):
        raise VisitError(
            f"patient {ids[twice['patient'].iloc[0]]} has two values on day "
            f"{twice['last'].iloc[0]:g}: which is the last is not certain.",
            variable="study_day",
        )
    old = _worded(age, ", the last value is {:g} days old")
    said = np.where(
        carried, _worded(last, ", from day {:g}"), np.where(age.notna(), old, NOTHING_BEFORE)
    )
    value = found["value"].where(carried).to_numpy()
    _fill(cells, gaps.index, value, _gap_in_words("locf", gaps) + said)


def _worded(numbers: pd.Series[float], words: str) -> NDArray[Any]:
    """Return each number in words, written once for each number that there is."""
    written = {number: words.format(number) for number in numbers.dropna().unique()}
    return numbers.map(written).to_numpy(dtype=object)
