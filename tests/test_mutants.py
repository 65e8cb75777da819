"""The runner of mutants tells a change that a test notices from one that none does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MUTANTS = ROOT / "mutants"
TEST = "tests/measures/test_mas.py::test_criteria"
# Inside of functions (tried in a fork) and outside (tried by import), noticed and without effect.
CHANGES = {
    "all of the items": ("some = at_least_of(criteria.needed,", "some = at_least_of(4,"),
    "the same number": ("at_least_of(criteria.needed, *", "at_least_of(criteria.needed + 0, *"),
    "another limit": ("ferritin_above=684,", "ferritin_above=685,"),
    "the same limit": ("ferritin_above=684,", "ferritin_above=684.0,"),
}
SCRIPT = """
import json, sys
from pathlib import Path

root, build, test, changes = sys.argv[1], Path(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])
sys.path[:0] = [f"{root}/mutants", f"{root}/src", root]
import run
from places import PACKAGE, Mutant

run.BUILD, run.RESULTS = build, build / "results.jsonl"
path = PACKAGE / "measures" / "mas.py"
source = path.read_text(encoding="utf-8")
mutants = []
for name, (old, new) in changes.items():
    assert source.count(old) == 1, old
    mutants.append(Mutant(name, path, 1, source.replace(old, new)))


class Known:
    seconds = {}

    def of(self, mutant, *, imported):
        return [f"{test}[{words}-{answer}]" for words, answer in PATIENTS]


PATIENTS = [("y y y  y y n n", "True"), ("y y n  y y y y", "False")]
run.preload()
run.try_all(mutants, Known(), 2, [f"{root}/{test}"])
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the runner needs sys.monitoring")
@pytest.mark.skipif(not MUTANTS.is_dir(), reason="the tests run without the source")
def test_a_change_is_noticed_or_not(tmp_path):
    given = [str(ROOT), str(tmp_path), TEST, json.dumps(CHANGES)]
    subprocess.run([sys.executable, "-c", SCRIPT, *given], check=True, cwd=tmp_path)
    rows = map(json.loads, (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines())
    assert {row["mutant"]: row["answer"] for row in rows} == {
        "all of the items": "killed",
        "the same number": "survived",
        "another limit": "killed",
        "the same limit": "survived",
    }
