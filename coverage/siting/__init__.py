"""Suggest sites by location models solved to a proven bound.

    times, demand, sites → instance (checked arrays) → rows (who wins by which sites) → a model
                         → solver (HiGHS) → check (every condition afresh) → SitingResult

    the models                               what they share
    covering.py     lscp, lscp_backup,       question.py   ask … conclude: the frame of every model
                    partial_cover,           instance.py   the tables as arrays; the columns they may have
                    unit_cover               options.py    what options exclude, need and replace
                                             rows.py       rows of weight and sites; merging
    maximal.py      mclp                     rules.py      roles, bonds, number, money, units
    graded.py       gradual_mclp,            result.py     the answer, an account of every person
                    backup_mclp              check.py      a plan checked by code of its own
    median.py       p_median                 reduce.py     dominance, pieces
    tail.py         p_tail
    center.py       p_center                 setcover.py, minsum.py   the two engines; greedy.py, tidy.py
                                             annealed.py, coverbound.py  searching and bounding coverings
    capacitated.py  capacitated_mclp,        fixedcharge.py, places.py  the engine of limited places
                    capacitated_p_median,    kernels/      their compiled loops
                    cflp                     milp.py, solver.py, order.py  sparse arrays, HiGHS, aims in order
    fair.py         fair                     lifting.py, regions.py  the worst share, large
    leximin.py      fair_in_order
    shortfall.py    least_shortfall          exchange.py, worth.py  one site for another
    targets.py      least_cost, least_miss   target.py     what a goal asks of the sites
    phases.py       phased_mclp              candidates.py proposals, thinning
    tiers.py        two_tiers                relax.py      what would do when nothing does
                                             explain.py, around.py    why each site; one more, one fewer
    robust.py       robust_mclp              frontier.py   coverage against number or money
"""

from coverage.siting.around import around
from coverage.siting.candidates import propose_clusters, undominated
from coverage.siting.capacitated import capacitated_mclp, capacitated_p_median, cflp
from coverage.siting.center import p_center
from coverage.siting.covering import lscp, lscp_backup, partial_cover, unit_cover
from coverage.siting.explain import explain
from coverage.siting.fair import fair
from coverage.siting.frontier import frontier
from coverage.siting.graded import backup_mclp, gradual_mclp
from coverage.siting.leximin import fair_in_order
from coverage.siting.maximal import mclp
from coverage.siting.median import p_median
from coverage.siting.phases import PhasedResult, phased_mclp
from coverage.siting.relax import Relaxations, relaxations
from coverage.siting.result import SitingResult
from coverage.siting.robust import RobustResult, robust_mclp
from coverage.siting.shortfall import least_shortfall
from coverage.siting.tail import p_tail
from coverage.siting.target import CountTarget, ReachTarget, UnitTarget
from coverage.siting.targets import TargetPlan, least_cost, least_miss
from coverage.siting.tiers import TieredResult, two_tiers

__all__ = [
    "CountTarget", "PhasedResult", "ReachTarget", "Relaxations", "RobustResult", "SitingResult", "TargetPlan",
    "TieredResult", "UnitTarget", "around", "backup_mclp", "capacitated_mclp", "capacitated_p_median", "cflp", "explain",
    "fair", "fair_in_order", "frontier", "gradual_mclp", "least_cost", "least_miss", "least_shortfall", "lscp",
    "lscp_backup", "mclp", "p_center", "p_median", "p_tail", "partial_cover", "phased_mclp", "propose_clusters",
    "relaxations", "robust_mclp", "two_tiers", "undominated", "unit_cover",
]
