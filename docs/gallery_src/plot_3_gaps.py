"""
What gaps do to a responder rate
================================

Two hundred invented children, and more and more missing values. The band is what is possible;
the dots are what three ways of handling gaps make of it.
"""

# %%
# The cohort is simulated with a fixed seed. It describes nobody.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import jiascores as jia

rng = np.random.default_rng(30)
n = 200
base = pd.DataFrame(
    {
        "patient": np.arange(n),
        "date": pd.Timestamp("2024-01-01"),
        "physician_global": rng.integers(6, 20, n) / 2,
        "patient_global": rng.integers(6, 20, n) / 2,
        "chaq": rng.integers(6, 24, n) / 8,
        "active_joints": rng.integers(5, 25, n),
        "limited_joints": rng.integers(5, 25, n),
        "esr": rng.integers(21, 80, n),
    }
)
left = rng.beta(2, 2, n)  # what is left of the disease after treatment
now = base.assign(date=pd.Timestamp("2024-07-01"))
core = list(base.columns[2:])
for name in core:
    noisy = base[name] * np.clip(left + rng.normal(0, 0.15, n), 0, 1)
    now[name] = noisy.round() if name.endswith(("joints", "esr")) else (noisy * 8).round() / 8

# %%
# Take away a share of the values of the second visit, and ask for ACR Pedi 50.

POLICIES = ["worst-case", "unchanged", "complete-case"]
rows = []
order = rng.random((n, len(core)))
for share in [0.0, 0.05, 0.1, 0.2, 0.3]:
    gaps = now.copy()
    gaps[core] = gaps[core].astype(float).mask(order < share)
    visits = pd.concat([base, gaps], ignore_index=True)
    out = jia.assess(visits, baseline="first", measures=["acr_ped"]).iloc[n:]
    row = {
        "missing": share * 100,
        "lowest": (out["acr_ped_level_min"] >= 50).mean() * 100,
        "highest": (out["acr_ped_level_max"] >= 50).mean() * 100,
    }
    for policy in POLICIES:
        asked = jia.ask.acr_ped(missing=policy)
        out = jia.assess(visits, baseline="first", measures=[asked]).iloc[n:]
        level = out[asked.columns[0]]
        row[policy] = (level.dropna() >= 50).mean() * 100
    rows.append(row)
table = pd.DataFrame(rows)
table.round(1)

# %%
# ``complete-case`` is a rate among those who are left: it can lie outside the band.

figure, axes = plt.subplots(figsize=(7.5, 4.4), layout="constrained")
axes.fill_between(
    table["missing"], table["lowest"], table["highest"], color="#cfe0f0", label="possible"
)
for policy, marker, colour in zip(POLICIES, "vos", ("#123250", "#b2182b", "#6b7280"), strict=True):
    axes.plot(table["missing"], table[policy], marker=marker, color=colour, label=policy)
axes.set(xlabel="values missing, %", ylabel="ACR Pedi 50, % of children", ylim=(0, 100))
axes.set_title("200 invented children", loc="left")
axes.legend(frameon=False, loc="lower left")
axes.spines[["top", "right"]].set_visible(False)
plt.show()
