"""Tables for pages and routes: read once per version of the data, shared by all visitors, never changed."""

from __future__ import annotations

import gc
import threading
from functools import cached_property, lru_cache

import geopandas as gpd
import pandas as pd

from gaps.indicators import IndicatorValues, indicator_values
from gaps.reach import ReachTimes
from gaps.walking import WalkingTimes
from layers.study_tables import StudyTables, data_version, read_study_tables
from study.area import StudyArea, read_study_area
from study.settings import cache_folder
from study.words import _
from transport.journey import Journey
from transport.street_network import Mode, StreetNetwork
from transport.streets import has_streets, read_streets
from transport.timetable_files import read_prepared_timetable
from transport.transit import Transit

# The first visitors of a cold server arrive together; one of them reads, the others wait for it.
_reading = threading.Lock()


class Study:
    """One study area as the pages use it: its tables and its walking times."""

    def __init__(self, tables: StudyTables) -> None:
        self.tables = tables
        self.area: StudyArea = tables.area
        self.walk = self._streets("walk")
        self.walking = WalkingTimes(tables, self.walk)
        self._opening = threading.Lock()
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

    def _streets(self, mode: Mode) -> StreetNetwork | None:
        folder = self.tables.streets_folder
        return read_streets(folder, mode) if folder and has_streets(folder, mode) else None

    @property
    def transit(self) -> Transit | None:
        """Return public transport, where there is a timetable and streets to walk to its stops."""
        return self.reach.transit

    def _open_transit(self) -> Transit | None:
        if self.tables.timetable_folder is None or self.walk is None or self.area.timetable is None:
            return None
        return Transit(
            read_prepared_timetable(self.tables.timetable_folder),
            self.tables.resident_points,
            self.walk,
            fingerprint=self.tables.fingerprint,
            cache=cache_folder(self.area.slug),
        )

    @property
    def reach(self) -> ReachTimes:
        """Return the travel times of this place; opened by the first who asks, while others wait."""
        with self._opening:
            return self._reach

    @cached_property
    def _reach(self) -> ReachTimes:
        return ReachTimes(
            self.tables, walk=self.walk, cycle=self._streets("cycle"), transit=self._open_transit()
        )

    def no_timetable(self) -> str:
        """Say why this place cannot be asked about public transport."""
        return _(self.reach.no_transit())

    def timetable_settings(self, journey: Journey) -> dict[str, str]:
        """Return what a file must say of the timetable an answer rests on."""
        status = self.reach.status(journey)
        if status is None:
            return {}
        partial = _("partial timetable: demonstration only") if status.is_partial else _("whole")
        return {"timetable": partial}

    def assets_in(self, places: gpd.GeoDataFrame) -> pd.Series:
        """Return which assets are among some places."""
        assets = self.tables.assets
        return pd.Series(assets.index.isin(places.index), index=assets.index)

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
    read = Study(read_study_tables(read_study_area(slug)))
    # Streamlit collects garbage after every run of a page, and all visitors wait while it looks through everything
    # that was ever read: a fifth of a second. What stays for good is set aside from that.
    gc.collect()
    gc.freeze()
    return read
