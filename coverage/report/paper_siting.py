"""Say where to build, when, and how well that is proven: a `Study` in, 选址建议 and 分年度安排 of its report out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from coverage.report.paper import Heading, Paragraph, Part, Picture
from coverage.report.paper_cells import grid
from coverage.report.pictures import curve_picture, given, siting_picture
from coverage.report.siting_tables import YEARLY, phase_table, suggestion_table
from coverage.report.siting_words import (
    aim_of,
    asked,
    closed_sentence,
    cost_words,
    headline,
    left_over,
    services_sentence,
    target_sentence,
)
from coverage.report.tables import basis_line
from coverage.report.words import people, percent
from coverage.study import Evaluation, Study, Suggestion
from coverage.study.question_parts import BUILD

SITES_SHOWN = 20
FEWEST = ("新建处数", "费用")
"""Aims of which less is better told as 不可能更少."""


def siting_part(study: Study, pictures: Mapping[str, Picture]) -> Iterator[Part]:
    """A chapter a question: what was asked, the answer, how far it is proven, and the sites."""
    evaluation = study.evaluation
    yield Heading(1, "选址建议")
    yield Paragraph("除写明扩容、搬迁、关停的以外，以下方案都保留现有机构。")
    for number, suggestion in enumerate(study.suggestions, start=1):
        yield Heading(2, suggestion.question.name)
        yield Paragraph(f"问题：{asked(suggestion)}？")
        yield Paragraph(answer_sentence(evaluation, suggestion))
        if len(suggestion.closed):
            yield Paragraph(closed_sentence(suggestion))
        if suggestion.solved.targets is not None:
            yield Paragraph(target_sentence(suggestion))
        yield Paragraph(proof_sentence(suggestion) + "".join(f"{note}。" for note in suggestion.notes))
        if len(suggestion.served_villages):
            yield Paragraph(services_sentence(suggestion))
        if len(suggestion.new_sites):
            yield _sites(suggestion, number)
        yield from given(pictures, siting_picture(number))
        yield from given(pictures, curve_picture(number))
    for one in study.unanswered:
        yield Heading(2, one.question.name)
        yield Paragraph(f"答案：做不到。{one.reason}")


def phases_part(study: Study) -> Iterator[Part]:
    """What each year builds, of the questions that were asked by year; nothing where none was."""
    asked_by_year = [(number, suggestion) for number, suggestion in enumerate(study.suggestions, start=1)
                     if suggestion.solved.phase_results]
    if asked_by_year:
        yield Heading(1, "分年度安排")
    for number, suggestion in asked_by_year:
        table = phase_table(suggestion)
        yield Heading(2, suggestion.question.name)
        for row in table.to_dict("records"):
            yield Paragraph(year_sentence(row))
        yield grid(f"{suggestion.question.name}：各年建设", {
            "年份": table["年份"], "当年限额": table["当年限额"], "当年建设（处）": table["当年建设（处）"],
            "当年费用（万元）": table["当年费用（万元）"], "年末能到达（人）": table["年末能到达（人）"],
            "年末占比": table["年末占比"],
        }, note=f"注：出处为工作簿“选址{number}分年度安排”。{_basis(suggestion)}")


def year_sentence(row: dict) -> str:
    """One year of 分年度安排 in words."""
    if not row["当年建设（处）"]:
        return f"{row['年份']} 年不新建，年末能到达的 {people(row['年末能到达（人）'])}。"
    return (f"{row['年份']} 年建设 {row['当年建设（处）']} 处：{row['建在']}，"
            f"费用 {row['当年费用（万元）']:,.0f} 万元；"
            f"年末能到达的 {people(row['年末能到达（人）'])}，占 {percent(row['年末占比'])}。")


def answer_sentence(evaluation: Evaluation, suggestion: Suggestion) -> str:
    count, new = suggestion.people, len(suggestion.new_sites)
    if not new and suggestion.closed.empty:
        return "答案：不需要新建。"
    if (suggestion.result.flows is not None or suggestion.solved.upper is not None or len(suggestion.closed)
            or set(suggestion.new_sites["way"]) != {BUILD}):
        return f"答案：{headline(suggestion)}{left_over(suggestion)}"
    before = reached_before(evaluation, suggestion)
    left = count["total"] - count["served"]
    still = f"，仍有 {people(left)}不能" if left else "，没有人够不着"
    share = percent(count["served"] / count["total"])
    return (f"答案：新建 {new} 处，{cost_words(suggestion)}。建成以后，能在 {suggestion.within_min:g} 分钟内到达的由 "
            f"{people(before)}增加到 {people(count['served'])}，占 {share}{still}。")


def reached_before(evaluation: Evaluation, suggestion: Suggestion) -> int:
    """People within the question's limit of an institution that its rule already counts."""
    times = evaluation.times_to(suggestion.problem.rule.existing)
    near = times.loc[times["travel_min"] <= suggestion.within_min, "demand_id"].unique()
    people_asked = suggestion.problem.demand["weight"]
    return int(people_asked[people_asked.index.isin(near)].sum())


def proof_sentence(suggestion: Suggestion) -> str:
    """How good the plan is, no better than proven."""
    proof, aim = suggestion.proof, aim_of(suggestion)
    if proof.status == "optimal":
        most = {"mclp": f"同样{_limits(suggestion)}不可能覆盖更多的人。", **dict.fromkeys(FEWEST, "不可能更少。")}
        fewest = next((name for name in FEWEST if aim.title.endswith(name)), suggestion.question.model)
        said = most.get(fewest, "没有更好的方案。")
        return f"已证明这是最优方案：{said}"
    found = {"time_limit": "这是时限内找到的可行方案", "cancelled": "这是中途停止时找到的可行方案"}.get(
        proof.termination, "这是找到的可行方案")
    if not math.isfinite(proof.gap):
        return f"{found}，离最优有多远不知道。"
    sense = "少于" if proof.bound <= proof.objective else "多于"
    return (f"{found}，不一定最优：已证明任何方案的{aim.title}都不{sense} "
            f"{aim.says.format(proof.bound)}，距最优至多 {proof.gap:.1%}。")


def _limits(suggestion: Suggestion) -> str:
    """What the question limits."""
    asked_for = suggestion.question
    money = asked_for.budget_wan is not None or asked_for.yearly_budget_wan is not None
    return "和".join(["处数"] * (asked_for.p is not None) + ["资金"] * money)


def _sites(suggestion: Suggestion, number: int) -> Part:
    table = suggestion_table(suggestion)
    shown = table.head(SITES_SHOWN)
    more = f"共 {len(table)} 处，这里列出前 {SITES_SHOWN} 处，其余见工作簿。" if len(table) > SITES_SHOWN else ""
    within = f"{suggestion.within_min:g} 分钟内人数"
    return grid(f"{suggestion.question.name}：建议新建的地方", {
        "序": range(1, len(shown) + 1), **({"年份": shown["建设年份"]} if "建设年份" in shown else {}),
        "地点": shown["候选点名称"], "乡镇": shown["乡镇"], "做法": shown["做法"],
        within: shown[within], "其中现有机构够不着": shown["其中现有机构够不着"], "费用（万元）": shown["费用（万元）"],
        **({YEARLY: shown[YEARLY]} if YEARLY in shown else {}),
    }, note=f"注：{more}出处为工作簿“选址{number}”。{_basis(suggestion)}")


def _basis(suggestion: Suggestion) -> str:
    """Where the costs come from, and what the data are."""
    costs = sorted(set(suggestion.new_sites["cost_basis"].dropna()) - {""})
    told = f"费用出处：{'、'.join(costs)}。" if costs else ""
    return f"{told}数据性质：{basis_line(suggestion.problem.evaluation)}。"
