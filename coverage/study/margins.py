"""Ask what a little more would bring: a problem and its proof in, a `Margin` out for each limit to be eased."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from coverage.errors import CoverageError
from coverage.study.models import solve
from coverage.study.problem import MORE_MINUTES, Problem
from coverage.study.solved import Progress, Proof

MONEY_WAN = 10.0
SECONDS = 10.0
"""What a limit is eased by, and how long each of these solves may take (示意)."""

PLACED_BY_MINUTES = ("lscp", "lscp_backup", "partial_cover")
"""Models asked again with a longer limit: they ask for the number, and the limit is what makes it large."""

BOTH, ABOVE = "处数和资金", "上级处数"

MOST = ("mclp", "gradual_mclp", "backup_mclp", "capacitated_mclp", "fair", "fair_in_order", "phased_mclp", "two_tiers",
        "robust_mclp")
"""Models whose objective is the better the larger it is."""


@dataclass(frozen=True)
class Margin:
    """What easing one limit brings.

    limit    处数, 资金, 处数和资金, 上级处数, 处数和上级处数 or 时限
    eased    by how much, in words: 1 处, 10 万元, 5 分钟
    before, after   the question's objective
    proven   whether both are; else the gain is what was found
    when     the year that has more, in words, where there are phases
    """

    limit: str
    eased: str
    before: float
    after: float
    proven: bool
    when: str = ""

    @property
    def gain(self) -> float:
        return abs(self.after - self.before)

    @property
    def binds(self) -> bool:
        """Whether this limit is what keeps the answer from being better."""
        return self.gain > 1e-6 * max(1.0, abs(self.before))


def margins(problem: Problem, proof: Proof, progress: Progress | None = None) -> tuple[Margin, ...]:
    """Solve again with one more site, with 10 万元 more, or, where the number is asked for, with 5 minutes more; of
    phases for each year, of two tiers for each.

    Where 10 万元 change nothing, it is asked again with the price of a whole site: only then the money may be said
    not to bind; and where neither a site nor money alone changes anything, with both. None where the run was
    stopped: who stops it wants no further solves. `progress` may stop these, too.
    """
    question, found = problem.question, []
    if proof.termination == "cancelled":
        return ()
    eased = partial(_solved_again, problem, proof, progress)
    if question.p is not None:
        found.append(eased("处数", "1 处", {"p": question.p + 1}))
    if question.upper is not None:
        found += _more_above(problem, eased, found)
    if question.budget_wan is not None:
        found += _more_money(problem, eased, lambda wan: {"budget_wan": question.budget_wan + wan})
    if question.p is not None and question.budget_wan is not None and not any(m.binds for m in found if m):
        price = _dearest(problem)  # it may take both at once
        found.append(eased(BOTH, f"1 处和 {price:g} 万元",
                           {"p": question.p + 1, "budget_wan": question.budget_wan + price}))
    for at in range(len(question.phase or ())):
        found += _more_in_a_year(problem, eased, at)
    if question.model in PLACED_BY_MINUTES:
        found.append(eased("时限", f"{MORE_MINUTES:g} 分钟", {}))
    return tuple(margin for margin in found if margin is not None)


def _more_in_a_year(problem: Problem, eased: Callable[..., Margin | None], at: int) -> list[Margin | None]:
    """One site, or money, more in one of the years; later years may use what it leaves."""
    phases = problem.question.phase
    phase, when = phases[at], f"{phases[at].year} 年"

    def more(**update) -> dict:
        return {"phase": (*phases[:at], phase.model_copy(update=update), *phases[at + 1:])}

    if phase.p is not None:
        return [eased("处数", "1 处", more(p=phase.p + 1), when=when)]
    return _more_money(problem, partial(eased, when=when), lambda wan: more(budget_wan=phase.budget_wan + wan))


def _more_above(problem: Problem, eased: Callable[..., Margin | None],
                found: list[Margin | None]) -> list[Margin | None]:
    """One upper site more, and one of each tier where neither alone changes anything."""
    question = problem.question
    wider = question.upper.model_copy(update={"p": question.upper.p + 1})
    above = eased(ABOVE, "1 处上级机构", {"upper": wider})
    if any(margin is None or margin.binds for margin in (*found, above)):
        return [above]
    return [above, eased(f"处数和{ABOVE}", "1 处和 1 处上级机构", {"p": question.p + 1, "upper": wider})]


def _more_money(problem: Problem, eased: Callable[..., Margin | None],
                update: Callable[[float], dict]) -> list[Margin | None]:
    little = eased("资金", f"{MONEY_WAN:g} 万元", update(MONEY_WAN))
    price = _dearest(problem)
    if little is None or little.binds or price <= MONEY_WAN:
        return [little]
    return [little, eased("资金", f"{price:g} 万元", update(float(price)))]


def _dearest(problem: Problem) -> int:
    """The price of a whole site, 万元, whichever it is."""
    return math.ceil(problem.sites["cost"].max()) if len(problem.candidates) else 0


def _solved_again(problem: Problem, proof: Proof, progress: Progress | None, limit: str, eased: str,
                  update: dict, *, when: str = "") -> Margin | None:
    """The question answered again with one limit eased; None where no plan is found in so short a time, or stopped."""
    question = problem.question
    update = update | {"time_limit_s": min(SECONDS, question.time_limit_s)}
    wider = replace(problem, question=question.model_copy(update=update),
                    within_min=problem.within_min + (MORE_MINUTES if limit == "时限" else 0.0))
    try:
        again = solve(wider, progress and (lambda value, bound: progress(math.nan, math.nan))).proof
    except CoverageError:
        return None
    if again.termination == "cancelled":
        return None
    after = again.objective
    if again.status != "optimal" and limit != "时限":  # what the stricter limit allows, the eased one allows too
        better = max if question.model in MOST else min
        after = better(proof.objective, after)
    return Margin(limit, eased, proof.objective, after, proof.status == again.status == "optimal", when)
