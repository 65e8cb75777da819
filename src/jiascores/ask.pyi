# Requests, for type checkers; `python -m tests.surface` writes them from the verdicts.

from collections.abc import Mapping, Sequence

from jiascores.core.measure import MissingPolicy
from jiascores.core.variables import Course
from jiascores.measures.activity import (
    ActivityLevelCriteria,
    EscalationCriteria,
    MinimalActivityCriteria,
    PolyarthritisCriteria,
    UncontrolledCriteria,
)
from jiascores.measures.change_in_jadas import JadasChangeCriteria, JadasImprovementCriteria
from jiascores.measures.chaq import ChaqDifference
from jiascores.measures.flares import FlareCriteria, LossCriteria
from jiascores.measures.ilar import CourseRule
from jiascores.measures.inactivity import InactiveDiseaseCriteria, MarkerChoice, RelapseCriteria
from jiascores.measures.mas import MasCriteria, MasScoreCutoff
from jiascores.measures.response import ResponseCriteria, SystemicResponseCriteria
from jiascores.measures.states import CutoffSet
from jiascores.tables.baselines import ReferenceRule
from jiascores.tables.naming import Column
from jiascores.tables.requests import FromCategory, Request
from jiascores.tables.requests import chaq_di as chaq_di
from jiascores.tables.requests import responder as responder
from jiascores.tables.requests import score as score

def acr_ped(
    criteria: str | ResponseCriteria = ...,
    *,
    missing: MissingPolicy = ...,
    within: Sequence[float] | None = ...,
    upper_limit: float | Column | None = ...,
    highest_temperature: Column | None = ...,
    systemic_response: Column | None = ...,
    attended: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def activity_level(
    criteria: str | ActivityLevelCriteria,
    *,
    physician_global: Column | None = ...,
    patient_global: Column | None = ...,
    active_joints: Column | None = ...,
    upper_limit: float | Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def bulatovic_change(
    criteria: str | JadasChangeCriteria = ...,
    *,
    reference: ReferenceRule = ...,
    within: Sequence[float] | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def chaq_change(
    difference: str | ChaqDifference,
    *,
    reference: ReferenceRule = ...,
    within: Sequence[float] | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def chronically_uncontrolled(
    criteria: str | UncontrolledCriteria,
    *,
    physician_global: Column | None = ...,
    patient_global: Column | None = ...,
    active_joints: Column | None = ...,
    biologicals_tried: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def course(
    rule: str | CourseRule = ...,
    *,
    cutoffs: str | CutoffSet | None = ...,
    ilar_category: Column | None = ...,
    active_joints: Column | None = ...,
    joints_ever: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def escalation_indicated(
    criteria: str | EscalationCriteria,
    *,
    measure: str | None = ...,
    within: Mapping[int, Sequence[float]] | None = ...,
    month: Column | None = ...,
    course: Course | Column | FromCategory | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def flare(
    criteria: str | FlareCriteria,
    reference: ReferenceRule,
    *,
    within: Sequence[float] | None = ...,
    flare_fever: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def horneff_improvement(
    criteria: str | JadasImprovementCriteria = ...,
    *,
    reference: ReferenceRule = ...,
    within: Sequence[float] | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def inactive_disease(
    criteria: str | InactiveDiseaseCriteria,
    *,
    markers: MarkerChoice | None = ...,
    physician_global: Column | None = ...,
    active_joints: Column | None = ...,
    fever: Column | None = ...,
    rash: Column | None = ...,
    serositis: Column | None = ...,
    splenomegaly: Column | None = ...,
    lymphadenopathy: Column | None = ...,
    uveitis: Column | None = ...,
    stills_symptoms: Column | None = ...,
    enthesitis: Column | None = ...,
    glucocorticoids: Column | None = ...,
    ilar_category: Column | None = ...,
    morning_stiffness: Column | None = ...,
    esr: Column | None = ...,
    crp: Column | None = ...,
    esr_upper_limit: Column | None = ...,
    crp_upper_limit: Column | None = ...,
    esr_normal: Column | None = ...,
    crp_normal: Column | None = ...,
    not_due_to_jia: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def loss_of_response(
    level: int,
    criteria: str | ResponseCriteria = ...,
    *,
    rule: str | LossCriteria = ...,
    within: Sequence[float] | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def mas_2016(
    criteria: str | MasCriteria = ...,
    *,
    febrile: Column | None = ...,
    known_or_suspected_sjia: Column | None = ...,
    ferritin: Column | None = ...,
    platelets: Column | None = ...,
    ast: Column | None = ...,
    triglycerides: Column | None = ...,
    fibrinogen: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def minimal_disease_activity(
    criteria: str | MinimalActivityCriteria,
    *,
    course: Course | Column | FromCategory | None = ...,
    physician_global: Column | None = ...,
    patient_global: Column | None = ...,
    swollen_joints: Column | None = ...,
    active_joints: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def polyarthritis_state(
    criteria: str | PolyarthritisCriteria,
    *,
    active_joints: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def reacch_out_flare(
    criteria: str | RelapseCriteria = ...,
    *,
    inactive_before: Column | None = ...,
    inactive_now: Column | None = ...,
    joint_injection: Column | None = ...,
    treatment_intensified: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def state(
    measure: str,
    cutoffs: str | CutoffSet,
    *,
    course: Course | Column | FromCategory | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def suggests_mas(
    cutoff: str | MasScoreCutoff = ...,
    *,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def systemic_response(
    criteria: str | SystemicResponseCriteria,
    *,
    within: Sequence[float] | None = ...,
    highest_temperature: Column | None = ...,
    esr: Column | None = ...,
    crp: Column | None = ...,
    esr_upper_limit: Column | None = ...,
    crp_upper_limit: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
def within_categories(
    criteria: str | InactiveDiseaseCriteria,
    *,
    ilar_category: Column | None = ...,
    components: bool = ...,
    name: str | None = ...,
) -> Request: ...
