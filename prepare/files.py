"""Where source files come from: a mirror on disk today, the network in a later version."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Protocol

from study.errors import ConfigError, SourceError
from study.sources import Source, read_sources


class FileSource(Protocol):
    """Anything that can hand over the file of a dataset, as a path on this machine."""

    def path_of(self, source_id: str, *, slug: str) -> Path:
        """Return the file of one dataset for one study area.

        Parameters
        ----------
        source_id : str
            The dataset's id in data/sources.toml.
        slug : str
            The study area's slug.

        Raises
        ------
        SourceError
            If the file cannot be had.
        """
        ...


class MirrorFiles:
    """Source files kept in a folder, read in place and never copied.

    Parameters
    ----------
    root : Path
        The folder given to ``--mirror``.

    Raises
    ------
    SourceError
        If there is no such folder.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise SourceError(
                "The folder given to --mirror does not exist.",
                where=str(root),
                do="Give the folder that holds one folder of source files for each study area.",
            )
        self.root = root

    def path_of(self, source_id: str, *, slug: str) -> Path:
        """Return the file of one dataset (see `FileSource`)."""
        source = source_of(source_id)
        if not source.file:
            raise ConfigError(
                f"The dataset '{source_id}' has no file.",
                where="data/sources.toml",
                do="Give its entry the key `file`, or name another dataset for this table.",
            )
        folder, _, inside = source.file.rpartition(":")
        path = self.root / (folder or slug) / inside
        if not path.is_file():
            raise SourceError(
                f"The file for '{source.title}' ({source.vintage}) is missing.",
                where=str(path),
                do=f"Put the file there; its publisher offers it at {source.url or 'no known address'}.",
            )
        return path


def source_of(source_id: str) -> Source:
    """Return a dataset's entry in the register.

    Raises
    ------
    ConfigError
        If the register does not know the id.
    """
    register = read_sources()
    if source_id not in register:
        raise ConfigError(
            f"The dataset '{source_id}' is not in the register of sources.",
            where="data/sources.toml",
            do=f"Add it, or name one of: {', '.join(sorted(register))}.",
        )
    return register[source_id]


def checksum(path: Path) -> str:
    """Return a file's SHA-256, so that what was prepared can be traced to what it was made from."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
