"""The register of methods: data/methods.toml, the cautions and one paragraph a method, each with its source.

The paragraphs hold no number that the program also holds: they name the constant, and whoever shows a paragraph
looks its value up, so that words and figures cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from study.settings import REPOSITORY
from study.strict_files import read_strict
from study.words import _

REGISTER = REPOSITORY / "data" / "methods.toml"


def _on_one_line(text: object) -> object:
    """Undo the line breaks that keep the register readable, so that a translator meets whole sentences."""
    return " ".join(text.split()) if isinstance(text, str) else text


Words = Annotated[str, BeforeValidator(_on_one_line), Field(min_length=1)]
# Where `pkgutil.resolve_name` finds a constant. `prepare` is left out: pages do not know it.
Address = Annotated[
    str,
    Field(
        pattern=r"^(study|boundaries|layers|transport|gaps|mapping|exports|app_pages)(\.[a-z_]+)+:[A-Z][A-Z0-9_]*$"
    ),
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Caution(_Strict):
    """Something to know before leaning on any figure: what, and why."""

    title: Words
    text: Words


class Reference(_Strict):
    """What a method is taken from; our own rules have no address."""

    title: Words
    url: str = Field(default="", pattern=r"^(https://\S+)?$")


class Method(_Strict):
    """How one thing is worked out.

    Attributes
    ----------
    group : str
        Id of the group it stands in.
    title : str
        A few words.
    text : str
        A paragraph in plain words, with ``{name}`` for each number that the program holds.
    constants : dict of str to str
        Each name in `text` -> where the number is, as ``module:NAME``.
    sources : tuple of Reference
        At least one.
    code : str
        The file in this project that does it.
    """

    group: str
    title: Words
    text: Words
    constants: dict[str, Address] = {}
    sources: tuple[Reference, ...] = Field(min_length=1)
    code: str

    def paragraph(self, values: Mapping[str, object]) -> str:
        """Return the text in the reader's language with the numbers in it.

        Parameters
        ----------
        values : mapping of str to object
            The value of each of `constants`.
        """
        return _(self.text).format(**values)

    def names(self) -> set[str]:
        """Return the names that stand in the text in braces."""
        fields = [field for _text, field, _spec, _conversion in Formatter().parse(self.text) if field]
        return {re.split(r"[.\[]", field)[0] for field in fields}


class Methods(_Strict):
    """The whole of data/methods.toml."""

    caution: tuple[Caution, ...]
    groups: dict[str, Words]
    method: dict[str, Method]

    def in_group(self, group: str) -> list[Method]:
        """Return a group's methods in the order of the register."""
        return [m for m in self.method.values() if m.group == group]


@lru_cache
def read_methods(path: Path = REGISTER) -> Methods:
    """Read the register.

    Parameters
    ----------
    path : Path
        The TOML file; the project's own by default.

    Raises
    ------
    ConfigError
        If the file is not TOML, has an unknown, missing or wrong key, names a group that it does not define, or
        a text and its constants do not fit; all faults together.
    """
    return read_strict(path, Methods, what="The methods", misfits=_misfits)


def _misfits(register: Methods) -> list[str]:
    """Return what is wrong between the parts of the register, each entry being right by itself."""
    faults = [
        f"groups.{group}: no method stands in it" for group in register.groups if not register.in_group(group)
    ]
    for method_id, method in register.method.items():
        if method.group not in register.groups:
            faults.append(f"method.{method_id}.group: there is no group '{method.group}'")
        try:
            names = method.names()
        except ValueError as error:
            faults.append(f"method.{method_id}.text: {error}")
            continue
        faults += [
            f"method.{method_id}.text: '{name}' is not among its constants"
            for name in sorted(names - set(method.constants))
        ]
        faults += [
            f"method.{method_id}.constants.{name}: the text does not use it"
            for name in method.constants
            if name not in names
        ]
    return faults
