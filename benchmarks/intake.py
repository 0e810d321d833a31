"""Time the reading of tables: 20,000 institutions with all checks, 620,000 villages, a million points converted.

    python benchmarks/intake.py [small]

Makes its own files, seeded, with one row in fifty spoilt. Prints seconds and the highest memory of this process
and its children. Targets: institutions under 2 s, villages under 60 s within 2 GB, points in seconds.
"""

from __future__ import annotations

import io
import os
import resource
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coverage.intake import gcj02, read_table
from coverage.intake.areas import AreasIntake
from coverage.intake.links import check_links
from coverage.intake.problems import no_problems
from coverage.intake.project import assemble


def main() -> None:
    size = 0.05 if "small" in sys.argv[1:] else 1.0
    townships = _townships(int(40_000 * size))
    read_table(_csv(townships.head(5)), "townships")  # the libraries' first use
    institutions = _institutions(int(20_000 * size), townships)
    known = {"townships": _timed("townships, CSV", _csv(townships), "townships")}
    for label, data in (("institutions, xlsx", _xlsx(institutions)), ("institutions, CSV", _csv(institutions))):
        intake = _timed(label, data, "institutions")
        start, busy = time.perf_counter(), time.process_time()
        check_links(known | {"institutions": intake}, "")
        print(f"{label}, matched to townships: {time.perf_counter() - start:6.2f} s "
              f"(processor {time.process_time() - busy:.2f})")
    _all_checks("the whole country", known["townships"], _xlsx(institutions))
    province = _townships(int(2_000 * size))
    inside = _xlsx(_institutions(int(20_000 * size), province))
    _all_checks("a province", read_table(_csv(province), "townships"), inside)
    villages = _csv(_villages(int(620_000 * size), townships))
    _timed("villages, CSV", villages, "villages")
    _timed("villages, CSV, in a child", villages, "villages", isolate=True)
    _points(int(1_000_000 * size))


def _timed(label: str, data: bytes, kind: str, **options):
    start, busy = time.perf_counter(), sum(os.times()[:4])
    intake = read_table(data, kind, **options)
    seconds, busy = time.perf_counter() - start, sum(os.times()[:4]) - busy
    own, child = (resource.getrusage(who).ru_maxrss / 2**20 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    assert intake.used + intake.refused == intake.read
    print(f"{label}: {seconds:6.2f} s (processor {busy:.2f}), {intake.read:,} read, {intake.refused:,} refused, "
          f"{len(data) / 2**20:.0f} MB, memory {own:.2f} GB, child {child:.2f} GB")
    return intake


def _all_checks(place: str, townships, data: bytes) -> None:
    """As the app does it: parsed in a child, matched to townships, datum and place held against their areas."""
    start, busy = time.perf_counter(), sum(os.times()[:4])
    intake = read_table(data, "institutions", isolate=True)
    read = time.perf_counter() - start
    project = assemble({"townships": townships, "institutions": intake}, _areas(townships.table), title="")
    seconds, busy = time.perf_counter() - start, sum(os.times()[:4]) - busy
    told = project.intakes["institutions"]
    print(f"institutions, xlsx, in a child, all checks of a project of {place}: {seconds:6.2f} s "
          f"(processor {busy:.2f}; read and checked alone {read:.2f}), {told.read:,} read, "
          f"{told.refused:,} refused, {len(told.problems):,} problems")


def _areas(townships: pd.DataFrame) -> AreasIntake:
    """A box around each township, as a checked boundary file gives it."""
    lon, lat = townships["lon"].to_numpy(), townships["lat"].to_numpy()
    boxes = gpd.GeoDataFrame(townships[["township_code", "township"]].reset_index(drop=True), crs=4326,
                             geometry=shapely.box(lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05))
    return AreasIntake("boxes", boxes, no_problems(), len(boxes), len(boxes), 0, "EPSG:4326", pd.DataFrame(),
                       pd.DataFrame(), gpd.GeoDataFrame(), "")


def _points(count: int) -> None:
    lon, lat = np.random.default_rng(1).uniform((80, 20), (130, 50), (count, 2)).T
    for name in ("gcj02", "bd09"):
        there, back = getattr(gcj02, f"wgs84_to_{name}"), getattr(gcj02, f"{name}_to_wgs84")
        x, y = there(lon, lat)
        start = time.perf_counter()
        x, y = back(x, y)
        seconds = time.perf_counter() - start
        worst_m = (np.hypot((x - lon) * np.cos(np.radians(lat)), y - lat) * 111_195).max()
        print(f"{count:,} points from {name}: {seconds:6.2f} s, worst {worst_m * 1000:.6f} mm")


def _townships(count: int) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    number = np.arange(count)
    return pd.DataFrame({
        "乡镇代码": [f"{620000 + i // 900:06d}{100 + i % 900:03d}" for i in number],
        "乡镇": [f"第{i}镇" for i in number],
        "常住人口": rng.integers(5_000, 60_000, count), "经度": rng.uniform(80, 130, count),
        "纬度": rng.uniform(20, 50, count),
    })


def _institutions(count: int, townships: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    home = townships.iloc[rng.integers(0, len(townships), count)].reset_index(drop=True)
    types = np.array(["阳光家园", "托养中心", "康复机构", "特教学校", "日间照料中心"])
    frame = pd.DataFrame({
        "编号": [str(i) for i in range(count)],
        "机构名称": [f"{name}残疾人之家{i}" for i, name in enumerate(home["乡镇"])],
        "机构类型": types[rng.integers(0, 5, count)], "乡镇代码": home["乡镇代码"], "乡镇": home["乡镇"],
        "经度": home["经度"] + 0.01, "纬度": home["纬度"] + 0.01, "床位": rng.integers(5, 200, count).astype(str),
        "规范化": np.where(rng.random(count) < 0.5, "是", "否"), "启用年份": rng.integers(1990, 2024, count),
        "状态": "运营", "数据性质": "示例数据",
    })
    spoilt = np.arange(0, count, 50)
    frame.loc[spoilt, ["经度", "纬度"]] = frame.loc[spoilt, ["纬度", "经度"]].to_numpy()
    frame.loc[spoilt + 1, "床位"] = "约２０"
    return frame


def _villages(count: int, townships: pd.DataFrame) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    home = townships.iloc[np.arange(count) % len(townships)].reset_index(drop=True)
    frame = pd.DataFrame({
        "村代码": home["乡镇代码"] + [f"{200 + i // len(townships):03d}" for i in range(count)],
        "村（社区）": [f"第{i}村" for i in range(count)], "乡镇代码": home["乡镇代码"],
        "常住人口": rng.integers(50, 5_000, count).astype(str), "经度": home["经度"] + rng.uniform(-0.1, 0.1, count),
        "纬度": home["纬度"] + rng.uniform(-0.1, 0.1, count),
    })
    frame.loc[np.arange(0, count, 50), "常住人口"] = "１，２３４人"
    return frame


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def _xlsx(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_excel(out, index=False)
    return out.getvalue()


if __name__ == "__main__":
    main()
