"""Toytown: three wards and six small areas whose every answer can be worked out with a pencil.

Coordinates are metres from the town's south-west corner, which lies at (400000, 400000) of EPSG:27700.
Each ward is a square of 2,000 m (4 km2), cut into a southern and a northern LSOA of 2,000 x 1,000 m (2 km2)::

    2000 +---------------------+---------------------+---------------------+
         |  LSOA 2             |  LSOA 4             |  LSOA 6             |
         |     2          3   ####      6         7  |      golf    10     |
         |     f     2,000     |###          500     |              80     |
    1000 +---------------------+---------------------+---------------------+
         |     C L        f    |                C t  |                     |
         |     0          1  f |     4 a  h     5    |     8   p    9 y    |
         |  LSOA 1   1,000     |  LSOA 3    1,500    |  LSOA 5  s    3,000 |
       0 +---------------------+---------------------+---------------------+
         0      Westgate      2000     Midtown      4000     Eastfield    6000

    0..10 resident points     C community space   f faith    L library   a food bank   h surgery   t theatre
    #     public green space  s school   y playground (no name)   p pitch   golf: not public, without a name
    not drawn: the pub at (2400, 400), the post office at (3400, 400); the allotments 50 m west of the town

Ward         residents  assets  counting  per 1,000  decile-1 LSOAs, residents  green m2  m2 per resident
Westgate         3,000       5         5      1.667  1 of 2, 1,000 (a third)      20,000            6.667
Midtown          2,000       6         4      2.000  0 of 2, none                 55,000           27.5
Eastfield        3,080       3         3      0.974  2 of 2, 3,080 (all)               0            0
town             8,080      14        12   and one more asset, which does not count, just outside the town
"Counting" assets are those that count for a gap; the rate per 1,000 residents is theirs.

LSOA  residents  IMD decile  income decile  connectivity  broadband  green m2  assets (counting)
   1      1,000           1              2            10       -0.5         0  4 (4)  n1 n3 n4 n14
   2      2,000           3              2             8        0.5    20,000  1 (1)  n15
   3      1,500           5              5             7        1.0         0  6 (4)  n2 n6 n7 n9 n10 n12
   4        500          10              9             6        0.0    55,000  none
   5      3,000           1              1             2    missing         0  3 (3)  n5 n8 n11
   6         80           1              4             1        2.0         0  none, and too few residents
The other six domains have the decile of IMD.
Residents by IMD decile: 1: 4,080 in 3 LSOAs; 3: 2,000; 5: 1,500; 10: 500; none elsewhere.
Broadband by ward, the mean over residents: Westgate (-500 + 1000) / 3000 = 1/6; Midtown 1500 / 2000 = 0.75;
Eastfield 2.0, from LSOA 6 alone, since LSOA 5 has no value.

Green space: Long Park (1800..2200 x 1400..1500) has 4 ha, half in each of two wards. Millpond Wood
(2100..2300 x 1450..1650) has 4 ha, all in Midtown. They share 100 x 50 m = 0.5 ha, which counts once:
7.5 ha in all, 2 ha in Westgate, 5.5 ha in Midtown. The golf course (20 ha) is not public and never counts.

Straight metres from each resident point to the nearest community space, Westgate Hall (n1) at (500, 800) or
Midtown Centre (n2) at (3500, 800):

point   0    1     2    3     4     5    6     7    8     9     10
people  750  250   1000 1000  1000  500  250   250  1000  2000  80
metres  300  1044  700  1221  1044  300  1221  700  1044  2022  1655
to      n1   n1    n1   n1    n2    n2   n2    n2   n2    n2    n2

At 4.8 km/h (80 m a minute) and with any detour factor from 1.2 to 1.44:
- more than 15 minutes: points 1 3 4 6 8 9 10, in all 5,580 people: Westgate 1,250 of 3,000 (41.7 %),
  Midtown 1,250 of 2,000 (62.5 %), Eastfield 3,080 of 3,080 (100 %); by IMD decile 1: 250 + 3,080 = 3,330
  of 4,080, 3: 1,000 of 2,000, 5: 1,000 of 1,500, 10: 250 of 500;
- more than 30 minutes: point 9 only, 2,000 people, all in Eastfield (64.9 %) and decile 1.
Metres to the edge of public green space: from point 3 to Long Park 300, from point 6 to Millpond Wood 200.

Not collected here (no asset of the type): heritage, food and everyday shops, transport, everyday enablers.
Special: Westgate holds all 3 places of faith, (3 / 3000) / (3 / 8080) = 2.693 times the town's own rate; no
other ward has three of one type.
Two of the 17 `PLACES` do not become rows of their own: a private staff cafe is never shown, and Midtown
Centre's building (w2) stands 20 m from its point (n2), which takes over what only the building knows.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from layers.study_tables import StudyTables
from study.area import StudyArea
from study.tables import DOMAINS

CRS = "EPSG:27700"
EAST, NORTH = 400_000, 400_000
LAD_CODE = "E99000009"
WESTGATE, MIDTOWN, EASTFIELD = "E05900001", "E05900002", "E05900003"
LSOAS = ("E01900001", "E01900002", "E01900003", "E01900004", "E01900005", "E01900006")
RESIDENTS = (1000, 2000, 1500, 500, 3000, 80)

# Resident points: LSOA, east, north, postcodes, residents, basis.
_POINTS = (
    (LSOAS[0], 500, 500, 3, 750.0, "postcodes"),
    (LSOAS[0], 1500, 500, 1, 250.0, "postcodes"),
    (LSOAS[1], 500, 1500, 1, 1000.0, "postcodes"),
    (LSOAS[1], 1500, 1500, 1, 1000.0, "postcodes"),
    (LSOAS[2], 2500, 500, 2, 1000.0, "postcodes"),
    (LSOAS[2], 3500, 500, 1, 500.0, "postcodes"),
    (LSOAS[3], 2500, 1500, 1, 250.0, "postcodes"),
    (LSOAS[3], 3500, 1500, 1, 250.0, "postcodes"),
    (LSOAS[4], 4500, 500, 1, 1000.0, "postcodes"),
    (LSOAS[4], 5500, 500, 2, 2000.0, "postcodes"),
    (LSOAS[5], 5000, 1500, 0, 80.0, "point on surface"),
)

# What a mapper wrote down: id, east, north, tags. `toytown` holds what must come out of it, by hand.
PLACES: tuple[tuple[str, int, int, dict[str, str]], ...] = (
    (
        "n1",
        500,
        800,
        {
            "amenity": "community_centre",
            "name": "Westgate Hall",
            "wheelchair": "yes",
            "operator": "Westgate Friends",
        },
    ),
    (
        "n2",
        3500,
        800,
        {
            "amenity": "community_centre",
            "name": "Midtown Centre",
            "operator:type": "council",
            "operator": "Toytown Council",
        },
    ),
    ("w2", 3520, 800, {"amenity": "community_centre", "name": "The Midtown Centre", "wheelchair": "limited"}),
    (
        "n3",
        1500,
        900,
        {"amenity": "place_of_worship", "name": "St Anne's Church", "website": "https://anne.example"},
    ),
    ("n4", 600, 800, {"amenity": "library", "name": "Westgate Library"}),
    ("n5", 4900, 200, {"amenity": "school", "name": "Eastfield School"}),
    ("n6", 3000, 500, {"amenity": "doctors", "name": "Midtown Surgery"}),
    (
        "n7",
        2600,
        600,
        {
            "amenity": "social_facility",
            "social_facility": "food_bank",
            "operator:type": "charity",
            "name": "Midtown Food Bank",
        },
    ),
    ("n8", 5600, 500, {"leisure": "playground"}),
    ("n9", 2400, 400, {"amenity": "pub", "name": "The Anchor", "brand": "Big Pubs"}),
    ("n10", 3600, 900, {"amenity": "theatre", "name": "Little Theatre"}),
    ("n11", 5000, 600, {"leisure": "pitch", "name": "Eastfield Pitch"}),
    ("n12", 3400, 400, {"amenity": "post_office", "name": "Midtown Post Office"}),
    ("n13", -50, 500, {"landuse": "allotments", "name": "Holme Allotments"}),
    ("n14", 1600, 600, {"amenity": "place_of_worship", "name": "Westgate Mosque"}),
    ("n15", 400, 1300, {"amenity": "place_of_worship", "name": "Quaker Meeting House"}),
    ("n16", 700, 700, {"amenity": "cafe", "name": "Staff Cafe", "access": "private"}),
)

# id: kind, category, type, holder, counts for a gap, and the small area it lies in.
_DECIDED = {
    "n1": ("amenity=community_centre", "associations", "community_space", "association", True, LSOAS[0]),
    "n2": ("amenity=community_centre", "associations", "community_space", "institution", True, LSOAS[2]),
    "n3": ("amenity=place_of_worship", "associations", "faith", "association", True, LSOAS[0]),
    "n4": ("amenity=library", "institutions", "education", "institution", True, LSOAS[0]),
    "n5": ("amenity=school", "institutions", "education", "institution", True, LSOAS[4]),
    "n6": ("amenity=doctors", "institutions", "health", "institution", True, LSOAS[2]),
    "n7": ("amenity=social_facility", "associations", "advice_and_support", "association", True, LSOAS[2]),
    "n8": ("leisure=playground", "place", "play", "not_known", True, LSOAS[4]),
    "n9": ("amenity=pub", "exchange", "third_places", "outside", False, LSOAS[2]),
    "n10": ("amenity=theatre", "culture", "culture", "not_known", True, LSOAS[2]),
    "n11": ("leisure=pitch", "place", "sport_and_leisure", "not_known", True, LSOAS[4]),
    "n12": ("amenity=post_office", "institutions", "public_service", "institution", False, LSOAS[2]),
    "n13": ("landuse=allotments", "place", "green_and_blue_space", "not_known", False, None),
    "n14": ("amenity=place_of_worship", "associations", "faith", "association", True, LSOAS[0]),
    "n15": ("amenity=place_of_worship", "associations", "faith", "association", True, LSOAS[1]),
}
_WARD_OF = dict(zip(LSOAS, (WESTGATE, WESTGATE, MIDTOWN, MIDTOWN, EASTFIELD, EASTFIELD), strict=True))


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Return a rectangle from metres of Toytown's corner."""
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def point(x: float, y: float) -> shapely.Point:
    """Return a point from metres of Toytown's corner."""
    return shapely.Point(EAST + x, NORTH + y)


def places() -> gpd.GeoDataFrame:
    """Return the points of `PLACES`, indexed by their OSM id, in their order."""
    ids = pd.Index([identity for identity, *_ in PLACES], name="asset_id")
    return gpd.GeoDataFrame(geometry=[point(x, y) for _, x, y, _ in PLACES], index=ids, crs=CRS)


def toytown() -> StudyTables:
    """Return a fresh copy of the town: a test may change its own."""
    lsoa_index = pd.Index(LSOAS, name="lsoa_code")
    imd = [1, 3, 5, 10, 1, 1]
    deciles = {f"{domain}_decile": imd for domain in DOMAINS} | {"income_decile": [2, 2, 5, 9, 1, 4]}
    ranks = [3000, 10_000, 15_000, 33_000, 500, 3300]
    return StudyTables(
        area=_study_area(),
        origin="preview",
        fingerprint="toytown",
        wards=_wards(),
        lsoas=_lsoas(),
        population=pd.DataFrame({"residents": RESIDENTS}, index=lsoa_index),
        resident_points=_resident_points(),
        assets=_assets(),
        deprivation=pd.DataFrame({"imd_rank": ranks, **deciles}, index=lsoa_index),
        connectivity=pd.DataFrame(
            {
                "connectivity_rank": [33_000, 25_000, 22_000, 20_000, 6000, 3000],
                "connectivity_decile": [10, 8, 7, 6, 2, 1],
            },
            index=lsoa_index,
        ),
        broadband=pd.DataFrame({"broadband_score": [-0.5, 0.5, 1.0, 0.0, None, 2.0]}, index=lsoa_index),
        green_space=_green_space(),
        deprivation_release=2025,
        sources={
            "wards": "ons_wards_2025",
            "lsoas": "ons_lsoas_2021",
            "population": "ons_residents_2022",
            "resident_points": "onspd_qlac",
            "assets": "osm_leeds_preview",
            "deprivation": "mhclg_imd_2025",
            "connectivity": "dft_connectivity_2025",
            "broadband": "mhclg_imd_2025_barriers",
            "green_space": "osm_leeds_preview",
        },
    )


def _study_area() -> StudyArea:
    return StudyArea.model_validate(
        {
            "slug": "toytown",
            "name": "Toytown",
            "crs": CRS,
            "country": "England",
            "lad_code": LAD_CODE,
            # (403000, 401000), the middle of the town.
            "centre": {"name": "Market Cross", "lon": -1.9562, "lat": 53.5057},
        }
    )


def _wards() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"ward_name": ["Westgate", "Midtown", "Eastfield"]},
        geometry=[box(west, 0, west + 2000, 2000) for west in (0, 2000, 4000)],
        index=pd.Index([WESTGATE, MIDTOWN, EASTFIELD], name="ward_code"),
        crs=CRS,
    )


def _lsoas() -> gpd.GeoDataFrame:
    corners = [(west, south) for west in (0, 2000, 4000) for south in (0, 1000)]
    return gpd.GeoDataFrame(
        {
            "lsoa_name": [f"Toytown 00{number}A" for number in range(1, 7)],
            "ward_code": [_WARD_OF[code] for code in LSOAS],
        },
        geometry=[box(west, south, west + 2000, south + 1000) for west, south in corners],
        index=pd.Index(LSOAS, name="lsoa_code"),
        crs=CRS,
    )


def _resident_points() -> gpd.GeoDataFrame:
    codes, _, _, postcodes, residents, basis = zip(*_POINTS, strict=True)
    return gpd.GeoDataFrame(
        {"lsoa_code": codes, "postcodes": postcodes, "residents": residents, "point_basis": basis},
        geometry=[point(x, y) for _, x, y, *_ in _POINTS],
        index=pd.RangeIndex(len(_POINTS), name="point_id").astype("int64"),
        crs=CRS,
    )


def _assets() -> gpd.GeoDataFrame:
    tags = {identity: tag for identity, _, _, tag in PLACES}
    at = {identity: point(x, y) for identity, x, y, _ in PLACES}
    rows = {
        identity: {
            "asset_name": tags[identity].get("name"),
            "kind": kind,
            "category": category,
            "type": asset_type,
            "holder": holder,
            "counts_for_gap": counts,
            "wheelchair": tags[identity].get("wheelchair"),
            "operator": tags[identity].get("operator"),
            "operator_type": tags[identity].get("operator:type"),
            "opening_hours": None,
            "website": tags[identity].get("website"),
            "check_date": None,
            "postcode": None,
            "merged_ids": identity,
            "ward_code": _WARD_OF.get(lsoa),
            "lsoa_code": lsoa,
        }
        for identity, (kind, category, asset_type, holder, counts, lsoa) in _DECIDED.items()
    }
    rows["n2"] |= {"merged_ids": "n2 w2", "wheelchair": "limited"}
    table = pd.DataFrame.from_dict(rows, orient="index").sort_index()
    texts = table.columns.difference(["counts_for_gap"])
    table[texts] = table[texts].astype("str").where(table[texts].notna(), None)
    table.index.name = "asset_id"
    return gpd.GeoDataFrame(table, geometry=[at[i] for i in table.index], crs=CRS)


def _green_space() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "green_name": ["Long Park", "Millpond Wood", None],
            "kind": ["leisure=park", "natural=wood", "leisure=golf_course"],
            "is_public": [True, True, False],
            "area_ha": [4.0, 4.0, 20.0],
        },
        geometry=[box(1800, 1400, 2200, 1500), box(2100, 1450, 2300, 1650), box(4500, 1200, 5000, 1600)],
        index=pd.Index(["w101", "w102", "w103"], name="green_id"),
        crs=CRS,
    )
