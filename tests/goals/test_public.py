"""Attack the public edition: read every file back and try to find a small count."""

import json
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from scipy.optimize import linprog

from coverage.report import write_plan_folder
from coverage.study import judge_plan

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "scenarios" / "plans" / "state-council-2021-2025.toml"
PARTS = ["已服务", "能到达但满员", "够不着", "未接入路网", "不计（非服务对象）"]


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    """The six villages with few people in some: 3 of E's 20 and all 4 of F's are the kind that a home serves."""
    folder = tmp_path_factory.mktemp("public")
    shutil.copytree(ROOT / "tests" / "golden" / "county", folder / "county")
    codes = [f"629901{code}" for code in ("100001", "100002", "200001", "200002", "201001", "201002")]
    counts = [(100, 7), (50, 30), (30, 11), (40, 2), (20, 3), (4, 4)]
    rows = [(code, "肢体", severity, "18-59", people) for code, (whole, severe) in zip(codes, counts, strict=True)
            for severity, people in (("重度", severe), ("轻度", whole - severe)) if people]
    people = pd.DataFrame(rows, columns=["村代码", "残疾类别", "残疾程度", "年龄段", "残疾人数"])
    people.to_csv(folder / "county" / "people.csv", index=False)
    study = judge_plan(folder / "county", PLAN, year=2020)
    for edition in ("internal", "public"):
        write_plan_folder(study, folder / edition, edition=edition)
    return folder


def sheets(folder):
    return pd.read_excel(folder / "规划评价.xlsx", sheet_name=None, engine="openpyxl", dtype={"乡镇代码": str})


def test_the_sample_has_something_to_hide(editions):
    table = sheets(editions / "internal")["服务供给"]
    assert table[PARTS].isin([1, 2, 3, 4]).any().any()
    assert openpyxl.load_workbook(editions / "internal" / "规划评价.xlsx")["说明"]["B2"].value == "内部"
    assert openpyxl.load_workbook(editions / "public" / "规划评价.xlsx")["说明"]["B2"].value == "公开"


def test_no_count_of_people_from_1_to_4_is_published(editions):
    found = sheets(editions / "public")
    bands = [column for column in found["乡镇明细"] if "分钟（人）" in column]
    assert len(bands) >= 4
    for values in (found["服务供给"][["残疾人", *PARTS]], found["乡镇明细"][[*bands, "残疾人"]]):
        numbers = pd.to_numeric(values.stack(), errors="coerce").dropna()
        assert not numbers.isin([1, 2, 3, 4]).any()
    assert (found["服务供给"] == "*").any().any()


def test_nothing_finer_than_the_township_is_published(editions):
    found = sheets(editions / "public")
    for title, table in found.items():
        words = [column for column in table if "残疾人数" in str(column) or "统计人数" in str(column)]
        assert not words, (title, words)
    villages = pyogrio.read_dataframe(editions / "public" / "规划评价.gpkg", layer="村（社区）")
    assert not [column for column in villages if "统计人数" in column]
    told = json.loads((editions / "public" / "规划评价.json").read_text("utf-8"))
    assert "people" not in told["manifest"] and "people_unmet" not in told["goals"][0]


def test_no_sentence_tells_a_number_of_people(editions):
    book = openpyxl.load_workbook(editions / "public" / "规划评价.xlsx")
    texts = [cell.value for sheet in book if sheet.title != "说明" for row in sheet.iter_rows() for cell in row
             if isinstance(cell.value, str)]
    assert not [text for text in texts if " 人" in text or "分钟内 " in text]


def test_no_hidden_cell_follows_from_what_is_published(editions):
    """Every sum that a reader of 服务供给 knows, each type's parts to the total and the townships to 合计; the totals
    are the same in every type. Bounds of each hidden cell by linear programme, from the workbook alone."""
    table = sheets(editions / "public")["服务供给"]
    known, keys = {}, []
    for row in table.to_dict("records"):
        for column in ("残疾人", *PARTS):
            key = ("" if column == "残疾人" else row["机构类型"], row["乡镇代码"], column)
            known[key] = row[column]
            if row[column] == "*" and key not in keys:
                keys.append(key)
    lines = []
    for kind, rows in table.groupby("机构类型"):
        codes = list(rows["乡镇代码"])
        lines += [([(kind, code, part) for part in PARTS], ("", code, "残疾人")) for code in codes]
        lines += [([(kind, code, part) for code in codes if code != "合计"], (kind, "合计", part)) for part in PARTS]
        lines += [([("", code, "残疾人") for code in codes if code != "合计"], ("", "合计", "残疾人"))]
    left, right = [], []
    for members, total in lines:
        terms = [*((key, 1.0) for key in members), (total, -1.0)]
        left.append([sum(sign for key, sign in terms if key == hidden) for hidden in keys])
        right.append(-sum(sign * known[key] for key, sign in terms if key not in keys))
    assert keys
    for place, key in enumerate(keys):
        cost = np.eye(len(keys))[place]
        low, high = linprog(cost, A_eq=left, b_eq=right), linprog(-cost, A_eq=left, b_eq=right)
        assert low.status == 0 and (high.status == 3 or -high.fun - low.fun >= 1 - 1e-6), key
