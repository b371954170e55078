"""Tables for pages and routes: read once per version of the data, shared by all visitors, never changed."""

from __future__ import annotations

import threading
from functools import cached_property, lru_cache

import pandas as pd

from gaps.indicators import IndicatorValues, indicator_values
from gaps.walking import WalkingTimes
from layers.study_tables import StudyTables, data_version, read_study_tables
from study.area import StudyArea, read_study_area
from transport.streets import read_streets

# The first visitors of a cold server arrive together; one of them reads, the others wait for it.
_reading = threading.Lock()


class Study:
    """One study area as the pages use it: its tables and its walking times."""

    def __init__(self, tables: StudyTables) -> None:
        streets = read_streets(tables.streets_folder) if tables.streets_folder else None
        self.tables = tables
        self.area: StudyArea = tables.area
        self.walking = WalkingTimes(tables, streets)
        self._values = lru_cache(maxsize=512)(self._work_out)

    def values(self, indicator_id: str, *, by: str, asset_type: str, cutoff_min: int) -> IndicatorValues:
        """Return an indicator's values, worked out once for each set of choices.

        Choices that do not concern the indicator are set aside, so that they share one answer.
        """
        if indicator_id not in ("beyond", "minutes"):
            asset_type = ""
        if indicator_id != "beyond":
            cutoff_min = 0
        return self._values(indicator_id, by, asset_type, cutoff_min)

    def assets_by_name(self, mask: pd.Series) -> pd.Index:
        """Return the ids of the assets of a mask in the order of their names, those without a name last."""
        return self._all_by_name[mask.reindex(self._all_by_name).to_numpy()]

    @cached_property
    def _all_by_name(self) -> pd.Index:
        return self.tables.assets.sort_values(["asset_name", "type"], na_position="last").index

    def _work_out(self, indicator_id: str, by: str, asset_type: str, cutoff_min: int) -> IndicatorValues:
        return indicator_values(
            self.walking, indicator_id, by=by, asset_type=asset_type, cutoff_min=cutoff_min
        )


def study(slug: str) -> Study:
    """Return a study area, read anew only when its data on disk has changed.

    Raises
    ------
    ConfigError
        If there is no such study area.
    NotPreparedError
        If it has no data yet.
    """
    version = data_version(read_study_area(slug))
    with _reading:
        return _read(slug, version)


@lru_cache(maxsize=4)
def _read(slug: str, version: str) -> Study:
    return Study(read_study_tables(read_study_area(slug)))
