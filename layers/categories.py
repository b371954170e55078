"""From a place's tags to one ABCD category, one social infrastructure type and one kind of holder.

The rules are data (data/asset_categories.toml), tried from top to bottom. The three questions are those of
asset-based community development (McKnight and Kretzmann); the types are the social infrastructure ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from study.settings import REPOSITORY
from study.strict_files import read_strict

RULES_FILE = REPOSITORY / "data" / "asset_categories.toml"
DROPPED_ACCESS = {"private", "no"}
DROPPED_KEYS = ("disused", "abandoned", "demolished", "razed")
DROPPED_PREFIXES = ("disused:", "abandoned:", "demolished:", "razed:", "was:")

Tags = Mapping[str, str]
Match = dict[str, tuple[str, ...]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Category(_Strict):
    """One of the six ABCD categories: its name, a sentence, and how it looks on the map."""

    name: str
    about: str
    symbol: str = Field(min_length=1, max_length=1)
    colour: str = Field(pattern=r"^#[0-9a-f]{6}$")


class AssetType(_Strict):
    """A social infrastructure type: its name, and what one of them is called in a sentence."""

    name: str
    one: str


class Holder(_Strict):
    """Who holds an asset."""

    name: str


class Never(_Strict):
    """Places that are never shown, and why."""

    match: Match
    why: str


class ByHand(_Strict):
    """A place looked up by a person: the value its tags leave open, or that it is left out."""

    tag: str
    value: str = Field(alias="as")
    why: str
    drop: bool = False


class HolderRule(_Strict):
    """Who holds a place, from the tags of its operator."""

    match: Match
    holder: str


class Rule(_Strict):
    """One row of the table: which tags, and what they mean."""

    match: Match
    not_: Match = Field(default={}, alias="not")
    category: str
    type: str
    only: tuple[str, ...] = ()
    counts_for_gap: bool = True
    holder: str | None = None


class AssetRules(_Strict):
    """The whole of data/asset_categories.toml."""

    categories: dict[str, Category]
    holders: dict[str, Holder]
    types: dict[str, AssetType]
    never: tuple[Never, ...]
    rule: tuple[Rule, ...]
    by_hand: dict[str, ByHand] = {}
    holder_rule: tuple[HolderRule, ...] = ()
    category_holder: dict[str, str] = {}

    def classify(self, tags: Tags) -> Rule | None:
        """Return the first rule that matches, or None for a place that is not an asset or never shown.

        Parameters
        ----------
        tags : mapping of str to str
            OpenStreetMap tags, or tags written in their manner.
        """
        if tags.get("access") in DROPPED_ACCESS or any(k.startswith(DROPPED_PREFIXES) for k in tags):
            return None
        if any(tags.get(key, "no") != "no" for key in DROPPED_KEYS):
            return None
        if any(_matches(n.match, tags) for n in self.never):
            return None
        for rule in self.rule:
            unwanted = rule.not_ and _any_matches(rule.not_, tags)
            if _matches(rule.match, tags) and not unwanted and not _says_more(rule, tags):
                return rule
        return None

    def holder_of(self, rule: Rule, tags: Tags) -> str:
        """Return who holds a place: the rule's own word, its operator's, its category's, else not known."""
        if rule.holder:
            return rule.holder
        for holder_rule in self.holder_rule:
            if _matches(holder_rule.match, tags):
                return holder_rule.holder
        return self.category_holder.get(rule.category, "not_known")

    def gap_types(self) -> list[str]:
        """Return the types that at least one rule counts for a gap, in the order of the table."""
        counting = {r.type for r in self.rule if r.counts_for_gap}
        return [t for t in self.types if t in counting]

    def wanted_keys(self) -> set[str]:
        """Return the tag keys that can make a place an asset, for a reader to filter on."""
        return {key for rule in self.rule for key in rule.match if key != "operator:type"}


def _matches(wanted: Match, tags: Tags) -> bool:
    return all(_value_matches(tags.get(key), values) for key, values in wanted.items())


def _says_more(rule: Rule, tags: Tags) -> bool:
    """Return whether a tag the rule names under ``only`` has a value beside those it wants."""
    return any(
        part.strip() not in rule.match.get(key, ())
        for key in rule.only
        for part in tags.get(key, "").split(";")
    )


def _any_matches(unwanted: Match, tags: Tags) -> bool:
    return any(_value_matches(tags.get(key), values) for key, values in unwanted.items())


def _value_matches(value: str | None, wanted: tuple[str, ...]) -> bool:
    """Compare one tag; OpenStreetMap writes several values as ``a;b``."""
    if not value or value == "no":
        return False
    if "*" in wanted:
        return True
    return any(part.strip() in wanted for part in value.split(";"))


@lru_cache
def read_asset_rules(path: Path = RULES_FILE) -> AssetRules:
    """Read and check the rules.

    Raises
    ------
    ConfigError
        If the file is not TOML, has an unknown key, or a rule names a category, type or holder that the
        file does not define; all faults together.
    """
    return read_strict(path, AssetRules, what="The asset rules", misfits=_misfits)


def _misfits(rules: AssetRules) -> list[str]:
    """Return what is wrong between the parts of the file, each being right by itself."""
    faults = [
        f"{where} names the unknown holder '{holder}'"
        for where, holder in (
            *((f"holder_rule {number}", rule.holder) for number, rule in enumerate(rules.holder_rule, 1)),
            *((f"category_holder.{category}", holder) for category, holder in rules.category_holder.items()),
        )
        if holder not in rules.holders
    ]
    faults += [
        f"rule {number} ({dict(rule.match)}) names the unknown {kind} '{value}'"
        for number, rule in enumerate(rules.rule, 1)
        for kind, value, known in (
            ("category", rule.category, rules.categories),
            ("type", rule.type, rules.types),
            ("holder", rule.holder, rules.holders),
        )
        if value is not None and value not in known
    ]
    return faults
