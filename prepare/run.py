"""Preparing one study area: every table made or its reason known, then all written at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from prepare.display import write_display
from prepare.files import FileSource
from prepare.made import Made
from prepare.manifest import write_manifest
from prepare.recipe import STEPS, Step
from prepare.swap import making_folder, sole_preparation
from prepare.workshop import Workshop
from study.area import StudyArea
from study.errors import ConfigError, DataError, StrongPlacesError
from transport.street_warm_up import compile_streets
from transport.streets import write_streets
from transport.timetable_files import write_timetable
from transport.warm_up import compile_scans

WRITING = "Writing"


@dataclass
class Outcome:
    """What came of preparing a study area.

    Attributes
    ----------
    shop : Workshop
        The study area and its tables.
    failures : dict of str to StrongPlacesError
        Required tables that could not be made, by their label.
    faults : dict of str to StrongPlacesError
        Optional tables that could not be made, by their label.
    missing : dict of str to str
        Layer -> why this place does not have it, in a sentence for the map.
    display_bytes : dict of str to int
        Size of each file of shapes for the map.
    """

    shop: Workshop
    failures: dict[str, StrongPlacesError] = field(default_factory=dict)
    faults: dict[str, StrongPlacesError] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    display_bytes: dict[str, int] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether every required table was made."""
        return not self.failures


def prepare_area(area: StudyArea, files: FileSource, *, began: Callable[[str], None]) -> Outcome:
    """Prepare a study area, and swap the result in if every required table could be made.

    All tables are tried before giving up, so that every fault is known after one run.

    Parameters
    ----------
    area : StudyArea
        The place.
    files : FileSource
        Where its source files come from.
    began : callable
        Told the name of each step as it begins (`step_count` of them).

    Returns
    -------
    Outcome
        With `failures`, in which case nothing was written, or without.

    Raises
    ------
    StrongPlacesError
        If another process is preparing the same study area.
    OSError
        If the result cannot be written.
    """
    with sole_preparation(area.slug):
        outcome = make_tables(area, files, began=began)
        if outcome.is_whole:
            began(WRITING)
            with making_folder(area.slug) as folder:
                outcome.display_bytes = write_tables(outcome, folder)
            if outcome.shop.networks is not None:
                # Numba keeps what it compiles beside the program, so that no visitor waits for it.
                compile_streets()
                compile_scans()
    return outcome


def step_count() -> int:
    """Return how many steps `prepare_area` announces."""
    return len(STEPS) + 1


def make_tables(area: StudyArea, files: FileSource, *, began: Callable[[str], None]) -> Outcome:
    """Make every table that can be made, and say why of the others; nothing is written.

    Parameters
    ----------
    area : StudyArea
        The place.
    files : FileSource
        Where its source files come from.
    began : callable
        Told the name of each step as it begins.
    """
    outcome = Outcome(Workshop(area, files))
    for step in STEPS:
        began(step.label)
        if step.table in area.not_here:
            continue
        try:
            outcome.shop.made[step.table] = _make(step, outcome.shop)
        except StrongPlacesError as error:
            _record(step, error, outcome)
    return outcome


def _make(step: Step, shop: Workshop) -> Made:
    key = step.source_key(shop.area)
    if key is None:
        raise ConfigError(
            f"The study area names no source for '{step.table}'.",
            where=f"the file of the study area '{shop.area.slug}'",
            do="Add it under [tables], or say under [not_here] why this place has none.",
        )
    absent = [name for name in step.needs if name not in shop.made]
    if absent:
        raise DataError(
            f"It is made from {' and '.join(repr(a) for a in absent)}, which could not be made.",
            do="Correct the fault named there first.",
        )
    try:
        return step.make(shop, key)
    except OSError as error:
        raise DataError(
            f"A file cannot be read: {error.strerror or error}.", where=str(error.filename or "")
        ) from error


def _record(step: Step, error: StrongPlacesError, outcome: Outcome) -> None:
    area = outcome.shop.area
    if step.is_required(area):
        outcome.failures[step.label] = error
    elif step.source_key(area) is not None:
        outcome.faults[step.label] = error
        outcome.missing[step.table] = (
            f"{step.label}: it could not be made when the data for {area.name} was prepared."
        )
    elif step.expected:
        # Not every place has every source: nothing is wrong, but the map says so.
        outcome.missing[step.table] = f"{step.label}: no source of it is known for {area.name}."


def write_tables(outcome: Outcome, folder: Path) -> dict[str, int]:
    """Write all tables, the street networks, the timetable, the shapes for the map and the manifest.

    Parameters
    ----------
    outcome : Outcome
        From `make_tables`.
    folder : Path
        An empty folder.

    Returns
    -------
    dict of str to int
        Size in bytes of each file of shapes for the map.
    """
    shop = outcome.shop
    for name, made in shop.made.items():
        made.table.to_parquet(folder / f"{name}.parquet", index=True)
    for network in shop.networks or ():
        if network is not None:
            write_streets(network, folder / "streets")
    if shop.timetable is not None:
        write_timetable(shop.timetable, folder / "timetable")
    sizes = write_display({name: made.table for name, made in shop.made.items()}, folder / "display")
    write_manifest(shop, folder, missing=outcome.missing)
    return sizes
