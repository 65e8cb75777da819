"""Every file of check values: what makes its rows, and its columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.conformance import activity, core_sets, inactivity, items, scores_and_states, tables
from tests.conformance.writing import Row, write

FILES: dict[str, tuple[Callable[[], Iterator[Row]], tuple[str, ...]]] = {
    "scores": (scores_and_states.scores, scores_and_states.SCORE_COLUMNS),
    "disease_state": (scores_and_states.states, scores_and_states.STATE_COLUMNS),
    "states_from_parts": (scores_and_states.states_from_parts, scores_and_states.PART_COLUMNS),
    "acr_ped": (core_sets.acr_ped, core_sets.ACR_COLUMNS),
    "flare": (core_sets.flare, core_sets.FLARE_COLUMNS),
    "loss_of_response": (core_sets.loss_of_response, core_sets.LOSS_COLUMNS),
    "inactive_disease": (inactivity.inactive_disease, inactivity.INACTIVE_COLUMNS),
    "systemic_response": (inactivity.systemic_response, inactivity.RESPONSE_COLUMNS),
    "reacch_out_flare": (activity.relapse, activity.RELAPSE_COLUMNS),
    "minimal_disease_activity": (activity.minimal_activity, activity.MINIMAL_COLUMNS),
    "activity_level": (activity.activity_level, activity.LEVEL_COLUMNS),
    "polyarthritis_state": (activity.polyarthritis_state, activity.POLY_COLUMNS),
    "escalation_indicated": (activity.escalation, activity.ESCALATION_COLUMNS),
    "chronically_uncontrolled": (activity.uncontrolled, activity.UNCONTROLLED_COLUMNS),
    "horneff_improvement": (activity.jadas_improvement, activity.CHANGE_COLUMNS),
    "bulatovic_change": (activity.jadas_change, activity.CHANGE_COLUMNS),
    "course": (activity.course, activity.COURSE_COLUMNS),
    "chaq": (items.chaq, items.CHAQ_COLUMNS),
    "chaq_items": (items.chaq_items, items.CHAQ_ITEM_COLUMNS),
    "chaq_change": (items.chaq_change, activity.CHANGE_COLUMNS),
    "systemic_manifestations": (items.systemic_manifestations, items.SYSTEMIC_COLUMNS),
    "parjadas": (items.parjadas, items.PARJADAS_COLUMNS),
    "ms_score": (items.ms_score, items.MS_COLUMNS),
    "suggests_mas": (items.suggests_mas, ("score", "expected")),
    "mas_2016": (items.mas_2016, items.MAS_COLUMNS),
    "jspada": (items.jspada_rows, items.JSPADA_COLUMNS),
    "joints": (items.joints, items.JOINT_COLUMNS),
    "visits": (tables.visits, tables.VISIT_COLUMNS),
    "retreatment": (tables.retreatment, tables.RETREATMENT_COLUMNS),
    "remission": (tables.remission, tables.REMISSION_COLUMNS),
    "events": (tables.events, tables.EVENT_COLUMNS),
}


def conformance(name: str) -> str:
    """Return one file, as it must stand in the package."""
    make, columns = FILES[name]
    return write(name, make(), columns)
