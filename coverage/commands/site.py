"""Solve one siting question from three CSV files: travel times, demand, sites."""

from __future__ import annotations

import argparse
import io
import json
import math
import sys
import time
from pathlib import Path

from coverage.commands.site_targets import targets_of

HELP = "选址：由时间表、需求表、选址表求解一个模型"

MODELS = {
    # model → (function of coverage.siting, the options that it takes, those of them that it can't do without)
    "lscp": ("lscp", ("within_min", "minimise"), ("within_min",)),
    "lscp-backup": ("lscp_backup", ("within_min", "minimise"), ("within_min",)),
    "partial": ("partial_cover", ("within_min", "share", "minimise"), ("within_min", "share")),
    "mclp": ("mclp", ("within_min", "p", "budget", "yearly_budget"), ("within_min",)),
    "p-median": ("p_median", ("p", "within_min"), ("p",)),
    "p-center": ("p_center", ("p", "within_min"), ("p",)),
    "p-tail": ("p_tail", ("p", "share", "within_min"), ("p",)),
    "cflp": ("cflp", ("within_min", "p", "cost_per_person_min", "split"), ()),
    "capacitated-mclp": ("capacitated_mclp", ("within_min", "p", "budget", "yearly_budget", "split"), ("within_min",)),
    "capacitated-p-median": ("capacitated_p_median", ("p", "within_min", "split"), ("p",)),
    "fair": ("fair", ("within_min", "p", "budget", "yearly_budget"), ("within_min",)),
    "fair-in-order": ("fair_in_order", ("within_min", "p", "budget", "yearly_budget"), ("within_min",)),
    "least-shortfall": ("least_shortfall", ("within_min", "share", "p", "budget", "yearly_budget"),
                        ("within_min", "share")),
    "unit-cover": ("unit_cover", ("within_min", "n", "minimise"), ("within_min",)),
    "least-cost": ("least_cost", ("targets", "within_min", "minimise", "p", "budget", "yearly_budget"),
                   ("targets", "within_min")),
    "least-miss": ("least_miss", ("targets", "within_min", "p", "budget", "yearly_budget"),
                   ("targets", "within_min")),
}
TEXTS = ("demand_id", "site_id", "id", "unit", "role", "point", "group", "action", "serves", "place", "excludes",
         "needs", "replaces", "units", "demand", "sites", "share", "n", "priority")
FIGURES = ("travel_min", "weight", "within_min", "cost", "yearly_cost", "capacity", "min_people", "earliest_year")
NAMES = {"within_min": "--within", "p": "--p", "budget": "--budget", "yearly_budget": "--yearly-budget",
         "share": "--share", "minimise": "--minimise",
         "cost_per_person_min": "--minute-cost", "split": "--single", "n": "--per-unit", "targets": "--targets"}
TELLS = {
    # what `objective` is in; of a model that counts sites, or money with --minimise cost, "sites" or "cost"
    "mclp": "weight", "capacitated-mclp": "weight", "p-median": "person_min", "capacitated-p-median": "person_min",
    "p-center": "minutes", "p-tail": "minutes", "cflp": "cost", "fair": "share", "fair-in-order": "share",
    "least-shortfall": "weight", "least-miss": "share",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("times", metavar="TIMES", help="CSV 或 Parquet：demand_id, site_id, travel_min（没有路的不写）")
    parser.add_argument("--demand", required=True, metavar="D",
                        help="CSV：id, weight[, unit, point, group, within_min]")
    parser.add_argument("--sites", required=True, metavar="S",
                        help="CSV：id[, cost, capacity, role, unit]，一行一个办法；还可有 action, place, excludes, "
                             "needs, replaces, serves, yearly_cost, min_people")
    parser.add_argument("--model", required=True, choices=list(MODELS), help="模型")
    parser.add_argument("--p", type=_whole, metavar="N", help="新建处数")
    parser.add_argument("--budget", type=_number, metavar="X", help="预算，与 cost 同单位")
    parser.add_argument("--yearly-budget", type=_number, metavar="X", help="每年的运行经费上限，与 yearly_cost 同单位")
    parser.add_argument("--within", dest="within_min", type=_number, metavar="MIN", help="时限，分钟")
    parser.add_argument("--share", type=_number, metavar="R", help="比例，0.9 或 90%%")
    parser.add_argument("--targets", metavar="T",
                        help="CSV，least-cost、least-miss 的几个目标：id 和 share[, within_min] 或 n[, units]；"
                             "还可有 demand, sites, priority, weight")
    parser.add_argument("--minimise", choices=("sites", "cost"), help="最少处数或最少费用（缺省：有 cost 列则费用）")
    parser.add_argument("--minute-cost", dest="cost_per_person_min", type=_number, metavar="X",
                        help="cflp：一人一分钟折合的费用，缺省 1")
    parser.add_argument("--single", dest="split", action="store_const", const=False, help="一个需求点只去一处")
    parser.add_argument("--per-unit", dest="n", type=_whole, metavar="N", help="unit-cover：每个单元至少几处，缺省 1")
    parser.add_argument("--time-limit", type=_number, metavar="S", help="求解时限，秒")
    parser.add_argument("--seed", type=_whole, metavar="N", help="随机种子")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def _number(text: str) -> float:
    """A number, 90% as 0.9."""
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise argparse.ArgumentTypeError(f"“{text}”不是数字")
    return value


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是整数") from None


def run(args: argparse.Namespace) -> int:
    import coverage.siting as siting
    from coverage.errors import InfeasibleError, SolverError

    began = time.monotonic()
    tables = _read(args.times, "demand_id"), _read(args.demand, "id"), _read(args.sites, "id")
    name, taken, _ = MODELS[args.model]
    options = _options(args, taken, has_cost="cost" in tables[2].columns)
    if "targets" in options:
        options["targets"] = targets_of(_read(args.targets, "id"), tables[1])
    try:
        result = getattr(siting, name)(*tables, **options)
    except InfeasibleError as reason:
        relaxed = _relaxed(tables, options, args.model)
        seconds = round(time.monotonic() - began, 3)
        _say(_infeasible(reason, relaxed) | {"seconds": seconds}, args.json, file=sys.stdout)
        return reason.exit_code
    except SolverError as reason:
        if not args.json:
            raise
        seconds = round(time.monotonic() - began, 3)
        _say(_without_plan("unknown", reason) | {"seconds": seconds}, args.json, file=sys.stdout)
        return reason.exit_code
    plan = getattr(result, "plan", result)
    by = TELLS.get(args.model) or ("cost" if options.get("minimise", "sites") == "cost" else "sites")
    told = answer(plan) | {"objective_in": by}
    if plan is not result:
        told["targets"] = result.targets.reset_index().to_dict("records")
    _say(told, args.json, file=sys.stdout)
    return 6 if plan.termination == "time_limit" else 0


def answer(result) -> dict:
    """What the command prints of a plan."""
    served = result.assignment["covered"]
    return {
        "status": result.status, "termination": result.termination, "model": result.model,
        "objective": result.objective, "bound": result.bound, "gap": result.gap,
        "seconds": round(result.seconds, 3), "seed": result.seed,
        "chosen": list(result.new_sites.index), "open": list(result.chosen.index),
        "assigned": int(served.sum()), "served": result.served, "unserved": result.uncovered,
        "unserved_by_reason": {"full": result.full, "out_of_reach": result.out_of_reach,
                               "unreachable": result.unreachable},
        "unreached": list(result.unreached.index), "closed": list(result.closed), "measures": result.measures,
        "reason": "；".join(result.notes) or None,
    }


def _relaxed(tables, options: dict, model: str):
    """What would let the model have a plan: everyone (or the share) served, or for the others the limits kept."""
    import coverage.siting as siting

    asks_all = model in ("lscp", "lscp-backup", "partial", "p-median", "p-center", "p-tail", "cflp",
                         "capacitated-p-median")
    kept = {name: options[name] for name in ("p", "budget", "yearly_budget", "time_limit", "seed") if name in options}
    if model not in ("p-median", "p-center", "p-tail"):
        kept["within_min"] = options.get("within_min", math.inf)
    else:  # there no limit binds the plan
        tables = tables[0], tables[1].drop(columns="within_min", errors="ignore"), tables[2]
    share = options.get("share", 1.0) if model == "partial" else float(asks_all)
    return siting.relaxations(*tables, share=share, of="all" if model == "partial" else "reached",
                              places=model in ("cflp", "capacitated-p-median", "capacitated-mclp"),
                              split=options.get("split", True), points=model in ("lscp", "lscp-backup"),
                              n=options.get("n", 1) if model == "unit-cover" else 0, **kept)


def _infeasible(reason, relaxed) -> dict:
    """Why there is no plan; `relaxed` tells what would do, beside what the reason tells of several goals."""
    return _without_plan("infeasible", reason) | {
        "reason": "；".join((str(reason), *relaxed.sentences)), "unreached": list(relaxed.unreached.index),
        "units_without_option": list(relaxed.units), "relaxations": relaxed.table.to_dict("records")}


def _without_plan(status: str, reason) -> dict:
    return {"status": status, "termination": status, "objective": None, "bound": None, "gap": None, "chosen": [],
            "assigned": 0, "unserved": None, "reason": str(reason)}


def _options(args: argparse.Namespace, taken: tuple[str, ...], *, has_cost: bool) -> dict:
    """The model's own options. Raises InputError for one that is missing or means nothing to the model."""
    from coverage.errors import InputError

    given = {name for name in NAMES if getattr(args, name) is not None}
    missing = [NAMES[name] for name in MODELS[args.model][2] if name not in given]
    if missing:
        raise InputError(f"模型 {args.model} 还要给出 {'、'.join(missing)}")
    foreign = [NAMES[name] for name in sorted(given - set(taken))]
    if foreign:
        raise InputError(f"模型 {args.model} 用不到 {'、'.join(foreign)}", todo="请去掉，免得误以为起了作用")
    options = {name: getattr(args, name) for name in taken if name in given}
    if "minimise" in taken and "minimise" not in given:
        options["minimise"] = "cost" if has_cost else "sites"
    for name in ("time_limit", "seed"):
        if getattr(args, name) is not None:
            options[name] = getattr(args, name)
    return options


def _read(path: str, key: str):
    """A CSV (or what `times` wrote as Parquet) whose ids stay text, as a frame; `id` becomes the index."""
    import pandas as pd
    import pyarrow as pa

    from coverage.errors import InputError

    if not Path(path).is_file():
        raise InputError("没有这个文件", where=path)
    blank = {name: [""] for name in TEXTS} | {name: ["", "NA", "NaN", "nan"] for name in FIGURES}  # NA may be an id
    try:
        table = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(
            io.StringIO(_decoded(path)), dtype=dict.fromkeys(TEXTS, str), keep_default_na=False, na_values=blank)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, pa.ArrowException) as error:
        raise InputError(f"不是可读的 CSV 或 Parquet（{error}）", where=path) from error
    if key not in table.columns:
        raise InputError(f"缺少 {key} 列，只有 {'、'.join(map(str, table.columns[:8]))}", where=path,
                         todo=f"请把编号那一列的表头写成 {key}，列与列之间用英文逗号隔开")
    return table.set_index("id") if key == "id" else table


def _decoded(path: str) -> str:
    """A text file in UTF-8, or else in the Chinese encoding that Excel writes."""
    from coverage.errors import InputError

    content = Path(path).read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("认不出文字编码", where=path, todo="请另存为“CSV UTF-8”再试")


def _say(said: dict, as_json: bool, *, file) -> None:
    if as_json:
        clean = {key: _plain(value) for key, value in said.items()}
        print(json.dumps(clean, ensure_ascii=False, allow_nan=False), file=file)
        return
    for key, value in said.items():
        if value not in (None, [], {}):
            print(f"{key}: {value}", file=file)


def _plain(value):
    """A number that JSON knows: None for what is not finite."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
