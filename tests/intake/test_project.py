import pytest

from coverage.errors import ProjectError
from coverage.intake import read_project


def test_a_whole_project_comes_in(project_folder):
    project = read_project(project_folder)
    assert (project.title, project.county_code, project.year, project.notes) == ("示例", "620422", 2020, ["示例数据"])
    assert list(project.tables) == ["townships", "villages", "people", "institutions"]
    assert project.tables["townships"]["pop"].tolist() == [114130, 8000]
    assert project.roads_path is None
    assert set(project.files) == {"project.toml", "townships.csv", "villages.csv", "people.csv", "institutions.csv",
                                  "areas.geojson"}
    for intake in project.intakes.values():
        assert intake.used + intake.refused == intake.read


def test_statistics_codes_and_names_lead_to_the_civil_affairs_code(project_folder):
    project = read_project(project_folder)
    assert project.tables["villages"]["township_code"].tolist() == ["620422100", "620422100", "620422111"]
    assert project.tables["institutions"]["township_code"].tolist() == ["620422100", "620422111"]
    assert project.areas["township_code"].tolist() == ["620422100", "620422111"]


def test_rows_without_a_point_take_their_townships_and_say_so(project_folder):
    project = read_project(project_folder)
    village = project.tables["villages"].iloc[2]
    assert (village.lon, village.lat) == (104.70, 36.00)
    assert "示意" in village.basis
    assert "示意" in project.tables["institutions"].iloc[1].basis


def test_local_wordings_are_understood(project_folder):
    project = read_project(project_folder)
    assert project.tables["institutions"]["service_type"].tolist() == ["残疾人之家", "托养机构"]
    assert project.tables["people"]["severity"].tolist() == ["重度", "轻度", "重度"]


def test_the_users_own_wordings_win(project_folder):
    (project_folder / "words.csv").write_text("column,wording,meaning,source\nservice_type,托养中心,康复机构,本县\n",
                                              encoding="utf-8")
    manifest = project_folder / "project.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + 'wordings = "words.csv"\n', encoding="utf-8")
    assert read_project(project_folder).tables["institutions"]["service_type"].tolist() == ["残疾人之家", "康复机构"]


def test_unknown_townships_and_villages_are_listed(project_folder):
    (project_folder / "villages.csv").write_text(
        "村代码,村,乡镇代码,人口\n620422100001,甲,620422100,5\n620422100009,乙,620422999,5\n", encoding="utf-8")
    project = read_project(project_folder)
    rules = set(zip(project.problems["file"], project.problems["row"], project.problems["rule"], strict=True))
    assert ("villages.csv", 3, "乡镇代码不在名单") in rules
    assert ("people.csv", 4, "村代码不在名单") in rules
    assert project.intakes["villages"].refused == 1
    assert project.intakes["people"].refused == 1


def test_misspelt_townships_get_a_suggestion_and_are_not_guessed(project_folder):
    path = project_folder / "institutions.csv"
    path.write_text("机构名称,机构类型,乡镇,经度,纬度\n"
                    "甲,托养中心,会帅镇,105.0,35.7\n乙,托养中心,会师镇,105.0,35.7\n", encoding="utf-8")
    project = read_project(project_folder)
    row = project.problems[project.problems["rule"] == "乡镇不在名单"].iloc[0]
    assert "会师镇" in row.suggestion
    assert project.tables["institutions"]["township_code"].isna().tolist() == [True, False]


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "a/../../b.csv", "C:\\x.csv", "..\\x.csv"])
def test_paths_may_not_leave_the_folder(project_folder, name):
    (project_folder.parent / "secret.csv").write_text("x", encoding="utf-8")
    manifest = project_folder / "project.toml"
    manifest.write_text(f"[files]\ntownships = '{name}'\n", encoding="utf-8")
    with pytest.raises(ProjectError):
        read_project(project_folder)


def test_a_link_out_of_the_folder_is_refused(project_folder):
    outside = project_folder.parent / "outside.csv"
    outside.write_text("乡镇代码,乡镇,人口\n", encoding="utf-8")
    (project_folder / "link.csv").symlink_to(outside)
    (project_folder / "project.toml").write_text("[files]\ntownships = 'link.csv'\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="不在项目文件夹"):
        read_project(project_folder)


def test_every_fault_of_the_manifest_is_named_at_once(project_folder):
    (project_folder / "project.toml").write_text("year = '二〇'\ncounty_code = '62'\ncolour = 1\n", encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        read_project(project_folder)
    for word in ("colour", "year", "county_code", "[files]"):
        assert word in str(caught.value)


def test_points_without_townships_are_a_project(tmp_path):
    (tmp_path / "points.csv").write_text("编号,名称,经度,纬度,人数\n1,甲,1.5,42.5,10\n2,乙,1.6,42.6,20\n",
                                         encoding="utf-8")
    (tmp_path / "project.toml").write_text("[files]\npoints = 'points.csv'\n", encoding="utf-8")
    project = read_project(tmp_path)
    assert project.tables["points"]["people"].tolist() == [10, 20]
    assert project.areas is None


def test_a_table_of_which_nothing_is_left_stops_the_project(project_folder):
    (project_folder / "villages.csv").write_text("村代码,村,乡镇代码,人口\n1,甲,620422100,5\n", encoding="utf-8")
    with pytest.raises(ProjectError, match="没有一行可用"):
        read_project(project_folder)


def add_to_manifest(folder, text):
    manifest = folder / "project.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_confirmed_datum_is_converted_and_told(project_folder):
    before = read_project(project_folder).tables["institutions"]["lon"].iloc[0]
    add_to_manifest(project_folder, '[datum]\ninstitutions = "gcj02"\n')
    project = read_project(project_folder)
    assert project.tables["institutions"]["lon"].iloc[0] != before
    assert abs(project.tables["institutions"]["lon"].iloc[0] - before) < 0.01
    assert "坐标已换算" in set(project.problems["rule"])
    assert project.tables["villages"]["lon"].iloc[0] == 105.05


@pytest.mark.parametrize("text", ['[datum]\nroads = "gcj02"\n', '[datum]\npoints = "mars"\n', "datum = 1\n"])
def test_a_wrong_datum_is_told(project_folder, text):
    if text.startswith("datum"):
        manifest = project_folder / "project.toml"
        manifest.write_text(text + manifest.read_text(encoding="utf-8"), encoding="utf-8")
    else:
        add_to_manifest(project_folder, text)
    with pytest.raises(ProjectError, match="datum"):
        read_project(project_folder)


def test_points_far_from_their_township_are_listed(project_folder):
    path = project_folder / "institutions.csv"
    path.write_text("机构名称,机构类型,乡镇,经度,纬度\n甲,托养中心,会师镇,104.5,35.7\n"
                    "乙,托养中心,会师镇,104.89,35.7\n", encoding="utf-8")
    project = read_project(project_folder)
    told = project.problems[project.problems["rule"] == "点不在所属乡镇"]
    assert told["row"].tolist() == [2]
    assert "36.2 公里，落在新庄塬镇" in told["suggestion"].iloc[0]


def test_an_institution_without_a_point_takes_its_villages_then_its_townships(project_folder):
    (project_folder / "institutions.csv").write_text(
        "机构名称,机构类型,乡镇,所在村,经度,纬度\n"
        "村名,托养机构,会师镇,桃花山社区居委会,,\n代码,托养机构,,620422100001,,\n只有村名,托养机构,,桃花山,,\n"
        "别处的村,托养机构,新庄塬镇,桃花山社区,,\n没有的村,托养机构,会师镇,不知道村,,\n哪里也没有,托养机构,,不知道村,,\n"
        "自己的点,托养机构,会师镇,桃花山社区,105.2,35.6\n", encoding="utf-8")
    project = read_project(project_folder)
    sites = project.tables["institutions"].set_index("name")
    assert sites[["lon", "lat"]].to_numpy().tolist() == [
        [105.06, 35.70], [105.05, 35.69], [105.06, 35.70], [104.70, 36.00], [105.04858, 35.69196], [105.2, 35.6]]
    assert sites["township_code"].tolist() == [
        "620422100", "620422100", "620422100", "620422111", "620422100", "620422100"]
    assert ["所在村" in str(basis) for basis in sites["basis"]] == [True, True, True, False, False, False]
    refused = project.intakes["institutions"].problems
    assert refused[(refused["rule"] == "没有坐标") & (refused["severity"] == "错误")]["row"].tolist() == [7]
