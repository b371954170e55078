"""Assets: tagged places made into one table, duplicates merged, filtered as a person asks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers.categories import AssetRules
from study.crs import require_metres

DUPLICATE_WITHIN_M = 75.0
CARRIED_TAGS = {
    "wheelchair": "wheelchair",
    "operator": "operator",
    "operator_type": "operator:type",
    "opening_hours": "opening_hours",
    "website": "website",
    "check_date": "check_date",
    "postcode": "addr:postcode",
}


def assets_from_tags(
    places: gpd.GeoDataFrame, tags: Sequence[Mapping[str, str]], *, rules: AssetRules
) -> gpd.GeoDataFrame:
    """Classify tagged places into the assets table.

    Parameters
    ----------
    places : GeoDataFrame
        Points in metres, indexed by OSM id (``n123``, ``w123``, ``r123``).
    tags : sequence of mapping
        The tags of each place, aligned with `places`.
    rules : AssetRules
        The rules to apply; a place that matches none is left out.

    Returns
    -------
    GeoDataFrame
        The assets table (see ``study.tables``), same CRS, duplicates not yet merged.
    """
    require_metres(places, name="table of places")
    rows, kept = [], []
    for position, (asset_id, tag) in enumerate(zip(places.index, tags, strict=True)):
        decided = rules.by_hand.get(asset_id)
        if decided:
            if decided.drop:
                continue
            tag = {**tag, decided.tag: decided.value}
        rule = rules.classify(tag)
        if rule is None:
            continue
        key = next(iter(rule.match))
        rows.append(
            {
                "asset_name": tag.get("name") or None,
                "kind": f"{key}={tag[key]}",
                "category": rule.category,
                "type": rule.type,
                "holder": rules.holder_of(rule, tag),
                "counts_for_gap": rule.counts_for_gap,
                **{column: tag.get(key) or None for column, key in CARRIED_TAGS.items()},
            }
        )
        kept.append(position)
    columns = ["asset_name", "kind", "category", "type", "holder", "counts_for_gap", *CARRIED_TAGS]
    table = pd.DataFrame(rows, columns=columns, index=pd.Index(places.index[kept], name="asset_id"))
    table["counts_for_gap"] = table["counts_for_gap"].astype(bool)
    for column in set(columns) - {"counts_for_gap"}:
        table[column] = table[column].astype("str").where(table[column].notna(), None)
    return gpd.GeoDataFrame(table, geometry=places.geometry.iloc[kept].to_numpy(), crs=places.crs)


def plain_name(name: str | None) -> str:
    """Return a name reduced for comparison: no accents, case, punctuation, or leading "the"."""
    if not isinstance(name, str):
        return ""
    text = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"\bst\.?\b", "saint", text)
    text = re.sub(r"[^a-z0-9]+", " ", text).strip()
    return re.sub(r"^the ", "", text)


def merge_duplicates(assets: gpd.GeoDataFrame, *, within_m: float = DUPLICATE_WITHIN_M) -> gpd.GeoDataFrame:
    """Merge same-named assets of one type that lie within a distance of each other.

    One place often stands in OpenStreetMap as a building and as a point. The one with most known about it
    stays and takes what only the other knows; `merged_ids` lists all. Nameless assets are never merged.

    Parameters
    ----------
    assets : GeoDataFrame
        The assets table, points in metres.
    within_m : float
        Chains of neighbours each nearer than this become one asset.

    Returns
    -------
    GeoDataFrame
        As given with fewer rows and the column `merged_ids` (ids separated by spaces).
    """
    require_metres(assets, name="assets table")
    names = assets["asset_name"].map(plain_name).to_numpy()
    merged = assets if "merged_ids" in assets else assets.assign(merged_ids=list(assets.index.astype(str)))
    if len(assets) < 2:
        return merged
    xy = np.column_stack([assets.geometry.x, assets.geometry.y])
    pairs = cKDTree(xy).query_pairs(within_m, output_type="ndarray")
    first, second = pairs[:, 0], pairs[:, 1]
    types = assets["type"].to_numpy()
    same = (names[first] != "") & (names[first] == names[second]) & (types[first] == types[second])
    graph = coo_array((np.ones(same.sum()), (first[same], second[same])), shape=(len(assets),) * 2)
    _, group = connected_components(graph, directed=False)
    known = assets.drop(columns="geometry").notna().sum(axis=1).to_numpy()
    # Most known first; the id settles ties so that the same input always gives the same table.
    order = np.lexsort((assets.index.to_numpy(), -known, group))
    ordered = merged.iloc[order]
    carried = [c for c in CARRIED_TAGS if c in ordered]
    filled = ordered.groupby(group[order])[carried].transform("first")
    ids = ordered.groupby(group[order])["merged_ids"].transform(" ".join)
    ordered = ordered.assign(merged_ids=ids, **{c: filled[c] for c in carried})
    return ordered[~pd.Series(group[order]).duplicated().to_numpy()].sort_index()


def asset_mask(
    assets: pd.DataFrame,
    *,
    categories: Sequence[str] | None = None,
    types: Sequence[str] | None = None,
    holders: Sequence[str] | None = None,
    search: str = "",
    ward_code: str | None = None,
) -> pd.Series:
    """Return which assets pass all filters, aligned with `assets`.

    Parameters
    ----------
    assets : DataFrame
        The assets table; `ward_code` is needed only to filter on it.
    categories, types, holders : sequence of str, optional
        Ids to keep; None keeps all, an empty sequence keeps none.
    search : str
        Words that must all stand in the asset's name or operator, in any order, accents and case aside.
    ward_code : str, optional
        Keep only the assets of one ward.
    """
    mask = pd.Series(True, index=assets.index)
    for column, wanted in (("category", categories), ("type", types), ("holder", holders)):
        if wanted is not None:
            mask &= assets[column].isin(list(wanted))
    words = plain_name(search[:100]).split()
    if search.strip():
        text = assets["asset_name"].map(plain_name) + " " + assets["operator"].map(plain_name)
        # A search of nothing but signs finds nothing rather than everything.
        mask &= text.map(lambda t: bool(words) and all(w in t for w in words)).astype(bool)
    if ward_code is not None:
        mask &= assets["ward_code"] == ward_code
    return mask


def type_status(
    assets: pd.DataFrame, rules: AssetRules, *, not_collected: Collection[str] = ()
) -> dict[str, str]:
    """Say for each type whether the study area's source has it: "collected" or "not collected".

    A type of which the source holds not one place is not collected: nobody looked. That is not zero. Nor is a
    type named in `not_collected`, of which the source holds a part.
    """
    present = set(assets["type"].unique()) - set(not_collected)
    return {t: "collected" if t in present else "not collected" for t in rules.types}
