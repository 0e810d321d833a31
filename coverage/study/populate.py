"""Give a region the population of another year: a region and the register of populations in, the region so peopled out.

A township's total is spread over its villages in proportion to what they had, in whole people (largest remainder,
Hamilton 1792), so that they add up to it exactly.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from coverage.errors import ScenarioError
from coverage.region import Region
from coverage.study.changes import NEW


def with_population(region: Region, register: pd.DataFrame | None, *, year: int) -> Region:
    """The region with the residents (and, where stated, the disabled people) that `register` has for `year`.

    `register`: unit_code (a township's, also the statistics bureau's, or a village's), year, pop, people (may be
    NA: the disabled people stay as they are), source. Units that it doesn't name stay as they are, and a note says
    how many. Raises ScenarioError with every unit that is unknown, named twice or can't be spread.
    """
    rows = _rows(register, year)
    townships, villages = _split(region, rows)
    pop, people = region.demand["pop"].astype("Int64"), region.people.copy()
    for code, row in villages.iterrows():
        pop[code] = row["pop"]
        people = _with_people(people, [code], row["people"], code)
    for code, row in townships.iterrows():
        own = region.demand.index[region.demand["township_code"] == code]
        pop[own] = apportion(int(row["pop"]), pop[own].fillna(0).to_numpy(float))
        people = _with_people(people, own, row["people"], code)
    moved = (pop - region.demand["pop"]).groupby(region.demand["township_code"]).sum()
    totals = region.townships["pop"] + moved.reindex(region.townships.index).fillna(0).astype("Int64")
    totals[townships.index] = townships["pop"].astype("Int64")
    return replace(region, demand=region.demand.assign(pop=pop), people=people,
                   townships=region.townships.assign(pop=totals.astype("Int64")),
                   notes=(*region.notes, _note(region, rows, townships, villages, year)))


def apportion(total: int, weights: np.ndarray) -> np.ndarray:
    """`total` in whole parts in proportion to `weights` (all zero: alike); the first come first among equals."""
    weights = np.asarray(weights, float)
    shares = weights if weights.sum() > 0 else np.ones(len(weights))
    exact = total * shares / shares.sum()
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - whole.sum()]] += 1
    return whole


def _rows(register: pd.DataFrame | None, year: int) -> pd.DataFrame:
    if register is None or register.empty:
        raise ScenarioError("项目里没有“各年人口”表", todo="请在项目中放入它（populations）")
    rows = register[register["year"] == year]
    if rows.empty:
        years = "、".join(str(known) for known in sorted(set(register["year"])))
        raise ScenarioError(f"“各年人口”表里没有 {year} 年，只有 {years} 年")
    if twice := sorted(set(rows["unit_code"][rows["unit_code"].duplicated()])):
        raise ScenarioError(f"“各年人口”表里 {year} 年有重复的单位：{'、'.join(twice[:5])}")
    return rows.set_index("unit_code").sort_index()


def _split(region: Region, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of townships, by township_code, and rows of villages, by demand_id."""
    townships = region.townships
    codes = pd.Series(townships.index, index=townships.index)
    if townships["nbs_code"].notna().any():
        bureau = townships["nbs_code"].dropna()
        codes = pd.concat([codes, pd.Series(bureau.index, index=bureau.to_numpy())])
    codes = codes[~codes.index.duplicated()]
    in_villages, in_townships = rows.index.isin(region.demand.index), rows.index.isin(codes.index)
    if unknown := list(rows.index[~in_villages & ~in_townships]):
        raise ScenarioError(f"“各年人口”表里有不认识的单位：{'、'.join(unknown[:5])}")
    villages, wide = rows[in_villages], rows[in_townships & ~in_villages]
    wide = wide.set_axis(pd.Index(codes[wide.index].to_numpy(), name="township_code"))
    both = set(wide.index) & set(region.demand["township_code"].reindex(villages.index))
    both |= set(wide.index[wide.index.duplicated()])
    bare = set(wide.index) - set(region.demand["township_code"])
    if both:
        raise ScenarioError(f"这些乡镇既写了合计又写了村，或写了两次：{'、'.join(sorted(both)[:5])}",
                            todo="“各年人口”表里每个乡镇只写一种")
    if bare:
        raise ScenarioError(f"这些乡镇没有村（社区），人口无处可放：{'、'.join(sorted(bare)[:5])}")
    return wide, villages


def _with_people(people: pd.DataFrame, demand_ids, total, code: str) -> pd.DataFrame:
    """Disabled people of some points scaled to `total`, each category by its part; NA leaves them as they are."""
    if pd.isna(total):
        return people
    own = people["demand_id"].isin(demand_ids)
    before = people.loc[own, "people"].to_numpy(float)
    if total > 0 and not before.sum():
        raise ScenarioError(f"“{code}”原来没有残疾人，不知道 {int(total)} 人怎样分到村和类别")
    if own.any():
        people.loc[own, "people"] = apportion(int(total), before)
    return people


def _note(region: Region, rows: pd.DataFrame, townships: pd.DataFrame, villages: pd.DataFrame, year: int) -> str:
    named = set(townships.index) | set(region.demand["township_code"].reindex(villages.index))
    left = len(set(region.townships.index) - named)
    disabled = "残疾人数按同一张表" if rows["people"].notna().all() else "没有写残疾人数的单位沿用原来的残疾人数"
    spread = "；各村由乡镇合计按原来的比例推算" if len(townships) else ""
    rest = f"；其余 {left} 个乡镇沿用原来的人口" if left else ""
    return f"{NEW}：人口用 {year} 年的（{'、'.join(sorted(set(rows['source'])))}）{spread}{rest}；{disabled}"
