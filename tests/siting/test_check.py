"""The check of a plan: every model's plan passes it, and fails once anything about it isn't so."""

import pandas as pd
import pytest

from coverage.errors import SolverError
from coverage.siting import mclp, phased_mclp, question
from coverage.siting.check import check, check_phases, check_tiers

from .every_model import RUNS, county

CLAIMS = {
    # model → the measures that are counted again, beside its objective
    "lscp-backup": {"backup"}, "unit-cover": {"reach"}, "backup": {"backup"}, "p-tail": {"mean"},
    "fair": {"worst_reachable"}, "fair-in-order": {f"worst_{k}" for k in (1, 2, 7)},
}
SERVES = {
    # models that must serve somebody → what is said when no site at all is open
    "lscp": "应覆盖", "lscp-backup": "应覆盖", "partial": "少于要求", "unit-cover": "应有 1 处",
    "p-median": "没有连到", "p-center": "没有连到", "p-tail": "没有连到",
    "capacitated-p-median": "没有安排完", "cflp": "没有安排完",
}


@pytest.fixture(scope="module")
def calls():
    """What each model's plan was checked with: name → (tables, claims)."""
    asked, found = county(24, 14), {}
    with pytest.MonkeyPatch.context() as patch:
        for name in set(RUNS) - {"robust", "robust, worst"}:
            patch.setattr(question, "check", lambda *tables, name=name, **said: found.update({name: (tables, said)}))
            RUNS[name](asked)
    return found


def fails(call, message, **changed):
    tables, claims = call
    with pytest.raises(SolverError, match=message):
        check(*tables, **claims | changed)


@pytest.mark.parametrize("name", sorted(set(RUNS) - {"robust", "robust, worst"}))
def test_a_plan_passes_and_each_false_claim_fails(calls, name):
    tables, claims = calls[name]
    check(*tables, **claims)
    fails(calls[name], "报称覆盖", served=claims["served"] + 1)
    if name != "least-miss":  # whose misses check_targets counts
        fails(calls[name], "报称 objective", objective=claims["objective"] + 1)
    for measure in CLAIMS.get(name, ()):
        fails(calls[name], f"报称 {measure}", measures=claims["measures"] | {measure: claims["measures"][measure] + 1})


@pytest.mark.parametrize("name", sorted(SERVES))
def test_a_model_that_must_serve_people_notices_those_left_out(calls, name):
    _, claims = calls[name]
    flows = None if claims["flows"] is None else claims["flows"].iloc[1:]
    fails(calls[name], SERVES[name], open_ids=[] if flows is None else claims["open_ids"], flows=flows)


@pytest.mark.parametrize("name", ["p-median", "p-center", "p-tail"])
def test_one_person_without_a_way_is_noticed(name, calls):
    """A village on an island, which only a site that isn't open can reach."""
    (times, demand, sites), claims = calls[name]
    demand = pd.concat([demand, pd.DataFrame({"weight": [1], "unit": ["u0"]}, index=["island"])])
    shut = next(s for s in sites.index if s not in set(claims["open_ids"]))
    times = pd.concat([times, pd.DataFrame({"demand_id": ["island"], "site_id": [shut], "travel_min": [500.0]})])
    fails(((times, demand, sites), claims), "没有连到：.'island'")
    check(times, demand.assign(weight=demand["weight"].where(demand.index != "island", 0)), sites, **claims)
    check(times, demand, sites.assign(role=["禁选" if s == shut else "候选" for s in sites.index]), **claims)


@pytest.mark.parametrize("name", ["mclp", "gradual", "p-median", "p-center", "fair", "least-shortfall",
                                  "capacitated-mclp", "capacitated-p-median"])
def test_one_site_more_than_allowed_is_noticed(calls, name):
    fails(calls[name], "超过", p=len(calls[name][1]["open_ids"]) - 1)


def test_money_of_once_and_of_each_year(calls):
    tables, claims = calls["mclp by money"]
    fails((tables, claims), "cost 合计", budget=1.0)
    yearly = tables[2].assign(yearly_cost=1.0)
    fails(((*tables[:2], yearly), claims), "yearly_cost 合计", yearly_budget=len(claims["open_ids"]) - 0.5)


def test_roles_and_years_are_read_off_the_table(calls):
    (times, demand, sites), claims = calls["mclp"]
    inside, outside = claims["open_ids"][0], next(s for s in sites.index if s not in set(claims["open_ids"]))

    def with_one(site, column, value, blank):
        return (times, demand, sites.assign(**{column: [value if s == site else blank for s in sites.index]})), claims

    fails(with_one(inside, "role", "禁选", "候选"), "禁选的开了")
    fails(with_one(outside, "role", "必选", "候选"), "必选或既有的没有开")
    fails(with_one(outside, "role", "既有", "候选"), "必选或既有的没有开")
    fails(with_one(inside, "earliest_year", 2030, None), "禁选的开了", year=2029)
    tables, _ = with_one(inside, "earliest_year", 2030, None)
    check(*tables, **claims, year=2030)


def test_every_bond(six_villages):
    times, demand, sites = six_villages
    sites = sites.assign(role=["既有", "候选", "候选", "候选", "候选", "候选"], place=["", "甲", "甲", "", "", ""],
                         excludes=["", "", "", "s5", "", ""], needs=["", "", "", "", "s6", ""],
                         replaces=["", "s1", "", "", "", ""], min_people=[0, 0, 0, 999, 0, 0])
    with pytest.raises(SolverError) as caught:
        check(times, demand, sites, open_ids=["s1", "s2", "s3", "s4", "s5"], within_min=10, served=210)
    for sign in ("甲 开了 2 个", "互斥", "s5 需要", "被取代", "维持所需"):
        assert sign in str(caught.value)


def test_who_goes_where(six_villages):
    """v1 to s1 and v2 to s2 is a plan; not a person twice, elsewhere, on another way, cut in two, or too many."""
    times, demand, sites = six_villages
    sites = sites.assign(capacity=[25, 25, 25, 25, 25, 25])

    def going(*rows):
        flows = pd.DataFrame(rows, columns=["demand_id", "site_id", "people", "travel_min"])
        check(times, demand, sites, served=flows["people"].sum(), flows=flows, open_ids=["s1", "s2"], within_min=10,
              single=True)

    first = ("v1", "s1", 10, 0.0)
    going(first, ("v2", "s2", 20, 0.0))
    for rows, message in (
        ([first, ("v2", "s2", 30, 0.0)], "却安排了 30"), ([first, ("v2", "s3", 20, 10.0)], "不可行"),
        ([first, ("v2", "s2", 20, 5.0)], "不可行"), ([first, ("v2", "s2", -20, 0.0)], "不可行"),
        ([first, ("v2", "s1", 5, 10.0), ("v2", "s2", 15, 0.0)], "分到了几处"),
        ([first, ("v2", "s1", 20, 10.0)], "只容 25"),
    ):
        with pytest.raises(SolverError, match=message):
            going(*rows)


def test_phases_nest(six_villages):
    """s2 and s5 stand in for nothing; what is built stays, what is shut stays shut, and the sum is counted."""
    result = phased_mclp(*six_villages, within_min=10, p=[1, 2])
    sites, opened = six_villages[2], result.opened["phase"].to_dict()
    plans = [list(phase.chosen.index) for phase in result.phases]
    good = {"opened": opened, "served": [150, 210], "objective": 360}
    check_phases(sites, plans, **good)
    for changed, message in (({"opened": {"s5": 2, "s2": 2}}, "开放期"), ({"objective": 361}, "合计 361")):
        with pytest.raises(SolverError, match=message):
            check_phases(sites, plans, **good | changed)
    with pytest.raises(SolverError, match=r"撤掉了前期所建：.'s5'"):
        check_phases(sites, [["s5"], ["s2", "s4"]], **good)
    closable = sites.assign(role=["可关"] + ["候选"] * 5)
    with pytest.raises(SolverError, match=r"又开了前期已关的：.'s1'"):
        check_phases(closable, [["s5"], ["s1", "s5"]], opened={"s5": 1}, served=[150, 180], objective=330)


def test_phases_are_checked_when_they_are_solved(six_villages, monkeypatch):
    seen = []
    monkeypatch.setattr("coverage.siting.phases.check_phases", lambda *given, **claims: seen.append(claims))
    phased_mclp(*six_villages, within_min=10, p=[1, 2])
    assert seen[0]["objective"] == 360


def test_tiers(six_villages):
    """s2 reaches v1–v3, us5 reaches v4–v6; s5 and us5 both reach v4–v6, 150 people."""
    times, demand, sites = six_villages
    upper = times.assign(site_id="u" + times["site_id"]), sites.rename("u{}".format)
    referral = pd.DataFrame({"site_id": ["s5"], "upper_id": ["us5"]})

    def checked(lower, both):
        check_tiers((times, demand, sites, 10, [lower]), (upper[0], demand, upper[1], 10, ["us5"]), referral, both)

    checked("s5", 150)
    for lower, both, message in (("s5", 151, "两级都到"), ("s4", 120, "转介")):
        with pytest.raises(SolverError, match=message):
            checked(lower, both)


def test_whoever_is_too_few_for_any_site_need_not_be_served(six_villages):
    """s5 needs 151 people and has 150 in reach: v6 has no site on offer but s6, and that is forbidden."""
    times, demand, sites = six_villages
    sites = sites.assign(min_people=[0, 0, 0, 0, 151, 0], role=["候选"] * 5 + ["禁选"])
    check(times, demand, sites, open_ids=["s2", "s4"], within_min=10, served=150, model="lscp", objective=2,
          minimise="sites")
    with pytest.raises(SolverError, match="应覆盖"):
        check(times, demand, sites.assign(min_people=0), open_ids=["s2", "s4"], within_min=10, served=150,
              model="lscp", objective=2, minimise="sites")


def test_a_false_plan_never_leaves_a_model(six_villages, monkeypatch):
    """A model that counts one person too few is stopped."""
    monkeypatch.setattr("coverage.siting.maximal.total", lambda weight: int(weight.sum()) - 1)
    with pytest.raises(SolverError, match="没有通过复核"):
        mclp(*six_villages, within_min=10, p=2)
