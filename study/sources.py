"""The register of datasets: data/sources.toml, one entry each, with what is owed to its publisher."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from study.errors import ConfigError
from study.settings import REPOSITORY

REGISTER = REPOSITORY / "data" / "sources.toml"


class Source(BaseModel):
    """One dataset: what it is, how old, whose, and where it is read from.

    Attributes
    ----------
    title, publisher, vintage, licence, attribution : str
        Said on the About the data page, maps and exports.
    url : str
        Where the publisher offers it; shown to people, and used by `prepare` when it downloads.
    licence_url : str
        The licence's own page.
    file : str
        The file's path inside ``--mirror/<study area>/``; empty when the dataset is not a file.
    caveats : list of str
        What a reader must know before leaning on it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    publisher: str
    vintage: str
    licence: str
    licence_url: str = ""
    attribution: str
    url: str = ""
    file: str = ""
    caveats: tuple[str, ...] = ()


@lru_cache
def read_sources(path: Path = REGISTER) -> dict[str, Source]:
    """Read the register.

    Parameters
    ----------
    path : Path
        The TOML file; the project's own by default.

    Returns
    -------
    dict of str to Source
        By source id.

    Raises
    ------
    ConfigError
        If the file is not TOML or an entry has an unknown, missing or wrong key; all faults together.
    """
    try:
        entries = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The register of sources is not valid TOML: {error}", where=str(path)) from error
    sources, faults = {}, []
    for source_id, entry in entries.items():
        try:
            sources[source_id] = Source.model_validate(entry)
        except ValidationError as error:
            faults += [f"[{source_id}] {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    if faults:
        raise ConfigError(
            "The register of sources has faults: " + "; ".join(faults),
            where=str(path),
            do="Correct or remove the keys named.",
        )
    return sources


def attributions(source_ids: list[str]) -> list[str]:
    """Return the attribution lines owed for some sources, each once, in the order given."""
    register = read_sources()
    return list(dict.fromkeys(register[i].attribution for i in source_ids if i in register))
