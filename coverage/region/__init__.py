"""Join checked tables into one region: areas, demand (people) and supply (institutions)."""
