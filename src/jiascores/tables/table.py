"""A table of visits: who was seen when, what is the baseline, and which reactant counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from typing import Any
from weakref import proxy

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import lookup
from jiascores.core.errors import SHOWN, ColumnError, RequestError, listing, made, say
from jiascores.core.measure import CORE_SET, Score, score_arrays, score_terms
from jiascores.core.variables import CORE_VARIABLES, MARKERS, VARIABLES
from jiascores.tables.baselines import Flagged, OnOrBefore, check_baseline
from jiascores.tables.columns import RATINGS, Columns
from jiascores.tables.frame import NONE, Frame, Output, Positions
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, Units, nearest
from jiascores.tables.numbers import one_of
from jiascores.tables.problems import Policy, capital
from jiascores.tables.visits import CALENDAR, NO_DATE, Visits, other_kind

RATERS = ("parent", "patient")
# What to do about two rows of one date that no flag can choose between.
KEEP_ONE = "Give a table with one row, or one value, of that date."
ESR_ELSE_CRP = "esr-else-crp"
MARKER_RULES = {
    "esr": "ESR for everybody",
    "crp": "CRP for everybody",
    ESR_ELSE_CRP: (
        "per patient: ESR where the baseline visit has one (without baselines: any visit), "
        "else CRP; shown in the column marker"
    ),
}
# The name of the reactant where it is ESR in some patients and CRP in others.
MIXED = "acute_phase_reactant"


def term_names(score: Score) -> Iterable[str]:
    """Return the names of the terms of a score."""
    return score_terms(score, dict.fromkeys((*score.inputs, *score.either[:1]), 0.0))


@attrs.frozen(eq=False)
class Gathered:
    """Values of other rows, looked up block by block so that no column is copied.

    `Verdict.judge` asks for the blocks, as for those of an array.
    """

    values: NDArray[Any]
    rows: Positions

    def __getitem__(self, block: slice) -> NDArray[Any]:
        # A row without an earlier one is left out later; here any value will do.
        return self.values.take(self.rows[block], mode="clip")


class Table(Columns):
    """A table of visits, each part read when it is first needed.

    Parameters
    ----------
    frame : Frame
        The table.
    columns, units : mapping, optional
        Which column is which variable, and the units that are not canonical.
    baseline, marker : optional
        As for `assess`.
    policy : Policy, optional
        What happens to problems; by default the first one raises.
    """

    def __init__(
        self,
        frame: Frame,
        columns: ColumnNames | None = None,
        units: Units | None = None,
        *,
        baseline: Any = None,
        marker: str | None = None,
        policy: Policy | None = None,
    ) -> None:
        if marker is not None:
            one_of(marker, MARKER_RULES, "marker")
        check_baseline(baseline, frame.names)
        super().__init__(frame, columns, units, policy=policy)
        if isinstance(baseline, Flagged | OnOrBefore) and not _there(baseline, frame):
            raise ColumnError(
                f"{say('baseline')} names the column {baseline.column!r}, and the table has no such column."
                f"{nearest(baseline.column, frame.names)}",
                variable="baseline",
                values=(baseline.column,),
            )
        self.baseline_rule = baseline
        self.marker_rule = marker
        self.compared: list[Positions] = []
        self.judged_against: Positions | None = None
        # What verdicts answered, each with the source that it read; kept by `answered`.
        self.answers: dict[Any, tuple[Any, Any]] = {}
        self._given_rows: Positions | None = None
        self._marked_by: Positions | None = None
        self._own_baselines: dict[Any, OwnBaselines] = {}
        # The rows that the last request answers, where it named days for that.
        self.due: NDArray[np.bool_] | None = None
        # Where a variable is missing at baseline, if each variable has a baseline of its own.
        self.own_gaps: dict[str, NDArray[np.bool_]] | None = None

    # --- visits

    @cached_property
    def visits(self) -> Visits:
        """Who was seen when."""
        self.require(("patient", "date"))
        codes, labels, who = self.patients()
        dates, per_day, when = self.dates(self.column("date"), "date", gaps=False)
        sure = who & when
        if not sure.all():
            # A row without a patient or a date can be the baseline of nobody.
            alone = np.flatnonzero(~sure)
            codes = codes.copy()
            codes[alone] = len(labels) + np.arange(alone.size)
            labels = [*labels, *[None] * alone.size]
            dates = np.where(sure, dates, 0)
        return Visits(codes, dates, per_day, labels, sure)

    @property
    def compares_visits(self) -> bool:
        """Whether anything so far has compared visits of a patient."""
        return "visits" in vars(self)

    # --- baselines

    @cached_property
    def baseline_of_patients(self) -> Positions:
        """Each patient's baseline row, by code."""
        if self.baseline_rule is None:
            self.refuse(
                "no-baseline",
                "baseline",
                f"a response, change or flare needs a baseline: {say('baseline', 'first')}, "
                f"{made('flagged')} or {made('on_or_before')}.",
            )
            return np.full(len(self.visits.labels), NONE)
        return self.chosen(self.baseline_rule, "the baseline")

    @cached_property
    def baseline(self) -> Positions:
        """Each row's baseline row."""
        if self._given_rows is not None:
            return self._given_rows
        return self.visits.per_row(self.baseline_of_patients)

    @cached_property
    def after_baseline(self) -> NDArray[np.bool_]:
        """Which rows come after their baseline."""
        if self._given_rows is not None:
            return self.visits.after(self._given_rows)
        return self.visits.after_patients(self.baseline_of_patients)

    def judge_against(self, rows: Positions, *, marked_by: Positions) -> None:
        """Use these rows as the baseline of each row; they may differ within a patient.

        `marked_by` are the rows whose ESR decides for ``"esr-else-crp"``; without one, any visit.
        """
        self._given_rows, self._marked_by = rows, marked_by

    def chosen(self, rule: Any, what: str) -> Positions:
        """Return for each patient the row that a rule chooses, or `NONE`."""
        visits = self.visits
        if rule == "first":
            first = np.full(len(visits.labels), np.iinfo(np.int64).max)
            np.minimum.at(first, visits.patients, visits.dates)
            rows = np.flatnonzero(visits.dates == visits.per_row(first))
        elif rule.per_variable:
            own = self.own_baselines(rule)
            return own.dated(own.there)
        elif isinstance(rule, Flagged):
            return self.flagged_rows(rule.column)
        else:
            rows = self.last_rows(rule, np.ones(self.size, dtype=bool))
            what = f"the last visit {rule.words}"
        return self._one_of_each(rows, what)

    def flagged_rows(self, column: str) -> Positions:
        """Return each patient's row that a column flags, or `NONE`."""
        rows = np.flatnonzero(self.flag(column, blank=0.0) == 1)
        words = f"the visit flagged by {column}"
        return self._one_of_each(rows, words, "Flag the one that counts alone.")

    def _one_of_each(self, rows: Positions, what: str, advice: str = "") -> Positions:
        """Return the row of each patient, or `NONE`; report patients with two."""
        visits = self.visits
        per_patient, twice = visits.only_one(rows[visits.sure[rows]])
        if twice.size:
            self.with_two_baselines[visits.patients[twice]] = True
            self.refuse_two(twice, what, advice)
        return per_patient

    def own_baselines(self, rule: Any) -> OwnBaselines:
        """Return the baseline of each variable by itself."""
        if rule not in self._own_baselines:
            self._own_baselines[rule] = OwnBaselines(self, rule)
        return self._own_baselines[rule]

    def own_of(self, reference: Any) -> OwnBaselines | None:
        """Return the baselines of each variable, if the reference is such a rule."""
        rule = self.baseline_rule if reference == "baseline" else reference
        each = getattr(rule, "per_variable", False) and self._given_rows is None
        return self.own_baselines(rule) if each else None

    def baseline_of(self, name: str) -> Positions:
        """Return for each row the baseline row of a variable."""
        own = self.own_of("baseline")
        return self.baseline if own is None else self.visits.per_row(own.rows(name))

    @cached_property
    def with_two_baselines(self) -> NDArray[np.bool_]:
        """Which patients have two rows that could be their baseline or reference."""
        return np.zeros(len(self.visits.labels), dtype=bool)

    def refuse_two(self, rows: Positions, what: str, advice: str = "") -> None:
        """Report that several rows of a patient could be its baseline or reference."""
        advice = advice or (
            f"Flag the one that counts in a column, one row of each patient, and name that: "
            f"{made('flagged')}."
        )
        who = self.visits.patients[rows]
        codes = list(dict.fromkeys(who.tolist()))
        pairs = [
            " and ".join(self.places[row] for row in rows[who == each]) for each in codes[:SHOWN]
        ]
        self.refuse(
            "two-baselines",
            "date",
            f"two rows can be {what} of a patient: {listing(pairs, total=len(codes))}. {advice}",
            rows=rows,
        )

    def dates_beside(self, column: str) -> NDArray[np.int64]:
        """Return a column of dates on the scale of the visits' dates, `NO_DATE` where missing."""
        dates, per_day, known = self.dates(column, column, gaps=True)
        if per_day == self.visits.per_day or not known.any():
            return dates
        if CALENDAR in (per_day, self.visits.per_day):
            self.refuse("dates-and-study-days", column, other_kind(column, per_day))
            return np.full(self.size, NO_DATE)
        scaled = np.where(known, dates, 0) * self.visits.per_day / per_day
        return np.where(known, np.floor(scaled).astype(np.int64), dates)

    def date_of_patients(self, column: str) -> NDArray[np.int64]:
        """Return the date that a column gives the patient of each row; report two dates of a patient."""
        values, visits = self.dates_beside(column), self.visits
        given = np.flatnonzero(values != NO_DATE)
        per_patient = np.full(len(visits.labels), NO_DATE, dtype=np.int64)
        per_patient[visits.patients[given]] = values[given]
        differ = given[per_patient[visits.patients[given]] != values[given]]
        if differ.size:
            who = [str(visits.labels[code]) for code in np.unique(visits.patients[differ])]
            self.refuse(
                "several-dates",
                column,
                f"column {column!r} gives patient {listing(who)} more than one date; it "
                f"must give each patient one.",
                values=who,
            )
        return per_patient[visits.patients]

    def last_rows(self, rule: OnOrBefore, known: NDArray[np.bool_]) -> Positions:
        """Return the last `known` rows of each patient on or before a date."""
        visits = self.visits
        limit = self.date_of_patients(rule.column)
        wait = np.where(limit == NO_DATE, NONE, limit - visits.dates)
        most = np.inf if rule.days is None else rule.days * visits.per_day
        early = np.flatnonzero(known & visits.sure & (wait >= 0) & (wait <= most))
        last = np.full(len(visits.labels), NO_DATE, dtype=np.int64)
        np.maximum.at(last, visits.patients[early], visits.dates[early])
        is_last: NDArray[np.bool_] = visits.dates[early] == last[visits.patients[early]]
        return early[is_last]

    def days_since(self, rows: Positions) -> NDArray[np.float64]:
        """Return the days since an earlier row; meaningless where there is none."""
        visits = self.visits
        if not visits.size:
            return np.zeros(0)
        days: NDArray[np.float64] = (
            visits.dates - visits.dates[np.maximum(rows, 0)]
        ) / visits.per_day
        return days

    def month_of(self, windows: Any) -> NDArray[np.float64]:
        """Return the month whose window of days after baseline each row is in, NaN for none."""
        days, months = self.days_since(self.baseline), np.full(self.size, np.nan)
        for month, (first, last) in windows:
            months[(self.baseline >= 0) & (days >= first) & (days <= last)] = month
        return months

    def after(self, rows: Positions) -> NDArray[np.bool_]:
        """Return which rows come after the earlier one that they are judged against."""
        self.judged_against = rows
        return self.after_baseline if rows is self.baseline_or_none else self.visits.after(rows)

    @property
    def baseline_or_none(self) -> Positions | None:
        """The `baseline` of each row, if it has been computed already."""
        return vars(self).get("baseline")

    # --- the acute-phase reactant

    @cached_property
    def marker(self) -> str:
        """Which reactant the call uses: ``"esr"``, ``"crp"`` or ``"esr-else-crp"``."""
        if self.marker_rule is not None:
            return self.marker_rule
        there = [name for name in MARKERS if self.has(name)]
        if len(there) == 1:
            return there[0]
        if there:
            self.refuse(
                "both-markers",
                "marker",
                f"the table has both ESR and CRP: say which one counts, {say('marker', 'esr')} or "
                f"{say('marker', 'crp')} (or 'esr-else-crp', per patient).",
            )
        else:
            words = "the table has neither a column 'esr' nor 'crp', and an acute-phase reactant is needed"
            self.refuse("no-marker", "esr", f"{words}. {capital(self.absent('esr').about(()))}")
        return MARKERS[0]

    @cached_property
    def uses_esr(self) -> NDArray[np.bool_]:
        """With ``"esr-else-crp"``, which rows are of patients whose reactant is ESR."""
        esr = ~np.isnan(self.values("esr"))
        own = self.own_of("baseline")
        if own is not None:
            return self.visits.per_row(own.rows(MARKERS[0])) >= 0
        if self.baseline_rule is not None and self._marked_by is None:
            return np.append(esr, False)[self.baseline]
        any_esr = np.zeros(len(self.visits.labels), dtype=bool)
        np.logical_or.at(any_esr, self.visits.patients, esr)
        of_patient = any_esr[self.visits.patients]
        if self._marked_by is None:
            return of_patient
        return np.where(self._marked_by >= 0, esr[self._marked_by], of_patient)

    @cached_property
    def reactant(self) -> tuple[str, NDArray[np.float64]]:
        """The name and the values of the reactant, the same one at all visits of a patient."""
        return (MIXED if self.marker == ESR_ELSE_CRP else self.marker), self._of_marker("")

    def _of_marker(self, ending: str) -> NDArray[np.float64]:
        """Return the reactant of each row, or its variable with this ending."""
        if self.marker != ESR_ELSE_CRP:
            return self.values(f"{self.marker}{ending}")
        uses_esr = self.uses_esr
        return np.where(uses_esr, *(self.values(f"{name}{ending}") for name in MARKERS))

    def upper_limit(self, given: Any) -> Any:
        """Return the upper limit of normal of the reactant: a number, a column, or the usual one."""
        if given is None or (isinstance(given, Column) and self._is_limit_of_one(given.name)):
            return self._of_marker("_upper_limit")
        if isinstance(given, Column):
            name = self.marker if self.marker in MARKERS else "marker"
            return self.floats(given.name, f"{name}_upper_limit")
        if self.marker == ESR_ELSE_CRP:
            raise RequestError(
                f"{say('upper_limit')} is a limit of ESR or of CRP, and by {say('marker', ESR_ELSE_CRP)} some "
                f"patients have the one and some the other: give a column, "
                f"{made('column', 'your column')}.",
                variable="upper_limit",
            )
        return given

    def _is_limit_of_one(self, column: str) -> bool:
        """Return whether a column holds the limit of one reactant while patients differ in theirs.

        Then each patient needs the limit of its own reactant; if that is absent, it raises.
        """
        limits = {self.column(f"{name}_upper_limit"): name for name in MARKERS}
        named = [name for name in MARKERS if name in column.casefold()]
        if self.marker != ESR_ELSE_CRP or not (column in limits or len(named) == 1):
            return False
        if column in limits and all(limit in self.frame for limit in limits):
            return True
        both = {f"{name}_upper_limit": f"your limit of {name.upper()}" for name in MARKERS}
        raise RequestError(
            f"{say('upper_limit')} names {column!r}, the limit of one reactant, and by "
            f"{say('marker', ESR_ELSE_CRP)} some patients have ESR and some CRP. Name the limits of "
            f"both, {say('columns', both)}, and give one of them; or give a column with the limit "
            f"of each row's reactant.",
            variable="upper_limit",
            values=(column,),
        )

    # --- scores and core sets

    def score(self, name: str) -> NDArray[np.float64]:
        """Return a score of every row."""
        if name not in self._read:
            score = lookup(Score, name, parameter="measures")
            self.require(score.inputs)
            self._read[name] = self._of_reactant(score, partial(score_arrays, score))
        return self._read[name]

    def terms(self, name: str) -> dict[str, NDArray[np.float64]]:
        """Return the terms of a score of every row."""
        score = lookup(Score, name, parameter="measures")
        return {
            term: self._of_reactant(
                score, lambda inputs, term=term: score_terms(score, inputs)[term]
            )
            for term in term_names(score)
        }

    def _of_reactant(self, score: Score, compute: Any, read: Any = None) -> NDArray[np.float64]:
        """Return what is computed of a score's inputs, by the reactant of each row."""
        values = read or self.values
        inputs = {each: values(each) for each in score.inputs}
        if not score.either:
            return np.asarray(compute(inputs))
        if self.marker != ESR_ELSE_CRP:
            return np.asarray(compute({**inputs, self.marker: values(self.marker)}))
        by_esr, by_crp = (compute({**inputs, name: values(name)}) for name in MARKERS)
        return np.asarray(np.where(self.uses_esr, by_esr, by_crp))

    @cached_property
    def core_set(self) -> Mapping[str, NDArray[np.float64]]:
        """The six variables of every row."""
        self.require(CORE_VARIABLES)
        name, values = self.reactant
        return {**{core: self.values(core) for core in CORE_VARIABLES}, name: values}

    def earlier(self, rows: Positions) -> Mapping[str, Gathered]:
        """Return the six variables of each row's earlier visit."""
        self.compared.append(rows)
        core_set = self.core_set
        if rows is self.baseline_or_none and self._given_rows is None:
            # One for each patient: far fewer values to look up among.
            of_patients, rows = self.baseline_of_patients, self.visits.patients
            core_set = {
                name: values.take(of_patients, mode="clip") if values.size else values
                for name, values in core_set.items()
            }
        return {name: Gathered(values, rows) for name, values in core_set.items()}

    # --- what is shown beside the answers

    def raters(self) -> tuple[NDArray[np.int64], list[str]]:
        """Return who rated the patient global: a code for each row, −1 missing, and the words.

        Case and blanks around a word make no other rater.
        """
        import pandas as pd

        role = "patient_global_rater"
        none = np.full(self.size, NONE), ()
        codes, words = self._codes(self.column(role), role) or none
        plain, raters = pd.factorize(
            np.array([str(word).strip().lower() for word in words], object)
        )
        return np.append(plain, NONE)[codes].astype(np.int64), [str(rater) for rater in raters]

    def rater_column(self) -> list[Output]:
        """Return whether another person rated the patient global than at the visits compared with.

        Nothing where the table does not say who rated, or where no visit was compared with another;
        empty on the reference row and before it, and where one of the two raters is missing.
        """
        if not self.compared or self.column("patient_global_rater") not in self.frame:
            return []
        raters, _ = self.raters()
        same, other, unknown = np.zeros((3, self.size), dtype=bool)
        for rows in self.compared:
            after = self.visits.after(rows)
            earlier = raters[np.maximum(rows, 0)]
            known = (raters >= 0) & (earlier >= 0)
            unknown |= after & ~known
            other |= after & known & (raters != earlier)
            same |= after & known & (raters == earlier)
        changed = np.where(other, 1.0, np.where(same & ~unknown, 0.0, np.nan))
        return [Output("rater_changed", "flag", changed)]

    def which_counted(self) -> list[Output]:
        """Return the reactant of each row, if patients differ in theirs, and `rater_column`."""
        outputs = self.rater_column()
        if self.marker_rule == ESR_ELSE_CRP:
            marker = np.where(self.uses_esr, "esr", "crp").astype(object)
            outputs.insert(0, Output("marker", "word", marker))
        return outputs


def _there(rule: Flagged | OnOrBefore, frame: Frame) -> bool:
    """Return whether a table has the column of a rule, or that of any variable."""
    if isinstance(rule, Flagged) and rule.per_variable:
        return any(rule.of(name) in frame for name in VARIABLES)
    return rule.column in frame


class OwnBaselines:
    """The baseline of each variable by itself: its last value on or before a date, or one flagged.

    Parameters
    ----------
    table : Table
        The table.
    rule : OnOrBefore or Flagged
        On or before which date, and how many days at most; or which columns flag it.
    """

    def __init__(self, table: Table, rule: OnOrBefore | Flagged) -> None:
        self.table: Table = proxy(table)
        self.rule = rule
        self._rows: dict[str, Positions] = {}

    def rows(self, name: str) -> Positions:
        """Return each patient's row with the baseline of a variable, or `NONE`."""
        if name not in self._rows:
            self._rows[name] = self._found(name)
        return self._rows[name]

    def _found(self, name: str) -> Positions:
        table, rule = self.table, self.rule
        if isinstance(rule, OnOrBefore):
            last = table.last_rows(rule, ~np.isnan(self._measured(name)))
            return table._one_of_each(
                last, f"the last with a value of {name} {rule.words}", KEEP_ONE
            )
        if name == MIXED:
            esr, crp = map(self.rows, MARKERS)
            return np.where(esr >= 0, esr, crp)
        return table.flagged_rows(rule.of(name))

    def _measured(self, name: str) -> NDArray[np.float64]:
        """Return a variable of each row, or the reactant that counts there."""
        return self.table.reactant[1] if name == MIXED else self.table.values(name)

    def values(self, name: str) -> NDArray[np.float64]:
        """Return the baseline of a variable for each row, NaN where there is none."""
        return np.append(self._measured(name), np.nan)[self.table.visits.per_row(self.rows(name))]

    @property
    def there(self) -> list[str]:
        """The variables of the core set that the table has, and the reactant that counts."""
        table = self.table
        markers: list[str] = [name for name in MARKERS if table.has(name)]
        if len(markers) > 1:
            rule = table.marker_rule
            markers = [] if rule is None else [MIXED if rule == ESR_ELSE_CRP else rule]
        names = [*(name for name in CORE_VARIABLES if table.has(name)), *markers]
        own = self.rule
        return [
            name
            for name in names
            if isinstance(own, OnOrBefore) or name == MIXED or own.of(name) in table.frame
        ]

    def dated(self, names: Iterable[str]) -> Positions:
        """Return each patient's latest row among the baselines of variables, or `NONE`."""
        visits = self.table.visits
        rows = np.vstack([np.full(len(visits.labels), NONE), *map(self.rows, names)])
        dates = np.append(visits.dates, NO_DATE)[rows]
        latest: Positions = rows[dates.argmax(axis=0), np.arange(len(visits.labels))]
        return latest

    def compared(self, what: str) -> tuple[Positions, Any]:
        """Return the row that dates each row's baseline, and the values at baseline."""
        table = self.table
        values: Any
        if what == CORE_SET:
            names = list(table.core_set)
            values = {name: self.values(name) for name in names}
        elif what in VARIABLES:
            names, values = [what], self.values(what)
        else:
            score = lookup(Score, what, parameter="measures")
            table.require(score.inputs)
            markers = [table.reactant[0]] if score.either else []
            names = [*score.inputs, *markers]
            values = table._of_reactant(score, partial(score_arrays, score), self.values)
        rows = table.visits.per_row(self.dated(names))
        table.own_gaps = {name: np.isnan(self.values(name)) for name in names}
        if RATINGS[0] in names:
            rated = table.visits.per_row(self.rows(RATINGS[0]))
            table.compared.append(np.where(table.visits.after(rows), rated, NONE))
        return rows, values
