"""Compute door-to-door travel times between two lists of points and write them as CSV or Parquet."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

COLUMNS = ["demand_id", "site_id", "travel_min", "access_min", "egress_min", "snap_m"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("roads", type=Path, help="道路文件：.osm.pbf、.osm、.osm.gz 或 .geojson、.gpkg")
    parser.add_argument("--origins", type=Path, required=True, help="出发点（需求点）：CSV，列为 id, lon, lat")
    parser.add_argument("--destinations", type=Path, required=True, help="到达点（机构）：CSV，列为 id, lon, lat")
    add_travel_options(parser)
    add_road_options(parser)
    parser.add_argument("--within", type=number, metavar="分钟", help="只保留这么多分钟以内的")
    parser.add_argument("--nearest", type=whole, metavar="K", help="每个出发点只保留最近的 K 个")
    parser.add_argument("--out", type=Path, required=True, help="结果文件：.csv 或 .parquet")
    parser.add_argument("--json", action="store_true", help="在标准输出打印计数（JSON）")


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是数") from None


def whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是整数") from None


def add_travel_options(parser: argparse.ArgumentParser) -> None:
    """The options that say how one travels, shared with `isochrone`."""
    parser.add_argument("--mode", default="car", help="出行方式：car、motor_wheelchair、bus、shuttle、walk、"
                                                      "wheelchair、power_wheelchair（默认 car）")
    parser.add_argument("--variant", default="middle", help="速度档：slow、middle、fast（默认 middle）")
    parser.add_argument("--terrain", default="丘陵", help="地形：平原、丘陵、山区（默认 丘陵）")
    parser.add_argument("--unknown", default="slow", help="轮椅对无障碍情况不明的路：open、slow、closed（默认 slow）")
    parser.add_argument("--elevation", type=Path, nargs="+", default=[], metavar="HGT",
                        help="SRTM 高程图幅（.hgt，或装着它们的 .zip），步行和轮椅按坡度计时")


def add_road_options(parser: argparse.ArgumentParser) -> None:
    """The options that say what a road layer's columns mean, shared with `isochrone` and `intake check`."""
    parser.add_argument("--column", action="append", default=[], metavar="我们的列=图层的列",
                        help="道路图层：哪一列是什么，如 tech_class=JSDJ、speed_kmh=SJSD、oneway=DX；可写多次")
    parser.add_argument("--value", action="append", default=[], metavar="我们的列:原值=含义",
                        help="道路图层：一个值的含义，如 tech_class:11=高速、oneway:2=双向；可写多次")
    parser.add_argument("--join-m", type=number, metavar="米",
                        help="道路图层：端点相距多少米以内算接上（默认 1，示意）")


def road_columns(args: argparse.Namespace, base=None):
    """What the options say of the road layer, added to `base`; None where nothing is said."""
    from coverage.intake.road_columns import road_columns_of

    if not (args.column or args.value or args.join_m is not None):
        return base
    return road_columns_of(args.column, args.value, base, join_m=args.join_m)


def network_of(args: argparse.Namespace):
    """The network that the options ask for."""
    from coverage.intake import read_elevation, read_roads
    from coverage.travel import build_network

    roads = read_roads(args.roads, columns=road_columns(args))
    _tell_problems(roads)
    heights = read_elevation(*args.elevation).under(roads.node_lon, roads.node_lat) if args.elevation else None
    network = build_network(roads, mode=args.mode, variant=args.variant, terrain=args.terrain, unknown=args.unknown,
                            heights=heights)
    if network.slope_share < 0.9995:
        print(f"高程只覆盖了 {network.slope_share:.1%} 的道路，其余按平路", file=sys.stderr)
    return network


def _tell_problems(roads) -> None:
    """What of the road file was not taken as it is written, in one line."""
    from coverage.intake.problems import NOTE

    wrong = roads.problems[roads.problems["severity"] != NOTE]
    if len(wrong):
        first = wrong.iloc[0]
        told = " ".join(first[["column", "value", "rule"]])
        print(f"提示：道路文件有 {len(wrong)} 处没有照原样采用，第一处：{told}；"
              "全部见 intake check 道路文件 --as roads", file=sys.stderr)


def run(args: argparse.Namespace) -> int:
    from coverage.intake.point_list import far_from, read_point_list
    from coverage.travel import nearest_travel_times, travel_times

    _check(args)
    demand = read_point_list(args.origins, key="demand_id")
    sites = read_point_list(args.destinations, key="site_id")
    network = network_of(args)
    for path, points in ((args.origins, demand), (args.destinations, sites)):
        far = far_from(points, network.node_lon, network.node_lat, where=path.name)
        if len(far):
            print(f"{path.name}：{len(far)} 个点离道路超过 50 公里，请核对坐标：{'、'.join(far[:5])}", file=sys.stderr)
    if args.nearest:
        times = nearest_travel_times(network, demand, sites, k=args.nearest, within_min=args.within)
    else:
        times = travel_times(network, demand, sites, within_min=args.within)
    table = times.table
    table = table.assign(snap_m=table["demand_id"].map(times.demand_access["snap_m"]))[COLUMNS]
    _write(table, args.out)
    counts = times.counts()
    if args.json:
        slopes = {} if math.isnan(network.slope_share) else {"slope_share": network.slope_share}
        print(json.dumps(counts | {"pairs": len(table), "mode": times.mode, "variant": times.variant} | slopes,
                         ensure_ascii=False, indent=2))
    else:
        print(f"{counts['total']} 个出发点：可达 {counts['reachable']}，超出范围 {counts['out_of_reach']}，"
              f"路网缺口 {counts['gap']}，孤立路段 {counts['cut_off']}；{len(table)} 行写入 {args.out}",
              file=sys.stderr)
    return 0


def _check(args: argparse.Namespace) -> None:
    from coverage.errors import InputError

    if args.out.suffix.lower() not in (".csv", ".parquet"):
        raise InputError("结果文件只能是 .csv 或 .parquet", where=str(args.out), todo="请改文件名的后缀")
    if args.within is not None and not args.within > 0:
        raise InputError("分钟数必须大于 0", where="--within", todo="例如 --within 30")
    if args.nearest is not None and args.nearest < 1:
        raise InputError("K 必须至少为 1", where="--nearest", todo="例如 --nearest 1")


def _write(table, path: Path) -> None:
    from coverage.errors import OutputError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == ".parquet":
            table.to_parquet(path, index=False)
        else:
            table.to_csv(path, index=False, float_format="%.4f", encoding="utf-8", lineterminator="\n")
    except OSError as error:
        raise OutputError("结果写不出", where=str(path), todo="请关闭正在打开它的程序，或换一个位置") from error
