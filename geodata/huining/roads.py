"""Draw the schematic roads and the river.

Takes settled points, the designed links and the villages; gives lines of lon, lat with their class. Lines that meet
share a vertex exactly; they cross nowhere else, and cross the river only where a link is designed with a bridge.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import shapely
from geo import DECIMALS, chance, haversine_m, length_m, moved, noise, vector_m
from places import flat

STEP_M = 150.0
WAVES_KM = {"二级": (6.0, 2.5), "三级": (4.0, 1.8, 0.9), "四级": (3.5, 1.6, 0.8), "等外": (1.6, 0.8)}
TRIES = 300


@dataclass(frozen=True)
class Line:
    name: str
    admin_class: str
    tech_class: str
    points: np.ndarray  # (n, 2) lon, lat
    bridge: bool = False


@dataclass
class Sheet:
    """The lines drawn so far, and the river that may be crossed by bridge alone."""

    river: shapely.LineString
    places: shapely.MultiPoint  # a road keeps away from the places that it doesn't serve
    lines: list[Line] = field(default_factory=list)
    shapes: list = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.shapes.append(shapely.LineString(flat(line.points)))

    def crossings(self, shape) -> int:
        met = shape.intersection(self.river)
        return 0 if met.is_empty else len(shapely.get_parts(met))

    def fits(self, points: np.ndarray, bridges: int, clearance_m: float = 150.0) -> bool:
        """No crossing of itself or another line, `bridges` of the river, and clear of others away from its ends."""
        drawn = flat(points)
        shape = shapely.LineString(drawn)
        if not shape.is_simple or self.crossings(shape) != bridges:
            return False
        ends = shapely.MultiPoint(drawn[[0, -1]])
        for other in self.shapes:
            if shape.intersects(other) and shapely.difference(shape.intersection(other), ends).length > 0:
                return False
            met = shape.intersection(other)
            if not met.is_empty and not all(ends.distance(part) == 0 for part in shapely.get_parts(met)):
                return False
        return not (clearance_m and not self._clear(shape, ends, clearance_m))

    def _clear(self, shape, ends, clearance_m) -> bool:
        middle = shape.difference(ends.buffer(1_200))
        if middle.is_empty:
            return True
        near = any(middle.distance(other) < clearance_m for other in self.shapes)
        return not near and middle.distance(self.places) > 4 * clearance_m


def wind(start, end, wanted_m: float, tech_class: str, name) -> np.ndarray:
    """A winding line from start to end whose length is wanted_m; the name fixes its shape."""
    straight = float(haversine_m(*start, *end))
    if wanted_m < straight:
        raise ValueError(f"{name}: {wanted_m:.0f} m is shorter than the straight line, {straight:.0f} m")
    count = max(4, round(straight / STEP_M))
    share = np.linspace(0, 1, count + 1)
    along = vector_m(start, end)
    across = np.array([-along[1], along[0]]) / np.hypot(*along)
    shape = sum(wave * noise((name, wave), share * straight / 1_000 / wave) for wave in WAVES_KM[tech_class])
    shape = shape * np.minimum(1, np.minimum(share, 1 - share) * straight / 2_500)
    low, high = 0.0, 20_000.0
    for _ in range(50):
        middle = (low + high) / 2
        line = _bent(start, end, along, across, share, shape * middle)
        low, high = (middle, high) if length_m(line) < wanted_m else (low, middle)
    return line


def _bent(start, end, along, across, share, sideways) -> np.ndarray:
    offset = share[:, None] * along + sideways[:, None] * across
    line = np.round(moved(start, offset[:, 0], offset[:, 1]), DECIMALS)
    line[0], line[-1] = start, end
    return line


def draw_river(points: dict) -> np.ndarray:
    """The river runs north, west of the towns in its valley and east of 郭城驿镇 (示意)."""
    course = [moved(points[town], east, north) for town, east, north in (
        ("会师镇", -2_600, -14_500), ("会师镇", -1_300, -6_000), ("会师镇", -1_200, 1_000), ("柴家门镇", -1_300, 0),
        ("岔口乙", -1_400, 0), ("甘沟驿镇", -1_300, 0), ("岔口丙", -1_700, 0), ("河畔镇", -1_500, 0),
        ("郭城驿镇", 1_600, 0), ("北界", 2_500, 0))]
    pieces = []
    for k, (a, b) in enumerate(itertools.pairwise(course)):
        a, b = np.round(a, DECIMALS), np.round(b, DECIMALS)
        pieces.append(wind(a, b, 1.06 * haversine_m(*a, *b), "二级", ("river", k))[:-1])
    return np.vstack([*pieces, b[None]])


def draw_links(points: dict, links: list[dict], river: np.ndarray) -> Sheet:
    """Draw every link at its length, trying shapes by turn until one fits among those already drawn."""
    sheet = Sheet(shapely.LineString(flat(river)), shapely.MultiPoint(flat(list(points.values()))))
    for link in links:
        a, b = link["from"], link["to"]
        served = {a, b}
        sheet.places = shapely.MultiPoint(flat([points[name] for name in points if name not in served]))
        for line in _tries(points[a], points[b], link):
            if sheet.fits(line, int(link["bridge"])):
                break
        else:
            raise ValueError(f"no shape fits {a}—{b}")
        for piece, bridge in _cut_at_bridge(line, sheet.river):
            name = f"{a}—{b}"
            sheet.add(Line(f"{name}大桥" if bridge else name, link["admin_class"], link["tech_class"], piece, bridge))
    return sheet


def _tries(start, end, link):
    for k in range(TRIES):
        yield wind(start, end, link["length_m"], link["tech_class"], (link["from"], link["to"], k))


def _cut_at_bridge(line: np.ndarray, river) -> list[tuple[np.ndarray, bool]]:
    """Cut a line into before, bridge and after, at the segment over the river; one piece where there is none."""
    drawn = flat(line)
    over = [i for i in range(len(line) - 1) if shapely.LineString(drawn[i:i + 2]).intersects(river)]
    if not over:
        return [(line, False)]
    i = over[0]
    pieces = [(line[:i + 1], False), (line[i:i + 2], True), (line[i + 1:], False)]
    return [(piece, bridge) for piece, bridge in pieces if len(piece) > 1]


def tie_villages(sheet: Sheet, villages: list[tuple[str, tuple]]) -> None:
    """Tie each village in by a spur to the nearest vertex that it can see, the shortest spur first (Prim's tree).

    A spur ends 80 to 500 m short of the village's point: the rest is walked. A spur that carries more than two
    villages is a 乡道 of class 四级, the others are 村道 of class 等外.
    """
    waiting = {code: np.array(point) for code, point in villages}
    spurs: dict[str, tuple[np.ndarray, str]] = {}
    nodes = np.vstack([line.points for line in sheet.lines if not line.bridge])
    owner = [""] * len(nodes)
    best = {code: _seen(sheet, point, nodes) for code, point in waiting.items()}
    while waiting:
        code = min(waiting, key=lambda code: (best[code][1], code))
        spur = _spur(sheet, nodes[best[code][0]], waiting[code], code)
        if spur is None:
            best[code] = _seen(sheet, waiting[code], nodes)
            continue
        spurs[code] = (spur, owner[best[code][0]])
        sheet.add(Line(code, "村道", "等外", spur))
        del waiting[code]
        first = len(nodes)
        nodes, owner = np.vstack([nodes, spur[1:]]), owner + [code] * (len(spur) - 1)
        for other, point in waiting.items():
            found = _seen(sheet, point, nodes[first:], nearer_than=best[other][1])
            if found[0] >= 0:
                best[other] = (first + found[0], found[1])
    _class_spurs(sheet, spurs)


def _seen(sheet: Sheet, point, nodes, nearer_than: float = np.inf) -> tuple[int, float]:
    """The nearest node with a clear straight line to the point: its number and metres; (-1, inf) where none is."""
    here, there = flat([point])[0], flat(nodes)
    metres = np.round(np.hypot(*(there - here).T), 1)
    for i in np.argsort(metres, kind="stable")[:80].tolist():
        if metres[i] >= nearer_than:
            break
        beam = shapely.LineString([there[i], here])
        if not beam.intersects(sheet.river) and not any(_blocks(other, beam, there[i]) for other in sheet.shapes):
            return i, float(metres[i])
    return -1, np.inf


def _blocks(other, beam, at) -> bool:
    if not other.intersects(beam):
        return False
    return other.intersection(beam) != shapely.Point(at)


def _spur(sheet: Sheet, start, village, code) -> np.ndarray | None:
    """A short winding road from start to just before the village; None where another now stands in the way."""
    away = vector_m(start, village)
    straight = np.hypot(*away)
    gap = min(80 + 420 * chance("gap", code), straight / 2)
    end = np.round(moved(start, *(away * (1 - gap / straight))), DECIMALS)
    for k in range(24):
        ratio = 1 + (0.12 + 0.3 * chance("wind", code)) * (1 - k / 24)
        line = wind(start, end, ratio * haversine_m(*start, *end), "等外", (code, k))
        if sheet.fits(line, 0, clearance_m=0):
            return line
    line = np.array([start, end])
    return line if sheet.fits(line, 0, clearance_m=0) else None


def _class_spurs(sheet: Sheet, spurs: dict) -> None:
    carried = dict.fromkeys(spurs, 1)
    for code in reversed(spurs):  # a spur is always drawn after the one it hangs on
        host = spurs[code][1]
        if host:
            carried[host] += carried[code]
    sheet.lines = [
        line if line.name not in carried or carried[line.name] < 3
        else Line(line.name, "乡道", "四级", line.points)
        for line in sheet.lines]
