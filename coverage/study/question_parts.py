"""Hold the smaller tables of a siting question, each checked by itself: levels, years, tiers, goals, ways, places."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from coverage.study.changes import Days, ServiceType, Text
from coverage.study.strict import Strict

SOURCES = PROJECT, VILLAGES, SEATS, CLUSTERS, NETWORK = ("项目候选点", "村（社区）", "乡镇驻地", "人口聚类", "路网筛选")
"""Where candidates come from: the project's own table, every village, township seats, the middles of groups of
people, or the villages whose catchment no other village's contains."""

WAYS = BUILD, UPGRADE, HOST, EXPAND, MOVE, OUTREACH, SHUTTLE, CLOSE = (
    "新建", "升级", "共建", "扩容", "搬迁", "流动服务日", "接送", "关停")
"""What may be done: build, upgrade an institution that doesn't count yet, host one in another's house, add places to
one that stands, move it, send a team out, fetch people, close it. Each but closing counts as one of `p`."""

SERVICES = (OUTREACH, SHUTTLE)
"""Ways that serve villages without an institution near by; only goals about villages' service count them."""

Minutes = Annotated[float, Field(gt=0, le=600)]
Money = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=10_000)]


class Level(Strict):
    """A person within so many minutes is worth so much."""

    within_min: Minutes
    worth: float = Field(gt=0, le=1)


class Phase(Strict):
    """What one year may build: new sites, or money in 万元."""

    year: int = Field(ge=1949, le=2100)
    p: int | None = Field(None, ge=0)
    budget_wan: Money | None = None

    @model_validator(mode="after")
    def _one_limit(self):
        if (self.p is None) == (self.budget_wan is None):
            raise ValueError("每年写 p（新建几处）或 budget_wan（万元），二者取一")
        return self


class Upper(Strict):
    """The upper tier of two: its service type, limit, number, and how near a lower site must be to refer to it."""

    service_type: ServiceType
    within_min: Minutes
    p: int = Field(ge=0)
    candidates: Literal[SOURCES] = SEATS
    refer_min: Minutes | None = None


class Aim(Strict):
    """One of several goals: a plan's, or the planner's own about the scenario's service.

    goal        "plan id/goal id[/tier]"
    share       of all people, so many (0–1) within `within_min` (absent: the question's)
    each        so many institutions in every unit of `level`
    count       so many institutions in all
    priority    those of 1 come before those of 2, where not all can be met; weight: among those of one priority
    """

    goal: str | None = None
    share: float | None = Field(None, gt=0, le=1)
    within_min: Minutes | None = None
    each: Count | None = None
    level: Literal["乡镇", "县"] | None = None
    count: Count | None = None
    priority: int = Field(1, ge=1, le=9)
    weight: float = Field(1.0, gt=0, le=1000)

    @model_validator(mode="after")
    def _one_thing(self):
        if sum(value is not None for value in (self.goal, self.share, self.each, self.count)) != 1:
            raise ValueError("goal（规划目标）、share（多少人可达）、each（每个单位几处）、count（一共几处）只写其一")
        if (self.within_min is not None and self.share is None) or (self.level is not None and self.each is None):
            raise ValueError("within_min 和 share 一起写，level 和 each 一起写")
        return self


class Way(Strict):
    """What may be done, where, and what it costs; what isn't said is as the table of unit costs has it.

    sites       the institutions that it is allowed for (absent: all of the service's type)
    places      of 扩容: how many more
    to          of 搬迁: where to, within the institution's own township; of 流动服务日: where a team may stop (absent:
                in villages)
    within_min  of 流动服务日: how near a village is to a stop that serves it (absent: the stop's own village alone); of
                接送: how long a shuttle's trip out and back may be
    days_per_year   of both: on how many days (absent: as many as the table of unit costs is for)
    provider    of 流动服务日: a site_id or a name; a shuttle is its institution's
    yearly_cost_wan, earliest_year, min_people   running it a year; not before; not for fewer people within the limit
    """

    way: Literal[WAYS]
    sites: tuple[str, ...] | None = Field(None, min_length=1)
    places: int | None = Field(None, ge=1, le=100_000)
    to: Literal[SOURCES] | None = None
    cost_wan: Money | None = None
    yearly_cost_wan: Money | None = None
    earliest_year: int | None = Field(None, ge=1949, le=2100)
    min_people: int | None = Field(None, ge=0, le=10_000_000)
    within_min: Minutes | None = None
    days_per_year: Days | None = None
    provider: Text | None = None

    @model_validator(mode="after")
    def _goes_with_the_way(self):
        own = {"places": (EXPAND,), "to": (MOVE, OUTREACH), "within_min": SERVICES, "days_per_year": SERVICES,
               "provider": (OUTREACH,)}
        said = {name: '" 或 "'.join(ways) for name, ways in own.items()}
        wrong = [f'{name} 只和 way = "{said[name]}" 一起写' for name, ways in own.items()
                 if getattr(self, name) is not None and self.way not in ways]
        if self.way == EXPAND and self.places is None:
            wrong.append("扩容要写 places（增加多少个名额）")
        if self.way == BUILD and self.sites is not None:
            wrong.append("新建不写 sites，单个候选点写在 site 里")
        if self.way == OUTREACH and self.sites is not None:
            wrong.append("流动服务日不写 sites，停靠点写 to，单个停靠点写在 site 里")
        if self.way == OUTREACH and self.to not in (None, VILLAGES) and self.within_min is None:
            wrong.append("流动服务日停在村以外的地方，要写 within_min（几分钟以内的村算服务到）")
        if self.way == SHUTTLE and self.within_min is None:
            wrong.append("接送要写 within_min（接送车去、回一共几分钟以内）")
        if self.way == CLOSE and (self.cost_wan, self.earliest_year, self.min_people) != (None, None, None):
            wrong.append("关停只写 sites 和 yearly_cost_wan（保留它每年要花的钱）")
        if wrong:
            raise ValueError("；".join(wrong))
        return self


class Place(Strict):
    """What the planner says of one candidate; with lon and lat, a new one."""

    site_id: Annotated[str, Field(min_length=1, max_length=60)]
    role: Literal["候选", "必选", "禁选"] | None = None
    cost_wan: Money | None = None
    yearly_cost_wan: Money | None = None
    earliest_year: int | None = Field(None, ge=1949, le=2100)
    capacity: int | None = Field(None, ge=0, le=100_000)
    name: str | None = None
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)

    @model_validator(mode="after")
    def _whole_place(self):
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon 和 lat 要一起写")
        return self
