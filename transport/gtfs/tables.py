"""Open a feed, a zip or a folder, and read its files as text with the row each value stands in.

A feed comes from outside: nothing is unpacked to disk, only files that GTFS knows are opened, and never more of them
than `MOST_BYTES`.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from transport.gtfs.faults import FaultList

# What is read of each file: columns it must have, columns it may have.
REQUIRED = {
    "agency": ("agency_name", "agency_timezone"),
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "routes": ("route_id", "route_type"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence", "arrival_time", "departure_time"),
    "calendar": (
        "service_id",
        "start_date",
        "end_date",
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    ),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "transfers": ("from_stop_id", "to_stop_id", "transfer_type"),
}
OPTIONAL = {
    "agency": ("agency_id",),
    "stops": ("stop_name", "location_type", "parent_station"),
    "routes": ("agency_id", "route_short_name", "route_long_name"),
    "trips": ("trip_headsign", "direction_id"),
    "stop_times": ("pickup_type", "drop_off_type", "shape_dist_traveled"),
    "frequencies": ("exact_times",),
    "transfers": (
        *("min_transfer_time", "from_route_id", "to_route_id", "from_trip_id", "to_trip_id"),
        *("from_leg_id", "to_leg_id"),
    ),
}
# The rest may be missing; of the two calendars one must be there.
REQUIRED_FILES = ("agency", "stops", "routes", "trips", "stop_times")

# A national feed's stop times are about this large; what is larger is cut to the study area first.
MOST_BYTES = 2 * 1024**3
# Text of timetables packs up to about 25 to 1; a file made to fill a machine's memory, 1,000 to 1.
MOST_PACKED = 200
MAY_BE_PACKED_BYTES = 20 * 1024**2
LONGEST_HEADER = 64 * 1024
LONGEST_ROW = 16 * 1024**2


@dataclass(frozen=True)
class Feed:
    """One feed's files as text.

    Attributes
    ----------
    name : str
        What the feed is called in this project.
    tables : dict of str to DataFrame
        By file without ``.txt``. All columns of `REQUIRED` and `OPTIONAL` are there, as text without spaces
        around it, empty where the file does not have them; the index, ``row``, is the row in the file.
    faults : FaultList
        What is wrong so far.
    """

    name: str
    tables: dict[str, pd.DataFrame]
    faults: FaultList

    def table(self, name: str) -> pd.DataFrame:
        """Return a file's table, without rows where the feed does not have the file."""
        columns = REQUIRED[name] + OPTIONAL.get(name, ())
        return self.tables[name] if name in self.tables else _empty(columns)


def read_feed(name: str, path: Path) -> Feed:
    """Read a feed's files as text; what is wrong is listed in the feed's faults, the fatal among it.

    Parameters
    ----------
    name : str
        What to call the feed.
    path : Path
        A zip, or a folder of ``.txt`` files.

    Returns
    -------
    Feed
        With the tables that could be read.
    """
    faults = FaultList(name)
    feed = Feed(name, {}, faults)
    try:
        with _opened(Path(path), faults) as files:
            for table in REQUIRED:
                data = files.get(table)
                if data is not None:
                    _add_table(feed, table, data)
                elif table in REQUIRED_FILES and not faults.is_unreadable:
                    faults.add_fatal(f"{table}.txt", "the file is missing")
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        faults.add_fatal("", f"cannot be opened ({error})", is_unreadable=True)
    return feed


@contextmanager
def _opened(path: Path, faults: FaultList) -> Iterator[_Files]:
    """Open a zip or folder and say which of the known files it has."""
    if path.is_dir():
        found = {t: path / f"{t}.txt" for t in REQUIRED if (path / f"{t}.txt").is_file()}
        yield _Files({t: (p.stat().st_size, 0, p) for t, p in found.items()}, None, faults)
    elif not path.is_file():
        faults.add_fatal("", "there is no such file or folder", is_unreadable=True)
        yield _Files({}, None, faults)
    elif not zipfile.is_zipfile(path):
        faults.add_fatal("", "is neither a folder nor a zip", is_unreadable=True)
        yield _Files({}, None, faults)
    else:
        with zipfile.ZipFile(path) as archive:
            members = {
                t: (m.file_size, m.compress_size, m) for t, m in _members(archive.infolist(), faults).items()
            }
            yield _Files(members, archive, faults)


class _Files:
    """The known files of a feed, each opened only when asked for and never beyond what is left of `MOST_BYTES`."""

    def __init__(self, found: dict[str, tuple], archive: zipfile.ZipFile | None, faults: FaultList) -> None:
        self._found, self._archive, self._faults = found, archive, faults
        self._left = MOST_BYTES

    def get(self, table: str) -> bytes | None:
        """Return a file's bytes; None where it is missing, and none at all where it is too large."""
        if table not in self._found:
            return None
        size, packed, at = self._found[table]
        if packed and size > MAY_BE_PACKED_BYTES and size > MOST_PACKED * packed:
            self._faults.add_fatal(
                f"{table}.txt", f"unpacks to {size / packed:,.0f} times its size; not opened"
            )
            return b""
        if size > self._left:
            self._faults.add_fatal(f"{table}.txt", f"the feed is larger than {MOST_BYTES / 1024**3:g} GB")
            return b""
        with self._stream(at) as stream:
            # What a zip says of its sizes need not be true.
            data = stream.read(size + 1)
        self._left -= len(data)
        return data

    def _stream(self, at: zipfile.ZipInfo | Path) -> IO[bytes]:
        return at.open("rb") if isinstance(at, Path) else self._archive.open(at)


def _members(infos: list[zipfile.ZipInfo], faults: FaultList) -> dict[str, zipfile.ZipInfo]:
    """Return the known files of a zip, from its root or from the one folder that it has them in."""
    by_folder: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for info in infos:
        path = PurePosixPath(info.filename)
        if info.is_dir() or path.suffix != ".txt" or path.stem not in REQUIRED:
            continue
        if path.is_absolute() or ".." in path.parts or "__MACOSX" in path.parts:
            continue
        folder = by_folder.setdefault(str(path.parent), {})
        if path.stem in folder:
            faults.add_fatal(path.name, "is in the zip more than once")
        folder[path.stem] = info
    if "." in by_folder:
        return by_folder["."]
    if len(by_folder) == 1:
        folder, members = by_folder.popitem()
        faults.add("", f"the files are in a folder of the zip ({folder})", "note")
        return members
    if by_folder:
        faults.add_fatal("", "the zip has GTFS files in more than one folder")
    else:
        faults.add_fatal("", "has no GTFS files in it", is_unreadable=True)
    return {}


def _add_table(feed: Feed, table: str, data: bytes) -> None:
    """Read one file's bytes into the feed, or list why it cannot be."""
    file, faults = f"{table}.txt", feed.faults
    data = _utf8(data, file, faults)
    names = _header(data)
    known = REQUIRED[table] + OPTIONAL.get(table, ())
    missing = [column for column in REQUIRED[table] if column not in names]
    twice = [column for column in known if names.count(column) > 1]
    for column in missing:
        faults.add_fatal(file, "the column is missing" if names else "the file has no header", column=column)
    for column in twice:
        faults.add_fatal(file, "the column is there twice", column=column)
    if not missing and not twice:
        feed.tables[table] = _rows(data, names, known, file, faults)


def _header(data: bytes) -> list[str]:
    """Return the names of a file's columns, none where there are none that can be read."""
    text = io.StringIO(data[:LONGEST_HEADER].decode("utf-8", "ignore"), newline=None)
    try:
        return [name.strip() for name in next(csv.reader(text), [])]
    except csv.Error:
        return []


def _utf8(data: bytes, file: str, faults: FaultList) -> bytes:
    """Return text in UTF-8 without a byte order mark, whatever it was written in."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        faults.add(file, "is written in UTF-16, not UTF-8; read as such", "warning")
        return data.decode("utf-16", "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        faults.add(file, "is not written in UTF-8; read as Windows-1252", "warning", row=row)
        # Five bytes mean nothing in it; Python refuses them, others read them as control characters.
        return data.decode("cp1252", "replace").encode()
    return data


def _rows(
    data: bytes, names: list[str], known: tuple[str, ...], file: str, faults: FaultList
) -> pd.DataFrame:
    """Return the known columns of a file as text, leaving out rows that do not have the header's columns."""
    if data.count(b'"') % 2:
        faults.add(file, "a quotation mark is not closed; rows after it may be lost", "error")
    columns = [str(position) for position in range(len(names))]
    wanted = {name: columns[names.index(name)] for name in known if name in names}
    skipped: list[pacsv.InvalidRow] = []

    def skip(row: pacsv.InvalidRow) -> str:
        skipped.append(row)
        return "skip"

    try:
        table = pacsv.read_csv(
            io.BytesIO(data),
            # In parallel it would not know the number of a row.
            read_options=pacsv.ReadOptions(
                column_names=columns, skip_rows_after_names=1, use_threads=False, block_size=LONGEST_ROW
            ),
            parse_options=pacsv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                strings_can_be_null=False,
                include_columns=list(wanted.values()),
            ),
        )
    except pa.ArrowInvalid as error:
        faults.add_fatal(file, f"cannot be read as comma-separated text ({error})")
        return _empty(known)
    for row in skipped:
        if row.text.strip():
            words = f"the row has {row.actual_columns} columns, not {row.expected_columns}; left out"
            faults.add(file, words, "error", row=row.number)
    return _numbered(table.rename_columns(list(wanted)), [row.number for row in skipped], known)


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        dict.fromkeys(columns, ""), index=pd.Index([], dtype="int64", name="row"), dtype="str"
    )


def _numbered(table: pa.Table, skipped: list[int], known: tuple[str, ...]) -> pd.DataFrame:
    """Return a table as text without spaces around it, indexed by row of the file, without its empty rows."""
    trimmed = {name: pc.utf8_trim_whitespace(table[name]) for name in table.column_names}
    frame = pa.table(trimmed).to_pandas().astype("str")
    every = np.arange(2, 2 + len(frame) + len(skipped))
    frame.index = pd.Index(np.delete(every, np.array(skipped, dtype=np.int64) - 2), name="row")
    frame = frame[~(frame == "").all(axis=1)] if len(frame) else frame
    for name in known:
        if name not in frame:
            frame[name] = ""
    return frame[list(known)].astype("str")
