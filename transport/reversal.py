"""The day played backwards: questions about arriving by a time, and about the way back."""

from __future__ import annotations

from transport.connections import Connections, StopWalks


def reversed_in_time(connections: Connections, transfers: StopWalks) -> tuple[Connections, StopWalks]:
    """Return the day played backwards, for questions about arriving and about the way back.

    A journey from ``a`` to ``b`` leaving at ``t`` and arriving at ``u`` becomes one from ``b`` to ``a`` leaving
    at ``-u`` and arriving at ``-t``. So the scan that finds the earliest arrival *at* facilities also finds
    the latest moment to leave them and still be home by ``u``.

    Parameters
    ----------
    connections : Connections
        A day's departures.
    transfers : StopWalks
        A row for each stop one may board at.

    Returns
    -------
    tuple of Connections and StopWalks
        Times negated, boarding and alighting exchanged, transfers turned. Reversed twice it is the same day again.
    """
    backwards = slice(None, None, -1)
    day = Connections.from_hops(
        departure_s=-connections.arrival_s[backwards],
        arrival_s=-connections.departure_s[backwards],
        from_stop=connections.to_stop[backwards],
        to_stop=connections.from_stop[backwards],
        trip=connections.trip[backwards],
        can_board=connections.can_alight[backwards],
        can_alight=connections.can_board[backwards],
        stop_count=connections.stop_count,
        trip_count=connections.trip_count,
    )
    return day, transfers.turned
