"""Lay siting answers out as tables for people: a `Suggestion` in, frames with Chinese headers out."""

from __future__ import annotations

import pandas as pd

from coverage.report.reason_words import change_words, reason_words, upper_words
from coverage.report.siting_words import (
    TERMINATIONS,
    aim_of,
    margin_words,
    proof_words,
    provider_name,
    service_words,
)
from coverage.report.tables import basis_line
from coverage.siting.instance import EXISTING
from coverage.study import Evaluation, Suggestion, Unanswered
from coverage.study.question_parts import OUTREACH, SERVICES, SHUTTLE

YEARLY = "每年费用（万元）"
SAID = {OUTREACH: "流动服务日，到停靠点", SHUTTLE: "接送，去回"}
STATUSES = {"optimal": "最优", "feasible": "可行", "infeasible": "无解"}


def proof_table(evaluation: Evaluation, suggestions: tuple[Suggestion, ...],
                unanswered: tuple[Unanswered, ...] = ()) -> pd.DataFrame:
    """选址结论: a row a question: the plan, who is served of all, and how well that is proven."""
    rows = [_proof_row(suggestion) for suggestion in suggestions]
    rows += [{"问题": one.question.name, "结论": STATUSES["infeasible"], "说明": one.reason} for one in unanswered]
    table = pd.DataFrame(rows)
    if YEARLY in table and table[YEARLY].isna().all():
        table = table.drop(columns=YEARLY)
    return _marked(table, evaluation)


def _proof_row(suggestion: Suggestion) -> dict:
    proof, count, aim = suggestion.proof, suggestion.people, aim_of(suggestion)
    return {
        "问题": suggestion.question.name, "时限（分钟）": suggestion.within_min,
        "建设（处）": len(suggestion.placed), "费用（万元）": suggestion.cost_wan,
        YEARLY: suggestion.yearly_cost_wan if suggestion.question.serves_villages else float("nan"),
        "能到达（人）": count["served"], "满员（人）": count["full"], "超出时限（人）": count["out_of_reach"],
        "无路可达（人）": count["unreachable"], "总人数": count["total"],
        "求的是": aim.title, "目标值": aim.says.format(proof.objective), "已证明的界": aim.says.format(proof.bound),
        "差距": proof.gap, "结论": STATUSES[proof.status], "求解终止": TERMINATIONS[proof.termination],
        "证明": proof_words(suggestion), "再多一点": "".join(margin_words(suggestion)), "随机种子": proof.seed,
        "说明": "；".join(suggestion.notes),
    }


def suggestion_table(suggestion: Suggestion) -> pd.DataFrame:
    """选址: a row a suggested site: where it is, whom it reaches, whom nobody else would, and what it costs."""
    headers = {
        "year": "建设年份", "site_id": "候选点编号", "name": "候选点名称", "way": "做法", "of": "涉及的现有机构",
        "service_type": "机构类型", "township_code": "乡镇代码",
        "township": "乡镇", "people_within": f"{suggestion.within_min:g} 分钟内人数",
        "people_added": "其中现有机构够不着", "people_only": "其中只有这里够得着",
        "people_nearest": "以这里为最近的人数",
        "capacity": "容量", "capacity_basis": "容量出处", "load": "安排人数", "cost_wan": "费用（万元）",
        "cost_basis": "费用出处", "yearly_cost_wan": YEARLY,
        "serves": "服务的村", "people_served": "这些村的人数", "days_per_year": "每年几天", "provider": "由谁提供",
        "lon": "经度", "lat": "纬度",
        "basis": "数据性质",
    }
    told = suggestion.new_sites.reset_index()
    if "serves" in told:
        names = suggestion.problem.evaluation.region.demand["name"]
        told["serves"] = ["、".join(names[village] for village, _ in pairs) if isinstance(pairs, tuple) else ""
                          for pairs in told["serves"]]
        told["provider"] = [provider_name(suggestion, name) if isinstance(name, str) else ""
                            for name in told["provider"]]
        told["days_per_year"] = told["days_per_year"].astype("Int64")
    spare = [name for name in ("of", "yearly_cost_wan") if not told[name].replace("", pd.NA).notna().any()]
    if len(suggestion.problem.rule.kinds) == 1:
        spare.append("service_type")
    return _titled(told.drop(columns=spare), headers)


def target_table(suggestion: Suggestion) -> pd.DataFrame:
    """各项目标: a row a goal of several: what it asks for, what the plan reaches, and what is short."""
    told = suggestion.solved.targets
    table = pd.DataFrame({
        "目标": told["title"], "优先": told["priority"], "单位": told["unit"], "应达到": told["needed"],
        "方案达到": told["reached"], "还差": told["short"],
        "结论": told["met"].map({True: "达标", False: "未达标"}),
    })
    return _marked(table, suggestion.problem.evaluation)


def closed_table(suggestion: Suggestion) -> pd.DataFrame:
    """关停的机构: a row an institution that the plan closes."""
    told = suggestion.closed.reset_index()
    told["township"] = told["township_code"].map(suggestion.problem.evaluation.region.townships["township"])
    return _titled(told, {"site_id": "机构编号", "name": "机构名称", "service_type": "机构类型", "township": "乡镇",
                          "capacity": "容量", "basis": "数据性质"})


def reason_table(suggestion: Suggestion) -> pd.DataFrame:
    """选址理由: a row a new site: whom it serves, what is lost without it, and what could stand in its place."""
    table, names = suggestion.reasons, suggestion.problem.candidates["name"]
    near = table["near"].map(lambda pairs: "、".join(names[site] for site, _ in pairs))
    table = pd.DataFrame({
        "候选点编号": table.index, "候选点名称": names.reindex(table.index).to_numpy(),
        "服务": [service_words(suggestion, site) if site["way"] in SERVICES else served for served, (_, site) in zip(
            table["served"], suggestion.new_sites.loc[table.index].iterrows(), strict=True)],
        "没有它会少（人）": table["lost_without"].astype("float64").to_numpy(),
        "没有它每人多走（分钟）": table["mean_more_min"].to_numpy(),
        "没有它最远（分钟）": table["farthest_without_min"].to_numpy(),
        "最好的替代": table["replacement"].map(names).fillna("").to_numpy(),
        "换成它": [change_words(loss, measure, at_least=least) if best else "" for loss, measure, best, least in zip(
            table["replacement_loss"], table["measure"], table["replacement"], table["at_least"], strict=True)],
        "差不多的替代": near.to_numpy(),
        "说明": ["".join(reason_words(suggestion, site)) for site in table.index],
    })
    return _marked(table, suggestion.problem.evaluation)


def phase_table(suggestion: Suggestion) -> pd.DataFrame:
    """分年度安排: a row a year: what it may build, what it builds and costs, and who is reached at its end."""
    rows, before = [], 0.0
    total, allowed = suggestion.people["total"], 0.0
    for phase, result in zip(suggestion.question.phase, suggestion.solved.phase_results, strict=True):
        new = suggestion.new_sites[suggestion.new_sites["year"] == phase.year]
        limit, unit = (phase.budget_wan, "万元") if phase.p is None else (phase.p, "处")
        allowed += limit
        rows.append({
            "年份": str(phase.year), "当年限额": f"{limit:g} {unit}", "累计限额": f"{allowed:g} {unit}",
            "当年建设（处）": len(new), "建在": "、".join(new["name"]),
            "当年费用（万元）": float(new["cost_wan"].sum()),
            "年末能到达（人）": result.served, "比上年多（人）": result.served - before if rows else float("nan"),
            "年末占比": _share(result.served, total),
            "当年单独求最优可达（人）": result.bound,
        })
        before = result.served
    return _marked(pd.DataFrame(rows), suggestion.problem.evaluation)


def view_table(suggestion: Suggestion) -> pd.DataFrame:
    """各种路况: a row a scenario of speeds or roads cut: who is reached by the same plan."""
    rows = [{"路况": name, "能到达（人）": view.served, "占比": _share(view.served, view.total),
             "超出时限（人）": view.out_of_reach, "无路可达（人）": view.unreachable}
            for name, view in suggestion.solved.views.items()]
    return _marked(pd.DataFrame(rows), suggestion.problem.evaluation)


def upper_table(suggestion: Suggestion) -> pd.DataFrame:
    """上级机构: a row an upper site of two tiers, standing or suggested."""
    solved = suggestion.solved
    told = solved.upper_sites.drop(columns="role").join(solved.upper.chosen, how="inner").reset_index()
    told["state"] = told["role"].eq(EXISTING).map({True: "现有", False: "建议新建"})
    told["township"] = told["township_code"].map(suggestion.problem.evaluation.region.townships["township"])
    told["said"] = [upper_words(suggestion, site) if site in suggestion.upper_reasons.index else ""
                    for site in told["site_id"]]
    headers = {
        "site_id": "编号", "name": "名称", "state": "状态", "township_code": "乡镇代码", "township": "乡镇",
        "people_within": f"{solved.upper.within_min:g} 分钟内人数", "people_nearest": "以这里为最近的人数",
        "said": "说明", "lon": "经度", "lat": "纬度", "basis": "数据性质",
    }
    return _titled(told, headers)


def curve_table(suggestion: Suggestion) -> pd.DataFrame:
    """覆盖曲线: a row a point: how many are reached with so many sites, or for so much money, and which sites."""
    curve, names = suggestion.solved.curve, suggestion.problem.candidates["name"]
    total = suggestion.people["total"]

    def named(ids: tuple) -> str:
        return "、".join(names[one] for one in ids)

    table = pd.DataFrame({
        curve_title(suggestion): curve.index, "建设（处）": curve["chosen"].map(len),
        "能到达（人）": curve["objective"], "占比": _share(curve["objective"], total), "至多能到（人）": curve["bound"],
        "差距": curve["gap"], "结论": curve["status"].map(STATUSES), "比上一档多（人）": curve["gain"],
        "新增": curve["came"].map(named), "不再选": curve["went"].map(named), "选中": curve["chosen"].map(named),
    })
    return _marked(table.reset_index(drop=True), suggestion.problem.evaluation)


def curve_title(suggestion: Suggestion) -> str:
    return "新建（处）" if suggestion.question.steps else "资金（万元）"


def load_table(suggestion: Suggestion) -> pd.DataFrame:
    """各机构安排人数: a row an institution, standing or suggested, where places are counted."""
    problem, flows = suggestion.problem, suggestion.result.flows
    chosen = suggestion.result.chosen
    load = flows.groupby("site_id")["people"].sum().reindex(chosen.index).fillna(0)
    journey = (flows["people"] * flows["travel_min"]).groupby(flows["site_id"]).sum() / load.where(load > 0)
    capacity = problem.sites["capacity"].reindex(chosen.index)
    table = pd.DataFrame({
        "编号": chosen.index, "名称": _names(suggestion).reindex(chosen.index).to_numpy(),
        "状态": chosen["role"].eq(EXISTING).map({True: "现有", False: "建议新建"}).to_numpy(),
        "容量": capacity.to_numpy(), "安排人数": load.to_numpy(),
        "使用率": (load / capacity.astype("float64").where(capacity > 0)).to_numpy(),
        "平均用时（分钟）": journey.reindex(chosen.index).to_numpy(),
    })
    return _marked(table, problem.evaluation)


def served_table(suggestion: Suggestion) -> pd.DataFrame:
    """选址服务范围: a row a new site and village: whom it would serve, as the nearest, and in how many minutes."""
    problem = suggestion.problem
    places, townships = problem.evaluation.region.demand, problem.evaluation.region.townships["township"]
    if suggestion.result.flows is not None:
        rows = suggestion.result.flows.copy()
    else:
        rows = suggestion.demand[["site_id", "travel_min", "people"]].rename_axis("demand_id").reset_index()
        rows = rows[rows["people"] > 0]
    rows = rows[rows["site_id"].isin(suggestion.new_sites.index)]
    if len(more := _served_villages(suggestion)):
        rows = pd.concat([rows.assign(way="到机构"), more])
    rows["site"] = rows["site_id"].map(suggestion.new_sites["name"])
    rows["village"] = rows["demand_id"].map(places["name"])
    rows["township"] = rows["demand_id"].map(places["township_code"]).map(townships)
    before = problem.evaluation.demand["travel_min"]
    rows["before"] = rows["demand_id"].map(before)
    headers = {"site_id": "候选点编号", "site": "候选点名称", "demand_id": "村代码", "village": "村（社区）",
               "township": "乡镇", "people": "人数", "way": "方式", "travel_min": "用时（分钟）",
               "before": "现在用时（分钟）"}
    return _titled(rows.sort_values(["site_id", "travel_min", "demand_id"]), headers)


def _served_villages(suggestion: Suggestion) -> pd.DataFrame:
    """The villages of outreach days and shuttles, with the minutes to the stop, or of the shuttle out and back."""
    new, people = suggestion.new_sites, suggestion.problem.evaluation.people
    rows = [] if "serves" not in new else [
        (site_id, village, minutes, people[village], SAID[way])
        for site_id, way, pairs in zip(new.index, new["way"], new["serves"], strict=True) if isinstance(pairs, tuple)
        for village, minutes in pairs]
    return pd.DataFrame(rows, columns=["site_id", "demand_id", "travel_min", "people", "way"])


def siting_sheets(evaluation: Evaluation, suggestions: tuple[Suggestion, ...],
                  unanswered: tuple[Unanswered, ...] = ()) -> dict[str, pd.DataFrame]:
    """Every sheet of the workbook that tells of siting; none where nothing was asked."""
    sheets = {}
    if suggestions or unanswered:
        sheets["选址结论"] = proof_table(evaluation, suggestions, unanswered)
    for number, suggestion in enumerate(suggestions, start=1):
        sheets |= {f"选址{number}{name}": table for name, table in tables_of(suggestion).items()}
    return sheets


def tables_of(suggestion: Suggestion) -> dict[str, pd.DataFrame]:
    """The tables of one answer by what they are called; "" is the list of sites."""
    solved = suggestion.solved
    tables = {"": suggestion_table(suggestion)}
    if solved.targets is not None:
        tables["各项目标"] = target_table(suggestion)
    tables["理由"] = reason_table(suggestion)
    if len(suggestion.closed):
        tables["关停的机构"] = closed_table(suggestion)
    if solved.phase_results:
        tables["分年度安排"] = phase_table(suggestion)
    if solved.curve is not None:
        tables["覆盖曲线"] = curve_table(suggestion)
    if solved.views is not None:
        tables["各种路况"] = view_table(suggestion)
    if solved.upper is not None:
        tables["上级机构"] = upper_table(suggestion)
    if suggestion.result.flows is not None:
        tables["各机构安排人数"] = load_table(suggestion)
    return tables | {"服务范围": served_table(suggestion)}


def _share(part, whole):
    return part / whole if whole else float("nan")


def _names(suggestion: Suggestion) -> pd.Series:
    return pd.concat([suggestion.problem.existing["name"], suggestion.problem.candidates["name"]])


def _titled(table: pd.DataFrame, headers: dict[str, str]) -> pd.DataFrame:
    """The columns that there are, in the headers' order."""
    kept = [name for name in headers if name in table]
    return table[kept].rename(columns=headers).reset_index(drop=True)


def _marked(table: pd.DataFrame, evaluation: Evaluation) -> pd.DataFrame:
    return table.assign(**{"数据性质（全部数据）": basis_line(evaluation)})
