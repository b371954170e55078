"""The record of what was prepared: from which files, of what age, with how many rows, and what is missing."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

from prepare.files import checksum, source_of
from prepare.recipe import STEPS
from prepare.workshop import Workshop

FINGERPRINT_LENGTH = 16


def write_manifest(shop: Workshop, folder: Path, *, missing: dict[str, str]) -> None:
    """Write ``manifest.json``, last of all, since the program takes it as the sign of whole data.

    Parameters
    ----------
    shop : Workshop
        The study area and its tables.
    folder : Path
        Where everything else has been written.
    missing : dict of str to str
        Layer -> why this place does not have it.
    """
    manifest = {
        "slug": shop.area.slug,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "fingerprint": fingerprint(folder),
        "tables": table_entries(shop),
        "missing": missing,
        "checked": [sentence for made in shop.made.values() for sentence in made.checked],
        "files": {
            source: {"name": path.name, "bytes": path.stat().st_size, "sha256": checksum(path)}
            for source, path in sorted(shop.used.items())
        },
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text + "\n", "utf-8")


def table_entries(shop: Workshop) -> dict[str, dict]:
    """Return for each table made its rows, source, vintage and notes."""
    entries = {}
    for step in STEPS:
        if step.table in shop.made:
            made = shop.made[step.table]
            source_id = shop.area.tables[step.source_key(shop.area)].source
            entries[step.table] = {
                "rows": len(made.table),
                "source": source_id,
                "vintage": source_of(source_id).vintage,
                "notes": made.notes,
            }
    return entries


def fingerprint(folder: Path) -> str:
    """Return a short text that is the same for the same files: tables, streets and shapes for the map.

    The map's shapes count too, because browsers keep them under this name.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json"):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:FINGERPRINT_LENGTH]
