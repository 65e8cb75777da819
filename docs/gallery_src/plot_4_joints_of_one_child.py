"""
The joints of one child
=======================

An invented examination of the 71 joints. A joint that was not examined is not drawn as healthy.
"""

import matplotlib.pyplot as plt

import jiascores as jia

exam = jia.JointExam(
    active={"knee_left", "ankle_left", "wrist_right", "mcp2_right", "mcp3_right"},
    limited={"knee_left", "wrist_right", "elbow_right"},
    not_examined={"hip_left", "hip_right"},
)

# %%
# Counts whose truth lies between two ends are written so: each of the hips may be active.

figure, axes = plt.subplots(figsize=(7.5, 6), layout="constrained")
jia.plot.joint_exam(exam, ax=axes)
axes.set_title(f"An invented child: {axes.get_title()}")
plt.show()

# %%
# With names, for a report or a lesson.

figure, axes = plt.subplots(figsize=(7.5, 5.4), layout="constrained")
jia.plot.joint_exam(exam, names=True, ax=axes)
axes.set_title(f"An invented child: {axes.get_title()}")
plt.show()
