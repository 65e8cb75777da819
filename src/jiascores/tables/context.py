"""What the requests of one call share: values once read, baselines and responses once found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.definition import lookup
from jiascores.core.errors import (
    SHOWN,
    ColumnError,
    InconsistentError,
    MarkerError,
    NotCoveredError,
    RequestError,
    listing,
    suggestion,
)
from jiascores.core.values import number
from jiascores.core.measure import Score, score_arrays, score_terms
from jiascores.core.variables import CORE_VARIABLES, MARKERS, VARIABLES
from jiascores.measures.response import ResponseCriteria, response_levels
from jiascores.tables.baselines import BaselineRule, baseline_of_patients, flags, read_flag
from jiascores.tables.columns import (
    CONTRADICTION,
    Blanked,
    Column,
    Frame,
    Names,
    Output,
    Places,
    absent,
    contradicting,
    nearest,
    read,
    read_raters,
)
from jiascores.tables.refusals import about_words, distinct, named
from jiascores.tables.visits import (
    NONE,
    Positions,
    Visits,
    codes_of,
    list_of,
    other_words,
    read_visits,
)

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


JOINT_COUNTS = ("active_joints", "active_joints_27")


def check_marker(marker: object) -> None:
    """Raise where `marker` is none of the choices."""
    if marker is not None and not (isinstance(marker, str) and marker in MARKER_RULES):
        choices = "; ".join(f"{name!r}: {words}" for name, words in MARKER_RULES.items())
        near = suggestion(str(marker), MARKER_RULES)
        raise RequestError(f"marker={marker!r}: choose {choices}.{near}", variable="marker")


@attrs.frozen(eq=False)
class Gathered:
    """Values of other rows, looked up block by block so that no copy of a column is held."""

    values: NDArray[Any]
    rows: Positions

    def __getitem__(self, block: slice) -> NDArray[Any]:
        # A row without an earlier one is left out later; here it may stand for any.
        return self.values.take(self.rows[block], mode="clip")


class Context:
    """The table of one call, read as far as its requests need it."""

    def __init__(
        self,
        frame: Frame,
        names: Names,
        *,
        baseline: BaselineRule | None,
        marker: str | None,
        invalid: Literal["raise", "missing"],
    ) -> None:
        check_marker(marker)
        if invalid not in ("raise", "missing"):
            raise RequestError(
                f"invalid={invalid!r}: choose 'raise' or 'missing'.", variable="invalid"
            )
        self.frame = frame
        self.names = names
        self.places = Places(frame, names)
        self.baseline_rule = baseline
        self.marker_rule = marker
        self.invalid: Literal["raise", "missing"] = invalid
        self.blanked: list[Blanked] = []
        self._values: dict[str, NDArray[np.float64]] = {}
        self._sure: dict[str, NDArray[np.bool_]] = {}
        self._compared: list[Positions] = []
        self._judged_against: Positions | None = None
        self._codes: dict[str, tuple[Positions, Any]] = {}
        self._responses: dict[Any, tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = {}

    @property
    def size(self) -> int:
        """How many rows there are."""
        return self.frame.size

    def has(self, name: str) -> bool:
        """Return whether the table has this variable."""
        return self.names.there(name, self.frame)

    def values(self, name: str) -> NDArray[np.float64]:
        """Return a variable, read and checked once."""
        if name not in self._values:
            values, blanked = read(self.frame, name, self.names, self.places, invalid=self.invalid)
            if blanked is not None:
                self.blanked.append(blanked)
            if name in JOINT_COUNTS:
                values = self._beside_the_other_count(name, values)
            self._values[name] = values
        return self._values[name]

    def _beside_the_other_count(
        self, name: str, values: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return a joint count, checked against the other one where the table has both.

        The other is looked at also where no request needs it: a row in which the two contradict
        each other is wrong, whichever was asked for.
        """
        other = next(count for count in JOINT_COUNTS if count != name)
        if not self.has(other):
            return values
        beside, _ = read(self.frame, other, self.names, self.places, invalid="missing")
        counts = {name: values, other: beside}
        wrong = contradicting(*(counts[count] for count in JOINT_COUNTS))
        if not wrong.any():
            return values
        rows = np.flatnonzero(wrong)
        if self.invalid == "missing":
            self.blanked.append(Blanked(name, rows, values[rows].astype(object)))
            return np.where(wrong, np.nan, values)
        pairs = [tuple(counts[count][row] for count in JOINT_COUNTS) for row in rows]
        shown = [
            f"{full:g} of 71 and {reduced:g} of 27 in {self.places[row]}"
            for (full, reduced), row in zip(pairs[:SHOWN], rows[:SHOWN], strict=True)
        ]
        raise InconsistentError(
            f"{' and '.join(JOINT_COUNTS)} = {listing(shown, total=len(rows))}. {CONTRADICTION}",
            variable=" and ".join(JOINT_COUNTS),
            values=pairs,
            where=[self.places[row] for row in rows[:SHOWN]],
        )

    def optional(self, name: str) -> NDArray[np.float64] | None:
        """Return a variable where the table has it."""
        return self.values(name) if self.has(name) else None

    # --- visits

    @cached_property
    def visits(self) -> Visits:
        """Who was seen when."""
        return read_visits(self.frame, self.names, self.places)

    @property
    def compares_visits(self) -> bool:
        """Whether anything so far has compared visits of a patient."""
        return "visits" in vars(self)

    @cached_property
    def baseline_of_patients(self) -> Positions:
        """Each patient's baseline row, by code."""
        if self.baseline_rule is None:
            raise RequestError(
                "a response, change or flare needs a baseline: baseline='first', "
                "jia.flagged('column') or jia.on_or_before('column').",
                variable="baseline",
            )
        return baseline_of_patients(self.visits, self.frame, self.baseline_rule)

    @cached_property
    def baseline(self) -> Positions:
        """Each row's baseline row."""
        return self.visits.per_row(self.baseline_of_patients)

    @cached_property
    def after_baseline(self) -> NDArray[np.bool_]:
        """Which rows come after their baseline."""
        return self.visits.after_patients(self.baseline_of_patients)

    def after(self, rows: Positions) -> NDArray[np.bool_]:
        """Return which rows come after the earlier one that they are judged against."""
        self._judged_against = rows
        return self.visits.after(rows)

    @property
    def judged_against(self) -> Positions | None:
        """The earlier row that each row is judged against; none where visits stand alone."""
        if self._judged_against is None and "after_baseline" in vars(self):
            return self.baseline
        return self._judged_against

    # --- the acute-phase reactant

    @cached_property
    def marker(self) -> str:
        """Which reactant the call uses: ``"esr"``, ``"crp"`` or ``"esr-else-crp"``."""
        there = [name for name in MARKERS if self.has(name)]
        if self.marker_rule == ESR_ELSE_CRP or (self.marker_rule and self.marker_rule in there):
            return self.marker_rule
        if self.marker_rule:
            return self._absent_marker(self.marker_rule)
        if len(there) == 1:
            return there[0]
        if there:
            raise MarkerError(
                "the table has both ESR and CRP: say which one counts, marker='esr' or "
                "marker='crp' (or 'esr-else-crp', per patient).",
                variable="marker",
            )
        return self._absent_marker("esr")

    def _absent_marker(self, name: str) -> str:
        if self.marker_rule is None:
            raise MarkerError(
                f"the table has neither a column 'esr' nor 'crp', and this request needs an "
                f"acute-phase reactant. {absent('esr', self.frame, self.names)}",
                variable="esr and crp",
            )
        self.values(name)
        return name

    @cached_property
    def uses_esr(self) -> NDArray[np.bool_]:
        """By ``"esr-else-crp"``, which rows belong to patients whose reactant is ESR."""
        esr = ~np.isnan(self.values("esr"))
        if self.baseline_rule is not None:
            return (self.baseline >= 0) & esr[np.maximum(self.baseline, 0)]
        any_esr = np.zeros(len(self.visits.labels), dtype=bool)
        np.logical_or.at(any_esr, self.visits.patients, esr)
        return any_esr[self.visits.patients]

    @cached_property
    def reactant(self) -> tuple[str, NDArray[np.float64]]:
        """The reactant's name and values, the same one at all visits of a patient."""
        if self.marker != ESR_ELSE_CRP:
            return self.marker, self.values(self.marker)
        return MIXED, np.where(self.uses_esr, self.values("esr"), self.values("crp"))

    @cached_property
    def core_set(self) -> Mapping[str, NDArray[np.float64]]:
        """The six variables of every row."""
        name, values = self.reactant
        return {**{core: self.values(core) for core in CORE_VARIABLES}, name: values}

    def earlier(self, rows: Positions) -> Mapping[str, Gathered]:
        """Return the six variables of each row's earlier visit."""
        self.compared(rows)
        if rows is self.__dict__.get("baseline"):
            # One for each patient: far fewer values to look up among.
            of_patients, rows = self.baseline_of_patients, self.visits.patients
            core_set = {
                name: values.take(of_patients, mode="clip") if values.size else values
                for name, values in self.core_set.items()
            }
        else:
            core_set = dict(self.core_set)
        return {name: Gathered(values, rows) for name, values in core_set.items()}

    def compared(self, rows: Positions) -> None:
        """Note that patient globals were compared, so that a change of rater matters."""
        self._compared.append(rows)

    # --- scores and responses that several requests use

    def score(self, name: str) -> NDArray[np.float64]:
        """Return a score of every row."""
        score = lookup(Score, name, parameter="measures")
        inputs = {each: self.values(each) for each in score.inputs}
        if not score.either:
            return score_arrays(score, inputs)
        if self.marker != ESR_ELSE_CRP:
            return score_arrays(score, {**inputs, self.marker: self.values(self.marker)})
        by_esr = score_arrays(score, {**inputs, "esr": self.values("esr")})
        by_crp = score_arrays(score, {**inputs, "crp": self.values("crp")})
        return np.where(self.uses_esr, by_esr, by_crp)

    def terms(self, name: str) -> dict[str, NDArray[np.float64]]:
        """Return the terms of a score of every row."""
        score = lookup(Score, name, parameter="measures")
        inputs = {each: self.values(each) for each in score.inputs}
        if score.either and self.marker == ESR_ELSE_CRP:
            by_esr = score_terms(score, {**inputs, "esr": self.values("esr")})
            by_crp = score_terms(score, {**inputs, "crp": self.values("crp")})
            return {term: np.where(self.uses_esr, by_esr[term], by_crp[term]) for term in by_esr}
        if score.either:
            inputs[self.marker] = self.values(self.marker)
        return score_terms(score, inputs)

    @cached_property
    def jadas71(self) -> NDArray[np.float64]:
        """JADAS71 of every row."""
        return self.score("jadas71")

    def response(
        self,
        criteria: Any,
        *,
        policy: str = "interval",
        attended: Any = True,
        upper_limit: Any = None,
    ) -> tuple[NDArray[np.float64], NDArray[np.int16], NDArray[np.int16]]:
        """Return ACR Ped level, level_min and level_max of every row against its baseline."""
        definition = lookup(ResponseCriteria, criteria, parameter="criteria")
        beside = [None if one is None else id(one) for one in (attended, upper_limit)]
        key = (definition, policy, *beside)
        if key not in self._responses:
            febrile = definition.fever_limit is not None
            self._responses[key] = response_levels(
                definition,
                self.earlier(self.baseline),
                self.core_set,
                policy=policy,
                attended=attended,
                upper_limit=upper_limit,
                highest_temperature=self.values("highest_temperature") if febrile else np.nan,
            )
        return self._responses[key]

    # --- columns that a request names

    def upper_limit(self, given: Any) -> Any:
        """Return the upper limit of normal of the reactant, one number or a column."""
        if self.marker == ESR_ELSE_CRP:
            raise RequestError(
                f"upper_limit= is a limit of ESR or of CRP, and by marker={ESR_ELSE_CRP!r} some "
                f"patients have the one and some the other. Name one marker.",
                variable="upper_limit",
            )
        name = f"{self.marker}_upper_limit"
        if isinstance(given, Column):
            return self.floats(given.name, name)
        return number(given, VARIABLES[name])

    def floats(
        self, column: str, variable: str, *, code: float | None = None
    ) -> NDArray[np.float64]:
        """Return a named column as the values of a variable; a `code` is a gap."""
        key = f"{variable} in {column}" + ("" if code is None else f" but {code!r}")
        if key not in self._values:
            names = Names({**self.names.columns, variable: column}, self.names.units)
            values, blanked = read(
                self.frame, variable, names, self.places, invalid=self.invalid, code=code
            )
            if blanked is not None:
                self.blanked.append(blanked)
            self._values[key] = values
        return self._values[key]

    def flag(self, column: str) -> NDArray[np.float64]:
        """Return a named yes/no column as 1, 0 and NaN."""
        if self.invalid == "raise":
            return read_flag(self.frame, column, places=self.places)
        values, refused = flags(self.frame, column)
        self._blank(column, refused)
        return values

    def _blank(self, column: str, refused: Mapping[int, Any]) -> None:
        """Note once what is left out of a named column."""
        if refused and all(blanked.name != column for blanked in self.blanked):
            values = np.array(list(refused.values()), dtype=object)
            self.blanked.append(Blanked(column, np.array(list(refused)), values))

    def surely(self, column: str) -> NDArray[np.bool_]:
        """Return a named yes/no column that must have no gap."""
        if column in self._sure:
            return self._sure[column]
        found = read_flag(self.frame, column, places=self.places)
        gaps = np.flatnonzero(np.isnan(found))
        if gaps.size:
            shown = listing((self.places[row] for row in gaps[:SHOWN]), total=gaps.size)
            raise RequestError(
                f"column {column!r} must say True or False for every row, and has gaps: {shown}.",
                variable=column,
                where=[self.places[row] for row in gaps[:SHOWN]],
            )
        self._sure[column] = found.astype(bool)
        return self._sure[column]

    def words(self, column: str, allowed: Sequence[str], what: str) -> NDArray[Any]:
        """Return a column of words as objects, None where missing; others than these raise."""
        found: NDArray[Any] = np.array([*allowed, None], dtype=object)[
            self.word_codes(column, allowed, what)
        ]
        return found

    def word_codes(self, column: str, allowed: Sequence[str], what: str) -> Positions:
        """Return a column of words as positions in `allowed`, −1 where missing; others are refused.

        Parameters
        ----------
        column : str
            Name of the column.
        allowed : sequence of str
            The words that are understood.
        what : str
            What they say, for the message: a course, an ILAR category.
        """
        if column not in self.frame:
            raise ColumnError(
                f"the table has no column {column!r} for {what}."
                f"{nearest(column, self.frame.names)}",
                variable=what,
                values=(column,),
            )
        if column not in self._codes:
            self._codes[column] = codes_of(self.frame, column)
        codes, labels = self._codes[column]
        words = list_of(labels)
        position = {word: place for place, word in enumerate(allowed)}
        refused = other_words(codes, words, allowed)
        if self.invalid == "missing":
            self._blank(column, refused)
        elif refused:
            kinds = distinct(refused)
            raise NotCoveredError(
                f"column {column!r}: {what} = {named(kinds, self.places)}: "
                f"{about_words(kinds, allowed, column)}",
                variable=what,
                values=list(refused.values()),
                where=[self.places[at] for at in list(refused)[:SHOWN]],
            )
        return np.array([*(position.get(word, NONE) for word in words), NONE])[codes]

    def rater_column(self) -> list[Output]:
        """Return whether another person rated the patient global than at the visits compared with.

        Nothing where the table does not say who rated, or where no visit was compared with another;
        empty on the reference row and before it, and where one of the two raters is missing.
        """
        if not self._compared or not self.has("patient_global_rater"):
            return []
        raters, _ = read_raters(self.frame, self.names)
        same, other, unknown = np.zeros((3, self.size), dtype=bool)
        for rows in self._compared:
            after = self.visits.after(rows)
            earlier = raters[np.maximum(rows, 0)]
            known = (raters >= 0) & (earlier >= 0)
            unknown |= after & ~known
            other |= after & known & (raters != earlier)
            same |= after & known & (raters == earlier)
        changed = np.where(other, 1.0, np.where(same & ~unknown, 0.0, np.nan))
        return [Output("rater_changed", "flag", changed)]

    def marker_column(self) -> Output:
        """Return which reactant counts for each row, where patients differ."""
        words = np.where(self.uses_esr, "esr", "crp").astype(object)
        return Output("marker", "word", words)

    def invalid_values(self) -> NDArray[Any]:
        """Return per row what was refused, in words; None where nothing was."""
        words: dict[int, list[str]] = {}
        for blanked in self.blanked:
            for position, value in zip(blanked.positions, blanked.values, strict=True):
                shown = f"{value:g}" if isinstance(value, float) else repr(value)
                words.setdefault(int(position), []).append(f"{blanked.name}={shown}")
        out = np.full(self.size, None, dtype=object)
        for position, found in words.items():
            out[position] = "; ".join(found)
        return out
