"""How a command runs: what it reads, what it is asked, where it writes, and how it stops."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeAlias

import attrs
import click

from jiascores.cli.words import CommandLine
from jiascores.core.errors import WORDS, JiaScoresError, RequestError, SuspiciousWarning
from jiascores.core.measure import Verdict
from jiascores.files.kinds import STDIN, Contents, contents, name_of
from jiascores.files.mapping import FileMapping, baseline_rule, read_mapping
from jiascores.files.reading import asked_of, confirmed
from jiascores.files.visits import read_beside, read_visits, with_counts
from jiascores.files.writing import kind_to_write, refuse_target, whole, write_table, write_with
from jiascores.measures.states import ANY_COURSE
from jiascores.tables.requests import Request, from_category, parse
from jiascores.tables.table import MARKER_RULES

FAILED = 1
# From this size on it is shown how far the reading is.
LARGE = 20_000_000
SIGNALS = ("SIGTERM", "SIGHUP")


class Commands(click.Group):
    """Commands that show errors as messages, in the words of the command line, without a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        spoken = WORDS.set(CommandLine())
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A pipe in an old code page has no ≤: it is written as \u2264, and nothing ends early.
            sys.stdout.reconfigure(errors="backslashreplace")
        with stopped_by_signals(), warnings.catch_warnings():
            warnings.showwarning = _on_one_line
            warnings.simplefilter("always", SuspiciousWarning)
            try:
                return super().invoke(ctx)
            except JiaScoresError as error:
                raise click.ClickException(str(error)) from error
            except OSError as error:
                if error.errno == errno.EPIPE:
                    raise
                raise click.ClickException(str(error)) from error
            finally:
                WORDS.reset(spoken)


def _on_one_line(message: Any, *_: Any, **__: Any) -> None:
    click.echo(f"Warning: {message}", err=True)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """End by a signal as by an error, so that what was begun is cleared away."""

    def stop(number: int, _: Any) -> None:
        raise SystemExit(128 + number)

    before = {}
    for name in SIGNALS:
        number = getattr(signal, name, None)
        try:
            # One that is ignored, as by nohup, stays so.
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, stop)
        except ValueError:
            # Only the main thread may.
            break
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# --------------------------------------------------------------------------------------------
# Options

Option: TypeAlias = Callable[[Any], Any]
FILE = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
OUT = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
mapping_option: Option = click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="How the file is written, as TOML; `jiascores init` drafts one.",
)
out_options: tuple[Option, ...] = (
    click.option(
        *("-o", "--out"),
        type=OUT,
        help="Where to write; by default as text to the screen. The name says the kind.",
    ),
    click.option("--force", is_flag=True, help="Write over a file that exists."),
)
quiet_option: Option = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
json_option: Option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _complete(_: Any, __: Any, incomplete: str) -> list[str]:
    """Return the measures and definitions that go on from what was typed."""
    from jiascores.cli.measures import completions

    return completions(incomplete)


measures_option: Option = click.option(
    "--measure",
    "measures",
    multiple=True,
    shell_complete=_complete,
    help="What to compute; may be given more than once. Else those of the mapping.",
)
TABLE: tuple[Option, ...] = (
    click.argument("file", type=FILE),
    mapping_option,
    click.option("--marker", type=click.Choice(tuple(MARKER_RULES)), help="Which reactant counts."),
    click.option("--prefix", help="Put before the name of every added column."),
    click.option(
        "--invalid",
        type=click.Choice(["raise", "missing"]),
        help="What a value that is not allowed does; by default it stops everything.",
    ),
    *out_options,
    json_option,
    quiet_option,
)
baseline_option: Option = click.option(
    "--baseline",
    help="first, flagged:COLUMN or on-or-before:COLUMN; with :per_variable=true:days=28 after it "
    "each variable has its own.",
)


@attrs.define
class Job:
    """One command on one file."""

    file: Path
    how: FileMapping
    out: Path | None
    force: bool
    as_json: bool
    quiet: bool
    baseline: Any = None
    requests: list[Any] = attrs.field(factory=list)
    # Whether the joints of a form are counted.
    counted: bool = True
    # How many columns the visits had as they were read.
    width: int = 0
    inputs: list[Any] = attrs.field(factory=list)

    @property
    def call(self) -> dict[str, Any]:
        """What the calls on a table are told of it."""
        said = self.how.as_read.call(baseline=self.baseline)
        return {**said, "invalid": self.how.study.invalid, "prefix": self.how.study.prefix}

    @property
    def only(self) -> dict[str, Any]:
        """The same, without what some calls do not take."""
        return {name: value for name, value in self.call.items() if name != "baseline"}

    def read(self, path: Any = None, table: str = "visits", **asked: str) -> tuple[Contents, Any]:
        """Return a file as it is, and as a table."""
        path = self.file if path is None else path
        source = self.how.table(table)
        self.inputs.append(path)
        with reading(path, quiet=self.quiet) as progress:
            file = contents(path, source, progress)
        if table == "visits":
            more = {**asked_of(self.how, self.requests, self.baseline), **asked}
            file, frame = read_visits(file, self.how, more, compact=True)
            self.width = len(frame.columns)
            if self.how.joints is not None and self.counted:
                _refuse_rows_of_joints(self.how)
                frame = with_counts(frame, self.how)
        else:
            frame = read_beside(file, self.how, table, asked, compact=True)
        if file.text is not None and not file.shaped:
            # Its lines are written again, and what was read from them is in the table.
            file.columns = {}
        return file, frame

    def beside(self, path: Any, table: str, **asked: str) -> Any:
        """Return a second file as a table: the one that is given, or that of the mapping."""
        own = getattr(self.how, table)
        if path is None and own.file is not None:
            path = (self.how.path or Path()).parent / own.file
        if path is None:
            raise RequestError(
                f"which file holds the {table}? Give it after the visits, or name it: "
                f'[{table}] of the --mapping: file = "…".',
                variable=table,
            )
        return self.read(path, table, **asked)[1]

    def add(self, compute: Callable[[Any], Any], **asked: str) -> None:
        """Read the file, add the columns that are computed, and write it again."""
        refuse_target(self.out, force=self.force, inputs=[self.file, *self.inputs])
        if not self.as_json:
            kind_to_write(self.out)
        file, frame = self.read(**asked)
        answer = compute(frame)
        if self.as_json:
            self.table(answer)
            return
        added = answer[list(answer.columns[self.width :])]
        own = frame[list(frame.columns[: self.width])]
        write_with(file, own, added, self.out, force=self.force, inputs=self.inputs)
        self.said(len(added))

    def table(self, frame: Any) -> None:
        """Write a table of its own."""
        if self.as_json:
            write_text(as_records(frame), self.out, force=self.force, inputs=self.inputs)
        else:
            write_table(frame, self.out, force=self.force, inputs=self.inputs)
        self.said(len(frame))

    def said(self, rows: int) -> None:
        """Say what was written."""
        if self.out is not None and not self.quiet:
            click.echo(f"{rows} row{'' if rows == 1 else 's'} in {name_of(self.out)}", err=True)


def _refuse_rows_of_joints(how: FileMapping) -> None:
    """Raise where a file of visits is due and the mapping is that of one row for each joint."""
    if how.joints is not None and how.joints.joint is not None:
        raise RequestError(
            "[joints] of the --mapping says that the file has one row for each joint. "
            "`jiascores joints` makes a file of counts of it, with one row for each visit; bring "
            "these to the visits, and leave joint out.",
            variable="joint",
        )


@contextmanager
def shallow_copies() -> Iterator[None]:
    """Let pandas copy a column when somebody writes to it, as pandas 3 does always."""
    import pandas as pd

    is_old = int(pd.__version__.partition(".")[0]) < 3  # noqa: PLR2004
    with warnings.catch_warnings(), contextlib.ExitStack() as stack:
        # Each column stands by itself, and so do those that are added.
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        if is_old:
            stack.enter_context(pd.option_context("mode.copy_on_write", True))
        yield


def on_table(*more: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options of a command on a table of visits; the command gets a `Job`."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def run(
            file: Path,
            mapping: Path | None,
            marker: str | None,
            prefix: str | None,
            invalid: str | None,
            out: Path | None,
            force: bool,
            as_json: bool,
            quiet: bool,
            baseline: str | None = None,
            measures: Sequence[str] | None = None,
            **rest: Any,
        ) -> Any:
            how = confirmed(read_mapping(mapping))
            given: dict[str, Any] = {"marker": marker, "prefix": prefix, "invalid": invalid}
            chosen = {name: value for name, value in given.items() if value is not None}
            how = attrs.evolve(how, study=attrs.evolve(how.study, **chosen))
            job = Job(file, how, None if str(out) == STDIN else out, force, as_json, quiet)
            job.baseline = baseline_rule(baseline)
            job.inputs = [] if mapping is None else [mapping]
            if measures is not None:
                job.requests = understood(tuple(measures) or how.study.measures, how)
            with shallow_copies():
                return command(job, **rest)

        for option in reversed((*TABLE, *more)):
            run = option(run)
        return run

    return decorate


def understood(measures: Sequence[str], how: FileMapping) -> list[Any]:
    """Return what is asked for in words as requests, by the definitions of the mapping too."""
    return [_with_choices(text, how) for text in measures]


def _with_choices(text: str, how: FileMapping) -> Any:
    """Return a request, with what the mapping chooses for all of them."""
    request = parse(text, how.variants)
    if not isinstance(request, Request) or not isinstance(request.measure, Verdict):
        return request
    study = how.study
    if study.markers and "markers" in request.measure.options and "markers=" not in text:
        request = attrs.evolve(
            request, options=tuple({**dict(request.options), "markers": study.markers}.items())
        )
    by_course = getattr(request.criteria, "courses", (ANY_COURSE,)) != (ANY_COURSE,)
    open_course = "course" in request.measure.inputs and "course" not in dict(request.bound)
    if study.course == "from-category" and by_course and open_course:
        column = how.as_read.columns.get("ilar_category", "ilar_category")
        request = attrs.evolve(
            request, bound=(*request.bound, ("course", from_category(str(column))))
        )
    return request


@contextmanager
def reading(path: Any, *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Show how far the reading of a large file is, in a terminal."""
    size = Path(path).stat().st_size if str(path) != STDIN and Path(path).is_file() else 0
    if quiet or size < LARGE or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=size, label=f"reading {name_of(path)}", file=sys.stderr) as shown:
        yield shown.update


def write_text(text: str, out: Path | None, *, force: bool, inputs: Sequence[Any] = ()) -> None:
    """Write a text to a file, or to the screen."""
    with whole(out, force=force, inputs=inputs) as file:
        file.write(text.encode())


def as_records(frame: Any) -> str:
    """Return a table as JSON: a list of rows."""
    import pandas as pd

    plain = {
        name: [
            None if gap else _in_json(cell)
            for cell, gap in zip(column.tolist(), pd.isna(column), strict=True)
        ]
        for name, column in frame.items()
    }
    rows = (dict(zip(plain, cells, strict=True)) for cells in zip(*plain.values(), strict=True))
    return json.dumps(list(rows), ensure_ascii=False, indent=1) + "\n"


def _in_json(cell: Any) -> Any:
    """Return a cell as JSON can hold it."""
    if hasattr(cell, "isoformat"):
        return cell.isoformat().removesuffix("T00:00:00")
    return cell if isinstance(cell, bool | int | float | str) else str(cell)
