"""Hold a region as it stands at the end of a year, with what the judges ask of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.goals.conditions import PersonCondition, SiteCondition, holds
from coverage.goals.goal import Units
from coverage.goals.records import Records, in_force
from coverage.goals.supply import COUNTS, UNKNOWN, supply
from coverage.goals.units import people_at, people_in, unit_of, units_at

if TYPE_CHECKING:
    from coverage.region.region import Region


@dataclass(frozen=True)
class AsOf:
    """A region, its travel times (None = not computed) and registers, at the end of `year`."""

    region: Region
    times: pd.DataFrame | None
    year: int
    records: Records
    times_by_mode: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    whole_area: bool = True
    """Whether the region is all that the plan is for: a count for a province can't be judged in one county."""
    _known: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def travelling(self, mode: str) -> AsOf:
        """The same with the travel times of a goal's mode ("" = those at hand); None where nobody computed them."""
        return replace(self, times=self.times_by_mode.get(mode)) if mode else self

    def people(self, who: PersonCondition) -> pd.Series:
        """Disabled people whom `who` means, by demand_id (NA = not recorded)."""
        return self._once(("people", who), lambda: people_at(self.region, who))

    def units(self, spec: Units, who: PersonCondition) -> pd.DataFrame:
        """The level's units, indexed by unit_code, with `applies` (NA = can't be told)."""
        units = self._institutions(spec) if spec.level == "机构" else units_at(self.region, spec.level)
        if spec.level != "机构":
            units["people"] = people_in(self.region, self.people(who), spec.level).reindex(units.index).astype("Int64")
        units["applies"] = holds(spec, units)
        return units

    def sites(self, condition: SiteCondition) -> pd.DataFrame:
        """Every site with verdict and note, its township the one that its old code has become."""
        return self._once(("sites", condition), lambda: self._sites(condition))

    def _sites(self, condition: SiteCondition) -> pd.DataFrame:
        sites = self.region.sites.join(supply(self.region.sites, condition, year=self.year))
        now = sole_followers(self.records.recodings)
        recoded = sites["township_code"].isin(list(now)) & ~sites["township_code"].isin(self.region.townships.index)
        codes = sites["township_code"]
        return sites.assign(recoded=recoded, township_code=codes.where(~recoded, codes.map(now))).sort_index()

    def sites_by_unit(self, condition: SiteCondition, level: str, *, sharing: bool) -> pd.DataFrame:
        """`sites` with the unit of each; with `sharing`, again for each unit that it serves by agreement."""
        return self._once(("by unit", condition, level, sharing), lambda: self._by_unit(condition, level, sharing))

    def _by_unit(self, condition: SiteCondition, level: str, sharing: bool) -> pd.DataFrame:
        sites = self.sites(condition).assign(shared="")
        if sharing:
            sites = pd.concat([sites, self._shared(sites)])
        return sites.assign(unit_code=unit_of(sites["township_code"], level)).sort_values(["unit_code", "shared"])

    def _shared(self, sites: pd.DataFrame) -> pd.DataFrame:
        agreed = in_force(self.records.agreements, year=self.year)
        agreed = agreed[agreed["site_id"].isin(sites.index)].sort_values(["township_code", "site_id"])
        rows = sites.loc[agreed["site_id"]]
        return rows.assign(township_code=agreed["township_code"].to_numpy(), shared=agreed["document"].to_numpy())

    def strays(self, condition: SiteCondition, level: str) -> dict[str, list[dict]]:
        """Institutions that would count but whose township code no township has, by the unit of the nearest
        demand point (straight degrees, latitude-corrected); none where points are not located."""
        sites = self.sites(condition)
        lost = sites["township_code"].notna() & ~sites["township_code"].isin(self.region.townships.index)
        sites = sites[lost & (sites["verdict"] == COUNTS)]
        if sites.empty or not {"lon", "lat"} <= {*sites.columns} & {*self.region.demand.columns}:
            return {}
        demand = self.region.demand.sort_index().dropna(subset=["lon", "lat"])
        unit, found = unit_of(demand["township_code"], level).to_numpy(), {}
        for site in sites.dropna(subset=["lon", "lat"]).to_dict("records"):
            east = (demand["lon"] - site["lon"]) * np.cos(np.radians(site["lat"]))
            nearest = (east**2 + (demand["lat"] - site["lat"]) ** 2).to_numpy(float).argmin()
            found.setdefault(unit[nearest], []).append(site)
        return found

    def times_to(self, condition: SiteCondition, *, unknown: bool = False) -> pd.DataFrame:
        """Travel times to the institutions that count; with `unknown`, also those that may count."""
        verdicts = self.sites(condition)["verdict"]
        keep = verdicts.index[verdicts.isin([COUNTS, UNKNOWN] if unknown else [COUNTS])]
        return self.times[self.times["site_id"].isin(keep)]

    def _once(self, key: tuple, work: Callable[[], pd.DataFrame]):
        """The same question asked twice is worked out once; nobody changes the answer."""
        if key not in self._known:
            self._known[key] = work()
        return self._known[key]

    def _institutions(self, spec: Units) -> pd.DataFrame:
        sites = self.sites(spec.institutions)
        sites = sites[sites["verdict"].isin([COUNTS, UNKNOWN])]
        pupils = sites["disabled_pupils"] if "disabled_pupils" in sites else pd.Series(pd.NA, index=sites.index)
        units = sites.assign(code=sites.index, county_code=sites["township_code"].str[:6], kind=sites["service_type"],
                             people=pd.to_numeric(pupils).astype("Int64"), pop=pd.NA)
        units.index.name = "unit_code"
        return units.rename(columns={"verdict": "unit_verdict"}).drop(columns="note")


def sole_followers(recodings: pd.DataFrame) -> dict[str, str]:
    """Old code → the code that alone followed it, however many changes on.

    A split township's code has none: which part an institution came to, the register can't say.
    """
    steps = recodings.groupby("old_code")["township_code"].unique()
    found = {}
    for old in steps.index:
        code, seen = old, set()
        while code in steps.index and len(steps[code]) == 1 and code not in seen:
            seen.add(code)
            code = steps[code][0]
        if code not in steps.index or code in seen:
            found[old] = code
    return found
