"""Say what is known of one township, village or institution, beside the map."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import streamlit as st

from coverage.report.trips import METRES, MINUTES, STEP, catchment_table, legs_table
from coverage.report.words import minutes, people, percent, yes_no
from coverage.study import Evaluation
from coverage.travel import isochrones, route
from coverage.travel.legs import CUT_OFF, GAP
from coverage.ui.picking import Picked
from coverage.ui.texts import literal

STATES = {
    GAP: "离最近的路太远（路网缺口），用时按步行估算。",
    CUT_OFF: "接上的路与外面不相通（孤立路段）。",
}


def trip(evaluation: Evaluation, picked: Picked | None) -> gpd.GeoDataFrame | None:
    """The way from the picked village to its nearest institution; None where there is none."""
    if picked is None or picked.kind != "village":
        return None
    row = evaluation.demand.loc[picked.id]
    if pd.isna(row["site_id"]):
        return None
    site = evaluation.region.sites.loc[row["site_id"]]
    return route(evaluation.network, (row["lon"], row["lat"]), (site["lon"], site["lat"]))


def reach(evaluation: Evaluation, picked: Picked | None) -> gpd.GeoDataFrame | None:
    """The areas from which the picked institution is reached, one a band."""
    if picked is None or picked.kind != "site":
        return None
    site = evaluation.region.sites.loc[picked.id]
    return isochrones(evaluation.network, site["lon"], site["lat"], list(evaluation.scenario.bands_min))


def card(evaluation: Evaluation, picked: Picked, way: gpd.GeoDataFrame | None) -> None:
    {"township": _township, "village": _village, "site": _site}[picked.kind](evaluation, picked.id, way)


def _township(evaluation: Evaluation, code: str, _) -> None:
    town = evaluation.region.townships.loc[code]
    st.subheader(literal(town["township"]))
    if code not in evaluation.coverage.index:
        st.write("这里没有村（社区）。")
        return
    row, threshold = evaluation.coverage.loc[code], f"{evaluation.scenario.travel.threshold_min:g}"
    here = int((evaluation.supply["township_code"] == code).sum())
    st.write(
        f"{evaluation.group} {people(row['people'])}，{threshold} 分钟内能到的 "
        f"**{people(row[f'within_{threshold}_min'])}（{percent(row[f'share_{threshold}_min'])}）**；"
        f"平均用时 {minutes(row['mean_min'])}，九成人不超过 {minutes(row['p90_min'])}；"
        f"未接入路网 {people(row['not_connected'])}。"
        f"本乡镇有{evaluation.service} {here} 处。"
    )
    villages = evaluation.demand[evaluation.demand["township_code"].eq(code)].sort_values("travel_min", ascending=False)
    table = villages[["name", "travel_min", "people"]].round(1)
    table.columns = ["村（社区）", "分钟", "人数"]
    st.dataframe(table, hide_index=True, height=250, placeholder="到不了", key=f"villages_of_{code}",
                 alt=f"{town['township']}各村用时，从远到近")


def _village(evaluation: Evaluation, demand_id: str, way: gpd.GeoDataFrame | None) -> None:
    row = evaluation.demand.loc[demand_id]
    st.subheader(literal(row["name"]))
    told = f"{evaluation.group} {people(row['people'])}。"
    if way is None or way.empty:
        st.write(f"{told}**到不了任何一处{evaluation.service}。** {STATES.get(row['access_state'], '')}")
        return
    site = evaluation.region.sites.loc[row["site_id"], "name"]
    st.write(f"{told}最近的是 **{literal(site)}**，全程 **{row['travel_min']:.1f} 分钟**。"
             f"{STATES.get(row['access_state'], '')}")
    legs = legs_table(way)
    legs[STEP] = legs[STEP].map(literal)
    legs = legs.style.format({MINUTES: "{:.1f}", METRES: "{:,}"})
    st.table(legs, hide_index=True, border="horizontal", alt=f"{row['name']}到{site}的每一段")


def _site(evaluation: Evaluation, site_id: str, _) -> None:
    row = evaluation.region.sites.loc[site_id]
    st.subheader(literal(row["name"]))
    counted = site_id in evaluation.supply.index
    nearest = evaluation.demand["site_id"].eq(site_id)
    told = [f"{row['service_type']}，容量 {people(row['capacity'])}，规范化：{yes_no(row['standardised'])}"]
    told.append(f"以这里为最近的 {nearest.sum()} 村 {people(evaluation.demand.loc[nearest, 'people'].sum())}"
                if counted else "本次评价没有计入")
    st.write("；".join(told) + "。图上的线是若干分钟内能到这里的范围。")
    st.table(catchment_table(evaluation, site_id), hide_index=True, border="horizontal",
             alt=f"若干分钟内能到{row['name']}的村和人数")
