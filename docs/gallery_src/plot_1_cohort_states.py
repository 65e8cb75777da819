"""
States of a synthetic cohort
============================

Three hundred invented children with polyarthritis over a year. The same scores are read by four
published cut-off sets: the share of inactive disease depends on the set.
"""

# %%
# The cohort is simulated with a fixed seed. It describes nobody.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import jiascores as jia

rng = np.random.default_rng(20260131)
patients, months = 300, np.array([0, 3, 6, 9, 12])
severity = rng.gamma(4, 1.1, size=(patients, 1)) * np.exp(-months / rng.gamma(3, 3, (patients, 1)))
noise = rng.normal(0, 0.6, size=(2, patients, months.size))
scale = np.round(np.clip(severity + noise, 0, 10) * 2) / 2
visits = pd.DataFrame(
    {
        "patient": np.repeat(np.arange(patients), months.size),
        "date": np.tile(
            pd.Timestamp("2024-01-01") + pd.to_timedelta(months * 30.4375, "D"), patients
        ),
        "month": np.tile(months, patients),
        "physician_global": scale[0].ravel(),
        "patient_global": scale[1].ravel(),
        "active_joints": rng.poisson(severity * 1.1).clip(0, 71).ravel(),
    }
)
visits.loc[rng.random(len(visits)) < 0.06, "patient_global"] = np.nan  # gaps, as in life

# %%
# Score and states in one call. A gap stays a gap.

SETS = ["consolaro-2014", "trincianti-2021", "backstrom-2018", "backstrom-2019"]
requests = [jia.ask.state("cjadas10", cutoffs=name, course="poly") for name in SETS]
out = jia.assess(visits, measures=["cjadas10", *requests])

# %%
# One bar for each visit and set. What is not determinable is drawn, not hidden.

STATES = ["inactive", "low", "moderate", "moderate_or_high", "high"]
COLOURS = ["#eef4fa", "#9dc0e0", "#4a88c2", "#2f5f8f", "#123250"]
figure, grid = plt.subplots(1, len(SETS), figsize=(11, 4.2), sharey=True, layout="constrained")
for axes, name in zip(grid, SETS, strict=True):
    column = out[f"state_cjadas10_{name.replace('-', '_')}"]
    words = column.astype(object).where(column.notna(), "not determinable")
    shares = pd.crosstab(out["month"], words, normalize="index") * 100
    bottom = np.zeros(months.size)
    for state, colour in zip(STATES, COLOURS, strict=True):
        if state in shares:
            axes.bar(months, shares[state], 2.2, bottom, color=colour, edgecolor="#333333")
            bottom += shares[state].to_numpy()
    gap = shares["not determinable"]
    axes.bar(months, gap, 2.2, bottom, color="white", edgecolor="#333333", hatch="///")
    axes.set(title=name, xticks=months, xlabel="month")
grid[0].set_ylabel("children, %")
handles = [
    plt.Rectangle((0, 0), 1, 1, facecolor=colour, edgecolor="#333333") for colour in COLOURS
] + [plt.Rectangle((0, 0), 1, 1, facecolor="white", edgecolor="#333333", hatch="///")]
labels = [word.replace("_", " ") for word in STATES] + ["not determinable"]
figure.legend(handles, labels, loc="outside lower center", ncols=6, frameon=False)
plt.show()
