"""What lies on the ground: asset categories, assets, green space, deprivation, population, stops."""
