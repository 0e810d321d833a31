"""Compare scenario files that stand on the same data, the first being the one that the others are compared with."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenarios", type=Path, nargs="+", metavar="SCENARIO", help="情景文件，两个以上；以第一个为准")
    parser.add_argument("--out", type=Path, metavar="FILE.xlsx", help="写出比较表（Excel）")
    parser.add_argument("--costs", type=Path, metavar="CSV", help="自己的费用表；不写则用随附的示例费用")
    parser.add_argument("--json", action="store_true", help="在标准输出打印比较（JSON），进度仍在标准错误")


def run(args: argparse.Namespace) -> int:
    from coverage.errors import ScenarioError
    from coverage.report.compare_tables import comparison_table, comparison_workbook
    from coverage.report.files import write_file
    from coverage.study import evaluate, load_base, load_plans, load_scenario, manifest
    from coverage.study.compare import ALONE, compare
    from coverage.study.costs import read_costs
    from coverage.study.scenario import FILES

    if len(args.scenarios) < 2:
        raise ScenarioError(ALONE)
    evaluations, bases = [], {}
    for path in args.scenarios:
        scenario = load_scenario(path)
        print(f"· 评价“{scenario.title}”……", file=sys.stderr, flush=True)
        data = tuple(getattr(scenario, name) for name in (*FILES, "roads_place", "year"))
        if data not in bases:
            bases[data] = load_base(scenario)
        evaluations.append(evaluate(bases[data], scenario, load_plans(scenario)))
    comparison = compare(evaluations, costs=read_costs(args.costs) if args.costs else None)
    if args.out:
        for note in write_file(args.out, comparison_workbook(comparison)).notes:
            print(f"注意：{note}", file=sys.stderr)
    if args.json:
        told = {"scenarios": _records(comparison_table(comparison)),
                "summary": _records(comparison.summary.reset_index()),
                "changes": _records(comparison.changes), "goals": _records(comparison.goals),
                "townships": _records(comparison.townships), "statuses": _records(comparison.statuses),
                "manifests": [manifest(one, []) for one in evaluations]}
        print(json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        _tell(comparison)
        if args.out:
            print(f"比较表在 {args.out}")
    return 0


def _records(table) -> list[dict]:
    return json.loads(table.to_json(orient="records", force_ascii=False, double_precision=10))


def _tell(comparison) -> None:
    from coverage.report.compare_tables import DOMINATED
    from coverage.report.words import people, percent

    t = f"{comparison.threshold_min:g}"
    for name, row in comparison.summary.iterrows():
        yearly = f"，另每年 {row['yearly_cost_wan']:g} 万元" if row["yearly_cost_wan"] else ""
        unknown = f"，另有 {row['uncosted']} 项费用未知" if row["uncosted"] else ""
        print(f"{name}：{t} 分钟内 {people(row[f'within_{t}_min'])}（{percent(row[f'share_{t}_min'])}），"
              f"已服务 {people(row['served'])}，费用 {row['cost_wan']:g} 万元{yearly}{unknown}"
              + (f"。{DOMINATED.format(row['dominated_by'])}" if row["dominated_by"] else ""))
