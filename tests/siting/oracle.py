"""Answer small siting questions by trying every set of sites: the slow, plain truth."""

from itertools import chain, combinations


def plans(sites):
    """Every set of open sites that respects the roles: existing and required in, forbidden out."""
    fixed = [s for s, role in sites["role"].items() if role in ("既有", "必选")]
    free = [s for s, role in sites["role"].items() if role == "候选"]
    for extra in chain.from_iterable(combinations(free, k) for k in range(len(free) + 1)):
        yield set(fixed) | set(extra)


def new(plan, sites):
    return [s for s in plan if sites["role"][s] != "既有"]


def price(plan, sites):
    return sum(sites["cost"][s] for s in new(plan, sites))


def reach(times, plan, within):
    """The demand ids within the limit of an open site."""
    return {d for d, s, t in times[["demand_id", "site_id", "travel_min"]].itertuples(index=False)
            if s in plan and t <= within}


def people(demand, ids):
    return sum(demand["weight"][d] for d in ids)


def reach_twice(times, plan, within):
    """The demand ids within the limit of two open sites or more."""
    near = [d for d, s, t in times[["demand_id", "site_id", "travel_min"]].itertuples(index=False)
            if s in plan and t <= within]
    return {d for d in near if near.count(d) > 1}
