"""Turn travel times into coverage: who is reached, within which band, by unit."""
