"""Pieces of the page About the data: which data is in use, what is missing, datasets and methods as text."""

from __future__ import annotations

import html
from contextlib import suppress
from datetime import datetime
from pkgutil import resolve_name

import pandas as pd
import streamlit as st

from app_pages._table import Column, show_table
from app_pages._tables import Study
from layers.categories import read_asset_rules
from layers.deprivation import DECILES
from study.methods import Method
from study.sources import Source, read_sources
from study.words import _

TABLES = {
    "wards": _("Wards"),
    "lsoas": _("Small areas (LSOAs)"),
    "lookup": _("Small areas to wards"),
    "population": _("Residents"),
    "resident_points": _("Points where residents live"),
    "weighted_centroids": _("Middles of small areas without postcodes"),
    "assets": _("Community places"),
    "green_space": _("Green space"),
    "street_lines": _("Streets (pieces)"),
    "stops": _("Stops and stations"),
    "timetable": _("Timetable (stops)"),
    "water": _("Water"),
    "deprivation": _("Deprivation"),
    "deprivation_2019": _("Deprivation in 2019"),
    "connectivity": _("Connectivity"),
    "broadband": _("Broadband"),
}


def show_prose(body: str, *, columns: bool = False) -> None:
    """Show HTML in lines short enough to read; in two columns if asked, where there is room for two."""
    st.html(
        f'<div style="{"columns: 2 30rem; column-gap: 3rem" if columns else "max-width: 46rem"}">{body}</div>'
    )


def listed(items: list[str]) -> str:
    """Return sentences, HTML already, as a list; nothing for none."""
    return f'<ul class="sp-list">{"".join(f"<li>{item}</li>" for item in items)}</ul>' if items else ""


def linked(title: str, url: str) -> str:
    """Return a title as HTML, with its address where it has one."""
    title = html.escape(title)
    return f'<a class="sp-link" href="{html.escape(url)}">{title}</a>' if url else title


def version(study: Study) -> str:
    """Say which data is in use, and since when where the record of its making says so."""
    area, tables = study.area, study.tables
    if tables.origin == "preview":
        text = _(
            "This is the preview of {area}: facts that the project carries with it, so that the map opens anywhere. "
            '<code style="display: inline-block">python -m prepare {slug} --mirror FOLDER</code> '
            "puts whole datasets in its place."
        )
        return text.format(area=html.escape(area.name), slug=area.slug)
    text, day = _("This is data for {area} that was prepared from the publishers' own files{on_day}."), ""
    with suppress(ValueError):
        made = datetime.fromisoformat(tables.made_at)
        day = _(" on {day}").format(day=f"{made.day} {made:%B %Y}")
    return text.format(area=html.escape(area.name), on_day=day)


def rows_by_table(study: Study) -> dict[str, int]:
    """Return the rows of every table in use; of streets their pieces, of the lookup the small areas it places."""
    rows = study.tables.rows()
    if "lookup" in study.tables.sources or (
        study.tables.origin == "prepared" and "lookup" in study.area.tables
    ):
        rows["lookup"] = rows["lsoas"]
    if middles := int((study.tables.resident_points["point_basis"] == "weighted centroid").sum()):
        rows["weighted_centroids"] = middles
    if study.walking.streets is not None:
        rows["street_lines"] = len(study.walking.streets.lines)
    return {table: rows[table] for table in TABLES if table in rows}


def source_ids(study: Study) -> dict[str, str]:
    """Return the dataset that each table in use comes from."""
    named = {table: entry.source for table, entry in study.area.tables.items()} | study.tables.sources
    return {table: named[table] for table in rows_by_table(study) if table in named}


def missing_sentences(study: Study) -> list[str]:
    """Say what this place does not have, and why: layers, types of place that nobody collected, streets."""
    tables, walking = study.tables, study.walking
    sentences = list(tables.missing.values())
    unseen = [_(t.name) for k, t in read_asset_rules().types.items() if not walking.is_collected(k)]
    if unseen:
        text = _("Not collected here, or only in part: {types}. That is not the same as none.")
        sentences.append(text.format(types=", ".join(unseen)))
    absent = [
        t
        for t in ("street_lines", "stops", "water", "timetable")
        if getattr(tables, t) is None and t not in tables.missing
    ]
    if absent:
        sentences.append(_("Not in this data: {tables}.").format(tables=", ".join(TABLES[t] for t in absent)))
    if walking.streets is None:
        sentences.append(_("Without streets, every walking time is an estimate."))
    sentences += tables.notes.get("street_lines", ())
    return [*sentences, _("What people can do, and what they do for each other, is in no dataset.")]


def show_datasets(study: Study) -> None:
    """Show every dataset in use: all in one table, then each with what is owed and what to beware of."""
    rows, sources, register = rows_by_table(study), source_ids(study), read_sources()
    table = pd.DataFrame([register[s].model_dump() for s in sources.values()]).assign(
        table=[TABLES[t] for t in sources], rows=[rows[t] for t in sources]
    )
    columns = {
        "vintage": _("From when"),
        "title": _("Dataset"),
        "publisher": _("Publisher"),
        "licence": _("Licence"),
    }
    show_table(
        table,
        [
            Column("table", _("What")),
            Column("rows", _("Rows"), 0),
            *(Column(k, v) for k, v in columns.items()),
        ],
        caption=_("Every dataset behind the map of {area}").format(area=study.area.name),
        key="datasets",
        height=560,
    )
    for source_id in dict.fromkeys(sources.values()):
        used = [t for t, s in sources.items() if s == source_id]
        with st.expander(register[source_id].title):
            show_dataset(
                register[source_id],
                rows=" · ".join(f"{TABLES[t]}: {rows[t]:,}" for t in used),
                notes=[f"{TABLES[t]}: {n}" for t in used for n in study.tables.notes.get(t, ())],
            )


def show_dataset(source: Source, *, rows: str, notes: list[str]) -> None:
    """Show one dataset: whose, how old, how much of it, what is owed, what to beware of, what preparing met."""
    facts = {
        _("Publisher"): linked(source.publisher, source.url),
        _("From when"): html.escape(source.vintage),
        _("Licence"): linked(source.licence, source.licence_url),
        _("Rows used here"): html.escape(rows),
        _("What is owed"): html.escape(source.attribution),
        _("Beware"): listed([html.escape(_(c)) for c in source.caveats]),
        _("Met while preparing"): listed([html.escape(n) for n in notes]),
    }
    show_prose("".join(f"<div><b>{html.escape(k)}:</b> {v}</div>" for k, v in facts.items() if v))


def show_2019(study: Study) -> None:
    """Show the earlier release as counts, by itself: nothing sets it beside the later one."""
    year = study.area.tables["deprivation_2019"].release
    said = {"year": year, "country": study.area.country, "area": study.area.name}
    counts = study.tables.deprivation_2019["imd_decile"].value_counts().reindex(DECILES, fill_value=0)
    st.header(_("Deprivation in {year}, by itself").format(**said), anchor="earlier")
    text = _(
        "The small areas of {year} had other outlines, so this release is a table and not a map. A release puts the "
        "small areas of {country} in order for its own time only. It must never be compared with another release."
    )
    show_prose(html.escape(text.format(**said)))
    ends = {1: _(" (most deprived)"), 10: _(" (least deprived)")}
    with st.container(width=500):
        show_table(
            pd.DataFrame({"decile": [f"{d}{ends.get(d, '')}" for d in DECILES], "lsoas": counts.to_numpy()}),
            [
                Column("decile", _("IMD {year} decile").format(**said)),
                Column("lsoas", _("Small areas"), 0, bar=True),
            ],
            caption=_("The {count} small areas of {area} by decile").format(
                count=f"{counts.sum():,}", **said
            ),
            key="earlier",
            height=560,
        )


def method_html(method: Method) -> str:
    """Return a method as a heading, its paragraph with the program's own numbers in it, and its sources."""
    text = method.paragraph({name: resolve_name(where) for name, where in method.constants.items()})
    sources = "; ".join(linked(_(s.title), s.url) for s in method.sources)
    where = _("In the program: {file}").format(file=method.code)
    return (
        f'<section style="break-inside: avoid"><h4 style="margin: 0; padding: 0">{html.escape(_(method.title))}</h4>'
        f"<p>{html.escape(text)}</p>"
        f'<p class="sp-names">{html.escape(_("Source:"))} {sources}. {html.escape(where)}.</p></section>'
    )
