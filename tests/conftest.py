"""Settings for every test: generated examples are the same on each run, and none fails for being slow."""

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60, database=None)
settings.load_profile("steady")
