"""The rows of a parameter: what was observed, what was imputed, and what its baseline was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.adam.parameters import IMPUTED, Parameter, by_intervals, remission_of
from jiascores.adam.subjects import Subjects, words_where
from jiascores.core.definition import lookup
from jiascores.core.errors import RequestError, say
from jiascores.core.measure import CORE_SET, RESPONSE, Score, measure_of
from jiascores.core.variables import MARKERS, VARIABLES
from jiascores.tables.baselines import Best, LastResponding, reference_name
from jiascores.tables.frame import Positions
from jiascores.tables.naming import Column, column_of
from jiascores.tables.requests import Request
from jiascores.tables.table import OwnBaselines, Table

FloatArray = NDArray[np.float64]

DECIMALS = 10
COMPOSITE = "COMPOSITE"
NUMBERS = ("AVALMIN", "AVALMAX", "BASE", "CHG", "PCHG", "REFDT", "SRCSEQ")
TEXTS = ("AREASND", "BASEC", "ABLFL", "DTYPE", "SRCDOM", "SRCVAR")
REASON_LENGTH = 200
EITHER = "/".join(MARKERS)
# A source is a domain, a variable and, optionally, the column with the sequence number.
SOURCE_LENGTH = 3


@attrs.define(eq=False)
class Rows:
    """Turns the visits of a table into the rows of each parameter.

    Parameters
    ----------
    table : Table
        The visits.
    about : dict
        USUBJID, ADT, AVISIT, AVISITN and the carried columns of each row, and ``chosen``, whether
        it is the row that counts for its analysis visit.
    basetype : str
        The name of the baseline; if empty, that of its rule.
    sources : dict
        For each variable its domain, its variable there and, if known, the column with the
        sequence number.
    """

    table: Table
    about: Mapping[str, Any]
    basetype: str | None
    sources: Mapping[str, Any]
    # The baseline row of each row, and the baselines of each variable if they have their own.
    base: Positions | None = attrs.field(default=None, init=False)
    own: OwnBaselines | None = attrs.field(default=None, init=False)
    _kept: dict[str, tuple[pd.DataFrame, Positions]] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        table, rule = self.table, self.table.baseline_rule
        if rule is None:
            self.basetype = None
            return
        self.base, self.own = table.baseline, table.own_of("baseline")
        self.basetype = self.basetype or reference_name(rule).replace("-", " ").upper()

    def of_all(
        self, made: Iterable[Parameter], people: Subjects, due: Mapping[float, str]
    ) -> Iterator[pd.DataFrame]:
        """Yield the rows of parameters, with those of visits that were due and missed."""
        for parameter in made:
            yield from self._of(parameter)
            if due and parameter.policy == "nri":
                yield self._missed(parameter, people, due)

    def _of(self, parameter: Parameter) -> list[pd.DataFrame]:
        """Return the rows of one parameter."""
        if parameter.improved is not None:
            return [self._improvement(parameter, *self._kept[parameter.improved.column])]
        table, source = self.table, parameter.source
        ends: Any = (None,) * 3
        after, lowest, highest = source.reach(table) if isinstance(source, Request) else ends
        imputes = parameter.policy in IMPUTED
        values = self._values(parameter, by_intervals(source) if imputes else source)
        data = self._frame(parameter, self.about, values)
        judged, back, parts = np.ones(table.size, bool), None, []
        if after is None:
            parts = self._from_baseline(parameter, data)
        else:
            judged, back = after, np.asarray(table.judged_against)
            self._against(parameter, data, back)
            if parameter.against == "baseline":
                # Without a baseline, every answer is possible.
                judged = after | (back < 0)
                if lowest is not None:
                    lowest, highest = (np.where(back < 0, np.nan, end) for end in (lowest, highest))
        is_open = np.isnan(values) & judged
        ends = _ends(parameter, lowest, highest)
        data["AVALMIN"], data["AVALMAX"] = (np.where(is_open, end, np.nan) for end in ends)
        data["AREASND"] = self._reasons(parameter, is_open, back)
        if imputes:
            filled = self._values(parameter, source)
            if parameter.policy == "nri":
                filled = np.where(is_open & np.isnan(filled), 0, filled)
            new = judged & ~np.isnan(filled) & (filled != values)
            parts.append(_derived(parameter, data[new], filled[new], IMPUTED[parameter.policy]))
        return [data[judged], *parts]

    def _missed(
        self, parameter: Parameter, people: Subjects, due: Mapping[float, str]
    ) -> pd.DataFrame:
        """Return a row of non-responder imputation for each visit that was due and missed."""
        who, numbers = self.about["USUBJID"], np.asarray(self.about["AVISITN"], dtype=float)
        words = {**due, **dict(zip(numbers, self.about["AVISIT"], strict=True))}
        pairs = pd.MultiIndex.from_product([people.table.index, map(float, due)])
        pairs = pairs[~pairs.isin(list(zip(who, numbers, strict=True)))]
        about: dict[str, Any] = {
            **dict.fromkeys(self.about),
            "USUBJID": pairs.get_level_values(0),
            "AVISITN": pairs.get_level_values(1),
            "AVISIT": [words[number] for number in pairs.get_level_values(1)],
            "chosen": True,
            "ADT": np.nan,
        }
        return self._frame(parameter, about, np.zeros(len(pairs))).assign(DTYPE=IMPUTED["nri"])

    def _values(self, parameter: Parameter, source: Any) -> FloatArray:
        """Return AVAL of every row."""
        table = self.table
        if isinstance(source, str):
            return table.values(source)
        if isinstance(source, Column):
            if remission_of(source.name) is None:
                return table.flag(source.name)
            codes = table.word_codes(source.name, parameter.words, "remission")
            return np.where(codes < 0, np.nan, codes + 1.0)
        outputs = {each.name: each for each in source.compute(table)}
        level = getattr(source, "gives", "score") == "level"
        output = outputs[source.columns[0] if level else source.stem]
        values = np.asarray(output.data, dtype=np.float64)
        return np.where(values < 0, np.nan, values + 1) if output.kind == "state" else values

    def _frame(
        self, parameter: Parameter, about: Mapping[str, Any], values: FloatArray
    ) -> pd.DataFrame:
        """Return rows with these values; all other variables are empty."""
        made = {
            **parameter.columns,
            "PARAMTYP": None if parameter.recorded else "DERIVED",
            "AVAL": values,
            "AVALC": _words(parameter, values),
            "BASETYPE": self.basetype,
            **dict.fromkeys(NUMBERS, np.nan),
            **dict.fromkeys(TEXTS),
        }
        data = pd.DataFrame({**about, **made}, index=range(values.size))
        if parameter.recorded and parameter.column in self.sources:
            known = ~np.isnan(values)
            domain, variable, number = self._source(parameter.column)
            data["SRCDOM"], data["SRCVAR"] = (words_where(known, w) for w in (domain, variable))
            if number is not None:
                cells = pd.Series(self.table.frame.objects(number), dtype=object)
                data["SRCSEQ"] = pd.to_numeric(cells).where(known).astype(float)
        return data

    def _source(self, variable: str) -> tuple[str, str, str | None]:
        """Return the domain, the variable there and the sequence-number column of a variable."""
        given = self.sources[variable]
        texts = [] if isinstance(given, str) else [isinstance(each, str) for each in given]
        if texts[:2] != [True, True] or len(texts) > SOURCE_LENGTH:
            raise RequestError(
                f"{say('adam.sources')} says {given!r} of {variable}: give domain, variable and, if you have it, "
                f"the column of the sequence number, ('LB', 'LBSTRESN', jia.column('your column')).",
                variable="sources",
                values=(given,),
            )
        numbers = [column_of(self.table.frame, each, "sources") for each in given[2:]]
        return given[0], given[1], numbers[0] if numbers else None

    def _against(self, parameter: Parameter, data: pd.DataFrame, back: Positions) -> None:
        """Add the date of the reference visit, if it can differ between the rows of a subject."""
        rule = parameter.against
        if rule in ("last-responding", "best") or isinstance(rule, LastResponding | Best):
            days = data["ADT"].to_numpy(float)
            data["REFDT"] = np.where(back >= 0, days[np.maximum(back, 0)], np.nan)

    def _baseline(self, parameter: Parameter, values: FloatArray) -> tuple[Positions, Any] | None:
        """Return the baseline of each row: the row that holds or dates it, and its value."""
        source = parameter.source
        if self.base is None:
            return None
        if self.own is not None and isinstance(source, Request):
            # Only scores can be computed from parts that were recorded at several visits.
            score = isinstance(source.measure, Score)
            return self.own.compared(source.measure.name) if score else None
        rows = self.table.baseline_of(source) if isinstance(source, str) else self.base
        return rows, np.where(rows >= 0, values[np.maximum(rows, 0)], np.nan)

    def _from_baseline(self, parameter: Parameter, data: pd.DataFrame) -> list[pd.DataFrame]:
        """Add baseline and change; return rows for baselines that combine several visits."""
        values = data["AVAL"].to_numpy(float)
        found = self._baseline(parameter, values)
        if found is None:
            return []
        rows, base = found[0], np.asarray(found[1], dtype=float)
        here = (rows == np.arange(rows.size)) & ~np.isnan(base)
        data["BASE"], data["BASEC"] = base, _words(parameter, base)
        data["ABLFL"] = words_where(here & ~np.isnan(values), "Y")
        composite = here & np.isnan(values)
        made = _derived(parameter, data[composite], base[composite], COMPOSITE).assign(ABLFL="Y")
        if not parameter.words:
            change = np.round(
                np.where(self.table.visits.after(rows), values - base, np.nan), DECIMALS
            )
            data["CHG"], share = change, np.full(base.size, np.nan)
            np.divide(100 * change, base, out=share, where=base != 0)
            data["PCHG"] = np.round(share, DECIMALS)
            self._kept[parameter.column] = data, rows
        return [made]

    def _improvement(self, parameter: Parameter, of: pd.DataFrame, rows: Positions) -> pd.DataFrame:
        """Return the rows of the improvement from baseline in per cent."""
        values = 0.0 - of["PCHG"].to_numpy(float)
        data = self._frame(parameter, self.about, values)
        base = of["BASE"].to_numpy(float)
        why = np.select(
            [~np.isnan(values), rows < 0, np.isnan(base), base == 0],
            ["", "no baseline", "missing at baseline", "BASE is 0"],
            "missing",
        )
        data["AREASND"] = words_where(why != "", why)
        return data[self.table.visits.after(rows) | (rows < 0)]

    def _reasons(self, parameter: Parameter, is_open: Any, back: Positions | None) -> NDArray[Any]:
        """Return for each open row which variables are missing, at the visit or at baseline."""
        table = self.table
        now, then = self._gaps(parameter, table.values), {}
        if back is not None and (is_open & (back >= 0)).any():
            at, own = np.maximum(back, 0), self.own
            then = self._gaps(
                parameter, lambda name: own.values(name) if own else table.values(name)[at]
            )
        otherwise = "not determinable" if now else f"missing: {parameter.column}"
        said = np.full(table.size, None, dtype=object)
        for row in np.flatnonzero(is_open):
            here = [name for name, gap in now.items() if gap[row]]
            words = [f"missing: {', '.join(here)}"] if here else []
            if back is not None and back[row] < 0:
                words.append("no baseline")
            elif there := [name for name, gap in then.items() if gap[row]]:
                words.append(f"missing at baseline: {', '.join(there)}")
            said[row] = ("; ".join(words) or otherwise)[:REASON_LENGTH]
        return said

    def _gaps(
        self, parameter: Parameter, read: Callable[[str], FloatArray]
    ) -> dict[str, NDArray[np.bool_]]:
        """Return where each variable that a parameter reads is missing.

        Of ESR and CRP, only what counts: the one that was chosen, or both if both are tested.
        """
        table, source = self.table, parameter.source
        gaps = {name: np.isnan(read(name)) for name in parameter.needs(table) if table.has(name)}
        if not isinstance(source, Request):
            return gaps
        reactants: dict[str, Any] = {n: np.isnan(read(n)) for n in MARKERS if table.has(n)}
        if _reads_reactant(source):
            if table.marker in MARKERS:
                return {**gaps, table.marker: reactants[table.marker]}
            counts = {"esr": table.uses_esr, "crp": ~table.uses_esr}
            return {**gaps, **{name: gap & counts[name] for name, gap in reactants.items()}}
        asked = {*MARKERS, EITHER} & {*source.criteria.needs}
        if "esr" not in source.measure.inputs or not asked:
            return gaps
        if EITHER in asked:
            # If one of the two was tested, the other is not missing.
            reactants = dict.fromkeys(reactants, np.all([*reactants.values()], axis=0))
        return {**gaps, **reactants}


def _reads_reactant(source: Request) -> bool:
    """Return whether a request reads the one reactant that was chosen for the table."""
    measure, criteria = source.measure, source.criteria
    if isinstance(measure, Score):
        return bool(measure.either)
    if "score" in measure.inputs:
        what = measure_of(criteria, dict(source.options))
    elif "now" in measure.inputs:
        what = criteria.compared
    else:
        return "marker" in measure.inputs
    if what in VARIABLES:
        return False
    return what in (CORE_SET, RESPONSE) or bool(lookup(Score, what, parameter="measure").either)


def _derived(
    parameter: Parameter, rows: pd.DataFrame, values: FloatArray, how: str
) -> pd.DataFrame:
    """Return copies of rows with derived values and DTYPE."""
    gone = {"AVALMIN": np.nan, "AVALMAX": np.nan, "AREASND": None, "ABLFL": None, "DTYPE": how}
    gone |= {"SRCDOM": None, "SRCVAR": None, "SRCSEQ": np.nan}
    return rows.assign(AVAL=values, AVALC=_words(parameter, values), **gone)


def _words(parameter: Parameter, values: FloatArray) -> NDArray[Any]:
    """Return AVALC, the word for each value."""
    if not parameter.words:
        return np.full(values.size, None, dtype=object)
    words: NDArray[Any] = np.array([*parameter.words, None], dtype=object)
    at = np.where(np.isnan(values), -1, np.nan_to_num(values) - parameter.first)
    found: NDArray[Any] = words[at.astype(np.int64)]
    return found


def _ends(parameter: Parameter, lowest: Any, highest: Any) -> tuple[Any, Any]:
    """Return the lowest and the highest value that an undetermined answer can have."""
    ranks: Any = range(parameter.first, parameter.first + len(parameter.words))
    ranks = (0, *parameter.definition.levels) if lowest is not None and not ranks else ranks
    low, high = (float(ranks[0]), float(ranks[-1])) if ranks else (np.nan, np.nan)
    if lowest is None:
        return low, high
    return np.where(np.isnan(lowest), low, lowest), np.where(np.isnan(highest), high, highest)
