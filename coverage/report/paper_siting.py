"""Say where to build and how well that is proven: a `Study` in, the part 选址建议 of its report out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from coverage.report.paper import Heading, Paragraph, Part, Picture
from coverage.report.paper_cells import grid
from coverage.report.pictures import given, siting_picture
from coverage.report.tables import basis_line, suggestion_table
from coverage.report.words import people, percent
from coverage.siting.instance import EXISTING
from coverage.study import Evaluation, Study, Suggestion

SITES_SHOWN = 20
_ASKED = {
    "unit_cover": "每个应有机构的乡镇都有一处，最少新建几处",
    "lscp": "人人都能在时限内到达，最少新建几处",
    "mclp": "新建 {p} 处，最多能让多少人在时限内到达",
}
_FEWEST = ("unit_cover", "lscp")
"""Models whose objective is how many sites to build; that of the others is how many people are reached."""


def siting_part(study: Study, pictures: Mapping[str, Picture]) -> Iterator[Part]:
    """A chapter a question: what was asked, the answer, how far it is proven, and the sites."""
    evaluation = study.evaluation
    yield Heading(1, "选址建议")
    yield Paragraph("以下方案保留现有机构，只建议新建的地方。")
    for number, suggestion in enumerate(study.suggestions, start=1):
        yield Heading(2, suggestion.question.name)
        yield Paragraph(question_sentence(evaluation, suggestion))
        yield Paragraph(answer_sentence(evaluation, suggestion))
        yield Paragraph(proof_sentence(suggestion) + "".join(f"{note}。" for note in suggestion.notes))
        if len(suggestion.new_sites):
            yield _sites(evaluation, suggestion, number)
        yield from given(pictures, siting_picture(number))


def question_sentence(evaluation: Evaluation, suggestion: Suggestion) -> str:
    question = suggestion.question
    asked = _ASKED[question.model].format(p=question.p)
    rule = ""
    if question.goal:
        titles = {f"{judged.plan.id}/{goal.id}": f"{judged.plan.title}“{goal.title}”"
                  for judged in evaluation.goals for goal in judged.plan.goals}
        rule = f"哪些乡镇应有、哪些机构算数，按{titles[question.goal]}的规定。"
    return f"问题：{asked}？时限为 {suggestion.within_min:g} 分钟。{rule}"


def answer_sentence(evaluation: Evaluation, suggestion: Suggestion) -> str:
    result, new = suggestion.result, len(suggestion.new_sites)
    if not new:
        return "答案：不需要新建。"
    before = reached_before(evaluation, suggestion)
    left = result.total - result.served
    still = f"，仍有 {people(left)}不能" if left else "，没有人够不着"
    return (f"答案：新建 {new} 处。建成以后，能在 {suggestion.within_min:g} 分钟内到达的由 {people(before)}增加到 "
            f"{people(result.served)}，占 {percent(result.served / result.total)}{still}。")


def reached_before(evaluation: Evaluation, suggestion: Suggestion) -> int:
    """People within the question's limit of an institution that its rule already counts."""
    chosen = suggestion.result.chosen
    times = evaluation.times_to(chosen.index[chosen["role"] == EXISTING])
    near = times.loc[times["travel_min"] <= suggestion.within_min, "demand_id"].unique()
    return int(evaluation.people.loc[near].sum())


def proof_sentence(suggestion: Suggestion) -> str:
    """How good the plan is, no better than proven."""
    result = suggestion.result
    fewest = suggestion.question.model in _FEWEST
    if result.status == "optimal":
        return "已证明这是最优方案：" + ("不可能更少。" if fewest else "同样处数不可能覆盖更多的人。")
    if not math.isfinite(result.gap):
        return "这是时限内找到的可行方案，离最优有多远不知道。"
    limit = f"任何方案都不少于 {result.bound:g} 处" if fewest else f"任何方案都不多于 {result.bound:,.0f} 人"
    return f"这是时限内找到的可行方案，不一定最优：已证明{limit}，距最优至多 {result.gap:.1%}。"


def _sites(evaluation: Evaluation, suggestion: Suggestion, number: int) -> Part:
    table = suggestion_table(suggestion)
    shown = table.head(SITES_SHOWN)
    more = f"共 {len(table)} 处，这里列出前 {SITES_SHOWN} 处，其余见工作簿。" if len(table) > SITES_SHOWN else ""
    within = f"{suggestion.within_min:g} 分钟内人数"
    return grid(f"{suggestion.question.name}：建议新建的地方", {
        "序": range(1, len(shown) + 1), "地点": shown["候选点名称"], "乡镇": shown["乡镇"],
        within: shown[within], "其中现有机构够不着": shown["其中现有机构够不着"],
        "其中只有这里够得着": shown["其中只有这里够得着"],
    }, note=f"注：{more}出处为工作簿“选址{number}”。数据性质：{basis_line(evaluation)}。")
