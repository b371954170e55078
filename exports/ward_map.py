"""A ward's map on paper: paths and points in millimetres, which the template draws as SVG."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import shapely

from gaps.profiles import NOT_SPECIAL, Place
from gaps.walking import GREEN_TYPE, WalkingTimes
from layers.categories import read_asset_rules

# In millimetres of paper: its width, its least and greatest height, the margin round the ward, and the
# finest detail, beneath which nobody sees anything.
_WIDTH_MM, _HEIGHT_MM, _MARGIN_MM, _FINEST_MM, _SMALLEST_MM2 = 68.0, (46.0, 66.0), 3.0, 0.1, 0.1
# With more places than this, signs are small and carry no letter; shape and colour still tell them apart.
_MOST_LETTERS = 70
# How many corners each category's sign has, and how far the first is turned, as on the map pages; 0 is a circle.
_CORNERS = {"I": (4, -0.5), "A": (3, -0.5), "S": (4, 0.25), "E": (5, -0.5), "C": (6, -0.5)}


class _Paper:
    """A piece of ground laid on paper: metres of the study area to millimetres, north up."""

    def __init__(self, shape: shapely.Geometry) -> None:
        west, south, east, north = shape.bounds
        wide, high = max(east - west, 1.0), max(north - south, 1.0)
        free = [side - 2 * _MARGIN_MM for side in (_WIDTH_MM, _HEIGHT_MM[1])]
        self.mm_per_m = min(free[0] / wide, free[1] / high)
        self.size = np.array([_WIDTH_MM, round(max(high * self.mm_per_m + 2 * _MARGIN_MM, _HEIGHT_MM[0]), 1)])
        half = self.size / self.mm_per_m / 2
        middle = np.array([(west + east) / 2, (south + north) / 2])
        self.west, self.north = middle[0] - half[0], middle[1] + half[1]
        self.frame = shapely.box(*(middle - half), *(middle + half))

    def mm(self, xy: np.ndarray) -> np.ndarray:
        """Return coordinates in millimetres from the paper's top left corner."""
        return np.round((xy - [self.west, self.north]) * [self.mm_per_m, -self.mm_per_m], 2)

    def path(self, shapes: gpd.GeoSeries | None, *, join: bool = False) -> str:
        """Return the part of some shapes that lies on the paper as an SVG path; overlaps are joined if asked."""
        if shapes is None:
            return ""
        near = shapes.to_numpy()[shapely.intersects(shapes.to_numpy(), self.frame)]
        parts = shapely.get_parts(shapely.clip_by_rect(near, *self.frame.bounds))
        if join:
            parts = shapely.get_parts(shapely.union_all(shapely.make_valid(parts)))
            parts = parts[shapely.area(parts) * self.mm_per_m**2 >= _SMALLEST_MM2]
        polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        rings = self._strokes(shapely.get_rings(parts[polygons]))
        return "".join([*(f"{ring}Z" for ring in rings), *self._strokes(parts[~polygons])])

    def _strokes(self, lines: np.ndarray) -> list[str]:
        """Return lines as the words of an SVG path, without what nobody sees."""
        lines = shapely.transform(shapely.simplify(lines, _FINEST_MM / self.mm_per_m), self.mm)
        return ["M" + "L".join(f"{x:g} {y:g}" for x, y in shapely.get_coordinates(d).tolist()) for d in lines]


def ward_map(walking: WalkingTimes, place: Place) -> dict[str, object]:
    """Return the ward's map as paths and points in millimetres, drawn by the template."""
    tables, paper = walking.tables, _Paper(place.shape)
    assets = tables.assets[place.asset_in]
    hidden = assets["type"].isin(NOT_SPECIAL)
    # A wood without a name is drawn as a shape; hundreds of dots on top of them would hide the rest.
    drawn = assets[~hidden & ~(assets["type"].eq(GREEN_TYPE) & assets["asset_name"].isna())]
    drawn = drawn.iloc[np.argsort(drawn["category"].ne("place"), kind="stable")]
    green, water, streets = tables.green_space, tables.water, tables.street_lines
    places = paper.mm(shapely.get_coordinates(drawn.geometry)).tolist()
    length_m = _round_length(26 / paper.mm_per_m)
    return {
        "width": paper.size[0],
        "height": paper.size[1],
        "ward": paper.path(gpd.GeoSeries([place.shape])),
        "neighbours": paper.path(tables.wards.geometry),
        "green": paper.path(None if green is None else green.geometry[green["is_public"]], join=True),
        "water": paper.path(None if water is None else water.geometry, join=True),
        "streets": paper.path(None if streets is None else streets.geometry),
        "points": [(category, *xy) for category, xy in zip(drawn["category"], places, strict=True)],
        "letters": len(drawn) <= _MOST_LETTERS,
        "hidden": bool(hidden.any()),
        "some_streets": tables.street_lines is not None and walking.has_estimates,
        "scale_mm": round(length_m * paper.mm_per_m, 2),
        "scale": f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m",
    }


def _round_length(most_m: float) -> float:
    """Return the longest of 1, 2, 5, 10, 20, 50 ... metres that is not longer than a length."""
    ten = 10.0 ** math.floor(math.log10(most_m))
    return max(step * ten for step in (1, 2, 5) if step * ten <= most_m)


def category_signs() -> dict[str, dict[str, object]]:
    """Return each category's sign: letter, colours, and the corners of its shape round nought, in millimetres."""
    signs = {}
    for category, about in read_asset_rules().categories.items():
        red, green, blue = (int(about.colour[i : i + 2], 16) for i in (1, 3, 5))
        count, turn = _CORNERS.get(about.symbol, (0, 0.0))
        angles = [math.pi * (turn + 2 * i / count) for i in range(count)]
        far = 1.35 if count == 3 else 1.15
        signs[category] = {
            "letter": about.symbol,
            "colour": about.colour,
            # The letter is dark on a light sign and white on a dark one.
            "ink": "#111111" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff",
            "corners": " ".join(f"{far * math.cos(a):.2f},{far * math.sin(a):.2f}" for a in angles),
        }
    return signs
