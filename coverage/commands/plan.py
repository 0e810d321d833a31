"""Check a policy plan's file, show it as a table, or write a commented template for a new one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

HEADINGS = ("编号", "目标", "种类", "性质", "范围", "怎样算够", "基期", "目标值", "依据")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="check|show|new")
    check = actions.add_parser("check", help="检查规划文件，一次列出全部错误和所在行")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true", help="输出 JSON，供程序读取")
    show = actions.add_parser("show", help="把规划显示成一张表")
    show.add_argument("file", type=Path, metavar="FILE")
    show.add_argument("--with-above", action="store_true", help="连同上级规划里本规划没有提到的目标")
    new = actions.add_parser("new", help="写出带注释的模板，供编制下一个规划")
    new.add_argument("file", type=Path, metavar="FILE", nargs="?", help="写到哪里；不写则打印出来")


def run(args: argparse.Namespace) -> int:
    return {"check": _check, "show": _show, "new": _new}[args.action](args)


def _check(args: argparse.Namespace) -> int:
    from coverage.errors import PlanError
    from coverage.study import inherited

    try:
        plan = inherited(args.file)
    except PlanError as error:
        if not args.json:
            raise
        problems = [{"line": line, "field": field, "message": message} for line, field, message in error.problems]
        print(json.dumps({"ok": False, "error": str(error), "problems": problems}, ensure_ascii=False, indent=2))
        return error.exit_code
    if args.json:
        print(json.dumps({"ok": True, "id": plan.id, "goals": [goal.id for goal in plan.goals]}, ensure_ascii=False))
    else:
        print(f"可以使用：{plan.title}，{len(plan.goals)} 个目标")
    return 0


def _show(args: argparse.Namespace) -> int:
    from coverage.report.plan_words import plan_rows
    from coverage.study import inherited

    plan = inherited(args.file, whole=args.with_above)
    print(f"{plan.title} {plan.document}".strip())
    print(f"{plan.start_year}—{plan.end_year} 年" + (f"，基期 {plan.baseline_year} 年" if plan.baseline_year else ""))
    rows = plan_rows(plan)
    print()
    print("| " + " | ".join(HEADINGS) + " |")
    print("|" + "|".join("---" for _ in HEADINGS) + "|")
    for row in rows:
        print("| " + " | ".join(cell.replace("|", "／") for cell in row[:len(HEADINGS)]) + " |")
    notes = [(row[0], row[-1]) for row in rows if row[-1]]
    if notes:
        print("\n说明")
        for goal_id, note in notes:
            print(f"- {goal_id}：{note}")
    return 0


def _new(args: argparse.Namespace) -> int:
    from importlib.resources import files

    from coverage.errors import OutputError

    text = files("coverage.goals").joinpath("template.toml").read_text(encoding="utf-8")
    if args.file is None:
        print(text, end="")
        return 0
    if args.file.exists():
        raise OutputError("文件已经存在，没有覆盖", where=str(args.file), todo="换一个文件名")
    try:
        args.file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError("文件写不进去", where=str(args.file), todo="请检查文件夹") from error
    print(f"模板已写到 {args.file}")
    return 0
