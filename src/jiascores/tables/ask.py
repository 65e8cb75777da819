"""Requests: what `assess` is asked for, where something is to be chosen.

A bare name asks for what needs no choice (``"jadas71"``, ``"acr_ped"``); where papers disagree,
the choice is named: ``jia.ask.state("cjadas10", cutoffs="trincianti-2021", course="poly")``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import attrs
import numpy as np

from jiascores.core.definition import lookup, published
from jiascores.core.errors import MarkerError, NotCoveredError, RequestError, listing, suggestion
from jiascores.core.measure import Score
from jiascores.core.variables import MARKERS, VARIABLES
from jiascores.measures.chaq import (
    CHANGES,
    ChaqDifference,
    ChaqForm,
    ChaqScoring,
    by_domain,
    chaq_change_codes,
    chaq_form,
)
from jiascores.measures.flares import FlareCriteria, flare_bounds, loss_bounds, verdict
from jiascores.measures.ilar import ILAR_CATEGORIES
from jiascores.measures.inactivity import (
    ACUTE_PHASE_INPUTS,
    MARKER_CHOICES,
    NORMAL_FLAGS,
    InactiveDiseaseCriteria,
    inactive_verdicts,
    item_verdicts,
    refuse_contradictions,
    within_categories,
)
from jiascores.measures.mas import (
    MAS_INPUTS,
    MasCriteria,
    MasScoreCutoff,
    mas_item_verdicts,
    mas_verdict,
    suggestion_of_mas,
)
from jiascores.measures.response import POLICIES, ResponseCriteria
from jiascores.measures.states import (
    ANY_COURSE,
    COURSES,
    CutoffSet,
    id_of,
    state_column,
    state_words,
    states_by_course,
)
from jiascores.tables.ask_activity import (
    FromCategory,
    activity_level,
    bulatovic_change,
    chronically_uncontrolled,
    escalation_indicated,
    horneff_improvement,
    minimal_disease_activity,
    polyarthritis_state,
    reacch_out_flare,
)
from jiascores.tables.baselines import (
    REFERENCES,
    Flagged,
    OnOrBefore,
    ReferenceRule,
    check_reference,
    highest_before,
    reference_name,
    reference_rows,
)
from jiascores.tables.columns import Column, Output
from jiascores.tables.context import Context
from jiascores.tables.visits import NONE

__all__ = [
    "acr_ped",
    "activity_level",
    "bulatovic_change",
    "chaq_change",
    "chaq_di",
    "chronically_uncontrolled",
    "escalation_indicated",
    "flare",
    "horneff_improvement",
    "inactive_disease",
    "loss_of_response",
    "mas_2016",
    "minimal_disease_activity",
    "polyarthritis_state",
    "reacch_out_flare",
    "score",
    "state",
    "suggests_mas",
]


class Request(Protocol):
    """Anything that `assess` can be asked for."""

    def compute(self, context: Context) -> list[Output]:
        """Return the columns to add."""
        ...


@attrs.frozen
class ScoreRequest:
    """A score; made by `score` or by its bare name."""

    measure: str
    components: bool = False

    def compute(self, context: Context) -> list[Output]:
        """Return the score, and its terms where they are asked for."""
        total = Output(self.measure, "score", context.score(self.measure))
        if not self.components:
            return [total]
        terms = context.terms(self.measure)
        parts = [
            Output(f"{self.measure}_{name}", "score", values) for name, values in terms.items()
        ]
        return [*parts, total]


def score(measure: str, *, components: bool = False) -> ScoreRequest:
    """Ask for a score.

    Parameters
    ----------
    measure : str
        Id of the score, for example ``"jadas71"``.
    components : bool
        Whether to add its terms as columns too.

    Returns
    -------
    ScoreRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.score("jadas10", components=True)
    >>> request.measure
    'jadas10'
    """
    definition = lookup(Score, measure, parameter="measure")
    return ScoreRequest(definition.name, components)


@attrs.frozen
class StateRequest:
    """A disease activity state; made by `state`."""

    measure: str
    cutoffs: CutoffSet
    course: Any

    @property
    def courses(self) -> tuple[str, ...]:
        """The courses that the cut-off set knows."""
        return tuple(self.cutoffs.of(self.measure))

    def compute(self, context: Context) -> list[Output]:
        """Return the state of every row."""
        scores = context.score(self.measure)
        courses, known = self.course, self.courses
        shown: list[Output] = []
        if isinstance(courses, Column):
            courses = context.word_codes(courses.name, known, "course")
        elif isinstance(courses, FromCategory):
            found = courses.codes(context, self.cutoffs)
            shown = [Output(f"course_{id_of(self.cutoffs)}", "state", found, COURSES)]
            # From positions among all courses to positions among those of the set.
            place = [known.index(one) if one in known else NONE for one in (*COURSES, None)]
            courses = np.array(place)[found]
        codes = states_by_course(self.cutoffs, self.measure, scores, courses)
        words = state_words(self.cutoffs, self.measure)
        return [*shown, Output(state_column(self.measure, self.cutoffs), "state", codes, words)]


def state(
    measure: str, *, cutoffs: str | CutoffSet | None = None, course: Any = None
) -> StateRequest:
    """Ask for the disease activity state by a named cut-off set.

    Parameters
    ----------
    measure : str
        Id of the score, for example ``"cjadas10"``.
    cutoffs : str or CutoffSet
        The cut-off set; there is no default.
    course : str, Column or FromCategory
        One course for all rows, ``jia.column("course")``, or
        ``jia.from_category("ilar_category")``, which adds the course that it found.

    Returns
    -------
    StateRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.column("course"))
    >>> request.cutoffs.name
    'consolaro-2014'
    """
    of = lookup(Score, measure, parameter="measure").name
    definition = lookup(CutoffSet, cutoffs, parameter="cutoffs")
    courses = definition.of(of)
    if ANY_COURSE in courses and isinstance(course, Column | FromCategory):
        raise NotCoveredError(
            f"{definition.name} reads every course alike: leave course out.", variable="course"
        )
    given = isinstance(course, Column | FromCategory) or course in courses
    if ANY_COURSE not in courses and not given:
        found = "was not given" if course is None else f"= {course!r}"
        raise NotCoveredError(
            f"course {found}: {definition.name} has cut-offs for {' and '.join(courses)}. Give "
            f"one of them, or the column that holds them: course=jia.column('your column').",
            variable="course",
            values=(course,),
        )
    return StateRequest(of, definition, course)


@attrs.frozen
class AcrPedRequest:
    """ACR Pediatric response; made by `acr_ped` or by its bare name."""

    criteria: ResponseCriteria
    missing: str = "interval"
    upper_limit: Any = None
    attended: Column | None = None
    named: bool = False

    def compute(self, context: Context) -> list[Output]:
        """Return the level and its bounds, empty on the baseline and before it."""
        attended: Any = True
        if self.attended is not None:
            attended = context.surely(self.attended.name)
        limit = self.upper_limit
        if limit is not None:
            limit = context.upper_limit(limit)
        level, lowest, highest = context.response(
            self.criteria, policy=self.missing, attended=attended, upper_limit=limit
        )
        stem = "acr_ped" + (f"_{id_of(self.criteria)}" if self.named else "")
        after = context.after_baseline
        return [
            Output(f"{stem}_{part}", "level", np.where(after, values, np.nan))
            for part, values in (("level", level), ("level_min", lowest), ("level_max", highest))
        ]


def acr_ped(
    *,
    criteria: str | ResponseCriteria = "giannini-1997",
    missing: str = "interval",
    upper_limit: Any = None,
    attended: Column | None = None,
) -> AcrPedRequest:
    """Ask for ACR Pediatric response against the baseline.

    Parameters
    ----------
    criteria : str or ResponseCriteria
        The criteria; their name goes into the columns where two are asked for. Those with a
        fever rule read the column ``highest_temperature``.
    missing : {"interval", "worst-case", "nri", "complete-case"}
        What a gap does.
    upper_limit : float or Column, optional
        Upper limit of normal of the marker: normal at both visits is then unchanged.
    attended : Column, optional
        For ``"nri"``: the column that is False where the visit is missing, or after withdrawal
        or rescue.

    Returns
    -------
    AcrPedRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.acr_ped(missing="nri")
    >>> request.criteria.name
    'giannini-1997'
    """
    definition = lookup(ResponseCriteria, criteria, parameter="criteria")
    if missing not in POLICIES:
        raise RequestError(
            f"missing={missing!r}: choose from {listing(POLICIES)}.", variable="missing"
        )
    if attended is not None and not isinstance(attended, Column):
        raise RequestError(
            f"attended= takes a column: jia.column({attended!r}).", variable="attended"
        )
    if attended is not None and missing != "nri":
        raise RequestError(
            f"attended= goes with missing='nri' alone: {missing!r} reads what was recorded.",
            variable="attended",
        )
    return AcrPedRequest(definition, missing, upper_limit, attended)


@attrs.frozen
class FlareRequest:
    """A flare against a reference visit; made by `flare`."""

    criteria: FlareCriteria
    reference: ReferenceRule
    fever: Column | None = None
    named: bool = False

    def compute(self, context: Context) -> list[Output]:
        """Return the verdict, empty on the reference row and before it."""
        rows = reference_rows(context, self.reference)
        fever = np.nan if self.fever is None else context.flag(self.fever.name)
        bounds = flare_bounds(self.criteria, context.earlier(rows), context.core_set, fever=fever)
        after = context.after(rows)
        name = self.criteria.column
        if self.named:
            name = f"{name}_{reference_name(self.reference).replace('-', '_')}"
        return [Output(name, "flag", np.where(after, verdict(*bounds), np.nan))]


def flare(
    *,
    criteria: str | FlareCriteria | None = None,
    reference: ReferenceRule | None = None,
    fever: Column | None = None,
) -> FlareRequest:
    """Ask for a flare against a reference visit.

    Parameters
    ----------
    criteria : str or FlareCriteria
        The definition; there is no default.
    reference : str or rule
        Against which visit: ``"baseline"``, ``"last-responding"``, ``"best"``,
        ``"end-of-lead-in"``, ``jia.flagged("column")``, ``jia.on_or_before("column")``,
        ``jia.last_responding(level)``. There is no default. The reference goes into the name of
        the column where the same criteria are asked for against several.
    fever : Column, optional
        For criteria with fever: the column that says whether there was such fever.

    Returns
    -------
    FlareRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.flare(criteria="prcsg-printo", reference="last-responding")
    >>> request.criteria.name
    'prcsg-printo'
    """
    definition = lookup(FlareCriteria, criteria, parameter="criteria")
    if reference is None:
        raise RequestError(
            f"reference= must name the visit that a flare is judged against: "
            f"{listing([repr(name) for name in REFERENCES], shown=len(REFERENCES))}, "
            f"jia.flagged('column') or jia.on_or_before('column').",
            variable="reference",
        )
    check_reference(reference)
    if fever is not None and not isinstance(fever, Column):
        raise RequestError(
            f"fever= takes a column: jia.column({fever!r}).", variable="fever", values=(fever,)
        )
    if (fever is not None) != (definition.fever_above is not None):
        why = "has no fever rule" if fever is not None else "asks about fever"
        raise RequestError(
            f"{definition.name} {why}: fever=jia.column('…') goes with criteria that have one.",
            variable="fever",
        )
    return FlareRequest(definition, reference, fever)


@attrs.frozen
class LossRequest:
    """Loss of an ACR Ped level that an earlier visit had reached; made by `loss_of_response`."""

    level: int
    criteria: ResponseCriteria

    def compute(self, context: Context) -> list[Output]:
        """Return whether the level is lost, empty on the baseline and before it."""
        _, lowest, highest = context.response(self.criteria)
        after = context.after_baseline
        earlier_min = highest_before(context.visits, np.where(after, lowest, 0))
        earlier_max = highest_before(context.visits, np.where(after, highest, 0))
        bounds = loss_bounds(self.level, earlier_min, earlier_max, lowest, highest)
        name = f"acr_ped{self.level}_lost"
        return [Output(name, "flag", np.where(after, verdict(*bounds), np.nan))]


def loss_of_response(
    level: int, *, criteria: str | ResponseCriteria = "giannini-1997"
) -> LossRequest:
    """Ask whether an ACR Ped level, reached at any earlier visit since baseline, is lost.

    Parameters
    ----------
    level : int
        The level in per cent.
    criteria : str or ResponseCriteria
        The response criteria.

    Returns
    -------
    LossRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.loss_of_response(30)
    >>> request.level
    30
    """
    definition = lookup(ResponseCriteria, criteria, parameter="criteria")
    definition.require_level(level)
    return LossRequest(level, definition)


@attrs.frozen
class InactiveDiseaseRequest:
    """Inactive disease at each visit; made by `inactive_disease`."""

    criteria: InactiveDiseaseCriteria
    markers: str | None = None
    category: Column | None = None
    items: bool = False

    def compute(self, context: Context) -> list[Output]:
        """Return the verdict, and its items and category where they are asked for."""
        values = {name: context.values(name) for name in self.criteria.needed}
        if self.criteria.markers is not None:
            for name in ACUTE_PHASE_INPUTS:
                if context.has(name):
                    values[name] = context.values(name)
            if not any(name in values for name in (*MARKERS, *NORMAL_FLAGS)):
                raise MarkerError(
                    f"{self.criteria.name} asks whether the acute-phase reactants are normal, and "
                    f"the table has none of {', '.join((*MARKERS, *NORMAL_FLAGS))}.",
                    variable="esr and crp",
                )
        refuse_contradictions(values, context.places)
        stem = self.criteria.column
        outputs = []
        if self.items:
            verdicts = item_verdicts(self.criteria, values, self.markers)
            outputs = [
                Output(f"{stem}_{name}", "flag", np.broadcast_to(found, context.size))
                for name, found in verdicts.items()
            ]
        inactive = inactive_verdicts(self.criteria, values, markers=self.markers)
        outputs.append(Output(stem, "flag", inactive))
        if self.category is not None:
            words = context.words(self.category.name, ILAR_CATEGORIES, "ilar_category")
            within = within_categories(words, criteria=self.criteria)
            outputs.append(Output(f"{stem}_within_categories", "flag", within))
        return outputs


def inactive_disease(
    *,
    criteria: str | InactiveDiseaseCriteria | None = None,
    markers: str | None = None,
    category: Column | None = None,
    items: bool = False,
) -> InactiveDiseaseRequest:
    """Ask for inactive disease at each visit.

    Parameters
    ----------
    criteria : str or InactiveDiseaseCriteria
        The criteria; there is no default.
    markers : {"any", "all"}, optional
        For wallace-2011, whose wording leaves it open: where both ESR and CRP were tested,
        whether one normal is enough. Required where they disagree.
    category : Column, optional
        The column with the ILAR category; adds whether the criteria were made for it.
    items : bool
        Whether to add each item's verdict as a column too.

    Returns
    -------
    InactiveDiseaseRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.inactive_disease(criteria="wallace-2011", markers="all")
    >>> request.markers
    'all'
    """
    definition = lookup(InactiveDiseaseCriteria, criteria, parameter="criteria")
    if markers is not None and (definition.markers != "ask" or markers not in MARKER_CHOICES):
        raise RequestError(
            f"markers={markers!r}: {definition.name} "
            + (
                f"takes {listing([repr(name) for name in MARKER_CHOICES])}."
                if definition.markers == "ask"
                else "says itself which reactants must be normal; leave markers out."
            ),
            variable="markers",
        )
    if category is not None and not isinstance(category, Column):
        raise RequestError(
            f"category= takes a column: jia.column({category!r}).", variable="category"
        )
    return InactiveDiseaseRequest(definition, markers, category, items)


@attrs.frozen
class MasRequest:
    """2016 criteria for macrophage activation syndrome; made by `mas_2016`."""

    criteria: MasCriteria
    items: bool = False

    def compute(self, context: Context) -> list[Output]:
        """Return the verdict at each visit, and its items where they are asked for."""
        values = {name: context.values(name) for name in MAS_INPUTS}
        items = mas_item_verdicts(self.criteria, values)
        verdicts = Output("mas_2016", "flag", mas_verdict(self.criteria, items))
        if not self.items:
            return [verdicts]
        parts = [Output(f"mas_2016_{name}", "flag", found) for name, found in items.items()]
        return [*parts, verdicts]


def mas_2016(*, criteria: str | MasCriteria = "ravelli-2016", items: bool = False) -> MasRequest:
    """Ask for macrophage activation syndrome by the 2016 criteria.

    Parameters
    ----------
    criteria : str or MasCriteria
        The criteria, or a trial's own variant.
    items : bool
        Whether to add each item's verdict as a column too.

    Returns
    -------
    MasRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.mas_2016(items=True)
    >>> request.criteria.name
    'ravelli-2016'
    """
    return MasRequest(lookup(MasCriteria, criteria, parameter="criteria"), items)


@attrs.frozen
class SuggestsMasRequest:
    """Whether the MS score suggests macrophage activation syndrome; made by `suggests_mas`."""

    cutoff: MasScoreCutoff

    def compute(self, context: Context) -> list[Output]:
        """Return the verdict at each visit."""
        verdicts = suggestion_of_mas(self.cutoff, context.score("ms_score"))
        return [Output("suggests_mas", "flag", verdicts)]


def suggests_mas(*, cutoff: str | MasScoreCutoff = "minoia-2019") -> SuggestsMasRequest:
    """Ask whether the MS score suggests macrophage activation syndrome.

    Parameters
    ----------
    cutoff : str or MasScoreCutoff
        From which score on.

    Returns
    -------
    SuggestsMasRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.suggests_mas()
    >>> request.cutoff.name
    'minoia-2019'
    """
    return SuggestsMasRequest(lookup(MasScoreCutoff, cutoff, parameter="cutoff"))


@attrs.frozen(eq=False)
class ChaqRequest:
    """The disability index from the columns of a form; made by `chaq_di`."""

    items: Mapping[str, Sequence[Column]] | None
    domains: Mapping[str, Column] | None
    aids: Mapping[str, Column]
    help: Mapping[str, Column]
    not_applicable: float | None
    scoring: ChaqScoring
    components: bool

    def compute(self, context: Context) -> list[Output]:
        """Return the index, and the domains where they are asked for."""

        def answers(column: Column) -> Any:
            code = self.not_applicable
            values = context.floats(column.name, "chaq_item", code=code)
            # What does not apply differs from what was not answered in the components alone.
            if code is None or not self.components:
                return values
            whole = context.frame.floats(column.name, VARIABLES["chaq_item"])
            return np.where(whole == code, code, values)

        def ticks(columns: Mapping[str, Column]) -> dict[str, Any]:
            return {name: context.flag(column.name) for name, column in columns.items()}

        items: Any = None
        domains: Any = None
        if self.items is not None:
            items = {name: [answers(one) for one in part] for name, part in self.items.items()}
        if self.domains is not None:
            domains = {name: answers(column) for name, column in self.domains.items()}
        form: ChaqForm[Any] = chaq_form(
            items=items,
            domains=domains,
            aids=ticks(self.aids),
            help=ticks(self.help),
            not_applicable=self.not_applicable,
            scoring=self.scoring,
        )
        index = Output("chaq_di", "score", form.index)
        if not self.components:
            return [index]
        scores = [Output(f"chaq_{name}", "score", values) for name, values in form.domains.items()]
        flags = [
            Output(f"chaq_{name}_incomplete", "flag", values.astype(np.float64))
            for name, values in form.incomplete.items()
        ]
        return [*scores, *flags, index]


def chaq_di(
    *,
    items: Mapping[str, Sequence[Column]] | Sequence[Column] | None = None,
    domains: Mapping[str, Column] | Sequence[Column] | None = None,
    aids: Mapping[str, Column] | None = None,
    help: Mapping[str, Column] | None = None,
    not_applicable: float | None = None,
    scoring: str | ChaqScoring = "singh-1994",
    components: bool = False,
) -> ChaqRequest:
    """Ask for the CHAQ disability index from the columns of a form.

    Parameters
    ----------
    items : dict of str to list of Column, or list of Column
        The columns of the items: a dict of domain to its columns, or all 30 in the order of the
        form, each ``jia.column("…")``.
    domains : dict of str to Column, or list of Column
        Instead of items: the columns of the eight domains.
    aids, help : dict of str to Column
        For a domain, the column that says whether aids or devices, or help, were ticked.
    not_applicable : float, optional
        The number that stands for "not applicable" in the data.
    scoring : str or ChaqScoring
        How the index is made.
    components : bool
        Whether to add the domains, and which of them are incomplete, as columns too.

    Returns
    -------
    ChaqRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.chaq_di(domains=[jia.column(f"domain_{number}") for number in range(1, 9)])
    >>> request.scoring.name
    'singh-1994'
    """
    definition = lookup(ChaqScoring, scoring, parameter="scoring")
    if (items is None) == (domains is None):
        raise RequestError(
            "give either items= or domains=, the columns of the form",
            variable="items and domains",
        )
    parameter = "domains" if items is None else "items"
    parts = by_domain(domains if items is None else items, parameter)
    named = [*(aids or {}).values(), *(help or {}).values()]
    for part in parts.values():
        named += part if parameter == "items" else [part]
    for column in named:
        if not isinstance(column, Column):
            raise RequestError(
                f"{column!r} is not a column: jia.column({column!r}).", variable=parameter
            )
    return ChaqRequest(
        items=None if items is None else parts,
        domains=None if domains is None else parts,
        aids=aids or {},
        help=help or {},
        not_applicable=not_applicable,
        scoring=definition,
        components=components,
    )


@attrs.frozen
class ChaqChangeRequest:
    """Important change of the CHAQ since baseline; made by `chaq_change`."""

    difference: ChaqDifference

    def compute(self, context: Context) -> list[Output]:
        """Return the word for each visit, empty on the baseline and before it."""
        now = context.values("chaq")
        earlier = now[np.maximum(context.baseline, 0)] if now.size else now
        codes = chaq_change_codes(self.difference, earlier, now)
        codes = np.where(context.after_baseline, codes, -1)
        return [Output(self.difference.column, "state", codes, CHANGES)]


def chaq_change(*, difference: str | ChaqDifference | None = None) -> ChaqChangeRequest:
    """Ask whether the CHAQ changed importantly since baseline.

    Parameters
    ----------
    difference : str or ChaqDifference
        Which important difference; there is no default.

    Returns
    -------
    ChaqChangeRequest
        One of the `measures` of `assess`.

    Examples
    --------
    >>> import jiascores as jia
    >>> request = jia.ask.chaq_change(difference="dempster-2001")
    >>> request.difference.name
    'dempster-2001'
    """
    return ChaqChangeRequest(lookup(ChaqDifference, difference, parameter="difference"))


# --------------------------------------------------------------------------------------------


def understand_requests(measures: Any) -> list[Any]:
    """Return what was asked for as requests; a bare name where nothing is to be chosen."""
    if isinstance(measures, str) or hasattr(measures, "compute"):
        measures = [measures]
    if not isinstance(measures, Iterable):
        raise RequestError(
            f"measures= takes a list of names and requests, not {measures!r}.",
            variable="measures",
            values=(measures,),
        )
    requests = [_one(each) for each in measures]
    if not requests:
        raise RequestError("measures= asks for nothing.", variable="measures")
    responses = [each for each in requests if isinstance(each, AcrPedRequest)]
    if len({each.criteria.name for each in responses}) > 1:
        requests = [
            attrs.evolve(each, named=True) if isinstance(each, AcrPedRequest) else each
            for each in requests
        ]
    flares = [each for each in requests if isinstance(each, FlareRequest)]
    asked = [each.criteria.name for each in flares]
    return [
        attrs.evolve(each, named=True)
        if isinstance(each, FlareRequest) and asked.count(each.criteria.name) > 1
        else each
        for each in requests
    ]


def _one(given: Any) -> Any:
    if hasattr(given, "compute"):
        return given
    scores = [score.name for score in published(Score)]
    if given in _BARE:
        return _BARE[given]()
    if given in scores:
        return ScoreRequest(given)
    if given in _CHOICES:
        raise RequestError(
            f"measures= asks for {given!r}, where something is to be chosen: {_CHOICES[given]}.",
            variable="measures",
            values=(given,),
        )
    known = [*_BARE, *scores, *_CHOICES]
    near = suggestion(str(given), known)
    raise RequestError(
        f"measures= asks for {given!r}, which is not known.{near} Bare names are {', '.join(_BARE)} and "
        f"the scores {', '.join(scores)}; the rest is asked for by {listing(_CHOICES.values())}.",
        variable="measures",
        values=(given,),
    )


# --------------------------------------------------------------------------------------------
# Columns that requests name


@attrs.frozen
class Named:
    """A column that a request names, beside those of the variables.

    Parameters
    ----------
    column : str
        Name of the column.
    what : str
        What it is read as: ``"course"``, ``"ilar_category"``, or the parameter that names it.
    words : tuple of str
        The words that it may hold; none where it holds something else.
    flag : bool
        Whether it is read as yes or no.
    """

    column: str
    what: str
    words: tuple[str, ...] = ()
    flag: bool = False


def named_columns(requests: Iterable[Any], baseline: Any = None) -> list[Named]:
    """Return the columns that requests, and a rule for the baseline, name; each once.

    Parameters
    ----------
    requests : iterable of requests
        As from `understand_requests`.
    baseline : str or rule, optional
        As for `assess`.
    """
    found = _named("baseline", baseline, ())
    for request in requests:
        if attrs.has(type(request)):
            courses = getattr(request, "courses", ())
            for field in attrs.fields(type(request)):
                found += _named(field.name, getattr(request, field.name), courses)
    return list(dict.fromkeys(found))


# Parameters of requests that name yes/no columns.
_FLAGS = ("attended", "fever", "aids", "help")


def _named(parameter: str, given: Any, courses: tuple[str, ...]) -> list[Named]:
    if isinstance(given, FromCategory) or (parameter == "category" and isinstance(given, Column)):
        column = given.column if isinstance(given, FromCategory) else given.name
        return [Named(column, "ilar_category", ILAR_CATEGORIES)]
    if isinstance(given, Column):
        words = courses if parameter == "course" else ()
        return [Named(given.name, parameter, words, flag=parameter in _FLAGS)]
    if isinstance(given, Flagged | OnOrBefore):
        return [Named(given.column, parameter, flag=isinstance(given, Flagged))]
    if isinstance(given, Mapping):
        given = list(given.values())
    if isinstance(given, list | tuple):
        return [one for each in given for one in _named(parameter, each, courses)]
    return []


# Requests that have a default, so that their bare name will do.
_BARE: dict[str, Callable[[], Any]] = {
    "acr_ped": acr_ped,
    "mas_2016": mas_2016,
    "suggests_mas": suggests_mas,
    "bulatovic_change": bulatovic_change,
    "horneff_improvement": horneff_improvement,
    "reacch_out_flare": reacch_out_flare,
}
_CHOICES = {
    "activity_level": "jia.ask.activity_level(criteria=…, upper_limit=…)",
    "escalation_indicated": "jia.ask.escalation_indicated(criteria=…, course=…, month=…)",
    "chronically_uncontrolled": "jia.ask.chronically_uncontrolled(criteria=…)",
    "polyarthritis_state": "jia.ask.polyarthritis_state(criteria=…)",
    "minimal_disease_activity": "jia.ask.minimal_disease_activity(criteria=…, course=…)",
    "chaq_change": "jia.ask.chaq_change(difference=…)",
    "chaq_di": "jia.ask.chaq_di(items=…)",
    "state": "jia.ask.state(score, cutoffs=…, course=…)",
    "flare": "jia.ask.flare(criteria=…, reference=…)",
    "inactive_disease": "jia.ask.inactive_disease(criteria=…)",
    "loss_of_response": "jia.ask.loss_of_response(level)",
}
