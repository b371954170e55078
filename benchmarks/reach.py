"""How fast the reach engine is: ``python -m benchmarks.reach [--json] [--quick] [--size leeds] [--city FOLDER]``.

Makes up a city (`benchmarks.city`), asks it what people ask, checks the answers, and asks other programs the same on
the same data where they are installed (requirements-benchmarks.txt). Times waver with the machine and its other work;
ratios to a peer measured in the same minutes waver less.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import reach_peers as peers
from benchmarks.city import SLUG, STREETS
from benchmarks.city_plan import SIZES
from benchmarks.machine import machine, versions
from benchmarks.reach_city import make_files, read_city
from benchmarks.reach_growth import growth
from benchmarks.reach_questions import WrongAnswerError, isochrones, one_more, transit
from benchmarks.results import Measured, fact_line, fact_text, json_line, ratio_lines, results_table
from study.settings import REPOSITORY

OK, FAILED, INTERRUPTED = 0, 1, 130
PACKAGES = ("numpy", "scipy", "numba", "shapely", "geopandas", "osmium", "pandana", "osmnx", "ferrobus")
NEWPORT = Path("newport") / "newport_2023-06-13.osm.pbf"
AT_MOST_GB = 1.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command's arguments; the process's own by default.

    Returns
    -------
    int
        0 when all was measured (fast or not) and every answer was right, 1 otherwise, 130 when it was stopped.
        What was measured until then is printed in any case.
    """
    options = _parser().parse_args(arguments)
    results: list[Measured] = []
    try:
        for found in _run(options):
            results.append(found)
            print(
                json_line(found) if options.json else f"  {found.title}: {found.median:,.3g} {found.unit}",
                flush=True,
            )
    except (WrongAnswerError, AssertionError, OSError) as error:
        print(f"The measurement broke off. {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    finally:
        for line in ratio_lines(results) if options.json else ["", results_table(results)] if results else []:
            print(line, flush=True)
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reach", description="Measure the reach engine on a made-up city."
    )
    named = os.environ.get("STRONG_PLACES_MIRROR")
    parser.add_argument("--json", action="store_true", help="print one line of JSON for each result")
    parser.add_argument(
        "--quick", action="store_true", help="the small city, once: to try the benchmark itself"
    )
    parser.add_argument("--size", choices=sorted(SIZES), default="leeds", help="default: %(default)s")
    parser.add_argument(
        "--city", type=Path, metavar="FOLDER", help="a city that benchmarks.city has written already"
    )
    parser.add_argument(
        "--mirror",
        type=Path,
        metavar="FOLDER",
        default=Path(named) if named else REPOSITORY.parent / "shared" / "mirror",
        help="the folder of source files that holds Newport's streets (default: %(default)s)",
    )
    return parser


def _run(options: argparse.Namespace) -> Iterator[Measured]:
    """Measure everything, yielding each result as it is known."""
    runs = 1 if options.quick else 7
    size = "small" if options.quick else options.size
    _tell(options, "machine", machine())
    _tell(options, "versions", versions(PACKAGES, with_browser=False))
    for package in ("pandana", "osmnx", "ferrobus"):
        if not peers.is_here(package):
            _tell(options, "skipped", {package: "not installed (requirements-benchmarks.txt)"})
    with ExitStack() as stack:
        folder = options.city
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="strong-places-")))
            yield Measured("make", f"Making up the city ({size})", "s", (make_files(folder, size),))
        city = read_city(folder)
        _tell(options, "data", city.sizes())
        for name, took_s in city.took_s.items():
            yield Measured(
                f"ready_{name}", f"Getting ready, once, compiling included: {name}", "s", (took_s,)
            )
        yield from transit(city, runs)
        yield from one_more(city, runs)
        yield from isochrones(city, runs)
        if not options.quick:
            yield from growth(city, 3)
        # Before other programs take memory of their own.
        peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        yield Measured(
            "memory", "Most memory held, all of the above", "GB", (peak_gb,), target=AT_MOST_GB, by_worst=True
        )
        yield from peers.walking(city, runs)
        newport = options.mirror / NEWPORT
        if newport.is_file() and not options.quick:
            yield from peers.streets(newport, "Newport", runs)
        else:
            _tell(
                options,
                "skipped",
                {"Newport": "quick, or no folder of source files: the made-up city's streets instead"},
            )
            yield from peers.streets(folder / SLUG / STREETS, "the made-up city", runs)
        sample = {"origins": 3, "departures": 2} if options.quick else {"origins": 24, "departures": 6}
        yield from peers.riding(city, runs, **sample)
    _tell(options, "load after", {"load": round(os.getloadavg()[0], 2)})


def _tell(options: argparse.Namespace, kind: str, facts: dict[str, object]) -> None:
    print(fact_line(kind, facts) if options.json else fact_text(kind, facts), flush=True)


if __name__ == "__main__":
    sys.exit(main())
