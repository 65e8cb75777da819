"""Errors that say which variable, where, what was found, what is allowed and what to do."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Container, Iterable, Mapping, Sequence
from contextvars import ContextVar
from difflib import get_close_matches
from functools import partial
from typing import Any

import numpy as np

SHOWN = 5
# Values that take more characters, or bits, than this are shown in part.
LONGEST = 64
# A message takes no more characters than this, whatever was given.
_MESSAGE = 5000
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+>")
_LONG_WORD = re.compile(r"\S{300,}")


def printable(text: str) -> str:
    """Return a text that can be read and shown, whatever long cell, name or path it speaks of."""
    if not text.isprintable():
        text = "".join(
            mark if mark.isprintable() or mark == "\n" else repr(mark)[1:-1] for mark in text
        )
    text = _LONG_WORD.sub(lambda word: f"{word[0][:100]}…{word[0][-100:]}", text)
    half = _MESSAGE // 2 - 1
    return text if len(text) <= _MESSAGE else f"{text[:half]}…{text[-half:]}"


def written(value: Any) -> str:
    """Return a value as it is typed, without the NumPy type around it; else its type."""
    try:
        if isinstance(value, np.generic) and not isinstance(value, np.timedelta64 | np.datetime64):
            value = value.item()
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and value.bit_length() > LONGEST:
            return "a number of more than 64 bits"
        text = repr(value)
    except Exception:  # noqa: BLE001  (whatever an object of the caller's does)
        text = ""
    # Where in memory it lies says nothing, and is another place each time.
    return text if text and not _ADDRESS.search(text) else f"<{type(value).__name__}>"


def text_of(value: Any) -> str:
    """Return a text as it is, and anything else as it is typed."""
    return str.__str__(value) if isinstance(value, str) else written(value)


def plainly(value: Any) -> str:
    """Return a value as people write it; what cannot be written so, by its type."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001  (whatever an object of the caller's does)
        return f"<{type(value).__name__}>"


def is_among(value: Any, choices: Container[str]) -> bool:
    """Return whether a value is a text, and one of these."""
    return isinstance(value, str) and str.__str__(value) in choices


def shown(value: Any, longest: int = LONGEST) -> str:
    """Return a value as it is typed, its beginning where it is long."""
    text = written(value)
    if "\n" in text:
        return f"<{type(value).__name__}>"
    return text if len(text) <= longest else f"{text[:longest]}…"


class JiaScoresError(Exception):
    """Base of every error that jiascores raises on purpose.

    Parameters
    ----------
    message : str
        What is wrong and what to do about it.
    reason : str, optional
        A code for what is wrong, which `check` gives too.
    variable : str, optional
        The variable, column or parameter at fault.
    values : sequence, optional
        The offending values, in the order of `where`.
    where : sequence, optional
        Where they are: positions, row labels, or (row label, patient, date).

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.jadas10(physician_global=62, patient_global=5, active_joints=3, esr=20)
    ... except jia.JiaScoresError as error:
    ...     print(error.variable, error.values)
    physician_global (62,)
    """

    reason: str = "jiascores"

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        variable: str | None = None,
        values: Sequence[Any] = (),
        where: Sequence[Any] = (),
    ) -> None:
        super().__init__(printable(message))
        self.reason = reason or type(self).reason
        self.variable = variable
        self.values: tuple[Any, ...] = tuple(values)
        self.where: tuple[Any, ...] = tuple(where)

    def __reduce__(self) -> tuple[Any, ...]:
        # Keyword-only arguments are lost by the default; engines carry errors between processes.
        keywords = {name: getattr(self, name) for name in ("reason", "variable", "values", "where")}
        return (partial(type(self), **keywords), (str(self),))


class OutOfRangeError(JiaScoresError, ValueError):
    """A value outside the range of its variable; infinities are always outside.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.cjadas10(physician_global=62, patient_global=5, active_joints=3)
    ... except jia.errors.OutOfRangeError as error:
    ...     print(error.variable, error.values)
    physician_global (62,)
    """

    reason = "out-of-range"


class NotWholeError(JiaScoresError, ValueError):
    """A count that is not a whole number.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.cjadas10(physician_global=6, patient_global=5, active_joints=3.5)
    ... except jia.errors.NotWholeError as error:
    ...     print(error.variable, error.values)
    active_joints (3.5,)
    """

    reason = "not-whole"


class NotNumericError(JiaScoresError, TypeError):
    """A value that is not a number: text, a date, a truth value where a number is due.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.cjadas10(physician_global="6", patient_global=5, active_joints=3)
    ... except jia.errors.NotNumericError as error:
    ...     print(error.variable, error.values)
    physician_global ('6',)
    """

    reason = "not-a-number"


class MarkerError(JiaScoresError, ValueError):
    """Both ESR and CRP, or neither, or not the same one at both visits.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.jadas10(physician_global=6, patient_global=5, active_joints=3)
    ... except jia.errors.MarkerError as error:
    ...     print(error.variable)
    esr and crp
    """

    reason = "marker"


class MisalignedError(JiaScoresError, ValueError):
    """Arrays of unequal length, or Series whose indexes differ.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.cjadas10(physician_global=[6, 5], patient_global=[5], active_joints=3)
    ... except jia.errors.MisalignedError as error:
    ...     print(error)
    physician_global has 2 values and patient_global has 1 values: give arrays of equal shape, or single numbers.
    """

    reason = "misaligned"


class InconsistentError(JiaScoresError, ValueError):
    """Values that are each possible and cannot be true together.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.JointExam(active={"hip_left"}, not_examined={"hip_left"})
    ... except jia.errors.InconsistentError as error:
    ...     print(error)
    hip_left: not_examined, and yet active. A joint that was not examined has no finding: take it out of one of active= and not_examined=.
    """

    reason = "contradiction"


class UnknownJointError(JiaScoresError, ValueError):
    """A name that is not that of a joint of the 71.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.JointExam(active={"left patella"})
    ... except jia.errors.UnknownJointError as error:
    ...     print(error.values)
    ('left patella',)
    """

    reason = "unknown-joint"


class UnknownDefinitionError(JiaScoresError, ValueError):
    """A definition that was not named, or a name that the catalogue does not have.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.definition("giannini-1998", jia.typing.ResponseCriteria)
    ... except jia.errors.UnknownDefinitionError as error:
    ...     print(error.values)
    ('giannini-1998',)
    """

    reason = "unknown-definition"


class DefinitionError(JiaScoresError, ValueError):
    """A definition that contradicts itself or takes a published name for other values.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.definition("brunner-2002", jia.typing.FlareCriteria).variant(name="lovell-2000")
    ... except jia.errors.DefinitionError as error:
    ...     print(error.values)
    ('lovell-2000',)
    """

    reason = "invalid-definition"


class NotCoveredError(JiaScoresError, ValueError):
    """A definition that says nothing about the measure, course or variable asked for.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.disease_state(3, measure="sjadas10", course="poly", cutoffs="consolaro-2014")
    ... except jia.errors.NotCoveredError as error:
    ...     print(error.variable)
    measure
    """

    reason = "not-covered"


class ColumnError(JiaScoresError, ValueError):
    """A column that is missing, named twice, or in the way of an output column.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> try:
    ...     jia.assess(pd.DataFrame({"patient": [1], "date": ["2024-01-10"]}), measures=["cjadas10"])
    ... except jia.errors.ColumnError as error:
    ...     print(error.variable)
    physician_global
    """

    reason = "column"


class RequestError(JiaScoresError, ValueError):
    """A request to a table that cannot be understood or carried out.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.definitions("score set")
    ... except jia.errors.RequestError as error:
    ...     print(error.variable, error.values)
    kind ('score set',)
    """

    reason = "request"


class ArgumentError(RequestError, TypeError):
    """An argument that is not known, not given, or not read by the definition.

    Examples
    --------
    >>> import jiascores as jia
    >>> try:
    ...     jia.cjadas10(physician_global=6, patient_global=5)
    ... except jia.errors.RequestError as error:
    ...     print(error.variable)
    active_joints
    """

    reason = "argument"


class VisitError(JiaScoresError, ValueError):
    """Visits that cannot be ordered or told apart: no patient, no date, two baselines.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": ["A", "A"], "date": ["2024-01-10", "2024-01-10"],
    ...     "physician_global": 5, "patient_global": 5, "chaq": 1, "active_joints": 3,
    ...     "limited_joints": 3, "esr": 20})
    >>> try:
    ...     jia.assess(visits, baseline="first", measures=["acr_ped"])
    ... except jia.errors.VisitError as error:
    ...     print(error.where)
    ('row 0 (patient A, date 2024-01-10)', 'row 1 (patient A, date 2024-01-10)')
    """

    reason = "visit"


class MissingExtraError(JiaScoresError, ImportError):
    """An optional package that this call needs is not installed.

    Examples
    --------
    >>> import jiascores as jia
    >>> issubclass(jia.errors.MissingExtraError, ImportError)
    True
    """

    reason = "missing-extra"


def require(holds: Any, words: str, variable: str, *values: Any) -> None:
    """Raise, in these words, unless an argument is as it must be."""
    if not holds:
        raise RequestError(words, variable=variable, values=values)


class LeftOutWarning(UserWarning):
    """Rows of a table beside the visits that count for nothing, and how many they are.

    They are of patients who are not among the visits, or of drugs that are not counted. Each may
    be right; each is also what a slip in an id or in a name looks like.

    Examples
    --------
    >>> import warnings
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": ["A"], "date": [56]})
    >>> labs = pd.DataFrame({"patient": ["A", "B"], "date": 54, "esr": 20})
    >>> with warnings.catch_warnings(record=True, action="always") as said:
    ...     _ = jia.prepare.laboratory_values(visits, labs, values=["esr"], lab_window_days=7)
    >>> print(said[0].message)
    in the table of laboratory values: 1 of 2 patients not among those of the visits ('B'), so 1 row does not count. Patients of the visits without a row here: 0 of 1.
    """


def warn(words: str, kind: type[Warning]) -> None:
    """Warn at the line outside jiascores from which it was called."""
    frame, level = sys._getframe().f_back, 1
    while frame is not None and str(frame.f_globals.get("__name__")).startswith(_HOME):
        frame, level = frame.f_back, level + 1
    warnings.warn(printable(words), kind, stacklevel=level + 1)


_HOME = __name__.partition(".")[0]


class SuspiciousWarning(UserWarning):
    """Values that look as if they were in another unit or coding than is declared.

    Examples
    --------
    >>> import warnings
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "febrile": [True], "known_or_suspected_sjia": [True], "ferritin": [900.0],
    ...     "platelets": [300], "ast": [30], "triglycerides": [100], "fibrinogen": [4.0]})
    >>> with warnings.catch_warnings(record=True) as said:
    ...     warnings.simplefilter("always")
    ...     out = jia.assess(visits, measures=["mas_2016"])
    >>> print(said[0].category.__name__)
    SuspiciousWarning
    """


# What stands for a value that is not said, since None is one.
UNSAID: Any = object()


class Words:
    """How a message says what to do: here in Python, where a table is in memory."""

    # What the mapping of a file is called.
    mapping = "mapping"
    # Whether a file is read, with months in every language, and limits in any unit.
    of_a_file = False
    # What a gap is written as.
    nothing = "None, NaN or null"
    yes_or_no = "True or False"

    def argument(self, name: str, value: Any = UNSAID) -> str:
        """Return an argument by its name, or as it gives a value.

        Before a dot stands the table of the mapping that has it, which Python does not need.
        """
        return f"{name.rpartition('.')[2]}={'' if value is UNSAID else shown(value, _MESSAGE)}"

    def made(self, name: str, column: Any) -> str:
        """Return a rule or a column as it is made from the name of a column."""
        return f"jia.{name}({shown(column, _MESSAGE)})"

    def unit_in(self, name: str, column: str) -> str:
        """Return how a column is said to hold the unit of each row."""
        return f"units={{{name!r}: jia.column({column!r})}}"

    def all_of_it(self) -> str:
        """Say how all that is suspicious is listed."""
        return "jia.check(…) with the same arguments lists all of it, with what is missing."

    def request(self, name: str, order: Sequence[str]) -> str:
        """Return how a measure is asked for with what is to be chosen, in order."""
        chosen = ", ".join(f"{each}=…" for each in order)
        return f"jia.ask.{name}({chosen}), or {':'.join((name, *map(str.upper, order)))}"

    def within(self, name: str, first: int, last: int) -> str:
        """Return how a measure is asked for at visits some days after the earlier one."""
        return f"jia.ask.{name}(within=({first}, {last})), or {name}:within={first}..{last}"

    def gap(self, variable: str, column: str, values: Sequence[Any], *, more: bool = False) -> str:
        """Say how words or numbers that stand for a gap in a column are read as one, there alone."""
        shown = ", ".join(map(repr, values))
        return f"read the file with na_values={{{column!r}: [{shown}{', …' if more else ''}]}}"

    def decimal_comma(self, column: str, values: Sequence[str]) -> str:
        """Say how decimal commas are read."""
        return (
            f"Read the file with decimal=','; where other text stays in the column, "
            f"table[{column!r}].str.replace(',', '.')."
        )

    def number_as_text(self, column: str, values: Sequence[str]) -> str:
        """Say how numbers that are written as text become numbers."""
        return (
            f"Turn the column into numbers first, once no other text is in it: "
            f"pandas.to_numeric(table[{column!r}])."
        )

    def below(self, variable: str) -> str:
        """Say how values below a limit are read."""
        return f"jia.prepare.below_limit(…, {variable!r}, rule=…) reads it by a rule that you name."

    def above(self, variable: str) -> str:
        """Say how values above a limit are read."""
        return f"jia.prepare.below_limit(…, {variable!r}, rule=…, above='limit') reads it as the limit."

    def thousands(self, readings: Mapping[str, Sequence[float]]) -> str:
        """Say which numbers texts with marks may be, and how the marks are read."""
        said = [f"{text} is {either(numbers)}" for text, numbers in readings.items()]
        return (
            f"{'; '.join(said)}. Say which mark is which where the file is read: "
            f"pandas.read_csv(…, thousands='.', decimal=',')."
        )

    def translated(self, variable: str, column: str, words: Mapping[str, str | None]) -> str:
        """Say how words become those that are known; what a word means may be known."""
        pairs = (f"{word}: {'…' if of is None else repr(of)}" for word, of in words.items())
        return f"Translate yours first: table[{column!r}].replace({{{', '.join(pairs)}}})."

    def flags(self, column: str, words: Mapping[str, str | None]) -> str:
        """Say how words for yes and no become these."""
        pairs = ", ".join(f"{word}: …" for word in words)
        return (
            f"Say what yours mean, True, False, or None for a gap: "
            f"table[{column!r}].replace({{{pairs}}})."
        )

    def dates(self, column: str, forms: Sequence[str]) -> str:
        """Say how dates are read with their format."""
        choose = " (which of them, the file does not say)" if len(forms) > 1 else ""
        return (
            f"Read them with their format first: pandas.to_datetime(table[{column!r}], "
            f"format={' or '.join(map(repr, forms))}){choose}."
        )

    def any_dates(self) -> str:
        """Say what can stand where a date is due."""
        return (
            "Give dates or ISO text such as '2014-02-05' in every row, or a number of days in every "
            "row; read other text with its format first, for example "
            "pandas.to_datetime(…, format='%d.%m.%Y')."
        )

    def serial_dates(self, column: str) -> str:
        """Say how days as Excel counts them are read."""
        return f"pandas.to_datetime(table[{column!r}], unit='D', origin='1899-12-30')"


# Whoever reads a message elsewhere sets the words of that place, as the command line does.
WORDS: ContextVar[Words] = ContextVar("words", default=Words())  # noqa: B039  # it has no state


def door() -> Words:
    """Return the words of the place where a message is read."""
    return WORDS.get()


def either(numbers: Iterable[float]) -> str:
    """Return numbers of which one is meant."""
    return " or ".join(f"{number:.15g}" for number in numbers)


def say(name: str, value: Any = UNSAID) -> str:
    """Return an argument as it is written where the message is read."""
    return door().argument(name, value)


def made(name: str, column: Any = "column") -> str:
    """Return a rule or a column as it is written where the message is read."""
    return door().made(name, column)


def listing(items: Iterable[Any], *, total: int | None = None, shown: int = SHOWN) -> str:
    """Return the first few items and, where there are more, how many in all."""
    items = list(items)
    total = len(items) if total is None else total
    text = ", ".join(plainly(item) for item in items[:shown])
    return text if total <= shown else f"{text}, … ({total} in all)"


def suggestion(name: Any, choices: Iterable[str]) -> str:
    """Return a hint at the nearest choice, whatever the case, or nothing when none is near."""
    # Of two that differ by case alone, the first.
    plain = {choice.casefold(): choice for choice in reversed(list(choices))}
    near = get_close_matches(text_of(name)[:LONGEST].casefold(), plain, n=1)
    return f" Did you mean {plain[near[0]]!r}?" if near else ""
