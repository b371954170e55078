"""The indicators that can shade the map: what each is called, its unit, and its values by ward or LSOA."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from gaps.walking import GREEN_TYPE, WalkingTimes
from layers.categories import read_asset_rules
from layers.green_space import green_area
from layers.study_tables import StudyTables
from study.tables import DOMAINS
from transport.catchments import minutes_by_zone, residents_by_cutoff, rounded_people
from transport.travel_times import WALK_KPH

ZONE_KINDS = ("ward", "lsoa")
CUTOFFS_MIN = (15, 30)
# Below this many residents a rate or share says more about chance than about the place.
FEWEST_RESIDENTS = 100
# From this share of residents whose walk may be shorter, a zone's minutes are said to be "at most".
AT_MOST_FROM_SHARE = 0.1


@dataclass(frozen=True)
class Indicator:
    """One thing that can shade the map.

    Attributes
    ----------
    title : str
        With its vintage; plain English.
    unit : str
        Said beside every figure.
    decimals : int
        What the figure can carry.
    scale : {"need", "plenty", "decile"}
        Which way dark points: much of a need, much of a good thing, or deciles with 1 darkest.
    about : str
        How it is worked out, in a sentence or two.
    table : str
        The table whose source it rests on.
    """

    indicator_id: str
    title: str
    unit: str
    decimals: int
    scale: str
    about: str
    table: str
    by: str = "ward"


@dataclass(frozen=True)
class IndicatorValues:
    """An indicator's values, one a zone in the order of the zones table, and the table twin beside them.

    Attributes
    ----------
    values : Series
        Indexed like wards or LSOAs; missing where unknown.
    detail : DataFrame
        Further columns for the table twin, the same index.
    status : Series of str
        "", "estimate", "at most", "no data", "not covered", "not collected" or "too few residents" for each
        zone.
    """

    indicator: Indicator
    values: pd.Series
    detail: pd.DataFrame
    status: pd.Series = field(default_factory=pd.Series)


def available_indicators(tables: StudyTables) -> dict[str, str]:
    """Return the ids and plain titles of the indicators this study area has data for, in menu order."""
    rows = {
        "beyond": "Residents a long walk from ...",
        "minutes": "Minutes on foot to the nearest ...",
        "assets": "Community assets per 1,000 residents",
    }
    if tables.green_space is not None:
        rows["green_m2"] = "Public green space per resident"
        rows["green_share"] = "Public green space, share of land"
    rows["residents"] = "Residents"
    if tables.deprivation is not None:
        release = tables.deprivation_release
        rows |= {d: f"Deprivation {release}: {name.lower()}" for d, name in DOMAINS.items()}
    if tables.connectivity is not None:
        rows["connectivity"] = "Connectivity (DfT, through IMD 2025)"
    if tables.broadband is not None:
        rows["broadband"] = "Broadband (IMD 2025 indicator)"
    return rows


def zones_of(tables: StudyTables, by: str) -> pd.DataFrame:
    """Return the wards or LSOAs table."""
    return tables.wards if by == "ward" else tables.lsoas


def residents_of(tables: StudyTables, by: str) -> pd.Series:
    """Return residents by ward (added up from its best-fit LSOAs) or by LSOA."""
    residents = tables.population["residents"].reindex(tables.lsoas.index)
    if by == "lsoa":
        return residents
    return residents.groupby(tables.lsoas["ward_code"]).sum().reindex(tables.wards.index, fill_value=0)


def zone_of_points(tables: StudyTables, by: str) -> pd.Series:
    """Return the zone of each resident point: its LSOA, or that LSOA's best-fit ward."""
    lsoa = tables.resident_points["lsoa_code"]
    return lsoa if by == "lsoa" else lsoa.map(tables.lsoas["ward_code"]).rename("ward_code")


def indicator_values(
    walking: WalkingTimes, indicator_id: str, *, by: str, asset_type: str, cutoff_min: int
) -> IndicatorValues:
    """Work out an indicator for every ward or LSOA.

    Parameters
    ----------
    walking : WalkingTimes
        The study area and its walking times.
    indicator_id : str
        One of `available_indicators`.
    by : {"ward", "lsoa"}
        The zones.
    asset_type : str
        For the indicators about walking.
    cutoff_min : int
        For residents beyond a cutoff, minutes.

    Raises
    ------
    KeyError
        If the study area does not have the indicator.
    """
    tables = walking.tables
    if indicator_id not in available_indicators(tables):
        raise KeyError(indicator_id)
    if indicator_id == "beyond":
        return _beyond(walking, by, asset_type, cutoff_min)
    if indicator_id == "minutes":
        return _minutes(walking, by, asset_type)
    if indicator_id in DOMAINS or indicator_id == "connectivity":
        return _deciles(tables, indicator_id, by)
    return {
        "assets": _assets_rate,
        "green_m2": _green,
        "green_share": _green,
        "residents": _residents,
        "broadband": _broadband,
    }[indicator_id](tables, by, indicator_id)


def _status(values: pd.Series, text: str = "no data") -> pd.Series:
    return values.isna().map({True: text, False: ""})


def _few(residents: pd.Series) -> pd.Series:
    return residents < FEWEST_RESIDENTS


def _beyond(walking: WalkingTimes, by: str, asset_type: str, cutoff_min: int) -> IndicatorValues:
    tables = walking.tables
    one = read_asset_rules().types[asset_type].one
    indicator = Indicator(
        "beyond",
        f"Residents more than {cutoff_min} minutes' walk from any known {one}",
        "% of residents",
        0,
        "need",
        f"The share of residents whose walk to the nearest known {one} takes longer than {cutoff_min} minutes "
        f"at {WALK_KPH} km/h. Residents are spread over the postcodes of their small area.",
        "assets",
        by,
    )
    zones = zones_of(tables, by)
    table = residents_by_cutoff(
        walking.minutes(asset_type),
        tables.resident_points,
        zone_of_points(tables, by),
        cutoff_min=cutoff_min,
    ).reindex(zones.index)
    few = _few(residents_of(tables, by))
    values = (100 * table["beyond_share"]).mask(few)
    status = values.isna().map({True: "not covered", False: ""}).mask(few, "too few residents")
    status = status.mask((status == "") & (table["estimate_share"] > 0), "estimate")
    if not walking.is_collected(asset_type):
        status[:] = "not collected"
    detail = pd.DataFrame(
        {
            # Rounded up, everyone would be more than all.
            "residents_beyond": rounded_people(table["beyond"].where(values.notna())).clip(
                upper=residents_of(tables, by)
            ),
            "residents": residents_of(tables, by),
            "residents_not_known": rounded_people(table["not_known"]),
        }
    )
    return IndicatorValues(indicator, values, detail, status)


def _minutes(walking: WalkingTimes, by: str, asset_type: str) -> IndicatorValues:
    tables = walking.tables
    one = read_asset_rules().types[asset_type].one
    what = "edge of a public green space" if asset_type == GREEN_TYPE else one
    indicator = Indicator(
        "minutes",
        f"Minutes on foot to the nearest known {what}",
        "minutes, median over residents",
        0,
        "need",
        f"The walk of the middle resident at {WALK_KPH} km/h, with the walk that one in ten is under and one in ten "
        "over.",
        "assets",
        by,
    )
    zones = zones_of(tables, by)
    table = minutes_by_zone(
        walking.minutes(asset_type), tables.resident_points, zone_of_points(tables, by)
    ).reindex(zones.index)
    basis = table["basis"].fillna("not covered")
    status = basis.map({"streets": "", "estimate": "estimate", "not covered": "not covered"})
    status = status.mask((status == "") & table["mixed"].eq(True), "estimate")
    status = status.mask((status == "") & (table["at_most_share"] > AT_MOST_FROM_SHARE), "at most")
    if not walking.is_collected(asset_type):
        status[:] = "not collected"
    detail = table[["p10_min", "p90_min"]].assign(residents=residents_of(tables, by))
    return IndicatorValues(indicator, table["median_min"], detail, status)


def _deciles(tables: StudyTables, indicator_id: str, by: str) -> IndicatorValues:
    connectivity = indicator_id == "connectivity"
    source = tables.connectivity if connectivity else tables.deprivation
    name = "Connectivity (DfT, through IMD 2025)" if connectivity else DOMAINS[indicator_id]
    release = 2025 if connectivity else tables.deprivation_release
    country = tables.area.country
    decile = source[f"{indicator_id}_decile"].reindex(tables.lsoas.index)
    residents = residents_of(tables, "lsoa")
    ends = "hardest to reach things from" if connectivity else "most deprived"
    about = (
        f"Decile 1 = the tenth of {country}'s small areas that is {ends} (IMD {release}). It orders places, "
        "not people. " + ("It is not a travel time." if connectivity else "")
    )
    table = "connectivity" if connectivity else "deprivation"
    if by == "lsoa":
        indicator = Indicator(
            indicator_id,
            f"{name}: IMD {release} decile",
            f"decile, 1 = {ends}",
            0,
            "decile",
            about,
            table,
            by,
        )
        detail = pd.DataFrame({"residents": residents})
        return IndicatorValues(indicator, decile.astype(float), detail, _status(decile))
    ward = tables.lsoas["ward_code"]
    first = decile == 1
    in_first = residents.where(first, 0).groupby(ward).sum().reindex(tables.wards.index, fill_value=0)
    total = residents_of(tables, "ward")
    counts = first.groupby(ward).sum().reindex(tables.wards.index, fill_value=0)
    of = ward.value_counts().reindex(tables.wards.index, fill_value=0)
    values = (100 * in_first / total.where(total > 0)).where(
        decile.groupby(ward).count().reindex(tables.wards.index) > 0
    )
    indicator = Indicator(
        indicator_id,
        f"{name}: residents in the tenth of {country} that is {ends} (IMD {release})"
        if connectivity
        else f"{name}: residents in the most deprived tenth of {country} (IMD {release})",
        "% of residents",
        0,
        "need",
        about + " A ward has no decile of its own: this counts its residents in decile 1.",
        table,
        by,
    )
    detail = pd.DataFrame({"lsoas_in_decile_1": counts, "lsoas": of, "residents_in_decile_1": in_first})
    return IndicatorValues(indicator, values, detail, _status(values))


def _assets_rate(tables: StudyTables, by: str, indicator_id: str) -> IndicatorValues:
    indicator = Indicator(
        indicator_id,
        "Known community assets per 1,000 residents",
        "assets per 1,000 residents",
        1,
        "plenty",
        "Assets of the types that can fill a gap, known to the map. Not on the map is not the same as not there.",
        "assets",
        by,
    )
    residents = residents_of(tables, by)
    counting = tables.assets[tables.assets["counts_for_gap"]]
    counts = counting[f"{by}_code"].value_counts().reindex(residents.index, fill_value=0)
    few = _few(residents)
    values = (1000 * counts / residents.where(residents > 0)).mask(few)
    detail = pd.DataFrame({"assets": counts, "residents": residents})
    return IndicatorValues(indicator, values, detail, _status(values, "too few residents"))


def _green(tables: StudyTables, by: str, indicator_id: str) -> IndicatorValues:
    zones = zones_of(tables, by)
    green = green_area(zones, tables.green_space)
    residents = residents_of(tables, by)
    about = (
        "Public green space known to OpenStreetMap inside the zone; overlaps count once. People also use the park "
        "across the line."
    )
    detail = pd.DataFrame({"green_ha": green["green_m2"] / 1e4, "residents": residents})
    if indicator_id == "green_share":
        indicator = Indicator(
            indicator_id,
            "Public green space, share of land",
            "% of land",
            1,
            "plenty",
            about,
            "green_space",
            by,
        )
        return IndicatorValues(
            indicator, 100 * green["green_land_share"], detail, _status(green["green_land_share"])
        )
    indicator = Indicator(
        indicator_id,
        "Public green space per resident",
        "m² per resident",
        0,
        "plenty",
        about,
        "green_space",
        by,
    )
    values = (green["green_m2"] / residents.where(residents > 0)).mask(_few(residents))
    return IndicatorValues(indicator, values, detail, _status(values, "too few residents"))


def _residents(tables: StudyTables, by: str, indicator_id: str) -> IndicatorValues:
    zones, residents = zones_of(tables, by), residents_of(tables, by)
    indicator = Indicator(indicator_id, "Residents", "people", 0, "plenty", "", "population", by)
    density = residents / (zones.geometry.area / 1e6)
    detail = pd.DataFrame({"residents_per_km2": density})
    return IndicatorValues(indicator, residents.astype(float), detail, _status(residents))


def _broadband(tables: StudyTables, by: str, indicator_id: str) -> IndicatorValues:
    score = tables.broadband["broadband_score"].reindex(tables.lsoas.index)
    residents = residents_of(tables, "lsoa")
    indicator = Indicator(
        indicator_id,
        "Broadband: poorer connection (IMD 2025 indicator)",
        "score without a unit, higher = poorer",
        2,
        "need",
        "Download and upload speeds as one standardised score; it orders places. A ward shows the mean over its "
        "residents.",
        "broadband",
        by,
    )
    if by == "ward":
        ward, weight = tables.lsoas["ward_code"], residents.where(score.notna())
        score = ((score * weight).groupby(ward).sum() / weight.groupby(ward).sum()).reindex(
            tables.wards.index
        )
    detail = pd.DataFrame({"residents": residents_of(tables, by)})
    return IndicatorValues(indicator, score, detail, _status(score))
