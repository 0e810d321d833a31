"""Turn a siting answer into a scenario's changes: a `Suggestion` in, what it opens, alters and closes out."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from coverage.siting.instance import EXISTING
from coverage.study.changes import Change, Close, Expand, Host, Move, Open, Serve, Upgrade
from coverage.study.question_parts import BUILD, EXPAND, HOST, MOVE, OUTREACH, SHUTTLE, UPGRADE
from coverage.study.suggest import Suggestion


def changes_of(suggestion: Suggestion) -> tuple[Change, ...]:
    """A change for each new site: what it costs, how many it takes in, and in phases the year when it opens; the stops
    of one team are one change, after these; then the institutions that are closed."""
    new = suggestion.new_sites
    if "provider" in new:  # a shuttle's is what becomes of the institution that it starts from
        made = {site_id: site["of"] if site["way"] == UPGRADE else _id(site_id) for site_id, site in new.iterrows()}
        new = new.assign(provider=new["provider"].map(lambda name: made.get(name, name)))
    found: list[Change] = [_CHANGES[site["way"]](site_id, site) for site_id, site in new.iterrows()
                           if site["way"] != OUTREACH]
    stops = new[new["way"] == OUTREACH]
    if len(stops):
        found += [_stops(rows) for _, rows in stops.groupby(["provider", "days_per_year"])]
    upper = suggestion.solved.upper
    if upper is not None:
        kind = {"service_type": suggestion.question.upper.service_type, "standardised": True}
        places = suggestion.solved.upper_sites
        found += [_open(site_id, places.loc[site_id], **kind)
                  for site_id in upper.chosen.index[upper.chosen["role"] != EXISTING]]
    return (*found, *(Close(site_id=site_id) for site_id in suggestion.closed.index))


def _built(site_id: str, site: pd.Series) -> Open:
    return _open(site_id, site, **_kind(site), **_more(site))


def _hosted(site_id: str, site: pd.Series) -> Host:
    return Host(host=site["of"], site_id=_id(site_id), **_kind(site), **_more(site))


def _upgraded(site_id: str, site: pd.Series) -> Upgrade:
    return Upgrade(site_id=site["of"], cost_wan=float(site["cost_wan"]))


def _expanded(site_id: str, site: pd.Series) -> Expand:
    return Expand(site_id=site["of"], capacity=int(site["capacity"]), cost_wan=float(site["cost_wan"]))


def _moved(site_id: str, site: pd.Series) -> Move:
    return Move(site_id=site["of"], lon=float(site["lon"]), lat=float(site["lat"]), cost_wan=float(site["cost_wan"]),
                **_township(site))


def _shuttled(site_id: str, site: pd.Series) -> Serve:
    return _stops(site.to_frame().T)


def _stops(rows: pd.DataFrame) -> Serve:
    """Outreach days at several stops, or one shuttle."""
    first, once = rows.iloc[0], float(rows["cost_wan"].sum())
    return Serve(way=first["way"], villages=sorted({village for pairs in rows["serves"] for village, _ in pairs}),
                 provider=first["provider"], days_per_year=int(first["days_per_year"]),
                 yearly_cost_wan=round(float(rows["yearly_cost_wan"].sum()), 6), **({"cost_wan": once} if once else {}))


_CHANGES: dict[str, Callable[[str, pd.Series], Change]] = {
    BUILD: _built, HOST: _hosted, UPGRADE: _upgraded, EXPAND: _expanded, MOVE: _moved,
    SHUTTLE: _shuttled}


def _open(site_id: str, site: pd.Series, **fields) -> Open:
    return Open(name=f"{site['name'][:40]}（拟建{fields['service_type']}）"[:60], lon=float(site["lon"]),
                lat=float(site["lat"]), site_id=_id(site_id), **_township(site), **fields)


def _id(site_id: str) -> str:
    """What an option to build is called once it is an institution."""
    return f"拟建-{site_id}"[:60]


def _kind(site: pd.Series) -> dict:
    """What is built, as far as the plan says."""
    told = {name: site[name] for name in ("service_type", "standardised", "public_benefit")}
    return {name: value for name, value in told.items() if pd.notna(value)}


def _more(site: pd.Series) -> dict:
    places = {"capacity": int(site["capacity"])} if pd.notna(site["capacity"]) else {}
    year = {"opened_year": int(site["year"])} if "year" in site and pd.notna(site["year"]) else {}
    yearly = {"yearly_cost_wan": float(site["yearly_cost_wan"])} if pd.notna(site["yearly_cost_wan"]) else {}
    return {"cost_wan": float(site["cost_wan"])} | yearly | places | year


def _township(site: pd.Series) -> dict:
    return {"township_code": site["township_code"]} if pd.notna(site["township_code"]) else {}
