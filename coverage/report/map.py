"""Draw a study's map: an `Evaluation` and, where there is one, a siting result → one HTML page (map_page.py)."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from coverage.intake import Roads
from coverage.report.map_ground import changed_road_features, display_areas, road_features, water_features
from coverage.report.map_layers import (
    AROUND,
    SUGGESTED,
    around_features,
    chosen_features,
    isochrone_features,
    isochrone_names,
    name_features,
    route_features,
    site_features,
    suggested_features,
    township_features,
    village_features,
)
from coverage.report.map_legend import legend_html
from coverage.report.map_page import MapPage
from coverage.study import Evaluation, Suggestion

MOST_VILLAGES = 6_000
"""Villages that a map shows all at once; with more, it shows those of the township in focus."""


def map_html(evaluation: Evaluation, suggestion: Suggestion | None = None, *, by_band: bool = False,
             legend: bool = True, township: str | None = None, chosen: shapely.Geometry | None = None,
             isochrones: gpd.GeoDataFrame | None = None, route: gpd.GeoDataFrame | None = None,
             before: Roads | None = None, popups: bool = True) -> str:
    """The whole page: townships by share reached, villages, institutions and, if given, suggested sites.

    `by_band` marks villages by their band of minutes; `legend` lays the legend on the map, `popups` lets a click
    tell there what it hit; `township` is the one in focus, `chosen` what is outlined; `isochrones` (index
    minutes) and `route` (legs) are travel's; `before` are the roads without the scenario's changes, for showing them.
    """
    told = suggestion or evaluation
    region = evaluation.region
    areas = display_areas(region.areas)
    demand = shown_villages(told.demand, township)
    page = MapPage(evaluation.scenario.title, region.areas.total_bounds, popups=popups)
    page.add("乡镇", township_features(evaluation, told.coverage, areas, faint=isochrones is not None), kind="township")
    page.add("河流", water_features(evaluation.base.project.water))
    page.add("道路", road_features(evaluation.base.roads))
    if before is not None:
        page.add("改动的路", changed_road_features(evaluation.scenario.changes, before))
    if isochrones is not None:
        page.add("等时圈", isochrone_features(isochrones))
    villages = village_features(evaluation, demand, suggestion, by_band=by_band)
    page.add("村（社区）", villages, kind="village", draw="dot")
    for state in AROUND:
        page.add(state, around_features(demand, state), kind="village", draw="dot")
    if route is not None:
        page.add("路线", route_features(route))
    for service_type, sites in evaluation.open_by_type.items():
        shown = service_type == evaluation.scenario.service.type
        features = site_features(sites, region=region, counted=evaluation.supply.index if shown else None,
                                 gone={} if suggestion is None else suggestion.gone)
        page.add(service_type, features, kind="site", draw="mark", show=shown)
    if suggestion is not None:
        page.add(SUGGESTED, suggested_features(suggestion), kind="suggested", draw="mark")
    page.add("所选", chosen_features(chosen), draw="dot", control=False)
    if isochrones is not None:
        page.add("等时圈分钟数", isochrone_names(isochrones), draw="label", control=False)
    page.add("乡镇名称", name_features(region.townships), draw="label")
    return page.html(legend_html(evaluation, suggestion, by_band=by_band) if legend else "")


def shown_villages(demand: pd.DataFrame, township: str | None) -> pd.DataFrame:
    """All villages, or where they are too many those of one township (none without one)."""
    return demand if len(demand) <= MOST_VILLAGES else demand[demand["township_code"].eq(township)]
