"""A project's or scenario's height tiles slow walkers by hand-worked minutes, are kept with it and told of.

The main road of the six villages runs due north along 105°E. On the made tile each sample (3″) lies 4 m above the
one to its south: a slope of 4 m in 92.66 m.
"""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from coverage.errors import CoverageError, InputError, LayerError
from coverage.intake import read_project, save_project
from coverage.intake.elevation import VOID, Elevation
from coverage.intake.store import project_package
from coverage.report.tables import basis_line
from coverage.study import Scenario, evaluate, load_base, load_scenario, manifest, scenario_toml
from coverage.study.changes import DrawRoad
from coverage.study.load import heights_under
from coverage.study.scenario import Travel
from coverage.travel.geometry import DEGREE_M
from coverage.travel.slope import tobler_kmh

from .six_villages import COUNTY, A, B, C, D

SLOPE = 4 / (DEGREE_M / 1200)


def tile(void_from=None):
    """Heights that rise northwards; void from a share of the tile's height on, from the south."""
    row = np.arange(1200, -1, -1)
    heights = np.broadcast_to((4 * row)[:, None], (1201, 1201)).astype(np.int16).copy()
    if void_from is not None:
        heights[row > void_from * 1200] = VOID
    return heights


def write_tile(folder, name="N35E105.hgt", void_from=None):
    (folder / name).write_bytes(tile(void_from).astype(">i2").tobytes())
    return folder / name


@pytest.fixture
def county(tmp_path):
    """The county's folder, of one's own."""
    shutil.copytree(COUNTY, tmp_path / "县")
    return tmp_path / "县"


@pytest.fixture(scope="module")
def flat_base():
    return load_base(Scenario(title="步行", project=COUNTY))


def name_tiles(folder, *names):
    text = (folder / "project.toml").read_text(encoding="utf-8")
    told = ", ".join(f'"{name}"' for name in names)
    (folder / "project.toml").write_text(f'{text}elevation = [{told}]\n\n[read.elevation]\nsource = "自制"\n',
                                         encoding="utf-8")


def walked(base, heights=None, mode="walk", **scenario):
    scenario = Scenario(title="步行", project=COUNTY, year=2020, travel=Travel(mode=mode), **scenario)
    return evaluate(replace(base, heights=heights), scenario)


def minutes(evaluation):
    return evaluation.travel.table.set_index(["demand_id", "site_id"])["travel_min"].to_dict()


def climbed(km, slope):
    return km * 15 * tobler_kmh(0) / tobler_kmh(slope)


WHOLE = Elevation({(35, 105): tile()}, "自制")


def test_walking_up_takes_what_tobler_says_and_down_less(flat_base):
    got, flat = minutes(walked(flat_base, WHOLE)), minutes(walked(flat_base))
    assert got[C, "H1"] == pytest.approx(climbed(20, -SLOPE), rel=2e-3)
    assert got[A, "H2"] == pytest.approx(climbed(20, SLOPE), rel=2e-3)
    assert got[B, "H2"] == pytest.approx(climbed(10, SLOPE), rel=4e-3)
    assert got[A, "H2"] > got[C, "H1"]
    assert flat[A, "H2"] == flat[C, "H1"] == pytest.approx(300, rel=2e-3)
    assert got.keys() == flat.keys()


def test_wheelchairs_mind_what_is_steeper_than_their_table_and_cars_do_not(flat_base):
    steeper = Elevation({(35, 105): tile() * 3 // 2}, "自制")  # 6.5%: between 1:20 and 1:12
    for mode, up in (("wheelchair", 0.5), ("power_wheelchair", 0.8), ("car", 1)):
        flat = minutes(walked(flat_base, mode=mode))[A, "H2"]
        assert minutes(walked(flat_base, WHOLE, mode))[A, "H2"] == flat  # 4.3% is gentler than 1:20
        evaluation = walked(flat_base, steeper, mode)
        assert minutes(evaluation)[A, "H2"] == pytest.approx(flat / up, rel=2e-3)
        assert ("高程" in basis_line(evaluation)) == (mode != "car")
        assert ("陡于 1:12 的路占 0.0%" in basis_line(evaluation)) == (mode != "car")


def test_what_the_heights_cover_is_told_with_their_source(flat_base):
    whole, without = walked(flat_base, WHOLE), walked(flat_base)
    assert "高程：自制（N35E105），按坡度计时" in basis_line(whole)
    assert manifest(whole, [])["heights"] == {"source": "自制", "tiles": ["N35E105"], "share_known": pytest.approx(1),
                                              "share_steep": 0}
    assert manifest(without, [])["heights"] is None
    assert "没有高程，道路都按平路" in basis_line(without)

    partly = walked(flat_base, Elevation({(35, 105): tile(void_from=0.2)}))
    share = partly.network.slope_share
    assert f"来源未注明（N35E105），高程只覆盖了 {share:.1%} 的道路，其余按平路" in basis_line(partly)
    known = 0.2 / 0.359728  # of the main road's degrees
    expected = climbed(40 * known, -SLOPE) + climbed(40 * (1 - known), 0)
    assert minutes(partly)[D, "H1"] == pytest.approx(expected, rel=5e-3)


def test_a_project_names_them_and_tiles_of_another_place_are_refused(county, flat_base):
    write_tile(county)
    write_tile(county, "N36E110.hgt")
    name_tiles(county, "N36E110.hgt", "N35E105.hgt")
    project = read_project(county)
    assert {"N35E105.hgt", "N36E110.hgt"} <= project.files.keys()
    heights = heights_under(flat_base.roads, project)
    assert heights.basis == "自制（N35E105）"
    assert heights.at(np.array([105.0]), np.array([35.5])) == pytest.approx(2400)
    wrong = replace(project, elevation_paths=(county / "N36E110.hgt",))
    with pytest.raises(LayerError, match=r"N36E110 都不在道路范围里.*N35E105"):
        heights_under(flat_base.roads, wrong)


@pytest.mark.parametrize("written, told", [
    ('elevation = ["没有.hgt"]', "没有文件"), ('elevation = ["../N35E105.hgt"]', "不在项目文件夹里"),
    ("elevation = [3]", "应为文件名"), ('elevation = ""', "应为文件名"),
    ('elevation = "N35E105.hgt"\n[read.elevation]\nsource = 3', "source")])
def test_a_manifest_that_names_them_wrongly_is_refused(county, written, told):
    with (county / "project.toml").open("a", encoding="utf-8") as file:
        file.write(written + "\n")
    with pytest.raises(CoverageError, match=told):
        read_project(county)


def test_a_scenario_names_its_own_in_their_place(county, tmp_path):
    write_tile(county, void_from=0.0)
    name_tiles(county, "N35E105.hgt")
    write_tile(tmp_path)
    path = tmp_path / "步行.toml"
    path.write_text('title = "步行"\nproject = "县"\nelevation = ["N35E105.hgt"]\nelevation_source = "另一套"\n'
                    'year = 2020\n[travel]\nmode = "walk"\n', encoding="utf-8")
    scenario = load_scenario(path)
    evaluation = evaluate(load_base(scenario), scenario)
    assert minutes(evaluation)[C, "H1"] == pytest.approx(climbed(20, -SLOPE), rel=2e-3)
    assert "另一套" in basis_line(evaluation)
    assert manifest(evaluation, [])["parameters"]["elevation"] == ["N35E105.hgt"]
    path.write_text(scenario_toml(scenario, folder=tmp_path), encoding="utf-8")
    assert load_scenario(path) == scenario
    with pytest.raises(InputError, match="没有这个文件"):
        load_base(scenario.model_copy(update={"elevation": (tmp_path / "无.hgt",)}))


@pytest.mark.parametrize("place", ["另存", "另存.gpkg"])
def test_they_are_saved_with_the_project_and_open_again(county, tmp_path, place):
    write_tile(county)
    shutil.make_archive(str(county / "I48"), "zip", county, "N35E105.hgt")
    name_tiles(county, "N35E105.hgt", "I48.zip")
    project = read_project(county)
    save_project(project, tmp_path / place)
    again = read_project(tmp_path / place)
    assert [path.read_bytes() for path in again.elevation_paths] == [
        (county / name).read_bytes() for name in ("N35E105.hgt", "I48.zip")]
    assert again.elevation_source == "自制"
    assert project_package(again) == project_package(replace(again, elevation_paths=project.elevation_paths))


def test_a_road_drawn_in_a_scenario_has_slopes_too(flat_base):
    bend = DrawRoad(name="新路", road_class="四级", line=((105.0, 35.0), (105.02, 35.09), (105.0, 35.18)))
    network = walked(flat_base, WHOLE, changes=(bend,)).network
    drawn = network.ways["drawn"].to_numpy(bool)[network.edge_way]
    assert drawn.any() and (network.edge_forward[drawn] > network.edge_backward[drawn]).all()
