"""PNG maps and charts: true scale, exact colours, names that don't collide, every letter there, the same bytes."""

import csv
import io
from pathlib import Path

import docx
import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from coverage.goals import load_plan
from coverage.report.canvas import draw, shown, write
from coverage.report.palette import palette
from coverage.report.paper import Picture
from coverage.report.picture_frame import metres_a_degree_east, round_length, scale_bar, tint
from coverage.report.picture_labels import Box, place, spread
from coverage.report.picture_map import coverage_map
from coverage.report.pictures import study_pictures
from coverage.report.study_paper import study_paper
from coverage.report.word import word_bytes
from coverage.study import Question, Scenario, Study, evaluate, load_base, manifest, suggest

ROOT = Path(__file__).parents[2]
COUNTY = ROOT / "tests" / "golden" / "county"


@pytest.fixture(scope="module")
def study():
    scenario = Scenario(title="六村县", project=COUNTY, year=2020)
    plan = load_plan((ROOT / "scenarios" / "plans" / "zhejiang-2021-2025.toml").read_text(encoding="utf-8"), where="")
    evaluation = evaluate(load_base(scenario), scenario, (plan,))
    suggestions = (suggest(evaluation, Question(name="一处$x$😀", model="mclp", p=1, within_min=15)),)
    return Study(evaluation, suggestions, manifest(evaluation, suggestions))


@pytest.fixture(scope="module")
def pictures(study):
    return study_pictures(study)


def colours(png):
    image = Image.open(io.BytesIO(png)).convert("RGB")
    return {"#{:02x}{:02x}{:02x}".format(*colour): count for count, colour in image.getcolors(1 << 24)}


def test_the_font_has_every_letter_of_the_samples_names_and_the_rare_ones():
    names = {"岘屲窎塬峃漈"}
    for table in ("townships", "villages", "institutions"):
        with (ROOT / "geodata" / "huining" / f"{table}.csv").open(encoding="utf-8-sig") as file:
            names |= {cell for row in csv.reader(file) for cell in row}
    assert [name for name in names if shown(name) != " ".join(name.split("\n"))] == []


def test_a_letter_that_the_font_lacks_is_a_box():
    assert shown("甲😀乙\x01") == "甲□乙□"


def test_a_name_is_never_read_as_a_formula():
    plain, odd = (draw(60, 20, lambda canvas, text=text: write(canvas.sheet(), 5, 10, text))
                  for text in ("$\\frac{", "甲$x^2$乙"))
    assert plain != odd


@pytest.mark.parametrize("latitude", [0, 18.3, 35.7, 53.5, 80])
def test_a_degree_is_as_long_as_the_ellipsoid_says(latitude):
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(100, latitude, 100.001, latitude)
    assert metres_a_degree_east(latitude) == pytest.approx(metres * 1000, rel=1e-6)


def test_the_scale_bar_is_true_where_it_stands():
    found = {}

    def paint(canvas):
        axes = canvas.axes(0, 0, 100, 100)
        axes.set(xlim=(104.6, 105.6), ylim=(35.3, 36.4))
        scale_bar(axes)
        found["bar"] = [(patch.get_x(), patch.get_y(), patch.get_width()) for patch in axes.patches]
        found["texts"] = [text.get_text() for text in axes.texts]

    draw(100, 100, paint)
    (left, latitude, half), (_, _, other) = found["bar"]
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(left, latitude, left + half + other, latitude)
    assert found["texts"][-1] == "20 公里"
    assert metres == pytest.approx(20_000, rel=1e-4)


@given(st.floats(1e-3, 1e6))
def test_the_bar_is_a_round_number_and_not_too_long(most):
    length = round_length(most)
    assert length <= most < 2.5001 * length
    assert f"{length:.0e}"[0] in "125"


POINTS = st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), max_size=25)


@given(POINTS, st.lists(st.tuples(st.floats(0, 400), st.floats(0, 300)), max_size=5))
def test_no_name_covers_another_or_leaves_the_map(points, marks):
    frame = Box(0, 0, 400, 300)
    clear = [Box(x - 5, y - 5, x + 5, y + 5) for x, y in marks]
    found = place(points, [(50, 14)] * len(points), within=frame, keep_clear=clear)
    boxes = [Box(x - 25, y - 7, x + 25, y + 7) for x, y in filter(None, found)]
    assert all(frame.holds(box) for box in boxes)
    assert not any(box.overlap(other) for at, box in enumerate(boxes) for other in boxes[:at])
    if points:
        inside = 25 <= points[0][0] <= 375 and 7 <= points[0][1] <= 293
        assert found[0] is not None or not inside  # the most important one always finds room


def test_a_name_keeps_off_an_institution_where_it_can():
    point = (100.0, 100.0)
    assert place([point], [(40, 10)], within=Box(0, 0, 200, 200)) == [point]
    moved = place([point], [(40, 10)], within=Box(0, 0, 200, 200), keep_clear=[Box(95, 95, 105, 105)])
    assert moved == [(100.0, 89.0)]


@given(POINTS.filter(lambda points: len(points) <= 6))
def test_few_marks_never_cover_each_other(points):
    moved = spread(points, 10)
    gaps = [max(abs(a[0] - b[0]), abs(a[1] - b[1])) for at, a in enumerate(moved) for b in moved[:at]]
    assert all(gap >= 9.5 - 1e-9 for gap in gaps)
    assert len(moved) == len(points)


def test_areas_bear_the_colours_of_the_html_map(study, pictures):
    found = colours(pictures["覆盖图"].png)
    share = palette("share")["colour"]
    areas = {tint(share["0.9"]), tint(share["0"])}  # 甲镇 and 乙乡 all within 30 minutes, 丙乡 nobody
    legend_box = 1500  # pixels, more than the legend's box holds
    assert {colour for colour in map(tint, share) if found.get(colour, 0) > legend_box} == areas
    assert set(map(tint, share)) <= set(found)


def test_every_picture_is_there_named_and_described(study, pictures):
    assert list(pictures) == ["用时分段图", "覆盖图", "机构分布图", "目标图1", "选址图1"]
    document = docx.Document(io.BytesIO(word_bytes(study_paper(study, pictures))))
    told = [element.get("descr") for element in document.element.iter() if element.tag.endswith("}docPr")]
    assert len(told) == 5
    assert all(len(text) > 15 for text in told)
    assert "丙乡0.0%" in next(text for text in told if text.startswith("分乡镇着色的地图。"))
    widths = {name: Image.open(io.BytesIO(picture.png)).size[0] for name, picture in pictures.items()}
    assert set(widths.values()) == {int(156 / 25.4 * 200)}


def test_the_same_study_gives_the_same_bytes(study, pictures):
    assert coverage_map(study.evaluation) == pictures["覆盖图"].png


def test_a_users_own_settings_dont_bear_on_it(study, pictures):
    import matplotlib

    with matplotlib.rc_context({"axes.facecolor": "red", "text.color": "red", "savefig.dpi": 30}):
        assert coverage_map(study.evaluation) == pictures["覆盖图"].png


def test_it_is_no_blank_sheet(pictures):
    for picture in pictures.values():
        assert isinstance(picture, Picture)
        assert np.asarray(Image.open(io.BytesIO(picture.png)).convert("L")).std() > 10
