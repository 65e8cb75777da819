"""Time to flare, and to the first response, inactive disease or remission; one row a patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeVar, cast

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import (
    RequestError,
    VisitError,
    is_among,
    listing,
    require,
    shown,
    suggestion,
)
from jiascores.core.measure import verdict_named
from jiascores.core.variables import MarkerRule
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.remission import BY_MEDICATION, WHATEVER_MEDICATION
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.answers import reference_rows
from jiascores.tables.baselines import (
    BaselineRule,
    Best,
    LastResponding,
    ReferenceRule,
    reference_name,
)
from jiascores.tables.engines import to_eager
from jiascores.tables.enrolled import Enrolled, cut, one_day
from jiascores.tables.frame import Frame, Output, OutputKind, Positions, list_of
from jiascores.tables.ids import ColumnNames
from jiascores.tables.intercurrent import COMPOSITE, IntercurrentEvents
from jiascores.tables.naming import Column, Units, column_of, require_column
from jiascores.tables.numbers import in_words, one_of
from jiascores.tables.outcomes import criteria_in, is_bad_news
from jiascores.tables.requests import Request, request, responder, understand_requests
from jiascores.tables.table import Table

FrameT = TypeVar("FrameT")

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
COMPOSITE_EVENT = "composite: the event, on the date of the intercurrent event"
NEVER = "composite: never the event, censored at the end of planned follow-up"
EVENT_CENSORED = "intercurrent event: censored at the last assessment on or before it"
END = "censored at the last assessment"
NEVER_SEEN = "no assessment after the start: censored on day 0"
NO_REFERENCE, NO_ORIGIN = "no reference visit", "no origin"
STOPPED_BEFORE = "stopped before the start"
ENDED_BEFORE = "follow-up ends before the start"
# What is said of each patient.
TIMES: Mapping[str, OutputKind] = {
    "duration": "score",
    "event": "flag",
    "last_without": "score",
    "first_with": "score",
    "reason": "word",
    "rule": "word",
    "criteria": "word",
    "reference": "word",
}


@as_declared
def time_to_flare(
    visits: FrameT,
    *,
    criteria: str | FlareCriteria | None = None,
    reference: ReferenceRule | None = None,
    stopped: Column | None = None,
    reason: Column | None = None,
    stop_is_event: Sequence[str] = STOPS_AS_EVENTS,
    stop_is_censored: Sequence[str] = (),
    undetermined: Undetermined | None = None,
    flare_fever: Column | None = None,
    origin: Column | None = None,
    until: Any = None,
    patients: Any = None,
    intercurrent: IntercurrentEvents | None = None,
    data_cut: Any = None,
    baseline: BaselineRule | None = None,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    patient_columns: ColumnNames | None = None,
    marker: MarkerRule | None = None,
) -> FrameT:
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
        What a visit counts as if the flare cannot be determined there. Required if such a visit
        leaves open whether there was a flare at all; without it, a patient with a certain flare
        has it at the first visit at which it is certain.
    origin : Column, optional
        The column with the date from which time runs, for example the date of randomisation; by
        default the date of the reference visit. Visits on or before it do not count.
    until : Column, date, text or number, optional
        The end of planned follow-up: the column with the date of each patient, or one for all.
        Later visits, stops and intercurrent events do not count.
    patients : data frame, optional
        One row for each patient who counts, seen or not; its columns (arm, strata) stand beside
        the times. `stopped`, `reason`, `origin` and `until` are read from it if it has them.
    intercurrent : IntercurrentEvents, optional
        What happened to patients and what it means, from `intercurrent_events`; instead of
        `stopped`.
    data_cut : date, text or number, optional
        One date for all patients: later visits, stops and intercurrent events do not count.
    patient_columns : dict, optional
        Your own column names in `patients`.
    flare_fever, baseline, columns, units, marker
        As for `jia.ask.flare` and `assess`.

    Returns
    -------
    data frame
        One row for each patient, in order of their ids: ``patient``, the columns of `patients`,
        ``duration`` (elapsed days, a float), ``event``, ``last_without`` and ``first_with``,
        ``reason``, ``rule``, ``criteria`` (the name of the column if `assess` did not name it) and
        ``reference``. ``last_without`` is the last visit up to which every visit is a certain no,
        else 0 (the end of follow-up if a composite strategy says never); ``first_with`` is the
        first certain yes, else infinite. The event lies between the two. ``duration`` and
        ``event`` go to lifelines' `KaplanMeierFitter.fit` or R's ``Surv`` as they are,
        ``last_without`` and ``first_with`` to `fit_interval_censoring`. A patient without a
        reference visit, or who stopped before it, stays in the frame with no duration.

    Raises
    ------
    RequestError
        If the reference differs between the visits of a patient; a reason is in neither list or
        in both; `undetermined` is missing and matters; or by a composite strategy a patient never
        responds and `until` is missing.
    VisitError
        If a patient has two dates of stopping or two reasons, or one without the other.
    JiaScoresError
        As for `assess`.

    See Also
    --------
    jiascores.analysis.time_to_first : Time to any other event.
    jiascores.analysis.logrank : Compares arms.
    jiascores.adam.adtte : The same as a data set for a regulator.

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
    6      28 unknown, 56 yes    –                  56         yes    first visit with the event
    7      28 unknown, 56 no     –                  56, 28, 0         `undetermined` decides
    ====== ===================== ================== ========== ====== ==========================

    Row 6 has ``last_without`` 0 and ``first_with`` 56; row 7 is censored on day 56 by
    ``undetermined="no"``, an event on day 28 by ``"event"``, and censored on day 0, the last visit
    before, by ``"censor"``. No, unknown, no and yes on days 28, 56, 84 and 112 lie in (28, 112].

    A composite strategy makes a flare on the date of the intercurrent event; while on treatment
    and hypothetical censor at the last visit on or before it.

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
    frame = cut(Frame(to_eager(visits)), columns, data_cut)
    return cast(
        FrameT,
        _times(
            Table(frame, columns, units, baseline=baseline, marker=marker),
            _event_of(asked, good=False),
            asked.reference,
            _Stops(stopped, reason, tuple(stop_is_event), tuple(stop_is_censored), intercurrent),
            undetermined,
            _Follow(origin, until, patients, patient_columns, data_cut),
        ),
    )


@as_declared
def time_to_first(
    visits: FrameT,
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
    origin: Column | None = None,
    until: Any = None,
    patients: Any = None,
    intercurrent: IntercurrentEvents | None = None,
    data_cut: Any = None,
    baseline: BaselineRule | None = None,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    patient_columns: ColumnNames | None = None,
    marker: MarkerRule | None = None,
) -> FrameT:
    """Return each patient's time from the reference visit to the first response or remission.

    Parameters
    ----------
    visits : data frame
        One row for each visit, scheduled or not, in any order.
    outcome : Column, request or str
        A yes/no column; a column of words, with `states`, for example of `remission`; a request
        for yes or no, for example ``jia.ask.inactive_disease(criteria=…)``, or its text as in
        `assess`, ``"responder:30"``; or ``"acr_ped"``, with `level`.
    level : int, optional
        The ACR Pedi level to reach, with ``"acr_ped"``.
    states : list of str
        The words of the column that are the event.
    criteria : str or ResponseCriteria
        With ``"acr_ped"``.
    reference : str or rule
        The visit from which time runs, one for each patient.
    stopped, reason, stop_is_event, stop_is_censored, undetermined
        As for `time_to_flare`; no reason for stopping is a response unless it is named.
    origin, until, patients, intercurrent, data_cut, patient_columns
        As for `time_to_flare`. By a composite strategy a patient never responds after the event,
        and is censored on the day of `until` or the data cut; one must then be given.
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

    See Also
    --------
    jiascores.analysis.time_to_flare : Time to a flare.
    jiascores.analysis.survival_table : Numbers at risk and the curve.
    jiascores.analysis.logrank : Compares arms.

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
    event = _event(outcome, level, tuple(states), criteria)
    frame = cut(Frame(to_eager(visits)), columns, data_cut)
    return cast(
        FrameT,
        _times(
            Table(frame, columns, units, baseline=baseline, marker=marker),
            event,
            reference,
            _Stops(stopped, reason, tuple(stop_is_event), tuple(stop_is_censored), intercurrent),
            undetermined,
            _Follow(origin, until, patients, patient_columns, data_cut),
        ),
    )


def _asked(outcome: str) -> Any:
    """Return the request that a text is."""
    try:
        (asked,) = understand_requests(outcome)
    except RequestError as problem:
        raise (_no_outcome(outcome) if problem.variable == "measures" else problem) from None
    return asked


def _no_outcome(outcome: Any) -> RequestError:
    return RequestError(
        f"outcome={shown(outcome)}: give jia.column('…'), a request for yes or no such as "
        f"jia.ask.inactive_disease(criteria='…'), or 'acr_ped' with level=.",
        variable="outcome",
        values=(outcome,),
    )


def _one_reference(rule: Any) -> None:
    if isinstance(rule, LastResponding | Best) or is_among(rule, ("last-responding", "best")):
        raise RequestError(
            f"reference={shown(rule)} differs from visit to visit, and time runs from one visit: "
            f"choose 'baseline', 'end-of-lead-in', jia.flagged('column') or "
            f"jia.on_or_before('column').",
            variable="reference",
        )


@attrs.frozen(eq=False)
class _Event:
    """The event: how every row is judged, its name, its criteria, and whether it is good news."""

    verdicts: Callable[[Table], FloatArray]
    name: str
    by: str
    good: bool


def _event(outcome: Any, level: int | None, states: tuple[str, ...], criteria: Any) -> _Event:
    """Return the event that a caller named."""
    by_level = is_among(outcome, ("acr_ped",))
    words = "level= goes with outcome='acr_ped', and both are needed."
    require(by_level == (level is not None), words, "level")
    if level is not None:
        outcome = responder(level, criteria)
    elif isinstance(outcome, str):
        outcome = _asked(outcome)
    of_column = isinstance(outcome, Column)
    require(of_column or not states, "states= goes with a column of words.", "states")
    if isinstance(outcome, Request) and outcome.gives == "flag":
        return _event_of(outcome, good=not is_bad_news(outcome.stem))
    if not isinstance(outcome, Column):
        raise _no_outcome(outcome)
    name, good = outcome.name, not is_bad_news(str(outcome.name))
    if states:
        in_states = partial(_in_states, outcome=outcome, states=states)
        return _Event(in_states, " or ".join(states), name, good)
    return _Event(lambda table: table.flag(name, blank=0.0), name, criteria_in(name), good)


def _event_of(asked: Request, *, good: bool) -> _Event:
    """Return the event that a request answers with yes."""

    def verdicts(table: Table) -> FloatArray:
        (values,) = [each.data for each in asked.compute(table) if each.name == asked.stem]
        return values

    name = asked.measure.name.replace("_", " ")
    if asked.measure.gives == "level":
        name = f"ACR Pedi {asked.level}"
    return _Event(verdicts, name, asked.criteria.name, good)


def _in_states(table: Table, outcome: Column, states: tuple[str, ...]) -> FloatArray:
    """Return which rows are in one of some states: 1, 0, NaN."""
    codes, labels = table.frame.codes(column_of(table.frame, outcome, "outcome"))
    words = [str(word) for word in list_of(labels)]
    known = _known_words(table.frame, outcome.name, words, codes)
    for state in states:
        if state not in known:
            raise RequestError(
                f"states= names {state!r}, which is not a word of the column {outcome.name!r}: it "
                f"would never come.{suggestion(state, known)} The column has "
                f"{listing(known, shown=20)}.",
                variable="states",
                values=(state,),
            )
    return np.array([*(float(word in states) for word in words), np.nan])[codes]


def _known_words(frame: Frame, name: str, words: Sequence[str], codes: Positions) -> list[str]:
    """Return the words that a column holds or could hold: its categories, those of remission."""
    there = [words[code] for code in dict.fromkeys(codes[codes >= 0].tolist())]
    declared, _ = frame.categories(name)
    known = [*there, *(declared or ())]
    for states in (BY_MEDICATION, WHATEVER_MEDICATION):
        known += states if set(there) <= set(states) else ()
    return list(dict.fromkeys(known))


# --------------------------------------------------------------------------------------------


@attrs.frozen(eq=False)
class _Follow:
    """From when until when patients are followed, and who they are."""

    origin: Column | None
    until: Any
    patients: Any
    columns: Mapping[str, Any] | None
    data_cut: Any = None


@attrs.frozen(eq=False)
class _Stops:
    """Who stopped when and why, and what that means."""

    date: Column | None
    reason: Column | None
    events: tuple[str, ...]
    censored: tuple[str, ...]
    intercurrent: IntercurrentEvents | None = None

    def __attrs_post_init__(self) -> None:
        for name, given in (("stopped", self.date), ("reason", self.reason)):
            if given is not None:
                require_column(given, name)
        both = (self.date is None) == (self.reason is None)
        require(both, "stopped= and reason= go together.", "reason")
        words = "stopped= and intercurrent= both say when a patient stopped: give one."
        require(self.date is None or self.intercurrent is None, words, "intercurrent")
        twice = sorted({*self.events} & {*self.censored})
        words = f"{listing(twice)}: stopping for one reason cannot be the event and censored."
        require(not twice, words, "stop_is_censored")

    def read(
        self, enrolled: Enrolled, per_day: float, of: Positions, *, good: bool
    ) -> pd.DataFrame:
        """Return one row for each patient: the date of stopping, why, and what it means.

        Parameters
        ----------
        enrolled : Enrolled
            The patients who count.
        per_day : float
            The scale of the visits' dates.
        of : array of int
            The place of each visit's patient.
        good : bool
            Whether the event is a response.
        """
        out = pd.DataFrame(index=range(len(enrolled.ids)))
        if self.intercurrent is not None:
            self.intercurrent.require(per_day)
            events = self.intercurrent.of(enrolled)
            composite = events["strategy"] == COMPOSITE
            out["date"], out["why"] = events["day"], events["what"]
            out["is_event"], out["never"] = composite & (not good), composite & good
            out["rule"], out["event rule"] = EVENT_CENSORED, COMPOSITE_EVENT
        else:
            out["date"], out["why"] = self._of_those_who_stopped(enrolled, per_day, of)
            out["is_event"], out["never"] = out["why"].isin(self.events), False
            out["rule"], out["event rule"] = STOP_CENSORED, STOP_IS_EVENT
        out["why"] = out["why"].astype(object).where(out["why"].notna(), "")
        return out

    def _of_those_who_stopped(
        self, enrolled: Enrolled, per_day: float, of: Positions
    ) -> tuple[FloatArray, NDArray[Any]]:
        """Return the date and the reason of stopping of each patient, missing if never."""
        nobody = np.full(len(enrolled.ids), np.nan)
        if self.date is None or self.reason is None:
            return nobody, nobody.astype(object)
        date = enrolled.days(self.date, "stopped", per_day, of)
        codes, labels = enrolled.codes(self.reason.name, "reason", of)
        code = enrolled.one_code(self.reason.name, codes, of)
        for place in np.flatnonzero(np.isnan(date) != (code < 0)):
            missing = self.reason.name if code[place] < 0 else self.date.name
            raise VisitError(
                f"patient {enrolled.ids[place]} stopped, and {shown(missing)} is missing: a stop has a "
                f"date and a reason.",
                variable=missing,
            )
        words = np.array([*map(str, list_of(labels)), None], dtype=object)
        reason = words[code]
        unknown = sorted({*reason} - {*self.events, *self.censored, None})
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

    ``open`` is the day of the first undetermined visit before it, missing where there is none, and
    ``needed`` whether that leaves open whether there was the event.
    """
    stop, why = patients["stop"], "stopped: " + patients["why"]
    certain = _days(seen[seen["verdict"] == 1], "min", patients.index)
    last = _days(seen, "max", patients.index)
    undetermined = _days(seen[seen["verdict"].isna()], "min", patients.index)
    no_more = _days(seen[seen["verdict"] != 0], "min", patients.index)
    surely = seen[~(seen["day"] >= seen["patient"].map(no_more))]
    without = _days(surely, "max", patients.index).fillna(0.0)
    at_stop = patients["is_event"] & stop.notna()
    event = certain.notna() | at_stop
    never = patients["never"] & stop.notna() & ~event
    first = certain.fillna(stop.where(at_stop))
    duration = first.fillna(patients["until"].where(never)).fillna(last).fillna(0.0)
    without = without.mask(never & no_more.isna(), patients["until"])
    ways = [certain.notna(), at_stop, never, stop.notna(), last.notna()]
    rules: list[Any] = [AT_VISIT, patients["event rule"], NEVER, patients["rule"], END]
    times = pd.DataFrame(
        {
            "duration": duration,
            "event": event.astype(np.float64),
            "last_without": without,
            "first_with": first.fillna(np.inf),
            "reason": np.select(ways, [name, why, why, why, "end of follow-up"], "not seen again"),
            "rule": np.select(ways, rules, NEVER_SEEN),
            "open": undetermined.mask(certain <= undetermined),
            "needed": undetermined.notna() & ~event,
        }
    )
    missing, early = patients["start"].isna(), stop < 0
    gone = ["duration", "event", "last_without", "first_with", "open"]
    times.loc[missing | early, gone] = np.nan
    times.loc[missing | early, "needed"] = False
    times.loc[early, "rule"] = STOPPED_BEFORE
    times.loc[missing, "reason"] = times.loc[missing, "rule"] = patients.loc[missing, "why not"]
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
    times.loc[first.index, "rule"] += (
        f"; undetermined={shown(undetermined)}: {UNDETERMINED[undetermined]}"
    )


def _followed(
    table: Table, enrolled: Enrolled, of: Positions, since: pd.DataFrame, follow: _Follow
) -> pd.DataFrame:
    """Return for each patient the start of follow-up, its planned end, and why there is none."""
    per_day, who = table.visits.per_day, range(len(enrolled.ids))
    out = pd.DataFrame(index=who)
    out["reference"] = since.groupby("patient")["day"].first().reindex(who)
    out["start"], out["why not"] = out["reference"], NO_REFERENCE
    if follow.origin is not None:
        require_column(follow.origin, "origin")
        origin = pd.Series(enrolled.days(follow.origin, "origin", per_day, of))
        out["start"] = origin.where(out["reference"].notna())
        out.loc[out["reference"].notna(), "why not"] = NO_ORIGIN
    out["until"] = np.nan
    if follow.until is not None:
        out["until"] = enrolled.days(follow.until, "until", per_day, of) - out["start"]
    if follow.data_cut is not None:
        cut_on = one_day(follow.data_cut, "data_cut", per_day) - out["start"]
        out["until"] = out["until"].fillna(np.inf).clip(upper=cut_on)
    over = out["until"] < 0
    out.loc[over, ["start", "until"]], out.loc[over, "why not"] = np.nan, ENDED_BEFORE
    return out


def _times(
    table: Table,
    event: _Event,
    reference: ReferenceRule,
    stops: _Stops,
    undetermined: Undetermined | None,
    follow: _Follow,
) -> Any:
    if undetermined is not None:
        one_of(undetermined, UNDETERMINED, "undetermined")
    visits, verdict = table.visits, event.verdicts(table)
    enrolled = Enrolled.of(table, visits.labels, follow.patients, follow.columns)
    of, days = enrolled.of_codes[visits.patients], visits.dates / visits.per_day
    rows = reference_rows(table, reference)
    referred = (rows >= 0) & (of >= 0)
    since = pd.DataFrame({"patient": of, "day": days[np.maximum(rows, 0)]})[referred]
    patients = _followed(table, enrolled, of, since, follow)
    patients = patients.join(stops.read(enrolled, visits.per_day, of, good=event.good))
    stop = patients["date"] - patients["start"]
    # What happened after the end of follow-up does not count.
    patients["stop"] = stop.where(~(stop > patients["until"]))
    seen = pd.DataFrame({"patient": of, "day": days, "verdict": verdict})
    seen = seen[visits.after(rows) & (of >= 0)]
    seen["day"] -= seen["patient"].map(patients["start"])
    end = patients[["stop", "until"]].min(axis=1)
    seen = seen[(seen["day"] > 0) & ~(seen["day"] > seen["patient"].map(end))]
    times = _judged(seen, patients, event.name)
    _require_end(times, patients, enrolled)
    needed = [str(enrolled.ids[place]) for place in np.flatnonzero(times["needed"])]
    if undetermined is not None:
        _resolve(times, seen, undetermined, event.name)
    elif needed:
        raise RequestError(
            f"whether there was the event cannot be determined at some visits of patient "
            f"{listing(needed)}, and it matters: say what they count as, "
            f"undetermined={in_words(UNDETERMINED)}.",
            variable="undetermined",
            values=needed,
        )
    times["criteria"], times["reference"] = event.by, reference_name(reference)
    ids = table.frame.new({table.column("patient"): enrolled.ids})
    kept = enrolled.outputs(np.arange(len(enrolled.ids)), TIMES)
    outputs = [Output(each, kind, times[each].to_numpy()) for each, kind in TIMES.items()]
    return Frame(ids).with_columns([*kept, *outputs])


def _require_end(times: pd.DataFrame, patients: pd.DataFrame, enrolled: Enrolled) -> None:
    """Raise where a patient never responds and nobody says until when that was looked at."""
    without = np.flatnonzero((times["rule"] == NEVER) & patients["until"].isna())
    if without.size:
        who = [str(enrolled.ids[place]) for place in without]
        raise RequestError(
            f"by a composite strategy patient {listing(who)} never responds, and is censored at "
            f"the end of planned follow-up: say when that is, until=jia.column('…') or a date.",
            variable="until",
            values=who,
        )
