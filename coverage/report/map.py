"""Draw a study's map: an `Evaluation` and, where there is one, a siting result → one HTML page (map_page.py)."""

from __future__ import annotations

from coverage.report.map_layers import (
    SUGGESTED,
    name_features,
    road_features,
    site_features,
    suggested_features,
    township_features,
    village_features,
    water_features,
)
from coverage.report.map_legend import legend_html
from coverage.report.map_page import MapPage
from coverage.study import Evaluation, Suggestion


def map_html(evaluation: Evaluation, suggestion: Suggestion | None = None) -> str:
    """The whole page: townships by share reached, villages, institutions and, if given, suggested sites."""
    told = suggestion or evaluation
    page = MapPage(evaluation.scenario.title, evaluation.region.areas.total_bounds)
    page.add("乡镇", township_features(evaluation, told.coverage), kind="township")
    page.add("河流", water_features(evaluation.base.project.water))
    page.add("道路", road_features(evaluation.base.roads))
    page.add("村（社区）", village_features(evaluation, told.demand, suggestion), kind="village", draw="mark")
    for service_type, sites in evaluation.open_by_type.items():
        shown = service_type == evaluation.scenario.service.type
        features = site_features(sites, region=evaluation.region, counted=evaluation.supply.index if shown else None)
        page.add(service_type, features, kind="site", draw="mark", show=shown)
    if suggestion is not None:
        page.add(SUGGESTED, suggested_features(suggestion), kind="suggested", draw="mark")
    page.add("乡镇名称", name_features(evaluation.region.townships), draw="label")
    return page.html(legend_html(evaluation, suggestion))
