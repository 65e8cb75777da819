"""How a command runs: what it reads, what it is asked, where it writes, and how it stops."""

from __future__ import annotations

import contextlib
import errno
import inspect
import io
import json
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import attrs
import click

from jiascores.cli.words import CommandLine
from jiascores.core.definition import published
from jiascores.core.errors import WORDS, JiaScoresError, RequestError, SuspiciousWarning, printable
from jiascores.core.measure import Verdict
from jiascores.files.contents import STDIN, Contents, name_of
from jiascores.files.kinds import contents, kind_to_write
from jiascores.files.mapping import (
    FileMapping,
    NominalVisits,
    baseline_rule,
    read_mapping,
    window_days,
)
from jiascores.files.reading import asked_of, confirmed
from jiascores.files.visits import read_beside, read_visits, with_counts
from jiascores.files.writing import refuse_target, whole, write_table, write_with
from jiascores.measures.states import ANY_COURSE
from jiascores.tables.baselines import Flagged
from jiascores.tables.naming import Column
from jiascores.tables.requests import from_category, parse
from jiascores.tables.table import MARKER_RULES

T = TypeVar("T")
# Clears the line of a terminal.
CLEAR = "\r\033[K"
FAILED = 1
# The options that every command on a table has, and two that some have.
JOB_OPTIONS = ("file", "mapping", "marker", "prefix", "invalid", "force", "as_json", "quiet", "baseline", "measures")  # fmt: skip
# Seconds between two updates of the progress.
TICK = 1.0
SIGNALS = ("SIGTERM", "SIGHUP")


class Commands(click.Group):
    """Commands that show errors as messages, in the words of the command line, without a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        spoken = WORDS.set(CommandLine())
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A pipe in an old code page has no ≤: it is written as \u2264, and nothing ends early.
            sys.stdout.reconfigure(errors="backslashreplace")
        with _in_words(), stopped_by_signals(), warnings.catch_warnings():
            warnings.showwarning = _on_one_line
            warnings.simplefilter("always", SuspiciousWarning)
            try:
                return super().invoke(ctx)
            finally:
                WORDS.reset(spoken)

    def make_context(self, *given: Any, **more: Any) -> click.Context:
        """Read what was typed, and print what help is asked for."""
        with _in_words():
            return super().make_context(*given, **more)


@contextmanager
def _in_words() -> Iterator[None]:
    """End with a message where something cannot be done."""
    try:
        yield
    except JiaScoresError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt as error:
        raise SystemExit(128 + signal.SIGINT) from error
    except OSError as error:
        # What standard output did not take is dropped, or Python would try again at exit.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:
            # The reader has gone, as head does.
            raise SystemExit(128 + 13) from error
        raise click.ClickException(_of_the_system(error)) from error


def _of_the_system(error: OSError) -> str:
    """Return what the system said, of which file, and what to do about a full disk."""
    where = f"{error.filename!r}: " if isinstance(error.filename, str) else ""
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    advice = " Make room, or write to another place." if full else ""
    return printable(f"{where}{error.strerror or error}.{advice}")


def _on_one_line(message: Any, *_: Any, **__: Any) -> None:
    say_on_the_way(f"Warning: {message}")


def say_on_the_way(message: str) -> None:
    """Say something on standard error, in place of what a terminal shows of the progress."""
    click.echo(f"{CLEAR if sys.stderr.isatty() else ''}{message}", err=True)


@attrs.define
class Progress:
    """The progress of a command, shown in a terminal while it works."""

    shown: bool
    step: str = ""
    size: int = 0
    done: int = 0

    def begin(self, step: str, size: int = 0) -> None:
        """Begin a step; of `size`, a share is shown."""
        self.step, self.size, self.done = step, size, 0

    def add(self, more: int) -> None:
        """Say how much more of the step is done."""
        self.done += more

    @contextmanager
    def told(self) -> Iterator[None]:
        """Show the progress until the block ends."""
        over = threading.Event()
        thread = threading.Thread(target=self._tell, args=(over,), daemon=True)
        if self.shown:
            thread.start()
        try:
            yield
        finally:
            over.set()
            if self.shown:
                thread.join()

    def _tell(self, over: threading.Event) -> None:
        ticks = 0
        while not over.wait(TICK):
            ticks += 1
            share = f" {min(100 * self.done // self.size, 100)} %" if self.size else ""
            sys.stderr.write(f"{CLEAR}{self.step}{share}, {ticks * TICK:.0f} s")
            sys.stderr.flush()
        sys.stderr.write(CLEAR)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn signals into exits, so that temporary files are removed."""

    def stop(number: int, _: Any) -> None:
        raise SystemExit(128 + number)

    before = {}
    for name in SIGNALS:
        number = getattr(signal, name, None)
        try:
            # A signal that is ignored, as by nohup, stays ignored.
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                before[number] = signal.signal(number, stop)
        except ValueError:
            # Only the main thread may set handlers.
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


class _Number(click.types.FloatParamType):
    """A number that messages and help call a number, and not a float."""

    name = "number"


NUMBER = _Number()


def named(kind: Any) -> click.Choice[str]:
    """Return the choice between the definitions of a kind, by name."""
    return click.Choice([each.name for each in published(kind)])


def together(*options: Option) -> Option:
    """Return several options as one."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def column_option(name: str, says: str) -> Option:
    """Return an option that names a column."""

    def named(_: Any, __: Any, to: str | None) -> Column | None:
        if to == "":
            raise click.BadParameter("give the name of a column.")
        return None if to is None else Column(to)

    return click.option(name, help=says, callback=named)


def _complete(_: Any, __: Any, incomplete: str) -> list[str]:
    """Return the measures and definitions that complete what was typed."""
    from jiascores.cli.measures import completions

    return completions(incomplete)


out_options: Option = together(
    click.option(
        *("-o", "--out"),
        type=FILE,
        help="The file to write; by default, text to the screen. Its ending sets the kind.",
    ),
    click.option("--force", is_flag=True, help="Write over a file that exists."),
)
json_option: Option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
measures_option: Option = click.option(
    "--measure",
    "measures",
    multiple=True,
    shell_complete=_complete,
    help="What to compute; may be given more than once. By default those of the mapping.",
)
baseline_option: Option = click.option(
    "--baseline",
    help="first, flagged:COLUMN or on-or-before:COLUMN; with :per_variable=true after it, and "
    ":days=28 for a date, each variable has its own.",
)
_table_options = together(
    click.argument("file", type=FILE),
    click.option(
        "--mapping",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A TOML file that says how FILE is written; `jiascores init` drafts one.",
    ),
    out_options,
    click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors and warnings."),
)
# Options of commands whose function has a parameter of this name.
_OPTIONS = {
    "marker": click.option(
        "--marker", type=click.Choice(tuple(MARKER_RULES)), help="Which reactant counts."
    ),
    "prefix": click.option("--prefix", help="Put before the name of every added column."),
    "invalid": click.option(
        "--invalid",
        type=click.Choice(["raise", "missing"]),
        help="What a value that is not allowed does; by default it stops everything.",
    ),
}


@attrs.define(kw_only=True)
class Job:
    """One command on one file."""

    file: Path
    how: FileMapping
    out: Path | None
    force: bool
    quiet: bool
    as_json: bool = False
    baseline: Any = None
    requests: list[Any] = attrs.field(factory=list)
    # Whether the joints of a form are counted.
    counted: bool = True
    # How many columns the visits had as they were read.
    width: int = 0
    inputs: list[Any] = attrs.field(factory=list)
    progress: Progress

    @classmethod
    def begun(
        cls,
        mapping: Path | None,
        baseline: str | None = None,
        measures: Sequence[str] | None = None,
        **given: Any,
    ) -> Job:
        """Return the job that the options of a command on a table ask for."""
        how = confirmed(read_mapping(mapping))
        own = ("marker", "prefix", "invalid")
        study: dict[str, Any] = {name: given.pop(name) for name in own if name in given}
        how = attrs.evolve(how, study=with_options(how.study, study))
        requests = () if measures is None else measures or how.study.measures
        return cls(
            how=how,
            baseline=baseline_rule(baseline),
            requests=[with_choices(text, how) for text in requests],
            inputs=[] if mapping is None else [mapping],
            progress=Progress(shown=not given["quiet"] and sys.stderr.isatty()),
            **given,
        )

    @property
    def said(self) -> dict[str, Any]:
        """The arguments that options and mapping give for the table."""
        study = self.how.study
        said = self.how.as_read.call(baseline=self.baseline)
        return {**said, "invalid": study.invalid, "prefix": study.prefix}

    def call(self, function: Callable[..., Any], *tables: Any, **given: Any) -> Any:
        """Call a function on tables, with the arguments of `said` that it takes."""
        self.progress.begin("computing")
        takes = inspect.signature(function).parameters
        return function(*tables, **{k: v for k, v in self.said.items() if k in takes} | given)

    def read(self, path: Any = None, table: str = "visits", **asked: str) -> tuple[Contents, Any]:
        """Return a file as it is, and as a table."""
        path = self.file if path is None else path
        source = self.how.table(table)
        self.inputs.append(path)
        size = Path(path).stat().st_size if Path(path).is_file() else 0
        self.progress.begin(f"reading {name_of(path)}", size)
        file = contents(path, source, self.progress.add)
        if table == "visits":
            more = {**asked_of(self.how, self.requests, self.baseline), **asked}
            file, frame = read_visits(file, self.how, more, compact=True)
            self.width = len(frame.columns)
            if self.how.joints is not None and self.counted:
                _refuse_rows_of_joints(self.how)
                frame = with_counts(frame, self.how)
        else:
            frame = read_beside(file, self.how, table, asked, compact=True)
        if file.kind == "text" and not file.shaped:
            # The lines are kept to be written again, and the table has what was read from them.
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

    def add(
        self,
        function: Callable[..., Any],
        *beside: Any,
        asked: Mapping[str, str] | None = None,
        **given: Any,
    ) -> None:
        """Read the file, add the columns that a function adds to it, and write it again."""
        refuse_target(self.out, force=self.force, inputs=[self.file, *self.inputs])
        if not self.as_json:
            kind_to_write(self.out)
        file, frame = self.read(**(asked or {}))
        answer = self.call(function, frame, *beside, **given)
        if self.as_json:
            self.table(answer)
            return
        added = answer[list(answer.columns[self.width :])]
        own = frame[list(frame.columns[: self.width])]
        self.progress.begin("writing")
        write_with(file, own, added, self.out, force=self.force, inputs=self.inputs)
        self.written(len(added))

    def table(self, frame: Any) -> None:
        """Write a table that is not a file with columns added."""
        self.progress.begin("writing")
        write_rows(frame, self.out, self.as_json, force=self.force, inputs=self.inputs)
        self.written(len(frame))

    def written(self, rows: int) -> None:
        """Say what was written."""
        if self.out is not None and not self.quiet:
            say_on_the_way(f"{rows} row{'' if rows == 1 else 's'} in {name_of(self.out)}")


def _refuse_rows_of_joints(how: FileMapping) -> None:
    """Raise if the mapping describes a file with one row for each joint, and not visits."""
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
    option = pd.option_context("mode.copy_on_write", True) if is_old else contextlib.nullcontext()
    with warnings.catch_warnings(), option:
        # pandas advises against a column for each block, which is meant here.
        warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
        yield


def with_options(own: T, given: Mapping[str, Any]) -> T:
    """Return a table of the mapping, with the options that were given in place of its keys."""
    nothing = (None, False, ())
    chosen = {k: v for k, v in given.items() if not any(v is each for each in nothing)}
    return cast(T, attrs.evolve(cast(Any, own), **chosen))


def windows_of(
    own: NominalVisits, weeks: Sequence[str] = (), months: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the visits of the protocol as `nominal_visits` takes them."""
    return {
        "weeks": _windows("week", weeks, own.weeks),
        "months": _windows("month", months, own.months),
        "study_day": own.study_day,
        "same_day": own.same_day and Flagged(own.same_day),
        "rule": own.rule,
        "day_zero": baseline_rule(own.day_zero, "day_zero"),
    }


def _windows(
    name: str, given: Sequence[str], own: Mapping[str, float | str]
) -> dict[float, Any] | None:
    """Return the windows of weeks or months: those of the options, else of the mapping."""
    pairs: list[Any] = [each.split(":", 1) for each in given] or list(own.items())
    try:
        return {float(due): window_days(str(days)) for due, days in pairs} or None
    except ValueError as error:
        raise RequestError(
            f"--{name}: give {name.upper()}:DAYS, such as --{name} 8:7 or --{name} 8:43..70.",
            variable=f"{name}s",
        ) from error


def on_table(
    *more: Option, takes: Sequence[str] = tuple(_OPTIONS), prints: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options of a command on a table of visits; the command gets a `Job`.

    `takes` names the shared options that its function has as parameters; what `prints` a table
    can print it as JSON.
    """
    shared = [*(_OPTIONS[name] for name in takes), *([json_option] if prints else [])]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def run(out: Path | None, **given: Any) -> Any:
            own = {name: given.pop(name) for name in JOB_OPTIONS if name in given}
            with shallow_copies():
                job = Job.begun(out=None if str(out) == STDIN else out, **own)
                with job.progress.told():
                    return command(job, **given)

        table: Callable[..., Any] = together(_table_options, *shared, *more)(run)
        return table

    return decorate


def with_choices(text: str, how: FileMapping) -> Any:
    """Return a request with the choices that the mapping makes for all requests."""
    request = parse(text, how.variants)
    if not isinstance(request.measure, Verdict):
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


def write_text(text: str, out: Path | None, *, force: bool, inputs: Sequence[Any] = ()) -> None:
    """Write a text to a file, or to the screen."""
    with whole(out, force=force, inputs=inputs) as file:
        file.write(text.encode())


def write_rows(frame: Any, out: Path | None, as_json: bool, **more: Any) -> None:
    """Write a table of its own, as JSON or as a file of the kind that its name says."""
    if as_json:
        write_text(as_records(frame), out, **more)
    else:
        write_table(frame, out, **more)


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
