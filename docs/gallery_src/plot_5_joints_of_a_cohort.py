"""
The joints of a cohort
======================

How often each joint is active in 200 invented examinations. Large joints are made to be active
more often; how often is made up.
"""

import matplotlib.pyplot as plt
import numpy as np

import jiascores as jia

JOINTS = jia.definition("joints-71").joints
rng = np.random.default_rng(5)
often = {"knee": 0.45, "ankle": 0.3, "wrist": 0.22, "elbow": 0.12, "hip": 0.1, "mcp2": 0.12}
chance = np.array([often.get(name.rpartition("_")[0], 0.03) for name in JOINTS])
exams = []
for _ in range(200):
    active = {
        name for name, hit in zip(JOINTS, rng.random(len(JOINTS)) < chance, strict=True) if hit
    }
    unseen = {"hip_left", "hip_right"} if rng.random() < 0.2 else set()
    exams.append(jia.JointExam(active=active - unseen, not_examined=unseen))

# %%
# An examination that left out a joint says nothing of it: each proportion is among the children in
# whom the joint was examined.

figure, axes = plt.subplots(figsize=(7.5, 6), layout="constrained")
jia.plot.joint_frequency(exams, ax=axes)
axes.set_title("200 examinations (invented)")
plt.show()
