"""The one wrapper: what it refuses at import and at a call, and results that are what they say."""

from __future__ import annotations

import copy
import inspect
import pickle
import typing
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, ClassVar, overload

import attrs
import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from jiascores.core.definition import Definition, load, published
from jiascores.core.errors import (
    ArgumentError,
    MarkerError,
    MisalignedError,
    NotCoveredError,
    OutOfRangeError,
    RequestError,
    UnknownDefinitionError,
)
from jiascores.core.logic import all_of, at_least, at_most, either, missing
from jiascores.core.measure import _FUNCTIONS, VERDICTS, Score, Term, measure, verdict
from jiascores.core.references import Evidence, Reference
from jiascores.core.values import BLOCK
from jiascores.core.variables import CORE_VARIABLES
from tests.strategies import back

load()
NAMES = sorted(VERDICTS)


@attrs.frozen(kw_only=True)
class WarmCriteria(Definition):
    """Criteria that read a temperature, a joint count where it is there, and a reactant."""

    kind: ClassVar[str] = "warm criteria"

    temperature: float = 38
    needs: tuple[str, ...] = ("temperature", "esr/crp")
    allows: tuple[str, ...] = ("active_joints",)

    @property
    def rule(self) -> str:
        return f"temperature ≥ {self.temperature:g}"


WARM = WarmCriteria(
    name="warm", reference=Reference("warm", "a note"), evidence=Evidence.UNVERIFIED
)
WITHOUT_REACTANT = attrs.evolve(WARM, name="without", needs=("temperature",))


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """Leave the registry as it was, whatever a test puts into it."""
    before = dict(VERDICTS), dict(_FUNCTIONS)
    yield
    for now, then in zip((VERDICTS, _FUNCTIONS), before, strict=True):
        now.clear()
        now.update(then)


# --------------------------------------------------------------------------------------------
# What fails at import


def refused(rule: Callable[..., Any], **more: Any) -> str:
    """Return why a rule is refused; nothing of it is entered."""
    before = set(VERDICTS)
    with pytest.raises(NotCoveredError) as raised:
        verdict(WarmCriteria, **more)(rule)
    assert set(VERDICTS) == before
    return str(raised.value)


def test_a_parameter_that_is_no_declared_variable() -> None:
    @overload
    def weighed(*, temperature: float, weight: float, criteria: Any) -> bool | None: ...
    @overload
    def weighed(*, temperature: Any, weight: Any, criteria: Any) -> Any: ...
    def weighed(criteria: Any, temperature: Any, weight: Any) -> Any:
        return at_least(temperature, weight)

    assert "weighed has parameters" in refused(weighed)
    assert "does not declare: weight" in refused(weighed)


def test_a_score_with_a_parameter_that_is_no_declared_variable() -> None:
    def heavy(**given: Any) -> Any: ...

    terms = (Term("pain", "pain", 10), Term("kilograms", "weight", 99, lambda weight: weight))
    with pytest.raises(NotCoveredError, match=r"heavy has .* does not declare: weight$"):
        measure("heavy", *terms, source="protocol")(heavy)
    with pytest.raises(UnknownDefinitionError):
        jia.definition("heavy")


def test_a_rule_without_overloads() -> None:
    def bare(criteria: Any, temperature: Any) -> Any:
        return at_least(temperature, criteria.temperature)

    assert refused(bare) == "no overload of bare has temperature"


def test_overloads_that_do_not_cover_what_the_rule_reads() -> None:
    @overload
    def forgets(*, temperature: float, criteria: Any) -> bool | None: ...
    @overload
    def forgets(*, temperature: Any, criteria: Any) -> Any: ...
    def forgets(criteria: Any, temperature: Any, active_joints: Any, marker: Any) -> Any:
        return all_of(temperature, active_joints, marker)

    # A reactant is read as either of the two.
    assert refused(forgets) == "no overload of forgets has active_joints, crp, esr"


def test_overloads_that_do_not_cover_its_options() -> None:
    @overload
    def chosen(*, temperature: float, criteria: Any) -> bool | None: ...
    @overload
    def chosen(*, temperature: Any, criteria: Any) -> Any: ...
    def chosen(criteria: Any, temperature: Any, *, strict: bool = False) -> Any:
        return at_least(temperature, 38 + strict)

    assert refused(chosen) == "no overload of chosen has strict"
    assert refused(chosen, policies=True) == "no overload of chosen has attended, missing, strict"


# --------------------------------------------------------------------------------------------
# What a call comes through


def make_warm() -> Callable[..., Any]:
    @overload
    def warm(
        temperature: float,
        *,
        esr: float = ...,
        crp: float = ...,
        criteria: Any,
        strict: bool = ...,
    ) -> bool | None: ...
    @overload
    def warm(
        temperature: Any,
        *,
        active_joints: Any = ...,
        esr: Any = ...,
        crp: Any = ...,
        criteria: Any,
        strict: bool = ...,
    ) -> Any: ...
    @verdict(WarmCriteria)
    def warm(
        criteria: WarmCriteria,
        temperature: Any,
        active_joints: Any,
        marker: Any,
        *,
        strict: bool = False,
    ) -> Any:
        """Whether it is warm."""
        return all_of(
            at_least(temperature, criteria.temperature + strict),
            either(missing(active_joints), 1.0, at_least(active_joints, 1)),
            at_most(marker, 20) if "esr/crp" in criteria.needs else 1.0,
        )

    return warm


def test_numbers_arrays_and_series() -> None:
    warm = make_warm()
    assert warm(38, esr=20, criteria=WARM) is True
    assert warm(37.9, esr=None, criteria=WARM) is False
    assert warm(38, esr=None, criteria=WARM) is None
    assert warm(38, esr=20, criteria=WARM, strict=True) is False
    temperature = [38, 37.9, None]
    assert back(warm(temperature, crp=20, criteria=WARM)) == [True, False, None]
    series = pd.Series(temperature, index=list("abc"))
    found = warm(series, crp=20, criteria=WARM, active_joints=pd.Series([0, 1, 1], list("abc")))
    assert back(found) == [False, False, None]
    assert (found.dtype, found.name, list(found.index)) == ("boolean", "warm_warm", list("abc"))


def test_its_signature_and_docstring_are_those_of_the_public_function() -> None:
    warm = make_warm()
    parameters = inspect.signature(warm).parameters
    assert set(parameters) == {"temperature", "active_joints", "esr", "crp", "criteria", "strict"}
    assert parameters["temperature"].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert parameters["temperature"].default is inspect.Parameter.empty
    assert parameters["active_joints"].default is ...
    assert warm.__doc__ == "Whether it is warm."
    assert VERDICTS["warm"].function is warm


def test_arguments_that_are_absent_unknown_or_not_read() -> None:
    warm = make_warm()
    cases: list[tuple[Callable[[], Any], str, str]] = [
        (
            lambda: warm(esr=1, criteria=WARM),
            "temperature",
            "warm() by warm needs temperature=: give each, None where it is missing.",
        ),
        (
            lambda: warm(38, esr=1, criteria=WARM, active_joint=1),
            "active_joint",
            "warm() has no parameter 'active_joint'. Did you mean 'active_joints'?",
        ),
        (
            lambda: warm(38, 1, criteria=WARM),
            "",
            "warm() takes temperature alone by position: name each argument.",
        ),
    ]
    for call, variable, message in cases:
        with pytest.raises(ArgumentError) as raised:
            call()
        assert str(raised.value) == message
        assert (raised.value.variable or "") == variable
        assert isinstance(raised.value, RequestError)
        assert isinstance(raised.value, TypeError)
    with pytest.raises(ArgumentError, match=r"^mas_2016\(\) takes no argument by position"):
        jia.mas_2016(True)
    with pytest.raises(UnknownDefinitionError, match="criteria= must name warm criteria"):
        warm(38, esr=1)
    with pytest.raises(MarkerError, match="neither esr= nor crp="):
        warm(38, criteria=WARM)


def test_a_policy_for_gaps_is_refused_where_a_verdict_has_none() -> None:
    policy: dict[str, Any] = {"missing": "unchanged"}
    with pytest.raises(ArgumentError, match=r"^chaq_change\(\) has no parameter 'missing'"):
        jia.chaq_change(baseline=1.0, now=1.5, difference="dempster-2001", **policy)


def test_a_verdict_with_policies_for_gaps_has_no_items() -> None:
    values = dict.fromkeys((*CORE_VARIABLES, "esr"), 1.0)
    visit = jia.CoreSet(**values)
    with pytest.raises(NotCoveredError, match=r"^acr_ped is not made of items"):
        jia.components("acr_ped", baseline=visit, now=visit)


def test_what_a_definition_does_not_read_is_refused() -> None:
    warm = make_warm()
    none = attrs.evolve(WARM, name="none", allows=())
    assert warm(38, criteria=WITHOUT_REACTANT) is True
    with pytest.raises(ArgumentError, match=r"^active_joints= was given, and none does not read"):
        warm(38, esr=1, active_joints=1, criteria=none)
    assert VERDICTS["warm"].plan(WARM) == {
        "temperature": "needed",
        "active_joints": "allowed",
        "marker": "reading",
    }
    assert VERDICTS["warm"].plan(WITHOUT_REACTANT)["marker"] == "unread"
    assert VERDICTS["warm"].plan(none)["active_joints"] == "unread"


def test_values_are_checked_as_their_variables_say() -> None:
    warm = make_warm()
    with pytest.raises(OutOfRangeError, match="temperature = 100"):
        warm(100, esr=1, criteria=WARM)
    with pytest.raises(MisalignedError, match="temperature has 2 values and esr has 3 values"):
        warm([38, 38], esr=[1, 2, 3], criteria=WARM)


def test_long_columns_leave_no_seam() -> None:
    warm = make_warm()
    temperature = np.resize([38, 37.9, np.nan], 2 * BLOCK + 1)
    found = warm(temperature, esr=20, criteria=WARM)
    np.testing.assert_array_equal(found, np.resize([1, 0, np.nan], 2 * BLOCK + 1))
    assert warm(np.array([]), esr=20, criteria=WARM).shape == (0,)


@pytest.mark.parametrize("name", NAMES)
def test_a_verdict_is_the_same_one_in_another_process(name: str) -> None:
    assert pickle.loads(pickle.dumps(VERDICTS[name])) is VERDICTS[name]


# --------------------------------------------------------------------------------------------
# Results


def core(size: int | None, **changes: Any) -> jia.CoreSet[Any]:
    six = {
        "physician_global": 6.0,
        "patient_global": 5.0,
        "chaq": 1.5,
        "active_joints": 12.0,
        "limited_joints": 10.0,
        "esr": 40.0,
    } | changes
    return jia.CoreSet(**{k: v if size is None else np.full(size, v) for k, v in six.items()})


BETTER = {"physician_global": 2.0, "patient_global": 2.0, "active_joints": 3.0}


def results(size: int | None) -> dict[str, tuple[Any, str]]:
    """Return a result of every kind, and what is to be asked of it."""
    before, now = core(size), core(size, **BETTER)
    yes = True if size is None else np.full(size, 1.0)
    return {
        "response": (jia.acr_ped(baseline=before, now=now), "level"),
        "flare": (jia.flare(reference=now, now=before, criteria="brunner-2002"), "flared"),
        "loss": (jia.loss_of_response(baseline=before, reached=now, now=before, level=30), "lost"),
        "relapse": (
            jia.reacch_out_flare(
                inactive_before=yes,
                inactive_now=yes,
                joint_injection=yes,
                treatment_intensified=None,
            ),
            "flared",
        ),
    }


sizes = pytest.mark.parametrize("size", [None, 1, 3])


@sizes
@pytest.mark.parametrize("name", results(None))
def test_a_result_is_neither_true_nor_false(name: str, size: int | None) -> None:
    result, attribute = results(size)[name]
    for ask in (bool, lambda one: not one, lambda one: 1 if one else 0):
        with pytest.raises(
            RequestError, match=rf"neither true nor false: ask for its \.{attribute}"
        ):
            ask(result)


COPIES = {
    "itself": lambda one: one,
    "copied": copy.copy,
    "deeply": copy.deepcopy,
    "pickled": lambda one: pickle.loads(pickle.dumps(one)),
}


@sizes
@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", results(None))
def test_a_result_stays_frozen(name: str, how: str, size: int | None) -> None:
    result, attribute = results(size)[name]
    again = COPIES[how](result)
    expected = getattr(result, attribute)
    np.testing.assert_array_equal(getattr(again, attribute), expected)
    assert repr(again) == repr(result)
    for field in (attribute, "criteria", "_like", "new"):
        with pytest.raises(AttributeError):
            setattr(again, field, 0)
        with pytest.raises(AttributeError):
            delattr(again, field)
    if size is not None:
        # Either nobody can write into it, or it was the caller's own copy.
        with suppress(ValueError):
            getattr(again, attribute)[0] = 77
        np.testing.assert_array_equal(getattr(again, attribute), expected)


@pytest.mark.parametrize("how", COPIES)
def test_a_core_set_stays_frozen(how: str) -> None:
    again = COPIES[how](core(2))
    for change in (
        lambda: setattr(again, "chaq", 0),
        lambda: setattr(again, "_values", {}),
        lambda: delattr(again, "_marker"),
    ):
        with pytest.raises(AttributeError, match="frozen"):
            change()
    with pytest.raises(ValueError, match="read-only"):
        again.chaq[0] = 0
    assert again.chaq.tolist() == [1.5, 1.5]


@pytest.mark.parametrize("how", COPIES)
def test_a_scored_form_stays_frozen(how: str) -> None:
    domains = [np.array([1.0, 2.0])] * 8
    again = COPIES[how](jia.chaq_form(domains=domains))
    with pytest.raises(AttributeError):
        again.scoring = None
    for part in (again.index, again.domains["eating"]):
        with pytest.raises(ValueError, match="read-only"):
            part[0] = 3
    assert again.index.tolist() == [1, 2]


def test_a_series_is_called_as_its_column_in_a_table() -> None:
    before, now = (
        jia.CoreSet(**{name: pd.Series([value, value]) for name, value in six.items()})
        for six in (
            {name: getattr(core(None), name) for name in core(None)},
            {name: getattr(core(None, **BETTER), name) for name in core(None)},
        )
    )
    for criteria in ("giannini-1997", "ntr4146"):
        for policy in ("interval", "worst-case"):
            response = jia.acr_ped(baseline=before, now=now, criteria=criteria, missing=policy)
            columns = jia.ask.acr_ped(criteria=criteria, missing=policy).columns
            parts = (response.level, response.level_min, response.level_max)
            assert tuple(part.name for part in parts) == columns
        loss = jia.loss_of_response(
            baseline=before, reached=now, now=before, level=50, criteria=criteria
        )
        assert (loss.lost.name,) == jia.ask.loss_of_response(50, criteria).columns
    flare = jia.flare(reference=now, now=before, criteria="lovell-2000")
    assert (flare.flared.name,) == jia.ask.flare("lovell-2000", reference="baseline").columns
    yes = pd.Series([True, True])
    relapse = jia.reacch_out_flare(
        inactive_before=yes, inactive_now=yes, joint_injection=yes, treatment_intensified=yes
    )
    assert relapse.flared.name == jia.ask.reacch_out_flare().columns[0]


def test_zero_has_no_sign() -> None:
    nothing = dict.fromkeys(jia.definition("ms_score", jia.typing.Score).inputs, 0)
    almost = {**nothing, "fibrinogen": 1e-8}
    below = {"physician_global": -0.0, "patient_global": -0.0, "active_joints": -0.0}
    for name, inputs in (("ms_score", nothing), ("ms_score", almost), ("cjadas10", below)):
        for given in (inputs, {key: np.full(3, value) for key, value in inputs.items()}):
            total = getattr(jia, name)(**given)
            for value in (total, *jia.components(name, **given).values()):
                assert not np.signbit(value).any()
                assert not np.any(value)


@pytest.mark.parametrize("score", published(Score), ids=lambda score: score.name)
def test_the_overloads_of_a_score_take_what_its_terms_read(score: Score) -> None:
    overloads = typing.get_overloads(inspect.unwrap(score.function))
    for overload_ in overloads:
        given = {*inspect.signature(overload_).parameters}
        assert given - {*score.either} == {*score.inputs}
        assert len(given & {*score.either}) == bool(score.either)
    assert {*score.either} <= {
        each for one in overloads for each in inspect.signature(one).parameters
    }
