"""Have every kernel of the timetable's scan compiled before somebody waits for it."""

from __future__ import annotations

import numpy as np

from transport.choices import choices
from transport.connection_scan import backward_profiles
from transport.connections import Connections, StopWalks
from transport.forward_scan import forward_arrivals
from transport.profiles import percentile_times, percentiles_of, travel_times


def compile_scans() -> None:
    """Ask every question once of the smallest timetable there is.

    Takes several seconds on the first start of a machine, and a fraction of one when what was compiled is kept on
    disk. Called while data are prepared, so that no visitor meets those seconds.
    """
    day = Connections.from_hops(
        departure_s=[60], arrival_s=[120], from_stop=[0], to_stop=[1], trip=[0], stop_count=2, trip_count=1
    )
    walks = StopWalks.from_pairs([0, 1], [0, 1], [60, 60], row_count=2)
    departures_s, seconds = np.array([0], dtype=np.int32), np.array([0, 60], dtype=np.int32)
    profiles = backward_profiles(day, walks, seconds, earliest_s=0, latest_s=0)
    times = travel_times(profiles, walks, departures_s, walk_s=seconds)
    percentiles_of(times, (50,))
    percentile_times(profiles, walks, departures_s, walk_s=seconds)
    forward_arrivals(day, walks, departures_s, access_s=seconds)
    choices(day, walks, walks, departures_s, egress_s=seconds[None], walk_s=seconds[None])
