"""Judge a policy plan on a project folder and write the report that goes with it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", type=Path, metavar="PROJECT", help="项目文件夹，例如 geodata/huining")
    parser.add_argument("--plan", type=Path, required=True, metavar="FILE",
                        help="规划文件，例如 scenarios/plans/ 下的一个")
    parser.add_argument("--year", type=int, required=True, help="评价年份（年末）")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="结果文件夹")
    parser.add_argument("--edition", choices=("internal", "public"), default="internal",
                        help="internal 内部版；public 公开版，隐去小的人数")
    parser.add_argument("--with-above", action="store_true", help="连同上级规划里本规划没有提到的目标一起评价")
    parser.add_argument("--costs", type=Path, metavar="CSV", help="自己的费用表；不写则用随附的示例费用")
    parser.add_argument("--json", action="store_true", help="在标准输出打印各目标结果（JSON），进度仍在标准错误")


def run(args: argparse.Namespace) -> int:
    from coverage.report import goal_records, write_plan_folder
    from coverage.study import judge_plan

    def progress(step: str) -> None:
        print(f"· {step}……", file=sys.stderr, flush=True)

    study = judge_plan(args.project, args.plan, year=args.year, with_above=args.with_above,
                       costs=args.costs, progress=progress)
    progress("写结果")
    written = write_plan_folder(study, args.out, edition=args.edition)
    for note in written.notes:
        print(f"注意：{note}", file=sys.stderr)
    paths = written.paths
    goals = goal_records(study, edition=args.edition)
    if args.json:
        told = {"plan": study.plan.id, "title": study.plan.title, "year": args.year, "edition": args.edition,
                "goals": goals, "notes": list(study.result.notes), "out": str(args.out),
                "files": [path.name for path in paths]}
        print(json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        _tell(study.plan.title, args, goals, paths)
    return 0


def _tell(title: str, args: argparse.Namespace, goals: list[dict], paths: list[Path]) -> None:
    print(f"{title}，{args.year} 年末")
    for goal in goals:
        figures = "" if goal["numerator"] is None else f" {goal['numerator']}/{_or_dash(goal['denominator'])}"
        short = "" if goal["shortfall"] in (None, 0) else f"，还差 {goal['shortfall']:g} {goal['shortfall_unit']}"
        print(f"  {goal['id']} {goal['title']}：{goal['status']}{figures}，目标 {goal['target']}{short}")
    print(f"结果在 {args.out}：" + "、".join(path.name for path in paths))


def _or_dash(number: int | None) -> str:
    return "—" if number is None else str(number)
