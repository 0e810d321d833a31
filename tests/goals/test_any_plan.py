"""Judge plans that nobody has written: whatever the schema allows is judged, listed and mended without a fault."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.goals import Records, evaluate, gap_list, remedies
from coverage.goals.plan import Plan
from coverage.goals.statuses import REASONS, STATUSES
from coverage.report.plan_words import plan_rows
from coverage.schema import SERVICE_TYPES
from tests.goals.region import PEOPLE, TIMES, region

types = st.lists(st.sampled_from(SERVICE_TYPES[:5]), min_size=1, max_size=3, unique=True)
small = st.fixed_dictionaries({"min": st.integers(0, 60)})


def table(**optional):
    return st.fixed_dictionaries({}, optional=optional)


site_fields = {"service_type": types, "standardised": st.booleans(), "public_benefit": st.booleans(),
               "capacity": small, "hosted_in": types}
sites = table(**site_fields, any_of=st.lists(table(**site_fields), max_size=2),
              none_of=st.lists(table(**site_fields).filter(bool), max_size=1))
people = table(severity=st.sampled_from(["重度", "轻度"]), category=st.just(["肢体", "智力"]), low_income=st.booleans())
unit_fields = {"kind": st.lists(st.sampled_from(["镇", "乡", "街道", "民族乡"]), min_size=1), "people": small,
               "pop": st.fixed_dictionaries({"min": st.integers(0, 60_000)}), "mountain": st.booleans()}
units = st.builds(lambda fields, level: fields | {"level": level},
                  table(**unit_fields, any_of=st.lists(table(**unit_fields), max_size=2)),
                  st.sampled_from(["乡镇", "县", "市"]))
share = st.sampled_from(["at_least", "more_than"]).flatmap(
    lambda sense: st.fixed_dictionaries({"year": st.integers(2015, 2030),
                                         sense: st.sampled_from(["50%", "90%", 1, 0.3])}))
located = st.fixed_dictionaries({}, optional={"n": st.integers(1, 3), "sharing": st.booleans()})
timed = st.fixed_dictionaries({"within_min": st.integers(5, 60)}, optional={"reach": st.sampled_from(["80%", 1])})
enough = located | timed
head = {"id": st.just("g"), "title": st.just("目标"), "clause": st.just("一"), "who": people,
        "binding": st.sampled_from(["约束性", "任务"]), "targets": share.map(lambda figure: [figure])}


def goals(kind, **fields):
    optional = {"baseline": share, "hosts": sites} if kind != "tiers" else {"hosts": sites}
    return st.fixed_dictionaries({**head, "kind": st.just(kind), **fields}, optional=optional)


any_goal = st.one_of(
    goals("unit_share", units=units, institutions=sites, enough=enough),
    goals("count", institutions=sites, each=st.fixed_dictionaries({"level": st.sampled_from(["乡镇", "县"])}),
          of=st.sampled_from(["机构", "名额"])),
    goals("reach_share", units=units, institutions=sites, within_min=st.integers(5, 60)),
    goals("capacity_share", units=units, institutions=sites),
    goals("village_service", institutions=sites, within_min=st.integers(5, 60)),
    goals("tiers", tier=st.lists(st.fixed_dictionaries({"title": st.just("一级"), "units": units, "institutions": sites,
                                                        "enough": enough}), min_size=1, max_size=1)),
    goals("indicator"),
)
registers = st.builds(
    lambda way, reported: Records(
        services=pd.DataFrame({"demand_id": ["v5"], "way": [way], "provider": ["县残联"], "days_per_year": [12],
                               "from_year": [None], "to_year": [None]}),
        reports=pd.DataFrame({"goal_id": ["g"], "unit_code": [""], "year": [2025], "value": [reported],
                              "source": ["年报"]})),
    st.sampled_from(["上门", "接送"]), st.sampled_from([0.3, 0.95]))


@settings(max_examples=15, deadline=None)
@given(any_goal, st.none() | registers, st.booleans())
def test_any_goal_is_judged(goal, records, timed):
    plan = Plan.model_validate({"id": "p", "title": "规划", "start_year": 2021, "end_year": 2025, "goal": [goal]})
    times = TIMES if timed else None
    result = evaluate(plan, region(), times, year=2025, records=records)
    row, rows = result.summary.iloc[0], result.units
    assert row["status"] in STATUSES and set(rows["status"]) <= set(STATUSES)
    assert set(rows["reason"]) <= {"", *REASONS}
    assert ((rows["status"] == "达标") == ((rows["reason"] == "") & ~rows["status"].isin(["不适用", "豁免"]))).all()
    assert (rows.loc[rows["status"] == "达标", "have"] >= 0).all() and (rows["might"] >= rows["have"]).all()
    assert rows["evidence"].str.len().gt(0).all()
    if goal["kind"] in ("unit_share", "village_service", "tiers"):
        assert row["numerator"] == (rows["status"] == "达标").sum()
        assert row["denominator"] == (~rows["status"].isin(["不适用", "豁免"])).sum()
    if goal["kind"] not in ("tiers", "indicator", "count") and len(rows) and rows["people"].notna().all():
        assert rows["people"].sum() <= PEOPLE["people"].sum()
    mending = remedies(result, region(), times)
    assert (mending["people_served"] >= 0).all() and set(mending["status_after"]) <= {"达标", "未达标"}
    gaps = gap_list(result, region(), times, mending=mending)
    assert set(gaps["status"]) <= {"未达标", "数据缺失"}
    assert len(plan_rows(plan)) == 1
