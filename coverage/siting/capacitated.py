"""Place new sites when each can serve only so many people.

Takes the three tables of siting/instance.py, `sites` with a `capacity` (blank = no limit); gives a
`SitingResult` whose `flows` say who goes where.

Models: capacitated maximal covering (Current & Storbeck 1988), the capacitated p-median, and fixed-charge
location (CFLP; Balinski 1965, Sridharan 1995). With `split` a demand point's people may go to several sites;
without, all of them go to one.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from coverage.errors import InfeasibleError, InputError, SolverError
from coverage.settings import SEED, SOLVE_SECONDS
from coverage.siting.filling import least_left_out
from coverage.siting.greedy import greedy_plan
from coverage.siting.instance import CANDIDATE, EXISTING, FORBIDDEN, Instance, is_whole
from coverage.siting.milp import Draft
from coverage.siting.places import Pairs, has_minimum, least_with_places, pairs_of
from coverage.siting.question import Question, ask, conclude, plan_of, sites_of
from coverage.siting.result import SitingResult, total
from coverage.siting.rows import rows_within
from coverage.siting.rules import check_limits, exceeds, site_cost
from coverage.siting.solver import solve
from coverage.siting.tidy import tidied
from coverage.siting.whole import least_whole


def capacitated_mclp(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float,
                     p: int | None = None, budget: float | None = None, yearly_budget: float | None = None,
                     split: bool = True,
                     time_limit: float = SOLVE_SECONDS, seed: int = SEED, progress=None) -> SitingResult:
    """Choose at most p new sites, or new sites for at most `budget`, that serve most people within the limit.

    Existing institutions stay open and serve up to their capacity. The objective is the weight served.
    Among the ways to serve so many, the one with the fewest person-minutes is given.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    instance = question.instance
    limits = (p, budget, yearly_budget)
    check_limits(instance, *limits)
    pairs = pairs_of(question)
    n, whole = len(instance.site_id), _is_whole_flow(instance)
    everyone = total(instance.weight[np.unique(pairs.row)])
    if split and not has_minimum(instance):
        answer = least_left_out(question, limits)
    else:
        least = least_with_places if split else least_whole
        answer = least(question, pairs, np.zeros(n), np.zeros(len(pairs.row)), limits, spare=1.0)
    is_open = sites_of(answer, np.arange(n), None if (instance.min_people > 0).any() else greedy_plan(
        instance, rows_within(instance), p=p, budget=budget, yearly_budget=yearly_budget))
    share = np.zeros(len(pairs.row)) if answer.values is None else answer.values[n:]
    flows = _flows(question, pairs, is_open, share, split, must_serve=False)
    is_open = _needed(instance, is_open, flows, yearly_budget)
    return conclude(question, is_open, model="capacitated-mclp", objective=total(flows["people"].to_numpy()),
                    bound=everyone - max(answer.bound, 0.0), termination=answer.termination, maximise=True,
                    whole=whole, flows=flows, notes=_unlimited(instance),
                    conditions={"p": p, "budget": budget, "yearly_budget": yearly_budget, "single": not split})


def capacitated_p_median(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, p: int,
                         within_min: float = math.inf, split: bool = True, time_limit: float = SOLVE_SECONDS,
                         seed: int = SEED, progress=None) -> SitingResult:
    """Choose at most p new sites that serve everyone who has a route, at the fewest person-minutes.

    Nobody is sent further than `within_min`. Demand that no site on offer can take within it is listed in
    `unreached` and left out. Raises InfeasibleError when the places are too few.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    check_limits(question.instance, p, None)
    zero = np.zeros(len(question.instance.site_id))
    return _serve_everyone(question, zero, 1.0, p, split, model="capacitated-p-median")


def cflp(times: pd.DataFrame, demand: pd.DataFrame, sites: pd.DataFrame, *, within_min: float = math.inf,
         cost_per_person_min: float = 1.0, p: int | None = None, split: bool = True,
         time_limit: float = SOLVE_SECONDS, seed: int = SEED, progress=None) -> SitingResult:
    """Choose new sites so that their costs and the costs of travel are least together; everyone is served.

    `cost_per_person_min` turns a person's minute into the unit of `cost` (1: the textbook's plain sum).
    Limits, demand left out and errors are as for `capacitated_p_median`.
    """
    question = ask(times, demand, sites, within_min=within_min, time_limit=time_limit, seed=seed, progress=progress)
    if not 0 <= cost_per_person_min < math.inf:
        raise InputError(f"一人一分钟折合的费用要不小于 0，不能是 {cost_per_person_min}")
    if p is not None:
        check_limits(question.instance, p, None)
    price = np.asarray(site_cost(question.instance, "cost"), dtype=float)
    return _serve_everyone(question, price, cost_per_person_min, p, split, model="cflp")


def _serve_everyone(question: Question, price: np.ndarray, minute_price: float, p: int | None, split: bool, *,
                    model: str) -> SitingResult:
    instance, pairs = question.instance, pairs_of(question)
    _ensure_room(question, pairs, p)
    n = len(price)
    least = least_with_places if split else least_whole
    answer = least(question, pairs, price, minute_price * pairs.minutes, (p, None, None))
    if answer.status == "infeasible":
        _raise_no_room(question, pairs, p, split)
    values = plan_of(answer)
    is_open = values[:n] > 0.5
    flows = _flows(question, pairs, is_open, values[n:], split, must_serve=True)
    if model == "cflp":
        is_open = _needed(instance, is_open, flows)
    objective = math.fsum(price[is_open]) + minute_price * math.fsum(flows["people"] * flows["travel_min"])
    return conclude(question, is_open, model=model, objective=objective, bound=max(answer.bound, 0.0),
                    termination=answer.termination, flows=flows, notes=_unlimited(instance),
                    conditions={"p": p, "single": not split, "cost_per_person_min": minute_price})


def _flows(question: Question, pairs: Pairs, is_open: np.ndarray, share: np.ndarray, split: bool, *,
           must_serve: bool) -> pd.DataFrame:
    """Who goes where, settled afresh for the open sites: most people, then fewest person-minutes."""
    instance = question.instance
    if split:
        share = _transport(question, pairs, is_open, must_serve)
    people = share * pairs.people if split else np.where(share > 0.5, pairs.people, 0.0)
    if _is_whole_flow(instance):
        people = np.round(people).astype(np.int64)
    keep = people > 1e-9
    return pd.DataFrame({
        "demand_id": pd.array(instance.demand_id[pairs.row[keep]], dtype="str"),
        "site_id": pd.array(instance.site_id[pairs.site[keep]], dtype="str"),
        "people": people[keep], "travel_min": pairs.minutes[keep]})


def _transport(question: Question, pairs: Pairs, is_open: np.ndarray, must_serve: bool) -> np.ndarray:
    """The best shares for given open sites: a transportation problem, whose corners are whole people."""
    instance = question.instance
    usable = is_open[pairs.site]
    row, site = pairs.row[usable], pairs.site[usable]
    here, number = np.unique(row, return_inverse=True)
    open_at, seat = np.unique(site, return_inverse=True)
    weight = instance.weight[here].astype(float)
    # Serving one more is worth any detour that it may cause.
    prize = 0.0 if must_serve else (pairs.minutes.max(initial=0.0) + 1) * (len(open_at) + 1) * 2
    if not (instance.min_people[open_at] > 0).any():
        return _passed_on(pairs, usable, number, seat, weight, instance.capacity[open_at], prize)
    draft = Draft()
    z = draft.columns(pairs.minutes[usable] - prize, upper=np.inf, integer=False)
    draft.rows(len(here), [(number, z, 1.0)], lower=weight if must_serve else -np.inf, upper=weight)
    least = np.where(instance.is_role(EXISTING), 0.0, instance.min_people)[open_at]
    draft.rows(len(open_at), [(seat, z, 1.0)], lower=least, upper=instance.capacity[open_at])
    answer = solve(draft.finish(), time_limit=max(10.0, question.left), seed=question.seed)
    share = np.zeros(len(usable))
    share[usable] = plan_of(answer) / pairs.people[usable]
    return share


def _passed_on(pairs: Pairs, usable: np.ndarray, number: np.ndarray, seat: np.ndarray, weight: np.ndarray,
               room: np.ndarray, prize: float) -> np.ndarray:
    """The best shares by the transport kernel; with a prize people may stay away, at a last site that costs it."""
    from coverage.siting.kernels.flows import transport

    cost = np.full((len(room) + bool(prize), len(weight)), np.inf)
    cost[seat, number] = pairs.minutes[usable]
    if prize:
        cost[-1], room = prize, np.append(room, np.inf)
    fits, flow, _ = transport(cost, weight, np.minimum(room, 1e15))
    if not fits:
        raise SolverError("开放的点容不下所有人", todo="请把输入表发给维护者")
    share = np.zeros(len(usable))
    share[usable] = flow[seat, number] / pairs.people[usable]
    return share


def _needed(instance: Instance, is_open: np.ndarray, flows: pd.DataFrame,
            yearly_budget: float | None = None) -> np.ndarray:
    """The plan without new candidates to whom nobody goes."""
    used = np.isin(instance.site_id, flows["site_id"].unique())
    if instance.is_plain:
        return is_open & (used | ~instance.is_role(CANDIDATE))
    return tidied(instance, is_open, lambda after: bool(after[used & is_open].all()), yearly_budget)


def _unlimited(instance: Instance) -> tuple[str, ...]:
    """What to say where no site on offer has a capacity."""
    given = np.isfinite(instance.capacity[~instance.is_role(FORBIDDEN)])
    return () if given.any() else ("选址表没有容量（capacity），按不限人数计",)


def _is_whole_flow(instance: Instance) -> bool:
    finite = np.isfinite(instance.capacity)
    return is_whole(instance.weight) and is_whole(instance.capacity[finite])


def _ensure_room(question: Question, pairs: Pairs, p: int | None) -> None:
    """Raise InfeasibleError when even the p largest new sites with the existing ones have too few places."""
    instance = question.instance
    usable = ~instance.is_role(FORBIDDEN)
    new = np.sort(instance.capacity[usable & instance.adds])[::-1]
    room = instance.capacity[usable & ~instance.adds].sum() + new[: len(new) if p is None else p].sum()
    need = total(instance.weight[np.unique(pairs.row)])
    if exceeds(need, room):
        raise InfeasibleError(f"要服务 {need:,} 人，既有机构加上{'全部' if p is None else f'最大的 {p} 处'}可选点"
                              f"只有 {room:,.0f} 个位置，差 {need - room:,.0f} 个", todo="请增加容量、处数或候选点")


def _raise_no_room(question: Question, pairs: Pairs, p: int | None, split: bool) -> None:
    """Say how many could be served: the smallest relaxation is that many more places, in reach."""
    options = {"within_min": question.within_min, "split": split, "time_limit": max(5.0, question.left),
               "seed": question.seed}
    tables = (question.times, question.demand, question.sites)
    most = capacitated_mclp(*tables, p=len(question.sites) if p is None else p, **options)
    short = total(question.instance.weight[np.unique(pairs.row)]) - most.served
    least = "最多只能安排" if most.status == "optimal" else "找到的最好安排是"
    whole = "" if split else "（每个需求点的人只去一处）"
    raise InfeasibleError(f"位置不够：{least} {most.served:,} 人{whole}，还差 {short:,} 人的位置",
                          todo="请在满员的地方增加容量，或增加处数、放宽时限")


