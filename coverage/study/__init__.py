"""Run a scenario from its file to a result, with provenance."""
