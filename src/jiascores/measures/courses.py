"""Retreatment: who may be infused again, when, and why.

A course runs from one infusion to the next; a visit on the day of an infusion counts as before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import DefinitionError
from jiascores.core.logic import all_of, any_of, missing, no
from jiascores.core.measure import Bounded
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.response import ResponseCriteria

# In the order in which they are decided.
CODES = (
    "before",
    "holds",
    "no_response",
    "undetermined",
    "used_up",
    "excluded",
    "outside_window",
    "eligible",
)
LEVEL = "level"
COURSE_BASELINES = ("course", "first")


def _criteria(given: str | ResponseCriteria) -> ResponseCriteria:
    return lookup(ResponseCriteria, given, parameter="criteria")


def _loss(given: Any) -> Any:
    """Return ``"level"`` or flare criteria."""
    return LEVEL if given == LEVEL else lookup(FlareCriteria, given, parameter="loss")


@attrs.frozen(kw_only=True)
class RetreatmentProtocol(Definition):
    """Who may be treated again: after a response, and its loss.

    Parameters
    ----------
    criteria : str or ResponseCriteria
        By which criteria a response is judged.
    level : int
        Which of their levels, in per cent, is a response.
    baseline : {"course", "first"}
        Against which visit: the last one on or before the infusion that began the course, or the
        last one on or before the patient's first infusion.
    loss : "level", str or FlareCriteria
        What loses a response: ``"level"`` where the level is no longer met against that baseline,
        or a flare by these criteria.
    flare_reference : str or rule, optional
        For loss by flare, the visit it is judged against: ``"baseline"`` (the one above),
        ``"last-responding"``, ``"best"``, ``"end-of-lead-in"``, ``jia.flagged("column")``,
        ``jia.on_or_before("column")``, ``jia.last_responding(level)`` or ``jia.best()``. The last
        responding and the best visit are looked for in the course alone, and are those that the
        records show: a gap that hides another one does not change them.
    max_repeats : int, optional
        How often the treatment may be repeated; None where nothing limits it.
    min_days, max_days : int, optional
        First and last day after the course's infusion on which a visit may decide, both included.
    exclusions : tuple of str
        What must be absent at the visit.

    Examples
    --------
    >>> import jiascores as jia
    >>> protocol = jia.definition("swart-2019", jia.typing.RetreatmentProtocol)
    >>> protocol.variant(name="one repeat only", max_repeats=1).max_repeats
    1
    """

    kind: ClassVar[str] = "retreatment protocol"

    criteria: ResponseCriteria = attrs.field(
        default=_criteria("giannini-1997"), converter=_criteria
    )
    level: int = 30
    baseline: Literal["course", "first"] = "course"
    loss: Any = attrs.field(default=LEVEL, converter=_loss)
    flare_reference: Any = None
    max_repeats: int | None = 2
    min_days: int | None = None
    max_days: int | None = None
    exclusions: tuple[str, ...] = attrs.field(default=(), converter=tuple[str, ...])

    def _check(self) -> None:
        self.criteria.require_level(self.level)
        choices = f"choose {' or '.join(COURSE_BASELINES)}"
        self._require(self.baseline in COURSE_BASELINES, "baseline", choices)
        if (self.loss == LEVEL) != (self.flare_reference is None):
            raise DefinitionError(
                "loss by flare needs flare_reference, the visit that it is judged against, and "
                "loss='level' takes none",
                variable="flare_reference",
            )
        for name in ("max_repeats", "min_days", "max_days"):
            count = getattr(self, name)
            self._require(count is None or count >= 0, name, "give 0, 1, 2, …, or nothing")
        first, last = self._days
        if first > last:
            raise DefinitionError(
                f"min_days={first} comes after max_days={last}", variable="min_days"
            )
        if len(set(self.exclusions)) < len(self.exclusions):
            raise DefinitionError("an exclusion stands twice", variable="exclusions")

    @property
    def _days(self) -> tuple[float, float]:
        """First and last day of the window, also where there is none."""
        return (
            -np.inf if self.min_days is None else self.min_days,
            np.inf if self.max_days is None else self.max_days,
        )

    def in_window(self, days: Any) -> Any:
        """Return whether a visit so many days after the course's infusion may decide."""
        first, last = self._days
        return (first <= days) & (days <= last)

    def repeats_left(self, infusions: Any) -> Any:
        """Return whether the treatment may be repeated after so many infusions."""
        return infusions <= (np.inf if self.max_repeats is None else self.max_repeats)

    @property
    def by_flare(self) -> bool:
        """Whether a flare loses the response."""
        return bool(self.loss != LEVEL)

    @property
    def window(self) -> str:
        """The window in words; empty where there is none."""
        first, last = self.min_days, self.max_days
        if first is None:
            return "" if last is None else f"up to day {last}"
        return f"day {first} or later" if last is None else f"days {first} to {last}"

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that it needs."""
        more = self.loss.needs if self.by_flare else ()
        return tuple(dict.fromkeys((*self.criteria.needs, *more, *self.exclusions)))

    @property
    def rule(self) -> str:
        """The rule in one line."""
        infusion = {"course": "infusion that began the course", "first": "first infusion"}
        lost = "that level is no longer met"
        if self.by_flare:
            lost = f"flare by {self.loss.name} against {self.flare_reference}"
        repeats = "any number of" if self.max_repeats is None else f"at most {self.max_repeats}"
        response = f"ACR Pedi {self.level} by {self.criteria.name}"
        visit = "the last visit on or before the"
        parts = [
            f"{response} against {visit} {infusion[self.baseline]}, reached in the course",
            f"lost since: {lost}",
            f"{repeats} repeats",
            self.window and f"{self.window} after the infusion",
            self.exclusions and f"without {', '.join(map(_words, self.exclusions))}",
        ]
        return "; ".join(part for part in parts if part)


def _words(name: str) -> str:
    return name.replace("_", " ")


_LOSS_NOTE = (
    "Not published: how loss was defined, and any time window. Here the level is no longer met "
    "against the course's baseline, and there is no window."
)
_REGISTER_NOTE = (
    "The exclusions are the trial register's (NTR4146). It words the response criteria "
    "differently too: make a variant with criteria='ntr4146'."
)

(SWART_2019,) = publish(
    RetreatmentProtocol.cited(
        "swart-2019",
        "Published: ACR-Ped30 response and its loss allow a repeat, at most two.",
        _LOSS_NOTE,
        _REGISTER_NOTE,
        exclusions=("infection", "febrile_illness", "malignancy", "biological"),
    )
)


# --------------------------------------------------------------------------------------------
# The decision, on arrays in the order of visits


@attrs.frozen(eq=False)
class Decisions:
    """What was decided for each visit, and from what.

    Attributes
    ----------
    codes : array of int
        Position in `CODES`.
    eligible : array of float
        1 yes, 0 no, NaN not determinable.
    infusions : array of int
        How many infusions were given before the visit.
    days : array of int
        Days since the course's infusion.
    may_hold, may_lack, may_lose : array of bool
        Whether the response may hold, may not have been reached, may be lost: one of them where
        the gaps leave no doubt.
    exclusions : dict of str to array of float
        1 present, 0 absent, NaN unknown.
    """

    codes: NDArray[np.int64]
    eligible: NDArray[np.float64]
    infusions: NDArray[np.int64]
    days: NDArray[np.int64]
    may_hold: NDArray[np.bool_]
    may_lack: NDArray[np.bool_]
    may_lose: NDArray[np.bool_]
    exclusions: Mapping[str, NDArray[np.float64]]


def earlier_in_course(
    chosen: NDArray[np.bool_], starts: NDArray[np.int64], day_starts: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return for each visit whether one on an earlier date of its course is chosen."""
    places = np.arange(len(chosen))
    latest = np.maximum.accumulate(np.where(chosen, places, -1))
    return np.where(day_starts > starts, latest[day_starts - 1], -1) >= starts


def decide(
    protocol: RetreatmentProtocol,
    *,
    starts: NDArray[np.int64],
    day_starts: NDArray[np.int64],
    infusions: NDArray[np.int64],
    days: NDArray[np.int64],
    level_min: NDArray[np.integer[Any]],
    level_max: NDArray[np.integer[Any]],
    exclusions: Mapping[str, NDArray[np.float64]],
    flared: tuple[NDArray[np.bool_], NDArray[np.bool_]] | None = None,
) -> Decisions:
    """Decide for each visit, in order of patient, course and date; every caller comes through here.

    Parameters
    ----------
    protocol : RetreatmentProtocol
        The rule.
    starts, day_starts : array of int
        Place of the first visit of the visit's course, and of its first visit on this date.
    infusions : array of int
        How many infusions were given before the visit; 0 is no course yet.
    days : array of int
        Days since the last of them.
    level_min, level_max : array of int
        Bounds of the ACR Pedi level against the protocol's baseline.
    exclusions : dict of str to array of float
        1 present, 0 absent, NaN unknown, for each exclusion of the protocol.
    flared : tuple of array of bool, optional
        For loss by flare, whether there certainly, and possibly, is a flare.

    Returns
    -------
    Decisions

    Notes
    -----
    With *reached* for the level at an earlier visit of the course and *met* for the level now,
    each yes, no or unknown (?), the status of the response is:

    ========= ======================= ======================= =======================
    reached   met                     met ?                   not met
    ========= ======================= ======================= =======================
    yes       holds                   holds or lost           lost
    ?         holds                   any of the three        none or lost
    no        holds                   holds or none           none
    ========= ======================= ======================= =======================

    For loss by flare the columns are *no flare*, *flare ?* and *flare*, in a course whose level
    was reached earlier; where it was not, a level that is met now holds. More than one possible
    status is ``undetermined``. The yes/no of a status that may be *lost* then is:

    ============== ============ ============= ============= ================ ==========
    status         repeats left exclusion     in the window code             eligible
    ============== ============ ============= ============= ================ ==========
    holds, none    any          any           any           holds,           no
                                                            no_response
    not lost for   any          any           any           undetermined     no
    sure
    perhaps lost   yes          absent, ?     yes           undetermined     unknown
    perhaps lost   yes          absent, ?     no            undetermined     no
    perhaps lost   yes          present       any           undetermined     no
    perhaps lost   no           any           any           undetermined     no
    lost           no           any           any           used_up          no
    lost           yes          present       any           excluded         no
    lost           yes          ?             yes           undetermined     unknown
    lost           yes          ?             no            undetermined     no
    lost           yes          absent        no            outside_window   no
    lost           yes          absent        yes           eligible         yes
    ============== ============ ============= ============= ================ ==========
    """
    met, may_be_met = level_min >= protocol.level, level_max >= protocol.level
    reached = earlier_in_course(met, starts, day_starts)
    may_be_reached = earlier_in_course(may_be_met, starts, day_starts)
    lapse, may_lapse = (~may_be_met, ~met) if flared is None else flared
    may_lose = may_be_reached & may_lapse
    may_hold = (may_be_reached & ~lapse) | (~reached & may_be_met)
    may_lack = ~reached & ~met

    treated, lost = infusions > 0, may_lose & ~may_hold & ~may_lack
    left, inside = protocol.repeats_left(infusions), protocol.in_window(days)
    known = {name: exclusions[name] for name in protocol.exclusions}
    excluded = any_of(np.zeros(len(days)), *known.values())
    # The first that applies.
    cases = (
        ("before", ~treated),
        ("holds", may_hold & ~may_lack & ~may_lose),
        ("no_response", may_lack & ~may_hold & ~may_lose),
        ("undetermined", ~lost),
        ("used_up", ~left),
        ("excluded", excluded == 1),
        ("undetermined", missing(excluded)),
        ("outside_window", ~inside),
    )
    codes = np.select(
        [applies for _, applies in cases],
        [CODES.index(code) for code, _ in cases],
        CODES.index("eligible"),
    )
    eligible = all_of(treated, left, inside, no(excluded), Bounded(lost, may_lose).known())
    return Decisions(codes, eligible, infusions, days, may_hold, may_lack, may_lose, known)


# --------------------------------------------------------------------------------------------
# The reason in words


def reasons(protocol: RetreatmentProtocol, decided: Decisions) -> NDArray[Any]:
    """Return a sentence for each visit; each different one is written once."""
    import pandas as pd

    parts = attrs.asdict(decided, recurse=False)
    keys = pd.DataFrame({**parts.pop("exclusions"), **parts})
    if not protocol.window:
        del keys["days"]
    alike = keys.groupby(list(keys), dropna=False, sort=False).ngroup().to_numpy()
    examples = np.flatnonzero(~keys.duplicated())
    sentences = [_sentence(protocol, decided, int(place)) for place in examples]
    return np.array(sentences, dtype=object)[alike]


def _sentence(protocol: RetreatmentProtocol, decided: Decisions, place: int) -> str:
    code, number = CODES[decided.codes[place]], decided.infusions[place]
    level, since = f"ACR Pedi {protocol.level}", f"infusion {number}"
    reached = f"{level} was reached after {since}"
    holds = f"{level} is met: the response to {since} holds"
    lost = f"{reached} and is no longer met"
    if protocol.by_flare:
        holds = f"{reached}, and there is no flare by {protocol.loss.name}"
        lost = f"{reached}, and there is a flare by {protocol.loss.name}"
    obstacles = _obstacles(protocol, decided, place)
    if code == "undetermined":
        return _undetermined(decided, place, f"{level} after {since}", lost, obstacles)
    sentences = {
        "before": "No infusion has been given yet.",
        "holds": f"{holds}.",
        "no_response": f"{level} has not been reached since {since}.",
        "eligible": f"{lost}: infusion {number + 1} may be given.",
    }
    return sentences.get(code) or f"{lost}, but {obstacles[0]}."


def _undetermined(
    decided: Decisions, place: int, level: str, lost: str, obstacles: list[str]
) -> str:
    """Return what is not known, and what stands against another infusion all the same."""
    states = {
        "may not have been reached": decided.may_lack[place],
        "may hold": decided.may_hold[place],
        "may be lost": decided.may_lose[place],
    }
    may = [words for words, possible in states.items() if possible]
    said = f"Not determinable: {level} {' or '.join(may)}"
    if may == ["may be lost"]:
        unknown = (name for name, each in decided.exclusions.items() if missing(each[place]))
        said = f"{lost}, but {' and '.join(map(_words, unknown))} is not recorded"
    elif "may be lost" not in may:
        obstacles = ["it cannot have been lost", *obstacles]
    if decided.eligible[place] == 0:
        said += f"; not eligible in any case: {obstacles[0]}"
    return f"{said}."


def _obstacles(protocol: RetreatmentProtocol, decided: Decisions, place: int) -> list[str]:
    """Return what stands against another infusion, in the order in which it is decided."""
    found = []
    if not protocol.repeats_left(decided.infusions[place]):
        all_given = f"all {protocol.max_repeats} repeats have been given"
        few = {0: "no repeat is allowed", 1: "the one repeat has been given"}
        found.append(few.get(protocol.max_repeats or 0, all_given))
    present = [_words(name) for name, each in decided.exclusions.items() if each[place] == 1]
    if present:
        found.append(f"excluded by {' and '.join(present)}")
    days = decided.days[place]
    if not protocol.in_window(days):
        found.append(f"day {days} after the infusion is outside the window ({protocol.window})")
    return found
