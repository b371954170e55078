"""A town whose every name is an attack, prepared like any other: one ward, small area, hall and park for each.

No text from outside may run anywhere: not on the server (folium renders its script twice as a template), not in
the browser. `attacks` is the standing list; whoever meets another one adds it here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from study.settings import REPOSITORY
from tests.browser.fixtures import Server
from tests.prepare.toyford import (
    BROADBAND,
    CENSUS,
    IMD_2019,
    IMD_2025,
    LAD,
    LOOKUP,
    Extract,
    Toyford,
    file_7,
    square,
)

HIT = "window.__hit=1"
COLUMNS, SIDE_M = 6, 1000
# What reaches a popup besides the name.
FIELDS = ("operator", "website", "opening_hours", "wheelchair", "check_date", "addr__postcode")


def attacks(marker: Path) -> list[str]:
    """Return the attack list; one that runs on the server makes the file `marker`, one in a page sets __hit."""
    shell = f"os.system('touch {marker}')"
    return [
        f"{{{{ cycler.__init__.__globals__.{shell} }}}}",
        f"{{{{ self.__init__.__globals__.__builtins__.__import__('os').popen('touch {marker}').read() }}}}",
        f"{{% for x in [1] %}}{{{{ lipsum.__globals__.{shell} }}}}{{% endfor %}}",
        "{% raw %}",
        "{% endmacro %}{% unknown %}",
        "{#",
        "{{",
        "{{7*7}}",
        f"<script>{HIT}</script>",
        f"</script><script>{HIT}</script>",
        f"</textarea></title></style></noscript><script>{HIT}</script><!--",
        f"<img src=x onerror={HIT}>",
        f"<svg/onload={HIT}>",
        f"<iframe srcdoc='<script>parent.{HIT}</script>'></iframe>",
        f"\"'><b onmouseover={HIT} onclick={HIT} style=position:fixed;inset:0>here",
        f"<a href='javascript:{HIT}'>here</a>",
        f"javascript:{HIT}",
        f"https://x.example/' onmouseover='{HIT}",
        f"${{{HIT}}}",
        f"`;{HIT};`",
        f"\\u003cimg src=x onerror={HIT}\\u003e\\",
        f'";{HIT};//',
        f"';{HIT};//",
        f"&lt;img src=x onerror={HIT}&gt;&#60;b&#62;",
        "\\",
        "]]>*/-->?><%",
        "‮gnirts desrever",
        "one line\nanother\u2028and a third",
        "null",
        "NaN",
        "None",
        "__proto__",
        '=HYPERLINK("https://x.example")',
        f"![x](https://x.example/x.png) [y](javascript:{HIT}) **bold** `code`",
        f"$\\href{{javascript:{HIT}}}{{z}}$ :red[red] <https://x.example>",
        f"<b onmouseover={HIT}>" + "very long " * 60,
    ]


@dataclass(frozen=True)
class HostileTown:
    """The prepared town and the app that shows it."""

    server: Server
    marker: Path
    names: list[str]

    @property
    def wards(self) -> list[str]:
        return [f"E05{number:06d}" for number in range(len(self.names))]


def corner(number: int) -> tuple[int, int]:
    """Return the south-west corner of a ward, in metres from the town's."""
    return number % COLUMNS * SIDE_M, number // COLUMNS * SIDE_M


def town_files(folder: Path, names: list[str]) -> Toyford:
    """Return the town as source files in the shape the live sources serve."""
    town = Toyford(folder)
    count = range(len(names))
    wards, lsoas = [f"E05{i:06d}" for i in count], [f"E01{i:06d}" for i in count]
    shapes = [square(x, y, x + SIDE_M, y + SIDE_M) for x, y in map(corner, count)]
    crs = "EPSG:27700"
    town.wards = gpd.GeoDataFrame(
        {"WD25CD": wards, "WD25NM": names, "LAD25CD": LAD}, geometry=shapes, crs=crs
    )
    town.lsoas = gpd.GeoDataFrame({"LSOA21CD": lsoas, "LSOA21NM": names}, geometry=shapes, crs=crs)
    census = pd.DataFrame({"LSOA21CD": lsoas, "Total": "200", "Aged 15 years and under": "40"})
    town.tables = {
        LOOKUP: pd.DataFrame({"LSOA21CD": lsoas, "WD25CD": wards, "LAD25CD": LAD}),
        CENSUS: census,
        IMD_2025: _indices("LSOA code (2021)", lsoas, score=True),
        IMD_2019: _indices("LSOA code (2011)", lsoas, score=False).assign(
            **{"Local Authority District code (2019)": LAD}
        ),
        BROADBAND: pd.DataFrame({"LSOA code (2021)": lsoas, "Digital connectivity": "0.5"}),
    }
    town.extract = _extract(names)
    return town


def _indices(code: str, lsoas: list[str], *, score: bool) -> pd.DataFrame:
    table = file_7(code, lsoas, score=score)
    for column in [c for c in table if "Decile" in c]:
        table[column] = [str(i % 10 + 1) for i in range(len(table))]
    return table


def _extract(names: list[str]) -> Extract:
    extract = Extract()
    for number, name in enumerate(names):
        x, y = corner(number)
        said = dict.fromkeys(FIELDS, name)
        # Half of the websites begin as a real one does, so that they become links.
        said["website"] = f"https://x.example/{name}" if number % 2 else name
        extract.node(number + 1, x + 500, y + 530, amenity="community_centre", name=name, **said)
        green = [(x + 100, y + 100), (x + 300, y + 100), (x + 300, y + 300), (x + 100, y + 300)]
        extract.way(number + 1, green, closed=True, leisure="park", name=name)
    rows = -(-len(names) // COLUMNS)
    for row in range(rows):
        line = [(column * 100.0, row * SIDE_M + 500.0) for column in range(COLUMNS * 10 + 1)]
        extract.way(10_000 + row, line, highway="residential", name="{{7*7}}")
    return extract


def prepare(town: Toyford) -> None:
    """Prepare the town by the README's command."""
    made = subprocess.run(
        [sys.executable, "-m", "prepare", "toyford", "--mirror", str(town.write())],
        cwd=REPOSITORY,
        env={**os.environ, **environment(town), "STRONG_PLACES_DATA": str(town.root / "data")},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert made.returncode == 0, f"{made.stdout}\n{made.stderr}"


def environment(town: Toyford) -> dict[str, str]:
    return {"STRONG_PLACES_STUDY_AREAS": str(town.root / "study_areas"), "STRONG_PLACES_AREA": "toyford"}
