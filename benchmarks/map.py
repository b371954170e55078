"""How fast the map is: ``python -m benchmarks.map [--json] [--mirror FOLDER] [--quick]``.

Prepares Leeds from the mirror, starts the real app and the peer (the same map made the usual way), and measures both
in the same browser in turn. Times waver with the machine and its other work; the ratio to the peer wavers less.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Error as BrowserError

from benchmarks import stages
from benchmarks.browser import browsing
from benchmarks.machine import chromium, data_sizes, machine, versions
from benchmarks.measures import Side, warm
from benchmarks.results import (
    OURS,
    PEER,
    Measured,
    fact_line,
    fact_text,
    json_line,
    ratio_lines,
    results_table,
)
from benchmarks.servers import BenchmarkError, prepare, serving
from study.settings import REPOSITORY

OK, FAILED, WRONG_ARGUMENTS, INTERRUPTED = 0, 1, 2, 130
SLUG = "leeds"
SCRIPTS = {OURS: REPOSITORY / "app.py", PEER: REPOSITORY / "benchmarks" / "peer_app.py"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command's arguments; the process's own by default.

    Returns
    -------
    int
        0 when all was measured (fast or not), 1 when it could not be, 2 for wrong arguments, 130 when it was
        stopped. What was measured until then is printed in any case.
    """
    options = _parser().parse_args(arguments)
    missing = _missing(options.mirror)
    if missing:
        print("\n".join(missing), file=sys.stderr)
        return WRONG_ARGUMENTS
    results: list[Measured] = []
    try:
        for found in _run(options, stages.QUICK if options.quick else stages.Plan()):
            results.append(found)
            if options.json:
                print(json_line(found), flush=True)
    except (BenchmarkError, BrowserError, OSError) as error:
        print(f"The measurement broke off. {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED
    finally:
        if results:
            print("\n".join(ratio_lines(results)) if options.json else results_table(results), flush=True)
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.map",
        description="Measure the map of Leeds in a real browser, beside the same map made the usual way.",
    )
    named = os.environ.get("STRONG_PLACES_MIRROR")
    parser.add_argument("--json", action="store_true", help="print one line of JSON for each result")
    parser.add_argument(
        "--quick", action="store_true", help="measure everything once: to try the benchmark itself"
    )
    parser.add_argument(
        "--mirror",
        type=Path,
        metavar="FOLDER",
        default=Path(named) if named else REPOSITORY.parent / "shared" / "mirror",
        help="the folder of source files (default: %(default)s)",
    )
    return parser


def _missing(mirror: Path) -> list[str]:
    """Return what the run needs and does not find here, in sentences."""
    missing = []
    if not mirror.is_dir():
        missing.append(f"There is no folder of source files at {mirror}. Name it: --mirror FOLDER.")
    if chromium() is None:
        missing.append("There is no Chromium here. Install it, or name it in the environment as CHROMIUM.")
    return missing


def _run(options: argparse.Namespace, plan: stages.Plan) -> Iterator[Measured]:
    """Measure everything, yielding each result as it is known."""
    _tell(options, "machine", machine())
    _tell(options, "versions", versions())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="strong-places-")))
        stages.say("preparing Leeds")
        took = prepare(SLUG, mirror=options.mirror.resolve(), data=folder, log=folder / "prepare.log")
        yield Measured("prepare", "prepare leeds --mirror", "s", (took,), target=60)
        _tell(options, "data", data_sizes(folder / "prepared" / SLUG))
        sides = []
        for name, script in SCRIPTS.items():
            running = stack.enter_context(serving(name, script, data=folder, log=folder / f"{name}.log"))
            sides.append(Side(name, running, stages.VIEWS[name]))
        layers = dict(list(stages.LAYERS.items())[: plan.layers])
        for side in sides:
            stages.say(f"warming {side.name}")
            warm(side, layers)
        browser = stack.enter_context(browsing())
        yield from stages.openings(browser, sides, plan)
        for side in sides:
            yield from stages.layers(browser, side, layers, plan)
            yield from stages.wire(browser, side, next(iter(layers.values())))
        for side in sides:
            yield from stages.server(side, plan)


def _tell(options: argparse.Namespace, kind: str, facts: dict[str, object]) -> None:
    print(fact_line(kind, facts) if options.json else fact_text(kind, facts), flush=True)


if __name__ == "__main__":
    # Whoever ends this ends the servers it has started as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
