"""The register of methods: strict, and without a number that the program holds elsewhere."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

from layers.categories import read_asset_rules
from layers.green_space import PUBLIC_TAGS
from mapping.styles import DECILE, NEED, PLENTY, classes_for
from study.errors import ConfigError
from study.methods import Method, read_methods
from study.settings import REPOSITORY
from study.words import people
from tests.toytown import toytown

REGISTER = """
[[caution]]
title = "Lamps go out."
text = "They do."

[groups]
light = "Light"

[method.lamps]
group = "light"
title = "How lamps are counted"
text = "Each {height:.1f} metres."
constants = { height = "layers.assets:DUPLICATE_WITHIN_M" }
sources = [{ title = "The lamplighter", url = "https://lamps.example/" }]
code = "layers/assets.py"
"""

# Numbers that no constant holds: what was measured once, round figures that explain a word, and years and names.
# The figures of "rounding" are held against the program below.
OWN_NUMBERS = {
    "residents": {"1,500"},
    "estimates": {"6,458", "1.42", "1.2", "1.85", "4,252", "1.35"},
    "deprivation": {"1"},
    "connectivity": {"2025", "1"},
    "cycling": {"60,880", "1.40", "118,422", "1.37"},
    "partial_timetable": {"38", "30", "2021", "22"},
    "ptal": {"30", "0", "6"},
    "rounding": {"1,000", "100,000", "50"},
}
METHODS = read_methods().method


def values_of(method: Method) -> dict[str, object]:
    return {name: resolve_name(where) for name, where in method.constants.items()}


def paragraph(method_id: str) -> str:
    return METHODS[method_id].paragraph(values_of(METHODS[method_id]))


def read(tmp_path: Path, text: str) -> object:
    path = tmp_path / "methods.toml"
    path.write_text(text, "utf-8")
    return read_methods(path)


def faults(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert caught.value.where.endswith("methods.toml")
    return caught.value.what


# ---- reading -------------------------------------------------------------------------------------------------------
def test_a_register_is_read(tmp_path: Path) -> None:
    register = read(tmp_path, REGISTER)
    (lamps,) = register.in_group("light")
    assert lamps.title == "How lamps are counted"
    assert lamps.paragraph({"height": 7.25}) == "Each 7.2 metres."
    assert lamps.sources[0].url == "https://lamps.example/"
    assert register.caution[0].title == "Lamps go out."
    assert register.in_group("dark") == []


def test_line_breaks_of_the_file_are_not_part_of_a_paragraph(tmp_path: Path) -> None:
    text = REGISTER.replace('"Each {height:.1f} metres."', '"""Each\n  {height:.1f}\nmetres."""')
    assert read(tmp_path, text).method["lamps"].text == "Each {height:.1f} metres."


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('code = "layers/assets.py"', 'code = "a.py"\nfile = "a.py"', "method.lamps.file: Extra inputs"),
        ('code = "layers/assets.py"', "", "method.lamps.code: Field required"),
        ('title = "How lamps are counted"', 'title = " "', "method.lamps.title: "),
        ('sources = [{ title = "The lamplighter", url = "https://lamps.example/" }]', "sources = []", "sources: "),
        ("https://lamps.example/", "http://lamps.example/", "sources.0.url: "),
        ("https://lamps.example/", "javascript:alert(1)", "sources.0.url: "),
        ("layers.assets:DUPLICATE_WITHIN_M", "os:environ", "method.lamps.constants.height: "),
        ("layers.assets:DUPLICATE_WITHIN_M", "prepare.features:CLIP_BUFFER_M", "constants.height: "),
        ('group = "light"', 'group = "dark"', "method.lamps.group: there is no group 'dark'"),
        ('light = "Light"', 'light = "Light"\ndark = "Dark"', "groups.dark: no method stands in it"),
        ("{height:.1f}", "ten", "method.lamps.constants.height: the text does not use it"),
        ("Each {height:.1f}", "Each {width} by {height}", "method.lamps.text: 'width' is not among its constants"),
        ("{height:.1f}", "{height", "method.lamps.text: "),
        ("[groups]", "[groups", "not valid TOML"),
    ],
)  # fmt: skip
def test_each_fault_is_told(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert REGISTER.count(right) == 1
    assert told in faults(tmp_path, REGISTER.replace(right, wrong))


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    second = REGISTER[REGISTER.index("[method.lamps]") :].replace("method.lamps", "method.posts")
    text = REGISTER.replace('group = "light"', 'group = "dark"') + second.replace("{height:.1f}", "{width}")
    told = faults(tmp_path, text)
    assert "method.lamps.group" in told
    assert "method.posts.text: 'width'" in told
    assert "method.posts.constants.height" in told


# ---- the project's own ---------------------------------------------------------------------------------------------
def test_the_cautions_that_must_be_said() -> None:
    first = read_methods().caution[0]
    said = " ".join(f"{c.title} {c.text}" for c in read_methods().caution)
    assert first.title == "Not on the map is not the same as not there."
    assert "must not be used to argue that it needs no services" in said
    assert "Deciles put places in order, not people." in said
    assert "Releases of different years must not be compared" in said
    assert '"estimate"' in said


@pytest.mark.parametrize("method_id", METHODS)
def test_a_method_names_a_file_that_is_there(method_id: str) -> None:
    assert (REPOSITORY / METHODS[method_id].code).is_file()


@pytest.mark.parametrize("method_id", METHODS)
def test_a_paragraph_writes_no_number_that_the_program_holds(method_id: str) -> None:
    written = re.sub(r"\{[^}]*\}", "", METHODS[method_id].text)
    assert set(re.findall(r"\d[\d.,]*\d|\d", written)) == OWN_NUMBERS.get(method_id, set())


@pytest.mark.parametrize(
    ("method_id", "name"), [(m, name) for m, method in METHODS.items() for name in method.constants]
)
def test_a_paragraph_follows_its_constant(method_id: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = paragraph(method_id)
    module, constant = METHODS[method_id].constants[name].split(":")
    value = resolve_name(f"{module}:{constant}")
    other = tuple(2 * v for v in value) if isinstance(value, tuple) else 2 * value
    monkeypatch.setattr(f"{module}.{constant}", other)
    assert paragraph(method_id) != before


def test_numbers_stand_in_the_paragraphs_as_people_read_them() -> None:
    assert "at 4.8 km/h, which is 80 metres a minute" in paragraph("streets")
    assert "the straight line times 1.4," in paragraph("estimates")
    assert "is 600 to 1,200 metres long" in paragraph("estimates")
    assert "with 1.3 and with 1.5" in paragraph("estimates")
    assert "within 75 metres of each other" in paragraph("duplicates")
    assert "longer than 15 or 30 minutes" in paragraph("beyond")
    assert "fewer than 100 people" in paragraph("small")
    assert not [m for m in METHODS if re.search(r"[{}]", paragraph(m))]


def test_every_tag_of_public_green_space_is_named() -> None:
    tags = {value.replace("_", " ") for values in PUBLIC_TAGS.values() for value in values}
    assert tags
    assert [tag for tag in sorted(tags) if f"{tag}s" not in paragraph("green").lower()] == []


def test_the_six_kinds_of_asset_are_six() -> None:
    assert len(read_asset_rules().categories) == 6


def test_rounding_is_as_the_paragraph_says() -> None:
    text = paragraph("rounding")
    assert people(49) in text
    assert people(49) == "fewer than 50"
    assert people(50) == "about 50"
    assert people(994) == "about 990"  # tens below 1,000
    assert people(1_049) == "about 1,000"  # hundreds from there
    assert people(99_949) == "about 99,900"
    assert people(100_499) == "about 100,000"  # thousands from 100,000


def test_classes_are_as_the_paragraph_says() -> None:
    assert "at most five classes" in paragraph("classes")
    assert len(NEED) == len(PLENTY) == len(DECILE) == 5
    residents = toytown().population["residents"]
    pairs = classes_for(residents, scale="decile", decimals=0)
    assert pairs.upper == (2, 4, 6, 8, 10)
    assert pairs.colours[0] == NEED[-1]  # the most deprived darkest
