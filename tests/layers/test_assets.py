"""Assets: names compared, duplicates merged, filters that agree with reading row by row."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.assets import asset_mask, assets_from_tags, merge_duplicates, plain_name, type_status
from layers.categories import read_asset_rules
from study.errors import CrsError
from tests.toytown import CRS, EASTFIELD, MIDTOWN, toytown

RULES = read_asset_rules()
TOWN = toytown()


def found(*rows: tuple[str, float, float, dict[str, str]]) -> gpd.GeoDataFrame:
    """Return the assets table of places given as id, east, north and tags."""
    places = gpd.GeoDataFrame(
        index=[row[0] for row in rows], geometry=[shapely.Point(row[1], row[2]) for row in rows], crs=CRS
    )
    return assets_from_tags(places, [row[3] for row in rows], rules=RULES)


def hall(name: str | None, **tags: str) -> dict[str, str]:
    return {"amenity": "community_centre"} | ({"name": name} if name else {}) | tags


# ---- from tags -----------------------------------------------------------------------------------------------------
def test_what_the_tags_say_is_carried() -> None:
    tags = {
        "amenity": "library",
        "name": "Old Library",
        "opening_hours": "Mo-Fr 09:00-17:00",
        "wheelchair": "yes",
        "addr:postcode": "LS1 1UR",
        "check_date": "2023-05-01",
        "website": "https://library.example",
        "operator": "Town Council",
        "operator:type": "council",
    }
    row = found(("w7", 1, 2, tags)).loc["w7"]
    assert row["kind"] == "amenity=library"
    assert row["asset_name"] == "Old Library"
    for column, key in (("opening_hours", "opening_hours"), ("postcode", "addr:postcode")):
        assert row[column] == tags[key]
    assert row["operator_type"] == "council"
    assert row.geometry.equals(shapely.Point(1, 2))


def test_no_name_is_missing_not_the_word_none() -> None:
    table = found(("n1", 0, 0, {"leisure": "pitch"}), ("n2", 9, 9, {"leisure": "pitch", "name": ""}))
    assert table["asset_name"].isna().all()
    assert table["website"].isna().all()


def test_no_place_at_all_is_an_empty_table_with_all_columns() -> None:
    table = found(("n1", 0, 0, {"amenity": "parking"}))
    assert len(table) == 0
    assert set(table.columns) == set(found(("n1", 0, 0, hall("A"))).columns)
    assert len(merge_duplicates(table)) == 0


def test_degrees_are_refused() -> None:
    degrees = gpd.GeoDataFrame(index=["n1"], geometry=[shapely.Point(-1.5, 53.8)], crs="EPSG:4326")
    with pytest.raises(CrsError):
        assets_from_tags(degrees, [hall("A")], rules=RULES)
    with pytest.raises(CrsError):
        merge_duplicates(TOWN.assets.to_crs("EPSG:4326"))


# ---- names ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("The Anchor", "anchor"),
        ("THE  ANCHOR!", "anchor"),
        ("St. Anne's Café", "saint anne s cafe"),
        ("St Anne’s Cafe", "saint annes cafe"),
        ("Saint Anne's Cafe", "saint anne s cafe"),
        ("Stanley Hall", "stanley hall"),
        ("Theatre", "theatre"),
        ("The", "the"),
        ("...", ""),
        ("", ""),
        (None, ""),
        (np.nan, ""),
    ],
)
def test_names_are_compared_without_what_people_write_differently(name: object, plain: str) -> None:
    assert plain_name(name) == plain


@given(st.text(max_size=40))
def test_a_plain_name_is_plain(name: str) -> None:
    plain = plain_name(name)
    assert set(plain) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert plain == " ".join(plain.split())
    assert plain_name(name.upper()) == plain_name(name.upper().lower())


@given(st.text(alphabet="abc thes.'-é ", max_size=30))
def test_case_and_spaces_at_the_ends_never_matter(name: str) -> None:
    assert plain_name(f"  {name.upper()} ") == plain_name(name)


# ---- duplicates ----------------------------------------------------------------------------------------------------
def test_a_pair_becomes_the_one_that_is_known_best_and_takes_what_the_other_knows() -> None:
    table = found(
        ("n9", 0, 0, hall("Old Hall", website="https://hall.example", operator="Friends")),
        ("w5", 60, 45, hall("The OLD hall.", wheelchair="yes", operator="Nobody")),
    )
    merged = merge_duplicates(table)
    # 60, 45 is 75 m away: just near enough. Both know as much, so the id that sorts first stays.
    assert merged.index.to_list() == ["n9"]
    row = merged.iloc[0]
    assert (row["asset_name"], row["operator"], row["wheelchair"]) == ("Old Hall", "Friends", "yes")
    assert row["website"] == "https://hall.example"
    assert row["merged_ids"] == "n9 w5"


def test_the_one_with_more_known_stays_whatever_its_id() -> None:
    table = found(("n1", 0, 0, hall("Hall")), ("w2", 10, 0, hall("Hall", wheelchair="no")))
    assert merge_duplicates(table)["merged_ids"].to_dict() == {"w2": "w2 n1"}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (hall("Hall"), hall("Hall"), 75.1),
        (hall("Hall"), hall("Hall Annex"), 1),
        (hall(None), hall(None), 0),
        (hall("..."), hall("!!!"), 0),
        (hall("Corner"), {"amenity": "pub", "name": "Corner"}, 0),
    ],
    ids=["too far", "another name", "no names", "names without a letter", "another type"],
)
def test_what_is_not_the_same_place_stays_two(
    one: dict[str, str], other: dict[str, str], apart: float
) -> None:
    merged = merge_duplicates(found(("n1", 0, 0, one), ("n2", apart, 0, other)))
    assert merged["merged_ids"].to_dict() == {"n1": "n1", "n2": "n2"}


def test_a_chain_of_neighbours_is_one_place() -> None:
    table = found(*((f"n{i}", i * 70, 0, hall("Long Hall")) for i in range(4)))
    assert merge_duplicates(table)["merged_ids"].to_list() == ["n0 n1 n2 n3"]


def test_the_distance_can_be_named() -> None:
    table = found(("n1", 0, 0, hall("Hall")), ("n2", 90, 0, hall("Hall")))
    assert len(merge_duplicates(table, within_m=100)) == 1
    assert len(merge_duplicates(table, within_m=80)) == 2


def test_one_asset_alone_is_itself() -> None:
    assert merge_duplicates(found(("n1", 0, 0, hall("Hall"))))["merged_ids"].to_list() == ["n1"]


def test_the_given_table_is_not_changed() -> None:
    table = found(("n1", 0, 0, hall("Hall")), ("n2", 1, 0, hall("Hall", wheelchair="yes")))
    before = table.copy()
    merge_duplicates(table)
    assert_geodataframe_equal(table, before)


@st.composite
def towns(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """Return a crowded small table: few names, few places, many chances to be the same."""
    rows = []
    for number in range(draw(st.integers(0, 14))):
        tags = draw(
            st.fixed_dictionaries(
                {"amenity": st.sampled_from(["pub", "community_centre"])},
                optional={
                    "name": st.sampled_from(["Hall", "The Hall", "HALL.", "Other", "..."]),
                    "wheelchair": st.sampled_from(["yes", "no"]),
                    "operator": st.sampled_from(["A", "B"]),
                },
            )
        )
        x, y = draw(st.integers(0, 8)) * 40, draw(st.integers(0, 2)) * 40
        rows.append((f"n{number}", x, y, tags))
    return found(*rows)


@settings(deadline=None, max_examples=30)
@given(towns())
def test_merging_twice_is_merging_once(table: gpd.GeoDataFrame) -> None:
    once = merge_duplicates(table)
    assert_geodataframe_equal(merge_duplicates(once), once, check_like=True)


@settings(deadline=None, max_examples=30)
@given(towns(), st.randoms())
def test_the_order_of_the_rows_does_not_matter(table: gpd.GeoDataFrame, random: object) -> None:
    order = list(range(len(table)))
    random.shuffle(order)
    assert_geodataframe_equal(merge_duplicates(table.iloc[order]), merge_duplicates(table))


@settings(deadline=None, max_examples=30)
@given(towns())
def test_every_place_ends_up_in_exactly_one_row_and_no_twins_are_left(table: gpd.GeoDataFrame) -> None:
    merged = merge_duplicates(table)
    ids = [identity for listed in merged["merged_ids"] for identity in listed.split()]
    assert sorted(ids) == sorted(table.index)
    assert all(listed.split()[0] == identity for identity, listed in merged["merged_ids"].items())
    rows = list(merged.itertuples())
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            same = plain_name(one.asset_name) and plain_name(one.asset_name) == plain_name(other.asset_name)
            assert not (same and one.type == other.type and one.geometry.distance(other.geometry) <= 75)


# ---- filters -------------------------------------------------------------------------------------------------------
def shown(**filters: object) -> set[str]:
    mask = asset_mask(TOWN.assets, **filters)
    assert mask.index.equals(TOWN.assets.index)
    assert mask.dtype == bool
    return set(TOWN.assets.index[mask])


def test_no_filter_keeps_all_and_an_empty_one_keeps_none() -> None:
    assert shown() == set(TOWN.assets.index)
    assert shown(categories=[]) == shown(types=[]) == shown(holders=[]) == set()


def test_filters_by_category_type_holder_and_ward() -> None:
    assert shown(categories=["institutions"]) == {"n4", "n5", "n6", "n12"}
    assert shown(types=["faith", "play"]) == {"n3", "n14", "n15", "n8"}
    assert shown(holders=["outside"]) == {"n9"}
    # The allotments lie outside every ward.
    assert shown(ward_code=EASTFIELD) == {"n5", "n8", "n11"}
    assert shown(categories=["associations"], holders=["institution"], ward_code=MIDTOWN) == {"n2"}
    assert shown(types=["nonsense"], ward_code="{{ 7 * 7 }}") == set()


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("library", {"n4"}),
        ("  LIBRARY westgate ", {"n4"}),
        ("westgate", {"n1", "n4", "n14"}),
        ("friends", {"n1"}),
        ("toytown council", {"n2"}),
        ("St. Anne", {"n3"}),
        ("saint annes", set()),
        ("the anchor", {"n9"}),
        ("nowhere", set()),
        ("!!!", set()),
        ("{{ 7 * 7 }}", set()),
        ("", None),
        ("   ", None),
        ("\\", set()),
        ("(", set()),
        ("x" * 100_000, set()),
    ],
)
def test_the_search_box(search: str, ids: set[str] | None) -> None:
    assert shown(search=search) == (set(TOWN.assets.index) if ids is None else ids)


def _some(values: pd.Series) -> st.SearchStrategy[list[str] | None]:
    return st.none() | st.lists(st.sampled_from(sorted(set(values.dropna()) | {"other"})), max_size=3)


@settings(deadline=None, max_examples=100)
@given(
    _some(TOWN.assets["category"]),
    _some(TOWN.assets["type"]),
    _some(TOWN.assets["holder"]),
    st.none() | st.sampled_from(sorted(TOWN.wards.index)),
    st.sampled_from(["", " ", "westgate", "mid centre", "é", "council", "?"]),
)
def test_the_filters_agree_with_reading_row_by_row(
    categories: list | None, types: list | None, holders: list | None, ward: str | None, search: str
) -> None:
    def passes(row: pd.Series) -> bool:
        text = f"{plain_name(row['asset_name'])} {plain_name(row['operator'])}"
        return (
            (categories is None or row["category"] in categories)
            and (types is None or row["type"] in types)
            and (holders is None or row["holder"] in holders)
            and (ward is None or row["ward_code"] == ward)
            and (not search.strip() or bool(plain_name(search)))
            and all(word in text for word in plain_name(search).split())
        )

    expected = {identity for identity, row in TOWN.assets.iterrows() if passes(row)}
    filters = {"categories": categories, "types": types, "holders": holders}
    assert shown(**filters, ward_code=ward, search=search) == expected


# ---- what was collected --------------------------------------------------------------------------------------------
def test_a_type_without_a_single_place_was_not_collected() -> None:
    status = type_status(TOWN.assets, RULES)
    assert list(status) == list(RULES.types)
    assert {t for t, said in status.items() if said == "not collected"} == {
        "heritage",
        "food_and_everyday_shops",
        "transport",
        "everyday_enablers",
    }
    assert set(status.values()) == {"collected", "not collected"}


def test_a_type_collected_in_part_is_not_collected() -> None:
    assert type_status(TOWN.assets, RULES)["education"] == "collected"
    assert type_status(TOWN.assets, RULES, not_collected=["education"])["education"] == "not collected"
