"""Each rule of the library, broken once on purpose, and the test that notices: `make rules`.

python -m tests.rules            break each in a copy, and run the test that is named
python -m tests.rules --list     write the table of the documentation
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
LONGEST = 120
SOURCE = ROOT / "src" / "jiascores"


class Broken(NamedTuple):
    """A rule, what breaks it, and the test that fails then."""

    rule: str
    how: str
    file: str
    old: str
    new: str
    test: str

    @property
    def node(self) -> str:
        return self.test.split("[")[0]


RULES = (
    Broken(
        "A threshold gives what exact decimal arithmetic gives",
        "no tolerance in comparisons",
        "core/decimals.py",
        "TOLERANCE = 1e-9",
        "TOLERANCE = 0.0",
        "tests/laws/test_exact.py::test_states_of_noisy_sums",
    ),
    Broken(
        "float32 is read as the decimal that was typed",
        "float32 is widened as it is",
        "core/decimals.py",
        "return wide.round(FLOAT32_DECIMALS)",
        "return wide",
        "tests/laws/test_exact.py::test_float32_is_taken_as_four_decimals",
    ),
    Broken(
        "A score that is returned is the double nearest its decimal",
        "one patient's sum is returned as it is",
        "core/measure.py",
        "return float(np.rint(_total(score, numbers) * _SCALE) / _SCALE)",
        "return float(_total(score, numbers))",
        "tests/laws/test_exact.py::test_the_two_forms_of_jadas_agree_and_so_do_single_patients",
    ),
    Broken(
        "Nothing is rounded before it is classified",
        "scores have one decimal",
        "core/measure.py",
        "_SCALE = 10.0**decimals.SCORE_DECIMALS",
        "_SCALE = 10.0",
        "tests/laws/test_exact.py::test_jadas_with_three_decimals_and_gaps",
    ),
    Broken(
        "Units are never guessed",
        "an unknown unit is taken for the canonical one",
        "core/units.py",
        "            return unit\n    return None",
        "            return unit\n    return next(iter(units_of(variable)), None)",
        "tests/core/test_units.py::test_what_is_no_unit_is_refused_and_no_other_suggested",
    ),
    Broken(
        "An unknown joint is answered with all joints of its stem, or with none",
        "the first joint of the stem alone is named",
        "core/joints.py",
        "            return tuple(near)",
        "            return tuple(near)[:1]",
        "tests/core/test_words.py::test_all_joints_of_a_stem_are_named_or_none",
    ),
    Broken(
        "Your table is not changed",
        "columns are added to the table that was given",
        "tables/frame.py",
        "    frame = native.copy(deep=not _copies_on_write())\n",
        "    frame = native\n",
        "tests/tables/test_table.py::test_the_callers_table_is_never_changed",
    ),
    Broken(
        "Rows, order and index stay",
        "the answer has a new index",
        "tables/frame.py",
        "frame = pd.DataFrame(there | columns, index=native.index,",
        "frame = pd.DataFrame({k: [*v] for k, v in (there | columns).items()},",
        "tests/tables/test_frame.py::test_rows_order_index_and_columns_stay",
    ),
    Broken(
        "Series that do not stand on the same rows are never aligned",
        "different indexes are taken",
        "core/like.py",
        "if one.index is not None and not one.index.equals(other.index):",
        "if False:",
        "tests/measures/test_flares.py::test_series_with_different_indexes_are_refused",
    ),
    Broken(
        "An output line is the input line with fields added",
        "line ends are those of this system",
        "files/text.py",
        "        out.write(style.encoded(text.block_with(block, each, len(fields))))",
        "        out.write(style.encoded(text.block_with(block, each, len(fields)).replace('\\r\\n', '\\n')))",
        "tests/files/test_writing.py::test_a_line_is_the_same_line_with_fields_added",
    ),
    Broken(
        "Tables that never meet raise, with both spellings",
        "they are joined to nobody",
        "tables/beside.py",
        'self.refuse(VisitError, words, "patient", values=unknown, rows=rows, reason=NEVER_MEET)',
        "return",
        "tests/tables/test_beside.py::test_ids_that_never_meet_are_shown",
    ),
    Broken(
        "Suspicion is said",
        "assess looks at nothing",
        "tables/assess.py",
        "            if suspicious:",
        "            if False:",
        "tests/tables/test_suspects.py::test_assess_warns_once",
    ),
    Broken(
        "Lazy frames say nothing",
        "every frame is looked at",
        "tables/assess.py",
        "if self.looks and kind_of_frame(visits) in IN_MEMORY:",
        "if self.looks:",
        "tests/tables/test_suspects.py::test_lazy_frames_say_nothing",
    ),
    Broken(
        "Errors carry their reason",
        "every error has the same",
        "core/errors.py",
        "self.reason = reason or type(self).reason",
        'self.reason = "jiascores"',
        "tests/tables/test_reasons.py::test_what_assess_refuses_check_lists",
    ),
    Broken(
        "Errors speak the language of the door",
        "the command line speaks Python",
        "cli/running.py",
        "spoken = WORDS.set(CommandLine())",
        "spoken = WORDS.set(WORDS.get())",
        "tests/test_cli.py::test_advice_is_in_the_words_of_the_command_line",
    ),
    Broken(
        "check lists what assess refuses",
        "values out of range are not collected",
        "tables/cells.py",
        '            ("out-of-range", outside, out_of_range),\n',
        '            ("out-of-range", outside & False, out_of_range),\n',
        "tests/tables/test_reasons.py::test_what_assess_refuses_check_lists",
    ),
    Broken(
        "Nothing partial is written",
        "the file has its name from the start",
        "files/writing.py",
        "    with _nameless(target) as (file, name):",
        "    with contextlib.nullcontext((open(target, 'w+b'), str(target))) as (file, name):",
        "tests/files/test_writing.py::test_an_error_while_writing_leaves_nothing",
    ),
    Broken(
        "A result is neither true nor false",
        "it is true",
        "measures/change.py",
        "    def __bool__(self) -> NoReturn:",
        "    def is_true(self) -> NoReturn:",
        "tests/core/test_measure.py::test_a_result_is_neither_true_nor_false",
    ),
    Broken(
        "Frozen is frozen",
        "a core set can be changed",
        "core/core_set.py",
        "    def __setattr__(self, name: str, value: object) -> None:",
        "    def set(self, name: str, value: object) -> None:",
        "tests/laws/test_properties.py::test_a_core_set_is_frozen_and_keeps_its_own_copy",
    ),
    Broken(
        "A file keeps its mode",
        "it has that of a new one",
        "files/writing.py",
        "mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None",
        "mode = None",
        "tests/files/test_writing.py::test_a_file_that_exists_is_replaced_only_where_told",
    ),
    Broken(
        "Links are followed",
        "a link is replaced by a file",
        "files/writing.py",
        "    target = Path(os.path.realpath(str(path)))\n    mode",
        "    target = Path(os.path.abspath(str(path)))\n    mode",
        "tests/files/test_writing.py::test_links_are_followed",
    ),
    Broken(
        "Devices and pipes are written to and not replaced",
        "they are taken for files",
        "files/writing.py",
        "return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))",
        "return False",
        "tests/files/test_writing.py::test_pipes_and_devices_are_written_to",
    ),
    Broken(
        "Nothing that exists is written over unless you say so",
        "force is always meant",
        "files/writing.py",
        '    if not force:\n        raise RequestError(\n            f"{str(path)!r} exists: nothing',
        '    if False:\n        raise RequestError(\n            f"{str(path)!r} exists: nothing',
        "tests/files/test_writing.py::test_a_file_that_exists_is_replaced_only_where_told",
    ),
    Broken(
        "No interval where its assumptions fail",
        "perfect agreement has an interval of no width",
        "statistics/agreement.py",
        '    if not seen:\n        why_not = "agreement is perfect"\n    elif any',
        "    if any",
        "tests/tables/test_agreements.py::test_no_interval_where_it_would_say_too_much",
    ),
    Broken(
        "Missing is missing, however it is written",
        "a Decimal NaN is a number",
        "core/values.py",
        "        return value.is_nan()",
        "        return False",
        "tests/core/test_wrong_input.py::test_every_way_of_missing_is_a_gap_and_no_error",
    ),
    Broken(
        "A comparison with a missing value is never False",
        "it is",
        "core/logic.py",
        "            if value != value:\n                return NAN",
        "            if value != value:\n                return 0.0",
        "tests/core/test_logic.py::test_a_comparison_on_both_sides_and_with_a_gap",
    ),
    Broken(
        "Two candidates for a baseline raise",
        "the last one counts",
        "tables/visits.py",
        "        if not again.any():",
        "        if True:",
        "tests/tables/test_table.py::test_two_baselines_on_one_day",
    ),
    Broken(
        "A response is empty on the reference row and before it",
        "the reference row counts as after itself",
        "tables/visits.py",
        "return self.dates > self.per_row(np.where(per_patient >= 0, dates, none))",
        "return self.dates >= self.per_row(np.where(per_patient >= 0, dates, none))",
        "tests/tables/test_assess.py::test_rows_keep_their_order_and_the_baseline_is_empty",
    ),
    Broken(
        "There is no clock and no randomness",
        "simulated visits have no seed",
        "testing/cohort.py",
        "np.random.default_rng(seed)",
        "np.random.default_rng()",
        "tests/testing/test_cohort.py::test_a_seed_makes_one_table_and_another_seed_another",
    ),
    Broken(
        "A result that goes to another process is the same there",
        "an error loses what it carries",
        "core/errors.py",
        "return (partial(type(self), **keywords), (str(self),))",
        "return (type(self), (str(self),))",
        "tests/core/test_wrong_input.py::test_one_value",
    ),
)


def run(test: str, source: Path) -> bool:
    """Return whether a test passes with the package in this folder."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(source)},
            capture_output=True,
            check=False,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        return False  # it waits for a pipe that nobody writes to
    if done.returncode not in (0, 1):
        raise SystemExit(f"{test}: {done.stdout.decode()[-2000:]}")
    return done.returncode == 0


def unnoticed() -> Iterator[str]:
    """Break each rule in a copy of the package; yield those whose test passes all the same."""
    for rule in RULES:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "jiascores"
            shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
            path = copy / rule.file
            path.write_text(path.read_text("utf-8").replace(rule.old, rule.new), "utf-8")
            noticed = not run(rule.test, Path(folder))
        sys.stdout.write(f"{'noticed' if noticed else 'NOT NOTICED':<13}{rule.rule}: {rule.how}\n")
        sys.stdout.flush()
        if not noticed:
            yield rule.rule


def table() -> str:
    """Return the rules as a table of the documentation."""
    lines = ["| rule | broken by | the test that fails |", "|---|---|---|"]
    lines += [f"| {rule.rule} | {rule.how} | `{rule.test}` |" for rule in RULES]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="write the table and run nothing")
    if parser.parse_args().list:
        sys.stdout.write(table())
    else:
        raise SystemExit(bool(list(unnoticed())))


if __name__ == "__main__":
    main()
