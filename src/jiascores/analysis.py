"""Analyse assessed visits: responders, states, times to event, adverse events and paired change."""

from jiascores.catalogue.manifest import manifest as manifest
from jiascores.statistics.paired import paired_change as paired_change
from jiascores.statistics.proportions import stratified_difference as stratified_difference
from jiascores.tables.agreements import agreement as agreement
from jiascores.tables.comparisons import compare_responders as compare_responders
from jiascores.tables.comparisons import tipping_point as tipping_point
from jiascores.tables.events import compare_events as compare_events
from jiascores.tables.readable import change_table as change_table
from jiascores.tables.readable import responders_table as responders_table
from jiascores.tables.readable import states_table as states_table
from jiascores.tables.readable import times_table as times_table
from jiascores.tables.summaries import responders_by_visit as responders_by_visit
from jiascores.tables.summaries import time_in_states as time_in_states
from jiascores.tables.summaries import transitions as transitions
from jiascores.tables.survival import logrank as logrank
from jiascores.tables.survival import survival_table as survival_table
from jiascores.tables.time_to_event import time_to_first as time_to_first
from jiascores.tables.time_to_event import time_to_flare as time_to_flare
