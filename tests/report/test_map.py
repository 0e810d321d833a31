"""The study's map: what it draws, whom its legend counts, and how it stays small and safe."""

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from coverage.report import map_html
from coverage.report.map_difference import difference_html, difference_legend, points
from coverage.report.map_layers import around_features, village_features, village_marks
from coverage.report.map_legend import legend_beside
from coverage.report.map_page import MapPage, packed
from coverage.report.palette import change_key, palette
from coverage.report.trips import STEP, catchment_table, legs_table, tenths
from coverage.study import Scenario, compare, evaluate, load_base
from coverage.study.changes import CloseRoad, DrawRoad
from coverage.travel import isochrones, route

COUNTY = Path(__file__).parents[1] / "golden" / "county"
PLANS = Path(__file__).parents[2] / "scenarios" / "plans"
A, B, C, D, E, F = (f"629901{code}" for code in ("100001", "100002", "200001", "200002", "201001", "201002"))


@pytest.fixture(scope="module")
def base():
    return load_base(Scenario(title="六村县", project=COUNTY))


@pytest.fixture(scope="module")
def evaluation(base):
    return evaluate(base, Scenario(title="六村县", project=COUNTY, year=2020))


def layers(html: str) -> list[dict]:
    """The page's layers as it will unpack them."""
    return [json.loads(text) for text in re.findall(r"= drawLayer\((\{.*\}), \"", html)]


def test_villages_are_marked_by_the_threshold_or_by_their_band(evaluation):
    assert village_marks(evaluation.demand, 30).to_dict() == {
        A: "reached", B: "reached", C: "reached", D: "reached", E: "beyond", F: "cut"}
    assert village_marks(evaluation.demand, 30, by_band=True).to_dict() == {
        A: "band_0", B: "band_0", C: "band_0", D: "band_1", E: "band_2", F: "cut"}


@pytest.mark.parametrize("by_band", [False, True])
def test_the_legend_counts_every_village_and_everyone(evaluation, by_band):
    rows = re.findall(r"<span>([^<]*)：(\d+) 村 ([\d,]+) 人</span>", legend_beside(evaluation, by_band=by_band))
    own = [row for row in rows if "孤立路段" not in row[0] and "路网缺口" not in row[0]]
    assert sum(int(villages) for _, villages, _ in own) == 6
    assert sum(int(count.replace(",", "")) for _, _, count in own) == 250
    assert next(row for row in rows if "孤立路段" in row[0])[1:] == ("1", "10")


def test_cut_off_villages_have_a_layer_of_their_own(evaluation):
    assert [one["id"] for one in around_features(evaluation.demand, "孤立路段")] == [F]
    assert around_features(evaluation.demand, "路网缺口") == []


def test_features_bear_the_ids_that_clicks_tell(evaluation):
    ids = {one[0] for layer in layers(map_html(evaluation)) for one in layer["features"]}
    assert {*evaluation.region.townships.index, *evaluation.region.demand.index, *evaluation.supply.index} <= ids


def test_the_shading_breaks_at_the_plans_own_figures():
    """Zhejiang's 残疾人之家覆盖率: 75% in 2020, 90% by 2025."""
    plan = tomllib.loads((PLANS / "zhejiang-2021-2025.toml").read_text(encoding="utf-8"))
    goal = next(goal for goal in plan["goal"] if goal["title"] == "残疾人之家覆盖率")
    told = {goal["baseline"]["value"], *(target["at_least"] for target in goal["targets"])}
    assert told <= {f"{float(key):.0%}" for key in palette("share").index}


def test_packing_loses_nothing(evaluation):
    features = village_features(evaluation, evaluation.demand)
    whole = json.loads(packed(features))
    for one, row in zip(features, whole["features"], strict=True):
        name, place, style, mark, title, labels, *values = row
        assert (name, mark, title) == (one["id"], one["properties"]["mark"], one["properties"]["title"])
        assert tuple(place) == one["geometry"]["coordinates"] and whole["styles"][style] == {}
        assert [list(pair) for pair in zip(whole["labels"][labels], values, strict=True)] == one["properties"]["rows"]


def test_a_name_can_not_leave_its_string():
    nasty = "</script><script>alert(1)</script>&\u2028${x}"
    feature = {"type": "Feature", "id": nasty, "geometry": {"type": "Point", "coordinates": (1.0, 2.0)},
               "properties": {"mark": "reached", "title": nasty, "rows": [["名", nasty]]}}
    page = MapPage("标题", (0, 0, 1, 1))
    page.add(nasty, [feature], kind="village", draw="dot")
    html = page.html()
    assert html.count("</script>") == html.count("<script>") and "alert(1)</script>" not in html
    assert layers(html)[0]["features"][0][4] == nasty


def test_the_same_study_gives_the_same_bytes_and_asks_no_host(evaluation):
    html = map_html(evaluation)
    assert html == map_html(evaluation)
    asked = re.findall(r"""(?:src|href)=["'](?!data:)([^"']+)""", html)
    assert [url for url in asked if not url.startswith(("https://leafletjs.com", "#"))] == []


def test_roads_of_a_scenario_are_drawn_as_they_are_changed(base):
    changes = (CloseRoad(way_ids=(base.roads.ways["way_id"].iloc[0],)),
               DrawRoad(name="新路", road_class="四级", line=((106.0, 35.0), (106.01, 35.0))))
    scenario = Scenario(title="六村县", project=COUNTY, year=2020, changes=changes)
    styles = [style for layer in layers(map_html(evaluate(base, scenario), before=base.roads))
              for style in layer["styles"]]
    assert {"#b71c1c", "#00695c"} <= {style.get("color") for style in styles}


@pytest.fixture(scope="module")
def connected(base, evaluation):
    """F's road joined to the main road near D: 10 people more are connected, and nobody is farther."""
    places = evaluation.demand.loc[[D, F], ["lon", "lat"]].to_numpy()
    line = tuple((float(lon), float(lat)) for lon, lat in places)
    drawn = DrawRoad(name="新路", road_class="高速", line=line, joins_crossings=False)
    after = evaluate(base, Scenario(title="修路", project=COUNTY, year=2020, changes=(drawn,)))
    return compare([evaluation, after])


def test_the_difference_is_told_by_sign_and_by_shape(evaluation, base):
    without = evaluate(base, Scenario(title="封路", project=COUNTY, year=2020, changes=(
        CloseRoad(way_ids=(base.roads.ways["way_id"].iloc[0],)),)))
    comparison = compare([evaluation, without])
    page = layers(difference_html(comparison, "封路", before=base.roads))
    names = [row[4] for row in page[-1]["features"]]
    change = comparison.townships.set_index("scenario").loc["封路"].set_index("township")["share_change"]
    assert set(names) == {name if value == 0 else f"{name} {points(value)}" for name, value in change.items()}
    assert any("−" in name for name in names) and not any("+" in name for name in names)
    marks = [row[3] for row in next(layer for layer in page if layer["features"][0][3] in ("moved_-1", "moved_0"))[
        "features"]]
    moved = comparison.villages.set_index("scenario").loc["封路", "moved"]
    assert marks.count("moved_-1") == (moved == -1).sum() > 0
    legend = difference_legend(comparison, "封路")
    counted = re.findall(r"：([\d,]+) 村 ([\d,]+) 人", legend)
    assert [sum(int(row[at].replace(",", "")) for row in counted) for at in (0, 1)] == [6, 250]


def test_the_other_way_round_the_signs_turn(evaluation, connected):
    change = connected.townships.query("scenario == '修路'")["share_change"]
    assert (change.dropna() >= -1e-12).all()
    assert points(0.0312) == "+3.1" and points(-0.2) == "−20" and points(0.0) == "0" and points(float("nan")) == "未知"


@pytest.mark.parametrize(("change", "key"), [
    (0, "0"), (0.049, "0.05"), (0.05, "0.2"), (0.3, "1"), (-0.01, "-0.05"), (-0.2, "-1"), (-0.06, "-0.2"),
    (float("nan"), None)])
def test_changes_fall_into_steps_alike_on_both_sides(change, key):
    assert change_key(change) == key


def test_isochrones_and_a_route_are_layers(evaluation):
    site = evaluation.region.sites.loc["H2"]
    circles = isochrones(evaluation.network, site["lon"], site["lat"], [15, 30])
    village = evaluation.demand.loc[E]
    way = route(evaluation.network, (village["lon"], village["lat"]), (site["lon"], site["lat"]))
    html = map_html(evaluation, isochrones=circles, route=way, chosen=shapely.Point(105, 35))
    for name in ("等时圈", "路线", "15 分钟", "30 分钟"):
        assert json.dumps(name)[1:-1] in html or name in html


def test_the_legs_of_a_trip_add_up_to_its_minutes(evaluation):
    """E walks 1 km × 1.3 at 4 km/h = 19.5 minutes to the road's end, then drives 20 km in 20 minutes to H2."""
    village, site = evaluation.demand.loc[E], evaluation.region.sites.loc["H2"]
    way = route(evaluation.network, (village["lon"], village["lat"]), (site["lon"], site["lat"]))
    assert way["travel_min"].sum() == pytest.approx(village["travel_min"], abs=1e-9)
    table = legs_table(way)
    assert table["分钟"].tolist() == [19.5, 20.0, 0.0, 39.5]
    assert table[STEP].iloc[0] == "步行到路" and table[STEP].iloc[-1] == "合计"


@pytest.mark.parametrize("seed", range(5))
def test_rounded_minutes_still_add_up(seed):
    minutes = np.random.default_rng(seed).integers(0, 30_000, 7) / 600
    assert round(float(tenths(minutes).sum()), 1) == round(float(minutes.sum()) + 1e-12, 1)
    assert (abs(tenths(minutes) - minutes) < 0.1).all()


def test_many_roads_are_told_by_their_class():
    legs = pd.DataFrame({"leg": ["步行到路", *["沿路"] * 9, "步行到机构"], "travel_min": 1.0, "dist_m": 100.0,
                         "name": [None, *(f"路{n}" for n in range(9)), None],
                         "road_class": [None, *["四级", "三级"] * 4, "四级", None]})
    assert legs_table(legs)[STEP].tolist() == ["步行到路", "沿四级路", "沿三级路", "步行到机构", "合计"]


def test_an_institutions_catchment_is_counted_from_the_times(evaluation):
    """H1 stands at A, km 0: B at 10, C at 20, D at 40 minutes; E at 59.5."""
    table = catchment_table(evaluation, "H1").set_index("分钟内")
    assert table["人数"].to_dict() == {"15": 150, "30": 180, "45": 220, "60": 240}
