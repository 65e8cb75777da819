"""The shipped check values as cases for another implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs

from jiascores.catalogue.verification import (
    REFUSED,
    VISIT_FAMILIES,
    Failure,
    Row,
    cases_of,
    expected_of,
    failures_of,
    families,
    typed,
)
from jiascores.core.arguments import as_declared
from jiascores.core.errors import ArgumentError, listing, shown, suggestion

TOLERANCE = 1e-9
SHOWN = 10
# What several functions answer to is asked for by the name of one of them.
_BY_NAME_ALONE = ("visits", "states_from_parts")
# All scores by one function, which takes `measure`.
_EVERY_SCORE = "score"


@attrs.frozen
class Case:
    """One check value: what to call, and what must come out.

    Examples
    --------
    >>> import jiascores as jia
    >>> from jiascores.testing import conformance
    >>> case = conformance("jadas10")[0]
    >>> case.function, case.name, case.expected
    ('jadas10', 'floor', {'expected': 0.0})
    >>> jia.jadas10(**case.arguments)
    0.0
    """

    function: str
    """The jiascores function that is called."""
    name: str
    """What is special about it."""
    kind: str
    """The kind of its definition."""
    definition: str
    """The name of the definition."""
    arguments: dict[str, Any]
    """The keyword arguments of the call: numbers, core sets or tables."""
    expected: dict[str, Any]
    """What comes out, by the columns of the file: `expected` is the answer, `expected_min` and
    others what a result says beside it. None where it is missing; a list where a table goes in."""
    refused: bool
    """Whether the call must raise."""
    threshold: str
    """The number of the definition that it tests, where it tests one."""
    side: str
    """``"below"``, ``"at"`` or ``"above"`` that number."""
    mistake: str
    """The mistake seen elsewhere that it catches, if it was made for one."""


@as_declared
def conformance(kind: str, *, definition: str | None = None) -> list[Case]:
    """Return the check values that ship with jiascores as cases.

    Parameters
    ----------
    kind : str
        A function, such as ``"jadas71"``, ``"acr_ped"``, ``"disease_state"``, ``"chaq_di"``,
        ``"JointExam"`` or ``"retreatment"``; a kind of definitions, such as ``"flare criteria"``;
        or ``"score"`` for all scores.
    definition : str, optional
        Only the cases of this definition; it is then no longer among the arguments.

    Returns
    -------
    list of Case

    Raises
    ------
    ArgumentError
        If there are no check values of that kind or definition.

    Examples
    --------
    >>> from jiascores.testing import conformance
    >>> case = conformance("flare", definition="brunner-2002")[0]
    >>> case.name, case.expected
    ('given: H tiny values: floors matter', {'expected': True})
    """
    return [_case(kind, definition, family, rows) for family, rows in _asked(kind, definition)]


def _case(kind: str, definition: str | None, family: str, rows: Sequence[Row]) -> Case:
    of_visits = family in VISIT_FAMILIES
    asked = VISIT_FAMILIES[family] if of_visits else families()[family]
    first = rows[0]
    ask: Any = rows if of_visits else first
    expected = {name: [typed(row[name]) for row in rows] for name in expected_of(first)}
    return Case(
        function=asked.function(ask).__name__.removeprefix("_"),
        name=first["case"],
        kind=first["kind"],
        definition=first["definition"],
        arguments=_arguments(asked.arguments(ask), kind, definition, first),
        expected=expected if of_visits else {name: each[0] for name, each in expected.items()},
        refused=REFUSED in expected_of(first).values(),
        threshold=first["threshold"],
        side=first["side"],
        mistake=first["mistake"],
    )


@as_declared
def assert_same_answers(
    your_function: Callable[..., Any],
    kind: str,
    *,
    definition: str | None = None,
    refused: bool = True,
    tolerance: float = TOLERANCE,
) -> None:
    """Raise unless a function gives every check value of a kind.

    Parameters
    ----------
    your_function : callable
        Takes the keyword arguments of the jiascores function, see `Case.arguments`, and returns the
        same: a number, a word, True, False or None. Where ours returns a result of several parts,
        it returns the main one, or a mapping or object with parts of the same names.
    kind, definition : str
        Which check values, as for `conformance`.
    refused : bool
        Whether it must raise a `ValueError`, a `TypeError` or a `JiaScoresError` for values that
        are not allowed; False leaves those cases out.
    tolerance : float
        How far a number may be off.

    Raises
    ------
    AssertionError
        With the cases that differ.
    ArgumentError
        If there are no check values of that kind or definition.

    Examples
    --------
    >>> from jiascores.testing import assert_same_answers
    >>> def cjadas10(physician_global, patient_global, active_joints):
    ...     if None in (physician_global, patient_global, active_joints):
    ...         return None
    ...     return physician_global + patient_global + min(active_joints, 10)
    >>> assert_same_answers(cjadas10, "cjadas10", refused=False)
    """
    failures: list[Failure] = []
    ran = 0
    for family, rows in _asked(kind, definition):
        if not refused and any(REFUSED in expected_of(row).values() for row in rows):
            continue
        ran += 1
        first = rows[0]

        def answer(*, of: Row = first, **arguments: Any) -> Any:
            return your_function(**_arguments(arguments, kind, definition, of))

        failures += failures_of(family, rows, answer, tolerance=tolerance)
    if failures:
        name = getattr(your_function, "__name__", repr(your_function))
        lines = "\n".join(f"  {failure}" for failure in failures[:SHOWN])
        more = f"\n  and {len(failures) - SHOWN} more" if len(failures) > SHOWN else ""
        raise AssertionError(
            f"{name}: {len(failures)} answers of {ran} cases differ from jiascores:\n{lines}{more}"
        )


def _asked(kind: str, definition: str | None) -> Iterator[tuple[str, Sequence[Row]]]:
    """Yield the file and the rows of each case of a kind."""
    every = {**families(), **VISIT_FAMILIES}
    kinds: set[str] = set(every)
    there: set[str] = set()
    yielded = False
    for family, asked in every.items():
        for rows in cases_of(family):
            function = asked.function(rows if family in VISIT_FAMILIES else rows[0]).__name__
            names = {family, function}
            if family not in _BY_NAME_ALONE:
                names.add(rows[0]["kind"])
            kinds |= names
            if kind not in names:
                continue
            there.add(rows[0]["definition"])
            if definition in (None, rows[0]["definition"]):
                yielded = True
                yield family, rows
    if not yielded:
        if there:
            words = (
                f"no check values of {kind} have the definition {shown(definition)}. There are "
                f"{listing(sorted(there), shown=len(there))}."
            )
            raise ArgumentError(words, variable="definition", values=(definition,))
        raise ArgumentError(
            f"kind={shown(kind)}: there are no check values of that name.{suggestion(kind, kinds)} "
            f"Name a function, as in 'acr_ped', or a kind of definitions, as in 'cut-off set'.",
            variable="kind",
            values=(kind,),
        )


def _arguments(
    given: dict[str, Any], kind: str, definition: str | None, row: Row
) -> dict[str, Any]:
    """Return the arguments, with the measure where all scores are asked for.

    The definition is left out where the caller named it.
    """
    named = row["definition"]
    if kind == _EVERY_SCORE and definition is None:
        return {"measure": row.get("measure") or named, **given}
    if definition is None:
        return given
    return {name: each for name, each in given.items() if not _is(each, named)}


def _is(value: Any, name: str) -> bool:
    return isinstance(value, str) and value == name
