"""A scenario written to a file loads equal."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coverage.errors import ScenarioError
from coverage.study import Question, Scenario, load_scenario, scenario_toml
from coverage.study import changes as ch
from coverage.study.exemptions import Exemption
from coverage.study.scenario import Service, Speed, Travel

FREE = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
LON, LAT = st.floats(-180, 180), st.floats(-90, 90)
COST = st.none() | st.floats(0, 1e6)
TYPES = st.sampled_from(ch.SERVICE_TYPES)
CLASSES = st.sampled_from(("一级", "四级", "等外"))
IDS = st.lists(FREE, min_size=1, max_size=3).map(tuple)
MAYBE = st.none() | st.booleans()
YEAR = st.none() | st.integers(1949, 2100)

CHANGE = st.one_of(
    st.builds(ch.Open, name=FREE, service_type=TYPES, lon=LON, lat=LAT, capacity=st.none() | st.integers(0, 500),
              standardised=MAYBE, public_benefit=MAYBE, opened_year=YEAR, cost_wan=COST),
    st.builds(ch.Host, host=FREE, service_type=TYPES, name=st.none() | FREE),
    st.builds(ch.Upgrade, site_id=FREE), st.builds(ch.Expand, site_id=FREE, capacity=st.integers(0, 900)),
    st.builds(ch.Move, site_id=FREE, lon=LON, lat=LAT), st.builds(ch.Close, site_id=FREE, closed_year=YEAR),
    st.builds(ch.Share, site_id=FREE, townships=IDS, document=FREE, from_year=YEAR),
    st.builds(ch.Serve, way=st.sampled_from(("流动服务日", "接送")), villages=IDS, provider=FREE, from_year=YEAR,
              days_per_year=st.none() | st.integers(1, 366), yearly_cost_wan=COST),
    st.builds(ch.DrawRoad, name=FREE, road_class=CLASSES, joins_crossings=st.booleans(),
              line=st.lists(st.tuples(LON, LAT), min_size=2, max_size=4).map(tuple)),
    st.builds(ch.CloseRoad, way_ids=IDS),
    st.builds(ch.UpgradeRoad, way_ids=IDS, road_class=CLASSES, speed_kmh=st.none() | st.floats(1, 120)),
)


@given(title=FREE, changes=st.lists(CHANGE, max_size=4).map(tuple), year=st.integers(1949, 2100),
       threshold=st.floats(0.1, 600), day=st.dates())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_loads_equal(tmp_path, title, changes, year, threshold, day):
    scenario = Scenario(
        title=title, project=(tmp_path / "数据").resolve(), year=year, plans=((tmp_path / "规划.toml").resolve(),),
        service=Service(type="康复机构", people="常住人口"), travel=Travel(mode="walk", threshold_min=threshold),
        siting=(Question(name="问", model="mclp", p=2),), changes=changes,
        exemptions=(Exemption(plan="甲", goal="乙", unit_code="1", reason="整乡搬迁", who="市残联", date=day),))
    path = tmp_path / "情景.toml"
    path.write_text(scenario_toml(scenario), encoding="utf-8", newline="\n")
    assert load_scenario(path) == scenario
    path.write_text(scenario_toml(scenario, folder=tmp_path), encoding="utf-8", newline="\n")
    assert load_scenario(path) == scenario
    assert str(tmp_path) not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[2] / "scenarios").glob("*.toml")),
                         ids=lambda path: path.name)
def test_the_bundled_scenarios_too(path, tmp_path):
    scenario = load_scenario(path)
    (tmp_path / "x.toml").write_text(scenario_toml(scenario), encoding="utf-8")
    assert load_scenario(tmp_path / "x.toml") == scenario


@pytest.mark.parametrize(("change", "says"), [
    ('kind = "opne"', "changes 第 1 项：kind 应为"),
    ('name = "甲"', "缺少 kind"),
    ('kind = "open"\nname = "甲"', "changes 第 1 项.service_type：缺少这一项"),
    ('kind = "open"\nname = ""\nservice_type = "网吧"\nlon = 200\nlat = "北"', "lon：不应大于 180"),
    ('kind = "close"\nsite_id = 3', "site_id：应为文字"),
    ('kind = "close"\nsite_id = "3"\nyear = 2020', "year：没有这个设置项"),
    ('kind = "draw_road"\nname = "甲"\nroad_class = "四级"\nline = [[105, 35]]', "line：至少要有 2 个"),
    ('kind = "draw_road"\nname = "甲"\nroad_class = "国道"\nline = [[105, 35], [105, 36]]', "road_class：应为"),
    ('kind = "expand"\nsite_id = "3"\ncapacity = 2.5', "capacity：应为整数"),
    ('kind = "serve"\nway = "班车"\nvillages = []', "way：应为 '流动服务日', '接送' 或 '上门' 之一"),
    ('kind = "serve"\nway = "接送"\nvillages = []\ndays_per_year = 400', "villages：至少要有 1 个"),
    ('kind = "serve"\nway = "接送"\nvillages = ["1"]\ndays_per_year = 400', "days_per_year：不应大于 366"),
    ('kind = "population"\nyear = 2030\n[[changes]]\nkind = "population"\nyear = 2035', "只能换一次人口年份"),
])
def test_mistakes_in_changes_are_told_in_words(tmp_path, change, says):
    path = tmp_path / "情景.toml"
    path.write_text(f'title = "甲"\nproject = "x"\n[[changes]]\n{change}', encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert says in str(caught.value)


def test_a_planners_own_speeds_and_word_on_unknown_roads_are_kept(tmp_path):
    from coverage.study.evaluate import road_network
    from coverage.study.load import load_base

    travel = Travel(mode="wheelchair", unknown="closed", speeds=(Speed(road_class="四级", kmh=12),))
    scenario = Scenario(title="六村县", project=Path("tests/golden/county").resolve(), year=2020, travel=travel)
    (tmp_path / "a.toml").write_text(scenario_toml(scenario, folder=tmp_path), encoding="utf-8")
    assert load_scenario(tmp_path / "a.toml").travel == travel
    roads = load_base(scenario).roads
    fast, slow = (road_network(roads, Travel(mode="walk", speeds=own)) for own in (
        (), tuple(Speed(mode="walk", road_class=one, kmh=0.4) for one in roads.ways["road_class"].unique())))
    assert slow.edge_forward.sum() == pytest.approx(10 * fast.edge_forward.sum(), rel=1e-3)  # at 4 km/h otherwise
    with pytest.raises(ValueError, match="空中"):
        Travel(speeds=(Speed(road_class="空中", kmh=12),))
