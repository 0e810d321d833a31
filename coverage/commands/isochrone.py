"""Draw the areas within some minutes of a place and write them as GeoJSON."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from coverage.commands.times import add_road_options, add_travel_options, network_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("roads", type=Path, help="道路文件：.osm.pbf、.osm、.osm.gz 或 .geojson、.gpkg")
    parser.add_argument("--at", required=True, metavar="经度,纬度",
                        help="地点，例如 105.05,35.69；负数写作 --at=-1.5,42.5")
    parser.add_argument("--minutes", default="15,30,45,60", metavar="分钟", help="例如 15,30,45（默认 15,30,45,60）")
    parser.add_argument("--from", dest="outward", action="store_true", help="从该地点出发（默认为到达该地点）")
    add_travel_options(parser)
    add_road_options(parser)
    parser.add_argument("--out", type=Path, required=True, help="结果文件：.geojson")


def run(args: argparse.Namespace) -> int:
    from coverage.travel import isochrones

    lon, lat = _place(args.at)
    minutes = _numbers(args.minutes, "--minutes")
    _check_out(args.out)
    network = network_of(args)
    _check_place(network, lon, lat)
    areas = isochrones(network, lon, lat, minutes, towards=not args.outward)
    _write(areas, args)
    print(f"{len(areas)} 个范围写入 {args.out}", file=sys.stderr)
    return 0


def _check_out(path: Path) -> None:
    from coverage.errors import InputError

    if path.suffix.lower() not in (".geojson", ".json"):
        raise InputError("结果文件只能是 .geojson", where=str(path), todo="请改文件名的后缀")


def _check_place(network, lon: float, lat: float) -> None:
    """Say where the place has no road. Raises TableError where its longitude and latitude are exchanged."""
    import pandas as pd

    from coverage.intake.point_list import far_from
    from coverage.travel import access_legs
    from coverage.travel.legs import CUT_OFF, GAP

    place = pd.DataFrame({"lon": [lon], "lat": [lat]}, index=["--at"])
    far_from(place, network.node_lon, network.node_lat, where="--at")
    told = access_legs(network, place).access_table(network).iloc[0]
    if told["access_state"] == GAP:
        print(f"这个地点离“{network.mode.title}”能走的路有 {told['snap_m'] / 1000:.1f} 公里（路网缺口），"
              "只画步行的范围", file=sys.stderr)
    elif told["access_state"] == CUT_OFF:
        print("这个地点最近的路是孤立路段，与主要路网不连通", file=sys.stderr)


def _place(text: str) -> tuple[float, float]:
    from coverage.errors import InputError

    numbers = _numbers(text, "--at")
    if len(numbers) != 2 or not (abs(numbers[0]) <= 180 and abs(numbers[1]) <= 90):
        raise InputError(f"“{text}”不是经度,纬度", where="--at", todo="例如 --at 105.05,35.69")
    return numbers[0], numbers[1]


def _numbers(text: str, where: str) -> list[float]:
    from coverage.errors import InputError

    try:
        return [float(part) for part in text.replace("，", ",").split(",")]
    except ValueError:
        raise InputError(f"“{text}”不是用逗号分开的数", where=where, todo="例如 15,30,45") from None


def _write(areas, args: argparse.Namespace) -> None:
    """GeoJSON, the widest area first so that the narrower ones are drawn over it; coordinates to 6 decimals (0.1 m)."""
    import json

    from shapely import set_precision
    from shapely.geometry import mapping

    from coverage.errors import OutputError

    features = [{"type": "Feature",
                 "properties": {"minutes": minutes, "mode": args.mode, "variant": args.variant},
                 "geometry": mapping(set_precision(area, 1e-6))}
                for minutes, area in areas.geometry.iloc[::-1].items()]
    try:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False),
                            encoding="utf-8")
    except OSError as error:
        raise OutputError("结果写不出", where=str(args.out), todo="请关闭正在打开它的程序，或换一个位置") from error
