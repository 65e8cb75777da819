"""
Scores over time, for one child and for 300
===========================================

The clinical JADAS10 over a year on the states of one cut-off set: an invented child, and 300.
"""

import matplotlib.pyplot as plt

import jiascores as jia

# %%
# One child: scores at their points. One visit has none, and the picture says why.

child = jia.datasets.load_one_child()

figure, axes = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
jia.plot.trajectories(
    jia.assess(child, measures=["cjadas10"]),
    jia.column("cjadas10"),
    cutoffs="consolaro-2014",
    course="poly",
    since="date",
    ax=axes,
)
axes.set_title("An invented child with polyarthritis", loc="left")
plt.show()

# %%
# Three hundred children: the median and the quartiles of each visit lie over their lines. The
# figures above count the visits without a score.

visits = jia.datasets.load_cohort()

figure, axes = plt.subplots(figsize=(7.5, 4.8), layout="constrained")
jia.plot.trajectories(
    jia.assess(visits, measures=["cjadas10"]),
    jia.column("cjadas10"),
    cutoffs="consolaro-2014",
    course="poly",
    by=jia.column("month"),
    ax=axes,
)
axes.set_title("300 invented children with polyarthritis", loc="left")
plt.show()
