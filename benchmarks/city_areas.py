"""The made-up city's small areas, wards, residents and deprivation, in the files that `python -m prepare` reads."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from benchmarks.city_plan import CENTRE_M, CRS, SEED, Plan
from prepare.indices import LABELS

LAD_CODE = "E99999999"
# A little inside the last street, so that who lives at the edge has a street to walk along.
EDGE = 0.97
AGES = {
    "Aged 15 years and under": 0.20,
    "Aged 16 to 24 years": 0.13,
    "Aged 25 to 34 years": 0.16,
    "Aged 35 to 49 years": 0.20,
    "Aged 50 to 64 years": 0.17,
    "Aged 65 years and over": 0.14,
}
CODES = "lsoa_code"


def write_areas(plan: Plan, folder: Path) -> None:
    """Write ``wards.geojson, lsoas.geojson, lookup.csv, census.csv, centroids.csv, deprivation.csv, postcodes.csv``.

    Parameters
    ----------
    plan : Plan
        The streets; people live along them.
    folder : Path
        Where to write.
    """
    rng = np.random.default_rng(SEED + 2)
    lsoas = _outlines(plan, rng)
    _write_shapes(lsoas[["lsoa_name", "geometry"]].reset_index(), folder / "lsoas.geojson")
    wards = lsoas[["ward_code", "geometry"]].dissolve("ward_code").reset_index()
    wards["ward_name"] = [f"Made-up Ward {number}" for number in range(1, len(wards) + 1)]
    wards["lad_code"] = LAD_CODE
    _write_shapes(wards, folder / "wards.geojson")
    lookup = lsoas[["ward_code"]].assign(lad_code=LAD_CODE)
    lookup.to_csv(folder / "lookup.csv")
    residents = _residents(lsoas, plan, rng)
    residents.to_csv(folder / "census.csv")
    _deprivation(lsoas, rng).to_csv(folder / "deprivation.csv")
    _write_points(plan, lsoas, residents["Total"], folder, rng)


def _outlines(plan: Plan, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the small areas, smallest in the middle: the ground nearest to each of some street corners."""
    size = plan.size
    inside = np.flatnonzero(plan.from_middle < EDGE)
    weight = np.exp(-2.0 * plan.from_middle[inside])
    seeds = plan.xy[rng.choice(inside, size.areas, replace=False, p=weight / weight.sum())]
    boundary = shapely.buffer(shapely.Point(CENTRE_M), size.radius_m * EDGE, quad_segs=32)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=boundary))
    tree = shapely.STRtree(cells)
    point, cell = tree.query(shapely.points(seeds), predicate="intersects")
    _, first = np.unique(point, return_index=True)
    outlines = shapely.intersection(cells[cell[first]], boundary)
    spread = rng.choice(size.areas, size.wards, replace=False)
    ward = cKDTree(seeds[spread]).query(seeds)[1]
    return gpd.GeoDataFrame(
        {
            "lsoa_name": [f"Made-up {number:04d}" for number in range(1, size.areas + 1)],
            "ward_code": [f"E05999{number:03d}" for number in ward],
        },
        geometry=outlines,
        crs=CRS,
        index=pd.Index([f"E0199{number:04d}" for number in range(size.areas)], name=CODES),
    )


def _write_shapes(shapes: gpd.GeoDataFrame, path: Path) -> None:
    path.unlink(missing_ok=True)
    # Nine decimals: where two areas share a corner, they share it to the tenth of a millimetre.
    shapes.to_crs("EPSG:4326").to_file(path, driver="GeoJSON", COORDINATE_PRECISION=9)


def _residents(lsoas: gpd.GeoDataFrame, plan: Plan, rng: np.random.Generator) -> pd.DataFrame:
    """Return residents by age band, more young adults in the middle and more old people at the edge."""
    total = plan.size.residents / len(lsoas) * rng.uniform(0.7, 1.3, len(lsoas))
    at = shapely.get_coordinates(shapely.centroid(lsoas.geometry.to_numpy()))
    out = np.hypot(*(at - CENTRE_M).T) / plan.size.radius_m
    tilt = np.array([0.2, -1.2, -0.5, 0.1, 0.4, 0.7])
    share = np.array(list(AGES.values())) * np.exp(tilt * (out[:, None] - 0.5))
    share /= share.sum(axis=1, keepdims=True)
    bands = np.rint(total[:, None] * share).astype(int)
    table = pd.DataFrame(bands, columns=list(AGES), index=lsoas.index)
    table.insert(0, "Total", bands.sum(axis=1))
    return table


def _deprivation(lsoas: gpd.GeoDataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return ranks and deciles among the made-up city's own areas, 1 the most deprived; poorer to the south-east."""
    at = (shapely.get_coordinates(shapely.centroid(lsoas.geometry.to_numpy())) - CENTRE_M) / 1_000
    reach = np.abs(at).max()
    poor = (at[:, 0] - at[:, 1]) / reach - np.hypot(*at.T) / reach
    table = pd.DataFrame(index=lsoas.index)
    for number, label in enumerate(LABELS.values()):
        rank = np.argsort(np.argsort(-(poor + rng.normal(0, 0.4, len(lsoas))))) + 1
        if not number:
            table[f"{label} Rank"] = rank
        table[f"{label} Decile"] = (rank - 1) * 10 // len(lsoas) + 1
    return table


def _write_points(
    plan: Plan, lsoas: gpd.GeoDataFrame, residents: pd.Series, folder: Path, rng: np.random.Generator
) -> None:
    """Write the points people live at, and each area's middle of them; residents are spread evenly over points."""
    inside = np.flatnonzero(plan.from_middle < EDGE)
    weight = np.exp(-2.0 * plan.from_middle[inside])
    doors = plan.xy[rng.choice(inside, plan.size.postcodes, replace=False, p=weight / weight.sum())]
    doors = doors + rng.uniform(-15, 15, doors.shape)
    area_of = np.full(len(doors), -1)
    area, door = shapely.STRtree(shapely.points(doors)).query(
        lsoas.geometry.to_numpy(), predicate="intersects"
    )
    area_of[door] = area
    # A door that the last bit of noise put beyond the edge belongs to the area nearest to it.
    astray = np.flatnonzero(area_of < 0)
    area_of[astray] = shapely.STRtree(lsoas.geometry.to_numpy()).nearest(shapely.points(doors[astray]))
    # Every area has somebody at home.
    bare = np.setdiff1d(np.arange(len(lsoas)), area_of)
    spare = shapely.get_coordinates(shapely.point_on_surface(lsoas.geometry.to_numpy()[bare]))
    doors, area_of = np.concatenate([doors, spare]), np.concatenate([area_of, bare])
    points = pd.DataFrame(np.rint(doors).astype(int), columns=["easting_m", "northing_m"])
    points[CODES] = lsoas.index.to_numpy()[area_of]
    number = points.groupby(CODES)["easting_m"].transform("size")
    points["residents"] = (points[CODES].map(residents) / number).round(3)
    points.sort_values([CODES, "easting_m", "northing_m"]).to_csv(folder / "postcodes.csv", index=False)
    # The door nearest to the middle: always beside a street, never in the river.
    middle = points.groupby(CODES)[["easting_m", "northing_m"]].transform("mean")
    points["off"] = np.hypot(*(points[["easting_m", "northing_m"]] - middle).to_numpy().T)
    nearest = points.sort_values([CODES, "off"], kind="stable").drop_duplicates(CODES)
    nearest.set_index(CODES)[["easting_m", "northing_m"]].to_csv(folder / "centroids.csv")
