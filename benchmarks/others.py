"""What a user would write instead: as good as we could write it, without checks and bounds.

All of them answer one question only: is ACR Pedi 30 reached, a missing variable being neither
better nor worse. `jiascores` answers it for five levels, with bounds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from cohorts import CORE

TOLERANCE = 1e-9


# ------------------------------------------------------------------------------------ JADAS-71


def jadas71_numpy(c: dict[str, np.ndarray]) -> np.ndarray:
    item = np.clip((c["esr"] - 20) / 10, 0, 10)
    return c["physician_global"] + c["patient_global"] + c["active_joints"] + item


def jadas71_numpy_checked(c: dict[str, np.ndarray]) -> np.ndarray:
    for name, high in (("physician_global", 10), ("patient_global", 10), ("active_joints", 71)):
        if ((c[name] < 0) | (c[name] > high)).any():
            raise ValueError(name)
    if (c["active_joints"] != np.floor(c["active_joints"]))[~np.isnan(c["active_joints"])].any():
        raise ValueError("active_joints")
    if (c["esr"] < 0).any() or np.isinf(c["esr"]).any():
        raise ValueError("esr")
    return np.round(jadas71_numpy(c), 9)


def jadas71_polars(frame: Any) -> Any:
    import polars as pl

    item = ((pl.col("esr") - 20) / 10).clip(0, 10)
    globals_ = pl.col("physician_global") + pl.col("patient_global")
    return frame.select((globals_ + pl.col("active_joints") + item).alias("jadas71"))


def jadas71_by_row(row: pd.Series) -> float:
    item = min(max((row["esr"] - 20) / 10, 0), 10)
    return row["physician_global"] + row["patient_global"] + row["active_joints"] + item


def jadas71_by_hand(physician: float, patient: float, joints: int, esr: float) -> float:
    return physician + patient + joints + min(max((esr - 20) / 10, 0), 10)


# ------------------------------------------------------------------------------------- ACR Pedi


def acr_ped30_polars_join(frame: Any) -> Any:
    """The first date of each patient, joined back: the best plan we found."""
    import polars as pl

    lazy = frame.lazy()
    first = lazy.group_by("patient").agg(pl.col("date").min())
    base = lazy.join(first, on=["patient", "date"]).select(
        "patient",
        pl.col("date").alias("date_0"),
        *(pl.col(name).alias(f"{name}_0") for name in CORE),
    )
    # Rows in any order: keeping theirs would cost more.
    return lazy.join(base, on="patient", how="left").select("number", _polars_met()).collect()


def acr_ped30_polars_over(frame: Any) -> Any:
    import polars as pl

    first = pl.col("date").arg_min()
    base = [pl.col(name).get(first).over("patient").alias(f"{name}_0") for name in ("date", *CORE)]
    return frame.lazy().with_columns(base).select("number", _polars_met()).collect()


def _polars_met() -> Any:
    import polars as pl

    def fall(name: str) -> Any:
        return pl.col(f"{name}_0") - pl.col(name)

    better = pl.sum_horizontal(
        (pl.col(f"{name}_0") > 0) & (fall(name) + TOLERANCE >= pl.col(f"{name}_0") * 0.3)
        for name in CORE
    )
    worse = pl.sum_horizontal(-fall(name) > pl.col(f"{name}_0") * 0.3 + TOLERANCE for name in CORE)
    met = (better >= 3) & (worse <= 1)
    return pl.when(pl.col("date") > pl.col("date_0")).then(met).alias("acr_ped30")


_DUCKDB_MET = """
    case when v.date > b.date then ({better}) >= 3 and ({worse}) <= 1 end as acr_ped30
""".format(
    better=" + ".join(
        f"coalesce(b.{name} > 0 and b.{name} - v.{name} + 1e-9 >= b.{name} * 0.3, false)::int"
        for name in CORE
    ),
    worse=" + ".join(
        f"coalesce(v.{name} - b.{name} > b.{name} * 0.3 + 1e-9, false)::int" for name in CORE
    ),
)
DUCKDB_JOIN = f"""
    with first as (select patient, min(date) as date from visits group by patient),
         b as (select visits.* from visits join first using (patient, date))
    select v.number, {_DUCKDB_MET} from visits v left join b using (patient)
"""
DUCKDB_WINDOW = f"""
    with both_ as (
        select *, first_value(visits) over (partition by patient order by date) as b from visits
    )
    select number, {_DUCKDB_MET.replace("v.", "")} from both_
"""


def acr_ped30_duckdb(connection: Any, query: str) -> Any:
    return connection.sql(query).to_arrow_table()


def acr_ped30_pandas(frame: pd.DataFrame) -> np.ndarray:
    """The first visits, looked up by patient: what a careful pandas user writes."""
    first = frame.loc[frame.groupby("patient", sort=False)["date"].idxmin()].set_index("patient")
    base = first.loc[frame["patient"]]
    return _met(
        {name: base[name].to_numpy() for name in CORE},
        {name: frame[name].to_numpy() for name in CORE},
        frame["date"].to_numpy() > base["date"].to_numpy(),
    )


def acr_ped30_numpy(columns: dict[str, np.ndarray]) -> np.ndarray:
    """The same on arrays with patients numbered from 0."""
    order = np.lexsort((columns["date"], columns["patient"]))
    firsts = order[np.unique(columns["patient"][order], return_index=True)[1]]
    at = firsts[columns["patient"]]
    return _met(
        {name: columns[name][at] for name in CORE},
        {name: columns[name] for name in CORE},
        columns["date"] > columns["date"][at],
    )


def _met(base: dict[str, np.ndarray], now: dict[str, np.ndarray], after: np.ndarray) -> np.ndarray:
    better = worse = 0
    for name in CORE:
        fall = base[name] - now[name]
        limit = base[name] * 0.3
        better = better + ((base[name] > 0) & (fall + TOLERANCE >= limit))
        worse = worse + (-fall > limit + TOLERANCE)
    return np.where(after, (better >= 3) & (worse <= 1), np.nan)


def acr_ped30_of_patient(visits: pd.DataFrame) -> pd.Series:
    """The function that goes into groupby.apply and applyInPandas."""
    base = visits.loc[visits["date"].idxmin()]
    fall = base[list(CORE)].astype(float) - visits[list(CORE)]
    limit = base[list(CORE)].astype(float) * 0.3
    better = ((fall + TOLERANCE >= limit) & (base[list(CORE)] > 0)).sum(axis=1)
    worse = (-fall > limit + TOLERANCE).sum(axis=1)
    met = ((better >= 3) & (worse <= 1)).astype(float)
    return met.where(visits["date"] > base["date"])
