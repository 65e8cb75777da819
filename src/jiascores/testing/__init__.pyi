"""The names for tests: one list, for people, type checkers and the loader."""

from jiascores.testing.agreement import Case as Case
from jiascores.testing.agreement import assert_same_answers as assert_same_answers
from jiascores.testing.agreement import conformance as conformance
from jiascores.testing.cohort import simulate_visits as simulate_visits
from jiascores.testing.strategies import core_set_pairs as core_set_pairs
from jiascores.testing.strategies import core_sets as core_sets
from jiascores.testing.strategies import histories as histories
from jiascores.testing.strategies import infusions as infusions
from jiascores.testing.strategies import joint_exams as joint_exams
from jiascores.testing.strategies import medications as medications
from jiascores.testing.strategies import score_inputs as score_inputs
from jiascores.testing.strategies import values_of as values_of
from jiascores.testing.strategies import visits as visits

def register_with_hypothesis() -> None: ...
