"""Deprivation: counts and people per decile. Never a mean of deciles, never a change between releases."""

from __future__ import annotations

import pandas as pd

DECILES = range(1, 11)


def decile_counts(
    deprivation: pd.DataFrame, population: pd.DataFrame, *, domain: str = "imd"
) -> pd.DataFrame:
    """Count LSOAs and residents in each national decile.

    Parameters
    ----------
    deprivation : DataFrame
        Rows are LSOAs; ``<domain>_decile`` holds 1 (most deprived tenth) to 10.
    population : DataFrame
        ``residents`` by ``lsoa_code``.
    domain : str
        ``imd`` or one of the seven domains (``study.tables.DOMAINS``).

    Returns
    -------
    DataFrame
        Indexed by ``decile`` 1..10: ``lsoas``, ``residents``, ``residents_share`` (0-1 of those counted).
    """
    decile = deprivation[f"{domain}_decile"]
    residents = population["residents"].reindex(decile.index)
    table = pd.DataFrame(
        {"lsoas": decile.groupby(decile).size(), "residents": residents.groupby(decile).sum()},
    ).reindex(DECILES, fill_value=0)
    table.index.name = "decile"
    total = table["residents"].sum()
    table["residents_share"] = table["residents"] / total if total else float("nan")
    # Residents shared out over points come back as 1416.9999...
    return table.round({"residents": 0}).astype({"lsoas": int, "residents": int})
