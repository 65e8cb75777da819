"""The command line, for data managers: from a file to a file, without Python."""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click

import jiascores as jia
from jiascores.cli.adam import adam
from jiascores.cli.measures import MEASURES
from jiascores.cli.running import (
    FAILED,
    FILE,
    NUMBER,
    Commands,
    Job,
    as_records,
    baseline_option,
    column_option,
    json_option,
    measures_option,
    named,
    on_table,
    out_options,
    say_on_the_way,
    windows_of,
    with_options,
    write_rows,
    write_text,
)
from jiascores.cli.trying import DEMO, demo_visits
from jiascores.core.definition import Definition, lookup, published
from jiascores.core.errors import ArgumentError, JiaScoresError, RequestError, say, suggestion
from jiascores.core.joints import FINDINGS
from jiascores.core.variables import CORE_SET_NEEDS, CORE_VARIABLES, MARKERS, VARIABLES
from jiascores.core.words import truth
from jiascores.files.contents import STDIN
from jiascores.files.drafting import draft
from jiascores.files.mapping import Csv, Joints
from jiascores.files.reading import FLAG, number_in, read_by
from jiascores.files.text import Style
from jiascores.files.visits import with_counts
from jiascores.files.writing import refuse_target, write_table
from jiascores.measures.courses import RetreatmentProtocol
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.remission import RemissionCriteria
from jiascores.measures.response import ResponseCriteria
from jiascores.tables.baselines import Flagged
from jiascores.tables.naming import Column


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(jia.__version__, prog_name="jiascores")
def main() -> None:
    """Outcome measures of juvenile idiopathic arthritis, each number traceable to its paper.

    \b
    jiascores init visits.csv -o mapping.toml
    jiascores check visits.csv --mapping mapping.toml
    jiascores assess visits.csv --mapping mapping.toml --measure jadas10 -o scored.csv

    `jiascores demo FOLDER` writes files to try these on.
    """


# --------------------------------------------------------------------------------------------
# Proof and catalogue


@main.command()
@click.option(
    "--date",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The date in the report; by default today.",
)
@out_options
@json_option
def verify(date: dt.datetime | None, out: Path | None, force: bool, as_json: bool) -> None:
    """Run every check value against this installation; the exit status is 1 if one fails."""
    refuse_target(out, force=force)
    result = jia.verify(date=None if date is None else date.date().isoformat())
    text = str(result)
    if as_json:
        said = {"passed": result.passed, "check_values": result.check_values, "report": text}
        text = json.dumps(said, ensure_ascii=False, indent=1)
    if out is not None:
        write_text(f"{text}\n", out, force=force)
    click.echo(text)
    if not result.passed:
        raise click.exceptions.Exit(FAILED)


def _names(_: Any, __: Any, incomplete: str) -> list[str]:
    names = dict.fromkeys(each.name for each in published(Definition))
    return [name for name in names if name.startswith(incomplete)]


@main.command()
@click.argument("names", nargs=-1, shell_complete=_names)
@click.option(
    "--kind",
    # Asking for any public name loads the measures, and so enters every definition.
    type=click.Choice(list(dict.fromkeys(each.kind for each in published(Definition)))),
    help="Only definitions of this kind.",
)
@out_options
@json_option
def definitions(
    names: tuple[str, ...], kind: str | None, out: Path | None, force: bool, as_json: bool
) -> None:
    """Show the catalogue, or the definitions of these NAMES.

    \b
    jiascores definitions prcsg-printo
    jiascores definitions --kind "cut-off set"
    """
    every = [each for each in published(Definition) if kind in (None, each.kind)]
    known = [each.name for each in every]
    shown = [each for each in every if not names or each.name in names]
    for name in names:
        if name not in known:
            raise RequestError(f"there is no definition named {name!r}.{suggestion(name, known)}")
    table = jia.definitions(kind)
    if out is not None:
        write_rows(table, out, as_json, force=force)
    kept = table[table["name"].isin([each.name for each in shown])]
    click.echo(as_records(kept).rstrip() if as_json else "\n\n".join(map(str, shown)))


@main.command()
@click.argument("system", type=click.Choice(["redcap", "json", "schema"]))
@click.option("--score", "scores", multiple=True, help="For redcap: a score, such as jadas10.")
@click.option("--cutoffs", multiple=True, help="For redcap: a cut-off set for the states.")
@click.option("--marker", type=click.Choice(["esr", "crp"]), default="esr", help="For redcap.")
@out_options
def export(
    system: Any, scores: tuple[str, ...], out: Path | None, force: bool, **chosen: Any
) -> None:
    """Write definitions for another system: a REDCap data dictionary, or JSON and its schema.

    \b
    jiascores export redcap --score cjadas10 --cutoffs consolaro-2014 -o dictionary.csv
    jiascores export json -o definitions.json
    jiascores export schema -o definitions.schema.json
    """
    chosen |= {"scores": scores} if scores else {}
    write_text(jia.adam.export(system, **chosen), out, force=force)


# --------------------------------------------------------------------------------------------
# Tables


@main.command()
@click.argument("file", type=FILE)
@click.option("--sheet", help="The sheet of a workbook.")
@click.option("--dictionary", type=FILE, help="A data dictionary of REDCap (CSV).")
@out_options
def init(
    file: Path, sheet: str | None, dictionary: Path | None, out: Path | None, force: bool
) -> None:
    """Draft a mapping for FILE from its names and values.

    \b
    jiascores init visits.csv -o mapping.toml

    Read each line of it, correct what is wrong, and set confirmed = true: no command uses a draft.
    """
    refuse_target(out, force=force, inputs=[file])
    write_text(draft(file, sheet=sheet, dictionary=dictionary), out, force=force, inputs=[file])
    if out is not None:
        click.echo(f"A draft in {out}: read each line, then set confirmed = true.", err=True)


@main.command()
@click.argument(
    "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("jiascores-demo")
)
@click.option("--force", is_flag=True, help="Write over files that exist.")
def demo(folder: Path, force: bool) -> None:
    """Write synthetic visits and their mapping to FOLDER, to try the commands on.

    \b
    jiascores demo
    jiascores assess jiascores-demo/visits.csv --mapping jiascores-demo/mapping.toml -o scored.csv
    """
    folder.mkdir(parents=True, exist_ok=True)
    visits, mapping = folder / "visits.csv", folder / "mapping.toml"
    for path in (visits, mapping):
        refuse_target(path, force=force)
    write_table(demo_visits(), visits, force=force, style=Style(separator=";", decimal=","))
    write_text(DEMO, mapping, force=force)
    click.echo(
        f"Synthetic visits, of nobody, are in {visits}, and how they are written in {mapping}.\nTry:\n"
        f"  jiascores check {visits} --mapping {mapping}\n"
        f"  jiascores assess {visits} --mapping {mapping} -o {folder / 'scored.csv'}\n"
        f"  jiascores report {visits} --mapping {mapping} --by visit -o {folder / 'report.html'}\n"
        f"  jiascores init {visits}"
    )


@main.command(epilog=MEASURES)
@on_table(
    baseline_option,
    measures_option,
    click.option("--details", is_flag=True, help="Add what decided each answer, as columns."),
)
def assess(job: Job, details: bool) -> None:
    """Add measures to every visit of FILE, a row for each visit.

    \b
    jiascores assess visits.csv --mapping mapping.toml --baseline first \\
        --measure jadas71 --measure acr_ped -o assessed.csv

    FILE is CSV or other text (also .gz), Excel, SAS, SPSS, Stata or Parquet, or - for standard
    input. A line of the output is the line of the input with fields added.
    """
    _need_measures(job)
    job.add(jia.assess, measures=job.requests, details=details)


def _need_measures(job: Job) -> None:
    if not job.requests:
        raise RequestError(
            "nothing to compute: give --measure, such as --measure jadas10, or name the measures "
            '[study] of the --mapping: measures = ["jadas10"].',
            variable="measures",
        )


@main.command(epilog=MEASURES)
@on_table(
    baseline_option,
    measures_option,
    column_option("--by", "A column to sort the findings by, such as the site."),
)
def check(job: Job, by: Any) -> None:
    """List what is missing, refused and suspicious in FILE.

    \b
    jiascores check visits.csv --mapping mapping.toml --measure jadas10

    The exit status is 1 if `assess` with the same options would refuse the file, else 0. Without
    a measure, it is 1 if anything is refused. With --invalid missing, values that are not allowed
    are listed as refused, and refuse no file.
    """
    _, visits = job.read()
    findings = job.call(jia.check, visits, measures=job.requests or None, by=by)
    job.table(findings)
    if job.requests:
        try:
            with warnings.catch_warnings():
                # It stands among the findings.
                warnings.simplefilter("ignore", jia.errors.SuspiciousWarning)
                job.call(jia.assess, visits, measures=job.requests)
        except JiaScoresError as error:
            say_on_the_way(f"Refused: {error}")
            raise click.exceptions.Exit(FAILED) from error
    elif (findings["finding"] == "refused").any():
        raise click.exceptions.Exit(FAILED)


@main.command(epilog=MEASURES)
@on_table(
    baseline_option,
    measures_option,
    column_option("--by", "The column with the visit; by default nominal_visit, or a number."),
    column_option("--arm", "The column with the treatment arm, for results of each arm."),
    click.option("--data-cut", help="The date of the data cut; later visits are left out."),
    click.option(
        "--characteristic",
        "characteristics",
        multiple=True,
        help="A column that describes the patients, such as sex or age; may be given more than once.",
    ),
    click.option("--title", help="Title of the page."),
    click.option(
        "--pictures/--no-pictures", default=True, show_default=True, help="Whether to draw."
    ),
    takes=("marker",),
    prints=False,
)
def report(
    job: Job,
    by: Any,
    arm: Any,
    data_cut: str | None,
    characteristics: Sequence[str],
    title: str | None,
    pictures: bool,
) -> None:
    """Write one page on FILE: results by visit and arm, gaps, methods, with pictures.

    \b
    jiascores report visits.csv --mapping mapping.toml --measure jadas10 -o report.html
    """
    _need_measures(job)
    if job.out is None or job.out.suffix not in (".html", ".htm"):
        raise RequestError(f"{say('out', job.out or 'report.html')}: write to a .html file.")
    refuse_target(job.out, force=job.force, inputs=[job.file])
    _, visits = job.read()
    page = job.call(
        jia.report,
        visits,
        measures=job.requests,
        by=by,
        arm=arm,
        data_cut=_day(data_cut),
        pictures=pictures,
        characteristics=[jia.column(name) for name in characteristics],
        source=None if str(job.file) == STDIN else job.file,
        title=title or job.how.study.title or "Visits assessed",
    )
    write_text(page, job.out, force=job.force, inputs=job.inputs)
    if not job.quiet:
        say_on_the_way(f"Report in {job.out}")


def _day(text: str | None) -> str | float | None:
    """Return a date, or the number that a study day is."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


@main.command()
@on_table(
    click.argument("infusions", type=FILE, required=False),
    click.option(
        "--protocol",
        type=named(RetreatmentProtocol),
        help="The protocol; by default that of the mapping.",
    ),
    click.option(
        "--deviations", is_flag=True, help="List the infusions against the protocol instead."
    ),
)
def retreatment(job: Job, infusions: Path | None, protocol: str | None, deviations: bool) -> None:
    """Say for each visit of FILE whether the next infusion may be given.

    \b
    jiascores retreatment visits.csv infusions.csv --protocol swart-2019 -o retreated.csv
    """
    rule: Any = protocol or _protocol(job)
    own = job.how.exclusions
    known = rule if protocol is None else jia.definition(protocol, RetreatmentProtocol)
    flags = dict.fromkeys((own.get(name, name) for name in known.exclusions), FLAG)
    said = {"infusion_columns": job.how.infusions.columns, "exclusions": own, "protocol": rule}
    given = job.beside(infusions, "infusions")
    if deviations:
        _, visits = job.read(**flags)
        job.table(job.call(jia.deviations, visits, given, **said))
    else:
        job.add(jia.retreatment, given, asked=flags, **said)


def _protocol(job: Job) -> Any:
    changes = dict(job.how.protocol)
    name = changes.pop("name", None)
    if name is None:
        raise RequestError(
            'which protocol? Give --protocol, or name it: [protocol] of the --mapping: name = "…".',
            variable="protocol",
        )
    known = lookup(RetreatmentProtocol, name, parameter="protocol.name")
    return known.variant(name=f"{name}, changed", **changes) if changes else known


@main.command()
@on_table(
    click.argument("medication", type=FILE, required=False),
    click.option("--criteria", type=named(RemissionCriteria)),
    click.option(
        "--max-gap-days", type=NUMBER, help="The longest gap in days between two visits of one run."
    ),
    click.option("--counted", multiple=True, help="A drug that counts, or all."),
    click.option("--inactive", help="Your yes/no column with inactive disease."),
    takes=("prefix", "invalid"),
)
def remission(job: Job, medication: Path | None, counted: tuple[str, ...], **given: Any) -> None:
    """Say for each visit of FILE whether the patient is in remission.

    \b
    jiascores remission visits.csv drugs.csv --criteria wallace-2011 --max-gap-days 365 \\
        --counted methotrexate --inactive inactive -o remission.csv
    """
    given["counted"] = "all" if counted == ("all",) else counted
    own = with_options(job.how.medication, given)
    periods = None
    if medication is not None or own.file is not None:
        periods = job.beside(medication, "medication")
    job.add(
        jia.remission,
        periods,
        asked={} if own.inactive is None else {own.inactive: FLAG},
        criteria=own.criteria,
        max_gap_days=own.max_gap_days,
        counted=own.counted or None,
        inactive=None if own.inactive is None else Column(own.inactive),
        markers=job.how.study.markers,
        medication_columns=own.columns,
    )


@main.command()
@on_table(
    *(
        click.option(
            f"--{name.replace('_', '-')}",
            name,
            metavar="BEGINNING",
            help="What comes before the joint in the column names.",
        )
        for name in ("active", *FINDINGS)
    ),
    takes=("prefix",),
)
def joints(job: Job, **beginnings: str | None) -> None:
    """Count the joints of a form, which the options or [joints] of the mapping describe.

    \b
    jiascores joints visits.csv --active active_ --limited limited_ -o counted.csv

    The form has a column for each joint, boxes to tick, lists of joints, a code for each joint, or
    a row for each joint. `assess` and `check` count the joints of the mapping themselves.
    """
    form = with_options(job.how.joints or Joints(), beginnings)
    job.how, job.counted = attrs.evolve(job.how, joints=form), False
    said: dict[str, Any] = {"how": job.how, "prefix": job.how.study.prefix}
    if form.joint is None:
        job.add(with_counts, **said)
    else:
        refuse_target(job.out, force=job.force, inputs=[job.file])
        job.table(with_counts(job.read()[1], **said))


# --------------------------------------------------------------------------------------------
# What makes a table ready


@main.group()
def prepare() -> None:
    """Make a table of visits ready: planned visits, laboratory values."""


@prepare.command("nominal-visits")
@on_table(
    click.option(
        "--week",
        "weeks",
        multiple=True,
        metavar="WEEK:DAYS",
        help="A week, and how many days a visit may lie around it, or its days, 2:8..21.",
    ),
    click.option(
        "--month", "months", multiple=True, metavar="MONTH:DAYS", help="The same with months."
    ),
    click.option(
        "--study-day", is_flag=True, help="Days such as 8..21 are study days: day 1 is day zero."
    ),
    click.option("--same-day", help="flagged:COLUMN, where two rows have one date."),
    click.option(
        "--rule", type=click.Choice(["nearest", "first"]), help="Which of several visits counts."
    ),
    click.option("--day-zero", help="first, flagged:COLUMN, on-or-before:COLUMN or column.COLUMN."),
    takes=("prefix",),
)
def nominal_visits(job: Job, weeks: tuple[str, ...], months: tuple[str, ...], **given: Any) -> None:
    """Say which visit of the protocol each row of FILE is.

    \b
    jiascores prepare nominal-visits visits.csv --week 0:0 --week 8:7 --rule nearest \\
        --day-zero first -o planned.csv
    """
    own = with_options(job.how.visits, {**given, "same_day": None})
    asked = windows_of(own, weeks, months)
    if given["same_day"] is not None:
        kind, _, column = given["same_day"].partition(":")
        if kind != "flagged" or not column:
            raise click.BadParameter("give flagged:COLUMN.", param_hint="--same-day")
        asked["same_day"] = Flagged(column)
    rules = read_by(asked["day_zero"], asked["same_day"])
    job.add(jia.prepare.nominal_visits, asked=rules, **asked)


@prepare.command("laboratory-values")
@on_table(
    click.argument("laboratory", type=FILE, required=False),
    click.option("--value", "values", multiple=True, help="A variable to bring, such as esr."),
    click.option(
        "--window-days", type=NUMBER, help="The longest gap in days between visit and blood draw."
    ),
    takes=("prefix",),
)
def laboratory_values(job: Job, laboratory: Path | None, **given: Any) -> None:
    """Bring laboratory values to the visits of FILE that they were drawn nearest to.

    \b
    jiascores prepare laboratory-values visits.csv laboratory.csv --value esr --window-days 7
    """
    own = with_options(job.how.laboratory, given)
    job.add(
        jia.prepare.laboratory_values,
        job.beside(laboratory, "laboratory"),
        values=list(own.values),
        lab_window_days=own.window_days,
        lab_columns=own.as_read,
        units=own.units,
    )


main.add_command(adam)


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
@click.option(
    "--highest-temperature", type=NUMBER, help="In place of highest_temperature in --now."
)
@json_option
def explain(
    criteria: str, before: str, now: str, highest_temperature: float | None, as_json: bool
) -> None:
    """Explain response or flare between two visits.

    A visit is written as "physician_global=6 patient_global=5 chaq=1.5 active_joints=12
    limited_joints=10 esr=40"; what is missing is left empty ("chaq="). What else the criteria ask
    about stands in --now, as highest_temperature=38.5 or flare_fever=no.
    """
    is_flare = criteria in FLARES
    needs = jia.definition(criteria, FlareCriteria if is_flare else ResponseCriteria).needs
    items: dict[str, Any] = {}
    if highest_temperature is not None:
        items["highest_temperature"] = highest_temperature
    if items and "highest_temperature" not in needs:
        raise ArgumentError(
            f"--highest-temperature: {criteria} does not read it; leave it out.",
            variable="highest_temperature",
        )
    asked = [name for name in needs if name not in (*CORE_SET_NEEDS, *MARKERS, *items)]
    earlier, later = _visit(before, "--before"), _visit(now, "--now", asked)
    items |= {name: later.pop(name) for name in asked}
    answer: Any
    if is_flare:
        answer = jia.flare(
            reference=jia.CoreSet(**earlier), now=jia.CoreSet(**later), criteria=criteria, **items
        )
        said = {"criteria": criteria, "flared": answer.flared}
    else:
        answer = jia.acr_ped(
            baseline=jia.CoreSet(**earlier), now=jia.CoreSet(**later), criteria=criteria, **items
        )
        levels = {name: getattr(answer, name) for name in ("level", "level_min", "level_max")}
        said = {"criteria": criteria, **levels}
    text = answer.explain()
    click.echo(json.dumps({**said, "explanation": text}, ensure_ascii=False) if as_json else text)


def _visit(text: str, option: str, items: Sequence[str] = ()) -> dict[str, Any]:
    """Return the values of a visit: the core set, and each of these items."""
    values: dict[str, Any] = {}
    for part in text.replace(",", " ").split():
        name, equals, value = part.partition("=")
        is_flag = name in VARIABLES and VARIABLES[name].flag
        number = truth(value) if is_flag else number_in(value, Csv())
        if not equals or name in values or (value and not isinstance(number, bool | float)):
            raise RequestError(
                f"{option}: write variable=number, or variable=yes or no, each once, and not {part!r}."
            )
        values[name] = number if value else None
    marker = [name for name in MARKERS if name in values]
    if len(marker) != 1 or set(values) != {*CORE_VARIABLES, *marker, *items}:
        raise RequestError(
            f"{option}: give {', '.join([*CORE_VARIABLES, *items])}, and esr or crp, and nothing else; "
            f'leave empty what is missing ("chaq=").'
        )
    return values
