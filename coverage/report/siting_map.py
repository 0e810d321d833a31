"""Draw the candidates of a siting question: an `Evaluation` and a table of candidates in, one HTML page out."""

from __future__ import annotations

import html

import pandas as pd

from coverage.report.map_ground import display_areas, road_features, water_features
from coverage.report.map_layers import candidate_features, name_features, site_features, site_mark, township_features
from coverage.report.map_page import MapPage
from coverage.report.palette import mark_img, palette
from coverage.study import Evaluation


def candidate_map_html(evaluation: Evaluation, candidates: pd.DataFrame) -> str:
    """Townships by share reached today, institutions of the service, and every candidate by its role."""
    region = evaluation.region
    page = MapPage(evaluation.scenario.title, region.areas.total_bounds, popups=False)  # a click picks
    areas = display_areas(region.areas)
    page.add("乡镇", township_features(evaluation, evaluation.coverage, areas), kind="township")
    page.add("河流", water_features(evaluation.base.project.water))
    page.add("道路", road_features(evaluation.base.roads))
    for role in ("候选", "禁选", "必选"):  # the last on top
        rows = candidates[candidates["role"] == role]
        page.add(palette("candidate").loc[role, "label"], candidate_features(rows, region.townships),
                 kind="suggested", draw="dot")
    page.add(f"现有{evaluation.service}", site_features(evaluation.supply, region=region), kind="site", draw="mark")
    page.add("乡镇名称", name_features(region.townships), draw="label")
    return page.html(_legend(evaluation))


def _legend(evaluation: Evaluation) -> str:
    marks = "".join(f"<div>{mark_img('candidate', key, 14)}{html.escape(row['label'])}</div>"
                    for key, row in palette("candidate").iterrows())
    mark = site_mark(evaluation.scenario.service.type)
    marks += f"<div>{mark_img('site', mark, 16)}现有{html.escape(evaluation.service)}</div>"
    return f'<details class="legend" open><summary>候选点</summary>{marks}</details>'
