"""The command line: verify, definitions, assess, check, report and explain."""

from __future__ import annotations

import json
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import jiascores as jia
from jiascores.core.definition import Definition, published
from jiascores.core.errors import JiaScoresError, RequestError, suggestion
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.requests import ask_names
from jiascores.tables.table import MARKER_RULES

if TYPE_CHECKING:
    import pandas as pd

CSV_FORM = {
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


def _names(kind: type[Definition]) -> list[str]:
    # Asking for any public name loads the measures, and so enters every definition.
    return [definition.name for definition in published(kind)]


def _kinds() -> list[str]:
    every: tuple[Definition, ...] = published()
    return list(dict.fromkeys(definition.kind for definition in every))


def _told(command: Callable[..., Any]) -> Callable[..., Any]:
    """Show the library's errors as messages, without a trace."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except JiaScoresError as error:
            raise click.ClickException(f"{error}{_in_the_mapping([error.reason])}") from error
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise click.ClickException(str(error)) from error

    return run


def _in_the_mapping(reasons: Iterable[str]) -> str:
    """Return what the mapping says about these reasons, line by line."""
    lines = [line for reason, line in IN_THE_MAPPING.items() if reason in set(reasons)]
    return "".join(f"\nIn the --mapping, under [csv]: {line}." for line in lines)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(jia.__version__, prog_name="jiascores")
def main() -> None:
    """Outcome measures of juvenile idiopathic arthritis, each number traceable to its paper."""


# --------------------------------------------------------------------------------------------
# Proof and catalogue


@main.command()
@click.option("--date", help="The date that the report bears; by default the present one.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the report here too.")
@_told
def verify(date: str | None, out: Path | None) -> None:
    """Run every check value against this installation; the exit status is 1 if one fails."""
    result = jia.verify(date=date)
    if out is not None:
        with _whole_file(out) as path:
            path.write_text(f"{result}\n", encoding="utf-8")
    click.echo(str(result))
    if not result.passed:
        raise click.exceptions.Exit(FAILED)


@main.command()
@click.argument("names", nargs=-1)
@click.option("--kind", type=click.Choice(_kinds()), help="Only definitions of this kind.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write the catalogue (.csv, .parquet)."
)
@_told
def definitions(names: tuple[str, ...], kind: str | None, out: Path | None) -> None:
    """Show the catalogue, or the definitions of these NAMES."""
    every: tuple[Definition, ...] = published()
    found = [
        definition
        for definition in every
        if kind in (None, definition.kind) and (not names or definition.name in names)
    ]
    for name in names:
        if name not in {definition.name for definition in found}:
            known = [definition.name for definition in every]
            raise RequestError(f"no definition is called {name!r}.{suggestion(name, known)}")
    if out is not None:
        _write(jia.definitions(kind), out)
    click.echo("\n\n".join(str(definition) for definition in found))


# --------------------------------------------------------------------------------------------
# Tables


def _table(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how a table of visits is written."""
    options = (
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
        click.option(
            "--mapping",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A TOML file with [columns], [units] and [csv].",
        ),
        click.option(
            "--marker", type=click.Choice(tuple(MARKER_RULES)), help="Which reactant counts."
        ),
        click.option(
            "--baseline",
            help="'first', 'flagged:COLUMN' or 'on-or-before:COLUMN'.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _measures(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that says what is asked for."""
    measures = click.option(
        "--measure", "measures", multiple=True, required=True, help="May be given more than once."
    )
    return measures(command)


def _grammar() -> str:
    """Return how a measure is written: its name, and what is to be chosen, in order."""
    forms = ", ".join(
        ":".join((name, *(word.upper() for word in asked.order)))
        for name, asked in ask_names().items()
    )
    return (
        f"A MEASURE is a score by its name, or a verdict with what is to be chosen: {forms}. Options "
        f"follow as name=value, and columns as name=column.NAME: "
        f"state:cjadas10:consolaro-2014:course=poly. `jiascores definitions` lists the names."
    )


MEASURES = _grammar()
_out = click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write (.csv or .parquet); by default CSV to the screen.",
)


@main.command(epilog=MEASURES)
@_table
@_out
@_measures
@click.option(
    "--invalid",
    type=click.Choice(["raise", "missing"]),
    default="raise",
    show_default=True,
    help="What a value that is not allowed does.",
)
@_told
def assess(
    file: Path,
    mapping: Path | None,
    marker: str | None,
    baseline: str | None,
    out: Path | None,
    measures: tuple[str, ...],
    invalid: Any,
) -> None:
    """Add MEASUREs to every visit of FILE (.csv or .parquet)."""
    form = _mapping(mapping)
    result = jia.assess(
        _read(file, form),
        measures=measures,
        columns=form["columns"],
        units=form["units"],
        baseline=_baseline(baseline),
        marker=marker or form["marker"],
        invalid=invalid,
    )
    _write(result, out)


@main.command(epilog=MEASURES)
@_table
@_out
@click.option(
    "--measure", "measures", multiple=True, help="Look at the columns of words that it names too."
)
@_told
def check(
    file: Path,
    mapping: Path | None,
    marker: str | None,
    baseline: str | None,
    out: Path | None,
    measures: tuple[str, ...],
) -> None:
    """List what is missing, refused and suspicious in FILE; the exit status is 1 if any is refused."""
    form = _mapping(mapping)
    found = jia.check(
        _read(file, form),
        columns=form["columns"],
        units=form["units"],
        baseline=_baseline(baseline),
        marker=marker or form["marker"],
        measures=measures or None,
    )
    _write(found, out)
    refused = found["reason"][found["finding"] == "refused"]
    if len(refused):
        click.echo(_in_the_mapping(refused).lstrip(), err=True, nl=False)
        raise click.exceptions.Exit(FAILED)


@main.command(epilog=MEASURES)
@_table
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Where to write the page (.html).",
)
@_measures
@click.option("--by", help="The column with the visit; by default nominal_visit, or a number.")
@click.option("--title", default="Visits assessed", show_default=True, help="Title of the page.")
@click.option("--pictures/--no-pictures", default=True, show_default=True, help="Whether to draw.")
@_told
def report(
    file: Path,
    mapping: Path | None,
    marker: str | None,
    baseline: str | None,
    out: Path,
    measures: tuple[str, ...],
    by: str | None,
    title: str,
    *,
    pictures: bool,
) -> None:
    """Write one page on FILE: what was read, missing and found, with pictures."""
    if out.suffix not in (".html", ".htm"):
        raise RequestError(f"--out {out}: write to a .html file.")
    form = _mapping(mapping)
    page = jia.report(
        _read(file, form),
        measures=measures,
        by=None if by is None else jia.column(by),
        columns=form["columns"],
        units=form["units"],
        baseline=_baseline(baseline),
        marker=marker or form["marker"],
        pictures=pictures,
        title=title,
    )
    with _whole_file(out) as temporary:
        temporary.write_text(page, encoding="utf-8")
    click.echo(f"Report in {out}", err=True)


def _mapping(path: Path | None) -> dict[str, Any]:
    """Return how a table is written; what the file leaves out is as in jiascores."""
    given: dict[str, Any] = {}
    if path is not None:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    form = {**CSV_FORM, **given.get("csv", {})}
    for name in form:
        if name not in CSV_FORM:
            raise RequestError(f"[csv] has no {name!r}.{suggestion(name, list(CSV_FORM))}")
    return {
        **form,
        "columns": dict(given.get("columns", {})),
        "units": dict(given.get("units", {})),
        "marker": given.get("study", {}).get("marker"),
    }


def _read(path: Path, form: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    if path.suffix == PARQUET:
        return pd.read_parquet(path)
    patient = form["columns"].get("patient", "patient")
    date = form["columns"].get("date", "date")
    written: dict[str, Any] = {
        "sep": form["separator"],
        "decimal": form["decimal"],
        "na_values": form["missing"],
        "encoding": form["encoding"],
    }
    try:
        _check_separator(path, pd.read_csv(path, nrows=0, **written))
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


def _check_separator(path: Path, header: pd.DataFrame) -> None:
    """Raise where the names of all columns were read as one."""
    first, *more = [str(name) for name in header.columns]
    separator = next((mark for mark in SEPARATORS if mark in first), None)
    if separator and not more:
        raise RequestError(
            f"{path}: one column only, {first!r}. In the --mapping, under [csv]: "
            f"separator = {json.dumps(separator)}."
        )


def _write(table: Any, path: Path | None) -> None:
    """Write a table, whole or not at all."""
    if path is None:
        click.echo(table.to_csv(index=False), nl=False)
        return
    if path.suffix not in (".csv", PARQUET):
        raise RequestError(f"--out {path}: write to a .csv or a .parquet file.")
    with _whole_file(path) as temporary:
        if path.suffix == PARQUET:
            table.to_parquet(temporary, index=False)
        else:
            table.to_csv(temporary, index=False)
    click.echo(f"{len(table)} rows in {path}", err=True)


@contextmanager
def _whole_file(path: Path) -> Iterator[Path]:
    """Give a file to write to, which takes the place of the real one only when it is whole."""
    # In a folder beside it: a temporary file itself could be read by its owner alone.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
        temporary = Path(folder) / path.name
        yield temporary
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


@main.command()
@click.option(
    "--criteria",
    type=click.Choice([*_names(ResponseCriteria), *_names(FlareCriteria)]),
    default="giannini-1997",
    show_default=True,
    metavar="CRITERIA",
    help="Response or flare criteria, by name.",
)
@click.option("--before", required=True, help="The baseline, or the reference of a flare.")
@click.option("--now", required=True, help="The later visit.")
@click.option("--highest-temperature", type=float, help="For criteria with a fever rule.")
@_told
def explain(criteria: str, before: str, now: str, highest_temperature: float | None) -> None:
    """Explain response or flare between two visits.

    A visit is written as "physician_global=6 patient_global=5 chaq=1.5 active_joints=12
    limited_joints=10 esr=40"; what is missing is left empty ("chaq=").
    """
    earlier, later = _core_set(before, "--before"), _core_set(now, "--now")
    if criteria in _names(FlareCriteria):
        flare: Any = jia.flare(reference=earlier, now=later, criteria=criteria)
        click.echo(flare.explain())
        return
    more: dict[str, Any] = {}
    if highest_temperature is not None:
        more["highest_temperature"] = highest_temperature
    click.echo(jia.acr_ped(baseline=earlier, now=later, criteria=criteria, **more).explain())


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
    except TypeError as error:
        if isinstance(error, JiaScoresError):
            raise
        raise RequestError(f"{option}: {error}") from error
