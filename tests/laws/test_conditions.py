"""The answers are the same whatever the machine is set to, and however many ask at once."""

from __future__ import annotations

import copy
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
import pytest

import jiascores as jia
from jiascores.testing import simulate_visits
from tests.probe import checksum

ROOT = Path(__file__).parents[2]
SEALED = ("unshare", "--map-root-user", "--net")

CONDITIONS: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {
    "assertions off": (("-O",), {}),
    "docstrings off": (("-OO",), {}),
    "the development mode": (("-X", "dev"), {}),
    "one hash seed": ((), {"PYTHONHASHSEED": "1"}),
    "another hash seed": ((), {"PYTHONHASHSEED": "4294967295"}),
    "a day ahead": ((), {"TZ": "Pacific/Kiritimati"}),
    "half an hour apart": ((), {"TZ": "America/St_Johns"}),
    "the C locale, no UTF-8": ((), {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "a German locale": ((), {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}),
    "no home": ((), {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"}),
    "pandas copies on write": ((), {"PANDAS_COPY_ON_WRITE": "1"}),
}


def run(
    words: Sequence[str], more: Mapping[str, str], before: Sequence[str] = ()
) -> subprocess.CompletedProcess[bytes]:
    places = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.run(
        [*before, sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": places} | more,
        capture_output=True,
        check=False,
    )


here = cache(checksum)


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_answers_do_not_depend_on(name: str) -> None:
    options, environment = CONDITIONS[name]
    done = run([*options, "-m", "tests.probe"], environment)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().strip() == here()


def can_be_sealed() -> bool:
    if shutil.which(SEALED[0]) is None:
        return False
    return subprocess.run([*SEALED, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_be_sealed(), reason="no empty network can be made here")
def test_no_network_is_asked() -> None:
    done = run(["-m", "tests.probe"], {}, before=SEALED)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode().strip() == here()


@pytest.mark.parametrize("words", [["definitions"], ["definitions", "--json"], ["verify"]])
def test_a_pipe_of_an_old_code_page_gets_every_line(words: list[str]) -> None:
    old = run(["-m", "jiascores", *words], {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"})
    new = run(["-m", "jiascores", *words], {"PYTHONIOENCODING": "utf-8"})
    assert (old.returncode, old.stderr) == (0, b"")
    assert len(old.stdout.split(b"\n")) == len(new.stdout.split(b"\n")) > 10


def test_an_error_goes_through_a_pipe_of_an_old_code_page(tmp_path: Path) -> None:
    visits = tmp_path / "visits.csv"
    visits.write_text("patient,date,größe ≥\nA,2020-01-01,1\n", encoding="utf-8")
    asked = ["-m", "jiascores", "assess", str(visits), "--measure", "jadas71"]
    done = run(asked, {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"})
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"physician_global" in done.stderr


def visits() -> pd.DataFrame:
    return simulate_visits(30, seed=5, gaps=0.1)


def assessed(seed: int) -> pd.DataFrame:
    frame = simulate_visits(30, seed=seed, gaps=0.1)
    return jia.assess(frame, measures=["jadas71", "acr_ped"], baseline="first", marker="esr")


def test_many_threads_get_what_one_gets() -> None:
    one_frame = visits()
    ask = partial(jia.assess, measures=["jadas71", "acr_ped"], baseline="first", marker="esr")
    with ThreadPoolExecutor(8) as pool:
        of_one = list(pool.map(lambda _: ask(one_frame), range(16)))
        of_many = list(pool.map(assessed, range(8)))
    for answer in of_one:
        pd.testing.assert_frame_equal(answer, ask(one_frame))
    for seed, answer in enumerate(of_many):
        pd.testing.assert_frame_equal(answer, assessed(seed))


def test_other_processes_get_what_this_one_gets() -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for seed, answer in enumerate(pool.map(assessed, range(2))):
            pd.testing.assert_frame_equal(answer, assessed(seed))


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_what_goes_to_a_process_and_back_is_the_same(again) -> None:
    core_set = jia.CoreSet(
        physician_global=6,
        patient_global=5,
        chaq=1.5,
        active_joints=12,
        limited_joints=10,
        esr=40,
    )
    for given in (
        core_set,
        jia.acr_ped(baseline=core_set, now=core_set),
        jia.ask.flare(criteria="prcsg-printo", reference="last-responding"),
        jia.definition("giannini-1997"),
        jia.column("course"),
        jia.flagged("ablfl"),
        jia.on_or_before("first_dose", per_variable=True, days=28),
    ):
        assert type(again(given)) is type(given)
        assert repr(again(given)) == repr(given)
