"""Run a scenario file and write its result folder."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scenario", type=Path, help="情景文件，例如 scenarios/huining-30min.toml")
    parser.add_argument("--out", type=Path, help="结果文件夹；不写则为 results/情景文件名")
    parser.add_argument("--kinds", nargs="+", metavar="KIND", help="写哪些文件："
                        "excel、csv、word、png、html、gpkg（不写时就是这六种），还有 pdf（要装 LibreOffice）、geojson")
    parser.add_argument("--edition", choices=("internal", "public"), default="internal",
                        help="internal 内部版；public 公开版，隐去小的人数")
    parser.add_argument("--json", action="store_true", help="在标准输出打印结果摘要（JSON），进度仍在标准错误")


def run(args: argparse.Namespace) -> int:
    from coverage.errors import InputError
    from coverage.report import KINDS, USUAL, write_folder
    from coverage.report.tables import refusal_line
    from coverage.study import load_scenario
    from coverage.study import run as run_scenario

    def progress(step: str) -> None:
        print(f"· {step}……", file=sys.stderr, flush=True)

    kinds = args.kinds or USUAL
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise InputError(f"没有这种文件：{'、'.join(unknown)}", todo=f"可以写 {'、'.join(KINDS)}")
    folder = args.out or Path("results") / args.scenario.stem
    study = run_scenario(load_scenario(args.scenario), progress=progress)
    if line := refusal_line(study.evaluation):
        print(f"注意：{line}", file=sys.stderr)
    progress("写结果")
    written = write_folder(study, folder, kinds=kinds, edition=args.edition)
    for note in written.notes:
        print(f"注意：{note}", file=sys.stderr)
    paths = written.paths
    if args.json:
        print(json.dumps(_summary(study, folder, paths), ensure_ascii=False, indent=2, allow_nan=False))
    else:
        _tell(study, folder, paths)
    time_limit_hit = any(suggestion.proof.status != "optimal" for suggestion in study.suggestions)
    return 5 if study.unanswered else 6 if time_limit_hit else 0


def _summary(study, folder: Path, paths: list[Path]) -> dict:
    from coverage.report.tables import gap_table, goal_table, township_table

    evaluation = study.evaluation
    return study.manifest | {
        "out": str(folder),
        "files": [path.name for path in paths],
        "coverage": _records(township_table(evaluation)),
        "goals": _records(goal_table(evaluation)),
        "gaps": _records(gap_table(evaluation)),
        "seconds": [round(suggestion.proof.seconds, 2) for suggestion in study.suggestions],
    }


def _records(table) -> list[dict]:
    return json.loads(table.to_json(orient="records", force_ascii=False, double_precision=10))


def _tell(study, folder: Path, paths: list[Path]) -> None:
    import pandas as pd

    from coverage.report.siting_words import headline, proof_words
    from coverage.report.words import people, percent

    evaluation, whole = study.evaluation, study.evaluation.whole
    threshold = f"{evaluation.scenario.travel.threshold_min:g}"
    print(f"{evaluation.scenario.title}")
    print(f"  {evaluation.group} {people(whole['people'])}，{threshold} 分钟内到达{evaluation.service}的"
          f"占 {percent(whole[f'share_{threshold}_min'])}，未接入路网 {people(whole['not_connected'])}")
    for judged in evaluation.goals:
        for goal in judged.summary.itertuples():
            counted = "" if pd.isna(goal.numerator) else f"，{goal.numerator}/{goal.denominator}"
            print(f"  {judged.plan.title}·{goal.title}：{goal.status}{counted}")
    for suggestion in study.suggestions:
        print(f"  {suggestion.question.name}：{headline(suggestion)}{proof_words(suggestion)}。")
    for one in study.unanswered:
        print(f"  {one.question.name}：做不到。{one.reason}")
    print(f"结果在 {folder}：" + "、".join(path.name for path in paths))
