"""The steps by which a study area is prepared: what each makes, from what, and what it needs made before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from layers.population import BRITISH_GRID, POSTCODES_AT_ONE_POINT, read_postcodes, resident_points
from prepare import facts, features, ground, indices
from prepare.columns import coded_numbers, read_rows
from prepare.made import Made
from prepare.workshop import Workshop
from study.area import StudyArea, TimetableFacts
from study.errors import ConfigError, DataError
from study.tables import AGE_BANDS, MOST_FAULTS_SHOWN, require_table
from transport import streets
from transport.timetable import Timetable, read_timetable, require_day, service_dates, trips_per_day
from transport.timetable_status import timetable_status

STREET_LINE_TOLERANCE_M = 8.0
# Who lives at the edge goes across it: without this room, four in ten points near it get a wrong nearest place.
STREET_BUFFERS_M = {"walk": features.CLIP_BUFFER_M, "cycle": 8_000}
TRANSIT_BUFFER_M = 15_000


@dataclass(frozen=True)
class Step:
    """One table's making.

    Attributes
    ----------
    table : str
        What it makes.
    label : str
        What the table is called in the report.
    make : callable
        Told the workshop, returns the table.
    sources : tuple of str
        Keys of the study area's ``tables``, the first one present is the source; the table's own by default.
    needs : tuple of str
        Tables that must have been made.
    required : bool
        Whether the map cannot open without it, whatever the study area's file says.
    expected : bool
        Whether the map says so when a place has no source for it.
    """

    table: str
    label: str
    make: Callable[[Workshop, str], Made]
    sources: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    required: bool = False
    expected: bool = True

    def source_key(self, area: StudyArea) -> str | None:
        """Return the key of the study area's ``tables`` that names this table's source, if one does."""
        return next((key for key in self.sources or (self.table,) if key in area.tables), None)

    def is_required(self, area: StudyArea) -> bool:
        """Return whether the study area cannot be prepared without it."""
        key = self.source_key(area)
        # A source borrowed from another table does not lend its duty.
        own = key is not None and key == (self.sources or (self.table,))[0]
        return self.required or (own and area.tables[key].required)


def _wards(shop: Workshop, key: str) -> Made:
    entry = shop.entry(key, ("ward_code", "ward_name"))
    return ground.wards(shop.file(key), entry, crs=shop.area.crs)


def _lsoas(shop: Workshop, key: str) -> Made:
    lookup_entry = shop.entry("lookup", ("lsoa_code", "ward_code"))
    lookup = ground.ward_lookup(shop.file("lookup"), lookup_entry, shop.table("wards").index)
    entry = shop.entry(key, ("lsoa_code",), ("lsoa_name",))
    return ground.lsoas(shop.file(key), entry, lookup, crs=shop.area.crs)


def _population(shop: Workshop, key: str) -> Made:
    entry = shop.entry(key, ("lsoa_code", "residents"), tuple(AGE_BANDS))
    return facts.population(shop.file(key), entry, shop.table("lsoas").index)


def _deprivation(shop: Workshop, key: str) -> Made:
    entry = shop.entry(key, ("lsoa_code",))
    return indices.deprivation(shop.file(key), entry, shop.table("lsoas").index)


def _deprivation_2019(shop: Workshop, key: str) -> Made:
    entry = shop.entry(key, ("lsoa_code",))
    return indices.earlier_deprivation("deprivation_2019", shop.file(key), entry)


def _connectivity(shop: Workshop, _: str) -> Made:
    return facts.connectivity(shop.area.slug, shop.table("lsoas").index)


def _broadband(shop: Workshop, key: str) -> Made:
    entry = shop.entry(key, ("lsoa_code", "broadband_score"))
    return facts.broadband(shop.file(key), entry, shop.table("lsoas").index)


def _resident_points(shop: Workshop, _: str) -> Made:
    lsoas, population = shop.table("lsoas"), shop.table("population")
    postcodes = read_postcodes(shop.area.postcode_areas)
    points = resident_points(
        lsoas, population, postcodes, lad_code=shop.area.lad_code, centroids=_weighted_centroids(shop)
    )
    points = require_table("resident_points", points, where="the postcode package")
    living, placed = population["residents"].sum(), points["residents"].sum()
    if abs(living - placed) > 0.5:
        raise DataError(
            f"{living:,} residents live in the LSOAs, but {placed:,.0f} were placed at points.",
            where="resident_points",
            do="This is a fault of the program: please report it.",
        )
    own = postcodes[postcodes["lad_code"] == shop.area.lad_code]
    height = own.groupby(["easting_m", "northing_m"]).size()
    piles = height[height >= POSTCODES_AT_ONE_POINT]
    single = points["point_basis"][points["point_basis"] != "postcodes"].value_counts()
    notes = [
        f"{len(own):,} postcodes of the local authority; {points['postcodes'].sum():,} are used, "
        f"at {int((points['point_basis'] == 'postcodes').sum()):,} points.",
        f"{piles.sum():,} postcodes in {len(piles):,} piles of {POSTCODES_AT_ONE_POINT} or more at one point "
        "(PO boxes, large users) were left out.",
        *(
            f"{count:,} LSOAs without postcodes have one point instead: {basis}."
            for basis, count in single.items()
        ),
    ]
    return Made(points, notes, ["The residents placed at points add up to those of the LSOAs."])


def _weighted_centroids(shop: Workshop) -> gpd.GeoSeries | None:
    """Return the LSOAs' population-weighted centroids, where the study area names a source of them."""
    if "weighted_centroids" not in shop.area.tables:
        return None
    entry = shop.entry("weighted_centroids", ("lsoa_code", "easting_m", "northing_m"))
    path, lsoas = shop.file("weighted_centroids"), shop.table("lsoas")
    rows = read_rows(path, entry.columns, where=entry.where)
    rows = rows[rows["lsoa_code"].isin(lsoas.index)]
    names = {ours: theirs for ours, theirs in entry.columns.items() if ours != "lsoa_code"}
    numbers, faults = coded_numbers(rows, names, code="lsoa_code", whole=True)
    twice = numbers.index[numbers.index.duplicated()].unique()
    faults += [f"row {code}: stands in the file more than once" for code in twice]
    if faults:
        raise DataError("; ".join(faults[:MOST_FAULTS_SHOWN]), where=str(path))
    points = gpd.GeoSeries.from_xy(numbers["easting_m"], numbers["northing_m"], crs=BRITISH_GRID)
    return points.to_crs(lsoas.crs)


def _assets(shop: Workshop, key: str) -> Made:
    source = str(shop.file(key))
    return features.assets(shop.features(key), shop.table("wards"), rules=shop.rules, source=source)


def _green_space(shop: Workshop, key: str) -> Made:
    return features.green_space(shop.features(key), shop.table("wards"), source=str(shop.file(key)))


def _stops(shop: Workshop, key: str) -> Made:
    return features.stops(shop.features(key), shop.table("wards"), source=str(shop.file(key)))


def _water(shop: Workshop, key: str) -> Made:
    return features.water(shop.features(key), shop.table("wards"), source=str(shop.file(key)))


def _street_lines(shop: Workshop, key: str) -> Made:
    path = shop.file(key)
    wards = shop.table("wards")
    ground = {mode: features.ground_to_keep(wards, buffer_m=far) for mode, far in STREET_BUFFERS_M.items()}
    shop.networks = streets.read_street_networks(path, crs=shop.area.crs, within=ground)
    walk, cycle = shop.networks
    lines = streets.street_lines(walk, tolerance_m=STREET_LINE_TOLERANCE_M)
    lines = require_table("street_lines", lines, where=str(path))
    points = shop.table("resident_points")
    covered = points.geometry.intersects(walk.coverage)
    share = points["residents"][covered].sum() / max(points["residents"].sum(), 1)
    lsoas = points["lsoa_code"][covered].nunique()
    notes = [
        f"{share:.0%} of residents, in {lsoas} of {points['lsoa_code'].nunique()} LSOAs, live where streets "
        "are known; elsewhere walking times are straight-line estimates."
    ]
    if cycle is None:
        notes.append("Nothing can be cycled along.")
    else:
        notes.append(
            f"{walk.length_m.sum() / 1000:,.0f} km can be walked, {cycle.length_m.sum() / 1000:,.0f} km cycled, "
            f"{cycle.one_way.mean():.0%} of them one way by cycle."
        )
    return Made(lines, notes)


def _timetable(shop: Workshop, key: str) -> Made:
    facts = shop.area.timetable
    if facts is None:
        raise ConfigError(
            "The study area has a timetable, but nothing is said of it.",
            where=f"the file of the study area '{shop.area.slug}'",
            do="Add [timetable] with the day that is asked about at first, a Tuesday in term.",
        )
    feeds = {shop.area.tables[key].source: shop.file(key)}
    feeds |= {source: shop.further_file(source) for source in facts.further_sources}
    ground = features.ground_to_keep(shop.table("wards"), buffer_m=TRANSIT_BUFFER_M)
    shop.timetable = read_timetable(feeds, crs=shop.area.crs, within=ground)
    require_day(shop.timetable, facts.day)
    stops = require_table("timetable", shop.timetable.stops, where=key)
    return Made(stops, _timetable_notes(shop.timetable, facts))


def _timetable_notes(timetable: Timetable, facts: TimetableFacts) -> list[str]:
    days = service_dates(timetable)
    status = timetable_status(timetable, facts.expected, facts.day)
    notes = [
        f"{len(timetable.trips):,} trips, {days[0]:%d %B %Y} to {days[-1]:%d %B %Y}; "
        f"{int(trips_per_day(timetable).get(pd.Timestamp(facts.day), 0)):,} of them on {facts.day:%A %d %B %Y}.",
        f"Times filled in between those given: {timetable.total('times_interpolated'):,}.",
        f"Trips left out for their faults: {timetable.total('trips_left_out'):,}.",
    ]
    notes += [f"Partial timetable: demonstration only. {reason}" for reason in status.reasons]
    faults = timetable.faults[timetable.faults["severity"] != "note"]
    shown = faults.head(MOST_FAULTS_SHOWN)
    notes += [f"{f.file}, row {f.row}, {f.column}: {f.fault}" for f in shown.itertuples()]
    if len(faults) > len(shown):
        notes.append(f"{len(faults) - len(shown):,} faults more like these.")
    return notes


_GROUND = ("wards", "lsoas")
STEPS = (
    Step("wards", "Wards", _wards, required=True),
    Step("lsoas", "Small areas (LSOAs)", _lsoas, needs=("wards",), required=True),
    Step("population", "Residents", _population, needs=_GROUND, required=True),
    Step("deprivation", "Deprivation", _deprivation, needs=_GROUND),
    Step("deprivation_2019", "Deprivation, 2019", _deprivation_2019, expected=False),
    Step("connectivity", "Connectivity", _connectivity, needs=_GROUND),
    Step("broadband", "Broadband", _broadband, needs=_GROUND),
    Step(
        "resident_points",
        "Where residents live",
        _resident_points,
        needs=("lsoas", "population"),
        required=True,
    ),
    Step("assets", "Assets", _assets, needs=("wards",), required=True),
    Step("green_space", "Public green space", _green_space, needs=("wards",)),
    Step("stops", "Stops and stations", _stops, needs=("wards",)),
    Step(
        "water", "Water", _water, sources=("water", "green_space", "assets"), needs=("wards",), expected=False
    ),
    Step("street_lines", "Streets", _street_lines, sources=("streets",), needs=("resident_points",)),
    Step("timetable", "Public transport", _timetable, needs=("wards",), expected=False),
)
