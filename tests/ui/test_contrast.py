"""Contrast (WCAG 2.2, 1.4.3 and 1.4.11) computed from the theme, the palette and the charts' colours."""

import itertools
import re
import tomllib
from pathlib import Path

import pytest

from coverage.report.palette import palette
from coverage.ui import charts

ROOT = Path(__file__).parents[2]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
FADED = 0.6
"""Streamlit's captions, placeholders and table headers are the text's colour at this opacity."""

Colour = tuple[float, float, float]


def rgb(text: str) -> Colour:
    assert re.fullmatch(r"#[0-9a-fA-F]{6}", text), text
    return tuple(int(text[place: place + 2], 16) for place in (1, 3, 5))


def over(front: Colour, back: Colour, opacity: float) -> Colour:
    return tuple(f * opacity + b * (1 - opacity) for f, b in zip(front, back, strict=True))


def luminance(colour: Colour) -> float:
    """Relative luminance, WCAG 2.2 glossary."""
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself():
    assert contrast(rgb("#000000"), rgb("#ffffff")) == pytest.approx(21)
    assert contrast(rgb("#777777"), rgb("#ffffff")) == pytest.approx(4.48, abs=0.005)  # WebAIM's well-known near miss


@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_text_is_read_on_every_ground(ground):
    text, back = rgb(THEME["textColor"]), rgb(THEME[ground])
    assert contrast(text, back) >= 7
    assert contrast(over(text, back, FADED), back) >= 4.5
    assert contrast(rgb(THEME["primaryColor"]), back) >= 4.5
    assert contrast(rgb(THEME["borderColor"]), back) >= 3


def test_the_primary_buttons_words_are_read():
    assert contrast(rgb("#ffffff"), rgb(THEME["primaryColor"])) >= 4.5


@pytest.mark.parametrize("colour", [charts.INK, charts.BAR, charts.TARGET, charts.BASELINE])
def test_the_charts_colours_are_read_on_white(colour):
    assert contrast(rgb(colour), rgb("#ffffff")) >= 4.5


@pytest.mark.parametrize("use", ["site", "village"])
def test_marks_stand_out_from_their_edge_and_differ_in_shape(use):
    marks = palette(use)
    for key, mark in marks.iterrows():
        assert contrast(rgb(mark["colour"]), rgb("#ffffff")) >= 3, key
    looks = marks.groupby("shape").size()
    assert (looks <= 2).all(), "a shape tells at most two meanings"


def test_the_shares_go_from_light_to_dark_and_can_be_told_apart_in_grey():
    shades = [luminance(rgb(colour)) for colour in palette("share")["colour"]]
    assert shades == sorted(shades, reverse=True)
    assert all(light - dark > 0.02 for light, dark in itertools.pairwise(shades))
