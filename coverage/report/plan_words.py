"""Say a plan in a planner's words: a `Plan` in, a row of sentences per goal out."""

from __future__ import annotations

from collections.abc import Iterator

from coverage.goals import Plan
from coverage.goals.conditions import Condition, Range
from coverage.goals.goal import KINDS, Enough

_FIELDS = {
    "code": "代码", "name": "名称", "county_code": "县代码", "kind": "类别", "pop": "人口",
    "area_km2": "面积（平方公里）",
    "people": "残疾人数", "mountain": "山区", "service_type": "类型", "standardised": "规范化",
    "public_benefit": "公益性", "capacity": "容量", "hosted_in": "设在", "disabled_pupils": "残疾学生数",
    "resource_room": "有资源教室",
    "category": "类别", "severity": "程度", "age_band": "年龄", "low_income": "低收入",
}
_MODES = {"car": "小汽车", "motor_wheelchair": "机动轮椅车", "bus": "公交", "shuttle": "接送车", "walk": "步行",
          "wheelchair": "手动轮椅", "power_wheelchair": "电动轮椅"}


def plan_rows(plan: Plan) -> list[list[str]]:
    """A row a goal: id, title, kind, binding, scope, what is enough, baseline, targets, clause, note."""
    rows = []
    for goal in plan.goals:
        targets = "；".join(f"{figure.year} 年 {goal.says(figure)}" for figure in goal.targets)
        baseline = f"{goal.baseline.year} 年 {goal.says(goal.baseline)}" if goal.baseline else ""
        note = "；".join(filter(None, [goal.origin, goal.note]))
        rows.append([goal.id, goal.title, KINDS[goal.kind], goal.binding, _scope(goal), "；".join(_enough(goal)),
                     baseline, targets, goal.clause, note])
    return rows


def condition_words(condition: Condition) -> str:
    """A condition as a phrase: 类别为镇或街道；或（类别为乡，且人口不少于 10000）."""
    parts = [_field(name, getattr(condition, name)) for name in type(condition).model_fields
             if name in _FIELDS and getattr(condition, name) is not None]
    parts += [f"（{condition_words(part)}）" for part in condition.all_of]
    if condition.any_of:
        either = "，或".join(condition_words(part) for part in condition.any_of)
        parts.append(f"（{either}）" if parts else either)
    parts += [f"不含（{condition_words(part)}）" for part in condition.none_of]
    return "且".join(parts)


def _field(name: str, wanted) -> str:
    label = _FIELDS[name]
    if isinstance(wanted, Range):
        bounds = [f"不少于 {wanted.min:g}"] if wanted.min is not None else []
        return label + "、".join(bounds + ([f"不多于 {wanted.max:g}"] if wanted.max is not None else []))
    if isinstance(wanted, bool):
        return label if wanted else f"不是{label}"
    listed = "或".join(wanted)
    return listed if name == "service_type" else f"{label}为{listed}"


def _scope(goal) -> str:
    who = condition_words(goal.who)
    if goal.kind == "tiers":
        return "；".join(f"{tier.title}：{_units(tier.units)}" for tier in goal.tiers)
    if goal.kind == "indicator":
        return who or "全部残疾人"
    if goal.kind == "count":
        return "全部范围" + (f"，并每个{goal.each.level}至少 {goal.each.n} 个" if goal.each else "")
    return _units(goal.units) + (f"；人群：{who}" if who else "")


def _units(units) -> str:
    if units.institutions is not None:
        return f"每个机构：{condition_words(units.institutions)}"
    words = condition_words(units)
    return f"每个{units.level}" + (f"：{words}" if words else "")


def _enough(goal) -> Iterator[str]:
    if goal.kind == "indicator":
        yield "上报数"
        return
    if goal.kind == "tiers":
        for tier in goal.tiers:
            yield f"{tier.title}：{condition_words(tier.institutions)}，{_how(tier.enough)}"
        return
    yield condition_words(goal.institutions) or "任何机构"
    if goal.kind == "unit_share":
        yield _how(goal.enough)
    if goal.kind == "village_service":
        yield f"方式：{'、'.join(goal.ways)}"
    if goal.kind == "count" and goal.of == "名额":
        yield "按名额计"
    if getattr(goal, "within_min", None):
        yield f"{goal.within_min:g} 分钟内" + (f"（{_MODES[goal.mode]}）" if getattr(goal, "mode", "") else "")


def _how(enough: Enough) -> str:
    if enough.within_min is not None:
        share = "全部" if enough.reach is None else f"{float(enough.reach):.0%}"
        return f"{share}的人 {enough.within_min:g} 分钟内可达"
    return f"至少 {enough.n} 个" + ("，共享协议计入" if enough.sharing else "")
