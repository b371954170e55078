"""Find a postcode or a name, off line; what is not found is said in a clear sentence."""

import dataclasses

import pytest

from layers.gazetteer import MOST_FOUND, find, find_named, find_postcode, looks_like_postcode
from layers.study_tables import StudyTables
from study.errors import PlaceNotFoundError
from tests.toytown import LSOAS, MIDTOWN, WESTGATE, toytown

TOWN = toytown()


def refusal(tables: StudyTables, text: str) -> PlaceNotFoundError:
    with pytest.raises(PlaceNotFoundError) as caught:
        find(tables, text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("LS1 1UR", True),
        ("ls11ur", True),
        (" W1A  0AX ", True),
        ("LS1", True),
        ("LS12 3", True),
        ("NP20", True),
        ("Leeds", False),
        ("Otley & Yeadon", False),
        ("LS1 1UR extra", False),
        ("1", False),
        ("", False),
        ("{{ 7 * 7 }}", False),
    ],
)
def test_what_looks_like_a_postcode(text: str, is_one: bool) -> None:
    assert looks_like_postcode(text) is is_one


# ---- names, in Toytown ---------------------------------------------------------------------------------------------
def named(text: str) -> list[tuple[str, str]]:
    return [(found.label, found.kind) for found in find(TOWN, text)]


def test_an_exact_name_comes_first_then_names_that_begin_so() -> None:
    assert named("westgate") == [
        ("Westgate", "ward"),
        ("Westgate Hall", "asset"),
        ("Westgate Library", "asset"),
        ("Westgate Mosque", "asset"),
    ]


def test_a_found_place_says_where_it_lies() -> None:
    (park,) = find(TOWN, "LONG park")
    assert (park.label, park.kind) == ("Long Park", "green space")
    assert TOWN.green_space.geometry["w101"].covers(park.point)
    (library,) = find(TOWN, "westgate library")
    assert (library.ward_code, library.lsoa_code) == (WESTGATE, LSOAS[0])
    assert library.point.equals(TOWN.assets.geometry["n4"])
    (ward,) = find(TOWN, "Midtown ")[:1]
    assert (ward.kind, ward.ward_code) == ("ward", MIDTOWN)


def test_a_place_just_outside_has_no_ward() -> None:
    (allotments,) = find(TOWN, "holme allotments")
    assert (allotments.ward_code, allotments.lsoa_code) == (None, None)


@pytest.mark.parametrize("text", ["st anne", "Saint Anne's", "ANNE'S church", "st. anne's", "church anne"])
def test_a_name_is_found_however_it_is_written(text: str) -> None:
    assert named(text) == [("St Anne's Church", "asset")]


@pytest.mark.parametrize("text", ["Nowhere Hall", "!!!", "{{ 7 * 7 }}", "<script>", "x" * 5000])
def test_a_name_that_nothing_has_is_said_with_what_to_try(text: str) -> None:
    error = refusal(TOWN, text)
    assert error.what == f"Nothing on this map of Toytown is called '{text[:60]}'."
    assert "Try a postcode" in error.do


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_box_says_what_to_type(text: str) -> None:
    assert refusal(TOWN, text).what == "Type a postcode or the name of a place."


def test_a_town_without_green_space_is_searched_all_the_same() -> None:
    bare = dataclasses.replace(TOWN, green_space=None)
    assert [f.label for f in find_named(bare, "anchor")] == ["The Anchor"]
    refusal(bare, "Long Park")


def test_a_town_without_postcodes_says_so() -> None:
    assert refusal(TOWN, "LS1 1UR").what == "Toytown has no postcodes in this map's data."


# ---- postcodes and names, in Leeds ---------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["LS8 5AA", "ls85aa", "  Ls8   5aA "])
def test_a_postcode_is_found_with_its_ward_and_lsoa(leeds_preview: StudyTables, text: str) -> None:
    (found,) = find(leeds_preview, text)
    assert (found.label, found.kind) == ("LS8 5AA", "postcode")
    # LS8 5AA lies on Roundhay Road: Gipton & Harehills.
    assert leeds_preview.wards.loc[found.ward_code, "ward_name"] == "Gipton & Harehills"
    assert leeds_preview.lsoas.geometry[found.lsoa_code].covers(found.point)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("LS99 9ZZ", "The postcode LS99 9ZZ is not in the directory."),
        ("QQ1 1AA", "The postcode QQ1 1AA is not in the directory."),
        ("bd1 1aa", "The postcode BD1 1AA is outside Leeds."),
        ("ZE1 0AA", "The postcode ZE1 0AA is outside Leeds."),
        ("LS1", "That is not a whole postcode."),
        ("LS1 1", "That is not a whole postcode."),
    ],
)
def test_a_postcode_that_is_not_here_gets_a_clear_sentence(
    leeds_preview: StudyTables, text: str, what: str
) -> None:
    assert refusal(leeds_preview, text).what == what


def test_find_postcode_alone_refuses_a_name(leeds_preview: StudyTables) -> None:
    with pytest.raises(PlaceNotFoundError, match="not a whole postcode"):
        find_postcode(leeds_preview, "Roundhay Park")


def test_places_of_leeds_by_name(leeds_preview: StudyTables) -> None:
    first = find(leeds_preview, "roundhay park")[0]
    assert first.kind == "green space"
    assert leeds_preview.wards.loc[first.ward_code, "ward_name"] == "Roundhay"
    assert find(leeds_preview, "Moortown")[0].kind == "ward"
    assert len(find(leeds_preview, "church")) == MOST_FOUND


def test_a_part_of_a_wards_name_finds_the_ward(leeds_preview: StudyTables) -> None:
    labels = [found.label for found in find(leeds_preview, "Harehills")]
    assert "Gipton & Harehills" in labels
