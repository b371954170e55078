"""The pages about reach: every choice moved; what is shaded, listed, said and kept in the link goes together."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import numpy as np
import pytest

from app_pages._journey import PRESET_NAMES
from app_pages._reach import LONGEST_MIN, reach_classes
from app_pages._tables import Study, study
from gaps.reach import to_centre, to_type
from prepare.command import main as prepare
from study.settings import REPOSITORY
from tests.app_pages.visit import Visit
from transport.journey import Journey

POSTCODE = "LS8 4HT"


# ---- Toytown, by hand: no streets, so straight lines at 1.4 times their length ---------------------------------------
def test_toytown_within_fifteen_minutes_is_what_is_not_beyond(in_toytown: Visit, town: Study) -> None:
    in_toytown.open("reach", per="ward", cutoff="15")
    assert in_toytown.headline.startswith("About ")
    assert in_toytown.headline.endswith("estimate")
    table = in_toytown.table("reach-wards").rows()
    # The other side of the map's own "residents a long walk from": 100, 62.5 and 41.7 % are beyond 15 minutes.
    shares = dict(zip(town.tables.wards["ward_name"], (None, None, None), strict=False))
    shares = {"Eastfield": 0, "Midtown": 37.5, "Westgate": 58.3}
    assert {n: round(v, 1) for n, v in table["% of residents"].items()} == pytest.approx(shares, abs=0.6)
    spec = in_toytown.map()
    assert spec["values"] is None and len(spec["carried"]["values"]) == 3
    assert set(spec["carried"]["status"]) == {"estimate"}


def test_minutes_grow_with_a_slower_walk_and_shrink_by_cycle(in_toytown: Visit, town: Study) -> None:
    def shown() -> list[float]:
        return in_toytown.map()["carried"]["values"]

    usual = in_toytown.open("reach", per="lsoa") and shown()
    slow = in_toytown.choose("who", "slow") and shown()
    known = [(a, b) for a, b in zip(usual, slow, strict=True) if a is not None]
    assert known and all(b == pytest.approx(a * 4.8 / 3.2, abs=0.2) for a, b in known)
    assert "than for most people" in in_toytown.boxes
    cycling = in_toytown.choose("mode", "cycle") and shown()
    assert in_toytown.query == {"mode": "cycle"}
    known = [(a, b) for a, b in zip(usual, cycling, strict=True) if a is not None]
    assert all(b == pytest.approx(a * 4.8 / 15, abs=0.2) for a, b in known)


def test_no_class_of_minutes_ends_beyond_what_was_looked_at() -> None:
    assert reach_classes(30).upper == (10, 20, 30, 45, 60, LONGEST_MIN)
    # An hour and a half is the longest journey looked for; what takes longer is darker than all that does not.
    assert reach_classes(60).upper == (20, 40, 60, 90, LONGEST_MIN)
    assert reach_classes(60).labels[-1] == "over 90"
    assert reach_classes(60).colours[-1] == reach_classes(30).colours[-1]
    assert len(reach_classes(60).colours) == len(reach_classes(60).labels) == 5


@pytest.mark.parametrize("cutoff", [5, 60])
def test_the_cutoff_moves_classes_and_people_but_no_minutes(in_toytown: Visit, cutoff: int) -> None:
    before = in_toytown.open("reach").map()["carried"]
    in_toytown.slide("cutoff", cutoff)
    assert in_toytown.map()["carried"] == before
    assert in_toytown.map()["classes"]["upper"][2] == cutoff
    assert f"within {cutoff} minutes on foot" in in_toytown.headline
    assert in_toytown.query["cutoff"] == str(cutoff)


def test_a_type_that_nobody_collected_is_not_far(in_toytown: Visit) -> None:
    in_toytown.open("reach", type="food_and_everyday_shops")
    assert "was not collected for Toytown" in in_toytown.headline
    assert set(in_toytown.map()["carried"]["values"]) == {None}
    assert "reach-wards" not in in_toytown.tables()


def test_one_place_instead_of_a_type(in_toytown: Visit) -> None:
    in_toytown.open("reach", to="centre")
    assert "the centre (Market Cross)" in in_toytown.headline
    assert in_toytown.map()["marker"] is not None and in_toytown.map()["assets"] is None
    assert "reach-choices" not in in_toytown.tables()  # one place is no choice
    in_toytown.choose("to", "point")
    assert in_toytown.map()["pick_point"] and in_toytown.map()["carried"] is None
    at = {"type": "Point", "coordinates": [-1.98761, 53.50123]}
    in_toytown.pick_on_map({"point": True}, at)
    assert in_toytown.query["point"] == "53.5012,-1.9876"
    assert "the place you clicked" in in_toytown.headline
    in_toytown.choose("to", "find").find("Westgate Hall")
    assert "Westgate Hall" in in_toytown.headline


def test_a_postcode_that_is_looked_up_stays_out_of_the_link(visit: Visit) -> None:
    visit.open("reach", to="find").find(POSTCODE)
    assert visit.errors == [] and POSTCODE in visit.headline
    assert not any("LS8" in str(v) or "4HT" in str(v) for v in visit.query.values())


def test_a_link_shows_the_same_again(in_toytown: Visit) -> None:
    in_toytown.open("reach").choose("mode", "walk").slide("cutoff", 20).choose("who", "pushchair")
    in_toytown.choose("type", "faith").choose("per", "ward")
    link, headline, spec = in_toytown.query, in_toytown.headline, in_toytown.map()
    assert link == {"type": "faith", "cutoff": "20", "who": "pushchair", "per": "ward"}
    again = Visit().open("reach", **link)
    assert (again.headline, again.map()) == (headline, spec)


HOSTILE = [
    "<script>x</script>",
    "{{7*7}}",
    "nan,inf",
    "-1",
    "999999999999999999999",
    "9999-99-99",
    "2500",
    "'\"--",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("page", ["reach", "from_here", "public_transport"])
def test_a_hostile_link_opens_what_a_plain_one_opens(visit: Visit, page: str, text: str) -> None:
    keys = [
        "to",
        "mode",
        "cutoff",
        "who",
        "per",
        "day",
        "from",
        "until",
        "share",
        "access",
        "point",
        "at_place",
    ]
    plain = visit.open(page)
    headings = plain.headings
    spec = plain.map() if plain.map_count() else None
    hostile = Visit().open(page, **dict.fromkeys([*keys, "beside", "type"], text))
    assert hostile.headings == headings
    assert (hostile.map() if hostile.map_count() else None) == spec


def test_the_preview_walks_and_cycles_and_says_what_is_missing(visit: Visit) -> None:
    visit.open("reach")
    assert visit.app.selectbox(key="mode").options == ["On foot", "By cycle"]
    assert "There is no timetable for Leeds yet: walking and cycling only." in visit.captions
    assert {"reach-wards", "reach-deciles", "reach-choices", "reach-twin"} <= set(visit.tables())
    visit.open("public_transport")
    assert visit.boxes == "There is no timetable for Leeds yet: walking and cycling only."


# ---- from here -------------------------------------------------------------------------------------------------------
def test_half_of_a_type_is_said_to_be_that(visit: Visit) -> None:
    # The preview holds libraries, and no school.
    rows = visit.open("from_here").table("inside-a").rows()
    assert "Education (collected only in part)" in rows.index and "Faith" in rows.index


def test_the_ground_from_the_centre_in_bands(in_toytown: Visit) -> None:
    in_toytown.open("from_here")
    bands = in_toytown.map()["bands"]
    assert len(bands) == 3  # the widest first, so that the nearest is drawn on top
    sizes = [np.ptp(np.array(b["rings"][0][0]), axis=0).prod() for b in bands]
    assert sizes == sorted(sizes, reverse=True)
    assert "Estimate: the streets round this place are not known" in in_toytown.captions
    assert in_toytown.table("inside-a").caption == "Residents and known assets reached on foot, estimate"
    residents = in_toytown.table("inside-a").rows().loc["Residents"].tolist()
    assert residents == sorted(residents)
    in_toytown.choose("mode", "cycle").choose("beside", "walk")
    assert in_toytown.map_count() == 2 and {"inside-a", "inside-b"} <= set(in_toytown.tables())
    assert in_toytown.headings.count("On foot") == in_toytown.headings.count("By cycle") == 1


# ---- a real, partial timetable ---------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def newport_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("STRONG_PLACES_MIRROR")
    mirror = Path(named) if named else REPOSITORY.parent / "shared" / "mirror"
    if not mirror.is_dir():
        pytest.skip(f"the mirror of real files is not here ({mirror}); STRONG_PLACES_MIRROR names another")
    folder = tmp_path_factory.mktemp("newport")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRONG_PLACES_DATA", str(folder))
        assert prepare(["newport", "--mirror", str(mirror)]) == 0
    return folder


@pytest.fixture
def newport(newport_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Visit:
    monkeypatch.setenv("STRONG_PLACES_DATA", str(newport_folder))
    monkeypatch.setenv("STRONG_PLACES_AREA", "newport")
    return Visit()


def test_every_choice_of_public_transport(newport: Visit) -> None:
    newport.open("reach", mode="transit")
    for preset in ("slow", "pushchair", "evening", "sunday", "return", "default"):
        newport.choose("who", preset)
        assert "Partial timetable: demonstration only." in newport.boxes, PRESET_NAMES[preset]
        assert "nobody is counted" in newport.headline
        assert "(partial timetable: demonstration only)" in newport.table("reach-twin").caption
        assert not {"reach-wards", "reach-deciles", "reach-ages", "reach-choices"} & set(newport.tables())
    newport.set_day("day", dt.date(2023, 6, 25))
    assert "Sunday 25 June 2023" in newport.captions and newport.query["day"] == "2023-06-25"
    newport.choose("from", "1700").choose("until", "1800").choose("share", "90").slide("access", 10)
    assert "from 17:00 to 18:00, the time that 90% of departures keep" in newport.captions
    assert "at most 10 minutes to a stop" in newport.captions
    for to in ("centre", "type"):
        newport.choose("to", to)


def test_nobody_is_counted_from_a_part_of_a_timetable(
    newport: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    newport.open("from_here", mode="transit")
    assert "nobody and nothing is counted, because the timetable is only a part" in newport.captions
    assert newport.map()["bands"] and newport.tables() == []
    place = study("newport")
    journey = Journey(mode="transit", day=dt.date(2023, 6, 20))
    assert not place.reach.carries_shares(journey)
    assert place.timetable_settings(journey) == {"timetable": "partial timetable: demonstration only"}
    assert place.reach.carries_shares(Journey())


def test_a_bus_is_never_slower_than_walking_all_the_way(newport: Visit) -> None:
    place = study("newport")
    journey = Journey(mode="transit", day=dt.date(2023, 6, 20))
    for destination in (to_centre(place.tables), to_type(place.tables, "health")):
        table = place.reach.minutes(destination, journey)
        known = table[table["minutes"].notna()]
        assert len(known) > 3_000
        assert (known["minutes"] <= known["on_foot"]).all()
        assert (known["p10"] <= known["minutes"]).all() and (known["minutes"] <= known["p90"]).all()


def test_departures_and_access_levels(newport: Visit) -> None:
    newport.open("public_transport")
    assert "Partial timetable: demonstration only." in newport.boxes
    table = newport.table("stations")
    per_hour, departures = table.column("Departures per hour"), table.column("Departures")
    assert departures == sorted(departures, reverse=True) and departures[0] > 5
    # On the map's legend, in the table and in the title of every file.
    for text in (table.caption, newport.table("ptal-twin").caption, newport.words):
        assert "(partial timetable: demonstration only)" in text
    assert per_hour == pytest.approx([d / 2 for d in departures], abs=0.06)
    levels = newport.table("ptal-twin").column("Access level")
    assert {"1a", "1b"} <= set(levels) and levels.count(None) > 20
    newport.choose("per", "ward").choose("from", "1900").choose("until", "2100")
    assert newport.table("stations").column("Departures")[0] < departures[0]
