"""
The six variables of a response
===============================

What changed in the six core variables: visit by visit in one invented child, and the medians of
300.
"""

import matplotlib.pyplot as plt

import jiascores as jia

# %%
# One child: the bars are changes against the first visit, the figures the values behind them. A
# question mark is a change that nobody knows.

child = jia.datasets.load_one_child()

figure, axes = plt.subplots(figsize=(7.6, 5.2), layout="constrained")
jia.plot.response_matrix(child[child["date"] < "2023-10-01"], ax=axes)
axes.set_title("An invented child", loc="left", pad=12)
plt.show()

# %%
# A cohort: the median change, its quartiles, and of how many children it is known.

visits = jia.datasets.load_cohort()

figure, axes = plt.subplots(figsize=(7.6, 5.2), layout="constrained")
jia.plot.response_matrix(visits, by=jia.column("month"), ax=axes)
axes.set_title("300 invented children, by month", loc="left", pad=12)
plt.show()
