"""
Pictures of one child and of a trial
====================================

``jiascores.plot`` draws what ``assess`` and ``retreatment`` return. Every child here is invented:
the one child of the tutorial, and the synthetic reconstruction of the MSC trial.
"""

# %%
# A joint examination. A joint that was not examined is drawn as such.

from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import jiascores as jia

exam = jia.JointExam(
    active={"knee_left", "ankle_left", "wrist_right", "mcp2_right", "mcp3_right"},
    limited={"knee_left", "wrist_right", "elbow_right"},
    not_examined={"hip_left", "hip_right"},
)
figure, axes = plt.subplots(figsize=(8, 6), layout="constrained")
jia.plot.joint_exam(exam, ax=axes)
plt.show()

# %%
# The cut-off sets of one score, side by side, with the score of one child.

figure, axes = plt.subplots(figsize=(8, 5), layout="constrained")
jia.plot.cutoff_sets("cjadas10", score=2.6, ax=axes)
plt.show()

# %%
# Scores over time, on the bands of one cut-off set.

ROOT = Path.cwd().resolve()
while not (ROOT / "docs" / "data").exists():
    ROOT = ROOT.parent
visits = pd.read_csv(ROOT / "docs" / "data" / "one_child.csv", parse_dates=["date"])
out = jia.assess(visits, measures=["cjadas10"])
figure, axes = plt.subplots(figsize=(8, 4.5), layout="constrained")
jia.plot.trajectories(out, jia.column("cjadas10"), cutoffs="consolaro-2014", course="poly", ax=axes)
plt.show()

# %%
# What changed in the six core variables, visit by visit, with the ACR-Ped level.

figure, axes = plt.subplots(figsize=(12, 5), layout="constrained")
jia.plot.response_matrix(visits, baseline="first", ax=axes)
plt.show()

# %%
# The trial: infusions, response, and who may be infused again.

TRIAL = ROOT / "examples" / "msc_trial"
trial = pd.read_csv(TRIAL / "visits.csv", parse_dates=["visit_date"])
infusions = pd.read_csv(TRIAL / "infusions.csv", parse_dates=["infusion_date"])
names = {
    "date": "visit_date",
    "physician_global": "physician_global_mm",
    "patient_global": "patient_global_mm",
}
again = jia.retreatment(
    trial,
    infusions,
    protocol="swart-2019",
    columns=names,
    units={"physician_global": "mm", "patient_global": "mm"},
    marker="esr",
    infusion_columns={"date": "infusion_date"},
)
figure, axes = plt.subplots(figsize=(9, 4.5), layout="constrained")
jia.plot.swimmer(
    again,
    infusions,
    code=jia.column("retreatment_code"),
    columns={"date": "visit_date"},
    treatment_columns={"date": "infusion_date"},
    ax=axes,
)
plt.show()
