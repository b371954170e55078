"""Where we are, and what a good table is: study areas, settings, CRS, table checks, sources, errors."""
