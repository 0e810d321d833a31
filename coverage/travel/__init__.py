"""Turn roads into a network and a network into door-to-door travel times."""
