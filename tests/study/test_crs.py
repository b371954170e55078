"""A CRS is stated and required, never guessed or quietly changed."""

import geopandas as gpd
import pytest
import shapely

from study.crs import WGS84, require_crs, require_metres
from study.errors import CrsError

METRES = "EPSG:27700"


def points(crs: str | None) -> gpd.GeoSeries:
    return gpd.GeoSeries([shapely.Point(1, 1)], crs=crs)


def test_the_right_crs_passes() -> None:
    require_crs(points(METRES), METRES)
    require_crs(gpd.GeoDataFrame(geometry=points(WGS84)), WGS84)
    require_metres(points(METRES))


def test_another_crs_names_both_and_the_table() -> None:
    with pytest.raises(CrsError, match="assets table is in EPSG:4326, but EPSG:27700 is required") as caught:
        require_crs(points(WGS84), METRES, name="assets table")
    assert "to_crs('EPSG:27700')" in caught.value.do


def test_a_missing_crs_is_never_guessed() -> None:
    with pytest.raises(CrsError, match="stops has no coordinate reference system") as caught:
        require_crs(points(None), METRES, name="stops")
    assert "set_crs('EPSG:27700')" in caught.value.do
    with pytest.raises(CrsError, match="has no CRS"):
        require_metres(points(None))


@pytest.mark.parametrize("crs", [WGS84, "EPSG:2263"], ids=["degrees", "feet"])
def test_anything_but_metres_is_refused(crs: str) -> None:
    with pytest.raises(CrsError, match=f"projected CRS in metres; it has {crs}"):
        require_metres(points(crs))


def test_the_message_never_changes_the_table() -> None:
    table = points(WGS84)
    with pytest.raises(CrsError):
        require_crs(table, METRES)
    assert table.crs.to_epsg() == 4326
    assert table.iloc[0].equals(shapely.Point(1, 1))
