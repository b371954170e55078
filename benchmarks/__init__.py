"""How fast the map is: targets of ours and the same map made the usual way, measured in one run."""
