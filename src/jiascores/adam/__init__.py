"""CDISC ADaM data sets from visits: efficacy (ADEFF), time to event (ADTTE), and their metadata.

`adeff` and `adtte` give an `AnalysisDataset`, its data with its metadata as tables; `check` holds it
against the rules of the implementation guide, and `write` makes the files that a regulator takes.
"""

from jiascores.adam.basic import adeff as adeff
from jiascores.adam.checks import check as check
from jiascores.adam.datasets import AnalysisDataset as AnalysisDataset
from jiascores.adam.domains import table_from_sdtm as table_from_sdtm
from jiascores.adam.files import read as read
from jiascores.adam.files import write as write
from jiascores.adam.forms import export as export
from jiascores.adam.tabulated import visits_from_sdtm as visits_from_sdtm
from jiascores.adam.times import adtte as adtte

__all__ = [
    "AnalysisDataset",
    "adeff",
    "adtte",
    "check",
    "export",
    "read",
    "table_from_sdtm",
    "visits_from_sdtm",
    "write",
]
