# ruff: noqa: F401  # the table names them
"""Bad and borderline values: what the rows of `tests/data/bad_data/values.csv` may name.

A row is a variable, or a parameter of a function; an expression for what it is given; the door
through which that goes in; and the answer, or the class and the reason of the error.
"""

from __future__ import annotations

import csv
import datetime as dt
import enum
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

import jiascores as jia
from tests.laws.bad_doors import doors

FILE = Path(__file__).parents[1] / "data" / "bad_data" / "values.csv"


@attrs.frozen
class Row:
    """A row of the table."""

    variable: str
    given: str
    door: str
    expected: str
    reason: str

    @property
    def is_error(self) -> bool:
        """Whether it is to be refused."""
        return bool(self.reason)


def rows() -> list[Row]:
    """Return the table."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [Row(**each) for each in csv.DictReader(file)]


# ------------------------------------------------------------------------- objects of bad manners


class Three(enum.IntEnum):
    """A whole number with a name."""

    THREE = 3


class Text(str):  # noqa: SLOT000
    """A text of another class."""


class Number(float):
    """A number of another class."""


class Listed(list):
    """A list of another class."""


class Named(dict):
    """A dict of another class."""


def _fails(*_: Any) -> Any:
    raise RuntimeError("I fail")


_LOOKS = [
    "eq",
    "ne",
    "hash",
    "bool",
    "float",
    "int",
    "index",
    "iter",
    "len",
    "repr",
    "str",
    "array",
    "getitem",
    "lt",
    "le",
    "gt",
    "ge",
    "contains",
]
Fails = type("Fails", (), {f"__{name}__": _fails for name in _LOOKS})
FailsToShow = type("FailsToShow", (), {"__repr__": _fails, "__str__": _fails})
FailsToEqual = type("FailsToEqual", (), {"__eq__": _fails, "__hash__": object.__hash__})
FailsOnNames = type("FailsOnNames", (), {"__getattr__": _fails})
TextThatFails = type("TextThatFails", (str,), {"__eq__": _fails, "__hash__": _fails})
DictThatFails = type(
    "DictThatFails", (dict,), dict.fromkeys(("items", "keys", "__iter__", "__getitem__"), _fails)
)
ListThatFails = type("ListThatFails", (list,), {"__iter__": _fails})
NumberThatFails = type(
    "NumberThatFails", (float,), {"__float__": _fails, "__eq__": _fails, "__hash__": float.__hash__}
)
NeverEqual = type("NeverEqual", (), {"__eq__": lambda *_: False, "__ne__": lambda *_: True})
AlwaysEqual = type("AlwaysEqual", (), {"__eq__": lambda *_: True, "__hash__": lambda _: 1})
NumberThatLies = type(
    "NumberThatLies",
    (float,),
    {
        **dict.fromkeys(("__eq__", "__ne__", "__le__", "__ge__"), lambda *_: True),
        "__float__": lambda _: 1.0,
        "__hash__": float.__hash__,
    },
)
ListThatLies = type(
    "ListThatLies", (list,), {"__len__": lambda _: 7, "__iter__": lambda _: iter([1, 2, 3])}
)
HasFloat = type("HasFloat", (), {"__float__": lambda _: 3.0})
HasIndex = type("HasIndex", (), {"__index__": lambda _: 3})
HasArray = type("HasArray", (), {"__array__": lambda *_, **__: np.array([1.0, 2.0])})
RECURSIVE: list[Any] = []
RECURSIVE.append(RECURSIVE)
RECURSIVE_DICT: dict[str, Any] = {}
RECURSIVE_DICT["a"] = RECURSIVE_DICT


def read_only(values: Any) -> Any:
    """Return an array that cannot be written to."""
    array = np.array(values)
    array.flags.writeable = False
    return array


# ---------------------------------------------------------------------------------- what is right

SIX = {
    "physician_global": 2,
    "patient_global": 3,
    "chaq": 1,
    "active_joints": 4,
    "limited_joints": 5,
    "esr": 30,
}
GLOBALS = {"physician_global": 2, "patient_global": 3}
SPINE = {
    "active_joints": 3,
    "entheses": 1,
    "pain": 2,
    "morning_stiffness": 5,
    "sacroiliitis": 0,
    "uveitis": 1,
    "esr": 30,
    "marker_upper_limit": 20,
    "abnormal_schober": 0,
}
SYSTEMIC = {
    "temperature": 37,
    "rash": 0,
    "lymphadenopathy": 0,
    "hepatosplenomegaly": 0,
    "serositis": 1,
    "haemoglobin": 12,
    "platelets": 200,
    "ferritin": 100,
}
MAS = {
    "febrile": True,
    "known_or_suspected_sjia": True,
    "ferritin": 1000,
    "platelets": 100,
    "ast": 100,
    "triglycerides": 200,
    "fibrinogen": 100,
}
MS = {
    "cns": 0,
    "haemorrhage": 0,
    "arthritis": 1,
    "platelets": 200,
    "ldh": 300,
    "fibrinogen": 200,
    "ferritin": 1000,
}
WALLACE = {
    "criteria": "wallace-2011",
    "physician_global": 0,
    "active_joints": 0,
    "fever": False,
    "rash": False,
    "serositis": False,
    "splenomegaly": False,
    "lymphadenopathy": False,
    "uveitis": False,
    "morning_stiffness": 5,
    "esr": 10,
    "esr_upper_limit": 20,
    "crp": 2,
    "crp_upper_limit": 5,
    "not_due_to_jia": False,
    "markers": "all",
}
base, now = jia.CoreSet(**SIX), jia.CoreSet(**{**SIX, "active_joints": 2, "physician_global": 1})
EIGHT = dict.fromkeys(
    ("dressing", "arising", "eating", "walking", "hygiene", "reach", "grip", "activities"), 1
)

# A right call of each function that has rows, by position where that is how it is called.
CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {}


def visits() -> pd.DataFrame:
    """Return visits without a mistake; synthetic."""
    return pd.DataFrame(
        {
            "patient": ["A", "A", "B", "B"],
            "date": ["2020-01-01", "2020-03-01", "2020-01-01", "2020-03-01"],
            "physician_global": [6.0, 2.0, 5.0, 4.5],
            "patient_global": [5.0, 2.0, 4.0, 4.0],
            "chaq": [1.0, 0.5, 1.0, 1.0],
            "active_joints": [8, 2, 6, 5],
            "limited_joints": [5, 1, 4, 4],
            "esr": [40, 10, 30, 28],
            "course": ["poly"] * 4,
            "week": [0, 8, 0, 8],
            "arm": ["x", "x", "y", "y"],
            "state": ["high", "low", "high", "moderate"],
            "response": [False, True, False, False],
        }
    )


def _calls() -> Iterator[tuple[str, Callable[..., Any], dict[str, Any]]]:
    """Yield a right call of each function that has rows."""
    table, column = visits(), jia.column
    yield "jadas71", jia.jadas71, {**GLOBALS, "active_joints": 4, "esr": 30}
    yield "jadas27", jia.jadas27, {**GLOBALS, "active_joints_27": 4, "crp": 30}
    yield "sjadas10", jia.sjadas10, {
        **GLOBALS, "active_joints": 4, "systemic_manifestations": 3, "esr": 30,
    }  # fmt: skip
    yield "parjadas", jia.parjadas, {
        "parent_disease_activity": 3, "pain": 2, "parent_joints": 3, "morning_stiffness_rating": 3,
    }  # fmt: skip
    yield "jspada", jia.jspada, SPINE
    yield "ms_score", jia.ms_score, MS
    yield "systemic_manifestation_score", jia.systemic_manifestation_score, SYSTEMIC
    yield "mas_2016", jia.mas_2016, MAS
    yield "CoreSet", jia.CoreSet, SIX
    yield "inactive_disease", jia.inactive_disease, WALLACE
    yield "eular_pres", jia.inactive_disease, {
        "criteria": "eular-pres-2024", "stills_symptoms": False, "esr_normal": True, "crp_normal": True,
    }  # fmt: skip
    yield "minimal_disease_activity", jia.minimal_disease_activity, {
        "course": "poly", **GLOBALS, "swollen_joints": 1, "criteria": "magni-manzoni-2008",
    }  # fmt: skip
    yield "chronically_uncontrolled", jia.chronically_uncontrolled, {
        **GLOBALS, "active_joints": 4, "biologicals_tried": 1, "criteria": "brunner-2020",
    }  # fmt: skip
    yield "reacch_out_flare", jia.reacch_out_flare, {
        "inactive_before": True, "inactive_now": False,
        "joint_injection": False, "treatment_intensified": True,
    }  # fmt: skip
    yield "escalation_indicated", jia.escalation_indicated, {
        "score": 8, "month": 3, "course": "poly", "criteria": "swart-2018",
    }  # fmt: skip
    yield "course", jia.course, {
        "ilar_category": "psoriatic", "cutoffs": "trincianti-2021",
        "joints_ever": 4, "rule": "joints-ever",
    }  # fmt: skip
    yield "disease_state", jia.disease_state, {
        "score": 3, "measure": "jadas10", "course": "poly", "cutoffs": "trincianti-2021",
    }  # fmt: skip
    yield "acr_ped", jia.acr_ped, {"baseline": base, "now": now}
    yield "acr_ped_systemic", jia.acr_ped, {
        "baseline": base, "now": now, "criteria": "ruperto-2012", "highest_temperature": 37,
    }  # fmt: skip
    yield "flare", jia.flare, {"reference": now, "now": base, "criteria": "brunner-2002"}
    yield "loss_of_response", jia.loss_of_response, {
        "baseline": base, "reached": now, "now": base, "level": 30,
    }  # fmt: skip
    yield "systemic_response", jia.systemic_response, {
        "criteria": "quartier-2011", "highest_temperature": 37, "baseline_esr": 60,
        "baseline_crp": 80, "esr": 10, "crp": 5, "esr_upper_limit": 20, "crp_upper_limit": 10,
    }  # fmt: skip
    yield "chaq_form", jia.chaq_form, {"domains": EIGHT, "aids": ["reach"]}
    yield "chaq_item", lambda chaq_item: jia.chaq_form(domains={**EIGHT, "grip": chaq_item}).index, {
        "chaq_item": 1,
    }  # fmt: skip
    yield "chaq_aid", lambda chaq_aid: jia.chaq_form(domains=EIGHT, aids={"grip": chaq_aid}).index, {
        "chaq_aid": 1,
    }  # fmt: skip
    yield (
        "injected",
        lambda **given: jia.JointExam(
            injected={"hip_left": given.pop("days_since_injection")},
            injection_rule="carried-active",
            **given,
        ),
        {"days_since_injection": 10, "injection_days": 30},
    )
    yield "acr_ped_attended", jia.acr_ped, {
        "baseline": base, "now": now, "missing": "unchanged", "attended": True,
    }  # fmt: skip
    yield "JointExam", jia.JointExam, {
        "active": {"knee_left"}, "injected": {"hip_left": 10},
        "injection_rule": "carried-active", "injection_days": 30,
    }  # fmt: skip
    yield (
        "components",
        jia.components,
        {"measure": "jadas71", **GLOBALS, "active_joints": 4, "esr": 3},
    )
    yield "definition", jia.definition, {"name": "swart-2019", "kind": None}
    yield "definitions", jia.definitions, {"kind": None}
    yield "column", jia.column, {"name": "x"}
    yield "flagged", jia.flagged, {"column": "x"}
    yield "on_or_before", jia.on_or_before, {"column": "x", "per_variable": False, "days": 3}
    yield "last_responding", jia.last_responding, {"level": 30, "criteria": "giannini-1997"}
    yield "best", jia.best, {"criteria": "giannini-1997"}
    yield "ask.responder", jia.ask.responder, {"level": 30}
    yield "ask.score", jia.ask.score, {"measure": "jadas71"}
    yield "ask.state", jia.ask.state, {"measure": "jadas10", "cutoffs": "trincianti-2021"}
    yield "ask.flare", jia.ask.flare, {"criteria": "brunner-2002", "reference": "baseline"}
    yield "ask.chaq_di", jia.ask.chaq_di, {
        "domains": [column(f"d{place}") for place in range(8)],
    }  # fmt: skip
    yield "assess", jia.assess, {"visits": table, "measures": ["jadas71"]}
    yield (
        "check",
        jia.check,
        {"visits": table, "measures": ["jadas71", "acr_ped"], "baseline": "first"},
    )
    yield "assess_response", jia.assess, {
        "visits": table, "measures": ["acr_ped"], "baseline": "first",
    }  # fmt: skip
    yield "assess_between", jia.assess_between, {
        "visits": table.assign(low=1, high=9), "variable": "esr", "low": column("low"),
        "high": column("high"), "measures": ["jadas71"],
    }  # fmt: skip
    drugs = pd.DataFrame({"patient": ["A"], "date": ["2020-01-01"]})
    well = dict.fromkeys(("infection", "febrile_illness", "malignancy", "biological"), False)
    yield "retreatment", jia.retreatment, {
        "visits": table.assign(**well), "infusions": drugs, "protocol": "swart-2019",
    }  # fmt: skip
    yield "deviations", jia.deviations, {
        "visits": table.assign(**well), "infusions": drugs, "protocol": "swart-2019",
    }  # fmt: skip
    medication = drugs.assign(drug="mtx", start="2019-01-01", stop=None)
    yield "remission", jia.remission, {
        "visits": table.assign(inactive=True), "medication": medication, "criteria": "wallace-2011",
        "max_gap_days": 365, "counted": "all", "inactive": column("inactive"),
    }  # fmt: skip
    yield "nominal_visits", jia.prepare.nominal_visits, {
        "visits": table, "weeks": {0: 0, 8: 30}, "rule": "nearest", "day_zero": "first",
    }  # fmt: skip
    yield "below_limit", jia.prepare.below_limit, {
        "table": pd.DataFrame({"crp": ["12", "< 5"]}), "variable": "crp", "rule": "half",
    }  # fmt: skip
    yield "laboratory_values", jia.prepare.laboratory_values, {
        "visits": table.drop(columns="esr"), "labs": table[["patient", "date", "esr"]],
        "values": ["esr"], "lab_window_days": 7,
    }  # fmt: skip
    yield "fill_gaps", jia.prepare.fill_gaps, {
        "visits": table.assign(study_day=table.week * 7, nominal_visit=table.week.map("week {}".format)),
        "outcome": column("response"), "weeks": [8], "rule": "nri",
    }  # fmt: skip
    yield "responders_by_visit", jia.analysis.responders_by_visit, {
        "visits": table, "outcome": column("response"), "by": column("week"),
    }  # fmt: skip
    yield "compare_responders", jia.analysis.compare_responders, {
        "visits": table[table.week == 8], "outcome": column("response"), "arm": column("arm"),
        "reference_arm": "x", "method": "newcombe",
    }  # fmt: skip
    yield "stratified_difference", jia.analysis.stratified_difference, {
        "responders": [5], "patients": [10], "reference_responders": [2],
        "reference_patients": [10], "method": "newcombe",
    }  # fmt: skip
    yield "time_in_states", jia.analysis.time_in_states, {
        "visits": table, "state": column("state"), "max_gap_days": 100,
    }  # fmt: skip
    yield "transitions", jia.analysis.transitions, {"visits": table, "state": column("state")}
    yield "time_to_first", jia.analysis.time_to_first, {
        "visits": table, "outcome": column("response"), "baseline": "first",
    }  # fmt: skip
    yield "agreement", jia.analysis.agreement, {
        "visits": table, "one": column("state"), "other": column("state"),
    }  # fmt: skip
    yield "joint_exam", jia.plot.joint_exam, {"exam": jia.JointExam(active={"knee_left"})}
    yield "trajectories", jia.plot.trajectories, {"visits": table, "score": column("esr")}
    yield "state_bars", jia.plot.state_bars, {
        "visits": table, "state": column("state"), "by": column("week"),
    }  # fmt: skip
    yield "simulate_visits", jia.testing.simulate_visits, {"patients": 3, "seed": 1}
    yield from doors(visits)


CALLS.update({name: (function, given) for name, function, given in _calls()})

# Where the value of a variable goes in.
HOMES = {
    **dict.fromkeys(("physician_global", "patient_global", "active_joints", "esr"), "jadas71"),
    **dict.fromkeys(("active_joints_27", "crp"), "jadas27"),
    **dict.fromkeys(("chaq", "limited_joints"), "CoreSet"),
    "systemic_manifestations": "sjadas10",
    **dict.fromkeys(("parent_disease_activity", "parent_joints"), "parjadas"),
    "morning_stiffness_rating": "parjadas",
    **dict.fromkeys(("entheses", "pain", "morning_stiffness", "sacroiliitis", "marker_upper_limit", "abnormal_schober"), "jspada"),
    **dict.fromkeys(("cns", "haemorrhage", "arthritis", "ldh"), "ms_score"),
    **dict.fromkeys(("temperature", "hepatosplenomegaly", "haemoglobin"), "systemic_manifestation_score"),
    **dict.fromkeys(MAS, "mas_2016"),
    **dict.fromkeys(("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis", "esr_upper_limit", "crp_upper_limit", "not_due_to_jia"), "inactive_disease"),
    **dict.fromkeys(("stills_symptoms", "esr_normal", "crp_normal"), "eular_pres"),
    "swollen_joints": "minimal_disease_activity",
    "biologicals_tried": "chronically_uncontrolled",
    "joints_ever": "course",
    **dict.fromkeys(("inactive_before", "inactive_now", "joint_injection", "treatment_intensified"), "reacch_out_flare"),
    "month": "escalation_indicated",
    "highest_temperature": "acr_ped_systemic",
    "chaq_item": "chaq_item",
    "chaq_aid": "chaq_aid",
    "days_since_injection": "injected",
    "injection_days": "injected",
    "attended": "acr_ped_attended",
}  # fmt: skip
