"""How messages speak at the command line: in options, in keys of the mapping, in lines of the file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import click

from jiascores.core.errors import UNSAID, Words, either, plainly, written
from jiascores.files.mapping import (
    Adam,
    Event,
    Joints,
    Laboratory,
    Medication,
    NominalVisits,
    Study,
    in_mapping,
    keys_of,
    toml,
)

# What an option is called that has another name in Python.
OPTIONS = {
    "measures": "measure",
    "variables": "variable",
    "scores": "score",
    "path": "out",
    "weeks": "week",
    "values": "value",
    "lab_window_days": "window_days",
}
_GROUPED = re.compile(r"[+-]?\d{1,3}(?P<mark>[.,])\d{3}")


# Which table of the mapping a command reads for itself; all of them read [study] and [joints].
TABLES: dict[str | None, Any] = {
    "remission": {"medication": Medication},
    "laboratory-values": {"laboratory": Laboratory},
    "nominal-visits": {"visits": NominalVisits},
    "adeff": {"adam": Adam, "visits": NominalVisits},
    "adtte": {"adam.event": Event},
}


class CommandLine(Words):
    """The words of the command line and of the mapping."""

    mapping = "--mapping"
    of_a_file = True
    nothing = "an empty cell"
    yes_or_no = "true or false"

    def argument(self, name: str, value: Any = UNSAID) -> str:
        """Return an option, or a table of the mapping with what it gives."""
        value = None if value is UNSAID else value
        if "." in name:
            inside, _, key = name.rpartition(".")
            if value is None:
                return f"{key} in {in_mapping(inside, {})}"
            is_table = isinstance(value, dict)
            return in_mapping(name, value) if is_table else in_mapping(inside, {key: value})
        if name in ("columns", "units", "exclusions"):
            return in_mapping(name, value or {})
        if name.endswith("_columns"):
            table = {"infusion": "infusions", "lab": "laboratory"}.get(
                name.removesuffix("_columns")
            )
            return in_mapping(f"{table or name.removesuffix('_columns')}.columns", value or {})
        option = f"--{OPTIONS.get(name, name).replace('_', '-')}"
        here = click.get_current_context(silent=True)
        if here is not None and not any(option in each.opts for each in here.command.params):
            return self._without_an_option(here.info_name, name, value)
        if isinstance(value, list):
            return " ".join(f"{option} {each}" for each in value)
        return option if value in (None, "", True) else f"{option} {_typed(value)}"

    def _without_an_option(self, command: str | None, name: str, value: Any) -> str:
        """Return a key of the mapping, or a part of a measure, where a command has no such option."""
        tables = {**TABLES.get(command, {}), "study": Study, "joints": Joints}
        table = next((table for table, kind in tables.items() if name in keys_of(kind)), None)
        if table is not None and name != "course":
            return self.argument(f"{table}.{name}", value)
        if isinstance(value, list | tuple | dict):
            ends = "..".join(map(_typed, value))
            return f"{name}={ends}" if name == "within" else f"{name} = {toml(value)}"
        return name if value is None else f"{name}={_typed(value)}"

    def made(self, name: str, column: str) -> str:
        """Return a rule or a column in one word."""
        if name == "column":
            return f"column.{column}"
        return f"{name.replace('_', '-')}:{column.upper() if column == 'column' else column}"

    def unit_in(self, name: str, column: str) -> str:
        """Return how the mapping names the column with the unit of each row."""
        return f"[units] of the {self.mapping}: {name} = {{column = {toml(column)}}}"

    def thousands(self, readings: Mapping[str, Sequence[float]]) -> str:
        """Say which numbers texts with marks may be, and how the marks are read."""
        said = [f"{text} is {either(numbers)}" for text, numbers in readings.items()]
        others = sorted(
            {
                mark
                for text in readings
                for mark in _text(text).replace("\\xa0", "\xa0").replace("\\u202f", "\u202f")
                if mark in "'’ \xa0\u202f"
            }
        )
        if others:
            return f"{'; '.join(said)}. Then {in_mapping('csv', {'thousands': others[0]})}."
        marks = in_mapping("csv", {"decimal": ",", "thousands": "."})
        return f"{'; '.join(said)}. Say which mark is which, {marks} or the other way round."

    def all_of_it(self) -> str:
        """Say how all that is suspicious is listed."""
        return "jiascores check with the same options lists all of it, with what is missing."

    def request(self, name: str, order: Sequence[str]) -> str:
        """Return a measure in one word."""
        return ":".join((name, *map(str.upper, order)))

    def within(self, name: str, first: int, last: int) -> str:
        """Return a measure at visits some days after the earlier one, in one word."""
        return f"{name}:within={first}..{last}"

    def gap(self, variable: str, column: str, values: Sequence[Any], *, more: bool = False) -> str:
        """Say what stands for a gap: words for all measured columns, numbers for one."""
        if any(isinstance(value, str) for value in values):
            return f"say so, {in_mapping('csv', {'missing': list(values)})}{', …' if more else ''}"
        return f"say so, {in_mapping('missing', {variable: list(values)})}"

    def decimal_comma(self, column: str, values: Sequence[str]) -> str:
        """Say how decimal commas are read; where they may be thousands, both readings."""
        return _both_readings(values) or f"{capital(in_mapping('csv', {'decimal': ','}))}."

    def number_as_text(self, column: str, values: Sequence[str]) -> str:
        """Say how such a number is read: the mapping says another decimal sign."""
        return _both_readings(values) or f"{capital(in_mapping('csv', {'decimal': '.'}))}."

    def below(self, variable: str) -> str:
        """Say how values below a limit are read."""
        rule = in_mapping("below", {variable: "half"})
        return f'{capital(rule)} (or "limit", or "zero") reads it by a rule that you name.'

    def above(self, variable: str) -> str:
        """Say how values above a limit are read."""
        return f"{capital(in_mapping('above', {variable: 'limit'}))} takes the limit itself."

    def translated(self, variable: str, column: str, words: Mapping[str, str | None]) -> str:
        """Say in the mapping what words mean."""
        known = {_text(word): meant or "…" for word, meant in words.items()}
        return f"Say what yours mean, {in_mapping(f'words.{variable}', known)}."

    def flags(self, column: str, words: Mapping[str, str | None]) -> str:
        """Say which words are yes and no."""
        shown = " or ".join(map(toml, map(_text, words)))
        return (
            f"Say what yours mean, {in_mapping('csv', {'yes': ['…'], 'no': ['…']})} with {shown} in "
            f"the list that it belongs to; or in missing, where it stands for a gap."
        )

    def dates(self, column: str, forms: Sequence[str]) -> str:
        """Say the format of the dates."""
        choose = " (which of them, the file does not say)" if len(forms) > 1 else ""
        said = " or ".join([in_mapping("csv", {"date_format": forms[0]}), *map(toml, forms[1:])])
        return f"{capital(said)}{choose}."

    def any_dates(self) -> str:
        """Say what can stand where a date is due."""
        example = in_mapping("csv", {"date_format": "%d.%m.%Y"})
        return (
            f"Give ISO text such as 2014-02-05 in every row, or a number of days in every row; or "
            f"say the format, {example}."
        )

    def serial_dates(self, column: str) -> str:
        """Say how days as Excel counts them are read."""
        return f"read by {in_mapping('csv', {'date_format': 'excel'})}"


def _typed(value: Any) -> str:
    """Return a value as it is typed at the command line."""
    return written(value) if isinstance(value, float) else plainly(value)


def _text(shown: str) -> str:
    """Return a word without the quotation marks that a message puts around it."""
    return shown[1:-1] if shown[:1] in "'\"" and shown[-1:] == shown[:1] else shown


def _both_readings(values: Sequence[str]) -> str:
    """Return both readings of numbers such as 12.345, or nothing where there is one only."""
    found = next(
        (match for match in map(_GROUPED.fullmatch, map(str.strip, values)) if match), None
    )
    if found is None or not all(_GROUPED.fullmatch(value.strip()) for value in values):
        return ""
    mark, text = found["mark"], found.group()
    other = "," if mark == "." else "."
    return (
        f"Is {text} {text.replace(mark, '')} or {text.replace(mark, '.')}? Say which: "
        f"{in_mapping('csv', {'decimal': other, 'thousands': mark})} or "
        f"{in_mapping('csv', {'decimal': mark})}."
    )


def capital(text: str) -> str:
    """Return an instruction as the beginning of a sentence."""
    return f"Write {text}" if text.startswith("[") else text[:1].upper() + text[1:]
