"""Who can reach a facility: residents within and beyond a cutoff, and the spread of minutes, by zone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from transport.street_network import Mode
from transport.travel import DETOUR_RANGES, DETOURS

# Of whom much is not known, those known are mostly those with a place near by: a share of them alone would mislead.
MOST_NOT_KNOWN_SHARE = 0.1
FEWEST_KNOWN_SHARE = 0.5


def residents_by_cutoff(
    minutes: pd.DataFrame, points: pd.DataFrame, zones: pd.Series, *, cutoff_min: float
) -> pd.DataFrame:
    """Count the residents within and beyond a cutoff in each zone.

    Parameters
    ----------
    minutes : DataFrame
        From `transport.travel_times.nearest_facility`, indexed like `points`: ``minutes, basis, at_most``.
    points : DataFrame
        Resident points with ``residents``.
    zones : Series
        The zone of each point (ward code, LSOA code, decile ...), indexed like `points`; points without
        a zone are left out.
    cutoff_min : float
        Minutes; a walk of exactly the cutoff is within it.

    Returns
    -------
    DataFrame
        By zone: ``residents, within, beyond, not_known`` (people, float), ``beyond_share`` (0-1 of those known;
        missing where more than `MOST_NOT_KNOWN_SHARE` of the residents are not), ``estimate_share`` (0-1 of
        those known whose minutes are an estimate). A time over streets that is only "at most", and longer than
        the cutoff, is not known where something nobody collected may lie within it. An estimate that is "at
        most" has looked there, and counts.
    """
    time = minutes["minutes"]
    within = time <= cutoff_min
    # Whoever could not even leave the known streets within the cutoff is beyond it, whatever lies out there.
    may_be_nearer = minutes["at_most"] & (minutes["basis"] == "streets") & (minutes["at_least"] <= cutoff_min)
    unknown = time.isna() | (~within & may_be_nearer)
    beyond = ~within & ~unknown
    people = points["residents"]
    table = pd.DataFrame(
        {
            "residents": people,
            "within": people.where(within, 0.0),
            "beyond": people.where(beyond, 0.0),
            "not_known": people.where(unknown, 0.0),
            "estimate_share": people.where((minutes["basis"] == "estimate") & ~unknown, 0.0),
        }
    )
    table = table.groupby(zones).sum()
    known = (table["within"] + table["beyond"]).replace(0.0, np.nan)
    enough = table["not_known"] <= MOST_NOT_KNOWN_SHARE * table["residents"]
    table["beyond_share"] = (table["beyond"] / known).where(enough)
    table["estimate_share"] = table["estimate_share"] / known
    return table


def rounded_people(people: pd.Series) -> pd.Series:
    """Round numbers of people to what an estimate can carry: tens below a thousand, hundreds from there."""
    return people.round(-1).where(people < 1_000, people.round(-2))


def beyond_range(
    minutes: pd.DataFrame, points: pd.DataFrame, *, cutoff_min: float, mode: Mode = "walk"
) -> tuple[float, float]:
    """Return the fewest and most residents beyond a cutoff under reasonable detour factors.

    Parameters
    ----------
    minutes, points : DataFrame
        As for `residents_by_cutoff`.
    cutoff_min : float
        Minutes.
    mode : str
        The mode of the minutes.

    Returns
    -------
    tuple of float
        People, with either end of the mode's `transport.travel.DETOUR_RANGES` in place of its factor where
        minutes are estimates.
    """
    everyone = pd.Series("all", index=points.index)
    # An estimate that is "at most" was walked over streets as far as they are known: no factor lengthens it.
    estimated = (minutes["basis"] == "estimate") & ~minutes["at_most"]
    counts = []
    for factor in DETOUR_RANGES[mode]:
        scaled = minutes["minutes"].mask(estimated, minutes["minutes"] * factor / DETOURS[mode])
        table = residents_by_cutoff(minutes.assign(minutes=scaled), points, everyone, cutoff_min=cutoff_min)
        counts.append(float(table["beyond"].sum()))
    return counts[0], counts[1]


def minutes_by_zone(minutes: pd.DataFrame, points: pd.DataFrame, zones: pd.Series) -> pd.DataFrame:
    """Return the median minutes and their spread in each zone, weighted by residents.

    Returns
    -------
    DataFrame
        By zone: ``median_min, p10_min, p90_min``, ``basis`` ("streets" or "estimate" by the majority of
        residents known, "not covered" where fewer than `FEWEST_KNOWN_SHARE` of the residents have a time, with
        no minutes), ``mixed`` (bool: both bases occur) and ``at_most_share`` (0-1 of the residents known, whose
        walk over streets may be shorter through ground that is not known).
    """
    known = minutes["minutes"].notna() & zones.notna()
    frame = pd.DataFrame(
        {
            "zone": zones[known],
            "minutes": minutes.loc[known, "minutes"],
            # A place without residents still has a middle: every point weighs at least a little.
            "weight": points.loc[known, "residents"].clip(lower=1e-9),
            "on_streets": (minutes.loc[known, "basis"] == "streets").astype(float),
            "at_most": (minutes["at_most"] & (minutes["basis"] == "streets"))[known].astype(float),
        }
    ).sort_values(["zone", "minutes"])
    grouped = frame.groupby("zone")
    position = grouped["weight"].cumsum() / grouped["weight"].transform("sum")
    quantiles = {
        name: frame[position >= q - 1e-12].groupby("zone")["minutes"].first()
        for name, q in (("median_min", 0.5), ("p10_min", 0.1), ("p90_min", 0.9))
    }
    table = pd.DataFrame(quantiles).reindex(pd.Index(zones.dropna().unique(), name=zones.name))
    streets = (frame["on_streets"] * frame["weight"]).groupby(frame["zone"]).sum()
    share = (streets / grouped["weight"].sum()).reindex(table.index)
    everyone = points["residents"].clip(lower=1e-9).groupby(zones).sum().reindex(table.index)
    enough = grouped["weight"].sum().reindex(table.index) >= FEWEST_KNOWN_SHARE * everyone
    table, share = table.where(enough), share.where(enough)
    at_most = (frame["at_most"] * frame["weight"]).groupby(frame["zone"]).sum()
    table["at_most_share"] = (at_most / grouped["weight"].sum()).reindex(table.index).where(enough)
    table["basis"] = np.select([share.isna(), share > 0.5], ["not covered", "streets"], "estimate")
    table["mixed"] = (share > 0) & (share < 1)
    return table.sort_index()
