"""Let the planner say what may be done, also to institutions that stand: widgets in, `Way`s and yearly money out."""

from __future__ import annotations

import streamlit as st

from coverage.goals.costs import unit_cost
from coverage.study import Evaluation
from coverage.study.costs import prices_of
from coverage.study.question import MODELS, WITH_PLACES
from coverage.study.question_parts import BUILD, CLOSE, EXPAND, MOVE, SEATS, VILLAGES, WAYS, Way

HELP = ("升级：把不计入的同类机构升级；共建：在居家养老服务中心里设；扩容、搬迁、关停：对现有机构。"
        "除关停外，每做一处都算一处。费用按单价表（示例），可改")


def choose_ways(evaluation: Evaluation, model: str, box) -> dict:
    """The settings ways and, where institutions may be closed, yearly_budget_wan and running_wan."""
    names = box.pills("可以怎么做", _offered(model), selection_mode="multi", default=[BUILD], key="ways", help=HELP)
    settings: dict = {"ways": tuple(_ASKED.get(name, _plain)(evaluation, name) for name in names or (BUILD,))}
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
            and (way != CLOSE or "yearly_budget_wan" in takes)]


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


_ASKED = {EXPAND: _expand, MOVE: _move, CLOSE: _close}


def _sites(evaluation: Evaluation, box, way: str) -> tuple[str, ...] | None:
    names = evaluation.supply["name"]
    chosen = box.multiselect(f"{way}：哪些机构可以", list(names.index), key=f"{way}_sites", format_func=names.get,
                             placeholder="都可以")
    return tuple(chosen) or None


def _price(evaluation: Evaluation, way: str):
    return unit_cost(prices_of(evaluation.scenario), way, evaluation.scenario.service.type)
