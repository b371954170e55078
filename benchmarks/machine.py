"""What a figure was measured on: the machine, the versions, the size of the data."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from study.settings import REPOSITORY

PACKAGES = ("streamlit", "folium", "streamlit-folium", "geopandas", "playwright")


def machine() -> dict[str, object]:
    """Return cores, processor, memory, and how busy the machine is with other work."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": _processor(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        # Above the number of cores, times speak of the other work as much as of ours.
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def chromium() -> str | None:
    """Return the browser's path: the environment's ``CHROMIUM``, else Debian's; None when there is none."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


def versions(packages: Sequence[str] = PACKAGES, *, with_browser: bool = True) -> dict[str, object]:
    """Return the versions of what was measured and of what measured it; "none" of what is not installed."""
    found: dict[str, object] = {"revision": _revision(), "python": platform.python_version()}
    found |= {name.replace("-", "_"): _version(name) for name in packages}
    if with_browser:
        browser = chromium()
        found["browser"] = _said([browser, "--version"]) if browser else "none"
    return found


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _revision() -> str:
    """Return the revision measured, marked where files differ from it."""
    revision = _said(["git", "-C", str(REPOSITORY), "rev-parse", "--short", "HEAD"]) or "unknown"
    changed = _said(["git", "-C", str(REPOSITORY), "status", "--porcelain"])
    return revision + (" with changes" if changed else "")


def _said(command: list[str]) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return ""
    return answer.stdout.strip()


def data_sizes(prepared: Path) -> dict[str, object]:
    """Return the rows of every prepared table and the kilobytes of the shapes that the browser fetches.

    Parameters
    ----------
    prepared : Path
        A study area's prepared folder.
    """
    manifest = json.loads((prepared / "manifest.json").read_text("utf-8"))
    shapes = sorted((prepared / "display").glob("*.geojson"))
    return {
        **{f"{name}_rows": entry["rows"] for name, entry in manifest["tables"].items() if "rows" in entry},
        **{f"{path.stem}_shapes_kb": round(path.stat().st_size / 1024) for path in shapes},
    }
