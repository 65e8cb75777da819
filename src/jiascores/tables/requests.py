"""Requests: what a table is asked for, and in which columns the answers stand.

A bare name asks for what needs no choice (``"jadas71"``, ``"acr_ped"``); where papers disagree,
the choice is named: ``jia.ask.state("cjadas10", cutoffs="trincianti-2021", course="poly")``, or in
one word, as at the command line: ``"state:cjadas10:trincianti-2021"``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from inspect import Parameter, signature
from itertools import pairwise
from typing import Any, TypeAlias

import attrs
import numpy as np

from jiascores.core.arguments import as_declared, plain
from jiascores.core.definition import Definition, definition_named, load, lookup, published
from jiascores.core.errors import (
    ArgumentError,
    NotCoveredError,
    RequestError,
    door,
    is_among,
    made,
    say,
    shown,
    suggestion,
)
from jiascores.core.like import codes_of
from jiascores.core.measure import (
    CORE_SET,
    NRI,
    RESPONSE,
    VERDICTS,
    Bounded,
    Items,
    Score,
    Verdict,
    id_of,
    is_measure,
    measure_of,
    options_of,
)
from jiascores.core.values import listed, mapped, number
from jiascores.core.variables import (
    CORE_VARIABLES,
    COURSES,
    ILAR_CATEGORIES,
    MARKERS,
    VARIABLES,
)
from jiascores.measures.chaq import (
    DOMAINS,
    ChaqScoring,
    by_domain,
    chaq_form,
    coding_of,
    ticks_in_order,
)
from jiascores.measures.ilar import CourseRule
from jiascores.measures.response import ResponseCriteria
from jiascores.measures.states import ANY_COURSE, CutoffSet
from jiascores.tables.answers import INACTIVE, answered
from jiascores.tables.baselines import REFERENCES, check_reference, reference_name
from jiascores.tables.frame import NONE, Output, OutputKind
from jiascores.tables.naming import Column, require_column
from jiascores.tables.numbers import number_of
from jiascores.tables.problems import is_number
from jiascores.tables.table import Table, term_names

# What a request may bind beside the values that a rule reads.
_REFERENCE = "reference"
# The days from the earlier visit in which a request answers.
_WITHIN = "within"
# The days of a month on average, and a round number of them to suggest.
DAYS_A_MONTH, _ROUND_MONTH = 30.4375, 30
# What `assess` and `check` take beside the measures.
_OF_THE_TABLE = ("baseline", "marker", "columns", "units", "invalid", "prefix")
# What the bounds of a yes or no are called.
_ENDS = ("min", "max")
_NORMAL = (*MARKERS, *(f"{marker}_normal" for marker in MARKERS))


def _components(given: Any) -> bool:
    if isinstance(given, bool | np.bool_):
        return bool(given)
    message = f"{say('components', given)}: give True or False."
    raise RequestError(message, variable="components", values=(given,))


def _column_name(given: Any) -> str:
    if isinstance(given, str) and str.__str__(given).strip():
        return str.__str__(given)
    wrong = "a name that can be read" if isinstance(given, str) else "a text"
    message = f"{say('name', given)}: give {wrong}."
    raise RequestError(message, variable="name", values=(given,))


@attrs.frozen
class Request:
    """One measure that a table is asked for. Made by the functions of `jiascores.ask`.

    Parameters
    ----------
    measure : Score or Verdict
        What is asked for.
    criteria : Definition
        By which definition; of a score, the score itself.
    options : tuple of (str, value)
        What else was chosen.
    bound : tuple of (str, value)
        Which column, value or rule stands for what the measure reads.
    components : bool
        Whether terms or items are columns too.
    name : str, optional
        A name for the column, in place of its usual one.
    """

    measure: Any
    criteria: Definition
    options: tuple[tuple[str, Any], ...] = ()
    bound: tuple[tuple[str, Any], ...] = ()
    components: bool = attrs.field(default=False, converter=_components)
    name: str | None = attrs.field(default=None, converter=attrs.converters.optional(_column_name))

    def __getattr__(self, name: str) -> Any:
        chosen = dict((*self.options, *self.bound))
        if name in chosen:
            return chosen[name]
        raise AttributeError(f"a request for {self.measure.name} has no {name!r}")

    def __repr__(self) -> str:
        chosen = (*self.options, *self.bound)
        said = {name: value for name, value in chosen if (name, value) != ("missing", "interval")}
        if isinstance(self.measure, Verdict):
            said = {self.measure.parameter: self.criteria.name, **said}
        said |= {"components": True} if self.components else {}
        said |= {} if self.name is None else {"name": self.name}
        return (
            f"Request({', '.join((self.measure.name, *(f'{n}={v!r}' for n, v in said.items())))})"
        )

    @property
    def stem(self) -> str:
        """What its column is called, or what its columns begin with."""
        if self.name is not None:
            return self.name
        if isinstance(self.measure, Score):
            return self.measure.name
        stem = self.measure.column(self.criteria, **dict(self.options))
        rule = dict(self.bound).get(_REFERENCE, "baseline")
        return stem if rule == "baseline" else f"{stem}_{reference_name(rule).replace('-', '_')}"

    @property
    def gives(self) -> str:
        """What it answers: a score, a flag, a word, or a level with its bounds."""
        if isinstance(self.measure, Score):
            return "score"
        return "flag" if "level" in dict(self.options) else self.measure.gives

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that it adds."""
        if isinstance(self.measure, Score):
            terms = [f"{self.stem}_{term}" for term in term_names(self.measure)]
            return (*terms, self.stem) if self.components else (self.stem,)
        if self.gives == "level":
            return tuple(f"{self.stem}_{part}" for part in ("level", "level_min", "level_max"))
        if self.measure.gives == "level" and self.components:
            return (self.stem, *(f"{self.stem}_{end}" for end in _ENDS))
        if self.criteria.months_apart is not None or self._by_months:
            return (self.stem, f"{self.stem}_days_off")
        return (self.stem,)

    def needs(self, table: Table) -> Iterator[str]:
        """Return the variables that it reads from columns of their own names."""
        if isinstance(self.measure, Score):
            yield from self.measure.inputs
            return
        bound, definition = dict(self.bound), self.criteria
        for name, how in self.measure.plan(definition).items():
            if isinstance(bound.get(name), Column) or how in ("allowed", "unread"):
                continue
            if name in INACTIVE and not table.has(name):
                yield from _inactive_needs(definition)
            elif name in VARIABLES and how == "needed":
                yield name
            elif name == "score":
                score = lookup(
                    Score, measure_of(definition, dict(self.options)), parameter="measure"
                )
                yield from score.inputs
            elif name == "now":
                yield from _compared_needs(definition)

    def compute(self, table: Table) -> list[Output]:
        """Return the columns to add."""
        if isinstance(self.measure, Score):
            total = Output(self.stem, "score", table.score(self.measure.name))
            terms = table.terms(self.measure.name) if self.components else {}
            return [*(Output(f"{self.stem}_{n}", "score", v) for n, v in terms.items()), total]
        self._need_a_marker(table)
        policy, attended = (
            dict(self.options).get("missing", "interval"),
            dict(self.bound).get("attended"),
        )
        here = True if attended is None else table.surely(attended.name)
        answer, source = answer_of(self, table)
        # Reading an earlier visit left its rows in the source.
        after, apart = self._judged(table, source.rows), self._days_off(table, source.rows)

        def column(name: str, kind: OutputKind, values: Any) -> Output:
            # Empty on the reference row and before it.
            each = np.broadcast_to(np.asarray(values, dtype=np.float64), (table.size,))
            return Output(name, kind, each if after is None else np.where(after, each, np.nan))

        if self.gives == "level":
            known = answer.known(policy, here)
            parts = zip(self.columns, (known, answer.lowest, answer.highest), strict=True)
            return [column(name, "level", values) for name, values in parts]
        outputs, further = list(source.shown), []
        if isinstance(answer, Bounded):
            if self.components:
                names = zip(self.columns[1:], (answer.lowest, answer.highest), strict=True)
                further = [column(name, "flag", end) for name, end in names]
            answer = answer.known(policy, here)
        if isinstance(answer, Items):
            items = [column(f"{self.stem}_{n}", "flag", item) for n, item in answer.items.items()]
            if answer.shown:
                further = items
            elif self.components:
                outputs += items
            answer = answer.answer
        if self.gives == "flag":
            return [*outputs, column(self.stem, "flag", answer), *further, *apart]
        codes = answer if after is None else np.where(after, answer, np.int8(NONE))
        words = self.measure.words_of(self.criteria, dict(self.options))
        return [*outputs, Output(self.stem, "state", codes, words), *apart]

    @property
    def _by_months(self) -> bool:
        """Whether it says on which days after the baseline a visit is that of a month."""
        reads = getattr(self.measure, "inputs", ())
        return (
            isinstance(self.measure, Verdict) and "month" in reads and _WITHIN in dict(self.bound)
        )

    def _judged(self, table: Table, rows: Any) -> Any:
        """Return which rows it judges: those after the earlier visit, in the days that were named.

        None is every row.
        """
        after = None if rows is None else table.after(rows)
        within = None if self._by_months else dict(self.bound).get(_WITHIN)
        if rows is not None and after is not None and within is not None:
            days = table.days_since(rows)
            after = table.due = after & (days >= within[0]) & (days <= within[1])
        return after

    def _days_off(self, table: Table, rows: Any) -> list[Output]:
        """Return how far visits are from the interval of the paper, where it has one."""
        if self._by_months:
            months, rows = table.month_of(dict(self.bound)[_WITHIN]), table.baseline
        elif self.criteria.months_apart is None or rows is None:
            return []
        else:
            months = np.where(table.after(rows), self.criteria.months_apart, np.nan)
        off = np.floor(table.days_since(rows) - np.round(months * DAYS_A_MONTH))
        return [Output(f"{self.stem}_days_off", "level", off)]

    def reach(self, table: Table) -> tuple[Any, Any, Any]:
        """Return which rows it judges (None: every row), and the ends between which each answer lies.

        The ends are those of what has bounds, else None.
        """
        if isinstance(self.measure, Score):
            return None, None, None
        answer, source = answer_of(self, table)
        after = self._judged(table, source.rows)
        if not isinstance(answer, Bounded):
            return after, None, None
        return after, answer.lowest + 0.0, answer.highest + 0.0

    def _need_a_marker(self, table: Table) -> None:
        """Meet the policy where a reactant is asked about and the table has none in any form."""
        if self.measure.plan(self.criteria).get("esr_normal") != "allowed":
            return
        bound = dict(self.bound)
        if not any(name in bound or table.has(name) for name in _NORMAL):
            table.refuse(
                "no-marker",
                "esr and crp",
                f"{self.criteria.name} asks whether the acute-phase reactants are normal, and "
                f"the table has none of {', '.join(_NORMAL)}.",
            )


def answer_of(request: Request, table: Table, *, items: bool | None = None) -> tuple[Any, Any]:
    """Return what a verdict answers for every row, and the source that it read.

    Of a level, whether it is reached. `items` asks for the parts, by default where they are columns.
    """
    options, bound = dict(request.options), dict(request.bound)
    options.pop("missing", None)
    bound.pop("attended", None)
    if not request._by_months:
        bound.pop(_WITHIN, None)
    level = options.pop("level", None) if request.measure.gives == "level" else None
    items = request.components if items is None else items
    answer, source = answered(table, request.measure, request.criteria, options, bound, items=items)
    return answer if level is None else answer.reaches(level), source


def _inactive_needs(definition: Any) -> Iterator[str]:
    criteria = definition_named("inactive disease criteria", definition.inactive)
    needs, allows = criteria.needs, criteria.allows
    yield from (name for name in needs if name in VARIABLES and name not in allows)


def _compared_needs(definition: Any) -> Iterator[str]:
    what = definition.compared
    if what in (CORE_SET, RESPONSE):
        yield from CORE_VARIABLES
    elif what in VARIABLES:
        yield what
    else:
        yield from lookup(Score, what, parameter="measure").inputs


# --------------------------------------------------------------------------------------------
# Making requests


@cache
def ask_names() -> dict[str, Verdict]:
    """Return the verdicts that a table can be asked for, by what a request calls them."""
    load()
    return {each.ask: each for each in sorted(VERDICTS.values(), key=lambda each: each.ask)}


def request(asked: Verdict, *position: Any, **given: Any) -> Request:
    """Return a request for a verdict; what is chosen is checked at once."""
    if len(position) > len(asked.order):
        raise ArgumentError(f"{asked.ask} takes {', '.join(asked.order)} by position.")
    chosen = {**dict(zip(asked.order, position, strict=False)), **given}
    chosen = {each: plain(value) for each, value in chosen.items()}
    name, components = chosen.pop("name", None), chosen.pop("components", False)
    definition = lookup(
        asked.kind, chosen.pop(asked.parameter, asked.default), parameter=asked.parameter
    )
    names = (*asked.options, *(("missing",) if asked.policies else ()))
    options = options_of(asked, definition, {n: chosen.pop(n) for n in names if n in chosen})
    within = _within(asked, definition, chosen.pop(_WITHIN, None))
    bound = {
        each: _bound(asked, definition, each, value)
        for each, value in chosen.items()
        if value is not None
    }
    bound |= {} if within is None else {_WITHIN: within}
    if _REFERENCE in asked.inputs and _REFERENCE not in bound:
        raise ArgumentError(
            f"{say('reference')} must name the visit that {asked.name} is judged against: "
            f"{', '.join(map(repr, REFERENCES))}, {made('flagged')} or "
            f"{made('on_or_before')}.",
            variable=_REFERENCE,
        )
    if "attended" in bound:
        _attended_goes_with(("unchanged",), options.get("missing"))
    return Request(
        asked, definition, tuple(options.items()), tuple(bound.items()), components, name
    )


def _bound(asked: Verdict, definition: Any, name: str, value: Any) -> Any:
    """Return what a request binds, checked: a column, a course, a limit or a reference."""
    plan = asked.plan(definition)
    if name == _REFERENCE and {"reference", "baseline"} & set(asked.inputs):
        if "reference" in asked.inputs or definition.compared not in (CORE_SET, RESPONSE):
            check_reference(value)
            return value
    known = list(bindable(asked))
    if name not in known:
        choices = (*known, *asked.inputs, asked.parameter, *asked.options, "name", "components")
        choices += ("missing",) if asked.policies else ()
        where = ""
        if name in _OF_THE_TABLE:
            where = f" It is chosen for the whole table, beside the measures: {say(name, value)}."
        raise ArgumentError(
            f"{asked.ask} has no parameter {name!r}.{where or suggestion(name, choices)}",
            variable=name,
        )
    if name == "course":
        return _course(definition, value)
    if plan.get(name) == "unread":
        raise ArgumentError(
            f"{say(name)} was given, and {definition.name} does not read it.", variable=name
        )
    is_name = isinstance(value, str) and not is_number(value)
    if name == "upper_limit" and not (is_name or isinstance(value, Column)):
        return number(value, attrs.evolve(VARIABLES["marker_upper_limit"], name=name))
    return require_column(value, name)


def _windows_of_months(definition: Any, given: Any) -> tuple[Any, ...]:
    """Return the days after the baseline on which a visit is that of a month, checked."""
    pairs = mapped(given) if isinstance(given, Mapping) else {}
    read = {month: _first_and_last(days) for month, days in pairs.items()}
    windows = sorted(((d, m) for m, d in read.items() if d is not None), key=lambda pair: pair[0])
    apart = all(one[1] < other[0] for (one, _), (other, _) in pairwise(windows))
    if not windows or None in read.values() or not apart or set(read) - set(definition.months):
        known = ", ".join(
            f"{month}: ({_ROUND_MONTH * (month - 1)}, {_ROUND_MONTH * (month + 1)})"
            for month in definition.months
        )
        raise RequestError(
            f"{say(_WITHIN, given)}: give the first and the last day of each month after the "
            f"baseline, windows that do not meet, for example within={{{known}}}.",
            variable=_WITHIN,
            values=(given,),
        )
    return tuple((month, days) for days, month in windows)


def _first_and_last(given: Any) -> tuple[float, float] | None:
    """Return two days in their order; None where these are not two, or in another order."""
    ends = given if isinstance(given, tuple | list) else ()
    if len(ends) != len(_ENDS):
        return None
    first, last = (number_of(end, _WITHIN, zero=True) for end in ends)
    return (first, last) if first <= last else None


def _within(asked: Verdict, definition: Any, given: Any) -> tuple[Any, ...] | None:
    """Return the days from the earlier visit in which a measure answers, checked."""
    months = definition.months_apart
    if given is None and months is None:
        return None
    if given is not None and "month" in asked.inputs:
        return _windows_of_months(definition, given)
    suggested = door().within(asked.ask, *(_ROUND_MONTH * (months or 3) + n for n in (-30, 30)))
    if given is None:
        raise ArgumentError(
            f"{definition.name} judges two visits {months} months apart: say at how many days "
            f"after the earlier one it answers, first and last, for example {suggested}.",
            variable=_WITHIN,
        )
    if not asked.compares:
        raise ArgumentError(
            f"{say(_WITHIN)} goes with what compares two visits; {asked.name} reads one.",
            variable=_WITHIN,
        )
    days = _first_and_last(given)
    if days is None:
        raise RequestError(
            f"{say(_WITHIN, given)}: give the first and the last day, for example {suggested}.",
            variable=_WITHIN,
            values=(given,),
        )
    return days


def bindable(asked: Verdict) -> Iterator[str]:
    """Return what a request may bind to columns of other names."""
    for name in asked.inputs:
        if name == "category":
            yield "ilar_category"
        elif name in VARIABLES or name in ("course", "ilar_category", "upper_limit", "month"):
            yield name
    if asked.policies:
        yield "attended"


def _course(definition: Any, value: Any) -> Any:
    known = definition.courses
    if known == (ANY_COURSE,):
        raise NotCoveredError(
            f"{definition.name} reads every course alike: leave course out.", variable="course"
        )
    from_category = isinstance(value, FromCategory) and isinstance(definition, CutoffSet)
    if isinstance(value, Column) or from_category or is_among(value, known):
        return value
    raise NotCoveredError(
        f"{say('course', value)}: {definition.name} has cut-offs for {' and '.join(known)}. Give one of "
        f"them, or the column that holds them, {made('column', 'your column')}.",
        variable="course",
        values=(value,),
    )


@as_declared
def score(measure: str | Score, *, components: bool = False, name: str | None = None) -> Request:
    """Ask for a score.

    Parameters
    ----------
    measure : str
        Id of the score, for example ``"jadas71"``.
    components : bool
        Whether to add its terms as columns too.
    name : str, optional
        A name for the column, in place of the id.

    Returns
    -------
    Request
        One of the `measures` of `assess`.

    See Also
    --------
    jiascores.assess : Takes it as one of its `measures`.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.ask.score("cjadas10", components=True).columns
    ('cjadas10_physician_global', 'cjadas10_patient_global', 'cjadas10_joints', 'cjadas10')
    """
    definition = lookup(Score, measure, parameter="measure")
    return Request(definition, definition, components=components, name=name)


@as_declared
def responder(
    level: int,
    criteria: str | ResponseCriteria = "giannini-1997",
    *,
    missing: str = "interval",
    attended: Column | None = None,
    highest_temperature: Column | None = None,
    upper_limit: float | Column | None = None,
    components: bool = False,
    name: str | None = None,
) -> Request:
    """Ask at each visit whether an ACR Pedi level is reached: yes, no, or not determinable.

    Parameters
    ----------
    level : int
        The level in per cent, one of the criteria's.
    criteria : str or ResponseCriteria
        As for `acr_ped`.
    missing : {"interval", "worst-case", "unchanged", "nri", "complete-case"}
        What a gap does, as for `acr_ped`. The answer is certain wherever the bounds of the level
        lie on one side of it, although the level itself may be open. By ``"nri"``, non-responder
        imputation, a patient responds where `level_min` reaches the level and else does not. A
        visit that has no row at all is for `jiascores.prepare.fill_gaps`.
    attended : Column, optional
        For ``"nri"`` and ``"unchanged"``: the column that says whether the visit took place, for
        ``"nri"`` also before withdrawal or rescue. Where it says no, the patient does not respond.
    highest_temperature : Column, optional
        The column with the highest temperature, for criteria with a fever rule.
    upper_limit : float or Column, optional
        As for `acr_ped`.
    components : bool
        Whether to add the bounds as columns too: ``acr_ped_30_min``, whether the level is surely
        reached, and ``acr_ped_30_max``, whether it may be.
    name : str, optional
        A name for the column, in place of its usual one.

    Returns
    -------
    Request
        One of the `measures` of `assess`.

    See Also
    --------
    jiascores.acr_ped : What it computes, and how.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.ask.responder(30).columns, jia.ask.responder(50, criteria="ntr4146").columns
    (('acr_ped_30',), ('acr_ped_ntr4146_50',))
    """
    asked = VERDICTS["acr_ped"]
    definition = lookup(ResponseCriteria, criteria, parameter="criteria")
    definition.require_level(level)
    definition.check_options(missing=missing, level=level)
    given = {"highest_temperature": highest_temperature, "upper_limit": upper_limit}
    made_ = request(asked, criteria=definition, components=components, name=name, **given)
    if attended is not None:
        require_column(attended, "attended")
        _attended_goes_with(("unchanged", NRI), missing)
    bound = () if attended is None else (("attended", attended),)
    return attrs.evolve(
        made_,
        options=(("missing", missing), ("level", int(level))),
        bound=(*made_.bound, *bound),
    )


def _attended_goes_with(policies: Sequence[str], missing: Any) -> None:
    """Raise where a policy for gaps does not ask whether a visit took place."""
    if missing not in policies:
        raise RequestError(
            f"{say('attended')} goes with {' or '.join(say('missing', each) for each in policies)} "
            f"alone: {shown(missing)} reads what was recorded.",
            variable="attended",
        )


# --------------------------------------------------------------------------------------------
# The course from the category


@attrs.frozen
class FromCategory:
    """The course, from the column with the ILAR category. Made by `from_category`."""

    column: str
    rule: CourseRule

    def places(self, table: Table, cutoffs: CutoffSet) -> tuple[Any, list[Output]]:
        """Return the place of each course among those of a set, and the column that shows them."""
        codes = table.word_codes(self.column, ILAR_CATEGORIES, "ilar_category")
        categories = np.where(codes < 0, np.nan, codes)
        joints = {self.rule.joints: table.values(self.rule.joints)}
        counts = {name: joints.get(name, np.nan) for name in ("active_joints", "joints_ever")}
        places = VERDICTS["course"].rule(self.rule, categories, **counts, cutoffs=cutoffs)
        found = codes_of(places)
        place = [
            cutoffs.courses.index(each) if each in cutoffs.courses else np.nan for each in COURSES
        ]
        shown = Output(f"course_{id_of(cutoffs)}", "state", found, COURSES)
        return np.array([*place, np.nan])[found], [shown]


@as_declared
def from_category(
    column: str | Column, *, rule: str | CourseRule = "joints-at-visit"
) -> FromCategory:
    """Say that the course follows from the ILAR category, which stands in a column.

    Parameters
    ----------
    column : str or Column
        The column with the ILAR category, or its name; worded as `course` takes it.
    rule : str or CourseRule
        How psoriatic and enthesitis-related arthritis become oligo or poly.

    Returns
    -------
    FromCategory
        For ``course=`` of `jiascores.ask.state`; the course of each row is then shown too, since
        it may change between visits.

    See Also
    --------
    jiascores.course : The course itself.
    jiascores.column : What a column says, as it is.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.state("cjadas10", cutoffs="trincianti-2021",
    ...                         course=jia.from_category("ilar_category"))
    >>> request.course.column
    'ilar_category'
    """
    name = column.name if isinstance(column, Column) else column
    return FromCategory(name, lookup(CourseRule, rule, parameter="rule"))


# --------------------------------------------------------------------------------------------
# A form of items


# What stands for an item that does not apply, whatever the table writes.
DOES_NOT_APPLY = -1.0


@attrs.frozen(eq=False)
class ChaqRequest:
    """The disability index from the columns of a form; made by `chaq_di`."""

    items: Mapping[str, Sequence[Column]] | None
    domains: Mapping[str, Column] | None
    aids: Mapping[str, Column] | Column
    help: Mapping[str, Column] | Column
    not_applicable: float | None
    coded_from: float
    criteria: ChaqScoring
    components: bool = attrs.field(converter=_components)
    stem: str = attrs.field(converter=_column_name)

    def needs(self, _: Table) -> Iterator[str]:
        """Return nothing: each column is named."""
        yield from ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that it adds, but for the components."""
        return (self.stem,)

    def compute(self, table: Table) -> list[Output]:
        """Return the index, and the domains where they are asked for."""

        def answers(column: Column) -> Any:
            code = self.not_applicable
            values = table.floats(column.name, "chaq_item", code=code, start=self.coded_from)
            # What does not apply differs from what was not answered in the components alone.
            if code is None or not self.components:
                return values
            return np.where(table.is_code(column.name, code), DOES_NOT_APPLY, values)

        def ticks(given: Mapping[str, Column] | Column) -> dict[str, Any]:
            if isinstance(given, Column):
                return table.named(given.name, DOMAINS, "domain of the CHAQ")
            return {name: table.flag(column.name, blank=0.0) for name, column in given.items()}

        items, domains = self.items or {}, self.domains or {}
        form: Any = chaq_form(
            items={n: [answers(each) for each in part] for n, part in items.items()} or None,
            domains={name: answers(column) for name, column in domains.items()} or None,
            aids=ticks(self.aids),
            help=ticks(self.help),
            not_applicable=None if self.not_applicable is None else DOES_NOT_APPLY,
            scoring=self.criteria,
        )
        index = Output(self.stem, "score", form.index)
        if not self.components:
            return [index]
        scores = [Output(f"chaq_{name}", "score", values) for name, values in form.domains.items()]
        flags = [
            Output(f"chaq_{name}_incomplete", "flag", values.astype(np.float64))
            for name, values in form.incomplete.items()
        ]
        return [*scores, *flags, index]


@as_declared
def chaq_di(
    *,
    items: Mapping[str, Sequence[Column]] | Sequence[Column] | None = None,
    domains: Mapping[str, Column] | Sequence[Column] | None = None,
    aids: Mapping[str, Column] | Sequence[Column] | Column | None = None,
    help: Mapping[str, Column] | Sequence[Column] | Column | None = None,
    not_applicable: float | None = None,
    coded_from: float = 0,
    scoring: str | ChaqScoring = "singh-1994",
    components: bool = False,
    name: str = "chaq_di",
) -> ChaqRequest:
    """Ask for the CHAQ disability index from the columns of a form.

    Parameters
    ----------
    items : dict of str to list of Column, or list of Column
        The columns of the items: a dict of domain to its columns, or all 30 in the order of the
        form, each ``jia.column("…")``.
    domains : dict of str to Column, or list of Column
        Instead of items: the columns of the eight domains.
    aids, help : dict of str to Column, list of eight of Column, or Column
        For a domain, the column that says whether aids or devices, or help, were ticked; all eight
        in the order of the form; or one column that lists the domains, as in ``"reach, grip"``.
    not_applicable : float, optional
        The number that stands for "not applicable" in the data.
    coded_from : {0, 1}
        The number that stands for "without any difficulty". Answers in words are read as they are.
    scoring : str or ChaqScoring
        How the index is made.
    components : bool
        Whether to add the domains, and which of them are incomplete, as columns too.
    name : str
        What the column is called.

    Returns
    -------
    ChaqRequest
        One of the `measures` of `assess`.

    See Also
    --------
    jiascores.chaq_di : What it computes, and how.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.chaq_di(domains=[jia.column(f"domain_{number}") for number in range(1, 9)])
    >>> request.columns
    ('chaq_di',)
    """
    definition = lookup(ChaqScoring, scoring, parameter="scoring")
    if (items is None) == (domains is None):
        raise RequestError(
            "give either items= or domains=, the columns of the form",
            variable="items and domains",
        )
    parameter = "domains" if items is None else "items"
    parts = by_domain(domains if items is None else items, parameter)
    start, code = coding_of(coded_from, not_applicable)
    ticked = {name: _ticked(given, name) for name, given in (("aids", aids), ("help", help))}
    named = [
        column
        for given in ticked.values()
        for column in ([given] if isinstance(given, Column) else given.values())
    ]
    for part in parts.values():
        named += part if parameter == "items" else [part]
    for column in named:
        if not isinstance(column, Column):
            raise RequestError(
                f"{shown(column)} is not a column: jia.column({shown(column)}).", variable=parameter
            )
    return ChaqRequest(
        items=None if items is None else parts,
        domains=None if domains is None else parts,
        **ticked,
        not_applicable=code,
        coded_from=start,
        criteria=definition,
        components=components,
        stem=name,
    )


def _ticked(given: Any, parameter: str) -> Mapping[str, Any] | Column:
    """Return the columns of ticks by domain, or the one that lists the domains."""
    if given is None or isinstance(given, Column):
        return given or {}
    if isinstance(given, Mapping):
        return mapped(given)
    return ticks_in_order(given, parameter)


# --------------------------------------------------------------------------------------------
# What was asked for


# Names, functions of jiascores and requests; one alone or several.
Measure: TypeAlias = "str | Request | ChaqRequest | Callable[..., Any]"
Measures: TypeAlias = "Measure | Sequence[Measure]"


def understand_requests(measures: Any) -> list[Any]:
    """Return what was asked for as requests: names, functions and requests alike."""
    if isinstance(measures, str | Request | ChaqRequest) or callable(measures):
        measures = [measures]
    # The columns come in the order that is asked for, and a set has none.
    if not isinstance(measures, Iterable) or isinstance(measures, Mapping | set | frozenset):
        raise _refusal(f"takes a list of names and requests, not {shown(measures)}.", measures)
    try:
        several = listed(measures)
    except Exception:  # noqa: BLE001  (whatever an object of the caller's does)
        raise _refusal(
            f"takes a list of names and requests, not {shown(measures)}.", measures
        ) from None
    if not several:
        raise _refusal(f"asks for nothing. Name a measure: {say('measures', ['jadas71'])}.")
    return [_understand(each) for each in several]


def _refusal(words: str, *values: Any) -> RequestError:
    return RequestError(f"{say('measures')} {words}", variable="measures", values=values)


def _understand(given: Any) -> Any:
    """Return a `Request` or `ChaqRequest`: what has `compute` is one already."""
    if isinstance(given, Request | ChaqRequest):
        return given
    name = is_measure(given) or given
    if isinstance(name, str):
        return parse(name)
    raise _refusal(f"takes names, requests and functions of jiascores, not {shown(given)}.", given)


@lru_cache
def parse(text: str, own: tuple[Definition, ...] = ()) -> Any:
    """Return the request that one word asks for: ``name[:choice…][:option=value…]``.

    Parameters
    ----------
    text : str
        For example ``"acr_ped:ntr4146"`` or ``"flare:prcsg-printo:last-responding"``.
    own : tuple of Definition
        Variants of one's own, which the word may name too.
    """
    name, *chosen = text.split(":")
    variants = {each.name: each for each in own}
    position = [_value(each, variants) for each in chosen if "=" not in each]
    named = (each.partition("=") for each in chosen if "=" in each)
    given = {key: _value(value, variants) for key, _, value in named}
    asked = ask_names()
    scores = [each.name for each in published(Score)]
    if name in scores:
        return _called(score, text, [name, *position], given)
    if name in asked:
        _refuse_incomplete(asked[name], text, len(position), given)
        return request(asked[name], *position, **given)
    if name == responder.__name__:
        return _called(responder, text, position, given)
    if name == chaq_di.__name__:
        raise _refusal(
            "asks for 'chaq_di', which is read from the columns of a form, and asked for in Python: "
            "jia.ask.chaq_di(items=…) or jia.ask.chaq_di(domains=…).",
            text,
        )
    known = [*asked, responder.__name__, *scores]
    several = [each.strip() for each in text.split(",")]
    if len(several) > 1:
        raise _refusal(
            f"has several measures in one text, {text!r}: give a list, {say('measures', several)}.",
            text,
        )
    raise _refusal(
        f"asks for {text!r}, which is not known.{suggestion(name, known)} Scores are "
        f"{', '.join(scores)}. Verdicts are {', '.join([*asked, responder.__name__])}.",
        text,
    )


def _called(
    maker: Callable[..., Request], text: str, position: Sequence[Any], given: Mapping[str, Any]
) -> Request:
    """Return the request that a function makes; what it does not take, or lacks, raises."""
    try:
        signature(maker).bind(*position, **given)
    except TypeError as problem:
        known = ", ".join(signature(maker).parameters)
        raise _refusal(f"asks for {text!r}: it takes {known}.", text) from problem
    return maker(*position, **given)


def _value(text: str, variants: Mapping[str, Definition]) -> Any:
    """Return the definition, column, number, range of days or truth value that a word stands for."""
    if text in variants:
        return variants[text]
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("column."):
        return Column(text.removeprefix("column."))
    try:
        first, dots, last = text.partition("..")
        return (int(first), int(last)) if dots else int(text)
    except ValueError:
        return text


def _refuse_incomplete(asked: Verdict, text: str, many: int, given: Mapping[str, Any]) -> None:
    """Raise where one word leaves open what must be chosen."""
    needed = [
        each
        for place, each in enumerate(asked.order)
        if place >= many
        and each not in given
        and (
            each == _REFERENCE
            or (each == asked.parameter and asked.default is None)
            or asked.options.get(each) is Parameter.empty
        )
    ]
    if needed:
        known = f" A reference is {', '.join(REFERENCES)}." if _REFERENCE in needed else ""
        raise _refusal(
            f"asks for {text!r}, where something is to be chosen: "
            f"{door().request(asked.ask, asked.order)}.{known}",
            text,
        )
