"""The ward page: every ward alone, two side by side, and Toytown's wards figure by figure."""

from __future__ import annotations

from app_pages._tables import Study
from layers.categories import read_asset_rules
from study.words import people
from tests.app_pages.visit import Visit
from tests.toytown import EASTFIELD, MIDTOWN, WESTGATE, toytown

GIPTON, SEACROFT = "E05011394", "E05011400"
PARTS = ["What is strong here", "How far people walk", "Green space", "Deprivation"]


def test_strengths_come_before_needs(in_toytown: Visit) -> None:
    in_toytown.open("ward", ward=WESTGATE)
    assert in_toytown.headings == ["What is strong in this ward, and what is far away?", "Westgate", *PARTS]
    assert "About 3,000 residents" in in_toytown.texts
    assert in_toytown.line == "Toytown · Westgate"


def test_strengths_of_westgate(in_toytown: Visit) -> None:
    in_toytown.open("ward", ward=WESTGATE)
    assert "Faith: 3 known, 2.7 times the rate of Toytown as a whole" in in_toytown.words
    for words in ("Associations : 4 known", "Institutions : 1 known Westgate Library", "Long Park"):
        assert words in in_toytown.words
    for name in ("Westgate Hall", "St Anne's Church", "Westgate Mosque", "Quaker Meeting House"):
        assert name in in_toytown.words
    assert "Millpond Wood" not in in_toytown.words and "Staff Cafe" not in in_toytown.words


def test_reach_of_westgate(in_toytown: Visit) -> None:
    in_toytown.open("ward", ward=WESTGATE)
    table = in_toytown.table(f"{WESTGATE}reach").rows()
    assert list(table.index) == [read_asset_rules().types[t].name for t in read_asset_rules().gap_types()]
    hall = table.loc["Community space"]
    # By metres: 750 people at 300, 1,000 at 700, 250 at 1,044, 1,000 at 1,221; the middle one is at 700 m:
    # 700 m x 1.4 / 80 m a minute = 12.25 minutes; one in ten is under 5.25, one in ten over 21.4.
    assert hall["Minutes, middle resident"] == 12
    assert hall["Most people (10th to 90th)"] == "5 to 21"
    assert hall["Residents over 15 min"] == 1200 and hall["% of residents"] == 42  # 1,250 of 3,000
    assert hall["Note"] == "estimate"
    assert table.loc["Food and everyday shops", "Note"] == "not collected"
    assert table.loc["Food and everyday shops"].drop("Note").isna().all()
    assert "Estimate: straight lines" in in_toytown.captions


def test_green_space_of_each_ward(in_toytown: Visit) -> None:
    for ward, ha, share, m2 in (
        (WESTGATE, "2.0", "0.5", 7),
        (MIDTOWN, "5.5", "1.4", 28),
        (EASTFIELD, "0.0", "0.0", 0),
    ):
        in_toytown.open("ward", ward=ward)
        assert (
            f"{ha} hectares of public green space are known inside it, {share}% of its land, or {m2} m² for each "
            "resident. People also use the park across the line."
        ) in in_toytown.texts


def test_deprivation_of_each_ward(in_toytown: Visit) -> None:
    end = "small areas, live in the most deprived tenth of England (IMD 2025)."
    for ward, sentence, counts in (
        (WESTGATE, f"About 1,000 residents, in 1 of 2 {end}", {"1": (1, 1000, 33), "3": (1, 2000, 67)}),
        (MIDTOWN, f"No residents, in 0 of 2 {end}", {"5": (1, 1500, 75), "10": (1, 500, 25)}),
        (EASTFIELD, f"About 3,100 residents, in 2 of 2 {end}", {"1": (2, 3080, 100)}),
    ):
        in_toytown.open("ward", ward=ward)
        assert sentence in in_toytown.texts
        table = in_toytown.table(f"{ward}deprivation").rows()
        shown = {d: tuple(row) for d, row in table.iterrows()}
        assert shown == {str(d): counts.get(str(d), (0, 0, 0)) for d in range(1, 11)}


def test_two_wards_side_by_side(in_toytown: Visit) -> None:
    in_toytown.open("ward", ward=WESTGATE).choose("beside", MIDTOWN)
    assert in_toytown.query == {"ward": WESTGATE, "beside": MIDTOWN}
    assert [h.value for h in in_toytown.app.header] == ["Westgate", "Midtown"]
    assert [h.value for h in in_toytown.app.subheader] == PARTS * 2
    assert in_toytown.map_count() == 2
    assert [in_toytown.map(n)["selected"]["code"] for n in (0, 1)] == [WESTGATE, MIDTOWN]
    assert in_toytown.tables() == [
        f"{WESTGATE}reach",
        f"{WESTGATE}deprivation",
        f"{MIDTOWN}reach",
        f"{MIDTOWN}deprivation",
    ]
    assert in_toytown.line == "Toytown · Westgate · Midtown"


def test_the_same_ward_is_not_offered_beside_itself(in_toytown: Visit) -> None:
    in_toytown.open("ward", ward=WESTGATE)
    assert in_toytown.app.selectbox(key="beside").options == ["No other ward", "Eastfield", "Midtown"]
    in_toytown.choose("beside", MIDTOWN)
    in_toytown.choose("ward", MIDTOWN)  # what stood beside is now the ward itself
    assert [h.value for h in in_toytown.app.header] == ["Midtown"]
    assert "beside" not in in_toytown.query
    in_toytown.link(ward=WESTGATE, beside=WESTGATE)
    assert [h.value for h in in_toytown.app.header] == ["Westgate"]
    assert "beside" not in in_toytown.query


def test_each_map_shows_its_own_ward(in_toytown: Visit) -> None:
    in_toytown.open("ward", ward=MIDTOWN)
    order = list(toytown().assets.index)
    assert {order[i] for i in in_toytown.assets_on_map()} == {"n2", "n6", "n7", "n9", "n10", "n12"}
    assert in_toytown.map()["values"] is None  # nothing shades it
    assert in_toytown.map()["greens"]


def test_a_ward_is_printed_from_its_own_address(in_toytown: Visit) -> None:
    in_toytown.open("ward", ward=WESTGATE, beside=EASTFIELD)
    buttons = [(b.proto.label, b.proto.url) for b in in_toytown.app.get("link_button")]
    assert buttons == [
        ("Print Westgate", f"/print/toytown/{WESTGATE}"),
        ("Print Eastfield", f"/print/toytown/{EASTFIELD}"),
    ]


def test_every_ward_of_leeds(visit: Visit, leeds: Study) -> None:
    tables = leeds.tables
    residents = tables.population["residents"].groupby(tables.lsoas["ward_code"]).sum()
    visit.open("ward")
    for code, name in tables.wards["ward_name"].items():
        visit.choose("ward", code)
        assert visit.headings == [visit.app.title[0].value, name, *PARTS]
        assert f"{people(residents[code]).capitalize()} residents" in visit.texts
        deciles = visit.table(f"{code}deprivation")
        assert sum(deciles.column("Residents")) == residents[code]
        assert sum(deciles.column("Small areas")) == (tables.lsoas["ward_code"] == code).sum()
        notes = visit.table(f"{code}reach").rows()["Note"]
        not_in_preview = ["Education", "Play", "Food and everyday shops"]
        assert [t for t, note in notes.items() if note == "not collected"] == not_in_preview
        assert set(notes.drop(not_in_preview)) == {"estimate"}


def test_golden_wards_of_leeds_side_by_side(visit: Visit) -> None:
    visit.open("ward", ward=GIPTON, beside=SEACROFT)
    end = "small areas, live in the most deprived tenth of England (IMD 2025)."
    assert any(f"in 13 of 17 {end}" in t for t in visit.texts)
    assert any(f"in 8 of 17 {end}" in t for t in visit.texts)


def test_every_other_ward_beside_one(visit: Visit, leeds: Study) -> None:
    visit.open("ward", ward=GIPTON)
    others = [c for c in leeds.tables.wards.index if c != GIPTON]
    # A sample: each of the 33 profiles is drawn above, and every offered id is known here.
    assert len(visit.app.selectbox(key="beside").options) == 1 + len(others)
    for code in (others[0], others[-1], ""):
        visit.choose("beside", code)
        assert len(visit.app.header) == (2 if code else 1)
