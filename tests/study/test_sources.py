"""The register of datasets: strict, and complete for everything a study area uses."""

from pathlib import Path

import pytest

from study.area import read_study_area, study_area_slugs
from study.errors import ConfigError
from study.sources import attributions, read_sources

ENTRY = """
[{id}]
title = "Lamps"
publisher = "The lamplighter"
vintage = "2025"
licence = "OGL"
attribution = "© The lamplighter"
"""


def used_by(slug: str) -> set[str]:
    area = read_study_area(slug)
    return {table.source for table in area.tables.values()} | set(area.preview_sources.values())


def test_an_entry_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(ENTRY.format(id="lamps") + 'caveats = ["Dim."]\n', "utf-8")
    lamps = read_sources(path)["lamps"]
    assert (lamps.title, lamps.attribution, lamps.caveats) == ("Lamps", "© The lamplighter", ("Dim.",))
    assert lamps.file == ""


def test_unknown_and_missing_keys_are_told_together_by_entry(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    text = ENTRY.format(id="lamps") + 'license = "OGL"\n' + ENTRY.format(id="posts")
    path.write_text(text.replace('vintage = "2025"\n', "", 1), "utf-8")
    with pytest.raises(ConfigError) as caught:
        read_sources(path)
    assert "[lamps] vintage: Field required" in caught.value.what
    assert "[lamps] license: " in caught.value.what
    assert "[posts]" not in caught.value.what
    assert caught.value.where == str(path)


def test_a_register_that_is_not_toml_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text("[lamps\n", "utf-8")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_sources(path)


@pytest.mark.parametrize("slug", study_area_slugs())
def test_every_dataset_a_study_area_uses_is_registered_with_what_is_owed(slug: str) -> None:
    register, used = read_sources(), used_by(slug)
    assert used
    assert used <= set(register)
    for source in (register[source_id] for source_id in used):
        assert source.attribution.strip()
        assert source.vintage.strip()
        assert source.licence.strip()
        assert source.licence_url.startswith("https://")


def test_what_is_owed_is_said_in_the_publishers_words() -> None:
    register = read_sources()
    ons = (
        "Source: Office for National Statistics licensed under the Open Government Licence v.3.0. "
        "Contains OS data © Crown copyright and database right 20"
    )
    assert register["ons_wards_2025"].attribution.startswith(ons)
    assert "Contains Royal Mail data © Royal Mail copyright" in register["onspd_qlac"].attribution
    for source_id, source in register.items():
        if source_id.startswith("osm_"):
            assert source.attribution == "© OpenStreetMap contributors"
            assert "ODbL" in source.licence


def test_an_attribution_is_said_once_in_the_order_asked() -> None:
    assert attributions(["osm_leeds_preview", "ons_wards_2025", "osm_leeds_mirror", "ons_lsoas_2021"]) == [
        "© OpenStreetMap contributors",
        read_sources()["ons_wards_2025"].attribution,
    ]
    assert attributions([]) == []
