"""Time to flare, and to the first response, inactive disease or remission; one row a patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.definition import lookup
from jiascores.core.errors import RequestError, VisitError, listing, suggestion
from jiascores.core.measure import verdict_named
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.remission import BY_MEDICATION, WHATEVER_MEDICATION
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.baselines import BaselineRule, Best, LastResponding, ReferenceRule
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, Output, OutputKind, Positions, by_id, list_of
from jiascores.tables.numbers import in_words, one_of
from jiascores.tables.outcomes import at_level
from jiascores.tables.requests import Request, request
from jiascores.tables.table import Column, Table, column_of, require_column
from jiascores.tables.visits import NO_DATE
from jiascores.tables.windows import one_for_each

FloatArray = NDArray[np.float64]

UNDETERMINED = {
    "no": "an undetermined visit counts as without the event",
    "event": "an undetermined visit counts as the event",
    "censor": "follow-up ends at the last visit before the first undetermined one",
}
Undetermined = Literal["no", "event", "censor"]
STOPS_AS_EVENTS = ("lack of efficacy", "rescue")

AT_VISIT = "first visit with the event"
STOP_IS_EVENT = "stopping for this reason is the event"
STOP_CENSORED = "stopped: censored at the last assessment on or before the stop"
END = "censored at the last assessment"
NEVER_SEEN = "no assessment after the reference: censored on day 0"
NO_REFERENCE = "no reference visit"
STOPPED_BEFORE = "stopped before the reference visit"
# What is said of each patient.
TIMES: Mapping[str, OutputKind] = {
    "duration": "score",
    "event": "flag",
    "earliest": "score",
    "latest": "score",
    "reason": "word",
    "rule": "word",
}


def time_to_flare(
    visits: Any,
    *,
    criteria: str | FlareCriteria | None = None,
    reference: ReferenceRule | None = None,
    stopped: Column | None = None,
    reason: Column | None = None,
    stop_is_event: Sequence[str] = STOPS_AS_EVENTS,
    stop_is_censored: Sequence[str] = (),
    undetermined: Undetermined | None = None,
    flare_fever: Column | None = None,
    baseline: BaselineRule | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    marker: str | None = None,
) -> Any:
    """Return each patient's time from the reference visit to the first flare, in days.

    Parameters
    ----------
    visits : data frame
        One row for each visit, scheduled or not, in any order.
    criteria : str or FlareCriteria
        The flare definition; there is no default.
    reference : str or rule
        The visit from which time runs and against which a flare is judged, one for each patient:
        ``"baseline"``, ``"end-of-lead-in"``, ``jia.flagged("column")`` or
        ``jia.on_or_before("column")``.
    stopped : Column, optional
        The column with the date on which a patient stopped or was rescued, missing if never.
    reason : Column, optional
        The column with the reason; required with `stopped`.
    stop_is_event : list of str
        Reasons for which stopping is the event.
    stop_is_censored : list of str
        Reasons for which a patient is censored at the last assessment. A reason in neither list
        is refused.
    undetermined : {"no", "event", "censor"}, optional
        What a visit counts as at which the flare cannot be determined. Required where it matters.
    flare_fever, baseline, columns, units, marker
        As for `jia.ask.flare` and `assess`.

    Returns
    -------
    data frame
        One row for each patient, in order of their ids: ``patient``, ``duration`` (days),
        ``event``, ``earliest`` and ``latest`` (the event lies between them whatever the
        undetermined visits hide; infinite where there may be none), ``reason`` and ``rule``.
        ``duration`` and ``event`` go to lifelines' `KaplanMeierFitter.fit` or R's ``Surv`` as
        they are, ``earliest`` and ``latest`` to `fit_interval_censoring`. A patient without a
        reference visit, or who stopped before it, stays in the frame with no duration.

    Raises
    ------
    RequestError
        If the reference differs between the visits of a patient, a reason is in neither list or
        in both, or `undetermined` is missing and matters.
    VisitError
        If a patient has two dates of stopping or two reasons, or one without the other.
    JiaScoresError
        As for `assess`.

    Notes
    -----
    Every visit after the reference counts, also an unscheduled one; visits after stopping do
    not. Stopping on the day of a flare is a flare.

    ====== ===================== ================== ========== ====== ==========================
    row    flare on day          stopped            duration   event  rule
    ====== ===================== ================== ========== ====== ==========================
    1      28 no, 56 yes         –                  56         yes    first visit with the event
    2      28 no, 41 yes         –                  41         yes    the same, unscheduled
    3      28 no                 40, efficacy       40         yes    stopping is the event
    4      28 no                 40, moved away     28         no     censored at day 28
    5      28 no, 56 no          –                  56         no     censored at day 56
    6      28 unknown, 56 yes    –                  56 or 28   yes    `undetermined` decides
    ====== ===================== ================== ========== ====== ==========================

    Row 6 has earliest 28 and latest 56 by each of the rules.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": list("AAABB"), "date": [0, 28, 56, 0, 28],
    ...     "physician_global": [1, 1, 6, 1, 1], "patient_global": [1, 1, 6, 1, 1],
    ...     "chaq": [0.5, 0.5, 1.5, 0.5, 0.5], "active_joints": [2, 2, 8, 2, 2],
    ...     "limited_joints": [2, 2, 8, 2, 2], "esr": [10, 10, 40, 10, 10]})
    >>> out = jia.analysis.time_to_flare(visits, criteria="brunner-2002", reference="baseline",
    ...                         baseline="first")
    >>> out[["patient", "duration", "event", "reason"]]
      patient  duration  event            reason
    0       A      56.0   True             flare
    1       B      28.0  False  end of follow-up
    """
    asked = request(
        verdict_named("flare"), criteria=criteria, reference=reference, flare_fever=flare_fever
    )
    _one_reference(asked.reference)

    return _times(
        Table(Frame(to_eager(visits)), columns, units, baseline=baseline, marker=marker),
        lambda table: asked.compute(table)[0].data,
        "flare",
        asked.reference,
        _Stops(stopped, reason, tuple(stop_is_event), tuple(stop_is_censored)),
        undetermined,
    )


def time_to_first(
    visits: Any,
    outcome: Column | Request | str,
    *,
    level: int | None = None,
    states: Sequence[str] = (),
    criteria: str | ResponseCriteria = "giannini-1997",
    reference: ReferenceRule = "baseline",
    stopped: Column | None = None,
    reason: Column | None = None,
    stop_is_event: Sequence[str] = (),
    stop_is_censored: Sequence[str] = (),
    undetermined: Undetermined | None = None,
    baseline: BaselineRule | None = None,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    marker: str | None = None,
) -> Any:
    """Return each patient's time from the reference visit to the first response or remission.

    Parameters
    ----------
    visits : data frame
        One row for each visit, scheduled or not, in any order.
    outcome : Column, request or "acr_ped"
        A yes/no column; a column of words, with `states`, for example of `remission`; a request
        for yes or no, for example ``jia.ask.inactive_disease(criteria=…)``; or ``"acr_ped"``, with
        `level`.
    level : int, optional
        The ACR Ped level to reach, with ``"acr_ped"``.
    states : list of str
        The words of the column that are the event.
    criteria : str or ResponseCriteria
        With ``"acr_ped"``.
    reference : str or rule
        The visit from which time runs, one for each patient.
    stopped, reason, stop_is_event, stop_is_censored, undetermined
        As for `time_to_flare`; no reason for stopping is a response unless it is named.
    baseline, columns, units, marker
        As for `assess`.

    Returns
    -------
    data frame
        As of `time_to_flare`.

    Raises
    ------
    JiaScoresError
        As for `time_to_flare`.

    Notes
    -----
    Only visits after the reference count. The table in `time_to_flare` shows which visit is
    taken.

    ====== ============================== ========== =======
    row    inactive on day                duration   event
    ====== ============================== ========== =======
    1      28 no, 56 yes, 84 yes          56         yes
    2      28 yes, 56 no                  28         yes
    3      28 no, 56 no                   56         no
    4      0 (the reference) yes, 28 no   28         no
    5      no visit after the reference   0          no
    6      28 unknown, 56 no              56, 28, 0  by rule
    ====== ============================== ========== =======

    Row 6 is censored on day 56 by ``undetermined="no"``, an event on day 28 by ``"event"``, and
    censored on day 0, the last visit before, by ``"censor"``.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": list("AAABB"), "date": [0, 28, 56, 0, 28],
    ...                        "inactive": [False, False, True, False, False]})
    >>> jia.analysis.time_to_first(visits, jia.column("inactive"), baseline="first")[
    ...     ["patient", "duration", "event"]]
      patient  duration  event
    0       A      56.0   True
    1       B      28.0  False
    """
    _one_reference(reference)
    verdicts, name = _outcome(outcome, level, tuple(states), criteria)
    return _times(
        Table(Frame(to_eager(visits)), columns, units, baseline=baseline, marker=marker),
        verdicts,
        name,
        reference,
        _Stops(stopped, reason, tuple(stop_is_event), tuple(stop_is_censored)),
        undetermined,
    )


def _one_reference(rule: Any) -> None:
    if isinstance(rule, LastResponding | Best) or rule in ("last-responding", "best"):
        raise RequestError(
            f"reference={rule!r} differs from visit to visit, and time runs from one visit: "
            f"choose 'baseline', 'end-of-lead-in', jia.flagged('column') or "
            f"jia.on_or_before('column').",
            variable="reference",
        )


def _outcome(outcome: Any, level: int | None, states: tuple[str, ...], criteria: Any) -> Any:
    """Return how to judge every row, and what the event is called."""
    if (level is not None) != (outcome == "acr_ped"):
        raise RequestError(
            "level= goes with outcome='acr_ped', and both are needed.", variable="level"
        )
    if states and not isinstance(outcome, Column):
        raise RequestError("states= goes with a column of words.", variable="states")
    if level is not None:
        lookup(ResponseCriteria, criteria, parameter="criteria").require_level(level)
        asked = request(verdict_named("acr_ped"), criteria=criteria)

        def reached(table: Table) -> FloatArray:
            _, lowest, highest = (output.data for output in asked.compute(table))
            return at_level(lowest, highest, level)

        return reached, f"ACR Ped {level}"
    if isinstance(outcome, Request) and outcome.gives == "flag":

        def judged(table: Table) -> FloatArray:
            (values,) = [each.data for each in outcome.compute(table) if each.name == outcome.stem]
            return values

        if outcome.measure.gives == "level":
            return judged, f"ACR Ped {outcome.level}"
        return judged, outcome.measure.name.replace("_", " ")
    if not isinstance(outcome, Column):
        raise RequestError(
            f"outcome={outcome!r}: give jia.column('…'), a request for yes or no such as "
            f"jia.ask.inactive_disease(criteria='…'), or 'acr_ped' with level=.",
            variable="outcome",
        )
    if states:
        return partial(_in_states, outcome=outcome, states=states), " or ".join(states)
    return lambda table: table.flag(outcome.name, blank=0.0), outcome.name


def _in_states(table: Table, outcome: Column, states: tuple[str, ...]) -> FloatArray:
    """Return which rows are in one of some states: 1, 0, NaN."""
    codes, labels = table.frame.codes(column_of(table.frame, outcome, "outcome"))
    words = [str(word) for word in list_of(labels)]
    known = _known_words(table.frame, outcome.name, words, codes)
    for state in states:
        if state not in known:
            raise RequestError(
                f"states= names {state!r}, which is no word of the column {outcome.name!r}: it "
                f"would never come.{suggestion(state, known)} The column has "
                f"{listing(known, shown=20)}.",
                variable="states",
                values=(state,),
            )
    return np.array([*(float(word in states) for word in words), np.nan])[codes]


def _known_words(frame: Frame, name: str, words: Sequence[str], codes: Positions) -> list[str]:
    """Return the words that a column holds or may hold: its categories, those of remission."""
    there: list[Any] = [words[code] for code in dict.fromkeys(codes[codes >= 0].tolist())]
    kind: Any = getattr(frame.series(name), "dtype", None)
    # Arrow has no kind of categories; what its codes stand for are all of them.
    may: list[Any] = [*words] if frame.kind == "pyarrow" else []
    if type(kind).__name__ in ("CategoricalDtype", "Enum"):
        may += map(str, kind.categories)
    for states in (BY_MEDICATION, WHATEVER_MEDICATION):
        may += states if set(there) <= set(states) else ()
    return list(dict.fromkeys([*there, *may]))


# --------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Stops:
    """Who stopped when and why, and what that means."""

    date: Column | None
    reason: Column | None
    events: tuple[str, ...]
    censored: tuple[str, ...]

    def __attrs_post_init__(self) -> None:
        for name, given in (("stopped", self.date), ("reason", self.reason)):
            if given is not None:
                require_column(given, name)
        if (self.date is None) != (self.reason is None):
            raise RequestError("stopped= and reason= go together.", variable="reason")
        both = sorted(set(self.events) & set(self.censored))
        if both:
            raise RequestError(
                f"{listing(both)}: stopping for one reason cannot be the event and censored.",
                variable="stop_is_censored",
            )

    def read(self, table: Table, start: pd.Series[int]) -> pd.DataFrame:
        """Return one row for each patient: when follow-up starts and stops, and why it stops."""
        visits = table.visits
        date, why = self._of_those_who_stopped(table)
        out = pd.DataFrame({"start": start, "date": date, "why": why})
        out = out.reindex(range(len(visits.labels)))
        out["stop"] = (out["date"] - out["start"]) / visits.per_day
        out["why"] = out["why"].astype(object).fillna("")
        out["is_event"] = out["why"].isin(self.events)
        return out

    def _of_those_who_stopped(self, table: Table) -> tuple[pd.Series[int], pd.Series[str]]:
        """Return the date and the reason of stopping, by the code of each patient who stopped."""
        visits, frame = table.visits, table.frame
        if self.date is None or self.reason is None:
            return pd.Series(dtype=np.float64), pd.Series(dtype=object)
        codes, labels = frame.codes(column_of(frame, self.reason, "reason"))
        dates = table.dates_beside(self.date.name)
        said = pd.DataFrame({"patient": visits.patients, "date": dates, "code": codes})
        date = one_for_each(
            said.loc[dates != NO_DATE, ["patient", "date"]], visits.labels, self.date.name
        )
        code = one_for_each(
            said.loc[codes >= 0, ["patient", "code"]], visits.labels, self.reason.name
        )
        for patient in date.index.symmetric_difference(code.index):
            missing = self.reason.name if patient in date.index else self.date.name
            raise VisitError(
                f"patient {visits.labels[patient]} stopped, and {missing!r} is missing: a stop "
                f"has a date and a reason.",
                variable=missing,
            )
        reason = code.map(dict(enumerate(map(str, list_of(labels)))))
        unknown = sorted({*reason} - {*self.events, *self.censored})
        if unknown:
            raise RequestError(
                f"reasons for stopping that no rule knows: {listing(unknown, shown=20)}. Put each "
                f"into stop_is_event (here: {', '.join(self.events) or 'none'}) or "
                f"stop_is_censored.",
                variable="reason",
                values=unknown,
            )
        return date, reason


def _days(seen: pd.DataFrame, which: str, patients: pd.Index) -> pd.Series[float]:
    """Return each patient's first or last day, missing where there is none."""
    return seen.groupby("patient")["day"].agg(which).reindex(patients)


def _judged(seen: pd.DataFrame, patients: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return each patient's time to the first visit that surely has the event.

    ``open`` is the day of the first undetermined visit before it, missing where there is none.
    """
    stop, stopped = patients["stop"], "stopped: " + patients["why"]
    certain = _days(seen[seen["verdict"] == 1], "min", patients.index)
    last = _days(seen, "max", patients.index)
    undetermined = _days(seen[seen["verdict"].isna()], "min", patients.index)
    at_stop = patients["is_event"] & stop.notna()
    event = certain.notna() | at_stop
    duration = certain.fillna(stop.where(at_stop, last.fillna(0.0)))
    ways = [certain.notna(), at_stop, stop.notna(), last.notna()]
    reasons: list[Any] = [name, stopped, stopped, "end of follow-up"]
    times = pd.DataFrame(
        {
            "duration": duration,
            "event": event.astype(np.float64),
            "earliest": duration,
            "latest": duration.where(event, np.inf),
            "reason": np.select(ways, reasons, "not seen again"),
            "rule": np.select(ways, [AT_VISIT, STOP_IS_EVENT, STOP_CENSORED, END], NEVER_SEEN),
            "open": undetermined.mask(certain <= undetermined),
        }
    )
    never, early = patients["start"].isna(), stop < 0
    times.loc[never | early, ["duration", "event", "earliest", "latest", "open"]] = np.nan
    times.loc[early, "rule"] = STOPPED_BEFORE
    times.loc[never, ["reason", "rule"]] = NO_REFERENCE
    return times


def _resolve(times: pd.DataFrame, seen: pd.DataFrame, undetermined: Any, name: str) -> None:
    """Say by a rule what undetermined visits count as."""
    first = times["open"].dropna()
    said = ["event", "reason", "rule"]
    if undetermined == "event":
        times.loc[first.index, said] = 1.0, f"{name} not ruled out", AT_VISIT
        times.loc[first.index, "duration"] = first
    elif undetermined == "censor":
        before = seen[seen["day"] < seen["patient"].map(first)]
        times.loc[first.index, said] = 0.0, f"{name} not determinable", END
        times.loc[first.index, "duration"] = _days(before, "max", first.index).fillna(0.0)
    times.loc[first.index, "earliest"] = first
    times.loc[first.index, "rule"] += (
        f"; undetermined={undetermined!r}: {UNDETERMINED[undetermined]}"
    )


def _times(
    table: Table,
    verdicts: Callable[[Table], FloatArray],
    name: str,
    reference: ReferenceRule,
    stops: _Stops,
    undetermined: Undetermined | None,
) -> Any:
    if undetermined is not None:
        one_of(undetermined, UNDETERMINED, "undetermined")
    visits, verdict = table.visits, verdicts(table)
    rows = table.reference(reference)
    since = visits.dates[np.maximum(rows, 0)]
    start = pd.Series(since, visits.patients)[rows >= 0]
    patients = stops.read(table, start[~start.index.duplicated()])
    days = (visits.dates - since) / visits.per_day
    seen = pd.DataFrame({"patient": visits.patients, "day": days, "verdict": verdict})
    seen = seen[visits.after(rows)]
    seen = seen[~(seen["day"] > seen["patient"].map(patients["stop"]))]
    times = _judged(seen, patients, name)
    needed = [visits.labels[code] for code in np.flatnonzero(times["open"].notna())]
    if undetermined is not None:
        _resolve(times, seen, undetermined, name)
    elif needed:
        raise RequestError(
            f"whether there was the event cannot be determined at some visits of patient "
            f"{listing(needed)}, and it matters: say what they count as, "
            f"undetermined={in_words(UNDETERMINED)}.",
            variable="undetermined",
            values=needed,
        )
    ids, ranks = by_id(visits.labels)
    times = times.iloc[np.argsort(ranks)]
    return Frame(table.frame.new({table.column("patient"): ids})).with_columns(
        [Output(each, kind, times[each].to_numpy()) for each, kind in TIMES.items()]
    )
