"""From tags to one category, one type and one holder: every rule is used, and homes are never shown."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.assets import assets_from_tags
from layers.categories import RULES_FILE, read_asset_rules
from study.errors import ConfigError

RULES = read_asset_rules()

# One set of tags a rule, in the order of the file, with the answer of standards.md: tags, category, type, whether
# it counts for a gap, and who holds it.
EXAMPLES: list[tuple[dict[str, str], str, str, bool, str]] = [
    ({"amenity": "social_centre"}, "associations", "community_space", True, "association"),
    ({"community_centre": "village_hall"}, "associations", "community_space", True, "association"),
    ({"amenity": "place_of_worship", "religion": "sikh"}, "associations", "faith", True, "association"),
    (
        {"amenity": "social_facility", "social_facility": "food_bank", "operator:type": "charity"},
        "associations",
        "advice_and_support",
        True,
        "association",
    ),
    (
        {"amenity": "social_facility", "social_facility": "day_centre"},
        "institutions",
        "advice_and_support",
        True,
        "institution",
    ),
    (
        {"amenity": "townhall", "operator:type": "community"},
        "associations",
        "advice_and_support",
        True,
        "association",
    ),
    ({"amenity": "townhall"}, "institutions", "advice_and_support", True, "institution"),
    (
        {"office": "employment_agency", "operator:type": "charity"},
        "associations",
        "advice_and_support",
        True,
        "association",
    ),
    ({"office": "employment_agency"}, "institutions", "advice_and_support", True, "institution"),
    ({"amenity": "library"}, "institutions", "education", True, "institution"),
    ({"amenity": "school"}, "institutions", "education", True, "institution"),
    ({"amenity": "doctors"}, "institutions", "health", True, "institution"),
    ({"amenity": "post_office"}, "institutions", "public_service", False, "institution"),
    ({"highway": "bus_stop"}, "institutions", "transport", False, "institution"),
    ({"railway": "halt"}, "institutions", "transport", False, "institution"),
    ({"public_transport": "station"}, "institutions", "transport", False, "institution"),
    ({"amenity": "arts_centre"}, "culture", "culture", True, "not_known"),
    ({"tourism": "museum"}, "culture", "culture", True, "not_known"),
    ({"tourism": "artwork"}, "culture", "heritage", False, "not_known"),
    ({"historic": "memorial"}, "culture", "heritage", False, "not_known"),
    ({"leisure": "playground"}, "place", "play", True, "not_known"),
    ({"leisure": "pitch"}, "place", "sport_and_leisure", True, "not_known"),
    ({"landuse": "allotments"}, "place", "green_and_blue_space", False, "not_known"),
    (
        {"leisure": "garden", "garden:type": "community"},
        "place",
        "green_and_blue_space",
        True,
        "association",
    ),
    ({"leisure": "garden"}, "place", "green_and_blue_space", True, "not_known"),
    ({"leisure": "nature_reserve"}, "place", "green_and_blue_space", True, "not_known"),
    ({"landuse": "village_green"}, "place", "green_and_blue_space", True, "not_known"),
    ({"natural": "wood"}, "place", "green_and_blue_space", True, "not_known"),
    ({"natural": "water"}, "place", "green_and_blue_space", False, "not_known"),
    ({"club": "scout"}, "associations", "community_space", True, "association"),
    ({"office": "ngo"}, "associations", "community_space", True, "association"),
    ({"shop": "bakery"}, "exchange", "food_and_everyday_shops", True, "not_known"),
    ({"amenity": "marketplace"}, "exchange", "food_and_everyday_shops", True, "not_known"),
    ({"amenity": "cafe"}, "exchange", "third_places", False, "not_known"),
    ({"shop": "hairdresser"}, "exchange", "third_places", False, "not_known"),
    ({"office": "coworking"}, "exchange", "third_places", False, "not_known"),
    ({"craft": "shoemaker"}, "exchange", "third_places", False, "not_known"),
    ({"amenity": "bench"}, "place", "everyday_enablers", False, "not_known"),
]

# Every tag of the table in standards.md, so that none is lost when the rules are edited: type -> tags.
STANDARD = {
    "community_space": "amenity=community_centre amenity=social_centre amenity=events_venue club=sport "
    "office=association office=ngo office=charity office=foundation",
    "faith": "amenity=place_of_worship",
    "advice_and_support": "office=employment_agency amenity=townhall",
    "education": "amenity=school amenity=kindergarten amenity=college amenity=university amenity=childcare "
    "amenity=library",
    "health": "amenity=doctors amenity=clinic amenity=hospital amenity=dentist amenity=pharmacy",
    "public_service": "amenity=police amenity=fire_station amenity=post_office",
    "transport": "highway=bus_stop railway=station railway=halt public_transport=station",
    "food_and_everyday_shops": "shop=supermarket shop=convenience shop=greengrocer shop=bakery shop=butcher "
    "amenity=marketplace",
    "third_places": "amenity=pub amenity=cafe shop=hairdresser shop=charity shop=second_hand shop=repair "
    "shop=books office=coworking craft=tailor",
    "culture": "amenity=theatre amenity=arts_centre amenity=cinema amenity=studio tourism=museum tourism=gallery",
    "heritage": "tourism=artwork historic=memorial historic=monument",
    "green_and_blue_space": "leisure=park leisure=garden leisure=common leisure=nature_reserve "
    "landuse=recreation_ground landuse=village_green landuse=forest natural=wood natural=water "
    "landuse=allotments garden:type=community",
    "play": "leisure=playground",
    "sport_and_leisure": "leisure=sports_centre leisure=sports_hall leisure=swimming_pool leisure=fitness_centre "
    "leisure=pitch leisure=track",
    "everyday_enablers": "amenity=bench amenity=toilets amenity=drinking_water",
}
STANDARD_TAGS = [(tag, asset_type) for asset_type, tags in STANDARD.items() for tag in tags.split()]


# ---- every rule --------------------------------------------------------------------------------------------------
def test_there_is_one_example_a_rule() -> None:
    assert len(EXAMPLES) == len(RULES.rule)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_every_rule_is_used_and_says_what_the_standard_says(number: int) -> None:
    tags, category, asset_type, counts, holder = EXAMPLES[number]
    rule = RULES.classify(tags)
    assert rule is RULES.rule[number]
    assert (rule.category, rule.type, rule.counts_for_gap) == (category, asset_type, counts)
    assert RULES.holder_of(rule, tags) == holder


@pytest.mark.parametrize(("tag", "asset_type"), STANDARD_TAGS)
def test_every_tag_of_the_standard_has_its_type(tag: str, asset_type: str) -> None:
    key, value = tag.split("=")
    assert RULES.classify({key: value}).type == asset_type


def test_every_example_becomes_one_asset_with_one_category_and_one_type() -> None:
    points = [shapely.Point(number * 1000, 0) for number in range(len(EXAMPLES))]
    places = gpd.GeoDataFrame(geometry=points, crs="EPSG:27700").rename_axis("osm_id")
    assets = assets_from_tags(places, [tags for tags, *_ in EXAMPLES], rules=RULES)
    assert assets.index.to_list() == list(range(len(EXAMPLES)))
    assert assets["category"].to_list() == [category for _, category, *_ in EXAMPLES]
    assert assets["type"].to_list() == [asset_type for _, _, asset_type, *_ in EXAMPLES]
    assert assets["counts_for_gap"].to_list() == [counts for *_, counts, _ in EXAMPLES]
    assert assets["holder"].to_list() == [holder for *_, holder in EXAMPLES]


def test_every_category_but_individuals_and_every_type_has_a_rule() -> None:
    assert {rule.type for rule in RULES.rule} == set(RULES.types)
    # People's gifts are in no dataset and never go there.
    assert {rule.category for rule in RULES.rule} == set(RULES.categories) - {"individuals"}


def test_the_types_that_can_be_a_gap() -> None:
    assert RULES.gap_types() == [
        "community_space",
        "faith",
        "education",
        "health",
        "advice_and_support",
        "sport_and_leisure",
        "play",
        "culture",
        "green_and_blue_space",
        "food_and_everyday_shops",
    ]


def test_symbols_and_colours_tell_the_categories_apart() -> None:
    looks = RULES.categories.values()
    assert len({c.symbol for c in looks}) == len({c.colour for c in looks}) == len(looks) == 6


def test_a_reader_filters_on_every_key_that_can_decide() -> None:
    assert {next(iter(tags)) for tags, *_ in EXAMPLES} <= RULES.wanted_keys()
    assert "operator:type" not in RULES.wanted_keys()


# ---- the order and manner of matching -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "asset_type"),
    [
        # The first rule decides: a community centre stays one, whatever club meets there.
        ({"amenity": "community_centre", "club": "scout"}, "community_space"),
        ({"amenity": "library", "tourism": "gallery"}, "education"),
        ({"leisure": "pitch", "club": "sport"}, "sport_and_leisure"),
        # One of several values is enough.
        ({"amenity": "bar;pub"}, "third_places"),
        ({"amenity": "bar; pub"}, "third_places"),
        # "no" is not a value.
        ({"club": "no"}, None),
        ({"craft": ""}, None),
        # No asset at all.
        ({}, None),
        ({"amenity": "parking"}, None),
        ({"name": "Community Centre"}, None),
        ({"amenity": "Library"}, None),
        ({"leisure": "garden", "garden:type": "residential"}, None),
        ({"leisure": "garden", "garden:type": "private"}, None),
    ],
    ids=str,
)
def test_matching(tags: dict[str, str], asset_type: str | None) -> None:
    rule = RULES.classify(tags)
    assert (rule and rule.type) == asset_type


WORDS = sorted(
    {value for rule in RULES.rule for values in rule.match.values() for value in values} | {"no", "yes"}
)
KEYS = sorted(RULES.wanted_keys() | {"operator:type", "access", "social_facility", "disused:amenity"})


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(WORDS), max_size=5))
def test_whatever_the_tags_an_asset_has_one_known_category_type_and_holder(tags: dict[str, str]) -> None:
    rule = RULES.classify(tags)
    if rule is None:
        return
    assert rule.category in RULES.categories
    assert rule.type in RULES.types
    assert RULES.holder_of(rule, tags) in RULES.holders
    assert RULES.classify(tags | {"access": "private"}) is None
    assert RULES.classify(dict(reversed(tags.items()))) is rule


# ---- never shown ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "tags",
    [
        {"amenity": "community_centre", "access": "private"},
        {"amenity": "cafe", "access": "no"},
        {"disused:amenity": "library", "amenity": "library"},
        {"abandoned:leisure": "pitch", "leisure": "pitch"},
        {"amenity": "pub", "disused": "yes"},
        {"amenity": "pub", "abandoned": "yes"},
        {"amenity": "shelter"},
        {"amenity": "refugee_site"},
        {"amenity": "social_facility"},
        {"amenity": "social_facility", "name": "Anything House"},
        {"amenity": "social_facility", "social_facility": "shelter"},
        {"amenity": "social_facility", "social_facility": "womens_refuge"},
        {"amenity": "social_facility", "social_facility": "assisted_living"},
        {"amenity": "social_facility", "social_facility": "nursing_home"},
        {"amenity": "social_facility", "social_facility": "group_home"},
        {"amenity": "social_facility", "social_facility": "dormitory"},
        {"amenity": "social_facility", "social_facility": "yes"},
        # A second value that is a home, named or unheard of, keeps the place off the map.
        {"amenity": "social_facility", "social_facility": "outreach;shelter"},
        {"amenity": "social_facility", "social_facility": "food_bank;dormitory"},
        {"amenity": "social_facility", "social_facility": "dormitory; food_bank", "operator:type": "charity"},
        {"amenity": "social_facility", "social_facility": "outreach", "social_facility:for": "women"},
        {"amenity": "social_facility", "social_facility": "outreach", "social_facility:for": "child;abused"},
        {"amenity": "social_facility", "social_facility": "outreach", "social_facility:for": "refugee"},
        {"amenity": "social_facility", "social_facility": "day_care", "building": "house"},
        {"amenity": "community_centre", "social_facility": "shelter"},
        {"amenity": "clinic", "healthcare": "hospice"},
        {"club": "social", "healthcare": "nursing_home"},
    ],
    ids=str,
)
def test_homes_refuges_and_closed_places_are_never_shown(tags: dict[str, str]) -> None:
    assert RULES.classify(tags) is None


def test_places_looked_up_by_hand_are_shown_or_left_out_as_decided() -> None:
    tags = {"amenity": "social_facility", "name": "Somewhere"}
    ids = ["n6902781768", "n7141864933", "n1"]
    places = gpd.GeoDataFrame(
        index=ids, geometry=[shapely.Point(i * 1000, 0) for i in range(3)], crs="EPSG:27700"
    )
    assets = assets_from_tags(places, [tags] * 3, rules=RULES)
    assert assets.index.to_list() == ["n6902781768"]
    assert assets["type"].to_list() == ["advice_and_support"]


# ---- who holds it --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "holder"),
    [
        ({"amenity": "library"}, "institution"),
        ({"amenity": "library", "operator:type": "community"}, "association"),
        ({"amenity": "community_centre"}, "association"),
        ({"amenity": "community_centre", "operator:type": "council"}, "institution"),
        ({"amenity": "community_centre", "operator": "Leeds City Council"}, "institution"),
        ({"leisure": "pitch", "operator": "NHS"}, "institution"),
        ({"leisure": "pitch", "operator": "Somebody"}, "not_known"),
        ({"amenity": "cafe", "brand": "Big Coffee"}, "outside"),
        ({"amenity": "cafe", "brand": "Big Coffee", "operator:type": "charity"}, "association"),
        ({"leisure": "garden", "garden:type": "community", "operator:type": "council"}, "association"),
    ],
    ids=str,
)
def test_who_holds_it(tags: dict[str, str], holder: str) -> None:
    assert RULES.holder_of(RULES.classify(tags), tags) == holder


# ---- the file itself -----------------------------------------------------------------------------------------------
def broken(tmp_path: Path, old: str, replacement: str) -> ConfigError:
    text = RULES_FILE.read_text("utf-8")
    assert old in text
    path = tmp_path / "rules.toml"
    path.write_text(text.replace(old, replacement, 1), "utf-8")
    with pytest.raises(ConfigError) as caught:
        read_asset_rules(path)
    assert caught.value.where == str(path)
    return caught.value


def test_an_unknown_key_is_named(tmp_path: Path) -> None:
    what = broken(tmp_path, 'type = "faith"', 'type = "faith"\ncounts_for_gaps = false').what
    assert "rule.2.counts_for_gaps: " in what


@pytest.mark.parametrize(
    ("old", "replacement", "named"),
    [
        ('type = "faith"', 'type = "fate"', "unknown type 'fate'"),
        ('category = "exchange"', 'category = "trade"', "unknown category 'trade'"),
        (
            'type = "green_and_blue_space"\nholder = "association"',
            'type = "play"\nholder = "us"',
            "unknown holder 'us'",
        ),
        ('holder = "outside"', 'holder = "elsewhere"', "elsewhere"),
        ('institutions = "institution"', 'institutions = "office"', "office"),
    ],
)
def test_a_word_that_the_file_does_not_define_is_named(
    tmp_path: Path, old: str, replacement: str, named: str
) -> None:
    assert named in broken(tmp_path, old, replacement).what


def test_all_unknown_words_are_told_together(tmp_path: Path) -> None:
    what = broken(tmp_path, 'category = "associations"\ntype = "faith"', 'category = "a"\ntype = "b"').what
    assert "unknown category 'a'" in what
    assert "unknown type 'b'" in what


def test_a_file_that_is_not_toml_is_told(tmp_path: Path) -> None:
    assert "not valid TOML" in broken(tmp_path, "[categories.place]", "[categories.place").what
