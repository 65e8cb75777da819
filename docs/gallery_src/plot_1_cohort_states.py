"""
States of a cohort, and which cut-off set
=========================================

Three hundred invented children with polyarthritis over a year: how many are in which state of
disease activity. The same scores are then read by five published cut-off sets: how many have
inactive disease depends on the set.
"""

# %%
# ``docs/data/cohort.py`` simulates the cohort with a fixed seed. It describes nobody.

import matplotlib.pyplot as plt
import pandas as pd

import jiascores as jia

visits = jia.datasets.load_cohort()

# %%
# One bar for each visit. What is not determinable is drawn, not hidden.

state = jia.ask.state("cjadas10", cutoffs="consolaro-2014", course="poly")
out = jia.assess(visits, measures=[state])

figure, axes = plt.subplots(figsize=(7.5, 4.4), layout="constrained")
jia.plot.state_bars(
    out, jia.column("state_cjadas10_consolaro_2014"), by=jia.column("month"), ax=axes
)
axes.set_title("cJADAS10 by consolaro-2014: 300 invented children", loc="left")
plt.show()

# %%
# The same children at month 6, read by five sets.

SETS = [
    "consolaro-2014",
    "trincianti-2021",
    "backstrom-2016",
    "backstrom-2018",
    "backstrom-2019",
]
month_6 = visits[visits["month"] == 6]
read = []
for name in SETS:
    asked = jia.ask.state("cjadas10", cutoffs=name, course="poly")
    found = jia.assess(month_6, measures=[asked])
    states = found[f"state_cjadas10_{name.replace('-', '_')}"].astype(object)
    read.append(pd.DataFrame({"patient": found["patient"], "set": name, "state": states}))

figure, axes = plt.subplots(figsize=(7.5, 4.4), layout="constrained")
jia.plot.state_bars(pd.concat(read), jia.column("state"), by=jia.column("set"), ax=axes)
axes.set_xticks(
    axes.get_xticks(), [label.get_text().replace("-", "\n") for label in axes.get_xticklabels()]
)
axes.set(xlabel="", title="cJADAS10 at month 6: the same 300 invented children")
plt.show()
