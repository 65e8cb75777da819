"""
From state to state
===================

Who gets better, who relapses, and who is not seen: how 300 invented children move between states
of disease activity from visit to visit.
"""

import matplotlib.pyplot as plt

import jiascores as jia

visits = jia.datasets.load_cohort()

# %%
# Every child is in every bar. A visit that did not take place is a state of its own: for this
# picture, thirty children miss month 9.

state = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course="poly")
out = jia.assess(visits, measures=[state])
seen = out.drop(out.index[(out["month"] == 9) & (out["patient"] > "child-270")])

figure, axes = plt.subplots(figsize=(7.6, 4.8), layout="constrained")
jia.plot.state_flow(
    seen, jia.column("state_cjadas10_consolaro_2014"), by=jia.column("month"), ax=axes
)
axes.set_title("cJADAS10 by consolaro-2014: 300 invented children", loc="left", fontsize=11)
plt.show()
