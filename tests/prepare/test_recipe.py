"""The steps: which source each takes, which are required, and what is said when one cannot be made."""

from __future__ import annotations

import pytest

from prepare.files import MirrorFiles
from prepare.recipe import STEPS, Step
from prepare.run import Outcome, make_tables, prepare_area, step_count
from prepare.workshop import Workshop
from study.area import read_study_area
from study.errors import ConfigError
from study.tables import SCHEMAS
from tests.prepare.toyford import IMD_2025, LAD, PBF, Toyford

STEP = {step.table: step for step in STEPS}
ALWAYS_REQUIRED = {"wards", "lsoas", "population", "resident_points", "assets"}


def quiet(_: str) -> None:
    return None


def made(toyford: Toyford) -> Outcome:
    """Make Toyford's tables, without writing them."""
    files = MirrorFiles(toyford.write())
    return make_tables(read_study_area("toyford"), files, began=quiet)


def without_table(toyford: Toyford, name: str) -> None:
    head, table, tail = toyford.study_area.partition(f"[tables.{name}]\n")
    assert table
    toyford.study_area = head + tail[tail.index("[") :] if "[" in tail else head


def test_every_step_makes_a_table_with_a_schema_from_tables_made_before_it():
    before = set()
    for step in STEPS:
        assert step.table in SCHEMAS
        assert set(step.needs) <= before
        before.add(step.table)


def test_the_map_cannot_open_without_these(toyford: Toyford):
    toyford.write()
    area = read_study_area("toyford")
    assert {step.table for step in STEPS if step.is_required(area)} == ALWAYS_REQUIRED


def test_a_study_area_may_ask_for_more(toyford: Toyford):
    toyford.study_area = toyford.study_area.replace("release = 2025\nrequired = false", "release = 2025")
    toyford.without.add(IMD_2025)
    outcome = made(toyford)
    assert list(outcome.failures) == ["Deprivation"]
    assert not outcome.is_whole


def test_a_borrowed_source_does_not_lend_its_duty(toyford: Toyford):
    # Water comes from the file of green space; that green space is required does not make water so.
    toyford.study_area = toyford.study_area.replace(
        '[tables.green_space]\nsource = "osm_leeds_mirror"\nrequired = false',
        '[tables.green_space]\nsource = "osm_leeds_mirror"',
    )
    toyford.write()
    area = read_study_area("toyford")
    assert STEP["green_space"].is_required(area)
    assert STEP["water"].source_key(area) == "green_space"
    assert not STEP["water"].is_required(area)


def test_a_table_without_any_source_is_said_to_be_missing_and_is_no_fault(toyford: Toyford):
    without_table(toyford, "stops")
    without_table(toyford, "deprivation_2019")
    outcome = made(toyford)
    assert outcome.is_whole
    assert outcome.faults == {}
    # Nobody expects the earlier release.
    assert outcome.missing == {"stops": "Stops and stations: no source of it is known for Toyford."}


def test_a_required_table_without_any_source_is_a_failure(toyford: Toyford):
    without_table(toyford, "assets")
    outcome = made(toyford)
    assert list(outcome.failures) == ["Assets"]
    assert "names no source for 'assets'" in outcome.failures["Assets"].what


def test_a_study_area_without_a_lookup_is_told_so(toyford: Toyford):
    without_table(toyford, "lookup")
    outcome = made(toyford)
    assert "lookup" in str(outcome.failures["Small areas (LSOAs)"])


def test_a_table_said_not_to_be_here_is_not_even_tried(toyford: Toyford):
    toyford.study_area = toyford.study_area.replace(
        "[not_here]", '[not_here]\ndeprivation = "Not in England."'
    )
    toyford.without.add(IMD_2025)
    outcome = made(toyford)
    assert outcome.faults == {}
    assert "deprivation" not in outcome.shop.made
    assert outcome.missing == {}


def test_a_table_made_from_one_that_failed_says_so(toyford: Toyford):
    toyford.study_area = toyford.study_area.replace(
        f'where = {{ LAD25CD = "{LAD}" }}', 'where = { LAD25CD = "X" }', 1
    )
    outcome = made(toyford)
    assert "No row has LAD25CD = 'X'" in outcome.failures["Wards"].what
    assert outcome.failures["Small areas (LSOAs)"].what == "It is made from 'wards', which could not be made."
    assert set(outcome.failures) == {STEP[table].label for table in ALWAYS_REQUIRED}


def test_every_fault_of_an_extract_that_cannot_be_read_is_known_after_one_run(toyford: Toyford):
    mirror = toyford.write()
    (mirror / PBF).write_bytes(b"not an extract")
    outcome = make_tables(read_study_area("toyford"), MirrorFiles(mirror), began=quiet)
    assert list(outcome.failures) == ["Assets"]
    assert list(outcome.faults) == ["Public green space", "Stops and stations", "Water", "Streets"]
    assert outcome.missing["stops"] == (
        "Stops and stations: it could not be made when the data for Toyford was prepared."
    )


def test_each_step_is_announced_and_the_writing_last(toyford: Toyford):
    steps = []
    outcome = prepare_area(read_area(toyford), MirrorFiles(toyford.write()), began=steps.append)
    assert outcome.is_whole
    assert steps == [*(step.label for step in STEPS), "Writing"]
    assert len(steps) == step_count()


def read_area(toyford: Toyford):
    toyford.write()
    return read_study_area("toyford")


def test_an_extract_is_read_once_for_all_tables(toyford: Toyford):
    shop = Workshop(read_area(toyford), MirrorFiles(toyford.write()))
    assert shop.features("assets") is shop.features("green_space")
    assert list(shop.used) == ["osm_leeds_mirror"]


def test_columns_are_checked_against_what_the_table_has(toyford: Toyford):
    shop = Workshop(read_area(toyford), MirrorFiles(toyford.write()))
    with pytest.raises(ConfigError) as caught:
        shop.entry("population", ("lsoa_code", "households"), ("residents",))
    assert "it needs households, does not know age_0_15." in caught.value.what
    assert caught.value.where == "tables.population.columns in the file of the study area 'toyford'"


def test_a_step_takes_the_first_of_its_sources_that_is_named(toyford: Toyford):
    area = read_area(toyford)
    step = Step("water", "Water", lambda shop, key: None, sources=("water", "stops", "assets"))
    assert step.source_key(area) == "stops"
    assert Step("places", "Places", lambda shop, key: None).source_key(area) is None
