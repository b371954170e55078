"""The one thing that goes through folium: base64, in which no template and no script can be written."""

import base64
import json
import math
import re
from pathlib import Path

import folium
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.base_map import base_map
from mapping.url_layer import UrlLayer, bitmap, encode_spec

BASE64 = re.compile(r"[A-Za-z0-9+/=]*")
ATTACKS = [
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{# comment",
    "{{ cycler.__init__.__globals__.os.system('touch here') }}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</script><script>alert(1)//",
    "${alert(1)}",
    "`backtick`",
    "\\",
    "');alert(1);//",
    "\u2028",
]


def decoded(text: str) -> object:
    return json.loads(base64.b64decode(text))


def test_a_description_goes_and_comes_back() -> None:
    spec = {"layers": [{"url": "/map-data/leeds/wards.geojson?v=1"}], "zoom": 11.25, "none": None}
    assert decoded(encode_spec(spec)) == spec


@given(
    st.recursive(
        st.text() | st.floats(allow_nan=False, allow_infinity=False) | st.none(), st.lists, max_leaves=5
    )
)
def test_whatever_is_in_it_a_description_is_plain_base64(value: object) -> None:
    text = encode_spec({"value": value})
    assert BASE64.fullmatch(text)
    assert decoded(text) == {"value": value}


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_a_browser_cannot_read_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encode_spec({"values": [1.0, number]})


def test_numpy_numbers_are_refused_rather_than_written_as_text() -> None:
    with pytest.raises(TypeError):
        encode_spec({"value": np.int64(1)})


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_never_reaches_the_page_and_never_runs(
    attack: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    drawn = base_map((53.8, -1.5), zoom=11)
    # As the pages do it: in a group, which the map's frame takes in without drawing itself anew.
    UrlLayer({"title": attack, attack: [attack]}).add_to(folium.FeatureGroup().add_to(drawn))
    page = drawn.get_root().render()
    empty = base_map((53.8, -1.5), zoom=11)
    folium.FeatureGroup().add_to(empty)
    assert page.count(attack) == empty.get_root().render().count(attack)
    assert list(tmp_path.iterdir()) == []
    text = re.search(r'strongPlaces\.draw\((\w+), "([^"]*)"\)', page)
    assert text[1] == drawn.get_name()
    assert decoded(text[2]) == {"title": attack, attack: [attack]}


@pytest.mark.parametrize(
    ("mask", "text"),
    [
        ([], ""),
        ([True], "gA=="),
        # 1010 0000 is A0.
        ([True, False, True], "oA=="),
        # 1111 1111 1000 0000 is FF 80.
        ([True] * 9, "/4A="),
        ([False] * 8, "AA=="),
    ],
)
def test_a_bitmap_has_one_bit_an_asset_the_first_highest(mask: list[bool], text: str) -> None:
    assert bitmap(mask) == text


@given(st.lists(st.booleans(), max_size=200))
def test_a_bitmap_says_which_assets_are_shown(mask: list[bool]) -> None:
    data = base64.b64decode(bitmap(np.array(mask, dtype=bool)))
    assert len(data) == math.ceil(len(mask) / 8)
    assert [bool(data[i // 8] & (128 >> i % 8)) for i in range(len(mask))] == mask
