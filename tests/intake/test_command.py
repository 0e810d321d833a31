import json

import openpyxl
import pytest

from coverage.cli import main

GOOD = "机构名称,机构类型,乡镇,经度,纬度\n甲,托养机构,会师镇,105.0,35.7\n"


def check(capsys, *arguments):
    code = main(["intake", "check", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def write(tmp_path):
    def write(text, name="a.csv"):
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path
    return write


def test_all_rows_used_exits_0(write, capsys):
    code, told = check(capsys, write(GOOD), "--as", "institutions")
    assert code == 0
    assert told == {"read": 1, "used": 1, "refused": 0, "problems": [], "crs": None, "datum": None}


def test_refused_rows_exit_3_and_are_listed(write, capsys):
    code, told = check(capsys, write(GOOD + "乙,托养机构,会师镇,35.12,105.2\n"), "--as", "institutions")
    assert code == 3
    assert (told["read"], told["used"], told["refused"]) == (2, 1, 1)
    assert list(told["problems"][0]) == ["sheet", "row", "column", "value", "rule", "severity", "suggestion"]
    assert told["problems"][0]["row"] == 3


@pytest.mark.parametrize(("data", "code"), [(b"%PDF-1.4", 4), (b"a,b\n\x00,2\n", 4), (b"a,b\n1,2\n", 3), (b"", 3)])
def test_files_that_cannot_be_used_say_so_in_json(write, capsys, data, code):
    got, told = check(capsys, write(data), "--as", "townships")
    assert got == code
    assert told["used"] == 0
    assert told["problems"][-1]["suggestion"]


def test_a_missing_file_exits_3(tmp_path, capsys):
    assert check(capsys, tmp_path / "none.csv", "--as", "townships")[0] == 3


def test_a_layer_tells_its_crs(project_folder, capsys):
    code, told = check(capsys, project_folder / "areas.geojson", "--as", "areas")
    assert (code, told["crs"], told["read"], told["used"]) == (0, "EPSG:4326", 2, 2)


def test_roads_are_counted(write, capsys):
    line = {"type": "Feature", "properties": {"技术等级": "二级"},
            "geometry": {"type": "LineString", "coordinates": [[105, 35], [105.1, 35.1]]}}
    path = write(json.dumps({"type": "FeatureCollection", "features": [line]}), "r.geojson")
    code, told = check(capsys, path, "--as", "roads")
    assert (code, told["read"], told["used"]) == (0, 1, 1)


def test_a_region_knows_its_townships(write, project_folder, capsys):
    path = write(GOOD.replace("会师镇", "会帅镇"), "b.csv")
    _, told = check(capsys, path, "--as", "institutions", "--region", project_folder)
    assert any("会师镇" in problem["suggestion"] for problem in told["problems"])


def test_the_marked_workbook_and_the_template_are_written(write, tmp_path, capsys):
    out = tmp_path / "marked.xlsx"
    check(capsys, write(GOOD + "乙,火星,会师镇,105,35\n"), "--as", "institutions", "--marked", out)
    assert "不在可选项中" in openpyxl.load_workbook(out).worksheets[0]["F3"].value
    template = tmp_path / "template.xlsx"
    assert main(["intake", "template", "villages", str(template)]) == 0
    capsys.readouterr()
    assert check(capsys, template, "--as", "villages")[0] == 0


def test_without_json_it_speaks(write, capsys):
    assert main(["intake", "check", str(write(GOOD)), "--as", "institutions"]) == 0
    assert "读到 1 行，可用 1 行" in capsys.readouterr().out


def test_areas_are_held_against_the_regions_townships(project_folder, tmp_path, capsys):
    text = (project_folder / "areas.geojson").read_text(encoding="utf-8")
    path = tmp_path / "other.geojson"
    path.write_text(json.dumps(json.loads(text), ensure_ascii=False).replace("会师镇", "会帅镇"), encoding="utf-8")
    code, told = check(capsys, path, "--as", "areas", "--region", project_folder)
    found = {(problem["rule"], problem["value"]) for problem in told["problems"]}
    assert code == 0
    assert {("乡镇不在名单", "会帅镇"), ("缺少边界", "会师镇")} <= found
