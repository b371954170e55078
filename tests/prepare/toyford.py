"""Toyford: a town of two wards and four small areas, as source files that the tests write themselves.

Its coordinates are metres from its south-west corner, so that every answer can be worked out by hand:
ward E05000001 is the square 0..1000 m east, ward E05000002 the square 1000..2000 m; each has a southern
and a northern small area of 500 m.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import osmium
import pandas as pd
import shapely
from osmium.osm import mutable
from pyproj import Transformer

from layers.categories import read_asset_rules
from prepare.command import main
from prepare.features import feature_keys, is_wanted
from prepare.indices import LABELS
from prepare.openstreetmap import read_features

EAST, NORTH = 430_000, 433_000
LAD = "E99000001"
LSOAS = ["E01000001", "E01000002", "E01000003", "E01000004"]
TO_DEGREES = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)

STUDY_AREA = f"""
name = "Toyford"
crs = "EPSG:27700"
country = "England"
lad_code = "{LAD}"
[centre]
name = "Market Cross"
lon = -1.53
lat = 53.79
[not_here]
connectivity = "Toyford has no score."
[tables.wards]
source = "ons_wards_2025"
columns = {{ ward_code = "WD25CD", ward_name = "WD25NM" }}
where = {{ LAD25CD = "{LAD}" }}
[tables.lsoas]
source = "ons_lsoas_2021"
columns = {{ lsoa_code = "LSOA21CD", lsoa_name = "LSOA21NM" }}
[tables.lookup]
source = "ons_lookup_lsoa21_ward25"
columns = {{ lsoa_code = "LSOA21CD", ward_code = "WD25CD" }}
where = {{ LAD25CD = "{LAD}" }}
[tables.population]
source = "ons_census_age_2021"
columns = {{ lsoa_code = "LSOA21CD", residents = "Total", age_0_15 = "Aged 15 years and under" }}
[tables.deprivation]
source = "mhclg_imd_2025"
release = 2025
required = false
columns = {{ lsoa_code = "LSOA code (2021)" }}
[tables.deprivation_2019]
source = "mhclg_imd_2019"
release = 2019
required = false
columns = {{ lsoa_code = "LSOA code (2011)" }}
where = {{ "Local Authority District code (2019)" = "{LAD}" }}
[tables.broadband]
source = "mhclg_imd_2025_barriers"
required = false
columns = {{ lsoa_code = "LSOA code (2021)", broadband_score = "Digital connectivity" }}
[tables.resident_points]
source = "onspd_qlac"
[tables.streets]
source = "osm_leeds_mirror"
required = false
[tables.assets]
source = "osm_leeds_mirror"
[tables.green_space]
source = "osm_leeds_mirror"
required = false
[tables.stops]
source = "osm_leeds_mirror"
required = false
"""

WARDS = "leeds/ons/WD_DEC_2025_UK_BGC.geojson"
LSOA_SHAPES = "leeds/ons/Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5.geojson"
LOOKUP = "leeds/ons/LSOA21_WD25_LAD25_EW_LU_v2.csv"
CENSUS = "leeds/census/census2021_residents_by_age_band_lsoa21.csv"
IMD_2025 = "leeds/mhclg/File_7_IoD2025_All_Ranks_Scores_Deciles_Population_Denominators.csv"
IMD_2019 = "leeds/mhclg/File_7_-_All_IoD2019_Scores__Ranks__Deciles_and_Population_Denominators_3.csv"
BROADBAND = "leeds/mhclg/File_8_IoD2025_Underlying_Indicators_barriers_leeds.csv"
PBF = "leeds/osm/leeds_2022-23.osm.pbf"


def square(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def degrees(x: float, y: float) -> tuple[float, float]:
    return TO_DEGREES.transform(EAST + x, NORTH + y)


@dataclass
class Extract:
    """A small OpenStreetMap extract under construction, in metres from Toyford's corner."""

    nodes: dict[int, tuple[float, float, dict]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], dict]] = field(default_factory=dict)
    relations: dict[int, tuple[list[tuple[str, int, str]], dict]] = field(default_factory=dict)

    def node(self, number: int, x: float, y: float, **tags: str) -> int:
        self.nodes[number] = (x, y, _tags(tags))
        return number

    def way(
        self, number: int, corners: list[tuple[float, float]], *, closed: bool = False, **tags: str
    ) -> int:
        at = {(x, y): i for i, (x, y, _) in self.nodes.items()}
        refs = []
        for x, y in corners:
            if (x, y) not in at:
                at[x, y] = self.node(max([999, *(n for n in self.nodes if n < 10**9)]) + 1, x, y)
            refs.append(at[x, y])
        self.ways[number] = (refs + refs[:1] if closed else refs, _tags(tags))
        return number

    def box(self, number: int, west: float, south: float, east: float, north: float, **tags: str) -> int:
        corners = [(west, south), (east, south), (east, north), (west, north)]
        return self.way(number, corners, closed=True, **tags)

    def relation(self, number: int, members: list[tuple[str, int, str]], **tags: str) -> int:
        self.relations[number] = (members, _tags(tags))
        return number

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(path)) as writer:
            for number, (x, y, tags) in sorted(self.nodes.items()):
                writer.add_node(mutable.Node(id=number, location=degrees(x, y), tags=tags, version=1))
            for number, (refs, tags) in sorted(self.ways.items()):
                writer.add_way(mutable.Way(id=number, nodes=refs, tags=tags, version=1))
            for number, (members, tags) in sorted(self.relations.items()):
                writer.add_relation(mutable.Relation(id=number, members=members, tags=tags, version=1))


def _tags(tags: dict[str, str]) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in tags.items()}


def toyford_extract() -> Extract:
    extract = Extract()
    extract.node(1, 100, 100, amenity="pub", name="The Anchor")
    extract.node(2, 1500, 700, amenity="community_centre", name="Northside Hall")
    # The same hall again as its building, 20 m away: one place.
    extract.way(
        50,
        [(1510, 690), (1530, 690), (1530, 710), (1510, 710)],
        closed=True,
        amenity="community_centre",
        name="Northside Hall",
        wheelchair="yes",
    )
    extract.node(3, 300, 300, amenity="social_facility", social_facility="womens_refuge", name="Secret House")
    extract.node(4, 310, 300, amenity="social_facility", name="Unknown House")
    extract.node(5, 320, 300, amenity="cafe", access="private", name="Staff Cafe")
    extract.node(6, 400, 400, highway="bus_stop", name="Market Cross")
    extract.node(7, 900, 900, railway="station", name="Toyford")
    extract.node(8, -1500, 500, amenity="bench")
    extract.node(9, -2700, 500, amenity="bench")
    extract.node(20_000_000_001, 1800, 200, leisure="playground")
    extract.way(
        60, [(200, 600), (400, 600), (400, 700), (200, 700)], closed=True, leisure="park", name="Park"
    )
    # A bow tie: two triangles that meet in a point, 5,000 m2 in all.
    extract.way(61, [(600, 600), (700, 700), (700, 600), (600, 700)], closed=True, natural="wood")
    extract.way(62, [(800, 100), (805, 100), (805, 105), (800, 105)], closed=True, leisure="garden")
    extract.way(63, [(1100, 100), (1200, 100), (1200, 200), (1100, 200)], closed=True, natural="water")
    extract.way(64, [(1300, 100), (1310, 100), (1310, 110), (1300, 110)], closed=True, natural="water")
    extract.way(65, [(1100, 300), (1300, 300), (1300, 400), (1100, 400)], closed=True, leisure="golf_course")
    outer = extract.way(66, [(1600, 800), (1800, 800), (1800, 950), (1600, 950)], closed=True)
    inner = extract.way(67, [(1650, 850), (1750, 850), (1750, 900), (1650, 900)], closed=True)
    members = [("w", outer, "outer"), ("w", inner, "inner")]
    extract.relation(70, members, type="multipolygon", leisure="park", name="Ring Park")
    for number, y in enumerate((250.0, 500.0, 750.0), 80):
        extract.way(number, [(x * 100.0, y) for x in range(1, 20)], highway="residential")
    for number, x in enumerate((500.0, 1000.0, 1500.0), 90):
        extract.way(number, [(x, 250.0), (x, 500.0), (x, 750.0)], highway="footway")
    return extract


def wanted_objects(extract: Extract, path: Path) -> gpd.GeoDataFrame:
    """Write an extract, and read back the objects that `prepare` wants of it."""
    rules = read_asset_rules()
    extract.write(path)
    return read_features(
        path,
        keys=feature_keys(rules),
        wanted=lambda osm_id, tags: is_wanted(osm_id, tags, rules),
        crs="EPSG:27700",
    )


def file_7(code_column: str, codes: list[str], *, score: bool) -> pd.DataFrame:
    table = pd.DataFrame({code_column: codes})
    for label in LABELS.values():
        if score:
            table[f"{label} Score"] = [f"{10.5 + i}" for i in range(len(codes))]
        table[f"{label} Rank (where 1 is most deprived)"] = [str(100 * (i + 1)) for i in range(len(codes))]
        table[f"{label} Decile (where 1 is most deprived 10% of LSOAs)"] = [
            str(i + 1) for i in range(len(codes))
        ]
    return table


@dataclass
class Toyford:
    """Toyford's source files, in memory until `write`; a test changes what it wants to see go wrong."""

    root: Path
    study_area: str = STUDY_AREA
    wards: gpd.GeoDataFrame = None
    lsoas: gpd.GeoDataFrame = None
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    extract: Extract = field(default_factory=toyford_extract)
    without: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.wards = gpd.GeoDataFrame(
            {
                "WD25CD": ["E05000002", "E05000001", "E05000009"],
                "WD25NM": ["East", "West", "Elsewhere"],
                "LAD25CD": [LAD, LAD, "E99000002"],
            },
            geometry=[square(1000, 0, 2000, 1000), square(0, 0, 1000, 1000), square(2000, 0, 3000, 1000)],
            crs="EPSG:27700",
        )
        codes = [*LSOAS, "E01000009"]
        corners = [(0, 0), (0, 500), (1000, 0), (1000, 500), (2000, 0)]
        self.lsoas = gpd.GeoDataFrame(
            {"LSOA21CD": codes, "LSOA21NM": [f"Toyford 00{i}" for i in range(5)]},
            geometry=[square(x, y, x + 1000, y + 500) for x, y in corners],
            crs="EPSG:27700",
        )
        lads = [LAD] * 4 + ["E99000002"]
        wards = ["E05000001", "E05000001", "E05000002", "E05000002", "E05000009"]
        census = pd.DataFrame({"LSOA21CD": codes, "Total": ["100.0", "200.0", "300.0", "400.0", "9"]})
        census["Aged 15 years and under"] = ["10.0", "20.0", "30.0", "40.0", "n/a"]
        older = file_7("LSOA code (2011)", ["E01000001", "E01000002", "E01000009"], score=False)
        older["Local Authority District code (2019)"] = [LAD, LAD, "E99000002"]
        self.tables = {
            LOOKUP: pd.DataFrame({"LSOA21CD": codes, "WD25CD": wards, "LAD25CD": lads}),
            CENSUS: census,
            IMD_2025: file_7("LSOA code (2021)", codes, score=True),
            IMD_2019: older,
            BROADBAND: pd.DataFrame(
                {"LSOA code (2021)": codes, "Digital connectivity": ["0.5", "", "-1.25", "0", "x"]}
            ),
        }

    def write(self) -> Path:
        """Write everything and return the mirror's folder."""
        areas = self.root / "study_areas"
        areas.mkdir(exist_ok=True)
        (areas / "toyford.toml").write_text(self.study_area, "utf-8")
        mirror = self.root / "mirror"
        for file, table in self.tables.items():
            path = mirror / file
            path.parent.mkdir(parents=True, exist_ok=True)
            # The publishers' byte order mark.
            path.write_text(table.to_csv(index=False), "utf-8-sig")
        for file, shapes in ((WARDS, self.wards), (LSOA_SHAPES, self.lsoas)):
            shapes.to_crs("EPSG:4326").to_file(mirror / file, driver="GeoJSON", engine="pyogrio")
        self.extract.write(mirror / PBF)
        for file in self.without:
            (mirror / file).unlink()
        return mirror

    def prepare(self) -> int:
        """Write everything, run the command, and return its exit status."""
        return main(["toyford", "--mirror", str(self.write())])

    @property
    def prepared(self) -> Path:
        return self.root / "data" / "prepared" / "toyford"
