"""What the steps share while one study area is prepared."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from layers.categories import AssetRules, read_asset_rules
from prepare.features import feature_keys, is_wanted
from prepare.files import FileSource
from prepare.made import Made
from prepare.openstreetmap import read_features
from study.area import StudyArea, TableSource
from study.errors import ConfigError
from transport.streets import StreetNetworks
from transport.timetable import Timetable


@dataclass
class Workshop:
    """The study area, where its files come from, and what has been made so far.

    Attributes
    ----------
    area : StudyArea
        The place.
    files : FileSource
        Where its source files come from.
    rules : AssetRules
        Which tagged places are assets.
    made : dict of str to Made
        Tables by name.
    used : dict of str to Path
        The files read, by dataset.
    networks : StreetNetworks or None
        The networks for walking and cycling, once read.
    timetable : Timetable or None
        The timetable, once read.
    """

    area: StudyArea
    files: FileSource
    rules: AssetRules = field(default_factory=read_asset_rules)
    made: dict[str, Made] = field(default_factory=dict)
    used: dict[str, Path] = field(default_factory=dict)
    networks: StreetNetworks | None = None
    timetable: Timetable | None = None
    _features: dict[Path, gpd.GeoDataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table made by an earlier step."""
        return self.made[name].table

    def entry(self, name: str, needed: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> TableSource:
        """Return the source of a table, its columns checked.

        Raises
        ------
        ConfigError
            If a column we need is not named, or one is named that the table does not have.
        """
        if name not in self.area.tables:
            raise ConfigError(
                f"The study area names no source for '{name}'.",
                where=f"the file of the study area '{self.area.slug}'",
                do="Add it under [tables].",
            )
        entry = self.area.tables[name]
        absent = [c for c in needed if c not in entry.columns]
        strange = [c for c in entry.columns if c not in (*needed, *optional)]
        if absent or strange:
            said = [f"needs {c}" for c in absent] + [f"does not know {c}" for c in strange]
            raise ConfigError(
                f"The columns of the table '{name}' are not stated well: it " + ", ".join(said) + ".",
                where=f"tables.{name}.columns in the file of the study area '{self.area.slug}'",
                do="Write each as our column name = the publisher's.",
            )
        return entry

    def file(self, name: str) -> Path:
        """Return the source file of a table, and remember that it was used."""
        source = self.area.tables[name].source
        path = self.files.path_of(source, slug=self.area.slug)
        self.used[source] = path
        return path

    def further_file(self, source: str) -> Path:
        """Return a source file that no table is named after, and remember that it was used."""
        path = self.files.path_of(source, slug=self.area.slug)
        self.used[source] = path
        return path

    def features(self, name: str) -> gpd.GeoDataFrame:
        """Return the OpenStreetMap objects of a table's source; each file is read once for all tables."""
        path = self.file(name)
        if path not in self._features:
            self._features[path] = read_features(
                path,
                keys=feature_keys(self.rules),
                wanted=lambda osm_id, tags: is_wanted(osm_id, tags, self.rules),
                crs=self.area.crs,
            )
        return self._features[path]
