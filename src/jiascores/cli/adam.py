"""`jiascores adam`: files of visits and ADSL as the data sets of an analysis, ADEFF and ADTTE."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

import jiascores as jia
from jiascores.cli.measures import MEASURES
from jiascores.cli.running import (
    FILE,
    Job,
    baseline_option,
    measures_option,
    on_table,
    together,
    windows_of,
    with_choices,
    with_options,
)
from jiascores.core.errors import RequestError
from jiascores.files.kinds import kind_to_write
from jiascores.files.mapping import keys_of
from jiascores.files.reading import DATE, FLAG, read_by
from jiascores.files.text import Style
from jiascores.files.writing import refuse_target, whole, written
from jiascores.tables.naming import Column

# Keys of the mapping that `adeff` takes as they are.
TAKEN = ("study", "variables", "improvement", "thresholds", "paramcd", "terminology")
COMMON = together(
    click.option("--subjects", type=FILE, help="ADSL; else the file of [patients] in the mapping."),
    click.option("--keep", multiple=True, help="A column of ADSL to take along, or NEW=COLUMN."),
    click.option(
        "--created",
        help="The creation time, such as 2026-01-31T12:00:00; needed for .xpt and .json, because no clock is read.",
    ),
    click.option(
        "--metadata", type=FILE, help="The file for the metadata that a define file needs, in rows."
    ),
)


@click.group()
def adam() -> None:
    """Make CDISC ADaM data sets of a file of visits: ADEFF, and ADTTE."""


@adam.command(epilog=MEASURES)
@on_table(
    baseline_option,
    measures_option,
    click.option("--variable", "variables", multiple=True, help="What was recorded, such as esr."),
    COMMON,
    click.option("--study", help="STUDYID, where there is no ADSL."),
    click.option("--visit", help="Your column with AVISIT; by default nominal_visit."),
    click.option("--visit-number", help="Your column with AVISITN."),
    takes=("marker",),
    prints=False,
)
def adeff(
    job: Job, subjects: Path | None, created: str | None, metadata: Path | None, **given: Any
) -> None:
    """Write the efficacy data set: a row for each parameter at each visit of FILE.

    \b
    jiascores adam adeff visits.csv --mapping mapping.toml --subjects adsl.xpt --keep TRT01P \\
        --baseline first --measure jadas10 --measure responder:30:missing=nri \\
        -o adeff.xpt --created 2026-01-31T12:00:00 --metadata define.csv

    The name after -o says the kind: .xpt (SAS transport version 5), .json (Dataset-JSON 1.1),
    .parquet or .csv. What else ADEFF takes stands in the table [adam] of the mapping.
    """
    kind = _kind(job, created, metadata)
    own = with_options(job.how.adam, given)
    windows = windows_of(job.how.visits) if own.windows else None
    said = {
        **{name: getattr(own, name) for name in TAKEN},
        "keep": _renamed(own.keep),
        "windows": windows,
        "periods": own.periods or None,
        "phases": own.phases or None,
        "sources": {
            name: (*words[:2], *map(Column, words[2:])) for name, words in own.sources.items()
        },
        "visit": _column(own.visit),
        "visit_number": _column(own.visit_number),
        "due": {float(number): word for number, word in own.due.items()},
        "carry": {name: Column(column) for name, column in own.carry.items()},
    }
    rules = [] if windows is None else [windows["day_zero"], windows["same_day"]]
    visits = job.read(**read_by(*rules))[1]
    if subjects is not None or own.study is None:
        first = [*own.periods.values(), *own.phases.values()]
        said["subjects"] = _adsl(job, subjects, _dates([*_renamed(own.keep).values(), *first]))
    dataset = job.call(jia.adam.adeff, visits, measures=job.requests, **said)
    _write(job, dataset, kind, created, metadata)


@adam.command(epilog=MEASURES)
@on_table(
    baseline_option,
    click.option(
        "--event",
        "measure",
        help="A verdict such as flare:prcsg-printo:baseline, or column.COLUMN of yes and no.",
    ),
    COMMON,
    click.option("--origin", help="The column of ADSL with day 1; by default TRTSDT."),
    click.option(
        "--undetermined",
        type=click.Choice(["no", "event", "censor"]),
        help="What a visit counts as if the event cannot be determined there.",
    ),
    click.option("--paramcd", help="PARAMCD, if the event has no code yet."),
    click.option("--param", help="PARAM."),
    takes=("marker",),
    prints=False,
)
def adtte(
    job: Job,
    subjects: Path | None,
    created: str | None,
    metadata: Path | None,
    keep: tuple[str, ...],
    **given: Any,
) -> None:
    """Write the time-to-event data set: a row for each subject of ADSL.

    \b
    jiascores adam adtte visits.csv --mapping mapping.toml --subjects adsl.xpt \\
        --event flare:prcsg-printo:baseline --baseline flagged:randomised --origin RANDDT \\
        --undetermined no -o adtte.xpt --created 2026-01-31T12:00:00

    Why subjects stopped, and what that counts as, stands in [adam.event] of the mapping.
    """
    kind = _kind(job, created, metadata)
    own, keep = with_options(job.how.adam.event, given), keep or job.how.adam.keep
    said = {name: getattr(own, name) for name in keys_of(type(own)) if name != "measure"}
    said |= {name: _column(said[name]) for name in ("stopped", "reason", "until")}
    said = {name: value for name, value in said.items() if value is not None}
    event, asked = _event(job, own.measure)
    visits = job.read(**asked)[1]
    dates = [name for name in (own.origin, own.stopped, own.until) if name is not None]
    said |= {
        "subjects": _adsl(job, subjects, [*dates, *_dates(_renamed(keep).values())]),
        "keep": _renamed(keep),
    }
    said["terminology"] = job.how.adam.terminology
    said |= {name: job.said[name] for name in ("columns", "units", "baseline", "marker")}
    _write(job, jia.adam.adtte(visits, event, **said), kind, created, metadata)


def _event(job: Job, text: str | None) -> tuple[Any, dict[str, str]]:
    """Return the event as a request or a column, and the columns to read for it."""
    if text is None:
        raise RequestError(
            "which event? Give --event, such as --event flare:prcsg-printo:baseline, or name it: "
            '[adam.event] of the --mapping: measure = "…".',
            variable="event",
        )
    if text.startswith("column."):
        column = Column(text.removeprefix("column."))
        return column, {column.name: FLAG}
    job.requests = [with_choices(text, job.how)]
    return job.requests[0], {}


def _renamed(keep: Sequence[str]) -> dict[str, str]:
    """Return the columns of ADSL to add, by their new names."""
    pairs = (each.partition("=") for each in keep)
    return {new: old or new for new, _, old in pairs}


def _dates(names: Iterable[str]) -> list[str]:
    """Return the columns of ADSL whose names say that they are dates."""
    return [name for name in ("TRTSDT", *names) if name.endswith("DT")]


def _column(name: str | None) -> Column | None:
    return None if name is None else Column(name)


def _kind(job: Job, created: str | None, metadata: Path | None) -> str:
    """Return the format of the data set; raise before anything is read if a file cannot be written."""
    if metadata is not None and metadata == job.out:
        raise RequestError("--out and --metadata name one file: give two.", variable="metadata")
    for path in (job.out, metadata):
        refuse_target(path, force=job.force, inputs=[job.file, *job.inputs])
    if metadata is not None:
        kind_to_write(metadata)
    # Imported here, so that other commands need not load it.
    from jiascores.adam.files import ending_to_write

    return ".csv" if job.out is None else ending_to_write(job.out, created)


def _adsl(job: Job, path: Path | None, dates: Sequence[str]) -> Any:
    """Return ADSL, these columns as dates."""
    if path is None and job.how.patients.file is None:
        raise RequestError(
            "which file is ADSL? Give --subjects, such as --subjects adsl.xpt, or name it: "
            '[patients] of the --mapping: file = "…".',
            variable="subjects",
        )
    if path is not None and path.suffix.lower() == ".json":
        job.inputs.append(path)
        return jia.adam.read(path)
    return job.beside(path, "patients", **dict.fromkeys(dates, DATE))


def _write(job: Job, dataset: Any, kind: str, created: str | None, metadata: Path | None) -> None:
    """Write a data set and its metadata, both or neither."""
    from jiascores.adam.files import content_of

    content = content_of(dataset, kind, created or "")
    with ExitStack() as stack:
        stack.enter_context(whole(job.out, force=job.force, inputs=job.inputs)).write(content)
        if metadata is not None:
            file = stack.enter_context(whole(metadata, force=job.force, inputs=job.inputs))
            written(dataset.metadata, kind_to_write(metadata), file, Style(), metadata)
    job.written(len(dataset.pandas))
