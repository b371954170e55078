"""How a GTFS feed is read: opened safely, checked row by row, and turned into stops, trips, hops and services.

The format is the General Transit Feed Specification's Schedule Reference (https://gtfs.org/documentation/schedule).

gtfs-kit was looked at for each step and is what this reader is held against in its tests, but it does not read here:
its tables are parsed with fixed types, so that one bad number fails a whole file without saying the row, ids such
as "NA" and "null" become missing, and a trip or stop that does not exist goes unnoticed; it has no limit to what it
unpacks, and fetches an address where a path does not exist; its active services are right, but took 1.2 s for the
year of a feed that takes 0.1 s here, and importing it takes another 1.2 s, most of it for drawing maps.
"""
