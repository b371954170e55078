"""Have every kernel of the streets compiled before somebody waits for it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from transport.access import node_walks, transfer_walks
from transport.arrival_percentiles import Arrivals
from transport.isochrones import transit_isochrones
from transport.street_choices import street_choices
from transport.streets import network_of
from transport.ties import tie_points
from transport.travel import Travel

_CRS = "EPSG:27700"


def compile_streets() -> None:
    """Ask every question once of the smallest town whose streets cover some ground.

    Takes some seconds on the first start of a machine, and a fraction of one when what was compiled is kept on
    disk. `prepare` calls it, so that no visitor meets the seconds.
    """
    at = np.arange(0.0, 1001.0, 100.0)
    along = np.stack([np.stack([at, np.full_like(at, 100.0 * row)], axis=1) for row in range(11)])
    pieces = np.concatenate([np.stack([line[:-1], line[1:]], axis=1) for line in (*along, *along[..., ::-1])])
    streets = network_of(pieces, crs=_CRS)
    stops = gpd.GeoDataFrame(geometry=shapely.points([[500.0, 500.0], [900.0, 500.0]]), crs=_CRS)
    transfer_walks(stops, streets, limit_s=60, change_s=0)
    street_choices(stops, stops, streets=streets, cutoff_min=5)
    egress = node_walks(stops, streets, limit_s=60)
    found = Arrivals(np.array([0]), np.array([[60, 120]], np.int32), tie_points(stops, streets), egress)
    transit_isochrones(stops.iloc[:1], found, streets=streets, travel=Travel(), bands_min=[5])
