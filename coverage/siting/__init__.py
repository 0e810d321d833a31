"""Suggest sites by location models solved to a proven bound.

    times, demand, sites → instance (checked arrays) → rows (who wins by which sites) → a model
                         → solver (HiGHS) → check (every condition afresh) → SitingResult

Models, each a module that asks one kind of question:
    covering      lscp, lscp_backup, partial_cover, unit_cover
    maximal       mclp;  graded  gradual_mclp, backup_mclp
    median        p_median;  tail  p_tail;  center  p_center
    capacitated   capacitated_mclp, capacitated_p_median, cflp
    fair, leximin, shortfall    fair, fair_in_order, least_shortfall
    targets       least_cost, least_miss (target: what a goal asks of the sites)
    phases, tiers, robust       phased_mclp, two_tiers, robust_mclp
    frontier      coverage against number or money

What they share:
    instance, options, rows     the tables as arrays; what options ask of one another; who wins by which sites
    question, rules             ask … conclude, the frame of every model; roles, bonds, number, money, units
    milp, solver, order         sparse arrays, HiGHS, aims one after the other
    greedy, tidy, reduce        a plan at once; without what is idle; a smaller problem
    result, check, check_*      the account of every person; a plan checked by code of its own

Engines, where HiGHS alone is too slow (kernels/ holds their compiled loops):
    setcover      coverings: coverbound bounds, reweighted searches
    minsum        medians and maximal covering: annealed searches, cutting sharpens the relaxation
    fixedcharge, filling        limited places: fixedcharge_plans searches, whole keeps villages whole, places the rest
    lifting, regions            the worst share

Around an answer:
    explain, exchange, worth, worth_of_places   why each site, and what could stand in its place
    around        one site, or some money, more and less
    relax         what would do when nothing does
    candidates    where a site could stand when the planner has no list
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
from coverage.siting.target import CountTarget, ReachTarget, SomeTarget, UnitTarget
from coverage.siting.targets import TargetPlan, least_cost, least_miss
from coverage.siting.tiers import TieredResult, two_tiers

__all__ = [
    "CountTarget", "PhasedResult", "ReachTarget", "Relaxations", "RobustResult", "SitingResult", "SomeTarget",
    "TargetPlan", "TieredResult", "UnitTarget", "around", "backup_mclp", "capacitated_mclp", "capacitated_p_median",
    "cflp", "explain", "fair", "fair_in_order", "frontier", "gradual_mclp", "least_cost", "least_miss",
    "least_shortfall", "lscp", "lscp_backup", "mclp", "p_center", "p_median", "p_tail", "partial_cover",
    "phased_mclp", "propose_clusters", "relaxations", "robust_mclp", "two_tiers", "undominated", "unit_cover",
]
