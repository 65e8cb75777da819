"""Retreatment: who may be infused again, when, and why.

A course runs from one infusion to the next; a visit on the day of an infusion counts as before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import DefinitionError
from jiascores.core.logic import all_of, any_of
from jiascores.core.measure import Bounded
from jiascores.core.references import Evidence, reference
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


def _names(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


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
    exclusions: tuple[str, ...] = attrs.field(default=(), converter=_names)

    def _check(self) -> None:
        self.criteria.require_level(self.level)
        if self.baseline not in COURSE_BASELINES:
            raise DefinitionError(
                f"baseline={self.baseline!r}: choose {' or '.join(COURSE_BASELINES)}",
                variable="baseline",
            )
        if (self.loss == LEVEL) != (self.flare_reference is None):
            raise DefinitionError(
                "loss by flare needs flare_reference, the visit that it is judged against, and "
                "loss='level' takes none",
                variable="flare_reference",
            )
        counts = {name: getattr(self, name) for name in ("max_repeats", "min_days", "max_days")}
        for name, count in counts.items():
            if count is not None and (not isinstance(count, int) or count < 0):
                raise DefinitionError(f"{name}={count!r}: give 0, 1, 2, … or None", variable=name)
        if self.min_days is not None and self.max_days is not None:
            if self.min_days > self.max_days:
                raise DefinitionError(
                    f"min_days={self.min_days} comes after max_days={self.max_days}",
                    variable="min_days",
                )
        if len(set(self.exclusions)) < len(self.exclusions):
            raise DefinitionError("an exclusion stands twice", variable="exclusions")

    @property
    def by_flare(self) -> bool:
        """Whether a flare loses the response."""
        return bool(self.loss != LEVEL)

    @property
    def window(self) -> str:
        """The window in words; empty where there is none."""
        if self.min_days is None and self.max_days is None:
            return ""
        if self.max_days is None:
            return f"day {self.min_days} or later"
        if self.min_days is None:
            return f"up to day {self.max_days}"
        return f"days {self.min_days} to {self.max_days}"

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that it needs."""
        more = self.loss.needs if self.by_flare else ()
        return tuple(dict.fromkeys((*self.criteria.needs, *more, *self.exclusions)))

    @property
    def rule(self) -> str:
        """The rule in one line."""
        against = {
            "course": "the last visit on or before the infusion that began the course",
            "first": "the last visit on or before the first infusion",
        }
        lost = "that level is no longer met"
        if self.by_flare:
            lost = f"flare by {self.loss.name} against {self.flare_reference}"
        repeats = "any number of" if self.max_repeats is None else f"at most {self.max_repeats}"
        response = f"ACR Ped {self.level} by {self.criteria.name}"
        parts = [
            f"{response} against {against[self.baseline]}, reached in the course",
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
    RetreatmentProtocol(
        name="swart-2019",
        reference=reference("swart-2019"),
        evidence=Evidence.DERIVED,
        exclusions=("infection", "febrile_illness", "malignancy", "biological"),
        notes=(
            "Published (primary): ACR-Ped30 response and its loss allow a repeat, at most two.",
            _LOSS_NOTE,
            _REGISTER_NOTE,
        ),
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
        Bounds of the ACR Ped level against the protocol's baseline.
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

    treated = infusions > 0
    lost = may_lose & ~may_hold & ~may_lack
    left = np.full(len(days), True)
    if protocol.max_repeats is not None:
        left = infusions <= protocol.max_repeats
    inside = np.full(len(days), True)
    if protocol.min_days is not None:
        inside &= days >= protocol.min_days
    if protocol.max_days is not None:
        inside &= days <= protocol.max_days
    none = np.zeros(len(days))
    excluded = any_of(none, *(exclusions[name] for name in protocol.exclusions))

    codes = np.select(
        [
            ~treated,
            may_hold & ~may_lack & ~may_lose,
            may_lack & ~may_hold & ~may_lose,
            ~lost,
            ~left,
            excluded == 1,
            np.isnan(excluded),
            ~inside,
        ],
        [
            CODES.index(code)
            for code in (
                "before",
                "holds",
                "no_response",
                "undetermined",
                "used_up",
                "excluded",
                "undetermined",
                "outside_window",
            )
        ],
        CODES.index("eligible"),
    )
    eligible = all_of(treated, left, inside, 1 - excluded, Bounded(lost, may_lose).known())
    return Decisions(
        codes=codes.astype(np.int64),
        eligible=eligible,
        infusions=infusions,
        days=days,
        may_hold=may_hold,
        may_lack=may_lack,
        may_lose=may_lose,
        exclusions={name: exclusions[name] for name in protocol.exclusions},
    )


# --------------------------------------------------------------------------------------------
# The reason in words


# Keys of different sentences stay below this.
_ROOM = 2**62


def reasons(protocol: RetreatmentProtocol, decided: Decisions) -> NDArray[Any]:
    """Return a sentence for each visit; each different one is written once."""
    columns = [
        decided.codes,
        decided.infusions,
        np.nan_to_num(decided.eligible, nan=2).astype(np.int64),
        decided.may_hold.astype(np.int64),
        decided.may_lack.astype(np.int64),
        decided.may_lose.astype(np.int64),
        *(np.nan_to_num(each, nan=2).astype(np.int64) for each in decided.exclusions.values()),
    ]
    if protocol.window:
        columns.append(decided.days)
    keys = np.zeros(len(decided.codes), dtype=np.int64)
    for column in columns:
        size = int(column.max(initial=0)) + 1
        if int(keys.max(initial=0)) >= _ROOM // size:
            _, keys = np.unique(keys, return_inverse=True)
        keys = keys * size + column
    _, examples, which = np.unique(keys, return_index=True, return_inverse=True)
    sentences = np.empty(len(examples), dtype=object)
    sentences[:] = [_sentence(protocol, decided, int(place)) for place in examples]
    found: NDArray[Any] = sentences[which]
    return found


def _sentence(protocol: RetreatmentProtocol, decided: Decisions, place: int) -> str:
    code = CODES[decided.codes[place]]
    if code == "before":
        return "No infusion has been given yet."
    since = f"infusion {decided.infusions[place]}"
    level = f"ACR Ped {protocol.level}"
    flare = f"a flare by {protocol.loss.name}" if protocol.by_flare else ""
    lost = f"{level} was reached after {since} and is no longer met"
    if flare:
        lost = f"{level} was reached after {since}, and there is {flare}"
    unknown = _unknown(decided, place)
    if code == "holds":
        if flare:
            return f"{level} was reached after {since}, and there is no {flare[2:]}."
        return f"{level} is met: the response to {since} holds."
    if code == "no_response":
        return f"{level} has not been reached since {since}."
    obstacles = _obstacles(protocol, decided, place)
    if code == "eligible":
        return f"{lost}: infusion {decided.infusions[place] + 1} may be given."
    if code != "undetermined":
        return f"{lost}, but {obstacles[0]}."
    if decided.may_hold[place] or decided.may_lack[place]:
        may = {
            "may not have been reached": decided.may_lack[place],
            "may hold": decided.may_hold[place],
            "may be lost": decided.may_lose[place],
        }
        states = " or ".join(words for words, possible in may.items() if possible)
        open_ = f"Not determinable: {level} after {since} {states}"
        if not decided.may_lose[place]:
            obstacles.insert(0, "it cannot have been lost")
    else:
        open_ = f"{lost}, but {unknown} is not recorded"
    if decided.eligible[place] == 0:
        return f"{open_}; not eligible in any case: {obstacles[0]}."
    return f"{open_}."


def _unknown(decided: Decisions, place: int) -> str:
    gaps = [_words(name) for name, each in decided.exclusions.items() if np.isnan(each[place])]
    return " and ".join(gaps)


def _obstacles(protocol: RetreatmentProtocol, decided: Decisions, place: int) -> list[str]:
    """Return what stands against another infusion, in the order in which it is decided."""
    found = []
    if protocol.max_repeats is not None and decided.infusions[place] > protocol.max_repeats:
        all_given = f"all {protocol.max_repeats} repeats have been given"
        few = {0: "no repeat is allowed", 1: "the one repeat has been given"}
        found.append(few.get(protocol.max_repeats, all_given))
    present = [_words(name) for name, each in decided.exclusions.items() if each[place] == 1]
    if present:
        found.append(f"excluded by {' and '.join(present)}")
    days = decided.days[place]
    early = protocol.min_days is not None and days < protocol.min_days
    late = protocol.max_days is not None and days > protocol.max_days
    if early or late:
        found.append(f"day {days} after the infusion is outside the window ({protocol.window})")
    return found
