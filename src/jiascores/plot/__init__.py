"""Pictures, drawn with matplotlib, which loads when the first one is drawn.

Each function takes ``ax=`` and returns it. Letters, axes and lines have the ink of the matplotlib
style in use, the colours of states and levels are always the same. Tables are those that `jiascores.assess` and
`jiascores.retreatment` return, of any kind; no rule is computed here a second time. What is not
determinable is drawn as such. Colours differ in lightness too, so that they can be told apart in
grey and by colour-blind readers.
"""

from jiascores.plot.bars import responders, state_bars
from jiascores.plot.courses import swimmer
from jiascores.plot.exams import joint_exam, joint_frequency
from jiascores.plot.over_time import trajectories
from jiascores.plot.responses import response_matrix
from jiascores.plot.states import cutoff_sets, state_flow

__all__ = [
    "cutoff_sets",
    "joint_exam",
    "joint_frequency",
    "responders",
    "response_matrix",
    "state_bars",
    "state_flow",
    "swimmer",
    "trajectories",
]
