"""Trace the outline of the cells within a level: a grid of values → a valid polygon (marching squares).

Values sit at the middles of cells; crossings are interpolated between them
(Lorensen and Cline 1987, in two dimensions; a saddle is decided by its mean).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

# the four sides of a square of cell middles: 0 south, 1 east, 2 north, 3 west; corners as bits: SW 1, SE 2, NE 4, NW 8
_SIDES = {1: [(3, 0)], 2: [(0, 1)], 3: [(3, 1)], 4: [(1, 2)], 6: [(0, 2)], 7: [(3, 2)], 8: [(2, 3)], 9: [(2, 0)],
          11: [(2, 1)], 12: [(1, 3)], 13: [(1, 0)], 14: [(0, 3)]}
_SADDLES = {5: ([(3, 0), (1, 2)], [(3, 2), (1, 0)]), 10: ([(0, 1), (2, 3)], [(0, 3), (2, 1)])}


def contour(values: np.ndarray, level: float, degrees: Callable) -> shapely.Geometry:
    """The area where `values` ≤ level; `degrees(x, y)` turns cells into coordinates. Empty where there is none."""
    high = level * 2 + 1
    values = np.pad(np.minimum(values, high), 1, constant_values=high)
    low = values <= level
    corner = low[:-1, :-1] + 2 * low[:-1, 1:] + 4 * low[1:, 1:] + 8 * low[1:, :-1]
    segments = [_segments(values, level, np.nonzero(corner == case), sides) for case, sides in _SIDES.items()]
    for case, (apart, joined) in _SADDLES.items():
        row, column = np.nonzero(corner == case)
        mean = (values[row, column] + values[row, column + 1] + values[row + 1, column]
                + values[row + 1, column + 1]) / 4
        for chosen, sides in ((mean > level, apart), (mean <= level, joined)):
            segments.append(_segments(values, level, (row[chosen], column[chosen]), sides))
    xy = np.concatenate([one for one in segments if len(one)] or [np.zeros((0, 2, 2))])
    if not len(xy):
        return shapely.Polygon()
    xy = xy - 0.5  # padding moved the cells by one, and values sit at the middles
    lon, lat = degrees(xy[..., 0], xy[..., 1])
    rings = shapely.polygonize(shapely.linestrings(np.stack([lon, lat], axis=-1)))
    outline = shapely.build_area(shapely.MultiLineString([ring.exterior for ring in rings.geoms]
                                                         + [hole for ring in rings.geoms for hole in ring.interiors]))
    return shapely.make_valid(outline)


def _segments(values, level, where, sides) -> np.ndarray:
    """(n, 2, 2) points in padded cells: for each square, a segment between two of its sides."""
    row, column = where
    return np.concatenate([np.stack([_crossing(values, level, row, column, side) for side in two], axis=1)
                           for two in sides])


def _crossing(values, level, row, column, side: int) -> np.ndarray:
    """Where the level crosses a side, always interpolated from west to east or south to north, so neighbours agree."""
    row1, column1 = row + (side == 2), column + (side == 1)
    row2, column2 = row1 + (side in (1, 3)), column1 + (side in (0, 2))
    one, two = values[row1, column1], values[row2, column2]
    share = (level - one) / (two - one)
    return np.stack([column1 + share * (column2 - column1), row1 + share * (row2 - row1)], axis=1)
