"""The public edition of a study gives no small count away, in none of its files."""

import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import docx
import pandas as pd
import pyogrio
import pytest

from coverage.errors import InputError
from coverage.goals import load_plan
from coverage.report import KINDS, result_files
from coverage.report.export import NOT_PUBLIC
from coverage.report.public import HIDDEN, shown_tables
from coverage.report.public_study import public_coverage
from coverage.study import Question, Scenario, Study, evaluate, load_base, manifest, suggest
from coverage.study.scenario import Service

ROOT = Path(__file__).parents[2]
MADE = [kind for kind in KINDS if kind not in (*NOT_PUBLIC, "pdf")]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The six villages with few people in some: 乙乡 has 2 beyond 15 minutes, 丙乡 3 and 4."""
    folder = tmp_path_factory.mktemp("county") / "county"
    shutil.copytree(ROOT / "tests" / "golden" / "county", folder)
    codes = [f"629901{code}" for code in ("100001", "100002", "200001", "200002", "201001", "201002")]
    rows = [(code, "肢体", severity, "18-59", people)
            for code, counts in zip(codes, [(100, 7), (50, 30), (30, 11), (1, 1), (3, 3), (4, 4)], strict=True)
            for severity, people in (("重度", counts[1]), ("轻度", counts[0] - counts[1])) if people]
    pd.DataFrame(rows, columns=["村代码", "残疾类别", "残疾程度", "年龄段", "残疾人数"]).to_csv(
        folder / "people.csv", index=False)
    return folder


def studied(county, **service):
    scenario = Scenario(title="六村县", project=county, year=2020, service=Service(**service))
    plan = load_plan((ROOT / "scenarios" / "plans" / "huining-2021-2025.toml").read_text(encoding="utf-8"), where="")
    evaluation = evaluate(load_base(scenario), scenario, (plan,))
    suggestions = (suggest(evaluation, Question(name="一处", model="mclp", p=1, within_min=15)),)
    return Study(evaluation, suggestions, manifest(evaluation, suggestions))


@pytest.fixture(scope="module")
def study(county):
    return studied(county)


@pytest.fixture(scope="module")
def files(study):
    return result_files(study, kinds=[*MADE, *NOT_PUBLIC], edition="public")


@pytest.fixture(scope="module")
def document(files):
    return docx.Document(io.BytesIO(files["评价报告_公开版.docx"]))


def sheets(files):
    return pd.read_excel(io.BytesIO(files["缺口清单_公开版.xlsx"]), sheet_name=None, engine="openpyxl",
                         dtype={"乡镇代码": str})


def test_every_file_says_that_it_is_public_and_the_web_map_is_left_out(files):
    assert all("公开版" in name for name in files if name != "manifest.json")
    assert not [name for name in files if name.endswith(".html")]


def test_there_is_something_to_hide(study):
    shown = shown_tables(study.evaluation)
    assert any((table == HIDDEN).any().any() for table in shown.values())
    assert study.evaluation.demand["people"].isin([1, 2, 3, 4]).any()


def test_counts_of_1_to_4_are_in_no_table(files, study):
    told = sheets(files)
    for title, columns in (("乡镇明细", "分钟（人）|残疾人"), ("服务供给", "残疾人|已服务|满员|够不着|未接入|不计")):
        numbers = pd.to_numeric(told[title].filter(regex=columns).stack(), errors="coerce").dropna()
        assert len(numbers)
        assert not numbers.isin([1, 2, 3, 4]).any()
    assert not set(told) & {"用时分段", "容量分配", "数据问题", "选址1服务范围"}


def test_no_sheet_or_layer_counts_people_by_village_or_site(files, tmp_path):
    told = sheets(files)
    assert not [column for column in told["村级明细"] if "人数" in column or "残疾人" in column]
    assert not [column for column in told["选址1"] if "人" in column and column != "安排人数"]
    (tmp_path / "r.gpkg").write_bytes(files["结果_公开版.gpkg"])
    for name, _ in pyogrio.list_layers(tmp_path / "r.gpkg"):
        columns = pyogrio.read_info(tmp_path / "r.gpkg", layer=name)["fields"]
        counted = [column for column in columns if "人数" in column or "占比" in column]
        assert name == "乡镇" or not counted, (name, counted)


def test_the_report_tells_no_count_but_those_of_the_suppressed_tables(document, study):
    prose = [paragraph.text for paragraph in document.paragraphs]
    prose += [element.get("descr") or "" for element in document.element.iter() if element.tag.endswith("}docPr")]
    ours = [text for text in prose if "1至4人" not in text and not text.startswith("注：出处为规划文件")]
    told = [count for text in ours for count in re.findall(r"\d[\d,]*\s*人(?!以上|口)", text)]
    assert told == []
    shown = shown_tables(study.evaluation)["用时分段"]
    rows = next(table for table in document.tables if table.cell(0, 1).text.startswith("≤"))
    found = [[cell.text for cell in row.cells][1:] for row in rows.rows][1:]
    assert found == [[value if value == HIDDEN else f"{value:,}" for value in row] for row in shown.to_numpy().tolist()]


def test_a_township_with_a_hidden_count_is_not_shaded(study):
    shown = shown_tables(study.evaluation)
    hidden = (shown["用时分段"].drop(index="合计") == HIDDEN).any(axis=1)
    share = public_coverage(study.evaluation, shown)["share_30_min"]
    assert hidden.any()
    assert share[hidden].isna().all()
    open_ones = share[~hidden]
    assert open_ones.to_list() == study.evaluation.coverage["share_30_min"][~hidden].to_list()


def test_the_manifest_counts_nobody(files):
    assert not {"people", "rows", "siting"} & set(json.loads(files["manifest.json"]))


def test_whoever_the_scenario_counts_all_disabled_people_are_published_alike(county, files):
    """Two editions of different groups must not be set against each other."""
    other = result_files(studied(county, people="服务对象"), kinds=["excel"], edition="public")
    assert sheets(other)["乡镇明细"].filter(like="（人）").equals(sheets(files)["乡镇明细"].filter(like="（人）"))


def test_without_disabled_people_there_is_nothing_to_hide(county, tmp_path):
    folder = tmp_path / "county"
    shutil.copytree(county, folder)
    (folder / "people.csv").unlink()
    text = (folder / "project.toml").read_text(encoding="utf-8").replace('people = "people.csv"\n', "")
    (folder / "project.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="内部版"):
        result_files(studied(folder), kinds=["excel"], edition="public")


def test_the_same_study_gives_the_same_bytes(study, files):
    again = result_files(study, kinds=MADE, edition="public")
    assert {name for name in files if files[name] != again[name]} == set()
    assert zipfile.is_zipfile(io.BytesIO(again["评价报告_公开版.docx"]))
