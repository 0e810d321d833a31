"""Put a plan under the plans above it: where a goal is inherited, the stricter holds, and the goal says which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coverage.errors import PlanError
from coverage.goals.plan import Plan

_WORDING = {"id", "title", "clause", "binding", "baseline", "targets", "note", "inherits", "supersedes", "weights",
            "origin", "hosts"}
"""Fields in which an inherited goal may differ and still measure the same thing."""


def inherit(plan: Plan, above: Mapping[str, Plan], *, whole: bool = False) -> Plan:
    """Give `plan` with what it inherits worked in; `above` maps plan ids to plans, at least those it names.

    A goal with `inherits` that measures the same thing as the goal above takes the
    stricter target of each year. Where it measures it otherwise (other units, other
    institutions), the goal above is added as one of its own, since both must hold. A
    goal that is superseded is left out. With `whole`, every other goal of the plans
    above is added too. Each goal's `origin` says what was done.
    Raises PlanError, with every reference that leads nowhere.
    """
    problems = list(_dangling(plan, above))
    if problems:
        listing = "\n".join(f"  {problem}" for problem in problems)
        raise PlanError(f"有 {len(problems)} 处引用找不到\n{listing}", where=plan.title,
                        todo="写法是 上级规划 id/目标 id，上级规划文件与本规划放在同一文件夹")
    goals, beside = [], []
    for goal in plan.goals:
        if goal.inherits is None:
            goals.append(goal)
            continue
        upper_plan, upper = _find(goal.inherits, above)
        upper = _resolved(upper, above)
        if _measure(goal) == _measure(upper):
            goals.append(_stricter(goal, upper, upper_plan))
        else:
            origin = f"承接《{upper_plan.title}》“{upper.title}”，口径不同，两项都要达到"
            goals.append(_with(goal, origin=origin))
            beside.append(_taken(upper, upper_plan, f"《{upper_plan.title}》，与“{goal.title}”口径不同，两项都要达到"))
    if whole:
        beside += [goal for goal in _others(plan, above) if goal.id not in {other.id for other in beside}]
    return plan.model_copy(update={"goals": (*goals, *beside)})


def lineage(plan: Plan, above: Mapping[str, Plan]) -> Iterator[Plan]:
    """The plans above, nearest first, each once."""
    seen, queue = {plan.id}, list(plan.above)
    while queue:
        name = queue.pop(0)
        if name not in seen and name in above:
            seen.add(name)
            queue += above[name].above
            yield above[name]


def _others(plan: Plan, above: Mapping[str, Plan]) -> Iterator:
    mentioned = set()
    below = [plan]
    for upper in lineage(plan, above):
        for lower in below:
            for goal in lower.goals:
                mentioned |= {*goal.supersedes, *([goal.inherits] if goal.inherits else [])}
        for goal in upper.goals:
            if f"{upper.id}/{goal.id}" not in mentioned:
                yield _taken(goal, upper, f"承自《{upper.title}》")
        below.append(upper)


def _dangling(plan: Plan, above: Mapping[str, Plan]) -> Iterator[str]:
    for goal in plan.goals:
        for reference in (*([goal.inherits] if goal.inherits else []), *goal.supersedes):
            if _find(reference, above) is None:
                yield f"目标“{goal.title}”：没有 {reference}"


def _find(reference: str, above: Mapping[str, Plan]):
    plan_id, _, goal_id = reference.partition("/")
    upper = above.get(plan_id)
    found = next((goal for goal in upper.goals if goal.id == goal_id), None) if upper else None
    return (upper, found) if found else None


def _resolved(goal, above: Mapping[str, Plan], seen: frozenset = frozenset()):
    """A goal above with what it takes from plans still higher up."""
    found = _find(goal.inherits, above) if goal.inherits and goal.inherits not in seen else None
    if found is None:
        return goal
    higher = _resolved(found[1], above, seen | {goal.inherits})
    return _stricter(goal, higher, found[0]) if _measure(goal) == _measure(higher) else goal


def _measure(goal) -> dict:
    return {name: getattr(goal, name) for name in type(goal).model_fields if name not in _WORDING}


def _stricter(goal, upper, upper_plan: Plan):
    years = sorted({figure.year for figure in (*goal.targets, *upper.targets)})
    targets, says = [], []
    for year in years:
        mine, theirs = goal.target_for(year), upper.target_for(year)
        holds = mine.stricter(theirs)
        targets.append(holds.model_copy(update={"year": year}))
        whose = "上级更严" if holds is not mine else "相同" if not _asks_more(mine, theirs) else "本规划更严"
        says.append(f"{year} 年{goal.says(holds)}（本规划{goal.says(mine)}，上级{goal.says(theirs)}，{whose}）")
    origin = f"承接《{upper_plan.title}》“{upper.title}”，取严：{'；'.join(says)}"
    return _with(goal, targets=tuple(targets), origin=origin)


def _asks_more(mine, theirs) -> bool:
    return theirs.stricter(mine) is mine


def _taken(goal, plan: Plan, origin: str):
    return _with(goal, id=f"{plan.id}.{goal.id}", origin=origin)


def _with(goal, **changes):
    return goal.model_copy(update=changes)
