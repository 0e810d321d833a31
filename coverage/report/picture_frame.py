"""Draw what surrounds a map: legend, scale bar, north arrow, wrapped lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

from coverage.report.canvas import INK, write
from coverage.report.picture_marks import mark
from coverage.report.words import width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW_MM, _LEGEND_PT = 4.6, 7.5
FILL_ALPHA = 0.75
"""How strongly areas are filled, as on the HTML map, so that roads and boundaries show through the darkest class."""

_EQUATOR_M, _FLATTENING = 6_378_137.0, 1 / 298.257223563
"""WGS 84."""


def tint(colour: str) -> str:
    """A colour (#rrggbb) as it looks at FILL_ALPHA on white."""
    parts = (int(colour[start: start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(part * FILL_ALPHA + 255 * (1 - FILL_ALPHA)):02x}" for part in parts)


@dataclass(frozen=True)
class Entry:
    """A row of the legend: a heading, a filled box, or a mark (use, key) of the palette."""

    label: str
    heading: bool = False
    fill: str = ""
    hatch: str = ""
    mark: tuple[str, str] | None = None


def legend_height(entries: Sequence[Entry], columns: int = 1) -> float:
    """Millimetres that the legend takes."""
    return (ceil(len(entries) / columns) + 1) * _ROW_MM + 2


def legend(page: Axes, entries: Sequence[Entry], *, left: float, top: float, columns: int, width: float) -> None:
    """The legend in columns, each row a sign and its meaning."""
    from matplotlib.patches import Rectangle

    write(page, left, top + _ROW_MM / 2, "图例", size=9, va="center")
    rows = ceil(len(entries) / columns)
    for place, entry in enumerate(entries):
        column, row = divmod(place, rows)
        x, y = left + column * width / columns, top + (row + 1.5) * _ROW_MM
        if entry.heading:
            write(page, x, y + 0.6, entry.label, size=_LEGEND_PT, va="center", colour="#404040")
            continue
        if entry.fill:
            page.add_patch(Rectangle((x, y - 1.5), 5, 3, facecolor=tint(entry.fill), linewidth=0.5,
                                     edgecolor="#505050", hatch=entry.hatch or None))
        elif entry.mark:
            use, key = entry.mark
            mark(page, [x + 2.5], [y], use=use, key=key, size=4.5 if use == "village" else 6.5)
        write(page, x + 6.5, y, entry.label, size=_LEGEND_PT, va="center")


def north_arrow(axes: Axes) -> None:
    """Straight up is north: the map's meridians are its verticals."""
    frame = axes.get_window_extent()
    dots = axes.figure.dpi / 25.4  # in a millimetre

    def at(left_of_edge: float, below_top: float) -> tuple[float, float]:
        return axes.transAxes.inverted().transform((frame.x1 - left_of_edge * dots, frame.y1 - below_top * dots))

    tip, left, notch, right = at(6, 6), at(8, 13), at(6, 11.5), at(4, 13)
    axes.fill(*zip(tip, left, notch, strict=True), transform=axes.transAxes, facecolor=INK, edgecolor=INK,
              linewidth=0.5, zorder=12)
    axes.fill(*zip(tip, right, notch, strict=True), transform=axes.transAxes, facecolor="white", edgecolor=INK,
              linewidth=0.5, zorder=12)
    write(axes, *at(6, 3.6), "北", size=9, halo=2, transform=axes.transAxes, ha="center", va="center", zorder=12)


def scale_bar(axes: Axes) -> None:
    """A bar of a round number of kilometres, true at the latitude where it stands."""
    from matplotlib.patches import Rectangle

    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    latitude = south + 0.03 * (north - south)
    km_a_degree = metres_a_degree_east(latitude) / 1000
    km = round_length((east - west) * km_a_degree / 4)
    degrees, thick, left = km / km_a_degree, 0.006 * (north - south), west + 0.03 * (east - west)
    for half in (0, 1):
        axes.add_patch(Rectangle((left + half * degrees / 2, latitude), degrees / 2, thick, edgecolor=INK, zorder=12,
                                 linewidth=0.6, facecolor="white" if half else INK))
    for share, text in ((0, "0"), (0.5, f"{km / 2:g}"), (1, f"{km:g} 公里")):
        write(axes, left + share * degrees, latitude + 1.6 * thick, text, size=7, halo=2, va="bottom", zorder=12,
              ha="center" if share < 1 else "left" if km >= 1 else "center")


def metres_a_degree_east(latitude: float) -> float:
    """Metres in a degree of longitude on the WGS 84 ellipsoid: N(φ) cos φ π/180."""
    squared = _FLATTENING * (2 - _FLATTENING)
    normal = _EQUATOR_M / sqrt(1 - squared * sin(radians(latitude)) ** 2)
    return normal * cos(radians(latitude)) * radians(1)


def round_length(most: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above `most`."""
    power = 1.0
    while power > most:
        power /= 10
    while power * 10 <= most:
        power *= 10
    return max(step * power for step in (1, 2, 5) if step * power <= most)


def wrapped(text: str, letters: int) -> list[str]:
    """The text in lines of at most so many letters (a Chinese character is two)."""
    lines, line = [], ""
    for letter in text:
        if width(line + letter) > letters and line:
            lines.append(line)
            line = ""
        line += letter
    return [*lines, line] if line else lines
