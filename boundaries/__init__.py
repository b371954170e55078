"""The ground: wards, LSOAs, their lookup, and which of them a point lies in."""
