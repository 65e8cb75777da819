"""Childhood Health Assessment Questionnaire: disability index and important change.

The wording of the form's items is copyrighted: they are scored here by position, never printed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any, ClassVar, Generic, TypeAlias, cast, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core import decimals
from jiascores.core.arguments import as_declared
from jiascores.core.definition import Definition, lookup, publish
from jiascores.core.errors import (
    DefinitionError,
    InconsistentError,
    JiaScoresError,
    RequestError,
    is_among,
    shown,
    suggestion,
)
from jiascores.core.like import Like, read_only
from jiascores.core.logic import NAN, any_of, either, missing, unless
from jiascores.core.measure import Call, verdict
from jiascores.core.values import Listed, Scalar, T, check, kind_of, listed, mapped, number
from jiascores.core.variables import UNBOUNDED, VARIABLES, Variable
from jiascores.measures.change import CHANGES, important_change

# The domains in the order of the form, and how many items each has.
ITEMS = {
    "dressing": 4,
    "arising": 2,
    "eating": 3,
    "walking": 2,
    "hygiene": 5,
    "reach": 4,
    "grip": 5,
    "activities": 5,
}
DOMAINS = tuple(ITEMS)
ITEM_COUNT = sum(ITEMS.values())

Items: TypeAlias = Mapping[str, Sequence[T | Scalar]] | Sequence[T | Scalar]
Domains: TypeAlias = Mapping[str, T | Scalar] | Sequence[T | Scalar]
Ticks: TypeAlias = Mapping[str, T | Scalar] | Collection[str] | Sequence[T | Scalar]
# The answer of an item that is worst.
HIGHEST = 3


@attrs.frozen(kw_only=True)
class ChaqScoring(Definition):
    """How a CHAQ form becomes a disability index.

    Parameters
    ----------
    domains_needed : int
        How many of the eight domains must be answered.
    raised_to : float
        The least score of a domain in which aids, devices or help are used.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.definition("singh-1994", jia.typing.ChaqScoring).domains_needed
    6
    """

    kind: ClassVar[str] = "CHAQ scoring"
    reads: ClassVar[tuple[str, ...]] = ("chaq_item", "chaq_aid")

    domains_needed: int = 6
    raised_to: float = 2

    def _check(self) -> None:
        possible = 1 <= self.domains_needed <= len(DOMAINS)
        self._require(possible, "domains_needed", f"the form has {len(DOMAINS)} domains")

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return (
            f"mean of the answered domains, at least {self.domains_needed} of {len(DOMAINS)}; a "
            f"domain is its highest item, and at least {self.raised_to:g} with aids, devices or "
            f"help; 0 to 3"
        )


CHAQ_SCORINGS = publish(
    ChaqScoring.cited(
        "singh-1994",
        "At least 6 of 8 domains is the HAQ's rule. Others divide by the domains answered, however "
        "few, or always by 8.",
    ),
)


@attrs.frozen(kw_only=True)
class ChaqDifference(Definition):
    """The change of the CHAQ that is important to patients or parents.

    Parameters
    ----------
    improvement : float
        Important improvement: a change of this much or more, negative.
    worsening : float
        Important worsening: a change of this much or more, positive.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.definition("dempster-2001", jia.typing.ChaqDifference).rule
    'improved: change ≤ -0.13; worsened: change ≥ +0.75'
    """

    kind: ClassVar[str] = "CHAQ important difference"
    reads: ClassVar[tuple[str, ...]] = ("chaq",)
    compared: ClassVar[str] = "chaq"

    improvement: float
    worsening: float

    def _check(self) -> None:
        if not self.improvement < 0 < self.worsening:
            raise DefinitionError(
                "improvement is a fall (below 0) and worsening a rise (above 0)",
                variable="improvement" if self.improvement >= 0 else "worsening",
            )

    @property
    def rule(self) -> str:
        """The rule in one line."""
        return f"improved: change ≤ {self.improvement:g}; worsened: change ≥ +{self.worsening:g}"


_AT_LEAST_NOTE = "That exactly the printed difference counts is a reading: a least difference."
_STEP_NOTE = (
    "With eight domains answered the index moves in steps of 0.125, and one step down does not "
    "reach −0.13: see dempster-2001-step."
)
_DEMPSTER_2001 = ChaqDifference.cited(
    "dempster-2001", _STEP_NOTE, _AT_LEAST_NOTE, improvement=-0.13, worsening=0.75
)

CHAQ_DIFFERENCES = publish(
    _DEMPSTER_2001,
    _DEMPSTER_2001.variant(
        name="dempster-2001-step",
        improvement=-0.125,
        notes=("Reads the printed 0.13 as 0.125 rounded, the smallest step of the index.",),
    ),
    ChaqDifference.cited(
        "brunner-2005",
        "The largest of the differences found by several standards.",
        _AT_LEAST_NOTE,
        improvement=-0.188,
        worsening=0.125,
    ),
)


# --------------------------------------------------------------------------------------------
# The lines that decide, on numbers or arrays


def highest_item(items: Iterable[Any]) -> Any:
    """Return the highest answered item; missing where none is answered."""
    return reduce(np.fmax, items, NAN)


def raised(score: Any, used: Any, least: float) -> tuple[Any, Any]:
    """Return a domain's score with aids and help, and whether a gap in these leaves it open.

    `used` is 1, 0, or missing where no tick was recorded either way.
    """
    # An aid ticked with no item answered is an answer.
    with_aid = np.fmax(score, least)
    doubtful = unless(missing(used), decimals.at_least(score, least))
    return either(used == 1, with_aid, score), doubtful


def how_many_answered(domains: Collection[Any]) -> Any:
    """Return how many domains have a score."""
    return len(domains) - sum(np.isnan(score) for score in domains)


def mean_of_answered(domains: Collection[Any], needed: int) -> Any:
    """Return the unrounded mean of the answered domains; missing where they are too few."""
    answered = how_many_answered(domains)
    total = sum(np.nan_to_num(score) for score in domains)
    return np.where(answered >= needed, total / np.maximum(answered, 1), NAN)


# --------------------------------------------------------------------------------------------
# What a form holds


@attrs.frozen(eq=False, repr=False)
class ChaqForm(Generic[T]):
    """A scored CHAQ: the index and the domains that it was made from.

    Attributes are of the kind that was given: numbers, arrays or Series.

    Examples
    --------
    >>> import jiascores as jia
    >>> form = jia.chaq_form(domains=[1, 0, 2, 1, 0, 0, 1, None])
    >>> form.index
    0.7142857142857143
    """

    scoring: ChaqScoring
    _domains: Mapping[str, Any] = attrs.field(alias="domains")
    _gaps: Mapping[str, Any] = attrs.field(alias="gaps")
    _index: Any = attrs.field(alias="index")
    _like: Like = attrs.field(alias="like")

    @property
    def index(self) -> T:
        """Disability index, 0–3, unrounded; missing where too few domains are answered."""
        return self._score(self._index, "chaq")

    @property
    def domains(self) -> dict[str, T]:
        """Score of each domain, 0–3, with aids and help; missing where unanswered."""
        return {name: self._score(score, f"chaq_{name}") for name, score in self._domains.items()}

    @property
    def answered(self) -> T:
        """How many of the eight domains are answered."""
        answered = self._like.shaped(how_many_answered(self._domains.values()))
        return cast(T, self._like.bound(answered, "chaq_domains_answered"))

    @property
    def incomplete(self) -> dict[str, Any]:
        """Whether a domain that counts has an unanswered item, so that it may be too low.

        An item that does not apply is no gap. Empty where domain scores were given.
        """
        return {
            name: self._like.surely(self._like.shaped(gap), f"chaq_{name}_incomplete")
            for name, gap in self._gaps.items()
        }

    def _score(self, values: Any, name: str) -> T:
        return cast(T, self._like.score(read_only(self._like.shaped(values)), name))

    def __repr__(self) -> str:
        if self._like.kind == "number":
            return f"<CHAQ by {self.scoring.name}: {self.index:g}, {self.answered} of 8 domains>"
        return f"<CHAQ by {self.scoring.name}: {self._like.size} forms>"


def by_domain(given: Any, parameter: str) -> dict[str, Any]:
    """Return what was given, domain by domain, all eight: a list of items, or a score."""
    if isinstance(given, Mapping):
        given = mapped(given)
        _refuse_names(given, parameter)
        absent = [name for name in DOMAINS if name not in given]
        if absent:
            raise RequestError(
                f"{parameter} has no {', '.join(absent)}: give all eight domains, and None to one "
                f"that was not answered.",
                variable=parameter,
            )
        parts = {name: given[name] for name in DOMAINS}
    else:
        parts = _in_form_order(given, parameter)
    if parameter == "domains":
        return parts
    return {name: _item_list(part, name) for name, part in parts.items()}


def _in_form_order(given: Any, parameter: str) -> dict[str, Any]:
    """Return a list in the order of the form, domain by domain."""
    if kind_of(given) != "array" or (isinstance(given, np.ndarray) and given.ndim > 1):
        raise RequestError(
            f"{parameter} is a dict by domain ({', '.join(DOMAINS)}) or a list in the order of "
            f"the form; for many forms a list of columns.",
            variable=parameter,
        )
    due = ITEM_COUNT if parameter == "items" else len(DOMAINS)
    many, values = len(given), iter([] if isinstance(given, range) else listed(given))
    if many != due:
        raise RequestError(
            f"{parameter} is a list of {many}, and the form has {due}. Another form is "
            f"given as a dict by domain.",
            variable=parameter,
            values=(many,),
        )
    if parameter == "domains":
        return dict(zip(DOMAINS, values, strict=True))
    return {name: list(islice(values, size)) for name, size in ITEMS.items()}


def _item_list(part: Any, name: str) -> list[Any]:
    """Return the items of one domain; none where None was given."""
    if part is None:
        return []
    wrong = ""
    if not isinstance(part, list | tuple | np.ndarray):
        wrong = f": give a list of its items, not {type(part).__name__}."
    elif isinstance(part, np.ndarray) and part.ndim != 1:
        wrong = (
            " are a table, and whether its rows are items is not certain: give a list of columns."
        )
    if wrong:
        raise RequestError(f"items of {name}{wrong}", variable="items")
    return list(part)


def _refuse_names(names: Any, parameter: str) -> None:
    for name in names:
        if not is_among(name, DOMAINS):
            raise RequestError(
                f"{parameter}: {shown(name)} is not a domain of the CHAQ, which has "
                f"{', '.join(DOMAINS)}.{suggestion(name, DOMAINS)}",
                variable=parameter,
                values=(name,),
            )


def _everything(
    parts: Mapping[str, Sequence[Any]], ticks: Mapping[str, Ticks[Any]]
) -> dict[str, Any]:
    """Return every number, array and Series of a call, named for messages."""
    found = {
        f"{name} {place}": item
        for name, items in parts.items()
        for place, item in enumerate(items, start=1)
    }
    for kind, ticked in ticks.items():
        names = (ticked,) if isinstance(ticked, str) else ticked
        if isinstance(names, Mapping):
            names = mapped(names)
        else:
            names = _collected(names, kind)
            if not all(isinstance(name, str) for name in names):
                names = ticks_in_order(names, kind)
        _refuse_names(names, kind)
        by_name = names if isinstance(names, Mapping) else dict.fromkeys(names, True)
        found |= {f"{kind} for {name}": flag for name, flag in by_name.items()}
    return found


def _collected(given: Any, parameter: str) -> list[Any]:
    """Return what a collection of names or of ticks holds."""
    of_kind = isinstance(given, set | frozenset) or (
        kind_of(given) in ("array", "pandas", "polars") and not isinstance(given, range)
    )
    if not of_kind:
        raise RequestError(
            f"{parameter}= takes names of domains, a dict by domain, or a list of {len(DOMAINS)} "
            f"ticks, not {shown(given)}.",
            variable=parameter,
            values=(given,),
        )
    return listed(given)


def ticks_in_order(given: Any, parameter: str) -> dict[str, Any]:
    """Return a list of eight ticks, in the order of the form, by domain."""
    given = _collected(given, parameter)
    if len(given) != len(DOMAINS):
        raise RequestError(
            f"{parameter} is a list of {len(given)}: give the domains by name, or one for each of "
            f"the {len(DOMAINS)}, in the order of the form.",
            variable=parameter,
            values=(len(given),),
        )
    return dict(zip(DOMAINS, given, strict=True))


def coding_of(coded_from: Any, not_applicable: Any) -> tuple[float, float | None]:
    """Return the numbers from which answers are coded, and for what does not apply.

    What contradicts itself raises.
    """
    start = None
    with suppress(JiaScoresError):
        start = number(coded_from, _code("coded_from"))
    if start not in (0, 1):
        raise RequestError(
            f"coded_from={shown(coded_from)}: items are coded from 0 or from 1.",
            variable="coded_from",
            values=(coded_from,),
        )
    if not_applicable is None:
        return start, None
    code = number(not_applicable, _code("not_applicable"))
    if np.isnan(code) or start <= code <= start + HIGHEST:
        raise InconsistentError(
            f"not_applicable={shown(not_applicable)} is {'a gap' if np.isnan(code) else 'an answer'} "
            f"as well: {start:g}–{start + HIGHEST:g}",
            variable="not_applicable",
            values=(not_applicable,),
        )
    return start, code


def _code(name: str) -> Variable:
    return Variable(name, name.replace("_", " "), "", -UNBOUNDED, UNBOUNDED)


def _answer(call: Call, key: str, called: str, code: float | None, start: float) -> tuple[Any, Any]:
    """Return one checked answer from 0, and whether it is a gap: what does not apply is none."""
    variable = attrs.evolve(VARIABLES["chaq_item"], name=called, low=start, high=start + HIGHEST)
    if code is None:
        answer = call.read(key, variable) - start
        return answer, missing(answer)
    read = call.read(key, attrs.evolve(variable, low=-UNBOUNDED, high=UNBOUNDED, whole=False))
    applies = read != code
    answer = either(applies, read, NAN)
    if isinstance(answer, float):
        number(answer, variable)
    else:
        check(variable, call.like.shaped(answer), call.like.labels)
    return answer - start, missing(answer) & applies


def _used(call: Call, name: str) -> Any:
    """Return whether any aid or help is ticked for a domain."""
    variable = attrs.evolve(VARIABLES["chaq_aid"], name=f"aids or help for {name}")
    keys = [key for key in (f"aids for {name}", f"help for {name}") if key in call.given]
    return any_of(0.0, *(call.read(key, variable) for key in keys))


def _domain(
    call: Call, name: str, called: Sequence[str], code: float | None, start: float
) -> tuple[Any, Any]:
    """Return the score of a domain, and whether one of its items was not answered."""
    read = [
        _answer(call, f"{name} {place}", each, code, start) for place, each in enumerate(called, 1)
    ]
    gap = reduce(or_, (unanswered for _, unanswered in read), not read)
    return highest_item(answer for answer, _ in read), gap


@as_declared
def chaq_form(
    *,
    items: Items[T] | None = None,
    domains: Domains[T] | None = None,
    aids: Ticks[T] = (),
    help: Ticks[T] = (),
    not_applicable: float | None = None,
    coded_from: float = 0,
    scoring: str | ChaqScoring = "singh-1994",
) -> ChaqForm[T]:
    """Score a CHAQ, and keep the domains that the index was made from.

    Parameters
    ----------
    items : dict of str to list, or list
        The items, 0–3 each, None where unanswered: a dict of domain to its items, or a list of
        30 in the order of the form. Each item is a number, an array or a Series. The domains
        are ``dressing``, ``arising``, ``eating``, ``walking``, ``hygiene``, ``reach``, ``grip``
        and ``activities``.
    domains : dict of str to float, array or Series, or list
        Instead of items: the highest item of each domain, 0–3, None where unanswered.
    aids, help : list of str, dict of str to bool, array or Series, or list of eight of these
        Domains in which aids or devices, or help from another person, are ticked; or a tick for
        each of the eight, in the order of the form. A domain that is left out is not ticked.
    not_applicable : float, optional
        The number that stands for "not applicable" in the data, for example 9. Without it every
        gap is an unanswered item.
    coded_from : {0, 1}
        The number that stands for "without any difficulty" in the data, 0 or 1.
    scoring : str or ChaqScoring
        How the index is made.

    Returns
    -------
    ChaqForm
        `index`, `domains`, `answered`, `incomplete`.

    Raises
    ------
    RequestError
        If not exactly one of `items` and `domains` is given, or a domain is absent or unknown.
    OutOfRangeError, NotWholeError, NotNumericError
        For an answer that is not 0, 1, 2 or 3.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.chaq_di : The index alone.
    jiascores.chaq_change : Whether a change matters.

    Notes
    -----
    A domain is its highest answered item; with aids, devices or help it is at least 2, also
    where no item is answered. A domain of which every item is unanswered or does not apply is
    unanswered. The index is the mean of the answered domains, at least six, and stays unrounded.
    Where a tick is missing (None, NaN) and could raise the domain, the index is missing.

    References
    ----------
    Singh 1994, Childhood HAQ.

    Examples
    --------
    >>> import jiascores as jia
    >>> form = jia.chaq_form(
    ...     items={"dressing": [0, 1, 0, 1], "arising": [0, 0], "eating": [0, 0, 9],
    ...            "walking": [1, 2], "hygiene": [0, 0, 0, None, 1], "reach": [1, 1, 0, 0],
    ...            "grip": [0, 0, 0, 0, 0], "activities": [1, 0, 2, 1, 1]},
    ...     aids={"reach"}, not_applicable=9)
    >>> form.index, form.domains["reach"], form.incomplete["hygiene"]
    (1.0, 2.0, True)
    """
    definition = lookup(ChaqScoring, scoring, parameter="scoring")
    if (items is None) == (domains is None):
        raise RequestError(
            "give either items= or domains=, the highest item of each domain",
            variable="items and domains",
        )
    start, code = coding_of(coded_from, not_applicable)
    of_items = items is not None
    parts = by_domain(items if of_items else domains, "items" if of_items else "domains")
    if not of_items:
        parts = {name: [score] for name, score in parts.items()}
    call = Call("chaq_form", _everything(parts, {"aids": aids, "help": help}))
    scores, gaps = {}, {}
    doubtful: Any = False
    for name, part in parts.items():
        called = [f"{name} item {place + 1}" for place in range(len(part))] if of_items else [name]
        score, gap = _domain(call, name, called, code, start)
        scores[name], is_open = raised(score, _used(call, name), definition.raised_to)
        doubtful = doubtful | is_open
        # What no higher answer could change is not flagged.
        gaps[name] = gap & decimals.below(scores[name], 3)
    index = mean_of_answered(scores.values(), definition.domains_needed)
    return ChaqForm(
        scoring=definition,
        domains=scores,
        gaps=gaps if of_items else {},
        index=either(doubtful, NAN, index),
        like=call.like,
    )


@as_declared
def chaq_di(
    *,
    items: Items[T] | None = None,
    domains: Domains[T] | None = None,
    aids: Ticks[T] = (),
    help: Ticks[T] = (),
    not_applicable: float | None = None,
    coded_from: float = 0,
    scoring: str | ChaqScoring = "singh-1994",
) -> T:
    """CHAQ disability index from items or from domain scores.

    Parameters
    ----------
    items : dict of str to list, or list
        The items, 0–3 each, None where unanswered: a dict of domain to its items, or a list of
        30 in the order of the form. Each item is a number, an array or a Series.
    domains : dict of str to float, array or Series, or list
        Instead of items: the highest item of each domain, 0–3, None where unanswered.
    aids, help : list of str, dict of str to bool, array or Series, or list of eight of these
        Domains in which aids or devices, or help from another person, are ticked.
    not_applicable : float, optional
        The number that stands for "not applicable" in the data.
    coded_from : {0, 1}
        The number that stands for "without any difficulty" in the data.
    scoring : str or ChaqScoring
        How the index is made.

    Returns
    -------
    float, array or Series
        0–3, unrounded; missing where fewer than six domains are answered.

    Raises
    ------
    RequestError, OutOfRangeError, NotWholeError, NotNumericError, MisalignedError
        As `chaq_form` does.

    See Also
    --------
    jiascores.chaq_form : Keeps the domains, and says which are incomplete.

    References
    ----------
    Singh 1994, Childhood HAQ.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.chaq_di(domains=[1, 0, 0, 2, 1, 1, 0, 1], aids={"reach"})
    0.875
    """
    form: ChaqForm[T] = chaq_form(
        items=items,
        domains=domains,
        aids=aids,
        help=help,
        not_applicable=not_applicable,
        coded_from=coded_from,
        scoring=scoring,
    )
    return form.index


# --------------------------------------------------------------------------------------------
# Important change


@overload
def chaq_change(  # type: ignore[overload-overlap]  # numbers alone come first
    *, baseline: Scalar, now: Scalar, difference: str | ChaqDifference
) -> str | None: ...
@overload
def chaq_change(  # type: ignore[overload-overlap]
    *, baseline: T | Scalar, now: T | Scalar, difference: str | ChaqDifference
) -> T: ...
@overload
def chaq_change(
    *, baseline: Listed, now: Listed, difference: str | ChaqDifference
) -> NDArray[Any]: ...
@verdict(ChaqDifference, steady=True, gives="word", words=CHANGES, parameter="difference")
def chaq_change(difference: ChaqDifference, baseline: Any, now: Any) -> Any:
    """Return whether the CHAQ changed by what is important to patients or parents.

    Parameters
    ----------
    baseline, now : float, array or Series
        CHAQ disability index at two visits, 0–3.
    difference : str or ChaqDifference
        Which important difference. There is no default: published ones differ six-fold.

    Returns
    -------
    str or None, array of str and None, or ordered categorical Series
        ``worsened``, ``unchanged`` or ``improved``; missing where either visit is.

    Raises
    ------
    UnknownDefinitionError
        If no difference, or an unknown one, is named.
    OutOfRangeError
        If an index is outside 0–3.

    See Also
    --------
    jiascores.chaq_di : The index from items or domains.
    jiascores.ask.chaq_change : Asks a table of visits for it.

    References
    ----------
    Dempster 2001 and Brunner 2005, important differences in the CHAQ.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.chaq_change(baseline=1.5, now=1.25, difference="brunner-2005")
    'improved'
    >>> jia.chaq_change(baseline=1.0, now=1.5, difference="dempster-2001")
    'unchanged'
    """
    return important_change(now - baseline, fall=difference.improvement, rise=difference.worsening)
