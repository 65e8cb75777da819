"""The variables: name, unit, range, whole or not.

A parameter's name is its declaration: ``esr`` means ESR in mm/h, 0 or more, everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, TypeAlias, get_args

import attrs

from jiascores.core.suspicions import Suspicion, suspicions_of
from jiascores.core.units import Unit, unit_named, units_of

UNBOUNDED = float("inf")
# What a yes/no variable takes.
YES_OR_NO = "True, False, 1, 0"


@attrs.frozen
class Variable:
    """What a name means: its label, unit and range.

    Parameters
    ----------
    name : str
        Name of the parameter and, unless mapped, of the column.
    label : str
        Name in words.
    unit : str
        Canonical unit; functions take this unit only.
    low, high : float
        Allowed range, ends included. An infinite end is open: infinity is never a value.
    whole : bool
        Whether only whole numbers are allowed (counts).
    advice : str
        What to do about a value out of range.
    flag : bool
        Whether the variable is yes or no.
    advised : (float, float)
        From where to where the advice may be what went wrong.
    """

    name: str
    label: str
    unit: str
    low: float
    high: float
    whole: bool = False
    advice: str = ""
    flag: bool = False
    advised: tuple[float, float] = (-UNBOUNDED, UNBOUNDED)

    def advice_on(self, values: Iterable[Any]) -> str:
        """Return the advice, where it may be what went wrong with all of these values."""
        first, last = self.advised
        helps = all(first <= value <= last for value in values)
        return f"; {self.advice}" if self.advice and helps else ""

    @property
    def allowed(self) -> str:
        """The allowed range in words, with the unit."""
        if self.flag:
            return f"yes or no ({YES_OR_NO})"
        # A scale's unit is its range: "0–10" and not "0–10 0-10".
        unit = "" if self.unit[:1].isdigit() else f" {self.unit}".rstrip()
        if self.high == UNBOUNDED and self.low == -UNBOUNDED:
            return f"any number{unit}"
        if self.high == UNBOUNDED:
            return f"{self.low:g} or more{unit}"
        return f"{self.low:g}–{self.high:g}{unit}"

    def unit_named(self, unit: str) -> Unit | None:
        """Return the unit that a text means, however it is spelled; None where it is none."""
        return unit_named(self.name, unit)

    def factor(self, unit: str) -> float | None:
        """Return the factor from `unit` to the canonical unit, or None where none is known."""
        known = self.unit_named(unit)
        return None if known is None or known.zero else known.factor

    @property
    def units(self) -> tuple[str, ...]:
        """The units that a table may declare, the canonical one first."""
        return tuple(unit.name for unit in units_of(self.name)) or (self.unit,)

    @property
    def other_units(self) -> tuple[Unit, ...]:
        """The units beside the canonical one."""
        return units_of(self.name)[1:]

    @property
    def suspicions(self) -> tuple[Suspicion, ...]:
        """What looks like another unit or coding, by limits that refuse nothing."""
        return suspicions_of(self.name, flag=self.flag)


_GLOBAL_ADVICE = (
    "if these are millimetres, divide by 10, or declare mm as the unit of {name} in a table"
)
_FAHRENHEIT = "if this is in °F, subtract 32 and multiply by 5/9"
# 34 and 43 °C.
_IN_FAHRENHEIT = (93.2, 109.4)
_JOINT_ADVICE = (
    "a form with 73 or 75 joints has some, such as the sacroiliac, that are not among the 71: "
    "leave them out of the count"
)
_FEW_JOINTS = "count the 27 joints alone; all active joints are active_joints"
# How many joints are counted, and how many the longest form has.
_ALL_JOINTS, _LONGEST_FORM = 71, 75


def _global(name: str, label: str) -> Variable:
    advice = _GLOBAL_ADVICE.format(name=name)
    return Variable(name, label, "0-10", 0, 10, advice=advice, advised=(0, 100))


def _joints(name: str, label: str, high: int = _ALL_JOINTS) -> Variable:
    advice = _JOINT_ADVICE if high == _ALL_JOINTS else _FEW_JOINTS
    most = _LONGEST_FORM if high == _ALL_JOINTS else _ALL_JOINTS
    return Variable(name, label, "joints", 0, high, whole=True, advice=advice, advised=(0, most))


def _celsius(name: str, label: str) -> Variable:
    return Variable(name, label, "°C", 34, 43, advice=_FAHRENHEIT, advised=_IN_FAHRENHEIT)


def _amount(name: str, label: str, unit: str) -> Variable:
    return Variable(name, label, unit, 0, UNBOUNDED)


def _flag(name: str, label: str) -> Variable:
    return Variable(name, label, "", 0, 1, whole=True, flag=True)


def _index(*variables: Variable) -> dict[str, Variable]:
    return {variable.name: variable for variable in variables}


VARIABLES = _index(
    _global("physician_global", "physician global assessment of disease activity"),
    _global("patient_global", "patient (or parent) global assessment of well-being"),
    Variable("chaq", "CHAQ disability index", "0-3", 0, 3),
    Variable("chaq_item", "CHAQ item or domain", "0-3", 0, 3, whole=True),
    _flag("chaq_aid", "aids, devices or help in a domain of the CHAQ"),
    _joints("active_joints", "active joint count, 71 joints"),
    _joints("active_joints_27", "active joint count, 27 joints", 27),
    _joints("limited_joints", "joints with limited range of motion, 71 joints"),
    _amount("esr", "erythrocyte sedimentation rate", "mm/h"),
    _amount("crp", "C-reactive protein", "mg/L"),
    _amount("esr_upper_limit", "upper limit of normal for ESR", "mm/h"),
    _amount("crp_upper_limit", "upper limit of normal for CRP", "mg/L"),
    _joints("swollen_joints", "swollen joint count"),
    Variable("biologicals_tried", "biological DMARDs tried", "drugs", 0, UNBOUNDED, whole=True),
    _joints("joints_ever", "joints affected since the onset of disease"),
    _celsius("temperature", "body temperature"),
    Variable(
        "haemoglobin",
        "haemoglobin",
        "g/dL",
        0,
        30,
        advice="if this is in g/L, divide by 10",
        advised=(0, 300),
    ),
    Variable(
        "platelets",
        "platelet count",
        "10^9/L",
        0,
        10_000,
        advice="if this is per µL, divide by 1000",
        advised=(0, 10_000_000),
    ),
    _amount("ferritin", "ferritin", "ng/mL"),
    _amount("ast", "aspartate aminotransferase", "U/L"),
    _amount("ldh", "lactate dehydrogenase", "U/L"),
    _amount("triglycerides", "triglycerides", "mg/dL"),
    _amount("fibrinogen", "fibrinogen", "mg/dL"),
    _flag("febrile", "febrile"),
    _flag("known_or_suspected_sjia", "systemic arthritis known or suspected"),
    _flag("cns", "central nervous system involvement"),
    _flag("haemorrhage", "haemorrhagic manifestations"),
    _flag("arthritis", "active arthritis"),
    Variable("entheses", "tender entheses", "entheses", 0, UNBOUNDED, whole=True),
    _flag("sacroiliitis", "clinical sacroiliitis"),
    _flag("abnormal_schober", "abnormal modified Schober test (back mobility)"),
    _amount("marker_upper_limit", "upper limit of normal of ESR or CRP", "as the marker"),
    Variable(
        "systemic_manifestations",
        "modified systemic manifestation score",
        "0-10",
        0,
        10,
        whole=True,
    ),
    _global("pain", "pain"),
    _global("parent_disease_activity", "parent's assessment of disease activity"),
    _joints("parent_joints", "swollen or painful joints as the parent counts them"),
    Variable(
        "morning_stiffness_rating",
        "morning stiffness on the parent's scale",
        "0-10",
        0,
        10,
        advice="0 is none and 10 more than two hours; a duration in minutes is another variable",
    ),
    _amount("morning_stiffness", "duration of morning stiffness", "min"),
    Variable(
        "days_since_injection", "days since the steroid injection of a joint", "days", 0, UNBOUNDED
    ),
    Variable("injection_days", "days for which the injection rule holds", "days", 0, UNBOUNDED),
    _flag("fever", "fever due to JIA"),
    _flag("flare_fever", "fever as the flare criteria word it, not due to infection"),
    _flag("rash", "rash due to JIA"),
    _flag("serositis", "serositis due to JIA"),
    _flag("splenomegaly", "splenomegaly due to JIA"),
    _flag("hepatosplenomegaly", "hepatomegaly or splenomegaly (either) due to JIA"),
    _flag("lymphadenopathy", "generalised lymphadenopathy due to JIA"),
    _flag("uveitis", "active uveitis"),
    _flag("inactive_before", "inactive disease at the earlier visit"),
    _flag("inactive_now", "inactive disease at this visit"),
    _amount("month", "months since the start of methotrexate", "months"),
    _flag("joint_injection", "joint injected with steroid"),
    _flag("treatment_intensified", "treatment intensified"),
    _flag("stills_symptoms", "any symptom of Still's disease"),
    _flag("enthesitis", "active enthesitis"),
    _flag("glucocorticoids", "glucocorticoids taken now"),
    _flag("systemic_response", "response of systemic symptoms"),
    _flag("esr_normal", "ESR normal"),
    _flag("crp_normal", "CRP normal"),
    _celsius("highest_temperature", "highest temperature in the preceding days"),
    _flag("attended", "visit attended"),
    _flag("not_due_to_jia", "raised acute-phase reactant not due to JIA"),
)

# The core set of Giannini 1997: five variables and one acute-phase reactant.
CORE_VARIABLES = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints")
Marker: TypeAlias = Literal["esr", "crp"]
MARKERS: tuple[Marker, ...] = get_args(Marker)
# What a table may be told where it has both.
MarkerRule: TypeAlias = Marker | Literal["esr-else-crp"]
CORE_SIZE = len(CORE_VARIABLES) + 1
# How the catalogue words the six.
CORE_SET_NEEDS = (*CORE_VARIABLES, "/".join(MARKERS))


# --------------------------------------------------------------------------------------------
# Words

Course: TypeAlias = Literal["oligo", "poly", "systemic"]
COURSES: tuple[Course, ...] = get_args(Course)
ILAR_CATEGORIES = (
    "systemic",
    "oligoarthritis_persistent",
    "oligoarthritis_extended",
    "polyarthritis_rf_negative",
    "polyarthritis_rf_positive",
    "psoriatic",
    "enthesitis_related",
    "undifferentiated",
)
