"""A made-up city: ``python -m benchmarks.city FOLDER [--size small|leeds]``.

Writes ``FOLDER/madeup``: the source files of the study area `madeup`, as ``python -m prepare madeup --mirror FOLDER``
reads them. Nothing of it is real; the same size gives the same city every time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.city_areas import write_areas
from benchmarks.city_lines import lines_of
from benchmarks.city_plan import SIZES, Size, plan_of
from benchmarks.city_streets import write_extract
from benchmarks.city_timetable import feed_of, write_feed

SLUG = "madeup"
STREETS, TIMETABLE = "madeup.osm.pbf", "timetable.zip"


def write_city(folder: Path, size: Size = SIZES["small"]) -> Path:
    """Write a made-up city's source files.

    Parameters
    ----------
    folder : Path
        What is then given to ``--mirror``.
    size : Size
        One of `benchmarks.city_plan.SIZES`.

    Returns
    -------
    Path
        ``folder/madeup``.
    """
    own = folder / SLUG
    own.mkdir(parents=True, exist_ok=True)
    plan = plan_of(size)
    feed = feed_of(plan, lines_of(plan))
    # Buses and trains stop on either side: one sign each for the map.
    stops = [(row.stop_name, row.x, row.y, row.is_rail) for row in feed.stops.itertuples()]
    write_extract(plan, stops, own / STREETS)
    write_areas(plan, own)
    write_feed(feed, own / TIMETABLE)
    return own


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.city", description="Make up a city.")
    parser.add_argument("folder", type=Path, help="where to write; then give it to prepare as --mirror")
    parser.add_argument("--size", choices=sorted(SIZES), default="leeds", help="default: %(default)s")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    own = write_city(options.folder, SIZES[options.size])
    for path in sorted(own.iterdir()):
        print(f"{path.name:18} {path.stat().st_size / 1e6:8.1f} MB")
    print(f"Written to {own} in {time.perf_counter() - began:.0f} s.")
    print(f"Next: python -m prepare {SLUG} --mirror {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
