"""Outcome measures of juvenile idiopathic arthritis, each number traceable to its paper.

Research software, not a medical device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jiascores._version import __version__

if TYPE_CHECKING:
    from jiascores import plot
    from jiascores.core.core_set import CoreSet
    from jiascores.core.errors import (
        ColumnError,
        DefinitionError,
        InconsistentError,
        JiaScoresError,
        MarkerError,
        MisalignedError,
        MissingExtraError,
        NotCoveredError,
        NotNumericError,
        NotWholeError,
        OutOfRangeError,
        RequestError,
        UnknownDefinitionError,
        VisitError,
    )
    from jiascores.core.joints import JointExam
    from jiascores.core.measure import Score, components
    from jiascores.core.references import Evidence, Reference
    from jiascores.measures.activity import (
        UncontrolledCriteria,
        activity_level,
        chronically_uncontrolled,
        escalation_indicated,
        minimal_disease_activity,
        polyarthritis_state,
    )
    from jiascores.measures.change_in_jadas import bulatovic_change, horneff_improvement
    from jiascores.measures.chaq import (
        ChaqDifference,
        ChaqForm,
        ChaqScoring,
        chaq_change,
        chaq_di,
        chaq_form,
    )
    from jiascores.measures.courses import RetreatmentProtocol
    from jiascores.measures.flares import FlareCriteria, flare, loss_of_response
    from jiascores.measures.ilar import course, course_notes
    from jiascores.measures.inactivity import (
        InactiveDiseaseCriteria,
        inactive_disease,
        inactive_disease_items,
        reacch_out_flare,
        within_categories,
    )
    from jiascores.measures.jadas import cjadas10, cjadas27, cjadas71, jadas10, jadas27, jadas71
    from jiascores.measures.jspada import jspada, jspada6, jspada7_no_marker, jspada7_no_schober
    from jiascores.measures.mas import (
        MasCriteria,
        MasScoreCutoff,
        mas_2016,
        mas_2016_items,
        ms_score,
        suggests_mas,
    )
    from jiascores.measures.remission import RemissionCriteria
    from jiascores.measures.response import ResponseCriteria, acr_ped
    from jiascores.measures.sjadas import (
        csjadas10,
        csjadas27,
        csjadas71,
        parjadas,
        sjadas10,
        sjadas27,
        sjadas71,
        systemic_manifestation_score,
    )
    from jiascores.measures.states import CutoffSet, disease_state
    from jiascores.reporting import report
    from jiascores.statistics.paired import paired_change
    from jiascores.statistics.proportions import Difference, stratified_difference
    from jiascores.tables import ask
    from jiascores.tables.ask_activity import from_category
    from jiascores.tables.assess import assess
    from jiascores.tables.baselines import best, flagged, last_responding, on_or_before
    from jiascores.tables.catalogue import definition, definitions
    from jiascores.tables.columns import column
    from jiascores.tables.files import assess_files
    from jiascores.tables.findings import check
    from jiascores.tables.gaps import fill_gaps
    from jiascores.tables.joint_forms import joint_counts
    from jiascores.tables.remission import remission
    from jiascores.tables.retreatment import deviations, retreatment
    from jiascores.tables.summaries import (
        agreement,
        compare_responders,
        responders_by_visit,
        time_in_states,
        transitions,
    )
    from jiascores.tables.time_to_event import time_to_first, time_to_flare
    from jiascores.tables.verify import verify
    from jiascores.tables.windows import below_limit, laboratory_values, nominal_visits
    from jiascores.tables.within import assess_within

# Where each public name lives. A module loads when one of its names is first used, so that
# importing jiascores costs little more than importing NumPy.
_HOME = {
    "ChaqDifference": "jiascores.measures.chaq",
    "ChaqForm": "jiascores.measures.chaq",
    "ChaqScoring": "jiascores.measures.chaq",
    "ColumnError": "jiascores.core.errors",
    "CoreSet": "jiascores.core.core_set",
    "CutoffSet": "jiascores.measures.states",
    "DefinitionError": "jiascores.core.errors",
    "Evidence": "jiascores.core.references",
    "FlareCriteria": "jiascores.measures.flares",
    "InactiveDiseaseCriteria": "jiascores.measures.inactivity",
    "InconsistentError": "jiascores.core.errors",
    "JiaScoresError": "jiascores.core.errors",
    "JointExam": "jiascores.core.joints",
    "MarkerError": "jiascores.core.errors",
    "MasCriteria": "jiascores.measures.mas",
    "MasScoreCutoff": "jiascores.measures.mas",
    "MisalignedError": "jiascores.core.errors",
    "MissingExtraError": "jiascores.core.errors",
    "NotCoveredError": "jiascores.core.errors",
    "NotNumericError": "jiascores.core.errors",
    "NotWholeError": "jiascores.core.errors",
    "OutOfRangeError": "jiascores.core.errors",
    "Reference": "jiascores.core.references",
    "RemissionCriteria": "jiascores.measures.remission",
    "RequestError": "jiascores.core.errors",
    "ResponseCriteria": "jiascores.measures.response",
    "RetreatmentProtocol": "jiascores.measures.courses",
    "Score": "jiascores.core.measure",
    "UncontrolledCriteria": "jiascores.measures.activity",
    "UnknownDefinitionError": "jiascores.core.errors",
    "VisitError": "jiascores.core.errors",
    "acr_ped": "jiascores.measures.response",
    "activity_level": "jiascores.measures.activity",
    "ask": "jiascores.tables.ask",
    "assess": "jiascores.tables.assess",
    "assess_files": "jiascores.tables.files",
    "best": "jiascores.tables.baselines",
    "bulatovic_change": "jiascores.measures.change_in_jadas",
    "chaq_change": "jiascores.measures.chaq",
    "chaq_di": "jiascores.measures.chaq",
    "chaq_form": "jiascores.measures.chaq",
    "check": "jiascores.tables.findings",
    "chronically_uncontrolled": "jiascores.measures.activity",
    "cjadas10": "jiascores.measures.jadas",
    "cjadas27": "jiascores.measures.jadas",
    "cjadas71": "jiascores.measures.jadas",
    "column": "jiascores.tables.columns",
    "compare_events": "jiascores.tables.events",
    "components": "jiascores.core.measure",
    "course": "jiascores.measures.ilar",
    "course_notes": "jiascores.measures.ilar",
    "csjadas10": "jiascores.measures.sjadas",
    "csjadas27": "jiascores.measures.sjadas",
    "csjadas71": "jiascores.measures.sjadas",
    "definition": "jiascores.tables.catalogue",
    "definitions": "jiascores.tables.catalogue",
    "deviations": "jiascores.tables.retreatment",
    "disease_state": "jiascores.measures.states",
    "escalation_indicated": "jiascores.measures.activity",
    "flagged": "jiascores.tables.baselines",
    "flare": "jiascores.measures.flares",
    "from_category": "jiascores.tables.ask_activity",
    "horneff_improvement": "jiascores.measures.change_in_jadas",
    "inactive_disease": "jiascores.measures.inactivity",
    "inactive_disease_items": "jiascores.measures.inactivity",
    "jadas10": "jiascores.measures.jadas",
    "jadas27": "jiascores.measures.jadas",
    "jadas71": "jiascores.measures.jadas",
    "joint_counts": "jiascores.tables.joint_forms",
    "jspada": "jiascores.measures.jspada",
    "jspada6": "jiascores.measures.jspada",
    "jspada7_no_marker": "jiascores.measures.jspada",
    "jspada7_no_schober": "jiascores.measures.jspada",
    "last_responding": "jiascores.tables.baselines",
    "loss_of_response": "jiascores.measures.flares",
    "mas_2016": "jiascores.measures.mas",
    "mas_2016_items": "jiascores.measures.mas",
    "minimal_disease_activity": "jiascores.measures.activity",
    "ms_score": "jiascores.measures.mas",
    "on_or_before": "jiascores.tables.baselines",
    "paired_change": "jiascores.statistics.paired",
    "plot": "jiascores.plot",
    "parjadas": "jiascores.measures.sjadas",
    "polyarthritis_state": "jiascores.measures.activity",
    "reacch_out_flare": "jiascores.measures.inactivity",
    "retreatment": "jiascores.tables.retreatment",
    "remission": "jiascores.tables.remission",
    "sjadas10": "jiascores.measures.sjadas",
    "sjadas27": "jiascores.measures.sjadas",
    "sjadas71": "jiascores.measures.sjadas",
    "suggests_mas": "jiascores.measures.mas",
    "systemic_manifestation_score": "jiascores.measures.sjadas",
    "verify": "jiascores.tables.verify",
    "within_categories": "jiascores.measures.inactivity",
    "time_to_flare": "jiascores.tables.time_to_event",
    "time_to_first": "jiascores.tables.time_to_event",
    "agreement": "jiascores.tables.summaries",
    "compare_responders": "jiascores.tables.summaries",
    "report": "jiascores.reporting",
    "responders_by_visit": "jiascores.tables.summaries",
    "time_in_states": "jiascores.tables.summaries",
    "transitions": "jiascores.tables.summaries",
    "Difference": "jiascores.statistics.proportions",
    "stratified_difference": "jiascores.statistics.proportions",
    "nominal_visits": "jiascores.tables.windows",
    "laboratory_values": "jiascores.tables.windows",
    "below_limit": "jiascores.tables.windows",
    "fill_gaps": "jiascores.tables.gaps",
    "assess_within": "jiascores.tables.within",
}

_MODULES = frozenset({"ask", "plot"})

__all__ = [
    "ChaqDifference",
    "ChaqForm",
    "ChaqScoring",
    "ColumnError",
    "CoreSet",
    "CutoffSet",
    "DefinitionError",
    "Difference",
    "Evidence",
    "FlareCriteria",
    "InactiveDiseaseCriteria",
    "InconsistentError",
    "JiaScoresError",
    "JointExam",
    "MarkerError",
    "MasCriteria",
    "MasScoreCutoff",
    "MisalignedError",
    "MissingExtraError",
    "NotCoveredError",
    "NotNumericError",
    "NotWholeError",
    "OutOfRangeError",
    "Reference",
    "RemissionCriteria",
    "RequestError",
    "ResponseCriteria",
    "RetreatmentProtocol",
    "Score",
    "UncontrolledCriteria",
    "UnknownDefinitionError",
    "VisitError",
    "__version__",
    "acr_ped",
    "activity_level",
    "agreement",
    "ask",
    "assess",
    "assess_files",
    "assess_within",
    "below_limit",
    "best",
    "bulatovic_change",
    "chaq_change",
    "chaq_di",
    "chaq_form",
    "check",
    "chronically_uncontrolled",
    "cjadas10",
    "cjadas27",
    "cjadas71",
    "column",
    "compare_events",
    "compare_responders",
    "components",
    "course",
    "course_notes",
    "csjadas10",
    "csjadas27",
    "csjadas71",
    "definition",
    "definitions",
    "deviations",
    "disease_state",
    "escalation_indicated",
    "fill_gaps",
    "flagged",
    "flare",
    "from_category",
    "horneff_improvement",
    "inactive_disease",
    "inactive_disease_items",
    "jadas10",
    "jadas27",
    "jadas71",
    "joint_counts",
    "jspada",
    "jspada6",
    "jspada7_no_marker",
    "jspada7_no_schober",
    "laboratory_values",
    "last_responding",
    "loss_of_response",
    "mas_2016",
    "mas_2016_items",
    "minimal_disease_activity",
    "ms_score",
    "nominal_visits",
    "on_or_before",
    "paired_change",
    "parjadas",
    "plot",
    "polyarthritis_state",
    "reacch_out_flare",
    "remission",
    "report",
    "responders_by_visit",
    "retreatment",
    "sjadas10",
    "sjadas27",
    "sjadas71",
    "stratified_difference",
    "suggests_mas",
    "systemic_manifestation_score",
    "time_in_states",
    "time_to_first",
    "time_to_flare",
    "transitions",
    "verify",
    "within_categories",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module 'jiascores' has no attribute {name!r}")
    # Loading the measures enters every definition into the catalogue.
    import_module("jiascores.measures")
    home = import_module(_HOME[name])
    value = home if name in _MODULES else getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
