"""Find a postcode or a place: the map goes there, says what it is in, and tells nobody what was typed."""

from __future__ import annotations

import pytest

from app_pages._find import KINDS, found_sentence
from app_pages._tables import Study
from layers.gazetteer import Found, find
from tests.app_pages.visit import Visit
from tests.toytown import LSOAS, point

# LS8 5AA stands at (431834, 435606) of the British grid, in E01011428 of Gipton & Harehills.
POSTCODE, LSOA = "LS8 5AA", "E01011428"


def test_a_postcode_takes_the_map_there(visit: Visit) -> None:
    visit.open("map").find("ls8 5aa")
    assert visit.errors == []
    assert f"{POSTCODE} is in Gipton & Harehills ward, in the small area (LSOA) {LSOA}." in visit.texts
    spec = visit.map()
    assert spec["selected"] == {"by": "lsoa", "code": LSOA}
    assert spec["marker"] == [53.8158, -1.518]  # rounded to about ten metres
    (south, west), (north, east) = spec["view"]["bounds"]
    assert south < 53.8158 < north and west < -1.518 < east and north - south < 0.05


def test_a_postcode_never_enters_the_link_or_the_log(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    visit.open("map").find(POSTCODE)
    assert visit.query == {"lsoa": LSOA}
    visit.choose("by", "lsoa").choose("layer", "residents").switch("green", on=False)
    assert POSTCODE[:3] not in str(visit.query) and "5AA" not in str(visit.query)
    assert "5AA" not in caplog.text and "5aa" not in caplog.text


def test_the_small_area_is_what_a_link_passes_on(visit: Visit) -> None:
    visit.open("map", lsoa=LSOA)
    assert visit.map()["selected"] == {"by": "lsoa", "code": LSOA}
    assert visit.map()["marker"] is None


def test_clear(visit: Visit) -> None:
    visit.open("map").find(POSTCODE)
    (clear,) = [b for b in visit.app.button if b.label == "Clear the search"]
    clear.click()
    visit.run()
    assert visit.query == {} and visit.map()["marker"] is None and visit.map()["selected"] is None
    assert not any("is in Gipton" in t for t in visit.texts)


def test_what_was_found_makes_way_for_what_is_chosen_next(visit: Visit) -> None:
    visit.open("map").find(POSTCODE).choose("ward", "E05011402")
    assert visit.map()["selected"] == {"by": "ward", "code": "E05011402"}
    assert visit.query == {"ward": "E05011402"}
    visit.find(POSTCODE).pick_on_map({"pick": 1, "lsoa_code": "E01011489", "ward_code": "E05011402"})
    assert visit.map()["selected"] == {"by": "lsoa", "code": "E01011489"}
    visit.run()
    assert visit.map()["selected"] == {"by": "lsoa", "code": "E01011489"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("LS99 9ZZ", "The postcode LS99 9ZZ is not in the directory."),
        ("LS8", "That is not a whole postcode."),
        ("SW1A 1AA", "The postcode SW1A 1AA is outside Leeds."),
        ("Atlantis", "Nothing on this map of Leeds is called 'Atlantis'."),
        ("   ", "Type a postcode or the name of a place."),
        ("???", "Nothing on this map of Leeds is called '???'."),
    ],
)
def test_what_is_not_found_gets_a_clear_sentence(visit: Visit, text: str, sentence: str) -> None:
    visit.open("map").find(text)
    assert visit.errors == [sentence]
    assert visit.map()["marker"] is None and visit.query == {}


def test_a_failed_search_forgets_the_one_before(visit: Visit) -> None:
    visit.open("map").find(POSTCODE).find("Atlantis")
    assert visit.map()["marker"] is None
    assert not any("is in Gipton" in t for t in visit.texts)


def test_a_name_with_several_places_asks_which_one(in_toytown: Visit) -> None:
    in_toytown.open("map").find("westgate")
    (which,) = in_toytown.app.radio
    assert which.options == [
        "Westgate (ward, Westgate)",
        "Westgate Hall (asset, Westgate)",
        "Westgate Library (asset, Westgate)",
        "Westgate Mosque (asset, Westgate)",
    ]
    which.set_value(2)
    in_toytown.run()
    sentence = f"Westgate Library is in Westgate ward, in the small area (LSOA) Toytown 001A ({LSOAS[0]})."
    assert sentence in in_toytown.texts
    assert in_toytown.query == {"lsoa": LSOAS[0]}


def test_a_second_search_starts_at_its_best_answer(in_toytown: Visit) -> None:
    in_toytown.open("map").find("westgate")
    in_toytown.app.radio[0].set_value(3)
    in_toytown.run()
    in_toytown.find("midtown")
    assert in_toytown.app.radio[0].value == 0
    assert any(t.startswith("Midtown is in Midtown ward") for t in in_toytown.texts)


# ---- sentences ---------------------------------------------------------------------------------------------------
def test_sentence_with_the_name_of_the_small_area(town: Study) -> None:
    (hit,) = find(town.tables, "Millpond Wood")
    # The wood (2100..2300 x 1450..1650) lies in LSOA 4.
    assert found_sentence(town, hit) == (
        f"Millpond Wood is in Midtown ward, in the small area (LSOA) Toytown 004A ({LSOAS[3]})."
    )


def test_sentence_for_a_place_over_the_boundary(town: Study) -> None:
    (hit,) = find(town.tables, "allotments")
    assert found_sentence(town, hit) == "Holme Allotments lies just outside Toytown."


def test_sentence_where_the_small_area_lies_over_the_wards_edge(town: Study) -> None:
    hit = Found("The Gap", "asset", point(0, 0), LSOAS[0], None)
    assert found_sentence(town, hit) == (
        f"The Gap is in Westgate ward, in the small area (LSOA) Toytown 001A ({LSOAS[0]})."
    )


def test_every_kind_has_a_word(town: Study, leeds: Study) -> None:
    hits = [*find(town.tables, "westgate"), *find(town.tables, "wood"), *find(leeds.tables, POSTCODE)]
    assert {hit.kind for hit in hits} == set(KINDS)
