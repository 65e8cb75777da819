"""Change one place of the source at a time, and see whether a test notices.

`make mutants` runs the whole sample, which takes about an hour. Three parts do the work:

- the places and their changes, by cosmic-ray's operators (`places.py`);
- which test runs which line, and how long it takes, measured once (`build/mutants/tests.json`);
- a pytest that has collected all tests, and forks for each mutant: the child takes the changed
  code over and runs the tests of that line until one fails. Where the change stands outside of
  functions, the child is one that has not imported jiascores yet.

`survivors.md` names each mutant that no test noticed, and says why; `results.md` has the figures.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import gc
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import inspect
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import types
import warnings
from collections import Counter, defaultdict
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from places import LAYERS, ROOT, SOURCE, Mutant, modules, sample, scopes

BUILD = ROOT / "build" / "mutants"
TESTS = BUILD / "tests.json"
RESULTS = BUILD / "results.jsonl"
SURVIVORS = Path(__file__).with_name("survivors.md")
PROFILE = "mutants"
# Seconds of tests, as they took without a mutant, that a mutant is given to be noticed in.
BUDGET = 40.0
# A test that takes longer comes after all that do not.
SLOW = 0.5
# A child may take this many times as much processor time, and so much more, before it counts as hung.
PATIENCE, GRACE = 5, 20
MEMORY = 8 << 30
# A file of tests that takes longer waits for threads that a fork has lost: none of its tests count.
HUNG = 1800


# These hold a connection from the start, with threads that a fork loses: their tests run by import.
THREADED = {
    "tests/laws/test_engines_agree.py",
    "tests/tables/test_engines.py",
    "tests/tables/test_spark.py",
}
# The tests of these layers, and the laws that hold for all: what the others catch is not counted,
# but for those of ADaM and of the report, which ask what no other layer asks, and those that pin
# the names and the parameters of the public functions.
FOLDERS = [
    str(ROOT / "tests" / name) for name in (*LAYERS, "laws", "catalogue", "adam", "reporting")
]
FOLDERS.append(str(ROOT / "tests" / "test_surface.py"))

# These start processes of their own, which see the source as it stands.
APART = ["tests/catalogue/test_mistakes.py", "tests/laws/test_conditions.py"]
LEFT_OUT = [f"--ignore={ROOT / file}" for file in (*APART, *sorted(THREADED))]

# ------------------------------------------------------------------- which tests run which lines


class Durations:
    """Keep how long each test takes, and which fail: those say nothing about a mutant."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report) -> None:
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.add(report.nodeid)


class Lines:
    """Keep which lines of the modules each test runs."""

    def __init__(self) -> None:
        self.of_test: dict[str, dict[str, list[int]]] = {}
        self.now: dict[str, set[int]] = defaultdict(set)
        files = {str(path) for path in modules()}
        tool = sys.monitoring.COVERAGE_ID
        sys.monitoring.use_tool_id(tool, "mutants")
        sys.monitoring.register_callback(tool, sys.monitoring.events.LINE, self.line)
        for thing in gc.get_objects():
            if isinstance(thing, types.FunctionType) and thing.__code__.co_filename in files:
                for code in (thing.__code__, *codes(thing.__code__)):
                    sys.monitoring.set_local_events(tool, code, sys.monitoring.events.LINE)

    def line(self, code: types.CodeType, line: int):
        self.now[code.co_filename].add(line)
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self.now.clear()
        sys.monitoring.restart_events()
        answer = yield
        self.of_test[item.nodeid] = {file: sorted(lines) for file, lines in self.now.items()}
        return answer


def run_items(items: list[pytest.Item], kept: Durations, *, all_of_them: bool = True) -> None:
    """Run tests that are collected, to the first that fails or all of them."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if kept.failed and not all_of_them:
            break


class Baseline:
    """Run all tests without a change, shared out among children, and write what each runs."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session) -> bool:
        for path in modules():
            importlib.import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
        files = sorted({item.nodeid.split("::")[0] for item in session.items})
        waiting, running = [*files, *THREADED], {}
        while waiting or running:
            while waiting and len(running) < self.workers:
                file = waiting.pop()
                log = BUILD / "logs" / (file.replace("/", ".") + ".log")
                log.parent.mkdir(parents=True, exist_ok=True)
                work = functools.partial(self.run, session, file, log)
                running[start(work, log, HUNG)] = time.monotonic()
            for pid, begun in list(running.items()):
                if time.monotonic() - begun > HUNG:
                    os.kill(pid, signal.SIGKILL)
                if os.waitpid(pid, os.WNOHANG)[0]:
                    del running[pid]
            time.sleep(0.1)
        return True

    def run(self, session: pytest.Session, file: str, log: Path) -> int:
        kept, lines = Durations(), Lines()
        if file in THREADED:
            pytest.main([*OPTIONS, str(ROOT / file)], plugins=[kept, lines])
        else:
            session.config.pluginmanager.register(kept)
            session.config.pluginmanager.register(lines)
            run_items([item for item in session.items if item.nodeid.split("::")[0] == file], kept)
        found = {
            test: {"seconds": kept.seconds[test], "lines": there}
            for test, there in lines.of_test.items()
            if test not in kept.failed
        }
        log.with_suffix(".json").write_text(json.dumps(found), encoding="utf-8")
        print("failed:", sorted(kept.failed))
        return 0


def measure(workers: int) -> None:
    """Write which tests run each line, and how long each takes."""
    shutil.rmtree(BUILD / "logs", ignore_errors=True)
    pytest.main([*OPTIONS, *LEFT_OUT, *FOLDERS], plugins=[Baseline(workers)])
    write_tests()


def write_tests() -> None:
    """Put together what the children have written: of each line, the numbers of its tests."""
    seconds: dict[str, float] = {}
    lines: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for file in sorted((BUILD / "logs").glob("*.json")):
        for test, found in json.loads(file.read_text(encoding="utf-8")).items():
            number, seconds[test] = len(seconds), found["seconds"]
            for path, there in found["lines"].items():
                of_file = lines[path.removeprefix(f"{ROOT}{os.sep}")]
                for line in there:
                    of_file[line].append(number)
    TESTS.write_text(json.dumps({"seconds": seconds, "lines": lines}), encoding="utf-8")


class Coverage:
    """Which tests run a line, those first that are quick and closest to it."""

    def __init__(self) -> None:
        known = json.loads(TESTS.read_text(encoding="utf-8"))
        self.seconds: dict[str, float] = known["seconds"]
        self.names = list(self.seconds)
        self.lines = {
            file: {int(line): tests for line, tests in lines.items()}
            for file, lines in known["lines"].items()
        }

    def of(self, mutant: Mutant, *, imported: bool) -> list[str]:
        """Return the tests to run; a line that runs at import has those of its whole scope."""
        lines = self.lines.get(str(mutant.path.relative_to(ROOT)), {})
        tree = ast.parse(mutant.path.read_text(encoding="utf-8"))
        if imported:
            where = scopes(tree)
            scope = where.get(mutant.line, "")
            # What runs at import alone is tried by all that run anything of its file.
            there = [line for line in lines if scope in where.get(line, "")] or [*lines]
        else:
            there = [mutant.line] if mutant.line in lines else lines_of_statement(tree, mutant.line)
        found = set().union(*(lines.get(line, ()) for line in there))
        tests = {self.names[number] for number in found}
        first = self.in_order(tests, mutant.path.stem)
        # What runs at import may be read by a test that runs no line of the file.
        others = set(self.names) - tests if imported else set()
        return [*first, *self.in_order(others, mutant.path.stem)]

    def in_order(self, tests: set[str], stem: str) -> list[str]:
        """Return the tests, file by file, until the budget is spent: slow ones come last."""
        cost: dict[str, float] = defaultdict(float)
        count: Counter[str] = Counter()
        for test in tests:
            file = test.split("::", maxsplit=1)[0]
            cost[file] += self.seconds.get(test, 1.0)
            count[file] += 1

        def rank(test: str):
            file, seconds = test.split("::", maxsplit=1)[0], self.seconds.get(test, 1.0)
            slow = seconds > SLOW
            near = Path(file).stem.removeprefix("test_") == stem
            return slow, not near, cost[file] / count[file], file, seconds, test

        chosen, spent = [], 0.0
        for test in sorted(tests, key=rank):
            spent += self.seconds.get(test, 1.0)
            if chosen and spent > BUDGET:
                break
            chosen.append(test)
        return chosen


def lines_of_statement(tree: ast.Module, line: int) -> list[int]:
    """Return the lines of the smallest statement that a line is part of."""
    around = [
        range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
    ]
    return list(min((lines for lines in around if line in lines), key=len, default=[line]))


# ------------------------------------------------------------------- the changed code


def codes(code: types.CodeType) -> list[types.CodeType]:
    """Return the code of everything that stands inside of a piece of code, in order."""
    inside = [inner for inner in code.co_consts if isinstance(inner, types.CodeType)]
    return [each for inner in inside for each in (inner, *codes(inner))]


def own(code: types.CodeType) -> tuple:
    """Return what a piece of code does itself, without the functions inside it."""
    kept = [(type(x), x) for x in code.co_consts if not isinstance(x, types.CodeType)]
    return code.co_name, code.co_code, kept, code.co_names, code.co_varnames


@functools.cache
def as_it_is(path: Path) -> tuple[types.CodeType, ...]:
    """Return the code of a module and of everything in it."""
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    return code, *codes(code)


@functools.cache
def changed_functions(mutant: Mutant) -> dict[types.CodeType, types.CodeType] | None:
    """Return the functions that changed, or None where something else did, which ran at import."""
    before, changed = as_it_is(mutant.path), compile(mutant.source, str(mutant.path), "exec")
    after = (changed, *codes(changed))
    if len(before) != len(after):
        return None
    pairs = list(zip(before, after, strict=True))
    if any(own(a) != own(b) and not a.co_flags & inspect.CO_OPTIMIZED for a, b in pairs):
        return None
    return {a: b for a, b in pairs if a != b and a.co_flags & inspect.CO_OPTIMIZED}


class Alive:
    """The functions of the modules that are alive, and what jiascores has cached."""

    def __init__(self) -> None:
        for path in modules():
            importlib.import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
        self.functions: dict[str, list[types.FunctionType]] = defaultdict(list)
        self.caches = []
        for thing in gc.get_objects():
            if isinstance(thing, types.FunctionType):
                self.functions[thing.__code__.co_filename].append(thing)
            elif isinstance(thing, functools._lru_cache_wrapper):
                if str(thing.__module__).startswith("jiascores"):
                    self.caches.append(thing)

    def take_over(self, mutant: Mutant, changed: dict[types.CodeType, types.CodeType]) -> None:
        """Give the functions their changed code, and forget what was cached."""
        for function in self.functions[str(mutant.path)]:
            function.__code__ = changed.get(function.__code__, function.__code__)
        for cache in self.caches:
            cache.cache_clear()


class Changed(importlib.abc.MetaPathFinder):
    """Import the changed source in place of the file's."""

    def __init__(self, mutant: Mutant) -> None:
        parts = mutant.path.relative_to(SOURCE).with_suffix("").parts
        self.name, self.mutant = ".".join(parts), mutant

    def find_spec(self, name, path, target=None):
        if name != self.name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        mutant = self.mutant

        class Loader(importlib.machinery.SourceFileLoader):
            def get_code(self, fullname):
                return compile(mutant.source, str(mutant.path), "exec")

        spec.loader = Loader(name, str(mutant.path))
        return spec


# ------------------------------------------------------------------- children


def start(work, log: Path, seconds: float) -> int:
    """Fork; the child runs `work`, whose answer is its exit code: 1 for noticed, 0 for not."""
    sys.stdout.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # threads: the child starts those that it needs
        pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds) + 5))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        folder = log.with_suffix("")
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(out, stream)
        code = work()
    except BaseException as error:  # noqa: BLE001 - any end of the child is an answer
        os.write(2, repr(error).encode())
    finally:
        os._exit(code)


class Noticed(Durations):
    """Select tests, in the order given, and stop at the first that fails."""

    def __init__(self, tests: list[str]) -> None:
        super().__init__()
        self.place = {test: i for i, test in enumerate(tests)}

    def pytest_runtest_logreport(self, report) -> None:
        super().pytest_runtest_logreport(report)
        if report.failed:
            os._exit(1)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.place),
            key=lambda item: self.place[item.nodeid],
        )


def by_import(mutant: Mutant | None, tests: list[str]) -> int:
    """In a child: import jiascores with the change, and run the tests, a file at a time."""
    if mutant is not None:
        sys.meta_path.insert(0, Changed(mutant))
    for file in dict.fromkeys(test.split("::", maxsplit=1)[0] for test in tests):
        answer = pytest.main([*OPTIONS, str(ROOT / file)], plugins=[Noticed(tests)])
        if answer not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            return 1
    return 0


OPTIONS = [
    "-q",
    "--capture=sys",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "-W",
    "ignore::pytest.PytestAssertRewriteWarning",
    f"--hypothesis-profile={PROFILE}",
    f"--rootdir={ROOT}",
]


class Forks:
    """Take over from pytest once all tests are collected: one child for each mutant."""

    def __init__(self, mutants: list[Mutant], known: Coverage, workers: int) -> None:
        self.mutants, self.known, self.workers = mutants, known, workers
        self.report = os.fdopen(os.dup(1), "w")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session) -> bool:
        items = {item.nodeid: item for item in session.items}
        alive = Alive()
        gc.collect()
        gc.freeze()

        def job(mutant: Mutant):
            functions = changed_functions(mutant)
            tests = [test for test in self.known.of(mutant, imported=False) if test in items]
            chosen = [items[test] for test in tests]

            def work() -> int:
                alive.take_over(mutant, functions)
                kept = Durations()
                session.config.pluginmanager.register(kept)
                run_items(chosen, kept, all_of_them=False)
                return int(bool(kept.failed))

            return work, tests

        run_all(self.mutants, job, self.known, self.workers, self.report)
        return True


def run_all(mutants: list[Mutant], job, known: Coverage, workers: int, report) -> None:
    """Keep so many children at work, and write down how each ended."""
    waiting, running = list(reversed(mutants)), {}
    logs = BUILD / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    while waiting or running:
        while waiting and len(running) < workers:
            mutant = waiting.pop()
            work, tests = job(mutant)
            log = logs / f"{hashlib.sha256(mutant.name.encode()).hexdigest()[:12]}.log"
            if not tests:
                write(mutant, "no test runs it", 0, 0.0, report)
                continue
            seconds = GRACE + PATIENCE * sum(known.seconds.get(test, 1.0) for test in tests)
            pid = start(work, log, seconds)
            running[pid] = (mutant, log, len(tests), time.monotonic(), seconds)
        for pid, (mutant, log, count, begun, seconds) in list(running.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            took = time.monotonic() - begun
            if not done:
                if took > 10 * seconds:
                    os.kill(pid, signal.SIGKILL)
                continue
            end_group(pid)
            shutil.rmtree(log.with_suffix(""), ignore_errors=True)
            answer = "survived" if status == 0 else "killed"
            if os.WIFSIGNALED(status):
                hung = os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL}
                answer = "killed: it did not end" if hung else "killed: it crashed"
            if answer == "killed":
                log.unlink(missing_ok=True)
            write(mutant, answer, count, took, report)
            del running[pid]
        time.sleep(0.02)


def end_group(pid: int) -> None:
    """End what a child has started and left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def write(mutant: Mutant, answer: str, tests: int, seconds: float, report) -> None:
    """Keep how it ended, and say so where no test noticed."""
    row = {"mutant": mutant.name, "layer": mutant.layer, "answer": answer, "line": mutant.line}
    row |= {"tests": tests, "seconds": round(seconds, 1)}
    with RESULTS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
    if not answer.startswith("killed"):
        print(f"{answer}: {mutant.name}", file=report, flush=True)


# ------------------------------------------------------------------- the whole


def outcomes() -> dict[str, dict]:
    """Return the last answer of each mutant that was tried."""
    if not RESULTS.exists():
        return {}
    rows = map(json.loads, RESULTS.read_text(encoding="utf-8").splitlines())
    return {row["mutant"]: row for row in rows}


def equivalents() -> set[str]:
    """Return the mutants that `survivors.md` shows to change nothing."""
    text = SURVIVORS.read_text(encoding="utf-8") if SURVIVORS.exists() else ""
    part = text.partition("## Not noticed")[0]
    return {line[2:] for line in part.splitlines() if line.startswith("- ")}


def table(mutants: list[Mutant]) -> str:
    """Return the figures of each layer."""
    found, same = outcomes(), equivalents()
    rows = [
        "| layer | mutants | equivalent | of the others | killed | share |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    total: Counter[str] = Counter()
    for layer in (*LAYERS, "all"):
        if layer != "all":
            own = [m for m in mutants if m.layer == layer and m.name in found]
            killed = sum(found[m.name]["answer"].startswith("killed") for m in own)
            equal = sum(
                m.name in same and not found[m.name]["answer"].startswith("killed") for m in own
            )
            count = Counter(mutants=len(own), equivalent=equal, killed=killed)
            total += count
        else:
            count = total
        others = count["mutants"] - count["equivalent"]
        share = f"{count['killed'] / others:.1%}" if others else "–"
        rows.append(
            f"| {layer} | {count['mutants']} | {count['equivalent']} | {others} "
            f"| {count['killed']} | {share} |"
        )
    return "\n".join(rows)


def in_child(work) -> None:
    """Do this in a process of its own, so that jiascores is not imported in this one."""
    log = BUILD / "pytest.log"
    _, status = os.waitpid(start(lambda: int(work() or 0), log, 36000), 0)
    if status:
        sys.exit(f"it did not go through: see {log}")


def try_all(mutants: list[Mutant], known: Coverage, workers: int, where: list[str]) -> None:
    """Try each mutant: in a fork that has collected the tests, or else by import."""
    at_import = {
        mutant
        for mutant in mutants
        if changed_functions(mutant) is None or not known.of(mutant, imported=False)
    }
    rest = [mutant for mutant in mutants if mutant not in at_import]
    if rest:
        forks = Forks(rest, known, workers)
        in_child(lambda: pytest.main([*OPTIONS, *where], plugins=[forks]))

    def by_importing(mutant: Mutant):
        tests = known.of(mutant, imported=mutant in at_import)
        if mutant not in at_import:
            tests = [test for test in tests if test.split("::", maxsplit=1)[0] in THREADED]
        return (lambda: by_import(mutant, tests)), tests

    # Where tests with threads run the line too, they have the last word.
    done = outcomes()
    rest = [mutant for mutant in rest if not done[mutant.name]["answer"].startswith("killed")]
    rest = [mutant for mutant in rest if by_importing(mutant)[1]]
    run_all([*rest, *at_import], by_importing, known, workers, sys.stdout)


def preload() -> None:
    """Import what every child needs, and nothing of jiascores."""
    from hypothesis import HealthCheck, Phase, settings

    settings.register_profile(
        PROFILE,
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=50,
        phases=[Phase.explicit, Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    for name in ("numpy", "pandas", "narwhals", "scipy.stats", "polars", "pyarrow.parquet"):
        try:
            __import__(name)
        except ImportError:
            continue


def main() -> None:
    """Try the mutants that have no answer yet, and print the figures of each layer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1000, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="decides which")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--again", action="store_true", help="measure which test runs which line")
    parser.add_argument(
        "--survivors", action="store_true", help="again those that survived and are not equivalent"
    )
    given = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    sys.path[:0] = [str(SOURCE), str(ROOT)]
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    os.environ["PYTHONPATH"] = str(SOURCE)
    preload()
    if given.again or not TESTS.exists():
        in_child(functools.partial(measure, given.workers))
    known = Coverage()
    mutants = sample(given.size, given.seed, BUILD / "sample.pickle")
    done = outcomes()
    todo = [m for m in mutants if m.name not in done]
    if given.survivors:
        left = {name for name, row in done.items() if not row["answer"].startswith("killed")}
        todo += [m for m in mutants if m.name in left - equivalents()]
    print(f"{len(mutants)} mutants, {len(todo)} to try", flush=True)
    try_all(todo, known, given.workers, [*LEFT_OUT, *FOLDERS])
    print(table(mutants))


if __name__ == "__main__":
    main()
