"""A scenario's changes: what can't be made is named, what is made leaves no trace elsewhere, order doesn't matter."""

from itertools import permutations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.errors import ScenarioError
from coverage.study import Scenario, apply_changes, evaluate, load_base, manifest
from coverage.study.changes import (
    KINDS,
    Close,
    CloseRoad,
    DrawRoad,
    Expand,
    Host,
    Move,
    Open,
    Population,
    Share,
    Upgrade,
    UpgradeRoad,
)

COUNTY = Path(__file__).parents[1] / "golden" / "county"
LONS, LATS = st.floats(104.95, 105.3), st.floats(34.97, 35.4)
HOME = {"name": "新家", "service_type": "残疾人之家"}


@pytest.fixture(scope="module")
def base():
    return load_base(Scenario(title="六村县", project=COUNTY))


def scenario(*changes, year: int | None = 2020) -> Scenario:
    return Scenario(title="甲情景", project=COUNTY, year=year, changes=changes)


def minutes(base, *changes) -> pd.Series:
    """Minutes to the nearest home by demand_id, endless where there is none."""
    return evaluate(base, scenario(*changes)).demand["travel_min"].fillna(float("inf"))


@given(lon=LONS, lat=LATS)
@settings(max_examples=8, deadline=None)
def test_opening_then_closing_is_the_base(base, lon, lat):
    plain = evaluate(base, scenario())
    opened = Open(lon=lon, lat=lat, **HOME)
    found = evaluate(base, scenario(opened, Close(site_id="情景-新家")))
    pd.testing.assert_frame_equal(found.demand, plain.demand)
    pd.testing.assert_frame_equal(found.coverage, plain.coverage)
    pd.testing.assert_series_equal(found.allocation.totals, plain.allocation.totals)


@given(lon=LONS, lat=LATS)
@settings(max_examples=8, deadline=None)
def test_an_opened_institution_takes_nobody_farther(base, lon, lat):
    assert (minutes(base, Open(lon=lon, lat=lat, **HOME)) <= minutes(base)).all()


@given(line=st.lists(st.tuples(st.floats(105.01, 105.3), LATS), min_size=1, max_size=3), north=st.floats(35, 35.35))
@settings(max_examples=10, deadline=None)
def test_a_drawn_road_takes_nobody_farther(base, line, north):
    road = DrawRoad(name="新路", road_class="三级", line=((105.0, north), *line))
    assert (minutes(base, road) <= minutes(base) + 0.02).all()


def test_the_order_of_independent_changes_does_not_matter(base):
    changes = (Open(lon=105.0, lat=35.3, **HOME), Upgrade(site_id="H2"), Share(site_id="H1", townships=("629901201",)),
               UpgradeRoad(way_ids=("0",), road_class="二级"))
    one, *others = (apply_changes(base, scenario(*order)) for order in permutations(changes))
    for other in others:
        pd.testing.assert_frame_equal(other.region.sites, one.region.sites)
        pd.testing.assert_frame_equal(other.roads.ways, one.roads.ways)
        pd.testing.assert_frame_equal(other.project.tables["agreements"], one.project.tables["agreements"])


def test_roads_are_closed_before_others_are_drawn(base):
    """So a drawn road can't hang on a closed one, whichever stands first."""
    close = CloseRoad(way_ids=("0",))
    draw = DrawRoad(name="新路", road_class="三级", line=((105.0, 35.0), (105.1, 35.0)))
    for order in permutations((close, draw)):
        with pytest.raises(ScenarioError, match="没有接上任何道路"):
            apply_changes(base, scenario(*order))


@pytest.mark.parametrize(("change", "says"), [
    (Close(site_id="没有"), "没有编号为“没有”的机构"),
    (Upgrade(site_id="H1"), "已经是规范化"),
    (Expand(site_id="H1", capacity=60), "现有 60 人"),
    (Close(site_id="H3"), "2022 年才启用"),
    (Close(site_id="H1", closed_year=2010), "2018 年才启用"),
    (Move(site_id="H1", lon=105, lat=35.1, township_code="1"), "没有代码为“1”的乡镇"),
    (Share(site_id="H1", townships=("629901100",)), "本乡镇"),
    (Share(site_id="H1", townships=("9",)), "没有代码为“9”的乡镇"),
    (Host(host="H9", service_type="康复机构"), "没有编号为“H9”的机构"),
    (Open(lon=105, lat=35, site_id="H1", **HOME), "已有编号为“H1”的机构"),
    (CloseRoad(way_ids=("77",)), "77"),
    (UpgradeRoad(way_ids=("77",), road_class="二级"), "77"),
    (UpgradeRoad(way_ids=("0",), road_class="四级"), "现在是三级，改为四级反而降低了"),
    (DrawRoad(name="飞地", road_class="三级", line=((104, 36), (104.1, 36))), "没有接上"),
    (DrawRoad(name="撞号", way_id="0", road_class="三级", line=((105, 35), (105.1, 35))), "已有"),
    (Population(year=2030), "没有“各年人口”表"),
])
def test_what_cannot_be_made_is_named(base, change, says):
    with pytest.raises(ScenarioError, match=says) as caught:
        apply_changes(base, scenario(Upgrade(site_id="H2"), change))
    assert f"第 2 项变化“{KINDS[change.kind]}" in str(caught.value)


def test_every_one_that_cannot_be_made_is_named_at_once(base):
    with pytest.raises(ScenarioError) as caught:
        apply_changes(base, scenario(CloseRoad(way_ids=("77",)), Close(site_id="甲"), Upgrade(site_id="乙")))
    told = str(caught.value)
    assert told.index("第 1 项") < told.index("第 2 项") < told.index("第 3 项")


def test_closing_twice_is_refused(base):
    with pytest.raises(ScenarioError, match="已经停用"):
        apply_changes(base, scenario(Close(site_id="H1"), Close(site_id="H1")))


def test_a_base_already_changed_is_given_back(base):
    changed = apply_changes(base, scenario(Upgrade(site_id="H2")))
    assert apply_changes(changed, scenario(Upgrade(site_id="H2"))) is changed
    assert apply_changes(base, scenario()) is base
    with pytest.raises(ValueError, match="not those"):
        apply_changes(changed, scenario())


def test_without_a_year_a_closed_one_is_closed_now(base):
    region = apply_changes(base, scenario(Close(site_id="H1"), year=None)).region
    assert region.sites.loc["H1", ["state", "closed_year"]].to_list() == ["停运", 2020]  # the project's own year


def test_a_table_without_institutions_can_be_given_one(tmp_path):
    import shutil

    county = tmp_path / "county"
    shutil.copytree(COUNTY, county)
    toml = (county / "project.toml").read_text("utf-8")
    (county / "project.toml").write_text(
        "\n".join(line for line in toml.splitlines() if not line.startswith("institutions")), "utf-8")
    bare = load_base(Scenario(title="空", project=county))
    sites = apply_changes(bare, scenario(Open(lon=105, lat=35, capacity=20, standardised=True, **HOME))).region.sites
    assert sites.loc["情景-新家", ["capacity", "standardised", "opened_year"]].to_list() == [20, True, 2020]
    assert str(sites["capacity"].dtype) == "Int64"


def test_the_manifest_lists_the_changes(base):
    evaluation = evaluate(base, scenario(Upgrade(site_id="H2"), CloseRoad(way_ids=("1",), cost_wan=3)))
    told = manifest(evaluation, [])
    assert told["changes"] == ["升级机构：“乙乡残疾人之家”", "封闭道路：孤路（1）"]
    assert told["parameters"]["changes"][1] == {"kind": "close_road", "way_ids": ["1"], "cost_wan": 3}
