"""Let the planner say what may be done, also to institutions that stand and without one: widgets in, `Way`s and
yearly money out."""

from __future__ import annotations

import streamlit as st

from coverage.goals.costs import unit_cost
from coverage.study import Evaluation
from coverage.study.changes import ARRANGED
from coverage.study.costs import USUAL_DAYS, prices_of, yearly_of
from coverage.study.question import MODELS, WITH_PLACES
from coverage.study.question_parts import (
    BUILD,
    CLOSE,
    EXPAND,
    MOVE,
    OUTREACH,
    SEATS,
    SERVICES,
    SHUTTLE,
    VILLAGES,
    WAYS,
    Way,
)

HELP = ("升级：把不计入的同类机构升级；共建：在居家养老服务中心里设；扩容、搬迁、关停：对现有机构。"
        "流动服务日：派人到村里去；接送：机构派车接来送回，这两样只对“村村有服务”一类目标算数。"
        "除关停外，每做一处都算一处。费用按单价表（示例），可改")
USUAL_YEARS = 5
"""Years that costs are counted over where no plan says how long it lasts (示意)."""


def choose_ways(evaluation: Evaluation, model: str, box) -> dict:
    """The settings ways and, where institutions may be closed, yearly_budget_wan and running_wan."""
    names = box.pills("可以怎么做", _offered(model), selection_mode="multi", default=[BUILD], key="ways", help=HELP)
    settings: dict = {"ways": tuple(_ASKED.get(name, _plain)(evaluation, name) for name in names or (BUILD,))}
    if set(SERVICES) & set(names or ()):
        settings |= _over_years(evaluation, closing=CLOSE in names)
    if CLOSE in (names or ()):
        left, right = st.columns(2)
        settings["running_wan"] = left.number_input("每处机构每年的运行费（万元）", 0.0, 100_000.0, 10.0, key="running",
                                                    help="现有的、新建的都按这个数；示意，请按实际填")
        now = settings["running_wan"] * len(evaluation.supply)
        settings["yearly_budget_wan"] = right.number_input(
            "每年的运行经费一共（万元）", 0.0, 1_000_000.0, now, key=f"yearly_budget_{now}",
            help=f"现有 {len(evaluation.supply)} 处每年 {now:g} 万元；不够新建的，就要关停")
    return settings


def _offered(model: str) -> list[str]:
    """Ways that can matter to the model: places only where they are counted, closing only where running costs are."""
    takes = MODELS[model].takes
    return [way for way in WAYS if (way != EXPAND or model in WITH_PLACES)
            and (way != CLOSE or "yearly_budget_wan" in takes) and (way not in SERVICES or "years" in takes)]


def _over_years(evaluation: Evaluation, *, closing: bool) -> dict:
    """Over how many years money is counted; unless closing asks for them, what running costs and may cost."""
    ends = [plan.end_year - evaluation.year for plan in evaluation.plans if evaluation.year]
    left, middle, right = st.columns(3)
    told = {"years": int(left.number_input("费用按几年算", 1, 50, max([1, *ends]) if ends else USUAL_YEARS, key="years",
                                           help="一次性的费用，加上这些年里每年的费用，一起比"))}
    if not closing:
        told["running_wan"] = middle.number_input("每处机构每年的运行费（万元）", 0.0, 100_000.0, None,
                                                  key="new_running", placeholder="不填则不计")
        told["yearly_budget_wan"] = right.number_input("每年的经费一共（万元）", 0.0, 1_000_000.0, None,
                                                       key="each_year", placeholder="不填则不限")
    return {name: value for name, value in told.items() if value is not None}


def _plain(evaluation: Evaluation, name: str) -> Way:
    return Way(way=name)


def _expand(evaluation: Evaluation, name: str) -> Way:
    left, middle, right = st.columns(3)
    places = int(left.number_input("扩容：每处增加几个名额", 1, 10_000, 20, key="expand_places"))
    price = _price(evaluation, EXPAND)
    cost = middle.number_input("每处费用（万元）", 0.0, 100_000.0, round(price.cost_wan * places, 1),
                               key=f"expand_cost_{places}", help=f"缺省按单价表：{price.basis}")
    return Way(way=name, places=places, cost_wan=cost, sites=_sites(evaluation, right, name))


def _move(evaluation: Evaluation, name: str) -> Way:
    left, middle, right = st.columns(3)
    to = left.selectbox("搬迁：搬到本乡镇的哪里", [VILLAGES, SEATS], key="move_to",
                        format_func={VILLAGES: "村委会（社区）", SEATS: "乡镇政府驻地"}.get)
    price = _price(evaluation, BUILD)
    cost = middle.number_input("每处搬迁费用（万元）", 0.0, 100_000.0, price.cost_wan, key="move_cost",
                               help=f"没有搬迁单价，缺省按新建：{price.basis}")
    return Way(way=name, to=to, cost_wan=cost, sites=_sites(evaluation, right, name))


def _close(evaluation: Evaluation, name: str) -> Way:
    return Way(way=name, sites=_sites(evaluation, st, name))


def _outreach(evaluation: Evaluation, name: str) -> Way:
    days_box, cost_box, near_box, who_box = st.columns(4)
    days = int(days_box.number_input("流动服务日：每年几天", 1, 366, USUAL_DAYS, key="outreach_days"))
    wan, basis = yearly_of(prices_of(evaluation.scenario), villages=1, days=days)
    cost = cost_box.number_input("每个停靠点每年费用（万元）", 0.0, 100_000.0, round(wan, 2),
                                 key=f"outreach_cost_{days}", help=f"缺省按单价表：{basis}")
    near = near_box.number_input("离停靠点几分钟内的村也算", 0, 120, 0, key="outreach_near", help="0：只算所停的村")
    who = who_box.text_input("由谁去", ARRANGED, max_chars=60, key="outreach_who")
    return Way(way=name, days_per_year=days, yearly_cost_wan=cost, within_min=near or None, provider=who or None)


def _shuttle(evaluation: Evaluation, name: str) -> Way:
    limit_box, days_box, cost_box, sites_box = st.columns(4)
    limit = limit_box.number_input("接送：去回几分钟以内", 5, 600, 90, key="shuttle_min")
    days = int(days_box.number_input("接送：每年几天", 1, 366, USUAL_DAYS, key="shuttle_days"))
    _, basis = yearly_of(prices_of(evaluation.scenario), villages=1, days=days)
    cost = cost_box.number_input("接送：每处每年费用（万元）", 0.0, 100_000.0, None, key="shuttle_cost",
                                 placeholder="不填则按每村", help=f"不填则按接几个村算：{basis}")
    return Way(way=name, within_min=limit, days_per_year=days, yearly_cost_wan=cost,
               sites=_sites(evaluation, sites_box, name))


_ASKED = {EXPAND: _expand, MOVE: _move, CLOSE: _close, OUTREACH: _outreach, SHUTTLE: _shuttle}


def _sites(evaluation: Evaluation, box, way: str) -> tuple[str, ...] | None:
    names = evaluation.supply["name"]
    chosen = box.multiselect(f"{way}：哪些机构可以", list(names.index), key=f"{way}_sites", format_func=names.get,
                             placeholder="都可以")
    return tuple(chosen) or None


def _price(evaluation: Evaluation, way: str):
    return unit_cost(prices_of(evaluation.scenario), way, evaluation.scenario.service.type)
