"""Check a user's file before it is used, mark its problems in a copy, or write an empty template."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from coverage.commands.times import add_road_options, road_columns

KINDS = ("townships", "villages", "people", "institutions", "candidates", "points", "exemptions", "agreements",
         "services", "reports", "recodings", "areas", "roads")
REFUSED = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="check|template")
    check = actions.add_parser("check", help="检查一个文件：多少行能用，多少行不能用，为什么")
    check.add_argument("file", type=Path, metavar="FILE", help="xlsx、xls、csv，或图层、路网文件")
    check.add_argument("--as", dest="kind", required=True, choices=KINDS, help="当作哪一种表或图层来读")
    check.add_argument("--region", type=Path, metavar="PROJECT", help="项目文件夹：核对乡镇、判断坐标系")
    check.add_argument("--sheet", help="工作表名；不写则取最像的一张")
    check.add_argument("--layer", help="图层名；文件里有几个图层时要写")
    check.add_argument("--crs", help="文件没有写明时的坐标系，如 EPSG:4490")
    check.add_argument("--repair", action="store_true", help="同意修复无效的边界，并记下改动")
    check.add_argument("--datum", choices=("wgs84", "gcj02", "bd09"), help="坐标来自哪里：确认后换算为 WGS-84")
    add_road_options(check)
    check.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")
    check.add_argument("--marked", type=Path, metavar="OUT.xlsx", help="写出标好问题的工作簿")
    template = actions.add_parser("template", help="写出空白模板：下拉选项和一行示例")
    template.add_argument("kind", choices=KINDS[:-2], help="哪一种表")
    template.add_argument("out", type=Path, metavar="OUT.xlsx")


def run(args: argparse.Namespace) -> int:
    if args.action == "template":
        return _template(args)
    from coverage.errors import CoverageError

    try:
        _screen(args)  # first, because it needs none of the libraries, whose loading takes a second
        from coverage.intake.check import check_file

        checked = check_file(args.file, args.kind, region=args.region, sheet=args.sheet, layer=args.layer,
                             crs=args.crs, repair=args.repair, datum=args.datum,
                             road_columns=road_columns(args, _project_columns(args)))
    except CoverageError as error:
        if not args.json:
            raise
        print(json.dumps(_refused_outright(error), ensure_ascii=False))
        return error.exit_code
    if args.marked is not None:
        _mark(args, checked)
    print(json.dumps(checked.as_json(), ensure_ascii=False) if args.json else checked.as_text())
    return REFUSED if checked.refused else 0


def _project_columns(args: argparse.Namespace):
    """What the project says of its road layer, where a road layer is checked against one."""
    if args.kind != "roads" or args.region is None:
        return None
    from coverage.intake.project import read_project

    return read_project(args.region).road_choices["columns"]


def _screen(args: argparse.Namespace) -> None:
    from coverage.intake.isolated import parse_isolated
    from coverage.intake.source import open_source

    if args.kind != "roads":
        parse_isolated("screen", open_source(args.file), layer=args.kind == "areas")


def _refused_outright(error) -> dict:
    """The same shape as Checked.as_json, where nothing of the file could be read."""
    problem = {"sheet": "", "row": None, "column": "", "value": "", "rule": type(error).__name__, "severity": "错误",
               "suggestion": str(error)}
    return {"read": 0, "used": 0, "refused": 0, "problems": [problem], "crs": None, "datum": None}


def _mark(args: argparse.Namespace, checked) -> None:
    from coverage.errors import InputError
    from coverage.intake.marked import mark_workbook

    if args.kind in ("areas", "roads"):
        raise InputError("图层不能写成标注工作簿", where=str(args.marked), todo="去掉 --marked")
    _write(args.marked, mark_workbook(args.file, checked.intake))


def _template(args: argparse.Namespace) -> int:
    from coverage.intake.template import template_workbook

    _write(args.out, template_workbook(args.kind))
    print(f"已写出 {args.out}", file=sys.stderr)
    return 0


def _write(path: Path, data: bytes) -> None:
    from coverage.errors import OutputError

    try:
        path.write_bytes(data)
    except OSError as error:
        raise OutputError("写不出文件", where=str(path), todo="关闭正在打开它的程序，或换一个位置") from error
