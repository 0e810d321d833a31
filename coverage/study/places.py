"""List the places where something could be built: an evaluation and a source in, a row for each place out.

The table: index site_id; name, township_code, lon, lat, basis and, of the project's own candidates, their columns.
"""

from __future__ import annotations

import pandas as pd

from coverage.siting import propose_clusters, undominated
from coverage.siting.instance import CANDIDATE
from coverage.study.evaluate import Evaluation
from coverage.study.question_parts import CLUSTERS, NETWORK, PROJECT, SEATS, VILLAGES
from coverage.travel import travel_times

PLACE = ["name", "township_code", "lon", "lat", "basis"]

CLUSTERS_SHARE = 10
"""Groups of people where the question gives no number: one for so many places (示意)."""


def chosen_source(evaluation: Evaluation, source: str | None, clusters: int | None = None) -> pd.DataFrame:
    """The places of a source, or without one the project's own candidates, or where it has none every village."""
    return places_of(evaluation, source or (PROJECT if len(evaluation.region.candidates) else VILLAGES), clusters)


def places_of(evaluation: Evaluation, source: str, clusters: int | None = None) -> pd.DataFrame:
    """The places of one source (question_parts.SOURCES)."""
    region = evaluation.region
    if source == PROJECT:
        return region.candidates.assign(role=region.candidates["role"].fillna(CANDIDATE))
    villages = region.demand[PLACE].rename_axis("site_id")
    if source == SEATS:
        seats = region.townships.dropna(subset=["lon", "lat"])
        seats = seats.assign(name=seats["township"] + "驻地", township_code=seats.index)[PLACE]
        return seats.set_axis(pd.Index("驻地-" + seats.index, name="site_id"))
    if source == CLUSTERS:
        return _clusters(evaluation, clusters)
    return _thinned(evaluation, villages) if source == NETWORK else villages


def _clusters(evaluation: Evaluation, clusters: int | None) -> pd.DataFrame:
    demand = evaluation.region.demand.assign(weight=evaluation.people)
    inhabited = int((demand["weight"] > 0).sum())
    n = min(clusters or max(1, inhabited // CLUSTERS_SHARE), inhabited)
    found = propose_clusters(demand, n=n, seed=evaluation.scenario.seed)
    host = evaluation.region.demand.loc[found["demand_id"], PLACE].set_axis(found.index)
    return host.assign(basis=found["basis"])


def _thinned(evaluation: Evaluation, villages: pd.DataFrame) -> pd.DataFrame:
    within = evaluation.scenario.travel.threshold_min
    times = travel_times(evaluation.network, evaluation.region.demand, villages, within_min=within).table
    demand = pd.DataFrame({"weight": evaluation.people})
    return undominated(times, demand, villages.assign(role=CANDIDATE), within_min=within).drop(columns="role")
