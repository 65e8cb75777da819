"""`agreement`: how well two columns of words agree, where their vocabularies allow the question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.definition import published
from jiascores.core.errors import RequestError, is_among, listing, require, shown
from jiascores.measures.states import CutoffSet
from jiascores.statistics.agreement import Agreement, Weights, kappa_of
from jiascores.statistics.base import CONFIDENCE, confidence_of
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import NONE, Frame, list_of
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, column_of
from jiascores.tables.summaries import STATES_IN_ORDER
from jiascores.tables.table import Table

Nested = Mapping[str, Sequence[str]]


@as_declared
def agreement(
    visits: Any,
    one: Column,
    other: Column,
    *,
    weights: Weights | None = None,
    order: Sequence[str] | None = None,
    nested: Mapping[str, Sequence[str]] | None = None,
    confidence: float = CONFIDENCE,
    columns: ColumnNames | None = None,
) -> Agreement:
    """Return how well two columns of words agree: Cohen's kappa.

    Parameters
    ----------
    visits : data frame
        One row for each visit. Without a column for the patient, each row is another patient.
    one, other : Column
        Two columns of words of one vocabulary, for example states by two cut-off sets.
    weights : {"linear", "quadratic"}, optional
        Count a disagreement by its distance, or by the square of it; left out, all count alike.
    order : list of str, optional
        The words in order, for weights; needed unless they are states, numbers, or the words of
        an ordered column of categories.
    nested : dict, optional
        Which words of the finer vocabulary a word of the coarser one holds:
        ``{"moderate_or_high": ["moderate", "high"]}``. They count as that word in both columns.
    confidence : float
        Of the interval of kappa.
    columns : dict, optional
        Your own column names: ``{"patient": …}``.

    Returns
    -------
    Agreement
        Counts, the proportion that agrees, kappa and its interval; prints in one line.

    Raises
    ------
    RequestError
        If the columns have different vocabularies, a word is not among `order`, or weights have
        no order.
    MissingExtraError
        If scipy is not installed.

    See Also
    --------
    jiascores.analysis.transitions : One state at two visits.
    jiascores.prepare.compare_recorded : Recorded beside computed values.

    Notes
    -----
    Two columns of categories must have the same ones. Of plain text only the words are known that
    occur: they must all be of one cut-off set, or one column has no word that the other has not.

    The interval adds up the visits of each patient, so that it is right for several of each. There
    is none where agreement is perfect, a column has one word alone, or there are under 20 patients:
    it would have no width, or be too narrow.

    ====== ============ ============= =========== ========================================
    visit  one          other         counted     linear weight, of low, moderate, high
    ====== ============ ============= =========== ========================================
    1      low          low           agree       0
    2      low          moderate      differ      1
    3      low          missing       left out
    4      missing      missing       left out
    5      high         high          agree       0
    6      high         low           differ      2
    ====== ============ ============= =========== ========================================

    References
    ----------
    Cohen 1968, Psychol Bull 70:213; Fleiss, Cohen and Everitt 1969, Psychol Bull 72:323 (both
    recalled).

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"one": ["low", "low", "high", None, "high"],
    ...                        "other": ["low", "moderate", "high", "low", "low"]})
    >>> print(jia.analysis.agreement(visits, jia.column("one"), jia.column("other")))
    kappa 0.2000 (no interval: fewer than 20 patients), unweighted; 0.5000 agree; 4 visits of 4 patients, 1 left out
    """
    confidence = confidence_of(confidence)
    known = get_args(Weights)
    words = f"weights={shown(weights)}: choose {' or '.join(map(repr, known))}, or leave it out."
    require(weights is None or is_among(weights, known), words, "weights", weights)
    frame = Frame(to_eager(visits))
    pair = [_read(frame, one, "one"), _read(frame, other, "other")]
    if nested is not None:
        pair = _collapsed(pair, nested)
    if order is None:
        _refuse_different(*pair)
    there = _in_order(pair, order, needed=weights is not None)
    places = [_places(column, there) for column in pair]
    both = np.flatnonzero((places[0] >= 0) & (places[1] >= 0))
    first, second = (place[both] for place in places)
    _, who = np.unique(_patients(frame, columns)[both], return_inverse=True)
    counts = np.zeros((len(there), len(there)), dtype=np.int64)
    np.add.at(counts, (first, second), 1)
    kappa, low, high, why_not = kappa_of(
        first, second, who, size=len(there), weights=weights, confidence=confidence
    )
    return Agreement(
        visits=both.size,
        left_out=frame.size - both.size,
        patients=np.unique(who).size,
        words=tuple(there),
        counts=tuple(map(tuple, counts.tolist())),
        agree=float(np.trace(counts) / both.size) if both.size else np.nan,
        kappa=kappa,
        low=low,
        high=high,
        why_not=why_not,
        weights=weights,
        confidence=confidence,
    )


@attrs.frozen(eq=False)
class _Words:
    """A column of words: each row's place among the labels, and what is known of the vocabulary."""

    name: str
    codes: NDArray[np.int64]
    labels: list[str]
    declared: list[str] | None
    ordered: bool

    @property
    def vocabulary(self) -> list[str]:
        """All its words, as far as they are known."""
        return self.labels if self.declared is None else self.declared


def _read(frame: Frame, given: Any, parameter: str) -> _Words:
    name = column_of(frame, given, parameter)
    codes, labels = frame.codes(name)
    declared, ordered = frame.categories(name)
    return _Words(name, codes, list(map(str, list_of(labels))), declared, ordered)


def _collapsed(pair: Sequence[_Words], nested: Nested) -> list[_Words]:
    """Return columns in which a finer word is the coarser one that holds it."""
    coarse = {fine: word for word, fines in nested.items() for fine in fines}
    fines = [fine for each in nested.values() for fine in each]
    twice = sorted({fine for fine in fines if fines.count(fine) > 1})
    require(not twice, f"nested= has {listing(twice)} in two words.", "nested", *twice)
    there = {word for column in pair for word in column.vocabulary}
    absent = [word for word, fines in nested.items() if there.isdisjoint((word, *fines))]
    words = f"nested= names {listing(absent)}; the columns have {listing(sorted(there))}."
    require(not absent, words, "nested", *absent)

    def new(words: list[str]) -> list[str]:
        return [coarse.get(word, word) for word in words]

    return [
        attrs.evolve(
            column,
            labels=new(column.labels),
            declared=None if column.declared is None else list(dict.fromkeys(new(column.declared))),
        )
        for column in pair
    ]


def _refuse_different(one: _Words, other: _Words) -> None:
    """Raise where two columns cannot be of one vocabulary."""
    first, second = set(one.vocabulary), set(other.vocabulary)
    if one.declared is not None and other.declared is not None:
        alike = first == second
    else:
        sets = [set(bounds.states) for each in published(CutoffSet) for bounds in each.bounds]
        together = first | second
        if together <= set(STATES_IN_ORDER):
            alike = any(together <= known for known in sets)
        else:
            alike = first <= second or second <= first
    if not alike:
        raise RequestError(
            f"{one.name!r} has the words {listing(one.vocabulary)} and {other.name!r} "
            f"{listing(other.vocabulary)}: two vocabularies do not agree or disagree. Say which "
            f"words the coarser one joins, nested={{'coarse': ['fine', 'fine']}}, or, where both "
            f"have one vocabulary, all its words in order=[…].",
            variable="other",
            values=(one.name, other.name),
        )


def _in_order(pair: Sequence[_Words], order: Sequence[str] | None, *, needed: bool) -> list[str]:
    """Return all words of both columns in order; where it is needed, it must be known."""
    there = {word for column in pair for word in column.vocabulary}
    if order is not None:
        unknown = sorted(there - set(order))
        words = f"order= does not name {listing(unknown)}."
        require(not unknown and len(set(order)) == len(order), words, "order", *unknown)
        return list(order)
    for column in pair:
        if column.ordered and set(column.vocabulary) == there:
            return list(dict.fromkeys(column.vocabulary))
    if there <= set(STATES_IN_ORDER):
        return [word for word in STATES_IN_ORDER if word in there]
    try:
        return sorted(there, key=float)
    except ValueError:
        words = f"weights= needs the order of {listing(sorted(there))}: order=[…]."
        require(not needed, words, "order", *sorted(there))
        return sorted(there)


def _places(column: _Words, there: Sequence[str]) -> NDArray[np.int64]:
    place = {word: at for at, word in enumerate(there)}
    return np.array([*(place[word] for word in column.labels), NONE], dtype=np.int64)[column.codes]


def _patients(frame: Frame, columns: ColumnNames | None) -> NDArray[np.int64]:
    """Return whose each row is; without a column for it, its own."""
    name = Table(frame, columns).column("patient")
    if columns is None and name not in frame:
        return np.arange(frame.size)
    codes, _ = frame.codes(column_of(frame, Column(name), "patient"))
    return codes
