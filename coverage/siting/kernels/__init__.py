"""Compiled inner loops (numba). Imported only where a problem is large enough to need them."""
