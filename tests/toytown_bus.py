"""Streets and a bus for Toytown, with every time worked out by hand.

Streets every 500 m, so that every resident point but none of the town's edges stands on a crossing; 80 m a minute.
The bus calls at West (500, 500), Middle (3000, 500), right before the surgery, and East (5500, 500): from either end to
the middle and from the middle to either end every ten minutes on the minute, 5 minutes' ride, all day long; on Sundays
once an hour. Minutes to the surgery, the only place of health care:

point  people  on foot  to its stop      by bus, leaving 0 ... 9 minutes after a bus     median  10th  90th   return
  0       750   31.25   West, 0          5 14 13 12 11 10  9  8  7  6                     9       5     13     9
  1       250   18.75   West, 12.5       25 24 23 22 21 20 19 18 27 26                    18.75   18    18.75  18.75
  2     1,000   43.75   West, 12.5       as point 1                                       22      18    26     22
  3     1,000   31.25   none in 20       -                                                31.25   31.25 31.25  31.25
  4     1,000    6.25                                                                      6.25
  5       500    6.25                                                                      6.25
  6       250   18.75   (Middle is farther than the surgery for nobody)                   18.75
  7       250   18.75                                                                     18.75
  8     1,000   18.75   East, 12.5       as point 1                                       18.75   18    18.75  18.75
  9     2,000   31.25   East, 0          as point 0                                        9       5     13     9
 10        80   37.5    East, 18.75      25 24 33 32 31 30 29 28 27 26                    28      24    32     28

Of 120 departures each of the ten times comes twelve times: the 12th in order is the least, the 60th the fifth, the
108th the ninth; walking all the way is as good as it is. The way home is as long as the way there, for the day is the
same
backwards. Within 30 minutes by bus: all but point 3, 7,080 of 8,080 people; on foot points 1, 4, 5, 6, 7, 8: 3,250.
The bus is sooner than walking for points 0, 2, 9 and 10: 3,830 people, 47.4 %.

On a Sunday at 10 to 12 there is one bus an hour, on the hour: point 0 leaves 0 ... 59 minutes after one and takes 5,
64, 63 ... 6 minutes, or walks 31.25: 5 ... 31 are 27 of 60, so of 120 in order the 60th is the walk, and the 12th 10.
"""

from __future__ import annotations

import datetime as dt

from tests.toytown import EAST, NORTH, box
from tests.transport.grids import Corners, town
from tests.transport.lines_by_hand import Line, every, timetable
from transport.street_network import StreetNetwork
from transport.timetable import Timetable

MONDAY = dt.date(2024, 3, 4)
TUESDAY = dt.date(2024, 3, 12)
STOPS = {"West": (500, 500), "Middle": (3_000, 500), "East": (5_500, 500)}
BY_BUS = [9, 18.75, 22, 31.25, 6.25, 6.25, 18.75, 18.75, 18.75, 9, 28]
ON_FOOT = [31.25, 18.75, 43.75, 31.25, 6.25, 6.25, 18.75, 18.75, 18.75, 31.25, 37.5]

# What the study area's file says of it; four trips every ten minutes from five to midnight.
TIMETABLE_TOML = """
[timetable]
day = 2024-03-12
note = "Made up by hand."

[timetable.expected]
operators = ["Toy Buses"]
modes = ["bus"]
trips_per_weekday = 460
"""
PARTIAL_TOML = TIMETABLE_TOML.replace('"Toy Buses"', '"Toy Buses", "Toy Trams"')


def toytown_streets(mode: str = "walk") -> StreetNetwork:
    """Return streets every 500 metres over the whole town."""
    rows: list[Corners] = [
        [(EAST + x, NORTH + y) for x in range(0, 6_001, 500)] for y in range(0, 2_001, 500)
    ]
    rows += [[(EAST + x, NORTH + y) for y in range(0, 2_001, 500)] for x in range(0, 6_001, 500)]
    return town(*rows, covered=box(-20_000, -20_000, 26_000, 22_000), mode=mode)


def toytown_timetable() -> Timetable:
    """Return three weeks of the bus, 4 to 24 March 2024."""
    days = [MONDAY + dt.timedelta(days=n) for n in range(21)]
    ways = [("West", "Middle"), ("East", "Middle"), ("Middle", "West"), ("Middle", "East")]
    lines = [
        Line([(a, 0), (b, 5)], every(minutes, "05:00", "23:50"), service=service)
        for service, minutes in (("week", 10), ("sunday", 60))
        for a, b in ways
    ]
    return timetable(
        {name: (EAST + x, NORTH + y) for name, (x, y) in STOPS.items()},
        lines,
        services={
            "week": [day for day in days if day.weekday() < 6],
            "sunday": [day for day in days if day.weekday() == 6],
        },
    )
