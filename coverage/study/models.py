"""Put a problem to siting: a `Problem` in, a `Solved` out.

Most models take the three tables and the question's own settings by name; CALLS holds the few that need more.
"""

from __future__ import annotations

import math

from coverage import siting
from coverage.errors import ScenarioError
from coverage.study.composed import frontier, phased, robust, two_tiers
from coverage.study.many_goals import least_cost, least_miss
from coverage.study.problem import Problem
from coverage.study.question import MODELS
from coverage.study.solved import Progress, Solved, one_plan, options

SERVED = ("capacitated_p_median", "cflp")
"""Models in which nobody is sent further than the limit, where the question gives one."""


def solve(problem: Problem, progress: Progress | None = None) -> Solved:
    """Answer the problem. Raises what siting raises."""
    return CALLS.get(problem.question.model, _plain)(problem, progress)


def _plain(problem: Problem, progress: Progress | None) -> Solved:
    question = problem.question
    model = MODELS[question.model]
    names = [name for group in (*model.needs, model.takes) for name in group
             if name not in ("goal", "level", "running_wan")]
    settings = options(problem, progress, *names)
    if question.model in ("lscp", "partial_cover", "least_shortfall") and question.goal is not None:
        settings |= _asked_by_goal(problem)
    within = problem.within_min
    if question.model in SERVED and question.within_min is None:
        within = math.inf  # everyone is served, however far
    return one_plan(getattr(siting, question.model)(*problem.tables, within_min=within, **settings))


def _asked_by_goal(problem: Problem) -> dict:
    """The share that a goal about minutes asks for. Raises ScenarioError where goal and model don't fit."""
    model, rule = problem.question.model, problem.rule
    if rule.share is None:
        raise ScenarioError(f"“{rule.title}”要求机构建在当地，不按分钟数计", where=problem.question.name,
                            todo='请用 model = "unit_cover"，钱不够时用 "least_shortfall"')
    if model == "lscp" and (rule.share < 1 or (rule.each and rule.level != "村")):
        raise ScenarioError(f"“{rule.title}”不要求人人可达", where=problem.question.name,
                            todo='请用 model = "partial_cover" 或 "least_shortfall"')
    if model == "partial_cover" and rule.each:
        raise ScenarioError(f"“{rule.title}”要求每个{rule.level}各自达标", where=problem.question.name,
                            todo='请用 model = "least_shortfall"，或 "lscp"（要求人人可达时）')
    return {} if model == "lscp" else {"share": rule.share}


def _unit_cover(problem: Problem, progress: Progress | None) -> Solved:
    """Each unit that the rule is for holds enough; a goal says how many, else the question."""
    rule, question = problem.rule, problem.question
    if rule.n is None:
        raise ScenarioError(f"“{rule.title}”按分钟数计，不要求机构建在当地", where=question.name,
                            todo='请用 model = "lscp"、"partial_cover" 或 "least_shortfall"')
    if question.goal is not None and question.n is not None:
        raise ScenarioError("写了 goal 就不再写 n：需要几处由目标决定", where=question.name)
    settings = options(problem, progress, "minimise") | {"units": list(rule.lacking), "n": question.n or rule.n}
    return one_plan(siting.unit_cover(*problem.tables, within_min=problem.within_min, **settings))


def _least_shortfall(problem: Problem, progress: Progress | None) -> Solved:
    """Of people who should be reached, the fewest missed; of a goal about places, the fewest places."""
    rule = problem.rule
    if problem.question.goal is None or rule.n is None:
        return _plain(problem, progress)
    return one_plan(siting.least_shortfall(*problem.tables, within_min=problem.within_min, n=rule.n,
                                           units=list(rule.lacking),
                                           **options(problem, progress, "p", "budget_wan", "yearly_budget_wan")))


def _gradual(problem: Problem, progress: Progress | None) -> Solved:
    levels = {level.within_min: level.worth for level in problem.question.level}
    return one_plan(siting.gradual_mclp(*problem.tables, levels=levels,
                                        **options(problem, progress, "p", "budget_wan")))


CALLS = {"unit_cover": _unit_cover, "least_shortfall": _least_shortfall, "gradual_mclp": _gradual,
         "least_cost": least_cost, "least_miss": least_miss,
         "phased_mclp": phased, "two_tiers": two_tiers, "robust_mclp": robust, "frontier": frontier}
