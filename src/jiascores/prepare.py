"""Make a table of visits ready: its shape, planned visits, laboratory values, gaps, joint forms."""

from jiascores.files.visits import read as read
from jiascores.tables.gaps import fill_gaps as fill_gaps
from jiascores.tables.intercurrent import intercurrent_events as intercurrent_events
from jiascores.tables.joint_forms import joint_counts as joint_counts
from jiascores.tables.recorded import compare_recorded as compare_recorded
from jiascores.tables.redcap import from_redcap as from_redcap
from jiascores.tables.shapes import from_long as from_long
from jiascores.tables.shapes import from_wide as from_wide
from jiascores.tables.windows import below_limit as below_limit
from jiascores.tables.windows import laboratory_values as laboratory_values
from jiascores.tables.windows import nominal_visits as nominal_visits
