"""Spread times from roads over a grid of cells on foot: cell times → cell times with the walk added."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def mark_roads(minutes, x, y, t_start, t_end, ptr, walk):
    """Lower the cells along each polyline to the time on the road there plus the walk from the cell's middle.

    Polyline i has vertices x, y (in cells) at ptr[i]:ptr[i + 1], and each segment's
    times at its two ends are t_start, t_end (per vertex j: segment j → j + 1).
    `walk` is minutes a cell's width.
    """
    rows, columns = minutes.shape
    for i in range(len(ptr) - 1):
        for j in range(ptr[i], ptr[i + 1] - 1):
            steps = max(1, int(np.ceil(2 * max(abs(x[j + 1] - x[j]), abs(y[j + 1] - y[j])))))
            for s in range(steps + 1):
                share = s / steps
                t = t_start[j] + share * (t_end[j] - t_start[j])
                px, py = x[j] + share * (x[j + 1] - x[j]), y[j] + share * (y[j + 1] - y[j])
                column, row = int(np.floor(px)), int(np.floor(py))
                if 0 <= row < rows and 0 <= column < columns:
                    away = np.hypot(px - column - 0.5, py - row - 0.5)
                    minutes[row, column] = min(minutes[row, column], t + away * walk)


@njit(cache=True)
def walk_on(minutes, road, walk, most_cells, place_row, place_column, place_cells):
    """Let every cell be reached on foot from the nearest cell with a road, no farther than `most_cells` away.

    `road` tells where roads are, also such as aren't reached (minutes inf): who lives by one of them doesn't walk on to
    another, but for the next cell's. Around the place, `place_cells` far, one walks straight.

    Steps to the 16 nearest directions (king's and knight's moves), whose lengths
    overstate a straight walk by 2.8% at most (Borgefors 1986). Sweeps to and fro
    until nothing changes.
    """
    rows, columns = minutes.shape
    steps_row = np.array([0, 1, 1, 1, 1, 1, 2, 2])
    steps_column = np.array([1, -1, 0, 1, -2, 2, -1, 1])
    length = np.sqrt(steps_row * steps_row + steps_column * steps_column)
    off_road = np.full(minutes.shape, most_cells + 1.0)
    for row in range(rows):
        for column in range(columns):
            if road[row, column] or minutes[row, column] < np.inf:
                off_road[row, column] = 0.0
    changed = True
    while changed:
        changed = False
        for back in range(2):
            for r in range(rows):
                row = rows - 1 - r if back else r
                for c in range(columns):
                    column = columns - 1 - c if back else c
                    best, off = minutes[row, column], off_road[row, column]
                    for k in range(8):
                        dr, dc = steps_row[k], steps_column[k]
                        if not back:
                            dr, dc = -dr, -dc
                        rr, cc = row + dr, column + dc
                        if 0 <= rr < rows and 0 <= cc < columns:
                            away = off_road[rr, cc] + length[k]
                            t = minutes[rr, cc] + length[k] * walk
                            if away <= most_cells and (away < off - 1e-9 or (away < off + 1e-9 and t < best - 1e-9)):
                                best, off = t, away
                    if off < off_road[row, column] or best < minutes[row, column]:
                        minutes[row, column], off_road[row, column] = best, off
                        changed = True
    before = minutes.copy()
    for row in range(rows):
        for column in range(columns):
            if off_road[row, column] <= most_cells:
                for rr in range(max(row - 1, 0), min(row + 2, rows)):
                    for cc in range(max(column - 1, 0), min(column + 2, columns)):
                        t = before[rr, cc] + np.hypot(rr - row, cc - column) * walk
                        minutes[row, column] = min(minutes[row, column], t)
            away = np.hypot(row - place_row, column - place_column)
            if away <= place_cells:
                minutes[row, column] = min(minutes[row, column], away * walk)
