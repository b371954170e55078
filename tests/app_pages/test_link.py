"""Choices in the link: the link sets the widget, the widget sets the link, and nothing unknown gets through."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.app_pages.visit import Visit
from tests.toytown import EASTFIELD, MIDTOWN, WESTGATE

# Two pages of one app in small: what stands in "_page" is what `_main` writes there.
SCRIPT = """
import streamlit as st
from app_pages._link import choose, choose_next, choose_several, choose_toggle

st.session_state["_page"] = st.session_state.get("page", "first")
fruit = {"apple": "Apple", "pear": "Pear", "plum": "Plum"}
if "few" in st.session_state:
    del fruit["pear"]
if "pick" in st.session_state:
    choose_next("fruit", st.session_state.pop("pick"))
st.session_state["answer"] = {
    "fruit": choose("Fruit", fruit, key="fruit"),
    "ward": choose("Ward", {"a": "A", "b": "B", "c": "C"}, key="ward", default="b"),
    "own": choose("Own", {"a": "A", "b": "B"}, key="type", shared=False),
    "several": choose_several("Several", fruit, key="several"),
    "on": choose_toggle("On", key="on", default=True),
}
"""


# The choices of each page that live in its link.
READ = {
    "home": {"area", "type", "min", "layer", "by", "ward"},
    "map": {"area", "type", "min", "layer", "by", "ward", "category", "types", "held", "green", "lsoa"},
    "ward": {"area", "ward", "beside"},
    "neighbourhood": {"area", "way"},
}


class Small:
    """A visitor to the page above."""

    def __init__(self, **query: str | list[str]) -> None:
        self.app = AppTest.from_string(SCRIPT, default_timeout=60)
        self.link(**query)

    def link(self, **query: str | list[str]) -> None:
        self.app.query_params.clear()
        self.app.query_params.update(query)
        self.run()

    def run(self) -> None:
        self.app.run()
        assert [e.value for e in self.app.exception] == []

    def choose(self, key: str, value: str) -> None:
        self.app.selectbox(key=key).set_value(value)
        self.run()

    @property
    def query(self) -> dict[str, str | list[str]]:
        return dict(self.app.query_params)

    def answer(self, key: str) -> object:
        return self.app.session_state["answer"][key]


def test_first_choices_are_left_out_of_the_link() -> None:
    page = Small()
    assert page.app.session_state["answer"] == {
        "fruit": "apple",
        "ward": "b",
        "own": "a",
        "several": [],
        "on": True,
    }
    assert page.query == {}


def test_link_to_widget_to_link() -> None:
    page = Small(fruit="pear", ward="a", several=["plum", "apple"], on="0")
    assert page.app.selectbox(key="fruit").value == "pear"
    assert page.app.session_state["answer"] == {
        "fruit": "pear",
        "ward": "a",
        "own": "a",
        "several": ["apple", "plum"],
        "on": False,
    }
    assert page.query == {"fruit": "pear", "ward": "a", "several": ["apple", "plum"], "on": "0"}
    page.choose("fruit", "plum")
    page.app.multiselect(key="several").set_value(["pear"])
    page.app.toggle(key="on").set_value(True)
    page.run()
    assert page.query == {"fruit": "plum", "ward": "a", "several": "pear"}
    page.choose("fruit", "apple")
    page.app.multiselect(key="several").set_value([])
    page.choose("ward", "b")
    assert page.query == {}


@pytest.mark.parametrize(
    "hostile",
    [
        "cherry",
        "",
        "Apple",
        "PEAR",
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "';--",
        "\0",
        "a" * 9000,
    ],
)
def test_unknown_ids_fall_back_and_leave_the_link(hostile: str) -> None:
    page = Small(fruit=hostile, ward=hostile, type=hostile, several=[hostile, "plum"], on=hostile)
    assert page.app.session_state["answer"] == {
        "fruit": "apple",
        "ward": "b",
        "own": "a",
        "several": ["plum"],
        "on": True,
    }
    assert page.query == {"several": "plum"}
    page.link(fruit="plum")
    page.link(fruit=hostile)  # also where the page stands open already
    assert page.answer("fruit") == "apple" and page.query == {}


def test_a_key_hundreds_of_times() -> None:
    page = Small(several=["pear"] * 400 + ["plum"], fruit=["plum"] * 400)
    assert page.answer("several") == ["pear"]  # what stands beyond the fortieth is not read
    assert page.query == {"several": "pear", "fruit": "plum"}


def test_back_and_forward() -> None:
    page = Small()
    page.choose("fruit", "pear")
    page.choose("fruit", "plum")
    page.link(fruit="pear")  # back
    assert page.answer("fruit") == "pear" and page.query == {"fruit": "pear"}
    page.link()  # and back to where nothing was chosen
    assert page.answer("fruit") == "apple" and page.query == {}
    page.link(fruit="plum", several="pear", on="0")  # forward
    assert (page.answer("fruit"), page.answer("several"), page.answer("on")) == ("plum", ["pear"], False)
    page.link(fruit="plum")
    assert (page.answer("fruit"), page.answer("several"), page.answer("on")) == ("plum", [], True)


def test_a_choice_made_for_a_person_beats_the_link() -> None:
    page = Small(fruit="pear")
    page.app.session_state["pick"] = "plum"
    page.run()
    assert page.answer("fruit") == "plum" and page.query == {"fruit": "plum"}
    page.run()
    assert page.answer("fruit") == "plum"  # and stays
    page.app.session_state["pick"] = "cherry"
    page.run()
    assert page.answer("fruit") == "plum"


def test_a_choice_that_is_no_longer_offered_falls_back() -> None:
    page = Small(fruit="pear", several=["pear", "plum"])
    page.app.session_state["few"] = True
    page.run()
    assert page.answer("fruit") == "apple" and page.answer("several") == []
    assert page.query == {}


def test_shared_choices_follow_to_the_next_page_and_others_do_not() -> None:
    page = Small()
    page.choose("ward", "c")
    page.choose("fruit", "plum")
    page.choose("type", "b")
    page.app.session_state["page"] = "second"
    page.link()  # Streamlit drops the query on the way to another page
    assert page.answer("ward") == "c" and page.query == {"ward": "c"}
    assert page.answer("fruit") == "apple"
    assert page.answer("own") == "a"  # asked not to be shared


def test_a_link_beats_what_was_chosen_on_another_page() -> None:
    page = Small()
    page.choose("ward", "c")
    page.app.session_state["page"] = "second"
    page.link(ward="a")
    assert page.answer("ward") == "a" and page.query == {"ward": "a"}


# ---- the same through the real pages -----------------------------------------------------------------------------
def test_ward_type_and_minutes_follow_from_page_to_page(in_toytown: Visit) -> None:
    in_toytown.open("home", ward=WESTGATE).choose("type", "faith").choose("min", "30")
    in_toytown.open("ward")
    assert in_toytown.app.selectbox(key="ward").value == WESTGATE
    in_toytown.choose("ward", MIDTOWN)
    in_toytown.open("map", layer="beyond")
    assert in_toytown.app.selectbox(key="type").value == "faith"
    assert in_toytown.app.selectbox(key="min").value == "30"
    assert in_toytown.map()["selected"] is None  # the map opens on all of the place
    in_toytown.open("home")
    assert "Strong in Midtown" in in_toytown.headings
    # 500 and 250 people of Midtown and the 3,080 of Eastfield have 33 minutes and more to the Mosque.
    assert in_toytown.headline.startswith(
        "About 3,800 of 8,100 people in Toytown (47%) live more than 30 minutes' walk from any known place of worship."
    )
    assert in_toytown.query == {"type": "faith", "min": "30", "ward": MIDTOWN}


def test_the_back_button_on_a_real_page(in_toytown: Visit) -> None:
    in_toytown.open("home").choose("ward", WESTGATE).choose("layer", "residents")
    assert in_toytown.query == {"ward": WESTGATE, "layer": "residents"}
    in_toytown.link(ward=WESTGATE)
    assert in_toytown.table("wards").caption.startswith("Residents more than 15 minutes' walk")
    in_toytown.link()
    assert "Strong in Eastfield" in in_toytown.headings


def test_one_link_shows_the_same_to_everyone(in_toytown: Visit) -> None:
    link = {
        "layer": "minutes",
        "by": "lsoa",
        "type": "health",
        "category": ["exchange", "culture"],
        "held": "outside",
    }
    in_toytown.open("map").choose("layer", "minutes").choose("by", "lsoa").choose("type", "health")
    in_toytown.choose_several("category", ["exchange", "culture"]).choose_several("held", ["outside"])
    assert in_toytown.query == link
    other = Visit().open("map", **link)
    assert other.query == link
    assert other.map() == in_toytown.map()
    assert other.table("twin").data == in_toytown.table("twin").data
    assert other.table("assets").data == in_toytown.table("assets").data


@pytest.mark.parametrize("page", ["home", "map", "ward", "neighbourhood"])
def test_a_hostile_query_changes_nothing_but_the_view(in_toytown: Visit, page: str) -> None:
    in_toytown.open(page)
    plain, title = in_toytown.map(), in_toytown.headings
    bad = "<img src=x onerror=alert(1)>{{7*7}}"
    other = Visit().open(
        page, **dict.fromkeys([*set.union(*READ.values()), "shape", "at", "unheard_of"], bad)
    )
    assert other.headings == title
    assert other.map() == plain
    assert not any(bad in text for text in (*other.html, *other.texts, other.captions))
    # What no choice reads may stay where it is; what one reads is put right.
    assert set(other.query).isdisjoint(READ[page])


def test_a_study_area_by_link(in_toytown: Visit) -> None:
    in_toytown.open("ward", area="toytown", ward=EASTFIELD)
    assert in_toytown.query == {}  # both are what the page opens with anyway
    in_toytown.open("ward", area="atlantis")
    assert in_toytown.line.startswith("Toytown · ")
