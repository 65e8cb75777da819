"""Every public function says which argument is missing, unknown or wrong, and how it is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.errors import ArgumentError, JiaScoresError, RequestError, UnknownDefinitionError

VISITS = pd.DataFrame({"patient": ["A"], "date": [0], "esr": [10]})


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every public function and class that takes arguments of its own, by name."""
    homes = {"": jia} | {
        f"{name}.": getattr(jia, name)
        for name in jia.__all__
        if isinstance(getattr(jia, name), ModuleType)
        and name not in ("errors", "typing", "testing")
    }
    for home, module in homes.items():
        inside = [name for name in dir(module) if not name.startswith("_")]
        for name in getattr(module, "__all__", None) or inside:
            value = getattr(module, name)
            plain = inspect.isfunction(value) and value.__module__.startswith("jiascores")
            if plain or value in (jia.CoreSet, jia.JointExam):
                yield f"{home}{name}", value


FUNCTIONS = dict(functions())
CLASS_METHODS = {
    "JointExam.from_findings": jia.JointExam.from_findings,
    "variant": jia.definition("giannini-1997").variant,
}


@pytest.mark.parametrize("name", [*FUNCTIONS, *CLASS_METHODS])
def test_what_a_call_lacks_or_has_too_much_is_named(name: str) -> None:
    function = {**FUNCTIONS, **CLASS_METHODS}[name]
    parameters = inspect.signature(function).parameters.values()
    needed = [
        each.name
        for each in parameters
        if each.default is each.empty and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL)
    ]
    if needed:
        with pytest.raises((ArgumentError, UnknownDefinitionError)) as lacking:
            function()
        assert any(each in str(lacking.value) for each in needed)
        assert lacking.value.variable in needed
    if not any(each.kind is each.VAR_POSITIONAL for each in parameters):
        with pytest.raises(ArgumentError, match="by position"):
            function(*[1] * 20)
    if not any(each.kind is each.VAR_KEYWORD for each in parameters):
        with pytest.raises(JiaScoresError) as unknown:
            function(**dict.fromkeys(needed, 1), unheard_of=1)
        # A verdict asks first for the definition that says what it reads.
        assert unknown.value.variable in ("unheard_of", *needed)


def test_the_message_says_what_to_write() -> None:
    with pytest.raises(ArgumentError) as one:
        jia.prepare.from_long(VISITS)
    assert str(one.value) == ("from_long() needs variables=. Write from_long(table, variables=…).")
    with pytest.raises(ArgumentError) as two:
        jia.assess(VISITS, measure="jadas71")
    assert str(two.value) == "assess() has no parameter 'measure'. Did you mean 'measures'?"
    with pytest.raises(ArgumentError, match="was given visits twice, by its place and by its name"):
        jia.assess(VISITS, visits=VISITS, measures=["jadas71"])
    with pytest.raises(ArgumentError, match=r"JointExam\(\) takes nothing by position"):
        jia.JointExam(["knee_left"])
    with pytest.raises(ArgumentError, match=r"'aktive'\. Did you mean 'active'"):
        jia.JointExam(aktive=["knee_left"])
    with pytest.raises(ArgumentError, match="It takes visits, outcome, level, criteria"):
        jia.analysis.responders_table(VISITS, jia.column("esr"), qqq=1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: jia.adam.export(scores=5), "export() needs system=. Write export(system)."),
        (lambda: jia.adam.export("redcap", scores=5), "scores=5: give a list of texts."),
        (lambda: jia.adam.read(5), "path=5: give a text or a path."),
        (lambda: jia.adam.adeff(VISITS, baseline=np.zeros(2)), "'first', jia.flagged('…') or"),
        (lambda: jia.plot.cutoff_sets("jadas10", ax=5), "ax=5: give the Axes of a figure."),
        (
            lambda: jia.report(jia.datasets.load_cohort(), 5, measures=["cjadas10"]),
            "path= takes the path of a file, not 5",
        ),
        (
            lambda: jia.analysis.manifest(VISITS, definitions=[5]),
            "definitions=[5]: give a list of texts or definitions.",
        ),
    ],
)
def test_arguments_of_another_type(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(RequestError) as refused:
        call()
    assert words in str(refused.value)


def test_no_number_where_one_is_due() -> None:
    visits = jia.testing.simulate_visits(6, seed=1)
    for wrong in (None, np.nan, 0, 1, 95, "0.95"):
        with pytest.raises(RequestError, match=r"confidence=.*: give a number"):
            jia.report(visits, measures=["cjadas10"], pictures=False, confidence=wrong)
