"""Say a siting answer in a planner's words: a `Suggestion` in, sentences out."""

from __future__ import annotations

import math
from typing import NamedTuple

import pandas as pd

from coverage.report.words import from_to, people, percent
from coverage.study import Suggestion
from coverage.study.question_parts import BUILD, SERVICES, SHUTTLE

TERMINATIONS = {"proven": "已证明", "time_limit": "到时限停止", "cancelled": "中途停止", "tolerance": "到数值精度"}


class Aim(NamedTuple):
    """What a question makes large or small: its title, and how a value of it is said."""

    title: str
    says: str


NUMBER = Aim("新建处数", "{:,.0f} 处")
MONEY = Aim("费用", "{:,.1f} 万元")
REACHED = Aim("时限内能到达的人", "{:,.0f} 人")
AIMS = {
    "mclp": REACHED, "frontier": REACHED,
    "gradual_mclp": Aim("按远近折算的人", "{:,.1f} 人"),
    "backup_mclp": Aim("能到达的人加上折算的备份", "{:,.1f} 人"),
    "p_median": Aim("全部路程", "{:,.0f} 人·分钟"), "capacitated_p_median": Aim("全部路程", "{:,.0f} 人·分钟"),
    "p_center": Aim("最远的人要走", "{:,.1f} 分钟"),
    "p_tail": Aim("最不利的一部分人平均要走", "{:,.1f} 分钟"),
    "capacitated_mclp": Aim("排得上的人", "{:,.0f} 人"),
    "cflp": Aim("建设费用与路程折算费用合计", "{:,.1f} 万元"),
    "fair": Aim("最低的乡镇覆盖率", "{:.1%}"), "fair_in_order": Aim("最低的乡镇覆盖率", "{:.1%}"),
    "least_shortfall": Aim("离目标还差", "{:,.1f} 人"),
    "least_miss": Aim("各目标所差的比例之和（优先的目标）", "{:.1%}"),
    "phased_mclp": Aim("各年末能到达的人之和", "{:,.0f} 人次"),
    "two_tiers": Aim("两级机构都能到达的人", "{:,.0f} 人"),
    "robust_mclp": Aim("各种路况平均能到达的人", "{:,.1f} 人"),
}


def asked(suggestion: Suggestion) -> str:
    """What was asked, as a sentence without its full stop."""
    question, rule = suggestion.question, suggestion.problem.rule
    within = f"{suggestion.within_min:g} 分钟内"
    means = _means(question)
    cheapest = question.minimise == "cost" or (question.model == "least_cost" and question.minimise is None)
    fewest = f"{_over_years(question)}最少花多少钱" if cheapest else "最少建几处"
    titles = dict.fromkeys(wish.title for wish in suggestion.problem.wishes)
    goals = "同时做到" + "、".join(f"“{title}”" for title in titles)
    says = {
        "unit_cover": f"每个应有机构的{rule.level}都有 {question.n or rule.n or 1} 处，{fewest}",
        "lscp": f"人人都能在 {within}到达，{fewest}",
        "lscp_backup": f"人人都能在 {within}到达，{fewest}，并让尽量多的人有两处可去",
        "partial_cover": f"{question.share or rule.share or 1:.0%} 的人能在 {within}到达，{fewest}",
        "mclp": f"{means}，最多能让多少人在 {within}到达",
        "gradual_mclp": f"{means}，越近越算数，怎样安排最好",
        "backup_mclp": f"{means}，怎样让尽量多的人能到达，并有第二处备份",
        "p_median": f"{means}，怎样让每人平均走得最少",
        "p_center": f"{means}，怎样让最远的人最近",
        "p_tail": f"{means}，怎样让最不利的 {question.share or 0.1:.0%} 的人平均走得最少",
        "capacitated_mclp": f"{means}，按容量算，最多能让多少人排得上",
        "capacitated_p_median": f"{means}，按容量人人排得上，怎样走得最少",
        "cflp": "按容量人人排得上，建设费用与路程折算费用合计怎样最少",
        "fair": f"{means}，怎样让覆盖率最低的乡镇尽量高",
        "fair_in_order": f"{means}，怎样让覆盖率最低的乡镇尽量高，再让次低的尽量高，依次类推",
        "least_shortfall": f"{means}，怎样离目标差得最少",
        "least_cost": f"{goals}，{fewest}",
        "least_miss": f"{goals}；{means}，怎样差得最少",
        "phased_mclp": f"按年限额，先建哪里、后建哪里，各年末能到达的人最多（{within}）",
        "two_tiers": f"{means}，怎样让最多的人乡、县两级机构都能到达",
        "robust_mclp": f"{means}，路况变化时怎样仍让最多的人能到达（{within}）",
        "frontier": f"建几处（花多少钱）各能让多少人在 {within}到达",
    }
    goal = f"（{rule.title}）" if question.goal else ""
    return says[question.model] + goal


def _means(question) -> str:
    only_built = all(way.way == BUILD for way in question.ways)  # what alters an institution counts as well
    number = f"{'新建' if only_built else '新建、改造一共'} {question.p} 处" if question.p is not None else ""
    money = f"{_over_years(question)}花 {question.budget_wan:g} 万元" if question.budget_wan is not None else ""
    return "、".join(filter(None, (number, money)))


def _over_years(question) -> str:
    return "" if question.years is None else f"{question.years} 年一共"


def aim_of(suggestion: Suggestion) -> Aim:
    """What this question makes large or small."""
    question = suggestion.question
    if question.model == "least_shortfall" and suggestion.problem.rule.n is not None and question.goal:
        return Aim(f"仍然没有的{suggestion.problem.rule.level}", "{:,.0f} 个")
    if question.model == "robust_mclp" and question.aim == "worst":
        return Aim("最差的路况下能到达的人", "{:,.0f} 人")
    if question.model == "least_cost":
        money = MONEY if question.years is None else MONEY._replace(title=f"{question.years} 年的费用")
        return NUMBER if question.minimise == "sites" else money
    return AIMS.get(question.model) or (MONEY if question.minimise == "cost" else NUMBER)


def proof_words(suggestion: Suggestion) -> str:
    """已证明没有更好的方案, or how far from the best it may be; never more than is proven."""
    proof = suggestion.proof
    if proof.status == "optimal":
        return "已证明没有更好的方案"
    stopped = {"cancelled": "中途停止，这是到那时为止最好的方案", "time_limit": "到了时限，这是到那时为止最好的方案"}
    how = stopped.get(proof.termination, "这是找到的最好的方案")
    return f"{how}，距最优至多 {proof.gap:.2%}" if math.isfinite(proof.gap) else f"{how}，距最优多远还不知道"


def proof_figures(suggestion: Suggestion) -> str:
    """The value, the bound and the seed, for whoever wants to check."""
    proof, aim = suggestion.proof, aim_of(suggestion)
    bound = aim.says.format(proof.bound) if math.isfinite(proof.bound) else "还没有"
    return (f"{aim.title}：{aim.says.format(proof.objective)}；已证明的界：{bound}；"
            f"用时 {proof.seconds:.1f} 秒；随机种子 {proof.seed}")


def headline(suggestion: Suggestion) -> str:
    """What the plan builds, what it costs, and who is reached."""
    new, count, within = suggestion.new_sites, suggestion.people, suggestion.within_min
    done = [f"{way} {n} 处" for way, n in new["way"].value_counts(sort=False).items()]
    closed = [f"关停 {len(suggestion.closed)} 处"] if len(suggestion.closed) else []
    upper = [] if suggestion.upper_new.empty else [upper_phrase(suggestion)]
    ways = "、".join(done + upper + closed) or "不用新建"
    cost = f"，{cost_words(suggestion)}" if len(suggestion.placed) else ""
    share = percent(count["served"] / count["total"]) if count["total"] else "—"
    reached = "排得上" if suggestion.result.flows is not None else f"在 {within:g} 分钟内能到达"
    villages = suggestion.served_villages
    sent = "" if villages.empty else (
        f"流动服务日、接送到 {len(villages)} 个村（{people(_people_of(suggestion))}）。")
    both = "" if suggestion.solved.upper is None else (
        f"乡、县两级都能到达的 {people(suggestion.proof.objective)}"
        f"（{percent(suggestion.proof.objective / count['total']) if count['total'] else '—'}）。")
    return f"{ways}{cost}。连同现有机构，{people(count['served'])}（{share}）{reached}。{both}{sent}"


def upper_phrase(suggestion: Suggestion) -> str:
    """The upper tier's new institutions: how many, of what type, and where."""
    new = suggestion.upper_new
    return f"县级{suggestion.question.upper.service_type} {len(new)} 处（{'、'.join(new['name'])}）"


def _people_of(suggestion: Suggestion) -> int:
    """People of the villages that outreach days and shuttles serve."""
    return int(suggestion.problem.evaluation.people[suggestion.served_villages].sum())


def cost_words(suggestion: Suggestion) -> str:
    """What a plan costs: once and, where outreach days or years are in it, each year and all together."""
    once, yearly, years = suggestion.cost_wan, suggestion.yearly_cost_wan, suggestion.question.years
    told = f"约 {once:,.0f} 万元"
    if not yearly or (years is None and suggestion.served_villages.empty):
        return told
    told = f"{told}，另每年 {_wan(yearly)} 万元" if once else f"每年 {_wan(yearly)} 万元"
    return told if years is None else f"{told}（{years} 年一共 {_wan(once + years * yearly)} 万元）"


def _wan(value: float) -> str:
    """万元 with as many decimals as it has, two at most."""
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def site_cost_words(site) -> str:
    """What one new site costs, once and a year, and where that is from."""
    parts = [] if site["way"] in SERVICES and not site["cost_wan"] else [f"{site['cost_wan']:,.0f} 万元"]
    if not math.isnan(yearly := float(site["yearly_cost_wan"])):
        parts.append(f"每年 {_wan(yearly)} 万元")
    return f"{'，另'.join(parts)}（{site['cost_basis']}）"


def service_words(suggestion: Suggestion, site) -> str:
    """Where an outreach day or a shuttle goes, how often and by whom."""
    villages = suggestion.problem.evaluation.region.demand["name"]
    by_van = site["way"] == SHUTTLE
    way = "去回" if by_van else "离停靠点"
    told = [str(villages.get(code, code)) + (f"（{way} {minutes:.0f} 分钟）" if minutes else "")
            for code, minutes in site["serves"]]
    listed = "、".join(told[:8]) + (f" 等 {len(told)} 个村" if len(told) > 8 else "")
    who = provider_name(suggestion, site["provider"])
    return f"{f'从“{who}”出车，接' if by_van else f'由“{who}”去'}{listed}，每年 {int(site['days_per_year'])} 天。"


def services_sentence(suggestion: Suggestion) -> str:
    """How many stops and shuttles the plan has, whose, and in which townships the villages lie; empty without any."""
    new, demand = suggestion.new_sites, suggestion.problem.evaluation.region.demand
    towns, said = suggestion.problem.evaluation.region.townships["township"], []
    for way in SERVICES:
        rows = new[new["way"] == way]
        if rows.empty:
            continue
        villages = pd.Index(sorted({village for pairs in rows["serves"] for village, _ in pairs}))
        count = demand.loc[villages, "township_code"].map(towns).fillna("乡镇未知").value_counts(sort=False)
        where = "、".join(f"{town} {n} 个" for town, n in count.items())
        who = "、".join(dict.fromkeys(provider_name(suggestion, name) for name in rows["provider"]))
        said.append(f"{way} {len(rows)} 处（{who}），到 {len(villages)} 个村：{where}。")
    return "".join(said)


def provider_name(suggestion: Suggestion, provider: str) -> str:
    """The name of an institution, standing or to be built, or of whoever else is named."""
    problem = suggestion.problem
    return problem.candidates["name"].get(provider, problem.evaluation.region.sites["name"].get(provider, provider))


def left_over(suggestion: Suggestion) -> str:
    """Who is still not served, and why; empty where nobody is left."""
    words = {"full": "够得着但满员", "out_of_reach": "路程超过时限", "unreachable": "无路可达"}
    parts = [f"{people(suggestion.people[name])}{said}" for name, said in words.items() if suggestion.people[name]]
    return f"还有 {'，'.join(parts)}。" if parts else "没有人落下。"


def closed_sentence(suggestion: Suggestion) -> str:
    """Which institutions the plan closes, with their townships."""
    closed, towns = suggestion.closed, suggestion.problem.evaluation.region.townships["township"]
    said = "、".join(f"{row.name_}（{towns.get(row.township_code, '乡镇未知')}）"
                    for row in closed.rename(columns={"name": "name_"}).itertuples())
    return f"关停的是：{said}。"


def target_sentence(suggestion: Suggestion) -> str:
    """Which of several goals the plan meets, and what is short of the others."""
    told = suggestion.solved.targets
    if told["met"].all():
        return f"{len(told)} 项要求全部达到。" if len(told) > 1 else "要求达到。"
    short = "；".join(f"“{row.title}”还差 {row.short:,.10g} {row.unit}" for row in told[~told["met"]].itertuples())
    return f"{len(told)} 项要求达到 {int(told['met'].sum())} 项，{short}。"


def journey(suggestion: Suggestion) -> str:
    """How much nearer people are on average than today, over those who have a way both before and after."""
    evaluation = suggestion.problem.evaluation
    before, after = evaluation.demand["travel_min"], suggestion.demand["travel_min"]
    both = before.notna() & after.notna() & (evaluation.people > 0)
    weight = evaluation.people[both]
    if not weight.sum():
        return ""
    old, new = ((minutes[both] * weight).sum() / weight.sum() for minutes in (before, after))
    farthest = f"最远的人由 {before[both].max():.0f} 分钟变为 {after[both].max():.0f} 分钟"
    if old - new < 0.05:
        return f"每人平均路程 {new:.1f} 分钟，与现在一样；{farthest}。"
    return f"每人平均少走 {old - new:.1f} 分钟（{old:.1f} → {new:.1f}）；{farthest}。"


def margin_words(suggestion: Suggestion) -> tuple[str, ...]:
    """What a little more would bring, a sentence a limit; empty where the question has none to ease."""
    aim, said = aim_of(suggestion), []
    all_margins = suggestion.margins
    several = len({one.priority for one in suggestion.question.goals or ()}) > 1  # only the first priority is told
    for at, margin in enumerate(all_margins):
        before, after = (aim.says.format(value) for value in (margin.before, margin.after))
        sure = "" if margin.proven else "（没有都证明最优，仅供参考）"
        more = f"放宽 {margin.eased}" if margin.limit == "时限" else f"{margin.when}再多 {margin.eased}"
        asked_again = any(margin.limit in other.limit and margin.when == other.when for other in all_margins[at + 1:])
        if margin.binds:
            said.append(f"{more}，{aim.title}{from_to(before, after)}{sure}。")
        else:
            not_it = f"：卡住的不是{f' {margin.when}的' if margin.when else ''}{margin.limit}"
            hint = "" if asked_again or several else not_it
            said.append(f"{more}{'，优先的目标' if several else ''}不会更好{hint}{sure}。")
    return tuple(said)
