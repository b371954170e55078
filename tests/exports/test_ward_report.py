"""The page to print: what it says of Toytown, worked out by hand, and that it says it as text."""

from __future__ import annotations

import re
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from exports.ward_report import ward_report_html
from gaps.walking import WalkingTimes
from layers.categories import read_asset_rules
from layers.study_tables import StudyTables
from study.sources import read_sources
from tests.exports.reading import Element, headings, read_page
from tests.toytown import EAST, EASTFIELD, MIDTOWN, NORTH, WESTGATE, box, point, toytown
from tests.transport.grids import block, town
from transport.streets import StreetNetwork

NONE = ["–", "–", "–", "–"]
ATTACKS = [
    "<script>window.hacked=1</script>",
    '"><img src=x onerror=window.hacked=1>',
    "{{7*7}}{% raw %}{# x #}",
    "{{ cycler.__init__.__globals__.os.system('id') }}",
    "</style><svg onload=window.hacked=1>",
    "' onmouseover='window.hacked=1",
    "&lt;b&gt; &amp; {0} {name} %s ${x} `\\",
]


def page_of(tables: StudyTables, ward: str, streets: StreetNetwork | None = None) -> Element:
    """Return a ward's page as its reader meets it."""
    return read_page(ward_report_html(WalkingTimes(tables, streets), ward))


def reach(page: Element) -> dict[str, list[str]]:
    """Return the table of walking minutes by its first column."""
    return {row[0]: row[1:] for row in page.one("table", **{"class": "reach"}).rows()}


def kinds(page: Element) -> list[str]:
    """Return the words of each category."""
    return [kind.text for kind in page.one("ul", **{"class": "kinds"}).children if isinstance(kind, Element)]


def with_assets(tables: StudyTables, *rows: dict[str, object]) -> StudyTables:
    """Return the town with more assets, each like Westgate Library but for what is given."""
    new = pd.concat([tables.assets.loc[["n4"]].assign(**row) for row in rows])
    new.index = pd.Index([f"n{1000 + i}" for i in range(len(rows))], name="asset_id")
    both = pd.concat([tables.assets, new])
    return replace(tables, assets=gpd.GeoDataFrame(both, geometry="geometry", crs=tables.assets.crs))


def with_eighty_people(tables: StudyTables) -> StudyTables:
    """Return the town with Eastfield's greater part given to Midtown: 80 people are left."""
    return replace(tables, lsoas=tables.lsoas.assign(ward_code=[WESTGATE] * 2 + [MIDTOWN] * 3 + [EASTFIELD]))


def without_deprivation(sentence: str) -> StudyTables:
    return replace(
        toytown(), deprivation=None, deprivation_release=None, missing={"deprivation": sentence, "x": "y"}
    )


# ---- the whole page


def test_strengths_come_first_and_then_the_order_of_the_ward_page(tables):
    assert headings(page_of(tables, WESTGATE)) == [
        ("h1", "What is strong in Westgate?"),
        ("h2", "What is strong here"),
        ("h2", "How far people walk"),
        ("h3", "Your notes"),
        ("h2", "Green space"),
        ("h2", "Deprivation (IMD 2025)"),
        ("h2", "What has the map missed in Westgate?"),
        *(("h3", f"Card {number}") for number in range(1, 9)),
    ]


def test_a_reader_of_any_kind_is_told_what_it_is(tables):
    page = page_of(tables, WESTGATE)
    assert page.one("html").attributes["lang"] == "en"
    assert "Westgate, Toytown" in "".join(page.one("title").children)
    assert page.one("svg", role="img").attributes["aria-label"] == (
        "Map of Westgate: its outline, public green space and 5 places by kind. The list names them."
    )
    for table in page.all("table"):
        assert table.one("caption").text
        assert all(cell.attributes["scope"] == "col" for cell in table.one("thead").all("th"))
        assert all(row.one("th").attributes["scope"] == "row" for row in table.one("tbody").all("tr"))
    ids = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert all(e.attributes["aria-labelledby"] in ids for e in page.all("section"))


def test_no_script_and_nothing_fetched(tables):
    page = page_of(tables, WESTGATE)
    assert not page.all("script", "img", "link", "iframe", "object", "form")
    assert not [a for e in page.all() for a in e.attributes if a.startswith("on") or a in ("src", "srcset")]
    assert "url(" not in ward_report_html(WalkingTimes(tables, None), WESTGATE)
    assert [a.attributes["href"] for a in page.all("a")] == ["https://www.openstreetmap.org/copyright"]


def test_how_to_print_is_said_and_not_printed(tables):
    page = page_of(tables, WESTGATE)
    assert "press Ctrl and P" in page.one("header", **{"class": "screen"}).text
    style = "".join(page.one("style").children)
    assert re.search(r"@media print \{\s*\.screen \{ display: none; \}", style)


def test_a_ward_that_is_not_there(tables):
    with pytest.raises(KeyError, match="E05999999"):
        ward_report_html(WalkingTimes(tables, None), "E05999999")


@pytest.mark.parametrize("ward", [WESTGATE, MIDTOWN, EASTFIELD])
def test_nothing_is_changed_that_all_visitors_share(tables, ward):
    walking, same = WalkingTimes(tables, None), toytown()
    assert ward_report_html(walking, ward) == ward_report_html(walking, ward)
    for name in ("wards", "lsoas", "assets", "green_space", "resident_points", "deprivation"):
        pd.testing.assert_frame_equal(getattr(tables, name), getattr(same, name))


# ---- what is strong


def test_assets_by_category_with_their_names(tables):
    assert kinds(page_of(tables, WESTGATE)) == [
        "A Associations: 4 known (community space 1, faith 3) "
        "Westgate Hall, Quaker Meeting House, St Anne's Church, Westgate Mosque",
        "S Institutions: 1 known (education 1) Westgate Library",
    ]
    assert kinds(page_of(tables, EASTFIELD)) == [
        "S Institutions: 1 known (education 1) Eastfield School",
        "P Land, buildings and nature: 2 known (sport and leisure 1, play 1) Eastfield Pitch and 1 more",
    ]


def test_what_is_special_compared_with_the_study_area(tables):
    text = page_of(tables, WESTGATE).one("section", **{"aria-labelledby": "strong-title"}).text
    assert "More for each resident than in Toytown as a whole Faith: 3 known, about 2.7 times as many" in text
    assert "than in Toytown as a whole" not in page_of(tables, MIDTOWN).text


def test_many_names_are_cut_short_and_none_is_lost_from_the_count(tables):
    many = [
        {"asset_name": f"School {n}", "category": "institutions", "type": "education"} for n in range(300)
    ]
    surgery = {"asset_name": "The Only Surgery", "category": "institutions", "type": "health"}
    institutions = (
        page_of(with_assets(tables, *many, surgery), WESTGATE).one("ul", **{"class": "kinds"}).all("li")[1]
    )
    names = [name.text for name in institutions.all("bdi")]
    # One of each type in turn: 301 educational places do not hide the only surgery.
    assert names[:2] == ["School 0", "The Only Surgery"]
    assert 20 < len(names) < 120
    assert "Institutions: 302 known (education 301, health 1)" in institutions.text
    assert institutions.text.endswith(f"{names[-1]} and {302 - len(names)} more")


def test_where_there_is_little_room_every_category_keeps_a_name(tables):
    categories = read_asset_rules().categories
    long = "Saint Margaret's Memorial Hall and Women's Institute Room"
    kinds_of = [(c, t) for c in categories for t in ("faith", "health", "heritage", "education", "culture")]
    rows = [
        {"asset_name": f"{n} {t} {long}", "category": c, "type": t} for n in range(10) for c, t in kinds_of
    ]
    rows.append({"asset_name": None, "category": "exchange", "type": "heritage"})
    page = page_of(with_assets(tables, *rows), WESTGATE)
    for kind in page.one("ul", **{"class": "kinds"}).all("li"):
        names = kind.all("bdi")
        assert len(names) >= 1
        known, more = re.search(r": (\d+) known.* and (\d+) more$", kind.text).groups()
        assert int(known) == len(names) + int(more)


def test_two_places_of_one_name_are_two(tables):
    twin = {"asset_name": "Westgate Library"}
    assert kinds(page_of(with_assets(tables, twin), WESTGATE))[1].endswith(
        "2 known (education 2) Westgate Library"
    )


def test_stops_and_benches_are_counted_but_not_named_nor_drawn(tables):
    bench = {"asset_name": "Bench 12", "category": "place", "type": "everyday_enablers"}
    page = page_of(with_assets(tables, bench), WESTGATE)
    assert kinds(page)[2] == "P Land, buildings and nature: 1 known (everyday enablers 1)"
    assert len(dots(page)) == 5
    caption = "Stops, benches and toilets are left out."
    assert caption in page.one("figcaption").text
    assert caption not in page_of(tables, WESTGATE).one("figcaption").text


def test_a_kind_without_a_single_name_says_so(tables):
    swings = {"asset_name": None, "category": "place", "type": "play"}
    kind = kinds(page_of(with_assets(tables, swings, swings), WESTGATE))[2]
    assert kind == "P Land, buildings and nature: 2 known (play 2) no names on the map"


def test_a_ward_without_any_known_place(tables):
    page = page_of(replace(tables, assets=tables.assets.loc[["n4"]]), EASTFIELD)
    assert "No places are on the map here yet. That does not mean there are none." in page.text
    assert not page.all("ul", **{"class": "kinds"})


# ---- how far people walk


def test_reach_by_estimate(tables):
    # 300, 700 and 1,221 m in a straight line, 1.4 times as far on foot, at 80 m a minute.
    rows = reach(page_of(tables, WESTGATE))
    assert rows["Community space"] == ["12", "5 to 21", "about 1,200", "42%", "estimate"]
    assert rows["Food and everyday shops"] == [*NONE, "not collected"]
    assert list(rows) == [read_asset_rules().types[t].name for t in read_asset_rules().gap_types()]
    assert reach(page_of(tables, EASTFIELD))["Community space"][2:] == ["about 3,100", "100%", "estimate"]


def test_the_settings_are_said(tables):
    text = page_of(tables, WESTGATE).text
    assert "Minutes on foot at 4.8 km/h" in text
    assert "Residents over 15 minutes" in text
    assert "Estimate: a straight line made 1.4 times as long" in text


@pytest.fixture
def streets() -> StreetNetwork:
    """Streets every 500 m in Westgate, known as far east as 3,400 m, where Midtown has none of them."""
    return town(*block(4, 500, x=EAST, y=NORTH), covered=box(-6000, -6000, 3400, 8000))


def test_reach_over_streets(tables, streets):
    # 300, 700, 1,300 and 1,700 m by the streets; half the people live within 700.
    rows = reach(page_of(tables, WESTGATE, streets))
    assert rows["Community space"] == ["9", "4 to 21", "about 1,200", "42%", "street network"]


def test_reach_where_only_streets_were_looked_at(tables, streets):
    tables = replace(tables, area=tables.area.model_copy(update={"assets_cover": "streets"}))
    page = page_of(tables, MIDTOWN, streets)
    # Points 5 and 7 lie beyond: 750 of 2,000 people, too many to say anything of the others.
    assert reach(page)["Community space"][2:] == ["not known", "–", "estimate*"]
    assert "* Not known for some residents: community space about 750," in page.text
    assert reach(page_of(tables, EASTFIELD, streets))["Community space"] == [*NONE, "not covered"]


# ---- green space and deprivation


def test_green_space(tables):
    text = page_of(tables, WESTGATE).one("section", **{"aria-labelledby": "green-title"}).text
    assert text == (
        "Green space 2.0 hectares of public green space are known inside it, 0.5% of its land, or 7 m² for each "
        "resident. People also use the park across the line. The largest: Long Park"
    )


def test_green_space_that_was_not_collected(tables):
    page = page_of(replace(tables, green_space=None), WESTGATE)
    section = page.one("section", **{"aria-labelledby": "green-title"})
    assert section.text == "Green space Green space was not collected here."


def test_deprivation_is_counts_of_small_areas_and_people(tables):
    page = page_of(tables, WESTGATE)
    table = page.one("table", **{"class": "deciles"})
    filled = {"1": ["1", "1", "1,000", ""], "3": ["3", "1", "2,000", ""]}
    assert table.rows() == [filled.get(str(d), [str(d), "0", "0", ""]) for d in range(1, 11)]
    assert [bar.attributes["style"] for bar in table.all("div")] == ["width: 33.3%", "width: 66.7%"]
    assert (
        "About 1,000 residents, in 1 of 2 small areas, live in the most deprived tenth of England (IMD 2025)."
        in page.text
    )
    none = "None of its 2 small areas is in the most deprived tenth of England (IMD 2025)."
    assert none in page_of(tables, MIDTOWN).text


def test_where_there_is_no_deprivation_data_the_reason_stands_in_its_place():
    page = page_of(without_deprivation("Toytown is <not> in the index."), WESTGATE)
    section = page.one("section", **{"aria-labelledby": "deprivation-title"})
    assert section.text == "Deprivation Toytown is <not> in the index."
    assert "IMD" not in page.text
    nothing = replace(without_deprivation(""), missing={})
    assert "There is no deprivation data for this place." in page_of(nothing, WESTGATE).text


# ---- too few people


def test_no_figure_about_too_few_people(tables):
    page = page_of(with_eighty_people(tables), EASTFIELD)
    assert "Fewer than 100 people live here by this map's reckoning." in page.text
    assert "80" not in page.text
    for name, cells in reach(page).items():
        assert cells[:4] == NONE, name
        assert cells[4] in ("too few residents", "not collected"), name
    assert not page.all("table", **{"class": "deciles"})
    assert "Too few people live here for a figure to mean anything." in page.text
    assert "for each resident" not in page.text
    # What is known of the ground and its places is no figure about people.
    assert "0.0 hectares of public green space are known inside it, 0.0% of its land." in page.text
    assert "Institutions: 1 known" in page.text


# ---- the map


def dots(page: Element) -> list[tuple[str, str]]:
    """Return the colour and position of each place on the map."""
    groups = page.one("svg", role="img").all("g")
    return [
        (g.attributes["fill"], g.attributes["transform"].split(" scale")[0])
        for g in groups
        if "scale" in g.attributes.get("transform", "")
    ]


def drawn(page: Element, colour: str) -> str:
    """Return the path filled with a colour."""
    return page.one("svg", role="img").one("path", fill=colour).attributes["d"]


def test_the_map_is_the_ward_north_up_in_millimetres(tables):
    # 2,000 m go into 60 mm, and 3 mm stay free above and below: 0.03 mm a metre, the middle at (34, 33).
    page = page_of(tables, WESTGATE)
    outline = page.one("svg", role="img").one("path", **{"stroke-width": ".5"}).attributes["d"]
    corners = re.findall(r"[\d.]+ [\d.]+", outline)
    assert set(corners) == {"4 3", "64 3", "64 63", "4 63"}
    # Westgate Hall at (500, 800): 15 mm west of the middle, 6 mm south of it.
    colours = {c: about.colour for c, about in read_asset_rules().categories.items()}
    assert (colours["associations"], "translate(19.0 39.0)") in dots(page)
    assert sorted(colour for colour, _ in dots(page)) == sorted(
        [colours["associations"]] * 4 + [colours["institutions"]]
    )
    # 26 mm are 867 m: the scale shows 500 of them.
    assert [t.text for t in page.one("svg", role="img").all("text")][-2:] == ["500 m", "North"]
    assert page.all("path", d="M0 -1.6V0H15.0V-1.6")


def test_signs_carry_letters_until_there_are_too_many(tables):
    def letters(page: Element) -> list[str]:
        return [text.text for text in page.one("svg", role="img").all("text")][:-2]

    many = [{"asset_name": f"School {n}"} for n in range(65)]
    assert len(letters(page_of(with_assets(tables, *many), WESTGATE))) == 70
    assert letters(page_of(with_assets(tables, *many, many[0]), WESTGATE)) == []


def test_public_green_space_is_drawn_once(tables):
    # Long Park and Millpond Wood overlap and are one shape; the golf course is not public.
    green = drawn(page_of(tables, WESTGATE), "#c9e4c5")
    assert green.count("M") == 1
    assert drawn(page_of(tables, EASTFIELD), "#c9e4c5") == ""


def test_nameless_woods_are_shapes_not_dots(tables):
    wood = {"category": "place", "type": "green_and_blue_space", "geometry": point(900, 900)}
    for name, count in ((None, 5), ("Oak Wood", 6)):
        page = page_of(with_assets(tables, wood | {"asset_name": name}), WESTGATE)
        assert len(dots(page)) == count
        assert "green and blue space 1" in page.text


def test_water_and_streets_where_they_are_known(tables):
    lines = gpd.GeoDataFrame(
        geometry=[shapely.LineString([point(0, 1000), point(1000, 1000)])], crs=tables.area.crs
    )
    pond = gpd.GeoDataFrame(geometry=[box(900, 900, 1100, 1100)], crs=tables.area.crs)
    page = page_of(replace(tables, street_lines=lines, water=pond), WESTGATE)
    assert page.one("svg", role="img").one("path", stroke="#cfcfca").attributes["d"] == "M4 33L34 33"
    assert set(re.findall(r"[\d.]+ [\d.]+", drawn(page, "#cfe6f2"))) == {"31 30", "31 36", "37 30", "37 36"}
    assert "Streets are drawn only where this map knows them." in page.one("figcaption").text


# ---- what is owed, and the second side


def test_what_is_owed_and_how_old_it_is(tables):
    foot = page_of(tables, WESTGATE).one("div", **{"class": "foot"}).text
    assert foot.startswith("Not on the map is not the same as not there.")
    for table, source_id in tables.sources.items():
        if table in ("connectivity", "broadband"):
            continue
        source = read_sources()[source_id]
        assert source.attribution in foot
        assert f"{source.title}: {source.vintage}" in foot
    assert "Connectivity" not in foot
    credit = page_of(tables, WESTGATE).one("figcaption").one("a")
    assert credit.text == "© OpenStreetMap contributors"


def test_eight_blank_cards(tables):
    side = page_of(tables, WESTGATE).one("div", id="side-2")
    cards = side.all("section")
    assert [card.text for card in cards] == [
        f"Card {n} What is it? Who holds it? Where? When is it open? Who told you?" for n in range(1, 9)
    ]
    assert all(len(card.all("i")) == 5 for card in cards)
    for label in ("Your group", "Date", "Where these cards go, and by when"):
        assert label in side.text


# ---- text from anyone


def everywhere(attack: str) -> StudyTables:
    """Return Toytown with a text in every field that someone outside has written."""
    tables = without_deprivation(attack)
    return replace(
        tables,
        area=tables.area.model_copy(update={"name": attack, "country": attack}),
        wards=tables.wards.assign(ward_name=attack),
        lsoas=tables.lsoas.assign(lsoa_name=attack),
        assets=tables.assets.assign(asset_name=attack, operator=attack, website=attack, opening_hours=attack),
        green_space=tables.green_space.assign(green_name=attack),
        fingerprint=attack,
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_from_outside_is_text(tables, attack):
    page = page_of(everywhere(attack), WESTGATE)
    shape = [(e.tag, sorted(e.attributes)) for e in page.all() if e.tag != "bdi"]
    plain = page_of(everywhere("Plain"), WESTGATE)
    assert shape == [(e.tag, sorted(e.attributes)) for e in plain.all() if e.tag != "bdi"]
    as_read = " ".join(attack.split())
    # The heading, the list, the park, the reason and the data's version.
    assert page.one("h1").text == f"What is strong in {as_read}?"
    assert [name.text for name in page.all("bdi")] == [as_read] * 3
    assert page.one("section", **{"aria-labelledby": "deprivation-title"}).text == f"Deprivation {as_read}"
    assert f"Data version {as_read}." in page.text
    assert as_read in page.one("svg", role="img").attributes["aria-label"]


def test_names_stay_on_their_line(tables):
    zebras = "  Zebra\n\t" * 40
    page = page_of(with_assets(tables, {"asset_name": zebras}, {"asset_name": "漢" * 90}), WESTGATE)
    names = [name.text for name in page.all("bdi")]
    # Sixty small letters: a capital counts as a third more, a Chinese one as two.
    assert names[4:7] == ["Zebra " * 9 + "Z…", "Westgate Library", "漢" * 29 + "…"]


# ---- the real Leeds


def test_every_ward_of_leeds(leeds, leeds_pages):
    assert len(leeds_pages) == 33
    for code, html in leeds_pages.items():
        page = read_page(html)
        name = leeds.tables.wards["ward_name"][code]
        assert page.one("h1").text == f"What is strong in {name}?"
        counted = [int(row[1]) for row in page.one("table", **{"class": "deciles"}).rows()]
        assert sum(counted) == (leeds.tables.lsoas["ward_code"] == code).sum()
        assert len(reach(page)) == 10
        assert len(kinds(page)) >= 2
        assert not re.search(r"\b(nan|NaN|inf|None(?! of its))\b", page.text)


def test_gipton_and_harehills(leeds, leeds_pages):
    (code,) = leeds.tables.wards.index[leeds.tables.wards["ward_name"] == "Gipton & Harehills"]
    page = read_page(leeds_pages[code])
    assert "in 13 of 17 small areas, live in the most deprived tenth of England (IMD 2025)" in page.text
    assert page.one("table", **{"class": "deciles"}).rows()[0][1] == "13"
    assert reach(page)["Play"] == [*NONE, "not collected"]
