"""
Responders by visit
===================

How many of 300 invented children reached which ACR Pedi level, and for how many the gaps in their
data leave that open.
"""

import matplotlib.pyplot as plt

import jiascores as jia

visits = jia.datasets.load_cohort()

# %%
# A child whose lowest and highest possible level differ is not determinable. It is neither counted
# as a responder nor left out.

out = jia.assess(visits, baseline="first", measures=["acr_ped"])

figure, axes = plt.subplots(figsize=(7.5, 4.6), layout="constrained")
jia.plot.responders(out, jia.column("acr_ped"), by=jia.column("month"), ax=axes)
axes.set_title("ACR Pedi (giannini-1997): 300 invented children", loc="left")
plt.show()
