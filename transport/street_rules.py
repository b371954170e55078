"""From a way's tags to who may go along it, in which direction, and whether it is steps.

The rules are data (data/street_rules.toml), each with its source, tried from top to bottom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from study.settings import REPOSITORY
from study.strict_files import read_strict

RULES_FILE = REPOSITORY / "data" / "street_rules.toml"

Tags = Mapping[str, str | None]
Values = Annotated[tuple[str, ...], Field(min_length=1)]
Match = Annotated[dict[str, Values], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RuleSource(_Strict):
    """Where a rule is taken from."""

    title: str = Field(min_length=1)
    url: str = Field(pattern=r"^https://\S+$")


class _Rule(_Strict):
    match: Match
    source: str

    def matches(self, tags: Tags) -> bool:
        """Return whether every tag of the rule has one of its values."""
        return all(
            (value := tags.get(key)) is not None and (value in values or "*" in values)
            for key, values in self.match.items()
        )


class AccessRule(_Rule):
    """Whether people may go along a way."""

    open: bool


class DirectionRule(_Rule):
    """Which way along it they may go, as it is drawn."""

    way: Literal["both", "forward", "backward"]


class StepsRule(_Rule):
    """Whether it is steps that nothing on wheels can climb."""

    steps: bool


class WalkRules(_Strict):
    """The rules of walking. Walkers go both ways: the few one-way paths for them are not modelled."""

    access: tuple[AccessRule, ...] = Field(min_length=1)

    def is_open(self, tags: Tags) -> bool:
        """Return whether people may go along a way."""
        if not tags.get("highway"):
            return False
        return next((rule.open for rule in self.access if rule.matches(tags)), True)


class CycleRules(WalkRules):
    """The rules of cycling."""

    direction: tuple[DirectionRule, ...]

    def directions(self, tags: Tags) -> tuple[bool, bool]:
        """Return whether people may go along a way as it is drawn, and against that."""
        way = next((rule.way for rule in self.direction if rule.matches(tags)), "both")
        return way != "backward", way != "forward"


class Passage(NamedTuple):
    """What a way's tags say.

    Attributes
    ----------
    walk, cycle_forward, cycle_backward : bool
        Whether it can be walked; whether it can be cycled as it is drawn, and against that.
    steps : bool
        Whether it is steps.
    """

    walk: bool
    cycle_forward: bool
    cycle_backward: bool
    steps: bool


class StreetRules(_Strict):
    """The whole of data/street_rules.toml."""

    sources: dict[str, RuleSource]
    walk: WalkRules
    cycle: CycleRules
    steps: tuple[StepsRule, ...]

    def passage(self, tags: Tags) -> Passage:
        """Return who may go along a way, and how.

        Parameters
        ----------
        tags : mapping of str to str
            OpenStreetMap tags of a way; those of `keys` are enough, missing or None where it has none.
        """
        forward, backward = self.cycle.directions(tags) if self.cycle.is_open(tags) else (False, False)
        steps = next((rule.steps for rule in self.steps if rule.matches(tags)), False)
        return Passage(self.walk.is_open(tags), forward, backward, steps)

    def keys(self) -> list[str]:
        """Return the tag keys that any rule looks at."""
        return sorted({"highway"} | {key for _, rule in self.all_rules() for key in rule.match})

    def all_rules(self) -> Iterable[tuple[str, _Rule]]:
        """Yield every rule with the name of its list and its number in it."""
        lists = {
            "walk.access": self.walk.access,
            "cycle.access": self.cycle.access,
            "cycle.direction": self.cycle.direction,
            "steps": self.steps,
        }
        for name, rules in lists.items():
            for number, rule in enumerate(rules, 1):
                yield f"{name} {number}", rule


@lru_cache
def read_street_rules(path: Path = RULES_FILE) -> StreetRules:
    """Read and check the rules.

    Parameters
    ----------
    path : Path
        The TOML file; the project's own by default.

    Raises
    ------
    ConfigError
        If the file is not TOML, has an unknown, missing or wrong key, a rule names a source that the file does
        not define, or a source stands behind no rule; all faults together.
    """
    return read_strict(path, StreetRules, what="The street rules", misfits=_misfits)


def _misfits(rules: StreetRules) -> list[str]:
    """Return what is wrong between the parts of the file, each being right by itself."""
    faults = [
        f"{name}: there is no source '{rule.source}'"
        for name, rule in rules.all_rules()
        if rule.source not in rules.sources
    ]
    unused = set(rules.sources) - {rule.source for _, rule in rules.all_rules()}
    return faults + [f"sources.{source}: no rule comes from it" for source in sorted(unused)]
