"""The six villages (test_six_villages.py) with one change of each kind, computed by hand.

As it is in 2020: A 0, B 10 and C 0 minutes, D 20, E 39.5, F not connected; within 15: 180, within 30: 220 of 250.

open          a home at D: D 0; E walks 19.5 and is there. Within 15: A B C D = 220; within 30: + E = 240.
              It stands in 丙乡's (schematic) area, so each of the three townships has an institution.
close         H1: A and B go to H2, 20 and 10 minutes. Within 15: B and C = 80; within 30: + A and D = 220.
upgrade       H2 is standardised: Zhejiang's rule holds in 2 of 2 townships, not 1 of 2.
expand        H1 from 60 to 200 places. H1 reaches A, B, C (180 people) within 30 minutes, H2 (30 places) B, C, D.
              D's 40 can only go to H2: 30 do. 180 + 30 = 210 served, 10 find it full; E's 20 out of reach, F cut off.
move          H2 to D: A 0, B 10, C 20 (both are 20 km off), D 0, E 19.5 on foot.
host          rehabilitation within H2: A 20, B 10, C 0, D 20, E 39.5; 丙乡 still has none.
share         H1 serves 乙乡 by agreement: Zhejiang's rule, which counts that, holds in 2 of 2.
draw_road     from D on to E, third class in hills: 34 km/h. E is 1 km farther by road than D: 20 + 60/34 = 21.76.
              From C's part of the road eastward it crosses nothing; from 1 km west to 1 km east it crosses the road.
close_road    the main road: everyone on it walks, 1.3 × the distance at 4 km/h. B 195 minutes, D 390, E 409.5.
upgrade_road  the main road at 120 km/h: B 5, D 10, E 19.5 on foot and 10 on.
population    2030: 甲镇 12,000 in all, 9,000 before, A 6,000 and B 3,000: so A 8,000 and B 4,000;
              丙乡 10,000 (the villages 3,000 and 2,000 before): E 6,000, F 4,000; 150 disabled people in place of 30.
              With 10,000 people 丙乡 falls under Zhejiang's rule: 1 of 3.
"""

import shutil
from pathlib import Path

import pytest

from coverage.goals import load_plan
from coverage.study import Scenario, apply_changes, evaluate, judge_on, load_base
from coverage.study.changes import (
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
from coverage.study.scenario import Service

COUNTY = Path(__file__).parent / "county"
PLANS = Path(__file__).parents[2] / "scenarios" / "plans"
A, B, C, D, E, F = (f"629901{code}" for code in ("100001", "100002", "200001", "200002", "201001", "201002"))
JIA, YI, BING = "629901100", "629901200", "629901201"
LAT = {A: 35.0, B: 35.089932, C: 35.179864, D: 35.359728, E: 35.3687212}
HOME = {"name": "丙乡新家", "service_type": "残疾人之家"}


@pytest.fixture(scope="module")
def base():
    return load_base(Scenario(title="六村县", project=COUNTY))


@pytest.fixture(scope="module")
def plans():
    return tuple(load_plan((PLANS / name).read_text(encoding="utf-8"), where=name)
                 for name in ("huining-2021-2025.toml", "zhejiang-2021-2025.toml"))


def changed(base, *changes, plans=(), **more):
    return evaluate(base, Scenario(title="改", project=COUNTY, year=2020, changes=changes, **more), plans)


def minutes(evaluation) -> dict:
    return evaluation.demand["travel_min"].drop(F).round(3).to_dict()


def counts(evaluation) -> list:
    return evaluation.whole[["within_15_min", "within_30_min", "not_connected"]].to_list()


def standing(evaluation, plan: int, goal_id: str) -> tuple:
    row = evaluation.goals[plan].summary.set_index("goal_id").loc[goal_id]
    return row["numerator"], row["denominator"]


def test_open(base, plans):
    found = changed(base, Open(lon=105, lat=LAT[D], **HOME), plans=plans)
    assert minutes(found) == {A: 0, B: 10, C: 0, D: 0, E: 19.5}
    assert counts(found) == [220, 240, 10]
    assert found.demand.loc[D, "site_id"] == "情景-丙乡新家"
    site = found.supply.loc["情景-丙乡新家"]
    assert site[["township_code", "basis", "opened_year"]].to_list() == [BING, "情景", 2020]
    assert standing(found, 0, "township-institution") == (3, 3)


def test_an_institution_opened_later_does_not_count_yet(base):
    assert counts(changed(base, Open(lon=105, lat=LAT[D], opened_year=2021, **HOME))) == [180, 220, 10]


def test_close(base):
    found = changed(base, Close(site_id="H1"))
    assert minutes(found) == {A: 20, B: 10, C: 0, D: 20, E: 39.5}
    assert counts(found) == [80, 220, 10]
    assert counts(changed(base, Close(site_id="H1", closed_year=2021))) == [180, 220, 10]


def test_upgrade(base, plans):
    assert standing(changed(base, plans=plans), 1, "home-coverage") == (1, 2)
    assert standing(changed(base, Upgrade(site_id="H2"), plans=plans), 1, "home-coverage") == (2, 2)


def test_what_is_supposed_says_nothing_of_the_baseline_year(base, plans):
    plain, upgraded = (changed(base, *made, plans=plans) for made in ((), (Upgrade(site_id="H2"),)))
    computed = [one.goals[1].summary.set_index("goal_id").loc["home-coverage", "baseline_computed"]
                for one in (plain, upgraded)]
    assert computed[0] == 0.5 and computed[1] != computed[1]
    assert set(judge_on(upgraded, plans[1]).trend["year"]) == {2020, 2025}
    earlier = evaluate(base, Scenario(title="改", project=COUNTY, year=2022, changes=(Upgrade(site_id="H2"),)), plans)
    assert set(judge_on(earlier, plans[1]).trend["year"]) == {2022, 2025}


def test_expand(base):
    totals = changed(base, Expand(site_id="H1", capacity=200)).allocation.totals
    assert totals[["served", "full", "out_of_reach", "not_connected"]].to_list() == [210, 10, 20, 10]


def test_move(base):
    found = changed(base, Move(site_id="H2", lon=105, lat=LAT[D]))
    assert minutes(found) == {A: 0, B: 10, C: 20, D: 0, E: 19.5}
    assert found.region.sites.loc["H2", "township_code"] == BING


def test_host(base):
    hosted = Host(host="H2", service_type="康复机构", capacity=10)
    found = changed(base, hosted, service=Service(type="康复机构"))
    assert minutes(found) == {A: 20, B: 10, C: 0, D: 20, E: 39.5}
    site = found.supply.iloc[0]
    assert site[["hosted_in", "township_code", "capacity"]].to_list() == ["残疾人之家", YI, 10]


def test_share(base, plans):
    found = changed(base, Share(site_id="H1", townships=(YI,)), plans=plans)
    assert standing(found, 1, "home-coverage") == (2, 2)
    assert "agreements" not in base.project.tables


def test_draw_road(base):
    found = changed(base, DrawRoad(name="延长线", road_class="三级", line=((105, LAT[D]), (105, LAT[E]))))
    assert minutes(found) == pytest.approx({A: 0, B: 10, C: 0, D: 20, E: 20 + 60 / 34}, abs=0.01)


def test_a_drawn_road_meets_what_it_crosses_unless_told_not_to(base):
    line = ((104.99, 35.25), (105.01, 35.25))
    home = Open(lon=105.01, lat=35.25, **HOME)
    road = {"name": "横路", "road_class": "三级", "line": line}
    assert minutes(changed(base, DrawRoad(**road), home))[D] < minutes(changed(base, home))[D]
    with pytest.raises(ValueError, match="没有接上"):
        changed(base, DrawRoad(joins_crossings=False, **road))


def test_close_road(base):
    found = changed(base, CloseRoad(way_ids=("0",)))
    assert minutes(found) == pytest.approx({A: 0, B: 195, C: 0, D: 390, E: 409.5}, abs=0.1)


def test_upgrade_road(base):
    found = changed(base, UpgradeRoad(way_ids=("0",), road_class="二级", speed_kmh=120))
    assert minutes(found) == pytest.approx({A: 0, B: 5, C: 0, D: 10, E: 29.5}, abs=0.01)


def test_population(plans, tmp_path):
    county = tmp_path / "county"
    shutil.copytree(COUNTY, county)
    (county / "populations.csv").write_text(
        f"乡镇代码,年份,常住人口,残疾人数,出处\n{JIA},2030,12000,,示例预测\n{BING},2030,10000,150,示例预测\n", "utf-8")
    (county / "project.toml").write_text(
        (county / "project.toml").read_text("utf-8") + '\npopulations = "populations.csv"\n', "utf-8")
    found = changed(load_base(Scenario(title="六村县", project=county)), Population(year=2030), plans=plans)
    region = found.region
    assert region.demand["pop"].to_dict() == {A: 8000, B: 4000, C: 7000, D: 5000, E: 6000, F: 4000}
    assert region.townships["pop"].to_dict() == {JIA: 12000, YI: 12000, BING: 10000}
    assert found.people.to_dict() == {A: 100, B: 50, C: 30, D: 40, E: 100, F: 50}
    assert standing(found, 1, "home-coverage") == (1, 3)
    assert "2030 年" in " ".join(region.notes) and "示例预测" in " ".join(region.notes)


def test_the_base_stays_as_it_is(base):
    before = base.region.sites.copy(), base.roads.way_node.copy(), base.region.notes
    apply_changes(base, Scenario(title="改", project=COUNTY, year=2020, changes=(
        Open(lon=105, lat=LAT[D], **HOME), Close(site_id="H1"), Upgrade(site_id="H2"), CloseRoad(way_ids=("1",)))))
    assert base.region.sites.equals(before[0]) and (base.roads.way_node == before[1]).all()
    assert base.region.notes == before[2] and base.changes == ()
