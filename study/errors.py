"""One family of errors: what is wrong, where, and what to do about it."""

from __future__ import annotations


class StrongPlacesError(Exception):
    """A fault that can be explained to the person who meets it.

    Parameters
    ----------
    what : str
        What is wrong, in one plain sentence.
    where : str, optional
        The file, row, column, key or setting it was met in.
    do : str, optional
        What the person can do now.
    """

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.do = do

    def __str__(self) -> str:
        """Return the three parts as lines, leaving out the empty ones."""
        lines = [self.what]
        if self.where:
            lines.append(f"Where: {self.where}")
        if self.do:
            lines.append(f"What to do: {self.do}")
        return "\n".join(lines)


class ConfigError(StrongPlacesError):
    """A configuration file or machine setting is wrong."""


class CrsError(StrongPlacesError):
    """A table has no CRS, or not the one that is required."""


class DataError(StrongPlacesError):
    """A table or file does not hold what it must hold."""


class SourceError(StrongPlacesError):
    """A source of data is missing or answered with something else."""


class NotPreparedError(StrongPlacesError):
    """A study area has neither prepared data nor a preview."""


class PlaceNotFoundError(StrongPlacesError):
    """A postcode, place name or shape could not be found in the study area."""
