"""What a good table is: the columns each one must have, checked at the door with every fault listed.

A table is checked entering `prepared/` and leaving it, never in between. The checks themselves are
pandera's; this module states the schemas and turns pandera's findings into file, row and column.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from study.errors import DataError

MOST_FAULTS_SHOWN = 20

DOMAINS = {
    "imd": "Overall deprivation",
    "income": "Income",
    "employment": "Employment",
    "education": "Education, skills and training",
    "health": "Health and disability",
    "crime": "Crime",
    "barriers": "Barriers to housing and services",
    "environment": "Living environment",
}
AGE_BANDS = {
    "age_0_15": "0 to 15",
    "age_16_24": "16 to 24",
    "age_25_34": "25 to 34",
    "age_35_49": "35 to 49",
    "age_50_64": "50 to 64",
    "age_65_plus": "65 and over",
}


def _text(*, nullable: bool = False, unique: bool = False) -> pa.Column:
    return pa.Column(str, nullable=nullable, unique=unique, coerce=True)


def _optional_text() -> pa.Column:
    return pa.Column(str, nullable=True, required=False)


def _whole(low: int, high: int | None = None, *, required: bool = True) -> pa.Column:
    checks = [pa.Check.ge(low)] + ([pa.Check.le(high)] if high is not None else [])
    return pa.Column(int, checks=checks, coerce=True, required=required)


def _geometry() -> pa.Column:
    return pa.Column("geometry", nullable=False)


_GSS_LSOA = pa.Check.str_matches(r"^[A-Z]\d{8}$")
_GSS_WARD = pa.Check.str_matches(r"^[A-Z]\d{8}$")

SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "wards": pa.DataFrameSchema(
        {"ward_name": _text(), "geometry": _geometry()},
        index=pa.Index(str, _GSS_WARD, unique=True, name="ward_code"),
    ),
    "lsoas": pa.DataFrameSchema(
        {"lsoa_name": _text(nullable=True), "ward_code": pa.Column(str, _GSS_WARD), "geometry": _geometry()},
        index=pa.Index(str, _GSS_LSOA, unique=True, name="lsoa_code"),
    ),
    "population": pa.DataFrameSchema(
        {"residents": _whole(0), **{band: _whole(0, required=False) for band in AGE_BANDS}},
        index=pa.Index(str, _GSS_LSOA, unique=True, name="lsoa_code"),
    ),
    "deprivation": pa.DataFrameSchema(
        {"imd_rank": _whole(1), **{f"{d}_decile": _whole(1, 10) for d in DOMAINS}},
        index=pa.Index(str, _GSS_LSOA, unique=True, name="lsoa_code"),
    ),
    "deprivation_2019": pa.DataFrameSchema(
        {"imd_rank": _whole(1), **{f"{d}_decile": _whole(1, 10) for d in DOMAINS}},
        index=pa.Index(str, _GSS_LSOA, unique=True, name="lsoa_code"),
    ),
    "connectivity": pa.DataFrameSchema(
        {"connectivity_rank": _whole(1), "connectivity_decile": _whole(1, 10)},
        index=pa.Index(str, _GSS_LSOA, unique=True, name="lsoa_code"),
    ),
    "broadband": pa.DataFrameSchema(
        {"broadband_score": pa.Column(float, nullable=True, coerce=True)},
        index=pa.Index(str, _GSS_LSOA, unique=True, name="lsoa_code"),
    ),
    "resident_points": pa.DataFrameSchema(
        {
            "lsoa_code": pa.Column(str, _GSS_LSOA),
            "postcodes": _whole(0),
            "residents": pa.Column(float, pa.Check.ge(0), coerce=True),
            "point_basis": pa.Column(
                str, pa.Check.isin(["postcodes", "weighted centroid", "point on surface"])
            ),
            "geometry": _geometry(),
        },
        index=pa.Index(int, unique=True, name="point_id"),
    ),
    "assets": pa.DataFrameSchema(
        {
            "asset_name": _text(nullable=True),
            "kind": _text(),
            "category": _text(),
            "type": _text(),
            "holder": _text(),
            "counts_for_gap": pa.Column(bool),
            "postcode": _optional_text(),
            "wheelchair": _optional_text(),
            "operator": _optional_text(),
            "opening_hours": _optional_text(),
            "website": _optional_text(),
            "check_date": _optional_text(),
            "geometry": _geometry(),
        },
        index=pa.Index(str, unique=True, name="asset_id"),
    ),
    "green_space": pa.DataFrameSchema(
        {
            "green_name": _text(nullable=True),
            "kind": _text(),
            "is_public": pa.Column(bool),
            "area_ha": pa.Column(float, pa.Check.ge(0)),
            "geometry": _geometry(),
        },
        index=pa.Index(str, unique=True, name="green_id"),
    ),
    "stops": pa.DataFrameSchema(
        {"stop_name": _text(nullable=True), "kind": _text(), "geometry": _geometry()},
        index=pa.Index(str, unique=True, name="stop_id"),
    ),
    "water": pa.DataFrameSchema({"geometry": _geometry()}, index=pa.Index(str, unique=True, name="water_id")),
    # The timetable's stops; its trips lie in a folder of their own.
    "timetable": pa.DataFrameSchema(
        {
            "stop_name": _optional_text(),
            "station_id": _optional_text(),
            "feed": _text(),
            "geometry": _geometry(),
        },
        index=pa.Index(str, unique=True, name="stop_id"),
    ),
    "street_lines": pa.DataFrameSchema(
        {"geometry": _geometry()}, index=pa.Index(int, unique=True, name="line_id")
    ),
}


def require_table(name: str, table: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """Check a table against its schema and return it.

    Parameters
    ----------
    name : str
        The table's name in `SCHEMAS`.
    table : DataFrame or GeoDataFrame
        Indexed by its identity (``ward_code``, ``lsoa_code``, ``asset_id`` ...).
    where : str
        The file it came from or goes to, for the message.

    Raises
    ------
    DataError
        With every fault found, each with its row and column.
    """
    faults = _geometry_faults(table) + _fractions(name, table)
    try:
        table = SCHEMAS[name].validate(table, lazy=True)
    except SchemaErrors as error:
        faults += [_fault(row) for row in error.failure_cases.itertuples()]
    faults = list(dict.fromkeys(faults))
    if faults:
        shown = faults[:MOST_FAULTS_SHOWN]
        more = f" ... and {len(faults) - len(shown)} more" if len(faults) > len(shown) else ""
        raise DataError(
            f"The table '{name}' has {len(faults)} fault{'s' if len(faults) > 1 else ''}: "
            + "; ".join(shown)
            + more,
            where=where,
            do="Correct these rows in the source, or name another file for this table.",
        )
    return table


def _fractions(name: str, table: pd.DataFrame) -> list[str]:
    """Find fractions where whole numbers belong: turning the column into whole numbers would cut them off."""
    faults = []
    for column, schema in SCHEMAS[name].columns.items():
        if str(schema.dtype) == "int64" and column in table and pd.api.types.is_float_dtype(table[column]):
            values = table[column].dropna()
            for row, value in values[values % 1 != 0].items():
                faults.append(f"row {row}, column {column}: '{value}' (must be a whole number)")
    return faults


def _geometry_faults(table: pd.DataFrame) -> list[str]:
    if not isinstance(table, gpd.GeoDataFrame):
        return []
    faults = [] if table.crs is not None else ["the geometry has no CRS"]
    shapes = table.geometry
    for fault, rows in (
        ("missing or empty geometry", shapes.isna() | shapes.is_empty),
        ("invalid geometry (crosses itself)", ~(shapes.is_valid | shapes.isna())),
    ):
        faults += [f"row {i}, column geometry: {fault}" for i in table.index[rows]]
    return faults


def _fault(case: object) -> str:
    """Say one of pandera's findings as row, column, value and what was expected."""
    value = str(case.failure_case)[:60]
    if case.schema_context == "DataFrameSchema" or case.index is None or pd.isna(case.index):
        return f"column {value if case.check == 'column_in_dataframe' else case.column}: {_words(case.check)}"
    return f"row {case.index}, column {case.column}: {value!r} ({_words(case.check)})"


def _words(check: object) -> str:
    check = str(check)
    for technical, plain in (
        ("column_in_dataframe", "is missing"),
        ("not_nullable", "must not be empty"),
        ("field_uniqueness", "stands in the table more than once"),
        ("multiple_fields_uniqueness", "stands in the table more than once"),
        ("greater_than_or_equal_to", "must be at least"),
        ("less_than_or_equal_to", "must be at most"),
        ("str_matches", "must match"),
        ("isin", "must be one of"),
        ("coerce_dtype", "must be of type"),
        ("dtype", "must be of type"),
    ):
        if check.startswith(technical):
            return f"{plain} {check[len(technical) :].replace(chr(39), ' ').strip()}".strip()
    return check
