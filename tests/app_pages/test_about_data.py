"""About the data: the cautions first, then every dataset in use, then every method with the program's own numbers."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app_pages._tables import Study
from study.methods import read_methods
from study.settings import REPOSITORY
from study.sources import read_sources
from study.tables import DOMAINS
from tests.app_pages.visit import Visit, plain
from transport.streets import network_of, write_streets

EARLIER = """
[tables.deprivation_2019]
source = "mhclg_imd_2019"
release = 2019

[tables.lookup]
source = "ons_lookup_lsoa21_ward25"
"""
# Three small areas in decile 1, one in decile 2, two in decile 10.
DECILES_2019 = [1, 1, 1, 2, 10, 10]
# A crossing of four streets of 300 m in the middle of Toytown, without a bend: four pieces.
MIDDLE = (403_000, 401_000)
ENDS = [(403_300, 401_000), (402_700, 401_000), (403_000, 401_300), (403_000, 400_700)]
PAGE = REPOSITORY / "app_pages" / "about_data.py"


def about(visit: Visit, *, trouble: bool = False, **query: str) -> Visit:
    """Open the page by itself, without the first view's walking times before it."""
    visit.app = AppTest.from_file(PAGE, default_timeout=120)
    return visit.link(trouble=trouble, **query)


def datasets(visit: Visit) -> pd.DataFrame:
    return visit.table("datasets").rows()


def expander(visit: Visit, title: str) -> str:
    """Return the markup in one dataset's expander."""
    (found,) = [e for e in visit.app.expander if e.label == title]
    return " ".join(e.proto.body for e in found.get("html"))


@dataclass
class Town:
    """Toytown as prepared, with more in its folder."""

    folder: Path
    use: Callable[[Path], None]
    entries: dict[str, dict] = field(default_factory=dict)

    def open(self, **manifest: object) -> Visit:
        path = self.folder / "prepared" / "toytown" / "manifest.json"
        record = json.loads(path.read_text("utf-8")) | manifest
        record["tables"] |= self.entries
        path.write_text(json.dumps(record), "utf-8")
        self.use(self.folder)
        return about(Visit())

    def add(self, name: str, table: pd.DataFrame, source: str) -> None:
        table.to_parquet(self.folder / "prepared" / "toytown" / f"{name}.parquet")
        self.entries[name] = {"source": source}


@pytest.fixture
def town_folder(toytown_on_disk: Path, tmp_path: Path, use_town: Callable[[Path], None]) -> Town:
    """A copy of Toytown on disk, whose file also names an earlier release and a lookup."""
    folder = shutil.copytree(toytown_on_disk, tmp_path / "town")
    with (folder / "study_areas" / "toytown.toml").open("a", encoding="utf-8") as file:
        file.write(EARLIER)
    return Town(folder, use_town)


def release_2019() -> pd.DataFrame:
    codes = pd.Index([f"E0100000{i}" for i in range(1, 7)], name="lsoa_code")
    deciles = {f"{domain}_decile": DECILES_2019 for domain in DOMAINS}
    return pd.DataFrame({"imd_rank": range(1, 7), **deciles}, index=codes)


def test_the_page_stands_in_the_menu(in_toytown: Visit) -> None:
    in_toytown.open("home").app.switch_page("about_data.py")
    in_toytown.run()
    assert in_toytown.headings[0] == "What does this map know, and what not?"
    assert "What is missing in Toytown?" in in_toytown.headings


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """The page for the preview of Leeds, drawn once for the tests that only look at it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRONG_PLACES_DATA", str(tmp_path_factory.mktemp("nothing-prepared")))
        for name in ("STRONG_PLACES_AREA", "STRONG_PLACES_STUDY_AREAS"):
            patch.delenv(name, raising=False)
        return about(Visit())


# ---- what to know first ------------------------------------------------------------------------------------------
def test_the_cautions_stand_first(shown: Visit) -> None:
    assert shown.headings[0] == "What does this map know, and what not?"
    assert shown.headline.startswith("Not on the map is not the same as not there.")
    at = [shown.words.index(caution.title) for caution in read_methods().caution]
    assert at == sorted(at)
    assert at[-1] < shown.words.index("On this page")


def test_links_down_the_page_lead_to_headings(shown: Visit) -> None:
    wanted = re.findall(r'href="#(\w+)"', " ".join(shown.html))
    anchors = [h.proto.anchor for h in (*shown.app.header, *shown.app.subheader)]
    assert len(wanted) == 4
    assert set(wanted) <= set(anchors)
    assert len(anchors) == len(set(anchors))


# ---- which data, and what is missing -----------------------------------------------------------------------------
def test_the_preview_says_that_it_is_one_and_how_to_replace_it(shown: Visit) -> None:
    assert "This is the preview of Leeds" in shown.words
    assert "python -m prepare leeds --mirror FOLDER" in shown.words
    assert re.search(r"Version [0-9a-f]{16}\.", shown.words)
    assert shown.line == "Leeds"


def test_the_preview_says_what_it_lacks(shown: Visit) -> None:
    assert "The preview has no broadband indicator; preparing the area adds it." in shown.words
    (types,) = re.findall(r"Not collected here, or only in part: ([^.]*)\.", shown.words)
    # Green spaces are shapes in the preview, not assets: they are there.
    assert set(types.split(", ")) == {
        "Education",
        "Play",
        "Heritage",
        "Food and everyday shops",
        "Third places",
        "Transport",
        "Everyday enablers",
    }
    assert "Not in this data: Streets (pieces), Stops and stations, Water, Timetable (stops)." in shown.words
    assert "Without streets, every walking time is an estimate." in shown.words


def test_prepared_data_says_so_and_the_day(town_folder: Town) -> None:
    visit = town_folder.open(made_at="2026-11-05T23:50:15+00:00")
    assert "prepared from the publishers' own files on 5 November 2026." in visit.words
    assert "preview of" not in visit.words


@pytest.mark.parametrize("made_at", [None, "yesterday"])
def test_a_record_without_a_day_is_no_trouble(town_folder: Town, made_at: str | None) -> None:
    visit = town_folder.open(**({"made_at": made_at} if made_at else {}))
    assert "prepared from the publishers' own files. Version" in visit.words


def test_why_a_layer_is_missing_is_said_as_text(town_folder: Town) -> None:
    visit = town_folder.open(missing={"stops": "Stops: no <b>source</b> of it is known."})
    assert "&lt;b&gt;source&lt;/b&gt; of it is known." in " ".join(visit.html)
    assert (
        "Not in this data: Streets (pieces), Water, Timetable (stops)." in visit.words
    )  # stops were explained


def test_a_place_without_data_names_the_command(visit: Visit) -> None:
    about(visit, area="newport", trouble=True)
    assert visit.errors == ["The data for Newport has not been prepared on this machine yet."]
    assert any("python -m prepare newport --mirror FOLDER" in text for text in visit.texts)
    assert visit.tables() == []


def test_choosing_a_place_writes_it_into_the_link(visit: Visit) -> None:
    about(visit).choose("area", "newport", trouble=True)
    assert visit.query == {"area": "newport"}
    assert "What is missing in Leeds?" not in visit.headings


# ---- datasets ----------------------------------------------------------------------------------------------------
def test_every_dataset_of_the_preview_with_its_rows(shown: Visit, leeds: Study) -> None:
    table = datasets(shown)
    assert table["Rows"].to_dict() == {
        "Wards": 33,
        "Small areas (LSOAs)": 488,
        "Small areas to wards": 488,
        "Residents": 488,
        "Points where residents live": len(leeds.tables.resident_points),
        "Community places": len(leeds.tables.assets),  # of 1,089, those that may be shown
        "Green space": 268,
        "Deprivation": 488,
        "Connectivity": 488,
    }
    assert table.loc["Community places", "From when"] == "mid-2023"
    assert table.loc["Community places", "Licence"] == "Open Database Licence (ODbL) 1.0"
    assert table.loc["Wards", "Publisher"] == "Office for National Statistics"
    assert table.loc["Deprivation", "Dataset"] == "English Indices of Deprivation 2025 (File 7)"
    assert table.notna().all(axis=None)


def test_each_dataset_says_whose_it_is_and_what_to_beware_of(shown: Visit) -> None:
    titles = {e.label for e in shown.app.expander}
    assert titles == set(datasets(shown)["Dataset"])
    for source in read_sources().values():
        if source.title not in titles:
            continue
        markup = expander(shown, source.title)
        for words in (source.publisher, source.vintage, source.licence, source.attribution, *source.caveats):
            assert html.escape(words) in markup
        assert f'href="{source.licence_url}"' in markup
        assert f'href="{source.url}"' in markup
    assert not [title for title in titles if "Newport" in title]


def test_a_dataset_of_two_tables_stands_once_with_both(shown: Visit) -> None:
    text = plain(expander(shown, "OpenStreetMap: community places and green space (preview of Leeds)"))
    assert re.search(r"Rows used here: Community places: 1,0\d\d · Green space: 268\b", text)


def test_toytown_has_its_own_rows(town_folder: Town) -> None:
    table = datasets(town_folder.open())
    assert table["Rows"].to_dict() == {
        "Wards": 3,
        "Small areas (LSOAs)": 6,
        "Small areas to wards": 6,
        "Residents": 6,
        "Points where residents live": 11,
        "Community places": 15,
        "Green space": 3,
        "Deprivation": 6,
        "Connectivity": 6,
        "Broadband": 6,
    }
    assert table.loc["Small areas to wards", "Dataset"] == "Best-fit lookup from LSOAs to wards"


def test_middles_of_small_areas_are_a_dataset_where_one_is_used(town_folder: Town) -> None:
    toml = town_folder.folder / "study_areas" / "toytown.toml"
    more = '\n[tables.weighted_centroids]\nsource = "ons_lsoas_2021"\n'
    toml.write_text(toml.read_text("utf-8") + more, "utf-8")
    points = gpd.read_parquet(town_folder.folder / "prepared" / "toytown" / "resident_points.parquet")
    basis = ["weighted centroid", "weighted centroid", *["postcodes"] * 9]
    town_folder.add("resident_points", points.assign(point_basis=basis), "onspd_qlac")
    table = datasets(town_folder.open())
    assert table.loc["Middles of small areas without postcodes", "Rows"] == 2


def test_streets_are_counted_in_pieces(town_folder: Town) -> None:
    network = network_of(np.array([[MIDDLE, end] for end in ENDS], dtype=float), crs="EPSG:27700")
    write_streets(network, town_folder.folder / "prepared" / "toytown" / "streets")
    town_folder.entries["street_lines"] = {"source": "osm_leeds_mirror", "notes": ["A few live by a street."]}
    visit = town_folder.open()
    assert datasets(visit).loc["Streets (pieces)", "Rows"] == 4
    assert "every walking time is an estimate" not in visit.words
    (missing,) = [
        h for h in visit.html if "A few live by a street." in h and "<li>" in h and "Beware" not in h
    ]
    assert "is in no dataset" in missing


def test_notes_of_preparing_stand_with_their_dataset_as_text(town_folder: Town) -> None:
    assets = {"source": "osm_leeds_preview", "notes": ["7 have <i>no</i> name."]}
    green = {"source": "osm_leeds_preview", "notes": ["2 were too small."]}
    town_folder.entries |= {"assets": assets, "green_space": green}
    markup = expander(
        town_folder.open(), "OpenStreetMap: community places and green space (preview of Leeds)"
    )
    assert "<li>Community places: 7 have &lt;i&gt;no&lt;/i&gt; name.</li>" in markup
    assert "<li>Green space: 2 were too small.</li>" in markup


# ---- the earlier release -----------------------------------------------------------------------------------------
def test_the_release_of_2019_is_counted_by_itself(town_folder: Town) -> None:
    town_folder.add("deprivation_2019", release_2019(), "mhclg_imd_2019")
    visit = town_folder.open()
    table = visit.table("earlier")
    assert table.labels == ["IMD 2019 decile", "Small areas"]
    assert table.column("Small areas") == [3, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert table.column("IMD 2019 decile")[0] == "1 (most deprived)"
    assert table.caption == "The 6 small areas of Toytown by decile"
    assert "Deprivation in 2019, by itself" in visit.headings
    assert "It must never be compared with another release." in visit.words
    assert "English Indices of Deprivation 2019 (File 7)" in set(datasets(visit)["Dataset"])


def test_without_that_release_nothing_is_said_of_it(shown: Visit) -> None:
    assert shown.tables() == ["datasets"]
    assert "2019" not in " ".join([*shown.headings, shown.words])


# ---- methods -----------------------------------------------------------------------------------------------------
def test_every_method_is_there_with_its_sources(shown: Visit) -> None:
    register, markup = read_methods(), " ".join(shown.html)
    assert [h.value for h in shown.app.subheader] == list(register.groups.values())
    for method in register.method.values():
        assert f">{html.escape(method.title)}</h4>" in markup
        assert f"In the program: {method.code}" in markup
        for source in method.sources:
            assert html.escape(source.title) in markup
            assert f'href="{html.escape(source.url)}"' in markup or not source.url
    assert "{" not in shown.words


def test_the_page_follows_the_program(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    about(visit)
    assert "within 75 metres of each other" in visit.words
    monkeypatch.setattr("layers.assets.DUPLICATE_WITHIN_M", 91.0)
    visit.run()
    assert "within 91 metres of each other" in visit.words


def test_what_is_owed_stands_at_the_foot(shown: Visit) -> None:
    assert "© OpenStreetMap contributors" in shown.captions
    assert "Royal Mail data © Royal Mail copyright" in shown.captions
    assert "Preview data" in shown.captions
