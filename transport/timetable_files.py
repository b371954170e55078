"""Keep a timetable as files, and read it back: parquet tables and a small JSON file beside them."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from study.crs import require_metres
from study.errors import DataError, NotPreparedError
from transport.timetable import Timetable

FORMAT = 1
ABOUT = "timetable.json"
COLUMNS = {
    "stops": ("stop_name", "station_id", "feed", "geometry"),
    "trips": (
        *("trip_id", "feed", "route_id", "route_name", "route_type", "operator", "service_id"),
        *("direction_id", "headsign", "timing", "goes_on_after_s"),
    ),
    "hops": (
        *("trip", "sequence", "from_stop", "to_stop", "departure_s", "arrival_s"),
        *("can_board", "can_alight"),
    ),
    "services": ("service_id", "date"),
    "transfers": ("from_stop", "to_stop", "transfer_type", "min_s"),
    "faults": ("feed", "file", "row", "column", "fault", "severity"),
}


def write_timetable(timetable: Timetable, folder: Path) -> None:
    """Write a timetable into a folder, which is made if it is not there.

    Parameters
    ----------
    timetable : Timetable
        From `transport.timetable.read_timetable`.
    folder : Path
        Gets one parquet file for each table, and `ABOUT` last.

    Raises
    ------
    DataError
        If its tables do not fit together.
    """
    _require_whole(timetable, where=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    for name in COLUMNS:
        getattr(timetable, name).to_parquet(folder / f"{name}.parquet")
    about = {"format": FORMAT, "timezone": timetable.timezone, "counts": timetable.counts}
    (folder / ABOUT).write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", "utf-8")


def read_prepared_timetable(folder: Path) -> Timetable:
    """Read a timetable that `write_timetable` wrote.

    Raises
    ------
    NotPreparedError
        If the folder does not hold one, or one of another format.
    DataError
        If a file is spoilt, or the tables do not fit together.
    """
    missing = [name for name in (ABOUT, *(f"{n}.parquet" for n in COLUMNS)) if not (folder / name).is_file()]
    if missing:
        raise NotPreparedError(
            f"There is no prepared timetable here: {', '.join(missing)} missing.",
            where=str(folder),
            do="Prepare the study area again.",
        )
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in COLUMNS if name != "stops"}
        stops = gpd.read_parquet(folder / "stops.parquet")
        written_as, timezone, counts = about["format"], about["timezone"], about["counts"]
    except (ValueError, KeyError, TypeError, OSError, pa.ArrowException) as error:
        raise DataError(
            f"The prepared timetable cannot be read: {error}",
            where=str(folder),
            do="Prepare the study area again.",
        ) from error
    if written_as != FORMAT:
        raise NotPreparedError(
            f"The prepared timetable is of format {written_as}; this version reads {FORMAT}.",
            where=str(folder),
            do="Prepare the study area again.",
        )
    # Parquet keeps no whole seconds and hands back thousandths.
    if "date" in tables["services"]:
        tables["services"]["date"] = tables["services"]["date"].astype("datetime64[s]")
    timetable = Timetable(stops=stops, timezone=timezone, counts=counts, **tables)
    _require_whole(timetable, where=str(folder))
    return timetable


def _require_whole(timetable: Timetable, *, where: str) -> None:
    """Raise unless every table has its columns and every position is one of the table it points into."""
    faults = [
        f"{name}: column {column} is missing"
        for name, columns in COLUMNS.items()
        for column in columns
        if column not in getattr(timetable, name)
    ]
    if not faults:
        require_metres(timetable.stops, name="table of stops")
        faults = _misfits(timetable)
    if faults:
        raise DataError(
            f"The timetable does not hold together: {'; '.join(faults)}.",
            where=where,
            do="Prepare the study area again.",
        )


def _misfits(timetable: Timetable) -> list[str]:
    hops, stops, trips = timetable.hops, len(timetable.stops), len(timetable.trips)
    faults = [
        f"{name}.{column} points beyond its table"
        for name, table, column, count in (
            ("hops", hops, "trip", trips),
            ("hops", hops, "from_stop", stops),
            ("hops", hops, "to_stop", stops),
            ("transfers", timetable.transfers, "from_stop", stops),
            ("transfers", timetable.transfers, "to_stop", stops),
        )
        if len(table) and not (table[column].min() >= 0 and table[column].max() < count)
    ]
    if (hops["arrival_s"] < hops["departure_s"]).any():
        faults.append("a hop arrives before it departs")
    if (np.diff(hops["trip"]) < 0).any():
        faults.append("the hops are not sorted by trip")
    if not timetable.stops.index.is_unique:
        faults.append("a stop is there twice")
    return faults
