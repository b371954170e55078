"""A timetable as files: five tables as parquet, and what is small and said once as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd

from study.errors import DataError
from transport.timetable import Timetable

_TABLES = ("trips", "hops", "services", "transfers", "faults")


def write_timetable(timetable: Timetable, folder: Path) -> None:
    """Write a timetable into a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    timetable.stops.to_parquet(folder / "stops.parquet", compression="zstd")
    for name in _TABLES:
        getattr(timetable, name).to_parquet(folder / f"{name}.parquet", compression="zstd")
    said = {"timezone": timetable.timezone, "counts": timetable.counts}
    (folder / "timetable.json").write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")


def read_prepared_timetable(folder: Path) -> Timetable:
    """Read a timetable that `write_timetable` wrote.

    Raises
    ------
    DataError
        If a file is missing or broken.
    """
    try:
        said = json.loads((folder / "timetable.json").read_text("utf-8"))
        tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in _TABLES}
        stops = gpd.read_parquet(folder / "stops.parquet")
        return Timetable(stops=stops, timezone=said["timezone"], counts=said["counts"], **tables)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            "The prepared timetable cannot be read.",
            where=str(folder),
            do="Prepare the study area again: python -m prepare AREA --mirror FOLDER.",
        ) from error
