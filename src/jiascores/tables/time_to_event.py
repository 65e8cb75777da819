"""Time to flare, and to the first response, inactive disease or remission; one row a patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import (
    ColumnError,
    RequestError,
    VisitError,
    listing,
    suggestion,
)
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.remission import BY_MEDICATION, WHATEVER_MEDICATION
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.ask import InactiveDiseaseRequest, acr_ped, flare
from jiascores.tables.baselines import (
    BaselineRule,
    Best,
    LastResponding,
    ReferenceRule,
    reference_rows,
)
from jiascores.tables.columns import understand
from jiascores.tables.context import Context
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, Output, Positions
from jiascores.tables.table import Column
from jiascores.tables.visits import NO_DATE, Visits, read_dates

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
    fever: Column | None = None,
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
    fever, baseline, columns, units, marker
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
    request = flare(criteria=criteria, reference=reference, fever=fever)
    _one_reference(request.reference)

    def verdicts(context: Context) -> FloatArray:
        return request.compute(context)[0].data

    return _times(
        visits,
        verdicts,
        "flare",
        request.reference,
        _Stops(stopped, reason, tuple(stop_is_event), tuple(stop_is_censored)),
        undetermined,
        baseline=baseline,
        columns=columns,
        units=units,
        marker=marker,
    )


def time_to_first(
    visits: Any,
    outcome: Column | InactiveDiseaseRequest | str,
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
        A yes/no column; a column of words, with `states`, for example of `remission`;
        ``jia.ask.inactive_disease(criteria=…)``; or ``"acr_ped"``, with `level`.
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
        visits,
        verdicts,
        name,
        reference,
        _Stops(stopped, reason, tuple(stop_is_event), tuple(stop_is_censored)),
        undetermined,
        baseline=baseline,
        columns=columns,
        units=units,
        marker=marker,
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
        request = acr_ped(criteria=criteria)
        request.criteria.require_level(level)

        def reached(context: Context) -> FloatArray:
            _, lowest, highest = (output.data for output in request.compute(context))
            return np.where(lowest >= level, 1.0, np.where(highest < level, 0.0, np.nan))

        return reached, f"ACR Ped {level}"
    if isinstance(outcome, InactiveDiseaseRequest):

        def inactive(context: Context) -> FloatArray:
            (found,) = [
                output.data
                for output in outcome.compute(context)
                if output.name == outcome.criteria.column
            ]
            return found

        return inactive, "inactive disease"
    if not isinstance(outcome, Column):
        raise RequestError(
            f"outcome={outcome!r}: give jia.column('…'), jia.ask.inactive_disease(criteria='…') "
            f"or 'acr_ped' with level=.",
            variable="outcome",
        )

    def flagged(context: Context) -> FloatArray:
        if not states:
            return context.flag(outcome.name)
        if outcome.name not in context.frame:
            known = [str(column) for column in context.frame.names]
            raise ColumnError(
                f"the table has no column {outcome.name!r}.{suggestion(outcome.name, known)}",
                variable="outcome",
            )
        words = context.frame.objects(outcome.name)
        known_words = _known_words(context.frame, outcome.name, words)
        for state in states:
            if state not in known_words:
                raise RequestError(
                    f"states= names {state!r}, which is no word of the column {outcome.name!r}: it "
                    f"would never come.{suggestion(state, known_words)} The column has "
                    f"{listing(known_words, shown=20)}.",
                    variable="states",
                    values=(state,),
                )
        return np.array([np.nan if word is None else float(word in states) for word in words])

    return flagged, " or ".join(states) or outcome.name


def _known_words(frame: Frame, name: str, words: NDArray[Any]) -> list[str]:
    """Return the words that a column holds or may hold: its categories, those of remission."""
    found = [str(word) for word in dict.fromkeys(words) if word is not None]
    series = frame.series(name)
    categories: Any = ()
    if frame.kind == "pandas":
        categories = getattr(series.dtype, "categories", ())
    elif frame.kind == "polars" and type(series.dtype).__name__ == "Enum":
        categories = series.dtype.categories
    elif frame.kind == "pyarrow" and hasattr(series.type, "index_type"):
        categories = [
            word for piece in series.chunks for word in piece.dictionary.to_pylist() if word
        ]
    remission: tuple[str, ...] = ()
    for states in (BY_MEDICATION, WHATEVER_MEDICATION):
        remission += states if set(found) <= set(states) else ()
    return list(dict.fromkeys([*found, *map(str, categories), *remission]))


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
            if given is not None and not isinstance(given, Column):
                raise RequestError(f"{name}= takes a column: jia.column({given!r}).", variable=name)
        if (self.date is None) != (self.reason is None):
            raise RequestError("stopped= and reason= go together.", variable="reason")
        both = sorted(set(self.events) & set(self.censored))
        if both:
            raise RequestError(
                f"{listing(both)}: stopping for one reason cannot be the event and censored.",
                variable="stop_is_censored",
            )

    def read(self, context: Context) -> tuple[Positions, list[str | None]]:
        """Return for each patient the date of stopping, or `NO_DATE`, and the reason."""
        visits, frame = context.visits, context.frame
        number = len(visits.labels)
        if self.date is None or self.reason is None:
            return np.full(number, NO_DATE, dtype=np.int64), [None] * number
        if self.reason.name not in frame:
            known = [str(column) for column in frame.names]
            raise ColumnError(
                f"the table has no column {self.reason.name!r} for the reason."
                f"{suggestion(self.reason.name, known)}",
                variable="reason",
            )
        dates = _dates_like_visits(frame, visits, self.date.name)
        dates = one_for_each(visits, dates, NO_DATE, self.date.name)
        reasons = one_for_each(visits, frame.objects(self.reason.name), None, self.reason.name)
        for code in range(number):
            if (dates[code] == NO_DATE) != (reasons[code] is None):
                missing = self.date.name if dates[code] == NO_DATE else self.reason.name
                raise VisitError(
                    f"patient {visits.labels[code]} stopped, and {missing!r} is missing: a stop "
                    f"has a date and a reason.",
                    variable=missing,
                )
        unknown = sorted(
            {str(why) for why in reasons if why is not None} - set(self.events) - set(self.censored)
        )
        if unknown:
            raise RequestError(
                f"reasons for stopping that no rule knows: {listing(unknown, shown=20)}. Put each "
                f"into stop_is_event (here: {', '.join(self.events) or 'none'}) or "
                f"stop_is_censored.",
                variable="reason",
                values=unknown,
            )
        return dates, [None if why is None else str(why) for why in reasons]


def _dates_like_visits(frame: Frame, visits: Visits, name: str) -> Positions:
    """Return a column of dates on the scale of the visits' dates, `NO_DATE` where missing."""
    from jiascores.tables.baselines import _same_scale

    if name in frame and all(value is None for value in frame.objects(name)):
        return np.full(frame.size, NO_DATE, dtype=np.int64)
    dates, per_day = read_dates(frame, name, name, gaps=True)
    return dates if per_day == visits.per_day else _same_scale(dates, per_day, visits, name)


def one_for_each(visits: Visits, values: NDArray[Any], gap: Any, name: str) -> NDArray[Any]:
    """Return what a column says of each patient; gaps are filled, two answers raise."""
    found = np.full(len(visits.labels), gap, dtype=values.dtype)
    for row, code in enumerate(visits.patients):
        value = values[row]
        if value is None or value == gap:
            continue
        if found[code] is not None and found[code] != gap and found[code] != value:
            raise VisitError(
                f"column {name!r} says two things of patient {visits.labels[code]}; it must say "
                f"one.",
                variable=name,
                values=(visits.labels[code],),
            )
        found[code] = value
    return found


@attrs.frozen
class Time:
    """One patient's time to an event."""

    duration: float
    event: float
    earliest: float
    latest: float
    reason: str
    rule: str


def first_event(
    days: Sequence[float],
    verdicts: Sequence[float],
    *,
    stop: float | None = None,
    stop_reason: str = "",
    stop_is_event: bool = False,
    undetermined: Undetermined | None = None,
    name: str = "event",
) -> Time | None:
    """Return one patient's time to the first visit with an event; None where a rule is needed.

    Parameters
    ----------
    days : sequence of float
        Days since the reference, above 0 and in order.
    verdicts : sequence of float
        Whether there was the event: 1, 0, NaN undetermined.
    stop : float, optional
        The day of stopping.
    stop_reason : str
        Why.
    stop_is_event : bool
        Whether stopping for this reason is the event.
    undetermined : {"no", "event", "censor"}, optional
        What an undetermined visit counts as.
    name : str
        What the event is called.
    """
    seen = [
        (day, verdict)
        for day, verdict in zip(days, verdicts, strict=True)
        if stop is None or day <= stop
    ]
    certain = next((day for day, verdict in seen if verdict == 1), None)
    end: tuple[float, str, str] | None = None if certain is None else (certain, name, AT_VISIT)
    if end is None and stop is not None and stop_is_event:
        end = (max(stop, 0.0), f"stopped: {stop_reason}", STOP_IS_EVENT)
    open_days = [day for day, v in seen if v != v and (certain is None or day < certain)]
    if end is not None:
        latest = end[0]
        sure = Time(latest, 1.0, latest, latest, end[1], end[2])
    else:
        latest = np.inf
        last = seen[-1][0] if seen else 0.0
        if stop is not None:
            sure = Time(last, 0.0, last, latest, f"stopped: {stop_reason}", STOP_CENSORED)
        else:
            why = "end of follow-up" if seen else "not seen again"
            sure = Time(last, 0.0, last, latest, why, END if seen else NEVER_SEEN)
    if not open_days:
        return sure
    first = open_days[0]
    if undetermined is None:
        return None
    if undetermined == "no":
        answer = sure
    elif undetermined == "event":
        answer = Time(first, 1.0, first, latest, f"{name} not ruled out", AT_VISIT)
    else:
        before = max((day for day, _ in seen if day < first), default=0.0)
        answer = Time(before, 0.0, first, latest, f"{name} not determinable", END)
    rule = f"{answer.rule}; undetermined={undetermined!r}: {UNDETERMINED[undetermined]}"
    return attrs.evolve(answer, earliest=first, latest=latest, rule=rule)


def _times(
    native: Any,
    verdicts: Any,
    name: str,
    reference: ReferenceRule,
    stops: _Stops,
    undetermined: Undetermined | None,
    *,
    baseline: BaselineRule | None,
    columns: Mapping[str, str] | None,
    units: Mapping[str, str] | None,
    marker: str | None,
) -> Any:
    if undetermined is not None and undetermined not in UNDETERMINED:
        raise RequestError(
            f"undetermined={undetermined!r}: choose {_choices()}.", variable="undetermined"
        )
    frame = Frame(to_eager(native))
    names = understand(frame, columns, units)
    context = Context(frame, names, baseline=baseline, marker=marker, invalid="raise")
    visits = context.visits
    found = np.asarray(verdicts(context), dtype=np.float64)
    rows = reference_rows(context, reference)
    after = visits.after(rows)
    stop_dates, reasons = stops.read(context)
    since = visits.dates[np.maximum(rows, 0)] if frame.size else visits.dates
    days = (visits.dates - since) / visits.per_day
    start = np.full(len(visits.labels), NO_DATE, dtype=np.int64)
    there = np.flatnonzero(rows >= 0)
    start[visits.patients[there]] = visits.dates[rows[there]]
    order = visits.order
    own: list[list[int]] = [[] for _ in visits.labels]
    for row in order[after[order]]:
        own[visits.patients[row]].append(int(row))

    times: list[Time] = []
    needed: list[Any] = []
    for code, label in enumerate(visits.labels):
        if start[code] == NO_DATE:
            times.append(Time(np.nan, np.nan, np.nan, np.nan, NO_REFERENCE, NO_REFERENCE))
            continue
        stop = reasons[code]
        when = None if stop is None else float((stop_dates[code] - start[code]) / visits.per_day)
        if when is not None and when < 0:
            times.append(Time(np.nan, np.nan, np.nan, np.nan, f"stopped: {stop}", STOPPED_BEFORE))
            continue
        time = first_event(
            [float(days[row]) for row in own[code]],
            [float(found[row]) for row in own[code]],
            stop=when,
            stop_reason=stop or "",
            stop_is_event=stop in stops.events,
            undetermined=undetermined,
            name=name,
        )
        if time is None:
            needed.append(label)
        else:
            times.append(time)
    if needed:
        raise RequestError(
            f"whether there was the event cannot be determined at some visits of patient "
            f"{listing([str(one) for one in needed])}, and it matters: say what they count as, "
            f"undetermined={_choices()}.",
            variable="undetermined",
            values=needed,
        )
    labels = visits.labels.to_pylist() if hasattr(visits.labels, "to_pylist") else visits.labels
    return per_patient(frame, names.column("patient"), list(labels), times)


def _choices() -> str:
    return "; ".join(f"{name!r}: {words}" for name, words in UNDETERMINED.items())


def per_patient(frame: Frame, patient: str, labels: list[Any], times: Sequence[Time]) -> Any:
    """Return one row for each patient, in order of their ids."""
    try:
        order = sorted(range(len(labels)), key=lambda code: labels[code])
    except TypeError:
        order = sorted(range(len(labels)), key=lambda code: str(labels[code]))
    new = Frame(frame.new({patient: [labels[code] for code in order]}))

    def column(name: str) -> NDArray[Any]:
        values = [getattr(times[code], name) for code in order]
        kind = object if name in ("reason", "rule") else np.float64
        return np.array(values, dtype=kind)

    outputs = [
        Output("duration", "score", column("duration")),
        Output("event", "flag", column("event")),
        Output("earliest", "score", column("earliest")),
        Output("latest", "score", column("latest")),
        Output("reason", "word", column("reason")),
        Output("rule", "word", column("rule")),
    ]
    return new.with_columns(outputs)
