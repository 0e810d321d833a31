"""Make a project folder as large as a city like Wenzhou: 185 townships, 5,000 villages, 5,000 candidates; all made up.

    python -m benchmarks.made_city FOLDER

A square of 110 km with a road each kilometre, a vertex each 250 m; every number is drawn by a stated seed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
SEED, TOWNSHIPS, VILLAGES, CANDIDATES, COUNTIES = 20251231, 185, 5_000, 5_000, 12
SIDE_KM, STEP_KM, ROAD_KM = 110, 0.25, 1.0
WEST, SOUTH, KM_LON, KM_LAT = 120.0, 27.5, 1 / 98.6, 1 / 110.8
GROUPS = [("肢体", "重度", "18-59", 0.3), ("肢体", "轻度", "60+", 0.35), ("智力", "重度", "7-17", 0.15),
          ("视力", "轻度", "60+", 0.2)]


def make(folder: Path) -> Path:
    """Write the project and a scenario on it; gives the scenario's path."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = np.random.default_rng(SEED)
    grid = int(np.ceil(np.sqrt(TOWNSHIPS)))
    cells = np.arange(TOWNSHIPS)
    centre = (np.column_stack([cells % grid, cells // grid]) + drawn.uniform(0.2, 0.8, (TOWNSHIPS, 2))) * SIDE_KM / grid
    code = [f"3303{2 + county:02d}{100 + number:03d}" for number, county in enumerate(cells * COUNTIES // TOWNSHIPS)]
    names = [f"第{number + 1}{('镇', '街道', '乡')[number % 3]}" for number in cells]
    village = drawn.uniform(1, SIDE_KM - 1, (VILLAGES, 2))
    home = np.argmin(((village[:, None] - centre[None]) ** 2).sum(2), axis=1)
    pop = drawn.integers(300, 4_000, VILLAGES)
    people_there = np.bincount(home, pop, TOWNSHIPS).astype(int) + 1
    towns = pd.DataFrame({"乡镇代码": code, "乡镇": names, "常住人口": people_there, **_at(centre)})
    order = np.argsort(home, kind="stable")
    rank = np.empty(VILLAGES, int)
    rank[order] = np.arange(VILLAGES) - np.searchsorted(home[order], home[order])
    places = list(zip(home, rank, strict=True))
    villages = pd.DataFrame({"村代码": [f"{code[town]}{number + 1:03d}" for town, number in places],
                             "村（社区）": [f"{names[town]}第{number + 1}村" for town, number in places],
                             "乡镇代码": [code[town] for town in home], "常住人口": pop, **_at(village)})
    people = pd.concat([pd.DataFrame({
        "村代码": villages["村代码"], "残疾类别": category, "残疾程度": severity, "年龄段": age,
        "残疾人数": drawn.poisson(pop * 0.028 * share)}) for category, severity, age, share in GROUPS])
    tables = {"townships": towns, "villages": villages, "people": people,
              "institutions": _institutions(towns, centre, names, drawn), "candidates": _candidates(villages, drawn)}
    for name, table in tables.items():
        table.assign(数据性质="示例数据：合成").to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig")
    (folder / "roads.geojson").write_text(_roads(), encoding="utf-8")
    files = "\n".join(f'{name} = "{name}.csv"' for name in tables)
    (folder / "project.toml").write_text(
        f'title = "造出来的市"\nyear = 2025\nnotes = ["全部数据都是合成的"]\n\n'
        f'[files]\n{files}\nroads = "roads.geojson"\n', encoding="utf-8")
    plan = (ROOT / "scenarios" / "plans" / "wenzhou-2021-2025.toml").as_posix()
    scenario = folder / "city.toml"
    scenario.write_text(f'title = "造出来的市"\nproject = "."\nyear = 2025\nplans = ["{plan}"]\n', encoding="utf-8")
    return scenario


def _at(km: np.ndarray) -> dict[str, np.ndarray]:
    return {"经度": (WEST + km[:, 0] * KM_LON).round(6), "纬度": (SOUTH + km[:, 1] * KM_LAT).round(6)}


def _institutions(towns: pd.DataFrame, centre: np.ndarray, names: list[str],
                  drawn: np.random.Generator) -> pd.DataFrame:
    kinds = [("残疾人之家", 0.75), ("居家养老服务中心", 0.9), ("托养机构", 0.08), ("康复机构", 0.08),
             ("儿童康复机构", 0.06), ("特殊教育学校", 0.05)]
    parts = []
    for kind, share in kinds:
        here = np.flatnonzero(drawn.random(TOWNSHIPS) < share)
        parts.append(pd.DataFrame({
            "机构名称": [f"{names[town]}{kind}" for town in here], "机构类型": kind,
            "乡镇代码": towns["乡镇代码"].iloc[here].to_numpy(),
            **_at(centre[here] + drawn.normal(0, 0.5, (len(here), 2))), "容量": drawn.integers(20, 120, len(here)),
            "规范化": drawn.choice(["是", "否"], len(here)), "公益性": "是",
            "启用年份": drawn.integers(2005, 2026, len(here)), "状态": "运营"}))
    table = pd.concat(parts, ignore_index=True)
    table.insert(0, "机构编号", [f"S{number:04d}" for number in range(len(table))])
    return table


def _candidates(villages: pd.DataFrame, drawn: np.random.Generator) -> pd.DataFrame:
    chosen = villages.sample(CANDIDATES, random_state=SEED)
    return pd.DataFrame({"候选点编号": [f"C{number:05d}" for number in range(CANDIDATES)],
                         "候选点名称": chosen["村（社区）"],
                         "乡镇代码": chosen["乡镇代码"], "经度": chosen["经度"], "纬度": chosen["纬度"],
                         "一次性投入": drawn.integers(40, 200, CANDIDATES), "容量": drawn.integers(20, 80, CANDIDATES)})


def _roads() -> str:
    along = np.arange(0, SIDE_KM + STEP_KM / 2, STEP_KM)
    features = []
    for number, across in enumerate(np.arange(0, SIDE_KM + ROAD_KM / 2, ROAD_KM)):
        kind = "二级" if number % 10 == 0 else "三级" if number % 5 == 0 else "四级"
        for way, line in (("E", np.column_stack([along, np.full(len(along), across)])),
                          ("N", np.column_stack([np.full(len(along), across), along]))):
            places = _at(line)
            features.append({"type": "Feature", "properties": {"way_id": f"{way}{number}", "tech_class": kind,
                                                               "basis": "示例数据"},
                             "geometry": {"type": "LineString",
                                          "coordinates": np.column_stack(list(places.values())).tolist()}})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


if __name__ == "__main__":
    print(make(Path(sys.argv[1])))
