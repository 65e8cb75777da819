"""
One score, five cut-off sets
============================

A cJADAS10 of 2.6 in polyarthritis is low or moderate disease activity: it depends on whose cut-offs are
read. The bounds come from the definitions, so that nothing here is invented but the score.
"""

import matplotlib.pyplot as plt

import jiascores as jia

# %%
# The dashed line is the score of an invented child.

figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
jia.plot.cutoff_sets("cjadas10", score=2.6, course="poly", ax=axes)
plt.show()

# %%
# Without ``course`` every course that has cut-offs is drawn.

figure, axes = plt.subplots(figsize=(7.5, 3.8), layout="constrained")
jia.plot.cutoff_sets("jadas27", ax=axes)
plt.show()
