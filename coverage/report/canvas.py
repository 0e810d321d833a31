"""Hold a sheet to draw pictures on: the font from an installed package, millimetres, and the same bytes each time.

Takes what a drawing function does with a `Canvas`; gives PNG bytes. matplotlib is loaded here alone, when the
first picture is drawn, for it takes most of a second.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from coverage.report.words import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.figure import Figure
    from matplotlib.text import Text

DPI = 200
COLOURS = 256
"""Colours of a picture: those of large surfaces stay as they are, and the file is a third of the size."""

INK, GREY = "#1a1a1a", "#595959"
_ALONE = threading.Lock()
"""matplotlib keeps settings and fonts for the whole process; two sessions must not draw at once."""


@dataclass(frozen=True)
class Canvas:
    """A sheet `width_mm` × `height_mm`; places on it are millimetres from the left and from the top."""

    figure: Figure
    width_mm: float
    height_mm: float

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """A drawing area."""
        across, down = self.width_mm, self.height_mm
        return self.figure.add_axes((left / across, 1 - (top + height) / down, width / across, height / down))

    def sheet(self) -> Axes:
        """The whole sheet, measured in millimetres from its upper left corner, for legends and texts."""
        axes = self.axes(0, 0, self.width_mm, self.height_mm)
        axes.set(xlim=(0, self.width_mm), ylim=(self.height_mm, 0))
        axes.axis("off")
        axes.patch.set_visible(False)
        return axes

    @property
    def renderer(self) -> RendererBase:
        return self.figure.canvas.get_renderer()


def draw(width_mm: float, height_mm: float, paint: Callable[[Canvas], None]) -> bytes:
    """A PNG of what `paint` draws, at DPI dots an inch; a user's own matplotlib settings don't bear on it."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    plain = {name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"}
    with _ALONE, matplotlib.rc_context(plain | {"hatch.linewidth": 0.6}):
        figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4), dpi=DPI, facecolor="white")
        canvas = FigureCanvasAgg(figure)
        paint(Canvas(figure, width_mm, height_mm))
        canvas.draw()
        picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    png = io.BytesIO()
    fewer = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    fewer.save(png, format="PNG", dpi=(DPI, DPI))
    return png.getvalue()


def write(axes: Axes, x: float, y: float, text: str, *, size: float = 8, colour: str = INK, halo: float = 0,
          **options) -> Text:
    """Text in the packaged font, just as it is: nothing in it is read as a formula."""
    from matplotlib import patheffects
    from matplotlib.font_manager import FontProperties

    told = axes.text(x, y, shown(text), color=colour, fontproperties=FontProperties(fname=font_path(), size=size),
                     parse_math=False, **options)
    if halo:
        told.set_path_effects([patheffects.withStroke(linewidth=halo, foreground="white")])
    return told


def shown(text: str) -> str:
    """The text with □ for each character that the font hasn't, such as emoji."""
    return "".join(letter if ord(letter) in _letters() else "□" for letter in one_line(text))


@cache
def font_path() -> str:
    """Noto Sans SC (OFL 1.1), which covers the rare characters of place names (岘 屲 窎 塬 峃 漈)."""
    from pylopdf_fonts_zh_cn import sans_path

    return str(sans_path())


@cache
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import get_font

    return frozenset(get_font(font_path()).get_charmap())
