"""The command line of `python -m prepare`, and the one place its errors are caught."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from prepare.files import MirrorFiles
from prepare.report import Report
from prepare.run import prepare_area, step_count
from study.area import read_study_area, study_area_slugs
from study.errors import StrongPlacesError
from study.settings import prepared_folder

OK, FAILED, WRONG_ARGUMENTS, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command's arguments; the process's own by default.

    Returns
    -------
    int
        0 when the study area was prepared, 1 when a required table could not be made, 2 for wrong arguments,
        130 when it was stopped from the keyboard.
    """
    options = _parser().parse_args(arguments)
    report = Report()
    try:
        files = _files(options)
        if options.area not in study_area_slugs():
            choices = ", ".join(study_area_slugs()) or "none yet"
            raise _ArgumentsError(
                f"There is no study area called '{options.area[:40]}'.", do=f"Choose one of: {choices}."
            )
        return _prepare(options.area, files, report)
    except _ArgumentsError as error:
        report.fault(error)
        return WRONG_ARGUMENTS
    except StrongPlacesError as error:
        report.fault(error)
    except OSError as error:
        what = f"The data could not be written: {error.strerror or error}."
        report.fault(StrongPlacesError(what, where=str(error.filename or "")))
    except KeyboardInterrupt:
        report.fault(StrongPlacesError("Stopped. Earlier data, if any, is untouched."))
        return INTERRUPTED
    return FAILED


class _ArgumentsError(StrongPlacesError):
    """The command was called in a way that cannot work."""


def _prepare(slug: str, files: MirrorFiles, report: Report) -> int:
    area = read_study_area(slug)
    start = time.perf_counter()
    with report.progress(f"Preparing {area.name}", step_count()) as began:
        outcome = prepare_area(area, files, began=began)
    if not outcome.is_whole:
        report.failed(outcome)
        return FAILED
    report.written(outcome, prepared_folder(slug), seconds=time.perf_counter() - start)
    return OK


def _files(options: argparse.Namespace) -> MirrorFiles:
    if options.mirror is None:
        raise _ArgumentsError(
            "Downloading the source files is not built yet.",
            do=f"Name a folder that holds them: python -m prepare {options.area} --mirror FOLDER. "
            "data/sources.toml says under `file` where in it each one is looked for, and under `url` who "
            "offers it.",
        )
    try:
        return MirrorFiles(options.mirror)
    except StrongPlacesError as error:
        raise _ArgumentsError(error.what, where=error.where, do=error.do) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m prepare",
        description="Turn source files into the checked tables of one study area, which the map then uses.",
    )
    parser.add_argument("area", help=f"the study area: {', '.join(study_area_slugs()) or 'none yet'}")
    parser.add_argument(
        "--mirror", type=Path, metavar="FOLDER", help="read the source files from this folder, in place"
    )
    return parser
