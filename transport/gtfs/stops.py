"""Where vehicles call: the boarding points of stops.txt, each with the station it belongs to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from transport.gtfs.faults import shown_all
from transport.gtfs.tables import Feed
from transport.gtfs.values import first_of_each, numbers, whole_numbers

# location_type: a stop or platform; a station; an entrance; a generic node of a station; a boarding area.
STOP, STATION, BOARDING_AREA = 0, 1, 4
LOCATION_TYPES = 5


def boarding_points(feed: Feed) -> pd.DataFrame:
    """Return the places where a vehicle can be boarded.

    Parameters
    ----------
    feed : Feed
        With stops.txt and stop_times.txt.

    Returns
    -------
    DataFrame
        Indexed by ``stop_id``: ``stop_name`` (text, may be empty), ``station_id`` (its parent station, or its own
        id), ``lon, lat`` (WGS 84). Stations, entrances and nodes are not stops. A place of another kind that a trip
        calls at all the same is one, with a warning; a place without a position is not.
    """
    file, faults = "stops.txt", feed.faults
    table = first_of_each(feed.table("stops"), "stop_id", file, faults)
    kind, _ = whole_numbers(
        table["location_type"],
        file,
        faults,
        allowed=lambda values: values < LOCATION_TYPES,
        blank=STOP,
        doing="taken as a stop",
        severity="warning",
    )
    kind = np.where(kind < 0, STOP, kind)
    is_called_at = table["stop_id"].isin(feed.table("stop_times")["stop_id"].unique()).to_numpy()
    odd = is_called_at & (kind != STOP)
    saying = "is no stop by its location_type, but trips call there; taken as a stop"
    faults.add_rows(
        file, table.index[odd], shown_all(table["stop_id"][odd], saying), "warning", column="location_type"
    )
    lon, lat = numbers(table["stop_lon"]), numbers(table["stop_lat"])
    somewhere = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & ((lon != 0) | (lat != 0))
    lost = ~somewhere & ((kind == STOP) | odd)
    saying = "has no position on the earth; left out"
    faults.add_rows(
        file, table.index[lost], shown_all(table["stop_id"][lost], saying), "error", column="stop_lat"
    )
    stops = pd.DataFrame(
        {
            "stop_name": table["stop_name"].to_numpy(object),
            "station_id": _stations(table, kind, feed),
            "lon": lon,
            "lat": lat,
        },
        index=pd.Index(table["stop_id"], dtype="str", name="stop_id"),
    )
    stops = stops[((kind == STOP) | odd) & somewhere].astype({"stop_name": "str", "station_id": "str"})
    if stops.empty and "stops" in feed.tables:
        faults.add_fatal(file, "there is no stop in it that has a position")
    return stops


def _stations(table: pd.DataFrame, kind: np.ndarray, feed: Feed) -> np.ndarray:
    """Return the station of each place; its own id where it has none."""
    ids = pd.Index(table["stop_id"])
    parent = table["parent_station"]
    at = ids.get_indexer(parent)
    unknown = ((parent != "") & (at < 0)).to_numpy()
    feed.faults.add_rows(
        "stops.txt",
        table.index[unknown],
        shown_all(parent[unknown], "is not in stops.txt; the stop stands by itself"),
        "warning",
        column="parent_station",
    )
    # The parent of a boarding area is a platform, whose own parent is the station.
    above = np.where((at >= 0) & (kind == BOARDING_AREA) & (at[at] >= 0), at[at], at)
    odd = (above >= 0) & (kind[above] != STATION)
    feed.faults.add_rows(
        "stops.txt",
        table.index[odd],
        shown_all(parent[odd], "is not a station by its location_type; taken as one"),
        "warning",
        column="parent_station",
    )
    own = ids.to_numpy(dtype=object)
    return np.where(above >= 0, own[above], own) if len(own) else own
