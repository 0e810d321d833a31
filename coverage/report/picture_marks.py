"""Draw the palette's marks in matplotlib: the same shapes and colours as on the HTML map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.report.palette import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = {"square": "s", "hollow": "s", "cross": "P", "triangle": "^", "diamond": "D", "circle": "o", "ring": "o",
            "star": "*", "dot": "o", "x": "X", "wedge": "v", "frame": "s"}
_SCALE = {"star": 1.7, "x": 1.15, "dot": 0.85, "diamond": 0.9, "ring": 0.85, "wedge": 0.7}
"""How much larger or smaller a shape is drawn, so that all look alike in size."""


def mark(axes: Axes, x, y, *, use: str, key: str, size: float, above: float = 5) -> None:
    """Points of one mark; `size` in points."""
    row = palette(use).loc[key]
    shape, colour = row["shape"], row["colour"]
    open_shape = shape in ("ring", "hollow", "frame")
    inside = "none" if shape == "frame" else "white" if open_shape else colour
    axes.plot(x, y, linestyle="none", marker=_MARKERS[shape], markersize=size * _SCALE.get(shape, 1),
              markerfacecolor=inside, markeredgecolor=colour if open_shape else "white",
              markeredgewidth=0.9 if open_shape else 0.5, zorder=above, clip_on=True)
