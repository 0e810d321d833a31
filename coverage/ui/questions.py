"""Put siting's models as plain questions: widgets in, the settings of a `Question` out."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from coverage.schema import SERVICE_TYPES
from coverage.study import Evaluation
from coverage.study.rule import goals_to_keep, siteable

MORE = "更多问题……"
LEVELS = ({"within_min": 15, "worth": 1}, {"within_min": 30, "worth": 0.6}, {"within_min": 60, "worth": 0.2})
"""What nearness is worth, offered for the planner to change (示意)."""


def ask(evaluation: Evaluation) -> dict:
    """Show the list of questions and the chosen one's own widgets; give the question's settings."""
    chosen = st.radio("想知道什么", [*FIRST, MORE], key="question", label_visibility="collapsed")
    if chosen == MORE:
        chosen = st.selectbox("更多问题", list(REST), key="question_more")
    return (FIRST | REST)[chosen](evaluation)


def _number(label: str = "建几处", value: int = 5, key: str = "p") -> int:
    return int(st.number_input(label, 1, 500, value, key=key))


def _money(key: str = "budget") -> float:
    return float(st.number_input("资金（万元）", 0.0, 1_000_000.0, 300.0, step=10.0, key=key, format="%.0f",
                                 help="候选点没有费用的，按单价表（示例）；可在下面“候选点”里改"))


def _limit(key: str) -> tuple[dict, str]:
    """A number of sites or an amount of money: (settings, words)."""
    by = st.segmented_control("按什么限制", ["处数", "资金"], default="处数", required=True, key=f"{key}_by")
    if by == "资金":
        money = _money(f"{key}_budget")
        return {"budget_wan": money}, f"{money:g}万元"
    p = _number(key=f"{key}_p")
    return {"p": p}, f"{p}处"


def _every_township(evaluation: Evaluation) -> dict:
    plain = f"全部乡镇，都有一处{evaluation.service}"
    goals = siteable(evaluation, places=True)
    rule = st.selectbox("按哪一条规则", [plain, *goals], format_func=lambda key: goals.get(key, key), key="rule")
    cheapest = st.checkbox("按费用最少（不按处数最少）", key="township_cost")
    settings = {"name": "每个乡镇都有机构", "model": "unit_cover"} | ({"goal": rule} if rule in goals else {})
    return settings | ({"minimise": "cost"} if cheapest else {})


def _most_people(evaluation: Evaluation) -> dict:
    p = _number()
    return {"name": f"新建{p}处覆盖最多", "model": "mclp", "p": p}


def _money_spent(evaluation: Evaluation) -> dict:
    money = _money()
    return {"name": f"{money:g}万元覆盖最多", "model": "mclp", "budget_wan": money}


def _everyone(evaluation: Evaluation) -> dict:
    share = st.select_slider("要让多少人能到达", [50, 60, 70, 75, 80, 85, 90, 95, 100], value=100, key="share",
                             format_func=lambda value: "人人（能到的都算上）" if value == 100 else f"{value}%")
    if share == 100:
        twice = st.checkbox("同样处数里，挑有两处可去的人最多的方案", key="backup_too")
        return {"name": "人人可达最少几处", "model": "lscp_backup" if twice else "lscp"}
    return {"name": f"{share}%的人可达最少几处", "model": "partial_cover", "share": share / 100}


def _nearer(evaluation: Evaluation) -> dict:
    p = _number(key="median_p")
    return {"name": f"新建{p}处走得最少", "model": "p_median", "p": p}


def _curve(evaluation: Evaluation) -> dict:
    by = st.segmented_control("横轴", ["处数", "资金"], default="处数", required=True, key="curve_by")
    if by == "资金":
        most = st.number_input("最多到多少万元", 10.0, 1_000_000.0, 1200.0, step=60.0, key="curve_budget",
                               format="%.0f")
        steps = sorted({round(most * part / 10, 1) for part in range(11)})
        return {"name": "花多少钱合算", "model": "frontier", "budget_steps_wan": tuple(steps)}
    most = _number("最多到几处", 15, key="curve_p")
    step = max(1, round(most / 15))
    return {"name": "建几处合算", "model": "frontier", "steps": tuple(sorted({*range(0, most + 1, step), most}))}


def _farthest(evaluation: Evaluation) -> dict:
    p = _number(key="center_p")
    whom = st.segmented_control("看谁", ["最远的一个村", "最不利的一成人"], default="最远的一个村", required=True,
                                key="center_whom")
    if whom == "最不利的一成人":
        return {"name": f"新建{p}处让最不利的一成人更近", "model": "p_tail", "p": p, "share": 0.1}
    return {"name": f"新建{p}处让最远的人更近", "model": "p_center", "p": p}


def _fairest(evaluation: Evaluation) -> dict:
    limit, words = _limit("fair")
    deep = st.checkbox("最低的抬高以后，再依次抬高次低的", key="fair_deep")
    return {"name": f"{words}最公平", "model": "fair_in_order" if deep else "fair", **limit}


def _aims(evaluation: Evaluation, key: str) -> list[dict]:
    """Several goals: those of the plans that institutions' places can keep, and the planner's own."""
    goals = goals_to_keep(evaluation)
    chosen = st.multiselect("哪些规划目标", list(goals), default=list(goals)[:1], key=f"{key}_goals",
                            format_func=goals.get, placeholder="选择目标，可选几个",
                            help="只列机构建在哪里能决定的目标；要换规划，到“开始”页选")
    aims: list[dict] = [{"goal": name} for name in chosen]
    left, middle, right = st.columns(3)
    share = left.selectbox("另加：多少人在时限内可达", [0, 70, 75, 80, 85, 90, 95, 100], key=f"{key}_share",
                           format_func=lambda value: f"{value}%" if value else "不加")
    each = middle.number_input("另加：每个乡镇至少几处", 0, 20, 0, key=f"{key}_each")
    count = right.number_input("另加：一共至少几处", 0, 500, 0, key=f"{key}_count")
    own = ({"share": share / 100}, {"each": int(each)}, {"count": int(count)})
    return aims + [aim for aim in own if all(aim.values())]


def _all_goals(evaluation: Evaluation) -> dict:
    return {"name": "几个目标一起达标最少花多少", "model": "least_cost", "goals": tuple(_aims(evaluation, "all"))}


def _short(evaluation: Evaluation) -> dict:
    aims = _aims(evaluation, "short")
    if len(aims) > 1 and st.checkbox("按上面的先后，前面的先保证", key="short_order"):
        aims = [aim | {"priority": min(number, 9)} for number, aim in enumerate(aims, start=1)]
    limit, words = _limit("short")
    return {"name": f"{words}离目标差得最少", "model": "least_miss", "goals": tuple(aims), **limit}


def _each_township(evaluation: Evaluation) -> dict:
    share = st.slider("每个乡镇要有多少人能到达", 10, 100, 90, step=5, format="%d%%", key="each_share") / 100
    limit, words = _limit("each")
    return {"name": f"{words}各乡镇离{share:.0%}差得最少", "model": "least_shortfall", "share": share, **limit}


def _years(evaluation: Evaluation) -> dict:
    first = int(st.number_input("从哪一年起", 1990, 2090, (evaluation.year or 2025) + 1, key="phase_from"))
    n = int(st.number_input("分几年", 2, 6, 3, key="phase_n"))
    by = st.segmented_control("每年按什么限制", ["资金", "处数"], default="资金", required=True, key="phase_by")
    phases = []
    for at, column in enumerate(st.columns(n)):
        year = first + at
        if by == "资金":
            value = column.number_input(f"{year} 年（万元）", 0.0, 1_000_000.0, 120.0, step=10.0, format="%.0f",
                                        key=f"phase_budget_{at}")
            phases.append({"year": year, "budget_wan": float(value)})
        else:
            value = column.number_input(f"{year} 年（处）", 0, 500, 2, key=f"phase_p_{at}")
            phases.append({"year": year, "p": int(value)})
    st.caption("当年没有用完的，以后各年可以接着用；先建的一直保留。")
    return {"name": f"{first}—{first + n - 1}年分年度怎么建", "model": "phased_mclp", "phase": tuple(phases)}


def _places(evaluation: Evaluation) -> dict:
    limit, words = _limit("places")
    split = st.checkbox("一个村的人可以分到几处", True, key="places_split")
    return {"name": f"{words}排得上的人最多", "model": "capacitated_mclp", "split": split, **limit}


def _places_for_all(evaluation: Evaluation) -> dict:
    p = _number(value=50, key="all_p")
    return {"name": f"{p}处人人排得上走得最少", "model": "capacitated_p_median", "p": p}


def _total_cost(evaluation: Evaluation) -> dict:
    price = st.number_input("一个人每多走 1 小时，折合多少元", 1.0, 100_000.0, 20.0, key="minute_price",
                            help="把路上的时间折成钱，和建设费用加在一起比（示意）")
    return {"name": "建设与路程总费用最省", "model": "cflp", "wan_per_person_min": float(price) / 60 / 10_000}


def _twice(evaluation: Evaluation) -> dict:
    limit, words = _limit("twice")
    worth = st.slider("第二处的分量（第一处为 100）", 5, 100, 20, step=5, key="backup_weight")
    return {"name": f"{words}保底两处可达", "model": "backup_mclp", "backup_weight": worth / 100, **limit}


def _nearness(evaluation: Evaluation) -> dict:
    st.write("多少分钟以内的人按多少算（越远越少，可改）：")
    levels = []
    for number, (column, level) in enumerate(zip(st.columns(3), LEVELS, strict=True)):
        minutes = column.number_input(f"第 {number + 1} 段（分钟）", 1, 600, level["within_min"],
                                      key=f"level_min_{number}")
        worth = column.number_input("一个人算几分（0—1）", 0.05, 1.0, float(level["worth"]), step=0.05,
                                    key=f"level_worth_{number}")
        levels.append({"within_min": float(minutes), "worth": float(worth)})
    limit, words = _limit("near")
    return {"name": f"{words}越近越好", "model": "gradual_mclp", "level": tuple(levels), **limit}


def _two_tiers(evaluation: Evaluation) -> dict:
    own = evaluation.scenario.service.type
    others = [name for name in SERVICE_TYPES if name != own]
    left, middle, right = st.columns(3)
    kind = left.selectbox("县级的是哪一类", others, index=others.index("康复机构") if "康复机构" in others else 0,
                          key="upper_type")
    minutes = middle.number_input("到县级机构的时限（分钟）", 5, 600, 60, key="upper_min")
    upper_p = right.number_input("县级新建几处", 0, 50, 1, key="upper_p")
    p = _number(f"{own}新建几处", key="tiers_p")
    return {"name": f"乡县两级都够得着_{p}处和{upper_p}处", "model": "two_tiers", "p": p,
            "upper": {"service_type": kind, "within_min": float(minutes), "p": int(upper_p)}}


def _roads(evaluation: Evaluation) -> dict:
    limit, words = _limit("roads")
    aim = st.segmented_control("看重", ["最差的情况", "平均"], default="最差的情况", required=True, key="roads_aim")
    names = evaluation.base.roads.ways["name"].dropna().value_counts().index[:200]
    cut = st.multiselect("再看这些道路分别中断时的情况（可不选）", list(names), key="roads_cut", placeholder="选择道路")
    st.caption("车速按慢、中、快三档各算一遍，每条选中的道路再各算一遍中断；同一个方案在每种情况下都要过得去。")
    settings = {"name": f"{words}路况变差也管用", "model": "robust_mclp", **limit,
                "aim": "worst" if aim == "最差的情况" else "mean"}
    return settings | ({"without_roads": tuple(cut)} if cut else {})


Asking = Callable[[Evaluation], dict]
FIRST: dict[str, Asking] = {
    "每个乡镇都要有：最少新建几处？": _every_township,
    "只能新建几处：最多能覆盖多少人？": _most_people,
    "有一笔钱：怎么花能覆盖最多的人？": _money_spent,
    "人人（或九成人）都能在时限内到达：最少新建几处？": _everyone,
    "几个规划目标一起达标：最少花多少钱？": _all_goals,
    "钱不够全部达标：怎样离规划目标差得最少？": _short,
    "怎样让每人平均走得最少？": _nearer,
    "建几处、花多少钱最合算？看曲线": _curve,
}
REST: dict[str, Asking] = {
    "分年度怎么建：哪年先建哪里？": _years,
    "怎样最公平：让覆盖率最低的乡镇尽量高？": _fairest,
    "每个乡镇都要有几成人能到达：怎样差得最少？": _each_township,
    "怎样让最远的人更近？": _farthest,
    "机构容量有限：怎样让排得上的人最多？": _places,
    "机构容量有限：人人排得上，怎样走得最少？": _places_for_all,
    "机构容量有限：人人排得上，怎样总费用最省？": _total_cost,
    "保底：怎样让更多的人有两处可去？": _twice,
    "越近越好：按远近打折，怎样最好？": _nearness,
    "乡、县两级：怎样让最多的人两级都够得着？": _two_tiers,
    "路况变差、道路中断：怎样建也管用？": _roads,
}
