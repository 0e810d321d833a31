"""A study's files by kind: what each holds, and that the places are the same in every one."""

import io
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from coverage.report import KINDS, USUAL, contents_table, result_files, write_folder
from coverage.study import Question, Scenario, Study, evaluate, load_base, manifest, suggest

COUNTY = Path(__file__).parents[1] / "golden" / "county"


@pytest.fixture(scope="module")
def study():
    scenario = Scenario(title="六村县", project=COUNTY, year=2020)
    evaluation = evaluate(load_base(scenario), scenario)
    suggestions = (suggest(evaluation, Question(name="一处", model="mclp", p=1, within_min=15)),)
    return Study(evaluation, suggestions, manifest(evaluation, suggestions))


@pytest.mark.parametrize(("kind", "names"), [
    ("excel", ["缺口清单.xlsx"]), ("csv", ["缺口清单.csv", "村级出行时间.csv"]),
    ("html", ["地图.html", "选址1_一处.html"]), ("gpkg", ["结果.gpkg"]),
    ("geojson", ["乡镇.geojson", "村（社区）.geojson", "机构.geojson", "选址1_一处.geojson"])])
def test_each_kind_gives_its_files(study, kind, names):
    assert list(result_files(study, kinds=[kind])) == [*names, "manifest.json"]


def test_every_kind_has_a_title_and_the_usual_ones_are_among_them():
    assert set(USUAL) < set(KINDS)
    assert "pdf" not in USUAL  # it needs another program


def test_geojson_tells_the_same_places_as_the_geopackage(study, tmp_path):
    files = result_files(study, kinds=["gpkg", "geojson"])
    (tmp_path / "r.gpkg").write_bytes(files["结果.gpkg"])
    for layer in ("乡镇", "村（社区）", "机构", "选址1_一处"):
        told = json.loads(files[f"{layer}.geojson"])
        kept = gpd.read_file(tmp_path / "r.gpkg", layer=layer, engine="pyogrio")
        assert len(told["features"]) == len(kept)
        back = gpd.GeoDataFrame.from_features(told, crs=4326)
        assert shapely.hausdorff_distance(back.geometry.to_numpy(), kept.geometry.to_numpy()).max() < 2e-6
        assert list(back.columns.drop("geometry")) == list(kept.columns.drop("geometry"))


def test_geojson_keeps_codes_as_text_and_unknown_as_null(study):
    told = json.loads(result_files(study, kinds=["geojson"])["村（社区）.geojson"])
    cut = next(feature["properties"] for feature in told["features"] if feature["properties"]["村（社区）"] == "F村")
    assert cut["村代码"] == "629901201002"
    assert cut["全程用时（分钟）"] is None


def test_the_folder_holds_them_and_no_other(study, tmp_path):
    written = write_folder(study, tmp_path, kinds=["csv", "geojson"])
    assert written.notes == ()
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in written.paths} | {".coverage-files"}


def test_the_report_and_the_pictures_are_the_same_drawing(study):
    files = result_files(study, kinds=["word", "png"])
    inside = {name: content for name, content in _members(files["评价报告.docx"]).items() if name.endswith(".png")}
    drawn = {content for name, content in files.items() if name.endswith(".png")}
    assert set(inside.values()) == drawn


def _members(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("edition", ["internal", "public"])
def test_what_is_told_beforehand_is_what_is_written(study, edition):
    kinds = [kind for kind in KINDS if kind != "pdf"]
    told = contents_table(study.evaluation, plans=(), questions={"一处": "mclp"}, kinds=kinds, edition=edition)
    assert sorted(told["文件"]) == sorted(result_files(study, kinds=kinds, edition=edition))
    assert told["内容"].str.len().min() > 3
