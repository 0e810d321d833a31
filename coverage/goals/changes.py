"""Put a remedy in place: a region as of a year and what would be changed in, the region so changed out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pandas as pd

from coverage.goals.as_of import AsOf
from coverage.goals.conditions import Range, SiteCondition


@dataclass(frozen=True)
class Change:
    """What a remedy changes.

    `mended`: fields set on standing institutions, by site_id. `new`: new institutions'
    fields, by a fresh site_id. `like`: for a new one, the standing institution or
    candidate whose travel times it has. `agreements` and `services`: rows of the registers.
    """

    mended: dict[str, dict] = field(default_factory=dict)
    new: dict[str, dict] = field(default_factory=dict)
    like: dict[str, str] = field(default_factory=dict)
    agreements: tuple[dict, ...] = ()
    services: tuple[dict, ...] = ()

    def __add__(self, other: Change) -> Change:
        return Change(self.mended | other.mended, self.new | other.new, self.like | other.like,
                      self.agreements + other.agreements, self.services + other.services)


def put_in_place(change: Change, at: AsOf, candidate_times: pd.DataFrame | None = None) -> AsOf:
    """The region and registers of `at` with `change` made; `at` stays as it is."""
    sites = at.region.sites.astype({name: "object" for name in at.region.sites.columns})
    for site_id, fields in change.mended.items():
        for name, value in fields.items():
            if name not in sites:
                sites[name] = pd.Series(pd.NA, index=sites.index, dtype="object")
            sites.at[site_id, name] = value
    if change.new:
        rows = pd.DataFrame.from_dict(change.new, orient="index").rename_axis(sites.index.name)
        sites = pd.concat([sites, rows.astype("object")])
    records = replace(at.records, agreements=_more(at.records.agreements, change.agreements),
                      services=_more(at.records.services, change.services))
    region = replace(at.region, sites=sites.where(sites.notna(), pd.NA))
    return replace(at, region=region, records=records, times=_more_times(change, at, candidate_times))


def exemplar(condition: SiteCondition) -> dict:
    """Fields of an institution that meets `condition`; whether it does is left to the judging."""
    fields = {}
    for name in condition.model_fields_set:
        wanted = getattr(condition, name)
        if name in ("all_of", "any_of"):
            for part in wanted if name == "all_of" else wanted[:1]:
                fields |= exemplar(part)
        elif isinstance(wanted, Range):
            fields[name] = int(wanted.min if wanted.min is not None else wanted.max)
        elif isinstance(wanted, bool):
            fields[name] = wanted
        elif isinstance(wanted, tuple) and name != "none_of":
            fields[name] = wanted[0]
    return fields


def _more(frame: pd.DataFrame | None, rows: tuple[dict, ...]) -> pd.DataFrame | None:
    if not rows:
        return frame
    added = pd.DataFrame(list(rows))
    return added if frame is None or frame.empty else pd.concat([frame, added], ignore_index=True)


def _more_times(change: Change, at: AsOf, candidate_times: pd.DataFrame | None) -> pd.DataFrame | None:
    if at.times is None or not change.like:
        return at.times
    columns = ["demand_id", "site_id", "travel_min"]
    known = pd.concat([at.times[columns]] + ([] if candidate_times is None else [candidate_times[columns]]))
    copies = [known[known["site_id"] == old].assign(site_id=new) for new, old in sorted(change.like.items())]
    return pd.concat([at.times[columns], *copies], ignore_index=True)
