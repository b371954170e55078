"""What transfers.txt says of changing between stops."""

from __future__ import annotations

import numpy as np
import pandas as pd

from transport.gtfs.faults import shown_all
from transport.gtfs.tables import Feed
from transport.gtfs.values import whole_numbers

# Recommended; the second vehicle waits; takes at least so long; not possible; stay seated; may not stay seated.
RECOMMENDED, WAITS, AT_LEAST, FORBIDDEN, SEATED, NOT_SEATED = range(6)
RESTRICTED_BY = ("from_route_id", "to_route_id", "from_trip_id", "to_trip_id", "from_leg_id", "to_leg_id")
FILE = "transfers.txt"


def transfers_of(feed: Feed, stops: pd.DataFrame) -> tuple[pd.DataFrame, dict]:
    """Return the rules for changing, between boarding points.

    Parameters
    ----------
    feed : Feed
        With or without transfers.txt.
    stops : DataFrame
        From `transport.gtfs.stops.boarding_points`.

    Returns
    -------
    tuple of DataFrame and dict
        ``from_stop, to_stop`` (positions), ``transfer_type`` (0-3), ``min_s`` (Int32; missing but for type 2), each
        pair once. A rule for a station holds for all of its stops, unless another names the stops themselves. And
        the count ``transfers_not_modelled``: staying seated (types 4 and 5), and rules for certain routes or trips.
    """
    table, faults = feed.table("transfers"), feed.faults
    kind, bad = whole_numbers(
        table["transfer_type"], FILE, faults, allowed=lambda v: v <= NOT_SEATED, blank=RECOMMENDED
    )
    restricted = (table[list(RESTRICTED_BY)] != "").any(axis=1).to_numpy(dtype=bool)
    not_modelled = ~bad & ((kind >= SEATED) | restricted)
    faults.add_rows(
        FILE,
        table.index[not_modelled],
        "staying seated, or a rule for certain routes or trips, is not modelled",
        "note",
        column="transfer_type",
    )
    good = ~bad & ~not_modelled
    table, kind = table[good], kind[good]
    # What other types say of a time is for information.
    text = table["min_transfer_time"].where(kind == AT_LEAST, "0")
    min_s, untimed = whole_numbers(text, FILE, faults)
    rules = pd.DataFrame({"transfer_type": kind, "min_s": min_s}, index=table.index)
    rules = rules.join(table[["from_stop_id", "to_stop_id"]])[~untimed]
    return _between_stops(rules, stops, feed), {"transfers_not_modelled": int(not_modelled.sum())}


def _between_stops(rules: pd.DataFrame, stops: pd.DataFrame, feed: Feed) -> pd.DataFrame:
    """Return rules with every station replaced by its stops, the narrowest rule for each pair."""
    members = _members(stops)
    for column in ("from_stop_id", "to_stop_id"):
        nowhere = ~rules[column].isin(members["id"])
        saying = "is neither a stop with a position nor a station with one; the row is left out"
        feed.faults.add_rows(
            FILE, rules.index[nowhere], shown_all(rules[column][nowhere], saying), "error", column=column
        )
        ends = members.rename(columns={"id": column, "stop": column[:-3], "wide": f"wide_{column}"})
        rules = rules.reset_index().merge(ends, on=column).set_index("row")
    rules["wide"] = rules["wide_from_stop_id"] + rules["wide_to_stop_id"]
    pair, what = ["from_stop", "to_stop"], ["transfer_type", "min_s"]
    rules = rules.reset_index().sort_values([*pair, "wide", "row"]).set_index("row")
    first = rules.groupby(pair)[["wide", *what]].transform("first")
    differs = (first["wide"] == rules["wide"]) & (first[what] != rules[what]).any(axis=1)
    saying = "another row says otherwise of the same stops; the first counts"
    feed.faults.add_rows(FILE, rules.index[differs].unique(), saying, "warning", column="transfer_type")
    rules = rules.drop_duplicates(pair).reset_index(drop=True)
    at_least = rules["transfer_type"] == AT_LEAST
    return pd.DataFrame(
        {
            "from_stop": rules["from_stop"].astype(np.int32),
            "to_stop": rules["to_stop"].astype(np.int32),
            "transfer_type": rules["transfer_type"].astype(np.int32),
            "min_s": rules["min_s"].astype("Int32").where(at_least),
        }
    )


def _members(stops: pd.DataFrame) -> pd.DataFrame:
    """Return which stops an id in transfers.txt stands for: ``id, stop, wide`` (1 where the id is a station's)."""
    position = np.arange(len(stops))
    own = pd.DataFrame({"id": stops.index, "stop": position, "wide": 0})
    stations = pd.DataFrame({"id": stops["station_id"].to_numpy(object), "stop": position, "wide": 1})
    stations = stations[~stations["id"].isin(stops.index)]
    return pd.concat([own, stations.astype({"id": "str"})], ignore_index=True)
