"""Ask what a little more would bring: a problem and its proof in, a `Margin` out for each limit to be eased."""

from __future__ import annotations

from dataclasses import dataclass, replace

from coverage.errors import CoverageError
from coverage.study.models import solve
from coverage.study.problem import Problem
from coverage.study.solved import Proof

MONEY_WAN = 10.0
MINUTES = 5.0
SECONDS = 10.0
"""What a limit is eased by, and how long each of these solves may take (示意)."""

PLACED_BY_MINUTES = ("lscp", "lscp_backup", "partial_cover", "p_median")
"""Models asked again with a longer limit where neither number nor money limits them."""


@dataclass(frozen=True)
class Margin:
    """What easing one limit brings.

    limit    处数, 资金 or 时限
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


def margins(problem: Problem, proof: Proof) -> tuple[Margin, ...]:
    """Solve again with one more site, with 10 万元 more, or, where the number is asked for, with 5 minutes more.

    None where the run was stopped: who stops it wants no further solves.
    """
    question, found = problem.question, []
    if proof.termination == "cancelled":
        return ()
    changes = []
    if question.p is not None:
        changes.append(("处数", "1 处", {"p": question.p + 1}))
    if question.budget_wan is not None:
        changes.append(("资金", f"{MONEY_WAN:g} 万元", {"budget_wan": question.budget_wan + MONEY_WAN}))
    if question.phase is not None:
        last = question.phase[-1]
        more = {"p": last.p + 1} if last.p is not None else {"budget_wan": last.budget_wan + MONEY_WAN}
        name, eased = ("处数", "1 处") if last.p is not None else ("资金", f"{MONEY_WAN:g} 万元")
        changes.append((name, eased, {"phase": (*question.phase[:-1], last.model_copy(update=more))}))
    if not changes and question.model in PLACED_BY_MINUTES:
        changes.append(("时限", f"{MINUTES:g} 分钟", {}))
    for limit, eased, update in changes:
        update = update | {"time_limit_s": min(SECONDS, question.time_limit_s)}
        wider = replace(problem, question=question.model_copy(update=update),
                        within_min=problem.within_min + (MINUTES if limit == "时限" else 0.0))
        try:
            again = solve(wider).proof
        except CoverageError:  # no plan within so short a time: nothing can be said
            continue
        found.append(Margin(limit, eased, proof.objective, again.objective,
                            proof.status == again.status == "optimal",
                            f"{question.phase[-1].year} 年" if question.phase else ""))
    return tuple(found)
