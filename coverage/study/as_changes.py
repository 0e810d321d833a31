"""Turn a siting answer into a scenario's changes: a `Suggestion` in, the institutions that it opens out."""

from __future__ import annotations

import pandas as pd

from coverage.siting.instance import EXISTING
from coverage.study.changes import Change, Host, Open, Upgrade
from coverage.study.question import HOST, UPGRADE
from coverage.study.suggest import Suggestion


def changes_of(suggestion: Suggestion) -> tuple[Change, ...]:
    """A change for each new site: what it costs, how many it takes in, and in phases the year when it opens."""
    fields = suggestion.problem.rule.fields
    found = [_change(site_id, site, fields) for site_id, site in suggestion.new_sites.iterrows()]
    upper = suggestion.solved.upper
    if upper is not None:
        kind = suggestion.question.upper.service_type
        places = suggestion.solved.upper_sites
        for site_id in upper.chosen.index[upper.chosen["role"] != EXISTING]:
            found.append(_open(site_id, places.loc[site_id], {"service_type": kind, "standardised": True}, {}))
    return tuple(found)


def _change(site_id: str, site: pd.Series, fields: dict) -> Change:
    cost = {"cost_wan": float(site["cost_wan"])}
    if site["way"] == UPGRADE:
        return Upgrade(site_id=site_id.removeprefix(f"{UPGRADE}-"), **cost)
    more = cost | ({"capacity": int(site["capacity"])} if pd.notna(site["capacity"]) else {})
    if "year" in site and pd.notna(site["year"]):
        more["opened_year"] = int(site["year"])
    if site["way"] == HOST:
        return Host(host=site_id.removeprefix(f"{HOST}-"), **fields, **more)
    return _open(site_id, site, fields, more)


def _open(site_id: str, site: pd.Series, fields: dict, more: dict) -> Open:
    township = {"township_code": site["township_code"]} if pd.notna(site["township_code"]) else {}
    return Open(name=f"{site['name'][:40]}（拟建{fields['service_type']}）"[:60], lon=float(site["lon"]),
                lat=float(site["lat"]), site_id=f"拟建-{site_id}"[:60], **township, **fields, **more)
