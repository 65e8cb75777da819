"""What a verdict answers for every row of a table, and the table as the source of its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from weakref import ref

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import definition_named, lookup
from jiascores.core.measure import CORE_SET, RESPONSE, VERDICTS, Bounded, Verdict
from jiascores.core.variables import ILAR_CATEGORIES, VARIABLES
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.baselines import (
    Best,
    Flagged,
    LastResponding,
    OnOrBefore,
    best_earlier,
    check_reference,
    highest_before,
    latest_earlier,
)
from jiascores.tables.frame import NONE, Output, Positions
from jiascores.tables.naming import Column
from jiascores.tables.table import KEEP_ONE, Gathered, Table

# What a table of visits can answer without a column for it.
INACTIVE = ("inactive_before", "inactive_now")


@attrs.frozen(eq=False)
class Given:
    """Reference rows that are given, so that no rule has to find them."""

    rows: Positions


def answered(
    table: Table,
    verdict: Verdict,
    definition: Any,
    options: Mapping[str, Any] = MappingProxyType({}),
    bound: Mapping[str, Any] = MappingProxyType({}),
    *,
    items: bool = False,
) -> tuple[Any, Rows]:
    """Return the answer of a verdict for every row and the source that it read; computed once."""
    key = (verdict.name, definition, tuple(options.items()), tuple(bound.items()), items)
    if key not in table.answers:
        source = Rows(table, bound, definition)
        answer = verdict.of(source, definition, options, items=items)
        table.answers[key] = (answer, source)
    return table.answers[key]


def response_of(table: Table, criteria: Any) -> Bounded:
    """Return the ACR Pedi response of every row against its baseline, with its bounds."""
    definition = lookup(ResponseCriteria, criteria, parameter="criteria")
    bounds: Bounded = answered(table, VERDICTS["acr_ped"], definition)[0]
    return bounds


def reference_rows(table: Table, rule: Any) -> Positions:
    """Return the position of the reference visit of each row, or `NONE`."""
    if isinstance(rule, Given):
        return rule.rows
    check_reference(rule)
    if rule == "baseline":
        return table.baseline
    if isinstance(rule, str):
        rule = {
            "end-of-lead-in": OnOrBefore(table.column("end_of_lead_in")),
            "last-responding": LastResponding(),
            "best": Best(),
        }[rule]
    if isinstance(rule, Flagged | OnOrBefore):
        return table.visits.per_row(table.chosen(rule, "the reference"))
    bounds = response_of(table, rule.criteria)
    if isinstance(rule, LastResponding):
        chosen = table.after_baseline & (bounds.lowest >= rule.level)
        rows = latest_earlier(table.visits, chosen)
        return _no_twins(table, rows, "the last responding visit", chosen.astype(np.float64))
    keys = np.where(table.after_baseline, bounds.known(), np.nan), table.score("jadas71")
    return _no_twins(table, best_earlier(table.visits, *keys), "the best visit", *keys)


def _no_twins(table: Table, rows: Positions, what: str, *keys: NDArray[np.float64]) -> Positions:
    """Return reference rows after checking that each is the only one of its date.

    Of two rows on a date that are equal in `keys`, the order of the table would choose one.
    """
    # Nearly every date has one row; only the others need to be looked at.
    visits, places = table.visits, np.arange(table.size)
    crowded = visits.day_starts != places
    crowded[visits.day_starts[crowded]] = True
    here = visits.order[crowded]
    keys_here = [visits.day_starts[crowded], *(np.nan_to_num(k[here], nan=NONE) for k in keys)]
    sorted_ = np.lexsort(tuple(reversed(keys_here)))
    same = np.ones(max(here.size - 1, 0), dtype=bool)
    for key in keys_here:
        same &= key[sorted_[1:]] == key[sorted_[:-1]]
    one, other = here[sorted_[1:][same]], here[sorted_[:-1][same]]
    used = np.zeros(table.size, dtype=bool)
    used[rows[rows >= 0]] = True
    twice = used[one] | used[other]
    if twice.any():
        rows_of_both = np.unique(np.concatenate((one[twice], other[twice])))
        table.refuse_two(rows_of_both, what, KEEP_ONE)
    return rows


class Rows:
    """A table as the source of the values of a rule. Names that are not bound are columns.

    Parameters
    ----------
    table : Table
        The table.
    bound : mapping of str
        For names of values, a column, one value for all rows, or a rule.
    definition : Definition
        By which the rule judges.
    """

    def __init__(self, table: Table, bound: Mapping[str, Any], definition: Any) -> None:
        # The table keeps its answers with the rows that they were read from: held in turn, both
        # would live on until the collector of cycles comes by.
        self._table = ref(table)
        self.bound = bound
        self.definition = definition
        self.size: int | None = table.size
        # What reading leaves for `Request.compute`: columns to show, and the earlier rows.
        self.shown: list[Output] = []
        self.rows: Positions | None = None

    @property
    def table(self) -> Table:
        """The table."""
        table = self._table()
        assert table is not None
        return table

    def values(self, name: str) -> Any:
        """Return a variable."""
        given = self.bound.get(name)
        if not isinstance(given, Column):
            if name in INACTIVE and not self.table.has(name):
                return self._inactive(name)
            return self.table.values(name)
        if VARIABLES[name].flag:
            return self.table.flag(given.name)
        return self.table.floats(given.name, name)

    def _inactive(self, name: str) -> NDArray[np.float64]:
        """Return inactive disease now or at the visit before, by the criteria that the definition names."""
        criteria = definition_named("inactive disease criteria", self.definition.inactive)
        answer, _ = answered(self.table, VERDICTS["inactive_disease"], criteria, {"markers": None})
        now: NDArray[np.float64] = answer.answer
        if name == "inactive_now":
            return now
        self.rows = latest_earlier(self.table.visits, np.ones(self.table.size, dtype=bool))
        return np.append(now, np.nan)[self.rows]

    def optional(self, name: str) -> Any:
        """Return a variable, or None if it is neither bound nor a column."""
        bound = isinstance(self.bound.get(name), Column)
        return self.values(name) if bound or self.table.has(name) else None

    def course(self, definition: Any) -> Any:
        """Return the place of each course among those of a definition."""
        given = self.bound.get("course")
        if isinstance(given, str):
            return float(definition.courses.index(given))
        if given is not None and not isinstance(given, Column):
            places, self.shown = given.places(self.table, definition)
            return places
        return self._places("course", definition.courses)

    def category(self) -> Any:
        """Return the place of each ILAR category."""
        return self._places("ilar_category", ILAR_CATEGORIES)

    def _places(self, what: str, words: Sequence[str]) -> NDArray[np.float64]:
        """Return the positions of words, from the column that is bound or that of this name."""
        given = self.bound.get(what)
        name = self.table.column(what) if given is None else given.name
        codes = self.table.word_codes(name, words, what)
        return np.where(codes < 0, np.nan, codes)

    def score(self, measure: str) -> Any:
        """Return a score."""
        return self.table.score(measure)

    def marker(self) -> Any:
        """Return the acute-phase reactant."""
        return self.table.reactant[1]

    def upper_limit(self, *, needed: bool) -> Any:
        """Return the upper limit of normal of the reactant, or None if it is not needed."""
        given = self.bound.get("upper_limit")
        return self.table.upper_limit(given) if needed or given is not None else None

    def month(self, _: Any) -> Any:
        """Return the month of each visit; months that the definition lacks have no answer."""
        windows = self.bound.get("within")
        return self.values("month") if windows is None else self.table.month_of(windows)

    def compared(self, parameter: str, what: str, options: Mapping[str, Any]) -> Any:
        """Return the values at this visit, or at the reference visit."""
        table = self.table
        if what == RESPONSE:
            return self._response(parameter, options["criteria"])
        if parameter == "now":
            return table.core_set if what == CORE_SET else self._value(what)
        reference = self.bound.get("reference", "baseline")
        own = table.own_of(reference)
        if own is not None:
            self.rows, values = own.compared(what)
            return values
        rows = self.rows = reference_rows(table, reference)
        if what == CORE_SET:
            return table.earlier(rows)
        if what not in VARIABLES:
            # A score reads the patient global, which another person may have rated.
            table.compared.append(rows)
        return Gathered(self._value(what), rows)

    def _value(self, what: str) -> NDArray[np.float64]:
        return self.table.values(what) if what in VARIABLES else self.table.score(what)

    def _response(self, parameter: str, criteria: Any) -> Bounded:
        """Return the response now, or the highest at any earlier visit since baseline."""
        table = self.table
        now = response_of(table, criteria)
        self.rows = table.baseline
        if parameter == "now":
            return now
        ends = (np.where(table.after_baseline, end, 0) for end in (now.lowest, now.highest))
        return Bounded(*(highest_before(table.visits, end) for end in ends))

    def contradiction(self, contradiction: Any) -> Any:
        """Report values that contradict each other, and return where they do."""
        wrong = np.broadcast_to(np.asarray(contradiction.where) == 1, (self.table.size,))
        rows = np.flatnonzero(wrong)
        if not rows.size:
            return None
        variable = list(contradiction.values)[-1]
        self.table.refuse(
            contradiction.reason,
            variable,
            contradiction.advice,
            column=self.table.column(variable),
            rows=rows,
            values=[contradiction.at(int(row)) for row in rows],
        )
        return wrong
