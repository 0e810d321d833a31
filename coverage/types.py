"""Answer numba, which mistakes this package for coverage.py.

numba looks for coverage.py as it loads, by `import coverage`, and catches only
ImportError. Finding this package it goes on to ask for `coverage.types.Tracer`
and `coverage.Coverage.current()`. Any type will do for the first, and None
("not measuring") is the true answer to the second.
"""


class Coverage:
    """What numba asks whether a coverage.py measurement is running."""

    @staticmethod
    def current() -> None:
        return None


def __getattr__(name: str) -> type:
    if name.startswith("__"):
        raise AttributeError(name)
    return object
