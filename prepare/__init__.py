"""How data arrives: `python -m prepare AREA` turns source files into one study area's checked tables."""
