"""Who can reach what: from every resident point to a chosen destination, by any mode, and how many people that is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gaps.indicators import (
    AT_MOST_FROM_SHARE,
    Indicator,
    IndicatorValues,
    residents_of,
    zone_of_points,
    zones_of,
)
from gaps.walking import GREEN_TYPE, facilities, inside_is_there
from layers.assets import type_status
from layers.categories import read_asset_rules
from layers.study_tables import StudyTables
from study.crs import WGS84
from study.errors import PlaceNotFoundError
from study.tables import AGE_BANDS
from transport.catchments import MOST_NOT_KNOWN_SHARE, minutes_by_zone, residents_by_cutoff
from transport.isochrones import street_isochrones
from transport.journey import HORIZON_MIN, Journey
from transport.ptal import read_ptal_constants
from transport.street_choices import street_choices
from transport.street_network import StreetNetwork
from transport.ties import Ties, tie_points
from transport.timetable_status import TimetableStatus, timetable_status
from transport.transit import Transit
from transport.travel_times import nearest_facility

# Where the streets lead to fewer of a place's stops than this, times by public transport would be fancy.
LEAST_STOPS_SERVED = 0.5
# Stands for every longer time: reads as the horizon, and is shaded as more than it.
OVER_HORIZON_MIN = HORIZON_MIN + 0.1
CUTOFFS_MIN = tuple(range(5, 65, 5))
# How many facilities lie within these is counted beforehand, so that a slider need not wait.
CHOICE_CUTOFFS_MIN = CUTOFFS_MIN
MODE_WORDS = {"walk": "on foot", "cycle": "by cycle", "transit": "by public transport"}


@dataclass(frozen=True, eq=False)
class Destination:
    """What is to be reached.

    Attributes
    ----------
    key : str
        The same for the same destination; not for display.
    label : str
        What it is called in a sentence: "the nearest known library", "the city centre".
    places : GeoDataFrame
        Points, any one of which will do; in the study area's CRS.
    asset_type : str or None
        The social infrastructure type, where that is asked for.
    """

    key: str
    label: str
    places: gpd.GeoDataFrame
    asset_type: str | None = None

    def __eq__(self, other: object) -> bool:
        """Return whether it is the same destination, made once more."""
        return isinstance(other, Destination) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def to_type(tables: StudyTables, asset_type: str) -> Destination:
    """Return the nearest known asset of a type as a destination."""
    one = read_asset_rules().types[asset_type].one
    label = (
        "the edge of the nearest public green space"
        if asset_type == GREEN_TYPE
        else f"the nearest known {one}"
    )
    return Destination(f"type {asset_type}", label, facilities(tables, asset_type), asset_type)


def to_asset(tables: StudyTables, asset_id: str) -> Destination:
    """Return one asset as a destination.

    Raises
    ------
    PlaceNotFoundError
        If there is no such asset.
    """
    if asset_id not in tables.assets.index:
        raise PlaceNotFoundError("That asset is not on this map.", do="Choose another one.")
    name = tables.assets["asset_name"].loc[asset_id]
    label = name if isinstance(name, str) else "a place without a name"
    return Destination(f"asset {asset_id}", label, tables.assets.loc[[asset_id], ["geometry"]])


def to_centre(tables: StudyTables) -> Destination:
    """Return the city centre as a destination."""
    centre = tables.area.centre
    point = gpd.GeoSeries([shapely.Point(centre.lon, centre.lat)], crs=WGS84).to_crs(tables.area.crs)
    return Destination("centre", f"the centre ({centre.name})", gpd.GeoDataFrame(geometry=point))


def to_point(tables: StudyTables, point: shapely.Point, label: str) -> Destination:
    """Return a place someone named or clicked as a destination."""
    place = gpd.GeoDataFrame(geometry=[point], crs=tables.area.crs)
    return Destination(f"point {point.x:.0f} {point.y:.0f}", label, place)


class ReachTimes:
    """Travel times of one study area, worked out once for each question and kept; shared, never changed.

    Parameters
    ----------
    tables : StudyTables
        The study area.
    walk, cycle : StreetNetwork or None
        Its street networks.
    transit : Transit or None
        Its public transport.
    """

    def __init__(
        self,
        tables: StudyTables,
        *,
        walk: StreetNetwork | None,
        cycle: StreetNetwork | None,
        transit: Transit | None,
    ) -> None:
        self.tables, self.walk, self.cycle, self.transit = tables, walk, cycle, transit
        self._minutes = lru_cache(maxsize=64)(self._work_out)
        self._choices = lru_cache(maxsize=16)(self._count_choices)
        self._ties = lru_cache(maxsize=8)(lambda mode, without_steps: self._tie(mode, without_steps))
        self._status = lru_cache(maxsize=32)(self._work_out_status)

    def modes(self) -> list[str]:
        """Return the modes this place can be asked about; cycling without streets is an estimate."""
        return ["walk", "cycle", *([] if self.no_transit() else ["transit"])]

    def no_transit(self) -> str:
        """Say why nobody can be told what public transport reaches here; nothing where they can."""
        if self.transit is None:
            missing = self.tables.missing.get("timetable")
            return (
                missing or f"There is no timetable for {self.tables.area.name} yet: walking and cycling only."
            )
        here, served = self._stops_served
        if served >= LEAST_STOPS_SERVED * here and served > 0:
            return ""
        return (
            f"Only {served} of the {here} stops in {self.tables.area.name} lie where streets are known, so nobody can "
            "say who walks to them: walking and cycling only. Departures are on the page Public transport."
        )

    @cached_property
    def _stops_served(self) -> tuple[int, int]:
        """Return how many stops lie in the study area, and to how many of them the streets lead."""
        stops = self.transit.timetable.stops
        ground = shapely.union_all(self.tables.wards.geometry.to_numpy())
        shapely.prepare(ground)
        here = shapely.intersects(ground, stops.geometry.to_numpy())
        return int(here.sum()), int((here & tie_points(stops, self.walk).served).sum())

    def is_collected(self, destination: Destination) -> bool:
        """Return whether the study area's sources hold the destination's type at all."""
        if destination.asset_type is None:
            return True
        if destination.asset_type == GREEN_TYPE and self.tables.green_space is not None:
            return len(self.tables.green_space) > 0
        status = type_status(self.tables.assets, read_asset_rules(), not_collected=self.tables.not_collected)
        return status[destination.asset_type] == "collected"

    def status(self, journey: Journey) -> TimetableStatus | None:
        """Return whether the timetable is whole on a journey's day; None for walking and cycling."""
        return self._status(journey.day) if journey.mode == "transit" else None

    def _work_out_status(self, day: object) -> TimetableStatus:
        return timetable_status(self.transit.timetable, self.tables.area.timetable.expected, day)

    def carries_shares(self, journey: Journey) -> bool:
        """Return whether shares of residents may rest on this: never on a partial timetable."""
        status = self.status(journey)
        return status is None or not status.is_partial

    def minutes(self, destination: Destination, journey: Journey) -> pd.DataFrame:
        """Return the minutes from each resident point.

        Returns
        -------
        DataFrame
            Indexed like ``tables.resident_points``: ``minutes, basis, at_most, at_least`` and, for public
            transport, ``p10, p90, on_foot``. Infinity: more than `HORIZON_MIN` by public transport.
        """
        return self._minutes(destination, journey)

    def _work_out(self, destination: Destination, journey: Journey) -> pd.DataFrame:
        points = self.tables.resident_points
        if journey.mode == "transit":
            found = self.transit.minutes(destination.places, journey)
        else:
            streets = self._streets(journey)
            found = nearest_facility(
                points,
                destination.places,
                streets=streets,
                travel=journey.travel,
                assets_known_within=self._known_within(destination, streets),
                tied=None if streets is None else self._ties(journey.mode, journey.without_steps),
            )
        if destination.asset_type == GREEN_TYPE and self.tables.green_space is not None:
            found = inside_is_there(found, points, self.tables.green_space)
        return found

    def _streets(self, journey: Journey) -> StreetNetwork | None:
        return self.cycle if journey.mode == "cycle" else self.walk

    def _tie(self, mode: str, without_steps: bool) -> Ties:
        journey = Journey(mode=mode, without_steps=without_steps)
        return tie_points(self.tables.resident_points, journey.travel.network(self._streets(journey)))

    def _known_within(
        self, destination: Destination, streets: StreetNetwork | None
    ) -> shapely.Geometry | None:
        """Return the ground outside which nobody collected places of the type."""
        by_type = destination.asset_type is not None
        return (
            streets.coverage if by_type and streets and self.tables.area.assets_cover == "streets" else None
        )

    def isochrones(
        self, place: shapely.Point, journey: Journey, *, bands_min: tuple[float, ...]
    ) -> gpd.GeoDataFrame:
        """Return the ground reached from a place, by ``cutoff_min``: see `transport.isochrones`.

        Without streets it is the circle of an estimate.
        """
        if journey.mode == "transit":
            return self.transit.isochrones(place, journey, bands_min=bands_min)
        origin = gpd.GeoDataFrame(geometry=[place], crs=self.tables.area.crs)
        return street_isochrones(
            origin, streets=self._streets(journey), travel=journey.travel, bands_min=bands_min
        )

    def choices(self, destination: Destination, journey: Journey, *, cutoff_min: int) -> pd.DataFrame | None:
        """Return the minutes to the first, second and third nearest, and how many lie within the cutoff.

        Returns
        -------
        DataFrame or None
            Indexed like the resident points: ``minutes_1, minutes_2, minutes_3, within``. None where there are
            too many to count by public transport, or the edge of green space stands for it.
        """
        if destination.asset_type == GREEN_TYPE:
            return None
        # By public transport all cutoffs are counted in one go.
        asked = 0 if journey.mode == "transit" else cutoff_min
        table = self._choices(destination, journey, asked)
        if table is None or journey.mode != "transit":
            return table
        return table.assign(within=table[f"within_{cutoff_min}"])

    def _count_choices(
        self, destination: Destination, journey: Journey, cutoff_min: int
    ) -> pd.DataFrame | None:
        if journey.mode == "transit":
            return self.transit.choices(destination.places, journey, cutoffs_min=CHOICE_CUTOFFS_MIN)
        streets = self._streets(journey)
        return street_choices(
            self.tables.resident_points,
            destination.places,
            streets=streets,
            cutoff_min=cutoff_min,
            travel=journey.travel,
            assets_known_within=self._known_within(destination, streets),
        )


def reach_values(
    tables: StudyTables, minutes: pd.DataFrame, *, by: str, destination: Destination, journey: Journey
) -> IndicatorValues:
    """Return minutes by ward or LSOA, to shade the map and fill its table.

    Parameters
    ----------
    tables : StudyTables
        The study area.
    minutes : DataFrame
        From `ReachTimes.minutes`.
    by : {"ward", "lsoa"}
        The zones.
    destination : Destination
        What is reached.
    journey : Journey
        How.

    Returns
    -------
    IndicatorValues
        The median over residents; those of more than `HORIZON_MIN` minutes are shown as that, with the status
        "over 90 min". By public transport the detail holds the median of each resident's tenth and ninetieth
        percentile of departures.
    """
    zones, zone = zones_of(tables, by), zone_of_points(tables, by)
    points = tables.resident_points
    table = minutes_by_zone(minutes, points, zone).reindex(zones.index)
    basis = table["basis"].fillna("not covered")
    status = basis.map({"streets": "", "estimate": "estimate", "not covered": "not covered"})
    status = status.mask((status == "") & table["mixed"].eq(True), "estimate")
    status = status.mask((status == "") & (table["at_most_share"] > AT_MOST_FROM_SHARE), "at most")
    beyond = np.isinf(table["median_min"])
    status = status.mask(beyond, f"over {HORIZON_MIN} min")
    detail = table[["p10_min", "p90_min"]].replace(np.inf, np.nan)
    if journey.mode == "transit":
        for name, column in (("departures_p10", "p10"), ("departures_p90", "p90")):
            ranked = minutes_by_zone(minutes.assign(minutes=minutes[column]), points, zone)["median_min"]
            detail[name] = ranked.reindex(zones.index).replace(np.inf, np.nan)
    indicator = Indicator(
        "reach",
        f"Minutes {MODE_WORDS[journey.mode]} to {destination.label}",
        "minutes, median over residents",
        0,
        "need",
        "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in journey.settings().items()),
        "timetable" if journey.mode == "transit" else "street_lines",
        by,
    )
    values = table["median_min"].mask(beyond, OVER_HORIZON_MIN)
    return IndicatorValues(indicator, values, detail.assign(residents=residents_of(tables, by)), status)


def access_level_values(tables: StudyTables, levels: pd.DataFrame, *, by: str) -> IndicatorValues:
    """Return the public transport access index by ward or LSOA: that of the middle resident, with its band.

    Parameters
    ----------
    tables : StudyTables
        The study area.
    levels : DataFrame
        From `transport.transit.Transit.access_levels`.
    by : {"ward", "lsoa"}
        The zones.
    """
    zones, zone = zones_of(tables, by), zone_of_points(tables, by)
    ranked = pd.DataFrame(
        {
            "minutes": levels["access_index"],
            "basis": np.where(levels["access_index"].isna(), "not covered", "streets"),
            "at_most": False,
        },
        index=levels.index,
    )
    table = minutes_by_zone(ranked, tables.resident_points, zone).reindex(zones.index)
    constants = read_ptal_constants()
    edges = [band.up_to for band in constants.bands[:-1]]
    names = np.array([band.name for band in constants.bands], dtype=object)
    index = table["median_min"]
    band = pd.Series(names[np.searchsorted(edges, index.fillna(0), side="left")], index=zones.index)
    detail = pd.DataFrame({"ptal_band": band.where(index.notna()), "residents": residents_of(tables, by)})
    indicator = Indicator(
        "ptal",
        "Public transport access level (PTAL)",
        "access index, median over residents",
        1,
        "plenty",
        f"{constants.source}; window {constants.window_start:%H:%M}-{constants.window_end:%H:%M}",
        "timetable",
        by,
    )
    status = pd.Series(np.where(index.isna(), "not covered", ""), index=zones.index)
    return IndicatorValues(indicator, index, detail, status)


def residents_by_age(minutes: pd.DataFrame, tables: StudyTables, *, cutoff_min: float) -> pd.DataFrame | None:
    """Return how many residents of each age lie within a cutoff.

    Within a small area people of every age are taken to be spread alike: the census says how old they are by small
    area, not by postcode.

    Returns
    -------
    DataFrame or None
        By age band: ``residents, within, not_known, within_share`` (0-1 of those known; missing where many are not);
        None without ages.
    """
    population = tables.population
    bands = [band for band in AGE_BANDS if band in population]
    if not bands:
        return None
    by_lsoa = residents_by_cutoff(
        minutes, tables.resident_points, tables.resident_points["lsoa_code"], cutoff_min=cutoff_min
    )
    parts = by_lsoa[["within", "not_known"]].div(by_lsoa["residents"].where(by_lsoa["residents"] > 0), axis=0)
    parts = parts.reindex(population.index)
    within = population[bands].mul(parts["within"].fillna(0), axis=0).sum()
    not_known = population[bands].mul(parts["not_known"].fillna(1), axis=0).sum()
    residents = population[bands].sum()
    table = pd.DataFrame({"residents": residents, "within": within, "not_known": not_known})
    known = (residents - not_known).where(lambda n: n > 0)
    table["within_share"] = (within / known).where(not_known <= MOST_NOT_KNOWN_SHARE * residents)
    table.index = pd.Index([AGE_BANDS[band] for band in bands], name="age")
    return table


def adds_over_walking(minutes: pd.DataFrame, points: pd.DataFrame) -> float:
    """Return the share of residents (0-1) whom public transport brings there sooner than walking would.

    Parameters
    ----------
    minutes : DataFrame
        From `ReachTimes.minutes` by public transport.
    points : DataFrame
        Resident points with ``residents``.

    Returns
    -------
    float
        Of those whose streets are known; missing where there are none.
    """
    known = minutes["minutes"].notna()
    people = points["residents"][known]
    sooner = minutes["minutes"][known] < minutes["on_foot"][known]
    return float(people[sooner].sum() / people.sum()) if people.sum() > 0 else float("nan")
