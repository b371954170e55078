"""Which ways can be walked and cycled, by their tags."""

from __future__ import annotations

import re

import pytest

from study.errors import ConfigError
from transport.street_rules import RULES_FILE, Passage, read_street_rules

RULES = read_street_rules()


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "footway"},
        {"highway": "steps"},
        {"highway": "path"},
        {"highway": "pedestrian", "area": "yes"},
        {"highway": "living_street"},
        {"highway": "service", "service": "alley"},
        {"highway": "track"},
        {"highway": "cycleway"},
        {"highway": "bridleway"},
        {"highway": "trunk"},
        {"highway": "primary_link"},
        {"highway": "unclassified", "access": "yes"},
        {"highway": "service", "access": "permissive"},
        {"highway": "service", "access": "destination"},
        {"highway": "service", "access": "private", "foot": "yes"},
        {"highway": "track", "access": "no", "foot": "designated"},
        {"highway": "path", "access": "private", "foot": "permissive"},
        {"highway": "residential", "motor_vehicle": "no"},
        {"highway": "residential", "sidewalk": "no"},
        {"highway": "footway", "bridge": "yes", "layer": "1"},
    ],
    ids=str,
)
def test_people_may_walk_here(tags):
    assert RULES.walk.is_open(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"railway": "rail"},
        {"foot": "yes"},
        {"highway": "motorway"},
        {"highway": "motorway_link"},
        {"highway": "motorway", "foot": "yes"},
        {"highway": "busway"},
        {"highway": "raceway"},
        {"highway": "construction", "construction": "residential"},
        {"highway": "proposed", "foot": "yes"},
        {"highway": "service", "access": "private"},
        {"highway": "service", "access": "no"},
        {"highway": "track", "access": "military"},
        {"highway": "trunk", "foot": "no"},
        {"highway": "primary", "foot": "use_sidepath"},
        {"highway": "primary", "access": "yes", "foot": "no"},
        {"highway": "path", "foot": "private"},
        {"highway": "footway", "indoor": "yes"},
        {"highway": "bus_stop"},
    ],
    ids=str,
)
def test_people_may_not_walk_here(tags):
    assert not RULES.walk.is_open(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "cycleway"},
        {"highway": "path"},
        {"highway": "track"},
        {"highway": "trunk"},
        {"highway": "bridleway"},
        {"highway": "service"},
        {"highway": "footway", "bicycle": "yes"},
        {"highway": "footway", "bicycle": "designated", "access": "no"},
        {"highway": "pedestrian", "bicycle": "permissive"},
        {"highway": "busway", "bicycle": "yes"},
        {"highway": "unclassified", "access": "destination"},
        {"highway": "service", "access": "private", "bicycle": "permissive"},
        {"highway": "track", "access": "no", "vehicle": "yes"},
        {"highway": "residential", "motor_vehicle": "no"},
        {"highway": "primary", "foot": "no"},
        {"highway": "path", "designation": "public_bridleway"},
        {"highway": "path", "designation": "public_footpath", "bicycle": "yes"},
    ],
    ids=str,
)
def test_people_may_cycle_here(tags):
    assert RULES.cycle.is_open(tags)


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"bicycle": "yes"},
        {"highway": "motorway"},
        {"highway": "motorway", "bicycle": "yes"},
        {"highway": "footway"},
        {"highway": "footway", "access": "yes"},
        {"highway": "pedestrian"},
        {"highway": "steps"},
        {"highway": "steps", "bicycle": "yes"},
        {"highway": "busway"},
        {"highway": "proposed", "bicycle": "yes"},
        {"highway": "path", "bicycle": "no"},
        {"highway": "residential", "bicycle": "dismount"},
        {"highway": "primary", "bicycle": "use_sidepath"},
        {"highway": "track", "vehicle": "no"},
        {"highway": "service", "access": "private"},
        {"highway": "path", "designation": "public_footpath"},
        {"highway": "bridleway", "access": "no"},
        {"highway": "cycleway", "indoor": "yes"},
    ],
    ids=str,
)
def test_people_may_not_cycle_here(tags):
    assert not RULES.cycle.is_open(tags)


BOTH, FORWARD, BACKWARD = (True, True), (True, False), (False, True)


@pytest.mark.parametrize(
    ("tags", "directions"),
    [
        ({}, BOTH),
        ({"oneway": "yes"}, FORWARD),
        ({"oneway": "1"}, FORWARD),
        ({"oneway": "true"}, FORWARD),
        ({"oneway": "-1"}, BACKWARD),
        ({"oneway": "reverse"}, BACKWARD),
        ({"oneway": "no"}, BOTH),
        ({"oneway": "yes", "oneway:bicycle": "no"}, BOTH),
        ({"oneway": "-1", "oneway:bicycle": "no"}, BOTH),
        ({"oneway:bicycle": "yes"}, FORWARD),
        ({"oneway": "no", "oneway:bicycle": "-1"}, BACKWARD),
        ({"oneway": "yes", "cycleway": "opposite"}, BOTH),
        ({"oneway": "yes", "cycleway": "opposite_lane"}, BOTH),
        ({"oneway": "yes", "cycleway:left": "opposite_track"}, BOTH),
        ({"oneway": "yes", "cycleway:right": "opposite_share_busway"}, BOTH),
        ({"oneway": "yes", "cycleway:left:oneway": "-1"}, BOTH),
        ({"oneway": "yes", "cycleway": "lane"}, FORWARD),
        ({"oneway": "yes", "oneway:bicycle": "yes", "cycleway": "opposite"}, FORWARD),
        ({"junction": "roundabout"}, FORWARD),
        ({"junction": "circular"}, FORWARD),
        ({"junction": "roundabout", "oneway": "no"}, BOTH),
        ({"junction": "roundabout", "oneway": "-1"}, BACKWARD),
        ({"junction": "yes"}, BOTH),
    ],
    ids=str,
)
def test_which_way_round_people_cycle(tags, directions):
    assert RULES.cycle.directions({"highway": "residential", **tags}) == directions


def test_what_a_way_s_tags_say():
    one_way = {"highway": "residential", "oneway": "yes"}
    assert RULES.passage(one_way) == Passage(walk=True, cycle_forward=True, cycle_backward=False, steps=False)
    steps = {"highway": "steps", "oneway": "yes"}
    assert RULES.passage(steps) == Passage(walk=True, cycle_forward=False, cycle_backward=False, steps=True)


@pytest.mark.parametrize(
    ("tags", "steps"),
    [
        ({"highway": "steps"}, True),
        ({"highway": "steps", "ramp": "yes"}, True),
        ({"highway": "steps", "ramp:bicycle": "yes"}, True),
        ({"highway": "steps", "ramp:stroller": "yes"}, False),
        ({"highway": "steps", "ramp:wheelchair": "yes"}, False),
        ({"highway": "footway"}, False),
    ],
    ids=str,
)
def test_what_a_pushchair_cannot_climb(tags, steps):
    assert RULES.passage(tags).steps is steps


def test_every_tag_that_a_rule_looks_at_is_read():
    keys = RULES.keys()
    assert len(keys) == len(set(keys))
    assert {"highway", "foot", "bicycle", "access", "oneway", "oneway:bicycle", "ramp:stroller"} <= set(keys)
    # A key is read as None where the way has not got it.
    bare = dict.fromkeys(keys) | {"highway": "residential"}
    assert RULES.passage(bare) == RULES.passage({"highway": "residential"})


def write(tmp_path, *changes: tuple[str, str]):
    text = RULES_FILE.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "street_rules.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([("open = false", "opne = false")], "walk.access.0.opne"),
        ([("open = false", "open = 3")], "walk.access.0.open"),
        ([('way = "both"', 'way = "sideways"')], "cycle.direction.0.way"),
        ([('source = "access"', 'source = "hearsay"')], "walk.access 1: there is no source 'hearsay'"),
        (
            [("[sources.access]", '[sources.rumour]\ntitle = "x"\nurl = "https://x.org"\n[sources.access]')],
            "rumour",
        ),
        ([('match = { indoor = ["yes"] }', "match = {}")], "walk.access.3.match"),
        ([('indoor = ["yes"]', "indoor = []")], "walk.access.3.match.indoor"),
        ([("[[cycle.direction]]", "[[walk.direction]]")], "walk.direction"),
        ([("[sources.access]", "[sources.access")], "not valid TOML"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_in_the_rules_is_named(tmp_path, changes, said):
    path = write(tmp_path, *changes)
    with pytest.raises(ConfigError, match=re.escape(said)) as caught:
        read_street_rules(path)
    assert caught.value.where == str(path)


def test_all_faults_of_the_rules_are_named_together(tmp_path):
    path = write(tmp_path, ("open = false", "open = 3"), ('way = "both"', 'way = "sideways"'))
    with pytest.raises(ConfigError, match=r"walk\.access.*cycle\.direction"):
        read_street_rules(path)
