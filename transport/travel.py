"""How people travel over streets: the mode, how fast, and whether steps are in the way."""

from __future__ import annotations

from dataclasses import dataclass

from study.errors import DataError
from transport.street_network import Mode, StreetNetwork

WALK_KPH = 4.8
SLOW_WALK_KPH = 3.2
CYCLE_KPH = 15.0
WALK_M_PER_MIN = WALK_KPH * 1000 / 60
# How much longer real walks are than straight lines, measured with `detour_factor` on the streets of Newport
# (6,458 walks: median 1.42, eight in ten between 1.2 and 1.85) and held against central Leeds (1.35).
DETOUR = 1.4
# The medians of single types of place in both towns lie between these, but for schools and playing fields.
DETOUR_LOW, DETOUR_HIGH = 1.3, 1.5
# The factor falls with distance; it is measured where 15 minutes on foot are decided.
DETOUR_MEASURED_M = (600.0, 1_200.0)
# By cycle, in time at `CYCLE_KPH` and with the pushing between street and door: 60,880 ways between places with a
# postcode in Newport (median 1.40, eight in ten between 1.24 and 1.71) and 118,422 in central Leeds (1.37).
CYCLE_DETOUR = 1.4
# To the nearest of one type of place the medians in both towns lie between 1.28 and 1.63.
CYCLE_DETOUR_LOW, CYCLE_DETOUR_HIGH = 1.3, 1.6
# Where 15 minutes by cycle are decided. Nearer by, pushing weighs more, and the factor is greater.
CYCLE_DETOUR_MEASURED_M = (1_500.0, 3_000.0)
DETOURS: dict[Mode, float] = {"walk": DETOUR, "cycle": CYCLE_DETOUR}
DETOUR_RANGES: dict[Mode, tuple[float, float]] = {
    "walk": (DETOUR_LOW, DETOUR_HIGH),
    "cycle": (CYCLE_DETOUR_LOW, CYCLE_DETOUR_HIGH),
}
DETOURS_MEASURED_M: dict[Mode, tuple[float, float]] = {
    "walk": DETOUR_MEASURED_M,
    "cycle": CYCLE_DETOUR_MEASURED_M,
}


@dataclass(frozen=True)
class Travel:
    """How people travel over streets.

    Attributes
    ----------
    mode : str
        "walk" or "cycle".
    kph : float
        How fast along the streets. At either end of the way a cycle is pushed, at `WALK_KPH`: on the straight
        bit between a place and the street, and against a one-way street the place lies on.
    without_steps : bool
        Whether steps cannot be used, as with a pushchair.

    Raises
    ------
    DataError
        If the speed is not above zero.
    """

    mode: Mode = "walk"
    kph: float = WALK_KPH
    without_steps: bool = False

    def __post_init__(self) -> None:
        if not self.kph > 0:
            raise DataError(f"A speed of {self.kph} km/h leads nowhere.", do="Give one above zero.")

    @property
    def m_per_min(self) -> float:
        """Return metres a minute along the streets."""
        return self.kph * 1000 / 60

    @property
    def off_factor(self) -> float:
        """Return how many metres along the streets take as long as one on which a cycle is pushed."""
        return max(self.kph / WALK_KPH, 1.0) if self.mode == "cycle" else 1.0

    @property
    def detour(self) -> float:
        """Return how much longer than the straight line a way is taken to be where streets are not known."""
        return DETOURS[self.mode]

    def network(self, streets: StreetNetwork) -> StreetNetwork:
        """Return the part of a network that can be travelled so.

        Raises
        ------
        DataError
            If the network is that of another mode.
        """
        if streets.mode != self.mode:
            raise DataError(
                f"These streets are for the mode '{streets.mode}', but the mode asked about is '{self.mode}'.",
                do="Give the study area's network of that mode.",
            )
        return streets.without_steps if self.without_steps else streets


WALK = Travel()
SLOW_WALK = Travel(kph=SLOW_WALK_KPH)
PUSHCHAIR = Travel(without_steps=True)
CYCLE = Travel("cycle", CYCLE_KPH)
