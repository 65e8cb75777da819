"""Each mistake seen in released software, put into a copy of the package, is caught by verify."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jiascores as jia
from tests.catalogue.test_verification import MISTAKES

PACKAGE = Path(jia.__file__).parent
# The mistake, the file, what stands there, and what the mistake makes of it.
PATCHES = [
    (
        "ESR item computed as ESR/10 above 20",
        "measures/jadas.py",
        "return points_between(esr, ESR_FROM, ESR_TO)",
        "return clamp(esr / 10, 0, 10) * (esr > ESR_FROM)",
    ),
    (
        "JADAS-71 calling JADAS-27, or min(joints, 27)",
        "measures/jadas.py",
        'of the 71", 71, lambda active_joints: active_joints)',
        'of the 71", 71, lambda active_joints: clamp(active_joints, 0, 27))',
    ),
    (
        "the total capped at 10 instead of the joint term",
        "core/measure.py",
        "return reduce(operator.add, [term.value(values) for term in _TERMS[score.name]])",
        "return np.minimum(sum(term.value(values) for term in _TERMS[score.name]), 10)",
    ),
    (
        "high-activity bound 10.5 used for JADAS27 (8.5)",
        "measures/states.py",
        '_pair("jadas27", (1, 2, 4.2), (1, 3.8, 8.5))',
        '_pair("jadas27", (1, 2, 4.2), (1, 3.8, 10.5))',
    ),
    (
        "missing ESR or joints read as 0",
        "measures/jadas.py",
        "points_between(esr, ESR_FROM, ESR_TO)",
        "points_between(__import__('numpy').nan_to_num(esr), ESR_FROM, ESR_TO)",
    ),
    (
        "missing ESR or joints read as 0",
        "measures/jadas.py",
        "clamp(active_joints, 0, JOINT_CAP)",
        "clamp(__import__('numpy').nan_to_num(active_joints), 0, JOINT_CAP)",
    ),
    (
        "globals in mm added as they are",
        "core/variables.py",
        'return Variable(name, label, "0-10", 0, 10, adv',
        'return Variable(name, label, "0-10", 0, 100, adv',
    ),
    (
        "CRP in mg/dL used as mg/L",
        "core/units.csv",
        "crp crp_upper_limit,mg/dL,10,0",
        "crp crp_upper_limit,mg/dL,1,0",
    ),
    (
        "bands with gaps or overlaps",
        "measures/states.py",
        "    return known(len(bounds.steps) - count(passed), score)",
        (
            "    from jiascores.core.logic import either\n\n"
            "    for bound in bounds.upper:\n"
            "        score = either((score > bound) & (score < bound + 0.1), NAN, score)\n"
            "    return known(len(bounds.steps) - count(passed), score)"
        ),
    ),
    (
        "one cut-off set for oligo and poly",
        "measures/states.py",
        "_state(score, bounds[each]) if each in bounds",
        '_state(score, bounds.get("oligo", bounds[each])) if each in bounds',
    ),
    (
        "score rounded, or binary-compared, before classifying",
        "core/decimals.py",
        "SCORE_DECIMALS = 9",
        "SCORE_DECIMALS = 1",
    ),
    (
        "score rounded, or binary-compared, before classifying",
        "core/decimals.py",
        "TOLERANCE = 1e-9\nSCORE_DECIMALS = 9",
        "TOLERANCE = 0.0\nSCORE_DECIMALS = 17",
    ),
    (
        'band labels "MDA" for minimal and moderate',
        "measures/states.py",
        'COMPLETE = ("inactive", "low", "moderate", "high")',
        'COMPLETE = ("inactive", "MDA", "moderate", "high")',
    ),
    (
        "a count column with one gap becomes float and is refused, or a gap becomes False",
        "core/values.py",
        '    if variable.whole and block.dtype.kind == "f":\n        return not',
        (
            '    if variable.whole and block.dtype.kind == "f":\n'
            "        if np.isnan(block).any():\n"
            '            raise ValueError("counts are whole")\n'
            "        return not"
        ),
    ),
    (
        "a count column with one gap becomes float and is refused, or a gap becomes False",
        "core/measure.py",
        "return _where(settled, self.lowest, NAN)",
        "return _where(settled, self.lowest, 0.0)",
    ),
    (
        "two baseline rows on a date",
        "tables/visits.py",
        "        if not again.any():",
        "        if True:",
    ),
    (
        'composite "worst of" several values in one visit',
        "tables/table.py",
        "        core_set = self.core_set\n",
        (
            "        core_set = {n: np.fmin.accumulate(v) for n, v in self.core_set.items()}\n"
            "        rows = np.where(rows >= 0, np.arange(rows.size) - 1, rows)\n"
        ),
    ),
]


def run(package: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "jiascores", "verify"],
        cwd=package.parent,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("mistake", "file", "right", "wrong"),
    PATCHES,
    ids=[f"{number} {patch[0]}" for number, patch in enumerate(PATCHES, start=1)],
)
def test_verify_catches_it(tmp_path: Path, mistake: str, file: str, right: str, wrong: str) -> None:
    package = tmp_path / "jiascores"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    source = (package / file).read_text(encoding="utf-8")
    assert source.count(right) >= 1, "the line has moved: fix this test"
    (package / file).write_text(source.replace(right, wrong), encoding="utf-8")
    done = run(package)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Result:       FAILED" in done.stdout
    assert f"[catches: {mistake}]" in done.stdout, done.stdout[-3000:]


def test_every_mistake_is_tried() -> None:
    assert {patch[0] for patch in PATCHES} == set(MISTAKES)


def test_the_command_passes_without_a_mistake() -> None:
    done = run(PACKAGE)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "Result:       PASSED" in done.stdout
