"""Place names and marks so that no two cover each other.

Takes points in pixels with the size of each name or mark; gives where each stands, or that there is no room for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

Place = tuple[float, float]
"""Pixels from the left and from the bottom."""

_AROUND = ((0, -1), (0, 1), (1, 0), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1))
"""Below, above, right, left, then the corners: the order in which places are tried after the point itself."""

_FARTHEST = 3
"""A mark moves aside by so many times its own size at most."""


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: Box) -> float:
        """The area that both cover."""
        across = min(self.right, other.right) - max(self.left, other.left)
        up = min(self.top, other.top) - max(self.bottom, other.bottom)
        return across * up if across > 0 and up > 0 else 0.0

    def holds(self, other: Box) -> bool:
        return (self.left <= other.left and self.right >= other.right and self.bottom <= other.bottom
                and self.top >= other.top)


def place(points: Sequence[Place], sizes: Sequence[Place], *, within: Box, homes: Sequence[shapely.Geometry] = (),
          keep_clear: Sequence[Box] = (), gap: float = 6) -> list[Place | None]:
    """The middle of each name, most important point first; None where every place would cover another name.

    Of the places where no name stands yet, the one that covers least of `keep_clear` and leaves least of the
    point's own area (`homes`, where given) is taken, the first among equals: the point itself, then those around it.
    """
    taken: list[Box] = []
    found: list[Place | None] = []
    for number, ((x, y), (width, height)) in enumerate(zip(points, sizes, strict=True)):
        best, least = None, float("inf")
        for across, up in ((0, 0), *_AROUND):
            middle = (x + across * (width / 2 + gap), y + up * (height / 2 + gap))
            box = Box(middle[0] - width / 2, middle[1] - height / 2, middle[0] + width / 2, middle[1] + height / 2)
            if not within.holds(box) or any(box.overlap(other) for other in taken):
                continue
            covered = sum(box.overlap(other) for other in keep_clear)
            if homes:
                covered += width * height - shapely.box(box.left, box.bottom, box.right, box.top).intersection(
                    homes[number]).area
            if covered < least:
                best, least = (middle, box), covered
        found.append(best[0] if best else None)
        if best:
            taken.append(best[1])
    return found


def spread(points: Sequence[Place], size: float) -> list[Place]:
    """Where each mark stands so that marks of one size don't cover each other: a later one moves aside.

    It moves as little as it must; where marks crowd beyond _FARTHEST sizes, it stays where it is.
    """
    taken: list[Place] = []
    for x, y in points:
        places = [(x, y), *((x + ring * across * size, y + ring * up * size)
                            for ring in range(1, _FARTHEST + 1) for across, up in _AROUND)]
        free = (place for place in places if all(max(abs(place[0] - other[0]), abs(place[1] - other[1])) >= size * 0.95
                                                 for other in taken))
        taken.append(next(free, (x, y)))
    return taken
