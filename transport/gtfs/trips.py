"""The trips of a feed with their route, its operator and mode."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from transport.gtfs.faults import shown, shown_all
from transport.gtfs.tables import Feed
from transport.gtfs.values import first_of_each, whole_numbers
from transport.route_types import mode_of


def timezone_of(feed: Feed) -> str:
    """Return the time zone that the feed's times are in, empty (and a fatal fault) where it is not clear."""
    file, faults = "agency.txt", feed.faults
    named = [zone for zone in feed.table("agency")["agency_timezone"].unique() if zone]
    if "agency" not in feed.tables:
        return ""
    if not named:
        faults.add_fatal(file, "no time zone is given", column="agency_timezone")
        return ""
    if len(named) > 1:
        faults.add_fatal(
            file, f"the agencies have more than one: {', '.join(map(shown, named))}", column="agency_timezone"
        )
    try:
        ZoneInfo(named[0])
    # A name that leads out of the folder of zones, or to a folder, is refused in other ways than an unknown one.
    except (KeyError, ValueError, OSError):
        faults.add_fatal(file, f"{shown(named[0])} is not a time zone", column="agency_timezone")
    return named[0]


def routes_of(feed: Feed) -> pd.DataFrame:
    """Return the routes.

    Returns
    -------
    DataFrame
        Indexed by ``route_id``: ``route_name`` (the short name, else the long one), ``route_type`` (int),
        ``operator`` (the agency's name, empty where it is not said).
    """
    file, faults = "routes.txt", feed.faults
    table = first_of_each(feed.table("routes"), "route_id", file, faults)
    kind, bad = whole_numbers(table["route_type"], file, faults, doing="the route and its trips are left out")
    odd = ~bad & np.array([mode_of(int(k)) == "" for k in kind], dtype=bool)
    saying = "is not a kind of route that is known; it counts for no mode"
    faults.add_rows(
        file, table.index[odd], shown_all(table["route_type"][odd], saying), "warning", column="route_type"
    )
    named = table["route_short_name"].where(table["route_short_name"] != "", table["route_long_name"])
    routes = pd.DataFrame(
        {
            "route_name": named.to_numpy(object),
            "route_type": kind.astype(np.int32),
            "operator": _operators(table, feed),
        },
        index=pd.Index(table["route_id"], dtype="str", name="route_id"),
    )
    return routes[~bad].astype({"route_name": "str", "operator": "str"})


def _operators(routes: pd.DataFrame, feed: Feed) -> np.ndarray:
    """Return the operator's name of each route."""
    agencies = feed.table("agency")
    name = dict(zip(agencies["agency_id"], agencies["agency_name"], strict=True))
    # One agency needs no id, and its routes need not say whose they are.
    if len(agencies) == 1:
        name.setdefault("", agencies["agency_name"].iloc[0])
    unknown = ~routes["agency_id"].isin(list(name))
    feed.faults.add_rows(
        "routes.txt",
        routes.index[unknown],
        shown_all(routes["agency_id"][unknown], "is not in agency.txt; the operator is not known"),
        "warning",
        column="agency_id",
    )
    return np.array([name.get(agency, "") for agency in routes["agency_id"]], dtype=object)


def trips_of(feed: Feed, days: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the trips, and which of them have a route and a service.

    Parameters
    ----------
    feed : Feed
        With trips.txt, routes.txt and agency.txt.
    days : DataFrame
        The services, from `transport.gtfs.calendars.service_days`.

    Returns
    -------
    tuple of DataFrame and ndarray
        Trips from 0 in the order of the file: ``trip_id, route_id, route_name, route_type, operator, service_id,
        direction_id`` (Int8, missing where not said) ``, headsign`` and ``row``, the row in the file. And bool:
        False for one whose route or service does not exist, which is listed.
    """
    file, faults = "trips.txt", feed.faults
    table = first_of_each(feed.table("trips"), "trip_id", file, faults)
    routes = routes_of(feed)
    at = routes.index.get_indexer(table["route_id"])
    _list_missing(table, "route_id", at < 0, "is not a route of routes.txt; the trip is left out", feed)
    services = pd.concat([feed.table("calendar")["service_id"], feed.table("calendar_dates")["service_id"]])
    unknown = ~table["service_id"].isin(services.unique()).to_numpy()
    _list_missing(table, "service_id", unknown, "is not in a calendar; the trip is left out", feed)
    never = ~unknown & ~table["service_id"].isin(days["service_id"].unique()).to_numpy()
    faults.add_rows(
        file,
        table.index[never],
        shown_all(table["service_id"][never], "runs on no day"),
        "note",
        column="service_id",
    )
    direction = table["direction_id"]
    odd = ~direction.isin(["", "0", "1"])
    faults.add_rows(
        file, table.index[odd], shown_all(direction[odd], "is not 0 or 1"), "warning", column="direction_id"
    )
    trips = pd.DataFrame(
        {name: table[name].to_numpy(object) for name in ("trip_id", "route_id")}, dtype="str"
    )
    known = routes.iloc[np.maximum(at, 0)] if len(routes) else routes.reindex([""] * len(at))
    for name in ("route_name", "route_type", "operator"):
        trips[name] = known[name].to_numpy()
    trips["service_id"] = pd.Series(table["service_id"].to_numpy(object), dtype="str")
    trips["direction_id"] = pd.to_numeric(direction.mask(odd), errors="coerce").astype("Int8").array
    trips["headsign"] = pd.Series(table["trip_headsign"].to_numpy(object), dtype="str")
    trips["row"] = table.index.to_numpy()
    return trips, (at >= 0) & ~unknown


def _list_missing(table: pd.DataFrame, column: str, missing: np.ndarray, saying: str, feed: Feed) -> None:
    feed.faults.add_rows(
        "trips.txt", table.index[missing], shown_all(table[column][missing], saying), "error", column=column
    )
