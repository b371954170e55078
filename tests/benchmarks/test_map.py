"""The pieces of the benchmark: figures, messages taken apart, the peer's page, wrong arguments. Nothing is timed."""

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import folium
import numpy as np
import pandas as pd
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit_folium import generate_leaflet_string

from benchmarks.browser import Answer, Message, Traffic
from benchmarks.machine import data_sizes, machine, versions
from benchmarks.map import main
from benchmarks.measures import Switch, Switches, phases_of
from benchmarks.peer_page import PeerMap, peer_map, points_geojson, shown_assets, zones_geojson
from benchmarks.results import Measured, fact_line, fact_text, json_line, ratio_lines, ratios, results_table
from benchmarks.servers import free_port
from benchmarks.stages import LAYERS, QUICK, Plan
from benchmarks.visitors import Crowd, Visit, map_addresses, page_and_query
from benchmarks.wire import Part, map_description, part_of, relaying
from gaps.indicators import available_indicators
from mapping.url_layer import UrlLayer
from tests.toytown import EASTFIELD, MIDTOWN, WESTGATE, toytown

OURS = Measured("open", "opening", "s", (3.0, 1.0, 2.0), target=2.5)
PEER = Measured("open", "opening", "s", (9.0, 7.0), "peer")
MOVED = Measured("moved", "moved", "times", (0.0,), target=0, by_worst=True)


# ---- figures -------------------------------------------------------------------------------------


def test_the_middle_of_three_and_of_two() -> None:
    assert (OURS.median, PEER.median) == (2.0, 8.0)


@pytest.mark.parametrize(
    ("values", "by_worst", "verdict"),
    [
        ((2.0, 2.5, 9.0), False, "within"),
        ((2.0, 2.6, 2.7), False, "over"),
        ((2.0, 2.5, 9.0), True, "over"),
        ((2.0, 2.5), True, "within"),
    ],
)
def test_a_target_is_held_against_the_median_or_the_worst(
    values: tuple[float, ...], by_worst: bool, verdict: str
) -> None:
    assert Measured("x", "x", "s", values, target=2.5, by_worst=by_worst).verdict == verdict


def test_without_a_target_there_is_no_verdict() -> None:
    assert PEER.verdict == ""
    assert PEER.as_dict()["verdict"] is None


def test_nothing_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="open"):
        Measured("open", "opening", "s", ())


def test_the_ratio_says_how_many_times_the_peer_takes() -> None:
    assert ratios([OURS, PEER]) == {"open": 4.0}
    assert [json.loads(line) for line in ratio_lines([PEER, OURS])] == [
        {"kind": "ratio", "name": "open", "peer_over_ours": 4.0}
    ]


def test_no_ratio_without_a_peer_or_to_nought() -> None:
    moved_by_peer = Measured("moved", "moved", "times", (4.0,), "peer")
    fetched, nothing = (Measured("data", "data", "KB", (v,), w) for v, w in ((429.0, "ours"), (0.0, "peer")))
    assert (
        ratios([OURS]) == ratios([PEER]) == ratios([MOVED, moved_by_peer]) == ratios([fetched, nothing]) == {}
    )


def test_the_table_has_one_line_for_ours_and_the_peer_together() -> None:
    alone = Measured("inline", "only the peer", "KB", (1500.0,), "peer")
    lines = results_table([OURS, PEER, MOVED, alone]).splitlines()
    assert [line.split() for line in lines[2:]] == [
        ["opening", "1", "2", "3", "s", "2.5", "within", "8", "4.0"],
        ["moved", "0", "0", "0", "times", "0", "within"],
        ["only", "the", "peer", "KB", "1,500"],
    ]
    assert set(lines[1]) == {"-"}


def test_a_line_of_json_holds_every_run() -> None:
    assert json.loads(json_line(OURS)) == {
        "kind": "measured",
        "name": "open",
        "whose": "ours",
        "title": "opening",
        "unit": "s",
        "min": 1.0,
        "median": 2.0,
        "max": 3.0,
        "runs": 3,
        "values": [3.0, 1.0, 2.0],
        "target": 2.5,
        "verdict": "within",
    }


def test_facts_are_a_line_of_json_or_a_sentence() -> None:
    assert json.loads(fact_line("machine", {"cores": 2})) == {"kind": "machine", "cores": 2}
    assert fact_text("machine", {"cores": 2, "system": "Linux"}) == "Machine: cores 2; system Linux"


# ---- the machine and the data --------------------------------------------------------------------


def test_what_it_was_measured_on_is_known() -> None:
    assert machine()["cores"] >= 1
    assert machine()["memory_gb"] > 0
    assert versions()["folium"] == folium.__version__


def test_sizes_of_the_data_are_read_from_what_prepare_left(tmp_path: Path) -> None:
    (tmp_path / "display").mkdir()
    (tmp_path / "display" / "wards.geojson").write_bytes(b"x" * 2048)
    (tmp_path / "manifest.json").write_text(
        json.dumps({"tables": {"wards": {"rows": 33}, "lsoas": {"rows": 488}}})
    )
    assert data_sizes(tmp_path) == {"wards_rows": 33, "lsoas_rows": 488, "wards_shapes_kb": 2}


# ---- Streamlit's messages ------------------------------------------------------------------------


def _element() -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path.append(0)
    return message


def test_a_table_is_told_by_its_key() -> None:
    message = _element()
    table = message.delta.new_element.bidi_component
    table.component_name, table.id, table.json = "strong_places_table", "$$ID-0a1b-twin", "1" * 5000
    part = part_of(message.SerializeToString())
    assert part.name == "table twin"
    assert part.size == len(message.SerializeToString())
    assert 0 < part.packed < part.size / 10  # five thousand times the same letter


def test_the_end_of_a_script_says_whether_it_ran_through() -> None:
    good, bad = ForwardMsg(), ForwardMsg()
    good.script_finished = ForwardMsg.FINISHED_SUCCESSFULLY
    bad.script_finished = ForwardMsg.FINISHED_WITH_COMPILE_ERROR
    parts = [part_of(m.SerializeToString()) for m in (good, bad)]
    assert [(p.name, p.succeeded) for p in parts] == [("script finished", True), ("script finished", False)]


def test_an_error_on_the_page_is_an_error_and_a_note_is_not() -> None:
    error, note, broken = _element(), _element(), _element()
    for message, kind in ((error, "ERROR"), (note, "INFO")):
        alert = message.delta.new_element.alert
        alert.body, alert.format = "Something went wrong", getattr(type(alert), kind)
    broken.delta.new_element.exception.message = "KeyError"
    parts = [part_of(m.SerializeToString()) for m in (error, note, broken)]
    assert [p.name for p in parts] == ["error", "alert", "error"]
    assert [p.text for p in parts] == ["Something went wrong", "", "KeyError"]


def test_our_maps_description_is_read_from_its_component() -> None:
    spec = {"base": "/map-data/toytown/abc/", "by": "lsoa"}
    drawn, group = folium.Map(), folium.FeatureGroup()
    group.add_child(UrlLayer(spec))
    group.add_to(drawn)
    drawn.get_root().render()
    message = _element()
    message.delta.new_element.component_instance.json_args = json.dumps(
        {"feature_group": generate_leaflet_string(group)}
    )
    part = part_of(message.SerializeToString())
    assert part.name == "map"
    assert map_description(part.text) == spec


def test_anothers_map_has_no_description() -> None:
    assert map_description(json.dumps({"feature_group": None})) is None
    assert map_description(json.dumps({"script": "L.map('map_div')"})) is None


def test_a_visitor_fetches_what_the_description_names_each_once() -> None:
    spec = {"base": "/d/", "by": "ward", "values": "values/imd.json?by=ward", "assets": {"mask": ""}}
    spec |= {"ground": ["water"], "greens": True}
    assert map_addresses(spec) == [
        "/d/wards.geojson",
        "/d/values/imd.json?by=ward",
        "/d/assets.geojson",
        "/d/water.geojson",
        "/d/green_space.geojson",
    ]
    bare = {"base": "/d/", "by": "lsoa", "values": None, "assets": None, "ground": [], "greens": False}
    assert map_addresses(bare) == ["/d/wards.geojson", "/d/lsoas.geojson"]


def test_a_crowd_counts_errors_and_shares_its_memory_out() -> None:
    crowd = Crowd([Visit(), Visit(error="OSError: gone")], before_mb=300.0, during_mb=310.0)
    assert crowd.errors == ["OSError: gone"]
    assert crowd.mb_each == 5.0


# ---- where the time goes -------------------------------------------------------------------------


def test_the_phases_of_an_opening_follow_each_other_and_add_up() -> None:
    traffic = Traffic(
        messages=[Message(101.0, True), Message(101.5, False, Part("map", 9, 9)), Message(103.0, True)],
        answers={
            "1": Answer("http://x/static/index.js", 100.1, 100.9, 10),
            "2": Answer("http://x/map-data/leeds/f/wards.geojson", 102.0, 102.2, 10),
            "3": Answer("http://x/map-data/leeds/f/values/imd.json", 102.0, 102.4, 10),
            # Comes after the drawing and so was not waited for.
            "4": Answer("http://x/map-data/leeds/f/water.geojson", 102.9, 103.5, 10),
        },
    )
    phases = phases_of(traffic, 100.0, 102.75)
    assert list(phases.values()) == pytest.approx([1.0, 0.5, 0.5, 0.4, 0.35])


def _switch(seconds: float, position: list[float]) -> Switch:
    return Switch(seconds, 0.1, 0.2, 1.0, 3.0, 17.0, position)


def test_switches_are_counted_by_zones_and_by_where_they_leave_the_map() -> None:
    held, start = [53.8, -1.5, 12.0], [53.8, -1.5, 11.0]
    found = Switches()
    found.add("income", "ward", _switch(0.3, held), held)
    found.add("zones", "lsoa", _switch(0.5, start), held)
    found.add("income", "lsoa", _switch(0.4, start), held)
    found.add("assets", "lsoa", _switch(0.6, start), held)
    assert [s.seconds for s in found.layers("ward")] == [0.3]
    assert [s.seconds for s in found.layers("lsoa")] == [0.4, 0.6]
    assert found.moved == 3


# ---- the relay -----------------------------------------------------------------------------------


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "3000")
        self.end_headers()
        self.wfile.write(b"x" * 3000)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@pytest.fixture
def answering() -> Iterator[int]:
    """A server that answers with 3,000 bytes; its port."""
    with HTTPServer(("127.0.0.1", 0), _Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_relay_passes_all_on_and_counts_what_the_server_sent(answering: int) -> None:
    with relaying(answering) as relay:
        connection = http.client.HTTPConnection("127.0.0.1", relay.port, timeout=10)
        connection.request("GET", "/" + "a" * 5000)
        answer = connection.getresponse()
        body, headers = answer.read(), answer.headers.as_bytes()
        connection.close()
        counted = relay.received
    assert body == b"x" * 3000
    # The answer's body, its headers, and its first line ("HTTP/1.0 200 OK"); nothing of the long question.
    assert counted == 3000 + len(headers.replace(b"\n", b"\r\n")) + len(b"HTTP/1.0 200 OK\r\n")


def test_a_free_port_can_be_used() -> None:
    with HTTPServer(("127.0.0.1", free_port()), _Answering) as server:
        assert server.server_port > 0


# ---- the peer ------------------------------------------------------------------------------------

TOWN = toytown()


def _peer_script(values: pd.Series) -> str:
    points = points_geojson(shown_assets(TOWN.assets, "map"))
    drawn = peer_map(zones_geojson(TOWN, "ward"), values, points, centre=(53.8, -1.5))
    return drawn.get_root().render()


def test_the_peer_draws_the_same_zones_and_assets_as_we_do() -> None:
    codes = [f["properties"]["code"] for f in zones_geojson(TOWN, "ward")["features"]]
    assert codes == [WESTGATE, MIDTOWN, EASTFIELD]
    assert len(zones_geojson(TOWN, "lsoa")["features"]) == 6
    everything = points_geojson(shown_assets(TOWN.assets, "map"))["features"]
    # Toytown has neither stops nor benches, which are hidden at first: all 15 assets are drawn.
    assert len(everything) == 15
    halls = points_geojson(shown_assets(TOWN.assets, "glance"))["features"]
    assert [f["properties"]["type"] for f in halls] == ["community_space"] * 2


def test_no_name_reaches_the_peers_map() -> None:
    page = _peer_script(pd.Series({WESTGATE: 10.0, MIDTOWN: 20.0, EASTFIELD: 30.0}))
    names = [*TOWN.wards["ward_name"], *TOWN.assets["asset_name"].dropna(), *TOWN.assets["operator"].dropna()]
    assert len(names) > 15
    assert [name for name in names if name in page] == []
    assert page.count(WESTGATE) >= 1
    assert page.count('"type": "Point"') == 15


def test_a_hostile_name_does_not_run_in_the_peers_map() -> None:
    hostile = TOWN.assets.assign(asset_name="{{ 'zq' * 3 }}", operator="{% if %}")
    points = points_geojson(hostile)
    drawn = peer_map(zones_geojson(TOWN, "ward"), pd.Series(dtype=float), points, centre=(53.8, -1.5))
    page = drawn.get_root().render()
    assert "zq" not in page


def test_the_peer_shades_what_is_known_and_leaves_the_rest_grey() -> None:
    page = _peer_script(pd.Series({WESTGATE: 10.0, MIDTOWN: 30.0, EASTFIELD: np.nan}))
    assert page.count("#bdbdbd") == 1
    assert "#edf8fb" in page  # the lightest of its five for the least
    assert "#810f7c" in page  # the darkest for the most


def test_the_peer_asks_nobody_outside() -> None:
    addresses = [address for _, address in (*PeerMap.default_js, *PeerMap.default_css)]
    assert addresses
    assert all(address.startswith("/map-assets/") for address in addresses)
    page = _peer_script(pd.Series({WESTGATE: 1.0, MIDTOWN: 2.0, EASTFIELD: 3.0}))
    assert "https://" not in page
    assert "//" not in "".join(addresses)


# ---- the command ---------------------------------------------------------------------------------


def test_the_layers_that_are_switched_stand_in_the_menu() -> None:
    menu = available_indicators(TOWN)
    for layer, words in LAYERS.items():
        assert menu[layer] == words


def test_quick_measures_everything_and_less_often() -> None:
    assert 2 <= QUICK.layers <= Plan().layers == len(LAYERS)
    assert 1 <= QUICK.openings < Plan().openings
    assert Plan().visitors == 50  # what the project asks


@pytest.mark.parametrize(
    ("path", "parts"),
    [("/", ("", {})), ("/map", ("map", {})), ("/?view=map&by=lsoa", ("", {"view": "map", "by": "lsoa"}))],
)
def test_a_path_is_a_page_and_a_query(path: str, parts: tuple[str, dict[str, str]]) -> None:
    assert page_and_query(path) == parts


def test_a_missing_mirror_is_named_and_nothing_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--mirror", str(tmp_path / "nowhere"), "--json"]) == 2
    said = capsys.readouterr()
    assert str(tmp_path / "nowhere") in said.err
    assert "--mirror FOLDER" in said.err
    assert said.out == ""


def test_a_missing_browser_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["--mirror", str(tmp_path)]) == 2
    assert "CHROMIUM" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--fast"], ["--mirror"], ["leeds"]])
def test_wrong_arguments_end_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m benchmarks.map" in capsys.readouterr().err
