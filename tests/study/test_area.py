"""Study areas: one strict TOML file each."""

from pathlib import Path

import pytest

from study.area import read_study_area, study_area_slugs
from study.errors import ConfigError

GOOD = """
name = "Toytown"
crs = "EPSG:27700"
country = "England"
lad_code = "E99000009"
[centre]
name = "Market Cross"
lon = -1.95
lat = 53.5
"""


def written(folder: Path, text: str, slug: str = "toytown") -> Path:
    (folder / f"{slug}.toml").write_text(text, "utf-8")
    return folder


def fault(folder: Path, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_study_area("toytown", folder=written(folder, text))
    return caught.value


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    area = read_study_area("toytown", folder=written(tmp_path, GOOD))
    assert (area.slug, area.name, area.lad_code) == ("toytown", "Toytown", "E99000009")
    assert (area.centre.name, area.centre.lon, area.centre.lat) == ("Market Cross", -1.95, 53.5)
    assert area.postcode_areas == ()
    assert area.assets_cover == "study area"


def test_the_slug_is_the_files_name_whatever_the_file_says(tmp_path: Path) -> None:
    area = read_study_area("toytown", folder=written(tmp_path, 'slug = "leeds"\n' + GOOD))
    assert area.slug == "toytown"


def test_leeds_and_newport_are_one_file_each() -> None:
    assert {"leeds", "newport"} <= set(study_area_slugs())
    leeds, newport = read_study_area("leeds"), read_study_area("newport")
    assert (leeds.name, leeds.lad_code, leeds.crs) == ("Leeds", "E08000035", "EPSG:27700")
    assert leeds.tables["deprivation"].release == leeds.preview_deprivation_release == 2025
    assert (newport.name, newport.lad_code, newport.country) == ("Newport", "W06000022", "Wales")
    # Newport has no English index: the file says so in words a person can read.
    assert "deprivation" not in newport.tables
    assert "Wales" in newport.not_here["deprivation"]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('centr = "x"', "centr"),
        ('[tables.wards]\nsource = "ons"\ncolums = { a = "b" }', "tables.wards.colums"),
        ("[tables.wards]\nrequired = true", "tables.wards.source"),
    ],
)
def test_an_unknown_or_missing_key_is_named(tmp_path: Path, line: str, key: str) -> None:
    text = line + GOOD if not line.startswith("[") else GOOD + line
    error = fault(tmp_path, text)
    assert f"{key}: " in error.what
    assert error.where.endswith("toytown.toml")


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    text = GOOD.replace('name = "Toytown"', "").replace("lat = 53.5", "lat = 153.5") + "[typo]\nx = 1"
    what = fault(tmp_path, text).what
    assert "name: " in what
    assert "centre.lat: " in what
    assert "typo: " in what


@pytest.mark.parametrize(
    ("crs", "said"),
    [
        ("EPSG:99999999", "not a known CRS"),
        ("metres, please", "not a known CRS"),
        ("EPSG:4326", "must be projected, in metres"),
        ("EPSG:2263", "must be projected, in metres"),
    ],
)
def test_a_crs_that_is_not_in_metres_is_refused(tmp_path: Path, crs: str, said: str) -> None:
    what = fault(tmp_path, GOOD.replace("EPSG:27700", crs)).what
    assert f"{said}: {crs}" in what


def test_a_file_that_is_not_toml_is_told_with_its_path(tmp_path: Path) -> None:
    error = fault(tmp_path, "name = ")
    assert "not valid TOML" in error.what
    assert error.where == str(tmp_path / "toytown.toml")


@pytest.mark.parametrize(
    "slug",
    [
        "../secret",
        "..%2fsecret",
        "/etc/passwd",
        "inner/secret",
        "toytown\n",
        "toytown\x00",
        "Toytown",
        ".toytown",
        "toytown.toml",
        "",
        " ",
        "a" * 5000,
        "{{ 7 * 7 }}",
        "lëeds",
        "nowhere",
    ],
)
def test_a_hostile_slug_reaches_no_file(tmp_path: Path, slug: str) -> None:
    folder = tmp_path / "areas"
    (folder / "inner").mkdir(parents=True)
    for place in (tmp_path, folder / "inner"):
        written(place, GOOD, "secret")
    written(folder, GOOD)
    with pytest.raises(ConfigError, match="There is no study area called") as caught:
        read_study_area(slug, folder=folder)
    assert caught.value.do == "Choose one of: toytown."
    assert len(caught.value.what) < 100


def test_an_empty_folder_says_that_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_study_area("toytown", folder=tmp_path)
    assert caught.value.do == "Choose one of: none yet."


def test_the_environment_names_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, GOOD, "b-town")
    written(tmp_path, GOOD, "a-town")
    monkeypatch.setenv("STRONG_PLACES_STUDY_AREAS", str(tmp_path))
    assert study_area_slugs() == ["a-town", "b-town"]
    assert read_study_area("b-town").slug == "b-town"
