"""Draw every picture of a study, with its caption and what it shows in words.

Takes a `Study`; gives `Picture`s by file name (without .png).
"""

from __future__ import annotations

from collections.abc import Mapping

from coverage.goals import GoalsResult
from coverage.report.paper import Picture
from coverage.report.picture_charts import band_chart, curve_chart, goal_chart
from coverage.report.picture_map import coverage_map, institution_map
from coverage.report.siting_tables import curve_table, curve_title
from coverage.report.tables import band_table
from coverage.report.words import listed, percent
from coverage.study import Evaluation, Study, Suggestion

COVERAGE, INSTITUTIONS, BANDS = "覆盖图", "机构分布图", "用时分段图"


def study_pictures(study: Study) -> dict[str, Picture]:
    """The maps and charts of the study, in the order of the report."""
    evaluation = study.evaluation
    drawn = {
        BANDS: Picture("按用时分段的人数", band_chart(evaluation), _bands_alt(evaluation), 150),
        COVERAGE: _coverage(evaluation),
        INSTITUTIONS: Picture("各类机构分布", institution_map(evaluation), institutions_alt(evaluation), 130),
    }
    for number, judged in enumerate(evaluation.goals, start=1):
        drawn[goal_picture(number)] = Picture(f"{judged.plan.title}各项目标", goal_chart(judged, evaluation),
                                              goals_alt(judged), 150)
    for number, suggestion in enumerate(study.suggestions, start=1):
        if len(suggestion.new_sites):
            drawn[siting_picture(number)] = _coverage(evaluation, suggestion)
        if suggestion.solved.curve is not None:
            drawn[curve_picture(number)] = Picture(f"{suggestion.question.name}：覆盖曲线", curve_chart(suggestion),
                                                   _curve_alt(suggestion), 150)
    return drawn


def given(pictures: Mapping[str, Picture], name: str) -> list[Picture]:
    """The picture of that name, where there is one."""
    return [pictures[name]] if name in pictures else []


def goal_picture(number: int) -> str:
    return f"目标图{number}"


def siting_picture(number: int) -> str:
    return f"选址图{number}"


def curve_picture(number: int) -> str:
    return f"覆盖曲线图{number}"


def _curve_alt(suggestion: Suggestion) -> str:
    table, by = curve_table(suggestion), curve_title(suggestion)
    told = "；".join(f"{at:g} 对应 {count:,.0f} 人" for at, count in zip(table[by], table["能到达（人）"], strict=True))
    return f"折线图，横轴为{by}，纵轴为 {suggestion.within_min:g} 分钟内能到达的人数：{told}。"


def _coverage(evaluation: Evaluation, suggestion: Suggestion | None = None) -> Picture:
    minutes = f"{evaluation.scenario.travel.threshold_min:g} 分钟内到达{evaluation.service}的占比"
    caption = minutes if suggestion is None else f"“{suggestion.question.name}”建成以后{minutes}"
    return Picture(caption, coverage_map(evaluation, suggestion), _map_alt(evaluation, suggestion), 140)


def _map_alt(evaluation: Evaluation, suggestion: Suggestion | None) -> str:
    told = suggestion or evaluation
    share = told.coverage[f"share_{evaluation.scenario.travel.threshold_min:g}_min"].dropna()
    names = evaluation.region.townships["township"]
    order = [f"{names[code]} {percent(value)}" for code, value in
             share.sort_values(ascending=False, kind="stable").items()]
    sites = "" if suggestion is None else f"，星形为建议新建的 {len(suggestion.new_sites)} 处"
    return (f"分乡镇着色的地图{sites}。占比从高到低：{listed(order, 3)}；最低的是{listed(order[-3:], 3)}。"
            "各乡镇的数字见附表“各乡镇到达情况”。")


def _bands_alt(evaluation: Evaluation) -> str:
    rows = band_table(evaluation)
    told = "，".join(f"{name}：{count:,} 人" for name, count in zip(rows.iloc[:, 0], rows["人数"], strict=True))
    return f"柱形图，按到最近机构的分钟数分段：{told}。"


def goals_alt(judged: GoalsResult) -> str:
    goals = "；".join(f"{row.title}{row.status}" for row in judged.summary.itertuples())
    return f"条形图，每项目标一条：{goals}。数字见同一节的表。"


def institutions_alt(evaluation: Evaluation) -> str:
    told = "，".join(f"{kind} {len(rows)} 处" for kind, rows in evaluation.open_by_type.items())
    return f"地图，标出各类机构的位置：{told}。清单见工作簿“机构清单”。"
