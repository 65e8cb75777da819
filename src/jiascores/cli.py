"""The command line: verify, definitions, assess, check, report and explain."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import jiascores as jia
from jiascores.core.definition import Definition, published
from jiascores.core.errors import WORDS, JiaScoresError, RequestError, Words, suggestion
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.requests import ask_names
from jiascores.tables.table import MARKER_RULES

if TYPE_CHECKING:
    import pandas as pd

CSV_FORM: dict[str, Any] = {
    "separator": ",",
    "decimal": ".",
    "day_first": False,
    "missing": [],
    "encoding": "utf-8",
}
SEPARATORS = (";", "\t", "|", ",")
# What the mapping says about what a message advises for Python, by the reason of the error.
IN_THE_MAPPING = {
    "decimal-comma": 'decimal = ","',
    "not-a-number": 'missing = ["n/a"], the words that stand for a gap',
    "unread-date": "day_first = true, for dates such as 05/02/2014 or 5.2.2014",
}
PARQUET = ".parquet"
FAILED = 1


class _Options(Words):
    """How what a table is read by is written at the command line and in the mapping."""

    def argument(self, name: str, value: Any = None) -> str:
        if name in ("columns", "units"):
            pairs = (f"{key} = {json.dumps(of)}" for key, of in (value or {}).items())
            return ": ".join((f"[{name}] of the --mapping", *([", ".join(pairs)] if value else [])))
        if name in ("marker", "baseline", "invalid", "measures"):
            return " ".join((f"--{name.removesuffix('s')}", *([str(value)] if value else [])))
        return super().argument(name, value)

    def made(self, name: str, column: str) -> str:
        if name == "column":
            return f"column.{column}"
        return f"{name.replace('_', '-')}:{column.upper() if column == 'column' else column}"

    def request(self, name: str, order: Sequence[str]) -> str:
        return ":".join((name, *map(str.upper, order)))


class _Commands(click.Group):
    """Commands that show the library's errors as messages, in their own words, without a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        spoken = WORDS.set(_Options())
        try:
            return super().invoke(ctx)
        except JiaScoresError as error:
            raise click.ClickException(f"{error}{_in_the_mapping([error.reason])}") from error
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise click.ClickException(str(error)) from error
        finally:
            WORDS.reset(spoken)


def _in_the_mapping(reasons: Iterable[str]) -> str:
    """Return what the mapping says about these reasons, line by line."""
    lines = [line for reason, line in IN_THE_MAPPING.items() if reason in set(reasons)]
    return "".join(f"\nIn the --mapping, under [csv]: {line}." for line in lines)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(jia.__version__, prog_name="jiascores")
def main() -> None:
    """Outcome measures of juvenile idiopathic arthritis, each number traceable to its paper."""


# --------------------------------------------------------------------------------------------
# Proof and catalogue


@main.command()
@click.option("--date", help="The date that the report bears; by default the present one.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the report here too.")
def verify(date: str | None, out: Path | None) -> None:
    """Run every check value against this installation; the exit status is 1 if one fails."""
    result = jia.verify(date=date)
    if out is not None:
        _write(f"{result}\n", out)
    click.echo(str(result))
    if not result.passed:
        raise click.exceptions.Exit(FAILED)


@main.command()
@click.argument("names", nargs=-1)
@click.option(
    "--kind",
    # Asking for any public name loads the measures, and so enters every definition.
    type=click.Choice(list(dict.fromkeys(each.kind for each in published(Definition)))),
    help="Only definitions of this kind.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the catalogue (.csv, .parquet)."
)
def definitions(names: tuple[str, ...], kind: str | None, out: Path | None) -> None:
    """Show the catalogue, or the definitions of these NAMES."""
    every = published(Definition)
    shown = [
        each for each in every if kind in (None, each.kind) and (not names or each.name in names)
    ]
    for name in names:
        if name not in {each.name for each in shown}:
            known = [each.name for each in every]
            raise RequestError(f"no definition is called {name!r}.{suggestion(name, known)}")
    if out is not None:
        _give(jia.definitions(kind), out)
    click.echo("\n\n".join(map(str, shown)))


# --------------------------------------------------------------------------------------------
# Tables


_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_new_file = click.Path(dir_okay=False, path_type=Path)
_csv_out = click.option(
    *("-o", "--out"),
    type=_new_file,
    help="Where to write (.csv or .parquet); by default CSV to the screen.",
)
_measures = click.option(
    *("--measure", "measures"), multiple=True, required=True, help="May be given more than once."
)
TABLE = (
    click.argument("file", type=_file),
    click.option("--mapping", type=_file, help="A TOML file with [columns], [units] and [csv]."),
    click.option("--marker", type=click.Choice(tuple(MARKER_RULES)), help="Which reactant counts."),
    click.option("--baseline", help="'first', 'flagged:COLUMN' or 'on-or-before:COLUMN'."),
)


def _table(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a table of visits is written; the command gets what was read."""

    @wraps(command)
    def run(
        file: Path, mapping: Path | None, marker: str | None, baseline: str | None, **more: Any
    ) -> Any:
        form, rules = _mapping(mapping)
        rules["baseline"] = _baseline(baseline)
        rules["marker"] = marker or rules["marker"]
        return command(_read(file, form, rules["columns"]), rules, **more)

    for option in reversed(TABLE):
        run = option(run)
    return run


# How a measure is written: its name, and what is to be chosen, in order.
_FORMS = ", ".join(
    [
        *(":".join((name, *map(str.upper, asked.order))) for name, asked in ask_names().items()),
        "responder:LEVEL",
    ]
)
MEASURES = (
    f"A MEASURE is a score by its name, or a verdict with what is to be chosen: {_FORMS}. Options "
    f"follow as name=value, and columns as name=column.NAME: "
    f"state:cjadas10:consolaro-2014:course=poly. `jiascores definitions` lists the names."
)


@main.command(epilog=MEASURES)
@_table
@_csv_out
@_measures
@click.option(
    "--invalid",
    type=click.Choice(["raise", "missing"]),
    default="raise",
    show_default=True,
    help="What a value that is not allowed does.",
)
def assess(visits: Any, rules: dict[str, Any], out: Path | None, **asked: Any) -> None:
    """Add MEASUREs to every visit of FILE (.csv or .parquet)."""
    _give(jia.assess(visits, **asked, **rules), out)


@main.command(epilog=MEASURES)
@_table
@_csv_out
@click.option(
    "--measure", "measures", multiple=True, help="Look at the columns of words that it names too."
)
def check(visits: Any, rules: dict[str, Any], out: Path | None, measures: tuple[str, ...]) -> None:
    """List what is missing, refused and suspicious in FILE; the exit status is 1 if any is refused."""
    findings = jia.check(visits, measures=measures or None, **rules)
    _give(findings, out)
    refused = findings["reason"][findings["finding"] == "refused"]
    if len(refused):
        click.echo(_in_the_mapping(refused).lstrip(), err=True, nl=False)
        raise click.exceptions.Exit(FAILED)


@main.command(epilog=MEASURES)
@_table
@click.option("-o", "--out", type=_new_file, required=True, help="Where to write the page (.html).")
@_measures
@click.option("--by", help="The column with the visit; by default nominal_visit, or a number.")
@click.option("--title", default="Visits assessed", show_default=True, help="Title of the page.")
@click.option("--pictures/--no-pictures", default=True, show_default=True, help="Whether to draw.")
def report(visits: Any, rules: dict[str, Any], out: Path, by: str | None, **asked: Any) -> None:
    """Write one page on FILE: what was read, missing and found, with pictures."""
    if out.suffix not in (".html", ".htm"):
        raise RequestError(f"--out {out}: write to a .html file.")
    _write(jia.report(visits, by=None if by is None else jia.column(by), **asked, **rules), out)
    click.echo(f"Report in {out}", err=True)


def _mapping(path: Path | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how a file is written, and how its columns are; what is left out is as in jiascores."""
    given = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
    form = CSV_FORM | given.get("csv", {})
    for name in form:
        if name not in CSV_FORM:
            raise RequestError(f"[csv] has no {name!r}.{suggestion(name, list(CSV_FORM))}")
    rules: dict[str, Any] = {name: dict(given.get(name, {})) for name in ("columns", "units")}
    return form, {**rules, "marker": given.get("study", {}).get("marker")}


def _read(path: Path, form: Mapping[str, Any], columns: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    if path.suffix == PARQUET:
        return pd.read_parquet(path)
    patient, date = (columns.get(role, role) for role in ("patient", "date"))
    names = {"separator": "sep", "missing": "na_values"}
    written: dict[str, Any] = {
        names.get(name, name): value for name, value in form.items() if name != "day_first"
    }
    try:
        first, *more = map(str, pd.read_csv(path, nrows=0, **written).columns)
        separator = next((mark for mark in SEPARATORS if mark in first), None)
        if separator and not more:
            # The names of all columns were read as one.
            raise RequestError(
                f"{path}: one column only, {first!r}. In the --mapping, under [csv]: "
                f"separator = {json.dumps(separator)}."
            )
        # An id is a word: 007 is not 7.
        table: pd.DataFrame = pd.read_csv(path, dtype={patient: str}, **written)
        if form["day_first"] and date in table:
            table[date] = pd.to_datetime(table[date], dayfirst=True)
    except UnicodeDecodeError as error:
        raise RequestError(
            f"{path}: not written in {form['encoding']}. In the --mapping, under [csv]: "
            f'encoding = "cp1252" is what many spreadsheets write.'
        ) from error
    except JiaScoresError:
        raise
    except ValueError as error:
        raise RequestError(f"{path}: {error}") from error
    return table


def _give(table: Any, path: Path | None) -> None:
    """Write a table to a file, or as CSV to the screen."""
    if path is None:
        click.echo(table.to_csv(index=False), nl=False)
        return
    if path.suffix not in (".csv", PARQUET):
        raise RequestError(f"--out {path}: write to a .csv or a .parquet file.")
    _write(table, path)
    click.echo(f"{len(table)} rows in {path}", err=True)


def _write(content: Any, path: Path) -> None:
    """Write a text or a table, whole or not at all."""
    # In a folder beside it: a temporary file itself could be read by its owner alone.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        temporary = Path(folder) / path.name
        if isinstance(content, str):
            temporary.write_text(content, encoding="utf-8")
        elif path.suffix == PARQUET:
            content.to_parquet(temporary, index=False)
        else:
            content.to_csv(temporary, index=False)
        temporary.replace(path)


def _baseline(text: str | None) -> Any:
    if text is None or text == "first":
        return text
    kind, _, column = text.partition(":")
    rules = {"flagged": jia.flagged, "on-or-before": jia.on_or_before}
    if kind not in rules or not column:
        raise RequestError(
            f"--baseline {text}: give 'first', 'flagged:COLUMN' or 'on-or-before:COLUMN'."
        )
    return rules[kind](column)


# --------------------------------------------------------------------------------------------
# Two visits


FLARES = [each.name for each in published(FlareCriteria)]


@main.command()
@click.option(
    "--criteria",
    type=click.Choice([*(each.name for each in published(ResponseCriteria)), *FLARES]),
    default="giannini-1997",
    show_default=True,
    metavar="CRITERIA",
    help="Response or flare criteria, by name.",
)
@click.option("--before", required=True, help="The baseline, or the reference of a flare.")
@click.option("--now", required=True, help="The later visit.")
@click.option("--highest-temperature", type=float, help="For criteria with a fever rule.")
def explain(criteria: str, before: str, now: str, highest_temperature: float | None) -> None:
    """Explain response or flare between two visits.

    A visit is written as "physician_global=6 patient_global=5 chaq=1.5 active_joints=12
    limited_joints=10 esr=40"; what is missing is left empty ("chaq=").
    """
    earlier, later = _core_set(before, "--before"), _core_set(now, "--now")
    answer: Any
    if criteria in FLARES:
        answer = jia.flare(reference=earlier, now=later, criteria=criteria)
    else:
        fever: dict[str, Any] = {"highest_temperature": highest_temperature}
        given = {} if highest_temperature is None else fever
        answer = jia.acr_ped(baseline=earlier, now=later, criteria=criteria, **given)
    click.echo(answer.explain())


def _core_set(text: str, option: str) -> jia.CoreSet[float]:
    values: dict[str, float | None] = {}
    for part in text.replace(",", " ").split():
        name, equals, value = part.partition("=")
        try:
            values[name] = float(value) if value else None
        except ValueError:
            equals = ""
        if not equals:
            raise RequestError(f"{option}: {part!r} is not of the form variable=number.")
    try:
        return jia.CoreSet(**values)
    except JiaScoresError:
        raise
    except TypeError as error:
        raise RequestError(f"{option}: {error}") from error
